package export

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/ledger"
	"github.com/charterwatch/charterwatch/scanners"
)

// Ledger is where sealed evidence is read from. It may grow meanwhile.
type Ledger interface {
	// Bundle returns all leaves recorded from a time on up to the oldest checkpoint signed at or after
	// another, or the newest, with the evidence behind those that include lets through.
	Bundle(ctx context.Context, from, to time.Time, include func(kind, id string) bool) (ledger.Bundle, error)
	// Blocks calls fn for every hour of a span that has blocks, in order.
	Blocks(ctx context.Context, from, to time.Time, fn func(hour time.Time, blocks []compliance.SealedBlock) error) error
	// Settled is the instant from which on a checkpoint covers all that belongs to a span: when its last
	// hour was put on record for the first time, and what was erased of it erased.
	Settled(ctx context.Context, from, to time.Time) (time.Time, error)
	// SignedAt is when a checkpoint was signed.
	SignedAt(ctx context.Context, c ledger.Checkpoint) (time.Time, error)
}

// Kept is what was kept beside the ledger. [Config.Missing] tells its errors that something was
// not kept.
type Kept interface {
	Capture(ctx context.Context, outage string) (compliance.OutageCapture, error)
	NoticePage(ctx context.Context, digest string) (scanners.Page, error)
}

// Config of an [Exporter]. Ledger, Kept and Missing are required.
type Config struct {
	Ledger   Ledger
	Kept     Kept
	Missing  func(error) bool                   // an error of Kept says that there is none
	Progress func(what string, done, total int) // of hours; nil: nobody is told
}

// Request is what to export.
type Request struct {
	Query   Query
	Profile Profile
	Keys    []string // public keys of the ledger
	// Report is the JSON file of the month's report; nil: none is on record. It names people, so
	// that the masked profile withholds it.
	Report []byte
	// Uses are the pieces of evidence that a clause's verdict rests on, as "kind id", the first
	// recorded at Since; Observed says that it rests on what was observed hour by hour.
	Uses     []string
	Since    time.Time // zero: Query.From
	Observed bool
}

// Export writes an export. Memory holds the leaves of the stretch with their evidence, and an hour's
// blocks at a time.
func Export(ctx context.Context, w io.Writer, c Config, r Request) (Manifest, error) {
	e := exporter{Config: c, Request: r, zip: newArchive(w)}
	for _, step := range []func(context.Context) error{e.collect, e.choose, e.captures, e.copies, e.pages, e.report, e.blocks, e.evidence, e.index, e.manifest} {
		if err := step(ctx); err != nil {
			return e.m, fmt.Errorf("export evidence: %w", err)
		}
	}
	if err := e.zip.close(); err != nil {
		return e.m, fmt.Errorf("export evidence: %w", err)
	}
	return e.m, nil
}

// exporter is one export under way.
type exporter struct {
	Config
	Request
	zip    *archive
	m      Manifest
	log    int64 // number of the log
	bundle ledger.Bundle
	leaves []ledger.Leaf
	hidden []ledger.Item // chosen, and withheld for the names in them
	drawn  map[string]bool
	here   map[string]bool // of Uses, those that were found
	// wanted are the hours whose blocks are asked for, with the highest version that the bundle has.
	wanted map[time.Time]int64
}

// collect reads the stretch of the log: up to the first checkpoint that covers all of its hours.
func (e *exporter) collect(ctx context.Context) error {
	q := &e.Query
	end := q.To
	begin := q.From
	if !e.Since.IsZero() && e.Since.Before(begin) {
		begin = e.Since
	}
	var err error
	if !end.IsZero() {
		if end, err = e.Ledger.Settled(ctx, begin, q.To); err != nil {
			return err
		}
	}
	if e.bundle, err = e.Ledger.Bundle(ctx, begin, end, nil); err != nil {
		return err
	}
	e.bundle.Keys = e.Keys
	for i, b := range e.bundle.Range.Leaves {
		l, err := ledger.ParseLeaf(b)
		if err != nil {
			return fmt.Errorf("leaf %d: %w", e.bundle.Range.From+int64(i), err)
		}
		e.leaves = append(e.leaves, l)
	}
	point, err := ledger.Peek(e.bundle.Range.Checkpoint)
	if err != nil {
		return err
	}
	at, err := e.Ledger.SignedAt(ctx, point)
	if err != nil {
		return err
	}
	if q.To.IsZero() {
		q.To = at
	}
	if q.Sample > 0 && q.Seed == "" {
		q.Seed = seedOf(point)
	}
	_, e.log = ledger.FirstOrigin(point.Origin)
	e.zip.at = at.UTC()
	e.m = Manifest{Format: Format, Profile: e.Profile, At: at.UTC(), Checkpoint: string(e.bundle.Range.Checkpoint), Keys: e.Keys, Withheld: map[string]int{}}
	return nil
}

// seedOf is the seed that nobody chose: what stands in a checkpoint's third line.
func seedOf(c ledger.Checkpoint) string { return base64.StdEncoding.EncodeToString(c.Root[:]) }

func (e *exporter) leaf(n int64) ledger.Leaf { return e.leaves[n-e.bundle.Range.From] }

// choose decides which evidence is shown, which withheld, and which hours' blocks go with it.
func (e *exporter) choose(context.Context) error {
	q := e.Query
	if q.Sample > 0 {
		e.m.Drawn = draw(population(e.leaves, q.From, q.To), q.Sample, q.Seed)
		e.drawn = map[string]bool{}
		for _, name := range e.m.Drawn {
			e.drawn[name] = true
		}
	}
	e.m.Query = q
	e.wanted, e.here = map[time.Time]int64{}, map[string]bool{}
	var shown []ledger.Item
	for _, it := range e.bundle.Items {
		l := e.leaf(it.N)
		ok, err := e.chosen(l, it.Body)
		if err != nil {
			return fmt.Errorf("leaf %d: %w", it.N, err)
		}
		switch {
		case ok && e.Profile != Full && named(string(l.Kind)):
			e.hidden = append(e.hidden, it)
		case ok:
			shown = append(shown, it)
		}
	}
	e.bundle.Items = shown
	e.count()
	return nil
}

// count says in the manifest what is not shown.
func (e *exporter) count() {
	shown, erased := map[int64]bool{}, map[string]bool{}
	for _, it := range e.bundle.Items {
		shown[it.N] = true
	}
	for _, l := range e.leaves {
		if l.Kind == ledger.Erasure {
			erased[l.ID] = true
		}
	}
	for i, l := range e.leaves {
		switch n := e.bundle.Range.From + int64(i); {
		case shown[n]:
		case erased[compliance.ErasureID(e.log, n)]:
			e.m.Erased++
		default:
			e.m.Withheld[string(l.Kind)]++
		}
	}
	for _, name := range e.Uses {
		if kind, _, _ := strings.Cut(name, " "); kind != "hours" && !e.here[name] {
			e.m.Elsewhere = append(e.m.Elsewhere, name)
		}
	}
	slices.Sort(e.m.Elsewhere)
	e.m.Elsewhere = slices.Compact(e.m.Elsewhere)
}

// chosen says whether evidence is what was asked for. Of hours it notes the version.
func (e *exporter) chosen(l ledger.Leaf, body []byte) (bool, error) {
	q := e.Query
	if l.Kind == ledger.Hour {
		h, err := readHour(body)
		if err != nil {
			return false, err
		}
		ok := within(h.at, q.From.Truncate(time.Hour), q.To) && (q.Sample == 0 || e.drawn["hour "+h.Hour]) && (q.Clause == "" || e.Observed)
		if ok {
			e.wanted[h.at] = max(e.wanted[h.at], h.Version)
		}
		return ok, nil
	}
	name := string(l.Kind) + " " + l.ID
	switch {
	case l.Kind == ledger.Genesis:
		return true, nil
	case q.Sample > 0:
		return e.drawn[name], nil
	case q.Clause != "":
		return e.used(name, l.Kind, body), nil
	case q.Outage != "":
		return l.ID == q.Outage || l.Kind == ledger.Notice || l.Kind == ledger.Statement && bytes.Contains(body, []byte(`"`+q.Outage+`"`)), nil
	default:
		return true, nil
	}
}

// used says whether the clause's verdict rests on a piece of evidence, and notes that it is here. An
// import is used for the sake of cases in it.
func (e *exporter) used(name string, kind ledger.Kind, body []byte) bool {
	names := []string{name}
	var i struct{ Import compliance.CaseImport }
	if kind == ledger.Case && json.Unmarshal(body, &i) == nil {
		for _, c := range i.Import.Cases {
			names = append(names, "case "+string(c.Kind)+"/"+c.Ref)
		}
	}
	found := false
	for _, name := range names {
		if slices.Contains(e.Uses, name) {
			e.here[name], found = true, true
		}
	}
	return found
}

// captures adds the first failing answer of each outage that is shown.
func (e *exporter) captures(ctx context.Context) error {
	if e.Profile != Full {
		return nil
	}
	ids := map[string]string{} // by name of file
	for _, it := range e.bundle.Items {
		if l := e.leaf(it.N); l.Kind == ledger.Outage {
			ids[dirCaptures+fileName(l.ID)+".json"] = l.ID
		}
	}
	for _, name := range slices.Sorted(maps.Keys(ids)) {
		c, err := e.Kept.Capture(ctx, ids[name])
		if e.Missing(err) {
			continue
		}
		if err != nil {
			return err
		}
		if err := e.json(name, byNothing, c); err != nil {
			return err
		}
	}
	return nil
}

// unfit are characters that do not belong in the name of a file.
var unfit = regexp.MustCompile(`[^A-Za-z0-9._-]+`)

// fileName is an id as the name of a file: readable, and no other id's.
func fileName(id string) string {
	h := sha256.Sum256([]byte(id))
	return strings.TrimLeft(unfit.ReplaceAllString(id[:min(len(id), 80)], "_"), ".") + "-" + hex.EncodeToString(h[:4])
}

// copies adds a masked copy of each piece that is withheld for the names in it.
func (e *exporter) copies(context.Context) error {
	for _, it := range e.hidden {
		l := e.leaf(it.N)
		c := Copy{Format: CopyFormat, N: it.N, Kind: string(l.Kind), ID: l.ID, Masked: masked(it.Body)}
		if err := e.json(fmt.Sprintf("%s%012d.json", dirCopies, it.N), byNothing, c); err != nil {
			return err
		}
	}
	return nil
}

// pages adds the pages that the wordings shown were read from, and pictures of them.
func (e *exporter) pages(ctx context.Context) error {
	if e.Profile != Full {
		return nil
	}
	names := map[string]bool{}
	for _, it := range e.bundle.Items {
		if d := pageOf(e.leaf(it.N), it.Body); d != "" {
			names[d] = true
		}
	}
	for _, digest := range slices.Sorted(maps.Keys(names)) {
		p, err := e.Kept.NoticePage(ctx, digest)
		if e.Missing(err) {
			continue
		}
		if err != nil {
			return err
		}
		if len(p.Body) > 0 {
			if err := e.add(dirPages+digest+".page", byDigest, func(w io.Writer) error { return unzip(w, p.Body) }); err != nil {
				return err
			}
		}
		if len(p.Screenshot) > 0 {
			if err := e.add(dirPages+digest+".png", byNothing, func(w io.Writer) error { _, err := w.Write(p.Screenshot); return err }); err != nil {
				return err
			}
		}
	}
	return nil
}

// pageOf is the digest of the page that evidence of a wording names; "" of anything else.
func pageOf(l ledger.Leaf, body []byte) string {
	var r compliance.RevisionEvidence
	if l.Kind != ledger.Notice || json.Unmarshal(body, &r) != nil {
		return ""
	}
	return r.Revision.Page
}

func unzip(w io.Writer, b []byte) error {
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return err
	}
	_, err = io.Copy(w, io.LimitReader(z, maxFile))
	return err
}

func (e *exporter) report(context.Context) error {
	if e.Profile != Full || e.Report == nil {
		return nil
	}
	return e.add(nameReport, byItself, func(w io.Writer) error { _, err := w.Write(e.Report); return err })
}

// blocks adds the blocks of the hours that are asked for, and says of which hours there are none.
func (e *exporter) blocks(ctx context.Context) error {
	var hours []time.Time
	if q := e.Query; q.Sample > 0 || q.Clause != "" && !e.Observed {
		hours = slices.SortedFunc(maps.Keys(e.wanted), time.Time.Compare)
	} else {
		for h := q.From.Truncate(time.Hour); h.Before(q.To); h = h.Add(time.Hour) {
			hours = append(hours, h.UTC())
		}
	}
	for i, at := range hours {
		if err := ctx.Err(); err != nil {
			return err
		}
		if e.Progress != nil {
			e.Progress(at.Format(compliance.HourLayout), i+1, len(hours))
		}
		if err := e.hour(ctx, at); err != nil {
			return err
		}
	}
	return nil
}

func (e *exporter) hour(ctx context.Context, at time.Time) error {
	last, sealed := e.wanted[at]
	if !sealed {
		e.absent(at, NotSealed)
		return nil
	}
	found := false
	err := e.Ledger.Blocks(ctx, at, at.Add(time.Hour), func(_ time.Time, blocks []compliance.SealedBlock) error {
		h := Hour{Format: HourFormat, Hour: at.Format(compliance.HourLayout)}
		for _, b := range blocks {
			if b.Version <= last {
				h.Blocks = append(h.Blocks, b)
			}
		}
		found = true
		return e.json(dirBlocks+h.Hour+".json", byLeaf, h)
	})
	if err == nil && !found {
		e.absent(at, Expired)
	}
	return err
}

func (e *exporter) absent(at time.Time, why string) {
	if n := len(e.m.Absent); n > 0 && e.m.Absent[n-1].To.Equal(at) && e.m.Absent[n-1].Why == why {
		e.m.Absent[n-1].To = at.Add(time.Hour)
		return
	}
	e.m.Absent = append(e.m.Absent, Absent{at, at.Add(time.Hour), why})
}

func (e *exporter) evidence(context.Context) error {
	return e.json(nameEvidence, byLeaf, e.bundle)
}

func (e *exporter) index(context.Context) error {
	return e.add(nameIndex, byNothing, func(w io.Writer) error { return writeIndex(w, e.m) })
}

// manifest is not listed in itself.
func (e *exporter) manifest(context.Context) error {
	e.m.Files = e.zip.files
	b, err := json.MarshalIndent(e.m, "", "  ")
	if err != nil {
		return err
	}
	return e.zip.add(nameManifest, byNothing, func(w io.Writer) error { _, err := w.Write(append(b, '\n')); return err })
}

func (e *exporter) json(name string, by shown, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return e.add(name, by, func(w io.Writer) error { _, err := w.Write(append(b, '\n')); return err })
}

func (e *exporter) add(name string, by shown, write func(io.Writer) error) error {
	err := e.zip.add(name, by, write)
	e.m.Files = e.zip.files
	return err
}

// archive is a zip whose bytes depend on its content alone.
type archive struct {
	zip   *zip.Writer
	at    time.Time
	files []File
}

func newArchive(w io.Writer) *archive { return &archive{zip: zip.NewWriter(w)} }

// add writes a file. Files come in the order of their names.
func (a *archive) add(name string, by shown, write func(io.Writer) error) error {
	if n := len(a.files); n > 0 && a.files[n-1].Name >= name {
		return fmt.Errorf("%s comes after %s", name, a.files[n-1].Name)
	}
	w, err := a.zip.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: a.at})
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	sum := sha256.New()
	n := counter{w: io.MultiWriter(w, sum)}
	if err := write(&n); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	a.files = append(a.files, File{Name: name, Size: n.n, SHA256: hex.EncodeToString(sum.Sum(nil)), ShownBy: by})
	return nil
}

func (a *archive) close() error { return a.zip.Close() }

// counter counts what is written.
type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.n += int64(n)
	return n, err
}
