package alerts

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/alertmanager/eventrecorder"
	"github.com/prometheus/alertmanager/inhibit"
	"github.com/prometheus/alertmanager/notify"
	"github.com/prometheus/alertmanager/timeinterval"
	"github.com/prometheus/common/model"

	"github.com/charterwatch/charterwatch/compliance"
)

// pipeline is what the way of a notification needs beside Alertmanager's own parts.
type pipeline struct {
	book       *book
	statements func() []compliance.Statement
	receipts   *receipts
	failures   *failures
	now        func() time.Time
	escalator  *escalator
}

// build makes the way of notifications, by receiver: Alertmanager's own, with a hold and a
// receipt for each channel.
func (p pipeline) build(e *embedded, set *setup, muting *inhibit.Inhibitor) notify.RoutingStage {
	intervals := map[string][]timeinterval.TimeInterval{}
	for _, x := range set.conf.MuteTimeIntervals {
		intervals[x.Name] = x.TimeIntervals
	}
	for _, x := range set.conf.TimeIntervals {
		intervals[x.Name] = x.TimeIntervals
	}
	intervener := timeinterval.NewIntervener(intervals)
	mutes := notify.MultiStage{
		notify.NewMuteStage(muting, e.metrics), notify.NewTimeActiveStage(intervener, e.groups, e.metrics),
		notify.NewTimeMuteStage(intervener, e.groups, e.metrics), notify.NewMuteStage(e.silencer, e.metrics),
	}
	stages, all := notify.RoutingStage{}, map[string][]notify.Integration{}
	for _, r := range set.conf.Receivers {
		channels, gate := set.receivers[r.Name], notify.Stage(mutes)
		if policy, ok := set.policies[r.Name]; ok {
			channels, gate = set.firstStep(policy), gateStage{mutes, policy.Receiver, p.escalator}
		}
		var fan notify.FanoutStage
		for _, c := range channels {
			t := p.teller(c, set)
			n := t.integration()
			all[r.Name] = append(all[r.Name], n)
			fan = append(fan, notify.MultiStage{
				holdStage{t.holder, c, e.notes, c.logged()}, notify.NewDedupStage(&n, e.notes, c.logged()),
				notify.NewRetryStage(n, c.via, e.metrics, eventrecorder.NopRecorder()), notify.NewSetNotifiesStage(e.notes, c.logged()),
			})
		}
		stages[r.Name] = busyStage{notify.MultiStage{gate, fan}, &e.busy}
	}
	e.metrics.InitializeFor(all)
	return stages
}

// teller makes what delivers by a channel.
func (p pipeline) teller(c channel, set *setup) *teller {
	t := &teller{
		channel: c, inner: c.built, holder: holder{p.book, set, p.statements}, receipts: p.receipts, failures: p.failures, now: p.now,
		tries: map[string]*trial{}, guard: newGuard(),
	}
	if c.policy != "" {
		t.told, t.step = p.escalator.note, 1
	}
	return t
}

// busyStage counts the notifications that are under way.
type busyStage struct {
	notify.Stage
	busy *tally
}

// Exec implements notify.Stage.
func (b busyStage) Exec(ctx context.Context, l *slog.Logger, all ...*alert.Alert) (context.Context, []*alert.Alert, error) {
	b.busy.enter()
	defer b.busy.leave()
	return b.Stage.Exec(ctx, l, all...)
}

// gateStage notes which alerts an escalation's receiver gets: those that nothing mutes.
type gateStage struct {
	mutes     notify.MultiStage
	policy    string
	escalator *escalator
}

// Exec implements notify.Stage.
func (g gateStage) Exec(ctx context.Context, l *slog.Logger, all ...*alert.Alert) (context.Context, []*alert.Alert, error) {
	ctx, passed, err := g.mutes.Exec(ctx, l, all...)
	if err != nil {
		return ctx, nil, err
	}
	through := map[model.Fingerprint]bool{}
	for _, a := range passed {
		through[a.Fingerprint()] = !a.Resolved()
	}
	for _, a := range all {
		g.escalator.reach(g.policy, a.Fingerprint(), through[a.Fingerprint()])
	}
	return ctx, passed, nil
}
