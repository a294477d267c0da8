package monitor

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/charter"
)

// alarm is the committer's state of alerts: those that stand, and what they are derived from
// besides the sites' states. Lists are replaced, never modified.
type alarm struct {
	alerts      map[string][]compliance.Alert // by scope: those that stand
	assessments map[string]compliance.Assessment
	policy      compliance.AlertPolicy
	roster      compliance.Roster
	onCall      compliance.OnCall
	clauses     []compliance.Clause // of the charter
	duties      []string            // to report incidents, of the charter
	due         *due

	// own is how the monitor itself was doing when it was last asked. It is kept here because
	// asking takes locks that must not be taken while the committer's is held.
	own atomic.Pointer[compliance.MonitorFacts]
}

func newAlarm(standing []compliance.Alert) *alarm {
	a := &alarm{alerts: map[string][]compliance.Alert{}, assessments: map[string]compliance.Assessment{}}
	for _, x := range standing {
		a.alerts[x.Scope()] = append(a.alerts[x.Scope()], x)
	}
	return a
}

// adopt lets a committed batch count. The committer's lock is held.
func (a *alarm) adopt(b *batch, except map[string]bool) {
	for scope, list := range b.alerts {
		if !except[scope] {
			a.alerts[scope] = list
		}
	}
}

// siteState is a site's state with what the batch makes of it. The committer's lock is held.
func (c *committer) siteState(b *batch, site string) compliance.SiteState {
	if b != nil {
		if s, ok := b.sites[site]; ok {
			return s
		}
	}
	return c.states[site]
}

// checkState is a check's state with what the batch makes of it. The committer's lock is held.
func (c *committer) checkState(b *batch, id string) compliance.CheckState {
	if b != nil {
		if s, ok := b.checks[id]; ok {
			return s
		}
	}
	return c.checks[id]
}

// takeAlerts derives the alerts of a change's scope anew, if it may have changed them.
func (c *committer) takeAlerts(b *batch, change *compliance.Change) {
	scope := change.Site
	open, asked := b.alerts[scope]
	if !asked {
		if len(change.Events)+len(change.Boards)+len(change.Statements) == 0 && change.State == nil {
			return
		}
		open = c.alerts[scope]
	}
	for _, s := range change.Statements {
		if s.Acknowledgement != nil {
			next, acked := compliance.Acknowledge(open, s)
			open, change.Alerts = next, append(change.Alerts, acked...)
		}
	}
	now := c.now()
	standing, changed := c.policy.Step(open, c.want(b, scope, now), now)
	b.alerts[scope] = standing
	change.Alerts = lastVersions(append(change.Alerts, changed...))
}

// lastVersions keeps the last version of each alert.
func lastVersions(all []compliance.Alert) []compliance.Alert {
	var out []compliance.Alert
	for i, a := range all {
		if !slices.ContainsFunc(all[i+1:], func(x compliance.Alert) bool { return x.ID == a.ID }) {
			out = append(out, a)
		}
	}
	return out
}

// want are the alerts that ought to stand. The committer's lock is held.
func (c *committer) want(b *batch, scope string, now time.Time) []compliance.Alert {
	if scope == compliance.MonitorScope {
		f := c.own.Load()
		if f == nil {
			return slices.Clone(c.alerts[scope]) // not known yet: nothing changes
		}
		own := *f
		own.Statements, own.Roster, own.Zone, own.Now = c.record(b, scope).Statements, c.roster, c.zone, now
		own.Records = c.due.at(c.caseBook(b), own.Statements, now)
		return own.Alerts(c.policy)
	}
	site, ok := c.sites[scope]
	if !ok {
		return nil // no longer watched
	}
	return c.siteFacts(b, site, now).Alerts()
}

func (c *committer) siteFacts(b *batch, site compliance.Site, now time.Time) compliance.SiteFacts {
	f := compliance.SiteFacts{
		Site: site, State: c.siteState(b, site.ID), Record: c.record(b, site.ID), Assessment: c.assessments[site.ID],
		Promises: c.promises, Zone: c.zone, Now: now,
		Checks: func(id string) compliance.CheckState { return c.checkState(b, id) },
		Boards: func(id string) compliance.BoardState { return c.book(b, id).State },
	}
	for _, s := range c.record(b, compliance.MonitorScope).Statements {
		if s.Drill != nil && s.Drill.Site == site.ID && now.Before(s.Drill.Ends) {
			f.Drills = append(f.Drills, s)
		}
	}
	return f
}

// alarmRound is how many calls of alarming it takes to look at the sites where all is well:
// what their notices say of the passing time can wait half a minute.
const alarmRound = 6

// alarming lists the scopes whose alerts are others by now. The round'th call of it looks at
// all sites at which something stands, and at its share of the others.
func (c *committer) alarming(now time.Time, round int) []string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	scopes := append(slices.Collect(maps.Keys(c.sites)), compliance.MonitorScope)
	for scope, open := range c.alerts {
		if _, ok := c.sites[scope]; !ok && scope != compliance.MonitorScope && len(open) > 0 {
			scopes = append(scopes, scope)
		}
	}
	slices.Sort(scopes)
	drilled := map[string]bool{}
	for _, s := range c.statements[compliance.MonitorScope] {
		if s.Drill != nil && now.Before(s.Drill.Ends) {
			drilled[s.Drill.Site] = true
		}
	}
	var out []string
	for i, scope := range scopes {
		s := c.states[scope]
		if calm := !drilled[scope] && len(c.alerts[scope]) == 0 && s.Outage == nil && s.Status == compliance.StatusUp; calm && (i+round)%alarmRound != 0 {
			continue
		}
		want := c.want(nil, scope, now)
		if len(want)+len(c.alerts[scope]) == 0 {
			continue
		}
		if _, changed := c.policy.Step(c.alerts[scope], want, now); len(changed) > 0 {
			out = append(out, scope)
		}
	}
	return out
}

// floor is what statements about alerts and the watch floor are checked against.
func (c *committer) floor(b *batch) compliance.Desk {
	d := compliance.Desk{
		Roster: c.roster, OnCall: c.onCall, Zone: c.zone, Clauses: c.clauses, Duties: c.duties, Sites: slices.Sorted(maps.Keys(c.sites)),
		Statements: c.record(b, compliance.MonitorScope).Statements,
	}
	for _, scope := range slices.Sorted(maps.Keys(c.alerts)) {
		list := c.alerts[scope]
		if b != nil {
			if own, ok := b.alerts[scope]; ok {
				list = own
			}
		}
		d.Open = append(d.Open, list...)
	}
	return d
}

// enrol puts a roster on record that differs from the latest there. The committer's lock is
// held.
func (c *committer) enrol(r compliance.Roster) {
	last := compliance.Roster{}
	for _, s := range c.statements[compliance.MonitorScope] {
		if s.Roster != nil {
			last = *s.Roster
		}
	}
	same := func(a, b compliance.Shift) bool {
		return a.Name == b.Name && a.From == b.From && slices.Equal(a.People, b.People)
	}
	if r.Since.Equal(last.Since) && r.Grace == last.Grace && slices.EqualFunc(r.Shifts, last.Shifts, same) {
		return
	}
	c.submit(record{said: &said{Statement: r.InForce(c.now()), done: make(chan error, 1)}})
}

// adoptCharter puts a charter on record that differs from the latest there. The committer's lock
// is held.
func (c *committer) adoptCharter(in charter.Charter) {
	c.clauses = nil
	for _, cl := range in.Clauses {
		c.clauses = append(c.clauses, cl.ID)
	}
	c.duties = []string{}
	for _, d := range in.Reporting {
		c.duties = append(c.duties, d.ID)
	}
	if len(in.Clauses) == 0 {
		return
	}
	last := ""
	for _, s := range c.statements[compliance.MonitorScope] {
		if s.Charter != nil {
			last = s.Charter.SHA256
		}
	}
	if v := in.OnRecord(); v.SHA256 != last {
		c.submit(record{said: &said{Statement: v.InForce(c.now()), done: make(chan error, 1)}})
	}
}

// notice takes over how the monitor itself is doing.
func (c *committer) notice(f compliance.MonitorFacts) { c.own.Store(&f) }

// Trouble is what only the process around the engine knows.
type Trouble struct {
	ConfigRefused time.Time // when a reload was refused; zero: the last one was taken
	DiskFree      int       // percent of the store's volume; <0: not known
	Failing       []compliance.FailingReceiver
}

// facts are how the monitor itself is doing.
func (e *Engine) facts() compliance.MonitorFacts {
	h := e.Health()
	f := compliance.MonitorFacts{UplinkDown: h.UplinkDown, HolidaysEnd: e.holidaysEnd(), DiskFree: -1}
	if h.Trouble {
		f.StoreFailing = h.Failing
	}
	if e.cfg.Trouble != nil {
		t := e.cfg.Trouble()
		f.ConfigRefused, f.DiskFree, f.Failing = t.ConfigRefused, t.DiskFree, t.Failing
	}
	return f
}

// Alerts are those that stand, as of the last commit.
func (e *Engine) Alerts() []compliance.Alert { return e.Desk().Open }

// Desk is what statements about alerts and the watch floor are checked against.
func (e *Engine) Desk() compliance.Desk {
	e.committer.mu.RLock()
	defer e.committer.mu.RUnlock()
	return e.committer.floor(nil)
}

// Histories is what assessments are made from. A store that has none makes none.
type Histories interface {
	// Histories are all sites' histories of a span.
	Histories(ctx context.Context, from, to time.Time) (map[string]compliance.SiteHistory, error)
}

const assessEvery = time.Minute

// jobs are the configured ones, and the engine's own.
func (e *Engine) jobs() []Job {
	h, ok := e.cfg.Store.(Histories)
	if !ok {
		return e.cfg.Jobs
	}
	return append(slices.Clone(e.cfg.Jobs), Job{Name: "assess", Every: assessEvery, Run: func(ctx context.Context) error { return e.assess(ctx, h) }})
}

// assess judges all sites' burn rates and coverage anew. Alerts that follow from it are
// raised when they are next looked at.
func (e *Engine) assess(ctx context.Context, from Histories) error {
	now := e.clock.Now()
	all, err := from.Histories(ctx, now.Add(-compliance.BurnSpan), now)
	if err != nil {
		return fmt.Errorf("assess the objective: %w", err)
	}
	c := e.committer
	c.mu.RLock()
	sites, policy, terms := c.sites, c.policy, compliance.Terms{Zone: c.zone, Promises: c.promises}
	c.mu.RUnlock()
	out := map[string]compliance.Assessment{}
	for id, site := range sites {
		if h, ok := all[id]; ok {
			terms.Hours = site.ServiceHours
			out[id] = compliance.Assess(h, policy, terms, now)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.assessments = out
	return nil
}
