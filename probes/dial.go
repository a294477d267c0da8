package probes

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"time"
)

// DialConfig says how a probe reaches its target. Its zero value works.
type DialConfig struct {
	Family   int    // 4 or 6 demands that IP version; 0 takes the addresses in the resolver's order
	Resolver string // "ip" or "ip:port" of the DNS server to ask; "" asks the system's
}

// route is a validated DialConfig. It is immutable.
type route struct {
	resolver *net.Resolver
	ipNet    string // "ip", "ip4", "ip6"
	tcpNet   string // "tcp", "tcp4", "tcp6"
}

func newRoute(c DialConfig, s *Shared, f fieldErrors) route {
	f.family("Family", c.Family)
	r := route{resolver: s.resolver(resolverSetting(f, "Resolver", c.Resolver)), ipNet: "ip", tcpNet: "tcp"}
	switch c.Family {
	case 4:
		r.ipNet, r.tcpNet = "ip4", "tcp4"
	case 6:
		r.ipNet, r.tcpNet = "ip6", "tcp6"
	}
	return r
}

// resolve returns the host's addresses, at least one.
func (r *route) resolve(ctx context.Context, host string, ph *Phases) ([]netip.Addr, error) {
	if a, err := netip.ParseAddr(host); err == nil {
		if r.ipNet == "ip4" && !a.Is4() || r.ipNet == "ip6" && a.Is4() {
			return nil, &NotSeen{Misconfigured, fmt.Errorf("%s is not an address of the IP version that the check demands", host)}
		}
		return []netip.Addr{a}, nil
	}
	start := time.Now()
	addrs, err := r.resolver.LookupNetIP(ctx, r.ipNet, host)
	ph.Resolve += time.Since(start)
	if err != nil {
		return nil, failed(stageResolve, err)
	}
	for i, a := range addrs {
		addrs[i] = a.Unmap()
	}
	return addrs, nil
}

// connect resolves the host and connects to the first of its addresses that answers,
// each getting an equal share of the time left. The connection breaks when ctx ends; release
// undoes that and closes it.
//
// One address after the other, not RFC 8305's race: a race would hide that a site's
// IPv6 is broken, and its timings would not repeat.
func (r *route) connect(ctx context.Context, host string, port uint16, m *Measurement) (link, error) {
	addrs, err := r.resolve(ctx, host, &m.Phases)
	if err != nil {
		return link{}, err
	}
	start := time.Now()
	defer func() { m.Phases.Connect += time.Since(start) }()
	for i, a := range addrs {
		addr := netip.AddrPortFrom(a, port)
		var conn *net.TCPConn
		if conn, err = r.dialOne(ctx, addr, len(addrs)-i); err == nil {
			m.Facts.Address, m.Facts.IPFamily = addr.String(), 6
			if a.Is4() {
				m.Facts.IPFamily = 4
			}
			return newLink(ctx, conn), nil
		}
		if ctx.Err() != nil {
			break
		}
	}
	return link{}, failed(stageConnect, err)
}

// dialOne connects to one address in 1/share of the time left.
func (r *route) dialOne(ctx context.Context, addr netip.AddrPort, share int) (*net.TCPConn, error) {
	// Keep-alives are pointless on a connection that lives for one exchange, and cost
	// four system calls.
	d := net.Dialer{KeepAlive: -1}
	if end, ok := ctx.Deadline(); ok && share > 1 {
		d.Timeout = max(time.Until(end)/time.Duration(share), time.Millisecond)
	}
	return d.DialTCP(ctx, r.tcpNet, netip.AddrPort{}, addr)
}

// link is a connection that breaks when its look's context ends.
type link struct {
	net.Conn
	stop func() bool
}

func newLink(ctx context.Context, c net.Conn) link {
	// SetDeadline fails only on a closed connection, whose next use says so.
	return link{c, context.AfterFunc(ctx, func() { _ = c.SetDeadline(time.Unix(1, 0)) })}
}

// release closes the connection and forgets the context. The link of a failed dial may be released.
func (l link) release() {
	if l.Conn == nil {
		return
	}
	l.stop()
	_ = l.Close()
}
