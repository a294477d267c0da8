package compliance

import (
	"fmt"
	"slices"
	"time"
)

// Period is a stretch of time [From, To).
type Period struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// Month returns the calendar month in the organisation's zone.
func Month(year int, month time.Month, zone *time.Location) Period {
	return Period{time.Date(year, month, 1, 0, 0, 0, 0, zone), time.Date(year, month+1, 1, 0, 0, 0, 0, zone)}
}

// Days splits the period at the zone's midnights.
func (p Period) Days(zone *time.Location) []Period {
	var out []Period
	for from := p.From; from.Before(p.To); {
		y, m, d := from.In(zone).Date()
		to := time.Date(y, m, d+1, 0, 0, 0, 0, zone)
		if p.To.Before(to) {
			to = p.To
		}
		out = append(out, Period{from, to})
		from = to
	}
	return out
}

// Clip returns the part of q that lies in p, and whether there is any.
func (p Period) Clip(q Period) (Period, bool) {
	q.From = later(q.From, p.From)
	if p.To.Before(q.To) {
		q.To = p.To
	}
	return q, q.From.Before(q.To)
}

// ParseClose reads "HH:MM-HH:MM" into minutes after midnight; 24:00 is allowed as an end.
func ParseClose(s string) (from, to int, err error) {
	var h1, m1, h2, m2 int
	if n, err := fmt.Sscanf(s, "%02d:%02d-%02d:%02d", &h1, &m1, &h2, &m2); n != 4 || err != nil || len(s) != 11 {
		return 0, 0, fmt.Errorf("%q is not a span of the form HH:MM-HH:MM", s)
	}
	from, to = h1*60+m1, h2*60+m2
	if h1 > 23 || m1 > 59 || m2 > 59 || to > 24*60 || from == to {
		return 0, 0, fmt.Errorf("%q is not a span of times of day", s)
	}
	return from, to, nil
}

// Closures returns the published closing times that overlap p, in order. Times of day are
// the zone's, so a closing keeps its wall-clock time over a change of offset. Hours with a
// malformed Close contribute nothing: config refuses them.
func Closures(hours []ServiceHours, p Period, zone *time.Location) []Period {
	var out []Period
	for _, h := range hours {
		from, to, err := ParseClose(h.Close)
		if err != nil {
			continue
		}
		if to <= from {
			to += 24 * 60
		}
		y, m, d := p.From.In(zone).Date()
		for day := time.Date(y, m, d-1, 0, 0, 0, 0, zone); day.Before(p.To); day = nextDay(day, zone) {
			if !h.Days.Has(day.Weekday()) || day.Before(h.From) || !h.Until.IsZero() && !day.Before(h.Until) {
				continue
			}
			y, m, d := day.Date()
			span := Period{time.Date(y, m, d, 0, from, 0, 0, zone), time.Date(y, m, d, 0, to, 0, 0, zone)}
			if span, ok := p.Clip(span); ok {
				out = append(out, span)
			}
		}
	}
	slices.SortFunc(out, func(a, b Period) int { return a.From.Compare(b.From) })
	return out
}

func nextDay(t time.Time, zone *time.Location) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, zone)
}
