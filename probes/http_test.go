package probes

import (
	"bytes"
	"compress/gzip"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/korean"
)

// pages is a site with a page for each expectation.
func pages(t testing.TB) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	page := func(path string, f http.HandlerFunc) { mux.HandleFunc(path, f) }
	page("/ok", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Build", "v1.2")
		io.WriteString(w, "hello world")
	})
	page("/status/{code}", func(w http.ResponseWriter, r *http.Request) {
		var n int
		fmt.Sscan(r.PathValue("code"), &n)
		w.WriteHeader(n)
		io.WriteString(w, r.URL.Query().Get("say"))
	})
	page("/korean", func(w http.ResponseWriter, r *http.Request) {
		b, _ := korean.EUCKR.NewEncoder().Bytes([]byte("<html>금융투자협회에 오신 것을 환영합니다</html>"))
		w.Header().Set("Content-Type", "text/html")
		w.Write(b)
	})
	page("/json", func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, `{"status":"ok","n":3,"items":[{"up":true},{"up":true}],"many":[`+strings.Repeat("1,", 9999)+`1]}`)
	})
	page("/big", func(w http.ResponseWriter, r *http.Request) { w.Write(bytes.Repeat([]byte("x"), 100_000)) })
	page("/gzip", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		gz := gzip.NewWriter(w)
		io.WriteString(gz, strings.Repeat("hello ", 1000))
		gz.Close()
	})
	page("/slow", func(w http.ResponseWriter, r *http.Request) { time.Sleep(60 * time.Millisecond) })
	page("/to", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, r.URL.Query().Get("u"), http.StatusFound)
	})
	page("/loop", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/loop?x=1", http.StatusFound) })
	page("/cookie", func(w http.ResponseWriter, r *http.Request) {
		if _, err := r.Cookie("seen"); err != nil {
			http.SetCookie(w, &http.Cookie{Name: "seen", Value: "1"})
			http.Redirect(w, r, "/cookie", http.StatusFound)
		}
	})
	page("/echo", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		user, pass, _ := r.BasicAuth()
		fmt.Fprintf(w, "%s %s host=%s agent=%s basic=%s:%s auth=%s x=%s body=%s q=%s", r.Method, r.Proto, r.Host, r.UserAgent(), user, pass,
			r.Header.Get("Authorization"), r.Header.Get("X-T"), body, r.URL.RawQuery)
	})
	page("/challenge", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cf-Mitigated", "challenge")
		w.WriteHeader(403)
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

func TestHTTPExpectations(t *testing.T) {
	s := pages(t)
	cases := []struct {
		name, path string
		e          HTTPExpect
		want       Reason
	}{
		{"default", "/ok", HTTPExpect{}, OK},
		{"class", "/status/404", HTTPExpect{Status: []string{"200", "4xx"}}, OK},
		{"status", "/status/500", HTTPExpect{}, Status},
		{"exact status", "/status/204", HTTPExpect{Status: []string{"200"}}, Status},
		{"header there", "/ok", HTTPExpect{Headers: []HeaderExpect{{Name: "x-build"}}}, OK},
		{"header equal", "/ok", HTTPExpect{Headers: []HeaderExpect{{Name: "X-Build", Equals: "v1.2"}}}, OK},
		{"header other", "/ok", HTTPExpect{Headers: []HeaderExpect{{Name: "X-Build", Equals: "v1"}}}, Header},
		{"header missing", "/ok", HTTPExpect{Headers: []HeaderExpect{{Name: "X-None"}}}, Header},
		{"header pattern", "/ok", HTTPExpect{Headers: []HeaderExpect{{Name: "X-Build", Matches: "^v2"}}}, Header},
		{"header absent", "/ok", HTTPExpect{Headers: []HeaderExpect{{Name: "Server", Absent: true}}}, OK},
		{"header not absent", "/ok", HTTPExpect{Headers: []HeaderExpect{{Name: "X-Build", Absent: true}}}, Header},
		{"contains", "/ok", HTTPExpect{BodyContains: []string{"hello", "world"}}, OK},
		{"contains not", "/ok", HTTPExpect{BodyContains: []string{"hello", "moon"}}, Body},
		{"lacks", "/ok", HTTPExpect{BodyLacks: []string{"world"}}, Body},
		{"matches", "/ok", HTTPExpect{BodyMatches: []string{"^hel+o"}, BodyLacksMatch: []string{"moon$"}}, OK},
		{"matches not", "/ok", HTTPExpect{BodyMatches: []string{"^world"}}, Body},
		{"lacks match", "/ok", HTTPExpect{BodyLacksMatch: []string{"w.rld"}}, Body},
		{"korean", "/korean", HTTPExpect{BodyContains: []string{"금융투자협회"}, BodyMatches: []string{"환영합니다<"}}, OK},
		{"korean lacks", "/korean", HTTPExpect{BodyContains: []string{"점검중"}}, Body},
		{"json", "/json", HTTPExpect{JSON: []string{`body.status == "ok" && status == 200`, `all(body.items, .up)`, `headers["Content-Type"] startsWith "text"`}}, OK},
		{"json false", "/json", HTTPExpect{JSON: []string{`body.n > 3`}}, JSON},
		{"json not bool", "/json", HTTPExpect{JSON: []string{`body.status`}}, JSON},
		{"json unfit", "/json", HTTPExpect{JSON: []string{`body.status.deep.er == 1`}}, JSON},
		{"json none", "/ok", HTTPExpect{JSON: []string{`body == nil`}}, JSON},
		{"json endless", "/json", HTTPExpect{JSON: []string{`all(body.many, {let a = #; all(body.many, # == a)})`}}, JSON},
		{"json squared", "/json", HTTPExpect{JSON: []string{`all(body.many, all(body.many, # > 0))`}}, JSON},
		{"size", "/big", HTTPExpect{SizeMin: 100_000, SizeMax: 100_000}, OK},
		{"small", "/ok", HTTPExpect{SizeMin: 12}, Size},
		{"large", "/big", HTTPExpect{SizeMax: 99_999}, Size},
		{"gzip", "/gzip", HTTPExpect{SizeMin: 6000, SizeMax: 6000, BodyContains: []string{"hello hello"}}, OK},
		{"slow", "/slow", HTTPExpect{Latency: 50 * time.Millisecond}, Latency},
		{"rate limit", "/status/429", HTTPExpect{}, Blocked},
		{"rate limit expected", "/status/429", HTTPExpect{Status: []string{"429"}}, OK},
		{"plain 403", "/status/403", HTTPExpect{}, Status},
		{"plain 503", "/status/503?say=" + url.QueryEscape("시스템 점검 중입니다"), HTTPExpect{}, Status},
		{"korean firewall", "/status/403?say=" + url.QueryEscape("비정상적인 접근이 감지되어 차단되었습니다"), HTTPExpect{}, Blocked},
		{"firewall words elsewhere", "/status/500?say=" + url.QueryEscape("웹 방화벽"), HTTPExpect{}, Status},
		{"cloudflare", "/challenge", HTTPExpect{}, Blocked},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := lookWithin(t, must(NewHTTP(HTTPConfig{URL: s.URL + c.path, Expect: c.e}, nil)), 5*time.Second)
			wantReason(t, r, c.want)
			if (r.Capture != nil) != (c.want != OK) {
				t.Errorf("capture %+v", r.Capture)
			}
		})
	}
}

func TestHTTPRedirects(t *testing.T) {
	s := pages(t)
	other := pages(t)
	elsewhere := strings.Replace(other.URL, "127.0.0.1", "localhost", 1)
	cases := []struct {
		name, path string
		r          RedirectConfig
		e          HTTPExpect
		want       Reason
		hops       int
	}{
		{"followed", "/to?u=/ok", RedirectConfig{}, HTTPExpect{BodyContains: []string{"hello"}}, OK, 1},
		{"with cookies", "/cookie", RedirectConfig{}, HTTPExpect{}, OK, 1},
		{"not followed", "/to?u=/ok", RedirectConfig{Mode: FollowNone}, HTTPExpect{Status: []string{"302"}}, OK, 0},
		{"not followed unexpected", "/to?u=/ok", RedirectConfig{Mode: FollowNone}, HTTPExpect{}, Status, 0},
		{"loop", "/loop", RedirectConfig{Max: 3}, HTTPExpect{}, Redirect, 3},
		{"same host", "/to?u=/ok", RedirectConfig{Mode: FollowSameHost}, HTTPExpect{}, OK, 1},
		{"other host", "/to?u=" + elsewhere + "/ok", RedirectConfig{Mode: FollowSameHost}, HTTPExpect{}, Redirect, 0},
		{"no URL", "/to?u=mailto:x@y.example", RedirectConfig{}, HTTPExpect{}, Redirect, 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := look(t, must(NewHTTP(HTTPConfig{URL: s.URL + c.path, Redirects: c.r, Expect: c.e}, nil)))
			wantReason(t, r, c.want)
			if r.Facts.Redirects != c.hops {
				t.Errorf("%d hops", r.Facts.Redirects)
			}
		})
	}
	t.Run("credentials stay", func(t *testing.T) {
		to := "/to?u=" + url.QueryEscape(elsewhere+"/echo")
		r := look(t, must(NewHTTP(HTTPConfig{URL: s.URL + to, Bearer: "canary-1", Headers: []RequestHeader{{"X-Api-Key", "canary-2"}},
			Expect: HTTPExpect{BodyContains: []string{"GET"}, BodyLacks: []string{"canary"}}}, nil)))
		wantReason(t, r, OK)
	})
}

func TestHTTPRequest(t *testing.T) {
	s := pages(t)
	withUser := strings.Replace(s.URL, "//", "//kim:pa%3Ass@", 1)
	shared := NewShared(SharedConfig{UserAgent: "charterwatch/1 (+https://w.example)"})
	for want, c := range map[string]HTTPConfig{
		"GET HTTP/1.1 host=127.0.0.1:":              {URL: s.URL + "/echo"},
		"agent=charterwatch/1 (+https://w.example)": {URL: s.URL + "/echo"},
		"agent=mine":             {URL: s.URL + "/echo", Headers: []RequestHeader{{"user-agent", "mine"}}},
		"host=www.example.or.kr": {URL: s.URL + "/echo", Headers: []RequestHeader{{"Host", "www.example.or.kr"}}},
		"basic=kim:pa:ss":        {URL: withUser + "/echo"},
		"basic=lee:secret":       {URL: s.URL + "/echo", Username: "lee", Password: "secret"},
		"auth=Bearer abc":        {URL: s.URL + "/echo", Bearer: "abc"},
		"body=a=1&b=2":           {URL: s.URL + "/echo", Method: "post", Body: "a=1&b=2"},
		"q=x=%20y":               {URL: s.URL + "/echo?x=%20y#frag"},
	} {
		c.Expect.BodyContains = []string{want}
		r := look(t, must(NewHTTP(c, shared)))
		if r.Reason != OK {
			t.Errorf("%s: %s", want, r.Detail)
		}
	}
}

func TestHTTPFacts(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Last-Modified", "Mon, 02 Jan 2006 15:04:05 GMT")
		io.WriteString(w, r.Proto)
	}))
	s.EnableHTTP2 = true
	s.StartTLS()
	t.Cleanup(s.Close)
	ca := TLSConfig{CA: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})}
	for _, http1 := range []bool{false, true} {
		r := look(t, must(NewHTTP(HTTPConfig{URL: s.URL, HTTP1: http1, TLS: ca}, nil)))
		wantReason(t, r, OK)
		f, version := r.Facts, map[bool]float64{false: 2, true: 1.1}[http1]
		if f.HTTPVersion != version || f.HTTPStatus != 200 || f.BodyBytes != 8 || f.IPFamily != 4 || f.Address != s.Listener.Addr().String() ||
			f.TLSVersion != "TLS 1.3" || f.TLSCipher == "" || !f.CertNotAfter.Equal(s.Certificate().NotAfter) || len(f.CertDigest) != 64 ||
			f.LastModified.Year() != 2006 {
			t.Errorf("%+v", f)
		}
		p := r.Phases
		if p.Connect <= 0 || p.TLS <= 0 || p.Processing <= 0 || p.Resolve != 0 {
			t.Errorf("%+v", p)
		}
	}
}

func TestHTTPClientCertificateAndProxy(t *testing.T) {
	ca := newAuthority(t)
	server := ca.good(t)
	server.ClientCAs = x509.NewCertPool()
	server.ClientCAs.AddCert(ca.cert)
	server.ClientAuth = tls.RequireAndVerifyClientCert
	target := peer(t, shakes(server, says("HTTP/1.1 200 OK\r\n\r\nsecure")))
	mine := ca.issue(t, "client.example", -time.Hour, time.Hour)
	key, _ := x509.MarshalPKCS8PrivateKey(mine.PrivateKey)
	conf := TLSConfig{CA: ca.pem,
		ClientCert: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: mine.Certificate[0]}),
		ClientKey:  Secret(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}))}
	var asked []string
	proxy := site(t, func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Method+" "+r.RequestURI+" "+r.Header.Get("Proxy-Authorization"))
		if r.Method != http.MethodConnect {
			return
		}
		out, err := net.Dial("tcp", r.RequestURI)
		if err != nil {
			return
		}
		in, _, _ := w.(http.Hijacker).Hijack()
		io.WriteString(in, "HTTP/1.1 200 OK\r\n\r\n")
		go func() { io.Copy(out, in); out.Close() }()
		io.Copy(in, out)
		in.Close()
	})
	via := Secret(strings.Replace(proxy.URL, "//", "//u:p@", 1))
	wantReason(t, look(t, must(NewHTTP(HTTPConfig{URL: "https://" + target, TLS: conf, Proxy: via, Expect: HTTPExpect{BodyContains: []string{"secure"}}}, nil))), OK)
	wantReason(t, look(t, must(NewHTTP(HTTPConfig{URL: "http://site.example/x?y=1", Proxy: via}, nil))), OK)
	if want := []string{"CONNECT " + target + " Basic dTpw", "GET http://site.example/x?y=1 Basic dTpw"}; !slices.Equal(asked, want) {
		t.Errorf("the proxy was asked %q", asked)
	}
}

func TestHTTPNewConnectionForEachLook(t *testing.T) {
	seen := map[string]bool{}
	s := site(t, func(w http.ResponseWriter, r *http.Request) { seen[r.RemoteAddr] = true })
	p := must(NewHTTP(HTTPConfig{URL: s.URL}, nil))
	for range 5 {
		wantReason(t, look(t, p), OK)
	}
	if len(seen) != 5 {
		t.Errorf("%d connections", len(seen))
	}
}

func TestHTTPCapture(t *testing.T) {
	s := site(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Set-Cookie", "SID=abcdefgh; Path=/")
		w.WriteHeader(500)
		w.Write(bytes.Repeat([]byte("가나다라"), 5000))
	})
	r := look(t, must(NewHTTP(HTTPConfig{URL: s.URL + "/a?page=2"}, nil)))
	k := r.Capture
	if k == nil || k.Method != "GET" || k.URL != s.URL+"/a?page=" || k.Status != 500 || k.Proto != "HTTP/1.1" || !k.Cut ||
		len(k.Body) > MaxCaptureBody || len(k.Body) < MaxCaptureBody-8 || !strings.HasPrefix(k.Body, "가나") || k.Address == "" {
		t.Fatalf("%+v", k)
	}
	if strings.Contains(fmt.Sprint(k), "abcdefgh") {
		t.Error("a session leaks")
	}
}
