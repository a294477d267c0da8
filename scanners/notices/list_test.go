package notices

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/scanners"
)

const notice = "[점검] 정기 점검에 따른 서비스 일시 중단 안내 (11/28)"

func kst(y int, m time.Month, d, hour, minute int) time.Time {
	return time.Date(y, m, d, hour, minute, 0, 0, time.FixedZone("KST", 9*60*60))
}

// Boards of many makes, read without a single selector.
func TestGuessedLists(t *testing.T) {
	cases := []struct {
		name, html string
		template   string
		key, url   string // of the notice
		claimed    time.Time
		titles     []string
	}{
		{name: "table", html: `<table class="board"><thead><tr><th>번호</th><th>제목</th><th>등록일</th></tr></thead><tbody>
			<tr><td>2</td><td class="title"><a href="/notice/view?id=2">` + notice + `</a></td><td class="date">2026-11-23</td></tr>
			<tr><td>1</td><td class="title"><a href="/notice/view?id=1">홈페이지 개편 안내</a></td><td class="date">2026-11-02</td></tr></tbody></table>`,
			key: "/notice/view?id=2", url: "/notice/view?id=2", claimed: kst(2026, 11, 23, 0, 0), titles: []string{notice, "홈페이지 개편 안내"}},
		{name: "table with pins, icons, counts, files", html: `<table summary="목록"><tr><th>번호</th><th>제목</th><th>작성자</th><th>첨부</th><th>작성일</th><th>조회</th></tr>
			<tr class="notice"><td><span>공지</span></td><td class="subject"><em class="badge">[긴급]</em> <a href="view.do?nttId=77&amp;pageIndex=1&amp;menuNo=2000">서버 이전 안내</a> <img src="/img/ico_new.gif" alt="새글"> <span class="cmt">[3]</span></td><td>관리자</td><td><a href="/down.do?f=1"><img src="/file.gif" alt="첨부파일"></a></td><td>26.11.20</td><td>1,204</td></tr>
			<tr><td>31</td><td class="subject"><a href="view.do?nttId=76&amp;pageIndex=1&amp;menuNo=2000">` + notice + `</a></td><td>관리자</td><td></td><td>26.11.23</td><td>33</td></tr></table>`,
			key: "/bbs/view.do?nttId=76", url: "/bbs/view.do?nttId=76&pageIndex=1&menuNo=2000", claimed: kst(2026, 11, 23, 0, 0), titles: []string{"[긴급] 서버 이전 안내", notice}},
		{name: "list items", html: `<div class="wrap"><ul class="menu"><li><a href="/a">소개</a></li><li><a href="/b">업무</a></li></ul><ul class="notice_list">
			<li><a href="/notice/102"><strong>` + notice + `</strong><span class="date">2026.11.23</span></a></li>
			<li><a href="/notice/101"><strong>휴무 안내</strong><span class="date">2026.11.20</span></a></li></ul></div>`,
			key: "/notice/102", url: "/notice/102", claimed: kst(2026, 11, 23, 0, 0), titles: []string{notice, "휴무 안내"}},
		{name: "boxes", html: `<div class="bbs"><div class="row"><div class="tit"><a href="?mode=view&amp;no=9&amp;page=1">` + notice + `</a></div><div class="info">등록일 2026년 11월 23일 | 조회 12</div></div>
			<div class="row"><div class="tit"><a href="?mode=view&amp;no=8&amp;page=1">채용 안내</a></div><div class="info">등록일 2026년 11월 1일 | 조회 99</div></div></div>`,
			key: "/bbs/list.do?mode=view&no=9", url: "/bbs/list.do?mode=view&no=9&page=1", claimed: kst(2026, 11, 23, 0, 0), titles: []string{notice, "채용 안내"}},
		{name: "links as rows", html: `<main><section class="list"><a class="item" href="/n/5"><p class="title">` + notice + `</p><time datetime="2026-11-23T09:00:00+09:00">어제</time></a><a class="item" href="/n/4"><p class="title">안내</p><time datetime="2026-11-20T09:00:00+09:00">4일 전</time></a></section></main>`,
			key: "/n/5", url: "/n/5", claimed: kst(2026, 11, 23, 9, 0), titles: []string{notice, "안내"}},
		{name: "scripts", html: `<table><tr><td>2</td><td><a href="javascript:fn_view('123','A');">` + notice + `</a></td><td>2026/11/23</td></tr><tr><td>1</td><td><a href="javascript:fn_view('122','A');">안내</a></td><td>2026/11/20</td></tr></table>`,
			key: "script:123,A", claimed: kst(2026, 11, 23, 0, 0), titles: []string{notice, "안내"}},
		{name: "scripts with a template", template: "/view?no={0}&b={1}", html: `<table><tr onclick="go(this, 123, 'A b')"><td>2</td><td>` + notice + `</td><td>2026/11/23</td></tr><tr onclick="go(this, 122, 'A b')"><td>1</td><td>안내</td><td>2026/11/20</td></tr></table>`,
			key: "/view?b=A b&no=123", url: "/view?no=123&b=A+b", claimed: kst(2026, 11, 23, 0, 0), titles: []string{notice, "안내"}},
		{name: "onclick and sessions", html: `<table><tr><td>2</td><td><a href="#" onclick="location.href='/v;jsessionid=AB12?id=5&amp;sid=9'; return false;">` + notice + `</a></td><td>14:32</td></tr><tr><td>1</td><td><a href="#none" onclick="location.href='/v;jsessionid=AB12?id=4&amp;sid=9'">안내</a></td><td>11-20</td></tr></table>`,
			key: "/v?id=5", url: "/v?id=5", claimed: kst(2026, 11, 24, 14, 32), titles: []string{notice, "안내"}},
		{name: "data attributes", html: `<ul class="list"><li data-seq="55"><a href="#">` + notice + `</a> <span>2026-11-23 10:11</span></li><li data-seq="54"><a href="#">안내</a> <span>2026-11-20 08:00</span></li></ul>`,
			key: "script:55", claimed: kst(2026, 11, 23, 10, 11), titles: []string{notice, "안내"}},
		{name: "a single post", html: `<div id="wrap"><div class="bbs"><table><tbody><tr><td><a href="/v/1">` + notice + `</a></td><td>2026-11-23</td></tr></tbody></table></div><div class="info"><a href="/x">문의</a> 개정 2020-01-01</div></div>`,
			key: "/v/1", url: "/v/1", claimed: kst(2026, 11, 23, 0, 0), titles: []string{notice}},
		{name: "the same post twice", html: `<table class="board"><tr><td>공지</td><td><a href="/v?id=2&amp;page=1">` + notice + `</a></td><td>2026-11-23</td></tr><tr><td>2</td><td><a href="/v?page=2&amp;id=2">` + notice + `</a></td><td>2026-11-23</td></tr><tr><td>1</td><td><a href="/v?id=1">안내</a></td><td>2026-11-20</td></tr></table>`,
			key: "/v?id=2", url: "/v?id=2&page=1", claimed: kst(2026, 11, 23, 0, 0), titles: []string{notice, "안내"}},
		{name: "a date in the title alone", html: `<table class="board"><tr><td><a href="/v/2">2026.11.28 점검</a></td><td>2026.11.23</td></tr><tr><td><a href="/v/1">안내</a></td><td>2026.11.20</td></tr></table>`,
			key: "/v/2", url: "/v/2", claimed: kst(2026, 11, 23, 0, 0), titles: []string{"2026.11.28 점검", "안내"}},
		{name: "a base", html: `<head><base href="/other/"></head><table class="board"><tr><td><a href="v/2">` + notice + `</a></td><td>2026.11.23</td></tr></table>`,
			key: "/other/v/2", url: "/other/v/2", claimed: kst(2026, 11, 23, 0, 0), titles: []string{notice}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := newSite(t)
			s.page("/bbs/list.do", "<html><body>"+c.html+"<footer><p>등록 2001-01-01 <a href='/p'>개인정보</a></p></footer></body></html>")
			l := lookAt(t, Config{Kind: HTML, URL: s.URL + "/bbs/list.do", LinkTemplate: c.template})
			wantStatus(t, l, scanners.BoardOK)
			var titles []string
			for _, p := range l.Posts {
				titles = append(titles, p.Title)
			}
			if !slices.Equal(titles, c.titles) {
				t.Fatalf("titles %q", titles)
			}
			p := find(t, l, c.titles[min(1, len(c.titles)-1)])
			for _, q := range l.Posts {
				if q.Key == c.key {
					p = q
				}
			}
			if url := strings.TrimPrefix(p.URL, s.URL); p.Key != c.key || url != c.url || !p.Claimed.Equal(c.claimed) {
				t.Errorf("key %q url %q claimed %s", p.Key, url, p.Claimed)
			}
			if c.url == "" && !slices.Contains(p.Unread, "script") {
				t.Errorf("a post that only a script opens has unread %q", p.Unread)
			}
		})
	}
}

func TestSelectors(t *testing.T) {
	s := newSite(t)
	s.page("/list", `<div class="x"><p class="t">`+notice+`</p><i class="d">23.11.2026 / 2026-11-23</i><b><a href="/v/1">보기</a></b></div><div class="x head"><p class="t">제목</p></div>
		<table class="board"><tr><td><a href="/no">아님</a></td><td>2026-01-01</td></tr></table>`)
	s.page("/v/1", `<div class="content">틀린 곳</div><div class="right">본문 <b>여기</b></div>`)
	l := lookAt(t, Config{Kind: HTML, URL: s.URL + "/list", Select: Select{Row: "div.x:not(.head)", Title: ".t", Posted: ".d", Link: "b a", Body: ".right"}})
	wantStatus(t, l, scanners.BoardOK)
	p := find(t, l, notice)
	if len(l.Posts) != 1 || p.Text != "본문 여기" || !p.Claimed.Equal(kst(2026, 11, 23, 0, 0)) || !p.DateOnly || !p.Read {
		t.Errorf("%+v", p)
	}
	l = lookAt(t, Config{Kind: HTML, URL: s.URL + "/list", Select: Select{Row: "div.y"}})
	wantStatus(t, l, scanners.BoardLayout)
	l = lookAt(t, Config{Kind: HTML, URL: s.URL + "/list", Select: Select{Row: "div.x", Title: ".gone"}})
	wantStatus(t, l, scanners.BoardLayout)
	l = lookAt(t, Config{Kind: HTML, URL: s.URL + "/list", Select: Select{Row: "div.x:not(.head)", Title: ".t", Link: "b a", Body: ".gone"}})
	wantStatus(t, l, scanners.BoardOK)
	if p := find(t, l, notice); p.Read || l.Detail == "" {
		t.Errorf("a body that is not where the selector says was read: %+v %s", p, l.Detail)
	}
	l = lookAt(t, Config{Kind: HTML, URL: s.URL + "/list", KeyParam: "no", Select: Select{Row: "table.board tr"}})
	find(t, l, "아님")
}

func TestKeyParam(t *testing.T) {
	s := newSite(t)
	s.page("/list", list(2, func(i int) string {
		return fmt.Sprintf(`<tr><td><a href="/v?x=%d&amp;no=%d">안내 %d</a></td><td>2026-11-01</td></tr>`, time.Now().UnixNano(), i, i)
	}))
	b := newBoard(t, Config{Kind: HTML, URL: s.URL + "/list", KeyParam: "no"})
	if l := b.Look(t.Context(), nil); l.Posts[0].Key != "no=2" || l.Posts[1].Key != "no=1" {
		t.Errorf("%+v", l.Posts)
	}
}

func TestPaging(t *testing.T) {
	page := func(from, to int, nav string) string {
		return list(0, nil) + `<table class="board">` + func() (s string) {
			for i := to; i >= from; i-- {
				s += row(i)
			}
			return s
		}() + `</table>` + nav
	}
	nav := func(numbers ...int) string {
		s := `<div class="paging">`
		for _, n := range numbers {
			s += fmt.Sprintf(`<a href="/list?page=%d">%d</a>`, n, n)
		}
		return s + `</div>`
	}
	t.Run("by guess", func(t *testing.T) {
		s := newSite(t)
		s.page("/list", page(21, 28, nav(1, 2, 3)))
		s.page("/list?page=2", page(11, 20, nav(1, 2, 3)))
		s.page("/list?page=3", page(1, 10, nav(1, 2, 3)))
		l := lookAt(t, Config{Kind: HTML, URL: s.URL + "/list", Pages: 5, Details: 1})
		wantStatus(t, l, scanners.BoardOK)
		if len(l.Posts) != 28 || !l.Whole {
			t.Errorf("%d posts, whole %v", len(l.Posts), l.Whole)
		}
		l = lookAt(t, Config{Kind: HTML, URL: s.URL + "/list", Details: 1})
		if len(l.Posts) != 8 || l.Whole {
			t.Errorf("the first page: %d posts, whole %v", len(l.Posts), l.Whole)
		}
	})
	t.Run("by selector and template", func(t *testing.T) {
		s := newSite(t)
		s.page("/list", page(11, 20, `<a id="n" href="/list?page=2">▶</a>`))
		s.page("/list?page=2", page(1, 10, ``))
		for _, c := range []Config{{Select: Select{Next: "#n"}}, {PageTemplate: "/list?page={page}"}} {
			c.Kind, c.URL, c.Pages, c.Details = HTML, s.URL+"/list", 3, 1
			if l := lookAt(t, c); l.Status != scanners.BoardOK || len(l.Posts) != 20 {
				t.Errorf("%d posts, %s %s", len(l.Posts), l.Status, l.Detail)
			}
		}
	})
	t.Run("endless", func(t *testing.T) {
		s := newSite(t)
		s.fallback = answer(200, "text/html", page(1, 10, `<a class="n" href="/list?page=`+`x">다음</a>`))
		n := 0
		s.set("/list", func(w http.ResponseWriter, r *http.Request) { s.fallback(w, r) })
		l := lookAt(t, Config{Kind: HTML, URL: s.URL + "/list", Pages: 20, PageTemplate: "/list?page={page}", Details: 1})
		wantStatus(t, l, scanners.BoardEndless)
		if len(l.Posts) != 10 {
			t.Errorf("%d posts", len(l.Posts))
		}
		l = lookAt(t, Config{Kind: HTML, URL: s.URL + "/list", Pages: 20, Select: Select{Next: ".n"}, Details: 1})
		wantStatus(t, l, scanners.BoardEndless)
		s.fallback = func(w http.ResponseWriter, r *http.Request) { // always something new
			n++
			answer(200, "text/html", list(60, func(i int) string {
				return fmt.Sprintf(`<tr><td><a href="/v?id=%d">안내 %d</a></td><td>2026-11-01</td></tr>`, n*1000+i, i)
			}))(w, r)
		}
		l = lookAt(t, Config{Kind: HTML, URL: s.URL + "/list", Pages: 20, PageTemplate: "/list?page={page}", Details: 1})
		wantStatus(t, l, scanners.BoardEndless)
		if len(l.Posts) != maxRows {
			t.Errorf("%d posts", len(l.Posts))
		}
	})
}

func TestDatesOfPosting(t *testing.T) {
	zone := time.FixedZone("KST", 9*60*60)
	for s, want := range map[string]time.Time{
		"2026-11-23": kst(2026, 11, 23, 0, 0), "2026.11.23.": kst(2026, 11, 23, 0, 0), "2026. 1. 3": kst(2026, 1, 3, 0, 0), "26/11/23": kst(2026, 11, 23, 0, 0),
		"20261123": kst(2026, 11, 23, 0, 0), "2026년 11월 3일 (화)": kst(2026, 11, 3, 0, 0), "2026-11-23 14:05": kst(2026, 11, 23, 14, 5), "2026-11-23 오후 2:05": kst(2026, 11, 23, 14, 5),
		"등록일 : 2026-11-23 조회수 : 1,234": kst(2026, 11, 23, 0, 0), "관리자 | 2026.11.23": kst(2026, 11, 23, 0, 0), "11-23": kst(2026, 11, 23, 0, 0), "12.31": kst(2025, 12, 31, 0, 0),
		"09:12": kst(2026, 11, 24, 9, 12), "3일 전": kst(2026, 11, 21, 0, 0), "Nov 23, 2026": kst(2026, 11, 23, 0, 0), "3 November 2026": kst(2026, 11, 3, 0, 0), "2시간 전": kst(2026, 11, 24, 13, 0),
	} {
		if at, _, ok := postedIn(s, zone, now); !ok || !at.Equal(want) {
			t.Errorf("%q is %v %v", s, at, ok)
		}
	}
	for _, s := range []string{"", "2026", "2026-13-01", "2026-02-30", "점검 2026-11-28 22:00 ~ 02:00 서비스 일시 중단 안내", "1,234", "25:00", "13-45", "02-1234-5678", "3.14159", strings.Repeat("2026-11-23 ", 20)} {
		if at, _, ok := postedIn(s, zone, now); ok {
			t.Errorf("%q is %v", s, at)
		}
	}
}
