package store

import (
	"cmp"
	"slices"
)

// span is [from, to) in ms.
type span struct{ from, to int64 }

// subtract returns what of s none of taken covers, in order.
func subtract(s span, taken []span) []span {
	taken = slices.SortedFunc(slices.Values(taken), func(x, y span) int { return cmp.Compare(x.from, y.from) })
	var out []span
	at := s.from
	for _, t := range taken {
		if t.from >= t.to {
			continue
		}
		if t.from > at && at < s.to {
			out = append(out, span{at, min(t.from, s.to)})
		}
		at = max(at, t.to)
	}
	if at < s.to {
		out = append(out, span{at, s.to})
	}
	return out
}
