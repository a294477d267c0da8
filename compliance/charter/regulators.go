package charter

import (
	"cmp"
	"slices"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/calendar"
)

// ReportingDuty is a regulator's rule on whom to tell of an incident, and how soon. It is decision
// support: no verdict rests on it, and whether it binds is for a person to say.
type ReportingDuty struct {
	ID     string                  `json:"id"`
	Of     compliance.IncidentKind `json:"of"`
	To     compliance.Name         `json:"to"`               // whom, and what
	When   compliance.Name         `json:"when,omitzero"`    // what it depends on; empty: on nothing
	Within time.Duration           `json:"within,omitempty"` // of when a person knew; 0: without delay
	From   calendar.Date           `json:"from"`             // first day in force
	Until  calendar.Date           `json:"until,omitzero"`   // last day; zero: still
	Source compliance.Name         `json:"source"`           // act and article
}

// IncidentState says how an incident stands to a duty. The set is closed.
type IncidentState string

// The states.
const (
	IncidentDetected IncidentState = "detected" // by a machine; no clock runs until a person knows
	IncidentRunning  IncidentState = "running"
	IncidentOwed     IncidentState = "owed" // without delay, and not done yet
	IncidentOverdue  IncidentState = "overdue"
	IncidentTold     IncidentState = "told"
	IncidentToldLate IncidentState = "told_late"
	IncidentNotOwed  IncidentState = "not_owed" // a person says that the duty does not bind here
	IncidentUnruled  IncidentState = "unruled"  // the charter has no duty for its kind and day
)

// IncidentClock is how an incident stands to a duty to report it.
type IncidentClock struct {
	Incident compliance.IncidentRecord
	Duty     ReportingDuty // zero of [IncidentDetected] and [IncidentUnruled]
	Limit    time.Time     // zero: there is none, or it is not known yet
	Report   compliance.IncidentReport
	State    IncidentState
}

// Open says whether something is still to be done.
func (k IncidentClock) Open() bool {
	switch k.State {
	case IncidentDetected, IncidentRunning, IncidentOwed, IncidentOverdue:
		return true
	default:
		return false
	}
}

// IncidentClocks are the clocks of the incidents on record at now, by limit: by the duties that were in
// force on the day on which a person knew. What was dismissed has none.
func (c Charter) IncidentClocks(statements []compliance.Statement, zone *time.Location, now time.Time) []IncidentClock {
	var out []IncidentClock
	for _, x := range compliance.Incidents(statements) {
		if x.Dismissed {
			continue
		}
		if x.Known.IsZero() {
			out = append(out, IncidentClock{Incident: x, State: IncidentDetected})
			continue
		}
		day, bound := calendar.DateOf(x.Known, zone), len(out)
		for _, d := range c.Reporting {
			if d.Of == x.Kind && !day.Before(d.From) && (d.Until.IsZero() || !day.After(d.Until)) {
				out = append(out, clockOf(x, d, now))
			}
		}
		if len(out) == bound {
			out = append(out, IncidentClock{Incident: x, State: IncidentUnruled})
		}
	}
	slices.SortStableFunc(out, func(a, b IncidentClock) int {
		return cmp.Or(a.at().Compare(b.at()), cmp.Compare(a.Incident.Ref, b.Incident.Ref))
	})
	return out
}

// at is where the clock stands in a list: what is owed without delay is due since it was known.
func (k IncidentClock) at() time.Time {
	switch {
	case !k.Limit.IsZero():
		return k.Limit
	case !k.Incident.Known.IsZero():
		return k.Incident.Known
	default:
		return k.Incident.Detected
	}
}

func clockOf(x compliance.IncidentRecord, d ReportingDuty, now time.Time) IncidentClock {
	k := IncidentClock{Incident: x, Duty: d, State: IncidentOwed}
	if d.Within > 0 {
		k.Limit = x.Known.Add(d.Within)
	}
	late := func(at time.Time) bool { return !k.Limit.IsZero() && at.After(k.Limit) }
	r, done := x.Report(d.ID)
	k.Report = r
	switch {
	case done && r.NotOwed:
		k.State = IncidentNotOwed
	case done && late(r.At):
		k.State = IncidentToldLate
	case done:
		k.State = IncidentTold
	case late(now):
		k.State = IncidentOverdue
	case d.Within > 0:
		k.State = IncidentRunning
	}
	return k
}

// DueIncidents are the clocks that alerts tell of.
func DueIncidents(clocks []IncidentClock) []compliance.IncidentDue {
	var out []compliance.IncidentDue
	for _, k := range clocks {
		if k.Open() && k.State != IncidentDetected {
			out = append(out, compliance.IncidentDue{Ref: k.Incident.Ref, Duty: k.Duty.ID, Known: k.Incident.Known, Limit: k.Limit})
		}
	}
	return out
}

// confirmedIn are the incidents of some kinds that were confirmed in the month.
func (j *judging) confirmedIn(kinds []compliance.IncidentKind) []compliance.IncidentRecord {
	return slices.DeleteFunc(compliance.Incidents(j.e.House), func(x compliance.IncidentRecord) bool {
		return x.Dismissed || !j.due(x.Confirmed) || !slices.Contains(kinds, x.Kind)
	})
}
