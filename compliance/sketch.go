package compliance

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"
)

// Sketch is a histogram of durations on a logarithmic scale: any quantile it gives is
// within 2 % of a duration that has that rank. Sketches merge without further error, so the
// percentiles of a month come from those of its days. The zero value is empty and ready.
// A Sketch is not safe for concurrent use.
type Sketch struct {
	first  int      // bucket of counts[0]
	counts []uint32 // dense; few dozens of buckets hold a day of a real site
	total  uint64
}

const (
	sketchStep    = 0.0396 // a little below 2*ln(1.02)
	maxSketchStep = 800    // beyond MaxLatency
	sketchVersion = 1
)

// ErrSketch is wrapped by every error of [DecodeSketch].
var ErrSketch = errors.New("not a latency sketch")

// sketchBucket quantises; bucket 0 is no time at all.
func sketchBucket(d time.Duration) int {
	if d <= 0 {
		return 0
	}
	us := max(float64(min(d, MaxLatency))/float64(time.Microsecond), 1)
	return 1 + int(math.Round(math.Log(us)/sketchStep))
}

// Add counts one duration.
func (s *Sketch) Add(d time.Duration) { s.add(sketchBucket(d), 1) }

func (s *Sketch) add(bucket int, n uint32) {
	if n == 0 {
		return
	}
	if len(s.counts) == 0 {
		s.first = bucket
	}
	if bucket < s.first {
		s.counts = slices.Insert(s.counts, 0, make([]uint32, s.first-bucket)...)
		s.first = bucket
	}
	if need := bucket - s.first + 1; need > len(s.counts) {
		s.counts = append(s.counts, make([]uint32, need-len(s.counts))...)
	}
	c := &s.counts[bucket-s.first]
	n = min(n, math.MaxUint32-*c)
	*c += n
	s.total += uint64(n)
}

// Merge adds another sketch's counts.
func (s *Sketch) Merge(o Sketch) {
	for i, n := range o.counts {
		s.add(o.first+i, n)
	}
}

// Count returns how many durations were counted.
func (s Sketch) Count() uint64 { return s.total }

// Quantile returns the q-quantile (0 <= q <= 1, nearest rank), within 2 %; 0 when empty.
func (s Sketch) Quantile(q float64) time.Duration {
	rank := uint64(math.Ceil(min(max(q, 0), 1) * float64(s.total)))
	seen := uint64(0)
	for i, n := range s.counts {
		if seen += uint64(n); n > 0 && seen >= rank {
			b := s.first + i
			if b == 0 {
				return 0
			}
			return time.Duration(math.Round(math.Exp(float64(b-1)*sketchStep) * float64(time.Microsecond)))
		}
	}
	return 0
}

// Append writes the sketch's canonical bytes: version, first bucket, number of buckets,
// then the counts as uvarints, a 0 being followed by how many more zeros come. One byte
// suffices for an empty sketch.
func (s Sketch) Append(out []byte) []byte {
	lo, hi := 0, len(s.counts)
	for lo < hi && s.counts[lo] == 0 {
		lo++
	}
	for hi > lo && s.counts[hi-1] == 0 {
		hi--
	}
	out = append(out, sketchVersion)
	out = binary.AppendUvarint(out, uint64(hi-lo))
	if lo == hi {
		return out
	}
	out = binary.AppendUvarint(out, uint64(s.first+lo))
	for i := lo; i < hi; i++ {
		out = binary.AppendUvarint(out, uint64(s.counts[i]))
		if s.counts[i] != 0 {
			continue
		}
		run := i
		for s.counts[run+1] == 0 {
			run++
		}
		out = binary.AppendUvarint(out, uint64(run-i))
		i = run
	}
	return out
}

// DecodeSketch reads a sketch from the front of data and returns the rest. It never
// panics, and its errors wrap [ErrSketch].
func DecodeSketch(data []byte) (Sketch, []byte, error) {
	r := byteReader{data: data}
	version := r.byte()
	n := int(r.uvarint(maxSketchStep))
	if r.bad || version != sketchVersion {
		return Sketch{}, nil, fmt.Errorf("%w: bad header", ErrSketch)
	}
	if n == 0 {
		return Sketch{}, r.data, nil
	}
	s := Sketch{first: int(r.uvarint(maxSketchStep)), counts: make([]uint32, n)}
	for i := 0; i < n; i++ {
		c := r.uvarint(math.MaxUint32)
		s.counts[i] = uint32(c)
		s.total += c
		if c == 0 {
			i += int(r.uvarint(uint64(n - i)))
		}
	}
	if r.bad || s.first+n-1 > maxSketchStep || s.counts[0] == 0 || s.counts[n-1] == 0 {
		return Sketch{}, nil, fmt.Errorf("%w: bad counts", ErrSketch)
	}
	return s, r.data, nil
}
