package compliance

import "time"

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

// PageStatus says what a look at a page came to. The set is closed.
type PageStatus string

// The statuses.
const (
	PageOK          PageStatus = "ok"
	PageUnreachable PageStatus = "unreachable" // no answer
	PageRefused     PageStatus = "refused"     // blocked or not allowed: nobody can say whether customers can read it
	PageMissing     PageStatus = "missing"     // an answer that says it is not there, or an error page
	PageUnreadable  PageStatus = "unreadable"  // it is there, but nothing that tells its date can be read
	PageNotLooked   PageStatus = "not_looked"  // our own trouble
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
