package monitor

import (
	"context"
	"sync"
	"time"

	"github.com/charterwatch/charterwatch/probes"
)

const (
	uplinkShare   = time.Second     // how long an answer of the canaries is shared
	uplinkTimeout = 3 * time.Second // how long a canary may take
)

// Uplink tells whether the monitor can see out: it can while at least one canary answers.
// Without canaries it always can, and a failing uplink looks like failing sites.
type Uplink struct {
	now func() time.Time

	mu       sync.Mutex
	canaries []probes.Probe
	asked    time.Time
	up       bool
	down     time.Time // since when no canary answers
}

// NewUplink returns an uplink with these canaries.
func NewUplink(canaries []probes.Probe, now func() time.Time) *Uplink {
	return &Uplink{canaries: canaries, now: now, up: true}
}

// Change replaces the canaries. What the old ones last answered is forgotten.
func (u *Uplink) Change(canaries []probes.Probe) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.canaries, u.asked = canaries, time.Time{}
	if len(canaries) == 0 {
		u.up, u.down = true, time.Time{}
	}
}

// Reachable asks the canaries, or returns their answer of the last second.
func (u *Uplink) Reachable(ctx context.Context) bool {
	u.mu.Lock() // held while asking: everyone who waits shares the answer
	defer u.mu.Unlock()
	if len(u.canaries) == 0 {
		return true
	}
	if !u.asked.IsZero() && u.now().Sub(u.asked) < uplinkShare {
		return u.up
	}
	up := u.ask(ctx)
	if ctx.Err() != nil && !up {
		return u.up // cut short: nothing new was learned
	}
	u.asked, u.up = u.now(), up
	if up {
		u.down = time.Time{}
	} else if u.down.IsZero() {
		u.down = u.asked
	}
	return up
}

// DownSince says since when no canary answers, zero while one does. It asks nobody.
func (u *Uplink) DownSince() time.Time {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.down
}

func (u *Uplink) ask(ctx context.Context) bool {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // the first answer is enough
	answers := make(chan bool, len(u.canaries))
	for _, p := range u.canaries {
		go func() {
			c := probes.Check{ID: "canary", Timeout: uplinkTimeout, Probe: p, Now: u.now}
			answers <- c.Run(ctx, u.now(), 0).Outcome == probes.Pass
		}()
	}
	for range u.canaries {
		if <-answers {
			return true
		}
	}
	return false
}
