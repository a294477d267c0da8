package store

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"io"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/scanners"
)

// checkNotices verifies that every wording, page and statement is what its digest says.
func (d *DB) checkNotices(ctx context.Context, tx *sql.Tx, r *Report) error {
	err := query(ctx, tx, func(rows *sql.Rows) error {
		var id string
		var n int
		var raw sql.RawBytes
		if err := rows.Scan(&id, &n, &raw); err != nil {
			return err
		}
		var rev compliance.Revision
		if err := unpack(raw, &rev); err != nil {
			r.problem("notice %s, revision %d: %s", id, n, err)
		} else if rev.N != n || rev.Digest != scanners.TextDigest(rev.Title, rev.Text) {
			r.problem("notice %s, revision %d: its text does not have the digest on record", id, n)
		}
		return nil
	}, `SELECT notice, n, body FROM revisions WHERE notice || '/r' || n NOT IN (SELECT id FROM ledger WHERE kind = 'notice' AND salt IS NULL) ORDER BY notice, n`)
	if err != nil {
		return err
	}
	err = query(ctx, tx, func(rows *sql.Rows) error {
		var digest string
		var body sql.RawBytes
		if err := rows.Scan(&digest, &body); err != nil {
			return err
		}
		if sum, err := pageDigest(body); err != nil {
			r.problem("page %s: %s", digest, err)
		} else if sum != digest {
			r.problem("page %s: it has the digest %s", digest, sum)
		}
		return nil
	}, `SELECT digest, body FROM pages WHERE LENGTH(body) > 0 ORDER BY digest`)
	if err != nil {
		return err
	}
	return query(ctx, tx, func(rows *sql.Rows) error {
		var id, body string
		if err := rows.Scan(&id, &body); err != nil {
			return err
		}
		var s compliance.Statement
		if err := json.Unmarshal([]byte(body), &s); err != nil {
			r.problem("statement %s: %s", id, err)
		} else if s.Sealed().ID != id {
			r.problem("statement %s: it does not say what its id stands for", id)
		}
		return nil
	}, `SELECT id, body FROM statements ORDER BY id`)
}

func pageDigest(packed []byte) (string, error) {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return "", err
	}
	h := sha256.New()
	if _, err := io.Copy(h, z); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
