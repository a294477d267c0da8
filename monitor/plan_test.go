package monitor

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/charterwatch/charterwatch/probes"
)

// TestSlotDueDuringHandoverIsLookedAt hands a check to the scheduler when its next slot
// has just gone by, as happens to some of thousands at start.
func TestSlotDueDuringHandoverIsLookedAt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keep, probe := newMemory(), &switchable{}
		plan := planOf(1, func(int) probes.Probe { return probe })
		e, stop := begin(t, Config{Plan: Plan{Sites: plan.Sites}, Store: keep})
		slots := probes.SlotsOf(plan.Watches[0].Spec.ID, every)
		time.Sleep(time.Until(slots.Ceil(time.Now())) + 300*time.Millisecond)
		passed := slots.Floor(time.Now())
		e.mu.Lock()
		r := e.newRunner(plan.Watches[0], passed.Add(-time.Millisecond))
		err := e.schedule(r)
		e.mu.Unlock()
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(every)
		to := time.Now()
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		if results, gaps := keep.assertCovered(t, plan.Watches[0].Spec.ID, every, passed, to); results != 2 || gaps != 0 {
			t.Fatalf("%d results and %d gaps, want two results", results, gaps)
		}
	})
}

// A changed check goes on where its predecessor stood: the look under way keeps its slot.
func TestReloadOfAChangedCheckKeepsTheLookUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keep, probe := newMemory(), &switchable{took: 5 * time.Second}
		plan := planOf(1, func(int) probes.Probe { return probe })
		id := plan.Watches[0].Spec.ID
		slots := probes.SlotsOf(id, every)
		e, stop := begin(t, Config{Plan: plan, Store: keep})
		from := slots.Ceil(time.Now())
		time.Sleep(time.Until(slots.Ceil(time.Now())) + 2*every + time.Second) // a second into a look
		changed := planOf(1, func(int) probes.Probe { return probe })
		changed.Watches[0].Fingerprint = "2"
		if err := e.Reload(context.Background(), changed); err != nil {
			t.Fatal(err)
		}
		time.Sleep(3 * every)
		to := slots.Floor(time.Now())
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		if results, gaps := keep.assertCovered(t, id, every, from, to); gaps != 0 || results != 5 {
			t.Errorf("%d results and %d gaps", results, gaps)
		}
	})
}

// The canaries of the file in force are asked, not those of the start.
func TestReloadChangesTheCanaries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keep, site, canary := newMemory(), &switchable{}, &switchable{}
		plan := planOf(1, func(int) probes.Probe { return site })
		canary.reason.Store(int32(probes.ConnectTimeout))
		e, stop := begin(t, Config{Plan: behind(canary, plan), Store: keep})
		site.reason.Store(int32(probes.ConnectTimeout))
		time.Sleep(5 * time.Minute)
		if n := len(keep.siteOutages()); n != 0 || e.Health().UplinkDown.IsZero() {
			t.Fatalf("behind a dead uplink: %d outages", n)
		}
		if err := e.Reload(context.Background(), behind(&switchable{}, plan)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Minute)
		if n := len(keep.siteOutages()); n != 1 || !e.Health().UplinkDown.IsZero() {
			t.Errorf("behind a canary that answers: %d outages", n)
		}
		if err := stop(); err != nil {
			t.Fatal(err)
		}
	})
}
