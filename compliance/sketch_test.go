package compliance

import (
	"bytes"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func TestSketchQuantiles(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		var s, parts Sketch
		n := 1 + rnd.IntN(3000)
		level := time.Duration(rnd.Int64N(int64(3 * time.Second)))
		all := make([]time.Duration, n)
		var part Sketch
		for i := range all {
			all[i] = noisyLatency(rnd, level)
			s.Add(all[i])
			if part.Add(all[i]); rnd.IntN(50) == 0 {
				parts.Merge(part)
				part = Sketch{}
			}
		}
		parts.Merge(part)
		slices.Sort(all)
		for _, q := range []float64{0, 0.01, 0.5, 0.95, 0.99, 1} {
			want := all[max(int(math.Ceil(q*float64(n)))-1, 0)]
			if got := s.Quantile(q); relativeError(got, want) > 0.02 {
				t.Fatalf("q%.2f of %d: %v, want %v", q, n, got, want)
			}
			if s.Quantile(q) != parts.Quantile(q) {
				t.Fatal("merging changed a quantile")
			}
		}
		data := s.Append([]byte("x"))
		back, rest, err := DecodeSketch(append(data[1:], "tail"...))
		if err != nil || string(rest) != "tail" || back.Count() != s.Count() || back.Quantile(0.95) != s.Quantile(0.95) {
			t.Fatalf("does not survive: %v", err)
		}
		if !bytes.Equal(parts.Append(nil), s.Append(nil)) {
			t.Fatal("equal sketches, other bytes")
		}
	}
}

func TestEmptySketch(t *testing.T) {
	var s Sketch
	if s.Quantile(0.5) != 0 || s.Count() != 0 {
		t.Fatal("an empty sketch knows something")
	}
	if back, rest, err := DecodeSketch(s.Append(nil)); err != nil || len(rest) != 0 || back.Count() != 0 {
		t.Fatal(err)
	}
}

func FuzzDecodeSketch(f *testing.F) {
	var s Sketch
	s.Add(0)
	s.Add(time.Second)
	f.Add(s.Append(nil))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, rest, err := DecodeSketch(data)
		if err != nil {
			if !errors.Is(err, ErrSketch) {
				t.Fatal(err)
			}
			return
		}
		back, _, err := DecodeSketch(s.Append(nil))
		if err != nil || back.Count() != s.Count() || len(rest) > len(data) {
			t.Fatalf("does not survive: %v", err)
		}
	})
}
