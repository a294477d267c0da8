package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/ledger"
)

// ErrHeld is wrapped by Erase's error when the evidence is under legal hold.
var ErrHeld = errors.New("the evidence is under legal hold")

// ErrKept is wrapped by Erase's error for kinds of leaves that are never erased: they hold
// nothing about people, and verification needs them.
var ErrKept = errors.New("leaves of this kind are never erased")

// Hold puts evidence under legal hold: it cannot be erased until Release. It is recorded as an act.
func (d *DB) Hold(ctx context.Context, kind, id string, act compliance.Act) error {
	act.Kind, act.Subject = compliance.ActHeld, kind+" "+id
	err := d.record(ctx, func(a *applier) error {
		body, err := json.Marshal(act)
		if err != nil {
			return err
		}
		if _, err := a.tx.ExecContext(a.ctx, `INSERT INTO holds (kind, id, at_ms, body) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`, kind, id, act.At.UnixMilli(), string(body)); err != nil {
			return err
		}
		return a.act(act)
	})
	if err != nil {
		return fmt.Errorf("hold %s %s: %w", kind, id, err)
	}
	return nil
}

// Release ends a legal hold. The error wraps ErrNotFound when there is none.
func (d *DB) Release(ctx context.Context, kind, id string, act compliance.Act) error {
	act.Kind, act.Subject = compliance.ActReleased, kind+" "+id
	err := d.record(ctx, func(a *applier) error {
		r, err := a.tx.ExecContext(a.ctx, `DELETE FROM holds WHERE kind = ? AND id = ?`, kind, id)
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, ErrNotFound)
		}
		return a.act(act)
	})
	if err != nil {
		return fmt.Errorf("release %s %s: %w", kind, id, err)
	}
	return nil
}

// Held is evidence under legal hold.
type Held struct {
	Kind, ID string
	Act      compliance.Act
}

// Holds lists what is under legal hold, by kind and id.
func (d *DB) Holds(ctx context.Context) (out []Held, err error) {
	err = query(ctx, d.reader, func(r *sql.Rows) error {
		var h Held
		var body []byte
		if err := r.Scan(&h.Kind, &h.ID, &body); err != nil {
			return err
		}
		err := json.Unmarshal(body, &h.Act)
		out = append(out, h)
		return err
	}, `SELECT kind, id, body FROM holds ORDER BY kind, id`)
	if err != nil {
		return nil, fmt.Errorf("read legal holds: %w", err)
	}
	return out, nil
}

// Erase takes away the evidence behind a leaf, and the record that it is a copy of: a
// statement goes, and so does an import of cases with what it said of them; a notice's wording is
// blanked and its page deleted; an outage stays. A new leaf says that it was done, by whom and why;
// the leaf itself stays. Erasing what is erased changes nothing. Until [DB.Scrub] the files still
// hold it. The error wraps ErrNotFound, ErrHeld or ErrKept.
func (d *DB) Erase(ctx context.Context, log, n int64, act compliance.Act) error {
	err := d.record(ctx, func(a *applier) error {
		var l leafRow
		found := false
		err := query(a.ctx, a.tx, func(r *sql.Rows) error {
			found = true
			return l.scan(r, true)
		}, leafWithBody+`WHERE key = ?`, leafKey(log, n))
		if err == nil && !found {
			err = ErrNotFound
		}
		if err != nil || l.erased() {
			return err
		}
		if err := a.mayErase(l); err != nil {
			return err
		}
		if _, err := a.tx.ExecContext(a.ctx, `UPDATE ledger SET salt = NULL, body = NULL WHERE key = ?`, leafKey(log, n)); err != nil {
			return err
		}
		if err := a.eraseRecord(l); err != nil {
			return err
		}
		act.Kind, act.Subject = compliance.ActErased, fmt.Sprintf("%s %s", l.leaf.Kind, l.leaf.ID)
		act = act.Sealed()
		if err := act.Check(); err != nil {
			return err
		}
		e, err := compliance.Erasure{Log: log, N: n, Kind: string(l.leaf.Kind), ID: l.leaf.ID, Act: act}.Evidence()
		if err != nil {
			return err
		}
		return a.leaf(e)
	})
	if err != nil {
		return fmt.Errorf("erase leaf %d of log %d: %w", n, log, err)
	}
	return nil
}

// Scrub writes the store's files anew, so that nothing is left in them of what was erased: a
// database only marks as free what is deleted, and its log has it once more. It needs as much free
// space as the store takes.
func (d *DB) Scrub(ctx context.Context) error {
	d.wmu.Lock()
	defer d.wmu.Unlock()
	_, err := d.writer.ExecContext(ctx, `VACUUM`)
	if err == nil {
		var busy, pages, done int
		err = d.writer.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &pages, &done)
		if err == nil && busy != 0 {
			err = errors.New("another program reads it")
		}
	}
	if err != nil {
		return fmt.Errorf("scrub the store: %w", err)
	}
	return nil
}

func (a *applier) mayErase(l leafRow) error {
	if slices.Contains([]ledger.Kind{ledger.Genesis, ledger.Hour, ledger.Config, ledger.Act, ledger.Erasure}, l.leaf.Kind) {
		return fmt.Errorf("%s: %w", l.leaf.Kind, ErrKept)
	}
	return query(a.ctx, a.tx, func(r *sql.Rows) error {
		var at int64
		if err := r.Scan(&at); err != nil {
			return err
		}
		return fmt.Errorf("%s %s, since %s: %w", l.leaf.Kind, l.leaf.ID, fromMS(at).Format(time.DateOnly), ErrHeld)
	}, `SELECT at_ms FROM holds WHERE kind = ? AND id = ?`, string(l.leaf.Kind), l.leaf.ID)
}

// eraseRecord takes away what the evidence was a copy of.
func (a *applier) eraseRecord(l leafRow) error {
	switch l.leaf.Kind {
	case ledger.Statement:
		_, err := a.tx.ExecContext(a.ctx, `DELETE FROM statements WHERE id = ?`, l.leaf.ID)
		return err
	case ledger.Case:
		i, err := importOf(&l)
		if err != nil {
			return err
		}
		return a.removeImport(i)
	case ledger.Notice:
		i := strings.LastIndex(l.leaf.ID, "/r")
		return a.blank(l.leaf.ID[:max(i, 0)], l.leaf.ID[i+2:])
	}
	return nil
}

// blank takes the words out of a revision, and deletes its page.
func (a *applier) blank(notice, n string) error {
	var raw []byte
	err := a.tx.QueryRowContext(a.ctx, `SELECT body FROM revisions WHERE notice = ? AND n = ?`, notice, n).Scan(&raw)
	if errors.Is(err, sql.ErrNoRows) {
		return nil // retention was here before
	}
	if err != nil {
		return err
	}
	var rev compliance.Revision
	if err := unpack(raw, &rev); err != nil {
		return err
	}
	page := rev.Page
	rev.Title, rev.Text, rev.Page = "", "", ""
	if raw, err = packed(rev); err != nil {
		return err
	}
	if _, err := a.tx.ExecContext(a.ctx, `UPDATE revisions SET body = ? WHERE notice = ? AND n = ?`, raw, notice, n); err != nil {
		return err
	}
	_, err = a.tx.ExecContext(a.ctx, `DELETE FROM pages WHERE digest = ? AND digest <> ''`, page)
	return err
}
