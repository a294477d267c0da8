package notices

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/andybalholm/cascadia"

	"github.com/charterwatch/charterwatch/internal/fetch"
	"github.com/charterwatch/charterwatch/scanners"
)

// Kind is what sort of place a board is.
type Kind string

// The kinds.
const (
	HTML       Kind = "html"
	Banner     Kind = "banner"
	Page       Kind = "page"
	Feed       Kind = "feed"
	Statuspage Kind = "statuspage"
	ICal       Kind = "ical"
)

// Kinds are all kinds.
func Kinds() []Kind { return []Kind{HTML, Banner, Page, Feed, Statuspage, ICal} }

// Limits and defaults.
const (
	DefaultDetails  = 20              // detail pages a look
	DefaultDeadline = 2 * time.Minute // for a whole look
	DefaultPace     = time.Second     // between two requests
	maxPages        = 20
	maxDetails      = 200
	maxRows         = 500
)

// Select are CSS selectors. Row is searched in the document, Title, Posted and Link in the
// row, Body in the post's page, Next in the document. What is empty is guessed. For a banner board
// Row selects the banners; the others are not used.
type Select struct {
	Row, Title, Posted, Link, Body, Next string
}

// Shooter takes pictures of rendered pages. It is used by one look at a time.
type Shooter interface {
	// Shoot returns a PNG of the page, bounded in time and size.
	Shoot(ctx context.Context, url string) ([]byte, error)
}

// Config says what a board is. Board, Kind and URL are required.
type Config struct {
	Board  string // id, "site/board"
	Kind   Kind
	URL    string // of the list, page, feed or calendar; for statuspage the site's, without /api/v2
	Select Select
	// LinkTemplate is the address of a post that a script opens, absolute or relative to URL: the
	// script's first argument stands for {0}, the next for {1}, up to {9}.
	LinkTemplate string
	KeyParam     string // query parameter that identifies a post; "" takes the whole address
	// Pages is how many pages of the list are read; 0 means 1. The next page is found by
	// Select.Next, by PageTemplate ("...?page={page}") or by a guess.
	Pages        int
	PageTemplate string
	Details      int            // most detail pages a look; 0 means DefaultDetails
	Zone         *time.Location // of dates without a zone; nil is Korean time
	Deadline     time.Duration  // for a whole look; 0 means DefaultDeadline

	// Standing says that a page holds a standing notice, which an error status in its place does
	// not change. Other pages are read whatever their status.
	Standing bool

	// AllowHosts ("host" or "host:port") may be reached beside the URL's own host and port, and wherever their names lead: see
	// fetch.Config. Name the URL's own host here if it has a private address.
	AllowHosts []string
	CA         []byte // PEM certificates to trust beside the system's
	UserAgent  string
	Timeout    time.Duration // for one request; 0 means fetch.DefaultTimeout
	MaxBody    int           // bytes of a page; 0 means fetch.DefaultMaxBody

	// Pace waits for this board's turn to send a request to a host ("host:port"). nil waits DefaultPace
	// between two requests of this board to the same host; boards on one host should share one.
	Pace    func(ctx context.Context, host string) error
	Shooter Shooter          // nil: no screenshots
	Now     func() time.Time // nil is time.Now
}

// board is one place. What it remembers of its last look saves requests and raises doubts; a board that
// has forgotten it is slower and more trusting, but not wrong.
type board struct {
	c       Config
	url     *url.URL
	client  *fetch.Client
	sel     selectors
	rows    map[string]string // by key: the row as it was when it was last dealt with
	strange time.Time         // since when looks find a list without any of rows; zero if they do not
}

type selectors struct{ row, title, posted, link, body, next cascadia.SelectorGroup }

// New makes a board. Its errors are FieldErrors, joined.
func New(c Config) (scanners.Board, error) {
	f := &fieldErrors{}
	b := &board{url: f.url("URL", c.URL), rows: map[string]string{}}
	if c.Board == "" {
		f.refuse("Board", "empty")
	}
	if !slices.Contains(Kinds(), c.Kind) {
		f.refuse("Kind", "notice_kind", "value", strconv.Quote(string(c.Kind)))
	}
	b.sel = selectors{
		row: f.selector("Select.Row", c.Select.Row), title: f.selector("Select.Title", c.Select.Title), posted: f.selector("Select.Posted", c.Select.Posted),
		link: f.selector("Select.Link", c.Select.Link), body: f.selector("Select.Body", c.Select.Body), next: f.selector("Select.Next", c.Select.Next),
	}
	f.template("LinkTemplate", c.LinkTemplate, "{0}", "{1}", "{2}", "{3}", "{4}", "{5}", "{6}", "{7}", "{8}", "{9}")
	f.template("PageTemplate", c.PageTemplate, "{page}")
	c.Pages = f.between("Pages", c.Pages, maxPages, 1)
	c.Details = f.between("Details", c.Details, maxDetails, DefaultDetails)
	c.Deadline = f.duration("Deadline", c.Deadline, DefaultDeadline)
	c.Timeout = f.duration("Timeout", c.Timeout, fetch.DefaultTimeout)
	c.MaxBody = f.between("MaxBody", c.MaxBody, 64<<20, fetch.DefaultMaxBody)
	foreignSettings(c, f)
	if c.Zone == nil {
		// Korean time has had no daylight saving since 1988: no zone database is needed.
		c.Zone = time.FixedZone("KST", 9*60*60)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Pace == nil {
		c.Pace = (&Pacer{}).Wait
	}
	if len(f.errs) > 0 {
		return nil, f.err()
	}
	var err error
	b.client, err = fetch.New(fetch.Config{UserAgent: c.UserAgent, CA: c.CA, Hosts: ownHosts(b.url), AllowHosts: c.AllowHosts, Timeout: c.Timeout, MaxBody: c.MaxBody})
	if err != nil {
		f.refuse("Timeout", "other", "err", err) // all else was checked
		return nil, f.err()
	}
	b.c = c
	return b, nil
}

// foreignSettings refuses hosts and certificates that are none, and settings that the kind has no
// use for: a selector that is silently ignored is a typing error that nobody finds.
func foreignSettings(c Config, f *fieldErrors) {
	if _, err := fetch.New(fetch.Config{AllowHosts: c.AllowHosts}); err != nil {
		f.refuse("AllowHosts", "hosts", "err", err)
	}
	if _, err := fetch.New(fetch.Config{CA: c.CA}); err != nil {
		f.refuse("CA", "ca", "err", err)
	}
	unused := func(field, value string, kinds ...Kind) {
		if value != "" && slices.Contains(Kinds(), c.Kind) && !slices.Contains(kinds, c.Kind) {
			f.refuse(field, "unused", "kind", c.Kind)
		}
	}
	unused("Select.Row", c.Select.Row, HTML, Banner)
	unused("Select.Title", c.Select.Title, HTML)
	unused("Select.Posted", c.Select.Posted, HTML)
	unused("Select.Link", c.Select.Link, HTML)
	unused("Select.Body", c.Select.Body, HTML, Feed, Page)
	unused("Select.Next", c.Select.Next, HTML)
	unused("LinkTemplate", c.LinkTemplate, HTML)
	unused("PageTemplate", c.PageTemplate, HTML)
	unused("KeyParam", c.KeyParam, HTML, Feed)
	if c.Pages > 1 {
		unused("Pages", strconv.Itoa(c.Pages), HTML)
	}
}

// Look implements scanners.Board.
func (b *board) Look(ctx context.Context, known []scanners.Known) (out scanners.BoardLook) {
	ctx, cancel := context.WithTimeout(ctx, b.c.Deadline)
	defer cancel()
	defer b.client.Close()
	l := &look{b: b, known: map[string]scanners.Known{}}
	for _, k := range known {
		l.known[k.Key] = k
	}
	defer func() {
		if v := recover(); v != nil {
			// Whatever it says may quote the page.
			out = l.finish(trouble(scanners.BoardInternal, fmt.Sprintf("a panic (%T)", v)))
		}
	}()
	return l.finish(b.read(ctx, l))
}

func (b *board) read(ctx context.Context, l *look) error {
	switch b.c.Kind {
	case HTML:
		return b.readList(ctx, l)
	case Banner:
		return b.readBanners(ctx, l)
	case Page:
		return b.readPage(ctx, l)
	case Feed:
		return b.readFeed(ctx, l)
	case Statuspage:
		return b.readStatuspage(ctx, l)
	case ICal:
		return b.readCalendar(ctx, l)
	}
	return trouble(scanners.BoardInternal, "a kind without a reader")
}

// ownHosts are where a board may be read by its URL alone: the URL's port, or both of the web's
// ports if it names none. Other ports of the host may be other people's.
func ownHosts(u *url.URL) []string {
	if p := u.Port(); p != "" {
		return []string{net.JoinHostPort(u.Hostname(), p)}
	}
	return []string{net.JoinHostPort(u.Hostname(), "80"), net.JoinHostPort(u.Hostname(), "443")}
}

// title is a title from a line of text: at most 300 characters.
func title(s string) string { return strings.TrimSpace(clip(oneLine(s), 300)) }
