package probes

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"
	"time"

	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
)

// ICMPConfig configures an echo probe (RFC 792, RFC 4443). Only Host is required.
type ICMPConfig struct {
	Host        string        // name or address
	Count       int           // echo requests to send; default 3, at most 20
	AllowedLoss int           // how many of them may stay unanswered (more: reason packet_loss)
	Size        int           // bytes of payload; default 56, from 8 to 65000
	Interval    time.Duration // between requests; default 200 ms
	Wait        time.Duration // for replies after the last request; default 2 s
	Latency     time.Duration // longest the mean round trip may take; 0: none
	Dial        DialConfig
}

// ICMP looks by sending echo requests. It uses the kernel's unprivileged sockets where
// net.ipv4.ping_group_range allows this process's group, raw sockets where the process has
// CAP_NET_RAW, and otherwise cannot look: reason not_permitted. Phases.Processing is the
// mean round trip.
type ICMP struct {
	route route
	c     ICMPConfig
}

// NewICMP validates c; shared may be nil. The error joins a *FieldError for each mistake.
func NewICMP(c ICMPConfig, shared *Shared) (*ICMP, error) {
	f := newFieldErrors()
	p := &ICMP{route: newRoute(c.Dial, shared.orNew(), f.in("Dial"))}
	if c.Count == 0 {
		c.Count = 3
	}
	if c.Size == 0 {
		c.Size = 56
	}
	if c.Interval == 0 {
		c.Interval = 200 * time.Millisecond
	}
	if c.Wait == 0 {
		c.Wait = 2 * time.Second
	}
	switch {
	case c.Host == "":
		f.add("Host", refuse("host_empty"))
	case c.Count < 1 || c.Count > 20:
		f.add("Count", refuse("icmp_count", "n", c.Count))
	case c.AllowedLoss < 0 || c.AllowedLoss >= c.Count:
		f.add("AllowedLoss", refuse("icmp_loss", "n", c.AllowedLoss, "count", c.Count))
	case c.Size < 8 || c.Size > 65000:
		f.add("Size", refuse("icmp_size", "n", c.Size))
	case c.Interval < 10*time.Millisecond || c.Wait < 0 || c.Latency < 0:
		f.add("Interval", refuse("icmp_pause"))
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	p.c = c
	return p, nil
}

// Kind is "icmp".
func (p *ICMP) Kind() string { return "icmp" }

// Target is the host.
func (p *ICMP) Target() string { return p.c.Host }

// Probe looks once.
func (p *ICMP) Probe(ctx context.Context) (Measurement, error) {
	var m Measurement
	addrs, err := p.route.resolve(ctx, p.c.Host, &m.Phases)
	if err != nil {
		return conclude(&m, err)
	}
	e, err := newEcho(addrs[0], p.c.Size)
	if err != nil {
		return conclude(&m, err)
	}
	defer e.conn.Close()
	defer context.AfterFunc(ctx, func() { _ = e.conn.SetDeadline(time.Unix(1, 0)) })()
	m.Facts.Address, m.Facts.IPFamily = addrs[0].String(), e.family
	mean, err := p.exchange(ctx, e, &m)
	m.Phases.Processing = mean
	lost := m.Facts.PacketsSent - m.Facts.PacketsBack
	switch {
	case err != nil:
	case lost > p.c.AllowedLoss:
		err = siteErrorf(PacketLoss, "%d of %d echo requests unanswered; at most %d allowed", lost, m.Facts.PacketsSent, p.c.AllowedLoss)
	case p.c.Latency > 0 && mean > p.c.Latency:
		err = siteErrorf(Latency, "the mean round trip took %s; at most %s expected", mean.Round(time.Microsecond), p.c.Latency)
	}
	return conclude(&m, err)
}

// exchange sends the requests at their interval and takes replies as they come.
func (p *ICMP) exchange(ctx context.Context, e *echo, m *Measurement) (mean time.Duration, err error) {
	sent := make([]time.Time, p.c.Count)
	back := make([]bool, p.c.Count)
	var sum time.Duration
	for seq := range sent {
		sent[seq] = time.Now()
		if err := e.send(seq); err != nil {
			return 0, failed(stageConnect, err)
		}
		m.Facts.PacketsSent++
		until := sent[seq].Add(p.c.Interval)
		if last := seq == p.c.Count-1; last {
			until = sent[seq].Add(p.c.Wait)
		}
		if end, ok := ctx.Deadline(); ok && end.Before(until) {
			until = end
		}
		for m.Facts.PacketsBack < p.c.Count {
			got, at, err := e.receive(until)
			if err != nil {
				break // nothing more came in time
			}
			if got >= 0 && got <= seq && !back[got] {
				back[got] = true
				m.Facts.PacketsBack++
				sum += at.Sub(sent[got])
			}
		}
		if ctx.Err() != nil {
			break
		}
	}
	if m.Facts.PacketsBack > 0 {
		mean = sum / time.Duration(m.Facts.PacketsBack)
	}
	return mean, nil
}

// echo is a socket for echo requests to one address.
type echo struct {
	conn    *icmp.PacketConn
	to      net.Addr
	family  int
	raw     bool
	id      int
	payload []byte // begins with a nonce that tells our replies from those to others
	buf     []byte
}

func newEcho(to netip.Addr, size int) (*echo, error) {
	e := &echo{family: 6, payload: make([]byte, size), buf: make([]byte, size+256)}
	network, rawNetwork, local := "udp6", "ip6:ipv6-icmp", "::"
	if to.Is4() {
		e.family, network, rawNetwork, local = 4, "udp4", "ip4:icmp", "0.0.0.0"
	}
	var id [2]byte
	rand.Read(id[:]) // never fails (crypto/rand)
	rand.Read(e.payload[:8])
	e.id = int(id[0])<<8 | int(id[1])
	ip := net.IP(to.AsSlice())
	var err error
	if e.conn, err = icmp.ListenPacket(network, local); err == nil {
		e.to = &net.UDPAddr{IP: ip, Zone: to.Zone()}
		return e, nil
	}
	if !forbidden(err) {
		return nil, failed(stageConnect, err)
	}
	e.raw = true
	if e.conn, err = icmp.ListenPacket(rawNetwork, local); err != nil {
		if forbidden(err) {
			err = &NotSeen{NotPermitted, fmt.Errorf("put this process's group into the sysctl net.ipv4.ping_group_range or give it CAP_NET_RAW: %w", err)}
		}
		return nil, failed(stageConnect, err)
	}
	e.to = &net.IPAddr{IP: ip, Zone: to.Zone()}
	return e, nil
}

func forbidden(err error) bool {
	return errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.EACCES) || errors.Is(err, syscall.EPROTONOSUPPORT)
}

func (e *echo) send(seq int) error {
	var kind icmp.Type = ipv6.ICMPTypeEchoRequest
	if e.family == 4 {
		kind = ipv4.ICMPTypeEcho
	}
	msg := icmp.Message{Type: kind, Body: &icmp.Echo{ID: e.id, Seq: seq, Data: e.payload}}
	b, err := msg.Marshal(nil) // the kernel fills in ICMPv6's checksum
	if err != nil {
		return err
	}
	_, err = e.conn.WriteTo(b, e.to)
	return err
}

// receive returns the sequence number of the next message, -1 if it is not a reply to us.
func (e *echo) receive(until time.Time) (seq int, at time.Time, err error) {
	if err := e.conn.SetReadDeadline(until); err != nil {
		return 0, time.Time{}, err
	}
	n, _, err := e.conn.ReadFrom(e.buf)
	at = time.Now()
	if err != nil {
		return 0, at, err
	}
	return e.match(e.buf[:n]), at, nil
}

// match is the sequence number of a reply to us, or -1. The kernel replaces the id of
// unprivileged sockets and delivers them only their own; on raw sockets we see everyone's.
func (e *echo) match(b []byte) int {
	proto := 58 // ICMPv6
	if e.family == 4 {
		proto = 1
	}
	msg, err := icmp.ParseMessage(proto, b)
	if err != nil || msg.Type != ipv4.ICMPTypeEchoReply && msg.Type != ipv6.ICMPTypeEchoReply {
		return -1
	}
	r, ok := msg.Body.(*icmp.Echo)
	if !ok || e.raw && r.ID != e.id || string(r.Data) != string(e.payload) {
		return -1
	}
	return r.Seq
}
