package charter

import (
	"slices"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/calendar"
)

// edition is an update that a page claims, and when it was first and last seen to be the latest.
type edition struct {
	updated time.Time
	dayOnly bool
	from    time.Time // beginning of the first look that showed it
	to      time.Time // beginning of the latest
}

// editions are the updates that a page claimed, in order. A claim that goes back says nothing
// new; one from the future is as of the look that showed it.
func (p PageEvidence) editions(until time.Time) []edition {
	spans := slices.Clone(p.Spans)
	slices.SortStableFunc(spans, func(a, b compliance.PageSpan) int { return a.From.Compare(b.From) })
	var out []edition
	for _, s := range spans {
		if s.Status != compliance.PageOK || s.Updated.IsZero() || s.From.After(until) {
			continue
		}
		e := edition{updated: s.Updated, dayOnly: s.DayOnly, from: s.From, to: s.To}
		if e.to.After(until) {
			e.to = until
		}
		if e.updated.After(e.from) && !e.dayOnly {
			e.updated = e.from
		}
		if n := len(out); n > 0 && !e.updated.After(out[n-1].updated) {
			out[n-1].to = e.to
			continue
		}
		out = append(out, e)
	}
	return out
}

// fresh judges whether each page of the clause was updated within its term of the update before.
// An update is as the page itself dates it, but not before the latest look that still showed the
// one before. It came too late if a look after the limit showed that, or if the page says so and
// looks followed each other closely enough for there to be no other update between them. A page
// that stays out of date misses its promise in each month that it does. A page that claims no date is
// known by its text: see textFindings.
func (j *judging) fresh(cl Clause, t Terms) Outcome {
	pages := j.pagesOf(cl.ID, t, false)
	if len(pages) == 0 {
		return open(Why{Rule: "no_page", What: string(cl.ID)})
	}
	var o Outcome
	o.Best, o.Worst = compliance.NoOccasion, compliance.NoOccasion
	thin, stale := "", ""
	for _, p := range pages {
		coverage := j.dated(p)
		all := j.freshFindings(cl.ID, p, t)
		var one Outcome
		one.count(all, coverage >= t.Coverage)
		if len(all) == 0 {
			one = open(Why{})
			one.Unproven = 1
		}
		if one.Broken > 0 && stale == "" {
			stale = p.Spec.ID
		}
		if o.Coverage == nil || coverage < *o.Coverage {
			thin = p.Spec.ID
		}
		one.Occasions = slices.DeleteFunc(one.Occasions, func(x compliance.Obligation) bool { return x.Verdict == compliance.Kept })
		o.add(one)
		o.least(coverage)
		o.use("page", j.hours(p.Spec.ID))
	}
	o.Verdict = settle(o.Best, o.Worst, o.Pending > 0 && o.Unproven == 0 && *o.Coverage >= t.Coverage)
	switch {
	case o.Broken > 0:
		o.Why = Why{Rule: "pages_stale", N: o.Broken, Of: o.all(), What: stale}
	case *o.Coverage < t.Coverage:
		o.Why = Why{Rule: "pages_unseen", Ratio: *o.Coverage, Floor: t.Coverage, What: thin}
	case o.Unproven > 0:
		o.Why = Why{Rule: "pages_unclear", N: o.Unproven, Of: o.all()}
	case o.Pending > 0:
		o.Why = Why{Rule: "pages_pending", N: o.Pending, At: o.nextLimit()}
	default:
		o.Why = Why{Rule: "pages_fresh", N: len(pages)}
	}
	return o
}

// dated is the share of the month's past in which the date of a page could be read, or its text where it
// claims none.
func (j *judging) dated(p PageEvidence) compliance.Ratio {
	past := j.e.Period
	if j.e.AsOf.Before(past.To) {
		past.To = j.e.AsOf
	}
	var seen time.Duration
	claims := p.claimsDate(j.e.AsOf)
	for _, s := range p.sights(past) {
		if s.span.Status == compliance.PageOK && (!s.span.Updated.IsZero() || !claims && s.span.Digest != "") {
			seen += s.To.Sub(s.From)
		}
	}
	r, _ := compliance.FloorRatio(seen, past.To.Sub(past.From))
	return r
}

// freshFindings are a page's updates that were due in the month, or late in it. A page that was
// in date all month without one has a single finding that says so.
func (j *judging) freshFindings(id compliance.Clause, p PageEvidence, t Terms) []finding {
	term := p.Spec.Within
	if term.Zero() {
		term = t.Within
	}
	if !p.claimsDate(j.e.AsOf) {
		return j.textFindings(id, p, term, t)
	}
	var out []finding
	all := p.editions(j.e.AsOf)
	for i, e := range all {
		f := finding{Obligation: compliance.Obligation{Clause: id, Site: p.Spec.Site, Subject: p.Spec.ID, Start: e.updated}, best: true}
		var next *edition
		if i+1 < len(all) {
			next = &all[i+1]
			f.Met = later(next.updated, e.to)
		}
		d, err := j.deadline(e.updated, term, t.DayRule)
		if err != nil {
			if f.Why = "calendar_ends"; j.due(later(e.from, e.updated)) {
				out = append(out, f)
			}
			continue
		}
		f.Limit, f.Deadline = d.At, &d
		f.updated(e, next, d, p.Spec.Every, j.e.AsOf)
		if j.staleIn(f, d) {
			out = append(out, f)
		}
	}
	if len(out) == 0 && len(all) > 0 && !all[0].from.After(j.e.Period.To) {
		last := all[len(all)-1]
		out = append(out, finding{compliance.Obligation{Clause: id, Site: p.Spec.Site, Subject: p.Spec.ID, Start: last.updated, Why: "in_date"}, true, true})
	}
	return out
}

// updated says what became of an edition's limit.
func (f *finding) updated(e edition, next *edition, d calendar.Deadline, every time.Duration, now time.Time) {
	switch {
	case next != nil && d.Met(f.Met):
		f.Why, f.worst = "in_time", true
	case !d.Met(e.to), next != nil && next.from.Sub(e.to) <= every*3/2:
		f.Why, f.best = "stale", false
	case now.Before(d.At):
		f.Why, f.Verdict = "not_updated_yet", compliance.AtRisk
	default:
		f.Why = "not_seen_updated"
	}
}

// staleIn says whether an edition's limit concerns the month: it was met or passed in it, or the
// page was out of date in it.
func (j *judging) staleIn(f finding, d calendar.Deadline) bool {
	if f.worst {
		return j.due(f.Met)
	}
	end := f.Met
	if end.IsZero() {
		end = j.e.AsOf
	}
	return limit(d).Before(j.e.Period.To) && (j.due(limit(d)) || end.After(j.e.Period.From))
}
