package probes

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// nameServer answers every question with an rcode, or not at all if it is negative.
func nameServer(t testing.TB, rcode int) string {
	t.Helper()
	return dnsServer(t, func(w dns.ResponseWriter, q *dns.Msg) {
		if rcode >= 0 {
			a := new(dns.Msg).SetRcode(q, rcode)
			a.Authoritative = true
			w.WriteMsg(a)
		}
	})
}

// bothProtocols listens on one port over UDP and TCP. The kernel chooses the port for UDP;
// while somebody has it over TCP, another is tried.
func bothProtocols(t testing.TB) (pc net.PacketConn, l net.Listener) {
	t.Helper()
	for range 100 {
		var err error
		if pc, err = net.ListenPacket("udp", "127.0.0.1:0"); err != nil {
			t.Fatal(err)
		}
		if l, err = net.Listen("tcp", pc.LocalAddr().String()); err == nil {
			return pc, l
		}
		_ = pc.Close()
	}
	t.Fatal("no port is free over both UDP and TCP")
	return nil, nil
}

func dnsServer(t testing.TB, h dns.HandlerFunc) string {
	t.Helper()
	pc, l := bothProtocols(t)
	for _, s := range []*dns.Server{{PacketConn: pc, Handler: h}, {Listener: l, Handler: h}} {
		started := make(chan struct{})
		s.NotifyStartedFunc = func() { close(started) }
		go s.ActivateAndServe()
		<-started
		t.Cleanup(func() { s.Shutdown() })
	}
	return pc.LocalAddr().String()
}

// TestEachTransportReason makes every way to fail before an answer happen on a real socket.
func TestEachTransportReason(t *testing.T) {
	ca, stranger := newAuthority(t), newAuthority(t)
	with := func(c tls.Certificate) *tls.Config { return &tls.Config{Certificates: []tls.Certificate{c}} }
	tlsPeer := func(c *tls.Config) string { return "https://" + peer(t, shakes(c, says("HTTP/1.1 200 OK\r\n\r\n"))) }
	trust := TLSConfig{CA: ca.pem}
	old := ca.good(t)
	old.MinVersion, old.MaxVersion = tls.VersionTLS10, tls.VersionTLS10
	picky := ca.good(t)
	picky.ClientAuth = tls.RequireAnyClientCert
	picky.MaxVersion = tls.VersionTLS12 // so that the refusal comes during the handshake
	cases := []struct {
		name string
		c    HTTPConfig
		want Reason
	}{
		{"nxdomain", HTTPConfig{URL: "http://no.example", Dial: DialConfig{Resolver: nameServer(t, dns.RcodeNameError)}}, DNSNotFound},
		{"no address", HTTPConfig{URL: "http://no.example", Dial: DialConfig{Resolver: nameServer(t, dns.RcodeSuccess)}}, DNSNotFound},
		{"servfail", HTTPConfig{URL: "http://no.example", Dial: DialConfig{Resolver: nameServer(t, dns.RcodeServerFailure)}}, DNSFailure},
		{"refused by resolver", HTTPConfig{URL: "http://no.example", Dial: DialConfig{Resolver: nameServer(t, dns.RcodeRefused)}}, DNSFailure},
		{"silent resolver", HTTPConfig{URL: "http://no.example", Dial: DialConfig{Resolver: nameServer(t, -1)}}, DNSTimeout},
		{"closed port", HTTPConfig{URL: "http://" + closedPort(t)}, ConnectRefused},
		{"full backlog", HTTPConfig{URL: "http://" + fullBacklog(t)}, ConnectTimeout},
		{"no route", HTTPConfig{URL: "http://224.0.0.1"}, Unreachable},
		{"reset", HTTPConfig{URL: "http://" + peer(t, resets)}, ConnectionReset},
		{"hang up", HTTPConfig{URL: "http://" + peer(t, says(""))}, ConnectionReset},
		{"hang up in the body", HTTPConfig{URL: "http://" + peer(t, says("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"))}, ConnectionReset},
		{"silent", HTTPConfig{URL: "http://" + peer(t, silent)}, Timeout},
		{"silent in TLS", HTTPConfig{URL: "https://" + peer(t, silent)}, Timeout},
		{"silent after TLS", HTTPConfig{URL: "https://" + peer(t, shakes(ca.good(t), silent)), TLS: trust}, Timeout},
		{"another protocol", HTTPConfig{URL: "http://" + peer(t, says("220 mail ESMTP\r\n"))}, Protocol},
		{"not TLS", HTTPConfig{URL: "https://" + peer(t, says("HTTP/1.1 400 Bad Request\r\n\r\n"))}, Protocol},
		{"bad chunk", HTTPConfig{URL: "http://" + peer(t, says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"))}, Protocol},
		{"endless headers", HTTPConfig{URL: "http://" + peer(t, says("HTTP/1.1 200 OK\r\nX: "+strings.Repeat("x", 2<<20)))}, Protocol},
		{"closed proxy", HTTPConfig{URL: "http://x.example", Proxy: Secret("http://" + closedPort(t))}, ProxyFailure},
		{"proxy refuses", HTTPConfig{URL: "https://x.example", Proxy: Secret("http://" + peer(t, says("HTTP/1.1 407 No\r\n\r\n")))}, ProxyFailure},
		{"proxy unknown", HTTPConfig{URL: "https://x.example", Proxy: "http://no.example", Dial: DialConfig{Resolver: nameServer(t, dns.RcodeNameError)}}, ProxyFailure},
		{"expired", HTTPConfig{URL: tlsPeer(with(ca.issue(t, "127.0.0.1", -2*day, -day))), TLS: trust}, TLSExpired},
		{"not yet valid", HTTPConfig{URL: tlsPeer(with(ca.issue(t, "127.0.0.1", day, 2*day))), TLS: trust}, TLSNotYetValid},
		{"another name", HTTPConfig{URL: tlsPeer(with(ca.issue(t, "other.example", -day, day))), TLS: trust}, TLSName},
		{"untrusted", HTTPConfig{URL: tlsPeer(stranger.good(t)), TLS: trust}, TLSUntrusted},
		{"expiring", HTTPConfig{URL: tlsPeer(ca.good(t)), TLS: TLSConfig{CA: ca.pem, ExpiresAfter: 21 * day}}, TLSExpiring},
		{"old version", HTTPConfig{URL: tlsPeer(old), TLS: trust}, TLSVersion},
		{"client certificate wanted", HTTPConfig{URL: tlsPeer(picky), TLS: trust}, TLSHandshake},
		{"in order", HTTPConfig{URL: tlsPeer(ca.good(t)), TLS: TLSConfig{CA: ca.pem, ExpiresAfter: 19 * day, MinVersion: "1.3"}}, OK},
		{"accepted as it is", HTTPConfig{URL: tlsPeer(with(ca.issue(t, "other.example", -2*day, -day))), TLS: TLSConfig{Insecure: true}}, OK},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := must(NewHTTP(c.c, nil))
			r := look(t, p)
			wantReason(t, r, c.want)
			if (r.Detail == "") != (c.want == OK) || strings.ContainsAny(r.Detail, "\r\n") {
				t.Errorf("detail %q", r.Detail)
			}
			if strings.HasPrefix(c.want.String(), "tls_e") && r.Facts.CertNotAfter.IsZero() {
				t.Error("the refused certificate's facts are not learned")
			}
		})
	}
}

// TestOwnLimitsAreNeverTheSites holds for whatever wraps the system's error.
func TestOwnLimitsAreNeverTheSites(t *testing.T) {
	for errno, want := range map[syscall.Errno]Reason{
		syscall.EMFILE: Missed, syscall.ENFILE: Missed, syscall.ENOBUFS: Missed, syscall.ENOMEM: Missed, syscall.EADDRNOTAVAIL: Missed,
		syscall.EACCES: NotPermitted, syscall.EPERM: NotPermitted, syscall.EAFNOSUPPORT: NotPermitted,
	} {
		err := failed(stageConnect, &net.OpError{Op: "dial", Err: os.NewSyscallError("socket", errno)})
		var ns *NotSeen
		if !errors.As(err, &ns) || ns.Reason != want {
			t.Errorf("%v: %v, want %v", errno, err, want)
		}
	}
	err := failed(stageResolve, &net.DNSError{Err: "dial udp: socket: too many open files", Name: "x"})
	if ns := (*NotSeen)(nil); !errors.As(err, &ns) {
		t.Errorf("resolver without descriptors: %v", err)
	}
	for errno, want := range map[syscall.Errno]Reason{syscall.ENETUNREACH: Unreachable, syscall.EHOSTUNREACH: Unreachable, syscall.ETIMEDOUT: ConnectTimeout} {
		if se := (*siteError)(nil); !errors.As(failed(stageConnect, errno), &se) || se.reason != want {
			t.Errorf("%v is not %v", errno, want)
		}
	}
}

// lookWithoutDescriptors runs in a process of its own, because the limit is the process's.
func lookWithoutDescriptors() {
	for _, c := range []HTTPConfig{{URL: "http://127.0.0.1:1"}, {URL: "http://no.example", Dial: DialConfig{Resolver: "127.0.0.1:1"}}} {
		p := must(NewHTTP(c, nil))
		ck := &Check{ID: "a/b", Probe: p}
		var open []*os.File
		syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: 40, Max: 40})
		for range 100 {
			if f, err := os.Open(os.DevNull); err == nil {
				open = append(open, f)
			}
		}
		fmt.Println(ck.Run(context.Background(), time.Now(), 0).Reason)
		for _, f := range open {
			f.Close()
		}
	}
}

func TestWithoutDescriptorsNothingIsSeen(t *testing.T) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), serveEnv+"=descriptors")
	out, err := cmd.CombinedOutput()
	if err != nil || string(out) != "missed\nmissed\n" {
		t.Fatalf("%v: %s", err, out)
	}
}
