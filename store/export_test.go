package store

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/ledger"
)

// The blocks that are handed out are those that the hours' leaves commit to, late versions
// included.
func TestBlocksAreThoseThatWereSealed(t *testing.T) {
	d := filled(t)
	late := hourOfPasses(epoch.Add(time.Hour)) // until now nobody had looked in that hour
	commit(t, d, compliance.Change{Site: "a", Results: late.Results[:5]})
	if _, err := d.Seal(t.Context(), epoch.Add(3*time.Hour)); err != nil {
		t.Fatal(err)
	}
	public := signNow(t, d)
	b, err := d.Bundle(t.Context(), time.Time{}, time.Time{}, func(kind, _ string) bool { return kind == "hour" })
	if err != nil {
		t.Fatal(err)
	}
	digest := map[string]string{}
	for _, it := range b.Items {
		var h compliance.HourEvidence
		if err := json.Unmarshal(it.Body, &h); err != nil {
			t.Fatal(err)
		}
		digest[fmt.Sprintf("%s/v%d", h.Hour, h.Version)] = h.Digest
	}
	var hours []string
	err = d.Blocks(t.Context(), epoch, epoch.Add(24*time.Hour), func(hour time.Time, blocks []compliance.SealedBlock) error {
		versions := map[int64][]compliance.SealedBlock{}
		for _, b := range blocks {
			for v := b.Version; v <= 2; v++ { // each counts until the next of its series
				versions[v] = slices.DeleteFunc(versions[v], func(x compliance.SealedBlock) bool { return x.Series == b.Series })
				versions[v] = append(versions[v], b)
			}
		}
		for v, list := range versions {
			slices.SortFunc(list, func(a, b compliance.SealedBlock) int { return int(a.Series - b.Series) })
			var sums [][32]byte
			for _, b := range list {
				sums = append(sums, compliance.BlockDigest(b.Check, b.Vantage, b.Data))
			}
			id := compliance.HourID(hour, v)
			if want, sealed := digest[id]; sealed && want != fmt.Sprintf("%x", compliance.HourDigest(hour, v, sums)) {
				t.Errorf("the blocks of %s are not those that were sealed", id)
			}
			delete(digest, id)
		}
		hours = append(hours, fmt.Sprintf("%s %d", hour.Format(compliance.HourLayout), len(blocks)))
		return nil
	})
	if err != nil || !slices.Equal(hours, []string{"2026-03-02T00 2", "2026-03-02T01 3"}) || len(digest) != 0 {
		t.Fatalf("%q %v, no blocks of %v", hours, err, digest)
	}
	stop := errors.New("enough")
	if err := d.Blocks(t.Context(), epoch, epoch.Add(24*time.Hour), func(time.Time, []compliance.SealedBlock) error { return stop }); !errors.Is(err, stop) {
		t.Error(err)
	}
	// Hours that begin in the span, no others.
	for _, c := range []struct {
		from, to time.Duration
		want     int
	}{{0, time.Hour, 1}, {time.Minute, 2 * time.Hour, 1}, {0, time.Minute, 1}, {0, time.Hour + 1, 2}, {2 * time.Hour, 9 * time.Hour, 0}} {
		n := 0
		if err := d.Blocks(t.Context(), epoch.Add(c.from), epoch.Add(c.to), func(time.Time, []compliance.SealedBlock) error { n++; return nil }); err != nil || n != c.want {
			t.Errorf("%s to %s: %d hours, %v", c.from, c.to, n, err)
		}
	}
	if at, err := d.SignedAt(t.Context(), mustOpen(t, b.Range.Checkpoint, public)); err != nil || !at.Equal(time.UnixMilli(0)) {
		t.Error(at, err)
	}
	if _, err := d.SignedAt(t.Context(), ledger.Checkpoint{Origin: "x", Size: 3}); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
}

func mustOpen(t *testing.T, signed []byte, public string) ledger.Checkpoint {
	t.Helper()
	c, err := ledger.Open(signed, public)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestSettledWhenHoursAreSealedAndErasuresMade(t *testing.T) {
	now := epoch.Add(3 * time.Hour)
	d, err := Open(t.Context(), Config{Dir: t.TempDir(), Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	d.Adopt(t.Context(), epoch, oneSite(), "x")
	commit(t, d, hourOfPasses(epoch))
	by := func() time.Time {
		t.Helper()
		if _, err := d.Seal(t.Context(), epoch.Add(3*time.Hour)); err != nil {
			t.Fatal(err)
		}
		at, err := d.Settled(t.Context(), epoch, epoch.Add(2*time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	if at := by(); !at.Equal(now) { // an hour later than the span ended
		t.Error(at)
	}
	// A late record makes a version; that of an export of the month stays.
	now = epoch.Add(30 * time.Hour)
	commit(t, d, compliance.Change{Site: "a", Results: hourOfPasses(epoch.Add(time.Hour)).Results[:1]})
	if at := by(); !at.Equal(epoch.Add(3 * time.Hour)) {
		t.Error(at)
	}
	to := epoch.Add(40 * time.Hour)
	if at, err := d.Settled(t.Context(), epoch.Add(20*time.Hour), to); err != nil || !at.Equal(to) {
		t.Error(at, err)
	}
	// What was erased of it later is told by a later leaf, and so on.
	commit(t, d, compliance.Change{Site: "a", Outages: []compliance.Outage{outage(1, time.Time{})}}) // at 30 h
	now = epoch.Add(50 * time.Hour)
	signNow(t, d)
	commit(t, d, compliance.Change{Site: "a", Outages: []compliance.Outage{outage(2, time.Time{})}})
	erase := func(id string) {
		t.Helper()
		l, err := d.Leaves(t.Context(), id)
		if err != nil || len(l) != 1 {
			t.Fatal(l, err)
		}
		if err := d.Erase(t.Context(), l[0].Log, l[0].N, because("x")); err != nil {
			t.Fatal(err)
		}
	}
	settled := func(want time.Duration) {
		t.Helper()
		if at, err := d.Settled(t.Context(), epoch, to); err != nil || !at.Equal(epoch.Add(want)) {
			t.Error(at.Sub(epoch), err)
		}
	}
	settled(40 * time.Hour)
	now = epoch.Add(60 * time.Hour)
	erase("a@1")
	settled(60 * time.Hour)
	now = epoch.Add(70 * time.Hour)
	erase("a@2") // it is under the checkpoint that covers the erasure before
	settled(70 * time.Hour)
}

func TestLeavesOfAnID(t *testing.T) {
	d := openTest(t, t.TempDir())
	commit(t, d, compliance.Change{Site: "a", Outages: []compliance.Outage{outage(1, time.Time{})}})
	commit(t, d, compliance.Change{Site: "a", Outages: []compliance.Outage{outage(1, epoch.Add(time.Hour))}})
	if err := d.Erase(t.Context(), 1, 2, because("x")); err != nil {
		t.Fatal(err)
	}
	got, err := d.Leaves(t.Context(), "a@1")
	if err != nil || len(got) != 2 || got[0].N != 1 || got[0].Erased || got[1].N != 2 || !got[1].Erased || got[0].Kind != "outage" || got[0].Log != 1 || got[0].At.IsZero() {
		t.Errorf("%+v %v", got, err)
	}
	if got, err := d.Leaves(t.Context(), "nobody"); err != nil || len(got) != 0 {
		t.Errorf("%+v %v", got, err)
	}
}

// TestLeavesAreFoundByTheIndex: an id is looked for whenever evidence is shown or a report proved. A
// ledger of years must not be read for it.
func TestLeavesAreFoundByTheIndex(t *testing.T) {
	d := openTest(t, t.TempDir())
	f := leavesOf("a@1")
	var plan []string
	err := query(t.Context(), d.reader, func(r *sql.Rows) error {
		var n int
		var step string
		err := r.Scan(&n, &n, &n, &step)
		plan = append(plan, step)
		return err
	}, `EXPLAIN QUERY PLAN `+leafWithBody+f.where(), f.args...)
	if err != nil || len(plan) == 0 || strings.Contains(strings.Join(plan, "\n"), "SCAN") {
		t.Errorf("%q %v", plan, err)
	}
}
