package notice

import "strings"

// englishDay reads "28 november 2026", "28th of nov", "the 28th", "3rd" before a weekday.
func (sc *scanner) englishDay(i int) int {
	d, n, j := sc.digits(i)
	if n > 2 || d < 1 || d > 31 {
		return 0
	}
	ordinal := false
	for _, suffix := range []string{"st", "nd", "rd", "th"} {
		if has(sc.rest(j), suffix) && !isLetter(sc.at(j+2)) {
			ordinal = true
			j += 2
			break
		}
	}
	k := sc.blanks(j)
	if c := sc.at(k); c == '-' && k == j {
		k++
	}
	if has(sc.rest(k), "of ") {
		k = sc.blanks(k + 3)
	}
	if m, mn := englishMonth(sc.rest(k)); mn > 0 && validDate(0, m, d) {
		y, end := sc.englishYear(k+mn, true)
		return sc.emit(item{kind: kDate, from: i, to: end, date: dateForm{y: y, m: m, d: d}})
	}
	if !ordinal {
		return sc.leftOfEnglishRange(i, d, j)
	}
	if _, wn := englishWeekday(sc.rest(sc.blanks(j))); wn > 0 && d <= 5 {
		return sc.emit(item{kind: kOrdinal, from: i, to: j, n: d})
	}
	return sc.emit(item{kind: kDate, from: i, to: j, date: dateForm{d: d}})
}

// leftOfEnglishRange reads the 28 of "28-29 November 2026" and of "28 and 29 November".
func (sc *scanner) leftOfEnglishRange(i, d, j int) int {
	k := sc.blanks(j)
	switch {
	case sc.at(k) == '-' || sc.at(k) == '~' || sc.at(k) == ',':
		k = sc.blanks(k + 1)
	case has(sc.rest(k), "and "), has(sc.rest(k), "to "):
		k = sc.blanks(k + strings.IndexByte(sc.rest(k), ' '))
	default:
		return 0
	}
	_, n, e := sc.digits(k)
	m, mn := englishMonth(sc.rest(sc.blanks(e)))
	if n == 0 || n > 2 || mn == 0 || !validDate(0, m, d) {
		return 0
	}
	y, _ := sc.englishYear(sc.blanks(e)+mn, true)
	return sc.emit(item{kind: kDate, from: i, to: j, date: dateForm{y: y, m: m, d: d}})
}

// englishYear reads ", 2026" after a day or a month.
func (sc *scanner) englishYear(i int, comma bool) (year, end int) {
	j := sc.blanks(i)
	if comma && (sc.at(j) == ',' || sc.at(j) == '-' || sc.at(j) == '\'') {
		j = sc.blanks(j + 1)
	}
	y, n, e := sc.digits(j)
	if n == 4 && y >= 1990 && y < 2200 && sc.at(e) != ':' && !sc.militaryFollows(j) {
		return y, e
	}
	return 0, i
}

// monthName reads "november 28(th)(, 2026)" and "november 28-29, 2026".
func (sc *scanner) monthName(i int) int {
	m, n := englishMonth(sc.rest(i))
	if n == 0 || i > 0 && isLetter(sc.s[i-1]) {
		return 0
	}
	j := sc.blanks(i + n)
	d, dn, k := sc.digits(j)
	if dn == 4 && d >= 1990 && d < 2200 {
		return sc.emit(item{kind: kDate, from: i, to: k, date: dateForm{y: d, m: m, month: true}})
	}
	if dn == 0 || dn > 2 || !validDate(0, m, d) || sc.at(k) == ':' && isDigit(sc.at(k+1)) {
		return 0
	}
	k = sc.ordinalEnd(k)
	y, end := sc.englishYear(k, true)
	if y > 0 {
		return sc.emit(item{kind: kDate, from: i, to: end, date: dateForm{y: y, m: m, d: d}})
	}
	sc.emit(item{kind: kDate, from: i, to: k, date: dateForm{m: m, d: d}})
	return sc.secondDay(k, m, d, len(sc.items)-1)
}

func (sc *scanner) ordinalEnd(k int) int {
	for _, suffix := range []string{"st", "nd", "rd", "th"} {
		if has(sc.rest(k), suffix) && !isLetter(sc.at(k+2)) {
			return k + 2
		}
	}
	return k
}

// secondDay reads the "-29, 2026" after "november 28": the year belongs to both.
func (sc *scanner) secondDay(k, m, d, first int) int {
	j := sc.blanks(k)
	link := kRange
	switch {
	case sc.at(j) == '-' || sc.at(j) == '~':
		j++
	case has(sc.rest(j), "and "), sc.at(j) == '&':
		link = kSep
		j += len("and")
		if sc.at(j-3) == '&' {
			j -= 2
		}
	default:
		return k
	}
	t := sc.blanks(j)
	d2, n, e := sc.digits(t)
	if n == 0 || n > 2 || d2 <= d || !validDate(0, m, d2) || sc.at(e) == ':' || sc.at(e) == '.' && isDigit(sc.at(e+1)) {
		return k
	}
	if _, mn := englishMonth(sc.rest(sc.blanks(e))); mn > 0 {
		return k
	}
	e = sc.ordinalEnd(e)
	if sc.meridiemAhead(e) {
		return k
	}
	y, end := sc.englishYear(e, true)
	if y > 0 {
		sc.items[first].date.y = y
	} else {
		end = e
	}
	sc.emit(item{kind: link, from: k, to: j})
	return sc.emit(item{kind: kDate, from: t, to: end, date: dateForm{y: y, m: m, d: d2}})
}
