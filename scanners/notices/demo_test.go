package notices

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/demo"
	"github.com/charterwatch/charterwatch/scanners"
)

// The boards of the simulated association are read without a single selector, over HTTP and, with its
// CA, over HTTPS.
func TestTheDemosBoards(t *testing.T) {
	e, err := demo.Open(demo.Config{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- e.Run(ctx) }()
	defer func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}()
	ca := demoCA(t, e.ControlURL())
	for _, s := range e.Sites() {
		for _, root := range []string{s.HTTPURL, s.HTTPSURL} {
			l := lookAt(t, Config{Kind: HTML, URL: root + "notice/list", CA: ca})
			wantStatus(t, l, scanners.BoardOK)
			if len(l.Posts) < 2 || !l.Whole {
				t.Errorf("%s: %d posts, whole %v", s.ID, len(l.Posts), l.Whole)
			}
			for _, p := range l.Posts {
				if !p.Read || p.Text == "" || strings.Contains(p.Text, "Quick Menu") || strings.Contains(p.Text, "목록") || p.Claimed.IsZero() || !strings.HasPrefix(p.Key, "/notice/view?id=") || p.Page.Body == nil || p.Masked > 0 {
					t.Errorf("%s: %+v", s.ID, p)
				}
			}
		}
		l := lookAt(t, Config{Kind: Feed, URL: s.HTTPURL + "notice/feed.xml", AllowHosts: []string{"127.0.0.1"}, CA: ca})
		wantStatus(t, l, scanners.BoardOK)
	}
	demosOtherPlaces(t, e)
	if err := e.Break(demo.Homepage, demo.Fault{Mode: demo.Status, Text: "복구 예정: 2026년 11월 24일 15:00"}); err != nil {
		t.Fatal(err)
	}
	home := e.Sites()[0]
	if l := lookAt(t, Config{Kind: Page, URL: home.HTTPURL}); len(l.Posts) != 1 || !strings.Contains(l.Posts[0].Text, "복구 예정: 2026년 11월 24일 15:00") || l.Posts[0].Page.Status != 503 {
		t.Errorf("%+v", l)
	}
	for mode, want := range map[demo.Mode]scanners.BoardStatus{demo.Status: scanners.BoardRefused, demo.WrongPage: scanners.BoardErrorPage, demo.Blocked: scanners.BoardRefused, demo.Stop: scanners.BoardUnreachable, demo.Reset: scanners.BoardUnreachable} {
		if err := e.Break(demo.Homepage, demo.Fault{Mode: mode}); err != nil {
			t.Fatal(err)
		}
		wantStatus(t, lookAt(t, Config{Kind: HTML, URL: home.HTTPURL + "notice/list"}), want)
	}
}

// demosOtherPlaces looks at what the demo has beside boards.
func demosOtherPlaces(t *testing.T, e *demo.Estate) {
	t.Helper()
	url := map[string]string{}
	for _, s := range e.Sites() {
		url[s.ID] = s.HTTPURL
	}
	for _, id := range []string{demo.Homepage, demo.Statistics, demo.CustomerCentre} {
		if _, err := e.PostSample(id, demo.Good); err != nil {
			t.Fatal(err)
		}
	}
	l := lookAt(t, Config{Kind: Banner, URL: url[demo.Homepage]})
	wantStatus(t, l, scanners.BoardOK)
	if len(l.Posts) != 1 || l.Posts[0].Key != "id:notice-popup" || !strings.Contains(l.Posts[0].Text, "중단일시: ") || len(l.Posts[0].Unread) > 0 {
		t.Errorf("%+v", l.Posts)
	}
	l = lookAt(t, Config{Kind: Statuspage, URL: url[demo.CustomerCentre] + "status"})
	wantStatus(t, l, scanners.BoardOK)
	if len(l.Posts) != 1 || l.Posts[0].Announced.State != "planned" || l.Posts[0].Announced.End.Sub(l.Posts[0].Announced.Start) != 4*time.Hour {
		t.Errorf("%+v", l.Posts)
	}
	l = lookAt(t, Config{Kind: ICal, URL: url[demo.Statistics] + "notice/calendar.ics"})
	wantStatus(t, l, scanners.BoardOK)
	if len(l.Posts) < 2 || l.Posts[0].Announced.Every != "daily" || l.Posts[len(l.Posts)-1].Announced.Start.IsZero() || !strings.Contains(l.Posts[len(l.Posts)-1].Text, "중단일시") {
		t.Errorf("%+v", l.Posts)
	}
	l = lookAt(t, Config{Kind: Page, URL: url[demo.Statistics] + "hours"})
	if len(l.Posts) != 1 || !strings.Contains(l.Posts[0].Text, "매일 00:00 ~ 00:30 (30분간)") || l.Posts[0].Title == "" {
		t.Errorf("%+v", l.Posts)
	}
}

func demoCA(t *testing.T, control string) []byte {
	t.Helper()
	resp, err := http.Get(strings.TrimSuffix(control, "/") + "/ca.pem")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	ca, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return ca
}
