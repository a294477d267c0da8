package monitor

import (
	"hash/fnv"
	"net/netip"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/charterwatch/charterwatch/probes"
)

// lookMetrics are the metrics of one look, under the names that blackbox_exporter gave
// them. Both /metrics and /probe use them: with the labels of a check, or with none.
type lookMetrics struct {
	success, duration, dnsTime, ipProtocol, ipHash                         *prometheus.Desc
	httpStatus, httpVersion, httpRedirects, httpLength, httpPhase, httpSSL *prometheus.Desc
	httpModified, regex, tlsVersion, tlsCipher, certExpiry                 *prometheus.Desc
	dnsAnswers, dnsPhase, dnsSucceeded, icmpPhase, grpcPhase, grpcSSL      *prometheus.Desc

	base int // how many labels all of them have
}

func describeLook(c *catalogue, labels ...string) lookMetrics {
	probe := func(name, help string, more ...string) *prometheus.Desc {
		return c.add("gauge", "probe_"+name, help, append(labels[:len(labels):len(labels)], more...)...)
	}
	return lookMetrics{
		base:          len(labels),
		success:       probe("success", "Whether the latest look passed."),
		duration:      probe("duration_seconds", "How long the latest look took."),
		dnsTime:       probe("dns_lookup_time_seconds", "Time that name resolution took."),
		ipProtocol:    probe("ip_protocol", "IP version used: 4 or 6."),
		ipHash:        probe("ip_addr_hash", "FNV-1a hash of the address used: it changes when the address does."),
		httpStatus:    probe("http_status_code", "Status of the final answer; 0 when none came."),
		httpVersion:   probe("http_version", "HTTP version of the final answer."),
		httpRedirects: probe("http_redirects", "Redirects followed."),
		httpLength:    probe("http_uncompressed_body_length", "Bytes of body after decoding."),
		httpPhase:     probe("http_duration_seconds", "Time spent in each phase, over all redirects.", "phase"),
		httpModified:  probe("http_last_modified_timestamp_seconds", "Last-Modified of the final answer."),
		regex:         probe("failed_due_to_regex", "Whether a pattern did not hold."),
		httpSSL:       probe("http_ssl", "Whether the final answer came over TLS."),
		tlsVersion:    probe("tls_version_info", "TLS version used; always 1.", "version"),
		tlsCipher:     probe("tls_cipher_info", "Cipher suite used; always 1.", "cipher"),
		certExpiry:    probe("ssl_earliest_cert_expiry", "Earliest expiry in the presented chain, in seconds since the epoch."),
		dnsAnswers:    probe("dns_answer_rrs", "Records in the answer section."),
		dnsPhase:      probe("dns_duration_seconds", "Time spent finding the server and asking it.", "phase"),
		dnsSucceeded:  probe("dns_query_succeeded", "Whether the server answered at all."),
		icmpPhase:     probe("icmp_duration_seconds", "Time spent resolving, and the mean round trip.", "phase"),
		grpcPhase:     probe("grpc_duration_seconds", "Time spent resolving, and in the call.", "phase"),
		grpcSSL:       probe("grpc_ssl", "Whether the call was made over TLS."),
	}
}

// emit writes one gauge.
type emit func(d *prometheus.Desc, v float64, labels ...string)

// verdict says whether a look passed. It is for looks that established something: what
// was not seen is neither a success nor a failure.
func (m lookMetrics) verdict(out emit, passed bool, took time.Duration, labels []string) {
	out(m.success, number(passed), labels...)
	out(m.duration, took.Seconds(), labels...)
}

// facts says what a look of this kind learned in passing.
func (m lookMetrics) facts(out emit, kind string, r probes.Result, labels []string) {
	with := func(extra string) []string { return append(labels[:m.base:m.base], extra) }
	f := r.Facts
	out(m.dnsTime, r.Phases.Resolve.Seconds(), labels...)
	if f.IPFamily != 0 {
		out(m.ipProtocol, float64(f.IPFamily), labels...)
	}
	if hash, ok := addressHash(f.Address); ok {
		out(m.ipHash, hash, labels...)
	}
	switch kind {
	case "http", "journey", "websocket":
		m.http(out, r, labels, with)
	case "dns":
		out(m.dnsPhase, r.Phases.Resolve.Seconds(), with("resolve")...)
		out(m.dnsPhase, r.Phases.Processing.Seconds(), with("request")...)
		out(m.dnsSucceeded, number(f.DNSRcode != ""), labels...)
		out(m.dnsAnswers, float64(f.DNSAnswers), labels...)
	case "icmp":
		out(m.icmpPhase, r.Phases.Resolve.Seconds(), with("resolve")...)
		if f.PacketsBack > 0 {
			out(m.icmpPhase, r.Phases.Processing.Seconds(), with("rtt")...)
		}
	case "grpc":
		out(m.grpcPhase, r.Phases.Resolve.Seconds(), with("resolve")...)
		out(m.grpcPhase, r.Phases.Processing.Seconds(), with("check")...)
		out(m.grpcSSL, number(f.TLSVersion != ""), labels...)
	case "tcp":
		out(m.regex, number(r.Reason == probes.Body), labels...)
	}
	if f.TLSVersion != "" {
		out(m.tlsVersion, 1, with(f.TLSVersion)...)
		out(m.tlsCipher, 1, with(f.TLSCipher)...)
	}
	if !f.CertNotAfter.IsZero() {
		out(m.certExpiry, seconds(f.CertNotAfter), labels...)
	}
}

// http says what is particular to an exchange over HTTP. The status is told even when no
// answer came, because rules that compare it expect 0 then.
func (m lookMetrics) http(out emit, r probes.Result, labels []string, with func(string) []string) {
	f := r.Facts
	out(m.httpStatus, float64(f.HTTPStatus), labels...)
	for phase, d := range map[string]time.Duration{
		"resolve": r.Phases.Resolve, "connect": r.Phases.Connect, "tls": r.Phases.TLS,
		"processing": r.Phases.Processing, "transfer": r.Phases.Transfer,
	} {
		out(m.httpPhase, d.Seconds(), with(phase)...)
	}
	if f.HTTPStatus == 0 {
		return
	}
	out(m.httpVersion, f.HTTPVersion, labels...)
	out(m.httpRedirects, float64(f.Redirects), labels...)
	out(m.httpLength, float64(f.BodyBytes), labels...)
	out(m.regex, number(f.RegexFailed), labels...)
	out(m.httpSSL, number(f.TLSVersion != ""), labels...)
	if !f.LastModified.IsZero() {
		out(m.httpModified, seconds(f.LastModified), labels...)
	}
}

// addressHash is the FNV-1a hash of the address's bytes, as blackbox_exporter computes it.
func addressHash(address string) (float64, bool) {
	var ip netip.Addr
	if ap, err := netip.ParseAddrPort(address); err == nil {
		ip = ap.Addr()
	} else if ip, err = netip.ParseAddr(address); err != nil {
		return 0, false
	}
	h := fnv.New32a()
	_, _ = h.Write(ip.Unmap().AsSlice()) // never fails
	return float64(h.Sum32()), true
}
