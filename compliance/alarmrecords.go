package compliance

import (
	"fmt"
	"strings"
	"time"

	"github.com/charterwatch/charterwatch/compliance/calendar"
)

// RecordFacts are what alerts about cases, attestations and reports are derived from.
type RecordFacts struct {
	Cases        []CasesDue
	Attestations []AttestationDue
	Incidents    []IncidentDue
	Review       Clause             // that speaks of last month's report; "": none does
	Calendar     *calendar.Calendar // nil: reports are not told of
}

// CasesDue are the open cases of a clause whose limit passes before the next business day is over, or
// has passed.
type CasesDue struct {
	Clause Clause
	Over   bool      // it has passed, as far as is on record
	Count  int       // at least 1
	Untold int       // of those over: without an announcement of the delay
	Limit  time.Time // the earliest
	Refs   []string  // the first of them, by limit
}

// AttestationDue is a clause whose attestation ends soon, or has.
type AttestationDue struct {
	Clause Clause
	What   string    // is attested
	Ends   time.Time // end of its last day
	Urgent bool      // within a week
	Lapsed bool
}

// IncidentDue is a duty to report an incident that is not met yet.
type IncidentDue struct {
	Ref   string
	Duty  string    // id
	Known time.Time // by a person
	Limit time.Time // zero: without delay
}

// alerts tell of the duty as soon as its clock runs, and more gravely once the last quarter of it
// does, or at once where there is no delay to use up.
func (x IncidentDue) alerts(now time.Time) []Alert {
	a := Alert{Rule: AlertIncidentUnreported, Subject: x.Ref + "/" + x.Duty, Start: x.Known, Limit: x.Limit}
	out := []Alert{a}
	if x.Limit.IsZero() || now.Sub(x.Known) >= x.Limit.Sub(x.Known)*3/4 {
		a.Severity = SeverityCritical
		out = append(out, a)
	}
	return out
}

// untilEnd is a limit that ends a day as an instant of that day, so that it is read as it is meant.
func untilEnd(limit time.Time) time.Time { return limit.Add(-time.Millisecond) }

func (f RecordFacts) alerts(m MonitorFacts) []Alert {
	var out []Alert
	for _, c := range f.Cases {
		a := Alert{Rule: AlertCaseDueTomorrow, Subject: string(c.Clause), Clause: c.Clause, Limit: untilEnd(c.Limit), Count: c.Count, Detail: strings.Join(c.Refs, ", ")}
		if more := c.Count - len(c.Refs); more > 0 {
			a.Detail += fmt.Sprintf(" (+%d)", more)
		}
		if c.Over {
			a.Rule, a.Untold, a.Start = AlertCaseOverdue, c.Untold, c.Limit
		}
		out = append(out, a)
	}
	for _, x := range f.Attestations {
		a := Alert{Rule: AlertAttestationExpiring, Subject: string(x.Clause), Clause: x.Clause, Limit: untilEnd(x.Ends), Detail: x.What}
		if x.Lapsed {
			a.Rule, a.Start = AlertAttestationLapsed, x.Ends
		}
		out = append(out, a)
		if x.Urgent { // graver than the one before, which stands
			a.Severity = SeverityWarning
			out = append(out, a)
		}
	}
	for _, x := range f.Incidents {
		out = append(out, x.alerts(m.Now)...)
	}
	if f.Calendar != nil {
		out = append(out, f.reports(m)...)
	}
	return out
}

// reports tells of a report that lacks signatures shortly before it goes out without them, and of one
// that was not made. What was on record before the month shows that there was something to report.
func (f RecordFacts) reports(m MonitorFacts) []Alert {
	today := calendar.DateOf(m.Now, m.Zone)
	before := today.AddMonths(-1)
	last := fmt.Sprintf("%04d-%02d", before.Year, before.Month)
	made := false
	var out []Alert
	for _, g := range Signings(m.Statements) {
		made = made || g.Month == last
		if _, awaited := g.Next(); !awaited || !g.Closed.IsZero() || g.Deadline.IsZero() {
			continue
		}
		ends := calendar.DateOf(untilEnd(g.Deadline), m.Zone)
		from, err := f.Calendar.AddBusinessDays(ends, -1)
		if err != nil {
			from = ends.AddDays(-1)
		}
		if !today.Before(from) {
			out = append(out, Alert{Rule: AlertReportUnsigned, Subject: g.Report, Clause: f.Review, Start: g.Made, Limit: untilEnd(g.Deadline)})
		}
	}
	first := calendar.NewDate(today.Year, today.Month, 1)
	day, err := f.Calendar.AddBusinessDays(first, 0)
	if due := day.End(m.Zone); err == nil && !made && !m.Now.Before(due) && watchedBefore(m.Statements, first.Start(m.Zone)) {
		out = append(out, Alert{Rule: AlertReportLate, Subject: last, Clause: f.Review, Start: due, Limit: untilEnd(due)})
	}
	return out
}

// watchedBefore says whether a charter was in force before an instant.
func watchedBefore(statements []Statement, at time.Time) bool {
	for _, s := range statements {
		if s.Charter != nil && s.At.Before(at) {
			return true
		}
	}
	return false
}
