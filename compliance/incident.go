package compliance

import (
	"slices"
	"strings"
	"time"

	"github.com/charterwatch/charterwatch/scanners"
)

// IncidentKind is what happened, as regulators' rules tell incidents apart. The set is closed.
type IncidentKind string

// The kinds.
const (
	IncidentLeak      IncidentKind = "leak"               // of personal data: 유출
	IncidentIntrusion IncidentKind = "intrusion"          // 침해사고
	IncidentFinance   IncidentKind = "electronic_finance" // 전자금융사고
)

// IncidentKinds lists them.
func IncidentKinds() []IncidentKind {
	return []IncidentKind{IncidentLeak, IncidentIntrusion, IncidentFinance}
}

// Incident is what is known of something that a regulator may have to be told of: a reference
// number, a kind and times, no personal data and no place. The latest statement with the same
// reference counts.
//
// Three times are told apart. What a machine detected may be nothing, and binds nobody: clocks run
// from when a person knew.
type Incident struct {
	Ref       string           `json:"ref"` // the organisation's own
	Kind      IncidentKind     `json:"kind"`
	Detected  time.Time        `json:"detected,omitzero"`   // by a machine
	Known     time.Time        `json:"known,omitzero"`      // by a person
	Confirmed time.Time        `json:"confirmed,omitzero"`  // that it was one
	Dismissed bool             `json:"dismissed,omitempty"` // it was none
	Reports   []IncidentReport `json:"reports,omitempty"`
}

// IncidentReport says when a duty to report was met, or that it does not bind here.
type IncidentReport struct {
	Duty    string    `json:"duty"` // id, as the charter in force has it
	At      time.Time `json:"at"`
	NotOwed bool      `json:"not_owed,omitempty"` // the statement's Why says why
	Proof   string    `json:"proof,omitempty"`    // receipt number or address
}

// IncidentRecord is an incident as it stands, and the statement that says so.
type IncidentRecord struct {
	Incident
	Statement string // id
	At        time.Time
}

// Incidents are those on record, as the latest statements have them, by when they first came on
// record.
func Incidents(statements []Statement) []IncidentRecord {
	var out []IncidentRecord
	for _, s := range statements {
		if s.Incident == nil {
			continue
		}
		x := IncidentRecord{*s.Incident, s.ID, s.At}
		if i := slices.IndexFunc(out, func(o IncidentRecord) bool { return o.Ref == x.Ref }); i >= 0 {
			out[i] = x
		} else {
			out = append(out, x)
		}
	}
	return out
}

// Report is when a duty was met, if it was.
func (x Incident) Report(duty string) (IncidentReport, bool) {
	i := slices.IndexFunc(x.Reports, func(r IncidentReport) bool { return r.Duty == duty })
	if i < 0 {
		return IncidentReport{}, false
	}
	return x.Reports[i], true
}

// admitIncident demands a reference without personal data, times in their order, and a reason
// where a clock is stopped by anything but a report.
func (d Desk) admitIncident(s Statement) error {
	x := s.Incident
	later := func(at time.Time) bool { return at.After(s.At) }
	if _, found := scanners.Mask(x.Ref); found > 0 || !reference(x.Ref) {
		return refuse("bad_reference")
	}
	unowed := slices.ContainsFunc(x.Reports, func(r IncidentReport) bool { return r.NotOwed })
	switch {
	case s.Site != MonitorScope || !slices.Contains(IncidentKinds(), x.Kind):
		return refuse("bad_incident")
	case x.Detected.IsZero() && x.Known.IsZero():
		return refuse("no_time")
	case later(x.Detected) || later(x.Known) || later(x.Confirmed):
		return refuse("in_future")
	case !x.Confirmed.IsZero() && (x.Known.IsZero() || x.Confirmed.Before(x.Known)):
		return refuse("bad_order")
	case (x.Dismissed || unowed) && strings.TrimSpace(s.Why) == "":
		return refuse("no_reason")
	}
	for i, r := range x.Reports {
		switch {
		case d.Duties != nil && !slices.Contains(d.Duties, r.Duty), slices.ContainsFunc(x.Reports[:i], func(o IncidentReport) bool { return o.Duty == r.Duty }):
			return refuse("no_duty")
		case later(r.At):
			return refuse("in_future")
		case x.Known.IsZero() || r.At.Before(x.Known):
			return refuse("bad_order")
		}
	}
	return nil
}
