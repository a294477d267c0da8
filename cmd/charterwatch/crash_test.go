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
	"syscall"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/dashboard"
	"github.com/charterwatch/charterwatch/probes"
	"github.com/charterwatch/charterwatch/store"
)

// load is a site that counts what it answered, and a configuration that looks at it with
// many checks at the shortest interval.
type load struct {
	t      *testing.T
	dir    string
	checks []string // ids

	mu       sync.Mutex
	answered map[string]int // whole answers, by check
}

func newLoad(t *testing.T, takes time.Duration) *load {
	l := &load{t: t, dir: t.TempDir(), answered: map[string]int{}}
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select { // a look under way when the monitor goes is a case of its own
		case <-time.After(takes):
		case <-r.Context().Done():
			return
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		l.answered[strings.TrimPrefix(r.URL.Path, "/")]++
	}))
	t.Cleanup(site.Close)
	canary, _ := answering(t)
	sites := ""
	for i := range 12 {
		sites += fmt.Sprintf("  - id: site-%d\n    name: {ko: 가}\n    url: %q\n    checks:\n", i, site.URL)
		for j := range 10 {
			id := fmt.Sprintf("site-%d/front-%d", i, j)
			l.checks = append(l.checks, id)
			sites += fmt.Sprintf("      - {id: front-%d, kind: http, interval: 1s, timeout: 900ms, url: %q}\n", j, "/"+id)
		}
	}
	write(t, filepath.Join(l.dir, "c.yaml"), sheet{canary: canary, sites: sites}.String())
	return l
}

func (l *load) serve() *child { return serveChild(l.t, filepath.Join(l.dir, "c.yaml")) }

// looked is how many answers each check got so far.
func (l *load) looked() map[string]int {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := map[string]int{}
	for id, n := range l.answered {
		out[id] = n
	}
	return out
}

// awaitMore waits until every check got n more answers.
func (l *load) awaitMore(n int) {
	l.t.Helper()
	before := l.looked()
	eventually(l.t, "every check looks on", func() bool {
		now := l.looked()
		for _, id := range l.checks {
			if now[id] < before[id]+n {
				return false
			}
		}
		return true
	})
}

// record is what the store knows of one check.
type record struct {
	slots   probes.Slots
	results map[int64]probes.Result // own looks of slots, by slot in ms
	gaps    []compliance.Gap
	first   time.Time // earliest slot with a result
	last    time.Time // latest one
}

// reason is why a slot has no result, OK if no gap covers it.
func (r record) reason(slot time.Time) (why probes.Reason) {
	for _, g := range r.gaps {
		if !slot.Before(g.From) && slot.Before(g.To) {
			why = g.Reason
		}
	}
	return why
}

// next is the first slot after t with a result.
func (r record) next(t time.Time) time.Time {
	for slot := r.slots.Next(t); !slot.After(r.last); slot = slot.Add(r.slots.Interval) {
		if _, ok := r.results[slot.UnixMilli()]; ok {
			return slot
		}
	}
	return r.last
}

// read opens the store that nobody has open now.
func (l *load) read() map[string]record {
	l.t.Helper()
	db, err := store.Open(l.t.Context(), store.Config{Dir: filepath.Join(l.dir, "store")})
	if err != nil {
		l.t.Fatal(err)
	}
	defer db.Close()
	from, to := time.Now().Add(-time.Hour), time.Now().Add(time.Minute)
	histories, err := db.Histories(l.t.Context(), from, to)
	if err != nil {
		l.t.Fatal(err)
	}
	out := map[string]record{}
	for _, id := range l.checks {
		results, err := db.Results(l.t.Context(), id, from, to, 0)
		if err != nil {
			l.t.Fatal(err)
		}
		r := record{slots: probes.SlotsOf(id, time.Second), results: map[int64]probes.Result{}}
		for _, x := range results {
			if x.Attempt == 0 {
				r.results[x.Slot.UnixMilli()] = x
			}
			if r.first.IsZero() || x.Slot.Before(r.first) {
				r.first = x.Slot
			}
			if x.Slot.After(r.last) {
				r.last = x.Slot
			}
		}
		for _, g := range histories[compliance.SiteOf(id)].Gaps {
			if g.Check == id {
				r.gaps = append(r.gaps, g)
			}
		}
		out[id] = r
	}
	return out
}

// accounted demands one record, and only one, for each slot in [from, to), and calls gap
// for those without a result.
func (r record) accounted(t *testing.T, id string, from, to time.Time, gap func(slot time.Time, why probes.Reason)) {
	t.Helper()
	for slot := r.slots.Ceil(from); slot.Before(to); slot = slot.Add(r.slots.Interval) {
		_, seen := r.results[slot.UnixMilli()]
		why := r.reason(slot)
		switch {
		case seen != (why == probes.OK):
			t.Errorf("%s: slot %s has a result: %v, and a gap: %s", id, slot, seen, why)
		case !seen:
			gap(slot, why)
		}
	}
}

// check runs the command that verifies the database.
func (l *load) check() {
	l.t.Helper()
	if b, err := exec.Command("charterwatch", "store", "check", "--dir", filepath.Join(l.dir, "store")).CombinedOutput(); err != nil {
		l.t.Errorf("store check: %v: %s", err, b)
	}
}

// TestKilledUnderLoad kills the program in the midst of its work. What it had shown to
// anyone is on record afterwards, and the time until it is back is unknown, no more.
func TestKilledUnderLoad(t *testing.T) {
	l := newLoad(t, 0)
	c := l.serve()
	feed := c.listen()
	l.awaitMore(3)
	shown := map[string][]dashboard.Result{}
	for _, id := range l.checks {
		shown[id] = c.results(id)
	}
	l.awaitMore(1)
	c.signal(syscall.SIGKILL)
	if err := c.wait(); err == nil {
		t.Fatal("it survived")
	}
	killed := time.Now()
	<-feed.gone
	l.check()
	before := l.read()
	for _, id := range l.checks {
		wantRecorded(t, before[id], id, shown[id], feed)
	}

	eventually(t, "a second has passed without a monitor", func() bool { return time.Since(killed) > time.Second })
	back := time.Now()
	c = l.serve()
	l.awaitMore(3)
	c.stop()
	l.check()
	answered := l.looked()
	for id, r := range l.read() {
		unknown, again := 0, r.next(before[id].last)
		r.accounted(t, id, r.first, r.last, func(slot time.Time, why probes.Reason) {
			switch {
			case why == probes.NotRunning && slot.After(before[id].last) && slot.Before(again):
				unknown++
			case why == probes.Missed: // a slow machine says so itself
			default:
				t.Errorf("%s: slot %s is %s; killed at %s, back at %s", id, slot, why, killed, back)
			}
		})
		if unknown == 0 {
			t.Errorf("%s: nothing says that nobody looked between %s and %s", id, killed, back)
		}
		for ms, x := range r.results {
			if at := time.UnixMilli(ms); at.After(killed) && at.Add(r.slots.Interval).Before(back) {
				t.Errorf("%s: a look at %s, when there was no monitor: %+v", id, at, x)
			}
			if old, ok := before[id].results[ms]; ok && old.Reason != x.Reason {
				t.Errorf("%s: what was seen at %d is another thing now: %+v, then %+v", id, ms, old, x)
			}
		}
		for ms := range before[id].results {
			if _, ok := r.results[ms]; !ok {
				t.Errorf("%s: slot %d is no longer on record", id, ms)
			}
		}
		if len(r.results) > answered[id] {
			t.Errorf("%s: %d results of %d looks", id, len(r.results), answered[id])
		}
	}
}

// wantRecorded demands that what the API and the live feed showed is on record.
func wantRecorded(t *testing.T, r record, id string, shown []dashboard.Result, f *feed) {
	t.Helper()
	if len(shown) == 0 {
		t.Fatalf("%s: the API showed nothing", id)
	}
	for _, x := range shown {
		if got, ok := r.results[x.Slot]; !ok || got.Outcome != x.Outcome || got.Reason != x.Reason {
			t.Errorf("%s: the API showed %+v; on record is %+v", id, x, got)
		}
	}
	for _, m := range f.messages() {
		for _, d := range m.Checks {
			if d.ID != id || d.SeenAt < shown[0].Slot {
				continue
			}
			if _, ok := r.results[d.SeenAt]; !ok && r.reason(time.UnixMilli(d.SeenAt)) == probes.OK {
				t.Errorf("%s: the feed showed a look at %d that is not on record", id, d.SeenAt)
			}
		}
	}
}

// TestStoppedUnderLoad tells the program to stop while looks are under way. Every slot due
// before is accounted for: by what was seen, or by why it was not.
func TestStoppedUnderLoad(t *testing.T) {
	l := newLoad(t, 300*time.Millisecond)
	c := l.serve()
	l.awaitMore(3)
	answered := l.looked()
	told := time.Now()
	c.stop()
	l.check()
	cut := 0
	for id, r := range l.read() {
		covered := len(r.results)
		r.accounted(t, id, r.first, r.slots.Floor(told), func(slot time.Time, why probes.Reason) {
			covered++
			switch why {
			case probes.Missed:
			case probes.Cancelled:
				cut++
			default:
				t.Errorf("%s: slot %s is %s, though the monitor ran until %s", id, slot, why, told)
			}
		})
		// The slot under way when it was told is either cut off or was just seen.
		if last := r.slots.Floor(told); r.reason(last) == probes.Cancelled {
			covered++
			cut++
		}
		if covered < answered[id] {
			t.Errorf("%s: %d slots on record of %d looks answered before the stop", id, covered, answered[id])
		}
	}
	if cut == 0 {
		t.Error("no look was under way when it was told to stop: the test shows nothing")
	}

	l.serve().stop()
	for id, r := range l.read() {
		r.accounted(t, id, r.first, told, func(slot time.Time, why probes.Reason) {
			if why == probes.NotRunning && slot.Add(r.slots.Interval).Before(told) {
				t.Errorf("%s: slot %s was due while the monitor ran until %s", id, slot, told)
			}
		})
	}
}

// TestStartClearsTheBrowsersProfiles: what the browser of a killed monitor left behind goes at the next
// start.
func TestStartClearsTheBrowsersProfiles(t *testing.T) {
	t.Parallel()
	canary, _ := answering(t)
	site := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(site.Close)
	dir, temporary := t.TempDir(), t.TempDir()
	left := filepath.Join(temporary, "cw-shot-1")
	if err := os.Mkdir(left, 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(left, "lock"), "")
	file := filepath.Join(dir, "c.yaml")
	write(t, file, sheet{canary: canary, sites: fmt.Sprintf("  - {id: a, name: {ko: 가}, url: %q, checks: [{id: front, kind: http}]}\n", site.URL)}.String())
	serveChild(t, file, "TMPDIR="+temporary).stop()
	if _, err := os.Stat(left); !os.IsNotExist(err) {
		t.Errorf("it is still there: %v", err)
	}
}
