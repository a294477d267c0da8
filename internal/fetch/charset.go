package fetch

import (
	"bytes"
	"mime"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/korean"
)

// Decode returns body as UTF-8 text and the name of the charset it was in, in lower
// case as the WHATWG Encoding standard names it. It looks, in this order, at
//
//  1. a byte order mark,
//  2. the charset parameter of contentType (the Content-Type header's value),
//  3. a meta tag or an XML declaration in the first 1024 bytes (HTML, 13.2.3.2),
//  4. the bytes: valid UTF-8 is UTF-8; else bytes that pair up as CP949 are "euc-kr"; else
//     they are "windows-1252", which every byte sequence is.
//
// A charset that is declared but unknown counts as undeclared. So does a declared UTF-8
// that the bytes contradict when they pair up as CP949: old Korean boards are served
// that way by servers that were given a new default. Bytes that stay undecodable become U+FFFD; Decode never fails.
func Decode(body []byte, contentType string) (text, charset string) {
	switch {
	case bytes.HasPrefix(body, []byte("\xef\xbb\xbf")):
		return toValid(body[3:]), "utf-8"
	case bytes.HasPrefix(body, []byte("\xfe\xff")):
		return decodeUTF16(body[2:], 0, 1), "utf-16be"
	case bytes.HasPrefix(body, []byte("\xff\xfe")):
		return decodeUTF16(body[2:], 1, 0), "utf-16le"
	}
	if text, name, ok := decodeAs(body, headerCharset(contentType)); ok {
		return text, name
	}
	if text, name, ok := decodeAs(body, metaCharset(body)); ok {
		return text, name
	}
	return guess(body)
}

// decodeAs decodes body as the charset labelled so, unless the label is unknown or the
// body contradicts it.
func decodeAs(body []byte, label string) (text, charset string, ok bool) {
	if label == "" {
		return "", "", false
	}
	enc, err := htmlindex.Get(label)
	if err != nil {
		return "", "", false
	}
	name, err := htmlindex.Name(enc)
	if err != nil {
		return "", "", false
	}
	switch name {
	case "utf-8":
		if !validUTF8(body) && pairsAsCP949(body) {
			return "", "", false
		}
		return toValid(body), name, true
	case "euc-kr":
		// The opposite lie is as common: a page moved to UTF-8 with its old label left in.
		if validUTF8(body) && !ascii(body) {
			return toValid(body), "utf-8", true
		}
	}
	out, err := enc.NewDecoder().Bytes(body)
	if err != nil {
		return "", "", false
	}
	return string(out), name, true
}

func guess(body []byte) (text, charset string) {
	if validUTF8(body) {
		return toValid(body), "utf-8"
	}
	if pairsAsCP949(body) {
		if out, err := korean.EUCKR.NewDecoder().Bytes(body); err == nil {
			return string(out), "euc-kr"
		}
	}
	text, name, _ := decodeAs(body, "windows-1252")
	return text, name
}

// headerCharset is the charset parameter of a Content-Type value, or "".
func headerCharset(contentType string) string {
	if contentType == "" {
		return ""
	}
	_, params, err := mime.ParseMediaType(contentType)
	if err == nil {
		return strings.TrimSpace(params["charset"])
	}
	// Sites send "text/html; charset=euc-kr;" and worse: take the parameter by hand.
	lower := strings.ToLower(contentType)
	i := strings.Index(lower, "charset=")
	if i < 0 {
		return ""
	}
	return label([]byte(lower[i+len("charset="):]))
}

// metaCharset is the charset that the page declares about itself in its first 1024
// bytes, or "". It reads <meta charset=x>, <meta http-equiv content="...; charset=x"> and
// <?xml encoding="x"?>.
func metaCharset(body []byte) string {
	head := bytes.ToLower(body[:min(len(body), 1024)])
	if bytes.HasPrefix(bytes.TrimLeft(head, " \t\r\n"), []byte("<?xml")) {
		if end := bytes.Index(head, []byte("?>")); end > 0 {
			if i := bytes.Index(head[:end], []byte("encoding")); i >= 0 {
				if l := afterEquals(head[i+len("encoding") : end]); l != "" {
					return l
				}
			}
		}
	}
	for {
		i := bytes.Index(head, []byte("<meta"))
		if i < 0 {
			return ""
		}
		head = head[i+len("<meta"):]
		tag := head
		if end := bytes.IndexByte(tag, '>'); end >= 0 {
			tag = tag[:end]
		}
		if j := bytes.Index(tag, []byte("charset")); j >= 0 {
			if l := afterEquals(tag[j+len("charset"):]); l != "" {
				return l
			}
		}
	}
}

// afterEquals reads the label in `= "label"`.
func afterEquals(b []byte) string {
	b = bytes.TrimLeft(b, " \t\r\n")
	if len(b) == 0 || b[0] != '=' {
		return ""
	}
	return label(bytes.TrimLeft(b[1:], " \t\r\n"))
}

func label(b []byte) string {
	b = bytes.TrimLeft(b, `"'`)
	if end := bytes.IndexAny(b, "\"'; \t\r\n/>?"); end >= 0 {
		b = b[:end]
	}
	return string(b)
}

// validUTF8 forgives a character that the end of the body cuts in two, since bodies are
// read up to a limit.
func validUTF8(body []byte) bool {
	if utf8.Valid(body) {
		return true
	}
	for n := 1; n < utf8.UTFMax && n <= len(body); n++ {
		tail := body[len(body)-n:]
		if utf8.RuneStart(tail[0]) {
			return !utf8.FullRune(tail) && utf8.Valid(body[:len(body)-n])
		}
	}
	return false
}

// toValid is body as a string, with U+FFFD for what is not UTF-8.
func toValid(body []byte) string {
	return strings.ToValidUTF8(string(body), "\uFFFD")
}

// pairsAsCP949 reports whether every byte above 0x7f belongs to a pair that CP949 allows:
// lead 0x81-0xfe, trail A-Z, a-z or 0x81-0xfe. That alone also holds for some Latin-1, so at
// least a third of the pairs must lie where Hangul syllables in common use do (KS X 1001 rows
// 16-40, that is leads 0xb0-0xc8 with trails from 0xa1).
func pairsAsCP949(body []byte) bool {
	pairs, hangul := 0, 0
	for i := 0; i < len(body); i++ {
		c := body[i]
		if c < 0x80 {
			continue
		}
		if i+1 == len(body) {
			break // cut in two by the read limit
		}
		t := body[i+1]
		letter := t >= 'A' && t <= 'Z' || t >= 'a' && t <= 'z'
		if c == 0x80 || c == 0xff || !letter && (t < 0x81 || t == 0xff) {
			return false
		}
		pairs++
		if c >= 0xb0 && c <= 0xc8 && t >= 0xa1 {
			hangul++
		}
		i++
	}
	return pairs > 0 && hangul*3 >= pairs
}

func ascii(body []byte) bool {
	for _, c := range body {
		if c >= 0x80 {
			return false
		}
	}
	return true
}

func decodeUTF16(b []byte, hi, lo int) string {
	u := make([]uint16, len(b)/2)
	for i := range u {
		u[i] = uint16(b[2*i+hi])<<8 | uint16(b[2*i+lo])
	}
	return string(utf16.Decode(u))
}
