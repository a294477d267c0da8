package notice

import "strings"

// form is the shape of a segment.
type form uint8

const (
	point     form = iota // one moment with a time
	dayOnly               // one date
	closed                // from a to b
	dates                 // from day a to day b
	openEnded             // from a
	until                 // to a
	lasting               // from a for a duration
)

// segment is a stretch of time as written: one or two moments and what surrounds them.
type segment struct {
	form     form
	a, b     moment
	dur      item // a stated duration
	hasDur   bool
	partial  bool // the duration is of the interruption within the window
	label    label
	old, new bool
	was      bool // 예정되었던 followed
	each     bool // 각, 매일: the times hold on every day
	said     bool // the end is open in words, or by a tilde with nothing after it
	listed   bool // joined to the previous segment by a comma or the like
	shift    bool // "02:00에서 04:00로": one time replaces another
	from, to int  // items
	at, end  int  // bytes of the folded text
	line     int
	sentence [2]int // bytes
}

// segment reads a stretch of time at item i.
func (p *parser) segment(i int) (segment, int, bool) {
	lead := p.kind(i) == kLead
	start := i
	if lead {
		i++
		if p.glueWord(i) {
			i++
		}
	}
	a, j, ok := p.moment(i)
	if !ok {
		return segment{}, start, false
	}
	s := segment{a: a, from: start}
	between := false
	for k := start; k < j; k++ {
		between = between || p.kind(k) == kLead && p.item(k).n == 1
	}
	j = p.connect(j, &s, between, lead)
	s.to = j
	if s.form != closed && s.form != dates && s.form != lasting {
		j = p.duration(j, &s)
	} else if s.form != lasting {
		j = p.statedDuration(j, &s)
	}
	s.to = j
	s.at, s.end = p.item(start).from, p.item(j-1).to
	return s, j, true
}

// link is what stands between the two moments of a range.
type link struct {
	at            int
	ranged, from_ bool // "~"; 부터
	soft          bool // the range is a dash or a word, which may be mere punctuation
	eseo          bool // 에서
	words         int
	lines         int
}

// connect reads what follows the first moment: the link, and the second moment, an open end,
// or nothing.
func (p *parser) connect(j int, s *segment, between, lead bool) int {
	l := p.link(j, s.a, between)
	if !l.ranged && !l.from_ {
		return p.unlinked(j, s, lead)
	}
	if b, k, ok := p.moment(l.at); ok && p.fits(s.a, b, l, k) {
		if !s.a.hasTime && b.hasDate && b.hasTime && p.rangeGoesOn(k) { // 23일~25일 02:00~02:30
			b = moment{from: l.at}
			if k, ok = p.date(l.at, &b); ok {
				b.to = k
			}
		}
		return p.close(s, b, k, l)
	}
	if p.kind(l.at) == kNum { // 11.28 ~ 29
		if n := p.item(l.at).n; n >= 1 && n <= 31 && s.a.hasDate && !s.a.hasTime {
			b := moment{date: dateForm{d: n}, hasDate: true, from: l.at, to: l.at + 1}
			return p.close(s, b, l.at+1, l)
		}
	}
	if p.kind(l.at) == kDur && l.from_ || p.kind(l.at) == kDur && !l.soft && s.a.hasTime {
		s.form, s.dur, s.hasDur = lasting, p.item(l.at), true
		return l.at + 1
	}
	if l.eseo && !l.ranged {
		return p.unlinked(j, s, lead)
	}
	if p.kind(l.at) == kOpen || p.kind(l.at) == kWord && p.kind(l.at+1) == kOpen {
		s.form, s.said = openEnded, true
		k := l.at + 1 + b2i(p.kind(l.at) != kOpen)
		if p.kind(k) == kUntil {
			k++
		}
		return k
	}
	if !s.a.hasTime && !l.from_ && l.soft {
		return p.unlinked(j, s, lead)
	}
	if k, ok := p.laterEnd(l.at, s, l); ok {
		return k
	}
	if l.soft && !l.from_ && !p.ends(l.at) {
		return p.unlinked(j, s, lead)
	}
	if !s.a.hasTime && !l.from_ {
		s.form = dayOnly
		return l.at
	}
	s.form, s.said = openEnded, true
	return l.at
}

// link walks over what may stand between two moments.
func (p *parser) link(j int, a moment, between bool) link {
	l := link{at: j}
	if k := p.fromAfterWords(j); k > 0 {
		l.from_, l.at = true, k
	}
	for n := 0; n < 8; n++ {
		it := item{kind: kBreak}
		if l.at < len(p.items) {
			it = p.item(l.at)
		}
		switch {
		case it.kind == kRange && !l.ranged:
			l.ranged = true
			l.soft = it.flag&(dash|word) != 0
		case it.kind == kRange && it.flag&word != 0:
		case it.kind == kFrom && !l.from_ && !l.ranged:
			l.from_, l.eseo = true, it.flag&plainRange == 0
		case it.kind == kCloseParen && !l.ranged && !l.from_, it.kind == kSep && p.text(l.at) == "," && l.from_:
		case it.kind == kSep && it.flag&word != 0 && between && !l.ranged:
			l.ranged = true
		case it.kind == kBreak && it.flag&line != 0 && it.n == 1 && l.lines == 0 && (l.ranged && !l.soft || p.kind(l.at+1) == kRange && p.item(l.at+1).flag == 0):
			l.lines++
		case it.kind == kZone && !l.ranged:
		case it.kind == kOpenParen && (l.ranged || l.from_) && p.kind(l.at+1) != kDur && p.kind(l.at+1) != kWord:
		case it.kind == kSep && !l.ranged && p.interval(l.at, a):
			l.ranged = true
		case it.kind == kLead && l.ranged:
		case it.kind == kUntil && n == 0 && p.kind(l.at+1) == kRange: // 까지 ~
		case it.kind == kWord && (l.ranged || l.from_) && l.words < 2 && p.filler(l.at):
			l.words++
		default:
			return l
		}
		l.at++
	}
	return l
}

// interval says whether the slash at item i joins two instants, as in ISO 8601.
func (p *parser) interval(i int, a moment) bool {
	it := p.item(i)
	if p.text(i) != "/" || !a.hasDate || !a.hasTime || it.from == 0 || p.s[it.from-1] == ' ' || p.item(i+1).from != it.to {
		return false
	}
	return p.kind(i+1) == kDate && p.kind(i+2) == kTime && p.item(i+1).date.y > 0 && p.s[p.item(i+1).to] == 't'
}

// rangeGoesOn says whether another range, to a time alone, begins at item k.
func (p *parser) rangeGoesOn(k int) bool {
	return (p.kind(k) == kRange || p.kind(k) == kFrom) && (p.kind(k+1) == kTime || p.kind(k+1) == kDate && p.item(k+1).date.rel == fromLast)
}

// fromAfterWords finds the 부터 of "18시 업무 종료 후부터": the item after it, or 0.
func (p *parser) fromAfterWords(j int) int {
	if p.kind(j) != kWord && p.kind(j) != kOpen {
		return 0
	}
	for k := j; k < j+4; k++ {
		switch p.kind(k) {
		case kWord, kOpen:
		case kFrom:
			if p.item(k).flag&plainRange != 0 && (p.kind(k+1) == kDate || p.kind(k+1) == kTime) {
				return k + 1
			}
			return 0
		default:
			return 0
		}
	}
	return 0
}

// filler says whether a word may stand inside a range: 부터 약, 부터 당일, to about.
func (p *parser) filler(i int) bool {
	switch strings.TrimSpace(p.text(i)) {
	case "약", "about", "approximately", "around", "at", "the", "대략", "최대", "on", "오는", "인", "당일", "for", "is", "expected", "종료", "완료", "하여", "시작", "시작하여", "start", "of":
		return true
	}
	return false
}

// fits says whether b can be the end of a range that begins with a.
func (p *parser) fits(a, b moment, l link, after int) bool {
	switch {
	case b.bareWeek && !b.hasTime:
		return false
	case !a.hasTime && b.hasTime && !b.hasDate:
		return false // 11.28 - 22:00: a date and a time, not a range
	case l.eseo && !l.ranged:
		// 22:00에서 24:00까지 is a range; 22:00에서 24:00로 is a change.
		return p.kind(after) == kUntil || p.kind(after) == kWord && has(strings.TrimSpace(p.text(after)), "사이")
	}
	return true
}

func (p *parser) close(s *segment, b moment, k int, l link) int {
	s.b = b
	s.form = closed
	if !s.a.hasTime && !b.hasTime {
		s.form = dates
	}
	if b.hasTime && !s.a.hasTime {
		s.a.clock, s.a.hasTime = clock{}, true // 28일부터 29일 06:00까지: from the day's beginning
		s.a.allDay = true
	}
	for p.kind(k) == kUntil || p.kind(k) == kCloseParen && p.text(k) == ")" && p.kind(k+1) == kUntil {
		k++
	}
	if p.kind(k) == kAllDay {
		k++
	}
	return k
}

// ends says whether nothing follows a dash that would make it punctuation.
func (p *parser) ends(i int) bool {
	k := p.kind(i)
	return k == kBreak || k == kCloseParen || k == kTab
}

// laterEnd looks for the "24시까지" of "22시부터 점검을 위해 24시까지", or the duration of
// "22시부터 ... 4시간 동안", in the rest of the sentence.
func (p *parser) laterEnd(at int, s *segment, l link) (int, bool) {
	if !l.from_ || l.eseo {
		return 0, false
	}
	for j := at; j < at+14 && j < len(p.items); j++ {
		switch p.kind(j) {
		case kBreak, kLabel, kTab, kRecur, kLead:
			return 0, false
		case kDur:
			s.form, s.dur, s.hasDur = lasting, p.item(j), true
			return j + 1, true
		case kDate, kTime, kWeekday:
			b, k, ok := p.moment(j)
			if ok && p.kind(k) == kUntil && b.hasTime {
				return p.close(s, b, k, l), true
			}
			return 0, false
		}
	}
	return 0, false
}

// englishEnd looks for the "end at 02:00" of "will start at 22:00 UTC and is expected to end
// at 02:00", in the rest of the sentence.
func (p *parser) englishEnd(j int, s *segment) (int, bool) {
	ends := false
	for k := j; k < j+12; k++ {
		switch p.kind(k) {
		case kBreak, kLabel, kTab, kRecur, kDur:
			return 0, false
		case kRange:
			ends = ends || p.item(k).flag == word && p.text(k) != "to"
		case kWord, kOpen:
			ends = ends || anyOf(p.text(k), "end", "finish", "complet", "conclud")
		case kDate, kTime, kWeekday:
			b, after, ok := p.moment(k)
			if !ok || !ends || !b.hasTime {
				return 0, false
			}
			return p.close(s, b, after, link{}), true
		}
	}
	return 0, false
}

// unlinked decides what a single moment is.
func (p *parser) unlinked(j int, s *segment, lead bool) int {
	if k, ok := p.englishEnd(j, s); lead && ok {
		return k
	}
	switch {
	case p.kind(j) == kUntil:
		s.form = until
		return j + 1
	case !s.a.hasTime:
		s.form = dayOnly
	case p.kind(j) == kFrom && p.item(j).flag&plainRange == 0 && p.kind(j+1) == kTime:
		s.form, s.shift = point, true
		return j + 1
	case lead && (p.ends(j) || p.kind(j) == kWord || p.kind(j) == kSep || p.kind(j) == kDur):
		s.form = openEnded
	default:
		s.form = point
	}
	return j
}

// duration reads the "4시간" after a start, so that it gives the end: "22:00, 약 4시간 소요",
// "22:00 (2시간)", "from 22:00 for 2 hours".
func (p *parser) duration(j int, s *segment) int {
	if !s.a.hasTime && !s.a.allDay || s.form == until {
		return j
	}
	for k, words := j, 0; k < j+10; k++ {
		switch p.kind(k) {
		case kDur:
			after := p.after(k)
			if p.item(k).flag&dayLed != 0 || has(after, "전") || has(after, "이내") || has(after, "내") || has(after, "후") || has(after, "before") || has(after, "마다") {
				return j
			}
			s.form, s.dur, s.hasDur = lasting, p.item(k), true
			k++
			if p.kind(k) == kCloseParen {
				k++
			}
			return k
		case kSep, kOpenParen, kCloseParen, kUntil, kRange, kZone:
			if p.kind(k) == kOpenParen && p.text(k) != "(" {
				return j
			}
		case kWord:
			if words++; words > 6 || s.form == point && words > 3 && p.text(k)[0] >= 0x80 {
				return j
			}
		case kOpen, kFrom:
		case kOrdinal:
			if p.text(k) != "last" { // "and will last two hours"
				return j
			}
		case kBreak:
			if p.item(k).flag&bullet == 0 || s.form != point {
				return j
			}
			return j
		default:
			return j
		}
	}
	return j
}

// after is the text that follows item i, without blanks before it.
func (p *parser) after(i int) string {
	if i >= len(p.items) {
		return ""
	}
	return strings.TrimLeft(p.s[p.item(i).to:min(len(p.s), p.item(i).to+60)], " ")
}

// statedDuration reads the checksum after a window: "(약 4시간)", ", 총 2시간", "(3분간 중단)".
func (p *parser) statedDuration(j int, s *segment) int {
	words := ""
	for k := j; k < j+7; k++ {
		switch p.kind(k) {
		case kDur:
			after := p.after(k)
			if has(after, "전") || has(after, "before") || has(after, "마다") || has(after, "간격") {
				return j
			}
			s.dur, s.hasDur = p.item(k), true
			close, _, _ := strings.Cut(after, ")")
			close, _, _ = strings.Cut(close, "\n")
			s.partial = anyOf(words, "중", "순단", "최대", "during", "within", "up to") || anyOf(close, "중단", "순단", "끊", "내외 중", "이내", "내 ", "단절", "interruption", "outage", "일시", "downtime", "간헐", "접속 불가", "재시작", "재기동", "이용 불가", "이용불가", "불안정") && s.dur.n < 3*3600
			k++
			if p.kind(k) == kCloseParen {
				k++
			}
			return k
		case kSep, kCloseParen, kUntil, kZone:
			if p.kind(k) == kSep && p.text(k) != "," && p.text(k) != "/" {
				return j
			}
		case kOpenParen:
			if p.text(k) != "(" {
				return j
			}
		case kWord:
			words += p.text(k) + " "
			if len(words) > 24 {
				return j
			}
		default:
			return j
		}
	}
	return j
}
