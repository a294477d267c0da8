package compliance

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/charterwatch/charterwatch/compliance/calendar"
	"github.com/charterwatch/charterwatch/compliance/notice"
)

// Plan is one piece of maintenance at a site, put together from the notices that speak of it
// (announced, moved, extended, cancelled, completed) and from what was declared ahead of
// them. It is derived from the record whenever it is needed.
type Plan struct {
	ID       string       `json:"id"`
	Site     string       `json:"site"`
	Title    string       `json:"title"`
	Type     notice.Type  `json:"type,omitempty"`
	State    notice.State `json:"state"`
	Windows  []Stretch    `json:"windows,omitempty"`  // as they stand now, in order; of a cancelled plan: as they stood
	Tellings []Telling    `json:"tellings,omitempty"` // what was said of it, in order
	Works    []Statement  `json:"works,omitempty"`    // declarations of it that stand
	Review   bool         `json:"review,omitempty"`   // a wording of it awaits a person; it excuses nothing
	// CancelledBy is when a cancellation was posted; zero without one.
	CancelledBy Seen `json:"cancelled_by,omitzero"`
}

// Telling is one wording of one notice about a plan.
type Telling struct {
	Notice   string          `json:"notice"`
	Revision int             `json:"revision"`
	Title    string          `json:"title"`
	State    notice.State    `json:"state"`
	Windows  []notice.Window `json:"windows,omitempty"`
	Seen     Seen            `json:"seen"`
	Counts   bool            `json:"counts,omitempty"` // on the site's own board
	Review   bool            `json:"review,omitempty"`
	posted   time.Time       // as it claims, for the order of notices alone
}

// Stretch is a window of a plan, and when it was announced.
type Stretch struct {
	notice.Window
	Seen     Seen   // of the wording that announced it first, where it counts
	Notice   string // "": it is declared, and no notice was seen yet
	Review   bool   // the wording that gives it awaits a person
	Lead     Lead
	Declared bool
}

// stretchJSON is a stretch on the wire: the window that it embeds writes itself, and would leave
// out all the rest.
type stretchJSON struct {
	Window   notice.Window `json:"window"`
	Seen     Seen          `json:"seen,omitzero"`
	Notice   string        `json:"notice,omitempty"`
	Review   bool          `json:"review,omitempty"`
	Lead     Lead          `json:"lead"`
	Declared bool          `json:"declared,omitempty"`
}

// MarshalJSON writes the stretch with its window.
func (s Stretch) MarshalJSON() ([]byte, error) {
	return json.Marshal(stretchJSON{s.Window, s.Seen, s.Notice, s.Review, s.Lead, s.Declared})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (s *Stretch) UnmarshalJSON(b []byte) error {
	var j stretchJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return fmt.Errorf("stretch: %w", err)
	}
	*s = Stretch{j.Window, j.Seen, j.Notice, j.Review, j.Lead, j.Declared}
	return nil
}

// Lead is how long ahead a window was announced, against what was promised.
type Lead struct {
	ByHours    time.Time `json:"by_hours"`    // latest posting by the count of hours
	ByCalendar time.Time `json:"by_calendar"` // by the count of days: posted before this midnight
	Limit      time.Time `json:"limit"`       // the stricter of the two
	Hours      Verdict   `json:"hours"`       // by each count
	Days       Verdict   `json:"days"`
	Verdict    Verdict   `json:"verdict"` // both must hold
	// The notice was posted at least AtLeast and at most AtMost before the window; negative
	// once it had begun. AtMost is 0 where that is not known.
	AtLeast time.Duration `json:"at_least,omitempty"`
	AtMost  time.Duration `json:"at_most,omitempty"`
}

// lead judges a posting against a window's limits.
func (p Promises) lead(start time.Time, seen Seen, zone *time.Location) Lead {
	var l Lead
	p = p.WithDefaults()
	l.ByHours, l.ByCalendar, l.Limit = calendar.NoticeLimits(start, p.NoticeDays, p.NoticeHours, zone)
	l.Hours, l.Days = seen.By(l.ByHours), seen.By(l.ByCalendar.Add(-time.Millisecond)) // the end of a day is before midnight
	switch {
	case l.Hours == Broken || l.Days == Broken:
		l.Verdict = Broken
	case l.Hours == Kept && l.Days == Kept:
		l.Verdict = Kept
	}
	if !seen.FirstSeen.IsZero() {
		l.AtLeast = start.Sub(seen.FirstSeen)
	}
	if !seen.LastAbsent.IsZero() {
		l.AtMost = start.Sub(seen.LastAbsent)
	}
	return l
}

// Plans puts the record together to plans, in the order of their first windows.
func (r Record) Plans(p Promises, zone *time.Location) []Plan {
	b := planner{r: r, p: p, zone: zone}
	tellings := r.tellings()
	works := r.works()
	for len(tellings)+len(works) > 0 {
		if len(works) > 0 && (len(tellings) == 0 || works[0].At.Before(tellings[0].seen.FirstSeen)) {
			b.declare(works[0])
			works = works[1:]
			continue
		}
		b.tell(tellings[0])
		tellings = tellings[1:]
	}
	var out []Plan
	for _, pl := range b.plans {
		b.settle(pl)
		if len(pl.Windows) > 0 || pl.Review {
			out = append(out, *pl)
		}
	}
	slices.SortStableFunc(out, func(x, y Plan) int { return x.begins().Compare(y.begins()) })
	return out
}

// works are the declarations that stand, oldest first.
func (r Record) works() []Statement {
	var out []Statement
	for _, s := range r.Statements {
		if s.Work != nil && !r.withdrawn(s.ID) {
			out = append(out, s)
		}
	}
	return out
}

// begins is when the plan's first window begins; of one without windows, when it was told.
func (p Plan) begins() time.Time {
	if len(p.Windows) > 0 {
		return p.Windows[0].Start
	}
	if len(p.Tellings) > 0 {
		return p.Tellings[0].Seen.FirstSeen
	}
	return time.Time{}
}

// Ends is when the plan's last window ends, zero if that is open.
func (p Plan) Ends() time.Time {
	var end time.Time
	for _, w := range p.Windows {
		if w.End.IsZero() {
			return time.Time{}
		}
		end = later(end, w.End)
	}
	return end
}

// planner puts plans together.
type planner struct {
	r     Record
	p     Promises
	zone  *time.Location
	plans []*Plan
}

// declare takes a declaration: it joins the plan whose windows it overlaps.
func (b *planner) declare(s Statement) {
	pl := b.overlapping(s.Work.Windows)
	if pl == nil {
		pl = &Plan{ID: b.r.Site + "/work-" + s.ID, Site: b.r.Site, State: notice.Planned, Title: s.Why}
		b.plans = append(b.plans, pl)
	}
	pl.Works = append(pl.Works, s)
	if pl.Type == notice.Untyped {
		pl.Type = s.Work.Type
	}
}

// tell takes a wording: it joins the plan that it speaks of, or begins one.
func (b *planner) tell(t telling) {
	if t.ruled {
		return // what the notice said before stands
	}
	pl := b.ofNotice(t.notice.ID)
	if t.out || t.reading.Kind != notice.Maintenance {
		if pl != nil {
			pl.forget(t.notice.ID) // what it said before is withdrawn, or was never meant so
		}
		return
	}
	if pl == nil {
		pl = b.matching(t)
	}
	if pl == nil {
		if len(t.reading.Windows) == 0 && (len(t.reading.Rules) > 0 || t.reading.State == notice.Completed || t.aside) {
			return // a standing notice, a word about the past, or a page that only says "at work"
		}
		pl = &Plan{ID: b.r.Site + "/plan-" + t.notice.ID, Site: b.r.Site, Title: t.rev.Title, State: notice.Planned}
		b.plans = append(b.plans, pl)
	}
	pl.Tellings = append(pl.Tellings, Telling{
		Notice: t.notice.ID, Revision: t.rev.N, Title: t.rev.Title, State: t.reading.State, Windows: t.reading.Windows, Seen: t.seen, Counts: t.counts, Review: t.review, posted: t.posted(),
	})
	if pl.Type == notice.Untyped {
		pl.Type = t.reading.Type // who announced regular work does not make it an emergency afterwards
	}
}

// forget drops what a notice said of the plan.
func (p *Plan) forget(noticeID string) {
	p.Tellings = slices.DeleteFunc(p.Tellings, func(t Telling) bool { return t.Notice == noticeID })
}

func (b *planner) ofNotice(id string) *Plan {
	for _, pl := range b.plans {
		if slices.ContainsFunc(pl.Tellings, func(t Telling) bool { return t.Notice == id }) {
			return pl
		}
	}
	return nil
}

// matching finds the plan that a notice seen for the first time speaks of: by its windows,
// by those it replaces, or, if it says that something changed, by its title.
func (b *planner) matching(t telling) *Plan {
	if pl := b.overlapping(append(slices.Clone(t.reading.Replaced), t.reading.Windows...)); pl != nil {
		return pl
	}
	if t.reading.State == notice.Planned || t.reading.State == "" {
		return nil
	}
	var best *Plan
	most := similarEnough
	for _, pl := range b.plans {
		if !pl.canBe(t) {
			continue
		}
		for _, x := range pl.Tellings {
			if like := notice.Similar(x.Title, t.rev.Title); like >= most {
				best, most = pl, like
			}
		}
	}
	return best
}

// canBe says whether a wording can speak of the plan, by time: what is completed has begun, and
// what is changed was announced before and is not long over.
func (p Plan) canBe(t telling) bool {
	at := t.posted()
	last := p.lastStart()
	if last.Before(at.Add(-linkBehind)) || last.After(at.Add(linkAhead)) {
		return false
	}
	if t.reading.State == notice.Completed {
		return last.Before(at)
	}
	return !slices.ContainsFunc(p.Tellings, func(x Telling) bool { return x.posted.After(at) })
}

const (
	similarEnough = 0.6 // titles without tags and dates
	linkBehind    = 14 * 24 * time.Hour
	linkAhead     = 90 * 24 * time.Hour
	openSpan      = 24 * time.Hour // how far a window without an end reaches at most
)

// lastStart is the start of the last window told or declared.
func (p Plan) lastStart() time.Time {
	var at time.Time
	for _, t := range p.Tellings {
		for _, w := range t.Windows {
			at = later(at, w.Start)
		}
	}
	for _, s := range p.Works {
		for _, w := range s.Work.Windows {
			at = later(at, w.Start)
		}
	}
	return at
}

// overlapping finds a plan that speaks of any of the windows.
func (b *planner) overlapping(ws []notice.Window) *Plan {
	meets := func(have []notice.Window) bool {
		return slices.ContainsFunc(have, func(h notice.Window) bool {
			return slices.ContainsFunc(ws, func(w notice.Window) bool {
				_, ok := span(h).Clip(span(w))
				return ok
			})
		})
	}
	for _, pl := range slices.Backward(b.plans) {
		if slices.ContainsFunc(pl.Tellings, func(t Telling) bool { return meets(t.Windows) }) ||
			slices.ContainsFunc(pl.Works, func(s Statement) bool { return meets(s.Work.Windows) }) {
			return pl
		}
	}
	return nil
}

// span is a window as a period; one without an end is taken to be short.
func span(w notice.Window) Period {
	if w.End.IsZero() {
		return Period{w.Start, w.Start.Add(time.Minute)}
	}
	return Period{w.Start, w.End}
}

// settle works out how a plan stands after all that was said of it.
func (b *planner) settle(p *Plan) {
	var stand []notice.Window
	review := false
	for _, t := range p.Tellings {
		switch t.State {
		case notice.Cancelled:
			p.State, p.CancelledBy = notice.Cancelled, t.Seen
		default:
			p.State, p.CancelledBy = t.State, Seen{}
		}
		if len(t.Windows) > 0 && t.State != notice.Cancelled && (t.State != notice.Completed || stand == nil) {
			stand, review = t.Windows, t.Review
		} else if len(t.Windows) > 0 && stand == nil {
			stand, review = t.Windows, t.Review
		}
		p.Review = t.Review
	}
	for _, w := range stand {
		p.Windows = append(p.Windows, b.stretch(*p, w, review))
	}
	for _, s := range p.Works {
		for _, w := range s.Work.Windows {
			if !slices.ContainsFunc(p.Windows, func(x Stretch) bool { _, ok := span(x.Window).Clip(span(w)); return ok }) {
				st := Stretch{Window: w, Declared: true}
				st.Lead = b.p.lead(w.Start, Seen{}, b.zone)
				p.Windows = append(p.Windows, st)
			}
		}
	}
	slices.SortStableFunc(p.Windows, func(x, y Stretch) int { return x.Start.Compare(y.Start) })
}

// stretch finds when a window was first announced where it counts: the posting that keeps
// the promise best, for one board suffices.
func (b *planner) stretch(p Plan, w notice.Window, review bool) Stretch {
	s := Stretch{Window: w, Review: review, Lead: b.p.lead(w.Start, Seen{}, b.zone)}
	for _, t := range p.Tellings {
		if t.State == notice.Cancelled || !slices.ContainsFunc(t.Windows, func(x notice.Window) bool { return x.Start.Equal(w.Start) }) {
			continue
		}
		if s.Notice == "" && !t.Counts {
			s.Notice = t.Notice
		}
		if !t.Counts {
			continue
		}
		lead := b.p.lead(w.Start, t.Seen, b.zone)
		if s.Seen.FirstSeen.IsZero() || better(lead.Verdict, s.Lead.Verdict) {
			s.Seen, s.Notice, s.Lead = t.Seen, t.Notice, lead
		}
	}
	return s
}

// better says whether a verdict on one posting outweighs that on another.
func better(a, b Verdict) bool {
	rank := func(v Verdict) int { return slices.Index([]Verdict{Broken, Unproven, Kept}, v) }
	return rank(a) > rank(b)
}
