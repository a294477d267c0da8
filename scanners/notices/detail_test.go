package notices

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/scanners"
)

// boardOf is a site with n posts and their pages.
func boardOf(t *testing.T, n int) *site {
	s := newSite(t)
	s.page("/", list(n, row))
	for i := 1; i <= n; i++ {
		s.page(fmt.Sprintf("/view?id=%d", i), detail(i))
	}
	return s
}

func TestDetailsAreReadOnce(t *testing.T) {
	s := boardOf(t, 28)
	b := newBoard(t, Config{Kind: HTML, URL: s.URL + "/", Details: 20})
	look := func(known []scanners.Known, want ...string) scanners.BoardLook {
		t.Helper()
		s.requests()
		l := b.Look(t.Context(), known)
		wantStatus(t, l, scanners.BoardOK)
		if got := s.requests(); got[0] != "/" || !slices.Equal(got[1:], want) {
			t.Fatalf("asked for %q, want %q", got, want)
		}
		return l
	}
	var newest, rest []string
	for i := 28; i >= 1; i-- {
		if path := fmt.Sprintf("/view?id=%d", i); i > 8 {
			newest = append(newest, path)
		} else {
			rest = append(rest, path)
		}
	}
	l := look(nil, newest...) // the newest twenty
	if len(l.Posts) != 28 || !l.Posts[0].Read || l.Posts[0].Text != "28번째 공지의 본문입니다." || l.Posts[27].Read || l.Posts[27].Page != nil || !l.Whole {
		t.Fatalf("%d posts: %+v", len(l.Posts), l.Posts[0])
	}
	if p := l.Posts[0].Page; p == nil || p.Status != 200 || !strings.Contains(unzip(t, p.Body), "<h1>공지 28호 안내</h1>") {
		t.Errorf("%+v", p)
	} else if sum := sha256.Sum256([]byte(unzip(t, p.Body))); p.Digest != hex.EncodeToString(sum[:]) {
		t.Error("the digest is not the body's")
	}
	known := knownOf(l)
	l = look(known, rest...)
	for _, p := range l.Posts {
		for i := range known {
			if known[i].Key == p.Key && p.Read {
				known[i].Digest = scanners.TextDigest(p.Title, p.Text)
			}
		}
	}
	look(known) // nothing is new

	s.page("/", strings.ReplaceAll(list(28, row), "공지 7호 안내", "[취소] 공지 7호 안내"))
	s.page("/view?id=7", strings.ReplaceAll(detail(7), "공지 7호 안내", "[취소] 공지 7호 안내"))
	l = look(known, "/view?id=7")
	if p := find(t, l, "[취소] 공지 7호 안내"); !p.Read || p.Page.Body == nil {
		t.Errorf("%+v", p)
	}
	// After a restart the board remembers nothing, and the watcher's title tells.
	b = newBoard(t, Config{Kind: HTML, URL: s.URL + "/"})
	look(known, "/view?id=7")
	s.page("/", list(28, row))
	l = look(follow(known, "id=3"), "/view?id=3", "/view?id=7") // what is followed comes first
	if p := find(t, l, "공지 3호 안내"); !p.Read || p.Page.Body != nil || p.Page.Digest == "" || p.Page.Note == "" {
		t.Errorf("an unchanged post has %+v", p.Page)
	}
}

// A change that the limit leaves for later is not forgotten.
func TestChangesWaitForTheirTurn(t *testing.T) {
	s := boardOf(t, 3)
	b := newBoard(t, Config{Kind: HTML, URL: s.URL + "/", Details: 3})
	known := knownOf(b.Look(t.Context(), nil))
	for i := range known {
		known[i].Title = "" // a watcher that keeps no titles
	}
	b.c.Details = 1
	s.page("/", strings.ReplaceAll(list(3, row), "2026-11-", "2026-10-"))
	s.requests()
	for range 4 {
		wantStatus(t, b.Look(t.Context(), known), scanners.BoardOK)
	}
	if got := fmt.Sprint(s.requests()); got != "[/ /view?id=3 / /view?id=2 / /view?id=1 /]" {
		t.Error(got)
	}
}

func TestFollowedPostsThatAreNotListed(t *testing.T) {
	s := boardOf(t, 3)
	b := newBoard(t, Config{Kind: HTML, URL: s.URL + "/", Details: 20})
	known := follow(knownOf(b.Look(t.Context(), nil)), "")
	s.page("/", list(1, row)) // 2 and 3 have left the list
	gone := func(h http.HandlerFunc) ([]string, *scanners.Post, string) {
		s.set("/view?id=3", h)
		l := newBoard(t, Config{Kind: HTML, URL: s.URL + "/"}).Look(t.Context(), known)
		wantStatus(t, l, scanners.BoardOK)
		for _, p := range l.Posts {
			if p.Key == "/view?id=3" {
				return l.Gone, &p, l.Detail
			}
		}
		return l.Gone, nil, l.Detail
	}
	if g, p, _ := gone(answer(200, "text/html", detail(3))); len(g) > 0 || p == nil || !p.Read || p.Title != "공지 3호 안내" || p.Text != "3번째 공지의 본문입니다." {
		t.Errorf("still there: gone %q, %+v", g, p)
	}
	changed := strings.ReplaceAll(detail(3), "3번째 공지", "취소된 공지")
	if _, p, _ := gone(answer(200, "text/html", changed)); p == nil || p.Text != "취소된 공지의 본문입니다." || p.Page.Body == nil {
		t.Errorf("changed: %+v", p)
	}
	for name, h := range map[string]http.HandlerFunc{
		"404": answer(404, "text/html", "x"), "410": answer(410, "text/html", "x"),
		"words": answer(200, "text/html", "<p>존재하지 않는 게시물입니다.</p>"), "an alert": answer(200, "text/html", "<script>alert('삭제된 게시글입니다.');history.back();</script>"),
		"english": answer(200, "text/html", "<h1>Not Found</h1>"),
	} {
		if g, p, _ := gone(h); !slices.Equal(g, []string{"/view?id=3"}) || p != nil {
			t.Errorf("%s: gone %q, %+v", name, g, p)
		}
	}
	for name, h := range map[string]http.HandlerFunc{
		"500": answer(500, "text/html", "x"), "503": answer(503, "text/html", "존재하지 않는 게시물입니다."), "403": answer(403, "text/html", "x"),
		"an error": answer(200, "text/html", "<h1>오류가 발생하였습니다</h1>"), "the list": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/", http.StatusFound) },
		"a foreign host": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.2/", http.StatusFound)
		},
		"no answer": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	} {
		if g, p, detail := gone(h); len(g) > 0 || p != nil || detail == "" {
			t.Errorf("%s: gone %q, %+v, %q", name, g, p, detail)
		}
	}
	// With a list that cannot be trusted nothing is gone, and nobody asks.
	s.set("/", answer(200, "text/html", "<h1>오류가 발생하였습니다</h1>"))
	s.requests()
	l := b.Look(t.Context(), known)
	if l.Status != scanners.BoardErrorPage || len(l.Gone) > 0 || len(s.requests()) != 1 {
		t.Errorf("%+v", l)
	}
}

// A listed post whose page fails is unread; it is neither gone nor an error page's text.
func TestListedPostsWhosePageFails(t *testing.T) {
	s := boardOf(t, 6)
	for i, h := range map[int]http.HandlerFunc{6: answer(404, "text/html", "x"), 5: answer(200, "text/html", "<p>삭제된 게시물입니다</p>"), 3: answer(200, "text/html", "<p>로그인이 필요합니다</p>")} {
		s.set(fmt.Sprintf("/view?id=%d", i), h)
	}
	l := lookAt(t, Config{Kind: HTML, URL: s.URL})
	wantStatus(t, l, scanners.BoardOK)
	for i, want := range []bool{false, false, true, false, true, true} {
		if p := l.Posts[i]; p.Read != want || !want && p.Text != "" {
			t.Errorf("post %d: %+v", i, p)
		}
	}
	if len(l.Gone) > 0 || l.Detail != "3 detail pages could not be read" {
		t.Errorf("%+v", l)
	}
	// A notice of an outage speaks of errors and is no error page.
	s.page("/view?id=6", `<h1>공지 6호 안내</h1><div class="content">서비스 장애가 발생하였습니다. 존재하지 않는 페이지로 보일 수 있습니다. 복구 예정: 15:00</div>`)
	if p := lookAt(t, Config{Kind: HTML, URL: s.URL}).Posts[0]; !p.Read || !strings.Contains(p.Text, "복구 예정: 15:00") {
		t.Errorf("%+v", p)
	}
	// When the site fails altogether, the rest is left for later.
	s.fallback = answer(500, "text/html", "x")
	s.mu.Lock()
	for i := 1; i < 7; i++ {
		delete(s.pages, fmt.Sprintf("/view?id=%d", i))
	}
	s.mu.Unlock()
	s.requests()
	lookAt(t, Config{Kind: HTML, URL: s.URL})
	if n := len(s.requests()); n != 1+maxFailures {
		t.Errorf("%d requests to a site that fails", n)
	}
}

func TestBodies(t *testing.T) {
	const text = "안정적인 서비스를 위하여 점검합니다.\n중단일시: 2026년 11월 28일(토) 22:00 ~ 11월 29일(일) 02:00"
	const body = `<p>안정적인 서비스를 위하여&nbsp;점검합니다.</p><p>중단일시: 2026년 11월 28일(토) 22:00 ~ 11월 29일(일) 02:00</p>`
	frame := `<header><h1>데모금융협회</h1></header><nav><ul><li><a href="/a">소개</a></li></ul></nav>%s<footer>주소 서울 (우) 12345 대표전화 02-123-4567 아주 긴 바닥글이 여기에 길게 있습니다 아주 긴 바닥글</footer>`
	for name, page := range map[string]string{
		"demo":     `<article class="notice"><h1 class="title">공지 1호 안내</h1><p class="meta">등록일 2026-11-23</p><div class="body">` + body + `</div></article><p><a href="/">목록</a></p>`,
		"e-gov":    `<div id="content"><div class="bbs_view"><h3>공지 1호 안내</h3><ul class="info"><li>작성자 관리자</li></ul><div class="view_cont">` + body + `</div><ul class="prev"><li><a href="/2">이전 글</a></li></ul></div></div>`,
		"table":    `<table class="view"><tr><th>제목</th><td>공지 1호 안내</td></tr><tr><th>등록일</th><td>2026-11-23</td></tr><tr><td colspan="2" class="content">` + body + `</td></tr></table>`,
		"gnuboard": `<article id="bo_v"><h2 id="bo_v_title">공지 1호 안내</h2><section id="bo_v_info">관리자</section><section id="bo_v_atc"><div id="bo_v_con">` + body + `</div></section></article>`,
		"unnamed":  `<div><div><h2>공지 1호 안내</h2></div><div><div>` + body + `</div></div></div>`,
	} {
		s := newSite(t)
		s.page("/", list(1, row))
		s.page("/view?id=1", "<html><body>"+fmt.Sprintf(frame, page)+"</body></html>")
		if p := lookAt(t, Config{Kind: HTML, URL: s.URL}).Posts[0]; p.Text != text {
			t.Errorf("%s: %q", name, p.Text)
		}
	}
}

func TestWhatCannotBeReadIsSaid(t *testing.T) {
	for page, want := range map[string]string{
		`<div class="content"><img src="/upload/notice.jpg" alt="점검 안내"></div>`:                                                      "[image]",
		`<div class="content">첨부 참조</div><ul class="files"><li><a href="/down.do?id=1">점검안내.hwp (23KB)</a></li></ul>`:                "[hwp]",
		`<div class="content">첨부 참조</div><a href="/files/a.PDF">내려받기</a><a href="/files/b.docx">내려받기</a>`:                            "[doc pdf]",
		`<div class="content">본문</div><a href="/d?1" download="안내.hwpx">내려받기</a>`:                                                    "[hwp]",
		`<div class="content">본문 <img src="/img/icon_file.gif"><img src="/dot.gif" width="1" height="1"></div><img src="/logo.png">`: "[]",
		`<div class="content"><iframe src="/viewer"></iframe>본문</div>`:                                                               "[frame]",
		`<div class="content">본문</div><footer><a href="/ci.pdf">CI</a></footer>`:                                                     "[]",
		`<div class="content"></div><script>render()</script><script>x()</script>`:                                                   "[script]",
		`<div class="content">본문 <span style="display:none"><img src="/hidden.jpg"></span></div>`:                                    "[]",
		`<div class="content">본문</div><div class="file">` + `<a href="javascript:down('1')">점검 안내문.pdf [1.2 MB]</a></div>`:           "[pdf]",
	} {
		s := newSite(t)
		s.page("/", list(1, row))
		s.page("/view?id=1", "<html><body>"+page+"</body></html>")
		p := lookAt(t, Config{Kind: HTML, URL: s.URL}).Posts[0]
		if got := fmt.Sprint(p.Unread); got != want || !p.Read {
			t.Errorf("%s: %s, read %v", page, got, p.Read)
		}
	}
	s := newSite(t)
	s.page("/", list(1, func(int) string {
		return `<tr><td><a href="/down?f=1">점검 안내</a></td><td>2026-11-01</td></tr>`
	}))
	s.set("/down?f=1", answer(200, "application/x-hwp", "\xd0\xcf\x11\xe0 880101-1234567"))
	if p := lookAt(t, Config{Kind: HTML, URL: s.URL}).Posts[0]; fmt.Sprint(p.Unread) != "[hwp]" || p.Read || p.Page != nil {
		t.Errorf("a file: %+v", p)
	}
}

func TestCharsets(t *testing.T) {
	for name, contentType := range map[string]string{"right": "text/html; charset=euc-kr", "ms949": "text/html; charset=ms949", "none": "text/html", "wrong": "text/html; charset=utf-8", "unknown": "text/html; charset=x"} {
		s := newSite(t)
		s.set("/", answer(200, contentType, eucKR(t, list(1, row))))
		s.set("/view?id=1", answer(200, contentType, eucKR(t, detail(1))))
		p := lookAt(t, Config{Kind: HTML, URL: s.URL}).Posts[0]
		if p.Title != "공지 1호 안내" || p.Text != "1번째 공지의 본문입니다." || !strings.Contains(unzip(t, p.Page.Body), "공지 1호") {
			t.Errorf("%s: %+v", name, p)
		}
	}
}

// canaries are personal data that a site might publish by mistake.
var canaries = []string{"880101-1234567", "8801011234567", "010-2345-6789", "4111-1111-1111-1111", "hong.gildong@", "110-123-456789"}

func TestNothingPersonalLeaves(t *testing.T) {
	all := "주민 880101-1234567 <b>8801011234567</b> 휴대폰 010-2345-6789 카드 4111-1111-1111-1111 메일 hong.gildong@example.com 계좌 110-123-456789"
	plain := strings.NewReplacer("<b>", "", "</b>", "").Replace(all)
	dirty := func(kind string) string {
		switch kind {
		case "list":
			return `<!-- ` + plain + ` --><table class="board"><tr title="` + plain + `"><td><a href="/view?rrn=880101-1234567&amp;id=1">` + all + `</a></td><td>2026-11-01</td></tr>
				<tr><td><a href="javascript:v('8801011234567')">안내</a></td><td>2026-11-01</td></tr></table>`
		case "detail":
			return `<input type="hidden" value="880101-1234567"><script>var x = "8801011234567"</script><div class="content">` + all + ` <img alt="010-2345-6789" src="/a.jpg"></div>`
		case "feed":
			return `<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>` + plain + `</title><item><title>` + plain + `</title><link>http://127.0.0.1/?r=8801011234567</link><guid>8801011234567</guid><description>본문 ` + plain + `</description></item></channel></rss>`
		case "json":
			return `{"scheduled_maintenances":[{"id":"8801011234567","name":"` + plain + `","status":"scheduled","components":[{"name":"010-2345-6789"}],"incident_updates":[{"body":"` + plain + `"}]}],"incidents":[]}`
		case "ics":
			return "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:hong.gildong@example.com\r\nDTSTART:20261128T130000Z\r\nSUMMARY:" + plain + "\r\nLOCATION:" + plain + "\r\nDESCRIPTION:" + plain + "\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
		}
		return `<title>` + plain + `</title><div class="popup" id="p` + `">` + all + `</div>`
	}
	s := newSite(t)
	s.page("/list", dirty("list"))
	s.fallback = answer(200, "text/html", dirty("detail"))
	s.set("/feed", answer(200, "application/rss+xml", dirty("feed")))
	s.set("/api/v2/scheduled-maintenances.json", answer(200, "application/json", dirty("json")))
	s.set("/api/v2/incidents.json", answer(200, "application/json", `{"incidents":[]}`))
	s.set("/ics", answer(200, "text/calendar", dirty("ics")))
	s.page("/page", dirty("page"))
	shooter := &fakeShooter{}
	for kind, path := range map[Kind]string{HTML: "/list", Feed: "/feed", Statuspage: "/", ICal: "/ics", Page: "/page", Banner: "/page"} {
		l := lookAt(t, Config{Kind: kind, URL: s.URL + path, Shooter: shooter})
		wantStatus(t, l, scanners.BoardOK)
		if len(l.Posts) == 0 || l.Posts[0].Masked == 0 || !l.Posts[0].Read {
			t.Fatalf("%s: %+v", kind, l.Posts)
		}
		var everything strings.Builder
		for _, p := range l.Posts {
			if p.Page != nil && p.Page.Body != nil {
				body := unzip(t, p.Page.Body)
				everything.WriteString(body)
				if sum := sha256.Sum256([]byte(body)); p.Page.Digest != hex.EncodeToString(sum[:]) {
					t.Errorf("%s: the digest is of something else than what is kept", kind)
				}
			} else if p.Read {
				t.Errorf("%s: no page: %+v", kind, p.Page)
			}
		}
		b, err := json.Marshal(l)
		if err != nil {
			t.Fatal(err)
		}
		everything.Write(b)
		for _, c := range canaries {
			if strings.Contains(everything.String(), c) {
				t.Errorf("%s: %s left the package", kind, c)
			}
		}
	}
	if len(shooter.shot) > 0 {
		t.Errorf("pictures of %q were taken", shooter.shot)
	}
}

// A page on which the board cannot be found any more may hold other lists.
func TestAnotherListIsNotTheBoard(t *testing.T) {
	s := boardOf(t, 5)
	clock := now
	b := newBoard(t, Config{Kind: HTML, URL: s.URL + "/", Now: func() time.Time { return clock }})
	known := follow(knownOf(b.Look(t.Context(), nil)), "id=5")
	other := `<ul class="news_list"><li><a href="/news/1">보도자료 하나</a> 2026-11-01</li><li><a href="/news/2">보도자료 둘</a> 2026-11-02</li></ul>`
	s.page("/", other)
	for range 2 {
		if l := b.Look(t.Context(), known); l.Status != scanners.BoardLayout || len(l.Gone) > 0 || len(l.Posts) > 0 {
			t.Fatalf("%+v", l)
		}
		clock = clock.Add(23 * time.Hour)
		s.page("/", list(5, row))
		wantStatus(t, b.Look(t.Context(), known), scanners.BoardOK)
		s.page("/", other)
	}
	wantStatus(t, b.Look(t.Context(), known), scanners.BoardLayout)
	clock = clock.Add(25 * time.Hour)
	wantStatus(t, b.Look(t.Context(), known), scanners.BoardOK)

	s.page("/", list(5, row))
	b = newBoard(t, Config{Kind: HTML, URL: s.URL + "/", Select: Select{Row: "tbody tr, li"}})
	b.Look(t.Context(), nil)
	s.page("/", other)
	wantStatus(t, b.Look(t.Context(), nil), scanners.BoardOK)
}

// What Mask cannot see in HTML is not kept in HTML.
func TestPagesThatCannotBeMaskedAreNotKept(t *testing.T) {
	s := newSite(t)
	for _, split := range []string{`<p>주민 <b>880101</b>-<i>1234567</i></p>`, `<p>88<span></span>0101-1234567</p>`, `<p style="display:none">8801<b>01-1234567</b></p>`, `<p>8801<!-- -->01-1234567</p>`} {
		s.page("/", `<h1>안내</h1>`+split)
		p := lookAt(t, Config{Kind: Page, URL: s.URL}).Posts[0]
		if p.Page.Body != nil || p.Page.Digest != "" || p.Page.Note == "" || p.Masked == 0 || strings.Contains(p.Text, "880101") {
			t.Errorf("%s: %+v %+v", split, p, p.Page)
		}
	}
}

// Nor is what is too long to be looked through.
func TestPagesThatCannotBeCheckedAreNotKept(t *testing.T) {
	s := newSite(t)
	s.page("/", `<h1>안내</h1>`+strings.Repeat("<p>가나다라마바사아자차카타파하</p>", 4*maxText/40)+`<p>8801<b>01-1234567</b></p>`)
	l := lookAt(t, Config{Kind: Page, URL: s.URL})
	if p := l.Posts[0].Page; p == nil || p.Body != nil || p.Digest != "" || p.Note == "" {
		t.Errorf("%d bytes of the page were kept: %q", len(p.Body), p.Note)
	}
	s.page("/", `<h1>안내</h1>`+strings.Repeat("<p>가나다라마바사아자차카타파하</p>", maxText/40))
	if p := lookAt(t, Config{Kind: Page, URL: s.URL}).Posts[0].Page; p.Body == nil {
		t.Error("a long page was not kept")
	}
}

// another is a post of a board that was looked at before.
func another() []scanners.Known { return []scanners.Known{{Key: "another", Title: "다른 공지"}} }

func TestPicturesOfOneLookAreFew(t *testing.T) {
	s := boardOf(t, 9)
	shooter := &fakeShooter{}
	l := newBoard(t, Config{Kind: HTML, URL: s.URL, Shooter: shooter}).Look(t.Context(), another())
	if len(shooter.shot) != maxShots || !slices.Contains(shooter.shot, l.Posts[0].URL) {
		t.Errorf("%q", shooter.shot)
	}
}

type fakeShooter struct {
	shot []string
	err  error
}

func (f *fakeShooter) Shoot(_ context.Context, url string) ([]byte, error) {
	f.shot = append(f.shot, url)
	return []byte("png"), f.err
}

func TestPicturesAreTakenOfNews(t *testing.T) {
	s := boardOf(t, 2)
	shooter := &fakeShooter{}
	b := newBoard(t, Config{Kind: HTML, URL: s.URL, Shooter: shooter})
	if l := b.Look(t.Context(), nil); len(shooter.shot) != 0 || l.Posts[0].Page.Note == "" {
		t.Fatalf("pictures of posts that were old when the board was first looked at: %q", shooter.shot)
	}
	known := follow(knownOf(b.Look(t.Context(), another())), "")
	if len(shooter.shot) != 2 {
		t.Fatalf("%q", shooter.shot)
	}
	b.Look(t.Context(), known)
	if len(shooter.shot) != 2 {
		t.Errorf("pictures of what has not changed: %q", shooter.shot)
	}
	s.page("/view?id=1", strings.ReplaceAll(detail(1), "본문", "고친 본문 010-2345-6789"))
	s.page("/view?id=2", strings.ReplaceAll(detail(2), "본문", "고친 본문"))
	shooter.err = errors.New("880101-1234567")
	l := b.Look(t.Context(), known)
	if len(shooter.shot) != 3 || shooter.shot[2] != s.URL+"/view?id=2" {
		t.Errorf("%q", shooter.shot)
	}
	for _, p := range l.Posts {
		if p.Page.Note == "" || p.Page.Screenshot != nil || strings.Contains(p.Page.Note, "8801") {
			t.Errorf("%+v", p.Page)
		}
	}
}
