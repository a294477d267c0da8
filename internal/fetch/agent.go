package fetch

import "strings"

// UserAgent returns the User-Agent under which charterwatch shows itself: the product
// with its version (RFC 9110, 10.1.5) and a comment with the address at which the
// watched can learn who is watching and ask for it to stop:
//
//	charterwatch/1.2 (+https://watch.example.or.kr/about)
//
// An empty version is left out, and so is an empty contact. Characters that a token or a
// comment cannot hold are dropped, so the value is always a legal header.
func UserAgent(version, contact string) string {
	var b strings.Builder
	b.WriteString("charterwatch")
	if v := keep(version, func(r rune) bool { return r > ' ' && r < 0x7f && !strings.ContainsRune("()<>@,;:\\\"/[]?={}", r) }); v != "" {
		b.WriteString("/" + v)
	}
	if c := keep(contact, func(r rune) bool { return r > ' ' && r < 0x7f && !strings.ContainsRune("()\\", r) }); c != "" {
		b.WriteString(" (+" + c + ")")
	}
	return b.String()
}

func keep(s string, ok func(rune) bool) string {
	return strings.Map(func(r rune) rune {
		if ok(r) {
			return r
		}
		return -1
	}, s)
}
