package alerts

import (
	"context"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/alertmanager/nflog"
	"github.com/prometheus/alertmanager/notify"
	"github.com/prometheus/common/model"

	"github.com/charterwatch/charterwatch/compliance"
)

// message is what a step tells one target.
type message struct {
	policy   string
	step     int
	target   target
	set      *setup
	group    string
	ids      []string
	alerts   []*alert.Alert
	resolved bool
	until    time.Time // it counts as not delivered then
}

// waiting is how many messages wait for one target at most.
const waiting = 32

// couriers carry messages, one for each target: a slow one delays nobody else.
type couriers struct {
	mu     sync.Mutex
	queues map[string][]message // of those under way
	guards map[string]*guard    // by channel
	all    sync.WaitGroup
}

func (c *couriers) init() { c.queues, c.guards = map[string][]message{}, map[string]*guard{} }

func (c *couriers) wait() { c.all.Wait() }

// push queues a message. It returns what had to make room for it, and whether a courier has
// to start.
func (c *couriers) push(m message) (out *message, start bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	queue, under := c.queues[m.target.key()]
	if len(queue) >= waiting {
		out, queue = &queue[0], queue[1:]
	}
	c.queues[m.target.key()] = append(queue, m)
	return out, !under
}

// pop takes the next message. Without one the courier ends.
func (c *couriers) pop(target string) (message, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	queue := c.queues[target]
	if len(queue) == 0 {
		delete(c.queues, target)
		return message{}, false
	}
	c.queues[target] = queue[1:]
	return queue[0], true
}

func (c *couriers) guard(x channel) *guard {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := x.via + "/" + x.built.Name() + "/" + strconv.Itoa(x.built.Index()) + "@" + x.person
	if c.guards[key] == nil {
		c.guards[key] = newGuard()
	}
	return c.guards[key]
}

// send hands a message to its target's courier.
func (e *escalator) send(ctx context.Context, m message) {
	out, start := e.couriers.push(m)
	if out != nil {
		e.fail(*out, "queue full")
	}
	if !start {
		return
	}
	e.couriers.all.Go(func() {
		for {
			next, ok := e.couriers.pop(m.target.key())
			if !ok {
				return
			}
			e.deliver(ctx, next)
		}
	})
}

// deliver sends a message by all channels of its target at once.
func (e *escalator) deliver(ctx context.Context, m message) {
	var all sync.WaitGroup
	for _, c := range m.target.channels {
		if m.resolved && !c.built.SendResolved() {
			continue
		}
		c.policy = m.policy
		all.Go(func() { e.carry(ctx, m, c) })
	}
	all.Wait()
	if !m.resolved && ctx.Err() == nil {
		e.mu.Lock()
		e.count[stepOutcome{m.policy, "told"}]++
		e.mu.Unlock()
	}
}

// carry tries to deliver by one channel until the message's time is over.
func (e *escalator) carry(ctx context.Context, m message, c channel) {
	t := &teller{
		channel: c, step: m.step, inner: c.built, holder: holder{e.book, m.set, e.statements}, receipts: e.receipts, failures: e.failures, now: e.now,
		told: e.note, tries: map[string]*trial{}, guard: e.couriers.guard(c),
	}
	ctx, cancel := context.WithTimeout(ctx, max(m.until.Sub(e.now()), notify.MinTimeout))
	defer cancel()
	ctx = m.context(ctx, e.now())
	for pause := time.Second; ; pause = min(2*pause, 15*time.Second) {
		retry, err := t.Notify(ctx, m.alerts...)
		if err == nil || !retry {
			return
		}
		wait := time.NewTimer(pause)
		select {
		case <-wait.C:
			continue
		case <-ctx.Done():
			wait.Stop()
		}
		if ctx.Err() != context.Canceled {
			e.fail(message{policy: m.policy, step: m.step, ids: m.ids, alerts: m.alerts, resolved: m.resolved, target: target{m.target.person, c.via, []channel{c}}}, problem(err))
		}
		return
	}
}

// context says what Alertmanager's receivers want to know of a message.
func (m message) context(ctx context.Context, now time.Time) context.Context {
	labels := model.LabelSet{}
	for i, a := range m.alerts {
		if name := a.Labels[model.AlertNameLabel]; i == 0 {
			labels[model.AlertNameLabel] = name
		} else if labels[model.AlertNameLabel] != name {
			delete(labels, model.AlertNameLabel)
		}
	}
	reason := notify.ReasonFirstNotification
	if m.resolved {
		reason = notify.ReasonAllAlertsResolved
	}
	ctx = notify.WithNow(notify.WithGroupKey(ctx, m.group), now)
	ctx = notify.WithGroupLabels(notify.WithRouteLabels(ctx, model.LabelSet{}), labels)
	ctx = notify.WithNflogStore(notify.WithReceiverName(ctx, m.policy), nflog.NewStore(nil))
	return notify.WithNotificationReason(ctx, reason)
}

// fail records that a message was given up.
func (e *escalator) fail(m message, problem string) {
	t := m.target
	e.log.Error("a message of an escalation was not delivered", "escalation", m.policy, "step", m.step, "person", t.person, "receiver", t.receiver, "problem", problem)
	r := compliance.Receipt{At: e.now(), Status: compliance.Failed, Receiver: t.receiver, Person: t.person, Policy: m.policy, Step: m.step, Attempts: 1, Problem: problem, Drill: true}
	if len(t.channels) > 0 {
		r.Receiver, r.Channel = t.channels[0].via, t.channels[0].built.Name()
	}
	e.book.name(&r, m.alerts)
	e.receipts.later(r)
	e.note(told{policy: m.policy, step: m.step, target: t, firing: r.Firing, status: compliance.Failed, resolved: m.resolved})
}
