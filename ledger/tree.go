package ledger

import (
	"fmt"
	"math/bits"
	"slices"

	"golang.org/x/mod/sumdb/tlog"
)

// Hash is a node of the tree (RFC 6962, SHA-256).
type Hash = tlog.Hash

// Hashes reads the nodes that were stored, by their indexes. It returns them in the order
// asked for, and an error if one is missing.
type Hashes interface {
	ReadHashes(indexes []int64) ([]Hash, error)
}

// Root is the tree's hash at a size; that of an empty tree is SHA-256 of nothing.
func Root(size int64, stored Hashes) (Hash, error) {
	root, err := tlog.TreeHash(size, stored)
	if err != nil {
		return Hash{}, fmt.Errorf("ledger: root of %d leaves: %w", size, err)
	}
	return root, nil
}

// LeafHash is the node of a leaf.
func LeafHash(leaf []byte) Hash { return tlog.RecordHash(leaf) }

// Consistent checks that the later tree continues the earlier one: the same leaves in the
// same order, and then more. stored are the later tree's nodes.
func Consistent(earlier, later Checkpoint, stored Hashes) error {
	switch {
	case earlier.Size > later.Size:
		return fmt.Errorf("ledger: a tree of %d leaves cannot continue one of %d", later.Size, earlier.Size)
	case earlier.Size == 0:
		return nil
	}
	proof, err := tlog.ProveTree(later.Size, earlier.Size, stored)
	if err != nil {
		return fmt.Errorf("ledger: prove that %d leaves continue %d: %w", later.Size, earlier.Size, err)
	}
	if err := tlog.CheckTree(proof, later.Size, later.Root, earlier.Size, earlier.Root); err != nil {
		return fmt.Errorf("ledger: the tree of %d leaves does not continue that of %d: %w", later.Size, earlier.Size, err)
	}
	return nil
}

// Verifier builds a tree from its leaves, in order, and keeps no more of it than its edge:
// a million leaves take a few kilobytes. The zero value is the empty tree. It is a value: a
// copy goes its own way.
type Verifier struct {
	size int64
	edge []Hash // roots of the perfect subtrees, the largest first; never changed in place
}

// VerifierAt takes up a tree of size leaves at its edge, as [Verifier.Edge] gave it.
func VerifierAt(size int64, edge []Hash) (Verifier, error) {
	if size < 0 || bits.OnesCount64(uint64(size)) != len(edge) {
		return Verifier{}, fmt.Errorf("ledger: a tree of %d leaves has an edge of %d hashes, not %d", size, bits.OnesCount64(uint64(max(size, 0))), len(edge))
	}
	return Verifier{size, slices.Clone(edge)}, nil
}

// Edge are the roots of the perfect subtrees that the tree consists of, the largest first.
func (v Verifier) Edge() []Hash { return slices.Clone(v.edge) }

// Add takes the next leaf.
func (v *Verifier) Add(leaf []byte) { v.AddHash(LeafHash(leaf)) }

// AddHash takes the next leaf's hash.
func (v *Verifier) AddHash(h Hash) { v.AddSubtree(0, h, nil) }

// Node is the root of a perfect subtree: the n-th of 2^Level leaves.
type Node struct {
	Level int
	N     int64
	Hash  Hash
}

// AddSubtree takes the root of the next 2^level leaves; the size must be a multiple of them.
// It calls complete, unless that is nil, for each perfect subtree of tile height that this
// completes, those of level 8, 16 and so on, smaller ones first; not for the one given.
func (v *Verifier) AddSubtree(level int, h Hash, complete func(Node)) {
	edge := make([]Hash, len(v.edge), len(v.edge)+1)
	copy(edge, v.edge)
	v.size += 1 << level
	for n := v.size >> level; n&1 == 0; n >>= 1 {
		last := len(edge) - 1
		h, edge, level = tlog.NodeHash(edge[last], h), edge[:last], level+1
		if complete != nil && level%TileHeight == 0 {
			complete(Node{level, v.size>>level - 1, h})
		}
	}
	v.edge = append(edge, h)
}

// TileHeight is how many levels of the tree lie between the nodes that are stored: 256 leaves
// make one, 256 of those the next.
const TileHeight = 8

// Size is how many leaves it took.
func (v Verifier) Size() int64 { return v.size }

// Root is the hash of the tree so far.
func (v Verifier) Root() Hash {
	if len(v.edge) == 0 {
		root, _ := tlog.TreeHash(0, nil) // reads nothing
		return root
	}
	root := v.edge[len(v.edge)-1]
	for i := len(v.edge) - 2; i >= 0; i-- {
		root = tlog.NodeHash(v.edge[i], root)
	}
	return root
}
