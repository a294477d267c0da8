package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/charterwatch/charterwatch/dashboard"
)

// patience bounds every wait of these tests. It is long because it decides nothing but how
// soon a broken program is given up.
const patience = 90 * time.Second

// eventually waits until ok holds.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it never came to pass that %s", what)
		}
	}
}

// sheet is a configuration that a test writes.
type sheet struct {
	canary string // an address that answers while the uplink is well
	listen string // "" for any free port
	sites  string // YAML, the list's items
}

func (s sheet) String() string {
	if s.listen == "" {
		s.listen = "127.0.0.1:0"
	}
	return fmt.Sprintf(`organisation: {name: {ko: 시험협회, en: Test Association}, timezone: Asia/Seoul}
policies: {default: {confirm: {failures: 3, reprobe: 1s}, recover: {passes: 2, hold: 2s}}}
web: {listen: %q}
store: {sqlite: store}
uplink: {canaries: [%q]}
sites:
%s`, s.listen, "tcp://"+s.canary, s.sites)
}

// write puts a text into a file, at once: whoever reads it sees the old or the new one.
func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path+".new", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
}

// printed collects what a process prints.
type printed struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (p *printed) Write(b []byte) (int, error) { p.mu.Lock(); defer p.mu.Unlock(); return p.b.Write(b) }

func (p *printed) String() string { p.mu.Lock(); defer p.mu.Unlock(); return p.b.String() }

// child is the real program, serving.
type child struct {
	t        testing.TB
	cmd      *exec.Cmd
	base     string // address of its dashboard, without a slash at the end
	out, log printed
	ended    chan struct{}
	err      error // of Wait; read it after ended
}

var dashboardLine = regexp.MustCompile(`dashboard +(http://\S+)/`)

// serveChild starts the program and waits for its dashboard. env is added to this process's.
func serveChild(t testing.TB, file string, env ...string) *child {
	t.Helper()
	c := &child{t: t, cmd: exec.Command("charterwatch", "serve", "--verbose", "--config", file), ended: make(chan struct{})}
	c.cmd.Env = append(os.Environ(), env...)
	c.cmd.Stdout, c.cmd.Stderr = &c.out, &c.log
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		c.err = c.cmd.Wait()
		close(c.ended)
	}()
	t.Cleanup(func() {
		_ = c.cmd.Process.Kill()
		<-c.ended
		if t.Failed() {
			said := c.log.String()
			t.Logf("the end of what %s said:\n%s", filepath.Base(filepath.Dir(file)), said[max(0, len(said)-4000):])
		}
	})
	eventually(t, "the dashboard is announced", func() bool {
		if c.hasEnded() {
			t.Fatalf("ended with %v: %s", c.err, c.log.String())
		}
		m := dashboardLine.FindStringSubmatch(c.out.String())
		if m != nil {
			c.base = m[1]
		}
		return m != nil
	})
	eventually(t, "the wall is ready", func() bool {
		resp, err := http.Get(c.base + "/api/v1/wall")
		if err != nil {
			return false
		}
		defer resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	})
	return c
}

func (c *child) hasEnded() bool {
	select {
	case <-c.ended:
		return true
	default:
		return false
	}
}

func (c *child) signal(s os.Signal) {
	c.t.Helper()
	if err := c.cmd.Process.Signal(s); err != nil {
		c.t.Fatal(err)
	}
}

// wait waits for the end and returns the error of the process.
func (c *child) wait() error {
	c.t.Helper()
	eventually(c.t, "the process ends", c.hasEnded)
	return c.err
}

// stop ends the process as an operator does; it must end well.
func (c *child) stop() {
	c.t.Helper()
	c.signal(syscall.SIGTERM)
	if err := c.wait(); err != nil {
		c.t.Fatalf("ended with %v", err)
	}
}

// page fetches an address of the dashboard.
func (c *child) page(path string) []byte {
	c.t.Helper()
	resp, err := http.Get(c.base + path)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		c.t.Fatalf("GET %s: %s %v: %s", path, resp.Status, err, b)
	}
	return b
}

func (c *child) get(path string, v any) {
	c.t.Helper()
	if err := json.Unmarshal(c.page(path), v); err != nil {
		c.t.Fatalf("GET %s: %v", path, err)
	}
}

func (c *child) wall() *dashboard.Wall {
	c.t.Helper()
	var m dashboard.Message
	c.get("/api/v1/wall", &m)
	return m.Wall
}

// site is one site of the wall.
func (c *child) site(id string) dashboard.Site {
	c.t.Helper()
	for _, s := range c.wall().Sites {
		if s.ID == id {
			return s
		}
	}
	c.t.Fatalf("%s is not on the wall", id)
	return dashboard.Site{}
}

// results are a check's looks of the last 24 hours, oldest first.
func (c *child) results(check string) []dashboard.Result {
	c.t.Helper()
	var list []dashboard.Result
	c.get("/api/v1/checks/"+check+"/results", &list)
	sortResults(list)
	return list
}

func (c *child) outages(query string) []dashboard.Outage {
	c.t.Helper()
	var list []dashboard.Outage
	c.get("/api/v1/outages?"+query, &list)
	return list
}

// metric is the value of a metric without labels.
func (c *child) metric(name string) float64 {
	c.t.Helper()
	for line := range strings.Lines(string(c.page("/metrics"))) {
		if value, ok := strings.CutPrefix(line, name+" "); ok {
			v, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			if err != nil {
				c.t.Fatalf("%s: %v", name, err)
			}
			return v
		}
	}
	c.t.Fatalf("there is no metric %s", name)
	return 0
}

// post sends a request with a token and returns the status and the body.
func (c *child) post(path, token string) (int, string) {
	c.t.Helper()
	req, err := http.NewRequest(http.MethodPost, c.base+path, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	status, body := c.send(req, token)
	return status, string(body)
}

// send sends a request, with a token unless it is empty.
func (c *child) send(req *http.Request, token string) (int, []byte) {
	c.t.Helper()
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return resp.StatusCode, b
}

// feed is a reader of the live feed that remembers every frame.
type feed struct {
	t    testing.TB
	mu   sync.Mutex
	raw  [][]byte
	said []dashboard.Message
	read int // messages that await has passed over
	gone chan struct{}
}

// listen joins the live feed.
func (c *child) listen() *feed {
	c.t.Helper()
	conn, _, err := websocket.DefaultDialer.DialContext(c.t.Context(), "ws"+strings.TrimPrefix(c.base, "http")+"/api/v1/live", nil)
	if err != nil {
		c.t.Fatal(err)
	}
	f := &feed{t: c.t, gone: make(chan struct{})}
	c.t.Cleanup(func() {
		conn.Close()
		<-f.gone
	})
	go func() {
		defer close(f.gone)
		for {
			_, b, err := conn.ReadMessage()
			if err != nil {
				return
			}
			f.take(b)
		}
	}()
	return f
}

func (f *feed) take(b []byte) {
	var m dashboard.Message
	err := json.Unmarshal(b, &m)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.raw = append(f.raw, b)
	if err != nil {
		f.t.Errorf("a frame that is no message: %v: %s", err, b)
		return
	}
	f.said = append(f.said, m)
}

func (f *feed) messages() []dashboard.Message {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.said[:len(f.said):len(f.said)]
}

// await waits for a site's delta that matches and came after the last one awaited.
func (f *feed) await(what, site string, match func(dashboard.SiteDelta) bool) (found dashboard.SiteDelta) {
	f.t.Helper()
	eventually(f.t, what, func() bool {
		for said := f.messages(); f.read < len(said); f.read++ {
			m := said[f.read]
			i := slices.IndexFunc(m.Sites, func(s dashboard.SiteDelta) bool { return s.ID == site && match(s) })
			if m.Type == "delta" && i >= 0 {
				found = m.Sites[i]
				f.read++
				return true
			}
		}
		return false
	})
	return found
}

// events are the events of a kind that the feed told as deltas.
func (f *feed) events(kind string) (out []dashboard.Event) {
	for _, m := range f.messages() {
		for _, e := range m.Events {
			if string(e.Kind) == kind {
				out = append(out, e)
			}
		}
	}
	return out
}
