package config

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/internal/fetch"
	"github.com/charterwatch/charterwatch/internal/messages"
	"github.com/charterwatch/charterwatch/monitor"
	"github.com/charterwatch/charterwatch/scanners/notices"
)

// Board is a place where a site posts notices.
type Board struct {
	ID           string   `yaml:"id" doc:"Stable within the site: the notices' history hangs on it. Default: the kind, with a number from the second of a kind on."`
	Kind         string   `yaml:"kind" at:"Kind" doc:"html (a list of posts), banner (pop-ups and banners on a page), page (a whole page), feed (RSS or Atom), statuspage (Atlassian Statuspage's API) or ical (iCalendar)." required:"true"`
	URL          string   `yaml:"url" at:"URL" doc:"Address of the list, page, feed or calendar; of a statuspage the address before /api/v2. A path is taken from the site's url." required:"true"`
	Every        Duration `yaml:"every" doc:"Time from look to look, at least 10s. Default 10m; every minute at the least while the site is down."`
	Counts       *bool    `yaml:"counts" doc:"Whether a notice here is a notice on that same site, as the charter promises. Default: whether it has the host of the site's url."`
	Also         []Also   `yaml:"also" doc:"Other sites that its notices speak of. A notice is theirs if it names them."`
	Select       Select   `yaml:"select" doc:"CSS selectors. What is left out is guessed."`
	LinkTemplate string   `yaml:"link_template" at:"LinkTemplate" doc:"Address of a post that a script opens: its first argument stands for {0}, the next for {1}."`
	KeyParam     string   `yaml:"key_param" at:"KeyParam" doc:"Query parameter that tells posts apart. Default: the whole address, without session ids and page numbers."`
	Pages        int      `yaml:"pages" at:"Pages" doc:"How many pages of the list to read, up to 20. Default 1."`
	PageTemplate string   `yaml:"page_template" at:"PageTemplate" doc:"Address of a page of the list, with {page} for its number."`
	Details      int      `yaml:"details" at:"Details" doc:"Most posts to open in one look. Default 20."`
	AllowHosts   List     `yaml:"allow_hosts" at:"AllowHosts" doc:"Further hosts that it may lead to. The own host too, if its address is a private one."`
	MaxBody      int      `yaml:"max_body" at:"MaxBody" doc:"Most bytes of a page to read. Default 4 MiB."`
	Timeout      Duration `yaml:"timeout" at:"Timeout" doc:"Longest one request may take. Default 20s."`
	CA           string   `yaml:"ca" at:"CA" doc:"PEM file of certificates to trust beside the system's. Default: the site's."`
}

// Also is another site that a board speaks of.
type Also struct {
	Site   string `yaml:"site" doc:"Its id." required:"true"`
	Counts bool   `yaml:"counts" doc:"Whether a notice here is a notice on that same site. Default false."`
}

// Select are CSS selectors of a board.
type Select struct {
	Row    string `yaml:"row" at:"Select.Row" doc:"A post in the list; of a banner board, a banner."`
	Title  string `yaml:"title" at:"Select.Title" doc:"Its title, within the row."`
	Posted string `yaml:"posted" at:"Select.Posted" doc:"The date it claims, within the row."`
	Link   string `yaml:"link" at:"Select.Link" doc:"The link to its page, within the row."`
	Body   string `yaml:"body" at:"Select.Body" doc:"The notice, on its page."`
	Next   string `yaml:"next" at:"Select.Next" doc:"The link to the list's next page."`
}

// Browser renders notices for evidence.
type Browser struct {
	Path      string `yaml:"path" doc:"Program to run: a Chromium. Default: chromium, where there is one; without it there are no pictures."`
	NoSandbox bool   `yaml:"no_sandbox" doc:"Run it without its own sandbox, as containers often must. The pages are foreign: leave it off where the sandbox works."`
	Off       bool   `yaml:"off" doc:"Take no pictures."`
}

const (
	boardEvery      = 10 * time.Minute
	hoursEvery      = time.Hour
	outagePageBoard = "outage-page"
)

// boards validates the boards of a site and fills in defaults.
func (l *Loaded) boards(s *Site, path string) {
	ids, kinds := map[string]string{}, map[string]int{}
	for i := range s.Notices {
		b, at := &s.Notices[i], fmt.Sprintf("%s.notices[%d]", path, i)
		kinds[b.Kind]++
		if b.ID == "" {
			b.ID = b.Kind
			if n := kinds[b.Kind]; n > 1 {
				b.ID += "-" + strconv.Itoa(n)
			}
		}
		if b.ID == outagePageBoard || strings.HasPrefix(b.ID, "hours-") {
			l.d.on(at+".id", messages.New("config.board_reserved", "value", strconv.Quote(b.ID)))
		}
		if b.Kind != "" {
			l.id(b.ID, at+".id", ids)
		}
		if b.Every == 0 {
			b.Every = Duration(boardEvery)
		}
		l.span(at+".every", b.Every, 10*time.Second, 7*24*time.Hour)
		for j, a := range b.Also {
			known := slices.ContainsFunc(l.File.Sites, func(o Site) bool { return o.ID == a.Site })
			if a.Site != "" && (!known || a.Site == s.ID) {
				l.d.on(fmt.Sprintf("%s.also[%d].site", at, j), messages.New("config.no_site", "value", strconv.Quote(a.Site)))
			}
		}
	}
}

// shooter renders pages with the configured browser; nil where there is none.
func (b *builder) shooter(hosts []string, allow []string, ca []byte) (notices.Shooter, error) {
	br := b.File.Browser
	if br.Off {
		return nil, nil
	}
	client, err := fetch.New(fetch.Config{UserAgent: b.deps.UserAgent, CA: ca, Hosts: hosts, AllowHosts: allow})
	if err != nil {
		return nil, err
	}
	made, err := notices.NewChromium(br.Path, notices.ChromiumConfig{Client: client, PrivateCA: ca != nil, NoSandbox: br.NoSandbox})
	switch {
	case err == nil:
		return made, nil
	case br.Path != "":
		b.d.on("browser.path", messages.New("config.no_browser", "err", err))
	}
	return nil, nil
}

// siteBoards builds all boards of a site: those that are configured, the standing notices of
// its closing times, and the page that stands in its place while it is down.
func (b *builder) siteBoards(s Site, path string) []monitor.BoardWatch {
	ca := b.pem(s.CA, path+".ca")
	var out []monitor.BoardWatch
	add := func(spec compliance.BoardSpec, c notices.Config, at string, parts ...any) {
		if w, ok := b.board(spec, c, at, append(parts, s.URL, string(c.CA))...); ok {
			out = append(out, w)
		}
	}
	for i, x := range s.Notices {
		at := fmt.Sprintf("%s.notices[%d]", path, i)
		c := notices.Config{
			Kind: notices.Kind(x.Kind), URL: under(s, x.URL), Select: notices.Select(x.Select), LinkTemplate: x.LinkTemplate, KeyParam: x.KeyParam,
			Pages: x.Pages, PageTemplate: x.PageTemplate, Details: x.Details, AllowHosts: x.AllowHosts, MaxBody: x.MaxBody, Timeout: time.Duration(x.Timeout), CA: ca,
		}
		if x.CA != "" {
			c.CA = b.pem(x.CA, at+".ca")
		}
		add(b.boardSpec(s, x), c, at, x)
	}
	own := []compliance.BoardSite{{ID: s.ID}}
	for i, h := range s.ServiceHours {
		if h.Notice == "" {
			continue
		}
		spec := compliance.BoardSpec{ID: compliance.HoursBoard(s.ID, i), Kind: string(notices.Page), URL: fetch.RedactURLString(under(s, h.Notice)), Every: hoursEvery, Standing: true, Sites: own}
		add(spec, notices.Config{Kind: notices.Page, Standing: true, URL: under(s, h.Notice), CA: ca}, fmt.Sprintf("%s.service_hours[%d].notice", path, i))
	}
	if s.OutagePage == nil || *s.OutagePage {
		spec := compliance.BoardSpec{ID: s.ID + "/" + outagePageBoard, Kind: string(notices.Page), URL: fetch.RedactURLString(s.URL), Every: compliance.OutageEvery, OutageOnly: true, Sites: own}
		add(spec, notices.Config{Kind: notices.Page, URL: s.URL, CA: ca}, path+".url")
	}
	return out
}

// boardSpec is a configured board as the engine and the store know it.
func (b *builder) boardSpec(s Site, x Board) compliance.BoardSpec {
	names := func(id string) (out []string) {
		for _, o := range b.File.Sites {
			if o.ID == id {
				for _, n := range append(List{o.Name.KO, o.Name.EN}, o.Aliases...) {
					if n != "" {
						out = append(out, strings.ToLower(n))
					}
				}
			}
		}
		return out
	}
	counts := sameHost(s.URL, under(s, x.URL))
	if x.Counts != nil {
		counts = *x.Counts
	}
	spec := compliance.BoardSpec{
		ID: s.ID + "/" + x.ID, Kind: x.Kind, URL: fetch.RedactURLString(under(s, x.URL)), Every: time.Duration(x.Every),
		Sites: []compliance.BoardSite{{ID: s.ID, Counts: counts, Names: names(s.ID)}},
	}
	for _, a := range x.Also {
		spec.Sites = append(spec.Sites, compliance.BoardSite{ID: a.Site, Counts: a.Counts, Names: names(a.Site)})
	}
	return spec
}

// sameHost says whether two addresses are of one site: the same host, and on one machine the
// same port.
func sameHost(a, b string) bool {
	x, err := url.Parse(a)
	if err != nil {
		return false
	}
	y, err := url.Parse(b)
	return err == nil && strings.EqualFold(x.Host, y.Host)
}

// board makes the means to look at a board; false if it cannot be made.
func (b *builder) board(spec compliance.BoardSpec, c notices.Config, path string, parts ...any) (monitor.BoardWatch, bool) {
	u, err := url.Parse(c.URL)
	if err == nil && u.Host != "" {
		shots, err := b.shooter([]string{u.Hostname()}, c.AllowHosts, c.CA)
		if err != nil {
			b.d.because(path, err)
			return monitor.BoardWatch{}, false
		}
		c.Shooter = shots
	}
	c.Board, c.Zone, c.UserAgent, c.Pace, c.Now = spec.ID, b.Zone, b.deps.UserAgent, b.pacer.Wait, b.deps.Now
	made, err := notices.New(c)
	if err != nil {
		keys := reflect.TypeFor[Board]()
		if !strings.Contains(path, ".notices[") {
			keys = reflect.TypeFor[struct{}]() // path is the only key that makes this board
		}
		b.refused(err, keys, path)
		return monitor.BoardWatch{}, false
	}
	h := sha256.New()
	for _, part := range append(parts, spec, b.Zone.String(), b.deps.UserAgent, b.File.Browser) {
		fingerprint(h, reflect.ValueOf(part))
	}
	return monitor.BoardWatch{Spec: spec, Board: made, Fingerprint: hex.EncodeToString(h.Sum(nil))}, true
}
