package notices

import (
	"net/url"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// bodyNames are classes and ids of a post's text, the surest first.
var bodyNames = [...]*regexp.Regexp{
	regexp.MustCompile(`^(?:board|bbs|article|post|notice|view|read|detail|b|brd)[-_]?(?:content|contents|cont|conts|body|txt|text|con)$`),
	regexp.MustCompile(`^(?:content|cont|con|body|txt|text)[-_]?(?:view|area|box|wrap|body)$|^(?:bo_v_con|se-main-container|fr-view|ck-content|dbdata)$`),
	regexp.MustCompile(`^(?:body|content|contents|editor|txt)$`),
	regexp.MustCompile(`^(?:board|bbs|article|post|notice|brd)[-_]?(?:view|read|detail)$|^view$`),
}

// body finds the element that holds a post's text: by selector; by the names that boards
// give it; else the smallest that holds most of what the page says beside its frame. nil only if a
// selector finds nothing.
func (b *board) body(doc *html.Node) *html.Node {
	if b.sel.body != nil {
		return cascadia.Query(doc, b.sel.body)
	}
	var found *html.Node
	rank, size := len(bodyNames), 0
	each(doc, func(n *html.Node) bool {
		if n.Type != html.ElementNode || n.DataAtom == atom.Body || n.DataAtom == atom.Html {
			return true
		}
		for r, name := range bodyNames[:min(rank+1, len(bodyNames))] {
			if !slicesAny(names(n), name) || aside(n) || hidden(n) {
				continue
			}
			if s := weight(n); s > 0 && (r < rank || s > size) {
				found, rank, size = n, r, s
			}
			break
		}
		return true
	})
	if found != nil {
		return found
	}
	return largest(doc)
}

// weight is how much an element says; a picture counts as a sentence.
func weight(n *html.Node) int {
	w := utf8.RuneCountInString(Words(n))
	each(n, func(c *html.Node) bool {
		if picture(c) {
			w += 40
		}
		return true
	})
	return w
}

// largest goes down from the page to the smallest element that still holds two thirds of
// what it says outside its navigation.
func largest(doc *html.Node) *html.Node {
	at := doc
	for _, name := range [...]string{"main, [role=main]", "article", "body"} {
		if n := cascadia.Query(doc, cascadia.MustCompile(name)); n != nil && Words(n) != "" {
			at = n
			break
		}
	}
	for {
		whole := sizes(at)
		var down *html.Node
		for c := at.FirstChild; c != nil; c = c.NextSibling {
			if c.Type == html.ElementNode && !frame(c) && !hidden(c) && sizes(c)*3 >= whole*2 && (block(c) || c.DataAtom == atom.Tr) {
				down = c
			}
		}
		if down == nil || whole == 0 || down.DataAtom == atom.P || down.DataAtom == atom.Tr || down.DataAtom == atom.Table || down.DataAtom == atom.Li {
			return at
		}
		at = down
	}
}

// sizes is the length of an element's text that is not in links or in the page's frame.
func sizes(n *html.Node) (total int) {
	each(n, func(c *html.Node) bool {
		switch {
		case c.Type == html.TextNode:
			total += len(strings.TrimSpace(c.Data))
		case c.Type == html.ElementNode && c != n && (hidden(c) || frame(c) || c.DataAtom == atom.A || c.DataAtom == atom.Script || c.DataAtom == atom.Style):
			return false
		}
		return true
	})
	return total
}

// pageTitle is what a page is headed, preferring the title that the list gave it.
func pageTitle(doc *html.Node, listed string) string {
	if listed != "" && strings.Contains(Squeeze(Words(doc)), Squeeze(listed)) {
		return listed
	}
	var heading, named, head string
	each(doc, func(n *html.Node) bool {
		switch {
		case n.Type != html.ElementNode:
		case hidden(n) || frame(n):
			return false
		case n.DataAtom == atom.Title && head == "":
			all, _ := allText(n)
			head = title(all)
		case (n.DataAtom == atom.H1 || n.DataAtom == atom.H2) && heading == "":
			heading = title(Words(n))
		case n.DataAtom != atom.Th && named == "" && slicesAny(names(n), titleName):
			named = title(Words(n))
		}
		return true
	})
	for _, t := range [...]string{named, heading, head, listed} {
		if t != "" {
			return t
		}
	}
	return ""
}

// postedOn finds a post's date on its page, outside its text.
func (b *board) postedOn(doc, body *html.Node) (at time.Time, dateOnly bool) {
	now := b.c.Now()
	done := false
	each(doc, func(n *html.Node) bool {
		if done || n == body || n.Type == html.ElementNode && frame(n) {
			return false
		}
		var ok bool
		if n.DataAtom == atom.Time {
			at, dateOnly, ok = machineDate(n)
		} else if n.Type == html.TextNode {
			var t time.Time
			var only bool
			if t, only, ok = postedIn(n.Data, b.c.Zone, now); ok {
				at, dateOnly = t, only
			}
		}
		done = ok
		return true
	})
	if !done {
		return time.Time{}, false
	}
	return at, dateOnly
}

// attachmentKinds are what files are called that may hold a notice.
var attachmentKinds = map[string]string{
	"hwp": "hwp", "hwpx": "hwp", "pdf": "pdf", "doc": "doc", "docx": "doc", "xls": "xls", "xlsx": "xls", "ppt": "ppt", "pptx": "ppt", "zip": "zip",
	"jpg": "image", "jpeg": "image", "png": "image", "gif": "image", "bmp": "image",
}

var fileName = regexp.MustCompile(`(?i)\.(hwpx?|pdf|docx?|xlsx?|pptx?|zip|jpe?g|png|gif|bmp)(?:\s*[\[(].{0,30}|\s*\d.{0,20})?$`)

// attachmentKind is the kind of file that a link leads to by its address or its text, or "".
func attachmentKind(n *html.Node) string {
	if n.DataAtom != atom.A {
		return ""
	}
	for _, s := range []string{attr(n, "download"), clip(wordsOf(n), 300)} {
		if m := fileName.FindStringSubmatch(s); m != nil {
			return attachmentKinds[strings.ToLower(m[1])]
		}
	}
	if u, err := url.Parse(attr(n, "href")); err == nil {
		return attachmentKinds[strings.ToLower(strings.TrimPrefix(path.Ext(u.Path), "."))]
	}
	return ""
}

// documentKind is the kind of a document by its media type or its address, "" if it is a page.
func documentKind(mediaType, address string) string {
	switch {
	case strings.HasPrefix(mediaType, "image/"):
		return "image"
	case strings.Contains(mediaType, "pdf"):
		return "pdf"
	case strings.Contains(mediaType, "hwp"), strings.Contains(mediaType, "haansoft"):
		return "hwp"
	case strings.Contains(mediaType, "msword"), strings.Contains(mediaType, "officedocument"):
		return "doc"
	case mediaType == "application/octet-stream", mediaType == "application/zip", mediaType == "application/x-zip-compressed":
		if u, err := url.Parse(address); err == nil {
			if k := attachmentKinds[strings.ToLower(strings.TrimPrefix(path.Ext(u.Path), "."))]; k != "" {
				return k
			}
		}
		return "file"
	}
	return ""
}

// unreadIn lists what may hold words that were not read: pictures and frames in the text, and files
// attached to the page.
func unreadIn(doc, body *html.Node) (out []string) {
	each(body, func(n *html.Node) bool {
		switch {
		case n.Type == html.ElementNode && hidden(n) && n != body:
			return false
		case picture(n):
			out = append(out, "image")
		case n.DataAtom == atom.Iframe, n.DataAtom == atom.Embed, n.DataAtom == atom.Object:
			out = append(out, "frame")
		}
		return true
	})
	each(doc, func(n *html.Node) bool {
		if n.Type == html.ElementNode && (hidden(n) || frame(n)) {
			return false
		}
		if k := attachmentKind(n); k != "" {
			out = append(out, k)
		}
		return true
	})
	return sortedSet(out)
}

// picture reports whether an element is an image that may hold words: not an icon, a line or a dot.
func picture(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Canvas:
		return true
	case atom.Img:
	default:
		return false
	}
	for _, side := range [...]string{"width", "height"} {
		if px, err := strconv.Atoi(strings.TrimSuffix(attr(n, side), "px")); err == nil && px <= 40 {
			return false
		}
	}
	src := strings.ToLower(attr(n, "src"))
	if slicesAny(names(n), iconName) || strings.Contains(path.Base(src), "icon") || strings.Contains(path.Base(src), "ico_") || strings.Contains(path.Base(src), "bullet") {
		return false
	}
	return src != "" || attr(n, "data-src") != "" || attr(n, "srcset") != ""
}
