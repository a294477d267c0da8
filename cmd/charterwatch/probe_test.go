package main

import (
	"bytes"
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/charterwatch/charterwatch/demo"
	"github.com/charterwatch/charterwatch/internal/needs"
)

// asProbe asks the program for a look as Prometheus would.
func (c *child) asProbe(token string, query url.Values) (int, []byte) {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), http.MethodGet, c.base+"/probe?"+query.Encode(), nil)
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("X-Prometheus-Scrape-Timeout-Seconds", "10")
	return c.send(r, token)
}

// TestProbeHandlerOfTheProgram: off by default, on by a reload, for holders of a token
// alone, and with metrics that Prometheus' own tool finds nothing wrong with.
func TestProbeHandlerOfTheProgram(t *testing.T) {
	t.Parallel()
	promtool := needs.Tool(t, "install Prometheus (apt-get install prometheus)", "promtool")
	estate := association(t)
	dir := t.TempDir()
	write(t, filepath.Join(dir, filepath.Base(estate.CAFile())), string(estate.CAPEM()))
	file, err := writeDemo(dir, estate, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	text := string(demoConfig(estate, "127.0.0.1:0"))
	viewer, admin := issue(t, filepath.Join(dir, "store"), "prometheus", "viewer"), issue(t, filepath.Join(dir, "store"), "operations", "administrator")
	c := serveChild(t, file)
	site := url.Values{"target": {estate.Sites()[0].HTTPSURL}, "module": {"demo"}}
	if code, b := c.asProbe(viewer, site); code != http.StatusNotFound {
		t.Errorf("off by default: %d %s", code, b)
	}

	on := strings.Replace(text, "web: {", "web: {probe_handler: true, modules: {demo: {kind: http, tls: {ca: "+filepath.Base(estate.CAFile())+"}}}, ", 1)
	if on == text {
		t.Fatal("the demo's configuration has no web section")
	}
	write(t, file, on)
	if code, body := c.post("/-/reload", admin); code != http.StatusOK {
		t.Fatalf("reload: %d %s", code, body)
	}
	if code, b := c.asProbe("", site); code != http.StatusUnauthorized {
		t.Errorf("without a token: %d %s", code, b)
	}
	for _, q := range []url.Values{
		site,
		{"target": {estate.SMTPAddr()}, "module": {"tcp_connect"}},
		{"target": {estate.DNSAddr()}, "module": {"dns_udp"}},
		{"target": {"http://" + demo.Zone + ".invalid"}, "module": {"http_2xx"}},
	} {
		code, metrics := c.asProbe(viewer, q)
		if code != http.StatusOK || !bytes.Contains(metrics, []byte("\nprobe_success ")) {
			t.Errorf("%v: %d %s", q, code, metrics)
			continue
		}
		check := exec.Command(promtool, "check", "metrics")
		check.Stdin = bytes.NewReader(metrics)
		if out, err := check.CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("%v: %v: %s", q, err, out)
		}
	}
}
