package ledger

import (
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// Hash is a node of the tree (RFC 6962, SHA-256).
type Hash = tlog.Hash

// Hashes reads the nodes that were stored, by their indexes. It returns them in the order
// asked for, and an error if one is missing.
type Hashes interface {
	ReadHashes(indexes []int64) ([]Hash, error)
}

// Append returns the nodes that a leaf adds to a tree of size leaves, and the index of the
// first: they are stored one after the other.
func Append(size int64, leaf []byte, stored Hashes) (nodes []Hash, first int64, err error) {
	nodes, err = tlog.StoredHashes(size, leaf, stored)
	if err != nil {
		return nil, 0, fmt.Errorf("ledger: append leaf %d: %w", size, err)
	}
	return nodes, tlog.StoredHashCount(size), nil
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

// LeafIndex is where a leaf's node is stored.
func LeafIndex(n int64) int64 { return tlog.StoredHashIndex(0, n) }

// StoredHashes is how many nodes a tree of size leaves has stored.
func StoredHashes(size int64) int64 { return tlog.StoredHashCount(size) }

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
// a million leaves take a few kilobytes.
type Verifier struct {
	size int64
	edge []Hash // roots of the perfect subtrees, the largest first
}

// Add takes the next leaf.
func (v *Verifier) Add(leaf []byte) { v.AddHash(LeafHash(leaf)) }

// AddHash takes the next leaf's hash.
func (v *Verifier) AddHash(h Hash) {
	v.edge = append(v.edge, h)
	v.size++
	for n := v.size; n&1 == 0; n >>= 1 {
		i := len(v.edge)
		v.edge = append(v.edge[:i-2], tlog.NodeHash(v.edge[i-2], v.edge[i-1]))
	}
}

// Size is how many leaves it took.
func (v *Verifier) Size() int64 { return v.size }

// Root is the hash of the tree so far.
func (v *Verifier) Root() Hash {
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
