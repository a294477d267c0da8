package store

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/ledger"
	"github.com/charterwatch/charterwatch/ledger/stamps"
)

// LedgerReport is what VerifyLedger found.
type LedgerReport struct {
	Logs        []LogReport
	Hours       int                    // sealed hours compared with their blocks, all versions
	Blocks      int                    // in them
	Expired     time.Time              // blocks before it were deleted as retention demands; zero: none
	Unprotected compliance.Unprotected // records from before the first log: nothing proves them
	Unsealed    int64                  // results whose hour is not sealed yet: nothing proves them yet
	Kept        int                    // checkpoints that others kept, and that the logs bear out
	Unsigned    bool                   // no public key was given: signatures were not checked
	Problems    []string               // at most maxProblems
}

// LogReport is what VerifyLedger found of one log.
type LogReport struct {
	Log         int64
	Origin      string // of its checkpoints; "" without any
	Began       time.Time
	Leaves      int64
	Erased      int64
	Checkpoints int
	Stamped     int    // of them have a time-stamp; whether its authority is to be trusted is not asked
	Covered     int64  // leaves under the latest checkpoint; later ones are not protected yet
	BrokeOff    string // of a log that another follows: what was lost
}

// OK says whether nothing is wrong.
func (r LedgerReport) OK() bool { return len(r.Problems) == 0 }

func (r *LedgerReport) problem(format string, args ...any) {
	if len(r.Problems) < maxProblems {
		r.Problems = append(r.Problems, fmt.Sprintf(format, args...))
	}
}

// VerifyLedger reads all logs and what they commit to. It rebuilds each tree from its leaves
// and compares it with the nodes stored, with every checkpoint recorded and with the checkpoint
// file; each body of evidence with its commitment; and the tables with their leaves: outages,
// wordings, statements, cases, and the blocks of sealed hours. Checkpoints must be signed by one of
// the public keys; without any, signatures are not looked at. Those that others kept show what no
// checkpoint in the same hands can: that the log was not rewritten and signed anew. progress, unless nil, is called now
// and then. Problems are in the report; an error means that it could not be made.
func (d *DB) VerifyLedger(ctx context.Context, public []string, progress func(done, total int64), kept ...KeptCheckpoint) (LedgerReport, error) {
	v := verification{others: kept, ctx: ctx, d: d, public: public, progress: progress, erased: map[int64]string{}, erasures: map[string]bool{}, files: map[int64][]byte{}, broken: map[int64]broken{}}
	v.report.Unsigned = len(public) == 0
	// Before the store: a monitor that runs may sign meanwhile.
	folder := ledger.Folder{Dir: d.points}
	newest, _, err := folder.Latest()
	if err != nil {
		return v.report, fmt.Errorf("verify the ledger: %w", err)
	}
	for log := int64(1); log <= newest; log++ {
		if signed, err := folder.Read(log); err == nil {
			v.files[log] = signed
		} else if !errors.Is(err, fs.ErrNotExist) {
			return v.report, fmt.Errorf("verify the ledger: %w", err)
		}
	}
	err = d.read(ctx, func(tx *sql.Tx) error {
		v.tx = tx
		for _, step := range []func() error{v.measure, v.logs, v.erasedOnes, v.rows, v.hours} {
			if err := step(); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return v.report, fmt.Errorf("verify the ledger: %w", err)
	}
	return v.report, nil
}

// verification is one run of VerifyLedger.
type verification struct {
	ctx         context.Context
	d           *DB
	tx          *sql.Tx
	public      []string
	progress    func(done, total int64)
	done, total int64
	report      LedgerReport
	files       map[int64][]byte // checkpoint files, by log
	others      []KeptCheckpoint
	broken      map[int64]broken // logs that another follows

	first    compliance.Genesis // of the first log in the store
	began    time.Time
	erased   map[int64]string // leaves without evidence, by key
	erasures map[string]bool  // "log/n" of what erasure leaves name
	horizon  int64            // records that ended by then may have been deleted, ms
	kept     int64            // records of then and later cannot have been: older hours are there
}

func (v *verification) step(n int64) {
	const often = 4096
	before := v.done / often
	if v.done += n; v.progress != nil && (v.done/often != before || v.done == v.total) {
		v.progress(v.done, v.total)
	}
}

// measure finds how much there is to do, and what is not sealed yet.
func (v *verification) measure() error {
	var leaves, hours int64
	err := query(v.ctx, v.tx, func(r *sql.Rows) error { return r.Scan(&leaves, &hours, &v.report.Unsealed) },
		`SELECT (SELECT COUNT(*) FROM ledger), (SELECT COUNT(*) FROM hours), (SELECT COUNT(*) FROM results WHERE slot >= (SELECT COALESCE(MAX(hour), -1) + 1 FROM hours) * 3600000)`)
	v.total = leaves + hours
	return err
}

func (v *verification) logs() error {
	var logs []int64
	err := query(v.ctx, v.tx, func(r *sql.Rows) error {
		var last int64
		err := r.Scan(&last)
		log, _ := splitLeaf(last)
		logs = append(logs, log)
		return err
	}, `SELECT MAX(key) FROM ledger GROUP BY key >> 40 ORDER BY 1`)
	if err != nil {
		return err
	}
	if err := v.followed(); err != nil {
		return err
	}
	v.unknown(logs)
	for _, log := range logs {
		t := &logCheck{v: v, report: LogReport{Log: log}, want: map[int64][]wanted{}}
		if err := t.run(); err != nil {
			return fmt.Errorf("log %d: %w", log, err)
		}
		v.report.Logs = append(v.report.Logs, t.report)
		if v.d.behind != nil && log == logs[len(logs)-1] {
			v.report.problem("%s", v.d.behind)
		}
	}
	if len(logs) == 0 {
		v.report.problem("there is no ledger")
	}
	return nil
}

// followed finds the logs that another follows, and what was signed over them last.
func (v *verification) followed() error {
	return query(v.ctx, v.tx, func(r *sql.Rows) error {
		var l leafRow
		if err := l.scan(r, false); err != nil {
			return err
		}
		var g compliance.Genesis
		_, body, err := l.evidence()
		if err != nil || json.Unmarshal(body, &g) != nil || g.Follows == "" {
			return nil // told later
		}
		c, err := v.open([]byte(g.Follows))
		if err != nil {
			v.report.problem("log %d: the checkpoint that it follows: %s", l.log, err)
			return nil
		}
		_, n := ledger.FirstOrigin(c.Origin)
		v.broken[n] = broken{g.Follows, c.Size}
		return nil
	}, leafWithBody+`WHERE key & ? = 0 AND kind = ? ORDER BY key`, int64(1<<leafBits-1), string(ledger.Genesis))
}

// broken is what a log that broke off was signed over last.
type broken struct {
	signed string
	size   int64
}

// open reads a checkpoint; with public keys one of them must have signed it.
func (v *verification) open(signed []byte) (ledger.Checkpoint, error) {
	if v.report.Unsigned {
		return ledger.Peek(signed)
	}
	return ledger.Open(signed, v.public...)
}

// wanted is a signed head that the tree must have at a size.
type wanted struct {
	root  ledger.Hash
	where string
	kept  bool // by somebody else
}

// logCheck checks one log.
type logCheck struct {
	v      *verification
	report LogReport
	tree   ledger.Verifier
	want   map[int64][]wanted
	nodes  []ledger.Node
	buf    []byte
}

func (t *logCheck) problem(format string, args ...any) {
	t.v.report.problem("log %d: %s", t.report.Log, fmt.Sprintf(format, args...))
}

func (t *logCheck) run() error {
	if err := t.checkpoints(); err != nil {
		return err
	}
	t.head(0)
	if err := t.stream(); err != nil {
		return err
	}
	t.report.Leaves = t.tree.Size()
	return t.end()
}

// atOnce is how many leaves are handed over at a time.
const atOnce = 512

// stream reads the log's leaves, and has them checked meanwhile.
func (t *logCheck) stream() error {
	type batch struct {
		rows  []leafRow
		bytes []byte // of their salts and bodies
	}
	full, empty, checked := make(chan *batch, 2), make(chan *batch, 3), make(chan error)
	for range cap(empty) {
		empty <- &batch{}
	}
	go func() {
		var err error
		for b := range full {
			for i := 0; i < len(b.rows) && err == nil; i++ {
				err = t.leaf(&b.rows[i])
			}
			b.rows, b.bytes = b.rows[:0], b.bytes[:0]
			empty <- b
		}
		checked <- err
	}()
	b := <-empty
	err := query(t.v.ctx, t.v.tx, func(r *sql.Rows) error {
		var l leafRow
		if err := l.scan(r, false); err != nil {
			return err
		}
		for _, part := range []*[]byte{&l.salt, &l.body} {
			if *part != nil {
				n := len(b.bytes)
				b.bytes = append(b.bytes, *part...)
				*part = b.bytes[n:len(b.bytes):len(b.bytes)]
			}
		}
		if b.rows = append(b.rows, l); len(b.rows) == atOnce {
			full <- b
			b = <-empty
		}
		return nil
	}, leafWithBody+`WHERE key >= ? AND key < ? ORDER BY key`, leafKey(t.report.Log, 0), leafKey(t.report.Log+1, 0))
	full <- b
	close(full)
	return errors.Join(err, <-checked)
}

// checkpoints collects what was signed.
func (t *logCheck) checkpoints() error {
	take := func(signed []byte, where string) {
		c, err := t.v.open(signed)
		if err != nil {
			t.problem("%s: %s", where, err)
			return
		}
		if t.report.Origin != "" && t.report.Origin != c.Origin {
			t.problem("%s is of %s, others are of %s", where, c.Origin, t.report.Origin)
		}
		t.report.Origin, t.report.Covered = c.Origin, max(t.report.Covered, c.Size)
		t.want[c.Size] = append(t.want[c.Size], wanted{root: c.Root, where: where})
	}
	err := query(t.v.ctx, t.v.tx, func(r *sql.Rows) error {
		var size int64
		var signed, stamp []byte
		if err := r.Scan(&size, &signed, &stamp); err != nil {
			return err
		}
		t.report.Checkpoints++
		take(signed, fmt.Sprintf("checkpoint %d", size))
		if stamp == nil {
			return nil
		}
		if _, err := stamps.Verify(stamp, signed); err != nil {
			t.problem("checkpoint %d: %s", size, err)
		}
		t.report.Stamped++
		return nil
	}, `SELECT size, signed, stamp FROM checkpoints WHERE log = ? ORDER BY size`, t.report.Log)
	if err != nil {
		return err
	}
	// The file of a log that broke off is of the store that was lost: the log that follows says so.
	if signed, ok := t.v.files[t.report.Log]; ok && string(signed) != t.v.broken[t.report.Log].signed {
		take(signed, ledger.Folder{Dir: t.v.d.points}.Path(t.report.Log))
	}
	t.others(take)
	return nil
}

// head compares the tree of so many leaves with what was signed.
func (t *logCheck) head(size int64) {
	if len(t.want) == 0 {
		return
	}
	for _, w := range t.want[size] {
		if root := t.tree.Root(); root != w.root {
			t.problem("%s was signed over %d leaves that are not those of the store", w.where, size)
		} else if w.kept {
			t.v.report.Kept++
		}
	}
	delete(t.want, size)
}

// leaf checks the next leaf.
func (t *logCheck) leaf(l *leafRow) error {
	v := t.v
	v.step(1)
	if l.n != t.tree.Size() {
		t.problem("leaf %d stands where leaf %d should: some are missing", l.n, t.tree.Size())
		return fmt.Errorf("leaf %d: %w", t.tree.Size(), errGap)
	}
	if err := l.leaf.Check(); err != nil {
		t.problem("leaf %d: %s", l.n, err)
	}
	if l.n == 0 {
		t.report.Began = l.leaf.At
	}
	var body []byte
	if l.erased() {
		t.report.Erased++
		v.erased[leafKey(l.log, l.n)] = fmt.Sprintf("log %d: leaf %d (%s %s)", l.log, l.n, l.leaf.Kind, l.leaf.ID)
	} else {
		var err error
		if _, body, err = l.evidence(); err != nil {
			t.problem("leaf %d (%s %s): %s", l.n, l.leaf.Kind, l.leaf.ID, err)
		}
	}
	switch l.leaf.Kind {
	case ledger.Genesis:
		t.genesis(l, body)
	case ledger.Erasure:
		v.erasures[l.leaf.ID] = true
	}
	t.buf = l.leaf.AppendBytes(t.buf[:0])
	t.tree.AddSubtree(0, ledger.LeafHash(t.buf), func(n ledger.Node) { t.nodes = append(t.nodes, n) })
	t.head(t.tree.Size())
	return nil
}

var errGap = errors.New("there is none")

// genesis notes how the log begins.
func (t *logCheck) genesis(l *leafRow, body []byte) {
	var g compliance.Genesis
	if err := json.Unmarshal(body, &g); err != nil || l.n != 0 || g.Log != l.log {
		t.problem("leaf %d is not how a log begins", l.n)
		return
	}
	if len(t.v.report.Logs) == 0 {
		t.v.first, t.v.began = g, l.leaf.At
	}
}

// end compares the nodes, and what was signed over more leaves than there are.
func (t *logCheck) end() error {
	var stored []ledger.Node
	err := query(t.v.ctx, t.v.tx, func(r *sql.Rows) error {
		var n ledger.Node
		var h sql.RawBytes
		if err := r.Scan(&n.Level, &n.N, &h); err != nil || len(h) != len(n.Hash) {
			return cmp.Or(err, errNode)
		}
		n.Hash = ledger.Hash(h)
		stored = append(stored, n)
		return nil
	}, `SELECT level, n, hash FROM ledger_nodes WHERE log = ? ORDER BY level, n`, t.report.Log)
	if err != nil {
		return err
	}
	have := map[[2]int64]ledger.Hash{}
	for _, n := range stored {
		have[[2]int64{int64(n.Level), n.N}] = n.Hash
	}
	for _, n := range t.nodes {
		if have[[2]int64{int64(n.Level), n.N}] != n.Hash {
			t.problem("leaves %d to %d do not have the hash on record", n.N<<n.Level, (n.N+1)<<n.Level-1)
		}
	}
	if len(stored) != len(t.nodes) {
		t.problem("%d nodes are stored, %d should be", len(stored), len(t.nodes))
	}
	for size, ws := range t.want {
		for _, w := range ws {
			t.problem("%s was signed over %d leaves, the store has %d", w.where, size, t.report.Leaves)
		}
	}
	t.report.Covered = min(t.report.Covered, t.report.Leaves)
	if b, ok := t.v.broken[t.report.Log]; ok {
		t.report.BrokeOff = fmt.Sprintf("signed over %d leaves, %d are there", b.size, t.report.Leaves)
	}
	return nil
}

// erasedOnes demands that another leaf says of each leaf without evidence that it was erased.
func (v *verification) erasedOnes() error {
	for key, name := range v.erased {
		log, n := splitLeaf(key)
		if !v.erasures[compliance.ErasureID(log, n)] {
			v.report.problem("%s: its evidence is gone, and no leaf says that it was erased", name)
		}
	}
	return nil
}

// latest is the newest leaf of a kind and id.
func (v *verification) latest(kind, id string) (l leafRow, found bool, err error) {
	err = query(v.ctx, v.tx, func(r *sql.Rows) error {
		found = true
		return l.scan(r, true)
	}, leafWithBody+`WHERE kind = ? AND id = ? ORDER BY key DESC LIMIT 1`, kind, id)
	return l, found, err
}

// row compares a record with its leaf. It counts those without a leaf; at is when it was made.
func (v *verification) row(e compliance.Evidence, what string, at int64, unprotected *int64) error {
	l, found, err := v.latest(e.Kind, e.ID)
	switch {
	case err != nil:
		return err
	case !found:
		if *unprotected++; at > v.began.UnixMilli() {
			v.report.problem("%s %s has no leaf, though the log had begun", what, e.ID)
		}
	case l.erased():
	default:
		if _, body, err := l.evidence(); err == nil && !bytes.Equal(body, e.Bytes) {
			v.report.problem("%s %s is not what leaf %d of log %d says", what, e.ID, l.n, l.log)
		}
	}
	return nil
}

// few tells of more unprotected records than there were when the log began.
func (v *verification) few(have, before int64, what string) {
	if have > before {
		v.report.problem("%d %s have no leaf, %d were there when the log began", have, what, before)
	}
}
