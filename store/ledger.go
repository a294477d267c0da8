package store

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/ledger"
)

// The key of a leaf: log<<40 | its number.
const leafBits = 40

func leafKey(log, n int64) int64 { return log<<leafBits | n }

func splitLeaf(key int64) (log, n int64) { return key >> leafBits, key & (1<<leafBits - 1) }

// grown is the log in force and its tree: the edge alone, so it is copied freely. log 0: none.
type grown struct {
	log  int64
	tree ledger.Verifier
}

// openLedger loads the tree, compares it with the checkpoint file, and begins the first log
// where there is none.
func (d *DB) openLedger(ctx context.Context) error {
	if err := d.compare(ctx, d.writer); err != nil || d.behind != nil || d.grownNow().log != 0 {
		return err
	}
	before, err := present(ctx, d.writer)
	if err != nil {
		return err
	}
	return d.begin(ctx, compliance.Genesis{Log: 1, Before: before})
}

// begin begins a log.
func (d *DB) begin(ctx context.Context, g compliance.Genesis) error {
	e, err := g.Evidence()
	if err != nil {
		return err
	}
	err = d.record(ctx, func(a *applier) error {
		a.grown = grown{log: g.Log}
		return a.leaf(e)
	})
	if err != nil {
		return fmt.Errorf("begin log %d: %w", g.Log, err)
	}
	return nil
}

// present counts the records that a log could be of.
func present(ctx context.Context, q querier) (n compliance.Unprotected, err error) {
	err = query(ctx, q, func(r *sql.Rows) error { return r.Scan(&n.Outages, &n.Revisions, &n.Statements, &n.Hours) },
		`SELECT (SELECT COUNT(*) FROM outages), (SELECT COUNT(*) FROM revisions), (SELECT COUNT(*) FROM statements), (SELECT COUNT(*) FROM hours)`)
	return n, err
}

// loadLedger finds the log in force and takes up its tree.
func loadLedger(ctx context.Context, q querier) (g grown, err error) {
	var last int64
	err = query(ctx, q, func(r *sql.Rows) error { return r.Scan(&last) }, `SELECT COALESCE(MAX(key), 0) FROM ledger`)
	if err != nil || last == 0 {
		return g, err
	}
	log, n := splitLeaf(last)
	g.log = log
	g.tree, err = ledger.Load(n+1, nodesOf(ctx, q, log))
	return g, err
}

// nodesOf reads a log's tree.
func nodesOf(ctx context.Context, q querier, log int64) ledger.Nodes {
	return func(level int, first, count int64) (out []ledger.Hash, err error) {
		out = make([]ledger.Hash, 0, count)
		if level > 0 {
			err = query(ctx, q, func(r *sql.Rows) error {
				var h sql.RawBytes
				if err := r.Scan(&h); err != nil || len(h) != len(ledger.Hash{}) {
					return cmp.Or(err, errNode)
				}
				out = append(out, ledger.Hash(h))
				return nil
			}, `SELECT hash FROM ledger_nodes WHERE log = ? AND level = ? AND n >= ? AND n < ? ORDER BY n`, log, level, first, first+count)
			return out, err
		}
		err = query(ctx, q, func(r *sql.Rows) error {
			var l leafRow
			if err := l.scan(r, false); err != nil {
				return err
			}
			out = append(out, ledger.LeafHash(l.leaf.Bytes()))
			return nil
		}, leafColumns+`WHERE key >= ? AND key < ? ORDER BY key`, leafKey(log, first), leafKey(log, first+count))
		return out, err
	}
}

var errNode = errors.New("damaged node of the ledger")

const leafColumns = `SELECT key, kind, id, at_ms, commitment, salt, NULL FROM ledger `
const leafWithBody = `SELECT key, kind, id, at_ms, commitment, salt, body FROM ledger `

// leafRow is a leaf as stored.
type leafRow struct {
	log, n int64
	leaf   ledger.Leaf
	salt   []byte // nil: erased
	body   []byte // packed
}

// scan reads a row; with keep it owns what it read.
func (l *leafRow) scan(r *sql.Rows, keep bool) error {
	var key, at int64
	var kind string
	var commitment, salt, body sql.RawBytes
	if err := r.Scan(&key, &kind, &l.leaf.ID, &at, &commitment, &salt, &body); err != nil {
		return err
	}
	l.leaf.Kind = ledger.Kind(kind)
	l.log, l.n = splitLeaf(key)
	if len(commitment) != len(l.leaf.Commitment) {
		return fmt.Errorf("leaf %d of log %d: its commitment has %d bytes", l.n, l.log, len(commitment))
	}
	l.leaf.At, l.leaf.Commitment = fromMS(at), ledger.Commitment(commitment)
	l.salt, l.body = salt, body
	if keep {
		l.salt, l.body = bytes.Clone(salt), bytes.Clone(body)
	}
	return nil
}

// erased says whether the evidence was taken away.
func (l *leafRow) erased() bool { return l.salt == nil }

// evidence unpacks the body and compares it with the commitment.
func (l *leafRow) evidence() (salt ledger.Salt, body []byte, err error) {
	if len(l.salt) != len(salt) {
		return salt, nil, fmt.Errorf("its salt has %d bytes", len(l.salt))
	}
	salt = ledger.Salt(l.salt)
	if body, err = inflate(l.body); err != nil {
		return salt, nil, err
	}
	if ledger.Commit(l.leaf.Kind, l.leaf.ID, salt, body) != l.leaf.Commitment {
		return salt, body, errors.New("its evidence is not what it commits to")
	}
	return salt, body, nil
}

// leaf appends a leaf for evidence, in the applier's transaction. The tree in memory follows
// when that is durable.
func (a *applier) leaf(e compliance.Evidence) error {
	if a.d.behind != nil {
		return a.d.behind
	}
	salt := ledger.NewSalt()
	leaf := ledger.Leaf{Kind: ledger.Kind(e.Kind), ID: e.ID, At: fromMS(a.d.now().UnixMilli())}
	leaf.Commitment = ledger.Commit(leaf.Kind, leaf.ID, salt, e.Bytes)
	if err := leaf.Check(); err != nil {
		return refusal{err}
	}
	key := leafKey(a.grown.log, a.grown.tree.Size())
	if err := a.exec(a.d.st.leaf, key, e.Kind, e.ID, leaf.At.UnixMilli(), leaf.Commitment[:], salt[:], a.d.packer.pack(e.Bytes)); err != nil {
		return fmt.Errorf("append %s %s to the ledger: %w", e.Kind, e.ID, err)
	}
	var complete []ledger.Node
	a.grown.tree.AddSubtree(0, ledger.LeafHash(leaf.Bytes()), func(n ledger.Node) { complete = append(complete, n) })
	for _, n := range complete {
		_, err := a.tx.ExecContext(a.ctx, `INSERT INTO ledger_nodes (log, level, n, hash) VALUES (?, ?, ?, ?)`, a.grown.log, n.Level, n.N, n.Hash[:])
		if err != nil {
			return fmt.Errorf("append to the ledger's nodes: %w", err)
		}
	}
	return nil
}

// leafNew is leaf, unless the latest leaf of this kind and id commits to the same evidence.
func (a *applier) leafNew(e compliance.Evidence) error {
	rows, err := a.tx.StmtContext(a.ctx, a.d.st.lastLeaf).QueryContext(a.ctx, e.Kind, e.ID)
	if err != nil {
		return err
	}
	var last leafRow
	found := rows.Next()
	if found {
		err = last.scan(rows, true)
	}
	if err = errors.Join(err, rows.Err(), rows.Close()); err != nil {
		return err
	}
	if found && len(last.salt) == len(ledger.Salt{}) &&
		ledger.Commit(last.leaf.Kind, last.leaf.ID, ledger.Salt(last.salt), e.Bytes) == last.leaf.Commitment {
		return nil
	}
	return a.leaf(e)
}

// leafInserted is leaf for a row that was there not before.
func (a *applier) leafInserted(r sql.Result, evidence func() (compliance.Evidence, error)) error {
	n, err := r.RowsAffected()
	if err != nil || n == 0 {
		return err
	}
	e, err := evidence()
	if err != nil {
		return refusal{err}
	}
	return a.leaf(e)
}

// packer packs evidence. It is reused: a new compressor takes longer than all else that a leaf
// costs.
type packer struct {
	buf bytes.Buffer
	zip *gzip.Writer
}

// worthPacking is from which size on packing is tried, in bytes.
const worthPacking = 600

// pack packs evidence where that makes it shorter. Evidence is JSON: it never begins as gzip
// does. The result is good until the next call.
func (p *packer) pack(b []byte) []byte {
	if len(b) < worthPacking {
		return b
	}
	p.buf.Reset()
	if p.zip == nil {
		p.zip, _ = gzip.NewWriterLevel(&p.buf, gzip.BestSpeed) // a level that there is
	} else {
		p.zip.Reset(&p.buf)
	}
	if _, err := p.zip.Write(b); err != nil || p.zip.Close() != nil || p.buf.Len() >= len(b) {
		return b
	}
	return p.buf.Bytes()
}

// maxEvidence bounds what is unpacked, in bytes: a damaged row must not fill the memory.
const maxEvidence = 64 << 20

// inflate unpacks evidence; what is not packed it returns itself.
func inflate(b []byte) ([]byte, error) {
	if len(b) < 2 || b[0] != 0x1f || b[1] != 0x8b {
		return b, nil
	}
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	out, err := io.ReadAll(io.LimitReader(z, maxEvidence+1))
	if err == nil && len(out) > maxEvidence {
		err = errors.New("evidence without end")
	}
	return out, err
}
