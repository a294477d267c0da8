package main

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/config"
	"github.com/charterwatch/charterwatch/internal/accounts"
	"github.com/charterwatch/charterwatch/store"
)

// TestAReportClosesAtTheTimeOnRecord: a checkpoint that is signed again over a log that did not
// grow, as after a restart, is on record at the time of the first. A report that closed at a later
// time would find none of the proofs that reach up to it.
func TestAReportClosesAtTheTimeOnRecord(t *testing.T) {
	dir := t.TempDir()
	var f config.File
	f.Evidence.Key, f.Evidence.Checkpoints = filepath.Join(dir, "ledger.key"), filepath.Join(dir, "checkpoints")
	db, err := store.Open(t.Context(), store.Config{Dir: filepath.Join(dir, "store"), Checkpoints: f.Evidence.Checkpoints})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	start := time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC)
	s := compliance.Statement{Site: compliance.MonitorScope, At: start, By: accounts.Actor{ID: "user/kim"}, Attestation: &compliance.Attestation{Clause: "x"}}.Sealed()
	if rejected, err := db.Commit(t.Context(), []compliance.Change{{Site: s.Site, Statements: []compliance.Statement{s}}}); err != nil || len(rejected) > 0 {
		t.Fatal(err, rejected)
	}
	closeAt := func(now time.Time) time.Time {
		t.Helper()
		end, err := closingWith(t.Context(), db, f, func() time.Time { return now })
		if err != nil {
			t.Fatal(err)
		}
		c, err := end(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(c.Keys) != 1 || c.Checkpoint == "" {
			t.Fatalf("%+v", c)
		}
		if _, err := db.ProveBy(t.Context(), s.ID, c.At); err != nil {
			t.Errorf("closed at %v, what was sealed before is proved by nothing: %v", c.At, err)
		}
		return c.At
	}
	first := closeAt(start.Add(time.Hour))
	if again := closeAt(start.Add(48 * time.Hour)); !again.Equal(first) {
		t.Errorf("closed at %v, over a log that has been the same since %v", again, first)
	}
	if _, err := db.ProveBy(t.Context(), s.ID, start.Add(48*time.Hour)); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("%v: the time does not matter, and the test shows nothing", err)
	}
}
