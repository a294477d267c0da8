// Package reports turns a closed month into a document that executives read and sign, and that
// an auditor checks without trusting anybody.
package reports

import (
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/charter"
)

// Report is a month's content: what is signed. The same content gives the same bytes in every
// format.
type Report struct {
	ID           string            `json:"id"` // "2026-10"; its addenda are "2026-10+1" and so on
	Organisation compliance.Name   `json:"organisation"`
	Languages    []string          `json:"languages"` // the first prevails
	Charter      charter.Charter   `json:"charter"`
	Evidence     charter.Evidence  `json:"evidence"`
	Month        charter.Month     `json:"month"`
	Before       *Earlier          `json:"before,omitempty"` // the month before, as it was reported
	Changes      []RuleChange      `json:"changes,omitempty"`
	MadeAt       time.Time         `json:"made_at"`
	Simulated    bool              `json:"simulated,omitempty"` // demonstration data: every page says so
	Addendum     *Addendum         `json:"addendum,omitempty"`
	Closing      Closing           `json:"closing"`
	Decisions    []compliance.Name `json:"decisions,omitempty"` // asked of those who sign, entered by the drafter
}

// Earlier is what a report says of the month before.
type Earlier struct {
	ID       string                                   `json:"id"`
	Digest   string                                   `json:"digest,omitempty"` // of its content; empty if it was judged again for comparison
	Verdicts map[compliance.Clause]compliance.Verdict `json:"verdicts"`
	Figures  map[string]compliance.Ratio              `json:"figures"` // charter availability by site
}

// RuleChange is a difference in how a month is judged from the month before.
type RuleChange = charter.Change

// Addendum corrects an earlier report of the same month.
type Addendum struct {
	Of     string `json:"of"`     // id of the report
	Digest string `json:"digest"` // of its content
	Why    string `json:"why"`
	// What it said: both figures stay visible.
	Verdicts map[compliance.Clause]compliance.Verdict `json:"verdicts"`
	Figures  map[string]compliance.Ratio              `json:"figures"` // charter availability by site
}

// Closing is the head of the evidence log when the report was made.
type Closing struct {
	Checkpoint string    `json:"checkpoint,omitempty"` // signed
	Keys       []string  `json:"keys,omitempty"`       // public keys by which it verifies
	At         time.Time `json:"at,omitzero"`
}

// Signing is how far a report has come: it is not part of the content.
type Signing = compliance.Signing

// State is how far a report has come.
type State = compliance.ReportState

// The states, in their order.
const (
	Draft    = compliance.ReportDraft
	Review   = compliance.ReportInReview
	Signed   = compliance.ReportAllSigned
	Unsigned = compliance.ReportUnsigned // went out at its deadline without all signatures: 미서명
)

// Signature is a person's detached signature on the digest of a report's content.
type Signature = compliance.ReportSignature

// Comment is what a reviewer says.
type Comment = compliance.ReportComment
