package alerts

import (
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
)

const benchAlerts = 10_000

// BenchmarkTenThousandAlerts measures the memory of a process with an Alertmanager inside and
// ten thousand active alerts that are sent again every minute. It runs in a process of its own.
func BenchmarkTenThousandAlerts(b *testing.B) {
	if hook := os.Getenv("ALERTS_MEMORY"); hook != "" {
		hold(b, hook)
		return
	}
	h := &hooks{}
	server := httptest.NewServer(h)
	defer server.Close()
	for _, groups := range []string{"alertname", "site"} {
		b.Run(groups, func(b *testing.B) {
			for b.Loop() {
				cmd := exec.Command(os.Args[0], "-test.run=^$", "-test.bench=BenchmarkTenThousandAlerts", "-test.benchtime=1x")
				cmd.Env = append(os.Environ(), "ALERTS_MEMORY="+server.URL, "ALERTS_GROUPS="+groups)
				out, err := cmd.Output()
				if err != nil {
					b.Fatalf("%v: %s", err, out)
				}
				report(b, string(out))
			}
		})
	}
}

func report(b *testing.B, out string) {
	for line := range strings.Lines(out) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
			n, err := strconv.ParseFloat(value, 64)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(n, name)
		}
	}
}

func hold(b *testing.B, hook string) {
	k := newKit(b, Settings{
		Alertmanager: routing(b, strings.Replace(strings.Replace(oneHook, "http://hook.test/", hook, 1), "group_by: [alertname]", "group_by: ["+os.Getenv("ALERTS_GROUPS")+"]", 1)),
		Content:      Content{Languages: []string{"ko"}, DashboardURL: "https://watch.example.or.kr", Signer: NewSigner(make([]byte, 32))},
	})
	k.cfg.client = nil
	rules := []compliance.AlertRule{compliance.AlertSiteDown, compliance.AlertNoticeLate, compliance.AlertBoardUnreadable, compliance.AlertCheckDown, compliance.AlertCertificateExpiring}
	for i := range benchAlerts {
		a := siteAlert(rules[i%len(rules)], compliance.SeverityWarning, fmt.Sprintf("site-%04d", i/len(rules)), time.Now())
		a.Subject, a.Detail, a.Vantages = fmt.Sprint(i), "dial tcp 192.0.2.10:443: connect: connection refused", []string{"seoul", "busan"}
		k.outbox.commit(a)
	}
	k.start()
	defer k.stop()
	eventually(b, "all groups are told of", func() bool {
		return len(k.outbox.all()) >= map[string]int{"alertname": 3, "site": benchAlerts / len(rules)}[os.Getenv("ALERTS_GROUPS")]
	})
	began := time.Now()
	const passes = 10
	for range passes { // ten minutes' worth of sending again
		k.s.pass(b.Context(), true)
	}
	took := time.Since(began)
	debug.FreeOSMemory() // what is left is needed, and not only not given back yet
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	fmt.Printf("heap-MB=%.1f\nrss-MB=%.1f\npeak-rss-MB=%.1f\npass-ms=%.1f\n", float64(m.HeapAlloc)/1e6, status("VmRSS:"), status("VmHWM:"), float64(took.Milliseconds())/passes)
}

// status is a line of the process's status, in MB.
func status(name string) float64 {
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(b)) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == name {
			kb, _ := strconv.ParseFloat(f[1], 64)
			return kb * 1024 / 1e6
		}
	}
	return 0
}

// BenchmarkToTheReceiver is how long an alert takes from the commit of its cause to a webhook,
// with a group wait of 0 and the notification log on disk.
func BenchmarkToTheReceiver(b *testing.B) {
	h := &hooks{}
	server := httptest.NewServer(h)
	defer server.Close()
	k := newKit(b, Settings{Alertmanager: routing(b, strings.Replace(strings.Replace(oneHook, "http://hook.test/", server.URL, 1), "group_by: [alertname]", "group_by: [site]", 1))})
	k.cfg.client = nil
	files, err := NewFiles(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	k.state = files
	k.start()
	defer k.stop()
	eventually(b, "it runs", k.s.embedded.running)
	var worst time.Duration
	i := 0
	for b.Loop() {
		began := time.Now()
		i++
		k.publish(down(fmt.Sprintf("site-%06d", i), began))
		for len(h.all()) < i {
			runtime.Gosched()
		}
		worst = max(worst, time.Since(began))
	}
	b.ReportMetric(float64(worst.Microseconds())/1000, "worst-ms")
}
