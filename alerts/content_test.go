package alerts

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/internal/messages"
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
		Signer:   NewSigner([]byte(strings.Repeat("k", 32))), Now: evening,
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
	tm, err := content().Template("ko", nil, &url.URL{Scheme: "https", Host: "am.example"})
	if err != nil {
		t.Fatal(err)
	}
	d := content().data(tm, "ops", []compliance.Alert{Sample(compliance.AlertSiteDown, homepage(), evening()), Sample(compliance.AlertBurnFast, homepage(), evening())}, evening())
	for _, n := range []string{"email.default.subject", "email.default.text", "slack.default.text", "charterwatch.sms", "charterwatch.lms", "msteams.default.text"} {
		s, err := tm.ExecuteTextString(`{{ template "`+n+`" . }}`, d)
		t.Logf("%s (%v)\n%s", n, err, s)
	}
}
