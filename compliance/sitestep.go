package compliance

import (
	"slices"
	"time"
)

// Criticals returns the checks without which customers cannot use the site: those marked
// critical, or all of them when none is.
func (s Site) Criticals() []CheckSpec {
	var out []CheckSpec
	for _, c := range s.Checks {
		if c.Critical {
			out = append(out, c)
		}
	}
	if out == nil {
		return s.Checks
	}
	return out
}

// SiteStep joins the states of a site's checks at the instant at. The site is down while a
// critical check's outage is open and not recovering; its outage starts with the first
// and ends when the last has ended, at that one's end: flapping between checks does not
// reset the clock. checks returns a check's state (the zero state if it has none).
func SiteStep(site Site, s SiteState, checks func(id string) CheckState, at time.Time) (SiteState, []Event) {
	s.Site = site.ID
	var events []Event
	emit := func(k EventKind, when time.Time, o Outage) {
		events = append(events, Event{Kind: k, Site: site.ID, At: when, SeenAt: at, Outage: o.ID, Reason: o.Reason, Status: s.Status})
	}
	j := joinChecks(site, s, checks)
	switch {
	case s.Outage == nil && len(j.open) > 0:
		first := slices.MinFunc(j.open, func(a, b Outage) int { return a.Start.Compare(b.Start) })
		start := later(first.Start, s.LastEnd)
		s.Outage = &Outage{
			ID: outageID(site.ID, start), Site: site.ID, Start: start, ConfirmedAt: at,
			RecoveringSince: j.recovering, Reason: first.Reason, Cause: first.Cause, Checks: j.names,
		}
		emit(OutageOpened, start, *s.Outage)
	case s.Outage != nil && len(j.open) == 0:
		end := later(j.lastEnd, s.Outage.Start)
		o := *s.Outage
		s.Outage, s.LastEnd = nil, end
		emit(OutageClosed, end, o)
	case s.Outage != nil:
		o := *s.Outage
		o.Checks, o.RecoveringSince = j.names, j.recovering
		switch was := s.Outage.RecoveringSince; {
		case was.IsZero() && !o.RecoveringSince.IsZero():
			emit(RecoveryStarted, o.RecoveringSince, o)
		case !was.IsZero() && o.RecoveringSince.IsZero():
			emit(RecoveryBroken, at, o)
		}
		s.Outage = &o
	}
	if status := SiteStatusAt(site, s, checks, at); status != s.Status || s.Since.IsZero() {
		s.Status, s.Since = status, at
		events = append(events, Event{Kind: StatusChanged, Site: site.ID, At: at, SeenAt: at, Status: status})
	}
	return s, events
}

// Ended returns the closed version of a site's or check's outage, given the event that
// closed it.
func (o Outage) Ended(at time.Time) Outage {
	o.RecoveringSince, o.End = time.Time{}, at
	return o
}

type joined struct {
	open       []Outage  // open outages of critical checks
	names      []string  // checks that took part in the site's outage, sorted
	recovering time.Time // set when every open one recovers: when the last began to
	lastEnd    time.Time // latest end among the critical checks that took part
}

func joinChecks(site Site, s SiteState, checks func(string) CheckState) joined {
	var j joined
	if s.Outage != nil {
		j.names = slices.Clone(s.Outage.Checks)
	}
	all := true
	for _, c := range site.Criticals() {
		cs := checks(c.ID)
		took := slices.Contains(j.names, c.ID)
		if o := cs.Outage; o != nil {
			j.open = append(j.open, *o)
			if !took {
				j.names = append(j.names, c.ID)
			}
			all = all && !o.RecoveringSince.IsZero()
			j.recovering = later(j.recovering, o.RecoveringSince)
		}
		if took || cs.Outage != nil {
			j.lastEnd = later(j.lastEnd, cs.LastEnd)
		}
	}
	if !all || len(j.open) == 0 {
		j.recovering = time.Time{}
	} else {
		// A check that already ended may have ended after the others began to recover.
		j.recovering = later(j.recovering, lastEndWithin(s, j.lastEnd))
	}
	slices.Sort(j.names)
	return j
}

// lastEndWithin drops an end that belongs to an earlier outage than the open one.
func lastEndWithin(s SiteState, end time.Time) time.Time {
	if s.Outage == nil || end.Before(s.Outage.Start) {
		return time.Time{}
	}
	return end
}

// SiteStatusAt is the site's status at now. Down beats unknown, unknown beats degraded:
// while a critical check cannot be seen, nobody knows whether customers can use the site.
func SiteStatusAt(site Site, s SiteState, checks func(id string) CheckState, now time.Time) Status {
	unknown, degraded := false, false
	critical := map[string]bool{}
	for _, c := range site.Criticals() {
		critical[c.ID] = true
	}
	for _, c := range site.Checks {
		switch status := checks(c.ID).StatusAt(now, c.Policy); {
		case status == StatusDown && critical[c.ID]:
			return StatusDown
		case status == StatusUnknown && critical[c.ID]:
			unknown = true
		case status == StatusDown || status == StatusDegraded:
			degraded = true
		}
	}
	switch {
	case unknown || len(site.Checks) == 0:
		return StatusUnknown
	case degraded:
		return StatusDegraded
	default:
		return StatusUp
	}
}
