package main

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/internal/accounts"
	"github.com/charterwatch/charterwatch/ledger"
	"github.com/charterwatch/charterwatch/probes"
	"github.com/charterwatch/charterwatch/reports/export"
	"github.com/charterwatch/charterwatch/store"
)

// sealedMonth is a store of which the first hours of October 2026 in Seoul are sealed and signed: a
// site that is down at times, and what somebody said of it.
func sealedMonth(t *testing.T) (dir, outage, said string) {
	t.Helper()
	dir = t.TempDir()
	db, err := store.Open(t.Context(), store.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	from := time.Date(2026, 9, 30, 15, 0, 0, 0, time.UTC)
	spec := compliance.CheckSpec{ID: "shop/port", Kind: "tcp", Interval: 10 * time.Minute, Timeout: time.Second, Critical: true}
	spec.Policy = compliance.Policy{ConfirmFailures: 1, RecoverHold: -1}.WithDefaults(spec.Interval, spec.Timeout)
	site := compliance.Site{ID: "shop", Checks: []compliance.CheckSpec{spec}}
	if err := db.Adopt(t.Context(), from, []compliance.Site{site}, "local"); err != nil {
		t.Fatal(err)
	}
	remember(t, db, site, compliance.Period{From: from, To: from.Add(6 * time.Hour)}, func(at time.Time) (probes.Reason, bool) {
		if at.Sub(from) > 2*time.Hour && at.Sub(from) < 3*time.Hour {
			return probes.Status, true
		}
		return probes.OK, true
	})
	s := compliance.Statement{Site: "shop", At: from, By: accounts.Actor{ID: "hong", Name: "홍길동"}, Why: "홍길동의 실수", Work: &compliance.Work{}}.Sealed()
	if _, err := db.Commit(t.Context(), []compliance.Change{{Site: "shop", Statements: []compliance.Statement{s}}}); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Seal(t.Context(), from.Add(6*time.Hour+store.SealDelay)); err != nil {
		t.Fatal(err)
	}
	all, err := db.Outages(t.Context(), compliance.OutageQuery{SiteLevel: true})
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	key, _, err := signingKey(keyFileIn(dir, ""), "test.example/log", 1)
	if err != nil {
		t.Fatal(err)
	}
	n, err := ledger.NewNotary(ledger.NotaryConfig{Log: db, Key: key, Folder: ledger.Folder{Dir: filepath.Join(dir, "checkpoints")}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := n.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return dir, all[0].ID, s.ID
}

// says runs a command and demands how it ends and what it says.
func says(t *testing.T, ok bool, want string, args ...string) string {
	t.Helper()
	out, is := command(t, args...)
	if is != ok || !strings.Contains(out, want) {
		t.Errorf("%v: %v, want %q in\n%s", args, is, want, out)
	}
	return out
}

// TestEvidenceIsExportedAndChecked: what was sealed is exported in every form, checked elsewhere,
// changed and found out.
func TestEvidenceIsExportedAndChecked(t *testing.T) {
	t.Parallel()
	dir, outage, _ := sealedMonth(t)
	keys, to := filepath.Join(dir, "ledger.pub"), t.TempDir()
	file := func(name string) string { return filepath.Join(to, name) }
	run := func(args ...string) []string { return append([]string{"evidence", "export", "--dir", dir}, args...) }

	says(t, true, "profile full", run("--month", "2026-10", "--profile", "full", "--out", file("month.zip"))...)
	out := says(t, true, "6 sealed hours: their 6 blocks are those that were sealed", "verify", "--keys", keys, file("month.zip"))
	if !strings.Contains(out, "0 withheld, 0 erased") || !strings.Contains(out, "It does not show") {
		t.Error(out)
	}
	says(t, true, "which shows nothing of who made it", "verify", file("month.zip"))
	if info, err := os.Stat(file("month.zip")); err != nil || info.Mode().Perm() != 0o600 {
		t.Error(info, err)
	}
	says(t, true, "profile masked", run("--outage", outage, "--out", file("outage.zip"))...)
	says(t, true, "2 sealed hours: their 2 blocks", "verify", "--keys", keys, file("outage.zip"))
	says(t, true, "profile masked", run("--month", "2026-10", "--sample", "3", "--out", file("sample.zip"))...)
	says(t, true, "the 3 of the sample are those that the seed", "verify", "--keys", keys, file("sample.zip"))
	if b, err := os.ReadFile(file("sample.zip")); err != nil || bytes.Contains(b, []byte("홍길동")) {
		t.Error("a name in the masked profile", err)
	}
	says(t, false, "there is no report of 2026-10 on record", run("--month", "2026-10", "--clause", "availability", "--out", file("clause.zip"))...)
	says(t, false, "there is no outage", run("--outage", "nobody", "--out", file("x.zip"))...)
	says(t, false, "nothing was signed of that time", run("--month", "2030-01", "--out", file("x.zip"))...)
	says(t, false, "is not a month", run("--month", "October", "--out", file("x.zip"))...)
	for _, wrong := range [][]string{{"--month", "2026-10"}, {"--out", file("x.zip")}, {"--out", file("x.zip"), "--month", "2026-10", "--outage", outage},
		{"--out", file("x.zip"), "--month", "2026-10", "--profile", "open"}, {"--out", file("x.zip"), "--month", "2026-10", "--seed", "x"}} {
		says(t, false, "give one of --dir and --config", run(wrong...)...)
	}
	if names, err := filepath.Glob(filepath.Join(to, "*x*")); err != nil || len(names) != 0 {
		t.Errorf("left behind: %q %v", names, err)
	}

	// Exports are on record themselves.
	db, err := store.View(t.Context(), store.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	acts, err := db.Acts(t.Context(), time.Time{}, time.Now().Add(time.Hour))
	if err != nil || len(acts) != 3 || acts[0].Kind != compliance.ActExported || acts[0].Subject != "month.zip" || acts[0].Detail["profile"] != "full" || acts[0].Detail["sha256"] != digestOf(t, file("month.zip")) {
		t.Errorf("%+v %v", acts, err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}

	changed := tamper(t, file("month.zip"))
	says(t, false, "hour 2026-09-30T17/v1: the block of shop/port at local is not the one that was sealed", "verify", "--keys", keys, changed)
}

func digestOf(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// unzipped is what a zip holds, by name.
func unzipped(t *testing.T, path string) map[string][]byte {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	files := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if files[f.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// tamper turns a failing look of an export into one that passed, and makes everything but the
// ledger fit.
func tamper(t *testing.T, path string) string {
	t.Helper()
	files := unzipped(t, path)
	const name = "blocks/2026-09-30T17.json"
	var h export.Hour
	if err := json.Unmarshal(files[name], &h); err != nil {
		t.Fatal(err)
	}
	b, err := compliance.DecodeBlock(h.Blocks[0].Data)
	if err != nil || b.Looks[2].Reason != probes.Status {
		t.Fatal(b, err)
	}
	b.Looks[2].Reason = probes.OK
	h.Blocks[0].Data = compliance.EncodeBlock(b)
	files[name], _ = json.Marshal(h)
	var m export.Manifest
	if err := json.Unmarshal(files["manifest.json"], &m); err != nil {
		t.Fatal(err)
	}
	for i, f := range m.Files {
		sum := sha256.Sum256(files[f.Name])
		m.Files[i].Size, m.Files[i].SHA256 = int64(len(files[f.Name])), hex.EncodeToString(sum[:])
	}
	files["manifest.json"], _ = json.Marshal(m)
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		f, err := w.Create(name)
		if err == nil {
			_, err = f.Write(files[name])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(t.TempDir(), "changed.zip")
	write(t, to, out.String())
	return to
}

// TestErasureAndHoldByHand: what is held is not erased, what is erased is called so.
func TestErasureAndHoldByHand(t *testing.T) {
	t.Parallel()
	dir, outage, said := sealedMonth(t)
	run := func(what string, args ...string) []string {
		return append([]string{"evidence", what, "--dir", dir}, args...)
	}
	says(t, true, "nothing is under legal hold", run("holds")...)
	says(t, false, "give --id and --why", run("hold", "--id", said)...)
	says(t, false, "give --id and --why", run("erase", "--id", said, "--why", " ")...)
	says(t, false, "no evidence with the id", run("hold", "--id", "nobody", "--why", "x")...)
	says(t, true, "is under legal hold: it cannot be erased", run("hold", "--id", said, "--why", "법원의 요청")...)
	says(t, false, "has been under legal hold since", run("hold", "--id", said, "--why", "again")...)
	if out := says(t, true, said, run("holds")...); !strings.Contains(out, "법원의 요청") {
		t.Error(out)
	}
	says(t, false, "is under legal hold and cannot be erased", run("erase", "--id", said, "--why", "the person asked")...)
	says(t, true, "has ended", run("release", "--id", said, "--why", "over")...)
	says(t, false, "is not under legal hold", run("release", "--id", said, "--why", "over")...)
	says(t, true, "is erased; the ledger says by whom", run("erase", "--id", said, "--why", "the person asked")...)
	says(t, false, "was erased before", run("erase", "--id", said, "--why", "the person asked")...)
	says(t, false, "are never erased", run("erase", "--id", "2026-09-30T17/v1", "--why", "x")...)
	if out := says(t, true, "is erased", run("erase", "--id", outage, "--why", "x")...); strings.Count(out, "is erased") != 3 {
		t.Errorf("an outage has three versions: %s", out)
	}
	// Verification calls it erased, never tampered: of the store, and of an export of it.
	says(t, true, "4 leaves whose evidence was erased, on record", "ledger", "verify", "--dir", dir)
	sign(t, dir)
	file := filepath.Join(t.TempDir(), "m.zip")
	says(t, true, "written", run("export", "--month", "2026-10", "--out", file, "--profile", "full")...)
	says(t, true, "0 withheld, 4 erased", "verify", "--keys", filepath.Join(dir, "ledger.pub"), file)

	// While another has the store open, it says so and changes nothing.
	db, err := store.Open(t.Context(), store.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	says(t, false, "has this store open", run("hold", "--id", said, "--why", "x")...)
	says(t, true, "is not on record", run("export", "--month", "2026-10", "--out", file)...)
	says(t, true, "nothing is under legal hold", run("holds")...)
}

// sign signs what came since.
func sign(t *testing.T, dir string) {
	t.Helper()
	c := ledgerTool{dir: dir, key: keyFileIn(dir, "")}
	err := c.own(t.Context(), func(db *store.DB) error {
		key, err := c.key.Read()
		if err != nil {
			return err
		}
		return c.sign(t.Context(), db, key)
	})
	if err != nil {
		t.Fatal(err)
	}
}
