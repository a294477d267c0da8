package probes

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"
)

// TLSConfig says how a probe speaks TLS and what it demands of the certificate. Its zero
// value verifies against the system's roots and demands TLS 1.2.
type TLSConfig struct {
	ServerName   string        // name to send (SNI, RFC 6066) and to verify; default: the target's host
	CA           []byte        // PEM certificates to trust instead of the system's roots
	ClientCert   []byte        // PEM certificate chain to present
	ClientKey    Secret        // PEM key of ClientCert
	Insecure     bool          // accept any certificate; facts are still learned
	MinVersion   string        // "1.0", "1.1", "1.2" (default) or "1.3"; less is tls_version
	ExpiresAfter time.Duration // least remaining validity of the presented chain; less is tls_expiring; 0: none
}

// security is a validated TLSConfig for one host. It is immutable.
type security struct {
	config       *tls.Config
	minVersion   uint16
	expiresAfter time.Duration
}

func newSecurity(c TLSConfig, s *Shared, f fieldErrors) *security {
	out := &security{expiresAfter: c.ExpiresAfter, minVersion: tls.VersionTLS12}
	// All versions are offered, so that a site that can only do an old one is seen to
	// do so (tls_version) instead of failing the handshake.
	out.config = &tls.Config{MinVersion: tls.VersionTLS10, ServerName: c.ServerName, InsecureSkipVerify: c.Insecure}
	switch c.MinVersion {
	case "", "1.2":
	case "1.0":
		out.minVersion = tls.VersionTLS10
	case "1.1":
		out.minVersion = tls.VersionTLS11
	case "1.3":
		out.minVersion = tls.VersionTLS13
	default:
		f.add("MinVersion", refuse("tls_version", "value", strconv.Quote(c.MinVersion)))
	}
	f.duration("ExpiresAfter", c.ExpiresAfter)
	if len(c.CA) > 0 {
		pool, err := s.certPool(c.CA)
		if err != nil {
			f.add("CA", err)
		}
		out.config.RootCAs = pool
	}
	if len(c.ClientCert) > 0 || c.ClientKey != "" {
		pair, err := tls.X509KeyPair(c.ClientCert, []byte(c.ClientKey.Reveal()))
		if err != nil {
			f.add("ClientCert", refuse("key_pair"))
		}
		out.config.Certificates = []tls.Certificate{pair}
	}
	return out
}

// withProtocols returns the settings with the ALPN names to offer (RFC 7301).
func (s *security) withProtocols(names ...string) *security {
	c := *s
	c.config = s.config.Clone()
	c.config.NextProtos = names
	return &c
}

// forHost returns the settings for talking to host: its name unless one was configured.
func (s *security) forHost(host string) *security {
	if s.config.ServerName != "" {
		return s
	}
	c := *s
	c.config = s.config.Clone()
	c.config.ServerName = host
	return &c
}

// handshake speaks TLS over conn and learns the certificate's facts, also those of a
// certificate that is refused.
func (s *security) handshake(ctx context.Context, conn net.Conn, m *Measurement) (*tls.Conn, error) {
	start := time.Now()
	tc := tls.Client(conn, s.config)
	err := tc.HandshakeContext(ctx)
	m.Phases.TLS += time.Since(start)
	if err != nil {
		var verify *tls.CertificateVerificationError
		if errors.As(err, &verify) {
			m.Facts.learnCertificates(verify.UnverifiedCertificates)
		}
		return nil, failed(stageTLS, err)
	}
	state := tc.ConnectionState()
	m.Facts.TLSVersion = tls.VersionName(state.Version)
	m.Facts.TLSCipher = tls.CipherSuiteName(state.CipherSuite)
	m.Facts.learnCertificates(state.PeerCertificates)
	if state.Version < s.minVersion {
		return nil, siteErrorf(TLSVersion, "%s was negotiated; at least %s is demanded",
			tls.VersionName(state.Version), tls.VersionName(s.minVersion))
	}
	return tc, nil
}

// judgeExpiry says whether the presented chain lasts as long as is demanded. It is separate from
// the handshake, so that the exchange over a soon-expiring certificate still runs.
func (s *security) judgeExpiry(f *Facts) error {
	if s.expiresAfter <= 0 || f.CertNotAfter.IsZero() {
		return nil
	}
	if left := time.Until(f.CertNotAfter); left < s.expiresAfter {
		return siteErrorf(TLSExpiring, "the certificate chain expires at %s, in %s; at least %s is demanded",
			f.CertNotAfter.Format(time.RFC3339), left.Round(time.Minute), s.expiresAfter)
	}
	return nil
}

func (f *Facts) learnCertificates(chain []*x509.Certificate) {
	if len(chain) == 0 {
		return
	}
	f.CertNotAfter = chain[0].NotAfter
	for _, c := range chain[1:] {
		if c.NotAfter.Before(f.CertNotAfter) {
			f.CertNotAfter = c.NotAfter
		}
	}
	f.CertNotAfter = f.CertNotAfter.UTC()
	f.CertIssuer = chain[0].Issuer.CommonName
	if f.CertIssuer == "" && len(chain[0].Issuer.Organization) > 0 {
		f.CertIssuer = chain[0].Issuer.Organization[0]
	}
	sum := sha256.Sum256(chain[0].Raw)
	f.CertDigest = hex.EncodeToString(sum[:])
}

// secure runs an optional STARTTLS dialogue and then the handshake.
func (s *security) secure(ctx context.Context, conn net.Conn, start STARTTLS, m *Measurement) (*tls.Conn, error) {
	if start != "" {
		if err := start.run(conn); err != nil {
			return nil, fmt.Errorf("starttls %s: %w", string(start), err)
		}
	}
	return s.handshake(ctx, conn, m)
}
