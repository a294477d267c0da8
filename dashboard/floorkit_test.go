package dashboard

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/internal/accounts"
	"github.com/charterwatch/charterwatch/probes"
)

// alarmRoom is what tests arrange behind the pages of alerts.
type alarmRoom struct {
	onRecord   []compliance.Alert
	receipts   []compliance.Receipt
	asked      []compliance.ReceiptQuery
	queries    []compliance.AlertQuery
	recordsErr error
	silences   []Silenced
	silenceErr error
	served     []accounts.Actor // by the Alertmanager inside
	answered   []string         // requests that reached the answer page
}

func (a *alarmRoom) Alerts(_ context.Context, q compliance.AlertQuery) (out []compliance.Alert, err error) {
	a.queries = append(a.queries, q)
	for _, x := range a.onRecord {
		if q.ID == "" || q.ID == x.ID {
			out = append(out, x)
		}
	}
	return out, a.recordsErr
}

func (a *alarmRoom) Receipts(_ context.Context, q compliance.ReceiptQuery) ([]compliance.Receipt, error) {
	a.asked = append(a.asked, q)
	return a.receipts, a.recordsErr
}

func (a *alarmRoom) Silences(context.Context) ([]Silenced, error) { return a.silences, a.silenceErr }

func (a *alarmRoom) Silence(_ context.Context, by accounts.Actor, matchers []string, starts, ends time.Time, why string) (string, error) {
	if a.silenceErr != nil {
		return "", a.silenceErr
	}
	id := fmt.Sprintf("s%d", len(a.silences)+1)
	a.silences = append(a.silences, Silenced{ID: id, Matchers: matchers, Starts: starts, Ends: ends, By: by.ID, Why: why, State: SilenceActive})
	return id, nil
}

func (a *alarmRoom) Expire(_ context.Context, _ accounts.Actor, id, _ string) error {
	for i := range a.silences {
		if a.silences[i].ID == id {
			a.silences[i].State = SilenceExpired
			return nil
		}
	}
	return fmt.Errorf("expire %s: %w", id, ErrNoSilence)
}

func (a *alarmRoom) ServeAs(w http.ResponseWriter, r *http.Request, by accounts.Actor) {
	a.served = append(a.served, by)
	_, _ = w.Write([]byte(r.URL.Path))
}

func (a *alarmRoom) answers() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.answered = append(a.answered, r.Method+" "+r.URL.Path)
		w.Header().Set("Content-Security-Policy", "default-src 'none'; form-action 'self'")
	})
}

// The alerts that stand in these tests: of alpha, of beta, of the monitor, and an exercise.
func standingAlerts(now time.Time) []compliance.Alert {
	at := now.Add(-time.Hour)
	return []compliance.Alert{
		{ID: "Watchdog|||none@1", Rule: compliance.AlertWatchdog, Severity: compliance.SeverityNone, Start: at, Raised: at},
		{ID: "CheckDown|beta|beta/front|warning@1", Rule: compliance.AlertCheckDown, Severity: compliance.SeverityWarning, Site: "beta", Check: "beta/front", Start: at, Raised: at},
		{
			ID: "SiteDown|alpha||critical@1", Rule: compliance.AlertSiteDown, Severity: compliance.SeverityCritical, Site: "alpha", Subject: "alpha@1", Clause: compliance.ClauseAvailability,
			Start: at, Raised: at.Add(time.Minute), Reason: probes.ConnectRefused, Vantages: []string{"local"}, Clock: compliance.ClockRestoration, Limit: now.Add(47 * time.Hour),
		},
		{ID: "DiskLow|||warning@1", Rule: compliance.AlertDiskLow, Severity: compliance.SeverityWarning, Start: at, Raised: at.Add(2 * time.Minute), Percent: 4},
		{ID: "SiteDown|beta||critical|drill@1", Rule: compliance.AlertSiteDown, Severity: compliance.SeverityCritical, Site: "beta", Start: at, Raised: at, Drill: true},
	}
}

// staffed is a floor with two shifts and people on call.
func staffed(now time.Time) compliance.Desk {
	zone := time.FixedZone("KST", 9*3600)
	return compliance.Desk{
		Open: standingAlerts(now), Zone: zone, Sites: []string{"alpha", "beta"},
		Roster: compliance.Roster{Shifts: []compliance.Shift{{Name: "day", From: "09:00", People: []string{"kim"}}, {Name: "night", From: "21:00"}}},
		OnCall: compliance.OnCall{
			People: []compliance.Person{
				{ID: "kim", Name: compliance.Name{KO: "김운영", EN: "Kim"}, Receivers: []string{"kim-sms"}},
				{ID: "lee", Name: compliance.Name{KO: "이담당", EN: "Lee"}, Receivers: []string{"lee-mail"}, Language: "en"},
			},
			Schedules:   []compliance.Schedule{{ID: "first", Name: compliance.Name{KO: "1선", EN: "First line"}, People: []string{"kim", "lee"}, From: time.Date(2026, 1, 5, 9, 0, 0, 0, zone)}},
			Escalations: []compliance.Escalation{{Receiver: "oncall", Steps: []compliance.EscalationStep{{Schedules: []string{"first"}}, {After: 10 * time.Minute, People: []string{"lee"}}}, Repeat: 1}},
			Quiet:       []compliance.QuietHours{{From: "22:00", To: "07:00"}},
		},
	}
}
