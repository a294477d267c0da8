package notices

import (
	"context"
	"errors"
	"path"
	"regexp"
	"strings"
	"unicode"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/charterwatch/charterwatch/scanners"
)

// bannerSelector is where pop-ups and banners are looked for unless told otherwise.
const bannerSelector = `dialog, [role=alert], [role=alertdialog], [role=dialog], [class*=popup i], [id*=popup i], [class*=banner i], [id*=banner i], ` +
	`[class*=modal i], [class*=notice-bar i], [class*=alert i], [class*=layer_pop i], [class*=pop_layer i], marquee`

// readBanners looks at the pop-ups and banners of a page. They come and go, so that none is as good
// an answer as any.
func (b *board) readBanners(ctx context.Context, l *look) error {
	r, err := l.getOK(ctx, b.c.URL, acceptHTML)
	if r == nil || r.Status < 200 || r.Status > 299 {
		return err
	}
	text, _ := r.Text()
	doc := Parse(text)
	found := b.banners(doc)
	if len(found) == 0 && err == nil {
		var p error
		if p = instead(doc, text); !isLayout(p) || strings.TrimSpace(Words(doc)) == "" {
			return p
		}
		if n, _ := scripts(doc); n > 0 && len(Words(doc)) < 200 {
			return p // the page itself is made by a script, and its banners with it
		}
	}
	keys := map[string]bool{}
	for _, n := range found {
		d := bannerDraft(n)
		for keys[d.key] {
			d.key += "+"
		}
		keys[d.key] = true
		d.url, d.page, d.shoot = b.c.URL, r, b.c.URL
		l.add(ctx, d)
	}
	l.whole = err == nil
	return err
}

func isLayout(err error) bool {
	var p *problem
	return errors.As(err, &p) && p.status == scanners.BoardLayout
}

// banners are the outermost elements that the selector finds and that say anything.
func (b *board) banners(doc *html.Node) (out []*html.Node) {
	sel := b.sel.row
	if sel == nil {
		sel, _ = cascadia.ParseGroup(bannerSelector) // a constant: a test parses it
	}
	each(doc, func(n *html.Node) bool {
		if n.Type != html.ElementNode || len(out) == maxRows {
			return n.Type != html.ElementNode
		}
		if n.DataAtom == atom.Body || n.DataAtom == atom.Html || !sel.Match(n) {
			return n.DataAtom != atom.Head
		}
		if Words(n) != "" || len(unreadIn(n, n)) > 0 {
			out = append(out, n)
		}
		return false
	})
	return out
}

// bannerDraft reads one banner. One that the page hides is shown by a script, or never: a person has
// to look.
func bannerDraft(n *html.Node) draft {
	d := draft{text: Words(n), unread: unreadIn(n, n), read: true}
	for up := n; up != nil; up = up.Parent {
		if up.Type == html.ElementNode && hidden(up) || n.DataAtom == atom.Dialog && !has(n, "open") {
			d.unread = append(d.unread, "hidden")
			break
		}
	}
	first, _, _ := strings.Cut(d.text, "\n")
	d.title = clip(first, 120)
	if id := attr(n, "id"); id != "" && !longNumber.MatchString(id) {
		d.key = "id:" + id
		return d
	}
	masked, _ := scanners.Mask(d.text)
	core := lettersOf(masked)
	if core == "" {
		each(n, func(c *html.Node) bool {
			if c.DataAtom == atom.Img {
				core += " " + path.Base(attr(c, "src"))
			}
			return true
		})
	}
	d.key = "text:" + scanners.TextDigest(core, "")[:16]
	return d
}

var longNumber = regexp.MustCompile(`\d{5}`)

// lettersOf is a text's letters: its core, which stays when a date in it is put right.
func lettersOf(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, clip(s, 2000))
}

func has(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}
