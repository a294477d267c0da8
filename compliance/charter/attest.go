package charter

import (
	"slices"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/calendar"
)

// attested are the attestations of a clause, by their first day.
func (j *judging) attested(id compliance.Clause) []compliance.Statement {
	out := slices.DeleteFunc(slices.Clone(j.e.Attestations), func(s compliance.Statement) bool { return s.Attestation == nil || s.Attestation.Clause != id })
	slices.SortStableFunc(out, func(a, b compliance.Statement) int { return a.Attestation.From.Compare(b.Attestation.From) })
	return out
}

// inDate judges whether an attestation held on each day of the month. Where none did, nothing is
// known: that a record is missing is no evidence of a breach.
func (j *judging) inDate(cl Clause, t Terms) Outcome {
	all := j.attested(cl.ID)
	var o Outcome
	for _, s := range all {
		if a := s.Attestation; !a.From.After(j.last) && !a.Until.Before(j.first) {
			o.use("statement", s.ID)
		}
	}
	o.Best, o.Worst = compliance.Kept, compliance.Broken
	gap, what := uncovered(all, j.first)
	until := gap.AddDays(-1)
	today := calendar.DateOf(j.e.AsOf, j.zone)
	switch since, ever := lapsed(all, gap); {
	case len(all) == 0:
		o.Why = Why{Rule: "never_attested"}
	case !gap.After(j.last) && gap.After(today):
		o.Verdict, o.Why = compliance.AtRisk, Why{Rule: "attestation_ends", At: until.Start(j.zone), What: what}
	case !gap.After(j.last) && ever:
		o.Why = Why{Rule: "attestation_lapsed", At: since.Start(j.zone)}
	case !gap.After(j.last):
		o.Why = Why{Rule: "attested_later", At: all[0].Attestation.From.Start(j.zone)}
	case j.last.DaysTo(until) <= t.Remind:
		o.Verdict, o.Worst, o.Why = compliance.Kept, compliance.Kept, Why{Rule: "attestation_ends", At: until.Start(j.zone), What: what}
	default:
		o.Verdict, o.Worst, o.Why = compliance.Kept, compliance.Kept, Why{Rule: "attested", At: until.Start(j.zone), What: what}
	}
	return o
}

// uncovered is the first day from a day on that no attestation covers, and what is attested until
// then.
func uncovered(all []compliance.Statement, d calendar.Date) (gap calendar.Date, what string) {
	for {
		next := d
		for _, s := range all {
			if a := s.Attestation; !a.From.After(d) && !a.Until.Before(next) {
				next, what = a.Until.AddDays(1), a.What
			}
		}
		if next == d {
			return d, what
		}
		d = next
	}
}

// lapsed is since when a day without an attestation has been without one, and whether there was
// one before.
func lapsed(all []compliance.Statement, d calendar.Date) (since calendar.Date, ever bool) {
	for _, s := range all {
		if end := s.Attestation.Until.AddDays(1); !end.After(d) && end.After(since) {
			since, ever = end, true
		}
	}
	return since, ever
}

// yearly judges what is due once in a calendar year: an attestation whose first day lies in it.
// It is kept from the month in which it was done. Until a set month nothing need be shown; from
// then on it is at risk, and when the year ends without it, unproven: that a record is missing is
// no evidence of a breach.
func (j *judging) yearly(cl Clause, t Terms) Outcome {
	for _, s := range j.attested(cl.ID) {
		if a := s.Attestation; a.From.Year == j.first.Year && !a.From.After(j.last) {
			o := Outcome{Verdict: compliance.Kept, Best: compliance.Kept, Worst: compliance.Kept, Why: Why{Rule: "yearly_done", At: a.From.Start(j.zone), What: a.What}}
			o.use("statement", s.ID)
			return o
		}
	}
	end := time.Date(j.first.Year+1, 1, 1, 0, 0, 0, 0, j.zone)
	switch {
	case int(j.first.Month) < t.AtRisk:
		return Outcome{Verdict: compliance.NoOccasion, Best: compliance.NoOccasion, Worst: compliance.NoOccasion, Why: Why{Rule: "yearly_later", N: t.AtRisk}}
	case j.first.Month < time.December || !j.over():
		o := open(Why{Rule: "yearly_due", At: end})
		o.Verdict = compliance.AtRisk
		return o
	default:
		return open(Why{Rule: "yearly_missing", N: j.first.Year})
	}
}

// noneKnown judges the officer's record of the month, of which the latest counts, and the incidents
// that are on record as confirmed in it: a record of none does not unmake one.
func (j *judging) noneKnown(cl Clause, t Terms) Outcome {
	var last *compliance.Statement
	for i, s := range j.e.House {
		if m := s.MonthRecord; m != nil && m.Clause == cl.ID && m.Month == j.e.Month && (last == nil || !s.At.Before(last.At)) {
			last = &j.e.House[i]
		}
	}
	found := j.confirmedIn(t.Incidents)
	if last == nil {
		o := open(Why{Rule: "no_month_record"})
		o.onRecord(found)
		return o
	}
	m := last.MonthRecord
	reported := 0
	for _, s := range m.Sources {
		if s.Reported {
			reported++
		}
	}
	enough := t.Sources
	if enough == 0 {
		enough = max(1, len(m.Sources))
	}
	o := open(Why{Rule: "none_known", N: reported, Of: len(m.Sources)})
	if len(m.Sources) > 0 {
		o.least(share(reported, len(m.Sources)))
	}
	o.use("statement", last.ID)
	switch {
	case m.Known > 0:
		o.Verdict, o.Best, o.Broken = compliance.Broken, compliance.Broken, m.Known
		o.Why = Why{Rule: "incidents_known", N: m.Known}
	case last.At.Before(j.e.Period.To):
		o.Why = Why{Rule: "month_record_early", At: last.At}
	case reported < enough:
		o.Why.Rule = "sources_missing"
	default:
		o.Verdict, o.Worst = compliance.Kept, compliance.Kept
	}
	if len(found) > m.Known {
		o.onRecord(found)
	}
	return o
}

// onRecord takes confirmed incidents into account, if there are any.
func (o *Outcome) onRecord(found []compliance.IncidentRecord) {
	if len(found) == 0 {
		return
	}
	o.Verdict, o.Best, o.Worst, o.Broken = compliance.Broken, compliance.Broken, compliance.Broken, len(found)
	o.Why = Why{Rule: "incidents_on_record", N: len(found)}
	for _, x := range found {
		o.use("statement", x.Statement)
	}
}
