package demo

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"html/template"
	"slices"
	"time"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/korean"
)

//go:embed pages
var pageFiles embed.FS

// page is an answer that is ready to be sent.
type page struct {
	contentType string
	body        []byte
	etag        string
}

func newPage(contentType string, body []byte) *page {
	sum := sha256.Sum256(body)
	return &page{contentType, body, `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`}
}

// view is what templates see.
type view struct {
	Charset, Org, Lead, Title string
	Site                      Site
	Links                     []Site
	Sections                  []section
	Section                   section
	Notices                   []Notice // newest first
	Notice                    Notice
	Popup                     *Notice // shown over the front page; nil for none
	Files                     []file
	Token, Note, Message      string
	Promises                  []string
	Updated                   string // "2026.11.24"
}

func parseTemplates() (*template.Template, error) {
	t, err := template.ParseFS(pageFiles, "pages/*.html")
	if err != nil {
		return nil, fmt.Errorf("demo: parse the page templates: %w", err)
	}
	return t, nil
}

// renderer turns a profile into pages.
type renderer struct {
	profile
	templates *template.Template
	site      Site
	links     []Site
	promises  []string
	since     time.Time // when the pages were last brought up to date
}

func (r *renderer) charset() string {
	if r.eucKR {
		return "EUC-KR"
	}
	return "UTF-8"
}

// html renders the template called name, in the site's charset.
func (r *renderer) html(name string, v view) (*page, error) {
	v.Charset, v.Org, v.Lead = r.charset(), NameKO, r.lead
	v.Site, v.Links, v.Sections = r.site, r.links, r.sections
	var b bytes.Buffer
	if err := r.templates.ExecuteTemplate(&b, name, v); err != nil {
		return nil, fmt.Errorf("demo: render %s of %s: %w", name, r.id, err)
	}
	body := b.Bytes()
	if r.eucKR {
		var err error
		if body, err = encoding.HTMLEscapeUnsupported(korean.EUCKR.NewEncoder()).Bytes(body); err != nil {
			return nil, fmt.Errorf("demo: encode %s of %s: %w", name, r.id, err)
		}
	}
	return newPage("text/html; charset="+r.charset(), body), nil
}

// all renders every page that does not depend on its visitor, by path; a notice is at "/notice/view?id=N".
func (r *renderer) all(board []Notice) (map[string]*page, error) {
	newest := make([]Notice, 0, len(board))
	for i := len(board) - 1; i >= 0; i-- {
		newest = append(newest, board[i])
	}
	pages := map[string]*page{}
	var failed error
	add := func(path, name string, v view) {
		p, err := r.html(name, v)
		if err != nil && failed == nil {
			failed = err
		}
		pages[path] = p
	}
	add("/", "front", view{Title: r.lead, Notices: newest[:min(5, len(newest))], Popup: r.popup(newest)})
	add("/notice/list", "list", view{Title: "공지사항", Notices: newest})
	add("/privacy", "privacy", view{Title: "개인정보 처리방침"})
	for _, n := range newest {
		add(fmt.Sprintf("/notice/view?id=%d", n.ID), "notice", view{Title: n.Title, Notice: n})
	}
	for _, s := range r.sections {
		switch name := s.Path[1:]; name {
		case "login", "inquiry": // depend on the visitor: see desk
		case "charter", "search", "sitemap":
			add(s.Path, name, view{Title: s.Title, Promises: r.promises})
		default:
			add(s.Path, "section", view{Title: s.Title, Section: s, Updated: r.since.In(seoul()).Format("2006.01.02")})
		}
	}
	files, err := r.files()
	if err != nil {
		return nil, err
	}
	add("/files/", "files", view{Title: "자료실", Files: files})
	for _, f := range files {
		pages["/files/"+f.Name] = newPage(f.Type, f.Body)
	}
	if err := r.plain(pages, newest); err != nil {
		return nil, err
	}
	return pages, failed
}

// popup is the notice that the front page holds before its visitors: the homepage's newest urgent one.
func (r *renderer) popup(newest []Notice) *Notice {
	if i := slices.IndexFunc(newest, Notice.Urgent); r.id == Homepage && i >= 0 {
		return &newest[i]
	}
	return nil
}

// plain adds what is not HTML.
func (r *renderer) plain(pages map[string]*page, newest []Notice) error {
	css, err := pageFiles.ReadFile("pages/site.css")
	if err != nil {
		return fmt.Errorf("demo: read the style sheet: %w", err)
	}
	feed, err := r.feed(newest)
	if err != nil {
		return err
	}
	const text = "text/plain; charset=utf-8"
	pages["/assets/site.css"] = newPage("text/css; charset=utf-8", css)
	pages["/notice/feed.xml"] = newPage("application/atom+xml; charset=utf-8", feed)
	pages["/healthz"] = newPage(text, []byte("ok\n"))
	pages["/robots.txt"] = newPage(text, []byte("User-agent: *\nDisallow: /my\n"))
	if r.id == Homepage {
		pages["/.well-known/security.txt"] = newPage(text, []byte("Contact: mailto:security@demo.association\nExpires: 2035-12-31T00:00:00Z\nPreferred-Languages: ko, en\n"))
	}
	return nil
}

type atomFeed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Title   string      `xml:"title"`
	ID      string      `xml:"id"`
	Updated string      `xml:"updated"`
	Author  string      `xml:"author>name"`
	Link    atomLink    `xml:"link"`
	Entries []atomEntry `xml:"entry"`
}

type atomLink struct {
	Href string `xml:"href,attr"`
	Rel  string `xml:"rel,attr,omitempty"`
}

type atomEntry struct {
	Title     string   `xml:"title"`
	ID        string   `xml:"id"`
	Published string   `xml:"published"`
	Updated   string   `xml:"updated"`
	Link      atomLink `xml:"link"`
	Summary   string   `xml:"summary"`
}

// feed is the notice board in Atom (RFC 4287).
func (r *renderer) feed(newest []Notice) ([]byte, error) {
	f := atomFeed{
		Title: r.ko + " 공지사항", ID: "urn:demo-association:" + r.id, Author: NameKO,
		Updated: time.Unix(0, 0).UTC().Format(time.RFC3339),
		Link:    atomLink{Href: r.site.HTTPSURL + "notice/feed.xml", Rel: "self"},
	}
	for i, n := range newest {
		if i == 0 {
			f.Updated = n.Stamp()
		}
		e := atomEntry{
			Title: n.Title, ID: fmt.Sprintf("urn:demo-association:%s:notice:%d", r.id, n.ID),
			Published: n.Stamp(), Updated: n.Stamp(),
			Link: atomLink{Href: fmt.Sprintf("%snotice/view?id=%d", r.site.HTTPSURL, n.ID)},
		}
		for _, p := range n.Body {
			e.Summary += p + "\n"
		}
		f.Entries = append(f.Entries, e)
	}
	b, err := xml.MarshalIndent(f, "", " ")
	if err != nil {
		return nil, fmt.Errorf("demo: write the feed of %s: %w", r.id, err)
	}
	return append([]byte(xml.Header), b...), nil
}
