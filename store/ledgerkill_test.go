package store_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/ledger"
	"github.com/charterwatch/charterwatch/probes"
	"github.com/charterwatch/charterwatch/store"
)

// sealerEnv makes the test binary a process that commits, seals and signs until it is killed.
const sealerEnv = "CHARTERWATCH_TEST_SEAL_IN"

// sealForever commits an outage and a result each time, seals hours and signs in between, and
// says what is durable only when it is: o OUTAGE, h HOURS, c LEAVES.
func sealForever(dir string) error {
	ctx := context.Background()
	db, err := store.Open(ctx, store.Config{Dir: dir})
	if err != nil {
		return err
	}
	if err := db.Behind(); err != nil {
		return err
	}
	file := ledger.KeyFile{Path: filepath.Join(dir, "ledger.key")}
	key, err := file.Read()
	if errors.Is(err, fs.ErrNotExist) {
		key, _, err = file.Make("watch.example/charterwatch")
	}
	if err != nil {
		return err
	}
	n, err := ledger.NewNotary(ledger.NotaryConfig{Log: db, Key: key, Folder: ledger.Folder{Dir: filepath.Join(dir, "checkpoints")}})
	if err != nil {
		return err
	}
	if err := db.Adopt(ctx, day, manySites(2, time.Minute), "seoul"); err != nil {
		return err
	}
	known, err := db.Outages(ctx, compliance.OutageQuery{})
	if err != nil {
		return err
	}
	for i := len(known); ; i++ {
		o := compliance.Outage{ID: fmt.Sprintf("site-0@%d", i), Site: "site-0", Start: day.Add(time.Duration(i) * time.Minute), ConfirmedAt: day, Reason: probes.Timeout}
		slot := probes.SlotsOf("site-0/front", time.Minute).Ceil(o.Start)
		if _, err := db.Commit(ctx, []compliance.Change{{Site: "site-0", Outages: []compliance.Outage{o}, Results: []probes.Result{passing("site-0/front", slot, time.Second)}}}); err != nil {
			return err
		}
		fmt.Println("o", i)
		if i%7 == 3 {
			s, err := n.Checkpoint(ctx)
			if err != nil {
				return err
			}
			fmt.Println("c", s.Size)
		}
		if i%20 == 10 {
			if _, err := db.Seal(ctx, day.Add(time.Duration(i)*3*time.Minute)); err != nil {
				return err
			}
			fmt.Println("h", i)
		}
	}
}

// TestKilledWhileSealing kills the same store's process again and again, at whatever it is
// doing: nothing that was told of is lost, tree and tables agree, and the checkpoint file is never
// ahead of the store.
func TestKilledWhileSealing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	outages, signed := -1, int64(0)
	for round := range 14 {
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), sealerEnv+"="+dir)
		var said strings.Builder
		child.Stderr = &said
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		in, lines := bufio.NewScanner(out), 0
		for in.Scan() {
			var what string
			var n int64
			if _, err := fmt.Sscan(in.Text(), &what, &n); err != nil {
				t.Fatal(in.Text())
			}
			switch what {
			case "o":
				outages = max(outages, int(n))
			case "c":
				signed = max(signed, n)
			}
			if lines++; lines == 1+round*5 { // what comes next is under way when it dies
				child.Process.Kill()
			}
		}
		child.Wait()
		if said.Len() > 0 {
			t.Fatalf("round %d: %s", round, said.String())
		}
		afterKill(t, dir, outages, signed)
	}
	if signed < 50 {
		t.Fatalf("only %d leaves were ever signed", signed)
	}
}

func afterKill(t *testing.T, dir string, outages int, signed int64) {
	t.Helper()
	db, err := store.Open(t.Context(), store.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Behind(); err != nil {
		t.Fatal(err)
	}
	keys, err := ledger.KeyFile{Path: filepath.Join(dir, "ledger.key")}.PublicKeys()
	if err != nil {
		t.Fatal(err)
	}
	r, err := db.VerifyLedger(t.Context(), keys, nil)
	if err != nil || !r.OK() || r.Unprotected != (compliance.Unprotected{}) {
		t.Fatalf("%+v %v", r, err)
	}
	known, err := db.Outages(t.Context(), compliance.OutageQuery{})
	if err != nil || len(known) < outages+1 {
		t.Fatalf("%d outages are left of %d that were told of: %v", len(known), outages+1, err)
	}
	if r.Logs[0].Covered < signed || r.Logs[0].Leaves < int64(len(known)) {
		t.Fatalf("%+v: %d leaves were signed", r.Logs[0], signed)
	}
}
