package main

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/dashboard"
	"github.com/charterwatch/charterwatch/demo"
	"github.com/charterwatch/charterwatch/probes"
)

func sortResults(list []dashboard.Result) {
	slices.SortFunc(list, func(a, b dashboard.Result) int {
		return cmp.Or(cmp.Compare(a.Slot, b.Slot), cmp.Compare(a.Attempt, b.Attempt))
	})
}

// association runs the simulated association in this process.
func association(t testing.TB) *demo.Estate {
	t.Helper()
	estate, err := demo.Open(demo.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- estate.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return estate
}

// answering is the address of a listener that takes connections until the test ends or
// the returned function is called.
func answering(t testing.TB) (address string, hangUp func()) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			conn.Close()
		}
	}()
	t.Cleanup(func() { l.Close() })
	return l.Addr().String(), func() { l.Close() }
}

// TestOutageFromFirstFailureToRecovery breaks a site under the running program and follows
// the one outage through the live feed, the API and the record of looks.
func TestOutageFromFirstFailureToRecovery(t *testing.T) {
	t.Parallel()
	const interval, hold = 2 * time.Second, 2 * time.Second
	estate := association(t)
	canary, _ := answering(t)
	sites := ""
	for _, s := range estate.Sites() {
		sites += fmt.Sprintf("  - {id: %s, name: {ko: %q, en: %q}, url: %q, checks: [{id: front, kind: http, interval: %s}]}\n", s.ID, s.KO, s.EN, s.HTTPURL, interval)
	}
	file := filepath.Join(t.TempDir(), "c.yaml")
	write(t, file, sheet{canary: canary, sites: sites}.String())
	c := serveChild(t, file)
	feed := c.listen()
	id := demo.Statistics
	eventually(t, "the site is up", func() bool { return len(c.results(id+"/front")) > 0 && c.site(id).Status == compliance.StatusUp })

	if err := estate.Break(id, demo.Fault{Mode: demo.Stop}); err != nil {
		t.Fatal(err)
	}
	red := feed.await("the site is shown red", id, func(s dashboard.SiteDelta) bool { return s.Status == compliance.StatusDown })
	looks := c.results(id + "/front")
	first := slices.IndexFunc(looks, func(r dashboard.Result) bool { return r.Outcome == probes.Fail })
	if red.Outage == nil || first < 0 || red.Outage.Start != looks[first].Slot || looks[first].Attempt != 0 {
		t.Fatalf("red with %+v; looks %+v", red.Outage, looks)
	}
	wantConfirmedBy(t, red.Outage.ConfirmedAt, looks[first:], interval)

	if err := estate.Heal(id); err != nil {
		t.Fatal(err)
	}
	feed.await("the outage is over", id, func(s dashboard.SiteDelta) bool { return s.Status == compliance.StatusUp && s.Outage == nil })
	looks = c.results(id + "/front")
	healed := first + slices.IndexFunc(looks[first:], func(r dashboard.Result) bool { return r.Outcome == probes.Pass })
	whole := c.outages("site=" + id)
	if len(whole) != 1 || whole[0].ID != red.Outage.ID || whole[0].Start != looks[first].Slot || !seenAt(looks[healed], whole[0].End, interval) || whole[0].Reason != probes.ConnectRefused {
		t.Fatalf("outages %+v; failing from %+v, passing from %+v", whole, looks[first], looks[healed])
	}
	for kind, want := range map[string]int{"outage_opened": 2, "recovery_started": 2, "outage_closed": 2, "recovery_broken": 0} { // of the check and of the site
		if got := feed.events(kind); len(got) != want {
			t.Errorf("%s was told %d times, want %d: %+v", kind, len(got), want, got)
		}
	}
	for _, e := range feed.events("outage_closed") {
		if held := time.Duration(e.SeenAt-e.At) * time.Millisecond; e.At != whole[0].End || held < hold {
			t.Errorf("closed at %d after holding %s: %+v", e.At, held, e)
		}
	}
	if all := c.outages(""); len(all) != 1 {
		t.Errorf("the other sites were well: %+v", all)
	}
	c.stop()
}

// wantConfirmedBy demands that the policy's third failing look confirmed the outage: neither
// an earlier one nor a later one.
func wantConfirmedBy(t *testing.T, confirmed int64, failing []dashboard.Result, interval time.Duration) {
	t.Helper()
	if len(failing) < 3 {
		t.Fatalf("confirmed by %d looks", len(failing))
	}
	if !seenAt(failing[2], confirmed, interval) {
		t.Errorf("confirmed at %d, not by the third failing look of %+v", confirmed, failing)
	}
}

// seenAt says whether a look can speak for the instant at: its slot's own look for the slot,
// a re-probe for a moment before the next.
func seenAt(r dashboard.Result, at int64, interval time.Duration) bool {
	return at == r.Slot || r.Attempt > 0 && at > r.Slot && at < r.Slot+interval.Milliseconds()
}
