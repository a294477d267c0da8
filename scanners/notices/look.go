package notices

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/html"

	"github.com/charterwatch/charterwatch/internal/fetch"
	"github.com/charterwatch/charterwatch/scanners"
)

// look is one look in progress.
type look struct {
	b        *board
	known    map[string]scanners.Known
	from, to time.Time
	posts    []scanners.Post
	keys     map[string]bool
	gone     []string
	whole    bool
	note     string // Detail of a look that is well
	pages    map[*fetch.Response]*kept
	shots    map[string]shot
}

// problem is why a look is not BoardOK.
type problem struct {
	status scanners.BoardStatus
	detail string
}

func (p *problem) Error() string { return string(p.status) + ": " + p.detail }

// trouble makes a problem. detail is in English and holds nothing foreign.
func trouble(status scanners.BoardStatus, detail string) error { return &problem{status, detail} }

// finish makes the look's result.
func (l *look) finish(err error) scanners.BoardLook {
	out := scanners.BoardLook{Board: l.b.c.Board, From: l.from, To: l.to, Status: scanners.BoardOK, Posts: l.posts, Whole: l.whole, Gone: l.gone, Detail: l.note}
	if out.From.IsZero() { // it did not come to a request
		out.From = l.b.c.Now()
		out.To = out.From
	}
	if err == nil {
		return out
	}
	out.Status, out.Detail, out.Whole, out.Gone = scanners.BoardInternal, "", false, nil
	var p *problem
	if errors.As(err, &p) {
		out.Status, out.Detail = p.status, p.detail
	}
	return out
}

// get sends a request when its turn comes. Its errors are problems.
func (l *look) get(ctx context.Context, raw, accept string) (*fetch.Response, error) {
	host := ""
	if u, err := url.Parse(raw); err == nil {
		host = u.Host
	}
	if err := l.b.c.Pace(ctx, host); err != nil {
		return nil, trouble(scanners.BoardInternal, "no turn to send a request in time")
	}
	if l.from.IsZero() {
		l.from = l.b.c.Now()
		l.to = l.from
	}
	r, err := l.b.client.Get(ctx, raw, fetch.Options{Accept: accept})
	l.to = l.b.c.Now()
	if err != nil && errors.Is(ctx.Err(), context.Canceled) {
		return nil, trouble(scanners.BoardInternal, "the look was broken off") // by us, not by the site
	}
	if err != nil {
		return nil, trouble(statusOf(err), fetch.Describe(err))
	}
	return r, nil
}

func statusOf(err error) scanners.BoardStatus {
	switch {
	case errors.Is(err, fetch.ErrForeign), errors.Is(err, fetch.ErrNotPublic), errors.Is(err, fetch.ErrURL):
		return scanners.BoardForeign
	case errors.Is(err, fetch.ErrRedirects):
		return scanners.BoardRefused
	case errors.Is(err, fetch.ErrEncoding):
		return scanners.BoardMalformed
	}
	return scanners.BoardUnreachable
}

// getOK is get for what must be answered with success.
func (l *look) getOK(ctx context.Context, raw, accept string) (*fetch.Response, error) {
	r, err := l.get(ctx, raw, accept)
	if err != nil {
		return nil, err
	}
	switch {
	case r.Status < 200 || r.Status > 299:
		return r, trouble(scanners.BoardRefused, "status "+statusText(r.Status))
	case r.Cut:
		return r, trouble(scanners.BoardTooLarge, "longer than the limit")
	}
	return r, nil
}

// statusText is a status in digits, with its standard name.
func statusText(code int) string {
	digits := string([]byte{byte('0' + code/100%10), byte('0' + code/10%10), byte('0' + code%10)})
	if name := http.StatusText(code); name != "" {
		return digits + " " + name
	}
	return digits
}

const (
	acceptHTML = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"
	acceptFeed = "application/atom+xml, application/rss+xml, application/xml;q=0.9, */*;q=0.1"
)

// Parse reads a page's text as HTML. Nesting beyond what any page needs (512 elements) is refused by
// the parser and shows as a page without content.
func Parse(text string) *html.Node {
	doc, err := html.Parse(strings.NewReader(text))
	if err != nil {
		return &html.Node{Type: html.DocumentNode}
	}
	return doc
}

// The words of pages that stand where another page should. They are compared without spaces, in lower
// case.
var (
	errorMarks = []string{"서비스장애", "장애가발생", "오류가발생", "에러가발생", "일시적인오류", "일시적으로이용", "이용할수없습니다", "이용하실수없습니다", "접속이원활하지",
		"서비스가원활하지", "점검중입니다", "시스템점검중", "서버점검중", "점검중", "접속자가많", "잘못된접근", "비정상적인접근", "관리자에게문의", "로그인이필요", "로그인후이용",
		"internalservererror", "serviceunavailable", "badgateway", "gatewaytimeout", "forbidden", "accessdenied", "undermaintenance", "error", "exception"}
	absentMarks = []string{"존재하지않", "삭제된", "삭제되었", "찾을수없", "없는게시", "게시물이없", "게시글이없", "없는페이지", "notfound", "doesnotexist", "nolongeravailable", "hasbeenremoved"}
	wafMarks    = []string{"웹방화벽", "비정상적인요청", "차단되었습니다", "requestblocked", "youhavebeenblocked", "therequestedurlwasrejected", "cf-chl-", "challenge-platform"}
	emptyMarks  = []string{"등록된게시물이없", "등록된글이없", "등록된공지", "게시물이없", "게시글이없", "데이터가없", "자료가없", "결과가없", "내역이없", "내용이없", "noposts", "noresults", "nodata", "noentries"}
)

// Squeeze prepares a text for comparison: lower case, without spaces.
func Squeeze(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), "")) }

func marked(squeezed string, marks []string) bool {
	for _, m := range marks {
		if strings.Contains(squeezed, m) {
			return true
		}
	}
	return false
}

// scripts counts a page's scripts, and says what its alerts would say.
func scripts(doc *html.Node) (n int, alerts string) {
	each(doc, func(e *html.Node) bool {
		if e.Type != html.ElementNode || e.Data != "script" {
			return true
		}
		n++
		if e.FirstChild != nil {
			for _, m := range alertCall.FindAllStringSubmatch(clip(e.FirstChild.Data, 100_000), 5) {
				alerts += " " + m[1] + m[2]
			}
		}
		return false
	})
	return n, alerts
}

// instead says what stands where a list should: an error, a firewall's page, a page that a
// script fills, or just something else.
func instead(doc *html.Node, raw string) error {
	text := Words(doc)
	n, alerts := scripts(doc)
	short := Squeeze(clip(text+alerts, 3000))
	switch {
	case marked(short, wafMarks) || marked(strings.ToLower(clip(raw, 20_000)), wafMarks[6:]):
		return trouble(scanners.BoardRefused, "the page of a web firewall")
	case len([]rune(text)) < 1500 && (marked(short, errorMarks) || marked(short, absentMarks) && !marked(short, emptyMarks)):
		return trouble(scanners.BoardErrorPage, "the page speaks of an error and holds no list")
	case n > 0 && len(text) < 1000:
		return trouble(scanners.BoardLayout, "no rows: a script seems to fill the page")
	case strings.TrimSpace(text) == "":
		return trouble(scanners.BoardLayout, "an empty page")
	}
	return trouble(scanners.BoardLayout, "no rows where the list should be")
}
