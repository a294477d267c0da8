package compliance

import (
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance/notice"
	"github.com/charterwatch/charterwatch/scanners"
)

func homeBoard() BoardSpec {
	return BoardSpec{ID: "home/board", Kind: "html", Every: 10 * time.Minute, Sites: []BoardSite{{ID: "home", Counts: true, Names: []string{"홈페이지"}}, {ID: "stat", Names: []string{"통계"}}}}
}

// look is a look at a board at the instant, of a second's length, that found the posts.
func look(at time.Time, posts ...scanners.Post) scanners.BoardLook {
	return scanners.BoardLook{Board: "home/board", From: at, To: at.Add(time.Second), Status: scanners.BoardOK, Posts: posts}
}

func postOf(key, title, text string) scanners.Post {
	return scanners.Post{Key: key, Title: title, Text: text, Read: true, URL: "https://home.example/" + key}
}

// walk takes looks in order and returns the book and all events.
func walk(t *testing.T, spec BoardSpec, looks ...scanners.BoardLook) (BoardBook, []Event) {
	t.Helper()
	book, events := BoardBook{}, []Event(nil)
	for _, l := range looks {
		step := book.Step(spec, l, seoul)
		book, events = step.Book, append(events, step.Events...)
	}
	return book, events
}

func kinds(events []Event) (out []EventKind) {
	for _, e := range events {
		out = append(out, e.Kind)
	}
	return out
}

func TestPostingLiesBetweenAbsentAndSeen(t *testing.T) {
	t0 := day(20, 9*time.Hour)
	old := postOf("1", "개편 안내", "화면이 바뀌었습니다.")
	book, _ := walk(t, homeBoard(), look(t0, old), look(t0.Add(10*time.Minute), old), look(t0.Add(20*time.Minute), postOf("2", "점검", ""), old))
	first, second := book.Notices["1"], book.Notices["2"]
	if !first.LastAbsent.IsZero() {
		t.Error("what stood there at the first look may have been posted at any time before")
	}
	if !second.LastAbsent.Equal(t0.Add(10*time.Minute)) || !second.FirstSeen.Equal(t0.Add(20*time.Minute+time.Second)) {
		t.Errorf("posted in (%v, %v]", second.LastAbsent, second.FirstSeen)
	}
}

func TestAbsenceNeedsALookThatCouldHaveSeenIt(t *testing.T) {
	t0 := day(20, 9*time.Hour)
	old := postOf("1", "개편 안내", "")
	failed := scanners.BoardLook{From: t0.Add(20 * time.Minute), To: t0.Add(20 * time.Minute), Status: scanners.BoardErrorPage}
	book, _ := walk(t, homeBoard(), look(t0, old), failed, look(t0.Add(30*time.Minute), postOf("2", "점검", ""), old))
	if got := book.Notices["2"].LastAbsent; !got.Equal(t0) {
		t.Errorf("an error page shows no absence: last seen absent %v", got)
	}
	// A post below all that the earlier look read may just have come into view.
	book, _ = walk(t, homeBoard(), look(t0, old), look(t0.Add(10*time.Minute), old, postOf("0", "옛 공지", "")))
	if got := book.Notices["0"].LastAbsent; !got.IsZero() {
		t.Errorf("the earlier look did not read so far down: %v", got)
	}
	whole := look(t0, old)
	whole.Whole = true
	book, _ = walk(t, homeBoard(), whole, look(t0.Add(10*time.Minute), old, postOf("0", "옛 공지", "")))
	if got := book.Notices["0"].LastAbsent; !got.Equal(t0) {
		t.Errorf("the earlier look read all there was: %v", got)
	}
}

func TestRevisionsAreKeptAndDated(t *testing.T) {
	t0 := day(20, 9*time.Hour)
	a, b := postOf("1", "점검 안내", "11월 28일 22:00 ~ 23:00"), postOf("1", "[연장] 점검 안내", "11월 28일 22:00 ~ 24:00")
	book, events := walk(t, homeBoard(), look(t0, a), look(t0.Add(10*time.Minute), a), look(t0.Add(20*time.Minute), b))
	n := book.Notices["1"]
	if len(n.Revisions) != 2 || n.Revisions[0].Text != a.Text || n.Revisions[1].Text != b.Text {
		t.Fatalf("%+v", n.Revisions)
	}
	if r := n.Revisions[1]; !r.LastAbsent.Equal(t0.Add(10*time.Minute+time.Second)) || !r.FirstSeen.Equal(t0.Add(20*time.Minute+time.Second)) {
		t.Errorf("the second wording appeared in (%v, %v]", r.LastAbsent, r.FirstSeen)
	}
	found := false
	for _, k := range kinds(events) {
		found = found || k == NoticeChanged
	}
	if !found {
		t.Errorf("%v", kinds(events))
	}
}

// A title whose text is read later is the same wording, and no edit.
func TestTextReadLaterIsNoEdit(t *testing.T) {
	t0 := day(20, 9*time.Hour)
	old := postOf("1", "개편 안내", "")
	unread := scanners.Post{Key: "2", Title: "점검 안내"}
	book, events := walk(t, homeBoard(), look(t0, old), look(t0.Add(10*time.Minute), unread, old), look(t0.Add(20*time.Minute), postOf("2", "점검 안내", "11월 28일 22:00 ~ 23:00"), old))
	n := book.Notices["2"]
	last, _ := n.Latest()
	if last.TitleOnly || !last.LastAbsent.Equal(t0) {
		t.Errorf("its text may have stood there since %v: %+v", t0, last)
	}
	for _, k := range kinds(events) {
		if k == NoticeChanged {
			t.Error("nobody edited it")
		}
	}
}

func TestVanishedAndReturned(t *testing.T) {
	t0 := day(20, 9*time.Hour)
	a := postOf("1", "소식", "")
	gone := look(t0.Add(10*time.Minute), postOf("9", "다른 공지", ""))
	gone.Gone = []string{"1"}
	book, events := walk(t, homeBoard(), look(t0, a), gone)
	if n := book.Notices["1"]; !n.Vanished.Equal(gone.To) || !n.LastSeen.Equal(t0.Add(time.Second)) {
		t.Fatalf("%+v", n)
	}
	step := book.Step(homeBoard(), look(t0.Add(20*time.Minute), a), seoul)
	if n := step.Book.Notices["1"]; !n.Vanished.IsZero() || len(n.Revisions) != 1 {
		t.Fatalf("%+v", n)
	}
	if all := append(kinds(events), kinds(step.Events)...); len(all) != 4 || all[2] != NoticeVanished || all[3] != NoticeReturned {
		t.Errorf("%v", all)
	}
	if book.Notices["1"].Vanished.IsZero() {
		t.Error("a step must not change the book that it was given")
	}
}

// An incomplete list hides posts; it does not remove them.
func TestNothingVanishesFromAPartOfAList(t *testing.T) {
	t0 := day(20, 9*time.Hour)
	a, b := postOf("1", "점검", ""), postOf("2", "소식", "")
	part := look(t0.Add(10*time.Minute), b)
	book, _ := walk(t, homeBoard(), look(t0, b, a), part)
	if !book.Notices["1"].Vanished.IsZero() {
		t.Error("only the first page was read")
	}
	first := look(t0, b, a)
	first.Whole, part.Whole = true, true
	book, _ = walk(t, homeBoard(), first, part)
	if book.Notices["1"].Vanished.IsZero() {
		t.Error("the whole list was read, and it was not there")
	}
}

func TestBoardTroubleIsTold(t *testing.T) {
	t0 := day(20, 9*time.Hour)
	bad := func(i int) scanners.BoardLook {
		at := t0.Add(time.Duration(i) * 10 * time.Minute)
		return scanners.BoardLook{From: at, To: at, Status: scanners.BoardLayout}
	}
	book, events := walk(t, homeBoard(), look(t0), bad(1), bad(2), look(t0.Add(30*time.Minute)))
	if got := kinds(events); len(got) != 2 || got[0] != BoardUnreadable || got[1] != BoardReadable {
		t.Errorf("%v", got)
	}
	if len(book.Spans) != 3 || book.Spans[1].Looks != 2 || book.Spans[1].Status != scanners.BoardLayout {
		t.Errorf("%+v", book.Spans)
	}
}

func TestClockSetBackSaysNothing(t *testing.T) {
	t0 := day(20, 9*time.Hour)
	book, _ := walk(t, homeBoard(), look(t0, postOf("1", "점검", "")))
	step := book.Step(homeBoard(), look(t0.Add(-time.Hour), postOf("2", "새 공지", "")), seoul)
	if len(step.Book.Notices) != 1 || len(step.Change.Changed) != 0 {
		t.Error("a look from before the latest one must not date anything")
	}
}

func TestNoticesOfASharedBoard(t *testing.T) {
	spec := homeBoard()
	for text, want := range map[string]string{
		"홈페이지 점검": "home", "통계 시스템 점검": "stat", "시스템 점검": "home",
	} {
		if got := spec.sitesOf(text); len(got) != 1 || got[0] != want {
			t.Errorf("%s speaks of %v", text, got)
		}
	}
	if got := spec.sitesOf("홈페이지와 통계 점검"); len(got) != 2 {
		t.Errorf("it names both, not %v", got)
	}
	if !spec.counts("home") || spec.counts("stat") || spec.counts("other") {
		t.Error("only on its own site does a notice keep the promise")
	}
}

// A page in a site's place changes with every second; only what it announces is a revision.
func TestPageIsRevisedByWhatItAnnounces(t *testing.T) {
	spec := BoardSpec{ID: "home/outage-page", Kind: "page", OutageOnly: true, Every: time.Minute, Sites: []BoardSite{{ID: "home"}}}
	t0 := day(20, 9*time.Hour)
	at := func(i int, text string) scanners.BoardLook {
		return look(t0.Add(time.Duration(i)*time.Minute), postOf(PageKey, "장애", text))
	}
	book, events := walk(t, spec, at(0, "오류 09:00:01"), at(1, "오류 09:01:01"), at(2, "오류 09:02:01"))
	if n := len(book.Notices[PageKey].Revisions); n != 1 {
		t.Errorf("%d revisions", n)
	}
	if got := kinds(events); len(got) != 1 {
		t.Errorf("%v", got)
	}
}

// What a machine-readable source says outright needs no reading.
func TestAnnouncedOverrulesProse(t *testing.T) {
	start, end := day(28, 22*time.Hour), day(29, 2*time.Hour)
	p := postOf("m1", "Database upgrade", "We are upgrading.")
	p.Announced = &scanners.Announced{Kind: "maintenance", State: "planned", Start: start, End: end}
	book, _ := walk(t, homeBoard(), look(day(20, 0), p))
	r, _ := book.Notices["m1"].Latest()
	if r.Reading.Kind != notice.Maintenance || len(r.Reading.Windows) != 1 || !r.Reading.Windows[0].End.Equal(end) || r.Reading.NeedsReview {
		t.Errorf("%+v", r.Reading)
	}
}

func TestFollowedWhileItMatters(t *testing.T) {
	book := BoardBook{Notices: map[string]Notice{"1": {Key: "1", Revisions: []Revision{{Reading: Reading{notice.Reading{
		Kind: notice.Maintenance, Windows: []notice.Window{{Start: day(10, 0), End: day(10, time.Hour)}}}}}}}}}
	for at, want := range map[time.Time]bool{day(1, 0): true, day(12, 0): true, day(20, 0): false} {
		if got := book.Known(at)[0].Follow; got != want {
			t.Errorf("at %v followed: %v", at, got)
		}
	}
	book.Notices["1"].Revisions[0].FirstSeen = day(1, 0)
	book.Notices["1"].Revisions[0].Reading.NeedsReview = true
	for at, want := range map[time.Time]bool{day(20, 0): true, day(40, 0): false} {
		if got := book.Known(at)[0].Follow; got != want {
			t.Errorf("unclear, at %v followed: %v", at, got)
		}
	}
}

// A board that is new to us shows an announcement and its cancellation at once: the one above
// is the newer.
func TestPostsOfOneLookKeepTheirOrder(t *testing.T) {
	start, end := day(28, 22*time.Hour), day(29, 2*time.Hour)
	at := func(key, title, state string) scanners.Post {
		p := postOf(key, title, "")
		p.Claimed, p.DateOnly = day(20, 0), true
		p.Announced = &scanners.Announced{Kind: "maintenance", State: state, Start: start, End: end}
		return p
	}
	for _, keys := range [][2]string{{"1", "2"}, {"2", "1"}} {
		book, _ := walk(t, homeBoard(), look(day(20, 9*time.Hour), at(keys[0], "[취소] 정기점검", "cancelled"), at(keys[1], "정기점검", "planned")))
		r := Record{Site: "home", Boards: []BoardSpec{homeBoard()}}
		for _, n := range book.Notices {
			r.Notices = append(r.Notices, n)
		}
		if p := onePlan(t, r); p.State != notice.Cancelled {
			t.Errorf("the plan is %s", p.State)
		}
	}
}

// Of a recurring event a calendar tells the first occasion; it is no window of its own.
func TestRecurringEventIsNoWindow(t *testing.T) {
	p := postOf("daily", "일일 집계에 따른 서비스 중단", "")
	p.Announced = &scanners.Announced{Kind: "maintenance", State: "planned", Start: day(1, 0), End: day(1, 30*time.Minute)}
	p.Unread = []string{"recurrence"}
	book, _ := walk(t, homeBoard(), look(day(20, 0), p))
	if r, _ := book.Notices["daily"].Latest(); len(r.Reading.Windows) != 0 {
		t.Errorf("%+v", r.Reading)
	}
	p.Unread, p.Announced.Every = nil, "daily"
	book, _ = walk(t, homeBoard(), look(day(20, 0), p))
	r, _ := book.Notices["daily"].Latest()
	if len(r.Reading.Windows) != 0 || len(r.Reading.Rules) != 1 || r.Reading.NeedsReview || r.Reading.Rules[0].To != 30 {
		t.Errorf("%+v", r.Reading)
	}
	if h := (ServiceHours{Close: "00:00-00:30", Days: Daily}); !h.announcedBy(r.Reading.Rules[0]) {
		t.Error("it announces the closing time")
	}
}
