package notices

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// The ways in which boards write when something was posted. Notices' own dates are not read here.
var (
	fullDate  = regexp.MustCompile(`(?:^|[^\d])((?:19|20)?\d{2})\s*[-./년]\s*(\d{1,2})\s*[-./월]\s*(\d{1,2})(?:\s*[일.])?(?:\s*\(?[월화수목금토일]\)?(?:요일)?)?(?:[ T]*(오전|오후)?\s*(\d{1,2}):(\d{2})(?::(\d{2}))?)?(?:[^\d]|$)`)
	compact   = regexp.MustCompile(`^((?:19|20)\d{2})(\d{2})(\d{2})$`)
	shortDate = regexp.MustCompile(`^(\d{1,2})[-./](\d{1,2})\.?$`)
	clockTime = regexp.MustCompile(`^(\d{1,2}):(\d{2})(?::\d{2})?$`)
	agoWords  = regexp.MustCompile(`^(\d{1,2})\s*(분|시간|일|minutes?|hours?|days?)\s*(?:전|ago)$`)
	english   = regexp.MustCompile(`(?i)^(?:(\d{1,2}) )?(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? (?:(\d{1,2}), )?(\d{4})$`)
	// labels are what stands around a date that is nothing but a date.
	labels = regexp.MustCompile(`(?i)등록일자?|작성일자?|게시일자?|공고일자?|공지일자?|날짜|일자|일시|조회수?|작성자|관리자|운영자|시스템|hits?|views?|date|posted|on|by|admin|[\d\s:|·/.,\-()\[\]~년월일]|오전|오후|요일`)
)

// postedIn reads when something was posted from a short text that holds little else, as
// "등록일 2026.11.23 | 조회 33". zone is the board's; now settles years that are left out.
func postedIn(s string, zone *time.Location, now time.Time) (at time.Time, dateOnly, ok bool) {
	s = oneLine(s)
	if s == "" || len(s) > 160 || len([]rune(s)) > 60 {
		return time.Time{}, false, false
	}
	if at, dateOnly, ok = wholeDate(s, zone, now); ok {
		return at, dateOnly, true
	}
	m := fullDate.FindStringSubmatch(s)
	if m == nil || len([]rune(strings.TrimSpace(labels.ReplaceAllString(s, "")))) > 6 {
		return time.Time{}, false, false
	}
	return fromParts(m, zone)
}

// anyDate reads the first full date of a text.
func anyDate(s string, zone *time.Location) (at time.Time, dateOnly, ok bool) {
	if m := fullDate.FindStringSubmatch(clip(s, 500)); m != nil {
		return fromParts(m, zone)
	}
	return time.Time{}, false, false
}

func fromParts(m []string, zone *time.Location) (at time.Time, dateOnly, ok bool) {
	y, mo, d := number(m[1]), number(m[2]), number(m[3])
	if y < 100 {
		y += 2000
	}
	hour, minute, second := number(m[5]), number(m[6]), number(m[7])
	if m[4] == "오후" && hour < 12 {
		hour += 12
	} else if m[4] == "오전" && hour == 12 {
		hour = 0
	}
	return day(y, mo, d, hour, minute, second, m[5] == "", zone)
}

// day makes an instant; what is no day is not.
func day(y, mo, d, hour, minute, second int, dateOnly bool, zone *time.Location) (time.Time, bool, bool) {
	t := time.Date(y, time.Month(mo), d, hour, minute, second, 0, zone)
	if y < 1990 || y > 2100 || int(t.Month()) != mo || t.Day() != d || hour > 23 || minute > 59 || second > 59 {
		return time.Time{}, false, false
	}
	return t, dateOnly, true
}

// wholeDate reads texts that are a date and need the present to be understood.
func wholeDate(s string, zone *time.Location, now time.Time) (time.Time, bool, bool) {
	now = now.In(zone)
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, zone)
	if m := compact.FindStringSubmatch(s); m != nil {
		return day(number(m[1]), number(m[2]), number(m[3]), 0, 0, 0, true, zone)
	}
	if m := clockTime.FindStringSubmatch(s); m != nil { // boards show the hour of today's posts
		return day(now.Year(), int(now.Month()), now.Day(), number(m[1]), number(m[2]), 0, false, zone)
	}
	if m := shortDate.FindStringSubmatch(s); m != nil {
		at, only, ok := day(now.Year(), number(m[1]), number(m[2]), 0, 0, 0, true, zone)
		if ok && at.After(today.AddDate(0, 0, 1)) {
			return day(now.Year()-1, number(m[1]), number(m[2]), 0, 0, 0, true, zone)
		}
		return at, only, ok
	}
	if m := agoWords.FindStringSubmatch(s); m != nil {
		n := number(m[1])
		switch unit := m[2]; {
		case unit == "분", unit[0] == 'm':
			return now.Add(-time.Duration(n) * time.Minute).Truncate(time.Hour), false, true
		case unit == "시간", unit[0] == 'h':
			return now.Add(-time.Duration(n) * time.Hour).Truncate(time.Hour), false, true
		}
		return today.AddDate(0, 0, -n), true, true
	}
	if m := english.FindStringSubmatch(s); m != nil {
		if month, err := time.Parse("Jan", strings.ToUpper(m[2][:1])+strings.ToLower(m[2][1:])); err == nil && (m[1] == "") != (m[3] == "") {
			return day(number(m[4]), int(month.Month()), number(m[1]+m[3]), 0, 0, 0, true, zone)
		}
	}
	return time.Time{}, false, false
}

func number(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}
