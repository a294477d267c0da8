package notice

// clockTime reads 22:00, 22:00:00, 22시 30분, 10:30 pm, 10pm, 2200 hrs.
func (sc *scanner) clockTime(i int) int {
	h, n, j := sc.digits(i)
	if n > 2 {
		return sc.military(i)
	}
	c := clock{h: h}
	k := sc.blanks(j)
	switch {
	case sc.at(k) == ':' && k-j <= 1:
		m, mn, e := sc.digits(sc.blanks(k + 1))
		if mn != 2 || m > 59 || sc.at(e) == ':' && !isDigit(sc.at(e+1)) && sc.at(e+1) != ' ' && sc.at(e+1) != '\n' {
			return 0
		}
		c.m, c.twelve = m, n == 1
		if sc.at(e) == ':' && isDigit(sc.at(e+1)) {
			s, sn, e2 := sc.digits(e + 1)
			if sn != 2 || s > 60 {
				return 0
			}
			c.s, e = min(s, 59), e2
		}
		j = e
		if has(sc.rest(j), "시") && !has(sc.rest(j), "시간") || has(sc.rest(j), "분") {
			j += len("시")
		}
	case has(sc.rest(k), "시") && !sc.notHour(k):
		j = sc.hourTail(k+len("시"), &c)
		c.twelve = n == 1 || h > 9 && h <= 12
	case sc.meridiemAhead(j):
		c.twelve = true
	default:
		return 0
	}
	return sc.finishClock(i, j, c)
}

// notHour says that the 시 at k begins another word: 2시간, 3시스템.
func (sc *scanner) notHour(k int) bool {
	rest := sc.rest(k + len("시"))
	for _, not := range []string{"간", "스템", "작", "장", "도", "군", "민", "즌", "리즈"} {
		if has(rest, not) {
			return true
		}
	}
	return false
}

// hourTail reads the "30분", "반" or "정각" after "2시".
func (sc *scanner) hourTail(j int, c *clock) int {
	k := sc.blanks(j)
	rest := sc.rest(k)
	switch {
	case has(rest, "반") && !isHangul(sc.rest(k+len("반"))), has(rest, "반부터"), has(rest, "반까지"), has(rest, "반에"):
		c.m = 30
		return k + len("반")
	case has(rest, "정각"):
		return k + len("정각")
	case has(rest, ":"): // 22시:30분
		k++
	}
	m, n, e := sc.digits(k)
	t := sc.blanks(e)
	if n == 0 || n > 2 || m > 59 || !has(sc.rest(t), "분") || has(sc.rest(t), "분간") {
		return j
	}
	c.m = m
	t += len("분")
	if s, sn, e2 := sc.digits(sc.blanks(t)); sn > 0 && sn <= 2 && s < 60 && has(sc.rest(sc.blanks(e2)), "초") {
		c.s = s
		return sc.blanks(e2) + len("초")
	}
	return t
}

// finishClock joins what stands around the digits: the meridiem before, or after.
func (sc *scanner) finishClock(i, j int, c clock) int {
	if c.h > 27 || c.h > 24 && sc.at(i+2) != ':' { // 24:10 and 25:00 are of the night after
		return 0
	}
	from := i
	if n := len(sc.items); n > 0 && sc.word < 0 && sc.items[n-1].kind == kMeridiem && sc.blanks(sc.items[n-1].to) == i {
		c.mer = meridiem(sc.items[n-1].n)
		from = sc.items[n-1].from
		sc.items = sc.items[:n-1]
	}
	k := sc.blanks(j)
	if mer, n := englishMeridiem(sc.rest(k)); n > 0 {
		if c.h <= 12 {
			c.mer = mer
		}
		j = k + n
	} else if has(sc.rest(k), "noon") && c.h == 12 {
		c.mer, j = engPM, k+len("noon")
	} else if has(sc.rest(k), "midnight") && c.h == 12 {
		c.midnight, j = true, k+len("midnight")
	}
	for _, about := range []string{"경", "쯤", "께"} {
		if has(sc.rest(j), about) && !has(sc.rest(j), "경우") && !has(sc.rest(j), "경과") {
			j += len(about)
		}
	}
	end := sc.emit(item{kind: kTime, from: from, to: j, clock: c})
	return sc.gluedOffset(end)
}

// gluedOffset reads the "+09:00" of "22:00+09:00" and the "z" of "22:00z".
func (sc *scanner) gluedOffset(i int) int {
	if sc.at(i) == '+' {
		if off, end, ok := sc.offset(i); ok {
			return sc.emit(item{kind: kZone, from: i, to: end, n: off})
		}
	}
	if sc.at(i) == 'z' && !isLetter(sc.at(i+1)) {
		return sc.emit(item{kind: kZone, from: i, to: i + 1})
	}
	return i
}

// englishMeridiem reads am, pm, a.m., p.m as a whole word.
func englishMeridiem(s string) (meridiem, int) {
	for _, f := range []struct {
		s string
		m meridiem
	}{{"a.m.", engAM}, {"p.m.", engPM}, {"a.m", engAM}, {"p.m", engPM}, {"am", engAM}, {"pm", engPM}} {
		if has(s, f.s) && (len(s) == len(f.s) || !isLetter(s[len(f.s)])) {
			return f.m, len(f.s)
		}
	}
	return noMer, 0
}

func (sc *scanner) meridiemAhead(i int) bool {
	_, n := englishMeridiem(sc.rest(sc.blanks(i)))
	return n > 0
}

// koreanMeridiem reads 오전 and its kin.
func koreanMeridiem(s string) (meridiem, int) {
	for _, f := range []struct {
		s string
		m meridiem
	}{{"오전", korAM}, {"오후", korPM}, {"새벽", dawn}, {"아침", dawn}, {"낮", noonish}, {"저녁", evening}, {"밤", night}, {"심야", night}} {
		if has(s, f.s) {
			return f.m, len(f.s)
		}
	}
	return noMer, 0
}

// clockAhead says whether a time of day is written at i.
func (sc *scanner) clockAhead(i int) bool {
	i = sc.blanks(i)
	if _, n := koreanMeridiem(sc.rest(i)); n > 0 {
		return true
	}
	if has(sc.rest(i), "자정") || has(sc.rest(i), "정오") {
		return true
	}
	if _, n := englishMeridiem(sc.rest(i)); n > 0 {
		_, d, _ := sc.digits(sc.blanks(i + n))
		return d > 0
	}
	_, n, j := sc.digits(i)
	if n == 0 || n > 2 {
		return false
	}
	if _, mn, _ := sc.digits(j + 1); sc.at(j) == ':' && mn == 2 {
		return true
	}
	if sc.meridiemAhead(j) {
		return true
	}
	j = sc.blanks(j)
	return has(sc.rest(j), "시") && !sc.notHour(j)
}

// bareHour reads a number that is an hour by its company: the 2 of "2~6시", "9-11 pm" and
// the 24 of "22:00~24".
func (sc *scanner) bareHour(i int) int {
	h, n, j := sc.digits(i)
	if n > 2 || h > 24 {
		return 0
	}
	c := clock{h: h, twelve: n == 1 || h > 9 && h <= 12}
	k := sc.blanks(j)
	if sc.at(k) == '~' || sc.at(k) == '-' {
		t := sc.blanks(k + 1)
		if _, mn := koreanMeridiem(sc.rest(t)); mn > 0 {
			t = sc.blanks(t + mn)
		}
		_, n2, e := sc.digits(t)
		if sc.at(e) == ':' && n2 > 0 { // 2-2:30 am, 오전 9~10:30
			_, _, e = sc.digits(e + 1)
			if sc.afterDay() {
				return sc.finishClock(i, j, c)
			}
		}
		e2 := sc.blanks(e)
		if n2 > 0 && n2 <= 2 && (has(sc.rest(e2), "시") && !sc.notHour(e2) || sc.meridiemAhead(e)) {
			return sc.finishClock(i, j, c)
		}
	}
	m := len(sc.items)
	if m > 0 && sc.word < 0 && sc.items[m-1].kind == kLead && sc.laterMeridiem(k) {
		return sc.finishClock(i, j, c)
	}
	if m >= 2 && sc.word < 0 && sc.items[m-1].kind == kRange && sc.items[m-2].kind == kTime && !sc.numberGoesOn(j) {
		return sc.finishClock(i, j, c)
	}
	return 0
}

// afterDay says whether a date, a weekday or a meridiem has just been read.
func (sc *scanner) afterDay() bool {
	n := len(sc.items)
	return n > 0 && sc.word < 0 && (sc.items[n-1].kind == kDate || sc.items[n-1].kind == kWeekday || sc.items[n-1].kind == kMeridiem)
}

// laterMeridiem says whether "and 7 AM" or "to 11:30 pm" follows: between 5 and 7 AM.
func (sc *scanner) laterMeridiem(k int) bool {
	switch {
	case has(sc.rest(k), "and "):
		k += len("and ")
	case has(sc.rest(k), "to "):
		k += len("to ")
	default:
		return false
	}
	_, n, e := sc.digits(sc.blanks(k))
	if n > 0 && sc.at(e) == ':' {
		_, _, e = sc.digits(e + 1)
	}
	return n > 0 && n <= 2 && sc.meridiemAhead(e)
}

func (sc *scanner) numberGoesOn(j int) bool {
	k := sc.blanks(j)
	for _, unit := range []string{".", "/", "-", ":", "월", "일", "분", "차", "%", "시간", "년", "개", "회", "("} {
		if has(sc.rest(k), unit) && !(unit == "." && !isDigit(sc.at(k+1))) {
			return true
		}
	}
	_, n := englishMonth(sc.rest(k))
	return n > 0
}

// military reads the four digits of "2200-0200 UTC" and "2200 hrs".
func (sc *scanner) military(i int) int {
	v, n, j := sc.digits(i)
	if n != 4 || v > 2400 || v%100 > 59 || !sc.militaryFollows(i) && !sc.militaryBefore() {
		return 0
	}
	k := sc.blanks(j)
	for _, unit := range []string{"hours", "hrs", "hr", "h"} {
		if has(sc.rest(k), unit) && !isLetter(sc.at(k+len(unit))) {
			j = k + len(unit)
			break
		}
	}
	return sc.finishClock(i, j, clock{h: v / 100, m: v % 100})
}

func (sc *scanner) militaryBefore() bool {
	n := len(sc.items)
	return n >= 2 && sc.items[n-1].kind == kRange && sc.items[n-2].kind == kTime
}

// militaryFollows says whether four digits at i are a time: hours, or a zone, or a range to
// four digits with either, follow.
func (sc *scanner) militaryFollows(i int) bool {
	for range 2 {
		v, n, j := sc.digits(i)
		if n != 4 || v > 2400 || v%100 > 59 {
			return false
		}
		k := sc.blanks(j)
		for _, unit := range []string{"hours", "hrs", "hr", "h ", "h,", "utc", "kst", "gmt", "jst", "est", "pst", "edt", "pdt", "cet", "cest"} {
			if has(sc.rest(k), unit) {
				return true
			}
		}
		switch {
		case sc.at(k) == '-' || sc.at(k) == '~':
			i = sc.blanks(k + 1)
		case has(sc.rest(k), "to "):
			i = sc.blanks(k + 3)
		default:
			return false
		}
	}
	return false
}

// duration reads 4시간 20분, 1시간 반, 90분, 1~2시간, 1.5시간, 2 hours, 2h 30m, 30-minute.
func (sc *scanner) duration(i int) int {
	sec, end, ok := sc.timespan(i)
	lo := sec
	if !ok {
		_, n, j := sc.digits(i)
		k := sc.blanks(j)
		if n > 2 || sc.at(k) != '~' && sc.at(k) != '-' {
			return 0
		}
		v, _, _ := sc.digits(i)
		k = sc.blanks(k + 1)
		second, _, _ := sc.digits(k)
		sec, end, ok = sc.timespan(k)
		if !ok || second == 0 || v > second || n == 2 && sc.s[i] == '0' {
			return 0
		}
		lo = sec / second * v
	}
	it := item{kind: kDur, from: i, to: end, n: sec, lo: lo}
	if lo != sec || sc.approxBefore(i) {
		it.flag |= approx
	}
	return sc.emit(it)
}

func (sc *scanner) approxBefore(i int) bool {
	for i > 0 && sc.s[i-1] == ' ' {
		i--
	}
	for _, w := range []string{"약", "최대", "대략", "총 약", "about", "approximately", "approx.", "approx", "around", "up to", "~", "roughly"} {
		if i >= len(w) && sc.s[i-len(w):i] == w {
			return true
		}
	}
	return false
}

// timespan reads one or more numbers with units of time, as seconds.
func (sc *scanner) timespan(i int) (sec, end int, ok bool) {
	last := 1 << 30
	for n := 0; n < 3; n++ {
		j := sc.blanks(i)
		if n > 0 && has(sc.rest(j), "and ") {
			j = sc.blanks(j + 4)
		}
		v, vn, k := sc.digits(j)
		if vn == 0 || vn > 4 {
			break
		}
		tenth := 0
		if sc.at(k) == '.' && isDigit(sc.at(k+1)) {
			t, tn, e := sc.digits(k + 1)
			if tn != 1 {
				break
			}
			tenth, k = t, e
		}
		unit, e := sc.unit(k)
		if unit == 0 || unit >= last {
			break
		}
		sec += v*unit + tenth*unit/10
		last, end, ok, i = unit, e, true, e
		if t := sc.blanks(e); unit == 3600 && has(sc.rest(t), "반") && !has(sc.rest(t), "반영") && !has(sc.rest(t), "반드시") {
			return sec + 1800, t + len("반"), true
		}
	}
	return sec, end, ok && sec <= 366*daySeconds
}

// unit reads a unit of time: its seconds.
func (sc *scanner) unit(i int) (seconds, end int) {
	j := sc.blanks(i)
	if sc.at(j) == '-' && j == i && isLetter(sc.at(j+1)) { // 30-minute
		j++
	}
	rest := sc.rest(j)
	switch {
	case has(rest, "시간"):
		return 3600, j + len("시간")
	case has(rest, "분") && !sc.notMinute(j):
		return 60, j + len("분")
	case has(rest, "초") && !has(rest, "초과") && !has(rest, "초기"):
		return 1, j + len("초")
	case has(rest, "일간"), has(rest, "일 간"), has(rest, "일동안"), has(rest, "일 동안"):
		return daySeconds, j + len("일")
	}
	for _, u := range []struct {
		s   string
		sec int
	}{{"hours", 3600}, {"hour", 3600}, {"hrs", 3600}, {"hr", 3600}, {"h", 3600}, {"minutes", 60}, {"minute", 60}, {"mins", 60}, {"min", 60}, {"m", 60}, {"seconds", 1}, {"second", 1}, {"secs", 1}, {"sec", 1}, {"days", daySeconds}, {"day", daySeconds}} {
		if has(rest, u.s) && !isLetter(sc.at(j+len(u.s))) && (len(u.s) > 1 || j == i) {
			return u.sec, j + len(u.s)
		}
	}
	return 0, i
}

func (sc *scanner) notMinute(j int) bool {
	rest := sc.rest(j + len("분"))
	for _, not := range []string{"기", "당", "류", "야", "실", "석", "할", "양", "리", "원", "의 ", "께", "들"} {
		if has(rest, not) {
			return true
		}
	}
	return false
}
