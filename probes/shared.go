package probes

import (
	"bufio"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"io"
	"net"
	"net/netip"
	"strconv"
	"sync"

	"github.com/charterwatch/charterwatch/internal/fetch"
)

// Shared is what many probes hold in common so that ten thousand of them stay small:
// buffers, resolvers, certificate pools, the User-Agent. Make one for a process with
// [NewShared] and pass it to every constructor. It is safe for concurrent use.
type Shared struct {
	agent   string
	scratch sync.Pool // *scratch

	mu        sync.Mutex
	resolvers map[string]*net.Resolver
	pools     map[[sha256.Size]byte]*x509.CertPool
}

// SharedConfig configures what probes have in common. Its zero value works.
type SharedConfig struct {
	UserAgent string // default: "charterwatch"
}

// NewShared returns what many probes hold in common.
func NewShared(c SharedConfig) *Shared {
	if c.UserAgent == "" {
		c.UserAgent = fetch.UserAgent("", "")
	}
	return &Shared{agent: c.UserAgent, resolvers: map[string]*net.Resolver{}, pools: map[[sha256.Size]byte]*x509.CertPool{}}
}

// orNew lets callers that have one probe pass nil.
func (s *Shared) orNew() *Shared {
	if s == nil {
		return NewShared(SharedConfig{})
	}
	return s
}

// resolver returns the resolver that asks the server ("ip:port"), or the system's
// servers if it is "". It is always Go's own, whose errors tell NXDOMAIN from SERVFAIL from silence.
func (s *Shared) resolver(server string) *net.Resolver {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.resolvers[server]
	if r == nil {
		r = &net.Resolver{PreferGo: true}
		if server != "" {
			r.Dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
				var d net.Dialer
				return d.DialContext(ctx, network, server)
			}
		}
		s.resolvers[server] = r
	}
	return r
}

// certPool returns the pool of the PEM certificates, one for all that ask for the same.
func (s *Shared) certPool(pem []byte) (*x509.CertPool, error) {
	key := sha256.Sum256(pem)
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.pools[key]; p != nil {
		return p, nil
	}
	p := x509.NewCertPool()
	if !p.AppendCertsFromPEM(pem) {
		return nil, refuse("pem")
	}
	s.pools[key] = p
	return p, nil
}

// scratch is the memory that one exchange needs and the next can use again.
type scratch struct {
	br   *bufio.Reader
	bw   *bufio.Writer
	body []byte
	rest []byte // for what is counted and dropped; made when first needed
}

// keepScratch is the largest body buffer worth keeping for the next look, in bytes.
const keepScratch = 64 << 10

func (s *Shared) getScratch() *scratch {
	if x, ok := s.scratch.Get().(*scratch); ok {
		return x
	}
	return &scratch{br: bufio.NewReader(nil), bw: bufio.NewWriter(nil), body: make([]byte, 0, MaxCaptureBody+1)}
}

func (s *Shared) putScratch(x *scratch) {
	if cap(x.body) > keepScratch {
		x.body = make([]byte, 0, MaxCaptureBody+1)
	}
	x.br.Reset(nil)
	x.bw.Reset(io.Discard)
	s.scratch.Put(x)
}

// resolverSetting validates a resolver override: "ip" or "ip:port".
func resolverSetting(f fieldErrors, field, server string) string {
	if server == "" {
		return ""
	}
	if ap, err := netip.ParseAddrPort(server); err == nil && ap.Port() != 0 {
		return ap.String()
	}
	if a, err := netip.ParseAddr(server); err == nil {
		return netip.AddrPortFrom(a, 53).String()
	}
	f.add(field, refuse("resolver", "value", strconv.Quote(server)))
	return ""
}
