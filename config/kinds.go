package config

import (
	"slices"
	"strconv"

	"go.yaml.in/yaml/v3"

	"github.com/charterwatch/charterwatch/internal/messages"
)

// Check is one way a site is watched: what all kinds have, and one kind's own keys.
type Check struct {
	Common
	kind any // *HTTPCheck, ...
}

// Common is what checks of every kind have.
type Common struct {
	ID       string   `yaml:"id" doc:"Stable within the site: history hangs on site/check." required:"true"`
	Kind     string   `yaml:"kind" doc:"http, tcp, tls, dns, icmp, grpc, websocket, journey or push." required:"true"`
	Interval Duration `yaml:"interval" doc:"Time from look to look, at least 1s. Default 1m."`
	Timeout  Duration `yaml:"timeout" doc:"Longest a look may take, less than the interval. Default 10s, or two thirds of a shorter interval."`
	Critical *bool    `yaml:"critical" doc:"Customers cannot use the site while this check is down. If no check of a site says so, all are critical."`
}

// Dial is where and how connections are made.
type Dial struct {
	IP       int    `yaml:"ip" at:"Dial.Family" doc:"4 or 6 demands that IP version."`
	Resolver string `yaml:"resolver" at:"Dial.Resolver" doc:"IP address of the DNS server to ask instead of the system's."`
}

// TLS is what a server's certificate must be, and what is shown to the server.
type TLS struct {
	ServerName   string    `yaml:"server_name" at:"TLS.ServerName" doc:"Name to send and verify. Default: the target's host."`
	CA           string    `yaml:"ca" at:"TLS.CA" doc:"PEM file of certificates to trust instead of the system's."`
	ClientCert   string    `yaml:"client_cert" at:"TLS.ClientCert" doc:"PEM file of the certificate to present."`
	ClientKey    Reference `yaml:"client_key" at:"TLS.ClientKey" doc:"Its key: ${file:PATH}."`
	Insecure     bool      `yaml:"insecure" at:"TLS.Insecure" doc:"Accept any certificate."`
	MinVersion   string    `yaml:"min_version" at:"TLS.MinVersion" doc:"1.0, 1.1, 1.2 or 1.3. Default 1.2."`
	ExpiresAfter Duration  `yaml:"expires_after" at:"TLS.ExpiresAfter" doc:"Least time that the certificate chain must remain valid."`
}

// HTTPCheck makes one HTTP request, redirects included.
type HTTPCheck struct {
	URL          string          `yaml:"url" at:"URL" doc:"Address to look at; a path is taken from the site's url. Default: the site's url."`
	Method       string          `yaml:"method" at:"Method" doc:"Default GET."`
	Headers      map[string]Text `yaml:"headers" at:"Headers" doc:"Headers to send."`
	Body         Text            `yaml:"body" at:"Body" doc:"Request body."`
	Username     string          `yaml:"username" at:"Username" doc:"Basic authentication."`
	Password     Reference       `yaml:"password" at:"Password" doc:"Its password."`
	Bearer       Reference       `yaml:"bearer" at:"Bearer" doc:"Bearer token."`
	Redirects    string          `yaml:"redirects" at:"Redirects.Mode" doc:"none or same-host. Default: follow all."`
	MaxRedirects int             `yaml:"max_redirects" at:"Redirects.Max" doc:"Default 10."`
	Proxy        Text            `yaml:"proxy" at:"Proxy" doc:"Address of an HTTP proxy."`
	HTTP1        bool            `yaml:"http1" at:"HTTP1" doc:"Do not offer HTTP/2."`
	MaxBody      int             `yaml:"max_body" at:"MaxBody" doc:"Most bytes of the body to read. Default 2 MiB."`
	Dial
	TLS    TLS        `yaml:"tls" at:"TLS" doc:"Certificates."`
	Expect HTTPExpect `yaml:"expect" at:"Expect" doc:"What the answer must be."`
}

// HTTPExpect is what an HTTP answer must be.
type HTTPExpect struct {
	Status       List           `yaml:"status" at:"Expect.Status" doc:"Statuses such as 200 or classes such as 2xx. Default 2xx."`
	Headers      []HeaderExpect `yaml:"headers" at:"Expect.Headers" doc:"What headers must be."`
	BodyContains List           `yaml:"body_contains" at:"Expect.BodyContains" doc:"Texts that must all be on the page, whatever its charset."`
	BodyLacks    List           `yaml:"body_lacks" at:"Expect.BodyLacks" doc:"Texts of which none may be there."`
	BodyMatches  List           `yaml:"body_matches" at:"Expect.BodyMatches" doc:"Patterns (RE2) that must all match."`
	BodyDiffers  List           `yaml:"body_lacks_match" at:"Expect.BodyLacksMatch" doc:"Patterns of which none may match."`
	JSON         List           `yaml:"json" at:"Expect.JSON" doc:"Expressions over body, status and headers that must all be true, such as body.items[0].price > 0."`
	SizeMin      int64          `yaml:"size_min" at:"Expect.SizeMin" doc:"Least bytes of body."`
	SizeMax      int64          `yaml:"size_max" at:"Expect.SizeMax" doc:"Most bytes of body."`
	Latency      Duration       `yaml:"latency" at:"Expect.Latency" doc:"Longest the look may take and still pass."`
}

// HeaderExpect is what one header must be.
type HeaderExpect struct {
	Name    string `yaml:"name" at:"Name" doc:"The header." required:"true"`
	Equals  string `yaml:"equals" at:"Equals" doc:"Its exact value."`
	Matches string `yaml:"matches" at:"Matches" doc:"Pattern (RE2) of its value."`
	Absent  bool   `yaml:"absent" at:"Absent" doc:"It must not be there."`
}

// TCPCheck connects, and may hold a conversation in lines.
type TCPCheck struct {
	Address  string       `yaml:"address" at:"Address" doc:"host:port." required:"true"`
	UseTLS   bool         `yaml:"use_tls" at:"UseTLS" doc:"Speak TLS."`
	STARTTLS string       `yaml:"starttls" at:"STARTTLS" doc:"smtp, imap, pop3 or ftp: begin TLS the protocol's way."`
	Script   []ScriptStep `yaml:"script" at:"Script" doc:"What to say and to hear."`
	Dial
	TLS    TLS           `yaml:"tls" at:"TLS" doc:"Certificates."`
	Expect LatencyExpect `yaml:"expect" doc:"What the look must be."`
}

// ScriptStep is one step of a conversation.
type ScriptStep struct {
	Send     Text   `yaml:"send" at:"Send" doc:"Text to send; write \\r\\n where the protocol wants it."`
	Expect   string `yaml:"expect" at:"Expect" doc:"Pattern (RE2) that a line to come must match."`
	StartTLS bool   `yaml:"starttls" at:"StartTLS" doc:"Begin TLS now."`
}

// LatencyExpect is for kinds that pass or fail by themselves.
type LatencyExpect struct {
	Latency Duration `yaml:"latency" at:"Latency" doc:"Longest the look may take and still pass."`
}

// TLSCheck makes a TLS handshake.
type TLSCheck struct {
	Address  string `yaml:"address" at:"Address" doc:"host:port. Default: the site's host, port 443."`
	STARTTLS string `yaml:"starttls" at:"STARTTLS" doc:"smtp, imap, pop3 or ftp: begin TLS the protocol's way."`
	Dial
	TLS    TLS       `yaml:"tls" at:"TLS" doc:"Certificates."`
	Expect TLSExpect `yaml:"expect" doc:"What the certificate must be."`
}

// TLSExpect is what a certificate must be.
type TLSExpect struct {
	ExpiresAfter Duration `yaml:"expires_after" at:"TLS.ExpiresAfter" doc:"Least time that the chain must remain valid."`
	MinVersion   string   `yaml:"min_version" at:"TLS.MinVersion" doc:"1.0, 1.1, 1.2 or 1.3. Default 1.2."`
}

// DNSCheck asks a DNS server.
type DNSCheck struct {
	Name      string `yaml:"name" at:"Name" doc:"Name to ask about. Default: the site's host."`
	Record    string `yaml:"record" at:"Record" doc:"A, AAAA, CNAME, MX, TXT, NS, SOA, CAA or PTR. Default A."`
	Server    string `yaml:"server" at:"Server" doc:"The DNS server. Default: the first of the system's."`
	Transport string `yaml:"transport" at:"Transport" doc:"udp or tcp. Default udp."`
	Dial
	Expect DNSExpect `yaml:"expect" at:"Expect" doc:"What the answer must be."`
}

// DNSExpect is what a DNS answer must be.
type DNSExpect struct {
	Rcode         string   `yaml:"rcode" at:"Expect.Rcode" doc:"NOERROR, NXDOMAIN, ... Default NOERROR."`
	All           List     `yaml:"all" at:"Expect.All" doc:"Patterns (RE2) that must each match a record."`
	Any           List     `yaml:"any" at:"Expect.Any" doc:"Patterns of which one must match."`
	None          List     `yaml:"none" at:"Expect.None" doc:"Patterns that no record may match."`
	Authenticated bool     `yaml:"authenticated" at:"Expect.Authenticated" doc:"The server must have validated DNSSEC."`
	Latency       Duration `yaml:"latency" at:"Expect.Latency" doc:"Longest the exchange may take and still pass."`
}

// ICMPCheck sends echo requests.
type ICMPCheck struct {
	Host        string   `yaml:"host" at:"Host" doc:"Name or address. Default: the site's host."`
	Count       int      `yaml:"count" at:"Count" doc:"Requests to send. Default 3."`
	AllowedLoss int      `yaml:"allowed_loss" at:"AllowedLoss" doc:"How many may stay unanswered. Default 0."`
	Size        int      `yaml:"size" at:"Size" doc:"Bytes of payload. Default 56."`
	Pause       Duration `yaml:"pause" at:"Interval" doc:"Between requests. Default 200ms."`
	Wait        Duration `yaml:"wait" at:"Wait" doc:"For replies after the last request. Default 2s."`
	Dial
	Expect LatencyExpect `yaml:"expect" doc:"What the look must be."`
}

// GRPCCheck asks a gRPC health service.
type GRPCCheck struct {
	Address  string          `yaml:"address" at:"Address" doc:"host:port." required:"true"`
	Service  string          `yaml:"service" at:"Service" doc:"Service to ask about. Default: the whole server."`
	UseTLS   bool            `yaml:"use_tls" at:"UseTLS" doc:"Speak TLS."`
	Metadata map[string]Text `yaml:"metadata" at:"Metadata" doc:"Sent with the call."`
	Dial
	TLS    TLS           `yaml:"tls" at:"TLS" doc:"Certificates."`
	Expect LatencyExpect `yaml:"expect" doc:"What the look must be."`
}

// WebSocketCheck opens a WebSocket.
type WebSocketCheck struct {
	URL          string          `yaml:"url" at:"URL" doc:"ws:// or wss:// address." required:"true"`
	Headers      map[string]Text `yaml:"headers" at:"Headers" doc:"Sent with the handshake."`
	Subprotocols List            `yaml:"subprotocols" at:"Subprotocols" doc:"Offered; the server must agree to one."`
	Send         Text            `yaml:"send" at:"Send" doc:"Message to send."`
	Dial
	TLS    TLS             `yaml:"tls" at:"TLS" doc:"Certificates."`
	Expect WebSocketExpect `yaml:"expect" doc:"What must come."`
}

// WebSocketExpect is what must come over a WebSocket.
type WebSocketExpect struct {
	Message string   `yaml:"message" at:"Expect" doc:"Pattern (RE2) that a message to come must match."`
	Latency Duration `yaml:"latency" at:"Latency" doc:"Longest the look may take and still pass."`
}

// JourneyCheck makes several requests as one visitor.
type JourneyCheck struct {
	Steps   []JourneyStep `yaml:"steps" at:"Steps" doc:"The requests, in order." required:"true"`
	Proxy   Text          `yaml:"proxy" at:"Proxy" doc:"Address of an HTTP proxy."`
	HTTP1   bool          `yaml:"http1" at:"HTTP1" doc:"Do not offer HTTP/2."`
	MaxBody int           `yaml:"max_body" at:"MaxBody" doc:"Most bytes of each body to read. Default 2 MiB."`
	Dial
	TLS    TLS           `yaml:"tls" at:"TLS" doc:"Certificates."`
	Expect LatencyExpect `yaml:"expect" doc:"What the whole journey must be."`
}

// JourneyStep is one request of a journey.
type JourneyStep struct {
	Name         string          `yaml:"name" at:"Name" doc:"Shown when the step fails."`
	URL          string          `yaml:"url" at:"URL" doc:"Absolute, or relative to where the step before ended." required:"true"`
	Method       string          `yaml:"method" at:"Method" doc:"Default GET, or POST with a form or body."`
	Headers      map[string]Text `yaml:"headers" at:"Headers" doc:"Headers to send."`
	Form         []FormField     `yaml:"form" at:"Form" doc:"Form fields to send; values may hold ${name} of what was captured."`
	Body         Text            `yaml:"body" at:"Body" doc:"Request body."`
	Redirects    string          `yaml:"redirects" at:"Redirects.Mode" doc:"none or same-host. Default: follow all."`
	MaxRedirects int             `yaml:"max_redirects" at:"Redirects.Max" doc:"Default 10."`
	Captures     []StepCapture   `yaml:"captures" at:"Captures" doc:"Values to take from the answer for later steps."`
	Expect       HTTPExpect      `yaml:"expect" at:"Expect" doc:"What the answer must be."`
}

// FormField is one field of a form.
type FormField struct {
	Name  string `yaml:"name" at:"Name" doc:"The field." required:"true"`
	Value Text   `yaml:"value" at:"Value" doc:"Its value; a credential is written ${env:NAME}."`
}

// StepCapture takes a value from an answer.
type StepCapture struct {
	Name   string `yaml:"name" at:"Name" doc:"What later steps call it." required:"true"`
	Regex  string `yaml:"regex" at:"Regex" doc:"Pattern (RE2) over the body; its first group."`
	JSON   string `yaml:"json" at:"JSON" doc:"Expression over body, status and headers."`
	Field  string `yaml:"field" at:"Field" doc:"Name of an input on the page, hidden or not."`
	Header string `yaml:"header" at:"Header" doc:"Name of a header."`
}

// PushCheck waits for a job to report.
type PushCheck struct {
	Grace Duration `yaml:"grace" at:"Grace" doc:"How late a report may be. Default a tenth of the interval."`
}

// kinds makes the keys of each kind of check.
func kinds() map[string]func() any {
	return map[string]func() any{
		"http": func() any { return &HTTPCheck{} }, "tcp": func() any { return &TCPCheck{} },
		"tls": func() any { return &TLSCheck{} }, "dns": func() any { return &DNSCheck{} },
		"icmp": func() any { return &ICMPCheck{} }, "grpc": func() any { return &GRPCCheck{} },
		"websocket": func() any { return &WebSocketCheck{} }, "journey": func() any { return &JourneyCheck{} },
		"push": func() any { return &PushCheck{} },
	}
}

func kindNames() []string {
	return []string{"http", "tcp", "tls", "dns", "icmp", "grpc", "websocket", "journey", "push"}
}

// fields implements fielder.
func (c *Check) fields(key func(string) (string, *yaml.Node)) ([]any, *choiceError) {
	name, node := key("kind")
	switch {
	case node == nil:
		return nil, &choiceError{"kind", messages.New("config.no_kind", "kinds", kindNames())}
	case !slices.Contains(kindNames(), name):
		return nil, &choiceError{"kind", messages.New("config.unknown_kind", "value", strconv.Quote(name), "kinds", kindNames())}
	}
	c.kind = kinds()[name]()
	return []any{&c.Common, c.kind}, nil
}
