package probes

import (
	"context"
	"net"
	"strconv"
	"time"
)

// TCPConfig configures a TCP probe. Only Address is required: connecting is then all.
type TCPConfig struct {
	Address  string       // "host:port"
	UseTLS   bool         // speak TLS: from the start, or after STARTTLS or a script's starttls step
	STARTTLS STARTTLS     // dialogue before TLS; implies UseTLS
	TLS      TLSConfig    // used with UseTLS
	Script   []ScriptStep // the conversation; after the handshake, except for what comes before a step with StartTLS
	Latency  time.Duration
	Dial     DialConfig
}

// TCP looks by connecting, and optionally by a conversation in lines.
type TCP struct {
	route    route
	security *security // nil for clear text
	starttls STARTTLS
	script   script
	latency  time.Duration
	host     string
	port     uint16
}

// NewTCP validates c; shared may be nil. The error joins a *FieldError for each mistake.
func NewTCP(c TCPConfig, shared *Shared) (*TCP, error) {
	shared = shared.orNew()
	f := newFieldErrors()
	t := &TCP{starttls: c.STARTTLS, latency: c.Latency, route: newRoute(c.Dial, shared, f.in("Dial"))}
	t.host, t.port = f.hostPort("Address", c.Address)
	c.STARTTLS.validate(f, "STARTTLS")
	t.script = newScript(c.Script, f)
	f.duration("Latency", c.Latency)
	if t.script.startsTLS() && (c.STARTTLS != "" || c.UseTLS) {
		f.add("Script", refuse("tls_twice"))
	}
	if c.UseTLS || c.STARTTLS != "" || t.script.startsTLS() {
		t.security = newSecurity(c.TLS, shared, f.in("TLS")).forHost(t.host)
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	return t, nil
}

// Kind is "tcp".
func (t *TCP) Kind() string { return "tcp" }

// Target is "host:port".
func (t *TCP) Target() string { return net.JoinHostPort(t.host, strconv.Itoa(int(t.port))) }

// Probe looks once.
func (t *TCP) Probe(ctx context.Context) (Measurement, error) {
	var m Measurement
	start := time.Now()
	l, err := t.route.connect(ctx, t.host, t.port, &m)
	if err != nil {
		return conclude(&m, err)
	}
	defer l.release()
	if err = t.converse(ctx, l.Conn, &m); err == nil && t.latency > 0 && time.Since(start) > t.latency {
		err = siteErrorf(Latency, "took %s; at most %s expected", time.Since(start).Round(time.Millisecond), t.latency)
	}
	return conclude(&m, err)
}

func (t *TCP) converse(ctx context.Context, conn net.Conn, m *Measurement) error {
	if t.security != nil && !t.script.startsTLS() {
		tc, err := t.security.secure(ctx, conn, t.starttls, m)
		if err != nil {
			return err
		}
		conn = tc
	}
	begin := time.Now()
	tlsBefore := m.Phases.TLS
	err := t.script.run(conn, func(c net.Conn) (net.Conn, error) { return t.security.handshake(ctx, c, m) })
	if len(t.script.steps) > 0 {
		m.Phases.Processing += time.Since(begin) - (m.Phases.TLS - tlsBefore)
	}
	if err != nil || t.security == nil {
		return err
	}
	return t.security.judgeExpiry(&m.Facts)
}
