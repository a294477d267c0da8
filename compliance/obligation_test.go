package compliance

import (
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance/notice"
	"github.com/charterwatch/charterwatch/scanners"
)

// outageOfHome runs from noon on the 12th; a zero length leaves it open.
func outageOfHome(length time.Duration) Outage {
	o := Outage{ID: "home@1", Site: "home", Start: day(12, 12*time.Hour)}
	if length > 0 {
		o.End = o.Start.Add(length)
	}
	return o
}

// told is a notice about the outage with an expected recovery.
func told(key string, absent, seen, eta time.Time) Notice {
	n := works(key, absent, seen)
	n.Revisions[0].Reading = Reading{notice.Reading{Kind: notice.Outage, State: notice.Planned, ETA: eta}}
	return n
}

func looks(from, to time.Time, status scanners.BoardStatus) BoardSpan {
	return BoardSpan{Board: "home/board", From: from, To: to, Status: status}
}

// of returns the only obligation of the clause.
func of(t *testing.T, c Clause, all []Obligation) Obligation {
	t.Helper()
	var out []Obligation
	for _, o := range all {
		if o.Clause == c {
			out = append(out, o)
		}
	}
	if len(out) != 1 {
		t.Fatalf("%d obligations of %s: %+v", len(out), c, all)
	}
	return out[0]
}

func TestRecoveryAnnouncement(t *testing.T) {
	start := outageOfHome(0).Start
	eta := start.Add(3 * time.Hour)
	minutes := func(n int) time.Time { return start.Add(time.Duration(n) * time.Minute) }
	watched := looks(start.Add(-time.Hour), minutes(200), scanners.BoardOK)
	for name, c := range map[string]struct {
		length time.Duration
		ns     []Notice
		spans  []BoardSpan
		now    time.Time
		want   Verdict
		why    string
	}{
		"in time":                        {2 * time.Hour, []Notice{told("1", minutes(19), minutes(20), eta)}, nil, minutes(300), Kept, "in_time"},
		"late":                           {2 * time.Hour, []Notice{told("1", minutes(40), minutes(41), eta)}, nil, minutes(300), Broken, "late"},
		"straddles":                      {2 * time.Hour, []Notice{told("1", minutes(29), minutes(31), eta)}, nil, minutes(300), Unproven, "straddles"},
		"never, and we looked":           {2 * time.Hour, nil, []BoardSpan{watched}, minutes(300), Broken, "not_announced"},
		"never, and nobody looked":       {2 * time.Hour, nil, nil, minutes(300), Unproven, "not_announced"},
		"the board was down as well":     {2 * time.Hour, nil, []BoardSpan{looks(start, minutes(90), scanners.BoardUnreachable)}, minutes(300), Broken, "not_announced"},
		"the board was not read":         {2 * time.Hour, nil, []BoardSpan{looks(start, minutes(90), scanners.BoardLayout)}, minutes(300), Unproven, "not_announced"},
		"our own uplink was down":        {2 * time.Hour, nil, []BoardSpan{looks(start, minutes(90), scanners.BoardUplinkDown)}, minutes(300), Unproven, "not_announced"},
		"a person has to look":           {2 * time.Hour, []Notice{unclearOf(told("1", minutes(5), minutes(6), eta))}, []BoardSpan{watched}, minutes(300), Unproven, "review"},
		"not yet":                        {0, nil, nil, minutes(20), AtRisk, "not_announced_yet"},
		"over before the limit":          {20 * time.Minute, nil, []BoardSpan{watched}, minutes(300), Broken, "not_announced"},
		"over, and looked at until then": {20 * time.Minute, nil, []BoardSpan{looks(start.Add(-time.Hour), minutes(25), scanners.BoardOK)}, minutes(300), Broken, "not_announced"},
		"told after it was over":         {20 * time.Minute, []Notice{told("1", minutes(21), minutes(22), eta)}, []BoardSpan{watched}, minutes(300), Broken, "not_announced"},
		"an expectation of the past":     {2 * time.Hour, []Notice{told("1", minutes(5), minutes(6), start.Add(-time.Hour))}, []BoardSpan{watched}, minutes(300), Broken, "not_announced"},
	} {
		r := recordOf(c.ns...)
		r.Spans = c.spans
		o := of(t, ClauseAnnouncement, r.Obligations(nil, []Outage{outageOfHome(c.length)}, Promises{}, c.now))
		if o.Verdict != c.want || o.Why != c.why {
			t.Errorf("%s: %v, %s; want %v, %s", name, o.Verdict, o.Why, c.want, c.why)
		}
	}
	for _, o := range recordOf().Obligations(nil, []Outage{outageOfHome(10 * time.Minute)}, Promises{}, minutes(300)) {
		if o.Clause == ClauseAnnouncement {
			t.Error("an outage of ten minutes owes no announcement")
		}
	}
}

func unclearOf(n Notice) Notice {
	n.Revisions[0].Reading.NeedsReview = true
	return n
}

func TestExpectationsAreKeptInOrder(t *testing.T) {
	o := outageOfHome(0)
	h := func(n int) time.Time { return o.Start.Add(time.Duration(n) * time.Hour) }
	r := recordOf(revisedETA(told("1", h(0), h(1), h(3)), h(2), h(2), h(6)), told("2", h(4), h(5), h(6)))
	r.Statements = []Statement{stated("home", h(1), Statement{Announcement: &OutsideAnnouncement{Outage: o.ID, ETA: h(2), Told: o.Start.Add(10 * time.Minute), Where: "SMS", Proof: "gateway log"}})}
	got := r.Announcements(o)
	if len(got) != 3 || !got[0].Outside || !got[1].ETA.Equal(h(3)) || !got[2].ETA.Equal(h(6)) {
		t.Errorf("%+v", got)
	}
	if ob := of(t, ClauseAnnouncement, r.Obligations(nil, []Outage{o}, Promises{}, h(7))); ob.Verdict != Kept {
		t.Errorf("any public channel counts: %+v", ob)
	}
}

func revisedETA(n Notice, absent, seen, eta time.Time) Notice {
	r := n.Revisions[0]
	r.N, r.LastAbsent, r.FirstSeen = 2, absent, seen
	r.Reading.ETA = eta
	n.Revisions = append(n.Revisions, r)
	return n
}

func TestAnnouncedWorkSaysWhenItEnds(t *testing.T) {
	w := at22(28)
	o := Outage{ID: "home@2", Site: "home", Start: w.Start.Add(time.Minute), End: w.End}
	if ob := of(t, ClauseAnnouncement, recordOf(inTime(w)).Obligations(nil, []Outage{o}, Promises{}, day(30, 0))); ob.Verdict != Kept {
		t.Errorf("%+v", ob)
	}
}

// The page of a closing time is re-read hourly, and nobody looks there for a recovery date.
func TestStandingNoticesAreNoChannel(t *testing.T) {
	r := recordOf()
	r.Boards = append(r.Boards, BoardSpec{ID: HoursBoard("home", 0), Standing: true, Sites: []BoardSite{{ID: "home"}}})
	o := outageOfHome(2 * time.Hour)
	r.Spans = []BoardSpan{looks(o.Start.Add(-time.Hour), o.End, scanners.BoardOK)}
	if ob := of(t, ClauseAnnouncement, r.Obligations(nil, []Outage{o}, Promises{}, o.End.Add(time.Hour))); ob.Verdict != Broken {
		t.Errorf("%+v", ob)
	}
}

func TestEmergencyWorkOwesNoNotice(t *testing.T) {
	n := tooLate(at22(28))
	n.Revisions[0].Reading.Type = notice.Emergency
	r := recordOf(n)
	if obs := r.Obligations(r.Plans(Promises{}, seoul), nil, Promises{}, day(30, 0)); len(obs) != 0 {
		t.Errorf("it is unplanned downtime, and no breach of the three days: %+v", obs)
	}
}

func TestRestoration(t *testing.T) {
	for length, want := range map[time.Duration]Verdict{time.Hour: Kept, 48 * time.Hour: Kept, 48*time.Hour + time.Minute: Broken} {
		if got := restoration(outageOfHome(length), Promises{}.WithDefaults(), day(30, 0)); got.Verdict != want {
			t.Errorf("%v: %v", length, got.Verdict)
		}
	}
	open := outageOfHome(0)
	if got := restoration(open, Promises{}.WithDefaults(), open.Start.Add(47*time.Hour)); got.Verdict != AtRisk {
		t.Errorf("%+v", got)
	}
	if got := restoration(open, Promises{}.WithDefaults(), open.Start.Add(49*time.Hour)); got.Verdict != Broken {
		t.Errorf("%+v", got)
	}
}

func TestMaintenanceWithoutANoticeIsCaught(t *testing.T) {
	o := outageOfHome(0)
	page := told(PageKey, o.Start, o.Start.Add(time.Minute), time.Time{})
	page.Board = "home/outage-page"
	aside := BoardSpec{ID: "home/outage-page", Kind: "page", OutageOnly: true, Every: time.Minute, Sites: []BoardSite{{ID: "home"}}}
	for typ, want := range map[notice.Type]Verdict{notice.Regular: Broken, notice.Untyped: Unproven} {
		page.Revisions[0].Reading = Reading{notice.Reading{Kind: notice.Maintenance, Type: typ}}
		r := recordOf(page)
		r.Boards = append(r.Boards, aside)
		plans := r.Plans(Promises{}, seoul)
		if subject, ok := r.Unannounced(o, plans); !ok || subject != o.ID {
			t.Errorf("%q: not caught", typ)
		}
		if ob := of(t, ClauseMaintenance, r.Obligations(plans, []Outage{o}, Promises{}, o.Start.Add(time.Hour))); ob.Verdict != want {
			t.Errorf("%q: %+v", typ, ob)
		}
		r.Notices = append(r.Notices, works("1", day(1, 0), day(1, time.Hour), notice.Window{Start: o.Start, End: o.Start.Add(4 * time.Hour)}))
		if _, ok := r.Unannounced(o, r.Plans(Promises{}, seoul)); ok {
			t.Errorf("%q: it was announced", typ)
		}
	}
	r := recordOf()
	r.Statements = []Statement{stated("home", day(1, 0), Statement{Work: &Work{Windows: []notice.Window{{Start: o.Start, End: o.Start.Add(time.Hour)}}}})}
	if subject, ok := r.Unannounced(o, r.Plans(Promises{}, seoul)); !ok || subject != "home/work-"+r.Statements[0].ID {
		t.Error("declared work without a notice")
	}
}

func TestClauseOfAMonth(t *testing.T) {
	p := november()
	ob := func(v Verdict, met, limit time.Time) Obligation {
		return Obligation{Clause: ClauseMaintenance, Verdict: v, Met: met, Limit: limit}
	}
	kept := ob(Kept, day(3, 0), day(5, 0))
	for name, c := range map[string]struct {
		obs      []Obligation
		coverage Ratio
		want     Verdict
	}{
		"nothing to announce, and we looked":      {nil, 99_000, NoOccasion},
		"nothing seen, and we did not look":       {nil, 50_000, Unproven},
		"kept":                                    {[]Obligation{kept}, 99_000, Kept},
		"kept, but we may have missed others":     {[]Obligation{kept}, 50_000, Unproven},
		"one broken breaks it, whatever was seen": {[]Obligation{kept, ob(Broken, day(4, 0), day(3, 0))}, 50_000, Broken},
		"one unproven":                            {[]Obligation{kept, ob(Unproven, day(4, 0), day(3, 0))}, 99_000, Unproven},
		"one still runs":                          {[]Obligation{kept, ob(AtRisk, time.Time{}, day(29, 0))}, 99_000, AtRisk},
		"of another month":                        {[]Obligation{ob(Broken, time.Time{}, day(31, 0))}, 99_000, NoOccasion},
		"met in the month before its limit":       {[]Obligation{ob(Kept, day(0, 0), day(2, 0))}, 99_000, NoOccasion},
	} {
		if got := JudgeClause(ClauseMaintenance, c.obs, p, c.coverage, Promises{}); got.Verdict != c.want {
			t.Errorf("%s: %v", name, got.Verdict)
		}
	}
}

func TestClockTellsEachMarkOnce(t *testing.T) {
	o := outageOfHome(0)
	clocks := recordOf().Clocks(nil, &o, Promises{}, o.Start.Add(time.Hour))
	if len(clocks) != 2 || clocks[0].Kind != ClockAnnouncement || clocks[1].Kind != ClockRestoration {
		t.Fatalf("%+v", clocks)
	}
	var events []Event
	for at := o.Start; at.Before(o.Start.Add(50 * time.Hour)); at = at.Add(7 * time.Minute) {
		events = append(events, ClockEvents(clocks, at.Add(-7*time.Minute), at)...)
	}
	if len(events) != 6 {
		t.Fatalf("%d events: %+v", len(events), events)
	}
	if e := events[0]; e.Count != 50 || !e.At.Equal(o.Start.Add(15*time.Minute)) || e.Clock != ClockAnnouncement {
		t.Errorf("%+v", e)
	}
	if again := ClockEvents(clocks, o.Start, o.Start.Add(50*time.Hour)); len(again) != 6 || !again[0].At.Equal(events[0].At) {
		t.Error("the same clock gives the same events whenever it is asked")
	}
	clocks[0].Met = o.Start.Add(20 * time.Minute)
	if met := ClockEvents(clocks[:1], o.Start, o.Start.Add(time.Hour)); len(met) != 1 {
		t.Errorf("a clock that was met runs no further: %+v", met)
	}
}
