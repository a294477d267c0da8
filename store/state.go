package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
)

// Load returns the states last committed, of every check, site and board that ever had one,
// with the boards' recent notices, all statements, the alerts that stand, the latest looks at
// pages and the cases that are recent or open.
func (d *DB) Load(ctx context.Context) (compliance.Snapshot, error) {
	snap := compliance.Snapshot{Checks: map[string]compliance.CheckState{}, Sites: map[string]compliance.SiteState{}}
	err := d.read(ctx, func(tx *sql.Tx) error {
		err := query(ctx, tx, func(r *sql.Rows) error {
			var s compliance.CheckState
			err := scanJSON(r, &s)
			snap.Checks[s.Check] = s
			return err
		}, `SELECT state FROM check_states`)
		if err != nil {
			return err
		}
		err = query(ctx, tx, func(r *sql.Rows) error {
			var s compliance.SiteState
			err := scanJSON(r, &s)
			snap.Sites[s.Site] = s
			return err
		}, `SELECT state FROM site_states`)
		if err != nil {
			return err
		}
		if snap.Boards, err = loadBoards(ctx, tx, d.now().Add(-compliance.RememberNotices)); err != nil {
			return fmt.Errorf("boards: %w", err)
		}
		if snap.Statements, err = selectStatements(ctx, tx); err != nil {
			return err
		}
		if snap.Looks, err = latestLooks(ctx, tx); err != nil {
			return fmt.Errorf("pages: %w", err)
		}
		if snap.Cases, err = selectCases(ctx, tx, d.now().Add(-compliance.RememberNotices), d.now()); err != nil {
			return fmt.Errorf("cases: %w", err)
		}
		snap.Alerts, err = selectAlerts(ctx, tx, ` WHERE end_ms = ?`, int64(openEnd))
		return err
	})
	if err != nil {
		return compliance.Snapshot{}, fmt.Errorf("load states: %w", err)
	}
	return snap, nil
}

// Events returns at most limit events (0: all) established at or after since, oldest first.
func (d *DB) Events(ctx context.Context, since time.Time, limit int) (out []compliance.Event, err error) {
	stmt := `SELECT body FROM events WHERE seen_ms >= ? ORDER BY seen_ms, id`
	if limit > 0 {
		stmt += fmt.Sprintf(" LIMIT %d", limit)
	}
	err = query(ctx, d.reader, func(r *sql.Rows) error {
		var e compliance.Event
		err := scanJSON(r, &e)
		out = append(out, e)
		return err
	}, stmt, since.UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("read events: %w", err)
	}
	return out, nil
}

// Capture returns the first failing answer of an outage. The error wraps ErrNotFound when
// none was kept.
func (d *DB) Capture(ctx context.Context, outageID string) (compliance.OutageCapture, error) {
	var c compliance.OutageCapture
	var body []byte
	err := d.reader.QueryRowContext(ctx, `SELECT body FROM captures WHERE outage = ?`, outageID).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	if err == nil {
		err = unpack(body, &c)
	}
	if err != nil {
		return c, fmt.Errorf("capture of %s: %w", outageID, err)
	}
	return c, nil
}

// SaveBeat keeps a push check's heartbeat, unless a newer one is kept already.
func (d *DB) SaveBeat(ctx context.Context, check string, at time.Time, ok bool, msg string) error {
	err := d.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(context.WithoutCancel(ctx), `INSERT INTO beats (name, at_ms, ok, message) VALUES (?, ?, ?, ?)
			ON CONFLICT (name) DO UPDATE SET at_ms = excluded.at_ms, ok = excluded.ok, message = excluded.message
			WHERE excluded.at_ms >= beats.at_ms`, check, at.UnixMilli(), b2i(ok), msg)
		return err
	})
	if err != nil {
		return fmt.Errorf("save heartbeat of %s: %w", check, err)
	}
	return nil
}

// Beats returns the last heartbeat of each push check that ever sent one, by check.
func (d *DB) Beats(ctx context.Context) (map[string]compliance.Beat, error) {
	out := map[string]compliance.Beat{}
	err := query(ctx, d.reader, func(r *sql.Rows) error {
		var b compliance.Beat
		var at int64
		err := r.Scan(&b.Check, &at, &b.OK, &b.Message)
		b.At = fromMS(at)
		out[b.Check] = b
		return err
	}, `SELECT name, at_ms, ok, message FROM beats`)
	if err != nil {
		return nil, fmt.Errorf("read heartbeats: %w", err)
	}
	return out, nil
}
