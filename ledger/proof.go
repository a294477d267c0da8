package ledger

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// Proof is a leaf's place in the tree of a signed checkpoint.
type Proof struct {
	Leaf       []byte // canonical bytes
	Index      int64
	Path       []Hash // from the leaf to the root
	Checkpoint []byte // signed
}

// Prove proves that leaf n is in the tree of a signed checkpoint of that size.
func Prove(n int64, leaf []byte, size int64, checkpoint []byte, stored Hashes) (Proof, error) {
	path, err := tlog.ProveRecord(size, n, stored)
	if err != nil {
		return Proof{}, fmt.Errorf("ledger: prove leaf %d of %d: %w", n, size, err)
	}
	return Proof{Leaf: leaf, Index: n, Path: path, Checkpoint: checkpoint}, nil
}

// Verify checks the proof against public keys, and returns what it proves.
func (p Proof) Verify(public ...string) (Leaf, Checkpoint, error) {
	c, err := Open(p.Checkpoint, public...)
	if err != nil {
		return Leaf{}, Checkpoint{}, err
	}
	l, err := ParseLeaf(p.Leaf)
	if err != nil {
		return Leaf{}, c, err
	}
	if err := tlog.CheckRecord(p.Path, c.Size, c.Root, p.Index, LeafHash(p.Leaf)); err != nil {
		return Leaf{}, c, fmt.Errorf("ledger: %s %s is not leaf %d of the tree of %d leaves that was signed: %w", l.Kind, l.ID, p.Index, c.Size, err)
	}
	return l, c, nil
}

const proofFormat = "c2sp.org/tlog-proof@v1"

// maxPath is the longest path of a tree of 2^62 leaves.
const maxPath = 62

// MarshalText writes the proof in the C2SP tlog-proof format; the leaf is its extra data.
func (p Proof) MarshalText() ([]byte, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\nextra %s\nindex %d\n", proofFormat, base64.StdEncoding.EncodeToString(p.Leaf), p.Index)
	for _, h := range p.Path {
		fmt.Fprintln(&b, base64.StdEncoding.EncodeToString(h[:]))
	}
	b.WriteByte('\n')
	b.Write(p.Checkpoint)
	return b.Bytes(), nil
}

// UnmarshalText reads a proof.
func (p *Proof) UnmarshalText(b []byte) error {
	head, checkpoint, ok := bytes.Cut(b, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	if !ok || len(lines) < 3 || lines[0] != proofFormat || len(lines)-3 > maxPath {
		return errors.New("ledger: not a proof of the format " + proofFormat)
	}
	strict := base64.StdEncoding.Strict()
	extra, found := strings.CutPrefix(lines[1], "extra ")
	leaf, err := strict.DecodeString(extra)
	if !found || err != nil {
		return errors.New("ledger: the proof holds no leaf")
	}
	number, found := strings.CutPrefix(lines[2], "index ")
	index, err := strconv.ParseInt(number, 10, 64)
	if !found || err != nil || index < 0 || strconv.FormatInt(index, 10) != number {
		return errors.New("ledger: the proof does not say which leaf it is of")
	}
	var path []Hash
	for _, l := range lines[3:] {
		h, err := strict.DecodeString(l)
		if err != nil || len(h) != len(Hash{}) {
			return errors.New("ledger: the proof's path holds something that is no hash")
		}
		path = append(path, Hash(h))
	}
	*p = Proof{Leaf: leaf, Index: index, Path: path, Checkpoint: checkpoint}
	return nil
}
