package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/probes"
)

// statements are prepared once on the writer.
type statements struct {
	results                            map[int]*sql.Stmt // by how many rows
	checkState, siteState, boardState  *sql.Stmt
	outage                             *sql.Stmt
	event, capture, gapAt, gapTo, gapI *sql.Stmt
	leaf, lastLeaf                     *sql.Stmt
}

// batches are the sizes in which result rows are inserted: one statement for many rows
// costs a third of many statements.
func batches() []int { return []int{50, 10, 1} }

func (st *statements) prepare(ctx context.Context, db *sql.DB) error {
	st.results = map[int]*sql.Stmt{}
	var errs []error
	prep := func(q string) *sql.Stmt {
		s, err := db.PrepareContext(ctx, q)
		errs = append(errs, err)
		return s
	}
	for _, n := range batches() {
		st.results[n] = prep(`INSERT INTO results (slot, series, attempt, reason, duration_us, rest) VALUES ` +
			strings.TrimSuffix(strings.Repeat(`(?, ?, ?, ?, ?, ?), `, n), ", ") + ` ON CONFLICT DO NOTHING`)
	}
	st.checkState = prep(`INSERT INTO check_states (name, state) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET state = excluded.state`)
	st.siteState = prep(`INSERT INTO site_states (name, state) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET state = excluded.state`)
	st.boardState = prep(`INSERT INTO boards (id, state) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET state = excluded.state`)
	st.outage = prep(`INSERT INTO outages (id, site, check_name, start_ms, end_ms, confirmed_ms, recovering_ms, reason, cause, checks)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET start_ms = excluded.start_ms, end_ms = excluded.end_ms,
		confirmed_ms = excluded.confirmed_ms, recovering_ms = excluded.recovering_ms, reason = excluded.reason,
		cause = excluded.cause, checks = excluded.checks`)
	st.event = prep(`INSERT INTO events (kind, site, check_name, at_ms, seen_ms, outage, status, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`)
	st.capture = prep(`INSERT INTO captures (outage, seen_ms, body) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`)
	st.gapAt = prep(`SELECT from_ms, to_ms, reason, derived, detail FROM gaps WHERE series = ? AND from_ms <= ? ORDER BY from_ms DESC LIMIT 1`)
	st.gapTo = prep(`UPDATE gaps SET to_ms = ? WHERE series = ? AND from_ms = ?`)
	st.gapI = prep(`INSERT INTO gaps (series, from_ms, to_ms, reason, derived, detail) VALUES (?, ?, ?, ?, ?, ?)`)
	st.leaf = prep(`INSERT INTO ledger (key, kind, id, at_ms, commitment, salt, body) VALUES (?, ?, ?, ?, ?, ?, ?)`)
	st.lastLeaf = prep(leafColumns + `WHERE kind = ? AND id = ? ORDER BY key DESC LIMIT 1`)
	return errors.Join(errs...)
}

func (st *statements) close() {
	for _, s := range st.results {
		s.Close()
	}
	for _, s := range []*sql.Stmt{st.checkState, st.siteState, st.boardState, st.outage, st.event, st.capture, st.gapAt, st.gapTo, st.gapI, st.leaf, st.lastLeaf} {
		if s != nil {
			s.Close()
		}
	}
}

// Commit makes a group of changes durable in one transaction. Each change is applied
// whole or not at all; those that can never be applied (a result of a check that was not
// adopted, off its grid, or without a known outcome) come back as Rejected and do not
// disturb the others. Applying a change again changes nothing: a recorded slot is never
// rewritten, by a result or by a gap; only what sealing itself put down as not_running gives
// way to a record that comes late. An error means that nothing of the group is certain to
// be durable: commit it again.
func (d *DB) Commit(ctx context.Context, changes []compliance.Change) ([]compliance.Rejected, error) {
	d.wmu.Lock()
	defer d.wmu.Unlock()
	rejected, err := d.commit(ctx, changes, false)
	if err != nil && isRefusal(err) {
		// One of the group is bad. Try again with a savepoint for each to find which: groups
		// without a bad one, nearly all, are spared the cost.
		rejected, err = d.commit(ctx, changes, true)
	}
	if err != nil {
		return nil, fmt.Errorf("commit %d changes: %w", len(changes), err)
	}
	return rejected, nil
}

// refusal is the error of a change that can never be applied.
type refusal struct{ error }

func (r refusal) Unwrap() error { return r.error }

func refuse(format string, args ...any) error { return refusal{fmt.Errorf(format, args...)} }

func isRefusal(err error) bool {
	var r refusal
	return errors.As(err, &r) || refused(err)
}

func (d *DB) commit(ctx context.Context, changes []compliance.Change, each bool) ([]compliance.Rejected, error) {
	var rejected []compliance.Rejected
	err := d.recordLocked(ctx, func(a *applier) error {
		for i, c := range changes {
			err := a.apply(c, each)
			if err != nil && each && isRefusal(err) {
				rejected = append(rejected, compliance.Rejected{Index: i, Err: fmt.Errorf("change of site %s: %w", c.Site, err)})
			} else if err != nil {
				return fmt.Errorf("change of site %s: %w", c.Site, err)
			}
		}
		return a.flush()
	})
	if err != nil {
		return nil, err
	}
	return rejected, nil
}

// record applies what fn does in one transaction, and lets what changed in memory count once
// that is durable.
func (d *DB) record(ctx context.Context, fn func(a *applier) error) error {
	d.wmu.Lock()
	defer d.wmu.Unlock()
	return d.recordLocked(ctx, fn)
}

func (d *DB) recordLocked(ctx context.Context, fn func(a *applier) error) error {
	if d.unsure { // whether the last transaction was committed
		g, err := loadLedger(ctx, d.writer)
		if err != nil {
			return err
		}
		d.setGrown(g)
		d.unsure = false
	}
	var a *applier
	err := d.writeLocked(ctx, func(tx *sql.Tx) error {
		a = d.applier(context.WithoutCancel(ctx), tx)
		err := fn(a)
		d.unsure = err == nil
		return err
	})
	if err != nil {
		return err
	}
	d.unsure = false
	if a.topo != d.topology() {
		d.setTopology(a.topo)
	}
	d.setGrown(a.grown)
	return nil
}

// applier applies changes within one transaction.
type applier struct {
	d      *DB
	ctx    context.Context
	tx     *sql.Tx
	topo   *topology // becomes the DB's when the transaction commits, and so does
	grown  grown     // the ledger's tree
	rows   []any     // parameters of result rows not inserted yet
	rest   []byte    // backs their blobs
	checks map[string][]byte
	sites  map[string][]byte
	boards map[string][]byte
	oldest int64 // slot of the oldest row; 0: not asked yet
}

func (d *DB) applier(ctx context.Context, tx *sql.Tx) *applier {
	return &applier{d: d, ctx: ctx, tx: tx, topo: d.topology(), grown: d.grownNow(), checks: map[string][]byte{}, sites: map[string][]byte{}, boards: map[string][]byte{}}
}

// exec runs a prepared statement of the writer within the transaction.
func (a *applier) exec(s *sql.Stmt, args ...any) error {
	_, err := a.tx.StmtContext(a.ctx, s).ExecContext(a.ctx, args...)
	return err
}

// apply applies one change; with a savepoint it leaves no trace when it fails.
func (a *applier) apply(c compliance.Change, savepoint bool) error {
	if !savepoint {
		return a.change(c)
	}
	if err := a.flush(); err != nil {
		return err
	}
	if _, err := a.tx.ExecContext(a.ctx, `SAVEPOINT change`); err != nil {
		return err
	}
	topo, tree := a.topo, a.grown
	err := a.change(c)
	if err == nil {
		err = a.flush()
	}
	if err != nil {
		a.topo, a.grown, a.rows = topo, tree, a.rows[:0]
		clear(a.checks)
		clear(a.sites)
		clear(a.boards)
		if _, rerr := a.tx.ExecContext(a.ctx, `ROLLBACK TO change`); rerr != nil {
			return fmt.Errorf("undo: %s after %w", rerr.Error(), errors.New(err.Error()))
		}
	}
	if _, rerr := a.tx.ExecContext(a.ctx, `RELEASE change`); rerr != nil {
		return rerr
	}
	return err
}

func (a *applier) change(c compliance.Change) error {
	for _, r := range c.Results {
		if err := a.result(r); err != nil {
			return fmt.Errorf("result of %s at %s: %w", r.Check, r.Slot.Format(time.RFC3339), err)
		}
	}
	for _, g := range c.Gaps {
		if err := a.gap(g); err != nil {
			return fmt.Errorf("gap of %s at %s: %w", g.Check, g.From.Format(time.RFC3339), err)
		}
	}
	for _, s := range c.Checks {
		b, err := json.Marshal(s)
		if err != nil {
			return refuse("state of %s: %w", s.Check, err)
		}
		a.checks[s.Check] = b
	}
	if c.State != nil {
		b, err := json.Marshal(c.State)
		if err != nil {
			return refuse("state: %w", err)
		}
		a.sites[c.State.Site] = b
	}
	for _, o := range c.Outages {
		if err := a.outage(o); err != nil {
			return fmt.Errorf("outage %s: %w", o.ID, err)
		}
	}
	for _, e := range c.Events {
		b, err := json.Marshal(e)
		if err != nil {
			return refuse("event: %w", err)
		}
		if err := a.exec(a.d.st.event, string(e.Kind), e.Site, e.Check, e.At.UnixMilli(), e.SeenAt.UnixMilli(), about(e), int(e.Status), b); err != nil {
			return fmt.Errorf("event %s: %w", e.Kind, err)
		}
	}
	for _, k := range c.Captures {
		if err := a.capture(k); err != nil {
			return fmt.Errorf("capture of %s: %w", k.Outage, err)
		}
	}
	return a.papers(c)
}

// papers applies what was read and said: notices, statements, cases, pages, and the alerts that
// follow.
func (a *applier) papers(c compliance.Change) error {
	for _, b := range c.Boards {
		if err := a.board(b); err != nil {
			return err
		}
	}
	for _, s := range c.Statements {
		if err := a.statement(s); err != nil {
			return fmt.Errorf("statement %s: %w", s.ID, err)
		}
	}
	for _, i := range c.Imports {
		if err := a.imported(i); err != nil {
			return fmt.Errorf("import %s: %w", i.ID, err)
		}
	}
	for _, s := range c.Looks {
		if err := a.pageLook(s); err != nil {
			return fmt.Errorf("looks at page %s: %w", s.Page, err)
		}
	}
	for _, x := range c.Alerts {
		if err := a.alert(x); err != nil {
			return fmt.Errorf("alert %s: %w", x.ID, err)
		}
	}
	return nil
}

// about is what tells an event from others of its kind at the same instant.
func about(e compliance.Event) string {
	if e.Clock != "" {
		return string(e.Clock) + ":" + e.Subject
	}
	return cmp.Or(e.Outage, e.Subject)
}

func (a *applier) outage(o compliance.Outage) error {
	if o.ID == "" || o.Site == "" {
		return refuse("an outage needs an id and a site")
	}
	end := int64(openEnd)
	if !o.Open() {
		end = o.End.UnixMilli()
	}
	// Check ids have no spaces.
	err := a.exec(a.d.st.outage, o.ID, o.Site, o.Check, o.Start.UnixMilli(), end, optMS(o.ConfirmedAt), optMS(o.RecoveringSince),
		int(o.Reason), string(o.Cause), strings.Join(o.Checks, " "))
	if err != nil {
		return err
	}
	e, err := o.Evidence()
	if err != nil {
		return refusal{err}
	}
	return a.leafNew(e)
}

func (a *applier) capture(k compliance.OutageCapture) error {
	b, err := packed(k)
	if err != nil {
		return refusal{err}
	}
	return a.exec(a.d.st.capture, k.Outage, k.SeenAt.UnixMilli(), b)
}

// flush writes what was put off: result rows, and of each state the last version.
func (a *applier) flush() error {
	if err := a.flushRows(); err != nil {
		return err
	}
	for _, m := range []struct {
		states map[string][]byte
		stmt   *sql.Stmt
	}{{a.checks, a.d.st.checkState}, {a.sites, a.d.st.siteState}, {a.boards, a.d.st.boardState}} {
		for name, b := range m.states {
			if err := a.exec(m.stmt, name, b); err != nil {
				return fmt.Errorf("state of %s: %w", name, err)
			}
		}
		clear(m.states)
	}
	return nil
}

const rowParams = 6

func (a *applier) flushRows() error {
	rows := a.rows
	for _, n := range batches() {
		for len(rows) >= n*rowParams {
			if err := a.exec(a.d.st.results[n], rows[:n*rowParams]...); err != nil {
				return fmt.Errorf("insert results: %w", err)
			}
			rows = rows[n*rowParams:]
		}
	}
	if len(a.rows) > 0 {
		a.rows, a.oldest = a.rows[:0], 0
	}
	return nil
}

// result records one look.
func (a *applier) result(r probes.Result) error {
	c := a.topo.checks[r.Check]
	slot := r.Slot.UnixMilli()
	switch {
	case c == nil:
		return refuse("the check was never adopted")
	case r.Outcome == probes.Unknown || r.Outcome != r.Reason.Outcome():
		return refuse("outcome %s with reason %s: only known outcomes are results", r.Outcome, r.Reason)
	case r.Attempt < 0 || r.Vantage == "" || r.Duration < 0:
		return refuse("attempt %d, vantage %q, duration %s", r.Attempt, r.Vantage, r.Duration)
	}
	l := c.lifeAt(slot)
	if l == nil {
		return refuse("the check was not watched then")
	}
	if !l.grid.Floor(r.Slot).Equal(r.Slot) {
		return refuse("the slot is not on the check's grid")
	}
	s, err := a.seriesFor(l, r.Vantage, slot)
	if err != nil {
		return err
	}
	t := a.d.tailOf(s)
	if slot < t.gapTo && r.Attempt == 0 {
		if free, err := a.freeOfGap(s, slot); err != nil || !free {
			return err
		}
	}
	hour := hourOf(slot)
	if hour <= a.d.sealing {
		if known, err := a.inBlock(s, hour, slot, r.Attempt); err != nil || known {
			return err
		}
		if err := a.markLate(s, slot, slot+1); err != nil {
			return err
		}
	}
	n := len(a.rest)
	a.rest = appendRest(a.rest, r)
	a.rows = append(a.rows, slot, s.id, r.Attempt, int(r.Reason), r.Duration.Microseconds(), slices.Clip(a.rest[n:]))
	t.slot = max(t.slot, slot)
	return nil
}
