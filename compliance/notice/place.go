package notice

import "time"

// add places a window in its zone.
func (v *resolver) add(w window) {
	zone := v.r.zone
	it, ok := w.b.zone, w.b.hasZone
	if !ok {
		it, ok = w.a.zone, w.a.hasZone
	}
	if !ok {
		it, ok = v.zoneBehind(w)
	}
	if !ok && v.w.zone != nil {
		it, ok = *v.w.zone, true
	}
	if ok {
		if it.flag&unknownZone != 0 {
			v.r.problem(ZoneUnknown, it.from, it.to)
		}
		if it.flag&unknownZone == 0 || it.n != 0 {
			zone = v.r.location(it, floorDay(w.start))
		}
	}
	w.begins = instant(w.start, zone)
	if !w.open {
		w.ends = instant(w.stop, zone)
	}
	v.out = append(v.out, w)
	if !w.allDay {
		v.prev = &v.out[len(v.out)-1]
	}
}

// zoneAhead keeps the zone at item i for the times that follow it on its line, if it leads
// them: "KST 10:00 ~ 14:00 / UTC 01:00 ~ 05:00" and the like have one for each.
func (w *walker) zoneAhead(i int) {
	n := len(w.entries)
	j := i - 1
	for w.kind(j) == kOpenParen || w.kind(j) == kWord {
		j--
	}
	if n == 0 || w.entries[n-1].line != w.line || j >= w.entries[n-1].to && (w.kind(j) == kSep || w.kind(j) == kBreak || w.kind(j) == kTab) {
		w.lead, w.leadLine = &w.items[i], w.line
	}
}

// zoneBehind finds "(CEST)" after the window.
func (v *resolver) zoneBehind(w window) (item, bool) {
	for j := w.entry.to; j < w.entry.to+3; j++ {
		switch v.w.kind(j) {
		case kZone:
			return v.w.item(j), true
		case kOpenParen, kCloseParen, kUntil, kSep:
		default:
			return item{}, false
		}
	}
	return item{}, false
}

// shareZones lets the zone at the end of a list hold for all of it: 01:00-03:00 and
// 05:00-06:00 (UTC).
func shareZones(in []entry) []entry {
	for i := len(in) - 2; i >= 0; i-- {
		next := in[i+1]
		if !next.listed || in[i].a.hasZone || in[i].b.hasZone || !next.b.hasZone && !next.a.hasZone {
			continue
		}
		in[i].b.hasZone = true
		if in[i].b.zone = next.b.zone; !next.b.hasZone {
			in[i].b.zone = next.a.zone
		}
	}
	return in
}

// rule turns times of day under recurring heads into rules.
func (v *resolver) rule(e entry) {
	s := e.segment
	var from, to int
	switch s.form {
	case closed:
		p, ok := v.pair(s, 0, 0, false)
		if !ok {
			return
		}
		v.doubts(e, p, 0)
		from, to = p.start, p.end
	case lasting:
		from = options(s.a.clock, false, noMer)[0].sec
		to = from + s.dur.n
	default:
		return
	}
	for _, h := range e.heads {
		for _, r := range h.rules(from/60%1440, to/60%1440) {
			if e.since != nil {
				if d, ok := v.moment(e.since.a, 0, false, e); ok {
					r.Since = v.midnight(d)
				}
			}
			if e.limit != nil {
				if d, ok := v.moment(e.limit.a, 0, false, e); ok {
					r.Until = v.midnight(d + 1)
				}
			}
			r.Zone = v.ruleZone(s)
			v.rules = append(v.rules, r)
		}
	}
	v.r.span("rule", v.w.items[e.heads[0].from].from, v.w.items[e.heads[0].to-1].to)
	v.r.span("rule", e.at, e.end)
}

// ruleZone names the zone of a rule that has one of its own.
func (v *resolver) ruleZone(s segment) string {
	it, ok := s.b.zone, s.b.hasZone
	if !ok {
		it, ok = s.a.zone, s.a.hasZone
	}
	if !ok {
		it, ok = v.zoneBehind(window{entry: entry{segment: s}})
	}
	if !ok {
		return ""
	}
	if it.flag&unknownZone != 0 {
		v.r.problem(ZoneUnknown, it.from, it.to)
	}
	day := v.posted
	_, off := instant(day*daySeconds, v.r.location(it, day)).Zone()
	if _, own := instant(day*daySeconds, v.r.zone).Zone(); own == off {
		return ""
	}
	return instant(0, time.FixedZone("", off)).Format("-07:00")
}
