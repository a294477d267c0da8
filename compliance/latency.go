package compliance

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/charterwatch/charterwatch/probes"
)

// Latencies are kept on a logarithmic scale: bucket 0 is no time at all, bucket i > 0
// stands for e^((i-1)*latencyStep) microseconds. Between a microsecond and MaxLatency the
// bucket's value is within LatencyError of what it stands for; shorter times count as a
// microsecond, longer ones as MaxLatency.
const (
	// LatencyError bounds the relative error of a latency in a sealed block.
	LatencyError = 0.01
	// MaxLatency is the longest latency a block can hold.
	MaxLatency = 60 * 24 * time.Hour

	latencyStep    = 0.0198 // a little below 2*ln(1.01), to leave room for rounding to 1 ns
	maxLatencyStep = 1600
)

// latencyBucket quantises.
func latencyBucket(d time.Duration) int {
	if d <= 0 {
		return 0
	}
	us := max(float64(min(d, MaxLatency))/float64(time.Microsecond), 1)
	return 1 + int(math.Round(math.Log(us)/latencyStep))
}

// bucketLatency is the value that a bucket stands for.
func bucketLatency(b int) time.Duration {
	if b <= 0 {
		return 0
	}
	return time.Duration(math.Round(math.Exp(float64(b-1)*latencyStep) * float64(time.Microsecond)))
}

// The latency section: one byte, shift<<2 | predictor<<6 (its two low bits are 0, which
// tells it from a token of further attempts), a uvarint with the median bucket, then for
// each look the Rice code of its distance from the prediction. Zero bits fill the last byte.
//
// Noise around a level codes best against the level itself, drift against a moving
// average, steps against the value before; the encoder tries them all and keeps the
// shortest. Failing looks (time-outs, refusals) live on another scale than passing ones,
// so each kind is predicted from its own past.
const (
	predictMedian = 0
	predictLast   = 1
	predictMean4  = 2 // moving average, weight 1/4
	predictMean8  = 3 // moving average, weight 1/8

	maxShift  = 9
	escapeRun = 18 // a quotient of so many ones announces escapeBits raw bits
	rawBits   = 12
)

// predictor foretells the next bucket of one stream of looks.
type predictor struct {
	mode       int
	pass, fail int // 1/16 buckets
}

func newPredictor(mode, median int) predictor {
	return predictor{mode: mode, pass: median << 4, fail: median << 4}
}

func (p *predictor) next(failing bool) int {
	if failing {
		return p.fail >> 4
	}
	return (p.pass + 8) >> 4
}

func (p *predictor) saw(bucket int, failing bool) {
	v := bucket << 4
	switch {
	case failing:
		p.fail = v
	case p.mode == predictLast:
		p.pass = v
	case p.mode == predictMean4:
		p.pass += (v - p.pass) >> 2
	case p.mode == predictMean8:
		p.pass += (v - p.pass) >> 3
	}
}

func zigzag(v int) uint { return uint(v<<1) ^ uint(v>>(bitsPerInt-1)) }

func unzigzag(u uint) int { return int(u>>1) ^ -int(u&1) }

const bitsPerInt = 32 << (^uint(0) >> 63)

// residuals returns the zigzagged distances from the prediction.
func residuals(dst []uint, looks []Look, buckets []int, mode, median int) []uint {
	p := newPredictor(mode, median)
	dst = dst[:0]
	for i, b := range buckets {
		failing := looks[i].Reason != probes.OK
		dst = append(dst, zigzag(b-p.next(failing)))
		p.saw(b, failing)
	}
	return dst
}

// riceBits is the length of the codes of all residuals.
func riceBits(res []uint, shift int) int {
	n := 0
	for _, u := range res {
		if q := u >> shift; q < escapeRun {
			n += int(q) + 1 + shift
		} else {
			n += escapeRun + rawBits
		}
	}
	return n
}

func appendLatencies(out []byte, looks []Look) []byte {
	buckets := make([]int, len(looks))
	for i, l := range looks {
		buckets[i] = latencyBucket(l.Latency)
	}
	sorted := slices.Sorted(slices.Values(buckets))
	median := sorted[len(sorted)/2]
	res := make([]uint, 0, len(looks))
	best, mode, shift := math.MaxInt, 0, 0
	for m := predictMedian; m <= predictMean8; m++ {
		res = residuals(res, looks, buckets, m, median)
		for s := 0; s <= maxShift; s++ {
			if n := riceBits(res, s); n < best {
				best, mode, shift = n, m, s
			}
		}
	}
	out = append(out, byte(shift<<2|mode<<6))
	out = binary.AppendUvarint(out, uint64(median))
	w := bitWriter{out: out}
	for _, u := range residuals(res, looks, buckets, mode, median) {
		if q := u >> shift; q < escapeRun {
			w.put(1<<(q+1)-2, int(q)+1) // q ones and a zero
			w.put(uint64(u)&(1<<shift-1), shift)
		} else {
			w.put(1<<escapeRun-1, escapeRun)
			w.put(uint64(u), rawBits)
		}
	}
	return w.done()
}

func (r *byteReader) latencies(looks []Look) error {
	head := int(r.byte())
	median := int(r.uvarint(maxLatencyStep))
	mode, shift := head>>6, head>>2&15
	if r.bad || head&3 != 0 || shift > maxShift {
		return fmt.Errorf("%w: bad latency header", ErrBlock)
	}
	p := newPredictor(mode, median)
	bits := bitReader{data: r.data}
	for i := range looks {
		q := 0
		for q < escapeRun && bits.get(1) == 1 {
			q++
		}
		u := uint(0)
		if q < escapeRun {
			u = uint(q)<<shift | uint(bits.get(shift))
		} else {
			u = uint(bits.get(rawBits))
		}
		failing := looks[i].Reason != probes.OK
		b := p.next(failing) + unzigzag(u)
		if bits.bad || b < 0 || b > maxLatencyStep {
			return fmt.Errorf("%w: bad latency", ErrBlock)
		}
		p.saw(b, failing)
		looks[i].Latency = bucketLatency(b)
	}
	rest, ok := bits.rest()
	if !ok {
		return fmt.Errorf("%w: bad padding", ErrBlock)
	}
	r.data = rest
	return nil
}

// bitWriter appends bits, most significant first.
type bitWriter struct {
	out []byte
	acc uint64
	n   int // bits in acc, below 8 between calls
}

// put appends the n lowest bits of v; n <= 48.
func (w *bitWriter) put(v uint64, n int) {
	w.acc, w.n = w.acc<<n|v, w.n+n
	for w.n >= 8 {
		w.n -= 8
		w.out = append(w.out, byte(w.acc>>w.n))
	}
	w.acc &= 1<<w.n - 1
}

func (w *bitWriter) done() []byte {
	if w.n > 0 {
		w.put(0, 8-w.n)
	}
	return w.out
}

// bitReader is the other end of bitWriter; bad is set by a read past the end.
type bitReader struct {
	data []byte
	pos  int // in bits
	bad  bool
}

// get reads n <= 16 bits.
func (r *bitReader) get(n int) (v uint32) {
	if r.pos+n > 8*len(r.data) {
		r.bad = true
		return 0
	}
	for n > 0 {
		free := 8 - r.pos&7
		take := min(free, n)
		v = v<<take | uint32(r.data[r.pos>>3])>>(free-take)&(1<<take-1)
		r.pos, n = r.pos+take, n-take
	}
	return v
}

// rest returns the bytes after the current one, whose unread bits must be zero.
func (r *bitReader) rest() ([]byte, bool) {
	if pad := -r.pos & 7; pad > 0 && r.get(pad) != 0 {
		return nil, false
	}
	return r.data[r.pos>>3:], true
}
