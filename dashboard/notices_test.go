package dashboard

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/notice"
	"github.com/charterwatch/charterwatch/internal/accounts"
	"github.com/charterwatch/charterwatch/probes"
	"github.com/charterwatch/charterwatch/scanners"
)

// openOffice serves a world with a notice that awaits a person and an open outage over a
// real listener.
func openOffice(t *testing.T) (*httptest.Server, *desk) {
	t.Helper()
	s, d := openDesk(t)
	now := time.Now().UTC()
	start := now.Add(5 * 24 * time.Hour)
	d.keep(compliance.Record{
		Notices: []compliance.Notice{posted(now.Add(-time.Hour), start, start.Add(time.Hour), true)},
		Spans:   []compliance.BoardSpan{looksAt(scanners.BoardOK, now.Add(-2*time.Hour), now.Add(-time.Hour)), looksAt(scanners.BoardErrorPage, now.Add(-time.Hour), now)},
	})
	d.outages = []compliance.Outage{{ID: "alpha@1", Site: "alpha", Start: now.Add(-time.Hour), Reason: probes.Timeout}}
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	return srv, d
}

// call makes a request as who holds the token, and returns the answer with its body.
func call(t *testing.T, srv *httptest.Server, method, path, token, body string) (*http.Response, []byte) {
	t.Helper()
	r, err := http.NewRequest(method, srv.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := srv.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, b
}

func kindOf(t *testing.T, b []byte) string {
	t.Helper()
	var p Problem
	if err := json.Unmarshal(b, &p); err != nil {
		t.Fatalf("%v in %s", err, b)
	}
	return strings.TrimPrefix(p.Type, "urn:charterwatch:")
}

func TestWhatIsOnRecordCanBeRead(t *testing.T) {
	srv, d := openOffice(t)
	doc := NewServer(ServerConfig{Hub: d.hub()})
	_, valid := document(t, doc)
	for _, c := range []struct {
		path, name string
		n          int
	}{
		{"/api/v1/notices", "Notice", 1}, {"/api/v1/notices?site=alpha&limit=1", "Notice", 1}, {"/api/v1/notices?site=beta", "Notice", 0},
		{"/api/v1/plans", "Plan", 1}, {"/api/v1/boards", "Board", 1}, {"/api/v1/boards?site=beta", "Board", 0},
		{"/api/v1/statements", "Statement", 0}, {"/api/v1/clocks", "Clock", 0},
		{"/api/v1/outages?account=true", "Outage", 1},
	} {
		resp, b := call(t, srv, "GET", c.path, "", "")
		var list []json.RawMessage
		if err := json.Unmarshal(b, &list); err != nil || resp.StatusCode != http.StatusOK || len(list) != c.n {
			t.Errorf("%s: %d %s", c.path, resp.StatusCode, b)
			continue
		}
		if err := valid(c.name, b); err != nil {
			t.Errorf("%s: %v", c.path, err)
		}
	}
	_, b := call(t, srv, "GET", "/api/v1/boards", "", "")
	if s := string(b); !strings.Contains(s, `"status":"error_page"`) || !strings.Contains(s, `"last_ok":`) {
		t.Errorf("a board that cannot be read: %s", s)
	}
	_, b = call(t, srv, "GET", "/api/v1/plans", "", "")
	if s := string(b); !strings.Contains(s, `"review":true`) || !strings.Contains(s, `"at_least_ms":`) || !strings.Contains(s, `"tellings":[`) {
		t.Errorf("a plan: %s", s)
	}
}

func packedBody(t *testing.T, text string) []byte {
	t.Helper()
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// A page that was written by others is shown as the text that it is: nothing in it may run,
// load anything or act in our name.
func TestAKeptPageIsNeverRun(t *testing.T) {
	srv, d := openOffice(t)
	const evil = "<!doctype html><script>fetch('/api/v1/tokens')</script><p>점검"
	d.page = scanners.Page{Body: packedBody(t, evil), ContentType: "text/html", Screenshot: []byte("\x89PNG")}
	for _, id := range []string{"alpha/news%230a1b2c", url.PathEscape(noticeID)} { // with / as it is, and as %2F
		for tail, media := range map[string]string{"page": "text/plain; charset=utf-8", "screenshot": "image/png"} {
			resp, b := call(t, srv, "GET", "/api/v1/notices/"+id+"/revisions/1/"+tail, "", "")
			h := resp.Header
			if resp.StatusCode != http.StatusOK || h.Get("Content-Type") != media || h.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("%s of %s: %d %v", tail, id, resp.StatusCode, h)
			}
			csp := h.Get("Content-Security-Policy")
			if !strings.Contains(csp, "sandbox") || strings.Contains(csp, "'self'") || len(h.Values("Content-Security-Policy")) != 1 {
				t.Errorf("%s: %s", tail, csp)
			}
			if tail == "page" && string(b) != evil {
				t.Errorf("%s", b)
			}
		}
	}
	for _, path := range []string{"/api/v1/notices/alpha/news%230a1b2c/revisions/2/page", "/api/v1/notices/alpha/news%230a1b2c/revisions/x/page", "/api/v1/notices/none/revisions/1/page", "/api/v1/notices/revisions/1/page", "/api/v1/notices/alpha/news%230a1b2c"} {
		if resp, b := call(t, srv, "GET", path, "", ""); resp.StatusCode != http.StatusNotFound || kindOf(t, b) != "not_found" {
			t.Errorf("%s: %d %s", path, resp.StatusCode, b)
		}
	}
	d.page = scanners.Page{}
	for _, tail := range []string{"page", "screenshot"} {
		if resp, b := call(t, srv, "GET", "/api/v1/notices/alpha/news%230a1b2c/revisions/1/"+tail, "", ""); resp.StatusCode != http.StatusNotFound {
			t.Errorf("%s of which only the digest was kept: %d %s", tail, resp.StatusCode, b)
		}
	}
}

// A page may unpack to far more than anybody wants to read.
func TestAKeptPageIsBounded(t *testing.T) {
	srv, d := openOffice(t)
	d.page = scanners.Page{Body: packedBody(t, strings.Repeat("0", maxPage+1000))}
	if _, b := call(t, srv, "GET", "/api/v1/notices/alpha/news%230a1b2c/revisions/1/page", "", ""); len(b) != maxPage {
		t.Errorf("%d bytes", len(b))
	}
}

const (
	ruling   = `{"revision": 1, "ruled": "confirmed", "why": "읽은 대로다"}`
	work     = `{"site": "alpha", "type": "regular", "windows": [{"start": "2026-12-10T01:00:00+09:00", "end": 1796850000000}], "why": "DB 이전"}`
	withdraw = `{"why": "연기"}`
	told     = `{"eta": "2026-12-01T00:00:00Z", "told": "2026-11-24T00:00:00Z", "where": "전화 안내", "proof": "문서 12", "why": "고객센터"}`
	contest  = `{"ground": "probe_blocked", "evidence": "접속 기록", "why": "고객은 접속했다"}`
	judge    = `{"upheld": true, "why": "맞다"}`
	works    = "/api/v1/works"
	ruleIt   = "/api/v1/notices/alpha/news%230a1b2c/ruling"
	tellIt   = "/api/v1/outages/alpha@1/announcement"
	contestI = "/api/v1/outages/alpha@1/appeal"
)

// said puts an appeal by kim and declared work on record, and returns the addresses of
// what answers them.
func said(d *desk) (withdrawIt, judgeIt string) {
	appeal := compliance.Statement{Site: "alpha", At: noon, By: accounts.Actor{ID: "token/operator"}, Why: "w", Appeal: &compliance.Appeal{Outage: "alpha@1", Ground: compliance.ProbeBlocked, Evidence: "e"}}.Sealed()
	w := declared(noon, noon.AddDate(0, 0, 9))
	r := d.Record("alpha")
	r.Statements = []compliance.Statement{appeal, w}
	d.keep(r)
	return "/api/v1/works/" + w.ID + "/withdraw", "/api/v1/appeals/" + appeal.ID + "/judge"
}

func TestWhatPeopleSayIsPutOnRecordWithWhoSaidIt(t *testing.T) {
	srv, d := openOffice(t)
	withdrawIt, judgeIt := said(d)
	for _, c := range []struct{ path, body, token, what string }{
		{ruleIt, ruling, "operator", "ruling"}, {works, work, "operator", "work"}, {withdrawIt, withdraw, "operator", "withdrawal"},
		{tellIt, told, "operator", "announcement"}, {contestI, contest, "operator", "appeal"}, {judgeIt, judge, "administrator", "judgement"},
	} {
		before := len(d.stated)
		resp, b := call(t, srv, "POST", c.path, c.token, c.body)
		if resp.StatusCode != http.StatusOK || len(d.stated) != before+1 {
			t.Errorf("%s: %d %s", c.path, resp.StatusCode, b)
			continue
		}
		s := d.stated[before]
		if s.What() != c.what || s.By.ID != "token/"+c.token || s.Site != "alpha" || s.Why == "" || !strings.Contains(string(b), s.ID) {
			t.Errorf("%s: %+v, answered %s", c.path, s, b)
		}
	}
	for _, s := range d.stated {
		if s.Work != nil {
			w := s.Work.Windows[0]
			if !w.Start.Equal(time.Date(2026, 12, 9, 16, 0, 0, 0, time.UTC)) || w.End.UnixMilli() != 1796850000000 || s.Work.Type != notice.Regular {
				t.Errorf("%+v", s.Work)
			}
		}
	}
}

func TestACorrectedReadingStandsAsAPersonSays(t *testing.T) {
	srv, d := openOffice(t)
	body := `{"revision": 1, "ruled": "corrected", "why": "요일이 틀림", "reading": {"kind": "maintenance", "type": "emergency", "windows": [{"start": "2026-12-10T01:00:00+09:00"}], "eta": 1796850000000}}`
	resp, b := call(t, srv, "POST", ruleIt, "operator", body)
	if resp.StatusCode != http.StatusOK || len(d.stated) != 1 {
		t.Fatalf("%d %s", resp.StatusCode, b)
	}
	r := d.stated[0].Ruling.Reading
	if r.Kind != notice.Maintenance || r.State != notice.Planned || r.Type != notice.Emergency || len(r.Windows) != 1 || !r.Windows[0].End.IsZero() || r.ETA.UnixMilli() != 1796850000000 || r.NeedsReview {
		t.Errorf("%+v", r)
	}
	_, valid := document(t, NewServer(ServerConfig{Hub: d.hub()}))
	if err := valid("Statement", b); err != nil {
		t.Error(err)
	}
}

func TestNobodyPutsAnythingOnRecordWithoutTheRole(t *testing.T) {
	srv, d := openOffice(t)
	withdrawIt, judgeIt := said(d)
	for path, body := range map[string]string{ruleIt: ruling, works: work, withdrawIt: withdraw, tellIt: told, contestI: contest, judgeIt: judge} {
		if resp, b := call(t, srv, "POST", path, "", body); resp.StatusCode != http.StatusUnauthorized || kindOf(t, b) != "no_actor" {
			t.Errorf("%s by nobody: %d %s", path, resp.StatusCode, b)
		}
		if resp, b := call(t, srv, "POST", path, "guess", body); resp.StatusCode != http.StatusUnauthorized || kindOf(t, b) != "denied" {
			t.Errorf("%s with a guess: %d %s", path, resp.StatusCode, b)
		}
		for _, role := range accounts.Roles() {
			if role.Can(accounts.RecordNotices) {
				continue
			}
			if resp, b := call(t, srv, "POST", path, role.String(), body); resp.StatusCode != http.StatusForbidden || kindOf(t, b) != "not_permitted" {
				t.Errorf("%s as %s: %d %s", path, role, resp.StatusCode, b)
			}
		}
	}
	if len(d.stated) != 0 {
		t.Errorf("%+v", d.stated)
	}
}

func TestRefusalsNameTheirRule(t *testing.T) {
	srv, d := openOffice(t)
	withdrawIt, judgeIt := said(d)
	for _, c := range []struct{ path, token, body, rule string }{
		{ruleIt, "operator", `{"revision": 1, "ruled": "confirmed", "why": " "}`, "no_reason"},
		{ruleIt, "operator", `{"revision": 7, "ruled": "confirmed", "why": "w"}`, "no_revision"},
		{ruleIt, "operator", `{"revision": 1, "ruled": "perhaps", "why": "w"}`, "bad_ruling"},
		{ruleIt, "operator", `{"revision": 1, "ruled": "corrected", "why": "w"}`, "no_reading"},
		{works, "operator", `{"site": "alpha", "windows": [], "why": "w"}`, "no_window"},
		{works, "operator", `{"site": "alpha", "windows": [{"start": 2000, "end": 1000}], "why": "w"}`, "bad_window"},
		{tellIt, "operator", `{"eta": 1000, "told": 1000, "where": "x", "proof": "", "why": "w"}`, "no_proof"},
		{contestI, "operator", `{"ground": "luck", "evidence": "e", "why": "w"}`, "bad_ground"},
		{contestI, "operator", `{"ground": "check_wrong", "evidence": "e", "why": "w", "from": 1000}`, "outside_outage"},
		{judgeIt, "operator", judge, "own_appeal"},
		{strings.Replace(judgeIt, "appeals", "works", 1)[:len(judgeIt)-len("/appeals")+len("/works")-len("/judge")] + "/withdraw", "operator", withdraw, "no_work"},
		{withdrawIt, "operator", `{"why": ""}`, "no_reason"},
	} {
		resp, b := call(t, srv, "POST", c.path, c.token, c.body)
		if resp.StatusCode != http.StatusUnprocessableEntity || kindOf(t, b) != "refused_"+c.rule {
			t.Errorf("%s %s: %d %s, want %s", c.path, c.body, resp.StatusCode, b, c.rule)
		}
	}
	if len(d.stated) != 0 {
		t.Errorf("%+v", d.stated)
	}
}

func TestRequestsAreReadStrictly(t *testing.T) {
	srv, d := openOffice(t)
	long := strings.Repeat("가", maxWords)
	for _, c := range []struct {
		path, body string
		status     int
		kind       string
	}{
		{works, `{`, 400, "bad_order"}, {works, ``, 400, "bad_order"}, {works, work + work, 400, "bad_order"},
		{works, strings.Replace(work, `"why"`, `"who": "me", "why"`, 1), 400, "bad_order"},
		{works, strings.Replace(work, `1796850000000`, `"tomorrow"`, 1), 400, "bad_order"},
		{works, strings.Replace(work, `1796850000000`, `-5`, 1), 400, "bad_order"},
		{works, strings.Replace(work, `regular`, `huge`, 1), 400, "bad_order"},
		{works, strings.Replace(work, `DB 이전`, long, 1), 400, "bad_order"},
		{works, strings.Replace(work, `DB 이전`, strings.Repeat(long, 8), 1), 413, "too_large"},
		{works, strings.Replace(work, `alpha`, `gone`, 1), 404, "not_found"},
		{"/api/v1/notices/alpha/none/ruling", ruling, 404, "not_found"},
		{ruleIt, strings.Replace(ruling, `{`, `{"site": "beta", `, 1), 404, "not_found"},
		{ruleIt, `{"revision": 1, "ruled": "corrected", "why": "w", "reading": {"kind": "party"}}`, 400, "bad_order"},
		{"/api/v1/outages/alpha@9/appeal", contest, 404, "not_found"},
		{"/api/v1/outages/beta@1/appeal", contest, 404, "not_found"},
		{"/api/v1/outages/alpha@1/applause", contest, 404, "not_found"},
		{"/api/v1/appeals/none/judge", judge, 404, "not_found"}, {"/api/v1/works/none/withdraw", withdraw, 404, "not_found"},
	} {
		resp, b := call(t, srv, "POST", c.path, "operator", c.body)
		if resp.StatusCode != c.status || kindOf(t, b) != c.kind {
			t.Errorf("%s %.80s: %d %s", c.path, c.body, resp.StatusCode, b)
		}
	}
	if len(d.stated) != 0 {
		t.Errorf("%+v", d.stated)
	}
	d.stateErr = errLeak
	resp, b := call(t, srv, "POST", works, "operator", work)
	if resp.StatusCode != http.StatusInternalServerError || strings.Contains(string(b), "SELECT") {
		t.Errorf("%d %s", resp.StatusCode, b)
	}
}

func TestTailsOfAddressesAreCutFromTheEnd(t *testing.T) {
	for _, c := range []struct{ path, tail, id, n string }{
		{"a/b#1/revisions/2/page", "/revisions/{n}/page", "a/b#1", "2"},
		{"a/revisions/1/page/revisions/2/page", "/revisions/{n}/page", "a/revisions/1/page", "2"},
		{"a/b@1/appeal", "/appeal", "a/b@1", ""},
		{"appeal", "/appeal", "", ""}, {"/appeal", "/appeal", "", ""}, {"a/revisions/2", "/revisions/{n}/page", "", ""}, {"", "/appeal", "", ""},
	} {
		got, ok := cutTail(c.path, c.tail)
		if ok != (c.id != "") || got["id"] != c.id || got["n"] != c.n {
			t.Errorf("%s: %v %v", c.path, got, ok)
		}
	}
}
