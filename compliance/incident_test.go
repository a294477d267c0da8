package compliance

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/internal/accounts"
)

func incident(change func(*Incident)) Statement {
	x := Incident{Ref: "SEC-2026-4", Kind: IncidentIntrusion, Detected: day(10, 0), Known: day(10, time.Hour), Confirmed: day(11, 0), Reports: []IncidentReport{{Duty: "intrusion-authority", At: day(11, 0), Proof: "KISA 118-42"}}}
	change(&x)
	return Statement{Site: MonitorScope, At: day(12, time.Hour), By: accounts.Actor{ID: "user/kim", Kind: accounts.KindUser}, Incident: &x}
}

func TestWhatIsSaidOfAnIncidentIsChecked(t *testing.T) {
	d := Desk{Zone: seoul, Duties: []string{"intrusion-authority", "other"}}
	reason := func(s Statement) Statement { s.Why = "fewer than 1,000 persons"; return s }
	elsewhere := incident(func(*Incident) {})
	elsewhere.Site = "home"
	notOwed := func(x *Incident) { x.Reports[0].NotOwed = true }
	for name, c := range map[string]struct {
		said Statement
		rule string // "": taken
	}{
		"whole":                  {incident(func(*Incident) {}), ""},
		"only detected":          {incident(func(x *Incident) { *x = Incident{Ref: "A-1", Kind: IncidentLeak, Detected: day(12, 0)} }), ""},
		"only known":             {incident(func(x *Incident) { *x = Incident{Ref: "A-1", Kind: IncidentLeak, Known: day(12, 0)} }), ""},
		"no time":                {incident(func(x *Incident) { *x = Incident{Ref: "A-1", Kind: IncidentLeak} }), "no_time"},
		"known before detected":  {incident(func(x *Incident) { x.Detected = day(11, 0) }), ""},
		"detected tomorrow":      {incident(func(x *Incident) { x.Detected = day(13, 0) }), "in_future"},
		"known tomorrow":         {incident(func(x *Incident) { x.Known, x.Confirmed = day(13, 0), time.Time{} }), "in_future"},
		"confirmed tomorrow":     {incident(func(x *Incident) { x.Confirmed = day(13, 0) }), "in_future"},
		"confirmed before known": {incident(func(x *Incident) { x.Confirmed = day(10, 0) }), "bad_order"},
		"confirmed, not known":   {incident(func(x *Incident) { x.Known, x.Reports = time.Time{}, nil }), "bad_order"},
		"told before known":      {incident(func(x *Incident) { x.Reports[0].At = day(10, 0) }), "bad_order"},
		"told, not known":        {incident(func(x *Incident) { x.Known, x.Confirmed = time.Time{}, time.Time{} }), "bad_order"},
		"told tomorrow":          {incident(func(x *Incident) { x.Reports[0].At = day(13, 0) }), "in_future"},
		"told without a time":    {incident(func(x *Incident) { x.Reports[0].At = time.Time{} }), "bad_order"},
		"unknown duty":           {incident(func(x *Incident) { x.Reports[0].Duty = "x" }), "no_duty"},
		"a duty twice":           {incident(func(x *Incident) { x.Reports = append(x.Reports, x.Reports[0]) }), "no_duty"},
		"two duties":             {incident(func(x *Incident) { x.Reports = append(x.Reports, IncidentReport{Duty: "other", At: day(11, 0)}) }), ""},
		"kind":                   {incident(func(x *Incident) { x.Kind = "fire" }), "bad_incident"},
		"not the monitor's":      {elsewhere, "bad_incident"},
		"no reference":           {incident(func(x *Incident) { x.Ref = "" }), "bad_reference"},
		"a telephone number":     {incident(func(x *Incident) { x.Ref = "010-1234-5678" }), "bad_reference"},
		"a sentence":             {incident(func(x *Incident) { x.Ref = "홍길동 님의 계좌가 유출됨" }), "bad_reference"},
		"dismissed, no reason":   {incident(func(x *Incident) { x.Dismissed = true }), "no_reason"},
		"dismissed":              {reason(incident(func(x *Incident) { x.Dismissed = true })), ""},
		"not owed, no reason":    {incident(notOwed), "no_reason"},
		"not owed":               {reason(incident(notOwed)), ""},
	} {
		t.Run(name, func(t *testing.T) {
			about, err := d.Admit(c.said)
			var no *Refusal
			if errors.As(err, &no); !about || (no == nil) != (c.rule == "") || no != nil && no.Rule != c.rule {
				t.Errorf("%v %v, want %q", about, err, c.rule)
			}
			if no != nil && !slices.Contains(RefusalRules(), no.Rule) {
				t.Errorf("%s has no words", no.Rule)
			}
		})
	}
}

func TestTheLatestWordOnAnIncidentCounts(t *testing.T) {
	first, second, other := incident(func(*Incident) {}), incident(func(x *Incident) { x.Dismissed = true }), incident(func(x *Incident) { x.Ref = "SEC-2026-5" })
	got := Incidents([]Statement{first, {}, other, second})
	if len(got) != 2 || got[0].Ref != "SEC-2026-4" || !got[0].Dismissed || got[1].Ref != "SEC-2026-5" || got[1].Dismissed {
		t.Errorf("%+v", got)
	}
}

func TestIncidentAlerts(t *testing.T) {
	now := day(12, 0)
	f := MonitorFacts{DiskFree: -1, Zone: seoul, Now: now, Records: RecordFacts{Incidents: []IncidentDue{
		{Ref: "A-1", Duty: "x", Known: now.Add(-17 * time.Hour), Limit: now.Add(7 * time.Hour)}, {Ref: "A-2", Duty: "x", Known: now.Add(-18 * time.Hour), Limit: now.Add(6 * time.Hour)},
		{Ref: "A-3", Duty: "x", Known: now.Add(-25 * time.Hour), Limit: now.Add(-time.Hour)}, {Ref: "A-4", Duty: "y", Known: now.Add(-time.Minute)},
	}}}
	open, _ := AlertPolicy{}.Step(nil, f.Alerts(AlertPolicy{}), now)
	var got []string
	for _, a := range open {
		if a.Rule != AlertWatchdog {
			got = append(got, fmt.Sprintf("%s %s %s", a.Rule, a.Subject, a.Severity))
		}
	}
	want := []string{
		"IncidentUnreported A-1/x warning", "IncidentUnreported A-2/x critical", "IncidentUnreported A-2/x warning", "IncidentUnreported A-3/x critical", "IncidentUnreported A-3/x warning",
		"IncidentUnreported A-4/y critical", "IncidentUnreported A-4/y warning",
	}
	if slices.Sort(got); !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
}
