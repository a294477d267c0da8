package demo

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/textproto"
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

// mailServer speaks as much SMTP (RFC 5321) as a probe and a sender want: banner, EHLO, STARTTLS
// (RFC 3207), MAIL, RCPT, DATA, NOOP, RSET, QUIT. It delivers to the demo's inbox and nowhere else.
type mailServer struct {
	leaf *tls.Certificate
	take func(to []string, raw []byte) error
}

// letter is the mail that is being handed over.
type letter struct {
	from bool
	to   []string
}

func (m mailServer) talk(c net.Conn) {
	secure := false
	in := bufio.NewReaderSize(c, 1024)
	say := func(format string, a ...any) bool {
		c.SetDeadline(time.Now().Add(talkTimeout))
		_, err := fmt.Fprintf(c, format+"\r\n", a...)
		return err == nil
	}
	var l letter
	ok := say("220 mail.demo ESMTP")
	for ok {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return // gone, or a line longer than any command
		}
		verb, rest, _ := strings.Cut(strings.TrimSpace(string(line)), " ")
		switch verb = strings.ToUpper(verb); {
		case verb == "EHLO" && !secure:
			ok = say("250-mail.demo\r\n250-STARTTLS\r\n250 SIZE %d", maxMail)
		case verb == "EHLO" || verb == "HELO":
			ok = say("250 mail.demo")
		case verb == "NOOP":
			ok = say("250 OK")
		case verb == "RSET":
			l, ok = letter{}, say("250 OK")
		case verb == "STARTTLS" && !secure:
			if !say("220 Ready to start TLS") {
				return
			}
			t := tls.Server(c, &tls.Config{Certificates: []tls.Certificate{*m.leaf}})
			if t.Handshake() != nil {
				return
			}
			// What was sent in the clear behind STARTTLS is dropped, not read as if it had been encrypted.
			c, secure, in, l = t, true, bufio.NewReaderSize(t, 1024), letter{}
		case verb == "QUIT":
			say("221 mail.demo closing")
			return
		case verb == "MAIL" || verb == "RCPT":
			ok = say("%s", l.envelope(verb, rest))
		case verb == "DATA" && len(l.to) == 0:
			ok = say("503 RCPT first")
		case verb == "DATA":
			ok = say("354 go on") && say("%s", m.receive(c, in, l.to))
			l = letter{}
		default:
			ok = say("502 command not implemented")
		}
	}
}

// envelope takes MAIL FROM:<...> and RCPT TO:<...>, and answers.
func (l *letter) envelope(verb, rest string) string {
	address, _, _ := strings.Cut(rest, ">")
	_, address, found := strings.Cut(address, "<")
	switch {
	case !found || len(l.to) >= 20:
		return "501 an address in angle brackets, and no more than 20"
	case verb == "MAIL":
		*l = letter{from: true}
	case !l.from:
		return "503 MAIL first"
	default:
		l.to = append(l.to, address)
	}
	return "250 OK"
}

// receive reads a mail up to the line with a dot alone, and answers.
func (m mailServer) receive(c net.Conn, in *bufio.Reader, to []string) string {
	c.SetDeadline(time.Now().Add(talkTimeout))
	raw, err := io.ReadAll(io.LimitReader(textproto.NewReader(in).DotReader(), maxMail+1))
	switch {
	case err != nil:
		return "451 the mail did not arrive whole"
	case len(raw) > maxMail:
		return "552 the mail is too large"
	case m.take(to, raw) != nil:
		return "554 the mail cannot be read"
	}
	return "250 delivered"
}
