package alerts

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/internal/accounts"
	"github.com/charterwatch/charterwatch/internal/messages"
)

var update = flag.Bool("update", false, "write the golden files anew")

// occasions are notifications that the golden files show.
func occasions() map[string][]compliance.Alert {
	now := evening()
	sample := func(r compliance.AlertRule, change func(*compliance.Alert)) compliance.Alert {
		a := Sample(r, homepage(), now)
		if change != nil {
			change(&a)
		}
		return a
	}
	over := func(a *compliance.Alert) { a.Gone, a.End = now.Add(-time.Minute), now }
	drill := sample(compliance.AlertSiteDown, nil)
	drill.Drill, drill.Detail, drill.Reason, drill.Vantages = true, "가을 훈련", 0, nil
	down := sample(compliance.AlertSiteDown, func(a *compliance.Alert) {
		a.Recovery, a.ETA = now.Add(-2*time.Minute), now.Add(3*time.Hour).Truncate(time.Minute)
		a.Acked = &compliance.Acked{By: accounts.Actor{ID: "link/kim", Name: "김관제"}, At: now.Add(-5 * time.Minute)}
	})
	var many []compliance.Alert
	for i := range 500 {
		s := compliance.Site{ID: fmt.Sprintf("site-%03d", i)}
		many = append(many, Sample(compliance.AlertSiteDown, s, now.Add(time.Duration(i)*time.Second)))
	}
	return map[string][]compliance.Alert{
		"down": {sample(compliance.AlertSiteDown, nil)},
		"group": {
			sample(compliance.AlertCertificateExpiring, nil), sample(compliance.AlertSiteDown, nil), sample(compliance.AlertRecoveryUnannounced, nil),
			sample(compliance.AlertNoticeMissing, nil), sample(compliance.AlertLatencyHigh, over),
		},
		"resolved":    {sample(compliance.AlertSiteDown, over)},
		"drill":       {drill},
		"uncommitted": {sample(compliance.AlertSiteDown, func(a *compliance.Alert) { a.Uncommitted = true })},
		"answered":    {down},
		"monitor":     {sample(compliance.AlertStoreTrouble, nil), sample(compliance.AlertShiftUntaken, nil), sample(compliance.AlertDeliveryFailing, nil)},
		"records":     {sample(compliance.AlertCaseDueTomorrow, nil), sample(compliance.AlertCaseOverdue, nil), sample(compliance.AlertAttestationLapsed, nil), sample(compliance.AlertReportUnsigned, nil)},
		"many":        many,
	}
}

func TestPreviewsAreAsTheyWere(t *testing.T) {
	for name, all := range occasions() {
		for _, lang := range messages.Languages() {
			c := content()
			p, err := c.Preview(lang, nil, nil, all, evening())
			if err != nil {
				t.Fatal(err)
			}
			base := filepath.Join("testdata", name+"."+lang)
			golden(t, base+".html", p.MailHTML)
			golden(t, base+".txt", strings.Join([]string{
				"# mail: " + p.MailSubject, p.MailText, "# slack: " + p.SlackTitle, p.SlackText, "# markdown", p.Markdown, "# sms", p.SMS, "# lms", p.LMS,
			}, "\n\n")+"\n")
			var hook map[string]any
			if err := json.Unmarshal([]byte(p.Webhook), &hook); err != nil || hook["version"] != "4" {
				t.Errorf("%s: the webhook's JSON: %v", name, err)
			}
		}
	}
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (go test ./alerts -run Preview -update, and look at it):\n%s", file, got)
	}
}

// relative finds words that are wrong once time has passed.
var relative = regexp.MustCompile(`(?i)\bago\b|\bleft\b|\bin \d+ (min|h|d)\b|남았|남음|전부터|분 전|시간 전|방금|\bnow\b`)

func TestNothingIsSaidRelativeToNow(t *testing.T) {
	for _, rule := range compliance.AlertRules() {
		a := Sample(rule, homepage(), evening())
		for key, text := range content().Annotations(a, evening()) {
			if found := relative.FindString(text); found != "" {
				t.Errorf("%s of %s says %q: %s", key, rule, found, text)
			}
		}
	}
}
