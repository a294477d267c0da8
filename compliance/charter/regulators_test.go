package charter

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/calendar"
)

func said(at time.Time, x compliance.Incident) compliance.Statement {
	return compliance.Statement{Site: compliance.MonitorScope, At: at, Incident: &x}.Sealed()
}

func TestClocksOfIncidents(t *testing.T) {
	name := func(s string) compliance.Name { return compliance.Name{KO: s, EN: s} }
	c := Charter{Reporting: []ReportingDuty{
		{ID: "old", Of: compliance.IncidentLeak, To: name("old"), Within: 24 * time.Hour, From: date(1, 1), Until: date(time.November, 9)},
		{ID: "new", Of: compliance.IncidentLeak, To: name("new"), Within: 72 * time.Hour, From: date(time.November, 10)},
		{ID: "at-once", Of: compliance.IncidentFinance, To: name("at once"), From: date(1, 1)},
	}}
	known := at(t, 10, 9*time.Hour)
	leak := compliance.Incident{Ref: "L", Kind: compliance.IncidentLeak, Detected: at(t, 8, 0), Known: known}
	change := func(f func(*compliance.Incident)) compliance.Incident { x := leak; f(&x); return x }
	told := func(at time.Time, unowed bool) compliance.Incident {
		return change(func(x *compliance.Incident) {
			x.Reports = []compliance.IncidentReport{{Duty: "new", At: at, NotOwed: unowed}}
		})
	}
	limit := known.Add(72 * time.Hour)
	for what, x := range map[string]struct {
		incident compliance.Incident
		now      time.Time
		want     string // duty state
		limit    time.Time
	}{
		"a machine's hit":       {change(func(x *compliance.Incident) { x.Known = time.Time{} }), limit.Add(time.Hour), " detected", time.Time{}},
		"known":                 {leak, known, "new running", limit},
		"at its limit":          {leak, limit, "new running", limit},
		"past it":               {leak, limit.Add(time.Second), "new overdue", limit},
		"told at its limit":     {told(limit, false), limit.Add(time.Hour), "new told", limit},
		"told late":             {told(limit.Add(time.Second), false), limit.Add(time.Hour), "new told_late", limit},
		"not owed":              {told(limit.Add(time.Second), true), limit.Add(time.Hour), "new not_owed", limit},
		"dismissed":             {change(func(x *compliance.Incident) { x.Dismissed = true }), limit, "", time.Time{}},
		"under the rule before": {change(func(x *compliance.Incident) { x.Known = at(t, 9, 23*time.Hour) }), at(t, 10, 0), "old running", at(t, 10, 23*time.Hour)},
		"without delay":         {change(func(x *compliance.Incident) { x.Kind = compliance.IncidentFinance }), limit.AddDate(1, 0, 0), "at-once owed", time.Time{}},
		"no rule for it":        {change(func(x *compliance.Incident) { x.Kind = compliance.IncidentIntrusion }), limit, " unruled", time.Time{}},
	} {
		t.Run(what, func(t *testing.T) {
			var got []string
			for _, k := range c.IncidentClocks([]compliance.Statement{said(x.now, x.incident)}, november(t).zone(t), x.now) {
				got = append(got, k.Duty.ID+" "+string(k.State))
				if !k.Limit.Equal(x.limit) || k.Open() != slices.Contains([]IncidentState{IncidentDetected, IncidentRunning, IncidentOwed, IncidentOverdue}, k.State) {
					t.Errorf("%+v, want %v", k, x.limit)
				}
			}
			if strings.Join(got, ", ") != x.want {
				t.Errorf("%q, want %q", got, x.want)
			}
		})
	}
}

// zone is the evidence's.
func (e Evidence) zone(t *testing.T) *time.Location {
	z, err := time.LoadLocation(e.Zone)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestDueIncidentsComeByTheirLimits(t *testing.T) {
	c := Charter{Reporting: []ReportingDuty{
		{ID: "slow", Of: compliance.IncidentLeak, Within: 72 * time.Hour, From: date(1, 1)}, {ID: "fast", Of: compliance.IncidentLeak, Within: time.Hour, From: date(1, 1)},
	}}
	x := compliance.Incident{Ref: "L", Kind: compliance.IncidentLeak, Known: at(t, 10, 0), Reports: []compliance.IncidentReport{{Duty: "fast", At: at(t, 10, minute)}}}
	later := compliance.Incident{Ref: "M", Kind: compliance.IncidentLeak, Known: at(t, 11, 0)}
	machine := compliance.Incident{Ref: "N", Kind: compliance.IncidentLeak, Detected: at(t, 11, 0)}
	now := at(t, 11, 0)
	due := DueIncidents(c.IncidentClocks([]compliance.Statement{said(now, later), said(now, x), said(now, machine)}, time.UTC, now))
	var got []string
	for _, d := range due {
		got = append(got, d.Ref+" "+d.Duty)
	}
	if want := "[M fast L slow M slow]"; fmt.Sprint(got) != want {
		t.Errorf("%v, want %s", got, want)
	}
}

// TestIncidentsOnRecordCount: an officer's record of none does not unmake an incident that is on
// record as confirmed.
func TestIncidentsOnRecordCount(t *testing.T) {
	after := at(t, 31, time.Hour)
	none := compliance.Statement{Site: compliance.MonitorScope, At: after, MonthRecord: &compliance.MonthRecord{Clause: "x", Month: "2026-11", Sources: []compliance.SourceReport{{Name: "s", Reported: true}}}}.Sealed()
	two := none
	two.MonthRecord = &compliance.MonthRecord{Clause: "x", Month: "2026-11", Known: 2, Sources: none.MonthRecord.Sources}
	leak := func(change func(*compliance.Incident)) compliance.Statement {
		x := compliance.Incident{Ref: "L", Kind: compliance.IncidentLeak, Known: at(t, 10, 0), Confirmed: at(t, 30, 23*time.Hour)}
		change(&x)
		return said(after, x)
	}
	same := func(*compliance.Incident) {}
	for name, c := range map[string]struct {
		house []compliance.Statement
		want  want
	}{
		"confirmed":             {[]compliance.Statement{none, leak(same)}, want{broken, broken, broken, "incidents_on_record"}},
		"confirmed, no record":  {[]compliance.Statement{leak(same)}, want{broken, broken, broken, "incidents_on_record"}},
		"known to the officer":  {[]compliance.Statement{two, leak(same)}, want{broken, broken, broken, "incidents_known"}},
		"not confirmed":         {[]compliance.Statement{none, leak(func(x *compliance.Incident) { x.Confirmed = time.Time{} })}, want{kept, kept, kept, "none_known"}},
		"confirmed next month":  {[]compliance.Statement{none, leak(func(x *compliance.Incident) { x.Confirmed = at(t, 31, 0) })}, want{kept, kept, kept, "none_known"}},
		"dismissed afterwards":  {[]compliance.Statement{none, leak(same), leak(func(x *compliance.Incident) { x.Dismissed = true })}, want{kept, kept, kept, "none_known"}},
		"of a kind not its own": {[]compliance.Statement{none, leak(func(x *compliance.Incident) { x.Kind = compliance.IncidentIntrusion })}, want{kept, kept, kept, "none_known"}},
	} {
		t.Run(name, func(t *testing.T) {
			e := november(t)
			e.House = c.house
			c.want.check(t, judged(t, e, "x", Requirement{Method: NoneKnown, Terms: Terms{Incidents: []compliance.IncidentKind{compliance.IncidentLeak}}}))
		})
	}
}

func TestDutiesSurviveTheRecord(t *testing.T) {
	c := Charter{Reporting: []ReportingDuty{{ID: "x", Of: compliance.IncidentLeak, Within: 72 * time.Hour, From: calendar.NewDate(2023, 9, 15)}}}
	v := c.OnRecord()
	back, ok, err := InForce([]compliance.Statement{{At: time.Unix(1, 0), Charter: &v}}, time.Unix(2, 0))
	if err != nil || !ok || len(back.Reporting) != 1 || back.Reporting[0] != c.Reporting[0] {
		t.Errorf("%+v %v", back, err)
	}
}
