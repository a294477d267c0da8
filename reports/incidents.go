package reports

import (
	"slices"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/charter"
)

// incidents are the clocks of incidents that ran in the month, began or were met in it, as known then.
func (w *writer) incidents() []charter.IncidentClock {
	known := slices.DeleteFunc(slices.Clone(w.r.Evidence.House), func(s compliance.Statement) bool { return s.At.After(w.r.Month.AsOf) })
	p := w.r.Month.Period
	in := func(at time.Time) bool { return !at.Before(p.From) && at.Before(p.To) }
	return slices.DeleteFunc(w.r.Charter.IncidentClocks(known, w.zone, w.r.Month.AsOf), func(k charter.IncidentClock) bool {
		x := k.Incident
		open := k.Open() && (x.Known.Before(p.To) && !x.Known.IsZero() || x.Detected.Before(p.To) && x.Known.IsZero())
		return !open && !in(x.Detected) && !in(x.Known) && !in(x.Confirmed) && !in(k.Report.At)
	})
}

// clocksRunning is what is still to be reported of incidents, or was reported late: each in a
// sentence. Nothing of where or what an incident is: only its reference number.
func (w *writer) clocksRunning() []string {
	var out []string
	for _, k := range w.incidents() {
		if k.Open() || k.State == charter.IncidentToldLate {
			out = append(out, w.say("front.clocks.is", "ref", k.Incident.Ref, "kind", w.incidentKind(k.Incident.Kind), "state", w.incidentState(k)))
		}
	}
	return out
}

func (w *writer) incidentKind(k compliance.IncidentKind) string {
	return w.named("report.page.incident.kind", string(k))
}

// incidentState is a clock in words: what is to be done by when, or what was.
func (w *writer) incidentState(k charter.IncidentClock) string {
	to, known, limit, done := w.name(k.Duty.To), w.at(k.Incident.Known), w.at(k.Limit), w.at(k.Report.At)
	switch k.State {
	case charter.IncidentDetected:
		return w.say("incident.detected", "detected", w.at(k.Incident.Detected))
	case charter.IncidentRunning:
		return w.say("incident.running", "limit", limit, "to", to, "known", known)
	case charter.IncidentOwed:
		return w.say("incident.owed", "to", to, "known", known)
	case charter.IncidentOverdue:
		return w.say("incident.overdue", "to", to, "limit", limit, "known", known)
	case charter.IncidentTold:
		return w.say("incident.told", "to", to, "at", done)
	case charter.IncidentToldLate:
		return w.say("incident.told_late", "to", to, "at", done, "limit", limit)
	case charter.IncidentNotOwed:
		return w.say("incident.not_owed", "to", to)
	default:
		return w.say("incident.unruled")
	}
}

// reported is the table of incidents: three times apart, and what became of each duty.
func (w *writer) reported() *table {
	t := &table{Caption: w.say("incidents.caption"), Empty: w.say("incidents.empty"), Columns: []column{
		{w.say("col.reference"), 6, false}, {w.say("col.detected"), 6, false}, {w.say("col.person_knew"), 6, false}, {w.say("col.confirmed"), 6, false}, {w.say("col.duty"), 14, false}}}
	for _, k := range w.incidents() {
		x := k.Incident
		t.Rows = append(t.Rows, []cell{{Text: x.Ref, Small: w.incidentKind(x.Kind)}, text(w.at(x.Detected)), text(w.at(x.Known)), text(w.at(x.Confirmed)), {Text: w.incidentState(k), Small: w.name(k.Duty.Source)}})
	}
	return t
}
