package monitor

import (
	"fmt"
	"strings"
)

// Manual is the manual's page about the metrics, in Markdown, made from what describes them.
func Manual() string {
	var b strings.Builder
	b.WriteString(manualHead)
	var c catalogue
	describe(&c)
	for _, f := range c.families {
		labels := "-"
		if len(f.labels) > 0 {
			labels = "`" + strings.Join(f.labels, "`, `") + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", f.name, f.kind, labels, f.help)
	}
	return b.String()
}

const manualHead = `# Metrics

` + "`/metrics` answers Prometheus; [scrape.yml](../deploy/prometheus/scrape.yml) is a scrape configuration" + `. What a check's latest look found
has blackbox_exporter's names, so that dashboards and rules made for it go on working; what is said of the monitor begins with
charterwatch_. A look's metrics are there while it is fresh: a probe_success that stood still would be a claim about the present.

The labels are bounded by the configuration: ` + "`job`" + ` is the site's id, ` + "`instance`" + ` the target, ` + "`check`" + ` is site/check, ` + "`vantage`" + ` where it was
looked from, ` + "`reason`" + ` one of the closed list of reasons. The Go runtime's and the process's own metrics come with them.

` + "```" + `
# sites that are down
charterwatch_site_status{status="down"} == 1
# checks whose last look failed, and why
charterwatch_check_failing
# certificates that end within three weeks
probe_ssl_earliest_cert_expiry - time() < 21 * 86400
# how late looks begin, 99th percentile
histogram_quantile(0.99, sum by (le) (rate(charterwatch_slot_lateness_seconds_bucket[10m])))
` + "```" + `

This page is generated: ` + "`go test ./cmd/charterwatch -run Manual -update`" + `.

| metric | type | labels | meaning |
|---|---|---|---|
`
