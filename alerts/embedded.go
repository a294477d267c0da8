package alerts

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/alertmanager/api"
	"github.com/prometheus/alertmanager/dispatch"
	"github.com/prometheus/alertmanager/eventrecorder"
	"github.com/prometheus/alertmanager/featurecontrol"
	"github.com/prometheus/alertmanager/inhibit"
	"github.com/prometheus/alertmanager/marker"
	"github.com/prometheus/alertmanager/nflog"
	"github.com/prometheus/alertmanager/notify"
	"github.com/prometheus/alertmanager/provider/mem"
	"github.com/prometheus/alertmanager/silence"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"
)

const (
	alertsGC       = 30 * time.Minute // of resolved alerts
	silencesKept   = 5 * 24 * time.Hour
	notesKept      = 90 * 24 * time.Hour // at most; otherwise for two repeat intervals
	groupsCleaned  = 30 * time.Second
	stateCleaned   = time.Minute
	apiTimeout     = 30 * time.Second
	haltPatience   = 2 * time.Second
	fewestDeadline = notify.MinTimeout // of a notification, for short group intervals
)

// embedded is the Alertmanager inside: its parts that live as long as the program, and those
// that a reload replaces.
type embedded struct {
	log    *slog.Logger
	notes  notifications
	keeper *saver // of silences

	silences *silence.Silences
	silencer *silence.Silencer
	alerts   *mem.Alerts
	groups   marker.GroupMarker
	metrics  *notify.Metrics
	dispatch *dispatch.DispatcherMetrics
	api      *api.API
	saveErrs atomic.Uint64
	busy     tally // of notifications

	mu         sync.Mutex // of start and stop
	dispatcher atomic.Pointer[dispatch.Dispatcher]
	inhibitor  atomic.Pointer[inhibit.Inhibitor]
}

func newEmbedded(state State, reg prometheus.Registerer, l *slog.Logger) (*embedded, error) {
	e := &embedded{log: l, groups: marker.NewGroupMarker()}
	if err := e.remember(state, reg); err != nil {
		return nil, err
	}
	e.silencer = silence.NewSilencer(e.silences, l, eventrecorder.NopRecorder())
	var err error
	if e.alerts, err = mem.NewAlerts(context.Background(), alertsGC, 0, e.silencer, l, eventrecorder.NopRecorder(), reg, featurecontrol.NoopFlags{}); err != nil {
		return nil, fmt.Errorf("start Alertmanager: %w", err)
	}
	e.metrics = notify.NewMetrics(reg, featurecontrol.NoopFlags{})
	e.dispatch = dispatch.NewDispatcherMetrics(false, reg, featurecontrol.NoopFlags{})
	requests := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "alertmanager_http_request_duration_seconds", Help: "Histogram of latencies for HTTP requests.", Buckets: prometheus.DefBuckets,
	}, []string{"handler", "method", "code"})
	if err := reg.Register(requests); err != nil {
		return nil, fmt.Errorf("start Alertmanager: %w", err)
	}
	e.api, err = api.New(api.Options{
		Alerts: e.alerts, Silences: e.silences, GroupMutedFunc: e.groups.Muted, Timeout: apiTimeout, Logger: l, Registry: reg, RequestDuration: requests,
		GroupFunc: func(ctx context.Context, route func(*dispatch.Route) bool, match func(*alert.Alert, time.Time) bool) (dispatch.AlertGroups, map[model.Fingerprint][]string, error) {
			d := e.dispatcher.Load()
			if d == nil {
				return nil, nil, errHalted
			}
			return d.Groups(ctx, route, match)
		},
	})
	if err != nil {
		return nil, fmt.Errorf("start Alertmanager: %w", err)
	}
	return e, nil
}

// remember loads the notification log and the silences. What cannot be read is set aside: it
// must not stop the monitor.
func (e *embedded) remember(state State, reg prometheus.Registerer) error {
	said, err := state.Load(stateNotifications)
	if err != nil {
		return err
	}
	notes, bad := nflog.New(nflog.Options{SnapshotReader: bytes.NewReader(said), Retention: notesKept, Logger: e.log, Metrics: reg})
	if err := e.aside(state, stateNotifications, said, bad); err != nil || notes == nil {
		return errors.Join(err, bad)
	}
	if said, err = state.Load(stateSilences); err != nil {
		return err
	}
	silences, bad := silence.New(silence.Options{SnapshotReader: bytes.NewReader(said), Retention: silencesKept, Logger: e.log, Metrics: reg})
	if err := e.aside(state, stateSilences, said, bad); err != nil || silences == nil {
		return errors.Join(err, bad)
	}
	failed := func() { e.saveErrs.Add(1) }
	e.notes = notifications{notes, newSaver(state, stateNotifications, notes.MarshalBinary, failed)}
	e.silences = silences
	e.keeper = newSaver(state, stateSilences, silences.MarshalBinary, failed)
	return nil
}

func (e *embedded) aside(state State, name string, b []byte, bad error) error {
	if bad == nil {
		return nil
	}
	e.log.Error("what Alertmanager remembers cannot be read; it is set aside and begins anew", "state", name, "aside", name+badSuffix, "err", bad)
	if err := setAside(state, name, b); err != nil {
		return fmt.Errorf("set %s aside: %w", name, err)
	}
	return nil
}

// put hands alerts to it.
func (e *embedded) put(ctx context.Context, list []*alert.Alert) error {
	if err := e.alerts.Put(ctx, list...); err != nil {
		return fmt.Errorf("hand %d alerts to Alertmanager: %w", len(list), err)
	}
	return nil
}

// swap puts what was prepared in the place of what runs. It does not fail.
func (e *embedded) swap(set *setup, p pipeline) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.halt()
	if set.conf == nil {
		e.dispatcher.Store(nil)
		e.inhibitor.Store(nil)
		return
	}
	muting := inhibit.NewInhibitor(e.alerts, set.conf.InhibitRules, e.log, eventrecorder.NopRecorder())
	stage := p.build(e, set, muting)
	e.api.Update(set.conf, func(ctx context.Context, labels model.LabelSet) {
		e.muted(ctx, labels)
		e.silencer.Mutes(ctx, labels)
	})
	d := dispatch.NewDispatcher(e.alerts, set.route, stage, e.groups, deadline, groupsCleaned, nil, e.log, eventrecorder.NopRecorder(), e.dispatch, set.template)
	// What mutes must be known before anything is told, and all alerts before a group is flushed.
	go muting.Run()
	muting.WaitForLoading()
	e.inhibitor.Store(muting)
	go d.Run(time.Now())
	d.WaitForLoading()
	e.dispatcher.Store(d)
}

// deadline is how long a notification may take: until the group's next one is due.
func deadline(interval time.Duration) time.Duration { return max(interval, fewestDeadline) }

// halt stops telling anybody. What is under way gets a moment to end: a delivery that is cut
// off may have been taken, and is made again.
func (e *embedded) halt() {
	e.busy.wait(haltPatience)
	e.inhibitor.Load().Stop() // it goes on muting by what it knows
	e.dispatcher.Load().Stop()
	e.busy.wait(haltPatience)
}

// muted says whether an alert is inhibited.
func (e *embedded) muted(ctx context.Context, labels model.LabelSet) bool {
	i := e.inhibitor.Load()
	return i != nil && i.Mutes(ctx, labels)
}

// errHalted says that a reload is taking Alertmanager away.
var errHalted = errors.New("no Alertmanager runs")

// tally counts what is under way.
type tally struct {
	mu   sync.Mutex
	n    int
	idle chan struct{} // closed once n is 0; nil while it is
}

func (t *tally) enter() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.n++; t.n == 1 {
		t.idle = make(chan struct{})
	}
}

func (t *tally) leave() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.n--; t.n == 0 {
		close(t.idle)
		t.idle = nil
	}
}

// wait waits until nothing is under way, but not for long.
func (t *tally) wait(most time.Duration) {
	t.mu.Lock()
	idle := t.idle
	t.mu.Unlock()
	if idle == nil {
		return
	}
	patience := time.NewTimer(most)
	defer patience.Stop()
	select {
	case <-idle:
	case <-patience.C:
	}
}

// running says whether it tells anybody.
func (e *embedded) running() bool { return e.dispatcher.Load() != nil }

// stop ends it for good and saves what it remembers.
func (e *embedded) stop() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.halt()
	e.alerts.Close()
	return errors.Join(e.notes.saved.save(), e.keeper.save())
}

// Run forgets what is over and saves what it remembers.
func (e *embedded) Run(ctx context.Context) error {
	t := time.NewTicker(stateCleaned)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
		}
		told, err := e.notes.log.GC()
		if err == nil && told > 0 {
			err = e.notes.saved.save()
		}
		muted, bad := e.silences.GC()
		if bad == nil && muted > 0 {
			bad = e.keeper.save()
		}
		if err := errors.Join(err, bad); err != nil {
			e.log.Error("what Alertmanager remembers was not cleaned up", "err", err)
		}
	}
}
