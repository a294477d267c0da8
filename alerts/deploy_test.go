package alerts

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/alertmanager/alert"
	amconfig "github.com/prometheus/alertmanager/config"
	amcommon "github.com/prometheus/alertmanager/config/common"
	"github.com/prometheus/alertmanager/notify"
	"github.com/prometheus/alertmanager/notify/webhook"
	amtemplate "github.com/prometheus/alertmanager/template"
	"github.com/prometheus/common/model"
	"go.yaml.in/yaml/v3"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/internal/messages"
	"github.com/charterwatch/charterwatch/internal/needs"
)

const deploy = "../deploy"

// run has a tool of Prometheus look at one of our examples.
func run(t *testing.T, dir, pkg, tool string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), needs.Tool(t, "apt-get install "+pkg, tool), args...)
	cmd.Dir = filepath.Join(deploy, dir)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", tool, strings.Join(args, " "), err, out)
	}
	return string(out)
}

func TestPrometheusRules(t *testing.T) {
	t.Parallel()
	run(t, "prometheus", "prometheus", "promtool", "check", "rules", "charterwatch.rules.yml")
	run(t, "prometheus", "prometheus", "promtool", "test", "rules", "charterwatch.rules_test.yml")
}

// Whoever alerts from Prometheus gets alerts of the same names, severities, clauses and words.
func TestPrometheusRulesSayWhatWeSay(t *testing.T) {
	var file struct {
		Groups []struct {
			Rules []struct {
				Alert               string
				Labels, Annotations map[string]string
			}
		}
	}
	decodeFile(t, "prometheus/charterwatch.rules.yml", &file)
	seen := map[string]bool{}
	for _, g := range file.Groups {
		for _, r := range g.Rules {
			if r.Alert == "" {
				continue
			}
			seen[r.Alert] = true
			rule := compliance.AlertRule(r.Alert)
			if !slices.Contains(compliance.AlertRules(), rule) {
				if r.Alert != "MonitorAbsent" { // the monitor cannot say this of itself
					t.Errorf("there is no rule %s", r.Alert)
				}
				continue
			}
			if got := compliance.Clause(r.Labels["clause"]); got != rule.Clause() {
				t.Errorf("%s has the clause %q, not %q", r.Alert, got, rule.Clause())
			}
			severity := Sample(rule, homepage(), evening()).Severity
			if got := compliance.Severity(r.Labels["severity"]); got != severity && gravity(string(got)) > gravity(string(severity)) {
				t.Errorf("%s is %s, milder than our %s", r.Alert, got, severity)
			}
			for i, lang := range messages.Languages() {
				said := r.Annotations[[]string{"summary", "summary_en"}[i]]
				var could []string
				for _, name := range []string{r.Alert, r.Alert + "_over"} {
					for _, percent := range []int{50, 75} {
						m := messages.Named("alert_summary", name, "site", "{{ $labels.site }}", "check", "{{ $labels.check }}", "percent", percent)
						could = append(could, messages.In(lang).Say(m))
					}
				}
				if !slices.Contains(could, said) {
					t.Errorf("%s says %q, we say one of %q", r.Alert, said, could)
				}
			}
		}
	}
	if len(seen) < 18 {
		t.Errorf("only %v are told", seen)
	}
}

func decodeFile(t *testing.T, name string, into any) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(deploy, name))
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(b, into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

func TestTheExampleOfAlertmanager(t *testing.T) {
	conf, err := amconfig.LoadFile(deploy + "/alertmanager/alertmanager.yml")
	if err != nil {
		t.Fatal(err)
	}
	if slices.Contains(conf.Route.GroupByStr, "site") || len(conf.Route.GroupByStr) == 0 {
		t.Errorf("grouped by %v: many sites that go down at once would be as many messages", conf.Route.GroupByStr)
	}
	if _, err := LoadRouting(deploy + "/alertmanager/alertmanager.yml"); err != nil {
		t.Error(err)
	}
	// An external Alertmanager mutes what ours does.
	own := inhibition()
	if len(own) != len(conf.InhibitRules) {
		t.Fatalf("%d rules of inhibition, ours are %d", len(conf.InhibitRules), len(own))
	}
	for i, r := range conf.InhibitRules {
		if a, b := saidOf(r), saidOf(own[i]); a != b {
			t.Errorf("rule %d of inhibition is\n%s\nours is\n%s", i, a, b)
		}
	}
	run(t, "alertmanager", "prometheus-alertmanager", "amtool", "check-config", "alertmanager.yml")
	for labels, want := range map[string]string{
		"alertname=SiteDown severity=critical site=a clause=availability":    "on-call,sms,operators",
		"alertname=SiteDown severity=critical site=a drill=true":             "operators",
		"alertname=NoticeUnclear severity=warning clause=maintenance-notice": "web-team",
		"alertname=CheckDown severity=warning site=a check=a/b":              "operators",
		"alertname=SiteDegraded severity=info site=a":                        "operators",
		"alertname=Watchdog severity=none":                                   "dead-man",
	} {
		args := append([]string{"config", "routes", "test", "--config.file=alertmanager.yml"}, strings.Fields(labels)...)
		out := strings.TrimSpace(run(t, "alertmanager", "prometheus-alertmanager", "amtool", args...))
		if got := out[strings.LastIndexByte(out, '\n')+1:]; got != want && !strings.HasPrefix(out, want+"\n") && !strings.HasPrefix(out, want+"Warning") {
			t.Errorf("%s goes to %q, not to %s", labels, out, want)
		}
	}
}

func templates(t *testing.T, lang string) *amtemplate.Template {
	t.Helper()
	tm, err := content().Template(lang, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return tm
}

// saidOf is what a rule of inhibition says, however it is written down.
func saidOf(r amcommon.InhibitRule) string {
	side := func(ms amcommon.Matchers) string {
		var out []string
		for _, m := range ms {
			values := strings.Split(m.Value, "|")
			if len(values) == len(compliance.AlertRules()) {
				continue // all of ours
			}
			slices.Sort(values)
			out = append(out, m.Name+"="+strings.Join(values, "|"))
		}
		slices.Sort(out)
		return strings.Join(out, " ")
	}
	equal := slices.Sorted(slices.Values(r.Equal))
	return side(r.SourceMatchers) + " mutes " + side(r.TargetMatchers) + " of the same " + strings.Join(equal, " ")
}

// gateway is what a webhook with the payload of a file sends.
func gateway(t *testing.T, tm *amtemplate.Template, payload any, all ...compliance.Alert) map[string]any {
	t.Helper()
	c := content()
	var got []byte
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		got, _ = io.ReadAll(r.Body) // what was not read does not decode
	}))
	defer s.Close()
	conf, err := amconfig.Load("route: {receiver: sms}\nreceivers: [{name: sms, webhook_configs: [{url: " + s.URL + "}]}]")
	if err != nil {
		t.Fatal(err)
	}
	hook := conf.Receivers[0].WebhookConfigs[0]
	hook.Payload = payload
	n, err := webhook.New(hook, tm, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	var list []*alert.Alert
	for _, a := range all {
		x := &alert.Alert{}
		x.Labels, x.Annotations, x.StartsAt, x.EndsAt = labelSet(c.Labels(a)), labelSet(c.Annotations(a, evening())), a.Start, a.End
		list = append(list, x)
	}
	ctx := notify.WithGroupKey(t.Context(), "{}")
	ctx = notify.WithReceiverName(notify.WithGroupLabels(ctx, model.LabelSet{}), "sms")
	if _, err := n.Notify(notify.WithNotificationReason(context.WithoutCancel(ctx), notify.ReasonFirstNotification), list...); err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	if err := json.Unmarshal(got, &out); err != nil {
		t.Fatalf("%v: %s", err, got)
	}
	return out
}

func TestGatewaysAreSentWhatIsWritten(t *testing.T) {
	for _, name := range []string{"payload.yml", "payload-alimtalk.yml"} {
		var file struct{ Payload any }
		decodeFile(t, "alertmanager/sms-gateway/"+name, &file)
		for _, lang := range messages.Languages() {
			tm := templates(t, lang)
			for _, rule := range compliance.AlertRules() {
				a := Sample(rule, homepage(), evening())
				a.Detail += ` "quoted": {x} [y] \ 'z' <b>` + "\n- 010" // nothing from outside may break the JSON
				got := gateway(t, tm, file.Payload, a)
				text, isText := got["text"].(string)
				to, isList := got["to"].([]any)
				if fallback, ok := got["fallback"].(map[string]any); ok {
					text, isText = fallback["text"].(string)
					for key, v := range got["variables"].(map[string]any) {
						if s, ok := v.(string); !ok || s == "" {
							t.Errorf("%s of %s: %s is %v", name, rule, key, v)
						}
					}
				}
				if !isText || !strings.HasPrefix(text, "[") || !isList || to[0] != "010-1234-5678" {
					t.Errorf("%s of %s in %s: %v", name, rule, lang, got)
				}
			}
		}
	}
	want := map[string]any{
		"type": "SMS", "from": "02-1234-5678", "to": []any{"010-1234-5678", "010-8765-4321"},
		"text": "[심각] 홈페이지 중단 · 연결 거부됨 11/24 17:51부터 기한 11/26 17:51",
	}
	var file struct{ Payload any }
	decodeFile(t, "alertmanager/sms-gateway/payload.yml", &file)
	got := gateway(t, templates(t, "ko"), file.Payload, Sample(compliance.AlertSiteDown, homepage(), evening()))
	key, _ := got["key"].(string)
	if delete(got, "key"); !strings.HasPrefix(key, "firing/") || !strings.HasSuffix(key, "/1") {
		t.Errorf("key %q", key)
	}
	if a, b := asJSON(t, got), asJSON(t, want); a != b {
		t.Errorf("%s, want %s", a, b)
	}
}

// The manual warns of this: a payload that is a mapping does not keep texts as they are.
func TestPayloadsThatAreMappingsLoseTexts(t *testing.T) {
	got := gateway(t, templates(t, "en"), map[string]any{"to": "01012345678", "text": `{{ "a: b" }}`}, Sample(compliance.AlertSiteDown, homepage(), evening()))
	if _, ok := got["to"].(string); ok {
		t.Error("numbers stay texts now: the manual of the gateway can say so")
	}
	if _, ok := got["text"].(string); ok {
		t.Error("texts with a colon stay texts now: the manual of the gateway can say so")
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// The manual's table is the rules as they are.
func TestTheManualListsEveryRule(t *testing.T) {
	b, err := os.ReadFile("../docs/alerting.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string][]string{}
	for l := range strings.Lines(string(b)) {
		if cells := strings.Split(strings.TrimSpace(l), "|"); len(cells) == 6 && strings.Contains(cells[1], "`") {
			for i := range cells {
				cells[i] = strings.Trim(cells[i], " `")
			}
			rows[cells[1]] = cells[2:5]
		}
	}
	for _, rule := range compliance.AlertRules() {
		row := rows[string(rule)]
		if severity := Sample(rule, homepage(), evening()).Severity; row == nil || !strings.HasPrefix(row[0], string(severity)) || row[2] != string(rule.Clause()) {
			t.Errorf("%s (%s, %s) is %q in the manual", rule, severity, rule.Clause(), row)
		}
		delete(rows, string(rule))
	}
	if len(rows) > 0 {
		t.Errorf("the manual lists what is no rule: %v", rows)
	}
}
