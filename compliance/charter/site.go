package charter

import (
	"fmt"
	"slices"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
)

// siteSeen is a site with what is derived of its history.
type siteSeen struct {
	SiteEvidence
	figures     compliance.Figures
	plans       []compliance.Plan
	obligations []compliance.Obligation
	unseen      []compliance.Period // from the first outage's start on
	hold        time.Duration       // for which a recovery must hold
}

// site derives what is asked of the i-th site under these promises, once.
func (j *judging) site(i int, p compliance.Promises) *siteSeen {
	if s := j.sites[i][p]; s != nil {
		return s
	}
	s := &siteSeen{SiteEvidence: j.e.Sites[i]}
	s.History = j.knownHistory(s.History)
	h := &s.History
	h.Site, h.Record.Site = s.ID, s.ID
	terms := compliance.Terms{Hours: s.Hours, Zone: j.zone, Promises: p}
	s.figures = compliance.Account(*h, j.e.Period, terms)
	s.plans = h.Record.Plans(p, j.zone)
	s.obligations = h.Record.Obligations(s.plans, h.Outages, p, j.e.AsOf)
	from := j.e.Period.From
	for _, o := range h.Outages {
		if o.Start.Before(from) {
			from = o.Start
		}
	}
	s.unseen = compliance.Unseen(*h, compliance.Period{From: from, To: j.e.AsOf})
	for _, l := range compliance.Critical(h.Lives) {
		s.hold = max(s.hold, l.Policy.WithDefaults(l.Interval, 0).RecoverHold)
	}
	j.sites[i][p] = s
	return s
}

// knownHistory is a history without what became known after AsOf.
func (j *judging) knownHistory(h compliance.SiteHistory) compliance.SiteHistory {
	asOf := j.e.AsOf
	if asOf.Before(h.Until) {
		h.Until = asOf
	}
	h.Record.Statements = j.known(h.Record.Statements)
	h.Outages = slices.DeleteFunc(slices.Clone(h.Outages), func(o compliance.Outage) bool { return o.Start.After(asOf) })
	for i := range h.Outages {
		if h.Outages[i].End.After(asOf) {
			h.Outages[i].End = time.Time{}
		}
	}
	var notices []compliance.Notice
	for _, n := range h.Record.Notices {
		n.Revisions = slices.DeleteFunc(slices.Clone(n.Revisions), func(r compliance.Revision) bool { return r.FirstSeen.After(asOf) })
		if len(n.Revisions) > 0 {
			notices = append(notices, n)
		}
	}
	h.Record.Notices = notices
	return h
}

// chosen are the sites that a requirement speaks of, and why there are none.
func (j *judging) chosen(id compliance.Clause, t Terms) ([]int, Why) {
	var out []int
	for i, s := range j.e.Sites {
		if len(t.Sites) > 0 && !slices.Contains(t.Sites, s.ID) || t.Named && !slices.Contains(s.Clauses, id) {
			continue
		}
		out = append(out, i)
	}
	if t.Named {
		return out, Why{Rule: "no_named_site", What: string(id)}
	}
	return out, Why{Rule: "no_site"}
}

// siteMonth are the i-th site's accounts.
func (j *judging) siteMonth(i int) SiteMonth {
	s := j.site(i, j.promises)
	out := SiteMonth{Site: s.ID, Figures: s.figures, Availability: compliance.JudgeServedDays(s.figures, j.promises)}
	for _, ob := range s.obligations {
		if j.due(ob.Due()) || ob.Start.Before(j.e.Period.To) && !ob.Due().Before(j.e.Period.From) {
			out.Obligations = append(out.Obligations, ob)
		}
	}
	for _, p := range s.plans {
		if j.touches(p, out.Obligations) {
			out.Plans = append(out.Plans, p)
		}
	}
	for _, o := range s.History.Outages {
		if o.Check == "" && j.during(o.Start, o.End) {
			out.Outages = append(out.Outages, o)
		}
	}
	if r, ok := s.History.Record.BoardCoverage(j.e.Period, j.e.AsOf); ok {
		out.BoardSeen = &r
	}
	return out
}

// touches says whether a plan is of the month: by its windows, or by an obligation.
func (j *judging) touches(p compliance.Plan, due []compliance.Obligation) bool {
	return slices.ContainsFunc(p.Windows, func(w compliance.Stretch) bool { return j.during(w.Start, w.End) }) ||
		slices.ContainsFunc(due, func(o compliance.Obligation) bool { return o.Subject == p.ID }) ||
		p.Review && slices.ContainsFunc(p.Tellings, func(t compliance.Telling) bool { return j.due(t.Seen.FirstSeen) })
}

// during says whether a stretch of time, open if its end is zero, overlaps the month.
func (j *judging) during(from, to time.Time) bool {
	return from.Before(j.e.Period.To) && (to.IsZero() || to.After(j.e.Period.From))
}

// hours names the hours of looks at something that the month rests on.
func (j *judging) hours(of string) string {
	to := j.e.Period.To
	if j.e.AsOf.Before(to) {
		to = j.e.AsOf
	}
	const hour = "2006-01-02T15"
	return fmt.Sprintf("%s %s/%s", of, j.e.Period.From.UTC().Format(hour), to.UTC().Format(hour))
}

// refs are what the site's availability rests on: its looks, outages and appeals, and the
// notices and rulings of work that was due in the month.
func (s *siteSeen) refs(j *judging) []Ref {
	out := []Ref{{"hours", j.hours(s.ID)}}
	for _, o := range s.History.Outages {
		if o.Check == "" && j.during(o.Start, o.End) {
			out = append(out, s.outageRefs(o.ID)...)
		}
	}
	for _, p := range s.plans {
		if slices.ContainsFunc(p.Windows, func(w compliance.Stretch) bool { return j.during(w.Start, w.End) }) {
			out = append(out, s.planRefs(p)...)
		}
	}
	return out
}

// refsOf are what an obligation rests on.
func (s *siteSeen) refsOf(m Method, ob compliance.Obligation) []Ref {
	var out []Ref
	for _, p := range s.plans {
		if p.ID == ob.Subject {
			out = append(out, s.planRefs(p)...)
		}
	}
	i := slices.IndexFunc(s.History.Outages, func(o compliance.Outage) bool { return o.ID == ob.Subject && o.Check == "" })
	if i < 0 {
		return out
	}
	out = append(out, s.outageRefs(ob.Subject)...)
	if m != AnnouncedRecovery {
		return out
	}
	for _, a := range s.History.Record.Announcements(s.History.Outages[i]) {
		if a.Statement != "" {
			out = append(out, Ref{"statement", a.Statement})
		} else {
			out = append(out, s.noticeRefs(a.Notice, a.Revision)...)
		}
	}
	return out
}

// outageRefs are an outage, the appeals against it and the judgements of these.
func (s *siteSeen) outageRefs(id string) []Ref {
	out := []Ref{{"outage", id}}
	var appeals []string
	for _, x := range s.History.Record.Statements {
		if x.Appeal != nil && x.Appeal.Outage == id {
			appeals = append(appeals, x.ID)
		}
		if x.Appeal != nil && x.Appeal.Outage == id || x.Judgement != nil && slices.Contains(appeals, x.Judgement.Appeal) {
			out = append(out, Ref{"statement", x.ID})
		}
	}
	return out
}

// planRefs are the wordings and declarations that a plan is put together from.
func (s *siteSeen) planRefs(p compliance.Plan) []Ref {
	var out []Ref
	for _, t := range p.Tellings {
		out = append(out, s.noticeRefs(t.Notice, t.Revision)...)
	}
	for _, w := range p.Works {
		out = append(out, Ref{"statement", w.ID})
	}
	return out
}

// noticeRefs are a wording of a notice, and what people said of it.
func (s *siteSeen) noticeRefs(id string, revision int) []Ref {
	out := []Ref{{"notice", fmt.Sprintf("%s/r%d", id, revision)}}
	for _, x := range s.History.Record.Statements {
		if r := x.Ruling; r != nil && r.Notice == id && r.Revision == revision {
			out = append(out, Ref{"statement", x.ID})
		}
	}
	return out
}
