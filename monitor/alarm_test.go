package monitor

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/calendar"
	"github.com/charterwatch/charterwatch/compliance/charter"
	"github.com/charterwatch/charterwatch/internal/accounts"
	"github.com/charterwatch/charterwatch/probes"
)

// standing are the alerts whose latest version stands. m.mu must be held.
func (m *memory) standing() (out []compliance.Alert) {
	last := map[string]compliance.Alert{}
	for _, a := range m.alerts {
		last[a.ID] = a
	}
	for _, a := range last {
		if a.Open() {
			out = append(out, a)
		}
	}
	return out
}

// versions are all committed versions of a rule's alerts.
func (m *memory) versions(r compliance.AlertRule) (out []compliance.Alert) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, a := range m.alerts {
		if a.Rule == r {
			out = append(out, a)
		}
	}
	return out
}

func standing(e *Engine) (out []compliance.AlertRule) {
	for _, a := range e.Alerts() {
		out = append(out, a.Rule)
	}
	slices.Sort(out)
	return out
}

func TestAlertIsCommittedWithItsCause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, p := newMemory(), &switchable{}
		e, stop := begin(t, Config{Plan: planOf(1, func(int) probes.Probe { return p }), Store: store})
		time.Sleep(time.Minute)
		if got := standing(e); !slices.Equal(got, []compliance.AlertRule{compliance.AlertWatchdog}) {
			t.Errorf("while all is well %v stand", got)
		}
		p.reason.Store(int32(probes.Status))
		time.Sleep(2 * time.Minute)
		outage := store.siteOutages()[0]
		if !slices.Equal(store.with[outage.ID], []compliance.AlertRule{compliance.AlertSiteDown}) {
			t.Errorf("in the transaction of the outage: %v", store.with[outage.ID])
		}
		time.Sleep(10 * time.Minute)
		if got := standing(e); !slices.Equal(got, []compliance.AlertRule{compliance.AlertRecoveryUnannounced, compliance.AlertSiteDown, compliance.AlertWatchdog}) {
			t.Errorf("after 12 minutes %v stand", got)
		}
		p.reason.Store(int32(probes.OK))
		time.Sleep(5 * time.Minute)
		if got := standing(e); !slices.Equal(got, []compliance.AlertRule{compliance.AlertWatchdog}) {
			t.Errorf("after the recovery %v stand", got)
		}
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		down := store.versions(compliance.AlertSiteDown)
		first, last := down[0], down[len(down)-1]
		if first.ID != last.ID || !first.Start.Equal(outage.Start) || last.Open() || len(down) > 3 { // raised, recovering, over
			t.Errorf("%+v", down)
		}
	})
}

func TestAlertsSurviveARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, p := newMemory(), &switchable{}
		plan := planOf(2, func(int) probes.Probe { return p })
		e, stop := begin(t, Config{Plan: plan, Store: store})
		p.reason.Store(int32(probes.Status))
		time.Sleep(2 * time.Minute)
		before := e.Alerts()
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		n := len(store.alerts)
		plan.Sites, plan.Watches = plan.Sites[:1], plan.Watches[:1] // the other is no longer watched
		e, stop = begin(t, Config{Plan: plan, Store: store})
		time.Sleep(2 * time.Minute)
		if got := standing(e); !slices.Equal(got, []compliance.AlertRule{compliance.AlertSiteDown, compliance.AlertWatchdog}) {
			t.Errorf("%v of %d", got, len(before))
		}
		for _, a := range store.alerts[n:] {
			if !slices.ContainsFunc(before, func(b compliance.Alert) bool { return b.ID == a.ID }) {
				t.Errorf("another alert for the same outage: %+v", a)
			}
		}
		if err := stop(); err != nil {
			t.Fatal(err)
		}
	})
}

func operator() accounts.Actor {
	return accounts.Actor{ID: "user/kim", Name: "Kim", Kind: accounts.KindUser, Role: accounts.RoleOperator}
}

func TestAcknowledgementIsCommittedWithTheAlert(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, p := newMemory(), &switchable{}
		e, stop := begin(t, Config{Plan: planOf(1, func(int) probes.Probe { return p }), Store: store})
		p.reason.Store(int32(probes.Status))
		time.Sleep(2 * time.Minute)
		id := store.versions(compliance.AlertSiteDown)[0].ID
		ack := compliance.Statement{Site: "site-000", By: operator(), Acknowledgement: &compliance.Acknowledgement{Alerts: []string{id}}}
		if _, err := e.State(t.Context(), ack, nil); err != nil {
			t.Fatal(err)
		}
		acked := func() bool {
			return slices.ContainsFunc(e.Alerts(), func(a compliance.Alert) bool { return a.ID == id && a.Acked != nil && a.Acked.By.ID == "user/kim" })
		}
		if !acked() {
			t.Errorf("not acknowledged: %+v", e.Alerts())
		}
		time.Sleep(2 * time.Minute)
		if !acked() {
			t.Error("forgotten")
		}
		ack.Acknowledgement = &compliance.Acknowledgement{Alerts: []string{"SiteDown-0"}}
		var no *compliance.Refusal
		if _, err := e.State(t.Context(), ack, nil); !errors.As(err, &no) || no.Rule != "no_alert" {
			t.Errorf("%v", err)
		}
		if err := stop(); err != nil {
			t.Fatal(err)
		}
	})
}

func TestWatchFloorAndDrills(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemory()
		plan := planOf(1, func(int) probes.Probe { return &switchable{} })
		begun := time.Now().UTC().Truncate(time.Minute).Add(time.Minute)
		plan.Roster = compliance.Roster{Shifts: []compliance.Shift{{Name: "all", From: begun.Format("15:04")}}, Since: begun.Add(-time.Hour)}
		e, stop := begin(t, Config{Plan: plan, Store: store})
		time.Sleep(17 * time.Minute)
		if n := len(e.Record(compliance.MonitorScope).Statements); n != 1 {
			t.Errorf("%d statements, where the roster alone came into force", n)
		}
		if got := standing(e); !slices.Contains(got, compliance.AlertShiftUntaken) {
			t.Errorf("nobody came, and %v stand", got)
		}
		say := func(s compliance.Statement) error {
			s.Site, s.By = compliance.MonitorScope, operator()
			_, err := e.State(t.Context(), s, nil)
			return err
		}
		if err := say(compliance.Statement{Taking: &compliance.Taking{Shift: "all", Start: begun}}); err != nil {
			t.Fatal(err)
		}
		if got := standing(e); slices.Contains(got, compliance.AlertShiftUntaken) {
			t.Errorf("taken, and %v stand", got)
		}
		if err := say(compliance.Statement{Why: "exercise", Drill: &compliance.Drill{Rule: compliance.AlertSiteDown, Site: "site-000", Ends: time.Now().Add(10 * time.Minute)}}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Second)
		if got := standing(e); !slices.Contains(got, compliance.AlertSiteDown) {
			t.Errorf("a drill, and %v stand", got)
		}
		time.Sleep(10 * time.Minute)
		if got := standing(e); slices.Contains(got, compliance.AlertSiteDown) {
			t.Errorf("the drill is over, and %v stand", got)
		}
		if a := store.versions(compliance.AlertSiteDown)[0]; !a.Drill || a.Site != "site-000" || len(store.siteOutages()) != 0 {
			t.Errorf("%+v", a)
		}
		if err := stop(); err != nil {
			t.Fatal(err)
		}
	})
}

func TestMonitorsOwnTroubleIsToldWithoutTheStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, p, wall := newMemory(), &switchable{}, &sink{}
		_, stop := begin(t, Config{Plan: planOf(1, func(int) probes.Probe { return p }), Store: store, Sinks: []Sink{wall}})
		time.Sleep(time.Minute)
		store.setFail(errors.New("disk full"))
		p.reason.Store(int32(probes.Status))
		time.Sleep(12 * time.Minute) // what else follows from the outage can wait for the store
		var told []compliance.AlertRule
		for _, c := range wall.changes {
			for _, a := range c.Alerts {
				if c.Uncommitted && a.Uncommitted {
					told = append(told, a.Rule)
				}
			}
		}
		slices.Sort(told)
		if !slices.Equal(told, []compliance.AlertRule{compliance.AlertSiteDown, compliance.AlertStoreTrouble}) {
			t.Errorf("told uncommitted: %v", told)
		}
		store.setFail(nil)
		time.Sleep(3 * time.Minute)
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		if v := store.versions(compliance.AlertStoreTrouble); len(v) == 0 || v[len(v)-1].Open() {
			t.Errorf("%+v", v)
		}
	})
}

// remembering is a memory that also has histories.
type remembering struct {
	*memory
	coverage time.Duration // of unknown time in the last day
}

func (r remembering) Histories(_ context.Context, from, to time.Time) (map[string]compliance.SiteHistory, error) {
	check := "site-000/front"
	return map[string]compliance.SiteHistory{"site-000": {
		Site: "site-000", Until: to, Lives: []compliance.CheckLife{{Check: check, Site: "site-000", Critical: true, Vantages: []string{"local"}, Interval: every, From: from}},
		Gaps: []compliance.Gap{{Check: check, Vantage: "local", From: to.Add(-r.coverage), To: to}},
	}}, nil
}

func TestAssessmentRaisesAlerts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, stop := begin(t, Config{Plan: planOf(1, func(int) probes.Probe { return &switchable{} }), Store: remembering{newMemory(), 2 * time.Hour}})
		time.Sleep(2 * time.Minute)
		if got := standing(e); !slices.Contains(got, compliance.AlertCoverageLow) {
			t.Errorf("two hours of a day unseen, and %v stand", got)
		}
		if err := stop(); err != nil {
			t.Fatal(err)
		}
	})
}

func TestTheCharterGoesOnRecord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := func(words string) charter.Charter {
			return charter.Charter{Clauses: []charter.Clause{{ID: "confidentiality", Words: words}}}
		}
		plan := planOf(1, func(int) probes.Probe { return &switchable{} })
		plan.Charter = in("a")
		e, stop := begin(t, Config{Plan: plan, Store: newMemory()})
		time.Sleep(time.Minute)
		onRecord := func() (words []string) {
			for _, s := range e.Record(compliance.MonitorScope).Statements {
				if s.Charter != nil {
					c, ok, err := charter.InForce([]compliance.Statement{s}, s.At)
					if err != nil || !ok || s.By.Kind != accounts.KindSystem {
						t.Fatalf("%+v %v %v", s, ok, err)
					}
					words = append(words, c.Clauses[0].Words)
				}
			}
			return words
		}
		for _, next := range []charter.Charter{in("a"), in("b"), {}, in("b"), in("a")} {
			plan.Charter = next
			if err := e.Reload(t.Context(), plan); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Minute)
		}
		if got := strings.Join(onRecord(), " "); got != "a b a" {
			t.Errorf("on record: %s", got)
		}
		// Attestations are checked against it.
		day := calendar.DateOf(time.Now(), time.UTC)
		say := func(clause compliance.Clause) error {
			_, err := e.State(t.Context(), compliance.Statement{Site: compliance.MonitorScope, By: operator(), Attestation: &compliance.Attestation{
				Clause: clause, What: "review", Signer: "kim", Signed: day, From: day, Until: day, Proof: compliance.Proof{Name: "a.pdf", SHA256: strings.Repeat("ab", 32)},
			}}, nil)
			return err
		}
		var no *compliance.Refusal
		if err := say("secrecy"); !errors.As(err, &no) || no.Rule != "no_clause" {
			t.Errorf("%v", err)
		}
		if err := say("confidentiality"); err != nil {
			t.Error(err)
		}
		if err := stop(); err != nil {
			t.Fatal(err)
		}
	})
}
