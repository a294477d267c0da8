package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/internal/messages"
	"github.com/charterwatch/charterwatch/probes"
)

// judged names a result's outcome and reason, for people and for those who look them up.
func judged(r probes.Result) (outcome, reason messages.Message) {
	return messages.Named("outcome", r.Outcome.String()), messages.Named("reason", r.Reason.String())
}

// printResult shows what a look found. What the other side sent, and the detail, which is
// evidence, stand as they were recorded.
func (t *terminal) printResult(spec compliance.CheckSpec, r probes.Result) {
	var rows table
	row := func(name string, v any) {
		if s := fmt.Sprint(v); s != "" && s != "0" && s != "0s" {
			rows.row(name, s)
		}
	}
	outcome, reason := judged(r)
	row(t.text("cli.probe.check"), spec.ID+" ("+spec.Kind+")")
	row(t.text("cli.probe.target"), spec.Target)
	row(t.text("cli.probe.outcome"), t.speech.Say(outcome))
	row(t.text("cli.probe.reason"), t.text("cli.probe.reason_value", "name", r.Reason, "word", reason))
	row(t.text("cli.probe.detail"), r.Detail)
	row(t.text("cli.probe.took"), r.Duration.Round(time.Microsecond))
	row("  "+t.text("cli.probe.resolve"), r.Phases.Resolve.Round(time.Microsecond))
	row("  "+t.text("cli.probe.connect"), r.Phases.Connect.Round(time.Microsecond))
	row("  "+t.text("cli.probe.handshake"), r.Phases.TLS.Round(time.Microsecond))
	row("  "+t.text("cli.probe.processing"), r.Phases.Processing.Round(time.Microsecond))
	row("  "+t.text("cli.probe.transfer"), r.Phases.Transfer.Round(time.Microsecond))
	f := r.Facts
	row(t.text("cli.probe.address"), f.Address)
	row(t.text("cli.probe.status"), f.HTTPStatus)
	row(t.text("cli.probe.http"), f.HTTPVersion)
	row(t.text("cli.probe.bytes"), f.BodyBytes)
	row(t.text("cli.probe.redirects"), f.Redirects)
	row(t.text("cli.probe.tls"), f.TLSVersion)
	row(t.text("cli.probe.cipher"), f.TLSCipher)
	if !f.CertNotAfter.IsZero() {
		row(t.text("cli.probe.certificate"), t.text("cli.probe.certificate_value", "until", f.CertNotAfter.Format(time.RFC3339), "issuer", f.CertIssuer))
	}
	row(t.text("cli.probe.dns"), f.DNSRcode)
	row(t.text("cli.probe.answers"), f.DNSAnswers)
	if c := r.Capture; c != nil {
		row(t.text("cli.probe.seen"), strings.TrimSpace(c.Method+" "+c.URL))
		for _, h := range c.Headers {
			row("  "+h[0], h[1])
		}
	}
	rows.print(t.out)
}
