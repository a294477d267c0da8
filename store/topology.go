package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/probes"
)

// topology is the tables of the same name in memory. It is never changed once loaded: a
// writer that changes the tables loads a new one.
type topology struct {
	sites  map[string]bool
	checks map[string]*check
	series []*series // by id
	byID   map[int64]*series
}

type check struct {
	id         int64
	name, site string
	lives      []*life // by from
}

type life struct {
	id       int64
	check    *check
	grid     probes.Slots
	critical bool
	policy   string
	from, to int64 // ms; to is openEnd while the life lasts
	series   []*series
}

type series struct {
	id      int64
	life    *life
	vantage string
	from    int64 // first slot, ms
}

// end returns when the record that starts at slot ends: with the next slot, or the life.
func (l *life) end(slot int64) int64 { return min(slot+l.grid.Interval.Milliseconds(), l.to) }

// ceil is the first slot at or after ms, at most the life's end.
func (l *life) ceil(ms int64) int64 {
	if ms >= l.to {
		return l.to
	}
	return min(l.grid.Ceil(fromMS(ms)).UnixMilli(), l.to)
}

func (l *life) seriesOf(vantage string) *series {
	for _, s := range l.series {
		if s.vantage == vantage {
			return s
		}
	}
	return nil
}

// span returns the part of [from, to) that the series records.
func (s *series) span(from, to int64) (int64, int64) {
	return max(from, s.from), min(to, s.life.to)
}

// lifeAt returns the life that a slot belongs to.
func (c *check) lifeAt(ms int64) *life {
	for _, l := range slices.Backward(c.lives) {
		if l.from <= ms && ms < l.to {
			return l
		}
	}
	return nil
}

// all returns the check's series, oldest life first.
func (c *check) all() []*series {
	var out []*series
	for _, l := range c.lives {
		out = append(out, l.series...)
	}
	return out
}

func (l *life) value() compliance.CheckLife {
	v := compliance.CheckLife{Check: l.check.name, Site: l.check.site, Critical: l.critical, Interval: l.grid.Interval, From: fromMS(l.from)}
	if l.to != openEnd {
		v.To = fromMS(l.to)
	}
	for _, s := range l.series {
		v.Vantages = append(v.Vantages, s.vantage)
	}
	slices.Sort(v.Vantages)
	// What Adopt wrote decodes; a damaged policy is found by Check.
	_ = json.Unmarshal([]byte(l.policy), &v.Policy)
	return v
}

// loadTopology reads the tables. It is small: lives number a few for each check.
func loadTopology(ctx context.Context, db querier) (*topology, error) {
	t := &topology{sites: map[string]bool{}, checks: map[string]*check{}, byID: map[int64]*series{}}
	checks, lives := map[int64]*check{}, map[int64]*life{}
	err := query(ctx, db, func(r *sql.Rows) error {
		var id string
		err := r.Scan(&id)
		t.sites[id] = true
		return err
	}, `SELECT id FROM sites`)
	if err == nil {
		err = query(ctx, db, func(r *sql.Rows) error {
			c := &check{}
			err := r.Scan(&c.id, &c.name, &c.site)
			checks[c.id], t.checks[c.name] = c, c
			return err
		}, `SELECT id, name, site FROM checks`)
	}
	if err == nil {
		err = query(ctx, db, func(r *sql.Rows) error {
			l, owner, iv, phase := &life{}, int64(0), int64(0), int64(0)
			if err := r.Scan(&l.id, &owner, &iv, &phase, &l.critical, &l.policy, &l.from, &l.to); err != nil {
				return err
			}
			if l.to == 0 {
				l.to = openEnd
			}
			l.grid = probes.Slots{Interval: time.Duration(iv) * time.Millisecond, Phase: time.Duration(phase) * time.Millisecond}
			l.check = checks[owner]
			l.check.lives = append(l.check.lives, l)
			lives[l.id] = l
			return nil
		}, `SELECT id, check_id, interval_ms, phase_ms, critical, policy, from_ms, to_ms FROM lives ORDER BY from_ms, id`)
	}
	if err == nil {
		err = query(ctx, db, func(r *sql.Rows) error {
			s, owner := &series{}, int64(0)
			if err := r.Scan(&s.id, &owner, &s.vantage, &s.from); err != nil {
				return err
			}
			s.life = lives[owner]
			s.life.series = append(s.life.series, s)
			t.series, t.byID[s.id] = append(t.series, s), s
			return nil
		}, `SELECT s.id, s.life_id, v.name, s.from_ms FROM series s JOIN vantages v ON v.id = s.vantage_id ORDER BY s.id`)
	}
	if err != nil {
		return nil, fmt.Errorf("load topology: %w", err)
	}
	return t, nil
}

// Adopt records which sites and checks are watched from at on, by this process from
// vantage. New sites and checks are added; names are updated in place, history stays. A
// check that is new, returned, or has another interval, criticality, policy or vantage starts
// a new life at the first slot of its grid at or after at; the life before lasts until then. A
// check that is gone ends its life at at. Nothing is deleted, and adopting the same again
// changes nothing. The change is durable when Adopt returns nil.
func (d *DB) Adopt(ctx context.Context, at time.Time, sites []compliance.Site, vantage string) error {
	d.wmu.Lock()
	defer d.wmu.Unlock()
	var next *topology
	err := d.writeLocked(ctx, func(tx *sql.Tx) (err error) {
		ctx := context.WithoutCancel(ctx)
		if err := adopt(ctx, tx, d.topology(), at.UnixMilli(), sites, vantage); err != nil {
			return err
		}
		if err := adoptPages(ctx, tx, at.UnixMilli(), sites); err != nil {
			return err
		}
		if err := adoptBoards(ctx, tx, at.UnixMilli(), sites); err != nil {
			return err
		}
		next, err = loadTopology(ctx, tx)
		return err
	})
	if err != nil {
		return fmt.Errorf("adopt topology: %w", err)
	}
	d.setTopology(next)
	return nil
}

func adopt(ctx context.Context, tx *sql.Tx, t *topology, at int64, sites []compliance.Site, vantage string) error {
	if _, err := tx.ExecContext(ctx, `INSERT INTO vantages (name) VALUES (?) ON CONFLICT (name) DO NOTHING`, vantage); err != nil {
		return err
	}
	watched := map[string]bool{}
	for _, site := range sites {
		names, err := json.Marshal(site.Name)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO sites (id, names) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET names = excluded.names`, site.ID, string(names))
		if err != nil {
			return fmt.Errorf("site %s: %w", site.ID, err)
		}
		for _, spec := range site.Checks {
			watched[spec.ID] = true
			if err := adoptCheck(ctx, tx, t.checks[spec.ID], at, site.ID, spec, vantage); err != nil {
				return fmt.Errorf("check %s: %w", spec.ID, err)
			}
		}
	}
	for _, c := range t.checks {
		if n := len(c.lives); !watched[c.name] && n > 0 && c.lives[n-1].to == openEnd {
			if err := endLife(ctx, tx, c.lives[n-1], at); err != nil {
				return fmt.Errorf("end check %s: %w", c.name, err)
			}
		}
	}
	return nil
}

func endLife(ctx context.Context, tx *sql.Tx, l *life, at int64) error {
	// A life that never reached its first slot ends empty, not before it began.
	_, err := tx.ExecContext(ctx, `UPDATE lives SET to_ms = ? WHERE id = ?`, max(at, l.from), l.id)
	return err
}

func adoptCheck(ctx context.Context, tx *sql.Tx, c *check, at int64, site string, spec compliance.CheckSpec, vantage string) error {
	if spec.Interval < time.Millisecond {
		return fmt.Errorf("interval %s is below a millisecond", spec.Interval)
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO checks (name, site, kind) VALUES (?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET site = excluded.site, kind = excluded.kind`, spec.ID, site, spec.Kind)
	if err != nil {
		return err
	}
	policy, err := json.Marshal(spec.Policy)
	if err != nil {
		return err
	}
	grid, from := probes.SlotsOf(spec.ID, spec.Interval), at
	if c != nil && len(c.lives) > 0 {
		l := c.lives[len(c.lives)-1]
		if l.to == openEnd {
			if l.grid == grid && l.critical == spec.Critical && l.policy == string(policy) && l.seriesOf(vantage) != nil {
				return nil
			}
			from = max(at, l.from)
			if err := endLife(ctx, tx, l, grid.Ceil(fromMS(from)).UnixMilli()); err != nil {
				return err
			}
		} else {
			from = max(at, l.to)
		}
	}
	from = grid.Ceil(fromMS(from)).UnixMilli()
	_, err = tx.ExecContext(ctx, `INSERT INTO lives (check_id, interval_ms, phase_ms, critical, policy, from_ms, to_ms)
		SELECT id, ?, ?, ?, ?, ?, 0 FROM checks WHERE name = ?`,
		grid.Interval.Milliseconds(), grid.Phase.Milliseconds(), b2i(spec.Critical), string(policy), from, spec.ID)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO series (life_id, vantage_id, from_ms)
		SELECT MAX(l.id), (SELECT id FROM vantages WHERE name = ?), ? FROM lives l JOIN checks c ON c.id = l.check_id WHERE c.name = ?`,
		vantage, from, spec.ID)
	return err
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}
