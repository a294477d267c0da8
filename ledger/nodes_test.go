package ledger

import (
	"fmt"
	"slices"
	"testing"
)

// tiles is a log as a store keeps it: leaf hashes, and the nodes of every eighth level.
type tiles struct {
	tree   Verifier
	stored map[int][]Hash
}

func (s *tiles) add(leaf []byte) {
	h := LeafHash(leaf)
	s.stored[0] = append(s.stored[0], h)
	s.tree.AddSubtree(0, h, func(n Node) {
		if int64(len(s.stored[n.Level])) != n.N {
			panic(fmt.Sprintf("node %d of level %d comes after %d", n.N, n.Level, len(s.stored[n.Level])))
		}
		s.stored[n.Level] = append(s.stored[n.Level], n.Hash)
	})
}

func (s *tiles) read(level int, first, count int64) ([]Hash, error) {
	nodes := s.stored[level]
	if first+count > int64(len(nodes)) {
		return nil, fmt.Errorf("no node %d of level %d", first+count-1, level)
	}
	return slices.Clone(nodes[first : first+count]), nil
}

func TestTilesAreEnough(t *testing.T) {
	const size = 256*256 + 700
	s := tiles{stored: map[int][]Hash{}}
	sizes := map[int64]Hash{}
	for i := range int64(size + 1) {
		switch i {
		case 0, 1, 2, 255, 256, 257, 511, 512, 4096, 40_000, 65_535, 65_536, 65_537, size:
			sizes[i] = s.tree.Root()
		}
		s.add(leafOf(int(i)))
	}
	if len(s.stored[8]) != size/256 || len(s.stored[16]) != 1 || len(s.stored) != 3 {
		t.Fatalf("%d and %d nodes", len(s.stored[8]), len(s.stored[16]))
	}
	for n, want := range sizes {
		v, err := Load(n, s.read)
		if err != nil || v.Root() != want || v.Size() != n {
			t.Fatalf("loaded at %d: %v", n, err)
		}
		again, err := VerifierAt(n, v.Edge())
		if err != nil || again.Root() != want {
			t.Fatalf("resumed at %d: %v", n, err)
		}
		root, err := Root(n, Nodes(s.read))
		if err != nil || root != want {
			t.Fatalf("root of %d: %v", n, err)
		}
	}
	k, public := keys(t, origin)
	cp, err := k.Sign(Checkpoint{origin, size, sizes[size]})
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int64{0, 255, 256, 30_000, 65_535, 65_536, size - 1} {
		p, err := Prove(n, leafOf(int(n)), size, cp, Nodes(s.read))
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := p.Verify(public); err != nil {
			t.Errorf("leaf %d: %v", n, err)
		}
	}
	s.stored[8] = s.stored[8][:100]
	if _, err := Load(size-1, s.read); err == nil {
		t.Error("a tree without its nodes is loaded")
	}
	if _, err := VerifierAt(3, make([]Hash, 1)); err == nil {
		t.Error("an edge that is too short passes")
	}
}
