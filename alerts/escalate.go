package alerts

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/common/model"

	"github.com/charterwatch/charterwatch/compliance"
)

const (
	bundled      = 30 * time.Second // alerts whose step is due within it share a message
	escalateIdle = 15 * time.Second
)

// escalator takes the later steps of escalations. The first is taken by Alertmanager.
type escalator struct {
	book       *book
	log        *slog.Logger
	receipts   *receipts
	failures   *failures
	now        func() time.Time
	statements func() []compliance.Statement
	setup      func() *setup
	muted      func(context.Context, model.LabelSet) bool // silenced or inhibited now
	convert    func(owed, time.Time) *alert.Alert
	since      time.Time // alerts raised before are too old for anybody to know what was done
	wake       chan struct{}
	couriers   couriers

	mu      sync.Mutex
	reached map[string]map[model.Fingerprint]bool // by policy
	steps   map[stepKey]*progress
	batches map[string]*batch
	count   map[stepOutcome]uint64
}

type stepOutcome struct{ policy, outcome string }

func (e *escalator) init() *escalator {
	e.wake = make(chan struct{}, 1)
	e.reached, e.steps, e.batches, e.count = map[string]map[model.Fingerprint]bool{}, map[stepKey]*progress{}, map[string]*batch{}, map[stepOutcome]uint64{}
	e.couriers.init()
	return e
}

// reach notes whether an escalation's receiver gets an alert now.
func (e *escalator) reach(policy string, print model.Fingerprint, gets bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !gets {
		delete(e.reached[policy], print)
		return
	}
	if e.reached[policy] == nil {
		e.reached[policy] = map[model.Fingerprint]bool{}
	}
	if !e.reached[policy][print] {
		e.reached[policy][print] = true
		poke(e.wake)
	}
}

// note takes what became of a message.
func (e *escalator) note(t told) {
	e.mu.Lock()
	defer e.mu.Unlock()
	now := e.now()
	for _, id := range t.firing {
		e.step(stepKey{t.policy, id, t.step}).note(t.target.key(), t.status, now)
	}
	if t.status == compliance.Delivered && t.step > 1 && !t.resolved {
		e.told(batch{policy: t.policy, step: t.step, target: t.target, ids: t.firing})
	}
	poke(e.wake)
}

// Run takes steps until ctx ends.
func (e *escalator) Run(ctx context.Context) error {
	defer e.couriers.wait()
	for {
		next := e.pass(ctx)
		t := time.NewTimer(max(0, min(next.Sub(e.now()), escalateIdle)))
		select {
		case <-ctx.Done():
			t.Stop()
			return nil
		case <-e.wake:
			t.Stop()
		case <-t.C:
		}
	}
}

// pass takes what is due, and says when to look again.
func (e *escalator) pass(ctx context.Context) (again time.Time) {
	now, set := e.now(), e.setup()
	again = now.Add(escalateIdle)
	for _, name := range slices.Sorted(maps.Keys(set.policies)) {
		policy := set.policies[name]
		e.uncalled(set, policy, now)
		for _, list := range e.due(ctx, set, policy, now) {
			ready, wait := bundle(list, now)
			if len(ready) > 0 {
				e.take(ctx, set, policy, ready, now)
			}
			if !wait.IsZero() && wait.Before(again) {
				again = wait
			}
		}
	}
	e.resolve(ctx, set, now)
	e.forget()
	return e.patience(again, now)
}

// patience is when the first message that is under way counts as not delivered, if that is
// before again.
func (e *escalator) patience(again, now time.Time) time.Time {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, x := range e.steps {
		if until := x.began.Add(unanswered); x.missed.IsZero() && until.After(now) && until.Before(again) {
			again = until
		}
	}
	return again
}

// candidates are the alerts that an escalation may go on with.
func (e *escalator) candidates(set *setup, policy string, now time.Time) []owed {
	e.mu.Lock()
	prints := slices.Collect(maps.Keys(e.reached[policy]))
	e.mu.Unlock()
	var out []owed
	for _, print := range prints {
		o, ours := e.book.current(print)
		switch {
		case !ours || !o.Open():
			e.reach(policy, print, false)
		case o.Acked != nil, o.Held.After(now), set.quiet(o.Severity, now), o.Raised.Before(e.since):
		default:
			out = append(out, o)
		}
	}
	sortOwed(out)
	return out
}

// due are the steps to take, by step.
func (e *escalator) due(ctx context.Context, set *setup, p compliance.Escalation, now time.Time) map[int][]taken {
	out := map[int][]taken{}
	for _, o := range e.candidates(set, p.Receiver, now) {
		e.mu.Lock()
		t, ok := e.next(p, o, now)
		e.mu.Unlock()
		if ok && (t.at.After(now) || !e.muted(ctx, o.labels)) {
			out[t.step] = append(out[t.step], t)
		}
	}
	return out
}

// bundle picks what is to be told now. While more becomes due within moments it waits for
// that, so that one message tells of all.
func bundle(list []taken, now time.Time) (ready []taken, wait time.Time) {
	slices.SortStableFunc(list, func(a, b taken) int { return a.at.Compare(b.at) })
	for i, t := range list {
		switch {
		case !t.at.After(now):
			ready = list[:i+1]
		case len(ready) > 0 && t.at.Sub(ready[0].at) <= bundled:
			wait = t.at // the last of them
		case wait.IsZero():
			return ready, t.at
		}
	}
	if len(ready) > 0 && !wait.IsZero() {
		return nil, wait
	}
	return ready, wait
}

// uncalled says of alerts whose first step nobody can be told of that it is so. The next step
// is taken at once then.
func (e *escalator) uncalled(set *setup, p compliance.Escalation, now time.Time) {
	reachable, lacking := set.targets(p.Steps[0], e.statements(), now)
	if len(reachable) > 0 && len(lacking) == 0 {
		return
	}
	var list []owed
	for _, o := range e.candidates(set, p.Receiver, now) {
		if now.Before(o.Raised.Add(p.Steps[0].After)) {
			continue
		}
		e.mu.Lock()
		x := e.steps[stepKey{p.Receiver, o.ID, 1}]
		e.mu.Unlock()
		if x == nil {
			list = append(list, o)
		}
	}
	e.lack(p.Receiver, 1, list, lacking, len(reachable) == 0, now)
}

// take tells of alerts that have come to a step.
func (e *escalator) take(ctx context.Context, set *setup, p compliance.Escalation, list []taken, now time.Time) {
	n := list[0].step
	step := p.Steps[(n-1)%len(p.Steps)]
	at := now
	all := make([]owed, len(list))
	begun := map[string]*progress{}
	e.mu.Lock()
	for i, t := range list {
		all[i] = t.owed
		x := e.step(stepKey{p.Receiver, t.owed.ID, n})
		if x.restored && x.began.Before(at) {
			at = x.began // whoever was on call when the step began
		}
		x.restored, begun[t.owed.ID] = false, x
	}
	e.mu.Unlock()
	reachable, lacking := set.targets(step, e.statements(), at)
	e.lack(p.Receiver, n, all, lacking, len(reachable) == 0, now)
	sent := 0
	for _, t := range reachable {
		var due []owed
		e.mu.Lock()
		for _, o := range all {
			if s := begun[o.ID].targets[t.key()]; s != compliance.Delivered && s != compliance.Failed {
				begun[o.ID].note(t.key(), compliance.Failing, now)
				due = append(due, o)
			}
		}
		e.mu.Unlock()
		if len(due) > 0 {
			e.tell(ctx, set, p.Receiver, n, t, due, now)
			sent++
		}
	}
	if sent > 0 {
		e.log.Warn("nobody has acknowledged; escalating", "escalation", p.Receiver, "step", n, "alerts", len(all), "messages", sent)
	}
}

// lack says that a step cannot tell somebody, or anybody.
func (e *escalator) lack(policy string, step int, list []owed, lacking []target, nobody bool, now time.Time) {
	if len(list) == 0 {
		return
	}
	r := compliance.Receipt{At: now, Status: compliance.Failed, Receiver: policy, Channel: onCall, Policy: policy, Step: step, Attempts: 1, Drill: true}
	for _, o := range list {
		r.Firing = append(r.Firing, o.ID)
		r.Drill = r.Drill && o.Drill
	}
	slices.Sort(r.Firing)
	say := func(person, problem string) {
		x := r
		x.Person, x.Problem = person, problem
		e.log.Error("escalation cannot tell anybody in this step", "escalation", policy, "step", step, "alerts", len(list), "person", person, "problem", problem)
		e.receipts.later(x)
	}
	e.mu.Lock()
	for _, o := range list {
		x := e.step(stepKey{policy, o.ID, step})
		for _, t := range lacking {
			x.note(t.key(), compliance.Failed, now)
		}
		if nobody {
			x.note(target{receiver: policy}.key(), compliance.Failed, now)
			x.missed = now
		}
	}
	if nobody {
		e.count[stepOutcome{policy, "nobody"}]++
	}
	e.mu.Unlock()
	for _, t := range lacking {
		say(t.person, "no working receiver")
	}
	if nobody {
		say("", "nobody on call")
		poke(e.wake)
	}
}

// tell sends one message about alerts to one target.
func (e *escalator) tell(ctx context.Context, set *setup, policy string, step int, t target, list []owed, now time.Time) {
	m := message{policy: policy, step: step, target: t, set: set, until: now.Add(unanswered)}
	for _, o := range list {
		m.alerts = append(m.alerts, e.convert(o, now))
		m.ids = append(m.ids, o.ID)
	}
	slices.Sort(m.ids)
	m.group = stepGroup(policy, step, m.ids)
	e.send(ctx, m)
}

// stepGroup is the key by which receivers that keep incidents find the message again.
func stepGroup(policy string, step int, ids []string) string {
	return fmt.Sprintf("escalation/%s/%d/%s", policy, step, ids[0])
}

// resolve tells those whom later steps told that it is over, once all is.
func (e *escalator) resolve(ctx context.Context, set *setup, now time.Time) {
	e.mu.Lock()
	var over []*batch
	for key, b := range e.batches {
		standing := false
		for _, id := range b.ids {
			if o, ok := e.book.get(id); ok {
				b.alerts[id] = o
				standing = standing || o.Open()
			}
		}
		if !standing {
			over = append(over, b)
			delete(e.batches, key)
		}
	}
	e.mu.Unlock()
	slices.SortFunc(over, func(a, b *batch) int { return cmp.Compare(a.group, b.group) })
	for _, b := range over {
		t := b.target
		if t.channels = set.people[t.person]; t.person == "" {
			t.channels = set.receivers[t.receiver]
		}
		m := message{policy: b.policy, step: b.step, target: t, set: set, group: b.group, resolved: true, until: now.Add(unanswered)}
		for _, id := range slices.Sorted(maps.Keys(b.alerts)) {
			m.ids = append(m.ids, id)
			m.alerts = append(m.alerts, e.convert(b.alerts[id], now))
		}
		if len(m.alerts) > 0 && len(t.channels) > 0 {
			e.send(ctx, m)
		}
	}
}

// forget drops what is known of alerts that are no longer owed.
func (e *escalator) forget() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for key := range e.steps {
		if _, ok := e.book.get(key.alert); !ok {
			delete(e.steps, key)
		}
	}
}
