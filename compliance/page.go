package compliance

import (
	"slices"
	"time"

	"github.com/charterwatch/charterwatch/scanners"
)

// PageSpec is a page, feed or file that a clause speaks of: it must be there, carry words, or
// be kept up to date.
type PageSpec struct {
	ID      string        `json:"id"` // "site/page"
	Site    string        `json:"site"`
	URL     string        `json:"url"`
	Clauses []Clause      `json:"clauses"` // for which it is evidence
	Within  Term          `json:"within,omitzero"`
	Words   bool          `json:"words,omitempty"` // it carries the exact words of every clause
	Every   time.Duration `json:"every"`           // a look stands for so long
}

// PageStatus says what a look at a page came to.
type PageStatus = scanners.PageStatus

// The statuses.
const (
	PageOK          = scanners.PageOK
	PageUnreachable = scanners.PageUnreachable
	PageMissing     = scanners.PageMissing
	PageRefused     = scanners.PageRefused
	PageUnreadable  = scanners.PageUnreadable
	PageNotLooked   = scanners.PageNotLooked
)

// PageSpan is a run of looks at a page that came to the same.
type PageSpan struct {
	Page    string     `json:"page"`
	From    time.Time  `json:"from"` // first look
	To      time.Time  `json:"to"`   // latest look
	Status  PageStatus `json:"status"`
	Detail  string     `json:"detail,omitempty"`
	Updated time.Time  `json:"updated,omitzero"` // latest update that the page itself claims
	DayOnly bool       `json:"day_only,omitempty"`
	Digest  string     `json:"digest,omitempty"`  // of its text
	Missing []Clause   `json:"missing,omitempty"` // whose words it lacks
	Looks   int        `json:"looks"`
}

// PageRecord is a page with what looks at it came to.
type PageRecord struct {
	Spec  PageSpec   `json:"spec"`
	Since time.Time  `json:"since,omitzero"` // first look ever
	Spans []PageSpan `json:"spans"`          // oldest first
}

// After returns the span as it stands after another look: grown by it, or a new one. s is the
// latest before, zero for the first look. A look that began before the latest one ended says nothing.
func (s PageSpan) After(spec PageSpec, look scanners.PageLook) PageSpan {
	if !look.From.After(s.To) && !s.To.IsZero() {
		return s
	}
	next := PageSpan{Page: spec.ID, From: look.From, To: look.To, Status: look.Status, Detail: look.Detail, Updated: look.Updated, DayOnly: look.DayOnly, Digest: look.Digest, Looks: 1}
	for _, c := range look.Lacks {
		next.Missing = append(next.Missing, Clause(c))
	}
	if s.same(next) && look.From.Sub(s.To) <= 2*spec.Every {
		next.From, next.Looks = s.From, s.Looks+1
	}
	return next
}

// same says whether two looks came to the same. A page that claims a date may change for other
// reasons, with every visitor; its text counts only where there is no date.
func (s PageSpan) same(o PageSpan) bool {
	return s.Status == o.Status && s.Detail == o.Detail && s.Updated.Equal(o.Updated) && s.DayOnly == o.DayOnly && slices.Equal(s.Missing, o.Missing) &&
		(s.Digest == o.Digest || !o.Updated.IsZero())
}
