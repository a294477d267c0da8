package charter

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/calendar"
)

// ClockState says how a case stands to a deadline. The set is closed.
type ClockState string

// The states.
const (
	ClockRunning   ClockState = "running"
	ClockTomorrow  ClockState = "tomorrow"  // it passes before the end of the next business day
	ClockPassed    ClockState = "passed"    // and the record is of after that: it was missed
	ClockUnclear   ClockState = "unclear"   // it passed after the case was last recorded: nobody knows
	ClockUncounted ClockState = "uncounted" // the calendar does not reach to it
)

// CaseClock is what an open case still needs for a clause, and by when. It is found as a month is
// judged: by the version of the clause that the month of the deadline is judged by.
type CaseClock struct {
	Clause    compliance.Clause   `json:"clause"`
	Method    Method              `json:"method"`
	Milestone Milestone           `json:"milestone"` // what is needed; of [ToldBefore] an answer or an announcement of the delay
	Kind      compliance.CaseKind `json:"kind"`
	Ref       string              `json:"ref"`
	Start     time.Time           `json:"start"`              // the term counts from here
	Deadline  *calendar.Deadline  `json:"deadline,omitempty"` // nil of [ClockUncounted]
	Told      bool                `json:"told"`               // the delay was announced before the deadline, with a new date
	State     ClockState          `json:"state"`
}

// CaseClocks are the clocks of the open cases at now, by deadline: for each clause that sets the case
// a term. A case has as many as there are clauses. What was announced in time starts no clock for
// [ToldBefore], and once a case is closed nothing runs but what counts from then.
func (c Charter) CaseClocks(book compliance.CaseBook, cal *calendar.Calendar, now time.Time) []CaseClock {
	j := &judging{charter: c, zone: cal.Zone(), days: cal, e: Evidence{AsOf: now}}
	soon := nextBusinessDay(cal, calendar.DateOf(now, j.zone))
	var out []CaseClock
	for _, cl := range c.Clauses {
		for _, v := range cl.Versions {
			for _, r := range v.Requires {
				t := r.Terms.WithDefaults(r.Method)
				for _, x := range book.Cases {
					if !slices.Contains(t.Cases, x.Kind) {
						continue
					}
					if k, ok := j.clock(cl, v, r.Method, t, x, soon); ok {
						out = append(out, k)
					}
				}
			}
		}
	}
	slices.SortStableFunc(out, func(a, b CaseClock) int {
		return cmp.Or(a.at().Compare(b.at()), cmp.Compare(a.Ref, b.Ref))
	})
	return out
}

func (k CaseClock) at() time.Time {
	if k.Deadline == nil {
		return k.Start
	}
	return k.Deadline.At
}

// nextBusinessDay is the first business day after a day. Where the calendar ends, it is the next day.
func nextBusinessDay(cal *calendar.Calendar, d calendar.Date) calendar.Date {
	next, err := cal.AddBusinessDays(d, 1)
	if err != nil {
		return d.AddDays(1)
	}
	return next
}

// clock is a case's clock for a requirement; false if none runs. soon is the next business day.
func (j *judging) clock(cl Clause, v Version, m Method, t Terms, c compliance.Case, soon calendar.Date) (CaseClock, bool) {
	out := CaseClock{Clause: cl.ID, Method: m, Milestone: t.Milestone, Kind: c.Kind, Ref: c.Ref}
	switch m {
	case EachCase, CaseShare:
	case FollowedUp:
		out.Milestone = awarded
	case ToldBefore:
		out.Milestone = Answered
	default:
		return out, false
	}
	ended := !c.Closed.IsZero() && out.Milestone != awarded && out.Milestone != Confirmed
	if ended || !out.Milestone.reached(c).IsZero() {
		return out, false
	}
	f, due, ok := j.needed(cl.ID, c, m, out.Milestone, t)
	first := calendar.DateOf(due, j.zone)
	first.Day = 1
	if !ok || !cl.InForce(first) || cl.Version(first).From != v.From {
		return out, false
	}
	out.Start, out.Deadline = f.Start, f.Deadline
	out.Told = f.Deadline != nil && toldInTime(c, *f.Deadline)
	switch {
	case m == ToldBefore && out.Told:
		return out, false
	case f.Deadline == nil:
		out.State = ClockUncounted
	case f.Why == "not_done":
		out.State = ClockPassed
	case f.Why == "record_too_old":
		out.State = ClockUnclear
	case !calendar.DateOf(f.Deadline.At.Add(-time.Nanosecond), j.zone).After(soon):
		out.State = ClockTomorrow
	default:
		out.State = ClockRunning
	}
	return out, true
}

// needed is what a case needs for a requirement as of AsOf, as it is judged.
func (j *judging) needed(id compliance.Clause, c compliance.Case, m Method, stone Milestone, t Terms) (finding, time.Time, bool) {
	if m == ToldBefore && t.Within.Zero() {
		k, ok := j.toldMark(c, t)
		return j.caseMark(id, c, k, t), limit(k.deadline), ok
	}
	return j.caseAt(id, c, stone, t)
}

// refsTold is how many earliest reference numbers an alert names.
const refsTold = 5

// DueCases sums the clocks up, clause by clause, for alerts. An announcement of a delay that is due
// together with what is delayed is told there. That a closed case was not confirmed with the customer in
// time is not told: nobody waits for it.
func DueCases(clocks []CaseClock) []compliance.CasesDue {
	own := map[string]bool{} // the cases' own deadlines
	for _, k := range clocks {
		if k.Method != ToldBefore {
			own[k.key()] = true
		}
	}
	var out []compliance.CasesDue
	for _, k := range clocks {
		if k.Deadline == nil || k.State == ClockRunning || k.Method == ToldBefore && own[k.key()] {
			continue
		}
		over := k.State != ClockTomorrow
		if over && k.Milestone == Confirmed {
			continue
		}
		i := slices.IndexFunc(out, func(x compliance.CasesDue) bool { return x.Clause == k.Clause && x.Over == over })
		if i < 0 {
			i = len(out)
			out = append(out, compliance.CasesDue{Clause: k.Clause, Over: over, Limit: k.Deadline.At})
		}
		x := &out[i]
		if x.Count++; x.Count <= refsTold {
			x.Refs = append(x.Refs, k.Ref)
		}
		if over && !k.Told {
			x.Untold++
		}
	}
	return out
}

// key names a case and its deadline.
func (k CaseClock) key() string { return fmt.Sprintf("%s/%s %d", k.Kind, k.Ref, k.at().UnixNano()) }

// AttestationState says how an attestation stands. The set is closed.
type AttestationState string

// The states.
const (
	AttestationInDate AttestationState = "in_date"
	AttestationEnding AttestationState = "ending" // within the days on which its owner is reminded; of [Yearly]: due in this year
	AttestationLapsed AttestationState = "lapsed"
	AttestationLater  AttestationState = "later" // nothing is due yet: one begins later, or the year is young
	AttestationNever  AttestationState = "never"
)

// AttestationClock is how long a clause that rests on attestations is still covered.
type AttestationClock struct {
	Clause compliance.Clause `json:"clause"`
	Method Method            `json:"method"`
	State  AttestationState  `json:"state"`
	What   string            `json:"what,omitempty"` // is attested
	Until  calendar.Date     `json:"until,omitzero"` // last day in date; by which one is due
	Left   int               `json:"left,omitempty"` // days until then
	Since  calendar.Date     `json:"since,omitzero"` // first day without one; first day of the one that begins later
}

// AttestationClocks are those of the clauses in force that rest on attestations, in the charter's
// order. They are judged as a month is, by a month of one day: today.
func (c Charter) AttestationClocks(statements []compliance.Statement, zone *time.Location, now time.Time) []AttestationClock {
	today := calendar.DateOf(now, zone)
	first := today
	first.Day = 1
	j := &judging{charter: c, zone: zone, first: today, last: today, e: Evidence{AsOf: now, Period: compliance.Period{From: today.Start(zone), To: today.End(zone)}}}
	j.e.Attestations = j.known(statements)
	var out []AttestationClock
	for _, cl := range c.Clauses {
		if !cl.InForce(first) {
			continue
		}
		for _, r := range cl.Version(first).Requires {
			t := r.Terms.WithDefaults(r.Method)
			k := AttestationClock{Clause: cl.ID, Method: r.Method}
			switch r.Method {
			case InDate:
				k.state(j.inDate(cl, t).Why, j)
			case Yearly:
				k.state(j.yearly(cl, t).Why, j)
			default:
				continue
			}
			out = append(out, k)
		}
	}
	return out
}

// state takes over what a verdict of today rests on.
func (k *AttestationClock) state(w Why, j *judging) {
	at := calendar.DateOf(w.At, j.zone)
	yearEnd := calendar.NewDate(j.first.Year, time.December, 31)
	k.What = w.What
	switch w.Rule {
	case "attested":
		k.State, k.Until = AttestationInDate, at
	case "attestation_ends":
		k.State, k.Until = AttestationEnding, at
	case "yearly_done":
		k.State, k.Until = AttestationInDate, yearEnd
	case "yearly_due":
		k.State, k.Until = AttestationEnding, yearEnd
	case "attestation_lapsed":
		k.State, k.Since = AttestationLapsed, at
	case "attested_later":
		k.State, k.Since = AttestationLater, at
	case "yearly_later":
		k.State = AttestationLater
	default:
		k.State = AttestationNever
	}
	if !k.Until.IsZero() {
		k.Left = j.first.DaysTo(k.Until)
	}
}

// urgentDays is how many days before its end an attestation is no longer merely remarked upon.
const urgentDays = 7

// DueAttestations are the clocks that alerts tell of. A clause that never had an attestation is told
// in the report.
func DueAttestations(clocks []AttestationClock, zone *time.Location) []compliance.AttestationDue {
	var out []compliance.AttestationDue
	for _, k := range clocks {
		switch k.State {
		case AttestationEnding:
			out = append(out, compliance.AttestationDue{Clause: k.Clause, What: k.What, Ends: k.Until.End(zone), Urgent: k.Left < urgentDays})
		case AttestationLapsed:
			out = append(out, compliance.AttestationDue{Clause: k.Clause, What: k.What, Ends: k.Since.Start(zone), Lapsed: true})
		}
	}
	return out
}

// ReviewClause is the clause that speaks of last month's report on a day; "" if none does.
func (c Charter) ReviewClause(d calendar.Date) compliance.Clause {
	first := d
	first.Day = 1
	for _, cl := range c.Clauses {
		if cl.InForce(first) && slices.ContainsFunc(cl.Version(first).Requires, func(r Requirement) bool { return r.Method == ReportPublished }) {
			return cl.ID
		}
	}
	return ""
}
