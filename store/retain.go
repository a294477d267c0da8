package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
)

const (
	// RowsKept is how long result rows stay after their hour is over, sealed though they
	// are: the wall shows their detail and phases.
	RowsKept = 3 * time.Hour

	// retainChunk bounds how many records one transaction deletes.
	retainChunk = 4000
)

// Retain deletes what has been kept long enough: result rows of sealed hours after
// RowsKept, the other classes as r says. Topology, states, open outages with their captures,
// and records that reach into the time to be kept stay; of a sealed hour whose blocks go, the
// digest stays. It works in short transactions and returns how many records it deleted.
func (d *DB) Retain(ctx context.Context, now time.Time, r compliance.Retention) (deleted int64, err error) {
	r = r.WithDefaults()
	n, err := d.retainRows(ctx, now)
	deleted += n
	if err != nil {
		return deleted, fmt.Errorf("retain: delete rows: %w", err)
	}
	old := now.Add(-r.Results).UnixMilli()
	n, err = d.retainBlocks(ctx, hourOf(old))
	deleted += n
	if err != nil {
		return deleted, fmt.Errorf("retain: delete blocks: %w", err)
	}
	for _, c := range []struct {
		what, table, pick string
		arg               int64
	}{
		{"gaps", "gaps", `(series, from_ms) IN (SELECT series, from_ms FROM gaps WHERE to_ms <= ? LIMIT %d)`, old},
		{"sketches", "daily", `key IN (SELECT key FROM daily WHERE key < ? LIMIT %d)`, floorDiv(old, dayMS) << dayShift},
		{"events", "events", `id IN (SELECT id FROM events WHERE seen_ms < ? AND outage NOT IN (SELECT id FROM outages WHERE end_ms = 9223372036854775807) LIMIT %d)`,
			now.Add(-r.Events).UnixMilli()},
		{"captures", "captures", `outage IN (SELECT c.outage FROM captures c JOIN outages o ON o.id = c.outage WHERE o.end_ms <= ? LIMIT %d)`, old},
		{"outages", "outages", `id IN (SELECT id FROM outages WHERE end_ms <= ? LIMIT %d)`, old},
		{"board spans", "board_spans", `(board, from_ms) IN (SELECT board, from_ms FROM board_spans WHERE to_ms <= ? LIMIT %d)`, old},
		{"looks at pages", "page_looks", `(page, from_ms) IN (SELECT page, from_ms FROM page_looks WHERE to_ms <= ? LIMIT %d)`, old},
		{"cases", "cases", `(kind, ref, at_ms) IN (SELECT kind, ref, at_ms FROM cases WHERE received_ms <= ? LIMIT %d)`, old},
		{"days of calls", "calls", `(day, at_ms) IN (SELECT day, at_ms FROM calls WHERE at_ms <= ? LIMIT %d)`, old},
		{"revisions", "revisions", `(notice, n) IN (SELECT r.notice, r.n FROM revisions r JOIN notices x ON x.id = r.notice WHERE x.last_ms <= ? LIMIT %d)`, old},
		{"notices", "notices", `id IN (SELECT id FROM notices WHERE last_ms <= ? LIMIT %d)`, old},
		{"alerts", "alerts", `id IN (SELECT id FROM alerts WHERE end_ms <= ? AND settled_ms > 0 LIMIT %d)`, old},
		{"receipts", "receipts", `id IN (SELECT id FROM receipts WHERE at_ms <= ? LIMIT %d)`, old},
		{"receipts' alerts", "receipt_alerts", `(alert, receipt) IN (SELECT a.alert, a.receipt FROM receipt_alerts a LEFT JOIN receipts r ON r.id = a.receipt WHERE r.id IS NULL AND 0 <= ? LIMIT %d)`, old},
		{"pages", "pages", `digest IN (SELECT digest FROM pages WHERE seen_ms <= ? LIMIT %d)`, old},
	} {
		stmt := `DELETE FROM ` + c.table + ` WHERE ` + fmt.Sprintf(c.pick, retainChunk)
		for {
			n, err := d.deleteChunk(ctx, stmt, c.arg)
			deleted += n
			if err != nil {
				return deleted, fmt.Errorf("retain: delete %s: %w", c.what, err)
			}
			if n < retainChunk {
				break
			}
		}
	}
	return deleted, nil
}

func (d *DB) deleteChunk(ctx context.Context, stmt string, args ...any) (n int64, err error) {
	err = d.write(ctx, func(tx *sql.Tx) error {
		r, err := tx.ExecContext(context.WithoutCancel(ctx), stmt, args...)
		if err != nil {
			return err
		}
		n, err = r.RowsAffected()
		return err
	})
	return n, err
}

// retainRows deletes the rows of sealed hours, a few minutes' at a time.
func (d *DB) retainRows(ctx context.Context, now time.Time) (deleted int64, err error) {
	before := hourOf(now.Add(-RowsKept).UnixMilli()) // hours before this one ended RowsKept ago
	var hours []int64
	err = query(ctx, d.reader, func(r *sql.Rows) error {
		var h int64
		err := r.Scan(&h)
		hours = append(hours, h)
		return err
	}, `SELECT DISTINCT hour FROM hours WHERE hour < ? AND hour >= (SELECT COALESCE(MIN(slot), 9000000000000000) FROM results) / 3600000`, before)
	if err != nil {
		return 0, err
	}
	for _, h := range hours {
		results := 1
		for _, s := range d.topology().series {
			_, n := slotsIn(s, h)
			results += n
		}
		step := max(hourMS*retainChunk/int64(results), 1)
		for lo := h * hourMS; lo < (h+1)*hourMS; lo += step {
			// A row that came late stays until its hour is sealed again.
			n, err := d.deleteChunk(ctx, `DELETE FROM results WHERE slot >= ? AND slot < ?
				AND series NOT IN (SELECT series FROM late WHERE hour = ?)`, lo, min(lo+step, (h+1)*hourMS), h)
			deleted += n
			if err != nil {
				return deleted, err
			}
		}
	}
	return deleted, nil
}

// retainBlocks deletes the blocks of the hours before the given one.
func (d *DB) retainBlocks(ctx context.Context, before int64) (deleted int64, err error) {
	var hours []int64
	err = query(ctx, d.reader, func(r *sql.Rows) error {
		var h int64
		err := r.Scan(&h)
		hours = append(hours, h)
		return err
	}, `SELECT DISTINCT hour FROM hours WHERE hour < ? AND expired = 0 ORDER BY hour`, before)
	if err != nil {
		return 0, err
	}
	for _, h := range hours {
		if _, err := d.deleteChunk(ctx, `UPDATE hours SET expired = 1 WHERE hour = ?`, h); err != nil {
			return deleted, err
		}
		n, err := d.deleteChunk(ctx, `DELETE FROM blocks WHERE key BETWEEN ? AND ?`, blockKey(h, 0, 0), blockKey(h+1, 0, 0)-1)
		deleted += n
		if err != nil {
			return deleted, err
		}
	}
	return deleted, nil
}
