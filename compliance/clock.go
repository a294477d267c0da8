package compliance

import (
	"cmp"
	"slices"
	"time"
)

// ClockKind names what a clock runs towards.
type ClockKind string

// The kinds.
const (
	ClockPosting      ClockKind = "posting"      // a window's notice must be posted
	ClockAnnouncement ClockKind = "announcement" // an outage's recovery time must be announced
	ClockRestoration  ClockKind = "restoration"  // an outage must end
	ClockWindow       ClockKind = "window"       // announced work begins, or is to end
)

// Clock runs from Start to Limit. It stands still once Met is set.
type Clock struct {
	Kind    ClockKind
	Site    string
	Subject string // plan or outage
	Start   time.Time
	Limit   time.Time
	Met     time.Time
	Verdict Verdict // as its obligation stands
}

// Percent is how much of the clock's time has passed at now, floored, at least 0.
func (c Clock) Percent(now time.Time) int {
	whole := c.Limit.Sub(c.Start)
	if whole <= 0 {
		return 100
	}
	return max(0, int(now.Sub(c.Start)*100/whole))
}

// clockMarks are the percentages at which people are told of a clock.
func clockMarks() []int { return []int{50, 75, 100} }

// Clocks are those that run or stand at now, by their limits: of windows whose notice was not
// posted yet, and of the open outage, if there is one.
func (r Record) Clocks(plans []Plan, open *Outage, p Promises, now time.Time) []Clock {
	var outages []Outage
	if open != nil {
		outages = append(outages, *open)
	}
	return Clocks(plans, r.Obligations(plans, outages, p, now))
}

// Clocks are the clocks of the obligations, by their limits.
func Clocks(plans []Plan, obligations []Obligation) []Clock {
	var out []Clock
	for _, o := range obligations {
		c := Clock{Site: o.Site, Subject: o.Subject, Start: o.Start, Limit: o.Limit, Met: o.Met, Verdict: o.Verdict}
		switch o.Clause {
		case ClauseMaintenance:
			if !o.Met.IsZero() || o.Lead == nil || o.Why == "review" {
				continue
			}
			c.Kind, c.Start = ClockPosting, knownSince(plans, o)
		case ClauseAnnouncement:
			c.Kind = ClockAnnouncement
		default:
			c.Kind = ClockRestoration
		}
		out = append(out, c)
	}
	slices.SortStableFunc(out, func(a, b Clock) int {
		return cmp.Or(a.Limit.Compare(b.Limit), cmp.Compare(a.Kind, b.Kind))
	})
	return out
}

// knownSince is when the plan of an obligation was first declared or told.
func knownSince(plans []Plan, o Obligation) time.Time {
	since := o.Limit
	for _, p := range plans {
		if p.ID != o.Subject {
			continue
		}
		for _, s := range p.Works {
			if s.At.Before(since) {
				since = s.At
			}
		}
		for _, t := range p.Tellings {
			if t.Seen.FirstSeen.Before(since) {
				since = t.Seen.FirstSeen
			}
		}
	}
	return since
}

// ClockEvents tells of each clock that passed one of its marks in (since, now] before it was
// met. The same clock passing the same mark gives the same event whenever it is asked for.
func ClockEvents(clocks []Clock, since, now time.Time) []Event {
	var out []Event
	for _, c := range clocks {
		for _, percent := range clockMarks() {
			at := c.Start.Add(c.Limit.Sub(c.Start) * time.Duration(percent) / 100)
			if !at.After(since) || at.After(now) || !c.Met.IsZero() && !c.Met.After(at) || !c.Limit.After(c.Start) {
				continue
			}
			out = append(out, Event{Kind: ClockRan, Site: c.Site, At: at, SeenAt: now, Subject: c.Subject, Clock: c.Kind, Count: percent, Limit: c.Limit})
		}
	}
	slices.SortStableFunc(out, func(a, b Event) int { return a.At.Compare(b.At) })
	return out
}
