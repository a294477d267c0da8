package fetch

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

// guard decides which hosts, and which addresses of them, may be reached. It is immutable.
type guard struct {
	public   map[string]bool // "host" or "host:port": at public addresses only
	anywhere map[string]bool // the same: wherever the name leads
	lookup   func(ctx context.Context, host string) ([]netip.Addr, error)
}

// hostKey is the form in which hosts are compared: lower case, ASCII, without brackets
// and without a dot at the end.
func hostKey(host string) string {
	host = strings.TrimSuffix(strings.Trim(strings.ToLower(strings.TrimSpace(host)), "[]"), ".")
	if ascii, err := idna.Lookup.ToASCII(host); err == nil && ascii != "" {
		return ascii
	}
	return host
}

// hostSet reads entries of the form host, host:port, IPv6 address or [address]:port.
func hostSet(entries []string) (map[string]bool, error) {
	set := make(map[string]bool, len(entries))
	for _, e := range entries {
		host, port := e, ""
		if h, p, err := net.SplitHostPort(e); err == nil {
			host, port = h, p
		}
		key := hostKey(host)
		if _, err := strconv.ParseUint(port, 10, 16); key == "" || strings.ContainsAny(key, "/@?# \t") || port != "" && err != nil {
			return nil, fmt.Errorf("%q is no host and no host:port", e)
		}
		if port != "" {
			key = net.JoinHostPort(key, port)
		}
		set[key] = true
	}
	return set, nil
}

func in(set map[string]bool, u *url.URL) bool {
	host := hostKey(u.Hostname())
	return set[host] || set[net.JoinHostPort(host, portOf(u))]
}

func portOf(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	if u.Scheme == "https" {
		return "443"
	}
	return "80"
}

// allows reports whether requests may go to u's host at all.
func (g *guard) allows(u *url.URL) bool {
	return (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && (in(g.public, u) || in(g.anywhere, u))
}

// addresses resolves u's host to those of its addresses that may be connected to, at least
// one. An address in the URL speaks for itself: whoever allowed 127.0.0.1 meant it. So do the names
// under localhost, which are loopback by definition (RFC 6761, 6.3) and are asked of nobody.
// Any other name must lead to a public address, unless it is allowed to lead anywhere: else
// whoever rules its DNS would make the monitor talk to its own neighbours.
func (g *guard) addresses(ctx context.Context, u *url.URL) ([]netip.Addr, error) {
	host := hostKey(u.Hostname())
	if a, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{a.Unmap()}, nil
	}
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1}), netip.IPv6Loopback()}, nil
	}
	all, err := g.lookup(ctx, host)
	if err != nil {
		return nil, err
	}
	if in(g.anywhere, u) {
		return all, nil
	}
	var public []netip.Addr
	for _, a := range all {
		if a = a.Unmap(); Public(a) {
			public = append(public, a)
		}
	}
	if len(public) == 0 {
		return nil, fmt.Errorf("%s: %w", host, ErrNotPublic)
	}
	return public, nil
}

// reserved are the networks that are not the public Internet though they look like unicast
// (IANA's special-purpose registries, RFC 6890). Those that embed an IPv4 address in one of
// IPv6 (NAT64, 6to4, Teredo) are among them: they could embed a private one.
var reserved = func() (out []netip.Prefix) {
	for _, p := range [...]string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15",
		"198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
		"::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fec0::/10",
	} {
		out = append(out, netip.MustParsePrefix(p))
	}
	return out
}()

// Public reports whether an address belongs to the public Internet: not to this machine, a
// private network, a link (169.254.169.254 serves credentials in many clouds), a test network or a
// group.
func Public(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if !a.IsGlobalUnicast() || a.IsPrivate() {
		return false
	}
	for _, p := range reserved {
		if p.Contains(a) {
			return false
		}
	}
	return true
}
