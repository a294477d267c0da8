package compliance

import (
	"slices"
	"time"
)

// Shift is a stretch of the day during which somebody sits on the watch floor. It lasts until
// the next one begins.
type Shift struct {
	Name   string   // stable
	From   string   // "HH:MM" in the organisation's zone
	People []string // ids of those who may take it; none: anybody who may acknowledge
}

// Roster is how the watch floor is staffed.
type Roster struct {
	Shifts []Shift
	Since  time.Time     // watches before it are nobody's duty; zero: always
	Grace  time.Duration // a shift is taken so long after it began at the latest; 0: 15 min
}

// DefaultGrace is how long after its beginning a shift may be taken, and how long after its
// end it may be handed over.
const DefaultGrace = 15 * time.Minute

// Watch is one shift of one day, and what became of it: evidence for [ClauseWatch].
type Watch struct {
	Shift   string
	Start   time.Time
	End     time.Time
	Due     time.Time  // it must be taken by then
	Taken   *Statement // the first that took it
	Handed  *Statement // the latest that handed it over
	Verdict Verdict    // Kept: taken in time and handed over; AtRisk while it can still be
	Why     string     // a stable name
}

// Watches are the shifts of the roster that begin in the period, as known at now. Drills
// count for nothing.
func (r Roster) Watches(statements []Statement, p Period, zone *time.Location, now time.Time) []Watch {
	var out []Watch
	for _, w := range r.watches(p, zone) {
		for i := range statements {
			s := &statements[i]
			switch t, h := s.Taking, s.HandOver; {
			case t != nil && !t.Drill && t.Shift == w.Shift && t.Start.Equal(w.Start) && w.Taken == nil:
				w.Taken = s
			case h != nil && !h.Drill && h.Shift == w.Shift && h.Start.Equal(w.Start):
				w.Handed = s
			}
		}
		w.Verdict, w.Why = w.judge(r.grace(), now)
		out = append(out, w)
	}
	return out
}

func (r Roster) grace() time.Duration {
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
			begins = append(begins, Watch{Shift: s.Name, Start: start, Due: start.Add(r.grace())})
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

// Current is the watch at now; ok is false without a roster, or before it is in force.
func (r Roster) Current(statements []Statement, zone *time.Location, now time.Time) (w Watch, ok bool) {
	for _, w := range r.Watches(statements, Period{now.Add(-48 * time.Hour), now.Add(time.Millisecond)}, zone, now) {
		if !now.Before(w.Start) && now.Before(w.End) {
			return w, true
		}
	}
	return Watch{}, false
}
