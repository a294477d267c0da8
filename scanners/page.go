package scanners

import (
	"context"
	"time"
)

// PageStatus says what a look at a page came to. The set is closed.
type PageStatus string

// The statuses.
const (
	PageOK          PageStatus = "ok"
	PageUnreachable PageStatus = "unreachable" // no answer: its readers may have none either
	PageMissing     PageStatus = "missing"     // an answer that says it is not there, or an error page
	PageRefused     PageStatus = "refused"     // blocked or not allowed: nobody can say whether readers can read it
	PageUnreadable  PageStatus = "unreadable"  // it is there, but its date is not where it should be
	PageNotLooked   PageStatus = "not_looked"  // our own trouble
)

// PageLook is what one look at a page established.
type PageLook struct {
	Page     string    // id, "site/page"
	From, To time.Time // beginning and end of the look
	Status   PageStatus
	Detail   string    // a few words about a status other than OK, in English, without foreign text
	Updated  time.Time // latest update that the page itself claims; zero: it claims none
	DayOnly  bool      // Updated is a day: midnight in the page's zone
	Digest   string    // SHA-256 of what it says, in lower-case hexadecimal
	Lacks    []string  // names of the texts that it should carry and does not
}

// PageWatcher looks at one page.
type PageWatcher interface {
	// Look looks once, bounded in time and size. It never fails: what went wrong is the look's
	// status. Looks at one page are never made concurrently.
	Look(ctx context.Context) PageLook
}
