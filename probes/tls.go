package probes

import (
	"context"
	"net"
	"strconv"
)

// TLSProbeConfig configures a look at the certificate of any host and port. Only Address
// is required.
type TLSProbeConfig struct {
	Address  string    // "host:port", or "host" for port 443
	STARTTLS STARTTLS  // how TLS begins; "" at once
	TLS      TLSConfig // ExpiresAfter is the usual expectation
	Dial     DialConfig
}

// TLS looks by making a TLS handshake: reasons tls_expired, tls_not_yet_valid, tls_name,
// tls_untrusted, tls_expiring, tls_version and tls_handshake. It sends no application data.
type TLS struct {
	route    route
	security *security
	starttls STARTTLS
	host     string
	port     uint16
}

// NewTLS validates c; shared may be nil. The error joins a *FieldError for each mistake.
func NewTLS(c TLSProbeConfig, shared *Shared) (*TLS, error) {
	shared = shared.orNew()
	f := newFieldErrors()
	if _, _, err := net.SplitHostPort(c.Address); err != nil && c.Address != "" {
		c.Address = net.JoinHostPort(c.Address, "443")
	}
	t := &TLS{starttls: c.STARTTLS, route: newRoute(c.Dial, shared, f.in("Dial"))}
	t.host, t.port = f.hostPort("Address", c.Address)
	c.STARTTLS.validate(f, "STARTTLS")
	t.security = newSecurity(c.TLS, shared, f.in("TLS")).forHost(t.host)
	if err := f.err(); err != nil {
		return nil, err
	}
	return t, nil
}

// Kind is "tls".
func (t *TLS) Kind() string { return "tls" }

// Target is "host:port".
func (t *TLS) Target() string { return net.JoinHostPort(t.host, strconv.Itoa(int(t.port))) }

// Probe looks once.
func (t *TLS) Probe(ctx context.Context) (Measurement, error) {
	var m Measurement
	l, err := t.route.connect(ctx, t.host, t.port, &m)
	if err == nil {
		defer l.release()
		_, err = t.security.secure(ctx, l.Conn, t.starttls, &m)
	}
	if err == nil {
		err = t.security.judgeExpiry(&m.Facts)
	}
	return conclude(&m, err)
}
