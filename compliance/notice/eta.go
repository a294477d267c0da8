package notice

import "time"

// eta finds when recovery is expected. Candidates in order of trust: what a 복구 예정
// caption holds, what a sentence about recovery says, a duration counted from the posting,
// the end of an outage's stated range.
func (v *resolver) eta() {
	kind := v.r.out.Kind
	if kind == Other || kind == Recovery || !v.r.out.ETA.IsZero() {
		return
	}
	var best *segment
	relative := false
	consider := func(s *segment, rel bool, trust int) {
		if best == nil || trust > etaTrust(best, v.w) {
			best, relative = s, rel
		}
	}
	for i := range v.w.entries {
		e := &v.w.entries[i]
		if e.label == labelIgnore || len(e.heads) > 0 {
			continue
		}
		if t := etaTrust(&e.segment, v.w); t > 0 && (e.label == labelETA || e.form == point || e.form == until || e.form == dayOnly || kind == Outage && e.form == closed) {
			consider(&e.segment, false, t)
		}
	}
	for i := range v.w.spans {
		s := &v.w.spans[i].segment
		if t := etaTrust(s, v.w); t > 0 {
			consider(s, true, t)
		}
	}
	if best == nil {
		return
	}
	v.r.span("eta", best.at, best.end)
	if relative {
		if !v.r.instantKnown {
			v.r.problem(ETAUnanchored, best.at, best.end)
			return
		}
		v.r.out.ETA = v.r.in.Posted.In(v.r.zone).Add(time.Duration(best.dur.n) * time.Second)
		return
	}
	v.r.out.ETA = v.etaOf(*best)
}

// etaTrust says how surely a segment is an expected recovery: 0 is not at all.
func etaTrust(s *segment, w *walker) int {
	if s.label == labelETA {
		return 3
	}
	if s.label == labelOccurred && s.form == point {
		return 0
	}
	before, behind := w.before(*s), w.behind(*s)
	recovers := []string{"복구", "정상화", "재개", "해소", "정상 이용", "정상적인 이용", "정상이용", "정상적으로", "조치 완료", "조치완료", "조치를 완료", "해결", "restor", "resolv", "recover", "back online", "available again", "fixed", "back to normal", "operational"}
	expects := []string{"예정", "예상", "목표", "전망", "하겠", "될 것", "계획", "완료하도록", "가능할 것"}
	near := clause(behind, 90)
	if anyOf(near, recovers...) && anyOf(near, expects...) {
		return 2
	}
	if anyOf(before, "expected", "expect", "estimate", "eta", "anticipate", "should be", "we aim", "will be", "aim to", "target") && (anyOf(before, recovers...) || anyOf(behind, recovers...) || anyOf(before, "eta")) {
		return 2
	}
	if anyOf(before, "복구 예정", "복구예정", "정상화 예정", "복구 예상", "복구예상", "정상화 예상", "재개 예정", "복구 목표", "정상화 시점", "복구 시점", "복구 완료 예정", "예상 복구", "예상복구", "복구 시간은", "정상화는", "복구는", "정상화까지", "복구까지", "해결까지", "조치까지") && s.form != closed {
		return 2
	}
	return 0
}

// etaOf resolves an expected recovery: on its own date, else on the last date spoken of or
// the day of posting, and not before the posting.
func (v *resolver) etaOf(s segment) time.Time {
	at := entry{segment: s}
	m := s.a
	if s.form == closed {
		m = s.b
		if !m.hasDate {
			m.date, m.hasDate = s.a.date, s.a.hasDate
			m.wd = s.a.wd
		}
	}
	day, ok := v.posted, v.known
	switch {
	case m.hasDate:
		if day, ok = v.days[s.at]; !ok || s.form == closed {
			day, ok = v.moment(m, 0, false, at)
		}
	case len(v.last) > 0 && (!ok || v.last[len(v.last)-1] > day):
		day, ok = v.last[len(v.last)-1], true
	}
	if !ok {
		v.r.problem(NoDate, s.at, s.end)
		return time.Time{}
	}
	zone := v.r.zone
	if m.hasZone && m.zone.flag&unknownZone == 0 {
		zone = v.r.location(m.zone, day)
	}
	if !m.hasTime {
		v.r.doubt(NoTime, s.at, s.end)
		return instant((day+1)*daySeconds, zone)
	}
	o := options(m.clock, true, noMer)
	if len(o) > 1 && !m.clock.midnight {
		o = options(m.clock, false, noMer)
	}
	if m.clock.midnight {
		o = []option{{sec: daySeconds}}
		v.r.problem(AmbiguousMidnight, s.at, s.end)
	}
	t := instant(day*daySeconds+o[0].sec, zone)
	if c := m.clock; !m.hasDate && v.r.instantKnown && t.Before(v.r.in.Posted) {
		// 2시 of a post at 13:40 is 14:00
		if later := t.Add(12 * time.Hour); c.twelve && c.mer == noMer && c.h <= 12 && !later.Before(v.r.in.Posted) {
			return later
		}
		t = instant((day+1)*daySeconds+o[0].sec, zone)
	}
	return t
}

// loneEnd takes an end without any start for the expected recovery: 점검 종료 예정: 18:00.
func (v *resolver) loneEnd() {
	for _, e := range v.w.entries {
		if e.form == until && e.a.hasTime && e.label != labelIgnore && !e.old {
			v.r.out.ETA = v.etaOf(e.segment)
			v.r.span("eta", e.at, e.end)
			v.r.problem(NoStart, e.at, e.end)
			return
		}
	}
}
