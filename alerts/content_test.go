package alerts

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/internal/messages"
	"github.com/charterwatch/charterwatch/probes"
)

// seoul is the zone of the organisation in these tests.
var seoul = time.FixedZone("KST", 9*60*60)

// evening is when these tests take place.
func evening() time.Time { return time.Date(2026, 11, 24, 9, 3, 0, 0, time.UTC) }

func homepage() compliance.Site {
	return compliance.Site{
		ID: "homepage", Name: compliance.Name{KO: "홈페이지", EN: "Homepage"}, Owner: "정보시스템부", URL: "https://www.example.or.kr/",
		Checks: []compliance.CheckSpec{{ID: "homepage/front"}},
	}
}

func content() Content {
	return Content{
		Site: func(id string) (compliance.Site, bool) {
			s := homepage()
			return s, id == s.ID
		},
		DashboardURL: "https://watch.example.or.kr", Organisation: compliance.Name{KO: "예시협회", EN: "Example Association"}, Zone: seoul,
		Runbooks: map[compliance.AlertRule]string{compliance.AlertSiteDown: "https://wiki.example.or.kr/site-down", "": "https://wiki.example.or.kr/alerts"},
		Promises: map[compliance.Clause]Promise{"inquiry-online": {
			Title: compliance.Name{KO: "온라인 문의 답변", EN: "Answers to online inquiries"},
			Words: compliance.Name{KO: "온라인으로 문의하실 경우 1일 이내 답변 드리겠습니다", EN: "Each online inquiry was answered within 1 day."},
		}},
		Signer: NewSigner([]byte(strings.Repeat("k", 32))), Now: evening,
	}
}

func TestEveryRuleHasWordsInEveryLanguage(t *testing.T) {
	for _, lang := range messages.Languages() {
		w := content().wording(lang)
		for _, rule := range compliance.AlertRules() {
			for _, drill := range []bool{false, true} {
				a := Sample(rule, homepage(), evening())
				a.Drill = drill
				for _, ended := range []bool{false, true} {
					if ended {
						a.End = evening()
					}
					text := strings.Join([]string{w.title(rule), w.summary(a, evening()), w.description(a, evening()), w.clock(a, evening()), w.promises(a), w.severity(a.Severity)}, "\n")
					if strings.ContainsAny(text, "{}") || strings.Contains(text, "alert_") || strings.Contains(text, "promise.") || strings.Contains(text, "reason.") {
						t.Errorf("%s of %s: a text is missing in\n%s", lang, rule, text)
					}
				}
			}
		}
	}
}

func TestLabelsStayWhileAnAlertStands(t *testing.T) {
	for _, rule := range compliance.AlertRules() {
		a := Sample(rule, homepage(), evening())
		was := content().Labels(a)
		a.Detail, a.Percent, a.Reason, a.Vantages, a.Recovery, a.ETA = "other", 99, probes.Timeout, []string{"x", "y"}, evening(), evening()
		a.Acked, a.Uncommitted, a.Limit, a.Gone, a.End = &compliance.Acked{}, true, evening(), evening(), evening()
		if !rule.BySubject() {
			a.Subject = "another"
		}
		if got := content().Labels(a); !maps.Equal(got, was) {
			t.Errorf("%s: %v became %v", rule, was, got)
		}
		if a.Drill = true; content().Labels(a)["drill"] != "true" {
			t.Errorf("%s: a drill has no label", rule)
		}
	}
	want := map[string]string{"alertname": "NoticeMissing", "severity": "warning", "site": "homepage", "clause": "maintenance-notice", "subject": "sample"}
	if got := content().Labels(Sample(compliance.AlertNoticeMissing, homepage(), evening())); !maps.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestAnnotations(t *testing.T) {
	a := Sample(compliance.AlertSiteDown, homepage(), evening())
	a.Detail = "connection\nrefused\t" + strings.Repeat("x", 300)
	c := content()
	got := c.Annotations(a, evening())
	for key, want := range map[string]string{
		"summary": "홈페이지 중단 · 연결 거부됨", "summary_en": "Homepage is down · Connection refused", "clock": "복구 기한 2026-11-26 17:51 (KST)", "limit": "2026-11-26T08:51:00Z",
		"owner": "정보시스템부", "runbook": "https://wiki.example.or.kr/site-down", "id": a.ID,
		"dashboard": "https://watch.example.or.kr/#/alerts/" + a.ID,
	} {
		if got[key] != want {
			t.Errorf("%s: %q, want %q", key, got[key], want)
		}
	}
	if !strings.Contains(got["description"], "\n확인 내용: 연결 거부됨 · connection refused xxx") || len([]rune(got["description"])) > 700 {
		t.Errorf("description:\n%s", got["description"])
	}
	if !strings.Contains(got["clause"], "365일 웹사이트를 운영하겠습니다") || !strings.Contains(got["clause"], "2일 이내에 서비스가 정상화") {
		t.Errorf("clause: %q", got["clause"])
	}
	if again := c.Annotations(a, evening().Add(10*time.Hour)); !maps.Equal(got, again) {
		t.Error("the annotations of an alert that did not change changed within the day")
	}
	c.Languages = []string{"en"}
	if got := c.Annotations(a, evening()); got["summary"] != "Homepage is down · Connection refused" || got["summary_en"] != "" || got["summary_ko"] != "" {
		t.Errorf("in English alone: %v", got)
	}
	later := c.Annotations(a, a.Limit)
	if !strings.Contains(later["clock"], "past its limit") {
		t.Errorf("once the limit has passed: %q", later["clock"])
	}
	for name, change := range map[string]func(*compliance.Alert){
		"answered": func(a *compliance.Alert) { a.Acked = &compliance.Acked{} }, "over": func(a *compliance.Alert) { a.End = evening() },
		"the watchdog": func(a *compliance.Alert) { a.Rule = compliance.AlertWatchdog },
	} {
		b := a
		if change(&b); c.Annotations(b, evening())["acknowledge"] != "" {
			t.Errorf("%s: there is a link to answer it", name)
		}
	}
	if a.Uncommitted = true; c.Annotations(a, evening())["uncommitted"] != "true" {
		t.Error("an uncommitted alert is not marked")
	}
}

func TestLinksInMessagesAreGoodForAWeek(t *testing.T) {
	for _, now := range []time.Time{evening(), evening().Truncate(24 * time.Hour), evening().Truncate(24 * time.Hour).Add(-time.Nanosecond)} {
		a := Sample(compliance.AlertSiteDown, homepage(), now)
		token, ok := strings.CutPrefix(content().Annotations(a, now)["acknowledge"], "https://watch.example.or.kr/ack/")
		l, err := signer().Open(token, now.Add(linkFor))
		if !ok || err != nil || !slices.Equal(l.Alerts, []string{a.ID}) || len(l.Labels) > 0 {
			t.Errorf("%s: %+v, %v", now, l, err)
		}
		if _, err := signer().Open(token, now.Add(linkFor+24*time.Hour)); err == nil {
			t.Errorf("%s: it is good for more than a day more", now)
		}
	}
}

// A site that is no longer watched, and content that was never configured, still say something.
func TestContentWithoutAnything(t *testing.T) {
	for _, rule := range compliance.AlertRules() {
		a := Sample(rule, homepage(), evening())
		got := Content{}.Annotations(a, evening())
		if got["summary"] == "" || !strings.Contains(got["description"], "(UTC)") || got["dashboard"]+got["acknowledge"]+got["runbook"] != "" {
			t.Errorf("%s: %v", rule, got)
		}
	}
	if _, err := (Content{}).Template("en", nil, nil); err != nil {
		t.Error(err)
	}
}

func TestSamplesAreLikeRealAlerts(t *testing.T) {
	for _, rule := range compliance.AlertRules() {
		a := Sample(rule, homepage(), evening())
		if a.ID == "" || a.Rule != rule || a.Severity == "" || rule.Clause() != "" && a.Clause != rule.Clause() || rule.AboutMonitor() != (a.Site == "") || rule.BySubject() && a.Subject == "" || !a.Open() {
			t.Errorf("%s: %+v", rule, a)
		}
	}
}

func TestRecordsAreToldByTheirPromise(t *testing.T) {
	c := content()
	for rule, want := range map[compliance.AlertRule][]string{
		compliance.AlertCaseDueTomorrow: {"곧 처리 기한이 지나는 건 · 온라인 문의 답변 3건, 2026-11-25까지", "온라인 문의 답변 “온라인으로 문의하실 경우 1일 이내 답변 드리겠습니다”", "처리 기한 2026-11-25 18:00 (KST)", "Q-1021, Q-1022, Q-1024"},
		compliance.AlertCaseOverdue:     {"처리 기한이 지난 건 · 온라인 문의 답변 2건(지연 통보 없음 1건)", "온라인 문의 답변 “온라인으로", "처리 기한 2026-11-23 18:00 (KST) · 기한 지남", "Q-1007, Q-1010"},
		// A clause that the charter no longer has is named by its id.
		compliance.AlertAttestationExpiring: {"확인서 만료 예정 · privacy-policy 2026-12-14까지", "privacy-policy", "확인서 만료 2026-12-14 18:00 (KST)", "개인정보 처리방침 검토"},
		compliance.AlertReportUnsigned:      {"월간 보고서 서명 필요 · 2026-10", "standards-review", "서명 기한 2026-11-25 18:00 (KST)", "먼저 할 일"},
	} {
		a := Sample(rule, homepage(), evening())
		got := c.Annotations(a, evening())
		if got["summary"] != want[0] || !strings.HasPrefix(got["clause"], want[1]) || got["clock"] != want[2] || !strings.Contains(got["description"], want[3]) {
			t.Errorf("%s: %q", rule, got)
		}
		if l := c.Labels(a); l["clause"] != string(a.Clause) || l["subject"] != a.Subject || l["site"] != "" {
			t.Errorf("%s: %v", rule, l)
		}
	}
	a := Sample(compliance.AlertCaseOverdue, homepage(), evening())
	if got := c.Annotations(a, evening()); got["summary_en"] != "Cases past their limit · Answers to online inquiries: 2 (1 with no delay notice)" || got["clause_en"] != "Answers to online inquiries: Each online inquiry was answered within 1 day." {
		t.Errorf("%q", got)
	}
	if a.Drill = true; strings.Contains(c.Annotations(a, evening())["summary"], "건(") {
		t.Error("an exercise has no figures")
	}
}
