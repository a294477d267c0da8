package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/notice"
	"github.com/charterwatch/charterwatch/dashboard"
	"github.com/charterwatch/charterwatch/demo"
	"github.com/charterwatch/charterwatch/internal/accounts"
)

func (c *child) plans(site string) []dashboard.Plan {
	c.t.Helper()
	var list []dashboard.Plan
	c.get("/api/v1/plans?site="+site, &list)
	return list
}

func (c *child) notices(site string) []dashboard.Notice {
	c.t.Helper()
	var list []dashboard.Notice
	c.get("/api/v1/notices?site="+site, &list)
	return list
}

// say posts a statement as JSON and returns the status and what came back.
func (c *child) say(path, token string, v any) (int, []byte) {
	c.t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		c.t.Fatal(err)
	}
	req, err := http.NewRequest(http.MethodPost, c.base+path, bytes.NewReader(b))
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	return c.send(req, token)
}

// shownToken is the token that the program shows when it first starts.
func (c *child) shownToken() string {
	c.t.Helper()
	token := regexp.MustCompile(`cw_[\w-]+`).FindString(c.out.String())
	if token == "" {
		c.t.Fatalf("no token is shown: %s", c.out.String())
	}
	return token
}

// pathOf is a notice's address in the API.
func pathOf(n dashboard.Notice, rest string) string {
	return "/api/v1/notices/" + strings.ReplaceAll(n.ID, "#", "%23") + rest
}

// watchBoards runs the program on the association's boards, with limits short enough to run
// out in a test.
func watchBoards(t *testing.T, estate *demo.Estate) (*child, string) {
	t.Helper()
	canary, _ := answering(t)
	sites := ""
	for _, s := range estate.Sites() {
		hours := ""
		if s.ID == demo.Statistics {
			hours = `service_hours: [{close: "00:00-00:30", notice: hours}], `
		}
		sites += fmt.Sprintf("  - {id: %s, name: {ko: %q, en: %q}, url: %q, %snotices: [{kind: html, url: notice/list, every: 10s}], checks: [{id: front, kind: http, interval: 2s}]}\n",
			s.ID, s.KO, s.EN, s.HTTPURL, hours)
	}
	file := filepath.Join(t.TempDir(), "c.yaml")
	write(t, filepath.Join(filepath.Dir(file), "charter.yaml"), shorterCharter("5s", "20s"))
	head := "charter: charter.yaml\nbrowser: {off: true}\n"
	write(t, file, head+sheet{canary: canary, sites: sites}.String())
	return serveChild(t, file), file
}

// read waits until a board was read at least once.
func (c *child) read(sites ...string) {
	c.t.Helper()
	for _, site := range sites {
		eventually(c.t, "the board of "+site+" is read", func() bool { return len(c.notices(site)) > 0 })
	}
}

func post(t *testing.T, estate *demo.Estate, site, title string, lines ...string) {
	t.Helper()
	if _, err := estate.Post(site, demo.Notice{Title: title, Body: lines}); err != nil {
		t.Fatal(err)
	}
}

// when is a window as a notice has it.
func when(from, to time.Time) string {
	zone := time.FixedZone("KST", 9*3600)
	days := [...]string{"일", "월", "화", "수", "목", "금", "토"}
	one := func(x time.Time) string {
		x = x.In(zone)
		return fmt.Sprintf("%s(%s) %s", x.Format("2006년 1월 2일"), days[x.Weekday()], x.Format("15:04"))
	}
	return "중단일시: " + one(from) + " ~ " + one(to)
}

// TestNoticesBecomePlans posts notices on the boards of running sites and follows what the
// program makes of them, over a kill, a ruling and an edit.
func TestNoticesBecomePlans(t *testing.T) {
	t.Parallel()
	estate := association(t)
	c, file := watchBoards(t, estate)
	token := c.shownToken()
	c.read(demo.Homepage, demo.Disclosure, demo.Licences)
	hour := time.Now().Truncate(time.Hour)
	early, late := hour.Add(10*24*time.Hour), hour.Add(71*time.Hour)
	post(t, estate, demo.Homepage, "[점검] 홈페이지 정기점검에 따른 서비스 중단 안내", when(early, early.Add(4*time.Hour)))
	post(t, estate, demo.Disclosure, "[점검] 공시 시스템 정기점검 안내", when(late, late.Add(2*time.Hour)))
	wrong := regexp.MustCompile(`\([월화수목금토일]\)`).ReplaceAllString(when(early, early.Add(time.Hour)), "("+otherDay(early)+")")
	post(t, estate, demo.Licences, "[점검] 전문인력조회 정기점검 안내", wrong)

	good := c.plan(demo.Homepage, early)
	if w := good.Windows[0]; w.Verdict != compliance.Kept || w.LastAbsent == 0 || w.FirstSeen-w.LastAbsent > 60_000 || w.Lead.Hours != compliance.Kept || w.Lead.Days != compliance.Kept {
		t.Errorf("ten days ahead: %+v", w)
	}
	if w := c.plan(demo.Disclosure, late).Windows[0]; w.Verdict != compliance.Broken || w.Lead.Hours != compliance.Broken || w.Lead.Days != compliance.Broken || w.Lead.AtMostMS == nil {
		t.Errorf("71 hours ahead is late by both counts: %+v", w)
	}
	unclear := c.plan(demo.Licences, early)
	if !unclear.Review || unclear.Windows[0].Verdict != compliance.Unproven {
		t.Errorf("a weekday that is not the date's needs a person: %+v", unclear)
	}

	c.signal(syscall.SIGKILL)
	<-c.ended
	c = serveChild(t, file)
	if again := c.plan(demo.Homepage, early); again.Windows[0].FirstSeen != good.Windows[0].FirstSeen || again.ID != good.ID {
		t.Errorf("after a kill: %+v, before %+v", again.Windows[0], good.Windows[0])
	}

	n := c.noticeOf(demo.Licences, unclear.Windows[0].Notice)
	if r := n.Revisions[0]; !slices.Contains(r.Reading.Problems, "weekday_mismatch") || !r.ReviewOpen {
		t.Errorf("%+v", r.Reading)
	}
	order := dashboard.RulingOrder{Revision: 1, Ruled: compliance.RuledRight, Why: "the date is right"}
	if status, body := c.say(pathOf(n, "/ruling"), "", order); status != http.StatusUnauthorized {
		t.Errorf("nobody rules without a token: %d %s", status, body)
	}
	if status, body := c.say(pathOf(n, "/ruling"), token, order); status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	if p := c.plan(demo.Licences, early); p.Review || p.Windows[0].Verdict != compliance.Kept {
		t.Errorf("a person has ruled: %+v", p)
	}
	if page := string(c.page(pathOf(n, "/revisions/1/page"))); !strings.Contains(page, "전문인력조회 정기점검") {
		t.Errorf("the page as it was seen: %s", page)
	}

	post(t, estate, demo.Homepage, "[취소] 홈페이지 정기점검 취소 안내", "예정되었던 홈페이지 정기점검을 취소합니다.", when(early, early.Add(4*time.Hour)))
	eventually(t, "the cancellation joins its plan", func() bool { return c.plan(demo.Homepage, early).State == notice.Cancelled })
	c.stop()
}

// TestDeclareOnTheCommandLine tells a running monitor of work ahead of its notice.
func TestDeclareOnTheCommandLine(t *testing.T) {
	t.Parallel()
	estate := association(t)
	c, _ := watchBoards(t, estate)
	declare := func(token, window string) (string, error) {
		cmd := exec.Command("charterwatch", "notice", "declare", "--server", c.base, "--site", demo.Homepage, "--why", "new disks", "--window", window)
		cmd.Env = append(os.Environ(), "CHARTERWATCH_TOKEN="+token)
		b, err := cmd.CombinedOutput()
		return string(b), err
	}
	day := time.Now().AddDate(0, 1, 0).Format(time.DateOnly)
	if said, err := declare("", day+" 22:00 ~ "+day+" 23:00"); err == nil || !strings.Contains(said, "CHARTERWATCH_TOKEN") {
		t.Errorf("without a token: %v %s", err, said)
	}
	said, err := declare(c.shownToken(), day+" 22:00 ~ "+day+" 23:00")
	if err != nil || !strings.Contains(said, "it must be posted by") {
		t.Fatalf("%v %s", err, said)
	}
	start, _ := time.ParseInLocation("2006-01-02 15:04", day+" 22:00", time.FixedZone("KST", 9*3600))
	if p := c.plan(demo.Homepage, start); !p.Windows[0].Declared || p.Windows[0].Verdict != compliance.AtRisk {
		t.Errorf("%+v", p)
	}
	if k, ok := c.clock(demo.Homepage, compliance.ClockPosting); !ok || k.Limit >= start.Add(-72*time.Hour).UnixMilli()+1 {
		t.Errorf("%+v", k)
	}
	c.stop()
}

// otherDay is a weekday that is not the instant's in Korea.
func otherDay(at time.Time) string {
	days := []string{"일", "월", "화", "수", "목", "금", "토"}
	return days[(int(at.In(time.FixedZone("KST", 9*3600)).Weekday())+1)%7]
}

// plan waits for the site's plan whose window begins then.
func (c *child) plan(site string, start time.Time) (found dashboard.Plan) {
	c.t.Helper()
	eventually(c.t, fmt.Sprintf("%s has a plan for %s", site, start), func() bool {
		for _, p := range c.plans(site) {
			if len(p.Windows) > 0 && p.Windows[0].Start == start.UnixMilli() {
				found = p
				return true
			}
		}
		return false
	})
	return found
}

func (c *child) noticeOf(site, id string) dashboard.Notice {
	c.t.Helper()
	for _, n := range c.notices(site) {
		if n.ID == id {
			return n
		}
	}
	c.t.Fatalf("no notice %s", id)
	return dashboard.Notice{}
}

// noticeOn waits for a notice on a board.
func (c *child) noticeOn(site, board string) (found dashboard.Notice) {
	c.t.Helper()
	eventually(c.t, "there is a notice on "+board, func() bool {
		list := c.notices(site)
		i := slices.IndexFunc(list, func(n dashboard.Notice) bool { return n.Board == board })
		if i >= 0 {
			found = list[i]
		}
		return i >= 0
	})
	return found
}

func (c *child) clock(site string, kind compliance.ClockKind) (dashboard.Clock, bool) {
	c.t.Helper()
	var list []dashboard.Clock
	c.get("/api/v1/clocks?site="+url.QueryEscape(site), &list)
	i := slices.IndexFunc(list, func(k dashboard.Clock) bool { return k.Kind == kind })
	if i < 0 {
		return dashboard.Clock{}, false
	}
	return list[i], true
}

// TestOutageWithAndWithoutARecoveryDate breaks sites: the page in the place of one says until
// when, nobody says so of another. None of the two has hours or work at the time of the test,
// whenever that is, or its outage would be put down to them.
func TestOutageWithAndWithoutARecoveryDate(t *testing.T) {
	t.Parallel()
	estate := association(t)
	c, _ := watchBoards(t, estate)
	feed := c.listen()
	c.read(demo.Statistics, demo.CustomerCentre, demo.Regulations)
	eta := time.Now().Add(3 * time.Hour).In(time.FixedZone("KST", 9*3600))
	told := demo.Fault{Mode: demo.Status, Code: 503, Text: "복구 예정: " + eta.Format("2006년 1월 2일 15:04")}
	for id, fault := range map[string]demo.Fault{demo.CustomerCentre: told, demo.Statistics: told, demo.Regulations: {Mode: demo.Status, Code: 503}} {
		if err := estate.Break(id, fault); err != nil {
			t.Fatal(err)
		}
	}
	for _, id := range []string{demo.CustomerCentre, demo.Statistics} {
		feed.await(id+" is down", id, func(s dashboard.SiteDelta) bool { return s.Outage != nil })
	}
	eventually(t, "the announcement on the page is found", func() bool {
		k, ok := c.clock(demo.CustomerCentre, compliance.ClockAnnouncement)
		return ok && k.Met > 0 && k.Verdict == compliance.Kept
	})
	eventually(t, "the other clock runs out", func() bool {
		k, ok := c.clock(demo.Regulations, compliance.ClockAnnouncement)
		return ok && k.Met == 0 && k.Verdict == compliance.Broken
	})
	if k, ok := c.clock(demo.Regulations, compliance.ClockRestoration); !ok || k.Limit-k.Start != (48*time.Hour).Milliseconds() || k.Verdict != compliance.AtRisk {
		t.Errorf("%+v", k)
	}
	eventually(t, "the feed tells each mark of the clock", func() bool {
		var marks []int
		for _, e := range feed.events("clock_ran") {
			if e.Site == demo.Regulations {
				marks = append(marks, e.Count)
			}
		}
		return slices.Equal(marks, []int{50, 75, 100})
	})
	for _, e := range feed.events("clock_ran") {
		if e.Site == demo.CustomerCentre && e.Count == 100 {
			t.Errorf("the clock of the announced outage ran out: %+v", e)
		}
	}
	var open *dashboard.Outage
	if open = c.site(demo.Regulations).Outage; open == nil {
		t.Fatal("it is over")
	}
	if err := estate.Heal(demo.Regulations); err != nil {
		t.Fatal(err)
	}
	feed.await("it is over", demo.Regulations, func(s dashboard.SiteDelta) bool { return s.Outage == nil && s.Status == compliance.StatusUp })
	c.appeal(open.ID)
	for _, e := range c.wall().Events {
		if e.Kind == compliance.HoursDenied {
			t.Errorf("the standing notice announces its closing time, before the outage and after: %+v", e)
		}
	}
	hours := c.noticeOn(demo.Statistics, compliance.HoursBoard(demo.Statistics, 0))
	if r := hours.Revisions[len(hours.Revisions)-1].Reading; r.Rules == 0 {
		t.Errorf("it was read as %+v", r)
	}
	c.stop()
}

// secondPerson is another operator.
func (c *child) secondPerson(token string) (second dashboard.IssuedToken) {
	c.t.Helper()
	status, body := c.say("/api/v1/tokens", token, dashboard.TokenOrder{Name: "second person", Role: accounts.RoleOperator})
	if err := json.Unmarshal(body, &second); status != http.StatusOK || err != nil {
		c.t.Fatalf("%d %v %s", status, err, body)
	}
	return second
}

// appeal contests an outage: a second person has to decide, and both figures stay.
func (c *child) appeal(outage string) {
	c.t.Helper()
	token := c.shownToken()
	order := dashboard.AppealOrder{Ground: compliance.ProbeBlocked, Evidence: "firewall log", Why: "our probe was blocked"}
	status, body := c.say("/api/v1/outages/"+outage+"/appeal", token, order)
	var s dashboard.Statement
	if err := json.Unmarshal(body, &s); status != http.StatusOK || err != nil {
		c.t.Fatalf("%d %v %s", status, err, body)
	}
	judge := dashboard.JudgementOrder{Upheld: true, Why: "the log shows it"}
	if status, body := c.say("/api/v1/appeals/"+s.ID+"/judge", token, judge); status != http.StatusUnprocessableEntity || !strings.Contains(string(body), "own_appeal") {
		c.t.Errorf("who appealed may not decide: %d %s", status, body)
	}
	second := c.secondPerson(token)
	if status, body := c.say("/api/v1/appeals/"+s.ID+"/judge", second.Secret, judge); status != http.StatusOK {
		c.t.Errorf("%d %s", status, body)
	}
	var a dashboard.Availability
	c.get("/api/v1/sites/"+demo.Regulations+"/availability", &a)
	if a.ContestedMS == 0 || a.AsSeen == nil || a.AsSeen.DownMS <= a.DownMS {
		c.t.Errorf("both figures are shown: %+v", a)
	}
}
