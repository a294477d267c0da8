package monitor

import (
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
