package compliance

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/charterwatch/charterwatch/compliance/calendar"
	"github.com/charterwatch/charterwatch/internal/accounts"
	"github.com/charterwatch/charterwatch/scanners"
)

// CaseKind says what a customer wanted. The set is closed; see [CaseKinds].
type CaseKind string

// The kinds of cases.
const (
	CaseOnline     CaseKind = "online"     // an inquiry in the inquiry centre
	CasePhone      CaseKind = "phone"      // an inquiry by telephone that was not answered at once
	CaseWritten    CaseKind = "written"    // an inquiry by post, fax or mail
	CaseFeedback   CaseKind = "feedback"   // an opinion or complaint
	CaseGuarantee  CaseKind = "guarantee"  // a claim under the service guarantee
	CaseCallback   CaseKind = "callback"   // a call for somebody who was away, with a message left
	CaseRemote     CaseKind = "remote"     // remote support
	CaseSuggestion CaseKind = "suggestion" // a suggestion that was adopted
	CaseUnkindness CaseKind = "unkindness" // three complaints of unkindness about one member of staff
)

// CaseKinds lists them.
func CaseKinds() []CaseKind {
	return []CaseKind{CaseOnline, CasePhone, CaseCallback, CaseWritten, CaseFeedback, CaseGuarantee, CaseRemote, CaseSuggestion, CaseUnkindness}
}

// Case is what is on record of a customer's case: a reference number, times and a category.
// It has no room for personal data. Each import is a new version; the latest counts.
type Case struct {
	Ref       string    `json:"ref"` // of the organisation's own register
	Kind      CaseKind  `json:"kind"`
	Received  time.Time `json:"received"`
	Difficult bool      `json:"difficult,omitempty"` // it was marked as one that takes time
	Wanted    string    `json:"wanted,omitempty"`    // the channel by which the answer was asked for: phone, email, sms, post, fax, online
	By        string    `json:"by,omitempty"`        // the channel by which it was given

	Forwarded time.Time `json:"forwarded,omitzero"` // to whoever is in charge
	Called    time.Time `json:"called,omitzero"`    // called back
	Answered  time.Time `json:"answered,omitzero"`
	Closed    time.Time `json:"closed,omitzero"`
	Confirmed time.Time `json:"confirmed,omitzero"` // the customer was asked by telephone whether it satisfied
	Resolved  bool      `json:"resolved,omitempty"` // of remote support
	FollowUp  time.Time `json:"follow_up,omitzero"` // the award of a suggestion, the training after unkindness

	ReplyBy   time.Time `json:"reply_by,omitzero"`   // end of the day by which the customer wanted the reply
	DelayTold time.Time `json:"delay_told,omitzero"` // when the delay was announced, with its reason and a new date
	DelayTo   time.Time `json:"delay_to,omitzero"`   // the new date

	Recorded time.Time `json:"recorded"` // when this version came on record: what it lacks had not happened then
}

// CallTally is a day's share of telephone calls that were answered in time, as a call centre
// exports it.
type CallTally struct {
	Day    calendar.Date `json:"day"`
	Calls  int           `json:"calls"`
	InTime int           `json:"in_time"` // answered before the third ring was over
}

// CaseBook is what is on record of cases: the latest version of each.
type CaseBook struct {
	Cases   []Case      `json:"cases,omitempty"`   // by time of receipt
	Tallies []CallTally `json:"tallies,omitempty"` // by day
	Spans   []CaseSpan  `json:"spans,omitempty"`   // by kind and day, not overlapping
}

// CaseSpan says for which days the register of a kind of case is complete: a day outside of all
// spans is not known.
type CaseSpan struct {
	Kind  CaseKind      `json:"kind"` // [CaseCalls] for tallies
	From  calendar.Date `json:"from"`
	Until calendar.Date `json:"until"` // last day
}

// CaseImport is what somebody put on record of cases at once. Imports are never changed or
// removed; what a later one says of the same case counts instead.
type CaseImport struct {
	ID      string         `json:"id"`
	At      time.Time      `json:"at"`
	By      accounts.Actor `json:"by"`
	Source  string         `json:"source"`           // file, form or api
	SHA256  string         `json:"sha256,omitempty"` // of the file, in hexadecimal
	Cases   []Case         `json:"cases,omitempty"`
	Tallies []CallTally    `json:"tallies,omitempty"`
	Spans   []CaseSpan     `json:"spans,omitempty"`
}

// ImportRecord is an import on record, without its cases.
type ImportRecord struct {
	CaseImport
	Count int `json:"count"` // of cases and days of calls
}

// Sealed stamps the import's cases with the time at which they came on record, and gives it the
// id that belongs to what it says, so that a retried commit writes the same rows.
func (i CaseImport) Sealed() CaseImport {
	i.Cases = slices.Clone(i.Cases)
	for n := range i.Cases {
		i.Cases[n].Recorded = i.At
	}
	i.ID = ""
	b, err := json.Marshal(i)
	if err != nil {
		panic(fmt.Sprintf("compliance: an import is plain data: %v", err))
	}
	h := sha256.Sum256(b)
	i.ID = hex.EncodeToString(h[:8])
	return i
}

// Admit says why an import cannot be taken as a whole; what is wrong with its cases, reading
// them told. Whatever it may contain came by a form or the API, so they are checked here too.
func (i CaseImport) Admit(zone *time.Location) []CaseProblem {
	p := caseReader{zone: zone, now: i.At, seen: map[string]int{}}
	for n, c := range i.Cases {
		p.line = n + 1
		if !reference(c.Ref) {
			p.refuse("ref", "bad_ref", "max", maxCaseRef)
		}
		if _, found := scanners.Mask(c.Ref); found > 0 {
			p.refuse("ref", "personal")
		}
		if !slices.Contains(CaseKinds(), c.Kind) {
			p.refuse("kind", "bad_kind", "kinds", kindNames())
		}
		if c.Received.IsZero() {
			p.refuse("received", "missing")
		}
		for _, ch := range []string{c.Wanted, c.By} {
			if _, ok := channelWords[ch]; ch != "" && !ok {
				p.refuse("wanted", "bad_channel")
			}
		}
		p.check(c)
	}
	for n, s := range i.Spans {
		p.line = n + 1
		if s.Kind != CaseCalls && !slices.Contains(CaseKinds(), s.Kind) {
			p.refuse("kind", "bad_kind", "kinds", kindNames())
		}
		if s.From.IsZero() || s.Until.Before(s.From) || !s.Until.Before(calendar.DateOf(i.At, zone).AddDays(1)) {
			p.refuse("", "uncovered")
		}
	}
	p.line = 0
	if len(i.Cases)+len(i.Tallies)+len(i.Spans) == 0 {
		p.refuse("", "empty")
	}
	return p.problems
}

// CaseCalls stands for tallies of calls where kinds of cases are listed.
const CaseCalls CaseKind = "calls"

// Term is how long something may take. One of its parts is set.
type Term struct {
	Span         time.Duration `json:"span,omitempty"`
	Days         int           `json:"days,omitempty"`
	BusinessDays int           `json:"business_days,omitempty"`
}

// Zero says whether no term is set.
func (t Term) Zero() bool { return t == Term{} }

// Proof is a document that shows something. Only its name and digest are kept.
type Proof struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"` // in hexadecimal
	Size   int64  `json:"size,omitempty"`
}

// Attestation is a person's signed word that a clause is kept where nothing can be observed,
// with proof and an expiry.
type Attestation struct {
	Clause Clause        `json:"clause"`
	What   string        `json:"what"`   // what was done: "2026 정보보호 컨설팅"
	Signer string        `json:"signer"` // office and name, as signed
	Signed calendar.Date `json:"signed"`
	From   calendar.Date `json:"from"`  // first day for which it holds
	Until  calendar.Date `json:"until"` // last day
	Proof  Proof         `json:"proof"`
}

// MonthRecord is an officer's monthly word on incidents or leaks known for a clause, from the
// sources that could report one.
type MonthRecord struct {
	Clause  Clause         `json:"clause"`
	Month   string         `json:"month"` // "2026-10"
	Known   int            `json:"known"` // incidents or leaks confirmed in the month
	Sources []SourceReport `json:"sources"`
	Proof   Proof          `json:"proof,omitzero"`
}

// SourceReport says whether a source that could know of an incident reported for the month.
type SourceReport struct {
	Name     string `json:"name"`
	Reported bool   `json:"reported"`
}
