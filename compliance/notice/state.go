package notice

import "strings"

// stateOf decides where the announced event stands: by the tags of the title ([연기]), by
// the title's words, then by the body's sentences.
func stateOf(title, body string) State {
	for _, tag := range tags(title) {
		if s, ok := tagState(tag); ok {
			return s
		}
	}
	if s, ok := phraseState(title, true); ok {
		return s
	}
	if s, ok := phraseState(body, false); ok {
		return s
	}
	return Planned
}

// tags lists what stands in brackets in a title, and before a colon at its beginning.
func tags(title string) []string {
	var out []string
	for s := title; len(out) < 8; {
		i := strings.IndexAny(s, "[(<")
		if i < 0 {
			break
		}
		j := strings.IndexAny(s[i+1:], "])>")
		if j < 0 {
			break
		}
		out = append(out, s[i+1:i+1+j])
		s = s[i+1+j:]
	}
	if i := strings.IndexByte(title, ':'); i > 0 && i < 24 {
		out = append(out, title[:i])
	}
	if i := strings.IndexByte(title, ' '); i > 0 && anyOf(title[i:], " - ") {
		out = append(out, strings.TrimSpace(title[:strings.Index(title, " - ")]))
	}
	return out
}

// tagState reads a tag; a long one is a remark, not a tag.
func tagState(tag string) (State, bool) {
	t := strings.ReplaceAll(strings.Trim(tag, " *"), " ", "")
	if len(t) > 33 || anyOf(t, "취소수수료", "예매", "승인") {
		return "", false
	}
	switch {
	case anyOf(t, "재안내", "재공지", "다시안내", "reminder"):
		return Planned, true
	case anyOf(t, "취소", "철회", "cancel"):
		return Cancelled, true
	case anyOf(t, "완료", "종료", "completed", "complete", "finished") && !anyOf(t, "예정", "시까지", "완료시"):
		return Completed, true
	case anyOf(t, "연장", "extended", "extension"):
		return Extended, true
	case anyOf(t, "연기", "변경", "수정", "정정", "순연", "reschedul", "postpone", "changed", "update:", "revised", "corrected", "보류"):
		return Rescheduled, true
	}
	return "", false
}

// workNear says whether the words right before i speak of work or its schedule, so that
// 취소 is not a cancelled payment and 연장 not an extended loan.
func workNear(s string, i int, title bool) bool {
	from := max(0, i-160)
	if title {
		from = 0
	}
	before := s[from:i]
	if k := strings.LastIndexAny(before, "\n"); k >= 0 {
		before = before[k:]
	}
	if anyOf(lastRunes(before, 6), "결제", "승인", "예매", "예약", "주문", "이체", "대출", "만기", "비밀번호", "주소", "계좌", "정보", "한도", "환불", "구매", "회원", "약정", "신청", "요금제", "명의", "대여", "도서", "접수", "제출", "납부", "모집", "등록") || anyOf(lastRunes(before, 24), "접수기간", "접수 기간", "신청기간", "신청 기간", "제출기한", "유효기간", "납부기한", "모집기간", "등록기간") {
		return false
	}
	return anyOf(before, "점검", "작업", "일정", "정비", "중단", "중지", "시간", "일시", "기간", "maintenance", "window", "upgrade", "업그레이드", "이전", "교체", "전환", "예정", "정전", "work", "migration", "outage", "downtime", "~", "시스템", "까지", "로 ")
}

// finds says whether one of the phrases stands near a word for work and is not taken back.
func finds(s string, title bool, phrases, unless []string) bool {
	for _, phrase := range phrases {
		for _, p := range spellings(phrase) {
			if findsOne(s, title, p, unless) {
				return true
			}
		}
	}
	return false
}

func findsOne(s string, title bool, p string, unless []string) bool {
	for at, n := 0, 0; n < 20; n++ {
		i := strings.Index(s[at:], p)
		if i < 0 {
			break
		}
		at += i
		if workNear(s, at, title) && !anyOf(clause(s[at+len(p):], 30), unless...) {
			return true
		}
		at += len(p)
	}
	return false
}

func phraseState(s string, title bool) (State, bool) {
	if title && finds(s, title, []string{"cancelled", "canceled"}, nil) {
		return Cancelled, true
	}
	may := []string{"될 수", "할 수", "수 있", "될수", "할수", "수있", "가능", "시 ", "may", "could", "경우", "예정입니다", "서비스", "업무", "거래", "시에는", "되면", "하면"}
	switch {
	case finds(s, title, []string{"취소되었", "취소 되었", "취소됨", "취소합니다", "취소하게", "취소하였", "취소됐", "취소하오니", "취소되어", "취소 안내", "취소안내", "취소를 알려", "취소키로", "취소하기로", "철회", "진행하지 않", "실시하지 않", "시행하지 않", "진행되지 않", "has been cancelled", "has been canceled", "have been cancelled", "have been canceled", "is cancelled", "is canceled", "was cancelled", "was canceled", "cancellation", "will not take place", "called off"}, []string{"서비스", "업무", "거래", "될 수", "수 있"}):
		return Cancelled, true
	case finds(s, title, []string{"연장되었", "연장 되었", "연장됩니다", "연장합니다", "연장하였", "연장하게", "연장됨", "연장됐", "연장되어", "연장되오니", "연장 안내", "연장안내", "연장하오니", "연장하여", "연장될 예정", "연장 예정", "연장하고자", "has been extended", "have been extended", "is extended", "was extended", "will be extended", "extension of", "taking longer than", "지연되어", "지연됨에 따라", "지연되고 있", "지연으로", "extended until", "extended to"}, []string{"될 수", "수 있", "될수", "수있", "가능", "may"}):
		if !anyOf(s, "연장", "extend") && !anyOf(s, "점검", "작업", "maintenance") {
			break
		}
		return Extended, true
	case finds(s, title, []string{"연기되었", "연기 되었", "연기됩니다", "연기합니다", "연기하게", "연기됨", "연기됐", "연기하오니", "연기되어", "연기 안내", "연기안내", "연기하고", "연기(", "(연기)", "연기하기로", "연기되오니", "순연", "일정 변경", "일정변경", "일시 변경", "일시변경", "시간 변경", "시간변경", "일자 변경", "일자변경", "기간 변경", "일정이 변경", "일시가 변경", "시간이 변경", "일자가 변경", "일정을 변경", "시간을 변경", "일시를 변경", "변경되었", "변경 되었", "변경합니다", "변경됩니다", "변경하오니", "변경되어", "변경하여", "변경(", "변경됨", "변경됐", "변경하게", "변경 시행", "조정되었", "조정합니다", "앞당겨", "변경 후", "변경후", "rescheduled", "postponed", "has been moved", "moved to", "has been changed", "new date", "pushed back", "brought forward", "정정합니다", "바로잡습니다"}, may):
		return Rescheduled, true
	case completed(s, title):
		return Completed, true
	}
	return "", false
}

func completed(s string, title bool) bool {
	return finds(s, title, []string{"완료되었", "완료 되었", "완료했", "완료하였", "완료됐", "완료됨", "완료 안내", "완료안내", "종료되었", "종료 되었", "종료하였", "종료됐", "종료 안내", "완료를 알려", "마쳤", "마무리되었", "마무리 되었", "정상적으로 재개", "재개되었", "재개하였", "재개 안내", "정상 재개", "완료입니다", "completed successfully", "has been completed", "have been completed", "was completed", "is complete.", "is now complete", "successfully completed", "has finished", "is complete\n", "has been successfully", "completed as planned", "completed as scheduled", "completed:"},
		[]string{"되면", "되는", "예정", "후 ", "시까지", "때까지", "until", "will be", "경우", "하겠", "않"})
}
