package config

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
)

const alerting = `
on_call:
  people:
    - {id: kim, name: {ko: 김}, receivers: [kim-sms, kim-mail], language: ko}
    - {id: lee, name: {en: Lee}, receivers: lee-mail}
  schedules:
    - {id: primary, people: [kim, lee], from: 2026-11-23, days: 7, covers: [{person: lee, from: 2026-11-24 18:00, to: 2026-11-25 09:00}]}
  escalations:
    - {receiver: oncall, steps: [{schedules: primary}, {after: 15m, people: lee}], repeat: 2}
watch_floor: {shifts: [{name: day, from: "09:00"}, {name: night, from: "21:00"}], since: 2026-12-01, grace: 10m}
`

func TestAlertingIsBuilt(t *testing.T) {
	text := strings.Replace(good+alerting, `alerting: {`, `alerting: {objective: "99.95", rules: {SiteDown: {severity: warning, after: 1m}, SiteDegraded: {off: true}}, quiet_hours: [{from: "22:00", to: "07:00"}], languages: [en, ko], `, 1)
	b, l, err := load(text, nil)
	if err != nil {
		t.Fatal(err)
	}
	p := b.Plan.Alerting
	if p.Objective != 99_950 || p.Terms[compliance.AlertSiteDown] != (compliance.AlertTerms{Severity: compliance.SeverityWarning, After: time.Minute}) || !p.Terms[compliance.AlertSiteDegraded].Off {
		t.Errorf("policy %+v", p)
	}
	o := b.Plan.OnCall
	if len(o.People) != 2 || o.People[0].Name.EN != "김" || !slices.Equal(o.People[0].Receivers, []string{"kim-sms", "kim-mail"}) || len(o.Quiet) != 1 {
		t.Errorf("on call %+v", o)
	}
	zone := l.Zone
	s := o.Schedules[0]
	for _, c := range []struct{ at, who string }{
		{"2026-11-23 08:59", ""}, {"2026-11-23 09:00", "kim"}, {"2026-11-24 17:59", "kim"}, {"2026-11-24 18:00", "lee"}, {"2026-11-25 08:59", "lee"}, {"2026-11-25 09:00", "kim"}, {"2026-11-30 08:59", "kim"}, {"2026-11-30 09:00", "lee"},
	} {
		at, _ := time.ParseInLocation(coverLayout, c.at, zone)
		if who, _ := s.At(nil, at, zone); who != c.who {
			t.Errorf("%s: %q is on call, not %q", c.at, who, c.who)
		}
	}
	if e := o.Escalations[0]; e.Receiver != "oncall" || e.Repeat != 2 || len(e.Steps) != 2 || e.Steps[1].After != 15*time.Minute {
		t.Errorf("escalation %+v", e)
	}
	if r := b.Plan.Roster; len(r.Shifts) != 2 || r.Grace != 10*time.Minute || !r.Since.Equal(time.Date(2026, 12, 1, 0, 0, 0, 0, zone)) {
		t.Errorf("roster %+v", r)
	}
	if !slices.Equal(l.File.Alerting.Languages, List{"en", "ko"}) {
		t.Errorf("languages %v", l.File.Alerting.Languages)
	}
}

func TestAlertingProblemsAreTold(t *testing.T) {
	for _, c := range []struct{ from, to, want string }{
		{"external: [", "embedded: none.yml, external: [", `alerting.alertmanager.embedded: `},
		{`["http://127.0.0.1:9093"]`, `["ftp://user:canary@am"]`, `alerting.alertmanager.external[0]: is not an address`},
		{"alerting: {", `alerting: {objective: "100", `, `alerting.objective: "100" is not an availability in percent`},
		{"alerting: {", `alerting: {rules: {SiteDwn: {}}, `, `alerting.rules.SiteDwn: "SiteDwn" is not an alert`},
		{"alerting: {", `alerting: {rules: {SiteDown: {severity: bad}}, `, `alerting.rules.SiteDown.severity: "bad" is not a severity`},
		{"alerting: {", `alerting: {runbooks: {default: nowhere}, `, `alerting.runbooks.default: is not an address`},
		{"alerting: {", `alerting: {quiet_hours: [{from: "25:00", to: "07:00"}], `, `alerting.quiet_hours[0].from: "25:00" is not a time of day`},
		{"alerting: {", `alerting: {quiet_hours: [{from: "22:00", to: "07:00", severities: [none]}], `, `alerting.quiet_hours[0].severities[0]: "none" is not a severity`},
		{"alerting: {", `alerting: {heartbeat: "${env:NOT_SET}", `, `alerting.heartbeat: the environment has no NOT_SET`},
		{"people: [kim, lee]", "people: [kim, park]", `on_call.schedules[0].people[1]: there is nobody called "park"`},
		{"{schedules: primary}", "{schedules: secondary}", `on_call.escalations[0].steps[0].schedules[0]: there is no schedule "secondary"`},
		{"{after: 15m, people: lee}", "{people: lee}", `on_call.escalations[0].steps[1].after: is not later than the step before`},
		{"{after: 15m, people: lee}", "{after: 15m}", `on_call.escalations[0].steps[1]: tells nobody`},
		{"to: 2026-11-25 09:00", "to: 2026-11-24 09:00", `on_call.schedules[0].covers[0].to: "2026-11-24 09:00" is not a time, or not after the start`},
		{`from: "21:00"`, `from: "09:00"`, `watch_floor.shifts[1].from: "09:00" is taken`},
	} {
		_, _, err := load(strings.Replace(good+alerting, c.from, c.to, 1), nil)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: want %q, got %v", c.to, c.want, err)
		}
		if err != nil && strings.Contains(err.Error(), "canary") {
			t.Errorf("a credential is repeated: %v", err)
		}
	}
}
