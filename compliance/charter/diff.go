package charter

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/calendar"
)

// Change is a difference in how a month is judged from the month before.
type Change struct {
	Clause compliance.Clause `json:"clause,omitempty"`
	What   ChangeKind        `json:"what"`
	Before string            `json:"before,omitempty"`
	After  string            `json:"after,omitempty"`
	Why    compliance.Name   `json:"why,omitzero"`
}

// ChangeKind names what changed. The set is closed; see [ChangeKinds].
type ChangeKind string

// The kinds. [Diff] finds those of clauses; the others are for whoever compares the rest.
const (
	ChangedAdded        ChangeKind = "added"
	ChangedRemoved      ChangeKind = "removed"
	ChangedWords        ChangeKind = "words"
	ChangedRequirements ChangeKind = "requirements" // methods or where evidence comes from
	ChangedTerms        ChangeKind = "terms"
	ChangedObjective    ChangeKind = "objective"
	ChangedOwner        ChangeKind = "owner"
	ChangedRules        ChangeKind = "rules"    // of judging; see [RulesVersion]
	ChangedSites        ChangeKind = "sites"    // what is watched
	ChangedHours        ChangeKind = "hours"    // published closing times
	ChangedCalendar     ChangeKind = "calendar" // days off
)

// ChangeKinds lists them.
func ChangeKinds() []ChangeKind {
	return []ChangeKind{ChangedAdded, ChangedRemoved, ChangedWords, ChangedRequirements, ChangedTerms, ChangedObjective, ChangedOwner, ChangedRules, ChangedSites, ChangedHours, ChangedCalendar}
}

// Diff says what differs in how a month that begins with first is judged by after, from how the
// month before it was judged by before. Clauses come in the order of after; those that are gone come
// last.
func Diff(before, after Charter, first calendar.Date) []Change {
	past := first.AddMonths(-1)
	var out []Change
	for _, cl := range after.Clauses {
		old, ok := before.Clause(cl.ID)
		was, is := ok && old.InForce(past), cl.InForce(first)
		switch {
		case is && !was:
			out = append(out, Change{Clause: cl.ID, What: ChangedAdded, After: cl.Words, Why: cl.Version(first).Why})
		case was && !is:
			out = append(out, Change{Clause: cl.ID, What: ChangedRemoved, Before: old.Words})
		case is:
			out = append(out, old.changes(cl, past, first)...)
		}
	}
	for _, old := range before.Clauses {
		if _, ok := after.Clause(old.ID); !ok && old.InForce(past) {
			out = append(out, Change{Clause: old.ID, What: ChangedRemoved, Before: old.Words})
		}
	}
	return out
}

// changes compares a clause with the next form of itself.
func (c Clause) changes(next Clause, past, first calendar.Date) []Change {
	a, b := c.Version(past), next.Version(first)
	var out []Change
	add := func(what ChangeKind, before, after string) {
		if before != after {
			out = append(out, Change{Clause: c.ID, What: what, Before: before, After: after, Why: b.Why})
		}
	}
	add(ChangedWords, c.Words, next.Words)
	methods := func(v Version) string {
		var all []string
		for _, r := range v.Requires {
			all = append(all, string(r.Method)+" ("+string(r.Basis)+")")
		}
		return strings.Join(all, ", ")
	}
	add(ChangedRequirements, methods(a), methods(b))
	if slices.EqualFunc(a.Requires, b.Requires, func(x, y Requirement) bool { return x.Method == y.Method }) {
		for i := range a.Requires {
			x, y := a.Requires[i], b.Requires[i]
			add(ChangedTerms, plain(x.Terms.WithDefaults(x.Method)), plain(y.Terms.WithDefaults(y.Method)))
		}
	}
	add(ChangedObjective, plain(a.Objective), plain(b.Objective))
	add(ChangedOwner, c.Owner, next.Owner)
	return out
}

// plain is what a value of plain data says, for comparison and for people who know its names.
func plain(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic("charter: " + err.Error()) // terms are plain data
	}
	return string(b)
}
