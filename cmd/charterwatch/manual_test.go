package main

import (
	"flag"
	"os"
	"testing"

	"github.com/charterwatch/charterwatch/alerts"
	"github.com/charterwatch/charterwatch/monitor"
)

var update = flag.Bool("update", false, "write the generated page anew")

const alertingMetrics = `
## Alerting

The Alertmanager inside has its own metrics as well, under their own names: alertmanager_*.

| metric | type | labels | meaning |
|---|---|---|---|
`

// TestManual keeps the manual in step with the metrics.
func TestManual(t *testing.T) {
	const path = "../../docs/metrics.md"
	got := monitor.Manual() + alertingMetrics + alerts.Manual()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Error("docs/metrics.md is out of date; run go test ./cmd/charterwatch -run Manual -update")
	}
}
