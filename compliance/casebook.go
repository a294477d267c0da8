package compliance

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// With returns the book with an import: the latest version of a case or a day counts. b is not
// modified.
func (b CaseBook) With(i CaseImport) CaseBook {
	out := CaseBook{Cases: slices.Clone(b.Cases), Tallies: slices.Clone(b.Tallies), Spans: slices.Clone(b.Spans)}
	at := map[string]int{}
	for n, c := range out.Cases {
		at[c.key()] = n
	}
	for _, c := range i.Cases {
		if n, known := at[c.key()]; known {
			out.Cases[n] = c
			continue
		}
		at[c.key()] = len(out.Cases)
		out.Cases = append(out.Cases, c)
	}
	for _, t := range i.Tallies {
		n := slices.IndexFunc(out.Tallies, func(x CallTally) bool { return x.Day == t.Day })
		if n >= 0 {
			out.Tallies[n] = t
			continue
		}
		out.Tallies = append(out.Tallies, t)
	}
	for _, s := range i.Spans {
		out.Spans = joinSpan(out.Spans, s)
	}
	out.sort()
	return out
}

func (c Case) key() string { return string(c.Kind) + " " + c.Ref }

func (b CaseBook) sort() {
	slices.SortFunc(b.Cases, func(x, y Case) int {
		return cmp.Or(x.Received.Compare(y.Received), strings.Compare(x.key(), y.key()))
	})
	slices.SortFunc(b.Tallies, func(x, y CallTally) int { return x.Day.Compare(y.Day) })
	slices.SortFunc(b.Spans, func(x, y CaseSpan) int {
		return cmp.Or(strings.Compare(string(x.Kind), string(y.Kind)), x.From.Compare(y.From))
	})
}

// joinSpan adds days to spans, and joins those that touch.
func joinSpan(spans []CaseSpan, s CaseSpan) []CaseSpan {
	var out []CaseSpan
	for _, x := range spans {
		if x.Kind != s.Kind || x.Until.AddDays(1).Before(s.From) || s.Until.AddDays(1).Before(x.From) {
			out = append(out, x)
			continue
		}
		if x.From.Before(s.From) {
			s.From = x.From
		}
		if x.Until.After(s.Until) {
			s.Until = x.Until
		}
	}
	return append(out, s)
}

// Since is the book without the cases that were received before an instant and are closed or
// answered, and without what is older of days.
func (b CaseBook) Since(at time.Time, zone *time.Location) CaseBook {
	var out CaseBook
	for _, c := range b.Cases {
		if !c.Received.Before(at) || c.Closed.IsZero() && c.Answered.IsZero() {
			out.Cases = append(out.Cases, c)
		}
	}
	y, m, d := at.In(zone).Date()
	for _, t := range b.Tallies {
		if !t.Day.Start(zone).Before(time.Date(y, m, d, 0, 0, 0, 0, zone)) {
			out.Tallies = append(out.Tallies, t)
		}
	}
	for _, s := range b.Spans {
		if s.Until.End(zone).After(at) {
			out.Spans = append(out.Spans, s)
		}
	}
	return out
}
