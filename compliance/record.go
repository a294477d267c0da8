package compliance

import (
	"cmp"
	"slices"
	"time"

	"github.com/charterwatch/charterwatch/compliance/notice"
	"github.com/charterwatch/charterwatch/scanners"
)

// Record is what is on record of a site's notices: what was seen, where we looked, and what
// people said of it.
type Record struct {
	Site       string      `json:"site"`
	Boards     []BoardSpec `json:"boards,omitempty"`     // that speak of the site
	Notices    []Notice    `json:"notices,omitempty"`    // on those boards, with any revision that speaks of the site
	Spans      []BoardSpan `json:"spans,omitempty"`      // looks at those boards
	Statements []Statement `json:"statements,omitempty"` // oldest first
}

// telling is one wording of a notice as it counts, rulings applied.
type telling struct {
	notice  Notice
	rev     Revision
	reading Reading
	seen    Seen
	counts  bool // on a board that keeps the site's promise
	aside   bool // on a page that stands in an outage's place
	review  bool // a person has not said yet what it announces
	ruled   bool // a person ruled that it announces nothing
	out     bool // it is ruled so, or not about this site
}

// posted is when the wording was posted, for all that is claimed and seen: it proves nothing,
// but orders notices that were first seen together.
func (t telling) posted() time.Time {
	if c := t.notice.Claimed; t.rev.N == 1 && !c.IsZero() && c.Before(t.seen.FirstSeen) {
		return c
	}
	return t.seen.FirstSeen
}

// tellings are the wordings that speak of the site, in the order in which they appeared.
func (r Record) tellings() []telling {
	rulings := map[string]map[int]*Ruling{}
	for _, s := range r.Statements {
		if x := s.Ruling; x != nil {
			if rulings[x.Notice] == nil {
				rulings[x.Notice] = map[int]*Ruling{}
			}
			rulings[x.Notice][x.Revision] = x
		}
	}
	var out []telling
	for _, n := range r.Notices {
		spec := r.board(n.Board)
		for _, rev := range n.Revisions {
			t := telling{notice: n, rev: rev, reading: rev.Reading, seen: Seen{rev.LastAbsent, rev.FirstSeen}, counts: spec.counts(r.Site), aside: spec.OutageOnly, review: rev.Reading.NeedsReview}
			t.out = !slices.Contains(rev.Sites, r.Site)
			if x := rulings[n.ID][rev.N]; x != nil {
				t.review = false
				switch x.Ruled {
				case RuledOut:
					t.ruled, t.out = true, true
				case RuledCorrect:
					t.reading = *x.Reading
				}
			}
			out = append(out, t)
		}
	}
	slices.SortStableFunc(out, func(a, b telling) int {
		// What was first seen in one look is told in the order in which the board has it.
		return cmp.Or(a.seen.FirstSeen.Compare(b.seen.FirstSeen), a.posted().Compare(b.posted()), cmp.Compare(a.notice.Seq, b.notice.Seq),
			cmp.Compare(a.notice.ID, b.notice.ID), cmp.Compare(a.rev.N, b.rev.N))
	})
	return out
}

func (r Record) board(id string) BoardSpec {
	i := slices.IndexFunc(r.Boards, func(b BoardSpec) bool { return b.ID == id })
	if i < 0 {
		return BoardSpec{ID: id}
	}
	return r.Boards[i]
}

// absentUntil is the latest instant at which all of the boards that which selects had been
// looked at: what nobody has seen did not stand there by then. During an outage, a board that
// cannot be reached counts as looked at, since its readers cannot read it either; and looks
// at the page in the site's place end with it. Zero: no such instant.
func (r Record) absentUntil(now time.Time, outage bool, which func(BoardSpec) bool) time.Time {
	var until time.Time
	for _, b := range r.Boards {
		if !which(b) {
			continue
		}
		var latest time.Time
		for _, s := range r.Spans {
			if s.Board == b.ID && !s.From.After(now) && looked(s.Status, outage) {
				if s.To.After(now) {
					s.To = now
				}
				latest = later(latest, s.To)
			}
		}
		if latest.IsZero() {
			return time.Time{}
		}
		if b.OutageOnly {
			latest = latest.Add(2 * OutageEvery)
		}
		if until.IsZero() || latest.Before(until) {
			until = latest
		}
	}
	return until
}

// looked says whether a look with this status shows that something was not there.
func looked(s scanners.BoardStatus, outage bool) bool {
	return s == scanners.BoardOK || outage && Unserved(s)
}

// Unserved says whether a board's status may come of its site being out of order: then
// nobody can read it.
func Unserved(s scanners.BoardStatus) bool {
	return s == scanners.BoardUnreachable || s == scanners.BoardRefused || s == scanners.BoardErrorPage
}

// BoardCoverage is the share of a period's past in which the site's counting boards were
// readable, each look standing for the time until the next was due; false if it has none.
func (r Record) BoardCoverage(p Period, now time.Time) (Ratio, bool) {
	if now.Before(p.To) {
		p.To = now
	}
	var worst Ratio
	found := false
	for _, b := range r.Boards {
		if b.OutageOnly || !b.counts(r.Site) || !p.From.Before(p.To) {
			continue
		}
		var covered time.Duration
		at := p.From
		for _, s := range r.Spans { // they are in order and do not overlap
			if s.Board != b.ID || s.Status != scanners.BoardOK {
				continue
			}
			if c, ok := p.Clip(Period{later(s.From, at), s.To.Add(2 * b.Every)}); ok {
				covered += c.To.Sub(c.From)
				at = c.To
			}
		}
		ratio, ok := FloorRatio(covered, p.To.Sub(p.From))
		if ok && (!found || ratio < worst) {
			worst, found = ratio, true
		}
	}
	return worst, found
}

// ClosingStatus says what the standing notice says of a published closing time.
type ClosingStatus string

// The statuses.
const (
	ClosingUnchecked ClosingStatus = "unchecked" // the notice was never read
	ClosingAnnounced ClosingStatus = "announced" // it announces this very time
	ClosingDenied    ClosingStatus = "denied"    // it was read and does not
)

// ClosingCheck is what the standing notice of a closing time was found to say, since when.
type ClosingCheck struct {
	Hours  ServiceHours
	Status ClosingStatus
	Since  time.Time
	SeenAt time.Time
}

// HoursBoard is the id of the board that re-reads the i-th closing time's standing notice.
func HoursBoard(site string, i int) string { return site + "/hours-" + string(rune('1'+i)) }

// CheckHours compares each closing time with the latest wording of its standing notice.
func (r Record) CheckHours(hours []ServiceHours) []ClosingCheck {
	out := make([]ClosingCheck, len(hours))
	tellings := r.tellings()
	for i, h := range hours {
		out[i] = ClosingCheck{Hours: h, Status: ClosingUnchecked}
		for _, t := range tellings {
			if t.notice.Board != HoursBoard(r.Site, i) || t.reading.Kind == notice.Outage || t.reading.Kind == notice.Recovery {
				continue // what stands in its place for a while does not take it back
			}
			status := ClosingDenied
			if slices.ContainsFunc(t.reading.Rules, h.announcedBy) {
				status = ClosingAnnounced
			}
			if status != out[i].Status {
				out[i].Status, out[i].Since = status, t.seen.FirstSeen
			}
			out[i].SeenAt = t.notice.LastSeen
		}
	}
	return out
}

// announcedBy says whether a recurring rule covers the closing time on all of its days.
func (h ServiceHours) announcedBy(r notice.Rule) bool {
	from, to, err := ParseClose(h.Close)
	if err != nil || r.From > from || r.From == r.To {
		return false
	}
	end := func(from, to int) int {
		if to <= from {
			return to + 24*60
		}
		return to
	}
	if end(r.From, r.To) < end(from, to) {
		return false
	}
	if !r.Since.IsZero() && (h.From.IsZero() || h.From.Before(r.Since)) && !h.From.IsZero() {
		return false
	}
	switch r.Freq {
	case "daily":
		return true
	case "weekly":
		for d := time.Sunday; d <= time.Saturday; d++ {
			if h.Days.Has(d) && !slices.Contains(r.Weekdays, int(d)) {
				return false
			}
		}
		return true
	default:
		return false
	}
}

// Records sorts what is on record by the sites that it speaks of.
func Records(specs []BoardSpec, notices []Notice, spans []BoardSpan, statements map[string][]Statement) map[string]Record {
	out := map[string]Record{}
	sites := map[string][]string{} // by board
	for _, b := range specs {
		for _, s := range b.Sites {
			r := out[s.ID]
			r.Site, r.Boards = s.ID, append(r.Boards, b)
			out[s.ID] = r
			sites[b.ID] = append(sites[b.ID], s.ID)
		}
	}
	for _, n := range notices {
		for _, site := range sites[n.Board] {
			if slices.ContainsFunc(n.Revisions, func(r Revision) bool { return slices.Contains(r.Sites, site) }) {
				r := out[site]
				r.Notices = append(r.Notices, n)
				out[site] = r
			}
		}
	}
	for _, s := range spans {
		for _, site := range sites[s.Board] {
			r := out[site]
			r.Spans = append(r.Spans, s)
			out[site] = r
		}
	}
	for site, list := range statements {
		r := out[site]
		r.Site, r.Statements = site, list
		out[site] = r
	}
	return out
}
