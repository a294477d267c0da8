package compliance

import (
	"slices"
	"time"

	"github.com/charterwatch/charterwatch/compliance/calendar"
	"github.com/charterwatch/charterwatch/compliance/notice"
)

// Clause names a promise of the charter.
type Clause string

// The clauses about service and the watch over it.
const (
	ClauseAvailability Clause = "availability"
	ClauseWatch        Clause = "security-watch"
	ClauseMaintenance  Clause = "maintenance-notice"
	ClauseAnnouncement Clause = "recovery-announcement"
	ClauseRestoration  Clause = "recovery-time"
)

// Obligation is one occasion on which a clause had to be kept.
type Obligation struct {
	Clause  Clause    `json:"clause"`
	Site    string    `json:"site,omitempty"`
	Subject string    `json:"subject"` // plan or outage
	Start   time.Time `json:"start"`   // what it counts from or towards: the window's or the outage's start
	Limit   time.Time `json:"limit,omitzero"`
	Met     time.Time `json:"met,omitzero"`   // when it was met as far as seen; zero: not
	Verdict Verdict   `json:"verdict"`        // AtRisk while the limit lies ahead and nothing is met yet
	Why     string    `json:"why"`            // a stable name for what the verdict rests on
	Lead    *Lead     `json:"lead,omitempty"` // of maintenance

	Deadline *calendar.Deadline `json:"deadline,omitempty"` // of cases and pages: how Limit was counted
}

// Due is the instant whose month the obligation belongs to: when it was met or when its
// limit passed, whichever is earlier.
func (o Obligation) Due() time.Time {
	if !o.Met.IsZero() && o.Met.Before(o.Limit) {
		return o.Met
	}
	return o.Limit
}

// Announcement is an expected time of recovery that was made public.
type Announcement struct {
	ETA       time.Time
	Seen      Seen
	Notice    string // "" where a person recorded it
	Revision  int    // of the notice
	Where     string // board, or the place that was recorded
	Outside   bool   // on a statement's word
	Statement string // its id
}

// Announcements are the recovery times announced for an outage of the site, in the order in
// which they were seen: revisions of the expectation stay on record. Any public channel
// counts. Work that was announced with its end is announced with its recovery time.
func (r Record) Announcements(o Outage) []Announcement {
	var out []Announcement
	for _, t := range r.tellings() {
		over := !o.Open() && !t.seen.FirstSeen.Before(o.End) && !t.seen.LastAbsent.Before(o.End)
		if t.out || t.review || over {
			continue
		}
		eta := t.reading.ETA
		if t.reading.Kind == notice.Maintenance && eta.IsZero() && t.reading.State != notice.Cancelled {
			for _, w := range t.reading.Windows {
				if !w.End.IsZero() && !o.Start.Before(w.Start.Add(-workSlack)) && o.Start.Before(w.End) {
					eta = w.End
				}
			}
		}
		if eta.IsZero() || eta.Before(o.Start) || t.reading.Kind == notice.Other {
			continue
		}
		if n := len(out); n > 0 && out[n-1].ETA.Equal(eta) {
			continue
		}
		out = append(out, Announcement{ETA: eta, Seen: t.seen, Notice: t.notice.ID, Revision: t.rev.N, Where: t.notice.Board})
	}
	for _, s := range r.Statements {
		if a := s.Announcement; a != nil && a.Outage == o.ID {
			out = append(out, Announcement{ETA: a.ETA, Seen: Seen{LastAbsent: a.Told, FirstSeen: a.Told}, Where: a.Where, Outside: true, Statement: s.ID})
		}
	}
	slices.SortStableFunc(out, func(a, b Announcement) int { return a.Seen.FirstSeen.Compare(b.Seen.FirstSeen) })
	return out
}

// workSlack is how much before its window an outage may begin and still be taken for the
// announced work's.
const workSlack = 10 * time.Minute

// Obligations are the occasions on which the site's promises about maintenance and outages
// had to be kept, as known at now.
func (r Record) Obligations(plans []Plan, outages []Outage, p Promises, now time.Time) []Obligation {
	p = p.WithDefaults()
	var out []Obligation
	for _, pl := range plans {
		out = append(out, r.maintenance(pl, now)...)
	}
	for _, o := range outages {
		if o.Check != "" {
			continue
		}
		if ob, ok := r.announcement(o, p, now); ok {
			out = append(out, ob)
		}
		out = append(out, restoration(o, p, now))
		if ob, ok := r.surprise(o, plans); ok {
			out = append(out, ob)
		}
	}
	slices.SortStableFunc(out, func(a, b Obligation) int { return a.Limit.Compare(b.Limit) })
	return out
}

// maintenance judges a plan's windows. Emergency work is no breach of this clause, and work
// that was cancelled before it began owes no notice.
func (r Record) maintenance(pl Plan, now time.Time) []Obligation {
	if pl.Type == notice.Emergency {
		return nil
	}
	counting := func(b BoardSpec) bool { return b.counts(r.Site) && !b.OutageOnly }
	var out []Obligation
	for _, w := range pl.Windows {
		if pl.State == notice.Cancelled && pl.CancelledBy.FirstSeen.Before(w.Start) {
			continue
		}
		lead := w.Lead
		ob := Obligation{Clause: ClauseMaintenance, Site: r.Site, Subject: pl.ID, Start: w.Start, Limit: lead.Limit, Met: w.Seen.FirstSeen, Verdict: lead.Verdict, Lead: &lead}
		switch {
		case w.Review:
			ob.Verdict, ob.Why = Unproven, "review"
		case w.Seen.FirstSeen.IsZero() && now.Before(lead.Limit):
			ob.Verdict, ob.Why = AtRisk, "not_posted_yet"
		case w.Seen.FirstSeen.IsZero():
			ob.Verdict, ob.Why = Seen{LastAbsent: r.absentUntil(now, false, counting)}.By(lead.Limit), "not_posted"
		case ob.Verdict == Kept:
			ob.Why = "in_time"
		case ob.Verdict == Broken:
			ob.Why = "late"
		default:
			ob.Why = "straddles"
		}
		out = append(out, ob)
	}
	return out
}

// surprise finds maintenance that began without a notice: a page in the place of the site
// says that it is being worked on, or work was declared, and no notice covers it.
func (r Record) surprise(o Outage, plans []Plan) (Obligation, bool) {
	covers := func(w Stretch) bool {
		return !o.Start.Before(w.Start.Add(-workSlack)) && o.Start.Before(later(w.End, w.Start.Add(time.Minute)))
	}
	if slices.ContainsFunc(plans, func(pl Plan) bool { return slices.ContainsFunc(pl.Windows, covers) }) {
		return Obligation{}, false // of declared work the plan itself tells
	}
	for _, t := range r.tellings() {
		if !t.aside || t.out || t.reading.Kind != notice.Maintenance || t.reading.Type == notice.Emergency ||
			t.seen.FirstSeen.Before(o.Start) || !o.Open() && !t.seen.FirstSeen.Before(o.End) {
			continue
		}
		ob := Obligation{Clause: ClauseMaintenance, Site: r.Site, Subject: o.ID, Start: o.Start, Limit: o.Start, Verdict: Unproven, Why: "unannounced_untyped"}
		if t.reading.Type == notice.Regular {
			ob.Verdict, ob.Why = Broken, "unannounced"
		}
		return ob, true
	}
	return Obligation{}, false
}

// Unannounced says whether the outage is maintenance that began without a notice, and what
// shows it: declared work without a notice, or the page in the site's place.
func (r Record) Unannounced(o Outage, plans []Plan) (subject string, ok bool) {
	for _, pl := range plans {
		for _, w := range pl.Windows {
			if w.Notice == "" && !o.Start.Before(w.Start.Add(-workSlack)) && o.Start.Before(w.End) {
				return pl.ID, true
			}
		}
	}
	if ob, ok := r.surprise(o, plans); ok {
		return ob.Subject, true
	}
	return "", false
}

// announcement judges whether an outage's recovery time was announced in time. An outage
// that is over before it lasted long enough owes none.
func (r Record) announcement(o Outage, p Promises, now time.Time) (Obligation, bool) {
	end := o.End
	if o.Open() {
		end = now
	}
	if end.Sub(o.Start) <= p.AnnounceAfter && !o.Open() {
		return Obligation{}, false
	}
	ob := Obligation{Clause: ClauseAnnouncement, Site: r.Site, Subject: o.ID, Start: o.Start, Limit: o.Start.Add(p.AnnounceWithin)}
	by := ob.Limit
	if !o.Open() && o.End.Before(by) {
		by = o.End // what is said after the recovery is no expectation
	}
	told := r.Announcements(o)
	for _, a := range told {
		if v := a.Seen.By(by); ob.Met.IsZero() || better(v, ob.Verdict) {
			ob.Verdict, ob.Met = v, later(a.Seen.FirstSeen, o.Start)
		}
	}
	switch {
	case len(told) > 0 && ob.Verdict == Kept:
		ob.Why = "in_time"
	case len(told) > 0 && ob.Verdict == Broken:
		ob.Why = "late"
	case len(told) > 0:
		ob.Why = "straddles"
	case now.Before(by):
		ob.Verdict, ob.Why = AtRisk, "not_announced_yet"
	default:
		channels := func(b BoardSpec) bool { return !b.Standing }
		ob.Verdict, ob.Why = Seen{LastAbsent: r.absentUntil(now, true, channels)}.By(by), "not_announced"
	}
	if len(told) == 0 && ob.Verdict == Broken && r.unclear(o) {
		ob.Verdict, ob.Why = Unproven, "review"
	}
	return ob, true
}

// unclear says whether something was posted during the outage of which a person has not said
// yet what it announces: it may be the recovery.
func (r Record) unclear(o Outage) bool {
	return slices.ContainsFunc(r.tellings(), func(t telling) bool {
		return t.review && !t.out && t.reading.Kind != notice.Other && !t.seen.FirstSeen.Before(o.Start) && (o.Open() || t.seen.FirstSeen.Before(o.End))
	})
}

// restoration judges whether an outage ended in time.
func restoration(o Outage, p Promises, now time.Time) Obligation {
	ob := Obligation{Clause: ClauseRestoration, Site: o.Site, Subject: o.ID, Start: o.Start, Limit: o.Start.Add(p.RestoreWithin), Met: o.End}
	switch {
	case o.Open() && now.Before(ob.Limit):
		ob.Verdict, ob.Why = AtRisk, "not_restored_yet"
	case o.Open(), o.End.After(ob.Limit):
		ob.Verdict, ob.Why = Broken, "too_long"
	default:
		ob.Verdict, ob.Why = Kept, "in_time"
	}
	return ob
}

// ClauseVerdict is what became of one clause in a period.
type ClauseVerdict struct {
	Clause      Clause
	Verdict     Verdict
	Kept        int
	Broken      int
	Unproven    int
	Pending     int
	Obligations []Obligation
}

// JudgeClause judges a clause over the obligations of a period. One that is broken breaks
// it. Where there was no occasion, the boards' coverage decides whether that can be said.
func JudgeClause(c Clause, all []Obligation, period Period, coverage Ratio, p Promises) ClauseVerdict {
	v := ClauseVerdict{Clause: c}
	for _, o := range all {
		if due := o.Due(); o.Clause != c || due.Before(period.From) || !due.Before(period.To) {
			continue
		}
		v.Obligations = append(v.Obligations, o)
		switch o.Verdict {
		case Kept:
			v.Kept++
		case Broken:
			v.Broken++
		case AtRisk:
			v.Pending++
		default:
			v.Unproven++
		}
	}
	switch {
	case v.Broken > 0:
		v.Verdict = Broken
	case v.Unproven > 0 || coverage < p.WithDefaults().Coverage:
		v.Verdict = Unproven
	case v.Pending > 0:
		v.Verdict = AtRisk
	case v.Kept > 0:
		v.Verdict = Kept
	default:
		v.Verdict = NoOccasion
	}
	return v
}
