package alerts

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/alertmanager/alert"

	"github.com/charterwatch/charterwatch/compliance"
)

// inbox takes what the engine publishes, without ever making it wait.
type inbox struct {
	wake chan struct{}

	mu   sync.Mutex
	list []compliance.Change // of alerts, and of outages that the store does not take
	full bool                // something was left out: the outbox has it
	all  bool                // everything is to be sent again
}

// inboxHolds is how many changes wait at most.
const inboxHolds = 10_000

func (i *inbox) put(c compliance.Change) {
	i.mu.Lock()
	if len(i.list) >= inboxHolds {
		i.full = true
	} else {
		i.list = append(i.list, c)
	}
	i.mu.Unlock()
	poke(i.wake)
}

func (i *inbox) again() {
	i.mu.Lock()
	i.all = true
	i.mu.Unlock()
	poke(i.wake)
}

func (i *inbox) take() (list []compliance.Change, full, all bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	list, full, all = i.list, i.full, i.all
	i.list, i.full, i.all = nil, false, false
	return list, full, all
}

// Publish takes a change of the engine's: a wake-up, with the alerts that were committed in
// it. An outage that the store does not take goes out at once, marked so. It does not block.
func (s *Service) Publish(c compliance.Change) {
	if c.Uncommitted || len(c.Alerts) > 0 || s.book.uncommitted() {
		s.inbox.put(compliance.Change{Site: c.Site, Alerts: c.Alerts, Outages: c.Outages, Uncommitted: c.Uncommitted})
	}
}

// apart is how long after one pass the next one begins at the earliest. Alertmanager takes in
// alerts with several hands: two versions of one must not reach them together, or the older
// may come last.
const apart = 50 * time.Millisecond

// loop hands on what is owed: what has changed at once, and all of it every minute.
func (s *Service) loop(ctx context.Context) error {
	t := time.NewTicker(resend)
	defer t.Stop()
	gap := time.NewTimer(apart)
	defer gap.Stop()
	reread := s.now()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-gap.C:
		}
		full := false
		select {
		case <-ctx.Done():
			return nil
		case <-s.inbox.wake:
		case <-t.C:
			full = true
		}
		if s.now().Sub(reread) >= rereads {
			s.reread(ctx)
			reread = s.now()
		}
		s.pass(ctx, full)
		gap.Reset(apart)
	}
}

// pass hands on what the inbox holds, or all that is owed.
func (s *Service) pass(ctx context.Context, all bool) {
	list, missed, again := s.inbox.take()
	now := s.now()
	var touched []owed
	for _, c := range list {
		touched = append(touched, s.enter(c, now)...)
	}
	if missed {
		s.reread(ctx)
	}
	touched = append(touched, s.book.overdue(now)...)
	if all = all || missed || again; all {
		touched = s.book.all()
	} else {
		sortOwed(touched)
	}
	s.hand(ctx, touched, now)
	if all {
		s.settle(ctx, now)
	}
	s.passed.Store(now.UnixNano())
	if len(touched) > 0 {
		poke(s.escalator.wake)
	}
}

// enter writes a change into the book.
func (s *Service) enter(c compliance.Change, now time.Time) (touched []owed) {
	if !c.Uncommitted {
		for _, a := range c.Alerts {
			touched = append(touched, s.book.put(a))
		}
		s.book.works(c.Site, now)
		return touched
	}
	fresh := func(a compliance.Alert) {
		if a.Uncommitted = true; !s.book.standing(a) {
			touched = append(touched, s.book.put(a))
		}
	}
	told := map[string]bool{}
	for _, a := range c.Alerts {
		told[a.Site] = told[a.Site] || a.Rule == compliance.AlertSiteDown
		fresh(a)
	}
	for _, o := range c.Outages {
		if o.Check == "" && o.Open() && !told[o.Site] {
			fresh(ofOutage(o, now))
		}
	}
	return touched
}

// reread makes the copy of the outbox anew.
func (s *Service) reread(ctx context.Context) {
	list, err := s.cfg.Outbox.Owed(ctx)
	if err != nil {
		s.log.Error("what is owed cannot be read again; what is known goes on being told", "err", err)
		return
	}
	s.book.replace(list)
}

// handBatch is how many alerts are handed on at a time.
const handBatch = 256

// hand hands alerts to Alertmanager, inside and outside. The one inside is told of an end
// once: it forgets nothing, and would tell of it again beside whatever comes next.
func (s *Service) hand(ctx context.Context, list []owed, now time.Time) {
	var ended []string
	for part := range slices.Chunk(list, handBatch) {
		batch := make([]*alert.Alert, 0, len(part))
		for _, o := range part {
			if current, _ := s.book.current(o.print); current.ID != o.ID {
				continue // another has followed it
			}
			a := s.convert(o, now)
			s.cluster.push(o, a, now)
			if o.Open() || o.handed.IsZero() {
				batch = append(batch, a)
			}
			if !o.Open() {
				ended = append(ended, o.ID)
			}
		}
		if err := s.embedded.put(ctx, batch); err != nil {
			s.log.Error("alerts were not handed on; they are tried again within a minute", "err", err)
		}
	}
	s.book.handed(ended, now)
}

// convert is an alert as Alertmanager takes it. Its start is when it was raised, as with
// Prometheus: how long a group waits counts from then. Since when it holds is in what it says.
func (s *Service) convert(o owed, now time.Time) *alert.Alert {
	a := &alert.Alert{UpdatedAt: now}
	a.Labels = o.labels
	if set := s.setup.Load(); !o.fresh(set, now) {
		o.words = words{labelSet(set.annotated().Annotations(o.Alert, now)), now, set}
		s.book.keep(o, o.words)
	}
	a.Annotations = o.said
	a.GeneratorURL = string(a.Annotations["dashboard"])
	if a.StartsAt = o.Raised; a.StartsAt.IsZero() {
		a.StartsAt = o.Start
	}
	if a.EndsAt = now.Add(stands); !o.Open() {
		a.EndsAt = o.End
	}
	if a.EndsAt.Before(a.StartsAt) {
		a.EndsAt = a.StartsAt
	}
	return a
}

// settle notes in the outbox that ends were handed on for long enough.
func (s *Service) settle(ctx context.Context, now time.Time) {
	var committed, other []string
	for _, o := range s.book.ended() {
		since := o.handed
		if since.IsZero() { // another with the same labels has followed it
			if current, _ := s.book.current(o.print); current.ID == o.ID {
				continue
			}
			since = o.End
		}
		switch {
		case now.Sub(since) < resolvedIs:
		case o.Uncommitted:
			other = append(other, o.ID)
		default:
			committed = append(committed, o.ID)
		}
	}
	s.book.settle(other)
	if len(committed) == 0 {
		return
	}
	if err := s.cfg.Outbox.Settle(ctx, committed, now); err != nil {
		s.log.Error("alerts that are over cannot be settled; they are tried again", "alerts", len(committed), "err", err)
		return
	}
	s.book.settle(committed)
	s.cluster.forget(committed)
}
