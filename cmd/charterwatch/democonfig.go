package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/charterwatch/charterwatch/config"
	"github.com/charterwatch/charterwatch/demo"
)

// writeDemo writes what "charterwatch demo" watches, and who is told of it, and returns the
// path of the configuration.
func writeDemo(dir string, e *demo.Estate, listen string) (path string, err error) {
	path = filepath.Join(dir, "charterwatch.yaml")
	return path, errors.Join(os.WriteFile(filepath.Join(dir, "alertmanager.yml"), demoAlertmanager(e), 0o600),
		os.WriteFile(filepath.Join(dir, "charter.yaml"), []byte(shorterCharter("20s", "40s")), 0o600), os.WriteFile(path, demoConfig(e, listen), 0o600))
}

// shorterCharter is the charter of the program, but for when a recovery time must be announced.
func shorterCharter(after, within string) string {
	return strings.Replace(config.ShippedCharter(), "announce_after: 10m, announce_within: 30m", "announce_after: "+after+", announce_within: "+within, 1)
}

// demoConfig is the configuration that watches a simulated association. It is a file like
// any other, and a newcomer's first example.
func demoConfig(e *demo.Estate, listen string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `# What "charterwatch demo" watches: made anew at each start.
organisation:
  name: {ko: %s, en: %s}
  timezone: Asia/Seoul

policies:
  default:
    confirm: {failures: 3, reprobe: 1s}
    recover: {passes: 2, hold: 20s}
    degraded: {latency_p95: 1s}

# Shorter than the charter's 10 and 30 minutes, so that a newcomer sees the clocks run.
charter: charter.yaml

# Mail, SMS and webhooks go to %s, where you can read them.
alerting:
  alertmanager: {embedded: alertmanager.yml}
  heartbeat: %s/heartbeat
  quiet_hours: [{from: "22:00", to: "07:00"}]
on_call:
  people:
    - {id: first, name: {ko: 당직자 1, en: Engineer 1}, receivers: [first-sms, first-mail]}
    - {id: second, name: {ko: 당직자 2, en: Engineer 2}, receivers: [second-mail], language: en}
  schedules:
    - {id: primary, name: {ko: 1차 당직, en: Primary}, people: [first, second], from: 2026-01-05, days: 7}
  escalations:
    - {receiver: on-call, steps: [{schedules: primary}, {after: 2m, people: [first, second]}]}
watch_floor:
  shifts: [{name: day, from: "09:00"}, {name: night, from: "21:00"}]

# Reports go to the same inbox.
mail: {server: %q, from: charterwatch@demo.association, security: none}
reports:
  monthly: {sign: [drafter, reviewer, approver], send_to: [ceo@demo.association], publish_to: [staff@demo.association]}
  simulated: true

web: {listen: %q, external_url: %q}
store: {sqlite: store}
evidence: {checkpoint_every: 1m, send_checkpoints_to: [{file: checkpoints-kept-elsewhere.txt}]}
uplink: {canaries: [%q]}
%s
sites:
`, demo.NameKO, demo.NameEN, e.InboxURL(), e.InboxURL(), e.SMTPAddr(), listen, "http://"+listen, "dns://"+e.DNSAddr(), browser())
	for _, s := range e.Sites() {
		fmt.Fprintf(&b, `  - id: %s
    name: {ko: %q, en: %q}
    url: %s
    owner: demo
    ca: %s
`, s.ID, s.KO, s.EN, s.HTTPSURL, filepath.Base(e.CAFile()))
		if s.ID == demo.Statistics {
			fmt.Fprintf(&b, "    service_hours:\n      - {close: \"00:00-00:30\", notice: %shours}\n", s.HTTPSURL)
		}
		b.WriteString(promised(s))
		fmt.Fprintf(&b, "    notices:\n%s", boards(s))
		b.WriteString("    checks:\n      - {id: front, kind: http, interval: 5s, timeout: 4s, critical: true, expect: {body_contains: 협회}}\n")
		b.WriteString("      - {id: cert, kind: tls, interval: 1m, expect: {expires_after: 7d}}\n")
		b.WriteString(extraChecks(e, s))
	}
	return b.Bytes()
}

// browser lets root take pictures: Chromium refuses its sandbox to root. Only the demo's
// own pages are rendered.
func browser() string {
	if os.Geteuid() == 0 {
		return "browser: {no_sandbox: true}\n"
	}
	return ""
}

// promisedWords are the words of every clause of the charter that the program ships: the demo's
// charter page carries them.
func promisedWords() (out []string, err error) {
	c, err := config.LoadCharter("")
	for _, cl := range c.Clauses {
		out = append(out, cl.Words)
	}
	return out, err
}

// promised are the pages that clauses speak of, and the clauses that a site is named for.
func promised(s demo.Site) string {
	switch s.ID {
	case demo.Homepage:
		return `    pages:
      - {id: charter, url: charter, clauses: [charter-published], words: true, every: 1m}
      - {id: privacy, url: privacy, clauses: [privacy-policy], every: 1m}
      - {id: about, url: about, clauses: [information-disclosure], every: 1m}
`
	case demo.Statistics:
		return "    pages:\n      - {id: daily, url: stat, clauses: [information-freshness, information-centre], within: 1 business day, every: 1m}\n"
	case demo.Licences:
		return "    pages:\n      - {id: search, url: search, clauses: [result-checkable], every: 1m}\n"
	case demo.CustomerCentre:
		return "    clauses: [inquiry-centre]\n"
	}
	return ""
}

// boards shows the kinds of places where notices are posted, each where it makes sense.
func boards(s demo.Site) string {
	list := "      - {kind: html, url: notice/list, every: 15s}\n"
	switch s.ID {
	case demo.Homepage:
		// The homepage tells of the customer centre, which is a part of it.
		return "      - {kind: html, url: notice/list, every: 15s, also: [{site: customer-centre, counts: true}]}\n      - {kind: banner, url: /, every: 30s}\n"
	case demo.Statistics:
		return list + "      - {kind: ical, url: notice/calendar.ics, every: 30s}\n"
	case demo.Regulations:
		return list + "      - {kind: feed, url: notice/feed.xml, every: 30s}\n"
	case demo.CustomerCentre:
		return list + "      - {kind: statuspage, url: status, every: 30s}\n"
	default:
		return list
	}
}

// extraChecks shows the other kinds, each where it makes sense.
func extraChecks(e *demo.Estate, s demo.Site) string {
	switch s.ID {
	case demo.Homepage:
		return fmt.Sprintf("      - {id: names, kind: dns, interval: 30s, name: www.%s, server: %q}\n      - {id: mail, kind: tcp, interval: 30s, address: %q, script: [{expect: \"^220 \"}, {send: \"QUIT\\\\r\\\\n\"}]}\n",
			demo.Zone, e.DNSAddr(), e.SMTPAddr())
	case demo.Statistics:
		return "      - {id: market, kind: http, interval: 15s, url: api/v1/market.json, expect: {json: \"status == 200 && len(body) > 0\"}}\n"
	case demo.CustomerCentre:
		return `      - id: login
        kind: journey
        interval: 30s
        steps:
          - {name: form, url: login, captures: [{name: csrf, field: csrf}]}
          - name: log in
            url: login
            form: [{name: csrf, value: "${csrf}"}, {name: id, value: demo}, {name: password, value: demo}]
            expect: {body_contains: 문의 내역}
      - {id: nightly-batch, kind: push, interval: 1h, grace: 10m}
`
	default:
		return ""
	}
}

// demoAlertmanager is who is told in the demo: an Alertmanager's own file, unchanged.
func demoAlertmanager(e *demo.Estate) []byte {
	return fmt.Appendf(nil, `# Who is told in "charterwatch demo": made anew at each start.
global:
  smtp_smarthost: %q
  smtp_from: charterwatch@demo.association
  smtp_require_tls: false
route:
  receiver: staff
  group_by: [alertname, severity]
  group_wait: 2s
  group_interval: 15s
  repeat_interval: 4h
  routes:
    - {receiver: dead-man, matchers: [alertname = Watchdog], group_wait: 0s, group_interval: 1m, repeat_interval: 1m}
    - {receiver: on-call, matchers: [severity = critical]}
receivers:
  - name: staff
    email_configs: [{to: staff@demo.association, send_resolved: true}]
  - name: on-call # served by the escalation of the same name
  - name: first-sms
    webhook_configs:
      - url: %[2]s/sms
        payload: |-
          {"to": "first", "text": {{ (letter . 0).SMS | toJson }}}
  - name: first-mail
    email_configs: [{to: first@demo.association, send_resolved: true}]
  - name: second-mail
    email_configs: [{to: second@demo.association, send_resolved: true}]
  - name: dead-man
    webhook_configs: [{url: %[2]s/webhook/dead-man, send_resolved: false}]
`, e.SMTPAddr(), e.InboxURL())
}
