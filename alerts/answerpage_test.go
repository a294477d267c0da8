package alerts

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/internal/accounts"
)

// desk is what the answer page is in front of.
type desk struct {
	open  []compliance.Alert
	acked []string
	by    accounts.Actor
	calls int
	err   error
	now   time.Time
	log   bytes.Buffer
}

func (d *desk) acknowledge(_ context.Context, by accounts.Actor, ids []string) error {
	d.calls++
	if d.err != nil {
		return d.err
	}
	d.by, d.acked = by, append(d.acked, ids...)
	for i := range d.open {
		if slices.Contains(ids, d.open[i].ID) {
			d.open[i].Acked = &compliance.Acked{By: by, At: d.now}
		}
	}
	return nil
}

func (d *desk) serve(t *testing.T) *httptest.Server {
	t.Helper()
	d.now = evening()
	p, err := NewAnswerPage(AnswerConfig{
		Signer: signer(), Content: content, Open: func() []compliance.Alert { return slices.Clone(d.open) }, Acknowledge: d.acknowledge,
		Person: func(id string) (compliance.Name, bool) {
			return compliance.Name{KO: "김관제", EN: "Kim"}, id == "kim"
		},
		Now: func() time.Time { return d.now }, Logger: slog.New(slog.NewTextHandler(&d.log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/ack/", p)
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

func ask(t *testing.T, method, address, form string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(form))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept-Language", "ko-KR")
	if form != "" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(b)
}

func standing() []compliance.Alert {
	return []compliance.Alert{
		Sample(compliance.AlertSiteDown, homepage(), evening()), Sample(compliance.AlertCertificateExpiring, homepage(), evening()),
		Sample(compliance.AlertWatchdog, homepage(), evening()),
	}
}

func TestLookingAtALinkAnswersNothing(t *testing.T) {
	d := &desk{open: standing()}
	s := d.serve(t)
	at := s.URL + "/ack/" + signer().Sign(Link{Alerts: []string{d.open[0].ID}, Expires: evening().Add(time.Hour)})
	for _, method := range []string{"GET", "HEAD", "PUT", "DELETE", "OPTIONS"} {
		resp, body := ask(t, method, at, "")
		if want := map[string]int{"GET": 200, "HEAD": 200}[method]; want != 0 && resp.StatusCode != want {
			t.Errorf("%s: %s", method, resp.Status)
		} else if want == 0 && resp.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("%s: %s", method, resp.Status)
		}
		if method == "GET" {
			for _, want := range []string{"홈페이지 중단 · 연결 거부됨", "2026-11-24 17:51 (KST)부터", "복구 기한 2026-11-26 17:51 (KST)", "아직 응답한 사람이 없음", `<form method="post"`, "예시협회"} {
				if !strings.Contains(body, want) {
					t.Errorf("the page lacks %q:\n%s", want, body)
				}
			}
			if strings.Contains(body, "인증서") {
				t.Error("the page shows an alert that the link does not stand for")
			}
		}
	}
	if d.calls != 0 {
		t.Errorf("looking answered %d times", d.calls)
	}
}

func TestPostingAnswers(t *testing.T) {
	for _, c := range []struct {
		name       string
		link       Link
		form       string
		status     int
		acked      int
		id, called string
	}{
		{"a name", Link{Alerts: []string{"0"}}, "name=" + url.QueryEscape(" 이 야간\n"), 200, 1, "link/named/이 야간", "이 야간"},
		{"no name", Link{Alerts: []string{"0"}}, "", 422, 0, "", ""},
		{"a name of spaces", Link{Alerts: []string{"0"}}, "name=+%09", 422, 0, "", ""},
		{"a name too long", Link{Alerts: []string{"0"}}, "name=" + strings.Repeat("a", 81), 422, 0, "", ""},
		{"as long as it may be", Link{Alerts: []string{"0"}}, "name=" + url.QueryEscape(strings.Repeat("가", 80)), 200, 1, "link/named/" + strings.Repeat("가", 80), strings.Repeat("가", 80)},
		{"a person", Link{Alerts: []string{"0"}, Person: "kim"}, "name=somebody+else", 200, 1, "link/kim", "김관제"},
		{"a person who is gone", Link{Alerts: []string{"0"}, Person: "lee"}, "", 200, 1, "link/lee", "lee"},
		{"by labels", Link{Labels: map[string]string{"site": "homepage"}, Before: evening()}, "name=a", 200, 2, "link/named/a", "a"},
		{"by labels, raised later", Link{Labels: map[string]string{"site": "homepage"}, Before: evening().Add(-time.Second)}, "name=a", 200, 0, "", ""},
		{"by all labels", Link{Labels: map[string]string{"site": "homepage", "alertname": "SiteDown"}, Before: evening()}, "name=a", 200, 1, "link/named/a", "a"},
		{"nothing", Link{}, "name=a", 200, 0, "", ""},
		{"the watchdog", Link{Alerts: []string{"2"}}, "name=a", 200, 0, "", ""},
		{"one that is over", Link{Alerts: []string{"gone"}}, "name=a", 200, 0, "", ""},
		{"a form too large", Link{Alerts: []string{"0"}}, "name=a&x=" + strings.Repeat("a", formMost), 400, 0, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := &desk{open: standing()}
			for i, id := range c.link.Alerts {
				if len(id) == 1 {
					c.link.Alerts[i] = d.open[id[0]-'0'].ID
				}
			}
			c.link.Expires = evening().Add(time.Hour)
			s := d.serve(t)
			resp, body := ask(t, "POST", s.URL+"/ack/"+signer().Sign(c.link), c.form)
			if resp.StatusCode != c.status || len(d.acked) != c.acked {
				t.Fatalf("%s, %d answered:\n%s", resp.Status, len(d.acked), body)
			}
			if c.acked == 0 {
				return
			}
			if want := (accounts.Actor{ID: c.id, Name: c.called, Kind: accounts.KindUser, Role: accounts.RoleOperator}); d.by != want {
				t.Errorf("answered by %+v, want %+v", d.by, want)
			}
			if !strings.Contains(body, "기록했습니다") || strings.Contains(body, "<form") {
				t.Errorf("the page does not say that it is done:\n%s", body)
			}
		})
	}
}

func TestAnAnswerIsGivenOnce(t *testing.T) {
	d := &desk{open: standing()}
	d.open[0].Acked = &compliance.Acked{By: accounts.Actor{ID: "user/park", Name: "박야간"}, At: evening().Add(-time.Minute)}
	s := d.serve(t)
	at := s.URL + "/ack/" + signer().Sign(Link{Alerts: []string{d.open[0].ID, "gone"}, Expires: evening().Add(time.Hour)})
	_, body := ask(t, "GET", at, "")
	for _, want := range []string{"2026-11-24 18:02 (KST)부터 박야간 대응 중", "모두 이미 응답되었습니다", "이미 끝난 알림 1건"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q:\n%s", want, body)
		}
	}
	if strings.Contains(body, "<form") {
		t.Error("the page asks for another answer")
	}
	if ask(t, "POST", at, "name=a"); d.calls != 0 {
		t.Error("it was answered again")
	}
}

func TestLinksThatAreNoGood(t *testing.T) {
	d := &desk{open: standing()}
	s := d.serve(t)
	l := Link{Alerts: []string{d.open[0].ID}, Expires: evening()}
	for token, status := range map[string]int{signer().Sign(l): 410, "": 404, "nonsense": 404, "%00": 404, NewSigner(make([]byte, 32)).Sign(Link{Alerts: l.Alerts, Expires: evening().Add(time.Hour)}): 404} {
		for _, method := range []string{"GET", "POST"} {
			resp, body := ask(t, method, s.URL+"/ack/"+token, "name=a")
			if resp.StatusCode != status || strings.Contains(body, "<form") || strings.Contains(body, "홈페이지") {
				t.Errorf("%s %q: %s\n%s", method, token, resp.Status, body)
			}
		}
	}
	if d.calls != 0 {
		t.Error("a link that is no good answered")
	}
}

func TestAnAnswerThatFailsSaysSo(t *testing.T) {
	d := &desk{open: standing(), err: errors.New("disk full")}
	s := d.serve(t)
	resp, body := ask(t, "POST", s.URL+"/ack/"+signer().Sign(Link{Alerts: []string{d.open[0].ID}, Expires: evening().Add(time.Hour)}), "name=a")
	if resp.StatusCode != http.StatusServiceUnavailable || !strings.Contains(body, "기록하지 못했습니다") || strings.Contains(body, "disk full") || !strings.Contains(body, "<form") {
		t.Errorf("%s:\n%s", resp.Status, body)
	}
	if !strings.Contains(d.log.String(), "disk full") {
		t.Errorf("the log lacks the cause: %s", d.log.String())
	}
}

func TestTheAnswerPageIsGuarded(t *testing.T) {
	d := &desk{open: standing()}
	d.open[0].Detail = `<script>alert(1)</script>`
	d.open[0].Acked = &compliance.Acked{By: accounts.Actor{Name: `"><img src=x>`}, At: evening()}
	s := d.serve(t)
	at := s.URL + "/ack/" + signer().Sign(Link{Alerts: []string{d.open[0].ID, d.open[1].ID}, Expires: evening().Add(time.Hour)})
	resp, body := ask(t, "GET", at, "")
	for name, want := range map[string]string{
		"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff", "X-Robots-Tag": "noindex, nofollow", "Content-Language": "ko",
	} {
		if got := resp.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	csp := resp.Header.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"} {
		if !strings.Contains(csp, want) {
			t.Errorf("the policy lacks %s: %s", want, csp)
		}
	}
	_, style, _ := strings.Cut(body, "<style>")
	style, _, _ = strings.Cut(style, "</style>")
	if sum := sha256.Sum256([]byte(style)); !strings.Contains(csp, "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'") {
		t.Errorf("the policy does not allow the style sheet that the page has: %s", csp)
	}
	if strings.Contains(csp, "unsafe") || strings.Contains(body, "<script") || strings.Contains(body, "<img") || strings.Contains(body, "style=") {
		t.Errorf("%s\n%s", csp, body)
	}
	resp, body = ask(t, "GET", at+"?lang=en", "")
	if resp.Header.Get("Content-Language") != "en" || !strings.Contains(body, "Homepage is down") || !strings.Contains(body, `href="?lang=ko"`) || !strings.Contains(body, `action="?lang=en"`) {
		t.Errorf("not in English:\n%s", body)
	}
}
