package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/demo"
	"github.com/charterwatch/charterwatch/internal/needs"
)

// TestWallInABrowser opens the wall of a running program in Chromium: every site in both
// languages, a site that turns red by itself, and a wall that says when it is stale.
// dashboard/web/dev/walk.js does the looking.
func TestWallInABrowser(t *testing.T) {
	b := newWalker(t)
	estate := association(t)
	canary, _ := answering(t)
	type name struct {
		KO string `json:"ko"`
		EN string `json:"en"`
	}
	var expect struct {
		Sites  []name `json:"sites"`
		Victim name   `json:"victim"`
	}
	sites := ""
	for _, s := range estate.Sites() {
		sites += fmt.Sprintf("  - {id: %s, name: {ko: %q, en: %q}, url: %q, checks: [{id: front, kind: http, interval: 1s}]}\n", s.ID, s.KO, s.EN, s.HTTPURL)
		expect.Sites = append(expect.Sites, name{s.KO, s.EN})
		if s.ID == demo.Statistics {
			expect.Victim = name{s.KO, s.EN}
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listen := l.Addr().String() // kept over the restart, so that the page finds its server again
	l.Close()
	file := filepath.Join(t.TempDir(), "c.yaml")
	write(t, file, sheet{canary: canary, listen: listen, sites: sites}.String())
	c := serveChild(t, file)
	b.walk("walk.js", c.base, expect, func(what string) {
		switch what {
		case "break":
			if err := estate.Break(demo.Statistics, demo.Fault{Mode: demo.Stop}); err != nil {
				t.Error(err)
			}
		case "kill":
			c.signal(syscall.SIGKILL)
			_ = c.wait() // it was killed
		case "serve":
			c = serveChild(t, file)
		}
	})
}

// walker is what a test that walks through the web app needs.
type walker struct {
	t                   *testing.T
	chromium, node, web string
}

func newWalker(t *testing.T) walker {
	t.Helper()
	b := walker{t: t, web: filepath.Join("..", "..", "dashboard", "web")}
	b.chromium = needs.Tool(t, "install Chromium (apt-get install chromium)", "chromium", "chromium-browser", "google-chrome")
	b.node = needs.Tool(t, "install Node 20 or newer", "node")
	for _, made := range []string{"node_modules/playwright-core", "dist/index.html"} {
		if _, err := os.Stat(filepath.Join(b.web, made)); err != nil {
			needs.Lack(t, "the web app is not built: run make web")
		}
	}
	return b
}

// walk runs a script of dashboard/web/dev in a real browser. do is what it asks for.
func (b walker) walk(script, base string, expect any, do func(what string)) {
	t := b.t
	t.Helper()
	words, err := json.Marshal(expect)
	if err != nil {
		t.Fatal(err)
	}
	walk := exec.Command(b.node, filepath.Join(b.web, "dev", script), base+"/", string(words))
	walk.Env = append(os.Environ(), "CHROMIUM="+b.chromium)
	var complaint printed
	walk.Stderr = &complaint
	answer, err := walk.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	said, err := walk.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := walk.Start(); err != nil {
		t.Fatal(err)
	}
	defer time.AfterFunc(4*patience, func() { _ = walk.Process.Kill() }).Stop()
	last := ""
	for lines := bufio.NewScanner(said); lines.Scan(); {
		last = lines.Text()
		if what, ok := strings.CutPrefix(last, "do "); ok {
			do(what)
			fmt.Fprintln(answer, "done")
		}
	}
	if err := walk.Wait(); err != nil || last != "ok" {
		t.Errorf("after %q: %v: %s", last, err, complaint.String())
	}
}

// TestNoticesInABrowser goes through the story of notices as people on duty would: what was
// announced, a ruling, declared work, an outage with and one without a recovery date, an
// appeal. dashboard/web/dev/notices.js does the looking.
func TestNoticesInABrowser(t *testing.T) {
	b := newWalker(t)
	estate := association(t)
	c, _ := watchBoards(t, estate)
	c.read(demo.Homepage, demo.Licences)
	start := time.Now().Truncate(time.Hour).Add(10 * 24 * time.Hour)
	const good, unclear = "[점검] 홈페이지 정기점검 안내", "[점검] 전문인력조회 정기점검 안내"
	post(t, estate, demo.Homepage, good, when(start, start.Add(time.Hour)))
	wrong := regexp.MustCompile(`\([월화수목금토일]\)`).ReplaceAllString(when(start, start.Add(time.Hour)), "("+otherDay(start)+")")
	post(t, estate, demo.Licences, unclear, wrong)
	c.plan(demo.Homepage, start)
	c.plan(demo.Licences, start)
	token := c.shownToken()
	names := map[string]string{"token": token, "second": c.secondPerson(token).Secret, "good": good, "unclear": unclear}
	for _, s := range estate.Sites() {
		for role, id := range map[string]string{"told": demo.CustomerCentre, "silent": demo.Regulations} { // neither has hours or work at the time of the test, whenever that is
			if s.ID == id {
				names[role] = s.EN
			}
		}
	}
	b.walk("notices.js", c.base, names, func(what string) {
		for _, id := range []string{demo.CustomerCentre, demo.Regulations} {
			fault := demo.Fault{Mode: demo.Status, Code: 503}
			if id == demo.CustomerCentre {
				fault.Text = "복구 예정: " + time.Now().Add(3*time.Hour).In(time.FixedZone("KST", 9*3600)).Format("2006년 1월 2일 15:04")
			}
			err := estate.Break(id, fault)
			if what == "heal" {
				err = estate.Heal(id)
			}
			if err != nil {
				t.Error(err)
			}
		}
	})
	c.stop()
}

// TestAlertsInABrowser goes through the story of an alert as people on duty would: it is
// acknowledged and silenced, the shift is taken and handed over, somebody stands in on call, a
// drill is held. dashboard/web/dev/alerts.js does the looking.
func TestAlertsInABrowser(t *testing.T) {
	b := newWalker(t)
	a := newAlerted(t, 2)
	a.route("{receiver: on-call, group_by: [alertname, site], group_wait: 0s, group_interval: 10s}", "  - {name: on-call}\n", webhook("kim-sms", a.phone.URL), webhook("lee-sms", a.phone.URL))
	samples := pageSamples(t)
	a.more = samples["onCall"] + "\n" + samples["watch"] + "\n"
	c := a.serve()
	b.walk("alerts.js", c.base, map[string]string{"token": c.shownToken(), "site": "Site 0"}, func(string) { a.down.Store(true) })
	c.stop()
}

func webhook(name, url string) string {
	return fmt.Sprintf("  - {name: %s, webhook_configs: [{url: %q}]}\n", name, url)
}

// pageSamples are the lines of the configuration that pages without anything to show ask for.
func pageSamples(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "dashboard", "web", "src", "samples.ts"))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, m := range regexp.MustCompile("(?s)(\\w+): (?:`([^`]*)`|'([^']*)')").FindAllStringSubmatch(string(text), -1) {
		out[m[1]] = m[2] + strings.ReplaceAll(m[3], `\n`, "\n")
	}
	if len(out) != 3 {
		t.Fatalf("only %v found: is the search blind?", out)
	}
	return out
}
