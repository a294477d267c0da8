package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Told to stop, the monitor ends with status 0, and its store is sound.
func TestTermination(t *testing.T) {
	site, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer site.Close()
	dir := t.TempDir()
	file := filepath.Join(dir, "c.yaml")
	text := fmt.Sprintf("organisation: {name: {ko: 가}}\nweb: {listen: '127.0.0.1:0'}\nstore: {sqlite: store}\nsites:\n  - id: a\n    name: {ko: 가}\n    url: http://a.example/\n    checks: [{id: port, kind: tcp, interval: 1s, address: %q}]\n", site.Addr())
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("charterwatch", "serve", "--config", file)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	guard := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() })
	defer guard.Stop()
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if strings.Contains(lines.Text(), "dashboard") {
			break
		}
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("ended with %v", err)
	}
	if b, err := exec.Command("charterwatch", "store", "check", "--dir", filepath.Join(dir, "store")).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, b)
	}
}
