package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/probes"
)

const (
	// SealDelay is how long after its end an hour is sealed: late looks of the same hour
	// have arrived by then.
	SealDelay = 10 * time.Minute

	// sealChunk bounds how many results one transaction seals, so that Commit never waits long.
	sealChunk = 6000
)

// The key of a block: hour<<36 | series<<12 | version. Hour first, so that new blocks are
// appended to the table's last page and pages are full.
const (
	seriesShift = 12
	hourShift   = 36
	maxVersion  = 1<<seriesShift - 1
)

func blockKey(hour, series, version int64) int64 {
	return hour<<hourShift | series<<seriesShift | version
}

func splitKey(key int64) (hour, series, version int64) {
	return key >> hourShift, key >> seriesShift & (1<<(hourShift-seriesShift) - 1), key & maxVersion
}

// latestBlock returns the newest version of a series' hour, and whether there is one.
func latestBlock(ctx context.Context, tx *sql.Tx, series, hour int64) (compliance.Block, bool, error) {
	var data []byte
	err := tx.QueryRowContext(ctx, `SELECT data FROM blocks WHERE key BETWEEN ? AND ? ORDER BY key DESC LIMIT 1`,
		blockKey(hour, series, 0), blockKey(hour, series, maxVersion)).Scan(&data)
	if errors.Is(err, sql.ErrNoRows) {
		return compliance.Block{}, false, nil
	}
	if err != nil {
		return compliance.Block{}, false, err
	}
	b, err := compliance.DecodeBlock(data)
	return b, err == nil, err
}

// loadTails finds how far the records reach. Rows older than the two newest hours that
// have any are left alone: a bound that is too high costs a look-up, nothing else.
func (d *DB) loadTails(ctx context.Context) error {
	err := d.writer.QueryRowContext(ctx, `SELECT COALESCE(MAX(key), -1) FROM blocks`).Scan(&d.sealing)
	if err != nil {
		return fmt.Errorf("find newest block: %w", err)
	}
	d.sealing = max(d.sealing>>hourShift, -1)
	var sealed, newest int64
	if err := d.writer.QueryRowContext(ctx, `SELECT COALESCE(MAX(hour), -1) FROM hours`).Scan(&sealed); err != nil {
		return fmt.Errorf("find newest sealed hour: %w", err)
	}
	d.sealing = max(d.sealing, sealed)
	if err := d.writer.QueryRowContext(ctx, `SELECT COALESCE(MAX(slot), -1) FROM results`).Scan(&newest); err != nil {
		return fmt.Errorf("find newest result: %w", err)
	}
	newest = hourOf(newest)
	floor := max((d.sealing+1)*hourMS, (newest-1)*hourMS)
	for _, s := range d.topology().series {
		d.tail[s.id] = &tail{slot: floor, gapTo: math.MinInt64}
	}
	err = query(ctx, d.writer, func(r *sql.Rows) error {
		var id, slot int64
		if err := r.Scan(&id, &slot); err != nil {
			return err
		}
		if t := d.tail[id]; t != nil {
			t.slot = max(t.slot, slot)
		}
		return nil
	}, `SELECT series, MAX(slot) FROM results WHERE slot >= ? GROUP BY series`, (newest-1)*hourMS)
	if err != nil {
		return fmt.Errorf("find newest results: %w", err)
	}
	err = query(ctx, d.writer, func(r *sql.Rows) error {
		var id, to int64
		if err := r.Scan(&id, &to); err != nil {
			return err
		}
		if t := d.tail[id]; t != nil {
			t.gapTo = to
		}
		return nil
	}, `SELECT series, MAX(to_ms) FROM gaps GROUP BY series`)
	if err != nil {
		return fmt.Errorf("find newest gaps: %w", err)
	}
	return nil
}

// Seal turns every hour that ended SealDelay or longer before now into blocks, oldest
// first, and writes a new version of each sealed hour that got late records. Slots that
// nobody recorded become gaps with reason not_running. It returns how many hours (new or
// again) it sealed. It works in short transactions: when it is stopped, what it has done stays,
// and the next call goes on. Sealing again changes nothing.
func (d *DB) Seal(ctx context.Context, now time.Time) (sealed int, err error) {
	last := hourOf(now.Add(-SealDelay).UnixMilli()) - 1
	next, err := d.nextHour(ctx)
	if err != nil {
		return 0, fmt.Errorf("seal: %w", err)
	}
	for h := next; h <= last; h++ {
		done, err := d.sealHour(ctx, h, now)
		if err != nil {
			return sealed, fmt.Errorf("seal %s: %w", fromMS(h*hourMS).Format("2006-01-02T15"), err)
		}
		if done {
			sealed++
		}
	}
	var late []int64
	err = query(ctx, d.reader, func(r *sql.Rows) error {
		var h int64
		err := r.Scan(&h)
		late = append(late, h)
		return err
	}, `SELECT DISTINCT hour FROM late WHERE hour <= ? ORDER BY hour`, last)
	if err != nil {
		return sealed, fmt.Errorf("seal: find late records: %w", err)
	}
	for _, h := range late {
		if err := d.resealHour(ctx, h, now); err != nil {
			return sealed, fmt.Errorf("seal %s again: %w", fromMS(h*hourMS).Format("2006-01-02T15"), err)
		}
		sealed++
	}
	return sealed, nil
}

// nextHour is the first hour not sealed yet.
func (d *DB) nextHour(ctx context.Context) (int64, error) {
	var h sql.NullInt64
	if err := d.reader.QueryRowContext(ctx, `SELECT MAX(hour) FROM hours`).Scan(&h); err != nil {
		return 0, err
	}
	if h.Valid {
		return h.Int64 + 1, nil
	}
	first := int64(math.MaxInt64)
	for _, s := range d.topology().series {
		first = min(first, hourOf(s.from))
	}
	return first, nil
}

// slotsIn returns where a series' slots of an hour begin on the grid and how many they are.
func slotsIn(s *series, hour int64) (first, n int) {
	lo, hi := s.span(hour*hourMS, (hour+1)*hourMS)
	if lo >= hi {
		return 0, 0
	}
	g, h := s.life.grid, fromMS(hour*hourMS)
	return g.Count(h, fromMS(lo)), g.Count(fromMS(lo), fromMS(hi))
}

// sealHour seals an hour for the first time; false means that nothing was watched in it.
func (d *DB) sealHour(ctx context.Context, hour int64, now time.Time) (bool, error) {
	// From here on a record for this hour counts as late, so that none slips in between
	// reading the rows and writing the block.
	d.wmu.Lock()
	d.sealing = max(d.sealing, hour)
	var todo []*series
	for _, s := range d.topology().series {
		if _, n := slotsIn(s, hour); n > 0 {
			todo = append(todo, s)
		}
	}
	d.wmu.Unlock()
	if len(todo) == 0 {
		return false, nil
	}
	have := map[int64]bool{} // from a call that was stopped
	err := query(ctx, d.reader, func(r *sql.Rows) error {
		var key int64
		err := r.Scan(&key)
		_, id, _ := splitKey(key)
		have[id] = true
		return err
	}, `SELECT key FROM blocks WHERE key BETWEEN ? AND ?`, blockKey(hour, 0, 0), blockKey(hour+1, 0, 0)-1)
	if err != nil {
		return false, err
	}
	todo = slices.DeleteFunc(todo, func(s *series) bool { return have[s.id] })
	return true, d.sealSeries(ctx, hour, 1, todo, now)
}

// resealHour writes a new version of an hour that got late records.
func (d *DB) resealHour(ctx context.Context, hour int64, now time.Time) error {
	var version int64
	err := d.reader.QueryRowContext(ctx, `SELECT COALESCE(MAX(version), 0) + 1 FROM hours WHERE hour = ?`, hour).Scan(&version)
	if err != nil {
		return err
	}
	if version > maxVersion {
		return fmt.Errorf("the hour has %d versions already", maxVersion)
	}
	var todo []*series
	topo := d.topology()
	err = query(ctx, d.reader, func(r *sql.Rows) error {
		var id int64
		err := r.Scan(&id)
		if s := topo.byID[id]; s != nil {
			todo = append(todo, s)
		}
		return err
	}, `SELECT series FROM late WHERE hour = ?`, hour)
	if err != nil {
		return err
	}
	return d.sealSeries(ctx, hour, version, todo, now)
}

// sealSeries writes the blocks of an hour's version in short transactions, and then the
// hour's record.
func (d *DB) sealSeries(ctx context.Context, hour, version int64, todo []*series, now time.Time) error {
	for len(todo) > 0 {
		n, results := 0, 0
		for n < len(todo) && (n == 0 || results < sealChunk) {
			_, slots := slotsIn(todo[n], hour)
			n, results = n+1, results+slots
		}
		err := d.write(ctx, func(tx *sql.Tx) error {
			return d.applier(context.WithoutCancel(ctx), tx).seal(hour, version, todo[:n])
		})
		if err != nil {
			return err
		}
		todo = todo[n:]
	}
	return d.record(ctx, func(a *applier) error {
		blocks, err := hourBlocks(a.ctx, a.tx, a.topo, hour, version)
		if err != nil {
			return err
		}
		h := sealedHour(hour, version, blocks)
		r, err := a.tx.ExecContext(a.ctx, `INSERT INTO hours (hour, version, digest, blocks, sealed_ms, expired) VALUES (?, ?, ?, ?, ?, 0) ON CONFLICT DO NOTHING`,
			hour, version, h.Digest[:], len(blocks), now.UnixMilli())
		if err != nil {
			return err
		}
		return a.leafInserted(r, h.Evidence)
	})
}

// hourBlock is a block as an hour's digest counts it.
type hourBlock struct {
	series *series
	digest [sha256.Size]byte
}

// hourBlocks are an hour's blocks in order of series, each series with its newest up to version.
func hourBlocks(ctx context.Context, db querier, t *topology, hour, version int64) (out []hourBlock, err error) {
	err = query(ctx, db, func(r *sql.Rows) error {
		var key int64
		var data sql.RawBytes
		if err := r.Scan(&key, &data); err != nil {
			return err
		}
		_, id, v := splitKey(key)
		if v > version {
			return nil
		}
		s := t.byID[id]
		if s == nil {
			return fmt.Errorf("block of series %d, which there is not", id)
		}
		b := hourBlock{s, compliance.BlockDigest(s.life.check.name, s.vantage, data)}
		if n := len(out); n > 0 && out[n-1].series == s {
			out[n-1] = b
		} else {
			out = append(out, b)
		}
		return nil
	}, `SELECT key, data FROM blocks WHERE key BETWEEN ? AND ? ORDER BY key`, blockKey(hour, 0, 0), blockKey(hour+1, 0, 0)-1)
	return out, err
}

// sealedHour is the record of an hour.
func sealedHour(hour, version int64, blocks []hourBlock) compliance.SealedHour {
	out := compliance.SealedHour{Hour: fromMS(hour * hourMS), Version: version}
	digests := make([][sha256.Size]byte, len(blocks))
	for i, b := range blocks {
		digests[i] = b.digest
		out.Blocks = append(out.Blocks, [8]byte(b.digest[:]))
	}
	out.Digest = compliance.HourDigest(out.Hour, version, digests)
	return out
}

// seal writes the blocks of some series for one hour.
func (a *applier) seal(hour, version int64, todo []*series) error {
	insert, err := a.tx.PrepareContext(a.ctx, `INSERT INTO blocks (key, data) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET data = excluded.data`)
	if err != nil {
		return err
	}
	defer insert.Close()
	oldest, newest, err := rowBounds(a.ctx, a.tx, hour*hourMS, (hour+1)*hourMS)
	if err != nil {
		return err
	}
	for _, s := range todo {
		rows, err := hourRows(a.ctx, a.tx, s, hour, span{oldest, newest + 1})
		if err != nil {
			return err
		}
		b, added, err := a.block(s, hour, rows)
		if err != nil {
			return fmt.Errorf("%s at %s: %w", s.life.check.name, s.vantage, err)
		}
		if b.Slots > 0 {
			if _, err := insert.ExecContext(a.ctx, blockKey(hour, s.id, version), compliance.EncodeBlock(b)); err != nil {
				return err
			}
		}
		if err := a.addDaily(s, hour, added); err != nil {
			return err
		}
		if _, err := a.tx.ExecContext(a.ctx, `DELETE FROM late WHERE hour = ? AND series = ?`, hour, s.id); err != nil {
			return err
		}
	}
	return nil
}

// hourRows reads the result rows of a series' hour that lie within has, by slot and attempt.
func hourRows(ctx context.Context, db querier, s *series, hour int64, has span) (rows []row, err error) {
	err = seriesRows(ctx, db, s, max(hour*hourMS, has.from), min((hour+1)*hourMS, has.to), func(w row) { rows = append(rows, w) })
	return rows, err
}

// block joins what is known of a series' hour: the block there is, rows, gaps. Slots that
// none of them covers become a derived gap. It returns the rows that are new to the block.
func (a *applier) block(s *series, hour int64, rows []row) (b compliance.Block, added []row, err error) {
	prev, _, err := latestBlock(a.ctx, a.tx, s.id, hour)
	if err != nil {
		return b, nil, err
	}
	b = compliance.Block{Hour: fromMS(hour * hourMS), Grid: s.life.grid, Looks: prev.Looks}
	b.First, b.Slots = slotsIn(s, hour)
	known := map[[2]int]bool{}
	for _, l := range prev.Looks {
		known[[2]int{l.Slot, l.Attempt}] = true
	}
	for _, w := range rows {
		l := compliance.Look{Slot: b.SlotIndex(fromMS(w.slot)), Attempt: w.attempt, Reason: w.reason, Latency: w.latency()}
		if !known[[2]int{l.Slot, l.Attempt}] {
			b.Looks, added = append(b.Looks, l), append(added, w)
		}
	}
	lo, hi := s.span(hour*hourMS, (hour+1)*hourMS)
	gaps, err := a.gapsIn(s, lo, hi)
	if err != nil {
		return b, nil, err
	}
	taken := make([]span, 0, len(gaps)+len(b.Looks))
	for _, g := range gaps {
		if r, ok := runOf(b, s, g); ok {
			b.Gaps = append(b.Gaps, r)
		}
		taken = append(taken, span{g.from, g.to})
	}
	for _, l := range b.Looks {
		if l.Attempt == 0 {
			ms := b.SlotTime(l.Slot).UnixMilli()
			taken = append(taken, span{ms, s.life.end(ms)})
		}
	}
	// A slot that begins in this hour may end in the next, and its record with it.
	for _, free := range subtract(span{s.life.ceil(lo), s.life.ceil(hi)}, taken) {
		g := gapRow{from: free.from, to: free.to, reason: probes.NotRunning, derived: true}
		if err := a.insertGap(s, g); err != nil {
			return b, nil, err
		}
		if r, ok := runOf(b, s, g); ok {
			b.Gaps = append(b.Gaps, r)
		}
	}
	return b, added, nil
}

// runOf is the part of a gap that lies in a block's slots.
func runOf(b compliance.Block, s *series, g gapRow) (compliance.SlotRun, bool) {
	first := b.SlotTime(b.First).UnixMilli()
	lo := b.SlotIndex(s.life.grid.Ceil(fromMS(max(g.from, first))))
	hi := b.First + b.Slots
	if end := s.life.grid.Ceil(fromMS(g.to)); end.Before(b.SlotTime(hi)) {
		hi = b.SlotIndex(end)
	}
	return compliance.SlotRun{Slot: lo, Count: hi - lo, Reason: g.reason}, hi > lo
}
