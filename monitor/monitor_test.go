package monitor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/probes"
)

// memory is a Store that keeps what a real one would and can be told to fail.
type memory struct {
	mu      sync.Mutex
	snap    compliance.Snapshot
	results map[[2]string]map[int64]probes.Result // (check, vantage) to slot*100+attempt
	gaps    []compliance.Gap
	outages map[string]compliance.Outage
	events  []compliance.Event
	alerts  []compliance.Alert // all versions
	said    []compliance.Statement
	with    map[string][]compliance.AlertRule // by outage: rules of the alerts committed with its first version
	imports []compliance.CaseImport
	spans   []compliance.PageSpan // all versions
	fail    error
	refuse  func(compliance.Change) error
}

func newMemory() *memory {
	return &memory{
		snap:    compliance.Snapshot{Checks: map[string]compliance.CheckState{}, Sites: map[string]compliance.SiteState{}},
		results: map[[2]string]map[int64]probes.Result{}, outages: map[string]compliance.Outage{}, with: map[string][]compliance.AlertRule{},
	}
}

func (m *memory) Load(context.Context) (compliance.Snapshot, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	snap := compliance.Snapshot{Checks: map[string]compliance.CheckState{}, Sites: map[string]compliance.SiteState{}}
	for k, v := range m.snap.Checks {
		snap.Checks[k] = v
	}
	for k, v := range m.snap.Sites {
		snap.Sites[k] = v
	}
	snap.Alerts, snap.Statements = m.standing(), map[string][]compliance.Statement{}
	for _, s := range m.said {
		snap.Statements[s.Site] = append(snap.Statements[s.Site], s)
	}
	return snap, nil
}

func (m *memory) Adopt(context.Context, time.Time, []compliance.Site, string) error { return nil }

func (m *memory) Commit(_ context.Context, changes []compliance.Change) ([]compliance.Rejected, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return nil, m.fail
	}
	var rejected []compliance.Rejected
	for i, c := range changes {
		if m.refuse != nil {
			if err := m.refuse(c); err != nil {
				rejected = append(rejected, compliance.Rejected{Index: i, Err: err})
				continue
			}
		}
		for _, r := range c.Results {
			k := [2]string{r.Check, r.Vantage}
			if m.results[k] == nil {
				m.results[k] = map[int64]probes.Result{}
			}
			m.results[k][r.Slot.UnixMilli()*100+int64(r.Attempt)] = r
		}
		m.gaps = append(m.gaps, c.Gaps...)
		for _, o := range c.Outages {
			if _, known := m.outages[o.ID]; !known {
				for _, a := range c.Alerts {
					m.with[o.ID] = append(m.with[o.ID], a.Rule)
				}
			}
			m.outages[o.ID] = o
		}
		m.imports, m.spans = append(m.imports, c.Imports...), append(m.spans, c.Looks...)
		m.alerts, m.said = append(m.alerts, c.Alerts...), append(m.said, c.Statements...)
		for _, s := range c.Checks {
			m.snap.Checks[s.Check] = s
		}
		if c.State != nil {
			m.snap.Sites[c.Site] = *c.State
		}
		m.events = append(m.events, c.Events...)
	}
	return rejected, nil
}

func (m *memory) setFail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fail = err
}

// siteOutages returns the outages of whole sites, by start.
func (m *memory) siteOutages() []compliance.Outage {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []compliance.Outage
	for _, o := range m.outages {
		if o.Check == "" {
			out = append(out, o)
		}
	}
	slices.SortFunc(out, func(a, b compliance.Outage) int { return a.Start.Compare(b.Start) })
	return out
}

// assertCovered demands that every slot in [from, to) has one record, and only one.
func (m *memory) assertCovered(t *testing.T, check string, iv time.Duration, from, to time.Time) (results, gaps int) {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	slots := probes.SlotsOf(check, iv)
	for slot := slots.Ceil(from); slot.Before(to); slot = slot.Add(iv) {
		_, seen := m.results[[2]string{check, "local"}][slot.UnixMilli()*100]
		in := 0
		for _, g := range m.gaps {
			if g.Check == check && !slot.Before(g.From) && slot.Before(g.To) {
				in++
			}
		}
		switch {
		case seen && in == 0:
			results++
		case !seen && in == 1:
			gaps++
		default:
			t.Fatalf("slot %v of %s: result %v, gaps %d", slot, check, seen, in)
		}
	}
	return results, gaps
}

// switchable is a probe that can be told what to answer.
type switchable struct {
	reason atomic.Int32
	took   time.Duration
	looks  atomic.Int32
}

func (s *switchable) Probe(ctx context.Context) (probes.Measurement, error) {
	s.looks.Add(1)
	select {
	case <-time.After(s.took):
	case <-ctx.Done():
		return probes.Measurement{Reason: probes.Timeout}, nil
	}
	why := probes.Reason(s.reason.Load())
	if why.Outcome() == probes.Fail {
		return probes.Measurement{Reason: why, Capture: &probes.Capture{Status: 503}}, nil
	}
	return probes.Measurement{Reason: why}, nil
}

const every = 30 * time.Second

func planOf(n int, probe func(i int) probes.Probe) Plan {
	var p Plan
	for i := range n {
		id := fmt.Sprintf("site-%03d", i)
		spec := compliance.CheckSpec{ID: id + "/front", Kind: "http", Interval: every, Timeout: 10 * time.Second, Critical: true}
		spec.Policy = compliance.Policy{RecoverHold: 2 * time.Minute}.WithDefaults(spec.Interval, spec.Timeout)
		p.Sites = append(p.Sites, compliance.Site{ID: id, Checks: []compliance.CheckSpec{spec}})
		p.Watches = append(p.Watches, Watch{Spec: spec, Probe: probe(i), Fingerprint: "1"})
	}
	return p
}

// behind gives the plan a canary.
func behind(canary probes.Probe, p Plan) Plan {
	p.Canaries = []probes.Probe{canary}
	return p
}

// begin starts an engine and returns it with what stops it.
func begin(t *testing.T, cfg Config) (*Engine, func() error) {
	t.Helper()
	e, err := New(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- e.Run(ctx) }()
	synctest.Wait()
	return e, func() error { cancel(); return <-done }
}

func TestOutageHasTheRightStartAndEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, p := newMemory(), &switchable{took: 20 * time.Millisecond}
		from := time.Now()
		_, stop := begin(t, Config{Plan: planOf(1, func(int) probes.Probe { return p }), Store: store})
		slots := probes.SlotsOf("site-000/front", every)
		time.Sleep(5 * time.Minute)
		broke := time.Now()
		p.reason.Store(int32(probes.Status))
		time.Sleep(2 * time.Minute)
		p.reason.Store(int32(probes.OK))
		healed := time.Now()
		time.Sleep(10 * time.Minute)
		to := time.Now()
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		got := store.siteOutages()
		if len(got) != 1 {
			t.Fatalf("%d outages: %+v", len(got), got)
		}
		if want := slots.Ceil(broke); !got[0].Start.Equal(want) || !got[0].End.Equal(slots.Ceil(healed)) {
			t.Fatalf("from %v to %v, want %v to %v", got[0].Start, got[0].End, want, slots.Ceil(healed))
		}
		if confirmed := got[0].ConfirmedAt.Sub(got[0].Start); confirmed > 25*time.Second {
			t.Fatalf("two re-probes ten seconds apart confirm, took %v", confirmed)
		}
		results, gaps := store.assertCovered(t, "site-000/front", every, from, to.Add(-every))
		if gaps != 0 || results < 33 {
			t.Fatalf("%d results, %d gaps", results, gaps)
		}
	})
}

func TestDeadUplinkOpensNoOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, canary := newMemory(), &switchable{}
		sites := make([]*switchable, 200)
		e, stop := begin(t, Config{Store: store, Plan: behind(canary, planOf(200, func(i int) probes.Probe {
			sites[i] = &switchable{took: time.Second}
			return sites[i]
		}))})
		time.Sleep(3 * time.Minute)
		canary.reason.Store(int32(probes.ConnectTimeout))
		for _, s := range sites {
			s.reason.Store(int32(probes.ConnectTimeout))
		}
		time.Sleep(10 * time.Minute)
		if e.Health().UplinkDown.IsZero() {
			t.Error("nobody is told that the uplink is down")
		}
		if s := e.States().Sites["site-007"].Status; s != compliance.StatusUnknown {
			t.Errorf("site is %v, want unknown", s)
		}
		canary.reason.Store(0)
		for _, s := range sites {
			s.reason.Store(0)
		}
		time.Sleep(3 * time.Minute)
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		if got := store.siteOutages(); len(got) != 0 {
			t.Fatalf("%d outages, the first %+v", len(got), got[0])
		}
		if !e.Health().UplinkDown.IsZero() {
			t.Error("the uplink's return went unnoticed")
		}
	})
}

func TestFailedCommitIsRetriedWithTheSameResults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, p, wall := newMemory(), &switchable{}, &sink{}
		from := time.Now()
		e, stop := begin(t, Config{Plan: planOf(3, func(int) probes.Probe { return p }), Store: store, Sinks: []Sink{wall}})
		time.Sleep(2 * time.Minute)
		store.setFail(errors.New("disk full"))
		p.reason.Store(int32(probes.ConnectRefused))
		time.Sleep(5 * time.Minute)
		if h := e.Health(); !h.Trouble || h.FailingWhy == "" {
			t.Errorf("trouble goes untold: %+v", h)
		}
		if n := wall.uncommitted(); n != 6 { // a check's and a site's outage each
			t.Errorf("%d outages told uncommitted, want 6", n)
		}
		store.setFail(nil)
		time.Sleep(30 * time.Second)
		if e.Health().Trouble {
			t.Error("still in trouble")
		}
		to := time.Now()
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		for i := range 3 {
			if _, gaps := store.assertCovered(t, fmt.Sprintf("site-%03d/front", i), every, from, to.Add(-every)); gaps != 0 {
				t.Errorf("%d slots lost", gaps)
			}
		}
		if got := store.siteOutages(); len(got) != 3 {
			t.Errorf("%d outages", len(got))
		}
	})
}

// sink remembers what it was told.
type sink struct {
	mu      sync.Mutex
	changes []compliance.Change
}

func (s *sink) Publish(c compliance.Change) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changes = append(s.changes, c)
}

func (s *sink) uncommitted() (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.changes {
		if c.Uncommitted {
			n += len(c.Outages)
		}
	}
	return n
}

func TestRefusedChangeFailsAloneAndBecomesUnknown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, p := newMemory(), &switchable{}
		store.refuse = func(c compliance.Change) error {
			if c.Site == "site-001" && len(c.Results) > 0 {
				return errors.New("constraint")
			}
			return nil
		}
		from := time.Now()
		_, stop := begin(t, Config{Plan: planOf(3, func(int) probes.Probe { return p }), Store: store})
		time.Sleep(5 * time.Minute)
		to := time.Now()
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		if r, g := store.assertCovered(t, "site-001/front", every, from, to.Add(-every)); r != 0 || g == 0 {
			t.Errorf("%d results, %d gaps", r, g)
		}
		if r, g := store.assertCovered(t, "site-002/front", every, from, to.Add(-every)); r == 0 || g != 0 {
			t.Errorf("%d results, %d gaps", r, g)
		}
	})
}

func TestRestartLeavesAnHonestGap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, p := newMemory(), &switchable{}
		cfg := Config{Plan: planOf(1, func(int) probes.Probe { return p }), Store: store}
		from := time.Now()
		_, stop := begin(t, cfg)
		time.Sleep(5 * time.Minute)
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(72 * time.Hour)
		_, stop = begin(t, cfg)
		time.Sleep(5 * time.Minute)
		to := time.Now()
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		_, gaps := store.assertCovered(t, "site-000/front", every, from, to.Add(-every))
		if want := int(72 * time.Hour / every); gaps < want-1 || gaps > want+1 {
			t.Fatalf("%d slots unknown, want about %d", gaps, want)
		}
	})
}

func TestReloadKeepsWhatIsUnchanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, a, b, c := newMemory(), &switchable{}, &switchable{}, &switchable{}
		plan := planOf(2, func(i int) probes.Probe { return []probes.Probe{a, b}[i] })
		from := time.Now()
		e, stop := begin(t, Config{Plan: plan, Store: store})
		time.Sleep(3*time.Minute + 7*time.Second)
		kept := e.runners["site-000/front"]
		next := planOf(3, func(i int) probes.Probe { return []probes.Probe{a, b, c}[i] })
		next.Watches[1].Fingerprint = "2"
		if err := e.Reload(t.Context(), next); err != nil {
			t.Fatal(err)
		}
		if e.runners["site-000/front"] != kept {
			t.Error("an unchanged check was disturbed")
		}
		time.Sleep(3 * time.Minute)
		to := time.Now()
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		for _, id := range []string{"site-000/front", "site-001/front"} {
			if _, gaps := store.assertCovered(t, id, every, from, to.Add(-every)); gaps != 0 {
				t.Errorf("%s: %d slots lost over the reload", id, gaps)
			}
		}
		if c.looks.Load() < 5 {
			t.Errorf("the new check was looked at %d times", c.looks.Load())
		}
	})
}

func TestBusyMonitorSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemory()
		from := time.Now()
		// One look at a time, each of nine seconds: of ten checks at 30 s, three fit.
		_, stop := begin(t, Config{AtOnce: 1, Store: store, Plan: planOf(10, func(int) probes.Probe { return &switchable{took: 9 * time.Second} })})
		time.Sleep(10 * time.Minute)
		to := time.Now()
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		results, gaps := 0, 0
		for i := range 10 {
			r, g := store.assertCovered(t, fmt.Sprintf("site-%03d/front", i), every, from, to.Add(-2*every))
			results, gaps = results+r, gaps+g
		}
		if gaps < results {
			t.Fatalf("%d results and %d gaps: dropped slots must be told", results, gaps)
		}
	})
}

func TestClockStepIsARecord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, p := newMemory(), &switchable{}
		e, stop := begin(t, Config{Plan: planOf(1, func(int) probes.Probe { return p }), Store: store})
		time.Sleep(2*time.Minute + 300*time.Millisecond) // between two settlings
		before := e.Now()
		step := e.clock.Settle(time.Now().Add(time.Hour))
		e.reanchor(step)
		after := e.Now()
		if d := after.Sub(before); d < 59*time.Minute || d > 61*time.Minute {
			t.Fatalf("stepped %v", d)
		}
		time.Sleep(100 * time.Millisecond) // less than the next settling, which would step back
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, g := range store.gaps {
			if g.Reason == probes.ClockStep {
				n += int(g.To.Sub(g.From) / every)
			}
		}
		if n < 118 || n > 121 {
			t.Fatalf("%d slots jumped, want about 120", n)
		}
	})
}
