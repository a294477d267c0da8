package store

import (
	"context"
	"fmt"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/probes"
)

// cell collects one StripCell.
type cell struct {
	compliance.StripCell
	latency compliance.Sketch
	reasons map[probes.Reason]int // of what did not pass
}

func (c *cell) add(r probes.Reason, n int) {
	switch r.Outcome() {
	case probes.Pass:
		c.Pass += n
		return
	case probes.Fail:
		c.Fail += n
	default:
		c.Unknown += n
	}
	if c.reasons == nil {
		c.reasons = map[probes.Reason]int{}
	}
	c.reasons[r] += n
}

func (c *cell) done() compliance.StripCell {
	c.P95 = c.latency.Quantile(0.95)
	for r, n := range c.reasons {
		w := c.Worst
		fails, worstFails := r.Outcome() == probes.Fail, w.Outcome() == probes.Fail
		if w == probes.OK || fails && !worstFails || fails == worstFails && (n > c.reasons[w] || n == c.reasons[w] && r < w) {
			c.Worst = r
		}
	}
	return c.StripCell
}

// Strip returns the heartbeat strip of one check: [from, to) in as many equal cells. The
// error wraps ErrNotFound when the check was never adopted.
func (d *DB) Strip(ctx context.Context, check string, from, to time.Time, buckets int) ([]compliance.StripCell, error) {
	m, err := d.Strips(ctx, []string{check}, from, to, buckets)
	if err != nil {
		return nil, err
	}
	if m[check] == nil {
		return nil, fmt.Errorf("strip of %s: %w", check, ErrNotFound)
	}
	return m[check], nil
}

// Strips returns the strips of many checks at once: what a wall loads. Checks that were
// never adopted are left out.
func (d *DB) Strips(ctx context.Context, checks []string, from, to time.Time, buckets int) (map[string][]compliance.StripCell, error) {
	lo, hi := from.UnixMilli(), to.UnixMilli()
	if buckets <= 0 || lo >= hi {
		return nil, fmt.Errorf("strips: %d cells from %s to %s", buckets, from, to)
	}
	topo := d.topology()
	var of []*series
	cells := map[string][]cell{}
	for _, name := range checks {
		c := topo.checks[name]
		if c == nil || cells[name] != nil {
			continue
		}
		strip := make([]cell, buckets)
		for i := range strip {
			strip[i].From = fromMS(lo + (hi-lo)*int64(i)/int64(buckets))
		}
		cells[name] = strip
		for _, s := range c.all() {
			if l, h := s.span(lo, hi); l < h {
				of = append(of, s)
			}
		}
	}
	at := func(s *series, ms int64) *cell {
		return &cells[s.life.check.name][int(int64(buckets)*(ms-lo)/(hi-lo))]
	}
	err := d.eachLook(ctx, of, lo, hi, func(s *series, slot int64, l compliance.Look, _ *row) {
		if l.Attempt != 0 {
			return
		}
		c := at(s, slot)
		if c.add(l.Reason, 1); l.Reason == probes.OK {
			c.latency.Add(l.Latency)
		}
	}, func(s *series, g gapRow) {
		iv := s.life.grid.Interval.Milliseconds()
		for slot := s.life.grid.Ceil(fromMS(g.from)).UnixMilli(); slot < g.to; slot += iv {
			at(s, slot).add(g.reason, 1)
		}
	})
	if err != nil {
		return nil, fmt.Errorf("strips: %w", err)
	}
	out := make(map[string][]compliance.StripCell, len(cells))
	for name, strip := range cells {
		done := make([]compliance.StripCell, buckets)
		for i := range strip {
			done[i] = strip[i].done()
		}
		out[name] = done
	}
	return out, nil
}
