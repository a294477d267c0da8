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
		"pair":  func(paper bool, b any) any { return struct{ Paper, Block any }{paper, b} },
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
