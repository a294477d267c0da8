package dashboard

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/notice"
	"github.com/charterwatch/charterwatch/internal/accounts"
	"github.com/charterwatch/charterwatch/scanners"
)

const noticeID = "alpha/news#0a1b2c"

func newsBoard() compliance.BoardSpec {
	return compliance.BoardSpec{
		ID: "alpha/news", Kind: "html", URL: "https://alpha.example/news", Every: 5 * time.Minute,
		Sites: []compliance.BoardSite{{ID: "alpha", Counts: true}},
	}
}

// posted is a notice of work in a window, first seen at an instant and absent a minute before.
func posted(seen, start, end time.Time, review bool) compliance.Notice {
	r := compliance.Revision{
		N: 1, LastAbsent: seen.Add(-time.Minute), FirstSeen: seen, Title: "홈페이지 정기점검 안내", Text: "점검합니다.", Digest: "d1", Page: "p1",
		Sites: []string{"alpha"}, Rules: notice.Version,
		Reading: compliance.Reading{Reading: notice.Reading{Kind: notice.Maintenance, State: notice.Planned, Type: notice.Regular, Windows: []notice.Window{{Start: start, End: end}}, NeedsReview: review}},
	}
	return compliance.Notice{ID: noticeID, Board: "alpha/news", Key: "1", URL: "https://alpha.example/news/1", LastAbsent: r.LastAbsent, FirstSeen: seen, LastSeen: seen, Revisions: []compliance.Revision{r}}
}

func looksAt(status scanners.BoardStatus, from, to time.Time) compliance.BoardSpan {
	return compliance.BoardSpan{Board: "alpha/news", From: from, To: to, Status: status, Looks: 2}
}

// keep puts a record of alpha into the world.
func (w *world) keep(r compliance.Record) {
	w.mu.Lock()
	defer w.mu.Unlock()
	r.Site, r.Boards = "alpha", []compliance.BoardSpec{newsBoard()}
	w.records = map[string]compliance.Record{"alpha": r}
}

// lookedAtBoard is the change that a look at alpha's board brings about.
func lookedAtBoard() compliance.Change {
	return compliance.Change{Site: "alpha", Boards: []compliance.BoardChange{{State: compliance.BoardState{Board: "alpha/news"}}}}
}

func declared(at, start time.Time) compliance.Statement {
	return compliance.Statement{Site: "alpha", At: at, By: accounts.Actor{ID: "kim"}, Why: "DB 이전", Work: &compliance.Work{Windows: []notice.Window{{Start: start, End: start.Add(2 * time.Hour)}}}}.Sealed()
}

// What an outage is put down to decides its colour: it must follow the notice, the posting
// and the clock.
func TestAnOutageIsPutDownToWhatHoldsNow(t *testing.T) {
	start := noon.Add(-time.Hour)
	in := noon.Add(time.Hour)
	for _, c := range []struct {
		name  string
		n     compliance.Notice
		part  string
		works bool
	}{
		{"in time", posted(start.AddDate(0, 0, -5), start, in, false), "planned", true},
		{"too late", posted(start.Add(-time.Hour), start, in, false), "late", true},
		{"awaits a person", posted(start.AddDate(0, 0, -5), start, in, true), "unsettled", true},
		{"the window is over", posted(start.AddDate(0, 0, -5), start, noon.Add(-time.Minute), false), "overrun", false},
		{"the window is another day's", posted(start.AddDate(0, 0, -5), start.Add(24*time.Hour), in.Add(24*time.Hour), false), "unannounced", false},
	} {
		w := newWorld()
		w.keep(compliance.Record{Notices: []compliance.Notice{c.n}})
		w.snap.Sites["alpha"] = compliance.SiteState{Site: "alpha", Status: compliance.StatusDown, Outage: &compliance.Outage{ID: "alpha@1", Site: "alpha", Start: start}}
		m := newModel(w.sites, w.snap, w, time.UTC, noon.Add(-time.Hour), noon)
		d := m.siteDelta(w.sites[0], noon)
		if d.Outage.Part != c.part {
			t.Errorf("%s: the outage is put down to %s", c.name, d.Outage.Part)
		}
		if (d.Work != nil) != c.works {
			t.Errorf("%s: work now is %+v", c.name, d.Work)
		}
		if d.Work != nil && (d.Work.Part != c.part || d.Work.Title != "홈페이지 정기점검 안내" || d.Work.Start != start.UnixMilli() || d.Work.End != in.UnixMilli()) {
			t.Errorf("%s: %+v", c.name, d.Work)
		}
	}
}

func TestClocksOfASite(t *testing.T) {
	w := newWorld()
	at := noon.Add(5 * 24 * time.Hour)
	w.keep(compliance.Record{Statements: []compliance.Statement{declared(noon.Add(-time.Hour), at), declared(noon.AddDate(0, -2, 0), noon.AddDate(0, -1, 0))}})
	m := newModel(w.sites, w.snap, w, time.UTC, noon, noon)
	got := m.siteDelta(w.sites[0], noon).Clocks
	if len(got) != 1 || got[0].Kind != compliance.ClockPosting || got[0].Verdict != compliance.AtRisk || got[0].Start != noon.Add(-time.Hour).UnixMilli() {
		t.Fatalf("of work in five days, and of some long over: %+v", got)
	}
	if limit := time.UnixMilli(got[0].Limit); !limit.Before(at.Add(-72*time.Hour)) && !limit.Equal(at.Add(-72*time.Hour)) {
		t.Errorf("the limit is %s", limit)
	}
	m.apply(broke("alpha", noon.Add(-10*time.Minute)), newTouched())
	kinds := map[compliance.ClockKind]Clock{}
	for _, c := range m.siteDelta(w.sites[0], noon).Clocks {
		kinds[c.Kind] = c
	}
	if a := kinds[compliance.ClockAnnouncement]; a.Subject != "alpha@1" || a.Limit-a.Start != (30*time.Minute).Milliseconds() || a.Verdict != compliance.AtRisk {
		t.Errorf("%+v", kinds)
	}
	if r := kinds[compliance.ClockRestoration]; r.Limit-r.Start != (48 * time.Hour).Milliseconds() {
		t.Errorf("%+v", kinds)
	}
}

func TestTheTimelineReachesFromYesterdayToTwoWeeksAhead(t *testing.T) {
	day := 24 * time.Hour
	for _, c := range []struct {
		name   string
		start  time.Duration
		review bool
		shown  bool
	}{
		{"ended an hour ago", -3 * time.Hour, false, true},
		{"ended two days ago", -2*day - 2*time.Hour, false, false},
		{"ended two days ago and awaits a person", -2*day - 2*time.Hour, true, true},
		{"ended forty days ago and awaits a person", -40 * day, true, false},
		{"in thirteen days", 13 * day, false, true},
		{"in fifteen days", 15 * day, false, false},
	} {
		w := newWorld()
		at := noon.Add(c.start)
		w.keep(compliance.Record{Notices: []compliance.Notice{posted(at.Add(-10*day), at, at.Add(2*time.Hour), c.review)}})
		m := newModel(w.sites, w.snap, w, time.UTC, noon, noon)
		if got := m.plans(noon); (len(got) == 1) != c.shown {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}

// listen hears a client for a while.
func listen(t *testing.T, c *client, d time.Duration) (out []Message) {
	t.Helper()
	for until := time.Now().Add(d); time.Now().Before(until); {
		time.Sleep(time.Minute)
		settle()
		out = append(out, heard(t, c)...)
	}
	return out
}

func TestDeltasTellOfNoticesBoardsAndTheClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.keep(compliance.Record{})
		w.strips = map[string][]compliance.StripCell{"alpha/front": {{From: time.Now().Add(-23 * time.Hour), Pass: 1}}} // as wide as they get
		h := w.live(t)
		c, first := enter(t, h, "", "")
		if wall := first[1].Wall; wall.Plans == nil || wall.Boards == nil || len(wall.Plans)+len(wall.Boards) != 0 {
			t.Fatalf("%+v", wall)
		}
		now := time.Now().UTC()
		start, end := now.Add(2*time.Hour), now.Add(4*time.Hour)
		w.keep(compliance.Record{Notices: []compliance.Notice{posted(now, start, end, false)}, Spans: []compliance.BoardSpan{looksAt(scanners.BoardOK, now, now)}})
		change := lookedAtBoard()
		change.Events = []compliance.Event{{Kind: compliance.NoticeSeen, Site: "alpha", At: now, SeenAt: now, Subject: noticeID}}
		h.Publish(change)
		settle()
		got := heard(t, c)
		if len(got) != 1 || got[0].Plans == nil || len(*got[0].Plans) != 1 || len(got[0].Sites) != 1 || got[0].Events[0].Title != "홈페이지 정기점검 안내" {
			t.Fatalf("a notice was seen: %+v", got)
		}
		if p := (*got[0].Plans)[0]; p.Windows[0].Verdict != compliance.Broken || p.Windows[0].Why != "late" {
			t.Errorf("two hours ahead is not in time: %+v", p)
		}
		h.Publish(lookedAtBoard())
		settle()
		if got := heard(t, c); len(got) != 1 || got[0].Plans != nil {
			t.Errorf("another look that saw nothing new: %+v", got)
		}

		w.keep(compliance.Record{Notices: []compliance.Notice{posted(now, start, end, false)}, Spans: []compliance.BoardSpan{looksAt(scanners.BoardOK, now, now), looksAt(scanners.BoardLayout, now.Add(time.Minute), now.Add(time.Minute))}})
		h.Publish(lookedAtBoard())
		settle()
		if got := heard(t, c); len(got) != 1 || got[0].Boards == nil || len(*got[0].Boards) != 1 || (*got[0].Boards)[0].Status != scanners.BoardLayout {
			t.Errorf("the board cannot be read: %+v", got)
		}

		var work *WorkNow
		for _, m := range listen(t, c, 2*time.Hour+beatEvery) {
			for _, s := range m.Sites {
				work = s.Work
			}
		}
		if work == nil || work.Part != "late" {
			t.Errorf("nobody is told that the window began: %+v", work)
		}
		h.Publish(broke("alpha", time.Now().UTC()))
		settle()
		for _, m := range heard(t, c) {
			for _, s := range m.Sites {
				if s.Outage.Part != "late" || len(s.Clocks) != 2 {
					t.Errorf("down inside the window: %+v", s)
				}
			}
		}
		last := SiteDelta{}
		for _, m := range listen(t, c, 2*time.Hour+beatEvery) {
			for _, s := range m.Sites {
				last = s
			}
		}
		if last.Outage == nil || last.Outage.Part != "overrun" || last.Work != nil {
			t.Errorf("down past its end: %+v", last)
		}
	})
}

func TestAClockThatRunsOutIsToldWithoutAnyLook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.strips = map[string][]compliance.StripCell{"alpha/front": {{From: time.Now().Add(-23 * time.Hour), Pass: 1}}}
		h := w.live(t)
		c, _ := enter(t, h, "", "")
		h.Publish(broke("alpha", time.Now().UTC()))
		settle()
		verdict := func(ms []Message) (v []compliance.Verdict) {
			for _, m := range ms {
				for _, s := range m.Sites {
					for _, x := range s.Clocks {
						if x.Kind == compliance.ClockAnnouncement {
							v = append(v, x.Verdict)
						}
					}
				}
			}
			return v
		}
		if v := verdict(heard(t, c)); len(v) != 1 || v[0] != compliance.AtRisk {
			t.Fatalf("%v", v)
		}
		if v := verdict(listen(t, c, 29*time.Minute)); len(v) != 0 {
			t.Errorf("nothing changed, and it was told %v", v)
		}
		if v := verdict(listen(t, c, 2*time.Minute)); len(v) != 1 || v[0] != compliance.Unproven {
			t.Errorf("no board was looked at, and the limit passed: %v", v)
		}
	})
}

func TestAStatementReachesTheWallAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.keep(compliance.Record{})
		h := w.live(t)
		c, _ := enter(t, h, "", "")
		s := declared(time.Now().UTC(), time.Now().UTC().Add(5*24*time.Hour))
		w.keep(compliance.Record{Statements: []compliance.Statement{s}})
		h.Publish(compliance.Change{Site: "alpha", Statements: []compliance.Statement{s}})
		settle()
		got := heard(t, c)
		if len(got) != 1 || got[0].Plans == nil || !(*got[0].Plans)[0].Windows[0].Declared || len(got[0].Sites) != 1 || len(got[0].Sites[0].Clocks) != 1 {
			t.Fatalf("%+v", got)
		}
	})
}

func TestAMonthsAccountsSayWhatDowntimeIsPutDownTo(t *testing.T) {
	w := newWorld()
	h := w.hub()
	start := noon.Add(-3 * time.Hour)
	down := compliance.Outage{ID: "alpha@1", Site: "alpha", Start: start, ConfirmedAt: start, End: start.Add(3 * time.Hour)}
	of := down
	of.ID, of.Check = "alpha/front@1", "alpha/front"
	past := compliance.SiteHistory{
		Site: "alpha", Until: noon, Outages: []compliance.Outage{down, of},
		Lives: []compliance.CheckLife{{Check: "alpha/front", Site: "alpha", Critical: true, Vantages: []string{"local"}, Interval: everyMinute, From: noon.AddDate(0, 0, -3)}},
		Record: compliance.Record{
			Site: "alpha", Boards: []compliance.BoardSpec{newsBoard()},
			Notices: []compliance.Notice{posted(start.AddDate(0, 0, -5), start, start.Add(2*time.Hour), false)},
		},
	}
	month := compliance.Month(2026, 11, time.UTC)
	a, _ := h.account(past, month, w.sites[0], noon)
	hour := time.Hour.Milliseconds()
	if a.PlannedMS != 2*hour || a.OverrunMS != hour || a.DownMS != 3*hour || a.AsSeen != nil {
		t.Errorf("%+v", a)
	}
	want := map[compliance.Clause]ClauseVerdict{
		compliance.ClauseMaintenance:  {compliance.ClauseMaintenance, compliance.Unproven, 1, 0, 0, 0}, // the board was hardly looked at
		compliance.ClauseAnnouncement: {compliance.ClauseAnnouncement, compliance.Unproven, 1, 0, 0, 0},
		compliance.ClauseRestoration:  {compliance.ClauseRestoration, compliance.Unproven, 1, 0, 0, 0},
	}
	for _, c := range a.Clauses {
		if c != want[c.Clause] {
			t.Errorf("%+v", c)
		}
	}
	appeal := compliance.Statement{Site: "alpha", At: noon, By: accounts.Actor{ID: "kim"}, Why: "w", Appeal: &compliance.Appeal{Outage: "alpha@1", From: start.Add(2 * time.Hour), Ground: compliance.ProbeBlocked, Evidence: "e"}}.Sealed()
	upheld := compliance.Statement{Site: "alpha", At: noon, By: accounts.Actor{ID: "lee"}, Why: "w", Judgement: &compliance.Judgement{Appeal: appeal.ID, Upheld: true}}.Sealed()
	past.Record.Statements = []compliance.Statement{appeal, upheld}
	b, _ := h.account(past, month, w.sites[0], noon)
	if b.ContestedMS != hour || b.DownMS != 2*hour || b.AsSeen == nil || b.AsSeen.DownMS != a.DownMS || *b.AsSeen.Raw != *a.Raw {
		t.Errorf("%+v, as seen %+v", b, b.AsSeen)
	}
	x := h.outageAccount(past, w.sites[0], down, noon)
	if x.PlannedMS != 2*hour || x.ContestedMS != hour || len(x.Obligations) != 2 || len(x.Announcements) != 1 || x.Announcements[0].ETA != start.Add(2*time.Hour).UnixMilli() {
		t.Errorf("%+v", x)
	}
}

// A board's first look may bring dozens of posts about other things: the feed is short.
func TestTheFeedTellsOfMaintenanceAndOutagesAlone(t *testing.T) {
	for kind, told := range map[notice.Kind]bool{notice.Maintenance: true, notice.Outage: true, notice.Recovery: true, notice.Other: false} {
		w := newWorld()
		n := posted(noon, noon, noon.Add(time.Hour), false)
		n.Revisions[0].Reading.Kind = kind
		w.keep(compliance.Record{Notices: []compliance.Notice{n}})
		m := newModel(w.sites, w.snap, w, time.UTC, noon, noon)
		seen := compliance.Event{Kind: compliance.NoticeSeen, Site: "alpha", At: noon, SeenAt: noon, Subject: noticeID}
		touched := newTouched()
		m.apply(compliance.Change{Site: "alpha", Events: []compliance.Event{seen}}, touched)
		if (len(touched.events) == 1) != told {
			t.Errorf("of a notice of %s the feed tells %+v", kind, touched.events)
		}
		seen.Subject = "alpha/news#gone"
		if !m.worthTelling(seen) {
			t.Error("what is not remembered is not told")
		}
	}
}

// The page in an outage's place is expected to be away.
func TestBoardsInTrouble(t *testing.T) {
	outage, shared := newsBoard(), newsBoard()
	outage.ID, outage.OutageOnly = "alpha/outage", true
	shared.ID, shared.Sites = "beta/news", []compliance.BoardSite{{ID: "beta"}, {ID: "alpha"}}
	r := compliance.Record{Site: "alpha", Boards: []compliance.BoardSpec{newsBoard(), outage, shared}}
	for _, b := range r.Boards {
		ok, bad := looksAt(scanners.BoardOK, noon, noon.Add(time.Hour)), looksAt(scanners.BoardRefused, noon.Add(2*time.Hour), noon.Add(3*time.Hour))
		ok.Board, bad.Board = b.ID, b.ID
		again := bad
		again.From, again.To, again.Detail = noon.Add(4*time.Hour), noon.Add(5*time.Hour), "503"
		r.Spans = append(r.Spans, ok, bad, again)
	}
	if got := troubled(r, true); len(got) != 0 {
		t.Errorf("while its site is down: %+v", got)
	}
	got := troubled(r, false)
	if len(got) != 1 || got[0].ID != "alpha/news" {
		t.Fatalf("%+v", got)
	}
	if b := got[0]; b.Since != noon.Add(2*time.Hour).UnixMilli() || b.LastOK != noon.Add(time.Hour).UnixMilli() || b.SeenAt != noon.Add(5*time.Hour).UnixMilli() || b.Detail != "503" {
		t.Errorf("%+v", b)
	}
}

func TestAClosingTimeThatIsNotAnnouncedIsNone(t *testing.T) {
	w := newWorld()
	w.sites[0].ServiceHours = []compliance.ServiceHours{{Close: "11:30-12:30", Days: 127}}
	spec := compliance.BoardSpec{ID: compliance.HoursBoard("alpha", 0), Kind: "page", Sites: []compliance.BoardSite{{ID: "alpha"}}}
	n := posted(noon.Add(-time.Hour), noon, noon, false)
	n.ID, n.Board = spec.ID+"#1", spec.ID
	n.Revisions[0].Reading = compliance.Reading{Reading: notice.Reading{Kind: notice.Maintenance}}
	closed := func(rules ...notice.Rule) bool {
		n.Revisions[0].Reading.Rules = rules
		w.keep(compliance.Record{Notices: []compliance.Notice{n}})
		r := w.records["alpha"]
		r.Boards = append(r.Boards, spec)
		w.records["alpha"] = r
		return newModel(w.sites, w.snap, w, time.UTC, noon, noon).siteDelta(w.sites[0], noon).ClosedNow
	}
	if !closed(notice.Rule{Freq: "daily", From: 11*60 + 30, To: 12*60 + 30}) {
		t.Error("a closing time that its notice announces does not count")
	}
	if closed() {
		t.Error("a closing time that its notice does not announce counts")
	}
	w.records = nil
	if m := newModel(w.sites, w.snap, w, time.UTC, noon, noon); !m.siteDelta(w.sites[0], noon).ClosedNow {
		t.Error("a closing time whose notice nobody has read yet does not count")
	}
}
