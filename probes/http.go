package probes

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"

	"github.com/charterwatch/charterwatch/internal/fetch"
)

// RequestHeader is a header to send. Its value counts as a credential unless the name says otherwise
// (Accept, Content-Type and the like): it is blanked where a site echoes it.
type RequestHeader struct {
	Name  string
	Value Secret
}

// HTTPConfig configures an HTTP probe. Only URL is required.
type HTTPConfig struct {
	URL       string          // absolute, http or https; user info in it becomes basic authentication
	Method    string          // default GET
	Headers   []RequestHeader // sent as given; Host and User-Agent replace the defaults
	Body      Secret          // request body, may hold credentials
	Username  string          // basic authentication (RFC 7617)
	Password  Secret          //
	Bearer    Secret          // bearer token (RFC 6750); excludes Username
	Redirects RedirectConfig  // default: follow ten
	Proxy     Secret          // "http://[user:password@]host:port"; "" goes straight
	HTTP1     bool            // do not offer HTTP/2
	MaxBody   int             // most bytes of the answer's body to read; default DefaultMaxBody
	Dial      DialConfig
	TLS       TLSConfig
	Expect    HTTPExpect
}

// HTTP looks by making one HTTP request, following redirects, and judging the answer. It
// is safe for concurrent use and holds no connection between looks.
type HTTP struct {
	client client
	req    *request
	policy RedirectConfig
	expect *expectation
}

// NewHTTP validates c; shared may be nil. The error joins a *FieldError for each mistake.
func NewHTTP(c HTTPConfig, shared *Shared) (*HTTP, error) {
	shared = shared.orNew()
	f := newFieldErrors()
	h := &HTTP{expect: newExpectation(c.Expect, f.in("Expect")), policy: c.Redirects.validate(f.in("Redirects"))}
	h.req = newRequest(c, shared, f)
	h.client = newClient(clientConfig{dial: c.Dial, tls: c.TLS, proxy: c.Proxy, http1: c.HTTP1, maxBody: c.MaxBody}, h.req, shared, f)
	h.client.wholeBody = h.expect.needsBody()
	h.client.maxBody = max(h.client.maxBody, int(min(c.Expect.SizeMax, 64<<20)))
	if err := f.err(); err != nil {
		return nil, err
	}
	return h, nil
}

type clientConfig struct {
	dial    DialConfig
	tls     TLSConfig
	proxy   Secret
	http1   bool
	maxBody int
}

func newClient(c clientConfig, req *request, shared *Shared, f fieldErrors) client {
	out := client{shared: shared, route: newRoute(c.dial, shared, f.in("Dial")), maxBody: c.maxBody}
	out.proxy = newProxy(c.proxy, f, "Proxy")
	switch {
	case c.maxBody < 0 || c.maxBody > 64<<20:
		f.add("MaxBody", refuse("max_body", "n", c.maxBody))
	case c.maxBody == 0:
		out.maxBody = DefaultMaxBody
	}
	sec := newSecurity(c.tls, shared, f.in("TLS"))
	if c.http1 {
		sec.config.NextProtos = []string{"http/1.1"}
	} else {
		sec.config.NextProtos = []string{"h2", "http/1.1"}
	}
	out.others = sec
	if req != nil {
		out.firstHost = req.url.Hostname()
		out.first = sec.forHost(out.firstHost)
	}
	return out
}

// newRequest returns nil when the URL is wrong.
func newRequest(c HTTPConfig, shared *Shared, f fieldErrors) *request {
	q := &request{method: strings.ToUpper(c.Method), body: c.Body.Reveal(), agent: shared.agent, gzip: true}
	if q.method == "" {
		q.method = http.MethodGet
	}
	if !httpguts.ValidHeaderFieldName(q.method) || q.method == http.MethodConnect {
		f.add("Method", refuse("method", "value", strconv.Quote(c.Method)))
	}
	u := f.url("URL", c.URL, "http", "https")
	if u != nil {
		var err error
		if q.url, err = cleanURL(u); err != nil {
			f.add("URL", err)
		}
		if u.User != nil {
			q.auth = basicAuth(u.User)
		}
	}
	switch {
	case c.Bearer != "" && c.Username != "":
		f.add("Bearer", refuse("two_credentials"))
	case c.Bearer != "":
		q.auth = "Bearer " + c.Bearer.Reveal()
	case c.Username != "" || c.Password != "":
		q.auth = basicAuth(url.UserPassword(c.Username, c.Password.Reveal()))
	}
	if !httpguts.ValidHeaderFieldValue(q.auth) {
		f.add("Bearer", refuse("credential_controls"))
	}
	for i, h := range c.Headers {
		if err := q.setHeader(h.Name, h.Value.Reveal()); err != nil {
			f.add(fmt.Sprintf("Headers[%d]", i), err)
		}
	}
	if q.url == nil {
		return nil
	}
	return q
}

// Kind is "http".
func (h *HTTP) Kind() string { return "http" }

// Target is the URL without user info and query values.
func (h *HTTP) Target() string { return fetch.RedactURL(h.req.url) }

// Probe looks once.
func (h *HTTP) Probe(ctx context.Context) (Measurement, error) {
	var m Measurement
	var t trail
	start := time.Now()
	a, err := h.client.follow(ctx, h.req, h.policy, &m, &t)
	if err == nil {
		err = h.expect.judge(a, &m, time.Since(start))
	}
	if err == nil {
		err = h.client.others.judgeExpiry(&m.Facts)
	}
	if err != nil {
		m.Capture = h.client.capture(a, &t, &m, err, h.client.scrubber(h.req))
	}
	a.release()
	return conclude(&m, err)
}

// scrubber knows the credentials of a request and of the proxy.
func (c *client) scrubber(q *request) fetch.Scrubber {
	var s fetch.Scrubber
	addAuth(&s, q.auth)
	if c.proxy != nil {
		addAuth(&s, c.proxy.auth)
	}
	for _, h := range q.header {
		if !plainHeader(h[0]) {
			s.Add(h[1])
			addWords(&s, h[1]) // "v1 KEY": the site may say the key alone
		}
	}
	for _, part := range strings.Split(q.cookie, ";") {
		_, v, _ := strings.Cut(part, "=")
		s.Add(v)
	}
	for _, raw := range []string{q.url.RawQuery, q.body} {
		addParameters(&s, raw)
	}
	s.Add(q.body)
	addWords(&s, q.body)
	var body any
	if json.Unmarshal([]byte(q.body), &body) == nil {
		addJSON(&s, "", body)
	}
	return s
}

// longWord is from how many bytes on a word may be a credential whatever its name: short
// ordinary words must not be torn out of a capture.
const longWord = 12

// addWords makes s know the long words of a text in no format that is known.
func addWords(s *fetch.Scrubber, text string) {
	for _, w := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \t\r\n\"'<>=:;,{}[]()&", r) }) {
		if len(w) >= longWord {
			s.Add(w)
		}
	}
}

// addJSON makes s know the texts of a JSON body that are credentials by their name or length.
func addJSON(s *fetch.Scrubber, name string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for name, inner := range v {
			addJSON(s, name, inner)
		}
	case []any:
		for _, inner := range v {
			addJSON(s, name, inner)
		}
	case string:
		if fetch.SensitiveName(name) || len(v) >= longWord {
			s.Add(v)
		}
	}
}

// addAuth makes s know an Authorization value and what is inside it.
func addAuth(s *fetch.Scrubber, value string) {
	scheme, credential, _ := strings.Cut(value, " ")
	s.Add(strings.TrimRight(credential, "=")) // some write base64 without its padding
	if scheme != "Basic" {
		return
	}
	if raw, err := base64.StdEncoding.DecodeString(credential); err == nil {
		_, password, _ := strings.Cut(string(raw), ":")
		s.Add(password)
	}
}

// addParameters makes s know the values of a query or a form that are credentials by
// their name or length.
func addParameters(s *fetch.Scrubber, raw string) {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return
	}
	for name, list := range values {
		for _, v := range list {
			if fetch.SensitiveName(name) || len(v) >= longWord {
				s.Add(v)
			}
		}
	}
}

// plainHeader reports whether a request header's value is no credential.
func plainHeader(name string) bool {
	switch http.CanonicalHeaderKey(name) {
	case "Accept", "Accept-Charset", "Accept-Encoding", "Accept-Language", "Cache-Control", "Content-Type", "Dnt",
		"Expect", "If-Modified-Since", "If-None-Match", "Origin", "Pragma", "Range", "Referer", "X-Requested-With":
		return true
	}
	return false
}
