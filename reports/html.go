package reports

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"strings"
)

var (
	//go:embed templates/report.html
	reportHTML string
	//go:embed templates/screen.css
	screenCSS string
	//go:embed templates/paper.css
	paperCSS string
)

// HTML is the report as one file that needs nothing else: no scripts, no other addresses.
func HTML(r Report, s Signing, lang string, o Options) ([]byte, error) {
	p, err := compose(r, s, lang, o)
	if err != nil {
		return nil, err
	}
	return execute(p, false)
}

// execute fills the template. On paper there is no navigation, and pictures have the text
// alternative that the PDF library looks for.
func execute(p page, paper bool) ([]byte, error) {
	t, err := template.New("report").Funcs(template.FuncMap{
		"pair": func(paper bool, b any) any { return struct{ Paper, Block any }{paper, b} },
		"fold": func(paper bool, c cell, room float64) cell {
			if paper {
				c.Text, c.Small = fold(c.Text, room), fold(c.Small, room*bodySize/smallSize)
			}
			return c
		},
		"lines": func(s string) []string { return strings.Split(s, "\n") },
		"paper": func(s *strip) template.HTML { return s.paper() },
	}).Parse(reportHTML)
	if err != nil {
		return nil, fmt.Errorf("parse the report's template: %w", err)
	}
	var b bytes.Buffer
	err = t.Execute(&b, struct {
		Page  page
		Paper bool
		CSS   template.CSS
	}{p, paper, template.CSS(screenCSS)})
	if err != nil {
		return nil, fmt.Errorf("fill the report's template: %w", err)
	}
	return b.Bytes(), nil
}

// paper is the picture with its size, which the PDF library wants in so many words, and the
// alternative text where it looks for it.
func (s *strip) paper() template.HTML {
	alt := fmt.Sprintf(`<svg width="%dpt" height="%dpt" alt="%s" `, s.Wide, s.High, template.HTMLEscapeString(s.Alt))
	return template.HTML(strings.Replace(string(s.SVG), "<svg ", alt, 1))
}

// The style sheet's sizes of letters, in points.
const bodySize, smallSize = 9, 7.5

// fold lets long words such as names of files break where room, in points, ends, behind a sign if
// there is one: the PDF library breaks lines at spaces alone.
func fold(s string, room float64) string {
	words := strings.Split(s, " ")
	for i, word := range words {
		var lines []string
		rest := []rune(word)
		for len(rest) > 0 {
			n := fitting(rest, room)
			lines, rest = append(lines, string(rest[:n])), rest[n:]
		}
		words[i] = strings.Join(lines, " ")
	}
	return strings.Join(words, " ")
}

// fitting is how many of a word's letters go on a line, at least one.
func fitting(word []rune, room float64) int {
	n := 0
	for wide := 0.0; n < len(word); n++ {
		if wide += advance(word[n]); wide > room && n > 0 {
			break
		}
	}
	if n == len(word) {
		return n
	}
	for k := n; k > n/2; k-- {
		if strings.ContainsRune("/-_.@:", word[k-1]) {
			return k
		}
	}
	return n
}

// advance is about how wide a letter of the typeface is at bodySize.
func advance(r rune) float64 {
	switch {
	case r >= 0x1100: // Hangul and its neighbours
		return 7.9
	case r >= '0' && r <= '9', r >= 'A' && r <= 'Z':
		return 5.6
	default:
		return 4.7
	}
}
