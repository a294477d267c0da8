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

	Parts   Parts         `json:"parts"`   // of Down
	Covered time.Duration `json:"covered"` // of Unknown: it lies in a window announced in time
}

// Parts are what downtime is put down to. They add up to all of it.
type Parts struct {
	Planned     time.Duration `json:"planned"`     // announced in time, and inside its window
	Unsettled   time.Duration `json:"unsettled"`   // announced, but not shown to be in time or clear; excuses nothing
	Late        time.Duration `json:"late"`        // announced too late
	Overrun     time.Duration `json:"overrun"`     // past the end that was announced
	Emergency   time.Duration `json:"emergency"`   // 긴급 점검
	Unannounced time.Duration `json:"unannounced"` // everything else
}

// All is the downtime of all parts.
func (p Parts) All() time.Duration {
	return p.Planned + p.Unsettled + p.Late + p.Overrun + p.Emergency + p.Unannounced
}

func (p Parts) plus(q Parts) Parts {
	return Parts{p.Planned + q.Planned, p.Unsettled + q.Unsettled, p.Late + q.Late, p.Overrun + q.Overrun, p.Emergency + q.Emergency, p.Unannounced + q.Unannounced}
}

// part returns the field that a kind of downtime is added to.
func (p *Parts) part(k Part) *time.Duration {
	return [...]*time.Duration{&p.Unannounced, &p.Planned, &p.Unsettled, &p.Late, &p.Emergency, &p.Overrun}[k]
}

// All is the whole time tallied.
func (t Tally) All() time.Duration { return t.Up + t.Down + t.Unknown }

// Unplanned is the downtime that no notice in time excuses.
func (t Tally) Unplanned() time.Duration { return t.Down - t.Parts.Planned }

func (t Tally) plus(u Tally) Tally {
	return Tally{t.Up + u.Up, t.Down + u.Down, t.Unknown + u.Unknown, t.Parts.plus(u.Parts), t.Covered + u.Covered}
}

// Figures are a site's accounts for a period.
type Figures struct {
	Period Period                          `json:"period"`
	Open   Tally                           `json:"open"`             // within service hours
	Closed Tally                           `json:"closed"`           // within published closing times; raw availability still counts them
	Future time.Duration                   `json:"future,omitempty"` // after the end of the history: neither known nor unknown yet
	Gaps   map[probes.Reason]time.Duration `json:"gaps,omitempty"`
	Days   []Day                           `json:"days"`

	Contested time.Duration `json:"contested,omitempty"` // unknown because an appeal was upheld; in no gap
}

// Day is one calendar day of the organisation's zone.
type Day struct {
	Period
	Open   Tally         `json:"open"`
	Closed Tally         `json:"closed"`
	Future time.Duration `json:"future,omitempty"`
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

// Charter is up / known, published closing times and planned downtime excluded.
func (f Figures) Charter() (Ratio, bool) {
	return FloorRatio(f.Open.Up, f.Open.Up+f.Open.Unplanned())
}

// Coverage is known / all, of the time that has passed.
func (f Figures) Coverage() (Ratio, bool) {
	t := f.Open.plus(f.Closed)
	return FloorRatio(t.Up+t.Down, t.All())
}

// Best is the charter availability if all that is not known was up, and all that was
// announced but is not settled was in time.
func (f Figures) Best() (Ratio, bool) {
	up := f.Open.Up + f.Open.Unknown + f.Future
	return FloorRatio(up, up+f.Open.Unplanned()-f.Open.Parts.Unsettled)
}

// Worst is the charter availability if all that is not known was down. What is not known
// inside a window announced in time would be planned downtime then.
func (f Figures) Worst() (Ratio, bool) {
	return FloorRatio(f.Open.Up, f.Open.All()-f.Open.Parts.Planned-f.Open.Covered+f.Future)
}

// ForCheck narrows a history to one of its checks, so that [Account] answers for it alone.
func (h SiteHistory) ForCheck(id string) SiteHistory {
	out := SiteHistory{Site: h.Site, Until: h.Until, Record: h.Record}
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

// Terms are the rules by which a site's accounts are made.
type Terms struct {
	Hours    []ServiceHours
	Zone     *time.Location // nil: UTC
	Promises Promises
}

// Account computes a site's figures for a period from its history.
//
// At any instant the site is: unknown, if no critical check was being watched, or an upheld
// appeal says that it was seen wrongly; down, if a critical check in an outage was being seen;
// unknown, if a critical check was not being seen; down, in an outage of the site whose
// recovery had not held; up otherwise. A check is not being seen while all its vantages are in
// gaps. Time after h.Until is Future. Maintenance changes none of this: it says what
// downtime is put down to.
func Account(h SiteHistory, p Period, t Terms) Figures {
	if t.Zone == nil {
		t.Zone = time.UTC
	}
	f := Figures{Period: p, Gaps: map[probes.Reason]time.Duration{}}
	days := p.Days(t.Zone)
	for _, d := range days {
		f.Days = append(f.Days, Day{Period: d})
	}
	known, ok := p.Clip(Period{p.From, h.Until})
	if !ok {
		known = Period{p.From, p.From}
	}
	sw := newSweep(h, known)
	sw.closures(h.Closures(known, t))
	for _, x := range h.Record.Attributions(h.Outages, t, h.Until) {
		sw.span(x.Period, &sw.parts[x.Part])
	}
	for _, c := range h.Record.Contested(h.Outages) {
		sw.span(c, &sw.contested)
	}
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
		if s.contested {
			f.Contested += t.Unknown
		} else if t.Unknown > 0 {
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

// Unseen are the stretches of a period in which nothing is known of the site, in order, by the
// same rules. Time after h.Until is not among them.
func Unseen(h SiteHistory, p Period) []Period {
	p, ok := p.Clip(Period{p.From, h.Until})
	if !ok {
		return nil
	}
	sw := newSweep(h, p)
	for _, c := range h.Record.Contested(h.Outages) {
		sw.span(c, &sw.contested)
	}
	var out []Period
	sw.run(func(from, to time.Time, s instant) {
		switch n := len(out); {
		case s.state != StatusUnknown:
		case n > 0 && out[n-1].To.Equal(from):
			out[n-1].To = to
		default:
			out = append(out, Period{from, to})
		}
	})
	return out
}

// instant is the state between two neighbouring boundaries.
type instant struct {
	state  Status // up, down, unknown
	closed bool
	why    probes.Reason // of unknown
	part   Part          // what downtime would be put down to

	contested bool // seen, but an upheld appeal says wrongly
}

func (s instant) tally(d time.Duration) (t Tally) {
	switch s.state {
	case StatusUp:
		t.Up = d
	case StatusDown:
		t.Down = d
		*t.Parts.part(s.part) = d
	default:
		t.Unknown = d
		if s.part == Planned {
			t.Covered = d
		}
	}
	return t
}

// sweep walks the boundaries of all layers in order of time.
type sweep struct {
	p      Period
	edges  []edge
	checks map[string]*swept
	outage int // open outages of the site
	closed int

	parts     [partCount]int // attributions that hold, by part
	contested int            // upheld appeals
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
	s := instant{state: StatusUp, closed: sw.closed > 0, why: probes.FirstLook, part: sw.part()}
	alive, unseen, down := 0, 0, false
	var blind probes.Reason // of several, the greatest: the order of checks decides nothing
	for _, c := range sw.checks {
		if c.lives == 0 {
			continue
		}
		alive++
		if why, seen := c.seen(); !seen {
			unseen++
			blind = max(blind, why, probes.NotRunning)
		} else if c.outages > 0 {
			down = true
		}
	}
	if unseen > 0 {
		s.why = blind
	}
	switch {
	case alive == 0:
		s.state = StatusUnknown
	case sw.contested > 0:
		s.state, s.contested = StatusUnknown, true
	case down && sw.outage > 0:
		s.state = StatusDown
	case unseen > 0:
		s.state = StatusUnknown
	case sw.outage > 0:
		s.state = StatusDown
	}
	return s
}

// part is what downtime at this instant is put down to: of several attributions, the one
// that comes first in the list of parts.
func (sw *sweep) part() Part {
	for k := Planned; k < partCount; k++ {
		if sw.parts[k] > 0 {
			return k
		}
	}
	return Unannounced
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
