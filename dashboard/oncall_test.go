package dashboard

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/internal/accounts"
)

var seoul = time.FixedZone("KST", 9*3600)

func monitorSays(d *desk, list ...compliance.Statement) {
	for i := range list {
		list[i].Site = compliance.MonitorScope
		list[i] = list[i].Sealed()
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.world.records = map[string]compliance.Record{compliance.MonitorScope: {Statements: list}}
}

func TestOnCallIsToldDayByDay(t *testing.T) {
	srv, d := openFloor(t)
	// Turns begin on Mondays at 09:00; 2 November 2026 is one. Kim's turns are the even weeks.
	from := time.Date(2026, 11, 2, 0, 0, 0, 0, seoul)
	monitorSays(d, compliance.Statement{By: accounts.Actor{ID: "token/operator", Name: "lee"}, Why: "휴가", Cover: &compliance.Cover{
		Schedule: "first", Person: "lee", From: from.Add(33 * time.Hour), To: from.Add(45 * time.Hour),
	}})
	resp, b := call(t, srv, "GET", "/api/v1/on-call?from=2026-11-02T00:00:00%2B09:00&to=2026-11-09T00:00:00%2B09:00", "", "")
	var got OnCall
	if err := json.Unmarshal(b, &got); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%d %s", resp.StatusCode, b)
	}
	_, valid := document(t, NewServer(ServerConfig{Hub: d.hub()}))
	if err := valid("OnCall", b); err != nil {
		t.Error(err)
	}
	s := got.Schedules[0]
	if len(s.Plan) != 7 || s.Plan[0].Day != "2026-11-02" || len(s.Plan[0].Turns) != 2 || s.Plan[0].Turns[0].Person == s.Plan[0].Turns[1].Person || s.Days != 7 {
		t.Fatalf("%+v", s.Plan)
	}
	if s.Plan[0].Turns[1].From != millis(from.Add(9*time.Hour)) {
		t.Errorf("the turn begins at %d", s.Plan[0].Turns[1].From)
	}
	second := s.Plan[1].Turns
	if len(second) != 3 && len(second) != 2 || !second[1].Cover || second[1].Person != "lee" || second[1].From != millis(from.Add(33*time.Hour)) {
		t.Errorf("%+v", second)
	}
	if s.Now == nil || s.Next == nil || s.Now.Person == s.Next.Person || s.Now.To != s.Next.From {
		t.Errorf("now %+v, next %+v", s.Now, s.Next)
	}
	if len(got.Covers) != 1 || got.Covers[0].Cover.Person != "lee" || got.Covers[0].Why != "휴가" {
		t.Errorf("%+v", got.Covers)
	}
	if e := got.Escalations[0]; len(e.Severities) != 1 || e.Severities[0] != "critical" || len(e.Steps) != 2 || e.Steps[1].AfterMS != 600_000 {
		t.Errorf("%+v", e)
	}
	if q := got.Quiet[0]; len(q.Severities) != 2 || len(q.Days) != 7 || q.From != "22:00" {
		t.Errorf("%+v", q)
	}
}

// Whose turns follow each other is on call until somebody else is.
func TestTheNextTurnIsSomebodyElses(t *testing.T) {
	now := time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC)
	p := compliance.Period{From: now, To: now.Add(time.Hour)}
	alone := compliance.Schedule{ID: "alone", People: []string{"kim"}, From: now.AddDate(0, -1, 0), Days: 1}
	if s := wireSchedule(alone, nil, p, seoul, now); s.Now == nil || s.Next != nil || s.Now.To != millis(now.Add(turnAhead)) {
		t.Errorf("now %+v, next %+v", s.Now, s.Next)
	}
	ahead := compliance.Schedule{ID: "ahead", People: []string{"kim", "lee"}, From: now.AddDate(0, 0, 3)}
	if s := wireSchedule(ahead, nil, p, seoul, now); s.Now != nil || s.Next == nil || s.Next.Person != "kim" || len(s.Plan[0].Turns) != 0 {
		t.Errorf("now %+v, next %+v", s.Now, s.Next)
	}
}

func TestACalendarBeginsOnMonday(t *testing.T) {
	for day := 23; day < 30; day++ { // 23 November 2026 is a Monday
		if got := monday(time.Date(2026, 11, day, 3, 0, 0, 0, time.UTC), seoul); got.Day() != 23 || got.Hour() != 0 {
			t.Errorf("%d: %v", day, got)
		}
	}
	if got := monday(time.Date(2026, 11, 29, 16, 0, 0, 0, time.UTC), seoul); got.Day() != 30 {
		t.Errorf("Sunday in Greenwich is Monday in Seoul: %v", got)
	}
}

func TestSpansFollowFromOneEnd(t *testing.T) {
	srv, _ := openFloor(t)
	for query, want := range map[string]int{
		"": 28, "?from=2026-11-02T00:00:00%2B09:00": 28, "?to=2026-11-09T00:00:00%2B09:00": 28, "?from=2026-11-02T00:00:00%2B09:00&to=2026-11-04T00:00:00%2B09:00": 2,
		"?from=2000&to=1000": -1, "?from=tomorrow": -1, "?to=tomorrow": -1, "?from=2026-01-01T00:00:00Z&to=2028-01-01T00:00:00Z": -1,
	} {
		resp, b := call(t, srv, "GET", "/api/v1/on-call"+query, "", "")
		var got OnCall
		switch err := json.Unmarshal(b, &got); {
		case want < 0:
			if resp.StatusCode != http.StatusBadRequest || kindOf(t, b) != "bad_span" {
				t.Errorf("%s: %d %s", query, resp.StatusCode, b)
			}
		case err != nil || resp.StatusCode != http.StatusOK || len(got.Schedules[0].Plan) != want:
			t.Errorf("%s: %d, %d days", query, resp.StatusCode, len(got.Schedules[0].Plan))
		}
	}
}

func TestCoversArePutOnRecord(t *testing.T) {
	srv, d := openFloor(t)
	const body = `{"schedule": "first", "person": "lee", "from": "2026-12-01T09:00:00+09:00", "to": "2026-12-02T09:00:00+09:00", "why": "휴가"}`
	resp, b := call(t, srv, "POST", "/api/v1/covers", "operator", body)
	if resp.StatusCode != http.StatusOK || len(d.stated) != 1 {
		t.Fatalf("%d %s", resp.StatusCode, b)
	}
	if s := d.stated[0]; s.Site != compliance.MonitorScope || s.Cover.Person != "lee" || s.Cover.To.Sub(s.Cover.From) != 24*time.Hour {
		t.Errorf("%+v", s)
	}
	for from, rule := range map[string]string{`"first"`: "no_schedule", `"lee"`: "no_person", `2026-12-02`: "bad_window"} {
		to := map[string]string{"2026-12-02": "2026-11-02"}[from]
		if to == "" {
			to = `"other"`
		}
		if _, b := call(t, srv, "POST", "/api/v1/covers", "operator", strings.Replace(body, from, to, 1)); kindOf(t, b) != "refused_"+rule {
			t.Errorf("%s: %s", from, b)
		}
	}
	if _, b := call(t, srv, "POST", "/api/v1/covers", "operator", `{"schedule": "first", "person": "lee"}`); kindOf(t, b) != "refused_bad_window" {
		t.Errorf("%s", b)
	}
}
