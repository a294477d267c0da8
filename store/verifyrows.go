package store

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/charterwatch/charterwatch/compliance"
)

// rows compares outages, statements, wordings and cases with their leaves, and looks for leaves
// whose record is gone.
func (v *verification) rows() error {
	if err := v.findHorizon(); err != nil {
		return err
	}
	for _, step := range []func() error{v.outages, v.statements, v.revisions, v.cases} {
		if err := step(); err != nil {
			return err
		}
	}
	u, b := v.report.Unprotected, v.first.Before
	v.few(u.Outages, b.Outages, "outages")
	v.few(u.Statements, b.Statements, "statements")
	v.few(u.Revisions, b.Revisions, "wordings of notices")
	return nil
}

// findHorizon finds how far retention has deleted: it takes hours first, oldest first, and
// what ended before them after.
func (v *verification) findHorizon() error {
	var expired, kept int64
	err := query(v.ctx, v.tx, func(r *sql.Rows) error { return r.Scan(&expired, &kept) },
		`SELECT COALESCE((SELECT MAX(hour) FROM hours WHERE expired = 1), -1), COALESCE((SELECT MIN(hour) FROM hours WHERE expired = 0), 9000000000)`)
	v.kept = (kept + 1) * hourMS
	if err != nil || expired < 0 {
		return err
	}
	if expired > kept {
		v.report.problem("hour %s is marked as deleted by retention, and an older one is not", fromMS(expired*hourMS).Format(compliance.HourLayout))
	}
	v.report.Expired, v.horizon = fromMS((expired+1)*hourMS), (expired+2)*hourMS
	return nil
}

func (v *verification) outages() error {
	all, err := selectOutages(v.ctx, v.tx, compliance.OutageQuery{})
	if err != nil {
		return err
	}
	for _, o := range all {
		e, err := o.Evidence()
		if err != nil {
			return err
		}
		if err := v.row(e, "outage", o.ConfirmedAt.UnixMilli(), &v.report.Unprotected.Outages); err != nil {
			return err
		}
	}
	return v.gone(compliance.EvidenceOutage, "outage", func(body []byte) (end int64, err error) {
		var e struct{ Outage compliance.Outage }
		if err := json.Unmarshal(body, &e); err != nil || e.Outage.Open() {
			return openEnd, err
		}
		return e.Outage.End.UnixMilli(), nil
	}, `SELECT DISTINCT id FROM ledger WHERE kind = 'outage' AND id NOT IN (SELECT id FROM outages)`)
}

func (v *verification) statements() error {
	err := query(v.ctx, v.tx, func(r *sql.Rows) error {
		var s compliance.Statement
		var body []byte
		if err := r.Scan(&body); err != nil {
			return err
		}
		if err := json.Unmarshal(body, &s); err != nil {
			v.report.problem("statement: %s", err)
			return nil
		}
		e, err := s.Evidence()
		if err != nil {
			return err
		}
		return v.row(e, "statement", s.At.UnixMilli(), &v.report.Unprotected.Statements)
	}, `SELECT body FROM statements ORDER BY id`)
	if err != nil {
		return err
	}
	never := func([]byte) (int64, error) { return openEnd, nil }
	return v.gone(compliance.EvidenceStatement, "statement", never,
		`SELECT DISTINCT id FROM ledger WHERE kind = 'statement' AND id NOT IN (SELECT id FROM statements)`)
}

func (v *verification) revisions() error {
	err := query(v.ctx, v.tx, func(r *sql.Rows) error {
		var n compliance.Notice
		var rev compliance.Revision
		var id string
		var number int
		var notice, wording []byte
		if err := r.Scan(&id, &number, &wording, &notice); err != nil {
			return err
		}
		if err := errors.Join(json.Unmarshal(notice, &n), unpack(wording, &rev)); err != nil || n.ID != id || rev.N != number {
			v.report.problem("wording %s is not what it is kept as", compliance.RevisionID(id, number))
			return nil
		}
		return v.revision(n, rev)
	}, `SELECT r.notice, r.n, r.body, n.body FROM revisions r JOIN notices n ON n.id = r.notice ORDER BY r.notice, r.n`)
	if err != nil {
		return err
	}
	return v.gone(compliance.EvidenceNotice, "wording", func(body []byte) (int64, error) {
		var e compliance.RevisionEvidence
		err := json.Unmarshal(body, &e)
		return e.Revision.FirstSeen.UnixMilli(), err
	}, `SELECT DISTINCT id FROM ledger WHERE kind = 'notice' AND id NOT IN (SELECT r.notice || '/r' || r.n FROM revisions r JOIN notices n ON n.id = r.notice)`)
}

// revision compares a wording with its leaf. The address of a notice may have changed since.
func (v *verification) revision(n compliance.Notice, rev compliance.Revision) error {
	l, found, err := v.latest(compliance.EvidenceNotice, compliance.RevisionID(n.ID, rev.N))
	if err != nil {
		return err
	}
	if found && !l.erased() {
		var then compliance.RevisionEvidence
		if _, body, err := l.evidence(); err == nil && json.Unmarshal(body, &then) == nil {
			n.URL = then.Notice.URL
		}
	}
	e, err := n.Evidence(rev)
	if err != nil {
		return err
	}
	return v.row(e, "wording", rev.FirstSeen.UnixMilli(), &v.report.Unprotected.Revisions)
}

// gone looks for leaves without a record. Retention may have taken what ended before its
// horizon; end tells from the evidence when that was.
func (v *verification) gone(kind, what string, end func(body []byte) (int64, error), stmt string) error {
	var ids []string
	err := query(v.ctx, v.tx, func(r *sql.Rows) error {
		var id string
		err := r.Scan(&id)
		ids = append(ids, id)
		return err
	}, stmt)
	if err != nil {
		return err
	}
	slices.Sort(ids)
	for _, id := range ids {
		l, _, err := v.latest(kind, id)
		if err != nil {
			return err
		}
		if l.erased() {
			continue
		}
		_, body, err := l.evidence()
		if err != nil {
			continue // told already
		}
		if at, err := end(body); err != nil || at >= v.horizon {
			v.report.problem("%s %s of leaf %d of log %d is gone", what, id, l.n, l.log)
		}
	}
	return nil
}

// hours compares the record of every sealed hour with its leaf, and its blocks with both.
func (v *verification) hours() error {
	topo, err := loadTopology(v.ctx, v.tx)
	if err != nil {
		return err
	}
	var all []hourRecord
	var sealed []int64
	err = query(v.ctx, v.tx, func(r *sql.Rows) error {
		var h hourRecord
		var at int64
		err := r.Scan(&h.hour, &h.version, &h.digest, &h.blocks, &h.expired, &at)
		all, sealed = append(all, h), append(sealed, at)
		return err
	}, `SELECT hour, version, digest, blocks, expired, sealed_ms FROM hours ORDER BY hour, version`)
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for i, h := range all {
		if err := v.ctx.Err(); err != nil {
			return err
		}
		v.step(1)
		known[h.id()] = true
		if err := v.hour(topo, h, sealed[i]); err != nil {
			return err
		}
	}
	v.few(v.report.Unprotected.Hours, v.first.Before.Hours, "sealed hours")
	return query(v.ctx, v.tx, func(r *sql.Rows) error {
		var id string
		if err := r.Scan(&id); err != nil {
			return err
		}
		if !known[id] {
			v.report.problem("hour %s has a leaf, but no record", id)
		}
		return nil
	}, `SELECT DISTINCT id FROM ledger WHERE kind = 'hour' ORDER BY id`)
}

func (h hourRecord) id() string { return compliance.HourID(fromMS(h.hour*hourMS), h.version) }

func (v *verification) hour(topo *topology, h hourRecord, sealed int64) error {
	var blocks []hourBlock
	if !h.expired {
		var err error
		if blocks, err = hourBlocks(v.ctx, v.tx, topo, h.hour, h.version); err != nil {
			v.report.problem("hour %s: %s", h.id(), err)
			return nil
		}
		v.report.Hours++
		v.report.Blocks += len(blocks)
	}
	now := sealedHour(h.hour, h.version, blocks)
	l, found, err := v.latest(compliance.EvidenceHour, h.id())
	if err != nil {
		return err
	}
	if !found {
		if v.report.Unprotected.Hours++; sealed > v.began.UnixMilli() {
			v.report.problem("hour %s has no leaf, though the log had begun", h.id())
		}
		return nil
	}
	if l.erased() {
		return nil
	}
	_, body, err := l.evidence()
	var e compliance.HourEvidence
	if err == nil {
		err = json.Unmarshal(body, &e)
	}
	if err != nil {
		return nil // told already
	}
	if e.Digest != fmt.Sprintf("%x", h.digest) || e.Blocks != h.blocks {
		v.report.problem("hour %s: its record is not what leaf %d of log %d says", h.id(), l.n, l.log)
	}
	if !h.expired && e.Digest != fmt.Sprintf("%x", now.Digest[:]) {
		v.blame(topo, h, e, blocks)
	}
	return nil
}

// blame names the blocks of an hour that are not those that were sealed.
func (v *verification) blame(topo *topology, h hourRecord, e compliance.HourEvidence, blocks []hourBlock) {
	var was [][]byte
	for at := range slices.Chunk(e.Locators, 8) {
		was = append(was, at)
	}
	named := false
	for _, b := range blocks {
		if slices.ContainsFunc(was, func(x []byte) bool { return bytes.Equal(x, b.digest[:8]) }) {
			continue
		}
		named = true
		v.report.problem("hour %s: the block of %s at %s was changed since it was sealed", h.id(), b.series.life.check.name, b.series.vantage)
	}
	if lost := len(was) - len(blocks); lost > 0 {
		v.report.problem("hour %s: %d blocks are missing%s", h.id(), lost, v.absent(topo, h, blocks))
		named = true
	}
	if !named {
		v.report.problem("hour %s: its blocks do not stand in the order in which they were sealed, or a digest agrees in its first 8 bytes alone", h.id())
	}
}

// absent names what was watched in an hour and has no block.
func (v *verification) absent(topo *topology, h hourRecord, blocks []hourBlock) (names string) {
	for _, s := range topo.series {
		if _, n := slotsIn(s, h.hour); n > 0 && !slices.ContainsFunc(blocks, func(b hourBlock) bool { return b.series == s }) {
			names += fmt.Sprintf(", %s at %s", s.life.check.name, s.vantage)
		}
	}
	return names
}
