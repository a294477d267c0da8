package store

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"strconv"
	"time"

	"github.com/charterwatch/charterwatch/probes"
)

// rest packs what a result row holds beside its key, reason and duration: start lateness
// (varint ms), HTTP status, the five phases (uvarint us each), then the detail. One
// parameter to bind instead of eight.
func appendRest(out []byte, r probes.Result) []byte {
	out = binary.AppendVarint(out, r.Start.Sub(r.Slot).Milliseconds())
	out = binary.AppendUvarint(out, uint64(max(r.Facts.HTTPStatus, 0)))
	p := r.Phases
	for _, d := range [...]time.Duration{p.Resolve, p.Connect, p.TLS, p.Processing, p.Transfer} {
		out = binary.AppendUvarint(out, uint64(max(d, 0).Microseconds()))
	}
	return append(out, r.Detail...)
}

var errRow = errors.New("damaged result row")

// readRest unpacks a row's rest into r, whose Slot is set.
func readRest(data []byte, r *probes.Result) error {
	lateness, n := binary.Varint(data)
	if n <= 0 {
		return errRow
	}
	data = data[n:]
	var v [6]uint64
	for i := range v {
		if v[i], n = binary.Uvarint(data); n <= 0 {
			return errRow
		}
		data = data[n:]
	}
	us := func(u uint64) time.Duration { return time.Duration(u) * time.Microsecond }
	r.Start = r.Slot.Add(time.Duration(lateness) * time.Millisecond)
	r.Facts.HTTPStatus = int(v[0])
	r.Phases = probes.Phases{Resolve: us(v[1]), Connect: us(v[2]), TLS: us(v[3]), Processing: us(v[4]), Transfer: us(v[5])}
	r.Detail = string(data)
	return nil
}

// row is a result as stored.
type row struct {
	series, slot  int64
	attempt       int
	reason        probes.Reason
	durationMicro int64
	rest          []byte
}

func (w row) latency() time.Duration { return time.Duration(w.durationMicro) * time.Microsecond }

// result gives a row back its names.
func (w row) result(s *series) (probes.Result, error) {
	r := probes.Result{
		Check: s.life.check.name, Vantage: s.vantage, Slot: fromMS(w.slot), Attempt: w.attempt,
		Duration: w.latency(), Reason: w.reason, Outcome: w.reason.Outcome(),
	}
	return r, readRest(w.rest, &r)
}

// slotsAtOnce is how many slots one query looks up.
const slotsAtOnce = 400

// seriesRows calls fn for the result rows of a series with slots in [from, to), by slot and
// attempt. Each slot of the grid is looked up by key: rows are kept in order of time, with
// those of all other series between them.
func seriesRows(ctx context.Context, db querier, s *series, from, to int64, fn func(row)) error {
	from, to = s.span(from, to)
	if from >= to {
		return nil
	}
	iv := s.life.grid.Interval.Milliseconds()
	for slot := s.life.grid.Ceil(fromMS(from)).UnixMilli(); slot < to; {
		q := []byte(`SELECT slot, attempt, reason, duration_us, rest FROM results WHERE slot IN (`)
		for n := 0; n < slotsAtOnce && slot < to; n, slot = n+1, slot+iv {
			if n > 0 {
				q = append(q, ',')
			}
			q = strconv.AppendInt(q, slot, 10)
		}
		q = append(q, `) AND series = ? ORDER BY slot, attempt`...)
		err := query(ctx, db, func(r *sql.Rows) error {
			w := row{series: s.id}
			err := r.Scan(&w.slot, &w.attempt, &w.reason, &w.durationMicro, &w.rest)
			fn(w)
			return err
		}, string(q), s.id)
		if err != nil {
			return err
		}
	}
	return nil
}

// rowBounds returns the oldest and newest slots of any row with from <= slot < end, so that
// hours without rows are not searched slot by slot; newest is below oldest when there are none.
func rowBounds(ctx context.Context, db querier, from, end int64) (oldest, newest int64, err error) {
	oldest, newest = 0, -1
	err = query(ctx, db, func(r *sql.Rows) error { return r.Scan(&oldest, &newest) },
		`SELECT COALESCE((SELECT MIN(slot) FROM results WHERE slot >= ? AND slot < ?), 0),
			COALESCE((SELECT MAX(slot) FROM results WHERE slot >= ? AND slot < ?), -1)`, from, end, from, end)
	return oldest, newest, err
}
