package demo

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Notice is a row of a site's notice board and its page.
type Notice struct {
	ID     int       // 1 and up, unique on its board; given by Post
	Posted time.Time // the board shows its date in Korean time; zero: now
	Title  string
	Body   []string // paragraphs
	// Work is what the notice announces, for the sites that also tell machines; zero for none.
	Work Work
}

// Work is announced work, as machine-readable sources tell it.
type Work struct {
	Start, End time.Time
	Cancelled  bool
}

// Date is the day of posting as the board shows it.
func (n Notice) Date() string { return n.Posted.In(seoul()).Format(time.DateOnly) }

// Stamp is the instant of posting for the Atom feed (RFC 3339).
func (n Notice) Stamp() string { return n.Posted.In(seoul()).Format(time.RFC3339) }

// Urgent reports whether the front page of the homepage shows the notice as a pop-up.
func (n Notice) Urgent() bool {
	return slices.ContainsFunc([]string{"[점검]", "[장애]", "[긴급]", "[취소]", "[연장]"}, func(p string) bool { return strings.HasPrefix(n.Title, p) })
}

// seoul is Korean time, which has had no daylight saving since 1988: no zone database is needed.
func seoul() *time.Location { return time.FixedZone("KST", 9*60*60) }

// standingNotices is the board of a site in the week of now, oldest first. Dates hang on the week's
// Monday and not on now: a restart on another day of the week does not rewrite what was posted.
//
// Between them the boards show what notices are like: the homepage announces its work in time (on Monday, for
// Saturday), the disclosure system too late for a promise of three days (on Friday, for Saturday), the
// licences with a weekday that is not the date's, the regulations cancel what they announced, the
// advertising review extends what it announced and announces a week of short interruptions.
func standingNotices(p profile, now time.Time) []Notice {
	day := now.In(seoul())
	monday := time.Date(day.Year(), day.Month(), day.Day(), 9, 0, 0, 0, seoul()).AddDate(0, 0, -(int(day.Weekday())+6)%7)
	ns := []Notice{
		{Posted: monday.AddDate(0, 0, -21), Title: p.ko + " 개편 안내", Body: []string{p.ko + " 화면이 새로워졌습니다. 이용에 불편이 있으시면 고객만족센터로 알려주시기 바랍니다."}},
		{Posted: monday.AddDate(0, 0, -12), Title: "개인정보 처리방침 변경 안내", Body: []string{"개인정보 처리방침의 문구를 알기 쉽게 고쳤습니다. 수집 항목에는 변경이 없습니다."}},
		{Posted: monday.AddDate(0, 0, -6), Title: "[완료] 정기 점검 완료 안내", Body: []string{"지난 주말의 정기 점검을 예정대로 마쳤습니다. 협조해 주셔서 감사합니다."}},
	}
	kept := ns[:0]
	for _, n := range append(ns, ofTheWeek(p, monday)...) {
		if n.Posted.After(now) {
			continue
		}
		n.ID = len(kept) + 1
		kept = append(kept, n)
	}
	return kept
}

// ofTheWeek are the notices by which the sites differ, oldest first. monday is 9:00 on the week's first day.
func ofTheWeek(p profile, monday time.Time) []Notice {
	day := func(n int) time.Time { return monday.AddDate(0, 0, n) } // 0 is Monday
	switch p.id {
	case Homepage:
		return []Notice{maintenance(monday, evening(day(5)), 4*time.Hour, "정기 점검")}
	case Disclosure:
		return []Notice{maintenance(day(4), evening(day(5)), 4*time.Hour, "시스템 점검")}
	case Statistics:
		return []Notice{
			{Posted: day(-5), Title: "매일 00:00~00:30 서비스 이용 제한 안내", Body: []string{"자본시장통계는 매일 00:00 ~ 00:30 (30분간) 일일 집계를 위하여 서비스가 중단됩니다."}},
			maintenance(monday, evening(day(6)), 3*time.Hour, "통계 서버 정기 점검"),
		}
	case Licences:
		return []Notice{misdated(maintenance(monday, evening(day(5)), 4*time.Hour, "정기 점검"))}
	case Regulations:
		n := maintenance(monday, evening(day(6)), 2*time.Hour, "정기 점검")
		return []Notice{n, cancellation(n, day(1).Add(time.Hour))}
	case ReviewJobs:
		n := maintenance(day(-5), evening(day(2)), 2*time.Hour, "정기 점검")
		return []Notice{interruptions(day(-7), monday), n, extension(n, n.Work.End.Add(-30*time.Minute), 2*time.Hour)}
	}
	return nil
}

// evening is 22:00 on t's day.
func evening(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 22, 0, 0, 0, t.Location())
}

// weekday is the Korean weekday of t.
func weekday(t time.Time) string {
	return [...]string{"일", "월", "화", "수", "목", "금", "토"}[t.Weekday()]
}

func when(t time.Time) string {
	return fmt.Sprintf("%s(%s) %s", t.Format("2006년 1월 2일"), weekday(t), t.Format("15:04"))
}

// maintenance announces work from start on.
func maintenance(posted, start time.Time, long time.Duration, what string) Notice {
	start = start.In(seoul())
	end := start.Add(long)
	return Notice{Posted: posted, Title: fmt.Sprintf("[점검] %s에 따른 서비스 일시 중단 안내 (%s)", what, start.Format("1/2")), Work: Work{Start: start, End: end}, Body: []string{
		"안정적인 서비스 제공을 위하여 아래와 같이 점검을 실시합니다.",
		"중단일시: " + when(start) + " ~ " + when(end) + " (약 " + span(long) + ")",
		"이용에 불편을 드려 죄송합니다."}}
}

// span is a duration as notices put it.
func span(d time.Duration) string {
	if d >= time.Hour && d%time.Hour == 0 {
		return fmt.Sprintf("%d시간", d/time.Hour)
	}
	return fmt.Sprintf("%d분", d/time.Minute)
}

// misdated is the notice with weekdays that are those of the days before: date and weekday
// contradict each other, and nobody can say which was meant.
func misdated(n Notice) Notice {
	n.Body = slices.Clone(n.Body)
	for _, t := range [...]time.Time{n.Work.End, n.Work.Start} {
		wrong := strings.Replace(when(t), "("+weekday(t)+")", "("+weekday(t.AddDate(0, 0, -1))+")", 1)
		n.Body[1] = strings.Replace(n.Body[1], when(t), wrong, 1)
	}
	n.Work = Work{} // what machines are told would settle it
	return n
}

// cancellation takes back what n announced.
func cancellation(n Notice, posted time.Time) Notice {
	work := n.Work
	work.Cancelled = true
	return Notice{Posted: posted, Title: "[취소] " + strings.TrimPrefix(n.Title, "[점검] "), Work: work, Body: []string{
		"아래 점검은 취소되었습니다. 해당 시간에 정상적으로 이용하실 수 있습니다.",
		"취소된 점검: " + when(work.Start) + " ~ " + when(work.End)}}
}

// extension announces that the work of n takes longer.
func extension(n Notice, posted time.Time, longer time.Duration) Notice {
	end := n.Work.End.Add(longer)
	return Notice{Posted: posted, Title: "[연장] " + strings.TrimPrefix(n.Title, "[점검] "), Work: Work{Start: n.Work.Start, End: end}, Body: []string{
		"작업이 지연되어 점검 시간을 연장합니다.",
		"당초: " + when(n.Work.Start) + " ~ " + when(n.Work.End),
		"변경: " + when(n.Work.Start) + " ~ " + when(end)}}
}

// interruptions announces a week in which work interrupts the service now and then, a few minutes at a time.
func interruptions(posted, monday time.Time) Notice {
	start := time.Date(monday.Year(), monday.Month(), monday.Day(), 0, 0, 0, 0, monday.Location())
	end := start.AddDate(0, 0, 7)
	return Notice{Posted: posted, Title: "[점검] 통신장비 교체에 따른 서비스 순단 안내 (" + start.Format("1/2") + "~" + end.AddDate(0, 0, -1).Format("1/2") + ")", Work: Work{Start: start, End: end}, Body: []string{
		"통신장비 교체로 작업 기간 중 서비스가 간헐적으로 중단될 수 있습니다. (회당 5분 이내)",
		"작업기간: " + when(start) + " ~ " + fmt.Sprintf("%s(%s) 24:00", end.AddDate(0, 0, -1).Format("2006년 1월 2일"), weekday(end.AddDate(0, 0, -1)))}}
}

// Sample names a ready-made notice.
type Sample string

// The samples: how a notice may stand to a promise of three days.
const (
	Good      Sample = "good"      // work at 22:00 in five days
	Late      Sample = "late"      // work at 22:00 tomorrow
	Ambiguous Sample = "ambiguous" // as good, but the weekday is not the date's
	Cancelled Sample = "cancelled" // takes back the latest announcement on the board
	Extended  Sample = "extended"  // prolongs it
)

// Samples lists the ready-made notices, in the order in which the control page offers them.
func Samples() []Sample { return []Sample{Good, Late, Ambiguous, Cancelled, Extended} }

// sample makes a ready-made notice for a board.
func sample(s Sample, board []Notice, now time.Time) (Notice, error) {
	now = now.In(seoul())
	good := maintenance(now, evening(now.AddDate(0, 0, 5)), 4*time.Hour, "정기 점검")
	latest := good
	for _, n := range board {
		if !n.Work.Start.IsZero() && !n.Work.Cancelled && strings.HasPrefix(n.Title, "[점검]") {
			latest = n
		}
	}
	switch s {
	case Good:
		return good, nil
	case Late:
		return maintenance(now, evening(now.AddDate(0, 0, 1)), 2*time.Hour, "시스템 점검"), nil
	case Ambiguous:
		return misdated(good), nil
	case Cancelled:
		return cancellation(latest, now), nil
	case Extended:
		return extension(latest, now, 2*time.Hour), nil
	}
	return Notice{}, fmt.Errorf("demo: sample %q: want one of %v", s, Samples())
}
