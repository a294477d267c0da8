package notice

// The fixed phrases of a suggested notice. A notice is content that an organisation
// publishes, not the interface of this program, so its words live here beside the rules that
// must read them back, and not in the message catalogues. TestSuggestReadsBack holds the two
// together.
type phrases struct {
	lang                          string
	title, titleRegular           string // with the site's name
	titleEmergency                string
	greeting, apology             string
	when, target, reason, contact string
	weekdays                      [7]string
	openEnd                       string
}

func korean() phrases {
	return phrases{
		lang:           "ko",
		title:          "%s 시스템 점검에 따른 서비스 일시 중단 안내",
		titleRegular:   "%s 정기점검에 따른 서비스 일시 중단 안내",
		titleEmergency: "%s 긴급점검에 따른 서비스 일시 중단 안내",
		greeting:       "보다 안정적인 서비스를 제공하기 위하여 아래와 같이 점검을 실시하며, 점검 중에는 서비스를 이용하실 수 없습니다.",
		when:           "중단 일시: ",
		target:         "대상 서비스: ",
		reason:         "점검 사유: ",
		contact:        "문의: ",
		apology:        "이용에 불편을 드려 죄송합니다.",
		weekdays:       [7]string{"일", "월", "화", "수", "목", "금", "토"},
		openEnd:        "별도 안내 시까지",
	}
}

func english() phrases {
	return phrases{
		lang:           "en",
		title:          "%s: service unavailable during system maintenance",
		titleRegular:   "%s: service unavailable during routine maintenance",
		titleEmergency: "%s: service unavailable during emergency maintenance",
		greeting:       "We are carrying out maintenance to keep our service reliable. The service will be unavailable during the following time.",
		when:           "Downtime: ",
		target:         "Services affected: ",
		reason:         "Reason: ",
		contact:        "Contact: ",
		apology:        "We apologise for the inconvenience.",
		weekdays:       [7]string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"},
		openEnd:        "until further notice",
	}
}
