package pages

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/scanners"
	"github.com/charterwatch/charterwatch/scanners/notices"
)

var kst = time.FixedZone("KST", 9*3600)

func now() time.Time { return time.Date(2026, 11, 24, 15, 0, 0, 0, kst) }

// look serves one answer and looks at it.
func look(t *testing.T, c Config, header map[string]string, status int, body string) scanners.PageLook {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for k, v := range header {
			w.Header().Set(k, v)
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	defer srv.Close()
	u, _ := url.Parse(srv.URL)
	c.Page, c.URL, c.AllowHosts, c.Zone, c.Now = "home/page", srv.URL+"/x", []string{u.Host}, kst, now
	w, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return w.Look(context.Background())
}

var asHTML = map[string]string{"Content-Type": "text/html; charset=utf-8"}

func day(m time.Month, d int) time.Time { return time.Date(2026, m, d, 0, 0, 0, 0, kst) }

func TestWhenAPageWasUpdated(t *testing.T) {
	for _, x := range []struct {
		name    string
		header  map[string]string
		body    string
		at      time.Time
		dayOnly bool
	}{
		{"a labelled date", asHTML, `<p>최종수정일 : 2026.11.20</p><p>2026.11.23 공지</p>`, day(11, 20), true},
		{"the latest of several", asHTML, `<p>기준일: 2026-10-01</p><p>갱신일시 2026-11-19 18:30</p>`, time.Date(2026, 11, 19, 18, 30, 0, 0, kst), false},
		{"English", asHTML, `<footer>Last updated on 2026-11-02</footer>`, day(11, 2), true},
		{"metadata", asHTML, `<head><meta property="article:modified_time" content="2026-11-05T09:00:00+09:00"></head><p>Hello, this is a page</p>`, time.Date(2026, 11, 5, 9, 0, 0, 0, kst), false},
		{"metadata of a day", asHTML, `<p>갱신: <time itemprop="dateModified" datetime="2026-11-06">그제</time></p>`, day(11, 6), true},
		{"metadata without a zone", asHTML, `<head><meta name="last-modified" content="2026-11-06T09:00"></head>`, time.Date(2026, 11, 6, 9, 0, 0, 0, kst), false},
		{"none", asHTML, `<p>2026.11.23 공지입니다. 날짜가 있어도 갱신일은 아닙니다.</p>`, time.Time{}, false},
		{"one ahead", asHTML, `<p>기준일: 2027-01-01 (예정)</p>`, time.Time{}, false},
		{"a feed", map[string]string{"Content-Type": "application/rss+xml"}, `<?xml version="1.0" encoding="euc-kr"?><rss version="2.0"><channel><title>t</title>
			<item><title>a</title><pubDate>Fri, 20 Nov 2026 09:00:00 +0900</pubDate></item><item><title>b</title><pubDate>Mon, 23 Nov 2026 09:00:00 +0900</pubDate></item>
			<item><title>c</title><pubDate>Mon, 30 Nov 2026 09:00:00 +0900</pubDate></item></channel></rss>`, time.Date(2026, 11, 23, 9, 0, 0, 0, kst), false},
		{"a file", map[string]string{"Content-Type": "application/pdf", "Last-Modified": "Tue, 10 Nov 2026 00:00:00 GMT"}, "%PDF-1.7", time.Date(2026, 11, 10, 9, 0, 0, 0, kst), false},
		{"a file without a date", map[string]string{"Content-Type": "text/csv"}, "a,b\n1,2\n", time.Time{}, false},
	} {
		got := look(t, Config{}, x.header, 200, x.body)
		if got.Status != scanners.PageOK || !got.Updated.Equal(x.at) || got.DayOnly != x.dayOnly || len(got.Digest) != 64 {
			t.Errorf("%s: %+v", x.name, got)
		}
	}
	got := look(t, Config{Select: ".asof"}, asHTML, 200, `<p>최종수정일 : 2026.11.20</p><p class=asof>2026년 11월 3일 기준</p>`)
	if !got.Updated.Equal(day(11, 3)) || !got.DayOnly {
		t.Errorf("where the selector says: %+v", got)
	}
	for _, body := range []string{`<p class=asof>곧</p>`, `<p>갱신일: 2026.11.03</p>`} {
		if got := look(t, Config{Select: ".asof"}, asHTML, 200, body); got.Status != scanners.PageUnreadable || !got.Updated.IsZero() || got.Digest == "" {
			t.Errorf("no date there: %+v", got)
		}
	}
}

func TestWhetherAPageIsThere(t *testing.T) {
	for _, x := range []struct {
		status int
		body   string
		want   scanners.PageStatus
	}{
		{404, "gone", scanners.PageMissing}, {500, "oops", scanners.PageMissing}, {403, "no", scanners.PageRefused}, {429, "slow", scanners.PageRefused},
		{200, `<html><body>서비스 장애가 발생하였습니다. 잠시 후 다시 이용해 주십시오.</body></html>`, scanners.PageMissing},
		{200, `<html><body>웹방화벽에 의해 차단되었습니다</body></html>`, scanners.PageRefused},
		{200, `<html><body><h1>고객만족헌장</h1><p>우리는 다짐합니다.</p></body></html>`, scanners.PageOK},
	} {
		if got := look(t, Config{}, asHTML, x.status, x.body); got.Status != x.want {
			t.Errorf("%d %q: %+v", x.status, x.body, got)
		}
	}
	srv := httptest.NewServer(http.NotFoundHandler())
	u, _ := url.Parse(srv.URL)
	srv.Close()
	w, err := New(Config{Page: "p", URL: u.String(), AllowHosts: []string{u.Host}, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	if got := w.Look(context.Background()); got.Status != scanners.PageUnreachable {
		t.Errorf("nobody answers: %+v", got)
	}
	if w, err = New(Config{Page: "p", URL: u.String(), Now: now, Pace: func(context.Context, string) error { return context.DeadlineExceeded }}); err != nil {
		t.Fatal(err)
	}
	if got := w.Look(context.Background()); got.Status != scanners.PageNotLooked {
		t.Errorf("no turn: %+v", got)
	}
	if w, err = New(Config{Page: "p", URL: "http://" + u.Host, Now: now}); err != nil {
		t.Fatal(err)
	}
	if got := w.Look(context.Background()); got.Status != scanners.PageUnreachable && got.Status != scanners.PageRefused {
		t.Errorf("a page that is not allowed: %+v", got)
	}
}

func TestWords(t *testing.T) {
	c := Config{Texts: []Text{{"availability", "365일 웹사이트를 운영하겠습니다"}, {"security-incidents", "보안 침해사고를 100% 차단하겠습니다"}, {"inquiry-centre", "‘고객만족센터’를 365일 운영하겠습니다"}}}
	got := look(t, c, asHTML, 200, `<ul><li>고객이 언제, 어디서나 365일 <b>웹사이트</b>를
		운영하겠습니다.</li><li>"고객만족센터"</li><li>'고객만족센터'를 365일&nbsp;운영하겠습니다</li><li style="display:none">보안 침해사고를 100% 차단하겠습니다</li></ul>`)
	if !slices.Equal(got.Lacks, []string{"security-incidents"}) {
		t.Errorf("%+v", got)
	}
}

func TestSettingsThatAreRefused(t *testing.T) {
	for field, c := range map[string]Config{
		"URL": {URL: "ftp://x/"}, "Select": {URL: "https://x.example/", Select: "p["}, "Timeout": {URL: "https://x.example/", Timeout: -1}, "AllowHosts": {URL: "https://x.example/", AllowHosts: []string{"a b"}},
	} {
		_, err := New(c)
		var f *notices.FieldError
		if !errors.As(err, &f) || f.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
}
