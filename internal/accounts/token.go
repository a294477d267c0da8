package accounts

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Token is what is kept of a token. The token itself is not.
type Token struct {
	ID      string            // random, stable; also the actor's
	Hash    [sha256.Size]byte // SHA-256 of the whole token
	Prefix  string            // its first characters, to recognise it by
	Name    string
	Role    Role
	Created time.Time
	Expires time.Time // zero: never
	Used    time.Time // last use, to about a minute; zero: never
	Revoked time.Time // zero: in force
}

// Tokens keeps tokens durably. It is safe for concurrent use.
type Tokens interface {
	// AddToken inserts t and puts on record, in one step, that by made it. With first it does
	// so only if no token was ever added, and says whether it did.
	AddToken(ctx context.Context, by Actor, t Token, first bool) (bool, error)
	// TokenByHash returns the token with this hash; the error wraps ErrNoToken if there is none.
	TokenByHash(ctx context.Context, hash [sha256.Size]byte) (Token, error)
	// MarkToken notes a use or a revocation; a zero time leaves what is there, and the first
	// revocation stands and is put on record as by's. The error wraps ErrNoToken if there is no
	// token with this id.
	MarkToken(ctx context.Context, by Actor, id string, used, revoked time.Time) error
	// ListTokens returns all tokens, revoked ones too, oldest first.
	ListTokens(ctx context.Context) ([]Token, error)
}

// ErrNoToken says that there is no such token.
var ErrNoToken = errors.New("no such token")

// ErrDenied is the error of Authenticate for every token that is not good, whatever the
// cause: who guesses learns nothing.
var ErrDenied = errors.New("the token is not valid")

const (
	tokenStart  = "cw_"
	prefixLen   = len(tokenStart) + 6
	usedWithin  = time.Minute // uses closer together than this are not written
	setupName   = "set-up"
	setupExpiry = 30 * 24 * time.Hour
)

// Keeper makes and checks tokens. It is safe for concurrent use.
type Keeper struct {
	Tokens Tokens
	Now    func() time.Time // nil: time.Now
}

func (k *Keeper) now() time.Time {
	if k.Now == nil {
		return time.Now()
	}
	return k.Now()
}

// Issue makes a token and returns it in the clear, for the only time. A zero expiry
// means that it does not expire.
func (k *Keeper) Issue(ctx context.Context, by Actor, name string, role Role, expires time.Time) (plain string, t Token, err error) {
	if !slices.Contains(Roles(), role) {
		return "", Token{}, fmt.Errorf("issue token %q: %s is not a role to give", name, role)
	}
	plain, t = newToken(name, role, k.now(), expires)
	if _, err := k.Tokens.AddToken(ctx, by, t, false); err != nil {
		return "", Token{}, fmt.Errorf("issue token %q: %w", name, err)
	}
	return plain, t, nil
}

// EnsureSetupToken makes an administrator's token that lasts 30 days, if no token was ever
// made, and returns it in the clear; at every later call it returns "".
func (k *Keeper) EnsureSetupToken(ctx context.Context) (plain string, err error) {
	now := k.now()
	plain, t := newToken(setupName, RoleAdministrator, now, now.Add(setupExpiry))
	added, err := k.Tokens.AddToken(ctx, System("set-up"), t, true)
	if err != nil {
		return "", fmt.Errorf("make set-up token: %w", err)
	}
	if !added {
		return "", nil
	}
	return plain, nil
}

func newToken(name string, role Role, now, expires time.Time) (string, Token) {
	var key [32]byte
	var id [8]byte
	rand.Read(key[:]) // never fails
	rand.Read(id[:])
	plain := tokenStart + base64.RawURLEncoding.EncodeToString(key[:])
	return plain, Token{
		ID: hex.EncodeToString(id[:]), Hash: sha256.Sum256([]byte(plain)), Prefix: plain[:prefixLen],
		Name: name, Role: role, Created: now, Expires: expires,
	}
}

// Authenticate returns the actor that a token stands for. The error wraps ErrDenied when the
// token is unknown, malformed, expired or revoked; any other error is the store's. The time
// it takes tells nothing about how much of a guess was right: what is looked up is a hash.
func (k *Keeper) Authenticate(ctx context.Context, token string) (Actor, error) {
	if !strings.HasPrefix(token, tokenStart) || len(token) > 100 {
		return Actor{}, ErrDenied
	}
	hash := sha256.Sum256([]byte(token))
	t, err := k.Tokens.TokenByHash(ctx, hash)
	if errors.Is(err, ErrNoToken) {
		return Actor{}, ErrDenied
	}
	if err != nil {
		return Actor{}, fmt.Errorf("authenticate: %w", err)
	}
	now := k.now()
	switch {
	case subtle.ConstantTimeCompare(t.Hash[:], hash[:]) != 1,
		!t.Revoked.IsZero(),
		!t.Expires.IsZero() && !now.Before(t.Expires):
		return Actor{}, ErrDenied
	}
	by := Actor{ID: "token/" + t.ID, Name: t.Name, Kind: KindToken, Role: t.Role}
	if now.Sub(t.Used) >= usedWithin {
		if err := k.Tokens.MarkToken(ctx, by, t.ID, now, time.Time{}); err != nil {
			return Actor{}, fmt.Errorf("authenticate: %w", err)
		}
	}
	return by, nil
}

// List returns all tokens, revoked ones too, oldest first.
func (k *Keeper) List(ctx context.Context) ([]Token, error) { return k.Tokens.ListTokens(ctx) }

// Revoke ends a token at once and for good. The error wraps ErrNoToken if there is none.
func (k *Keeper) Revoke(ctx context.Context, by Actor, id string) error {
	if err := k.Tokens.MarkToken(ctx, by, id, time.Time{}, k.now()); err != nil {
		return fmt.Errorf("revoke token %s: %w", id, err)
	}
	return nil
}
