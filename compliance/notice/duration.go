package notice

import "time"

// captionedDuration uses 소요시간: 4시간. It ends an open window, or checks the windows: one
// of them, or all together, must be as long.
func (v *resolver) captionedDuration() {
	v.leadingDuration()
	v.lastingDuration()
	for _, h := range v.w.spans {
		if h.label != labelDuration || h.dur.n <= 0 || len(v.out) == 0 {
			continue
		}
		total, agreed, open := 0, false, 0
		for i := range v.out {
			w := &v.out[i]
			switch {
			case w.old:
			case w.open && !w.said:
				w.open, w.stop = false, w.start+h.dur.n
				w.ends = w.begins.Add(time.Duration(h.dur.n) * time.Second)
				agreed = true
			case w.open:
				open++
			case !w.allDay:
				total += w.stop - w.start
				agreed = agreed || agrees(h.dur, w.stop-w.start)
			}
		}
		if !agreed && total > 0 && open == 0 && !agrees(h.dur, total) && !(h.dur.flag&approx != 0 && h.dur.n < total) {
			v.r.problem(DurationMismatch, h.at, h.end)
		}
	}
}

// lastingDuration ends a window of which the next line says how long it is expected to last.
func (v *resolver) lastingDuration() {
	for i, n := 0, 0; i < len(v.out); i++ {
		w := &v.out[i]
		for n < len(v.w.spans) && v.w.spans[n].at < w.end {
			n++
		}
		if !w.open || w.said || w.old || n == len(v.w.spans) {
			continue
		}
		if h := v.w.spans[n]; h.line <= w.line+1 && h.dur.n > 0 && h.label != labelETA && !h.dropped(v.w) && h.lasts(v.w) {
			w.open, w.stop = false, w.start+h.dur.n
			w.ends = w.begins.Add(time.Duration(h.dur.n) * time.Second)
		}
	}
}

// lasts says whether the words around the duration make it the work's.
func (h hint) lasts(w *walker) bool {
	return anyOf(lastRunes(w.before(h.segment), 30), "expected to last", "will last", "should last", "lasting", "expected to take", "will take", "should take") ||
		anyOf(w.behind(h.segment)[:min(40, len(w.behind(h.segment)))], "소요")
}

// total is how long the windows so far are together: what "(총 2시간)" after a list counts.
func (v *resolver) total() int {
	sum := 0
	for _, w := range v.out {
		if !w.open && !w.allDay {
			sum += w.stop - w.start
		}
	}
	return sum
}
