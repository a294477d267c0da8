package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/probes"
)

const dayShift = 24

// sketches lists the parts of Percentiles in the order in which they are stored.
func sketches(p *compliance.Percentiles) []*compliance.Sketch {
	return []*compliance.Sketch{&p.Total, &p.Resolve, &p.Connect, &p.TLS, &p.Processing, &p.Transfer}
}

func decodeDaily(data []byte) (p compliance.Percentiles, err error) {
	for _, s := range sketches(&p) {
		if *s, data, err = compliance.DecodeSketch(data); err != nil {
			return p, err
		}
	}
	return p, nil
}

// addDaily adds rows newly sealed to the sketches of their day.
func (a *applier) addDaily(s *series, hour int64, rows []row) error {
	var add compliance.Percentiles
	for _, w := range rows {
		if w.attempt != 0 || w.reason != probes.OK {
			continue
		}
		r, err := w.result(s)
		if err != nil {
			return err
		}
		add.Total.Add(r.Duration)
		p := r.Phases
		for i, d := range [...]time.Duration{p.Resolve, p.Connect, p.TLS, p.Processing, p.Transfer} {
			if d > 0 {
				sketches(&add)[i+1].Add(d)
			}
		}
	}
	if add.Total.Count() == 0 {
		return nil
	}
	key := floorDiv(hour, 24)<<dayShift | s.id
	var old []byte
	err := a.tx.QueryRowContext(a.ctx, `SELECT data FROM daily WHERE key = ?`, key).Scan(&old)
	if err == nil {
		have, err := decodeDaily(old)
		if err != nil {
			return fmt.Errorf("sketches of day %d: %w", hour/24, err)
		}
		for i, s := range sketches(&have) {
			sketches(&add)[i].Merge(*s)
		}
	} else if !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	var data []byte
	for _, s := range sketches(&add) {
		data = s.Append(data)
	}
	_, err = a.tx.ExecContext(a.ctx, `INSERT INTO daily (key, data) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET data = excluded.data`, key, data)
	return err
}

// Percentiles sums up a check's latency in [from, to), all vantages together. The total is
// of exactly the period's passing slots; phases are of the sealed hours of each UTC day that
// the period touches.
func (d *DB) Percentiles(ctx context.Context, check string, from, to time.Time) (compliance.Percentiles, error) {
	var out compliance.Percentiles
	c := d.topology().checks[check]
	if c == nil {
		return out, fmt.Errorf("percentiles of %s: %w", check, ErrNotFound)
	}
	// Whole days that are wholly sealed come from their sketches, the rest of the total
	// from the looks.
	var next int64
	if err := d.reader.QueryRowContext(ctx, `SELECT COALESCE(MAX(hour), -1) + 1 FROM hours`).Scan(&next); err != nil {
		return out, fmt.Errorf("percentiles of %s: %w", check, err)
	}
	firstDay := floorDiv(from.UnixMilli()+dayMS-1, dayMS)
	endDay := max(min(floorDiv(to.UnixMilli(), dayMS), floorDiv(next, 24)), firstDay)
	lo, hi := floorDiv(from.UnixMilli(), dayMS), floorDiv(to.UnixMilli()+dayMS-1, dayMS)
	for _, s := range c.all() {
		// A day's key is followed by the same series' key a whole shift later: walk by days.
		for day := max(lo, floorDiv(s.from, dayMS)); day < min(hi, floorDiv(next+23, 24)) && day*dayMS < s.life.to; day++ {
			var data []byte
			err := d.reader.QueryRowContext(ctx, `SELECT data FROM daily WHERE key = ?`, day<<dayShift|s.id).Scan(&data)
			if errors.Is(err, sql.ErrNoRows) {
				continue
			}
			if err != nil {
				return out, fmt.Errorf("percentiles of %s: %w", check, err)
			}
			p, err := decodeDaily(data)
			if err != nil {
				return out, fmt.Errorf("percentiles of %s: %w", check, err)
			}
			for i, sk := range sketches(&p) {
				if i > 0 || day >= firstDay && day < endDay {
					sketches(&out)[i].Merge(*sk)
				}
			}
		}
	}
	// The edges.
	edges := [][2]int64{{from.UnixMilli(), min(firstDay*dayMS, to.UnixMilli())}, {max(endDay*dayMS, from.UnixMilli()), to.UnixMilli()}}
	if firstDay >= endDay {
		edges = [][2]int64{{from.UnixMilli(), to.UnixMilli()}}
	}
	for _, e := range edges {
		err := d.eachLook(ctx, c.all(), e[0], e[1], func(_ *series, _ int64, l compliance.Look, _ *row) {
			if l.Attempt == 0 && l.Reason == probes.OK {
				out.Total.Add(l.Latency)
			}
		}, nil)
		if err != nil {
			return out, fmt.Errorf("percentiles of %s: %w", check, err)
		}
	}
	return out, nil
}
