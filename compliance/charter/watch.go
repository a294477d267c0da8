package charter

import (
	"slices"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
)

// watched judges whether every shift was taken and handed over, by the rosters on record. A
// watch belongs to the month in which its limit passed or it was handed over. How well the
// monitor itself saw stands beside the verdict and is no part of it.
func (j *judging) watched(cl Clause) Outcome {
	since, ok := j.rosterSince()
	if !ok {
		return open(Why{Rule: "no_roster"})
	}
	var o Outcome
	var all []finding
	span := compliance.Period{From: j.e.Period.From.Add(-48 * time.Hour), To: j.e.Period.To}
	for _, w := range (compliance.Roster{}).Watches(j.e.House, span, j.zone, j.e.AsOf) {
		ob := compliance.Obligation{
			Clause: cl.ID, Subject: w.Shift + " " + w.Start.In(j.zone).Format(time.DateOnly), Start: w.Start, Limit: w.Due, Verdict: w.Verdict, Why: w.Why,
		}
		if w.Taken != nil && !w.Taken.At.After(w.Due) { // it is the hand-over that counts
			ob.Limit = w.End.Add(w.Due.Sub(w.Start))
			if w.Handed != nil {
				ob.Met = w.Handed.At
			}
		}
		if !j.due(ob.Due()) {
			continue
		}
		all = append(all, found(ob))
		for _, s := range []*compliance.Statement{w.Taken, w.Handed} {
			if s != nil {
				o.use("statement", s.ID)
			}
		}
	}
	for _, s := range j.e.House {
		if s.Roster != nil && s.At.Before(j.e.Period.To) {
			o.use("statement", s.ID)
		}
	}
	whole := !since.After(j.e.Period.From)
	o.count(all, whole)
	o.Occasions = slices.DeleteFunc(o.Occasions, func(x compliance.Obligation) bool { return x.Verdict == compliance.Kept })
	if seen := j.self().Coverage; len(j.e.Sites) > 0 {
		o.Coverage = &seen
	}
	switch {
	case o.Broken > 0:
		o.Why = Why{Rule: "watches_missed", N: o.Broken, Of: o.all()}
	case !whole:
		o.Why = Why{Rule: "roster_since", At: since}
	case o.Pending > 0:
		o.Why = Why{Rule: "watches_pending", N: o.Pending, At: o.nextLimit()}
	case o.Kept > 0:
		o.Why = Why{Rule: "watches_kept", N: o.Kept}
	default:
		o.Why = Why{Rule: "watches_none"}
	}
	return o
}

// rosterSince is from when on the month was staffed by rosters on record without a break; false
// if none was in force.
func (j *judging) rosterSince() (time.Time, bool) {
	var since time.Time
	found := false
	for _, s := range j.e.House {
		switch r := s.Roster; {
		case r == nil || !s.At.Before(j.e.Period.To):
		case len(r.Shifts) == 0:
			found = false
		case !found:
			since, found = later(s.At, r.Since), true
		}
	}
	return since, found
}

// reportPublished judges whether the report of the month before was signed by all who had to
// and published to staff by the end of this one, with proof.
func (j *judging) reportPublished() Outcome {
	before := j.e.Period.From.AddDate(0, 0, -1).In(j.zone).Format("2006-01")
	i := slices.IndexFunc(j.e.Reports, func(r ReportEvidence) bool { return r.Month == before && r.ID == before })
	if i < 0 {
		i = slices.IndexFunc(j.e.Reports, func(r ReportEvidence) bool { return r.Month == before })
	}
	if i < 0 {
		return open(Why{Rule: "no_report", What: before})
	}
	r := j.e.Reports[i]
	w := Why{What: before}
	o := open(w)
	o.use("report", r.ID)
	by := func(at time.Time) bool { return !at.IsZero() && at.Before(j.e.Period.To) }
	broken := func(rule string) {
		w.Rule = rule
		if !j.over() {
			o.Verdict, w = compliance.AtRisk, Why{Rule: "report_due", At: j.e.Period.To, What: before}
			return
		}
		o.Verdict, o.Best, o.Broken = compliance.Broken, compliance.Broken, 1
	}
	switch {
	case !by(r.Signed):
		broken("report_unsigned")
	case !by(r.Published):
		broken("report_unpublished")
	case r.Proof == "":
		w.Rule, o.Unproven = "report_unproved", 1
	default:
		o.Verdict, o.Worst, o.Kept = compliance.Kept, compliance.Kept, 1
		w.Rule, w.At = "report_published", r.Published
	}
	o.Why = w
	return o
}
