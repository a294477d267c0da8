// Package stamps has signed checkpoints time-stamped by somebody else (RFC 3161).
//
// A token shows that a checkpoint existed at a time that an authority vouches for: the holder of
// the log's key cannot sign another history and date it back. Whoever relies on that must know the
// authority's certificates: no trust in any is built in here.
package stamps

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"time"

	"github.com/digitorus/timestamp"
)

// Authority is a time-stamping authority.
type Authority struct {
	URL    string // may hold a credential
	Client *http.Client
}

// maxAnswer bounds an authority's answer, in bytes.
const maxAnswer = 1 << 20

// Stamp asks for a token over a signed checkpoint, and checks it. Errors repeat no address.
func (a Authority) Stamp(ctx context.Context, signed []byte) (token []byte, err error) {
	nonce, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 63))
	if err != nil {
		return nil, fmt.Errorf("time-stamp: %w", err)
	}
	ask, err := timestamp.CreateRequest(bytes.NewReader(signed), &timestamp.RequestOptions{Hash: crypto.SHA256, Certificates: true, Nonce: nonce})
	if err != nil {
		return nil, fmt.Errorf("time-stamp: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.URL, bytes.NewReader(ask))
	if err != nil {
		return nil, errors.New("time-stamp: not an address")
	}
	req.Header.Set("Content-Type", "application/timestamp-query")
	client := a.Client
	if client == nil {
		client = http.DefaultClient
	}
	res, err := client.Do(req)
	if err != nil {
		var inner *url.Error
		if errors.As(err, &inner) {
			err = inner.Err // without the address
		}
		return nil, fmt.Errorf("time-stamp: %w", err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return nil, fmt.Errorf("time-stamp: %w", err)
	}
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("time-stamp: status %d", res.StatusCode)
	}
	t, err := timestamp.ParseResponse(answer)
	if err != nil {
		return nil, fmt.Errorf("time-stamp: %w", err)
	}
	if t.Nonce == nil || t.Nonce.Cmp(nonce) != 0 {
		return nil, errors.New("time-stamp: the answer is to another question")
	}
	if _, err := Verify(t.RawToken, signed); err != nil {
		return nil, err
	}
	return t.RawToken, nil
}

// Verify checks that a token is over a signed checkpoint and rightly signed by a certificate that it
// brought along, and returns when that was. Whose certificate that is, and whether it is to be
// trusted, it does not ask.
func Verify(token, signed []byte) (time.Time, error) {
	t, err := timestamp.Parse(token)
	if err != nil {
		return time.Time{}, fmt.Errorf("time-stamp: %w", err)
	}
	sum := sha256.Sum256(signed)
	switch {
	case len(t.Certificates) == 0: // then nothing was checked
		return time.Time{}, errors.New("time-stamp: without the certificate that signed it")
	case t.HashAlgorithm != crypto.SHA256 || !bytes.Equal(t.HashedMessage, sum[:]):
		return time.Time{}, errors.New("time-stamp: of another checkpoint")
	}
	return t.Time, nil
}
