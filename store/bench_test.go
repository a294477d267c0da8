package store_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/probes"
	"github.com/charterwatch/charterwatch/store"
)

// realistic is what a day looks like: lognormal noise around a level of the site's own,
// slower by day, with a spike in every hundred looks.
func realistic(rnd *rand.Rand, check int, slot time.Time) time.Duration {
	level := float64(20+37*check%400) * (1 + 0.3*math.Sin(2*math.Pi*float64(slot.Unix()%86400)/86400))
	d := level * math.Exp(0.2*rnd.NormFloat64())
	if rnd.IntN(100) == 0 {
		d *= 2 + 8*rnd.Float64()
	}
	return time.Duration(d * float64(time.Millisecond))
}

// cpu is the processor time this process has used.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkCommit measures groups of 50 changes with one result each; with state, each
// carries the next state of its check, as the engine's do.
func BenchmarkCommit(b *testing.B) {
	for _, withState := range []bool{false, true} {
		b.Run(fmt.Sprintf("state=%v", withState), func(b *testing.B) {
			db := open(b, b.TempDir(), nil)
			defer db.Close()
			sites := manySites(50, time.Second)
			if err := db.Adopt(b.Context(), day, sites, "seoul"); err != nil {
				b.Fatal(err)
			}
			n, used := 0, cpu()
			for b.Loop() {
				var group []compliance.Change
				for _, s := range sites {
					id := s.Checks[0].ID
					slot := probes.SlotsOf(id, time.Second).Ceil(day.Add(time.Duration(n) * time.Second))
					c := compliance.Change{Site: s.ID, Results: []probes.Result{passing(id, slot, 80*time.Millisecond)}}
					if withState {
						c.Checks = []compliance.CheckState{{Check: id, Status: compliance.StatusUp, Since: day, Views: []compliance.View{{Vantage: "seoul",
							Slot: slot, SeenAt: slot, Outcome: probes.Pass, Duration: time.Second, PassRun: 5, Recent: make([]int32, 20)}}}}
					}
					group = append(group, c)
				}
				if r, err := db.Commit(b.Context(), group); err != nil || len(r) > 0 {
					b.Fatal(r, err)
				}
				n++
			}
			b.ReportMetric(float64(cpu()-used)/float64(50*n)/1000, "cpu-us/result")
		})
	}
}

// simulate runs checks at one minute for some days, as the monitor does: commit, seal and
// retain every hour. It returns how long the longest Seal, Retain and Commit took.
func simulate(b *testing.B, db *store.DB, checks, days int) (results int) {
	rnd := rand.New(rand.NewPCG(1, 2))
	if err := db.Adopt(b.Context(), day, manySites(checks, time.Minute), "seoul"); err != nil {
		b.Fatal(err)
	}
	for h := range 24 * days {
		from := day.Add(time.Duration(h) * time.Hour)
		var group []compliance.Change
		for i := range checks {
			id := fmt.Sprintf("site-%d/front", i)
			g := probes.SlotsOf(id, time.Minute)
			c := compliance.Change{Site: fmt.Sprintf("site-%d", i)}
			for slot := g.Ceil(from); slot.Before(from.Add(time.Hour)); slot = slot.Add(time.Minute) {
				r := passing(id, slot, realistic(rnd, i, slot))
				if rnd.IntN(2000) == 0 {
					r.Outcome, r.Reason, r.Duration = probes.Fail, probes.Timeout, 10*time.Second
				}
				c.Results = append(c.Results, r)
			}
			if rnd.IntN(200) == 0 { // three slots missed
				k := rnd.IntN(len(c.Results) - 3)
				c.Gaps = append(c.Gaps, compliance.Gap{Check: id, Vantage: "seoul", From: c.Results[k].Slot, To: c.Results[k+3].Slot, Reason: probes.Missed})
				c.Results = append(c.Results[:k:k], c.Results[k+3:]...)
			}
			results += len(c.Results)
			group = append(group, c)
		}
		if r, err := db.Commit(b.Context(), group); err != nil || len(r) > 0 {
			b.Fatal(r, err)
		}
		now := from.Add(time.Hour + 10*time.Minute)
		if _, err := db.Seal(b.Context(), now); err != nil {
			b.Fatal(err)
		}
		if _, err := db.Retain(b.Context(), now, compliance.Retention{}); err != nil {
			b.Fatal(err)
		}
	}
	return results
}

func size(b *testing.B, db *store.DB) int64 {
	n, err := db.Size(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	return n
}

// BenchmarkSealedBytes grows a real store of 100 checks at one minute without ever
// vacuuming it, and reports its whole file and log over all results, and the growth of the later days
// alone, which is what more days will add. CHARTERWATCH_BENCH_YEAR=1 runs a whole year: 52.6
// million results.
func BenchmarkSealedBytes(b *testing.B) {
	first, more := 4, 6
	if os.Getenv("CHARTERWATCH_BENCH_YEAR") != "" {
		first, more = 5, 360
	}
	for b.Loop() {
		dir := b.TempDir()
		db := open(b, dir, nil)
		began := time.Now()
		simulate(b, db, 100, first)
		db.Close() // the log goes with it
		before := size(b, db)
		db = open(b, b.TempDir(), nil)
		n := simulate(b, db, 100, first+more)
		db.Close()
		after := size(b, db)
		grown := float64(after-before) / float64(n) * float64(first+more) / float64(more)
		b.ReportMetric(float64(after)/float64(n), "B/result")
		b.ReportMetric(grown, "B/result-grown")
		b.ReportMetric(float64(before)/1e6+grown*float64(365-first)*144_000/1e6, "MB/year")
		b.ReportMetric(float64(n), "results")
		b.ReportMetric(float64(n)/time.Since(began).Seconds(), "results/s")
	}
}

// BenchmarkSealHour measures one Seal of 100 checks at one minute: one transaction, so this
// is how long a Commit may have to wait.
func BenchmarkSealHour(b *testing.B) {
	db := open(b, b.TempDir(), nil)
	defer db.Close()
	simulate(b, db, 100, 1)
	h := 24
	for b.Loop() {
		b.StopTimer()
		from := day.Add(time.Duration(h) * time.Hour)
		for i := range 100 {
			id, c := fmt.Sprintf("site-%d/front", i), compliance.Change{}
			g := probes.SlotsOf(id, time.Minute)
			for slot := g.Ceil(from); slot.Before(from.Add(time.Hour)); slot = slot.Add(time.Minute) {
				c.Results = append(c.Results, passing(id, slot, 80*time.Millisecond))
			}
			if r, err := db.Commit(b.Context(), []compliance.Change{c}); err != nil || len(r) > 0 {
				b.Fatal(r, err)
			}
		}
		b.StartTimer()
		h++
		if n, err := db.Seal(b.Context(), from.Add(time.Hour+10*time.Minute)); n != 1 || err != nil {
			b.Fatal(n, err)
		}
	}
}

// flapping is a store of 100 sites whose checks had an outage and a gap every day.
func flapping(b *testing.B, days int) *store.DB {
	end := day.Add(time.Duration(days) * 24 * time.Hour)
	db := open(b, b.TempDir(), func() time.Time { return end })
	sites := manySites(100, time.Minute)
	if err := db.Adopt(b.Context(), day, sites, "seoul"); err != nil {
		b.Fatal(err)
	}
	for d := range days {
		var group []compliance.Change
		for _, s := range sites {
			id := s.Checks[0].ID
			at := probes.SlotsOf(id, time.Minute).Ceil(day.Add(time.Duration(d)*24*time.Hour + 9*time.Hour))
			group = append(group, compliance.Change{Site: s.ID,
				Gaps: []compliance.Gap{{Check: id, Vantage: "seoul", From: at, To: at.Add(5 * time.Minute), Reason: probes.UplinkDown}},
				Outages: []compliance.Outage{
					{ID: fmt.Sprint(id, at), Site: s.ID, Check: id, Start: at, ConfirmedAt: at, End: at.Add(time.Hour), Reason: probes.Status, Cause: compliance.CauseServer},
					{ID: fmt.Sprint(s.ID, at), Site: s.ID, Start: at, ConfirmedAt: at, End: at.Add(time.Hour), Reason: probes.Status, Cause: compliance.CauseServer}}})
		}
		if r, err := db.Commit(b.Context(), group); err != nil || len(r) > 0 {
			b.Fatal(r, err)
		}
	}
	return db
}

func benchmarkHistories(b *testing.B, days int) {
	db := flapping(b, days)
	defer db.Close()
	for b.Loop() {
		all, err := db.Histories(b.Context(), day, day.Add(time.Duration(days)*24*time.Hour))
		if err != nil || len(all) != 100 || len(all["site-7"].Outages) != 2*days {
			b.Fatal(len(all), err)
		}
	}
}

// The histories of 100 sites, each with an outage of its check, one of its own, and a gap,
// every day.
func BenchmarkHistoriesMonth(b *testing.B) { benchmarkHistories(b, 31) }
func BenchmarkHistoriesYear(b *testing.B)  { benchmarkHistories(b, 365) }

// BenchmarkReads measures what a wall and a check's page load.
func BenchmarkReads(b *testing.B) {
	end := day.Add(3 * 24 * time.Hour)
	db := open(b, b.TempDir(), func() time.Time { return end })
	defer db.Close()
	simulate(b, db, 100, 3)
	var names []string
	for i := range 100 {
		names = append(names, fmt.Sprintf("site-%d/front", i))
	}
	b.Run("wall-100-checks-24h", func(b *testing.B) {
		for b.Loop() {
			if m, err := db.Strips(b.Context(), names, end.Add(-24*time.Hour), end, 48); err != nil || len(m) != 100 {
				b.Fatal(err)
			}
		}
	})
	b.Run("strip-1-check-72h", func(b *testing.B) {
		for b.Loop() {
			if _, err := db.Strip(b.Context(), names[0], day, end, 72); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("results-latest-100", func(b *testing.B) {
		for b.Loop() {
			if r, err := db.Results(b.Context(), names[0], day, end, 100); err != nil || len(r) != 100 {
				b.Fatal(err)
			}
		}
	})
	b.Run("histories-now", func(b *testing.B) {
		for b.Loop() {
			if _, err := db.Histories(b.Context(), day, end); err != nil {
				b.Fatal(err)
			}
		}
	})
}
