package monitor

import (
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/probes"
)

// TestOverflowBecomesGaps fills a small queue: what it turns away must come back as gaps
// that cover just those slots, also where what it took lies between them.
func TestOverflowBecomesGaps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		plan := planOf(1, func(int) probes.Probe { return &switchable{} })
		spec := plan.Watches[0].Spec
		keep := newMemory()
		c := &committer{
			alarm: newAlarm(nil),
			store: keep, now: time.Now, log: slog.New(slog.DiscardHandler), stats: newStats(time.Now()),
			queue: make(chan record, 1), lost: map[string][]record{}, announced: map[string]bool{},
			sites: map[string]compliance.Site{"site-000": plan.Sites[0]}, checks: map[string]compliance.CheckState{}, states: map[string]compliance.SiteState{},
		}
		first := probes.SlotsOf(spec.ID, every).Ceil(time.Now())
		seen := func(slot int) {
			c.submit(record{spec: &spec, result: &probes.Result{
				Check: spec.ID, Vantage: "local", Slot: first.Add(time.Duration(slot) * every), Outcome: probes.Pass, Reason: probes.OK,
			}})
		}
		seen(0)   // taken
		seen(1)   // turned away
		seen(2)   // as well
		<-c.queue // room for one
		seen(3)   // taken
		seen(4)   // turned away
		r := <-c.queue
		c.queue <- r
		close(c.queue)
		if err := c.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		want := []compliance.Gap{
			{Check: spec.ID, Vantage: "local", From: first.Add(every), To: first.Add(3 * every), Reason: probes.Overflow},
			{Check: spec.ID, Vantage: "local", From: first.Add(4 * every), To: first.Add(5 * every), Reason: probes.Overflow},
		}
		if len(keep.gaps) != 2 || keep.gaps[0] != want[0] || keep.gaps[1] != want[1] {
			t.Fatalf("gaps %+v, want %+v", keep.gaps, want)
		}
		if results, _ := keep.assertCovered(t, spec.ID, every, first.Add(every), first.Add(5*every)); results != 1 {
			t.Fatalf("%d results, want slot 3 alone", results)
		}
	})
}
