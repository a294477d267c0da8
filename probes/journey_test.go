package probes

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// shop is a site that one logs in to: it demands a cookie, a hidden field and a password,
// and then a token.
func shop(t testing.TB) *httptest.Server {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /login", func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "SID", Value: "canary-session"})
		io.WriteString(w, `<form><input type=hidden name="_csrf" value="canary&amp;csrf"/><input name=user></form>`)
	})
	mux.HandleFunc("POST /login", func(w http.ResponseWriter, r *http.Request) {
		c, err := r.Cookie("SID")
		if err != nil || c.Value != "canary-session" || r.FormValue("_csrf") != "canary&csrf" || r.FormValue("password") != "canary-pass word" {
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprintf(w, "no: %v %v", r.Form, r.Cookies()) // a careless site tells all
			return
		}
		http.Redirect(w, r, "/home", http.StatusSeeOther)
	})
	mux.HandleFunc("GET /home", func(w http.ResponseWriter, r *http.Request) {
		if c, err := r.Cookie("SID"); err != nil || c.Value != "canary-session" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.Header().Set("X-Next", "/api")
		io.WriteString(w, `{"token":"canary/to ken","id":12345678}`)
	})
	mux.HandleFunc("GET /api", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "auth=%s id=%s t=%s", r.Header.Get("Authorization"), r.FormValue("id"), r.FormValue("t"))
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

// login is the journey through the shop.
func login(url string) JourneyConfig {
	return JourneyConfig{Steps: []JourneyStep{
		{Name: "form", URL: url + "/login", Captures: []StepCapture{{Name: "csrf", Field: "_csrf"}}},
		{Name: "login", URL: "/login", Form: []FormField{{"user", "kim"}, {"_csrf", "${csrf}"}, {"password", "canary-pass word"}},
			Expect:   HTTPExpect{JSON: []string{"body.id > 0"}},
			Captures: []StepCapture{{Name: "token", JSON: "body.token"}, {Name: "id", JSON: "body.id"}, {Name: "next", Header: "X-Next"}, {Name: "quoted", Regex: `"token":"([^"]*)"`}}},
		{Name: "api", URL: "${next}?id=${id}&t=${quoted}", Headers: []RequestHeader{{"Authorization", "Bearer ${token}"}},
			Expect: HTTPExpect{BodyContains: []string{"auth=Bearer canary/to ken id=12345678 t=canary/to ken"}}},
	}}
}

func TestJourney(t *testing.T) {
	s := shop(t)
	r := look(t, must(NewJourney(login(s.URL), nil)))
	wantReason(t, r, OK)
	if r.Facts.Redirects != 1 || r.Facts.HTTPStatus != 200 || r.Phases.Connect <= 0 {
		t.Errorf("%+v", r.Facts)
	}
	// A second look begins without the first one's cookies.
	wantReason(t, look(t, must(NewJourney(JourneyConfig{Steps: []JourneyStep{{URL: s.URL + "/home", Expect: HTTPExpect{Status: []string{"401"}}}}}, nil))), OK)
	for _, c := range []struct {
		name   string
		change func(*JourneyConfig)
		want   Reason
		step   string
	}{
		{"wrong password", func(c *JourneyConfig) { c.Steps[1].Form[2].Value = "canary-wrong" }, Status, "login"},
		{"no such field", func(c *JourneyConfig) { c.Steps[0].Captures[0].Field = "token" }, Step, "form"},
		{"no such header", func(c *JourneyConfig) { c.Steps[1].Captures[2].Header = "X-None" }, Step, "login"},
		{"no such value", func(c *JourneyConfig) { c.Steps[1].Captures[0].JSON = "body.none" }, Step, "login"},
		{"no such match", func(c *JourneyConfig) { c.Steps[1].Captures[3].Regex = "nothing" }, Step, "login"},
		{"last step", func(c *JourneyConfig) { c.Steps[2].Expect = HTTPExpect{BodyLacks: []string{"auth"}} }, Body, "api"},
		{"captured long ago", func(c *JourneyConfig) {
			c.Steps[1] = JourneyStep{Name: "again", URL: "/login", Expect: HTTPExpect{BodyContains: []string{"nothing"}}}
			c.Steps = c.Steps[:2]
		}, Body, "again"},
		{"host down", func(c *JourneyConfig) { c.Steps[2].URL = "http://" + closedPort(t) }, ConnectRefused, "api"},
		{"no URL", func(c *JourneyConfig) { c.Steps[2].URL = "http://${token}/" }, Step, "api"},
		{"slow", func(c *JourneyConfig) { c.Latency = time.Nanosecond }, Latency, "the journey"},
	} {
		t.Run(c.name, func(t *testing.T) {
			conf := login(s.URL)
			c.change(&conf)
			r := look(t, must(NewJourney(conf, nil)))
			wantReason(t, r, c.want)
			if !strings.HasPrefix(r.Detail, c.step) {
				t.Errorf("detail %q does not name step %s", r.Detail, c.step)
			}
			if c.name != "no such field" { // what a page says and nobody was told to look for is not known to be one
				noCanary(t, r)
			}
		})
	}
}

func TestJourneyEscapesByPlace(t *testing.T) {
	vars := map[string]string{"v": "a b/c&d", "u": "https://x.example/?q=1"}
	for in, want := range map[string]string{
		"${u}": "https://x.example/?q=1", "/p/${v}": "/p/a%20b%2Fc&d", "/?x=${v}": "/?x=a+b%2Fc%26d", "/${no-name}${": "/${no-name}${",
	} {
		if got := substituteURL(in, vars); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}
