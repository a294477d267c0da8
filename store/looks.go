package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/probes"
)

// read runs fn on one consistent state of the store.
func (d *DB) read(ctx context.Context, fn func(tx *sql.Tx) error) error {
	tx, err := d.reader.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer tx.Rollback()
	return fn(tx)
}

// lastSealed is the newest hour that is wholly sealed, -1 when there is none.
func lastSealed(ctx context.Context, tx *sql.Tx) (h int64, err error) {
	err = tx.QueryRowContext(ctx, `SELECT COALESCE(MAX(hour), -1) FROM hours`).Scan(&h)
	return h, err
}

// eachLook calls look for every known look of the series in [from, to), from blocks where
// the hour is sealed and from rows (w is not nil then) where it is not; and gap, unless nil, for
// every run of unknown slots, clipped to [from, to). Order is undefined.
func (d *DB) eachLook(ctx context.Context, of []*series, from, to int64,
	look func(s *series, slot int64, l compliance.Look, w *row), gap func(s *series, g gapRow)) error {
	if from >= to || len(of) == 0 {
		return nil
	}
	return d.read(ctx, func(tx *sql.Tx) error {
		sealed, err := lastSealed(ctx, tx)
		if err != nil {
			return err
		}
		err = eachBlock(ctx, tx, of, hourOf(from), min(hourOf(to-1), sealed), func(s *series, b compliance.Block) {
			for _, l := range b.Looks {
				if ms := b.SlotTime(l.Slot).UnixMilli(); ms >= from && ms < to {
					look(s, ms, l, nil)
				}
			}
			for _, g := range b.Gaps {
				lo, hi := b.SlotTime(g.Slot).UnixMilli(), b.SlotTime(g.Slot+g.Count).UnixMilli()
				if gap != nil && lo < to && hi > from {
					gap(s, gapRow{from: max(lo, from), to: min(hi, to), reason: g.Reason})
				}
			}
		})
		if err != nil {
			return err
		}
		open := max(from, (sealed+1)*hourMS)
		if open >= to {
			return nil
		}
		err = eachRow(ctx, tx, of, open, to, func(s *series, w *row) {
			look(s, w.slot, compliance.Look{Attempt: w.attempt, Reason: w.reason, Latency: w.latency()}, w)
		})
		if err != nil || gap == nil {
			return err
		}
		return eachGap(ctx, tx, of, open, to, func(s *series, g gapRow) {
			g.from, g.to = max(g.from, open), min(g.to, to)
			gap(s, g)
		})
	})
}

// member says which series are wanted.
func member(of []*series) func(int64) *series {
	m := make(map[int64]*series, len(of))
	for _, s := range of {
		m[s.id] = s
	}
	return func(id int64) *series { return m[id] }
}

// fewSeries is up to how many series are looked up one by one instead of by reading all.
const fewSeries = 3

// eachBlock calls fn for the newest version of every block of the series in the hours
// from..last.
func eachBlock(ctx context.Context, tx *sql.Tx, of []*series, from, last int64, fn func(*series, compliance.Block)) error {
	if from > last {
		return nil
	}
	wanted := member(of)
	var key int64
	var data, held []byte
	emit := func() error {
		_, id, _ := splitKey(key)
		s := wanted(id)
		if len(held) == 0 || s == nil {
			return nil
		}
		b, err := compliance.DecodeBlock(held)
		if err != nil {
			return fmt.Errorf("block of %s at %s: %w", s.life.check.name, fromMS(from*hourMS), err)
		}
		fn(s, b)
		return nil
	}
	scan := func(r *sql.Rows) error {
		var k int64
		var raw sql.RawBytes
		if err := r.Scan(&k, &raw); err != nil {
			return err
		}
		if k>>seriesShift != key>>seriesShift {
			if err := emit(); err != nil {
				return err
			}
		}
		key, held = k, append(data[:0], raw...)
		data = held
		return nil
	}
	if len(of) > fewSeries {
		err := query(ctx, tx, scan, `SELECT key, data FROM blocks WHERE key BETWEEN ? AND ? ORDER BY key`, blockKey(from, 0, 0), blockKey(last+1, 0, 0)-1)
		if err != nil {
			return err
		}
		return emit()
	}
	for _, s := range of {
		lo, hi := s.span(from*hourMS, (last+1)*hourMS)
		if lo >= hi {
			continue
		}
		// The hours drive: one look-up by key for each.
		err := query(ctx, tx, scan, fmt.Sprintf(`SELECT b.key, b.data FROM hours h CROSS JOIN blocks b
			WHERE h.hour BETWEEN ? AND ? AND h.version = 1 AND b.key BETWEEN h.hour * %d + ? AND h.hour * %d + ? ORDER BY h.hour, b.key`, int64(1)<<hourShift, int64(1)<<hourShift),
			hourOf(lo), hourOf(hi-1), blockKey(0, s.id, 0), blockKey(0, s.id, maxVersion))
		if err != nil {
			return err
		}
		if err := emit(); err != nil {
			return err
		}
		key, held = 0, nil
	}
	return nil
}

// eachRow calls fn for every result row of the series whose slot lies in [from, to).
func eachRow(ctx context.Context, tx *sql.Tx, of []*series, from, to int64, fn func(*series, *row)) error {
	wanted := member(of)
	w := &row{}
	scan := func(r *sql.Rows) error {
		if err := r.Scan(&w.series, &w.slot, &w.attempt, &w.reason, &w.durationMicro, &w.rest); err != nil {
			return err
		}
		if s := wanted(w.series); s != nil && w.slot >= from && w.slot < to {
			fn(s, w)
		}
		return nil
	}
	if len(of) > fewSeries {
		return query(ctx, tx, scan, `SELECT series, slot, attempt, reason, duration_us, rest FROM results WHERE slot >= ? AND slot < ?`, from, to)
	}
	oldest, newest, err := rowBounds(ctx, tx, from, to)
	if err != nil {
		return err
	}
	for _, s := range of {
		if err := seriesRows(ctx, tx, s, max(from, oldest), min(to, newest+1), func(w row) { fn(s, &w) }); err != nil {
			return err
		}
	}
	return nil
}

// eachGap calls fn for every gap of the series that overlaps [from, to), clipped to the
// series' life.
func eachGap(ctx context.Context, tx *sql.Tx, of []*series, from, to int64, fn func(*series, gapRow)) error {
	wanted := member(of)
	return query(ctx, tx, func(r *sql.Rows) error {
		var id int64
		var g gapRow
		if err := r.Scan(&id, &g.from, &g.to, &g.reason, &g.derived, &g.detail); err != nil {
			return err
		}
		if s := wanted(id); s != nil {
			if g.to = min(g.to, s.life.to); g.from < g.to && g.to > from {
				fn(s, g)
			}
		}
		return nil
	}, `SELECT series, from_ms, to_ms, reason, derived, detail FROM gaps WHERE to_ms > ? AND from_ms < ? ORDER BY series, from_ms`, from, to)
}

// Results returns the check's looks with slots in [from, to), newest first, at most limit
// (0: all). Recent ones come from rows, whole but for facts (of which only the HTTP status is
// kept) and captures; older ones from blocks: no start, phases or detail, and a duration
// within 1 %. The error wraps ErrNotFound when the check was never adopted.
func (d *DB) Results(ctx context.Context, check string, from, to time.Time, limit int) ([]probes.Result, error) {
	c := d.topology().checks[check]
	if c == nil {
		return nil, fmt.Errorf("results of %s: %w", check, ErrNotFound)
	}
	var out []probes.Result
	err := d.read(ctx, func(tx *sql.Tx) error {
		var lo, hi int64
		for _, s := range c.all() {
			if l, h := s.span(from.UnixMilli(), to.UnixMilli()); l < h {
				if lo == 0 || l < lo {
					lo = l
				}
				hi = max(hi, h)
			}
		}
		oldest, newest, err := rowBounds(ctx, tx, lo, hi)
		if err != nil {
			return err
		}
		for h := hourOf(hi - 1); hi > 0 && h >= hourOf(lo) && (limit <= 0 || len(out) < limit); h-- {
			part, err := hourResults(ctx, tx, c.all(), h, from.UnixMilli(), to.UnixMilli(), span{oldest, newest + 1})
			if err != nil {
				return err
			}
			out = append(out, part...)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("results of %s: %w", check, err)
	}
	if limit > 0 && len(out) > limit {
		out = slices.Clip(out[:limit])
	}
	return out, nil
}

// hourResults joins an hour's rows, which lie within has, and blocks, newest first.
func hourResults(ctx context.Context, tx *sql.Tx, of []*series, hour, from, to int64, has span) (out []probes.Result, err error) {
	for _, s := range of {
		if lo, hi := s.span(max(from, hour*hourMS), min(to, (hour+1)*hourMS)); lo >= hi {
			continue
		}
		rows, err := hourRows(ctx, tx, s, hour, has)
		if err != nil {
			return nil, err
		}
		b, _, err := latestBlock(ctx, tx, s.id, hour)
		if err != nil {
			return nil, err
		}
		have := map[[2]int64]bool{}
		for _, w := range rows {
			have[[2]int64{w.slot, int64(w.attempt)}] = true
			r, err := w.result(s)
			if err != nil {
				return nil, err
			}
			out = append(out, r)
		}
		for _, l := range b.Looks {
			slot := b.SlotTime(l.Slot)
			if !have[[2]int64{slot.UnixMilli(), int64(l.Attempt)}] {
				out = append(out, probes.Result{Check: s.life.check.name, Vantage: s.vantage, Slot: slot, Attempt: l.Attempt,
					Duration: l.Latency, Reason: l.Reason, Outcome: l.Reason.Outcome()})
			}
		}
	}
	out = slices.DeleteFunc(out, func(r probes.Result) bool { return r.Slot.UnixMilli() < from || r.Slot.UnixMilli() >= to })
	slices.SortStableFunc(out, func(x, y probes.Result) int {
		if c := y.Slot.Compare(x.Slot); c != 0 {
			return c
		}
		return y.Attempt - x.Attempt
	})
	return out, nil
}
