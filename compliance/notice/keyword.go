package notice

import (
	"sync"
	"unicode/utf8"
)

// keyword is a fixed expression. Blanks in its pattern are optional: "서비스 재개" also finds
// "서비스재개".
type keyword struct {
	pattern  string
	kind     kind
	n        int
	flag     uint8
	date     dateForm
	clock    clock
	anywhere bool // also inside a word: particles and endings
	zone     zoneName
	not      string // does not hold when one of these (separated by |) follows
}

// index finds the keywords that may begin with a rune.
type index map[rune][]keyword

var keywords = sync.OnceValue(func() index {
	ix := index{}
	for _, list := range [][]keyword{dateWords(), rangeWords(), openWords(), changeWords(), ruleWords(), zoneWords()} {
		for _, k := range list {
			r, _ := utf8.DecodeRuneInString(k.pattern)
			ix[r] = append(ix[r], k)
		}
	}
	return ix
})

// keyword reads the longest keyword at i.
func (sc *scanner) keyword(i int) int {
	start := sc.wordStart(i)
	if start {
		if end := sc.wordRules(i); end > i {
			return end
		}
	}
	if end := sc.timeNoun(i); end > i {
		return end
	}
	r, _ := utf8.DecodeRuneInString(sc.s[i:])
	best, length := keyword{}, 0
	for _, k := range keywords()[r] {
		sc.steps++
		if !start && !k.anywhere {
			continue
		}
		n := loose(sc.s[i:], k.pattern)
		if n <= length || sc.wordRunsOn(i+n, k) {
			continue
		}
		best, length = k, n
	}
	switch {
	case length == 0:
		return 0
	case best.kind == kZone:
		return sc.zone(i, best.zone, length)
	case best.kind == kMeridiem && !sc.hourAhead(i+length):
		return 0
	}
	return sc.emit(item{kind: best.kind, from: i, to: i + length, n: best.n, flag: best.flag, date: best.date, clock: best.clock})
}

// wordRunsOn says whether the keyword that ended before i was only the head of another word.
func (sc *scanner) wordRunsOn(i int, k keyword) bool {
	if last := k.pattern[len(k.pattern)-1]; isLetter(last) && isLetter(sc.at(i)) {
		return true
	}
	for rest := k.not; rest != ""; {
		var one string
		one, rest = cutBar(rest)
		if has(sc.rest(i), one) {
			return true
		}
	}
	return false
}

func cutBar(s string) (head, tail string) {
	for i := range len(s) {
		if s[i] == '|' {
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}

// hourAhead says whether a number follows, which a meridiem before it would qualify.
func (sc *scanner) hourAhead(i int) bool {
	_, n, _ := sc.digits(sc.blanks(i))
	return n > 0 && n <= 2
}

// wordRules reads what a table cannot hold: month names, weekdays, weeks, midnight.
func (sc *scanner) wordRules(i int) int {
	if sc.at(i) < 0x80 {
		if end := sc.monthName(i); end > i {
			return end
		}
		if wd, n := englishWeekday(sc.rest(i)); n > 0 {
			return sc.emit(item{kind: kWeekday, from: i, to: i + n, n: wd})
		}
		if end := sc.shortZone(i); end > i {
			return end
		}
		return sc.englishCount(i)
	}
	for _, rule := range []func(int) int{sc.koreanWeekday, sc.koreanCount, sc.midnight} {
		if end := rule(i); end > i {
			return end
		}
	}
	return 0
}

// shortZone reads PT and its kin after a time, and reports what looks like a zone but is
// not known.
func (sc *scanner) shortZone(i int) int {
	n := len(sc.items)
	if n == 0 || sc.word >= 0 || sc.items[n-1].kind != kTime || sc.blanks(sc.items[n-1].to) != i {
		return 0
	}
	if it, ok := americanZone(sc.rest(i)); ok {
		it.kind, it.from, it.to = kZone, i, i+it.to
		return sc.emit(it)
	}
	if h, ok := shortAmerican(sc.rest(i)); ok {
		return sc.emit(item{kind: kZone, from: i, to: i + 2, n: h * 3600, flag: americanDST})
	}
	j := i
	for isLetter(sc.at(j)) && j-i < 6 {
		j++
	}
	if j-i < 3 || j-i > 5 || sc.s[j-1] != 't' || isDigit(sc.at(j)) {
		return 0
	}
	for _, z := range zoneNames() {
		if z.name == sc.s[i:j] {
			return 0
		}
	}
	for _, common := range []string{"start", "must", "that", "next", "last", "first", "but", "not", "what", "night", "start", "might", "most", "just", "about", "start", "reset", "sat", "client", "host"} {
		if sc.s[i:j] == common {
			return 0
		}
	}
	return sc.emit(item{kind: kZone, from: i, to: j, flag: unknownZone})
}

// koreanWeekday reads 토요일, and the "토" of "11.28 토 22:00".
func (sc *scanner) koreanWeekday(i int) int {
	wd, n := weekdayRune(sc.rest(i))
	if n == 0 {
		return 0
	}
	if has(sc.rest(i+n), "요일") {
		return sc.emit(item{kind: kWeekday, from: i, to: i + n + len("요일"), n: wd})
	}
	m := len(sc.items)
	if m == 0 || isHangul(sc.rest(i+n)) {
		return 0
	}
	switch last := sc.items[m-1]; {
	case last.kind == kDate && sc.word < 0 && (last.to < i || sc.s[i-1] == '.'):
		return sc.emit(item{kind: kWeekday, from: i, to: i + n, n: wd})
	case last.kind == kRecur, last.kind == kSep && m > 1 && sc.items[m-2].kind == kWeekday, last.kind == kRange && m > 1 && sc.items[m-2].kind == kWeekday:
		return sc.emit(item{kind: kWeekday, from: i, to: i + n, n: wd})
	}
	return 0
}

// koreanCount reads 한 시간, 두 시간 반, 열두 시 and the like.
func (sc *scanner) koreanCount(i int) int {
	for _, c := range []struct {
		s string
		n int
	}{{"한", 1}, {"두", 2}, {"세", 3}, {"네", 4}, {"다섯", 5}, {"여섯", 6}, {"일곱", 7}, {"여덟", 8}} {
		if !has(sc.rest(i), c.s) {
			continue
		}
		j := sc.blanks(i + len(c.s))
		if !has(sc.rest(j), "시간") || has(sc.rest(j), "시간대") {
			continue
		}
		j += len("시간")
		sec := c.n * 3600
		if k := sc.blanks(j); has(sc.rest(k), "반") {
			sec, j = sec+1800, k+len("반")
		}
		return sc.durationWord(i, j, sec)
	}
	return 0
}

func (sc *scanner) durationWord(i, j, sec int) int {
	it := item{kind: kDur, from: i, to: j, n: sec, lo: sec}
	if sc.approxBefore(i) || sc.approxAfter(j) {
		it.flag |= approx
	}
	return sc.emit(it)
}

// englishCount reads "two hours", "an hour", "half an hour", "thirty minutes".
func (sc *scanner) englishCount(i int) int {
	for _, c := range []struct {
		s   string
		sec int
	}{{"half an hour", 1800}, {"an hour and a half", 5400}, {"one and a half hours", 5400}} {
		if has(sc.rest(i), c.s) {
			return sc.durationWord(i, i+len(c.s), c.sec)
		}
	}
	for _, c := range []struct {
		s string
		n int
	}{{"one", 1}, {"an", 1}, {"a", 1}, {"two", 2}, {"three", 3}, {"four", 4}, {"five", 5}, {"six", 6}, {"seven", 7}, {"eight", 8}, {"nine", 9}, {"ten", 10}, {"twelve", 12}, {"fifteen", 15}, {"twenty", 20}, {"thirty", 30}, {"forty", 40}, {"forty-five", 45}, {"sixty", 60}, {"ninety", 90}} {
		if !has(sc.rest(i), c.s) || isLetter(sc.at(i+len(c.s))) {
			continue
		}
		j := i + len(c.s)
		if k := sc.blanks(j); sc.at(k) == '(' { // two (2) hours
			if v, n, e := sc.digits(k + 1); n > 0 && v == c.n && sc.at(e) == ')' {
				j = e + 1
			}
		}
		if c := sc.at(j); c == '-' {
			j++
		} else if c != ' ' && c != ')' {
			continue
		}
		if unit, end := sc.unit(sc.blanks(j)); unit >= 60 {
			return sc.durationWord(i, end, c.n*unit)
		}
	}
	return 0
}

// midnight reads 자정 with the number that may settle which end of the day it is: 자정 0시,
// 자정(24시), and 정오.
func (sc *scanner) midnight(i int) int {
	if has(sc.rest(i), "정오") {
		end := i + len("정오")
		if n := sc.settled(end, "12:00", "12시"); n > 0 {
			end += n
		}
		return sc.emit(item{kind: kTime, from: i, to: end, clock: clock{h: 12, noon: true}})
	}
	if !has(sc.rest(i), "자정") {
		return 0
	}
	end := i + len("자정")
	if n := sc.settled(end, "00:00", "0시", "00시", "0:00"); n > 0 {
		return sc.emit(item{kind: kTime, from: i, to: end + n})
	}
	if n := sc.settled(end, "24:00", "24시"); n > 0 {
		return sc.emit(item{kind: kTime, from: i, to: end + n, clock: clock{h: 24}})
	}
	if n := sc.settled(end, "12시", "12:00"); n > 0 {
		end += n
	}
	return sc.emit(item{kind: kTime, from: i, to: end, clock: clock{midnight: true}})
}

// settled matches one of the forms after a blank or in parentheses: its length.
func (sc *scanner) settled(i int, forms ...string) int {
	j := sc.blanks(i)
	bracket := sc.at(j) == '('
	if bracket {
		j = sc.blanks(j + 1)
	}
	for _, f := range forms {
		if !has(sc.rest(j), f) || isDigit(sc.at(j+len(f))) || has(sc.rest(j), f+"간") {
			continue
		}
		j += len(f)
		if bracket {
			j = sc.blanks(j)
			if sc.at(j) != ')' {
				return 0
			}
			j++
		}
		return j - i
	}
	return 0
}
