package store_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/probes"
	"github.com/charterwatch/charterwatch/store"
)

var day = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

func manySites(n int, interval time.Duration) (out []compliance.Site) {
	for i := range n {
		id := fmt.Sprintf("site-%d", i)
		out = append(out, compliance.Site{ID: id, Checks: []compliance.CheckSpec{{ID: id + "/front", Kind: "http", Interval: interval, Critical: true}}})
	}
	return out
}

func passing(check string, slot time.Time, d time.Duration) probes.Result {
	return probes.Result{Check: check, Vantage: "seoul", Slot: slot, Start: slot, Duration: d, Outcome: probes.Pass,
		Phases: probes.Phases{Resolve: d / 20, Connect: d / 5, TLS: d / 4, Processing: d / 3, Transfer: d / 10}}
}

// childEnv makes the test binary a process that commits until it is killed.
const childEnv = "CHARTERWATCH_TEST_COMMIT_IN"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childEnv); dir != "" {
		if err := commitForever(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	if dir := os.Getenv(sealerEnv); dir != "" {
		if err := sealForever(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// commitForever commits groups of 20 and says so only when Commit has returned. It seals now
// and then, so that the kill may come in the midst of that too.
func commitForever(dir string) error {
	ctx := context.Background()
	db, err := store.Open(ctx, store.Config{Dir: dir})
	if err != nil {
		return err
	}
	sites := manySites(20, time.Second)
	if err := db.Adopt(ctx, day, sites, "seoul"); err != nil {
		return err
	}
	for n := 0; ; n++ {
		var group []compliance.Change
		for _, s := range sites {
			id := s.Checks[0].ID
			slot := probes.SlotsOf(id, time.Second).Ceil(day.Add(time.Duration(n) * time.Second))
			group = append(group, compliance.Change{Site: s.ID, Results: []probes.Result{passing(id, slot, time.Millisecond)},
				Checks: []compliance.CheckState{{Check: id, Views: []compliance.View{{Vantage: "seoul", Slot: slot}}}}})
		}
		if rejected, err := db.Commit(ctx, group); err != nil || len(rejected) > 0 {
			return fmt.Errorf("%v %w", rejected, err)
		}
		fmt.Println(n)
		if n == 50 { // the first hours are mostly silent: sealing them takes a while
			if _, err := db.Seal(ctx, day.Add(40*time.Hour)); err != nil {
				return err
			}
		}
		if n == 120 {
			select {} // wait for the kill
		}
	}
}

func TestKilledWhileCommitting(t *testing.T) {
	for _, after := range []int{3, 40, 50, 110} {
		t.Run(fmt.Sprint(after), func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "data")
			child := exec.Command(os.Args[0])
			child.Env = append(os.Environ(), childEnv+"="+dir)
			child.Stderr = os.Stderr
			out, err := child.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := child.Start(); err != nil {
				t.Fatal(err)
			}
			last := -1
			for in := bufio.NewScanner(out); in.Scan(); {
				fmt.Sscan(in.Text(), &last)
				if last == after {
					if _, err := store.Open(t.Context(), store.Config{Dir: dir}); !errors.Is(err, store.ErrLocked) || !strings.Contains(err.Error(), fmt.Sprint(child.Process.Pid)) {
						t.Errorf("a second process: %v", err)
					}
					child.Process.Kill() // what it printed meanwhile is still read
				}
			}
			child.Wait()
			verifyAfterKill(t, dir, last, after)
		})
	}
}

func verifyAfterKill(t *testing.T, dir string, last, after int) {
	if last < after {
		t.Fatalf("the child stopped after group %d", last)
	}
	db, err := store.Open(t.Context(), store.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	snap, err := db.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range manySites(20, time.Second) {
		id := s.Checks[0].ID
		r, err := db.Results(t.Context(), id, day, day.Add(40*time.Hour), 0)
		if err != nil || len(r) < last+1 || len(r) > last+2 {
			t.Fatalf("%s: %d results, %d groups were durable: %v", id, len(r), last+1, err)
		}
		if got := snap.Checks[id].Views[0].Slot; !got.Equal(r[0].Slot) {
			t.Fatalf("%s: state of %s beside result of %s", id, got, r[0].Slot)
		}
	}
	if _, err := db.Seal(t.Context(), day.Add(40*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if rep, err := db.Check(t.Context()); err != nil || !rep.OK() || rep.Hours < 39 {
		t.Fatalf("%+v %v", rep, err)
	}
}

func TestBackup(t *testing.T) {
	dir := t.TempDir()
	db := open(t, dir, nil)
	defer db.Close()
	if err := db.Adopt(t.Context(), day, manySites(3, time.Minute), "seoul"); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Seal(t.Context(), day.Add(5*time.Hour)); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "copy", "charterwatch.db")
	os.Mkdir(filepath.Dir(path), 0o700)
	if err := db.Backup(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	if err := db.Backup(t.Context(), path); !errors.Is(err, os.ErrExist) {
		t.Fatalf("overwrote: %v", err)
	}
	for p, want := range map[string]os.FileMode{path: 0o600, filepath.Join(dir, "data"): 0o700, filepath.Join(dir, "data", "charterwatch.db"): 0o600, filepath.Join(dir, "data", "charterwatch.db-wal"): 0o600} {
		if fi, err := os.Stat(p); err != nil || fi.Mode().Perm() != want {
			t.Errorf("%s: %v %v", p, fi.Mode(), err)
		}
	}
	restored, err := store.Open(t.Context(), store.Config{Dir: filepath.Dir(path)})
	if err != nil {
		t.Fatal(err)
	}
	defer restored.Close()
	if rep, err := restored.Check(t.Context()); err != nil || !rep.OK() || rep.Blocks != 12 {
		t.Fatalf("%+v %v", rep, err)
	}
	if n, err := db.Size(t.Context()); err != nil || n < 50_000 {
		t.Fatal(n, err)
	}
}

func TestForecast(t *testing.T) {
	f := store.ForecastSize(manySites(100, time.Minute), compliance.Retention{Results: 365 * 24 * time.Hour})
	if f.Checks != 100 || f.ResultsPerDay != 144_000 {
		t.Fatalf("%+v", f)
	}
	if per := float64(f.Full) / (365 * 144_000); per > 3 || per < 1 {
		t.Fatalf("%.2f bytes a result", per)
	}
	if f := store.ForecastSize(nil, compliance.Retention{}); f.BytesPerDay != 0 {
		t.Fatalf("%+v", f)
	}
}
