package dashboard

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/charterwatch/charterwatch/compliance"
)

func wholeReport(t *testing.T, b []byte) (r WholeReport) {
	t.Helper()
	if err := json.Unmarshal(b, &r); err != nil {
		t.Fatalf("%v in %s", err, b)
	}
	return r
}

func TestAReportGoesFromDraftToStaff(t *testing.T) {
	srv, p := openPress(t)
	resp, b := call(t, srv, "POST", "/api/v1/reports/2026-10/make", "operator", `{}`)
	g := wholeReport(t, b)
	if resp.StatusCode != http.StatusOK || g.State != compliance.ReportDraft || g.Of != 3 || !slices.Equal(g.May, []string{"make", "submit", "comment"}) {
		t.Fatalf("%d %s", resp.StatusCode, b)
	}
	_, valid := document(t, NewServer(ServerConfig{Hub: p.d.hub()}))
	if err := valid("WholeReport", b); err != nil {
		t.Error(err)
	}
	seen := `"digest": "` + g.Digest + `"`
	for _, x := range []struct {
		step, token, body string
		status            int
		kind              string // of a refusal
	}{
		{"sign", "operator", `{` + seen + `, "role": "drafter"}`, 422, "refused_report_not_in_review"},
		{"submit", "executive", `{` + seen + `}`, 403, "not_permitted"},
		{"submit", "viewer", `{` + seen + `}`, 403, "not_permitted"},
		{"submit", "", `{` + seen + `}`, 401, "no_actor"},
		{"submit", "operator", `{}`, 422, "refused_other_content"},
		{"submit", "operator", `{"digest": "another"}`, 422, "refused_other_content"},
		{"submit", "operator", `{"digest": 1}`, 400, "bad_order"},
		{"submit", "operator", `{` + seen + `}`, 200, ""},
		{"comment", "executive", `{` + seen + `, "clause": "availability"}`, 422, "refused_no_reason"},
		{"comment", "executive", `{` + seen + `, "clause": "availability", "why": "원인은?"}`, 200, ""},
		{"comment", "viewer", `{` + seen + `, "why": "x"}`, 403, "not_permitted"},
		{"return", "operator", `{` + seen + `, "why": "x"}`, 403, "not_permitted"},
		{"return", "executive", `{` + seen + `, "why": "사유 보완"}`, 200, ""},
		{"submit", "operator", `{` + seen + `}`, 200, ""},
		{"sign", "executive", `{` + seen + `, "role": "reviewer"}`, 422, "refused_not_your_turn"},
		{"sign", "operator", `{` + seen + `, "role": "reviewer"}`, 403, "not_permitted"},
		{"sign", "administrator", `{` + seen + `, "role": "drafter"}`, 403, "not_permitted"},
		{"sign", "operator", `{"role": "drafter"}`, 422, "refused_other_content"},
		{"sign", "operator", `{` + seen + `, "role": "drafter"}`, 200, ""},
		{"sign", "executive", `{` + seen + `, "role": "reviewer"}`, 200, ""},
		{"sign", "executive", `{` + seen + `, "role": "approver"}`, 422, "refused_signed_twice"},
		{"publish", "operator", `{` + seen + `, "proof": "intranet/77"}`, 422, "refused_report_not_closed"},
	} {
		resp, b := call(t, srv, "POST", "/api/v1/reports/2026-10/"+x.step, x.token, x.body)
		if resp.StatusCode != x.status || x.kind != "" && kindOf(t, b) != x.kind {
			t.Errorf("%s as %q with %s: %d %s", x.step, x.token, x.body, resp.StatusCode, b)
		}
	}
	p.closed("2026-10", g.Digest)
	for _, x := range []struct {
		token, body string
		status      int
	}{
		{"executive", `{` + seen + `, "proof": "intranet/77"}`, 403}, {"operator", `{` + seen + `}`, 422}, {"operator", `{` + seen + `, "proof": "intranet/77"}`, 200},
	} {
		if resp, b := call(t, srv, "POST", "/api/v1/reports/2026-10/publish", x.token, x.body); resp.StatusCode != x.status {
			t.Errorf("%s %s: %d %s", x.token, x.body, resp.StatusCode, b)
		}
	}
	_, b = call(t, srv, "GET", "/api/v1/reports/2026-10", "executive", "")
	got := wholeReport(t, b)
	if err := valid("WholeReport", b); err != nil || got.Signed != 2 || len(got.Signatures) != 2 || got.Signatures[1].Role != "reviewer" || got.Signatures[1].Digest != g.Digest || got.Signatures[0].Record == "" ||
		len(got.Comments) != 2 || got.Comments[0].Clause != "availability" || got.Published == 0 || got.Proof != "intranet/77" || got.State != compliance.ReportUnsigned || got.NextToSign != "approver" {
		t.Errorf("%v %s", err, b)
	}
	for _, x := range p.d.stated {
		if x.Site != compliance.MonitorScope || x.Report == nil || x.By.ID == "" {
			t.Errorf("%+v", x)
		}
	}
	p.d.stateErr = errDisk
	resp, b = call(t, srv, "POST", "/api/v1/reports/2026-10/publish", "operator", `{`+seen+`, "proof": "x"}`)
	if quiet(t, b); resp.StatusCode != http.StatusInternalServerError {
		t.Errorf("%d %s", resp.StatusCode, b)
	}
}

// What a role is shown as its next step, it may do; what it is not shown, is refused.
func TestWhatARoleMayDoNextIsWhatIsAdmitted(t *testing.T) {
	srv, p := openPress(t)
	digest := p.drafted(t, "2026-10")
	bodies := map[string]string{"submit": `{%s}`, "comment": `{%s, "why": "x"}`, "return": `{%s, "why": "x"}`, "sign": `{%s, "role": "%s"}`, "publish": `{%s, "proof": "x"}`}
	stages := []func(){
		func() {}, // a draft
		func() { call(t, srv, "POST", "/api/v1/reports/2026-10/submit", "operator", `{"digest": "`+digest+`"}`) },
		func() {
			call(t, srv, "POST", "/api/v1/reports/2026-10/sign", "operator", `{"digest": "`+digest+`", "role": "drafter"}`)
		},
		func() {
			call(t, srv, "POST", "/api/v1/reports/2026-10/sign", "executive", `{"digest": "`+digest+`", "role": "reviewer"}`)
		},
		func() { p.closed("2026-10", digest) },
	}
	for stage, reach := range stages {
		reach()
		for _, role := range []string{"viewer", "operator", "executive", "administrator", "privacy_officer"} {
			_, b := call(t, srv, "GET", "/api/v1/reports/2026-10", role, "")
			g := wholeReport(t, b)
			for step, body := range bodies {
				before := p.d.Record(compliance.MonitorScope).Statements
				args := []any{`"digest": "` + digest + `"`}
				if step == "sign" {
					args = append(args, g.NextToSign)
				}
				resp, b := call(t, srv, "POST", "/api/v1/reports/2026-10/"+step, role, fmt.Sprintf(body, args...))
				if may := slices.Contains(g.May, step); may != (resp.StatusCode == http.StatusOK) {
					t.Errorf("stage %d, %s as %s: shown %v, answered %d %s", stage, step, role, may, resp.StatusCode, b)
				}
				p.d.keepHouse(before)
			}
		}
	}
}

func TestAddendaHaveAddressesOfTheirOwn(t *testing.T) {
	srv, p := openPress(t)
	digest := p.drafted(t, "2026-10")
	p.closed("2026-10", digest)
	if resp, b := call(t, srv, "POST", "/api/v1/reports/2026-10/make", "operator", `{}`); resp.StatusCode != 422 || kindOf(t, b) != "refused_no_reason" || len(p.made) != 1 {
		t.Errorf("an addendum without a reason: %d %s", resp.StatusCode, b)
	}
	if resp, b := call(t, srv, "POST", "/api/v1/reports/2026-10/make", "operator", `{"why": "이의 인용"}`); resp.StatusCode != 200 || wholeReport(t, b).ID != "2026-10+1" {
		t.Errorf("%d %s", resp.StatusCode, b)
	}
	for _, path := range []string{"2026-10+1", "2026-10%2B1"} {
		if resp, b := call(t, srv, "GET", "/api/v1/reports/"+path, "viewer", ""); resp.StatusCode != 200 || wholeReport(t, b).ID != "2026-10+1" {
			t.Errorf("%s: %d %s", path, resp.StatusCode, b)
		}
		resp, b := call(t, srv, "GET", "/api/v1/reports/"+path+"/files/report.pdf?lang=en", "viewer", "")
		if resp.StatusCode != 200 || string(b) != "2026-10+1 en report.pdf" || resp.Header.Get("Content-Disposition") != `attachment; filename=report-2026-10+1-en.pdf` {
			t.Errorf("%s: %d %s %q", path, resp.StatusCode, b, resp.Header.Get("Content-Disposition"))
		}
		if resp, b := call(t, srv, "POST", "/api/v1/reports/"+path+"/comment", "operator", `{"digest": "2026-10+1/2", "why": "x"}`); resp.StatusCode != 200 {
			t.Errorf("%s: %d %s", path, resp.StatusCode, b)
		}
	}
	p.drafted(t, "2026-09")
	resp, b := call(t, srv, "GET", "/api/v1/reports", "viewer", "")
	var a ReportArchive
	_, valid := document(t, NewServer(ServerConfig{Hub: p.d.hub()}))
	if err := json.Unmarshal(b, &a); err != nil || resp.StatusCode != 200 || len(a.Reports) != 3 || a.Reports[0].ID != "2026-10+1" || a.Reports[1].ID != "2026-10" || a.Reports[2].ID != "2026-09" || a.MayMake {
		t.Errorf("%v %s", err, b)
	}
	if err := valid("ReportArchive", b); err != nil || a.Reports[0].Counts == nil || *a.Reports[0].Counts != (VerdictCounts{Broken: 2, Unproven: 1}) {
		t.Errorf("%v %s", err, b)
	}
	before := p.read
	call(t, srv, "GET", "/api/v1/reports", "viewer", "")
	if p.read != before {
		t.Errorf("the contents of reports were read %d times again for their counts", p.read-before)
	}
}

// What is under way and what failed is told in the list, and with the report that it is about.
func TestReportsSayWhatIsBeingDoneAboutThem(t *testing.T) {
	srv, p := openPress(t)
	digest := p.drafted(t, "2026-10")
	p.closed("2026-10", digest)
	p.drafted(t, "2026-10") // an addendum
	p.drafted(t, "2026-09")
	_, valid := document(t, NewServer(ServerConfig{Hub: p.d.hub()}))
	ask := func(path string, v any) {
		t.Helper()
		resp, b := call(t, srv, "GET", "/api/v1/reports"+path, "viewer", "")
		name := "ReportArchive"
		if path != "" {
			name = "WholeReport"
		}
		if err := valid(name, b); err != nil || resp.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d %v %s", path, resp.StatusCode, err, b)
		}
		if err := json.Unmarshal(b, v); err != nil {
			t.Fatal(err)
		}
	}
	var idle ReportArchive
	if ask("", &idle); len(idle.UnderWay)+len(idle.Failed) != 0 {
		t.Errorf("%+v", idle)
	}
	sending, making := ReportWork{Month: "2026-10", Report: "2026-10", Step: "send", Since: 1790000000000}, ReportWork{Month: "2026-10", Step: "judge", Since: 1790000001000}
	unsent := ReportFailure{Month: "2026-10", Report: "2026-10+1", Step: "send", Tries: 3, Next: 1790000300000}
	unmade := ReportFailure{Month: "2026-08", Step: "gather", Tries: 1, Next: 1790000060000}
	p.work = DeskWork{UnderWay: []ReportWork{sending, making}, Failed: []ReportFailure{unsent, unmade}}
	var all ReportArchive
	if ask("", &all); !slices.Equal(all.UnderWay, p.work.UnderWay) || !slices.Equal(all.Failed, p.work.Failed) {
		t.Errorf("%+v", all)
	}
	for id, want := range map[string]DeskWork{
		"2026-10":   {UnderWay: []ReportWork{sending, making}},
		"2026-10+1": {UnderWay: []ReportWork{making}, Failed: []ReportFailure{unsent}},
		"2026-09":   {},
	} {
		var one WholeReport
		if ask("/"+id, &one); !slices.Equal(one.UnderWay, want.UnderWay) || !slices.Equal(one.Failed, want.Failed) {
			t.Errorf("%s: %+v %+v", id, one.UnderWay, one.Failed)
		}
	}
}

func TestOnlyMonthsThatAreOverAreReported(t *testing.T) {
	srv, p := openPress(t)
	now := p.d.Now().Format("2006-01")
	for _, x := range []struct {
		month, token string
		status       int
		kind         string
	}{
		{now, "operator", 422, "month_not_over"}, {"2999-01", "operator", 422, "month_not_over"}, {"2026-13", "operator", 400, "bad_month"}, {"2025-01", "operator", 404, "no_month"},
		{"2026-01", "executive", 403, "not_permitted"}, {"2026-01", "administrator", 403, "not_permitted"},
	} {
		if resp, b := call(t, srv, "POST", "/api/v1/reports/"+x.month+"/make", x.token, `{}`); resp.StatusCode != x.status || kindOf(t, b) != x.kind {
			t.Errorf("%s: %d %s", x.month, resp.StatusCode, b)
		}
	}
	if len(p.made) != 0 {
		t.Errorf("made: %v", p.made)
	}
	p.err = &compliance.Refusal{Rule: "report_frozen"}
	if resp, b := call(t, srv, "POST", "/api/v1/reports/2026-01/make", "operator", `{}`); resp.StatusCode != 422 || kindOf(t, b) != "refused_report_frozen" {
		t.Errorf("%d %s", resp.StatusCode, b)
	}
	p.err = errDisk
	resp, b := call(t, srv, "POST", "/api/v1/reports/2026-01/make", "operator", `{"why": "x"}`)
	if quiet(t, b); resp.StatusCode != 500 {
		t.Errorf("%d %s", resp.StatusCode, b)
	}
}

func TestDecisionsAreAskedWithTheDraft(t *testing.T) {
	srv, _ := openPress(t)
	resp, b := call(t, srv, "POST", "/api/v1/reports/2026-09/make", "operator", `{"decisions": [{"ko": "예비 전산실", "en": "A second site"}, {"en": "x"}]}`)
	var r WholeReport
	if err := json.Unmarshal(b, &r); err != nil || resp.StatusCode != 200 || !slices.Equal(r.Decisions, []compliance.Name{{KO: "예비 전산실", EN: "A second site"}, {EN: "x"}}) {
		t.Errorf("%d %v %s", resp.StatusCode, err, b)
	}
	if resp, b = call(t, srv, "GET", "/api/v1/reports/2026-09", "viewer", ""); resp.StatusCode != 200 || !strings.Contains(string(b), "A second site") {
		t.Errorf("%d %s", resp.StatusCode, b)
	}
	for _, bad := range []string{`[{"ko": " ", "en": ""}]`, `[{"ko": "` + strings.Repeat("가", maxWords) + `"}]`, `[` + strings.Repeat(`{"ko": "x"},`, maxDecisions) + `{"ko": "x"}]`} {
		if resp, b := call(t, srv, "POST", "/api/v1/reports/2026-09/make", "operator", `{"decisions": `+bad+`}`); resp.StatusCode != 400 || kindOf(t, b) != "bad_order" {
			t.Errorf("%.40s: %d %s", bad, resp.StatusCode, b)
		}
	}
}

func TestDocumentsAreKeptAndNotRun(t *testing.T) {
	srv, p := openPress(t)
	p.drafted(t, "2026-10")
	for name, media := range map[string]string{
		"report.pdf": "application/pdf", "report.html": "text/html; charset=utf-8", "report.json": "application/json", "verdicts.csv": "text/csv; charset=utf-8",
		"report.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	} {
		resp, b := call(t, srv, "GET", "/api/v1/reports/2026-10/files/"+name, "viewer", "")
		h := resp.Header
		if resp.StatusCode != 200 || string(b) != "2026-10 ko "+name || h.Get("Content-Type") != media || !strings.HasPrefix(h.Get("Content-Disposition"), "attachment; ") ||
			!strings.HasPrefix(h.Get("Content-Security-Policy"), "sandbox; default-src 'none';") || h.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %d %s %v", name, resp.StatusCode, b, h)
		}
	}
	for _, x := range []struct {
		path, token string
		status      int
	}{
		{"report.pdf", "", 401}, {"report.pdf", "job", 403}, {"report.doc", "viewer", 404}, {"report.pdf?lang=fr", "viewer", 404}, {"../secret", "viewer", 404}, {"..%2Fsecret", "viewer", 404},
	} {
		if resp, b := call(t, srv, "GET", "/api/v1/reports/2026-10/files/"+x.path, x.token, ""); resp.StatusCode != x.status {
			t.Errorf("%s: %d %s", x.path, resp.StatusCode, b)
		}
	}
	if resp, _ := call(t, srv, "GET", "/api/v1/reports/2026-09/files/report.pdf", "viewer", ""); resp.StatusCode != 404 {
		t.Errorf("of no report: %d", resp.StatusCode)
	}
}

func TestReportsAreNotOpen(t *testing.T) {
	srv, p := openPress(t)
	p.drafted(t, "2026-10")
	for _, path := range []string{"reports", "reports/2026-10", "reports/2026-10/files/report.pdf", "evidence/a", "ledger"} {
		if resp, b := call(t, srv, "GET", "/api/v1/"+path, "", ""); resp.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s without a token: %d %s", path, resp.StatusCode, b)
		}
		if resp, b := call(t, srv, "GET", "/api/v1/"+path, "job", ""); resp.StatusCode != http.StatusForbidden {
			t.Errorf("%s as a job: %d %s", path, resp.StatusCode, b)
		}
	}
}

func TestWithoutADeskNothingIsReported(t *testing.T) {
	srv, _ := openFloor(t)
	for path, kind := range map[string]string{
		"GET scorecard": "no_reports", "GET reports": "no_reports", "GET reports/2026-10": "no_reports", "GET reports/2026-10/files/report.pdf": "no_reports", "POST reports/2026-10/make": "no_reports",
		"POST reports/2026-10/submit": "no_reports", "GET evidence/a": "no_ledger", "GET ledger": "no_ledger",
	} {
		method, path, _ := strings.Cut(path, " ")
		if resp, b := call(t, srv, method, "/api/v1/"+path, "operator", `{}`); resp.StatusCode != http.StatusNotImplemented || kindOf(t, b) != kind {
			t.Errorf("%s: %d %s", path, resp.StatusCode, b)
		}
	}
}
