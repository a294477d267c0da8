package demo

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"syscall"
	"time"
)

// posture is what a gate does with a new connection.
type posture uint8

const (
	admit  posture = iota // hand it to the server
	refuse                // do not listen at all
	reset                 // accept, then RST
	hang                  // accept and hold, silently
)

// gate owns one loopback port. It is the net.Listener of an http.Server and, unlike a socket, goes on
// being so while the port refuses, resets or hangs: the server never notices.
//
// Connections are owned by the gate from accept to close, so that it can cut them all: also those that
// a server has given away (WebSocket) or has not taken yet.
type gate struct {
	addr  string // host:port, the same for the gate's life
	label string // for errors: "homepage, HTTP"
	ready chan net.Conn
	done  chan struct{} // closed by Close

	mu      sync.Mutex
	l       net.Listener // nil while refusing or closed
	posture posture
	changed chan struct{} // closed and replaced when l comes back
	live    map[*gateConn]struct{}
	closed  bool
}

// newGate takes over l, which is bound already.
func newGate(l net.Listener, label string) *gate {
	return &gate{
		addr: l.Addr().String(), label: label, l: l,
		ready: make(chan net.Conn), done: make(chan struct{}),
		changed: make(chan struct{}), live: map[*gateConn]struct{}{},
	}
}

// Run accepts connections until the gate is closed. It returns nil then, and an error only if the
// socket fails by itself, which on loopback means that the process is out of descriptors for good.
func (g *gate) Run(context.Context) error {
	for {
		g.mu.Lock()
		l, changed, closed := g.l, g.changed, g.closed
		g.mu.Unlock()
		switch {
		case closed:
			return nil
		case l == nil:
			select {
			case <-changed:
			case <-g.done:
			}
			continue
		}
		c, err := l.Accept()
		switch {
		case err == nil:
			g.receive(c)
		case errors.Is(err, net.ErrClosed): // by set or Close: look again
		case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE), errors.Is(err, syscall.ECONNABORTED):
			select { // passing: an accept loop that spins would make it worse
			case <-time.After(20 * time.Millisecond):
			case <-g.done:
			}
		default:
			return fmt.Errorf("demo: accept on %s (%s): %w", g.addr, g.label, err)
		}
	}
}

// receive deals with a new connection as the posture demands.
func (g *gate) receive(c net.Conn) {
	gc := &gateConn{Conn: c, gate: g}
	g.mu.Lock()
	p := g.posture
	if g.closed || p == refuse {
		p = reset // came in while the listener was being closed: the kernel would have reset it too
	}
	if p != reset {
		g.live[gc] = struct{}{}
	}
	g.mu.Unlock()
	switch p {
	case reset:
		abort(c)
	case admit:
		select {
		case g.ready <- gc:
		case <-g.done:
			gc.Close()
		}
	}
}

// set changes the posture; cut ends every standing connection. Coming back from refuse binds the same
// port again, and is the one change that can fail: another process may have taken it meanwhile.
func (g *gate) set(p posture, cut bool) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return net.ErrClosed
	}
	if p == refuse && g.l != nil {
		g.l.Close()
		g.l = nil
	}
	if p != refuse && g.l == nil {
		l, err := net.Listen("tcp", g.addr)
		if err != nil {
			return bindError(g.addr, g.label, err)
		}
		g.l = l
		close(g.changed)
		g.changed = make(chan struct{})
	}
	g.posture = p
	if cut {
		g.cut()
	}
	return nil
}

// cut resets every live connection; g.mu is held.
func (g *gate) cut() {
	for c := range g.live {
		abort(c.Conn)
	}
	clear(g.live)
}

// Accept gives the server its next connection; net.ErrClosed after Close.
func (g *gate) Accept() (net.Conn, error) {
	select {
	case c := <-g.ready:
		return c, nil
	case <-g.done:
		return nil, net.ErrClosed
	}
}

// Close stops listening and ends every connection. More than once is fine.
func (g *gate) Close() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return nil
	}
	g.closed = true
	close(g.done)
	if g.l != nil {
		g.l.Close()
		g.l = nil
	}
	g.cut()
	return nil
}

// Addr is the address of the port, also while nothing listens there.
func (g *gate) Addr() net.Addr {
	a, _ := net.ResolveTCPAddr("tcp", g.addr) // an address that a listener printed
	return a
}

// gateConn tells its gate when it is closed.
type gateConn struct {
	net.Conn
	gate *gate
}

func (c *gateConn) Close() error {
	c.gate.mu.Lock()
	delete(c.gate.live, c)
	c.gate.mu.Unlock()
	return c.Conn.Close()
}

// abort closes c with a reset instead of a farewell, and leaves no TIME_WAIT behind.
func abort(c net.Conn) {
	if t, ok := c.(*net.TCPConn); ok {
		t.SetLinger(0) // fails only on a socket that is closed already
	}
	c.Close()
}

// bindError says which port could not be had and what to do about it.
func bindError(addr, label string, err error) error {
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("demo: %s (%s) is in use: stop the program that holds it (another demo?) or choose another base port: %w", addr, label, err)
	}
	return fmt.Errorf("demo: listen on %s (%s): %w", addr, label, err)
}
