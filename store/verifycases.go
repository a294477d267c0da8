package store

import (
	"cmp"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/charterwatch/charterwatch/compliance"
)

// piece names a row that an import of cases wrote.
type piece struct {
	what string // "case", "calls", "register" or "import"
	name string
	at   int64 // when it came on record
}

func (p piece) String() string {
	return fmt.Sprintf("%s %s of %s", p.what, p.name, fromMS(p.at).Format("2006-01-02T15:04:05.000Z"))
}

// written is what a row must be, and the leaf that says so.
type written struct {
	row    [sha256.Size]byte
	log, n int64
	about  int64 // by which retention goes, ms; openEnd: it never deletes the row
}

func rowSum(columns ...any) [sha256.Size]byte { return sha256.Sum256(fmt.Appendln(nil, columns...)) }

// caseCheck compares what is on record of cases with the imports that put it there.
type caseCheck struct {
	v       *verification
	want    map[piece]written
	damaged map[string]bool // imports whose evidence cannot be read, by id
	unread  map[int64]bool  // when those came on record: nobody knows what they wrote
}

func (v *verification) cases() error {
	c := caseCheck{v, map[piece]written{}, map[string]bool{}, map[int64]bool{}}
	err := query(v.ctx, v.tx, func(r *sql.Rows) error {
		var l leafRow
		if err := l.scan(r, false); err != nil || l.erased() {
			return err
		}
		i, err := importOf(&l)
		if err != nil {
			c.damaged[l.leaf.ID] = true // told already
			return nil
		}
		return wrote(c.want, &l, i)
	}, leafWithBody+`WHERE kind = ? ORDER BY key`, compliance.EvidenceCase)
	if err != nil {
		return err
	}
	for _, step := range []func() error{c.imports, c.cases, c.calls, c.spans} {
		if err := step(); err != nil {
			return err
		}
	}
	left := slices.SortedFunc(maps.Keys(c.want), func(a, b piece) int { return cmp.Compare(a.String(), b.String()) })
	for _, p := range left {
		if w := c.want[p]; w.about >= v.kept {
			v.report.problem("%s, in leaf %d of log %d, is gone", p, w.n, w.log)
		}
	}
	return nil
}

// wrote notes the rows of an import. Where two of one instant speak of the same, the first counts.
func wrote(want map[piece]written, l *leafRow, i compliance.CaseImport) error {
	at := i.At.UnixMilli()
	note := func(what, name string, about int64, columns ...any) {
		p := piece{what, name, at}
		if _, ok := want[p]; !ok {
			want[p] = written{rowSum(columns...), l.log, l.n, about}
		}
	}
	row, err := importRow(i)
	if err != nil {
		return err
	}
	note("import", i.ID, openEnd, row)
	for _, c := range i.Cases {
		b, err := json.Marshal(c)
		if err != nil {
			return err
		}
		note("case", string(c.Kind)+"/"+c.Ref, c.Received.UnixMilli(), c.Received.UnixMilli(), caseDone(c), string(b))
	}
	for _, t := range i.Tallies {
		note("calls", t.Day.String(), at, t.Calls, t.InTime)
	}
	for _, s := range i.Spans {
		note("register", fmt.Sprintf("%s %s..%s", s.Kind, s.From, s.Until), openEnd)
	}
	return nil
}

// meet compares a row with what was written.
func (c caseCheck) meet(p piece, columns ...any) {
	w, ok := c.want[p]
	switch {
	case !ok && c.unread[p.at]:
	case !ok:
		c.v.report.problem("%s has no leaf", p)
	case w.row != rowSum(columns...):
		c.v.report.problem("%s is not what leaf %d of log %d says", p, w.n, w.log)
	}
	delete(c.want, p)
}

func (c caseCheck) cases() error {
	return query(c.v.ctx, c.v.tx, func(r *sql.Rows) error {
		var kind, ref, body string
		var at, received, done int64
		err := r.Scan(&kind, &ref, &at, &received, &done, &body)
		if err == nil {
			c.meet(piece{"case", kind + "/" + ref, at}, received, done, body)
		}
		return err
	}, `SELECT kind, ref, at_ms, received_ms, done_ms, body FROM cases ORDER BY kind, ref, at_ms`)
}

func (c caseCheck) calls() error {
	return query(c.v.ctx, c.v.tx, func(r *sql.Rows) error {
		var day, at int64
		var calls, inTime int
		err := r.Scan(&day, &at, &calls, &inTime)
		if err == nil {
			c.meet(piece{"calls", dayOf(day).String(), at}, calls, inTime)
		}
		return err
	}, `SELECT day, at_ms, calls, in_time FROM calls ORDER BY day, at_ms`)
}

func (c caseCheck) spans() error {
	return query(c.v.ctx, c.v.tx, func(r *sql.Rows) error {
		var kind string
		var from, until, at int64
		err := r.Scan(&kind, &from, &until, &at)
		if err == nil {
			c.meet(piece{"register", fmt.Sprintf("%s %s..%s", kind, dayOf(from), dayOf(until)), at})
		}
		return err
	}, `SELECT kind, from_day, until_day, at_ms FROM case_spans ORDER BY kind, from_day, until_day, at_ms`)
}

func (c caseCheck) imports() error {
	return query(c.v.ctx, c.v.tx, func(r *sql.Rows) error {
		var id, body string
		var at int64
		err := r.Scan(&id, &at, &body)
		switch {
		case err != nil:
		case c.damaged[id]:
			c.unread[at] = true
		default:
			c.meet(piece{"import", id, at}, body)
		}
		return err
	}, `SELECT id, at_ms, body FROM case_imports ORDER BY id`)
}
