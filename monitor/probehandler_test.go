package monitor

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/charterwatch/charterwatch/probes"
)

// seer is a probe whose answer a test arranges.
type seer func(ctx context.Context) (probes.Measurement, error)

func (s seer) Probe(ctx context.Context) (probes.Measurement, error) { return s(ctx) }

func (s seer) Target() string { return "https://a.example/" }

// handler has one module, named m, that looks with s.
func handler(kind string, timeout time.Duration, atOnce int, s seer) *ProbeHandler {
	m := Module{Kind: kind, Timeout: timeout, Probe: func(target, _ string) (Targeted, error) {
		if target == "bad" {
			return nil, errors.New("not an address\nnor a name")
		}
		return s, nil
	}}
	return NewProbeHandler(ProbeHandlerConfig{AtOnce: atOnce, Modules: func() map[string]Module { return map[string]Module{"m": m} }})
}

func askProbe(h http.Handler, query, timeout string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, "/probe?"+query, nil)
	if timeout != "" {
		r.Header.Set(prometheusTime, timeout)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// read parses the metrics of an answer.
func read(t *testing.T, w *httptest.ResponseRecorder) map[string]*dto.MetricFamily {
	t.Helper()
	p := expfmt.NewTextParser(model.UTF8Validation)
	families, err := p.TextToMetricFamilies(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	return families
}

func passes(context.Context) (probes.Measurement, error) { return probes.Measurement{}, nil }

func TestProbeRequestsThatCannotBeMeant(t *testing.T) {
	h := handler("tcp", 0, 0, passes)
	for _, c := range []struct{ query, timeout, want string }{
		{"module=m", "", "target is missing"},
		{"target=a", "", `no module "http_2xx"`},
		{"target=a&module=none", "", `no module "none"`},
		{"target=bad&module=m", "", "not an address; nor a name"},
		{"target=" + strings.Repeat("a", longestTarget+1) + "&module=m", "", "longer than"},
		{"target=a&module=m", "soon", "not a number of seconds"},
		{"target=a&module=m", "NaN", "not a number of seconds"},
		{"target=a&module=m", "-1", "not a number of seconds"},
	} {
		if w := askProbe(h, c.query, c.timeout); w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), c.want) {
			t.Errorf("%.60s: %d %s", c.query, w.Code, w.Body)
		}
	}
	off := NewProbeHandler(ProbeHandlerConfig{Modules: func() map[string]Module { return nil }})
	if w := askProbe(off, "target=a&module=m", ""); w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), "web.probe_handler") {
		t.Errorf("switched off: %d %s", w.Code, w.Body)
	}
}

func TestProbeTimeouts(t *testing.T) {
	for _, c := range []struct {
		header       string
		module, want time.Duration
	}{
		{"", 0, probes.DefaultTimeout},
		{"", 3 * time.Second, 3 * time.Second},
		{"10", 0, 9500 * time.Millisecond},
		{"10", 3 * time.Second, 3 * time.Second},
		{"2.5", 3 * time.Second, 2 * time.Second},
		{"0.4", 0, 200 * time.Millisecond},
		{"1e300", 0, scrapeTimeout - scrapeReserve},
		{"Inf", 0, scrapeTimeout - scrapeReserve},
	} {
		if got, err := timeoutOf(c.header, c.module); err != nil || got != c.want {
			t.Errorf("%q with %s: %s %v, want %s", c.header, c.module, got, err, c.want)
		}
	}
}

// The look itself must end in time, not only its arithmetic.
func TestProbeLookHasTheScrapesDeadline(t *testing.T) {
	var left time.Duration
	h := handler("tcp", 0, 0, func(ctx context.Context) (probes.Measurement, error) {
		end, _ := ctx.Deadline()
		left = time.Until(end)
		return probes.Measurement{}, nil
	})
	askProbe(h, "target=a&module=m", "4")
	if left > 3500*time.Millisecond || left < 2*time.Second {
		t.Errorf("the look has %s", left)
	}
}

func TestFailingLookIsNoSuccess(t *testing.T) {
	h := handler("http", 0, 0, func(context.Context) (probes.Measurement, error) {
		return probes.Measurement{Reason: probes.ConnectRefused}, nil
	})
	families := read(t, askProbe(h, "target=a&module=m", ""))
	for _, name := range []string{"probe_success", "probe_http_status_code"} {
		if f := families[name]; f == nil || f.GetMetric()[0].GetGauge().GetValue() != 0 {
			t.Errorf("%s: %v", name, f)
		}
	}
}

// What was not seen is no failure of the target.
func TestUnseenTargetFailsTheScrape(t *testing.T) {
	for _, why := range []probes.Reason{probes.Blocked, probes.NotPermitted} {
		h := handler("icmp", 0, 0, func(context.Context) (probes.Measurement, error) {
			if why.Outcome() == probes.Unknown && why != probes.Blocked {
				return probes.Measurement{}, &probes.NotSeen{Reason: why, Err: errors.New("no such right")}
			}
			return probes.Measurement{Reason: why}, nil
		})
		for _, query := range []string{"target=a&module=m", "target=a&module=m&debug=true"} {
			w := askProbe(h, query, "")
			debug := strings.Contains(query, "debug")
			if (w.Code == http.StatusServiceUnavailable) == debug || strings.Contains(w.Body.String(), "probe_success") || !strings.Contains(w.Body.String(), why.String()) {
				t.Errorf("%s %s: %d %s", why, query, w.Code, w.Body)
			}
		}
	}
}

func TestLooksAtOnceAreBounded(t *testing.T) {
	inside, leave := make(chan struct{}), make(chan struct{})
	h := handler("tcp", 0, 1, func(context.Context) (probes.Measurement, error) {
		inside <- struct{}{}
		<-leave
		return probes.Measurement{}, nil
	})
	first := make(chan *httptest.ResponseRecorder)
	go func() { first <- askProbe(h, "target=a&module=m", "") }()
	<-inside
	if w := askProbe(h, "target=a&module=m", ""); w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
		t.Errorf("a second look at once: %d %s", w.Code, w.Body)
	}
	close(leave)
	if w := <-first; w.Code != http.StatusOK {
		t.Errorf("the first: %d %s", w.Code, w.Body)
	}
	go func() { <-inside }()
	if w := askProbe(h, "target=a&module=m", ""); w.Code != http.StatusOK {
		t.Errorf("the place is not free again: %d %s", w.Code, w.Body)
	}
}

// The debug text is for people at a distance: it holds neither pages nor credentials.
func TestDebugShowsNoPage(t *testing.T) {
	h := handler("http", 0, 0, func(context.Context) (probes.Measurement, error) {
		return probes.Measurement{Reason: probes.Status, Detail: "status 500", Capture: &probes.Capture{
			Method: "GET", URL: "https://a.example/", Headers: [][2]string{{"Server", "nginx"}}, Body: "a page with a person's number",
		}}, nil
	})
	got := askProbe(h, "target=a&module=m&debug=true", "").Body.String()
	for _, want := range []string{"module   m", "status 500", "nginx", "probe_success 0", "timeout  10s"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if strings.Contains(got, "person") {
		t.Errorf("the page is shown:\n%s", got)
	}
}

// /metrics and /probe say the same of the same look, but for the labels.
func TestBothSetsOfLookMetricsHaveTheSameNames(t *testing.T) {
	var with, without catalogue
	describeLook(&with, ofCheck()...)
	describeLook(&without)
	for i, f := range with.families {
		if f.name != without.families[i].name || !slices.Equal(f.labels, append(ofCheck(), without.families[i].labels...)) {
			t.Errorf("%v and %v", f, without.families[i])
		}
	}
}

// The hash is the one that blackbox_exporter gives an address, so that a change of the
// exporter is no change of the address.
func TestAddressHash(t *testing.T) {
	for address, want := range map[string]float64{"127.0.0.1:80": 3668918509, "127.0.0.1": 3668918509, "[::ffff:127.0.0.1]:80": 3668918509} {
		if got, ok := addressHash(address); !ok || got != want {
			t.Errorf("%s: %v %v", address, got, ok)
		}
	}
	if _, ok := addressHash("here"); ok {
		t.Error("a name has a hash")
	}
}
