// Package mail sends letters with files over SMTP (RFC 5321), one at a time, to one reader each.
//
// That a server took a letter ([Sender.Send] returned nil) is all that it proves: whether it was read, or
// even delivered, is another matter.
package mail

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// Security is how the connection is protected.
type Security string

// The kinds of protection.
const (
	StartTLS Security = "starttls" // RFC 3207, demanded; the default
	Implicit Security = "implicit" // TLS from the first byte (RFC 8314)
	Plain    Security = "none"     // not protected: for a server on the same machine
)

// Securities lists them.
func Securities() []Security { return []Security{StartTLS, Implicit, Plain} }

// Config of a [Sender]. Server and From are required.
type Config struct {
	Server   string // host:port
	From     string
	Username string // "": no authentication
	Password string
	Security Security      // "" means StartTLS
	CA       []byte        // PEM certificates to trust beside the system's
	Timeout  time.Duration // for one letter; 0 means a minute
}

// Letter is a mail to one reader.
type Letter struct {
	To      string
	Subject string
	Text    string
	Files   []File
}

// File is attached to a letter.
type File struct {
	Name string
	MIME string
	Data []byte
}

// Sender sends letters. It is safe for concurrent use.
type Sender struct {
	c    Config
	host string
	opts []gomail.Option
}

const defaultTimeout = time.Minute

// New makes a sender. It connects to nothing.
func New(c Config) (*Sender, error) {
	host, port, err := net.SplitHostPort(c.Server)
	if err != nil || host == "" {
		return nil, fmt.Errorf("mail: %q is not host:port", c.Server)
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil || number == 0 {
		return nil, fmt.Errorf("mail: %q is not a port", port)
	}
	if err := gomail.NewMsg().From(c.From); err != nil {
		return nil, fmt.Errorf("mail: %q cannot send", c.From)
	}
	if c.Timeout <= 0 {
		c.Timeout = defaultTimeout
	}
	s := &Sender{c: c, host: host}
	trust := &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}
	if len(c.CA) > 0 {
		if trust.RootCAs, err = x509.SystemCertPool(); err != nil {
			trust.RootCAs = x509.NewCertPool()
		}
		if !trust.RootCAs.AppendCertsFromPEM(c.CA) {
			return nil, errors.New("mail: CA: no certificate in it")
		}
	}
	s.opts = []gomail.Option{gomail.WithPort(int(number)), gomail.WithTimeout(c.Timeout), gomail.WithTLSConfig(trust)}
	switch c.Security {
	case "", StartTLS:
		s.opts = append(s.opts, gomail.WithTLSPolicy(gomail.TLSMandatory))
	case Implicit:
		s.opts = append(s.opts, gomail.WithSSL())
	case Plain:
		s.opts = append(s.opts, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		return nil, fmt.Errorf("mail: %q is no way to protect a connection", c.Security)
	}
	if c.Username != "" {
		s.opts = append(s.opts, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(c.Username), gomail.WithPassword(c.Password))
	}
	return s, nil
}

// Send hands a letter to the server. nil means that it took it. Its error holds no credential.
func (s *Sender) Send(ctx context.Context, l Letter) error {
	m := gomail.NewMsg()
	if err := errors.Join(m.From(s.c.From), m.To(l.To)); err != nil {
		return fmt.Errorf("mail to %s: its address cannot be used", l.To)
	}
	m.Subject(l.Subject)
	m.SetMessageID()
	m.SetDate()
	m.SetBodyString(gomail.TypeTextPlain, l.Text)
	for _, f := range l.Files {
		m.AttachReadSeeker(f.Name, bytes.NewReader(f.Data), gomail.WithFileContentType(gomail.ContentType(f.MIME)))
	}
	client, err := gomail.NewClient(s.host, s.opts...)
	if err != nil {
		return fmt.Errorf("mail to %s: %w", l.To, err)
	}
	// What goes wrong once the server has the letter, such as its hanging up, does not undo that.
	if err := client.DialAndSendWithContext(ctx, m); err != nil && !m.IsDelivered() {
		return fmt.Errorf("mail to %s by %s: %w", l.To, s.c.Server, err)
	}
	return nil
}
