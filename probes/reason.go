package probes

import "fmt"

// Reason is why a look did not simply pass. The set is closed so that operators
// can count reasons and metrics stay bounded. Numbers are stored in sealed
// blocks: append at the end of a group, never renumber.
type Reason uint8

// Reasons of a failed look (1-127): the site's answer, or the lack of one.
const (
	OK Reason = 0 // the look passed

	DNSNotFound       Reason = 1  // the name does not exist (NXDOMAIN) or has no address
	DNSFailure        Reason = 2  // the resolver answered with an error (SERVFAIL, REFUSED, ...)
	DNSTimeout        Reason = 3  // no resolver answered in time
	DNSAnswer         Reason = 4  // the resolver answered, but not as the check expects
	ConnectRefused    Reason = 10 // the port is closed
	ConnectTimeout    Reason = 11 // no answer to the connection attempt
	Unreachable       Reason = 12 // no route to the host or network
	ConnectionReset   Reason = 13 // the peer dropped an established connection
	Timeout           Reason = 14 // connected, but the answer did not come in time
	ProxyFailure      Reason = 15 // the configured proxy could not be used
	TLSExpired        Reason = 20 // the certificate has expired
	TLSNotYetValid    Reason = 21 // the certificate is not valid yet
	TLSName           Reason = 22 // the certificate is for another name
	TLSUntrusted      Reason = 23 // the chain does not lead to a trusted root
	TLSExpiring       Reason = 24 // valid, but for less time than the check demands
	TLSVersion        Reason = 25 // the negotiated version or cipher is not allowed
	TLSHandshake      Reason = 26 // the handshake failed for another cause
	Protocol          Reason = 30 // the peer does not speak the protocol
	Status            Reason = 31 // an unexpected status code
	Header            Reason = 32 // a header is missing or wrong
	Body              Reason = 33 // the body lacks what it must have, or has what it must not
	JSON              Reason = 34 // the JSON expression is false or cannot be evaluated
	Size              Reason = 35 // the body is smaller or larger than allowed
	Latency           Reason = 36 // answered as expected, but slower than the hard limit
	Redirect          Reason = 37 // too many redirects, or one the check forbids
	Step              Reason = 38 // a step of a journey could not be carried out
	ServiceStatus     Reason = 39 // a health service says that it does not serve
	PacketLoss        Reason = 40 // more echo requests unanswered than allowed
	HeartbeatMissing  Reason = 41 // an expected heartbeat did not arrive in time
	HeartbeatReported Reason = 42 // the job reported its own failure
)

// Reasons of an unknown look (128-255): the monitor's own limits. They are never downtime.
const (
	NotRunning    Reason = 128 // the monitor was not running
	Missed        Reason = 129 // the slot came while the monitor was too busy to look
	UplinkDown    Reason = 130 // no canary answered: the monitor could not see out
	Blocked       Reason = 131 // a firewall or rate limit answered the monitor, not the site
	Overflow      Reason = 132 // seen, but the queue to the store was full
	ClockStep     Reason = 133 // the wall clock jumped; the slot's time is not to be trusted
	Crashed       Reason = 134 // the probe itself broke (panic)
	Stuck         Reason = 135 // the probe ignored its deadline
	NotPermitted  Reason = 136 // the operating system does not allow this kind of probe
	Cancelled     Reason = 137 // the look was cut short, by shutdown or reload
	Misconfigured Reason = 138 // the check cannot be carried out as written (a missing secret, a bad CA file)
	NotStored     Reason = 139 // seen, but the store refused the record
	FirstLook     Reason = 140 // before the check's first slot
)

var reasonNames = map[Reason]string{
	OK: "ok",

	DNSNotFound: "dns_not_found", DNSFailure: "dns_failure", DNSTimeout: "dns_timeout", DNSAnswer: "dns_answer",
	ConnectRefused: "connect_refused", ConnectTimeout: "connect_timeout", Unreachable: "unreachable",
	ConnectionReset: "connection_reset", Timeout: "timeout", ProxyFailure: "proxy_failure",
	TLSExpired: "tls_expired", TLSNotYetValid: "tls_not_yet_valid", TLSName: "tls_name",
	TLSUntrusted: "tls_untrusted", TLSExpiring: "tls_expiring", TLSVersion: "tls_version", TLSHandshake: "tls_handshake",
	Protocol: "protocol", Status: "status", Header: "header", Body: "body", JSON: "json", Size: "size",
	Latency: "latency", Redirect: "redirect", Step: "step", ServiceStatus: "service_status",
	PacketLoss: "packet_loss", HeartbeatMissing: "heartbeat_missing", HeartbeatReported: "heartbeat_reported",

	NotRunning: "not_running", Missed: "missed", UplinkDown: "uplink_down", Blocked: "blocked",
	Overflow: "overflow", ClockStep: "clock_step", Crashed: "crashed", Stuck: "stuck",
	NotPermitted: "not_permitted", Cancelled: "cancelled", Misconfigured: "misconfigured",
	NotStored: "not_stored", FirstLook: "first_look",
}

// Reasons lists every reason in numeric order, OK first. It is the closed set that
// metrics and message catalogues must cover.
func Reasons() []Reason {
	out := make([]Reason, 0, len(reasonNames))
	for i := 0; i < 256; i++ {
		if _, ok := reasonNames[Reason(i)]; ok {
			out = append(out, Reason(i))
		}
	}
	return out
}

// String returns the reason's stable snake_case name.
func (r Reason) String() string {
	if n, ok := reasonNames[r]; ok {
		return n
	}
	return fmt.Sprintf("reason(%d)", uint8(r))
}

// Outcome is the outcome that goes with the reason: Pass for OK, Fail for what the
// site did, Unknown for what the monitor could not see.
func (r Reason) Outcome() Outcome {
	switch {
	case r == OK:
		return Pass
	case r < NotRunning:
		return Fail
	default:
		return Unknown
	}
}

// MarshalText writes the stable name.
func (r Reason) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads a stable name.
func (r *Reason) UnmarshalText(b []byte) error {
	for k, n := range reasonNames {
		if n == string(b) {
			*r = k
			return nil
		}
	}
	return fmt.Errorf("unknown reason %q", b)
}
