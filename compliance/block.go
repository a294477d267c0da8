package compliance

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"
	"time"

	"github.com/charterwatch/charterwatch/probes"
)

// Block is one hour of one check at one vantage, as sealed evidence: every known look
// and every gap, so that each slot of the hour that lies in the check's life is
// accounted for exactly once. Slots are counted from the first slot of Grid at or after
// Hour, so that no timestamp need be kept; when a look began within its slot is not kept.
//
// Whose hour it is stands beside the bytes and is bound by [BlockDigest].
type Block struct {
	Hour  time.Time    // start of the hour, UTC
	Grid  probes.Slots // grid in force
	First int          // first slot covered; above 0 when the check's life began within the hour
	Slots int          // how many slots are covered, First included
	Looks []Look       // by slot, then attempt
	Gaps  []SlotRun    // by slot; never where a look with attempt 0 stands
}

// Look is one known result within a [Block].
type Look struct {
	Slot    int // index on the block's grid
	Attempt int // 0 for the slot's own observation
	Reason  probes.Reason
	Latency time.Duration // after a decode: within 1 % of what was encoded, see [LatencyError]
}

// SlotRun is a run of slots without a known observation.
type SlotRun struct {
	Slot, Count int
	Reason      probes.Reason
}

// Rollup sums a block up. Slots = Pass + Fail + Unknown.
type Rollup struct {
	Slots, Pass, Fail, Unknown int
	Looks                      int // known looks, re-probes included
	Min, Max, Sum              time.Duration
	Latency                    Sketch // of passing slots, as are Min, Max and Sum; merges into longer periods
}

// SlotTime returns the instant of a slot index.
func (b Block) SlotTime(i int) time.Time {
	return b.Grid.Ceil(b.Hour).Add(time.Duration(i) * b.Grid.Interval)
}

// SlotIndex returns the index of a slot on the block's grid.
func (b Block) SlotIndex(slot time.Time) int {
	return int(slot.Sub(b.Grid.Ceil(b.Hour)) / b.Grid.Interval)
}

// Rollup computes the block's sums.
func (b Block) Rollup() Rollup {
	r := Rollup{Slots: b.Slots, Looks: len(b.Looks)}
	for _, l := range b.Looks {
		if l.Attempt != 0 {
			continue
		}
		switch l.Reason.Outcome() {
		case probes.Pass:
			if r.Pass == 0 || l.Latency < r.Min {
				r.Min = l.Latency
			}
			r.Pass++
			r.Max = max(r.Max, l.Latency)
			r.Sum += l.Latency
			r.Latency.Add(l.Latency)
		case probes.Fail:
			r.Fail++
		}
	}
	r.Unknown = r.Slots - r.Pass - r.Fail
	return r
}

// BlockDigest is the SHA-256 that binds a block's bytes to the check and vantage they are of.
func BlockDigest(check, vantage string, block []byte) [sha256.Size]byte {
	h := sha256.New()
	fmt.Fprintf(h, "charterwatch block\n%s\n%s\n", check, vantage)
	h.Write(block)
	return [sha256.Size]byte(h.Sum(nil))
}

// HourDigest is the SHA-256 of a sealed hour: over the digests of its blocks, in the order in
// which their series were first recorded.
func HourDigest(hour time.Time, version int64, blocks [][sha256.Size]byte) [sha256.Size]byte {
	h := sha256.New()
	fmt.Fprintf(h, "charterwatch hour\n%d\n%d\n", hour.Unix()/3600, version)
	for _, b := range blocks {
		h.Write(b[:])
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// SealedBlock is a version of a block with what its digest binds it to. Series numbers the check's
// life at the vantage, in the order in which series were first recorded.
type SealedBlock struct {
	Series  int64  `json:"series"`
	Check   string `json:"check"`
	Vantage string `json:"vantage"`
	Version int64  `json:"version"` // of the hour that it was sealed for
	Data    []byte `json:"data"`    // as [EncodeBlock] writes it
}

// ErrBlock is wrapped by every error of [DecodeBlock].
var ErrBlock = errors.New("not a sealed block")

// The format. A block is
//
//	byte     format version, 1
//	uvarint  hour, in hours since the Unix epoch
//	uvarint  interval: seconds<<1, or milliseconds<<1|1 when it is no whole number of seconds
//	uvarint  phase, ms
//	uvarint  First
//	uvarint  Slots
//	tokens   until Slots slots are covered, each a uvarint n<<2|kind (see below)
//	latency  of all looks in order, when there are any (latency.go)
//	4 bytes  CRC-32C of all before, little endian: says which block of an hour is damaged
//
// Runs are as long as they can be and the codec has no choices that depend on anything
// but the content, so equal blocks have equal bytes.
const (
	blockVersion = 1
	tokPass      = 0 // n slots that passed at attempt 0
	tokLook      = 1 // n slots whose attempt 0 has the reason that follows (1 byte)
	tokGap       = 2 // n slots in a gap with the reason that follows (1 byte)
	tokExtra     = 3 // n further attempts of the slot before: uvarint attempt, 1 byte reason each
)

// Bounds that a decoder enforces, so that hostile bytes cannot make it allocate much.
const (
	maxBlockSlots = int(time.Hour / time.Millisecond)
	maxAttempt    = 1 << 20
	maxHour       = 1 << 20 // until the year 2089; also the width of the store's keys
)

// EncodeBlock returns the canonical bytes of a block. A slot with neither a look nor a
// gap is written as a gap with reason not_running, and a gap gives way to a look; looks and
// gaps outside [First, First+Slots) are left out. Latency is kept to 1 %.
func EncodeBlock(b Block) []byte {
	looks := slices.Clone(b.Looks)
	slices.SortStableFunc(looks, func(x, y Look) int {
		return cmp.Or(cmp.Compare(x.Slot, y.Slot), cmp.Compare(x.Attempt, y.Attempt))
	})
	looks = slices.CompactFunc(looks, func(x, y Look) bool { return x.Slot == y.Slot && x.Attempt == y.Attempt })
	looks = slices.DeleteFunc(looks, func(l Look) bool { return l.Slot < b.First || l.Slot >= b.First+b.Slots })

	out := make([]byte, 0, 32+len(looks)+len(looks)/4)
	out = append(out, blockVersion)
	out = binary.AppendUvarint(out, uint64(b.Hour.Unix()/3600))
	ms := uint64(b.Grid.Interval.Milliseconds())
	if ms%1000 == 0 {
		out = binary.AppendUvarint(out, ms/1000<<1)
	} else {
		out = binary.AppendUvarint(out, ms<<1|1)
	}
	out = binary.AppendUvarint(out, uint64(b.Grid.Phase.Milliseconds()))
	out = binary.AppendUvarint(out, uint64(b.First))
	out = binary.AppendUvarint(out, uint64(b.Slots))
	out = appendTokens(out, b, looks)
	if len(looks) > 0 {
		out = appendLatencies(out, looks)
	}
	return binary.LittleEndian.AppendUint32(out, crc32.Checksum(out, crc32.MakeTable(crc32.Castagnoli)))
}

// tokenRun collects equal slots into one token.
type tokenRun struct {
	kind   uint64
	reason probes.Reason
	n      uint64
}

func (r *tokenRun) flush(out []byte) []byte {
	if r.n == 0 {
		return out
	}
	out = binary.AppendUvarint(out, r.n<<2|r.kind)
	if r.kind != tokPass {
		out = append(out, byte(r.reason))
	}
	r.n = 0
	return out
}

// appendTokens writes what became of each slot.
func appendTokens(out []byte, b Block, looks []Look) []byte {
	gaps := slices.Clone(b.Gaps)
	slices.SortStableFunc(gaps, func(x, y SlotRun) int { return cmp.Compare(x.Slot, y.Slot) })
	var run tokenRun
	p, g := 0, 0
	for slot := b.First; slot < b.First+b.Slots; slot++ {
		kind, reason := uint64(tokGap), probes.NotRunning
		for g < len(gaps) && gaps[g].Slot+gaps[g].Count <= slot {
			g++
		}
		if g < len(gaps) && gaps[g].Slot <= slot {
			reason = gaps[g].Reason
		}
		if p < len(looks) && looks[p].Slot == slot && looks[p].Attempt == 0 {
			kind, reason = tokLook, looks[p].Reason
			if reason == probes.OK {
				kind = tokPass
			}
			p++
		}
		if run.n > 0 && (run.kind != kind || run.reason != reason) {
			out = run.flush(out)
		}
		run.kind, run.reason, run.n = kind, reason, run.n+1
		q := p
		for p < len(looks) && looks[p].Slot == slot {
			p++
		}
		if p == q {
			continue
		}
		out = binary.AppendUvarint(run.flush(out), uint64(p-q)<<2|tokExtra)
		for _, l := range looks[q:p] {
			out = append(binary.AppendUvarint(out, uint64(l.Attempt)), byte(l.Reason))
		}
	}
	return run.flush(out)
}

// DecodeBlock reads what [EncodeBlock] wrote. On any other input it returns an error that
// wraps [ErrBlock]; it never panics, and allocates at most in proportion to the input.
func DecodeBlock(data []byte) (Block, error) {
	if len(data) < 5 {
		return Block{}, fmt.Errorf("%w: %d bytes", ErrBlock, len(data))
	}
	body, sum := data[:len(data)-4], binary.LittleEndian.Uint32(data[len(data)-4:])
	if crc32.Checksum(body, crc32.MakeTable(crc32.Castagnoli)) != sum {
		return Block{}, fmt.Errorf("%w: checksum differs", ErrBlock)
	}
	if body[0] != blockVersion {
		return Block{}, fmt.Errorf("%w: format version %d is not known", ErrBlock, body[0])
	}
	r := byteReader{data: body[1:]}
	var b Block
	b.Hour = time.Unix(int64(r.uvarint(maxHour))*3600, 0).UTC()
	iv := r.uvarint(1 << 42)
	b.Grid.Interval = time.Duration(iv>>1) * time.Second
	if iv&1 == 1 {
		b.Grid.Interval = time.Duration(iv>>1) * time.Millisecond
	}
	b.Grid.Phase = time.Duration(r.uvarint(1<<42)) * time.Millisecond
	b.First, b.Slots = int(r.uvarint(uint64(maxBlockSlots))), int(r.uvarint(uint64(maxBlockSlots)))
	if r.bad || b.Grid.Interval <= 0 || b.Grid.Phase >= b.Grid.Interval {
		return Block{}, fmt.Errorf("%w: bad header", ErrBlock)
	}
	if err := r.tokens(&b); err != nil {
		return Block{}, err
	}
	if len(b.Looks) > 0 {
		if err := r.latencies(b.Looks); err != nil {
			return Block{}, err
		}
	}
	if len(r.data) != 0 {
		return Block{}, fmt.Errorf("%w: %d bytes left over", ErrBlock, len(r.data))
	}
	return b, nil
}

// byteReader reads bounded numbers; bad is set once and stays.
type byteReader struct {
	data []byte
	bad  bool
}

func (r *byteReader) uvarint(limit uint64) uint64 {
	v, n := binary.Uvarint(r.data)
	if n <= 0 || v > limit || (n > 1 && r.data[n-1] == 0) { // the last: not the shortest form
		r.bad = true
		return 0
	}
	r.data = r.data[n:]
	return v
}

func (r *byteReader) byte() byte {
	if len(r.data) == 0 {
		r.bad = true
		return 0
	}
	c := r.data[0]
	r.data = r.data[1:]
	return c
}

// tokens reads the slots' fates. Every look costs at least one bit of latency later on,
// which bounds how many the remaining bytes can hold.
func (r *byteReader) tokens(b *Block) error {
	end, extras := b.First+b.Slots, false
	room := 8 * len(r.data)
	for slot := b.First; slot < end || (r.peekExtra() && !extras && slot > b.First); {
		tok := r.uvarint(uint64(maxBlockSlots) << 2)
		n, kind := int(tok>>2), tok&3
		switch {
		case r.bad || n == 0 || (kind != tokExtra && n > end-slot) || (kind != tokGap && len(b.Looks)+n > room):
			return fmt.Errorf("%w: bad run", ErrBlock)
		case kind == tokExtra && (extras || slot == b.First):
			return fmt.Errorf("%w: attempts without their slot", ErrBlock)
		}
		extras = kind == tokExtra
		switch kind {
		case tokExtra:
			if err := r.extra(b, slot-1, n); err != nil {
				return err
			}
			continue
		case tokGap:
			reason := probes.Reason(r.byte())
			if reason.Outcome() != probes.Unknown {
				return fmt.Errorf("%w: a gap with reason %s", ErrBlock, reason)
			}
			b.Gaps = append(b.Gaps, SlotRun{slot, n, reason})
		default:
			reason := probes.OK
			if kind == tokLook {
				if reason = probes.Reason(r.byte()); reason == probes.OK {
					return fmt.Errorf("%w: bad reason", ErrBlock)
				}
			}
			b.Looks = slices.Grow(b.Looks, n)
			for i := range n {
				b.Looks = append(b.Looks, Look{Slot: slot + i, Reason: reason})
			}
		}
		slot += n
	}
	b.Gaps = joinRuns(b.Gaps)
	return nil
}

// peekExtra says whether the next token adds attempts. After the last slot the bytes may
// be the latency's instead: its first byte never looks like such a token (latencyMark).
func (r *byteReader) peekExtra() bool {
	return len(r.data) > 0 && r.data[0]&3 == tokExtra
}

func (r *byteReader) extra(b *Block, slot, n int) error {
	last := 0
	for range n {
		a, reason := int(r.uvarint(maxAttempt)), probes.Reason(r.byte())
		if r.bad || a <= last {
			return fmt.Errorf("%w: bad attempts", ErrBlock)
		}
		last = a
		b.Looks = append(b.Looks, Look{Slot: slot, Attempt: a, Reason: reason})
	}
	return nil
}

// joinRuns joins the runs that attempts in their midst had split.
func joinRuns(runs []SlotRun) []SlotRun {
	out := runs[:0]
	for _, g := range runs {
		if n := len(out); n > 0 && out[n-1].Reason == g.Reason && out[n-1].Slot+out[n-1].Count == g.Slot {
			out[n-1].Count += g.Count
			continue
		}
		out = append(out, g)
	}
	return out
}
