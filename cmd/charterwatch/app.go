package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"reflect"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"golang.org/x/sync/errgroup"

	"github.com/charterwatch/charterwatch/alerts"
	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/config"
	"github.com/charterwatch/charterwatch/dashboard"
	"github.com/charterwatch/charterwatch/internal/accounts"
	"github.com/charterwatch/charterwatch/internal/fetch"
	"github.com/charterwatch/charterwatch/internal/messages"
	"github.com/charterwatch/charterwatch/ledger"
	"github.com/charterwatch/charterwatch/monitor"
	"github.com/charterwatch/charterwatch/probes"
	"github.com/charterwatch/charterwatch/reports"
	"github.com/charterwatch/charterwatch/scanners/notices"
	"github.com/charterwatch/charterwatch/store"
)

// app is the whole monitor in one process, wired together.
type app struct {
	path  string // of the configuration
	log   *slog.Logger
	clock *monitor.Clock
	demo  bool

	deps    config.Deps
	agent   string       // User-Agent of deps.Shared
	started *config.File // as it was at start
	db      *store.DB
	keeper  *accounts.Keeper
	engine  *monitor.Engine
	hub     *dashboard.Hub
	metrics *monitor.Metrics
	server  *http.Server
	listen  net.Listener
	setup   string // token shown once

	notary    *ledger.Notary
	keyFile   ledger.KeyFile
	ledgerKey string // public key of the ledger, when it was made at this start

	alerts   *alerts.Service
	signer   *alerts.Signer // of links in messages
	answers  http.Handler   // the page that they open
	registry *prometheus.Registry
	desk     *reports.Desk
	linkKey  []byte // of links in letters

	reloading sync.Mutex
	mu        sync.Mutex // guards what follows
	keep      compliance.Retention
	push      map[string]bool           // ids of push checks
	modules   map[string]monitor.Module // of /probe; nil while it is off
	settings  alerts.Settings           // of alerting, in force

	reportingNow reporting

	readAt    time.Time // when the configuration in force was read
	refusedAt time.Time // when a reload was last refused; zero once one succeeded
}

// load reads the configuration and builds what it describes.
func (a *app) load() (*config.Loaded, config.Built, error) {
	l, err := config.Load(a.path, config.Options{})
	if err != nil {
		return nil, config.Built{}, err
	}
	deps := a.deps
	agent := fetch.UserAgent(version, l.File.Probing.Contact)
	if deps.Shared == nil || agent != a.agent {
		deps.Shared = probes.NewShared(probes.SharedConfig{UserAgent: agent})
	}
	deps.UserAgent = agent
	b, err := l.Build(deps)
	if err != nil {
		return nil, config.Built{}, err
	}
	a.deps.Shared, a.agent = deps.Shared, agent
	for i := range b.Plan.Watches {
		b.Plan.Watches[i].Fingerprint += agent // a probe keeps the one it was built with
	}
	return l, b, nil
}

func head(l *config.Loaded) dashboard.Head {
	o := l.File.Organisation
	return dashboard.Head{Organisation: compliance.Name{KO: o.Name.KO, EN: o.Name.EN}, Zone: l.Zone, Languages: o.Languages}
}

// untaken names the settings that differ from those the program was started with and only
// count at start.
func (a *app) untaken(f *config.File) (names []string) {
	for _, s := range []struct {
		name string
		same bool
	}{
		{"store.sqlite", f.Store.SQLite == a.started.Store.SQLite},
		{"web.listen", f.Web.Listen == a.started.Web.Listen},
		{"evidence", reflect.DeepEqual(f.Evidence, a.started.Evidence)},
		{"probing.vantage", f.Probing.Vantage == a.started.Probing.Vantage},
		{"probing.at_once", f.Probing.AtOnce == a.started.Probing.AtOnce},
		{"alerting.alertmanager", onlyOutside(*f) == onlyOutside(*a.started)},
	} {
		if !s.same {
			names = append(names, s.name)
		}
	}
	return names
}

// open brings up everything but the loops. What it opened is closed by close.
func (a *app) open(ctx context.Context) (err error) {
	a.clock = monitor.NewClock()
	a.deps = config.Deps{Heartbeats: probes.NewHeartbeats(a.clock.Now()), Now: a.clock.Now}
	l, b, err := a.load()
	if err != nil {
		return err
	}
	a.started = &l.File
	for _, w := range l.Warnings {
		a.log.Warn("configuration", "warning", w.String())
	}
	if a.db, err = store.Open(ctx, store.Config{Dir: l.File.Store.SQLite, Checkpoints: l.File.Evidence.Checkpoints, Logger: a.log}); err != nil {
		return err
	}
	if err := a.openLedger(ctx, l, b); err != nil {
		return err
	}
	if err := notices.ClearProfiles(""); err != nil {
		a.log.Warn("what the browser left behind was not removed", "err", err)
	}
	a.keeper = &accounts.Keeper{Tokens: a.db}
	if a.setup, err = a.keeper.EnsureSetupToken(ctx); err != nil {
		return messages.New("cli.serve.setup_failed", "err", err)
	}
	beats, err := a.db.Beats(ctx)
	if err != nil {
		return messages.New("cli.serve.heartbeats_failed", "err", err)
	}
	for check, beat := range beats {
		a.deps.Heartbeats.Beat(check, beat.At, beat.OK, beat.Message)
	}
	a.accept(l, b)
	if a.listen, err = net.Listen("tcp", l.File.Web.Listen); err != nil {
		return messages.New("cli.serve.listen_failed", "err", err, "path", a.path)
	}
	a.registry = prometheus.NewRegistry()
	if err := a.openAlerts(ctx, b); err != nil {
		return err
	}
	a.metrics = monitor.NewMetrics(versionText(), a.lastReload)
	a.hub = dashboard.NewHub(dashboard.HubConfig{
		Source: source{a}, Notices: source{a}, Alarms: source{a}, History: a.db, Head: head(l), Version: version, Demo: a.demo, Logger: a.log,
	})
	a.engine, err = monitor.New(ctx, monitor.Config{
		Plan: b.Plan, Store: a.db, Sinks: []monitor.Sink{a.alerts, a.metrics, a.hub}, Jobs: a.jobs(), Trouble: a.trouble, Vantage: l.File.Probing.Vantage,
		AtOnce: l.File.Probing.AtOnce, Logger: a.log, Clock: a.clock,
	})
	if err != nil {
		return err
	}
	a.metrics.Watch(a.engine)
	a.desk = a.reportDesk()
	a.server = &http.Server{Handler: a.routes(), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, ErrorLog: slog.NewLogLogger(a.log.Handler(), slog.LevelDebug)}
	return nil
}

// routes are the dashboard's, and the links in reports' letters.
func (a *app) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+readPath+"{token}", a.readReport)
	mux.Handle("/", a.handler())
	return mux
}

func (a *app) handler() http.Handler {
	a.registry.MustRegister(a.metrics, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	c := dashboard.ServerConfig{
		AlertRecords: a.db, AnswerPage: a.answers, Records: records{a}, Reports: reportView{a}, ReportWork: reportView{a}.Work, Ledger: ledgerView{a},
		Hub: a.hub, Detail: a.db, NotFound: store.ErrNotFound, Guard: a.keeper, Tokens: a.keeper, Beat: a.beat, State: a.engine.State, Reload: a.reload,
		Probe:   monitor.NewProbeHandler(monitor.ProbeHandlerConfig{Modules: a.probeModules}),
		Metrics: promhttp.HandlerFor(a.registry, promhttp.HandlerOpts{Registry: a.registry}), Logger: a.log,
	}
	if !onlyOutside(*a.started) {
		c.Silences, c.Alertmanager = silences{a}, a.alerts
	}
	return dashboard.NewServer(c)
}

// accept takes over what only the app needs of a configuration.
func (a *app) accept(l *config.Loaded, b config.Built) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.keep, a.push, a.modules = b.Retention, map[string]bool{}, b.Modules
	a.reportingNow = reportingOf(l, b, a.demo || l.File.Reports.Simulated)
	for _, s := range b.Plan.Sites {
		for _, c := range s.Checks {
			a.push[c.ID] = c.Kind == "push"
		}
	}
	a.readAt, a.refusedAt = a.clock.Now(), time.Time{}
}

// run keeps everything going until ctx ends, and takes it down again last-in first-out.
func (a *app) run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	hubCtx, stopHub := context.WithCancel(context.WithoutCancel(ctx))
	defer stopHub()
	telling, stopTelling := context.WithCancel(context.WithoutCancel(ctx))
	defer stopTelling()
	g.Go(func() error {
		defer stopHub() // after the last change was published
		defer stopTelling()
		return a.engine.Run(ctx)
	})
	g.Go(func() error { return a.hub.Run(hubCtx) })
	g.Go(func() error { return a.alerts.Run(telling) })
	g.Go(func() error { return a.desk.Run(ctx) })
	g.Go(func() error { return a.notary.Run(telling) }) // signs what was committed last
	g.Go(func() error {
		if err := a.server.Serve(a.listen); !errors.Is(err, http.ErrServerClosed) {
			return messages.New("cli.serve.dashboard_failed", "err", err)
		}
		return nil
	})
	g.Go(func() error {
		<-ctx.Done()
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		if err := a.server.Shutdown(closing); err != nil {
			return a.server.Close()
		}
		return nil
	})
	g.Go(func() error { return a.reloadOnSignal(ctx) })
	return g.Wait()
}

func (a *app) close() error {
	var errs []error
	if a.listen != nil {
		if err := a.listen.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	if a.db != nil {
		errs = append(errs, a.db.Close())
	}
	return errors.Join(errs...)
}

func (a *app) reloadOnSignal(ctx context.Context) error {
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	defer signal.Stop(hup)
	for {
		select {
		case <-hup:
			_ = a.reload(ctx) // told in the log, as a metric and on the wall
		case <-ctx.Done():
			return nil
		}
	}
}

// reload reads the configuration anew. A file that is refused changes nothing.
func (a *app) reload(ctx context.Context) error {
	a.reloading.Lock()
	defer a.reloading.Unlock()
	l, b, err := a.load()
	if err == nil {
		err = a.takeOver(ctx, b)
	}
	if err != nil {
		a.mu.Lock()
		a.refusedAt = a.clock.Now()
		a.mu.Unlock()
		a.log.Error("the new configuration is refused; the old one stays in force", "err", err)
		return err
	}
	a.accept(l, b)
	if err := a.recordConfig(ctx, l, b); err != nil {
		a.log.Error("the configuration in force could not be put on record", "err", err)
	}
	a.hub.Restart(head(l))
	if names := a.untaken(&l.File); len(names) > 0 {
		a.log.Warn("some settings take effect only after a restart", "settings", names)
	}
	a.log.Info("configuration reloaded", "sites", len(b.Plan.Sites), "checks", len(b.Plan.Watches))
	return nil
}

// takeOver puts another configuration in force, or changes nothing.
func (a *app) takeOver(ctx context.Context, b config.Built) error {
	next, before := a.alertSettings(b), a.alertsNow()
	if err := a.alerts.Reload(ctx, next); err != nil {
		return err
	}
	if err := a.engine.Reload(ctx, b.Plan); err != nil {
		return errors.Join(err, a.alerts.Reload(ctx, before))
	}
	a.setAlerts(next)
	return nil
}

// lastReload is what the metrics say of the configuration.
func (a *app) lastReload() (ok bool, at time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.refusedAt.IsZero(), a.readAt
}

// probeModules are what /probe looks with.
func (a *app) probeModules() map[string]monitor.Module {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.modules
}

// beat takes a job's report.
func (a *app) beat(ctx context.Context, check string, ok bool, message string) (bool, error) {
	a.mu.Lock()
	known := a.push[check]
	a.mu.Unlock()
	if !known {
		return false, nil
	}
	now := a.clock.Now()
	if err := a.db.SaveBeat(ctx, check, now, ok, message); err != nil {
		return true, err
	}
	a.deps.Heartbeats.Beat(check, now, ok, message)
	return true, nil
}

// jobs are what is scheduled besides the checks.
func (a *app) jobs() []monitor.Job {
	return []monitor.Job{
		{Name: "seal", Every: time.Minute, Run: func(ctx context.Context) error {
			n, err := a.db.Seal(ctx, a.clock.Now())
			if n > 0 {
				a.log.Debug("sealed", "hours", n)
			}
			return err
		}},
		{Name: "retention", Every: 10 * time.Minute, Run: func(ctx context.Context) error {
			a.mu.Lock()
			keep := a.keep
			a.mu.Unlock()
			_, err := a.db.Retain(ctx, a.clock.Now(), keep)
			return err
		}},
	}
}

// source shows the engine to the dashboard in the dashboard's own words.
type source struct{ a *app }

func (s source) Sites() []compliance.Site { return slices.Clone(s.a.engine.Sites()) }

func (s source) States() compliance.Snapshot { return s.a.engine.States() }

func (s source) Now() time.Time { return s.a.clock.Now() }

func (s source) Record(site string) compliance.Record { return s.a.engine.Record(site) }

func (s source) Open() []compliance.Alert { return s.a.engine.Alerts() }

func (s source) Desk() compliance.Desk { return s.a.engine.Desk() }

func (s source) Promises() compliance.Promises {
	p, _ := s.a.engine.Promises()
	return p
}

func (s source) Health() dashboard.MonitorHealth {
	h := s.a.engine.Health()
	s.a.mu.Lock()
	refused := s.a.refusedAt
	s.a.mu.Unlock()
	return dashboard.MonitorHealth{
		Started: h.Started.UnixMilli(), LastCommit: unix(h.LastCommit), Trouble: h.Trouble, FailingSince: unix(h.Failing),
		UplinkDown: unix(h.UplinkDown), Queue: h.Queue, MissedSlots: h.MissedSlots, ConfigErrorAt: unix(refused),
	}
}

func unix(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}
