package notice

// The tables of fixed expressions. They are data: what an expression means is its kind.

func dateWords() []keyword {
	day := func(pattern string, n int, not string) keyword {
		return keyword{pattern: pattern, kind: kDate, date: dateForm{rel: fromPost, n: n}, not: not}
	}
	next := func(pattern string, n int, not string) keyword {
		return keyword{pattern: pattern, kind: kDate, date: dateForm{rel: fromLast, n: n}, not: not}
	}
	mer := func(pattern string, m meridiem) keyword {
		return keyword{pattern: pattern, kind: kMeridiem, n: int(m), anywhere: true}
	}
	return []keyword{
		day("오늘", 0, "의"), day("금일", 0, ""), day("내일", 1, ""), day("모레", 2, ""), day("글피", 3, ""),
		day("어제", -1, ""), day("작일", -1, ""), day("그제", -2, ""), day("today", 0, "'s"), day("tonight", 0, ""), day("tomorrow", 1, ""), day("yesterday", -1, ""),
		day("the day after tomorrow", 2, ""),
		next("익일", 1, ""), next("명일", 1, ""), next("다음 날", 1, ""), next("이튿 날", 1, ""), next("익익일", 2, ""), next("당일", 0, ""), next("같은 날", 0, ""), next("동일", 0, "한|하|인|일|시|조건|내용| 조건| 내용| 서비스| 시스템"),
		next("next day", 1, ""), next("the next day", 1, ""), next("following day", 1, ""), next("the following day", 1, ""), next("same day", 0, ""), next("the same day", 0, ""), next("d+1", 1, ""), next("+1일", 1, ""), next("+1 day", 1, ""), next("(+1)", 1, ""),
		mer("오전", korAM), mer("오후", korPM), mer("새벽", dawn), mer("아침", dawn), mer("낮", noonish), mer("저녁", evening), mer("밤", night), mer("심야", night),
		{pattern: "am", kind: kMeridiem, n: int(engAM)}, {pattern: "pm", kind: kMeridiem, n: int(engPM)}, {pattern: "a.m.", kind: kMeridiem, n: int(engAM)}, {pattern: "p.m.", kind: kMeridiem, n: int(engPM)},
		{pattern: "noon", kind: kTime, clock: clock{h: 12, noon: true}}, {pattern: "midday", kind: kTime, clock: clock{h: 12, noon: true}}, {pattern: "midnight", kind: kTime, clock: clock{midnight: true}},
		{pattern: "종일", kind: kAllDay, anywhere: true}, {pattern: "하루", kind: kAllDay, not: "전|에 |빨리|라도|속히|한"}, {pattern: "하루 종일", kind: kAllDay}, {pattern: "하루 동안", kind: kAllDay}, {pattern: "하루 전체", kind: kAllDay},
		{pattern: "전일", kind: kAllDay, not: "대비|의"}, {pattern: "온종일", kind: kAllDay}, {pattern: "all day", kind: kAllDay}, {pattern: "all-day", kind: kAllDay}, {pattern: "full day", kind: kAllDay}, {pattern: "entire day", kind: kAllDay}, {pattern: "whole day", kind: kAllDay},
		{pattern: "이번 달", kind: kDate, date: dateForm{rel: monthOf}}, {pattern: "이달", kind: kDate, date: dateForm{rel: monthOf}, not: "의"}, {pattern: "금월", kind: kDate, date: dateForm{rel: monthOf}}, {pattern: "당월", kind: kDate, date: dateForm{rel: monthOf}},
		{pattern: "다음 달", kind: kDate, date: dateForm{rel: monthOf, n: 1}}, {pattern: "내달", kind: kDate, date: dateForm{rel: monthOf, n: 1}}, {pattern: "익월", kind: kDate, date: dateForm{rel: monthOf, n: 1}}, {pattern: "차월", kind: kDate, date: dateForm{rel: monthOf, n: 1}}, {pattern: "지난 달", kind: kDate, date: dateForm{rel: monthOf, n: -1}},
		{pattern: "올해", kind: kDate, date: dateForm{rel: yearOf}}, {pattern: "금년", kind: kDate, date: dateForm{rel: yearOf}}, {pattern: "내년", kind: kDate, date: dateForm{rel: yearOf, n: 1}}, {pattern: "명년", kind: kDate, date: dateForm{rel: yearOf, n: 1}},
		{pattern: "이번 주", kind: kDate, date: dateForm{rel: weekOf}}, {pattern: "금주", kind: kDate, date: dateForm{rel: weekOf}}, {pattern: "다음 주", kind: kDate, date: dateForm{rel: weekOf, n: 1}}, {pattern: "차주", kind: kDate, date: dateForm{rel: weekOf, n: 1}}, {pattern: "내주", kind: kDate, date: dateForm{rel: weekOf, n: 1}}, {pattern: "익주", kind: kDate, date: dateForm{rel: weekOf, n: 1}}, {pattern: "지난 주", kind: kDate, date: dateForm{rel: weekOf, n: -1}},
		{pattern: "이번", kind: kDate, date: dateForm{rel: nextOnDay}, not: "에|이|엔"}, {pattern: "오는", kind: kDate, date: dateForm{rel: nextOnDay}}, {pattern: "돌아오는", kind: kDate, date: dateForm{rel: nextOnDay}}, {pattern: "this", kind: kDate, date: dateForm{rel: nextOnDay}}, {pattern: "this coming", kind: kDate, date: dateForm{rel: nextOnDay}}, {pattern: "coming", kind: kDate, date: dateForm{rel: nextOnDay}}, {pattern: "next", kind: kDate, date: dateForm{rel: weekOf, n: 1}},
	}
}

func rangeWords() []keyword {
	return []keyword{
		{pattern: "부터", kind: kFrom, flag: plainRange, anywhere: true}, {pattern: "에서", kind: kFrom, anywhere: true}, {pattern: "까지", kind: kUntil, anywhere: true}, {pattern: "사이", kind: kUntil, not: "트|버"},
		{pattern: "from", kind: kLead}, {pattern: "starting", kind: kLead}, {pattern: "starts", kind: kLead}, {pattern: "start", kind: kLead}, {pattern: "begins", kind: kLead}, {pattern: "begin", kind: kLead}, {pattern: "beginning", kind: kLead}, {pattern: "commencing", kind: kLead}, {pattern: "between", kind: kLead, n: 1}, {pattern: "effective", kind: kLead}, {pattern: "after", kind: kWord},
		{pattern: "to", kind: kRange, flag: word}, {pattern: "until", kind: kRange, flag: word}, {pattern: "till", kind: kRange, flag: word}, {pattern: "through", kind: kRange, flag: word}, {pattern: "thru", kind: kRange, flag: word}, {pattern: "and ending", kind: kRange, flag: word}, {pattern: "ending", kind: kRange, flag: word}, {pattern: "and ends", kind: kRange, flag: word}, {pattern: "ends", kind: kRange, flag: word}, {pattern: "ending at", kind: kRange, flag: word}, {pattern: "and end", kind: kRange, flag: word}, {pattern: "and will end", kind: kRange, flag: word}, {pattern: "and will last until", kind: kRange, flag: word}, {pattern: "and conclude", kind: kRange, flag: word}, {pattern: "and finish", kind: kRange, flag: word}, {pattern: "에서부터", kind: kFrom, flag: plainRange, anywhere: true},
		{pattern: "및", kind: kSep}, {pattern: "그리고", kind: kSep}, {pattern: "와", kind: kSep, anywhere: true}, {pattern: "과", kind: kSep, anywhere: true}, {pattern: "and", kind: kSep, flag: word}, {pattern: "각각", kind: kEach}, {pattern: "각", kind: kEach, not: "종|지|급|층|국|사|기|시"}, {pattern: "each", kind: kEach}, {pattern: "each day", kind: kEach}, {pattern: "양일", kind: kEach}, {pattern: "양일간", kind: kEach},
	}
}

func openWords() []keyword {
	var list []keyword
	for _, p := range []string{
		"서비스 재개", "서비스재개 시", "거래 재개", "재개 시", "재개시점", "조치 시", "조치 완료", "조치될 때", "완료 시", "완료될 때", "완료 때", "완료되는 시점", "완료 시점", "종료 시", "종료될 때", "복구 시", "복구 완료 시", "작업 완료", "작업 완료 시", "작업 종료 시", "점검 완료", "점검 완료 시", "점검 종료 시",
		"별도 안내", "별도 공지", "별도 통보", "추후 공지", "추후 안내", "추후 별도", "미정", "미확정", "해제 시", "정상화 시", "정상화 될 때", "복구될 때", "안내 시", "공지 시", "재공지 시", "개시 시", "업무 개시", "영업 개시", "서비스 오픈", "서비스 정상화",
	} {
		list = append(list, keyword{pattern: p, kind: kOpen, not: "간|각|점|스템|스", anywhere: false})
	}
	for _, p := range []string{"further notice", "until further notice", "tbd", "tba", "to be determined", "to be announced", "completion", "completed", "complete", "it is completed", "unknown", "finished", "resolved", "restored", "we are done", "work is completed", "the work is completed", "the work is complete", "the maintenance is complete", "maintenance is completed"} {
		list = append(list, keyword{pattern: p, kind: kOpen})
	}
	return list
}

func changeWords() []keyword {
	var list []keyword
	add := func(k kind, patterns ...string) {
		for _, p := range patterns {
			list = append(list, keyword{pattern: p, kind: k, anywhere: k == kWas && p[0] >= 0x80})
		}
	}
	add(kOld, "정정 전", "조정 전", "당초", "종전", "원래", "애초", "변경 전", "연기 전", "수정 전", "기존 일정", "기존 일시", "기존 점검", "기존 작업", "기존에", "기존", "최초", "originally", "original", "previously", "previous", "initially", "formerly")
	add(kNew, "정정 후", "조정 후", "변경 후", "연기 후", "수정 후", "변경 일정", "변경 일시", "변경된 일정", "변경된 일시", "변경된", "변경 시간", "연기된", "수정된", "연장된", "rescheduled to", "rescheduled for", "moved to", "postponed to", "postponed until", "changed to", "now be", "now take place", "will now", "new schedule", "new window", "new time", "new date", "revised", "instead", "extended to", "extended until", "updated to", "pushed back to", "pushed to", "brought forward to")
	add(kWas, "예정이었으나", "예정이었지만", "예정이었는데", "예정되었으나", "예정되어 있었으나", "예정했으나", "예정이였으나", "계획이었으나", "계획되었으나", "계획하였으나", "공지하였으나", "안내하였으나", "안내드렸으나", "공지드렸으나", "예정되었던", "예정됐던", "예정이던", "예정이었던", "예정되어 있던", "예정돼 있던", "예정된", "예정했던", "계획되었던", "계획된", "계획했던", "실시하려던", "진행하려던", "진행 예정이었던", "실시 예정이었던", "진행 예정이던", "공지했던", "공지한", "공지드렸던", "공지드린", "안내드린", "안내해 드린", "안내드렸던", "실시 예정이던", "하려던", "하기로 했던", "has been rescheduled", "has been moved", "has been postponed", "has been changed", "is rescheduled", "is postponed", "was rescheduled", "was moved", "was postponed", "have been rescheduled", "have been moved")
	return list
}

func ruleWords() []keyword {
	var list []keyword
	add := func(k kind, n int, patterns ...string) {
		for _, p := range patterns {
			list = append(list, keyword{pattern: p, kind: k, n: n})
		}
	}
	add(kRecur, daily, "매일", "매일 밤", "매일밤", "날마다", "every day", "everyday", "daily", "nightly", "every night", "each night", "연중 매일")
	add(kRecur, weekly, "매주", "주 1회", "every week", "each week", "weekly", "every", "매 주")
	add(kRecur, monthly, "매월", "매달", "every month", "each month", "monthly", "of every month", "of each month", "of the month", "매 월")
	add(kRecur, yearly, "매년", "매해", "해마다", "every year", "each year", "yearly", "annually", "of every year", "of each year")
	add(kOrdinal, 1, "첫째", "첫 번째", "첫", "1번째", "first", "첫째 주", "첫 주", "1째", "1주차", "1째주", "제1")
	add(kOrdinal, 2, "둘째", "두 번째", "2번째", "second", "둘째 주", "2째", "2주차", "제2")
	add(kOrdinal, 3, "셋째", "세 번째", "3번째", "third", "셋째 주", "3째", "3주차", "제3")
	add(kOrdinal, 4, "넷째", "네 번째", "4번째", "fourth", "넷째 주", "4째", "4주차", "제4")
	add(kOrdinal, 5, "다섯째", "다섯 번째", "fifth")
	add(kOrdinal, -1, "마지막", "마지막 주", "last", "말일", "마지막 날", "최종 주")
	return list
}

func zoneWords() []keyword {
	var list []keyword
	for _, z := range zoneNames() {
		list = append(list, keyword{pattern: z.name, kind: kZone, zone: z})
	}
	return list
}
