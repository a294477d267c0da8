package probes

import (
	"bufio"
	"encoding/base64"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// proxy is an HTTP proxy (RFC 9110, 9.3.6). It is immutable.
type proxy struct {
	host string
	port uint16
	auth string // Proxy-Authorization; "" for none
}

func newProxy(raw Secret, f fieldErrors, field string) *proxy {
	if raw == "" {
		return nil
	}
	u := f.url(field, raw.Reveal(), "http")
	if u == nil {
		return nil
	}
	p := &proxy{host: u.Hostname()}
	p.port, _ = urlPort(u) // f.url made sure
	if u.User != nil {
		p.auth = basicAuth(u.User)
	}
	return p
}

func basicAuth(u *url.Userinfo) string {
	password, _ := u.Password()
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(u.Username()+":"+password))
}

// tunnel asks the proxy for a connection to target ("host:port").
func (p *proxy) tunnel(conn net.Conn, target, agent string) error {
	var b strings.Builder
	b.WriteString("CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n")
	if agent != "" {
		b.WriteString("User-Agent: " + agent + "\r\n")
	}
	if p.auth != "" {
		b.WriteString("Proxy-Authorization: " + p.auth + "\r\n")
	}
	b.WriteString("\r\n")
	if _, err := io.WriteString(conn, b.String()); err != nil {
		return failed(stageExchange, err)
	}
	br := bufio.NewReader(io.LimitReader(conn, maxHead))
	resp, err := http.ReadResponse(br, &http.Request{Method: http.MethodConnect})
	if err != nil {
		return failed(stageExchange, err)
	}
	if resp.StatusCode != http.StatusOK {
		return siteErrorf(ProxyFailure, "it answered CONNECT with status %d", resp.StatusCode)
	}
	// In TLS the client speaks first, so bytes that came already are not the site's.
	if br.Buffered() > 0 {
		return siteErrorf(ProxyFailure, "it sent data before the handshake began")
	}
	return nil
}
