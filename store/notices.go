package store

import (
	"bytes"
	"compress/gzip"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/scanners"
)

// board records what a look at a board came to.
func (a *applier) board(c compliance.BoardChange) error {
	state, err := json.Marshal(c.State)
	if err != nil {
		return refuse("state of board %s: %w", c.State.Board, err)
	}
	a.boards[c.State.Board] = state
	if s := c.Span; s.Board != "" {
		_, err := a.tx.ExecContext(a.ctx, `INSERT INTO board_spans (board, from_ms, to_ms, status, detail, looks) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (board, from_ms) DO UPDATE SET to_ms = excluded.to_ms, looks = excluded.looks WHERE excluded.to_ms >= board_spans.to_ms`,
			s.Board, s.From.UnixMilli(), s.To.UnixMilli(), string(s.Status), s.Detail, s.Looks)
		if err != nil {
			return fmt.Errorf("looks at board %s: %w", s.Board, err)
		}
	}
	for _, n := range c.Changed {
		if err := a.notice(n); err != nil {
			return fmt.Errorf("notice %s: %w", n.ID, err)
		}
	}
	for _, n := range c.Seen {
		if _, err := a.tx.ExecContext(a.ctx, `UPDATE notices SET last_ms = ? WHERE id = ? AND last_ms < ?`, n.LastSeen.UnixMilli(), n.ID, n.LastSeen.UnixMilli()); err != nil {
			return fmt.Errorf("notice %s: %w", n.ID, err)
		}
	}
	for _, p := range c.Pages {
		if err := a.page(p, c.State.SeenAt); err != nil {
			return fmt.Errorf("page of notice %s: %w", p.Notice, err)
		}
	}
	return nil
}

func (a *applier) notice(n compliance.Notice) error {
	if n.ID == "" || n.Board == "" || n.FirstSeen.IsZero() {
		return refuse("a notice needs an id, a board and the time when it was seen")
	}
	revisions := n.Revisions
	n.Revisions = nil
	body, err := json.Marshal(n)
	if err != nil {
		return refusal{err}
	}
	_, err = a.tx.ExecContext(a.ctx, `INSERT INTO notices (id, board, first_ms, last_ms, body) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET last_ms = excluded.last_ms, body = excluded.body`,
		n.ID, n.Board, n.FirstSeen.UnixMilli(), n.LastSeen.UnixMilli(), string(body))
	if err != nil {
		return err
	}
	for _, r := range revisions {
		b, err := packed(r)
		if err != nil {
			return refusal{err}
		}
		res, err := a.tx.ExecContext(a.ctx, `INSERT INTO revisions (notice, n, first_ms, body) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			n.ID, r.N, r.FirstSeen.UnixMilli(), b)
		if err == nil {
			err = a.leafInserted(res, func() (compliance.Evidence, error) { return n.Evidence(r) })
		}
		if err != nil {
			return fmt.Errorf("revision %d: %w", r.N, err)
		}
	}
	return nil
}

// packed is a value as compressed JSON.
func packed(v any) ([]byte, error) {
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	if err := json.NewEncoder(z).Encode(v); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

func unpack(b []byte, v any) error {
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return err
	}
	return json.NewDecoder(z).Decode(v)
}

func (a *applier) page(p compliance.NoticePage, at time.Time) error {
	if p.Page.Digest == "" {
		return refuse("a page needs its digest")
	}
	body, shot := p.Page.Body, p.Page.Screenshot
	p.Page.Body, p.Page.Screenshot = nil, nil
	meta, err := json.Marshal(p.Page)
	if err != nil {
		return refusal{err}
	}
	_, err = a.tx.ExecContext(a.ctx, `INSERT INTO pages (digest, seen_ms, meta, body, shot) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (digest) DO UPDATE SET seen_ms = excluded.seen_ms`, p.Page.Digest, at.UnixMilli(), string(meta), nonNil(body), nonNil(shot))
	return err
}

func nonNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

func (a *applier) statement(s compliance.Statement) error {
	if s.ID == "" || s.Site == "" || s.By.ID == "" {
		return refuse("a statement needs an id, a site and an actor")
	}
	b, err := json.Marshal(s)
	if err != nil {
		return refusal{err}
	}
	res, err := a.tx.ExecContext(a.ctx, `INSERT INTO statements (id, site, at_ms, body) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`, s.ID, s.Site, s.At.UnixMilli(), string(b))
	if err != nil {
		return err
	}
	return a.leafInserted(res, s.Evidence)
}

// adoptBoards records how boards are configured from at on, where that is new.
func adoptBoards(ctx context.Context, tx *sql.Tx, at int64, sites []compliance.Site) error {
	for _, site := range sites {
		for _, b := range site.Boards {
			body, err := json.Marshal(b)
			if err != nil {
				return err
			}
			_, err = tx.ExecContext(ctx, `INSERT INTO board_specs (board, from_ms, body) SELECT ?, ?, ?
				WHERE COALESCE((SELECT body FROM board_specs WHERE board = ? ORDER BY from_ms DESC LIMIT 1), '') <> ? ON CONFLICT DO NOTHING`,
				b.ID, at, string(body), b.ID, string(body))
			if err != nil {
				return fmt.Errorf("board %s: %w", b.ID, err)
			}
		}
	}
	return nil
}

// loadBoards reads the boards' states with the notices seen since, and their latest looks.
func loadBoards(ctx context.Context, tx *sql.Tx, since time.Time) (map[string]compliance.BoardBook, error) {
	books := map[string]compliance.BoardBook{}
	err := query(ctx, tx, func(r *sql.Rows) error {
		b := compliance.BoardBook{Notices: map[string]compliance.Notice{}}
		err := scanJSON(r, &b.State)
		books[b.State.Board] = b
		return err
	}, `SELECT state FROM boards`)
	if err != nil {
		return nil, err
	}
	notices, err := selectNotices(ctx, tx, `last_ms >= ?`, since.UnixMilli())
	if err != nil {
		return nil, err
	}
	for _, n := range notices {
		if b, ok := books[n.Board]; ok {
			b.Notices[n.Key] = n
		}
	}
	spans, err := selectSpans(ctx, tx, since, time.Time{})
	for _, s := range spans {
		if b, ok := books[s.Board]; ok {
			b.Spans = append(b.Spans, s)
			books[s.Board] = b
		}
	}
	return books, err
}

// selectNotices returns notices with all their revisions, by first seen.
func selectNotices(ctx context.Context, tx *sql.Tx, where string, args ...any) ([]compliance.Notice, error) {
	var out []compliance.Notice
	index := map[string]int{}
	err := query(ctx, tx, func(r *sql.Rows) error {
		var n compliance.Notice
		var last int64
		var body string
		if err := r.Scan(&body, &last); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(body), &n); err != nil {
			return fmt.Errorf("notice: %w", err)
		}
		n.LastSeen = fromMS(last)
		index[n.ID] = len(out)
		out = append(out, n)
		return nil
	}, `SELECT body, last_ms FROM notices WHERE `+where+` ORDER BY first_ms, id`, args...)
	if err != nil {
		return nil, err
	}
	err = query(ctx, tx, func(r *sql.Rows) error {
		var id string
		var b []byte
		if err := r.Scan(&id, &b); err != nil {
			return err
		}
		var rev compliance.Revision
		if err := unpack(b, &rev); err != nil {
			return fmt.Errorf("revision of %s: %w", id, err)
		}
		n := &out[index[id]]
		n.Revisions = append(n.Revisions, rev)
		return nil
	}, `SELECT notice, body FROM revisions WHERE notice IN (SELECT id FROM notices WHERE `+where+`) ORDER BY notice, n`, args...)
	return out, err
}

// selectSpans returns the looks that overlap [from, to), oldest first; a zero to is no
// limit.
func selectSpans(ctx context.Context, tx *sql.Tx, from, to time.Time) (out []compliance.BoardSpan, err error) {
	end := int64(openEnd)
	if !to.IsZero() {
		end = to.UnixMilli()
	}
	err = query(ctx, tx, func(r *sql.Rows) error {
		var s compliance.BoardSpan
		var from, to int64
		var status string
		err := r.Scan(&s.Board, &from, &to, &status, &s.Detail, &s.Looks)
		s.From, s.To, s.Status = fromMS(from), fromMS(to), scanners.BoardStatus(status)
		out = append(out, s)
		return err
	}, `SELECT board, from_ms, to_ms, status, detail, looks FROM board_spans WHERE to_ms >= ? AND from_ms < ? ORDER BY from_ms, board`, from.UnixMilli(), end)
	return out, err
}

// selectStatements returns what people put on record, by site.
func selectStatements(ctx context.Context, tx *sql.Tx) (map[string][]compliance.Statement, error) {
	out := map[string][]compliance.Statement{}
	err := query(ctx, tx, func(r *sql.Rows) error {
		var s compliance.Statement
		err := scanJSON(r, &s)
		out[s.Site] = append(out[s.Site], s)
		return err
	}, `SELECT body FROM statements ORDER BY at_ms, id`)
	return out, err
}

// selectSpecs returns how each board was last configured before to.
func selectSpecs(ctx context.Context, tx *sql.Tx, to time.Time) ([]compliance.BoardSpec, error) {
	latest := map[string]compliance.BoardSpec{}
	err := query(ctx, tx, func(r *sql.Rows) error {
		var b compliance.BoardSpec
		err := scanJSON(r, &b)
		latest[b.ID] = b
		return err
	}, `SELECT body FROM board_specs WHERE from_ms < ? ORDER BY from_ms`, to.UnixMilli())
	var out []compliance.BoardSpec
	for _, b := range latest {
		out = append(out, b)
	}
	slices.SortFunc(out, func(x, y compliance.BoardSpec) int { return bytes.Compare([]byte(x.ID), []byte(y.ID)) })
	return out, err
}

// records returns what is on record of each site's notices, as far back and ahead as they
// may speak of [from, to): a notice comes before its work, a cancellation or an extension of
// its end may come after.
func records(ctx context.Context, tx *sql.Tx, from, to time.Time) (map[string]compliance.Record, error) {
	const before, after = compliance.RememberNotices, 31 * 24 * time.Hour
	specs, err := selectSpecs(ctx, tx, to)
	if err != nil {
		return nil, err
	}
	notices, err := selectNotices(ctx, tx, `last_ms >= ? AND first_ms < ?`, from.Add(-before).UnixMilli(), to.Add(after).UnixMilli())
	if err != nil {
		return nil, err
	}
	spans, err := selectSpans(ctx, tx, from.Add(-before), to.Add(after))
	if err != nil {
		return nil, err
	}
	statements, err := selectStatements(ctx, tx)
	if err != nil {
		return nil, err
	}
	return compliance.Records(specs, notices, spans, statements), nil
}

// NoticePage returns a page that was kept as evidence, by its digest. The error wraps
// ErrNotFound when it is not there.
func (d *DB) NoticePage(ctx context.Context, digest string) (scanners.Page, error) {
	var p scanners.Page
	var meta string
	var body, shot []byte
	err := d.reader.QueryRowContext(ctx, `SELECT meta, body, shot FROM pages WHERE digest = ?`, digest).Scan(&meta, &body, &shot)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	if err == nil {
		err = json.Unmarshal([]byte(meta), &p)
	}
	if err != nil {
		return p, fmt.Errorf("page %s: %w", digest, err)
	}
	p.Body, p.Screenshot = body, shot
	return p, nil
}
