package compliance

import (
	"slices"
	"time"

	"github.com/charterwatch/charterwatch/internal/accounts"
)

// Shift is a stretch of the day during which somebody sits on the watch floor. It lasts until
// the next one begins.
type Shift struct {
	Name   string   `json:"name"`             // stable
	From   string   `json:"from"`             // "HH:MM" in the organisation's zone
	People []string `json:"people,omitempty"` // who sits there as a rule
}

// Roster is how the watch floor is staffed. Each that comes into force is put on record as a
// statement of the monitor itself: watches are judged by the roster that was in force when
// they began, and those that began before any was are nobody's breach.
type Roster struct {
	Shifts []Shift       `json:"shifts"`
	Since  time.Time     `json:"since,omitzero"`  // watches before it are nobody's duty; zero: always
	Grace  time.Duration `json:"grace,omitempty"` // a shift is taken so long after it began at the latest; 0: 15 min
}

// DefaultGrace is how long after its beginning a shift may be taken, and how long after its
// end it may be handed over.
const DefaultGrace = 15 * time.Minute

// Watch is one shift of one day, and what became of it: evidence for [ClauseWatch].
type Watch struct {
	Shift   string     `json:"shift"`
	Start   time.Time  `json:"start"`
	End     time.Time  `json:"end"`
	Due     time.Time  `json:"due"`              // it must be taken by then
	Taken   *Statement `json:"taken,omitempty"`  // the first that took it
	Handed  *Statement `json:"handed,omitempty"` // the latest that handed it over
	Verdict Verdict    `json:"verdict"`          // Kept: taken in time and handed over; AtRisk while it can still be
	Why     string     `json:"why"`              // a stable name
}

// Watches are the shifts that begin in the period, by the rosters on record, as known at now.
// Without any on record r counts for all. Drills count for nothing.
func (r Roster) Watches(statements []Statement, p Period, zone *time.Location, now time.Time) []Watch {
	var out []Watch
	for _, part := range r.inForce(statements) {
		span, ok := p.Clip(Period{part.from, part.to})
		if !ok {
			continue
		}
		for _, w := range part.roster.watches(span, zone) {
			out = append(out, w.judged(statements, part.roster.TakenWithin(), now))
		}
	}
	return out
}

// InForce is the monitor's own statement that the roster came into force.
func (r Roster) InForce(at time.Time) Statement {
	return Statement{Site: MonitorScope, At: at.UTC().Truncate(time.Millisecond), By: accounts.System("monitor"), Roster: &r}.Sealed()
}

// rosterSpan is a stretch of time with its roster.
type rosterSpan struct {
	roster   Roster
	from, to time.Time
}

// farFuture is after everything.
var farFuture = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// inForce are the rosters on record, in order.
func (r Roster) inForce(statements []Statement) []rosterSpan {
	var out []rosterSpan
	for _, s := range statements {
		if s.Roster == nil {
			continue
		}
		if n := len(out); n > 0 {
			out[n-1].to = s.At
		}
		out = append(out, rosterSpan{*s.Roster, s.At, farFuture})
	}
	if out == nil {
		return []rosterSpan{{r, time.Time{}, farFuture}}
	}
	return out
}

// judged adds what became of the watch.
func (w Watch) judged(statements []Statement, grace time.Duration, now time.Time) Watch {
	for i := range statements {
		s := &statements[i]
		switch t, h := s.Taking, s.HandOver; {
		case t != nil && !t.Drill && t.Shift == w.Shift && t.Start.Equal(w.Start) && w.Taken == nil:
			w.Taken = s
		case h != nil && !h.Drill && h.Shift == w.Shift && h.Start.Equal(w.Start):
			w.Handed = s
		}
	}
	w.Verdict, w.Why = w.judge(grace, now)
	return w
}

// TakenWithin is the roster's grace, or the default.
func (r Roster) TakenWithin() time.Duration {
	if r.Grace <= 0 {
		return DefaultGrace
	}
	return r.Grace
}

func (w Watch) judge(grace time.Duration, now time.Time) (Verdict, string) {
	switch limit := w.End.Add(grace); {
	case w.Taken == nil && now.Before(w.Due):
		return AtRisk, "not_taken_yet"
	case w.Taken == nil:
		return Broken, "not_taken"
	case w.Taken.At.After(w.Due):
		return Broken, "taken_late"
	case w.Handed == nil && now.Before(limit):
		return AtRisk, "not_handed_over_yet"
	case w.Handed == nil:
		return Broken, "not_handed_over"
	case w.Handed.At.After(limit):
		return Broken, "handed_over_late"
	default:
		return Kept, "taken_and_handed_over"
	}
}

// watches are the roster's shifts that begin in the period, in order, without what became of
// them.
func (r Roster) watches(p Period, zone *time.Location) []Watch {
	if len(r.Shifts) == 0 {
		return nil
	}
	var begins []Watch
	// A shift's end is the next one's beginning, which may lie on the day after the period.
	for _, day := range (Period{p.From.Add(-24 * time.Hour), p.To.Add(48 * time.Hour)}).Days(zone) {
		y, m, d := day.From.In(zone).Date()
		for _, s := range r.Shifts {
			at, err := time.Parse("15:04", s.From)
			if err != nil {
				continue // the configuration's validation lets no such shift pass
			}
			start := time.Date(y, m, d, at.Hour(), at.Minute(), 0, 0, zone).UTC()
			begins = append(begins, Watch{Shift: s.Name, Start: start, Due: start.Add(r.TakenWithin())})
		}
	}
	slices.SortFunc(begins, func(a, b Watch) int { return a.Start.Compare(b.Start) })
	begins = slices.CompactFunc(begins, func(a, b Watch) bool { return a.Start.Equal(b.Start) })
	var out []Watch
	for i := 0; i+1 < len(begins); i++ {
		w := begins[i]
		w.End = begins[i+1].Start
		if !w.Start.Before(p.From) && w.Start.Before(p.To) && !w.Start.Before(r.Since) {
			out = append(out, w)
		}
	}
	return out
}

// Current is the watch at now; ok is false without a roster. One that began before its
// roster came into force can be taken all the same, but nobody broke a promise by it.
func (r Roster) Current(statements []Statement, zone *time.Location, now time.Time) (w Watch, ok bool) {
	span := Period{now.Add(-48 * time.Hour), now.Add(time.Millisecond)}
	during := func(w Watch) bool { return !now.Before(w.Start) && now.Before(w.End) }
	all := r.Watches(statements, span, zone, now)
	if i := slices.IndexFunc(all, during); i >= 0 {
		return all[i], true
	}
	all = r.watches(span, zone)
	i := slices.IndexFunc(all, during)
	if i < 0 {
		return Watch{}, false
	}
	w = all[i].judged(statements, r.TakenWithin(), now)
	if w.Verdict == Broken {
		w.Verdict, w.Why = Unproven, "before_roster"
	}
	return w, true
}
