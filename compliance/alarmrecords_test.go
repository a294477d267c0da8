package compliance

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance/calendar"
	"github.com/charterwatch/charterwatch/internal/accounts"
)

func koreanDays(t *testing.T) *calendar.Calendar {
	t.Helper()
	c, err := calendar.New(calendar.Config{Zone: seoul})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestDueCasesAreOneAlertForEachClause(t *testing.T) {
	now := time.Date(2026, 11, 20, 9, 0, 0, 0, seoul)
	limit := time.Date(2026, 11, 24, 0, 0, 0, 0, seoul)
	f := MonitorFacts{DiskFree: -1, Zone: seoul, Now: now, Records: RecordFacts{Cases: []CasesDue{
		{Clause: "inquiry-online", Count: 7, Limit: limit, Refs: []string{"1", "2", "3", "4", "5"}}, {Clause: "feedback", Count: 1, Limit: limit, Refs: []string{"9"}},
		{Clause: "feedback", Over: true, Count: 2, Untold: 1, Limit: now.Add(-time.Hour), Refs: []string{"7", "8"}},
	}}}
	all := f.Alerts(AlertPolicy{})
	if got := rules(all); !slices.Equal(got, []AlertRule{AlertCaseDueTomorrow, AlertCaseDueTomorrow, AlertCaseOverdue, AlertWatchdog}) {
		t.Fatalf("%v", got)
	}
	a := find(t, all, AlertCaseDueTomorrow)
	if a.Subject != "inquiry-online" || a.Clause != "inquiry-online" || a.Count != 7 || a.Detail != "1, 2, 3, 4, 5 (+2)" || a.Limit.In(seoul).Format("2006-01-02 15:04") != "2026-11-23 23:59" {
		t.Errorf("%+v", a)
	}
	if over := find(t, all, AlertCaseOverdue); over.Untold != 1 || !over.Start.Equal(now.Add(-time.Hour)) {
		t.Errorf("%+v", over)
	}
	// As cases come and go, it is the same alert.
	open, _ := AlertPolicy{}.Step(nil, all, now)
	was := find(t, open, AlertCaseDueTomorrow)
	f.Records.Cases = f.Records.Cases[:1]
	f.Records.Cases[0].Count, f.Records.Cases[0].Refs = 1, []string{"3"}
	open, changed := AlertPolicy{}.Step(open, f.Alerts(AlertPolicy{}), now.Add(time.Minute))
	i := slices.IndexFunc(open, func(x Alert) bool { return x.Subject == "inquiry-online" })
	if i < 0 || open[i].Count != 1 || open[i].Detail != "3" || open[i].Clause != "inquiry-online" || was.Key() == "" || len(changed) != 3 {
		t.Errorf("%+v\n%+v", open, changed)
	}
	if !slices.ContainsFunc(changed, func(x Alert) bool { return x.ID == open[i].ID && x.Open() }) {
		t.Errorf("%+v", changed)
	}
}

func TestAttestationAlerts(t *testing.T) {
	now := time.Date(2026, 11, 20, 9, 0, 0, 0, seoul)
	f := MonitorFacts{DiskFree: -1, Zone: seoul, Now: now, Records: RecordFacts{Attestations: []AttestationDue{
		{Clause: "a", What: "검토", Ends: now.Add(9 * 24 * time.Hour)}, {Clause: "b", Ends: now.Add(2 * 24 * time.Hour), Urgent: true}, {Clause: "c", Ends: now.Add(-time.Hour), Lapsed: true},
	}}}
	open, _ := AlertPolicy{}.Step(nil, f.Alerts(AlertPolicy{}), now)
	var got []string
	for _, a := range open {
		got = append(got, fmt.Sprintf("%s %s %s", a.Rule, a.Subject, a.Severity))
	}
	want := []string{"AttestationExpiring a info", "AttestationExpiring b info", "AttestationExpiring b warning", "AttestationLapsed c warning", "Watchdog  none"}
	if slices.Sort(got); !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
}

func TestReportAlerts(t *testing.T) {
	says := func(at time.Time, a ReportAct) Statement {
		a.Report, a.Month, a.Digest = "2026-10", "2026-10", "d"
		return Statement{Site: MonitorScope, At: at, By: accounts.Actor{ID: "x/" + a.Role}, Report: &a}.Sealed()
	}
	day := func(d int, clock time.Duration) time.Time {
		return time.Date(2026, 11, d, 0, 0, 0, 0, seoul).Add(clock)
	}
	there := Statement{Site: MonitorScope, At: day(-10, 0), Charter: &CharterVersion{}}
	// Made on Monday 2 November; the deadline ends Monday the 9th.
	made := says(day(2, 9*time.Hour), ReportAct{Step: ReportMade, Roles: []string{"drafter", "approver"}, Deadline: day(10, 0)})
	one := says(day(3, 0), ReportAct{Step: ReportSigned, Role: "drafter"})
	both := says(day(4, 0), ReportAct{Step: ReportSigned, Role: "approver"})
	closed := says(day(10, 0), ReportAct{Step: ReportClosed})
	for name, c := range map[string]struct {
		house []Statement
		now   time.Time
		want  AlertRule // "" none
	}{
		"not due yet":                    {[]Statement{there}, day(2, 23*time.Hour), ""},
		"not made by the end of the day": {[]Statement{there}, day(3, 0), AlertReportLate},
		"nothing to report":              {nil, day(3, 0), ""},
		"not there in October":           {[]Statement{{At: day(1, 0), Charter: &CharterVersion{}}}, day(3, 0), ""},
		"made, signatures have time":     {[]Statement{there, made, one}, day(6, -1), ""},
		"on the business day before":     {[]Statement{there, made, one}, day(6, 0), AlertReportUnsigned},
		"on the weekend":                 {[]Statement{there, made}, day(8, 0), AlertReportUnsigned},
		"past its deadline, not closed":  {[]Statement{there, made}, day(11, 0), AlertReportUnsigned},
		"signed by both":                 {[]Statement{there, made, one, both}, day(9, 0), ""},
		"gone out":                       {[]Statement{there, made, one, closed}, day(11, 0), ""},
		"of the month before the last":   {[]Statement{there, made, one, both, closed}, day(33, 0), AlertReportLate},
		"without roles nobody need sign": {[]Statement{there, says(day(2, 0), ReportAct{Step: ReportMade, Deadline: day(10, 0)})}, day(9, 0), ""},
		"a calendar that does not reach": {[]Statement{there}, time.Date(2040, 5, 20, 0, 0, 0, 0, seoul), ""},
	} {
		t.Run(name, func(t *testing.T) {
			f := MonitorFacts{DiskFree: -1, Zone: seoul, Now: c.now, Statements: c.house, Records: RecordFacts{Review: "standards-review", Calendar: koreanDays(t)}}
			all := f.Alerts(AlertPolicy{})
			if c.want == "" {
				if len(all) != 1 {
					t.Errorf("%+v", all)
				}
				return
			}
			a := find(t, all, c.want)
			if len(all) != 2 || a.Clause != "standards-review" || a.Subject == "" || a.Limit.IsZero() {
				t.Errorf("%+v", all)
			}
		})
	}
}
