package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/internal/accounts"
	"github.com/charterwatch/charterwatch/ledger"
)

// Act records in the ledger what was done with privilege. Recording the same act again
// changes nothing.
func (d *DB) Act(ctx context.Context, act compliance.Act) error {
	if err := d.record(ctx, func(a *applier) error { return a.act(act) }); err != nil {
		return fmt.Errorf("record act %s of %s: %w", act.Kind, act.Subject, err)
	}
	return nil
}

func (a *applier) act(act compliance.Act) error {
	act = act.Sealed()
	if err := act.Check(); err != nil {
		return refusal{err}
	}
	e, err := act.Evidence()
	if err != nil {
		return refusal{err}
	}
	return a.leafNew(e)
}

// Acts returns what was done with privilege and recorded in [from, to), oldest first.
func (d *DB) Acts(ctx context.Context, from, to time.Time) (out []compliance.Act, err error) {
	err = query(ctx, d.reader, func(r *sql.Rows) error {
		var l leafRow
		if err := l.scan(r, false); err != nil || l.erased() {
			return err
		}
		_, body, err := l.evidence()
		if err != nil {
			return fmt.Errorf("leaf %d of log %d: %w", l.n, l.log, err)
		}
		var e struct{ Act compliance.Act }
		err = json.Unmarshal(body, &e)
		out = append(out, e.Act)
		return err
	}, leafWithBody+`WHERE at_ms >= ? AND at_ms < ? AND kind IN ('act', 'config') ORDER BY key`, from.UnixMilli(), to.UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("read acts: %w", err)
	}
	return out, nil
}

// RecoverLedger begins a new log after one that broke off: the store is behind its checkpoint
// file. The new log's first leaf holds the checkpoint that was signed last, and why; the old
// log's leaves stay as far as they are there.
func (d *DB) RecoverLedger(ctx context.Context, by accounts.Actor, why string) error {
	d.wmu.Lock()
	defer d.wmu.Unlock()
	if d.behind == nil {
		return errors.New("recover the ledger: nothing is wrong with it")
	}
	log, signed, err := ledger.Folder{Dir: d.points}.Latest()
	if err != nil {
		return fmt.Errorf("recover the ledger: %w", err)
	}
	g := compliance.Genesis{Log: max(log, d.grownNow().log) + 1, Follows: string(signed), Why: why}
	if d.grownNow().log == 0 {
		if g.Before, err = present(ctx, d.writer); err != nil {
			return fmt.Errorf("recover the ledger: %w", err)
		}
	}
	behind := d.behind
	d.behind = nil
	err = d.recordLocked(ctx, func(a *applier) error {
		e, err := g.Evidence()
		if err != nil {
			return err
		}
		a.grown = grown{log: g.Log}
		if err := a.leaf(e); err != nil {
			return err
		}
		return a.act(compliance.Act{Kind: compliance.ActLedgerRecovered, At: d.now(), By: by, Subject: e.ID, Why: why,
			Detail: map[string]string{"problem": behind.Error()}})
	})
	if err != nil {
		d.behind = behind
		return fmt.Errorf("recover the ledger: %w", err)
	}
	return nil
}
