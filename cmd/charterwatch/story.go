package main

import (
	"fmt"
	"slices"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/calendar"
	"github.com/charterwatch/charterwatch/demo"
	"github.com/charterwatch/charterwatch/internal/accounts"
	"github.com/charterwatch/charterwatch/scanners"
)

// story is what happened in a simulated past. All of it is made up.
type story struct {
	zone    *time.Location
	begins  time.Time
	outages []episode
	sleeps  []compliance.Period // the monitor itself was not running
	posts   []pastPost
	said    []compliance.Statement // each with its time
	imports []compliance.CaseImport
}

// episode is a stretch in which a site was down.
type episode struct {
	site     string
	from, to time.Time
}

// pastPost stands on its site's board from a moment on.
type pastPost struct {
	site        string
	at          time.Time
	key         string
	title, text string
}

func (s *story) asleep(t time.Time) bool {
	return slices.ContainsFunc(s.sleeps, func(p compliance.Period) bool { return within(p, t) })
}

func (s *story) down(site string, t time.Time) bool {
	return slices.ContainsFunc(s.outages, func(e episode) bool { return e.site == site && !t.Before(e.from) && t.Before(e.to) })
}

// posted is what a board showed, the newest first. Only lists show posts.
func (s *story) posted(site string, spec compliance.BoardSpec, at time.Time) []scanners.Post {
	var out []scanners.Post
	for _, p := range s.posts {
		if p.site == site && !p.at.After(at) && spec.Kind == "html" {
			out = append(out, scanners.Post{Key: p.key, Title: p.title, Text: p.text, Claimed: p.at, Read: true})
		}
	}
	slices.Reverse(out)
	return out
}

// hours is the standing notice of a closing time.
func (s *story) hours() []scanners.Post {
	return []scanners.Post{{Key: compliance.PageKey, Title: "이용 시간 안내", Read: true,
		Text: "자본시장통계는 매일 00:00 ~ 00:30 (30분간) 일일 집계를 위하여 서비스가 중단됩니다."}}
}

// updated is when a page that must be kept up to date was last: every morning from Monday to Friday.
func (s *story) updated(at time.Time) time.Time {
	day := calendar.DateOf(at.Add(-9*time.Hour), s.zone)
	for day.Weekday() == time.Saturday || day.Weekday() == time.Sunday {
		day = day.AddDays(-1)
	}
	return day.Start(s.zone)
}

const pastOperator = "demo/operator"

func demoActor(id, name string, role accounts.Role) accounts.Actor {
	return accounts.Actor{ID: id, Name: name, Kind: accounts.KindUser, Role: role}
}

// newStory tells of so many whole months before now, and of the current one.
func newStory(now time.Time, months int, zone *time.Location) story {
	first := calendar.DateOf(now, zone).AddMonths(-months)
	s := story{zone: zone, begins: calendar.NewDate(first.Year, first.Month, 1).Start(zone)}
	for i := range months {
		m := month{&s, calendar.DateOf(s.begins, zone).AddMonths(i)}
		switch (months - i) % 3 { // the latest months are the same however many there are
		case 0:
			m.first()
		case 2:
			m.second()
		case 1:
			m.third()
		}
		m.everyMonth()
	}
	m := month{&s, calendar.DateOf(s.begins, zone).AddMonths(months)}
	m.everyMonth()
	s.trim(now)
	return s
}

// trim leaves out what has not happened yet.
func (s *story) trim(now time.Time) {
	s.said = slices.DeleteFunc(s.said, func(x compliance.Statement) bool { return !x.At.Before(now) })
	s.imports = slices.DeleteFunc(s.imports, func(i compliance.CaseImport) bool { return !i.At.Before(now) })
	for i := range s.said {
		s.said[i] = s.said[i].Sealed()
	}
	for i := range s.imports {
		s.imports[i] = s.imports[i].Sealed()
	}
}

// month is a calendar month of the story.
type month struct {
	*story
	begins calendar.Date
}

// at is a time of one of its days.
func (m month) at(day, hour, minute int) time.Time {
	return m.begins.AddDays(day - 1).Start(m.zone).Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute)
}

func (m month) name() string { return fmt.Sprintf("%04d-%02d", m.begins.Year, m.begins.Month) }

func (m month) outage(site string, from time.Time, long time.Duration) {
	m.outages = append(m.outages, episode{site, from, from.Add(long)})
}

func (m month) say(at time.Time, by accounts.Actor, s compliance.Statement) {
	s.At, s.By = at.UTC(), by
	if s.Site == "" {
		s.Site = compliance.MonitorScope
	}
	m.said = append(m.said, s)
}

// work announces regular maintenance at a time, and lets it happen.
func (m month) work(site string, posted, start time.Time, long, took time.Duration) {
	when := func(t time.Time) string { t = t.In(m.zone); return t.Format("2006년 1월 2일 15:04") }
	end := start.Add(long)
	m.posts = append(m.posts, pastPost{site: site, at: posted, key: "work-" + start.Format("0102"),
		title: "[정기점검] 정기 점검에 따른 서비스 일시 중단 안내 (" + start.In(m.zone).Format("1/2") + ")",
		text:  "안정적인 서비스 제공을 위하여 아래와 같이 정기 점검을 실시합니다.\n중단일시: " + when(start) + " ~ " + when(end) + "\n이용에 불편을 드려 죄송합니다."})
	m.outage(site, start, took)
}

// first is a month in which the monitor itself was off for five days: nothing can be said of
// most promises, and what was seen to be broken stays broken.
func (m month) first() {
	m.sleeps = append(m.sleeps, compliance.Period{From: m.at(11, 0, 0), To: m.at(16, 0, 0)})
	m.work(demo.Statistics, m.at(2, 10, 0), m.at(20, 2, 0), 3*time.Hour, 2*time.Hour)
	m.outage(demo.ReviewJobs, m.at(24, 13, 0), 2*time.Hour)
}

// second is a month with broken promises: work announced too late, an outage of more than two
// days of which nobody was told when it would end.
func (m month) second() {
	m.outage(demo.Disclosure, m.at(8, 10, 20), 52*time.Hour)
	m.work(demo.Regulations, m.at(12, 20, 0), m.at(13, 22, 0), 2*time.Hour, 100*time.Minute)
	m.work(demo.Statistics, m.at(15, 10, 0), m.at(20, 2, 0), 4*time.Hour, 3*time.Hour)
}

// third is a month in which most went well.
func (m month) third() {
	from := m.at(6, 14, 10)
	m.outage(demo.Homepage, from, 50*time.Minute)
	m.say(from.Add(22*time.Minute), demoActor(pastOperator, "운영 담당(모의)", accounts.RoleOperator), compliance.Statement{Site: demo.Homepage, Why: "모바일 앱 알림으로 안내함",
		Announcement: &compliance.OutsideAnnouncement{Outage: outageAt(demo.Homepage, from), ETA: from.Add(90 * time.Minute), Told: from.Add(18 * time.Minute), Where: "모바일 앱 알림", Proof: "app-push-0412"}})
	m.incident()
	m.work(demo.Statistics, m.at(13, 9, 0), m.at(20, 2, 0), 3*time.Hour, 2*time.Hour)
	m.outage(demo.CustomerCentre, m.at(27, 9, 30), 40*time.Minute)
}

// incident is an attempt at an intrusion that was reported in time, and turned out to be none.
func (m month) incident() {
	officer := demoActor("demo/officer", "개인정보보호책임자(모의)", accounts.RolePrivacyOfficer)
	x := compliance.Incident{Ref: "SEC-DEMO-1", Kind: compliance.IncidentIntrusion, Detected: m.at(17, 2, 14).UTC()}
	say := func(at time.Time, why string, x compliance.Incident) {
		m.say(at, officer, compliance.Statement{Why: why, Incident: &x})
	}
	say(m.at(17, 2, 20), "침입방지시스템 경보(모의)", x)
	x.Known = m.at(17, 8, 55).UTC()
	x.Reports = []compliance.IncidentReport{{Duty: "intrusion-authority", At: m.at(17, 16, 40).UTC(), Proof: "모의 접수 2026-118"}}
	say(m.at(17, 17, 0), "출근 후 확인, 우선 신고함(모의)", x)
}

// everyMonth is the routine: shifts, the officers' records, cases and calls.
func (m month) everyMonth() {
	operator := demoActor(pastOperator, "운영 담당(모의)", accounts.RoleOperator)
	officer := demoActor("demo/officer", "개인정보보호책임자(모의)", accounts.RolePrivacyOfficer)
	next := m.begins.AddMonths(1)
	for day := m.begins; day.Before(next); day = day.AddDays(1) {
		for _, x := range []struct {
			name string
			hour int
		}{{"day", 9}, {"night", 21}} {
			start := day.Start(m.zone).Add(time.Duration(x.hour) * time.Hour).UTC()
			m.say(start.Add(3*time.Minute), operator, compliance.Statement{Taking: &compliance.Taking{Shift: x.name, Start: start}})
			m.say(start.Add(12*time.Hour+4*time.Minute), operator, compliance.Statement{Why: "특이사항 없음", HandOver: &compliance.HandOver{Shift: x.name, Start: start}})
		}
	}
	sources := []compliance.SourceReport{{Name: "통합보안관제", Reported: true}, {Name: "침입방지시스템", Reported: true}, {Name: "개인정보보호책임자", Reported: true}, {Name: "고객 신고 창구", Reported: true}}
	for _, clause := range []compliance.Clause{"security-incidents", "privacy-leaks"} {
		m.say(next.AddDays(1).Start(m.zone).Add(10*time.Hour), officer, compliance.Statement{Why: "월간 보고(모의)", MonthRecord: &compliance.MonthRecord{Clause: clause, Month: m.name(), Sources: sources}})
	}
	m.cases(operator, next)
	m.attest(officer)
}
