package alerts

import (
	"cmp"
	"strings"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/internal/messages"
	"github.com/charterwatch/charterwatch/probes"
)

// wording puts alerts into words of one language.
type wording struct {
	Content
	messages.Speech
}

func (c Content) wording(lang string) wording { return wording{c, messages.In(lang)} }

// name is a display name in the language spoken, or in the other, or the id.
func (w wording) name(n compliance.Name, id string) string {
	if w.Lang() == "ko" {
		return line(cmp.Or(n.KO, n.EN, id), 60)
	}
	return line(cmp.Or(n.EN, n.KO, id), 60)
}

func (w wording) place(a compliance.Alert) string {
	if a.Site == "" {
		return w.Say(messages.New("alert_line.monitor"))
	}
	return w.name(w.site(a.Site).Name, a.Site)
}

// title is what the rule is called.
func (w wording) title(r compliance.AlertRule) string {
	return w.Say(messages.Named("alert_title", string(r)))
}

func (w wording) severity(s compliance.Severity) string {
	return w.Say(messages.Named("alert_severity", string(s)))
}

// promises are those at stake, one a line: the rule's own, and the one that its clock runs
// for.
func (w wording) promises(a compliance.Alert) string {
	var said []string
	for _, c := range []compliance.Clause{a.Clause, clauseOf(a.Clock)} {
		if c == "" || len(said) > 0 && c == a.Clause {
			continue
		}
		said = append(said, w.promise(c))
	}
	return strings.Join(said, "\n")
}

// promise is a clause with its words. Those that the engine itself watches have theirs in the catalogue.
func (w wording) promise(c compliance.Clause) string {
	if w.Has("promise." + string(c)) {
		return w.Say(messages.Named("promise", string(c)))
	}
	words := w.name(w.Promises[c].Words, "")
	if words == "" {
		return w.clause(c)
	}
	return w.Say(messages.New("alert_line.promise", "title", w.clause(c), "words", words))
}

// clause is what a clause is called.
func (w wording) clause(c compliance.Clause) string { return w.name(w.Promises[c].Title, string(c)) }

// clauseOf is the promise that a clock runs for.
func clauseOf(k compliance.ClockKind) compliance.Clause {
	switch k {
	case compliance.ClockPosting, compliance.ClockWindow:
		return compliance.ClauseMaintenance
	case compliance.ClockAnnouncement:
		return compliance.ClauseAnnouncement
	case compliance.ClockRestoration:
		return compliance.ClauseRestoration
	}
	return ""
}

// summary is what and where, in one line.
func (w wording) summary(a compliance.Alert, now time.Time) string {
	name := string(a.Rule)
	if over := name + "_over"; overdue(a, now) && w.Has("alert_summary."+over) {
		name = over
	}
	s := w.Say(messages.Named("alert_summary", name, "site", w.place(a), "check", a.Check, "percent", a.Percent))
	if tail := w.tail(a); tail != "" {
		s += " · " + tail
	}
	if a.Drill {
		s = "[" + w.Say(messages.New("alert_line.drill")) + "] " + s
	}
	return s
}

// overdue says whether the clause's clock has run out.
func overdue(a compliance.Alert, now time.Time) bool {
	if a.Limit.IsZero() {
		return false
	}
	at := now
	if !a.Open() {
		at = a.End
	}
	return !at.Before(a.Limit)
}

// tail is what a summary ends with: the one thing that tells this alert from others of its
// rule.
func (w wording) tail(a compliance.Alert) string {
	switch a.Rule {
	case compliance.AlertNoticeMissing, compliance.AlertNoticeLate, compliance.AlertNoticeUnclear, compliance.AlertHoursUnannounced:
		return line(a.Detail, 60)
	case compliance.AlertBoardUnreadable, compliance.AlertShiftUntaken, compliance.AlertHandOverMissing, compliance.AlertDeliveryFailing:
		return line(a.Subject, 60)
	case compliance.AlertCaseDueTomorrow:
		return w.measured(a, messages.New("alert_line.cases_due", "clause", w.clause(a.Clause), "n", a.Count, "day", w.day(a.Limit)))
	case compliance.AlertCaseOverdue:
		return w.measured(a, messages.New("alert_line.cases_over", "clause", w.clause(a.Clause), "n", a.Count, "untold", a.Untold))
	case compliance.AlertAttestationExpiring, compliance.AlertAttestationLapsed:
		return w.measured(a, messages.New("alert_line.until", "clause", w.clause(a.Clause), "day", w.day(a.Limit)))
	case compliance.AlertReportUnsigned, compliance.AlertReportLate, compliance.AlertIncidentUnreported:
		return line(a.Subject, 60)
	case compliance.AlertDiskLow:
		return w.measured(a, messages.New("alert_line.free", "percent", a.Percent))
	case compliance.AlertCoverageLow:
		return w.measured(a, messages.New("alert_line.percent", "percent", a.Percent))
	}
	if a.Reason == probes.OK {
		return ""
	}
	return w.Say(messages.Named("reason", a.Reason.String()))
}

// measured is a figure; of an exercise there is none.
func (w wording) measured(a compliance.Alert, m messages.Message) string {
	if a.Drill {
		return ""
	}
	return w.Say(m)
}

// description is a few short lines. All but the first, which says what the alert means, and
// the marks begin with what they tell of.
func (w wording) description(a compliance.Alert, now time.Time) string {
	var lines []string
	if a.Drill {
		lines = append(lines, w.Say(messages.New("alert_line.drill_means")))
	}
	lines = append(lines, w.Say(messages.Named("alert_means", string(a.Rule))))
	if a.Uncommitted {
		lines = append(lines, w.Say(messages.New("alert_line.uncommitted")))
	}
	tell := func(label messages.Message, value string) {
		if value != "" {
			lines = append(lines, w.Say(messages.New("alert_line.label", "label", label, "value", value)))
		}
	}
	tell(messages.New("alert_line.since"), w.time(a.Start))
	if !a.Open() {
		tell(messages.New("alert_line.ended"), w.Say(messages.New("alert_line.ended_after", "time", w.time(a.End), "duration", w.duration(a.End.Sub(a.Start)))))
	}
	tell(messages.New("alert_line.seen"), w.seen(a))
	tell(messages.New("alert_line.vantages"), line(strings.Join(a.Vantages, ", "), 200))
	tell(messages.New("alert_line.cause"), w.cause(a.Reason))
	if !a.Recovery.IsZero() && a.Open() {
		tell(messages.New("alert_line.recovering"), w.Say(messages.New("alert_line.recovering_since", "time", w.time(a.Recovery))))
	}
	if !a.ETA.IsZero() {
		tell(messages.New("alert_line.eta"), w.time(a.ETA))
	}
	if a.Acked != nil {
		tell(messages.New("alert_line.acked"), w.Say(messages.New("alert_line.acked_by", "name", acker(a), "time", w.time(a.Acked.At))))
	}
	if a.Open() {
		tell(messages.New("alert_line.first"), w.Say(messages.Named("alert_first", string(a.Rule))))
	}
	return strings.Join(lines, "\n")
}

// acker is who answers an alert that somebody has acknowledged.
func acker(a compliance.Alert) string { return line(cmp.Or(a.Acked.By.Name, a.Acked.By.ID), 80) }

// seen is the evidence: the reason and what was seen, as it was said.
func (w wording) seen(a compliance.Alert) string {
	var parts []string
	if a.Reason != probes.OK {
		parts = append(parts, w.Say(messages.Named("reason", a.Reason.String())))
	}
	switch a.Rule {
	case compliance.AlertBurnFast, compliance.AlertBurnSlow:
		if d, err := time.ParseDuration(a.Detail); err == nil {
			parts = append(parts, w.Say(messages.New("alert_line.rate", "window", w.duration(d), "percent", a.Percent)))
			break
		}
		parts = append(parts, line(a.Detail, 200))
	case compliance.AlertDiskLow, compliance.AlertCoverageLow, compliance.AlertDeliveryFailing, compliance.AlertShiftUntaken, compliance.AlertHandOverMissing:
		parts = append(parts, w.tail(a), line(a.Detail, 200))
	case compliance.AlertBoardUnreadable:
		parts = append(parts, line(a.Subject, 60), line(a.Detail, 200))
	default:
		parts = append(parts, line(a.Detail, 200))
	}
	var said []string
	for _, p := range parts {
		if p != "" {
			said = append(said, p)
		}
	}
	return strings.Join(said, " · ")
}

func (w wording) cause(r probes.Reason) string {
	if c := compliance.CauseOf(r); c != compliance.CauseUnclear {
		return w.Say(messages.Named("cause", string(c)))
	}
	return ""
}

// clock says until when the promise must be kept. What remains is left to the reader: it
// would be wrong by the time it is read.
func (w wording) clock(a compliance.Alert, now time.Time) string {
	if a.Limit.IsZero() {
		return ""
	}
	name, at := w.Say(messages.Named("alert_limit", limitName(a))), w.time(a.Limit)
	switch {
	case overdue(a, now) && a.Rule != compliance.AlertCalendarEnding:
		return w.Say(messages.New("alert_line.limit_over", "name", name, "time", at))
	case a.Clock != "" && a.Percent > 0 && a.Percent < 100:
		return w.Say(messages.New("alert_line.limit_percent", "name", name, "time", at, "percent", a.Percent))
	default:
		return w.Say(messages.New("alert_line.limit", "name", name, "time", at))
	}
}

// limitName names what an alert's limit is of.
func limitName(a compliance.Alert) string {
	switch {
	case a.Clock != "":
		return string(a.Clock)
	case a.Rule == compliance.AlertCalendarEnding:
		return "calendar"
	case a.Rule == compliance.AlertShiftUntaken:
		return "shift"
	case a.Rule == compliance.AlertHandOverMissing:
		return "hand_over"
	case a.Rule == compliance.AlertCaseDueTomorrow, a.Rule == compliance.AlertCaseOverdue:
		return "case"
	case a.Rule == compliance.AlertAttestationExpiring, a.Rule == compliance.AlertAttestationLapsed:
		return "attestation"
	case a.Rule == compliance.AlertIncidentUnreported:
		return "incident"
	case a.Rule == compliance.AlertReportUnsigned:
		return "signatures"
	case a.Rule == compliance.AlertReportLate:
		return "report"
	case a.Rule == compliance.AlertNoticeLate:
		return string(compliance.ClockPosting)
	default:
		return string(compliance.ClockRestoration)
	}
}

// time is an instant in the organisation's zone, which it names.
func (w wording) time(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return w.in(t).Format("2006-01-02 15:04 (MST)")
}

// day is the day of an instant in the organisation's zone.
func (w wording) day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return w.in(t).Format(time.DateOnly)
}

func (w wording) in(t time.Time) time.Time {
	if w.Zone == nil {
		return t.UTC()
	}
	return t.In(w.Zone)
}

// duration says a length in its two largest units.
func (w wording) duration(d time.Duration) string {
	d = max(d, 0).Round(time.Second)
	days, hours, minutes, seconds := int(d.Hours())/24, int(d.Hours())%24, int(d.Minutes())%60, int(d.Seconds())%60
	all := []struct {
		n int
		m messages.Message
	}{
		{days, messages.New("duration.days", "n", days)}, {hours, messages.New("duration.hours", "n", hours)},
		{minutes, messages.New("duration.minutes", "n", minutes)}, {seconds, messages.New("duration.seconds", "n", seconds)},
	}
	for i, u := range all {
		if u.n == 0 && i < len(all)-1 {
			continue
		}
		said := w.Say(u.m)
		if i+1 < len(all) && all[i+1].n > 0 {
			said += " " + w.Say(all[i+1].m)
		}
		return said
	}
	return ""
}
