package notices

import (
	"context"
	"regexp"
	"strings"

	"github.com/mmcdole/gofeed"

	"github.com/charterwatch/charterwatch/internal/fetch"
	"github.com/charterwatch/charterwatch/scanners"
)

// xmlEncoding is the encoding in an XML declaration. What the parser gets is UTF-8 already.
var xmlEncoding = regexp.MustCompile(`^(\s*<\?xml[^>]*?)\s+encoding\s*=\s*(?:"[^"]*"|'[^']*')`)

// readFeed looks at an RSS or Atom feed. Items that bring no text are read at their links.
func (b *board) readFeed(ctx context.Context, l *look) error {
	r, err := l.getOK(ctx, b.c.URL, acceptFeed)
	if err != nil {
		return err
	}
	text, _ := r.Text()
	feed, err := gofeed.NewParser().ParseString(xmlEncoding.ReplaceAllString(text, "$1"))
	if err != nil || feed.FeedType == "json" && feed.FeedVersion == "" { // any JSON passes for a feed
		if strings.Contains(strings.ToLower(clip(text, 2000)), "<html") {
			return notTheFile(text)
		}
		return trouble(scanners.BoardMalformed, "neither RSS nor Atom")
	}
	if len(feed.Items) > maxRows {
		return trouble(scanners.BoardEndless, "too many items")
	}
	if len(feed.Items) == 0 && len(l.known) > 0 {
		return trouble(scanners.BoardLayout, "no items, where there were some before")
	}
	var links []entry
	drafts := map[string]draft{}
	for _, item := range feed.Items {
		e, body, ok := b.item(item)
		if !ok {
			return trouble(scanners.BoardMalformed, "an item without a link and an identity")
		}
		links = append(links, e)
		if body != "" {
			d := e.draft(b)
			d.text, d.read, d.page = body, true, r
			d.unread = itemUnread(item)
			drafts[e.key] = d
		}
	}
	b.readPosts(ctx, l, links, drafts, true)
	return nil
}

// item reads an item. body is "" if it brings no text.
func (b *board) item(item *gofeed.Item) (e entry, body string, ok bool) {
	e.listed = true
	e.title = title(textOfHTML(item.Title))
	if item.Link != "" {
		e.link = b.byAddress(b.url, strings.TrimSpace(item.Link))
	}
	if item.GUID != "" && b.c.KeyParam == "" {
		e.key = "guid:" + item.GUID
	}
	if e.key == "" {
		return e, "", false
	}
	at := item.PublishedParsed
	if at == nil {
		at = item.UpdatedParsed
	}
	if at != nil {
		e.claimed = at.In(b.c.Zone)
	}
	body = textOfHTML(item.Content)
	if body == "" {
		body = textOfHTML(item.Description)
	}
	if Squeeze(body) == Squeeze(e.title) {
		body = ""
	}
	return e, body, true
}

// textOfHTML reads what feeds carry: HTML, or text that may look like it.
func textOfHTML(s string) string {
	if !strings.ContainsAny(s, "<&") {
		return tidy(clip(s, maxText))
	}
	return Words(Parse(s))
}

func itemUnread(item *gofeed.Item) []string {
	doc := Parse(item.Content + item.Description)
	out := unreadIn(doc, doc)
	for _, e := range item.Enclosures {
		if k := documentKind(strings.ToLower(e.Type), e.URL); k != "" {
			out = append(out, k)
		}
	}
	return sortedSet(out)
}

// notTheFile says what it means that a page came instead of a feed, a calendar or JSON.
func notTheFile(text string) error {
	err := instead(Parse(text), text)
	if isLayout(err) {
		return trouble(scanners.BoardMalformed, "an HTML page instead")
	}
	return err
}

// readFile gets a file that is no HTML.
func (b *board) readFile(ctx context.Context, l *look, raw, accept string) (*fetch.Response, string, error) {
	r, err := l.getOK(ctx, raw, accept)
	if err != nil {
		return nil, "", err
	}
	text, _ := r.Text()
	if strings.Contains(strings.ToLower(clip(text, 2000)), "<html") {
		return nil, "", notTheFile(text)
	}
	return r, text, nil
}
