package scanners

import (
	"context"
	"time"
)

// BoardStatus says what became of a look at a board. Only BoardOK establishes that a post
// was not there.
type BoardStatus string

// The statuses.
const (
	BoardOK          BoardStatus = "ok"
	BoardUnreachable BoardStatus = "unreachable"    // no answer, or none in time
	BoardRefused     BoardStatus = "refused"        // an error status, or a firewall's answer
	BoardErrorPage   BoardStatus = "error_page"     // status 200, but the text of an error
	BoardLayout      BoardStatus = "layout"         // nothing is where the selectors say
	BoardMalformed   BoardStatus = "malformed"      // a feed or calendar that does not parse
	BoardTooLarge    BoardStatus = "too_large"      // cut off: what it says further down is not known
	BoardEndless     BoardStatus = "endless"        // pages that repeat or never end
	BoardForeign     BoardStatus = "foreign"        // it led to a host that is not allowed
	BoardUplinkDown  BoardStatus = "uplink_down"    // the monitor could not see out
	BoardInternal    BoardStatus = "internal_error" // the watcher itself failed
)

// BoardLook is what one look at a board established.
type BoardLook struct {
	Board  string    // id, "site/board"
	From   time.Time // when the look began: a post that is not in an OK look was not there yet at From
	To     time.Time // when it ended: a post that is in it was there by To
	Status BoardStatus
	// Detail is a few words about a status other than OK, in English, without foreign text. With OK it
	// says what else went wrong without casting doubt on the list: "2 detail pages could not be read".
	Detail string
	// Posts stand in the board's order. With a status other than OK they may be incomplete, and
	// then nothing follows from a post's absence.
	Posts []Post
	// Whole says that the list was read to its end, not only its first pages.
	Whole bool
	// Gone are the keys of followed posts that were looked for and are not there any more: neither
	// on the list nor at their own address.
	Gone []string
}

// Post is one notice on a board, as seen.
type Post struct {
	Key      string    // identity on its board, stable over looks and edits
	URL      string    // where it can be read; "" if it has no address of its own
	Title    string    // one line
	Claimed  time.Time // when the board says it was posted; boards can back-date
	DateOnly bool      // Claimed is a day without a time: midnight in the board's zone
	Read     bool      // Text is from this look; false where only the list was read
	Text     string    // the notice as plain text; table cells in a row are separated by tabs
	// Unread is what holds text that could not be read: "image", "hwp", "pdf", "doc", "xls", "ppt", "zip",
	// "file" (attached, or the post itself), "frame" (a page in the page), "script" (only a script opens
	// or fills it), "foreign" (it is on a host that is not allowed), "hidden" (only a script would
	// show it), "layout" (not where the selector says), "rest" (it was cut), "recurrence" (a calendar's rule
	// that was not expanded). Such a post needs a person.
	Unread    []string
	Masked    int   // how many pieces of personal data were masked in title, text and page
	Page      *Page // as received; nil unless Read
	Announced *Announced
}

// Announced is what a machine-readable source says outright. Zero fields are not said.
type Announced struct {
	Kind       string    // "maintenance", "outage", "recovery", "other"
	State      string    // "planned", "in_progress", "completed", "cancelled", "resolved"
	Start, End time.Time // of the work or incident
	Components []string  // what it concerns, in the source's words
	// Every says that it recurs from Start on, at the same time of day: "daily", or "weekly" on
	// the Weekdays.
	Every    string
	Weekdays []time.Weekday
}

// Page is a page as it was received, after the check for personal data.
type Page struct {
	URL         string // without credentials
	Status      int    // HTTP status
	ContentType string
	// Digest is the SHA-256 of the masked page in UTF-8, that is of Body decompressed, in lower-case
	// hexadecimal; "" where there is no page that may be kept.
	Digest     string
	Body       []byte // gzip; nil where the text is not news, or the page may not be kept: see Note
	Screenshot []byte // PNG of the rendered page; nil without a browser
	Note       string // why there is no screenshot or no body, in English
}

// Known is what a watcher is told of a post that it saw before.
type Known struct {
	Key, URL string
	Title    string // as it was last seen; a board that shows another one has changed the post
	// Digest is the [TextDigest] of its latest revision that was read; "" if it never was, so that the
	// watcher reads it when its turn comes.
	Digest string
	// Follow asks that the post be read again even where the list no longer shows it.
	Follow bool
}

// Board is a place that can be looked at.
type Board interface {
	// Look looks once, bounded in time and size. It never fails: what went wrong is the
	// look's status. Looks of one board are never made concurrently.
	Look(ctx context.Context, known []Known) BoardLook
}
