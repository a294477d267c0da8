package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
)

// pageLook records a run of looks at a page.
func (a *applier) pageLook(s compliance.PageSpan) error {
	if s.Page == "" || s.From.IsZero() || s.Status == "" {
		return refuse("a look at a page needs a page, a time and a status")
	}
	b, err := json.Marshal(s)
	if err != nil {
		return refusal{err}
	}
	_, err = a.tx.ExecContext(a.ctx, `INSERT INTO page_looks (page, from_ms, to_ms, body) VALUES (?, ?, ?, ?)
		ON CONFLICT (page, from_ms) DO UPDATE SET to_ms = excluded.to_ms, body = excluded.body WHERE excluded.to_ms >= page_looks.to_ms`,
		s.Page, s.From.UnixMilli(), s.To.UnixMilli(), string(b))
	return err
}

// adoptPages records how pages are configured from at on, where that is new.
func adoptPages(ctx context.Context, tx *sql.Tx, at int64, sites []compliance.Site) error {
	for _, site := range sites {
		for _, p := range site.Pages {
			body, err := json.Marshal(p)
			if err != nil {
				return err
			}
			_, err = tx.ExecContext(ctx, `INSERT INTO page_specs (page, from_ms, body) SELECT ?, ?, ?
				WHERE COALESCE((SELECT body FROM page_specs WHERE page = ? ORDER BY from_ms DESC LIMIT 1), '') <> ? ON CONFLICT DO NOTHING`,
				p.ID, at, string(body), p.ID, string(body))
			if err != nil {
				return fmt.Errorf("page %s: %w", p.ID, err)
			}
		}
	}
	return nil
}

// latestLooks returns the latest run of looks at each page.
func latestLooks(ctx context.Context, tx *sql.Tx) (map[string]compliance.PageSpan, error) {
	out := map[string]compliance.PageSpan{}
	err := query(ctx, tx, func(r *sql.Rows) error {
		var s compliance.PageSpan
		err := scanJSON(r, &s)
		out[s.Page] = s
		return err
	}, `SELECT body FROM page_looks p WHERE from_ms = (SELECT MAX(from_ms) FROM page_looks l WHERE l.page = p.page)`)
	return out, err
}

// Pages returns every page that was configured before to, as it was last, with the runs of looks
// that reach into [from, to), and of each the run before, oldest first.
func (d *DB) Pages(ctx context.Context, from, to time.Time) (out []compliance.PageRecord, err error) {
	index := map[string]int{}
	err = d.read(ctx, func(tx *sql.Tx) error {
		err := query(ctx, tx, func(r *sql.Rows) error {
			var x compliance.PageRecord
			if err := scanJSON(r, &x.Spec); err != nil {
				return err
			}
			index[x.Spec.ID] = len(out)
			out = append(out, x)
			return nil
		}, `SELECT body FROM page_specs p WHERE from_ms = (SELECT MAX(from_ms) FROM page_specs l WHERE l.page = p.page AND l.from_ms < ?) ORDER BY page`, to.UnixMilli())
		if err != nil {
			return err
		}
		return query(ctx, tx, func(r *sql.Rows) error {
			var s compliance.PageSpan
			var raw sql.RawBytes
			var first int64
			if err := r.Scan(&raw, &first); err != nil {
				return err
			}
			if err := json.Unmarshal(raw, &s); err != nil {
				return fmt.Errorf("looks: %w", err)
			}
			if i, ok := index[s.Page]; ok {
				out[i].Since = fromMS(first)
				out[i].Spans = append(out[i].Spans, s)
			}
			return nil
		}, `SELECT body, (SELECT MIN(from_ms) FROM page_looks f WHERE f.page = p.page) FROM page_looks p
			WHERE from_ms < ? AND from_ms >= COALESCE((SELECT MAX(from_ms) FROM page_looks l WHERE l.page = p.page AND l.to_ms < ?), 0) ORDER BY page, from_ms`,
			to.UnixMilli(), from.UnixMilli())
	})
	if err != nil {
		return nil, fmt.Errorf("read pages: %w", err)
	}
	return out, nil
}
