package demo

import (
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/text/encoding/korean"
)

var hidden = regexp.MustCompile(`name="csrf" value="([^"]+)"`)

func TestLogInJourney(t *testing.T) {
	e := open(t, Config{})
	for _, base := range []string{siteOf(t, e, CustomerCentre).HTTPURL, siteOf(t, e, CustomerCentre).HTTPSURL} {
		c := client(t, e)
		if r, _ := get(t, c, base+"my"); r.Request.URL.Path != "/login" {
			t.Errorf("/my without a session leads to %s", r.Request.URL)
		}
		_, body := get(t, c, base+"login")
		m := hidden.FindStringSubmatch(body)
		if m == nil {
			t.Fatal("no csrf field")
		}
		for _, tc := range []struct {
			forged   bool
			password string
			code     int
		}{{true, "demo", 403}, {false, "wrong", 401}} {
			token := m[1] // every answer brings a fresh one
			if tc.forged {
				token = "forged"
			}
			r, err := c.PostForm(base+"login", url.Values{"csrf": {token}, "id": {"demo"}, "password": {tc.password}})
			if err != nil {
				t.Fatal(err)
			}
			b, _ := io.ReadAll(r.Body)
			r.Body.Close()
			if r.StatusCode != tc.code || r.Request.URL.Path != "/login" {
				t.Errorf("%v: %s", tc, r.Status)
			}
			m = hidden.FindStringSubmatch(string(b))
		}
		r, err := c.PostForm(base+"login", url.Values{"csrf": {m[1]}, "id": {"demo"}, "password": {"demo"}})
		if err != nil {
			t.Fatal(err)
		}
		b, _ := io.ReadAll(r.Body)
		r.Body.Close()
		if r.Request.URL.Path != "/my" || !strings.Contains(string(b), "문의 내역") {
			t.Errorf("after log-in at %s: %s", r.Request.URL, b)
		}
	}
}

func TestFormTokensAreOurs(t *testing.T) {
	e := open(t, Config{})
	base := siteOf(t, e, CustomerCentre).HTTPURL
	now := time.Now()
	_, body := get(t, client(t, e), base+"inquiry")
	m := hidden.FindStringSubmatch(body)
	if m == nil {
		t.Fatal("no csrf field")
	}
	ours := m[1]
	for _, tc := range []struct {
		name, cookie, field string
		code                int
	}{
		{"both of somebody else's making", "1.2.3", "1.2.3", 403},
		{"another key", newSigner().token(formCookie, now.Add(time.Hour)), "", 403},
		{"no cookie", "", ours, 403},
		{"another visitor's", "1.2.3", ours, 403},
		{"ours", ours, ours, 200},
	} {
		if tc.field == "" {
			tc.field = tc.cookie
		}
		r, _ := http.NewRequest("POST", base+"inquiry", strings.NewReader(url.Values{"csrf": {tc.field}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if tc.cookie != "" {
			r.AddCookie(&http.Cookie{Name: formCookie, Value: tc.cookie})
		}
		res, err := client(t, e).Do(r)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != tc.code {
			t.Errorf("%s: %s", tc.name, res.Status)
		}
	}
	k := newSigner()
	token := k.token(formCookie, now.Add(time.Minute))
	if !k.valid(formCookie, token, now) || k.valid(formCookie, token, now.Add(2*time.Minute)) || k.valid(sessionCookie, token, now) {
		t.Error("a token must be valid for its purpose, until its end, and no further")
	}
}

func TestPostShowsOnTheBoard(t *testing.T) {
	e := open(t, Config{})
	c, s := client(t, e), siteOf(t, e, Regulations)
	n, err := e.Post(Regulations, Notice{Title: "[긴급] 접속 장애 및 복구 예정 안내", Body: []string{"복구 예정: 15:30"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{"", "notice/list", "notice/feed.xml"} {
		r, body := get(t, c, s.HTTPURL+p)
		if strings.Contains(r.Header.Get("Content-Type"), "EUC-KR") {
			body, _ = korean.EUCKR.NewDecoder().String(body)
		}
		if !strings.Contains(body, n.Title) {
			t.Errorf("/%s lacks the notice", p)
		}
	}
	if _, err := e.Post(Regulations, Notice{}); err == nil {
		t.Error("a notice without a title was taken")
	}
}

func TestServiceHours(t *testing.T) {
	at := time.Date(2026, 3, 3, 0, 10, 0, 0, seoul())
	e := open(t, Config{ServiceHours: true, Clock: func() time.Time { return at }})
	c, s := client(t, e), siteOf(t, e, Statistics)
	// The estate's clock is not the client's: HTTP only.
	if r, _ := get(t, c, s.HTTPURL); r.StatusCode != 503 {
		t.Errorf("00:10: %s", r.Status)
	}
	if r, _ := get(t, c, s.HTTPURL+"hours"); r.StatusCode != 200 {
		t.Errorf("/hours at 00:10: %s", r.Status)
	}
	if r, _ := get(t, c, siteOf(t, e, Homepage).HTTPURL); r.StatusCode != 200 {
		t.Errorf("homepage at 00:10: %s", r.Status)
	}
}

func TestWebSocketEcho(t *testing.T) {
	var c *websocket.Conn
	t.Cleanup(func() { c.Close() }) // after the estate's own end, which thus meets an open WebSocket
	e := open(t, Config{})
	u := "ws" + strings.TrimPrefix(siteOf(t, e, Homepage).HTTPURL, "http") + "ws/quotes"
	var err error
	c, _, err = websocket.DefaultDialer.Dial(u, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.WriteMessage(websocket.TextMessage, []byte("시세")); err != nil {
		t.Fatal(err)
	}
	if _, b, err := c.ReadMessage(); err != nil || string(b) != "시세" {
		t.Errorf("echo %q, %v", b, err)
	}
}
