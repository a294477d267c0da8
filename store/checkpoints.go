package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/charterwatch/charterwatch/ledger"
)

var _ ledger.Log = (*DB)(nil)

// Head returns the ledger as far as it is durable; see [ledger.Log].
func (d *DB) Head(ctx context.Context) (ledger.Head, error) {
	if d.behind != nil {
		return ledger.Head{}, d.behind
	}
	g := d.grownNow()
	return ledger.Head{Log: g.log, Size: g.tree.Size(), Root: g.tree.Root()}, ctx.Err()
}

// SaveCheckpoint records a signed checkpoint; see [ledger.Log].
func (d *DB) SaveCheckpoint(ctx context.Context, s ledger.Signed) error {
	err := d.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(context.WithoutCancel(ctx), `INSERT INTO checkpoints (log, size, at_ms, signed) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			s.Log, s.Size, s.At.UnixMilli(), string(s.Note))
		return err
	})
	if err != nil {
		return fmt.Errorf("record checkpoint %d: %w", s.Size, err)
	}
	return nil
}

// SaveStamp keeps the time-stamp of a checkpoint that is on record.
func (d *DB) SaveStamp(ctx context.Context, log, size int64, token []byte) error {
	err := d.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(context.WithoutCancel(ctx), `UPDATE checkpoints SET stamp = ? WHERE log = ? AND size = ?`, token, log, size)
		return err
	})
	if err != nil {
		return fmt.Errorf("keep the time-stamp of checkpoint %d: %w", size, err)
	}
	return nil
}

// Taken returns what a recipient of checkpoints took last; see [ledger.Log].
func (d *DB) Taken(ctx context.Context, recipient string, log int64) (size int64, err error) {
	err = d.reader.QueryRowContext(ctx, `SELECT size FROM checkpoint_recipients WHERE name = ? AND log = ?`, recipient, log).Scan(&size)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	if err != nil {
		return 0, fmt.Errorf("what %s took: %w", recipient, err)
	}
	return size, nil
}

// SaveTaken records what a recipient took; see [ledger.Log].
func (d *DB) SaveTaken(ctx context.Context, recipient string, log, size int64) error {
	err := d.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(context.WithoutCancel(ctx), `INSERT INTO checkpoint_recipients (name, log, size) VALUES (?, ?, ?)
			ON CONFLICT (name) DO UPDATE SET log = excluded.log, size = excluded.size`, recipient, log, size)
		return err
	})
	if err != nil {
		return fmt.Errorf("record what %s took: %w", recipient, err)
	}
	return nil
}

// Checkpoint returns the newest signed checkpoint of the newest log. The error wraps
// ErrNotFound when none was signed yet.
func (d *DB) Checkpoint(ctx context.Context) (ledger.Signed, error) {
	return checkpoint(ctx, d.reader, ` ORDER BY log DESC, size DESC`)
}

// checkpoint returns the first that the rest of the query finds.
func checkpoint(ctx context.Context, q querier, rest string, args ...any) (s ledger.Signed, err error) {
	err = query(ctx, q, func(r *sql.Rows) error {
		var at int64
		err := r.Scan(&s.Log, &s.Size, &at, &s.Note)
		s.At = fromMS(at)
		return err
	}, `SELECT log, size, at_ms, signed FROM checkpoints`+rest+` LIMIT 1`, args...)
	if err == nil && s.Note == nil {
		err = ErrNotFound
	}
	if err != nil {
		return s, fmt.Errorf("signed checkpoint of the ledger: %w", err)
	}
	return s, nil
}
