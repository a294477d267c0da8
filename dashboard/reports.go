package dashboard

import (
	"context"
	"errors"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/charter"
	"github.com/charterwatch/charterwatch/internal/accounts"
)

// ReportContent is what a month came to, as a report has it or as it stands now.
type ReportContent struct {
	ID      string // of the report; "" for a month as it stands now
	Charter charter.Charter
	Month   charter.Month
	Before  map[compliance.Clause]compliance.Verdict // of the month before; nil: there is none
	// Decisions are those asked of who signs.
	Decisions []compliance.Name
}

// Making asks for a month's report.
type Making struct {
	Month     string
	By        accounts.Actor
	Why       string
	Decisions *[]compliance.Name // asked of those who sign; nil keeps those of the draft that is made again
}

// ReportDesk makes reports and keeps them. Safe for concurrent use.
type ReportDesk interface {
	// Content is a report's content as it was signed.
	Content(ctx context.Context, g compliance.Signing) (ReportContent, error)
	// Now judges a month as it stands, and keeps nothing. The error wraps [ErrNoMonth] if nothing
	// was watched in it.
	Now(ctx context.Context, month string) (ReportContent, error)
	// File is one of a report's documents: report.pdf, report.html, report.json, verdicts.csv or
	// report.xlsx. The error wraps [ErrNoMonth] if there is none of that name.
	File(ctx context.Context, g compliance.Signing, lang, name string) ([]byte, error)
	// Make makes a month's report, a draft of it again, or an addendum where it went out; the actor
	// and the reason go on record. The error wraps [ErrNoMonth] if nothing was watched in it.
	Make(ctx context.Context, m Making) (compliance.Signing, error)
}

// DeskWork is what the desk of reports is doing, and what it could not do and tries again.
type DeskWork struct {
	UnderWay []ReportWork
	Failed   []ReportFailure
}

// ErrNoMonth says that there is nothing to report of.
var ErrNoMonth = errors.New("nothing was watched in that month")

// LedgerView shows what was sealed, and hands it out. Safe for concurrent use.
type LedgerView interface {
	// Sealed finds the leaves of an id, the oldest first, and checks each anew: its proof against the
	// newest checkpoint that covers it, and what lies behind it against the leaf. The error wraps
	// [ErrNotSealed] if there is none.
	Sealed(ctx context.Context, id string) ([]SealedLeaf, error)
	// Standing is how the ledger stands.
	Standing(ctx context.Context) (LedgerStanding, error)
	// Export makes a file of evidence in an actor's name. When it returns one, it is on record who had
	// what, and why. The error wraps a [NoExport] if there is nothing to export. A ctx that ends leaves
	// nothing behind.
	Export(ctx context.Context, by accounts.Actor, q ExportQuery) (EvidenceFile, error)
}

// ErrNotSealed says that the ledger has no leaf of that id.
var ErrNotSealed = errors.New("the ledger has no leaf of that id")

// SealedLeaf is a leaf and what was found when it was checked.
type SealedLeaf struct {
	Log, N     int64
	Kind       string
	ID         string
	At         int64 // ms, when it was recorded
	Commitment string
	Body       []byte // JSON; nil: erased
	Erased     bool
	Proved     bool   // it lies under a signed checkpoint, and its body is what it commits to
	Problem    string // what does not agree, in English; "" if nothing
	Checkpoint string // signed
	Proof      string // C2SP tlog-proof
}

// LedgerStanding is how the ledger stands.
type LedgerStanding struct {
	Origin   string
	Size     int64 // leaves
	Signed   int64 // leaves under the newest checkpoint
	SignedAt int64 // ms
	Keys     []string
	Failing  []string // recipients of checkpoints that do not take them
}
