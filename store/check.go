package store

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"

	"github.com/charterwatch/charterwatch/compliance"
)

// Report is what Check found.
type Report struct {
	Hours    int // sealed hours, all versions
	Blocks   int
	Slots    int64    // accounted for by the newest versions
	Problems []string // at most maxProblems
}

// OK says whether nothing is wrong.
func (r Report) OK() bool { return len(r.Problems) == 0 }

const maxProblems = 100

func (r *Report) problem(format string, args ...any) {
	if len(r.Problems) < maxProblems {
		r.Problems = append(r.Problems, fmt.Sprintf(format, args...))
	}
}

// Check reads the whole store and verifies it: the database's own structure, references,
// that every block decodes, that every version of every hour and every notice, page and
// statement has the digest on record, and that every slot of every sealed hour is accounted
// for. Problems are in the Report; an error
// means that the check could not be carried out.
func (d *DB) Check(ctx context.Context) (Report, error) {
	var r Report
	err := d.read(ctx, func(tx *sql.Tx) error {
		err := query(ctx, tx, func(rows *sql.Rows) error {
			var s string
			if err := rows.Scan(&s); err != nil {
				return err
			}
			if s != "ok" {
				r.problem("database: %s", s)
			}
			return nil
		}, `PRAGMA integrity_check`)
		if err != nil {
			return err
		}
		err = query(ctx, tx, func(rows *sql.Rows) error {
			var table, parent string
			var rowid, fk sql.NullInt64
			if err := rows.Scan(&table, &rowid, &parent, &fk); err != nil {
				return err
			}
			r.problem("%s: row %d refers to a %s that is not there", table, rowid.Int64, parent)
			return nil
		}, `PRAGMA foreign_key_check`)
		if err != nil {
			return err
		}
		if err := d.checkNotices(ctx, tx, &r); err != nil {
			return err
		}
		return d.checkHours(ctx, tx, &r)
	})
	if err != nil {
		return r, fmt.Errorf("check store: %w", err)
	}
	return r, nil
}

type hourRecord struct {
	hour, version int64
	digest        []byte
	blocks        int
	expired       bool
}

func (d *DB) checkHours(ctx context.Context, tx *sql.Tx, r *Report) error {
	topo, err := loadTopology(ctx, tx)
	if err != nil {
		return err
	}
	var hours []hourRecord
	err = query(ctx, tx, func(rows *sql.Rows) error {
		var h hourRecord
		err := rows.Scan(&h.hour, &h.version, &h.digest, &h.blocks)
		hours = append(hours, h)
		return err
	}, `SELECT hour, version, digest, blocks FROM hours WHERE expired = 0 ORDER BY hour, version`)
	if err != nil {
		return err
	}
	for i, h := range hours {
		if err := ctx.Err(); err != nil {
			return err
		}
		r.Hours++
		name := fmt.Sprintf("hour %s version %d", fromMS(h.hour*hourMS).Format("2006-01-02T15"), h.version)
		blocks, err := hourBlocks(ctx, tx, topo, h.hour, h.version)
		sum := sealedHour(h.hour, h.version, blocks).Digest
		switch {
		case err != nil:
			r.problem("%s: %s", name, err)
		case !bytes.Equal(sum[:], h.digest) || len(blocks) != h.blocks:
			r.problem("%s: its %d blocks do not have the digest on record for %d blocks", name, len(blocks), h.blocks)
		}
		if i+1 == len(hours) || hours[i+1].hour != h.hour {
			if err := checkCoverage(ctx, tx, topo, h.hour, name, r); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkCoverage verifies the newest blocks of an hour against the lives of the checks.
func checkCoverage(ctx context.Context, tx *sql.Tx, topo *topology, hour int64, name string, r *Report) error {
	newest := map[int64]compliance.Block{}
	err := query(ctx, tx, func(rows *sql.Rows) error {
		var key int64
		var raw sql.RawBytes
		if err := rows.Scan(&key, &raw); err != nil {
			return err
		}
		r.Blocks++
		_, id, _ := splitKey(key)
		b, err := compliance.DecodeBlock(raw)
		if err != nil {
			r.problem("%s: series %d: %s", name, id, err)
			return nil
		}
		newest[id] = b
		return nil
	}, `SELECT key, data FROM blocks WHERE key BETWEEN ? AND ? ORDER BY key`, blockKey(hour, 0, 0), blockKey(hour+1, 0, 0)-1)
	if err != nil {
		return err
	}
	late := map[int64]bool{} // not sealed again yet
	err = query(ctx, tx, func(rows *sql.Rows) error {
		var id int64
		err := rows.Scan(&id)
		late[id] = true
		return err
	}, `SELECT series FROM late WHERE hour = ?`, hour)
	if err != nil {
		return err
	}
	for _, s := range topo.series {
		first, n := slotsIn(s, hour)
		b, ok := newest[s.id]
		delete(newest, s.id)
		r.Slots += int64(b.Slots)
		// A life that was ended after the hour was sealed covers less than its block: the
		// block may have slots too many, never too few.
		switch {
		case late[s.id]:
		case n > 0 && (!ok || b.First > first || b.First+b.Slots < first+n):
			r.problem("%s: %s at %s: slots %d to %d are due, the block covers %d to %d", name,
				s.life.check.name, s.vantage, first, first+n, b.First, b.First+b.Slots)
		case ok && (b.Grid != s.life.grid || !b.Hour.Equal(fromMS(hour*hourMS))):
			r.problem("%s: %s at %s: the block is of another hour or grid", name, s.life.check.name, s.vantage)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(newest)) {
		r.problem("%s: a block of series %d, which there is not", name, id)
	}
	return nil
}
