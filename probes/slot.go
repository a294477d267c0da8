package probes

import (
	"hash/fnv"
	"time"
)

// Slots is the grid of instants at which a check is due: phase + k*interval after the
// Unix epoch, in UTC. It depends on the check's id and interval alone, so it is the
// same at every vantage and over every restart. Both fields are multiples of 1 ms.
type Slots struct {
	Interval time.Duration // > 0
	Phase    time.Duration // 0 <= Phase < Interval
}

// SlotsOf returns the grid of the check with this id. Hashing the id spreads checks
// with equal intervals evenly, so that they are never all due at the same instant.
func SlotsOf(id string, interval time.Duration) Slots {
	interval = max(interval.Truncate(time.Millisecond), time.Millisecond)
	h := fnv.New64a()
	h.Write([]byte(id)) // never fails
	// FNV alone leaves the high bits of short ids alike; a multiplicative finish mixes them.
	x := h.Sum64()
	x ^= x >> 32
	x *= 0xd6e8feb86659fd93
	x ^= x >> 32
	ms := uint64(interval.Milliseconds())
	return Slots{Interval: interval, Phase: time.Duration(x%ms) * time.Millisecond}
}

// Floor returns the latest slot at or before t.
func (s Slots) Floor(t time.Time) time.Time {
	ms, iv := t.UnixMilli()-s.Phase.Milliseconds(), s.Interval.Milliseconds()
	k := ms / iv
	if ms%iv < 0 {
		k--
	}
	return time.UnixMilli(k*iv + s.Phase.Milliseconds()).UTC()
}

// Next returns the first slot strictly after t.
func (s Slots) Next(t time.Time) time.Time { return s.Floor(t).Add(s.Interval) }

// Ceil returns the first slot at or after t.
func (s Slots) Ceil(t time.Time) time.Time {
	if f := s.Floor(t); f.Equal(t) {
		return f
	}
	return s.Next(t)
}

// Count returns how many slots lie in [from, to).
func (s Slots) Count(from, to time.Time) int {
	if !from.Before(to) {
		return 0
	}
	a, b := s.Ceil(from), s.Ceil(to)
	return int(b.Sub(a) / s.Interval)
}
