package compliance

import (
	"slices"
	"strings"
	"time"

	"github.com/charterwatch/charterwatch/compliance/notice"
	"github.com/charterwatch/charterwatch/scanners"
)

// BoardSpec is a place where notices are posted, as the engine and the store know it.
type BoardSpec struct {
	ID    string // "site/board"
	Kind  string // html, banner, page, feed, statuspage, ical
	URL   string // without credentials
	Every time.Duration
	// OutageOnly boards are looked at only while their site is down: the page that stands in its
	// place, which may say when it will be back.
	OutageOnly bool
	// Standing boards hold the standing notice of a closing time; nobody looks there for news.
	Standing bool
	Sites    []BoardSite // the first is the one it belongs to
}

// BoardSite is a site that a board speaks of.
type BoardSite struct {
	ID string
	// Counts says that a notice here is a notice "on that same site" (해당 웹사이트를 통해서).
	// Where it does not, it tells of maintenance and recovery but keeps no promise.
	Counts bool
	// Names are the words by which a notice names the site, in lower case. A board that speaks
	// of several sites gives a notice to those it names; one that names none is the first's.
	Names []string
}

// OutageEvery is how often a site's boards are looked at while it is down.
const OutageEvery = time.Minute

// PageKey is the key of the only post of a board that is a single page.
const PageKey = "page"

// maxOrder bounds the keys that are remembered of a board's list.
const maxOrder = 600

// counts says whether a notice on the board keeps the site's promise.
func (b BoardSpec) counts(site string) bool {
	i := slices.IndexFunc(b.Sites, func(s BoardSite) bool { return s.ID == site })
	return i >= 0 && b.Sites[i].Counts
}

// sitesOf are the sites that a text speaks of.
func (b BoardSpec) sitesOf(text string) []string {
	text = strings.ToLower(text)
	var named []string
	for _, s := range b.Sites {
		if slices.ContainsFunc(s.Names, func(n string) bool { return n != "" && strings.Contains(text, n) }) {
			named = append(named, s.ID)
		}
	}
	if len(named) == 0 && len(b.Sites) > 0 {
		return []string{b.Sites[0].ID}
	}
	return named
}

// BoardState is all that is remembered of a board itself.
type BoardState struct {
	Board  string               `json:"board"`
	Status scanners.BoardStatus `json:"status,omitempty"`
	Detail string               `json:"detail,omitempty"`
	Since  time.Time            `json:"since,omitzero"`   // when Status was first seen
	SeenAt time.Time            `json:"seen_at,omitzero"` // end of the latest look
	LastOK time.Time            `json:"last_ok,omitzero"` // beginning of the latest look that was OK
	Order  []string             `json:"order,omitempty"`  // keys on that look's list
	Whole  bool                 `json:"whole,omitempty"`  // that look read the list to its end
}

// BoardSpan is a run of looks at a board with the same status: the evidence that it was
// looked at. From and To are the beginnings of the first and the latest look.
type BoardSpan struct {
	Board  string               `json:"board"`
	From   time.Time            `json:"from"`
	To     time.Time            `json:"to"`
	Status scanners.BoardStatus `json:"status"`
	Detail string               `json:"detail,omitempty"`
	Looks  int                  `json:"looks"`
}

// Extends reports whether next goes on where s ends: the same status again, in time.
func (s BoardSpan) Extends(next BoardSpan, every time.Duration) bool {
	return s.Board == next.Board && s.Status == next.Status && s.Detail == next.Detail && next.From.Sub(s.To) <= 2*max(every, OutageEvery)
}

// BoardBook is a board's state with the notices that stand or stood on it.
type BoardBook struct {
	State   BoardState
	Notices map[string]Notice // by key
	Spans   []BoardSpan       // the latest looks, oldest first
}

// maxSpans bounds the spans that the engine keeps in mind of a board.
const maxSpans = 200

// Known is what the next look is told. A notice is followed while its windows or its
// expected recovery lie ahead or just behind, so that its edits, its removal and its
// cancellation are seen.
func (b BoardBook) Known(now time.Time) []scanners.Known {
	var out []scanners.Known
	for _, n := range b.Notices {
		last, ok := n.Latest()
		k := scanners.Known{Key: n.Key, URL: n.URL, Title: last.Title}
		if ok && !last.TitleOnly {
			k.Digest = last.Digest
		}
		k.Follow = ok && n.Vanished.IsZero() && last.live(now)
		out = append(out, k)
	}
	slices.SortFunc(out, func(x, y scanners.Known) int { return strings.Compare(x.Key, y.Key) })
	return out
}

// BoardStep is what a look came to.
type BoardStep struct {
	Book   BoardBook
	Change BoardChange
	Events []Event
}

// NoticePage is a page kept as evidence of a notice's revision.
type NoticePage struct {
	Notice   string
	Revision int
	Page     scanners.Page
}

// Step takes a look into account. It is pure: book is not modified. A look that began before
// the latest one ended (the clock was set back) says nothing.
func (b BoardBook) Step(spec BoardSpec, look scanners.BoardLook, zone *time.Location) BoardStep {
	s := stepOfBoard{spec: spec, look: look, zone: zone, was: b.State}
	s.out.Book = BoardBook{State: b.State, Spans: b.Spans, Notices: make(map[string]Notice, len(b.Notices)+len(look.Posts))}
	for k, n := range b.Notices {
		s.out.Book.Notices[k] = n
	}
	s.out.Book.State.Board = spec.ID
	if !look.From.After(b.State.SeenAt) && !b.State.SeenAt.IsZero() {
		return s.out
	}
	s.status()
	for i := range look.Posts {
		s.post(i)
	}
	for _, key := range look.Gone {
		s.gone(key)
	}
	if look.Status == scanners.BoardOK {
		s.unlisted()
		st := &s.out.Book.State
		st.LastOK, st.Whole, st.Order = look.From, look.Whole, nil
		for _, p := range look.Posts[:min(len(look.Posts), maxOrder)] {
			st.Order = append(st.Order, p.Key)
		}
	}
	s.out.Change.State = s.out.Book.State
	return s.out
}

// stepOfBoard is one step under way.
type stepOfBoard struct {
	spec BoardSpec
	look scanners.BoardLook
	zone *time.Location
	was  BoardState
	out  BoardStep
}

func (s *stepOfBoard) emit(k EventKind, at time.Time, subject string) {
	e := Event{Kind: k, At: at, SeenAt: s.look.To, Subject: subject}
	if len(s.spec.Sites) > 0 {
		e.Site = s.spec.Sites[0].ID
	}
	s.out.Events = append(s.out.Events, e)
}

func (s *stepOfBoard) status() {
	st := &s.out.Book.State
	span := BoardSpan{Board: s.spec.ID, From: s.look.From, To: s.look.From, Status: s.look.Status, Detail: s.look.Detail, Looks: 1}
	spans := s.out.Book.Spans
	if n := len(spans); n > 0 && spans[n-1].Extends(span, s.spec.Every) {
		span.From, span.Looks = spans[n-1].From, spans[n-1].Looks+1
		spans = spans[:n-1]
	}
	s.out.Change.Span = span
	s.out.Book.Spans = append(slices.Clone(spans[max(0, len(spans)-maxSpans+1):]), span)
	if st.Status != s.look.Status {
		switch {
		case s.spec.OutageOnly: // it is expected to be away
		case s.look.Status != scanners.BoardOK:
			s.emit(BoardUnreadable, s.look.From, s.spec.ID)
		case st.Status != "":
			s.emit(BoardReadable, s.look.From, s.spec.ID)
		}
		st.Status, st.Since = s.look.Status, s.look.From
	}
	st.Detail, st.SeenAt = s.look.Detail, s.look.To
}

// absentAt is the latest instant at which the post i was certainly not there; zero if none
// is known. An OK look before proves that only for the part of the list that it read: a post
// that stands below all that was read then may just have come into view.
func (s *stepOfBoard) absentAt(i int) time.Time {
	if s.was.LastOK.IsZero() {
		return time.Time{}
	}
	if s.was.Whole {
		return s.was.LastOK
	}
	for _, p := range s.look.Posts[i+1:] {
		if slices.Contains(s.was.Order, p.Key) {
			return s.was.LastOK
		}
	}
	return time.Time{}
}

func (s *stepOfBoard) post(i int) {
	p := s.look.Posts[i]
	n, known := s.out.Book.Notices[p.Key]
	switch {
	case !known:
		n = Notice{ID: noticeID(s.spec.ID, p.Key), Board: s.spec.ID, Key: p.Key, FirstSeen: s.look.To, LastAbsent: s.absentAt(i), Claimed: p.Claimed, DateOnly: p.DateOnly, Seq: len(s.look.Posts) - i}
	case n.LastSeen.Equal(s.look.To):
		return // the same key twice
	}
	was := n.LastSeen
	n.URL, n.LastSeen = p.URL, s.look.To
	changed := !known
	if !n.Vanished.IsZero() {
		n.Vanished, changed = time.Time{}, true
		s.emit(NoticeReturned, s.look.To, n.ID)
	}
	if !known {
		s.emit(NoticeSeen, s.look.To, n.ID)
	}
	if r, ok := s.revise(n, p, was); ok {
		if known && !r.TitleOnly && !n.titleOnly() {
			s.emit(NoticeChanged, s.look.To, n.ID)
		}
		n.Revisions, changed = append(slices.Clone(n.Revisions), r), true
		if r.Reading.NeedsReview && r.Reading.Kind == notice.Maintenance {
			s.emit(NoticeUnclear, s.look.To, n.ID)
		}
		if p.Page != nil {
			s.out.Change.Pages = append(s.out.Change.Pages, NoticePage{Notice: n.ID, Revision: r.N, Page: *p.Page})
		}
	}
	s.out.Book.Notices[p.Key] = n
	if changed {
		s.out.Change.Changed = append(s.out.Change.Changed, n)
	} else {
		s.out.Change.Seen = append(s.out.Change.Seen, n)
	}
}

// revise returns the new revision that a post shows, and whether there is one. was is when
// the notice was last seen before.
func (s *stepOfBoard) revise(n Notice, p scanners.Post, was time.Time) (Revision, bool) {
	last, had := n.Latest()
	digest := scanners.TextDigest(p.Title, p.Text)
	if !p.Read {
		if had {
			return Revision{}, false // its text is not in this look
		}
		digest = scanners.TextDigest(p.Title, "")
	}
	if had && last.Digest == digest && last.TitleOnly != p.Read {
		return Revision{}, false
	}
	r := Revision{
		N: len(n.Revisions) + 1, FirstSeen: s.look.To, LastAbsent: n.LastAbsent, Digest: digest, Title: p.Title, Text: p.Text,
		TitleOnly: !p.Read, Masked: p.Masked, Unread: p.Unread, Rules: notice.Version,
	}
	if had && !last.TitleOnly {
		r.LastAbsent = was // then it said something else
	}
	if p.Page != nil {
		r.Page = p.Page.Digest
	}
	r.Sites = s.spec.sitesOf(p.Title + "\n" + p.Text)
	r.Reading = s.read(n, p, r)
	if had && n.Key == PageKey && last.Reading.says(r.Reading) {
		return Revision{}, false // a page changes for many reasons; only what it announces counts
	}
	return r, true
}

// read reads a post's words, or takes over what a machine-readable source says.
func (s *stepOfBoard) read(n Notice, p scanners.Post, r Revision) Reading {
	posted := n.Claimed
	if posted.IsZero() || posted.After(r.FirstSeen.Add(24*time.Hour)) || n.Key == PageKey {
		posted = r.FirstSeen
	}
	if n.DateOnly && sameDay(posted, r.FirstSeen, s.zone) {
		posted = r.FirstSeen // "in two hours" counts from an hour of the day
	}
	got := notice.Read(notice.Text{Title: p.Title, Body: p.Text, Posted: posted, Zone: s.zone})
	if p.Announced != nil {
		got = announced(got, *p.Announced, slices.Contains(p.Unread, "recurrence"), s.zone)
	}
	if len(p.Unread) > 0 && len(got.Windows)+len(got.Rules) == 0 && (got.Kind == notice.Maintenance || strings.TrimSpace(p.Text) == "") {
		got.NeedsReview = true // what matters may stand where only a person can read it
	}
	return Reading{got}
}

func sameDay(a, b time.Time, zone *time.Location) bool {
	return a.In(zone).Format(time.DateOnly) == b.In(zone).Format(time.DateOnly)
}

// announced lets a machine-readable source overrule what was read in its prose. Of what recurs
// by a rule that the source could not tell, it tells only the first occasion: that is left to the
// prose.
func announced(r notice.Reading, a scanners.Announced, untold bool, zone *time.Location) notice.Reading {
	if a.Kind != "" {
		r.Kind = notice.Kind(a.Kind)
	}
	switch a.State {
	case "cancelled":
		r.State = notice.Cancelled
	case "completed", "resolved":
		r.State = notice.Completed
	case "planned", "in_progress":
		r.State = notice.Planned
	}
	if a.Start.IsZero() || untold || r.Kind != notice.Maintenance {
		return r
	}
	r.Windows, r.Rules = []notice.Window{{Start: a.Start, End: a.End}}, nil
	if a.Every != "" {
		r.Windows, r.Rules = nil, []notice.Rule{recurring(a, zone)}
	}
	r.Confidence, r.NeedsReview, r.Problems = 1, false, nil
	return r
}

func recurring(a scanners.Announced, zone *time.Location) notice.Rule {
	minutes := func(t time.Time) int { h, m, _ := t.In(zone).Clock(); return h*60 + m }
	y, m, d := a.Start.In(zone).Date()
	rule := notice.Rule{Freq: a.Every, From: minutes(a.Start), To: minutes(a.End), Since: time.Date(y, m, d, 0, 0, 0, 0, zone)}
	for _, day := range a.Weekdays {
		rule.Weekdays = append(rule.Weekdays, int(day))
	}
	return rule
}

func (s *stepOfBoard) gone(key string) {
	n, ok := s.out.Book.Notices[key]
	if !ok || !n.Vanished.IsZero() {
		return
	}
	n.Vanished = s.look.To
	s.out.Book.Notices[key] = n
	s.out.Change.Changed = append(s.out.Change.Changed, n)
	s.emit(NoticeVanished, s.look.To, n.ID)
}

// unlisted notes what is no longer on a list that was read to its end, and forgets what
// nobody needs to know any more.
func (s *stepOfBoard) unlisted() {
	for key, n := range s.out.Book.Notices {
		if n.LastSeen.Equal(s.look.To) || !n.Vanished.IsZero() {
			continue
		}
		if s.look.Whole && s.was.Whole && slices.Contains(s.was.Order, key) {
			s.gone(key)
		}
	}
}
