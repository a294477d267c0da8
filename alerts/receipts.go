package alerts

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
)

const (
	receiptsKept  = 10_000 // that the store does not take; the oldest are given up beyond
	receiptsBatch = 256
	receiptWait   = 2 * time.Second // that a delivery waits for its receipt to be durable
	receiptRetry  = 30 * time.Second
)

// receipts writes receipts to the outbox. A receipt that cannot be written holds up no
// delivery: it is kept and tried again.
type receipts struct {
	outbox Outbox
	log    *slog.Logger
	wake   chan struct{}

	mu      sync.Mutex
	queue   []pending
	trouble bool
	lost    uint64
	count   map[receiptKind]uint64
}

type pending struct {
	compliance.Receipt
	written chan struct{}
}

type receiptKind struct {
	channel string
	status  compliance.ReceiptStatus
}

func newReceipts(o Outbox, l *slog.Logger) *receipts {
	return &receipts{outbox: o, log: l, wake: make(chan struct{}, 1), count: map[receiptKind]uint64{}}
}

// add keeps a receipt. While the store works it returns once the receipt is durable, but
// waits for that no longer than a moment.
func (r *receipts) add(ctx context.Context, x compliance.Receipt) {
	p, wait := r.keep(x)
	if !wait {
		return
	}
	patience := time.NewTimer(receiptWait)
	defer patience.Stop()
	select {
	case <-p.written:
	case <-patience.C:
	case <-ctx.Done():
	}
}

// later keeps a receipt and does not wait.
func (r *receipts) later(x compliance.Receipt) { r.keep(x) }

func (r *receipts) keep(x compliance.Receipt) (p pending, wait bool) {
	p = pending{x, make(chan struct{})}
	r.mu.Lock()
	r.count[receiptKind{x.Channel, x.Status}]++
	r.queue = append(r.queue, p)
	if over := len(r.queue) - receiptsKept; over > 0 {
		r.lost += uint64(over)
		r.queue = slices.Delete(r.queue, 0, over)
	}
	wait = !r.trouble
	r.mu.Unlock()
	poke(r.wake)
	return p, wait
}

// poke wakes whoever waits on a channel of one place.
func poke(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Run writes until ctx ends, and then what is left, once.
func (r *receipts) Run(ctx context.Context) error {
	retry := time.Duration(0)
	for {
		var again <-chan time.Time
		if retry > 0 {
			again = time.After(retry)
		}
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			r.write(last)
			return nil
		case <-r.wake:
			if retry > 0 {
				continue // its time has not come
			}
		case <-again:
		}
		if r.write(ctx) {
			retry = 0
		} else {
			retry = min(max(2*retry, time.Second), receiptRetry)
		}
	}
}

// write writes all that is kept, and says whether the store took it.
func (r *receipts) write(ctx context.Context) bool {
	for {
		r.mu.Lock()
		batch := slices.Clone(r.queue[:min(len(r.queue), receiptsBatch)])
		r.mu.Unlock()
		if len(batch) == 0 {
			r.say(nil)
			return true
		}
		list := make([]compliance.Receipt, len(batch))
		for i, p := range batch {
			list[i] = p.Receipt
		}
		err := r.outbox.Record(ctx, list)
		r.say(err)
		if err != nil {
			return false
		}
		r.done(batch)
	}
}

// done takes what was written off the queue; some of it may have been given up meanwhile.
func (r *receipts) done(batch []pending) {
	r.mu.Lock()
	defer r.mu.Unlock()
	written := map[chan struct{}]bool{}
	for _, p := range batch {
		written[p.written] = true
		close(p.written)
	}
	r.queue = slices.DeleteFunc(r.queue, func(p pending) bool { return written[p.written] })
}

// say logs when the store begins to refuse receipts, and when it takes them again.
func (r *receipts) say(err error) {
	r.mu.Lock()
	was, waiting := r.trouble, len(r.queue)
	r.trouble = err != nil
	r.mu.Unlock()
	switch {
	case err != nil && !was:
		r.log.Error("receipts of notifications cannot be written; they are kept and tried again", "err", err, "waiting", waiting)
	case err == nil && was:
		r.log.Info("receipts of notifications are written again")
	}
}

// stats are for metrics.
func (r *receipts) stats() (waiting int, lost uint64, count map[receiptKind]uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	count = make(map[receiptKind]uint64, len(r.count))
	for k, n := range r.count {
		count[k] = n
	}
	return len(r.queue), r.lost, count
}
