package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/internal/accounts"
	"github.com/charterwatch/charterwatch/probes"
	"github.com/charterwatch/charterwatch/scanners"
)

var epoch = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

func openTest(t *testing.T, dir string) *DB {
	t.Helper()
	d, err := Open(context.Background(), Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

func oneSite() []compliance.Site {
	return []compliance.Site{{ID: "a", Checks: []compliance.CheckSpec{{ID: "a/b", Interval: time.Minute}}}}
}

func hourOfPasses(from time.Time) (c compliance.Change) {
	g := probes.SlotsOf("a/b", time.Minute)
	for slot := g.Ceil(from); slot.Before(from.Add(time.Hour)); slot = slot.Add(time.Minute) {
		c.Results = append(c.Results, probes.Result{Check: "a/b", Vantage: "x", Slot: slot, Start: slot, Duration: time.Second, Outcome: probes.Pass})
	}
	return c
}

// The database itself refuses one change of a group: a fault that no look at the values
// could have foreseen.
func TestDatabaseRefusesOneOfGroup(t *testing.T) {
	d := openTest(t, t.TempDir())
	d.Adopt(t.Context(), epoch, oneSite(), "x")
	if _, err := d.writer.Exec(`CREATE TRIGGER no BEFORE INSERT ON events WHEN NEW.kind = 'bad' BEGIN SELECT RAISE(ABORT, 'no'); END`); err != nil {
		t.Fatal(err)
	}
	all := hourOfPasses(epoch).Results
	var group []compliance.Change
	for i, r := range all {
		kind := compliance.EventKind("good")
		if i == 17 {
			kind = "bad"
			r.Vantage = "only here" // its series must go as well
		}
		group = append(group, compliance.Change{Site: "a", Results: []probes.Result{r},
			Events: []compliance.Event{{Kind: "first", Site: "a", At: r.Slot}, {Kind: kind, Site: "a", At: r.Slot}}})
	}
	rejected, err := d.Commit(t.Context(), group)
	if err != nil || len(rejected) != 1 || rejected[0].Index != 17 {
		t.Fatalf("%v %v", rejected, err)
	}
	if r, _ := d.Results(t.Context(), "a/b", epoch, epoch.Add(time.Hour), 0); len(r) != len(all)-1 {
		t.Fatalf("%d results", len(r))
	}
	if ev, _ := d.Events(t.Context(), time.Time{}, 0); len(ev) != 2*len(all)-2 {
		t.Fatalf("%d events", len(ev))
	}
	stored, err := loadTopology(t.Context(), d.writer)
	if err != nil || len(stored.series) != 1 || len(d.topology().series) != 1 {
		t.Fatalf("%d series stored, %d known: %v", len(stored.series), len(d.topology().series), err)
	}
}

// A kill cannot show what a power cut would: that the disk was asked.
func TestWriterIsDurable(t *testing.T) {
	d := openTest(t, t.TempDir())
	for pragma, want := range map[string]string{"synchronous": "2", "journal_mode": "wal", "foreign_keys": "1"} {
		var got string
		if err := d.writer.QueryRow(`PRAGMA ` + pragma).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %s, want %s: %v", pragma, got, want, err)
		}
	}
}

// Commit, Seal, Retain and reads at the same time: for the race detector, and for
// deadlocks between the writer and the readers.
func TestAllAtOnce(t *testing.T) {
	d := openTest(t, t.TempDir())
	d.Adopt(t.Context(), epoch, oneSite(), "x")
	var wg sync.WaitGroup
	both := func(f func(h int) error) {
		wg.Go(func() {
			for h := range 30 {
				if err := f(h); err != nil {
					t.Error(err)
				}
			}
		})
	}
	both(func(h int) error {
		r, err := d.Commit(t.Context(), []compliance.Change{hourOfPasses(epoch.Add(time.Duration(h) * time.Hour))})
		if len(r) > 0 {
			return r[0].Err
		}
		return err
	})
	both(func(h int) error { _, err := d.Seal(t.Context(), epoch.Add(time.Duration(h)*time.Hour)); return err })
	both(func(h int) error {
		_, err := d.Retain(t.Context(), epoch.Add(time.Duration(h)*time.Hour), compliance.Retention{})
		return err
	})
	both(func(int) error { _, err := d.Histories(t.Context(), epoch, epoch.Add(30*time.Hour)); return err })
	both(func(int) error {
		_, err := d.Results(t.Context(), "a/b", epoch, epoch.Add(30*time.Hour), 0)
		return err
	})
	wg.Wait()
	if _, err := d.Seal(t.Context(), epoch.Add(40*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if r, err := d.Results(t.Context(), "a/b", epoch, epoch.Add(30*time.Hour), 0); err != nil || len(r) != 1800 {
		t.Fatalf("%d results of 1800: %v", len(r), err)
	}
	if rep, err := d.Check(t.Context()); err != nil || !rep.OK() {
		t.Fatalf("%+v %v", rep, err)
	}
}

func TestCommitStopsWhenTold(t *testing.T) {
	d := openTest(t, t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.Commit(ctx, []compliance.Change{{Site: "a"}}); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}

func TestNewerStoreIsRefused(t *testing.T) {
	dir := t.TempDir()
	d := openTest(t, dir)
	if _, err := d.writer.Exec(`INSERT INTO schema_version (version) VALUES (99)`); err != nil {
		t.Fatal(err)
	}
	d.Close()
	if _, err := Open(t.Context(), Config{Dir: dir}); !errors.Is(err, ErrNewer) || !strings.Contains(err.Error(), "99") {
		t.Fatal(err)
	}
}

func TestMigrationsAreNumberedAndWhole(t *testing.T) {
	d := openTest(t, t.TempDir())
	files := fstest.MapFS{}
	names, _ := fs.Glob(migrations, "migrations/*.sql")
	for _, name := range names {
		script, _ := migrations.ReadFile(name)
		files[name] = &fstest.MapFile{Data: script}
	}
	two := fmt.Sprintf("migrations/%04d_two.sql", len(names)+1)
	files[two] = &fstest.MapFile{Data: []byte("CREATE TABLE two (a BIGINT);\nINSERT INTO nowhere VALUES (1);\n")}
	if err := migrate(t.Context(), d.writer, files); err == nil || !strings.Contains(err.Error(), two) {
		t.Fatal(err)
	}
	if _, err := d.writer.Exec(`SELECT * FROM two`); err == nil {
		t.Fatal("half a migration stayed")
	}
	files[two] = &fstest.MapFile{Data: []byte("CREATE TABLE two (a BIGINT);\n")}
	if err := migrate(t.Context(), d.writer, files); err != nil {
		t.Fatal(err)
	}
	files[fmt.Sprintf("migrations/%04d_four.sql", len(names)+3)] = &fstest.MapFile{}
	if err := migrate(t.Context(), d.writer, files); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%04d", len(names)+2)) {
		t.Fatal(err)
	}
}

// noticeTwice is a notice with two wordings and a page, and a statement.
func noticeTwice(t *testing.T) compliance.Change {
	t.Helper()
	spec := compliance.BoardSpec{ID: "a/board", Sites: []compliance.BoardSite{{ID: "a"}}}
	var book compliance.BoardBook
	c := compliance.Change{Site: "a"}
	for i, text := range []string{"one", "two"} {
		at := epoch.Add(time.Duration(i) * time.Hour)
		body, err := packed(text)
		if err != nil {
			t.Fatal(err)
		}
		digest, err := pageDigest(body)
		if err != nil {
			t.Fatal(err)
		}
		step := book.Step(spec, scanners.BoardLook{From: at, To: at, Status: scanners.BoardOK, Posts: []scanners.Post{
			{Key: "1", Title: text, Text: text, Read: true, Page: &scanners.Page{Digest: digest, Body: body}}}}, time.UTC)
		book, c.Boards = step.Book, append(c.Boards, step.Change)
	}
	c.Statements = []compliance.Statement{compliance.Statement{Site: "a", At: epoch, By: accounts.Actor{ID: "u"}, Why: "new disks"}.Sealed()}
	return c
}

// Whatever is damaged, Check says so.
func TestCheckFindsDamage(t *testing.T) {
	for name, damage := range map[string]string{
		"a block changed":       `UPDATE blocks SET data = (SELECT data FROM blocks LIMIT 1) WHERE key = (SELECT MAX(key) FROM blocks)`,
		"a block cut":           `UPDATE blocks SET data = substr(data, 1, 9) WHERE key = (SELECT MAX(key) FROM blocks)`,
		"a block gone":          `DELETE FROM blocks WHERE key = (SELECT MAX(key) FROM blocks)`,
		"a digest changed":      `UPDATE hours SET digest = zeroblob(32) WHERE hour = (SELECT MIN(hour) FROM hours)`,
		"a life begins earlier": `UPDATE series SET from_ms = from_ms - 1800000`,
		"a check lost":          `PRAGMA foreign_keys = OFF; DELETE FROM vantages`,
		"a wording changed":     `UPDATE revisions SET body = (SELECT body FROM revisions WHERE n = 1) WHERE n = 2`,
		"a wording cut":         `UPDATE revisions SET body = substr(body, 1, 30)`,
		"a page changed":        `UPDATE pages SET digest = 'x' WHERE digest = (SELECT MIN(digest) FROM pages)`,
		"a statement changed":   `UPDATE statements SET body = replace(body, 'new disks', 'old disks')`,
	} {
		t.Run(name, func(t *testing.T) {
			d := openTest(t, t.TempDir())
			d.Adopt(t.Context(), epoch.Add(30*time.Minute), oneSite(), "x")
			d.Commit(t.Context(), []compliance.Change{hourOfPasses(epoch.Add(time.Hour)), noticeTwice(t)})
			if _, err := d.Seal(t.Context(), epoch.Add(4*time.Hour)); err != nil {
				t.Fatal(err)
			}
			if r, err := d.Check(t.Context()); err != nil || !r.OK() || r.Hours != 3 || r.Slots != 150 {
				t.Fatalf("before: %+v %v", r, err)
			}
			if _, err := d.writer.Exec(damage); err != nil {
				t.Fatal(err)
			}
			if r, err := d.Check(t.Context()); err != nil || r.OK() {
				t.Fatalf("not found: %+v %v", r, err)
			}
		})
	}
}

// Sealing that was stopped between two chunks goes on, and counts nothing twice.
func TestSealGoesOnAfterStop(t *testing.T) {
	d := openTest(t, t.TempDir())
	var sites []compliance.Site
	for i := range 3 {
		id := fmt.Sprint("s", i)
		sites = append(sites, compliance.Site{ID: id, Checks: []compliance.CheckSpec{{ID: id + "/c", Interval: time.Minute}}})
	}
	d.Adopt(t.Context(), epoch, sites, "x")
	for i := range 3 {
		c := hourOfPasses(epoch)
		g := probes.SlotsOf(fmt.Sprintf("s%d/c", i), time.Minute)
		for j := range c.Results {
			c.Results[j].Check, c.Results[j].Slot = fmt.Sprintf("s%d/c", i), g.Ceil(epoch.Add(time.Duration(j)*time.Minute))
		}
		if r, err := d.Commit(t.Context(), []compliance.Change{c}); err != nil || len(r) > 0 {
			t.Fatal(r, err)
		}
	}
	hour := hourOf(epoch.UnixMilli())
	tx, _ := d.writer.Begin()
	d.sealing = hour
	if err := d.applier(t.Context(), tx).seal(hour, 1, d.topology().series[:1]); err != nil {
		t.Fatal(err)
	}
	tx.Commit()
	if n, err := d.Seal(t.Context(), epoch.Add(2*time.Hour)); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	for i := range 3 {
		p, err := d.Percentiles(t.Context(), fmt.Sprintf("s%d/c", i), epoch, epoch.Add(time.Hour))
		if err != nil || p.TLS.Count() != 0 || p.Total.Count() != 60 {
			t.Fatalf("%d %v", p.Total.Count(), err)
		}
		var data []byte
		d.reader.QueryRow(`SELECT data FROM daily WHERE key = ?`, hour/24<<dayShift|d.topology().series[i].id).Scan(&data)
		if p, err := decodeDaily(data); err != nil || p.Total.Count() != 60 {
			t.Fatalf("%d in the day's sketch, %v", p.Total.Count(), err)
		}
	}
	if r, err := d.Check(t.Context()); err != nil || !r.OK() {
		t.Fatalf("%+v %v", r, err)
	}
}

func TestSubtract(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 5000 {
		var taken []span
		var want, got [64]bool
		s := span{int64(rnd.IntN(64)), int64(rnd.IntN(64))}
		for i := s.from; i < s.to; i++ {
			want[i] = true
		}
		for range rnd.IntN(5) {
			from := int64(rnd.IntN(64))
			c := span{from, min(from+int64(rnd.IntN(20)), 64)}
			taken = append(taken, c)
			for i := c.from; i < c.to; i++ {
				want[i] = false
			}
		}
		last := int64(-1)
		for _, f := range subtract(s, taken) {
			if f.from >= f.to || f.from <= last {
				t.Fatalf("%v less %v: bad span %v", s, taken, f)
			}
			last = f.to
			for i := f.from; i < f.to; i++ {
				got[i] = true
			}
		}
		if got != want {
			t.Fatalf("%v less %v", s, taken)
		}
	}
}
