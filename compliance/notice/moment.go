package notice

import "strings"

// moment is a date, a time of day, or both, as written at one place.
type moment struct {
	date     dateForm
	hasDate  bool
	bareWeek bool // the date is a weekday alone
	clock    clock
	hasTime  bool
	allDay   bool
	wd       int // weekday + 1, or 0
	zone     item
	hasZone  bool
	alt      dateForm // the second date of 익일(29일)
	hasAlt   bool
	from, to int // items
}

// parser walks over the items of a text.
type parser struct {
	s     string
	items []item
	title int
}

func (p *parser) kind(i int) kind {
	if i < 0 || i >= len(p.items) {
		return kBreak
	}
	return p.item(i).kind
}

// item is the item at i; beyond the ends there is the end of a sentence.
func (p *parser) item(i int) item {
	if i < 0 || i >= len(p.items) {
		return item{kind: kBreak, from: len(p.s), to: len(p.s), flag: line, n: 2}
	}
	return p.items[i]
}

func (p *parser) text(i int) string {
	it := p.item(i)
	return p.s[it.from:it.to]
}

func (p *parser) bracket(i int) bool {
	return p.kind(i) == kOpenParen && p.text(i) == "("
}

// glueWord says whether a word may stand between a date and its time, or a time and its date.
func (p *parser) glueWord(i int) bool {
	if p.kind(i) != kWord {
		return false
	}
	switch strings.TrimSpace(p.text(i)) {
	case "at", "on", "of", "the", "의", "에", "중", "날", "인", "일", "for", "약", "당일", "@", "오는", "부로", "a", "시간", "요일", "경", "hours":
		return true
	}
	return false
}

// moment reads a moment at item i.
func (p *parser) moment(i int) (moment, int, bool) {
	m := moment{from: i}
	j, ok := p.date(i, &m)
	if ok {
		if p.kind(j) == kAllDay {
			m.allDay, m.to = true, j+1
			return m, j + 1, true
		}
		if k, found := p.timeAfterDate(j); found {
			p.clock(k, &m)
			j = p.qualify(k+1, &m)
		} else if p.kind(j) == kZone {
			m.zone, m.hasZone = p.item(j), true
			j++
		}
		m.to = j
		return m, j, true
	}
	if p.kind(i) != kTime {
		return m, i, false
	}
	p.clock(i, &m)
	m.to = p.qualify(i+1, &m)
	return m, m.to, true
}

func (p *parser) clock(i int, m *moment) { m.clock, m.hasTime = p.item(i).clock, true }

// date reads the date at i with its weekday, and the second date that parentheses may add.
func (p *parser) date(i int, m *moment) (int, bool) {
	j, ok := p.dateHead(i, m)
	if !ok {
		return i, false
	}
	m.hasDate = true
	if p.kind(j) == kWeekday {
		m.wd, j = p.item(j).n+1, j+1
	} else if p.kind(j) == kSep && p.text(j) == "," && p.kind(j+1) == kWeekday && p.kind(j+2) != kDate {
		m.wd, j = p.item(j+1).n+1, j+2
	}
	// 오늘(24일), 다음날인 29일(일), 11.29(익일)
	open := p.bracket(j)
	if !open && !(m.date.rel == fromLast && p.kind(j) == kWord && strings.TrimSpace(p.text(j)) == "인") && !(m.date.rel != written && p.kind(j) == kDate && p.item(j).date.rel == written && p.item(j).date.d > 0) {
		return j, true
	}
	k := j
	if p.kind(k) != kDate {
		k++
	}
	var second moment
	n, ok := p.dateHead(k, &second)
	if !ok || second.bareWeek {
		return j, true
	}
	if p.kind(n) == kWeekday {
		second.wd, n = p.item(n).n+1, n+1
	}
	if open && p.kind(n) != kCloseParen {
		if m.date.rel == written {
			return j, true
		}
		n-- // 내일(25일 02:00 ~ 04:00): the bracket closes later
	}
	if m.date.rel != written && second.date.rel == written {
		m.alt, m.hasAlt = m.date, true
		m.date = second.date
		if second.wd > 0 {
			m.wd = second.wd
		}
	}
	return n + 1 - b2i(!open), true
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// dateHead reads the date proper.
func (p *parser) dateHead(i int, m *moment) (int, bool) {
	switch p.kind(i) {
	case kDate:
		return p.joinDate(i, m)
	case kNum:
		if n := p.item(i).n; n >= 1 && n <= 31 && p.kind(i+1) == kWeekday && p.item(i+1).flag&paren != 0 {
			m.date = dateForm{d: n}
			return i + 1, true
		}
	case kWeekday:
		return p.weekdayLed(i, m)
	}
	return i, false
}

// weekdayLed reads "Saturday, 28 November" and "토요일".
func (p *parser) weekdayLed(i int, m *moment) (int, bool) {
	j := i + 1
	if p.kind(j) == kSep && p.text(j) == "," || p.kind(j) == kBreak && p.text(j) == "." {
		j++
	}
	if p.kind(j) == kWord && strings.TrimSpace(p.text(j)) == "the" {
		j++
	}
	if p.kind(j) == kDate && p.item(j).date.d > 0 && p.item(j).flag&paren == 0 && p.item(i).flag&paren == 0 {
		m.wd = p.item(i).n + 1
		return p.joinDate(j, m)
	}
	if p.item(i).flag&paren != 0 || len(p.text(i)) < 6 {
		return i, false
	}
	m.bareWeek = true
	m.date = dateForm{rel: nextOnDay, wd: p.item(i).n + 1}
	return i + 1, true
}

// joinDate joins 다음달 + 4일, 이번 주 + 토요일, 오는 + 28일, 11월 중 + 28일.
func (p *parser) joinDate(i int, m *moment) (int, bool) {
	d := p.item(i).date
	j := i + 1
	if p.kind(j) == kWord && p.glueWord(j) && (d.rel != written || d.month) {
		j++
	}
	next := dateForm{}
	if p.kind(j) == kDate {
		next = p.item(j).date
	}
	nextDay := next.rel == written && next.d > 0
	switch {
	case d.rel == written && d.d > 0, d.rel == fromPost, d.rel == fromLast:
		m.date = d
		return i + 1, true
	case d.month && nextDay && next.m == 0:
		m.date = dateForm{y: d.y, m: d.m, d: next.d}
		return j + 1, true
	case d.rel == monthOf && nextDay:
		m.date = next
		if next.m == 0 {
			m.date.rel, m.date.n = monthOf, d.n
		}
		return j + 1, true
	case d.rel == yearOf && nextDay && next.m > 0:
		m.date = dateForm{rel: yearOf, n: d.n, m: next.m, d: next.d}
		return j + 1, true
	case d.rel == nextOnDay && nextDay:
		m.date = next
		return j + 1, true
	case (d.rel == nextOnDay || d.rel == weekOf) && p.kind(j) == kWeekday:
		m.date = dateForm{rel: d.rel, n: d.n, wd: p.item(j).n + 1}
		if p.bracket(j + 1) { // 이번 주 토요일(28일)
			var second moment
			if k, ok := p.dateHead(j+2, &second); ok && second.date.rel == written && p.kind(k) == kCloseParen {
				m.alt, m.hasAlt = m.date, true
				m.date = second.date
				return k + 1, true
			}
		}
		if p.kind(j+1) == kSep && p.kind(j+2) == kDate && p.item(j+2).date.d > 0 && p.item(j+2).date.m > 0 { // this Saturday, November 28
			m.date, m.wd = p.item(j+2).date, p.item(j).n+1
			return j + 3, true
		}
		return j + 1, true
	}
	return i, false
}

// timeAfterDate finds the time that belongs to a date that ended before j.
func (p *parser) timeAfterDate(j int) (int, bool) {
	for n := 0; n < 6; n++ {
		switch p.kind(j) {
		case kTime:
			return j, true
		case kSep:
			if t := p.text(j); t != "," && t != "/" && t != "·" {
				return j, false
			}
		case kTab, kOpenParen, kCloseParen, kLead, kEach, kZone:
		case kWeekday:
			if p.item(j).flag&paren == 0 {
				return j, false
			}
		case kBreak:
			if p.text(j) != "." {
				return j, false
			}
		case kRange: // Nov 28 - 22:00 to 24:00
			if p.item(j).flag&dash == 0 || p.kind(j+1) != kTime {
				return j, false
			}
			k := j + 2
			if p.kind(k) == kZone {
				k++
			}
			if p.kind(k) != kRange || p.kind(k+1) != kTime {
				return j, false
			}
		case kLabel:
			if p.item(j).label != labelWork && p.item(j).label != labelStop || p.kind(j+1) != kTime {
				return j, false
			}
		default:
			if !p.glueWord(j) {
				return j, false
			}
		}
		j++
	}
	return j, false
}

// qualify reads what may follow a time: a zone, and in parentheses a weekday, a date or 익일;
// in English also "on Saturday, 28 November".
func (p *parser) qualify(j int, m *moment) int {
	for n := 0; n < 4; n++ {
		switch {
		case p.kind(j) == kZone && !m.hasZone:
			m.zone, m.hasZone = p.item(j), true
			j++
		case p.bracket(j) && p.kind(j+1) == kZone && p.kind(j+2) == kCloseParen:
			if !m.hasZone {
				m.zone, m.hasZone = p.item(j+1), true
			}
			j += 3
		case p.kind(j) == kWeekday && p.item(j).flag&paren != 0 && !m.hasDate:
			m.wd = p.item(j).n + 1
			j++
		case p.bracket(j) && p.kind(j+1) == kDate && !m.hasDate:
			var d moment
			k, ok := p.date(j+1, &d)
			if !ok || p.kind(k) != kCloseParen {
				return j
			}
			m.date, m.hasDate, m.wd = d.date, true, d.wd
			j = k + 1
		case !m.hasDate:
			k, ok := p.trailingDate(j, m)
			if !ok {
				return j
			}
			j = k
		default:
			return j
		}
	}
	return j
}

// trailingDate reads ", 28 November" after a time, unless that date has a time of its own.
func (p *parser) trailingDate(j int, m *moment) (int, bool) {
	k, linked := j, false
	for n := 0; n < 3; n++ {
		switch {
		case p.kind(k) == kSep && p.text(k) == "," && !linked:
		case p.kind(k) == kWord && (strings.TrimSpace(p.text(k)) == "on" || strings.TrimSpace(p.text(k)) == "the" || strings.TrimSpace(p.text(k)) == "of"):
			linked = true
			k++
			continue
		default:
			n = 3
			continue
		}
		k++
	}
	var d moment
	e, ok := p.date(k, &d)
	if !ok || d.bareWeek && !linked && p.text(k)[0] >= 0x80 || d.date.rel == written && d.date.m == 0 && !linked {
		return j, false
	}
	if p.item(k).from < len(p.s) && p.s[p.item(k).from] >= 0x80 { // Korean dates lead
		return j, false
	}
	english := false
	for x := k; x < e; x++ {
		t := p.text(x)
		english = english || t[0] >= 'a' && t[0] <= 'z' || strings.ContainsAny(t, "abcdefghijklmnopqrstuvwxyz")
	}
	if _, timed := p.timeAfterDate(e); timed && !linked || !english && !linked {
		return j, false
	}
	m.date, m.hasDate, m.wd, m.bareWeek = d.date, true, d.wd, d.bareWeek
	return e, true
}
