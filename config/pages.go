package config

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"reflect"
	"strconv"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/internal/messages"
	"github.com/charterwatch/charterwatch/monitor"
	"github.com/charterwatch/charterwatch/scanners/pages"
)

// Page is a page, feed or file that clauses speak of.
type Page struct {
	ID      string   `yaml:"id" doc:"Stable within the site: its history hangs on it." required:"true"`
	URL     string   `yaml:"url" doc:"Its address. A path is taken from the site's url." required:"true"`
	Clauses List     `yaml:"clauses" doc:"Ids of the charter's clauses that it is evidence for." required:"true"`
	Within  string   `yaml:"within" doc:"It is updated within this of the update before, such as 1 business day. Default: as the clause has it."`
	Words   bool     `yaml:"words" doc:"It carries the exact words of every clause of the charter."`
	Select  string   `yaml:"select" at:"Select" doc:"CSS selector of the element that holds the date of the latest update. Default: it is looked for."`
	Every   Duration `yaml:"every" doc:"Time from look to look, at least 1m. Default 1h."`
}

const pageEvery = time.Hour

// pages validates the pages of a site and the clauses that it is named for, and fills in
// defaults. The charter must have been read.
func (l *Loaded) pages(s *Site, path string) {
	for i, id := range s.Clauses {
		l.knownClause(id, fmt.Sprintf("%s.clauses[%d]", path, i))
	}
	ids := map[string]string{}
	for i := range s.Pages {
		p, at := &s.Pages[i], fmt.Sprintf("%s.pages[%d]", path, i)
		l.id(p.ID, at+".id", ids)
		if u, err := url.Parse(under(*s, p.URL)); p.URL != "" && (err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https") {
			l.d.on(at+".url", messages.New("config.site_url"))
		}
		for j, id := range p.Clauses {
			l.knownClause(id, fmt.Sprintf("%s.clauses[%d]", at, j))
		}
		l.term(p.Within, at+".within")
		if p.Every == 0 {
			p.Every = Duration(pageEvery)
		}
		l.span(at+".every", p.Every, time.Minute, 7*24*time.Hour)
	}
}

// knownClause demands that the charter has a clause, where the charter could be read.
func (l *Loaded) knownClause(id, path string) {
	if _, ok := l.Charter.Clause(compliance.Clause(id)); !ok && len(l.Charter.Clauses) > 0 {
		l.d.on(path, messages.New("config.no_clause", "value", strconv.Quote(id)))
	}
}

// sitePages are a site's pages as they are looked at.
func (b *builder) sitePages(s Site, path string) []compliance.PageSpec {
	var out []compliance.PageSpec
	for i, p := range s.Pages {
		out = append(out, compliance.PageSpec{
			ID: s.ID + "/" + p.ID, Site: s.ID, URL: under(s, p.URL), Clauses: clauses(p.Clauses),
			Within: b.term(p.Within, fmt.Sprintf("%s.pages[%d].within", path, i)), Words: p.Words, Every: time.Duration(p.Every),
		})
	}
	return out
}

// pageWatches are the means to look at a site's pages.
func (b *builder) pageWatches(s Site, specs []compliance.PageSpec, path string) []monitor.PageWatch {
	ca := b.pem(s.CA, path+".ca")
	var out []monitor.PageWatch
	for i, spec := range specs {
		c := pages.Config{Page: spec.ID, URL: spec.URL, Select: s.Pages[i].Select, CA: ca, UserAgent: b.deps.UserAgent, Zone: b.Zone, Pace: b.pacer.Wait, Now: b.deps.Now}
		if spec.Words {
			for _, cl := range b.Charter.Clauses {
				c.Texts = append(c.Texts, pages.Text{Name: string(cl.ID), Words: cl.Words})
			}
		}
		w, err := pages.New(c)
		if err != nil {
			b.refused(err, reflect.TypeFor[Page](), fmt.Sprintf("%s.pages[%d]", path, i))
			continue
		}
		h := sha256.New()
		for _, part := range []any{spec, c.Select, string(ca), b.Zone.String(), c.UserAgent, c.Texts} {
			fingerprint(h, reflect.ValueOf(part))
		}
		out = append(out, monitor.PageWatch{Spec: spec, Page: w, Fingerprint: hex.EncodeToString(h.Sum(nil))})
	}
	return out
}

func clauses(ids List) []compliance.Clause {
	var out []compliance.Clause
	for _, id := range ids {
		out = append(out, compliance.Clause(id))
	}
	return out
}
