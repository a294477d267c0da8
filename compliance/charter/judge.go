package charter

import (
	"fmt"
	"slices"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/calendar"
)

// RulesVersion names the rules by which this program judges. It changes whenever the same
// charter and evidence may come to other verdicts than before.
const RulesVersion = "1"

// Judge says what became of each clause that was in force on the first day of the evidence's
// month. It fails on evidence that contradicts itself; what is merely missing is unproven.
//
// A month that is not over at AsOf can be judged, too: what may yet be met is pending, and a
// requirement of which nothing worse can be said is at risk. In a closed month nothing is.
func (c Charter) Judge(e Evidence) (Month, error) {
	j, err := newJudging(c, e)
	if err != nil {
		return Month{}, fmt.Errorf("judge the month %q: %w", e.Month, err)
	}
	m := Month{Format: MonthFormat, Month: e.Month, Period: e.Period, AsOf: e.AsOf, Rules: RulesVersion, Charter: c.SHA256()}
	for _, cl := range c.Clauses {
		if !cl.InForce(j.first) {
			continue
		}
		judged, err := j.clause(cl)
		if err != nil {
			return Month{}, fmt.Errorf("judge the month %q: clause %s: %w", e.Month, cl.ID, err)
		}
		m.Clauses = append(m.Clauses, judged)
	}
	for i := range e.Sites {
		m.Sites = append(m.Sites, j.siteMonth(i))
	}
	m.Self = j.self()
	return m, nil
}

// judging is a month being judged. What is derived of a site is kept, for several clauses ask
// for it.
type judging struct {
	charter  Charter
	e        Evidence
	zone     *time.Location
	days     *calendar.Calendar
	first    calendar.Date // of the month
	last     calendar.Date
	promises compliance.Promises // of all clauses together
	sites    []map[compliance.Promises]*siteSeen
}

func newJudging(c Charter, e Evidence) (*judging, error) {
	zone, err := time.LoadLocation(e.Zone)
	if err != nil || e.Zone == "" {
		return nil, fmt.Errorf("its zone: %q is not known", e.Zone)
	}
	month, err := time.Parse("2006-01", e.Month)
	if err != nil {
		return nil, fmt.Errorf("a month is written 2026-10")
	}
	if p := compliance.Month(month.Year(), month.Month(), zone); !p.From.Equal(e.Period.From) || !p.To.Equal(e.Period.To) {
		return nil, fmt.Errorf("its period is not the month's in %s", e.Zone)
	}
	if e.AsOf.Before(e.Period.From) {
		return nil, fmt.Errorf("it had not begun at %s", e.AsOf.Format(time.RFC3339))
	}
	for _, cl := range c.Clauses {
		if len(cl.Versions) == 0 {
			return nil, fmt.Errorf("clause %s has no version", cl.ID)
		}
	}
	for _, x := range e.Cases.Cases {
		if x.Recorded.After(e.AsOf) {
			return nil, fmt.Errorf("case %s came on record after %s", x.Ref, e.AsOf.Format(time.RFC3339))
		}
	}
	j := &judging{charter: c, e: e, zone: zone, first: calendar.NewDate(month.Year(), month.Month(), 1)}
	j.last = j.first.AddMonths(1).AddDays(-1)
	j.days = calendar.Fixed(zone, e.DaysOff, e.DaysFrom, e.DaysTo, e.Holidays)
	j.promises = c.Promises(j.first)
	j.e.House = j.known(e.House)
	j.e.Attestations = j.known(e.Attestations)
	for range e.Sites {
		j.sites = append(j.sites, map[compliance.Promises]*siteSeen{})
	}
	return j, nil
}

// known are the statements made by AsOf.
func (j *judging) known(all []compliance.Statement) []compliance.Statement {
	return slices.DeleteFunc(slices.Clone(all), func(s compliance.Statement) bool { return s.At.After(j.e.AsOf) })
}

// over says whether the month is over.
func (j *judging) over() bool { return !j.e.AsOf.Before(j.e.Period.To) }

// due says whether an instant lies in the month.
func (j *judging) due(at time.Time) bool {
	return !at.Before(j.e.Period.From) && at.Before(j.e.Period.To)
}

func (j *judging) clause(cl Clause) (Judged, error) {
	v := cl.Version(j.first)
	out := Judged{Clause: cl.ID}
	for _, r := range v.Requires {
		o, err := j.requirement(cl, v, r)
		if err != nil {
			return Judged{}, fmt.Errorf("%s: %w", r.Method, err)
		}
		out.Requires = append(out.Requires, o)
	}
	if len(out.Requires) == 0 {
		out.Requires = []Outcome{unobserved(Requirement{Method: NotObserved})}
	}
	verdicts := func(of func(Outcome) compliance.Verdict) compliance.Verdict {
		var all []compliance.Verdict
		for _, o := range out.Requires {
			all = append(all, of(o))
		}
		return together(all)
	}
	out.Verdict = verdicts(func(o Outcome) compliance.Verdict { return o.Verdict })
	out.Best = verdicts(func(o Outcome) compliance.Verdict { return o.Best })
	out.Worst = verdicts(func(o Outcome) compliance.Verdict { return o.Worst })
	i := slices.IndexFunc(out.Requires, func(o Outcome) bool { return o.Verdict == out.Verdict })
	out.Why = out.Requires[i].Why
	return out, nil
}

// together is the verdict of several that must all hold: the first of these that one of them
// has.
func together(all []compliance.Verdict) compliance.Verdict {
	for _, v := range []compliance.Verdict{compliance.Broken, compliance.Unproven, compliance.AtRisk, compliance.Kept} {
		if slices.Contains(all, v) {
			return v
		}
	}
	return compliance.NoOccasion
}

// requirement judges one, by its method.
func (j *judging) requirement(cl Clause, v Version, r Requirement) (Outcome, error) {
	var o Outcome
	t := r.Terms.WithDefaults(r.Method)
	switch r.Method {
	case ServedDays:
		o = j.servedDays(cl, v, t)
	case AnnouncedWork, AnnouncedRecovery, RestoredInTime:
		o = j.duties(cl, r.Method, t)
	case Fresh:
		o = j.fresh(cl, t)
	case Published, Wording:
		o = j.published(cl, r.Method, t)
	case EachCase:
		o = j.eachCase(cl, t.Milestone, t)
	case FollowedUp:
		o = j.eachCase(cl, awarded, t)
	case CaseShare:
		o = j.caseShare(cl, v, t)
	case CallShare:
		o = j.callShare(v, t)
	case ToldBefore:
		o = j.toldBefore(cl, t)
	case NoneKnown:
		o = j.noneKnown(cl, t)
	case InDate:
		o = j.inDate(cl, t)
	case Yearly:
		o = j.yearly(cl, t)
	case Watched:
		o = j.watched(cl)
	case ReportPublished:
		o = j.reportPublished()
	case NotObserved:
		o = unobserved(r)
	default:
		return Outcome{}, fmt.Errorf("the method is not known")
	}
	o.Method, o.Basis = r.Method, r.Basis
	o.Used = sortedRefs(o.Used)
	return o, nil
}

// unobserved is what nothing observes yet.
func unobserved(r Requirement) Outcome {
	return Outcome{Method: r.Method, Basis: r.Basis, Best: compliance.Kept, Worst: compliance.Broken, Why: Why{Rule: "not_observed"}}
}
