package charter

import (
	"slices"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
)

// servedDays judges whether every day of every site was served, as
// [compliance.JudgeServedDays] says. Its occasions are the days that were not.
func (j *judging) servedDays(cl Clause, v Version, t Terms) Outcome {
	sites, why := j.chosen(cl.ID, t)
	if len(sites) == 0 {
		return open(why)
	}
	var o Outcome
	o.Best, o.Worst = compliance.NoOccasion, compliance.NoOccasion
	p := j.promises
	p.MaxDown, p.Coverage = t.MaxDown, t.Coverage
	var worst, thin *siteSeen // the site with the most broken days, and that with the least coverage
	missed, thinnest := 0, compliance.Ratio(0)
	var down time.Duration // unplanned, on the days that were missed
	for _, i := range sites {
		s := j.site(i, p)
		a := compliance.JudgeServedDays(s.figures, p)
		days := j.dayFindings(cl.ID, s, a)
		if len(days) == 0 {
			continue // it was closed all month
		}
		var one Outcome
		one.count(days, a.Coverage >= t.Coverage)
		one.Occasions = slices.DeleteFunc(one.Occasions, func(x compliance.Obligation) bool { return x.Verdict == compliance.Kept })
		o.add(one)
		down += missedDown(s.figures, a)
		o.least(a.Coverage)
		if thin == nil || a.Coverage < thinnest {
			thin, thinnest = s, a.Coverage
		}
		if one.Broken > missed {
			worst, missed = s, one.Broken
		}
		o.Used = append(o.Used, s.refs(j)...)
	}
	o.Verdict = settle(o.Best, o.Worst, false)
	switch {
	case thin == nil:
		o.Why = Why{Rule: "closed_all_month"}
	case o.Broken > 0:
		o.Why = Why{Rule: "days_missed", N: o.Broken, Of: o.all(), Long: down, What: worst.ID}
	case !j.over() && o.Verdict == compliance.Unproven:
		o.Why = Why{Rule: "month_not_over", At: j.e.Period.To}
	case thinnest < t.Coverage:
		o.Why = Why{Rule: "coverage_low", Ratio: thinnest, Floor: t.Coverage, What: thin.ID}
	case o.Unproven > 0:
		o.Why = Why{Rule: "days_unknown", N: o.Unproven, Of: o.all(), Ratio: thinnest}
	default:
		o.Why = Why{Rule: "days_served", N: o.Kept, Ratio: thinnest}
	}
	if v.Objective.Availability > 0 && thin != nil && thinnest >= t.Coverage {
		o.Objective = j.availability(sites, p, v.Objective.Availability)
	}
	return o
}

// dayFindings are the days on which the site was to be open.
func (j *judging) dayFindings(id compliance.Clause, s *siteSeen, a compliance.Availability) []finding {
	is := func(list []compliance.Period, d compliance.Day) bool {
		return slices.ContainsFunc(list, func(p compliance.Period) bool { return p.From.Equal(d.From) })
	}
	var out []finding
	for _, d := range s.figures.Days {
		ob := compliance.Obligation{
			Clause: id, Site: s.ID, Subject: d.From.In(j.zone).Format(time.DateOnly), Start: d.From, Limit: d.To, Verdict: compliance.Kept, Why: "served",
		}
		switch {
		case d.Open.All()+d.Future == 0:
			continue
		case is(a.BrokenDays, d):
			ob.Verdict, ob.Why = compliance.Broken, "not_served"
		case is(a.UnprovenDays, d):
			ob.Verdict, ob.Why = compliance.Unproven, "not_seen"
		}
		out = append(out, found(ob))
	}
	return out
}

// missedDown is the unplanned downtime of the days that were missed.
func missedDown(f compliance.Figures, a compliance.Availability) time.Duration {
	var out time.Duration
	for _, d := range f.Days {
		if slices.ContainsFunc(a.BrokenDays, func(p compliance.Period) bool { return p.From.Equal(d.From) }) {
			out += d.Open.Unplanned()
		}
	}
	return out
}

// add joins what became of one site to what became of others.
func (o *Outcome) add(one Outcome) {
	both := func(a, b compliance.Verdict) compliance.Verdict { return together([]compliance.Verdict{a, b}) }
	o.Best, o.Worst = both(o.Best, one.Best), both(o.Worst, one.Worst)
	o.Kept += one.Kept
	o.Broken += one.Broken
	o.Unproven += one.Unproven
	o.Pending += one.Pending
	o.Occasions = append(o.Occasions, one.Occasions...)
}

// availability compares the worst site's charter availability with the objective.
func (j *judging) availability(sites []int, p compliance.Promises, want compliance.Ratio) *ObjectiveMet {
	var out *ObjectiveMet
	for _, i := range sites {
		got, ok := j.site(i, p).figures.Charter()
		if ok && (out == nil || got < out.Got) {
			out = &ObjectiveMet{Want: want, Got: got, Met: got >= want}
		}
	}
	return out
}
