package notice

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/internal/needs"
)

// sample is a line of real-phrasings.jsonl: a notice as an institution really worded it.
type sample struct {
	ID, Posted, Title, Body string
	Kind                    Kind
	State                   State
	Windows                 []struct{ Start, End *time.Time }
}

// samplesFile finds shared/samples beside one of the parent directories.
func samplesFile(t *testing.T) string {
	t.Helper()
	const tail = "shared/samples/notices/real-phrasings.jsonl"
	if path := os.Getenv("CHARTERWATCH_NOTICE_SAMPLES"); path != "" {
		return path
	}
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		path := filepath.Join(dir, tail)
		if _, err := os.Stat(path); err == nil {
			return path
		}
		if parent := filepath.Dir(dir); parent != dir {
			dir = parent
			continue
		}
		needs.Lack(t, "no "+tail+" beside any parent directory; set CHARTERWATCH_NOTICE_SAMPLES")
	}
}

func TestRealPhrasings(t *testing.T) {
	f, err := os.Open(samplesFile(t))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for sc := bufio.NewScanner(f); sc.Scan(); {
		var s sample
		if err := json.Unmarshal(sc.Bytes(), &s); err != nil {
			t.Fatal(err)
		}
		t.Run(s.ID, func(t *testing.T) { checkSample(t, s) })
	}
}

func checkSample(t *testing.T, s sample) {
	posted, err := time.Parse(time.DateOnly, s.Posted)
	if err != nil {
		t.Fatal(err)
	}
	got := Read(Text{Title: s.Title, Body: s.Body, Posted: posted})
	t.Logf("%s\n%s\n%v", s.Title, s.Body, describe(got))
	if s.State == "" {
		s.State = Planned
	}
	if got.Kind != s.Kind || got.State != s.State {
		t.Errorf("%s %s, want %s %s", got.Kind, got.State, s.Kind, s.State)
	}
	open := false
	if len(got.Windows) != len(s.Windows) {
		t.Fatalf("%d windows, want %d", len(got.Windows), len(s.Windows))
	}
	for i, w := range s.Windows {
		g := got.Windows[i]
		if g.Start.Format(time.RFC3339) != w.Start.Format(time.RFC3339) || g.End.IsZero() != (w.End == nil) ||
			w.End != nil && g.End.Format(time.RFC3339) != w.End.Format(time.RFC3339) {
			t.Errorf("window %d is %v, want %v to %v", i, g, w.Start, w.End)
		}
		open = open || w.End == nil
	}
	if got.NeedsReview != open {
		t.Errorf("needs review: %v (%v), want %v", got.NeedsReview, got.Problems, open)
	}
}
