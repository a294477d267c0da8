package monitor

import "sync"

// turn lets one look of a runner be made at a time, and none once it has ended.
type turn struct {
	mu          sync.Mutex
	busy, ended bool
}

// begin takes the turn if it is free and a look is due. due is asked with the lock held.
func (t *turn) begin(due func() bool) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.busy || t.ended || !due() {
		return false
	}
	t.busy = true
	return true
}

func always() bool { return true }

// finish gives the turn back.
func (t *turn) finish() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.busy = false
}

// end stops the runner for good.
func (t *turn) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ended = true
}
