package alerts

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/internal/accounts"
	"github.com/charterwatch/charterwatch/internal/needs"
)

// served is a running service behind a server. Who calls is in the user name.
func servedKit(t *testing.T, set Settings) (*kit, *httptest.Server, func() []compliance.Statement) {
	k := newKit(t, set)
	var mu sync.Mutex
	var said []compliance.Statement
	k.cfg.Put = func(_ context.Context, s compliance.Statement) error {
		mu.Lock()
		defer mu.Unlock()
		if strings.Contains(s.Why, "store is down") {
			return errDown
		}
		said = append(said, s)
		return nil
	}
	k.start()
	t.Cleanup(k.stop)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, _, _ := r.BasicAuth()
		by := map[string]accounts.Actor{"kim": kim(), "viewer": {ID: "user/viewer", Name: "Viewer", Role: accounts.RoleViewer}}[user]
		k.s.ServeAs(w, r, by)
	}))
	t.Cleanup(server.Close)
	eventually(t, "the service runs", k.s.embedded.running)
	return k, server, func() []compliance.Statement {
		mu.Lock()
		defer mu.Unlock()
		return append([]compliance.Statement(nil), said...)
	}
}

func TestAmtool(t *testing.T) {
	tool := needs.Tool(t, "apt-get install prometheus-alertmanager", "amtool")
	k, server, said := servedKit(t, Settings{Alertmanager: routing(t, oneHook)})
	k.publish(down("homepage", time.Now()), siteAlert(compliance.AlertLatencyHigh, compliance.SeverityWarning, "forms", time.Now()))
	eventually(t, "both are told", func() bool { return len(k.hooks.all()) == 2 })
	amtool := func(user string, args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), tool, append([]string{"--alertmanager.url=" + strings.Replace(server.URL, "//", "//"+user+":x@", 1) + "/alertmanager"}, args...)...)
		cmd.Env = append(os.Environ(), "HOME="+t.TempDir())
		var out, said strings.Builder
		cmd.Stdout, cmd.Stderr = &out, &said
		if err := cmd.Run(); err != nil {
			return "failed: " + out.String() + said.String()
		}
		return out.String()
	}
	has := func(out string, want ...string) {
		t.Helper()
		for _, w := range want {
			if !strings.Contains(out, w) {
				t.Errorf("amtool says %q, want %q in it", out, w)
			}
		}
	}
	has(amtool("", "alert", "query"), "SiteDown", "LatencyHigh")
	if out := amtool("", "alert", "query", "site=forms"); strings.Contains(out, "SiteDown") {
		t.Errorf("a query for another site finds %q", out)
	}
	has(amtool("", "cluster", "show"), "disabled")
	has(amtool("viewer", "silence", "add", "site=forms", "--comment=x", "--duration=1h"), "failed", "403")
	has(amtool("kim", "silence", "add", "site=forms", "--duration=1h"), "failed")
	has(amtool("kim", "silence", "add", "site=forms", "--comment=x", "--duration=2000h"), "failed", "30 d")
	id := strings.TrimSpace(amtool("kim", "silence", "add", "site=forms", "--comment=router is replaced", "--author=somebody else", "--duration=1h"))
	has(amtool("", "silence", "query"), id[:8], "router is replaced", "Kim")
	has(amtool("", "alert", "query", "--silenced"), "LatencyHigh")
	amtool("kim", "silence", "expire", id)
	if out := amtool("", "silence", "query"); strings.Contains(out, id[:8]) {
		t.Errorf("an expired silence stands: %q", out)
	}
	has(amtool("kim", "alert", "add", "alertname=Foreign", "instance=db", "severity=critical"))
	eventually(t, "the foreign alert is told", func() bool { return len(k.hooks.all()) == 3 })
	eventually(t, "its receipt", func() bool {
		r := k.outbox.all()
		return len(r) == 3 && len(r[2].Firing) == 1 && strings.HasPrefix(r[2].Firing[0], "am:")
	})
	list := said()
	if len(list) != 2 || list[0].Silence == nil || list[0].By.ID != "user/kim" || list[0].Why != "router is replaced" || list[0].Silence.ID != id || list[0].Silence.Expired || list[0].Site != compliance.MonitorScope {
		t.Fatalf("on record %+v, want the silence", list)
	}
	if !list[1].Silence.Expired || list[1].Silence.ID != id || list[1].Why == "" {
		t.Errorf("on record %+v, want its end", list[1])
	}
}

func TestTheAPI(t *testing.T) {
	k, server, said := servedKit(t, Settings{Alertmanager: routing(t, oneHook), LongestSilence: 48 * time.Hour})
	a := down("homepage", time.Now())
	k.publish(a)
	eventually(t, "it is told", func() bool { return len(k.hooks.all()) == 1 })
	in := func(d time.Duration) string { return time.Now().Add(d).UTC().Format(time.RFC3339) }
	silence := func(comment, ends string) string {
		return `{"matchers":[{"name":"site","value":"homepage","isRegex":false}],"startsAt":"` + in(0) + `","endsAt":"` + ends + `","createdBy":"x","comment":"` + comment + `"}`
	}
	tests := []struct {
		name, user, method, path, body, lang string
		status                               int
		want                                 string
	}{
		{"a reader reads", "", "GET", "/alertmanager/api/v2/alerts", "", "", 200, "homepage"},
		{"status", "", "GET", "/alertmanager/api/v2/status", "", "", 200, "charterwatch-site-down"},
		{"groups", "", "GET", "/alertmanager/api/v2/alerts/groups", "", "", 200, "SiteDown"},
		{"receivers", "", "GET", "/alertmanager/api/v2/receivers", "", "", 200, "hook"},
		{"health", "", "GET", "/alertmanager/-/healthy", "", "", 200, ""},
		{"nothing else", "", "GET", "/alertmanager/metrics", "", "", 404, "nothing here"},
		{"nobody writes", "", "POST", "/alertmanager/api/v2/silences", silence("x", in(time.Hour)), "", 403, "may not"},
		{"a viewer writes not", "viewer", "POST", "/alertmanager/api/v2/alerts", "[]", "", 403, "may not"},
		{"a viewer deletes not", "viewer", "DELETE", "/alertmanager/api/v2/silence/x", "", "", 403, "may not"},
		{"no reason", "kim", "POST", "/alertmanager/api/v2/silences", silence("  ", in(time.Hour)), "", 400, "comment that says why"},
		{"no reason, in Korean", "kim", "POST", "/alertmanager/api/v2/silences", silence("", in(time.Hour)), "ko", 400, "이유"},
		{"too long", "kim", "POST", "/alertmanager/api/v2/silences", silence("x", in(50*time.Hour)), "", 400, "2 d"},
		{"over already", "kim", "POST", "/alertmanager/api/v2/silences", silence("x", in(-time.Hour)), "", 400, "must end after"},
		{"not JSON", "kim", "POST", "/alertmanager/api/v2/silences", "{", "", 400, "cannot be read"},
		{"unknown silence", "kim", "DELETE", "/alertmanager/api/v2/silence/11111111-1111-1111-1111-111111111111", "", "", 404, "no such silence"},
		{"not on record", "kim", "POST", "/alertmanager/api/v2/silences", silence("the store is down", in(time.Hour)), "", 503, "put on record"},
		{"made", "kim", "POST", "/alertmanager/api/v2/silences", silence("router", in(time.Hour)), "", 200, "silenceID"},
		{"ours cannot be ended", "kim", "POST", "/alertmanager/api/v2/alerts", `[{"labels":{"alertname":"SiteDown","severity":"critical","site":"homepage","clause":"availability"},"endsAt":"` + in(-time.Minute) + `"}]`, "", 200, ""},
		{"nor passed for", "kim", "POST", "/alertmanager/api/v2/alerts", `[{"labels":{"alertname":"Other"},"annotations":{"id":"` + a.ID + `"}}]`, "", 200, ""},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), tc.method, server.URL+tc.path, strings.NewReader(tc.body))
			if err != nil {
				t.Fatal(err)
			}
			req.SetBasicAuth(tc.user, "x")
			req.Header.Set("Content-Type", "application/json")
			if tc.lang != "" {
				req.Header.Set("Accept-Language", tc.lang)
			}
			resp, err := server.Client().Do(req)
			if err != nil {
				t.Fatal(err)
			}
			b, err := io.ReadAll(resp.Body)
			if err := errors.Join(err, resp.Body.Close()); err != nil {
				t.Fatal(err)
			}
			if resp.StatusCode != tc.status || !strings.Contains(string(b), tc.want) {
				t.Errorf("%d %s, want %d with %q", resp.StatusCode, b, tc.status, tc.want)
			}
			if tc.status >= 400 && !json.Valid(bytes.TrimSpace(b)) {
				t.Errorf("%q is no JSON", b)
			}
		})
	}
	list, err := k.s.Silences(t.Context())
	active := 0
	for _, s := range list {
		if s.State == "active" {
			active++
		}
	}
	if err != nil || active != 1 || len(said()) != 1 {
		t.Errorf("%d silences stand, %d statements, %v; want only the one that is on record", active, len(said()), err)
	}
	o, _ := k.s.embedded.alerts.Get(labelSet(Content{}.Labels(a)).Fingerprint())
	if o == nil || o.Resolved() {
		t.Errorf("ours is %+v, want it to stand", o)
	}
	eventually(t, "the other's receipt", func() bool {
		for _, r := range k.outbox.all() {
			for _, id := range r.Firing {
				if strings.HasPrefix(id, "am:") {
					return true
				}
			}
		}
		return false
	})
}

func TestNoAPIWithoutAnAlertmanagerInside(t *testing.T) {
	k := newKit(t, Settings{}).start()
	defer k.stop()
	w := httptest.NewRecorder()
	k.s.ServeAs(w, httptest.NewRequest("GET", "/alertmanager/api/v2/alerts", nil), kim())
	if w.Code != http.StatusServiceUnavailable {
		t.Errorf("status %d", w.Code)
	}
}
