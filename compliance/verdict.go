package compliance

import (
	"fmt"
	"slices"
)

// Verdict is what became of a promise. The zero value is Unproven.
type Verdict uint8

// The verdicts.
const (
	Unproven   Verdict = 0 // 판단불가: neither can be shown
	Kept       Verdict = 1 // 이행: even the worst case passes, and coverage reaches its floor
	AtRisk     Verdict = 2 // 위험
	Broken     Verdict = 3 // 미이행: even the best case misses
	NoOccasion Verdict = 4 // 해당 없음: nothing the promise speaks of happened
)

var verdictNames = [...]string{"unproven", "kept", "at_risk", "broken", "no_occasion"}

// String returns the verdict's stable name.
func (v Verdict) String() string { return verdictNames[min(int(v), len(verdictNames)-1)] }

// MarshalText writes the stable name.
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText reads a stable name.
func (v *Verdict) UnmarshalText(b []byte) error {
	i := slices.Index(verdictNames[:], string(b))
	if i < 0 {
		return fmt.Errorf("unknown verdict %q", b)
	}
	*v = Verdict(i)
	return nil
}

// Availability is the clause's verdict for one site and period, with what it rests on.
type Availability struct {
	Verdict      Verdict  `json:"verdict"`
	BrokenDays   []Period `json:"broken_days,omitempty"`   // missed even in the best case
	UnprovenDays []Period `json:"unproven_days,omitempty"` // served in the best case, not in the worst
	Coverage     Ratio    `json:"coverage"`
}

// JudgeServedDays judges by best and worst case: a day is served when the site was
// observed up and had at most MaxDown of unplanned downtime in its service hours. Unknown
// time, and downtime whose notice is not settled, count for the site in the best case and
// against it in the worst, so that switching the monitor off can neither hide a breach nor
// earn a pass.
func JudgeServedDays(f Figures, p Promises) Availability {
	p = p.WithDefaults()
	var a Availability
	a.Coverage, _ = f.Coverage()
	for _, d := range f.Days {
		open := d.Open
		closedAllDay := open.All()+d.Future == 0
		switch {
		case closedAllDay:
		case open.Unplanned()-open.Parts.Unsettled > p.MaxDown, open.Up+open.Unknown+d.Future == 0:
			a.BrokenDays = append(a.BrokenDays, d.Period)
		case open.Unplanned()+open.Unknown-open.Covered+d.Future > p.MaxDown, open.Up == 0:
			a.UnprovenDays = append(a.UnprovenDays, d.Period)
		}
	}
	switch {
	case len(a.BrokenDays) > 0:
		a.Verdict = Broken
	case len(a.UnprovenDays) == 0 && a.Coverage >= p.Coverage:
		a.Verdict = Kept
	}
	return a
}
