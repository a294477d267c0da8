package probes

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// serveEnv makes this test binary serve one page until its standard input closes, so
// that benchmarks can tell the client's CPU from the server's.
const serveEnv = "CHARTERWATCH_TEST_SERVE"

func TestMain(m *testing.M) {
	switch os.Getenv(serveEnv) {
	case "page":
		servePage()
		return
	case "descriptors":
		lookWithoutDescriptors()
		return
	}
	os.Exit(m.Run())
}

func servePage() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	page := []byte(strings.Repeat("<p>charter</p>\n", 300))
	go http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write(page) }))
	fmt.Println(l.Addr())
	io.Copy(io.Discard, os.Stdin)
}

// otherProcess starts the page server and returns its URL.
func otherProcess(b *testing.B) string {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), serveEnv+"=page")
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { in.Close(); cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	return "http://" + strings.TrimSpace(line) + "/"
}

// perOp runs the benchmark's loop and reports CPU of this process for each look.
func perOp(b *testing.B, look func() error) {
	b.ReportAllocs()
	var before, after syscall.Rusage
	b.ResetTimer()
	syscall.Getrusage(syscall.RUSAGE_SELF, &before)
	for range b.N {
		if err := look(); err != nil {
			b.Fatal(err)
		}
	}
	syscall.Getrusage(syscall.RUSAGE_SELF, &after)
	cpu := func(r syscall.Rusage) int64 { return r.Utime.Nano() + r.Stime.Nano() }
	b.ReportMetric(float64(cpu(after)-cpu(before))/1e3/float64(b.N), "cpu-us/op")
}

// BenchmarkBareLoop is what BenchmarkHTTPProbe is measured against: the least that
// net/http can do for a GET over a new connection.
func BenchmarkBareLoop(b *testing.B) {
	url := otherProcess(b)
	c := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	perOp(b, func() error {
		resp, err := c.Get(url)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		_, err = io.Copy(io.Discard, resp.Body)
		return err
	})
}

func BenchmarkHTTPProbe(b *testing.B) {
	h, err := NewHTTP(HTTPConfig{URL: otherProcess(b), Expect: HTTPExpect{Status: []string{"200"}, Latency: 5 * time.Second}}, nil)
	if err != nil {
		b.Fatal(err)
	}
	ck := &Check{ID: "a/b", Vantage: "here", Probe: h}
	perOp(b, func() error {
		if r := ck.Run(b.Context(), time.Now(), 0); r.Reason != OK {
			return fmt.Errorf("%v: %s", r.Reason, r.Detail)
		}
		return nil
	})
}

// BenchmarkIdleHTTPProbe reports the memory that a probe holds between looks.
func BenchmarkIdleHTTPProbe(b *testing.B) {
	shared := NewShared(SharedConfig{})
	keep := make([]*HTTP, b.N)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for i := range keep {
		h, err := NewHTTP(HTTPConfig{URL: fmt.Sprintf("https://site-%d.example/path", i)}, shared)
		if err != nil {
			b.Fatal(err)
		}
		keep[i] = h
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(b.N), "heap-B/probe")
	runtime.KeepAlive(keep)
}
