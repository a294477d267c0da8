package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/probes"
)

// History returns what a site's availability in [from, to) is computed from: the lives of
// its checks and the gaps that overlap the period, the outages that overlap it or ended at
// most 32 days before, and the record of its notices. Until says up to when the record
// is complete; slots missing before it are gaps here, sealed or not. The error wraps
// ErrNotFound when the site was never adopted.
func (d *DB) History(ctx context.Context, site string, from, to time.Time) (compliance.SiteHistory, error) {
	all, err := d.histories(ctx, site, from.UnixMilli(), to.UnixMilli())
	if err != nil {
		return compliance.SiteHistory{}, fmt.Errorf("history of %s: %w", site, err)
	}
	h, ok := all[site]
	if !ok {
		return h, fmt.Errorf("history of %s: %w", site, ErrNotFound)
	}
	return h, nil
}

// Histories returns the history of every site that was ever adopted, by site, as History
// does, in a handful of queries.
func (d *DB) Histories(ctx context.Context, from, to time.Time) (map[string]compliance.SiteHistory, error) {
	all, err := d.histories(ctx, "", from.UnixMilli(), to.UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("histories: %w", err)
	}
	return all, nil
}

func (d *DB) histories(ctx context.Context, site string, from, to int64) (map[string]compliance.SiteHistory, error) {
	topo := d.topology()
	out := map[string]compliance.SiteHistory{}
	for id := range topo.sites {
		if site == "" || id == site {
			out[id] = compliance.SiteHistory{Site: id}
		}
	}
	var of []*series
	for _, c := range topo.checks {
		h, ok := out[c.site]
		if !ok {
			continue
		}
		for _, l := range c.lives {
			if max(l.from, from) >= min(l.to, to) {
				continue
			}
			h.Lives = append(h.Lives, l.value())
			of = append(of, l.series...)
		}
		out[c.site] = h
	}
	err := d.read(ctx, func(tx *sql.Tx) error {
		gaps, until, err := d.gapsUntil(ctx, tx, of, from, to)
		if err != nil {
			return err
		}
		for id, h := range out {
			h.Until = fromMS(to)
			out[id] = h
		}
		for _, s := range of {
			h := out[s.life.check.site]
			h.Gaps = append(h.Gaps, gaps[s]...)
			if u := fromMS(until[s]); u.Before(h.Until) {
				h.Until = u
			}
			out[h.Site] = h
		}
		// What an outage owes may fall due after its end, in the next month.
		outages, err := selectOutages(ctx, tx, compliance.OutageQuery{Site: site, From: fromMS(from - 32*dayMS), To: fromMS(to)})
		for _, o := range slices.Backward(outages) { // oldest first
			if h, ok := out[o.Site]; ok {
				h.Outages = append(h.Outages, o)
				out[o.Site] = h
			}
		}
		if err != nil {
			return err
		}
		recs, err := records(ctx, tx, fromMS(from), fromMS(to))
		for id, h := range out {
			h.Record = recs[id]
			out[id] = h
		}
		return err
	})
	for _, h := range out {
		sortHistory(h)
	}
	return out, err
}

// sortHistory orders lives and gaps by check (and vantage), then time.
func sortHistory(h compliance.SiteHistory) {
	slices.SortFunc(h.Lives, func(x, y compliance.CheckLife) int {
		return cmp.Or(strings.Compare(x.Check, y.Check), x.From.Compare(y.From))
	})
	slices.SortFunc(h.Gaps, func(x, y compliance.Gap) int {
		return cmp.Or(strings.Compare(x.Check, y.Check), strings.Compare(x.Vantage, y.Vantage), x.From.Compare(y.From))
	})
}

// gapsUntil returns each series' gaps in [from, to) and up to when its record is complete.
// Where hours are not sealed yet, the slots missing before a series' newest record, and
// those that are overdue by SealDelay, count as gaps already.
func (d *DB) gapsUntil(ctx context.Context, tx *sql.Tx, of []*series, from, to int64) (map[*series][]compliance.Gap, map[*series]int64, error) {
	gaps, until := map[*series][]compliance.Gap{}, map[*series]int64{}
	covered := map[*series][]span{} // of the hours not sealed yet
	sealed, err := lastSealed(ctx, tx)
	if err != nil {
		return nil, nil, err
	}
	open := (sealed + 1) * hourMS
	add := func(s *series, g gapRow) {
		v := compliance.Gap{Check: s.life.check.name, Vantage: s.vantage, From: fromMS(g.from), To: fromMS(g.to), Reason: g.reason, Detail: g.detail}
		list := gaps[s]
		if n := len(list); n > 0 && list[n-1].Reason == v.Reason && list[n-1].To.Equal(v.From) {
			list[n-1].To = v.To
			return
		}
		gaps[s] = append(list, v)
	}
	err = eachGap(ctx, tx, of, from, to, func(s *series, g gapRow) {
		add(s, g)
		if g.to > open {
			covered[s] = append(covered[s], span{g.from, g.to})
		}
	})
	if err != nil {
		return nil, nil, err
	}
	if to > open {
		// A record's slot may have begun in the hour before.
		err = eachRow(ctx, tx, of, max(open, from-hourMS), to, func(s *series, w *row) {
			if w.attempt == 0 {
				covered[s] = append(covered[s], span{w.slot, s.life.end(w.slot)})
			}
		})
		if err != nil {
			return nil, nil, err
		}
	}
	overdue := d.now().Add(-SealDelay).UnixMilli()
	for _, s := range of {
		lo := s.life.ceil(max(open, s.from, from))
		reach := lo
		for _, c := range covered[s] {
			reach = max(reach, c.to)
		}
		reach = max(reach, min(s.life.ceil(overdue), s.life.ceil(to)))
		if until[s] = reach; reach >= s.life.to {
			until[s] = math.MaxInt64 / 2 // nothing more to come
		}
		for _, free := range subtract(span{lo, min(reach, to)}, covered[s]) {
			add(s, gapRow{from: free.from, to: free.to, reason: probes.NotRunning})
		}
	}
	for s, list := range gaps {
		slices.SortFunc(list, func(x, y compliance.Gap) int { return x.From.Compare(y.From) })
		gaps[s] = list
	}
	return gaps, until, nil
}

// Outages returns the outages that q selects, latest start first.
func (d *DB) Outages(ctx context.Context, q compliance.OutageQuery) (out []compliance.Outage, err error) {
	err = d.read(ctx, func(tx *sql.Tx) error {
		out, err = selectOutages(ctx, tx, q)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read outages: %w", err)
	}
	return out, nil
}

func selectOutages(ctx context.Context, tx *sql.Tx, q compliance.OutageQuery) (out []compliance.Outage, err error) {
	var f filter
	if !q.From.IsZero() {
		f.also("end_ms > ?", q.From.UnixMilli())
	}
	if !q.To.IsZero() {
		f.also("start_ms < ?", q.To.UnixMilli())
	}
	if q.Site != "" {
		f.also("site = ?", q.Site)
	}
	if q.Check != "" {
		f.also("check_name = ?", q.Check)
	}
	if q.SiteLevel {
		f.also("check_name = ?", "")
	}
	if q.OpenOnly {
		f.also("end_ms = ?", int64(openEnd))
	}
	stmt := `SELECT id, site, check_name, start_ms, end_ms, confirmed_ms, recovering_ms, reason, cause, checks FROM outages` + f.where() + ` ORDER BY start_ms DESC, id`
	if q.Limit > 0 {
		stmt += fmt.Sprintf(" LIMIT %d", q.Limit)
	}
	err = query(ctx, tx, func(r *sql.Rows) error {
		var o compliance.Outage
		var from, to, confirmed, recovering int64
		var checks string
		if err := r.Scan(&o.ID, &o.Site, &o.Check, &from, &to, &confirmed, &recovering, &o.Reason, &o.Cause, &checks); err != nil {
			return fmt.Errorf("outage: %w", err)
		}
		o.Start, o.ConfirmedAt, o.RecoveringSince = fromMS(from), optTime(confirmed), optTime(recovering)
		if to != openEnd {
			o.End = fromMS(to)
		}
		if checks != "" {
			o.Checks = strings.Fields(checks)
		}
		out = append(out, o)
		return nil
	}, stmt, f.args...)
	return out, err
}

// scanJSON decodes the only column of a row.
func scanJSON(r *sql.Rows, v any) error {
	var raw sql.RawBytes
	if err := r.Scan(&raw); err != nil {
		return err
	}
	return json.Unmarshal(raw, v)
}
