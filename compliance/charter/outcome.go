package charter

import (
	"cmp"
	"slices"

	"github.com/charterwatch/charterwatch/compliance"
)

// finding is an occasion with its two cases.
type finding struct {
	compliance.Obligation
	best  bool // kept if all that is not known was as promised
	worst bool // kept even if none of it was
}

// found makes a finding of an obligation whose verdict stands as it is.
func found(o compliance.Obligation) finding {
	return finding{o, o.Verdict != compliance.Broken, o.Verdict == compliance.Kept}
}

// verdict is that of the occasion alone.
func (f finding) verdict() compliance.Verdict {
	switch {
	case !f.best:
		return compliance.Broken
	case f.worst:
		return compliance.Kept
	case f.Verdict == compliance.AtRisk:
		return compliance.AtRisk
	default:
		return compliance.Unproven
	}
}

// count adds the occasions. enough says that coverage reaches its floor: without it there may
// have been occasions that nobody saw, and in the worst case they were missed.
func (o *Outcome) count(all []finding, enough bool) {
	for _, f := range all {
		f.Verdict = f.verdict()
		switch f.Verdict {
		case compliance.Kept:
			o.Kept++
		case compliance.Broken:
			o.Broken++
		case compliance.AtRisk:
			o.Pending++
		default:
			o.Unproven++
		}
		o.Occasions = append(o.Occasions, f.Obligation)
	}
	o.Best, o.Worst = compliance.NoOccasion, compliance.NoOccasion
	if len(all) > 0 {
		o.Best, o.Worst = compliance.Kept, compliance.Kept
	}
	if o.Broken > 0 {
		o.Best = compliance.Broken
	}
	if o.Kept < len(all) || !enough {
		o.Worst = compliance.Broken
	}
	o.Verdict = settle(o.Best, o.Worst, enough && o.Unproven == 0 && o.Pending > 0)
}

// settle is the verdict between the best and the worst case. pending says that only what may
// yet be met keeps them apart.
func settle(best, worst compliance.Verdict, pending bool) compliance.Verdict {
	switch {
	case best == compliance.Broken:
		return compliance.Broken
	case worst != compliance.Broken:
		return worst
	case pending:
		return compliance.AtRisk
	default:
		return compliance.Unproven
	}
}

// open makes an outcome of which nothing is known, and why.
func open(w Why) Outcome {
	return Outcome{Best: compliance.Kept, Worst: compliance.Broken, Why: w}
}

// all is the number of occasions.
func (o Outcome) all() int { return o.Kept + o.Broken + o.Unproven + o.Pending }

// least remembers the lowest coverage.
func (o *Outcome) least(r compliance.Ratio) {
	if o.Coverage == nil || r < *o.Coverage {
		o.Coverage = &r
	}
}

func (o *Outcome) use(kind string, ids ...string) {
	for _, id := range ids {
		if id != "" {
			o.Used = append(o.Used, Ref{kind, id})
		}
	}
}

func sortedRefs(refs []Ref) []Ref {
	slices.SortFunc(refs, func(a, b Ref) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID)) })
	return slices.Compact(refs)
}
