package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/charterwatch/charterwatch/alerts"
	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/internal/messages"
)

// AlertPolicy is when people are told of what.
func (a Alerting) AlertPolicy() compliance.AlertPolicy {
	p := compliance.AlertPolicy{Terms: map[compliance.AlertRule]compliance.AlertTerms{}, DiskFree: a.DiskFree}
	p.Objective, _ = percent(a.Objective) // not given: 0, which means the default
	for name, r := range a.Rules {
		p.Terms[compliance.AlertRule(name)] = compliance.AlertTerms{
			Off: r.Off, Severity: compliance.Severity(r.Severity), After: time.Duration(r.After), Keep: time.Duration(r.Keep),
		}
	}
	return p
}

// roster is how the watch floor is staffed.
func (b *builder) roster() compliance.Roster {
	w := b.File.WatchFloor
	out := compliance.Roster{Since: b.day(w.Since), Grace: time.Duration(w.Grace)}
	for _, s := range w.Shifts {
		out.Shifts = append(out.Shifts, compliance.Shift{Name: s.Name, From: s.From, People: s.People})
	}
	return out
}

// onCall is how people are reached.
func (b *builder) onCall() compliance.OnCall {
	var out compliance.OnCall
	for _, p := range b.File.OnCall.People {
		out.People = append(out.People, compliance.Person{ID: p.ID, Name: named(p.Name, p.ID), Receivers: p.Receivers, Language: p.Language})
	}
	for _, s := range b.File.OnCall.Schedules {
		x := compliance.Schedule{ID: s.ID, Name: named(s.Name, s.ID), People: s.People, Days: s.Days, From: b.day(s.From)}
		if at, err := time.Parse("15:04", s.At); err == nil {
			x.From = x.From.Add(time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute)
		}
		for _, c := range s.Covers {
			from, err := time.ParseInLocation(coverLayout, c.From, b.Zone)
			to, err2 := time.ParseInLocation(coverLayout, c.To, b.Zone)
			if err == nil && err2 == nil { // validation has told of others
				x.Covers = append(x.Covers, compliance.Cover{Schedule: s.ID, Person: c.Person, From: from.UTC(), To: to.UTC()})
			}
		}
		out.Schedules = append(out.Schedules, x)
	}
	for _, e := range b.File.OnCall.Escalations {
		x := compliance.Escalation{Receiver: e.Receiver, Severities: severities(e.Severities), Repeat: e.Repeat}
		for _, s := range e.Steps {
			x.Steps = append(x.Steps, compliance.EscalationStep{After: time.Duration(s.After), Schedules: s.Schedules, People: s.People, Receivers: s.Receivers})
		}
		out.Escalations = append(out.Escalations, x)
	}
	for _, q := range b.File.Alerting.QuietHours {
		days, bad := weekdays(q.Days)
		if bad == "" {
			out.Quiet = append(out.Quiet, compliance.QuietHours{Severities: severities(q.Severities), From: q.From, To: q.To, Days: days})
		}
	}
	return out
}

func severities(names List) (out []compliance.Severity) {
	for _, s := range names {
		out = append(out, compliance.Severity(s))
	}
	return out
}

// named fills what one language lacks from the other, and both from an id.
func named(n Name, id string) compliance.Name {
	return compliance.Name{KO: firstOf(n.KO, firstOf(n.EN, id)), EN: firstOf(n.EN, firstOf(n.KO, id))}
}

// alerts is how alerts are delivered.
func (b *builder) alerts(people compliance.OnCall) alerts.Settings {
	a := b.File.Alerting
	out := alerts.Settings{
		Heartbeat: alerts.Secret(a.Heartbeat), OnCall: people, LongestSilence: time.Duration(a.LongestMute), NoInhibition: a.InhibitOwn != nil && !*a.InhibitOwn,
		Content: alerts.Content{
			Languages: a.Languages, DashboardURL: strings.TrimSuffix(b.File.Web.ExternalURL, "/"), Zone: b.Zone,
			Organisation: named(b.File.Organisation.Name, ""), Runbooks: map[compliance.AlertRule]string{},
			Promises: map[compliance.Clause]alerts.Promise{},
		},
	}
	for _, c := range b.Charter.Clauses {
		out.Content.Promises[c.ID] = alerts.Promise{Title: c.Title, Words: compliance.Name{KO: c.Words, EN: c.Promise.EN}}
	}
	for _, s := range a.Alertmanager.External {
		out.External = append(out.External, string(s))
	}
	for name, address := range a.Runbooks {
		if name == "default" {
			name = ""
		}
		out.Content.Runbooks[compliance.AlertRule(name)] = address
	}
	if a.Alertmanager.Embedded == "" {
		if len(out.External) == 0 {
			out.Alertmanager = alerts.Nobody() // so that alerts can be seen and silenced all the same
		}
		return out
	}
	var err error
	if out.Alertmanager, err = alerts.LoadRouting(a.Alertmanager.Embedded); err != nil {
		b.d.because("alerting.alertmanager.embedded", err)
		return out
	}
	b.receivers(out.Alertmanager)
	return out
}

// receivers tells of receivers that are named here and are not in alertmanager.yml.
func (b *builder) receivers(r *alerts.Routing) {
	known := r.Receivers()
	need := func(name, path string) {
		if !slices.Contains(known, name) {
			b.d.on(path, messages.New("config.no_receiver", "value", strconv.Quote(name), "receivers", known))
		}
	}
	for i, p := range b.File.OnCall.People {
		for j, name := range p.Receivers {
			need(name, fmt.Sprintf("on_call.people[%d].receivers[%d]", i, j))
		}
	}
	for i, e := range b.File.OnCall.Escalations {
		path := fmt.Sprintf("on_call.escalations[%d]", i)
		need(e.Receiver, path+".receiver")
		if slices.Contains(known, e.Receiver) && !r.Routed(e.Receiver) {
			b.d.warn(path+".receiver", messages.New("config.not_routed", "value", strconv.Quote(e.Receiver)))
		}
		for j, s := range e.Steps {
			for k, name := range s.Receivers {
				need(name, fmt.Sprintf("%s.steps[%d].receivers[%d]", path, j, k))
			}
		}
	}
}
