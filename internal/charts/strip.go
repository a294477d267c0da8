// Package charts draws figures as SVG: pure functions from data to a picture with a title and a
// description, without scripts, for pages and paper alike. What a picture shows does not hang on
// its colours: each state has a pattern and a letter, too.
package charts

import (
	"fmt"
	"html"
	"strings"
)

// State is what a day of a strip shows.
type State uint8

// The states.
const (
	Unknown State = iota // not seen enough to say
	Kept
	Late // in part
	Down
	None // nothing had to be
)

// Cell is a part of a strip.
type Cell struct {
	State  State
	Letter string // one or two characters that say the state without the pattern
	Label  string // below the cell; empty: none
}

// Strip is a row of cells of equal width.
type Strip struct {
	Title string // what is shown, in a few words
	Desc  string // what there is to be seen, in words
	Cells []Cell
}

const (
	cellWide = 16
	cellHigh = 17
	labels   = 9
)

// Size is how large the strip is, in its own units.
func (s Strip) Size() (wide, high int) { return cellWide * len(s.Cells), cellHigh + labels }

// SVG draws the strip. Text has the colour around it on a page; on paper it is black.
func (s Strip) SVG() string {
	var b strings.Builder
	wide, high := s.Size()
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img"><title>%s</title><desc>%s</desc>`,
		wide, high, html.EscapeString(s.Title), html.EscapeString(s.Desc))
	for i, c := range s.Cells {
		c.draw(&b, i*cellWide)
	}
	b.WriteString(`</svg>`)
	return b.String()
}

// draw puts a cell at x: white when kept, hatched once when late, dark when down, hatched
// twice when unknown, a dash where nothing had to be.
func (c Cell) draw(b *strings.Builder, x int) {
	const high, wide = cellHigh, cellWide - 1
	fill, ink := "#ffffff", "#000000"
	switch c.State {
	case Down:
		fill, ink = "#222222", "#ffffff"
	case Late:
		fill = "#d9d9d9"
	}
	fmt.Fprintf(b, `<rect x="%d.5" y="0.5" width="%d" height="%d" fill="%s" stroke="#555555" stroke-width="0.6"/>`, x, wide-1, high-1, fill)
	switch c.State {
	case Unknown:
		fmt.Fprintf(b, `<path d="M%d.5 %d.5 l%d -%d M%d.5 0.5 l%d %d" stroke="#999999" stroke-width="0.5" fill="none"/>`, x, high-1, wide-1, high-1, x, wide-1, high-1)
	case Late:
		fmt.Fprintf(b, `<path d="M%d.5 %d.5 l%d -%d" stroke="#777777" stroke-width="0.5" fill="none"/>`, x, high-1, wide-1, high-1)
	}
	if c.Letter != "" {
		fmt.Fprintf(b, `<text x="%d" y="12.2" font-size="10" font-weight="700" text-anchor="middle" fill="%s" font-family="Pretendard, sans-serif">%s</text>`, x+wide/2+1, ink, html.EscapeString(c.Letter))
	}
	if c.Label != "" {
		fmt.Fprintf(b, `<text x="%d" y="%d" font-size="7.5" text-anchor="middle" fill="currentColor" font-family="Pretendard, sans-serif">%s</text>`, x+wide/2+1, cellHigh+labels-1, html.EscapeString(c.Label))
	}
}
