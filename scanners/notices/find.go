package notices

import (
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxRow is the longest text of a row, in bytes: more is a page, not a row.
const maxRow = 1500

// guesser finds the rows of a list without being told where they are.
type guesser struct {
	zone  *time.Location
	now   time.Time
	best  []*html.Node
	score int
}

// sight is what an element holds.
type sight struct {
	date, link bool
	size       int // bytes of text
	rows       int // smallest elements that hold a date and a link
}

// guessRows returns the rows of the page's most likely list, nil if there is none.
//
// The smallest elements that hold both a link and something written as a date are rows in the rough.
// Where several of them first meet is the list, and the rows are the list's children. That
// finds tr in tables, li in lists and boxes in boxes alike, and never a header row, which has no date.
func guessRows(doc *html.Node, zone *time.Location, now time.Time) []*html.Node {
	g := &guesser{zone: zone, now: now}
	g.look(doc)
	if len(g.best) == 0 {
		return nil
	}
	return g.withSiblings(g.best)
}

func (g *guesser) look(n *html.Node) sight {
	switch {
	case n.Type == html.TextNode:
		s := strings.TrimSpace(n.Data)
		_, _, ok := postedIn(s, g.zone, g.now)
		return sight{date: ok, size: len(s)}
	case n.Type == html.ElementNode && (hidden(n) || n.DataAtom == atom.Script || n.DataAtom == atom.Style || n.DataAtom == atom.Head):
		return sight{}
	case n.Type != html.ElementNode && n.Type != html.DocumentNode:
		return sight{}
	}
	var all sight
	var single []*html.Node // children that hold one row
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		s := g.look(c)
		all.date, all.link = all.date || s.date, all.link || s.link
		all.size += s.size
		all.rows += s.rows
		if s.rows == 1 && s.size <= maxRow {
			single = append(single, c)
		}
	}
	if opens(n) && all.size > 0 {
		all.link = true
	}
	if n.DataAtom == atom.Time {
		_, _, ok := machineDate(n)
		all.date = all.date || ok
	}
	if all.rows == 0 && all.date && all.link && all.size <= maxRow {
		all.rows = 1
	}
	if len(single) > 0 && (all.rows > 1 || container(n)) {
		g.consider(n, single)
	}
	return all
}

// consider takes the group of rows if it is likelier than the best so far.
func (g *guesser) consider(list *html.Node, rows []*html.Node) {
	if aside(list) {
		return
	}
	same := rows[:0:0]
	for _, r := range rows {
		if r.DataAtom == rows[len(rows)/2].DataAtom {
			same = append(same, r)
		}
	}
	score := len(same) * 2
	if container(list) {
		score += 3
	}
	for n, depth := list, 0; n != nil && depth < 4; n, depth = n.Parent, depth+1 {
		for _, name := range names(n) {
			if listName.MatchString(name) {
				score += 10
				break
			}
		}
	}
	for _, r := range same {
		for _, name := range names(r) {
			if listName.MatchString(name) {
				score++
			}
		}
	}
	if score > g.score {
		g.best, g.score = same, score
	}
}

var listName = regexp.MustCompile(`board|bbs|notice|list|article|post|news|tbl`)

func container(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Table, atom.Tbody, atom.Ul, atom.Ol:
		return true
	}
	return false
}

// opens reports whether an element leads somewhere when clicked.
func opens(n *html.Node) bool {
	if n.Type != html.ElementNode {
		return false
	}
	if n.DataAtom == atom.A {
		return attr(n, "href") != "" || attr(n, "onclick") != ""
	}
	return attr(n, "onclick") != ""
}

// withSiblings adds the rows beside the found ones that have only a link, as pinned rows may, or only a
// date, and those of a table's other bodies.
func (g *guesser) withSiblings(rows []*html.Node) (out []*html.Node) {
	list := rows[0].Parent
	lists := []*html.Node{list}
	if list.DataAtom == atom.Tbody && list.Parent != nil {
		lists = nil
		for c := list.Parent.FirstChild; c != nil; c = c.NextSibling {
			if c.DataAtom == atom.Tbody || c.DataAtom == atom.Thead {
				lists = append(lists, c)
			}
		}
	}
	for _, l := range lists {
		for c := l.FirstChild; c != nil; c = c.NextSibling {
			if c.Type == html.ElementNode && c.DataAtom == rows[0].DataAtom && !hidden(c) && len(wordsOf(c)) <= maxRow && !headerRow(c) && (len(openers(c)) > 0 || g.dated(c)) {
				out = append(out, c)
			}
		}
	}
	return out
}

// dated reports whether something in n is written as a date.
func (g *guesser) dated(n *html.Node) (has bool) {
	each(n, func(c *html.Node) bool {
		if c.Type == html.TextNode && !has {
			_, _, has = postedIn(c.Data, g.zone, g.now)
		}
		return !has
	})
	return has
}

// headerRow reports whether a table row holds column names alone.
func headerRow(n *html.Node) bool {
	if n.DataAtom != atom.Tr {
		return false
	}
	if n.Parent != nil && n.Parent.DataAtom == atom.Thead {
		return true
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.DataAtom == atom.Td {
			return false
		}
	}
	return true
}

// openers are what a row can be opened by, the most likely first: the link with the longest text,
// then the others, then the row's own scripts.
func openers(row *html.Node) []*html.Node {
	var links, others []*html.Node
	longest := -1
	each(row, func(n *html.Node) bool {
		if !opens(n) {
			return true
		}
		if n.DataAtom != atom.A {
			others = append(others, n)
			return true
		}
		if size := utf8.RuneCountInString(wordsOf(n)); attachmentKind(n) == "" && size > longest {
			longest = size
			links = append([]*html.Node{n}, links...)
		} else {
			links = append(links, n)
		}
		return true
	})
	return append(links, others...)
}

// machineDate reads a time element's datetime.
func machineDate(n *html.Node) (at time.Time, dateOnly, ok bool) {
	v := strings.TrimSpace(attr(n, "datetime"))
	if t, err := time.Parse(time.RFC3339, v); err == nil {
		return t, false, true
	}
	return time.Time{}, false, false
}
