package alerts

import (
	"fmt"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics is a Prometheus collector: it reads everything when it is scraped. Labels are
// bounded by closed sets and by the configuration. Alertmanager's own metrics come beside it
// under their own names.
type metrics struct {
	s *Service
	d descriptions
}

type descriptions struct {
	owed, receipts, unwritten, lost, reloadOK, reloadAt, failing *prometheus.Desc
	queue, sent, dropped, steps, beat, beatFailures              *prometheus.Desc
	pass, saveErrors                                             *prometheus.Desc
}

// family is a metric as people are told of it.
type family struct {
	name, help, kind string
	labels           []string
}

type catalogue struct{ families []family }

func (c *catalogue) add(kind, name, help string, labels ...string) *prometheus.Desc {
	name = "charterwatch_alerting_" + name
	c.families = append(c.families, family{name, help, kind, labels})
	return prometheus.NewDesc(name, help, labels, nil)
}

func describe(c *catalogue) descriptions {
	return descriptions{
		owed:         c.add("gauge", "owed", "Alerts that people are to be told of. state: firing, acknowledged, held (announced work), resolved (its end is still sent), uncommitted.", "rule", "severity", "state"),
		receipts:     c.add("counter", "receipts_total", "Notifications, by what became of them: delivered, failing (tried again), failed.", "channel", "status"),
		unwritten:    c.add("gauge", "receipts_unwritten", "Receipts that the store has not taken yet."),
		lost:         c.add("counter", "receipts_lost_total", "Receipts that were given up because too many waited for the store."),
		reloadOK:     c.add("gauge", "last_reload_successful", "Whether the last reading of routes, receivers and people on call was accepted."),
		reloadAt:     c.add("gauge", "last_reload_success_timestamp_seconds", "When those in force were read."),
		failing:      c.add("gauge", "receivers_failing", "Receivers that have taken nothing for 15 minutes.", "channel"),
		queue:        c.add("gauge", "member_queue_alerts", "Alerts that wait for an Alertmanager of the cluster.", "member"),
		sent:         c.add("counter", "member_sent_alerts_total", "Alerts that it took.", "member"),
		dropped:      c.add("counter", "member_dropped_alerts_total", "Alerts that were dropped because too many waited for it.", "member"),
		steps:        c.add("counter", "escalation_steps_total", "Messages of escalations beyond the first step (told), and steps in which nobody could be told (nobody).", "escalation", "outcome"),
		beat:         c.add("gauge", "heartbeat_last_success_timestamp_seconds", "When the heartbeat was last taken."),
		beatFailures: c.add("counter", "heartbeat_failures_total", "Heartbeats that were not taken."),
		pass:         c.add("gauge", "last_pass_timestamp_seconds", "When alerts were last handed on; at least every minute."),
		saveErrors:   c.add("counter", "state_save_errors_total", "Times that the notification log or silences could not be saved."),
	}
}

// Manual is the rows about alerting of the manual's table of metrics, in Markdown.
func Manual() string {
	var b strings.Builder
	var c catalogue
	describe(&c)
	for _, f := range c.families {
		labels := "-"
		if len(f.labels) > 0 {
			labels = "`" + strings.Join(f.labels, "`, `") + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", f.name, f.kind, labels, f.help)
	}
	return b.String()
}

func newMetrics(s *Service) *metrics { return &metrics{s, describe(&catalogue{})} }

// Describe implements prometheus.Collector.
func (m *metrics) Describe(ch chan<- *prometheus.Desc) {
	d := m.d
	for _, x := range []*prometheus.Desc{
		d.owed, d.receipts, d.unwritten, d.lost, d.reloadOK, d.reloadAt, d.failing, d.queue, d.sent, d.dropped, d.steps, d.beat, d.beatFailures, d.pass, d.saveErrors,
	} {
		ch <- x
	}
}

// Collect implements prometheus.Collector.
func (m *metrics) Collect(ch chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	count := func(d *prometheus.Desc, n uint64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(n), labels...)
	}
	for key, n := range m.owed() {
		gauge(m.d.owed, float64(n), key[:]...)
	}
	waiting, lost, kinds := m.s.receipts.stats()
	for k, n := range kinds {
		count(m.d.receipts, n, k.channel, string(k.status))
	}
	gauge(m.d.unwritten, float64(waiting))
	count(m.d.lost, lost)
	ok, at := m.s.reload.last()
	gauge(m.d.reloadOK, float64(b2i(ok)))
	m.when(gauge, m.d.reloadAt, at)
	failing := map[string]int{}
	for _, f := range m.s.Failing() {
		failing[f.Channel]++
	}
	for channel, n := range failing {
		gauge(m.d.failing, float64(n), channel)
	}
	for _, x := range m.s.cluster.stats() {
		gauge(m.d.queue, float64(x.waiting), x.host)
		count(m.d.sent, x.sent, x.host)
		count(m.d.dropped, x.dropped, x.host)
	}
	for k, n := range m.s.escalator.counts() {
		count(m.d.steps, n, k.policy, k.outcome)
	}
	sent, failures := m.s.pulse.stats()
	m.when(gauge, m.d.beat, sent)
	count(m.d.beatFailures, failures)
	if ns := m.s.passed.Load(); ns != 0 {
		m.when(gauge, m.d.pass, time.Unix(0, ns))
	}
	count(m.d.saveErrors, m.s.embedded.saveErrs.Load())
}

func (m *metrics) when(gauge func(*prometheus.Desc, float64, ...string), d *prometheus.Desc, at time.Time) {
	if !at.IsZero() {
		gauge(d, float64(at.UnixMilli())/1000)
	}
}

// owed counts what is owed by rule, severity and state.
func (m *metrics) owed() map[[3]string]int {
	out, now := map[[3]string]int{}, m.s.now()
	for _, o := range m.s.book.all() {
		state := "firing"
		switch {
		case !o.Open():
			state = "resolved"
		case o.Uncommitted:
			state = "uncommitted"
		case o.Acked != nil:
			state = "acknowledged"
		case o.Held.After(now):
			state = "held"
		}
		out[[3]string{string(o.Rule), string(o.Severity), state}]++
	}
	return out
}

func (r *reloaded) last() (ok bool, at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ok, r.at
}

func (p *pulse) stats() (sent time.Time, failures uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.sent, p.failures
}

func (e *escalator) counts() map[stepOutcome]uint64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	out := map[stepOutcome]uint64{}
	for k, n := range e.count {
		out[k] = n
	}
	return out
}
