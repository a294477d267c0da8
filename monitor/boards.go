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

// BoardWatch is a notice board together with the means to look at it.
type BoardWatch struct {
	Spec        compliance.BoardSpec
	Board       scanners.Board
	Fingerprint string // changes when the watcher's settings do
}

const (
	boardsAtOnce = 16              // looks at boards under way at the same time
	boardTimeout = 3 * time.Minute // for one look
)

// boardRunner looks at one board on behalf of the engine.
type boardRunner struct {
	BoardWatch
	tick time.Duration // how often it is woken to see whether a look is due
	turn
	last time.Time // beginning of the latest look; the turn's lock guards it
}

// arrangeBoards makes the board runners match the plan. e.mu must be held.
func (e *Engine) arrangeBoards(plan Plan) error {
	wanted := map[string]BoardWatch{}
	for _, w := range plan.Boards {
		wanted[w.Spec.ID] = w
	}
	for id, r := range e.boards {
		if w, ok := wanted[id]; !ok || w.Fingerprint != r.Fingerprint {
			r.end()
			e.sched.RemoveByTags(boardTag(id))
			delete(e.boards, id)
		}
	}
	for _, w := range plan.Boards {
		if _, ok := e.boards[w.Spec.ID]; ok {
			continue
		}
		r := &boardRunner{BoardWatch: w, tick: min(w.Spec.Every, compliance.OutageEvery)}
		next := probes.SlotsOf(w.Spec.ID, r.tick).Next(e.clock.Now())
		_, err := e.sched.NewJob(gocron.DurationJob(r.tick), gocron.NewTask(func() { e.lookAt(r) }),
			gocron.WithStartAt(gocron.WithStartDateTimePast(next)), gocron.WithTags(boardTag(w.Spec.ID)), e.noPanic(w.Spec.ID))
		if err != nil {
			return fmt.Errorf("schedule board %s: %w", w.Spec.ID, err)
		}
		e.boards[w.Spec.ID] = r
		e.lookSoon(r)
	}
	return nil
}

// boardTag keeps a board's job apart from a check's of the same name.
func boardTag(id string) string { return "board:" + id }

// lookSoon looks without waiting for the next tick.
func (e *Engine) lookSoon(r *boardRunner) {
	e.looks.Add(1)
	go func() {
		defer e.looks.Done()
		e.lookAt(r)
	}()
}

// struck has the boards of a site that just went down looked at: they may say why, and
// until when.
func (e *Engine) struck(site string) {
	go func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		if e.looking == nil || e.looking.Err() != nil {
			return
		}
		for _, r := range e.boards {
			for _, s := range r.Spec.Sites {
				if s.ID == site && !r.Spec.Standing {
					r.mu.Lock()
					r.last = time.Time{}
					r.mu.Unlock()
					e.lookSoon(r)
				}
			}
		}
	}()
}

// lookAt looks if a look is due: at the board's pace, or while one of its sites is down
// every minute.
func (e *Engine) lookAt(r *boardRunner) {
	ctx := e.looking
	down := false
	for _, s := range r.Spec.Sites {
		down = down || e.committer.siteDown(s.ID)
	}
	now := e.clock.Now()
	if !r.begin(func() bool { return r.due(now, down) }) {
		return
	}
	defer r.finish()
	select {
	case e.boardPlaces <- struct{}{}:
	case <-ctx.Done():
		return
	}
	defer func() { <-e.boardPlaces }()
	look := r.look(ctx, e.committer.known(r.Spec.ID, now))
	if ctx.Err() != nil {
		return // cut short by our own end
	}
	if look.Status == scanners.BoardUnreachable && !e.uplink.Reachable(ctx) {
		look.Status, look.Detail = scanners.BoardUplinkDown, "no canary answered"
	}
	e.committer.submit(record{board: &r.Spec, look: &look})
}

// look bounds the look in time.
func (r *boardRunner) look(ctx context.Context, known []scanners.Known) scanners.BoardLook {
	ctx, cancel := context.WithTimeout(ctx, boardTimeout)
	defer cancel()
	look := r.Board.Look(ctx, known)
	look.Board = r.Spec.ID
	return look
}

// due says whether a look is due, and notes that it is made. It is asked in the runner's turn.
func (r *boardRunner) due(now time.Time, down bool) bool {
	every := r.Spec.Every
	if down && !r.Spec.Standing {
		every = min(every, compliance.OutageEvery)
	} else if r.Spec.OutageOnly {
		return false
	}
	// Half a tick of tolerance: a wake-up a little early must not cost a whole tick.
	if now.Sub(r.last) < every-r.tick/2 && !now.Before(r.last) {
		return false
	}
	r.last = now
	return true
}

// siteDown says whether an outage of the site is open.
func (c *committer) siteDown(site string) bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.states[site].Outage != nil
}

// known is what a look at a board is told.
func (c *committer) known(board string, now time.Time) []scanners.Known {
	c.mu.RLock()
	book := c.books[board]
	c.mu.RUnlock()
	return book.Known(now)
}
