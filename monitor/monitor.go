package monitor

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/go-co-op/gocron/v2"
	"github.com/google/uuid"
	"github.com/jonboulle/clockwork"
	"golang.org/x/sync/errgroup"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/calendar"
	"github.com/charterwatch/charterwatch/compliance/charter"
	"github.com/charterwatch/charterwatch/probes"
)

// Store keeps what the engine must not forget. Commit is never called concurrently.
type Store interface {
	// Load returns the state as of the last commit.
	Load(ctx context.Context) (compliance.Snapshot, error)
	// Adopt records the sites and checks in force from at, as watched from this vantage. It
	// deletes nothing and is idempotent.
	Adopt(ctx context.Context, at time.Time, sites []compliance.Site, vantage string) error
	// Commit makes the changes durable before it returns nil. A change that can never be
	// stored is rejected alone; any error means that none of the group is known to be
	// stored, and that the same changes may be committed again without harm.
	Commit(ctx context.Context, changes []compliance.Change) ([]compliance.Rejected, error)
}

// Sink is told of what has become durable. Publish must not block.
type Sink interface {
	Publish(change compliance.Change)
}

// Job is anything scheduled that is not a check: sealing, retention, a backup.
type Job struct {
	Name  string
	Every time.Duration
	Run   func(ctx context.Context) error
}

// Watch is a check together with the means to look.
type Watch struct {
	Spec        compliance.CheckSpec
	Probe       probes.Probe
	Fingerprint string // changes when the probe's settings do
}

// Plan is what to watch.
type Plan struct {
	Sites    []compliance.Site
	Watches  []Watch        // one for each check of the sites
	Boards   []BoardWatch   // one for each board of the sites
	Pages    []PageWatch    // one for each page of the sites
	Canaries []probes.Probe // of the uplink

	Zone     *time.Location // in which days are counted; nil: UTC
	Promises compliance.Promises

	HolidaysEnd time.Time          // up to when public holidays are known; zero: not said
	Calendar    *calendar.Calendar // by which deadlines are counted; nil: nothing is told of cases, attestations and reports

	Alerting compliance.AlertPolicy
	Roster   compliance.Roster
	OnCall   compliance.OnCall
	Charter  charter.Charter // goes on record when it comes into force; one without clauses does not
}

// Config of an [Engine]. Plan and Store are required.
type Config struct {
	Plan    Plan
	Store   Store
	Sinks   []Sink
	Jobs    []Job
	Trouble func() Trouble // what besides the engine's own trouble alerts tell of; nil: nothing
	Vantage string         // name of this place; "" means "local"
	AtOnce  int            // looks under way at the same time; 0 means 1,000
	Logger  *slog.Logger   // nil discards
	Clock   *Clock         // nil makes one
}

// Engine runs checks and jobs. Make it with [New], then call Run once.
type Engine struct {
	cfg       Config
	log       *slog.Logger
	clock     *Clock
	uplink    *Uplink
	committer *committer
	stats     *stats
	places    chan struct{}

	boardPlaces chan struct{}

	mu      sync.Mutex // guards what follows, and is held over a reload
	sched   gocron.Scheduler
	runners map[string]*runner
	boards  map[string]*boardRunner
	pages   map[string]*pageRunner
	looking context.Context
	looks   sync.WaitGroup
	plan    Plan
}

const (
	settleEvery = time.Second
	touchEvery  = 5 * time.Second
	flushTime   = 10 * time.Second // for what is queued at shutdown
	looksAtOnce = 1000
	firstLooks  = 500 // a second, at start
)

// New loads the state and records the plan; it looks at nothing yet.
func New(ctx context.Context, cfg Config) (*Engine, error) {
	if cfg.Vantage == "" {
		cfg.Vantage = "local"
	}
	if cfg.AtOnce <= 0 {
		cfg.AtOnce = looksAtOnce
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Clock == nil {
		cfg.Clock = NewClock()
	}
	e := &Engine{cfg: cfg, log: cfg.Logger, clock: cfg.Clock, stats: newStats(cfg.Clock.Now()), places: make(chan struct{}, cfg.AtOnce), runners: map[string]*runner{},
		boards: map[string]*boardRunner{}, pages: map[string]*pageRunner{}, boardPlaces: make(chan struct{}, boardsAtOnce)}
	e.uplink = NewUplink(cfg.Plan.Canaries, e.clock.Now)
	snap, err := cfg.Store.Load(ctx)
	if err != nil {
		return nil, fmt.Errorf("load state: %w", err)
	}
	e.committer = &committer{
		store: cfg.Store, sinks: cfg.Sinks, now: e.clock.Now, log: e.log, stats: e.stats,
		queue: make(chan record, queueSize), lost: map[string][]record{}, announced: map[string]bool{},
		sites: map[string]compliance.Site{}, checks: snap.Checks, states: snap.Sites, struck: e.struck,
		desk:  desk{books: snap.Boards, statements: snap.Statements, told: map[string]time.Time{}},
		alarm: newAlarm(snap.Alerts), pages: snap.Looks, cases: snap.Cases,
	}
	if snap.Looks == nil {
		e.committer.pages = map[string]compliance.PageSpan{}
	}
	if snap.Boards == nil {
		e.committer.books = map[string]compliance.BoardBook{}
	}
	if snap.Statements == nil {
		e.committer.statements = map[string][]compliance.Statement{}
	}
	if snap.Checks == nil {
		e.committer.checks = map[string]compliance.CheckState{}
	}
	if snap.Sites == nil {
		e.committer.states = map[string]compliance.SiteState{}
	}
	if err := cfg.Store.Adopt(ctx, e.clock.Now(), cfg.Plan.Sites, cfg.Vantage); err != nil {
		return nil, fmt.Errorf("adopt the plan: %w", err)
	}
	e.setPlan(cfg.Plan)
	return e, nil
}

// Run watches until ctx ends, then lets looks under way end, commits what is queued and
// returns nil. It returns an error if something that was seen could not be committed.
func (e *Engine) Run(ctx context.Context) error {
	looking, stopLooking := context.WithCancel(context.WithoutCancel(ctx))
	defer stopLooking()
	committing, stopCommitting := context.WithCancel(context.WithoutCancel(ctx))
	defer stopCommitting()
	var g errgroup.Group
	g.Go(func() error { return e.committer.Run(committing) })
	err := e.start(looking)
	if err == nil {
		e.idle(ctx)
	}
	e.mu.Lock()
	if e.sched != nil {
		stopLooking()
		err = errors.Join(err, e.sched.Shutdown())
	}
	for _, r := range e.runners {
		r.end()
	}
	for _, r := range e.boards {
		r.end()
	}
	for _, r := range e.pages {
		r.end()
	}
	e.mu.Unlock()
	e.looks.Wait()
	close(e.committer.queue)
	deadline := time.AfterFunc(flushTime, stopCommitting)
	defer deadline.Stop()
	return errors.Join(err, g.Wait())
}

// start brings up the scheduler with a runner for each check.
func (e *Engine) start(looking context.Context) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.looking = looking
	sched, err := gocron.NewScheduler(
		gocron.WithClock(schedulerClock{clockwork.NewRealClock(), e.clock}),
		gocron.WithLocation(time.UTC),
		gocron.WithStopTimeout(probes.DefaultTimeout),
	)
	if err != nil {
		return fmt.Errorf("start the scheduler: %w", err)
	}
	e.sched = sched
	for _, j := range e.jobs() {
		if err := e.addJob(j); err != nil {
			return err
		}
	}
	sched.Start()
	return e.arrange(e.plan)
}

func (e *Engine) addJob(j Job) error {
	task := func() {
		if err := j.Run(e.looking); err != nil && e.looking.Err() == nil {
			e.stats.jobFailed(j.Name)
			e.log.Error("job failed", "job", j.Name, "err", err)
		}
	}
	_, err := e.sched.NewJob(gocron.DurationJob(j.Every), gocron.NewTask(task), gocron.WithName(j.Name),
		gocron.WithSingletonMode(gocron.LimitModeReschedule), e.noPanic(j.Name))
	if err != nil {
		return fmt.Errorf("schedule job %s: %w", j.Name, err)
	}
	return nil
}

// noPanic keeps a panicking task from ending the process.
func (e *Engine) noPanic(name string) gocron.JobOption {
	return gocron.WithEventListeners(gocron.AfterJobRunsWithPanic(func(_ uuid.UUID, _ string, p any) {
		e.stats.jobFailed(name)
		e.log.Error("task panicked", "task", name, "panic", fmt.Sprint(p))
	}))
}

// idle watches the clock, and statuses that change by the passing of time alone.
func (e *Engine) idle(ctx context.Context) {
	settle, touch := time.NewTicker(settleEvery), time.NewTicker(touchEvery)
	defer settle.Stop()
	defer touch.Stop()
	for round := 0; ; {
		select {
		case <-settle.C:
			if step := e.clock.Settle(time.Now()); step != 0 {
				e.reanchor(step)
			}
		case <-touch.C:
			for _, site := range e.committer.overdue(e.clock.Now()) {
				e.committer.submit(record{touch: site})
			}
			for _, site := range e.committer.ringing(e.clock.Now()) {
				e.committer.submit(record{clock: site})
			}
			e.committer.notice(e.facts())
			for _, scope := range e.committer.alarming(e.clock.Now(), round) {
				e.committer.submit(record{alarm: scope})
			}
			round++
			if !e.uplink.DownSince().IsZero() {
				e.uplink.Reachable(ctx) // so that its return is noticed without a failing look
			}
		case <-ctx.Done():
			return
		}
	}
}

// reanchor accounts for the slots that a step of the wall clock jumped over, and
// schedules anew.
func (e *Engine) reanchor(step time.Duration) {
	e.stats.clockSteps.Add(1)
	e.log.Warn("the wall clock stepped", "by", step.Round(time.Millisecond))
	e.mu.Lock()
	defer e.mu.Unlock()
	now := e.clock.Now()
	for _, r := range e.runners {
		r.mu.Lock()
		from := r.last.Add(r.slots.Interval)
		if to := r.slots.Ceil(now); from.Before(to) {
			r.gap(from, to, probes.ClockStep)
			r.last = to.Add(-r.slots.Interval)
		}
		r.mu.Unlock()
		e.sched.RemoveByTags(r.spec.ID)
		if err := e.schedule(r); err != nil {
			e.log.Error("could not schedule a check anew", "check", r.spec.ID, "err", err)
		}
	}
}
