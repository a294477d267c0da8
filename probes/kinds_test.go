package probes

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"
	"github.com/miekg/dns"
	"golang.org/x/net/icmp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
)

// talks answers as a mail server does, and speaks TLS after STARTTLS.
func talks(c *tls.Config) func(net.Conn) {
	return func(conn net.Conn) {
		r := bufio.NewReader(conn)
		io.WriteString(conn, "220-mail.example\r\n220 ready\r\n")
		for {
			line, err := r.ReadString('\n')
			if err != nil {
				return
			}
			switch {
			case strings.HasPrefix(line, "EHLO"):
				io.WriteString(conn, "250-mail.example\r\n250 STARTTLS\r\n")
			case strings.HasPrefix(line, "STARTTLS"):
				io.WriteString(conn, "220 go ahead\r\n")
				tc := tls.Server(conn, c)
				if tc.Handshake() == nil {
					conn, r = tc, bufio.NewReader(tc)
				}
			case strings.HasPrefix(line, "QUIT"):
				io.WriteString(conn, "221 bye\r\n")
				return
			default:
				io.WriteString(conn, "500 what\r\n")
			}
		}
	}
}

func TestTLS(t *testing.T) {
	ca := newAuthority(t)
	plain := peer(t, shakes(ca.good(t), silent))
	mail := peer(t, talks(ca.good(t)))
	first := func(banner, answer string) string {
		return peer(t, func(c net.Conn) {
			io.WriteString(c, banner)
			c.Read(make([]byte, 100))
			io.WriteString(c, answer)
			shakes(ca.good(t), silent)(c)
		})
	}
	trust := TLSConfig{CA: ca.pem}
	for _, c := range []struct {
		name string
		c    TLSProbeConfig
		want Reason
	}{
		{"in order", TLSProbeConfig{Address: plain, TLS: TLSConfig{CA: ca.pem, ExpiresAfter: 19 * day}}, OK},
		{"expiring", TLSProbeConfig{Address: plain, TLS: TLSConfig{CA: ca.pem, ExpiresAfter: 21 * day}}, TLSExpiring},
		{"untrusted", TLSProbeConfig{Address: plain}, TLSUntrusted},
		{"other name", TLSProbeConfig{Address: plain, TLS: TLSConfig{CA: ca.pem, ServerName: "x.example"}}, TLSName},
		{"old", TLSProbeConfig{Address: peer(t, shakes(&tls.Config{Certificates: ca.good(t).Certificates, MaxVersion: tls.VersionTLS12}, silent)),
			TLS: TLSConfig{CA: ca.pem, MinVersion: "1.3"}}, TLSVersion},
		{"closed", TLSProbeConfig{Address: closedPort(t)}, ConnectRefused},
		{"smtp", TLSProbeConfig{Address: mail, STARTTLS: "smtp", TLS: trust}, OK},
		{"imap", TLSProbeConfig{Address: first("* OK hi\r\n", "* note\r\na1 OK go\r\n"), STARTTLS: "imap", TLS: trust}, OK},
		{"pop3", TLSProbeConfig{Address: first("+OK hi\r\n", "+OK go\r\n"), STARTTLS: "pop3", TLS: trust}, OK},
		{"ftp", TLSProbeConfig{Address: first("220-a\r\n b\r\n220 hi\r\n", "234 go\r\n"), STARTTLS: "ftp", TLS: trust}, OK},
		{"postgres", TLSProbeConfig{Address: first("", "S"), STARTTLS: "postgres", TLS: trust}, OK},
		{"postgres without", TLSProbeConfig{Address: first("", "N"), STARTTLS: "postgres", TLS: trust}, Protocol},
		{"refused", TLSProbeConfig{Address: first("+OK hi\r\n", "-ERR no\r\n"), STARTTLS: "pop3", TLS: trust}, Protocol},
		{"silent", TLSProbeConfig{Address: peer(t, silent), STARTTLS: "smtp"}, Timeout},
	} {
		t.Run(c.name, func(t *testing.T) { wantReason(t, look(t, must(NewTLS(c.c, nil))), c.want) })
	}
}

func TestTCP(t *testing.T) {
	ca := newAuthority(t)
	mail := peer(t, talks(ca.good(t)))
	bye := []ScriptStep{{Expect: "^220 "}, {Send: `QUIT\r\n`}, {Expect: "^221"}}
	for _, c := range []struct {
		name string
		c    TCPConfig
		want Reason
	}{
		{"connects", TCPConfig{Address: mail}, OK},
		{"closed", TCPConfig{Address: closedPort(t)}, ConnectRefused},
		{"talks", TCPConfig{Address: mail, Script: bye}, OK},
		{"other words", TCPConfig{Address: mail, Script: []ScriptStep{{Expect: "^220 "}, {Send: `QUIT\r\n`}, {Expect: "^250"}}}, Body},
		{"silent", TCPConfig{Address: peer(t, silent), Script: []ScriptStep{{Expect: "^220"}}}, Timeout},
		{"hangs up", TCPConfig{Address: peer(t, func(net.Conn) {}), Script: []ScriptStep{{Expect: "^220"}}}, ConnectionReset},
		{"prompt without an end", TCPConfig{Address: peer(t, says("login: ")), Script: []ScriptStep{{Send: "x"}, {Expect: "login: $"}}}, OK},
		{"endless line", TCPConfig{Address: peer(t, says(strings.Repeat("x", 100_000))), Script: []ScriptStep{{Send: "x"}, {Expect: "y"}}}, Protocol},
		{"starttls", TCPConfig{Address: mail, STARTTLS: "smtp", TLS: TLSConfig{CA: ca.pem}, Script: bye[1:]}, OK},
		{"starttls by script", TCPConfig{Address: mail, TLS: TLSConfig{CA: ca.pem}, Script: []ScriptStep{{Expect: "^220 "}, {Send: `STARTTLS\r\n`},
			{Expect: "^220"}, {StartTLS: true}, {Send: `QUIT\r\n`}, {Expect: "^221"}}}, OK},
		{"tls", TCPConfig{Address: peer(t, shakes(ca.good(t), silent)), UseTLS: true, TLS: TLSConfig{CA: ca.pem}}, OK},
		{"tls untrusted", TCPConfig{Address: peer(t, shakes(ca.good(t), silent)), UseTLS: true}, TLSUntrusted},
		{"slow", TCPConfig{Address: peer(t, func(c net.Conn) { time.Sleep(40 * time.Millisecond); io.WriteString(c, "hi\n") }), Latency: 20 * time.Millisecond,
			Script: []ScriptStep{{Expect: "hi"}}}, Latency},
	} {
		t.Run(c.name, func(t *testing.T) { wantReason(t, look(t, must(NewTCP(c.c, nil))), c.want) })
	}
}

func FuzzUnescape(f *testing.F) {
	for _, s := range []string{`a\r\n`, `\x4`, `\`, `\x41`, `\q`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		out, err := unescape(s)
		if err == nil && len(out) > len(s) {
			t.Fatalf("%q grew to %q", s, out)
		}
		if again, err := unescape(strings.ReplaceAll(s, `\`, `\\`)); err != nil || again != s {
			t.Fatalf("%q came back as %q: %v", s, again, err)
		}
	})
}

func FuzzHealthStatus(f *testing.F) {
	f.Add([]byte{0, 0, 0, 0, 2, 8, 1})
	f.Add([]byte{0, 0, 0, 0, 4, 0x12, 1, 'x', 8})
	f.Fuzz(func(t *testing.T, b []byte) { healthStatus(b) })
}

func FuzzVariables(f *testing.F) {
	f.Add("a${b}c${", "v")
	f.Fuzz(func(t *testing.T, text, value string) {
		vars := map[string]string{}
		for _, n := range variables(text) {
			vars[n] = "${" + n + "}"
		}
		if got := substitute(text, vars, nil); got != text {
			t.Fatalf("%q became %q", text, got)
		}
		substituteURL(text, vars)
	})
}

func TestDNS(t *testing.T) {
	server := dnsServer(t, func(w dns.ResponseWriter, q *dns.Msg) {
		a := new(dns.Msg).SetReply(q)
		add := func(s string) {
			rr, err := dns.NewRR(q.Question[0].Name + " 60 IN " + s)
			if err != nil {
				panic(err)
			}
			a.Answer = append(a.Answer, rr)
		}
		_, udp := w.RemoteAddr().(*net.UDPAddr)
		switch name := q.Question[0].Name; {
		case name == "big.example.":
			if a.Truncated = udp; !udp {
				add("TXT \"over tcp\"")
			}
		case name == "none.example.":
		case name == "gone.example.":
			a.Rcode = dns.RcodeNameError
		case name == "broken.example.":
			a.Rcode = dns.RcodeServerFailure
		case name == "silent.example.":
			return
		default:
			a.AuthenticatedData = name == "signed.example."
			add(map[uint16]string{dns.TypeA: "A 192.0.2.1", dns.TypeAAAA: "AAAA 2001:db8::1", dns.TypeMX: "MX 10 Mail.example.",
				dns.TypeTXT: `TXT "v=spf1 " "-all"`, dns.TypeNS: "NS ns.example.", dns.TypeCAA: `CAA 0 issue "ca.example"`, dns.TypeCNAME: "CNAME c.example.",
				dns.TypeSOA: "SOA ns.example. h.example. 1 2 3 4 5", dns.TypePTR: "PTR host.example."}[q.Question[0].Qtype])
		}
		w.WriteMsg(a)
	})
	for _, c := range []struct {
		name string
		c    DNSConfig
		want Reason
	}{
		{"a", DNSConfig{Name: "x.example", Expect: DNSExpect{All: []string{`^192\.0\.2\.1$`}}}, OK},
		{"a by tcp", DNSConfig{Name: "x.example", Transport: "tcp", Expect: DNSExpect{All: []string{`^192\.0\.2\.1$`}}}, OK},
		{"other a", DNSConfig{Name: "x.example", Expect: DNSExpect{All: []string{`^192\.0\.2\.2$`}}}, DNSAnswer},
		{"any", DNSConfig{Name: "x.example", Record: "AAAA", Expect: DNSExpect{Any: []string{"::2$", "::1$"}}}, OK},
		{"not any", DNSConfig{Name: "x.example", Expect: DNSExpect{Any: []string{"^10", "^11"}}}, DNSAnswer},
		{"none of", DNSConfig{Name: "x.example", Expect: DNSExpect{None: []string{"^192"}}}, DNSAnswer},
		{"mx", DNSConfig{Name: "x.example", Record: "MX", Expect: DNSExpect{All: []string{`^10 mail\.example\.$`}}}, OK},
		{"txt", DNSConfig{Name: "x.example", Record: "TXT", Expect: DNSExpect{All: []string{"^v=spf1 -all$"}}}, OK},
		{"ns", DNSConfig{Name: "x.example", Record: "NS", Expect: DNSExpect{All: []string{`^ns\.example\.$`}}}, OK},
		{"soa", DNSConfig{Name: "x.example", Record: "SOA"}, OK},
		{"caa", DNSConfig{Name: "x.example", Record: "CAA", Expect: DNSExpect{All: []string{`ca\.example`}}}, OK},
		{"cname", DNSConfig{Name: "x.example", Record: "CNAME"}, OK},
		{"ptr", DNSConfig{Name: "192.0.2.1", Record: "PTR", Expect: DNSExpect{All: []string{`^host\.example\.$`}}}, OK},
		{"truncated", DNSConfig{Name: "big.example", Record: "TXT", Expect: DNSExpect{All: []string{"^over tcp$"}}}, OK},
		{"no record", DNSConfig{Name: "none.example"}, DNSNotFound},
		{"no name", DNSConfig{Name: "gone.example"}, DNSNotFound},
		{"no name expected", DNSConfig{Name: "gone.example", Expect: DNSExpect{Rcode: "NXDOMAIN"}}, OK},
		{"name unexpected", DNSConfig{Name: "x.example", Expect: DNSExpect{Rcode: "NXDOMAIN"}}, DNSAnswer},
		{"broken", DNSConfig{Name: "broken.example"}, DNSFailure},
		{"silent", DNSConfig{Name: "silent.example"}, DNSTimeout},
		{"closed", DNSConfig{Name: "x.example", Transport: "tcp", Server: closedPort(t)}, DNSFailure},
		{"signed", DNSConfig{Name: "signed.example", Expect: DNSExpect{Authenticated: true}}, OK},
		{"unsigned", DNSConfig{Name: "x.example", Expect: DNSExpect{Authenticated: true}}, DNSAnswer},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.c.Server == "" {
				c.c.Server = server
			}
			wantReason(t, look(t, must(NewDNS(c.c, nil))), c.want)
		})
	}
}

func TestPush(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := NewHeartbeats(time.Now())
		p := must(NewPush(PushConfig{Check: "s/batch", Interval: 24 * time.Hour, Grace: time.Hour, Heartbeats: h}))
		is := func(want Reason) {
			t.Helper()
			wantReason(t, look(t, p), want)
		}
		is(NotRunning) // just started: silence means nothing
		time.Sleep(25 * time.Hour)
		is(NotRunning)
		time.Sleep(time.Millisecond)
		is(HeartbeatMissing)
		h.Beat("s/batch", time.Now(), true, "")
		is(OK)
		h.Beat("s/other", time.Now(), false, "")
		is(OK)
		time.Sleep(25 * time.Hour)
		is(OK) // within grace
		time.Sleep(time.Millisecond)
		is(HeartbeatMissing)
		h.Beat("s/batch", time.Now(), false, "disk full\nsecond line")
		if r := look(t, p); r.Reason != HeartbeatReported || !strings.HasSuffix(r.Detail, ": disk full") {
			t.Fatalf("%v %q", r.Reason, r.Detail)
		}
		h.Seed("s/batch", time.Now().Add(-time.Hour))
		is(HeartbeatReported) // memory does not override a later report
		h.Beat("s/batch", time.Now(), true, "")
		is(OK)
	})
}

func TestPushAfterRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := NewHeartbeats(time.Now())
		h.Seed("s/fresh", time.Now().Add(-10*time.Hour))
		h.Seed("s/stale", time.Now().Add(-30*time.Hour)) // a report may have come while we were away
		for check, want := range map[string]Reason{"s/fresh": OK, "s/stale": NotRunning} {
			p := must(NewPush(PushConfig{Check: check, Interval: 24 * time.Hour, Grace: time.Hour, Heartbeats: h}))
			wantReason(t, look(t, p), want)
		}
	})
}

func grpcServer(t *testing.T, o ...grpc.ServerOption) (string, *health.Server) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s, h := grpc.NewServer(o...), health.NewServer()
	healthpb.RegisterHealthServer(s, h)
	h.SetServingStatus("up", healthpb.HealthCheckResponse_SERVING)
	h.SetServingStatus("down", healthpb.HealthCheckResponse_NOT_SERVING)
	go s.Serve(l)
	t.Cleanup(s.Stop)
	return l.Addr().String(), h
}

func TestGRPC(t *testing.T) {
	ca := newAuthority(t)
	plain, _ := grpcServer(t)
	secure, _ := grpcServer(t, grpc.Creds(credentials.NewTLS(ca.good(t))))
	bare := func() string {
		l, _ := net.Listen("tcp", "127.0.0.1:0")
		s := grpc.NewServer()
		go s.Serve(l)
		t.Cleanup(s.Stop)
		return l.Addr().String()
	}()
	web := peer(t, func(c net.Conn) {
		fmt.Fprint(c, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
		io.Copy(io.Discard, c) // a server that hung up now might take its answer back with a reset
	})
	for _, c := range []struct {
		name string
		c    GRPCConfig
		want Reason
	}{
		{"server", GRPCConfig{Address: plain}, OK},
		{"service", GRPCConfig{Address: plain, Service: "up"}, OK},
		{"not serving", GRPCConfig{Address: plain, Service: "down"}, ServiceStatus},
		{"unknown", GRPCConfig{Address: plain, Service: "nobody"}, ServiceStatus},
		{"tls", GRPCConfig{Address: secure, UseTLS: true, TLS: TLSConfig{CA: ca.pem}}, OK},
		{"untrusted", GRPCConfig{Address: secure, UseTLS: true}, TLSUntrusted},
		{"not implemented", GRPCConfig{Address: bare}, Protocol},
		{"closed", GRPCConfig{Address: closedPort(t)}, ConnectRefused},
		{"silent", GRPCConfig{Address: peer(t, silent)}, Timeout},
		{"a web server", GRPCConfig{Address: web}, Protocol},
		{"no HTTP/2", GRPCConfig{Address: peer(t, shakes(ca.good(t), silent)), UseTLS: true, TLS: TLSConfig{CA: ca.pem}}, Protocol},
	} {
		t.Run(c.name, func(t *testing.T) { wantReason(t, look(t, must(NewGRPC(c.c, nil))), c.want) })
	}
}

func TestWebSocket(t *testing.T) {
	s := site(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/no":
			w.WriteHeader(404)
			return
		case "/blocked":
			w.WriteHeader(429)
			return
		}
		u := websocket.Upgrader{Subprotocols: []string{"v1"}}
		c, err := u.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer c.Close()
		for {
			kind, text, err := c.ReadMessage()
			if err != nil {
				return
			}
			if r.URL.Path == "/bye" {
				c.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(1011, ""), time.Now().Add(time.Second))
				return
			}
			c.WriteMessage(kind, []byte("echo "+string(text)))
		}
	})
	base := "ws" + strings.TrimPrefix(s.URL, "http")
	ca := newAuthority(t)
	for _, c := range []struct {
		name string
		c    WebSocketConfig
		want Reason
	}{
		{"opens", WebSocketConfig{URL: base}, OK},
		{"echoes", WebSocketConfig{URL: base, Send: "hi", Expect: "^echo hi$"}, OK},
		{"other echo", WebSocketConfig{URL: base, Send: "hi", Expect: "^nothing$"}, Body},
		{"no echo", WebSocketConfig{URL: base, Expect: "x"}, Timeout},
		{"subprotocol", WebSocketConfig{URL: base, Subprotocols: []string{"v0", "v1"}}, OK},
		{"no subprotocol", WebSocketConfig{URL: base, Subprotocols: []string{"v9"}}, Protocol},
		{"not found", WebSocketConfig{URL: base + "/no"}, Status},
		{"blocked", WebSocketConfig{URL: base + "/blocked"}, Blocked},
		{"closes", WebSocketConfig{URL: base + "/bye", Send: "hi", Expect: "x"}, ConnectionReset},
		{"closed port", WebSocketConfig{URL: "ws://" + closedPort(t)}, ConnectRefused},
		{"silent", WebSocketConfig{URL: "ws://" + peer(t, silent)}, Timeout},
		{"untrusted", WebSocketConfig{URL: "wss://" + peer(t, shakes(ca.good(t), silent))}, TLSUntrusted},
		{"another protocol", WebSocketConfig{URL: "ws://" + peer(t, says("220 hi\r\n"))}, Protocol},
	} {
		t.Run(c.name, func(t *testing.T) { wantReason(t, look(t, must(NewWebSocket(c.c, nil))), c.want) })
	}
}

func TestICMP(t *testing.T) {
	r := lookWithin(t, must(NewICMP(ICMPConfig{Host: "127.0.0.1", Count: 2, Interval: 10 * time.Millisecond, Size: 1000}, nil)), 3*time.Second)
	if r.Reason == NotPermitted {
		if !strings.Contains(r.Detail, "ping_group_range") || !strings.Contains(r.Detail, "CAP_NET_RAW") {
			t.Errorf("the way out is not named: %s", r.Detail)
		}
		for _, network := range []string{"udp4", "ip4:icmp"} { // the kernel itself is asked, not the probe
			if conn, err := icmp.ListenPacket(network, "0.0.0.0"); err == nil {
				conn.Close()
				t.Fatalf("the kernel permits %s: the probe should have looked", network)
			}
		}
		t.Skip("the kernel permits this user no echo socket; see the sysctl net.ipv4.ping_group_range")
	}
	wantReason(t, r, OK)
	if r.Facts.PacketsSent != 2 || r.Facts.PacketsBack != 2 || r.Phases.Processing <= 0 {
		t.Errorf("%+v %+v", r.Facts, r.Phases)
	}
	// An address of the range reserved by RFC 1112 belongs to nobody, whether it is routed or not.
	lost := lookWithin(t, must(NewICMP(ICMPConfig{Host: "240.0.0.1", Count: 2, Interval: 10 * time.Millisecond, Wait: 50 * time.Millisecond}, nil)), time.Second)
	if lost.Reason != PacketLoss && lost.Reason != Unreachable {
		t.Errorf("%v: %s", lost.Reason, lost.Detail)
	}
}

func TestICMPMatchesOnlyItsOwn(t *testing.T) {
	e := &echo{family: 4, raw: true, id: 7, payload: []byte("12345678")}
	reply := func(kind byte, id byte, payload string) []byte {
		return append([]byte{kind, 0, 0, 0, 0, id, 0, 3}, payload...)
	}
	for want, b := range map[int][]byte{3: reply(0, 7, "12345678")} {
		if e.match(b) != want {
			t.Error("its own reply")
		}
	}
	for name, b := range map[string][]byte{"request": reply(8, 7, "12345678"), "another id": reply(0, 8, "12345678"),
		"another nonce": reply(0, 7, "87654321"), "short": {0, 0}, "empty": nil} {
		if e.match(b) != -1 {
			t.Error(name)
		}
	}
}
