package compliance

import (
	"reflect"
	"slices"
	"strings"
	"time"
)

// Step takes the alerts of one scope that stand from those that ought to. It returns those
// that stand now, by their keys, and the versions that are new. An alert is raised once what
// it speaks of has held for long enough, and ends once that has been gone for long enough, so
// that flapping is one alert.
func (p AlertPolicy) Step(open, want []Alert, now time.Time) (standing, changed []Alert) {
	wanted := map[string]Alert{}
	for _, w := range want {
		if t := p.terms(w.Rule); !t.Off || w.Drill {
			w = w.filled(t)
			if _, twice := wanted[w.Key()]; !twice {
				wanted[w.Key()] = w
			}
		}
	}
	for _, o := range open {
		w, holds := wanted[o.Key()]
		terms := p.terms(o.Rule)
		if holds && !w.continues(o) {
			holds, terms.Keep = false, 0 // another occurrence takes its place
		} else {
			delete(wanted, o.Key())
		}
		next := o.follow(w, holds, terms, now)
		if !reflect.DeepEqual(next, o) {
			changed = append(changed, next)
		}
		if next.Open() {
			standing = append(standing, next)
		}
	}
	for _, w := range wanted {
		if w.Start.IsZero() {
			w.Start = now
		}
		if now.Sub(w.Start) < p.terms(w.Rule).After && !w.Drill {
			continue
		}
		w.Raised = now
		w = w.named()
		standing, changed = append(standing, w), append(changed, w)
	}
	for _, list := range [][]Alert{standing, changed} {
		slices.SortStableFunc(list, func(a, b Alert) int { return strings.Compare(a.Key(), b.Key()) })
	}
	return standing, changed
}

// filled adds what the rule and its terms say.
func (a Alert) filled(t AlertTerms) Alert {
	if c := a.Rule.Clause(); c != "" {
		a.Clause = c
	}
	if a.Severity == "" {
		a.Severity = t.Severity
	}
	return a
}

// continues says whether a is the occurrence that o is.
func (a Alert) continues(o Alert) bool { return a.Rule.BySubject() || a.Subject == o.Subject }

// follow is the next version of an alert that stands: by what is derived now, or gone.
func (a Alert) follow(w Alert, holds bool, t AlertTerms, now time.Time) Alert {
	if !holds {
		if a.Gone.IsZero() {
			a.Gone = now
		}
		if a.Drill || now.Sub(a.Gone) >= t.Keep {
			a.End = now
		}
		return a
	}
	a.Gone = time.Time{}
	a.Clock, a.Limit, a.Recovery, a.ETA, a.Held = w.Clock, w.Limit, w.Recovery, w.ETA, w.Held
	if w.Clock != "" {
		a.Percent = w.Percent // a mark; measured shares stay as they were when the alert was raised
	}
	if w.Count > 0 {
		a.Count, a.Untold, a.Detail = w.Count, w.Untold, w.Detail
	}
	if !slices.Equal(a.Vantages, w.Vantages) && len(w.Vantages) > 0 {
		a.Vantages = w.Vantages
	}
	return a
}

// Acknowledge marks the alerts that the statement answers. The first answer stands.
func Acknowledge(open []Alert, s Statement) (next, changed []Alert) {
	next = slices.Clone(open)
	for i := range next {
		if a := &next[i]; a.Acked == nil && slices.Contains(s.Acknowledgement.Alerts, a.ID) {
			a.Acked = &Acked{By: s.By, At: s.At}
			changed = append(changed, *a)
		}
	}
	return next, changed
}
