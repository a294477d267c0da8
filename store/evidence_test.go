package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/internal/accounts"
	"github.com/charterwatch/charterwatch/ledger"
)

var officer = accounts.Actor{ID: "u1", Name: "officer", Kind: accounts.KindUser, Role: accounts.RolePrivacyOfficer}

func because(why string) compliance.Act {
	return compliance.Act{At: epoch.Add(time.Hour), By: officer, Why: why}
}

func TestProofsOfTheStore(t *testing.T) {
	d := filled(t)
	public := signNow(t, d)
	commit(t, d, compliance.Change{Site: "a", Outages: []compliance.Outage{outage(7, time.Time{}), outage(900, time.Time{})}})
	got, err := d.Prove(t.Context(), "a@7") // its second version is not signed yet
	if err != nil || len(got) != 1 || got[0].N != 8 {
		t.Fatalf("%+v %v", got, err)
	}
	text, err := got[0].Proof.MarshalText()
	if err != nil || len(text) > 2048 {
		t.Fatal(len(text), err)
	}
	l, c, err := got[0].Proof.Verify(public)
	if err != nil || l.ID != "a@7" || c.Size != 307 || ledger.Commit(l.Kind, l.ID, got[0].Salt, got[0].Body) != l.Commitment {
		t.Fatalf("%+v %v", l, err)
	}
	for _, id := range []string{"a@900", "nobody"} {
		if _, err := d.Prove(t.Context(), id); !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: %v", id, err)
		}
	}
}

func TestBundlesOfTheStore(t *testing.T) {
	now := epoch
	d, err := Open(t.Context(), Config{Dir: t.TempDir(), Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if _, err := d.Bundle(t.Context(), epoch, time.Time{}, nil); !errors.Is(err, ErrNotFound) {
		t.Fatal(err)
	}
	private, public, err := ledger.NewKey("watch.example/charterwatch")
	if err != nil {
		t.Fatal(err)
	}
	key, _ := ledger.ParseKey(private)
	n, err := ledger.NewNotary(ledger.NotaryConfig{Log: d, Key: key, Folder: ledger.Folder{Dir: d.points}, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 600 { // two an hour
		now = epoch.Add(time.Duration(i) * 30 * time.Minute)
		commit(t, d, compliance.Change{Site: "a", Outages: []compliance.Outage{outage(i, time.Time{})}})
		if i%100 == 99 {
			if _, err := n.Checkpoint(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	commit(t, d, compliance.Change{Site: "a", Outages: []compliance.Outage{outage(1000, time.Time{})}}) // not signed
	from := epoch.Add(100 * time.Hour)
	b, err := d.Bundle(t.Context(), from, time.Time{}, func(kind, id string) bool { return kind == "outage" && id != "a@250" })
	if err != nil {
		t.Fatal(err)
	}
	v, err := b.Verify(public)
	if err != nil || len(v.Problems) > 0 || v.From != 201 || v.Checkpoint.Size != 601 || len(b.Items) != 399 || v.Entries[50].Shown != ledger.Withheld || v.Entries[50].Leaf.ID != "a@250" {
		t.Fatalf("%d %d %v %v %+v", v.From, v.Checkpoint.Size, v.Problems, err, v.Entries[50])
	}
	// That of a period that is over stays as it is.
	to := epoch.Add(120 * time.Hour)
	first, err := d.Bundle(t.Context(), from, to, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := n.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	again, err := d.Bundle(t.Context(), from, to, nil)
	one, _ := json.Marshal(first)
	two, _ := json.Marshal(again)
	if v, verr := first.Verify(public); err != nil || verr != nil || v.Checkpoint.Size != 301 || string(one) != string(two) {
		t.Fatalf("%v %v %d", err, verr, v.Checkpoint.Size)
	}
	if r, err := d.VerifyLedger(t.Context(), []string{public}, nil); err != nil || !r.OK() || r.Logs[0].Checkpoints != 7 || r.Logs[0].Covered != 602 || r.Logs[0].Origin != key.Origin() {
		t.Fatalf("%+v %v", r, err)
	}
	if err := d.SaveStamp(t.Context(), 1, 301, []byte("no token")); err != nil {
		t.Fatal(err)
	}
	if r, err := d.VerifyLedger(t.Context(), []string{public}, nil); err != nil || r.OK() || !strings.Contains(r.Problems[0], "checkpoint 301: time-stamp") {
		t.Fatalf("%+v %v", r, err)
	}
	if err := d.SaveStamp(t.Context(), 1, 301, nil); err != nil {
		t.Fatal(err)
	}
	_, other, _ := ledger.NewKey("watch.example/charterwatch")
	if r, err := d.VerifyLedger(t.Context(), []string{other}, nil); err != nil || r.OK() || !strings.Contains(r.Problems[0], ledger.ErrUnsigned.Error()) {
		t.Fatalf("%+v %v", r, err)
	}
}

func TestErasureIsOnRecord(t *testing.T) {
	d := filled(t)
	find := func(kind string) (n int64, id string) {
		t.Helper()
		var key int64
		if err := d.writer.QueryRow(`SELECT key, id FROM ledger WHERE kind = ? ORDER BY key LIMIT 1`, kind).Scan(&key, &id); err != nil {
			t.Fatal(err)
		}
		_, n = splitLeaf(key)
		return n, id
	}
	statement, id := find("statement")
	if err := d.Hold(t.Context(), "statement", id, because("a court asked")); err != nil {
		t.Fatal(err)
	}
	if err := d.Erase(t.Context(), 1, statement, because("names a customer")); !errors.Is(err, ErrHeld) {
		t.Fatal(err)
	}
	if h, err := d.Holds(t.Context()); err != nil || len(h) != 1 || h[0].ID != id || h[0].Act.Why != "a court asked" {
		t.Fatalf("%+v %v", h, err)
	}
	if err := d.Release(t.Context(), "statement", id, because("it is over")); err != nil {
		t.Fatal(err)
	}
	if err := d.Release(t.Context(), "statement", id, because("it is over")); !errors.Is(err, ErrNotFound) {
		t.Fatal(err)
	}
	wording, wordingID := find("notice")
	version, _ := find("outage")
	for range 2 { // again changes nothing
		for _, n := range []int64{statement, wording, version} {
			if err := d.Erase(t.Context(), 1, n, because("names a customer")); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, kind := range []string{"genesis", "hour", "act", "erasure"} {
		if n, _ := find(kind); !errors.Is(d.Erase(t.Context(), 1, n, because("x")), ErrKept) {
			t.Errorf("%s can be erased", kind)
		}
	}
	if err := d.Erase(t.Context(), 1, 5000, because("x")); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
	r := verified(t, d)
	if !r.OK() || r.Logs[0].Erased != 3 {
		t.Errorf("%+v", r)
	}
	if c, err := d.Check(t.Context()); err != nil || !c.OK() {
		t.Errorf("%+v %v", c, err)
	}
	for _, table := range []string{"statements", "ledger", "revisions", "pages"} {
		for _, words := range []string{"new disks"} {
			var n int
			if err := d.writer.QueryRow(`SELECT COUNT(*) FROM `+table+` WHERE body LIKE ?`, "%"+words+"%").Scan(&n); err != nil || n > 0 {
				t.Errorf("%q is still in %s: %v", words, table, err)
			}
		}
	}
	notices, err := noticesOf(t, d)
	if err != nil || notices[0].Revisions[0].Text != "" || notices[0].Revisions[1].Text != "two" {
		t.Errorf("%+v %v", notices, err)
	}
	public := signNow(t, d)
	b, err := d.Bundle(t.Context(), time.Time{}, time.Time{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	v, err := b.Verify(public)
	if err != nil || len(v.Problems) > 0 || v.Entries[wording].Shown != ledger.Erased || v.Entries[wording].Leaf.ID != wordingID {
		t.Errorf("%v %v %+v", v.Problems, err, v.Entries[wording])
	}
	// A body that is put back is found.
	if _, err := d.writer.Exec(`UPDATE ledger SET body = x'7b7d', salt = zeroblob(16) WHERE key = ?`, leafKey(1, wording)); err != nil {
		t.Fatal(err)
	}
	if r := verified(t, d); r.OK() {
		t.Error("evidence that was put back passes")
	}
}

// TestErasingAnImport: what it said of cases goes with it, and what other imports say stays.
func TestErasingAnImport(t *testing.T) {
	d := filled(t)
	other := register("Q-1")
	other.At = other.At.Add(time.Hour)
	other.Cases[0].Closed = other.At
	other = other.Sealed()
	commit(t, d, compliance.Change{Site: compliance.MonitorScope, Imports: []compliance.CaseImport{other}})
	first, err := d.Leaves(t.Context(), register("Q-1", "Q-2").ID)
	if err != nil || len(first) != 1 {
		t.Fatal(first, err)
	}
	if err := d.Erase(t.Context(), first[0].Log, first[0].N, because("a reference names a customer")); err != nil {
		t.Fatal(err)
	}
	book, err := d.Cases(t.Context(), epoch, epoch.Add(365*24*time.Hour))
	if err != nil || len(book.Cases) != 1 || !book.Cases[0].Closed.Equal(other.At) || len(book.Tallies) != 1 || len(book.Spans) != 1 {
		t.Errorf("%+v %v", book, err)
	}
	if list, err := d.CaseImports(t.Context(), epoch, epoch.Add(365*24*time.Hour)); err != nil || len(list) != 1 || list[0].ID != other.ID {
		t.Errorf("%+v %v", list, err)
	}
	if r := verified(t, d); !r.OK() || r.Logs[0].Erased != 1 {
		t.Errorf("%+v", r)
	}
}

// TestErasedWordsAreNotOnDisk: what was erased cannot be found in the store's files either.
func TestErasedWordsAreNotOnDisk(t *testing.T) {
	d := filled(t)
	const words = "new disks"
	on := func() (names []string) {
		t.Helper()
		files, err := filepath.Glob(filepath.Join(d.dir, dbFile+"*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if b, err := os.ReadFile(f); err == nil && bytes.Contains(b, []byte(words)) {
				names = append(names, filepath.Base(f))
			}
		}
		return names
	}
	if _, err := d.writer.Exec(`PRAGMA wal_checkpoint(TRUNCATE)`); err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(on(), dbFile) {
		t.Fatal("the words are not there before")
	}
	var id string
	if err := d.writer.QueryRow(`SELECT id FROM statements`).Scan(&id); err != nil {
		t.Fatal(err)
	}
	list, err := d.Leaves(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range list {
		if err := d.Erase(t.Context(), l.Log, l.N, because("names a customer")); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Scrub(t.Context()); err != nil {
		t.Fatal(err)
	}
	if left := on(); len(left) > 0 {
		t.Errorf("still in %v", left)
	}
	if r := verified(t, d); !r.OK() {
		t.Errorf("%+v", r)
	}
}

func noticesOf(t *testing.T, d *DB) ([]compliance.Notice, error) {
	t.Helper()
	tx, err := d.reader.Begin()
	if err != nil {
		return nil, err
	}
	defer tx.Rollback()
	return selectNotices(t.Context(), tx, `1 = 1`)
}

func TestActsAreOnRecord(t *testing.T) {
	d := openTest(t, t.TempDir())
	began := d.now()
	k := accounts.Keeper{Tokens: d}
	plain, tok, err := k.Issue(t.Context(), officer, "grafana", accounts.RoleViewer, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.Authenticate(t.Context(), plain); err != nil { // a use is no act
		t.Fatal(err)
	}
	for range 2 { // the first revocation stands
		if err := k.Revoke(t.Context(), officer, tok.ID); err != nil {
			t.Fatal(err)
		}
	}
	made := compliance.Act{Kind: compliance.ActConfigured, At: epoch, By: accounts.System("configuration"), Subject: "digest"}
	for range 2 {
		if err := d.Act(t.Context(), made); err != nil {
			t.Fatal(err)
		}
	}
	for _, bad := range []compliance.Act{{}, {Kind: "party", At: epoch, By: officer, Subject: "x"}, {Kind: compliance.ActBackedUp, At: epoch, By: officer}, {Kind: compliance.ActBackedUp, At: epoch, Subject: "x"}} {
		if err := d.Act(t.Context(), bad); err == nil {
			t.Errorf("%+v is recorded", bad)
		}
	}
	acts, err := d.Acts(t.Context(), began.Add(-time.Minute), began.Add(time.Hour))
	var kinds []compliance.ActKind
	for _, a := range acts {
		kinds = append(kinds, a.Kind)
		if a.Sealed().ID != a.ID {
			t.Errorf("%+v", a)
		}
	}
	if err != nil || !slices.Equal(kinds, []compliance.ActKind{compliance.ActTokenMade, compliance.ActTokenRevoked, compliance.ActConfigured}) || acts[0].By != officer || acts[0].Subject != tok.ID {
		t.Errorf("%+v %v", acts, err)
	}
	if r := verified(t, d); !r.OK() || r.Logs[0].Leaves != 4 {
		t.Errorf("%+v", r)
	}
}

func TestNewLogAfterRestore(t *testing.T) {
	d := openTest(t, t.TempDir())
	commit(t, d, compliance.Change{Site: "a", Outages: []compliance.Outage{outage(1, time.Time{})}})
	if err := d.RecoverLedger(t.Context(), officer, "why not"); err == nil {
		t.Fatal("a ledger in order was begun anew")
	}
	backup := filepath.Join(t.TempDir(), dbFile)
	if err := d.Backup(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	commit(t, d, compliance.Change{Site: "a", Outages: []compliance.Outage{outage(2, time.Time{})}})
	public := signNow(t, d)
	cfg := Config{Dir: filepath.Dir(backup), Checkpoints: d.points}
	open := func() *DB {
		t.Helper()
		r, err := Open(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	r := open()
	if rep := verified(t, r); rep.OK() {
		t.Error("a store that was set back is in order")
	}
	if err := r.RecoverLedger(t.Context(), officer, "the disk broke"); err != nil {
		t.Fatal(err)
	}
	commit(t, r, compliance.Change{Site: "a", Outages: []compliance.Outage{outage(3, time.Time{})}})
	r.Close()
	r = open()
	defer r.Close()
	if r.Behind() != nil || r.grownNow().log != 2 || r.grownNow().tree.Size() != 3 {
		t.Fatalf("%v %+v", r.Behind(), r.grownNow())
	}
	rep, err := r.VerifyLedger(t.Context(), []string{public}, nil)
	if err != nil || !rep.OK() || len(rep.Logs) != 2 || rep.Logs[0].BrokeOff != "signed over 3 leaves, 2 are there" || rep.Unprotected != (compliance.Unprotected{}) {
		t.Fatalf("%+v %v", rep, err)
	}
	// Another file in its place is still found.
	signed, _ := ledger.Folder{Dir: d.points}.Read(1)
	if err := (ledger.Folder{Dir: d.points}).Write(1, append(signed, signed[strings.Index(string(signed), "—"):]...)); err != nil {
		t.Fatal(err)
	}
	if rep := verified(t, r); rep.OK() {
		t.Error("another file in its place passes")
	}
}

// A store that a monitor has open can be read, and its ledger checked.
func TestViewBesideAMonitor(t *testing.T) {
	d := filled(t)
	public := signNow(t, d)
	v, err := View(t.Context(), Config{Dir: d.dir})
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	commit(t, d, compliance.Change{Site: "a", Outages: []compliance.Outage{outage(901, time.Time{})}})
	if r, err := v.VerifyLedger(t.Context(), []string{public}, nil); err != nil || !r.OK() || r.Logs[0].Leaves != 308 || r.Logs[0].Covered != 307 {
		t.Fatalf("%+v %v", r, err)
	}
	if _, err := View(t.Context(), Config{Dir: t.TempDir()}); err == nil {
		t.Error("a store that is not there is viewed")
	}
	if _, err := d.writer.Exec(`DELETE FROM schema_version WHERE version = (SELECT MAX(version) FROM schema_version)`); err != nil {
		t.Fatal(err)
	}
	if _, err := View(t.Context(), Config{Dir: d.dir}); !errors.Is(err, ErrOlder) {
		t.Error(err)
	}
}
