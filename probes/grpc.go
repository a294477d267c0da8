package probes

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/charterwatch/charterwatch/internal/fetch"
)

// GRPCConfig configures a probe of the gRPC health checking protocol, version 1
// (https://github.com/grpc/grpc/blob/master/doc/health-checking.md). Only Address is required.
type GRPCConfig struct {
	Address  string          // "host:port"
	Service  string          // service to ask about; "" asks about the server
	UseTLS   bool            // otherwise HTTP/2 in clear text
	Metadata []RequestHeader // sent with the call
	Latency  time.Duration   // longest the whole look may take; 0: none
	Dial     DialConfig
	TLS      TLSConfig
}

// GRPC looks by calling grpc.health.v1.Health/Check once. The one unary call with its two
// one-field messages is spoken here, over the same connections as the other kinds: a gRPC channel
// would reconnect and retry by itself, which hides what a probe must see.
type GRPC struct {
	route    route
	security *security // nil for clear text
	host     string
	port     uint16
	header   http.Header
	message  []byte
	c        GRPCConfig
}

// NewGRPC validates c; shared may be nil. The error joins a *FieldError for each mistake.
func NewGRPC(c GRPCConfig, shared *Shared) (*GRPC, error) {
	shared = shared.orNew()
	f := newFieldErrors()
	g := &GRPC{c: c, route: newRoute(c.Dial, shared, f.in("Dial"))}
	g.host, g.port = f.hostPort("Address", c.Address)
	if c.UseTLS {
		g.security = newSecurity(c.TLS, shared, f.in("TLS")).forHost(g.host).withProtocols("h2")
	}
	if len(c.Service) > 1000 || !utf8.ValidString(c.Service) {
		f.add("Service", refuse("grpc_service"))
	}
	q := request{agent: shared.agent}
	for i, h := range c.Metadata {
		if err := q.setHeader(h.Name, h.Value.Reveal()); err != nil {
			f.add(fmt.Sprintf("Metadata[%d]", i), err)
		}
	}
	f.duration("Latency", c.Latency)
	if err := f.err(); err != nil {
		return nil, err
	}
	g.header = http.Header{"Content-Type": {"application/grpc"}, "Te": {"trailers"}}
	q.each(func(name, value string) { g.header.Add(name, value) })
	g.message = healthRequest(c.Service)
	return g, nil
}

// healthRequest is a length-prefixed HealthCheckRequest: field 1 is the service's name.
func healthRequest(service string) []byte {
	var pb []byte
	if service != "" {
		pb = append(pb, 1<<3|2)
		pb = binary.AppendUvarint(pb, uint64(len(service)))
		pb = append(pb, service...)
	}
	return append(binary.BigEndian.AppendUint32([]byte{0}, uint32(len(pb))), pb...)
}

// Kind is "grpc".
func (g *GRPC) Kind() string { return "grpc" }

// Target is "host:port", with "/service" if one is asked about.
func (g *GRPC) Target() string {
	t := net.JoinHostPort(g.host, strconv.Itoa(int(g.port)))
	if g.c.Service != "" {
		t += "/" + g.c.Service
	}
	return t
}

// Probe looks once.
func (g *GRPC) Probe(ctx context.Context) (Measurement, error) {
	var m Measurement
	start := time.Now()
	l, err := g.route.connect(ctx, g.host, g.port, &m)
	if err != nil {
		return conclude(&m, err)
	}
	defer l.release()
	conn := l.Conn
	if g.security != nil {
		tc, err := g.security.handshake(ctx, l.Conn, &m)
		if err == nil && tc.ConnectionState().NegotiatedProtocol != "h2" {
			err = siteErrorf(Protocol, "the server does not agree to HTTP/2 (ALPN h2)")
		}
		if err != nil {
			return conclude(&m, err)
		}
		conn = tc
	}
	err = g.call(ctx, conn, &m)
	if err == nil && g.c.Latency > 0 && time.Since(start) > g.c.Latency {
		err = siteErrorf(Latency, "took %s; at most %s expected", time.Since(start).Round(time.Millisecond), g.c.Latency)
	}
	if err == nil && g.security != nil {
		err = g.security.judgeExpiry(&m.Facts)
	}
	return conclude(&m, err)
}

func (g *GRPC) call(ctx context.Context, conn net.Conn, m *Measurement) error {
	begin := time.Now()
	defer func() { m.Phases.Processing += time.Since(begin) }()
	address := net.JoinHostPort(g.host, strconv.Itoa(int(g.port)))
	there := func(context.Context, string, string) (net.Conn, error) { return conn, nil }
	only, scheme := new(http.Protocols), "http"
	if g.security != nil {
		scheme = "https"
		only.SetHTTP2(true)
	} else {
		only.SetUnencryptedHTTP2(true)
	}
	t := &http.Transport{Protocols: only, DialContext: there, DialTLSContext: there, DisableCompression: true, MaxResponseHeaderBytes: maxHead}
	cc, err := t.NewClientConn(ctx, scheme, address)
	if err != nil {
		return failed(stageExchange, err)
	}
	defer cc.Close()
	req := &http.Request{
		Method: http.MethodPost, URL: &url.URL{Scheme: scheme, Host: address, Path: "/grpc.health.v1.Health/Check"},
		Header: g.header.Clone(), Body: io.NopCloser(bytes.NewReader(g.message)), ContentLength: int64(len(g.message)),
	}
	resp, err := cc.RoundTrip(req.WithContext(ctx))
	if err != nil {
		return failed(stageExchange, err)
	}
	defer resp.Body.Close()
	m.Facts.HTTPStatus, m.Facts.HTTPVersion = resp.StatusCode, 2
	body, _, err := fetch.ReadBody(resp.Body, 4096, nil)
	if err != nil {
		return failed(stageExchange, err)
	}
	return g.judge(resp, body)
}

func (g *GRPC) judge(resp *http.Response, body []byte) error {
	if resp.StatusCode != http.StatusOK {
		if by := blockedBy(resp.StatusCode, resp.Header, body); by != "" {
			return siteErrorf(Blocked, "status %d by %s, not by the site", resp.StatusCode, by)
		}
		return siteErrorf(Status, "HTTP status %d; gRPC answers 200", resp.StatusCode)
	}
	code := resp.Trailer.Get("Grpc-Status")
	if code == "" {
		code = resp.Header.Get("Grpc-Status") // an answer of trailers alone
	}
	switch code {
	case "0":
	case "":
		return siteErrorf(Protocol, "the answer has no grpc-status")
	case "4":
		return siteErrorf(Timeout, "the server gave up: DEADLINE_EXCEEDED")
	case "5":
		return siteErrorf(ServiceStatus, "the server does not know the service %q", g.c.Service)
	case "12":
		return siteErrorf(Protocol, "the server does not implement the health checking protocol")
	default:
		n, _ := strconv.Atoi(code) // 0 for nonsense, which OK above excludes
		return siteErrorf(ServiceStatus, "the server answered with gRPC status %d", n)
	}
	status, err := healthStatus(body)
	if err != nil {
		return siteErrorf(Protocol, "the answer is no HealthCheckResponse: %v", err)
	}
	names := [...]string{"UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"}
	switch {
	case status == 1:
		return nil
	case status < uint64(len(names)):
		return siteErrorf(ServiceStatus, "the service is %s", names[status])
	}
	return siteErrorf(ServiceStatus, "the service is in state %d", status)
}

// healthStatus reads field 1 of a length-prefixed HealthCheckResponse; proto3 leaves a
// zero out. Other fields are skipped.
func healthStatus(frame []byte) (uint64, error) {
	if len(frame) < 5 {
		return 0, fmt.Errorf("only %d bytes", len(frame))
	}
	if frame[0] != 0 {
		return 0, fmt.Errorf("it is compressed, which was not offered")
	}
	pb := frame[5:]
	if int64(binary.BigEndian.Uint32(frame[1:])) != int64(len(pb)) {
		return 0, fmt.Errorf("its length is wrong")
	}
	var status uint64
	for len(pb) > 0 {
		key, n := binary.Uvarint(pb)
		if n <= 0 {
			return 0, fmt.Errorf("a field's key is broken")
		}
		pb = pb[n:]
		v, n := binary.Uvarint(pb)
		skip := uint64(max(n, 0))
		switch key & 7 {
		case 0:
			if key>>3 == 1 {
				status = v
			}
		case 2:
			skip += v
		default:
			return 0, fmt.Errorf("a field has wire type %d", key&7)
		}
		if n <= 0 || skip > uint64(len(pb)) || skip < v && key&7 == 2 {
			return 0, fmt.Errorf("a field is broken")
		}
		pb = pb[skip:]
	}
	return status, nil
}
