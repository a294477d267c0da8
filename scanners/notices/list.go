package notices

import (
	"context"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/charterwatch/charterwatch/internal/fetch"
	"github.com/charterwatch/charterwatch/scanners"
)

// readList reads the pages of a list, then the posts that are worth reading.
func (b *board) readList(ctx context.Context, l *look) error {
	all, err := b.pages(ctx, l)
	if err == nil && len(all) == 0 && len(l.known) > 0 {
		err = trouble(scanners.BoardLayout, "no rows, where there were some before")
	}
	if err == nil && b.otherList(all) {
		all, err = nil, trouble(scanners.BoardLayout, "none of the posts of the look before is on the list")
	}
	b.readPosts(ctx, l, all, nil, err == nil)
	return err
}

// otherList reports whether guessed rows have nothing to do with those of the look before: then the guess
// has likely found another list of the page, such as one of links, and the board is not there. A
// board that was really made anew is believed after a day, or at once if a selector says where it is.
func (b *board) otherList(all []entry) bool {
	if b.sel.row != nil || len(b.rows) < 3 || slices.ContainsFunc(all, func(e entry) bool { return b.rows[e.key] != "" }) {
		b.strange = time.Time{}
		return false
	}
	if b.strange.IsZero() {
		b.strange = b.c.Now()
	}
	return b.c.Now().Sub(b.strange) < 24*time.Hour
}

// pages reads the list's pages and returns their rows, each key once.
func (b *board) pages(ctx context.Context, l *look) (all []entry, err error) {
	seen, asked := map[string]bool{}, map[string]bool{}
	at := b.c.URL
	for n := 1; n <= b.c.Pages; n++ {
		asked[at] = true
		r, err := l.getOK(ctx, at, acceptHTML)
		if n > 1 && r != nil && r.Status == 404 {
			return all, nil // there is no such page
		}
		if r == nil || r.Status < 200 || r.Status > 299 {
			return all, err
		}
		doc, fresh, perr := b.page(l, r, n, seen, &all)
		if err != nil { // cut
			return all, err
		}
		if perr != nil {
			return all, perr
		}
		if n > 1 && fresh == 0 {
			return all, trouble(scanners.BoardEndless, "page "+strconv.Itoa(n)+" repeats the pages before it")
		}
		if len(all) > maxRows {
			return all[:maxRows], trouble(scanners.BoardEndless, "more than "+strconv.Itoa(maxRows)+" rows")
		}
		next, more, sure := b.next(doc, base(doc, r.URL), n)
		switch {
		case !more, asked[next] && !sure: // a "next" on the last page leads to itself
			l.whole = true
			return all, nil
		case next == "":
			return all, nil
		case asked[next]:
			return all, trouble(scanners.BoardEndless, "its pages lead in a circle")
		}
		at = next
	}
	return all, nil
}

// page adds one page's rows to all. fresh counts those that were not there yet.
func (b *board) page(l *look, r *fetch.Response, n int, seen map[string]bool, all *[]entry) (doc *html.Node, fresh int, err error) {
	text, _ := r.Text()
	doc = Parse(text)
	rows, broken := b.entries(doc, base(doc, r.URL))
	for _, e := range rows {
		if !seen[e.key] {
			seen[e.key] = true
			*all = append(*all, e)
			fresh++
		}
	}
	switch {
	case broken > 0 && broken*2 >= len(rows):
		return doc, fresh, trouble(scanners.BoardLayout, "rows without a title or a link")
	case len(rows) > 0:
		return doc, fresh, nil
	case n > 1:
		return doc, 1, nil // a page behind the last one
	case b.saysEmpty(doc):
		return doc, 0, nil
	}
	return doc, 0, instead(doc, text)
}

// saysEmpty reports whether a page says that its list is empty.
func (b *board) saysEmpty(doc *html.Node) bool {
	return marked(Squeeze(Words(doc)), emptyMarks)
}

// base is what a page's relative links are relative to.
func base(doc *html.Node, at *url.URL) *url.URL {
	u := at
	done := false
	each(doc, func(n *html.Node) bool {
		if done {
			return false
		}
		if n.DataAtom == atom.Base && attr(n, "href") != "" {
			if b, err := at.Parse(attr(n, "href")); err == nil {
				u = b
			}
			done = true
		}
		return true
	})
	return u
}

var (
	pagingName = regexp.MustCompile(`^(?:.*[-_])?(?:paging|pagination|paginate|pager|page[-_]?(?:list|nav|wrap|area|box)?|pg_wrap)$`)
	nextName   = regexp.MustCompile(`^(?:.*[-_])?next$`)
	nextWord   = regexp.MustCompile(`^(?:다음|다음 ?페이지|next|next page|›|>|>>|»)$`)
)

// next finds the page after page n. more is false if the list ends here; next is "" if there is more but
// no address that could be asked; sure is false if it is a guess by a word alone.
func (b *board) next(doc *html.Node, base *url.URL, n int) (next string, more, sure bool) {
	found, sure := b.nextLink(doc, n)
	if b.c.PageTemplate != "" {
		if found == nil && hasPaging(doc) {
			return "", false, sure
		}
		u, err := base.Parse(strings.ReplaceAll(b.c.PageTemplate, "{page}", strconv.Itoa(n+1)))
		if err != nil {
			return "", true, true
		}
		return address(u), true, true
	}
	if found == nil {
		return "", false, sure
	}
	href := strings.TrimSpace(attr(found, "href"))
	if href == "" || strings.HasPrefix(href, "#") || strings.HasPrefix(strings.ToLower(href), "javascript:") {
		return "", true, sure
	}
	u, err := base.Parse(href)
	if err != nil {
		return "", true, sure
	}
	return address(u), true, sure
}

// nextLink is the link to page n+1: by selector, by rel, by number among the page links, by name.
func (b *board) nextLink(doc *html.Node, n int) (found *html.Node, sure bool) {
	if b.sel.next != nil {
		found = cascadia.Query(doc, b.sel.next)
		if found != nil && found.DataAtom != atom.A {
			found = cascadia.Query(found, cascadia.MustCompile("a"))
		}
		return found, true
	}
	rank := 0
	each(doc, func(e *html.Node) bool {
		if e.Type != html.ElementNode || hidden(e) {
			return e.Type == html.DocumentNode
		}
		if e.DataAtom != atom.A && e.DataAtom != atom.Link {
			return true
		}
		r := 0
		words := wordsOf(e)
		switch {
		case attr(e, "rel") == "next":
			r = 4
		case !inPaging(e):
		case words == strconv.Itoa(n+1):
			r = 3
		case slicesAny(names(e), nextName), nextWord.MatchString(strings.ToLower(words)), nextWord.MatchString(strings.ToLower(attr(e, "title"))):
			r = 1
		}
		if r > rank {
			found, rank = e, r
		}
		return true
	})
	return found, rank > 1
}

func slicesAny(names []string, re *regexp.Regexp) bool {
	for _, n := range names {
		if re.MatchString(n) {
			return true
		}
	}
	return false
}

func inPaging(n *html.Node) bool {
	for up := 0; n != nil && up < 5; n, up = n.Parent, up+1 {
		if slicesAny(names(n), pagingName) {
			return true
		}
	}
	return false
}

func hasPaging(doc *html.Node) (has bool) {
	each(doc, func(n *html.Node) bool {
		has = has || n.Type == html.ElementNode && slicesAny(names(n), pagingName)
		return !has
	})
	return has
}
