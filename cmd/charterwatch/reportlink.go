package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/internal/messages"
	"github.com/charterwatch/charterwatch/reports"
)

const (
	readPath     = "/read/"
	readFormat   = "charterwatch report link 1\n" // so that no other use of the key can be taken for one
	readFor      = 90 * 24 * time.Hour
	readMostSize = 2 << 10 // bytes of a token
)

// readLink is what the address in a report's letter stands for: this reader may read this report.
type readLink struct {
	Report  string `json:"r"`
	Reader  string `json:"p"`
	Expires int64  `json:"e"` // Unix seconds
}

// token signs the link: its JSON and the first 16 bytes of its HMAC-SHA-256, in URL-safe base64.
func (l readLink) token(key []byte) string {
	b, err := json.Marshal(l)
	if err != nil {
		panic(err) // a link is plain data
	}
	return base64.RawURLEncoding.EncodeToString(b) + "." + base64.RawURLEncoding.EncodeToString(readMAC(key, b))
}

func readMAC(key, body []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(readFormat)) // a hash never fails
	h.Write(body)
	return h.Sum(nil)[:16]
}

// openRead checks a token; false if it is not one of ours, or its time has passed.
func openRead(key []byte, token string, now time.Time) (l readLink, ok bool) {
	body, mac, found := strings.Cut(token, ".")
	strict := base64.RawURLEncoding.Strict()
	b, err := strict.DecodeString(body)
	m, err2 := strict.DecodeString(mac)
	if !found || err != nil || err2 != nil || len(token) > readMostSize || !hmac.Equal(m, readMAC(key, b)) || json.Unmarshal(b, &l) != nil {
		return readLink{}, false
	}
	return l, now.Before(time.Unix(l.Expires, 0))
}

// readReport answers a report's link with the report, and puts it on record that the link was
// opened. It proves that somebody who had the letter opened it: not who, and not that they read it.
func (a *app) readReport(w http.ResponseWriter, r *http.Request) {
	say := messages.In(a.reporting().head.Languages[0])
	l, ok := openRead(a.linkKey, r.PathValue("token"), a.clock.Now())
	g, known := compliance.SigningOf(l.Report, a.engine.Record(compliance.MonitorScope).Statements)
	if !ok || !known {
		http.Error(w, say.Say(messages.New("report.read.invalid")), http.StatusNotFound)
		return
	}
	files, err := a.desk.Files(r.Context(), g, a.reporting().head.Languages[0])
	if err != nil {
		a.log.Error("a report could not be shown", "report", l.Report, "err", err)
		http.Error(w, say.Say(messages.New("report.read.failed")), http.StatusInternalServerError)
		return
	}
	if err := a.desk.Opened(r.Context(), l.Report, l.Reader); err != nil {
		a.log.Error("an opened link could not be put on record", "report", l.Report, "err", err)
	}
	h := w.Header()
	h.Set("Content-Type", "application/pdf")
	h.Set("Content-Disposition", `inline; filename="charterwatch-`+l.Report+`.pdf"`)
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(files[reports.NamePDF])
}
