package demo

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/http"
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	maxMessages = 200     // kept; older ones go
	maxMessage  = 1 << 20 // bytes of a text
	maxMail     = 8 << 20 // bytes of a mail with its files
)

// Message is something that the association's staff received: a mail, an SMS, a call to a
// webhook.
type Message struct {
	N       int       `json:"n"` // from 1
	At      time.Time `json:"at"`
	Channel string    `json:"channel"` // mail, sms, webhook or heartbeat
	To      string    `json:"to"`
	Subject string    `json:"subject,omitempty"`
	Text    string    `json:"text"`
	HTML    string    `json:"html,omitempty"`  // of a mail
	Files   []string  `json:"files,omitempty"` // names of what is attached to it
}

// inbox keeps what was received, the oldest first. Of heartbeats only the latest is kept.
type inbox struct {
	mu   sync.Mutex
	n    int
	list []Message
}

func (b *inbox) add(m Message) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if m.Channel == "heartbeat" {
		b.list = slices.DeleteFunc(b.list, func(x Message) bool { return x.Channel == "heartbeat" })
	}
	b.n++
	m.N = b.n
	if b.list = append(b.list, m); len(b.list) > maxMessages {
		b.list = b.list[1:]
	}
}

func (b *inbox) all() []Message {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.list)
}

// Messages lists what the staff received, the oldest first.
func (e *Estate) Messages() []Message { return e.inbox.all() }

// mailed takes a mail as it came over SMTP (RFC 5322, RFC 2045).
func (b *inbox) mailed(to []string, raw []byte, at time.Time) error {
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return fmt.Errorf("demo: read a mail: %w", err)
	}
	out := Message{At: at, Channel: "mail", To: strings.Join(to, ", ")}
	if out.Subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject")); err != nil {
		out.Subject = m.Header.Get("Subject")
	}
	if err := out.read(m.Header.Get("Content-Type"), m.Header.Get("Content-Transfer-Encoding"), m.Body); err != nil {
		return fmt.Errorf("demo: read a mail's body: %w", err)
	}
	b.add(out)
	return nil
}

// read takes a body and its parts.
func (m *Message) read(kind, encoding string, body io.Reader) error {
	media, params, err := mime.ParseMediaType(kind)
	if err != nil {
		media = "text/plain"
	}
	if strings.HasPrefix(media, "multipart/") {
		parts := multipart.NewReader(body, params["boundary"])
		for {
			p, err := parts.NextRawPart()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			if name := p.FileName(); name != "" {
				if plain, err := new(mime.WordDecoder).DecodeHeader(name); err == nil {
					name = plain
				}
				m.Files = append(m.Files, name)
				continue
			}
			if err := m.read(p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), p); err != nil {
				return err
			}
		}
	}
	switch strings.ToLower(encoding) {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	}
	text, err := io.ReadAll(io.LimitReader(body, maxMessage))
	if err != nil {
		return err
	}
	switch media {
	case "text/html":
		m.HTML = string(text)
	case "text/plain":
		m.Text = string(text)
	}
	return nil
}

// inboxRoutes are the staff's phones: an SMS gateway, a webhook, a dead man's switch, and the
// page that shows what they received.
func (e *Estate) inboxRoutes(mux *http.ServeMux) {
	take := func(w http.ResponseWriter, r *http.Request, m Message) {
		m.At = e.cfg.Clock()
		e.inbox.add(m)
		w.WriteHeader(http.StatusNoContent)
	}
	mux.HandleFunc("POST /inbox/sms", func(w http.ResponseWriter, r *http.Request) {
		var sms struct{ To, Text string }
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxMessage)).Decode(&sms); err != nil || sms.Text == "" {
			writeJSON(w, http.StatusBadRequest, map[string]string{"error": `want {"to": "...", "text": "..."}`})
			return
		}
		take(w, r, Message{Channel: "sms", To: sms.To, Text: sms.Text})
	})
	mux.HandleFunc("POST /inbox/webhook/{to}", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxMessage))
		if err != nil {
			writeJSON(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
			return
		}
		take(w, r, Message{Channel: "webhook", To: r.PathValue("to"), Text: string(body)})
	})
	mux.HandleFunc("GET /inbox/heartbeat", func(w http.ResponseWriter, r *http.Request) {
		take(w, r, Message{Channel: "heartbeat"})
	})
	mux.HandleFunc("GET /inbox.json", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, http.StatusOK, e.Messages()) })
	mux.HandleFunc("GET /inbox/{n}/mail", e.showMail)
}

// showMail shows a mail as its reader sees it.
func (e *Estate) showMail(w http.ResponseWriter, r *http.Request) {
	n, err := strconv.Atoi(r.PathValue("n"))
	all := e.Messages()
	i := slices.IndexFunc(all, func(m Message) bool { return m.N == n && m.HTML != "" })
	if err != nil || i < 0 {
		http.Error(w, "there is no such mail", http.StatusNotFound)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox allow-popups allow-popups-to-escape-sandbox; frame-ancestors 'none'")
	_, _ = io.WriteString(w, all[i].HTML)
}

// takeMail delivers to the inbox.
func (e *Estate) takeMail(to []string, raw []byte) error {
	err := e.inbox.mailed(to, raw, e.cfg.Clock())
	if err != nil {
		e.log.Warn("demo: a mail cannot be read", "err", err)
	}
	return err
}

// InboxURL is the page that shows what the staff received; the gateways lie below it.
func (e *Estate) InboxURL() string { return e.ControlURL() + "inbox" }
