package notices

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"
)

// link is where a row leads.
type link struct {
	key string // "" if nothing identifies the post
	url string // "" if only a script knows
}

var (
	alertCall = regexp.MustCompile(`alert\s*\(\s*(?:"([^"]{0,300})"|'([^']{0,300})')`)
	call      = regexp.MustCompile(`([A-Za-z_$][\w$.]*)\s*\(([^()]{0,500})\)`)
	argument  = regexp.MustCompile(`'([^']*)'|"([^"]*)"|([-\w.$]+)`)
	// locationOf finds an address in location.href='...', window.open('...') and the like.
	locationOf = regexp.MustCompile(`(?:location(?:\.href)?\s*=|location\.(?:assign|replace)\s*\(|window\.open\s*\()\s*['"]([^'"]+)['"]`)
)

// linkOf reads the link of a row from the elements that may hold it, in order of preference.
func (b *board) linkOf(base *url.URL, elements []*html.Node) link {
	for _, e := range elements {
		if l := b.linkAt(base, e); l.key != "" {
			return l
		}
	}
	for _, e := range elements {
		for _, a := range e.Attr {
			if name, ok := strings.CutPrefix(a.Key, "data-"); ok && slices.Contains(dataNames, name) && a.Val != "" {
				return b.byArguments(base, []string{a.Val})
			}
		}
	}
	return link{}
}

// dataNames are attributes (data-id) by which scripts tell rows apart.
var dataNames = []string{"id", "seq", "no", "idx", "key", "num", "sn", "ntt-id", "nttid", "article-id", "post-id", "board-seq"}

func (b *board) linkAt(base *url.URL, e *html.Node) link {
	href := strings.TrimSpace(attr(e, "href"))
	script, isScript := strings.CutPrefix(href, "javascript:")
	if !isScript && href != "" && !strings.HasPrefix(href, "#") {
		return b.byAddress(base, href)
	}
	for _, code := range []string{script, attr(e, "onclick")} {
		if m := locationOf.FindStringSubmatch(code); m != nil {
			return b.byAddress(base, m[1])
		}
		if args := arguments(code); len(args) > 0 {
			return b.byArguments(base, args)
		}
	}
	return link{}
}

// arguments are those of the first call in a script that has any, as fn_view('123', 'A').
func arguments(code string) []string {
	for _, m := range call.FindAllStringSubmatch(clip(code, 2000), 10) {
		switch m[1] {
		case "alert", "confirm", "if", "void", "preventDefault", "event.preventDefault", "event.stopPropagation":
			continue
		}
		var args []string
		for _, a := range argument.FindAllStringSubmatch(m[2], 20) {
			v := a[1] + a[2] + a[3]
			if v == "this" || v == "event" || v == "" {
				continue
			}
			args = append(args, v)
		}
		if len(args) > 0 {
			return args
		}
	}
	return nil
}

func (b *board) byAddress(base *url.URL, href string) link {
	u, err := base.Parse(href)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return link{}
	}
	return link{key: b.key(u), url: address(u)}
}

func (b *board) byArguments(base *url.URL, args []string) link {
	if b.c.LinkTemplate == "" {
		return link{key: "script:" + strings.Join(args, ",")}
	}
	// All holes at once: an argument may itself look like one.
	pairs := make([]string, 0, 20)
	for i := range 10 {
		v := ""
		if i < len(args) {
			v = args[i]
		}
		pairs = append(pairs, "{"+strconv.Itoa(i)+"}", url.QueryEscape(v))
	}
	return b.byAddress(base, strings.NewReplacer(pairs...).Replace(b.c.LinkTemplate))
}

// Parameters that do not say which post it is: sessions, pages, searches, marks of marketing.
var passing = []string{
	"jsessionid", "phpsessid", "aspsessionid", "sid", "sessionid", "session", "token", "csrf", "_csrf", "csrftoken", "_", "t", "ts", "rnd", "random", "nocache",
	"page", "pageindex", "pageno", "pagenum", "pagenumber", "curpage", "currpage", "currentpage", "cpage", "nowpage", "gotopage", "page_no", "page_num", "pg", "offset", "pager.offset", "article.offset",
	"start", "startpage", "listsize", "pagesize", "perpage", "pageunit", "recordcountperpage", "rows", "articlelimit", "limit",
	"searchword", "searchkeyword", "searchtype", "searchcondition", "searchcnd", "searchwrd", "searchkey", "searchval", "searchvalue", "searchtext", "search", "srch", "srchkey", "srchtext",
	"srwd", "schkeyword", "sword", "sfl", "stx", "keyword", "query", "sst", "sod", "sop", "spt", "fbclid", "gclid",
}

func isPassing(name string) bool {
	name = strings.ToLower(name)
	return slices.Contains(passing, name) || strings.HasPrefix(name, "utm_")
}

// identifying are parameters that are a post's identity wherever they occur. Others that often are
// ("id", "no", "seq") name the board on some sites.
var identifying = []string{"nttid", "nttno", "nttsn", "articleno", "articleid", "articleseq", "article_no", "article_id", "postid", "post_id", "wr_id", "document_srl", "ntcno", "noticeid", "noticeno", "noticeseq", "notice_id", "notice_seq"}

// key is a post's identity: its address without what does not say which post it is. The scheme is not
// part of it, nor is the board's own host: a site that moves to https does not post anew.
func (b *board) key(u *url.URL) string {
	path := plainPath(u)
	if !strings.EqualFold(u.Host, b.url.Host) {
		path = strings.ToLower(u.Host) + path
	}
	q := u.Query()
	if b.c.KeyParam != "" {
		if v := q.Get(b.c.KeyParam); v != "" {
			return b.c.KeyParam + "=" + v
		}
	}
	var rest []string
	for name, values := range q {
		if slices.Contains(identifying, strings.ToLower(name)) && len(values) > 0 && values[0] != "" {
			return path + "?" + name + "=" + values[0]
		}
		if isPassing(name) {
			continue
		}
		for _, v := range values {
			rest = append(rest, name+"="+v)
		}
	}
	if f := u.Fragment; strings.HasPrefix(f, "/") || strings.HasPrefix(f, "!") {
		rest = append(rest, "#"+f) // a page that a script routes
	}
	slices.Sort(rest)
	if len(rest) == 0 {
		return path
	}
	return path + "?" + strings.Join(rest, "&")
}

// plainPath is a path without path parameters (;jsessionid=...).
func plainPath(u *url.URL) string {
	p := u.EscapedPath()
	if i := strings.IndexByte(p, ';'); i >= 0 {
		p = p[:i]
	}
	if p == "" {
		return "/"
	}
	return p
}

// address is a URL as it may be kept and asked again: without user info, fragment and sessions.
func address(u *url.URL) string {
	c := *u
	c.User, c.Fragment, c.RawFragment = nil, "", ""
	if i := strings.IndexByte(c.Path, ';'); i >= 0 {
		c.Path, c.RawPath = c.Path[:i], ""
	}
	var kept []string
	for _, part := range strings.Split(c.RawQuery, "&") {
		name, _, _ := strings.Cut(part, "=")
		switch strings.ToLower(name) {
		case "":
		case "jsessionid", "phpsessid", "sid", "sessionid", "token", "csrf", "_csrf", "csrftoken":
		default:
			kept = append(kept, part)
		}
	}
	c.RawQuery = strings.Join(kept, "&")
	return c.String()
}
