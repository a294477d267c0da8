package monitor

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/notice"
	"github.com/charterwatch/charterwatch/internal/accounts"
	"github.com/charterwatch/charterwatch/probes"
	"github.com/charterwatch/charterwatch/scanners"
)

// pinboard is a board that shows what the test pins to it.
type pinboard struct {
	mu     sync.Mutex
	status scanners.BoardStatus
	posts  []scanners.Post
	looks  []time.Time
	known  []scanners.Known
}

func (p *pinboard) pin(posts ...scanners.Post) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.posts = append(posts, p.posts...)
}

func (p *pinboard) Look(_ context.Context, known []scanners.Known) scanners.BoardLook {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	p.looks, p.known = append(p.looks, now), known
	status := p.status
	if status == "" {
		status = scanners.BoardOK
	}
	return scanners.BoardLook{From: now, To: now.Add(time.Millisecond), Status: status, Posts: p.posts, Whole: true}
}

func (p *pinboard) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.looks)
}

// announcement is a post that says outright when there will be maintenance.
func announcement(key string, start, end time.Time) scanners.Post {
	return scanners.Post{Key: key, Title: "정기점검 안내", Read: true, Announced: &scanners.Announced{Kind: "maintenance", State: "planned", Start: start, End: end}}
}

// with gives the first site of a plan a board that is looked at every ten minutes.
func with(b scanners.Board, p Plan) Plan {
	spec := compliance.BoardSpec{ID: "site-000/board", Kind: "html", Every: 10 * time.Minute, Sites: []compliance.BoardSite{{ID: "site-000", Counts: true}}}
	p.Sites[0].Boards = []compliance.BoardSpec{spec}
	p.Boards = []BoardWatch{{Spec: spec, Board: b, Fingerprint: "1"}}
	return p
}

func (m *memory) kinds(k compliance.EventKind) (out []compliance.Event) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, e := range m.events {
		if e.Kind == k {
			out = append(out, e)
		}
	}
	return out
}

func TestBoardIsLookedAtAtItsPaceAndMoreOftenInAnOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, p, board := newMemory(), &switchable{}, &pinboard{}
		_, stop := begin(t, Config{Plan: with(board, planOf(1, func(int) probes.Probe { return p })), Store: store})
		time.Sleep(time.Hour)
		if n := board.count(); n < 6 || n > 8 {
			t.Errorf("%d looks in an hour at ten minutes", n)
		}
		p.reason.Store(int32(probes.Status))
		time.Sleep(5 * time.Minute)
		before := board.count()
		time.Sleep(10 * time.Minute)
		if n := board.count() - before; n < 9 || n > 11 {
			t.Errorf("%d looks in ten minutes of an outage", n)
		}
		p.reason.Store(int32(probes.OK))
		time.Sleep(10 * time.Minute)
		before = board.count()
		time.Sleep(time.Hour)
		if n := board.count() - before; n < 5 || n > 7 {
			t.Errorf("%d looks in an hour after it", n)
		}
		if err := stop(); err != nil {
			t.Fatal(err)
		}
	})
}

func TestPageInItsPlaceIsReadWhileTheSiteIsDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, p, page := newMemory(), &switchable{}, &pinboard{}
		plan := with(page, planOf(1, func(int) probes.Probe { return p }))
		plan.Boards[0].Spec.OutageOnly, plan.Boards[0].Spec.Every = true, time.Minute
		_, stop := begin(t, Config{Plan: plan, Store: store})
		time.Sleep(30 * time.Minute)
		if n := page.count(); n != 0 {
			t.Errorf("%d looks while the site was up", n)
		}
		p.reason.Store(int32(probes.Status))
		time.Sleep(2 * time.Minute)
		if n := page.count(); n < 1 {
			t.Error("nobody looked although it is down")
		}
		if err := stop(); err != nil {
			t.Fatal(err)
		}
	})
}

func TestNoticeTakesTheRoadOfResults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, board := newMemory(), &pinboard{}
		plan := with(board, planOf(1, func(int) probes.Probe { return &switchable{} }))
		plan.Zone = time.FixedZone("KST", 9*3600)
		e, stop := begin(t, Config{Plan: plan, Store: store})
		time.Sleep(time.Minute)
		store.setFail(errors.New("disk full"))
		start := time.Now().Add(10 * 24 * time.Hour)
		board.pin(announcement("1", start, start.Add(time.Hour)))
		time.Sleep(15 * time.Minute)
		if r := e.Record("site-000"); len(r.Notices) != 0 {
			t.Error("a notice counts only once it is durable")
		}
		store.setFail(nil)
		time.Sleep(time.Minute)
		r := e.Record("site-000")
		plans := r.Plans(plan.Promises, plan.Zone)
		if len(plans) != 1 || plans[0].Windows[0].Lead.Verdict != compliance.Kept {
			t.Fatalf("%+v", plans)
		}
		n := r.Notices[0]
		if n.FirstSeen.Sub(n.LastAbsent) > 11*time.Minute {
			t.Errorf("seen in (%v, %v]: the look that found it counts, not its commit", n.LastAbsent, n.FirstSeen)
		}
		if len(store.kinds(compliance.NoticeSeen)) != 1 {
			t.Error("the event was not stored once")
		}
		time.Sleep(11 * time.Minute)
		board.mu.Lock()
		if k := board.known; len(k) != 1 || !k[0].Follow || k[0].Digest == "" {
			t.Errorf("the watcher is told: %+v", k)
		}
		board.mu.Unlock()
		if err := stop(); err != nil {
			t.Fatal(err)
		}
	})
}

func TestClocksOfAnOutageAreToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, p, board := newMemory(), &switchable{}, &pinboard{}
		cfg := Config{Plan: with(board, planOf(1, func(int) probes.Probe { return p })), Store: store}
		_, stop := begin(t, cfg)
		time.Sleep(5 * time.Minute)
		p.reason.Store(int32(probes.Status))
		time.Sleep(40 * time.Minute)
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		ran := store.kinds(compliance.ClockRan)
		if len(ran) != 3 || ran[0].Count != 50 || ran[2].Count != 100 || ran[2].Clock != compliance.ClockAnnouncement {
			t.Fatalf("%+v", ran)
		}
		if got, want := ran[2].At, store.siteOutages()[0].Start.Add(30*time.Minute); !got.Equal(want) {
			t.Errorf("told of %v, want %v", got, want)
		}
		time.Sleep(24 * time.Hour) // the monitor is off while a mark passes
		_, stop = begin(t, cfg)
		time.Sleep(time.Minute)
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		if ran = store.kinds(compliance.ClockRan); len(ran) != 4 || ran[3].Clock != compliance.ClockRestoration || ran[3].Count != 50 {
			t.Errorf("after a restart: %+v", ran[3:])
		}
	})
}

func TestWorkWithoutANoticeIsCaughtWhenItBegins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, p, board := newMemory(), &switchable{}, &pinboard{}
		e, stop := begin(t, Config{Plan: with(board, planOf(1, func(int) probes.Probe { return p })), Store: store})
		time.Sleep(time.Minute)
		from := time.Now().Add(10 * time.Minute)
		if _, err := e.State(t.Context(), work(from, from.Add(time.Hour)), nil); err != nil {
			t.Fatal(err)
		}
		time.Sleep(11 * time.Minute)
		p.reason.Store(int32(probes.Status))
		time.Sleep(2 * time.Minute)
		if got := store.kinds(compliance.WorkUnannounced); len(got) != 1 || !got[0].At.Equal(store.siteOutages()[0].Start) {
			t.Errorf("%+v", got)
		}
		if err := stop(); err != nil {
			t.Fatal(err)
		}
	})
}

func TestClosingTimeThatIsNoLongerAnnouncedIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, page := newMemory(), &pinboard{}
		plan := with(page, planOf(1, func(int) probes.Probe { return &switchable{} }))
		plan.Boards[0].Spec.ID = compliance.HoursBoard("site-000", 0)
		plan.Sites[0].ServiceHours = []compliance.ServiceHours{{Close: "00:00-00:30", Days: compliance.Daily}}
		text := func(s string) scanners.Post {
			return scanners.Post{Key: compliance.PageKey, Title: "이용 시간 안내", Text: s, Read: true}
		}
		page.posts = []scanners.Post{text("매일 00:00 ~ 00:30 일일 집계를 위하여 서비스가 중단됩니다.")}
		_, stop := begin(t, Config{Plan: plan, Store: store})
		told := func() (out []compliance.EventKind) {
			for _, k := range []compliance.EventKind{compliance.HoursDenied, compliance.HoursAnnounced} {
				for range store.kinds(k) {
					out = append(out, k)
				}
			}
			return out
		}
		for i, text := range []scanners.Post{page.posts[0], text("24시간 이용하실 수 있습니다."), page.posts[0]} {
			page.mu.Lock()
			page.posts = []scanners.Post{text}
			page.mu.Unlock()
			time.Sleep(25 * time.Minute)
			if got := told(); len(got) != i {
				t.Errorf("after wording %d: %v", i, got)
			}
		}
		if err := stop(); err != nil {
			t.Fatal(err)
		}
	})
}

func work(from, to time.Time) compliance.Statement {
	return compliance.Statement{
		Site: "site-000", By: accounts.Actor{ID: "u1", Kind: accounts.KindUser, Role: accounts.RoleOperator}, Why: "new disks",
		Work: &compliance.Work{Windows: []notice.Window{{Start: from, End: to}}},
	}
}

func TestStatementIsOnRecordWhenItIsAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, board := newMemory(), &pinboard{}
		e, stop := begin(t, Config{Plan: with(board, planOf(1, func(int) probes.Probe { return &switchable{} })), Store: store})
		time.Sleep(time.Minute)
		s, err := e.State(t.Context(), work(time.Now(), time.Now().Add(time.Hour)), nil)
		if err != nil || s.ID == "" || len(store.kinds(compliance.PersonStated)) != 1 {
			t.Fatalf("%+v %v", s, err)
		}
		if r := e.Record("site-000"); len(r.Statements) != 1 || r.Statements[0].ID != s.ID {
			t.Errorf("%+v", r.Statements)
		}
		var refusal *compliance.Refusal
		bad := work(time.Now(), time.Now())
		if _, err := e.State(t.Context(), bad, nil); !errors.As(err, &refusal) || refusal.Rule != "bad_window" {
			t.Errorf("%v", err)
		}
		store.setFail(errors.New("disk full"))
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		if _, err := e.State(ctx, work(time.Now(), time.Now().Add(2*time.Hour)), nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("nothing was stored, and the answer is %v", err)
		}
		store.setFail(nil)
		if err := stop(); err != nil {
			t.Fatal(err)
		}
	})
}

// An unreachable board says nothing about the board while the monitor cannot see out.
func TestBoardBehindADeadUplink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, canary, board := newMemory(), &switchable{}, &pinboard{status: scanners.BoardUnreachable}
		canary.reason.Store(int32(probes.ConnectTimeout))
		e, stop := begin(t, Config{Plan: behind(canary, with(board, planOf(1, func(int) probes.Probe { return &switchable{} }))), Store: store})
		time.Sleep(time.Minute)
		if s := e.Record("site-000").Spans; len(s) != 1 || s[0].Status != scanners.BoardUplinkDown {
			t.Errorf("%+v", s)
		}
		if err := stop(); err != nil {
			t.Fatal(err)
		}
	})
}
