package notices

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"mime"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/charterwatch/charterwatch/internal/fetch"
	"github.com/charterwatch/charterwatch/scanners"
)

// draft is a post before it is checked for personal data.
type draft struct {
	key, url, title, text string
	claimed               time.Time
	dateOnly, read        bool
	unread                []string
	page                  *fetch.Response // nil unless read
	announced             *scanners.Announced
	shoot                 string // URL to take a picture of; "" for none
}

// add checks a draft for personal data and adds it to the look's posts, unless its key is
// there already.
func (l *look) add(ctx context.Context, d draft) {
	p := scanners.Post{Claimed: d.claimed, DateOnly: d.dateOnly, Read: d.read, Announced: maskAnnounced(d.announced)}
	p.Key = maskKey(d.key, d.title)
	if l.keys == nil {
		l.keys = map[string]bool{}
	}
	if l.keys[p.Key] {
		return
	}
	l.keys[p.Key] = true
	n, m := 0, 0
	p.Title, n = scanners.Mask(title(d.title))
	p.Text, m = scanners.Mask(strings.TrimSpace(d.text))
	p.Masked = n + m
	p.URL, n = scanners.Mask(d.url)
	p.Masked += n
	p.Unread = sortedSet(d.unread)
	if d.read && d.page != nil {
		l.attach(ctx, &p, d)
	}
	l.posts = append(l.posts, p)
}

// maskKey masks a key. What was masked in it no longer sets it apart, so its title does
// instead; a digest of the number would be as good as the number.
func maskKey(key, title string) string {
	masked, n := scanners.Mask(clip(tidy(key), 500))
	if n > 0 {
		name, _ := scanners.Mask(title)
		masked += "~" + scanners.TextDigest(name, "")[:12]
	}
	return masked
}

func maskAnnounced(a *scanners.Announced) *scanners.Announced {
	if a == nil {
		return nil
	}
	out := *a
	out.Components = nil
	for _, c := range a.Components {
		c, _ = scanners.Mask(clip(oneLine(c), 200))
		out.Components = append(out.Components, c)
	}
	return &out
}

// changed reports whether what a post says is news.
func (l *look) changed(p *scanners.Post) bool {
	k, ok := l.known[p.Key]
	return !ok || k.Digest != scanners.TextDigest(p.Title, p.Text)
}

// kept is a page after the check, shared by all posts that stand on it.
type kept struct {
	page   scanners.Page
	masked int
}

// attach adds the page, and a picture of it where there may be one.
func (l *look) attach(ctx context.Context, p *scanners.Post, d draft) {
	k := l.keep(d.page)
	page := k.page
	p.Masked = max(p.Masked, k.masked) // the page holds title and text too
	if !l.changed(p) {
		page.Body = nil
		page.Note = note(page.Note, "no copy: the text has not changed")
		p.Page = &page
		return
	}
	switch {
	case d.shoot == "" || l.b.c.Shooter == nil:
	case p.Masked > 0 || page.Digest == "":
		page.Note = note(page.Note, "no screenshot: a picture cannot be masked")
	case len(l.known) == 0 && !p.Claimed.IsZero() && p.Claimed.Before(l.from.Add(-stale)):
		page.Note = note(page.Note, "no screenshot: it was old when the board was first looked at")
	default:
		s := l.shoot(ctx, d.shoot)
		page.Screenshot, page.Note = s.png, note(page.Note, s.note)
	}
	p.Page = &page
}

func note(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "; " + b
}

// keep makes the copy of a page that may be kept: masked, in UTF-8, compressed.
//
// The digest is over the masked page. One over the page as it came would let anybody find a masked number: all
// that a resident number's asterisks can stand for is tried in seconds.
func (l *look) keep(r *fetch.Response) *kept {
	if k := l.pages[r]; k != nil {
		return k
	}
	text, _ := r.Text()
	masked, n := scanners.Mask(text)
	k := &kept{masked: n, page: scanners.Page{URL: maskURL(r.URL), Status: r.Status, ContentType: mediaType(r.Header.Get("Content-Type"))}}
	if r.Cut {
		k.page.Note = "the page was cut"
	}
	all, whole := allText(Parse(masked))
	if _, left := scanners.Mask(all); left > 0 || !whole {
		// Nor is there a digest, for the same reason. Nor is what is too long to be checked to its end kept.
		k.masked += left
		k.page.Note = note(k.page.Note, "no copy: it holds, or may hold, personal data in a form that cannot be masked")
	} else {
		sum := sha256.Sum256([]byte(masked))
		k.page.Digest, k.page.Body = hex.EncodeToString(sum[:]), compress(masked)
	}
	if l.pages == nil {
		l.pages = map[*fetch.Response]*kept{}
	}
	l.pages[r] = k
	return k
}

func compress(s string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	// Writes to memory do not fail.
	_, _ = z.Write([]byte(s))
	_ = z.Close()
	return b.Bytes()
}

func maskURL(u *url.URL) string {
	s, _ := scanners.Mask(address(u))
	return s
}

// mediaType is a Content-Type without what a server may have added to it.
func mediaType(v string) string {
	t, _, err := mime.ParseMediaType(v)
	if err != nil {
		t, _, _ = strings.Cut(v, ";")
	}
	t = strings.ToLower(strings.TrimSpace(t))
	if len(t) > 100 || strings.ContainsFunc(t, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return ""
	}
	t, _ = scanners.Mask(t)
	return t
}

func sortedSet(s []string) []string {
	s = slices.Clone(s)
	slices.Sort(s)
	return slices.Compact(s)
}

// shot is a picture, or why there is none.
type shot struct {
	png  []byte
	note string
}

// maxShots bounds the pictures of one look: rendering costs a second of a processor, and the
// first look at a board finds many posts, of which the newest matter.
const (
	maxShots = 5
	stale    = 72 * time.Hour // older posts of a board that is new to us are not pictured
)

// shoot takes a picture of a page, once a look.
func (l *look) shoot(ctx context.Context, raw string) shot {
	if s, ok := l.shots[raw]; ok {
		return s
	}
	if l.shots == nil {
		l.shots = map[string]shot{}
	}
	if len(l.shots) >= maxShots {
		return shot{note: "no screenshot: enough were taken in one look"}
	}
	png, err := l.b.c.Shooter.Shoot(ctx, raw)
	s := shot{png: png}
	if err != nil {
		s = shot{note: "no screenshot: " + shotProblem(err)}
	}
	l.shots[raw] = s
	return s
}
