package store

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/ledger"
	"github.com/charterwatch/charterwatch/probes"
)

// TestARewrittenLogIsShownByWhatOthersKept: whoever holds the key can write the log anew and sign it,
// and nothing in their own hands contradicts it. What others kept does.
func TestARewrittenLogIsShownByWhatOthersKept(t *testing.T) {
	private, public, err := ledger.NewKey("watch.example/charterwatch")
	if err != nil {
		t.Fatal(err)
	}
	key, _ := ledger.ParseKey(private)
	write := func(reason probes.Reason) (*DB, []byte) {
		t.Helper()
		now := epoch
		dir := t.TempDir()
		d, err := Open(t.Context(), Config{Dir: filepath.Join(dir, "store"), Checkpoints: filepath.Join(dir, "points"), Now: func() time.Time { return now }})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { d.Close() })
		n, err := ledger.NewNotary(ledger.NotaryConfig{Log: d, Key: key, Folder: ledger.Folder{Dir: d.points}, Now: func() time.Time { return now }})
		if err != nil {
			t.Fatal(err)
		}
		var kept []byte
		for i := range 30 {
			now = epoch.Add(time.Duration(i) * time.Minute)
			o := outage(i, time.Time{})
			if i == 7 {
				o.Reason = reason
			}
			commit(t, d, compliance.Change{Site: "a", Outages: []compliance.Outage{o}})
			if i%10 == 9 {
				s, err := n.Checkpoint(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				kept = append(append(kept, s.Note...), '\n')
			}
		}
		return d, kept
	}
	d, kept := write(probes.Status)
	verify := func(d *DB, kept []byte, public string) LedgerReport {
		t.Helper()
		var list []KeptCheckpoint
		for i, signed := range ledger.Split(kept) {
			list = append(list, KeptCheckpoint{Signed: signed, Where: fmt.Sprintf("kept %d", i+1)})
		}
		if len(list) != 3 {
			t.Fatalf("%d checkpoints in\n%s", len(list), kept)
		}
		r, err := d.VerifyLedger(t.Context(), []string{public}, nil, list...)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	if r := verify(d, kept, public); !r.OK() || r.Kept != 3 {
		t.Errorf("%+v", r)
	}
	anew, own := write(probes.ConnectRefused)
	if r := verify(anew, own, public); !r.OK() || r.Kept != 3 {
		t.Errorf("what whoever wrote it anew kept themselves contradicts it: %+v", r)
	}
	r := verify(anew, kept, public)
	if r.Kept != 0 || len(r.Problems) != 3 || !strings.HasPrefix(r.Problems[0], "log 1: kept 1 was signed over 11 leaves that are not those of the store") {
		t.Errorf("%+v", r)
	}
	longer := []byte(strings.Replace(string(kept), "\n31\n", "\n32\n", 1))
	if r := verify(d, longer, public); r.OK() || r.Kept != 2 || !strings.Contains(r.Problems[0], "kept 3: ledger: open a checkpoint: invalid signature") {
		t.Errorf("a checkpoint that was changed: %+v", r)
	}
	_, stranger, _ := ledger.NewKey("watch.example/charterwatch")
	if r := verify(d, kept, stranger); r.Kept != 0 || r.OK() {
		t.Errorf("by a stranger's key: %+v", r)
	}
	private, public2, _ := ledger.NewKey("other.example/charterwatch/2")
	second, _ := ledger.ParseKey(private)
	elsewhere, err := second.Sign(ledger.Checkpoint{Origin: second.Origin(), Size: 3})
	if err != nil {
		t.Fatal(err)
	}
	r, err = d.VerifyLedger(t.Context(), []string{public, public2}, nil, KeptCheckpoint{Signed: elsewhere, Where: "kept"})
	if err != nil || r.OK() || !strings.Contains(r.Problems[0], "which the store does not have") {
		t.Errorf("of another log: %+v %v", r, err)
	}
}

func TestMoreWasSignedThanIsThere(t *testing.T) {
	d, err := Open(t.Context(), Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	commit(t, d, compliance.Change{Site: "a", Outages: []compliance.Outage{outage(1, time.Time{})}})
	private, public, _ := ledger.NewKey("watch.example/charterwatch")
	key, _ := ledger.ParseKey(private)
	signed, err := key.Sign(ledger.Checkpoint{Origin: key.Origin(), Size: 1000})
	if err != nil {
		t.Fatal(err)
	}
	r, err := d.VerifyLedger(t.Context(), []string{public}, nil, KeptCheckpoint{Signed: signed, Where: "kept"})
	if err != nil || len(r.Problems) != 1 || r.Problems[0] != "log 1: kept was signed over 1000 leaves, the store has 2" {
		t.Errorf("%+v %v", r, err)
	}
}
