package ledger

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// BundleFormat is how a bundle begins.
const BundleFormat = "charterwatch evidence 1"

// Bundle is evidence in one file: all leaves of a stretch of a log, what lies behind those of
// them that are shown, and whatever is attached. It needs nothing but public keys to be checked.
type Bundle struct {
	Keys  []string // public keys of the log, for readers; who checks must know them from elsewhere
	Range Range
	Items []Item // by number of leaf
	// Attachments are for the reader and are proved by nothing but what they refer to.
	Attachments map[string]json.RawMessage
}

// Item is the evidence behind one leaf.
type Item struct {
	N    int64
	Salt Salt
	Body []byte
}

// Shown says whether a leaf's evidence is in a bundle.
type Shown string

// What a bundle says of a leaf.
const (
	InFull   Shown = "in full"  // with its evidence, which is what the leaf commits to
	Withheld Shown = "withheld" // the leaf alone
	Erased   Shown = "erased"   // and another leaf says so
	Changed  Shown = "changed"  // the evidence is not what the leaf commits to
)

// Entry is one leaf of a bundle.
type Entry struct {
	N     int64
	Leaf  Leaf
	Shown Shown
	Body  []byte // of InFull and Changed
}

// Verified is what a bundle proves.
type Verified struct {
	Checkpoint Checkpoint
	From       int64
	Entries    []Entry  // every leaf, in order
	Problems   []string // each names its leaf
}

// Verify checks the bundle against public keys. An error means that nothing is proved: the
// checkpoint is not signed by one of them, or the leaves are not those that it was signed over.
// Otherwise each leaf is what it was, all are there, and problems name those whose evidence in
// the bundle is not what they commit to.
func (b Bundle) Verify(public ...string) (Verified, error) {
	leaves, c, err := b.Range.Verify(public...)
	if err != nil {
		return Verified{}, errors.Join(err, b.suspects())
	}
	v := Verified{Checkpoint: c, From: b.Range.From}
	erased := map[string]bool{}
	for i, l := range leaves {
		v.Entries = append(v.Entries, Entry{N: v.From + int64(i), Leaf: l, Shown: Withheld})
		if l.Kind == Erasure {
			erased[l.ID] = true
		}
	}
	for i, it := range b.Items {
		at := it.N - v.From
		switch {
		case at < 0 || at >= int64(len(v.Entries)):
			v.Problems = append(v.Problems, fmt.Sprintf("leaf %d: there is evidence of it, but it is not in the range", it.N))
			continue
		case i > 0 && b.Items[i-1].N >= it.N:
			v.Problems = append(v.Problems, fmt.Sprintf("leaf %d: its evidence is out of order, or there twice", it.N))
			continue
		}
		e := &v.Entries[at]
		e.Shown, e.Body = InFull, it.Body
		if Commit(e.Leaf.Kind, e.Leaf.ID, it.Salt, it.Body) != e.Leaf.Commitment {
			e.Shown = Changed
			v.Problems = append(v.Problems, fmt.Sprintf("leaf %d, %s %s: its evidence was changed", e.N, e.Leaf.Kind, e.Leaf.ID))
		}
	}
	_, number := FirstOrigin(c.Origin)
	for i := range v.Entries {
		if e := &v.Entries[i]; e.Shown == Withheld && erased[fmt.Sprintf("%d/%d", number, e.N)] {
			e.Shown = Erased
		}
	}
	return v, nil
}

// suspects names the leaves that do not agree with their evidence: when the tree does not come
// out right, one of them is likely why.
func (b Bundle) suspects() error {
	var errs []error
	for _, it := range b.Items {
		at := it.N - b.Range.From
		if at < 0 || at >= int64(len(b.Range.Leaves)) {
			continue
		}
		l, err := ParseLeaf(b.Range.Leaves[at])
		if err == nil && Commit(l.Kind, l.ID, it.Salt, it.Body) != l.Commitment {
			errs = append(errs, fmt.Errorf("leaf %d, %s %s: it and its evidence do not agree", it.N, l.Kind, l.ID))
		}
	}
	return errors.Join(errs...)
}

// OriginOf names log number n of whoever names the first one origin.
func OriginOf(origin string, n int64) string {
	if n <= 1 {
		return origin
	}
	return fmt.Sprintf("%s/%d", origin, n)
}

// FirstOrigin takes an origin apart: how the first log was named, and the number of this one.
func FirstOrigin(origin string) (first string, n int64) {
	i := strings.LastIndexByte(origin, '/')
	if n, err := strconv.ParseInt(origin[i+1:], 10, 64); i >= 0 && err == nil && n > 1 {
		return origin[:i], n
	}
	return origin, 1
}

type bundleJSON struct {
	Format      string                     `json:"format"`
	Keys        []string                   `json:"keys"`
	Range       Range                      `json:"range"`
	Items       []itemJSON                 `json:"items"`
	Attachments map[string]json.RawMessage `json:"attachments,omitempty"`
}

// itemJSON carries evidence byte for byte: as a string where it is UTF-8, in base64 otherwise.
type itemJSON struct {
	N    int64   `json:"n"`
	Salt string  `json:"salt"` // base64
	Body *string `json:"body,omitempty"`
	Raw  *string `json:"body64,omitempty"`
}

// MarshalJSON writes the bundle. The same bundle always gives the same bytes.
func (b Bundle) MarshalJSON() ([]byte, error) {
	out := bundleJSON{BundleFormat, b.Keys, b.Range, []itemJSON{}, b.Attachments}
	if out.Keys == nil {
		out.Keys = []string{}
	}
	for _, it := range b.Items {
		j := itemJSON{N: it.N, Salt: base64.StdEncoding.EncodeToString(it.Salt[:])}
		if s := string(it.Body); utf8.ValidString(s) {
			j.Body = &s
		} else {
			s = base64.StdEncoding.EncodeToString(it.Body)
			j.Raw = &s
		}
		out.Items = append(out.Items, j)
	}
	return compact(out)
}

// UnmarshalJSON reads a bundle. What it proves is for [Bundle.Verify] to find out.
func (b *Bundle) UnmarshalJSON(text []byte) error {
	var in bundleJSON
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		return fmt.Errorf("ledger: not a bundle of evidence: %w", err)
	}
	if in.Format != BundleFormat {
		return fmt.Errorf("ledger: not a bundle of the format %q", BundleFormat)
	}
	out := Bundle{Keys: in.Keys, Range: in.Range, Attachments: in.Attachments}
	strict := base64.StdEncoding.Strict()
	for _, j := range in.Items {
		salt, err := strict.DecodeString(j.Salt)
		if err != nil || len(salt) != len(Salt{}) || (j.Body == nil) == (j.Raw == nil) {
			return fmt.Errorf("ledger: not a bundle of evidence: that of leaf %d is incomplete", j.N)
		}
		it := Item{N: j.N, Salt: Salt(salt)}
		if j.Body != nil {
			it.Body = []byte(*j.Body)
		} else if it.Body, err = strict.DecodeString(*j.Raw); err != nil {
			return fmt.Errorf("ledger: not a bundle of evidence: that of leaf %d is no base64", j.N)
		}
		out.Items = append(out.Items, it)
	}
	*b = out
	return nil
}

// Item returns the evidence of a leaf, and whether the bundle has it.
func (b Bundle) Item(n int64) (Item, bool) {
	i, ok := slices.BinarySearchFunc(b.Items, n, func(it Item, n int64) int { return cmp.Compare(it.N, n) })
	if !ok {
		return Item{}, false
	}
	return b.Items[i], true
}
