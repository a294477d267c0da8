package ledger

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// bundleOf is a bundle over leaves from..size-1 of a log, with all evidence but that of the
// leaves withheld.
func bundleOf(t testing.TB, k Key, from, size int64, withheld ...int64) Bundle {
	t.Helper()
	var v Verifier
	b := Bundle{Range: Range{From: from}}
	for i := range size {
		if i == from {
			b.Range.Edge = v.Edge()
		}
		kind, id, body := Outage, fmt.Sprintf("home@%d", i), fmt.Appendf(nil, `{"v":1,"outage":{"n":%d,"why":"<끝>\u2028"}}`, i)
		if i == size-1 {
			kind, id, body = Erasure, fmt.Sprintf("1/%d", from+1), []byte{0xff, 0xfe}
		}
		salt := Salt{byte(i), 7}
		leaf := Leaf{Kind: kind, ID: id, At: time.UnixMilli(1_795_000_000_000 + i), Commitment: Commit(kind, id, salt, body)}.Bytes()
		v.Add(leaf)
		if i < from {
			continue
		}
		b.Range.Leaves = append(b.Range.Leaves, leaf)
		if !slices.Contains(withheld, i) {
			b.Items = append(b.Items, Item{i, salt, body})
		}
	}
	var err error
	if b.Range.Checkpoint, err = k.Sign(Checkpoint{k.Origin(), size, v.Root()}); err != nil {
		t.Fatal(err)
	}
	return b
}

func TestBundleProvesAllThereIs(t *testing.T) {
	k, public := keys(t, origin)
	for _, from := range []int64{0, 1, 7, 8, 16, 36} {
		b := bundleOf(t, k, from, 40, from+1, from+2)
		b.Keys, b.Attachments = []string{public}, map[string]json.RawMessage{"note": json.RawMessage(`{"a": 1.50}`)}
		text, err := json.Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		var back Bundle
		if err := json.Unmarshal(text, &back); err != nil {
			t.Fatal(err)
		}
		v, err := back.Verify(public)
		if err != nil || len(v.Problems) > 0 || len(v.Entries) != int(40-from) || v.Checkpoint.Size != 40 {
			t.Fatalf("from %d: %+v %v", from, v.Problems, err)
		}
		for _, e := range v.Entries {
			want := InFull
			switch e.N {
			case 39: // the erasure, whatever else
			case from + 1:
				want = Erased
			case from + 2:
				want = Withheld
			}
			if it, _ := b.Item(e.N); e.Shown != want || !bytes.Equal(e.Body, it.Body) {
				t.Errorf("from %d: leaf %d is %s", from, e.N, e.Shown)
			}
		}
	}
}

// TestBundleFindsWhatWasDone changes a bundle in every way that matters.
func TestBundleFindsWhatWasDone(t *testing.T) {
	k, public := keys(t, origin)
	_, other := keys(t, origin)
	for name, c := range map[string]struct {
		spoil func(*Bundle)
		want  string
	}{
		"evidence": {func(b *Bundle) { b.Items[3].Body = []byte("{}") }, "leaf 13, outage home@13: its evidence was changed"},
		"salt":     {func(b *Bundle) { b.Items[3].Salt[0]++ }, "leaf 13"},
		"evidence moved": {func(b *Bundle) {
			b.Items[3].N, b.Items[3].Body = 14, b.Items[4].Body
			b.Items = slices.Delete(b.Items, 4, 5)
		}, "leaf 14"},
		"evidence twice":  {func(b *Bundle) { b.Items = slices.Insert(b.Items, 3, b.Items[3]) }, "out of order"},
		"evidence beyond": {func(b *Bundle) { b.Items[0].N = 3 }, "leaf 3: there is evidence of it"},
		"leaf":            {func(b *Bundle) { b.Range.Leaves[3] = b.Range.Leaves[4] }, "leaf 13, outage home@14: it and its evidence do not agree"},
		"leaf left out":   {func(b *Bundle) { b.Range.Leaves = slices.Delete(b.Range.Leaves, 3, 4) }, "are not all up to the checkpoint"},
		"leaf swapped":    {func(b *Bundle) { b.Range.Leaves[3], b.Range.Leaves[4] = b.Range.Leaves[4], b.Range.Leaves[3] }, "not those that were signed"},
		"edge":            {func(b *Bundle) { b.Range.Edge[0][0]++ }, "not those that were signed"},
		"edge shorter":    {func(b *Bundle) { b.Range.Edge = b.Range.Edge[1:] }, "an edge of"},
		"begins later":    {func(b *Bundle) { b.Range.From++; b.Range.Leaves = b.Range.Leaves[1:] }, ""},
		"checkpoint":      {func(b *Bundle) { b.Range.Checkpoint[len(origin)+2] ^= 1 }, "ledger"},
		"no leaf":         {func(b *Bundle) { b.Range.Leaves[3] = []byte("x") }, "not a leaf"},
	} {
		b := bundleOf(t, k, 10, 40)
		if c.spoil(&b); name == "" {
			continue
		}
		v, err := b.Verify(public)
		got := strings.Join(v.Problems, "\n")
		if err != nil {
			got += err.Error()
		}
		if got == "" || !strings.Contains(got, c.want) {
			t.Errorf("%s: want %q, got %q", name, c.want, got)
		}
	}
	if _, err := bundleOf(t, k, 10, 40).Verify(other); err == nil {
		t.Error("another's key proves it")
	}
}

func TestOrigins(t *testing.T) {
	for n, want := range map[int64]string{1: "a.example/charterwatch", 2: "a.example/charterwatch/2", 12: "a.example/charterwatch/12"} {
		if o := OriginOf("a.example/charterwatch", n); o != want {
			t.Errorf("%d: %s", n, o)
		}
		if first, m := FirstOrigin(want); first != "a.example/charterwatch" || m != n {
			t.Errorf("%s: %s %d", want, first, m)
		}
	}
}

func FuzzBundle(f *testing.F) {
	k, public := keys(f, origin)
	good := bundleOf(f, k, 5, 12, 7)
	text, err := json.Marshal(good)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte(`{"format":"charterwatch evidence 1","keys":[],"range":{"from":-1,"edge":["AA=="],"leaves":[],"checkpoint":""},"items":[]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var b Bundle
		if json.Unmarshal(text, &b) != nil {
			return
		}
		v, err := b.Verify(public)
		if err == nil {
			for _, e := range v.Entries {
				if i := e.N - good.Range.From; i < 0 || !bytes.Equal(e.Leaf.Bytes(), good.Range.Leaves[i]) {
					t.Fatalf("proves a leaf that is not in the log: %+v", e)
				}
				if it, ok := good.Item(e.N); e.Shown == InFull && ok && !bytes.Equal(it.Body, e.Body) {
					t.Fatalf("proves other evidence of leaf %d", e.N)
				}
			}
		}
		again, err := json.Marshal(b)
		if err != nil {
			t.Skip() // attachments that are no JSON of their own cannot come from a text
		}
		var c Bundle
		if err := json.Unmarshal(again, &c); err != nil || len(c.Items) != len(b.Items) || len(c.Range.Leaves) != len(b.Range.Leaves) {
			t.Fatalf("a bundle does not survive being written: %v", err)
		}
	})
}
