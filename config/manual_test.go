package config

import (
	"flag"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the generated pages anew")

// TestManual keeps the manual in step with the types.
func TestManual(t *testing.T) {
	const path = "../docs/configuration.md"
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
		t.Error("docs/configuration.md is out of date; run go test ./config -run Manual -update")
	}
	for _, key := range []string{"`sites[].service_hours[].close`", "`policies.NAME.recover.hold`", "`expect.body_contains`", "`web.listen`", "### kind: push", "`web.modules.NAME.kind`", "http_post_2xx:"} {
		if !strings.Contains(got, key) {
			t.Errorf("%s is not explained", key)
		}
	}
}

// TestCharterManual keeps the page about the charter in step with the charter and the types.
func TestCharterManual(t *testing.T) {
	const path = "../docs/charter.md"
	got, err := CharterManual()
	if err != nil {
		t.Fatal(err)
	}
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
		t.Error("docs/charter.md is out of date; run go test ./config -run Manual -update")
	}
	for _, key := range []string{"| `satisfaction-survey` |", "`clauses[].versions[].requires[].terms.max_down`", "| `not_observed` |", "Internal objective: 99.9%"} {
		if !strings.Contains(got, key) {
			t.Errorf("%s is not explained", key)
		}
	}
}

// TestExampleIsValid: whoever starts from the example must not start with a mistake.
func TestExampleIsValid(t *testing.T) {
	l, err := Load("../deploy/examples/charterwatch.yaml", Options{Now: today})
	if err != nil {
		t.Fatal(err)
	}
	if len(l.Warnings) != 0 {
		t.Errorf("the example is warned of: %v", l.Warnings)
	}
}
