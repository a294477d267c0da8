package compliance

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/probes"
)

// noisyLatency is what a real site's latency looks like: lognormal noise around a level
// that drifts over the day, and now and then a spike.
func noisyLatency(rnd *rand.Rand, level time.Duration) time.Duration {
	d := float64(level) * math.Exp(0.2*rnd.NormFloat64())
	if rnd.IntN(100) == 0 {
		d *= 2 + 8*rnd.Float64()
	}
	return time.Duration(d)
}

// randomBlock draws an hour: long runs mostly, with failures, re-probes and gaps.
func randomBlock(rnd *rand.Rand) Block {
	iv := []time.Duration{time.Second, 10 * time.Second, time.Minute, 90 * time.Second, 1500 * time.Millisecond, time.Hour, 7 * time.Hour}[rnd.IntN(7)]
	hour := time.Unix(int64(450_000+rnd.IntN(100_000))*3600, 0).UTC()
	b := Block{Hour: hour, Grid: probes.SlotsOf(fmt.Sprint("s/", rnd.Int()), iv)}
	total := b.Grid.Count(hour, hour.Add(time.Hour))
	if total > 0 {
		b.First = rnd.IntN(total)
		if rnd.IntN(4) > 0 {
			b.First = 0
		}
		b.Slots = total - b.First
	}
	reasons := probes.Reasons()
	level := time.Duration(rnd.IntN(int(2*time.Second))) + time.Microsecond
	for slot := b.First; slot < b.First+b.Slots; {
		n := min(1+rnd.IntN(40), b.First+b.Slots-slot)
		reason := reasons[rnd.IntN(len(reasons))]
		if rnd.IntN(3) > 0 {
			reason = probes.OK
		}
		if reason.Outcome() == probes.Unknown {
			b.Gaps = append(b.Gaps, SlotRun{slot, n, reason})
		}
		for i := range n {
			if reason.Outcome() != probes.Unknown {
				b.Looks = append(b.Looks, Look{slot + i, 0, reason, noisyLatency(rnd, level)})
			}
			for a := 1; a < 3 && rnd.IntN(20) == 0; a++ {
				b.Looks = append(b.Looks, Look{slot + i, a, probes.Timeout, time.Duration(rnd.IntN(int(10 * time.Second)))})
			}
		}
		slot += n
	}
	b.Gaps = joinRuns(b.Gaps)
	return b
}

func relativeError(got, want time.Duration) float64 {
	if want < time.Microsecond {
		want = max(want, 0)
		if want > 0 {
			want = time.Microsecond
		}
	}
	want = min(want, MaxLatency)
	if want == 0 {
		return float64(got)
	}
	return math.Abs(float64(got)/float64(want) - 1)
}

func TestBlocksSurvive(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for i := range 5000 {
		b := randomBlock(rnd)
		data := EncodeBlock(b)
		back, err := DecodeBlock(data)
		if err != nil {
			t.Fatalf("block %d: %v\n%+v", i, err, b)
		}
		if !bytes.Equal(EncodeBlock(back), data) {
			t.Fatalf("block %d: encoding what was decoded gives other bytes", i)
		}
		for j := range b.Looks {
			if e := relativeError(back.Looks[j].Latency, b.Looks[j].Latency); e > LatencyError {
				t.Fatalf("latency %v became %v: off by %.3f %%", b.Looks[j].Latency, back.Looks[j].Latency, 100*e)
			}
			back.Looks[j].Latency = b.Looks[j].Latency
		}
		if !reflect.DeepEqual(back, b) {
			t.Fatalf("block %d:\ngot  %+v\nwant %+v", i, back, b)
		}
	}
}

func TestBlockOrderOfInputDoesNotMatter(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		b := randomBlock(rnd)
		want := EncodeBlock(b)
		rnd.Shuffle(len(b.Looks), func(i, j int) { b.Looks[i], b.Looks[j] = b.Looks[j], b.Looks[i] })
		rnd.Shuffle(len(b.Gaps), func(i, j int) { b.Gaps[i], b.Gaps[j] = b.Gaps[j], b.Gaps[i] })
		if !bytes.Equal(EncodeBlock(b), want) {
			t.Fatal("other bytes for the same content")
		}
	}
}

func TestBlockLeavesNoSlotOut(t *testing.T) {
	hour := time.Unix(480_000*3600, 0).UTC()
	b := Block{Hour: hour, Grid: probes.SlotsOf("a/b", time.Minute), Slots: 60,
		Looks: []Look{{5, 0, probes.OK, time.Millisecond}, {7, 1, probes.Status, time.Second}},
		Gaps:  []SlotRun{{3, 4, probes.UplinkDown}}}
	back, err := DecodeBlock(EncodeBlock(b))
	if err != nil {
		t.Fatal(err)
	}
	want := []SlotRun{{0, 3, probes.NotRunning}, {3, 2, probes.UplinkDown}, {6, 1, probes.UplinkDown}, {7, 53, probes.NotRunning}}
	if !slices.Equal(back.Gaps, want) {
		t.Fatalf("gaps %v, want %v", back.Gaps, want)
	}
	r := back.Rollup()
	if r.Slots != 60 || r.Pass != 1 || r.Fail != 0 || r.Unknown != 59 || r.Looks != 2 {
		t.Fatalf("roll-up %+v", r)
	}
}

func TestRollup(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	for range 500 {
		b := randomBlock(rnd)
		r, pass, sum := b.Rollup(), 0, time.Duration(0)
		for _, l := range b.Looks {
			if l.Attempt == 0 && l.Reason == probes.OK {
				pass, sum = pass+1, sum+l.Latency
			}
		}
		unknown := 0
		for _, g := range b.Gaps {
			unknown += g.Count
		}
		if r.Pass != pass || r.Sum != sum || r.Unknown != unknown || r.Pass+r.Fail+r.Unknown != b.Slots || r.Latency.Count() != uint64(pass) {
			t.Fatalf("%+v", r)
		}
	}
}

// TestBlockBytes keeps the codec compact on latencies like those of real sites.
func TestBlockBytes(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 8))
	var size, results int
	for i := range 2000 {
		level := time.Duration(20+i%400) * time.Millisecond
		b := Block{Hour: time.Unix(int64(480_000+i)*3600, 0).UTC(), Grid: probes.SlotsOf(fmt.Sprint("s/", i), time.Minute), Slots: 60}
		for s := range 60 {
			b.Looks = append(b.Looks, Look{s, 0, probes.OK, noisyLatency(rnd, level)})
		}
		size, results = size+len(EncodeBlock(b)), results+60
	}
	per := float64(size) / float64(results)
	t.Logf("%.3f bytes a result, %.1f a block", per, 60*per)
	if per > 1.1 {
		t.Fatalf("%.3f bytes a result, want at most 1.1", per)
	}
}

func TestDamagedBlocksAreRefused(t *testing.T) {
	data := EncodeBlock(randomBlock(rand.New(rand.NewPCG(9, 10))))
	for i := range data {
		bad := slices.Clone(data)
		bad[i] ^= 0x10
		if _, err := DecodeBlock(bad); !errors.Is(err, ErrBlock) {
			t.Fatalf("byte %d changed: %v", i, err)
		}
		if _, err := DecodeBlock(data[:i]); !errors.Is(err, ErrBlock) {
			t.Fatalf("cut to %d bytes: %v", i, err)
		}
	}
}

// A few bytes may claim millions of slots, but not millions of looks.
func TestHostileBlockAllocatesLittle(t *testing.T) {
	body := []byte{blockVersion}
	for _, v := range []uint64{480_000, 1<<1 | 1, 0, 0, uint64(maxBlockSlots), uint64(maxBlockSlots)<<2 | tokPass} {
		body = binary.AppendUvarint(body, v)
	}
	data := withSum(append(body, make([]byte, 40)...))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := DecodeBlock(data); !errors.Is(err, ErrBlock) {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
		t.Fatalf("%d bytes allocated for %d", n, len(data))
	}
}

func TestBlockDigestBindsIdentity(t *testing.T) {
	data := EncodeBlock(Block{Grid: probes.Slots{Interval: time.Minute}})
	seen := map[[32]byte]bool{}
	for _, who := range [][2]string{{"a/b", "x"}, {"a/b", "y"}, {"a/c", "x"}} {
		seen[BlockDigest(who[0], who[1], data)] = true
	}
	if len(seen) != 3 {
		t.Fatal("two series share a digest")
	}
}

func FuzzDecodeBlock(f *testing.F) {
	rnd := rand.New(rand.NewPCG(11, 12))
	for range 20 {
		data := EncodeBlock(randomBlock(rnd))
		f.Add(data[:len(data)-4])
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if len(body) > 4096 {
			return
		}
		_, _ = DecodeBlock(body)
		// The checksum would stop nearly all input at the door: put a right one.
		b, err := DecodeBlock(withSum(body))
		if err != nil {
			if !errors.Is(err, ErrBlock) {
				t.Fatalf("error does not wrap ErrBlock: %v", err)
			}
			return
		}
		if len(b.Looks) > 8*len(body) || len(b.Gaps) > len(body) {
			t.Fatalf("%d looks and %d gaps of %d bytes", len(b.Looks), len(b.Gaps), len(body))
		}
		covered := 0
		for _, g := range b.Gaps {
			covered += g.Count
		}
		for _, l := range b.Looks {
			if l.Attempt == 0 {
				covered++
			}
		}
		if covered != b.Slots {
			t.Fatalf("%d of %d slots accounted for", covered, b.Slots)
		}
		if again, err := DecodeBlock(EncodeBlock(b)); err != nil || len(again.Looks) != len(b.Looks) {
			t.Fatalf("does not survive: %v", err)
		}
	})
}

func BenchmarkBlock(b *testing.B) {
	rnd := rand.New(rand.NewPCG(7, 8))
	blk := Block{Hour: time.Unix(480_000*3600, 0).UTC(), Grid: probes.SlotsOf("s/c", time.Minute), Slots: 60}
	for s := range 60 {
		blk.Looks = append(blk.Looks, Look{s, 0, probes.OK, noisyLatency(rnd, 80*time.Millisecond)})
	}
	data := EncodeBlock(blk)
	b.Run("encode", func(b *testing.B) {
		for b.Loop() {
			EncodeBlock(blk)
		}
	})
	b.Run("decode", func(b *testing.B) {
		for b.Loop() {
			if _, err := DecodeBlock(data); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func withSum(body []byte) []byte {
	return binary.LittleEndian.AppendUint32(slices.Clone(body), crc32.Checksum(body, crc32.MakeTable(crc32.Castagnoli)))
}
