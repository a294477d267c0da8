package notice

import (
	"strings"
	"unicode/utf8"
)

// label is what a caption says about the times after it.
type label uint8

const (
	labelNone     label = iota
	labelStop           // 중단일시: the service stops; the best witness of all
	labelWork           // 점검일시, 일시, When: someone works
	labelStart          // 시작일시
	labelEnd            // 종료일시
	labelIgnore         // 문의, 작성일, 접수기간: no time of ours
	labelETA            // 복구 예정
	labelOccurred       // 발생일시
	labelDone           // 복구일시, 완료일시
	labelOld            // 변경 전
	labelNew            // 변경 후
	labelDuration       // 소요시간
	labelContent        // 내용, 대상: times in it are asides
	labelOther          // a caption without a meaning for time: 인터넷뱅킹, 1차
)

// anyOf says whether s has one of the words; blanks within Korean ones may be missing.
func anyOf(s string, words ...string) bool {
	for _, w := range words {
		if strings.Contains(s, w) {
			return true
		}
		if tight, ok := tightened(w); ok && strings.Contains(s, tight) {
			return true
		}
	}
	return false
}

// tightened is a Korean phrase without its blanks. Short ones are left alone: a particle
// without its blanks is found everywhere.
func tightened(phrase string) (string, bool) {
	if phrase[0] < 0x80 || len(phrase) < 10 || strings.IndexByte(phrase, ' ') < 0 {
		return "", false
	}
	return strings.ReplaceAll(phrase, " ", ""), true
}

// spellings lists a phrase as it stands, and without its blanks where that may be meant.
func spellings(phrase string) []string {
	if tight, ok := tightened(phrase); ok {
		return []string{phrase, tight}
	}
	return []string{phrase}
}

// classify says what a caption is about. The order of the questions matters: 복구 예정 일시
// is an ETA before it is an 일시.
func classify(caption string) label {
	s := strings.ReplaceAll(caption, " ", "")
	timely := anyOf(s, "일시", "시간", "기간", "시각", "일자", "일정", "날짜", "시점", "when", "date", "time", "period", "window", "schedule", "hours")
	stops := anyOf(s, "중단", "중지", "정지", "제한", "불가", "downtime", "outage", "unavailab", "interruption", "휴지")
	works := anyOf(s, "정전", "단전", "점검", "작업", "정비", "maintenance", "이전", "전환", "교체", "업그레이드", "pm", "유지보수", "업데이트", "배포")
	restores := anyOf(s, "복구", "정상화", "재개", "해결", "조치", "오픈", "서비스개시", "restor", "recover", "resol", "resum")
	expects := anyOf(s, "예정", "예상", "목표", "expected", "estimated")
	switch {
	case anyOf(s, "소요", "duration", "총시간", "예상시간"):
		return labelDuration
	case restores && expects, s == "eta", anyOf(s, "estimatedtimeof", "(eta)"):
		return labelETA
	case anyOf(s, "변경전", "기존", "당초", "종전", "before", "previous", "original", "연기전", "수정전", "정정전", "조정전", "현행", "변경이전", "olddate", "oldtime", "oldschedule", "oldwindow"):
		return labelOld
	case anyOf(s, "변경후", "변경일", "변경시간", "변경기간", "변경된", "revised", "newdate", "newtime", "newschedule", "newwindow", "연기후", "수정후", "정정후", "조정후", "연장후", "연기일", "연장시간", "연장일") || s == "변경" || s == "new" || s == "after" || s == "연기" || s == "수정":
		return labelNew
	case anyOf(s, "문의", "연락처", "전화", "상담", "고객센터", "콜센터", "운영시간", "업무시간", "영업시간", "근무", "작성", "등록", "게시", "공지일", "공지기간", "공지시간", "공고", "모집", "원서", "시험일", "시험기간", "이벤트", "행사", "응모", "설문", "교육기간", "교육일", "개정", "담당", "조회", "첨부", "발표", "납부", "contact", "support", "phone", "tel", "posted", "publish", "lastupdate", "created", "officehours", "businesshours", "register", "author", "helpdesk", "수강", "보상", "제출", "마감"):
		if stops && timely || works && timely && !anyOf(s, "문의", "담당", "공지", "게시", "작성", "등록") {
			break
		}
		return labelIgnore
	case (anyOf(s, "이용시간", "접수", "신청기간", "신청일", "시행일", "적용일", "배부") && !anyOf(s, "시행일시", "적용일시")) && !stops && !works:
		return labelIgnore
	case anyOf(s, "발생", "인지", "감지", "장애시작", "detected", "occurred", "began"):
		return labelOccurred
	}
	return classifyTime(s, timely, stops, works, restores, expects)
}

func classifyTime(s string, timely, stops, works, restores, expects bool) label {
	content := anyOf(s, "내용", "사유", "대상", "목적", "서비스명", "범위", "원인", "비고", "참고", "장소", "협조", "유의", "details", "reason", "affected", "what", "why", "impact", "영향", "note", "주의", "제목", "효과", "방법", "서비스:", "services", "location", "where")
	switch {
	case anyOf(s, "시작", "개시", "start", "begin") || s == "from" || s == "부터":
		return labelStart
	case restores && (timely || anyOf(s, "완료")) || anyOf(s, "조치완료", "resolvedat"):
		if stops { // 중단 및 재개 일시
			return labelStop
		}
		return labelDone
	case anyOf(s, "종료", "끝", "완료") && !anyOf(s, "내용", "안내") || anyOf(s, "finish") || s == "to" || s == "until" || s == "end" || strings.HasSuffix(s, "end") && !anyOf(s, "weekend", "backend", "frontend") || strings.HasSuffix(s, "ends") || anyOf(s, "endtime", "enddate", "endsat", "end("):
		return labelEnd
	case stops && (timely || !content):
		return labelStop
	case timely, works && !content, s == "언제", s == "기한", s == "일시", s == "때":
		return labelWork
	case content:
		return labelContent
	}
	return labelOther
}

// colon reads a caption: the text before a colon, back to the line's, cell's, sentence's or
// bullet's beginning.
func (sc *scanner) colon(i int) int {
	if isDigit(sc.at(i-1)) && isDigit(sc.at(i+1)) || sc.at(i+1) == '/' {
		sc.flush(i)
		return i + 1
	}
	from := max(0, i-90)
	for from < i && !utf8.RuneStart(sc.s[from]) {
		from++
	}
	for n := len(sc.items) - 1; n >= 0; n-- {
		it := sc.items[n]
		if it.to <= from {
			break
		}
		if it.kind == kBreak || it.kind == kTab || it.kind == kLabel || it.kind == kTime || it.kind == kDate || it.kind == kWeekday || it.kind == kZone || it.kind == kArrow || it.kind == kCloseParen && sc.s[it.from] == ']' {
			from = it.to
			break
		}
	}
	caption := strings.Trim(sc.s[from:i], " -*#[(<>)]·./,")
	if caption == "" {
		sc.flush(i)
		return i + 1
	}
	return sc.emit(item{kind: kLabel, from: i, to: i + 1, label: classify(caption), n: i - from})
}

// timeNoun reads a caption without a colon: 일시, 기간 and the like right before a date, the
// end of the cell or the end of the line.
func (sc *scanner) timeNoun(i int) int {
	if sc.at(i) < 0x80 {
		return sc.englishNoun(i)
	}
	n := 0
	for _, noun := range []string{"일 시", "기 간", "시 간", "일 정", "일 자", "날 짜", "시 각"} {
		if n = loose(sc.s[i:], noun); n > 0 {
			break
		}
	}
	if n == 0 || i > 0 && isDigit(sc.s[i-1]) {
		return 0
	}
	j := sc.blanks(i + n)
	cell := j >= len(sc.s) || sc.s[j] == '\t' || sc.s[j] == '\n' || sc.s[j] == '|' || sc.s[j] == ']'
	_, digits, _ := sc.digits(j)
	if !cell && digits == 0 && sc.at(j) != '\'' && !sc.dateWordAhead(j) {
		return 0
	}
	from := sc.lineStart(i, 60)
	if from < 0 || digits > 0 && digits < 3 && i-from > 45 && !sc.dateAhead(j) {
		return 0
	}
	caption := sc.s[from : i+n]
	if cell && len(caption) > 42 {
		return 0
	}
	l := classify(strings.Trim(caption, " -*[]()·."))
	if l == labelOther || l == labelContent {
		return 0
	}
	return sc.emit(item{kind: kLabel, from: i, to: i + n, label: l})
}

func (sc *scanner) dateAhead(j int) bool {
	_, n, e := sc.digits(j)
	e = sc.blanks(e)
	return n == 4 || n > 0 && (has(sc.rest(e), "월") || has(sc.rest(e), "일") || sc.at(e) == '.' || sc.at(e) == '/' || sc.at(e) == ':' || has(sc.rest(e), "시"))
}

func (sc *scanner) dateWordAhead(j int) bool {
	for _, w := range []string{"금일", "오늘", "내일", "명일", "오는", "오전", "오후", "새벽", "매일", "매주", "매월"} {
		if has(sc.rest(j), w) {
			return true
		}
	}
	return false
}

// lineStart is where the caption that i lies in may begin, at most limit bytes back, or -1.
func (sc *scanner) lineStart(i, limit int) int {
	from := max(0, i-limit)
	for n := len(sc.items) - 1; n >= 0; n-- {
		it := sc.items[n]
		if it.to <= from {
			break
		}
		if it.kind != kWord && it.kind != kNum && it.kind != kOpenParen && it.kind != kSep {
			return it.to
		}
	}
	if from > 0 {
		for from < i && (!utf8.RuneStart(sc.s[from]) || sc.s[from] != ' ' && from < i-42) {
			from++
		}
	}
	return from
}

func (sc *scanner) englishNoun(i int) int {
	for _, noun := range []string{"when", "date", "time", "window", "schedule", "date and time", "start", "end", "maintenance window"} {
		if !has(sc.rest(i), noun) {
			continue
		}
		if c := sc.at(i + len(noun)); c != '\t' && c != '\n' {
			continue
		}
		if n := len(sc.items); i == 0 || n > 0 && sc.word < 0 && sc.items[n-1].to == i && (sc.items[n-1].kind == kBreak || sc.items[n-1].kind == kTab) {
			return sc.emit(item{kind: kLabel, from: i, to: i + len(noun), label: classify(noun)})
		}
	}
	return 0
}
