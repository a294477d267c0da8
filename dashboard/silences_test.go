package dashboard

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/internal/messages"
)

const silenceBody = `{"matchers": ["site=\"alpha\"", " "], "ends": "2099-01-01T00:00:00Z", "why": "DB 이전"}`

func TestASilenceIsMadeAndEnded(t *testing.T) {
	srv, d := openFloor(t)
	resp, b := call(t, srv, "POST", "/api/v1/silences", "operator", silenceBody)
	if resp.StatusCode != http.StatusOK || len(d.silences) != 1 {
		t.Fatalf("%d %s", resp.StatusCode, b)
	}
	_, valid := document(t, NewServer(ServerConfig{Hub: d.hub()}))
	if err := valid("Silence", b); err != nil {
		t.Error(err)
	}
	s := d.silences[0]
	if len(s.Matchers) != 1 || s.By != "token/operator" || s.Why != "DB 이전" || time.Since(s.Starts) > time.Minute || s.Ends.Year() != 2099 {
		t.Errorf("%+v", s)
	}
	resp, b = call(t, srv, "DELETE", "/api/v1/silences/s1", "operator", `{"why": "끝남"}`)
	if resp.StatusCode != http.StatusOK || !strings.Contains(string(b), `"state":"expired"`) || d.silences[0].State != SilenceExpired {
		t.Errorf("%d %s", resp.StatusCode, b)
	}
}

func TestSilencesWithoutReasonExpiryOrMatchersAreRefused(t *testing.T) {
	srv, d := openFloor(t)
	for _, c := range []struct {
		body   string
		status int
		kind   string
	}{
		{strings.Replace(silenceBody, "DB 이전", " ", 1), 422, "refused_no_reason"},
		{`{"matchers": ["a=b"], "why": "w"}`, 422, "refused_no_expiry"},
		{strings.Replace(silenceBody, "2099", "2020", 1), 422, "refused_bad_window"},
		{strings.Replace(silenceBody, `"ends"`, `"starts": "2099-02-01T00:00:00Z", "ends"`, 1), 422, "refused_bad_window"},
		{strings.Replace(silenceBody, `site=\"alpha\"`, "", 1), 400, "bad_matchers"},
		{strings.Replace(silenceBody, `"why"`, `"by": "me", "why"`, 1), 400, "bad_order"},
	} {
		if resp, b := call(t, srv, "POST", "/api/v1/silences", "operator", c.body); resp.StatusCode != c.status || kindOf(t, b) != c.kind {
			t.Errorf("%s: %d %s, want %s", c.body, resp.StatusCode, b, c.kind)
		}
	}
	if len(d.silences) != 0 {
		t.Errorf("%+v", d.silences)
	}
	for want, err := range map[string]error{"bad_silence": fmt.Errorf("mute: %w", messages.New("alert_silence.no_matcher")), "internal": errLeak} {
		d.silenceErr = err
		if _, b := call(t, srv, "POST", "/api/v1/silences", "operator", silenceBody); kindOf(t, b) != want || strings.Contains(string(b), "SELECT") {
			t.Errorf("%v: %s", err, b)
		}
	}
	d.silenceErr = messages.New("alert_silence.no_matcher")
	for lang, want := range map[string]string{"en": "a silence", "ko": "조건", "": "조건"} {
		r, err := http.NewRequest("POST", srv.URL+"/api/v1/silences", strings.NewReader(silenceBody))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer operator")
		r.Header.Set("Accept-Language", lang)
		resp, err := srv.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		b, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if resp.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(strings.ToLower(string(b)), want) {
			t.Errorf("%q: %d %s", lang, resp.StatusCode, b)
		}
	}
	d.silenceErr = nil
	for body, want := range map[string]string{`{"why": ""}`: "refused_no_reason", `{"why": "w"}`: "not_found"} {
		if _, b := call(t, srv, "DELETE", "/api/v1/silences/none", "operator", body); kindOf(t, b) != want {
			t.Errorf("%s: %s", body, b)
		}
	}
}

func TestSilencesAreListedByWhatComesNext(t *testing.T) {
	srv, d := openFloor(t)
	at := func(h int) time.Time { return noon.Add(time.Duration(h) * time.Hour) }
	d.silences = []Silenced{
		{ID: "old", State: SilenceExpired, Ends: at(1)}, {ID: "older", State: SilenceExpired, Ends: at(0)}, {ID: "later", State: SilencePending, Starts: at(9)},
		{ID: "soon", State: SilencePending, Starts: at(5)}, {ID: "long", State: SilenceActive, Ends: at(4), Alerts: []string{downID}}, {ID: "short", State: SilenceActive, Ends: at(3)},
	}
	var got []string
	_, b := call(t, srv, "GET", "/api/v1/silences", "", "")
	var list SilenceList
	if err := json.Unmarshal(b, &list); err != nil || !list.Inside {
		t.Fatalf("%v in %s", err, b)
	}
	_, valid := document(t, NewServer(ServerConfig{Hub: d.hub()}))
	if err := valid("SilenceList", b); err != nil {
		t.Error(err)
	}
	for _, x := range list.Silences {
		got = append(got, x.ID)
	}
	if want := "short long soon later old older"; strings.Join(got, " ") != want {
		t.Errorf("%v, want %s", got, want)
	}
	d.silences = append(d.silences, Silenced{ID: "gone", State: SilenceExpired, Alerts: []string{downID}})
	if a := listed[Alert](t, srv, d, "/api/v1/alerts?site=alpha", "Alert"); len(a[0].Silences) != 1 || a[0].Silences[0] != "long" {
		t.Errorf("%+v", a)
	}
}

func TestWithoutAnAlertmanagerInsideThatIsSaid(t *testing.T) {
	s, d := openDesk(t)
	s.cfg.Silences, s.cfg.Alertmanager = nil, nil
	d.floor = staffed(time.Now())
	srv := httptest.NewServer(s)
	defer srv.Close()
	if resp, b := call(t, srv, "GET", "/api/v1/silences", "", ""); resp.StatusCode != http.StatusOK || string(b) != `{"inside":false,"silences":[]}` {
		t.Errorf("%d %s", resp.StatusCode, b)
	}
	for method, path := range map[string]string{"POST": "/api/v1/silences", "DELETE": "/api/v1/silences/x"} {
		body := map[string]string{"POST": silenceBody, "DELETE": `{"why": "w"}`}[method]
		if resp, b := call(t, srv, method, path, "operator", body); resp.StatusCode != http.StatusNotImplemented || kindOf(t, b) != "external_alertmanager" {
			t.Errorf("%s: %d %s", method, resp.StatusCode, b)
		}
	}
	if resp, b := call(t, srv, "GET", "/alertmanager/api/v2/status", "", ""); resp.StatusCode != http.StatusNotFound || kindOf(t, b) != "external_alertmanager" {
		t.Errorf("%d %s", resp.StatusCode, b)
	}
	if resp, b := call(t, srv, "GET", "/api/v1/alerts", "", ""); resp.StatusCode != http.StatusOK {
		t.Errorf("%d %s", resp.StatusCode, b)
	}
	resp, b := call(t, srv, "GET", "/api/v1/watch-floor", "", "")
	var got WatchFloor
	if err := json.Unmarshal(b, &got); err != nil || resp.StatusCode != http.StatusOK || len(got.Stands.Silences) != 0 {
		t.Errorf("%d %s", resp.StatusCode, b)
	}
}
