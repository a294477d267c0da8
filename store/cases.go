package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/calendar"
)

// dayNumber counts days from the epoch.
func dayNumber(d calendar.Date) int64 { return d.Start(time.UTC).UnixMilli() / dayMS }

func dayOf(n int64) calendar.Date { return calendar.DateOf(fromMS(n*dayMS), time.UTC) }

// imported records an import of cases.
func (a *applier) imported(i compliance.CaseImport) error {
	if i.ID == "" || i.By.ID == "" || i.At.IsZero() {
		return refuse("an import needs an id, an actor and a time")
	}
	at := i.At.UnixMilli()
	body, err := importRow(i)
	if err != nil {
		return refusal{err}
	}
	r, err := a.tx.ExecContext(a.ctx, `INSERT INTO case_imports (id, at_ms, body) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, i.ID, at, body)
	if err != nil {
		return err
	}
	if err := a.leafInserted(r, i.Evidence); err != nil {
		return err
	}
	insert, err := a.tx.PrepareContext(a.ctx, `INSERT INTO cases (kind, ref, at_ms, received_ms, done_ms, body) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`)
	if err != nil {
		return err
	}
	defer insert.Close()
	for _, c := range i.Cases {
		if c.Ref == "" || c.Received.IsZero() {
			return refuse("a case needs a reference and the time of its receipt")
		}
		b, err := json.Marshal(c)
		if err != nil {
			return refusal{err}
		}
		if _, err := insert.ExecContext(a.ctx, string(c.Kind), c.Ref, at, c.Received.UnixMilli(), caseDone(c), string(b)); err != nil {
			return fmt.Errorf("case %s: %w", c.Ref, err)
		}
	}
	for _, t := range i.Tallies {
		if _, err := a.tx.ExecContext(a.ctx, `INSERT INTO calls (day, at_ms, calls, in_time) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`, dayNumber(t.Day), at, t.Calls, t.InTime); err != nil {
			return fmt.Errorf("calls of %s: %w", t.Day, err)
		}
	}
	for _, s := range i.Spans {
		_, err := a.tx.ExecContext(a.ctx, `INSERT INTO case_spans (kind, from_day, until_day, at_ms) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			string(s.Kind), dayNumber(s.From), dayNumber(s.Until), at)
		if err != nil {
			return fmt.Errorf("days of %s: %w", s.Kind, err)
		}
	}
	return nil
}

// importRow is an import as it is kept, without its cases.
func importRow(i compliance.CaseImport) (string, error) {
	n := len(i.Cases) + len(i.Tallies)
	i.Cases, i.Tallies, i.Spans = nil, nil, nil
	b, err := json.Marshal(compliance.ImportRecord{CaseImport: i, Count: n})
	return string(b), err
}

// caseDone is when a case was answered or closed, in milliseconds; 0: neither.
func caseDone(c compliance.Case) int64 { return max(optMS(c.Answered), optMS(c.Closed)) }

// removeImport takes an import off record: its cases, calls and spans as it had them.
func (a *applier) removeImport(i compliance.CaseImport) error {
	at := i.At.UnixMilli()
	remove := func(from string, args ...any) error {
		_, err := a.tx.ExecContext(a.ctx, `DELETE FROM `+from, args...)
		return err
	}
	errs := []error{remove(`case_imports WHERE id = ?`, i.ID)}
	for _, c := range i.Cases {
		errs = append(errs, remove(`cases WHERE kind = ? AND ref = ? AND at_ms = ?`, string(c.Kind), c.Ref, at))
	}
	for _, t := range i.Tallies {
		errs = append(errs, remove(`calls WHERE day = ? AND at_ms = ?`, dayNumber(t.Day), at))
	}
	for _, s := range i.Spans {
		errs = append(errs, remove(`case_spans WHERE kind = ? AND from_day = ? AND until_day = ? AND at_ms = ?`, string(s.Kind), dayNumber(s.From), dayNumber(s.Until), at))
	}
	return errors.Join(errs...)
}

// importOf reads the evidence of an import.
func importOf(l *leafRow) (compliance.CaseImport, error) {
	_, body, err := l.evidence()
	var e struct{ Import compliance.CaseImport }
	if err == nil {
		err = json.Unmarshal(body, &e)
	}
	return e.Import, err
}

// Cases returns what was on record of cases at asOf: those that were received from since on, and
// older ones that were still open then.
func (d *DB) Cases(ctx context.Context, since, asOf time.Time) (book compliance.CaseBook, err error) {
	err = d.read(ctx, func(tx *sql.Tx) error {
		book, err = selectCases(ctx, tx, since, asOf)
		return err
	})
	if err != nil {
		return book, fmt.Errorf("read cases: %w", err)
	}
	return book, nil
}

func selectCases(ctx context.Context, tx *sql.Tx, since, asOf time.Time) (book compliance.CaseBook, err error) {
	i := compliance.CaseImport{}
	until := asOf.UnixMilli()
	err = query(ctx, tx, func(r *sql.Rows) error {
		var c compliance.Case
		err := scanJSON(r, &c)
		i.Cases = append(i.Cases, c)
		return err
	}, `SELECT body FROM cases c WHERE at_ms = (SELECT MAX(at_ms) FROM cases v WHERE v.kind = c.kind AND v.ref = c.ref AND v.at_ms <= ?)
		AND (received_ms >= ? OR done_ms = 0)`, until, since.UnixMilli())
	if err != nil {
		return book, err
	}
	err = query(ctx, tx, func(r *sql.Rows) error {
		var day int64
		var t compliance.CallTally
		err := r.Scan(&day, &t.Calls, &t.InTime)
		t.Day = dayOf(day)
		i.Tallies = append(i.Tallies, t)
		return err
	}, `SELECT day, calls, in_time FROM calls c WHERE at_ms = (SELECT MAX(at_ms) FROM calls v WHERE v.day = c.day AND v.at_ms <= ?) AND day >= ?`, until, floorDiv(since.UnixMilli(), dayMS)-1)
	if err != nil {
		return book, err
	}
	err = query(ctx, tx, func(r *sql.Rows) error {
		var from, to int64
		var s compliance.CaseSpan
		err := r.Scan(&s.Kind, &from, &to)
		s.From, s.Until = dayOf(from), dayOf(to)
		i.Spans = append(i.Spans, s)
		return err
	}, `SELECT kind, from_day, until_day FROM case_spans WHERE at_ms <= ? AND until_day >= ?`, until, floorDiv(since.UnixMilli(), dayMS)-1)
	return book.With(i), err
}

// CaseImports returns who put cases on record in [from, to), the latest first, without the cases.
func (d *DB) CaseImports(ctx context.Context, from, to time.Time) (out []compliance.ImportRecord, err error) {
	err = query(ctx, d.reader, func(r *sql.Rows) error {
		var x compliance.ImportRecord
		err := scanJSON(r, &x)
		out = append(out, x)
		return err
	}, `SELECT body FROM case_imports WHERE at_ms >= ? AND at_ms < ? ORDER BY at_ms DESC, id`, from.UnixMilli(), to.UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("read imports of cases: %w", err)
	}
	return out, nil
}
