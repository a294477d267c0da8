package notice

// pairing is one reading of a window's two clocks.
type pairing struct {
	start, end int
	ambiguous  bool // depends on which midnight was meant
	rolled     bool // the end was moved to the next day
	rank       int
}

// pair finds the window that two clocks mean. day is the start's; endDay is the end's when
// dated says that it was written.
func (v *resolver) pair(s segment, day, endDay int, dated bool) (pairing, bool) {
	starts := options(s.a.clock, false, startHeir(s))
	heir := noMer
	if !dated || endDay == day {
		heir = s.a.clock.mer
		if !s.b.clock.twelve {
			heir = pmOnly(s)
		}
	}
	ends := options(s.b.clock, true, heir)
	if s.b.allDay || !s.b.hasTime {
		ends = []option{{sec: daySeconds}}
	}
	var all []pairing
	for _, a := range starts {
		for _, b := range ends {
			p := pairing{start: day*daySeconds + a.sec, ambiguous: a.ambiguous || b.ambiguous, rank: a.rank + b.rank}
			if dated {
				p.end = endDay*daySeconds + b.sec
			} else {
				p.end = day*daySeconds + b.sec
				for n := 0; p.end <= p.start && n < 2; n++ {
					p.end += daySeconds
					p.rolled = true
				}
			}
			if p.end > p.start {
				all = append(all, p)
			}
		}
	}
	if len(all) == 0 {
		return pairing{}, false
	}
	return v.prefer(s, all), true
}

// startHeir lets an English start inherit the end's meridiem: 10 - 11 pm.
func startHeir(s segment) meridiem {
	if s.a.clock.mer == noMer && s.a.clock.twelve && (s.b.clock.mer == engAM || s.b.clock.mer == engPM) {
		return s.b.clock.mer
	}
	return noMer
}

// pmOnly is the meridiem that "오후 3시 ~ 06:00" inherits: the 06:00 of a written 24-hour
// clock is taken literally after a morning that it does not precede, but after an afternoon
// it may be 18:00, and in "오전 10:00 ~ 02:00" it is 14:00.
func pmOnly(s segment) meridiem {
	a, b := s.a.clock, s.b.clock
	if (a.mer == korAM || a.mer == engAM) && b.mer == noMer && a.h < 12 && b.h > 0 && b.h < a.h {
		return a.mer
	}
	if s.a.clock.mer == korPM || s.a.clock.mer == engPM {
		return s.a.clock.mer
	}
	return noMer
}

// prefer picks among the readings: the one that the stated duration proves, else one that
// needs no roll to the next day, else the shortest. What is left over decides whether a
// midnight stays ambiguous.
func (v *resolver) prefer(s segment, all []pairing) pairing {
	if s.hasDur && !s.partial {
		var proven []pairing
		for _, p := range all {
			if agrees(s.dur, p.end-p.start) {
				proven = append(proven, p)
			}
		}
		if len(proven) > 0 {
			all = proven
		}
	}
	best := all[0]
	for _, p := range all[1:] {
		if better(p, best) {
			best = p
		}
	}
	if !best.ambiguous {
		return best
	}
	best.ambiguous = false
	for _, p := range all {
		if (p.start != best.start || p.end != best.end) && p.ambiguous && (!p.rolled || best.rolled || p.end-p.start <= best.end-best.start) {
			best.ambiguous = true
		}
	}
	return best
}

func better(a, b pairing) bool {
	switch {
	case a.rank != b.rank && (a.rolled == b.rolled || max(a.rank, b.rank) >= unlikely):
		return a.rank < b.rank
	case a.rolled != b.rolled && a.ambiguous:
		return !a.rolled
	case a.end-a.start != b.end-b.start:
		return a.end-a.start < b.end-b.start
	}
	return a.start < b.start
}

// agrees says whether a stated duration is the window's. About is within 15 minutes or 15 %;
// otherwise 5 minutes are left for "23:55 ~ 04:00, 4 hours".
func agrees(dur item, length int) bool {
	slack := 5 * 60
	if dur.flag&approx != 0 {
		slack = max(15*60, length*15/100)
	}
	return length >= dur.lo-slack && length <= dur.n+slack
}
