package dashboard

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/internal/accounts"
)

const downID = "SiteDown|alpha||critical@1"

// openFloor serves a staffed watch floor with open alerts over a real listener.
func openFloor(t *testing.T) (*httptest.Server, *desk) {
	t.Helper()
	s, d := openDesk(t)
	d.mu.Lock()
	d.floor = staffed(time.Now().UTC())
	d.mu.Unlock()
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	return srv, d
}

// listed asks for a list and demands that it is as the document says.
func listed[T any](t *testing.T, srv *httptest.Server, d *desk, path, name string) []T {
	t.Helper()
	resp, b := call(t, srv, "GET", path, "", "")
	var out []T
	if err := json.Unmarshal(b, &out); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d %s", path, resp.StatusCode, b)
	}
	_, valid := document(t, NewServer(ServerConfig{Hub: d.hub()}))
	if err := valid(name, b); err != nil {
		t.Errorf("%s: %v", path, err)
	}
	return out
}

func idsOf(list []Alert) (out []string) {
	for _, a := range list {
		out = append(out, a.ID)
	}
	return out
}

func TestOpenAlertsComeGravestFirst(t *testing.T) {
	srv, d := openFloor(t)
	got := listed[Alert](t, srv, d, "/api/v1/alerts", "Alert")
	want := []string{downID, "SiteDown|beta||critical|drill@1", "DiskLow|||warning@1", "CheckDown|beta|beta/front|warning@1", "Watchdog|||none@1"}
	if !slices.Equal(idsOf(got), want) {
		t.Errorf("%v", idsOf(got))
	}
	if a := got[0]; a.Name == nil || a.Name.EN != "alpha" || a.Clause != "availability" || a.Cause != "network" || a.Limit == 0 || len(a.Vantages) != 1 {
		t.Errorf("%+v", a)
	}
	if a := got[3]; !slices.Equal(a.Matchers, []string{`alertname="CheckDown"`, `site="beta"`, `check="beta/front"`}) {
		t.Errorf("%v", a.Matchers)
	}
	for path, n := range map[string]int{"?site=beta": 2, "?site=_monitor": 2, "?site=gone": 0, "?limit=2": 2} {
		if got := listed[Alert](t, srv, d, "/api/v1/alerts"+path, "Alert"); len(got) != n {
			t.Errorf("%s: %v", path, idsOf(got))
		}
	}
	if len(d.queries) != 0 {
		t.Errorf("the store was asked for what the engine knows: %+v", d.queries)
	}
}

// A matcher is what Alertmanager parses: quotes and backslashes within are escaped.
func TestMatchersAreQuoted(t *testing.T) {
	got := matchersOf(compliance.Alert{Rule: compliance.AlertDeliveryFailing, Subject: `a"b\c`})
	if !slices.Equal(got, []string{`alertname="DeliveryFailing"`, `subject="a\"b\\c"`}) {
		t.Errorf("%v", got)
	}
	if got := matchersOf(compliance.Alert{Rule: compliance.AlertSiteDown, Site: "a", Subject: "a@1"}); len(got) != 2 {
		t.Errorf("a silence would end with the outage: %v", got)
	}
}

func TestAlertsOnRecordAreThoseOfASpan(t *testing.T) {
	srv, d := openFloor(t)
	d.onRecord = []compliance.Alert{{ID: "SiteDown|gone||critical@0", Rule: compliance.AlertSiteDown, Severity: compliance.SeverityCritical, Site: "gone", Start: noon, Raised: noon, End: noon.Add(time.Hour),
		Acked: &compliance.Acked{By: accounts.Actor{ID: "kim", Name: "김운영"}, At: noon}}}
	got := listed[Alert](t, srv, d, "/api/v1/alerts?open=false&site=gone&from=1000&to=2000&limit=7", "Alert")
	if len(got) != 1 || got[0].Name != nil || got[0].Acked == nil || got[0].Acked.Name != "김운영" || got[0].End == 0 {
		t.Errorf("%+v", got)
	}
	q := d.queries[0]
	if q.Site != "gone" || q.Open || q.From.UnixMilli() != 1000 || q.To.UnixMilli() != 2000 || q.Limit != 7 {
		t.Errorf("%+v", q)
	}
	if resp, b := call(t, srv, "GET", "/api/v1/alerts?open=false&from=x", "", ""); resp.StatusCode != http.StatusBadRequest || kindOf(t, b) != "bad_span" {
		t.Errorf("%d %s", resp.StatusCode, b)
	}
}

func sent(at time.Time, status compliance.ReceiptStatus, receiver string, firing ...string) compliance.Receipt {
	return compliance.Receipt{At: at, Status: status, Receiver: receiver, Channel: "email", Person: "kim", Firing: firing, Attempts: 1, Took: 1500 * time.Millisecond}
}

// The latest notification of each receiver decides whether it fails; an earlier failure that
// was made good does not.
func TestReceiptsAreSummedUpForEachAlert(t *testing.T) {
	got := sumUp([]compliance.Receipt{
		sent(noon.Add(4*time.Minute), compliance.Failing, "sms", "a"),
		sent(noon.Add(3*time.Minute), compliance.Failed, "sms", "a", "b"),
		sent(noon.Add(2*time.Minute), compliance.Delivered, "mail", "a"),
		sent(noon.Add(time.Minute), compliance.Failing, "mail", "a"),
		{At: noon, Status: compliance.Delivered, Receiver: "mail", Channel: "email", Resolved: []string{"c"}},
	})
	for id, want := range map[string]Told{"a": {1, 1, millis(noon.Add(4 * time.Minute))}, "b": {0, 1, millis(noon.Add(3 * time.Minute))}, "c": {1, 0, millis(noon)}} {
		if got[id] == nil || *got[id] != want {
			t.Errorf("%s: %+v, want %+v", id, got[id], want)
		}
	}
}

func TestOneAlertTellsWhoWasToldAndWhoAnswered(t *testing.T) {
	srv, d := openFloor(t)
	d.receipts = []compliance.Receipt{sent(noon, compliance.Failed, "kim-sms", downID)}
	d.receipts[0].Problem, d.receipts[0].Policy, d.receipts[0].Step = "the gateway answered 500", "oncall", 1
	ack := compliance.Statement{Site: "alpha", At: noon, By: accounts.Actor{ID: "kim"}, Why: "보는 중", Acknowledgement: &compliance.Acknowledgement{Alerts: []string{downID}}}.Sealed()
	other := compliance.Statement{Site: "alpha", At: noon, Acknowledgement: &compliance.Acknowledgement{Alerts: []string{"other"}}}.Sealed()
	d.keep(compliance.Record{Site: "alpha", Statements: []compliance.Statement{ack, other}})
	for _, id := range []string{url.PathEscape(downID), strings.ReplaceAll(downID, "|", "%7C")} {
		resp, b := call(t, srv, "GET", "/api/v1/alerts/"+id, "", "")
		var got AlertDetail
		if err := json.Unmarshal(b, &got); err != nil || resp.StatusCode != http.StatusOK {
			t.Fatalf("%d %s", resp.StatusCode, b)
		}
		_, valid := document(t, NewServer(ServerConfig{Hub: d.hub()}))
		if err := valid("AlertDetail", b); err != nil {
			t.Error(err)
		}
		if len(got.Receipts) != 1 || got.Receipts[0].Name == nil || got.Receipts[0].Name.EN != "Kim" || got.Receipts[0].TookMS != 1500 || got.Receipts[0].Problem == "" || got.Told.Failing != 1 {
			t.Errorf("%s", b)
		}
		if len(got.Acknowledgements) != 1 || got.Acknowledgements[0].ID != ack.ID || got.Acknowledgements[0].Acknowledgement == nil {
			t.Errorf("%s", b)
		}
	}
	if q := d.asked[len(d.asked)-1]; q.Alert != downID {
		t.Errorf("%+v", q)
	}
	d.onRecord = []compliance.Alert{{ID: "CheckDown|beta|beta/front|warning@0", Rule: compliance.AlertCheckDown, Site: "beta", Start: noon, Raised: noon, End: noon}}
	for path, want := range map[string]int{"CheckDown%7Cbeta%7Cbeta%2Ffront%7Cwarning@0": 200, "none": 404} {
		if resp, b := call(t, srv, "GET", "/api/v1/alerts/"+path, "", ""); resp.StatusCode != want {
			t.Errorf("%s: %d %s", path, resp.StatusCode, b)
		}
	}
}

// The monitor's own trouble must not hide an alert.
func TestOpenAlertsAreShownWithoutStoreAndAlertmanager(t *testing.T) {
	srv, d := openFloor(t)
	d.recordsErr, d.silenceErr = errLeak, errLeak
	if got := listed[Alert](t, srv, d, "/api/v1/alerts", "Alert"); len(got) != 5 || got[0].Told != nil {
		t.Errorf("%+v", got)
	}
	for _, path := range []string{"/api/v1/alerts?open=false", "/api/v1/alerts/none", "/api/v1/receipts", "/api/v1/silences"} {
		if resp, b := call(t, srv, "GET", path, "", ""); resp.StatusCode != http.StatusInternalServerError || strings.Contains(string(b), "SELECT") {
			t.Errorf("%s: %d %s", path, resp.StatusCode, b)
		}
	}
}

func TestReceiptsCanBeRead(t *testing.T) {
	srv, d := openFloor(t)
	d.receipts = []compliance.Receipt{sent(noon, compliance.Delivered, "mail", downID)}
	if got := listed[Receipt](t, srv, d, "/api/v1/receipts?from=1000&to=2000", "Receipt"); len(got) != 1 || got[0].Status != compliance.Delivered {
		t.Errorf("%+v", got)
	}
	listed[Receipt](t, srv, d, "/api/v1/receipts?alert="+url.QueryEscape(downID), "Receipt")
	if first, second := d.asked[0], d.asked[1]; first.From.UnixMilli() != 1000 || second.Alert != downID || !second.From.IsZero() {
		t.Errorf("%+v", d.asked)
	}
}

func TestAcknowledgementsAreOneStatementForEachSite(t *testing.T) {
	srv, d := openFloor(t)
	body := `{"alerts": ["` + downID + `", "DiskLow|||warning@1", "SiteDown|beta||critical|drill@1", "` + downID + `"], "why": "보는 중"}`
	resp, b := call(t, srv, "POST", "/api/v1/acknowledgements", "operator", body)
	if resp.StatusCode != http.StatusOK || len(d.stated) != 3 {
		t.Fatalf("%d %s", resp.StatusCode, b)
	}
	for i, scope := range []string{"alpha", compliance.MonitorScope, "beta"} {
		s := d.stated[i]
		if s.Site != scope || len(s.Acknowledgement.Alerts) != 1 || s.By.ID != "token/operator" || s.Why != "보는 중" {
			t.Errorf("%+v", s)
		}
	}
	_, valid := document(t, NewServer(ServerConfig{Hub: d.hub()}))
	if err := valid("Statement", b); err != nil {
		t.Error(err)
	}
	for _, body := range []string{`{"alerts": ["` + downID + `", "gone"]}`, `{"alerts": []}`} {
		if resp, b := call(t, srv, "POST", "/api/v1/acknowledgements", "operator", body); resp.StatusCode != http.StatusUnprocessableEntity || kindOf(t, b) != "refused_no_alert" {
			t.Errorf("%d %s", resp.StatusCode, b)
		}
	}
	if len(d.stated) != 3 {
		t.Errorf("a part of what was refused is on record: %+v", d.stated[3:])
	}
}

// Whoever may not answer alerts changes nothing, whatever the address.
func TestNobodyAnswersAlertsWithoutThePermission(t *testing.T) {
	srv, d := openFloor(t)
	d.silences = []Silenced{{ID: "s1", State: SilenceActive}}
	for _, c := range []struct{ method, path, body string }{
		{"POST", "/api/v1/acknowledgements", `{"alerts": ["` + downID + `"]}`},
		{"POST", "/api/v1/silences", `{"matchers": ["site=\"alpha\""], "ends": "2099-01-01T00:00:00Z", "why": "w"}`},
		{"DELETE", "/api/v1/silences/s1", `{"why": "w"}`},
		{"POST", "/api/v1/covers", `{"schedule": "first", "person": "lee", "from": 1000, "to": 2000}`},
		{"POST", "/api/v1/takings", `{}`}, {"POST", "/api/v1/hand-overs", `{"note": "n"}`},
		{"POST", "/api/v1/drills", `{"rule": "DiskLow", "ends": "2099-01-01T00:00:00Z", "why": "w"}`},
		{"POST", "/alertmanager/api/v2/silences", `{}`}, {"DELETE", "/alertmanager/api/v2/silence/s1", ``},
	} {
		if resp, b := call(t, srv, c.method, c.path, "", c.body); resp.StatusCode != http.StatusUnauthorized || kindOf(t, b) != "no_actor" {
			t.Errorf("%s %s by nobody: %d %s", c.method, c.path, resp.StatusCode, b)
		}
		if resp, b := call(t, srv, c.method, c.path, "guess", c.body); resp.StatusCode != http.StatusUnauthorized || kindOf(t, b) != "denied" {
			t.Errorf("%s %s with a guess: %d %s", c.method, c.path, resp.StatusCode, b)
		}
		for _, role := range accounts.Roles() {
			if role.Can(accounts.Acknowledge) {
				continue
			}
			if resp, b := call(t, srv, c.method, c.path, role.String(), c.body); resp.StatusCode != http.StatusForbidden || kindOf(t, b) != "not_permitted" {
				t.Errorf("%s %s as %s: %d %s", c.method, c.path, role, resp.StatusCode, b)
			}
		}
	}
	if len(d.stated)+len(d.served) != 0 || len(d.silences) != 1 || d.silences[0].State != SilenceActive {
		t.Errorf("%+v %+v %+v", d.stated, d.served, d.silences)
	}
}
