package export

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"slices"
	"strings"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/ledger"
)

// The kinds of leaves that a sample is drawn from.
const (
	kindHour   = ledger.Hour
	kindOutage = ledger.Outage
)

// population is what a sample is drawn from: each sealed hour that begins in the period, and each
// outage of which a leaf was recorded in it, as "hour 2026-10-01T00" and "outage ID". The leaves
// alone say so, so that whoever has them can draw again.
func population(leaves []ledger.Leaf, from, to time.Time) []string {
	var out []string
	for _, l := range leaves {
		switch l.Kind {
		case kindHour:
			hour, _, _ := strings.Cut(l.ID, "/")
			if at, err := time.Parse(compliance.HourLayout, hour); err == nil && within(at, from.Truncate(time.Hour), to) {
				out = append(out, string(kindHour)+" "+hour)
			}
		case kindOutage:
			if within(l.At, from, to) {
				out = append(out, string(kindOutage)+" "+l.ID)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func within(at, from, to time.Time) bool { return !at.Before(from) && at.Before(to) }

// draw takes n of a population, or all if there are fewer: those with the smallest
// SHA-256(seed || "\n" || name). They come back sorted by name.
func draw(names []string, n int, seed string) []string {
	type ranked struct {
		name string
		by   [sha256.Size]byte
	}
	all := make([]ranked, len(names))
	for i, name := range names {
		all[i] = ranked{name, sha256.Sum256([]byte(seed + "\n" + name))}
	}
	slices.SortFunc(all, func(a, b ranked) int { return cmp.Or(bytes.Compare(a.by[:], b.by[:]), strings.Compare(a.name, b.name)) })
	var out []string
	for _, r := range all[:min(max(n, 0), len(all))] {
		out = append(out, r.name)
	}
	slices.Sort(out)
	return out
}
