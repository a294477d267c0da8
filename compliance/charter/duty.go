package charter

import (
	"slices"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
)

// duties judges what is owed on each occasion: work announced ahead, a recovery time announced,
// service restored. Obligations count in the month that [compliance.Obligation.Due] lies in.
//
// Limits count from the first failing slot, as it was seen; what may have failed unseen before it
// is a matter of coverage. What was not seen after it may have been a recovery: see
// [siteSeen.endsAtBest].
func (j *judging) duties(cl Clause, m Method, t Terms) Outcome {
	sites, why := j.chosen(cl.ID, t)
	if len(sites) == 0 {
		return open(why)
	}
	p := t.promises(j.promises)
	var o Outcome
	var all []finding
	var thin *siteSeen
	var blank string // a site without a board
	for _, i := range sites {
		s := j.site(i, p)
		for _, ob := range s.obligations {
			if ob.Clause == m.duty() && j.due(ob.Due()) {
				ob.Clause = cl.ID
				all = append(all, s.found(ob, m, p, j.e.AsOf))
				o.Used = append(o.Used, s.refsOf(m, ob)...)
			}
		}
		coverage, ok := s.coverage(m, j)
		if !ok && blank == "" && m == AnnouncedWork {
			blank = s.ID
		}
		if o.Coverage == nil || coverage < *o.Coverage {
			o.Coverage, thin = &coverage, s
		}
		o.use("hours", j.hours(s.ID))
	}
	slices.SortStableFunc(all, func(a, b finding) int { return a.Due().Compare(b.Due()) })
	o.count(all, *o.Coverage >= t.Coverage)
	o.Why = o.dutyWhy(m, t, j.e.AsOf)
	if o.Why.Rule == "coverage_low" {
		o.Why.What = thin.ID
		if m == AnnouncedWork {
			o.Why.Rule = "boards_unread"
		}
		if blank != "" {
			o.Why = Why{Rule: "no_board", What: blank}
		}
	}
	return o
}

// duty is the clause under which the obligations of a method are derived.
func (m Method) duty() compliance.Clause {
	switch m {
	case AnnouncedWork:
		return compliance.ClauseMaintenance
	case AnnouncedRecovery:
		return compliance.ClauseAnnouncement
	default:
		return compliance.ClauseRestoration
	}
}

// dutyWhy says what a verdict on occasions with limits rests on.
func (o Outcome) dutyWhy(m Method, t Terms, now time.Time) Why {
	name := map[Method]string{AnnouncedWork: "work", AnnouncedRecovery: "recovery", RestoredInTime: "restoration"}[m]
	switch {
	case o.Broken > 0 && m == RestoredInTime:
		return Why{Rule: "restoration_late", N: o.Broken, Of: o.all(), Long: o.longest(now)}
	case o.Broken > 0:
		return Why{Rule: name + "_late", N: o.Broken, Of: o.all()}
	case o.Unproven > 0:
		return Why{Rule: name + "_unclear", N: o.Unproven, Of: o.all()}
	case *o.Coverage < t.Coverage:
		return Why{Rule: "coverage_low", Ratio: *o.Coverage, Floor: t.Coverage}
	case o.Pending > 0:
		return Why{Rule: name + "_pending", N: o.Pending, At: o.nextLimit()}
	case o.Kept > 0:
		return Why{Rule: name + "_in_time", N: o.Kept}
	default:
		return Why{Rule: name + "_none", Ratio: *o.Coverage}
	}
}

// longest is how long the longest of the occasions that were missed lasted.
func (o Outcome) longest(now time.Time) time.Duration {
	var out time.Duration
	for _, x := range o.Occasions {
		end := x.Met
		if end.IsZero() {
			end = now
		}
		if x.Verdict == compliance.Broken {
			out = max(out, end.Sub(x.Start))
		}
	}
	return out
}

// nextLimit is the earliest limit of what is pending.
func (o Outcome) nextLimit() time.Time {
	var at time.Time
	for _, x := range o.Occasions {
		if x.Verdict == compliance.AtRisk && (at.IsZero() || x.Limit.Before(at)) {
			at = x.Limit
		}
	}
	return at
}

// coverage is the share of the month in which an occasion would have been seen: of maintenance
// that in which the site's boards could be read, of outages that in which it was watched.
func (s *siteSeen) coverage(m Method, j *judging) (compliance.Ratio, bool) {
	if m == AnnouncedWork {
		return s.History.Record.BoardCoverage(j.e.Period, j.e.AsOf)
	}
	return s.figures.Coverage()
}

// found gives an obligation its two cases.
func (s *siteSeen) found(ob compliance.Obligation, m Method, p compliance.Promises, now time.Time) finding {
	f := found(ob)
	i := slices.IndexFunc(s.History.Outages, func(o compliance.Outage) bool { return o.ID == ob.Subject && o.Check == "" })
	if i < 0 || f.best || m == AnnouncedWork {
		return f
	}
	end := s.endsAtBest(s.History.Outages[i], now)
	switch m {
	case RestoredInTime:
		f.best = !end.After(ob.Limit)
	case AnnouncedRecovery:
		f.best = end.Sub(ob.Start) <= p.AnnounceAfter
	}
	if f.best {
		f.Why = "perhaps_over"
	}
	return f
}

// endsAtBest is when an outage ended if all that was not seen is taken for service: at the first
// stretch without a look that was long enough for a recovery to hold, or that lasted until the
// outage's end.
func (s *siteSeen) endsAtBest(o compliance.Outage, now time.Time) time.Time {
	end := o.End
	if o.Open() {
		end = now
	}
	during := compliance.Period{From: o.Start, To: end}
	for _, u := range s.unseen {
		if part, ok := during.Clip(u); ok && (part.To.Sub(part.From) >= s.hold || !part.To.Before(end)) {
			return part.From
		}
	}
	return end
}
