package probes

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// look makes one look within a second.
func look(t testing.TB, p Probe) Result {
	t.Helper()
	return lookWithin(t, p, time.Second)
}

func lookWithin(t testing.TB, p Probe, timeout time.Duration) Result {
	t.Helper()
	ck := &Check{ID: "a/b", Vantage: "here", Timeout: timeout, Probe: p}
	return ck.Run(t.Context(), time.Now(), 0)
}

func wantReason(t testing.TB, r Result, want Reason) {
	t.Helper()
	if r.Reason != want {
		t.Fatalf("reason %v (%s), want %v", r.Reason, r.Detail, want)
	}
}

// must is for constructors that cannot fail in a test.
func must[P Probe](p P, err error) Probe {
	if err != nil {
		panic(err)
	}
	return p
}

// peer serves each connection on a loopback port with f, and closes it.
func peer(t testing.TB, f func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				f(c)
			}()
		}
	}()
	return l.Addr().String()
}

// silent reads and never answers.
func silent(c net.Conn) { io.Copy(io.Discard, c) }

// says answers every connection with text after it has read a little.
func says(text string) func(net.Conn) {
	return func(c net.Conn) {
		c.Read(make([]byte, 4096))
		io.WriteString(c, text)
	}
}

// resets drops the connection with a RST.
func resets(c net.Conn) {
	c.Read(make([]byte, 1))
	c.(*net.TCPConn).SetLinger(0)
}

// closedPort is an address on which nobody listens, nor can until the test ends: the near
// end of a connection, which the kernel gives to no one else.
func closedPort(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c.LocalAddr().String()
}

// fullBacklog is an address that never completes a handshake: a listener whose queue is
// full and who accepts nobody.
func fullBacklog(t testing.TB) string {
	t.Helper()
	addr, fill := stuckListener(t)
	for range 8 {
		d := net.Dialer{Timeout: 50 * time.Millisecond}
		c, err := d.Dial("tcp", addr)
		if err != nil {
			return addr
		}
		fill(c)
	}
	t.Fatal("the backlog does not fill")
	return ""
}

// authority is a certificate authority for tests.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pem  []byte
}

func newAuthority(t testing.TB) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test Root"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(1000 * time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, _ := x509.ParseCertificate(der)
	return &authority{cert, key, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})}
}

// issue makes a certificate for a name, valid from and to so long from now.
func (a *authority) issue(t testing.TB, name string, from, to time.Duration) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(from), NotAfter: time.Now().Add(to),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	if ip := net.ParseIP(name); ip != nil {
		tmpl.IPAddresses = []net.IP{ip}
	} else {
		tmpl.DNSNames = []string{name}
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, a.cert, &key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

const day = 24 * time.Hour

// good is a certificate for 127.0.0.1 that is in order.
func (a *authority) good(t testing.TB) *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{a.issue(t, "127.0.0.1", -time.Hour, 20*day)}}
}

// shakes serves TLS and then f on each connection.
func shakes(c *tls.Config, f func(net.Conn)) func(net.Conn) {
	return func(conn net.Conn) {
		tc := tls.Server(conn, c)
		if tc.HandshakeContext(context.Background()) == nil {
			f(tc)
			tc.Close()
		}
	}
}

func site(t testing.TB, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

// h2Only agrees to HTTP/2 and nothing else.
func h2Only(ca *authority, t testing.TB) *tls.Config {
	c := ca.good(t)
	c.NextProtos = []string{"h2"}
	return c
}
