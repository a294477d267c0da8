package probes

import (
	"bytes"
	"io"
	"net"
	"strconv"
	"strings"
)

// STARTTLS names the dialogue that leads from a clear-text protocol to TLS:
// "smtp" (RFC 3207), "imap" (RFC 3501, 6.2.1), "pop3" (RFC 2595, 4), "ftp" (RFC 4217) or
// "postgres" (SSLRequest). "" means that TLS begins at once.
type STARTTLS string

// dialogues maps each protocol to what the two ends say: "<" lines are awaited (a prefix of the
// last line of an answer), ">" lines are sent.
func (s STARTTLS) dialogue() []string {
	switch s {
	case "smtp":
		return []string{"<220", ">EHLO charterwatch.invalid", "<250", ">STARTTLS", "<220"}
	case "imap":
		return []string{"<* OK", ">a1 STARTTLS", "<a1 OK"}
	case "pop3":
		return []string{"<+OK", ">STLS", "<+OK"}
	case "ftp":
		return []string{"<220", ">AUTH TLS", "<234"}
	}
	return nil
}

func (s STARTTLS) validate(f fieldErrors, field string) {
	if s != "" && s != "postgres" && s.dialogue() == nil {
		f.add(field, refuse("starttls", "value", strconv.Quote(string(s))))
	}
}

// run leads the dialogue up to the point where the TLS handshake begins. It reads byte by
// byte, because what follows the last line already belongs to TLS.
func (s STARTTLS) run(conn net.Conn) error {
	if s == "postgres" {
		return startPostgres(conn)
	}
	for _, step := range s.dialogue() {
		text := step[1:]
		if step[0] == '>' {
			if _, err := io.WriteString(conn, text+"\r\n"); err != nil {
				return failed(stageExchange, err)
			}
			continue
		}
		if err := s.await(conn, text); err != nil {
			return err
		}
	}
	return nil
}

// await reads lines until the last of an answer and demands its prefix. SMTP and FTP
// mark lines that continue with a hyphen after the code (RFC 5321, 4.2.1; RFC 959, 4.2); IMAP sends
// untagged lines first.
func (s STARTTLS) await(conn net.Conn, prefix string) error {
	for range 64 {
		line, err := readRawLine(conn, 2048)
		if err != nil {
			return failed(stageExchange, err)
		}
		continues := (s == "smtp" || s == "ftp") && (len(line) > 3 && line[3] == '-' || strings.HasPrefix(line, " ")) ||
			s == "imap" && strings.HasPrefix(prefix, "a1") && strings.HasPrefix(line, "*")
		switch {
		case continues:
		case strings.HasPrefix(line, prefix):
			return nil
		default:
			return siteErrorf(Protocol, "expected a line that begins with %q before TLS, another came", prefix)
		}
	}
	return siteErrorf(Protocol, "the answer before TLS has more than 64 lines")
}

// startPostgres sends an SSLRequest (PostgreSQL protocol, 54.2.10), which is answered by one byte.
func startPostgres(conn net.Conn) error {
	if _, err := conn.Write([]byte{0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f}); err != nil {
		return failed(stageExchange, err)
	}
	var b [1]byte
	if _, err := io.ReadFull(conn, b[:]); err != nil {
		return failed(stageExchange, err)
	}
	if b[0] != 'S' {
		return siteErrorf(Protocol, "the server does not offer TLS")
	}
	return nil
}

// readRawLine reads one line of at most limit bytes, without its end, and not a byte beyond.
func readRawLine(r io.Reader, limit int) (string, error) {
	var line []byte
	var b [1]byte
	for len(line) < limit {
		if _, err := io.ReadFull(r, b[:]); err != nil {
			return "", err
		}
		if b[0] == '\n' {
			return string(bytes.TrimSuffix(line, []byte("\r"))), nil
		}
		line = append(line, b[0])
	}
	return "", siteErrorf(Protocol, "a line of the answer is longer than %d bytes", limit)
}
