package monitor

import (
	"flag"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "write the generated page anew")

// TestManual keeps the manual in step with the metrics.
func TestManual(t *testing.T) {
	const path = "../docs/metrics.md"
	got := Manual()
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
		t.Error("docs/metrics.md is out of date; run go test ./monitor -run Manual -update")
	}
}
