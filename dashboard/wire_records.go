package dashboard

import (
	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/charter"
)

// Case is what is on record of a customer's case. It has no room for personal data.
type Case struct {
	Ref       string              `json:"ref"` // of the organisation's own register
	Kind      compliance.CaseKind `json:"kind"`
	Received  int64               `json:"received"`
	Difficult bool                `json:"difficult,omitempty"` // it was marked as one that takes time
	Wanted    string              `json:"wanted,omitempty"`    // channel asked for: phone, email, sms, post, fax, online, visit
	By        string              `json:"by,omitempty"`        // channel by which the answer was given

	Forwarded int64 `json:"forwarded,omitempty"`
	Called    int64 `json:"called,omitempty"` // called back
	Answered  int64 `json:"answered,omitempty"`
	Closed    int64 `json:"closed,omitempty"`
	Confirmed int64 `json:"confirmed,omitempty"` // asked by telephone whether it satisfied
	Resolved  bool  `json:"resolved,omitempty"`  // of remote support
	FollowUp  int64 `json:"follow_up,omitempty"` // award or training

	ReplyBy   int64 `json:"reply_by,omitempty"`   // end of the day by which the reply was asked for
	DelayTold int64 `json:"delay_told,omitempty"` // when a delay was announced, with reason and new date
	DelayTo   int64 `json:"delay_to,omitempty"`   // the new date

	Recorded int64 `json:"recorded,omitempty"` // when this version came on record; of an order: ignored
}

// CaseDays says for which days the register of a kind of case is complete.
type CaseDays struct {
	Kind  compliance.CaseKind `json:"kind"`  // or calls
	From  string              `json:"from"`  // 2026-10-01
	Until string              `json:"until"` // last day
}

// CaseOrder puts cases on record: a file's text or single cases, or both.
type CaseOrder struct {
	CSV      string     `json:"csv,omitempty"`    // whose first line names the columns
	Name     string     `json:"name,omitempty"`   // of the file
	SHA256   string     `json:"sha256,omitempty"` // of the file as it was, in hexadecimal
	Cases    []Case     `json:"cases,omitempty"`
	Complete []CaseDays `json:"complete,omitempty"`
	// CompleteFrom and CompleteUntil say the same of all kinds that the file holds.
	CompleteFrom  string `json:"complete_from,omitempty"`
	CompleteUntil string `json:"complete_until,omitempty"`
	DryRun        bool   `json:"dry_run,omitempty"` // take nothing, and say what would be taken
}

// CaseAnswer says what was taken, or why nothing was.
type CaseAnswer struct {
	Import   string        `json:"import,omitempty"` // id; absent: nothing was taken
	Cases    int           `json:"cases"`
	Days     int           `json:"days"` // of calls
	Problems []CaseProblem `json:"problems,omitempty"`
}

// CaseProblem is something that cannot be taken. It repeats nothing that may be personal data.
type CaseProblem struct {
	Line   int    `json:"line,omitempty"`
	Column string `json:"column,omitempty"`
	Rule   string `json:"rule"`  // a stable name
	Title  string `json:"title"` // in the language of Accept-Language, with the remedy
}

// CaseBook is what is on record of cases that are open or recent.
type CaseBook struct {
	Cases    []Case       `json:"cases"`
	Clocks   []CaseClock  `json:"clocks"` // of the open ones, by limit
	Calls    []CallDay    `json:"calls"`
	Complete []CaseDays   `json:"complete"`
	Imports  []CaseImport `json:"imports"` // the latest first
}

// CaseClock is how an open case stands to the term that a clause sets it.
type CaseClock struct {
	Clause compliance.Clause   `json:"clause"`
	Title  compliance.Name     `json:"title"` // of the clause
	Kind   compliance.CaseKind `json:"kind"`
	Ref    string              `json:"ref"`
	Start  int64               `json:"start"`
	Limit  int64               `json:"limit,omitempty"` // absent: the calendar does not reach to it
	Told   bool                `json:"told"`            // the delay was announced in time, with a new date
	State  charter.ClockState  `json:"state"`           // running, tomorrow, passed, unclear or uncounted
}

// CallDay is a day's share of calls that were answered in time.
type CallDay struct {
	Day    string `json:"day"`
	Calls  int    `json:"calls"`
	InTime int    `json:"in_time"`
}

// CaseImport is who put cases on record.
type CaseImport struct {
	ID     string `json:"id"`
	At     int64  `json:"at"`
	By     string `json:"by"`
	Source string `json:"source"` // file, form or api
	SHA256 string `json:"sha256,omitempty"`
	Count  int    `json:"count"`
}

// DocumentProof is a document that shows something. Only its name and digest are kept.
type DocumentProof struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"` // in hexadecimal
	Size   int64  `json:"size,omitempty"`
}

// AttestationOrder is a person's signed word that a clause is kept.
type AttestationOrder struct {
	Clause compliance.Clause `json:"clause"`
	What   string            `json:"what"`
	Signer string            `json:"signer"` // office and name, as signed
	Signed string            `json:"signed"` // 2026-10-01
	From   string            `json:"from"`   // first day for which it holds
	Until  string            `json:"until"`  // last day
	Proof  DocumentProof     `json:"proof"`
	Why    string            `json:"why"`
}

// Attestation is one on record.
type Attestation struct {
	ID     string            `json:"id"`
	At     int64             `json:"at"`
	By     string            `json:"by"`
	Clause compliance.Clause `json:"clause"`
	What   string            `json:"what"`
	Signer string            `json:"signer"`
	Signed string            `json:"signed"`
	From   string            `json:"from"`
	Until  string            `json:"until"`
	Proof  DocumentProof     `json:"proof"`
	State  string            `json:"state"` // in_date, expiring, lapsed or ahead
}

// MonthRecordOrder is an officer's monthly word on incidents or leaks.
type MonthRecordOrder struct {
	Clause  compliance.Clause `json:"clause"`
	Month   string            `json:"month"` // 2026-10
	Known   int               `json:"known"` // confirmed in the month
	Sources []SourceReport    `json:"sources"`
	Proof   *DocumentProof    `json:"proof,omitempty"`
	Why     string            `json:"why"`
}

// MonthRecord is one on record.
type MonthRecord struct {
	ID      string            `json:"id"`
	At      int64             `json:"at"`
	By      string            `json:"by"`
	Clause  compliance.Clause `json:"clause"`
	Month   string            `json:"month"`
	Known   int               `json:"known"`
	Sources []SourceReport    `json:"sources"`
	Proof   *DocumentProof    `json:"proof,omitempty"`
}

// SourceReport says whether a source that could know of an incident reported.
type SourceReport struct {
	Name     string `json:"name"`
	Reported bool   `json:"reported"`
}

// AttestationClock is how long a promise that rests on attestations is still covered.
type AttestationClock struct {
	Clause compliance.Clause        `json:"clause"`
	Title  compliance.Name          `json:"title"`
	Owner  string                   `json:"owner"`
	Method charter.Method           `json:"method"` // in_date or yearly
	State  charter.AttestationState `json:"state"`  // in_date, ending, lapsed, later or never
	What   string                   `json:"what,omitempty"`
	Until  string                   `json:"until,omitempty"` // last day in date; by which one is due
	Left   int                      `json:"left,omitempty"`  // days until then
	Since  string                   `json:"since,omitempty"` // first day without one; of later: the first with one
}

// IncidentBook is what is on record of incidents, and the duties to report them that the charter in
// force has.
type IncidentBook struct {
	Incidents []Incident      `json:"incidents"`
	Duties    []ReportingDuty `json:"duties"`
}

// Incident is one as its latest record has it. It has no room for personal data, nor for places.
type Incident struct {
	ID        string                  `json:"id"` // of the record
	At        int64                   `json:"at"` // of the record
	By        string                  `json:"by"`
	Why       string                  `json:"why,omitempty"`
	Ref       string                  `json:"ref"`
	Kind      compliance.IncidentKind `json:"kind"`               // leak, intrusion or electronic_finance
	Detected  int64                   `json:"detected,omitempty"` // by a machine: starts no clock
	Known     int64                   `json:"known,omitempty"`    // by a person: clocks count from here
	Confirmed int64                   `json:"confirmed,omitempty"`
	Dismissed bool                    `json:"dismissed,omitempty"` // it was none
	Reports   []IncidentReport        `json:"reports"`
	Clocks    []IncidentClock         `json:"clocks"` // by limit; none of what was dismissed
}

// IncidentReport says when a duty was met, or that it does not bind here.
type IncidentReport struct {
	Duty    string `json:"duty"` // id
	At      int64  `json:"at"`
	NotOwed bool   `json:"not_owed,omitempty"`
	Proof   string `json:"proof,omitempty"` // receipt number or address
}

// IncidentClock is how an incident stands to a duty.
type IncidentClock struct {
	Duty  string                `json:"duty,omitempty"`  // id; absent of detected and unruled
	Limit int64                 `json:"limit,omitempty"` // absent: without delay, or none
	State charter.IncidentState `json:"state"`           // detected, running, owed, overdue, told, told_late, not_owed or unruled
}

// ReportingDuty is a regulator's rule on reporting incidents, as decision support.
type ReportingDuty struct {
	ID       string                  `json:"id"`
	Of       compliance.IncidentKind `json:"of"`
	To       compliance.Name         `json:"to"`
	When     compliance.Name         `json:"when"`                // what it depends on; both empty: on nothing
	WithinMS int64                   `json:"within_ms,omitempty"` // absent: without delay
	From     string                  `json:"from"`                // first day in force
	Until    string                  `json:"until,omitempty"`     // last day
	Source   compliance.Name         `json:"source"`              // act and article
}

// IncidentOrder is all that is known of an incident: it replaces what an earlier record of the same
// reference said.
type IncidentOrder struct {
	Ref       string                  `json:"ref"`
	Kind      compliance.IncidentKind `json:"kind"`
	Detected  int64                   `json:"detected,omitempty"`
	Known     int64                   `json:"known,omitempty"`
	Confirmed int64                   `json:"confirmed,omitempty"`
	Dismissed bool                    `json:"dismissed,omitempty"`
	Reports   []IncidentReport        `json:"reports,omitempty"`
	Why       string                  `json:"why,omitempty"` // demanded when it is dismissed or a duty does not bind
}

// PageNow is how a page that a clause speaks of stands.
type PageNow struct {
	ID      string                `json:"id"`
	Site    string                `json:"site"`
	URL     string                `json:"url"`
	Clauses []compliance.Clause   `json:"clauses"`
	Status  compliance.PageStatus `json:"status,omitempty"` // absent: not looked at yet
	Since   int64                 `json:"since,omitempty"`
	SeenAt  int64                 `json:"seen_at,omitempty"`
	Updated int64                 `json:"updated,omitempty"`
	Missing []compliance.Clause   `json:"missing,omitempty"` // whose words it lacks
}
