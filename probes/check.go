package probes

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"time"
)

// Probe is a kind of look: http, tcp, tls, dns, icmp, grpc, websocket, journey.
//
// Probe must honour ctx (which carries the check's deadline), must open a new
// connection for each look and close it before returning, and must be safe for
// concurrent use. It returns an error only for what is not the site's doing (a
// bad setting, a missing permission): wrap it in a *NotSeen to choose the reason. A site
// that misbehaves is a Measurement with a failing Reason and no error.
type Probe interface {
	Probe(ctx context.Context) (Measurement, error)
}

// Measurement is what a Probe saw. Its outcome follows from its Reason.
type Measurement struct {
	Reason  Reason
	Detail  string
	Phases  Phases
	Facts   Facts
	Capture *Capture
}

// NotSeen is the error of a Probe that could not look, and says why.
type NotSeen struct {
	Reason Reason // one whose Outcome is Unknown
	Err    error
}

func (e *NotSeen) Error() string { return fmt.Sprintf("%s: %v", e.Reason, e.Err) }

// Unwrap returns the cause.
func (e *NotSeen) Unwrap() error { return e.Err }

// Check binds a probe to what it is called and how long it may take. Use it by
// pointer; Run is safe for concurrent use.
type Check struct {
	ID      string        // "site/check"
	Vantage string        // where this process looks from
	Timeout time.Duration // bound of one look; 0 means DefaultTimeout
	Probe   Probe

	// Now is the clock that stamps results; nil means time.Now. The monitor passes its
	// own, which does not jump when the wall clock is set.
	Now func() time.Time

	abandoned atomic.Int32 // looks that ignored their deadline and still run
}

const (
	// DefaultTimeout bounds a look whose check says nothing.
	DefaultTimeout = 10 * time.Second
	// stuckGrace is how long past its deadline a probe may take to return.
	stuckGrace = 2 * time.Second
	// maxAbandoned is how many stuck looks of one check may be left behind before the
	// check stops adding to them.
	maxAbandoned = 3
)

// Run looks once and says what was seen: it stamps the time, bounds the look, and turns
// a panic or a probe that never returns into an Unknown result. It never logs.
// If ctx ends before the look does, the result is Unknown with reason Cancelled: a
// shutdown is not a site's failure.
func (c *Check) Run(ctx context.Context, slot time.Time, attempt int) Result {
	now := c.Now
	if now == nil {
		now = time.Now
	}
	start := now()
	r := Result{Check: c.ID, Vantage: c.Vantage, Slot: slot, Attempt: attempt, Start: start.UTC().Truncate(time.Millisecond)}
	m, err := c.look(ctx)
	r.Duration = max(now().Sub(start), 0)
	r.Reason, r.Detail, r.Phases, r.Facts, r.Capture = m.Reason, m.Detail, m.Phases, m.Facts, m.Capture
	if err != nil {
		r.Reason, r.Detail = Misconfigured, err.Error()
		if ns := (*NotSeen)(nil); errors.As(err, &ns) && ns.Reason.Outcome() == Unknown {
			r.Reason, r.Detail = ns.Reason, ns.Err.Error()
		}
	}
	// A look cut short by its own deadline is the site's slowness, and the probe says so;
	// one cut short from outside says nothing about the site, whatever the probe made of it.
	if ctx.Err() != nil && r.Reason != OK {
		r.Reason, r.Detail, r.Capture = Cancelled, "the look was cut short", nil
	}
	r.Outcome = r.Reason.Outcome()
	return r
}

type looked struct {
	m   Measurement
	err error
}

// look runs the probe in a goroutine of its own, so that one that hangs can be left behind.
func (c *Check) look(ctx context.Context) (Measurement, error) {
	if n := c.abandoned.Load(); n >= maxAbandoned {
		return Measurement{}, &NotSeen{Stuck, fmt.Errorf("%d earlier looks never returned", n)}
	}
	timeout := c.Timeout
	if timeout <= 0 {
		timeout = DefaultTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	done := make(chan looked, 1)
	c.abandoned.Add(1)
	go func() {
		defer c.abandoned.Add(-1)
		defer func() {
			if p := recover(); p != nil {
				done <- looked{err: &NotSeen{Crashed, fmt.Errorf("panic: %v at %s", p, panicSite())}}
			}
		}()
		m, err := c.Probe.Probe(ctx)
		done <- looked{m, err}
	}()
	select {
	case l := <-done:
		return l.m, l.err
	case <-ctx.Done():
	}
	grace := time.NewTimer(stuckGrace)
	defer grace.Stop()
	select {
	case l := <-done:
		return l.m, l.err
	case <-grace.C:
		return Measurement{}, &NotSeen{Stuck, fmt.Errorf("no answer %s after the deadline of %s", stuckGrace, timeout)}
	}
}

// panicSite names the function that panicked: enough to find the fault, without the
// argument words of a full stack, which could hold page content.
func panicSite() string {
	pc := make([]uintptr, 32)
	frames := runtime.CallersFrames(pc[:runtime.Callers(3, pc)])
	for {
		f, more := frames.Next()
		if f.Function != "" && !strings.HasPrefix(f.Function, "runtime.") {
			return fmt.Sprintf("%s:%d", f.Function, f.Line)
		}
		if !more {
			return "unknown place"
		}
	}
}
