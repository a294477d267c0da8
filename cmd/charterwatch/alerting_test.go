package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/dashboard"
	"github.com/charterwatch/charterwatch/internal/needs"
)

// gateway is somebody's phone: a webhook that can be out of order.
type gateway struct {
	*httptest.Server
	broken atomic.Bool

	mu   sync.Mutex
	took []delivered
}

// delivered is one notification as the webhook receiver sends it.
type delivered struct {
	At       time.Time `json:"-"`
	Receiver string
	Status   string
	Alerts   []struct {
		Status      string
		Labels      map[string]string
		Annotations map[string]string
	}
}

func newGateway(t testing.TB) *gateway {
	g := &gateway{}
	g.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if g.broken.Load() || err != nil {
			http.Error(w, "out of order", http.StatusInternalServerError)
			return
		}
		d := delivered{At: time.Now()}
		if err := json.Unmarshal(body, &d); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		g.mu.Lock()
		defer g.mu.Unlock()
		g.took = append(g.took, d)
	}))
	t.Cleanup(g.Close)
	return g
}

// of lists the notifications that hold an alert of the rule with the status.
func (g *gateway) of(rule compliance.AlertRule, status string) (out []delivered) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, d := range g.took {
		for _, a := range d.Alerts {
			if a.Labels["alertname"] == string(rule) && a.Status == status {
				out = append(out, d)
				break
			}
		}
	}
	return out
}

// alerted is a configuration of n sites that share one server, and whose alerts go to the
// gateway.
type alerted struct {
	t      testing.TB
	dir    string
	canary string
	down   atomic.Bool
	sites  string
	phone  *gateway
	more   string // of the configuration
}

func newAlerted(t testing.TB, n int) *alerted {
	a := &alerted{t: t, dir: t.TempDir(), phone: newGateway(t)}
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if a.down.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	t.Cleanup(site.Close)
	a.canary, _ = answering(t)
	for i := range n {
		a.sites += fmt.Sprintf("  - id: site-%03d\n    name: {ko: 사이트 %d, en: Site %d}\n    url: %q\n    outage_page: false\n    checks:\n      - {id: front, kind: http, interval: 1s, timeout: 900ms}\n", i, i, i, site.URL)
	}
	a.route("{receiver: phone, group_by: [alertname], group_wait: 0s, group_interval: 10s}")
	return a
}

// route writes alertmanager.yml.
func (a *alerted) route(route string, receivers ...string) {
	text := fmt.Sprintf("route: %s\nreceivers:\n  - {name: phone, webhook_configs: [{url: %q}]}\n%s", route, a.phone.URL, strings.Join(receivers, ""))
	write(a.t, filepath.Join(a.dir, "alertmanager.yml"), text)
}

func (a *alerted) serve() *child {
	text := sheet{canary: a.canary, sites: a.sites}.String() + "alerting: {alertmanager: {embedded: alertmanager.yml}}\n" + a.more
	write(a.t, filepath.Join(a.dir, "c.yaml"), text)
	return serveChild(a.t, filepath.Join(a.dir, "c.yaml"))
}

func (c *child) alerts(query string) []dashboard.Alert {
	var out []dashboard.Alert
	c.get("/api/v1/alerts"+query, &out)
	return out
}

func (c *child) stands(rule compliance.AlertRule) bool {
	return slices.ContainsFunc(c.alerts(""), func(a dashboard.Alert) bool { return a.Rule == rule })
}

// TestOutageIsToldAndItsEndToo: one page when the site goes down, one when it is back, a
// receipt of each; amtool sees the alert, and a silence made with it is on record.
func TestOutageIsToldAndItsEndToo(t *testing.T) {
	t.Parallel()
	a := newAlerted(t, 1)
	c := a.serve()
	eventually(t, "the site is up", func() bool { return c.site("site-000").Status == compliance.StatusUp })
	a.down.Store(true)
	eventually(t, "the phone rings", func() bool { return len(a.phone.of(compliance.AlertSiteDown, "firing")) > 0 })
	told := a.phone.of(compliance.AlertSiteDown, "firing")[0].Alerts[0]
	if s := told.Annotations["summary"]; !strings.Contains(s, "사이트 0") || told.Labels["severity"] != "critical" || told.Labels["clause"] != "availability" {
		t.Errorf("%+v", told)
	}
	t.Run("amtool", func(t *testing.T) {
		a.amtool(t, c, needs.Tool(t, "install Alertmanager (apt-get install prometheus-alertmanager)", "amtool"))
	})
	a.down.Store(false)
	eventually(t, "the phone says that it is over", func() bool { return len(a.phone.of(compliance.AlertSiteDown, "resolved")) > 0 })
	if n := len(a.phone.of(compliance.AlertSiteDown, "firing")); n != 1 {
		t.Errorf("told %d times", n)
	}
	var receipts []dashboard.Receipt
	eventually(t, "there are receipts", func() bool {
		c.get("/api/v1/receipts?alert="+told.Annotations["id"], &receipts)
		return len(receipts) == 2
	})
	for _, r := range receipts {
		if r.Status != compliance.Delivered || r.Receiver != "phone" || r.Channel != "webhook" {
			t.Errorf("%+v", r)
		}
	}
}

// amtool asks for the alert and silences another.
func (a *alerted) amtool(t *testing.T, c *child, tool string) {
	run := func(url string, args ...string) (string, error) {
		b, err := exec.Command(tool, append([]string{"--alertmanager.url=" + url + "/alertmanager"}, args...)...).Output()
		return string(b), err
	}
	if out, err := run(c.base, "alert", "query", "alertname=SiteDown"); err != nil || !strings.Contains(out, "SiteDown") {
		t.Errorf("%s %v", out, err)
	}
	if out, err := run(c.base, "silence", "add", "alertname=LatencyHigh", "--comment", "exercise", "--author", "me", "--duration", "1h"); err == nil {
		t.Errorf("a silence without a token: %s", out)
	}
	withToken := strings.Replace(c.base, "://", "://amtool:"+c.shownToken()+"@", 1)
	if out, err := run(withToken, "silence", "add", "alertname=LatencyHigh", "--author", "me", "--duration", "1h", "--comment", ""); err == nil {
		t.Errorf("a silence without a reason: %s", out)
	}
	out, err := run(withToken, "silence", "add", "alertname=LatencyHigh", "--comment", "exercise", "--author", "me", "--duration", "1h")
	if err != nil {
		t.Errorf("%s %v", out, err)
	}
	var list dashboard.SilenceList
	c.get("/api/v1/silences", &list)
	if len(list.Silences) != 1 || list.Silences[0].ID != strings.TrimSpace(out) || list.Silences[0].Why != "exercise" {
		t.Errorf("%q %+v", out, list)
	}
}

// TestKilledBetweenCommitAndDeliveryTellsOnce: the receiver is out of order, the program is
// killed, comes back, the receiver too.
func TestKilledBetweenCommitAndDeliveryTellsOnce(t *testing.T) {
	t.Parallel()
	a := newAlerted(t, 1)
	c := a.serve()
	eventually(t, "the site is up", func() bool { return c.site("site-000").Status == compliance.StatusUp })
	a.phone.broken.Store(true)
	a.down.Store(true)
	eventually(t, "the alert is committed", func() bool { return c.stands(compliance.AlertSiteDown) })
	c.signal(syscall.SIGKILL)
	_ = c.wait()
	a.phone.broken.Store(false)
	c = a.serve()
	eventually(t, "the phone rings", func() bool { return len(a.phone.of(compliance.AlertSiteDown, "firing")) > 0 })
	// And once more as soon as the delivery is on disk. (Between the receiver's answer and that
	// nobody can know of it.)
	eventually(t, "the delivery is on disk", func() bool {
		info, err := os.Stat(filepath.Join(a.dir, "store", stateDir, "notifications"))
		return err == nil && info.ModTime().After(a.phone.of(compliance.AlertSiteDown, "firing")[0].At)
	})
	c.signal(syscall.SIGKILL)
	_ = c.wait()
	c = a.serve()
	a.down.Store(false)
	eventually(t, "the phone says that it is over", func() bool { return len(a.phone.of(compliance.AlertSiteDown, "resolved")) > 0 })
	if n := len(a.phone.of(compliance.AlertSiteDown, "firing")); n != 1 {
		t.Errorf("told %d times", n)
	}
}

// TestFiveHundredSitesAreAHandfulOfMessages: they go down together, and one page says so.
func TestFiveHundredSitesAreAHandfulOfMessages(t *testing.T) {
	a := newAlerted(t, 500)
	a.route("{receiver: phone, group_by: [alertname], group_wait: 3s, group_interval: 10s}")
	a.sites = strings.ReplaceAll(a.sites, "interval: 1s, timeout: 900ms", "interval: 2s, timeout: 1900ms")
	c := a.serve()
	eventually(t, "the sites are up", func() bool {
		return !slices.ContainsFunc(c.wall().Sites, func(s dashboard.Site) bool { return s.Status != compliance.StatusUp })
	})
	a.down.Store(true)
	total := func() (n int) {
		seen := map[string]bool{}
		for _, d := range a.phone.of(compliance.AlertSiteDown, "firing") {
			for _, x := range d.Alerts {
				seen[x.Labels["site"]] = true
			}
		}
		return len(seen)
	}
	eventually(t, "all are told", func() bool { return total() == 500 })
	if n := len(a.phone.of(compliance.AlertSiteDown, "firing")); n > 12 {
		t.Errorf("%d messages", n)
	}
}

// TestBrokenRoutesKeepTheOldOnes on reload, and say so.
func TestBrokenRoutesKeepTheOldOnes(t *testing.T) {
	t.Parallel()
	a := newAlerted(t, 1)
	c := a.serve()
	token := c.shownToken()
	eventually(t, "the site is up", func() bool { return c.site("site-000").Status == compliance.StatusUp })
	write(t, filepath.Join(a.dir, "alertmanager.yml"), "route: {receiver: nobody}\nreceivers: [{name: phone}]\n")
	code, answer := c.post("/-/reload", token)
	if code != http.StatusUnprocessableEntity || !strings.Contains(answer, "alertmanager") {
		t.Errorf("%d %s", code, answer)
	}
	eventually(t, "it is an alert", func() bool { return c.stands(compliance.AlertConfigRefused) })
	a.down.Store(true)
	eventually(t, "the phone rings all the same", func() bool { return len(a.phone.of(compliance.AlertSiteDown, "firing")) > 0 })
	a.phone = newGateway(t)
	a.route("{receiver: phone, group_by: [alertname], group_wait: 0s, group_interval: 10s}")
	if code, answer := c.post("/-/reload", token); code != http.StatusOK {
		t.Errorf("%d %s", code, answer)
	}
	a.down.Store(false)
	eventually(t, "the new phone says that it is over", func() bool { return len(a.phone.of(compliance.AlertSiteDown, "resolved")) > 0 })
}

// TestLinkInAMessageAcknowledges, by posting the form of the page that it opens.
func TestLinkInAMessageAcknowledges(t *testing.T) {
	t.Parallel()
	a := newAlerted(t, 1)
	c := a.serve()
	eventually(t, "the site is up", func() bool { return c.site("site-000").Status == compliance.StatusUp })
	a.down.Store(true)
	eventually(t, "the phone rings", func() bool { return len(a.phone.of(compliance.AlertSiteDown, "firing")) > 0 })
	link := a.phone.of(compliance.AlertSiteDown, "firing")[0].Alerts[0].Annotations["acknowledge"]
	if !strings.HasPrefix(link, c.base+"/ack/") {
		t.Fatalf("the link is %q", link)
	}
	path := strings.TrimPrefix(link, c.base)
	if page := string(c.page(path)); !strings.Contains(page, "<form") {
		t.Fatal(page)
	}
	answered := func() bool {
		i := slices.IndexFunc(c.alerts(""), func(x dashboard.Alert) bool { return x.Rule == compliance.AlertSiteDown })
		return i >= 0 && c.alerts("")[i].Acked != nil
	}
	if answered() {
		t.Fatal("opening the page acknowledged the alert")
	}
	r, err := http.Post(link, "application/x-www-form-urlencoded", strings.NewReader("name=Kim"))
	if err != nil || r.StatusCode != http.StatusOK {
		t.Fatal(r, err)
	}
	r.Body.Close()
	eventually(t, "it is acknowledged", answered)
}

// BenchmarkPageAfterConfirmation is how long after the slot that confirmed an outage its page
// is in the receiver's hands, in the real program: group_wait 0, the store on this disk.
func BenchmarkPageAfterConfirmation(b *testing.B) {
	a := newAlerted(b, 1)
	c := a.serve()
	var worst, sum time.Duration
	for b.Loop() {
		eventually(b, "the site is up", func() bool {
			return c.site("site-000").Status == compliance.StatusUp && !c.stands(compliance.AlertSiteDown)
		})
		told := len(a.phone.of(compliance.AlertSiteDown, "firing"))
		a.down.Store(true)
		eventually(b, "the phone rings", func() bool { return len(a.phone.of(compliance.AlertSiteDown, "firing")) > told })
		at := a.phone.of(compliance.AlertSiteDown, "firing")[told].At
		var out []dashboard.Outage
		c.get("/api/v1/outages?open=true", &out)
		took := at.Sub(time.UnixMilli(out[0].ConfirmedAt))
		worst, sum = max(worst, took), sum+took
		a.down.Store(false)
		eventually(b, "it is over", func() bool { return !c.stands(compliance.AlertSiteDown) })
		ends := len(a.phone.of(compliance.AlertSiteDown, "firing"))
		eventually(b, "the phone says so", func() bool { return len(a.phone.of(compliance.AlertSiteDown, "resolved")) >= ends })
	}
	b.ReportMetric(float64(sum.Milliseconds())/float64(b.N), "ms/page")
	b.ReportMetric(float64(worst.Milliseconds()), "ms-worst")
}
