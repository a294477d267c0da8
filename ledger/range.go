package ledger

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
)

// Range is all leaves of a log from one on up to a signed checkpoint, in order. With the
// tree's left edge before them they give the checkpoint's root: so each of them is in the log,
// and between them nothing was left out.
type Range struct {
	From       int64    // number of the first leaf
	Edge       []Hash   // of the tree of the leaves before it, [Verifier.Edge]
	Leaves     [][]byte // canonical bytes
	Checkpoint []byte   // signed, over exactly From plus these leaves
}

// Verify checks the range against public keys and returns what it proves. The error says why
// it proves nothing.
func (r Range) Verify(public ...string) ([]Leaf, Checkpoint, error) {
	c, err := Open(r.Checkpoint, public...)
	if err != nil {
		return nil, Checkpoint{}, err
	}
	v, err := VerifierAt(r.From, r.Edge)
	if err != nil {
		return nil, c, err
	}
	if c.Size != r.From+int64(len(r.Leaves)) {
		return nil, c, fmt.Errorf("ledger: the leaves %d to %d are not all up to the checkpoint of %d", r.From, r.From+int64(len(r.Leaves))-1, c.Size)
	}
	leaves := make([]Leaf, len(r.Leaves))
	for i, b := range r.Leaves {
		if leaves[i], err = ParseLeaf(b); err != nil {
			return nil, c, fmt.Errorf("leaf %d: %w", r.From+int64(i), err)
		}
		v.Add(b)
	}
	if v.Root() != c.Root {
		return nil, c, fmt.Errorf("ledger: the leaves %d to %d are not those that were signed: one was changed, left out or put in", r.From, c.Size-1)
	}
	return leaves, c, nil
}

// rangeJSON is the form of a range: leaves and checkpoint are text, hashes base64.
type rangeJSON struct {
	From       int64    `json:"from"`
	Edge       []string `json:"edge"`
	Leaves     []string `json:"leaves"`
	Checkpoint string   `json:"checkpoint"`
}

// MarshalJSON writes the range: {"from", "edge", "leaves", "checkpoint"}.
func (r Range) MarshalJSON() ([]byte, error) {
	out := rangeJSON{From: r.From, Edge: []string{}, Leaves: []string{}, Checkpoint: string(r.Checkpoint)}
	for _, h := range r.Edge {
		out.Edge = append(out.Edge, base64.StdEncoding.EncodeToString(h[:]))
	}
	for _, l := range r.Leaves {
		out.Leaves = append(out.Leaves, string(l))
	}
	return compact(out)
}

// compact is JSON as short as it goes, with nothing escaped that need not be.
func compact(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// UnmarshalJSON reads a range. What it proves is for [Range.Verify] to find out.
func (r *Range) UnmarshalJSON(b []byte) error {
	var in rangeJSON
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		return fmt.Errorf("ledger: not a range of leaves: %w", err)
	}
	if in.From < 0 || len(in.Edge) > maxPath+1 {
		return errors.New("ledger: not a range of leaves: it begins nowhere")
	}
	out := Range{From: in.From, Checkpoint: []byte(in.Checkpoint)}
	for _, s := range in.Edge {
		h, err := base64.StdEncoding.Strict().DecodeString(s)
		if err != nil || len(h) != len(Hash{}) {
			return errors.New("ledger: not a range of leaves: its edge holds something that is no hash")
		}
		out.Edge = append(out.Edge, Hash(h))
	}
	for _, l := range in.Leaves {
		out.Leaves = append(out.Leaves, []byte(l))
	}
	*r = out
	return nil
}
