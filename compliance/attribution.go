package compliance

import (
	"slices"
	"time"

	"github.com/charterwatch/charterwatch/compliance/notice"
)

// Part names what downtime is put down to. Where several hold at once, the one that comes
// first counts; Unannounced, the zero value, is what none of them holds for.
type Part uint8

// The parts.
const (
	Unannounced Part = iota
	Planned
	Unsettled
	Late
	Emergency
	Overrun
	partCount
)

var partNames = [partCount]string{"unannounced", "planned", "unsettled", "late", "emergency", "overrun"}

// String returns the part's stable name.
func (p Part) String() string { return partNames[min(p, partCount-1)] }

// MarshalText writes the stable name.
func (p Part) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// Attribution says what downtime in a period is put down to.
type Attribution struct {
	Period
	Part Part
	Plan string
}

// AsSeen is the history without what appeals changed: both figures are shown.
func (h SiteHistory) AsSeen() SiteHistory {
	var kept []Statement
	for _, s := range h.Record.Statements {
		if s.Judgement == nil {
			kept = append(kept, s)
		}
	}
	h.Record.Statements = kept
	return h
}

// Attributions are what the site's plans say of its downtime up to until.
//
// A window excuses only from its announced start to its announced end, and only if the
// wording that announced this very stretch was posted in time on the site's own board. A
// wording that awaits a person, or whose posting straddles the limit, leaves it unsettled;
// so does a window without an end, for at most a day. What an extension adds, and what an
// outage of announced work lasts beyond the window, is overrun.
func (r Record) Attributions(outages []Outage, t Terms, until time.Time) []Attribution {
	var out []Attribution
	for _, p := range r.Plans(t.Promises, t.zone()) {
		out = append(out, p.attributions(t)...)
	}
	// Outages that run on past the end of a plan's stretch.
	for _, o := range outages {
		if o.Check != "" {
			continue
		}
		end := o.End
		if o.Open() {
			end = until
		}
		for _, a := range out {
			if a.Part != Overrun && !o.Start.Before(a.From.Add(-workSlack)) && o.Start.Before(a.To) && a.To.Before(end) {
				out = append(out, Attribution{Period{a.To, end}, Overrun, a.Plan})
			}
		}
	}
	return out
}

// WorkAt is the announced work that is due at now, by the part that counts; false if none is.
func WorkAt(plans []Plan, t Terms, now time.Time) (Attribution, bool) {
	best, found := Attribution{}, false
	for _, p := range plans {
		for _, a := range p.attributions(t) {
			if !now.Before(a.From) && now.Before(a.To) && (!found || a.Part < best.Part) {
				best, found = a, true
			}
		}
	}
	return best, found
}

func (t Terms) zone() *time.Location {
	if t.Zone == nil {
		return time.UTC
	}
	return t.Zone
}

func (p Plan) attributions(t Terms) []Attribution {
	var out []Attribution
	for _, w := range p.Windows {
		if w.Declared {
			continue // no notice was seen
		}
		whole := Period{w.Start, w.End}
		if w.End.IsZero() {
			whole.To = w.Start.Add(openSpan)
		}
		if p.State == notice.Cancelled {
			cut := p.CancelledBy.LastAbsent
			if cut.IsZero() {
				cut = p.CancelledBy.FirstSeen
			}
			if cut.Before(whole.To) {
				whole.To = cut
			}
		}
		if !whole.From.Before(whole.To) {
			continue
		}
		if p.Type == notice.Emergency {
			out = append(out, Attribution{whole, Emergency, p.ID})
			continue
		}
		out = append(out, p.announced(w, whole, t)...)
	}
	return out
}

// announced splits a window by the wordings that announced its stretches.
func (p Plan) announced(w Stretch, whole Period, t Terms) []Attribution {
	var out []Attribution
	for _, x := range p.Tellings {
		if x.State == notice.Cancelled || !x.Counts {
			continue
		}
		for _, a := range x.Windows {
			stretch := Period{a.Start, a.End}
			if a.End.IsZero() {
				stretch.To = a.Start.Add(openSpan)
			}
			piece, ok := whole.Clip(stretch)
			if !ok {
				continue
			}
			verdict := t.Promises.lead(a.Start, x.Seen, t.zone()).Verdict
			part := [...]Part{Unproven: Unsettled, Kept: Planned, Broken: Late}[verdict]
			if part == Planned && (x.Review || w.Review || a.End.IsZero()) {
				part = Unsettled
			}
			if part == Late && p.begun(a.Start, x) {
				part = Overrun
			}
			out = append(out, Attribution{piece, part, p.ID})
		}
	}
	return out
}

// begun says whether the wording was posted only once announced work had begun: then it is
// an extension.
func (p Plan) begun(start time.Time, x Telling) bool {
	return x.State == notice.Extended && !x.Seen.FirstSeen.Before(start)
}

// Closures are the published closing times that count in a period: those whose standing
// notice was read and does not announce them are not published.
func (h SiteHistory) Closures(p Period, t Terms) []Period {
	checks := h.Record.CheckHours(t.Hours)
	var out []Period
	for _, c := range checks {
		until := p
		if c.Status == ClosingDenied && c.Since.Before(until.To) {
			until.To = c.Since
		}
		if until.From.Before(until.To) {
			out = append(out, Closures([]ServiceHours{c.Hours}, until, t.zone())...)
		}
	}
	slices.SortFunc(out, func(a, b Period) int { return a.From.Compare(b.From) })
	return out
}
