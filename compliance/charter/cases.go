package charter

import (
	"errors"
	"slices"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/calendar"
)

// awarded is the milestone of [FollowedUp]; terms do not name it.
const awarded Milestone = "followed_up"

// mark is what has to happen to a case by when.
type mark struct {
	from     time.Time // the term counts from here
	deadline calendar.Deadline
	unsure   bool      // the calendar does not reach to the deadline
	met      time.Time // zero: had not happened when the version came on record
}

// limit is the instant that Deadline.At stands for in a month: the end of a day belongs to it.
func limit(d calendar.Deadline) time.Time {
	if d.ByHours {
		return d.At
	}
	return d.At.Add(-time.Nanosecond)
}

// reached is when a milestone was; zero: not, as far as is on record.
func (m Milestone) reached(c compliance.Case) time.Time {
	switch m {
	case Answered:
		return c.Answered
	case Forwarded:
		return c.Forwarded
	case Called:
		return c.Called
	case awarded:
		return c.FollowUp
	case Confirmed:
		return c.Confirmed
	case Resolved: // shown when a case is closed
		if c.Resolved {
			return c.Closed
		}
	}
	return time.Time{}
}

// mark finds what has to happen to a case; false if nothing does yet.
func (j *judging) mark(c compliance.Case, m Milestone, t Terms) (mark, bool) {
	out := mark{from: c.Received, met: m.reached(c)}
	if m == Confirmed { // of closed cases, counted from their closing
		out.from = c.Closed
	}
	if m == Resolved && t.Within.Zero() {
		out.deadline = calendar.Deadline{At: c.Closed, ByHours: true, Received: c.Received}
		return out, !c.Closed.IsZero()
	}
	if out.from.IsZero() {
		return out, false
	}
	term := t.Within
	if c.Difficult && !t.Difficult.Zero() {
		term = t.Difficult
	}
	var err error
	out.deadline, err = j.deadline(out.from, term, t.DayRule)
	out.unsure = err != nil
	return out, true
}

// deadline counts a term.
func (j *judging) deadline(from time.Time, t compliance.Term, r calendar.Rule) (calendar.Deadline, error) {
	switch {
	case t.BusinessDays > 0:
		return j.days.BusinessDays(from, t.BusinessDays, r)
	case t.Days > 0:
		return j.days.Days(from, t.Days, r)
	case t.Span > 0:
		return calendar.Deadline{At: from.Add(t.Span).In(j.zone), ByHours: true, Received: from.In(j.zone), Rule: calendar.Elapsed}, nil
	default:
		return calendar.Deadline{}, errors.New("no term is set")
	}
}

// caseFinding judges one case, if it belongs to the month.
func (j *judging) caseFinding(id compliance.Clause, c compliance.Case, m Milestone, t Terms) (finding, bool) {
	f, due, ok := j.caseAt(id, c, m, t)
	return f, ok && j.due(due)
}

// caseAt judges one case as of AsOf, and says which instant's month it belongs to; false if nothing
// has to happen to it yet.
func (j *judging) caseAt(id compliance.Clause, c compliance.Case, m Milestone, t Terms) (finding, time.Time, bool) {
	k, ok := j.mark(c, m, t)
	if !ok {
		return finding{}, time.Time{}, false
	}
	f := j.caseMark(id, c, k, t)
	switch {
	case k.unsure:
		return f, later(k.met, k.from), true
	case !k.met.IsZero() && k.deadline.Met(k.met):
		return f, k.met, true
	default:
		return f, limit(k.deadline), true
	}
}

// caseMark judges what had to happen to a case as of AsOf. The version on record says that what it
// lacks had not happened when it was recorded: after that, nobody knows.
func (j *judging) caseMark(id compliance.Clause, c compliance.Case, k mark, t Terms) finding {
	f := finding{Obligation: compliance.Obligation{Clause: id, Subject: c.Ref, Start: k.from, Met: k.met}, best: true}
	if k.unsure {
		f.Why = "calendar_ends"
		return f
	}
	d := k.deadline
	f.Limit, f.Deadline = d.At, &d
	switch {
	case !k.met.IsZero() && d.Met(k.met):
		f.Why, f.worst = "in_time", true
		if t.Channel && c.Wanted != "" && c.By != c.Wanted {
			f.Why, f.worst = "channel_unknown", false
			if c.By != "" {
				f.Why, f.best = "other_channel", false
			}
		}
	case !k.met.IsZero():
		f.Why, f.best = "late", false
	case j.e.AsOf.Before(d.At):
		f.Why, f.Verdict = "not_done_yet", compliance.AtRisk
	case !d.Met(c.Recorded):
		f.Why, f.best = "not_done", false
	default:
		f.Why = "record_too_old"
	}
	return f
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// eachCase judges whether every case was dealt with in time.
func (j *judging) eachCase(cl Clause, m Milestone, t Terms) Outcome {
	all, r := j.caseFindings(cl, m, t)
	if r.why.Rule == "no_register" {
		return open(r.why)
	}
	var o Outcome
	o.count(all, r.whole())
	o.caseWhy(r)
	return o
}

func (o *Outcome) caseWhy(r register) {
	o.Coverage = &r.coverage
	o.Used = r.used
	switch {
	case o.Broken > 0:
		o.Why = Why{Rule: "cases_late", N: o.Broken, Of: o.all()}
	case !r.whole():
		o.Why = r.why
	case o.Unproven > 0:
		o.Why = Why{Rule: "cases_unclear", N: o.Unproven, Of: o.all()}
	case o.Pending > 0:
		o.Why = Why{Rule: "cases_pending", N: o.Pending, At: o.nextLimit()}
	case o.Kept > 0:
		o.Why = Why{Rule: "cases_in_time", N: o.Kept}
	default:
		o.Why = Why{Rule: "cases_none"}
	}
	o.Occasions = slices.DeleteFunc(o.Occasions, func(x compliance.Obligation) bool { return x.Verdict == compliance.Kept })
}

// caseFindings are the cases of the month, and how complete their register is.
func (j *judging) caseFindings(cl Clause, m Milestone, t Terms) ([]finding, register) {
	r := j.register(t.Cases, j.reach(t))
	var all []finding
	for _, c := range j.e.Cases.Cases {
		if !slices.Contains(t.Cases, c.Kind) {
			continue
		}
		if f, ok := j.caseFinding(cl.ID, c, m, t); ok {
			all = append(all, f)
			r.used = append(r.used, Ref{"case", string(c.Kind) + "/" + c.Ref})
		}
	}
	return all, r
}

// caseShare judges whether the share of cases that were dealt with in time reaches its floor.
// Where days are missing in the register, nobody knows how many cases there were: then it is
// neither reached nor missed.
func (j *judging) caseShare(cl Clause, v Version, t Terms) Outcome {
	all, r := j.caseFindings(cl, t.Milestone, t)
	if r.why.Rule == "no_register" {
		return open(r.why)
	}
	var o Outcome
	o.count(all, r.whole())
	o.caseWhy(r)
	if len(all) == 0 {
		return o
	}
	got := share(o.Kept, o.all())
	reached := func(n int) bool { return share(n, o.all()) >= t.Share }
	o.Best, o.Worst = compliance.Broken, compliance.Broken
	if !r.whole() || reached(o.Kept+o.Unproven+o.Pending) {
		o.Best = compliance.Kept
	}
	if r.whole() && reached(o.Kept) {
		o.Worst = compliance.Kept
	}
	o.Verdict = settle(o.Best, o.Worst, r.whole() && reached(o.Kept+o.Pending))
	o.shareWhy(r, got, t.Share)
	o.shareObjective(got, v, r)
	return o
}

// shareWhy says what a verdict on a share rests on.
func (o *Outcome) shareWhy(r register, got, floor compliance.Ratio) {
	w := Why{N: o.Kept, Of: o.all(), Ratio: got, Floor: floor}
	switch {
	case !r.whole():
		w = r.why
	case o.Verdict == compliance.Broken:
		w.Rule = "share_missed"
	case o.Verdict == compliance.Kept:
		w.Rule = "share_reached"
	case o.Verdict == compliance.AtRisk:
		w = Why{Rule: "cases_pending", N: o.Pending, At: o.nextLimit()}
	default:
		w.Rule = "share_unclear"
	}
	o.Why = w
}

func (o *Outcome) shareObjective(got compliance.Ratio, v Version, r register) {
	if want := v.Objective.Share; want > 0 && r.whole() {
		o.Objective = &ObjectiveMet{Want: want, Got: got, Met: got >= want}
	}
}

// share is n of all, floored.
func share(n, all int) compliance.Ratio {
	return compliance.Ratio(n * 100_000 / max(all, 1))
}

// callShare judges whether the share of calls that were answered in time reaches its floor.
func (j *judging) callShare(v Version, t Terms) Outcome {
	r := j.register([]compliance.CaseKind{compliance.CaseCalls}, 0)
	if r.why.Rule == "no_register" {
		return open(r.why)
	}
	o := Outcome{Best: compliance.NoOccasion, Worst: compliance.NoOccasion, Coverage: &r.coverage}
	calls, inTime := 0, 0
	for _, d := range j.e.Cases.Tallies {
		if !d.Day.Before(j.first) && !d.Day.After(j.last) {
			calls, inTime = calls+d.Calls, inTime+min(d.InTime, d.Calls)
			o.use("calls", d.Day.String())
		}
	}
	o.Kept, o.Broken = inTime, calls-inTime
	got := share(inTime, calls)
	if calls > 0 {
		o.Best, o.Worst = compliance.Broken, compliance.Broken
		if got >= t.Share {
			o.Best, o.Worst = compliance.Kept, compliance.Kept
		}
	}
	if !r.whole() {
		o.Best, o.Worst = compliance.Kept, compliance.Broken
	}
	if o.Verdict = settle(o.Best, o.Worst, false); calls == 0 && r.whole() {
		o.Why = Why{Rule: "calls_none"}
		return o
	}
	o.shareWhy(r, got, t.Share)
	o.shareObjective(got, v, r)
	return o
}

// toldBefore judges whether whoever had to wait was told before the limit passed: of the reason,
// and of a new date. Cases that were dealt with in time are no occasion. Without a term, the
// limit is the day by which the customer wanted the reply.
func (j *judging) toldBefore(cl Clause, t Terms) Outcome {
	r := j.register(t.Cases, j.reach(t))
	if r.why.Rule == "no_register" {
		return open(r.why)
	}
	var all []finding
	for _, c := range j.e.Cases.Cases {
		if !slices.Contains(t.Cases, c.Kind) {
			continue
		}
		if f, ok := j.toldFinding(cl.ID, c, t); ok {
			all = append(all, f)
			r.used = append(r.used, Ref{"case", string(c.Kind) + "/" + c.Ref})
		}
	}
	var o Outcome
	o.count(all, r.whole())
	o.caseWhy(r)
	switch o.Why.Rule {
	case "cases_late":
		o.Why.Rule = "delays_untold"
	case "cases_unclear":
		o.Why.Rule = "delays_unclear"
	case "cases_in_time":
		o.Why.Rule = "delays_told"
	case "cases_none":
		o.Why.Rule = "delays_none"
	}
	return o
}

func (j *judging) toldFinding(id compliance.Clause, c compliance.Case, t Terms) (finding, bool) {
	k, ok := j.toldMark(c, t)
	d := k.deadline
	f := finding{Obligation: compliance.Obligation{Clause: id, Subject: c.Ref, Start: c.Received, Limit: d.At, Met: c.DelayTold, Deadline: &d}, best: true}
	switch due := limit(d); {
	case !ok:
		return f, false
	case k.unsure:
		f.Limit, f.Deadline, f.Why = time.Time{}, nil, "calendar_ends"
		return f, j.due(later(k.met, k.from))
	case !k.met.IsZero() && d.Met(k.met) || j.e.AsOf.Before(d.At):
		return f, false
	case !j.due(due):
		return f, false
	}
	told := toldInTime(c, d)
	switch late := !k.met.IsZero() || !d.Met(c.Recorded); {
	case told && !late:
		return f, false // it was answered in time or told: nothing was owed, or nothing was missed
	case told:
		f.Why, f.worst = "told", true
	case late:
		f.Why, f.best = "not_told", false
	default:
		f.Why = "record_too_old"
	}
	return f, true
}

// toldMark is by when a case must be answered, or its delay be announced; false if there is no such
// day.
func (j *judging) toldMark(c compliance.Case, t Terms) (mark, bool) {
	if !t.Within.Zero() {
		return j.mark(c, Answered, t)
	}
	return mark{from: c.Received, met: c.Answered, deadline: calendar.Deadline{At: c.ReplyBy, ByHours: true, Received: c.Received}}, !c.ReplyBy.IsZero()
}

// toldInTime says whether a delay was announced, with a new date, before the limit passed.
func toldInTime(c compliance.Case, d calendar.Deadline) bool {
	return !c.DelayTold.IsZero() && d.Met(c.DelayTold) && !c.DelayTo.IsZero()
}
