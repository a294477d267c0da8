package mail_test

import (
	"bufio"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/charterwatch/charterwatch/demo"
	"github.com/charterwatch/charterwatch/internal/mail"
)

func TestLettersArriveWithTheirFiles(t *testing.T) {
	e, err := demo.Open(demo.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- e.Run(t.Context()) }()
	t.Cleanup(func() { e.Close() })
	letter := mail.Letter{To: "ceo@demo.association", Subject: "2026년 10월 이행 보고서", Text: "첨부를 확인하십시오.\n", Files: []mail.File{{Name: "보고서.pdf", MIME: "application/pdf", Data: []byte(strings.Repeat("%PDF", 500_000))}}}
	for _, c := range []mail.Config{{Security: mail.Plain}, {Security: mail.StartTLS, CA: e.CAPEM()}} {
		c.Server, c.From = e.SMTPAddr(), "watch@demo.association"
		s, err := mail.New(c)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Send(t.Context(), letter); err != nil {
			t.Fatalf("%s: %v", c.Security, err)
		}
	}
	got := e.Messages()
	if len(got) != 2 || got[1].Subject != letter.Subject || !strings.Contains(got[1].Text, "첨부를") || len(got[1].Files) != 1 || got[1].Files[0] != "보고서.pdf" {
		t.Errorf("%+v", got)
	}
	distrustful, err := mail.New(mail.Config{Server: e.SMTPAddr(), From: "watch@demo.association", Username: "u", Password: "tr0ub4dor"})
	if err != nil {
		t.Fatal(err)
	}
	if err := distrustful.Send(t.Context(), letter); err == nil || strings.Contains(err.Error(), "tr0ub4dor") {
		t.Errorf("a certificate that nobody vouches for: %v", err)
	}
	if err := distrustful.Send(t.Context(), mail.Letter{To: "nobody"}); err == nil {
		t.Error("an address that is none")
	}
}

func TestSettingsThatCannotSend(t *testing.T) {
	good := mail.Config{Server: "mail.example:587", From: "watch@example.or.kr"}
	for name, spoil := range map[string]func(*mail.Config){
		"no port": func(c *mail.Config) { c.Server = "mail.example" }, "no number": func(c *mail.Config) { c.Server = "mail.example:smtp" },
		"no such port": func(c *mail.Config) { c.Server = "mail.example:70000" }, "no sender": func(c *mail.Config) { c.From = "watch" },
		"no protection of that name": func(c *mail.Config) { c.Security = "ssl" }, "no certificate": func(c *mail.Config) { c.CA = []byte("x") },
	} {
		c := good
		if spoil(&c); func() error { _, err := mail.New(c); return err }() == nil {
			t.Errorf("%s passes", name)
		}
	}
	if _, err := mail.New(good); err != nil {
		t.Error(err)
	}
}

// TestLetterThatWasTakenIsNotSentAgain: a server that hangs up once it has a letter has it all the same.
func TestLetterThatWasTakenIsNotSentAgain(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	taken := make(chan string, 1)
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		in := bufio.NewScanner(c)
		say := func(line string) { _, _ = io.WriteString(c, line+"\r\n") }
		for say("220 mail.example"); in.Scan(); {
			switch verb, _, _ := strings.Cut(in.Text(), " "); verb {
			case "EHLO", "MAIL", "RCPT", "NOOP":
				say("250 OK")
			case "DATA":
				say("354 go on")
				var body strings.Builder
				for in.Scan() && in.Text() != "." {
					body.WriteString(in.Text() + "\n")
				}
				say("250 taken")
				taken <- body.String()
				return
			default:
				say("502 no")
			}
		}
	}()
	s, err := mail.New(mail.Config{Server: l.Addr().String(), From: "watch@example.or.kr", Security: mail.Plain})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Send(t.Context(), mail.Letter{To: "ceo@example.or.kr", Subject: "Report", Text: "See the file."}); err != nil {
		t.Errorf("the letter counts as not taken: %v", err)
	}
	if got := <-taken; !strings.Contains(got, "See the file.") {
		t.Errorf("%q", got)
	}
}
