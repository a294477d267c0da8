package monitor

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/probes"
	"github.com/charterwatch/charterwatch/scanners"
)

// Metrics is a Prometheus collector and a sink of the engine: it remembers each check's
// latest result and reads everything else when it is scraped. Probe metrics have
// blackbox_exporter's names, so that existing dashboards and rules work; everything else is
// charterwatch_*. Labels are bounded by the configuration: job (the site), instance (the
// target), check and vantage; reasons are a closed set.
type Metrics struct {
	engine  *Engine
	version string
	reload  func() (ok bool, at time.Time)

	latest latest
	d      descriptions
}

// NewMetrics returns a collector. Attach it to its engine with [Metrics.Watch] before the
// first scrape. reload tells how the last reading of the configuration went.
func NewMetrics(version string, reload func() (ok bool, at time.Time)) *Metrics {
	return &Metrics{version: version, reload: reload, d: describe(&catalogue{}), latest: latest{results: map[[2]string]probes.Result{}}}
}

// Watch sets the engine to report on.
func (m *Metrics) Watch(e *Engine) { m.engine = e }

// Publish remembers the latest results; it implements [Sink].
func (m *Metrics) Publish(c compliance.Change) {
	m.latest.mu.Lock()
	defer m.latest.mu.Unlock()
	for _, r := range c.Results {
		r.Capture = nil // not needed, and not small
		m.latest.results[[2]string{r.Check, r.Vantage}] = r
	}
}

// Describe implements prometheus.Collector: the set of series depends on the configuration.
func (m *Metrics) Describe(ch chan<- *prometheus.Desc) { ch <- m.d.build }

// Collect implements prometheus.Collector.
func (m *Metrics) Collect(ch chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	gauge(m.d.build, 1, m.version)
	ok, at := m.reload()
	gauge(m.d.reloadOK, number(ok))
	if !at.IsZero() {
		gauge(m.d.reloadAt, seconds(at))
	}
	if m.engine == nil {
		return
	}
	m.own(ch, gauge)
	if end := m.engine.holidaysEnd(); !end.IsZero() {
		gauge(m.d.holidaysEnd, seconds(end))
	}
	now, states := m.engine.Now(), m.engine.States()
	watched, known := 0, 0
	for _, s := range m.engine.Sites() {
		m.site(gauge, s, states, now)
		for _, c := range s.Checks {
			watched++
			if states.Checks[c.ID].StatusAt(now, c.Policy) != compliance.StatusUnknown {
				known++
			}
		}
	}
	if watched > 0 {
		gauge(m.d.coverage, float64(known)/float64(watched))
	}
}

// own reports on the monitor itself.
func (m *Metrics) own(ch chan<- prometheus.Metric, gauge emit) {
	s, h := m.engine.stats, m.engine.Health()
	count := func(d *prometheus.Desc, v uint64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(v), labels...)
	}
	count(m.d.looks, h.Looks)
	count(m.d.missed, h.MissedSlots)
	count(m.d.committed, s.committed.Load())
	count(m.d.commitErrors, s.commitErrors.Load())
	count(m.d.rejected, s.rejected.Load())
	count(m.d.overflow, s.overflow.Load())
	count(m.d.clockSteps, s.clockSteps.Load())
	gauge(m.d.queue, float64(h.Queue))
	gauge(m.d.trouble, number(h.Trouble))
	gauge(m.d.uplink, number(h.UplinkDown.IsZero()))
	if !h.LastCommit.IsZero() {
		gauge(m.d.lastCommit, seconds(h.LastCommit))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	ch <- prometheus.MustNewConstHistogram(m.d.commits, s.commits.count, s.commits.sum, s.commits.cumulative())
	ch <- prometheus.MustNewConstHistogram(m.d.lateness, s.lateness.count, s.lateness.sum, s.lateness.cumulative())
	for _, j := range m.engine.cfg.Jobs {
		count(m.d.jobErrors, s.jobErrors[j.Name], j.Name)
	}
}

// site reports on one site and its checks.
func (m *Metrics) site(gauge emit, s compliance.Site, states compliance.Snapshot, now time.Time) {
	at := compliance.SiteStatusAt(s, states.Sites[s.ID], func(id string) compliance.CheckState { return states.Checks[id] }, now)
	for _, status := range []compliance.Status{compliance.StatusUnknown, compliance.StatusUp, compliance.StatusDegraded, compliance.StatusDown} {
		gauge(m.d.siteStatus, number(status == at), s.ID, status.String())
	}
	if o := states.Sites[s.ID].Outage; o != nil {
		gauge(m.d.outageStart, seconds(o.Start), s.ID)
	}
	m.notices(gauge, s, states.Sites[s.ID], now)
	for _, c := range s.Checks {
		for _, v := range states.Checks[c.ID].Views {
			m.check(gauge, c, v, now)
		}
	}
}

// notices reports on a site's boards, its work and its clocks.
func (m *Metrics) notices(gauge emit, s compliance.Site, state compliance.SiteState, now time.Time) {
	r := m.engine.Record(s.ID)
	for _, b := range s.Boards {
		st := m.engine.BoardState(b.ID)
		if st.SeenAt.IsZero() {
			continue
		}
		gauge(m.d.boardReadable, number(st.Status == scanners.BoardOK), s.ID, b.ID)
		gauge(m.d.boardSeen, seconds(st.SeenAt), s.ID, b.ID)
	}
	if len(r.Boards)+len(r.Statements) == 0 {
		return
	}
	p, zone := m.engine.Promises()
	plans, unclear := r.Plans(p, zone), 0
	for _, x := range plans {
		if x.Review {
			unclear++
		}
	}
	gauge(m.d.review, float64(unclear), s.ID)
	if part, ok := compliance.WorkAt(plans, compliance.Terms{Zone: zone, Promises: p}, now); ok {
		gauge(m.d.workNow, 1, s.ID, part.Part.String())
	}
	told := map[compliance.ClockKind]bool{}
	for _, c := range r.Clocks(plans, state.Outage, p, now) { // by limit
		if !told[c.Kind] {
			told[c.Kind] = true
			gauge(m.d.clockLimit, seconds(c.Limit), s.ID, string(c.Kind))
			gauge(m.d.clockMet, number(!c.Met.IsZero()), s.ID, string(c.Kind))
		}
	}
}

// check reports the latest look of one vantage, as long as it is fresh: a probe_success that
// stands still would be a claim about the present.
func (m *Metrics) check(gauge emit, c compliance.CheckSpec, v compliance.View, now time.Time) {
	l := []string{compliance.SiteOf(c.ID), c.Target, c.ID, v.Vantage}
	if !v.SeenAt.IsZero() {
		gauge(m.d.seen, seconds(v.SeenAt), l...)
	}
	if now.Sub(v.SeenAt) > c.Policy.Fresh || v.Outcome == probes.Unknown {
		gauge(m.d.known, 0, l...)
		return
	}
	gauge(m.d.known, 1, l...)
	m.d.verdict(gauge, v.Outcome == probes.Pass, v.Duration, l)
	if v.Outcome == probes.Fail {
		gauge(m.d.failing, 1, append(l, v.Reason.String())...)
	}
	m.latest.mu.Lock()
	r, ok := m.latest.results[[2]string{c.ID, v.Vantage}]
	m.latest.mu.Unlock()
	if ok {
		m.d.facts(gauge, c.Kind, r, l)
	}
}

func number(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }
