package probes

import "time"

// Result is one look at a site by one check from one vantage, as recorded.
//
// Slot is the due instant the look belongs to (UTC, whole milliseconds). Attempt 0 is
// the slot's own observation and stands for [Slot, next slot). Attempts 1 and up are
// re-probes: they can confirm a failure, but own no time. Attempt Preview is a look before
// a check's first slot: it is shown to people, and neither stored nor counted.
type Result struct {
	Check    string        // "site/check"
	Vantage  string        // where the look was made from
	Slot     time.Time     // the due instant, UTC
	Attempt  int           // 0 for the slot's observation
	Start    time.Time     // when the look began (monitor clock), UTC
	Duration time.Duration // whole look, Start to verdict
	Outcome  Outcome
	Reason   Reason
	Detail   string   // one line for people: what was expected, what came; no secrets, no page text
	Phases   Phases   // where the time went; zero for what did not happen
	Facts    Facts    // what was learned in passing
	Capture  *Capture // the answer as seen, for failed and blocked looks; nil otherwise
}

// Preview is the attempt number of a look that belongs to no slot.
const Preview = -1

// SeenAt is the instant the result speaks for: its slot when it owns one, and the
// moment of looking when it is a re-probe.
func (r Result) SeenAt() time.Time {
	if r.Attempt == 0 {
		return r.Slot
	}
	if r.Start.Before(r.Slot) {
		return r.Slot
	}
	return r.Start
}

// Phases splits a look's time as blackbox_exporter's probe_http_duration_seconds
// does. For redirects and journeys each is the sum over all requests.
type Phases struct {
	Resolve    time.Duration // name to address
	Connect    time.Duration // TCP handshake
	TLS        time.Duration // TLS handshake
	Processing time.Duration // request written to first byte
	Transfer   time.Duration // first byte to end of body
}

// Add returns the sum of two splits.
func (p Phases) Add(q Phases) Phases {
	return Phases{
		Resolve: p.Resolve + q.Resolve, Connect: p.Connect + q.Connect, TLS: p.TLS + q.TLS,
		Processing: p.Processing + q.Processing, Transfer: p.Transfer + q.Transfer,
	}
}

// Facts are what a look learned in passing: the source of the probe_* metrics. Zero
// means not learned.
type Facts struct {
	Address      string    // the address that was talked to, "ip:port"
	IPFamily     int       // 4 or 6
	HTTPStatus   int       // final status code
	HTTPVersion  float64   // 1.1, 2
	BodyBytes    int64     // as transferred, after content decoding
	Redirects    int       // followed
	TLSVersion   string    // "TLS 1.3"
	TLSCipher    string    // IANA name
	CertNotAfter time.Time // earliest expiry in the presented chain
	CertIssuer   string    // issuer common name of the leaf
	CertDigest   string    // SHA-256 of the leaf, hex
	DNSAnswers   int       // records in the answer section
	DNSRcode     string    // "NOERROR", ...
	LastModified time.Time // HTTP Last-Modified, if sent
	RegexFailed  bool      // a body or header expression did not hold
	PacketsSent  int       // icmp
	PacketsBack  int       // icmp
}

// Capture is an answer as seen, kept for the first failure of an outage so that people
// can judge it later. It is capped and redacted before it leaves the probe: header
// values that carry credentials or sessions are dropped, the body is cut.
type Capture struct {
	Method  string      `json:"method,omitempty"`  // request method
	URL     string      `json:"url,omitempty"`     // final URL without user info or query values
	Route   []string    `json:"route,omitempty"`   // redirects taken, in order
	Address string      `json:"address,omitempty"` // peer address
	Proto   string      `json:"proto,omitempty"`   // "HTTP/1.1"
	Status  int         `json:"status,omitempty"`  // 0 when no answer came
	Headers [][2]string `json:"headers,omitempty"` // in received order of first appearance, canonical names
	Body    string      `json:"body,omitempty"`    // decoded to UTF-8, at most MaxCaptureBody bytes
	Cut     bool        `json:"cut,omitempty"`     // the body was longer
	Error   string      `json:"error,omitempty"`   // the transport error, if any
}

// MaxCaptureBody caps Capture.Body, in bytes.
const MaxCaptureBody = 16 << 10
