package notices

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/scanners"
)

// Whatever a board answers, only a list that was read in full establishes that a post is not
// there.
func TestStatuses(t *testing.T) {
	big := strings.Repeat("<p>"+strings.Repeat("가나다라 ", 100)+"</p>\n", 1+(5<<20)/1600)
	ten := list(10, row)
	script := "<script>" + strings.Repeat("var a=1;", 5000) + "</script>"
	cases := []struct {
		name string
		kind Kind
		h    http.HandlerFunc
		want scanners.BoardStatus
	}{
		{"a list", HTML, answer(200, "text/html", ten), scanners.BoardOK},
		{"an empty list", HTML, answer(200, "text/html", `<table class="board"><tr><th>제목</th></tr><tr><td colspan="3">등록된 게시물이 없습니다.</td></tr></table>`), scanners.BoardOK},
		{"no list", HTML, answer(200, "text/html", `<h1>협회 소개</h1><p>`+strings.Repeat("설립 목적과 주요 업무를 안내합니다. ", 60)+`</p>`), scanners.BoardLayout},
		{"a list without links", HTML, answer(200, "text/html", `<table class="board"><tr><td>1</td><td>공지</td><td>2026-11-01</td></tr></table>`), scanners.BoardLayout},
		{"a list of which most has no links", HTML, answer(200, "text/html", list(5, func(i int) string {
			if i == 1 {
				return row(i)
			}
			return fmt.Sprintf(`<tr><td>%d</td><td><a>공지 %d</a></td><td>2026-11-01</td></tr>`, i, i)
		})), scanners.BoardLayout},
		{"a list without dates and links", HTML, answer(200, "text/html", `<table class="board"><tr><th>제목</th></tr></table><p>알림</p>`), scanners.BoardLayout},
		{"nothing", HTML, answer(200, "text/html", ``), scanners.BoardLayout},
		{"no content", HTML, answer(204, "text/html", ``), scanners.BoardLayout},
		{"a script", HTML, answer(200, "text/html", `<div id="app"></div>`+script), scanners.BoardLayout},
		{"an error page", HTML, answer(200, "text/html", `<h1>서비스 장애 안내</h1><p>일시적인 장애로 서비스를 이용하실 수 없습니다.</p>`), scanners.BoardErrorPage},
		{"an error page 2", HTML, answer(200, "text/html", `<h1>오류가 발생하였습니다</h1>`), scanners.BoardErrorPage},
		{"an error page 3", HTML, answer(200, "text/html", `<title>Not Found</title><p>The page was not found</p>`), scanners.BoardErrorPage},
		{"an error page 4", HTML, answer(200, "text/html", `시스템 점검중 입니다. 잠시 후 다시 이용해 주십시오.`), scanners.BoardErrorPage},
		{"an error in an alert", HTML, answer(200, "text/html", `<script>alert('오류가 발생했습니다.');history.back();</script>`), scanners.BoardErrorPage},
		{"a firewall", HTML, answer(200, "text/html", `<p>The requested URL was rejected. Please consult with your administrator.</p>`), scanners.BoardRefused},
		{"403", HTML, answer(403, "text/html", ten), scanners.BoardRefused},
		{"404", HTML, answer(404, "text/html", ten), scanners.BoardRefused},
		{"500", HTML, answer(500, "text/html", ten), scanners.BoardRefused},
		{"503", Banner, answer(503, "text/html", `<div class="popup">x</div>`), scanners.BoardRefused},
		{"a redirect without a place", HTML, answer(302, "text/html", ten), scanners.BoardRefused},
		{"a foreign redirect", HTML, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.2/x", http.StatusFound)
		}, scanners.BoardForeign},
		{"a redirect in circles", HTML, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/", http.StatusFound) }, scanners.BoardRefused},
		{"too large", HTML, answer(200, "text/html", ten+big), scanners.BoardTooLarge},
		{"too large a feed", Feed, answer(200, "application/xml", big), scanners.BoardTooLarge},
		{"a page too large", Page, answer(200, "text/html", big), scanners.BoardTooLarge},
		{"broken off", HTML, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100000")
			fmt.Fprint(w, ten)
			panic(http.ErrAbortHandler)
		}, scanners.BoardUnreachable},
		{"slow", HTML, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, scanners.BoardUnreachable},
		{"gzip that is none", HTML, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			fmt.Fprint(w, ten)
		}, scanners.BoardMalformed},
		{"nested too deep", HTML, answer(200, "text/html", strings.Repeat("<div>", 100_000)), scanners.BoardLayout},
		{"no feed", Feed, answer(200, "application/xml", `<?xml version="1.0"?><rss><channel><item><title>x`), scanners.BoardMalformed},
		{"JSON as a feed", Feed, answer(200, "application/xml", `{"a":1}`), scanners.BoardMalformed},
		{"a page as a feed", Feed, answer(200, "text/html", `<html><body>`+ten+`</body></html>`), scanners.BoardMalformed},
		{"an error as a feed", Feed, answer(200, "text/html", `<html><body>서비스 장애</body></html>`), scanners.BoardErrorPage},
		{"a bomb as a feed", Feed, answer(200, "application/xml", `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><rss><channel><item><title>&b;&b;</title></item></channel></rss>`), scanners.BoardMalformed},
		{"no JSON", Statuspage, answer(200, "application/json", `{"page":`), scanners.BoardMalformed},
		{"other JSON", Statuspage, answer(200, "application/json", `{"page":{}}`), scanners.BoardMalformed},
		{"a page as JSON", Statuspage, answer(200, "text/html", `<html><body>`+ten), scanners.BoardMalformed},
		{"no calendar", ICal, answer(200, "text/calendar", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261128T130000Z\r\n"), scanners.BoardMalformed},
		{"half a calendar", ICal, answer(200, "text/calendar", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261128T130000Z\r\nEND:VEVENT\r\n"), scanners.BoardMalformed},
		{"a calendar of nonsense", ICal, answer(200, "text/calendar", "hello\nEND:VCALENDAR"), scanners.BoardMalformed},
		{"no banner", Banner, answer(200, "text/html", `<h1>협회</h1><p>`+strings.Repeat("안내합니다. ", 100)+`</p>`), scanners.BoardOK},
		{"an error without banners", Banner, answer(200, "text/html", `<h1>오류가 발생하였습니다</h1>`), scanners.BoardErrorPage},
		{"an empty page without banners", Banner, answer(200, "text/html", ``), scanners.BoardLayout},
		{"a script without banners", Banner, answer(200, "text/html", `<div id="root"></div>`+script), scanners.BoardLayout},
	}
	known := []scanners.Known{{Key: "/view?id=99", URL: "", Title: "사라진 공지", Digest: "x", Follow: true}}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := newSite(t)
			s.fallback = c.h
			config := Config{Kind: c.kind, URL: s.URL + "/", Timeout: 10 * time.Second, Details: 1}
			if c.kind == HTML && c.want == scanners.BoardUnreachable {
				config.Timeout = 200 * time.Millisecond
			}
			l := lookAt(t, config)
			wantStatus(t, l, c.want)
			if l.Status != scanners.BoardOK && (l.Whole || l.Detail == "" || strings.Contains(l.Detail, "127.0.0.1")) {
				t.Errorf("whole %v, detail %q", l.Whole, l.Detail)
			}
			// The same with a followed post that the answer does not show.
			if l := newBoard(t, config).Look(t.Context(), known); len(l.Gone) > 0 {
				t.Errorf("%v is gone", l.Gone)
			} else if c.name == "an empty list" && l.Status != scanners.BoardLayout {
				t.Errorf("an empty list that had posts is %s", l.Status)
			}
		})
	}
	t.Run("nobody there", func(t *testing.T) {
		s := httptest.NewServer(nil)
		s.Close()
		for _, k := range Kinds() {
			wantStatus(t, lookAt(t, Config{Kind: k, URL: s.URL}), scanners.BoardUnreachable)
		}
	})
}

// A row that cannot be opened is a post all the same.
func TestRowsWithoutLinksAreNotDropped(t *testing.T) {
	s := newSite(t)
	s.page("/", list(5, func(i int) string {
		if i == 3 {
			return `<tr><td>3</td><td>회원 전용 공지</td><td>2026-11-03</td></tr>`
		}
		return row(i)
	}))
	l := lookAt(t, Config{Kind: HTML, URL: s.URL, Select: Select{Row: "tbody tr", Title: "td:nth-child(2)"}})
	wantStatus(t, l, scanners.BoardOK)
	if p := find(t, l, "회원 전용 공지"); len(l.Posts) != 5 || p.Read || !strings.HasPrefix(p.Key, "row:") || fmt.Sprint(p.Unread) != "[script]" {
		t.Errorf("%+v", p)
	}
}

func TestPagesOfAnyStatus(t *testing.T) {
	s := newSite(t)
	for _, status := range []int{200, 403, 404, 500, 503} {
		s.set("/", answer(status, "text/html; charset=euc-kr", eucKR(t, `<title>서비스 장애</title><p>복구 예정: 2026년 11월 24일 15:00</p><p style="display: none">숨김</p><!-- 주석 -->`)))
		l := lookAt(t, Config{Kind: Page, URL: s.URL})
		wantStatus(t, l, scanners.BoardOK)
		if len(l.Posts) != 1 {
			t.Fatalf("%d posts", len(l.Posts))
		}
		p := l.Posts[0]
		if p.Key != "page" || p.Title != "서비스 장애" || p.Text != "복구 예정: 2026년 11월 24일 15:00" || p.Page.Status != status || !p.Read || !l.Whole {
			t.Errorf("%+v %+v", p, p.Page)
		}
	}
	s.page("/", `<title>이용 시간</title><nav>채용공고</nav><main>매일 00:00 ~ 00:30 중단</main><footer>개인정보 처리방침</footer>`)
	if p := lookAt(t, Config{Kind: Page, URL: s.URL}).Posts[0]; p.Text != "매일 00:00 ~ 00:30 중단" {
		t.Errorf("menus and footers speak of other things: %q", p.Text)
	}
	s.page("/", `<title>이용 시간</title><nav>메뉴</nav><main> </main><p>매일 00:00 ~ 00:30 중단</p>`)
	if p := lookAt(t, Config{Kind: Page, URL: s.URL}).Posts[0]; !strings.Contains(p.Text, "매일 00:00") {
		t.Errorf("an empty main part is none: %q", p.Text)
	}
	s.set("/", answer(503, "text/html", `<title>서비스 장애</title>`))
	if l := lookAt(t, Config{Kind: Page, URL: s.URL, Standing: true}); l.Status != scanners.BoardRefused || len(l.Posts) != 0 {
		t.Errorf("an error in the place of a standing notice says nothing of it: %+v", l)
	}
	s.set("/", answer(503, "text/plain", "복구 예정 15:00\n둘째 줄"))
	if p := lookAt(t, Config{Kind: Page, URL: s.URL}).Posts[0]; p.Text != "복구 예정 15:00\n둘째 줄" {
		t.Errorf("%+v", p)
	}
	s.set("/", answer(200, "application/pdf", "%PDF"))
	if p := lookAt(t, Config{Kind: Page, URL: s.URL}).Posts[0]; len(p.Unread) != 1 || p.Unread[0] != "pdf" || p.Page != nil {
		t.Errorf("%+v", p)
	}
}

func TestAPanicIsTheWatchersFault(t *testing.T) {
	s := newSite(t)
	s.page("/", list(3, row))
	calls := 0
	b := newBoard(t, Config{Kind: HTML, URL: s.URL, Pace: func(context.Context, string) error {
		if calls++; calls == 2 {
			panic("880101-1234567")
		}
		return nil
	}})
	l := b.Look(t.Context(), []scanners.Known{{Key: "x", URL: s.URL + "/x", Follow: true}})
	wantStatus(t, l, scanners.BoardInternal)
	if strings.Contains(l.Detail, "880101") || len(l.Gone) > 0 || l.Whole {
		t.Errorf("%+v", l)
	}
	wantStatus(t, b.Look(t.Context(), nil), scanners.BoardOK) // the board lives on
}

// A look tells between which instants it was made: From before the first request leaves, To after
// the last answer is there.
func TestTimesOfALook(t *testing.T) {
	var events []string
	clock := now
	s := newSite(t)
	s.fallback = func(w http.ResponseWriter, r *http.Request) {
		events = append(events, r.URL.Path)
		if r.URL.Path == "/" {
			answer(200, "text/html", list(1, row))(w, r)
			return
		}
		answer(200, "text/html", detail(1))(w, r)
	}
	l := newBoard(t, Config{Kind: HTML, URL: s.URL + "/",
		Now: func() time.Time {
			clock = clock.Add(time.Second)
			events = append(events, fmt.Sprint("now ", clock.Sub(now)))
			return clock
		},
		Pace: func(context.Context, string) error { clock = clock.Add(time.Minute); return nil },
	}).Look(t.Context(), nil)
	if len(events) < 3 || events[1] != "/" || l.From.Sub(now) != 61*time.Second || !l.To.Equal(clock) && l.To.Before(l.From.Add(time.Minute)) {
		t.Errorf("from %v to %v: %q", l.From.Sub(now), l.To.Sub(now), events)
	}
}

func TestDeadline(t *testing.T) {
	s := newSite(t)
	s.page("/", list(5, row))
	for i := 1; i < 6; i++ {
		s.set(fmt.Sprintf("/view?id=%d", i), func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	}
	l := lookAt(t, Config{Kind: HTML, URL: s.URL, Timeout: time.Hour, Deadline: 300 * time.Millisecond})
	wantStatus(t, l, scanners.BoardOK) // the list was read
	if len(l.Posts) != 5 || l.Posts[0].Read || l.Detail == "" {
		t.Errorf("%d posts: %s", len(l.Posts), l.Detail)
	}
}

// A monitor that is stopped blames nobody.
func TestALookThatIsBrokenOff(t *testing.T) {
	s := newSite(t)
	ctx, cancel := context.WithCancel(t.Context())
	s.set("/", func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	l := newBoard(t, Config{Kind: HTML, URL: s.URL + "/"}).Look(ctx, nil)
	wantStatus(t, l, scanners.BoardInternal)
}

func TestForeignHostsAreNotAsked(t *testing.T) {
	other := newSite(t)
	other.fallback = answer(200, "text/html", detail(1))
	s := newSite(t)
	s.page("/", list(2, func(i int) string {
		return fmt.Sprintf(`<tr><td><a href="%s/view?id=%d">공지 %d호 안내</a></td><td>2026-11-01</td></tr>`, other.URL, i, i)
	}))
	l := lookAt(t, Config{Kind: HTML, URL: s.URL})
	wantStatus(t, l, scanners.BoardOK)
	if p := l.Posts[0]; p.Read || fmt.Sprint(p.Unread) != "[foreign]" || len(other.requests()) > 0 {
		t.Errorf("%+v", p)
	}
	l = lookAt(t, Config{Kind: HTML, URL: s.URL, AllowHosts: []string{strings.TrimPrefix(other.URL, "http://")}})
	if p := l.Posts[0]; !p.Read || len(other.requests()) != 2 {
		t.Errorf("allowed: %+v", p)
	}
}

func TestPace(t *testing.T) {
	p := &Pacer{Every: 50 * time.Millisecond}
	start := time.Now()
	for range 3 {
		if err := p.Wait(t.Context(), "x"); err != nil {
			t.Fatal(err)
		}
	}
	if took := time.Since(start); took < 100*time.Millisecond {
		t.Errorf("three turns in %v", took)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if p.Wait(ctx, "x") == nil {
		t.Error("waited for nobody")
	}
}

func TestConfigErrorsNameTheirField(t *testing.T) {
	good := Config{Board: "a/b", Kind: HTML, URL: "https://www.example.or.kr/list"}
	for field, change := range map[string]func(*Config){
		"Board": func(c *Config) { c.Board = "" }, "Kind": func(c *Config) { c.Kind = "fax" }, "URL": func(c *Config) { c.URL = "ftp://x/y" },
		"Select.Row": func(c *Config) { c.Select.Row = "td[" }, "Select.Title": func(c *Config) { c.Kind, c.Select.Title = Feed, "a" }, "Select.Next": func(c *Config) { c.Select.Next = "<" },
		"LinkTemplate": func(c *Config) { c.LinkTemplate = "/view" }, "PageTemplate": func(c *Config) { c.PageTemplate = "/list?page={n}" }, "Pages": func(c *Config) { c.Pages = 99 },
		"Details": func(c *Config) { c.Details = -1 }, "AllowHosts": func(c *Config) { c.AllowHosts = []string{"http://x"} }, "CA": func(c *Config) { c.CA = []byte("x") },
		"Timeout": func(c *Config) { c.Timeout = -1 }, "Deadline": func(c *Config) { c.Deadline = -1 }, "MaxBody": func(c *Config) { c.MaxBody = 1 << 30 }, "KeyParam": func(c *Config) { c.Kind, c.KeyParam = Page, "no" },
	} {
		c := good
		change(&c)
		_, err := New(c)
		if err == nil || !strings.Contains(err.Error(), field+": ") {
			t.Errorf("%s: %v", field, err)
		}
	}
	c := good
	c.URL = "https://user:secret@www.example.or.kr/"
	if _, err := New(c); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("a credential: %v", err)
	}
	if _, err := New(Config{}); err == nil || strings.Count(err.Error(), "\n") < 2 {
		t.Errorf("not all at once: %v", err)
	}
	if _, err := New(good); err != nil {
		t.Error(err)
	}
}
