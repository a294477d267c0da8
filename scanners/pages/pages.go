// Package pages looks at pages, feeds and files that an organisation has promised to keep: whether
// they are there, when they were last updated, and whether they carry certain words.
//
// # When a page was updated
//
// A page is believed about its own date, for it is what its readers see. It is looked for in this
// order: where Config.Select says; in a feed, the latest item's; in HTML, a date behind words such
// as 최종수정일, 갱신일, 기준일 or "last updated", or in the page's metadata; of any other file, the
// Last-Modified header. A page that claims no date is known by its text alone: it was updated when
// its digest changed. A date that lies ahead is no date.
//
// # What is kept
//
// Nothing of the page but digests, dates and statuses.
package pages

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/andybalholm/cascadia"
	"github.com/mmcdole/gofeed"
	"golang.org/x/net/html"

	"github.com/charterwatch/charterwatch/internal/fetch"
	"github.com/charterwatch/charterwatch/scanners"
	"github.com/charterwatch/charterwatch/scanners/notices"
)

// Text is what a page should carry.
type Text struct {
	Name  string // by which a look tells that it is missing
	Words string // compared without regard to spaces, case and the shapes of quotation marks
}

// Config of a [Watcher]. Page and URL are required.
type Config struct {
	Page   string // id
	URL    string
	Select string // CSS selector of the element that holds the date; "": see the package
	Texts  []Text // what it should carry

	AllowHosts []string // see [fetch.Config]
	CA         []byte   // PEM certificates to trust beside the system's
	UserAgent  string
	Timeout    time.Duration  // for one request; 0 means fetch.DefaultTimeout
	Zone       *time.Location // of dates without a zone; nil: UTC

	// Pace waits for a turn to send a request to a host; nil does not wait.
	Pace func(ctx context.Context, host string) error
	Now  func() time.Time // nil is time.Now
}

// Watcher looks at one page.
type Watcher struct {
	c      Config
	url    *url.URL
	date   cascadia.SelectorGroup
	client *fetch.Client
}

// New makes a watcher. Its errors are [notices.FieldError]s, joined: the rules are the same.
func New(c Config) (*Watcher, error) {
	var errs []error
	refuse := func(field, rule string, args ...any) {
		errs = append(errs, &notices.FieldError{Field: field, Rule: rule, Args: args})
	}
	w := &Watcher{}
	var err error
	if w.url, err = url.Parse(c.URL); err != nil || w.url.Hostname() == "" || w.url.Scheme != "http" && w.url.Scheme != "https" {
		refuse("URL", "url", "schemes", "http://, https://")
	} else if w.url.User != nil {
		refuse("URL", "url_user")
	}
	if c.Select != "" {
		if w.date, err = cascadia.ParseGroup(c.Select); err != nil {
			refuse("Select", "selector", "err", err)
		}
	}
	if c.Timeout < 0 {
		refuse("Timeout", "negative", "value", c.Timeout)
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	if c.Zone == nil {
		c.Zone = time.UTC
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Pace == nil {
		c.Pace = func(ctx context.Context, _ string) error { return ctx.Err() }
	}
	w.client, err = fetch.New(fetch.Config{UserAgent: c.UserAgent, CA: c.CA, Hosts: ownHosts(w.url), AllowHosts: c.AllowHosts, Timeout: c.Timeout})
	if err != nil {
		return nil, &notices.FieldError{Field: "AllowHosts", Rule: "hosts", Args: []any{"err", err}}
	}
	w.c = c
	return w, nil
}

// ownHosts are where a page may be read by its URL alone.
func ownHosts(u *url.URL) []string {
	if p := u.Port(); p != "" {
		return []string{net.JoinHostPort(u.Hostname(), p)}
	}
	return []string{net.JoinHostPort(u.Hostname(), "443"), net.JoinHostPort(u.Hostname(), "80")}
}

// Look implements [scanners.PageWatcher].
func (w *Watcher) Look(ctx context.Context) (out scanners.PageLook) {
	defer w.client.Close()
	out = scanners.PageLook{Page: w.c.Page, From: w.c.Now(), Status: scanners.PageNotLooked}
	defer func() {
		if v := recover(); v != nil {
			out.Status, out.Detail = scanners.PageNotLooked, fmt.Sprintf("a panic (%T)", v) // its text may quote the page
		}
		out.To = w.c.Now()
	}()
	if err := w.c.Pace(ctx, w.url.Host); err != nil {
		out.Detail = "no turn to send a request in time"
		return out
	}
	out.From = w.c.Now()
	r, err := w.client.Get(ctx, w.c.URL, fetch.Options{})
	switch {
	case err != nil && errors.Is(ctx.Err(), context.Canceled):
		out.Detail = "the look was broken off"
	case errors.Is(err, fetch.ErrForeign), errors.Is(err, fetch.ErrNotPublic), errors.Is(err, fetch.ErrURL):
		out.Status, out.Detail = scanners.PageRefused, fetch.Describe(err)
	case err != nil:
		out.Status, out.Detail = scanners.PageUnreachable, fetch.Describe(err)
	case r.Status == http.StatusForbidden, r.Status == http.StatusTooManyRequests, r.Status == http.StatusUnauthorized:
		out.Status, out.Detail = scanners.PageRefused, codeText(r.Status)
	case r.Status < 200 || r.Status > 299:
		out.Status, out.Detail = scanners.PageMissing, codeText(r.Status)
	case r.Cut:
		out.Status, out.Detail = scanners.PageUnreadable, "longer than the limit"
	default:
		out.Status = scanners.PageOK
		w.read(&out, r)
	}
	return out
}

func codeText(code int) string {
	return strings.TrimSpace(fmt.Sprintf("status %d %s", code, http.StatusText(code)))
}

// read finds out what an answer says.
func (w *Watcher) read(out *scanners.PageLook, r *fetch.Response) {
	text, _ := r.Text()
	head := strings.ToLower(text[:min(len(text), 2000)])
	switch kind, _, _ := strings.Cut(strings.ToLower(r.Header.Get("Content-Type")), ";"); {
	case strings.Contains(kind, "html"), strings.Contains(head, "<html"), strings.Contains(head, "<!doctype html"):
		w.readHTML(out, text)
	case (strings.Contains(kind, "xml") || strings.Contains(head, "<?xml")) && w.readFeed(out, text):
	default:
		w.readFile(out, r, text)
	}
	if out.Updated.After(w.c.Now()) {
		out.Updated, out.DayOnly = time.Time{}, false
	}
}

// updatedWords stand before the date of a page's latest update.
var updatedWords = regexp.MustCompile(`(?i)(?:최종\s*)?(?:수정|갱신|변경|업데이트)\s*(?:일자|일시|일)?|기준\s*(?:일자|일시|일)|작성\s*(?:일자|일시|일)|(?:last\s+)?(?:updated|modified)(?:\s+on)?|as\s+of`)

func (w *Watcher) readHTML(out *scanners.PageLook, text string) {
	doc := notices.Parse(text)
	shown := notices.Words(doc)
	if status, detail := notices.Standin(doc, text); status != scanners.BoardOK {
		out.Status, out.Detail = scanners.PageMissing, detail
		if status == scanners.BoardRefused {
			out.Status = scanners.PageRefused
		}
		return
	}
	out.Digest = digest([]byte(shown))
	out.Lacks = w.lacks(shown)
	if w.date == nil {
		out.Updated, out.DayOnly = w.claimed(doc, shown)
		return
	}
	n := cascadia.Query(doc, w.date)
	if n == nil {
		out.Status, out.Detail = scanners.PageUnreadable, "nothing is where the selector of the date says"
		return
	}
	at, day, ok := w.machineDate(n)
	if !ok {
		at, day, ok = notices.Date(notices.Words(n), w.c.Zone, w.c.Now())
	}
	if !ok {
		out.Status, out.Detail = scanners.PageUnreadable, "no date where the selector says"
		return
	}
	out.Updated, out.DayOnly = at, day
}

// claimed is the latest date that the page claims for its own update.
func (w *Watcher) claimed(doc *html.Node, shown string) (latest time.Time, dayOnly bool) {
	take := func(at time.Time, day, ok bool) {
		if ok && at.After(latest) && !at.After(w.c.Now()) {
			latest, dayOnly = at, day
		}
	}
	for line := range strings.Lines(shown) {
		for _, m := range updatedWords.FindAllStringIndex(line, 4) {
			rest := strings.TrimLeft(line[m[1]:], " :：]|\t)>")
			if first := rest[:min(len(rest), 40)]; startsWithDigit(first) {
				take(notices.Date(first, w.c.Zone, w.c.Now()))
			}
		}
	}
	for _, n := range cascadia.QueryAll(doc, metaDates) {
		take(w.machineDate(n))
	}
	return latest, dayOnly
}

func startsWithDigit(s string) bool { return s != "" && s[0] >= '0' && s[0] <= '9' }

var metaDates = cascadia.MustCompile(`meta[property="article:modified_time"], meta[property="og:updated_time"], meta[name="last-modified"], meta[itemprop="dateModified"], time[itemprop="dateModified"]`)

// machineDate reads a date written for machines (HTML, dates and times). One without a zone is in the
// page's.
func (w *Watcher) machineDate(n *html.Node) (at time.Time, dayOnly, ok bool) {
	for _, a := range n.Attr {
		if a.Key != "datetime" && a.Key != "content" {
			continue
		}
		text := strings.TrimSpace(a.Val)
		for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04", time.DateOnly} {
			if at, err := time.ParseInLocation(layout, text, w.c.Zone); err == nil {
				return at, layout == time.DateOnly, true
			}
		}
		if at, err := http.ParseTime(text); err == nil {
			return at, false, true
		}
	}
	return time.Time{}, false, false
}

func (w *Watcher) readFeed(out *scanners.PageLook, text string) bool {
	feed, err := gofeed.NewParser().ParseString(xmlEncoding.ReplaceAllString(text, "$1"))
	if err != nil || feed.FeedType == "json" {
		return false
	}
	out.Digest = digest([]byte(text))
	for _, item := range feed.Items {
		for _, at := range []*time.Time{item.UpdatedParsed, item.PublishedParsed} {
			if at != nil && at.After(out.Updated) && !at.After(w.c.Now()) {
				out.Updated = *at
			}
		}
	}
	out.Lacks = w.lacks(text)
	return true
}

// xmlEncoding is the encoding in an XML declaration: what the parser gets is UTF-8 already.
var xmlEncoding = regexp.MustCompile(`^(\s*<\?xml[^>]*?)\s+encoding\s*=\s*(?:"[^"]*"|'[^']*')`)

func (w *Watcher) readFile(out *scanners.PageLook, r *fetch.Response, text string) {
	out.Digest = digest(r.Body)
	out.Lacks = w.lacks(text)
	if at, err := http.ParseTime(r.Header.Get("Last-Modified")); err == nil {
		out.Updated = at
	}
}

var quotes = strings.NewReplacer("‘", "'", "’", "'", "“", `"`, "”", `"`, "「", "", "」", "", "ㆍ", "·", "･", "·")

func plain(s string) string { return notices.Squeeze(quotes.Replace(s)) }

// lacks names the texts that are not in what a page says.
func (w *Watcher) lacks(shown string) (out []string) {
	if len(w.c.Texts) == 0 {
		return nil
	}
	has := plain(shown)
	for _, t := range w.c.Texts {
		if !strings.Contains(has, plain(t.Words)) {
			out = append(out, t.Name)
		}
	}
	slices.Sort(out)
	return out
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
