package storetest

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/probes"
)

func testSilence(t *testing.T, w *world) {
	w.adopt(start, sites(1, time.Minute))
	w.pass(0, time.Minute, start, start.Add(30*time.Minute))
	back := start.Add(72 * time.Hour)
	w.restart()
	if n := w.seal(back.Add(time.Hour)); n != 72 {
		t.Fatalf("sealed %d hours, want 72", n)
	}
	h := w.history("s0", start, back)
	if len(h.Gaps) != 1 || h.Gaps[0].Reason != probes.NotRunning || h.Gaps[0].To.Before(back) {
		t.Fatalf("gaps %+v", h.Gaps)
	}
	if want := slots("s0/c", time.Minute, start.Add(30*time.Minute), back)[0]; !h.Gaps[0].From.Equal(want) {
		t.Fatalf("the gap starts at %s, want %s", h.Gaps[0].From, want)
	}
	if !h.Until.Equal(back) {
		t.Fatalf("complete until %s, want %s", h.Until, back)
	}
	f := compliance.Account(h, compliance.Period{From: start, To: back}, compliance.Terms{})
	if f.Open.Down != 0 || f.Open.Unknown < 71*time.Hour || f.Open.Up > 31*time.Minute {
		t.Fatalf("accounts %+v", f.Open)
	}
	w.covered("s0", start, back)
}

func testUntil(t *testing.T, w *world) {
	w.adopt(start, sites(1, time.Minute))
	at := slots("s0/c", time.Minute, start, start.Add(time.Hour))
	w.commit(results("s0", look("s0/c", at[0], probes.OK, 0), look("s0/c", at[3], probes.OK, 0)))
	w.now = at[4]
	h := w.history("s0", start, start.Add(time.Hour))
	if !h.Until.Equal(at[4]) || len(h.Gaps) != 1 || !h.Gaps[0].From.Equal(at[1]) || !h.Gaps[0].To.Equal(at[3]) {
		t.Fatalf("until %s, gaps %+v", h.Until, h.Gaps)
	}
	w.now = at[0].Add(30 * time.Minute) // nothing came for long: what is overdue is unknown
	h = w.history("s0", start, start.Add(time.Hour))
	if h.Until.Before(at[19]) || h.Until.After(at[21]) || len(h.Gaps) != 2 || !h.Gaps[1].To.Equal(h.Until) {
		t.Fatalf("until %s, gaps %+v", h.Until, h.Gaps)
	}
}

// record is what the random test expects of one slot and attempt.
type record struct {
	result probes.Result
	gap    probes.Reason // when attempt 0 is unknown
}

type recordKey struct {
	check, vantage string
	slot           int64
	attempt        int
}

// testRandom commits random histories in random order, retries and overlaps included,
// seals along the way, and compares all that can be read with a plain model: the first record
// of a slot stands.
func testRandom(t *testing.T, w *world) {
	for seed := range uint64(6) {
		w.rnd = rand.New(rand.NewPCG(seed, 7))
		w.s.Close()
		w.place, w.now = t.TempDir(), start
		w.s = w.open(t, w.place, w.clock)
		interval := []time.Duration{time.Minute, 20 * time.Second, 7 * time.Minute, 95 * time.Minute}[seed%4]
		end := start.Add(6 * time.Hour)
		w.adopt(start, sites(2, interval))
		model := randomHistory(w, interval, end)
		w.seal(end.Add(time.Hour))
		if n := w.seal(end.Add(time.Hour)); n != 0 {
			t.Fatalf("sealing again sealed %d hours", n)
		}
		matches(w, model, end)
		if _, err := w.s.Retain(w.ctx, end.Add(24*time.Hour), compliance.Retention{}); err != nil {
			t.Fatal(err)
		}
		matches(w, model, end) // now from blocks alone
		w.restart()
		matches(w, model, end)
	}
}

func randomHistory(w *world, interval time.Duration, end time.Time) map[recordKey]record {
	model := map[recordKey]record{}
	var old []compliance.Change
	for hour := start; hour.Before(end); hour = hour.Add(time.Hour) {
		var group []compliance.Change
		for _, check := range []string{"s0/c", "s1/c"} {
			for _, slot := range slots(check, interval, hour, hour.Add(time.Hour)) {
				group = append(group, randomChange(w.rnd, check, slot, interval)...)
			}
		}
		w.rnd.Shuffle(len(group), func(i, j int) { group[i], group[j] = group[j], group[i] })
		if len(old) > 0 {
			group = append(group, old[:min(len(old), 5)]...) // retried
		}
		for c := range slices.Chunk(group, 7) {
			for _, change := range c {
				learn(model, change, interval)
			}
			w.commit(c...)
		}
		old = group
		if w.rnd.IntN(3) == 0 {
			w.seal(hour.Add(time.Hour + 11*time.Minute))
		}
	}
	return model
}

// randomChange draws what became of a slot; nothing, in one case of five.
func randomChange(rnd *rand.Rand, check string, slot time.Time, interval time.Duration) []compliance.Change {
	site := check[:2]
	latency := time.Duration(80e6 * math.Exp(0.2*rnd.NormFloat64()))
	switch rnd.IntN(10) {
	case 0, 1:
		return nil
	case 2:
		to := slot.Add(time.Duration(1+rnd.IntN(3)) * interval)
		return []compliance.Change{{Site: site, Gaps: []compliance.Gap{{Check: check, Vantage: here, From: slot, To: to, Reason: probes.Missed}}}}
	case 3:
		fail := look(check, slot, probes.Timeout, 10*time.Second)
		again := look(check, slot, probes.ConnectRefused, latency)
		again.Attempt = 1
		return []compliance.Change{results(site, fail), results(site, again)}
	default:
		return []compliance.Change{results(site, look(check, slot, probes.OK, latency))}
	}
}

// learn is the model: the first record of a slot stands.
func learn(model map[recordKey]record, c compliance.Change, interval time.Duration) {
	for _, r := range c.Results {
		k := recordKey{r.Check, r.Vantage, r.Slot.UnixMilli(), r.Attempt}
		if _, ok := model[k]; !ok {
			model[k] = record{result: r}
		}
	}
	for _, g := range c.Gaps {
		for slot := g.From; slot.Before(g.To); slot = slot.Add(interval) {
			k := recordKey{g.Check, g.Vantage, slot.UnixMilli(), 0}
			if _, ok := model[k]; !ok {
				model[k] = record{gap: g.Reason}
			}
		}
	}
}

// matches compares the store with the model, and checks that every slot has one record.
func matches(w *world, model map[recordKey]record, end time.Time) {
	w.t.Helper()
	for _, site := range []string{"s0", "s1"} {
		w.covered(site, start, end)
		want := map[recordKey]record{}
		for k, r := range model {
			if k.check == site+"/c" && r.gap == 0 {
				want[k] = r
			}
		}
		got := w.results(site+"/c", start, end)
		if len(got) != len(want) {
			w.t.Fatalf("%d results, want %d", len(got), len(want))
		}
		if !slices.IsSortedFunc(got, func(x, y probes.Result) int { return cmp.Or(y.Slot.Compare(x.Slot), y.Attempt-x.Attempt) }) {
			w.t.Fatal("results are not newest first")
		}
		for _, r := range got {
			m, ok := want[recordKey{r.Check, r.Vantage, r.Slot.UnixMilli(), r.Attempt}]
			if !ok || m.result.Reason != r.Reason || m.result.Outcome != r.Outcome || !near(r.Duration, m.result.Duration) {
				w.t.Fatalf("read %s, recorded %s", describe(r), describe(m.result))
			}
		}
		for _, g := range w.history(site, start, end).Gaps {
			if g.Reason != probes.Missed && g.Reason != probes.NotRunning {
				w.t.Fatalf("gap %+v", g)
			}
		}
		for k, r := range model {
			if k.check == site+"/c" && r.gap != 0 && k.slot < end.UnixMilli() && !inGap(w, site, k, r.gap, end) {
				w.t.Fatalf("slot %d should be a gap with reason %s", k.slot, r.gap)
			}
		}
	}
}

func inGap(w *world, site string, k recordKey, why probes.Reason, end time.Time) bool {
	at := time.UnixMilli(k.slot)
	for _, g := range w.history(site, at, at.Add(time.Millisecond)).Gaps {
		if !at.Before(g.From) && at.Before(g.To) {
			return g.Reason == why
		}
	}
	return false
}

func testLate(t *testing.T, w *world) {
	w.adopt(start, sites(2, time.Minute))
	at := slots("s0/c", time.Minute, start, start.Add(time.Hour))
	w.pass(1, time.Minute, start, start.Add(3*time.Hour))
	for i, slot := range at {
		if i < 20 || i >= 30 {
			w.commit(results("s0", look("s0/c", slot, probes.OK, 80*time.Millisecond)))
		}
	}
	now := start.Add(2 * time.Hour)
	w.seal(now)
	w.restart()
	if g := w.history("s0", at[0], at[59]).Gaps; len(g) != 1 || g[0].Reason != probes.NotRunning {
		t.Fatalf("gaps %+v", g)
	}
	for range 2 { // the second time there are no rows any more
		w.commit(results("s0", look("s0/c", at[25], probes.Status, time.Second)), // in the gap
			results("s0", look("s0/c", at[3], probes.Status, time.Second)), // recorded otherwise
			compliance.Change{Site: "s0", Gaps: []compliance.Gap{{Check: "s0/c", Vantage: here, From: at[20], To: at[22], Reason: probes.UplinkDown}}})
		if _, err := w.s.Retain(w.ctx, now.Add(24*time.Hour), compliance.Retention{}); err != nil { // too early for late rows
			t.Fatal(err)
		}
		w.seal(now)
		got := w.results("s0/c", at[0], at[59].Add(time.Minute))
		fails := slices.DeleteFunc(slices.Clone(got), func(r probes.Result) bool { return r.Outcome == probes.Pass })
		if len(got) != 51 || len(fails) != 1 || !fails[0].Slot.Equal(at[25]) {
			t.Fatalf("%d results, failing %+v", len(got), fails)
		}
		gaps := w.history("s0", at[0], at[59]).Gaps
		if len(gaps) != 3 || gaps[0].Reason != probes.UplinkDown || !gaps[1].To.Equal(at[25]) || !gaps[2].From.Equal(at[26]) {
			t.Fatalf("gaps %+v", gaps)
		}
		w.covered("s0", start, start.Add(time.Hour))
		now = now.Add(6 * time.Hour)
		if _, err := w.s.Retain(w.ctx, now, compliance.Retention{}); err != nil {
			t.Fatal(err)
		}
	}
	w.seal(now)
	if n := w.seal(now); n != 0 {
		t.Fatalf("sealing again sealed %d hours", n)
	}
}

func testNewVantage(t *testing.T, w *world) {
	w.adopt(start, sites(1, time.Minute))
	w.pass(0, time.Minute, start, start.Add(4*time.Hour))
	at := slots("s0/c", time.Minute, start, start.Add(4*time.Hour))
	from := func(slot time.Time) compliance.Change {
		r := look("s0/c", slot, probes.OK, time.Second)
		r.Vantage = "busan"
		return results("s0", r)
	}
	w.commit(from(at[90]), from(at[91]))
	w.seal(start.Add(5 * time.Hour))
	h := w.history("s0", start, start.Add(4*time.Hour))
	if v := h.Lives[0].Vantages; !slices.Equal(v, []string{"busan", here}) {
		t.Fatalf("vantages %v", v)
	}
	if g := h.Gaps; len(g) != 2 || g[0].Reason != probes.FirstLook || !g[0].To.Equal(at[90]) || g[1].Reason != probes.NotRunning || g[1].Vantage != "busan" {
		t.Fatalf("gaps %+v", g)
	}
	w.commit(from(at[30])) // older than its first look
	w.restart()
	w.seal(start.Add(5 * time.Hour))
	w.covered("s0", start, start.Add(4*time.Hour))
	if n := len(w.results("s0/c", start, start.Add(4*time.Hour))); n != 243 {
		t.Fatalf("%d results", n)
	}
}
