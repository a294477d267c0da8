package notice

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// MaxText is how many bytes of title and body are read; the rest is cut, which is a problem.
const MaxText = 64 << 10

// folded is a text in one spelling: NFKC, ASCII lower case, one kind of dash, tilde, dot and
// blank, nothing invisible. Every byte remembers the source bytes that it came from.
type folded struct {
	s        string
	from, to []int32
	title    int // the folded title's length
	cut      bool
}

func (f *folded) sourceFrom(i int) int {
	if i >= len(f.from) {
		return int(f.to[len(f.to)-1])
	}
	return int(f.from[i])
}

func (f *folded) sourceTo(i int) int {
	if i <= 0 {
		return 0
	}
	return int(f.to[min(i, len(f.to))-1])
}

func fold(title, body string) folded {
	src := title + "\n" + body
	var f folded
	if len(src) > MaxText {
		f.cut = true
		src = src[:MaxText]
		for len(src) > 0 && !utf8.ValidString(src[max(0, len(src)-utf8.UTFMax):]) && len(src) > MaxText-utf8.UTFMax {
			src = src[:len(src)-1]
		}
	}
	var b strings.Builder
	b.Grow(len(src))
	var it norm.Iter
	it.InitString(norm.NFKC, src)
	f.title = -1
	for !it.Done() {
		at := it.Pos()
		if at >= len(title) && f.title < 0 {
			f.title = b.Len()
		}
		out := it.Next()
		end := it.Pos()
		first, _ := utf8.DecodeRuneInString(src[at:])
		if s, ok := respell(first); ok {
			f.add(&b, s, at, end)
			continue
		}
		for len(out) > 0 {
			r, n := utf8.DecodeRune(out)
			f.add(&b, foldRune(r), at, end)
			out = out[n:]
		}
	}
	f.s = b.String()
	if f.title < 0 {
		f.title = len(f.s)
	}
	return f
}

func (f *folded) add(b *strings.Builder, s string, from, to int) {
	for i := range len(s) {
		b.WriteByte(s[i])
		f.from, f.to = append(f.from, int32(from)), append(f.to, int32(to))
	}
}

// respell replaces what NFKC would turn into a digit that touches its neighbours (①11월 is
// not 111월, 2² is not 22), and a few signs that it turns into rarities.
func respell(r rune) (string, bool) {
	switch {
	case r >= 0x2460 && r <= 0x24FF, r >= 0x2776 && r <= 0x2793, r >= 0x3200 && r <= 0x32BF && r != 0x321C:
		return "●", true
	case r == 0xB2, r == 0xB3, r == 0xB9, r >= 0x2070 && r <= 0x209F:
		return " ", true
	case r == 0x318D, r == 0x00B7, r == 0x2022, r == 0x2219, r == 0x2027, r == 0x22C5, r == 0x30FB, r == 0xFF65, r == 0x119E:
		return "·", true
	case r == 0x2026:
		return "..", true
	case r == 0x2C9, r == 0xAF, r == 0x203E, r == 0x2DC: // overlines typed for a tilde
		return "~", true
	case r == 0xB4:
		return "'", true
	}
	return "", false
}

// foldRune spells one rune. It returns "" for what cannot be seen.
func foldRune(r rune) string {
	switch r {
	case '∼', '〜', '～', '∽', '⁓', '〰', '˜', '∿':
		return "~"
	case '‐', '‑', '‒', '–', '—', '―', '−', '─', '━', '﹣', '⎯':
		return "-"
	case '’', '‘', '`', 'ʼ', '′', '‛', '´':
		return "'"
	case '“', '”', '″', '‟':
		return "\""
	case '∶', 'ː', '꞉', '︰':
		return ":"
	case '⇒', '➔', '➜', '➡', '⇨', '➞', '➝', '⟶', '➠', '→':
		return "→"
	case '。':
		return "."
	case '、':
		return ","
	case '【', '〔', '《', '〈', '「', '『', '〖', '{', '［':
		return "["
	case '】', '〕', '》', '〉', '」', '』', '〗', '}', '］':
		return "]"
	case '\r':
		return ""
	case '\v', '\f', 0x85, 0x2028, 0x2029:
		return "\n"
	case 0xAD, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF, 0x180E, 0xFE0F:
		return ""
	}
	switch {
	case r >= 'A' && r <= 'Z':
		return string(r + 'a' - 'A')
	case r < utf8.RuneSelf:
		return string(r)
	case unicode.Is(unicode.Zs, r):
		return " "
	}
	return string(r)
}
