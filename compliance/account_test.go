package compliance

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/probes"
)

var seoul = func() *time.Location { return time.FixedZone("KST", 9*3600) }()

func november() Period { return Month(2026, time.November, seoul) }

func history(until time.Time, gaps []Gap, outages ...Outage) SiteHistory {
	p := november()
	return SiteHistory{
		Site:    "home",
		Lives:   []CheckLife{{Check: "home/front", Site: "home", Critical: true, Vantages: []string{"here"}, Interval: minute, From: p.From}},
		Gaps:    gaps,
		Outages: outages,
		Until:   until,
	}
}

func gapOf(from, to time.Time) Gap {
	return Gap{Check: "home/front", Vantage: "here", From: from, To: to, Reason: probes.NotRunning}
}

func both(from, to time.Time) []Outage {
	return []Outage{{Site: "home", Check: "home/front", Start: from, End: to}, {Site: "home", Start: from, End: to}}
}

func day(n int, d time.Duration) time.Time {
	return time.Date(2026, time.November, n, 0, 0, 0, 0, seoul).Add(d)
}

func TestThreeDaysWithoutDataAreUnknown(t *testing.T) {
	p := november()
	f := Account(history(p.To, []Gap{gapOf(day(4, 0), day(7, 0))}), p, Terms{Zone: seoul})
	if f.Open != (Tally{Up: 27 * 24 * time.Hour, Unknown: 72 * time.Hour}) {
		t.Fatalf("%+v", f.Open)
	}
	raw, _ := f.Raw()
	cov, _ := f.Coverage()
	best, _ := f.Best()
	worst, _ := f.Worst()
	if raw != 100_000 || cov != 90_000 || best != 100_000 || worst != 90_000 {
		t.Fatalf("raw %d coverage %d best %d worst %d", raw, cov, best, worst)
	}
	if v := JudgeServedDays(f, Promises{}); v.Verdict != Unproven || len(v.UnprovenDays) != 3 {
		t.Fatalf("neither 0 %% nor 100 %%: %+v", v)
	}
	if f.Gaps[probes.NotRunning] != 72*time.Hour {
		t.Fatalf("%+v", f.Gaps)
	}
}

func TestNothingSeenHasNoPercentage(t *testing.T) {
	p := november()
	f := Account(history(p.To, []Gap{gapOf(p.From, p.To)}), p, Terms{Zone: seoul})
	if _, ok := f.Raw(); ok {
		t.Fatal("an availability of what was not seen")
	}
	f = Account(SiteHistory{Site: "home", Until: p.To}, p, Terms{Zone: seoul})
	if f.Open.Unknown != 30*24*time.Hour {
		t.Fatalf("%+v", f.Open)
	}
}

func TestBrokenInTheBestCaseStaysBroken(t *testing.T) {
	p := november()
	h := history(p.To, []Gap{gapOf(day(4, 0), p.To)}, both(day(2, 9*time.Hour), day(2, 10*time.Hour+time.Minute))...)
	if v := JudgeServedDays(Account(h, p, Terms{Zone: seoul}), Promises{}); v.Verdict != Broken || len(v.BrokenDays) != 1 {
		t.Fatalf("switching the monitor off must not hide a breach: %+v", v)
	}
	h = history(p.To, nil, both(day(2, 9*time.Hour), day(2, 10*time.Hour))...)
	if v := JudgeServedDays(Account(h, p, Terms{Zone: seoul}), Promises{}); v.Verdict != Kept {
		t.Fatalf("60 minutes are within the limit: %+v", v)
	}
}

func TestUnknownInsideAnOutageIsUnknown(t *testing.T) {
	p := november()
	h := history(p.To, []Gap{gapOf(day(2, 2*time.Hour), day(2, 3*time.Hour))}, both(day(2, time.Hour), day(2, 5*time.Hour))...)
	f := Account(h, p, Terms{Zone: seoul})
	if f.Open.Down != 3*time.Hour || f.Open.Unknown != time.Hour {
		t.Fatalf("%+v", f.Open)
	}
}

func TestServiceHoursCountInRawOnly(t *testing.T) {
	p := november()
	hours := []ServiceHours{{Close: "00:00-00:30", Days: Daily}}
	var outages []Outage
	for n := 1; n <= 30; n++ {
		outages = append(outages, both(day(n, 0), day(n, 30*minute))...)
	}
	f := Account(history(p.To, nil, outages...), p, Terms{Hours: hours, Zone: seoul})
	raw, _ := f.Raw()
	charter, _ := f.Charter()
	if raw != 97_916 || charter != 100_000 { // 23.5/24 = 97.91666 %, floored
		t.Fatalf("raw %d charter %d", raw, charter)
	}
	if v := JudgeServedDays(f, Promises{}); v.Verdict != Kept {
		t.Fatalf("%+v", v)
	}
}

func TestFloorNeverRoundsUp(t *testing.T) {
	month := 30 * 24 * time.Hour
	if r, _ := FloorRatio(month-time.Millisecond, month); r != 99_999 {
		t.Fatalf("got %d", r)
	}
}

func TestRunningMonthIsNotYetKept(t *testing.T) {
	p := november()
	f := Account(history(day(10, 0), nil), p, Terms{Zone: seoul})
	if f.Future != 21*24*time.Hour || f.Open.Up != 9*24*time.Hour {
		t.Fatalf("%+v future %v", f.Open, f.Future)
	}
	if v := JudgeServedDays(f, Promises{}); v.Verdict != Unproven {
		t.Fatalf("%+v", v)
	}
}

// TestPartsAddUp checks over random histories that every millisecond is counted once, in
// total and by day.
func TestPartsAddUp(t *testing.T) {
	p := november()
	rnd := rand.New(rand.NewPCG(1, 2))
	moment := func() time.Time {
		return p.From.Add(time.Duration(rnd.Int64N(int64(31 * 24 * time.Hour)))).Truncate(time.Millisecond)
	}
	for range 300 {
		var gaps []Gap
		var outages []Outage
		for range rnd.IntN(20) {
			a := moment()
			gaps = append(gaps, gapOf(a, a.Add(time.Duration(rnd.Int64N(int64(40*time.Hour))))))
			b := moment()
			outages = append(outages, both(b, b.Add(time.Duration(rnd.Int64N(int64(40*time.Hour)))))...)
		}
		f := Account(history(moment(), gaps, outages...), p, Terms{Hours: []ServiceHours{{Close: "23:30-00:30", Days: Daily}}, Zone: seoul})
		var days Tally
		var future time.Duration
		for _, d := range f.Days {
			days = days.plus(d.Open).plus(d.Closed)
			future += d.Future
		}
		if whole := f.Open.plus(f.Closed); whole != days || whole.All()+f.Future != p.To.Sub(p.From) || future != f.Future {
			t.Fatalf("whole %+v days %+v future %v", whole, days, f.Future)
		}
	}
}

// TestTheReasonOfUnknownTimeIsAlwaysTheSame: of several, the greatest, in whatever order checks
// are visited.
func TestTheReasonOfUnknownTimeIsAlwaysTheSame(t *testing.T) {
	p := november()
	h := history(p.To, nil)
	for i, why := range []probes.Reason{probes.NotRunning, probes.UplinkDown, probes.Missed, probes.Blocked} {
		l := h.Lives[0]
		l.Check = string(rune('a' + i))
		h.Lives = append(h.Lives, l)
		h.Gaps = append(h.Gaps, Gap{Check: l.Check, Vantage: "here", From: day(4, 0), To: day(5, 0), Reason: why})
	}
	for range 50 {
		f := Account(h, p, Terms{Zone: seoul})
		if len(f.Gaps) != 1 || f.Gaps[max(probes.UplinkDown, probes.Missed, probes.Blocked)] != 24*time.Hour {
			t.Fatalf("%v", f.Gaps)
		}
	}
}

func TestUnseen(t *testing.T) {
	p := november()
	h := history(day(20, 0), []Gap{gapOf(day(4, 0), day(5, 0)), gapOf(day(5, 0), day(5, time.Hour)), gapOf(day(19, 0), day(21, 0))})
	got := Unseen(h, p)
	want := []Period{{day(4, 0), day(5, time.Hour)}, {day(19, 0), day(20, 0)}}
	if len(got) != 2 || !got[0].From.Equal(want[0].From) || !got[0].To.Equal(want[0].To) || !got[1].From.Equal(want[1].From) || !got[1].To.Equal(want[1].To) {
		t.Errorf("%v, want %v", got, want)
	}
}
