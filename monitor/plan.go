package monitor

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/go-co-op/gocron/v2"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/probes"
)

// Reload changes what is watched. Unchanged checks keep their phase, their state and any
// look under way. An error leaves everything as it was.
func (e *Engine) Reload(ctx context.Context, plan Plan) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.sched == nil {
		return fmt.Errorf("reload: the engine is not running")
	}
	if err := e.cfg.Store.Adopt(ctx, e.clock.Now(), plan.Sites, e.cfg.Vantage); err != nil {
		return fmt.Errorf("adopt the new plan: %w", err)
	}
	e.setPlan(plan)
	e.uplink.Change(plan.Canaries)
	return e.arrange(plan)
}

func (e *Engine) setPlan(plan Plan) {
	e.plan = plan
	sites := map[string]compliance.Site{}
	for _, s := range plan.Sites {
		sites[s.ID] = s
	}
	boards, boardsOf := map[string]compliance.BoardSpec{}, map[string][]string{}
	for _, w := range plan.Boards {
		boards[w.Spec.ID] = w.Spec
		for _, s := range w.Spec.Sites {
			boardsOf[s.ID] = append(boardsOf[s.ID], w.Spec.ID)
		}
	}
	for _, ids := range boardsOf {
		slices.Sort(ids)
	}
	zone := plan.Zone
	if zone == nil {
		zone = time.UTC
	}
	e.committer.mu.Lock()
	defer e.committer.mu.Unlock()
	e.committer.sites, e.committer.boards, e.committer.boardsOf = sites, boards, boardsOf
	e.committer.zone, e.committer.promises = zone, plan.Promises
	e.committer.policy, e.committer.roster, e.committer.onCall = plan.Alerting, plan.Roster, plan.OnCall
	e.committer.due = &due{charter: plan.Charter, days: plan.Calendar}
	e.committer.enrol(plan.Roster)
	e.committer.adoptCharter(plan.Charter)
}

// arrange makes the runners match the plan. e.mu must be held.
func (e *Engine) arrange(plan Plan) error {
	wanted := map[string]Watch{}
	for _, w := range plan.Watches {
		wanted[w.Spec.ID] = w
	}
	replaced := map[string]*runner{}
	for id, r := range e.runners {
		if w, ok := wanted[id]; !ok || w.Fingerprint != r.fingerprint || w.Spec != r.spec {
			r.end()
			e.sched.RemoveByTags(id)
			delete(e.runners, id)
			replaced[id] = r
		}
	}
	now := e.clock.Now()
	var fresh []*runner
	for _, w := range plan.Watches {
		if _, ok := e.runners[w.Spec.ID]; ok {
			continue
		}
		r := e.newRunner(w, now)
		if old := replaced[w.Spec.ID]; old != nil {
			r.last = old.accounted(r.slots, r.last)
		} else {
			e.absence(r)
		}
		e.runners[w.Spec.ID] = r
		if err := e.schedule(r); err != nil {
			return err
		}
		fresh = append(fresh, r)
	}
	e.looks.Add(1)
	go e.firstLooks(fresh)
	if err := e.arrangeBoards(plan); err != nil {
		return err
	}
	return e.arrangePages(plan)
}

// newRunner prepares a check's runner, due for the first slot from now on.
func (e *Engine) newRunner(w Watch, now time.Time) *runner {
	r := &runner{
		spec: w.Spec, fingerprint: w.Fingerprint,
		check: &probes.Check{ID: w.Spec.ID, Vantage: e.cfg.Vantage, Timeout: w.Spec.Timeout, Probe: w.Probe, Now: e.clock.Now},
		slots: probes.SlotsOf(w.Spec.ID, w.Spec.Interval),
		deps: runnerDeps{
			now: e.clock.Now, places: e.places, uplink: e.uplink, submit: e.committer.submit,
			down: e.committer.confirmed, stats: e.stats,
		},
	}
	r.last = r.slots.Ceil(now).Add(-r.slots.Interval)
	return r
}

// absence accounts for the slots since the check's last record, when nobody watched it.
func (e *Engine) absence(r *runner) {
	next := r.slots.Next(r.last)
	if v, ok := e.committer.state(r.spec.ID).View(e.cfg.Vantage); ok {
		from := v.GapTo
		if !v.Slot.IsZero() && r.slots.Next(v.Slot).After(from) {
			from = r.slots.Next(v.Slot)
		}
		from = r.slots.Ceil(from)
		if from.Before(next) {
			e.committer.submit(record{spec: &r.spec, gap: &compliance.Gap{Check: r.spec.ID, Vantage: e.cfg.Vantage, From: from, To: next, Reason: probes.NotRunning}})
		} else if from.After(next) {
			r.last = from.Add(-r.slots.Interval) // the clock stood ahead before the restart
		}
	}
}

// schedule hands the runner to gocron at its next slot. gocron takes jobs one at a time and
// passes over a start that lies behind it by then, so a slot that falls due while many are
// being handed over is looked at here.
func (e *Engine) schedule(r *runner) error {
	r.mu.Lock()
	next := r.last.Add(r.slots.Interval)
	r.mu.Unlock()
	_, err := e.sched.NewJob(gocron.DurationJob(r.slots.Interval), gocron.NewTask(func() { e.wake(r) }),
		gocron.WithStartAt(gocron.WithStartDateTimePast(next)), gocron.WithTags(r.spec.ID), e.noPanic(r.spec.ID))
	if err != nil {
		return fmt.Errorf("schedule check %s: %w", r.spec.ID, err)
	}
	if !next.After(e.clock.Now()) {
		e.looks.Add(1)
		go func() {
			defer e.looks.Done()
			e.wake(r)
		}()
	}
	return nil
}

func (e *Engine) wake(r *runner) {
	if e.looking.Err() == nil {
		r.due(e.looking)
	}
}

// firstLooks looks at what is not due within a second, evenly spread.
func (e *Engine) firstLooks(fresh []*runner) {
	defer e.looks.Done()
	pace := time.NewTicker(time.Second / firstLooks)
	defer pace.Stop()
	for _, r := range fresh {
		select {
		case <-pace.C:
		case <-e.looking.Done():
			return
		}
		if r.slots.Next(e.clock.Now()).Sub(e.clock.Now()) < time.Second {
			continue
		}
		e.looks.Add(1)
		go func() {
			defer e.looks.Done()
			r.firstLook(e.looking)
		}()
	}
}
