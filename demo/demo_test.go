package demo

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/text/encoding/korean"
)

// open runs an estate for the test and checks at its end that no goroutine is left.
func open(t *testing.T, cfg Config) *Estate {
	t.Helper()
	e, err := Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- e.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		select {
		case err := <-done:
			if err != nil {
				t.Errorf("Run: %v", err)
			}
		case <-time.After(10 * time.Second):
			t.Fatal("Run did not return")
		}
		noGoroutines(t)
	})
	return e
}

// noGoroutines fails if a goroutine of the package's non-test code, or a server's connection, outlives
// Run. The scheduler gets a moment.
func noGoroutines(t *testing.T) {
	t.Helper()
	var left string
	for range 100 {
		buf := make([]byte, 1<<20)
		left = ""
		for _, g := range strings.Split(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
			if strings.Contains(g, "charterwatch/demo.(*") || strings.Contains(g, "net/http.(*conn).serve") {
				left += g + "\n\n"
			}
		}
		if left == "" {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("goroutines left:\n%s", left)
}

func client(t *testing.T, e *Estate) *http.Client {
	t.Helper()
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(e.CAPEM()) {
		t.Fatal("CAPEM holds no certificate")
	}
	jar, _ := cookiejar.New(nil)
	tr := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: true}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr, Jar: jar, Timeout: 5 * time.Second}
}

func get(t *testing.T, c *http.Client, url string) (*http.Response, string) {
	t.Helper()
	r, err := c.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r, string(b)
}

// fails gets url and returns its error. A connection that was kept alive and has
// been cut may first fail with a reset that the client had not noticed; that is not what is asked.
func fails(t *testing.T, c *http.Client, url string) error {
	t.Helper()
	for range 3 {
		r, err := c.Get(url)
		if err == nil {
			r.Body.Close()
			return nil
		}
		if !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, syscall.EPIPE) {
			return err
		}
	}
	return errors.New("reset three times")
}

func siteOf(t *testing.T, e *Estate, id string) Site {
	t.Helper()
	for _, s := range e.Sites() {
		if s.ID == id {
			return s
		}
	}
	t.Fatalf("no site %s", id)
	return Site{}
}

func TestEveryPageOfEverySite(t *testing.T) {
	e := open(t, Config{})
	c := client(t, e)
	for i, s := range e.Sites() {
		for _, base := range []string{s.HTTPURL, s.HTTPSURL} {
			paths := []string{"", "notice/list", "notice/view?id=1", "notice/feed.xml", "files/", "files/guide.txt", "files/summary.csv", "files/leaflet.pdf", "healthz", "privacy", "robots.txt"}
			for _, sec := range association()[i].sections {
				paths = append(paths, sec.Path[1:])
			}
			for _, p := range paths {
				if r, body := get(t, c, base+p); r.StatusCode != 200 || body == "" {
					t.Errorf("%s%s: %s, %d bytes", base, p, r.Status, len(body))
				}
			}
			if r, _ := get(t, c, base+"nowhere"); r.StatusCode != 404 {
				t.Errorf("%snowhere: %s", base, r.Status)
			}
		}
	}
	if _, body := get(t, c, siteOf(t, e, Homepage).HTTPSURL+"charter"); !strings.Contains(body, "정기 점검시간은 3일 이전에 해당 웹사이트를 통해서 알려드리겠습니다.") {
		t.Error("the charter page lacks the maintenance promise")
	}
	if r, body := get(t, c, siteOf(t, e, Statistics).HTTPURL+"api/v1/market.json"); r.Header.Get("Content-Type") != "application/json" || !strings.Contains(body, `"as_of"`) {
		t.Errorf("market.json: %s", body)
	}
}

func TestRegulationsAreEUCKR(t *testing.T) {
	e := open(t, Config{})
	r, body := get(t, client(t, e), siteOf(t, e, Regulations).HTTPURL)
	if ct := r.Header.Get("Content-Type"); ct != "text/html; charset=EUC-KR" {
		t.Errorf("Content-Type %q", ct)
	}
	if strings.Contains(body, "법규정보시스템") || !strings.Contains(body, `<meta charset="EUC-KR">`) {
		t.Error("the bytes are UTF-8, or the meta tag does not say EUC-KR")
	}
	if text, err := korean.EUCKR.NewDecoder().String(body); err != nil || !strings.Contains(text, "법규정보시스템") {
		t.Errorf("decoded: %v", err)
	}
}

func TestStopRefusesAndHealsOnTheSamePort(t *testing.T) {
	e := open(t, Config{})
	c, s := client(t, e), siteOf(t, e, Licences)
	get(t, c, s.HTTPURL) // leaves a connection alive that would hide the fault
	for range 3 {
		if err := e.Break(Licences, Fault{Mode: Stop}); err != nil {
			t.Fatal(err)
		}
		for _, u := range []string{s.HTTPURL, s.HTTPSURL} {
			if err := fails(t, c, u); !errors.Is(err, syscall.ECONNREFUSED) {
				t.Errorf("stopped %s: %v", u, err)
			}
		}
		if err := e.Heal(Licences); err != nil {
			t.Fatal(err)
		}
		for _, u := range []string{s.HTTPURL, s.HTTPSURL} {
			if r, _ := get(t, c, u); r.StatusCode != 200 {
				t.Errorf("healed %s: %s", u, r.Status)
			}
		}
	}
}

func TestHealSaysWhoHasThePort(t *testing.T) {
	e := open(t, Config{})
	s := siteOf(t, e, Licences)
	if err := e.Break(Licences, Fault{Mode: Stop}); err != nil {
		t.Fatal(err)
	}
	addr := strings.TrimSuffix(strings.TrimPrefix(s.HTTPURL, "http://"), "/")
	l, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Heal(Licences); err == nil || !strings.Contains(err.Error(), addr) {
		t.Errorf("heal with the port taken: %v", err)
	}
	if siteOf(t, e, Licences).Mode != Stop {
		t.Error("a site that could not be healed counts as healthy")
	}
	l.Close()
	if err := e.Heal(Licences); err != nil {
		t.Error(err)
	}
}

func TestAnswersWhileUnwell(t *testing.T) {
	e := open(t, Config{})
	c, s := client(t, e), siteOf(t, e, Homepage)
	for _, tc := range []struct {
		fault Fault
		code  int
		body  string
	}{
		{Fault{Mode: Status, Text: "복구 예정: 15:30"}, 503, "복구 예정: 15:30"},
		{Fault{Mode: Status, Code: 500}, 500, "(500)"},
		{Fault{Mode: WrongPage}, 200, "데이터베이스에 연결할 수 없습니다"},
		{Fault{Mode: Blocked}, 403, "web application firewall"},
		{Fault{Mode: Slow, Delay: 150 * time.Millisecond}, 200, "열린 협회"},
	} {
		if err := e.Break(Homepage, tc.fault); err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		for _, u := range []string{s.HTTPURL, s.HTTPSURL} {
			if r, body := get(t, c, u); r.StatusCode != tc.code || !strings.Contains(body, tc.body) {
				t.Errorf("%s: %s: %s", tc.fault.Mode, r.Status, body)
			}
		}
		if took := time.Since(start); tc.fault.Mode == Slow && took < 2*tc.fault.Delay {
			t.Errorf("slow answered two requests after %s", took)
		}
	}
	if err := e.Heal(Homepage); err != nil {
		t.Fatal(err)
	}
	if r, _ := get(t, c, s.HTTPURL); r.StatusCode != 200 {
		t.Errorf("healed: %s", r.Status)
	}
}

func TestBrokenConnections(t *testing.T) {
	e := open(t, Config{})
	c, s := client(t, e), siteOf(t, e, Disclosure)
	if err := e.Break(Disclosure, Fault{Mode: Reset}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Get(s.HTTPURL); !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, syscall.EPIPE) {
		t.Errorf("reset: %v", err)
	}
	if err := e.Break(Disclosure, Fault{Mode: Hang}); err != nil {
		t.Fatal(err)
	}
	c.Timeout = 200 * time.Millisecond
	var ne net.Error
	if _, err := c.Get(s.HTTPURL); !errors.As(err, &ne) || !ne.Timeout() {
		t.Errorf("hang: %v", err)
	}
	if err := e.Heal(Disclosure); err != nil {
		t.Fatal(err)
	}
	c.Timeout = 5 * time.Second
	get(t, c, s.HTTPURL)
}

func TestCertificates(t *testing.T) {
	e := open(t, Config{})
	c, s := client(t, e), siteOf(t, e, ReviewJobs)
	get(t, c, s.HTTPSURL)
	var invalid x509.CertificateInvalidError
	var name x509.HostnameError
	if err := e.Break(ReviewJobs, Fault{Mode: ExpiredCert}); err != nil {
		t.Fatal(err)
	}
	if err := fails(t, c, s.HTTPSURL); !errors.As(err, &invalid) || invalid.Reason != x509.Expired {
		t.Errorf("expired-cert: %v", err)
	}
	if err := fails(t, c, s.HTTPURL); err != nil {
		t.Errorf("HTTP beside an expired certificate: %v", err)
	}
	if err := e.Break(ReviewJobs, Fault{Mode: WrongNameCert}); err != nil {
		t.Fatal(err)
	}
	if err := fails(t, c, s.HTTPSURL); !errors.As(err, &name) {
		t.Errorf("wrong-name-cert: %v", err)
	}
	if err := e.Heal(ReviewJobs); err != nil {
		t.Fatal(err)
	}
	r, _ := get(t, c, s.HTTPSURL)
	for _, n := range []string{"127.0.0.1", "localhost", "review-jobs.demo.localhost"} {
		if err := r.TLS.PeerCertificates[0].VerifyHostname(n); err != nil {
			t.Error(err)
		}
	}
}

func TestFaultHealsByItself(t *testing.T) {
	e := open(t, Config{})
	c, s := client(t, e), siteOf(t, e, Statistics)
	for _, m := range []Mode{Stop, Status} {
		if err := e.Break(Statistics, Fault{Mode: m, For: 100 * time.Millisecond}); err != nil {
			t.Fatal(err)
		}
		if siteOf(t, e, Statistics).Mode != m {
			t.Errorf("%s: not in force", m)
		}
		for end := time.Now().Add(5 * time.Second); siteOf(t, e, Statistics).Mode != Healthy; time.Sleep(10 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("%s did not heal", m)
			}
		}
		get(t, c, s.HTTPURL)
	}
}

func TestBreakRefusesNonsense(t *testing.T) {
	e, err := Open(Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if err := e.Break("nobody", Fault{Mode: Stop}); !errors.Is(err, ErrNoSite) {
		t.Error(err)
	}
	for _, f := range []Fault{{}, {Mode: "sulk"}, {Mode: Status, Code: 200}, {Mode: Slow, Delay: -1}, {Mode: Stop, For: 25 * time.Hour}, {Mode: Status, Text: strings.Repeat("x", 501)}} {
		if e.Break(Homepage, f) == nil {
			t.Errorf("%+v was taken", f)
		}
	}
}

func TestOpenNamesThePortInUse(t *testing.T) {
	var e *Estate
	var err error
	base := 0
	for try := 12100; try < 19000 && e == nil; try += 100 { // a stretch of 17 free ports
		if e, err = Open(Config{BasePort: try}); err == nil {
			base = try
		}
	}
	if e == nil {
		t.Fatal(err)
	}
	if _, err := Open(Config{BasePort: base - 16}); err == nil || !strings.Contains(err.Error(), "in use") || !strings.Contains(err.Error(), "DNS") {
		t.Errorf("the DNS port on the control port: %v", err)
	}
	_, err = Open(Config{BasePort: base})
	if !errors.Is(err, syscall.EADDRINUSE) || !strings.Contains(err.Error(), "control") {
		t.Errorf("second estate: %v", err)
	}
	e.Close()
	if e, err = Open(Config{BasePort: base}); err != nil {
		t.Fatalf("after Close: %v", err)
	}
	e.Close()
	if _, err := Open(Config{Host: "0.0.0.0"}); err == nil {
		t.Error("a host that is not loopback was taken")
	}
}

func TestDirKeepsTheCA(t *testing.T) {
	dir := t.TempDir()
	var first string
	for range 2 {
		e, err := Open(Config{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		e.Close()
		b, err := os.ReadFile(e.CAFile())
		if err != nil || string(b) != string(e.CAPEM()) {
			t.Fatalf("CAFile and CAPEM differ: %v", err)
		}
		if first != "" && first != string(b) {
			t.Error("the CA changed over a restart")
		}
		first = string(b)
	}
	if fi, err := os.Stat(dir + "/" + caKeyFile); err != nil || fi.Mode().Perm() != 0o600 {
		t.Errorf("CA key: %v %v", fi.Mode(), err)
	}
}

func BenchmarkFront(b *testing.B) {
	e, err := Open(Config{})
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close()
	r, _ := http.NewRequest("GET", "/", nil)
	for b.Loop() {
		e.sites[0].ServeHTTP(discard{http.Header{}}, r)
	}
}

type discard struct{ h http.Header }

func (d discard) Header() http.Header         { return d.h }
func (d discard) Write(p []byte) (int, error) { return len(p), nil }
func (d discard) WriteHeader(int)             {}
