package dashboard

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/calendar"
	"github.com/charterwatch/charterwatch/compliance/charter"
)

func TestIncidentsAndTheirClocks(t *testing.T) {
	srv, d := openFloor(t)
	d.register.charter.Reporting = []charter.ReportingDuty{{ID: "leak-authority", Of: compliance.IncidentLeak, To: compliance.Name{EN: "the authority"}, Within: 72 * time.Hour, From: calendar.NewDate(2023, 9, 15)}}
	known := d.Now().Add(-time.Hour).Truncate(time.Millisecond)
	body := `{"ref": " SEC-1 ", "kind": "leak", "detected": 1790000000000, "known": ` + jsonOf(t, known.UnixMilli()) + `}`
	resp, b := call(t, srv, "POST", "/api/v1/incidents", "privacy_officer", body)
	_, valid := document(t, NewServer(ServerConfig{Hub: d.hub()}))
	var one Incident
	if err := valid("Incident", b); err != nil || resp.StatusCode != http.StatusOK || json.Unmarshal(b, &one) != nil {
		t.Fatalf("%v %d %s", err, resp.StatusCode, b)
	}
	want := IncidentClock{Duty: "leak-authority", Limit: known.Add(72 * time.Hour).UnixMilli(), State: charter.IncidentRunning}
	if len(one.Clocks) != 1 || one.Clocks[0] != want || one.Ref != "SEC-1" || len(d.stated) != 1 || !d.stated[0].Incident.Known.Equal(known) {
		t.Errorf("%s %+v", b, d.stated)
	}
	told := strings.Replace(body, `}`, `, "confirmed": `+jsonOf(t, known.UnixMilli())+`, "reports": [{"duty": "leak-authority", "at": `+jsonOf(t, known.Add(time.Minute).UnixMilli())+`, "proof": "118-42"}]}`, 1)
	if resp, b := call(t, srv, "POST", "/api/v1/incidents", "operator", told); resp.StatusCode != http.StatusOK || !strings.Contains(string(b), `"state":"told"`) {
		t.Errorf("%d %s", resp.StatusCode, b)
	}
	monitorSays(d, d.stated...)
	resp, b = call(t, srv, "GET", "/api/v1/incidents", "viewer", "")
	var book IncidentBook
	if err := valid("IncidentBook", b); err != nil || resp.StatusCode != http.StatusOK || json.Unmarshal(b, &book) != nil {
		t.Fatalf("%v %d %s", err, resp.StatusCode, b)
	}
	if len(book.Incidents) != 1 || book.Incidents[0].Clocks[0].State != charter.IncidentTold || book.Incidents[0].Reports[0].Proof != "118-42" || len(book.Duties) != 1 || book.Duties[0].WithinMS != 72*3600*1000 {
		t.Errorf("%s", b)
	}
	for _, x := range []struct {
		method, token, body string
		status              int
	}{
		{"POST", "viewer", body, http.StatusForbidden}, {"POST", "", body, http.StatusUnauthorized}, {"POST", "operator", `{"ref": 1}`, http.StatusBadRequest}, {"GET", "", "", http.StatusUnauthorized},
	} {
		if resp, b := call(t, srv, x.method, "/api/v1/incidents", x.token, x.body); resp.StatusCode != x.status {
			t.Errorf("%s %s: %d %s", x.method, x.token, resp.StatusCode, b)
		}
	}
}

// TestWordsOnPaperNeedATokenEverywhere: what reports, attestations and records say is not told by
// the list of all statements either.
func TestWordsOnPaperNeedATokenEverywhere(t *testing.T) {
	srv, d := openFloor(t)
	why := func(s compliance.Statement) compliance.Statement { s.Why = "between us"; return s }
	monitorSays(d, why(compliance.Statement{ID: "1", Incident: &compliance.Incident{}}), why(compliance.Statement{ID: "2", Report: &compliance.ReportAct{Step: compliance.ReportCommented}}),
		why(compliance.Statement{ID: "3", Attestation: &compliance.Attestation{}}), why(compliance.Statement{ID: "4", MonthRecord: &compliance.MonthRecord{}}), compliance.Statement{ID: "5", Why: "night", Taking: &compliance.Taking{}})
	if _, b := call(t, srv, "GET", "/api/v1/statements", "", ""); strings.Contains(string(b), "between us") || !strings.Contains(string(b), "night") {
		t.Errorf("%s", b)
	}
	if _, b := call(t, srv, "GET", "/api/v1/statements", "viewer", ""); strings.Count(string(b), "between us") != 4 {
		t.Errorf("%s", b)
	}
}

func jsonOf(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestAttestationClocksNameWhatWasNeverAttested(t *testing.T) {
	srv, d := openFloor(t)
	since := calendar.NewDate(2020, 1, 1)
	d.register.charter.Clauses = []charter.Clause{{ID: "confidentiality", Title: compliance.Name{EN: "Confidentiality"}, Owner: "legal", From: since, Versions: []charter.Version{{From: since, Requires: []charter.Requirement{{Method: charter.InDate, Basis: charter.ByAttestation}}}}}}
	resp, b := call(t, srv, "GET", "/api/v1/attestation-clocks", "viewer", "")
	var got []AttestationClock
	if err := json.Unmarshal(b, &got); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%d %v %s", resp.StatusCode, err, b)
	}
	if len(got) != 1 || got[0].State != charter.AttestationNever || got[0].Title.EN != "Confidentiality" || got[0].Owner != "legal" {
		t.Errorf("%+v", got)
	}
}
