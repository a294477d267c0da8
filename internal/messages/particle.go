package messages

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Korean particle depends on the last sound of the word before it: 점검은, 주기는. For
// a word that is only known at run time a text writes both forms in brackets,
// {word}(은/는), and filling it in leaves the right one. How a word in Latin letters
// sounds cannot be told from its letters (front is 프런트, count is 카운트, job is 잡), so
// behind such a word both forms stay, as careful Korean writing has it: front은(는). It
// reads better to avoid that: put a noun behind the placeholder ("{id}" 점검은).

// sound is how a word ends.
type sound uint8

const (
	unclear   sound = iota
	vowel           // 주기
	consonant       // 점검
	rieul           // 파일: a consonant, except before 로
)

// particle is one pair of forms.
type particle struct {
	mark                    string // in the text
	consonant, vowel, rieul string
	unclear                 string
}

func pairs() []particle {
	return []particle{
		{"(은/는)", "은", "는", "은", "은(는)"},
		{"(이/가)", "이", "가", "이", "이(가)"},
		{"(을/를)", "을", "를", "을", "을(를)"},
		{"(과/와)", "과", "와", "과", "과(와)"},
		{"(으로/로)", "으로", "로", "로", "(으)로"},
	}
}

// particles writes a piece of a text's own words behind what b holds.
func particles(b *strings.Builder, text string) {
	for {
		at, p := -1, particle{}
		for _, q := range pairs() {
			if i := strings.Index(text, q.mark); i >= 0 && (at < 0 || i < at) {
				at, p = i, q
			}
		}
		if at < 0 {
			b.WriteString(text)
			return
		}
		b.WriteString(text[:at])
		b.WriteString(p.after(b.String()))
		text = text[at+len(p.mark):]
	}
}

func (p particle) after(word string) string {
	switch ending(word) {
	case vowel:
		return p.vowel
	case consonant:
		return p.consonant
	case rieul:
		return p.rieul
	default:
		return p.unclear
	}
}

// ending is the last sound of a text as it is read aloud; closing quotes and brackets are
// silent.
func ending(text string) sound {
	text = strings.TrimRightFunc(text, func(r rune) bool { return r != '%' && (unicode.IsPunct(r) || unicode.IsSpace(r) || r == '`') })
	r, _ := utf8.DecodeLastRuneInString(text)
	switch {
	case r >= '가' && r <= '힣':
		// Syllables are ordered by their final consonant: none first, ㄹ eighth, 28 in all.
		switch (r - '가') % 28 {
		case 0:
			return vowel
		case 8:
			return rieul
		default:
			return consonant
		}
	case r >= '0' && r <= '9':
		// 영 (and 십, 백, 천, 만, 억), 일, 이, 삼, 사, 오, 육, 칠, 팔, 구
		return [...]sound{consonant, rieul, vowel, consonant, vowel, vowel, consonant, rieul, rieul, vowel}[r-'0']
	case r == '%':
		return vowel // 퍼센트
	case r >= 'A' && r <= 'Z':
		return spelled(text, r)
	default:
		return unclear
	}
}

// spelled is the last sound of an abbreviation, which is read letter by letter: URL is
// 유아르엘. A single capital or a word that merely ends in one is one, too.
func spelled(text string, last rune) sound {
	word := text[strings.LastIndexFunc(text, func(r rune) bool { return !unicode.IsLetter(r) })+1:]
	if strings.ContainsFunc(word, unicode.IsLower) {
		return unclear
	}
	switch last {
	case 'L':
		return rieul // 엘
	case 'M', 'N':
		return consonant // 엠, 엔
	case 'R':
		return unclear // 아르 or 알
	default:
		return vowel // 에이, 비, 씨, ...
	}
}
