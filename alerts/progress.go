package alerts

import (
	"slices"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
)

const (
	unanswered  = 2 * time.Minute  // after which a message that is not delivered counts as not
	aloneRepeat = 15 * time.Minute // between the rounds of an escalation of a single step
	onCall      = "on-call"        // channel of a receipt that says that nobody could be told
)

// stepKey is one step of an escalation for one alert. Steps of further rounds count on.
type stepKey struct {
	policy string
	alert  string
	step   int
}

// progress is what has become of a step.
type progress struct {
	began    time.Time
	targets  map[string]compliance.ReceiptStatus // by their keys; Failing: under way
	missed   time.Time                           // since when it is known that nobody was reached
	restored bool                                // known from receipts alone: it may not have been completed
}

// note merges what became of a message to a target. Who was reached by one channel was
// reached.
func (p *progress) note(target string, status compliance.ReceiptStatus, at time.Time) {
	if p.began.IsZero() || at.Before(p.began) {
		p.began = at
	}
	if p.targets == nil {
		p.targets = map[string]compliance.ReceiptStatus{}
	}
	if p.targets[target] != compliance.Delivered {
		p.targets[target] = status
	}
	if status == compliance.Delivered {
		p.missed = time.Time{}
	}
}

// settle finds out whether the step reached nobody.
func (p *progress) settle(now time.Time) {
	if !p.missed.IsZero() || p.began.IsZero() {
		return
	}
	under := false
	for _, status := range p.targets {
		switch status {
		case compliance.Delivered:
			return
		case compliance.Failing:
			under = true
		}
	}
	if !under || now.Sub(p.began) >= unanswered {
		p.missed = now
	}
}

// offset is when a step is due after its alert was raised. A further round begins after the
// longest pause between two steps.
func offset(e compliance.Escalation, step int) time.Duration {
	last := e.Steps[len(e.Steps)-1].After
	pause := time.Duration(0)
	for i := 1; i < len(e.Steps); i++ {
		pause = max(pause, e.Steps[i].After-e.Steps[i-1].After)
	}
	if pause <= 0 {
		pause = aloneRepeat
	}
	round, i := (step-1)/len(e.Steps), (step-1)%len(e.Steps)
	return time.Duration(round)*(last-e.Steps[0].After+pause) + e.Steps[i].After
}

// taken is a step that is to be taken for an alert.
type taken struct {
	owed owed
	step int
	at   time.Time
}

// next is the step that an alert takes next, and when. The first is Alertmanager's: what
// comes next waits until that has been tried. Whoever is told late has time to answer all the
// same.
func (e *escalator) next(p compliance.Escalation, o owed, now time.Time) (taken, bool) {
	steps := len(p.Steps)
	if escalates(p, o.Severity) {
		steps *= 1 + max(0, p.Repeat)
	} else {
		steps = 1
	}
	var before *progress
	for n := 1; n <= steps; n++ {
		x := e.steps[stepKey{p.Receiver, o.ID, n}]
		if x != nil {
			_, follows := e.steps[stepKey{p.Receiver, o.ID, n + 1}]
			if x.settle(now); x.restored && n > 1 && !follows && x.missed.IsZero() {
				return taken{o, n, now}, true // begun before a restart
			}
			before = x
			continue
		}
		if before == nil {
			return taken{}, false
		}
		at, gap := o.Raised.Add(offset(p, n)), offset(p, n)-offset(p, n-1)
		if before.began.Before(at) {
			at = later(at, before.began.Add(gap/2))
		} else {
			at = before.began.Add(gap) // held, or the program stood still
		}
		if !before.missed.IsZero() && before.missed.Before(at) {
			at = before.missed
		}
		return taken{o, n, at}, true
	}
	return taken{}, false
}

// batch is a message of a later step that somebody got: its end is told once all in it is
// over.
type batch struct {
	policy string
	step   int
	target target
	ids    []string
	group  string
	alerts map[string]owed // as last seen
}

func batchKey(policy string, step int, target string, ids []string) string {
	return stepGroup(policy, step, ids) + "/" + target
}

// restore reads receipts: what was done before a restart.
func (e *escalator) restore(list []compliance.Receipt) {
	e.mu.Lock()
	defer e.mu.Unlock()
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b compliance.Receipt) int { return a.At.Compare(b.At) })
	for _, r := range list {
		if r.Policy == "" {
			continue
		}
		t := target{person: r.Person, receiver: r.Receiver}
		for _, id := range r.Firing {
			x := e.step(stepKey{r.Policy, id, r.Step})
			x.restored = true
			if x.note(t.key(), r.Status, r.At); r.Channel == onCall && r.Person == "" {
				x.missed = r.At
			}
		}
		if r.Step < 2 || r.Status != compliance.Delivered {
			continue
		}
		if len(r.Firing) > 0 {
			e.told(batch{policy: r.Policy, step: r.Step, target: t, ids: r.Firing})
		} else {
			e.ended(r, t.key())
		}
	}
}

func (e *escalator) step(k stepKey) *progress {
	x := e.steps[k]
	if x == nil {
		x = &progress{}
		e.steps[k] = x
	}
	return x
}

func (e *escalator) told(b batch) {
	key := batchKey(b.policy, b.step, b.target.key(), b.ids)
	if _, known := e.batches[key]; known {
		return
	}
	b.group, b.alerts = stepGroup(b.policy, b.step, b.ids), map[string]owed{}
	e.batches[key] = &b
}

// ended forgets the batch whose end a receipt shows.
func (e *escalator) ended(r compliance.Receipt, target string) {
	for key, b := range e.batches {
		within := !slices.ContainsFunc(r.Resolved, func(id string) bool { return !slices.Contains(b.ids, id) })
		if b.policy == r.Policy && b.step == r.Step && b.target.key() == target && within {
			delete(e.batches, key)
		}
	}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
