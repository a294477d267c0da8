package notices

import (
	"context"
	"sync"
	"time"
)

// Pacer gives boards that share hosts their turns: to each host a request in every Every. Its
// zero value lets one through each second, and it is safe for concurrent use.
type Pacer struct {
	Every time.Duration // 0 means DefaultPace

	mu   sync.Mutex
	next map[string]time.Time // by host: the earliest next turn
}

// Wait waits for a turn to send a request to host. It returns ctx's error if that ends first;
// the turn is lost then.
func (p *Pacer) Wait(ctx context.Context, host string) error {
	every := p.Every
	if every == 0 {
		every = DefaultPace
	}
	p.mu.Lock()
	if p.next == nil {
		p.next = map[string]time.Time{}
	}
	now := time.Now()
	turn := p.next[host]
	if turn.Before(now) {
		turn = now
	}
	p.next[host] = turn.Add(every)
	p.mu.Unlock()
	if !turn.After(now) {
		return ctx.Err()
	}
	wait := time.NewTimer(turn.Sub(now))
	defer wait.Stop()
	select {
	case <-wait.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
