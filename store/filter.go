package store

import (
	"fmt"
	"strings"

	"github.com/charterwatch/charterwatch/ledger"
)

// filter collects the conditions of a query, and their arguments.
type filter struct {
	conditions []string
	args       []any
}

func (f *filter) also(condition string, args ...any) {
	f.conditions, f.args = append(f.conditions, condition), append(f.args, args...)
}

// where is all conditions, for the end of a query; nothing where there are none.
func (f *filter) where() string {
	if len(f.conditions) == 0 {
		return ""
	}
	return ` WHERE ` + strings.Join(f.conditions, " AND ")
}

// leavesOf finds the leaves of an id of any kind: the index begins with the kind.
func leavesOf(id string) filter {
	kinds := ledger.Kinds()
	f := filter{}
	f.also(fmt.Sprintf("id = ? AND kind IN (?%s)", strings.Repeat(", ?", len(kinds)-1)), id)
	for _, k := range kinds {
		f.args = append(f.args, string(k))
	}
	return f
}
