package main

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/charterwatch/charterwatch/demo"
	"github.com/charterwatch/charterwatch/internal/needs"
)

// TestMetricsAreWellFormed has Prometheus' own tool read the metrics of a running program.
func TestMetricsAreWellFormed(t *testing.T) {
	t.Parallel()
	promtool := needs.Tool(t, "install Prometheus (apt-get install prometheus)", "promtool")
	estate := association(t)
	if err := estate.Break(demo.Licences, demo.Fault{Mode: demo.Status, Code: 503}); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write(t, filepath.Join(dir, filepath.Base(estate.CAFile())), string(estate.CAPEM()))
	file, err := writeDemo(dir, estate, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := serveChild(t, file)
	var metrics []byte
	eventually(t, "metrics of every kind are there", func() bool {
		metrics = c.page("/metrics")
		for _, name := range []string{"probe_success", "probe_http_status_code", "probe_ssl_earliest_cert_expiry", "probe_dns_answer_rrs", "charterwatch_site_outage_start_timestamp_seconds", "charterwatch_check_failing", "charterwatch_commit_duration_seconds_bucket"} {
			if !bytes.Contains(metrics, []byte("\n"+name+"{")) && !bytes.Contains(metrics, []byte("\n"+name+" ")) {
				return false
			}
		}
		return true
	})
	check := exec.Command(promtool, "check", "metrics")
	check.Stdin = bytes.NewReader(metrics)
	if out, err := check.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%v: %s", err, out)
	}
}
