package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/charterwatch/charterwatch/internal/messages"
)

// Problem is one thing wrong with a file, or worth a warning. Logs and Error have it in
// English; [Problem.In] says it in the reader's language.
type Problem struct {
	File    string
	Line    int // 1-based; 0 when the problem has no place
	Col     int // 1-based
	Path    string
	What    messages.Message // what is wrong; the text under its key + ".try", if any, is what to try
	Warning bool             // the file can be used all the same
}

// String is the problem in English: "file:line:col: path: what; try remedy".
func (p Problem) String() string { return p.In(messages.In("en")) }

// In says the problem. Place and path are the same in every language, so that editors find
// them.
func (p Problem) In(s messages.Speech) string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", p.Line, p.Col)
	}
	b.WriteString(": ")
	if p.Warning {
		b.WriteString(s.Say(messages.New("config.warning")) + ": ")
	}
	if p.Path != "" {
		b.WriteString(p.Path + ": ")
	}
	remedy := messages.Message{Key: p.What.Key + ".try", Args: p.What.Args}
	if !s.Has(remedy.Key) {
		b.WriteString(s.Say(p.What))
		return b.String()
	}
	b.WriteString(s.Say(messages.New("config.with_remedy", "what", p.What, "remedy", remedy)))
	return b.String()
}

// Problems is the error of a file that cannot be used.
type Problems []Problem

// Error lists every problem in English, one a line.
func (ps Problems) Error() string { return ps.In(messages.In("en")) }

// In lists every problem, one a line.
func (ps Problems) In(s messages.Speech) string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.In(s)
	}
	return strings.Join(lines, "\n")
}

// sorted puts the problems of one file first, and all in their places' order.
func (ps Problems) sorted(first string) Problems {
	rank := func(p Problem) int {
		if p.File == first {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
	})
	return ps
}
