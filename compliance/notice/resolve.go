package notice

import "time"

// window is a window on the wall clock, with where it was read.
type window struct {
	start, stop  int // civil seconds; stop is meaningless when open
	open         bool
	allDay       bool // made of dates alone
	assumed      bool // part of it was assumed
	begins, ends time.Time
	entry
}

// resolver gives dates their years and times their dates, from left to right.
type resolver struct {
	r      *reader
	w      *walker
	posted int  // civil day
	known  bool // posted is known
	last   []int
	month  int // of 11월, when no day was given
	year   int
	prev   *window
	out    []window
	rules  []Rule
	days   map[int]int // what dates were resolved to, by their place: 익일 counts from what stood before it
}

// day resolves a date as written to a civil day. rel is the day that relative forms count
// from when it is known (hasRel).
func (v *resolver) day(d dateForm, wd, rel int, hasRel bool, at entry) (int, bool) {
	flag := func(p Problem) { v.r.problem(p, at.at, at.end) }
	switch d.rel {
	case fromPost:
		if !v.known {
			flag(NoYear)
			return 0, false
		}
		return v.posted + d.n, true
	case fromLast:
		if hasRel {
			return rel + d.n, true
		}
		if len(v.last) > 0 {
			return v.last[len(v.last)-1] + d.n, true
		}
		if !v.known {
			flag(NoYear)
			return 0, false
		}
		return v.posted + d.n, true
	case weekOf, nextOnDay, monthOf, yearOf:
		if !v.known {
			flag(NoYear)
			return 0, false
		}
		return v.counted(d, flag)
	}
	if d.ambiguous {
		if day := civilDay(d.y, d.m, d.d); wd == 0 || weekdayOf(day) != wd-1 {
			if other := civilDay(d.y, d.d, d.m); wd > 0 && weekdayOf(other) == wd-1 {
				return other, true
			}
			flag(AmbiguousDate)
		}
	}
	if d.y > 0 {
		if !validDate(d.y, d.m, d.d) {
			flag(InvalidDate)
			return 0, false
		}
		return civilDay(d.y, d.m, d.d), true
	}
	if d.m > 0 {
		return v.yearless(d, wd, rel, hasRel, flag)
	}
	return v.monthless(d, wd, rel, hasRel, flag)
}

// counted resolves weeks, months and years counted from the posting. Weeks begin on Monday.
func (v *resolver) counted(d dateForm, flag func(Problem)) (int, bool) {
	y, m, _ := civilDate(v.posted)
	switch d.rel {
	case weekOf:
		monday := v.posted - (weekdayOf(v.posted)+6)%7
		return monday + 7*d.n + (d.wd+5)%7, true
	case nextOnDay:
		return v.posted + ((d.wd-1-weekdayOf(v.posted))%7+7)%7, true
	case yearOf:
		if !validDate(y+d.n, d.m, d.d) {
			flag(InvalidDate)
			return 0, false
		}
		return civilDay(y+d.n, d.m, d.d), true
	}
	m += d.n
	for m > 12 {
		y, m = y+1, m-12
	}
	for m < 1 {
		y, m = y-1, m+12
	}
	if !validDate(y, m, d.d) {
		flag(InvalidDate)
		return 0, false
	}
	return civilDay(y, m, d.d), true
}

// How far from the posting a date may lie for a weekday to choose its year, in days.
const (
	pastReach   = 190
	futureReach = 300
)

// yearless finds the year of 11월 28일: the nearest date at or after the reference. A date
// shortly before the posting is more likely past than a year away, so past days count three
// times. The weekday decides between the nearest past and the nearest future date when both
// are near enough; it never reaches further, for then it is a checksum that fails.
func (v *resolver) yearless(d dateForm, wd, rel int, hasRel bool, flag func(Problem)) (int, bool) {
	ref, ok := rel, hasRel
	if !ok && len(v.last) > 0 {
		ref, ok = v.last[len(v.last)-1], true
	}
	if !ok && v.known {
		ref, ok = v.posted, true
	}
	if !ok {
		if v.year == 0 {
			flag(NoYear)
			return 0, false
		}
		ref = civilDay(v.year, 1, 1)
	}
	y, _, _ := civilDate(ref)
	var near []int
	for _, c := range []int{y - 1, y, y + 1} {
		if validDate(c, d.m, d.d) {
			near = append(near, civilDay(c, d.m, d.d))
		}
	}
	if len(near) == 0 {
		flag(InvalidDate)
		return 0, false
	}
	past := 3
	if hasRel { // the end of a range lies after its start, unless that makes it a year long
		past = 1000
		for _, c := range near {
			if c < ref && ref-c < 60 {
				return c, true
			}
		}
	}
	return choose(near, ref, wd, past, pastReach, futureReach), true
}

// monthless finds the month of 28일.
func (v *resolver) monthless(d dateForm, wd, rel int, hasRel bool, flag func(Problem)) (int, bool) {
	ref, ok, past := rel, hasRel, 1000
	if !ok && v.month > 0 {
		y := v.year
		if y == 0 {
			return v.yearless(dateForm{m: v.month, d: d.d}, wd, rel, hasRel, flag)
		}
		if !validDate(y, v.month, d.d) {
			flag(InvalidDate)
			return 0, false
		}
		return civilDay(y, v.month, d.d), true
	}
	if !ok && len(v.last) > 0 {
		ref, ok, past = v.last[len(v.last)-1], true, 3
	}
	if !ok && v.known {
		ref, ok, past = v.posted, true, 3
	}
	if !ok {
		flag(NoYear)
		return 0, false
	}
	y, m, _ := civilDate(ref)
	var near []int
	for n := -1; n <= 2; n++ {
		cy, cm := y, m+n
		if cm < 1 {
			cy, cm = cy-1, cm+12
		}
		if cm > 12 {
			cy, cm = cy+1, cm-12
		}
		if validDate(cy, cm, d.d) {
			near = append(near, civilDay(cy, cm, d.d))
		}
	}
	if len(near) == 0 {
		flag(InvalidDate)
		return 0, false
	}
	return choose(near, ref, wd, past, 12, 31), true
}

// choose picks the candidate with the least distance from ref, past days counting factor
// times; a weekday overrules it only for the other nearest neighbour within reach.
func choose(near []int, ref, wd, factor, pastReach, futureReach int) int {
	cost := func(c int) int {
		if c < ref {
			return (ref - c) * factor
		}
		return c - ref
	}
	best := near[0]
	for _, c := range near {
		if cost(c) < cost(best) {
			best = c
		}
	}
	if wd == 0 || weekdayOf(best) == wd-1 {
		return best
	}
	for _, c := range near {
		if c != best && weekdayOf(c) == wd-1 && (c < ref && best >= ref && ref-c <= pastReach && factor < 1000 || c >= ref && best < ref && c-ref <= futureReach) {
			return c
		}
	}
	return best
}

// moment resolves the date of a moment and checks its weekday and its second date.
func (v *resolver) moment(m moment, rel int, hasRel bool, at entry) (int, bool) {
	day, ok := v.day(m.date, m.wd, rel, hasRel, at)
	if !ok {
		return 0, false
	}
	if m.date.rel == written && m.date.y == 0 && m.date.m == 0 && hasRel && day < rel {
		return day, true
	}
	v.weekday(m.wd, day, at)
	if m.hasAlt {
		base, has := rel, hasRel
		if !has && m.alt.rel == fromLast && len(v.last) == 0 {
			return day, true
		}
		if other, ok := v.day(m.alt, 0, base, has, at); ok && other != day && m.alt.rel != nextOnDay && m.alt.rel != weekOf {
			v.r.problem(DateMismatch, at.at, at.end)
		}
	}
	return day, true
}

func (v *resolver) weekday(wd, day int, at entry) {
	if wd > 0 && weekdayOf(day) != wd-1 {
		v.r.problem(WeekdayMismatch, at.at, at.end)
	}
}

// option is one reading of a clock: seconds after midnight, and whether another reading was
// as good in words.
type option struct {
	sec       int
	ambiguous bool
	rank      int
}

// unlikely ranks a reading behind every other, however short the window that it makes.
const unlikely = 8

// options lists what a clock can mean. asEnd says that it ends a window; heir is the
// meridiem that it inherits from the left.
func options(c clock, asEnd bool, heir meridiem) []option {
	base := c.h*3600 + c.m*60 + c.s
	half := 12 * 3600
	switch {
	case c.noon:
		return []option{{sec: half}}
	case c.midnight:
		return []option{{sec: 0, ambiguous: true}, {sec: daySeconds, ambiguous: true}}
	case c.h > 12 || c.h == 0 && c.mer != korPM:
		return []option{{sec: base}}
	}
	switch c.mer {
	case korAM:
		if c.h == 12 {
			if c.m > 0 {
				return []option{{sec: base - half}}
			}
			return []option{{sec: 0, ambiguous: true}, {sec: half, ambiguous: true, rank: 1}, {sec: daySeconds, ambiguous: true, rank: 1}}
		}
	case engAM:
		if c.h == 12 {
			return []option{{sec: base - half}}
		}
	case korPM, engPM, noonish, evening, night:
		return afternoon(c, base, asEnd)
	case dawn:
		if c.h == 12 {
			return []option{{sec: base - half}}
		}
	case noMer:
		if heir != noMer && c.h >= 1 {
			return inherited(base)
		}
	}
	return []option{{sec: base}}
}

func afternoon(c clock, base int, asEnd bool) []option {
	half := 12 * 3600
	switch {
	case c.h == 12 && c.m == 0 && c.mer == night: // 4일 밤 12시 may be either end of the 4th
		return []option{{sec: daySeconds, ambiguous: true}, {sec: 0, ambiguous: true, rank: unlikely}}
	case c.h == 12 && (c.mer == night || c.mer == evening):
		return []option{{sec: base + half}}
	case c.h == 12 && c.mer == korPM && c.m == 0 && asEnd:
		return []option{{sec: daySeconds, ambiguous: true}, {sec: half, ambiguous: true, rank: 1}}
	case c.h == 12:
		return []option{{sec: base}}
	case c.mer == noonish && c.h >= 10, c.mer == night && c.h < 6:
		return []option{{sec: base}}
	}
	return []option{{sec: base + half}}
}

// inherited reads a number without a meridiem after one that had it: 오전 7시~9시. Which half
// of the day it is, is settled by taking the shortest window.
func inherited(base int) []option {
	return []option{{sec: base}, {sec: base + 12*3600}}
}
