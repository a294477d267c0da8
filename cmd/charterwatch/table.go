package main

import (
	"fmt"
	"io"
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// table aligns columns as a terminal shows them: a Hangul syllable takes two cells, which
// text/tabwriter does not know.
type table struct{ rows [][]string }

func (t *table) row(cells ...string) { t.rows = append(t.rows, cells) }

// print writes the rows, each column as wide as its widest cell and two more; the last cell
// of a row is not padded.
func (t *table) print(w io.Writer) {
	var widest []int
	for _, r := range t.rows {
		for i, c := range r[:len(r)-1] {
			if i == len(widest) {
				widest = append(widest, 0)
			}
			widest[i] = max(widest[i], cells(c))
		}
	}
	for _, r := range t.rows {
		for i, c := range r[:len(r)-1] {
			fmt.Fprint(w, c, strings.Repeat(" ", widest[i]-cells(c)+2))
		}
		fmt.Fprintln(w, r[len(r)-1])
	}
}

// cells is how many columns of a terminal a text takes.
func cells(s string) int {
	n := 0
	for _, r := range s {
		switch k := width.LookupRune(r).Kind(); {
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		case k == width.EastAsianWide || k == width.EastAsianFullwidth:
			n += 2
		default:
			n++
		}
	}
	return n
}
