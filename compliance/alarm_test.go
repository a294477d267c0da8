package compliance

import (
	"slices"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance/notice"
	"github.com/charterwatch/charterwatch/internal/accounts"
	"github.com/charterwatch/charterwatch/probes"
	"github.com/charterwatch/charterwatch/scanners"
)

// homeFacts are those of a site of which all is well: one critical check and one that is not.
func homeFacts(now time.Time, ns ...Notice) SiteFacts {
	site := Site{ID: "home", Checks: []CheckSpec{{ID: "home/front", Critical: true, Interval: time.Minute}, {ID: "home/cert", Interval: time.Hour}}, Boards: []BoardSpec{homeBoard()}}
	return SiteFacts{
		Site: site, State: SiteState{Site: "home", Status: StatusUp, Since: now.Add(-time.Hour)}, Record: recordOf(ns...),
		Checks: func(string) CheckState { return CheckState{} }, Boards: func(string) BoardState { return BoardState{Status: scanners.BoardOK} },
		Zone: seoul, Now: now,
	}
}

// down makes the site's outage begin at start.
func (f SiteFacts) down(start time.Time) SiteFacts {
	f.State.Status, f.State.Since = StatusDown, start
	f.State.Outage = &Outage{ID: "home@1", Site: "home", Start: start, ConfirmedAt: start.Add(20 * time.Second), Reason: probes.Status}
	f.Checks = func(id string) CheckState {
		if id != "home/front" {
			return CheckState{}
		}
		return CheckState{Check: id, Outage: &Outage{ID: id + "@1", Check: id, Start: start, Reason: probes.Status},
			Views: []View{{Vantage: "local", Failing: true, Detail: "status 503", FirstWhy: probes.Status}, {Vantage: "seoul"}}}
	}
	return f
}

func rules(as []Alert) (out []AlertRule) {
	for _, a := range as {
		out = append(out, a.Rule)
	}
	slices.Sort(out)
	return out
}

func find(t *testing.T, as []Alert, r AlertRule) Alert {
	t.Helper()
	i := slices.IndexFunc(as, func(a Alert) bool { return a.Rule == r })
	if i < 0 {
		t.Fatalf("no %s in %v", r, rules(as))
	}
	return as[i]
}

func TestNothingStandsWhileAllIsWell(t *testing.T) {
	f := homeFacts(day(10, 0))
	if got := f.Alerts(); len(got) != 0 || !f.Calm() {
		t.Errorf("%v", rules(got))
	}
}

// TestCalmHidesNothing: what is called calm has no alerts, whatever makes the difference.
func TestCalmHidesNothing(t *testing.T) {
	now := day(10, 12*time.Hour)
	check := func(s CheckState) func(*SiteFacts) {
		return func(f *SiteFacts) { f.Checks = func(string) CheckState { return s } }
	}
	for name, spoil := range map[string]func(*SiteFacts){
		"outage":   func(f *SiteFacts) { *f = f.down(now.Add(-time.Hour)) },
		"degraded": func(f *SiteFacts) { f.State.Status = StatusDegraded },
		"unseen":   func(f *SiteFacts) { f.State.Status = StatusUnknown },
		"check":    check(CheckState{Outage: &Outage{ID: "x", Start: now}}),
		"minority": check(CheckState{Minority: true, Views: []View{{Vantage: "a", Failing: true}}}),
		"slow":     check(CheckState{Slow: true}),
		"notice":   func(f *SiteFacts) { f.Record = recordOf(works("1", day(9, 0), day(9, time.Hour), at22(10))) },
		"board": func(f *SiteFacts) {
			f.Boards = func(string) BoardState { return BoardState{Status: scanners.BoardLayout} }
		},
		"burn":     func(f *SiteFacts) { f.Assessment.Fast.Alarming = true },
		"coverage": func(f *SiteFacts) { f.Assessment = Assessment{Covered: true, Coverage: 94_999} },
		"drill": func(f *SiteFacts) {
			f.Drills = []Statement{{ID: "d", At: now, Drill: &Drill{Rule: AlertSiteDown, Site: "home", Ends: now.Add(time.Hour)}}}
		},
	} {
		f := homeFacts(now)
		spoil(&f)
		if f.Calm() || len(f.Alerts()) == 0 {
			t.Errorf("%s: calm %v, alerts %v", name, f.Calm(), rules(f.Alerts()))
		}
	}
}

func TestOutageTellsWhatIsOwed(t *testing.T) {
	start := day(10, 9*time.Hour)
	all := []AlertRule{AlertRecoveryClock, AlertRecoveryClock, AlertRecoveryClock, AlertRecoveryUnannounced, AlertSiteDown}
	for _, c := range []struct {
		after time.Duration
		want  []AlertRule
		grave Severity // of RecoveryUnannounced
	}{
		{time.Minute, all[4:], ""},
		{10 * time.Minute, all[4:], ""}, // as long, but not longer
		{11 * time.Minute, all[3:], ""},
		{31 * time.Minute, all[3:], SeverityCritical},
		{24 * time.Hour, all[2:], SeverityCritical},
		{36 * time.Hour, all[1:], SeverityCritical},
		{48 * time.Hour, all, SeverityCritical},
	} {
		f := homeFacts(start.Add(c.after)).down(start)
		f.Record.Spans = []BoardSpan{looks(start, start.Add(c.after), scanners.BoardOK)}
		got := f.Alerts()
		if !slices.Equal(rules(got), c.want) {
			t.Errorf("after %v: %v", c.after, rules(got))
			continue
		}
		d := find(t, got, AlertSiteDown)
		if d.Site != "home" || d.Subject != "home@1" || d.Detail != "status 503" || !slices.Equal(d.Vantages, []string{"local"}) || d.Clock != ClockRestoration || !d.Limit.Equal(start.Add(48*time.Hour)) {
			t.Errorf("%+v", d)
		}
		if len(got) > 1 {
			if u := find(t, got, AlertRecoveryUnannounced); u.Severity != c.grave || !u.Limit.Equal(start.Add(30*time.Minute)) {
				t.Errorf("after %v: %+v", c.after, u)
			}
		}
	}
	// Once a time of recovery is announced, it is told with the outage and no longer owed.
	seen := start.Add(12 * time.Minute)
	got := homeFacts(start.Add(20*time.Minute), told("1", seen.Add(-time.Minute), seen, start.Add(3*time.Hour))).down(start).Alerts()
	if !slices.Equal(rules(got), []AlertRule{AlertSiteDown}) || !got[0].ETA.Equal(start.Add(3*time.Hour)) {
		t.Errorf("announced: %v %+v", rules(got), got)
	}
}

func TestRecoveryClockGrowsGraver(t *testing.T) {
	start := day(10, 0)
	var got []Severity
	for _, a := range homeFacts(start.Add(50 * time.Hour)).down(start).Alerts() {
		if a.Rule == AlertRecoveryClock {
			got = append(got, a.filled(AlertPolicy{}.terms(a.Rule)).Severity)
		}
	}
	if !slices.Equal(got, []Severity{SeverityInfo, SeverityWarning, SeverityCritical}) {
		t.Errorf("%v", got)
	}
}

func TestChecksAreToldByWhatTheySay(t *testing.T) {
	now := day(10, 0)
	f := homeFacts(now)
	for name, c := range map[string]struct {
		check string
		state CheckState
		want  []AlertRule
		grave Severity
	}{
		"expiring":        {"home/cert", CheckState{Outage: &Outage{Reason: probes.TLSExpiring}}, []AlertRule{AlertCertificateExpiring}, ""},
		"expired":         {"home/cert", CheckState{Outage: &Outage{Reason: probes.TLSExpired}}, []AlertRule{AlertCertificateExpiring}, SeverityCritical},
		"another failure": {"home/cert", CheckState{Outage: &Outage{Reason: probes.Timeout}}, []AlertRule{AlertCheckDown}, ""},
		"a critical one":  {"home/front", CheckState{Outage: &Outage{Reason: probes.Timeout}}, nil, ""}, // the site's outage tells
		"some vantages":   {"home/front", CheckState{Minority: true}, []AlertRule{AlertVantagesFailing}, ""},
		"slow":            {"home/front", CheckState{Slow: true}, []AlertRule{AlertLatencyHigh}, ""},
	} {
		f.Checks = func(id string) CheckState {
			if id == c.check {
				return c.state
			}
			return CheckState{}
		}
		got := f.Alerts()
		if !slices.Equal(rules(got), c.want) || len(got) > 0 && (got[0].Check != c.check || got[0].Severity != c.grave) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestNoticesAreTold(t *testing.T) {
	declared := func(at time.Time) Statement {
		return stated("home", at, Statement{Why: "disks", Work: &Work{Windows: []notice.Window{at22(20)}, Type: notice.Regular}})
	}
	unclear := works("1", day(9, 0), day(9, time.Hour))
	unclear.Revisions[0].Reading.NeedsReview = true
	for name, c := range map[string]struct {
		now     time.Time
		notices []Notice
		works   []Statement
		want    []AlertRule
		grave   Severity
		percent int
	}{
		"declared, time enough":       {day(11, 0), nil, []Statement{declared(day(10, 0))}, nil, "", 0},
		"half the time to post":       {day(14, 0), nil, []Statement{declared(day(10, 0))}, []AlertRule{AlertNoticeMissing}, "", 50},
		"the limit passed":            {day(18, 0), nil, []Statement{declared(day(10, 0))}, []AlertRule{AlertNoticeMissing}, SeverityCritical, 100},
		"the window is over":          {day(22, 0), nil, []Statement{declared(day(10, 0))}, nil, "", 0},
		"announced in time":           {day(18, 0), []Notice{works("1", day(11, 0), day(11, time.Hour), at22(20))}, nil, nil, "", 0},
		"announced late":              {day(19, 1), []Notice{works("1", day(19, 0), day(19, 1), at22(20))}, nil, []AlertRule{AlertNoticeLate}, "", 0},
		"late, and over":              {day(22, 0), []Notice{works("1", day(19, 0), day(19, 1), at22(20))}, nil, nil, "", 0},
		"a wording that nobody reads": {day(10, 0), []Notice{unclear}, nil, []AlertRule{AlertNoticeUnclear}, "", 0},
		"unclear for months":          {day(60, 0), []Notice{unclear}, nil, nil, "", 0},
	} {
		f := homeFacts(c.now, c.notices...)
		f.Record.Statements = c.works
		f.Record.Spans = []BoardSpan{looks(day(1, 0), c.now, scanners.BoardOK)}
		got := f.Alerts()
		if !slices.Equal(rules(got), c.want) || len(got) > 0 && (got[0].Severity != c.grave || got[0].Percent != c.percent) {
			t.Errorf("%s: %+v", name, got)
		}
	}
	foreign := unclear
	foreign.Revisions = slices.Clone(unclear.Revisions)
	foreign.Revisions[0].Sites = []string{"other"}
	if got := homeFacts(day(10, 0), foreign).Alerts(); len(got) != 0 {
		t.Errorf("about another site: %v", rules(got))
	}
	ruled := homeFacts(day(10, 0), unclear)
	ruled.Record.Statements = []Statement{stated("home", day(9, 2*time.Hour), Statement{Ruling: &Ruling{Notice: unclear.ID, Revision: 1, Ruled: RuledOut}})}
	if got := ruled.Alerts(); len(got) != 0 {
		t.Errorf("ruled on: %v", rules(got))
	}
}

// TestAnnouncedWorkMutesButIsWatched: the outage is an alert all the same, held until the
// window ends; after that it is told, with the overrun.
func TestAnnouncedWorkMutesButIsWatched(t *testing.T) {
	w := at22(20)
	n := inTime(w)
	start := w.Start.Add(time.Minute)
	in := homeFacts(start.Add(5*time.Minute), n).down(start).Alerts()
	if d := find(t, in, AlertSiteDown); !d.Held.Equal(w.End) || len(in) != 1 {
		t.Errorf("in the window: %+v", in)
	}
	after := homeFacts(w.End.Add(5*time.Minute), n).down(start).Alerts()
	if d := find(t, after, AlertSiteDown); !d.Held.IsZero() {
		t.Errorf("after the window it is still held: %+v", d)
	}
	if o := find(t, after, AlertWorkOverrun); !o.Start.Equal(w.End) {
		t.Errorf("overrun %+v", o)
	}
	late := homeFacts(start.Add(5*time.Minute), works("1", day(19, 0), day(19, 1), w)).down(start).Alerts()
	if d := find(t, late, AlertSiteDown); !d.Held.Equal(w.End) {
		t.Errorf("late work is known all the same: %+v", d)
	}
	find(t, late, AlertNoticeLate)
}

func TestDrillEnds(t *testing.T) {
	now := day(10, 0)
	f := homeFacts(now)
	f.Drills = []Statement{{ID: "d", At: now.Add(-time.Hour), Drill: &Drill{Rule: AlertSiteDown, Site: "home", Ends: now}}}
	if got := f.Alerts(); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}

func TestUnreadableBoard(t *testing.T) {
	now := day(10, 0)
	f := homeFacts(now)
	f.Boards = func(string) BoardState {
		return BoardState{Status: scanners.BoardUplinkDown, Since: now.Add(-2 * time.Hour)}
	}
	if got := f.Alerts(); len(got) != 0 {
		t.Errorf("the monitor's own uplink is no trouble of a board: %v", rules(got))
	}
	f.Boards = func(string) BoardState {
		return BoardState{Status: scanners.BoardUnreachable, Since: now.Add(-2 * time.Hour)}
	}
	if got := f.Alerts(); !slices.Equal(rules(got), []AlertRule{AlertBoardUnreadable}) {
		t.Errorf("%v", rules(got))
	}
}

func TestMonitorFacts(t *testing.T) {
	now := day(10, 12*time.Hour)
	calm := MonitorFacts{DiskFree: -1, Zone: seoul, Now: now}
	if got := rules(calm.Alerts(AlertPolicy{})); !slices.Equal(got, []AlertRule{AlertWatchdog}) {
		t.Errorf("%v", got)
	}
	shifts := Roster{Shifts: []Shift{{Name: "day", From: "09:00"}, {Name: "night", From: "21:00"}}}
	taking := func(shift string, start, at time.Time) Statement {
		return stated(MonitorScope, at, Statement{Taking: &Taking{Shift: shift, Start: start}})
	}
	for name, c := range map[string]struct {
		spoil func(*MonitorFacts)
		want  AlertRule
	}{
		"uplink":        {func(f *MonitorFacts) { f.UplinkDown = now }, AlertUplinkDown},
		"store":         {func(f *MonitorFacts) { f.StoreFailing = now }, AlertStoreTrouble},
		"config":        {func(f *MonitorFacts) { f.ConfigRefused = now }, AlertConfigRefused},
		"calendar":      {func(f *MonitorFacts) { f.HolidaysEnd = now.Add(100 * 24 * time.Hour) }, AlertCalendarEnding},
		"disk":          {func(f *MonitorFacts) { f.DiskFree = 9 }, AlertDiskLow},
		"receiver":      {func(f *MonitorFacts) { f.Failing = []FailingReceiver{{"ops", "email", now}} }, AlertDeliveryFailing},
		"untaken shift": {func(f *MonitorFacts) { f.Roster = shifts; f.Roster.Since = day(10, 9*time.Hour) }, AlertShiftUntaken},
		"no hand-over": {func(f *MonitorFacts) {
			f.Roster = shifts
			f.Statements = []Statement{taking("night", day(9, 21*time.Hour), day(9, 21*time.Hour)), taking("day", day(10, 9*time.Hour), day(10, 9*time.Hour))}
		}, AlertHandOverMissing},
		"drill": {func(f *MonitorFacts) {
			f.Statements = []Statement{{ID: "d", At: now, Drill: &Drill{Rule: AlertUplinkDown, Ends: now.Add(time.Minute)}}}
		}, AlertUplinkDown},
	} {
		f := calm
		c.spoil(&f)
		if got := rules(f.Alerts(AlertPolicy{})); len(got) != 2 || !slices.Contains(got, c.want) {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestWatchesAreJudged(t *testing.T) {
	r := Roster{Shifts: []Shift{{Name: "day", From: "09:00"}, {Name: "night", From: "21:00"}}}
	start, end := day(10, 9*time.Hour), day(10, 21*time.Hour)
	by := accounts.Actor{ID: "user/kim", Kind: accounts.KindUser, Role: accounts.RoleOperator}
	take := func(at time.Time, drill bool) Statement {
		return Statement{At: at, By: by, Taking: &Taking{"day", start, drill}}
	}
	hand := func(at time.Time, drill bool) Statement {
		return Statement{At: at, By: by, Why: "quiet", HandOver: &HandOver{Shift: "day", Start: start, Drill: drill}}
	}
	for name, c := range map[string]struct {
		said []Statement
		now  time.Time
		want Verdict
		why  string
	}{
		"just begun":         {nil, start.Add(14 * time.Minute), AtRisk, "not_taken_yet"},
		"nobody came":        {nil, start.Add(15 * time.Minute), Broken, "not_taken"},
		"taken":              {[]Statement{take(start.Add(time.Minute), false)}, start.Add(time.Hour), AtRisk, "not_handed_over_yet"},
		"taken late":         {[]Statement{take(start.Add(16*time.Minute), false)}, start.Add(time.Hour), Broken, "taken_late"},
		"a drill":            {[]Statement{take(start, true)}, start.Add(time.Hour), Broken, "not_taken"},
		"handed over":        {[]Statement{take(start, false), hand(end, false)}, end, Kept, "taken_and_handed_over"},
		"handed over late":   {[]Statement{take(start, false), hand(end.Add(16*time.Minute), false)}, end.Add(time.Hour), Broken, "handed_over_late"},
		"not handed over":    {[]Statement{take(start, false)}, end.Add(15 * time.Minute), Broken, "not_handed_over"},
		"handed over, drill": {[]Statement{take(start, false), hand(end, true)}, end.Add(15 * time.Minute), Broken, "not_handed_over"},
	} {
		ws := r.Watches(c.said, Period{start, start.Add(time.Hour)}, seoul, c.now)
		if len(ws) != 1 || ws[0].Verdict != c.want || ws[0].Why != c.why || !ws[0].End.Equal(end) {
			t.Errorf("%s: %+v", name, ws)
		}
	}
	// The night shift lasts over midnight; a roster of one shift lasts a day.
	if w, ok := r.Current(nil, seoul, day(11, 3*time.Hour)); !ok || w.Shift != "night" || !w.Start.Equal(day(10, 21*time.Hour)) || !w.End.Equal(day(11, 9*time.Hour)) {
		t.Errorf("%+v", w)
	}
	one := Roster{Shifts: r.Shifts[:1]}
	if w, ok := one.Current(nil, seoul, day(11, 3*time.Hour)); !ok || !w.End.Equal(day(11, 9*time.Hour)) || w.End.Sub(w.Start) != 24*time.Hour {
		t.Errorf("%+v", w)
	}
	// By the roster in force when it began; and nobody breaks what was not in force yet.
	begun := Statement{At: day(10, 12*time.Hour), By: accounts.System("monitor"), Roster: &Roster{Shifts: r.Shifts}}
	later := Statement{At: day(12, 0), By: accounts.System("monitor"), Roster: &one}
	var got []string
	for _, w := range r.Watches([]Statement{begun, later}, Period{day(9, 0), day(14, 0)}, seoul, day(14, 0)) {
		got = append(got, w.Shift+" "+w.Start.In(seoul).Format("02T15")+"-"+w.End.In(seoul).Format("02T15"))
	}
	if want := []string{"night 10T21-11T09", "day 11T09-11T21", "night 11T21-12T09", "day 12T09-13T09", "day 13T09-14T09"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if w, ok := r.Current([]Statement{begun}, seoul, day(10, 13*time.Hour)); !ok || w.Verdict != Unproven || w.Why != "before_roster" {
		t.Errorf("under way when the roster came: %+v", w)
	}
	if w, ok := r.Current([]Statement{begun, take(day(10, 13*time.Hour), false)}, seoul, day(10, 14*time.Hour)); !ok || w.Taken == nil || w.Verdict == Broken {
		t.Errorf("taken all the same: %+v", w)
	}
	if _, ok := (Roster{}).Current(nil, seoul, start); ok {
		t.Error("a watch without a roster")
	}
	if n := len(r.Watches(nil, Month(2026, 11, seoul), seoul, end)); n != 60 {
		t.Errorf("%d watches in November", n)
	}
	r.Since = day(21, 0)
	if n := len(r.Watches(nil, Month(2026, 11, seoul), seoul, end)); n != 20 {
		t.Errorf("%d watches from the 21st on", n)
	}
}

func TestTurnsAndCovers(t *testing.T) {
	s := Schedule{ID: "primary", People: []string{"kim", "lee", "park"}, From: day(2, 9*time.Hour), Days: 7}
	cover := func(person string, from, to time.Time) Statement {
		return Statement{Cover: &Cover{"primary", person, from, to}}
	}
	said := []Statement{cover("lee", day(3, 18*time.Hour), day(4, 9*time.Hour)), cover("park", day(3, 20*time.Hour), day(3, 22*time.Hour))}
	var got []string
	for _, turn := range s.Turns(said, Period{day(1, 0), day(17, 0)}, seoul) {
		got = append(got, turn.Person+" "+turn.From.In(seoul).Format("02T15")+"-"+turn.To.In(seoul).Format("02T15"))
	}
	want := []string{"kim 02T09-03T18", "lee 03T18-03T20", "park 03T20-03T22", "lee 03T22-04T09", "kim 04T09-09T09", "lee 09T09-16T09", "park 16T09-17T00"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if who, ok := s.At(said, day(23+21, 9*time.Hour), seoul); !ok || who != "kim" {
		t.Errorf("the seventh turn is %q's", who)
	}
	if _, ok := s.At(nil, day(1, 0), seoul); ok {
		t.Error("somebody is on call before the first turn")
	}
	daily := Schedule{ID: "daily", People: []string{"kim", "lee"}, From: day(2, 9*time.Hour), Days: 1}
	for n, want := range map[int]string{2: "kim", 3: "lee", 4: "kim", 20: "kim"} {
		if who, _ := daily.At(nil, day(n, 10*time.Hour), seoul); who != want {
			t.Errorf("day %d is %q's", n, who)
		}
	}
	// Far ahead the rotation is the same as near by.
	far := day(2+7*500, 9*time.Hour)
	if who, _ := s.At(nil, far, seoul); who != s.People[500%3] {
		t.Errorf("%q after 500 turns", who)
	}
}

func TestQuietHours(t *testing.T) {
	q := QuietHours{From: "22:00", To: "07:00"}
	for at, quiet := range map[time.Duration]bool{21*time.Hour + 59*time.Minute: false, 22 * time.Hour: true, 31*time.Hour - time.Minute: true, 31 * time.Hour: false} {
		if q.Quiet(SeverityWarning, day(10, at), seoul) != quiet {
			t.Errorf("%v: %v", at, !quiet)
		}
	}
	if q.Quiet(SeverityCritical, day(10, 23*time.Hour), seoul) {
		t.Error("critical alerts are told at night")
	}
	weekend := QuietHours{Severities: []Severity{SeverityInfo}, From: "00:00", To: "24:00", Days: 1<<time.Saturday | 1<<time.Sunday}
	for d, quiet := range map[int]bool{13: false, 14: true, 15: true, 16: false} { // the 14th of November 2026 is a Saturday
		if weekend.Quiet(SeverityInfo, day(d, 12*time.Hour), seoul) != quiet {
			t.Errorf("day %d: %v", d, !quiet)
		}
	}
}

func TestWhatNeedsNoSecondAlert(t *testing.T) {
	start := day(10, 9*time.Hour)
	// Announced late: the promise is broken, but nobody need announce it any more.
	seen := start.Add(50 * time.Minute)
	late := homeFacts(start.Add(time.Hour), told("1", seen.Add(-time.Minute), seen, start.Add(3*time.Hour))).down(start)
	if got := rules(late.Alerts()); !slices.Equal(got, []AlertRule{AlertSiteDown}) {
		t.Errorf("announced late: %v", got)
	}
	// A site that is recovering answers, or is slow: its outage tells of it.
	for _, status := range []Status{StatusUp, StatusDegraded, StatusUnknown} {
		f := homeFacts(start.Add(5 * time.Minute)).down(start)
		f.State.Status, f.State.Outage.RecoveringSince = status, start.Add(4*time.Minute)
		if got := f.Alerts(); !slices.Equal(rules(got), []AlertRule{AlertSiteDown}) || got[0].Recovery.IsZero() {
			t.Errorf("recovering, %v: %v", status, rules(got))
		}
	}
}

// TestExtensionDuringTheWorkMutesNothing: what an extension adds once the work has begun was
// not announced before it.
func TestExtensionDuringTheWorkMutesNothing(t *testing.T) {
	w := at22(20)
	longer := notice.Window{Start: w.Start, End: w.End.Add(2 * time.Hour)}
	seen := w.End.Add(-10 * time.Minute)
	n := revised(inTime(w), seen.Add(-time.Minute), seen, notice.Extended, longer)
	got := homeFacts(w.End.Add(30*time.Minute), n).down(w.Start.Add(time.Minute)).Alerts()
	if d := find(t, got, AlertSiteDown); !d.Held.IsZero() {
		t.Errorf("held until %v", d.Held)
	}
	find(t, got, AlertWorkOverrun)
}

func TestShiftsAreNotCalledTooSoon(t *testing.T) {
	f := MonitorFacts{DiskFree: -1, Zone: seoul, Roster: Roster{Shifts: []Shift{{Name: "day", From: "09:00"}, {Name: "night", From: "21:00"}}, Since: day(10, 9*time.Hour)}}
	for at, want := range map[time.Duration][]AlertRule{
		9*time.Hour + 14*time.Minute:  nil,
		9*time.Hour + 15*time.Minute:  {AlertShiftUntaken},
		21*time.Hour + 20*time.Minute: {AlertShiftUntaken},
		21*time.Hour + 10*time.Minute: nil, // the day's is past help, and the night's is not late yet: nobody took it, so nobody hands it over
	} {
		f.Now = day(10, at)
		got := slices.DeleteFunc(rules(f.Alerts(AlertPolicy{})), func(r AlertRule) bool { return r == AlertWatchdog })
		if !slices.Equal(got, want) && len(got)+len(want) > 0 {
			t.Errorf("%v: %v", at, got)
		}
	}
}

func TestBoardOfASiteThatIsDownIsNotExpectedToAnswer(t *testing.T) {
	start := day(10, 0)
	f := homeFacts(start.Add(5 * time.Minute)).down(start)
	f.Boards = func(string) BoardState { return BoardState{Status: scanners.BoardUnreachable, Since: start} }
	if got := rules(f.Alerts()); slices.Contains(got, AlertBoardUnreadable) {
		t.Errorf("%v", got)
	}
}

func TestRecoveringAfterTheWindowIsNoOverrun(t *testing.T) {
	w := at22(20)
	f := homeFacts(w.End.Add(5*time.Minute), inTime(w)).down(w.Start.Add(time.Minute))
	f.State.Outage.RecoveringSince = w.End.Add(-time.Minute)
	if got := rules(f.Alerts()); slices.Contains(got, AlertWorkOverrun) {
		t.Errorf("%v", got)
	}
}
