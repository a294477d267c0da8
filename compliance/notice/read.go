package notice

import (
	"slices"
	"time"
)

// Version names these rules; it is stored with every reading.
const Version = "notice/1"

// ReviewBelow is the confidence under which a person must look.
const ReviewBelow = 0.7

// Seoul is the zone of times that name none, if the text's zone is not given. Korea has had
// no summer time since 1988.
func seoul() *time.Location { return time.FixedZone("KST", 9*60*60) }

// reader carries one reading through its stages.
type reader struct {
	in           Text
	text         folded
	zone         *time.Location
	instantKnown bool // Posted has a time of day
	out          Reading
	notes        []note
}

// note is a problem at a place, before it is known whether the place matters.
type note struct {
	problem  Problem
	from, to int
	firm     bool // holds even if no window came of the place
}

// Read reads a notice. Its work is linear in the length of the text, of which at most
// [MaxText] bytes are read.
func Read(t Text) Reading {
	r := &reader{in: t, text: fold(t.Title, t.Body), zone: t.Zone}
	r.out.Windows, r.out.Problems = []Window{}, []Problem{}
	if r.zone == nil {
		r.zone = seoul()
	}
	title, body := r.text.s[:r.text.title], r.text.s[min(len(r.text.s), r.text.title):]
	kind, doubt := kindOf(title, body)
	r.out.Kind, r.out.State = kind, stateOf(title, body)
	if kind == Recovery {
		r.out.State = Completed
	}
	if kind == Maintenance {
		r.out.Type = typeOf(title, body)
	}
	if doubt {
		r.problem(KindUncertain, 0, r.text.title)
	}
	if r.text.cut {
		r.problem(Cut, len(r.text.s)-1, len(r.text.s))
	}
	if kind == Other {
		r.out.State = Planned
		r.finish(nil)
		return r.out
	}
	r.times()
	return r.out
}

// times reads windows, rules and the expected recovery.
func (r *reader) times() {
	w := walk(lex(r.text))
	v := &resolver{r: r, w: w, days: map[int]int{}}
	v.posted, v.known = r.posted()
	v.resolve()
	p := &picker{r: r, v: v}
	hold, replaced := p.pick()
	if r.announced(v, hold) {
		r.out.Kind = Maintenance
		r.out.Type = typeOf(r.text.s[:r.text.title], "")
	}
	if r.out.Kind != Maintenance {
		hold = slices.DeleteFunc(hold, func(x window) bool {
			if x.open || x.allDay && x.assumed || r.out.Kind == Outage && etaTrust(&x.segment, w) == 3 {
				p.drop(x)
				return true
			}
			return false
		})
	}
	if r.out.State == Planned && len(replaced) > 0 && len(hold) > 0 {
		r.out.State = Rescheduled
	}
	v.eta()
	r.out.Rules = v.rules
	p.check(hold)
	if len(hold) == 0 && len(replaced) == 0 && len(v.rules) == 0 && r.out.ETA.IsZero() && r.out.Kind == Maintenance && r.out.State != Completed {
		v.loneEnd()
	}
	// They are told in the text's order: a first and a second round stay so.
	slices.SortStableFunc(hold, func(a, b window) int { return a.at - b.at })
	for _, x := range hold {
		r.out.Windows = append(r.out.Windows, Window{Start: x.begins, End: x.ends})
		r.span("window", x.at, x.segment.end)
	}
	for _, x := range replaced {
		r.out.Replaced = append(r.out.Replaced, Window{Start: x.begins, End: x.ends})
		r.span("replaced", x.at, x.segment.end)
	}
	if r.out.Kind == Maintenance && len(hold) == 0 && len(v.rules) == 0 && r.out.State != Cancelled && r.out.State != Completed && !r.noted(NoStart) {
		r.problem(NoWindow, 0, r.text.title)
	}
	r.finish(p.dropped)
}

// announced says whether what is called an outage lies ahead: one that is known days before
// was planned, as the power outage of next Wednesday night is.
func (r *reader) announced(v *resolver, hold []window) bool {
	if r.out.Kind != Outage || !v.known || len(hold) == 0 {
		return false
	}
	for _, w := range hold {
		if w.open || w.allDay && w.assumed || w.label == labelOccurred || floorDay(w.start) <= v.posted+1 {
			return false
		}
	}
	return true
}

// posted is the civil day of the posting. A Posted at midnight of its own zone is a day
// without a time; anything else is an instant.
func (r *reader) posted() (day int, known bool) {
	t := r.in.Posted
	if t.IsZero() {
		return 0, false
	}
	if h, m, s := t.Clock(); h+m+s == 0 && t.Nanosecond() == 0 {
		return civilDay(t.Year(), int(t.Month()), t.Day()), true
	}
	r.instantKnown = true
	t = t.In(r.zone)
	return civilDay(t.Year(), int(t.Month()), t.Day()), true
}

func (r *reader) noted(p Problem) bool {
	return slices.ContainsFunc(r.notes, func(n note) bool { return n.problem == p })
}

// finish weighs the problems. Confidence begins at 1. Each problem costs once what weightOf
// says; what lay in segments that turned out not to matter costs nothing. Without a posting
// date there is nothing to check years against: 0.05.
func (r *reader) finish(dropped [][2]int) {
	c := 1.0
	for _, n := range r.notes {
		if !n.firm && slices.ContainsFunc(dropped, func(d [2]int) bool { return n.from >= d[0] && n.to <= d[1] }) {
			continue
		}
		if !slices.Contains(r.out.Problems, n.problem) {
			r.out.Problems = append(r.out.Problems, n.problem)
			w := weightOf(n.problem)
			c -= w.cost
			r.out.NeedsReview = r.out.NeedsReview || w.review
		}
		r.span(string(n.problem), n.from, n.to)
	}
	if r.in.Posted.IsZero() {
		c -= 0.05
	}
	r.out.Confidence = max(0, float64(int(c*100+0.5))/100)
	r.out.NeedsReview = r.out.NeedsReview || r.out.Confidence < ReviewBelow
}

// problem notes a problem at a place of the folded text.
func (r *reader) problem(p Problem, from, to int) {
	if len(r.notes) < maxSpans {
		r.notes = append(r.notes, note{problem: p, from: from, to: to})
	}
}

// doubt notes a problem of something that is no window.
func (r *reader) doubt(p Problem, from, to int) {
	r.problem(p, from, to)
	r.notes[len(r.notes)-1].firm = true
}

// span notes a place in the folded text as a place in the source.
func (r *reader) span(what string, from, to int) {
	if from >= to || len(r.out.Spans) >= maxSpans {
		return
	}
	s := Span{What: what, From: r.text.sourceFrom(from), To: r.text.sourceTo(to)}
	if !slices.Contains(r.out.Spans, s) {
		r.out.Spans = append(r.out.Spans, s)
	}
}
