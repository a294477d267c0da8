package dashboard

import (
	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/charter"
)

// Scorecard is what a month came to, clause by clause, as observed. It is no finding of law.
type Scorecard struct {
	Month    string            `json:"month"`            // 2026-10
	Source   string            `json:"source"`           // report: as the latest report that went out has it; now: judged by what is known now
	Report   string            `json:"report,omitempty"` // id
	From     int64             `json:"from"`
	To       int64             `json:"to"`
	AsOf     int64             `json:"as_of"` // it is judged by what was known then
	Rules    string            `json:"rules"` // version of the rules of judging
	Coverage *compliance.Ratio `json:"coverage,omitempty"`
	Counts   VerdictCounts     `json:"counts"`
	Withheld bool              `json:"withheld"` // occasions and evidence that rest on records of people are left out: nobody is signed in
	Clauses  []ScoredClause    `json:"clauses"`  // in the charter's order
}

// VerdictCounts are how many clauses have each verdict.
type VerdictCounts struct {
	Kept       int `json:"kept"`
	AtRisk     int `json:"at_risk"`
	Broken     int `json:"broken"`
	Unproven   int `json:"unproven"`
	NoOccasion int `json:"no_occasion"`
}

// ScoredClause is what became of one clause in a month.
type ScoredClause struct {
	ID       compliance.Clause   `json:"id"`
	Title    compliance.Name     `json:"title"`
	Promise  compliance.Name     `json:"promise"` // what must have been so for it to be kept
	Words    string              `json:"words"`   // the source's, exactly
	Owner    string              `json:"owner"`
	Verdict  compliance.Verdict  `json:"verdict"`
	Best     compliance.Verdict  `json:"best"`             // if all that is not known was as promised
	Worst    compliance.Verdict  `json:"worst"`            // if none of it was
	Before   *compliance.Verdict `json:"before,omitempty"` // of the month before
	Trend    string              `json:"trend,omitempty"`  // better, same, worse or new; absent: there is no month before
	Rule     string              `json:"rule"`             // a stable name for what the verdict rests on
	Why      string              `json:"why"`              // the same as a sentence in the language of Accept-Language
	Coverage *compliance.Ratio   `json:"coverage,omitempty"`
	Requires []ScoredRequirement `json:"requires"`
}

// ScoredRequirement is what became of one thing that a clause demands.
type ScoredRequirement struct {
	Method    charter.Method     `json:"method"`
	Title     string             `json:"title"` // of the method, in the language of Accept-Language
	Basis     charter.Basis      `json:"basis"`
	BasisName string             `json:"basis_name"` // in the language of Accept-Language
	Verdict   compliance.Verdict `json:"verdict"`
	Best      compliance.Verdict `json:"best"`
	Worst     compliance.Verdict `json:"worst"`
	Rule      string             `json:"rule"`
	Why       string             `json:"why"`                // in the language of Accept-Language
	Coverage  *compliance.Ratio  `json:"coverage,omitempty"` // share of what had to be seen that was

	Kept          int           `json:"kept"` // occasions
	Broken        int           `json:"broken"`
	Unproven      int           `json:"unproven"`
	Pending       int           `json:"pending"`
	Objective     *Objective    `json:"objective,omitempty"` // what the organisation set itself; missing it breaks no promise
	Occasions     []Occasion    `json:"occasions"`           // at most 50: those that are not kept first
	OccasionsAll  int           `json:"occasions_all"`       // of cases only those that are not kept
	Evidence      []EvidenceRef `json:"evidence"`            // at most 20
	EvidenceTotal int           `json:"evidence_total"`
}

// Objective says whether an organisation's own objective was reached.
type Objective struct {
	Want compliance.Ratio `json:"want"`
	Got  compliance.Ratio `json:"got"` // floored
	Met  bool             `json:"met"`
}

// Occasion is one on which a clause had to be kept.
type Occasion struct {
	Site    string             `json:"site,omitempty"`
	Name    *compliance.Name   `json:"name,omitempty"` // of the site, while it is watched
	Subject string             `json:"subject"`        // plan, outage, day, page, shift or reference number of a case
	Start   int64              `json:"start,omitempty"`
	Limit   int64              `json:"limit,omitempty"`
	Met     int64              `json:"met,omitempty"`
	Verdict compliance.Verdict `json:"verdict"`
	Rule    string             `json:"rule"`
	Why     string             `json:"why"` // in the language of Accept-Language
}

// EvidenceRef names a piece of evidence as the ledger does.
type EvidenceRef struct {
	Kind string `json:"kind"`
	ID   string `json:"id"`
}

// Report is how far a month's report has come.
type Report struct {
	ID         string                 `json:"id"` // 2026-10, or 2026-10+1 of an addendum
	Month      string                 `json:"month"`
	State      compliance.ReportState `json:"state"`  // draft, review, signed or unsigned
	Digest     string                 `json:"digest"` // SHA-256 of its content: what is signed
	Made       int64                  `json:"made"`
	Deadline   int64                  `json:"deadline,omitempty"` // it goes out then, signed or not
	Closed     int64                  `json:"closed,omitempty"`   // when it went out
	Signed     int                    `json:"signed"`             // signatures
	Of         int                    `json:"of"`                 // roles that must sign
	Counts     *VerdictCounts         `json:"counts,omitempty"`   // absent: its content cannot be read
	Sent       int                    `json:"sent"`               // readers that it was sent to
	Opened     int                    `json:"opened"`             // readers that opened it by its link
	Published  int64                  `json:"published,omitempty"`
	Proof      string                 `json:"proof,omitempty"` // of the publication
	NextToSign string                 `json:"next_to_sign,omitempty"`
	May        []string               `json:"may"` // steps that who asks may take now: make, submit, comment, return, sign, publish
}

// ReportArchive lists the reports on record, the latest first.
type ReportArchive struct {
	Reports  []Report        `json:"reports"`
	MayMake  bool            `json:"may_make"`  // who asks may make one
	UnderWay []ReportWork    `json:"under_way"` // what is being done about reports now
	Failed   []ReportFailure `json:"failed"`    // what is tried again by itself
}

// ReportWork is something that is being done about a report.
type ReportWork struct {
	Month  string `json:"month"`
	Report string `json:"report,omitempty"` // id; absent while a month's report is being made
	Step   string `json:"step"`             // seal, gather, judge, record, render or send
	Since  int64  `json:"since"`            // when the step began
}

// ReportFailure is something that could not be done about a report, and is tried again by itself. Why,
// the monitor's log says.
type ReportFailure struct {
	Month  string `json:"month"`
	Report string `json:"report,omitempty"` // id; absent where a month's report could not be made
	Step   string `json:"step"`             // that failed
	Tries  int    `json:"tries"`            // in a row
	Next   int64  `json:"next"`             // when it is tried again
}

// WholeReport is a report with what was said of it.
type WholeReport struct {
	Report
	Roles      []string          `json:"roles"` // who must sign, in order
	Signatures []ReportSignature `json:"signatures"`
	Decisions  []compliance.Name `json:"decisions"` // asked of those who sign
	Comments   []ReportComment   `json:"comments"`
	Receipts   []ReportReceipt   `json:"receipts"`
	Files      []string          `json:"files"` // names under which its documents can be had
	Languages  []string          `json:"languages"`
	UnderWay   []ReportWork      `json:"under_way"` // what is being done about it now, or about its month
	Failed     []ReportFailure   `json:"failed"`
}

// ReportSignature is a person's word on the digest of a report's content.
type ReportSignature struct {
	Role   string `json:"role"`
	Name   string `json:"name"`
	At     int64  `json:"at"`
	Digest string `json:"digest"`
	Record string `json:"record"` // id of the statement, as the ledger has it
}

// ReportComment is what a reviewer said.
type ReportComment struct {
	Name   string            `json:"name"`
	At     int64             `json:"at"`
	Clause compliance.Clause `json:"clause,omitempty"`
	Text   string            `json:"text"`
}

// ReportReceipt says that a reader was sent the report, or opened it.
type ReportReceipt struct {
	To  string `json:"to"`
	At  int64  `json:"at"`
	Got string `json:"got"` // sent or opened
	How string `json:"how"` // smtp_accepted or link
}

// MakeOrder asks for a month's report: a draft of it, or an addendum where it is signed or went
// out.
type MakeOrder struct {
	Why       string             `json:"why,omitempty"`       // demanded of an addendum: what it corrects
	Decisions *[]compliance.Name `json:"decisions,omitempty"` // asked of those who sign, at most 10; absent: those of the draft that is made again
}

// ReportOrder is a step that names nothing but the content it speaks of.
type ReportOrder struct {
	Digest string `json:"digest"` // that was seen
	Why    string `json:"why,omitempty"`
}

// ReportRemark is a reviewer's comment, or why a report goes back to its drafter.
type ReportRemark struct {
	Digest string            `json:"digest"` // that was seen
	Clause compliance.Clause `json:"clause,omitempty"`
	Why    string            `json:"why"`
}

// SignOrder is a person's signature on a report.
type SignOrder struct {
	Digest string `json:"digest"` // that was seen: this is what is signed
	Role   string `json:"role"`   // drafter, reviewer or approver; the one whose turn it is
	Why    string `json:"why,omitempty"`
}

// PublishOrder says that a report was published to staff.
type PublishOrder struct {
	Digest string `json:"digest"` // that was seen
	Proof  string `json:"proof"`  // an address or reference
	Why    string `json:"why,omitempty"`
}

// Evidence are the leaves that the ledger has of an id, the oldest first.
type Evidence struct {
	ID     string         `json:"id"`
	Leaves []EvidenceLeaf `json:"leaves"`
}

// EvidenceLeaf is one leaf and what was found when it was checked just now.
type EvidenceLeaf struct {
	Log        int64  `json:"log"`
	N          int64  `json:"n"` // of the log's leaves
	Kind       string `json:"kind"`
	At         int64  `json:"at"` // when it was recorded
	Commitment string `json:"commitment"`
	Body       string `json:"body,omitempty"` // the JSON that the leaf commits to, as it is kept; absent: erased
	Erased     bool   `json:"erased"`
	Proved     bool   `json:"proved"`               // it lies under a signed checkpoint, and its body is what it commits to
	Problem    string `json:"problem,omitempty"`    // what does not agree
	Size       int64  `json:"size,omitempty"`       // leaves under the checkpoint that covers it; absent: none does yet
	SignedAt   int64  `json:"signed_at,omitempty"`  // when that checkpoint was signed, if it is the newest
	Checkpoint string `json:"checkpoint,omitempty"` // signed (C2SP tlog-checkpoint)
	HasProof   bool   `json:"has_proof"`            // ?format=proof has one
}

// Ledger is how the evidence ledger stands.
type Ledger struct {
	Origin   string   `json:"origin"`
	Size     int64    `json:"size"`   // leaves
	Signed   int64    `json:"signed"` // leaves under the newest checkpoint
	SignedAt int64    `json:"signed_at,omitempty"`
	Keys     []string `json:"keys"`    // public
	Failing  []string `json:"failing"` // recipients of checkpoints that do not take them
	Exports  []string `json:"exports"` // profiles in which who asks may have evidence exported: masked, full
}

// ExportOrder asks for evidence in one file: of a month, of a clause in a month's report, of an
// outage, or a sample of a month.
type ExportOrder struct {
	Month   string `json:"month,omitempty"` // 2026-10
	Clause  string `json:"clause,omitempty"`
	Outage  string `json:"outage,omitempty"`  // id
	Sample  int    `json:"sample,omitempty"`  // so many of the month's hours and outages, at most 1000
	Seed    string `json:"seed,omitempty"`    // by which they are drawn; absent: the checkpoint's root, which nobody chose
	Profile string `json:"profile,omitempty"` // masked (by default) or full
	Why     string `json:"why"`               // goes on record
}
