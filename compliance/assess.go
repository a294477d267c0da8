package compliance

import "time"

// Assessment is what a site's recent history says of its objective. It is made every minute.
type Assessment struct {
	At       time.Time
	Coverage Ratio // of the last 24 hours
	Covered  bool  // Coverage is known
	Fast     Burn
	Slow     Burn
}

// Burn is how fast the availability objective is being spent: 1 spends all that it allows for
// 30 days in 30 days.
type Burn struct {
	Alarming bool
	Window   time.Duration // the longer of the pair of windows that alarmed
	Rate     float64       // in it
	Spent    int           // percent of 30 days' allowance that was spent in it, floored
}

// burnWindows pair a long window, which keeps a blip from alarming, with a short one, which
// ends the alarm soon after the trouble (Google, The Site Reliability Workbook, chapter 5,
// "Multiwindow, Multi-Burn-Rate Alerts").
var burnWindows = []struct {
	fast        bool
	long, short time.Duration
	rate        float64
}{
	{true, time.Hour, 5 * time.Minute, 14.4},
	{true, 6 * time.Hour, 30 * time.Minute, 6},
	{false, 24 * time.Hour, 2 * time.Hour, 3},
	{false, 72 * time.Hour, 6 * time.Hour, 1},
}

// BurnSpan is how far back an assessment looks.
const BurnSpan = 72 * time.Hour

// Assess judges the burn rates against the objective, and the coverage. Downtime is counted
// against the whole of each window: what is not known spends nothing.
func Assess(h SiteHistory, p AlertPolicy, t Terms, now time.Time) Assessment {
	a := Assessment{At: now}
	rate := func(window time.Duration) float64 {
		f := Account(h, Period{now.Add(-window), now}, t)
		allowed := 1 - float64(p.objective())/100_000
		return float64(f.Open.Unplanned()) / float64(window) / allowed
	}
	for _, w := range burnWindows {
		burn := &a.Slow
		if w.fast {
			burn = &a.Fast
		}
		if burn.Alarming {
			continue
		}
		if long := rate(w.long); long >= w.rate && rate(w.short) >= w.rate {
			*burn = Burn{true, w.long, long, int(long * w.long.Hours() / (30 * 24) * 100)}
		}
	}
	day := Account(h, Period{now.Add(-24 * time.Hour), now}, t)
	whole := day.Open.plus(day.Closed)
	first := now
	for _, l := range h.Lives {
		if l.From.Before(first) {
			first = l.From
		}
	}
	// Nobody could watch a site before it was first watched.
	if young := first.Sub(now.Add(-24 * time.Hour)); young > 0 {
		whole.Unknown = max(0, whole.Unknown-young)
	}
	if whole.All() >= time.Hour {
		a.Coverage, a.Covered = FloorRatio(whole.Up+whole.Down, whole.All())
	}
	return a
}

func (a Assessment) alarming(p Promises) bool {
	return a.Fast.Alarming || a.Slow.Alarming || a.thin(p)
}

func (a Assessment) thin(p Promises) bool { return a.Covered && a.Coverage < p.WithDefaults().Coverage }

// assessed tells of what the assessment found.
func (f SiteFacts) assessed() []Alert {
	var out []Alert
	for _, b := range []struct {
		rule AlertRule
		Burn
	}{{AlertBurnFast, f.Assessment.Fast}, {AlertBurnSlow, f.Assessment.Slow}} {
		if b.Alarming {
			out = append(out, Alert{Rule: b.rule, Percent: b.Spent, Detail: b.Window.String()})
		}
	}
	if f.Assessment.thin(f.Promises) {
		out = append(out, Alert{Rule: AlertCoverageLow, Percent: int(f.Assessment.Coverage / 1000)})
	}
	return out
}
