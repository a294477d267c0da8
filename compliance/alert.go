package compliance

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/charterwatch/charterwatch/internal/accounts"
	"github.com/charterwatch/charterwatch/probes"
)

// AlertRule names what an alert is about; it is the alert's alertname everywhere. The set is
// closed.
type AlertRule string

// The rules about sites.
const (
	AlertSiteDown            AlertRule = "SiteDown"            // customers cannot use the site
	AlertSiteDegraded        AlertRule = "SiteDegraded"        // usable, but slow or failing in a part
	AlertSiteUnseen          AlertRule = "SiteUnseen"          // not seen recently enough to say
	AlertCheckDown           AlertRule = "CheckDown"           // a check that is not critical fails
	AlertVantagesFailing     AlertRule = "VantagesFailing"     // some vantages fail, but no majority
	AlertLatencyHigh         AlertRule = "LatencyHigh"         // slower than the policy's limit
	AlertCertificateExpiring AlertRule = "CertificateExpiring" // or expired: the reason says which
	AlertNoticeMissing       AlertRule = "NoticeMissing"       // declared work is not announced yet
	AlertNoticeLate          AlertRule = "NoticeLate"          // announced too late
	AlertNoticeUnclear       AlertRule = "NoticeUnclear"       // a notice awaits a person's reading
	AlertHoursUnannounced    AlertRule = "HoursUnannounced"    // a standing notice no longer announces a closing time
	AlertBoardUnreadable     AlertRule = "BoardUnreadable"
	AlertWorkUnannounced     AlertRule = "WorkUnannounced"     // maintenance began without a notice
	AlertWorkOverrun         AlertRule = "WorkOverrun"         // announced work lasts beyond its window
	AlertRecoveryUnannounced AlertRule = "RecoveryUnannounced" // an outage without an announced time of recovery
	AlertRecoveryClock       AlertRule = "RecoveryClock"       // the time to restore service runs out
	AlertBurnFast            AlertRule = "BurnFast"            // the availability objective is being spent within days
	AlertBurnSlow            AlertRule = "BurnSlow"            // or before the month is over
	AlertCoverageLow         AlertRule = "CoverageLow"         // too little was observed for any verdict
)

// The rules about records: cases, attestations and reports. They stand in [MonitorScope], and each
// names its clause.
const (
	AlertCaseDueTomorrow     AlertRule = "CaseDueTomorrow"     // cases whose limit passes before the next business day is over
	AlertCaseOverdue         AlertRule = "CaseOverdue"         // cases past their limit, as far as is on record
	AlertAttestationExpiring AlertRule = "AttestationExpiring" // or one that is due this year
	AlertAttestationLapsed   AlertRule = "AttestationLapsed"
	AlertReportUnsigned      AlertRule = "ReportUnsigned"     // its deadline passes before the next business day is over
	AlertIncidentUnreported  AlertRule = "IncidentUnreported" // a regulator's clock runs
	AlertReportLate          AlertRule = "ReportLate"         // last month's report was not made on the first business day
)

// The rules about the monitor itself.
const (
	AlertUplinkDown      AlertRule = "UplinkDown"
	AlertStoreTrouble    AlertRule = "StoreTrouble"
	AlertDiskLow         AlertRule = "DiskLow"
	AlertCalendarEnding  AlertRule = "CalendarEnding"
	AlertConfigRefused   AlertRule = "ConfigRefused"
	AlertShiftUntaken    AlertRule = "ShiftUntaken"    // a shift began, and nobody has taken it
	AlertHandOverMissing AlertRule = "HandOverMissing" // a shift ended without a hand-over
	AlertDeliveryFailing AlertRule = "DeliveryFailing" // a receiver cannot be reached
	AlertWatchdog        AlertRule = "Watchdog"        // always stands: its silence is the alarm
)

var alertRules = []ruleInfo{
	{AlertSiteDown, SeverityCritical, ClauseAvailability, 0, 0},
	{AlertSiteDegraded, SeverityInfo, "", 15 * time.Minute, 5 * time.Minute},
	{AlertSiteUnseen, SeverityWarning, ClauseAvailability, 10 * time.Minute, 0},
	{AlertCheckDown, SeverityWarning, "", 0, 0},
	{AlertVantagesFailing, SeverityWarning, "", 0, 10 * time.Minute},
	{AlertLatencyHigh, SeverityWarning, "", 0, 10 * time.Minute},
	{AlertCertificateExpiring, SeverityWarning, "", 0, 0},
	{AlertNoticeMissing, SeverityWarning, ClauseMaintenance, 0, 0},
	{AlertNoticeLate, SeverityWarning, ClauseMaintenance, 0, 0},
	{AlertNoticeUnclear, SeverityWarning, ClauseMaintenance, 0, 0},
	{AlertHoursUnannounced, SeverityWarning, ClauseMaintenance, 0, 0},
	{AlertBoardUnreadable, SeverityWarning, ClauseMaintenance, time.Hour, 0},
	{AlertWorkUnannounced, SeverityWarning, ClauseMaintenance, 0, 0},
	{AlertWorkOverrun, SeverityCritical, ClauseMaintenance, 0, 0},
	{AlertRecoveryUnannounced, SeverityWarning, ClauseAnnouncement, 0, 0},
	{AlertRecoveryClock, SeverityInfo, ClauseRestoration, 0, 0},
	{AlertBurnFast, SeverityCritical, ClauseAvailability, 0, 5 * time.Minute},
	{AlertBurnSlow, SeverityWarning, ClauseAvailability, 0, 30 * time.Minute},
	{AlertCoverageLow, SeverityWarning, ClauseAvailability, 0, 10 * time.Minute},
	{AlertCaseDueTomorrow, SeverityWarning, "", 0, 0},
	{AlertCaseOverdue, SeverityWarning, "", 0, 0},
	{AlertAttestationExpiring, SeverityInfo, "", 0, 0},
	{AlertAttestationLapsed, SeverityWarning, "", 0, 0},
	{AlertIncidentUnreported, SeverityWarning, "", 0, 0},
	{AlertReportUnsigned, SeverityWarning, "", 0, 0},
	{AlertReportLate, SeverityWarning, "", 0, 0},
	{AlertUplinkDown, SeverityCritical, "", 0, time.Minute},
	{AlertStoreTrouble, SeverityCritical, "", 0, time.Minute},
	{AlertDiskLow, SeverityWarning, "", 0, 10 * time.Minute},
	{AlertCalendarEnding, SeverityWarning, "", 0, 0},
	{AlertConfigRefused, SeverityWarning, "", 0, 0},
	{AlertShiftUntaken, SeverityWarning, ClauseWatch, 0, 0},
	{AlertHandOverMissing, SeverityWarning, ClauseWatch, 0, 0},
	{AlertDeliveryFailing, SeverityCritical, "", 0, 0},
	{AlertWatchdog, SeverityNone, "", 0, 0},
}

type ruleInfo struct {
	rule     AlertRule
	severity Severity
	clause   Clause
	after    time.Duration
	keep     time.Duration
}

// AlertRules lists all rules, those about sites first.
func AlertRules() []AlertRule {
	out := make([]AlertRule, len(alertRules))
	for i, r := range alertRules {
		out[i] = r.rule
	}
	return out
}

func (r AlertRule) info() ruleInfo {
	i := slices.IndexFunc(alertRules, func(x ruleInfo) bool { return x.rule == r })
	if i < 0 {
		return ruleInfo{rule: r, severity: SeverityWarning}
	}
	return alertRules[i]
}

// Clause is the promise at stake; "" for none, or where each alert of the rule has its own.
func (r AlertRule) Clause() Clause { return r.info().clause }

// AboutMonitor says whether the rule is about records or the monitor itself and not a site.
func (r AlertRule) AboutMonitor() bool {
	i := slices.IndexFunc(alertRules, func(x ruleInfo) bool { return x.rule == r })
	return i >= slices.IndexFunc(alertRules, func(x ruleInfo) bool { return x.rule == AlertCaseDueTomorrow })
}

// BySubject says whether several alerts of the rule may stand at one site, for different
// subjects. Their subject is a label then; of other rules it is not, so that labels stay
// stable.
func (r AlertRule) BySubject() bool {
	switch r {
	case AlertNoticeMissing, AlertNoticeLate, AlertNoticeUnclear, AlertHoursUnannounced, AlertBoardUnreadable, AlertShiftUntaken, AlertHandOverMissing, AlertDeliveryFailing,
		AlertCaseDueTomorrow, AlertCaseOverdue, AlertAttestationExpiring, AlertAttestationLapsed, AlertIncidentUnreported, AlertReportUnsigned, AlertReportLate:
		return true
	}
	return false
}

// Severity is how soon somebody must act.
type Severity string

// The severities.
const (
	SeverityCritical Severity = "critical" // wakes the engineer on call
	SeverityWarning  Severity = "warning"  // within working hours
	SeverityInfo     Severity = "info"
	SeverityNone     Severity = "none" // of the Watchdog
)

// Severities lists them, the gravest first.
func Severities() []Severity {
	return []Severity{SeverityCritical, SeverityWarning, SeverityInfo, SeverityNone}
}

// MonitorScope stands in the place of a site for what concerns the monitor itself. No site
// can be called so.
const MonitorScope = "_monitor"

// Alert is one occurrence of something that people are to be told of, from when it was
// established until it is over. Successive versions share the ID. It is owed to its
// receivers from the transaction that it was committed in.
type Alert struct {
	ID       string    `json:"id"`
	Rule     AlertRule `json:"rule"`
	Severity Severity  `json:"severity"`
	Site     string    `json:"site,omitempty"` // "" of the monitor itself
	Check    string    `json:"check,omitempty"`
	Subject  string    `json:"subject,omitempty"` // outage, plan, notice, board, shift, receiver, clause, report, or incident and duty
	Clause   Clause    `json:"clause,omitempty"`  // the promise at stake

	Start  time.Time     `json:"start"`            // when what it speaks of began
	Raised time.Time     `json:"raised"`           // when it was established, and owed
	Gone   time.Time     `json:"gone,omitzero"`    // what it speaks of no longer holds since; it may return
	End    time.Time     `json:"end,omitzero"`     // it is over; zero while it stands
	Reason probes.Reason `json:"reason"`           // of the first failing look; OK where none failed
	Detail string        `json:"detail,omitempty"` // what was seen, in the language of whoever said it

	Vantages []string  `json:"vantages,omitempty"` // those that fail
	Clock    ClockKind `json:"clock,omitempty"`
	Limit    time.Time `json:"limit,omitzero"`    // of the clause's clock
	Percent  int       `json:"percent,omitempty"` // of a clock: mark passed; of a disk: free; of a burn rate: spent in the longer window
	Count    int       `json:"count,omitempty"`   // of cases
	Untold   int       `json:"untold,omitempty"`  // of them: overdue without an announcement of the delay
	Recovery time.Time `json:"recovery,omitzero"` // of an outage: recovering since
	ETA      time.Time `json:"eta,omitzero"`      // of an outage: announced time of recovery

	// Held says until when an announced window mutes notifications of it. It does not end the
	// observation.
	Held  time.Time `json:"held,omitzero"`
	Drill bool      `json:"drill,omitempty"` // an exercise: no evidence of anything
	Acked *Acked    `json:"acked,omitempty"`

	Settled time.Time `json:"settled,omitzero"` // its end was handed on for long enough; nothing more is owed

	// Uncommitted marks an alert that goes out although the store does not take it.
	Uncommitted bool `json:"-"`
}

// Acked says who answers an alert.
type Acked struct {
	By accounts.Actor `json:"by"`
	At time.Time      `json:"at"`
}

// Open says whether the alert stands.
func (a Alert) Open() bool { return a.End.IsZero() }

// Scope is the site it belongs to, or [MonitorScope].
func (a Alert) Scope() string {
	if a.Site == "" {
		return MonitorScope
	}
	return a.Site
}

// Key tells alerts apart that stand at the same time. Alerts that follow each other for the
// same thing share it.
func (a Alert) Key() string {
	parts := []string{string(a.Rule), a.Site, a.Check, string(a.Severity)}
	if a.Rule.BySubject() {
		parts = append(parts, a.Subject)
	}
	if a.Drill {
		parts = append(parts, "drill")
	}
	return strings.Join(parts, "|")
}

// named gives the alert its id: the same occurrence has the same one however often it is
// derived.
func (a Alert) named() Alert {
	h := sha256.Sum256(fmt.Appendf(nil, "%s|%s|%d", a.Key(), a.Subject, a.Start.UnixMilli()))
	a.ID = string(a.Rule) + "-" + hex.EncodeToString(h[:6])
	return a
}

// AlertTerms are what a configuration says of one rule.
type AlertTerms struct {
	Off      bool
	Severity Severity      // "": the rule's own
	After    time.Duration // it is raised once it has held so long; <0: at once
	Keep     time.Duration // it stands so long after it no longer holds, so that flapping is one alert; <0: not
}

// AlertPolicy is when people are told of what. The zero value is sound.
type AlertPolicy struct {
	Terms     map[AlertRule]AlertTerms
	Objective Ratio // availability that the organisation set itself, for burn rates; 0: 99.9 %
	DiskFree  int   // percent below which a disk is low; 0: 10
}

// terms of a rule, with defaults.
func (p AlertPolicy) terms(r AlertRule) AlertTerms {
	t, own := p.Terms[r], r.info()
	if t.Severity == "" {
		t.Severity = own.severity
	}
	def := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
		*d = max(*d, 0)
	}
	def(&t.After, own.after)
	def(&t.Keep, own.keep)
	return t
}

func (p AlertPolicy) objective() Ratio {
	if p.Objective <= 0 {
		return 99_900
	}
	return p.Objective
}

func (p AlertPolicy) diskFree() int {
	if p.DiskFree <= 0 {
		return 10
	}
	return p.DiskFree
}

// AlertQuery asks for alerts on record, the latest first.
type AlertQuery struct {
	ID       string    // "": of all
	Site     string    // "": of all; MonitorScope: of the monitor itself
	Open     bool      // only those that stand
	From, To time.Time // that stood at some time in [From, To); zero: no bound
	Limit    int       // 0: 1000
}
