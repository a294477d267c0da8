package probes

import (
	"bufio"
	"compress/gzip"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"math"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"
	"golang.org/x/net/idna"

	"github.com/charterwatch/charterwatch/internal/fetch"
)

// client makes HTTP exchanges, each over a new connection of its own: it resolves,
// connects, shakes hands, asks once, reads the answer and closes.
//
// It is not an http.Transport, which is made to keep connections: that one dials in
// goroutines which outlive their look, tells where the time went only through callbacks, and wraps
// what went wrong so that a refused proxy and a refused site look alike. HTTP/1.1
// (RFC 9112) takes no goroutine and no allocation beyond the answer's headers; HTTP/2 is
// left to net/http on the connection made here.
type client struct {
	shared    *Shared
	route     route
	firstHost string
	first     *security // for firstHost
	others    *security // for hosts that redirects and journeys lead to
	proxy     *proxy    // nil for none
	maxBody   int
	wholeBody bool // the body is needed beyond what a capture holds
}

// DefaultMaxBody is how much of a body an HTTP probe reads unless told otherwise, in bytes.
const DefaultMaxBody = 2 << 20

const (
	maxHead          = 1 << 20 // bytes of an answer's status line and headers
	maxInformational = 5       // 1xx answers before the real one
)

// request is one HTTP request. It is immutable once made.
type request struct {
	method string
	url    *url.URL // absolute, without user info, host in ASCII
	host   string   // Host header; "" for url.Host
	header [][2]string
	auth   string // Authorization; "" for none
	cookie string // Cookie; "" for none
	body   string
	agent  string
	gzip   bool // we ask for gzip and undo it
}

// answer is what came back. Its body lives in memory that release hands on.
type answer struct {
	req     *request
	resp    *http.Response
	body    []byte // at most the client's maxBody, or what a capture holds
	size    int64  // of the body as far as it was read, after content decoding
	cut     bool   // the body goes on beyond maxBody
	scratch *scratch
	shared  *Shared
}

func (a *answer) release() {
	if a == nil || a.scratch == nil {
		return
	}
	a.shared.putScratch(a.scratch)
	a.scratch, a.body = nil, nil
}

// do carries out one exchange. The answer may be non-nil beside an error, if the headers came.
func (c *client) do(ctx context.Context, req *request, m *Measurement) (*answer, error) {
	port, ok := urlPort(req.url)
	if !ok {
		return nil, siteErrorf(Redirect, "the URL has the port %q", req.url.Port())
	}
	l, err := c.reach(ctx, req, port, m)
	if err != nil {
		return nil, err
	}
	defer l.release()
	if req.url.Scheme != "https" {
		return c.http1(l.Conn, req, m)
	}
	sec := c.first
	if req.url.Hostname() != c.firstHost {
		sec = c.others.forHost(req.url.Hostname())
	}
	tc, err := sec.handshake(ctx, l.Conn, m)
	if err != nil {
		return nil, err
	}
	if tc.ConnectionState().NegotiatedProtocol == "h2" {
		return c.http2(ctx, tc, req, m)
	}
	return c.http1(tc, req, m)
}

// reach connects to the request's host, or to it through the proxy.
func (c *client) reach(ctx context.Context, req *request, port uint16, m *Measurement) (link, error) {
	if c.proxy == nil {
		return c.route.connect(ctx, req.url.Hostname(), port, m)
	}
	l, err := c.route.connect(ctx, c.proxy.host, c.proxy.port, m)
	if err == nil && req.url.Scheme == "https" {
		err = c.proxy.tunnel(l.Conn, net.JoinHostPort(req.url.Hostname(), strconv.Itoa(int(port))), req.agent)
	}
	if se := (*siteError)(nil); errors.As(err, &se) {
		err = &siteError{reason: ProxyFailure, detail: "proxy: " + se.detail, cause: se.cause}
	}
	if err != nil {
		l.release()
		return link{}, err
	}
	return l, nil
}

// http1 writes the request and reads the answer.
func (c *client) http1(conn net.Conn, req *request, m *Measurement) (*answer, error) {
	x := c.shared.getScratch()
	head := io.LimitedReader{R: conn, N: maxHead}
	x.br.Reset(&head)
	x.bw.Reset(conn)
	req.write(x.bw, c.proxy)
	// A server may answer and close before it has read a long request (413); what it
	// said then counts for more than the failed write.
	werr := x.bw.Flush()
	sent := time.Now()
	resp, err := c.readHead(x.br, req, sent, m)
	if err != nil {
		c.shared.putScratch(x)
		switch {
		case head.N <= 0:
			err = siteErrorf(Protocol, "the headers are longer than %d bytes", maxHead)
		case werr != nil && !isTimeout(err):
			err = werr
		}
		return nil, failed(stageExchange, err)
	}
	head.N = math.MaxInt64
	a := &answer{req: req, resp: resp, scratch: x, shared: c.shared}
	return a, c.readBody(a, m)
}

func (c *client) readHead(br *bufio.Reader, req *request, sent time.Time, m *Measurement) (*http.Response, error) {
	_, err := br.Peek(1)
	first := time.Now()
	m.Phases.Processing += first.Sub(sent)
	for range maxInformational {
		if err != nil {
			return nil, err
		}
		var resp *http.Response
		resp, err = http.ReadResponse(br, &http.Request{Method: req.method})
		if err == nil && (resp.StatusCode >= 200 || resp.StatusCode == http.StatusSwitchingProtocols) {
			m.Facts.HTTPStatus, m.Facts.HTTPVersion = resp.StatusCode, 1+float64(resp.ProtoMinor)/10
			return resp, nil
		}
	}
	if err == nil {
		err = errors.New("too many informational answers")
	}
	return nil, err
}

// http2 lets net/http make the one exchange over a connection that is there already.
func (c *client) http2(ctx context.Context, tc *tls.Conn, req *request, m *Measurement) (*answer, error) {
	only := new(http.Protocols)
	only.SetHTTP2(true)
	t := &http.Transport{
		Protocols:              only,
		MaxResponseHeaderBytes: maxHead,
		DialTLSContext:         func(context.Context, string, string) (net.Conn, error) { return tc, nil },
	}
	cc, err := t.NewClientConn(ctx, "https", net.JoinHostPort(req.url.Hostname(), "443"))
	if err != nil {
		return nil, failed(stageExchange, err)
	}
	defer cc.Close()
	sent := time.Now()
	resp, err := cc.RoundTrip(req.netHTTP(ctx))
	m.Phases.Processing += time.Since(sent)
	if err != nil {
		return nil, failed(stageExchange, err)
	}
	m.Facts.HTTPStatus, m.Facts.HTTPVersion = resp.StatusCode, 2
	a := &answer{req: req, resp: resp, scratch: c.shared.getScratch(), shared: c.shared}
	err = c.readBody(a, m)
	_ = resp.Body.Close() // nothing is expected of it any more
	return a, err
}

// readBody reads as much of the body as the client needs, and counts the rest up to maxBody.
func (c *client) readBody(a *answer, m *Measurement) (err error) {
	start := time.Now()
	defer func() {
		m.Phases.Transfer += time.Since(start)
		m.Facts.BodyBytes = a.size
		if v := a.resp.Header.Get("Last-Modified"); v != "" {
			m.Facts.LastModified, _ = http.ParseTime(v) // zero when it is no date
		}
	}()
	var r io.Reader = a.resp.Body
	if a.req.gzip && strings.EqualFold(a.resp.Header.Get("Content-Encoding"), "gzip") && a.req.method != http.MethodHead {
		gz, err := gzip.NewReader(r)
		if errors.Is(err, io.EOF) { // an empty body is no broken one
			return nil
		} else if err != nil {
			return failed(stageExchange, err)
		}
		r = gz
	}
	keep := c.maxBody
	if !c.wholeBody {
		keep = min(keep, MaxCaptureBody)
	}
	a.body, a.cut, err = fetch.ReadBody(r, keep, a.scratch.body[:0])
	a.scratch.body, a.size = a.body[:0], int64(len(a.body))
	if err == nil && a.cut && keep < c.maxBody {
		// The byte that told of more was read too.
		a.size++
		a.cut = false
		a.size, a.cut, err = count(r, a.size, int64(c.maxBody), a.scratch)
	}
	if err != nil {
		return failed(stageExchange, err)
	}
	return nil
}

// count reads r to its end or until size reaches limit.
func count(r io.Reader, size, limit int64, x *scratch) (int64, bool, error) {
	if x.rest == nil {
		x.rest = make([]byte, 16<<10)
	}
	for size <= limit {
		n, err := r.Read(x.rest)
		size += int64(n)
		if err == io.EOF {
			return min(size, limit), size > limit, nil
		} else if err != nil {
			return size, false, err
		}
	}
	return limit, true, nil
}

// write sends the request head and body (RFC 9112, 3 and 9.6). Everything in it was
// validated when the request was made.
func (q *request) write(w *bufio.Writer, p *proxy) {
	w.WriteString(q.method)
	w.WriteByte(' ')
	if p != nil && q.url.Scheme == "http" {
		w.WriteString("http://" + q.url.Host)
	}
	w.WriteString(q.url.RequestURI())
	w.WriteString(" HTTP/1.1\r\nHost: ")
	if q.host != "" {
		w.WriteString(q.host)
	} else {
		w.WriteString(q.url.Host)
	}
	w.WriteString("\r\nConnection: close\r\n")
	q.each(func(name, value string) {
		w.WriteString(name)
		w.WriteString(": ")
		w.WriteString(value)
		w.WriteString("\r\n")
	})
	if p != nil && q.url.Scheme == "http" && p.auth != "" {
		w.WriteString("Proxy-Authorization: " + p.auth + "\r\n")
	}
	if q.body != "" || q.method == http.MethodPost || q.method == http.MethodPut || q.method == http.MethodPatch {
		w.WriteString("Content-Length: " + strconv.Itoa(len(q.body)) + "\r\n")
	}
	w.WriteString("\r\n")
	w.WriteString(q.body)
}

// each calls f for every header of the request but those that belong to the connection.
func (q *request) each(f func(name, value string)) {
	if q.agent != "" {
		f("User-Agent", q.agent)
	}
	if q.auth != "" {
		f("Authorization", q.auth)
	}
	if q.cookie != "" {
		f("Cookie", q.cookie)
	}
	if q.gzip {
		f("Accept-Encoding", "gzip")
	}
	for _, h := range q.header {
		f(h[0], h[1])
	}
}

// netHTTP is the request as net/http's HTTP/2 wants it.
func (q *request) netHTTP(ctx context.Context) *http.Request {
	r := &http.Request{
		Method: q.method, URL: q.url, Host: q.host, Header: http.Header{}, ProtoMajor: 2,
		Body: http.NoBody, ContentLength: int64(len(q.body)),
	}
	q.each(func(name, value string) { r.Header.Add(name, value) })
	if q.body != "" {
		r.Body = io.NopCloser(strings.NewReader(q.body))
	}
	return r.WithContext(ctx)
}

// setHeader adds a header after checking that it is one (RFC 9110, 5). Those that the
// client owns are refused.
func (q *request) setHeader(name, value string) error {
	if !httpguts.ValidHeaderFieldName(name) {
		return refuse("header_name", "name", strconv.Quote(name))
	}
	if !httpguts.ValidHeaderFieldValue(value) {
		return refuse("header_controls", "name", name)
	}
	switch name = http.CanonicalHeaderKey(name); name {
	case "Connection", "Content-Length", "Transfer-Encoding", "Upgrade", "Keep-Alive", "Te", "Trailer", "Proxy-Authorization":
		return refuse("header_reserved", "name", name)
	case "Host":
		q.host = value
		return nil
	case "User-Agent":
		q.agent = value
		return nil
	case "Accept-Encoding":
		q.gzip = false
	case "Authorization":
		q.auth = value
		return nil
	case "Cookie":
		q.cookie = value
		return nil
	}
	q.header = append(q.header, [2]string{name, value})
	return nil
}

// cleanURL returns the URL as it goes over the wire: without user info and fragment, its host in
// ASCII (RFC 5891), so that Korean domain names can be written as they are.
func cleanURL(u *url.URL) (*url.URL, error) {
	c := *u
	c.User, c.Fragment, c.RawFragment = nil, "", ""
	for i := 0; i < len(c.Host); i++ {
		if c.Host[i] >= 0x80 {
			host, err := idna.Lookup.ToASCII(c.Hostname())
			if err != nil {
				return nil, refuse("url_domain")
			}
			if p := c.Port(); p != "" {
				host = net.JoinHostPort(host, p)
			}
			c.Host = host
			break
		}
	}
	return &c, nil
}
