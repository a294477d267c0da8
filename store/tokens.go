package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/internal/accounts"
)

var _ accounts.Tokens = (*DB)(nil)

// tokenBody is what of a token never changes.
type tokenBody struct {
	Prefix  string        `json:"prefix"`
	Name    string        `json:"name"`
	Role    accounts.Role `json:"role"`
	Expires time.Time     `json:"expires,omitzero"`
}

// optMS stores a time of which zero means "not".
func optMS(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func optTime(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return fromMS(ms)
}

// AddToken inserts a token; see [accounts.Tokens].
func (d *DB) AddToken(ctx context.Context, by accounts.Actor, t accounts.Token, first bool) (added bool, err error) {
	body, err := json.Marshal(tokenBody{t.Prefix, t.Name, t.Role, t.Expires})
	if err != nil {
		return false, fmt.Errorf("add token: %w", err)
	}
	err = d.record(ctx, func(a *applier) error {
		r, err := a.tx.ExecContext(a.ctx, `INSERT INTO tokens (id, hash, body, created_ms, used_ms, revoked_ms)
			SELECT ?, ?, ?, ?, ?, ? WHERE ? = 0 OR NOT EXISTS (SELECT 1 FROM tokens)`,
			t.ID, t.Hash[:], string(body), t.Created.UnixMilli(), optMS(t.Used), optMS(t.Revoked), b2i(first))
		if err != nil {
			return err
		}
		n, err := r.RowsAffected()
		if added = n == 1; err != nil || !added {
			return err
		}
		return a.act(compliance.Act{Kind: compliance.ActTokenMade, At: t.Created, By: by, Subject: t.ID, Detail: map[string]string{"role": t.Role.String()}})
	})
	if err != nil {
		return false, fmt.Errorf("add token: %w", err)
	}
	return added, nil
}

// TokenByHash finds a token; see [accounts.Tokens].
func (d *DB) TokenByHash(ctx context.Context, hash [sha256.Size]byte) (accounts.Token, error) {
	list, err := d.tokens(ctx, `WHERE hash = ?`, hash[:])
	if err == nil && len(list) == 0 {
		err = accounts.ErrNoToken
	}
	if err != nil {
		return accounts.Token{}, fmt.Errorf("find token: %w", err)
	}
	return list[0], nil
}

// ListTokens returns all tokens; see [accounts.Tokens].
func (d *DB) ListTokens(ctx context.Context) ([]accounts.Token, error) {
	list, err := d.tokens(ctx, `ORDER BY created_ms, id`)
	if err != nil {
		return nil, fmt.Errorf("list tokens: %w", err)
	}
	return list, nil
}

func (d *DB) tokens(ctx context.Context, where string, args ...any) (out []accounts.Token, err error) {
	err = query(ctx, d.reader, func(r *sql.Rows) error {
		var t accounts.Token
		var hash, body []byte
		var created, used, revoked int64
		if err := r.Scan(&t.ID, &hash, &body, &created, &used, &revoked); err != nil {
			return err
		}
		var b tokenBody
		if err := json.Unmarshal(body, &b); err != nil {
			return err
		}
		if len(hash) != len(t.Hash) {
			return errors.New("damaged token hash")
		}
		t.Hash, t.Prefix, t.Name, t.Role, t.Expires = [sha256.Size]byte(hash), b.Prefix, b.Name, b.Role, b.Expires
		t.Created, t.Used, t.Revoked = fromMS(created), optTime(used), optTime(revoked)
		out = append(out, t)
		return nil
	}, `SELECT id, hash, body, created_ms, used_ms, revoked_ms FROM tokens `+where, args...)
	return out, err
}

// MarkToken notes a use or revocation; see [accounts.Tokens].
func (d *DB) MarkToken(ctx context.Context, by accounts.Actor, id string, used, revoked time.Time) error {
	err := d.record(ctx, func(a *applier) error {
		var before int64
		err := a.tx.QueryRowContext(a.ctx, `SELECT revoked_ms FROM tokens WHERE id = ?`, id).Scan(&before)
		if errors.Is(err, sql.ErrNoRows) {
			return accounts.ErrNoToken
		}
		if err != nil {
			return err
		}
		_, err = a.tx.ExecContext(a.ctx, `UPDATE tokens SET
			used_ms = CASE WHEN ? > used_ms THEN ? ELSE used_ms END,
			revoked_ms = CASE WHEN revoked_ms = 0 THEN ? ELSE revoked_ms END WHERE id = ?`,
			optMS(used), optMS(used), optMS(revoked), id)
		if err != nil || revoked.IsZero() || before != 0 {
			return err
		}
		return a.act(compliance.Act{Kind: compliance.ActTokenRevoked, At: revoked, By: by, Subject: id})
	})
	if err != nil {
		return fmt.Errorf("mark token %s: %w", id, err)
	}
	return nil
}
