package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/calendar"
	"github.com/charterwatch/charterwatch/internal/accounts"
	"github.com/charterwatch/charterwatch/ledger"
	"github.com/charterwatch/charterwatch/probes"
)

func outage(n int, end time.Time) compliance.Outage {
	at := epoch.Add(time.Duration(n) * time.Minute)
	return compliance.Outage{ID: fmt.Sprintf("a@%d", n), Site: "a", Start: at, ConfirmedAt: at.Add(time.Minute), End: end, Reason: probes.Timeout, Checks: []string{"a/b"}}
}

func commit(t testing.TB, d *DB, cs ...compliance.Change) {
	t.Helper()
	if r, err := d.Commit(context.Background(), cs); err != nil || len(r) > 0 {
		t.Fatal(r, err)
	}
}

func verified(t testing.TB, d *DB) LedgerReport {
	t.Helper()
	r, err := d.VerifyLedger(context.Background(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// leaves lists kind and id of every leaf of the log in force.
func leaves(t testing.TB, d *DB) (out []string) {
	t.Helper()
	err := query(context.Background(), d.writer, func(r *sql.Rows) error {
		var kind, id string
		err := r.Scan(&kind, &id)
		out = append(out, kind+" "+id)
		return err
	}, `SELECT kind, id FROM ledger ORDER BY key`)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestEveryKindOfEvidenceIsALeaf(t *testing.T) {
	known := map[ledger.Kind]bool{}
	for _, k := range ledger.Kinds() {
		known[k] = true
	}
	for _, k := range compliance.EvidenceKinds() {
		if !known[ledger.Kind(k)] {
			t.Errorf("%q is no kind of leaf", k)
		}
	}
}

func TestWhatIsCommittedIsSealed(t *testing.T) {
	d := openTest(t, t.TempDir())
	d.Adopt(t.Context(), epoch, oneSite(), "x")
	change := noticeTwice(t)
	change.Outages = []compliance.Outage{outage(1, time.Time{})}
	commit(t, d, change, hourOfPasses(epoch))
	commit(t, d, change) // again
	commit(t, d, compliance.Change{Site: "a", Outages: []compliance.Outage{outage(1, epoch.Add(2*time.Hour))}})
	if _, err := d.Seal(t.Context(), epoch.Add(2*time.Hour)); err != nil {
		t.Fatal(err)
	}
	commit(t, d, hourOfPasses(epoch.Add(time.Hour)))
	want := []string{"genesis log/1", "outage a@1", "notice " + change.Boards[0].Changed[0].ID + "/r1", "notice " + change.Boards[0].Changed[0].ID + "/r2",
		"statement " + change.Statements[0].ID, "outage a@1", "hour 2026-03-02T00/v1"}
	if got := leaves(t, d); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
	before := d.grownNow()
	r := verified(t, d)
	if !r.OK() || len(r.Logs) != 1 || r.Logs[0].Leaves != int64(len(want)) || r.Hours != 1 || r.Blocks != 1 || r.Unprotected != (compliance.Unprotected{}) || r.Unsealed != 60 {
		t.Errorf("%+v", r)
	}
	dir := d.dir
	d.Close()
	if d = openTest(t, dir); d.grownNow().tree.Root() != before.tree.Root() || d.grownNow().log != 1 {
		t.Error("another tree after it was opened again")
	}
	// What is old is sealed when it changes, and what a late record changes is sealed again.
	commit(t, d, compliance.Change{Site: "a", Results: hourOfPasses(epoch).Results[:3]})
	if got := leaves(t, d); len(got) != len(want) {
		t.Errorf("%d leaves", len(got))
	}
}

// A change that is refused leaves no leaf, and the tree as it was; those beside it stay.
func TestRefusedChangeLeavesNoLeaf(t *testing.T) {
	d := openTest(t, t.TempDir())
	d.Adopt(t.Context(), epoch, oneSite(), "x")
	if _, err := d.writer.Exec(`CREATE TRIGGER no BEFORE INSERT ON events WHEN NEW.kind = 'bad' BEGIN SELECT RAISE(ABORT, 'no'); END`); err != nil {
		t.Fatal(err)
	}
	var group []compliance.Change
	for i := range 300 {
		c := compliance.Change{Site: "a", Outages: []compliance.Outage{outage(i, time.Time{})}}
		if i%7 == 0 {
			c.Events = []compliance.Event{{Kind: "bad", Site: "a", At: epoch}}
		}
		group = append(group, c)
	}
	rejected, err := d.Commit(t.Context(), group)
	if err != nil || len(rejected) != 43 {
		t.Fatal(len(rejected), err)
	}
	if r := verified(t, d); !r.OK() || r.Logs[0].Leaves != 1+300-43 || d.grownNow().tree.Size() != r.Logs[0].Leaves {
		t.Fatalf("%+v", r)
	}
	// The whole group fails.
	if _, err := d.writer.Exec(`CREATE TRIGGER never BEFORE INSERT ON ledger BEGIN SELECT RAISE(FAIL, 'disk full'); END`); err != nil {
		t.Fatal(err)
	}
	before := d.grownNow().tree.Root()
	d.Commit(t.Context(), []compliance.Change{{Site: "a", Outages: []compliance.Outage{outage(1000, time.Time{})}}})
	if d.grownNow().tree.Root() != before {
		t.Error("the tree grew by what was not kept")
	}
	d.writer.Exec(`DROP TRIGGER never`)
	commit(t, d, compliance.Change{Site: "a", Outages: []compliance.Outage{outage(1000, time.Time{})}})
	if r := verified(t, d); !r.OK() {
		t.Fatalf("%+v", r)
	}
}

// register is an import of cases, with a day's calls and the days for which it is complete.
func register(refs ...string) compliance.CaseImport {
	at := epoch.Add(40 * time.Hour)
	day := calendar.DateOf(epoch, time.UTC)
	i := compliance.CaseImport{At: at, By: accounts.Actor{ID: "op"}, Source: "file", Tallies: []compliance.CallTally{{Day: day, Calls: 10, InTime: 9}},
		Spans: []compliance.CaseSpan{{Kind: compliance.CaseOnline, From: day, Until: day.AddDays(1)}}}
	for n, ref := range refs {
		i.Cases = append(i.Cases, compliance.Case{Ref: ref, Kind: compliance.CaseOnline, Received: epoch.Add(time.Duration(30+n) * time.Hour), Answered: epoch.Add(35 * time.Hour)})
	}
	return i.Sealed()
}

// filled is a store with some of everything, whose ledger has begun. Rows from before it
// are there too.
func filled(t *testing.T) *DB {
	t.Helper()
	d := openTest(t, t.TempDir())
	d.Adopt(t.Context(), epoch, []compliance.Site{{ID: "a", Checks: []compliance.CheckSpec{{ID: "a/b", Interval: time.Minute}, {ID: "a/c", Interval: time.Minute}}}}, "x")
	c := noticeTwice(t)
	for i := range 300 {
		c.Outages = append(c.Outages, outage(i, epoch.Add(24*time.Hour)))
	}
	commit(t, d, hourOfPasses(epoch), c, compliance.Change{Site: compliance.MonitorScope, Imports: []compliance.CaseImport{register("Q-1", "Q-2")}})
	if _, err := d.Seal(t.Context(), epoch.Add(3*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if r := verified(t, d); !r.OK() || r.Blocks != 4 {
		t.Fatalf("%+v", r)
	}
	return d
}

// Whatever is changed, VerifyLedger names it.
func TestVerifyLedgerFindsDamage(t *testing.T) {
	for name, c := range map[string]struct{ damage, want string }{
		"a block changed":      {`UPDATE blocks SET data = (SELECT data FROM blocks ORDER BY key LIMIT 1 OFFSET 2) WHERE key = (SELECT MIN(key) FROM blocks)`, "hour 2026-03-02T00/v1: the block of a/b at x was changed"},
		"a block gone":         {`DELETE FROM blocks WHERE key = (SELECT MAX(key) FROM blocks)`, "hour 2026-03-02T01/v1: 1 blocks are missing, a/c at x"},
		"a check renamed":      {`UPDATE checks SET name = 'a/d' WHERE name = 'a/c'`, "the block of a/d at x was changed"},
		"an hour's digest":     {`UPDATE hours SET digest = zeroblob(32) WHERE hour = (SELECT MIN(hour) FROM hours)`, "hour 2026-03-02T00/v1: its record is not what leaf"},
		"an hour's record":     {`DELETE FROM hours WHERE hour = (SELECT MIN(hour) FROM hours)`, "hour 2026-03-02T00/v1 has a leaf, but no record"},
		"an hour expired":      {`UPDATE hours SET expired = 1 WHERE hour = (SELECT MAX(hour) FROM hours)`, "an older one is not"},
		"an outage shortened":  {`UPDATE outages SET end_ms = end_ms - 60000 WHERE id = 'a@7'`, "outage a@7 is not what leaf 8"},
		"an outage gone":       {`DELETE FROM outages WHERE id = 'a@7'`, "outage a@7 of leaf 8 of log 1 is gone"},
		"an outage invented":   {`INSERT INTO outages SELECT 'b@7', site, check_name, start_ms, end_ms, confirmed_ms, recovering_ms, reason, cause, checks FROM outages WHERE id = 'a@7'`, "1 outages have no leaf, 0 were there"},
		"a statement changed":  {`UPDATE statements SET body = replace(body, 'new disks', 'old disks')`, "statement"},
		"a statement gone":     {`DELETE FROM statements`, "is gone"},
		"a wording changed":    {`UPDATE revisions SET body = (SELECT body FROM revisions WHERE n = 1) WHERE n = 2`, "/r2 is not what it is kept as"},
		"a wording's site":     {`UPDATE revisions SET n = 3 WHERE n = 2`, "/r3 is not what it is kept as"},
		"a notice gone":        {`DELETE FROM notices`, "is gone"},
		"a wording gone":       {`DELETE FROM revisions WHERE n = 2`, "r2 of leaf"},
		"first seen earlier":   {`UPDATE notices SET body = replace(body, '"first_seen":"2026-03-02', '"first_seen":"2026-02-02')`, "wording"},
		"a case sooner":        {`UPDATE cases SET body = replace(body, 'T11:00', 'T10:00') WHERE ref = 'Q-1'`, "case online/Q-1 of 2026-03-03T16:00:00.000Z is not what leaf"},
		"a case's column":      {`UPDATE cases SET done_ms = 0 WHERE ref = 'Q-1'`, "case online/Q-1 of"},
		"a case gone":          {`DELETE FROM cases WHERE ref = 'Q-2'`, "case online/Q-2 of 2026-03-03T16:00:00.000Z, in leaf"},
		"a case invented":      {`INSERT INTO cases SELECT kind, 'Q-3', at_ms, received_ms, done_ms, body FROM cases WHERE ref = 'Q-1'`, "case online/Q-3 of 2026-03-03T16:00:00.000Z has no leaf"},
		"a case's version":     {`UPDATE cases SET at_ms = at_ms + 1 WHERE ref = 'Q-1'`, "case online/Q-1 of 2026-03-03T16:00:00.001Z has no leaf"},
		"calls":                {`UPDATE calls SET in_time = 10`, "calls 2026-03-02 of 2026-03-03T16:00:00.000Z is not what leaf"},
		"a register":           {`UPDATE case_spans SET until_day = until_day + 9`, "register online 2026-03-02..2026-03-12"},
		"a register gone":      {`DELETE FROM case_spans`, "register online 2026-03-02..2026-03-03"},
		"who imported":         {`UPDATE case_imports SET body = replace(body, '"op"', '"other"')`, "import "},
		"an import":            {`UPDATE ledger SET body = (SELECT body FROM ledger WHERE id = 'a@8') WHERE kind = 'case'`, "): its evidence is not what it commits to"},
		"evidence changed":     {`UPDATE ledger SET body = (SELECT body FROM ledger WHERE id = 'a@8') WHERE id = 'a@7'`, "leaf 8 (outage a@7): its evidence is not what it commits to"},
		"evidence gone":        {`UPDATE ledger SET body = NULL, salt = NULL WHERE id = 'a@7'`, "leaf 8 (outage a@7): its evidence is gone, and no leaf says"},
		"a leaf's time":        {`UPDATE ledger SET at_ms = at_ms - 1 WHERE id = 'a@7'`, "leaves 0 to 255 do not have the hash on record"},
		"a leaf gone":          {`DELETE FROM ledger WHERE id = 'a@7'`, "leaf 9 stands where leaf 8 should"},
		"a node changed":       {`UPDATE ledger_nodes SET hash = zeroblob(32)`, "leaves 0 to 255 do not have the hash on record"},
		"a node gone":          {`DELETE FROM ledger_nodes`, "leaves 0 to 255"},
		"the last leaf's time": {`UPDATE ledger SET at_ms = at_ms + 1 WHERE key = (SELECT MAX(key) FROM ledger)`, "checkpoint 307 was signed over 307 leaves that are not those"},
		"the last leaf gone":   {`DELETE FROM ledger WHERE key = (SELECT MAX(key) FROM ledger)`, "checkpoint 307 was signed over 307 leaves, the store has 306"},
		"everything gone":      {`DELETE FROM ledger`, "there is no ledger"},
	} {
		t.Run(name, func(t *testing.T) {
			d := filled(t)
			signNow(t, d)
			if _, err := d.writer.Exec(c.damage); err != nil {
				t.Fatal(err)
			}
			r, err := d.VerifyLedger(t.Context(), nil, nil)
			if err != nil && !strings.Contains(err.Error(), "there is none") {
				t.Fatal(err)
			}
			if name == "an import" && len(r.Problems) != 1 {
				t.Errorf("what is not known of its cases is told of too: %q", r.Problems)
			}
			if !strings.Contains(strings.Join(r.Problems, "\n"), c.want) {
				t.Errorf("want %q, got\n%s", c.want, strings.Join(r.Problems, "\n"))
			}
		})
	}
}

// signNow records a checkpoint of the tree as it stands, and writes the file.
func signNow(t testing.TB, d *DB) (public string) {
	t.Helper()
	private, public, err := ledger.NewKey("watch.example/charterwatch")
	if err != nil {
		t.Fatal(err)
	}
	k, err := ledger.ParseKey(private)
	if err != nil {
		t.Fatal(err)
	}
	g := d.grownNow()
	b, err := k.Sign(ledger.Checkpoint{Origin: k.Origin(), Size: g.tree.Size(), Root: g.tree.Root()})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.writer.Exec(`INSERT INTO checkpoints (log, size, at_ms, signed) VALUES (?, ?, 0, ?)`, g.log, g.tree.Size(), string(b)); err != nil {
		t.Fatal(err)
	}
	if err := (ledger.Folder{Dir: d.points}).Write(g.log, b); err != nil {
		t.Fatal(err)
	}
	return public
}

// A store that was there before the ledger is taken as it is; what comes later is protected.
func TestRowsFromBeforeTheLedger(t *testing.T) {
	d := filled(t)
	// Cases came with the ledger: there are none from before.
	for _, stmt := range []string{`DELETE FROM ledger`, `DELETE FROM ledger_nodes`, `DELETE FROM cases`, `DELETE FROM calls`, `DELETE FROM case_spans`, `DELETE FROM case_imports`} {
		if _, err := d.writer.Exec(stmt); err != nil {
			t.Fatal(err)
		}
	}
	dir := d.dir
	d.Close()
	d = openTest(t, dir)
	r := verified(t, d)
	if want := (compliance.Unprotected{Outages: 300, Revisions: 2, Statements: 1, Hours: 2}); !r.OK() || r.Unprotected != want || r.Logs[0].Leaves != 1 {
		t.Fatalf("%+v", r)
	}
	commit(t, d, compliance.Change{Site: "a", Outages: []compliance.Outage{outage(7, epoch.Add(time.Hour)), outage(301, time.Time{})}})
	if r := verified(t, d); !r.OK() || r.Unprotected.Outages != 299 || r.Logs[0].Leaves != 3 {
		t.Fatalf("%+v", r)
	}
	if _, err := d.writer.Exec(`UPDATE outages SET confirmed_ms = 9000000000000 WHERE id = 'a@8'`); err != nil {
		t.Fatal(err)
	}
	if r := verified(t, d); r.OK() || !strings.Contains(r.Problems[0], "a@8 has no leaf, though the log had begun") {
		t.Fatalf("%+v", r)
	}
}

// What retention deletes is not missed.
func TestVerifyLedgerAfterRetention(t *testing.T) {
	d := filled(t)
	if _, err := d.Retain(t.Context(), epoch.Add(3*365*24*time.Hour), compliance.Retention{}); err != nil {
		t.Fatal(err)
	}
	r := verified(t, d)
	if r.Expired.IsZero() || r.Blocks != 0 {
		t.Fatalf("%+v", r)
	}
	for _, p := range r.Problems {
		if !strings.Contains(p, "is gone") { // these ended a day after the last hour that was sealed
			t.Error(p)
		}
	}
}

// A store that was restored from a backup does not extend its log.
func TestStoreBehindItsCheckpointFile(t *testing.T) {
	old := t.TempDir()
	d := openTest(t, old)
	commit(t, d, compliance.Change{Site: "a", Outages: []compliance.Outage{outage(1, time.Time{})}})
	backup := filepath.Join(t.TempDir(), dbFile)
	if err := d.Backup(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	commit(t, d, compliance.Change{Site: "a", Outages: []compliance.Outage{outage(2, time.Time{})}})
	signNow(t, d)
	dir := d.points
	reopen := func(points string) *DB {
		t.Helper()
		r, err := Open(t.Context(), Config{Dir: filepath.Dir(backup), Checkpoints: points})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	r := reopen(dir)
	_, err := r.Commit(t.Context(), []compliance.Change{{Site: "a", Outages: []compliance.Outage{outage(3, time.Time{})}}})
	var behind *BehindError
	if !errors.As(err, &behind) || behind.Signed != 3 || behind.Have != 2 || behind.Log != 1 || !strings.Contains(err.Error(), "log-1.checkpoint") {
		t.Fatalf("%v", err)
	}
	commit(t, r, compliance.Change{Site: "a"}) // which needs no leaf
	r.Close()

	// As long as the one that was signed, but another.
	r = reopen(t.TempDir())
	commit(t, r, compliance.Change{Site: "a", Outages: []compliance.Outage{outage(4, time.Time{})}})
	r.Close()
	r = reopen(dir)
	if !errors.As(r.Behind(), &behind) || behind.Have != 3 || behind.Signed != 3 {
		t.Fatalf("%v", r.Behind())
	}
	r.Close()
	os.WriteFile(filepath.Join(dir, "log-1.checkpoint"), []byte("nonsense"), 0o600)
	r = reopen(dir)
	if !errors.As(r.Behind(), &behind) || behind.Signed != -1 {
		t.Fatalf("%v", r.Behind())
	}
	r.Close()
	// The store that was signed is not behind.
	if _, err := d.writer.Exec(`DELETE FROM checkpoints`); err != nil {
		t.Fatal(err)
	}
	signNow(t, d)
	d.Close()
	if d = openTest(t, old); d.Behind() != nil {
		t.Fatal(d.Behind())
	}
}
