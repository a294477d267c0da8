package store

import (
	"slices"

	"github.com/charterwatch/charterwatch/ledger"
)

// KeptCheckpoint is a signed checkpoint that somebody else has kept.
type KeptCheckpoint struct {
	Signed []byte
	Where  string // to tell of it
}

// unknown tells of checkpoints that others kept of no log in the store, and keeps the rest.
func (v *verification) unknown(logs []int64) {
	v.others = slices.DeleteFunc(slices.Clone(v.others), func(k KeptCheckpoint) bool {
		c, err := v.open(k.Signed)
		if err != nil {
			v.report.problem("%s: %s", k.Where, err)
			return true
		}
		if _, n := ledger.FirstOrigin(c.Origin); !slices.Contains(logs, n) {
			v.report.problem("%s is of %s, which the store does not have", k.Where, c.Origin)
			return true
		}
		return false
	})
}

// others collects what others kept of the log. Over one that broke off, more was signed than is there.
func (t *logCheck) others(take func(signed []byte, where string)) {
	lost, broke := t.v.broken[t.report.Log]
	covered := t.report.Covered
	for _, k := range t.v.others {
		c, err := ledger.Peek(k.Signed) // it was opened before
		if _, n := ledger.FirstOrigin(c.Origin); err != nil || n != t.report.Log || broke && c.Size > covered && c.Size <= lost.size {
			continue
		}
		take(k.Signed, k.Where)
		last := len(t.want[c.Size]) - 1
		t.want[c.Size][last].kept = true
	}
}
