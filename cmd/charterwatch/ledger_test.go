package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/charterwatch/charterwatch/ledger"
)

// command runs the program and returns what it printed, and whether it succeeded.
func command(t *testing.T, args ...string) (string, bool) {
	t.Helper()
	out, err := exec.Command("charterwatch", args...).CombinedOutput()
	return string(out), err == nil
}

// TestLedgerFromEndToEnd: a monitor signs what it recorded and hands it out; the ledger is
// checked, proved and damaged; the store is set back, refused, and begun anew.
func TestLedgerFromEndToEnd(t *testing.T) {
	t.Parallel()
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }))
	t.Cleanup(site.Close)
	var mu sync.Mutex
	var posted []byte
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		posted = make([]byte, r.ContentLength)
		r.Body.Read(posted)
	}))
	t.Cleanup(hook.Close)
	canary, _ := answering(t)
	dir := t.TempDir()
	file, data := filepath.Join(dir, "c.yaml"), filepath.Join(dir, "store")
	write(t, file, sheet{canary: canary, sites: fmt.Sprintf("  - {id: down, name: {ko: 장애}, url: %q, checks: [{id: front, kind: http, interval: 1s, timeout: 900ms}]}\n", site.URL)}.String()+
		fmt.Sprintf("evidence: {origin: test.example/log, checkpoint_every: 1s, send_checkpoints_to: [{file: kept.txt}, {webhook: %q}]}\n", hook.URL))
	c := serveChild(t, file)
	eventually(t, "an outage is sealed and its checkpoint handed out", func() bool {
		mu.Lock()
		defer mu.Unlock()
		n, err := ledger.Peek(posted)
		kept, _ := os.ReadFile(filepath.Join(dir, "kept.txt"))
		out, ok := command(t, "ledger", "verify", "--dir", data) // while the monitor has it open
		return err == nil && n.Size >= 5 && strings.Contains(string(kept), "test.example/log") && ok && strings.Contains(out, "the ledger and what it seals agree") && c.site("down").Outage != nil
	})
	id := c.site("down").Outage.ID
	c.stop()
	public, ok := command(t, "ledger", "key", "--dir", data)
	if !ok || !strings.HasPrefix(public, "test.example/log+") {
		t.Fatal(public)
	}
	proofs := t.TempDir()
	if out, ok := command(t, "ledger", "prove", "--dir", data, "--out", proofs, id); !ok {
		t.Fatal(out)
	}
	names, _ := filepath.Glob(filepath.Join(proofs, "*"+proofSuffix))
	if len(names) == 0 {
		t.Fatal("no proof was written")
	}
	out, ok := command(t, "verify", "--key", strings.TrimSpace(public), names[0])
	if !ok || !strings.Contains(out, id) || !strings.Contains(out, `"reason":"status"`) || !strings.Contains(out, "It does not show") {
		t.Error(out)
	}
	evidence := strings.TrimSuffix(names[0], proofSuffix) + evidenceSuffix
	b, err := os.ReadFile(evidence)
	if err != nil {
		t.Fatal(err)
	}
	write(t, evidence, strings.Replace(string(b), `"body":"eyJ2`, `"body":"eyJ3`, 1))
	if out, ok := command(t, "verify", "--key", strings.TrimSpace(public), names[0]); ok || !strings.Contains(out, "was changed") {
		t.Error(out)
	}

	setBack(t, dir, file, data)
	again := serveChild(t, file)
	eventually(t, "the new log is handed out", func() bool {
		mu.Lock()
		defer mu.Unlock()
		n, err := ledger.Peek(posted)
		return err == nil && n.Origin == "test.example/log/2" && n.Size > 2
	})
	again.stop()
	for _, name := range []string{"ledger.key", "ledger.pub"} { // nothing secret was printed
		if b, err := os.ReadFile(filepath.Join(data, name)); err != nil || name == "ledger.key" && strings.Contains(c.out.String()+out+again.out.String(), strings.TrimSpace(string(b))) {
			t.Error(name, err)
		}
	}
	key, public, err := signingKey(ledger.KeyFile{Path: filepath.Join(t.TempDir(), "lost.key"), Public: filepath.Join(data, "ledger.pub")}, "other.example/log", 2)
	if err != nil || public == "" || key.Origin() != "test.example/log/2" {
		t.Error("a lost key is followed by one of another log:", key.Origin(), err)
	}
	if err := os.Chmod(filepath.Join(data, "ledger.key"), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, ok := command(t, "serve", "--config", file); ok || !strings.Contains(out, "chmod 600") {
		t.Error(out)
	}
}

// setBack rotates the key, sets the store back to a backup made before, is refused, and begins a
// new log.
func setBack(t *testing.T, dir, file, data string) {
	t.Helper()
	backup := filepath.Join(dir, "backup.db")
	if out, ok := command(t, "store", "backup", "--dir", data, backup); !ok || strings.Contains(out, "not on record") {
		t.Fatal(out)
	}
	if out, ok := command(t, "ledger", "rotate", "--dir", data); !ok || !strings.Contains(out, "test.example/log+") {
		t.Fatal(out)
	}
	if out, ok := command(t, "ledger", "verify", "--dir", data); !ok {
		t.Fatal(out)
	}
	if err := os.Rename(backup, filepath.Join(data, "charterwatch.db")); err != nil {
		t.Fatal(err)
	}
	out, ok := command(t, "serve", "--config", file)
	if ok || !strings.Contains(out, "log-1.checkpoint was signed over") || !strings.Contains(out, "charterwatch ledger recover") {
		t.Fatal(out)
	}
	if out, ok := command(t, "token", "new", "--dir", data, "--name", "x", "--role", "viewer"); ok || !strings.Contains(out, "ledger recover") {
		t.Error(out)
	}
	if out, ok := command(t, "ledger", "recover", "--dir", data); ok || !strings.Contains(out, "--why") {
		t.Error(out)
	}
	if out, ok := command(t, "ledger", "recover", "--dir", data, "--why", "the disk broke"); !ok || !strings.Contains(out, "log 2 has begun") {
		t.Fatal(out)
	}
	if out, ok := command(t, "ledger", "verify", "--dir", data); !ok || !strings.Contains(out, "it broke off: signed over") || !strings.Contains(out, "test.example/log/2") {
		t.Error(out)
	}
}

// TestNewLogWithoutTheOldKey: what is restored from a backup rarely has the private key with it. A new
// log is begun all the same, under the old one's name as the public keys tell it.
func TestNewLogWithoutTheOldKey(t *testing.T) {
	t.Parallel()
	site := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(site.Close)
	canary, _ := answering(t)
	for name, lost := range map[string][]string{"the key": {"ledger.key"}, "both keys": {"ledger.key", "ledger.pub"}} {
		dir := t.TempDir()
		file, data := filepath.Join(dir, "c.yaml"), filepath.Join(dir, "store")
		write(t, file, sheet{canary: canary, sites: fmt.Sprintf("  - {id: a, name: {ko: 가}, url: %q, checks: [{id: front, kind: http}]}\n", site.URL)}.String()+"evidence: {origin: test.example/log, checkpoint_every: 1s}\n")
		serveChild(t, file).stop()
		backup := filepath.Join(dir, "backup.db")
		if out, ok := command(t, "store", "backup", "--dir", data, backup); !ok {
			t.Fatal(out)
		}
		serveChild(t, file).stop() // signs what it adds
		if err := os.Rename(backup, filepath.Join(data, "charterwatch.db")); err != nil {
			t.Fatal(err)
		}
		for _, f := range lost {
			if err := os.Remove(filepath.Join(data, f)); err != nil {
				t.Fatal(err)
			}
		}
		if out, ok := command(t, "ledger", "recover", "--dir", data, "--why", "the disk broke"); !ok || !strings.Contains(out, "log 2 has begun") {
			t.Errorf("without %s: %s", name, out)
			continue
		}
		serveChild(t, file).stop()
		out, ok := command(t, "ledger", "verify", "--dir", data)
		if known := len(lost) == 1; !strings.Contains(out, "test.example/log/2") || ok != known {
			t.Errorf("without %s: %s", name, out)
		}
	}
}

// TestVerifyABundle checks a file of evidence with nothing but itself and a key.
func TestVerifyABundle(t *testing.T) {
	t.Parallel()
	const bundle, keys = "../../ledger/testdata/bundle.json", "../../ledger/testdata/bundle.pub"
	good, err := os.ReadFile(bundle)
	if err != nil {
		t.Fatal(err)
	}
	changed, none := filepath.Join(t.TempDir(), "changed"), filepath.Join(t.TempDir(), "none")
	write(t, changed, strings.Replace(string(good), `\"n\":17`, `\"n\":18`, 1))
	write(t, none, "PK\x03\x04 of something else")
	for _, c := range []struct {
		args []string
		ok   bool
		want []string
	}{
		{[]string{"--keys", keys, bundle}, true, []string{"leaves 13 to 40, complete: 26 in full, 2 withheld, 0 erased", "It does not show"}},
		{[]string{bundle}, false, []string{"nothing is proved"}}, // it brought no key along
		{[]string{"--keys", keys, changed}, false, []string{"leaf 17, outage home@17: its evidence was changed", "1 leaves do not agree"}},
		{[]string{"--key", "a+b+c", bundle}, false, []string{"nothing is proved"}},
		{[]string{"--keys", keys, none}, false, []string{"is no evidence that charterwatch knows"}},
	} {
		out, ok := command(t, append([]string{"verify"}, c.args...)...)
		for _, want := range c.want {
			if ok != c.ok || !strings.Contains(out, want) {
				t.Errorf("%v: %v, want %q in\n%s", c.args, ok, want, out)
			}
		}
	}
}
