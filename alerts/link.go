package alerts

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Link is what the address in a message stands for: alerts that whoever holds it may
// acknowledge, and nothing else.
type Link struct {
	Labels  map[string]string // all alerts that carry them; empty: only those named
	Before  time.Time         // of Labels: raised by then, so that nobody answers what no message told them of
	Alerts  []string          // ids
	Person  string            // id of whom it was sent to; "": anybody
	Expires time.Time         // to the second
}

// Errors of [Signer.Open].
var (
	ErrLinkExpired = errors.New("link has expired")
	ErrLinkInvalid = errors.New("link is not one of ours")
)

// Signer signs links. A token is the link's JSON and the first 16 bytes of its
// HMAC-SHA-256, both in unpadded URL-safe base64, with a point between them. What is signed
// begins with the format's name, so that no other use of the key can be taken for a link.
type Signer struct{ key []byte }

const (
	linkFormat = "charterwatch link 1\n"
	linkMAC    = 16       // bytes
	linkMost   = 16 << 10 // bytes of a token
)

// NewSigner makes a signer. The key is 32 random bytes that are kept secret; links signed
// with another key are no longer taken.
func NewSigner(key []byte) *Signer {
	if len(key) < 16 {
		panic("alerts: a key for links needs 32 random bytes")
	}
	return &Signer{append([]byte(nil), key...)}
}

// signed is a link as tokens hold it.
type signed struct {
	Labels  map[string]string `json:"l,omitempty"`
	Before  int64             `json:"b,omitempty"` // Unix milliseconds
	Alerts  []string          `json:"a,omitempty"`
	Person  string            `json:"p,omitempty"`
	Expires int64             `json:"e"` // Unix seconds
}

// Sign makes the link's token. The same link gives the same token.
func (s *Signer) Sign(l Link) string {
	x := signed{Labels: l.Labels, Alerts: l.Alerts, Person: l.Person, Expires: l.Expires.Unix()}
	if !l.Before.IsZero() {
		x.Before = l.Before.UnixMilli()
	}
	body, err := json.Marshal(x)
	if err != nil {
		panic(fmt.Sprintf("alerts: a link is plain data: %v", err))
	}
	return base64.RawURLEncoding.EncodeToString(body) + "." + base64.RawURLEncoding.EncodeToString(s.mac(body))
}

func (s *Signer) mac(body []byte) []byte {
	h := hmac.New(sha256.New, s.key)
	h.Write([]byte(linkFormat)) // a hash never fails
	h.Write(body)
	return h.Sum(nil)[:linkMAC]
}

// Open checks a token and returns its link. The error is [ErrLinkInvalid], or
// [ErrLinkExpired] for a link that was signed by s and whose time has passed.
func (s *Signer) Open(token string, now time.Time) (Link, error) {
	body, mac, ok := strings.Cut(token, ".")
	if !ok || len(token) > linkMost || strings.ContainsAny(token, "\r\n") { // which base64 would pass over
		return Link{}, ErrLinkInvalid
	}
	strict := base64.RawURLEncoding.Strict() // one link has one token
	b, err := strict.DecodeString(body)
	if err != nil {
		return Link{}, ErrLinkInvalid
	}
	m, err := strict.DecodeString(mac)
	if err != nil || !hmac.Equal(m, s.mac(b)) {
		return Link{}, ErrLinkInvalid
	}
	var x signed
	if err := json.Unmarshal(b, &x); err != nil {
		return Link{}, ErrLinkInvalid
	}
	l := Link{Labels: x.Labels, Alerts: x.Alerts, Person: x.Person, Expires: time.Unix(x.Expires, 0).UTC()}
	if x.Before != 0 {
		l.Before = time.UnixMilli(x.Before).UTC()
	}
	if !now.Before(l.Expires) {
		return Link{}, ErrLinkExpired
	}
	return l, nil
}
