package notices

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxText bounds a text that is taken from a page, in bytes. No notice comes near it.
const maxText = 256 << 10

// Words is what a reader sees of a part of a page, as plain text: block elements are lines, the cells
// of a table's row are separated by tabs, images are their alternative text. Whatever a
// browser does not show by the page's own words (display:none, hidden, scripts, comments) is
// left out; style sheets are not consulted.
func Words(n *html.Node) string {
	w := writer{shown: true, limit: maxText}
	w.node(n, true)
	return tidy(w.b.String())
}

// allText is Words with what is hidden, and more of it. whole is false if there was still more.
func allText(n *html.Node) (text string, whole bool) {
	w := writer{limit: 4 * maxText}
	w.node(n, true)
	return tidy(w.b.String()), !w.cut
}

// wordsOf is Words on one line.
func wordsOf(n *html.Node) string { return oneLine(Words(n)) }

type writer struct {
	b     strings.Builder
	shown bool // only what is shown
	pre   int
	limit int  // bytes
	cut   bool // the limit left something out
}

func (w *writer) room() bool {
	w.cut = w.cut || w.b.Len() >= w.limit
	return !w.cut
}

func (w *writer) line() {
	if w.room() {
		w.b.WriteByte('\n')
	}
}

// node writes n. root is not asked whether it is hidden: whoever wants its text knows.
func (w *writer) node(n *html.Node, root bool) {
	if !w.room() {
		return
	}
	switch n.Type {
	case html.TextNode:
		w.text(n.Data)
		return
	case html.DocumentNode:
		w.children(n)
		return
	case html.ElementNode:
	default:
		return
	}
	if w.shown && !root && hidden(n) {
		return
	}
	switch n.DataAtom {
	case atom.Script, atom.Style, atom.Noscript, atom.Template, atom.Head, atom.Iframe, atom.Object, atom.Svg, atom.Canvas:
		if w.shown || n.DataAtom != atom.Head && n.DataAtom != atom.Noscript {
			return
		}
		w.children(n)
	case atom.Input:
		if kind := attr(n, "type"); !w.shown || kind == "button" || kind == "submit" {
			w.text(" " + attr(n, "value") + " ")
		}
	case atom.Br:
		w.line()
	case atom.Img, atom.Area:
		if alt := strings.TrimSpace(attr(n, "alt")); alt != "" {
			w.text(" " + alt + " ")
		}
	case atom.Tr:
		w.row(n)
	case atom.Pre, atom.Textarea:
		w.pre++
		w.block(n)
		w.pre--
	case atom.Dt, atom.Dd, atom.Option:
		w.block(n)
	default:
		if block(n) {
			w.block(n)
			return
		}
		w.children(n)
	}
}

func (w *writer) children(n *html.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		w.node(c, false)
	}
}

func (w *writer) block(n *html.Node) {
	w.line()
	w.children(n)
	w.line()
}

// row writes the cells of a row between tabs. A cell with much in it is layout rather than data: it
// keeps its lines. So does one that is alone in its row.
func (w *writer) row(n *html.Node) {
	w.line()
	cells := cellsOf(n, w.shown)
	for i, c := range cells {
		if i > 0 && w.room() {
			w.b.WriteByte('\t')
		}
		inner := writer{shown: w.shown, pre: w.pre, limit: w.limit}
		inner.children(c)
		w.cut = w.cut || inner.cut
		text := tidy(inner.b.String())
		if len(cells) > 1 && strings.Count(text, "\n") < 3 && utf8.RuneCountInString(text) <= 200 {
			text = strings.ReplaceAll(strings.ReplaceAll(text, "\n", " "), "\t", " ")
		}
		w.b.WriteString(w.fit(text))
	}
	w.line()
}

func cellsOf(row *html.Node, shown bool) (cells []*html.Node) {
	for c := row.FirstChild; c != nil; c = c.NextSibling {
		if (c.DataAtom == atom.Td || c.DataAtom == atom.Th) && !(shown && hidden(c)) {
			cells = append(cells, c)
		}
	}
	return cells
}

// fit cuts s to the room that is left.
func (w *writer) fit(s string) string {
	if left := max(w.limit-w.b.Len(), 0); len(s) > left {
		w.cut = true
		return s[:left]
	}
	return s
}

func (w *writer) text(s string) {
	s = w.fit(s)
	if w.pre == 0 {
		s = strings.Map(func(r rune) rune {
			if r == '\n' || r == '\r' || r == '\t' {
				return ' '
			}
			return r
		}, s)
	}
	w.b.WriteString(s)
}

// tidy makes single spaces of all spaces and drops empty lines, control characters and what has
// no width. Tabs and line feeds are structure and stay.
func tidy(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	pending := byte(0) // the separator owed before the next visible character
	for _, r := range s {
		switch {
		case r == '\n' || r == '\r' || r == '\u2028' || r == '\u2029':
			pending = '\n'
		case r == '\t':
			if pending != '\n' {
				pending = '\t'
			}
		case unicode.IsSpace(r):
			if pending == 0 {
				pending = ' '
			}
		case r == utf8.RuneError, unicode.IsControl(r), unicode.Is(unicode.Cf, r):
		default:
			if pending != 0 && b.Len() > 0 {
				b.WriteByte(pending)
			}
			pending = 0
			b.WriteRune(r)
		}
	}
	return b.String()
}

// oneLine is tidy without structure.
func oneLine(s string) string {
	return strings.NewReplacer("\n", " ", "\t", " ").Replace(tidy(s))
}

// clip cuts s to n characters.
func clip(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

// hidden reports whether an element says of itself that it is not shown.
func hidden(n *html.Node) bool {
	if n.DataAtom == atom.Input && attr(n, "type") == "hidden" {
		return true
	}
	for _, a := range n.Attr {
		switch a.Key {
		case "hidden":
			return true
		case "style":
			style := strings.ToLower(strings.Join(strings.Fields(a.Val), ""))
			if strings.Contains(style, "display:none") || strings.Contains(style, "visibility:hidden") {
				return true
			}
		}
	}
	return false
}

func block(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Address, atom.Article, atom.Aside, atom.Blockquote, atom.Body, atom.Caption, atom.Center, atom.Details, atom.Dialog, atom.Div, atom.Dl,
		atom.Fieldset, atom.Figcaption, atom.Figure, atom.Footer, atom.Form, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Header, atom.Hr,
		atom.Html, atom.Legend, atom.Li, atom.Main, atom.Menu, atom.Nav, atom.Ol, atom.P, atom.Section, atom.Summary, atom.Table, atom.Tbody, atom.Td,
		atom.Tfoot, atom.Th, atom.Thead, atom.Ul, atom.Title:
		return true
	}
	return false
}

// attr is an attribute's value, "" without it.
func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// names are an element's classes and its id, in lower case.
func names(n *html.Node) []string {
	return strings.Fields(strings.ToLower(attr(n, "class") + " " + attr(n, "id")))
}

// frame reports whether an element holds what surrounds a page's own content.
func frame(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Nav, atom.Header, atom.Footer, atom.Aside:
		return true
	}
	return false
}

// aside reports whether n is in such an element.
func aside(n *html.Node) bool {
	for ; n != nil; n = n.Parent {
		if frame(n) {
			return true
		}
	}
	return false
}

// each calls f for n and what is below it, in the document's order; f says whether to go
// down. The parser bounds the depth (512 elements).
func each(n *html.Node, f func(*html.Node) bool) {
	if !f(n) {
		return
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		each(c, f)
	}
}
