package compliance

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance/notice"
	"github.com/charterwatch/charterwatch/internal/accounts"
	"github.com/charterwatch/charterwatch/scanners"
)

// at22 is the usual window: from 22:00 on the day, for four hours.
func at22(n int) notice.Window {
	return notice.Window{Start: day(n, 22*time.Hour), End: day(n, 26*time.Hour)}
}

// works is a notice of regular maintenance that was posted in (absent, seen].
func works(key string, absent, seen time.Time, windows ...notice.Window) Notice {
	return Notice{
		ID: "home/board#" + key, Board: "home/board", Key: key, LastAbsent: absent, FirstSeen: seen, LastSeen: seen,
		Revisions: []Revision{{N: 1, LastAbsent: absent, FirstSeen: seen, Title: "홈페이지 정기점검 안내", Sites: []string{"home"}, Reading: Reading{notice.Reading{
			Kind: notice.Maintenance, State: notice.Planned, Type: notice.Regular, Windows: windows, Confidence: 1}}}},
	}
}

// revised adds a wording to a notice.
func revised(n Notice, absent, seen time.Time, state notice.State, windows ...notice.Window) Notice {
	r := n.Revisions[0]
	r.N, r.LastAbsent, r.FirstSeen = len(n.Revisions)+1, absent, seen
	r.Reading.State, r.Reading.Windows = state, windows
	n.Revisions = append(n.Revisions, r)
	return n
}

func recordOf(ns ...Notice) Record {
	return Record{Site: "home", Boards: []BoardSpec{homeBoard()}, Notices: ns}
}

func onePlan(t *testing.T, r Record) Plan {
	t.Helper()
	plans := r.Plans(Promises{}, seoul)
	if len(plans) != 1 {
		t.Fatalf("%d plans: %+v", len(plans), plans)
	}
	return plans[0]
}

func TestLeadOfSeventyOneHours(t *testing.T) {
	w := notice.Window{Start: day(28, 23*time.Hour), End: day(29, 0)}
	posted := w.Start.Add(-71 * time.Hour)
	lead := onePlan(t, recordOf(works("1", posted.Add(-time.Minute), posted, w))).Windows[0].Lead
	if lead.Hours != Broken || lead.Days != Broken || lead.Verdict != Broken {
		t.Errorf("71 hours ahead is late: %+v", lead)
	}
	if lead.AtLeast != 71*time.Hour || lead.AtMost != 71*time.Hour+time.Minute {
		t.Errorf("between %v and %v ahead", lead.AtLeast, lead.AtMost)
	}
}

// The two counts differ: 72 hours are kept from D-3 on, the calendar count asks for D-4.
func TestBothCountsMustHoldAndAreShown(t *testing.T) {
	posted := day(25, 21*time.Hour) // 73 hours before 22:00 on the 28th, on D-3
	lead := onePlan(t, recordOf(works("1", posted.Add(-time.Minute), posted, at22(28)))).Windows[0].Lead
	if lead.Hours != Kept || lead.Days != Broken || lead.Verdict != Broken {
		t.Errorf("%+v", lead)
	}
	posted = day(24, 23*time.Hour+59*time.Minute)
	lead = onePlan(t, recordOf(works("1", posted.Add(-time.Minute), posted, at22(28)))).Windows[0].Lead
	if lead.Verdict != Kept || !lead.Limit.Equal(day(25, 0)) || !lead.ByHours.Equal(day(25, 22*time.Hour)) {
		t.Errorf("by the end of D-4 is in time: %+v", lead)
	}
}

func TestStraddlingIsUnproven(t *testing.T) {
	for name, c := range map[string]struct {
		absent, seen time.Time
		want         Verdict
	}{
		"seen before the limit, absence unknown": {time.Time{}, day(24, 12*time.Hour), Kept},
		"seen after it, absence unknown":         {time.Time{}, day(26, 0), Unproven},
		"straddles":                              {day(24, 23*time.Hour), day(25, time.Hour), Unproven},
		"absent at the limit itself":             {day(25, 0), day(25, time.Hour), Broken},
		"seen at the limit itself":               {day(24, 23*time.Hour), day(25, 0), Unproven}, // midnight is the next day's
		"seen a moment before it":                {day(24, 23*time.Hour), day(25, -time.Millisecond), Kept},
	} {
		if got := onePlan(t, recordOf(works("1", c.absent, c.seen, at22(28)))).Windows[0].Lead.Verdict; got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestClaimedDateProvesNothing(t *testing.T) {
	n := works("1", day(27, 0), day(27, time.Hour), at22(28))
	n.Claimed = day(10, 0)
	if got := onePlan(t, recordOf(n)).Windows[0].Lead.Verdict; got != Broken {
		t.Errorf("a back-dated notice is %v", got)
	}
}

// [연기], [취소], [완료] speak of a plan; they do not begin one.
func TestNoticesOfOnePlanAreLinked(t *testing.T) {
	first := works("1", day(10, 0), day(10, time.Hour), at22(20))
	moved := works("2", day(15, 0), day(15, time.Hour), at22(27))
	moved.Revisions[0].Reading.State = notice.Rescheduled
	moved.Revisions[0].Reading.Replaced = []notice.Window{at22(20)}
	cancelled := works("3", day(16, 0), day(16, time.Hour), at22(27))
	cancelled.Revisions[0].Reading.State = notice.Cancelled
	p := onePlan(t, recordOf(first, moved))
	if p.State != notice.Rescheduled || len(p.Windows) != 1 || !p.Windows[0].Start.Equal(day(27, 22*time.Hour)) {
		t.Errorf("%+v", p)
	}
	if p.Windows[0].Lead.Verdict != Kept || !p.Windows[0].Seen.FirstSeen.Equal(day(15, time.Hour)) {
		t.Errorf("the new time needs a notice in time of its own: %+v", p.Windows[0])
	}
	p = onePlan(t, recordOf(first, moved, cancelled))
	if p.State != notice.Cancelled || len(p.Tellings) != 3 || len(p.Windows) != 1 {
		t.Errorf("%+v", p)
	}
	if obs := recordOf(first, moved, cancelled).Obligations([]Plan{p}, nil, Promises{}, day(28, 0)); len(obs) != 0 {
		t.Errorf("work that was called off owes no notice: %+v", obs)
	}
	p = onePlan(t, recordOf(revised(first, day(18, 0), day(18, time.Hour), notice.Cancelled)))
	if p.State != notice.Cancelled || len(p.Windows) != 1 || p.Windows[0].Start.IsZero() {
		t.Errorf("an edit that cancels: %+v", p)
	}
}

// Last week's "[완료]" is first seen after this week's announcement, on another board.
func TestCompletedSpeaksOfWhatHasBegun(t *testing.T) {
	next := works("1", time.Time{}, day(20, 0), at22(28))
	done := works("2", time.Time{}, day(20, time.Minute))
	done.Claimed = day(17, 0)
	done.Revisions[0].Title = "[완료] 홈페이지 정기점검 완료 안내"
	done.Revisions[0].Reading.State = notice.Completed
	if p := onePlan(t, recordOf(next, done)); p.State != notice.Planned || len(p.Tellings) != 1 {
		t.Errorf("%+v", p)
	}
	done.Claimed, done.FirstSeen, done.Revisions[0].FirstSeen = time.Time{}, day(29, 8*time.Hour), day(29, 8*time.Hour)
	if p := onePlan(t, recordOf(next, done)); p.State != notice.Completed || len(p.Tellings) != 2 {
		t.Errorf("%+v", p)
	}
	cancelled := works("3", time.Time{}, day(20, time.Minute))
	cancelled.Claimed = day(10, 0)
	cancelled.Revisions[0].Reading.State = notice.Cancelled
	next.Claimed = day(18, 0)
	if plans := recordOf(next, cancelled).Plans(Promises{}, seoul); len(plans) == 0 || plans[len(plans)-1].State == notice.Cancelled && len(plans) == 1 {
		t.Errorf("an older cancellation cannot mean it: %+v", plans)
	}
}

func TestUnrelatedWorkIsAnotherPlan(t *testing.T) {
	plans := recordOf(works("1", day(1, 0), day(1, time.Hour), at22(7)), works("2", day(8, 0), day(8, time.Hour), at22(14))).Plans(Promises{}, seoul)
	if len(plans) != 2 {
		t.Errorf("%+v", plans)
	}
}

var operator = accounts.Actor{ID: "u1", Name: "Operator", Kind: accounts.KindUser, Role: accounts.RoleOperator}

func stated(site string, at time.Time, s Statement) Statement {
	s.Site, s.At, s.By, s.Why = site, at, operator, "because"
	return s.Sealed()
}

func TestRulingsAreRecordsOfTheirOwn(t *testing.T) {
	n := works("1", day(10, 0), day(10, time.Hour), at22(20))
	n.Revisions[0].Reading.NeedsReview = true
	r := recordOf(n)
	if p := onePlan(t, r); !p.Review || !p.Windows[0].Review {
		t.Fatalf("%+v", p)
	}
	confirm := stated("home", day(11, 0), Statement{Ruling: &Ruling{Notice: n.ID, Revision: 1, Ruled: RuledRight}})
	r.Statements = []Statement{confirm}
	if p := onePlan(t, r); p.Review || p.Windows[0].Lead.Verdict != Kept {
		t.Errorf("%+v", p)
	}
	right := Reading{notice.Reading{Kind: notice.Maintenance, State: notice.Planned, Windows: []notice.Window{at22(21)}}}
	r.Statements = append(r.Statements, stated("home", day(12, 0), Statement{Ruling: &Ruling{Notice: n.ID, Revision: 1, Ruled: RuledCorrect, Reading: &right}}))
	if p := onePlan(t, r); !p.Windows[0].Start.Equal(day(21, 22*time.Hour)) {
		t.Errorf("the latest ruling counts: %+v", p.Windows)
	}
	if !r.Notices[0].Revisions[0].Reading.Windows[0].Start.Equal(day(20, 22*time.Hour)) {
		t.Error("what was read stays as it was")
	}
	r.Statements = append(r.Statements, stated("home", day(13, 0), Statement{Ruling: &Ruling{Notice: n.ID, Revision: 1, Ruled: RuledOut}}))
	if plans := r.Plans(Promises{}, seoul); len(plans) != 0 {
		t.Errorf("%+v", plans)
	}
}

// Work that was announced too late does not become an emergency by an edit.
func TestRegularWorkStaysRegular(t *testing.T) {
	n := revised(works("1", day(27, 0), day(27, time.Hour), at22(28)), day(27, 2*time.Hour), day(27, 3*time.Hour), notice.Planned, at22(28))
	n.Revisions[1].Reading.Type = notice.Emergency
	r := recordOf(n)
	plans := r.Plans(Promises{}, seoul)
	if len(plans) != 1 || plans[0].Type != notice.Regular || len(r.Obligations(plans, nil, Promises{}, day(30, 0))) != 1 {
		t.Errorf("%+v", plans)
	}
}

func TestOneWordingRuledOutLeavesTheOthers(t *testing.T) {
	n := revised(works("1", day(10, 0), day(10, time.Hour), at22(20)), day(12, 0), day(12, time.Hour), notice.Cancelled, at22(20))
	r := recordOf(n)
	if p := onePlan(t, r); p.State != notice.Cancelled {
		t.Fatalf("%+v", p)
	}
	r.Statements = []Statement{stated("home", day(13, 0), Statement{Ruling: &Ruling{Notice: n.ID, Revision: 2, Ruled: RuledOut}})}
	if p := onePlan(t, r); p.State != notice.Planned || len(p.Tellings) != 1 {
		t.Errorf("%+v", p)
	}
}

func TestDeclaredWorkExcusesNothingAndCountsDown(t *testing.T) {
	work := stated("home", day(20, 0), Statement{Work: &Work{Type: notice.Regular, Windows: []notice.Window{at22(28)}}})
	r := recordOf()
	r.Statements = []Statement{work}
	p := onePlan(t, r)
	if !p.Windows[0].Declared || len(p.attributions(Terms{Zone: seoul})) != 0 {
		t.Errorf("%+v", p)
	}
	p.Type = notice.Emergency
	if len(p.attributions(Terms{Zone: seoul})) != 0 {
		t.Error("nor as an emergency")
	}
	p.Type = notice.Regular
	obs := r.Obligations([]Plan{p}, nil, Promises{}, day(21, 0))
	if len(obs) != 1 || obs[0].Verdict != AtRisk || !obs[0].Limit.Equal(day(25, 0)) {
		t.Fatalf("%+v", obs)
	}
	clocks := r.Clocks([]Plan{p}, nil, Promises{}, day(21, 0))
	if len(clocks) != 1 || clocks[0].Kind != ClockPosting || !clocks[0].Start.Equal(day(20, 0)) || clocks[0].Percent(day(21, 0)) != 20 {
		t.Errorf("%+v", clocks)
	}
	// After the limit it depends on whether the board was looked at.
	if obs := r.Obligations([]Plan{p}, nil, Promises{}, day(26, 0)); obs[0].Verdict != Unproven {
		t.Errorf("nobody looked: %+v", obs[0])
	}
	r.Spans = []BoardSpan{{Board: "home/board", From: day(20, 0), To: day(25, time.Hour), Status: scanners.BoardOK}}
	if obs := r.Obligations([]Plan{p}, nil, Promises{}, day(26, 0)); obs[0].Verdict != Broken {
		t.Errorf("it was not there after the limit: %+v", obs[0])
	}
	r.Notices = []Notice{works("1", day(24, 0), day(24, time.Hour), at22(28))}
	if p := onePlan(t, r); p.Windows[0].Declared || len(p.Works) != 1 || p.Windows[0].Lead.Verdict != Kept {
		t.Errorf("the notice joins the declaration: %+v", p)
	}
	r.Statements = append(r.Statements, stated("home", day(24, 0), Statement{Withdrawal: &Withdrawal{Work: work.ID}}))
	r.Notices = nil
	if plans := r.Plans(Promises{}, seoul); len(plans) != 0 {
		t.Errorf("withdrawn: %+v", plans)
	}
}

func TestOnlyTheOwnSiteCounts(t *testing.T) {
	r := recordOf(works("1", day(10, 0), day(10, time.Hour), at22(20)))
	r.Site, r.Notices[0].Revisions[0].Sites = "stat", []string{"stat"}
	p := onePlan(t, r)
	if p.Windows[0].Lead.Verdict == Kept || p.Windows[0].Notice == "" {
		t.Errorf("a notice elsewhere tells of the work and keeps no promise: %+v", p.Windows[0])
	}
	if got := p.attributions(Terms{Zone: seoul}); len(got) != 0 {
		t.Errorf("and excuses nothing: %+v", got)
	}
}

func TestAdmission(t *testing.T) {
	n := works("1", day(10, 0), day(10, time.Hour), at22(20))
	o := Outage{ID: "home@1", Site: "home", Start: day(12, 0), End: day(12, 2*time.Hour)}
	appeal := stated("home", day(13, 0), Statement{Appeal: &Appeal{Outage: o.ID, Ground: ProbeBlocked, Evidence: "firewall log 7"}})
	r := recordOf(n)
	r.Statements = []Statement{appeal}
	other := operator
	other.ID = "u2"
	for want, s := range map[string]Statement{
		"no_reason":      {Ruling: &Ruling{Notice: n.ID, Revision: 1, Ruled: RuledRight}},
		"no_subject":     {Why: "x"},
		"no_notice":      {Why: "x", Ruling: &Ruling{Notice: "y", Revision: 1, Ruled: RuledRight}},
		"no_revision":    {Why: "x", Ruling: &Ruling{Notice: n.ID, Revision: 2, Ruled: RuledRight}},
		"no_reading":     {Why: "x", Ruling: &Ruling{Notice: n.ID, Revision: 1, Ruled: RuledCorrect}},
		"bad_ruling":     {Why: "x", Ruling: &Ruling{Notice: n.ID, Revision: 1, Ruled: "maybe"}},
		"no_window":      {Why: "x", Work: &Work{}},
		"bad_window":     {Why: "x", Work: &Work{Windows: []notice.Window{{Start: day(2, 0), End: day(1, 0)}}}},
		"no_work":        {Why: "x", Withdrawal: &Withdrawal{Work: "y"}},
		"no_outage":      {Why: "x", Appeal: &Appeal{Outage: "y", Ground: ProbeBlocked, Evidence: "e"}},
		"bad_ground":     {Why: "x", Appeal: &Appeal{Outage: o.ID, Ground: "mood", Evidence: "e"}},
		"no_proof":       {Why: "x", Appeal: &Appeal{Outage: o.ID, Ground: ProbeBlocked}},
		"outside_outage": {Why: "x", Appeal: &Appeal{Outage: o.ID, Ground: ProbeBlocked, Evidence: "e", From: day(11, 0)}},
		"no_eta":         {Why: "x", Announcement: &OutsideAnnouncement{Outage: o.ID}},
		"no_appeal":      {Why: "x", By: other, Judgement: &Judgement{Appeal: "y"}},
		"own_appeal":     {Why: "x", By: operator, Judgement: &Judgement{Appeal: appeal.ID}},
		"":               {Why: "x", By: other, Judgement: &Judgement{Appeal: appeal.ID, Upheld: true}},
	} {
		if got := ruleOf(r.Admit(s, []Outage{o})); got != want {
			t.Errorf("%+v: refused for %q, want %q", s, got, want)
		}
	}
	r.Statements = append(r.Statements, stated("home", day(14, 0), Statement{Judgement: &Judgement{Appeal: appeal.ID}}))
	if got := ruleOf(r.Admit(Statement{Why: "x", By: other, Judgement: &Judgement{Appeal: appeal.ID}}, nil)); got != "judged" {
		t.Errorf("an appeal is judged once: %q", got)
	}
}

// ruleOf is the rule by which a statement was refused; "" if it was taken.
func ruleOf(err error) string {
	var refusal *Refusal
	if errors.As(err, &refusal) {
		return refusal.Rule
	}
	return ""
}

// TestAStretchIsWrittenWhole: the window that it embeds writes itself.
func TestAStretchIsWrittenWhole(t *testing.T) {
	s := Stretch{Window: notice.Window{Start: day(7, 0).UTC(), End: day(7, time.Hour).UTC()}, Seen: Seen{FirstSeen: day(1, 0).UTC()}, Notice: "n", Lead: Lead{Verdict: Kept, AtLeast: time.Hour}, Declared: true}
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var back Stretch
	if err := json.Unmarshal(b, &back); err != nil || !back.Start.Equal(s.Start) || !back.End.Equal(s.End) || back.Notice != "n" || back.Lead.AtLeast != time.Hour || !back.Declared || !back.Seen.FirstSeen.Equal(s.Seen.FirstSeen) {
		t.Errorf("%s came back as %+v (%v)", b, back, err)
	}
}
