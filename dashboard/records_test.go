package dashboard

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/calendar"
	"github.com/charterwatch/charterwatch/compliance/charter"
)

// register keeps cases for the tests.
type register struct {
	imports []compliance.CaseImport
	book    compliance.CaseBook
	due     []CaseDue
	pages   map[string]compliance.PageSpan
	charter charter.Charter
	err     error
}

func (r *register) Import(_ context.Context, i compliance.CaseImport) (compliance.CaseImport, error) {
	if r.err != nil {
		return i, r.err
	}
	i = i.Sealed()
	r.imports, r.book = append(r.imports, i), r.book.With(i)
	return i, nil
}

func (r *register) Imports(context.Context, time.Time, time.Time) (out []compliance.ImportRecord, err error) {
	for _, i := range r.imports {
		out = append(out, compliance.ImportRecord{CaseImport: i, Count: len(i.Cases)})
	}
	return out, r.err
}

func (r *register) Cases() (compliance.CaseBook, []CaseDue) { return r.book, r.due }

func (r *register) Charter() charter.Charter { return r.charter }

func (r *register) Page(id string) (compliance.PageSpan, bool) { s, ok := r.pages[id]; return s, ok }

func caseAnswer(t *testing.T, b []byte) (a CaseAnswer) {
	t.Helper()
	if err := json.Unmarshal(b, &a); err != nil {
		t.Fatalf("%v in %s", err, b)
	}
	return a
}

func TestCasesAreImportedWholeOrNotAtAll(t *testing.T) {
	srv, d := openFloor(t)
	const file = `"ref,kind,received,answered\nA-1,online,2026-10-05 09:00,2026-10-05 17:00\nA-2,phone,2026-10-06 09:00,\n"`
	order := func(more string) string { return `{"csv": ` + file + `, "name": "october.csv"` + more + `}` }
	resp, b := call(t, srv, "POST", "/api/v1/cases", "operator", order(`, "dry_run": true`))
	if a := caseAnswer(t, b); resp.StatusCode != http.StatusOK || a.Cases != 2 || a.Import != "" || len(d.register.imports) != 0 {
		t.Fatalf("a dry run: %d %s", resp.StatusCode, b)
	}
	resp, b = call(t, srv, "POST", "/api/v1/cases", "operator", order(`, "complete_from": "2026-10-01", "complete_until": "2026-10-31"`))
	if a := caseAnswer(t, b); resp.StatusCode != http.StatusOK || a.Cases != 2 || a.Import == "" || len(d.register.imports) != 1 {
		t.Fatalf("%d %s", resp.StatusCode, b)
	}
	got := d.register.imports[0]
	if got.By.ID != "token/operator" || got.Source != "file" || len(got.Spans) != 2 || got.Spans[0].Kind != compliance.CaseOnline || got.Spans[1].Kind != compliance.CasePhone {
		t.Errorf("%+v", got)
	}
	_, valid := document(t, NewServer(ServerConfig{Hub: d.hub()}))
	limit := time.Date(2026, 10, 8, 0, 0, 0, 0, seoul)
	d.register.due = []CaseDue{{charter.CaseClock{Clause: "inquiry-online", Kind: compliance.CaseOnline, Ref: "A-2", Start: limit.Add(-24 * time.Hour), Deadline: &calendar.Deadline{At: limit}, State: charter.ClockTomorrow}, compliance.Name{KO: "온라인 문의 답변"}}}
	resp, b = call(t, srv, "GET", "/api/v1/cases", "viewer", "")
	if err := valid("CaseBook", b); err != nil || resp.StatusCode != http.StatusOK || !strings.Contains(string(b), `"A-2"`) || !strings.Contains(string(b), fmt.Sprintf(`"limit":%d,"told":false,"state":"tomorrow"`, limit.UnixMilli())) {
		t.Errorf("%v %s", err, b)
	}
	if err := valid("CaseAnswer", []byte(`{"import":"x","cases":1,"days":0,"problems":[{"line":2,"column":"ref","rule":"twice","title":"t"}]}`)); err != nil {
		t.Error(err)
	}

	const bad = `{"csv": "ref,kind,received\n010-1234-5678,online,2026-10-05 09:00\nA,letter,yesterday\n"`
	resp, b = call(t, srv, "POST", "/api/v1/cases", "operator", bad+"}")
	a := caseAnswer(t, b)
	if resp.StatusCode != http.StatusUnprocessableEntity || len(a.Problems) != 3 || a.Problems[0].Rule != "personal" || a.Problems[0].Line != 2 || a.Import != "" || len(d.register.imports) != 1 {
		t.Errorf("%d %s", resp.StatusCode, b)
	}
	if strings.Contains(string(b), "1234") {
		t.Errorf("the answer repeats personal data: %s", b)
	}
	if resp, b = call(t, srv, "POST", "/api/v1/cases", "operator", bad+`, "dry_run": true}`); resp.StatusCode != http.StatusOK || len(caseAnswer(t, b).Problems) != 3 {
		t.Errorf("%d %s", resp.StatusCode, b)
	}
	single := `{"cases": [{"ref": "B-1", "kind": "guarantee", "received": 1790000000000}]}`
	if resp, b = call(t, srv, "POST", "/api/v1/cases", "operator", single); resp.StatusCode != http.StatusOK || d.register.imports[1].Source != "api" {
		t.Errorf("%d %s", resp.StatusCode, b)
	}
	for _, x := range []struct {
		token, body string
		status      int
	}{
		{"viewer", single, http.StatusForbidden}, {"", single, http.StatusUnauthorized}, {"operator", "{}", http.StatusUnprocessableEntity}, {"operator", `{"cases": 1}`, http.StatusBadRequest},
		{"operator", `{"cases": [{"ref": "010-1234-5678", "kind": "guarantee", "received": 1790000000000}]}`, http.StatusUnprocessableEntity},
		{"operator", `{"cases": [], "complete": [{"kind": "online", "from": "1", "until": "2"}]}`, http.StatusBadRequest},
	} {
		if resp, b := call(t, srv, "POST", "/api/v1/cases", x.token, x.body); resp.StatusCode != x.status {
			t.Errorf("%s %s: %d %s", x.token, x.body, resp.StatusCode, b)
		}
	}
	d.register.err = errors.New("disk full")
	if resp, b := call(t, srv, "POST", "/api/v1/cases", "operator", single); resp.StatusCode != http.StatusInternalServerError || strings.Contains(string(b), "disk") {
		t.Errorf("%d %s", resp.StatusCode, b)
	}
}

func TestAttestationsAndMonthlyRecords(t *testing.T) {
	srv, d := openFloor(t)
	const attestation = `{"clause": "security-consulting", "what": "2026 정보보호 컨설팅", "signer": "정보보호최고책임자 김보안", "signed": "2026-03-02", "from": "2026-03-01", "until": "2027-02-28",
		"proof": {"name": "report.pdf", "sha256": "` + "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" + `"}, "why": "연간 컨설팅"}`
	resp, b := call(t, srv, "POST", "/api/v1/attestations", "operator", attestation)
	_, valid := document(t, NewServer(ServerConfig{Hub: d.hub()}))
	if err := valid("Attestation", b); err != nil || resp.StatusCode != http.StatusOK || len(d.stated) != 1 || d.stated[0].Attestation == nil || d.stated[0].Site != compliance.MonitorScope {
		t.Fatalf("%v %d %s", err, resp.StatusCode, b)
	}
	resp, b = call(t, srv, "POST", "/api/v1/month-records", "privacy_officer", `{"clause": "privacy-leaks", "month": "2026-10", "known": 0, "sources": [{"name": "관제", "reported": true}], "why": "월간 보고"}`)
	if err := valid("MonthRecord", b); err != nil || resp.StatusCode != http.StatusOK || d.stated[1].MonthRecord == nil {
		t.Fatalf("%v %d %s", err, resp.StatusCode, b)
	}
	monitorSays(d, d.stated...)
	resp, b = call(t, srv, "GET", "/api/v1/attestations", "viewer", "")
	if resp.StatusCode != http.StatusOK || !strings.Contains(string(b), `"state":"in_date"`) {
		t.Errorf("%d %s", resp.StatusCode, b)
	}
	if resp, b = call(t, srv, "GET", "/api/v1/month-records", "viewer", ""); resp.StatusCode != http.StatusOK || !strings.Contains(string(b), `"2026-10"`) {
		t.Errorf("%d %s", resp.StatusCode, b)
	}
	for _, x := range []struct {
		path, token, body string
		status            int
	}{
		{"attestations", "viewer", attestation, http.StatusForbidden}, {"attestations", "administrator", attestation, http.StatusForbidden},
		{"attestations", "operator", strings.Replace(attestation, "2026-03-02", "2026-3", 1), http.StatusBadRequest},
		{"month-records", "viewer", "{}", http.StatusForbidden}, {"month-records", "operator", `{"known": "none"}`, http.StatusBadRequest},
	} {
		if resp, b := call(t, srv, "POST", "/api/v1/"+x.path, x.token, x.body); resp.StatusCode != x.status {
			t.Errorf("%s %s: %d %s", x.path, x.token, resp.StatusCode, b)
		}
	}
	if resp, _ := call(t, srv, "GET", "/api/v1/attestations", "", ""); resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("anybody reads who signed: %d", resp.StatusCode)
	}
}

func TestPagesAsTheyStand(t *testing.T) {
	srv, d := openFloor(t)
	d.mu.Lock()
	d.sites[0].Pages = []compliance.PageSpec{{ID: "alpha/charter", Site: "alpha", URL: "https://alpha.example/charter", Clauses: []compliance.Clause{"charter-published"}}, {ID: "alpha/policy", Site: "alpha", Clauses: []compliance.Clause{}}}
	d.mu.Unlock()
	d.register.pages = map[string]compliance.PageSpan{"alpha/charter": {Page: "alpha/charter", Status: "ok", From: time.UnixMilli(1000), To: time.UnixMilli(2000), Missing: []compliance.Clause{"availability"}}}
	got := listed[PageNow](t, srv, d, "/api/v1/pages", "PageNow")
	if len(got) != 2 || got[0].Status != "ok" || got[0].SeenAt != 2000 || len(got[0].Missing) != 1 || got[1].Status != "" {
		t.Errorf("%+v", got)
	}
}
