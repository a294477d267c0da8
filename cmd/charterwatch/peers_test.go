package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

const (
	peersEnv   = "CHARTERWATCH_BENCH_PEERS" // directory with the peers' binaries
	peerChecks = 2000                       // each asked once a second
	peerWarm   = 5 * time.Second
	peerTime   = 30 * time.Second
)

// watched is the site that every program of the comparison asks, one after another.
type watched struct {
	*httptest.Server
	requests, connections atomic.Int64
}

func newWatched(b *testing.B) *watched {
	w := &watched{}
	body := []byte(strings.Repeat("<p>안녕하십니까</p>\n", 100))
	w.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		w.requests.Add(1)
		_, _ = rw.Write(body)
	}))
	w.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			w.connections.Add(1)
		}
	}
	w.Start()
	b.Cleanup(w.Close)
	return w
}

func (w *watched) url(i int) string { return w.URL + "/" + strconv.Itoa(i) }

// each writes a line for every check.
func (w *watched) each(line func(i int, url string) string) string {
	var s strings.Builder
	for i := range peerChecks {
		s.WriteString(line(i, w.url(i)))
	}
	return s.String()
}

// peer is a program of the comparison.
type peer struct {
	name    string
	config  func(w *watched, port int) string
	command func(file string, port int) *exec.Cmd
	driven  bool // looks only when it is asked to
}

func peers(dir string) []peer {
	bin := func(name string, args ...string) *exec.Cmd { return exec.Command(filepath.Join(dir, name), args...) }
	return []peer{
		{
			name: "charterwatch",
			config: func(w *watched, port int) string {
				return fmt.Sprintf("organisation: {name: {ko: 가}, timezone: Asia/Seoul}\nstore: {sqlite: db}\nweb: {listen: 127.0.0.1:%d}\nsites:\n", port) +
					w.each(func(i int, u string) string {
						return fmt.Sprintf("  - {id: s%d, name: {ko: 가}, url: %q, checks: [{id: front, kind: http, interval: 1s, timeout: 900ms}]}\n", i, u)
					})
			},
			command: func(file string, _ int) *exec.Cmd {
				return exec.Command("charterwatch", "serve", "--config", file)
			},
		},
		{
			name:   "blackbox_exporter",
			driven: true,
			config: func(*watched, int) string {
				return "modules: {http_2xx: {prober: http, timeout: 900ms, http: {preferred_ip_protocol: ip4}}}\n"
			},
			command: func(file string, port int) *exec.Cmd {
				return bin("blackbox_exporter", "--config.file="+file, fmt.Sprintf("--web.listen-address=127.0.0.1:%d", port))
			},
		},
		{
			name: "gatus",
			config: func(w *watched, port int) string {
				return fmt.Sprintf("web: {address: 127.0.0.1, port: %d}\nconcurrency: 0\nendpoints:\n", port) +
					w.each(func(i int, u string) string {
						return fmt.Sprintf("  - {name: s%d, url: %q, interval: 1s, conditions: [\"[STATUS] == 200\"]}\n", i, u)
					})
			},
			command: func(file string, _ int) *exec.Cmd {
				cmd := bin("gatus")
				cmd.Env = append(os.Environ(), "GATUS_CONFIG_PATH="+file)
				return cmd
			},
		},
		{
			name: "cloudprober",
			config: func(w *watched, port int) string {
				return fmt.Sprintf("host: \"127.0.0.1\"\nport: %d\nsurfacer { type: PROMETHEUS }\nprobe {\n name: \"p\"\n type: HTTP\n interval: \"1s\"\n timeout: \"900ms\"\n targets {\n", port) +
					w.each(func(i int, u string) string { return fmt.Sprintf("  endpoint { name: \"s%d\" url: %q }\n", i, u) }) + " }\n}\n"
			},
			command: func(file string, _ int) *exec.Cmd {
				return bin("cloudprober", "--config_file="+file)
			},
		},
	}
}

// BenchmarkPeers has charterwatch and its peers ask the same site 200 times a second, and
// reports the CPU that each process as a whole spends on one look. Run it with
// -benchtime 1x. docs/benchmarks.md says how to build the peers.
func BenchmarkPeers(b *testing.B) {
	dir := os.Getenv(peersEnv)
	if dir == "" {
		b.Skipf("set %s to a directory with blackbox_exporter, gatus and cloudprober", peersEnv)
	}
	for _, p := range peers(dir) {
		b.Run(p.name, func(b *testing.B) {
			for range b.N {
				p.run(b)
			}
		})
	}
}

func (p peer) run(b *testing.B) {
	w := newWatched(b)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	_ = l.Close()
	work := b.TempDir()
	file := filepath.Join(work, "config.yaml")
	if p.name == "cloudprober" {
		file = filepath.Join(work, "config.cfg")
	}
	if err := os.WriteFile(file, []byte(p.config(w, port)), 0o600); err != nil {
		b.Fatal(err)
	}
	cmd := p.command(file, port)
	log := &strings.Builder{}
	cmd.Dir, cmd.Stdout, cmd.Stderr = work, io.Discard, log
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	stop := make(chan struct{})
	defer func() { close(stop); _ = cmd.Process.Kill(); _ = cmd.Wait() }()
	if p.driven {
		go drive(w, port, stop)
	}
	time.Sleep(peerWarm)
	cpu, asked, dialled := childCPU(b, cmd.Process.Pid), w.requests.Load(), w.connections.Load()
	time.Sleep(peerTime)
	cpu, asked, dialled = childCPU(b, cmd.Process.Pid)-cpu, w.requests.Load()-asked, w.connections.Load()-dialled
	if asked == 0 {
		b.Fatalf("%s asked for nothing: %s", p.name, log)
	}
	b.ReportMetric(float64(cpu.Microseconds())/float64(asked), "cpu-us/look")
	b.ReportMetric(float64(asked)/peerTime.Seconds(), "looks/s")
	b.ReportMetric(float64(dialled)/float64(asked), "connections/look")
}

// drive asks an exporter for a look at every check once a second, as Prometheus would.
func drive(w *watched, port int, stop chan struct{}) {
	client := &http.Client{Timeout: time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: peerChecks}}
	tick := time.NewTicker(time.Second / peerChecks)
	defer tick.Stop()
	for i := 0; ; i++ {
		select {
		case <-stop:
			return
		case <-tick.C:
		}
		go func() {
			resp, err := client.Get(fmt.Sprintf("http://127.0.0.1:%d/probe?module=http_2xx&target=%s", port, url.QueryEscape(w.url(i%peerChecks))))
			if err == nil {
				_, _ = io.Copy(io.Discard, resp.Body)
				_ = resp.Body.Close()
			}
		}()
	}
}

// childCPU is the user and system time of a process, from /proc/PID/stat (proc(5): fields
// 14 and 15, in ticks of 10 ms).
func childCPU(b *testing.B, pid int) time.Duration {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		b.Fatal(err)
	}
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	user, err1 := strconv.Atoi(fields[11])
	system, err2 := strconv.Atoi(fields[12])
	if err1 != nil || err2 != nil {
		b.Fatalf("%v %v", err1, err2)
	}
	return time.Duration(user+system) * 10 * time.Millisecond
}
