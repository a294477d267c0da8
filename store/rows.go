package store

import (
	"encoding/binary"
	"errors"
	"time"

	"github.com/charterwatch/charterwatch/probes"
)

// rest packs what a result row holds beside its key, reason and duration: start lateness
// (varint ms), HTTP status, the five phases (uvarint us each), then the detail. One
// parameter to bind instead of eight.
func appendRest(out []byte, r probes.Result) []byte {
	out = binary.AppendVarint(out, r.Start.Sub(r.Slot).Milliseconds())
	out = binary.AppendUvarint(out, uint64(max(r.Facts.HTTPStatus, 0)))
	p := r.Phases
	for _, d := range [...]time.Duration{p.Resolve, p.Connect, p.TLS, p.Processing, p.Transfer} {
		out = binary.AppendUvarint(out, uint64(max(d, 0).Microseconds()))
	}
	return append(out, r.Detail...)
}

var errRow = errors.New("damaged result row")

// readRest unpacks a row's rest into r, whose Slot is set.
func readRest(data []byte, r *probes.Result) error {
	lateness, n := binary.Varint(data)
	if n <= 0 {
		return errRow
	}
	data = data[n:]
	var v [6]uint64
	for i := range v {
		if v[i], n = binary.Uvarint(data); n <= 0 {
			return errRow
		}
		data = data[n:]
	}
	us := func(u uint64) time.Duration { return time.Duration(u) * time.Microsecond }
	r.Start = r.Slot.Add(time.Duration(lateness) * time.Millisecond)
	r.Facts.HTTPStatus = int(v[0])
	r.Phases = probes.Phases{Resolve: us(v[1]), Connect: us(v[2]), TLS: us(v[3]), Processing: us(v[4]), Transfer: us(v[5])}
	r.Detail = string(data)
	return nil
}

// row is a result as stored.
type row struct {
	series, slot  int64
	attempt       int
	reason        probes.Reason
	durationMicro int64
	rest          []byte
}

func (w row) latency() time.Duration { return time.Duration(w.durationMicro) * time.Microsecond }

// result gives a row back its names.
func (w row) result(s *series) (probes.Result, error) {
	r := probes.Result{
		Check: s.life.check.name, Vantage: s.vantage, Slot: fromMS(w.slot), Attempt: w.attempt,
		Duration: w.latency(), Reason: w.reason, Outcome: w.reason.Outcome(),
	}
	return r, readRest(w.rest, &r)
}
