package monitor

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/charterwatch/charterwatch/probes"
)

// WriteResult tells people what a look saw: phases, facts and, of an answer that did not
// pass, the headers as the probe redacted them. The page itself is not shown.
func WriteResult(out io.Writer, kind, target string, r probes.Result) {
	t := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	row := func(k string, v any) {
		if s := fmt.Sprint(v); s != "" && s != "0" && s != "0s" {
			fmt.Fprintf(t, "%s\t%s\n", k, s)
		}
	}
	row("check", fmt.Sprintf("%s (%s)", r.Check, kind))
	row("target", target)
	row("outcome", r.Outcome)
	row("reason", r.Reason)
	row("detail", r.Detail)
	row("took", r.Duration.Round(time.Microsecond))
	for _, p := range []struct {
		name string
		d    time.Duration
	}{{"resolve", r.Phases.Resolve}, {"connect", r.Phases.Connect}, {"tls", r.Phases.TLS}, {"processing", r.Phases.Processing}, {"transfer", r.Phases.Transfer}} {
		row("  "+p.name, p.d.Round(time.Microsecond))
	}
	f := r.Facts
	row("address", f.Address)
	row("status", f.HTTPStatus)
	row("http", f.HTTPVersion)
	row("bytes", f.BodyBytes)
	row("redirects", f.Redirects)
	row("tls", f.TLSVersion)
	row("cipher", f.TLSCipher)
	if !f.CertNotAfter.IsZero() {
		row("certificate until", f.CertNotAfter.Format(time.RFC3339)+" by "+f.CertIssuer)
	}
	row("dns", f.DNSRcode)
	row("answers", f.DNSAnswers)
	if c := r.Capture; c != nil {
		row("as seen", strings.TrimSpace(fmt.Sprintf("%s %s", c.Method, c.URL)))
		for _, h := range c.Headers {
			row("  "+h[0], h[1])
		}
	}
	_ = t.Flush() // out is a terminal, a pipe or memory: there is nobody left to tell
}
