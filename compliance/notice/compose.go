package notice

import (
	"slices"
	"time"
)

// maxWindows bounds what one notice may announce.
const (
	maxWindows  = 200
	maxExpanded = 31 // days that a range with times of each day is spelled out for
	maxSpans    = 400
)

// resolve turns the walker's entries into windows and rules.
func (v *resolver) resolve() {
	v.learn()
	entries := shareZones(v.joinLabels(v.w.entries))
	for i := 0; i < len(entries); i++ {
		if len(v.out) >= maxWindows {
			v.r.problem(TooMany, entries[i].at, entries[i].end)
			return
		}
		e := entries[i]
		if e.label == labelIgnore || e.label == labelETA || e.label == labelOccurred || e.label == labelDone {
			continue // see eta.go
		}
		v.entry(e, i, entries)
	}
	v.captionedDuration()
}

// learn takes year and month from dates that are only these: 2026년 11월 정기점검.
func (v *resolver) learn() {
	for _, it := range v.w.items {
		if it.kind != kDate || it.date.rel != written || !it.date.month {
			continue
		}
		if v.month == 0 {
			v.month, v.year = it.date.m, it.date.y
		}
	}
}

// joinLabels joins 시작일시: A and 종료일시: B.
func (v *resolver) joinLabels(in []entry) []entry {
	var out []entry
	for _, e := range in {
		n := len(out)
		single := e.form == point || e.form == dayOnly || e.form == until || e.form == openEnded && !e.said
		if e.label == labelEnd && single && n > 0 && (out[n-1].form == point || out[n-1].form == openEnded || out[n-1].form == dayOnly) && (out[n-1].label == labelStart || out[n-1].label == labelWork) && len(out[n-1].heads) == 0 {
			out[n-1].b = e.a
			out[n-1].form = closed
			if !e.a.hasTime {
				out[n-1].form = dates
			}
			out[n-1].label = labelWork
			out[n-1].end = e.end
			out[n-1].to = e.to
			if e.hasDur {
				out[n-1].dur, out[n-1].hasDur = e.dur, true
			}
			continue
		}
		out = append(out, e)
	}
	return out
}

func (v *resolver) entry(e entry, i int, all []entry) {
	if len(e.heads) > 0 {
		v.rule(e)
		return
	}
	if e.shift {
		return
	}
	switch e.form {
	case dayOnly:
		v.dayOnly(e)
	case dates:
		v.dates(e, i, all)
	case closed:
		v.closed(e)
	case openEnded, point:
		v.open(e)
	case lasting:
		v.lasting(e)
	case until:
		v.until(e)
	}
}

// starts finds the days that a segment begins on: its own, or those last spoken of.
func (v *resolver) starts(e entry) ([]int, bool) {
	if e.a.hasDate {
		day, ok := v.moment(e.a, 0, false, e)
		if !ok {
			return nil, false
		}
		v.days[e.at] = day
		days := []int{day}
		if e.listed && v.dangling() { // 11.28, 11.29 02:00 ~ 04:00
			days = append(slices.Clone(v.last), day)
		}
		v.last = days[len(days)-1:]
		if len(days) > 1 {
			v.last = days
		}
		return days, true
	}
	if len(v.last) > 0 {
		return v.last, true
	}
	if e.b.hasDate && e.b.date.rel != fromLast && e.form == closed {
		return nil, true
	}
	if !v.known {
		v.r.problem(NoYear, e.at, e.end)
		return nil, false
	}
	if day, ok := v.dateBehind(e); ok {
		return []int{day}, true
	}
	if v.r.out.Kind == Maintenance { // outages are of the day that they are reported on
		v.r.problem(NoDate, e.at, e.end)
	}
	return []int{v.posted}, true
}

// dateBehind finds the date that follows its time on the same line: 22:00 ~ 24:00 (11월 28일).
func (v *resolver) dateBehind(e entry) (int, bool) {
	for _, o := range v.w.entries {
		if o.at > e.end && o.line == e.line && o.form == dayOnly && o.label == e.label && o.a.date.rel == written {
			return v.moment(o.a, 0, false, o)
		}
	}
	return 0, false
}

// dangling says whether the last entries were dates that still wait for their times.
func (v *resolver) dangling() bool {
	n := len(v.out)
	return n > 0 && v.out[n-1].allDay && v.out[n-1].form == dayOnly && !v.out[n-1].a.allDay
}

// takeDangling removes the whole days that a time has now been found for.
func (v *resolver) takeDangling() {
	for v.dangling() {
		v.out = v.out[:len(v.out)-1]
	}
}

func (v *resolver) closed(e entry) {
	days, ok := v.starts(e)
	if !ok {
		return
	}
	if len(days) == 0 { // 22:00 ~ 11월 29일 02:00, or "10 pm to 2 am on 29 November"
		v.endDated(e)
		return
	}
	if v.dangling() || len(days) > 1 && !e.a.hasDate {
		v.takeDangling()
	}
	if e.a.allDay && e.b.hasTime && !e.a.hasTime {
		e.a.hasTime = true
	}
	for _, day := range days {
		v.pairOn(e, day, len(days) > 1)
	}
}

// pairOn adds the window of a closed segment that begins on a day.
func (v *resolver) pairOn(e entry, day int, several bool) {
	endDay, dated := day, e.b.hasDate
	if dated {
		d, ok := v.moment(e.b, day, true, e)
		if !ok {
			return
		}
		endDay = d
		if several && e.b.date.rel != fromLast && e.b.date.rel != fromPost {
			several = false
		}
		if e.b.date.rel == fromPost && e.b.date.n == 1 { // 28일 22시 ~ 내일 02시: of the 28th
			endDay = day + 1
		}
	}
	e.segment = v.meridiemOf(e.segment, day)
	p, ok := v.pair(e.segment, day, endDay, dated)
	if !ok && dated && e.b.date.rel == written && e.b.date.y == 0 && e.a.hasDate && e.a.date.y > 0 {
		ok = false
	}
	if !ok {
		v.r.problem(EndBeforeStart, e.at, e.end)
		return
	}
	v.doubts(e, p, day)
	if v.behindPrevious(e, p) { // 23:00 ~ 01:00, 02:00 ~ 03:00: the list goes on after midnight
		p.start, p.end = p.start+daySeconds, p.end+daySeconds
	}
	if !dated {
		v.weekdayAfter(e, p)
	}
	v.add(window{start: p.start, stop: p.end, entry: e})
	if dated && e.b.date.rel != fromPost && !several {
		v.last = []int{endDay}
	}
}

// meridiemOf lets a list inherit: 오후 2~4시, 6~8시.
func (v *resolver) meridiemOf(s segment, day int) segment {
	if !s.listed || s.a.hasDate || s.a.clock.mer != noMer || !s.a.clock.twelve || v.prev == nil || v.prev.open {
		return s
	}
	mer := v.prev.b.clock.mer
	if mer == noMer {
		mer = v.prev.a.clock.mer
	}
	if (mer == korPM || mer == engPM) && day*daySeconds+s.a.clock.h*3600 < v.prev.stop {
		s.a.clock.mer = mer
	}
	return s
}

// weekdayAfter checks "~ 02:00(일)": the weekday of the day that the end falls on.
func (v *resolver) weekdayAfter(e entry, p pairing) {
	if e.b.wd == 0 || e.b.hasDate {
		return
	}
	v.weekday(e.b.wd, floorDay(p.end-1), e)
}

// doubts notes what remains uncertain about a pairing.
func (v *resolver) doubts(e entry, p pairing, day int) {
	if p.ambiguous {
		v.r.problem(AmbiguousMidnight, e.at, e.end)
	}
	a, b := e.a.clock, e.b.clock
	if !e.b.hasDate && p.rolled && p.end-p.start > 12*3600 && a.twelve && b.twelve && a.mer == noMer && b.mer == noMer && a.h <= 12 && b.h <= 12 && !(e.hasDur && agrees(e.dur, p.end-p.start)) {
		v.r.problem(AmbiguousTime, e.at, e.end)
	}
	if v.behindPrevious(e, p) {
		v.r.problem(AmbiguousDate, e.at, e.end)
	}
	if e.hasDur && !agrees(e.dur, p.end-p.start) && !(e.partial && e.dur.n < p.end-p.start) && !agrees(e.dur, v.total()+p.end-p.start) {
		v.r.problem(DurationMismatch, e.dur.from, e.dur.to)
	}
}

// leadingDuration ends "down for 3 hours starting at 10 pm".
func (v *resolver) leadingDuration() {
	for i := range v.out {
		w := &v.out[i]
		if !w.open || w.said || w.old {
			continue
		}
		for _, h := range v.w.spans {
			if h.label != labelDuration && h.end <= w.at && w.at-h.end < 40 && h.sentence[0] == w.sentence[0] && h.line == w.line && h.dur.n > 0 && !h.dropped(v.w) {
				w.open, w.stop = false, w.start+h.dur.n
				w.ends = w.begins.Add(time.Duration(h.dur.n) * time.Second)
			}
		}
	}
}

// dropped says whether the duration is a distance in time: two hours before, 30분 전.
func (h hint) dropped(w *walker) bool {
	after := w.after(h.from)
	return has(after, "전") || has(after, "before") || has(after, "after") || has(after, "후") || has(after, "이내") || has(after, "prior") || has(after, "in advance")
}

// behindPrevious says whether a time in a list lies before the one that it follows.
func (v *resolver) behindPrevious(e entry, p pairing) bool {
	return v.prev != nil && e.listed && !e.a.hasDate && !v.prev.open && p.start < v.prev.start && len(v.last) == 1
}

// endDated resolves a range of which only the end has a date.
func (v *resolver) endDated(e entry) {
	day, ok := v.moment(e.b, 0, false, e)
	if !ok {
		return
	}
	english := e.b.from < e.b.to && v.w.kind(e.b.from) == kTime // 10 pm to 2 am on 29 November
	start := day
	s := e.segment
	p, ok := v.pair(s, start, day, english)
	if !english {
		// 금일 is unsaid: the start is on the day of posting, or on the day of the end.
		if v.known && v.posted < day && day-v.posted <= 1 {
			start = v.posted
		}
		p, ok = v.pair(s, start, day, true)
		if !ok {
			p, ok = v.pair(s, day-1, day, true)
		}
	} else if !ok {
		if p, ok = v.pair(s, day, day, false); ok {
			v.r.problem(AmbiguousDate, e.at, e.end)
		}
	}
	if !ok {
		v.r.problem(EndBeforeStart, e.at, e.end)
		return
	}
	v.doubts(e, p, day)
	v.last = []int{day}
	v.add(window{start: p.start, stop: p.end, entry: e})
}

func (v *resolver) open(e entry) {
	if !e.a.hasTime {
		if e.a.hasDate {
			v.dayOnly(e)
		}
		return
	}
	days, ok := v.starts(e)
	if !ok || len(days) == 0 {
		return
	}
	v.takeDangling()
	e.segment = v.meridiemOf(e.segment, days[0])
	for _, day := range days {
		o := options(e.a.clock, false, noMer)
		if len(o) > 1 {
			v.r.problem(AmbiguousMidnight, e.at, e.end)
		}
		v.add(window{start: day*daySeconds + o[0].sec, open: true, entry: e})
	}
}

func (v *resolver) lasting(e entry) {
	days, ok := v.starts(e)
	if !ok || len(days) == 0 {
		return
	}
	v.takeDangling()
	for _, day := range days {
		o := options(e.a.clock, false, noMer)
		if e.a.allDay {
			o = []option{{}}
		}
		if len(o) > 1 {
			v.r.problem(AmbiguousMidnight, e.at, e.end)
		}
		start := day*daySeconds + o[0].sec
		if e.dur.n <= 0 {
			continue
		}
		v.add(window{start: start, stop: start + e.dur.n, entry: e})
	}
}

// until keeps a lone end for eta.go; with a date that was only named before, "11월 28일 06:00까지"
// has no start.
func (v *resolver) until(e entry) {
	if e.a.hasDate {
		if day, ok := v.moment(e.a, 0, false, e); ok && e.a.hasTime {
			v.last, v.days[e.at] = []int{day}, day
		}
	}
}

func (v *resolver) dayOnly(e entry) {
	day, ok := v.moment(e.a, 0, false, e)
	if !ok {
		return
	}
	if e.listed && v.dangling() {
		v.last = append(slices.Clone(v.last), day)
	} else {
		v.last = []int{day}
	}
	v.add(window{start: day * daySeconds, stop: (day + 1) * daySeconds, allDay: true, assumed: !e.a.allDay, entry: e})
}

// dates resolves a range of days: whole days, unless times of each day follow.
func (v *resolver) dates(e entry, i int, all []entry) {
	from, ok := v.moment(e.a, 0, false, e)
	if !ok {
		return
	}
	to, ok := v.moment(e.b, from, true, e)
	if !ok {
		return
	}
	if e.a.date.y == 0 && e.b.date.y > 0 && e.a.date.rel == written { // Nov 28 - Dec 1, 2026
		y, m, d := e.b.date.y, e.a.date.m, e.a.date.d
		if m > e.b.date.m {
			y--
		}
		if m > 0 && validDate(y, m, d) {
			from, to = civilDay(y, m, d), civilDay(e.b.date.y, e.b.date.m, e.b.date.d)
		}
	}
	if to < from {
		v.r.problem(EndBeforeStart, e.at, e.end)
		return
	}
	if i+1 < len(all) && v.timesOfEachDay(all[i+1], e, from, to) {
		return
	}
	v.last = []int{from}
	v.add(window{start: from * daySeconds, stop: (to + 1) * daySeconds, allDay: true, entry: e})
}

// timesOfEachDay lets the times after a range of days hold on each of them, or through them.
func (v *resolver) timesOfEachDay(next, e entry, from, to int) bool {
	if next.form != closed || next.a.hasDate || next.b.hasDate && next.b.date.rel != fromLast || next.line > e.line+2 || len(next.heads) > 0 || next.label == labelIgnore {
		return false
	}
	v.last = v.last[:0]
	first, ok := v.pair(next.segment, from, from, false)
	if !ok {
		return false
	}
	through := to == from+1 && first.rolled && !next.each // 11.28 ~ 11.29, 22:00 ~ 02:00
	switch {
	case through:
		v.last = []int{from}
	case to-from >= maxExpanded:
		r := Rule{Freq: "daily", From: minuteOf(first.start), To: minuteOf(first.end), Since: v.midnight(from), Until: v.midnight(to + 1)}
		v.rules = append(v.rules, r)
		v.last = []int{from}
		return true
	default:
		for d := from; d <= to; d++ {
			v.last = append(v.last, d)
		}
		if !next.each && next.line == e.line {
			v.r.problem(AmbiguousRange, e.at, next.end)
		}
	}
	return true
}

func minuteOf(second int) int { return (second - floorDay(second)*daySeconds) / 60 }

func (v *resolver) midnight(day int) time.Time { return instant(day*daySeconds, v.r.zone) }
