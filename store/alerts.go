package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
)

// queryLimit is how many alerts or receipts a query returns that sets no limit.
const queryLimit = 1000

// alert records a version of an alert. One that stands again is owed again.
func (a *applier) alert(x compliance.Alert) error {
	if x.ID == "" || x.Rule == "" || x.Start.IsZero() {
		return refuse("an alert needs an id, a rule and a start")
	}
	x.Settled = time.Time{} // has a column
	b, err := json.Marshal(x)
	if err != nil {
		return refusal{err}
	}
	end := int64(openEnd)
	if !x.Open() {
		end = x.End.UnixMilli()
	}
	_, err = a.tx.ExecContext(a.ctx, `INSERT INTO alerts (id, scope, start_ms, end_ms, settled_ms, body) VALUES (?, ?, ?, ?, 0, ?)
		ON CONFLICT (id) DO UPDATE SET end_ms = excluded.end_ms, body = excluded.body,
		settled_ms = CASE WHEN excluded.end_ms = ? THEN 0 ELSE alerts.settled_ms END`, x.ID, x.Scope(), x.Start.UnixMilli(), end, string(b), int64(openEnd))
	return err
}

func selectAlerts(ctx context.Context, q querier, rest string, args ...any) (out []compliance.Alert, err error) {
	err = query(ctx, q, func(r *sql.Rows) error {
		var body []byte
		var settled int64
		if err := r.Scan(&body, &settled); err != nil {
			return err
		}
		var a compliance.Alert
		if err := json.Unmarshal(body, &a); err != nil {
			return fmt.Errorf("alert: %w", err)
		}
		a.Settled = optTime(settled)
		out = append(out, a)
		return nil
	}, `SELECT body, settled_ms FROM alerts`+rest, args...)
	return out, err
}

// Owed returns the alerts that people are still to be told of: those that stand, and those
// that ended and are not settled, oldest first.
func (d *DB) Owed(ctx context.Context) ([]compliance.Alert, error) {
	out, err := selectAlerts(ctx, d.reader, ` WHERE settled_ms = 0 ORDER BY start_ms, id`)
	if err != nil {
		return nil, fmt.Errorf("read alerts owed: %w", err)
	}
	return out, nil
}

// Settle notes that the ends of alerts were handed on; nothing more is owed of them. Alerts
// that stand, or are not on record, are left as they are.
func (d *DB) Settle(ctx context.Context, ids []string, at time.Time) error {
	err := d.write(ctx, func(tx *sql.Tx) error {
		for _, id := range ids {
			if _, err := tx.ExecContext(context.WithoutCancel(ctx), `UPDATE alerts SET settled_ms = ? WHERE id = ? AND settled_ms = 0 AND end_ms <> ?`, at.UnixMilli(), id, int64(openEnd)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("settle %d alerts: %w", len(ids), err)
	}
	return nil
}

// Alerts returns the alerts that q selects, latest start first.
func (d *DB) Alerts(ctx context.Context, q compliance.AlertQuery) ([]compliance.Alert, error) {
	var f filter
	if q.Site != "" {
		f.also("scope = ?", q.Site)
	}
	if q.Open {
		f.also("end_ms = ?", int64(openEnd))
	}
	if !q.From.IsZero() {
		f.also("end_ms > ?", q.From.UnixMilli())
	}
	if !q.To.IsZero() {
		f.also("start_ms < ?", q.To.UnixMilli())
	}
	if q.ID != "" {
		f.also("id = ?", q.ID)
	}
	out, err := selectAlerts(ctx, d.reader, f.where()+` ORDER BY start_ms DESC, id LIMIT ?`, append(f.args, limitOf(q.Limit))...)
	if err != nil {
		return nil, fmt.Errorf("read alerts: %w", err)
	}
	return out, nil
}

func limitOf(n int) int {
	if n <= 0 {
		return queryLimit
	}
	return n
}

// Record keeps receipts. They are durable when it returns nil.
func (d *DB) Record(ctx context.Context, receipts []compliance.Receipt) error {
	err := d.write(ctx, func(tx *sql.Tx) error {
		ctx := context.WithoutCancel(ctx)
		for _, x := range receipts {
			x.ID = 0
			b, err := json.Marshal(x)
			if err != nil {
				return err
			}
			var id int64
			if err := tx.QueryRowContext(ctx, `INSERT INTO receipts (at_ms, body) VALUES (?, ?) RETURNING id`, x.At.UnixMilli(), string(b)).Scan(&id); err != nil {
				return err
			}
			for _, alert := range slices.Concat(x.Firing, x.Resolved) {
				if _, err := tx.ExecContext(ctx, `INSERT INTO receipt_alerts (alert, receipt) VALUES (?, ?) ON CONFLICT DO NOTHING`, alert, id); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("record %d receipts: %w", len(receipts), err)
	}
	return nil
}

// Receipts returns the receipts that q selects, the latest first.
func (d *DB) Receipts(ctx context.Context, q compliance.ReceiptQuery) (out []compliance.Receipt, err error) {
	var f filter
	if q.Alert != "" {
		f.also("id IN (SELECT receipt FROM receipt_alerts WHERE alert = ?)", q.Alert)
	}
	if !q.From.IsZero() {
		f.also("at_ms >= ?", q.From.UnixMilli())
	}
	if !q.To.IsZero() {
		f.also("at_ms < ?", q.To.UnixMilli())
	}
	err = query(ctx, d.reader, func(r *sql.Rows) error {
		var id int64
		var body []byte
		if err := r.Scan(&id, &body); err != nil {
			return err
		}
		var x compliance.Receipt
		if err := json.Unmarshal(body, &x); err != nil {
			return fmt.Errorf("receipt %d: %w", id, err)
		}
		x.ID = id
		out = append(out, x)
		return nil
	}, `SELECT id, body FROM receipts`+f.where()+` ORDER BY at_ms DESC, id DESC LIMIT ?`, append(f.args, limitOf(q.Limit))...)
	if err != nil {
		return nil, fmt.Errorf("read receipts: %w", err)
	}
	return out, nil
}
