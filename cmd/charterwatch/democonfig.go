package main

import (
	"bytes"
	"fmt"
	"path/filepath"

	"github.com/charterwatch/charterwatch/demo"
)

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

web: {listen: %q}
store: {sqlite: store}
uplink: {canaries: [%q]}

sites:
`, demo.NameKO, demo.NameEN, listen, "dns://"+e.DNSAddr())
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
		b.WriteString("    checks:\n      - {id: front, kind: http, interval: 5s, timeout: 4s, critical: true, expect: {body_contains: 협회}}\n")
		b.WriteString("      - {id: cert, kind: tls, interval: 1m, expect: {expires_after: 7d}}\n")
		b.WriteString(extraChecks(e, s))
	}
	return b.Bytes()
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
