package store

import (
	"bytes"
	"compress/gzip"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
)

// Said returns what is on record of a scope (a site or [compliance.MonitorScope]), oldest first.
func (d *DB) Said(ctx context.Context, scope string) (out []compliance.Statement, err error) {
	err = query(ctx, d.reader, func(r *sql.Rows) error {
		var s compliance.Statement
		err := scanJSON(r, &s)
		out = append(out, s)
		return err
	}, `SELECT body FROM statements WHERE site = ? ORDER BY at_ms, id`, scope)
	if err != nil {
		return nil, fmt.Errorf("read statements of %s: %w", scope, err)
	}
	return out, nil
}

// SaveReport keeps a report's content under its digest. It is durable when it returns nil; what
// is kept already stays as it is.
func (d *DB) SaveReport(ctx context.Context, id, month, digest string, made time.Time, content []byte) error {
	body, err := squeezed(content)
	if err == nil {
		err = d.write(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(context.WithoutCancel(ctx), `INSERT INTO reports (id, digest, month, made_ms, body) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
				id, digest, month, made.UnixMilli(), body)
			return err
		})
	}
	if err != nil {
		return fmt.Errorf("save report %s: %w", id, err)
	}
	return nil
}

// Report returns a report's content, byte for byte. The error wraps ErrNotFound when there is
// none with that id and digest.
func (d *DB) Report(ctx context.Context, id, digest string) ([]byte, error) {
	var body []byte
	err := d.reader.QueryRowContext(ctx, `SELECT body FROM reports WHERE id = ? AND digest = ?`, id, digest).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	var content []byte
	if err == nil {
		content, err = unsqueezed(body)
	}
	if err != nil {
		return nil, fmt.Errorf("report %s: %w", id, err)
	}
	return content, nil
}

// SaveReportFile keeps a document of a report's edition as it went out; one that is kept already
// stays.
func (d *DB) SaveReportFile(ctx context.Context, id string, edition int, name string, made time.Time, file []byte) error {
	err := d.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(context.WithoutCancel(ctx), `INSERT INTO report_files (id, edition, name, made_ms, body) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			id, edition, name, made.UnixMilli(), file)
		return err
	})
	if err != nil {
		return fmt.Errorf("save %s of report %s: %w", name, id, err)
	}
	return nil
}

// ReportFile returns a document of a report's edition. The error wraps ErrNotFound when it was
// not kept.
func (d *DB) ReportFile(ctx context.Context, id string, edition int, name string) ([]byte, error) {
	var body []byte
	err := d.reader.QueryRowContext(ctx, `SELECT body FROM report_files WHERE id = ? AND edition = ? AND name = ?`, id, edition, name).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("%s of report %s: %w", name, id, err)
	}
	return body, nil
}

func squeezed(b []byte) ([]byte, error) {
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	if _, err := z.Write(b); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

func unsqueezed(b []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}
