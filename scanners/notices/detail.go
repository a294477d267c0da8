package notices

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"

	"github.com/charterwatch/charterwatch/internal/fetch"
	"github.com/charterwatch/charterwatch/scanners"
)

// maxFailures is how many detail pages in a row may fail before the rest is left for the next look.
const maxFailures = 3

// What reading a post's page comes to, beside a page.
var (
	errGone    = errors.New("there is no such post any more")
	errElse    = errors.New("its address shows something else")
	errBody    = errors.New("nothing is where the body selector says")
	errNoTitle = errors.New("an error page")
)

// readPosts reads the pages of the posts that are worth it, within the look's limits, and adds all posts
// in the list's order. ready are posts that came with the list. Followed posts that the list does
// not show are asked for at their own address; without a list that can be trusted, nothing is said
// of them.
func (b *board) readPosts(ctx context.Context, l *look, all []entry, ready map[string]draft, trusted bool) {
	if trusted {
		all = append(all, b.missing(l, all)...)
	}
	bodies := maps.Clone(ready)
	if bodies == nil {
		bodies = map[string]draft{}
	}
	failures, unread := 0, 0
	for i, e := range b.worthReading(l, all, ready) {
		if i >= b.c.Details || failures >= maxFailures || ctx.Err() != nil {
			break
		}
		d, err := b.readPost(ctx, l, e)
		switch {
		case err == nil:
			bodies[e.key] = d
			failures = 0
		case errors.Is(err, errGone) && !e.listed:
			l.gone = append(l.gone, e.key)
			failures = 0
		default:
			failures++
			unread++
		}
	}
	if unread > 0 {
		l.note = fmt.Sprintf("%d detail pages could not be read", unread)
	}
	rows := map[string]string{}
	for _, e := range all {
		d, read := bodies[e.key]
		switch {
		case read && !e.listed && len(ready) > 0:
			// The list brings texts, which a page's text cannot be compared with: all that is known is
			// that the post is still there.
			d.read, d.text, d.page, d.unread = false, "", nil, nil
		case read:
		case !e.listed:
			continue
		default:
			d = e.draft(b)
		}
		if old := b.rows[e.key]; e.listed && !read && old != "" {
			rows[e.key] = old // a change is not forgotten before it was read
		} else if e.listed {
			rows[e.key] = e.row()
		}
		l.add(ctx, d)
	}
	if trusted {
		b.rows = rows
	}
}

// draft is the post as far as the list shows it.
func (e entry) draft(b *board) draft {
	d := draft{key: e.key, url: e.url, title: e.title, claimed: e.claimed, dateOnly: e.dateOnly}
	if e.url == "" {
		d.unread = []string{"script"}
	} else if u, err := url.Parse(e.url); err != nil || !b.client.Allows(u) {
		d.unread = []string{"foreign"}
	}
	return d
}

// row is what a change of the row is seen by.
func (e entry) row() string { return e.title + "\n" + e.claimed.String() }

// missing are the followed posts that the list does not show.
func (b *board) missing(l *look, all []entry) (out []entry) {
	listed := map[string]bool{}
	for _, e := range all {
		listed[maskKey(e.key, e.title)] = true
	}
	for _, k := range l.known {
		// A masked address cannot be asked.
		if k.Follow && !listed[k.Key] && k.URL != "" && !strings.Contains(k.URL, "*") {
			out = append(out, entry{link: link{key: k.Key, url: k.URL}, title: k.Title})
		}
	}
	slices.SortFunc(out, func(a, b entry) int { return strings.Compare(a.key, b.key) })
	return out
}

// worthReading are the posts to read, in the order in which they matter: followed ones, changed ones, new
// ones; the newest first.
func (b *board) worthReading(l *look, all []entry, ready map[string]draft) []entry {
	rank := func(e entry) int {
		k, known := l.known[maskKey(e.key, e.title)]
		name, _ := scanners.Mask(e.title)
		old := b.rows[e.key]
		_, here := ready[e.key]
		switch {
		case e.url == "" || here:
			return 0
		case known && k.Follow:
			return 3
		case known && k.Digest != "" && (k.Title != "" && k.Title != name || old != "" && old != e.row()):
			return 2
		case !known, k.Digest == "":
			return 1
		}
		return 0
	}
	var out []entry
	for _, e := range all {
		if u, err := url.Parse(e.url); rank(e) > 0 && err == nil && b.client.Allows(u) {
			out = append(out, e)
		}
	}
	slices.SortStableFunc(out, func(a, b entry) int {
		if d := rank(b) - rank(a); d != 0 {
			return d
		}
		return b.claimed.Compare(a.claimed)
	})
	return out
}

// readPost reads one post's page.
func (b *board) readPost(ctx context.Context, l *look, e entry) (draft, error) {
	r, err := l.get(ctx, e.url, acceptHTML)
	switch {
	case err != nil:
		return draft{}, err
	case r.Status == 404 || r.Status == 410:
		return draft{}, errGone
	case r.Status < 200 || r.Status > 299:
		return draft{}, errElse
	case r.URL.Path == b.url.Path && b.key(r.URL) == b.key(b.url):
		return draft{}, errElse // back to the list, as boards do with posts that they will not show
	}
	d := draft{key: e.key, url: e.url, title: e.title, claimed: e.claimed, dateOnly: e.dateOnly, read: true, page: r, shoot: e.url}
	kind := mediaType(r.Header.Get("Content-Type"))
	if k := documentKind(kind, e.url); k != "" { // the row leads straight to a file
		d.read, d.page, d.unread = false, nil, []string{k}
		return d, nil
	}
	text, _ := r.Text()
	doc := Parse(text)
	if err := b.refuted(doc, e); err != nil {
		return draft{}, err
	}
	body := b.body(doc)
	if body == nil {
		return draft{}, errBody
	}
	d.text = Words(body)
	d.unread = unreadIn(doc, body)
	if n, _ := scripts(doc); d.text == "" && n > 0 && len(d.unread) == 0 {
		d.unread = []string{"script"}
	}
	if r.Cut {
		d.unread = append(d.unread, "rest")
	}
	if d.title == "" || !e.listed {
		d.title = pageTitle(doc, e.title)
	}
	if d.claimed.IsZero() {
		d.claimed, d.dateOnly = b.postedOn(doc, body)
	}
	return d, nil
}

// refuted reports whether a page with status 200 is not the post's: one that says that there is no such
// post, or speaks of an error. A page that shows the post's title is the post's, whatever words
// it uses: notices of outages speak of errors too.
func (b *board) refuted(doc *html.Node, e entry) error {
	_, alerts := scripts(doc)
	shown := Words(doc)
	words := Squeeze(shown)
	masked, _ := scanners.Mask(shown)
	if t := Squeeze(clip(strings.TrimRight(e.title, ".… "), 24)); t != "" && (strings.Contains(words, t) || strings.Contains(Squeeze(masked), t)) {
		return nil
	}
	if len([]rune(shown)) > 1500 {
		return nil
	}
	words += Squeeze(alerts)
	switch {
	case marked(words, absentMarks):
		return errGone
	case marked(words, wafMarks), marked(words, errorMarks):
		return errNoTitle
	}
	return nil
}

// readPage looks at a whole page, whatever its status unless it is a standing notice's.
func (b *board) readPage(ctx context.Context, l *look) error {
	get := l.get
	if b.c.Standing {
		get = l.getOK
	}
	r, err := get(ctx, b.c.URL, acceptHTML)
	if err != nil {
		return err
	}
	d := draft{key: "page", url: b.c.URL, read: true, page: r, shoot: b.c.URL}
	l.whole = true
	switch kind := mediaType(r.Header.Get("Content-Type")); {
	case documentKind(kind, "") != "":
		d.unread = []string{documentKind(kind, "")}
		d.page = nil
	case kind != "" && !strings.Contains(kind, "html") && !strings.Contains(kind, "xml"):
		text, _ := r.Text()
		d.text = tidy(clip(text, maxText/4))
		d.title = "page"
	default:
		b.pageDraft(&d, r)
	}
	l.add(ctx, d)
	if r.Cut {
		return trouble(scanners.BoardTooLarge, "longer than the limit")
	}
	return nil
}

// mainContent is where a page says what it is about (HTML, 4.4.14, and WAI-ARIA).
var mainContent = cascadia.MustCompile("main, [role=main]")

// mainOf leaves out menus and footers, whose words (jobs, privacy) are about other things; a page
// that does not tell them apart is taken whole.
func mainOf(doc *html.Node) *html.Node {
	if m := cascadia.Query(doc, mainContent); m != nil && strings.TrimSpace(Words(m)) != "" {
		return m
	}
	return doc
}

func (b *board) pageDraft(d *draft, r *fetch.Response) {
	text, _ := r.Text()
	doc := Parse(text)
	whole := mainOf(doc)
	if b.sel.body != nil {
		if whole = b.body(doc); whole == nil {
			whole = mainOf(doc)
			d.unread = append(d.unread, "layout")
		}
	}
	d.text = Words(whole)
	d.title = pageTitle(doc, "")
	d.unread = append(d.unread, unreadIn(doc, whole)...)
	if n, _ := scripts(doc); n > 0 && len(d.text) < 100 {
		d.unread = append(d.unread, "script")
	}
}
