package notice

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

func has(s, prefix string) bool { return strings.HasPrefix(s, prefix) }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' }

// isHangul says whether a syllable begins s.
func isHangul(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return r >= 0xAC00 && r <= 0xD7A3
}

func (sc *scanner) runeLen(i int) int {
	_, n := utf8.DecodeRuneInString(sc.s[i:])
	return max(n, 1)
}

// blanks skips up to four blanks.
func (sc *scanner) blanks(i int) int {
	for n := 0; n < 4 && i < len(sc.s) && sc.s[i] == ' '; n++ {
		i++
	}
	return i
}

// digits reads at most eight digits: their value, how many, and where they end.
func (sc *scanner) digits(i int) (value, n, end int) {
	for i < len(sc.s) && isDigit(sc.s[i]) {
		if n < 8 {
			value = value*10 + int(sc.s[i]-'0')
		}
		n++
		i++
		if n > 20 {
			break
		}
	}
	return value, n, i
}

func (sc *scanner) at(i int) byte {
	if i < 0 || i >= len(sc.s) {
		return 0
	}
	return sc.s[i]
}

func (sc *scanner) rest(i int) string {
	if i >= len(sc.s) {
		return ""
	}
	return sc.s[i:]
}

// wordStart says whether no word runs on into i: what precedes is no letter, or an item of
// its own ended here ("28일오후").
func (sc *scanner) wordStart(i int) bool {
	if i == 0 {
		return true
	}
	if n := len(sc.items); sc.word < 0 && n > 0 && sc.items[n-1].to == i {
		return true
	}
	r, _ := utf8.DecodeLastRuneInString(sc.s[:i])
	return !unicode.IsLetter(r)
}

// loose matches a pattern whose blanks are optional and may be several; it returns the
// matched length, or 0.
func loose(s, pattern string) int {
	i := 0
	for p := 0; p < len(pattern); p++ {
		if pattern[p] == ' ' {
			for n := 0; n < 3 && i < len(s) && s[i] == ' '; n++ {
				i++
			}
			continue
		}
		if i >= len(s) || s[i] != pattern[p] {
			return 0
		}
		i++
	}
	return i
}

// lastRunes returns the end of s, at most n runes of it.
func lastRunes(s string, n int) string {
	i := len(s)
	for ; n > 0 && i > 0; n-- {
		_, size := utf8.DecodeLastRuneInString(s[:i])
		i -= size
	}
	return s[i:]
}

func weekdayRune(s string) (weekday, n int) {
	r, n := utf8.DecodeRuneInString(s)
	switch r {
	case '일', '日':
		return 0, n
	case '월', '月':
		return 1, n
	case '화', '火':
		return 2, n
	case '수', '水':
		return 3, n
	case '목', '木':
		return 4, n
	case '금', '金':
		return 5, n
	case '토', '土':
		return 6, n
	}
	return 0, 0
}

// englishWeekday reads "sat", "sat.", "saturday" or "saturdays" as a whole word.
func englishWeekday(s string) (weekday, n int) {
	if len(s) < 3 {
		return 0, 0
	}
	w := strings.Index("sunmontuewedthufrisat", s[:3])
	if w < 0 || w%3 != 0 {
		return 0, 0
	}
	w /= 3
	full := [...]string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}[w]
	for _, form := range []string{full + "s", full, full[:3], "tues", "thurs", "thur"} {
		if !has(s, form) || form[:3] != full[:3] || len(form) < len(s) && isLetter(s[len(form)]) {
			continue
		}
		n = len(form)
		if len(form) <= 5 && n < len(s) && s[n] == '.' {
			n++
		}
		return w, n
	}
	return 0, 0
}

// englishMonth reads "november", "nov" or "nov." as a whole word.
func englishMonth(s string) (month, n int) {
	if len(s) < 3 {
		return 0, 0
	}
	full := [...]string{"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"}
	for i, name := range full {
		if s[:3] != name[:3] {
			continue
		}
		for _, form := range []string{name, name[:3], "sept"} {
			if form[:3] == name[:3] && has(s, form) && (len(form) == len(s) || !isLetter(s[len(form)])) {
				n = len(form)
				if n < len(s) && s[n] == '.' && form != name {
					n++
				}
				return i + 1, n
			}
		}
	}
	return 0, 0
}
