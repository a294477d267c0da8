package probes

import (
	"context"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strconv"
	"strings"

	"github.com/charterwatch/charterwatch/internal/fetch"
)

// RedirectMode says which redirects a probe follows.
type RedirectMode string

// The redirect modes.
const (
	FollowAll      RedirectMode = ""          // any, up to the limit
	FollowNone     RedirectMode = "none"      // none: the redirect itself is the answer to judge
	FollowSameHost RedirectMode = "same-host" // only to the same host name; another is reason redirect
)

// DefaultMaxRedirects is how many redirects are followed unless told otherwise.
const DefaultMaxRedirects = 10

// RedirectConfig says what becomes of redirects. Its zero value follows ten.
type RedirectConfig struct {
	Mode RedirectMode
	Max  int // most redirects to follow; 0 means DefaultMaxRedirects
}

func (r RedirectConfig) validate(f fieldErrors) RedirectConfig {
	switch r.Mode {
	case FollowAll, FollowNone, FollowSameHost:
	default:
		f.add("Mode", refuse("redirect_mode", "value", strconv.Quote(string(r.Mode))))
	}
	if r.Max < 0 || r.Max > 50 {
		f.add("Max", refuse("redirect_max", "n", r.Max))
	}
	if r.Max == 0 {
		r.Max = DefaultMaxRedirects
	}
	return r
}

// trail is the way a look has taken.
type trail struct {
	last  *request
	route []string // redacted
	jar   *cookiejar.Jar
}

// follow carries out the request and the redirects that the policy allows (RFC 9110, 15.4).
// Cookies set on the way are sent back, as a browser would, because many sites redirect for
// ever without; they are forgotten with the trail.
func (c *client) follow(ctx context.Context, req *request, policy RedirectConfig, m *Measurement, t *trail) (*answer, error) {
	for hops := 0; ; hops++ {
		if t.jar != nil && req.cookie == "" {
			req = withCookies(req, t.jar)
		}
		t.last = req
		a, err := c.do(ctx, req, m)
		if a != nil && err == nil {
			t.remember(a)
		}
		if err != nil || policy.Mode == FollowNone {
			return a, err
		}
		location, ok := redirection(a.resp)
		if !ok {
			return a, nil
		}
		if hops == policy.Max {
			return a, siteErrorf(Redirect, "more than %d redirects", policy.Max)
		}
		next, err := redirected(req, a.resp.StatusCode, location)
		if err == nil && policy.Mode == FollowSameHost && !strings.EqualFold(next.url.Hostname(), req.url.Hostname()) {
			err = siteErrorf(Redirect, "redirected to another host: %s", next.url.Hostname())
		}
		if err != nil {
			return a, err
		}
		t.route = append(t.route, fetch.RedactURL(next.url))
		m.Facts.Redirects++
		a.release()
		req = next
	}
}

func (t *trail) remember(a *answer) {
	if cookies := a.resp.Cookies(); len(cookies) > 0 {
		if t.jar == nil {
			t.jar, _ = cookiejar.New(nil) // never fails without options
		}
		t.jar.SetCookies(a.req.url, cookies)
	}
}

func withCookies(req *request, jar *cookiejar.Jar) *request {
	cookies := jar.Cookies(req.url)
	if len(cookies) == 0 {
		return req
	}
	r := *req
	var b strings.Builder
	for i, k := range cookies {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(k.Name + "=" + k.Value)
	}
	r.cookie = b.String()
	return &r
}

func redirection(resp *http.Response) (string, bool) {
	switch resp.StatusCode {
	case 301, 302, 303, 307, 308:
		l := resp.Header.Get("Location")
		return l, l != ""
	}
	return "", false
}

// redirected is the request that follows a redirect. 307 and 308 repeat the method and
// the body; after the others everything but HEAD becomes GET, as browsers do. Credentials do not
// leave the host, nor go from https to http.
func redirected(req *request, status int, location string) (*request, error) {
	u, err := req.url.Parse(location)
	if err == nil && u.Hostname() != "" && (u.Scheme == "http" || u.Scheme == "https") {
		u, err = cleanURL(u)
	} else if err == nil {
		err = &url.Error{}
	}
	if err != nil {
		return nil, siteErrorf(Redirect, "redirected to what is no http or https URL")
	}
	next := *req
	next.url, next.cookie = u, ""
	if status < 307 {
		next.body = ""
		if req.method != http.MethodHead {
			next.method = http.MethodGet
		}
	}
	if !strings.EqualFold(u.Host, req.url.Host) {
		next.host = ""
	}
	leaves := !strings.EqualFold(u.Hostname(), req.url.Hostname()) || req.url.Scheme == "https" && u.Scheme == "http"
	if leaves {
		next.auth = ""
	}
	next.header = nil
	for _, h := range req.header {
		if leaves && fetch.SensitiveHeader(h[0]) || next.body == "" && strings.HasPrefix(h[0], "Content-") {
			continue
		}
		next.header = append(next.header, h)
	}
	return &next, nil
}
