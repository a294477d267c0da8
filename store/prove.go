package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/charterwatch/charterwatch/ledger"
)

// Proved is a leaf with its proof and the evidence behind it.
type Proved struct {
	Log, N int64
	Proof  ledger.Proof
	Salt   ledger.Salt
	Body   []byte // nil: erased
}

// Prove proves every leaf whose id this is, in the newest checkpoint of its log. Leaves that
// came after that checkpoint are left out. The error wraps ErrNotFound when there is none.
func (d *DB) Prove(ctx context.Context, id string) ([]Proved, error) {
	return d.proveBy(ctx, id, time.Time{})
}

// ProveBy is Prove in the oldest checkpoint that was signed at or after a time: what it proves of
// a period that is closed never changes.
func (d *DB) ProveBy(ctx context.Context, id string, at time.Time) ([]Proved, error) {
	return d.proveBy(ctx, id, at)
}

// proveBy is ProveBy; a zero time is Prove.
func (d *DB) proveBy(ctx context.Context, id string, at time.Time) (out []Proved, err error) {
	err = d.read(ctx, func(tx *sql.Tx) error {
		var found []leafRow
		f := leavesOf(id)
		err := query(ctx, tx, func(r *sql.Rows) error {
			var l leafRow
			err := l.scan(r, true)
			found = append(found, l)
			return err
		}, leafWithBody+f.where()+` ORDER BY key`, f.args...)
		if err != nil {
			return err
		}
		for _, l := range found {
			p, err := prove(ctx, tx, l, at)
			switch {
			case errors.Is(err, ErrNotFound):
			case err != nil:
				return err
			default:
				out = append(out, p)
			}
		}
		return nil
	})
	if err == nil && len(out) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("prove %s: %w", id, err)
	}
	return out, nil
}

// prove proves a leaf. The error wraps ErrNotFound when no such checkpoint covers it.
func prove(ctx context.Context, tx *sql.Tx, l leafRow, at time.Time) (p Proved, err error) {
	var f filter
	f.also("log = ?", l.log)
	order := ` ORDER BY size DESC`
	if !at.IsZero() {
		f.also("at_ms >= ?", at.UnixMilli())
		order = ` ORDER BY size`
	}
	s, err := checkpoint(ctx, tx, f.where()+order, f.args...)
	if err == nil && s.Size <= l.n {
		err = ErrNotFound
	}
	if err != nil {
		return p, err
	}
	p = Proved{Log: l.log, N: l.n}
	if !l.erased() {
		if p.Salt, p.Body, err = l.evidence(); err != nil {
			return p, fmt.Errorf("leaf %d of log %d: %w", l.n, l.log, err)
		}
	}
	p.Proof, err = ledger.Prove(l.n, l.leaf.Bytes(), s.Size, s.Note, nodesOf(ctx, tx, l.log))
	return p, err
}

// Bundle collects the evidence recorded from a time on: all leaves from the first one recorded
// at or after from up to a checkpoint, with the evidence behind those that include lets through.
// The checkpoint is the oldest signed at or after to, or the newest if there is none such; so
// that of a period that is closed never changes. The log is the newest that began before to; a
// zero to is now. The error wraps ErrNotFound when nothing was signed, or nothing recorded.
func (d *DB) Bundle(ctx context.Context, from, to time.Time, include func(kind, id string) bool) (b ledger.Bundle, err error) {
	end := int64(openEnd)
	if !to.IsZero() {
		end = to.UnixMilli()
	}
	s, err := checkpoint(ctx, d.reader, ` WHERE at_ms >= ? ORDER BY log, size`, end)
	if errors.Is(err, ErrNotFound) {
		s, err = d.Checkpoint(ctx)
	}
	if err == nil {
		err = d.read(ctx, func(tx *sql.Tx) error { return fill(ctx, tx, &b, s, from, include) })
	}
	if err != nil {
		return ledger.Bundle{}, fmt.Errorf("collect evidence: %w", err)
	}
	return b, nil
}

func fill(ctx context.Context, tx *sql.Tx, b *ledger.Bundle, s ledger.Signed, from time.Time, include func(kind, id string) bool) error {
	low, high := leafKey(s.Log, 0), leafKey(s.Log, s.Size)
	var begin sql.NullInt64
	err := query(ctx, tx, func(r *sql.Rows) error { return r.Scan(&begin) },
		`SELECT MIN(key) FROM ledger WHERE at_ms >= ? AND key >= ? AND key < ?`, from.UnixMilli(), low, high)
	if err != nil {
		return err
	}
	if !begin.Valid {
		return ErrNotFound
	}
	_, b.Range.From = splitLeaf(begin.Int64)
	v, err := ledger.Load(b.Range.From, nodesOf(ctx, tx, s.Log))
	if err != nil {
		return err
	}
	b.Range.Edge, b.Range.Checkpoint = v.Edge(), s.Note
	return query(ctx, tx, func(r *sql.Rows) error {
		var l leafRow
		if err := l.scan(r, true); err != nil {
			return err
		}
		b.Range.Leaves = append(b.Range.Leaves, l.leaf.Bytes())
		if l.erased() || include != nil && !include(string(l.leaf.Kind), l.leaf.ID) {
			return nil
		}
		salt, body, err := l.evidence()
		if err != nil {
			return fmt.Errorf("leaf %d of log %d: %w", l.n, l.log, err)
		}
		b.Items = append(b.Items, ledger.Item{N: l.n, Salt: salt, Body: body})
		return nil
	}, leafWithBody+`WHERE key >= ? AND key < ? ORDER BY key`, begin.Int64, high)
}
