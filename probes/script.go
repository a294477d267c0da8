package probes

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"strconv"
	"strings"
)

// ScriptStep is one step of a conversation in lines. Exactly one field is set.
type ScriptStep struct {
	Send     Secret // text to send; escapes \r \n \t \0 \\ and \xHH are undone, and nothing is added
	Expect   string // RE2 pattern that one of the lines to come must match; lines before it are passed over
	StartTLS bool   // begin TLS now
}

// script is a validated conversation. It is immutable.
type script struct{ steps []scriptStep }

type scriptStep struct {
	send     string
	expect   *regexp.Regexp
	startTLS bool
}

// Bounds of what a peer may make us read while we wait for a line.
const (
	maxScriptLine  = 8 << 10 // bytes
	maxScriptLines = 1000
	maxScriptSteps = 100
)

func newScript(steps []ScriptStep, f fieldErrors) script {
	var s script
	if len(steps) > maxScriptSteps {
		f.add("Script", refuse("script_steps", "n", len(steps), "max", maxScriptSteps))
	}
	tls := 0
	for i, step := range steps {
		g := f.in(fmt.Sprintf("Script[%d]", i))
		out := scriptStep{startTLS: step.StartTLS}
		set := 0
		if step.Send != "" {
			set++
			var err error
			if out.send, err = unescape(step.Send.Reveal()); err != nil {
				g.add("Send", err)
			}
		}
		if step.Expect != "" {
			set++
			out.expect = g.regexp("Expect", step.Expect)
		}
		if step.StartTLS {
			set++
			tls++
		}
		if set != 1 {
			f.add(fmt.Sprintf("Script[%d]", i), refuse("script_step", "n", set))
		}
		s.steps = append(s.steps, out)
	}
	if tls > 1 {
		f.add("Script", refuse("script_tls", "n", tls))
	}
	return s
}

func (s script) startsTLS() bool {
	for _, step := range s.steps {
		if step.startTLS {
			return true
		}
	}
	return false
}

// run carries the conversation out. A line that does not come is the reason of the failed read; one
// that comes and matches nothing until the peer hangs up is reason body.
func (s script) run(conn net.Conn, handshake func(net.Conn) (net.Conn, error)) error {
	lines := lineReader{r: conn}
	for i, step := range s.steps {
		switch {
		case step.send != "":
			if _, err := io.WriteString(conn, step.send); err != nil {
				return failed(stageExchange, err)
			}
		case step.expect != nil:
			if err := lines.await(step.expect, i+1); err != nil {
				return err
			}
		default:
			if len(lines.buf) > 0 {
				return siteErrorf(Protocol, "step %d: the peer sent more before TLS than was expected", i+1)
			}
			c, err := handshake(conn)
			if err != nil {
				return err
			}
			conn, lines = c, lineReader{r: c}
		}
	}
	return nil
}

// lineReader splits what comes into lines.
type lineReader struct {
	r   io.Reader
	buf []byte
}

// await passes lines over until one matches. A last line without an end counts, too, as
// soon as it matches, because prompts ("login: ") have none.
func (l *lineReader) await(re *regexp.Regexp, step int) error {
	seen := 0
	chunk := make([]byte, 2048)
	for {
		for {
			line, rest, whole := bytes.Cut(l.buf, []byte("\n"))
			if re.Match(bytes.TrimSuffix(line, []byte("\r"))) && (whole || len(line) > 0) {
				l.buf = rest
				return nil
			}
			if !whole {
				break
			}
			l.buf = rest
			if seen++; seen > maxScriptLines {
				return siteErrorf(Body, "step %d: none of %d lines matches %q", step, maxScriptLines, re.String())
			}
		}
		if len(l.buf) > maxScriptLine {
			return siteErrorf(Protocol, "step %d: a line is longer than %d bytes", step, maxScriptLine)
		}
		n, err := l.r.Read(chunk)
		l.buf = append(l.buf, chunk[:n]...)
		switch {
		case n > 0 || err == nil:
		case isTimeout(err) || seen == 0 && len(l.buf) == 0:
			err = failed(stageExchange, err)
			if se := (*siteError)(nil); errors.As(err, &se) {
				se.detail = fmt.Sprintf("step %d: waiting for a line that matches %q: %s", step, re.String(), se.detail)
			}
			return err
		default:
			return siteErrorf(Body, "step %d: no line matches %q before the peer hung up", step, re.String())
		}
	}
}

// unescape undoes the escapes of a Send step. Errors hold nothing of the text.
func unescape(s string) (string, error) {
	if !strings.Contains(s, `\`) {
		return s, nil
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			b.WriteByte(s[i])
			continue
		}
		if i++; i == len(s) {
			return "", refuse("escape_end")
		}
		switch s[i] {
		case 'r':
			b.WriteByte('\r')
		case 'n':
			b.WriteByte('\n')
		case 't':
			b.WriteByte('\t')
		case '0':
			b.WriteByte(0)
		case '\\':
			b.WriteByte('\\')
		case 'x':
			if i+2 >= len(s) {
				return "", refuse("escape_hex")
			}
			n, err := strconv.ParseUint(s[i+1:i+3], 16, 8)
			if err != nil {
				return "", refuse("escape_hex")
			}
			b.WriteByte(byte(n))
			i += 2
		default:
			return "", refuse("escape")
		}
	}
	return b.String(), nil
}
