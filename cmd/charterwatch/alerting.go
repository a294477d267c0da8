package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/charterwatch/charterwatch/alerts"
	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/config"
	"github.com/charterwatch/charterwatch/dashboard"
	"github.com/charterwatch/charterwatch/internal/accounts"
	"github.com/charterwatch/charterwatch/monitor"
)

// stateDir is where Alertmanager's memory lies, beside the database.
const stateDir = "alerting"

// openAlerts brings alerting up. The engine is not there yet: what alerting asks of it is
// asked later.
func (a *app) openAlerts(ctx context.Context, b config.Built) error {
	files, err := alerts.NewFiles(filepath.Join(a.started.Store.SQLite, stateDir))
	if err != nil {
		return err
	}
	key, err := linkKey(files)
	if err != nil {
		return err
	}
	a.linkKey, a.signer = key, alerts.NewSigner(key)
	set := a.alertSettings(b)
	a.alerts, err = alerts.New(ctx, alerts.Config{
		Settings: set, Outbox: a.db, State: files, Statements: a.said, Put: a.putSilence, Healthy: a.healthy,
		Registerer: a.registry, Logger: a.log, Now: a.clock.Now,
	})
	if err != nil {
		return err
	}
	a.setAlerts(set)
	a.answers, err = alerts.NewAnswerPage(alerts.AnswerConfig{
		Signer: a.signer, Content: func() alerts.Content { return a.alertsNow().Content }, Open: a.standing, Person: a.person, Acknowledge: a.acknowledge, Now: a.clock.Now, Logger: a.log,
	})
	return err
}

// alertSettings completes what the configuration says of alerting.
func (a *app) alertSettings(b config.Built) alerts.Settings {
	set := b.Alerts
	set.Content.Site, set.Content.Signer, set.Content.Now = siteOf(b.Plan.Sites), a.signer, a.clock.Now
	if set.Content.DashboardURL == "" {
		// Nobody said how people reach it: the address it listens on serves whoever sits beside it.
		set.Content.DashboardURL = "http://" + a.listen.Addr().String()
	}
	return set
}

// alertsNow are the settings in force.
func (a *app) alertsNow() alerts.Settings {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.settings
}

func (a *app) setAlerts(set alerts.Settings) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.settings = set
}

// standing are the alerts that stand; none before the engine is there.
func (a *app) standing() []compliance.Alert { return a.engine.Alerts() }

// said is what people said of alerts and the watch floor.
func (a *app) said() []compliance.Statement {
	return a.engine.Record(compliance.MonitorScope).Statements
}

// putSilence puts on record that alerts were silenced.
func (a *app) putSilence(ctx context.Context, s compliance.Statement) error {
	_, err := a.engine.State(ctx, s, nil)
	return err
}

// healthy says whether the monitor may call itself well.
func (a *app) healthy() bool {
	h := a.engine.Health()
	return !h.Trouble && h.Failing.IsZero()
}

func (a *app) person(id string) (compliance.Name, bool) {
	p, ok := a.engine.Desk().OnCall.Person(id)
	return p.Name, ok
}

// trouble is what alerts tell of the process around the engine.
func (a *app) trouble() monitor.Trouble {
	a.mu.Lock()
	refused := a.refusedAt
	a.mu.Unlock()
	return monitor.Trouble{ConfigRefused: refused, DiskFree: a.db.DiskFree(), Failing: a.alerts.Failing()}
}

// silences shows Alertmanager's silences to the dashboard in its own words.
type silences struct{ a *app }

func (x silences) Silences(ctx context.Context) ([]dashboard.Silenced, error) {
	list, err := x.a.alerts.Silences(ctx)
	if err != nil {
		return nil, err
	}
	content, standing := x.a.alertsNow().Content, map[string]map[string]string{} // labels by alert
	for _, a := range x.a.standing() {
		standing[a.ID] = content.Labels(a)
	}
	var out []dashboard.Silenced
	for _, s := range list {
		d := dashboard.Silenced{ID: s.ID, Matchers: s.Matchers, Starts: s.Starts, Ends: s.Ends, By: s.By, Why: s.Why, State: dashboard.SilenceState(s.State)}
		for id, labels := range standing {
			if s.Mutes(labels) {
				d.Alerts = append(d.Alerts, id)
			}
		}
		slices.Sort(d.Alerts)
		out = append(out, d)
	}
	return out, nil
}

func (x silences) Silence(ctx context.Context, by accounts.Actor, matchers []string, starts, ends time.Time, why string) (string, error) {
	return x.a.alerts.Silence(ctx, by, matchers, starts, ends, why)
}

func (x silences) Expire(ctx context.Context, by accounts.Actor, id, why string) error {
	err := x.a.alerts.Expire(ctx, by, id, why)
	if errors.Is(err, alerts.ErrNoSilence) {
		return fmt.Errorf("%w: %s", dashboard.ErrNoSilence, id)
	}
	return err
}

// onlyOutside says whether alerts go to Alertmanagers of the user's own alone: then there are
// no silences here.
func onlyOutside(f config.File) bool {
	m := f.Alerting.Alertmanager
	return m.Embedded == "" && len(m.External) > 0
}
