package probes

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"time"

	"github.com/gorilla/websocket"

	"github.com/charterwatch/charterwatch/internal/fetch"
)

// WebSocketConfig configures a WebSocket probe (RFC 6455). Only URL is required: the
// opening handshake is then all.
type WebSocketConfig struct {
	URL          string          // absolute, ws or wss; user info becomes basic authentication
	Headers      []RequestHeader // sent with the handshake
	Subprotocols []string        // offered; the server must agree to one of them
	Send         Secret          // text message to send after the handshake
	Expect       string          // RE2 pattern that a text message to come must match (reason body)
	Latency      time.Duration   // longest the whole look may take; 0: none
	Dial         DialConfig
	TLS          TLSConfig
}

// WebSocket looks by opening a WebSocket and optionally exchanging a message.
type WebSocket struct {
	route    route
	security *security
	url      *url.URL
	port     uint16
	header   http.Header
	c        WebSocketConfig
	expect   *regexp.Regexp
}

const (
	maxMessage  = 1 << 20 // bytes of one message
	maxMessages = 100     // that are passed over while one is awaited
)

// NewWebSocket validates c; shared may be nil. The error joins a *FieldError for each mistake.
func NewWebSocket(c WebSocketConfig, shared *Shared) (*WebSocket, error) {
	shared = shared.orNew()
	f := newFieldErrors()
	w := &WebSocket{c: c, route: newRoute(c.Dial, shared, f.in("Dial"))}
	w.security = newSecurity(c.TLS, shared, f.in("TLS"))
	q := request{agent: shared.agent}
	if u := f.url("URL", c.URL, "ws", "wss"); u != nil {
		clean, err := cleanURL(u)
		if err != nil {
			f.add("URL", err)
		} else {
			w.url = clean
			w.port, _ = urlPort(clean) // f.url made sure
			w.security = w.security.forHost(clean.Hostname()).withProtocols("http/1.1")
		}
		if u.User != nil {
			q.auth = basicAuth(u.User)
		}
	}
	for i, h := range c.Headers {
		if err := q.setHeader(h.Name, h.Value.Reveal()); err != nil {
			f.add(fmt.Sprintf("Headers[%d]", i), err)
		}
	}
	w.header = http.Header{}
	q.each(func(name, value string) { w.header.Add(name, value) })
	if q.host != "" {
		w.header.Set("Host", q.host)
	}
	if c.Expect != "" {
		w.expect = f.regexp("Expect", c.Expect)
	}
	f.duration("Latency", c.Latency)
	if err := f.err(); err != nil {
		return nil, err
	}
	return w, nil
}

// Kind is "websocket".
func (w *WebSocket) Kind() string { return "websocket" }

// Target is the URL without user info and query values.
func (w *WebSocket) Target() string { return fetch.RedactURL(w.url) }

// Probe looks once.
func (w *WebSocket) Probe(ctx context.Context) (Measurement, error) {
	var m Measurement
	start := time.Now()
	l, err := w.route.connect(ctx, w.url.Hostname(), w.port, &m)
	if err != nil {
		return conclude(&m, err)
	}
	defer l.release()
	conn := l.Conn
	if w.url.Scheme == "wss" {
		if conn, err = w.security.handshake(ctx, l.Conn, &m); err != nil {
			return conclude(&m, err)
		}
	}
	err = w.open(ctx, conn, &m)
	if err == nil && w.c.Latency > 0 && time.Since(start) > w.c.Latency {
		err = siteErrorf(Latency, "took %s; at most %s expected", time.Since(start).Round(time.Millisecond), w.c.Latency)
	}
	if err == nil {
		err = w.security.judgeExpiry(&m.Facts)
	}
	return conclude(&m, err)
}

func (w *WebSocket) open(ctx context.Context, conn net.Conn, m *Measurement) error {
	begin := time.Now()
	defer func() { m.Phases.Processing += time.Since(begin) }()
	there := func(context.Context, string, string) (net.Conn, error) { return conn, nil }
	d := websocket.Dialer{NetDialContext: there, NetDialTLSContext: there, Subprotocols: w.c.Subprotocols}
	ws, resp, err := d.DialContext(ctx, w.url.String(), w.header)
	if resp != nil {
		m.Facts.HTTPStatus, m.Facts.HTTPVersion = resp.StatusCode, 1+float64(resp.ProtoMinor)/10
	}
	if err != nil {
		return w.refused(err, resp)
	}
	ws.SetReadLimit(maxMessage)
	// The library lifts the deadline when the handshake is done, even one that has passed.
	if ctx.Err() != nil {
		return failed(stageExchange, ctx.Err())
	}
	if len(w.c.Subprotocols) > 0 && !slices.Contains(w.c.Subprotocols, ws.Subprotocol()) {
		return siteErrorf(Protocol, "the server agreed to none of the subprotocols offered")
	}
	if err := w.converse(ws); err != nil {
		return err
	}
	// A farewell (RFC 6455, 7.1.2); whether it arrives says nothing about the site.
	_ = ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(time.Second))
	return nil
}

func (w *WebSocket) refused(err error, resp *http.Response) error {
	if !errors.Is(err, websocket.ErrBadHandshake) || resp == nil {
		return failed(stageExchange, err)
	}
	if resp.StatusCode == http.StatusSwitchingProtocols {
		return siteErrorf(Protocol, "the server's handshake is not a WebSocket's")
	}
	head, _, _ := fetch.ReadBody(resp.Body, 1024, nil) // the library keeps no more
	if by := blockedBy(resp.StatusCode, resp.Header, head); by != "" {
		return siteErrorf(Blocked, "status %d by %s, not by the site", resp.StatusCode, by)
	}
	return siteErrorf(Status, "status %d; expected 101", resp.StatusCode)
}

func (w *WebSocket) converse(ws *websocket.Conn) error {
	if w.c.Send != "" {
		if err := ws.WriteMessage(websocket.TextMessage, []byte(w.c.Send.Reveal())); err != nil {
			return failed(stageExchange, err)
		}
	}
	if w.expect == nil {
		return nil
	}
	for n := range maxMessages {
		kind, text, err := ws.ReadMessage()
		if closed := (*websocket.CloseError)(nil); errors.As(err, &closed) {
			return siteErrorf(ConnectionReset, "closed with code %d before the expected message", closed.Code)
		}
		if errors.Is(err, websocket.ErrReadLimit) {
			return siteErrorf(Size, "a message is longer than %d bytes", maxMessage)
		}
		if err != nil && n > 0 && isTimeout(err) {
			break
		}
		if err != nil {
			return failed(stageExchange, err)
		}
		if kind == websocket.TextMessage && w.expect.Match(text) {
			return nil
		}
	}
	return siteErrorf(Body, "messages came, but none that matches %q", w.c.Expect)
}
