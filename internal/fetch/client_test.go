package fetch

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"
)

func newClient(t *testing.T, c Config) *Client {
	t.Helper()
	cl, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cl.Close)
	return cl
}

func serve(t *testing.T, h http.HandlerFunc) (s *httptest.Server, host string) {
	t.Helper()
	s = httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s, strings.TrimPrefix(s.URL, "http://")
}

func TestGet(t *testing.T) {
	var seen *http.Request
	s, host := serve(t, func(w http.ResponseWriter, r *http.Request) {
		seen = r
		w.Header().Set("Set-Cookie", "a=b; Path=/")
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("ETag", `"1"`)
		if r.Header.Get("If-None-Match") == `"1"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.WriteHeader(http.StatusServiceUnavailable)
		w.Write(inKorean(t, "점검 안내"))
	})
	c := newClient(t, Config{UserAgent: "charterwatch/1", Hosts: []string{host}})
	for range 2 {
		r, err := c.Get(t.Context(), "http://user:secret@"+host+"/x?y=1#z", Options{Accept: "text/html"})
		if err != nil {
			t.Fatal(err)
		}
		if text, charset := r.Text(); r.Status != 503 || text != "점검 안내" || charset != "euc-kr" || r.Cut || r.URL.String() != s.URL+"/x?y=1" {
			t.Errorf("got %d %q %s %v %s", r.Status, text, charset, r.Cut, r.URL)
		}
		if h := seen.Header; h.Get("Cookie") != "" || h.Get("Authorization") != "" || h.Get("Referer") != "" || h.Get("User-Agent") != "charterwatch/1" || h.Get("Accept") != "text/html" {
			t.Errorf("sent %v", h)
		}
	}
	r, err := c.Get(t.Context(), s.URL, Options{IfNoneMatch: `"1"`})
	if err != nil || r.Status != http.StatusNotModified || len(r.Body) != 0 {
		t.Errorf("conditional: %v %v", r, err)
	}
}

func TestRedirectsStayAmongAllowedHosts(t *testing.T) {
	reached, rounds := false, 0
	_, secret := serve(t, func(http.ResponseWriter, *http.Request) { reached = true })
	var to string
	s, host := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/end":
			fmt.Fprint(w, "here")
		case "/round":
			rounds++
			http.Redirect(w, r, "/round", http.StatusFound)
		default:
			w.Header().Set("Location", to)
			w.WriteHeader(http.StatusMovedPermanently)
		}
	})
	c := newClient(t, Config{Hosts: []string{host}})
	cases := []struct {
		to   string
		want error
	}{
		{"/end", nil},
		{s.URL + "/end", nil},
		{"//" + host + "/end", nil},
		{"/round", ErrRedirects},
		{"http://" + secret, ErrForeign},
		{"http://127.0.0.1:1", ErrForeign},
		{"http://169.254.169.254/latest", ErrForeign},
		{"file:///etc/passwd", ErrForeign},
		{"gopher://" + host, ErrForeign},
		{"http://" + host + "@" + secret, ErrForeign},
		{"http://[::1", ErrForeign},
	}
	for _, k := range cases {
		to = k.to
		r, err := c.Get(t.Context(), s.URL, Options{})
		if !errors.Is(err, k.want) || err == nil && string(r.Body) != "here" {
			t.Errorf("%s: %v, want %v", k.to, err, k.want)
		}
	}
	for _, raw := range []string{"http://" + secret, "ftp://" + host, "", "http://", "://", "javascript:alert(1)"} {
		if _, err := c.Get(t.Context(), raw, Options{}); !errors.Is(err, ErrForeign) && !errors.Is(err, ErrURL) {
			t.Errorf("%q: %v", raw, err)
		}
	}
	if rounds != DefaultMaxRedirects {
		t.Errorf("%d times round", rounds)
	}
	if reached {
		t.Error("a host that is not allowed was reached")
	}
}

func TestNamesMustLeadToPublicAddresses(t *testing.T) {
	_, host := serve(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "inside") })
	port := host[strings.LastIndex(host, ":")+1:]
	addr := netip.MustParseAddr("127.0.0.1")
	lookup := func(context.Context, string) ([]netip.Addr, error) { return []netip.Addr{addr}, nil }
	raw := "http://intranet.example:" + port
	public := newClient(t, Config{Hosts: []string{"intranet.example"}, Lookup: lookup})
	for _, a := range []string{"127.0.0.1", "10.0.0.1", "::1", "::ffff:127.0.0.1", "169.254.169.254", "fd00::1", "64:ff9b::7f00:1", "0.0.0.0", "100.64.0.1", "2002:7f00:1::", "224.0.0.1"} {
		addr = netip.MustParseAddr(a)
		if _, err := public.Get(t.Context(), raw, Options{}); !errors.Is(err, ErrNotPublic) {
			t.Errorf("%s: %v", a, err)
		}
		if _, err := public.Resolve(t.Context(), &url.URL{Scheme: "http", Host: "intranet.example"}); !errors.Is(err, ErrNotPublic) {
			t.Errorf("resolve to %s: %v", a, err)
		}
	}
	addr = netip.MustParseAddr("127.0.0.1")
	allowed := newClient(t, Config{AllowHosts: []string{"INTRANET.example:" + port}, Lookup: lookup})
	if r, err := allowed.Get(t.Context(), raw, Options{}); err != nil || string(r.Body) != "inside" {
		t.Errorf("a host that is allowed anywhere: %v", err)
	}
	if _, err := allowed.Get(t.Context(), "http://intranet.example:1", Options{}); !errors.Is(err, ErrForeign) {
		t.Errorf("another port of it: %v", err)
	}
	named := newClient(t, Config{Hosts: []string{"site.demo.localhost"}, Lookup: func(context.Context, string) ([]netip.Addr, error) {
		t.Error("a name under localhost was looked up")
		return nil, nil
	}})
	if _, err := named.Get(t.Context(), "http://site.demo.localhost:"+port, Options{}); err != nil {
		t.Errorf("localhost by name: %v", err)
	}
	for _, a := range []string{"8.8.8.8", "2606:4700::1111", "1.1.1.1", "211.234.100.1"} {
		if !Public(netip.MustParseAddr(a)) {
			t.Errorf("%s is public", a)
		}
	}
}

func TestBodiesAreBounded(t *testing.T) {
	bomb := func() []byte {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		z.Write(make([]byte, 50<<20))
		z.Close()
		return b.Bytes()
	}()
	var empty bytes.Buffer
	for z := gzip.NewWriter(&empty); empty.Len() < 200_000; z.Reset(&empty) { // members that hold nothing
		z.Close()
	}
	s, host := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/bomb":
			w.Header().Set("Content-Encoding", "gzip")
			w.Write(bomb)
		case "/empty":
			w.Header().Set("Content-Encoding", "gzip")
			w.Write(empty.Bytes())
		case "/lie":
			w.Header().Set("Content-Encoding", "gzip")
			fmt.Fprint(w, "plain text, not gzip")
		case "/br":
			w.Header().Set("Content-Encoding", "br")
		case "/big":
			w.Write(make([]byte, 10_001))
		case "/fits":
			w.Write(make([]byte, 10_000))
		case "/head":
			w.Header().Set("X", strings.Repeat("x", maxHeader+1))
		}
	})
	c := newClient(t, Config{Hosts: []string{host}, MaxBody: 10_000})
	for path, want := range map[string]struct {
		n   int
		cut bool
	}{"/bomb": {10_000, true}, "/big": {10_000, true}, "/fits": {10_000, false}, "/empty": {0, true}} {
		r, err := c.Get(t.Context(), s.URL+path, Options{})
		if err != nil || len(r.Body) != want.n || r.Cut != want.cut {
			t.Errorf("%s: %d bytes, cut %v, %v", path, len(r.Body), r.Cut, err)
		}
	}
	for _, path := range []string{"/lie", "/br"} {
		if _, err := c.Get(t.Context(), s.URL+path, Options{}); !errors.Is(err, ErrEncoding) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if _, err := c.Get(t.Context(), s.URL+"/head", Options{}); err == nil {
		t.Error("endless headers were read")
	}
}

func TestSlowServersEnd(t *testing.T) {
	release := make(chan struct{})
	s, host := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/body" {
			w.Write([]byte("begun"))
			w.(http.Flusher).Flush()
		}
		<-release
	})
	defer close(release)
	c := newClient(t, Config{Hosts: []string{host}, Timeout: 100 * time.Millisecond})
	for _, path := range []string{"/head", "/body"} {
		if _, err := c.Get(t.Context(), s.URL+path, Options{}); Describe(err) != "no answer in time" {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestPrivateCA(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "safe") }))
	defer s.Close()
	host := strings.TrimPrefix(s.URL, "https://")
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	r, err := newClient(t, Config{Hosts: []string{host}, CA: ca}).Get(t.Context(), s.URL, Options{})
	if err != nil || string(r.Body) != "safe" || r.Leaf == nil {
		t.Errorf("with its CA: %v", err)
	}
	if _, err := newClient(t, Config{Hosts: []string{host}}).Get(t.Context(), s.URL, Options{}); Describe(err) != "its certificate is not trusted" {
		t.Errorf("without: %v", err)
	}
}

func TestDescribeSaysNothingForeign(t *testing.T) {
	c := newClient(t, Config{Hosts: []string{"127.0.0.1"}})
	if _, err := c.Get(t.Context(), "http://127.0.0.1:1/?id=8801011234567", Options{}); Describe(err) != "no connection" || strings.Contains(err.Error(), "8801011234567") {
		t.Errorf("%q: %v", Describe(err), err)
	}
	for _, bad := range []Config{{Hosts: []string{"http://x"}}, {AllowHosts: []string{""}}, {CA: []byte("x")}, {Timeout: -1}} {
		if _, err := New(bad); err == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
}
