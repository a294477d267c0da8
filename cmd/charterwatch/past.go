package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/probes"
	"github.com/charterwatch/charterwatch/reports"
	"github.com/charterwatch/charterwatch/scanners"
	"github.com/charterwatch/charterwatch/store"
)

// The paces at which the simulated past was watched: enough for months that can be judged, and
// done within a minute.
const (
	pastInterval = 10 * time.Minute // of checks
	pastBoards   = time.Hour
	pastPages    = 6 * time.Hour
	pastStep     = 6 * time.Hour // committed and sealed at once
	pastVantage  = "local"
)

// past is a simulated past under way. What would have been seen goes through the same judgement,
// and into the same store, as what is seen now.
type past struct {
	db     *store.DB
	sites  []compliance.Site
	zone   *time.Location
	story  story
	now    time.Time // in the simulation: the store's clock, too
	seen   time.Time // up to when it was looked
	rnd    *rand.Rand
	checks map[string]compliance.CheckState
	states map[string]compliance.SiteState
	books  map[string]compliance.BoardBook
	pages  map[string]compliance.PageSpan
	close  func(context.Context) (reports.Closing, error) // signs the log for a report
}

// newPast prepares to live through a story at sites.
func newPast(sites []compliance.Site, zone *time.Location, s story) *past {
	p := &past{sites: slices.Clone(sites), zone: zone, story: s, now: s.begins, seen: s.begins, rnd: rand.New(rand.NewPCG(3, 65)), checks: map[string]compliance.CheckState{},
		states: map[string]compliance.SiteState{}, books: map[string]compliance.BoardBook{}, pages: map[string]compliance.PageSpan{}}
	for i := range p.sites {
		x := &p.sites[i]
		x.Checks, x.Boards, x.Pages = slices.Clone(x.Checks), slices.Clone(x.Boards), slices.Clone(x.Pages)
		x.Checks = slices.DeleteFunc(x.Checks, func(c compliance.CheckSpec) bool { return c.Kind == "push" }) // nobody sent heartbeats
		for n := range x.Checks {
			c := &x.Checks[n]
			c.Interval, c.Policy.Fresh = pastInterval, 0
			c.Policy = c.Policy.WithDefaults(pastInterval, c.Timeout)
		}
		x.Boards = slices.DeleteFunc(x.Boards, func(b compliance.BoardSpec) bool { return b.OutageOnly })
		for n := range x.Boards {
			x.Boards[n].Every = pastBoards
		}
		for n := range x.Pages {
			x.Pages[n].Every = pastPages
		}
	}
	return p
}

// clock is the store's clock while the past is lived through.
func (p *past) clock() time.Time { return p.now }

// live lets the past happen until then. told hears how far it has come.
func (p *past) live(ctx context.Context, until time.Time, told func(at time.Time)) error {
	if err := p.db.Adopt(ctx, p.seen, p.sites, pastVantage); err != nil {
		return fmt.Errorf("simulate the past: %w", err)
	}
	for p.seen.Before(until) {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("simulate the past: %w", err)
		}
		to := p.seen.Add(pastStep)
		if to.After(until) {
			to = until
		}
		changes := p.step(compliance.Period{From: p.seen, To: to})
		p.seen = to
		if p.now.Before(to) {
			p.now = to // a report may have been signed meanwhile
		}
		rejected, err := p.db.Commit(ctx, changes)
		if err == nil && len(rejected) > 0 {
			err = rejected[0].Err
		}
		if err == nil {
			_, err = p.db.Seal(ctx, p.seen)
		}
		if err == nil {
			_, err = p.db.Retain(ctx, p.seen, compliance.Retention{})
		}
		if err != nil {
			return fmt.Errorf("simulate the past: %w", err)
		}
		told(p.seen)
	}
	return nil
}

// step is everything that was seen and said in a stretch of time.
func (p *past) step(span compliance.Period) []compliance.Change {
	var out []compliance.Change
	for _, site := range p.sites {
		c := compliance.Change{Site: site.ID}
		p.look(&c, site, span)
		p.readBoards(&c, site, span)
		p.readPages(&c, site, span)
		for _, s := range p.story.said {
			if s.Site == site.ID && within(span, s.At) {
				c.Statements = append(c.Statements, s)
			}
		}
		out = append(out, c)
	}
	house := compliance.Change{Site: compliance.MonitorScope}
	for _, s := range p.story.said {
		if s.Site == compliance.MonitorScope && within(span, s.At) {
			house.Statements = append(house.Statements, s)
		}
	}
	for _, i := range p.story.imports {
		if within(span, i.At) {
			house.Imports = append(house.Imports, i)
		}
	}
	return append(out, house)
}

func within(p compliance.Period, t time.Time) bool { return !t.Before(p.From) && t.Before(p.To) }

// look looks at a site's checks, slot by slot in the order of time.
func (p *past) look(c *compliance.Change, site compliance.Site, span compliance.Period) {
	type due struct {
		spec compliance.CheckSpec
		slot time.Time
	}
	var all []due
	for _, spec := range site.Checks {
		grid := probes.SlotsOf(spec.ID, spec.Interval)
		for slot := grid.Ceil(span.From); slot.Before(span.To); slot = slot.Add(spec.Interval) {
			all = append(all, due{spec, slot})
		}
	}
	slices.SortStableFunc(all, func(a, b due) int { return a.slot.Compare(b.slot) })
	for _, d := range all {
		p.slot(c, site, d.spec, d.slot)
	}
	for _, spec := range site.Checks {
		if s, ok := p.checks[spec.ID]; ok && s.Check != "" {
			c.Checks = append(c.Checks, s)
		}
	}
	if s, ok := p.states[site.ID]; ok {
		c.State = &s
	}
}

// slot is one slot of a check, with the looks that confirm a failure.
func (p *past) slot(c *compliance.Change, site compliance.Site, spec compliance.CheckSpec, slot time.Time) {
	if p.story.asleep(slot) {
		g := compliance.Gap{Check: spec.ID, Vantage: pastVantage, From: slot, To: slot.Add(spec.Interval), Reason: probes.NotRunning}
		if n := len(c.Gaps); n > 0 && c.Gaps[n-1].Continues(g) {
			c.Gaps[n-1].To = g.To
		} else {
			c.Gaps = append(c.Gaps, g)
		}
		p.checks[spec.ID] = p.checks[spec.ID].Skip(g)
		return
	}
	reason := probes.OK
	if p.story.down(site.ID, slot) && spec.Critical {
		reason = probes.Status
	}
	for attempt := range 1 + spec.Policy.ConfirmFailures {
		r := probes.Result{
			Check: spec.ID, Vantage: pastVantage, Slot: slot, Attempt: attempt, Start: slot.Add(time.Duration(attempt) * spec.Policy.Reprobe),
			Duration: time.Duration(20+p.rnd.IntN(180)) * time.Millisecond, Reason: reason, Outcome: reason.Outcome(),
		}
		c.Results = append(c.Results, r)
		p.judge(c, site, spec, r)
		if reason == probes.OK || p.checks[spec.ID].Outage != nil {
			return
		}
	}
}

// judge takes a look through the check and its site, as the engine does.
func (p *past) judge(c *compliance.Change, site compliance.Site, spec compliance.CheckSpec, r probes.Result) {
	was := p.checks[spec.ID]
	is, events := spec.Policy.Step(was, r)
	p.checks[spec.ID] = is
	c.Events = append(c.Events, events...)
	c.Outages = append(c.Outages, outageVersions(was.Outage, is.Outage, is.LastEnd)...)
	if len(events) == 0 && is.Status == was.Status {
		return
	}
	seen, _ := is.View(r.Vantage)
	before := p.states[site.ID]
	after, events := compliance.SiteStep(site, before, func(id string) compliance.CheckState { return p.checks[id] }, seen.SeenAt)
	p.states[site.ID] = after
	c.Events = append(c.Events, events...)
	c.Outages = append(c.Outages, outageVersions(before.Outage, after.Outage, after.LastEnd)...)
}

func outageVersions(was, is *compliance.Outage, ended time.Time) []compliance.Outage {
	switch {
	case was == is:
		return nil
	case is == nil:
		return []compliance.Outage{was.Ended(ended)}
	}
	return []compliance.Outage{*is}
}

// readBoards reads a site's own boards every hour. While the site is down, so are they.
func (p *past) readBoards(c *compliance.Change, site compliance.Site, span compliance.Period) {
	for _, spec := range site.Boards {
		for at := span.From.Add(7 * time.Minute).Truncate(time.Minute); at.Before(span.To); at = at.Add(pastBoards) {
			if p.story.asleep(at) {
				continue
			}
			look := scanners.BoardLook{Board: spec.ID, From: at, To: at.Add(2 * time.Second), Status: scanners.BoardOK, Whole: true}
			if p.story.down(site.ID, at) {
				look.Status, look.Whole = scanners.BoardUnreachable, false
			} else if spec.Standing {
				look.Posts = p.story.hours()
			} else {
				look.Posts = p.story.posted(site.ID, spec, at)
			}
			step := p.books[spec.ID].Step(spec, look, p.zone)
			if p.books[spec.ID].Notices == nil {
				step.Book.State.Board = spec.ID
			}
			p.books[spec.ID] = step.Book
			c.Events = append(c.Events, step.Events...)
			c.Boards = append(c.Boards, step.Change)
		}
	}
}

// readPages reads the pages that clauses speak of.
func (p *past) readPages(c *compliance.Change, site compliance.Site, span compliance.Period) {
	for _, spec := range site.Pages {
		for at := span.From.Add(11 * time.Minute); at.Before(span.To); at = at.Add(pastPages) {
			if p.story.asleep(at) {
				continue
			}
			look := scanners.PageLook{Page: spec.ID, From: at, To: at.Add(time.Second), Status: scanners.PageOK, Digest: spec.ID}
			switch {
			case p.story.down(site.ID, at):
				look.Status, look.Digest = scanners.PageUnreachable, ""
			case !spec.Within.Zero():
				look.Updated, look.DayOnly = p.story.updated(at), true
			}
			s := p.pages[spec.ID].After(spec, look)
			p.pages[spec.ID] = s
			c.Looks = append(c.Looks, s)
		}
	}
}
