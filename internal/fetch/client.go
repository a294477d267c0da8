package fetch

import (
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// Defaults of a Config.
const (
	DefaultTimeout      = 20 * time.Second // for one exchange, its redirects included
	DefaultMaxBody      = 4 << 20          // bytes
	DefaultMaxRedirects = 5
	maxHeader           = 256 << 10 // bytes of an answer's headers
)

// What a caller branches on. Whatever else Get returns means that no answer came, or none in
// time; [Describe] has words for all of it.
var (
	ErrURL       = errors.New("not an http or https URL")
	ErrForeign   = errors.New("leads to a host that is not allowed")
	ErrNotPublic = errors.New("leads to an address that is not public")
	ErrRedirects = errors.New("too many redirects")
	ErrEncoding  = errors.New("the body is not in the encoding that it claims")
)

// Config says how a Client behaves. Hosts or AllowHosts must name what is to be reached.
type Config struct {
	UserAgent string // as UserAgent makes it
	CA        []byte // PEM certificates to trust beside the system's
	// Hosts that may be reached, by name ("www.example.or.kr") on any port or by name and port
	// ("127.0.0.1:8491"). A name must lead to public addresses; an address, or a name under
	// localhost, is what it says.
	Hosts []string
	// AllowHosts may be reached too, even where their names lead to private addresses.
	AllowHosts   []string
	Timeout      time.Duration // for one Get with its redirects and its body; 0 is DefaultTimeout
	MaxBody      int           // bytes kept of a body, after decompression; 0 is DefaultMaxBody
	MaxRedirects int           // 0 is DefaultMaxRedirects, negative none
	// Lookup resolves names; nil asks the system.
	Lookup func(ctx context.Context, host string) ([]netip.Addr, error)
}

// Client reads foreign pages without being led astray: it only ever sends GET, goes to allowed
// hosts alone (and looks at the address on each connection), keeps no cookies, sends no
// credentials, and bounds the time and the size of everything. It is safe for concurrent use.
type Client struct {
	c     Config
	guard *guard
	http  *http.Transport
}

// New makes a client.
func New(c Config) (*Client, error) {
	if c.Timeout < 0 || c.MaxBody < 0 {
		return nil, errors.New("fetch: a negative limit")
	}
	if c.Timeout == 0 {
		c.Timeout = DefaultTimeout
	}
	if c.MaxBody == 0 {
		c.MaxBody = DefaultMaxBody
	}
	if c.MaxRedirects == 0 {
		c.MaxRedirects = DefaultMaxRedirects
	}
	if c.Lookup == nil {
		c.Lookup = func(ctx context.Context, host string) ([]netip.Addr, error) {
			return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		}
	}
	g := &guard{lookup: c.Lookup}
	var err error
	if g.public, err = hostSet(c.Hosts); err != nil {
		return nil, fmt.Errorf("fetch: hosts: %w", err)
	}
	if g.anywhere, err = hostSet(c.AllowHosts); err != nil {
		return nil, fmt.Errorf("fetch: allowed hosts: %w", err)
	}
	conf := &tls.Config{MinVersion: tls.VersionTLS12}
	if len(c.CA) > 0 {
		if conf.RootCAs, err = x509.SystemCertPool(); err != nil {
			conf.RootCAs = x509.NewCertPool()
		}
		if !conf.RootCAs.AppendCertsFromPEM(c.CA) {
			return nil, errors.New("fetch: CA: no certificate in it")
		}
	}
	return &Client{c: c, guard: g, http: newHTTP(c, g, conf)}, nil
}

func newHTTP(c Config, g *guard, conf *tls.Config) *http.Transport {
	return &http.Transport{
		// No proxy: behind one, the guard could not see the address.
		TLSClientConfig:        conf,
		TLSHandshakeTimeout:    c.Timeout / 2,
		ResponseHeaderTimeout:  c.Timeout,
		MaxResponseHeaderBytes: maxHeader,
		DisableCompression:     true, // undone here, where the limit is
		MaxIdleConnsPerHost:    1,
		IdleConnTimeout:        10 * time.Second,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			return dial(ctx, g, network, address)
		},
	}
}

// dial connects to the first of the host's permitted addresses that answers. It resolves by
// itself and dials addresses, so that no second look-up can give another answer.
func dial(ctx context.Context, g *guard, network, address string) (net.Conn, error) {
	u := &url.URL{Host: address}
	addrs, err := g.addresses(ctx, u)
	if err != nil {
		return nil, err
	}
	d := net.Dialer{Timeout: 10 * time.Second}
	for _, a := range addrs {
		var conn net.Conn
		if conn, err = d.DialContext(ctx, network, net.JoinHostPort(a.String(), u.Port())); err == nil {
			return conn, nil
		}
		if ctx.Err() != nil {
			break
		}
	}
	return nil, err
}

// Close lets go of idle connections. The client can be used on.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Allows reports whether the client would go to this URL's host.
func (c *Client) Allows(u *url.URL) bool { return c.guard.allows(u) }

// Resolve returns an address at which the URL's host may be reached.
func (c *Client) Resolve(ctx context.Context, u *url.URL) (netip.Addr, error) {
	if !c.Allows(u) {
		return netip.Addr{}, ErrForeign
	}
	addrs, err := c.guard.addresses(ctx, u)
	if err != nil || len(addrs) == 0 {
		return netip.Addr{}, fmt.Errorf("resolve %s: %w", u.Hostname(), err)
	}
	return addrs[0], nil
}

// Options are what one request asks for.
type Options struct {
	Accept          string // media types; "" takes anything
	IfNoneMatch     string // an ETag, as it was received
	IfModifiedSince string // a Last-Modified, as it was received
}

// Response is an answer of any status. A 304 has no body.
type Response struct {
	Status int
	Header http.Header
	Body   []byte   // decompressed, at most MaxBody bytes
	Cut    bool     // the body goes on
	URL    *url.URL // where it came from at last, without user info and fragment
	Leaf   *x509.Certificate
}

// Text is the body in UTF-8, and the charset it was in.
func (r *Response) Text() (text, charset string) { return Decode(r.Body, r.Header.Get("Content-Type")) }

// Get fetches a URL. User info in it is not sent.
func (c *Client) Get(ctx context.Context, raw string, o Options) (*Response, error) {
	ctx, cancel := context.WithTimeout(ctx, c.c.Timeout)
	defer cancel()
	u, err := url.Parse(raw)
	if err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("get %s: %w", RedactURLString(raw), ErrURL)
	}
	for hops := 0; ; hops++ {
		u.User, u.Fragment, u.RawFragment = nil, "", ""
		if !c.Allows(u) {
			return nil, fmt.Errorf("get %s: %w", RedactURL(u), ErrForeign)
		}
		r, next, err := c.once(ctx, u, o)
		if err != nil {
			return nil, fmt.Errorf("get %s: %w", RedactURL(u), err)
		}
		if next == nil {
			return r, nil
		}
		if hops >= max(c.c.MaxRedirects, 0) {
			return nil, fmt.Errorf("get %s: %w", RedactURL(u), ErrRedirects)
		}
		u = next
	}
}

// once makes one exchange. next is where a redirect leads (RFC 9110, 15.4).
func (c *Client) once(ctx context.Context, u *url.URL, o Options) (r *Response, next *url.URL, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, nil, ErrURL
	}
	req.Header.Set("User-Agent", c.c.UserAgent)
	req.Header.Set("Accept-Encoding", "gzip")
	for name, value := range map[string]string{"Accept": o.Accept, "If-None-Match": o.IfNoneMatch, "If-Modified-Since": o.IfModifiedSince} {
		if value != "" {
			req.Header.Set(name, value)
		}
	}
	// Not http.Client, which follows redirects by itself and repeats whole URLs in its errors.
	resp, err := c.http.RoundTrip(req)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	switch l := resp.Header.Get("Location"); resp.StatusCode {
	case 301, 302, 303, 307, 308:
		if l == "" {
			break
		}
		if next, err = u.Parse(l); err != nil || next.Scheme != "http" && next.Scheme != "https" {
			return nil, nil, ErrForeign
		}
		return nil, next, nil
	}
	r = &Response{Status: resp.StatusCode, Header: resp.Header, URL: u}
	if resp.TLS != nil && len(resp.TLS.PeerCertificates) > 0 {
		r.Leaf = resp.TLS.PeerCertificates[0]
	}
	r.Body, r.Cut, err = c.body(resp)
	return r, nil, err
}

// body reads and decompresses. What is read from the wire is bounded too: gzip can say
// nothing in any number of bytes.
func (c *Client) body(resp *http.Response) (body []byte, cut bool, err error) {
	wire := &io.LimitedReader{R: resp.Body, N: int64(c.c.MaxBody) + 64<<10}
	var from io.Reader = wire
	switch enc := strings.ToLower(strings.TrimSpace(resp.Header.Get("Content-Encoding"))); enc {
	case "", "identity":
	case "gzip", "x-gzip":
		gz, err := gzip.NewReader(wire)
		if errors.Is(err, io.EOF) {
			return nil, false, nil
		} else if err != nil {
			return nil, false, fmt.Errorf("%w: %w", ErrEncoding, err)
		}
		from = gz
	default:
		return nil, false, ErrEncoding
	}
	body, cut, err = ReadBody(from, c.c.MaxBody, nil)
	switch {
	case err != nil && wire.N == 0:
		return body, true, nil
	case err != nil && (errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum)):
		return nil, false, fmt.Errorf("%w: %w", ErrEncoding, err)
	}
	return body, cut, err
}

// Describe says what is wrong with an exchange in a few fixed words, none of them foreign:
// errors of TLS quote certificates, and those of DNS quote servers.
func Describe(err error) string {
	var dns *net.DNSError
	var op *net.OpError
	var cert *tls.CertificateVerificationError
	var nerr net.Error
	for _, known := range [...]error{ErrURL, ErrForeign, ErrNotPublic, ErrRedirects, ErrEncoding} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	switch {
	case err == nil:
		return ""
	case errors.Is(err, context.Canceled):
		return "broken off"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &nerr) && nerr.Timeout():
		return "no answer in time"
	case errors.As(err, &dns):
		return "its name does not resolve"
	case errors.As(err, &cert):
		return "its certificate is not trusted"
	case errors.As(err, &op) && op.Op == "dial":
		return "no connection"
	case errors.As(err, &op) && op.Op == "remote error":
		return "no TLS session"
	}
	return "the exchange broke off"
}
