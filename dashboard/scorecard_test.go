package dashboard

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/charter"
)

// scored asks for a scorecard and demands that it is as the document says.
func scored(t *testing.T, srv *httptest.Server, p *press, query, token, lang string) Scorecard {
	t.Helper()
	r, err := http.NewRequest("GET", srv.URL+"/api/v1/scorecard"+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept-Language", lang)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := srv.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	var c Scorecard
	if err != nil || resp.StatusCode != http.StatusOK || json.Unmarshal(b, &c) != nil {
		t.Fatalf("%v %d %s", err, resp.StatusCode, b)
	}
	_, valid := document(t, NewServer(ServerConfig{Hub: p.d.hub()}))
	if err := valid("Scorecard", b); err != nil {
		t.Error(err)
	}
	return c
}

func TestTheScorecardSaysWhatRestsOnWhat(t *testing.T) {
	srv, p := openPress(t)
	c := scored(t, srv, p, "", "viewer", "en")
	if want := p.d.Now().Format("2006-01"); c.Month != want || c.Source != "now" || c.Report != "" || c.Withheld || c.Counts != (VerdictCounts{Broken: 2, Unproven: 1}) || *c.Coverage != 50_123 || c.AsOf == 0 {
		t.Errorf("%+v", c)
	}
	a := c.Clauses[0]
	if a.ID != "availability" || a.Title.EN != "Served every day" || a.Owner != "전산부" || a.Words != "365일" || a.Rule != "days_missed" || *a.Coverage != 50_123 ||
		a.Why != "1 of 31 days were not served; unplanned downtime on them was 1 h 1 min in all, most of it at alpha" {
		t.Errorf("%+v", a)
	}
	if a.Trend != "worse" || *a.Before != compliance.Kept || c.Clauses[1].Trend != "same" || c.Clauses[2].Trend != "new" || c.Clauses[2].Before != nil {
		t.Errorf("%s %s %s", a.Trend, c.Clauses[1].Trend, c.Clauses[2].Trend)
	}
	q := a.Requires[0]
	if q.Title != "every day was served" || q.BasisName != "probe" || q.Objective == nil || q.Objective.Met || len(q.Occasions) != 50 || q.OccasionsAll != 60 || len(q.Evidence) != 20 || q.EvidenceTotal != 30 {
		t.Errorf("%+v", q)
	}
	if o := q.Occasions[0]; o.Subject != "day-59" || o.Verdict != compliance.Broken || o.Why != "not served" || o.Name == nil || o.Name.EN != "alpha" || q.Occasions[1].Subject != "day-0" {
		t.Errorf("what was broken does not come first: %+v", o)
	}
	if ko := scored(t, srv, p, "", "viewer", "ko-KR"); !strings.Contains(ko.Clauses[0].Why, "1시간 1분") || strings.Contains(ko.Clauses[0].Why, "alpha") || ko.Clauses[0].Why == a.Why {
		t.Errorf("%s", ko.Clauses[0].Why)
	}
	p.content.Before = nil
	if c := scored(t, srv, p, "?month=2026-03", "viewer", "en"); c.Clauses[0].Trend != "" {
		t.Errorf("compared with nothing: %s", c.Clauses[0].Trend)
	}
}

func TestTheScorecardOfWhatWentOutIsTheReports(t *testing.T) {
	srv, p := openPress(t)
	digest := p.drafted(t, "2026-10")
	if c := scored(t, srv, p, "?month=2026-10", "", "en"); c.Source != "now" || c.Report != "" {
		t.Errorf("a draft is taken for a report: %s %s", c.Source, c.Report)
	}
	p.closed("2026-10", digest)
	if c := scored(t, srv, p, "?month=2026-10", "", "en"); c.Source != "report" || c.Report != "2026-10" || len(p.judged) != 1 {
		t.Errorf("%s %s %v", c.Source, c.Report, p.judged)
	}
	addendum := p.drafted(t, "2026-10")
	if c := scored(t, srv, p, "?month=2026-10", "", "en"); c.Report != "2026-10" {
		t.Errorf("the draft of an addendum is taken for a report: %s", c.Report)
	}
	p.closed("2026-10+1", addendum)
	if c := scored(t, srv, p, "?month=2026-10", "", "en"); c.Report != "2026-10+1" {
		t.Errorf("%s", c.Report)
	}
}

func TestAMonthIsJudgedOnceForAllWhoAsk(t *testing.T) {
	srv, p := openPress(t)
	for range 5 {
		scored(t, srv, p, "?month=2026-03", "", "en")
	}
	scored(t, srv, p, "?month=2026-04", "", "en")
	if len(p.judged) != 2 || p.judged[1] != "2026-04" {
		t.Errorf("judged %v", p.judged)
	}
}

// Whoever shows no token sees no reference number of a case, and nothing of attestations.
func TestRecordsOfPeopleAreWithheld(t *testing.T) {
	srv, p := openPress(t)
	for token, withheld := range map[string]bool{"": true, "job": true, "nonsense": true, "viewer": false} {
		c := scored(t, srv, p, "?month=2026-10", token, "en")
		q := c.Clauses[1].Requires[0]
		if c.Withheld != withheld || (len(q.Occasions) == 0) != withheld || (len(q.Evidence) == 0) != withheld || q.OccasionsAll != 1 || len(c.Clauses[0].Requires[0].Occasions) != 50 {
			t.Errorf("as %q: %+v", token, q)
		}
	}
}

func TestTheScorecardOfNoMonth(t *testing.T) {
	srv, p := openPress(t)
	for query, want := range map[string]string{"?month=2026-1": "bad_month", "?month=x": "bad_month", "?month=2025-12": "no_month"} {
		if resp, b := call(t, srv, "GET", "/api/v1/scorecard"+query, "", ""); resp.StatusCode/100 != 4 || kindOf(t, b) != want {
			t.Errorf("%s: %d %s", query, resp.StatusCode, b)
		}
	}
	p.err = errDisk
	resp, b := call(t, srv, "GET", "/api/v1/scorecard", "", "")
	if quiet(t, b); resp.StatusCode != http.StatusInternalServerError {
		t.Errorf("%d %s", resp.StatusCode, b)
	}
}

// Every reason that a verdict can have is said in full.
func TestEveryReasonIsASentence(t *testing.T) {
	s, _ := openDesk(t)
	for _, lang := range []string{"ko", "en"} {
		teller := s.teller(lang)
		for _, rule := range charter.Whys() {
			if said := teller.why(charter.Why{Rule: rule}); said == "report.why."+rule || strings.ContainsAny(said, "{}") {
				t.Errorf("%s: %q", rule, said)
			}
		}
		for _, m := range charter.Methods() {
			if said := teller.method(m); strings.HasPrefix(said, "report.") {
				t.Error(said)
			}
		}
		for _, b := range charter.Bases() {
			if said := teller.basis(b); strings.HasPrefix(said, "report.") {
				t.Error(said)
			}
		}
		for _, why := range charter.OccasionWhys() {
			if !teller.in.Has("report.occasion." + why) {
				t.Errorf("%s has no words in %s", why, lang)
			}
		}
	}
}
