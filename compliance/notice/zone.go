package notice

import (
	"strings"
	"time"
)

// Flags of zone items.
const (
	unknownZone uint8 = 1 << iota // 현지시간; CST, which is Chicago's and China's
	americanDST                   // PT, ET: one hour ahead in the American summer
	europeanDST                   // Central European Time without saying which half of the year
	zoneScope                     // "all times are in ...": holds for the whole notice
)

type zoneName struct {
	name  string
	hours float32
	flag  uint8
}

// zoneNames lists abbreviations and Korean names. Those with several meanings are read in
// the most common one and flagged.
func zoneNames() []zoneName {
	return []zoneName{
		{"kst", 9, 0}, {"jst", 9, 0}, {"utc", 0, 0}, {"gmt", 0, 0}, {"pst", -8, 0}, {"pdt", -7, 0}, {"mst", -7, 0}, {"mdt", -6, 0},
		{"cdt", -5, 0}, {"est", -5, 0}, {"edt", -4, 0}, {"cest", 2, 0}, {"cet", 1, 0}, {"eest", 3, 0}, {"eet", 2, 0}, {"wet", 0, 0}, {"west", 1, 0},
		{"bst", 1, 0}, {"sgt", 8, 0}, {"hkt", 8, 0}, {"aest", 10, 0}, {"aedt", 11, 0}, {"awst", 8, 0}, {"nzst", 12, 0}, {"nzdt", 13, 0},
		{"ict", 7, 0}, {"wib", 7, 0}, {"msk", 3, 0}, {"myt", 8, 0}, {"pht", 8, 0}, {"akst", -9, 0}, {"akdt", -8, 0}, {"hst", -10, 0},
		{"cst", -6, unknownZone}, {"ist", 5.5, unknownZone},
		{"korea standard time", 9, 0}, {"korean standard time", 9, 0}, {"korea time", 9, 0}, {"korean time", 9, 0}, {"seoul time", 9, 0}, {"asia/seoul", 9, 0},
		{"japan standard time", 9, 0}, {"asia/tokyo", 9, 0}, {"coordinated universal time", 0, 0}, {"asia/singapore", 8, 0}, {"singapore time", 8, 0},
		{"pacific time", -8, americanDST}, {"eastern time", -5, americanDST}, {"central time", -6, americanDST}, {"mountain time", -7, americanDST},
		{"central european summer time", 2, 0}, {"central european time", 1, europeanDST}, {"europe/berlin", 1, europeanDST}, {"europe/paris", 1, europeanDST},
		{"america/new_york", -5, americanDST}, {"america/los_angeles", -8, americanDST},
		{"local time", 0, unknownZone},
		{"한국 표준시", 9, 0}, {"한국 시간", 9, 0}, {"한국 시각", 9, 0}, {"대한민국 시간", 9, 0}, {"국내 시간", 9, 0}, {"서울 시간", 9, 0}, {"일본 시간", 9, 0}, {"일본 시각", 9, 0},
		{"중국 시간", 8, 0}, {"베이징 시간", 8, 0}, {"북경 시간", 8, 0}, {"홍콩 시간", 8, 0}, {"싱가포르 시간", 8, 0}, {"베트남 시간", 7, 0}, {"세계 표준시", 0, 0}, {"협정 세계시", 0, 0}, {"그리니치 표준시", 0, 0},
		{"미국 동부 시간", -5, americanDST}, {"미 동부 시간", -5, americanDST}, {"미국 동부 표준시", -5, 0}, {"미국 서부 시간", -8, americanDST}, {"미 서부 시간", -8, americanDST},
		{"미국 태평양 시간", -8, americanDST}, {"태평양 표준시", -8, 0}, {"태평양 시간", -8, americanDST}, {"동부 시간", -5, americanDST}, {"뉴욕 시간", -5, americanDST},
		{"유럽 중부 시간", 1, europeanDST}, {"중부 유럽 시간", 1, europeanDST}, {"독일 시간", 1, europeanDST},
		{"현지 시간", 0, unknownZone}, {"현지 시각", 0, unknownZone}, {"미국 시간", -5, unknownZone},
	}
}

// shortAmerican reads PT, ET, CT and MT, which are words elsewhere: only right after a time.
func shortAmerican(s string) (hours int, ok bool) {
	if len(s) > 2 && (isLetter(s[2]) || isDigit(s[2])) {
		return 0, false
	}
	switch {
	case has(s, "pt"):
		return -8, true
	case has(s, "mt"):
		return -7, true
	case has(s, "ct"):
		return -6, true
	case has(s, "et"):
		return -5, true
	}
	return 0, false
}

// americanZone reads Central, US/Pacific and Eastern Daylight Time: after a time these words
// name its zone. The item's to is their length.
func americanZone(s string) (item, bool) {
	n := 0
	for _, prefix := range []string{"us/", "us ", "u.s. "} {
		if has(s, prefix) {
			n = len(prefix)
			break
		}
	}
	it := item{flag: americanDST}
	found := false
	for _, z := range []struct {
		name  string
		hours int
	}{{"eastern", -5}, {"central", -6}, {"mountain", -7}, {"pacific", -8}} {
		if has(s[n:], z.name) {
			found = true
			n += len(z.name)
			it.n = z.hours * 3600
			break
		}
	}
	if !found || n < len(s) && isLetter(s[n]) || has(s[n:], " europe") || has(s[n:], " africa") {
		return item{}, false
	}
	for _, part := range []struct {
		word string
		flag uint8
		more int
	}{{" standard", 0, 0}, {" daylight", 0, 3600}, {" savings", 0, 0}, {" saving", 0, 0}, {" time", 0, 0}} {
		if !has(s[n:], part.word) {
			continue
		}
		n += len(part.word)
		if part.word == " standard" || part.word == " daylight" {
			it.flag = part.flag
		}
		it.n += part.more
	}
	it.to = n
	return it, !nounFollows(s[n:])
}

// nounFollows tells "22:00 Central" from "22:00 central office".
func nounFollows(s string) bool {
	if len(s) < 2 || s[0] != ' ' || !isLetter(s[1]) {
		return false
	}
	for _, w := range []string{"to ", "until ", "till ", "through ", "and ", "on ", "for ", "lasting ", "as ", "we ", "with ", "in ", "or ", "the ", "our "} {
		if has(s[1:], w) {
			return false
		}
	}
	return true
}

// zone reads a zone's name and the offset that may follow UTC or GMT.
func (sc *scanner) zone(i int, name zoneName, n int) int {
	it := item{kind: kZone, from: i, to: i + n, n: int(name.hours * 3600), flag: name.flag}
	after := sc.at(i + n)
	if name.name[0] < 0x80 && isLetter(after) {
		return 0
	}
	if name.name == "utc" || name.name == "gmt" || name.name == "kst" {
		k := sc.blanks(i + n)
		if off, end, ok := sc.offset(k); ok && !sc.rangeNotOffset(i+n, k, end) {
			if name.name != "kst" {
				it.n = off
			}
			it.to = end
		}
	}
	if sc.scopeBefore(i) || has(sc.rest(sc.blanks(it.to)), "기준") {
		it.flag |= zoneScope
	}
	return sc.emit(it)
}

// rangeNotOffset tells "22:00 UTC - 02:00" and "22:00UTC-02:00UTC" from "UTC-08:00".
func (sc *scanner) rangeNotOffset(end, minus, after int) bool {
	if sc.at(minus) != '-' || !sc.clockAhead(minus+1) {
		return false
	}
	k := sc.blanks(after)
	return minus > end || has(sc.rest(k), "utc") || has(sc.rest(k), "gmt") || has(sc.rest(k), "kst")
}

// scopeBefore says whether the zone at i is spoken of for all times.
func (sc *scanner) scopeBefore(i int) bool {
	before := sc.s[max(0, i-48):i]
	for _, s := range []string{"all times", "times are", "times in", "모든 시간", "모든 시각", "timezone", "time zone", "표준 시간대"} {
		if strings.Contains(before, s) {
			return true
		}
	}
	return false
}

// offset reads +9, +09:00, -0500: seconds east of Greenwich.
func (sc *scanner) offset(i int) (seconds, end int, ok bool) {
	c := sc.at(i)
	if c != '+' && c != '-' {
		return 0, i, false
	}
	h, n, j := sc.digits(sc.blanks(i + 1))
	m := 0
	switch {
	case n == 4:
		h, m = h/100, h%100
	case n == 1 || n == 2:
		if sc.at(j) == ':' {
			v, mn, e := sc.digits(j + 1)
			if mn == 2 {
				m, j = v, e
			}
		}
	default:
		return 0, i, false
	}
	if h > 14 || m > 59 {
		return 0, i, false
	}
	seconds = h*3600 + m*60
	if c == '-' {
		seconds = -seconds
	}
	return seconds, j, true
}

// location is the zone of an item on a civil day.
func (r *reader) location(it item, day int) *time.Location {
	off := it.n
	name := strings.ToUpper(r.text.s[it.from:it.to])
	y, m, _ := civilDate(day)
	switch {
	case it.flag&americanDST != 0:
		// Energy Policy Act of 2005: second Sunday of March to first Sunday of November.
		if day >= nthSunday(y, 3, 2) && day < nthSunday(y, 11, 1) {
			off += 3600
		}
	case it.flag&europeanDST != 0:
		// Directive 2000/84/EC: last Sunday of March to last Sunday of October.
		if m >= 3 && day >= nthSunday(y, 4, 1)-7 && day < nthSunday(y, 11, 1)-7 {
			off += 3600
		}
	}
	return time.FixedZone(name, off)
}

// nthSunday is the n-th Sunday of a month.
func nthSunday(y, m, n int) int {
	first := civilDay(y, m, 1)
	return first + (7-weekdayOf(first))%7 + 7*(n-1)
}
