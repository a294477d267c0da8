package dashboard

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
)

const (
	coalesce   = 200 * time.Millisecond // changes are collected for so long
	beatEvery  = 5 * time.Second
	monthEvery = 30 * time.Second
	ringSize   = 512  // deltas kept for clients that resume
	inbox      = 8192 // changes that may wait for the hub
	clientLag  = 64   // messages that may wait for a client
)

// Source is the engine as the wall sees it. Its methods are quick and safe for
// concurrent use.
type Source interface {
	Sites() []compliance.Site
	States() compliance.Snapshot
	Now() time.Time
	Health() MonitorHealth
}

// History is what the store remembers.
type History interface {
	Strips(ctx context.Context, checks []string, from, to time.Time, buckets int) (map[string][]compliance.StripCell, error)
	Histories(ctx context.Context, from, to time.Time) (map[string]compliance.SiteHistory, error)
	Events(ctx context.Context, since time.Time, limit int) ([]compliance.Event, error)
	Outages(ctx context.Context, q compliance.OutageQuery) ([]compliance.Outage, error)
}

// Hub keeps the wall's model up to date and tells the clients of the live feed. It is a
// sink of the engine: Publish never blocks. If changes come faster than they can be taken
// in, the hub starts over from the source with a new epoch.
type Hub struct {
	cfg   HubConfig
	in    chan compliance.Change
	reset chan struct{}

	mu       sync.RWMutex // guards what clients read
	epoch    string
	seq      uint64
	ring     [][]byte // the latest deltas; the last has number seq
	snapshot []byte   // wall as of seq, without its head; nil: to be made
	clients  map[*client]bool
	model    *model
	health   MonitorHealth
	head     *Head // to be taken over by the next load
}

// Head is what the wall says of whom it is for.
type Head struct {
	Organisation compliance.Name
	Zone         *time.Location // nil means UTC
	Languages    []string       // the first prevails
}

// Notices is what is on record of maintenance and outages, and what was promised about
// them. Its methods are quick and safe for concurrent use; what they return is not modified.
type Notices interface {
	// Record is what is known of a site up to the latest change that was published.
	Record(site string) compliance.Record
	Promises() compliance.Promises
}

// HubConfig of a [Hub]. Source, Notices and History are required.
type HubConfig struct {
	Source  Source
	Notices Notices
	History History
	Alarms  Alarms // nil: there are no alerts, no roster and nobody on call
	Head
	Version string
	Demo    bool
	Logger  *slog.Logger
}

var errNotReady = errors.New("the wall is not ready yet")

// NewHub returns a hub; Run makes it live.
func NewHub(c HubConfig) *Hub {
	if c.Zone == nil {
		c.Zone = time.UTC
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Alarms == nil {
		c.Alarms = nobody{}
	}
	return &Hub{cfg: c, in: make(chan compliance.Change, inbox), reset: make(chan struct{}, 1), clients: map[*client]bool{}}
}

// Publish takes a change in without blocking.
func (h *Hub) Publish(c compliance.Change) {
	select {
	case h.in <- c:
	default:
		h.Reset()
	}
}

// Reset has the hub start over from its source, as after a reload of the configuration.
func (h *Hub) Reset() {
	select {
	case h.reset <- struct{}{}:
	default:
	}
}

// Restart is Reset under a new head.
func (h *Hub) Restart(head Head) {
	h.mu.Lock()
	h.head = &head
	h.mu.Unlock()
	h.Reset()
}

// Run keeps the model until ctx ends.
func (h *Hub) Run(ctx context.Context) error {
	h.load(ctx)
	beat, month := time.NewTicker(beatEvery), time.NewTicker(monthEvery)
	defer beat.Stop()
	defer month.Stop()
	for {
		select {
		case c := <-h.in:
			h.take(ctx, c)
		case <-h.reset:
			h.load(ctx)
		case <-beat.C:
			h.pass()
			h.beat()
		case <-month.C:
			if h.outgrown() {
				h.load(ctx)
			} else {
				h.months(ctx)
			}
		case <-ctx.Done():
			h.dropAll()
			return nil
		}
	}
}

// load makes the model anew, with a new epoch: clients start over from a snapshot.
func (h *Hub) load(ctx context.Context) {
	alarms := h.drain()
	h.mu.Lock()
	if h.head != nil {
		h.cfg.Head, h.head = *h.head, nil
		if h.cfg.Zone == nil {
			h.cfg.Zone = time.UTC
		}
	}
	h.mu.Unlock()
	now := h.cfg.Source.Now()
	sites := h.cfg.Source.Sites()
	strips, since, err := h.strips(ctx, sites, now)
	if err != nil && ctx.Err() == nil {
		h.cfg.Logger.Error("the wall starts without its last 24 hours", "err", err)
	}
	m := newModel(sites, h.cfg.Source.States(), h.cfg.Notices, h.cfg.Zone, since, now)
	for id, cells := range strips {
		m.checks[id].fill(cells)
	}
	events, err := h.cfg.History.Events(ctx, now.Add(-7*24*time.Hour), 0)
	if err != nil && ctx.Err() == nil {
		h.cfg.Logger.Error("the wall starts without its events", "err", err)
	}
	for _, e := range events {
		if m.worthTelling(e) {
			m.events = append(m.events, m.wireEvent(e))
		}
	}
	m.events = m.events[max(0, len(m.events)-maxEvents):]
	m.months = h.accounts(ctx, sites, now)
	if h.model != nil && h.cfg.Source.Health().Trouble {
		alarms = append(h.model.alarms(), alarms...)
	}
	for _, c := range alarms {
		m.apply(c, newTouched())
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	m.alerts = h.alarmsNow(now)
	m.alerts.Changed = millis(now)
	h.model, h.health = m, h.healthNow()
	h.epoch, h.seq, h.ring, h.snapshot = rand.Text(), 0, nil, nil
	for c := range h.clients {
		c.drop()             // it comes back and gets the snapshot
		delete(h.clients, c) // the new epoch's deltas are not for it
	}
}

// strips reads the checks' strips, in cells as wide as the history is long, and when the
// first look on them was: now, if there was none.
func (h *Hub) strips(ctx context.Context, sites []compliance.Site, now time.Time) (map[string][]compliance.StripCell, time.Time, error) {
	var ids []string
	for _, s := range sites {
		for _, c := range s.Checks {
			ids = append(ids, c.ID)
		}
	}
	read := func(width time.Duration) (map[string][]compliance.StripCell, error) {
		from := stripFrom(now, width)
		return h.cfg.History.Strips(ctx, ids, from, from.Add(stripCells*width), stripCells)
	}
	strips, err := read(widestCell)
	if err != nil {
		return nil, now, err
	}
	since := now
	for _, cells := range strips {
		i := slices.IndexFunc(cells, func(c compliance.StripCell) bool { return c.Pass+c.Fail+c.Unknown > 0 })
		if i >= 0 && cells[i].From.Before(since) {
			since = cells[i].From
		}
	}
	if width := cellWidth(now.Sub(since)); width != widestCell {
		strips, err = read(width)
	}
	return strips, since, err
}

// outgrown reports whether the strips no longer reach back to the first look although
// wider cells would.
func (h *Hub) outgrown() bool {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return cellWidth(h.cfg.Source.Now().Sub(h.model.since)) != h.model.width
}

// drain empties the inbox before the model is read anew: what waits there is durable, so
// the source and the history know it, and counting it again would be wrong. What the store
// does not take is known from here alone, and is returned.
func (h *Hub) drain() (alarms []compliance.Change) {
	for {
		select {
		case c := <-h.in:
			if c.Uncommitted {
				alarms = append(alarms, c)
			}
		default:
			return alarms
		}
	}
}

// take collects changes for a moment and tells the clients of all at once.
func (h *Hub) take(ctx context.Context, c compliance.Change) {
	t := newTouched()
	h.mu.Lock()
	h.model.apply(c, t)
	h.mu.Unlock()
	wait := time.NewTimer(coalesce)
	defer wait.Stop()
	for waiting := true; waiting; {
		select {
		case c := <-h.in:
			h.mu.Lock()
			h.model.apply(c, t)
			h.mu.Unlock()
		case <-wait.C:
			waiting = false
		case <-ctx.Done():
			waiting = false
		}
	}
	h.tell(t)
}

// tell sends what was touched as one delta.
func (h *Hub) tell(t *touched) {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := h.cfg.Source.Now()
	h.health = h.healthNow()
	msg := Message{Type: "delta", Events: t.events, Monitor: &h.health}
	for _, s := range h.model.sites {
		any := t.sites[s.ID]
		for _, c := range s.Checks {
			if t.checks[c.ID] {
				cm := h.model.checks[c.ID]
				d := cm.delta(now)
				d.Cells = cm.changes(now)
				msg.Checks = append(msg.Checks, d)
				any = true
			}
		}
		if any {
			d := h.model.siteDelta(s, now)
			h.model.told[s.ID] = timely(d)
			msg.Sites = append(msg.Sites, d)
		}
	}
	msg.Plans, msg.Boards = h.model.replan(now)
	if t.alarms {
		msg.Alerts = h.realarm(now)
	}
	if h.model.regroup() {
		groups := h.model.groups
		msg.Groups = &groups
	}
	h.send(msg, now)
}

// healthNow asks for the monitor's health, with the coverage of the month.
func (h *Hub) healthNow() MonitorHealth {
	out := h.cfg.Source.Health()
	out.Coverage = h.health.Coverage
	return out
}

// send numbers a delta, keeps it for those who resume, and passes it on. h.mu is held.
func (h *Hub) send(msg Message, now time.Time) {
	h.seq++
	msg.Seq, msg.Now = h.seq, millis(now)
	b, err := json.Marshal(msg)
	if err != nil {
		h.cfg.Logger.Error("a delta cannot be written as JSON", "err", err) // clients see the gap and start over
		return
	}
	h.ring = append(h.ring, b)
	h.ring = h.ring[max(0, len(h.ring)-ringSize):]
	h.snapshot = nil
	h.broadcast(b)
}

func (h *Hub) broadcast(b []byte) {
	for c := range h.clients {
		select {
		case c.out <- b:
		default:
			c.drop() // too slow: it may resume
		}
	}
}

// pass tells of what changed by the passing of time alone: a window began or ended, a
// clock ran out, a shift is another.
func (h *Hub) pass() {
	now := h.cfg.Source.Now()
	h.mu.RLock()
	t := h.model.passed(now)
	if h.alarmed(now) {
		if t == nil {
			t = newTouched()
		}
		t.alarms = true
	}
	h.mu.RUnlock()
	if t != nil {
		h.tell(t)
	}
}

// beat tells the clients that the feed is alive. Statuses that changed by the passing of
// time alone arrive as changes from the engine.
func (h *Hub) beat() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.health = h.healthNow()
	b, err := json.Marshal(Message{Type: "beat", Seq: h.seq, Now: millis(h.cfg.Source.Now()), Monitor: &h.health})
	if err != nil {
		h.cfg.Logger.Error("a beat cannot be written as JSON", "err", err)
		return
	}
	h.broadcast(b)
}

// months computes the sites' accounts of the month anew.
func (h *Hub) months(ctx context.Context) {
	now := h.cfg.Source.Now()
	h.mu.RLock()
	sites := h.model.sites
	h.mu.RUnlock()
	months := h.accounts(ctx, sites, now)
	if months == nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.model.months = months
	msg := Message{Type: "delta"}
	for _, s := range sites {
		msg.Months = append(msg.Months, MonthDelta{s.ID, months[s.ID]})
	}
	h.send(msg, now)
}

// wall returns the whole wall as a snapshot message.
func (h *Hub) wall() ([]byte, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.wallNow()
}

// wallNow is wall for who holds h.mu.
func (h *Hub) wallNow() ([]byte, error) {
	if h.model == nil {
		return nil, errNotReady
	}
	if h.snapshot != nil {
		return h.snapshot, nil
	}
	now := h.cfg.Source.Now()
	w := &Wall{
		Organisation: h.cfg.Organisation, Zone: h.cfg.Zone.String(), Languages: h.cfg.Languages, Version: h.cfg.Version,
		Demo: h.cfg.Demo, Monitor: h.health, Sites: []Site{}, Groups: h.model.groups, Events: append([]Event{}, h.model.events...),
		Plans: h.model.plans(now), Boards: h.model.boards(), Alerts: h.model.alerts,
	}
	for _, s := range h.model.sites {
		site := Site{Name: s.Name, URL: s.URL, Owner: s.Owner, SiteDelta: h.model.siteDelta(s, now), Month: h.model.months[s.ID], Checks: []Check{}}
		for _, c := range s.Checks {
			site.Checks = append(site.Checks, h.model.checks[c.ID].wire(now))
		}
		w.Sites = append(w.Sites, site)
	}
	b, err := json.Marshal(Message{Type: "snapshot", Epoch: h.epoch, Seq: h.seq, Now: millis(now), Wall: w})
	if err != nil {
		return nil, fmt.Errorf("write the wall as JSON: %w", err)
	}
	h.snapshot = b
	return b, nil
}
