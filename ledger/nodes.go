package ledger

import (
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// Nodes reads what a log stores of its tree: count nodes of a level from the first on. Level 0
// are the leaves' hashes; above it only multiples of [TileHeight] are asked for, and only
// nodes whose leaves are all there. An error if one is missing.
type Nodes func(level int, first, count int64) ([]Hash, error)

// levels is the height of the tallest tree, in tiles.
const levels = 64 / TileHeight

// Load takes up the tree of the first size leaves, from fewer than 256 nodes of each stored
// level. It does not need the nodes of later leaves, and finds the tree as it was at any size.
func Load(size int64, stored Nodes) (Verifier, error) {
	var v Verifier
	for tile := levels - 1; tile >= 0; tile-- {
		level := tile * TileHeight
		first := size >> level >> TileHeight << TileHeight
		count := size>>level - first
		if count == 0 {
			continue
		}
		nodes, err := stored.read(level, first, count)
		if err != nil {
			return Verifier{}, fmt.Errorf("ledger: load a tree of %d leaves: %w", size, err)
		}
		for _, h := range nodes {
			v.AddSubtree(level, h, nil)
		}
	}
	return v, nil
}

func (f Nodes) read(level int, first, count int64) ([]Hash, error) {
	nodes, err := f(level, first, count)
	if err == nil && int64(len(nodes)) != count {
		err = fmt.Errorf("%d of the %d nodes of level %d from %d on are there", len(nodes), count, level, first)
	}
	return nodes, err
}

// ReadHashes implements [Hashes]: what is not stored is computed from what is, at most 128
// nodes for each.
func (f Nodes) ReadHashes(indexes []int64) ([]Hash, error) {
	out := make([]Hash, len(indexes))
	for i, x := range indexes {
		level, n := tlog.SplitStoredHashIndex(x)
		base := level / TileHeight * TileHeight
		width := int64(1) << (level - base)
		nodes, err := f.read(base, n*width, width)
		if err != nil {
			return nil, err
		}
		for len(nodes) > 1 {
			for j := range len(nodes) / 2 {
				nodes[j] = tlog.NodeHash(nodes[2*j], nodes[2*j+1])
			}
			nodes = nodes[:len(nodes)/2]
		}
		out[i] = nodes[0]
	}
	return out, nil
}
