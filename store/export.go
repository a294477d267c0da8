package store

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/ledger"
)

// Blocks calls fn for every hour that begins in [from, to) and has blocks, in order, with all
// versions of them, by series and version. It reads an hour at a time, so that neither memory nor
// a monitor that runs is burdened; fn may keep what it is given. An error of fn ends it.
func (d *DB) Blocks(ctx context.Context, from, to time.Time, fn func(hour time.Time, blocks []compliance.SealedBlock) error) error {
	topo, err := loadTopology(ctx, d.reader)
	if err != nil {
		return fmt.Errorf("read blocks: %w", err)
	}
	for h, end := hourOf(from.Add(time.Hour-1).UnixMilli()), hourOf(to.Add(time.Hour-1).UnixMilli()); h < end; h++ {
		blocks, err := versions(ctx, d.reader, topo, h)
		if err == nil && len(blocks) > 0 {
			err = fn(fromMS(h*hourMS), blocks)
		}
		if err != nil {
			return fmt.Errorf("blocks of hour %s: %w", fromMS(h*hourMS).Format(compliance.HourLayout), err)
		}
	}
	return nil
}

// versions are all blocks of an hour.
func versions(ctx context.Context, db querier, t *topology, hour int64) (out []compliance.SealedBlock, err error) {
	err = query(ctx, db, func(r *sql.Rows) error {
		var key int64
		var data sql.RawBytes
		if err := r.Scan(&key, &data); err != nil {
			return err
		}
		_, id, version := splitKey(key)
		s := t.byID[id]
		if s == nil {
			return fmt.Errorf("block of series %d, which there is not", id)
		}
		out = append(out, compliance.SealedBlock{Series: id, Check: s.life.check.name, Vantage: s.vantage, Version: version, Data: bytes.Clone(data)})
		return nil
	}, `SELECT key, data FROM blocks WHERE key BETWEEN ? AND ? ORDER BY key`, blockKey(hour, 0, 0), blockKey(hour+1, 0, 0)-1)
	return out, err
}

// Settled is the instant from which on a checkpoint covers what belongs to [from, to): every hour that
// begins in it, put on record for the first time, and every erasure of a leaf that such a
// checkpoint covers from from on. It is to where nothing came later.
func (d *DB) Settled(ctx context.Context, from, to time.Time) (at time.Time, err error) {
	err = d.read(ctx, func(tx *sql.Tx) error {
		var sealed sql.NullInt64
		err := query(ctx, tx, func(r *sql.Rows) error { return r.Scan(&sealed) },
			`SELECT MAX(at_ms) FROM ledger WHERE kind = 'hour' AND id >= ? AND id < ? AND id LIKE '%/v1'`,
			from.Add(time.Hour-1).UTC().Format(compliance.HourLayout), to.Add(time.Hour-1).UTC().Format(compliance.HourLayout))
		if err != nil {
			return err
		}
		end := max(to.UnixMilli(), sealed.Int64)
		for before := end - 1; before < end; {
			before = end
			if end, err = erasuresSince(ctx, tx, from.UnixMilli(), end); err != nil {
				return err
			}
		}
		at = fromMS(end)
		return nil
	})
	if err != nil {
		return at, fmt.Errorf("when %s was settled: %w", from.Format(time.RFC3339), err)
	}
	return at, nil
}

// erasuresSince is the later of end and the last erasure of a leaf that was recorded from from on and
// is under the first checkpoint signed at or after end.
func erasuresSince(ctx context.Context, tx *sql.Tx, from, end int64) (int64, error) {
	point := end
	err := query(ctx, tx, func(r *sql.Rows) error { return r.Scan(&point) }, `SELECT COALESCE(MIN(at_ms), ?) FROM checkpoints WHERE at_ms >= ?`, end, end)
	if err != nil {
		return 0, err
	}
	last := sql.NullInt64{}
	err = query(ctx, tx, func(r *sql.Rows) error { return r.Scan(&last) },
		`SELECT MAX(e.at_ms) FROM ledger e JOIN ledger l ON e.id = (l.key >> 40) || '/' || (l.key & 1099511627775)
			WHERE e.kind = 'erasure' AND l.salt IS NULL AND l.at_ms BETWEEN ? AND ?`, from, point)
	return max(end, last.Int64), err
}

// SignedAt is when a checkpoint was signed. The error wraps ErrNotFound when it is not on record.
func (d *DB) SignedAt(ctx context.Context, c ledger.Checkpoint) (time.Time, error) {
	_, log := ledger.FirstOrigin(c.Origin)
	s, err := checkpoint(ctx, d.reader, ` WHERE log = ? AND size = ?`, log, c.Size)
	return s.At, err
}

// LeafRef is a leaf's place.
type LeafRef struct {
	Log, N int64
	Kind   string
	At     time.Time // of recording
	Erased bool
}

// Leaves returns where an id's leaves are, oldest first; none: there is no such id.
func (d *DB) Leaves(ctx context.Context, id string) (out []LeafRef, err error) {
	f := leavesOf(id)
	err = query(ctx, d.reader, func(r *sql.Rows) error {
		var key, at int64
		var l LeafRef
		err := r.Scan(&key, &l.Kind, &at, &l.Erased)
		l.Log, l.N = splitLeaf(key)
		l.At = fromMS(at)
		out = append(out, l)
		return err
	}, `SELECT key, kind, at_ms, salt IS NULL FROM ledger`+f.where()+` ORDER BY key`, f.args...)
	if err != nil {
		return nil, fmt.Errorf("leaves of %s: %w", id, err)
	}
	return out, nil
}
