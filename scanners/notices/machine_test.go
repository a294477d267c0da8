package notices

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/scanners"
)

func TestFeeds(t *testing.T) {
	atomFeed := `<?xml version="1.0" encoding="%s"?><feed xmlns="http://www.w3.org/2005/Atom"><title>공지</title><id>f</id>
		<entry><id>tag:x,2026:2</id><title>[점검] 정기 점검 안내</title><link href="/view?id=2"/><updated>2026-11-23T09:00:00+09:00</updated><published>2026-11-22T09:00:00+09:00</published><content type="html">&lt;p&gt;중단일시: 11/28 22:00&lt;/p&gt;&lt;p&gt;둘째 줄&lt;/p&gt;</content></entry>
		<entry><id>tag:x,2026:1</id><title>안내</title><link href="/view?id=1"/><updated>2026-11-20T09:00:00+09:00</updated></entry></feed>`
	for name, serve := range map[string]func(*site){
		"utf-8": func(s *site) { s.set("/feed", answer(200, "application/atom+xml", fmt.Sprintf(atomFeed, "utf-8"))) },
		"euc-kr": func(s *site) {
			s.set("/feed", answer(200, "application/atom+xml", eucKR(t, fmt.Sprintf(atomFeed, "euc-kr"))))
		},
		"lying": func(s *site) { s.set("/feed", answer(200, "application/atom+xml", fmt.Sprintf(atomFeed, "euc-kr"))) },
	} {
		s := newSite(t)
		serve(s)
		s.page("/view?id=1", detail(1))
		l := lookAt(t, Config{Kind: Feed, URL: s.URL + "/feed"})
		wantStatus(t, l, scanners.BoardOK)
		p := find(t, l, "[점검] 정기 점검 안내")
		if p.Key != "guid:tag:x,2026:2" || p.URL != s.URL+"/view?id=2" || p.Text != "중단일시: 11/28 22:00\n둘째 줄" || !p.Read || !p.Claimed.Equal(kst(2026, 11, 22, 9, 0)) || p.DateOnly || p.Page == nil {
			t.Errorf("%s: %+v", name, p)
		}
		if p := find(t, l, "안내"); !p.Read || p.Text != "1번째 공지의 본문입니다." || l.Posts[1].Key != p.Key {
			t.Errorf("%s: an item without a text: %+v", name, p)
		}
	}
	s := newSite(t)
	item := func(id int, text string) string {
		return fmt.Sprintf(`<item><title>공지 %d호 안내</title><link>/view?id=%d</link><description>%s</description></item>`, id, id, text)
	}
	s.page("/view?id=1", detail(1))
	s.page("/view?id=2", detail(2))
	for _, text := range []string{"요약", ""} {
		s.set("/feed", answer(200, "text/xml", `<rss version="2.0"><channel><title>공지</title>`+item(3, text)+item(2, text)+item(1, text)+`</channel></rss>`))
		b := newBoard(t, Config{Kind: Feed, URL: s.URL + "/feed"})
		known := follow(knownOf(b.Look(t.Context(), nil)), "")
		s.set("/feed", answer(200, "text/xml", `<rss version="2.0"><channel><title>공지</title>`+item(2, text)+`</channel></rss>`))
		l := b.Look(t.Context(), known)
		wantStatus(t, l, scanners.BoardOK)
		if p := find(t, l, "공지 1호 안내"); p.Read != (text == "") || fmt.Sprint(l.Gone) != "[/view?id=3]" {
			t.Errorf("dropped from a feed with %q: gone %q, %+v", text, l.Gone, p)
		}
	}
	s.set("/feed", answer(200, "text/xml", `<rss version="2.0"><channel><title>공지</title><item><title>안내</title><link>http://other.example/1</link><pubDate>Mon, 23 Nov 2026 09:00:00 +0900</pubDate><description><![CDATA[<b>본문</b> <img src="/a.jpg">]]></description><enclosure url="/a.pdf" type="application/pdf" length="1"/></item></channel></rss>`))
	l := lookAt(t, Config{Kind: Feed, URL: s.URL + "/feed"})
	wantStatus(t, l, scanners.BoardOK)
	if p := find(t, l, "안내"); p.Text != "본문" || fmt.Sprint(p.Unread) != "[image pdf]" || !p.Claimed.Equal(kst(2026, 11, 23, 9, 0)) {
		t.Errorf("%+v", p)
	}
	s.set("/feed", answer(200, "text/xml", `<rss version="2.0"><channel><title>공지</title></channel></rss>`))
	wantStatus(t, lookAt(t, Config{Kind: Feed, URL: s.URL + "/feed"}), scanners.BoardOK)
	wantStatus(t, newBoard(t, Config{Kind: Feed, URL: s.URL + "/feed"}).Look(t.Context(), knownOf(l)), scanners.BoardLayout)
	s.set("/feed", answer(200, "text/xml", `<rss version="2.0"><channel><title>공지</title><item><title>누구</title></item></channel></rss>`))
	wantStatus(t, lookAt(t, Config{Kind: Feed, URL: s.URL + "/feed"}), scanners.BoardMalformed)
}

func TestStatuspage(t *testing.T) {
	s := newSite(t)
	s.set("/api/v2/scheduled-maintenances.json", answer(200, "application/json", `{"page":{"id":"x"},"scheduled_maintenances":[
		{"id":"m1","name":"정기 점검","status":"scheduled","created_at":"2026-11-23T00:00:00.000Z","scheduled_for":"2026-11-28T13:00:00.000Z","scheduled_until":"2026-11-28T17:00:00.000Z","shortlink":"http://stspg.io/m1","components":[{"name":"홈페이지"},{"name":"공시"}],"incident_updates":[{"status":"scheduled","body":"점검 &amp; 교체","created_at":"2026-11-23T00:00:00Z"}]},
		{"id":"m0","name":"지난 점검","status":"completed","created_at":"2026-11-01T00:00:00Z","scheduled_for":"2026-11-02T13:00:00Z","scheduled_until":"2026-11-02T14:00:00Z","incident_updates":[]}]}`))
	s.set("/api/v2/incidents.json", answer(200, "application/json", `{"incidents":[{"id":"i1","name":"접속 장애","status":"monitoring","created_at":"2026-11-24T01:00:00Z","started_at":"2026-11-24T00:50:00Z","resolved_at":null,"incident_updates":[{"status":"monitoring","body":"복구 예정 15:00","created_at":"2026-11-24T02:00:00Z"}]},
		{"id":"i0","name":"지난 장애","status":"resolved","created_at":"2026-11-20T01:00:00Z","resolved_at":"2026-11-20T02:00:00Z"}]}`))
	for _, url := range []string{s.URL, s.URL + "/", s.URL + "/api/v2"} {
		l := lookAt(t, Config{Kind: Statuspage, URL: url})
		wantStatus(t, l, scanners.BoardOK)
		if len(l.Posts) != 4 || !l.Whole {
			t.Fatalf("%+v", l.Posts)
		}
		p := find(t, l, "정기 점검")
		a := p.Announced
		if p.Key != "maintenance/m1" || a.Kind != "maintenance" || a.State != "planned" || !a.Start.Equal(kst(2026, 11, 28, 22, 0)) || !a.End.Equal(kst(2026, 11, 29, 2, 0)) || fmt.Sprint(a.Components) != "[홈페이지 공시]" ||
			p.Text != "2026-11-28 22:00 ~ 2026-11-29 02:00\n2026-11-23 09:00 scheduled\n점검 & 교체" || !p.Claimed.Equal(kst(2026, 11, 23, 9, 0)) {
			t.Errorf("%+v %+v", p, a)
		}
		if a := find(t, l, "접속 장애").Announced; a.Kind != "outage" || a.State != "in_progress" || !a.Start.Equal(kst(2026, 11, 24, 9, 50)) || !a.End.IsZero() {
			t.Errorf("%+v", a)
		}
		if a := find(t, l, "지난 점검").Announced; a.State != "completed" {
			t.Errorf("%+v", a)
		}
		if a := find(t, l, "지난 장애").Announced; a.State != "resolved" || a.End.IsZero() {
			t.Errorf("%+v", a)
		}
	}
	s.set("/api/v2/incidents.json", answer(500, "application/json", ``))
	l := lookAt(t, Config{Kind: Statuspage, URL: s.URL})
	wantStatus(t, l, scanners.BoardRefused)
}

func TestCalendars(t *testing.T) {
	s := newSite(t)
	ics := strings.ReplaceAll(`BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//x//KO
X-WR-CALNAME:공지
BEGIN:VTIMEZONE
TZID:Asia/Seoul
BEGIN:STANDARD
DTSTART:19881009T020000
TZOFFSETFROM:+0900
TZOFFSETTO:+0900
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:one
SEQUENCE:0
DTSTART;TZID=Asia/Seoul:20261127T220000
SUMMARY:옛 판
END:VEVENT
BEGIN:VEVENT
UID:one
SEQUENCE:1
CREATED:20261123T000000Z
DTSTART;TZID=Asia/Seoul:20261128T220000
DTEND;TZID=Asia/Seoul:20261129T020000
SUMMARY:정기 점검\, 교체
DESCRIPTION:첫 줄\n둘째 줄은 길어서
  접힌다
LOCATION:홈페이지
URL:https://status.example/one
X-MICROSOFT-X:y
BEGIN:VALARM
ACTION:DISPLAY
TRIGGER:-PT15M
END:VALARM
END:VEVENT
BEGIN:VEVENT
UID:two
DTSTART:20261128T130000Z
DURATION:PT1H30M
STATUS:CANCELLED
SUMMARY:취소된 점검
END:VEVENT
BEGIN:VEVENT
UID:three
DTSTART;VALUE=DATE:20261201
SUMMARY:종일
END:VEVENT
BEGIN:VEVENT
UID:four
DTSTART:20261201T000000
DTEND:20261201T003000
RRULE:FREQ=DAILY
SUMMARY:매일
END:VEVENT
BEGIN:VEVENT
UID:four
RECURRENCE-ID:20261205T000000
DTSTART;TZID=Korea Standard Time:20261205T010000
DTEND;TZID=Europe/Berlin:20261204T173000
SUMMARY:그날만
END:VEVENT
END:VCALENDAR
`, "\n", "\r\n")
	s.set("/c.ics", answer(200, "text/calendar; charset=utf-8", ics))
	l := lookAt(t, Config{Kind: ICal, URL: s.URL + "/c.ics"})
	wantStatus(t, l, scanners.BoardOK)
	if len(l.Posts) != 5 || !l.Whole {
		t.Fatalf("%d posts: %+v", len(l.Posts), l.Posts)
	}
	p := find(t, l, "정기 점검, 교체")
	if p.Key != "one" || p.Text != "2026-11-28 22:00 ~ 2026-11-29 02:00\n첫 줄\n둘째 줄은 길어서 접힌다" || !p.Announced.Start.Equal(kst(2026, 11, 28, 22, 0)) || !p.Announced.End.Equal(kst(2026, 11, 29, 2, 0)) ||
		p.Announced.State != "planned" || !p.Claimed.Equal(kst(2026, 11, 23, 9, 0)) || p.URL != "https://status.example/one" || fmt.Sprint(p.Announced.Components) != "[홈페이지]" {
		t.Errorf("%+v %+v", p, p.Announced)
	}
	if a := find(t, l, "취소된 점검").Announced; a.State != "cancelled" || a.End.Sub(a.Start) != 90*time.Minute {
		t.Errorf("%+v", a)
	}
	if a := find(t, l, "종일").Announced; !a.Start.Equal(kst(2026, 12, 1, 0, 0)) || a.End.Sub(a.Start) != 24*time.Hour {
		t.Errorf("%+v", a)
	}
	if p := find(t, l, "매일"); len(p.Unread) != 0 || p.Announced.Every != "daily" || !strings.Contains(p.Text, "RRULE: FREQ=DAILY") || !p.Announced.Start.Equal(kst(2026, 12, 1, 0, 0)) {
		t.Errorf("%+v", p)
	}
	if p := find(t, l, "그날만"); p.Key != "four/20261205T000000" || !p.Announced.Start.Equal(kst(2026, 12, 5, 1, 0)) || !p.Announced.End.Equal(kst(2026, 12, 5, 1, 30)) {
		t.Errorf("%+v %+v", p, p.Announced)
	}
	for rule, want := range map[string]string{
		"FREQ=DAILY;INTERVAL=1": "daily []", "FREQ=WEEKLY": "weekly [Tuesday]", "FREQ=WEEKLY;WKST=MO;BYDAY=SA,SU": "weekly [Saturday Sunday]",
		"FREQ=DAILY;COUNT=3": " []", "FREQ=DAILY;INTERVAL=2": " []", "FREQ=MONTHLY;BYDAY=3SU": " []", "FREQ=DAILY;UNTIL=20270101T000000Z": " []",
	} {
		s.set("/c.ics", answer(200, "text/calendar", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261201T000000\r\nSUMMARY:x\r\nRRULE:"+rule+"\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"))
		p := lookAt(t, Config{Kind: ICal, URL: s.URL + "/c.ics"}).Posts[0]
		if got := fmt.Sprint(p.Announced.Every, " ", p.Announced.Weekdays); got != want || (len(p.Unread) == 0) != (p.Announced.Every != "") {
			t.Errorf("%s is %s, left to people: %v", rule, got, p.Unread)
		}
	}
	for _, bad := range []string{"DTSTART;TZID=Mars/Base:20261128T220000", "DTSTART:tomorrow", "SUMMARY:x"} {
		s.set("/c.ics", answer(200, "text/calendar", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\n"+bad+"\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"))
		wantStatus(t, lookAt(t, Config{Kind: ICal, URL: s.URL + "/c.ics"}), scanners.BoardMalformed)
	}
	s.set("/c.ics", answer(200, "text/calendar", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"))
	wantStatus(t, lookAt(t, Config{Kind: ICal, URL: s.URL + "/c.ics"}), scanners.BoardOK)
	wantStatus(t, newBoard(t, Config{Kind: ICal, URL: s.URL + "/c.ics"}).Look(t.Context(), knownOf(l)), scanners.BoardLayout)
}

func TestBanners(t *testing.T) {
	s := newSite(t)
	page := `<body><div id="wrap"><h1>협회</h1><p>본문</p></div>
		<div class="layerPopup" id="popup_12"><h2>[긴급] 서비스 장애 안내</h2><p>복구 예정: %s</p><div class="popup_btn"><a href="#">닫기</a></div></div>
		<div class="main-banner"><img src="/upload/b1.jpg" alt="점검 안내 11/28 22:00"></div>
		<div class="sub-banner"><img src="/upload/b2.jpg"></div>
		<div role="alert">오늘 %s 점검</div>
		<div class="popup">첨부 <a href="/f/안내.hwp">안내문</a></div>
		<div class="popup" style="display:none">숨은 팝업</div>
		<dialog>닫힌 창</dialog><dialog open>열린 창</dialog><div class="empty-banner"></div></body>`
	s.page("/", fmt.Sprintf(page, "15:00", "22:00"))
	l := lookAt(t, Config{Kind: Banner, URL: s.URL})
	wantStatus(t, l, scanners.BoardOK)
	want := []string{
		"id:popup_12 [긴급] 서비스 장애 안내 []", "- 점검 안내 11/28 22:00 [image]", "-  [image]", "- 오늘 22:00 점검 []", "- 첨부 안내문 [hwp]", "- 숨은 팝업 [hidden]", "- 닫힌 창 [hidden]", "- 열린 창 []",
	}
	for i, p := range l.Posts {
		got := p.Key + " " + p.Title + " " + fmt.Sprint(p.Unread)
		if strings.HasPrefix(want[i], "- ") {
			got = strings.Replace(got, p.Key, "-", 1)
		}
		if got != want[i] || !p.Read || p.Page == nil || p.URL != s.URL {
			t.Errorf("banner %d is %q, want %q", i, got, want[i])
		}
	}
	if len(l.Posts) != len(want) || l.Posts[0].Text != "[긴급] 서비스 장애 안내\n복구 예정: 15:00\n닫기" {
		t.Errorf("%d banners: %+v", len(l.Posts), l.Posts[0])
	}
	// A banner whose times are put right is the same banner.
	s.page("/", fmt.Sprintf(page, "17:00", "23:00"))
	again := lookAt(t, Config{Kind: Banner, URL: s.URL})
	for i, p := range again.Posts {
		if p.Key != l.Posts[i].Key {
			t.Errorf("%q became %q", l.Posts[i].Key, p.Key)
		}
	}
	l = lookAt(t, Config{Kind: Banner, URL: s.URL, Select: Select{Row: "[role=alert]"}})
	if len(l.Posts) != 1 {
		t.Errorf("%+v", l.Posts)
	}
}
