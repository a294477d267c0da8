package demo

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// DefaultBasePort is where the demo command starts counting ports, see Config.BasePort.
const DefaultBasePort = 8490

const (
	maxBoard     = 200 // notices on a board; older ones go
	closeTimeout = 5 * time.Second
	healRetry    = time.Second // after a port could not be had back
)

// Config says how to set the association up. Its zero value serves on spare ports of 127.0.0.1, with a
// CA in memory, without a story and without a log: what a test wants.
type Config struct {
	// Host is the loopback address to listen on; "" means 127.0.0.1.
	Host string
	// BasePort is the first of 17 consecutive ports; 0 means spare ports from 20000 to 32000.
	BasePort int
	// Dir keeps the CA, so that it stays the same over restarts; "" keeps it in memory.
	Dir string
	// Story has Script told while Run runs; TellStory changes it later.
	Story bool
	// Script is the story; without chapters it is DefaultStory.
	Script Story
	// ServiceHours makes the statistics site close daily from 00:00 to 00:30 Korean time, as its notice
	// says. Off by default: a test must not fail because of the hour.
	ServiceHours bool
	// Promises are sentences that the charter page carries besides its own.
	Promises []string
	Logger   *slog.Logger     // nil: no log
	Clock    func() time.Time // for notices, hours and certificates; nil: time.Now
}

// Estate is the running association. Its methods may be called from several goroutines, before Run
// and during it.
type Estate struct {
	cfg      Config
	log      *slog.Logger
	ca       *authority
	sites    []*site
	control  *gate
	smtp     service
	dnsTCP   service
	dnsUDP   datagrams
	inbox    inbox
	wake     chan struct{} // a fault with an end has come
	telling  atomic.Bool
	running  atomic.Bool
	closeAll func()
}

// Open binds every port and prepares every page. Connections wait from then on; Run answers them. The
// error for a port that is taken names the port and who wanted it. Whoever does not go on to Run must
// Close.
func Open(cfg Config) (_ *Estate, err error) {
	if cfg.Host == "" {
		cfg.Host = "127.0.0.1"
	}
	if ip := net.ParseIP(cfg.Host); ip == nil || !ip.IsLoopback() {
		return nil, fmt.Errorf("demo: host %q: want a loopback address such as 127.0.0.1; the demo must not be reachable from elsewhere", cfg.Host)
	}
	if cfg.BasePort < 0 || cfg.BasePort > 65535-16 {
		return nil, fmt.Errorf("demo: base port %d: want 0, or a port that leaves room for 16 more", cfg.BasePort)
	}
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	if len(cfg.Script.Chapters) == 0 {
		cfg.Script = DefaultStory()
	}
	e := &Estate{cfg: cfg, log: cfg.Logger, wake: make(chan struct{}, 1)}
	if e.log == nil {
		e.log = slog.New(slog.DiscardHandler)
	}
	e.telling.Store(cfg.Story)
	// Ports first: a second demo must fail on them before it touches the first one's CA.
	b := &binder{host: cfg.Host, next: cfg.BasePort}
	defer func() {
		if err != nil {
			b.release()
		}
	}()
	if err := e.bind(b); err != nil {
		return nil, err
	}
	if err := e.furnish(); err != nil {
		return nil, err
	}
	return e, nil
}

// bind takes the ports in their documented order: control, two a site, SMTP, DNS.
func (e *Estate) bind(b *binder) error {
	l, err := b.tcp("control")
	if err != nil {
		return err
	}
	e.control = newGate(l, "control")
	for _, p := range association() {
		s := &site{clock: e.cfg.Clock, hours: e.cfg.ServiceHours}
		s.profile = p
		if l, err = b.tcp(p.id + ", HTTP"); err != nil {
			return err
		}
		s.http = newGate(l, p.id+", HTTP")
		if l, err = b.tcp(p.id + ", HTTPS"); err != nil {
			return err
		}
		s.https = newGate(l, p.id+", HTTPS")
		s.site = Site{ID: p.id, KO: p.ko, EN: p.en, Charset: s.charset(),
			HTTPURL: "http://" + s.http.addr + "/", HTTPSURL: "https://" + s.https.addr + "/"}
		e.sites = append(e.sites, s)
	}
	if l, err = b.tcp("SMTP"); err != nil {
		return err
	}
	e.smtp.gate = newGate(l, "SMTP")
	conn, l, err := b.both("DNS")
	if err != nil {
		return err
	}
	e.dnsUDP.conn, e.dnsTCP.gate = conn, newGate(l, "DNS")
	e.closeAll = sync.OnceFunc(func() {
		e.dnsUDP.conn.Close()
		for _, g := range e.gates() {
			g.Close()
		}
	})
	return nil
}

// furnish makes certificates, pages and the zone.
func (e *Estate) furnish() error {
	now := e.cfg.Clock()
	templates, err := parseTemplates()
	if err != nil {
		return err
	}
	if e.ca, err = openAuthority(e.cfg.Dir, now); err != nil {
		return err
	}
	links, key := e.Sites(), newSigner()
	for _, s := range e.sites {
		s.templates, s.links, s.promises, s.since = templates, links, e.cfg.Promises, now
		if s.leaves, err = e.ca.issue(s.id, e.cfg.Host, now); err != nil {
			return err
		}
		s.routes(key)
		if err := s.show(standingNotices(s.profile, now)); err != nil {
			return err
		}
	}
	post, err := e.ca.issue("mail", e.cfg.Host, now)
	if err != nil {
		return err
	}
	z, err := newZone(association())
	if err != nil {
		return err
	}
	e.smtp.talk, e.dnsTCP.talk, e.dnsUDP.zone = mailServer{leaf: post.good, take: e.takeMail}.talk, z.talk, z
	return nil
}

func (e *Estate) gates() []*gate {
	gs := []*gate{e.control, e.smtp.gate, e.dnsTCP.gate}
	for _, s := range e.sites {
		gs = append(gs, s.http, s.https)
	}
	return gs
}

// Run serves until ctx ends, then closes everything and waits for every goroutine of its own. It
// returns nil if ctx ended it, and may be called once.
func (e *Estate) Run(ctx context.Context) error {
	if e.running.Swap(true) {
		return errors.New("demo: Run was called before")
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var loops sync.WaitGroup
	start := func(run func(context.Context) error) {
		loops.Go(func() {
			if err := run(ctx); err != nil {
				cancel(err)
			}
		})
	}
	for _, g := range e.gates() {
		start(g.Run)
	}
	start(e.smtp.Run)
	start(e.dnsTCP.Run)
	start(e.dnsUDP.Run)
	start(e.heal)
	start(storyteller{e.cfg.Script, storyBreaker{e}, e.log}.Run)
	servers := e.serve(start)
	e.log.Info("demo: open", "control", e.ControlURL(), "sites", len(e.sites))

	<-ctx.Done()
	e.closeAll()
	closing, done := context.WithTimeout(context.Background(), closeTimeout)
	defer done()
	for _, s := range servers { // connections are cut already: this waits for their handlers
		if s.Shutdown(closing) != nil {
			s.Close()
		}
	}
	for _, s := range e.sites {
		if s.quotes != nil {
			s.quotes.open.Wait()
		}
	}
	loops.Wait()
	if err := context.Cause(ctx); !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return nil
}

// serve starts the HTTP servers.
func (e *Estate) serve(start func(func(context.Context) error)) []*http.Server {
	var servers []*http.Server
	add := func(h http.Handler, g *gate, cert func(*tls.ClientHelloInfo) (*tls.Certificate, error)) {
		s := &http.Server{
			Handler: h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
			// Handshakes that fail are what a broken certificate is for.
			ErrorLog: slog.NewLogLogger(e.log.Handler(), slog.LevelDebug),
		}
		serve := func() error { return s.Serve(g) }
		if cert != nil {
			// No resumption: a client that resumes would not look at the certificate again.
			s.TLSConfig = &tls.Config{GetCertificate: cert, SessionTicketsDisabled: true, MinVersion: tls.VersionTLS12}
			serve = func() error { return s.ServeTLS(g, "", "") }
		}
		servers = append(servers, s)
		start(func(context.Context) error {
			if err := serve(); !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
				return fmt.Errorf("demo: serve %s: %w", g.label, err)
			}
			return nil
		})
	}
	add(e.controlHandler(), e.control, nil)
	for _, s := range e.sites {
		add(s, s.http, nil)
		add(s, s.https, s.certificate)
	}
	return servers
}

// Close gives the ports back of an estate that was opened and never run. A running one is closed by
// the end of Run's context. The error is always nil.
func (e *Estate) Close() error {
	e.closeAll()
	return nil
}

// Sites lists the sites and their present condition, in the order of their ports.
func (e *Estate) Sites() []Site {
	list := make([]Site, len(e.sites))
	for i, s := range e.sites {
		list[i] = s.present()
	}
	return list
}

// ControlURL is the address of the control page; it ends in "/".
func (e *Estate) ControlURL() string { return "http://" + e.control.addr + "/" }

// CAPEM is the test CA's certificate in PEM.
func (e *Estate) CAPEM() []byte { return append([]byte(nil), e.ca.pem...) }

// CAFile is the path of the test CA's certificate; "" if it is kept in memory.
func (e *Estate) CAFile() string { return e.ca.file }

// DNSAddr is the host:port of the DNS server, for UDP and TCP.
func (e *Estate) DNSAddr() string { return e.dnsTCP.gate.addr }

// SMTPAddr is the host:port of the SMTP server.
func (e *Estate) SMTPAddr() string { return e.smtp.gate.addr }
