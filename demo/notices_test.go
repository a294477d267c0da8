package demo

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"
)

// boardAt is a site's board at an instant.
func boardAt(t *testing.T, id string, now time.Time) []Notice {
	t.Helper()
	for _, p := range association() {
		if p.id == id {
			return standingNotices(p, now)
		}
	}
	t.Fatalf("no site %s", id)
	return nil
}

func titled(t *testing.T, board []Notice, prefix string) Notice {
	t.Helper()
	for _, n := range board {
		if strings.HasPrefix(n.Title, prefix) {
			return n
		}
	}
	t.Fatalf("no notice %s... among %+v", prefix, board)
	return Notice{}
}

func TestStandingNoticesShowWhatNoticesAreLike(t *testing.T) {
	sunday := time.Date(2026, 11, 29, 23, 0, 0, 0, seoul())
	ahead := func(n Notice) time.Duration { return n.Work.Start.Sub(n.Posted) }
	if n := titled(t, boardAt(t, Homepage, sunday), "[점검]"); ahead(n) < 4*24*time.Hour {
		t.Errorf("the homepage announces %s ahead", ahead(n))
	}
	if n := titled(t, boardAt(t, Disclosure, sunday), "[점검]"); ahead(n) > 48*time.Hour || ahead(n) < 0 {
		t.Errorf("disclosure announces %s ahead", ahead(n))
	}
	if n := titled(t, boardAt(t, Licences, sunday), "[점검]"); n.Body[1] != "중단일시: 2026년 11월 28일(금) 22:00 ~ 2026년 11월 29일(토) 02:00 (약 4시간)" || !n.Work.Start.IsZero() {
		t.Errorf("licences: %+v", n)
	}
	if n := titled(t, boardAt(t, Regulations, sunday), "[취소]"); !n.Work.Cancelled || !n.Work.Start.Equal(titled(t, boardAt(t, Regulations, sunday), "[점검]").Work.Start) {
		t.Errorf("regulations: %+v", n)
	}
	jobs := boardAt(t, ReviewJobs, sunday)
	if n, first := titled(t, jobs, "[연장]"), titled(t, jobs, "[점검] 정기"); !n.Work.End.After(first.Work.End) || !n.Posted.Before(first.Work.End) || n.Body[2] != "변경: 2026년 11월 25일(수) 22:00 ~ 2026년 11월 26일(목) 02:00" {
		t.Errorf("review-jobs: %+v", n)
	}
	week := titled(t, jobs, "[점검] 통신장비")
	if monday := time.Date(2026, 11, 23, 0, 0, 0, 0, seoul()); !week.Work.Start.Equal(monday) || ahead(week) < 4*24*time.Hour || !strings.HasSuffix(week.Body[1], "11월 29일(일) 24:00") {
		t.Errorf("review-jobs: %+v", week)
	}
}

func TestSamples(t *testing.T) {
	now := time.Date(2026, 11, 24, 10, 0, 0, 0, seoul())
	e := open(t, Config{Clock: func() time.Time { return now }})
	c := client(t, e)
	for _, s := range Samples() {
		r, err := c.PostForm(e.ControlURL()+"sites/homepage/notices", url.Values{"sample": {string(s)}})
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		if r.StatusCode != 200 {
			t.Errorf("%s: %s", s, r.Status)
		}
	}
	board := siteBoard(t, e, Homepage)
	last := board[len(board)-len(Samples()):]
	if got := last[0].Body[1]; got != "중단일시: 2026년 11월 29일(일) 22:00 ~ 2026년 11월 30일(월) 02:00 (약 4시간)" {
		t.Errorf("good: %s", got)
	}
	if got := last[1].Body[1]; got != "중단일시: 2026년 11월 25일(수) 22:00 ~ 2026년 11월 26일(목) 00:00 (약 2시간)" {
		t.Errorf("late: %s", got)
	}
	if got := last[2].Body[1]; !strings.Contains(got, "11월 29일(토)") {
		t.Errorf("ambiguous: %s", got)
	}
	if n := last[3]; !n.Work.Start.Equal(last[1].Work.Start) || !n.Work.Cancelled {
		t.Errorf("cancelled: %+v", n)
	}
	if n := last[4]; n.Work.End.Sub(last[1].Work.End) != 2*time.Hour {
		t.Errorf("extended: %+v", n)
	}
	if _, err := e.PostSample(Homepage, "perfect"); err == nil {
		t.Error("an unknown sample was taken")
	}
	r, err := c.PostForm(e.ControlURL()+"sites/homepage/notices", url.Values{"title": {"[장애] 접속 장애"}, "text": {"첫 줄\r\n\r\n복구 예정: 15:00\r\n"}, "back": {"notices"}})
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	if r.Request.URL.Path != "/notices" || r.StatusCode != 200 || r.Header.Get("Refresh") != "" {
		t.Errorf("the form leads to %s: %s, refresh %q", r.Request.URL, r.Status, r.Header.Get("Refresh"))
	}
	if _, front := get(t, c, siteOf(t, e, Homepage).HTTPURL); !strings.Contains(front, `role="alert"`) || !strings.Contains(front, "<p>복구 예정: 15:00</p>") {
		t.Error("the front page lacks the pop-up")
	}
	if _, front := get(t, c, siteOf(t, e, Licences).HTTPURL); strings.Contains(front, "notice-popup") {
		t.Error("another site has the homepage's pop-up")
	}
	if _, page := get(t, c, e.ControlURL()+"notices"); strings.Count(page, `value="ambiguous"`) != 7 || !strings.HasSuffix(page, "</html>\n") {
		t.Errorf("the page to post on: %s", page)
	}
}

func siteBoard(t *testing.T, e *Estate, id string) []Notice {
	t.Helper()
	s, err := e.find(id)
	if err != nil {
		t.Fatal(err)
	}
	return s.notices()
}

func TestMachineFormats(t *testing.T) {
	now := time.Date(2026, 11, 24, 10, 0, 0, 0, seoul())
	e := open(t, Config{Clock: func() time.Time { return now }})
	c := client(t, e)
	for _, s := range []Sample{Good, Cancelled} {
		if _, err := e.PostSample(CustomerCentre, s); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := e.Post(CustomerCentre, Notice{Title: "[장애] 접속 장애", Body: []string{"복구 예정: 15:00"}}); err != nil {
		t.Fatal(err)
	}
	var maintenances, incidents struct {
		ScheduledMaintenances []struct {
			ID, Name, Status string
			ScheduledFor     time.Time `json:"scheduled_for"`
		} `json:"scheduled_maintenances"`
		Incidents []struct{ ID, Name, Status string }
	}
	root := siteOf(t, e, CustomerCentre).HTTPURL + "status/api/v2/"
	_, body := get(t, c, root+"scheduled-maintenances.json")
	if err := json.Unmarshal([]byte(body), &maintenances); err != nil || len(maintenances.ScheduledMaintenances) != 1 || maintenances.ScheduledMaintenances[0].Status != "scheduled" ||
		!maintenances.ScheduledMaintenances[0].ScheduledFor.Equal(time.Date(2026, 11, 29, 22, 0, 0, 0, seoul())) {
		t.Errorf("%v: %s", err, body)
	}
	_, body = get(t, c, root+"incidents.json")
	if err := json.Unmarshal([]byte(body), &incidents); err != nil || len(incidents.Incidents) != 1 || incidents.Incidents[0].Status != "investigating" {
		t.Errorf("%v: %s", err, body)
	}
	r, body := get(t, c, siteOf(t, e, Statistics).HTTPURL+"notice/calendar.ics")
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "text/calendar") || !strings.Contains(body, "DTSTART;TZID=Asia/Seoul:20261129T220000\r\n") || !strings.Contains(body, "RRULE:FREQ=DAILY\r\n") || !strings.HasSuffix(body, "END:VCALENDAR\r\n") {
		t.Errorf("%s: %s", r.Header.Get("Content-Type"), body)
	}
	for line := range strings.Lines(body) {
		if len(line) > 77 || !strings.HasSuffix(line, "\r\n") {
			t.Errorf("a line of %d bytes: %q", len(line), line)
		}
	}
}
