package monitor

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
)

// Health is how the monitor itself is doing.
type Health struct {
	Started     time.Time
	LastCommit  time.Time // zero before the first
	Trouble     bool      // no commit for 30 s although there was something to commit
	Failing     time.Time // since when commits fail; zero while they do not
	FailingWhy  string
	UplinkDown  time.Time // since when no canary answers; zero while one does
	Queue       int       // records waiting
	Looks       uint64    // made since start
	MissedSlots uint64    // accounted for without a look since start
	Checks      int
}

// Health returns a snapshot of the monitor's own condition.
func (e *Engine) Health() Health {
	s := e.stats
	e.mu.Lock()
	n := len(e.runners)
	e.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	now := e.clock.Now()
	return Health{
		Started: s.started, LastCommit: s.lastCommit, Failing: s.failing, FailingWhy: s.failingWhy,
		Trouble:    !s.failing.IsZero() && now.Sub(s.failing) >= troubleTime,
		UplinkDown: e.uplink.DownSince(), Queue: len(e.committer.queue), Looks: s.looks.Load(),
		MissedSlots: s.missed.Load(), Checks: n,
	}
}

// Lateness returns the median and the 99th percentile of how long after their slot looks
// began, as the upper bound of the bucket they lie in.
func (e *Engine) Lateness() (p50, p99 time.Duration) {
	e.stats.mu.Lock()
	defer e.stats.mu.Unlock()
	h := &e.stats.lateness
	return h.quantile(0.5), h.quantile(0.99)
}

// States returns what is known of every site and check in the plan, as of the last commit.
func (e *Engine) States() compliance.Snapshot { return e.committer.snapshot() }

// Sites returns the plan's sites.
func (e *Engine) Sites() []compliance.Site {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.plan.Sites
}

func (e *Engine) holidaysEnd() time.Time {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.plan.HolidaysEnd
}

// Now is the engine's clock.
func (e *Engine) Now() time.Time { return e.clock.Now() }

func (c *committer) snapshot() compliance.Snapshot {
	c.mu.RLock()
	defer c.mu.RUnlock()
	snap := compliance.Snapshot{Checks: map[string]compliance.CheckState{}, Sites: map[string]compliance.SiteState{}}
	for id, site := range c.sites {
		snap.Sites[id] = c.states[id]
		for _, spec := range site.Checks {
			snap.Checks[spec.ID] = c.checks[spec.ID]
		}
	}
	return snap
}

func (c *committer) state(check string) compliance.CheckState {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.checks[check]
}

// confirmed says whether the check's failure is confirmed and no recovery is on trial.
func (c *committer) confirmed(check string) bool {
	o := c.state(check).Outage
	return o != nil && o.RecoveringSince.IsZero()
}

// overdue lists the sites whose status is another by now than the recorded one.
func (c *committer) overdue(now time.Time) []string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	var out []string
	for id, site := range c.sites {
		s := c.states[id]
		if s.Site != "" && compliance.SiteStatusAt(site, s, func(id string) compliance.CheckState { return c.checks[id] }, now) != s.Status {
			out = append(out, id)
		}
	}
	return out
}

// stats are counters that metrics and Health read.
type stats struct {
	looks, missed, overflow, rejected, commitErrors, clockSteps, committed atomic.Uint64

	mu         sync.Mutex
	started    time.Time
	lastCommit time.Time
	failing    time.Time
	failingWhy string
	commits    histogram // seconds
	lateness   histogram // seconds
	jobErrors  map[string]uint64
}

func newStats(now time.Time) *stats {
	return &stats{
		started:   now,
		commits:   newHistogram(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5),
		lateness:  newHistogram(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 10),
		jobErrors: map[string]uint64{},
	}
}

func (s *stats) commit(at time.Time, took time.Duration, records int) {
	s.committed.Add(uint64(records))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastCommit = at
	s.commits.add(took.Seconds())
}

func (s *stats) late(by time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lateness.add(by.Seconds())
}

func (s *stats) setTrouble(since time.Time, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failing, s.failingWhy = since, ""
	if err != nil {
		s.failingWhy = err.Error()
	}
}

func (s *stats) jobFailed(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.jobErrors[name]++
}

// histogram counts observations in cumulative buckets, as Prometheus does.
type histogram struct {
	bounds []float64
	counts []uint64 // one more than bounds
	sum    float64
	count  uint64
}

func newHistogram(bounds ...float64) histogram {
	return histogram{bounds: bounds, counts: make([]uint64, len(bounds)+1)}
}

func (h *histogram) add(v float64) {
	i := 0
	for i < len(h.bounds) && v > h.bounds[i] {
		i++
	}
	h.counts[i]++
	h.count++
	h.sum += v
}

// quantile returns the upper bound of the bucket that the quantile lies in, in seconds as
// a duration; the last bound if it lies beyond.
func (h *histogram) quantile(q float64) time.Duration {
	var n uint64
	for i, b := range h.bounds {
		if n += h.counts[i]; float64(n) >= q*float64(h.count) {
			return time.Duration(b * float64(time.Second))
		}
	}
	return time.Duration(h.bounds[len(h.bounds)-1] * float64(time.Second))
}

// cumulative returns the buckets as Prometheus wants them.
func (h *histogram) cumulative() map[float64]uint64 {
	out, n := make(map[float64]uint64, len(h.bounds)), uint64(0)
	for i, b := range h.bounds {
		n += h.counts[i]
		out[b] = n
	}
	return out
}
