package monitor

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/common/expfmt"

	"github.com/charterwatch/charterwatch/probes"
)

// Targeted is a probe that can say, without credentials, what it looks at.
type Targeted interface {
	probes.Probe
	Target() string
}

// Module is a way of looking at whatever target /probe is asked for.
type Module struct {
	Kind    string        // of its probes: "http", "tcp", ...
	Timeout time.Duration // bound of one look; 0: what the scrape allows
	// Probe makes the probe for a target. hostname, unless empty, is the name to ask for and
	// to verify, whatever the target's address is. The error says what is wrong with them.
	Probe func(target, hostname string) (Targeted, error)
}

const (
	defaultModule  = "http_2xx"             // blackbox_exporter's
	scrapeTimeout  = 120 * time.Second      // most that a scrape may ask for
	scrapeReserve  = 500 * time.Millisecond // of a scrape's time, for the way there and back
	probesAtOnce   = 100
	longestTarget  = 2000 // bytes
	prometheusTime = "X-Prometheus-Scrape-Timeout-Seconds"
)

// ProbeHandlerConfig of a [ProbeHandler]. Modules is required.
type ProbeHandlerConfig struct {
	// Modules returns the modules in force by name, nil while the handler is switched off.
	// It is asked at each request, so that a reload counts at once.
	Modules func() map[string]Module
	AtOnce  int // most looks under way; 0: 100
}

// ProbeHandler answers GET /probe?target=&module= as blackbox_exporter does: it looks at
// once and answers with the metrics of that one look. Nothing is recorded.
//
// A look that could not establish anything (this kind is not permitted here, a firewall
// answered in the site's place) fails the scrape with 503 instead of saying probe_success 0:
// the target's "up" is 0 then, and nothing is claimed about the target.
//
// It looks at any address it is asked for. Whoever mounts it must know who asks.
type ProbeHandler struct {
	modules func() map[string]Module
	places  chan struct{}
}

// NewProbeHandler returns the handler.
func NewProbeHandler(c ProbeHandlerConfig) *ProbeHandler {
	if c.AtOnce <= 0 {
		c.AtOnce = probesAtOnce
	}
	return &ProbeHandler{modules: c.Modules, places: make(chan struct{}, c.AtOnce)}
}

// ServeHTTP implements http.Handler.
func (h *ProbeHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	modules := h.modules()
	if modules == nil {
		http.Error(w, "/probe is switched off; web.probe_handler switches it on", http.StatusNotFound)
		return
	}
	o, err := readOrder(r, modules)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	select {
	case h.places <- struct{}{}:
		defer func() { <-h.places }()
	default: // a look that waited would blame our queue on the target
		w.Header().Set("Retry-After", "1")
		http.Error(w, fmt.Sprintf("%d looks are under way already", cap(h.places)), http.StatusServiceUnavailable)
		return
	}
	result := o.look(r.Context())
	if r.Context().Err() != nil {
		return // nobody is waiting any more
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(oneLook{o.module.Kind, result, describeLook(&catalogue{})})
	switch {
	case r.URL.Query().Get("debug") == "true":
		o.explain(w, result, registry)
	case result.Outcome == probes.Unknown:
		http.Error(w, fmt.Sprintf("nothing was established about the target: %s: %s", result.Reason, result.Detail), http.StatusServiceUnavailable)
	default:
		promhttp.HandlerFor(registry, promhttp.HandlerOpts{}).ServeHTTP(w, r)
	}
}

// order is what a request asks for.
type order struct {
	name    string
	module  Module
	probe   Targeted
	timeout time.Duration
}

func readOrder(r *http.Request, modules map[string]Module) (order, error) {
	q := r.URL.Query()
	o := order{name: q.Get("module")}
	if o.name == "" {
		o.name = defaultModule
	}
	var ok bool
	if o.module, ok = modules[o.name]; !ok {
		return o, fmt.Errorf("there is no module %q", o.name)
	}
	target := q.Get("target")
	switch {
	case target == "":
		return o, errors.New("the parameter target is missing: say what to look at")
	case len(target) > longestTarget:
		return o, fmt.Errorf("the parameter target is longer than %d bytes", longestTarget)
	}
	var err error
	if o.timeout, err = timeoutOf(r.Header.Get(prometheusTime), o.module.Timeout); err != nil {
		return o, err
	}
	if o.probe, err = o.module.Probe(target, q.Get("hostname")); err != nil {
		return o, fmt.Errorf("module %s cannot look at this target: %s", o.name, strings.ReplaceAll(err.Error(), "\n", "; "))
	}
	return o, nil
}

// timeoutOf is how long a look may take: what the module says, and no longer than the scrape
// waits for the answer.
func timeoutOf(header string, module time.Duration) (time.Duration, error) {
	if header == "" {
		if module > 0 {
			return module, nil
		}
		return probes.DefaultTimeout, nil
	}
	s, err := strconv.ParseFloat(header, 64)
	if err != nil || math.IsNaN(s) || s <= 0 {
		return 0, fmt.Errorf("%s is not a number of seconds", prometheusTime)
	}
	most := time.Duration(min(s, scrapeTimeout.Seconds()) * float64(time.Second))
	most = max(most-scrapeReserve, most/2) // a scrape of less than a second still gets half of it
	if module > 0 {
		return min(module, most), nil
	}
	return most, nil
}

func (o order) look(ctx context.Context) probes.Result {
	check := probes.Check{ID: "probe/" + o.name, Timeout: o.timeout, Probe: o.probe}
	return check.Run(ctx, time.Now(), probes.Preview)
}

// explain says in words what happened, and which metrics would have been returned.
func (o order) explain(w http.ResponseWriter, r probes.Result, registry *prometheus.Registry) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "module   %s\ntimeout  %s\n\n", o.name, o.timeout)
	WriteResult(&b, o.module.Kind, o.probe.Target(), r)
	b.WriteString("\nmetrics that would have been returned:\n\n")
	if r.Outcome == probes.Unknown {
		b.WriteString("# none: nothing was established about the target\n")
	} else if err := writeMetrics(&b, registry); err != nil {
		fmt.Fprintf(&b, "# they cannot be gathered: %v\n", err)
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write(b.Bytes())
}

func writeMetrics(w io.Writer, g prometheus.Gatherer) error {
	families, err := g.Gather()
	if err != nil {
		return err
	}
	for _, f := range families {
		if _, err := expfmt.MetricFamilyToText(w, f); err != nil {
			return err
		}
	}
	return nil
}

// oneLook is a collector of a single result.
type oneLook struct {
	kind   string
	result probes.Result
	m      lookMetrics
}

// Describe implements prometheus.Collector: which series there are depends on the look.
func (oneLook) Describe(chan<- *prometheus.Desc) {}

// Collect implements prometheus.Collector.
func (l oneLook) Collect(ch chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	l.m.verdict(gauge, l.result.Outcome == probes.Pass, l.result.Duration, nil)
	l.m.facts(gauge, l.kind, l.result, nil)
}
