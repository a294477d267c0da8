package notice

import "strings"

// serves says whether the words right after a time say that service is given then: "13일
// 9시부터 정상 납부가 가능합니다", "3시부터 9시 사이에는 종전처럼 서비스를 제공합니다".
func serves(behind string) bool {
	near := clause(behind, 72)
	if anyOf(near, "불가", "않", "어려", "없", "중단", "중지", "제한", "지연", "점검", "만 가능", "만 이용", "만 제공") {
		return false
	}
	return has(strings.TrimLeft(near, " "), "할 수 있") || anyOf(near, "종전처럼", "종전대로", "평소처럼", "평소대로", "정상 제공", "정상 납부", "정상 영업", "정상 가동", "정상적으로", "정상 서비스",
		"서비스를 제공", "가능하다", "가능합니다", "가능하며", "가능해", "가능할", "예약 가능", "접속 가능", "발급 가능", "접수 가능", "이용할 수 있", "이용하실 수 있", "이용이 가능")
}

// grown says whether the words after a duration make it the distance by which a window
// changed, as in (2시간 연장), and not the window's length.
func grown(after string) bool {
	for _, change := range []string{"연장", "단축", "추가", "지연", "연기", "늘", "longer", "later", "extension"} {
		if has(after, change) {
			return true
		}
	}
	return false
}

// endpoint lets words of a sentence caption a lone time: 시작 시각은 0시 30분, 종료 시각은
// 2시 40분입니다; 새벽 4시에 시작되며 9시에 종료됩니다.
func (w *walker) endpoint(s *segment, before string) {
	if s.form != point || s.shift || s.label != labelNone && s.label != labelWork && s.label != labelStop {
		return
	}
	near, behind := lastRunes(before, 10), verbAfter(w.behind(*s))
	moment := anyOf(near, "시점은", "시각은", "시간은", "일시는", "시점이", "시각이")
	near = strings.TrimRight(near, " ")
	moment = moment || strings.HasSuffix(near, "시작") || strings.HasSuffix(near, "종료")
	n := len(w.entries)
	begun := n > 0 && w.entries[n-1].label == labelStart && w.entries[n-1].line >= s.line-1
	switch {
	case moment && anyOf(near, "시작", "개시"), anyOf(behind, "시작", "개시"):
		s.label = labelStart
	case moment && anyOf(near, "종료", "완료", "끝"), begun && anyOf(behind, "종료", "완료", "끝", "마칠", "마치", "마무리"):
		s.label = labelEnd
	}
}

// staffed says whether the words right before times make them those of people: 고객센터
// 09:00~18:00, 점심시간 12:00~13:00.
func staffed(before string) bool {
	return anyOf(before, "고객센터", "콜센터", "상담센터", "상담시간", "상담 시간", "점심", "중식", "휴게시간", "휴게 시간", "lunch") && !anyOf(before, "중단", "점검", "작업", "불가", "중지")
}

// verbAfter is what a time's own verb can be: the few words right behind it, unless they
// place the time before or after something.
func verbAfter(behind string) string {
	near := clause(behind, 40)
	if i := strings.IndexAny(near, "0123456789"); i >= 0 {
		near = near[:i]
	}
	for _, next := range []string{"오전", "오후", "새벽", ","} {
		near, _, _ = strings.Cut(near, next) // the next time, and its verb
	}
	if anyOf(near, "전", "후", "이내", "부터", "까지") {
		return ""
	}
	return near
}

// endsOpen says whether a sentence gives the end of the window that the one before it left
// open: 22시부터 점검을 시작합니다. 익일 2시까지 이용하실 수 없습니다.
func (v *resolver) endsOpen(open, e entry) bool {
	if v.stretched(open, e) {
		return true
	}
	if v.r.out.Kind != Maintenance || open.form != openEnded || !open.a.hasTime || e.form != until || !e.a.hasTime || e.line > open.line+1 || e.label != open.label || open.old || e.old || len(open.heads) > 0 {
		return false
	}
	near := clause(v.w.behind(e.segment), 72)
	return anyOf(near, "점검", "중단", "중지", "불가", "제한", "없습", "없다", "진행", "계속") && !anyOf(near, "완료", "마쳐", "마치", "저장", "신청", "접수", "미리", "가능", "종료해", "로그아웃")
}

// adjective says whether a word for what was is only said of a thing: 기존 서버를 교체하기 위해.
func (w *walker) adjective(it item) bool {
	if !anyOf(w.s[it.from:it.to], "기존", "최초", "종전", "previous", "original") || strings.Contains(w.s[it.from:it.to], " ") {
		return false
	}
	noun := w.lineAt(it.to)
	if i := strings.IndexAny(noun, "0123456789"); i >= 0 {
		noun = noun[:i]
	}
	if strings.Trim(noun, " :()[]-~에") == "" {
		return false
	}
	return !anyOf(noun, "점검", "작업", "일정", "일시", "시간", "기간", "공지", "안내", "계획", "예정", "날짜", "일자", "오전", "오후", "새벽", ":", "schedul", "date", "time", "window", "maintenance", "plan")
}

// becomes says whether the words behind times make them the new ones, where the sentence has
// told the old: 기존 점검(12일 2시~6시)을 13일 2시~6시로 변경합니다.
func (w *walker) becomes(s segment) bool {
	n := len(w.entries)
	if n == 0 || !w.entries[n-1].old || w.entries[n-1].sentence[0] != s.sentence[0] || !s.a.hasDate && s.form != closed {
		return false
	}
	behind := strings.TrimLeft(w.behind(s), " ")
	return (has(behind, "로 ") || has(behind, "으로 ")) && anyOf(clause(behind, 40), "변경", "연기", "조정", "옮", "이동")
}

// stretched says whether a sentence about an extension or an end gives a lone start its end:
// 1시에 시작된 점검이 7시까지 연장됩니다; 1시부터 진행된 점검이 5시에 완료되었습니다.
func (v *resolver) stretched(start, e entry) bool {
	if v.r.out.Kind != Maintenance || start.form != point && start.form != openEnded || e.form != until && e.form != point {
		return false
	}
	if !start.a.hasTime || !e.a.hasTime || e.line != start.line || start.old || start.was || e.old || len(start.heads) > 0 {
		return false
	}
	if start.form == point && (start.shift || start.label != labelStart && !anyOf(lastRunes(v.w.before(start.segment), 24), "started", "began", "beginning")) {
		return false
	}
	verb := clause(v.w.behind(e.segment), 30)
	if e.form == point && e.label != labelETA && anyOf(verb, "끝날", "끝나", "종료", "완료", "마칠", "마무리") {
		before := v.w.before(e.segment)
		return !anyOf(verb, "전", "후") && !anyOf(before, "접수", "신청", "이벤트", "판매", "모집", "응모", "예매", "제출", "영업", "투표", "등록") &&
			(e.sentence == start.sentence || e.sentence[0] == start.sentence[0] || strings.Trim(before, " ") == "" || anyOf(before, "점검", "작업", "정비", "중단"))
	}
	return v.r.out.State == Extended && anyOf(verb, "연장") || v.r.out.State == Extended && anyOf(lastRunes(v.w.before(e.segment), 20), "extended to", "extended until")
}
