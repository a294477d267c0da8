package stamps

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/digitorus/timestamp"
)

// authority is a time-stamping authority on loopback.
func authority(t *testing.T, spoil func(*timestamp.Timestamp)) Authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		q, err := timestamp.ParseRequest(b)
		if err != nil || r.Header.Get("Content-Type") != "application/timestamp-query" {
			http.Error(w, "bad", http.StatusBadRequest)
			return
		}
		a := timestamp.Timestamp{HashAlgorithm: q.HashAlgorithm, HashedMessage: q.HashedMessage, Time: time.Now(), Nonce: q.Nonce, Policy: []int{2, 4, 5, 6}, AddTSACertificate: q.Certificates}
		if spoil != nil {
			spoil(&a)
		}
		answer, err := a.CreateResponseWithOpts(cert, key, crypto.SHA256)
		if err != nil {
			t.Error(err)
		}
		w.Write(answer)
	}))
	t.Cleanup(s.Close)
	return Authority{URL: s.URL + "/canary"}
}

func TestStamp(t *testing.T) {
	a := authority(t, nil)
	signed := []byte("a signed checkpoint\n")
	token, err := a.Stamp(t.Context(), signed)
	if err != nil {
		t.Fatal(err)
	}
	if at, err := Verify(token, signed); err != nil || time.Since(at).Abs() > time.Hour {
		t.Error(at, err)
	}
	if _, err := Verify(token, []byte("another")); err == nil {
		t.Error("a token of another checkpoint passes")
	}
	bad := append([]byte(nil), token...)
	bad[len(bad)-10] ^= 1
	if _, err := Verify(bad, signed); err == nil {
		t.Error("a token that was changed passes")
	}
}

func TestStampsThatAreNone(t *testing.T) {
	for name, spoil := range map[string]func(*timestamp.Timestamp){
		"another nonce":  func(a *timestamp.Timestamp) { a.Nonce = big.NewInt(7) },
		"no nonce":       func(a *timestamp.Timestamp) { a.Nonce = nil },
		"another digest": func(a *timestamp.Timestamp) { a.HashedMessage = make([]byte, 32) },
		"no certificate": func(a *timestamp.Timestamp) { a.AddTSACertificate = false },
	} {
		a := authority(t, spoil)
		if _, err := a.Stamp(t.Context(), []byte("x")); err == nil || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v", name, err)
		}
	}
	s := httptest.NewServer(http.NotFoundHandler())
	a := Authority{URL: s.URL + "/canary"}
	_, missing := a.Stamp(t.Context(), nil)
	s.Close()
	_, gone := a.Stamp(t.Context(), nil)
	for _, err := range []error{missing, gone} {
		if err == nil || strings.Contains(err.Error(), "canary") {
			t.Error(err)
		}
	}
}
