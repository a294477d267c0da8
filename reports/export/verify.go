package export

import (
	"archive/zip"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/ledger"
)

// ErrForeign says that a file is no export.
var ErrForeign = errors.New("not an export of evidence")

// What a verifier reads at most, in bytes and files: hostile bytes must not fill the memory.
const (
	maxFile  = 512 << 20
	maxHour  = 64 << 20
	maxFiles = 100_000
)

// Checked is what an export was found to show.
type Checked struct {
	Manifest Manifest
	Ledger   ledger.Verified
	OwnKeys  bool     // no key was given: it was checked with those that it brought along
	Hours    int      // versions of sealed hours whose blocks have the digest that was sealed
	Blocks   int      // in them
	Bare     []string // sealed hours that were asked for, whose blocks are not here
	Pages    int      // that have the digest which evidence names
	Redrawn  bool     // the sample is the one that its seed draws
	Report   []byte   // the month's report; nil: none is here
	Problems []string // each names what is not as it was
}

// OK says whether nothing is wrong.
func (c Checked) OK() bool { return len(c.Problems) == 0 }

// Verify checks an export against public keys, or, without any, against those that it brought
// along. An error says that its evidence proves nothing, and joins with what else was found; it wraps
// ErrForeign when the file is no export at all.
func Verify(r io.ReaderAt, size int64, public ...string) (Checked, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return Checked{}, fmt.Errorf("%w: %w", ErrForeign, err)
	}
	v := verification{files: map[string]*zip.File{}, hours: map[string][]compliance.HourEvidence{}}
	if err := v.open(z); err != nil {
		return v.Checked, err
	}
	text := v.evidence()
	var b ledger.Bundle
	if err := json.Unmarshal(text, &b); err != nil {
		return v.Checked, fmt.Errorf("%s: %w", nameEvidence, err)
	}
	keys := public
	if v.OwnKeys = len(keys) == 0; v.OwnKeys {
		keys = b.Keys
	}
	v.Ledger, err = b.Verify(keys...)
	if err != nil {
		return v.Checked, err
	}
	v.Problems = append(v.Problems, v.Ledger.Problems...)
	if string(b.Range.Checkpoint) != v.Manifest.Checkpoint {
		v.problem("%s names another checkpoint than %s", nameManifest, nameEvidence)
	}
	v.learn()
	v.content()
	v.sample()
	v.bare()
	return v.Checked, nil
}

// verification is one run of Verify.
type verification struct {
	Checked
	files map[string]*zip.File
	hours map[string][]compliance.HourEvidence // by hour, versions that the bundle shows in full
	pages map[string]bool                      // digests that evidence names
}

func (v *verification) problem(format string, args ...any) {
	v.Problems = append(v.Problems, fmt.Sprintf(format, args...))
}

// open reads the manifest and compares the files that are there with those that it lists.
func (v *verification) open(z *zip.Reader) error {
	if len(z.File) > maxFiles {
		return fmt.Errorf("%w: it has %d files", ErrForeign, len(z.File))
	}
	for _, f := range z.File {
		if v.files[f.Name] != nil {
			v.problem("%s is there twice", f.Name)
		}
		v.files[f.Name] = f
	}
	m := v.files[nameManifest]
	if m == nil {
		return fmt.Errorf("%w: it has no %s", ErrForeign, nameManifest)
	}
	b, err := read(m, maxHour)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, &v.Manifest); err != nil {
		return fmt.Errorf("%s: %w", nameManifest, err)
	}
	if v.Manifest.Format != Format {
		return fmt.Errorf("%w: its format is %q, not %q", ErrForeign, v.Manifest.Format, Format)
	}
	listed := map[string]bool{nameManifest: true}
	v.Manifest.Files = slices.DeleteFunc(v.Manifest.Files, func(f File) bool {
		twice := listed[f.Name]
		if twice {
			v.problem("%s is listed twice", f.Name)
		}
		listed[f.Name] = true
		return twice
	})
	for _, f := range v.Manifest.Files {
		if v.files[f.Name] == nil {
			v.problem("%s is listed, and is not there", f.Name)
		}
	}
	for _, f := range z.File {
		if !listed[f.Name] {
			v.problem("%s is there, and is not listed", f.Name)
		}
	}
	return nil
}

// read reads a file. What could be read comes with the error.
func read(f *zip.File, most int64) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.Name, err)
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, most+1))
	if err == nil && int64(len(b)) > most {
		err = errors.New("it is too large")
	}
	if err != nil {
		return b, fmt.Errorf("%s: %w", f.Name, err)
	}
	return b, nil
}

// checked reads a file and compares it with the manifest. nil: it is not there or cannot be read.
func (v *verification) checked(f File, most int64) []byte {
	z := v.files[f.Name]
	if z == nil {
		return nil
	}
	b, err := read(z, most)
	if err != nil {
		v.problem("%s: it is damaged", err)
		return nil
	}
	if sum := sha256.Sum256(b); int64(len(b)) != f.Size || hex.EncodeToString(sum[:]) != f.SHA256 {
		v.problem("%s: it is not the file that the manifest lists", f.Name)
	}
	return b
}

// evidence is the bundle's text.
func (v *verification) evidence() []byte {
	for _, f := range v.Manifest.Files {
		if f.Name == nameEvidence {
			return v.checked(f, maxFile)
		}
	}
	return nil
}

// learn takes from the evidence what blocks and pages must be.
func (v *verification) learn() {
	v.pages = map[string]bool{}
	for _, e := range v.Ledger.Entries {
		if e.Shown != ledger.InFull {
			continue
		}
		if d := pageOf(e.Leaf, e.Body); d != "" {
			v.pages[d] = true
		}
		if e.Leaf.Kind != ledger.Hour {
			continue
		}
		h, err := readHour(e.Body)
		if err != nil {
			v.problem("leaf %d, %s %s: %s", e.N, e.Leaf.Kind, e.Leaf.ID, err)
			continue
		}
		v.hours[h.Hour] = append(v.hours[h.Hour], h.HourEvidence)
	}
}

// content checks all files but the evidence.
func (v *verification) content() {
	for _, f := range v.Manifest.Files {
		if f.Name == nameEvidence {
			continue
		}
		hour, isHour := strings.CutPrefix(f.Name, dirBlocks)
		page, isPage := strings.CutPrefix(f.Name, dirPages)
		most := int64(maxFile)
		if isHour {
			most = maxHour
		}
		b := v.checked(f, most)
		switch {
		case b == nil:
		case isHour:
			v.hour(f.Name, strings.TrimSuffix(hour, ".json"), b)
		case isPage && strings.HasSuffix(page, ".page"):
			v.page(f.Name, strings.TrimSuffix(page, ".page"), b)
		case f.Name == nameReport:
			v.Report = b
		}
	}
}

func (v *verification) page(name, digest string, b []byte) {
	if sum := sha256.Sum256(b); hex.EncodeToString(sum[:]) != digest || !v.pages[digest] {
		v.problem("%s: no evidence names this page", name)
		return
	}
	v.Pages++
}

// hour compares the blocks of an hour with the versions that were sealed.
func (v *verification) hour(name, hour string, text []byte) {
	var h Hour
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&h); err != nil || h.Format != HourFormat {
		v.problem("%s: it holds no blocks of an hour", name)
		return
	}
	at, err := time.Parse(compliance.HourLayout, h.Hour)
	if err != nil || h.Hour != hour {
		v.problem("%s: it holds blocks of another hour, %q", name, h.Hour)
		return
	}
	if !slices.IsSortedFunc(h.Blocks, inOrder) {
		v.problem("%s: its blocks are not in order", name)
	}
	versions := v.hours[hour]
	if len(versions) == 0 {
		v.problem("%s: no evidence says what these blocks must be", name)
		return
	}
	for _, s := range versions {
		v.version(h, at, s)
	}
	last := slices.MaxFunc(versions, func(a, b compliance.HourEvidence) int { return cmp.Compare(a.Version, b.Version) })
	for _, b := range h.Blocks {
		if b.Version > last.Version {
			v.problem("hour %s: a block of %s at %s is of version %d, which was not sealed here", hour, b.Check, b.Vantage, b.Version)
		}
	}
}

// inOrder orders blocks by series and version.
func inOrder(a, b compliance.SealedBlock) int {
	return cmp.Or(cmp.Compare(a.Series, b.Series), cmp.Compare(a.Version, b.Version))
}

// version compares the blocks of a version with its digest, and names those that do not fit.
func (v *verification) version(h Hour, at time.Time, s compliance.HourEvidence) {
	blocks := h.of(s.Version)
	sums := digests(blocks)
	sum := compliance.HourDigest(at, s.Version, sums)
	if hex.EncodeToString(sum[:]) == s.Digest {
		v.Hours++
		v.Blocks += len(blocks)
		return
	}
	id := compliance.HourID(at, s.Version)
	was := slices.Collect(slices.Chunk(s.Locators, 8))
	named := false
	for i, b := range blocks {
		if slices.ContainsFunc(was, func(x []byte) bool { return bytes.Equal(x, sums[i][:8]) }) {
			continue
		}
		named = true
		v.problem("hour %s: the block of %s at %s is not the one that was sealed", id, b.Check, b.Vantage)
	}
	if n := len(was) - len(blocks); n != 0 {
		named = true
		v.problem("hour %s: it was sealed with %d blocks, here are %d", id, len(was), len(blocks))
	}
	if !named {
		v.problem("hour %s: its blocks do not have the digest that was sealed, though each is one of them", id)
	}
}

// sample draws again.
func (v *verification) sample() {
	q := v.Manifest.Query
	if q.Sample == 0 {
		return
	}
	var leaves []ledger.Leaf
	for _, e := range v.Ledger.Entries {
		leaves = append(leaves, e.Leaf)
	}
	seed := q.Seed
	if !q.Given && seed != seedOf(v.Ledger.Checkpoint) {
		v.problem("the sample's seed is not the checkpoint's root, though it is said to be")
	}
	drawn := draw(population(leaves, q.From, q.To), q.Sample, seed)
	v.Redrawn = slices.Equal(drawn, v.Manifest.Drawn)
	if !v.Redrawn {
		v.problem("the sample is not the one that its seed draws")
	}
	shown := map[string]bool{}
	for _, e := range v.Ledger.Entries {
		id := e.Leaf.ID
		if e.Leaf.Kind == ledger.Hour {
			id, _, _ = strings.Cut(id, "/")
		}
		if name := string(e.Leaf.Kind) + " " + id; e.Shown == ledger.Withheld && slices.Contains(drawn, name) && !shown[name] {
			shown[name] = true
			v.problem("%s was drawn, and its evidence is withheld", name)
		}
	}
}

// bare lists the sealed hours that were asked for and have no blocks. Those of which the manifest
// does not say so are a problem.
func (v *verification) bare() {
	q := v.Manifest.Query
	for _, e := range v.Ledger.Entries {
		if e.Leaf.Kind != ledger.Hour {
			continue
		}
		hour, _, _ := strings.Cut(e.Leaf.ID, "/")
		at, err := time.Parse(compliance.HourLayout, hour)
		asked := err == nil && within(at, q.From.Truncate(time.Hour), q.To) && q.Clause == "" &&
			(q.Sample == 0 || slices.Contains(v.Manifest.Drawn, string(kindHour)+" "+hour))
		if !asked || v.files[dirBlocks+hour+".json"] != nil || slices.Contains(v.Bare, hour) {
			continue
		}
		v.Bare = append(v.Bare, hour)
		told := slices.ContainsFunc(v.Manifest.Absent, func(a Absent) bool { return a.Why == Expired && within(at, a.From, a.To) })
		if !told {
			v.problem("hour %s was sealed and asked for: neither are its blocks here, nor does %s say why", hour, nameManifest)
		}
	}
}
