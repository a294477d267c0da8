package alerts

import (
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/probes"
)

// Sample is an alert of the rule as it might stand at the site: for previews, and to try
// templates on.
func Sample(rule compliance.AlertRule, site compliance.Site, now time.Time) compliance.Alert {
	a := compliance.Alert{Rule: rule, Site: site.ID, Start: now.Add(-12 * time.Minute).Truncate(time.Second)}
	if rule.AboutMonitor() {
		a.Site = ""
	}
	check := site.ID + "/front"
	if len(site.Checks) > 0 {
		check = site.Checks[0].ID
	}
	sampleDetail(&a, check, now)
	// The policy gives it the id and the severity that a real one has.
	atOnce := compliance.AlertPolicy{Terms: map[compliance.AlertRule]compliance.AlertTerms{rule: {After: -1}}}
	standing, _ := atOnce.Step(nil, []compliance.Alert{a}, now)
	return standing[0]
}

// sampleDetail fills what the rule's alerts tell of.
func sampleDetail(a *compliance.Alert, check string, now time.Time) {
	failing := func(r probes.Reason, detail string) {
		a.Reason, a.Detail, a.Vantages = r, detail, []string{"main"}
	}
	clock := func(k compliance.ClockKind, limit time.Time, percent int) {
		a.Clock, a.Limit, a.Percent = k, limit, percent
	}
	switch a.Rule {
	case compliance.AlertSiteDown:
		failing(probes.ConnectRefused, "dial tcp: connection refused")
		clock(compliance.ClockRestoration, a.Start.Add(48*time.Hour), 0)
	case compliance.AlertCheckDown:
		a.Check = check
		failing(probes.Status, "503 Service Unavailable")
	case compliance.AlertVantagesFailing:
		a.Check = check
		failing(probes.ConnectTimeout, "no answer in 10s")
	case compliance.AlertLatencyHigh:
		a.Check = check
	case compliance.AlertCertificateExpiring:
		a.Check = check
		failing(probes.TLSExpiring, "expires "+now.Add(13*24*time.Hour).UTC().Format("2006-01-02"))
	case compliance.AlertNoticeMissing:
		a.Subject, a.Detail = "sample", "정기 점검"
		clock(compliance.ClockPosting, now.Add(5*time.Hour).Truncate(time.Minute), 75)
	case compliance.AlertNoticeLate, compliance.AlertNoticeUnclear:
		a.Subject, a.Detail, a.Limit = "sample", "정기 점검 안내", now.Add(-26*time.Hour).Truncate(time.Minute)
		if a.Rule == compliance.AlertNoticeUnclear {
			a.Limit = time.Time{}
		}
	case compliance.AlertHoursUnannounced:
		a.Subject, a.Detail = a.Site+"/hours-0", "00:00-00:30"
	case compliance.AlertBoardUnreadable:
		a.Subject, a.Detail = a.Site+"/notice", "no rows found"
	case compliance.AlertWorkOverrun, compliance.AlertWorkUnannounced:
		a.Subject = "sample"
		failing(probes.Status, "")
	case compliance.AlertRecoveryUnannounced:
		a.Subject = "sample"
		failing(probes.ConnectRefused, "")
		clock(compliance.ClockAnnouncement, a.Start.Add(30*time.Minute), 0)
	case compliance.AlertRecoveryClock:
		a.Subject, a.Start = "sample", now.Add(-25*time.Hour).Truncate(time.Second)
		failing(probes.ConnectRefused, "")
		clock(compliance.ClockRestoration, a.Start.Add(48*time.Hour), 50)
	case compliance.AlertBurnFast:
		a.Percent, a.Detail = 2, "1h0m0s"
	case compliance.AlertBurnSlow:
		a.Percent, a.Detail = 10, "72h0m0s"
	case compliance.AlertCoverageLow:
		a.Percent = 91
	case compliance.AlertDiskLow:
		a.Percent = 7
	case compliance.AlertCalendarEnding:
		a.Limit = now.Add(150 * 24 * time.Hour).Truncate(24 * time.Hour)
	case compliance.AlertShiftUntaken:
		a.Subject, a.Limit = "night "+now.Format("2006-01-02"), a.Start.Add(15*time.Minute)
	case compliance.AlertHandOverMissing:
		a.Subject, a.Limit = "day "+now.Format("2006-01-02"), now.Add(-time.Minute).Truncate(time.Second)
	case compliance.AlertDeliveryFailing:
		a.Subject = "on-call/email"
	default:
		sampleRecord(a, now)
	}
}

// sampleRecord fills what alerts about records tell of.
func sampleRecord(a *compliance.Alert, now time.Time) {
	about := func(c compliance.Clause, limit time.Time, detail string) {
		a.Clause, a.Subject, a.Limit, a.Detail = c, string(c), limit.Truncate(time.Hour), detail
	}
	const day = 24 * time.Hour
	switch a.Rule {
	case compliance.AlertCaseDueTomorrow:
		about("inquiry-online", now.Add(day), "Q-1021, Q-1022, Q-1024")
		a.Count = 3
	case compliance.AlertCaseOverdue:
		about("inquiry-online", now.Add(-day), "Q-1007, Q-1010")
		a.Start, a.Count, a.Untold = a.Limit, 2, 1
	case compliance.AlertAttestationExpiring:
		about("privacy-policy", now.Add(20*day), "개인정보 처리방침 검토")
	case compliance.AlertAttestationLapsed:
		about("privacy-policy", now.Add(-day), "개인정보 처리방침 검토")
		a.Start = a.Limit
	case compliance.AlertIncidentUnreported:
		a.Subject, a.Limit = "SEC-2026-4/intrusion-report", a.Start.Add(24*time.Hour)
	case compliance.AlertReportUnsigned, compliance.AlertReportLate:
		about("standards-review", now.Add(day), "")
		if a.Subject = now.AddDate(0, -1, 0).Format("2006-01"); a.Rule == compliance.AlertReportLate {
			a.Limit = now.Add(-day).Truncate(time.Hour)
			a.Start = a.Limit
		}
	}
}
