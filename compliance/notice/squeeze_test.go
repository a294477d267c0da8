package notice

import (
	"fmt"
	"strings"
	"testing"
)

// hangul says whether a notice is written in Korean.
func (c corpusCase) hangul() bool {
	return strings.ContainsFunc(c.title+strings.Join(c.body, ""), func(r rune) bool { return r >= 0xAC00 && r <= 0xD7A3 })
}

// TestWidthDoesNotMatter: a notice in full-width characters says the same.
func TestWidthDoesNotMatter(t *testing.T) {
	wide := func(s string) string {
		return strings.Map(func(r rune) rune {
			if r > ' ' && r < 0x7F {
				return r + 0xFEE0
			}
			return r
		}, s)
	}
	for _, c := range corpus(t) {
		text := c.text()
		text.Title, text.Body = wide(text.Title), wide(text.Body)
		if got, want := describe(Read(text)), describe(Read(c.text())); got != want {
			t.Errorf("%s:%d: %s\n%s\ngot %s\nwant %s", c.file, c.line, text.Title, text.Body, got, want)
		}
	}
}

// TestSpacesMayBeMissing: of Korean notices without any blanks at least 98 in 100 say the
// same. In some of the others a blank alone tells two readings apart (28 10시).
func TestSpacesMayBeMissing(t *testing.T) {
	var differ []string
	all := 0
	for _, c := range corpus(t) {
		if !c.hangul() {
			continue
		}
		all++
		text := c.text()
		text.Title, text.Body = strings.ReplaceAll(text.Title, " ", ""), strings.ReplaceAll(text.Body, " ", "")
		if got, want := describe(Read(text)), describe(Read(c.text())); got != want {
			differ = append(differ, fmt.Sprintf("%s:%d: %s\n%s\ngot %s\nwant %s", c.file, c.line, text.Title, text.Body, got, want))
		}
	}
	if len(differ)*50 > all {
		t.Errorf("%d of %d differ:\n%s", len(differ), all, strings.Join(differ, "\n\n"))
	}
}
