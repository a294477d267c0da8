package alerts

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	commoncfg "github.com/prometheus/common/config"
	"github.com/prometheus/common/model"
	"golang.org/x/sync/errgroup"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/internal/messages"
)

// Outbox is where alerts wait to be told and receipts are kept. An alert is in it from the
// transaction that committed its cause. What a method has written is durable when it returns
// nil. It is safe for concurrent use.
type Outbox interface {
	Owed(ctx context.Context) ([]compliance.Alert, error) // those that stand, and those that ended and are not settled
	Settle(ctx context.Context, ids []string, at time.Time) error
	Record(ctx context.Context, r []compliance.Receipt) error
	Receipts(ctx context.Context, q compliance.ReceiptQuery) ([]compliance.Receipt, error) // the latest first
}

// Config says what a Service works with.
type Config struct {
	Settings   Settings
	Outbox     Outbox
	State      State
	Statements func() []compliance.Statement                     // of [compliance.MonitorScope]: who stands in for whom; nil: none
	Put        func(context.Context, compliance.Statement) error // puts a statement on record; nil: silences are not put on record
	Healthy    func() bool                                       // the monitor itself: the heartbeat is called only then; nil: always
	Registerer prometheus.Registerer                             // nil: no metrics
	Logger     *slog.Logger                                      // nil: no log
	Now        func() time.Time                                  // nil: time.Now. Alertmanager itself always asks the system

	client []commoncfg.HTTPClientOption // of receivers, for tests without sockets
}

// Service tells people of alerts. Make one with New, and let it Run.
type Service struct {
	cfg       Config
	log       *slog.Logger
	now       func() time.Time
	book      *book
	inbox     inbox
	receipts  *receipts
	failures  *failures
	escalator *escalator
	embedded  *embedded
	cluster   *cluster
	pulse     pulse
	pipeline  pipeline
	metrics   *metrics
	registry  *prometheus.Registry
	api       http.Handler
	texts     *messages.Catalogue
	setup     atomic.Pointer[setup]

	reloading sync.Mutex
	started   bool // guarded by reloading
	reload    reloaded
	passed    atomic.Int64 // Unix nanoseconds of the loop's latest pass
}

// reloaded is how the latest reload went.
type reloaded struct {
	mu sync.Mutex
	ok bool
	at time.Time // of the latest that succeeded
}

const (
	resend     = time.Minute
	stands     = 4 * resend       // what is not sent again within it counts as over, as with Prometheus
	resolvedIs = 15 * time.Minute // for so long an end is sent again
	rereads    = time.Hour        // the outbox is the truth; the copy of it is in step anyway
	receiptAge = 30 * 24 * time.Hour
)

// New makes a service: it reads what is owed and what was told before, and builds all
// receivers. Nobody is told of anything before Run.
func New(ctx context.Context, cfg Config) (*Service, error) {
	matching()
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Statements == nil {
		cfg.Statements = func() []compliance.Statement { return nil }
	}
	if cfg.Healthy == nil {
		cfg.Healthy = func() bool { return true }
	}
	l := cfg.Logger.With("component", "alerts")
	s := &Service{cfg: cfg, log: l, now: cfg.Now, book: newBook(), receipts: newReceipts(cfg.Outbox, l), failures: newFailures(), registry: prometheus.NewRegistry()}
	set, err := prepare(cfg.Settings, l, cfg.client...)
	if err != nil {
		return nil, fmt.Errorf("prepare alerting: %w", err)
	}
	s.setup.Store(set)
	if s.texts, err = messages.Load(); err != nil {
		return nil, err
	}
	s.inbox.wake = make(chan struct{}, 1)
	s.pulse = pulse{s: s}
	s.cluster = newCluster(s.receipts, s.failures, s.now, l)
	if s.embedded, err = newEmbedded(cfg.State, s.registry, l); err != nil {
		return nil, err
	}
	s.api = newAPI(s.embedded)
	s.escalator = (&escalator{
		book: s.book, log: l, receipts: s.receipts, failures: s.failures, now: s.now, statements: cfg.Statements, setup: s.setup.Load, muted: s.muted, convert: s.convert,
	}).init()
	s.pipeline = pipeline{s.book, cfg.Statements, s.receipts, s.failures, s.now, s.escalator}
	if err := s.recall(ctx); err != nil {
		return nil, err
	}
	return s, s.register()
}

// recall reads what is owed, and what was told of it before.
func (s *Service) recall(ctx context.Context) error {
	list, err := s.cfg.Outbox.Owed(ctx)
	if err != nil {
		return fmt.Errorf("start alerting: %w", err)
	}
	now := s.now()
	oldest := now
	for _, a := range list {
		if a.Rule != compliance.AlertWatchdog && a.Raised.Before(oldest) {
			oldest = a.Raised
		}
	}
	s.book.replace(list)
	s.escalator.since = now.Add(-receiptAge)
	if oldest.Before(s.escalator.since) {
		oldest = s.escalator.since
	}
	before, err := s.cfg.Outbox.Receipts(ctx, compliance.ReceiptQuery{From: oldest, Limit: 100_000})
	if err != nil {
		return fmt.Errorf("start alerting: %w", err)
	}
	s.escalator.restore(before)
	s.cluster.restore(before)
	return nil
}

func (s *Service) register() error {
	s.metrics = newMetrics(s)
	if s.cfg.Registerer == nil {
		return nil
	}
	if err := s.registry.Register(s.metrics); err != nil {
		return fmt.Errorf("register metrics: %w", err)
	}
	if err := s.cfg.Registerer.Register(s.registry); err != nil {
		return fmt.Errorf("register metrics: %w", err)
	}
	return nil
}

// Run tells people of alerts until ctx ends. What Alertmanager remembers, and receipts, are
// durable when it returns.
func (s *Service) Run(ctx context.Context) error {
	writing, written := context.WithCancel(context.WithoutCancel(ctx))
	var writer errgroup.Group
	writer.Go(func() error { return s.receipts.Run(writing) })
	s.start(ctx)
	g, gctx := errgroup.WithContext(ctx)
	for _, part := range []func(context.Context) error{s.loop, s.escalator.Run, s.cluster.Run, s.embedded.Run, s.pulse.Run} {
		g.Go(func() error { return part(gctx) })
	}
	err := g.Wait()
	stopped := s.embedded.stop()
	written()
	return errors.Join(err, stopped, writer.Wait())
}

// start loads all that is owed before the first group is flushed: groups are whole then, and
// the notification log knows what was told of them.
func (s *Service) start(ctx context.Context) {
	s.reloading.Lock()
	defer s.reloading.Unlock()
	s.cluster.set(s.setup.Load().members)
	s.pass(ctx, true)
	s.apply(s.setup.Load())
	s.started = true
}

// Reload puts other settings in the place of those in force, or fails and changes nothing.
func (s *Service) Reload(ctx context.Context, set Settings) error {
	s.reloading.Lock()
	defer s.reloading.Unlock()
	next, err := prepare(set, s.log, s.cfg.client...)
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		s.reload.note(false, s.now())
		return fmt.Errorf("reload alerting: %w", err)
	}
	s.setup.Store(next)
	if s.started {
		s.apply(next)
		s.inbox.again()
	}
	return nil
}

// apply makes a setup the one that is in force. It does not fail.
func (s *Service) apply(set *setup) {
	s.embedded.swap(set, s.pipeline)
	s.cluster.set(set.members)
	s.reload.note(true, s.now())
	poke(s.escalator.wake)
}

func (r *reloaded) note(ok bool, at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ok = ok; ok {
		r.at = at
	}
}

// muted says whether Alertmanager mutes alerts with these labels now.
func (s *Service) muted(ctx context.Context, labels model.LabelSet) bool {
	return s.embedded.muted(ctx, labels) || s.embedded.silencer.Mutes(ctx, labels)
}

// Failing are the receivers that have taken nothing for a quarter of an hour.
func (s *Service) Failing() []compliance.FailingReceiver { return s.failures.list(s.now()) }

// alive says whether the loop goes round.
func (s *Service) alive() bool { return s.now().Sub(time.Unix(0, s.passed.Load())) < 3*resend }
