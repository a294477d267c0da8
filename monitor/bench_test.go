package monitor_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/monitor"
	"github.com/charterwatch/charterwatch/probes"
	"github.com/charterwatch/charterwatch/store"
)

// serveEnv makes the test binary a web server for the benchmark, in a process of its own
// so that its CPU and memory are not counted as the monitor's.
const serveEnv = "CHARTERWATCH_BENCH_SERVE"

func TestMain(m *testing.M) {
	if os.Getenv(serveEnv) == "" {
		os.Exit(m.Run())
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(l.Addr())
	body := []byte(strings.Repeat("<p>안녕하십니까</p>\n", 100))
	err = http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(body) }))
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func serveApart(b *testing.B) string {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), serveEnv+"=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	line := make([]byte, 64)
	n, err := out.Read(line)
	if err != nil {
		b.Fatal(err)
	}
	return strings.TrimSpace(string(line[:n]))
}

// BenchmarkEngine runs the whole engine on the real store against real sockets for a
// minute (CHARTERWATCH_BENCH_SECONDS changes that) and reports lateness, memory, CPU, and
// how many slots have no record. Run it with -benchtime 1x.
func BenchmarkEngine(b *testing.B) {
	for _, c := range []struct {
		checks int
		every  time.Duration
	}{{1_000, 30 * time.Second}, {10_000, 10 * time.Second}} {
		b.Run(fmt.Sprintf("checks=%d,every=%s", c.checks, c.every), func(b *testing.B) { engine(b, c.checks, c.every) })
	}
}

func engine(b *testing.B, checks int, every time.Duration) {
	seconds := 60
	if s := os.Getenv("CHARTERWATCH_BENCH_SECONDS"); s != "" {
		seconds, _ = strconv.Atoi(s)
	}
	url := "http://" + serveApart(b) + "/"
	plan := benchPlan(b, checks, every, url)
	for range b.N {
		db, err := store.Open(b.Context(), store.Config{Dir: b.TempDir()})
		if err != nil {
			b.Fatal(err)
		}
		e, err := monitor.New(b.Context(), monitor.Config{Plan: plan, Store: db})
		if err != nil {
			b.Fatal(err)
		}
		before := usage()
		ctx, cancel := context.WithTimeout(b.Context(), time.Duration(seconds)*time.Second)
		from := time.Now().Add(2 * every)
		if err := e.Run(ctx); err != nil {
			b.Fatal(err)
		}
		cancel()
		to := time.Now().Add(-2 * time.Second)
		after := usage()
		p50, p99 := e.Lateness()
		b.ReportMetric(float64(p50.Microseconds())/1000, "late-p50-ms")
		b.ReportMetric(float64(p99.Microseconds())/1000, "late-p99-ms")
		b.ReportMetric(float64(after.rssKiB)/1024, "peak-rss-MiB")
		b.ReportMetric((after.cpu-before.cpu).Seconds()/float64(seconds)*100, "cpu-%")
		b.ReportMetric(float64((after.cpu-before.cpu).Microseconds())/float64(e.Health().Looks), "cpu-us/look")
		b.ReportMetric(float64(missing(b, db, plan, from, to)), "slots-without-record")
		b.ReportMetric(float64(e.Health().MissedSlots), "slots-missed")
		if err := db.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

func benchPlan(b *testing.B, checks int, every time.Duration, url string) monitor.Plan {
	var plan monitor.Plan
	shared := probes.NewShared(probes.SharedConfig{})
	for i := range checks {
		id := fmt.Sprintf("site-%04d", i/10)
		if i%10 == 0 {
			plan.Sites = append(plan.Sites, compliance.Site{ID: id})
		}
		spec := compliance.CheckSpec{ID: fmt.Sprintf("%s/check-%d", id, i%10), Kind: "http", Target: url, Interval: every, Timeout: every * 2 / 3}
		spec.Policy = compliance.Policy{}.WithDefaults(spec.Interval, spec.Timeout)
		probe, err := probes.NewHTTP(probes.HTTPConfig{URL: url}, shared)
		if err != nil {
			b.Fatal(err)
		}
		s := &plan.Sites[len(plan.Sites)-1]
		s.Checks = append(s.Checks, spec)
		plan.Watches = append(plan.Watches, monitor.Watch{Spec: spec, Probe: probe})
	}
	return plan
}

// missing counts slots in [from, to) that have neither a result nor a gap.
func missing(b *testing.B, db *store.DB, plan monitor.Plan, from, to time.Time) (n int) {
	for _, w := range plan.Watches {
		results, err := db.Results(b.Context(), w.Spec.ID, from, to, 0)
		if err != nil {
			b.Fatal(err)
		}
		own := 0
		for _, r := range results {
			if r.Attempt == 0 {
				own++
			}
		}
		n += max(0, probes.SlotsOf(w.Spec.ID, w.Spec.Interval).Count(from, to)-own)
	}
	return n
}
