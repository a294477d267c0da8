package probes

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// DNSConfig configures a DNS probe. Name and Server are required: a DNS check is about a
// server's answers, so it must say which server.
type DNSConfig struct {
	Name      string // domain name to ask about; for PTR an IP address will do
	Record    string // A (default), AAAA, CNAME, MX, TXT, NS, SOA, CAA or PTR
	Server    string // "ip", "host" or either with ":port"; default port 53
	Transport string // "udp" (default; asks again over TCP when the answer is truncated, RFC 7766) or "tcp"
	Dial      DialConfig
	Expect    DNSExpect
}

// DNSExpect is what the answer must be. The zero value demands NOERROR and at least one
// record. Patterns are RE2 and are compared with each record's data in presentation form,
// names in lower case with their final dot ("10 mail.example.or.kr."). All but Rcode are reason dns_answer.
type DNSExpect struct {
	Rcode         string        // "NOERROR" (default), "NXDOMAIN", ...
	All           []string      // each pattern must match some record
	Any           []string      // at least one pattern must match some record
	None          []string      // no pattern may match any record
	Authenticated bool          // demand the AD flag (RFC 4035, 3.2.3): the server validated DNSSEC
	Latency       time.Duration // longest the exchange may take; 0: none (reason latency)
}

// DNS looks by asking a DNS server.
type DNS struct {
	route   route
	host    string
	port    uint16
	network string
	name    string
	record  uint16
	rcode   int
	all     []*regexp.Regexp
	any     []*regexp.Regexp
	none    []*regexp.Regexp
	c       DNSExpect
}

// NewDNS validates c; shared may be nil. The error joins a *FieldError for each mistake.
func NewDNS(c DNSConfig, shared *Shared) (*DNS, error) {
	f := newFieldErrors()
	d := &DNS{route: newRoute(c.Dial, shared.orNew(), f.in("Dial")), network: c.Transport, rcode: dns.RcodeSuccess, c: c.Expect}
	if _, err := netip.ParseAddr(c.Server); err == nil || !strings.Contains(c.Server, ":") {
		c.Server = net.JoinHostPort(c.Server, "53")
	}
	d.host, d.port = f.hostPort("Server", c.Server)
	d.setQuestion(c, f)
	switch c.Transport {
	case "":
		d.network = "udp"
	case "udp", "tcp":
	default:
		f.add("Transport", refuse("dns_transport", "value", strconv.Quote(c.Transport)))
	}
	g := f.in("Expect")
	if c.Expect.Rcode != "" {
		code, ok := dns.StringToRcode[strings.ToUpper(c.Expect.Rcode)]
		if !ok {
			g.add("Rcode", refuse("dns_rcode", "value", strconv.Quote(c.Expect.Rcode)))
		}
		d.rcode = code
	}
	d.all, d.any, d.none = g.regexps("All", c.Expect.All), g.regexps("Any", c.Expect.Any), g.regexps("None", c.Expect.None)
	g.duration("Latency", c.Expect.Latency)
	if err := f.err(); err != nil {
		return nil, err
	}
	return d, nil
}

func (d *DNS) setQuestion(c DNSConfig, f fieldErrors) {
	if c.Record == "" {
		c.Record = "A"
	}
	d.record = dns.StringToType[strings.ToUpper(c.Record)]
	switch d.record {
	case dns.TypeA, dns.TypeAAAA, dns.TypeCNAME, dns.TypeMX, dns.TypeTXT, dns.TypeNS, dns.TypeSOA, dns.TypeCAA, dns.TypePTR:
	default:
		f.add("Record", refuse("dns_record", "value", strconv.Quote(c.Record)))
	}
	name := c.Name
	if d.record == dns.TypePTR {
		if arpa, err := dns.ReverseAddr(name); err == nil {
			name = arpa
		}
	}
	if _, ok := dns.IsDomainName(name); !ok || name == "" {
		f.add("Name", refuse("domain_name", "value", strconv.Quote(c.Name)))
	}
	d.name = dns.Fqdn(name)
}

// Kind is "dns".
func (d *DNS) Kind() string { return "dns" }

// Target is "record name @server".
func (d *DNS) Target() string {
	return fmt.Sprintf("%s %s @%s", dns.TypeToString[d.record], d.name, d.host)
}

// Probe looks once.
func (d *DNS) Probe(ctx context.Context) (Measurement, error) {
	var m Measurement
	addrs, err := d.route.resolve(ctx, d.host, &m.Phases)
	if err != nil {
		return conclude(&m, err)
	}
	server := netip.AddrPortFrom(addrs[0], d.port)
	m.Facts.Address, m.Facts.IPFamily = server.String(), 6
	if server.Addr().Is4() {
		m.Facts.IPFamily = 4
	}
	start := time.Now()
	answer, err := d.ask(ctx, server, d.network)
	if err == nil && answer.Truncated && d.network == "udp" {
		answer, err = d.ask(ctx, server, "tcp")
	}
	m.Phases.Processing = time.Since(start)
	if err == nil {
		m.Facts.DNSRcode, m.Facts.DNSAnswers = dns.RcodeToString[answer.Rcode], len(answer.Answer)
		err = d.judge(answer, m.Phases.Processing)
	}
	return conclude(&m, err)
}

func (d *DNS) ask(ctx context.Context, server netip.AddrPort, network string) (*dns.Msg, error) {
	q := new(dns.Msg).SetQuestion(d.name, d.record)
	q.AuthenticatedData = d.c.Authenticated
	q.SetEdns0(1232, false) // the size that survives paths without fragmentation (DNS flag day 2020)
	// Without a deadline of its own miekg's client would stop after 2 s.
	client := dns.Client{Net: network, Timeout: DefaultTimeout}
	if end, ok := ctx.Deadline(); ok {
		client.Timeout = max(time.Until(end), time.Millisecond)
	}
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, network, server.String())
	if err != nil {
		return nil, dnsFailed(err)
	}
	l := newLink(ctx, conn)
	defer l.release()
	answer, _, err := client.ExchangeWithConnContext(ctx, q, &dns.Conn{Conn: l.Conn, UDPSize: 1232})
	if err != nil {
		return nil, dnsFailed(err)
	}
	return answer, nil
}

// dnsFailed gives a failed exchange with the server the reasons of DNS: silence is dns_timeout,
// all else dns_failure, unless it is our own limit.
func dnsFailed(err error) error {
	err = failed(stageExchange, err)
	var se *siteError
	if !errors.As(err, &se) {
		return err
	}
	switch se.reason {
	case Timeout:
		return &siteError{DNSTimeout, "the server did not answer in time", se.cause}
	case ConnectionReset, ConnectRefused, Unreachable:
		return &siteError{DNSFailure, "the server cannot be asked: " + se.detail, se.cause}
	}
	return &siteError{DNSFailure, "the server's answer cannot be read", se.cause}
}

func (d *DNS) judge(a *dns.Msg, took time.Duration) error {
	if a.Rcode != d.rcode {
		reason := DNSFailure
		switch {
		case a.Rcode == dns.RcodeNameError:
			reason = DNSNotFound
		case a.Rcode == dns.RcodeSuccess:
			reason = DNSAnswer
		}
		return siteErrorf(reason, "the server answered %s; expected %s", dns.RcodeToString[a.Rcode], dns.RcodeToString[d.rcode])
	}
	var records []string
	for _, rr := range a.Answer {
		if rr.Header().Rrtype == d.record {
			records = append(records, recordData(rr))
		}
	}
	if d.rcode == dns.RcodeSuccess && len(records) == 0 && len(d.none) == 0 {
		return siteErrorf(DNSNotFound, "%s has no %s record", d.name, dns.TypeToString[d.record])
	}
	if err := d.judgeRecords(records); err != nil {
		return err
	}
	if d.c.Authenticated && !a.AuthenticatedData {
		return siteErrorf(DNSAnswer, "the answer is not marked as authenticated (AD)")
	}
	if d.c.Latency > 0 && took > d.c.Latency {
		return siteErrorf(Latency, "took %s; at most %s expected", took.Round(time.Millisecond), d.c.Latency)
	}
	return nil
}

func (d *DNS) judgeRecords(records []string) error {
	found := func(re *regexp.Regexp) bool { return slices.ContainsFunc(records, re.MatchString) }
	for _, re := range d.all {
		if !found(re) {
			return siteErrorf(DNSAnswer, "no record matches %q", re.String())
		}
	}
	if len(d.any) > 0 && !slices.ContainsFunc(d.any, found) {
		return siteErrorf(DNSAnswer, "no record matches any of %d patterns", len(d.any))
	}
	for _, re := range d.none {
		if found(re) {
			return siteErrorf(DNSAnswer, "a record matches %q", re.String())
		}
	}
	return nil
}

// recordData is a record's data in presentation form. Names are lowered (RFC 4343), and
// the strings of a TXT record joined as their users join them (RFC 7208, 3.3).
func recordData(rr dns.RR) string {
	if t, ok := rr.(*dns.TXT); ok {
		return strings.Join(t.Txt, "")
	}
	return strings.ToLower(strings.TrimPrefix(rr.String(), rr.Header().String()))
}
