package notices

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/charterwatch/charterwatch/scanners"
)

// entry is a row of a list.
type entry struct {
	link
	title    string
	claimed  time.Time
	dateOnly bool
	listed   bool
}

// entries reads the rows of a page. broken counts rows without a title or a way to open them.
func (b *board) entries(doc *html.Node, base *url.URL) (out []entry, broken int) {
	rows := b.findRows(doc)
	for _, r := range rows {
		if headerRow(r) {
			continue
		}
		e := b.entry(r, base)
		switch {
		case e.title == "":
			if Squeeze(Words(r)) != "" && !marked(Squeeze(Words(r)), emptyMarks) {
				broken++
			}
			continue
		case e.key == "":
			if marked(Squeeze(e.title), emptyMarks) {
				continue
			}
			broken++
			if e.claimed.IsZero() {
				continue
			}
			// Something was posted, though nobody can open it: to drop it would be to say that it is
			// not there.
			masked, _ := scanners.Mask(e.title)
			e.key = "row:" + scanners.TextDigest(masked, e.claimed.UTC().String())[:16]
		}
		out = append(out, e)
	}
	return out, broken
}

func (b *board) findRows(doc *html.Node) []*html.Node {
	if b.sel.row != nil {
		rows := cascadia.QueryAll(doc, b.sel.row)
		return rows[:min(len(rows), 2*maxRows)] // a selector may match more than anybody meant
	}
	return guessRows(doc, b.c.Zone, b.c.Now())
}

func (b *board) entry(row *html.Node, base *url.URL) entry {
	e := entry{listed: true}
	open := openers(row)
	if b.sel.link != nil {
		open = cascadia.QueryAll(row, b.sel.link)
		if b.sel.link.Match(row) {
			open = append(open, row)
		}
	}
	var titled *html.Node
	if b.sel.title != nil {
		titled = cascadia.Query(row, b.sel.title)
	} else {
		titled = guessTitle(row, open)
	}
	if titled != nil {
		e.title = rowTitle(titled)
	}
	e.link = b.linkOf(base, append(slices.Clone(open), row))
	e.claimed, e.dateOnly = b.posted(row, titled)
	return e
}

// guessTitle is the element that holds a row's title: the cell or box around the link if that holds
// little else, for marks like [취소] stand beside the link on some boards.
func guessTitle(row *html.Node, open []*html.Node) *html.Node {
	if len(open) == 0 {
		return titleBelow(row)
	}
	at := open[0]
	if at == row || at.DataAtom != atom.A {
		return titleBelow(row)
	}
	if t := titleBelow(at); t != at {
		return t
	}
	own := utf8.RuneCountInString(wordsOf(at))
	for p := at.Parent; p != nil && p != row.Parent; p = p.Parent {
		if p.DataAtom == atom.Td || p.DataAtom == atom.Th {
			if utf8.RuneCountInString(wordsOf(p)) <= own+20 {
				return p
			}
			break
		}
	}
	return at
}

var titleName = regexp.MustCompile(`^(?:.*[-_])?(?:title|tit|subject|subj|sbj|ttl)\d?$`)

// titleBelow is the part of n that is named as a title, or that is a heading, or n itself.
func titleBelow(n *html.Node) (found *html.Node) {
	each(n, func(c *html.Node) bool {
		if found != nil || c == n || c.Type != html.ElementNode {
			return found == nil
		}
		switch c.DataAtom {
		case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.Strong:
			found = c
		}
		for _, name := range names(c) {
			if titleName.MatchString(name) {
				found = c
			}
		}
		if found != nil && Words(found) == "" {
			found = nil
		}
		return found == nil
	})
	if found != nil {
		return found
	}
	if n.DataAtom == atom.A {
		return n
	}
	// A row that opens as a whole: its longest part that is no date.
	longest := 0
	each(n, func(c *html.Node) bool {
		if c.Type == html.TextNode {
			if size := utf8.RuneCountInString(strings.TrimSpace(c.Data)); size > longest && !labelled(c.Data) {
				longest, found = size, c.Parent
			}
		}
		return true
	})
	return found
}

func labelled(s string) bool {
	_, _, ok := anyDate(s, time.UTC)
	return ok && utf8.RuneCountInString(s) < 30
}

var (
	iconName = regexp.MustCompile(`^(?:new|ico|icon|ico[-_n].*|icon[-_].*|.*[-_](?:new|icon|ico)|blind|sr-only|sound_only|hidden|cmt|comment|reply|count)$`)
	pinWord  = regexp.MustCompile(`^\[?(?:공지|필독|중요|notice|new|n|hot|top)\]?$`)
)

// rowTitle is a title without what boards hang on it: marks of new posts, counts of comments, pins.
func rowTitle(n *html.Node) string {
	var b strings.Builder
	each(n, func(c *html.Node) bool {
		switch {
		case c.Type == html.TextNode:
			b.WriteString(c.Data)
		case c.Type != html.ElementNode || c == n:
		case hidden(c), c.DataAtom == atom.Script, c.DataAtom == atom.Style, c.DataAtom == atom.Img && b.Len() > 0:
			return false
		case c.DataAtom == atom.Img:
			b.WriteString(" " + attr(c, "alt") + " ")
		case slices.ContainsFunc(names(c), iconName.MatchString), c.DataAtom != atom.A && pinWord.MatchString(strings.ToLower(wordsOf(c))):
			return false
		default:
			b.WriteByte(' ')
		}
		return true
	})
	return title(b.String())
}

var dateName = regexp.MustCompile(`date|reg|day|time|posted|wdate|일자`)

// posted finds when a row says it was posted: the selected cell, a time element, the cell named so, the
// first cell that is a date. Dates in the title are the work's, not the post's.
func (b *board) posted(row, titled *html.Node) (at time.Time, dateOnly bool) {
	now := b.c.Now()
	if b.sel.posted != nil {
		if n := cascadia.Query(row, b.sel.posted); n != nil {
			if at, dateOnly, ok := postedIn(Words(n), b.c.Zone, now); ok {
				return at, dateOnly
			}
			at, dateOnly, _ = anyDate(Words(n), b.c.Zone)
			return at, dateOnly
		}
		return time.Time{}, false
	}
	best := 0
	each(row, func(n *html.Node) bool {
		if n == titled && n != row && !(n.DataAtom == atom.A && best == 0) {
			return false
		}
		rank, t, only := 0, time.Time{}, false
		var ok bool
		switch {
		case n.DataAtom == atom.Time:
			if t, only, ok = machineDate(n); ok {
				rank = 4
			}
		case n.Type == html.TextNode:
			if t, only, ok = postedIn(n.Data, b.c.Zone, now); ok {
				rank = 1
				for p, up := n.Parent, 0; p != nil && up < 2; p, up = p.Parent, up+1 {
					if slices.ContainsFunc(names(p), dateName.MatchString) {
						rank = 2
					}
				}
				if n.Parent == titled {
					rank = 0
				}
			}
		}
		if rank > best {
			best, at, dateOnly = rank, t, only
		}
		return true
	})
	return at, dateOnly
}
