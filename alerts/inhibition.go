package alerts

import (
	"strings"

	amcommon "github.com/prometheus/alertmanager/config/common"
	"github.com/prometheus/alertmanager/pkg/labels"

	"github.com/charterwatch/charterwatch/compliance"
)

// inhibition are the rules that come with the program, besides those of alertmanager.yml:
//
//   - A site that is down mutes what follows from it at the same site.
//   - What is wrong in particular mutes that something is.
//   - Without an uplink nothing that needs one is believed.
//   - A graver alert mutes the milder one of the same rule about the same thing.
//
// An exercise never mutes an alert that is meant.
func inhibition() []amcommon.InhibitRule {
	const (
		down, degraded, unseen = compliance.AlertSiteDown, compliance.AlertSiteDegraded, compliance.AlertSiteUnseen
		check, vantages        = compliance.AlertCheckDown, compliance.AlertVantagesFailing
		slow, fast, coverage   = compliance.AlertLatencyHigh, compliance.AlertBurnFast, compliance.AlertCoverageLow
		burn                   = compliance.AlertBurnSlow
	)
	graver := func(name string, source compliance.Severity, targets ...compliance.Severity) amcommon.InhibitRule {
		r := mutes(name, compliance.AlertRules(), compliance.AlertRules(), "alertname", "site", "check", "subject")
		r.SourceMatchers = append(r.SourceMatchers, oneOf("severity", []compliance.Severity{source}))
		r.TargetMatchers = append(r.TargetMatchers, oneOf("severity", targets))
		return r
	}
	return []amcommon.InhibitRule{
		mutes("charterwatch-site-down", []compliance.AlertRule{down},
			[]compliance.AlertRule{check, degraded, vantages, slow, compliance.AlertCertificateExpiring, fast, burn}, "site"),
		mutes("charterwatch-particular", []compliance.AlertRule{check, slow, vantages}, []compliance.AlertRule{degraded}, "site"),
		mutes("charterwatch-uplink", []compliance.AlertRule{compliance.AlertUplinkDown},
			[]compliance.AlertRule{down, degraded, unseen, check, vantages, slow, coverage, fast, burn}),
		graver("charterwatch-critical", compliance.SeverityCritical, compliance.SeverityWarning, compliance.SeverityInfo),
		graver("charterwatch-warning", compliance.SeverityWarning, compliance.SeverityInfo),
	}
}

func mutes(name string, sources, targets []compliance.AlertRule, equal ...string) amcommon.InhibitRule {
	return amcommon.InhibitRule{
		Name:           name,
		SourceMatchers: amcommon.Matchers{oneOf("alertname", sources), oneOf("drill", []string{""})},
		TargetMatchers: amcommon.Matchers{oneOf("alertname", targets)},
		Equal:          equal,
	}
}

// oneOf matches a label that has one of the values, none of which holds anything that a
// regular expression would read.
func oneOf[T ~string](label string, values []T) *labels.Matcher {
	kind, all := labels.MatchEqual, make([]string, len(values))
	for i, v := range values {
		all[i] = string(v)
	}
	if len(values) > 1 {
		kind = labels.MatchRegexp
	}
	m, err := labels.NewMatcher(kind, label, strings.Join(all, "|"))
	if err != nil {
		panic("alerts: " + err.Error()) // names of rules and severities are words
	}
	return m
}
