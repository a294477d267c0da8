package alerts

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/charterwatch/charterwatch/compliance"
)

func TestMetrics(t *testing.T) {
	set := Settings{Alertmanager: routing(t, onCallRoutes), OnCall: onCallPeople(), External: []string{"http://127.0.0.1:1"}}
	registry := prometheus.NewPedanticRegistry()
	k := newKit(t, set)
	k.cfg.Registerer = registry
	k.start()
	defer k.stop()
	held := down("b", time.Now())
	held.Held = time.Now().Add(time.Hour)
	k.publish(down("a", time.Now()))
	eventually(t, "receipts of both", func() bool { return len(k.outbox.all()) > 1 })
	k.publish(held, acked(down("c", time.Now())))
	eventually(t, "the others", func() bool { return len(k.s.book.all()) == 3 })
	for _, bad := range []Settings{{External: []string{"nonsense"}}, {Heartbeat: "nonsense"}} {
		if err := k.s.Reload(t.Context(), bad); err == nil || strings.Contains(err.Error(), "nonsense") {
			t.Errorf("error %v, want one that does not repeat the address", err)
		}
	}
	want := `
# HELP charterwatch_alerting_owed Alerts that people are to be told of. state: firing, acknowledged, held (announced work), resolved (its end is still sent), uncommitted.
# TYPE charterwatch_alerting_owed gauge
charterwatch_alerting_owed{rule="SiteDown",severity="critical",state="acknowledged"} 1
charterwatch_alerting_owed{rule="SiteDown",severity="critical",state="firing"} 1
charterwatch_alerting_owed{rule="SiteDown",severity="critical",state="held"} 1
# HELP charterwatch_alerting_last_reload_successful Whether the last reading of routes, receivers and people on call was accepted.
# TYPE charterwatch_alerting_last_reload_successful gauge
charterwatch_alerting_last_reload_successful 0
`
	if err := testutil.GatherAndCompare(registry, strings.NewReader(want), "charterwatch_alerting_owed", "charterwatch_alerting_last_reload_successful"); err != nil {
		t.Error(err)
	}
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, f := range families {
		seen[f.GetName()] = true
	}
	for _, name := range []string{"alertmanager_notifications_total", "alertmanager_silences", "alertmanager_alerts", "charterwatch_alerting_receipts_total", "charterwatch_alerting_member_queue_alerts"} {
		if !seen[name] {
			t.Errorf("no %s", name)
		}
	}
	var c catalogue
	describe(&c)
	for _, f := range c.families {
		if !strings.Contains(Manual(), "`"+f.name+"`") || f.help == "" {
			t.Errorf("%s is not in the manual", f.name)
		}
	}
}

func TestTheHeartbeatIsCalledWhileAllIsWell(t *testing.T) {
	var called atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		called.Add(1)
		w.WriteHeader(http.StatusNoContent)
	}))
	defer server.Close()
	k := newKit(t, Settings{Heartbeat: Secret(server.URL)})
	well := false
	k.cfg.Healthy = func() bool { return well }
	k.cfg.State = k.state
	s, err := New(t.Context(), k.cfg)
	if err != nil {
		t.Fatal(err)
	}
	client := server.Client()
	well = true
	s.pulse.once(t.Context(), client)
	if called.Load() != 0 {
		t.Error("it beats although nothing is handed on")
	}
	s.passed.Store(time.Now().UnixNano())
	well = false
	s.pulse.once(t.Context(), client)
	if well = true; called.Load() != 0 {
		t.Error("it beats while the monitor is ill")
	}
	s.pulse.once(t.Context(), client)
	if sent, failures := s.pulse.stats(); called.Load() != 1 || sent.IsZero() || failures != 0 {
		t.Errorf("called %d times, %d failures; want once", called.Load(), failures)
	}
	server.Close()
	s.pulse.once(t.Context(), client)
	if _, failures := s.pulse.stats(); failures != 1 || strings.Contains(k.logged.String(), server.URL) {
		t.Errorf("%d failures, log %s", failures, k.logged)
	}
}

func TestAGuardBoundsWhatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGuard()
		hang := make(chan struct{})
		try := func(deliver func(context.Context) (bool, error)) (time.Duration, error) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			began := time.Now()
			_, err := g.do(ctx, deliver)
			return time.Since(began), err
		}
		hangs := func(context.Context) (bool, error) { <-hang; return false, nil }
		for range hanging {
			if took, err := try(hangs); took > 62*time.Second || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("returned after %s with %v", took, err)
			}
		}
		if took, err := try(hangs); took > 0 || !errors.Is(err, errBusy) {
			t.Errorf("with %d hanging: %s, %v; want none begun", hanging, took, err)
		}
		close(hang)
		synctest.Wait()
		if _, err := try(func(context.Context) (bool, error) { return false, nil }); err != nil {
			t.Errorf("error %v once they have returned", err)
		}
	})
}

func TestFailingIsOverWithASuccess(t *testing.T) {
	f, at := newFailures(), time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	for i := range 16 {
		f.note("mail", "email", 0, false, at.Add(time.Duration(i)*time.Minute))
		f.note("mail", "email", 1, i%2 == 0, at.Add(time.Duration(i)*time.Minute))
	}
	now := at.Add(16 * time.Minute)
	want := compliance.FailingReceiver{Receiver: "mail", Channel: "email", Since: at}
	if got := f.list(now); len(got) != 1 || got[0] != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got := f.list(now.Add(time.Hour)); len(got) != 0 {
		t.Errorf("%+v an hour after the last attempt, want none: nobody knows", got)
	}
	f.note("mail", "email", 0, false, now)
	f.note("mail", "email", 0, true, now)
	if got := f.list(now.Add(20 * time.Minute)); len(got) != 0 {
		t.Errorf("%+v after a success, want none", got)
	}
}
