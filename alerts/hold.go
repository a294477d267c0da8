package alerts

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/cespare/xxhash/v2"
	"github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/alertmanager/nflog"
	"github.com/prometheus/alertmanager/nflog/nflogpb"
	"github.com/prometheus/alertmanager/notify"
	"github.com/prometheus/common/model"

	"github.com/charterwatch/charterwatch/compliance"
)

// holder decides which alerts a channel is not to be told of now.
type holder struct {
	book       *book
	set        *setup
	statements func() []compliance.Statement
}

// holds says whether a channel is not to be told, now, that an alert stands: somebody is at
// it, announced work explains it, or the people it leads to are not those to call.
func (h holder) holds(c channel, a *alert.Alert, at time.Time) bool {
	o, ours := h.book.current(a.Fingerprint())
	severity := compliance.Severity(a.Labels["severity"])
	if ours {
		severity = o.Severity
		if o.Acked != nil || o.Held.After(at) {
			return true
		}
	}
	if c.policy == "" {
		return false
	}
	soon := ours && at.Before(o.Raised.Add(h.set.policies[c.policy].Steps[0].After))
	return soon || h.set.quiet(severity, at) || !h.set.meant(c, h.statements(), at)
}

// spared says whether a resolved alert was held, so that a channel that was never told that it
// stood is not told that it is over.
func (h holder) spared(c channel, a *alert.Alert) bool {
	if c.policy != "" {
		return true
	}
	o, ours := h.book.current(a.Fingerprint())
	if !ours {
		return a.Annotations["id"] != "" // settled long ago
	}
	return o.Acked != nil || o.Held.After(o.Raised)
}

// holdStage stands in front of one channel's deduplication. What the channel does not know
// yet is taken out while it is held, and comes with the next flush once it is not. What it
// knows already stays, so that its end is told; [holder.unheld] keeps it out of what is
// repeated.
type holdStage struct {
	holder
	channel channel
	log     notify.NotificationLog
	logged  *nflogpb.Receiver
}

// Exec implements notify.Stage.
func (s holdStage) Exec(ctx context.Context, _ *slog.Logger, all ...*alert.Alert) (context.Context, []*alert.Alert, error) {
	key, ok := notify.GroupKey(ctx)
	if !ok {
		return ctx, nil, errors.New("group key missing")
	}
	entries, err := s.log.Query(nflog.QGroupKey(key), nflog.QReceiver(s.logged))
	if err != nil && !errors.Is(err, nflog.ErrNotFound) {
		return ctx, nil, err
	}
	knows, knew := map[uint64]bool{}, map[uint64]bool{}
	for _, e := range entries { // one at most
		for _, h := range e.FiringAlerts {
			knows[h] = true
		}
		for _, h := range e.ResolvedAlerts {
			knew[h] = true
		}
	}
	at := flushed(ctx)
	var kept []*alert.Alert
	for _, a := range all {
		h := hashLabels(a.Labels)
		told := knows[h]
		if a.Resolved() {
			if told || knew[h] || !s.spared(s.channel, a) {
				kept = append(kept, a)
			}
			continue
		}
		if told || !s.holds(s.channel, a, at) {
			kept = append(kept, a)
		}
	}
	return ctx, kept, nil
}

// flushed is the instant of the flush that a notification is of.
func flushed(ctx context.Context) time.Time {
	if at, ok := notify.Now(ctx); ok {
		return at
	}
	return time.Now()
}

// unheld leaves out what is held from a repeated message. One of which nothing is left is not
// sent, but noted as if it were, so that what the channel knows is not forgotten.
func (h holder) unheld(ctx context.Context, c channel, all []*alert.Alert) []*alert.Alert {
	if reason, ok := notify.NotificationReason(ctx); !ok || reason != notify.ReasonRepeatIntervalElapsed {
		return all
	}
	at := flushed(ctx)
	return slices.DeleteFunc(slices.Clone(all), func(a *alert.Alert) bool { return !a.Resolved() && h.holds(c, a, at) })
}

// hashLabels is the name by which the notification log knows an alert.
func hashLabels(ls model.LabelSet) uint64 {
	const separator = '\xff'
	b := make([]byte, 0, 256)
	for _, name := range slices.Sorted(maps.Keys(ls)) {
		b = append(append(b, name...), separator)
		b = append(append(b, ls[name]...), separator)
	}
	return xxhash.Sum64(b)
}

// notifications is the notification log: who was told of what. An entry is durable when Log
// returns, so that a crash right after a delivery does not deliver twice.
type notifications struct {
	log   *nflog.Log
	saved *saver
}

// Query implements notify.NotificationLog.
func (n notifications) Query(params ...nflog.QueryParam) ([]*nflogpb.Entry, error) {
	return n.log.Query(params...)
}

// Log implements notify.NotificationLog.
func (n notifications) Log(r *nflogpb.Receiver, key string, firing, resolved []uint64, store *nflog.Store, expiry time.Duration) error {
	if err := n.log.Log(r, key, firing, resolved, store, expiry); err != nil {
		return err
	}
	return n.saved.save()
}
