package monitor

import (
	"sync"
	"time"

	"github.com/jonboulle/clockwork"
)

// stepTolerance is how far the wall clock may drift from the monotonic one before the
// difference counts as a step.
const stepTolerance = time.Second

// Clock is wall-clock time that does not jump: the wall clock at the anchor plus the
// monotonic time since. It is safe for concurrent use.
type Clock struct {
	mu     sync.RWMutex
	anchor time.Time // carries both readings
	wall   time.Time // of the anchor, without the monotonic reading
}

// NewClock anchors a clock at the present.
func NewClock() *Clock {
	now := time.Now()
	return &Clock{anchor: now, wall: now.Round(0)}
}

// Now is the present by this clock, UTC.
func (c *Clock) Now() time.Time {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.wall.Add(time.Since(c.anchor)).UTC()
}

// Settle compares the clock with a reading of the wall clock. If they differ by more than
// a second the clock takes the reading over, and Settle returns the size of the step.
func (c *Clock) Settle(wall time.Time) (step time.Duration) {
	wall = wall.Round(0)
	step = wall.Sub(c.Now())
	if step.Abs() <= stepTolerance {
		return 0
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.anchor, c.wall = time.Now(), wall
	return step
}

// schedulerClock lets gocron run on a Clock; its timers are monotonic as they are.
type schedulerClock struct {
	clockwork.Clock
	c *Clock
}

func (s schedulerClock) Now() time.Time                  { return s.c.Now() }
func (s schedulerClock) Since(t time.Time) time.Duration { return s.c.Now().Sub(t) }
func (s schedulerClock) Until(t time.Time) time.Duration { return t.Sub(s.c.Now()) }
