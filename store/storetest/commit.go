package storetest

import (
	"fmt"
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/probes"
)

func testStates(t *testing.T, w *world) {
	w.adopt(start, sites(2, time.Minute))
	slot := slots("s0/c", time.Minute, start, start.Add(time.Hour))[0]
	state := compliance.CheckState{Check: "s0/c", Status: compliance.StatusDegraded, Since: slot,
		Views:  []compliance.View{{Vantage: here, Slot: slot, SeenAt: slot, Outcome: probes.Fail, Reason: probes.Status, Recent: []int32{1, 2}}},
		Outage: &compliance.Outage{ID: "o", Site: "s0", Check: "s0/c", Start: slot, ConfirmedAt: slot, Reason: probes.Status}}
	site := compliance.SiteState{Site: "s0", Status: compliance.StatusDown, Since: slot}
	w.commit(compliance.Change{Site: "s0", Checks: []compliance.CheckState{{Check: "s0/c"}}},
		compliance.Change{Site: "s0", Checks: []compliance.CheckState{state}, State: &site})
	for range 2 {
		snap, err := w.s.Load(w.ctx)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(snap.Checks, map[string]compliance.CheckState{"s0/c": state}) ||
			!reflect.DeepEqual(snap.Sites, map[string]compliance.SiteState{"s0": site}) {
			t.Fatalf("got %+v\nwant %+v %+v", snap, state, site)
		}
		w.restart()
	}
}

func testRetry(t *testing.T, w *world) {
	w.adopt(start, sites(1, time.Minute))
	at := slots("s0/c", time.Minute, start, start.Add(time.Hour))
	end := at[5]
	c := compliance.Change{Site: "s0",
		Results: []probes.Result{look("s0/c", at[0], probes.OK, time.Second), look("s0/c", at[1], probes.Status, time.Second)},
		Gaps:    []compliance.Gap{{Check: "s0/c", Vantage: here, From: at[2], To: at[4], Reason: probes.UplinkDown, Detail: "no canary"}},
		Outages: []compliance.Outage{{ID: "o1", Site: "s0", Check: "s0/c", Start: at[1], End: end, Reason: probes.Status}},
		Events:  []compliance.Event{{Kind: compliance.OutageOpened, Site: "s0", Check: "s0/c", At: at[1], SeenAt: at[1], Outage: "o1"}},
		Captures: []compliance.OutageCapture{{Outage: "o1", Check: "s0/c", Vantage: here, SeenAt: at[1],
			Capture: probes.Capture{Status: 503, Body: "busy"}}},
	}
	w.commit(c)
	first := w.results("s0/c", start, start.Add(time.Hour))
	want := w.history("s0", start, at[5])
	w.commit(c, c)
	w.restart()
	w.commit(c)
	if got := w.results("s0/c", start, start.Add(time.Hour)); !reflect.DeepEqual(got, first) || len(got) != 2 {
		t.Fatalf("results %+v, want %+v", got, first)
	}
	if got := first[1]; !reflect.DeepEqual(got, c.Results[0]) {
		t.Fatalf("recent result\n%+v, want\n%+v", got, c.Results[0])
	}
	if got := w.history("s0", start, at[5]); !reflect.DeepEqual(got, want) {
		t.Fatalf("history %+v, want %+v", got, want)
	}
	if ev, err := w.s.Events(w.ctx, start, 0); err != nil || len(ev) != 1 {
		t.Fatalf("events %v %v", ev, err)
	}
}

func testRecordedSlot(t *testing.T, w *world) {
	w.adopt(start, sites(1, time.Minute))
	at := slots("s0/c", time.Minute, start, start.Add(time.Hour))
	w.commit(results("s0", look("s0/c", at[0], probes.Status, time.Second)))
	w.commit(results("s0", look("s0/c", at[0], probes.OK, time.Millisecond)))
	w.commit(compliance.Change{Site: "s0", Gaps: []compliance.Gap{{Check: "s0/c", Vantage: here, From: at[0], To: at[2], Reason: probes.Missed}}})
	w.commit(results("s0", look("s0/c", at[1], probes.OK, time.Millisecond))) // the slot is a recorded gap
	got := w.results("s0/c", start, start.Add(time.Hour))
	if len(got) != 1 || got[0].Reason != probes.Status {
		t.Fatalf("rewritten: %+v", got)
	}
	gaps := w.history("s0", start, at[2]).Gaps
	if len(gaps) != 1 || !gaps[0].From.Equal(at[1]) || !gaps[0].To.Equal(at[2]) || gaps[0].Reason != probes.Missed {
		t.Fatalf("gaps %+v", gaps)
	}
}

func testBadChange(t *testing.T, w *world) {
	w.adopt(start, sites(1, time.Second))
	at := slots("s0/c", time.Second, start, start.Add(time.Hour))
	var group []compliance.Change
	for i := range 250 {
		c := results("s0", look("s0/c", at[i], probes.OK, time.Millisecond))
		c.Events = []compliance.Event{{Kind: compliance.Blip, Site: "s0", Check: "s0/c", At: at[i], SeenAt: at[i]}}
		if i == 99 {
			// Good parts before the bad one: none of it may stay.
			c.Results = append(c.Results, look("s0/c", at[i].Add(time.Millisecond), probes.OK, 0))
			c.State = &compliance.SiteState{Site: "s0", Status: compliance.StatusDown}
		}
		group = append(group, c)
	}
	rejected, err := w.s.Commit(w.ctx, group)
	if err != nil || len(rejected) != 1 || rejected[0].Index != 99 || rejected[0].Err == nil {
		t.Fatalf("rejected %v, %v", rejected, err)
	}
	if got := w.results("s0/c", start, start.Add(time.Hour)); len(got) != 249 {
		t.Fatalf("%d results", len(got))
	}
	if ev, _ := w.s.Events(w.ctx, start, 0); len(ev) != 249 {
		t.Fatalf("%d events", len(ev))
	}
	if snap, _ := w.s.Load(w.ctx); len(snap.Sites) != 0 {
		t.Fatal("part of the bad change stayed")
	}
}

func testRefuses(t *testing.T, w *world) {
	w.adopt(start, sites(1, time.Minute))
	at := slots("s0/c", time.Minute, start, start.Add(time.Hour))
	ok := look("s0/c", at[0], probes.OK, time.Second)
	edit := func(f func(*probes.Result)) compliance.Change {
		r := ok
		f(&r)
		return results("s0", r)
	}
	bad := []compliance.Change{
		edit(func(r *probes.Result) { r.Check = "s0/other" }),
		edit(func(r *probes.Result) { r.Slot = r.Slot.Add(time.Millisecond) }),
		edit(func(r *probes.Result) { r.Slot = r.Slot.Add(-time.Hour) }),
		edit(func(r *probes.Result) { r.Outcome, r.Reason = probes.Unknown, probes.UplinkDown }),
		edit(func(r *probes.Result) { r.Reason = probes.Status }),
		edit(func(r *probes.Result) { r.Vantage = "" }),
		edit(func(r *probes.Result) { r.Attempt = -1 }),
		{Gaps: []compliance.Gap{{Check: "s0/c", Vantage: here, From: at[0], To: at[1], Reason: probes.Status}}},
		{Gaps: []compliance.Gap{{Check: "s0/c", Vantage: here, From: at[1], To: at[1], Reason: probes.Missed}}},
		{Gaps: []compliance.Gap{{Check: "s9/c", Vantage: here, From: at[0], To: at[1], Reason: probes.Missed}}},
		{Outages: []compliance.Outage{{Site: "s0"}}},
		{Events: []compliance.Event{{At: time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC)}}},
	}
	rejected, err := w.s.Commit(w.ctx, append(bad, results("s0", ok)))
	if err != nil || len(rejected) != len(bad) {
		t.Fatalf("rejected %d of %d: %v, %v", len(rejected), len(bad), rejected, err)
	}
	if got := w.results("s0/c", start, start.Add(time.Hour)); len(got) != 1 {
		t.Fatalf("%d results", len(got))
	}
}

func testGaps(t *testing.T, w *world) {
	w.adopt(start, sites(1, time.Minute))
	at := slots("s0/c", time.Minute, start, start.Add(2*time.Hour))
	gap := func(i, j int, why probes.Reason) compliance.Change {
		return compliance.Change{Site: "s0", Gaps: []compliance.Gap{{Check: "s0/c", Vantage: here, From: at[i], To: at[j], Reason: why}}}
	}
	w.commit(results("s0", look("s0/c", at[4], probes.OK, time.Second), look("s0/c", at[12], probes.OK, time.Second)))
	w.commit(gap(0, 1, probes.Missed), gap(1, 2, probes.Missed)) // joined
	w.commit(gap(2, 7, probes.Missed))                           // clipped at 4, joined before it
	w.commit(gap(6, 9, probes.UplinkDown))                       // its first slot is taken
	w.commit(gap(10, 12, probes.Missed), gap(9, 11, probes.Missed))
	w.commit(gap(0, 12, probes.Cancelled)) // nothing left
	w.restart()
	w.commit(gap(0, 12, probes.Cancelled), gap(3, 5, probes.Missed))
	want := []struct {
		i, j int
		why  probes.Reason
	}{{0, 4, probes.Missed}, {5, 7, probes.Missed}, {7, 9, probes.UplinkDown}, {9, 12, probes.Missed}}
	got := w.history("s0", start, at[13]).Gaps
	if len(got) != len(want) {
		t.Fatalf("gaps %+v", got)
	}
	for k, g := range want {
		if !got[k].From.Equal(at[g.i]) || !got[k].To.Equal(at[g.j]) || got[k].Reason != g.why {
			t.Fatalf("gap %d is %+v, want slots %d to %d %s", k, got[k], g.i, g.j, g.why)
		}
	}
}

func testRename(t *testing.T, w *world) {
	s := sites(1, time.Minute)
	w.adopt(start, s)
	w.pass(0, time.Minute, start, start.Add(2*time.Hour))
	before := w.history("s0", start, start.Add(2*time.Hour))
	s[0].Name = compliance.Name{KO: "새 이름", EN: "New name"}
	w.adopt(start.Add(2*time.Hour), s)
	w.adopt(start.Add(2*time.Hour), s)
	if got := w.history("s0", start, start.Add(2*time.Hour)); !reflect.DeepEqual(got, before) {
		t.Fatalf("history %+v, want %+v", got, before)
	}
	if n := len(w.results("s0/c", start, start.Add(2*time.Hour))); n != 120 {
		t.Fatalf("%d results", n)
	}
}

func testNewLife(t *testing.T, w *world) {
	s := sites(1, time.Minute)
	w.adopt(start, s)
	w.pass(0, time.Minute, start, start.Add(90*time.Minute))
	at := start.Add(90*time.Minute + 7*time.Second)
	s[0].Checks[0].Interval = 10 * time.Second
	w.adopt(at, s)
	w.adopt(at, s)
	from := probes.SlotsOf("s0/c", 10*time.Second).Ceil(at)
	lives := w.history("s0", start, start.Add(3*time.Hour)).Lives
	if len(lives) != 2 || !lives[0].To.Equal(from) || !lives[1].From.Equal(from) || lives[1].Interval != 10*time.Second || !lives[1].To.IsZero() {
		t.Fatalf("lives %+v", lives)
	}
	w.pass(0, 10*time.Second, from, start.Add(3*time.Hour))
	w.seal(start.Add(4 * time.Hour))
	w.covered("s0", start, start.Add(3*time.Hour))
	s[0].Checks[0].Critical = false
	w.adopt(start.Add(4*time.Hour), s)
	s[0].Checks[0].Policy.ConfirmFailures = 7
	w.adopt(start.Add(4*time.Hour), s) // at the same instant: the life between never began
	lives = w.history("s0", start.Add(4*time.Hour), start.Add(5*time.Hour)).Lives
	if n := len(lives); lives[n-1].Critical || lives[n-1].Policy.ConfirmFailures != 7 {
		t.Fatalf("lives %+v", lives)
	}
}

func testReturned(t *testing.T, w *world) {
	s := sites(2, time.Minute)
	w.adopt(start, s)
	w.pass(0, time.Minute, start, start.Add(time.Hour))
	w.adopt(start.Add(time.Hour), s[1:])
	w.restart()
	w.adopt(start.Add(5*time.Hour), s)
	w.adopt(start.Add(5*time.Hour), s[:1])
	w.adopt(start.Add(4*time.Hour), s) // the clock was set back: lives do not overlap
	for _, l := range w.history("s1", start, start.Add(6*time.Hour)).Lives[1:] {
		if l.From.Before(start.Add(5 * time.Hour)) {
			t.Fatalf("life %+v begins before the last one ended", l)
		}
	}
	w.pass(0, time.Minute, start.Add(5*time.Hour), start.Add(6*time.Hour))
	w.seal(start.Add(7 * time.Hour))
	h := w.history("s0", start, start.Add(6*time.Hour))
	if len(h.Lives) != 2 || !h.Lives[0].To.Equal(start.Add(time.Hour)) || h.Lives[1].From.Before(start.Add(5*time.Hour)) {
		t.Fatalf("lives %+v", h.Lives)
	}
	if len(h.Gaps) != 0 {
		t.Fatalf("time in which nothing was watched is no gap: %+v", h.Gaps)
	}
	w.covered("s0", start, start.Add(6*time.Hour))
	if rejected, err := w.s.Commit(w.ctx, []compliance.Change{results("s0", look("s0/c", slots("s0/c", time.Minute, start.Add(2*time.Hour), start.Add(3*time.Hour))[0], probes.OK, 0))}); err != nil || len(rejected) != 1 {
		t.Fatalf("took a result of a time in which nothing was watched: %v %v", rejected, err)
	}
}

// near says whether a latency read from a block is the one that was recorded.
func near(got, want time.Duration) bool {
	want = max(want, time.Microsecond)
	return math.Abs(float64(got)-float64(want)) <= compliance.LatencyError*float64(want)
}

func describe(r probes.Result) string {
	return fmt.Sprintf("%s %s %s #%d %s %s", r.Check, r.Vantage, r.Slot, r.Attempt, r.Reason, r.Duration)
}
