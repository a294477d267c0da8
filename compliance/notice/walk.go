package notice

// entry is a segment or a rule, in the order of the text.
type entry struct {
	segment
	heads []head // not empty: the segment's times recur
	since *segment
	limit *segment // the recurrence ends
}

// hint is a duration that no window took: an expected recovery, or 소요시간.
type hint struct{ segment }

// walker goes over the items once and collects entries under the captions that they stand
// beneath.
type walker struct {
	parser
	entries []entry
	spans   []hint // durations that no window took
	label   label
	fresh   bool // nothing has been read since the label
	old     bool
	new     bool
	marked  bool // a segment was read since old or new was set
	each    bool
	pending []head
	taken   bool // the pending head has got its times
	pendEnd int  // byte where the pending head ended
	zone    *item
	line    int
	began   int  // byte where the sentence began
	allDay  bool // 종일 was said in this sentence before any date
	list    listing

	lead     *item // the zone that leads the line or the part of it: UTC: 11월 19일 01:00 ~ 05:00
	leadLine int
}

func walk(sc *scanner) *walker {
	w := &walker{parser: parser{s: sc.s, items: addHeaders(sc), title: sc.title}}
	for i := 0; i < len(w.items); {
		next := w.step(i)
		if next <= i {
			next = i + 1
		}
		i = next
	}
	return w
}

// step takes the item at i and returns the next one to look at.
func (w *walker) step(i int) int {
	it := w.item(i)
	switch it.kind {
	case kLabel:
		w.caption(it)
		return i + 1
	case kBreak:
		w.breakAt(i)
		return i + 1
	case kOld, kNew, kArrow, kWas, kEach, kAllDay:
		w.mark(i)
		return i + 1
	case kZone:
		if it.flag&zoneScope != 0 || w.zone == nil {
			w.zone = &w.items[i]
		}
		w.zoneAhead(i)
		return i + 1
	case kDur:
		w.looseDuration(i)
		return i + 1
	}
	if w.headStarts(i) {
		if h, next, ok := w.head(i); ok {
			w.recur(h)
			return next
		}
	}
	if it.kind == kRange && (it.flag == 0 || w.text(i) == "until" || w.text(i) == "till") { // "~ 11월 20일 18:00", "현재 ~ 18:00": only an end
		if s, next, ok := w.segment(i + 1); ok && s.form == point {
			s.form = until
			return w.add(s, next)
		}
		return i + 1
	}
	if s, next, ok := w.segment(i); ok {
		if s.form == point && w.label == labelEnd && !w.startBefore() {
			s.form = until
		}
		return w.add(s, next)
	}
	return i + 1
}

// mark takes a word that says which windows hold, or on which days.
func (w *walker) mark(i int) {
	it := w.items[i]
	switch it.kind {
	case kOld:
		if w.adjective(it) {
			return
		}
		w.old, w.new, w.marked = true, false, false
	case kNew:
		w.old, w.new, w.marked = false, true, false
	case kArrow:
		if w.timeAhead(i) {
			w.replacePrevious()
			w.old, w.new, w.marked = false, true, false
		}
	case kWas:
		if n := len(w.entries); n > 0 && it.n != turn && w.entries[n-1].line == w.line {
			w.entries[n-1].was = true
		}
		if w.old {
			w.old, w.new, w.marked = false, true, false
		}
	case kEach:
		w.each = true
	case kAllDay:
		w.wholeDay(it)
	}
}

// startBefore says whether the last entry is a start that waits for its end.
func (w *walker) startBefore() bool {
	n := len(w.entries)
	return n > 0 && (w.entries[n-1].form == point || w.entries[n-1].form == openEnded || w.entries[n-1].form == dayOnly)
}

// timeAhead says whether a date or time follows the arrow at item i in this line or the next.
func (w *walker) timeAhead(i int) bool {
	lines := 0
	for j := i + 1; j < i+9; j++ {
		switch w.kind(j) {
		case kDate, kTime, kWeekday:
			return true
		case kBreak:
			if lines++; lines > 1 || j >= len(w.items) {
				return false
			}
		}
	}
	return false
}

func (w *walker) caption(it item) {
	w.each = false
	switch it.label {
	case labelOther:
		if it.from == it.to { // a column without a meaning
			w.label = labelContent
		}
		return
	case labelOld:
		w.old, w.new, w.marked = true, false, false
		w.label = labelWork
		return
	case labelNew:
		w.old, w.new, w.marked = false, true, false
		w.label = labelWork
		return
	case labelDuration:
		w.label, w.fresh = it.label, true
		return
	}
	w.label, w.fresh, w.list = it.label, true, listing{}
	w.pending = w.keepPending(it.from)
}

// wholeDay takes a 종일 that does not touch its date: "all day on 28 November", "28일 서비스가
// 종일 중단됩니다".
func (w *walker) wholeDay(it item) {
	if n := len(w.entries); n > 0 && w.entries[n-1].sentence[0] == w.began && w.entries[n-1].line == w.line && w.entries[n-1].form == dayOnly {
		w.entries[n-1].a.allDay = true
		return
	}
	w.allDay = true
}

// keepPending keeps a rule's head alive over one caption or line: 주기: 매월 1일 / 시간: 02:00.
func (w *walker) keepPending(at int) []head {
	if at-w.pendEnd > 120 {
		return nil
	}
	return w.pending
}

// breakAt ends a sentence, and perhaps what the caption holds for.
func (w *walker) breakAt(i int) {
	it := w.item(i)
	if it.flag&line == 0 {
		if it.flag&bullet == 0 {
			w.began = it.to
			w.endMode()
		} else {
			w.began = it.to
		}
		return
	}
	w.line++
	w.began = it.to
	w.endMode()
	if it.from <= w.title && it.to > w.title { // the title's captions do not hold in the body
		w.label, w.old, w.new = labelNone, false, false
		return
	}
	j := i + 1
	for j < len(w.items) && (w.kind(j) == kRange && w.item(j).flag&dash != 0 || w.kind(j) == kBreak && w.item(j).flag&bullet != 0 || w.kind(j) == kOpenParen || w.kind(j) == kNum && w.kind(j+1) != kWeekday || w.kind(j) == kCloseParen || w.kind(j) == kTab) {
		j++
	}
	before := w.label
	switch w.kind(j) {
	case kDate, kTime, kWeekday, kRecur, kOrdinal, kLead, kNum, kLabel, kEach, kArrow, kRange:
		if it.n > 1 && !w.fresh {
			w.label = labelNone
		}
	default:
		dashed := j > i+1
		if dashed && w.otherHeading(j) {
			w.label = labelIgnore
		} else if it.n > 1 || !dashed && !w.captionAhead(j) {
			w.label = labelNone
		}
	}
	w.listLine(before, j)
}

// captionAhead says whether the line at item j is "name: times" or a short name and times,
// as lists beneath a caption are.
func (w *walker) captionAhead(j int) bool {
	for n := 0; n < 6; n++ {
		switch w.kind(j + n) {
		case kLabel, kDate, kTime:
			return true
		case kBreak:
			return false
		}
	}
	return false
}

func (w *walker) endMode() {
	if w.marked {
		w.old, w.new, w.marked = false, false, false
	}
	w.each, w.allDay = false, false
}

// replacePrevious marks what stands before an arrow, in the same line or cell row, as old.
func (w *walker) replacePrevious() {
	for n := len(w.entries) - 1; n >= 0 && w.entries[n].line >= w.line-1; n-- {
		if w.entries[n].new {
			break
		}
		w.entries[n].old = true
		if w.entries[n].line < w.line || !w.entries[n].listed {
			break
		}
	}
}

// recur takes the head of a rule: its times follow, or have just been read.
func (w *walker) recur(h head) {
	at := w.item(h.from).from
	if n := len(w.entries); h.freq == daily && n > 0 && (w.entries[n-1].form == dates || w.entries[n-1].form == dayOnly && w.entries[n-1].listed) && w.entries[n-1].line >= w.line-1 && len(w.entries[n-1].heads) == 0 {
		w.each = true // 11.28 ~ 11.30 매일 02:00 ~ 04:00
		return
	}
	follows := false
	for j := h.to; j < h.to+4; j++ {
		if w.kind(j) == kTime || w.kind(j) == kTab || w.kind(j) == kLabel {
			follows = true
		}
		if w.kind(j) == kBreak {
			break
		}
	}
	if n := len(w.entries); n > 0 && !follows {
		e := &w.entries[n-1]
		if e.line == w.line && !e.a.hasDate && !e.b.hasDate && (e.form == closed || e.form == lasting) && (e.sentence[0] == w.began || at-e.end < 40) {
			e.heads = append(e.heads, h)
			return
		}
	}
	if len(w.pending) > 0 && !w.taken && (w.kind(h.from-1) == kSep || h.from == w.pending[len(w.pending)-1].to) {
		w.pending = append(w.pending, h)
	} else {
		w.pending, w.taken = []head{h}, false
	}
	w.pendEnd = w.item(max(h.to-1, 0)).to
}

// add takes a segment with what surrounds it.
func (w *walker) add(s segment, next int) int {
	s.label, s.old, s.new, s.each, s.line = w.label, w.old, w.new && !w.old, w.each, w.line
	if s.old || s.new {
		w.marked = true
	}
	if w.lead != nil && w.leadLine == w.line && !s.a.hasZone && !s.b.hasZone {
		s.a.zone, s.a.hasZone = *w.lead, true
	}
	s.sentence = [2]int{w.began, w.sentenceEnd(next)}
	if s.old && w.becomes(s) {
		s.old, s.new = false, true
	}
	s.listed = w.joined(s) || w.list.on && s.a.hasTime && !s.a.hasDate
	if w.allDay && s.form == dayOnly {
		s.a.allDay = true
	}
	w.fresh = false
	w.scope(&s)
	if w.servedBelow(s) {
		s.label = labelDone
	}
	e := entry{segment: s}
	n := len(w.entries)
	if n > 0 && w.taken && w.entries[n-1].form == dayOnly && w.entries[n-1].at > w.pendEnd && w.entries[n-1].line == w.line {
		w.pending = nil // 매일 0시~1시, 11월 15일은 0시~7시
	}
	timed := s.a.hasTime && !s.a.hasDate && (!s.b.hasDate || s.b.date.rel == fromLast || s.b.bareWeek) && (s.form == closed || s.form == lasting)
	switch {
	case timed && len(w.pending) > 0 && s.at-w.pendEnd < 160:
		e.heads, w.taken = w.pending, true
		if n > 0 && !w.entries[n-1].a.hasTime && w.entries[n-1].line >= w.line-1 && len(w.entries[n-1].heads) == 0 {
			switch last := w.entries[n-1].segment; last.form {
			case openEnded:
				e.since = &last
				w.entries = w.entries[:n-1]
			case until:
				e.limit = &last
				w.entries = w.entries[:n-1]
			}
		}
	case !s.a.hasTime && n > 0 && len(w.entries[n-1].heads) > 0 && s.form == openEnded && w.entries[n-1].line == w.line:
		w.entries[n-1].since = &s
		return next
	case !s.a.hasTime && n > 0 && len(w.entries[n-1].heads) > 0 && s.form == until && w.entries[n-1].line == w.line:
		w.entries[n-1].limit = &s
		return next
	case s.a.hasDate && s.a.hasTime:
		w.pending = nil
	}
	w.entries = append(w.entries, e)
	return w.changes(next, e)
}

// changes looks for the "에서 ... 로" or "to" that makes the segment just read the old one.
func (w *walker) changes(next int, e entry) int {
	last := &w.entries[len(w.entries)-1]
	full := e.form == closed || e.form == lasting || e.form == dates || e.form == openEnded && e.a.hasTime
	switch {
	case full && w.kind(next) == kFrom && w.item(next).flag&plainRange == 0 && w.changedLater(next):
		last.old, last.new = true, false
		w.old, w.new, w.marked = false, true, false
		return next + 1
	case full && w.kind(next) == kRange && w.item(next).flag == word && w.kind(next+1) == kDate && e.a.hasDate:
		last.old, last.new = true, false
		w.old, w.new, w.marked = false, true, false
		return next + 1
	}
	return next
}

// changedLater says whether the 에서 at item i is followed by another time in the sentence.
func (w *walker) changedLater(i int) bool {
	for j := i + 1; j < i+12; j++ {
		switch w.kind(j) {
		case kDate, kTime, kWeekday:
			return true
		case kBreak, kLabel:
			return false
		}
	}
	return false
}

// joined says whether only a comma or the like lies between this segment and the last.
func (w *walker) joined(s segment) bool {
	n := len(w.entries)
	if n == 0 || w.entries[n-1].to > s.from || w.entries[n-1].line != w.line {
		return false
	}
	for i := w.entries[n-1].to; i < s.from; i++ {
		switch w.kind(i) {
		case kSep, kOpenParen, kCloseParen, kEach, kLead, kUntil:
		default:
			if !w.glueWord(i) {
				return false
			}
		}
	}
	return true
}

func (w *walker) sentenceEnd(i int) int {
	for j := i; j < i+40; j++ {
		if w.kind(j) == kBreak {
			if j < len(w.items) {
				return w.item(j).from
			}
			return len(w.s)
		}
	}
	return min(len(w.s), w.item(min(i+40, len(w.items)-1)).to)
}

// before is the sentence's text before the segment, at most the last 150 bytes.
func (w *walker) before(s segment) string {
	return w.s[max(s.sentence[0], s.at-150):max(s.at, s.sentence[0])]
}

func (w *walker) behind(s segment) string {
	end := min(s.sentence[1], s.end+150)
	if end < s.end {
		return ""
	}
	return w.s[s.end:end]
}

// scope refines the caption by the sentence: office hours, registration and the like are
// told from windows by the words beside them.
func (w *walker) scope(s *segment) {
	before, behind := w.before(*s), w.behind(*s)
	if !s.a.hasDate && len(w.pending) == 0 && anyOf(lastRunes(before, 16), "평일", "주중", "주말", "공휴일", "영업일", "토요일", "weekday", "business day", "월~금", "월-금", "월요일~", "mon-fri", "mon ~ fri", "mon - fri", "monday to", "monday-", "monday through", "월 ~ 금") {
		s.label = labelIgnore
		return
	}
	if !s.a.hasDate && s.form == closed && staffed(lastRunes(before, 16)) {
		s.label = labelIgnore
		return
	}
	// "다만 조회는 29일 12:00부터 이용 가능" speaks of the time after a window.
	if (s.form == openEnded || s.form == point) && s.label != labelETA && (anyOf(clause(behind, 48), "이용 가능", "이용가능", "정상 이용", "재개", "정상화", "정상 운영", "오픈", "available again", "be available", "resume") || serves(behind)) {
		s.label = labelDone
		return
	}
	if s.form == closed && s.label == labelNone && serves(behind) && !anyOf(before, "중단", "점검", "작업") {
		s.label = labelDone
		return
	}
	w.endpoint(s, before)
	if s.label != labelNone && s.label != labelContent && s.label != labelOther {
		return
	}
	switch {
	case !s.a.hasDate && anyOf(before, "고객센터", "콜센터", "상담센터") && !anyOf(before, "중단", "점검", "작업"):
		s.label = labelIgnore
	case anyOf(before, "운영시간", "운영 시간", "상담시간", "상담 시간", "업무시간", "업무 시간", "영업시간", "영업 시간", "이용시간", "이용 시간은", "이용가능시간", "이용 가능 시간", "이용가능 시간", "문의", "office hours", "business hours", "contact", "고객센터(", "상담은", "콜센터"),
		anyOf(before, "접수", "신청기간", "작성일", "등록일", "게시일", "공지일", "모집기간", "posted", "published", "last updated", "게시 :", "응모", "당첨", "발표일"),
		anyOf(behind[:min(24, len(behind))], "이용 가능", "이용가능", "운영합니다", "상담") && !anyOf(clause(behind, 48), "상담이 중단", "상담 중단", "상담이 불가", "상담 불가", "상담이 제한"):
		if !anyOf(before, "중단", "점검") || anyOf(before, "문의") {
			s.label = labelIgnore
		}
	case anyOf(behind[:min(36, len(behind))], "발생", "공지한", "공지드린", "안내드린", "게시한", "게시된") && s.form == point:
		s.label = labelOccurred
	}
}

// looseDuration keeps a duration that no window took: an ETA, or 소요시간: 4시간.
func (w *walker) looseDuration(i int) {
	it := w.item(i)
	s := segment{form: point, dur: it, hasDur: true, label: w.label, from: i, to: i + 1, at: it.from, end: it.to, line: w.line}
	s.sentence = [2]int{w.began, w.sentenceEnd(i + 1)}
	w.spans = append(w.spans, hint{segment: s})
}
