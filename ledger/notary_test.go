package ledger

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// memory is a log in memory.
type memory struct {
	mu    sync.Mutex
	tree  Verifier
	saved []Signed
	taken map[string]int64
	fail  error
}

func (m *memory) grow(n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for range n {
		m.tree.Add(leafOf(int(m.tree.Size())))
	}
}

func (m *memory) Head(context.Context) (Head, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return Head{1, m.tree.Size(), m.tree.Root()}, nil
}

func (m *memory) SaveCheckpoint(_ context.Context, s Signed) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail == nil {
		m.saved = append(m.saved, s)
	}
	return m.fail
}

func (m *memory) Taken(_ context.Context, name string, _ int64) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.taken[name], nil
}

func (m *memory) SaveTaken(_ context.Context, name string, _, size int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.taken[name] = size
	return nil
}

// outbox is a recipient that takes what it is told to.
type outbox struct {
	name  string
	mu    sync.Mutex
	down  bool
	sizes []int64
	tries int
}

func (o *outbox) Name() string { return o.name }

func (o *outbox) Send(_ context.Context, signed []byte) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.tries++
	if o.down {
		return errors.New("out of order")
	}
	c, err := Peek(signed)
	o.sizes = append(o.sizes, c.Size)
	return err
}

func (o *outbox) set(down bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.down = down
}

func (o *outbox) got() []int64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.sizes)
}

func TestNotarySignsAndHandsOut(t *testing.T) {
	k, public := keys(t, origin)
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		log := &memory{taken: map[string]int64{}}
		log.grow(1)
		good, bad := &outbox{name: "good"}, &outbox{name: "bad", down: true}
		var stamped []int64
		n, err := NewNotary(NotaryConfig{Log: log, Key: k, Folder: Folder{Dir: dir}, Every: 10 * time.Minute, Recipients: []Recipient{good, bad},
			Stamp: func(_ context.Context, s Signed) error { stamped = append(stamped, s.Size); return nil }})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- n.Run(ctx) }()
		wait := func(d time.Duration) { time.Sleep(d); synctest.Wait() }
		wait(time.Minute)
		if !slices.Equal(good.got(), []int64{1}) || len(log.saved) != 1 {
			t.Fatalf("%v %d", good.got(), len(log.saved))
		}
		log.grow(2)
		wait(5 * time.Minute)
		if len(good.got()) != 1 {
			t.Fatal("signed too early")
		}
		wait(5 * time.Minute)
		wait(30 * time.Minute) // nothing new
		if !slices.Equal(good.got(), []int64{1, 3}) || !slices.Equal(stamped, []int64{1, 3}) {
			t.Fatalf("%v %v", good.got(), stamped)
		}
		s, err := n.Status(ctx)
		if err != nil || s.Size != 3 || s.Signed != 3 || s.SignedAt.IsZero() || s.Failed["bad"].Err == nil || len(s.Failed) != 1 {
			t.Fatalf("%+v %v", s, err)
		}
		if bad.tries > 15 {
			t.Errorf("%d tries in 41 minutes", bad.tries)
		}
		bad.set(false)
		wait(11 * time.Minute)
		if !slices.Equal(bad.got(), []int64{3}) { // the newest alone
			t.Fatalf("%v", bad.got())
		}
		if s, _ := n.Status(ctx); len(s.Failed) != 0 {
			t.Errorf("%+v", s)
		}
		// On demand, and again at shutdown.
		log.grow(1)
		if s, err := n.Checkpoint(ctx); err != nil || s.Size != 4 {
			t.Fatal(s, err)
		}
		again, err := n.Checkpoint(ctx)
		if err != nil || again.Size != 4 || len(log.saved) != 3 {
			t.Fatal(again.Size, len(log.saved), err)
		}
		wait(time.Minute)
		if !slices.Equal(good.got(), []int64{1, 3, 4}) {
			t.Fatal(good.got())
		}
		log.grow(1)
		cancel()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		signed, err := Folder{Dir: dir}.Read(1)
		if c, oerr := Open(signed, public); err != nil || oerr != nil || c.Size != 5 {
			t.Fatal(c, err, oerr)
		}
		// The next one goes on, and sends what was not taken.
		if n, err = NewNotary(NotaryConfig{Log: log, Key: k, Folder: Folder{Dir: dir}, Recipients: []Recipient{good}}); err != nil {
			t.Fatal(err)
		}
		ctx, cancel = context.WithCancel(t.Context())
		go func() { done <- n.Run(ctx) }()
		wait(time.Second)
		cancel()
		if err := <-done; err != nil || !slices.Equal(good.got(), []int64{1, 3, 4, 5}) {
			t.Fatal(good.got(), err)
		}
	})
}

// TestNewKeyIsVouchedForByTheOld: the checkpoint that two keys signed reaches who knows only the
// old one, though the log has grown since, and the file keeps both signatures.
func TestNewKeyIsVouchedForByTheOld(t *testing.T) {
	old, oldPublic := keys(t, origin)
	next, nextPublic := keys(t, origin)
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		log := &memory{taken: map[string]int64{}}
		log.grow(3)
		notary := func(r ...Recipient) *Notary {
			n, err := NewNotary(NotaryConfig{Log: log, Key: next, Folder: Folder{Dir: dir}, Recipients: r})
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		if _, err := notary().Checkpoint(t.Context(), old); err != nil {
			t.Fatal(err)
		}
		again, err := notary().Checkpoint(t.Context())
		if err != nil || len(log.saved) != 2 {
			t.Fatal(err)
		}
		for _, public := range []string{oldPublic, nextPublic} {
			if _, err := Open(again.Note, public); err != nil {
				t.Error("a signature is gone:", err)
			}
		}
		log.grow(1)
		r := &outbox{name: "auditor"}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- notary(r).Run(ctx) }()
		time.Sleep(time.Second)
		synctest.Wait()
		cancel()
		if err := <-done; err != nil || !slices.Equal(r.got(), []int64{3, 4}) {
			t.Error(r.got(), err)
		}
	})
}

// TestNewestCheckpointIsStamped: while the authority is slow, what is to be stamped next is the newest.
func TestNewestCheckpointIsStamped(t *testing.T) {
	k, _ := keys(t, origin)
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		log := &memory{taken: map[string]int64{}}
		log.grow(1)
		var stamped []int64
		n, err := NewNotary(NotaryConfig{Log: log, Key: k, Folder: Folder{Dir: dir}, Stamp: func(_ context.Context, s Signed) error {
			time.Sleep(20 * time.Second)
			stamped = append(stamped, s.Size)
			return nil
		}})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- n.Run(ctx) }()
		for range 3 { // asked for, as reports do
			time.Sleep(time.Second)
			log.grow(1)
			if _, err := n.Checkpoint(ctx); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if !slices.Equal(stamped, []int64{1, 4}) {
			t.Errorf("stamped: %v", stamped)
		}
		cancel()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	})
}

// TestRecipientsOfOneName: two addresses at one host bear one name, and each gets every checkpoint.
func TestRecipientsOfOneName(t *testing.T) {
	k, _ := keys(t, origin)
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		log := &memory{taken: map[string]int64{}}
		log.grow(1)
		first, second := &outbox{name: "webhook audit.example"}, &outbox{name: "webhook audit.example", down: true}
		n, err := NewNotary(NotaryConfig{Log: log, Key: k, Folder: Folder{Dir: dir}, Recipients: []Recipient{first, second}})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- n.Run(ctx) }()
		time.Sleep(time.Minute)
		synctest.Wait()
		if s, err := n.Status(ctx); err != nil || len(s.Failed) != 1 {
			t.Errorf("%+v %v", s.Failed, err)
		}
		second.set(false)
		time.Sleep(20 * time.Minute)
		synctest.Wait()
		if !slices.Equal(first.got(), []int64{1}) || !slices.Equal(second.got(), []int64{1}) {
			t.Errorf("the first got %v, the second %v", first.got(), second.got())
		}
		cancel()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	})
}

// faulty lets one step of a write fail.
type faulty struct {
	osDisk
	step string
}

var errDisk = errors.New("disk on fire")

func (f faulty) MkdirAll(dir string) error {
	if f.step == "mkdir" {
		return errDisk
	}
	return f.osDisk.MkdirAll(dir)
}

func (f faulty) Write(path string, b []byte) error {
	switch f.step {
	case "write":
		return errDisk
	case "half":
		return errors.Join(errDisk, f.osDisk.Write(path, b[:len(b)/2]))
	}
	return f.osDisk.Write(path, b)
}

func (f faulty) Rename(from, to string) error {
	if f.step == "rename" {
		return errDisk
	}
	return f.osDisk.Rename(from, to)
}

func (f faulty) Sync(dir string) error {
	if f.step == "sync" {
		return errDisk
	}
	return f.osDisk.Sync(dir)
}

// TestFileIsOldOrNew: whatever fails, the file holds a whole checkpoint, nothing is recorded
// or sent that is not in it, and the next attempt mends it.
func TestFileIsOldOrNew(t *testing.T) {
	k, public := keys(t, origin)
	for _, step := range []string{"mkdir", "write", "half", "rename", "sync", "save"} {
		dir := t.TempDir()
		log := &memory{taken: map[string]int64{}}
		log.grow(3)
		n, err := NewNotary(NotaryConfig{Log: log, Key: k, Folder: Folder{Dir: dir}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := n.Checkpoint(t.Context()); err != nil {
			t.Fatal(err)
		}
		log.grow(4)
		n.cfg.Folder.disk = faulty{step: step}
		if step == "save" {
			log.fail = errDisk
		}
		if _, err := n.Checkpoint(t.Context()); !errors.Is(err, errDisk) {
			t.Fatalf("%s: %v", step, err)
		}
		if len(log.saved) != 1 || n.latest().Size != 3 {
			t.Errorf("%s: counted all the same", step)
		}
		signed, err := Folder{Dir: dir}.Read(1)
		c, oerr := Open(signed, public)
		if want := map[bool]int64{true: 7, false: 3}[step == "sync" || step == "save"]; err != nil || oerr != nil || c.Size != want {
			t.Errorf("%s: the file has %d leaves: %v %v", step, c.Size, err, oerr)
		}
		log.fail, n.cfg.Folder.disk = nil, nil
		if s, err := n.Checkpoint(t.Context()); err != nil || s.Size != 7 || len(log.saved) != 2 {
			t.Errorf("%s: afterwards %v", step, err)
		}
	}
}

func TestNewestLogsFileCounts(t *testing.T) {
	k, _ := keys(t, origin)
	f := Folder{Dir: filepath.Join(t.TempDir(), "points")}
	if log, _, err := f.Latest(); log != 0 || err != nil {
		t.Fatal(log, err)
	}
	tree := grown(t, 3)
	for _, log := range []int64{2, 10, 9} {
		if err := f.Write(log, signed(t, k, 3, tree)); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"log-11.checkpoint.new", "log-x.checkpoint", "log-0.checkpoint", "readme"} {
		os.WriteFile(filepath.Join(f.Dir, name), nil, 0o600)
	}
	if log, b, err := f.Latest(); log != 10 || err != nil || len(b) == 0 {
		t.Fatal(log, err)
	}
	if _, err := f.Read(7); !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
}
