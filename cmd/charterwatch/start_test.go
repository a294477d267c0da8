package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// BenchmarkStart reports the time from the start of the process to its first look and to
// the last check's first look, with 100 checks once a minute and a store of its own.
func BenchmarkStart(b *testing.B) {
	const checks = 100
	var toFirst, toAll time.Duration
	for range b.N {
		var mu sync.Mutex
		seen := map[string]bool{}
		first, all := make(chan struct{}), make(chan struct{})
		site := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			if seen[r.URL.Path] {
				return
			}
			seen[r.URL.Path] = true
			switch len(seen) {
			case 1:
				close(first)
			case checks:
				close(all)
			}
		}))
		dir := b.TempDir()
		file := filepath.Join(dir, "c.yaml")
		var sites strings.Builder
		for i := range checks {
			fmt.Fprintf(&sites, "  - {id: s%d, name: {ko: 가}, url: %q, checks: [{id: front, kind: http, interval: 1m}]}\n", i, fmt.Sprintf("%s/%d", site.URL, i))
		}
		write(b, file, sheet{canary: site.Listener.Addr().String(), sites: sites.String()}.String())
		cmd := exec.Command("charterwatch", "serve", "--config", file)
		cmd.Dir = dir
		began := time.Now()
		if err := cmd.Start(); err != nil {
			b.Fatal(err)
		}
		<-first
		toFirst += time.Since(began)
		<-all
		toAll += time.Since(began)
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		site.Close()
	}
	b.ReportMetric(float64(toFirst.Milliseconds())/float64(b.N), "ms-to-first-look")
	b.ReportMetric(float64(toAll.Milliseconds())/float64(b.N), "ms-to-all-looked")
}
