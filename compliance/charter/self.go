package charter

import (
	"slices"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
)

// blindAfter is how long nothing must have been seen for it to be told.
const blindAfter = 10 * time.Minute

// self says how well the monitor itself saw.
func (j *judging) self() SelfMonth {
	var out SelfMonth
	for i := range j.e.Sites {
		if r, _ := j.site(i, j.promises).figures.Coverage(); i == 0 || r < out.Coverage {
			out.Coverage = r
		}
	}
	out.Blind = j.blind()
	out.Watches = compliance.Roster{}.Watches(j.e.House, j.e.Period, j.zone, j.e.AsOf)
	return out
}

// blind are the stretches in which no check of any site saw anything from anywhere, from the
// first check's first slot on.
func (j *judging) blind() []compliance.Period {
	past := j.e.Period
	if j.e.AsOf.Before(past.To) {
		past.To = j.e.AsOf
	}
	var seen []compliance.Period
	first := past.To
	for _, s := range j.e.Sites {
		gaps := gapsOf(s.History)
		for _, l := range s.History.Lives {
			if l.From.Before(first) {
				first = l.From
			}
			for _, v := range l.Vantages {
				if part, ok := past.Clip(compliance.Period{From: l.From, To: lifeEnd(l, past.To)}); ok {
					seen = append(seen, without(part, gaps[look{l.Check, v}])...)
				}
			}
		}
	}
	slices.SortFunc(seen, func(a, b compliance.Period) int { return a.From.Compare(b.From) })
	if past.From.Before(first) {
		past.From = first
	}
	var out []compliance.Period
	add := func(from, to time.Time) {
		if to.Sub(from) > blindAfter {
			out = append(out, compliance.Period{From: from, To: to})
		}
	}
	at := past.From
	for _, s := range seen {
		add(at, s.From)
		if s.To.After(at) {
			at = s.To
		}
	}
	add(at, past.To)
	return out
}

func lifeEnd(l compliance.CheckLife, end time.Time) time.Time {
	if l.To.IsZero() {
		return end
	}
	return l.To
}

// without is a period less the gaps, which are in order.
func without(p compliance.Period, gaps []compliance.Gap) []compliance.Period {
	var out []compliance.Period
	for _, g := range gaps {
		if part, ok := p.Clip(compliance.Period{From: g.From, To: g.To}); ok {
			if p.From.Before(part.From) {
				out = append(out, compliance.Period{From: p.From, To: part.From})
			}
			p.From = part.To
		}
	}
	if p.From.Before(p.To) {
		out = append(out, p)
	}
	return out
}

// look is a check at a vantage.
type look struct{ check, vantage string }

// gapsOf sorts a site's gaps by where they are.
func gapsOf(h compliance.SiteHistory) map[look][]compliance.Gap {
	out := map[look][]compliance.Gap{}
	for _, g := range h.Gaps {
		out[look{g.Check, g.Vantage}] = append(out[look{g.Check, g.Vantage}], g)
	}
	for _, list := range out {
		slices.SortStableFunc(list, func(a, b compliance.Gap) int { return a.From.Compare(b.From) })
	}
	return out
}
