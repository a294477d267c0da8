package notice

import "strings"

// number reads what begins with a digit: a date, a time, a duration, an amount, or a bare
// number.
func (sc *scanner) number(i int) int {
	if n := len(sc.items); (n == 0 || sc.items[n-1].kind != kDate || sc.items[n-1].to != i) && i > 0 && (isLetter(sc.s[i-1]) && sc.word >= 0 || sc.s[i-1] == '.' && i > 1 && isDigit(sc.s[i-2])) {
		return sc.amount(i) // v10.2.1, tls1.2, the rest of 3.141
	}
	for _, rule := range []func(int) int{
		sc.countedOrdinal, sc.reference, sc.numericDate, sc.compactDate, sc.koreanYear, sc.koreanMonth, sc.englishDay,
		sc.duration, sc.clockTime, sc.monthDay, sc.dayOfMonth, sc.bareHour,
	} {
		sc.steps++
		if end := rule(i); end > i {
			return end
		}
	}
	return sc.plainNumber(i)
}

// countedOrdinal reads 2번째, 3째 주 and 제3주.
func (sc *scanner) countedOrdinal(i int) int {
	v, n, j := sc.digits(i)
	if n != 1 || v < 1 || v > 5 {
		return 0
	}
	k := sc.blanks(j)
	switch {
	case has(sc.rest(k), "번째"):
		k += len("번째")
	case has(sc.rest(k), "째"):
		k += len("째")
	case has(sc.rest(k), "주") && i >= len("제") && sc.s[i-len("제"):i] == "제":
	default:
		return 0
	}
	if t := sc.blanks(k); has(sc.rest(t), "주") {
		k = t + len("주")
	}
	return sc.emit(item{kind: kOrdinal, from: i, to: k, n: v})
}

// afterComma says whether a comma of a list has just been read.
func (sc *scanner) afterComma() bool {
	n := len(sc.items)
	return n > 1 && sc.word < 0 && sc.items[n-1].kind == kSep && (sc.items[n-2].kind == kTime || sc.items[n-2].kind == kWeekday || sc.items[n-2].kind == kDate || sc.items[n-2].kind == kCloseParen)
}

// reference skips telephone numbers, addresses, versions of four parts and sums of money.
func (sc *scanner) reference(i int) int {
	j, groups, lens := i, 1, [4]int{}
	sep := byte(0)
	for groups <= 4 {
		_, n, end := sc.digits(j)
		lens[groups-1] = n
		j = end
		c := sc.at(j)
		if (c == '-' || c == '.' || c == ',') && isDigit(sc.at(j+1)) && (sep == 0 || sep == c) && groups < 4 {
			sep = c
			groups++
			j++
			continue
		}
		break
	}
	phone := sep == '-' && (groups == 2 && lens[0] >= 3 && lens[1] == 4 || groups == 3 && lens[0] <= 4 && lens[1] >= 3 && lens[2] == 4)
	dotted := sep == '.' && groups == 4
	money := sep == ',' && lens[1] == 3
	if phone && groups == 2 && sc.militaryFollows(i) {
		return 0
	}
	if dotted && sc.at(j) == ':' { // 2026.11.28.22:00
		return 0
	}
	if phone || dotted || money || groups == 1 && lens[0] > 8 && !(lens[0] == 10 && sc.at(j) == ':') {
		return sc.emit(item{kind: kAmount, from: i, to: j})
	}
	return 0
}

// amount skips digits and what is glued to them.
func (sc *scanner) amount(i int) int {
	j := i
	for j < len(sc.s) && (isDigit(sc.s[j]) || (sc.s[j] == '.' || sc.s[j] == ',') && isDigit(sc.at(j+1))) {
		j++
	}
	return sc.emit(item{kind: kAmount, from: i, to: j})
}

func (sc *scanner) plainNumber(i int) int {
	v, n, j := sc.digits(i)
	if c := sc.at(j); (c == '.' || c == ',') && isDigit(sc.at(j+1)) || c == '%' {
		return sc.amount(i)
	}
	if n > 4 {
		return sc.emit(item{kind: kAmount, from: i, to: j})
	}
	return sc.emit(item{kind: kNum, from: i, to: j, n: v})
}

// separator reads one of ". - /" with blanks around it; glued says that there were none.
func (sc *scanner) separator(i int) (c byte, end int) {
	j := sc.blanks(i)
	c = sc.at(j)
	if c != '.' && c != '-' && c != '/' {
		return 0, i
	}
	return c, sc.blanks(j + 1)
}

// numericDate reads 2026-11-28, 2026. 11. 28., 26.11.28, 11/28/2026, 28.11.2026 and ISO 8601.
func (sc *scanner) numericDate(i int) int {
	a, an, j := sc.digits(i)
	if an > 4 || an == 3 {
		return 0
	}
	s1, j2 := sc.separator(j)
	b, bn, j3 := sc.digits(j2)
	s2, j4 := sc.separator(j3)
	c, cn, end := sc.dayDigits(j4)
	if s1 == 0 || s1 != s2 || bn == 0 || bn > 2 || cn == 0 || cn > 4 || cn == 3 || an == 1 && cn != 4 {
		return 0
	}
	if (s1 == '-' || s1 == '/') && (j2 != j+1 || j4 != j3+1) && an != 4 {
		return 0
	}
	d, ok := arrange(a, an, b, c, cn, s1)
	if !ok {
		return 0
	}
	if next := sc.at(end); next == s1 && isDigit(sc.at(end+1)) && !(s1 == '.' && sc.clockAhead(end+1)) {
		return 0
	}
	if an == 2 && cn == 2 && i > 0 && sc.s[i-1] == '-' && i > 1 && isDigit(sc.s[i-2]) {
		return 0
	}
	end = sc.dateTail(end, s1)
	sc.emit(item{kind: kDate, from: i, to: end, date: d})
	return sc.isoTime(end)
}

// dayDigits reads a day's digits. A time may touch them: the 28 of "11/2822:00".
func (sc *scanner) dayDigits(i int) (value, n, end int) {
	value, n, end = sc.digits(i)
	if n == 4 && sc.at(end) == ':' && isDigit(sc.at(end+1)) {
		value, n, end = value/100, 2, i+2
	}
	return value, n, end
}

// arrange decides which part is the year. Slashes with the year last are month first
// unless that cannot be; dots with the year last are day first.
func arrange(a, an, b, c, cn int, sep byte) (dateForm, bool) {
	switch {
	case an == 4 && cn <= 2:
		return dateForm{y: a, m: b, d: c}, a >= 1970 && a < 2200 && validDate(a, b, c)
	case cn == 4 && c >= 1970 && c < 2200:
		m, d := a, b
		if sep == '.' || m > 12 {
			m, d = b, a
		}
		return dateForm{y: c, m: m, d: d, ambiguous: sep != '.' && a <= 12 && b <= 12 && a != b}, validDate(c, m, d)
	case an == 2 && cn <= 2:
		return dateForm{y: 2000 + a, m: b, d: c}, a < 60 && validDate(2000+a, b, c)
	}
	return dateForm{}, false
}

// dateTail eats the dot of "11. 28." and the 일 of "11.28일".
func (sc *scanner) dateTail(end int, sep byte) int {
	if sep == '.' {
		if j := sc.blanks(end); sc.at(j) == '.' && sc.at(j+1) != '.' && j-end <= 1 {
			return j + 1
		}
	}
	if has(sc.rest(end), "일") && !has(sc.rest(end), "일요일") && !has(sc.rest(end), "일정") && !has(sc.rest(end), "일시") {
		return end + len("일")
	}
	return end
}

// isoTime reads the "T22:00:00+09:00" after a date; without one, the date ends at i.
func (sc *scanner) isoTime(i int) int {
	if sc.at(i) != 't' || !isDigit(sc.at(i+1)) {
		return i
	}
	j := sc.clockTime(i + 1)
	if j <= i+1 {
		return i
	}
	if sc.at(j) == '.' && isDigit(sc.at(j+1)) {
		_, _, j = sc.digits(j + 1)
	}
	switch c := sc.at(j); {
	case c == 'z' && !isLetter(sc.at(j+1)):
		return sc.emit(item{kind: kZone, from: j, to: j + 1, n: 0})
	case c == '+' || c == '-':
		if off, end, ok := sc.offset(j); ok {
			return sc.emit(item{kind: kZone, from: j, to: end, n: off})
		}
	}
	return j
}

// compactDate reads 20261128.
func (sc *scanner) compactDate(i int) int {
	v, n, end := sc.digits(i)
	if n == 10 && sc.at(end) == ':' { // 2026112822:00
		n, end = 8, i+8
	}
	y, m, d := v/10000, v/100%100, v%100
	if n != 8 || y < 1990 || y > 2099 || !validDate(y, m, d) || sc.at(end) == '-' && isDigit(sc.at(end+1)) {
		return 0
	}
	return sc.emit(item{kind: kDate, from: i, to: end, date: dateForm{y: y, m: m, d: d}})
}

// shortYear reads '24.12.7, '24년 12월 7일 and '24. 12/7.
func (sc *scanner) shortYear(i int) int {
	y, n, j := sc.digits(i + 1)
	if n != 2 {
		return 0
	}
	if k := sc.blanks(j); has(sc.rest(k), "년") {
		return sc.afterYear(i, 2000+y, k+len("년"))
	}
	before := len(sc.items)
	if end := sc.numericDate(i + 1); end > i+1 {
		if len(sc.items) > before {
			sc.items[len(sc.items)-1].from = min(i, sc.items[len(sc.items)-1].from)
		}
		return end
	}
	if sc.at(j) == '.' { // '24.12월 7일
		if k := sc.blanks(j + 1); isDigit(sc.at(k)) {
			return sc.afterYear(i, 2000+y, k)
		}
	}
	return 0
}

// koreanYear reads 2026년 11월 28일, 26년 11월 28일, 2026년 11.28, 2026.11월 28일.
func (sc *scanner) koreanYear(i int) int {
	y, n, j := sc.digits(i)
	if n != 4 && n != 2 {
		return 0
	}
	k := sc.blanks(j)
	switch {
	case has(sc.rest(k), "년"):
		k += len("년")
		if has(sc.rest(k), "도") {
			k += len("도")
		}
	case n == 4 && (sc.at(k) == '.' || sc.at(k) == '/' || sc.at(k) == '-'):
		_, mn, e := sc.digits(sc.blanks(k + 1))
		if mn == 0 || mn > 2 || !has(sc.rest(sc.blanks(e)), "월") {
			return 0
		}
		k++
	default:
		return 0
	}
	if n == 2 {
		y += 2000
		if _, mn, e := sc.digits(sc.blanks(k)); mn == 0 || !has(sc.rest(sc.blanks(e)), "월") {
			return 0
		}
	}
	if y < 1970 || y > 2199 {
		return 0
	}
	return sc.afterYear(i, y, k)
}

// afterYear reads the month and day after a year.
func (sc *scanner) afterYear(i, y, j int) int {
	m, n, k := sc.digits(sc.blanks(j))
	if n == 0 || n > 2 || m < 1 || m > 12 {
		return 0
	}
	k = sc.blanks(k)
	if has(sc.rest(k), "월") && !has(sc.rest(k), "월요일") {
		k += len("월")
		if d, end, ok := sc.dayAfterMonth(k, m); ok {
			return sc.emit(item{kind: kDate, from: i, to: end, date: dateForm{y: y, m: m, d: d}})
		}
		return sc.emit(item{kind: kDate, from: i, to: k, date: dateForm{y: y, m: m, month: true}})
	}
	if c := sc.at(k); c == '.' || c == '/' || c == '-' {
		if d, dn, end := sc.dayDigits(sc.blanks(k + 1)); dn > 0 && dn <= 2 && validDate(y, m, d) {
			return sc.emit(item{kind: kDate, from: i, to: sc.dateTail(end, c), date: dateForm{y: y, m: m, d: d}})
		}
	}
	return 0
}

// dayAfterMonth reads the day after "11월": 28일, 28(토), 28 22:00, 28, 29일.
func (sc *scanner) dayAfterMonth(k, m int) (d, end int, ok bool) {
	j := sc.blanks(k)
	if c := sc.at(j); c == '.' || c == ',' {
		j = sc.blanks(j + 1)
	}
	d, n, e := sc.digits(j)
	if n == 0 || n > 2 || !validDate(0, m, d) {
		return 0, 0, false
	}
	t := sc.blanks(e)
	if has(sc.rest(t), "일") && !has(sc.rest(t), "일요일") {
		return d, t + len("일"), true
	}
	if c := sc.at(e); c == ':' || c == '%' || isDigit(c) || c == '.' && isDigit(sc.at(e+1)) {
		return 0, 0, false
	}
	for _, unit := range []string{"시", "분", "개", "회", "건", "년", "월", "명", "차", "주", "단계", "호"} {
		if has(sc.rest(t), unit) && !has(sc.rest(t), "월요일") {
			return 0, 0, false
		}
	}
	return d, e, true
}

// koreanMonth reads 11월 28일 and 11월.
func (sc *scanner) koreanMonth(i int) int {
	m, n, j := sc.digits(i)
	j = sc.blanks(j)
	if n > 2 || m < 1 || m > 12 || !has(sc.rest(j), "월") || has(sc.rest(j), "월요일") {
		return 0
	}
	j += len("월")
	if d, end, ok := sc.dayAfterMonth(j, m); ok {
		return sc.emit(item{kind: kDate, from: i, to: end, date: dateForm{m: m, d: d}})
	}
	for _, not := range []string{"분", "호", "부"} { // 11월분 고지서
		if has(sc.rest(j), not) && !has(sc.rest(j), "부터") {
			return 0
		}
	}
	return sc.emit(item{kind: kDate, from: i, to: j, date: dateForm{m: m, month: true}})
}

// dayOfMonth reads 28일, and the 28 of "28~29일" and "28, 29일".
func (sc *scanner) dayOfMonth(i int) int {
	d, n, j := sc.digits(i)
	if n > 2 || d < 1 || d > 31 || i > 0 && (sc.s[i-1] == '-' || sc.s[i-1] == '+') && i > 1 && isLetter(sc.s[i-2]) {
		return 0
	}
	if end, ok := sc.dayUnit(j, d); ok {
		return sc.emit(item{kind: kDate, from: i, to: end, date: dateForm{d: d}})
	}
	k := sc.blanks(j)
	for _, link := range []string{"~", ",", "·", "-", "/", "및", "과", "와"} {
		if !has(sc.rest(k), link) {
			continue
		}
		d2, n2, e := sc.digits(sc.blanks(k + len(link)))
		if _, ok := sc.dayUnit(e, d2); ok && n2 > 0 && n2 <= 2 && d2 > d && d2 <= 31 {
			return sc.emit(item{kind: kDate, from: i, to: j, date: dateForm{d: d}})
		}
	}
	return 0
}

// dayUnit says whether the 일 after a number is a date's, not that of "3일간", "3일 전",
// "1일 1회".
func (sc *scanner) dayUnit(j, d int) (end int, ok bool) {
	j = sc.blanks(j)
	if !has(sc.rest(j), "일") {
		return 0, false
	}
	j += len("일")
	tail := sc.rest(j)
	for _, not := range []string{"요일", "차", "간의", "간 ", "간,", "간)", "간은", "간에", "간\n", "동안", " 동안", "이내", " 이내", "이상", " 이상", " 소요", "소요", " 연속", "당 ", " 후 ", "후 ", " 만에", "째", " 정도", "마다", " 전에", "전에", " 전까지", "전까지", "전 ", " 전)", "내에", "내 ", " 내 ", " 내에", " 간 ", " 미만", " 경과"} {
		if has(tail, not) {
			return 0, false
		}
	}
	if tail == "간" || has(tail, " 전 ") && !wholeAfter(tail[len(" 전 "):]) {
		return 0, false
	}
	if d == 1 {
		for _, not := range []string{"최대", "한도", "이체", "평균", "누적", "출금", "단위", "이용료", "1회", "2회", "3회", "이용한도", "권"} {
			if has(strings.TrimLeft(tail, " "), not) {
				return 0, false
			}
		}
	}
	return j, true
}

// wholeAfter says whether 전 meant "the whole", as in 28일 전 서비스.
func wholeAfter(s string) bool {
	for _, noun := range []string{"서비스", "시스템", "업무", "은행", "영업점", "지점", "기관", "채널", "회원", "고객", "금융"} {
		if has(s, noun) {
			return true
		}
	}
	return false
}

// monthDay reads 11/28, 11.28. and 11-28 where the surroundings say that it is a date.
func (sc *scanner) monthDay(i int) int {
	m, mn, j := sc.digits(i)
	sep, k := sc.separator(j)
	d, dn, end := sc.dayDigits(k)
	if mn > 2 || sep == 0 || dn == 0 || dn > 2 || !validDate(0, m, d) || sep != '.' && k != j+1 {
		return 0
	}
	if c := sc.at(end); c == '%' || isLetter(c) && c != 't' || (c == sep || c == '.') && isDigit(sc.at(end+1)) && !sc.clockAhead(end+1) {
		return 0
	}
	if c := sc.at(i - 1); i > 0 && (c == '.' || c == '-' || c == '/' || c == ',') && isDigit(sc.at(i-2)) && !sc.afterRange() && !sc.afterComma() {
		return 0
	}
	tail := sc.dateTail(end, sep)
	if !sc.dateFollows(tail) && !sc.afterRange() && !sc.dateStands(i, tail, sep, mn, dn) {
		return 0
	}
	if sc.unitFollows(tail) {
		return 0
	}
	return sc.emit(item{kind: kDate, from: i, to: tail, date: dateForm{m: m, d: d}})
}

func (sc *scanner) unitFollows(i int) bool {
	rest := sc.rest(i)
	for _, unit := range []string{"배", "버전", "시간", "분", "초", "점", "만", "원", "억", "조", "건", "위", "회", "급", "세", "개", "명", "층", "월", "년", "차", "호", "번", "항", "분기", "단계", " 버전", " 수준"} {
		if has(rest, unit) && !has(rest, "월요일") {
			return true
		}
	}
	return false
}

// dateFollows says whether what follows a pair of numbers makes it a date: a weekday, a
// time of day, or a range to something alike.
func (sc *scanner) dateFollows(i int) bool {
	j := sc.blanks(i)
	if c := sc.at(j); c == '(' || c == '[' {
		k := sc.blanks(j + 1)
		if _, n := weekdayRune(sc.rest(k)); n > 0 {
			return true
		}
		_, n := englishWeekday(sc.rest(k))
		return n > 0 || sc.clockAhead(k)
	}
	if wd, n := weekdayRune(sc.rest(j)); n > 0 && wd >= 0 && (has(sc.rest(j+n), "요일") || sc.at(j+n) == ' ' || sc.at(j+n) == ')') {
		return true
	}
	if sc.at(j) == ',' {
		j = sc.blanks(j + 1)
	}
	if sc.clockAhead(j) || has(sc.rest(j), "부터") || has(sc.rest(j), "까지") || has(sc.rest(j), "종일") {
		return true
	}
	if c := sc.at(j); c == '~' || c == '-' || c == ',' {
		_, n, e := sc.digits(sc.blanks(j + 1))
		s2, e2 := sc.separator(e)
		_, n2, e3 := sc.digits(e2)
		return n > 0 && n <= 2 && s2 != 0 && n2 > 0 && n2 <= 2 && sc.at(e3) != '%' && !sc.unitFollows(e3) ||
			n > 0 && n <= 2 && has(sc.rest(e), "(") || c == '~' && has(sc.rest(sc.blanks(j+1)), "익일")
	}
	return false
}

// dateStands says whether a pair of numbers is a date by where it stands: alone in
// parentheses or a cell, after a label, or with two digits each and a slash.
func (sc *scanner) dateStands(i, end int, sep byte, mn, dn int) bool {
	k := sc.blanks(end)
	closed := k == len(sc.s) || sc.s[k] == ')' || sc.s[k] == ']' || sc.s[k] == '\n' || sc.s[k] == '\t'
	n := len(sc.items)
	opened := i == 0 || sc.word < 0 && n > 0 && (sc.items[n-1].kind == kOpenParen || sc.items[n-1].kind == kTab || sc.items[n-1].kind == kLabel)
	if opened && closed && (mn == 2 || dn == 2) {
		return true
	}
	return sep == '/' && (mn == 2 && dn == 2 || i < sc.title && mn+dn > 2)
}

// afterRange says whether a range has just been opened by a date or a time.
func (sc *scanner) afterRange() bool {
	n := len(sc.items)
	if n < 2 || sc.word >= 0 || sc.items[n-1].kind != kRange && sc.items[n-1].kind != kFrom {
		return false
	}
	for i := n - 2; i >= 0 && i >= n-4; i-- {
		switch sc.items[i].kind {
		case kDate, kTime:
			return true
		case kWeekday, kCloseParen, kZone:
		default:
			return false
		}
	}
	return false
}
