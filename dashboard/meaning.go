package dashboard

import (
	"slices"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/notice"
	"github.com/charterwatch/charterwatch/scanners"
)

// The wall's timeline reaches from yesterday to two weeks ahead. What awaits a person is
// shown for a month after its window.
const (
	plansBehind  = 24 * time.Hour
	plansAhead   = 14 * 24 * time.Hour
	reviewBehind = 30 * 24 * time.Hour
)

// meaning is what a site's record of notices comes to. It changes with the record; what it
// says of an instant changes with time as well.
type meaning struct {
	record compliance.Record
	plans  []compliance.Plan
	terms  compliance.Terms
}

func newMeaning(r compliance.Record, t compliance.Terms) meaning {
	return meaning{record: r, plans: r.Plans(t.Promises, zoneOf(t)), terms: t}
}

func zoneOf(t compliance.Terms) *time.Location {
	if t.Zone == nil {
		return time.UTC
	}
	return t.Zone
}

// obligations are the occasions that still matter at now: of windows that are not long over
// and of the open outage.
func (m meaning) obligations(open *compliance.Outage, now time.Time) []compliance.Obligation {
	if len(m.plans) == 0 && open == nil {
		return nil
	}
	return m.record.Obligations(m.plans, outagesOf(open), m.terms.Promises, now)
}

func outagesOf(open *compliance.Outage) []compliance.Outage {
	if open == nil {
		return nil
	}
	return []compliance.Outage{*open}
}

// clocks are those of windows that are not over yet and of the open outage.
func (m meaning) clocks(open *compliance.Outage, now time.Time) []Clock {
	var plans []compliance.Plan
	for _, p := range m.plans {
		p.Windows = slices.DeleteFunc(slices.Clone(p.Windows), func(w compliance.Stretch) bool { return w.Start.Before(now.Add(-plansBehind)) })
		if len(p.Windows) > 0 {
			plans = append(plans, p)
		}
	}
	if len(plans) == 0 && open == nil {
		return nil
	}
	var out []Clock
	for _, c := range m.record.Clocks(plans, open, m.terms.Promises, now) {
		out = append(out, wireClock(c))
	}
	return out
}

// part is what the open outage is put down to at now: of what holds, what comes first.
func (m meaning) part(open compliance.Outage, now time.Time) compliance.Part {
	best := compliance.Unannounced
	if len(m.plans) == 0 {
		return best
	}
	// An overrun reaches to what is known: ask for a moment more.
	for _, a := range m.record.Attributions(outagesOf(&open), m.terms, now.Add(time.Second)) {
		if !now.Before(a.From) && now.Before(a.To) && (best == compliance.Unannounced || a.Part < best) {
			best = a.Part
		}
	}
	return best
}

// work is the announced window that holds at now, nil for none.
func (m meaning) work(now time.Time) *WorkNow {
	a, ok := compliance.WorkAt(m.plans, m.terms, now)
	if !ok {
		return nil
	}
	for _, p := range m.plans {
		if p.ID != a.Plan {
			continue
		}
		for _, w := range p.Windows {
			if !now.Before(w.Start) && now.Before(end(w.Window)) {
				return &WorkNow{Plan: p.ID, Title: p.Title, Part: a.Part.String(), Start: millis(w.Start), End: millis(w.End)}
			}
		}
	}
	return nil
}

// closed says whether now lies in a published closing time: one that its standing notice
// was read and does not announce is not published.
func (m meaning) closed(now time.Time) bool {
	if len(m.terms.Hours) == 0 {
		return false
	}
	h := compliance.SiteHistory{Record: m.record}
	return len(h.Closures(compliance.Period{From: now, To: now.Add(time.Millisecond)}, m.terms)) > 0
}

// end is a window's end; one that is open is taken to last a day at most.
func end(w notice.Window) time.Time {
	if w.End.IsZero() {
		return w.Start.Add(24 * time.Hour)
	}
	return w.End
}

// near are the plans of the wall's timeline.
func (m meaning) near(now time.Time) []Plan {
	var out []Plan
	var obligations []compliance.Obligation
	for _, p := range m.plans {
		if !shows(p, now) {
			continue
		}
		if obligations == nil {
			obligations = m.obligations(nil, now)
		}
		out = append(out, wirePlan(p, obligations))
	}
	return out
}

func shows(p compliance.Plan, now time.Time) bool {
	if p.Review && len(p.Windows) == 0 {
		return slices.ContainsFunc(p.Tellings, func(t compliance.Telling) bool { return t.Seen.FirstSeen.After(now.Add(-reviewBehind)) })
	}
	behind := now.Add(-plansBehind)
	if p.Review {
		behind = now.Add(-reviewBehind)
	}
	return slices.ContainsFunc(p.Windows, func(w compliance.Stretch) bool {
		return end(w.Window).After(behind) && w.Start.Before(now.Add(plansAhead))
	})
}

// troubled are a record's boards that cannot be read although they should be: while their site
// is down, that it does not serve them is no news.
func troubled(r compliance.Record, down bool) []Board {
	var out []Board
	for _, b := range wireBoards(r) {
		if b.Status != "" && b.Status != scanners.BoardOK && !b.OutageOnly && b.Site == r.Site && !(down && compliance.Unserved(b.Status)) {
			out = append(out, b)
		}
	}
	return out
}

// title names what an event is about, as people know it.
func (m meaning) title(subject string) string {
	for _, p := range m.plans {
		if p.ID == subject {
			return p.Title
		}
	}
	for _, n := range m.record.Notices {
		if n.ID == subject {
			if r, ok := n.Latest(); ok {
				return r.Title
			}
		}
	}
	for _, s := range m.record.Statements {
		if s.ID == subject {
			return s.Why
		}
	}
	return ""
}
