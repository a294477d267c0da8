package notice

import "time"

// captionedDuration uses 소요시간: 4시간. It ends an open window, or checks the windows: one
// of them, or all together, must be as long.
func (v *resolver) captionedDuration() {
	v.leadingDuration()
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
