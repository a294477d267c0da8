package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/probes"
)

// TestReload refuses a bad file and takes a good one, and disturbs neither way what is
// watched unchanged: not even the looks under way, of which there always are some.
func TestReload(t *testing.T) {
	t.Parallel()
	var broken atomic.Bool
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select { // so that a reload finds looks under way
		case <-time.After(500 * time.Millisecond):
		case <-r.Context().Done():
		}
		if broken.Load() && r.URL.Path == "/broken" {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	t.Cleanup(site.Close)
	canary, _ := answering(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "c.yaml")
	token := issue(t, filepath.Join(dir, "store"), "admin", "administrator")
	config := func(name, more string) string {
		return sheet{canary: canary, sites: fmt.Sprintf(`  - {id: well, name: {ko: %s}, url: %q, checks: [{id: front, kind: http, interval: 1s, timeout: 900ms}]}
  - {id: broken, name: {ko: %[1]s}, url: "%[2]s/broken", checks: [{id: front, kind: http, interval: 1s, timeout: 900ms}]}
%[3]s`, name, site.URL, more)}.String()
	}
	write(t, file, config("옛이름", ""))
	c := serveChild(t, file)
	eventually(t, "both are seen up", func() bool { return len(c.results("well/front")) > 1 && len(c.results("broken/front")) > 1 })
	broken.Store(true)
	eventually(t, "an outage is open", func() bool { return c.site("broken").Outage != nil })
	was := c.site("broken")
	const ok, looked = "charterwatch_config_last_reload_successful", "charterwatch_looks_total"
	moreLooks := func() {
		before := c.metric(looked)
		eventually(t, "probing goes on", func() bool { return c.metric(looked) > before+5 })
	}

	for round := range 2 { // by signal, then by request
		bad := config("옛이름", "  - {id: late, name: {ko: 가}, url: https://a.example/, checks: [{id: front, kind: htp}]}\n")
		place := regexp.MustCompile(`c\.yaml:9:\d+: sites\[2\]\.checks\[0\]\.kind`)
		write(t, file, bad)
		if round == 0 {
			c.signal(syscall.SIGHUP)
		} else if status, body := c.post("/-/reload", token); status != http.StatusUnprocessableEntity || !place.MatchString(body) {
			t.Errorf("a bad file is answered with %d: %s", status, body)
		}
		eventually(t, "the refusal is told", func() bool { return c.metric(ok) == 0 && c.wall().Monitor.ConfigErrorAt > 0 })
		if n := len(place.FindAllString(c.log.String(), -1)); n < round+1 {
			t.Errorf("%d lines of the log name the place after %d refusals", n, round+1)
		}
		moreLooks()
		write(t, file, config(fmt.Sprintf("새이름%d", round), strings.Repeat("  - {id: added, name: {ko: 가}, url: \""+site.URL+"\", checks: [{id: front, kind: http, interval: 1s}]}\n", round)))
		if round == 0 {
			c.signal(syscall.SIGHUP)
		} else if status, body := c.post("/-/reload", token); status != http.StatusOK {
			t.Errorf("a good file is answered with %d: %s", status, body)
		}
		eventually(t, "the new file is in force", func() bool { return c.metric(ok) == 1 && c.wall().Monitor.ConfigErrorAt == 0 })
		eventually(t, "the new name is shown", func() bool { return c.site("broken").Name.KO == fmt.Sprintf("새이름%d", round) })
		moreLooks()
	}
	is := c.site("broken")
	if is.Outage == nil || is.Outage.ID != was.Outage.ID || is.Status != compliance.StatusDown || !strings.ContainsAny(is.Checks[0].Strip.States, "fd") {
		t.Errorf("renamed, it forgot: %+v", is)
	}
	if is.Since != was.Since {
		t.Errorf("down since %d, after the reload since %d", was.Since, is.Since)
	}
	if got := c.outages("site=broken"); len(got) != 1 || got[0].ID != was.Outage.ID {
		t.Errorf("renamed, its outages are %+v", got)
	}
	broken.Store(false)
	eventually(t, "the same outage ends", func() bool {
		got := c.outages("site=broken")
		return len(got) == 1 && got[0].ID == was.Outage.ID && got[0].End > 0
	})
	c.stop()
	l := &load{t: t, dir: dir, checks: []string{"well/front", "broken/front"}}
	for id, r := range l.read() {
		r.accounted(t, id, r.first, r.last, func(slot time.Time, why probes.Reason) {
			if why != probes.Missed { // a slow machine says so itself
				t.Errorf("%s: slot %s is %s: a reload disturbed it", id, slot, why)
			}
		})
	}
}
