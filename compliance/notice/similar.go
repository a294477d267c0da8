package notice

import (
	"strings"
	"unicode"
)

// A notice is announced, moved, prolonged and declared done in separate posts. They are
// linked by what their titles have in common once tags, dates and times are gone.

// Core is a title without bracketed tags, dates, times and punctuation: what the notice is
// about. Words are separated by single blanks.
func Core(title string) string {
	f := fold(title, "")
	s := f.s[:f.title]
	drop := make([]bool, len(s))
	for _, it := range lex(folded{s: s, title: len(s)}).items {
		switch it.kind {
		case kDate, kTime, kWeekday, kDur, kZone, kRange, kUntil, kFrom:
			if it.kind == kRange && it.flag&word != 0 || it.kind == kFrom && it.flag&plainRange == 0 {
				continue
			}
			for i := it.from; i < it.to; i++ {
				drop[i] = true
			}
		}
	}
	depth, from := 0, 0
	for i := range len(s) {
		switch s[i] {
		case '[', '(', '<':
			if depth == 0 {
				from = i
			}
			depth++
		case ']', ')', '>':
			if depth > 0 {
				if depth--; depth == 0 {
					for k := from; k <= i; k++ {
						drop[k] = true
					}
				}
			}
		}
	}
	var b strings.Builder
	blank := true
	for i, r := range s {
		if drop[i] || !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			if !blank {
				b.WriteByte(' ')
				blank = true
			}
			continue
		}
		b.WriteRune(r)
		blank = false
	}
	return strings.TrimSpace(b.String())
}

// stateWord says whether a word only says where the event stands or that this is a notice:
// it tells no two notices apart.
func stateWord(w string) bool {
	switch w {
	case "안내", "공지", "알림", "안내드립니다", "완료", "취소", "연기", "연장", "변경", "재안내", "일정", "수정", "정정", "따른", "인한", "위한", "관련", "및", "notice", "of", "the", "for", "scheduled", "planned", "completed", "cancelled", "canceled", "rescheduled", "extended", "postponed", "update", "a", "and":
		return true
	}
	return false
}

// Similar says how much two titles speak of the same thing: 0 to 1. It is the mean of the
// shares of common words and of common pairs of letters (Dice), so that spacing, which
// Korean titles vary freely, matters little.
func Similar(a, b string) float64 {
	wa, wb := words(a), words(b)
	if len(wa) == 0 || len(wb) == 0 {
		return 0
	}
	return (dice(wa, wb) + 2*dice(pairs(wa), pairs(wb))) / 3
}

func words(title string) []string {
	var out []string
	for _, w := range strings.Fields(Core(title)) {
		if !stateWord(w) {
			out = append(out, w)
		}
	}
	return out
}

func pairs(words []string) []string {
	r := []rune(strings.Join(words, ""))
	if len(r) == 1 {
		return []string{string(r)}
	}
	var out []string
	for i := 0; i+1 < len(r); i++ {
		out = append(out, string(r[i:i+2]))
	}
	return out
}

func dice(a, b []string) float64 {
	left := map[string]int{}
	for _, x := range a {
		left[x]++
	}
	common := 0
	for _, x := range b {
		if left[x] > 0 {
			left[x]--
			common++
		}
	}
	return 2 * float64(common) / float64(len(a)+len(b))
}
