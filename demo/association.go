package demo

// The association's name, fictional on purpose: nobody shall take these pages for a real body's.
const (
	NameKO = "데모금융협회"
	NameEN = "Demo Finance Association"
)

// Identities of the sites, in the order of their ports.
const (
	Homepage       = "homepage"
	Disclosure     = "disclosure"
	Statistics     = "statistics"
	Regulations    = "regulations"
	Licences       = "licences"
	ReviewJobs     = "review-jobs"
	CustomerCentre = "customer-centre"
)

// profile is what makes one site different from the others.
type profile struct {
	id, ko, en string
	lead       string // the sentence under its name
	eucKR      bool   // pages leave as EUC-KR
	bare       bool   // no security headers: something for a scanner to find
	sections   []section
}

// section is a page of a site, and a card on its front page.
type section struct {
	Path, Title, Text string
	Paragraphs        []string
	Head              []string
	Rows              [][]string
}

// association describes the seven sites.
func association() []profile {
	return []profile{
		{id: Homepage, ko: "홈페이지", en: "Homepage", lead: "회원사와 투자자를 잇는 열린 협회", sections: []section{
			{Path: "/about", Title: "협회 소개", Text: "설립 목적과 주요 업무를 안내합니다.", Paragraphs: []string{
				"데모금융협회는 점검 도구를 시험하기 위해 만든 가상의 단체입니다. 실제 기관과 아무런 관련이 없습니다.",
				"이 사이트의 모든 수치와 공지는 지어낸 것입니다."}},
			{Path: "/charter", Title: "고객만족헌장 · 서비스이행표준", Text: "고객과의 약속을 공개합니다."},
			{Path: "/sitemap", Title: "관련 사이트", Text: "일곱 개 업무 사이트로 바로 갑니다."},
		}},
		{id: Disclosure, ko: "통합공시시스템", en: "Disclosure system", lead: "회원사 공시와 펀드 공시를 한곳에서", sections: []section{
			{Path: "/funds", Title: "펀드 공시", Text: "기준가격과 보수를 비교합니다.", Head: []string{"펀드", "유형", "기준가격(원)", "총보수(%)"}, Rows: [][]string{
				{"데모 성장 주식 1호", "주식형", "1,084.21", "0.62"}, {"데모 안정 채권 2호", "채권형", "1,012.77", "0.21"}, {"데모 균형 혼합 3호", "혼합형", "1,043.05", "0.45"}}},
			{Path: "/members", Title: "회원사 공시", Text: "정기공시와 수시공시를 열람합니다.", Head: []string{"회원사", "공시", "구분"}, Rows: [][]string{
				{"가나다증권(가상)", "분기 영업보고서", "정기"}, {"라마바자산운용(가상)", "대표펀드 변경", "수시"}}},
		}},
		{id: Statistics, ko: "자본시장통계", en: "Capital market statistics", lead: "매 영업일 갱신되는 자본시장 통계", sections: []section{
			{Path: "/stat", Title: "일별 통계", Text: "거래대금과 잔고 추이를 봅니다.", Head: []string{"항목", "값", "단위"}, Rows: [][]string{
				{"투자자예탁금", "52.4", "조원"}, {"신용공여 잔고", "18.9", "조원"}, {"채권 거래대금", "31.2", "조원"}}},
			{Path: "/hours", Title: "이용 시간 안내", Text: "매일 00:00~00:30은 통계 집계 시간입니다.", Paragraphs: []string{
				"자본시장통계는 매일 00:00 ~ 00:30 (30분간) 일일 집계를 위하여 서비스가 중단됩니다.",
				"시행일: 2026년 1월 1일부터 별도 안내 시까지. 그 외 시간에는 365일 이용하실 수 있습니다."}},
			{Path: "/api", Title: "오픈 API", Text: "통계를 JSON으로 내려받습니다.", Paragraphs: []string{"GET /api/v1/market.json : 오늘의 주요 지표"}},
		}},
		{id: Regulations, ko: "법규정보시스템", en: "Regulations", lead: "자본시장 법령과 협회 규정의 모든 개정 이력", eucKR: true, sections: []section{
			{Path: "/rules", Title: "협회 규정", Text: "현행 규정과 신구 대조표를 봅니다.", Head: []string{"규정", "최근 개정", "상태"}, Rows: [][]string{
				{"회원 관리 규정", "2026-03-02", "현행"}, {"광고 심사 규정", "2025-11-17", "현행"}, {"전문인력 등록 규정", "2026-07-01", "개정 예고"}}},
			{Path: "/laws", Title: "관련 법령", Text: "법령 조문을 분야별로 찾습니다.", Paragraphs: []string{"법령 원문은 국가가 운영하는 법령정보 서비스를 이용하십시오. 이 화면은 예시입니다."}},
		}},
		{id: Licences, ko: "전문인력조회", en: "Professional licences", lead: "등록된 전문인력의 자격을 확인하세요", sections: []section{
			{Path: "/search", Title: "자격 조회", Text: "등록번호로 자격의 유효 여부를 확인합니다."},
			{Path: "/exams", Title: "시험 일정", Text: "올해의 자격시험 일정입니다.", Head: []string{"시험", "접수", "시행"}, Rows: [][]string{
				{"투자권유자문인력(가상)", "3월 첫째 주", "4월 둘째 주"}, {"투자자산운용사(가상)", "6월 첫째 주", "7월 셋째 주"}}},
		}},
		{id: ReviewJobs, ko: "광고심의 · 채용공고", en: "Advertising review and jobs", lead: "광고심의 신청과 회원사 채용 정보", bare: true, sections: []section{
			{Path: "/review", Title: "광고심의 안내", Text: "심의 절차와 처리 기간을 안내합니다.", Paragraphs: []string{"신청, 접수 확인, 심의, 결과 통보의 순서로 진행하며 접수 후 3영업일 안에 결과를 알려드립니다."}},
			{Path: "/jobs", Title: "채용공고", Text: "회원사의 채용 소식을 모았습니다.", Head: []string{"회원사", "분야", "마감"}, Rows: [][]string{
				{"가나다증권(가상)", "정보보안", "상시"}, {"라마바자산운용(가상)", "준법감시", "월말"}}},
		}},
		{id: CustomerCentre, ko: "고객만족센터", en: "Customer centre", lead: "철저한 서비스 정신으로 고객을 맞이하겠습니다", sections: []section{
			{Path: "/inquiry", Title: "온라인 문의", Text: "1일 이내에 답변 드립니다."},
			{Path: "/login", Title: "로그인", Text: "문의 내역을 확인합니다."},
			{Path: "/faq", Title: "자주 묻는 질문", Text: "가장 많은 질문과 답입니다.", Head: []string{"질문", "답변"}, Rows: [][]string{
				{"문의에 대한 답은 언제 받나요?", "1일 이내, 시간이 필요한 경우에도 최대 7영업일 내에 드립니다."}, {"전화로도 문의할 수 있나요?", "가상의 협회이므로 전화번호가 없습니다."}}},
		}},
	}
}
