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

func floorNow(t *testing.T, d *desk, b []byte) WatchFloor {
	t.Helper()
	var out WatchFloor
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatalf("%v in %s", err, b)
	}
	_, valid := document(t, NewServer(ServerConfig{Hub: d.hub()}))
	if err := valid("WatchFloor", b); err != nil {
		t.Error(err)
	}
	return out
}

func TestTheWatchFloorTellsOfItsShifts(t *testing.T) {
	srv, d := openFloor(t)
	start := time.Date(2026, 11, 2, 9, 0, 0, 0, seoul)
	monitorSays(d,
		compliance.Statement{At: start.Add(5 * time.Minute), By: accounts.Actor{ID: "token/1", Name: "김운영"}, Taking: &compliance.Taking{Shift: "day", Start: start}},
		compliance.Statement{At: start.Add(12 * time.Hour), By: accounts.Actor{ID: "token/1", Name: "김운영"}, Why: "조용함", HandOver: &compliance.HandOver{
			Shift: "day", Start: start, Alerts: []string{downID}, Clocks: []compliance.HandedClock{{Kind: compliance.ClockRestoration, Site: "alpha", Subject: "alpha@1", Limit: start}},
		}},
	)
	resp, b := call(t, srv, "GET", "/api/v1/watch-floor?from=2026-11-02T00:00:00%2B09:00&to=2026-11-03T00:00:00%2B09:00", "", "")
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("%d %s", resp.StatusCode, b)
	}
	got := floorNow(t, d, b)
	if len(got.Shifts) != 2 || got.GraceMS != 900_000 || got.Current == nil || got.Next == nil || got.Current.End != got.Next.Start {
		t.Errorf("%s", b)
	}
	if len(got.Watches) != 2 || got.Watches[0].Shift != "night" || got.Watches[0].Verdict != compliance.Broken || got.Watches[0].Why != "not_taken" {
		t.Fatalf("%+v", got.Watches)
	}
	day := got.Watches[1]
	if day.Verdict != compliance.Kept || day.Taken.Name != "김운영" || day.Handed.Note != "조용함" || len(day.Handed.Alerts) != 1 || len(day.Handed.Clocks) != 1 || day.Handed.At != millis(start.Add(12*time.Hour)) {
		t.Errorf("%+v", day)
	}
	for _, r := range got.Rules {
		if r.Rule == compliance.AlertWatchdog {
			t.Error("a drill of the Watchdog would be silence")
		}
	}
	if len(got.Rules) != len(compliance.AlertRules())-1 {
		t.Errorf("%v", got.Rules)
	}
}

func TestAFloorWithoutRosterIsEmpty(t *testing.T) {
	srv, d := openFloor(t)
	d.floor = compliance.Desk{}
	resp, b := call(t, srv, "GET", "/api/v1/watch-floor", "", "")
	if got := floorNow(t, d, b); resp.StatusCode != http.StatusOK || got.Current != nil || len(got.Watches)+len(got.Shifts) != 0 {
		t.Errorf("%d %s", resp.StatusCode, b)
	}
	for _, path := range []string{"takings", "hand-overs"} {
		if _, b := call(t, srv, "POST", "/api/v1/"+path, "operator", `{}`); path == "takings" && kindOf(t, b) != "refused_no_shift" {
			t.Errorf("%s: %s", path, b)
		}
	}
}

func TestAShiftIsTaken(t *testing.T) {
	srv, d := openFloor(t)
	resp, b := call(t, srv, "POST", "/api/v1/takings", "operator", `{}`)
	if resp.StatusCode != http.StatusOK || len(d.stated) != 1 {
		t.Fatalf("%d %s", resp.StatusCode, b)
	}
	current, next := nearWatches(d.Desk(), nil, time.Now())
	if s := d.stated[0]; s.Site != compliance.MonitorScope || s.Taking.Shift != current.Shift || !s.Taking.Start.Equal(current.Start) {
		t.Errorf("%+v, want %+v", s.Taking, current)
	}
	for body, want := range map[string]string{
		`{"shift": "day"}`: "bad_order", `{"start": 1000}`: "bad_order", `{"shift": "day", "start": 1000}`: "refused_no_shift", `{"who": "me"}`: "bad_order",
		`{"shift": "` + next.Shift + `", "start": "` + next.Start.AddDate(0, 0, 3).Format(time.RFC3339) + `"}`: "refused_too_early",
	} {
		if _, b := call(t, srv, "POST", "/api/v1/takings", "operator", body); kindOf(t, b) != want {
			t.Errorf("%s: %s, want %s", body, b, want)
		}
	}
}

// What stands goes with a hand-over whatever the person writes; drills and the Watchdog do
// not stand for anything.
func TestAHandOverNamesWhatStands(t *testing.T) {
	srv, d := openFloor(t)
	now := time.Now().UTC()
	d.mu.Lock()
	d.snap.Sites["alpha"] = compliance.SiteState{Site: "alpha", Outage: &compliance.Outage{ID: "alpha@1", Site: "alpha", Start: now.Add(-time.Hour)}}
	d.mu.Unlock()
	d.silences = []Silenced{{ID: "s1", State: SilenceActive}, {ID: "s2", State: SilenceExpired}}
	if _, b := call(t, srv, "POST", "/api/v1/hand-overs", "operator", `{"note": " "}`); kindOf(t, b) != "refused_no_note" {
		t.Errorf("%s", b)
	}
	resp, b := call(t, srv, "POST", "/api/v1/hand-overs", "operator", `{"note": "알파 복구 대기"}`)
	if resp.StatusCode != http.StatusOK || len(d.stated) != 1 {
		t.Fatalf("%d %s", resp.StatusCode, b)
	}
	h := d.stated[0].HandOver
	if strings.Join(h.Alerts, " ") != downID+" DiskLow|||warning@1 CheckDown|beta|beta/front|warning@1" || strings.Join(h.Outages, " ") != "alpha@1" || strings.Join(h.Silences, " ") != "s1" {
		t.Errorf("%+v", h)
	}
	if len(h.Clocks) != 2 || h.Clocks[0].Site != "alpha" || h.Clocks[0].Limit.IsZero() || d.stated[0].Why != "알파 복구 대기" {
		t.Errorf("%+v", h.Clocks)
	}
	_, valid := document(t, NewServer(ServerConfig{Hub: d.hub()}))
	if err := valid("Statement", b); err != nil {
		t.Error(err)
	}
	d.silenceErr = errLeak
	if resp, _ := call(t, srv, "POST", "/api/v1/hand-overs", "operator", `{"note": "n"}`); resp.StatusCode != http.StatusInternalServerError || len(d.stated) != 1 {
		t.Errorf("a hand-over that does not know the silences is on record: %+v", d.stated)
	}
}

func TestDrillsAreHeld(t *testing.T) {
	srv, d := openFloor(t)
	ends := time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
	body := `{"rule": "SiteDown", "site": "alpha", "ends": "` + ends + `", "why": "분기 훈련"}`
	resp, b := call(t, srv, "POST", "/api/v1/drills", "operator", body)
	if resp.StatusCode != http.StatusOK || len(d.stated) != 1 || d.stated[0].Site != compliance.MonitorScope || d.stated[0].Drill.Site != "alpha" {
		t.Fatalf("%d %s %+v", resp.StatusCode, b, d.stated)
	}
	for body, want := range map[string]string{
		strings.Replace(body, "SiteDown", "Watchdog", 1): "no_rule", strings.Replace(body, "alpha", "gone", 1): "no_site",
		strings.Replace(body, "분기 훈련", "", 1): "no_reason", strings.Replace(body, ends, "2099-01-01T00:00:00Z", 1): "bad_window",
		`{"rule": "SiteDown", "site": "alpha", "why": "w"}`: "bad_window",
	} {
		if _, b := call(t, srv, "POST", "/api/v1/drills", "operator", body); kindOf(t, b) != "refused_"+want {
			t.Errorf("%s: %s, want %s", body, b, want)
		}
	}
}

func TestWhatIsSaidOfTheFloorCanBeRead(t *testing.T) {
	srv, d := openFloor(t)
	monitorSays(d,
		compliance.Statement{At: noon, Silence: &compliance.Silence{ID: "s1", Matchers: []string{`a="b"`}, Ends: noon}}, compliance.Statement{At: noon.Add(1), Drill: &compliance.Drill{Rule: "SiteDown", Site: "alpha"}},
		compliance.Statement{At: noon.Add(2), Taking: &compliance.Taking{Shift: "day"}}, compliance.Statement{At: noon.Add(3), HandOver: &compliance.HandOver{Shift: "day"}},
		compliance.Statement{At: noon.Add(4), Cover: &compliance.Cover{Schedule: "first"}}, compliance.Statement{At: noon.Add(5), Acknowledgement: &compliance.Acknowledgement{Alerts: []string{"x"}}},
	)
	for path, n := range map[string]int{"/api/v1/statements": 6, "/api/v1/statements?site=_monitor": 6, "/api/v1/statements?site=alpha": 0} {
		got := listed[Statement](t, srv, d, path, "Statement")
		if len(got) != n {
			t.Errorf("%s: %+v", path, got)
		}
		for _, s := range got {
			parts := []bool{s.Silence != nil, s.Drill != nil, s.Taking != nil, s.HandOver != nil, s.Cover != nil, s.Acknowledgement != nil}
			one := 0
			for _, p := range parts {
				if p {
					one++
				}
			}
			if one != 1 {
				t.Errorf("%s says %d things: %+v", s.What, one, s)
			}
		}
	}
}
