package monitor

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/scanners"
)

// desk is the committer's state of notices: what stands on the boards, what people said, and
// up to when clocks were told. Books and lists are replaced, never modified, so that whoever
// was handed one may go on reading it.
type desk struct {
	boards     map[string]compliance.BoardSpec
	boardsOf   map[string][]string // by site: the boards that speak of it, sorted
	books      map[string]compliance.BoardBook
	statements map[string][]compliance.Statement
	told       map[string]time.Time // by site: clocks were looked at up to here
	zone       *time.Location
	promises   compliance.Promises
}

// deskBatch is what a group of records makes of the desk.
type deskBatch struct {
	books      map[string]compliance.BoardBook
	statements map[string][]compliance.Statement
	told       map[string]time.Time
	said       []*said
}

func newDeskBatch() deskBatch {
	return deskBatch{books: map[string]compliance.BoardBook{}, statements: map[string][]compliance.Statement{}, told: map[string]time.Time{}}
}

// said is a statement on its way to the store, and who waits for it.
type said struct {
	compliance.Statement
	outages []compliance.Outage
	refused error      // by the record, when it was last judged
	done    chan error // takes one
}

// adopt lets a committed batch count. The committer's lock is held.
func (d *desk) adopt(b *batch, except map[string]bool) {
	for id, book := range b.desk.books {
		if spec, ok := d.boards[id]; !ok || !except[spec.Sites[0].ID] {
			d.books[id] = book
		}
	}
	for site, list := range b.desk.statements {
		if !except[site] {
			d.statements[site] = list
		}
	}
	maps.Copy(d.told, b.desk.told)
}

// answer tells those who wait for their statements and imports.
func (b *batch) answer(refused map[string]bool) {
	for _, s := range b.desk.said {
		err := s.refused
		if err == nil && refused[s.Site] {
			err = fmt.Errorf("the store refused the statement")
		}
		select {
		case s.done <- err:
		default: // answered already
		}
	}
	for _, i := range b.imported {
		var err error
		if refused[compliance.MonitorScope] {
			err = fmt.Errorf("the store refused the import")
		}
		select {
		case i.done <- err:
		default:
		}
	}
}

// record is what is on record of a site, with what the batch adds to it. The committer's
// lock is held.
func (d *desk) record(b *batch, site string) compliance.Record {
	r := compliance.Record{Site: site, Statements: d.statements[site]}
	if b != nil {
		if list, ok := b.desk.statements[site]; ok {
			r.Statements = list
		}
	}
	for _, id := range d.boardsOf[site] {
		spec, book := d.boards[id], d.book(b, id)
		r.Boards, r.Spans = append(r.Boards, spec), append(r.Spans, book.Spans...)
		for _, n := range book.Notices {
			if slices.ContainsFunc(n.Revisions, func(v compliance.Revision) bool { return slices.Contains(v.Sites, site) }) {
				r.Notices = append(r.Notices, n)
			}
		}
	}
	slices.SortFunc(r.Notices, func(x, y compliance.Notice) int { return x.FirstSeen.Compare(y.FirstSeen) })
	return r
}

// book is a board's with what the batch makes of it. The committer's lock is held.
func (d *desk) book(b *batch, id string) compliance.BoardBook {
	if b != nil {
		if own, ok := b.desk.books[id]; ok {
			return own
		}
	}
	return d.books[id]
}

// takeLook takes a look at a board into account, and finds maintenance that is under way
// without a notice.
func (c *committer) takeLook(b *batch, change *compliance.Change, spec compliance.BoardSpec, look scanners.BoardLook) {
	book := c.book(b, spec.ID)
	step := book.Step(spec, look, c.zone)
	owner := c.sites[spec.Sites[0].ID]
	check := func() []compliance.ClosingCheck {
		if len(step.Change.Changed) == 0 || len(owner.ServiceHours) == 0 {
			return nil
		}
		return c.record(b, owner.ID).CheckHours(owner.ServiceHours)
	}
	before := check()
	b.desk.books[spec.ID] = step.Book
	step.Events = append(step.Events, closings(owner.ID, before, check(), look.To)...)
	change.Boards = append(change.Boards, step.Change)
	change.Events = append(change.Events, step.Events...)
	if len(step.Change.Changed) == 0 {
		return
	}
	for _, s := range spec.Sites {
		if state := c.siteState(b, s.ID); state.Outage != nil {
			c.surprises(b, change, s.ID, *state.Outage)
		}
	}
}

// closings tells of closing times that their standing notices no longer announce, and of
// those that they announce again.
func closings(site string, before, after []compliance.ClosingCheck, at time.Time) (events []compliance.Event) {
	for i := range after {
		kind := compliance.HoursDenied
		switch was, is := before[i].Status, after[i].Status; {
		case was == is, was == compliance.ClosingUnchecked && is == compliance.ClosingAnnounced:
			continue
		case is == compliance.ClosingAnnounced:
			kind = compliance.HoursAnnounced
		}
		events = append(events, compliance.Event{Kind: kind, Site: site, At: after[i].Since, SeenAt: at, Subject: compliance.HoursBoard(site, i)})
	}
	return events
}

// surprises tells of maintenance that began without a notice.
func (c *committer) surprises(b *batch, change *compliance.Change, site string, o compliance.Outage) {
	r := c.record(b, site)
	subject, found := r.Unannounced(o, r.Plans(c.promises, c.zone))
	if found {
		change.Events = append(change.Events, compliance.Event{
			Kind: compliance.WorkUnannounced, Site: site, At: o.Start, SeenAt: c.now(), Subject: subject, Status: compliance.StatusDown,
		})
	}
}

// takeStatement admits a person's statement against the record.
func (c *committer) takeStatement(b *batch, change *compliance.Change, s *said) {
	b.desk.said = append(b.desk.said, s)
	r := c.record(b, s.Site)
	if slices.ContainsFunc(r.Statements, func(x compliance.Statement) bool { return x.ID == s.ID }) {
		return // a retry of what is on record
	}
	about, err := c.floor(b).Admit(s.Statement)
	if !about {
		err = r.Admit(s.Statement, s.outages)
	}
	if s.refused = err; err != nil {
		return
	}
	b.desk.statements[s.Site] = append(slices.Clone(r.Statements), s.Statement)
	change.Statements = append(change.Statements, s.Statement)
	change.Events = append(change.Events, compliance.Event{
		Kind: compliance.PersonStated, Site: s.Site, At: s.At, SeenAt: s.At, Subject: s.ID, Said: s.What(),
	})
}

// takeClocks tells of the marks that a site's clocks have passed since they were last
// looked at.
func (c *committer) takeClocks(b *batch, change *compliance.Change, site string) {
	now := c.now()
	state := c.siteState(b, site)
	events := compliance.ClockEvents(c.clocks(b, site, state, now), state.ClocksAt, now)
	if len(events) == 0 {
		return
	}
	state.Site, state.ClocksAt = site, now
	b.sites[site], b.desk.told[site] = state, now
	change.Events = append(change.Events, events...)
}

// clocks are a site's clocks as they stand.
func (c *committer) clocks(b *batch, site string, state compliance.SiteState, now time.Time) []compliance.Clock {
	r := c.record(b, site)
	plans := r.Plans(c.promises, c.zone)
	return r.Clocks(plans, state.Outage, c.promises, now)
}

// ringing lists the sites of which a clock has passed a mark since it was last looked at.
func (c *committer) ringing(now time.Time) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []string
	for _, id := range slices.Sorted(maps.Keys(c.sites)) {
		state := c.states[id]
		if state.Outage == nil && len(c.statements[id]) == 0 && !c.noticed(id) {
			continue // no clock can run
		}
		since := state.ClocksAt
		if at := c.told[id]; at.After(since) {
			since = at
		}
		if len(compliance.ClockEvents(c.clocks(nil, id, state, now), since, now)) > 0 {
			out = append(out, id)
			continue
		}
		c.told[id] = now
	}
	return out
}

// noticed says whether any notice stands or stood on the site's boards.
func (d *desk) noticed(site string) bool {
	return slices.ContainsFunc(d.boardsOf[site], func(board string) bool { return len(d.books[board].Notices) > 0 })
}

// Record is what is on record of a site's notices, as the engine knows it: of the last
// [compliance.RememberNotices].
func (e *Engine) Record(site string) compliance.Record {
	e.committer.mu.RLock()
	defer e.committer.mu.RUnlock()
	return e.committer.record(nil, site)
}

// BoardState is the latest of a board; the zero state of one that was not looked at.
func (e *Engine) BoardState(board string) compliance.BoardState {
	e.committer.mu.RLock()
	defer e.committer.mu.RUnlock()
	return e.committer.books[board].State
}

// Promises are the parameters in force, and the zone in which days are counted.
func (e *Engine) Promises() (compliance.Promises, *time.Location) {
	e.committer.mu.RLock()
	defer e.committer.mu.RUnlock()
	return e.committer.promises, e.committer.zone
}

// State puts a statement on record. It returns once that is durable. The error is a
// [*compliance.Refusal] when the statement does not fit the record; outages are those it may
// speak of.
func (e *Engine) State(ctx context.Context, s compliance.Statement, outages []compliance.Outage) (compliance.Statement, error) {
	s.At = e.clock.Now().UTC().Truncate(time.Millisecond)
	s = s.Sealed()
	x := &said{Statement: s, outages: outages, done: make(chan error, 1)}
	select {
	case e.committer.queue <- record{said: x}:
	case <-ctx.Done():
		return s, fmt.Errorf("put a statement on record: %w", context.Cause(ctx))
	}
	select {
	case err := <-x.done:
		return s, err
	case <-ctx.Done():
		return s, fmt.Errorf("put a statement on record: %w", context.Cause(ctx))
	}
}
