package charter

import (
	"slices"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
)

// pagesOf are the pages that declare to be evidence for a clause.
func (j *judging) pagesOf(id compliance.Clause, t Terms, words bool) []PageEvidence {
	var out []PageEvidence
	for _, p := range j.e.Pages {
		if slices.Contains(p.Spec.Clauses, id) && (len(t.Pages) == 0 || slices.Contains(t.Pages, p.Spec.ID)) && (!words || p.Spec.Words) {
			out = append(out, p)
		}
	}
	return out
}

// sight is what is known of a page in a stretch of time.
type sight struct {
	compliance.Period
	span compliance.PageSpan
}

// sights are the stretches that looks at a page stand for, in order and without overlap: from
// the first of a run to its last, and for [compliance.PageSpec.Every] after that, but not past
// the next look. Time between them is unknown.
func (p PageEvidence) sights(within compliance.Period) []sight {
	spans := slices.Clone(p.Spans)
	slices.SortStableFunc(spans, func(a, b compliance.PageSpan) int { return a.From.Compare(b.From) })
	var out []sight
	for i, s := range spans {
		stands := compliance.Period{From: s.From, To: s.To.Add(max(p.Spec.Every, time.Minute))}
		if i+1 < len(spans) && spans[i+1].From.Before(stands.To) {
			stands.To = spans[i+1].From
		}
		if part, ok := within.Clip(stands); ok {
			out = append(out, sight{part, s})
		}
	}
	return out
}

// there says whether a page was as a method wants it in a stretch; known is false if nobody can
// say.
func (s sight) there(m Method) (is, known bool) {
	switch s.span.Status {
	case compliance.PageOK:
		return m == Published || len(s.span.Missing) == 0, true
	case compliance.PageUnreadable:
		return true, m == Published // of its words nothing can be said
	case compliance.PageMissing, compliance.PageUnreachable:
		return false, true
	default:
		return false, false
	}
}

// pageDay is a day of a page, split by what is known of it.
type pageDay struct {
	compliance.Period
	there, away, future time.Duration
}

func (d pageDay) unknown() time.Duration {
	return d.To.Sub(d.From) - d.there - d.away
}

// pageDays split the days of the month, and say for how much of its past a page was seen.
func (j *judging) pageDays(p PageEvidence, m Method) ([]pageDay, compliance.Ratio) {
	past := j.e.Period
	if j.e.AsOf.Before(past.To) {
		past.To = j.e.AsOf
	}
	sights := p.sights(past)
	var out []pageDay
	var seen time.Duration
	for _, d := range j.e.Period.Days(j.zone) {
		day := pageDay{Period: d}
		for _, s := range sights {
			part, ok := d.Clip(s.Period)
			if is, known := s.there(m); ok && known {
				long := part.To.Sub(part.From)
				seen += long
				if is {
					day.there += long
				} else {
					day.away += long
				}
			}
		}
		if d.To.After(past.To) {
			day.future = d.To.Sub(later(d.From, past.To))
		}
		out = append(out, day)
	}
	r, _ := compliance.FloorRatio(seen, past.To.Sub(past.From))
	return out, r
}

// published judges whether the clause's pages stood there on every day of the month, or carried
// the words of every clause: a day is missed when a page was away for longer than may be, and
// served when it was seen there and cannot have been. Looks that say nothing count as unknown.
func (j *judging) published(cl Clause, m Method, t Terms) Outcome {
	pages := j.pagesOf(cl.ID, t, m == Wording)
	if len(pages) == 0 && m == Wording {
		return open(Why{Rule: "no_words_page", What: string(cl.ID)})
	}
	if len(pages) == 0 {
		return open(Why{Rule: "no_page", What: string(cl.ID)})
	}
	var o Outcome
	o.Best, o.Worst = compliance.NoOccasion, compliance.NoOccasion
	thin, missed := "", ""
	for _, p := range pages {
		days, coverage := j.pageDays(p, m)
		var all []finding
		for _, d := range days {
			all = append(all, j.pageFinding(cl.ID, p, d, m, t))
		}
		var one Outcome
		one.count(all, coverage >= t.Coverage)
		one.Occasions = slices.DeleteFunc(one.Occasions, func(x compliance.Obligation) bool { return x.Verdict == compliance.Kept })
		if one.Broken > 0 && missed == "" {
			missed = p.Spec.ID
		}
		if o.Coverage == nil || coverage < *o.Coverage {
			thin = p.Spec.ID
		}
		o.add(one)
		o.least(coverage)
		o.use("page", j.hours(p.Spec.ID))
	}
	o.Verdict = settle(o.Best, o.Worst, false)
	name := map[Method]string{Published: "page", Wording: "words"}[m]
	switch {
	case o.Broken > 0:
		o.Why = Why{Rule: name + "_away", N: o.Broken, Of: o.all(), What: missed}
	case o.Verdict == compliance.Unproven && !j.over():
		o.Why = Why{Rule: "month_not_over", At: j.e.Period.To}
	case *o.Coverage < t.Coverage:
		o.Why = Why{Rule: "pages_unseen", Ratio: *o.Coverage, Floor: t.Coverage, What: thin}
	case o.Unproven > 0:
		o.Why = Why{Rule: "page_days_unknown", N: o.Unproven, Of: o.all(), What: thin}
	default:
		o.Why = Why{Rule: name + "_there", N: o.Kept, Ratio: *o.Coverage}
	}
	return o
}

func (j *judging) pageFinding(id compliance.Clause, p PageEvidence, d pageDay, m Method, t Terms) finding {
	ob := compliance.Obligation{
		Clause: id, Site: p.Spec.Site, Subject: p.Spec.ID + " " + d.From.In(j.zone).Format(time.DateOnly), Start: d.From, Limit: d.To,
		Verdict: compliance.Kept, Why: "page_there",
	}
	whole := d.To.Sub(d.From)
	switch {
	case d.away > t.MaxDown || d.away == whole && whole > 0:
		ob.Verdict, ob.Why = compliance.Broken, "page_away"
		if m == Wording {
			ob.Why = "words_missing"
		}
	case d.away+d.unknown() > t.MaxDown, d.there == 0:
		ob.Verdict, ob.Why = compliance.Unproven, "page_unseen"
	}
	return found(ob)
}
