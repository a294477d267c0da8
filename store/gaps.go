package store

import (
	"database/sql"
	"errors"
	"fmt"
	"math"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/probes"
)

// tail says how far a series' records may reach, so that the usual record, which is newer
// than all before, needs no look at what is there. Both may be too high, never too low.
type tail struct {
	slot  int64 // no attempt 0 is recorded after this slot
	gapTo int64 // no gap covers this instant or later
}

func (d *DB) tailOf(s *series) *tail {
	t := d.tail[s.id]
	if t == nil {
		t = &tail{math.MinInt64, math.MinInt64}
		d.tail[s.id] = t
	}
	return t
}

// gapRow is a gap as stored.
type gapRow struct {
	from, to int64
	reason   probes.Reason
	derived  bool
	detail   string
}

// gap records a run of unknown slots, split where the check's life changed.
func (a *applier) gap(g compliance.Gap) error {
	c := a.topo.checks[g.Check]
	switch {
	case c == nil:
		return refuse("the check was never adopted")
	case g.Reason.Outcome() != probes.Unknown:
		return refuse("a gap with reason %s", g.Reason)
	case g.Vantage == "" || !g.From.Before(g.To):
		return refuse("vantage %q, end %s", g.Vantage, g.To)
	}
	if err := a.flushRows(); err != nil {
		return err
	}
	for _, l := range c.lives {
		lo, hi := l.ceil(max(g.From.UnixMilli(), l.from)), l.ceil(g.To.UnixMilli())
		if lo >= hi {
			continue
		}
		s, err := a.seriesFor(l, g.Vantage, lo)
		if err != nil {
			return err
		}
		if err := a.cover(s, lo, hi, gapRow{reason: g.Reason, detail: g.Detail}); err != nil {
			return err
		}
	}
	return nil
}

// cover records a gap over those slots of [lo, hi) that have no record yet.
func (a *applier) cover(s *series, lo, hi int64, g gapRow) error {
	if t := a.d.tailOf(s); lo > t.slot && lo >= t.gapTo && hourOf(lo) > a.d.sealing {
		g.from, g.to = lo, hi
		return a.insertGap(s, g)
	}
	taken, err := a.recorded(s, lo, hi)
	if err != nil {
		return err
	}
	if err := a.cutDerived(s, lo, hi); err != nil {
		return err
	}
	gaps, err := a.gapsIn(s, lo, hi)
	if err != nil {
		return err
	}
	for _, old := range gaps {
		taken = append(taken, span{old.from, old.to})
	}
	for _, free := range subtract(span{lo, hi}, taken) {
		g.from, g.to = free.from, free.to
		if err := a.insertGap(s, g); err != nil {
			return err
		}
		if err := a.markLate(s, free.from, free.to); err != nil {
			return err
		}
	}
	return nil
}

// insertGap adds a gap that overlaps none, joined with its neighbours of the same kind.
func (a *applier) insertGap(s *series, g gapRow) error {
	if g.from >= g.to {
		return nil
	}
	t := a.d.tailOf(s)
	if g.to < t.gapTo { // only then can there be a gap after it
		next, ok, err := a.gapAt(s, g.to)
		if err != nil {
			return err
		}
		if ok && next.from == g.to && next.reason == g.reason && next.derived == g.derived {
			if _, err := a.tx.ExecContext(a.ctx, `DELETE FROM gaps WHERE series = ? AND from_ms = ?`, s.id, next.from); err != nil {
				return err
			}
			g.to = next.to
		}
	}
	t.gapTo = max(t.gapTo, g.to)
	prev, ok, err := a.gapAt(s, g.from-1)
	if err != nil {
		return err
	}
	if ok && prev.to == g.from && prev.reason == g.reason && prev.derived == g.derived {
		return a.exec(a.d.st.gapTo, g.to, s.id, prev.from)
	}
	return a.exec(a.d.st.gapI, s.id, g.from, g.to, int(g.reason), b2i(g.derived), g.detail)
}

// gapAt returns the latest gap that starts at or before ms.
func (a *applier) gapAt(s *series, ms int64) (g gapRow, ok bool, err error) {
	err = a.tx.StmtContext(a.ctx, a.d.st.gapAt).QueryRowContext(a.ctx, s.id, ms).Scan(&g.from, &g.to, &g.reason, &g.derived, &g.detail)
	if errors.Is(err, sql.ErrNoRows) {
		return g, false, nil
	}
	return g, err == nil, err
}

// gapsIn returns the gaps of a series that overlap [lo, hi).
func (a *applier) gapsIn(s *series, lo, hi int64) (gaps []gapRow, err error) {
	if g, ok, err := a.gapAt(s, lo); err != nil {
		return nil, err
	} else if ok && g.to > lo {
		gaps = append(gaps, g)
	}
	err = query(a.ctx, a.tx, func(r *sql.Rows) error {
		var g gapRow
		err := r.Scan(&g.from, &g.to, &g.reason, &g.derived, &g.detail)
		gaps = append(gaps, g)
		return err
	}, `SELECT from_ms, to_ms, reason, derived, detail FROM gaps WHERE series = ? AND from_ms > ? AND from_ms < ? ORDER BY from_ms`, s.id, lo, hi)
	return gaps, err
}

// cutDerived takes [lo, hi) out of the gaps that nobody recorded.
func (a *applier) cutDerived(s *series, lo, hi int64) error {
	gaps, err := a.gapsIn(s, lo, hi)
	if err != nil {
		return err
	}
	for _, g := range gaps {
		if !g.derived {
			continue
		}
		if _, err := a.tx.ExecContext(a.ctx, `DELETE FROM gaps WHERE series = ? AND from_ms = ?`, s.id, g.from); err != nil {
			return err
		}
		for _, rest := range subtract(span{g.from, g.to}, []span{{lo, hi}}) {
			if err := a.exec(a.d.st.gapI, s.id, rest.from, rest.to, int(g.reason), 1, g.detail); err != nil {
				return err
			}
		}
	}
	return nil
}

// freeOfGap says whether a look may still be recorded for a slot. A recorded gap stands;
// one that sealing derived gives way.
func (a *applier) freeOfGap(s *series, slot int64) (bool, error) {
	g, ok, err := a.gapAt(s, slot)
	if err != nil || !ok || g.to <= slot {
		return err == nil, err
	}
	if !g.derived {
		return false, nil
	}
	return true, a.cutDerived(s, slot, s.life.end(slot))
}

// recorded returns the slots of [lo, hi) that have an attempt 0, as spans.
func (a *applier) recorded(s *series, lo, hi int64) (out []span, err error) {
	if a.oldest == 0 {
		if err := a.tx.QueryRowContext(a.ctx, `SELECT COALESCE(MIN(slot), 9000000000000000) FROM results`).Scan(&a.oldest); err != nil {
			return nil, err
		}
	}
	t := a.d.tailOf(s)
	for h := hourOf(lo); h <= hourOf(min(hi-1, t.slot)); h++ {
		if h <= a.d.sealing {
			b, _, err := latestBlock(a.ctx, a.tx, s.id, h)
			if err != nil {
				return nil, err
			}
			for _, l := range b.Looks {
				if ms := b.SlotTime(l.Slot).UnixMilli(); l.Attempt == 0 && ms >= lo && ms < hi {
					out = append(out, span{ms, s.life.end(ms)})
				}
			}
		}
		if (h+1)*hourMS <= a.oldest {
			continue
		}
		err := seriesRows(a.ctx, a.tx, s, max(lo, h*hourMS), min(hi, (h+1)*hourMS), func(w row) {
			if w.attempt == 0 {
				out = append(out, span{w.slot, s.life.end(w.slot)})
			}
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// inBlock says whether a sealed hour holds a look already.
func (a *applier) inBlock(s *series, hour, slot int64, attempt int) (bool, error) {
	b, ok, err := latestBlock(a.ctx, a.tx, s.id, hour)
	if err != nil || !ok {
		return false, err
	}
	i := b.SlotIndex(fromMS(slot))
	for _, l := range b.Looks {
		if l.Slot == i && l.Attempt == attempt {
			return true, nil
		}
	}
	return false, nil
}

// markLate notes that sealed hours of [lo, hi) got a record.
func (a *applier) markLate(s *series, lo, hi int64) error {
	for h := hourOf(lo); h <= min(hourOf(hi-1), a.d.sealing); h++ {
		if _, err := a.tx.ExecContext(a.ctx, `INSERT INTO late (hour, series) VALUES (?, ?) ON CONFLICT DO NOTHING`, h, s.id); err != nil {
			return err
		}
	}
	return nil
}

// seriesFor returns the series of a vantage within a life. A vantage that is new to the
// life starts at slot, and what came before was unknown to it; a record older than its
// first one moves the start back.
func (a *applier) seriesFor(l *life, vantage string, slot int64) (*series, error) {
	s := l.seriesOf(vantage)
	if s != nil && slot >= s.from {
		return s, nil
	}
	was := slot
	if s == nil {
		if _, err := a.tx.ExecContext(a.ctx, `INSERT INTO vantages (name) VALUES (?) ON CONFLICT (name) DO NOTHING`, vantage); err != nil {
			return nil, err
		}
		if _, err := a.tx.ExecContext(a.ctx, `INSERT INTO series (life_id, vantage_id, from_ms) SELECT ?, id, ? FROM vantages WHERE name = ?`, l.id, slot, vantage); err != nil {
			return nil, err
		}
	} else {
		was = s.from
		if _, err := a.tx.ExecContext(a.ctx, `UPDATE series SET from_ms = ? WHERE id = ?`, slot, s.id); err != nil {
			return nil, err
		}
	}
	t, err := loadTopology(a.ctx, a.tx)
	if err != nil {
		return nil, err
	}
	a.topo = t
	fresh := t.checks[l.check.name].lifeAt(slot).seriesOf(vantage)
	if fresh == nil {
		return nil, fmt.Errorf("series of %s at %s vanished", l.check.name, vantage)
	}
	if s == nil {
		err = a.insertGap(fresh, gapRow{from: l.from, to: slot, reason: probes.FirstLook, derived: true})
	}
	if err == nil {
		err = a.markLate(fresh, slot, was+1)
	}
	return fresh, err
}
