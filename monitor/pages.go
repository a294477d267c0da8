package monitor

import (
	"context"
	"fmt"
	"time"

	"github.com/go-co-op/gocron/v2"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/probes"
	"github.com/charterwatch/charterwatch/scanners"
)

// PageWatch is a page together with the means to look at it.
type PageWatch struct {
	Spec        compliance.PageSpec
	Page        scanners.PageWatcher
	Fingerprint string // changes when the watcher's settings do
}

const pageTimeout = time.Minute // for one look, its turn included

// pageRunner looks at one page on behalf of the engine.
type pageRunner struct {
	PageWatch
	turn
}

// arrangePages makes the page runners match the plan. e.mu must be held.
func (e *Engine) arrangePages(plan Plan) error {
	wanted := map[string]PageWatch{}
	for _, w := range plan.Pages {
		wanted[w.Spec.ID] = w
	}
	for id, r := range e.pages {
		if w, ok := wanted[id]; !ok || w.Fingerprint != r.Fingerprint {
			r.end()
			e.sched.RemoveByTags(pageTag(id))
			delete(e.pages, id)
		}
	}
	for _, w := range plan.Pages {
		if _, ok := e.pages[w.Spec.ID]; ok {
			continue
		}
		r := &pageRunner{PageWatch: w}
		next := probes.SlotsOf(pageTag(w.Spec.ID), w.Spec.Every).Next(e.clock.Now())
		_, err := e.sched.NewJob(gocron.DurationJob(w.Spec.Every), gocron.NewTask(func() { e.lookAtPage(r) }),
			gocron.WithStartAt(gocron.WithStartDateTimePast(next)), gocron.WithTags(pageTag(w.Spec.ID)), e.noPanic(w.Spec.ID))
		if err != nil {
			return fmt.Errorf("schedule page %s: %w", w.Spec.ID, err)
		}
		e.pages[w.Spec.ID] = r
		e.looks.Add(1)
		go func() {
			defer e.looks.Done()
			e.lookAtPage(r)
		}()
	}
	return nil
}

// pageTag keeps a page's job apart from a check's of the same name.
func pageTag(id string) string { return "page:" + id }

func (e *Engine) lookAtPage(r *pageRunner) {
	ctx := e.looking
	if !r.begin(always) {
		return
	}
	defer r.finish()
	select {
	case e.boardPlaces <- struct{}{}: // pages are read with the boards' manners
	case <-ctx.Done():
		return
	}
	defer func() { <-e.boardPlaces }()
	bounded, cancel := context.WithTimeout(ctx, pageTimeout)
	defer cancel()
	look := r.Page.Look(bounded)
	if ctx.Err() != nil {
		return // cut short by our own end
	}
	look.Page = r.Spec.ID
	if look.Status == scanners.PageUnreachable && !e.uplink.Reachable(ctx) {
		look.Status, look.Detail = scanners.PageNotLooked, "no canary answered"
	}
	e.committer.submit(record{page: &r.Spec, pageLook: &look})
}

// takePage takes a look at a page into account.
func (c *committer) takePage(b *batch, change *compliance.Change, spec compliance.PageSpec, look scanners.PageLook) {
	was, ok := b.pages[spec.ID]
	if !ok {
		was = c.pages[spec.ID]
	}
	is := was.After(spec, look)
	b.pages[spec.ID] = is
	change.Looks = append(change.Looks, is)
}

// Page is the latest of what looks at a page came to; false before the first.
func (e *Engine) Page(id string) (compliance.PageSpan, bool) {
	e.committer.mu.RLock()
	defer e.committer.mu.RUnlock()
	s, ok := e.committer.pages[id]
	return s, ok
}
