package probes

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"time"

	"github.com/charterwatch/charterwatch/internal/fetch"
)

// stage is how far a look had come when it failed.
type stage uint8

const (
	stageResolve  stage = iota // asking for the address
	stageConnect               // TCP handshake
	stageTLS                   // TLS handshake
	stageExchange              // the protocol itself
)

// siteError is a failure that is the site's, already classified. Its text is fit for
// Result.Detail.
type siteError struct {
	reason Reason
	detail string
	cause  error // nil for a broken expectation
}

func (e *siteError) Error() string { return e.detail }
func (e *siteError) Unwrap() error { return e.cause }

func siteErrorf(r Reason, format string, args ...any) error {
	return &siteError{reason: r, detail: fmt.Sprintf(format, args...)}
}

// maxDetail caps Result.Detail, in bytes.
const maxDetail = 300

// failed classifies what the operating system, the resolver, TLS or a codec reported at
// a stage: a *siteError when it is the site's doing, a *NotSeen when it is ours. An error that is classified
// already comes back as it is.
func failed(at stage, err error) error {
	if se := (*siteError)(nil); errors.As(err, &se) {
		return err
	}
	if ns := (*NotSeen)(nil); errors.As(err, &ns) {
		return err
	}
	if r, why := ownLimit(err); r != OK {
		return &NotSeen{r, fmt.Errorf("%s: %w", why, err)}
	}
	r, detail := classify(at, err)
	return &siteError{reason: r, detail: oneLine(detail), cause: err}
}

// ownLimit recognises errors that speak of this machine, not of the site. They must never
// count as downtime: a monitor out of descriptors would take every site down with it.
func ownLimit(err error) (Reason, string) {
	var errno syscall.Errno
	if !errors.As(err, &errno) {
		// Go's resolver keeps only the text of what kept it from asking.
		var d *net.DNSError
		if errors.As(err, &d) && strings.Contains(d.Err, syscall.EMFILE.Error()) {
			return Missed, "no file descriptor left"
		}
		return OK, ""
	}
	switch errno {
	case syscall.EMFILE, syscall.ENFILE:
		return Missed, "no file descriptor left"
	case syscall.ENOBUFS, syscall.ENOMEM:
		return Missed, "no memory left for sockets"
	case syscall.EADDRNOTAVAIL, syscall.EADDRINUSE:
		return Missed, "no local port left"
	case syscall.EACCES, syscall.EPERM:
		return NotPermitted, "this machine does not allow the connection"
	case syscall.EAFNOSUPPORT:
		return NotPermitted, "this machine has no such IP version"
	}
	return OK, ""
}

func classify(at stage, err error) (Reason, string) {
	switch at {
	case stageResolve:
		return classifyResolve(err)
	case stageTLS:
		if r, detail := classifyTLS(err); r != OK {
			return r, detail
		}
	}
	switch {
	case isTimeout(err) && at == stageConnect:
		return ConnectTimeout, "no answer to the connection attempt"
	case isTimeout(err):
		return Timeout, "connected, but no complete answer in time"
	case errors.Is(err, syscall.ECONNREFUSED):
		return ConnectRefused, "connection refused"
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.EHOSTDOWN),
		errors.Is(err, syscall.ENETDOWN):
		return Unreachable, "no route to the host"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, syscall.ECONNABORTED),
		errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed):
		return ConnectionReset, "the connection was dropped before the answer was complete"
	case at == stageConnect:
		return Unreachable, "cannot connect: " + cause(err)
	case at == stageTLS:
		return TLSHandshake, "handshake failed: " + cause(err)
	}
	return Protocol, "the answer breaks the protocol: " + cause(err)
}

func classifyResolve(err error) (Reason, string) {
	var dns *net.DNSError
	if errors.As(err, &dns) {
		switch {
		case dns.IsNotFound:
			return DNSNotFound, fmt.Sprintf("%s does not resolve: no such name or no address", dns.Name)
		case dns.IsTimeout:
			return DNSTimeout, fmt.Sprintf("no resolver answered for %s in time", dns.Name)
		}
		return DNSFailure, fmt.Sprintf("cannot resolve %s: %s", dns.Name, dns.Err)
	}
	if isTimeout(err) {
		return DNSTimeout, "no resolver answered in time"
	}
	return DNSFailure, "cannot resolve: " + cause(err)
}

// classifyTLS tells the ways in which a certificate can be wrong apart (RFC 5280, 6.1;
// RFC 9525). It returns OK for what is no matter of certificates or TLS itself.
func classifyTLS(err error) (Reason, string) {
	var invalid x509.CertificateInvalidError
	var name x509.HostnameError
	var unknown x509.UnknownAuthorityError
	var verify *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	switch {
	case errors.As(err, &invalid):
		return classifyInvalid(invalid)
	case errors.As(err, &name):
		return TLSName, name.Error()
	case errors.As(err, &unknown):
		return TLSUntrusted, "the chain does not lead to a trusted root"
	case errors.As(err, &verify):
		return TLSUntrusted, verify.Err.Error()
	case errors.As(err, &record):
		return Protocol, "the peer does not speak TLS on this port"
	case errors.As(err, &alert):
		if uint8(alert) == alertProtocolVersion {
			return TLSVersion, "the peer accepts no TLS version that we offer"
		}
		return TLSHandshake, "the peer refused the handshake: " + alert.Error()
	}
	return OK, ""
}

// alertProtocolVersion is "protocol_version" (RFC 8446, 6.2).
const alertProtocolVersion = 70

func classifyInvalid(e x509.CertificateInvalidError) (Reason, string) {
	if e.Reason != x509.Expired || e.Cert == nil {
		return TLSUntrusted, e.Error()
	}
	// x509.Expired stands for both ends of the validity. Which end it was depends on the
	// time of verification; NotBefore in the future decides.
	if time.Now().Before(e.Cert.NotBefore) {
		return TLSNotYetValid, "the certificate is valid only from " + e.Cert.NotBefore.UTC().Format(time.RFC3339)
	}
	return TLSExpired, "the certificate expired at " + e.Cert.NotAfter.UTC().Format(time.RFC3339)
}

func isTimeout(err error) bool {
	var ne net.Error
	return errors.As(err, &ne) && ne.Timeout() || errors.Is(err, context.DeadlineExceeded) ||
		errors.Is(err, context.Canceled) || errors.Is(err, syscall.ETIMEDOUT)
}

// cause is the innermost part of an error's text that needs no addresses, which the
// result carries elsewhere.
func cause(err error) string {
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err.Error()
	}
	return err.Error()
}

// oneLine makes text from a library fit for Detail: one line, printable, capped.
func oneLine(s string) string {
	if i := strings.IndexAny(s, "\r\n"); i >= 0 {
		s = s[:i]
	}
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, s)
	return fetch.Cut(s, maxDetail)
}

// conclude turns a look's error into its measurement: every Probe method ends with it.
func conclude(m *Measurement, err error) (Measurement, error) {
	if err == nil {
		return *m, nil
	}
	var se *siteError
	if errors.As(err, &se) {
		m.Reason, m.Detail = se.reason, oneLine(se.detail)
		return *m, nil
	}
	return *m, err
}
