package demo

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
	"syscall"
)

// Ephemeral ports are drawn from below the range that kernels give to outgoing connections (32768 and
// up on Linux, 49152 elsewhere). A port from inside it could be lost while a stopped site does not hold
// it, and a client that dials a closed port of that range can even be connected to itself.
const (
	spareFirst = 20000
	spareLast  = 32000
	spareTries = 200
)

// binder hands out loopback listeners, consecutive from a base port or at random, and remembers them
// so that a failure half-way can give all of them back.
type binder struct {
	host   string
	next   int // next fixed port; 0: spare ones
	closer []interface{ Close() error }
}

// tcp binds the next port for what label describes.
func (b *binder) tcp(label string) (net.Listener, error) {
	var l net.Listener
	err := b.each(label, func(addr string) (err error) {
		l, err = net.Listen("tcp", addr)
		return err
	})
	if err != nil {
		return nil, err
	}
	b.closer = append(b.closer, l)
	return l, nil
}

// both binds the same port number for UDP and TCP, as a DNS server needs.
func (b *binder) both(label string) (net.PacketConn, net.Listener, error) {
	var (
		p net.PacketConn
		l net.Listener
	)
	err := b.each(label, func(addr string) (err error) {
		if l, err = net.Listen("tcp", addr); err != nil {
			return err
		}
		if p, err = net.ListenPacket("udp", addr); err != nil {
			l.Close()
		}
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	b.closer = append(b.closer, l, p)
	return p, l, nil
}

// each calls bind with one address, or with spare ones until one is free.
func (b *binder) each(label string, bind func(addr string) error) error {
	if b.next != 0 {
		addr := net.JoinHostPort(b.host, strconv.Itoa(b.next))
		b.next++
		if err := bind(addr); err != nil {
			return bindError(addr, label, err)
		}
		return nil
	}
	for range spareTries {
		addr := net.JoinHostPort(b.host, strconv.Itoa(spareFirst+rand.IntN(spareLast-spareFirst)))
		err := bind(addr)
		if err == nil {
			return nil
		}
		if !errors.Is(err, syscall.EADDRINUSE) {
			return bindError(addr, label, err)
		}
	}
	return fmt.Errorf("demo: no free port for %s after %d tries from %d to %d", label, spareTries, spareFirst, spareLast)
}

// release closes everything that was bound, last first.
func (b *binder) release() {
	for i := len(b.closer) - 1; i >= 0; i-- {
		b.closer[i].Close()
	}
}
