package probes

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
)

const canary = "canary"

// noCanary fails if the result shows a credential in any way of printing it.
func noCanary(t testing.TB, r Result) {
	t.Helper()
	j, _ := json.Marshal(r)
	for _, s := range []string{fmt.Sprintf("%v %+v %#v", r, r, r), fmt.Sprintf("%+v %#v", r.Capture, r.Capture), string(j), r.Detail} {
		if i := strings.Index(s, canary); i >= 0 {
			t.Fatalf("%v leaks: ...%s...", r.Reason, s[max(0, i-60):min(len(s), i+40)])
		}
	}
}

// parrot answers with all that it was told, in body and headers, and fails.
func parrot(t testing.TB) string {
	return site(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		user, pass, _ := r.BasicAuth()
		w.Header().Set("X-Echo", fmt.Sprint(r.Header, r.RequestURI, user))
		w.Header().Set("X-Auth-Token", "canary-of-the-site")
		w.Header().Add("Set-Cookie", "SID=canary-of-the-site; Path=/")
		w.WriteHeader(500)
		fmt.Fprintf(w, "%s %s %s %v %s %s", r.RequestURI, user, pass, r.Header, body, r.URL.Query())
	}).URL
}

// failing is one probe of each kind that fails, with canaries wherever a credential can be.
func failing(t testing.TB) map[string]Probe {
	echo := parrot(t)
	host := strings.TrimPrefix(echo, "http://")
	headers := []RequestHeader{{"X-Api-Key", "canary-header"}, {"Cookie", "s=canary-cookie"}}
	query := "/p?token=canary-query"
	ca := newAuthority(t)
	untrusted := "https://" + peer(t, shakes(ca.good(t), silent))
	return map[string]Probe{
		"http basic":    must(NewHTTP(HTTPConfig{URL: echo + query, Username: "kim", Password: "canary-pass/word", Headers: headers}, nil)),
		"http bearer":   must(NewHTTP(HTTPConfig{URL: echo + query, Bearer: "canary-bearer", Headers: headers}, nil)),
		"http userinfo": must(NewHTTP(HTTPConfig{URL: "http://kim:canary-user@" + host + query, Headers: headers}, nil)),
		"http form":     must(NewHTTP(HTTPConfig{URL: echo, Method: "POST", Body: "user=kim&password=canary-form%21"}, nil)),
		"http refused":  must(NewHTTP(HTTPConfig{URL: "http://kim:canary-user@" + closedPort(t) + query}, nil)),
		"http hang up":  must(NewHTTP(HTTPConfig{URL: "http://kim:canary-user@" + peer(t, says("")) + query}, nil)),
		"http tls":      must(NewHTTP(HTTPConfig{URL: untrusted + query, Bearer: "canary-bearer"}, nil)),
		"http dns": must(NewHTTP(HTTPConfig{URL: "http://kim:canary-user@no.example" + query,
			Dial: DialConfig{Resolver: nameServer(t, dns.RcodeNameError)}}, nil)),
		"http proxy":   must(NewHTTP(HTTPConfig{URL: "http://x.example" + query, Proxy: Secret("http://kim:canary-proxy@" + host)}, nil)),
		"http connect": must(NewHTTP(HTTPConfig{URL: "https://x.example" + query, Proxy: Secret("http://kim:canary-proxy@" + host)}, nil)),
		"http redirect": must(NewHTTP(HTTPConfig{URL: site(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "http://kim:canary-there@"+host+"/?session=canary-there")
			w.WriteHeader(302)
		}).URL}, nil)),
		"journey": must(NewJourney(JourneyConfig{Steps: []JourneyStep{{URL: "http://kim:canary-user@" + host + query, Headers: headers,
			Form: []FormField{{"password", "canary form value"}}}}}, nil)),
		"tcp":       must(NewTCP(TCPConfig{Address: peer(t, says("canary-pass?\n")), Script: []ScriptStep{{Send: "canary-pass"}, {Expect: "^ok"}}}, nil)),
		"tls":       must(NewTLS(TLSProbeConfig{Address: closedPort(t), TLS: TLSConfig{CA: ca.pem}}, nil)),
		"dns":       must(NewDNS(DNSConfig{Name: "no.example", Server: nameServer(t, dns.RcodeRefused)}, nil)),
		"grpc":      must(NewGRPC(GRPCConfig{Address: host, Metadata: headers}, nil)),
		"websocket": must(NewWebSocket(WebSocketConfig{URL: "ws://kim:canary-user@" + host + query, Headers: headers, Send: "canary-message", Expect: "^x"}, nil)),
		"push":      must(NewPush(PushConfig{Check: "a/b", Interval: time.Nanosecond, Heartbeats: NewHeartbeats(time.Now().Add(-time.Hour))})),
	}
}

type targeted interface {
	Probe
	Target() string
	Kind() string
}

func TestNoCredentialLeavesALook(t *testing.T) {
	for name, p := range failing(t) {
		t.Run(name, func(t *testing.T) {
			r := look(t, p)
			if r.Reason == OK {
				t.Fatal("it should fail")
			}
			noCanary(t, r)
			k := p.(targeted)
			if s := k.Target() + k.Kind(); strings.Contains(s, canary) || k.Target() == "" || !strings.HasPrefix(name, k.Kind()) {
				t.Errorf("target %q kind %q", k.Target(), k.Kind())
			}
			if strings.HasPrefix(name, "http") && r.Capture == nil {
				t.Error("nothing captured")
			}
		})
	}
}

// TestLooksLeaveNothingBehind counts goroutines and descriptors after many failing looks.
func TestLooksLeaveNothingBehind(t *testing.T) {
	ca := newAuthority(t)
	probes := failing(t)
	probes["http silent"] = must(NewHTTP(HTTPConfig{URL: "http://" + peer(t, silent)}, nil))
	probes["http2 silent"] = must(NewHTTP(HTTPConfig{URL: "https://" + peer(t, shakes(h2Only(ca, t), silent)), TLS: TLSConfig{CA: ca.pem}}, nil))
	probes["grpc silent"] = must(NewGRPC(GRPCConfig{Address: peer(t, silent)}, nil))
	probes["websocket silent"] = must(NewWebSocket(WebSocketConfig{URL: "ws://" + peer(t, silent)}, nil))
	probes["backlog"] = must(NewHTTP(HTTPConfig{URL: "http://" + fullBacklog(t)}, nil))
	probes["tcp silent"] = must(NewTCP(TCPConfig{Address: peer(t, silent), Script: []ScriptStep{{Expect: "x"}}}, nil))
	probes["dns silent"] = must(NewDNS(DNSConfig{Name: "x.example", Server: nameServer(t, -1)}, nil))
	settle := func() int {
		n := runtime.NumGoroutine()
		for range 50 {
			time.Sleep(20 * time.Millisecond)
			if m := runtime.NumGoroutine(); m >= n {
				return m
			} else {
				n = m
			}
		}
		return n
	}
	descriptors := func() int {
		fds, _ := os.ReadDir("/proc/self/fd") // none where there is no /proc
		return len(fds)
	}
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // a finalizer would close what was forgotten
	before, open := settle(), descriptors()
	for _, p := range probes {
		for range 200/len(probes) + 1 {
			if r := lookWithin(t, p, 30*time.Millisecond); r.Reason == OK {
				t.Fatal("it should fail")
			}
		}
	}
	var after int
	for range 50 { // the peers' own goroutines need a moment to see the hang-up
		if after = settle(); after <= before+2 && descriptors() <= open+2 {
			return
		}
	}
	t.Errorf("%d descriptors before, %d after", open, descriptors())
	buf := make([]byte, 1<<16)
	t.Fatalf("%d goroutines before, %d after\n%s", before, after, buf[:runtime.Stack(buf, true)])
}

// TestConstructorsNameTheField holds for every kind: each mistake is found, and all at once.
func TestConstructorsNameTheField(t *testing.T) {
	_, httpErr := NewHTTP(HTTPConfig{URL: "ftp://u:canary@x", Method: "G T", Proxy: "https://canary", MaxBody: -1, Headers: []RequestHeader{{"A b", "canary"}},
		Redirects: RedirectConfig{Mode: "some"}, Dial: DialConfig{Family: 5, Resolver: "dns.example"},
		TLS:    TLSConfig{CA: []byte("x"), MinVersion: "2", ClientKey: "canary"},
		Expect: HTTPExpect{Status: []string{"abc"}, BodyMatches: []string{"("}, JSON: []string{"body +"}, SizeMin: -1, Latency: -1}}, nil)
	_, tcpErr := NewTCP(TCPConfig{Address: "x", STARTTLS: "gopher", Script: []ScriptStep{{}, {Send: `canary\q`}}}, nil)
	_, tlsErr := NewTLS(TLSProbeConfig{Address: "x:y"}, nil)
	_, dnsErr := NewDNS(DNSConfig{Record: "ZZ", Transport: "tls", Expect: DNSExpect{Rcode: "FINE", Any: []string{"["}}}, nil)
	_, icmpErr := NewICMP(ICMPConfig{}, nil)
	_, grpcErr := NewGRPC(GRPCConfig{Address: "h"}, nil)
	_, wsErr := NewWebSocket(WebSocketConfig{URL: "http://x", Expect: "("}, nil)
	_, pushErr := NewPush(PushConfig{})
	_, journeyErr := NewJourney(JourneyConfig{Steps: []JourneyStep{{URL: "http://x", Captures: []StepCapture{{Name: "a b"}}}, {URL: "/${nobody}"}}}, nil)
	for err, fields := range map[error]string{
		httpErr: "URL Method Proxy MaxBody Headers[0] Redirects.Mode Dial.Family Dial.Resolver TLS.CA TLS.MinVersion TLS.ClientCert " +
			"Expect.Status[0] Expect.BodyMatches[0] Expect.JSON[0] Expect.SizeMax Expect.Latency",
		tcpErr: "Address STARTTLS Script[0] Script[1].Send", tlsErr: "Address",
		dnsErr: "Server Record Name Transport Expect.Rcode Expect.Any[0]", icmpErr: "Host", grpcErr: "Address", wsErr: "URL Expect",
		pushErr: "Check Interval Heartbeats", journeyErr: "Steps[0].Captures[0].Name Steps[1].URL",
	} {
		var got []string
		joined, ok := err.(interface{ Unwrap() []error })
		if !ok {
			t.Errorf("%s: %v", fields, err)
			continue
		}
		for _, e := range joined.Unwrap() {
			var fe *FieldError
			if !errors.As(e, &fe) || fe.Rule == "" || fe.Rule == "other" {
				t.Errorf("%#v", e)
				continue
			}
			got = append(got, fe.Field)
		}
		for _, f := range strings.Fields(fields) {
			if !slices.Contains(got, f) {
				t.Errorf("%s is not among %q", f, got)
			}
		}
		if strings.Contains(err.Error(), "canary") {
			t.Errorf("leaks: %v", err)
		}
	}
}
