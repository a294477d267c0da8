package notice

import "strings"

// The kind of a notice is decided by its title first: in a Korean title the last word that
// means something is the head ("서비스 중단에 따른 보상 안내" is about compensation). A title
// that says nothing ("안내 말씀") leaves it to the body.

// stopWords mean that service stops or that somebody works on it.
func stopWords() []string {
	return []string{
		"점검", "정비", "유지보수", "유지 보수", "서비스 중단", "서비스중단", "일시 중단", "일시중단", "일시 중지", "일시중지", "중단", "중지", "정지", "이용 제한", "이용제한", "거래 제한", "거래제한", "일시 제한", "이용 불가", "이용불가", "접속 제한", "접속제한", "서비스 제한", "서비스제한", "업무 제한", "사용 제한", "이용이 제한", "정전", "단전", "pm작업", "pm 작업",
		"업그레이드", "이중화", "재기동", "재부팅", "증설", "작업", "패치", "maintenance", "downtime", "upgrade", "planned outage", "scheduled outage", "service interruption", "service suspension", "service window", "unavailable", "planned work", "system work", "patching", "reboot",
	}
}

// workWords mean the same only beside a word for a machine or a service, and with a stop.
func workWords() []string {
	return []string{"이전", "전환", "교체", "업데이트", "개편", "고도화", "오픈", "개선", "배포", "이관", "통합", "변경", "구축", "migration", "update", "deployment", "release", "replacement", "relocation", "cutover"}
}

func otherWords() []string {
	return []string{
		"모집", "채용", "면접", "입찰", "공모", "이벤트", "설문", "보상", "처리방침", "약관", "경품", "당첨", "세미나", "설명회", "교육 안내", "교육안내", "교육생", "교육 신청", "교육신청", "교육 과정", "교육과정", "교육 일정", "교육", "워크숍", "시험 안내", "시험안내", "시험 일정", "시험일정", "시험 시행", "시험시행", "시험", "합격", "휴무", "휴관", "휴진", "출시", "용역", "계약", "입찰공고", "만족도", "캠페인", "장학", "등록금", "금리", "수수료", "서비스 종료", "서비스종료", "판매 종료", "판매 중단", "판매중단", "지원 중단", "지원중단", "지원 종료", "지원종료", "발행 중단", "생산 중단", "취급 중단", "사칭", "주의 안내", "주의보", "점검 결과", "점검결과", "채점", "개인정보", "업체 선정", "강좌", "특강", "행사", "축제", "투표", "선거", "배당", "주주총회", "기념", "신청 안내", "접수 안내", "신청안내", "접수안내", "체크리스트", "가이드", "매뉴얼", "사용법", "이용방법", "이용 방법", "점검표", "자가점검", "자가 점검", "우수상", "인사", "학사일정", "성적", "수강신청 안내", "소독", "방역",
		"recruit", "webinar", "survey", "privacy policy", "terms of service", "terms of use", "hiring", "compensation", "service credit", "promotion", "newsletter", "job opening", "tender", "bid", "training session", "workshop", "end of life", "end of support", "pricing",
	}
}

// disability hides the people whom 장애 also speaks of, and faults that are only guarded
// against.
func disability(s string) string {
	for _, w := range []string{"장애인", "장애학생", "장애우", "장애아", "장애 학생", "장애등급", "장애 등급", "장애이해", "장애 이해", "무장애", "시각장애", "청각장애", "발달장애", "지체장애", "장애연금", "장애 예방", "장애예방", "장애 방지", "장애방지", "장애 대비", "장애대비", "장애 대응", "장애대응", "장애 시 ", "장애 발생 시", "장애발생 시", "장애발생시", "장애 발생시", "장애 최소화", "장애 복구 훈련", "장애 훈련", "장애 모의", "장애 신고", "장애신고", "장애 접수", "장애접수", "장애 문의", "장애문의", "장애 요인", "재해복구 훈련", "재해복구훈련", "재해복구 전환훈련", "복구훈련", "복구 훈련"} {
		if strings.Contains(s, w) {
			s = strings.ReplaceAll(s, w, strings.Repeat("_", len(w)))
		}
	}
	return s
}

func outageWords() []string {
	return []string{"장애", "접속 불가", "접속불가", "접속 지연", "접속지연", "접속 오류", "접속오류", "접속 장애", "오류 발생", "오류발생", "오류 안내", "오류안내", "서비스 오류", "시스템 오류", "지연 발생", "지연발생", "처리 지연", "처리지연", "서비스 지연", "지연 안내", "불안정", "복구 중", "복구중", "이용 장애", "통신 두절", "서비스 이상", "접속이 원활하지", "접속이 지연", "접속되지", "이용이 불가한 상황", "outage", "incident", "degraded", "unavailable", "disruption", "investigating", "elevated error", "latency", "service failure", "connectivity issue", "currently down", "experiencing", "partial outage", "errors"}
}

// restored says whether the text says, as done, that service is back.
func restored(s string) bool {
	return says(s, []string{"복구 완료", "복구완료", "복구되었", "복구 되었", "복구됐", "복구돼", "복구되어", "정상적인 서비스가 가능", "정상 서비스가 가능", "복구하였", "복구가 완료되었", "복구를 완료", "복구 안내", "복구안내", "정상화 되", "정상화되", "정상화 완료", "정상화완료", "정상화 안내", "정상화하였", "정상 복구", "정상 이용 가능", "정상 이용이 가능", "정상 이용가능", "정상이용 가능", "정상적으로 이용", "정상적인 이용이 가능", "정상 이용하실", "정상 가동", "정상 서비스 중", "정상적으로 서비스", "조치 완료", "조치완료", "조치가 완료", "해소되었", "해결되었", "해결 완료", "서비스 재개 안내", "has been resolved", "have been resolved", "has been restored", "have been restored", "is resolved", "was resolved", "were restored", "is restored", "fully restored", "have resolved", "resolved:", "[resolved]", "fully operational", "now operational", "back to normal", "back online", "recovered", "service restored", "services restored", "incident resolved", "outage resolved", "issue resolved", "problem resolved", "was restored", "were resolved", "been fixed", "resolved -", "this incident has been", "재개되었", "재개하였", "정상적으로 재개"},
		[]string{"예정", "예상", "하겠", "될 것", "되는", "되면", "있도록", "위해", "위하여", "시까지", " 시 ", "후에", " 후 ", "목표", "까지", "to be", "shortly", "soon", "중입니다", "중이며", "노력", "최선", "않", "불가", "어려", "시점", "때까지", "시다시", "시별도", "시재공지", "시안내", "되도록", "을 위한"})
}

// says finds a phrase that is not taken back within the words right after it.
func says(s string, phrases, unless []string) bool {
	for _, phrase := range phrases {
		for _, p := range spellings(phrase) {
			if saysOne(s, p, unless) {
				return true
			}
		}
	}
	return false
}

func saysOne(s, p string, unless []string) bool {
	rest := s
	for seen := 0; seen < 20; seen++ {
		i := strings.Index(rest, p)
		if i < 0 {
			break
		}
		before := rest[max(0, i-30):i]
		rest = rest[i+len(p):]
		if anyOf(before, "expect", "will be ", "should be ", "to be ", "once ", "as soon as", "working to", "until ", "not yet ", "when ") {
			continue
		}
		if !anyOf(clause(rest, 36), unless...) {
			return true
		}
	}
	return false
}

// clause is the head of s, up to its sentence's end or n bytes.
func clause(s string, n int) string {
	if i := strings.IndexAny(s, "\n.!?"); i >= 0 && i < n {
		return s[:i]
	}
	return s[:min(n, len(s))]
}

func lastOf(s string, words []string) int {
	best := -1
	for _, word := range words {
		for _, w := range spellings(word) {
			if i := strings.LastIndex(s, w); i >= 0 && i+len(w) > best {
				best = i + len(w)
			}
		}
	}
	return best
}

func countOf(s string, words []string) int {
	n := 0
	for _, word := range words {
		for _, w := range spellings(word) {
			n += min(strings.Count(s, w), 3)
		}
	}
	return n
}

// kindOf decides what the notice is about; doubt says that the words point both ways.
func kindOf(title, body string) (k Kind, doubt bool) {
	title, body = disability(title), disability(body)
	if strings.TrimSpace(title) == "" {
		title, _, _ = strings.Cut(strings.TrimSpace(body), "\n") // a banner has no title: its first line speaks for it
	}
	other, stop, out := lastOf(title, otherWords()), lastOf(title, stopWords()), lastOf(title, outageWords())
	english := strings.IndexFunc(title, func(r rune) bool { return r >= 0xAC00 && r <= 0xD7A3 }) < 0
	if english && other >= 0 && anyOf(title, "compensation", "service credit", "survey", "webinar", "recruit", "hiring", "privacy policy", "terms of") {
		stop, out = -1, -1
	}
	if sanction(title) {
		return Other, false
	}
	if stop >= 0 && other > stop && anyOf(title[stop:other], "및", "&", ",", "·", "/") {
		other = -1 // 정기점검 및 이벤트 안내
	}
	if other >= stop && other >= out && other >= 0 {
		return Other, false
	}
	if stop >= 0 && !english && anyOf(title, "소방", "승강기", "엘리베이터", "가스", "놀이", "차량", "건강", "위생", "안전점검", "안전 점검", "시설물", "수도", "보일러", "도로", "교통", "급수", "주차", "셔틀", "체육관", "수영장") && !anyOf(title, "서비스", "시스템", "홈페이지", "서버", "전산", "중단", "접속", "중지", "정전") && !anyOf(body, "서비스 중단", "서비스가 중단", "시스템", "홈페이지", "서버", "전산", "접속") {
		return Other, false
	}
	return fromTitle(title, body, stop, out)
}

// sanction says whether the title speaks of people who are shut out, not of a service that
// stops.
func sanction(title string) bool {
	return anyOf(title, "이용 정지", "이용정지", "플레이 정지", "계정 정지", "계정정지", "정지 조치", "이용 제한 조치", "이용제한 조치", "제재") &&
		anyOf(title, "계정", "회원", "사용자", "이용자", "유저", "캐릭터", "매크로", "불량") &&
		!anyOf(title, "점검", "시스템", "서버", "작업", "서비스 중단")
}

func fromTitle(title, body string, stop, out int) (Kind, bool) {
	works := anyOf(title, "점검", "작업", "정비", "maintenance", "유지보수", "업그레이드", "upgrade", "planned", "scheduled", "정전", "교체", "이중화", "증설", "pm", "리부팅", "재부팅", "재기동", "서버 이전", "서버이전", "데이터센터 이전", "전산센터 이전", "전산실 이전", "idc 이전", "시스템 이전", "시스템 이관", "데이터 이관", "시스템 전환")
	done := restored(title)
	all := title + "\n" + body
	broken := countOf(body, outageWords())
	switch {
	case anyOf(title, "사과", "apolog") && (out >= 0 || stop >= 0 || broken > 0):
		if done || restored(body) {
			return Recovery, false
		}
		return Outage, works
	case works && out >= 0 && anyOf(title, "장애 발생", "장애발생", "장애 안내", "접속 장애", "currently") && !anyOf(title, "점검 안내", "작업 안내", "위한", "인한 긴급", "따른 긴급"):
		if done || restored(body) {
			return Recovery, true
		}
		return Outage, true
	case works:
		return Maintenance, false
	case out >= 0 && !anyOf(title, "중단 안내", "중지 안내", "일시 중단", "일시중단", "일시 중지") || out >= 0 && anyOf(title, "장애", "outage", "incident"):
		if anyOf(title, "planned", "scheduled", "예정된") {
			return Maintenance, false
		}
		if done || restored(body) {
			return Recovery, false
		}
		return Outage, false
	case done:
		if anyOf(body, "점검", "작업", "정비", "maintenance") && broken == 0 {
			return Maintenance, false
		}
		return Recovery, false
	case stop >= 0:
		if says(body, []string{"장애로", "장애가 발생", "장애 발생으로", "장애로 인해", "장애로 인하여", "장애 발생", "오류가 발생", "예기치 못한", "예기치 않은", "outage", "unexpected", "failure"}, nil) && !anyOf(body, "점검", "작업", "정비", "maintenance") {
			if restored(body) {
				return Recovery, false
			}
			return Outage, false
		}
		return Maintenance, false
	}
	return fromBody(title, body, all, broken)
}

// fromBody decides for titles that say nothing of stops.
func fromBody(title, body, all string, broken int) (Kind, bool) {
	stops := countOf(body, []string{"점검", "정비", "서비스 중단", "중단", "중지", "이용 불가", "이용불가", "접속 불가", "이용이 제한", "이용 제한", "작업", "maintenance", "downtime", "unavailable", "interruption", "일시 정지", "접속이 불가", "이용이 불가", "이용하실 수 없", "리부팅", "재부팅", "재기동", "사용이 불가", "offline", "reboot", "patching", "restart"})
	other := countOf(all, []string{"모집", "채용", "이벤트", "설문", "신청기간", "접수기간", "교육기간", "약관", "처리방침", "보상", "입찰", "응모", "당첨", "시험", "survey", "webinar", "privacy policy", "compensation", "개인정보"})
	machine := anyOf(all, "서비스", "시스템", "서버", "업데이트", "게임", "접속", "전산", "홈페이지", "네트워크", "회선", "db", "사이트", "포털", "앱", "뱅킹", "장비", "인터넷", "service", "system", "server", "network", "website", "portal", "database", "거래", "조회", "이용", "업무")
	switch {
	case restored(body) && broken > 0:
		return Recovery, false
	case broken > 0 && broken >= stops && anyOf(body, "현재", "발생", "복구", "확인", "조치", "currently", "investigating", "identified", "experiencing", "aware"):
		return Outage, stops > 0 && anyOf(body, "점검", "maintenance")
	case stops > 0 && machine && other == 0:
		return Maintenance, false
	case stops > 0 && machine && (lastOf(title, workWords()) >= 0 || stops > other):
		return Maintenance, stops <= other
	case broken > 0 && other == 0 && machine:
		return Outage, true
	}
	return Other, false
}

// typeOf tells regular from emergency work; the title is believed before the body.
func typeOf(title, body string) Type {
	for _, s := range []string{title, body} {
		emergency := says(s, []string{"긴급", "emergency", "urgent", "unscheduled", "unplanned"}, []string{"재난", "지원금", "대출", "출동", "연락", "생활", "복지", "전화", "신고", "생계", "contact"})
		regular := says(strings.NewReplacer(" 비정기", "", " 부정기", "", "[비정기", "", "[부정기", "", "(비정기", "").Replace(" "+s), []string{"정기", "regular", "routine", "periodic"}, []string{})
		if regular && !anyOf(s, "정기점검", "정기 점검", "정기작업", "정기 작업", "정기pm", "정기 pm", "정기 시스템", "정기 서버", "정기 전산", "정기적인", "정기 유지", "정기 정비", "정기정비", "정기 배포", "정기 업데이트", "정기 서비스", "정기 보안", "정기 db", "정기 네트워크", "정기 안전", "정기 데이터", "정기 홈페이지", "regular", "routine", "periodic", "정기업데이트", "정기 ", "[정기]", "(정기)") {
			regular = false
		}
		if regular && anyOf(s, "정기예금", "정기 예금", "정기적금", "정기 적금", "정기이체", "정기 이체", "정기권", "정기구독", "정기결제", "정기 결제", "정기간행", "정기총회") && !anyOf(s, "정기점검", "정기 점검", "정기 시스템", "정기작업", "정기 작업") {
			regular = false
		}
		switch {
		case emergency:
			return Emergency
		case regular:
			return Regular
		}
	}
	return Untyped
}
