package main

import (
	"fmt"
	"net"
	"path/filepath"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/dashboard"
	"github.com/charterwatch/charterwatch/probes"
	"github.com/charterwatch/charterwatch/store"
)

// TestDeadUplinkBlamesNobody takes the uplink away from the running program, together with
// everything it looks at; and then the sites alone, which is another matter.
func TestDeadUplinkBlamesNobody(t *testing.T) {
	t.Parallel()
	const n = 200
	canary, cutUplink := answering(t)
	target, cutSites := answering(t)
	sites := ""
	for i := range n {
		sites += fmt.Sprintf("  - {id: site-%d, name: {ko: 가}, url: http://a.example/, checks: [{id: port, kind: tcp, interval: 3s, address: %q}]}\n", i, target)
	}
	file := filepath.Join(t.TempDir(), "c.yaml")
	write(t, file, sheet{canary: canary, sites: sites}.String())
	c := serveChild(t, file)
	all := func(status compliance.Status) func() bool {
		return func() bool {
			for _, s := range c.wall().Sites {
				if s.Status != status {
					return false
				}
			}
			return true
		}
	}
	eventually(t, "all sites are up", all(compliance.StatusUp))
	cutUplink()
	cutSites()
	eventually(t, "the dead uplink is told", func() bool { return c.wall().Monitor.UplinkDown > 0 && c.metric("charterwatch_uplink_up") == 0 })
	eventually(t, "all sites are unknown", all(compliance.StatusUnknown))
	if got := c.outages("level=check"); len(got) != 0 {
		t.Errorf("%d outages, the first %+v", len(got), got[0])
	}
	l, err := net.Listen("tcp", canary)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	eventually(t, "with the uplink back, the sites' own failure shows", all(compliance.StatusDown))
	if got := c.outages(""); len(got) != n {
		t.Errorf("%d outages of %d sites that do not answer", len(got), n)
	}
	c.stop()
}

// remember writes a month into a store as the engine does: one look an hour, of which seen
// says what it came to. What it leaves out nobody looked at.
func remember(t *testing.T, db *store.DB, site compliance.Site, month compliance.Period, seen func(time.Time) (probes.Reason, bool)) {
	t.Helper()
	spec := site.Checks[0]
	slots := probes.SlotsOf(spec.ID, spec.Interval)
	var state compliance.CheckState
	var whole compliance.SiteState
	var changes []compliance.Change
	for slot := slots.Ceil(month.From); slot.Before(month.To); slot = slot.Add(spec.Interval) {
		why, looked := seen(slot)
		if !looked {
			continue
		}
		r := probes.Result{Check: spec.ID, Vantage: "local", Slot: slot, Start: slot, Duration: 20 * time.Millisecond, Reason: why, Outcome: why.Outcome()}
		change := compliance.Change{Site: site.ID, Results: []probes.Result{r}}
		note := func(was, is *compliance.Outage, end time.Time) {
			if was != nil && is == nil {
				change.Outages = append(change.Outages, was.Ended(end))
			} else if is != nil && was != is {
				change.Outages = append(change.Outages, *is)
			}
		}
		next, _ := spec.Policy.Step(state, r)
		note(state.Outage, next.Outage, next.LastEnd)
		joined, _ := compliance.SiteStep(site, whole, func(string) compliance.CheckState { return next }, slot)
		note(whole.Outage, joined.Outage, joined.LastEnd)
		state, whole = next, joined
		change.Checks, change.State = []compliance.CheckState{state}, &whole
		changes = append(changes, change)
	}
	if rejected, err := db.Commit(t.Context(), changes); err != nil || len(rejected) > 0 {
		t.Fatal(rejected, err)
	}
}

// TestMonthsOfWhichNotAllIsKnown has the program judge a past month of two sites: one that
// nobody looked at for three days, and one that broke its promise before the monitor was
// switched off.
func TestMonthsOfWhichNotAllIsKnown(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Asia/Seoul")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now().In(zone)
	last := time.Date(now.Year(), now.Month()-1, 1, 0, 0, 0, 0, zone)
	month := compliance.Month(last.Year(), last.Month(), zone)
	on := func(slot time.Time) int { return slot.In(zone).Day() }
	dir := t.TempDir()
	db, err := store.Open(t.Context(), store.Config{Dir: filepath.Join(dir, "store")})
	if err != nil {
		t.Fatal(err)
	}
	var sites []compliance.Site
	text := ""
	for _, id := range []string{"dark", "broken"} {
		spec := compliance.CheckSpec{ID: id + "/port", Kind: "tcp", Interval: time.Hour, Timeout: 10 * time.Second, Critical: true}
		spec.Policy = compliance.Policy{ConfirmFailures: 1, RecoverHold: -1}.WithDefaults(spec.Interval, spec.Timeout)
		sites = append(sites, compliance.Site{ID: id, Checks: []compliance.CheckSpec{spec}})
		text += fmt.Sprintf("  - {id: %s, name: {ko: 가}, url: http://a.example/, checks: [{id: port, kind: tcp, interval: 1h, address: '127.0.0.1:9'}]}\n", id)
	}
	if err := db.Adopt(t.Context(), month.From, sites, "local"); err != nil {
		t.Fatal(err)
	}
	remember(t, db, sites[0], month, func(at time.Time) (probes.Reason, bool) { return probes.OK, on(at) < 4 || on(at) > 6 })
	remember(t, db, sites[1], month, func(at time.Time) (probes.Reason, bool) {
		if h := at.In(zone).Hour(); on(at) == 2 && h >= 9 && h < 13 {
			return probes.Status, true
		}
		return probes.OK, on(at) < 4
	})
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	canary, _ := answering(t)
	file := filepath.Join(dir, "c.yaml")
	write(t, file, sheet{canary: canary, sites: text}.String())
	c := serveChild(t, file)
	of := func(site string) (a dashboard.Availability) {
		c.get("/api/v1/sites/"+site+"/availability?month="+last.Format("2006-01"), &a)
		return a
	}
	const day = 24 * time.Hour
	dark := of("dark")
	if unknown := time.Duration(dark.Unknown) * time.Millisecond; unknown < 3*day-time.Hour || unknown > 3*day+2*time.Hour {
		t.Errorf("three dark days are %s unknown: %+v", unknown, dark)
	}
	if dark.Verdict != compliance.Unproven || dark.DownMS != 0 || dark.Charter == nil || *dark.Charter != 100_000 || *dark.Best != 100_000 || *dark.Worst > 90_400 || *dark.Worst < 85_000 || dark.Unproven != 3 && dark.Unproven != 4 {
		t.Errorf("neither 0 %% nor 100 %% can be claimed: %+v", dark)
	}
	broken := of("broken")
	if broken.Verdict != compliance.Broken || broken.Broken != 1 || time.Duration(broken.DownMS)*time.Millisecond != 4*time.Hour {
		t.Errorf("switching the monitor off hides a breach: %+v", broken)
	}
	c.stop()
}
