package compliance

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"github.com/charterwatch/charterwatch/compliance/notice"
)

// Notice is a post on a board, as we saw it. What it claims about itself proves nothing: it
// was posted after LastAbsent and by FirstSeen.
type Notice struct {
	ID         string     `json:"id"`
	Board      string     `json:"board"`
	Key        string     `json:"key"` // identity on its board
	URL        string     `json:"url,omitempty"`
	Claimed    time.Time  `json:"claimed,omitzero"` // posting date as the board has it
	DateOnly   bool       `json:"date_only,omitempty"`
	LastAbsent time.Time  `json:"last_absent,omitzero"` // zero: it stood there when we first looked
	FirstSeen  time.Time  `json:"first_seen"`
	LastSeen   time.Time  `json:"last_seen"`
	Vanished   time.Time  `json:"vanished,omitzero"` // when it was found to be gone
	Seq        int        `json:"seq"`               // order on its board among those first seen together: later is newer
	Revisions  []Revision `json:"revisions"`         // oldest first
}

// Revision is a wording of a notice. It appeared after LastAbsent and by FirstSeen.
type Revision struct {
	N          int       `json:"n"` // from 1
	LastAbsent time.Time `json:"last_absent,omitzero"`
	FirstSeen  time.Time `json:"first_seen"`
	Title      string    `json:"title"`
	Text       string    `json:"text"`
	TitleOnly  bool      `json:"title_only,omitempty"` // the text was not read yet
	Digest     string    `json:"digest"`               // [scanners.TextDigest]
	Page       string    `json:"page,omitempty"`       // SHA-256 of the page as kept
	Masked     int       `json:"masked,omitempty"`     // pieces of personal data that were blanked
	Unread     []string  `json:"unread,omitempty"`     // what only a person can read: image, hwp, ...
	Sites      []string  `json:"sites"`                // which it speaks of
	Rules      string    `json:"rules"`                // version of the parser that read it
	Reading    Reading   `json:"reading"`
}

// Reading is what a notice announces.
type Reading struct{ notice.Reading }

// Followed is how long after its last window a notice is still followed: an extension or a
// word of completion may come late.
const Followed = 7 * 24 * time.Hour

// unclearFor is how long a notice that nobody has ruled on is followed.
const unclearFor = 30 * 24 * time.Hour

// live says whether what the wording announces still matters at now.
func (v Revision) live(now time.Time) bool {
	r, end := v.Reading, v.Reading.ETA
	for _, w := range r.Windows {
		end = later(end, later(w.Start, w.End))
	}
	unclear := r.NeedsReview && r.Kind == notice.Maintenance && now.Before(v.FirstSeen.Add(unclearFor))
	return now.Before(end.Add(Followed)) || len(r.Rules) > 0 || unclear
}

// says compares what two readings announce, whatever their words.
func (r Reading) says(o Reading) bool {
	same := func(a, b notice.Window) bool { return a.Start.Equal(b.Start) && a.End.Equal(b.End) }
	return r.Kind == o.Kind && r.State == o.State && r.Type == o.Type && r.ETA.Equal(o.ETA) &&
		slices.EqualFunc(r.Windows, o.Windows, same) && len(r.Rules) == len(o.Rules)
}

// Latest is the current wording; false for a notice without any.
func (n Notice) Latest() (Revision, bool) {
	if len(n.Revisions) == 0 {
		return Revision{}, false
	}
	return n.Revisions[len(n.Revisions)-1], true
}

func (n Notice) titleOnly() bool {
	r, ok := n.Latest()
	return ok && r.TitleOnly
}

// noticeID derives the id from what makes a notice unique, so that a retried commit writes
// the same row.
func noticeID(board, key string) string {
	h := sha256.Sum256([]byte(key))
	return board + "#" + hex.EncodeToString(h[:6])
}

// Seen is the interval in which something was posted: after LastAbsent, by FirstSeen.
type Seen struct {
	LastAbsent time.Time `json:"last_absent,omitzero"` // zero: not known
	FirstSeen  time.Time `json:"first_seen,omitzero"`  // zero: not seen yet
}

// By judges whether the posting was made by the limit. When the interval straddles it,
// nobody can say.
func (s Seen) By(limit time.Time) Verdict {
	switch {
	case !s.FirstSeen.IsZero() && !s.FirstSeen.After(limit):
		return Kept
	case !s.LastAbsent.IsZero() && !s.LastAbsent.Before(limit):
		return Broken
	default:
		return Unproven
	}
}
