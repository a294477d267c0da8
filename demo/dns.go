package demo

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// Zone is the domain that the demo's DNS server answers for.
const Zone = "demo.association."

const (
	dnsTTL     = 60   // seconds
	dnsClassic = 512  // bytes over UDP without EDNS (RFC 1035, 2.3.4)
	dnsEDNS    = 1232 // bytes over UDP with EDNS, at most (the DNS flag day's figure)
)

// zone answers questions about Zone: A and AAAA (loopback) for the apex, www, mail, ns and every site;
// MX, NS, SOA and TXT at the apex; TXT at _dmarc; TXT at large, too big for UDP.
type zone struct {
	records map[string][]dnsmessage.ResourceBody
}

func newZone(sites []profile) (*zone, error) {
	z := &zone{records: map[string][]dnsmessage.ResourceBody{}}
	name := func(label string) (dnsmessage.Name, error) { return dnsmessage.NewName(label + Zone) }
	ns, err1 := name("ns.")
	mx, err2 := name("mail.")
	box, err3 := name("hostmaster.")
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, fmt.Errorf("demo: DNS zone: %w", err)
	}
	hosts := []string{"", "www.", "mail.", "ns."}
	for _, p := range sites {
		hosts = append(hosts, p.id+".")
	}
	for _, h := range hosts {
		z.records[h+Zone] = []dnsmessage.ResourceBody{
			&dnsmessage.AResource{A: [4]byte{127, 0, 0, 1}},
			&dnsmessage.AAAAResource{AAAA: [16]byte{15: 1}},
		}
	}
	z.records[Zone] = append(z.records[Zone],
		&dnsmessage.MXResource{Pref: 10, MX: mx},
		&dnsmessage.NSResource{NS: ns},
		&dnsmessage.SOAResource{NS: ns, MBox: box, Serial: 1, Refresh: 3600, Retry: 600, Expire: 86400, MinTTL: dnsTTL},
		&dnsmessage.TXTResource{TXT: []string{"v=spf1 mx -all"}},
		&dnsmessage.TXTResource{TXT: []string{NameEN + " (fictional)"}},
	)
	z.records["_dmarc."+Zone] = []dnsmessage.ResourceBody{&dnsmessage.TXTResource{TXT: []string{"v=DMARC1; p=reject"}}}
	var large []string
	for range 10 {
		large = append(large, strings.Repeat("0123456789", 20))
	}
	z.records["large."+Zone] = []dnsmessage.ResourceBody{&dnsmessage.TXTResource{TXT: large}}
	return z, nil
}

// answer makes the reply to a packed query; over UDP it is truncated to what the client takes. nil
// means that the query deserves none.
func (z *zone) answer(query []byte, udp bool) []byte {
	var p dnsmessage.Parser
	h, err := p.Start(query)
	if err != nil || h.Response {
		return nil
	}
	m := dnsmessage.Message{Header: dnsmessage.Header{ID: h.ID, Response: true, OpCode: h.OpCode, RecursionDesired: h.RecursionDesired}}
	questions, err := p.AllQuestions()
	limit := dnsClassic
	switch {
	case err != nil || len(questions) != 1:
		m.RCode = dnsmessage.RCodeFormatError
	case h.OpCode != 0:
		m.RCode = dnsmessage.RCodeNotImplemented
	default:
		m.Questions = questions
		z.fill(&m, questions[0])
		limit = edns(&p, &m)
	}
	b, err := m.Pack()
	if err == nil && udp && len(b) > limit {
		m.Truncated, m.Answers, m.Authorities = true, nil, nil
		b, err = m.Pack()
	}
	if err != nil {
		return nil
	}
	return b
}

// fill puts the records for q into m.
func (z *zone) fill(m *dnsmessage.Message, q dnsmessage.Question) {
	name := strings.ToLower(q.Name.String())
	if name != Zone && !strings.HasSuffix(name, "."+Zone) {
		m.RCode = dnsmessage.RCodeRefused
		return
	}
	m.Authoritative = true
	bodies, ok := z.records[name]
	if !ok {
		m.RCode = dnsmessage.RCodeNameError
	}
	for _, b := range bodies {
		if r := resource(q.Name, b); q.Type == r.Header.Type || q.Type == dnsmessage.TypeALL {
			m.Answers = append(m.Answers, r)
		}
	}
	if len(m.Answers) > 0 {
		return
	}
	apex := dnsmessage.MustNewName(Zone)
	for _, b := range z.records[Zone] { // a negative answer carries the SOA (RFC 2308)
		if soa, ok := b.(*dnsmessage.SOAResource); ok {
			m.Authorities = append(m.Authorities, resource(apex, soa))
		}
	}
}

func resource(name dnsmessage.Name, b dnsmessage.ResourceBody) dnsmessage.Resource {
	h := dnsmessage.ResourceHeader{Name: name, Class: dnsmessage.ClassINET, TTL: dnsTTL}
	switch b.(type) {
	case *dnsmessage.AResource:
		h.Type = dnsmessage.TypeA
	case *dnsmessage.AAAAResource:
		h.Type = dnsmessage.TypeAAAA
	case *dnsmessage.MXResource:
		h.Type = dnsmessage.TypeMX
	case *dnsmessage.NSResource:
		h.Type = dnsmessage.TypeNS
	case *dnsmessage.SOAResource:
		h.Type = dnsmessage.TypeSOA
	case *dnsmessage.TXTResource:
		h.Type = dnsmessage.TypeTXT
	}
	return dnsmessage.Resource{Header: h, Body: b}
}

// edns returns the UDP size that the client takes, and answers its OPT record (RFC 6891) with ours.
func edns(p *dnsmessage.Parser, m *dnsmessage.Message) int {
	if p.SkipAllAnswers() != nil || p.SkipAllAuthorities() != nil {
		return dnsClassic
	}
	for {
		h, err := p.AdditionalHeader()
		if err != nil {
			return dnsClassic
		}
		if h.Type != dnsmessage.TypeOPT {
			if p.SkipAdditional() != nil {
				return dnsClassic
			}
			continue
		}
		var own dnsmessage.ResourceHeader
		if own.SetEDNS0(dnsEDNS, m.RCode, false) == nil {
			m.Additionals = append(m.Additionals, dnsmessage.Resource{Header: own, Body: &dnsmessage.OPTResource{}})
		}
		return min(max(int(h.Class), dnsClassic), dnsEDNS)
	}
}

// talk serves one TCP connection: messages behind two bytes of length (RFC 1035, 4.2.2).
func (z *zone) talk(c net.Conn) {
	var size [2]byte
	for {
		c.SetDeadline(time.Now().Add(talkTimeout))
		if _, err := io.ReadFull(c, size[:]); err != nil {
			return
		}
		query := make([]byte, binary.BigEndian.Uint16(size[:]))
		if _, err := io.ReadFull(c, query); err != nil {
			return
		}
		b := z.answer(query, false)
		if b == nil {
			return
		}
		if _, err := c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(b))), b...)); err != nil {
			return
		}
	}
}

// datagrams answers queries over UDP.
type datagrams struct {
	zone *zone
	conn net.PacketConn
}

// Run serves until the socket is closed.
func (d datagrams) Run(context.Context) error {
	buf := make([]byte, 4096)
	for {
		n, from, err := d.conn.ReadFrom(buf)
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("demo: read a DNS query: %w", err)
		}
		if b := d.zone.answer(buf[:n], true); b != nil {
			d.conn.WriteTo(b, from) // lost, as datagrams may be: the client asks again
		}
	}
}
