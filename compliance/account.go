package compliance

import (
	"slices"
	"time"

	"github.com/charterwatch/charterwatch/probes"
)

// Tally is time split by what is known of it. The parts add up to the whole, exactly.
type Tally struct {
	Up      time.Duration `json:"up"`
	Down    time.Duration `json:"down"`
	Unknown time.Duration `json:"unknown"`
}

// All is the whole time tallied.
func (t Tally) All() time.Duration { return t.Up + t.Down + t.Unknown }

func (t Tally) plus(u Tally) Tally {
	return Tally{t.Up + u.Up, t.Down + u.Down, t.Unknown + u.Unknown}
}

// Figures are a site's accounts for a period.
type Figures struct {
	Period Period
	Open   Tally         // within service hours
	Closed Tally         // within published closing times; raw availability still counts them
	Future time.Duration // after the end of the history: neither known nor unknown yet
	Gaps   map[probes.Reason]time.Duration
	Days   []Day
}

// Day is one calendar day of the organisation's zone.
type Day struct {
	Period
	Open   Tally
	Closed Tally
	Future time.Duration
}

// Ratio is a fraction in thousandths of a percent, always floored: 99.9999 % is 99999.
type Ratio int32

// FloorRatio returns part/whole, floored. ok is false when there is no whole.
func FloorRatio(part, whole time.Duration) (r Ratio, ok bool) {
	if whole <= 0 {
		return 0, false
	}
	// Milliseconds leave room for 2,900 years before the product overflows.
	return Ratio(part.Milliseconds() * 100_000 / max(whole.Milliseconds(), 1)), true
}

// Raw is up / known, closing times included.
func (f Figures) Raw() (Ratio, bool) {
	t := f.Open.plus(f.Closed)
	return FloorRatio(t.Up, t.Up+t.Down)
}

// Charter is up / known, published closing times excluded.
func (f Figures) Charter() (Ratio, bool) { return FloorRatio(f.Open.Up, f.Open.Up+f.Open.Down) }

// Coverage is known / all, of the time that has passed.
func (f Figures) Coverage() (Ratio, bool) {
	t := f.Open.plus(f.Closed)
	return FloorRatio(t.Up+t.Down, t.All())
}

// Best is the charter availability if all that is not known was up.
func (f Figures) Best() (Ratio, bool) {
	return FloorRatio(f.Open.Up+f.Open.Unknown+f.Future, f.Open.All()+f.Future)
}

// Worst is the charter availability if all that is not known was down.
func (f Figures) Worst() (Ratio, bool) { return FloorRatio(f.Open.Up, f.Open.All()+f.Future) }

// ForCheck narrows a history to one of its checks, so that [Account] answers for it alone.
func (h SiteHistory) ForCheck(id string) SiteHistory {
	out := SiteHistory{Site: h.Site, Until: h.Until}
	for _, l := range h.Lives {
		if l.Check == id {
			l.Critical = true
			out.Lives = append(out.Lives, l)
		}
	}
	for _, g := range h.Gaps {
		if g.Check == id {
			out.Gaps = append(out.Gaps, g)
		}
	}
	for _, o := range h.Outages {
		if o.Check == id {
			out.Outages = append(out.Outages, o)
			o.Check = "" // a check's outage is the outage of the whole it now stands for
			out.Outages = append(out.Outages, o)
		}
	}
	return out
}

// Account computes a site's figures for a period from its history.
//
// At any instant the site is: unknown, if no critical check was being watched; down, if a
// critical check in an outage was being seen; unknown, if a critical check was not being
// seen; down, in an outage of the site whose recovery had not held; up otherwise. A check is
// not being seen while all its vantages are in gaps. Time after h.Until is Future.
func Account(h SiteHistory, p Period, hours []ServiceHours, zone *time.Location) Figures {
	f := Figures{Period: p, Gaps: map[probes.Reason]time.Duration{}}
	days := p.Days(zone)
	for _, d := range days {
		f.Days = append(f.Days, Day{Period: d})
	}
	known, ok := p.Clip(Period{p.From, h.Until})
	if !ok {
		known = Period{p.From, p.From}
	}
	sw := newSweep(h, known)
	sw.closures(Closures(hours, known, zone))
	for _, d := range days[min(1, len(days)):] {
		sw.cut(d.From)
	}
	day := 0
	sw.run(func(from, to time.Time, s instant) {
		for !from.Before(f.Days[day].To) {
			day++
		}
		t := s.tally(to.Sub(from))
		if s.closed {
			f.Closed, f.Days[day].Closed = f.Closed.plus(t), f.Days[day].Closed.plus(t)
		} else {
			f.Open, f.Days[day].Open = f.Open.plus(t), f.Days[day].Open.plus(t)
		}
		if t.Unknown > 0 {
			f.Gaps[s.why] += t.Unknown
		}
	})
	for i := range f.Days {
		if rest, ok := f.Days[i].Clip(Period{known.To, p.To}); ok {
			f.Days[i].Future = rest.To.Sub(rest.From)
			f.Future += f.Days[i].Future
		}
	}
	return f
}

// instant is the state between two neighbouring boundaries.
type instant struct {
	state  Status // up, down, unknown
	closed bool
	why    probes.Reason // of unknown
}

func (s instant) tally(d time.Duration) Tally {
	switch s.state {
	case StatusUp:
		return Tally{Up: d}
	case StatusDown:
		return Tally{Down: d}
	default:
		return Tally{Unknown: d}
	}
}

// sweep walks the boundaries of all layers in order of time.
type sweep struct {
	p      Period
	edges  []edge
	checks map[string]*swept
	outage int // open outages of the site
	closed int
}

// swept is a critical check under the sweep.
type swept struct {
	lives    int
	vantages map[string]*blind
	outages  int
}

// blind counts the gaps open at one vantage, by reason.
type blind struct {
	watching int
	gaps     int
	why      probes.Reason
}

type edge struct {
	at    time.Time
	apply func()
}

func newSweep(h SiteHistory, p Period) *sweep {
	sw := &sweep{p: p, checks: map[string]*swept{}}
	for _, l := range Critical(h.Lives) {
		sw.life(l)
	}
	for _, g := range h.Gaps {
		if c := sw.checks[g.Check]; c != nil {
			sw.gap(c, g)
		}
	}
	for _, o := range h.Outages {
		span := Period{o.Start, o.End}
		if o.Open() {
			span.To = p.To
		}
		if o.Check == "" {
			sw.span(span, &sw.outage)
		} else if c := sw.checks[o.Check]; c != nil {
			sw.span(span, &c.outages)
		}
	}
	sw.cut(p.From)
	sw.cut(p.To)
	return sw
}

// Critical returns the lives that decide over the site: the critical ones, or at times when
// none is marked, all.
func Critical(lives []CheckLife) []CheckLife {
	var out []CheckLife
	for _, l := range lives {
		if l.Critical {
			out = append(out, l)
		}
	}
	if out == nil {
		return lives
	}
	return out
}

// cut makes at a boundary at which nothing changes, if it lies in the period.
func (sw *sweep) cut(at time.Time) {
	if !at.Before(sw.p.From) && !at.After(sw.p.To) {
		sw.edges = append(sw.edges, edge{at, func() {}})
	}
}

func (sw *sweep) span(p Period, n *int) {
	if p, ok := sw.p.Clip(p); ok {
		sw.edges = append(sw.edges, edge{p.From, func() { *n++ }}, edge{p.To, func() { *n-- }})
	}
}

func (sw *sweep) life(l CheckLife) {
	c := sw.checks[l.Check]
	if c == nil {
		c = &swept{vantages: map[string]*blind{}}
		sw.checks[l.Check] = c
	}
	span := Period{l.From, l.To}
	if l.To.IsZero() {
		span.To = sw.p.To
	}
	sw.span(span, &c.lives)
	for _, v := range l.Vantages {
		if c.vantages[v] == nil {
			c.vantages[v] = &blind{}
		}
		sw.span(span, &c.vantages[v].watching)
	}
}

func (sw *sweep) gap(c *swept, g Gap) {
	b := c.vantages[g.Vantage]
	if b == nil {
		return
	}
	span, ok := sw.p.Clip(Period{g.From, g.To})
	if !ok {
		return
	}
	sw.edges = append(sw.edges, edge{span.From, func() { b.gaps++; b.why = g.Reason }}, edge{span.To, func() { b.gaps-- }})
}

func (sw *sweep) closures(spans []Period) {
	for _, s := range spans {
		sw.span(s, &sw.closed)
	}
}

func (sw *sweep) run(emit func(from, to time.Time, s instant)) {
	slices.SortStableFunc(sw.edges, func(a, b edge) int { return a.at.Compare(b.at) })
	for i := 0; i < len(sw.edges); {
		now := sw.edges[i].at
		for ; i < len(sw.edges) && sw.edges[i].at.Equal(now); i++ {
			sw.edges[i].apply()
		}
		if i < len(sw.edges) {
			emit(now, sw.edges[i].at, sw.instant())
		}
	}
}

func (sw *sweep) instant() instant {
	s := instant{state: StatusUp, closed: sw.closed > 0, why: probes.FirstLook}
	alive, unseen, down := 0, 0, false
	for _, c := range sw.checks {
		if c.lives == 0 {
			continue
		}
		alive++
		if why, seen := c.seen(); !seen {
			unseen++
			s.why = max(why, probes.NotRunning)
		} else if c.outages > 0 {
			down = true
		}
	}
	switch {
	case alive == 0:
		s.state = StatusUnknown
	case down && sw.outage > 0:
		s.state = StatusDown
	case unseen > 0:
		s.state = StatusUnknown
	case sw.outage > 0:
		s.state = StatusDown
	}
	return s
}

// seen says whether any vantage sees the check, and if not, why not at one of them.
func (c *swept) seen() (probes.Reason, bool) {
	var why probes.Reason
	for _, b := range c.vantages {
		if b.watching == 0 {
			continue
		}
		if b.gaps == 0 {
			return 0, true
		}
		why = max(why, b.why)
	}
	return why, false
}
