package alerts

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/alertmanager/notify"

	"github.com/charterwatch/charterwatch/compliance"
)

// failingEvery is how often a delivery that goes on failing gets a receipt.
const failingEvery = 5 * time.Minute

// teller delivers by one channel and keeps the receipts. It stands in the place of the
// integration that Alertmanager built.
type teller struct {
	channel  channel
	inner    notify.Integration
	holder   holder
	receipts *receipts
	failures *failures
	now      func() time.Time
	told     func(told) // of an escalation; may be nil
	step     int        // of an escalation
	guard    *guard

	mu    sync.Mutex
	tries map[string]*trial // by group
}

// trial is a delivery that has not succeeded yet.
type trial struct {
	attempts int
	last     time.Time
	said     time.Time // its latest receipt
}

// told is what became of a message of an escalation.
type told struct {
	policy   string
	step     int
	target   target
	firing   []string
	status   compliance.ReceiptStatus
	resolved bool // it told of ends alone
}

// integration is what Alertmanager's pipeline calls.
func (t *teller) integration() notify.Integration {
	return notify.NewIntegration(t, &t.inner, t.inner.Name(), t.inner.Index(), t.channel.receiver)
}

// Notify implements notify.Notifier. Its error holds no secret: Alertmanager logs it.
func (t *teller) Notify(ctx context.Context, all ...*alert.Alert) (bool, error) {
	all = t.holder.unheld(ctx, t.channel, all)
	if len(all) == 0 {
		return false, nil
	}
	began := t.now()
	retry, err := t.guard.do(ctx, func(ctx context.Context) (bool, error) { return t.inner.Notify(ctx, all...) })
	if err != nil && errors.Is(ctx.Err(), context.Canceled) {
		return retry, safe(err) // a reload or the end of the program: nobody has failed
	}
	t.note(ctx, all, began, retry, err)
	return retry, safe(err)
}

func (t *teller) note(ctx context.Context, all []*alert.Alert, began time.Time, retry bool, err error) {
	now := t.now()
	group, _ := notify.GroupKey(ctx)
	status := compliance.Delivered
	switch {
	case err != nil && retry:
		status = compliance.Failing
	case err != nil:
		status = compliance.Failed
	}
	attempts, say := t.count(group, status, now)
	t.failures.note(t.channel.via, t.inner.Name(), t.inner.Index(), err == nil, now)
	r := compliance.Receipt{
		At: now, Status: status, Receiver: t.channel.via, Channel: t.inner.Name(), Person: t.channel.person, Policy: t.channel.policy,
		Step: t.step, Attempts: attempts, Took: now.Sub(began), Problem: problem(err), Drill: true,
	}
	t.holder.book.name(&r, all)
	if say {
		t.receipts.add(ctx, r)
	}
	if t.told != nil {
		t.told(told{policy: r.Policy, step: r.Step, target: target{person: r.Person, receiver: r.Receiver}, firing: r.Firing, status: status, resolved: len(r.Firing) == 0})
	}
}

// count counts an attempt, and says whether it is to have a receipt.
func (t *teller) count(group string, status compliance.ReceiptStatus, now time.Time) (attempts int, say bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	x := t.tries[group]
	if x == nil {
		x = &trial{}
		t.tries[group] = x
	}
	x.attempts++
	if attempts = x.attempts; status == compliance.Delivered {
		delete(t.tries, group)
		return attempts, true
	}
	x.last = now
	if say = x.said.IsZero() || now.Sub(x.said) >= failingEvery; say {
		x.said = now
	}
	for key, old := range t.tries {
		if now.Sub(old.last) > 24*time.Hour {
			delete(t.tries, key) // its alerts ended before it succeeded
		}
	}
	return attempts, say
}

// name writes into a receipt which alerts it is about. Alerts that others have posted are
// named by their fingerprint.
func (b *book) name(r *compliance.Receipt, all []*alert.Alert) {
	for _, a := range all {
		id := string(a.Annotations["id"])
		if id == "" {
			id = "am:" + a.Fingerprint().String()
			if o, ok := b.current(a.Fingerprint()); ok {
				id = o.ID
			}
		}
		if a.Labels["drill"] != "true" {
			r.Drill = false
		}
		if a.Resolved() {
			r.Resolved = append(r.Resolved, id)
		} else {
			r.Firing = append(r.Firing, id)
		}
	}
	slices.Sort(r.Firing)
	slices.Sort(r.Resolved)
}

// errBusy says that a channel hangs in earlier deliveries.
var errBusy = errors.New("earlier deliveries have not returned")

// hanging is how many deliveries of a channel may hang before no more are begun.
const hanging = 4

// guard bounds deliveries in time. Some of Alertmanager's receivers wait for an answer
// without a deadline: one that never comes must not stop the group that waits for it.
type guard struct {
	mu   sync.Mutex
	hung int
}

func (g *guard) do(ctx context.Context, deliver func(context.Context) (bool, error)) (bool, error) {
	g.mu.Lock()
	busy := g.hung >= hanging
	g.mu.Unlock()
	if busy {
		return true, errBusy
	}
	type outcome struct {
		retry bool
		err   error
	}
	done := make(chan outcome, 1)
	var left, over bool // guarded by g.mu
	go func() {
		retry, err := deliver(ctx)
		g.mu.Lock()
		if over = true; left {
			g.hung--
		}
		g.mu.Unlock()
		done <- outcome{retry, err}
	}()
	select {
	case o := <-done:
		return o.retry, o.err
	case <-ctx.Done():
	}
	grace := time.NewTimer(time.Second) // most return by themselves, and know better what went wrong
	defer grace.Stop()
	select {
	case o := <-done:
		return o.retry, o.err
	case <-grace.C:
	}
	g.mu.Lock()
	if !over {
		left = true
		g.hung++
	}
	g.mu.Unlock()
	return true, context.Cause(ctx)
}
