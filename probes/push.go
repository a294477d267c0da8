package probes

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/charterwatch/charterwatch/internal/fetch"
)

// Heartbeats remembers when jobs last reported. Make one for a process with
// [NewHeartbeats], pass it to every push probe, and call Beat for each report that arrives. It is safe
// for concurrent use.
type Heartbeats struct {
	started time.Time
	mu      sync.Mutex
	last    map[string]beat
}

type beat struct {
	at  time.Time
	ok  bool
	msg string
}

// NewHeartbeats returns a registry without memory. started is when it began to listen: until a
// check's interval and grace have passed since then, silence means nothing.
func NewHeartbeats(started time.Time) *Heartbeats {
	return &Heartbeats{started: started, last: map[string]beat{}}
}

// Beat records a report of the job that belongs to a check. ok false means that the job
// itself says that it failed; msg is its one-line explanation, shown to people. A report older than the
// last one changes nothing.
func (h *Heartbeats) Beat(check string, at time.Time, ok bool, msg string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if old, seen := h.last[check]; !seen || !at.Before(old.at) {
		h.last[check] = beat{at, ok, oneLine(fetch.Cut(msg, 200))}
	}
}

// Seed recalls a report from before the registry started, as the store remembers it. It
// never replaces a later one.
func (h *Heartbeats) Seed(check string, at time.Time) { h.Beat(check, at, true, "") }

func (h *Heartbeats) lastOf(check string) (beat, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	b, ok := h.last[check]
	return b, ok
}

// PushConfig configures a probe that waits for reports from a job. Check, Interval and
// Heartbeats are required.
type PushConfig struct {
	Check      string           // the check's id, "site/check", as given to Beat
	Interval   time.Duration    // how often the job reports
	Grace      time.Duration    // how late a report may be
	Heartbeats *Heartbeats      // where reports arrive
	Now        func() time.Time // nil means time.Now
}

// Push looks for a report that should have arrived: a dead man's switch for batch jobs.
type Push struct{ c PushConfig }

// NewPush validates c. The error joins a *FieldError for each mistake.
func NewPush(c PushConfig) (*Push, error) {
	f := newFieldErrors()
	if c.Check == "" {
		f.add("Check", refuse("check_id"))
	}
	if c.Interval <= 0 {
		f.add("Interval", refuse("push_interval"))
	}
	f.duration("Grace", c.Grace)
	if c.Heartbeats == nil {
		f.add("Heartbeats", refuse("heartbeats"))
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	return &Push{c}, nil
}

// Kind is "push".
func (p *Push) Kind() string { return "push" }

// Target is the check's id.
func (p *Push) Target() string { return p.c.Check }

// Probe asks the registry. A reported failure stands until the next report, or until that is
// overdue. A registry that has not listened for long enough to miss a report cannot tell:
// reason not_running.
func (p *Push) Probe(context.Context) (Measurement, error) {
	now, allowed := p.c.Now(), p.c.Interval+p.c.Grace
	b, seen := p.c.Heartbeats.lastOf(p.c.Check)
	if seen && now.Sub(b.at) <= allowed {
		if b.ok {
			return Measurement{}, nil
		}
		detail := "the job reported a failure"
		if b.msg != "" {
			detail += ": " + b.msg
		}
		return Measurement{Reason: HeartbeatReported, Detail: detail}, nil
	}
	// A report may have come while nobody listened.
	if now.Sub(p.c.Heartbeats.started) <= allowed {
		return Measurement{}, &NotSeen{NotRunning, fmt.Errorf("listening only since %s; a report is due every %s",
			p.c.Heartbeats.started.UTC().Format(time.RFC3339), p.c.Interval)}
	}
	if !seen {
		return Measurement{Reason: HeartbeatMissing, Detail: "no report has ever arrived"}, nil
	}
	return Measurement{Reason: HeartbeatMissing, Detail: fmt.Sprintf("the last report came at %s; one is due every %s, at most %s late",
		b.at.UTC().Format(time.RFC3339), p.c.Interval, p.c.Grace)}, nil
}
