package notice

import "strings"

// Frequencies of rules, from the most to the least frequent.
const (
	daily = 1 + iota
	weekly
	monthly
	yearly
)

func frequency(n int) string { return [...]string{"", "daily", "weekly", "monthly", "yearly"}[n] }

// head is the part of a rule before its times: 매월 셋째 주 일요일.
type head struct {
	freq     int
	ordinals []int
	weekdays []int
	days     []int // of the month; -1 is the last
	months   []dateForm
	from, to int // items
}

// complete says whether the head names its days.
func (h head) complete() bool {
	switch h.freq {
	case daily:
		return true
	case weekly:
		return len(h.weekdays) > 0
	case monthly:
		return len(h.days) > 0 || len(h.ordinals) > 0 && len(h.weekdays) > 0
	case yearly:
		return len(h.months) > 0
	}
	return false
}

// rules spells the head out, one rule for each day that it names.
func (h head) rules(from, to int) []Rule {
	base := Rule{Freq: frequency(h.freq), From: from, To: to}
	var out []Rule
	switch h.freq {
	case daily:
		out = append(out, base)
	case weekly:
		base.Weekdays = h.weekdays
		out = append(out, base)
	case monthly:
		for _, d := range h.days {
			r := base
			r.MonthDay = d
			out = append(out, r)
		}
		if len(h.days) == 0 {
			for _, n := range h.ordinals {
				r := base
				r.Week, r.Weekdays = n, h.weekdays
				out = append(out, r)
			}
		}
	case yearly:
		for _, d := range h.months {
			r := base
			r.Month, r.MonthDay = d.m, d.d
			out = append(out, r)
		}
	}
	return out
}

// head reads the head of a rule at item i: a word of recurrence and the days around it.
func (p *parser) head(i int) (head, int, bool) {
	h := head{from: i}
	if p.kind(i) == kWeekday && strings.HasSuffix(p.text(i), "days") {
		h.freq = weekly
	}
	j, words, last := i, 0, i
	for ; j < i+24 && j < len(p.items); j++ {
		n, used := p.headItem(j, &h)
		if used {
			j = n - 1
			last = n
			continue
		}
		switch p.kind(j) {
		case kSep, kRange, kLead, kOpenParen, kCloseParen:
			if p.kind(j) == kRange && p.item(j).flag&word != 0 || p.kind(j) == kOpenParen && h.complete() {
				j = i + 24
			}
			continue
		case kWord:
			if words++; words <= 3 && !h.complete() || p.glueWord(j) || strings.TrimSpace(p.text(j)) == "주" || strings.TrimSpace(p.text(j)) == "주의" {
				continue
			}
		}
		break
	}
	h.to = last
	return h, last, h.freq > 0 && h.complete()
}

// headItem takes one item into the head, and returns the item after it.
func (p *parser) headItem(j int, h *head) (int, bool) {
	it := p.item(j)
	switch it.kind {
	case kRecur:
		h.freq = max(h.freq, it.n)
		return j + 1, true
	case kOrdinal:
		t := p.text(j)
		if t == "말일" || strings.HasPrefix(t, "마지막") && strings.HasSuffix(t, "날") {
			h.days = append(h.days, -1)
			return j + 1, true
		}
		h.ordinals = append(h.ordinals, it.n)
		return j + 1, true
	case kNum:
		after := p.after(j)
		if it.n >= 1 && it.n <= 5 && h.freq >= monthly && (has(after, "번째") || has(after, "째") || has(after, "주") || p.kind(j+1) == kSep && p.kind(j+2) == kNum) {
			h.ordinals = append(h.ordinals, it.n)
			if p.kind(j+1) == kWord {
				return j + 2, true
			}
			return j + 1, true
		}
	case kWeekday:
		if j > 0 && p.kind(j-1) == kRange && len(h.weekdays) > 0 {
			for d := h.weekdays[len(h.weekdays)-1]; d != it.n; {
				d = (d + 1) % 7
				h.weekdays = append(h.weekdays, d)
			}
			return j + 1, true
		}
		h.weekdays = append(h.weekdays, it.n)
		return j + 1, true
	case kDate:
		d := it.date
		switch {
		case d.rel != written || d.y > 0:
		case h.freq == monthly && d.m == 0 && d.d > 0:
			h.days = append(h.days, d.d)
			return j + 1, true
		case h.freq == yearly && d.m > 0 && d.d > 0:
			h.months = append(h.months, d)
			return j + 1, true
		case h.freq == 0 && d.m == 0 && d.d > 0 && j == h.from: // "the 15th of every month"
			h.days = append(h.days, d.d)
			return j + 1, true
		}
	}
	return j, false
}

// headStarts says whether a rule may begin at item i.
func (p *parser) headStarts(i int) bool {
	switch p.kind(i) {
	case kRecur:
		return true
	case kOrdinal:
		return true
	case kWeekday: // "Sundays 02:00 - 04:00", "on Sundays every week"
		return strings.HasSuffix(p.text(i), "days") || p.kind(i+1) == kRecur
	case kDate:
		return p.kind(i+1) == kRecur && p.item(i).date.d > 0 && p.item(i).date.m == 0 && p.item(i).date.rel == written && p.text(i)[len(p.text(i))-1] < 0x80
	}
	return false
}
