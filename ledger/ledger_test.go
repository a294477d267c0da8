package ledger

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// nodes is a tree in memory.
type nodes []Hash

func (n nodes) ReadHashes(indexes []int64) ([]Hash, error) {
	out := make([]Hash, len(indexes))
	for i, x := range indexes {
		if x >= int64(len(n)) {
			return nil, fmt.Errorf("no node %d", x)
		}
		out[i] = n[x]
	}
	return out, nil
}

func leafOf(i int) []byte {
	id := fmt.Sprintf("home@%d", i)
	return Leaf{Kind: Outage, ID: id, At: time.UnixMilli(1_795_000_000_000 + int64(i)), Commitment: Commit(Outage, id, Salt{byte(i)}, []byte("evidence"))}.Bytes()
}

// grown is a tree of size leaves.
func grown(t testing.TB, size int) nodes {
	var tree nodes
	for i := range size {
		more, err := tlog.StoredHashes(int64(i), leafOf(i), tree)
		if err != nil {
			t.Fatal(err)
		}
		tree = append(tree, more...)
	}
	return tree
}

const origin = "watch.example.or.kr/charterwatch"

func keys(t testing.TB, of string) (Key, string) {
	private, public, err := NewKey(of)
	if err != nil {
		t.Fatal(err)
	}
	k, err := ParseKey(private + "\n")
	if err != nil {
		t.Fatal(err)
	}
	return k, public
}

func signed(t testing.TB, k Key, size int, tree nodes) []byte {
	root, err := Root(int64(size), tree)
	if err != nil {
		t.Fatal(err)
	}
	b, err := k.Sign(Checkpoint{origin, int64(size), root})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestLeafIsCanonical(t *testing.T) {
	l := Leaf{Kind: Outage, ID: "homepage@20261124", At: time.UnixMilli(1_795_392_000_123).UTC(), Commitment: Commit(Outage, "homepage@20261124", Salt{}, nil)}
	b := l.Bytes()
	const want = "charterwatch leaf 1\noutage\n2026-11-23T00:00:00.123Z\n"
	if !strings.HasPrefix(string(b), want) || !strings.HasSuffix(string(b), "\nhomepage@20261124\n") {
		t.Errorf("%q", b)
	}
	if got, err := ParseLeaf(b); err != nil || got != l {
		t.Errorf("%+v %v", got, err)
	}
	for name, bad := range map[string]string{
		"no kind":         strings.Replace(string(b), "outage", "outrage", 1),
		"upper case":      strings.Replace(string(b), "2026-11-23T00", "2026-11-23t00", 1),
		"another zone":    strings.Replace(string(b), "Z\n", "+00:00\n", 1),
		"one line more":   string(b) + "\n",
		"no end":          strings.TrimSuffix(string(b), "\n"),
		"another version": strings.Replace(string(b), "leaf 1", "leaf 2", 1),
		"a short digest":  strings.Replace(string(b), fmt.Sprintf("%x", l.Commitment[:]), "00", 1),
		"big letters":     strings.Replace(string(b), fmt.Sprintf("%x", l.Commitment[:]), fmt.Sprintf("%X", l.Commitment[:]), 1),
	} {
		if _, err := ParseLeaf([]byte(bad)); err == nil {
			t.Errorf("%s is a leaf", name)
		}
	}
	for name, spoil := range map[string]func(*Leaf){
		"two lines": func(l *Leaf) { l.ID = "a\nb" }, "no id": func(l *Leaf) { l.ID = "" }, "microseconds": func(l *Leaf) { l.At = l.At.Add(time.Microsecond) },
		"a novel": func(l *Leaf) { l.ID = strings.Repeat("a", maxID+1) },
	} {
		bad := l
		if spoil(&bad); bad.Check() == nil {
			t.Errorf("%s pass", name)
		}
	}
}

func TestCommitmentsDiffer(t *testing.T) {
	seen := map[Commitment]string{}
	for name, c := range map[string]Commitment{
		"plain": Commit(Outage, "a", Salt{}, []byte("b")), "salt": Commit(Outage, "a", Salt{1}, []byte("b")), "kind": Commit(Notice, "a", Salt{}, []byte("b")),
		"id": Commit(Outage, "b", Salt{}, []byte("b")), "evidence": Commit(Outage, "a", Salt{}, []byte("c")), "shifted": Commit(Outage, "ab", Salt{}, nil),
	} {
		if other, twice := seen[c]; twice {
			t.Errorf("%s and %s are one", name, other)
		}
		seen[c] = name
	}
}

func TestVerifierBuildsTheSameTree(t *testing.T) {
	tree := grown(t, 70)
	var v Verifier
	for i := range 71 {
		root, err := Root(int64(i), tree)
		if err != nil || v.Root() != root || v.Size() != int64(i) {
			t.Fatalf("size %d: %v", i, err)
		}
		v.Add(leafOf(i))
	}
}

func TestEveryLeafCanBeProved(t *testing.T) {
	k, public := keys(t, origin)
	tree := grown(t, 33)
	for size := 1; size <= 33; size++ {
		cp := signed(t, k, size, tree)
		for i := range size {
			p, err := Prove(int64(i), leafOf(i), int64(size), cp, tree)
			if err != nil {
				t.Fatal(err)
			}
			text, _ := p.MarshalText()
			var back Proof
			if err := back.UnmarshalText(text); err != nil {
				t.Fatal(err)
			}
			l, c, err := back.Verify(public)
			if err != nil || l.ID != fmt.Sprintf("home@%d", i) || c.Size != int64(size) {
				t.Fatalf("leaf %d of %d: %+v %v", i, size, l, err)
			}
		}
	}
}

// TestNoOtherProofPasses: change any byte of a proof, and it is refused, or it is read as the
// same proof.
func TestNoOtherProofPasses(t *testing.T) {
	k, public := keys(t, origin)
	tree := grown(t, 20)
	p, err := Prove(7, leafOf(7), 20, signed(t, k, 20, tree), tree)
	if err != nil {
		t.Fatal(err)
	}
	text, _ := p.MarshalText()
	for i := range text {
		for _, flip := range []byte{1, 0x20, 0x80} {
			bad := slices.Clone(text)
			bad[i] ^= flip
			var q Proof
			if err := q.UnmarshalText(bad); err != nil {
				continue
			}
			if l, c, err := q.Verify(public); err == nil {
				t.Fatalf("byte %d (%q) changed, and it proves %+v in %+v", i, text[i], l, c)
			}
		}
	}
	if len(text) > 2048 {
		t.Errorf("a proof of %d bytes", len(text))
	}
}

func TestCheckpointsAreSignedForTheirOwnLog(t *testing.T) {
	k, public := keys(t, origin)
	other, otherPublic := keys(t, "other.example/log")
	tree := grown(t, 3)
	cp := signed(t, k, 3, tree)
	if c, err := Open(cp, otherPublic, public); err != nil || c.Size != 3 || c.Origin != origin {
		t.Errorf("%+v %v", c, err)
	}
	if _, err := Open(cp, otherPublic); !errors.Is(err, ErrUnsigned) {
		t.Errorf("%v", err)
	}
	if _, err := other.Sign(Checkpoint{Origin: origin}); err == nil {
		t.Error("a key signs for another log")
	}
	// Signed only by a witness, however trusted, it is not the log's word.
	both, err := k.Sign(Checkpoint{origin, 3, Hash{}}, other)
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.SplitAfter(both, []byte("\n"))
	for i, l := range lines {
		if bytes.Contains(l, []byte("— "+origin)) {
			lines = slices.Delete(lines, i, i+1)
			break
		}
	}
	if _, err := Open(bytes.Join(lines, nil), public, otherPublic); !errors.Is(err, ErrUnsigned) {
		t.Errorf("%v", err)
	}
	if _, err := ParseKey("PRIVATE+KEY+canary"); err == nil || strings.Contains(err.Error(), "canary") {
		t.Errorf("%v", err)
	}
}

func TestLaterTreeContinuesTheEarlier(t *testing.T) {
	tree := grown(t, 40)
	at := func(n int, tree nodes) Checkpoint {
		root, err := Root(int64(n), tree)
		if err != nil {
			t.Fatal(err)
		}
		return Checkpoint{origin, int64(n), root}
	}
	for _, sizes := range [][2]int{{0, 40}, {1, 40}, {7, 13}, {32, 33}, {40, 40}} {
		if err := Consistent(at(sizes[0], tree), at(sizes[1], tree), tree); err != nil {
			t.Errorf("%v: %v", sizes, err)
		}
	}
	if err := Consistent(at(40, tree), at(7, tree), tree); err == nil {
		t.Error("a shorter tree continues a longer one")
	}
	// A history that was rewritten.
	var other nodes
	for i := range 40 {
		leaf := leafOf(i)
		if i == 5 {
			leaf = leafOf(500)
		}
		more, err := tlog.StoredHashes(int64(i), leaf, other)
		if err != nil {
			t.Fatal(err)
		}
		other = append(other, more...)
	}
	if err := Consistent(at(20, tree), at(40, other), other); err == nil {
		t.Error("a rewritten history continues the old one")
	}
	if err := Consistent(at(5, tree), at(40, other), other); err != nil {
		t.Errorf("what came before it was changed is the same: %v", err)
	}
}

func FuzzProof(f *testing.F) {
	k, public := keys(f, origin)
	tree := grown(f, 9)
	for i := range 9 {
		p, err := Prove(int64(i), leafOf(i), 9, signed(f, k, 9, tree), tree)
		if err != nil {
			f.Fatal(err)
		}
		text, _ := p.MarshalText()
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var p Proof
		if p.UnmarshalText(b) != nil {
			return
		}
		if l, _, err := p.Verify(public); err == nil && !bytes.Equal(l.Bytes(), leafOf(int(p.Index))) {
			t.Fatalf("proves a leaf that is not in the tree: %+v", l)
		}
		text, err := p.MarshalText()
		var q Proof
		if err != nil || q.UnmarshalText(text) != nil || q.Index != p.Index || !slices.Equal(q.Path, p.Path) {
			t.Fatal("a proof does not survive being written")
		}
	})
}

// BenchmarkVerifyMillion rebuilds the root of a million leaves.
func BenchmarkVerifyMillion(b *testing.B) {
	leaf := leafOf(int(rand.Int32()))
	for b.Loop() {
		var v Verifier
		for range 1_000_000 {
			v.Add(leaf)
		}
		_ = v.Root()
	}
}
