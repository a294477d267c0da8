package compliance

import (
	"slices"
	"strings"
	"time"

	"github.com/charterwatch/charterwatch/internal/accounts"
)

// ReportStep is a step in the life of a monthly report. The set is closed.
type ReportStep string

// The steps. Made, Closed, Sent and Opened are the monitor's own.
const (
	ReportMade      ReportStep = "made"      // its content came to be; made again, the new content counts
	ReportSubmitted ReportStep = "submitted" // for review
	ReportCommented ReportStep = "commented"
	ReportReturned  ReportStep = "returned"  // to its drafter: signatures so far are void
	ReportSigned    ReportStep = "signed"    // by one role
	ReportClosed    ReportStep = "closed"    // with all signatures, or at its deadline without
	ReportSent      ReportStep = "sent"      // to one reader
	ReportOpened    ReportStep = "opened"    // by one reader
	ReportPublished ReportStep = "published" // to staff
)

// ReportSteps lists them.
func ReportSteps() []ReportStep {
	return []ReportStep{ReportMade, ReportSubmitted, ReportCommented, ReportReturned, ReportSigned, ReportClosed, ReportSent, ReportOpened, ReportPublished}
}

// ReportAct is one step, on record.
type ReportAct struct {
	Report string     `json:"report"` // id: "2026-10", or "2026-10+1" of an addendum
	Step   ReportStep `json:"step"`
	Digest string     `json:"digest,omitempty"` // of the content it speaks of

	Month    string    `json:"month,omitempty"`   // of made
	Roles    []string  `json:"roles,omitempty"`   // of made: who must sign, in order
	Deadline time.Time `json:"deadline,omitzero"` // of made
	Role     string    `json:"role,omitempty"`    // of signed
	Clause   Clause    `json:"clause,omitempty"`  // of commented
	To       string    `json:"to,omitempty"`      // of sent and opened: a reader
	How      string    `json:"how,omitempty"`     // of sent: smtp_accepted; of opened: link
	Proof    string    `json:"proof,omitempty"`   // of published: an address or reference
}

// ReportState is how far a report has come.
type ReportState string

// The states, in their order.
const (
	ReportDraft     ReportState = "draft"
	ReportInReview  ReportState = "review"
	ReportAllSigned ReportState = "signed"
	ReportUnsigned  ReportState = "unsigned" // went out at its deadline without all signatures: 미서명
)

// Signing is how far a report has come, as the steps on record say. It is no part of the
// report's content.
type Signing struct {
	Report     string            `json:"report"`
	Month      string            `json:"month"`
	State      ReportState       `json:"state"`
	Digest     string            `json:"digest"` // of the content that is signed
	Made       time.Time         `json:"made,omitzero"`
	Deadline   time.Time         `json:"deadline,omitzero"`
	Closed     time.Time         `json:"closed,omitzero"`
	Roles      []string          `json:"roles"` // who must sign, in order
	Signatures []ReportSignature `json:"signatures,omitempty"`
	Comments   []ReportComment   `json:"comments,omitempty"`
	Receipts   []ReportReceipt   `json:"receipts,omitempty"`
	Published  time.Time         `json:"published,omitzero"`
	Proof      string            `json:"proof,omitempty"` // of the publication
}

// ReportSignature is a person's word, detached, on the digest of a report's content.
type ReportSignature struct {
	Role   string    `json:"role"`
	Name   string    `json:"name"`
	By     string    `json:"by"` // the actor's id
	At     time.Time `json:"at"`
	Digest string    `json:"digest"` // what was signed
	Record string    `json:"record"` // id of the statement that puts it on record
}

// ReportComment is what a reviewer says.
type ReportComment struct {
	Name   string    `json:"name"`
	At     time.Time `json:"at"`
	Clause Clause    `json:"clause,omitempty"`
	Text   string    `json:"text"`
}

// ReportReceipt says that a reader was sent the report, or opened it.
type ReportReceipt struct {
	To  string     `json:"to"`
	At  time.Time  `json:"at"`
	Got ReportStep `json:"got"` // sent or opened
	How string     `json:"how"`
}

// Signings are all reports on record, by when they were first made.
func Signings(statements []Statement) []Signing {
	var out []Signing
	for _, s := range statements {
		a := s.Report
		if a == nil {
			continue
		}
		i := slices.IndexFunc(out, func(x Signing) bool { return x.Report == a.Report })
		if i < 0 {
			i = len(out)
			out = append(out, Signing{Report: a.Report})
		}
		out[i].take(s, *a)
	}
	return out
}

// SigningOf is how far one report has come; false if it was never made.
func SigningOf(report string, statements []Statement) (Signing, bool) {
	all := Signings(statements)
	i := slices.IndexFunc(all, func(x Signing) bool { return x.Report == report })
	if i < 0 {
		return Signing{}, false
	}
	return all[i], true
}

// take adds a step that was admitted.
func (g *Signing) take(s Statement, a ReportAct) {
	switch a.Step {
	case ReportMade:
		g.Month, g.Digest, g.Roles, g.Deadline, g.Made, g.State, g.Signatures = a.Month, a.Digest, a.Roles, a.Deadline, s.At, ReportDraft, nil
	case ReportSubmitted:
		g.State = ReportInReview
	case ReportReturned:
		g.State, g.Signatures = ReportDraft, nil
		g.Comments = append(g.Comments, ReportComment{Name: s.By.Name, At: s.At, Text: s.Why})
	case ReportCommented:
		g.Comments = append(g.Comments, ReportComment{Name: s.By.Name, At: s.At, Clause: a.Clause, Text: s.Why})
	case ReportSigned:
		g.Signatures = append(g.Signatures, ReportSignature{Role: a.Role, Name: s.By.Name, By: s.By.ID, At: s.At, Digest: a.Digest, Record: s.ID})
		if _, more := g.Next(); !more {
			g.State = ReportAllSigned
		}
	case ReportClosed:
		g.Closed = s.At
		if g.State != ReportAllSigned {
			g.State = ReportUnsigned
		}
	case ReportSent, ReportOpened:
		g.Receipts = append(g.Receipts, ReportReceipt{To: a.To, At: s.At, Got: a.Step, How: a.How})
	case ReportPublished:
		g.Published, g.Proof = s.At, a.Proof
	}
}

// Next is the role whose signature is awaited; false when all have signed.
func (g Signing) Next() (role string, awaited bool) {
	if len(g.Signatures) >= len(g.Roles) {
		return "", false
	}
	return g.Roles[len(g.Signatures)], true
}

// Frozen says whether the content can no longer be made anew: somebody has signed it, or it
// went out.
func (g Signing) Frozen() bool { return len(g.Signatures) > 0 || !g.Closed.IsZero() }

// admitReport checks a step against what is on record.
func admitReport(s Statement, statements []Statement) error {
	a := *s.Report
	g, known := SigningOf(a.Report, statements)
	own := s.By.Kind == accounts.KindSystem
	if a.Step != ReportMade && !known {
		return refuse("no_report")
	}
	if a.Step != ReportMade && a.Digest != g.Digest {
		return refuse("other_content")
	}
	wordless := strings.TrimSpace(s.Why) == ""
	switch a.Step {
	case ReportMade:
		if a.Digest == "" || a.Month == "" || a.Report == "" {
			return refuse("no_report")
		}
		if known && g.Frozen() {
			return refuse("report_frozen")
		}
	case ReportSubmitted:
		if g.State != ReportDraft || !g.Closed.IsZero() {
			return refuse("report_not_draft")
		}
	case ReportCommented, ReportReturned:
		if wordless {
			return refuse("no_reason")
		}
		if !g.Closed.IsZero() {
			return refuse("report_closed")
		}
		if a.Step == ReportReturned && g.State != ReportInReview {
			return refuse("report_not_in_review")
		}
	case ReportSigned:
		return g.admitSignature(s.By, a)
	case ReportClosed, ReportSent, ReportOpened:
		if !own {
			return refuse("no_subject")
		}
	case ReportPublished:
		if g.Closed.IsZero() {
			return refuse("report_not_closed")
		}
		if strings.TrimSpace(a.Proof) == "" {
			return refuse("no_proof")
		}
	default:
		return refuse("no_subject")
	}
	return nil
}

// admitSignature demands that roles sign in order, and each by another person. Who is late may
// still sign a report that went out without.
func (g Signing) admitSignature(by accounts.Actor, a ReportAct) error {
	role, awaited := g.Next()
	switch {
	case g.State == ReportDraft && g.Closed.IsZero():
		return refuse("report_not_in_review")
	case !awaited || a.Role != role:
		return refuse("not_your_turn")
	case slices.ContainsFunc(g.Signatures, func(x ReportSignature) bool { return x.By == by.ID }):
		return refuse("signed_twice")
	}
	return nil
}
