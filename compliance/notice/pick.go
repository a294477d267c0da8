package notice

import (
	"slices"
	"time"
)

// rank says how well a window is witnessed: a captioned stop beats captioned work beats prose.
func (w window) rank() int {
	switch w.label {
	case labelStop:
		return 3
	case labelWork, labelStart, labelEnd, labelDuration:
		return 2
	}
	return 1
}

func (w window) inTitle(r *reader) bool { return w.at < r.text.title }

// picker chooses among the windows that were read.
type picker struct {
	r       *reader
	v       *resolver
	dropped [][2]int // bytes of segments that turned out not to matter
}

func (p *picker) drop(w window) { p.dropped = append(p.dropped, [2]int{w.at, w.end}) }

// pick splits the windows into those that hold and those that no longer do.
func (p *picker) pick() (hold, replaced []window) {
	all := p.v.out
	if p.r.out.State == Extended { // a lone time is an end that moved: see extend
		all = slices.DeleteFunc(slices.Clone(all), func(w window) bool {
			lone := w.form == point && !w.a.hasDate
			if lone {
				p.drop(w)
			}
			return lone
		})
	}
	if p.r.out.State == Rescheduled || p.r.out.State == Extended {
		all = p.markWas(all)
	}
	for _, w := range all {
		if w.old {
			replaced = append(replaced, w)
		} else {
			hold = append(hold, w)
		}
	}
	if p.r.out.State == Cancelled && len(hold) == 0 {
		hold, replaced = replaced, nil
	}
	if len(hold) > 0 { // "22:00 → 23:00 ~ 24:00": only a time moved
		replaced = slices.DeleteFunc(replaced, func(w window) bool {
			lone := w.form == point && !w.a.hasDate
			if lone {
				p.drop(w)
			}
			return lone
		})
	}
	hold = p.byRank(hold)
	hold = p.withoutTitle(hold, replaced)
	hold = p.withoutVague(hold)
	hold, replaced = p.unique(hold), p.unique(p.withoutVague(replaced))
	if p.r.out.State == Extended {
		hold, replaced = p.extend(hold, replaced)
	}
	return hold, replaced
}

func (w window) same(o window) bool {
	return w.begins.Equal(o.begins) && w.open == o.open && (w.open || w.ends.Equal(o.ends))
}

func (w window) overlaps(o window) bool {
	return (o.open || w.begins.Before(o.ends)) && (w.open || o.begins.Before(w.ends))
}

func (w window) within(o window) bool {
	return !w.open && !o.open && !w.begins.Before(o.begins) && !w.ends.After(o.ends)
}

// markWas makes the windows that "were planned" old, if others follow them; of a window
// before and one marked as new, the first is old as well.
func (p *picker) markWas(all []window) []window {
	last := -1
	for i, w := range all {
		if !w.was && !w.old && !(w.allDay && w.assumed) {
			last = i
		}
	}
	anyOld, fresh := false, false
	for i := range all {
		if all[i].was && (last > i || last < 0 && p.r.out.State == Rescheduled) {
			all[i].old, all[i].new = true, false
		}
		anyOld = anyOld || all[i].old
		fresh = fresh || all[i].new
	}
	if !anyOld && fresh {
		for i := range all {
			if !all[i].new && !(all[i].allDay && all[i].assumed) {
				all[i].old = true
			}
			if all[i].new {
				break
			}
		}
	}
	return all
}

// byRank drops windows of work where stops are captioned, and asides in prose where
// anything is.
func (p *picker) byRank(in []window) []window {
	best := 0
	for _, w := range in {
		if !w.inTitle(p.r) && !(w.allDay && w.assumed) {
			best = max(best, w.rank())
		}
	}
	if best < 2 {
		return in
	}
	var out []window
	for _, w := range in {
		rank := w.rank()
		switch {
		case w.inTitle(p.r), rank == best, w.new:
			out = append(out, w)
		case best == 3 && rank == 2:
			p.drop(w)
		case p.aside(w, in):
			p.drop(w)
		default:
			out = append(out, w)
		}
	}
	return out
}

// aside says whether a window in prose only illustrates captioned ones: it lies within one,
// or nothing beside it speaks of a stop.
func (p *picker) aside(w window, all []window) bool {
	for _, o := range all {
		if o.rank() > w.rank() && (w.within(o) || w.open && w.overlaps(o) || w.allDay && w.overlaps(o)) {
			return true
		}
	}
	if w.allDay && w.assumed || w.open && !w.said {
		return true
	}
	return !anyOf(p.around(w), "중단", "중지", "점검", "불가", "작업", "정비", "제한", "maintenance", "unavailable", "downtime", "차")
}

func (p *picker) around(w window) string {
	s := p.r.text.s
	from := max(w.sentence[0], w.at-200)
	to := min(w.sentence[1], w.end+200)
	if from >= to || to > len(s) {
		return ""
	}
	return s[from:to]
}

// withoutTitle merges the title's windows into the body's: the body is more precise. Where
// they contradict each other a person must look.
func (p *picker) withoutTitle(in, replaced []window) []window {
	body := slices.ContainsFunc(in, func(w window) bool { return !w.inTitle(p.r) })
	if !body {
		return in
	}
	var out []window
	for _, w := range in {
		if !w.inTitle(p.r) {
			out = append(out, w)
			continue
		}
		if !w.a.hasDate {
			p.drop(w) // its date was only assumed
		}
		if !p.told(w) && !slices.ContainsFunc(replaced, func(o window) bool { return w.overlaps(o) }) && !(w.allDay && w.assumed && p.v.known && floorDay(w.start) == p.v.posted) && len(p.v.rules) == 0 {
			p.r.problem(ConflictingWindows, w.at, w.end)
		}
	}
	return out
}

// told says whether a window of the body tells the title's window more precisely, or as well.
// What byRank dropped counts too.
func (p *picker) told(title window) bool {
	for _, w := range p.v.out {
		if w.inTitle(p.r) || !w.overlaps(title) {
			continue
		}
		if title.allDay || title.open || w.same(title) || w.allDay && w.assumed {
			return true
		}
	}
	return false
}

// withoutVague drops whole days where times of these days are known, and open windows whose
// end is known.
func (p *picker) withoutVague(in []window) []window {
	timed := slices.ContainsFunc(in, func(w window) bool { return !w.allDay })
	certain := slices.ContainsFunc(in, func(w window) bool { return !(w.allDay && w.assumed) })
	saidOpen := slices.ContainsFunc(in, func(w window) bool { return !w.allDay && (!w.open || w.said) })
	var out []window
	for _, w := range in {
		switch {
		case w.allDay && w.assumed && (certain || len(p.v.rules) > 0), w.allDay && w.assumed && !p.believable(w):
			p.drop(w)
		case w.allDay && timed && slices.ContainsFunc(in, func(o window) bool { return !o.allDay && o.overlaps(w) }):
			p.drop(w)
		case w.open && slices.ContainsFunc(in, func(o window) bool { return !o.open && !o.allDay && o.begins.Equal(w.begins) }):
		case w.open && !w.said && saidOpen:
			p.drop(w)
		default:
			out = append(out, w)
		}
	}
	return out
}

// believable says whether a lone date is the date of the work.
func (p *picker) believable(w window) bool {
	if w.rank() > 1 || w.inTitle(p.r) {
		return true
	}
	return anyOf(p.around(w), "점검", "중단", "중지", "작업", "정비", "불가", "정전", "maintenance", "unavailable", "upgrade", "downtime")
}

func (p *picker) unique(in []window) []window {
	var out []window
	for _, w := range in {
		if !slices.ContainsFunc(out, w.same) {
			out = append(out, w)
		}
	}
	slices.SortStableFunc(out, func(a, b window) int { return a.begins.Compare(b.begins) })
	return out
}

// extend joins a lone new end to the window that it prolongs.
func (p *picker) extend(hold, replaced []window) ([]window, []window) {
	var end *segment
	for i := range p.v.w.entries {
		e := &p.v.w.entries[i]
		if e.a.hasTime && (e.form == until || e.form == point && (e.new || i > 0 && p.v.w.entries[i-1].shift)) && !e.old && !e.shift && e.label != labelIgnore {
			end = &e.segment
		}
	}
	if end == nil {
		return hold, replaced
	}
	var base *window
	switch {
	case len(replaced) > 0:
		base = &replaced[len(replaced)-1]
	case len(hold) > 0:
		base = &hold[len(hold)-1]
	default:
		p.r.out.ETA = p.v.etaOf(*end)
		if !p.r.out.ETA.IsZero() {
			p.r.problem(NoStart, end.at, end.end)
		}
		return hold, replaced
	}
	if base.open || len(hold) > 0 && len(replaced) > 0 && slices.ContainsFunc(hold, func(w window) bool { return !w.open }) {
		return hold, replaced
	}
	day := floorDay(base.stop - 1)
	if end.a.hasDate {
		d, ok := p.v.moment(end.a, floorDay(base.start), true, entry{segment: *end})
		if !ok {
			return hold, replaced
		}
		day = d
	}
	sec := day*daySeconds + options(end.a.clock, true, noMer)[0].sec
	for !end.a.hasDate && sec <= base.stop && sec < base.stop+daySeconds {
		sec += daySeconds
	}
	if sec <= base.start {
		return hold, replaced
	}
	longer := *base
	longer.stop, longer.ends, longer.old = sec, instant(sec, base.begins.Location()), false
	longer.hasDur = false
	old := *base
	if len(replaced) == 0 {
		hold = hold[:len(hold)-1]
		replaced = append(replaced, old)
	}
	return append(slices.DeleteFunc(hold, func(w window) bool { return w.open }), longer), replaced
}

// check notes what only shows once the windows are known.
func (p *picker) check(hold []window) {
	for _, w := range hold {
		if w.open {
			p.r.problem(OpenEnd, w.at, w.end)
		}
		if w.allDay && w.assumed {
			p.r.problem(NoTime, w.at, w.end)
		}
		if !w.open && w.ends.Sub(w.begins) > 14*24*time.Hour {
			p.r.problem(LongWindow, w.at, w.end)
		}
		if !p.v.known {
			continue
		}
		last := w.stop
		if w.open {
			last = w.start + 1
		}
		if floorDay(last-1) < p.v.posted && p.r.out.State != Completed && p.r.out.State != Cancelled && p.r.out.Kind == Maintenance {
			p.r.problem(PastWindow, w.at, w.end)
		}
		if floorDay(w.start) > p.v.posted+400 {
			p.r.problem(FarWindow, w.at, w.end)
		}
	}
}
