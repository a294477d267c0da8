package fetch

import (
	"html"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Redacted stands where a credential was.
const Redacted = "[redacted]"

// SensitiveHeader reports whether a header's value may be a credential or a session.
// The name is compared without regard to case.
func SensitiveHeader(name string) bool {
	switch http.CanonicalHeaderKey(name) {
	case "Authorization", "Proxy-Authorization", "Cookie", "Cookie2", "Set-Cookie", "Set-Cookie2",
		"Www-Authenticate", "Proxy-Authenticate", "Authentication-Info":
		return true
	}
	return SensitiveName(name)
}

// SensitiveName reports whether a parameter, field or header of this name is likely to
// hold a credential: its name speaks of a token, key, password, signature or session.
func SensitiveName(name string) bool {
	name = strings.ToLower(name)
	for _, mark := range [...]string{"token", "secret", "passw", "pwd", "apikey", "api-key", "api_key", "auth",
		"session", "sess_id", "jsessionid", "csrf", "xsrf", "credential", "signature", "access-key", "access_key", "private"} {
		if strings.Contains(name, mark) {
			return true
		}
	}
	return name == "key" || name == "sig" || name == "code" || name == "sid"
}

// RedactURL is the URL for people: without user info, without the fragment, and with
// names but no values in its query. Path parameters (";jsessionid=...") are dropped too.
func RedactURL(u *url.URL) string {
	if u == nil {
		return ""
	}
	c := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}
	if i := strings.IndexByte(c.Path, ';'); i >= 0 {
		c.Path, c.RawPath = c.Path[:i], ""
	}
	s := c.String()
	if u.RawQuery == "" {
		return s
	}
	var b strings.Builder
	b.WriteString(s)
	for i, part := range strings.Split(u.RawQuery, "&") {
		b.WriteByte("?&"[min(i, 1)])
		name, _, found := strings.Cut(part, "=")
		if found {
			b.WriteString(name + "=")
		} else if name != "" {
			b.WriteString("…") // a value without a name
		}
	}
	return b.String()
}

// RedactURLString is RedactURL for a URL that is not parsed yet. What does not parse is
// not shown at all.
func RedactURLString(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return Redacted
	}
	return RedactURL(u)
}

// RedactHeaders lists the headers sorted by name, with credentials
// dropped: of a cookie only its name is shown, of other
// sensitive headers only that they were there. Location, Referer and the like lose their query values.
// Each value is cut to 512 bytes, and the list to 100 entries.
func RedactHeaders(h http.Header) [][2]string {
	names := make([]string, 0, len(h))
	for n := range h {
		names = append(names, n)
	}
	slices.Sort(names)
	out := make([][2]string, 0, len(names))
	for _, n := range names {
		for _, v := range h[n] {
			if len(out) == 100 {
				return out
			}
			out = append(out, [2]string{n, redactValue(n, v)})
		}
	}
	return out
}

func redactValue(name, value string) string {
	switch http.CanonicalHeaderKey(name) {
	case "Set-Cookie", "Cookie":
		var b strings.Builder
		for i, part := range strings.Split(value, ";") {
			if i > 0 && http.CanonicalHeaderKey(name) == "Set-Cookie" {
				break // attributes
			}
			n, _, ok := strings.Cut(strings.TrimSpace(part), "=")
			if !ok {
				n = "" // a cookie without a name is all value
			}
			if i > 0 {
				b.WriteString("; ")
			}
			b.WriteString(n + "=" + Redacted)
		}
		return Cut(b.String(), 512)
	case "Location", "Content-Location", "Referer", "Refresh", "Link":
		if u, err := url.Parse(value); err == nil {
			return Cut(RedactURL(u), 512)
		}
		return Redacted
	}
	if SensitiveHeader(name) {
		return Redacted
	}
	return Cut(value, 512)
}

// Cut returns s shortened to at most n bytes, never inside a character.
func Cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// A Scrubber blanks known credentials out of text that a site may have echoed them
// into. The zero value scrubs nothing. It is immutable once filled.
type Scrubber struct{ secrets []string }

// minSecret is the shortest credential worth looking for, in bytes: blanking shorter
// ones would tear holes in ordinary text and hide nothing.
const minSecret = 4

// Add makes the scrubber know a credential. Empty and very short ones (under 4 bytes) are
// ignored.
func (s *Scrubber) Add(secret string) {
	if len(secret) < minSecret || slices.Contains(s.secrets, secret) {
		return
	}
	s.secrets = append(s.secrets, secret)
	// The longest first, so that one secret inside another leaves no remainder.
	slices.SortStableFunc(s.secrets, func(a, b string) int { return len(b) - len(a) })
}

// Merge makes the scrubber know what another knows.
func (s *Scrubber) Merge(o Scrubber) {
	for _, secret := range o.secrets {
		s.Add(secret)
	}
}

// Clone returns a copy that can be added to without changing s.
func (s Scrubber) Clone() Scrubber { return Scrubber{slices.Clone(s.secrets)} }

// Scrub returns text with every known credential replaced by [Redacted], also where some of
// its characters are escaped: for a query or a path (%2F, %2f, +), HTML (&amp;, &#38;, &#x26;)
// or JSON and scripts (\u0026, \/). Which characters are escaped, and how, differs from one
// server to the next, so each may be written either way.
func (s Scrubber) Scrub(text string) string {
	for _, secret := range s.secrets {
		text = scrubOne(text, secret)
	}
	return text
}

func scrubOne(text, secret string) string {
	var b strings.Builder
	from := 0
	for i := 0; i < len(text); i++ {
		if c := text[i]; c != secret[0] && c != '%' && c != '&' && c != '\\' && c != '+' {
			continue
		}
		if end := written(text, i, secret); end > 0 {
			b.WriteString(text[from:i] + Redacted)
			from, i = end, end-1
		}
	}
	if from == 0 {
		return text
	}
	return b.String() + text[from:]
}

// written returns where the secret that is written at text[i:] ends, 0 if it is not there.
// It follows all ways of reading at once: a backslash of the secret may stand for itself
// or begin an escape.
func written(text string, i int, secret string) int {
	type place struct{ at, read int } // in the text, and of the secret
	for now := map[place]bool{{i, 0}: true}; len(now) > 0; {
		next := map[place]bool{}
		for p := range now {
			if p.read == len(secret) {
				return p.at
			}
			rest := secret[p.read:]
			if p.at < len(text) && text[p.at] == rest[0] {
				next[place{p.at + 1, p.read + 1}] = true
			}
			if c, n := unescape(text[p.at:]); n > 0 && strings.HasPrefix(rest, c) {
				next[place{p.at + n, p.read + len(c)}] = true
			}
		}
		now = next
	}
	return 0
}

// unescape reads one escaped character and returns it with the length of its escape, 0 if
// there is none.
func unescape(text string) (string, int) {
	if text == "" {
		return "", 0
	}
	number := func(from, to, base int) (rune, bool) {
		if to > len(text) || from >= to {
			return 0, false
		}
		n, err := strconv.ParseUint(text[from:to], base, 21)
		return rune(n), err == nil
	}
	switch text[0] {
	case '+':
		return " ", 1
	case '%':
		if n, ok := number(1, 3, 16); ok {
			return string([]byte{byte(n)}), 3
		}
	case '\\':
		if len(text) > 1 && strings.IndexByte(`\/"'`, text[1]) >= 0 {
			return text[1:2], 2
		}
		if len(text) > 1 && text[1] == 'u' {
			if n, ok := number(2, 6, 16); ok {
				return string(n), 6
			}
		}
	case '&':
		if end := strings.IndexByte(text[:min(len(text), longestEntity)], ';'); end > 0 {
			if c := html.UnescapeString(text[:end+1]); c != text[:end+1] {
				return c, end + 1
			}
		}
	}
	return "", 0
}

const longestEntity = 10 // bytes of those that stand for ASCII
