package alerts

import (
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/alertmanager/alert"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/internal/messages"
)

// What a new version of Alertmanager asks for must not come out in its own words.
func TestEveryDefaultOfAlertmanagerIsOurs(t *testing.T) {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/prometheus/alertmanager").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	define := regexp.MustCompile(`{{-? *define "([^"]+)"`)
	names := func(glob string) (out []string) {
		files, err := filepath.Glob(glob)
		if err != nil || len(files) == 0 {
			t.Fatalf("no templates in %s (%v)", glob, err)
		}
		for _, f := range files {
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range define.FindAllStringSubmatch(string(b), -1) {
				out = append(out, m[1])
			}
		}
		return out
	}
	theirs := names(filepath.Join(strings.TrimSpace(string(dir)), "template", "*.tmpl"))
	ours := names("templates/*.tmpl")
	if len(theirs) < 50 {
		t.Fatalf("only %d of theirs found: is the search blind?", len(theirs))
	}
	for _, name := range theirs {
		if !slices.Contains(ours, name) {
			t.Errorf("%s is not defined by us", name)
		}
		if !strings.HasPrefix(name, "__") && !slices.Contains(slices.Concat(textDefaults(), htmlDefaults()), name) {
			t.Errorf("%s is not tried when templates are loaded", name)
		}
	}
	for i, name := range ours {
		if slices.Contains(ours[:i], name) {
			t.Errorf("%s is defined twice", name)
		}
	}
}

func TestTheUsersTemplatesPrevail(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	own := write("own.tmpl", `{{ define "email.default.subject" }}OURS {{ (letter . 0).Headline }}{{ end }}{{ define "team" }}{{ template "__subject" . }}{{ end }}`)
	all := []compliance.Alert{Sample(compliance.AlertSiteDown, homepage(), evening())}
	p, err := content().Preview("ko", []string{own, filepath.Join(dir, "none-*.tmpl")}, nil, all, evening())
	if err != nil || p.MailSubject != "OURS 홈페이지 중단 · 연결 거부됨" {
		t.Errorf("%q, %v", p.MailSubject, err)
	}
	for name, bad := range map[string]string{
		"not a template":     `{{ define "x" }}`,
		"an unknown call":    `{{ define "x" }}{{ nonsense . }}{{ end }}`,
		"an unknown field":   `{{ define "email.default.subject" }}{{ .Nonsense }}{{ end }}`,
		"an absent template": `{{ define "slack.default.text" }}{{ template "absent" . }}{{ end }}`,
		"a wrong place":      `{{ define "email.default.html" }}<a href="{{ if .Status }}">{{ end }}{{ end }}`,
	} {
		file := write("bad.tmpl", bad)
		if _, err := content().Template("ko", []string{file}, nil); err == nil {
			t.Errorf("%s was taken", name)
		} else if !strings.Contains(err.Error(), "bad.tmpl") && !strings.Contains(err.Error(), ".default.") {
			t.Errorf("%s: the error names no place: %v", name, err)
		}
	}
}

func TestTheExternalAddressIsGivenWithoutADashboard(t *testing.T) {
	c := content()
	c.DashboardURL = ""
	am := &url.URL{Scheme: "https", Host: "am.example.or.kr", Path: "/alertmanager"}
	p, err := c.Preview("en", nil, am, []compliance.Alert{Sample(compliance.AlertSiteDown, homepage(), evening())}, evening())
	if err != nil || !strings.Contains(p.MailText, am.String()) || strings.Contains(p.MailHTML, "/ack/") || strings.Contains(p.MailText, "watch.example") {
		t.Errorf("%v\n%s", err, p.MailText)
	}
}

// Alertmanager takes alerts from others, too: they must be told just as well.
func TestAlertsOfOthersAreTold(t *testing.T) {
	for _, lang := range messages.Languages() {
		tm, err := content().Template(lang, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		x := &alert.Alert{}
		x.Labels = labelSet(map[string]string{"alertname": "DiskFull", "instance": "db-1", "severity": "page"})
		x.Annotations = labelSet(map[string]string{"summary": "db-1 is full: 97 %", "description": "Free: 3 %\nsince noon", "runbook_url": "https://wiki.example/disk"})
		x.StartsAt, x.GeneratorURL = evening(), "https://prometheus.example/graph"
		bare := &alert.Alert{}
		bare.Labels, bare.StartsAt, bare.EndsAt = labelSet(map[string]string{"job": "node"}), evening().Add(-200*24*60*60*1e9), evening().Add(-199*24*60*60*1e9)
		text, err := tm.ExecuteTextString(EmailText, tm.Data("ops", nil, nil, "first notification", x, bare))
		for _, want := range []string{"[page] db-1 is full: 97 %", "Free: 3 %", "instance: db-1", "https://wiki.example/disk", "https://prometheus.example/graph", "job: node", "2026-11-24 18:03 (KST)"} {
			if err != nil || !strings.Contains(text, want) {
				t.Errorf("%s lacks %q (%v):\n%s", lang, want, err, text)
			}
		}
		if strings.Contains(text, "/ack/") {
			t.Error("an alert that is not ours can be answered here")
		}
	}
}

func TestNothingFromOutsideIsMarkup(t *testing.T) {
	a := Sample(compliance.AlertNoticeUnclear, homepage(), evening())
	a.Detail = "<!channel> <b>공지</b> [x](https://evil.example) @everyone *_`\r\nBcc: a@example.com\u202e"
	for _, lang := range messages.Languages() {
		p, err := content().Preview(lang, nil, nil, []compliance.Alert{a}, evening())
		if err != nil {
			t.Fatal(err)
		}
		if strings.ContainsAny(p.MailSubject, "\r\n\u202e") || strings.ContainsAny(p.SMS, "\r\n") {
			t.Errorf("a summary has several lines: %q", p.MailSubject)
		}
		for what, found := range map[string]bool{
			"mail": strings.Contains(p.MailHTML, "<b>공지"), "slack": strings.Contains(p.SlackText+p.SlackTitle, "<!"),
			"markdown": strings.Contains(p.Markdown, "[x](https") || strings.Contains(p.Markdown, "@everyone"),
		} {
			if found {
				t.Errorf("%s has markup from a watched site", what)
			}
		}
	}
}

func TestAllOfALetterCanBeAnsweredAtOnce(t *testing.T) {
	var many []compliance.Alert
	for i := range 21 {
		many = append(many, Sample(compliance.AlertSiteDown, compliance.Site{ID: fmt.Sprint("site-", i)}, evening()))
	}
	acked := slices.Clone(many[:3])
	acked[2].Acked = &compliance.Acked{At: evening()}
	for name, c := range map[string]struct {
		all    []compliance.Alert
		named  int
		labels map[string]string
	}{
		"one":                  {many[:1], 0, nil},
		"few":                  {many[:3], 3, nil},
		"one answered already": {acked, 2, nil},
		"many":                 {many, 0, map[string]string{"alertname": "SiteDown", "severity": "critical", "clause": "availability"}},
	} {
		con := content()
		con.Person = "kim"
		tm, err := con.Template("ko", nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		l, err := con.letterOf("ko", con.data(tm, "r", c.all, evening()), 20)
		if err != nil {
			t.Fatal(err)
		}
		if c.named == 0 && c.labels == nil {
			if l.AckAll != "" {
				t.Errorf("%s: %s", name, l.AckAll)
			}
			continue
		}
		link, err := signer().Open(strings.TrimPrefix(l.AckAll, "https://watch.example.or.kr/ack/"), evening().Add(linkFor))
		if err != nil || len(link.Alerts) != c.named || len(link.Labels) != len(c.labels) || link.Person != "kim" {
			t.Errorf("%s: %+v, %v", name, link, err)
		}
		if c.labels != nil && (!carries(link.Labels, c.labels) || !link.Before.Equal(evening())) {
			t.Errorf("%s: %+v", name, link)
		}
		if len(l.AckAll) > 1500 {
			t.Errorf("%s: an address of %d bytes", name, len(l.AckAll))
		}
		one, err := signer().Open(strings.TrimPrefix(l.Firing[0].Acknowledge, "https://watch.example.or.kr/ack/"), evening())
		if err != nil || one.Person != "kim" || len(one.Alerts) != 1 {
			t.Errorf("%s: the link of one alert is %+v, %v", name, one, err)
		}
	}
}

func TestLongLettersAreCut(t *testing.T) {
	tm, err := content().Template("ko", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	data := content().data(tm, "r", occasions()["many"], evening())
	limits := map[string]int{ // in characters, as Alertmanager cuts; in bytes where it says so
		"telegram.default.message": 4096, "discord.default.title": 256, "discord.default.message": 4096, "pushover.default.title": 250, "pushover.default.message": 1024,
		"pushover.default.url": 512, "opsgenie.default.message": 130, "slack.default.title": 1024, "victorops.default.state_message": 20480, "mattermost.default.text": 16383,
		"jira.default.summary": 255, "jira.default.description": 32767, "pagerduty.default.description": 1024, "sns.default.subject": 100,
	}
	for name, most := range limits {
		text, err := tm.ExecuteTextString(`{{ template "`+name+`" . }}`, data)
		if n := len([]rune(text)); err != nil || n > most {
			t.Errorf("%s has %d characters, %d are shown (%v)", name, n, most, err)
		}
	}
	for name, most := range map[string]int{"webex.default.message": 7439} {
		if text, err := tm.ExecuteTextString(`{{ template "`+name+`" . }}`, data); err != nil || len(text) > most {
			t.Errorf("%s has %d bytes, %d are shown (%v)", name, len(text), most, err)
		}
	}
	html, err := tm.ExecuteHTMLString(`{{ template "email.default.html" . }}`, data)
	if err != nil || len(html) > 100_000 || strings.Count(html, "먼저 할 일") != 20 || !strings.Contains(html, "480건") {
		t.Errorf("a mail of %d bytes (%v)", len(html), err)
	}
}
