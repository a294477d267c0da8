package ledger

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// Head is how far a log has come.
type Head struct {
	Log  int64 // its number
	Size int64
	Root Hash
}

// Signed is a checkpoint as signed.
type Signed struct {
	Log  int64
	Size int64
	At   time.Time
	Note []byte
}

// Log is where the notary finds the tree. It is safe for concurrent use.
type Log interface {
	// Head returns the tree as far as it is durable: a loss of power takes none of it away.
	Head(ctx context.Context) (Head, error)
	// SaveCheckpoint records a checkpoint durably; recording it again changes nothing.
	SaveCheckpoint(ctx context.Context, s Signed) error
	// Taken returns the last size of a log that a recipient took; 0 for none.
	Taken(ctx context.Context, recipient string, log int64) (int64, error)
	// SaveTaken records it durably.
	SaveTaken(ctx context.Context, recipient string, log, size int64) error
}

// Recipient keeps checkpoints for others to compare with.
type Recipient interface {
	// Name is stable, says where checkpoints go, and holds no secret. Recipients that bear the
	// same are told apart by their order.
	Name() string
	// Send hands over a signed checkpoint. nil means that it was taken. It may be called again
	// with a checkpoint that was taken already.
	Send(ctx context.Context, signed []byte) error
}

// NotaryConfig says what a notary works with.
type NotaryConfig struct {
	Log        Log
	Key        Key
	Folder     Folder
	Every      time.Duration // checkpoints are at least so far apart, but for those asked for; 0: 10 minutes
	Recipients []Recipient
	// Stamp, unless nil, has a signed checkpoint time-stamped by somebody else, and keeps the
	// token. An error is told, and the next checkpoint tries again.
	Stamp  func(ctx context.Context, s Signed) error
	Logger *slog.Logger     // nil: no log
	Now    func() time.Time // nil: time.Now
}

// Notary signs the log's head and hands it out. It is safe for concurrent use.
type Notary struct {
	cfg    NotaryConfig
	to     []addressee
	stamps chan Signed // the newest that is to be stamped; written by whoever holds signing

	signing sync.Mutex // held while a checkpoint is made

	mu     sync.Mutex // guards what follows
	last   Signed
	failed map[string]Failure
}

// addressee is a recipient under a name that no other has: two may lead to one host.
type addressee struct {
	Recipient
	name string
	wake chan struct{}
}

// addressees names recipients apart, by their order where that is needed.
func addressees(list []Recipient) (out []addressee) {
	count := map[string]int{}
	for _, r := range list {
		name := r.Name()
		if count[name]++; count[name] > 1 {
			name = fmt.Sprintf("%s (%d)", name, count[name])
		}
		out = append(out, addressee{r, name, make(chan struct{}, 1)})
	}
	return out
}

// Failure is a checkpoint that could not be handed out.
type Failure struct {
	At  time.Time
	Err error
}

// Status is what there is to tell of a notary.
type Status struct {
	Size     int64              // of the log
	Signed   int64              // of the last checkpoint
	SignedAt time.Time          // zero: none yet
	Failed   map[string]Failure // by recipient, or "timestamp": the last failure since one was last taken
}

// defaultEvery is how far checkpoints are apart.
const defaultEvery = 10 * time.Minute

// NewNotary makes a notary that goes on from the checkpoint file.
func NewNotary(cfg NotaryConfig) (*Notary, error) {
	if cfg.Every <= 0 {
		cfg.Every = defaultEvery
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	n := &Notary{cfg: cfg, to: addressees(cfg.Recipients), failed: map[string]Failure{}, stamps: make(chan Signed, 1)}
	log, signed, err := cfg.Folder.Latest()
	if err != nil {
		return nil, err
	}
	if log > 0 {
		c, err := Peek(signed)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", cfg.Folder.Path(log), err)
		}
		n.last = Signed{Log: log, Size: c.Size, Note: signed}
	}
	return n, nil
}

// Checkpoint signs the log's head, unless the last checkpoint is of it already, and returns the
// newest. It is durable, in the file and then in the log, when Checkpoint returns; recipients are
// told afterwards. others sign it too.
func (n *Notary) Checkpoint(ctx context.Context, others ...Key) (Signed, error) {
	n.signing.Lock()
	defer n.signing.Unlock()
	head, err := n.cfg.Log.Head(ctx)
	if err != nil {
		return Signed{}, fmt.Errorf("ledger: checkpoint: %w", err)
	}
	last := n.latest()
	if last.Log == head.Log && last.Size == head.Size && !last.At.IsZero() && len(others) == 0 {
		return last, nil
	}
	note, err := n.cfg.Key.Sign(Checkpoint{n.cfg.Key.Origin(), head.Size, head.Root}, others...)
	if err != nil {
		return Signed{}, err
	}
	if last.Log == head.Log && bytes.HasPrefix(last.Note, note) {
		note = last.Note // as it was signed before the start, by other keys too
	}
	s := Signed{Log: head.Log, Size: head.Size, At: n.cfg.Now().UTC().Truncate(time.Millisecond), Note: note}
	if err := n.cfg.Folder.Write(s.Log, s.Note); err != nil {
		return Signed{}, err
	}
	if err := n.cfg.Log.SaveCheckpoint(ctx, s); err != nil {
		return Signed{}, fmt.Errorf("ledger: checkpoint: %w", err)
	}
	n.mu.Lock()
	n.last = s
	n.mu.Unlock()
	for _, r := range n.to {
		select {
		case r.wake <- struct{}{}:
		default: // it will look anyway
		}
	}
	select {
	case <-n.stamps: // one that waits while another is being stamped: this one covers it
	default:
	}
	n.stamps <- s
	return s, nil
}

// Origin names the log that the notary signs for.
func (n *Notary) Origin() string { return n.cfg.Key.Origin() }

func (n *Notary) latest() Signed {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.last
}

// Status tells how the notary is doing.
func (n *Notary) Status(ctx context.Context) (Status, error) {
	head, err := n.cfg.Log.Head(ctx)
	if err != nil {
		return Status{}, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	s := Status{Size: head.Size, Signed: n.last.Size, SignedAt: n.last.At, Failed: map[string]Failure{}}
	if n.last.Log != head.Log {
		s.Signed = 0
	}
	for name, f := range n.failed {
		s.Failed[name] = f
	}
	return s, nil
}

// Run signs whenever the log has grown, at most once in a while, and hands checkpoints out
// until ctx ends. Then it signs a last time. What goes wrong is logged and tried again.
func (n *Notary) Run(ctx context.Context) error {
	// What was signed before the start goes out first: it may bear two keys, and lead from one
	// that a recipient knows to the next.
	var wg sync.WaitGroup
	for _, r := range n.to {
		wg.Go(func() { n.note(r.name, n.handOut(ctx, r)) })
	}
	wg.Wait()
	for _, r := range n.to {
		wg.Go(func() { n.deliver(ctx, r) })
	}
	wg.Go(func() { n.stamp(ctx) })
	tick := time.NewTicker(n.cfg.Every)
	defer tick.Stop()
	for {
		if _, err := n.Checkpoint(ctx); err != nil && ctx.Err() == nil {
			n.cfg.Logger.Error("the ledger could not be signed; trying again", "err", err)
		}
		select {
		case <-tick.C:
			continue
		case <-ctx.Done():
		}
		break
	}
	wg.Wait()
	if _, err := n.Checkpoint(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("sign the ledger at shutdown: %w", err)
	}
	return nil
}

// Pauses between attempts to hand a checkpoint out, and how long one may take.
const (
	retryMin  = time.Second
	retryMax  = 10 * time.Minute
	sendLimit = 30 * time.Second
)

// deliver hands a recipient the newest checkpoint: it covers those before. A new one does not cut
// a pause short: a recipient in trouble is left in peace.
func (n *Notary) deliver(ctx context.Context, r addressee) {
	pause := retryMin
	for {
		err := n.handOut(ctx, r)
		if ctx.Err() != nil {
			return
		}
		n.note(r.name, err)
		if err == nil {
			pause = retryMin
			select {
			case <-r.wake:
			case <-ctx.Done():
				return
			}
			continue
		}
		n.cfg.Logger.Warn("a checkpoint of the ledger was not taken; trying again", "recipient", r.name, "err", err, "in", pause)
		select {
		case <-time.After(pause):
			pause = min(2*pause, retryMax)
		case <-ctx.Done():
			return
		}
	}
}

// note remembers how the last delivery went.
func (n *Notary) note(recipient string, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if err == nil {
		delete(n.failed, recipient)
	} else {
		n.failed[recipient] = Failure{n.cfg.Now(), err}
	}
}

func (n *Notary) handOut(ctx context.Context, r addressee) error {
	s := n.latest()
	if s.Size == 0 {
		return nil
	}
	taken, err := n.cfg.Log.Taken(ctx, r.name, s.Log)
	if err != nil || taken >= s.Size {
		return err
	}
	limited, cancel := context.WithTimeout(ctx, sendLimit)
	defer cancel()
	if err := r.Send(limited, s.Note); err != nil {
		return err
	}
	return n.cfg.Log.SaveTaken(ctx, r.name, s.Log, s.Size)
}

func (n *Notary) stamp(ctx context.Context) {
	for {
		select {
		case s := <-n.stamps:
			if n.cfg.Stamp == nil {
				continue
			}
			limited, cancel := context.WithTimeout(ctx, sendLimit)
			err := n.cfg.Stamp(limited, s)
			cancel()
			if ctx.Err() != nil {
				return
			}
			n.note("timestamp", err)
			if err != nil {
				n.cfg.Logger.Warn("a checkpoint of the ledger was not time-stamped", "err", err)
			}
		case <-ctx.Done():
			return
		}
	}
}
