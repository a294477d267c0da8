package charter

import (
	"slices"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
)

// register says how complete the records of some kinds of cases are in a month.
type register struct {
	coverage compliance.Ratio // of the kind with the least
	why      Why              // why it is not whole
	used     []Ref
}

func (r register) whole() bool { return r.why.Rule == "" }

// longestReach bounds how many days before a month's first a case may have been received that
// falls due in it.
const longestReach = 62

// reach is how many days before the month a case may have been received that falls due in it.
func (j *judging) reach(t Terms) int {
	for n := range longestReach {
		received := j.first.AddDays(-n).Start(j.zone).Add(-time.Second) // late on the day before
		past := true
		for _, term := range []compliance.Term{t.Within, t.Difficult} {
			if term.Zero() {
				continue
			}
			d, err := j.deadline(received, term, t.DayRule)
			past = past && err == nil && limit(d).Before(j.e.Period.From)
		}
		if past {
			return n
		}
	}
	return longestReach
}

// register says for how many of the days from so many before the month to its end the records of
// the kinds are complete. Of a month that is not over, only days that are count.
func (j *judging) register(kinds []compliance.CaseKind, before int) register {
	r := register{coverage: 100_000}
	if len(kinds) == 0 {
		return register{why: Why{Rule: "no_register"}}
	}
	any := false
	for _, k := range kinds {
		days, missing := 0, 0
		for d := j.first.AddDays(-before); !d.After(j.last) && !d.End(j.zone).After(j.e.AsOf); d = d.AddDays(1) {
			days++
			if !slices.ContainsFunc(j.e.Cases.Spans, func(s compliance.CaseSpan) bool { return s.Kind == k && !d.Before(s.From) && !d.After(s.Until) }) {
				missing++
			}
		}
		if any = any || missing < days || days == 0; days == 0 {
			continue // none of them is over
		}
		if c := share(days-missing, days); c < r.coverage {
			r.coverage = c
			r.why = Why{Rule: "register_gaps", N: missing, Of: days, What: string(k)}
		}
	}
	if !any {
		r.why = Why{Rule: "no_register"}
	}
	return r
}
