package dashboard

import (
	"slices"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/probes"
)

const (
	stripCells = 96
	maxEvents  = 50
	maxSamples = 2000 // durations kept for the p95 of the current cell

	widestCell = 15 * time.Minute
)

// cellWidth is how long a strip's cells last when the first look was so long ago: a full
// strip covers 24 hours, but a monitor that has watched for minutes shows minutes.
func cellWidth(age time.Duration) time.Duration {
	for _, w := range []time.Duration{10 * time.Second, time.Minute, 5 * time.Minute} {
		if age < (stripCells-1)*w {
			return w
		}
	}
	return widestCell
}

// model is the wall as the server knows it. It belongs to the hub's goroutine.
type model struct {
	sites  []compliance.Site
	zone   *time.Location
	since  time.Time     // the first look on the strips
	width  time.Duration // of a strip's cells
	checks map[string]*checkModel
	states map[string]compliance.SiteState
	months map[string]Availability
	events []Event
	groups []Group
	alarm  map[string]bool // outages that the store does not take
	alerts *AlertsNow      // as they were told

	notices  Notices
	meanings map[string]meaning  // by site
	boardsOf map[string][]string // by board: the sites that it speaks of
	told     map[string]string   // by site: what was told of it that changes with time
	timeline string              // plans and boards as they were told
}

// checkModel is one check's live state and strip.
type checkModel struct {
	spec  compliance.CheckSpec
	state compliance.CheckState
	width time.Duration
	first time.Time // start of cell 0
	cells [stripCells]cellModel
	dirty time.Time // start of the first cell that changed since the clients were told
}

// cellModel counts the slots of one cell.
type cellModel struct {
	pass, fail, unknown int
	p95                 int32
	samples             []int32 // of the cell that is being filled
}

func (c *cellModel) letter() byte {
	switch {
	case c.pass+c.fail+c.unknown == 0:
		return '-'
	case c.pass == 0 && c.fail == 0:
		return 'x'
	case c.fail > c.pass:
		return 'd'
	case c.fail > 0:
		return 'f'
	case c.unknown > c.pass:
		return 'x'
	default:
		return 'u'
	}
}

func newModel(sites []compliance.Site, snap compliance.Snapshot, notices Notices, zone *time.Location, since, now time.Time) *model {
	m := &model{
		sites: sites, zone: zone, since: since, width: cellWidth(now.Sub(since)), checks: map[string]*checkModel{}, states: map[string]compliance.SiteState{},
		months: map[string]Availability{}, alarm: map[string]bool{}, notices: notices,
		meanings: map[string]meaning{}, boardsOf: map[string][]string{}, told: map[string]string{},
	}
	first := stripFrom(now, m.width)
	for _, s := range sites {
		m.states[s.ID] = snap.Sites[s.ID]
		for _, c := range s.Checks {
			cm := &checkModel{spec: c, state: snap.Checks[c.ID], width: m.width, first: first}
			for i := range cm.cells {
				cm.cells[i].p95 = -1
			}
			m.checks[c.ID] = cm
		}
	}
	m.regroup()
	m.recall(now)
	return m
}

// stripFrom is where a strip begins whose last cell holds now.
func stripFrom(now time.Time, width time.Duration) time.Time {
	return now.Truncate(width).Add(-(stripCells - 1) * width)
}

// fill takes over the strip as the store remembers it.
func (c *checkModel) fill(cells []compliance.StripCell) {
	for _, s := range cells {
		i := int(s.From.Sub(c.first) / c.width)
		if i < 0 || i >= stripCells || s.From.Before(c.first) {
			continue
		}
		c.cells[i] = cellModel{pass: s.Pass, fail: s.Fail, unknown: s.Unknown, p95: -1}
		if s.Pass > 0 {
			c.cells[i].p95 = int32(max(s.P95.Milliseconds(), 1))
		}
	}
}

// cell returns the cell that holds t, moving the strip on if need be; nil for times
// before the strip.
func (c *checkModel) cell(t time.Time) *cellModel {
	if t.Before(c.first) {
		return nil
	}
	i := int(t.Sub(c.first) / c.width)
	if shift := i - (stripCells - 1); shift > 0 {
		c.first = c.first.Add(time.Duration(shift) * c.width)
		shift = min(shift, stripCells)
		copy(c.cells[:], c.cells[shift:])
		for k := stripCells - shift; k < stripCells; k++ {
			c.cells[k] = cellModel{p95: -1}
		}
		i = stripCells - 1
	}
	return &c.cells[i]
}

// see counts a slot's result.
func (c *checkModel) see(r probes.Result) {
	cell := c.cell(r.Slot)
	if cell == nil || r.Attempt != 0 {
		return
	}
	c.mark(r.Slot)
	if r.Outcome == probes.Fail {
		cell.fail++
		return
	}
	cell.pass++
	if len(cell.samples) < maxSamples {
		cell.samples = append(cell.samples, int32(max(r.Duration.Milliseconds(), 1)))
	}
	sorted := slices.Sorted(slices.Values(cell.samples))
	cell.p95 = sorted[(len(sorted)*95+99)/100-1]
}

// miss counts the slots of a gap, cell by cell.
func (c *checkModel) miss(g compliance.Gap) {
	slots := probes.SlotsOf(c.spec.ID, c.spec.Interval)
	for at := slots.Ceil(g.From); at.Before(g.To); {
		next := at.Truncate(c.width).Add(c.width)
		if g.To.Before(next) {
			next = g.To
		}
		if cell := c.cell(at); cell != nil {
			cell.unknown += slots.Count(at, next)
			c.mark(at)
		}
		at = slots.Ceil(next)
	}
}

// mark notes that the cell of t changed.
func (c *checkModel) mark(t time.Time) {
	if start := t.Truncate(c.width); c.dirty.IsZero() || start.Before(c.dirty) {
		c.dirty = start
	}
}

// changes returns the cells that changed since it was last called, up to the current one.
func (c *checkModel) changes(now time.Time) []Cell {
	c.cell(now) // moves the strip on
	i := stripCells - 1
	if !c.dirty.IsZero() {
		i = min(i, int(max(c.dirty.Sub(c.first), 0)/c.width))
	}
	c.dirty = time.Time{}
	var out []Cell
	for ; i < stripCells; i++ {
		out = append(out, Cell{From: millis(c.first.Add(time.Duration(i) * c.width)), State: string(c.cells[i].letter()), P95: c.cells[i].p95})
	}
	return out
}

func (c *checkModel) delta(now time.Time) CheckDelta {
	d := CheckDelta{ID: c.spec.ID, Status: c.state.StatusAt(now, c.spec.Policy), Since: millis(c.state.Since)}
	for _, v := range c.state.Views {
		if seen := millis(v.SeenAt); seen >= d.SeenAt && seen > 0 {
			d.SeenAt, d.Reason, d.Detail = seen, v.Reason, v.Detail
			d.DurationMS = float64(v.Duration.Microseconds()) / 1000
		}
	}
	if c.state.Outage != nil {
		d.Outage = wireOutage(*c.state.Outage)
	}
	return d
}

func (c *checkModel) wire(now time.Time) Check {
	c.cell(now) // moves the strip on
	out := Check{
		Kind: c.spec.Kind, Target: c.spec.Target, Critical: c.spec.Critical, IntervalMS: c.spec.Interval.Milliseconds(),
		CheckDelta: c.delta(now), Strip: Strip{From: millis(c.first), CellMS: c.width.Milliseconds(), P95: make([]int32, stripCells)},
	}
	letters := make([]byte, stripCells)
	for i := range c.cells {
		letters[i], out.Strip.P95[i] = c.cells[i].letter(), c.cells[i].p95
	}
	out.Strip.States = string(letters)
	return out
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func wireOutage(o compliance.Outage) *Outage {
	return &Outage{
		ID: o.ID, Site: o.Site, Check: o.Check, Start: millis(o.Start), ConfirmedAt: millis(o.ConfirmedAt),
		RecoveringSince: millis(o.RecoveringSince), End: millis(o.End), Reason: o.Reason, Cause: o.Cause, Checks: o.Checks,
	}
}

func (m *model) wireEvent(e compliance.Event) Event {
	out := Event{
		Kind: e.Kind, Site: e.Site, Check: e.Check, At: millis(e.At), SeenAt: millis(e.SeenAt), Outage: e.Outage,
		Status: e.Status, Reason: e.Reason, Count: e.Count, Subject: e.Subject, Clock: e.Clock, Limit: millis(e.Limit), Said: e.Said,
	}
	switch {
	case e.Subject == "":
	case e.Site == compliance.MonitorScope:
		out.Title = m.saidTitle(e.Subject)
	default:
		out.Title = m.meanings[e.Site].title(e.Subject)
	}
	return out
}

func (m *model) checkState(id string) compliance.CheckState {
	if c := m.checks[id]; c != nil {
		return c.state
	}
	return compliance.CheckState{}
}

func (m *model) siteDelta(s compliance.Site, now time.Time) SiteDelta {
	state := m.states[s.ID]
	d := SiteDelta{ID: s.ID, Status: compliance.SiteStatusAt(s, state, m.checkState, now), Since: millis(state.Since)}
	d.ClosedNow = m.meanings[s.ID].closed(now)
	if state.Outage != nil {
		d.Outage = wireOutage(*state.Outage)
		if d.Outage.Uncommitted = m.alarm[state.Outage.ID]; d.Outage.Uncommitted {
			d.Status = compliance.StatusDown // the checks' states on record do not know it yet
		}
		d.Outage.Part = m.meanings[s.ID].part(*state.Outage, now).String()
	}
	d.Clocks, d.Work = m.meanings[s.ID].clocks(state.Outage, now), m.meanings[s.ID].work(now)
	return d
}

// regroup finds out anew which open outages belong together, and says whether that changed.
func (m *model) regroup() bool {
	var open []compliance.Outage
	deps := map[string][]string{}
	for _, s := range m.sites {
		deps[s.ID] = s.DependsOn
		if o := m.states[s.ID].Outage; o != nil {
			open = append(open, *o)
		}
	}
	groups := []Group{}
	for _, g := range compliance.GroupOutages(open, deps) {
		groups = append(groups, Group{Dependency: g.Dependency, Cause: g.Cause, Outages: g.Outages, Start: millis(g.Start)})
	}
	same := slices.EqualFunc(groups, m.groups, func(a, b Group) bool {
		return a.Dependency == b.Dependency && a.Cause == b.Cause && a.Start == b.Start && slices.Equal(a.Outages, b.Outages)
	})
	m.groups = groups
	return !same
}

// touched is what a batch of changes touched.
type touched struct {
	checks, sites map[string]bool
	events        []Event
	alarms        bool // alerts, or what people said
}

func newTouched() *touched { return &touched{checks: map[string]bool{}, sites: map[string]bool{}} }

// apply takes a change into the model.
func (m *model) apply(c compliance.Change, t *touched) {
	if c.Uncommitted {
		m.alarmed(c, t)
		return
	}
	m.reread(c, t)
	t.alarms = t.alarms || len(c.Alerts)+len(c.Statements) > 0
	for _, r := range c.Results {
		if cm := m.checks[r.Check]; cm != nil {
			cm.see(r)
		}
	}
	for _, g := range c.Gaps {
		if cm := m.checks[g.Check]; cm != nil {
			cm.miss(g)
			t.checks[g.Check] = true
		}
	}
	for _, s := range c.Checks {
		if cm := m.checks[s.Check]; cm != nil {
			cm.state = s
			t.checks[s.Check] = true
		}
	}
	told := map[string]bool{}
	for _, o := range c.Outages {
		told[o.ID] = m.alarm[o.ID]
		delete(m.alarm, o.ID) // on record now
	}
	if c.State != nil && c.Site != compliance.MonitorScope {
		m.states[c.Site] = *c.State
		t.sites[c.Site] = true
	}
	for _, e := range c.Events {
		if e.Kind == compliance.OutageOpened && told[e.Outage] {
			continue // noted when the store did not take it
		}
		if !m.worthTelling(e) {
			continue
		}
		m.note(m.wireEvent(e), t)
	}
}

// alarmed shows an outage that the store does not take.
func (m *model) alarmed(c compliance.Change, t *touched) {
	for _, o := range c.Outages {
		s := m.states[c.Site]
		onRecord := s.Outage != nil && s.Outage.ID == o.ID
		if o.Check != "" || onRecord {
			continue
		}
		m.alarm[o.ID] = true
		s.Outage, s.Status = &o, compliance.StatusDown
		m.states[c.Site] = s
		t.sites[c.Site] = true
		m.note(Event{
			Kind: compliance.OutageOpened, Site: o.Site, At: millis(o.Start), SeenAt: millis(o.ConfirmedAt), Outage: o.ID,
			Status: compliance.StatusDown, Reason: o.Reason,
		}, t)
	}
}

// alarms are the outages that the store does not take, as they were told.
func (m *model) alarms() (out []compliance.Change) {
	for _, site := range m.sites {
		if o := m.states[site.ID].Outage; o != nil && m.alarm[o.ID] {
			out = append(out, compliance.Change{Site: site.ID, Outages: []compliance.Outage{*o}, Uncommitted: true})
		}
	}
	return out
}

func (m *model) note(e Event, t *touched) {
	m.events = append(m.events, e)
	m.events = m.events[max(0, len(m.events)-maxEvents):]
	t.events = append(t.events, e)
}
