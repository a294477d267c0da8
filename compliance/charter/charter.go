package charter

import (
	"slices"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/calendar"
)

// Charter is what an organisation has promised, clause by clause.
type Charter struct {
	Title     compliance.Name `json:"title"`
	Source    Source          `json:"source"`
	Clauses   []Clause        `json:"clauses"`   // in the order in which a report lists them
	Sentences []Sentence      `json:"sentences"` // every one of the source, in order
	Reporting []ReportingDuty `json:"reporting,omitempty"`
}

// Source is the published document that the promises stand in.
type Source struct {
	Title     compliance.Name `json:"title"`
	Publisher compliance.Name `json:"publisher"`
	Language  string          `json:"language"`      // in which its words bind
	URL       string          `json:"url,omitempty"` // where customers read it
	SHA256    string          `json:"sha256"`        // of its text as kept by the organisation, in hexadecimal
}

// Sentence is one of the source, with what is made of it: the clauses that verify it, or why
// nothing does.
type Sentence struct {
	Words       string              `json:"words"` // exactly
	Clauses     []compliance.Clause `json:"clauses,omitempty"`
	NotVerified compliance.Name     `json:"not_verified,omitzero"` // because ...
	Slip        bool                `json:"slip,omitempty"`        // the source's own slip of the pen: shown with (원문)
}

// Clause is one promise. What its words say (the promise) and what the organisation has set
// itself (the objective) are apart, and a verdict is about the promise alone.
type Clause struct {
	ID       compliance.Clause `json:"id"` // stable
	Title    compliance.Name   `json:"title"`
	Words    string            `json:"words"`   // the source's, exactly
	SHA256   string            `json:"sha256"`  // of Words, in hexadecimal
	Promise  compliance.Name   `json:"promise"` // what must have been so for it to be kept, in a sentence
	Note     compliance.Name   `json:"note,omitzero"`
	Owner    string            `json:"owner"`          // who answers for it
	From     calendar.Date     `json:"from"`           // first day in force
	Until    calendar.Date     `json:"until,omitzero"` // last day in force; zero: still
	Versions []Version         `json:"versions"`       // how it is judged, the oldest first
}

// Version is how a clause is judged from a day on.
type Version struct {
	From      calendar.Date   `json:"from"` // a month is judged by the version in force on its first day
	Requires  []Requirement   `json:"requires"`
	Objective Objective       `json:"objective,omitzero"`
	Why       compliance.Name `json:"why,omitzero"` // it differs from the version before
}

// Objective is what the organisation has set itself beyond the promise. Missing it breaks no
// promise.
type Objective struct {
	Availability compliance.Ratio `json:"availability,omitempty"` // charter availability of each site, at least
	Share        compliance.Ratio `json:"share,omitempty"`        // of cases, at least
}

// Zero says whether none is set.
func (o Objective) Zero() bool { return o == Objective{} }

// Basis is where evidence comes from.
type Basis string

// The bases.
const (
	ByProbe       Basis = "probe"
	ByNotice      Basis = "notice"
	ByScan        Basis = "scan"
	BySweep       Basis = "sweep"
	ByRecord      Basis = "record"      // cases and officers' records, imported or entered
	ByAttestation Basis = "attestation" // a person's signed statement, with proof and expiry
	BySelf        Basis = "self"        // the monitor's own operation
)

// Bases lists them.
func Bases() []Basis {
	return []Basis{ByProbe, ByNotice, ByScan, BySweep, ByRecord, ByAttestation, BySelf}
}

// Method is how a requirement is judged. The set is closed; see [Methods].
type Method string

// The methods.
const (
	ServedDays        Method = "served_days"        // probe: every day was served
	AnnouncedWork     Method = "announced_work"     // notice: regular maintenance was announced in time, on the same site
	AnnouncedRecovery Method = "announced_recovery" // notice: outages had a recovery time announced in time
	RestoredInTime    Method = "restored_in_time"   // probe: outages ended in time
	Fresh             Method = "fresh"              // probe: pages were updated in time
	Published         Method = "published"          // probe: pages were there every day
	Wording           Method = "wording"            // probe: a page carried the exact words of every clause
	EachCase          Method = "each_case"          // record: each case was dealt with in time
	CaseShare         Method = "case_share"         // record: a share of cases was
	CallShare         Method = "call_share"         // record: a share of calls was answered in time
	ToldBefore        Method = "told_before"        // record: who had to wait was told before the limit passed
	FollowedUp        Method = "followed_up"        // record: each case had its award or training
	NoneKnown         Method = "none_known"         // record: the officer knows of no incident or leak
	InDate            Method = "in_date"            // attestation: one is in date all month
	Yearly            Method = "yearly"             // attestation: one in each calendar year
	Watched           Method = "watched"            // record: every shift was taken and handed over
	ReportPublished   Method = "report_published"   // self: last month's report was signed and published to staff
	NotObserved       Method = "not_observed"       // nothing observes it yet: unproven
)

// Methods lists them.
func Methods() []Method {
	return []Method{ServedDays, AnnouncedWork, AnnouncedRecovery, RestoredInTime, Fresh, Published, Wording, EachCase, CaseShare, CallShare, ToldBefore,
		FollowedUp, NoneKnown, InDate, Yearly, Watched, ReportPublished, NotObserved}
}

// Requirement is one thing that must hold for a clause to be kept.
type Requirement struct {
	Method Method `json:"method"`
	Basis  Basis  `json:"basis"`
	Terms  Terms  `json:"terms,omitzero"`
}

// Terms are a requirement's parameters: what the charter's words leave open. Which of them a
// method knows, [Method.Terms] tells; zero fields mean the defaults of [Terms.WithDefaults].
type Terms struct {
	Sites          []string         `json:"sites,omitempty"` // only these; none: all
	Named          bool             `json:"named,omitempty"` // only sites that name the clause as theirs
	Pages          []string         `json:"pages,omitempty"` // only these of the clause's pages; none: all
	MaxDown        time.Duration    `json:"max_down,omitempty"`
	NoticeHours    time.Duration    `json:"notice_hours,omitempty"`
	NoticeDays     int              `json:"notice_days,omitempty"`
	AnnounceAfter  time.Duration    `json:"announce_after,omitempty"`
	AnnounceWithin time.Duration    `json:"announce_within,omitempty"`
	RestoreWithin  time.Duration    `json:"restore_within,omitempty"`
	Coverage       compliance.Ratio `json:"coverage,omitempty"` // floor without which nothing counts as kept

	Cases     []compliance.CaseKind `json:"cases,omitempty"`     // which
	Milestone Milestone             `json:"milestone,omitempty"` // what had to happen to them
	Within    compliance.Term       `json:"within,omitzero"`     // of receipt; of closing for [Confirmed]; of the update before for pages
	Difficult compliance.Term       `json:"difficult,omitzero"`  // of receipt, for cases marked difficult; zero: as Within
	DayRule   calendar.Rule         `json:"day_rule,omitempty"`
	Share     compliance.Ratio      `json:"share,omitempty"`   // at least
	Channel   bool                  `json:"channel,omitempty"` // the answer must come by the channel that was asked for

	Remind  int `json:"remind,omitempty"`  // days before an attestation's expiry on which its owner is reminded
	AtRisk  int `json:"at_risk,omitempty"` // month from which a yearly duty not yet done is at risk
	Sources int `json:"sources,omitempty"` // at least so many must have reported; 0: all that the record lists
	// Incidents are the kinds that count when one is on record as confirmed.
	Incidents []compliance.IncidentKind `json:"incidents,omitempty"`
}

// Milestone is what happens to a case.
type Milestone string

// The milestones.
const (
	Answered  Milestone = "answered"
	Forwarded Milestone = "forwarded"
	Called    Milestone = "called"
	Confirmed Milestone = "confirmed"
	Resolved  Milestone = "resolved"
)

// Milestones lists them.
func Milestones() []Milestone {
	return []Milestone{Answered, Forwarded, Called, Confirmed, Resolved}
}

// Clause returns the clause with an id, and whether there is one.
func (c Charter) Clause(id compliance.Clause) (Clause, bool) {
	i := slices.IndexFunc(c.Clauses, func(x Clause) bool { return x.ID == id })
	if i < 0 {
		return Clause{}, false
	}
	return c.Clauses[i], true
}

// InForce says whether the clause was in force on a day.
func (c Clause) InForce(d calendar.Date) bool {
	return !d.Before(c.From) && (c.Until.IsZero() || !d.After(c.Until))
}

// Version returns how the clause is judged in a month that begins with the day: the latest
// version in force then, or the first.
func (c Clause) Version(first calendar.Date) Version {
	v := c.Versions[0]
	for _, x := range c.Versions[1:] {
		if !first.Before(x.From) {
			v = x
		}
	}
	return v
}
