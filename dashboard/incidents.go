package dashboard

import (
	"net/http"
	"slices"
	"strings"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/charter"
	"github.com/charterwatch/charterwatch/internal/accounts"
)

const incidentTimes = "Three times are told apart: when a machine detected, when a person knew, when it was confirmed. Regulators' clocks count from when a person knew; what a machine detected " +
	"starts none. Which duties there are, the charter in force says; whether one binds, a person does."

// incidents is GET /api/v1/incidents.
func (s *Server) incidents(w http.ResponseWriter, _ *http.Request, _ accounts.Actor) {
	c, said := s.cfg.Records.Charter(), s.house()
	out := IncidentBook{Incidents: []Incident{}, Duties: []ReportingDuty{}}
	for _, x := range slices.Backward(compliance.Incidents(said)) {
		i := slices.IndexFunc(said, func(y compliance.Statement) bool { return y.ID == x.Statement })
		out.Incidents = append(out.Incidents, s.wireIncident(said[i], c, said))
	}
	for _, d := range c.Reporting {
		y := ReportingDuty{ID: d.ID, Of: d.Of, To: d.To, When: d.When, Source: d.Source, WithinMS: d.Within.Milliseconds(), From: d.From.String()}
		if !d.Until.IsZero() {
			y.Until = d.Until.String()
		}
		out.Duties = append(out.Duties, y)
	}
	s.answer(w, out)
}

// wireIncident is an incident as a statement has it, with its clocks.
func (s *Server) wireIncident(x compliance.Statement, c charter.Charter, said []compliance.Statement) Incident {
	in := x.Incident
	out := Incident{
		ID: x.ID, At: millis(x.At), By: x.By.Name, Why: x.Why, Ref: in.Ref, Kind: in.Kind, Detected: millis(in.Detected), Known: millis(in.Known), Confirmed: millis(in.Confirmed), Dismissed: in.Dismissed,
		Reports: []IncidentReport{}, Clocks: []IncidentClock{},
	}
	for _, r := range in.Reports {
		out.Reports = append(out.Reports, IncidentReport{Duty: r.Duty, At: millis(r.At), NotOwed: r.NotOwed, Proof: r.Proof})
	}
	for _, k := range c.IncidentClocks(said, s.cfg.Hub.cfg.Zone, s.now()) {
		if k.Incident.Statement == x.ID {
			out.Clocks = append(out.Clocks, IncidentClock{Duty: k.Duty.ID, Limit: millis(k.Limit), State: k.State})
		}
	}
	return out
}

// incident is POST /api/v1/incidents.
func (s *Server) incident(w http.ResponseWriter, r *http.Request, actor accounts.Actor) {
	o, ok := order[IncidentOrder](w, r)
	if !ok || !wordy(w, o.Ref, o.Why) {
		return
	}
	in := compliance.Incident{Ref: strings.TrimSpace(o.Ref), Kind: o.Kind, Detected: timeOf(o.Detected), Known: timeOf(o.Known), Confirmed: timeOf(o.Confirmed), Dismissed: o.Dismissed}
	for _, x := range o.Reports {
		if !wordy(w, x.Duty, x.Proof) {
			return
		}
		in.Reports = append(in.Reports, compliance.IncidentReport{Duty: x.Duty, At: timeOf(x.At), NotOwed: x.NotOwed, Proof: x.Proof})
	}
	x := compliance.Statement{Site: compliance.MonitorScope, By: actor, Why: o.Why, Incident: &in}
	if done, ok := s.stand(w, r, x); ok {
		s.answer(w, s.wireIncident(done, s.cfg.Records.Charter(), []compliance.Statement{done}))
	}
}

// attestationClocks is GET /api/v1/attestation-clocks.
func (s *Server) attestationClocks(w http.ResponseWriter, _ *http.Request, _ accounts.Actor) {
	c := s.cfg.Records.Charter()
	out := []AttestationClock{}
	for _, k := range c.AttestationClocks(s.house(), s.cfg.Hub.cfg.Zone, s.now()) {
		cl, _ := c.Clause(k.Clause)
		x := AttestationClock{Clause: k.Clause, Title: cl.Title, Owner: cl.Owner, Method: k.Method, State: k.State, What: k.What, Left: k.Left}
		if !k.Until.IsZero() {
			x.Until = k.Until.String()
		}
		if !k.Since.IsZero() {
			x.Since = k.Since.String()
		}
		out = append(out, x)
	}
	s.answer(w, out)
}
