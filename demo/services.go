package demo

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

const (
	quotesLimit = 4 << 10 // bytes of a WebSocket message
	talkTimeout = 30 * time.Second
)

// quotes is the WebSocket endpoint: it sends every message back as it came. Origins other than its own
// are refused (gorilla's default).
type quotes struct{ open sync.WaitGroup }

func (q *quotes) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q.open.Add(1) // before the hijack: until then the server waits for us, from then on q.open does
	defer q.open.Done()
	u := websocket.Upgrader{HandshakeTimeout: talkTimeout}
	c, err := u.Upgrade(w, r, nil)
	if err != nil {
		return // answered by Upgrade
	}
	defer c.Close()
	c.SetReadLimit(quotesLimit)
	for {
		c.SetReadDeadline(time.Now().Add(2 * time.Minute))
		kind, msg, err := c.ReadMessage()
		if err != nil {
			return
		}
		c.SetWriteDeadline(time.Now().Add(talkTimeout))
		if c.WriteMessage(kind, msg) != nil {
			return
		}
	}
}

// service is a TCP server with one conversation a connection. Its gate cuts them off at the end.
type service struct {
	gate *gate
	talk func(net.Conn)
}

// Run serves until the gate is closed, and returns when every conversation has ended.
func (s service) Run(context.Context) error {
	var talks sync.WaitGroup
	defer talks.Wait()
	for {
		c, err := s.gate.Accept()
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			return err
		}
		talks.Go(func() {
			defer c.Close()
			s.talk(c)
		})
	}
}

// mail speaks as much SMTP (RFC 5321) as a probe wants: banner, EHLO, STARTTLS (RFC 3207), NOOP, RSET,
// QUIT. It takes no mail.
type mail struct{ leaf *tls.Certificate }

func (m mail) talk(c net.Conn) {
	secure := false
	in := bufio.NewReaderSize(c, 1024)
	say := func(format string, a ...any) bool {
		c.SetDeadline(time.Now().Add(talkTimeout))
		_, err := fmt.Fprintf(c, format+"\r\n", a...)
		return err == nil
	}
	ok := say("220 mail.demo ESMTP")
	for ok {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return // gone, or a line longer than any command
		}
		verb, _, _ := strings.Cut(strings.ToUpper(strings.TrimSpace(string(line))), " ")
		switch {
		case verb == "EHLO" && !secure:
			ok = say("250-mail.demo\r\n250-STARTTLS\r\n250 SIZE 0")
		case verb == "EHLO" || verb == "HELO":
			ok = say("250 mail.demo")
		case verb == "NOOP" || verb == "RSET":
			ok = say("250 OK")
		case verb == "STARTTLS" && !secure:
			if !say("220 Ready to start TLS") {
				return
			}
			t := tls.Server(c, &tls.Config{Certificates: []tls.Certificate{*m.leaf}})
			if t.Handshake() != nil {
				return
			}
			// What was sent in the clear behind STARTTLS is dropped, not read as if it had been encrypted.
			c, secure, in = t, true, bufio.NewReaderSize(t, 1024)
		case verb == "QUIT":
			say("221 mail.demo closing")
			return
		case verb == "MAIL" || verb == "RCPT" || verb == "DATA":
			ok = say("550 this server takes no mail")
		default:
			ok = say("502 command not implemented")
		}
	}
}
