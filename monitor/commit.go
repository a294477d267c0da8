package monitor

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/probes"
	"github.com/charterwatch/charterwatch/scanners"
)

const (
	groupSize   = 250
	groupWait   = 50 * time.Millisecond
	queueSize   = 1 << 16
	retryMin    = 100 * time.Millisecond
	retryMax    = 5 * time.Second
	troubleTime = 30 * time.Second // without a commit before the monitor's trouble is told
)

// record is one thing to commit: a result, a gap, a look at a notice board, a person's
// statement, or a site whose status, clocks or alerts changed by the passing of time alone.
type record struct {
	spec   *compliance.CheckSpec // the check as it stood when it was due; nil without result and gap
	result *probes.Result
	gap    *compliance.Gap
	touch  string // site

	board *compliance.BoardSpec
	look  *scanners.BoardLook
	said  *said
	clock string // site
	alarm string // site or compliance.MonitorScope

	page     *compliance.PageSpec
	pageLook *scanners.PageLook
	imported *imported
}

func (r record) check() string {
	if r.spec == nil {
		return ""
	}
	return r.spec.ID
}

func (r record) site() string {
	switch {
	case r.spec != nil:
		return compliance.SiteOf(r.spec.ID)
	case r.board != nil:
		return r.board.Sites[0].ID
	case r.said != nil:
		return r.said.Site
	case r.clock != "":
		return r.clock
	case r.alarm != "":
		return r.alarm
	case r.page != nil:
		return r.page.Site
	case r.imported != nil:
		return compliance.MonitorScope
	default:
		return r.touch
	}
}

// unseen is the gap that takes the place of a slot's result which could not be kept.
func (r record) unseen(why probes.Reason) record {
	return record{spec: r.spec, gap: &compliance.Gap{
		Check: r.result.Check, Vantage: r.result.Vantage, From: r.result.Slot, To: r.result.Slot.Add(r.spec.Interval), Reason: why,
	}}
}

// committer owns the engine's state. Only its Run goroutine changes it, and only after
// the store has made the change durable.
type committer struct {
	store Store
	sinks []Sink
	now   func() time.Time
	log   *slog.Logger
	stats *stats
	queue chan record

	lostMu sync.Mutex
	lost   map[string][]record // by check: gaps for what the full queue turned away

	mu     sync.RWMutex // guards what follows
	sites  map[string]compliance.Site
	checks map[string]compliance.CheckState
	states map[string]compliance.SiteState
	desk
	*alarm
	pages  map[string]compliance.PageSpan // the latest of each
	cases  compliance.CaseBook
	struck func(site string) // told of an outage that opened; must not block

	pending   []record // taken off the queue, not yet durable; Run's own
	failing   time.Time
	announced map[string]bool // outages and alerts published uncommitted
}

// submit queues a record. It never blocks: when the queue is full the observation is
// counted as lost, and becomes a gap once there is room.
func (c *committer) submit(r record) {
	select {
	case c.queue <- r:
		return
	default:
	}
	c.stats.overflow.Add(1)
	if r.result != nil {
		if r.result.Attempt != 0 {
			return // owns no time
		}
		r = r.unseen(probes.Overflow)
	}
	if r.gap == nil {
		return
	}
	c.lostMu.Lock()
	defer c.lostMu.Unlock()
	lost := c.lost[r.check()]
	if n := len(lost); n > 0 && lost[n-1].gap.Continues(*r.gap) {
		lost[n-1].gap.To = r.gap.To
		return
	}
	own := *r.gap // it grows
	c.lost[r.check()] = append(lost, record{spec: r.spec, gap: &own})
}

// Run commits until the queue is closed and everything in it is durable, or ctx ends.
func (c *committer) Run(ctx context.Context) error {
	retry := retryMin
	for {
		if err := c.collect(ctx); err != nil {
			return err
		}
		if len(c.pending) == 0 {
			return nil // closed and drained
		}
		n := min(len(c.pending), groupSize)
		if err := c.commit(ctx, c.pending[:n]); err != nil {
			if ctx.Err() != nil {
				return fmt.Errorf("commit %d records at shutdown: %w", len(c.pending)+len(c.queue), err)
			}
			c.trouble(err)
			pause := time.NewTimer(retry)
			select {
			case <-pause.C:
			case <-ctx.Done():
				pause.Stop()
			}
			retry = min(2*retry, retryMax)
			continue
		}
		c.recovered()
		retry = retryMin
		c.pending = append(c.pending[:0], c.pending[n:]...)
	}
}

// collect waits for the next group. While the store is in trouble it takes all there is,
// so that outages behind the failing group are seen too.
func (c *committer) collect(ctx context.Context) error {
	c.reclaim()
	if len(c.pending) == 0 {
		select {
		case r, ok := <-c.queue:
			if !ok {
				return nil
			}
			c.pending = append(c.pending, r)
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	limit := groupSize
	if !c.failing.IsZero() {
		limit = queueSize
	}
	wait := time.NewTimer(groupWait)
	defer wait.Stop()
	for len(c.pending) < limit {
		select {
		case r, ok := <-c.queue:
			if !ok {
				return nil
			}
			c.pending = append(c.pending, r)
		case <-wait.C:
			return nil
		}
	}
	return nil
}

// reclaim turns what the full queue turned away into gaps, once there is room again.
func (c *committer) reclaim() {
	if len(c.queue) > queueSize/2 || !c.failing.IsZero() {
		return
	}
	c.lostMu.Lock()
	defer c.lostMu.Unlock()
	for _, gaps := range c.lost {
		c.pending = append(c.pending, gaps...)
	}
	clear(c.lost)
}

// commit makes one group durable and lets it count.
func (c *committer) commit(ctx context.Context, group []record) error {
	b := c.judge(group)
	began := c.now()
	rejected, err := c.store.Commit(ctx, b.changes)
	if err != nil {
		c.stats.commitErrors.Add(1)
		return fmt.Errorf("commit %d changes: %w", len(b.changes), err)
	}
	c.stats.commit(c.now(), c.now().Sub(began), len(group))
	refused := map[string]bool{}
	for _, r := range rejected {
		site := b.changes[r.Index].Site
		refused[site] = true
		c.stats.rejected.Add(1)
		c.log.Error("the store refused a change; its time becomes unknown", "site", site, "err", r.Err)
	}
	c.adopt(b, refused)
	b.answer(refused)
	for i := range b.changes {
		if !refused[b.changes[i].Site] {
			for _, s := range c.sinks {
				s.Publish(b.changes[i])
			}
		}
	}
	if len(refused) > 0 {
		return c.refuse(ctx, group, refused)
	}
	return nil
}

// refuse records as gaps what the store would not take.
func (c *committer) refuse(ctx context.Context, group []record, refused map[string]bool) error {
	var gaps []record
	for _, r := range group {
		if r.result == nil || r.result.Attempt != 0 || !refused[r.site()] {
			continue
		}
		gaps = append(gaps, r.unseen(probes.NotStored))
	}
	b := c.judge(gaps)
	again, err := c.store.Commit(ctx, b.changes)
	if err != nil {
		return fmt.Errorf("commit the gaps of refused changes: %w", err)
	}
	lost := map[string]bool{}
	for _, r := range again {
		lost[b.changes[r.Index].Site] = true
		c.log.Error("the store refused a gap as well; sealing will find the slots missing", "site", b.changes[r.Index].Site, "err", r.Err)
	}
	c.adopt(b, lost)
	return nil
}

// adopt lets the judged states count.
func (c *committer) adopt(b *batch, except map[string]bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for id, s := range b.checks {
		if !except[compliance.SiteOf(id)] {
			c.checks[id] = s
		}
	}
	for id, s := range b.sites {
		if !except[id] {
			if o := s.Outage; o != nil && c.states[id].Outage == nil {
				c.struck(id)
			}
			c.states[id] = s
		}
	}
	c.desk.adopt(b, except)
	for id, s := range b.pages {
		if !except[compliance.SiteOf(id)] {
			c.pages[id] = s
		}
	}
	if b.cases != nil && !except[compliance.MonitorScope] {
		c.cases = *b.cases
	}
	c.alarm.adopt(b, except)
}

// trouble notes a failed commit, and after a while tells of outages that the store does
// not take.
func (c *committer) trouble(err error) {
	now := c.now()
	if c.failing.IsZero() {
		c.failing = now
		c.log.Error("the store does not take results; trying again", "err", err, "waiting", len(c.pending)+len(c.queue))
	}
	c.stats.setTrouble(c.failing, err)
	if now.Sub(c.failing) < troubleTime {
		return
	}
	for _, change := range c.judge(c.pending).changes {
		told := compliance.Change{Site: change.Site, Uncommitted: true}
		for _, o := range change.Outages {
			if o.Open() && !c.announced[o.ID] {
				c.announced[o.ID] = true
				told.Outages = append(told.Outages, o)
			}
		}
		for _, a := range change.Alerts {
			pressing := a.Rule == compliance.AlertSiteDown || a.Rule == compliance.AlertStoreTrouble
			if a.Open() && pressing && !c.announced[a.ID] {
				c.announced[a.ID], a.Uncommitted = true, true
				told.Alerts = append(told.Alerts, a)
			}
		}
		if len(told.Outages)+len(told.Alerts) == 0 {
			continue
		}
		for _, s := range c.sinks {
			s.Publish(told)
		}
	}
}

func (c *committer) recovered() {
	if !c.failing.IsZero() {
		c.log.Info("the store takes results again", "after", c.now().Sub(c.failing).Round(time.Second))
	}
	c.failing = time.Time{}
	clear(c.announced)
	c.stats.setTrouble(time.Time{}, nil)
}
