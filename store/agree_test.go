package store_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/probes"
	"github.com/charterwatch/charterwatch/store"
)

// TestTimelinesAgreeWithBlocks: what availability is computed from (outages and gaps) is
// what the sealed blocks say, judged again from the start.
func TestTimelinesAgreeWithBlocks(t *testing.T) {
	const id = "home/front"
	spec := compliance.CheckSpec{ID: id, Kind: "http", Interval: time.Minute, Timeout: 10 * time.Second, Critical: true}
	spec.Policy = compliance.Policy{RecoverHold: 5 * time.Minute}.WithDefaults(spec.Interval, spec.Timeout)
	site := compliance.Site{ID: "home", Checks: []compliance.CheckSpec{spec}}
	from := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	period := compliance.Period{From: from, To: from.Add(72 * time.Hour)}
	for seed := range uint64(5) {
		db, err := store.Open(t.Context(), store.Config{Dir: t.TempDir(), Now: func() time.Time { return period.To }})
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Adopt(t.Context(), from, []compliance.Site{site}, "local"); err != nil {
			t.Fatal(err)
		}
		live(t, db, site, period, rand.New(rand.NewPCG(seed, 7)))
		now := period.To.Add(24 * time.Hour)
		if _, err := db.Seal(t.Context(), now); err != nil {
			t.Fatal(err)
		}
		if n, err := db.Retain(t.Context(), now, compliance.Retention{}); err != nil || n == 0 {
			t.Fatalf("no rows were dropped (%v): the results would not come from blocks", err)
		}
		kept, err := db.History(t.Context(), "home", period.From, period.To)
		if err != nil {
			t.Fatal(err)
		}
		results, err := db.Results(t.Context(), id, period.From, period.To, 0)
		if err != nil {
			t.Fatal(err)
		}
		slices.Reverse(results)
		slices.SortStableFunc(results, func(a, b probes.Result) int { return a.Slot.Compare(b.Slot)*2 + sign(a.Attempt-b.Attempt) })
		replayed := kept
		replayed.Outages = replay(site, results)
		a, b := compliance.Account(kept, period, compliance.Terms{}), compliance.Account(replayed, period, compliance.Terms{})
		if a.Open != b.Open || a.Open.Down == 0 || a.Open.Unknown == 0 {
			t.Fatalf("seed %d: timelines say %+v, blocks say %+v", seed, a.Open, b.Open)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func sign(n int) int { return min(max(n, -1), 1) }

// live makes up a history and commits it as the engine does.
func live(t *testing.T, db *store.DB, site compliance.Site, p compliance.Period, rnd *rand.Rand) {
	t.Helper()
	spec := site.Checks[0]
	slots := probes.SlotsOf(spec.ID, spec.Interval)
	var state compliance.CheckState
	var whole compliance.SiteState
	weather := probes.OK
	for slot := slots.Ceil(p.From); slot.Before(p.To); slot = slot.Add(spec.Interval) {
		if rnd.IntN(20) == 0 {
			weather = []probes.Reason{probes.OK, probes.OK, probes.Status, probes.UplinkDown, probes.Timeout, probes.Missed}[rnd.IntN(6)]
		}
		change := compliance.Change{Site: site.ID}
		for attempt := range 1 + 2*sign(rnd.IntN(2)) {
			r := probes.Result{
				Check: spec.ID, Vantage: "local", Slot: slot, Attempt: attempt, Start: slot.Add(time.Duration(attempt) * 10 * time.Second),
				Duration: time.Duration(20+rnd.IntN(200)) * time.Millisecond, Reason: weather, Outcome: weather.Outcome(),
			}
			if r.Outcome == probes.Unknown {
				change.Gaps = append(change.Gaps, compliance.Gap{Check: spec.ID, Vantage: "local", From: slot, To: slot.Add(spec.Interval), Reason: weather})
				if weather == probes.Missed { // nobody looked
					state = state.Skip(change.Gaps[0])
					break
				}
			} else {
				change.Results = append(change.Results, r)
			}
			state, whole = step(site, state, whole, r, &change)
			if r.Outcome != probes.Fail {
				break
			}
		}
		change.Checks, change.State = []compliance.CheckState{state}, &whole
		if state.Check == "" {
			change.Checks = nil
		}
		if rejected, err := db.Commit(t.Context(), []compliance.Change{change}); err != nil || len(rejected) > 0 {
			t.Fatal(rejected, err)
		}
	}
}

// step takes one result through check and site, and notes the outages.
func step(site compliance.Site, s compliance.CheckState, w compliance.SiteState, r probes.Result, c *compliance.Change) (compliance.CheckState, compliance.SiteState) {
	next, events := site.Checks[0].Policy.Step(s, r)
	note := func(was, is *compliance.Outage, end time.Time) {
		if was != nil && is == nil {
			c.Outages = append(c.Outages, was.Ended(end))
		} else if is != nil && was != is {
			c.Outages = append(c.Outages, *is)
		}
	}
	note(s.Outage, next.Outage, next.LastEnd)
	if len(events) == 0 {
		return next, w
	}
	v, _ := next.View(r.Vantage)
	whole, _ := compliance.SiteStep(site, w, func(string) compliance.CheckState { return next }, v.SeenAt)
	note(w.Outage, whole.Outage, whole.LastEnd)
	return next, whole
}

// replay judges results from the start and returns the latest version of each outage.
func replay(site compliance.Site, results []probes.Result) []compliance.Outage {
	var c compliance.Change
	var state compliance.CheckState
	var whole compliance.SiteState
	for _, r := range results {
		state, whole = step(site, state, whole, r, &c)
	}
	latest := map[string]compliance.Outage{}
	for _, o := range c.Outages {
		latest[o.ID] = o
	}
	var out []compliance.Outage
	for _, o := range latest {
		out = append(out, o)
	}
	return out
}
