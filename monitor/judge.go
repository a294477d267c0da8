package monitor

import (
	"maps"
	"slices"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/probes"
)

// batch is a group judged on a copy of the state.
type batch struct {
	changes []compliance.Change
	checks  map[string]compliance.CheckState
	sites   map[string]compliance.SiteState
	desk    deskBatch
	alerts  map[string][]compliance.Alert // by scope: those that stand
	pages   map[string]compliance.PageSpan

	cases    *compliance.CaseBook // nil: unchanged
	imported []*imported
}

// judge steps through the records in order and collects one change for each site.
func (c *committer) judge(group []record) *batch {
	c.mu.RLock()
	defer c.mu.RUnlock()
	b := &batch{checks: map[string]compliance.CheckState{}, sites: map[string]compliance.SiteState{}, desk: newDeskBatch(), alerts: map[string][]compliance.Alert{},
		pages: map[string]compliance.PageSpan{}}
	index := map[string]int{}
	touched := map[string]map[string]bool{}
	for _, r := range group {
		id := r.site()
		i, ok := index[id]
		if !ok {
			i = len(b.changes)
			index[id], touched[id] = i, map[string]bool{}
			b.changes = append(b.changes, compliance.Change{Site: id})
		}
		c.apply(b, &b.changes[i], r)
		if check := r.check(); check != "" {
			touched[id][check] = true
		}
	}
	for id, i := range index {
		for _, check := range slices.Sorted(maps.Keys(touched[id])) {
			b.changes[i].Checks = append(b.changes[i].Checks, b.checks[check])
		}
		if s, ok := b.sites[id]; ok {
			b.changes[i].State = &s
		}
		c.takeAlerts(b, &b.changes[i])
	}
	return b
}

func (c *committer) apply(b *batch, change *compliance.Change, r record) {
	site := c.sites[change.Site]
	switch {
	case r.touch != "":
		c.join(b, change, site, c.now())
		return
	case r.look != nil:
		c.takeLook(b, change, *r.board, *r.look)
		return
	case r.said != nil:
		c.takeStatement(b, change, r.said)
		return
	case r.pageLook != nil:
		c.takePage(b, change, *r.page, *r.pageLook)
		return
	case r.imported != nil:
		c.takeImport(b, change, r.imported)
		return
	case r.clock != "":
		c.takeClocks(b, change, r.clock)
		return
	case r.alarm != "":
		b.alerts[r.alarm] = c.alerts[r.alarm] // so that they are looked at
		return
	}
	state := c.checkState(b, r.check())
	if r.gap != nil {
		change.Gaps = append(change.Gaps, *r.gap)
		b.checks[r.check()] = state.Skip(*r.gap)
		return
	}
	next, events := r.spec.Policy.Step(state, *r.result)
	b.checks[r.check()] = next
	change.Events = append(change.Events, events...)
	change.Outages = append(change.Outages, versions(state.Outage, next.Outage, next.LastEnd)...)
	switch {
	case r.result.Attempt == probes.Preview:
	case r.result.Outcome != probes.Unknown:
		change.Results = append(change.Results, *r.result)
	case r.result.Attempt == 0:
		change.Gaps = append(change.Gaps, compliance.Gap{
			Check: r.result.Check, Vantage: r.result.Vantage, From: r.result.Slot, To: r.result.Slot.Add(r.spec.Interval),
			Reason: r.result.Reason, Detail: r.result.Detail,
		})
	}
	if state.Outage == nil && next.Outage != nil {
		for _, v := range next.Views {
			if v.First != nil {
				change.Captures = append(change.Captures, compliance.OutageCapture{
					Outage: next.Outage.ID, Check: next.Check, Vantage: v.Vantage, SeenAt: v.FailFrom, Capture: *v.First,
				})
			}
		}
	}
	if len(events) > 0 || next.Status != state.Status {
		seen, _ := next.View(r.result.Vantage)
		c.join(b, change, site, seen.SeenAt)
	}
}

// join brings the site's state up to date with its checks.
func (c *committer) join(b *batch, change *compliance.Change, site compliance.Site, at time.Time) {
	if site.ID == "" {
		return
	}
	state := c.siteState(b, site.ID)
	next, events := compliance.SiteStep(site, state, func(id string) compliance.CheckState { return c.checkState(b, id) }, at)
	b.sites[site.ID] = next
	change.Events = append(change.Events, events...)
	change.Outages = append(change.Outages, versions(state.Outage, next.Outage, next.LastEnd)...)
	if state.Outage == nil && next.Outage != nil {
		c.surprises(b, change, site.ID, *next.Outage)
	}
}

// versions returns the outage records that a step brought about.
func versions(was, is *compliance.Outage, lastEnd time.Time) []compliance.Outage {
	switch {
	case was == is:
		return nil
	case is == nil:
		return []compliance.Outage{was.Ended(lastEnd)}
	default:
		return []compliance.Outage{*is}
	}
}
