package config

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/charterwatch/charterwatch/monitor"
)

const probing = good + "web: {probe_handler: true, modules: {MODULES}}\n"

func withModules(modules string) string { return strings.Replace(probing, "{MODULES}", modules, 1) }

// probeHandler serves /probe as a file with these modules says.
func probeHandler(t *testing.T, modules string, vars map[string]string) http.Handler {
	t.Helper()
	b, _, err := load(withModules(modules), vars)
	if err != nil {
		t.Fatal(err)
	}
	return monitor.NewProbeHandler(monitor.ProbeHandlerConfig{Modules: func() map[string]monitor.Module { return b.Modules }})
}

func probe(h http.Handler, query url.Values) (int, string) {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/probe?"+query.Encode(), nil))
	return w.Code, w.Body.String()
}

func wantLines(t *testing.T, what string, code int, body string, lines ...string) {
	t.Helper()
	if code != http.StatusOK {
		t.Errorf("%s: %d %s", what, code, body)
		return
	}
	for _, line := range lines {
		if !strings.Contains("\n"+body, "\n"+line) {
			t.Errorf("%s: no line %q in\n%s", what, line, body)
		}
	}
}

func TestBuiltinModulesAreSound(t *testing.T) {
	b, l, err := load(withModules("{}"), nil)
	if err != nil || len(l.Warnings) > 0 {
		t.Fatal(err, l.Warnings)
	}
	var written map[string]any
	if err := yaml.Unmarshal(builtinModules, &written); err != nil {
		t.Fatal(err)
	}
	for name := range written {
		m, ok := b.Modules[name]
		if !ok || !slices.Contains(moduleKinds(), m.Kind) {
			t.Errorf("%s: %+v", name, m)
			continue
		}
		if _, err := m.Probe(sampleTarget, ""); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range []string{"http_2xx", "http_post_2xx", "tcp_connect", "ssh_banner", "pop3s_banner", "icmp", "grpc", "grpc_plain"} {
		if _, ok := b.Modules[name]; !ok {
			t.Errorf("%s of blackbox_exporter's example is missing", name)
		}
	}
	// A mistake in the embedded file must not go unseen: it is decoded without a reader.
	d := &decoder{getenv: env(nil), marks: map[string]mark{}}
	if n := len(d.builtins()); n != len(written) {
		t.Errorf("%d modules of %d are read", n, len(written))
	}
}

func TestModulesAreOffUnlessAsked(t *testing.T) {
	b, _, err := load(strings.Replace(withModules("{mine: {kind: tcp}}"), "probe_handler: true", "probe_handler: false", 1), nil)
	if err != nil || b.Modules != nil {
		t.Errorf("%v %v", b.Modules, err)
	}
	if b, _, _ = load(good, nil); b.Modules != nil {
		t.Error("on by default")
	}
}

func TestProbeModulesLookAtRealServers(t *testing.T) {
	site := http.NewServeMux()
	site.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte("method " + r.Method + " host " + r.Host))
	})
	site.HandleFunc("/broken", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) })
	site.HandleFunc("/moved", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/", http.StatusFound) })
	plain, secure := httptest.NewServer(site), httptest.NewTLSServer(site)
	defer plain.Close()
	defer secure.Close()
	address := plain.Listener.Addr().String()
	h := probeHandler(t, `{
		posted: {kind: http, method: POST, expect: {body_contains: "method POST"}},
		named: {kind: http, expect: {body_matches: 'host www\.example\.or\.kr$'}},
		fixed: {kind: http, headers: {Host: a.example}},
		unsafe: {kind: http, tls: {insecure: true}},
		tls_connect: {kind: tls, tls: {insecure: true}}}`, nil)
	closed := closedPort(t)
	for _, c := range []struct {
		module, target, hostname string
		want                     []string
	}{
		{"", plain.URL, "", []string{"probe_success 1\n", "probe_http_status_code 200\n", "probe_http_ssl 0\n", "probe_http_version 1.1\n", "probe_ip_protocol 4\n", `probe_http_duration_seconds{phase="processing"} `, "probe_dns_lookup_time_seconds 0\n", "probe_failed_due_to_regex 0\n"}},
		{"http_2xx", address, "", []string{"probe_success 1\n"}}, // without a scheme
		{"http_2xx", plain.URL + "/moved", "", []string{"probe_success 1\n", "probe_http_redirects 1\n"}},
		{"http_2xx", plain.URL + "/broken", "", []string{"probe_success 0\n", "probe_http_status_code 500\n"}},
		{"http_2xx", "http://" + closed, "", []string{"probe_success 0\n", "probe_http_status_code 0\n", `probe_http_duration_seconds{phase="connect"} `}},
		{"http_2xx", secure.URL, "", []string{"probe_success 0\n", "probe_ssl_earliest_cert_expiry "}}, // not trusted
		{"unsafe", secure.URL, "", []string{"probe_success 1\n", "probe_http_ssl 1\n", "probe_http_version 1.1\n", `probe_tls_version_info{version="TLS 1.3"} 1` + "\n", "probe_tls_cipher_info{"}},
		{"posted", plain.URL, "", []string{"probe_success 1\n"}},
		{"named", plain.URL, "", []string{"probe_success 0\n", "probe_failed_due_to_regex 1\n"}},
		{"named", plain.URL, "www.example.or.kr", []string{"probe_success 1\n"}},
		{"tcp_connect", address, "", []string{"probe_success 1\n", "probe_failed_due_to_regex 0\n", "probe_ip_addr_hash "}},
		{"tcp_connect", closed, "", []string{"probe_success 0\n"}},
		{"tls_connect", secure.Listener.Addr().String(), "", []string{"probe_success 1\n", "probe_ssl_earliest_cert_expiry "}}, // the file's module prevails
		{"grpc_plain", address, "", []string{"probe_success 0\n", `probe_grpc_duration_seconds{phase="check"} `, "probe_grpc_ssl 0\n"}},
		{"dns_tcp", closed, "", []string{"probe_success 0\n", "probe_dns_query_succeeded 0\n"}},
	} {
		q := url.Values{"target": {c.target}}
		if c.module != "" {
			q.Set("module", c.module)
		}
		if c.hostname != "" {
			q.Set("hostname", c.hostname)
		}
		code, body := probe(h, q)
		wantLines(t, c.module+" "+c.target+" "+c.hostname, code, body, c.want...)
	}
	if code, body := probe(h, url.Values{"target": {plain.URL}, "module": {"fixed"}, "hostname": {"b.example"}}); code != http.StatusBadRequest || !strings.Contains(body, "Host already") {
		t.Errorf("two hosts: %d %s", code, body)
	}
	for _, target := range []string{"http://", "ftp://a.example", "http://a.example:99999"} {
		if code, body := probe(h, url.Values{"target": {target}}); code != http.StatusBadRequest {
			t.Errorf("%s: %d %s", target, code, body)
		}
	}
}

func closedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func TestModuleCredentialsStayInside(t *testing.T) {
	echo := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Echo", r.Header.Get("Authorization"))
		w.WriteHeader(http.StatusTeapot)
	}))
	defer echo.Close()
	h := probeHandler(t, `{mine: {kind: http, bearer: "${env:KEY}"}}`, map[string]string{"KEY": "CANARY-4711"})
	q := url.Values{"target": {echo.URL + "/?token=CANARY-4712"}, "module": {"mine"}, "debug": {"true"}}
	code, body := probe(h, q)
	if code != http.StatusOK || !strings.Contains(body, "X-Echo") || strings.Contains(body, "CANARY") {
		t.Errorf("%d %s", code, body)
	}
}

func TestMistakesInModules(t *testing.T) {
	for modules, want := range map[string]string{
		`{a: {}}`:           `web.modules.a.kind: is missing; try one of http, tcp`,
		`{a: {kind: push}}`: `web.modules.a.kind: "push" is not a kind that looks at a target`,
		`{a: {kind: http, url: "https://a.example"}}`: `web.modules.a.url: has no place in a module`,
		`{a: {kind: icmp, host: a.example}}`:          `web.modules.a.host: has no place in a module`,
		`{a: {kind: http, interval: 1m}}`:             `web.modules.a.interval: is not a key that is known here`,
		`{a: {kind: dns}}`:                            `web.modules.a.name: "" is not one`,
		`{a: {kind: tcp, timeout: 1h}}`:               `web.modules.a.timeout: 1h0m0s is out of range`,
		`{"a b": {kind: tcp}}`:                        `web.modules.a b: "a b" cannot be the name of a module`,
		`{a: {kind: http, bearer: CANARY}}`:           `web.modules.a.bearer: holds a credential in the clear`,
		`{a: {kind: http, tls: {ca: /none.pem}}}`:     `web.modules.a.tls.ca: open /none.pem`,
	} {
		for _, on := range []string{"true", "false"} {
			_, _, err := load(strings.Replace(withModules(modules), "probe_handler: true", "probe_handler: "+on, 1), nil)
			if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "CANARY") {
				t.Errorf("%s, %s: %v", modules, on, err)
			}
		}
	}
}

func TestProbeHandlerInTheOpenIsAWarning(t *testing.T) {
	for listen, warned := range map[string]bool{"127.0.0.1:1": false, "localhost:1": false, "'[::1]:1'": false, "0.0.0.0:1": true, "':1'": true, "192.0.2.1:1": true} {
		for _, on := range []string{"true", "false"} {
			_, l, err := load(good+"web: {probe_handler: "+on+", listen: "+listen+"}\n", nil)
			if err != nil {
				t.Fatal(err)
			}
			found := slices.ContainsFunc(l.Warnings, func(p Problem) bool { return p.Path == "web.probe_handler" })
			if found != (warned && on == "true") {
				t.Errorf("%s, %s: %v", listen, on, l.Warnings)
			}
		}
	}
}

// Prometheus asks for many targets at the same time: none may be asked for another's name.
func TestModulesMayBeUsedConcurrently(t *testing.T) {
	const n = 16
	hosts := make(chan string, n)
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { hosts <- r.Host }))
	defer s.Close()
	// Of three headers the slice has room for a fourth, which all looks would share.
	h := probeHandler(t, `{mine: {kind: http, headers: {Accept: text/html, Pragma: no-cache, Range: bytes=0-}}}`, nil)
	codes := make(chan int)
	for i := range n {
		go func() {
			code, _ := probe(h, url.Values{"target": {s.URL}, "module": {"mine"}, "hostname": {fmt.Sprintf("h%d.example", i)}})
			codes <- code
		}()
	}
	seen := map[string]bool{}
	for range n {
		if code := <-codes; code != http.StatusOK {
			t.Error(code)
		}
		seen[<-hosts] = true
	}
	if len(seen) != n {
		t.Errorf("%d names of %d were asked for: %v", len(seen), n, seen)
	}
}
