package compliance

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance/notice"
	"github.com/charterwatch/charterwatch/probes"
	"github.com/charterwatch/charterwatch/scanners"
)

func terms() Terms { return Terms{Zone: seoul} }

// during is a month with one outage and the given notices.
func during(from, to time.Time, ns ...Notice) SiteHistory {
	h := history(november().To, nil, both(from, to)...)
	h.Record = recordOf(ns...)
	return h
}

func inTime(windows ...notice.Window) Notice {
	return works("1", day(2, 0), day(2, time.Hour), windows...)
}

func tooLate(windows ...notice.Window) Notice {
	return works("1", day(27, 0), day(27, time.Hour), windows...)
}

func TestDowntimeIsPutDownToWhatWasAnnounced(t *testing.T) {
	w := at22(28)
	emergency := inTime(w)
	emergency.Revisions[0].Reading.Type = notice.Emergency
	unclear := inTime(w)
	unclear.Revisions[0].Reading.NeedsReview = true
	straddling := works("1", day(24, 12*time.Hour), day(26, 0), w)
	extended := revised(inTime(w), w.End.Add(-time.Hour), w.End.Add(-50*time.Minute), notice.Extended, notice.Window{Start: w.Start, End: w.End.Add(2 * time.Hour)})
	moreTime := revised(inTime(w), day(10, 0), day(10, time.Hour), notice.Extended, notice.Window{Start: w.Start, End: w.End.Add(2 * time.Hour)})
	cancelled := revised(inTime(w), w.Start.Add(time.Hour), w.Start.Add(time.Hour), notice.Cancelled)
	elsewhere := inTime(w)
	elsewhere.Board = "other/board"
	open := inTime(notice.Window{Start: w.Start})
	four := 4 * time.Hour
	for name, c := range map[string]struct {
		h    SiteHistory
		want Parts
	}{
		"announced in time":                {during(w.Start, w.End, inTime(w)), Parts{Planned: four}},
		"announced too late":               {during(w.Start, w.End, tooLate(w)), Parts{Late: four}},
		"not announced":                    {during(w.Start, w.End), Parts{Unannounced: four}},
		"announced on another site":        {during(w.Start, w.End, elsewhere), Parts{Unannounced: four}},
		"emergency":                        {during(w.Start, w.End, emergency), Parts{Emergency: four}},
		"awaits a person":                  {during(w.Start, w.End, unclear), Parts{Unsettled: four}},
		"posting straddles the limit":      {during(w.Start, w.End, straddling), Parts{Unsettled: four}},
		"no end announced":                 {during(w.Start, w.End, open), Parts{Unsettled: four}},
		"runs over":                        {during(w.Start, w.End.Add(time.Hour), inTime(w)), Parts{Planned: four, Overrun: time.Hour}},
		"late work runs over":              {during(w.Start, w.End.Add(time.Hour), tooLate(w)), Parts{Late: four, Overrun: time.Hour}},
		"begins before its window":         {during(w.Start.Add(-5*time.Minute), w.End.Add(time.Hour), inTime(w)), Parts{Planned: four, Overrun: time.Hour, Unannounced: 5 * time.Minute}},
		"extended while it ran":            {during(w.Start, w.End.Add(3*time.Hour), extended), Parts{Planned: four, Overrun: 3 * time.Hour}},
		"extended in time":                 {during(w.Start, w.End.Add(3*time.Hour), moreTime), Parts{Planned: 6 * time.Hour, Overrun: time.Hour}},
		"an outage outside any window":     {during(day(5, 0), day(5, time.Hour), inTime(w)), Parts{Unannounced: time.Hour}},
		"called off after an hour":         {during(w.Start, w.End, cancelled), Parts{Planned: time.Hour, Overrun: 3 * time.Hour}},
		"broken long before the window":    {during(w.Start.Add(-2*time.Hour), w.End.Add(time.Hour), inTime(w)), Parts{Planned: four, Unannounced: 3 * time.Hour}},
		"an outage that ends before it":    {during(w.Start.Add(-time.Hour), w.Start, inTime(w)), Parts{Unannounced: time.Hour}},
		"an outage that begins at its end": {during(w.End, w.End.Add(time.Hour), inTime(w)), Parts{Unannounced: time.Hour}},
	} {
		f := Account(c.h, november(), terms())
		if f.Open.Parts != c.want {
			t.Errorf("%s: %+v, want %+v", name, f.Open.Parts, c.want)
		}
		if f.Open.Parts.All() != f.Open.Down {
			t.Errorf("%s: the parts come to %v of %v", name, f.Open.Parts.All(), f.Open.Down)
		}
	}
}

// What peers answer, and must not be our answer.
func TestPeersWrongAnswers(t *testing.T) {
	p := november()
	w := notice.Window{Start: p.From, End: p.To}
	seen := works("1", day(-30, 0), day(-30, time.Hour), w)
	// Planned maintenance counts as down (gatus), a month of it reads 50 % (Peekaping), or it counts as
	// up (Kener): it is downtime in the raw figure, and leaves nothing to judge in the charter's.
	f := Account(during(p.From, p.To, seen), p, terms())
	if raw, ok := f.Raw(); !ok || raw != 0 {
		t.Errorf("raw %d %v: the site did not serve anybody", raw, ok)
	}
	if r, ok := f.Charter(); ok {
		t.Errorf("charter %d: there is nothing to judge", r)
	}
	if v := JudgeServedDays(f, Promises{}); v.Verdict != Broken || len(v.BrokenDays) != 30 {
		t.Errorf("365 days were promised, whatever was announced: %v", v.Verdict)
	}
	// Planned maintenance in a window that is not over yet is not shown (Uptime Kuma).
	if plans := recordOf(inTime(at22(28))).Plans(Promises{}, seoul); len(plans) != 1 {
		t.Error("work that lies ahead is a plan")
	}
	// No data for three days reads 0 % (gatus), or green (OneUptime); within announced work, too.
	f = Account(func() SiteHistory {
		h := history(p.To, []Gap{gapOf(day(28, 22*time.Hour), day(29, 2*time.Hour))})
		h.Record = recordOf(inTime(at22(28)))
		return h
	}(), p, terms())
	raw, _ := f.Raw()
	best, _ := f.Best()
	worst, _ := f.Worst()
	if f.Open.Unknown != 4*time.Hour || f.Open.Covered != 4*time.Hour || raw != 100_000 || best != 100_000 || worst != 100_000 {
		t.Errorf("raw %d best %d worst %d, %+v", raw, best, worst, f.Open)
	}
	// More than 100 %, from an empty bucket or a double count (Uptime Kuma).
	f = Account(during(day(28, 21*time.Hour), day(29, 3*time.Hour), inTime(at22(28)), works("2", day(3, 0), day(3, time.Hour), at22(28))), p, terms())
	if f.Open.Down != 6*time.Hour || f.Open.Parts.Planned != 4*time.Hour {
		t.Errorf("two notices of the same work count once: %+v", f.Open)
	}
}

func TestPlannedDowntimeBreaksNoDay(t *testing.T) {
	w := notice.Window{Start: day(28, 2*time.Hour), End: day(28, 8*time.Hour)}
	p := november()
	if v := JudgeServedDays(Account(during(w.Start, w.End, inTime(w)), p, terms()), Promises{}); v.Verdict != Kept {
		t.Errorf("%+v", v)
	}
	if v := JudgeServedDays(Account(during(w.Start, w.End, tooLate(w)), p, terms()), Promises{}); v.Verdict != Broken {
		t.Errorf("%+v", v)
	}
	straddling := works("1", day(24, 12*time.Hour), day(26, 0), w)
	f := Account(during(w.Start, w.End, straddling), p, terms())
	if v := JudgeServedDays(f, Promises{}); v.Verdict != Unproven || len(v.UnprovenDays) != 1 {
		t.Errorf("%+v", v)
	}
	best, _ := f.Best()
	charter, _ := f.Charter()
	worst, _ := f.Worst()
	if best != 100_000 || charter != 99_166 || worst != 99_166 { // 714 h of 720
		t.Errorf("best %d charter %d worst %d", best, charter, worst)
	}
}

func TestUpheldAppealMakesTimeUnknown(t *testing.T) {
	p := november()
	h := during(day(12, 0), day(12, 4*time.Hour))
	h.Outages[1].ID = "home@1"
	appeal := stated("home", day(13, 0), Statement{Appeal: &Appeal{Outage: "home@1", Ground: ProbeBlocked, Evidence: "log", From: day(12, time.Hour), To: day(12, 3*time.Hour)}})
	h.Record.Statements = []Statement{appeal}
	if f := Account(h, p, terms()); f.Open.Down != 4*time.Hour || f.Contested != 0 {
		t.Errorf("an appeal that nobody decided changes nothing: %+v", f.Open)
	}
	h.Record.Statements = append(h.Record.Statements, stated("home", day(14, 0), Statement{Judgement: &Judgement{Appeal: appeal.ID, Upheld: true}}))
	f, before := Account(h, p, terms()), Account(h.AsSeen(), p, terms())
	if f.Open.Down != 2*time.Hour || f.Open.Unknown != 2*time.Hour || f.Contested != 2*time.Hour || len(f.Gaps) != 0 {
		t.Errorf("%+v %+v", f.Open, f.Gaps)
	}
	if before.Open.Down != 4*time.Hour {
		t.Errorf("both figures stay: %+v", before.Open)
	}
}

func TestDeniedHoursAreNotPublished(t *testing.T) {
	p := november()
	hours := []ServiceHours{{Close: "00:00-00:30", Days: Daily, Notice: "https://home.example/hours"}}
	page := func(rules ...notice.Rule) Notice {
		n := works(PageKey, day(-1, 0), day(1, 0))
		n.Board, n.LastSeen = HoursBoard("home", 0), day(29, 0)
		n.Revisions[0].Reading.Rules = rules
		return n
	}
	half := notice.Rule{Freq: "daily", From: 0, To: 30}
	for name, c := range map[string]struct {
		n      []Notice
		want   ClosingStatus
		closed time.Duration
	}{
		"announced":   {[]Notice{page(half)}, ClosingAnnounced, 15 * time.Hour},
		"longer":      {[]Notice{page(notice.Rule{Freq: "daily", From: 0, To: 60})}, ClosingAnnounced, 15 * time.Hour},
		"shorter":     {[]Notice{page(notice.Rule{Freq: "daily", From: 0, To: 10})}, ClosingDenied, 0},
		"sundays":     {[]Notice{page(notice.Rule{Freq: "weekly", Weekdays: []int{0}, From: 0, To: 30})}, ClosingDenied, 0},
		"says naught": {[]Notice{page()}, ClosingDenied, 0},
		"an outage's": {[]Notice{outageIn(page(half))}, ClosingAnnounced, 15 * time.Hour},
		"never read":  {nil, ClosingUnchecked, 15 * time.Hour},
	} {
		h := history(p.To, nil)
		h.Record = recordOf(c.n...)
		if got := h.Record.CheckHours(hours)[0].Status; got != c.want {
			t.Errorf("%s: %v", name, got)
		}
		if f := Account(h, p, Terms{Zone: seoul, Hours: hours}); f.Closed.All() != c.closed {
			t.Errorf("%s: %v closed", name, f.Closed.All())
		}
	}
}

// outageIn adds a wording that tells of an outage, as a page does in whose place an error
// stands.
func outageIn(n Notice) Notice {
	n = revised(n, day(20, 0), day(20, time.Hour), notice.Planned)
	n.Revisions[1].Reading = Reading{notice.Reading{Kind: notice.Outage}}
	return n
}

// TestExactTimeline walks one month in a zone with daylight saving: a gap, maintenance in time
// that runs over, a burst of retries, the hour that is not there, a step of the clock, and two
// vantages that disagree. Every figure is known beforehand.
func TestExactTimeline(t *testing.T) {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	p := Month(2026, time.March, zone) // 31 days less an hour
	at := func(d int, h, m int) time.Time { return time.Date(2026, time.March, d, h, m, 0, 0, zone) }
	life := CheckLife{Check: "home/front", Site: "home", Critical: true, Vantages: []string{"a", "b"}, Interval: minute, From: p.From}
	gap := func(v string, from, to time.Time, why probes.Reason) Gap {
		return Gap{Check: "home/front", Vantage: v, From: from, To: to, Reason: why}
	}
	h := SiteHistory{Site: "home", Until: p.To, Lives: []CheckLife{life}, Gaps: []Gap{
		gap("a", at(3, 0, 0), at(3, 6, 0), probes.NotRunning), gap("b", at(3, 2, 0), at(3, 8, 0), probes.UplinkDown), // both blind from 2 to 6
		gap("a", at(20, 12, 0), at(20, 12, 5), probes.ClockStep), gap("b", at(20, 12, 0), at(20, 12, 5), probes.ClockStep),
	}}
	for _, o := range [][2]time.Time{
		{at(8, 1, 0), at(8, 5, 0)},     // over the hour that is left out: three hours
		{at(15, 22, 0), at(16, 3, 30)}, // the work, and an hour and a half more
		{at(25, 9, 0), at(25, 9, 20)},  // confirmed by a burst of retries, which own no time
	} {
		h.Outages = append(h.Outages, both(o[0], o[1])...)
	}
	n := works("1", at(5, 0, 0), at(5, 1, 0), notice.Window{Start: at(15, 22, 0), End: at(16, 2, 0)})
	h.Record = recordOf(n)
	f := Account(h, p, Terms{Zone: zone})
	want := Tally{
		Up:      31*24*time.Hour - time.Hour - 4*time.Hour - 5*time.Minute - 3*time.Hour - 5*time.Hour - 30*time.Minute - 20*time.Minute,
		Down:    3*time.Hour + 5*time.Hour + 30*time.Minute + 20*time.Minute,
		Unknown: 4*time.Hour + 5*time.Minute,
		Parts:   Parts{Planned: 4 * time.Hour, Overrun: 90 * time.Minute, Unannounced: 3*time.Hour + 20*time.Minute},
	}
	if f.Open != want {
		t.Errorf("%+v\nwant %+v", f.Open, want)
	}
	raw, _ := f.Raw()
	charter, _ := f.Charter()
	coverage, _ := f.Coverage()
	best, _ := f.Best()
	worst, _ := f.Worst()
	// 743 h in all: 738:55 known, 730:05 up, 4:50 down unplanned.
	for name, c := range map[string][2]Ratio{
		"raw": {raw, 98_804}, "charter": {charter, 99_342}, "coverage": {coverage, 99_450}, "best": {best, 99_345}, "worst": {worst, 98_793},
	} {
		if c[0] != c[1] {
			t.Errorf("%s is %d, want %d", name, c[0], c[1])
		}
	}
	if day := f.Days[7]; day.Open.All() != 23*time.Hour || day.Open.Down != 3*time.Hour {
		t.Errorf("the short day: %+v", day.Open)
	}
}

// TestPartsOfDowntimeAddUp checks over random histories with random notices that downtime is
// put down once, and that the cases enclose the figure.
func TestPartsOfDowntimeAddUp(t *testing.T) {
	p := november()
	rnd := rand.New(rand.NewPCG(3, 4))
	moment := func() time.Time {
		return p.From.Add(time.Duration(rnd.Int64N(int64(31 * 24 * time.Hour)))).Truncate(time.Millisecond)
	}
	states := []notice.State{notice.Planned, notice.Rescheduled, notice.Extended, notice.Cancelled, notice.Completed}
	for range 400 {
		var gaps []Gap
		var outages []Outage
		var ns []Notice
		for range rnd.IntN(8) {
			a, b, c := moment(), moment(), moment()
			gaps = append(gaps, gapOf(a, a.Add(time.Duration(rnd.Int64N(int64(20*time.Hour))))))
			outages = append(outages, both(b, b.Add(time.Duration(rnd.Int64N(int64(20*time.Hour)))))...)
			seen := c.Add(-time.Duration(rnd.Int64N(int64(8 * 24 * time.Hour))))
			n := works(string(rune('a'+len(ns))), seen.Add(-time.Duration(rnd.Int64N(int64(24*time.Hour)))), seen, notice.Window{Start: c, End: c.Add(time.Duration(1 + rnd.Int64N(int64(10*time.Hour))))})
			n.Revisions[0].Reading.NeedsReview = rnd.IntN(4) == 0
			if rnd.IntN(3) == 0 {
				n = revised(n, seen.Add(time.Hour), seen.Add(2*time.Hour), states[rnd.IntN(len(states))], notice.Window{Start: c, End: c.Add(time.Duration(1 + rnd.Int64N(int64(15*time.Hour))))})
			}
			ns = append(ns, n)
		}
		h := history(moment(), gaps, outages...)
		h.Record = recordOf(ns...)
		f := Account(h, p, Terms{Zone: seoul, Hours: []ServiceHours{{Close: "23:30-00:30", Days: Daily}}})
		for _, tally := range []Tally{f.Open, f.Closed} {
			if tally.Parts.All() != tally.Down || tally.Covered > tally.Unknown {
				t.Fatalf("%+v", tally)
			}
		}
		if f.Open.All()+f.Closed.All()+f.Future != p.To.Sub(p.From) {
			t.Fatalf("%+v", f)
		}
		charter, ok := f.Charter()
		best, bok := f.Best()
		worst, wok := f.Worst()
		if ok && (!bok || !wok || worst > charter || charter > best) {
			t.Fatalf("worst %d charter %d best %d: %+v", worst, charter, best, f.Open)
		}
	}
}

func TestSpanOfLooksCoversTheMonth(t *testing.T) {
	p := november()
	r := recordOf()
	r.Spans = []BoardSpan{
		{Board: "home/board", From: p.From, To: day(15, 0).Add(-10 * time.Minute), Status: scanners.BoardOK},
		{Board: "home/board", From: day(15, 0), To: day(16, 0), Status: scanners.BoardLayout},
	}
	if c, ok := r.BoardCoverage(p, p.To); !ok || c != 46_689 { // 14 days and ten minutes
		t.Errorf("%d %v", c, ok)
	}
}
