package dashboard

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/probes"
)

var update = flag.Bool("update", false, "write the golden files anew")

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// wallAt is a model of two sites at an instant.
func wallAt(now time.Time) *model {
	w := newWorld()
	return newModel(w.sites, w.snap, w, time.UTC, now.Add(-24*time.Hour), now)
}

func TestLettersOfCells(t *testing.T) {
	for _, c := range []struct {
		cell cellModel
		want byte
	}{
		{cellModel{}, '-'},
		{cellModel{pass: 1}, 'u'},
		{cellModel{pass: 14, fail: 1}, 'f'},
		{cellModel{pass: 7, fail: 7}, 'f'},
		{cellModel{pass: 7, fail: 8}, 'd'},
		{cellModel{fail: 1}, 'd'},
		{cellModel{fail: 1, unknown: 14}, 'd'},
		{cellModel{unknown: 1}, 'x'},
		{cellModel{pass: 7, unknown: 8}, 'x'},
		{cellModel{pass: 8, unknown: 7}, 'u'},
	} {
		if got := c.cell.letter(); got != c.want {
			t.Errorf("%+v is %c, not %c", c.cell, got, c.want)
		}
	}
}

func TestStripsMoveOnWithTime(t *testing.T) {
	m := wallAt(noon)
	m.apply(looked("alpha", noon.Add(time.Minute), probes.OK), newTouched())
	c := m.checks["alpha/front"]
	for _, s := range []struct {
		after time.Duration
		want  string
	}{
		{2 * time.Minute, strings.Repeat("-", 95) + "u"},
		{15 * time.Minute, strings.Repeat("-", 94) + "u-"},
		{23*time.Hour + 50*time.Minute, "u" + strings.Repeat("-", 95)},
		{24 * time.Hour, strings.Repeat("-", 96)},
		{1000 * time.Hour, strings.Repeat("-", 96)},
	} {
		got := c.wire(noon.Add(s.after)).Strip
		if got.States != s.want {
			t.Errorf("after %s: %s", s.after, got.States)
		}
		if end := got.From + 96*got.CellMS; end <= noon.Add(s.after).UnixMilli() || end > noon.Add(s.after+widestCell).UnixMilli() {
			t.Errorf("after %s the strip ends at %s", s.after, time.UnixMilli(end).UTC())
		}
	}
	m.apply(looked("alpha", noon.Add(-48*time.Hour), probes.OK), newTouched()) // late by days: no cell of it is shown
}

func TestYoungHistoriesHaveNarrowCells(t *testing.T) {
	w := newWorld()
	for _, c := range []struct{ age, want time.Duration }{
		{0, 10 * time.Second}, {15 * time.Minute, 10 * time.Second}, {16 * time.Minute, time.Minute}, {94 * time.Minute, time.Minute}, {96 * time.Minute, 5 * time.Minute},
		{7 * time.Hour, 5 * time.Minute}, {8 * time.Hour, 15 * time.Minute}, {1000 * time.Hour, 15 * time.Minute},
	} {
		m := newModel(w.sites, w.snap, w, time.UTC, noon.Add(-c.age), noon)
		s := m.checks["alpha/front"].wire(noon).Strip
		if s.CellMS != c.want.Milliseconds() {
			t.Errorf("%s after the first look a cell lasts %d ms", c.age, s.CellMS)
		}
		if reach := noon.Sub(time.UnixMilli(s.From)); reach < min(c.age, 23*time.Hour+45*time.Minute) {
			t.Errorf("%s after the first look the strip reaches back %s", c.age, reach)
		}
	}
}

// A look is told of when it ends, by when the next cell may have begun.
func TestChangesTellOfEarlierCellsToo(t *testing.T) {
	m := wallAt(noon)
	c := m.checks["alpha/front"]
	c.changes(noon)
	m.apply(looked("alpha", noon.Add(14*time.Minute), probes.ConnectRefused), newTouched())
	after := noon.Add(15*time.Minute + time.Second)
	m.apply(looked("alpha", after, probes.OK), newTouched())
	got := c.changes(after)
	if len(got) != 2 || got[0].From != noon.UnixMilli() || got[0].State != "d" || got[1].State != "u" {
		t.Fatalf("%+v", got)
	}
	if again := c.changes(after); len(again) != 1 || again[0] != got[1] {
		t.Errorf("with nothing new the current cell alone is told: %+v", again)
	}
}

func TestGapsCountAsUnknown(t *testing.T) {
	m := wallAt(noon)
	gap := compliance.Gap{Check: "alpha/front", Vantage: "local", From: noon.Add(-30 * time.Minute), To: noon.Add(10 * time.Minute), Reason: probes.NotRunning}
	m.apply(compliance.Change{Site: "alpha", Gaps: []compliance.Gap{gap}}, newTouched())
	c := m.checks["alpha/front"]
	if got := c.wire(noon).Strip.States; got != strings.Repeat("-", 93)+"xxx" {
		t.Error(got)
	}
	var n int
	for _, cell := range c.cells {
		n += cell.unknown
	}
	if n != 40 {
		t.Errorf("a gap of 40 slots counts %d", n)
	}
}

func TestReprobesOwnNoTimeInTheStrip(t *testing.T) {
	m := wallAt(noon)
	c := looked("alpha", noon, probes.ConnectRefused)
	again := c.Results[0]
	again.Attempt = 1
	c.Results = append(c.Results, again)
	m.apply(c, newTouched())
	if cell := m.checks["alpha/front"].cell(noon); cell.fail != 1 {
		t.Errorf("one failing slot and its re-probe count %d", cell.fail)
	}
}

func TestP95OfTheCurrentCell(t *testing.T) {
	m := wallAt(noon)
	for i := range 100 {
		c := looked("alpha", noon.Add(time.Duration(i)*time.Second), probes.OK)
		c.Results[0].Duration = time.Duration(i+1) * time.Millisecond
		m.apply(c, newTouched())
	}
	if got := m.checks["alpha/front"].cell(noon).p95; got != 95 {
		t.Errorf("p95 is %d", got)
	}
}

func TestAnUncommittedOutageIsShownAndFlaggedUntilItIsCommitted(t *testing.T) {
	m := wallAt(noon)
	committed := broke("alpha", noon)
	alarm := compliance.Change{Site: "alpha", Outages: committed.Outages, Uncommitted: true} // as the engine tells it
	site := func() SiteDelta { return m.siteDelta(m.sites[0], noon.Add(time.Second)) }

	t1 := newTouched()
	m.apply(alarm, t1)
	if d := site(); d.Outage == nil || !d.Outage.Uncommitted || d.Status != compliance.StatusDown {
		t.Errorf("uncommitted: %+v", d)
	}
	if !t1.sites["alpha"] || len(t1.events) != 1 {
		t.Errorf("nobody is told: %+v", t1)
	}
	opened := compliance.Event{Kind: compliance.OutageOpened, Site: "alpha", At: noon, Outage: committed.Outages[len(committed.Outages)-1].ID, Status: compliance.StatusDown}
	committed.Events = []compliance.Event{opened}
	t2 := newTouched()
	m.apply(committed, t2)
	if t1.events[0].Status != compliance.StatusDown || len(t2.events) != 0 {
		t.Errorf("the opening is told as %+v, then again as %+v", t1.events, t2.events)
	}
	if d := site(); d.Outage == nil || d.Outage.Uncommitted || d.Status != compliance.StatusDown {
		t.Errorf("committed: %+v, outage %+v", d, d.Outage)
	}
}

func TestChangesOfWhatIsNotOnTheWallAreIgnored(t *testing.T) {
	m := wallAt(noon)
	c := broke("gone", noon)
	c.Gaps = []compliance.Gap{{Check: "gone/front", From: noon, To: noon.Add(time.Hour)}}
	m.apply(c, newTouched())
	if m.checks["gone/front"] != nil {
		t.Error("a check came out of nothing")
	}
}

// The names on the wire are a contract with the web app and with whoever reads the feed.
func TestMessagesOnTheWire(t *testing.T) {
	r := compliance.Ratio(99999)
	o := &Outage{ID: "alpha@1", Site: "alpha", Check: "alpha/front", Start: 1, ConfirmedAt: 2, RecoveringSince: 3, End: 4, Reason: probes.Timeout, Cause: "c", Checks: []string{"alpha/front"}, Uncommitted: true, Part: "late"}
	clock := Clock{Kind: compliance.ClockAnnouncement, Site: "alpha", Subject: "alpha@1", Start: 1, Limit: 2, Met: 3, Verdict: compliance.Kept}
	work := &WorkNow{Plan: "plan-1", Title: "점검", Part: "late", Start: 1, End: 2}
	s := SiteDelta{ID: "alpha", Status: compliance.StatusDown, Since: 1, ClosedNow: true, Outage: o, Clocks: []Clock{clock}, Work: work}
	ahead := int64(5)
	plan := Plan{ID: "plan-1", Site: "alpha", Title: "점검", Type: "regular", State: "planned", Review: true, CancelledBy: 1, Windows: []PlanWindow{{
		Start: 1, End: 2, Declared: true, Review: true, Notice: "alpha/news#1", LastAbsent: 3, FirstSeen: 4, Verdict: compliance.Broken, Why: "late",
		Lead: Lead{ByHours: 1, ByCalendar: 2, Limit: 1, Hours: compliance.Kept, Days: compliance.Broken, AtLeastMS: &ahead, AtMostMS: &ahead},
	}}}
	board := Board{ID: "alpha/news", Site: "alpha", Kind: "html", URL: "https://a.example/news", EveryMS: 1, OutageOnly: true, Sites: []string{"alpha"}, Status: "layout", Detail: "d", Since: 1, SeenAt: 2, LastOK: 3}
	c := CheckDelta{ID: "alpha/front", Status: compliance.StatusDegraded, Since: 1, Reason: probes.Status, Detail: "503", SeenAt: 2, DurationMS: 1.5, Outage: o}
	month := Availability{Month: "2026-11", Raw: &r, Charter: &r, Coverage: &r, Best: &r, Worst: &r, UpMS: 1, DownMS: 2, Unknown: 3, Verdict: compliance.Kept, Broken: 4, Unproven: 5,
		Parts: Parts{1, 2, 3, 4, 5, 6}, ContestedMS: 7, AsSeen: &AsSeen{Raw: &r, Charter: &r, DownMS: 8},
		Clauses: []ClauseVerdict{{compliance.ClauseMaintenance, compliance.AtRisk, 1, 2, 3, 4}}}
	health := MonitorHealth{Started: 1, LastCommit: 2, Trouble: true, FailingSince: 3, UplinkDown: 4, Queue: 5, MissedSlots: 6, Coverage: &r, ConfigErrorAt: 7}
	event := Event{Kind: compliance.Blip, Site: "alpha", Check: "alpha/front", At: 1, SeenAt: 2, Outage: "alpha@1", Status: compliance.StatusUp, Reason: probes.OK, Count: 2,
		Subject: "plan-1", Title: "점검", Clock: compliance.ClockPosting, Limit: 3, Said: "work"}
	alerts := &AlertsNow{Critical: 1, Warning: 2, Acknowledged: 3, Held: 4, Drills: 5, Changed: 6,
		Shift: &ShiftNow{Shift: "day", Start: 1, End: 3, Due: 2, TakenBy: "kim", TakenAt: 2, Verdict: compliance.AtRisk, Why: "not_handed_over_yet"}}
	group := Group{Dependency: "dns", Cause: "c", Outages: []string{"alpha@1", "beta@1"}, Start: 1}
	check := Check{Kind: "http", Target: "https://a.example/", Critical: true, IntervalMS: 60000, CheckDelta: c, Strip: Strip{From: 1, CellMS: 900000, States: "ufdx-", P95: []int32{-1}}}
	withCells := c
	withCells.Cells = []Cell{{From: 1, State: "u", P95: 40}}
	messages := []Message{
		{Type: "hello", Epoch: "E", Seq: 1, Now: 2, BeatMS: 5000},
		{Type: "snapshot", Epoch: "E", Seq: 1, Now: 2, Wall: &Wall{
			Organisation: compliance.Name{KO: "가", EN: "A"}, Zone: "Asia/Seoul", Languages: []string{"ko"}, Version: "1", Demo: true, Monitor: health,
			Sites:  []Site{{Name: compliance.Name{KO: "가", EN: "A"}, URL: "https://a.example/", Owner: "web", SiteDelta: s, Month: month, Checks: []Check{check}}},
			Groups: []Group{group}, Events: []Event{event}, Plans: []Plan{plan}, Boards: []Board{board}, Alerts: alerts,
		}},
		{Type: "delta", Seq: 2, Now: 3, Sites: []SiteDelta{s}, Checks: []CheckDelta{withCells}, Events: []Event{event}, Groups: &[]Group{group}, Months: []MonthDelta{{"alpha", month}}, Plans: &[]Plan{plan}, Boards: &[]Board{board}, Alerts: alerts, Monitor: &health},
		{Type: "delta", Seq: 3, Now: 4, Groups: &[]Group{}},
		{Type: "beat", Seq: 2, Now: 3, Monitor: &MonitorHealth{Started: 1}},
	}
	var got bytes.Buffer
	enc := json.NewEncoder(&got)
	enc.SetIndent("", " ")
	for _, m := range messages {
		if err := enc.Encode(m); err != nil {
			t.Fatal(err)
		}
	}
	const golden = "testdata/messages.json"
	if *update {
		if err := os.WriteFile(golden, got.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("the wire changed; if that is meant, run with -update and tell the web app\n%s", got.Bytes())
	}
}
