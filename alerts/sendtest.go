package alerts

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/alertmanager/nflog"
	"github.com/prometheus/alertmanager/notify"
	"github.com/prometheus/common/model"

	"github.com/charterwatch/charterwatch/compliance"
)

// testPatience is how long a channel has to take a test.
const testPatience = 30 * time.Second

// SendTest sends one notification, marked as an exercise, by every channel of a receiver, and
// returns what became of each. A receiver that an escalation serves leads to whoever is on
// call in its first step. site is what the notification speaks of; the zero one will do.
// The error says that nothing could be sent; what a channel answered is in its receipt.
func SendTest(ctx context.Context, set Settings, receiver string, site compliance.Site, statements []compliance.Statement) ([]compliance.Receipt, error) {
	matching()
	if set.Alertmanager == nil {
		return nil, fmt.Errorf("test receiver %s: no alertmanager.yml", receiver)
	}
	s, err := prepare(set, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, fmt.Errorf("test receiver %s: %w", receiver, err)
	}
	now := time.Now()
	channels, known := s.receivers[receiver]
	if e, served := s.policies[receiver]; served {
		reachable, _ := s.targets(e.Steps[0], statements, now)
		for _, t := range reachable {
			channels = append(channels, t.channels...)
		}
	}
	switch {
	case !known:
		return nil, fmt.Errorf("test receiver %s: alertmanager.yml has none of this name", receiver)
	case len(channels) == 0:
		return nil, fmt.Errorf("test receiver %s: it leads to nobody now", receiver)
	}
	if site.ID == "" {
		site = compliance.Site{ID: "test", Name: compliance.Name{KO: "test", EN: "test"}}
	}
	sample := Sample(compliance.AlertSiteDown, site, now)
	sample.Drill, sample.Acked = true, nil
	a := &alert.Alert{UpdatedAt: now}
	a.Labels, a.Annotations = labelSet(s.Content.Labels(sample)), labelSet(s.annotated().Annotations(sample, now))
	delete(a.Annotations, "acknowledge") // there is nothing to answer
	a.StartsAt, a.EndsAt = sample.Start, now.Add(stands)

	out := make([]compliance.Receipt, len(channels))
	var all sync.WaitGroup
	for i, c := range channels {
		all.Go(func() { out[i] = try(ctx, c, receiver, a, now) })
	}
	all.Wait()
	return out, nil
}

// try sends a test by one channel, once.
func try(ctx context.Context, c channel, receiver string, a *alert.Alert, now time.Time) compliance.Receipt {
	ctx, cancel := context.WithTimeout(ctx, testPatience)
	defer cancel()
	labels := model.LabelSet{model.AlertNameLabel: a.Labels[model.AlertNameLabel]}
	ctx = notify.WithNow(notify.WithGroupKey(ctx, "test/"+receiver+"/"+now.UTC().Format(time.RFC3339Nano)), now)
	ctx = notify.WithGroupLabels(notify.WithRouteLabels(ctx, model.LabelSet{}), labels)
	ctx = notify.WithNflogStore(notify.WithReceiverName(ctx, receiver), nflog.NewStore(nil))
	ctx = notify.WithNotificationReason(ctx, notify.ReasonFirstNotification)
	began := time.Now()
	_, err := (&guard{}).do(ctx, func(ctx context.Context) (bool, error) { return c.built.Notify(ctx, a) })
	r := compliance.Receipt{
		At: time.Now(), Status: compliance.Delivered, Receiver: c.via, Channel: c.built.Name(), Person: c.person, Attempts: 1,
		Took: time.Since(began), Problem: problem(err), Drill: true,
	}
	if err != nil {
		r.Status = compliance.Failed
	}
	return r
}
