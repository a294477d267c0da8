package charter

import (
	"slices"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/notice"
	"github.com/charterwatch/charterwatch/internal/accounts"
	"github.com/charterwatch/charterwatch/probes"
)

// post is a notice on the home page's board with one wording.
func (e *Evidence) post(key string, absent, seen time.Time, r notice.Reading) string {
	id := "home/board#" + key
	rec := &e.Sites[0].History.Record
	rec.Notices = append(rec.Notices, compliance.Notice{ID: id, Board: "home/board", Key: key, LastAbsent: absent, FirstSeen: seen, LastSeen: e.AsOf,
		Revisions: []compliance.Revision{{N: 1, LastAbsent: absent, FirstSeen: seen, Title: key, Sites: []string{"home"}, Reading: compliance.Reading{Reading: r}}}})
	return id
}

// work is a notice of regular maintenance.
func work(from, to time.Time) notice.Reading {
	return notice.Reading{Kind: notice.Maintenance, State: notice.Planned, Type: notice.Regular, Windows: []notice.Window{{Start: from, End: to}}}
}

func hasRef(o Outcome, kind, id string) bool { return slices.Contains(o.Used, Ref{kind, id}) }

func TestAnnouncedWork(t *testing.T) {
	start := at(t, 20, 22*time.Hour)
	byCalendar := at(t, 17, 0) // D-4 ends
	announced := func(absent, seen time.Time) func(*Evidence) {
		return func(e *Evidence) { e.post("w", absent, seen, work(start, start.Add(2*time.Hour))) }
	}
	for name, c := range map[string]struct {
		set  func(*Evidence)
		want want
	}{
		"none":                 {func(*Evidence) {}, want{none, none, none, "work_none"}},
		"in time":              {announced(byCalendar.Add(-2*minute), byCalendar.Add(-minute)), want{kept, kept, kept, "work_in_time"}},
		"late":                 {announced(byCalendar.Add(minute), byCalendar.Add(2*minute)), want{broken, broken, broken, "work_late"}},
		"straddles the limit":  {announced(byCalendar.Add(-minute), byCalendar.Add(minute)), want{unproven, kept, broken, "work_unclear"}},
		"not posted, not over": {func(e *Evidence) { e.AsOf = at(t, 5, 0); e.declare(start) }, want{atRisk, kept, broken, "work_pending"}},
		"not posted":           {func(e *Evidence) { e.declare(start) }, want{broken, broken, broken, "work_late"}},
		"board unread":         {func(e *Evidence) { e.Sites[0].History.Record.Spans = nil }, want{unproven, none, broken, "boards_unread"}},
		"no board":             {func(e *Evidence) { e.Sites[0].History.Record = compliance.Record{} }, want{unproven, none, broken, "no_board"}},
		"late with the board unread": {func(e *Evidence) {
			announced(byCalendar.Add(minute), byCalendar.Add(2*minute))(e)
			e.Sites[0].History.Record.Spans = nil
		}, want{broken, broken, broken, "work_late"}},
		"of the next month": {func(e *Evidence) { // its limit passes in November, its window is December's
			begin := at(t, 32, 2*time.Hour)
			e.post("w", at(t, 30, 0), at(t, 30, minute), work(begin, begin.Add(time.Hour)))
		}, want{broken, broken, broken, "work_late"}},
		"met in October": {func(e *Evidence) {
			e.post("w", at(t, 0, 0), at(t, 0, minute), work(start, start.Add(time.Hour)))
		}, want{none, none, none, "work_none"}},
	} {
		t.Run(name, func(t *testing.T) {
			e := november(t)
			c.set(&e)
			got := judged(t, e, "maintenance-notice", Requirement{Method: AnnouncedWork, Basis: ByNotice})
			c.want.check(t, got)
			if got.Requires[0].all() > 0 && len(e.Sites[0].History.Record.Notices) > 0 && !hasRef(got.Requires[0], "notice", "home/board#w/r1") {
				t.Errorf("the notice is not among what was used: %v", got.Requires[0].Used)
			}
		})
	}
}

// declare declares regular work of two hours.
func (e *Evidence) declare(start time.Time) {
	rec := &e.Sites[0].History.Record
	rec.Statements = append(rec.Statements, compliance.Statement{
		Site: "home", At: start.AddDate(0, 0, -20), By: accounts.Actor{ID: "user/kim"}, Why: "work",
		Work: &compliance.Work{Type: notice.Regular, Windows: []notice.Window{{Start: start, End: start.Add(2 * time.Hour)}}},
	}.Sealed())
}

func TestAnnouncedRecovery(t *testing.T) {
	start := at(t, 12, 12*time.Hour)
	eta := notice.Reading{Kind: notice.Outage, State: notice.Planned, ETA: start.Add(3 * time.Hour)}
	for name, c := range map[string]struct {
		set  func(*Evidence)
		want want
	}{
		"no outage":       {func(*Evidence) {}, want{none, none, none, "recovery_none"}},
		"a short outage":  {func(e *Evidence) { e.down(start, start.Add(10*minute)) }, want{none, none, none, "recovery_none"}},
		"a minute longer": {func(e *Evidence) { e.down(start, start.Add(11*minute)) }, want{broken, broken, broken, "recovery_late"}},
		"not announced":   {func(e *Evidence) { e.down(start, start.Add(2*time.Hour)) }, want{broken, broken, broken, "recovery_late"}},
		"announced in time": {func(e *Evidence) {
			e.down(start, start.Add(2*time.Hour))
			e.post("r", start.Add(20*minute), start.Add(30*minute), eta)
		}, want{kept, kept, kept, "recovery_in_time"}},
		"announced late": {func(e *Evidence) {
			e.down(start, start.Add(2*time.Hour))
			e.post("r", start.Add(31*minute), start.Add(32*minute), eta)
		}, want{broken, broken, broken, "recovery_late"}},
		"straddles": {func(e *Evidence) {
			e.down(start, start.Add(2*time.Hour))
			e.post("r", start.Add(20*minute), start.Add(32*minute), eta)
		}, want{unproven, kept, broken, "recovery_unclear"}},
		"the monitor went blind": {func(e *Evidence) {
			e.down(start, start.Add(2*time.Hour))
			e.off(start.Add(5*minute), start.Add(2*time.Hour))
		}, want{unproven, kept, broken, "recovery_unclear"}},
		"blind after eleven minutes": {func(e *Evidence) {
			e.down(start, start.Add(2*time.Hour))
			e.off(start.Add(11*minute), start.Add(2*time.Hour))
		},
			want{broken, broken, broken, "recovery_late"}},
		"blind after ten minutes": {func(e *Evidence) {
			e.down(start, start.Add(2*time.Hour))
			e.off(start.Add(10*minute), start.Add(2*time.Hour))
		}, want{unproven, kept, broken, "recovery_unclear"}},
		"five days blind, no outage": {func(e *Evidence) { e.off(at(t, 10, 0), at(t, 15, 0)) }, want{unproven, none, broken, "coverage_low"}},
		"of the month before, due in it": {func(e *Evidence) { e.down(at(t, 0, 23*time.Hour+45*minute), at(t, 1, 2*time.Hour)) },
			want{broken, broken, broken, "recovery_late"}},
		"of this month, due in the next": {func(e *Evidence) { e.down(at(t, 30, 23*time.Hour+45*minute), at(t, 31, 2*time.Hour)) },
			want{none, none, none, "recovery_none"}},
	} {
		t.Run(name, func(t *testing.T) {
			e := november(t)
			c.set(&e)
			c.want.check(t, judged(t, e, "recovery-announcement", Requirement{Method: AnnouncedRecovery, Basis: ByNotice}))
		})
	}
}

func TestRestoredInTime(t *testing.T) {
	start := at(t, 12, 12*time.Hour)
	const limit = 48 * time.Hour
	for name, c := range map[string]struct {
		set  func(*Evidence)
		want want
	}{
		"no outage":     {func(*Evidence) {}, want{none, none, none, "restoration_none"}},
		"at the limit":  {func(e *Evidence) { e.down(start, start.Add(limit)) }, want{kept, kept, kept, "restoration_in_time"}},
		"a minute late": {func(e *Evidence) { e.down(start, start.Add(limit+minute)) }, want{broken, broken, broken, "restoration_late"}},
		"blind for its rest": {func(e *Evidence) {
			e.down(start, start.Add(60*time.Hour))
			e.off(start.Add(40*time.Hour), start.Add(60*time.Hour))
		}, want{unproven, kept, broken, "restoration_unclear"}},
		"blind, but for too long": {func(e *Evidence) {
			e.down(start, start.Add(60*time.Hour))
			e.off(start.Add(50*time.Hour), start.Add(60*time.Hour))
		},
			want{broken, broken, broken, "restoration_late"}},
		"blind for half an hour in it": {func(e *Evidence) {
			e.down(start, start.Add(60*time.Hour))
			e.off(start.Add(20*time.Hour), start.Add(20*time.Hour+30*minute))
		},
			want{unproven, kept, broken, "restoration_unclear"}},
		"blind for less": {func(e *Evidence) {
			e.down(start, start.Add(60*time.Hour))
			e.off(start.Add(20*time.Hour), start.Add(20*time.Hour+29*minute))
		},
			want{broken, broken, broken, "restoration_late"}},
		"blind from the limit on": {func(e *Evidence) {
			e.down(start, start.Add(60*time.Hour))
			e.off(start.Add(limit), start.Add(60*time.Hour))
		}, want{unproven, kept, broken, "restoration_unclear"}},
		"blind for twenty minutes before it ended": {func(e *Evidence) {
			e.down(start, start.Add(limit+10*minute))
			e.off(start.Add(limit-10*minute), start.Add(limit+10*minute))
		}, want{unproven, kept, broken, "restoration_unclear"}},
		"still down": {func(e *Evidence) { e.down(start, time.Time{}) }, want{broken, broken, broken, "restoration_late"}},
		"still down, not due": {func(e *Evidence) {
			e.down(start, time.Time{})
			e.AsOf = start.Add(time.Hour)
			e.Sites[0].History.Until = e.AsOf
		}, want{atRisk, kept, broken, "restoration_pending"}},
		"begun in October, due in November":  {func(e *Evidence) { e.down(at(t, 0, 0), at(t, 3, 0)) }, want{broken, broken, broken, "restoration_late"}},
		"begun in October, met in November":  {func(e *Evidence) { e.down(at(t, 0, 0), at(t, 1, 0)) }, want{kept, kept, kept, "restoration_in_time"}},
		"begun in October, met in October":   {func(e *Evidence) { e.down(at(t, 0, 0), at(t, 0, 23*time.Hour)) }, want{none, none, none, "restoration_none"}},
		"begun in November, due in December": {func(e *Evidence) { e.down(at(t, 30, 0), at(t, 33, 0)) }, want{none, none, none, "restoration_none"}},
		"an upheld appeal": {func(e *Evidence) {
			id := e.down(start, start.Add(60*time.Hour))
			e.appeal(id, true)
		}, want{unproven, kept, broken, "restoration_unclear"}},
		"a dismissed appeal": {func(e *Evidence) {
			id := e.down(start, start.Add(60*time.Hour))
			e.appeal(id, false)
		}, want{broken, broken, broken, "restoration_late"}},
	} {
		t.Run(name, func(t *testing.T) {
			e := november(t)
			c.set(&e)
			c.want.check(t, judged(t, e, "recovery-time", Requirement{Method: RestoredInTime, Basis: ByProbe}))
		})
	}
}

// appeal contests an outage, and decides that.
func (e *Evidence) appeal(outage string, upheld bool) {
	rec := &e.Sites[0].History.Record
	a := compliance.Statement{Site: "home", At: e.Period.From.AddDate(0, 0, 20), By: accounts.Actor{ID: "user/kim"}, Why: "blocked",
		Appeal: &compliance.Appeal{Outage: outage, Ground: compliance.ProbeBlocked, Evidence: "log"}}.Sealed()
	rec.Statements = append(rec.Statements, a, compliance.Statement{Site: "home", At: a.At.Add(time.Hour), By: accounts.Actor{ID: "user/lee"}, Why: "shown",
		Judgement: &compliance.Judgement{Appeal: a.ID, Upheld: upheld}}.Sealed())
}

func TestRefsNameTheirEvidence(t *testing.T) {
	e := november(t)
	start := at(t, 12, 12*time.Hour)
	id := e.down(start, start.Add(2*time.Hour))
	e.post("r", start.Add(10*minute), start.Add(20*minute), notice.Reading{Kind: notice.Outage, State: notice.Planned, ETA: start.Add(3 * time.Hour)})
	e.appeal(id, false)
	got := judged(t, e, "x", Requirement{Method: AnnouncedRecovery}, Requirement{Method: RestoredInTime}, Requirement{Method: ServedDays})
	appeal := e.Sites[0].History.Record.Statements[0].ID
	for i, o := range got.Requires {
		if !hasRef(o, "outage", id) || !hasRef(o, "statement", appeal) || !hasRef(o, "hours", "home 2026-10-31T15/2026-11-30T15") {
			t.Errorf("%s: %v", o.Method, o.Used)
		}
		if hasRef(o, "notice", "home/board#r/r1") != (i == 0) {
			t.Errorf("%s: %v", o.Method, o.Used)
		}
	}
}

func TestBlindStretchesAreTold(t *testing.T) {
	e := november(t)
	e.off(at(t, 3, 0), at(t, 3, 10*minute))
	e.off(at(t, 4, 0), at(t, 4, 11*minute))
	e.Sites[0].History.Gaps[0].Reason = probes.Missed
	m, err := clauseOf("x", Requirement{Method: NotObserved}).Judge(e)
	if err != nil {
		t.Fatal(err)
	}
	want := []compliance.Period{{From: at(t, 4, 0), To: at(t, 4, 11*minute)}}
	if len(m.Self.Blind) != 1 || !m.Self.Blind[0].From.Equal(want[0].From) || !m.Self.Blind[0].To.Equal(want[0].To) {
		t.Errorf("%v", m.Self.Blind)
	}
	// A second check that sees ends the blindness.
	h := &e.Sites[0].History
	second := h.Lives[0]
	second.Check, second.Critical = "home/other", false
	h.Lives = append(h.Lives, second)
	if m, err = clauseOf("x", Requirement{Method: NotObserved}).Judge(e); err != nil || len(m.Self.Blind) != 0 {
		t.Errorf("%v %v", m.Self.Blind, err)
	}
}

// TestWhatBecameKnownLaterDoesNotCount: judged again as of then, a month comes to the same.
func TestWhatBecameKnownLaterDoesNotCount(t *testing.T) {
	c := clauseOf("x", Requirement{Method: RestoredInTime}, Requirement{Method: AnnouncedRecovery}, Requirement{Method: ServedDays}, Requirement{Method: AnnouncedWork}, Requirement{Method: InDate})
	start := at(t, 29, 12*time.Hour)
	e := november(t)
	e.down(start, time.Time{})
	then, err := c.Judge(e)
	if err != nil {
		t.Fatal(err)
	}
	later := november(t)
	id := later.down(start, e.AsOf.Add(time.Hour))
	later.down(e.AsOf.Add(2*time.Hour), e.AsOf.Add(3*time.Hour))
	later.Sites[0].History.Until = e.AsOf.Add(48 * time.Hour)
	later.post("r", e.AsOf, e.AsOf.Add(minute), notice.Reading{Kind: notice.Outage, State: notice.Planned, ETA: start.Add(80 * time.Hour)})
	later.appeal(id, true)
	later.attest(date(time.October, 1), date(time.December, 31))
	for _, list := range [][]compliance.Statement{later.Sites[0].History.Record.Statements, later.Attestations} {
		for i := range list {
			list[i].At = e.AsOf.Add(time.Hour)
		}
	}
	now, err := c.Judge(later)
	if err != nil {
		t.Fatal(err)
	}
	if x, y := marshal(t, then), marshal(t, now); x != y {
		t.Errorf("as it was known then\n%s\nlater\n%s", x, y)
	}
}
