package charter

import (
	"time"

	"github.com/charterwatch/charterwatch/compliance"
)

// Month is what became of a charter in a month.
type Month struct {
	Format  string            `json:"format"` // [MonthFormat]
	Month   string            `json:"month"`
	Period  compliance.Period `json:"period"`
	AsOf    time.Time         `json:"as_of"`
	Rules   string            `json:"rules"`   // version of the rules of judging
	Charter string            `json:"charter"` // SHA-256 of the charter's canonical bytes, in hexadecimal
	Clauses []Judged          `json:"clauses"` // in the charter's order; those in force
	Sites   []SiteMonth       `json:"sites"`
	Self    SelfMonth         `json:"self"`
}

// MonthFormat names the format of [Month].
const MonthFormat = "charterwatch verdicts 1"

// Judged is what became of a clause, and what that rests on.
type Judged struct {
	Clause   compliance.Clause  `json:"clause"`
	Verdict  compliance.Verdict `json:"verdict"`
	Best     compliance.Verdict `json:"best"`  // if all that is not known was as promised
	Worst    compliance.Verdict `json:"worst"` // if none of it was
	Why      Why                `json:"why"`   // of the requirement that decides
	Requires []Outcome          `json:"requires"`
}

// Outcome is what became of one requirement.
type Outcome struct {
	Method  Method             `json:"method"`
	Basis   Basis              `json:"basis"`
	Verdict compliance.Verdict `json:"verdict"`
	Best    compliance.Verdict `json:"best"`
	Worst   compliance.Verdict `json:"worst"`
	Why     Why                `json:"why"`
	// Coverage is the share of what had to be seen that was; absent where nothing had to be.
	Coverage *compliance.Ratio `json:"coverage,omitempty"`
	Kept     int               `json:"kept"`
	Broken   int               `json:"broken"`
	Unproven int               `json:"unproven"`
	Pending  int               `json:"pending"`
	// Occasions are those on which it had to hold; of cases only those that are not kept.
	Occasions []compliance.Obligation `json:"occasions,omitempty"`
	Objective *ObjectiveMet           `json:"objective,omitempty"`
	Used      []Ref                   `json:"used,omitempty"`
}

// ObjectiveMet says whether the organisation's own objective was reached.
type ObjectiveMet struct {
	Want compliance.Ratio `json:"want"`
	Got  compliance.Ratio `json:"got"` // floored; of the worst site
	Met  bool             `json:"met"`
}

// Why says what a verdict rests on: a stable name of [Whys] and the figures that its text
// needs. Only those are set.
type Why struct {
	Rule  string           `json:"rule"`
	N     int              `json:"n,omitempty"`
	Of    int              `json:"of,omitempty"`
	Ratio compliance.Ratio `json:"ratio,omitempty"`
	Floor compliance.Ratio `json:"floor,omitempty"`
	At    time.Time        `json:"at,omitzero"`
	Long  time.Duration    `json:"long,omitempty"`
	What  string           `json:"what,omitempty"` // a site, a page, an attestation
}

// Ref names a piece of evidence as the ledger does.
type Ref struct {
	Kind string `json:"kind"`
	ID   string `json:"id"`
}

// SiteMonth is a site's accounts.
type SiteMonth struct {
	Site         string                  `json:"site"`
	Figures      compliance.Figures      `json:"figures"`
	Availability compliance.Availability `json:"availability"`
	Plans        []compliance.Plan       `json:"plans"`
	Obligations  []compliance.Obligation `json:"obligations"`          // due in the month or still running
	Outages      []compliance.Outage     `json:"outages"`              // of the whole site, that overlap the month
	BoardSeen    *compliance.Ratio       `json:"board_seen,omitempty"` // share of the month in which its notices could be read
}

// SelfMonth is how well the monitor itself saw.
type SelfMonth struct {
	Coverage compliance.Ratio    `json:"coverage"` // of the worst site
	Blind    []compliance.Period `json:"blind"`    // when nothing at all was seen, longer than ten minutes
	Watches  []compliance.Watch  `json:"watches"`
}
