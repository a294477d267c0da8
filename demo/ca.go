package demo

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

const (
	caFile    = "demo-ca.pem"
	caKeyFile = "demo-ca-key.pem"
	caLife    = 10 * 365 * 24 * time.Hour
	leafLife  = 90 * 24 * time.Hour
	backdate  = time.Hour // certificates begin a little earlier, for clients whose clock is behind
)

// authority is the test CA. Its name constraints allow loopback addresses and names under localhost
// and nothing else: whoever trusts it on a workstation has not given a key away to the rest of the web.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pem  []byte
	file string // where the certificate is kept; "" in memory
}

// openAuthority loads the CA kept in dir, makes and keeps one if dir has none, or makes one in memory
// if dir is "".
func openAuthority(dir string, now time.Time) (*authority, error) {
	if dir == "" {
		return newAuthority(now)
	}
	a, err := loadAuthority(dir, now)
	if !errors.Is(err, fs.ErrNotExist) {
		return a, err
	}
	if a, err = newAuthority(now); err != nil {
		return nil, err
	}
	return a, a.keep(dir)
}

func newAuthority(now time.Time) (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("demo: make the CA key: %w", err)
	}
	tmpl := &x509.Certificate{
		SerialNumber:                serial(),
		Subject:                     pkix.Name{CommonName: "Demo Finance Association test CA", Organization: []string{NameEN}},
		NotBefore:                   now.Add(-backdate),
		NotAfter:                    now.Add(caLife),
		IsCA:                        true,
		BasicConstraintsValid:       true,
		MaxPathLenZero:              true,
		KeyUsage:                    x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		PermittedDNSDomainsCritical: true,
		PermittedDNSDomains:         []string{"localhost"},
		PermittedIPRanges: []*net.IPNet{
			{IP: net.IPv4(127, 0, 0, 0).To4(), Mask: net.CIDRMask(8, 32)},
			{IP: net.IPv6loopback, Mask: net.CIDRMask(128, 128)},
		},
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		return nil, fmt.Errorf("demo: make the CA: %w", err)
	}
	return parseAuthority(der, key)
}

func parseAuthority(der []byte, key *ecdsa.PrivateKey) (*authority, error) {
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("demo: parse the CA: %w", err)
	}
	return &authority{cert: cert, key: key, pem: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})}, nil
}

// loadAuthority reads the two files in dir. A missing file is fs.ErrNotExist; anything else that is
// wrong with them says to delete both, because a demo's CA is cheaply made again.
func loadAuthority(dir string, now time.Time) (*authority, error) {
	certPEM, err := os.ReadFile(filepath.Join(dir, caFile))
	if err != nil {
		return nil, fmt.Errorf("demo: read the CA: %w", err)
	}
	keyPEM, err := os.ReadFile(filepath.Join(dir, caKeyFile))
	if err != nil {
		return nil, fmt.Errorf("demo: read the CA key: %w", err)
	}
	pair, err := tls.X509KeyPair(certPEM, keyPEM)
	if err != nil {
		return nil, fmt.Errorf("demo: the CA in %s cannot be used; delete %s and %s to have a new one made: %w", dir, caFile, caKeyFile, err)
	}
	key, ok := pair.PrivateKey.(*ecdsa.PrivateKey)
	if !ok || !pair.Leaf.IsCA || now.Add(leafLife).After(pair.Leaf.NotAfter) {
		return nil, fmt.Errorf("demo: the CA in %s is not an ECDSA CA, or ends too soon; delete %s and %s to have a new one made", dir, caFile, caKeyFile)
	}
	a, err := parseAuthority(pair.Certificate[0], key)
	if err != nil {
		return nil, err
	}
	a.file = filepath.Join(dir, caFile)
	return a, nil
}

// keep writes the CA into dir: the key first, readable by its owner alone, so that a certificate never
// stands there without its key.
func (a *authority) keep(dir string) error {
	der, err := x509.MarshalPKCS8PrivateKey(a.key)
	if err != nil {
		return fmt.Errorf("demo: encode the CA key: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("demo: keep the CA: %w", err)
	}
	keyPEM := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	if err := os.WriteFile(filepath.Join(dir, caKeyFile), keyPEM, 0o600); err != nil {
		return fmt.Errorf("demo: keep the CA key: %w", err)
	}
	a.file = filepath.Join(dir, caFile)
	if err := os.WriteFile(a.file, a.pem, 0o644); err != nil {
		return fmt.Errorf("demo: keep the CA: %w", err)
	}
	return nil
}

// leaf issues a server certificate for names (IP addresses among them), valid from..to.
func (a *authority) leaf(from, to time.Time, names ...string) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("demo: make a key for %s: %w", names[0], err)
	}
	tmpl := &x509.Certificate{
		SerialNumber: serial(),
		Subject:      pkix.Name{CommonName: names[0], Organization: []string{NameEN}},
		NotBefore:    from,
		NotAfter:     to,
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	for _, n := range names {
		if ip := net.ParseIP(n); ip != nil {
			tmpl.IPAddresses = append(tmpl.IPAddresses, ip)
		} else {
			tmpl.DNSNames = append(tmpl.DNSNames, n)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, a.cert, &key.PublicKey, a.key)
	if err != nil {
		return nil, fmt.Errorf("demo: issue a certificate for %s: %w", names[0], err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("demo: issue a certificate for %s: %w", names[0], err)
	}
	return &tls.Certificate{Certificate: [][]byte{der, a.cert.Raw}, PrivateKey: key, Leaf: parsed}, nil
}

// leaves are the certificates that a site can show.
type leaves struct{ good, expired, wrongName *tls.Certificate }

// issue makes the leaves of the service called id.
func (a *authority) issue(id, host string, now time.Time) (leaves, error) {
	names := []string{id + ".demo.localhost", "localhost", "127.0.0.1"}
	if host != "127.0.0.1" {
		names = append(names, host)
	}
	var l leaves
	var errs [3]error
	l.good, errs[0] = a.leaf(now.Add(-backdate), now.Add(leafLife), names...)
	l.expired, errs[1] = a.leaf(now.Add(-leafLife), now.Add(-24*time.Hour), names...)
	l.wrongName, errs[2] = a.leaf(now.Add(-backdate), now.Add(leafLife), "elsewhere.localhost")
	return l, errors.Join(errs[:]...)
}

// serial is a random certificate serial number of 127 bits (RFC 5280, 4.1.2.2 allows 20 octets).
func serial() *big.Int {
	b := make([]byte, 16)
	rand.Read(b) // never fails: crypto/rand ends the program instead
	b[0] &= 0x7f
	return new(big.Int).SetBytes(b)
}
