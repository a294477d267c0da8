package dashboard

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/internal/accounts"
	"github.com/charterwatch/charterwatch/probes"
	"github.com/charterwatch/charterwatch/scanners"
)

var errNone = errors.New("no such record")

// errLeak is what a store may say that no client should read.
var errLeak = errors.New("open /var/lib/secret-place/charterwatch.db: SELECT token FROM tokens")

// desk is everything behind a server that tests arrange.
type desk struct {
	*world
	detail   error // of every Detail read
	beatErr  error
	authErr  error
	reloaded int
	probed   int
	beats    []string
	page     scanners.Page
	stated   []compliance.Statement
	stateErr error
	*alarmRoom
	register register
}

func (d *desk) NoticePage(context.Context, string) (scanners.Page, error) { return d.page, d.detail }

// State takes a statement as the engine does: sealed, and against the record.
func (d *desk) State(_ context.Context, s compliance.Statement, outages []compliance.Outage) (compliance.Statement, error) {
	s.At = time.Now().UTC()
	s = s.Sealed()
	about, err := d.Desk().Admit(s)
	if !about {
		err = d.Record(s.Site).Admit(s, outages)
	}
	if d.stateErr != nil {
		err = d.stateErr
	}
	if err == nil {
		d.stated = append(d.stated, s)
	}
	return s, err
}

func (d *desk) Results(context.Context, string, time.Time, time.Time, int) ([]probes.Result, error) {
	return []probes.Result{{Check: "alpha/front", Vantage: "local", Slot: noon, Duration: 1500 * time.Microsecond}}, d.detail
}

func (d *desk) Capture(_ context.Context, id string) (compliance.OutageCapture, error) {
	return compliance.OutageCapture{Outage: id}, d.detail
}

// Authenticate knows a token for each role: the role's name.
func (d *desk) Authenticate(_ context.Context, token string) (accounts.Actor, error) {
	if d.authErr != nil {
		return accounts.Actor{}, d.authErr
	}
	var role accounts.Role
	if err := role.UnmarshalText([]byte(token)); err != nil {
		return accounts.Actor{}, accounts.ErrDenied
	}
	return accounts.Actor{ID: "token/" + token, Role: role}, nil
}

// openDesk returns a server over a loaded wall, and what is behind it.
func openDesk(t *testing.T) (*Server, *desk) {
	t.Helper()
	d := &desk{world: newWorld(), alarmRoom: &alarmRoom{}}
	h := d.hub()
	h.load(t.Context())
	return NewServer(ServerConfig{
		Hub: h, Detail: d, NotFound: errNone, Guard: d, State: d.State, AlertRecords: d, Silences: d, Alertmanager: d, AnswerPage: d.answers(), Records: &d.register,
		Beat: func(_ context.Context, check string, ok bool, message string) (bool, error) {
			if check != "alpha/batch" {
				return false, nil
			}
			if ok {
				message = "ok"
			}
			d.beats = append(d.beats, message)
			return true, d.beatErr
		},
		Reload: func(context.Context) error { d.reloaded++; return nil },
		Probe:  http.HandlerFunc(func(http.ResponseWriter, *http.Request) { d.probed++ }),
	}), d
}

func ask(s http.Handler, method, path, token string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, nil)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// wantProblem demands a problem document with this status.
func wantProblem(t *testing.T, what string, w *httptest.ResponseRecorder, status int, kind string) {
	t.Helper()
	var p Problem
	err := json.Unmarshal(w.Body.Bytes(), &p)
	if w.Code != status || w.Header().Get("Content-Type") != "application/problem+json" || err != nil || p.Status != status || !strings.HasSuffix(p.Type, kind) || p.Title == "" {
		t.Errorf("%s: %d %s %s", what, w.Code, w.Header().Get("Content-Type"), w.Body)
	}
}

func TestWhatIsNotOpenDemandsAnActorWithThePermission(t *testing.T) {
	for _, route := range []struct {
		verb  string
		path  string // %s: the token, where the path holds it
		needs accounts.Permission
		inURL bool
	}{
		{http.MethodPost, "/-/reload", accounts.ConfigureSystem, false},
		{http.MethodGet, "/probe?target=a.example", accounts.View, false},
		{http.MethodPost, "/push/%s/alpha/batch", accounts.SendHeartbeats, true},
	} {
		try := func(token string) *httptest.ResponseRecorder {
			s, _ := openDesk(t)
			if route.inURL {
				return ask(s, route.verb, strings.Replace(route.path, "%s", token, 1), "")
			}
			return ask(s, route.verb, route.path, token)
		}
		if !route.inURL {
			w := try("")
			wantProblem(t, route.path+" without an actor", w, http.StatusUnauthorized, "no_actor")
			if w.Header().Get("WWW-Authenticate") != "Bearer" {
				t.Errorf("%s does not ask for a token", route.path)
			}
		}
		wantProblem(t, route.path+" with a token that is not known", try("guess"), http.StatusUnauthorized, "denied")
		wantProblem(t, route.path+" with no role", try("none"), http.StatusForbidden, "not_permitted")
		for _, role := range accounts.Roles() {
			w := try(role.String())
			if role.Can(route.needs) {
				if w.Code != http.StatusOK {
					t.Errorf("%s as %s: %d %s", route.path, role, w.Code, w.Body)
				}
				continue
			}
			wantProblem(t, route.path+" as "+role.String(), w, http.StatusForbidden, "not_permitted")
		}
	}
}

func TestNothingIsDoneForWhoMayNot(t *testing.T) {
	s, d := openDesk(t)
	ask(s, http.MethodPost, "/-/reload", "viewer")
	ask(s, http.MethodPost, "/-/reload", "")
	ask(s, http.MethodGet, "/-/reload", "administrator")
	ask(s, http.MethodPost, "/push/viewer/alpha/batch", "")
	ask(s, http.MethodGet, "/probe?target=a.example", "")
	ask(s, http.MethodGet, "/probe?target=a.example", "job")
	if d.reloaded != 0 || len(d.beats) != 0 || d.probed != 0 {
		t.Errorf("reloaded %d times, heartbeats %v, probed %d times", d.reloaded, d.beats, d.probed)
	}
}

func TestWritesFromOtherOriginsAreRefused(t *testing.T) {
	s, d := openDesk(t)
	r := httptest.NewRequest(http.MethodPost, "/-/reload", nil)
	r.Header.Set("Authorization", "Bearer administrator")
	r.Header.Set("Origin", "https://evil.example")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	if w.Code != http.StatusForbidden || d.reloaded != 0 {
		t.Errorf("%d, reloaded %d times", w.Code, d.reloaded)
	}
}

func TestHeartbeats(t *testing.T) {
	s, d := openDesk(t)
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		for _, q := range []string{"", "?status=ok", "?status=fail&msg=disk+full"} {
			if w := ask(s, method, "/push/job/alpha/batch"+q, ""); w.Code != http.StatusOK {
				t.Errorf("%s %s: %d %s", method, q, w.Code, w.Body)
			}
		}
	}
	if got := strings.Join(d.beats, ","); got != "ok,ok,disk full,ok,ok,disk full" {
		t.Error(got)
	}
	wantProblem(t, "unknown check", ask(s, http.MethodPost, "/push/job/alpha/front", ""), http.StatusNotFound, "not_found")
	wantProblem(t, "unknown status", ask(s, http.MethodPost, "/push/job/alpha/batch?status=maybe", ""), http.StatusBadRequest, "bad_status")
}

func TestBadQueriesAreToldApart(t *testing.T) {
	s, _ := openDesk(t)
	const results = "/api/v1/checks/alpha/front/results"
	for path, kind := range map[string]string{
		results + "?from=yesterday": "bad_span", results + "?to=2026-13-01T00:00:00Z": "bad_span",
		results + "?from=2000&to=1000": "bad_span", results + "?from=1000&to=1000": "bad_span",
		"/api/v1/outages?from=x":                           "bad_span",
		"/api/v1/sites/alpha/availability?month=2026-13":   "bad_month",
		"/api/v1/sites/alpha/availability?month=lastmonth": "bad_month",
	} {
		wantProblem(t, path, ask(s, http.MethodGet, path, ""), http.StatusBadRequest, kind)
	}
	for _, path := range []string{results, results + "?from=1000&to=2000", results + "?from=2026-11-23T00:00:00Z&to=2026-11-24T00:00:00%2B09:00", "/api/v1/outages?open=true", "/api/v1/sites/alpha/availability", "/api/v1/wall"} {
		if w := ask(s, http.MethodGet, path, ""); w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/json" {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
}

func TestWhatIsNotThereIsA404InJSON(t *testing.T) {
	s, d := openDesk(t)
	d.detail = errNone
	for _, path := range []string{"/api/", "/api/v2/wall", "/api/v1/nothing", "/api/v1/outages/alpha@1", "/api/v1/outages/alpha/front@1/capture", "/api/v1/sites/gone/availability", "/api/v1/checks/alpha/gone/results"} {
		wantProblem(t, path, ask(s, http.MethodGet, path, ""), http.StatusNotFound, "not_found")
	}
}

func TestErrorsOfTheStoreStayInTheLog(t *testing.T) {
	s, d := openDesk(t)
	d.detail, d.err, d.beatErr = errLeak, errLeak, errLeak
	leaks := func(what string, w *httptest.ResponseRecorder) {
		wantProblem(t, what, w, http.StatusInternalServerError, "internal")
		for _, word := range []string{"secret-place", "SELECT", "charterwatch.db"} {
			if strings.Contains(w.Body.String(), word) {
				t.Errorf("%s tells the client %s", what, w.Body)
			}
		}
	}
	for _, path := range []string{"/api/v1/outages", "/api/v1/outages/alpha@1/capture", "/api/v1/sites/alpha/availability", "/api/v1/checks/alpha/front/results", "/push/job/alpha/batch"} {
		leaks(path, ask(s, http.MethodGet, path, ""))
	}
	d.authErr = errLeak
	leaks("authentication", ask(s, http.MethodPost, "/-/reload", "administrator"))
}

func TestSecurityHeadersAreOnEveryAnswer(t *testing.T) {
	s, _ := openDesk(t)
	for _, path := range []string{"/", "/api/v1/wall", "/api/none", "/healthz", "/readyz", "/-/reload", "/push/guess/a/b"} {
		h := ask(s, http.MethodGet, path, "").Header()
		if !strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'") || !strings.Contains(h.Get("Content-Security-Policy"), "frame-ancestors 'none'") ||
			h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s: %v", path, h)
		}
	}
}

func TestReadinessFollowsTheStore(t *testing.T) {
	s, d := openDesk(t)
	if w := ask(s, http.MethodGet, "/readyz", ""); w.Code != http.StatusOK {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	d.health.Trouble = true
	wantProblem(t, "trouble", ask(s, http.MethodGet, "/readyz", ""), http.StatusServiceUnavailable, "store_trouble")
	s.cfg.Hub = d.hub()
	wantProblem(t, "not loaded", ask(s, http.MethodGet, "/api/v1/wall", ""), http.StatusServiceUnavailable, "starting")
}
