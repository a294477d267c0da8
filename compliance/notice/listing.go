package notice

import "strings"

// listing is a table that lost its borders: beneath a caption, every cell stands on a line of
// its own, so that lines that are nothing but times alternate with names of services.
type listing struct {
	label label  // the caption's
	on    bool   // the line is one of times, and the caption holds for it again
	bare  bool   // the first times had their date on another line
	lines int    // lines since the caption last held
	above string // the last line that was not of times
}

// longestList is how many lines may stand between two lines of times.
const longestList = 8

// listLine goes over to the line at item j. before is what the caption said for the line
// above. A sentence, a longer line or one about something else ends the listing.
func (w *walker) listLine(before label, j int) {
	w.list.on = false
	if before == labelStop || before == labelWork {
		w.list.label, w.list.lines = before, 0
		n := len(w.entries)
		w.list.bare = n > 0 && w.entries[n-1].line >= w.line-1 && w.entries[n-1].form == closed && !w.entries[n-1].a.hasDate
	}
	if w.label != labelNone || w.list.label == labelNone {
		return
	}
	s, end, ok := w.onlyTimes(j)
	if ok && w.listed(s, end) {
		w.label, w.list.on = w.list.label, true
		return
	}
	if s.form == dayOnly && w.kind(end) == kBreak {
		return // the times of this date stand on the next line
	}
	text := w.lineAt(w.item(j).from)
	w.list.lines, w.list.above = w.list.lines+1, text
	l := classify(text)
	if w.list.lines > longestList || len(text) > 90 || strings.HasSuffix(text, ".") || l == labelIgnore || l == labelContent && lastOf(text, stopWords()) < 0 || anyOf(text, "센터", "이벤트", "출석", "안내") {
		w.list = listing{}
	}
}

// otherHeading says whether the line at item j heads a section about something else:
// "■ 출석 이벤트".
func (w *walker) otherHeading(j int) bool {
	text := w.lineAt(w.item(j).from)
	return len(text) < 60 && lastOf(text, []string{"이벤트", "출석", "보상", "판매", "모집", "응모", "당첨", "신청 기간", "접수 기간", "문의", "시즌", "퀘스트", "아이템", "쿠폰", "혜택"}) >= 0 && lastOf(text, stopWords()) < 0
}

func (w *walker) lineAt(at int) string {
	text, _, _ := strings.Cut(w.s[min(at, len(w.s)):min(len(w.s), at+100)], "\n")
	return text
}

// listed says whether a line of times belongs to the caption above: it looks like the first
// one, or the cells beside it speak of a stop.
func (w *walker) listed(s segment, end int) bool {
	if w.list.label == labelStop && s.form == closed && (s.a.hasDate || w.list.bare) {
		return true
	}
	return anyOf(w.list.above+"\n"+w.lineAt(w.item(end).to), "중단", "중지", "불가", "서비스 재개")
}

// endsBelow says whether the line at item i begins with the end of a range that the line
// above began: "2시부터", "4시까지".
func (p *parser) endsBelow(i int) bool {
	for j := i; j < i+4; j++ {
		switch p.kind(j) {
		case kDate, kTime, kWeekday:
		case kUntil:
			return j > i && p.kind(j-1) == kTime
		default:
			return false
		}
	}
	return false
}

// onlyTimes reads the line at item j if it is a range of times and nothing else: the range,
// and the item at which the line ends.
func (w *walker) onlyTimes(j int) (segment, int, bool) {
	s, k, ok := w.segment(j)
	if !ok || s.form != closed && (s.form != openEnded || !s.said) {
		return s, k, false
	}
	for w.kind(k) == kCloseParen || w.kind(k) == kUntil {
		k++
	}
	return s, k, w.kind(k) == kBreak && w.item(k).flag&line != 0 || s.form == openEnded
}

// servedBelow says whether the cell after a line of times says that service is given then.
func (w *walker) servedBelow(s segment) bool {
	if s.label != labelStop && s.label != labelWork || s.form != closed {
		return false
	}
	rest := w.s[s.end:min(len(w.s), s.end+60)]
	if rest == "" || rest[0] != '\n' {
		return false
	}
	rest = strings.TrimLeft(rest, " \n")
	for _, given := range []string{"서비스 제공", "서비스제공", "정상 서비스", "정상서비스", "서비스 가능", "이용 가능", "이용가능", "정상 이용", "정상이용"} {
		if has(rest, given) && !has(rest[len(given):], " 중단") && !has(rest[len(given):], " 불가") {
			return true
		}
	}
	return false
}
