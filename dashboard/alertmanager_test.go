package dashboard

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// amtool can send a token as the password of Basic authentication, and nothing else.
func TestAlertmanagersAPITakesATokenEitherWay(t *testing.T) {
	s, d := openDesk(t)
	try := func(method, auth, origin string) int {
		r := httptest.NewRequest(method, "/alertmanager/api/v2/silences", strings.NewReader("{}"))
		if auth != "" {
			r.Header.Set("Authorization", auth)
		}
		if origin != "" {
			r.Header.Set("Origin", origin)
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return w.Code
	}
	basic := func(pair string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte(pair)) }
	for _, c := range []struct {
		name, method, auth, origin string
		want                       int
		by                         string // id of who it is served as
	}{
		{"a read is open", "GET", "", "", 200, ""},
		{"so is a look at its head", "HEAD", "", "", 200, ""},
		{"a read with a bad token is one without", "GET", "Bearer guess", "", 200, ""},
		{"a bearer writes", "POST", "Bearer operator", "", 200, "token/operator"},
		{"a password writes, whoever the user", "POST", basic("anybody:operator"), "", 200, "token/operator"},
		{"a user's name is no password", "POST", basic("operator:"), "", 401, "-"},
		{"a viewer does not write", "DELETE", basic("x:viewer"), "", 403, "-"},
		{"nobody writes", "POST", "", "", 401, "-"},
		{"a foreign page does not write with what the browser remembers", "POST", basic("x:operator"), "https://evil.example", 403, "-"},
		{"other methods are none of its own", "PATCH", "Bearer operator", "", 405, "-"},
	} {
		d.served = nil
		if got := try(c.method, c.auth, c.origin); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
		switch {
		case c.by == "-" && len(d.served) != 0, c.by != "-" && (len(d.served) != 1 || d.served[0].ID != c.by):
			t.Errorf("%s: served as %+v", c.name, d.served)
		}
	}
	w := ask(s, "POST", "/alertmanager/api/v2/silences", "")
	if asks := strings.Join(w.Header().Values("WWW-Authenticate"), ", "); !strings.Contains(asks, "Basic realm=") || !strings.Contains(asks, "Bearer") {
		t.Errorf("asks for %q", asks)
	}
	if w := ask(s, "GET", "/alertmanager/api/v2/status", ""); w.Body.String() != "/alertmanager/api/v2/status" {
		t.Errorf("the prefix is lost: %s", w.Body)
	}
}

func TestTheAnswerPageSetsItsOwnHeaders(t *testing.T) {
	s, d := openDesk(t)
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		w := ask(s, method, "/ack/abc.def", "")
		h := w.Header()
		if w.Code != http.StatusOK || len(h.Values("Content-Security-Policy")) != 1 || !strings.Contains(h.Get("Content-Security-Policy"), "form-action 'self'") {
			t.Errorf("%s: %d %v", method, w.Code, h)
		}
		if h.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v", method, h)
		}
	}
	// So a browser sends the page's form over plain HTTP under a Referrer-Policy of no-referrer.
	for path, want := range map[string]int{"/ack/abc.def": http.StatusOK, "/api/v1/takings": http.StatusForbidden} {
		r := httptest.NewRequest(http.MethodPost, path, nil)
		r.Header.Set("Origin", "null")
		r.Header.Set("Authorization", "Bearer operator")
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	if len(d.answered) != 3 {
		t.Errorf("%v", d.answered)
	}
}
