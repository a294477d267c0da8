package dashboard

import (
	"context"
	"encoding/json"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/probes"
)

// world is a Source and a History that tests arrange.
type world struct {
	mu        sync.Mutex
	sites     []compliance.Site
	snap      compliance.Snapshot
	health    MonitorHealth
	strips    map[string][]compliance.StripCell
	histories map[string]compliance.SiteHistory
	records   map[string]compliance.Record
	outages   []compliance.Outage // nil: one of alpha
	err       error               // of every read of the history
	floor     compliance.Desk     // the watch floor, with the alerts that stand
	gate      chan struct{}       // Now waits for it to be closed; nil: it does not wait
}

func (w *world) Sites() []compliance.Site { w.mu.Lock(); defer w.mu.Unlock(); return w.sites }

func (w *world) States() compliance.Snapshot { w.mu.Lock(); defer w.mu.Unlock(); return w.snap }

func (w *world) Open() []compliance.Alert { w.mu.Lock(); defer w.mu.Unlock(); return w.floor.Open }

func (w *world) Desk() compliance.Desk { w.mu.Lock(); defer w.mu.Unlock(); return w.floor }

func (w *world) Health() MonitorHealth { w.mu.Lock(); defer w.mu.Unlock(); return w.health }

func (w *world) Now() time.Time {
	w.mu.Lock()
	gate := w.gate
	w.mu.Unlock()
	if gate != nil {
		<-gate
	}
	return time.Now().UTC()
}

func (w *world) Record(site string) compliance.Record {
	w.mu.Lock()
	defer w.mu.Unlock()
	r := w.records[site]
	r.Site = site
	return r
}

func (w *world) Promises() compliance.Promises { return compliance.Promises{}.WithDefaults() }

func (w *world) Strips(context.Context, []string, time.Time, time.Time, int) (map[string][]compliance.StripCell, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.strips, w.err
}

func (w *world) Histories(context.Context, time.Time, time.Time) (map[string]compliance.SiteHistory, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.histories, w.err
}

func (w *world) Events(context.Context, time.Time, int) ([]compliance.Event, error) {
	return nil, w.err
}

func (w *world) Outages(context.Context, compliance.OutageQuery) ([]compliance.Outage, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.outages == nil {
		return []compliance.Outage{{ID: "alpha@1", Site: "alpha"}}, w.err
	}
	return w.outages, w.err
}

const everyMinute = time.Minute

// newWorld has two sites with one check each.
func newWorld() *world {
	w := &world{snap: compliance.Snapshot{Checks: map[string]compliance.CheckState{}, Sites: map[string]compliance.SiteState{}}}
	for _, id := range []string{"alpha", "beta"} {
		w.sites = append(w.sites, compliance.Site{
			ID: id, Name: compliance.Name{KO: "가", EN: id}, URL: "https://" + id + ".example/",
			Checks: []compliance.CheckSpec{{
				ID: id + "/front", Kind: "http", Target: "https://" + id + ".example/", Interval: everyMinute, Timeout: 10 * time.Second,
				Critical: true, Policy: compliance.Policy{}.WithDefaults(everyMinute, 10*time.Second),
			}},
		})
	}
	return w
}

func (w *world) hub() *Hub {
	return NewHub(HubConfig{Source: w, Notices: w, History: w, Alarms: w, Head: Head{Organisation: compliance.Name{KO: "협회", EN: "Association"}, Languages: []string{"ko", "en"}}, Version: "1"})
}

// live runs the hub in the bubble until the test ends and waits for its first wall.
func (w *world) live(t *testing.T) *Hub {
	t.Helper()
	h := w.hub()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- h.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	synctest.Wait()
	return h
}

// looked is the change that a passing or failing look of a site's check brings about.
func looked(site string, at time.Time, why probes.Reason) compliance.Change {
	id := site + "/front"
	r := probes.Result{Check: id, Vantage: "local", Slot: at, Start: at, Duration: 40 * time.Millisecond, Reason: why, Outcome: why.Outcome()}
	return compliance.Change{Site: site, Results: []probes.Result{r}, Checks: []compliance.CheckState{{
		Check: id, Since: at, Status: compliance.StatusUp,
		Views: []compliance.View{{Vantage: "local", Slot: at, SeenAt: at, KnownAt: at, Outcome: r.Outcome, Reason: why, Duration: r.Duration}},
	}}}
}

// broke is the change that opens a site's outage.
func broke(site string, at time.Time) compliance.Change {
	c := looked(site, at, probes.ConnectRefused)
	o := compliance.Outage{ID: site + "@1", Site: site, Start: at, ConfirmedAt: at.Add(time.Second), Reason: probes.ConnectRefused, Checks: []string{site + "/front"}}
	of := o
	of.ID, of.Check = site+"/front@1", site+"/front"
	c.Checks[0].Outage, c.Checks[0].Status = &of, compliance.StatusDown
	c.Outages = []compliance.Outage{of, o}
	c.State = &compliance.SiteState{Site: site, Outage: &o, Status: compliance.StatusDown, Since: at}
	c.Events = []compliance.Event{{Kind: compliance.OutageOpened, Site: site, At: at, SeenAt: at.Add(time.Second), Outage: o.ID, Status: compliance.StatusDown, Reason: o.Reason}}
	return c
}

func decode(t *testing.T, b []byte) Message {
	t.Helper()
	var m Message
	if err := json.Unmarshal(b, &m); err != nil {
		t.Fatalf("%v in %s", err, b)
	}
	return m
}

// enter joins as a client and returns what it is told first.
func enter(t *testing.T, h *Hub, epoch, seq string) (*client, []Message) {
	t.Helper()
	c := &client{out: make(chan []byte, clientLag), gone: make(chan struct{})}
	first, err := h.join(c, epoch, seq)
	if err != nil {
		t.Fatal(err)
	}
	var out []Message
	for _, b := range first {
		out = append(out, decode(t, b))
	}
	return c, out
}

// heard returns the deltas that wait for a client.
func heard(t *testing.T, c *client) (out []Message) {
	t.Helper()
	for {
		select {
		case b := <-c.out:
			if m := decode(t, b); m.Type != "beat" {
				out = append(out, m)
			}
		default:
			return out
		}
	}
}

// settle lets the hub send what it has collected.
func settle() {
	time.Sleep(coalesce + time.Millisecond) // the bubble's time
	synctest.Wait()
}
