package charter

import (
	"slices"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/calendar"
)

// text is a page that claims no date, as it read for a while. It was updated to read so in
// (after, from]: after the latest look that showed another text, and by the first that showed this.
type text struct {
	after time.Time // zero: it was there at the first look, and its age is not known
	from  time.Time // beginning of the first look that showed it
	to    time.Time // beginning of the latest
	maybe bool      // it is the text before, after a time without looks: whether it was updated nobody knows
}

// claimsDate says whether the page was ever seen to claim a date. Then its dates count alone: what else
// changes on such a page may be anything.
func (p PageEvidence) claimsDate(until time.Time) bool {
	return slices.ContainsFunc(p.Spans, func(s compliance.PageSpan) bool {
		return s.Status == compliance.PageOK && !s.Updated.IsZero() && !s.From.After(until)
	})
}

// texts are what a page that claims no date was seen to say, in order.
func (p PageEvidence) texts(until time.Time) []text {
	spans := slices.Clone(p.Spans)
	slices.SortStableFunc(spans, func(a, b compliance.PageSpan) int { return a.From.Compare(b.From) })
	var out []text
	digest := ""
	for _, s := range spans {
		if s.Status != compliance.PageOK || s.Digest == "" || s.From.After(until) {
			continue
		}
		x := text{from: s.From, to: s.To}
		if x.to.After(until) {
			x.to = until
		}
		if n := len(out); n > 0 {
			last := &out[n-1]
			switch {
			case s.Digest != digest:
				x.after = last.to
			case x.from.Sub(last.to) <= 2*p.Spec.Every: // looks that follow each other: see [compliance.PageSpan.After]
				last.to = x.to
				continue
			default:
				x.after, x.maybe = last.after, true
			}
		}
		out, digest = append(out, x), s.Digest
	}
	return out
}

// textFindings are the updates, due in the month or late in it, of a page that claims no date. In the best
// case a text is as young as the first look that showed it, and another came just after the latest that did;
// in the worst it is as old as the look before it, and stood until the first that showed another.
func (j *judging) textFindings(id compliance.Clause, p PageEvidence, term compliance.Term, t Terms) []finding {
	var out []finding
	all := p.texts(j.e.AsOf)
	for i, x := range all {
		f := finding{Obligation: compliance.Obligation{Clause: id, Site: p.Spec.Site, Subject: p.Spec.ID, Start: x.from}, best: true}
		late, err := j.deadline(x.from, term, t.DayRule)
		if err != nil {
			if f.Why = "calendar_ends"; j.due(x.from) {
				out = append(out, f)
			}
			continue
		}
		var early *calendar.Deadline
		if !x.after.IsZero() {
			if d, err := j.deadline(x.after, term, t.DayRule); err == nil {
				early = &d
			}
		}
		var next *text
		doubted := i+1 < len(all) && all[i+1].maybe // what may have become of it is told of that one
		if i+1 < len(all) && !doubted {
			next = &all[i+1]
		}
		f.Limit, f.Deadline = late.At, &late
		if j.read(&f, x, next, early, late) && (!doubted || !f.best) {
			out = append(out, f)
		}
	}
	if len(out) == 0 && len(all) > 0 && !all[0].from.After(j.e.Period.To) {
		last := all[len(all)-1]
		out = append(out, finding{compliance.Obligation{Clause: id, Site: p.Spec.Site, Subject: p.Spec.ID, Start: last.from, Why: "in_date"}, true, true})
	}
	return out
}

// read says what became of a text's limit, which lies between early (nil: nobody knows from when on) and
// late, and whether that concerns the month. next is the text that surely came after it; nil: none did.
func (j *judging) read(f *finding, x text, next *text, early *calendar.Deadline, late calendar.Deadline) bool {
	month := j.e.Period
	gone := j.e.AsOf // it may have stood until then
	if next != nil {
		gone, f.Met = next.from, next.from
	}
	stood := !month.From.After(x.to) && limit(late).Before(month.To)
	switch {
	case next != nil && early != nil && early.Met(next.from):
		f.Why, f.worst = "in_time", true
		return j.due(next.from)
	case !late.Met(x.to) && stood:
		f.Why, f.best = "stale", false
		return true
	case early == nil:
		f.Why = "age_unknown"
	case next == nil && j.e.AsOf.Before(early.At):
		f.Why, f.Verdict = "not_updated_yet", compliance.AtRisk
		f.Limit, f.Deadline = early.At, early
	default:
		f.Why = "not_seen_updated"
	}
	return gone.After(month.From) && (early == nil || limit(*early).Before(month.To))
}
