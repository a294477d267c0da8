package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/demo"
)

// TestWallInABrowser opens the wall of a running program in Chromium: every site in both
// languages, a site that turns red by itself, and a wall that says when it is stale.
// dashboard/web/dev/walk.js does the looking.
func TestWallInABrowser(t *testing.T) {
	chromium := tool(t, "install Chromium (apt-get install chromium)", "chromium", "chromium-browser", "google-chrome")
	node := tool(t, "install Node 20 or newer", "node")
	web := filepath.Join("..", "..", "dashboard", "web")
	for _, made := range []string{"node_modules/playwright-core", "dist/index.html"} {
		if _, err := os.Stat(filepath.Join(web, made)); err != nil {
			lacking(t, "the web app is not built: run make web")
		}
	}
	estate := association(t)
	canary, _ := answering(t)
	type name struct {
		KO string `json:"ko"`
		EN string `json:"en"`
	}
	var expect struct {
		Sites  []name `json:"sites"`
		Victim name   `json:"victim"`
	}
	sites := ""
	for _, s := range estate.Sites() {
		sites += fmt.Sprintf("  - {id: %s, name: {ko: %q, en: %q}, url: %q, checks: [{id: front, kind: http, interval: 1s}]}\n", s.ID, s.KO, s.EN, s.HTTPURL)
		expect.Sites = append(expect.Sites, name{s.KO, s.EN})
		if s.ID == demo.Statistics {
			expect.Victim = name{s.KO, s.EN}
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listen := l.Addr().String() // kept over the restart, so that the page finds its server again
	l.Close()
	file := filepath.Join(t.TempDir(), "c.yaml")
	write(t, file, sheet{canary: canary, listen: listen, sites: sites}.String())
	c := serveChild(t, file)
	words, err := json.Marshal(expect)
	if err != nil {
		t.Fatal(err)
	}
	walk := exec.Command(node, filepath.Join(web, "dev", "walk.js"), c.base+"/", string(words))
	walk.Env = append(os.Environ(), "CHROMIUM="+chromium)
	var complaint printed
	walk.Stderr = &complaint
	answer, err := walk.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	said, err := walk.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := walk.Start(); err != nil {
		t.Fatal(err)
	}
	defer time.AfterFunc(4*patience, func() { _ = walk.Process.Kill() }).Stop()
	last := ""
	for lines := bufio.NewScanner(said); lines.Scan(); {
		switch last = lines.Text(); last {
		case "do break":
			if err := estate.Break(demo.Statistics, demo.Fault{Mode: demo.Stop}); err != nil {
				t.Error(err)
			}
		case "do kill":
			c.signal(syscall.SIGKILL)
			_ = c.wait() // it was killed
		case "do serve":
			c = serveChild(t, file)
		}
		if strings.HasPrefix(last, "do ") {
			fmt.Fprintln(answer, "done")
		}
	}
	if err := walk.Wait(); err != nil || last != "ok" {
		t.Errorf("after %q: %v: %s", last, err, complaint.String())
	}
}
