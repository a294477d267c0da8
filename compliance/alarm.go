package compliance

import (
	"slices"
	"time"

	"github.com/charterwatch/charterwatch/compliance/notice"
	"github.com/charterwatch/charterwatch/probes"
	"github.com/charterwatch/charterwatch/scanners"
)

// SiteFacts are what a site's alerts are derived from.
type SiteFacts struct {
	Site       Site
	State      SiteState
	Checks     func(id string) CheckState
	Boards     func(id string) BoardState
	Record     Record
	Assessment Assessment  // zero: not made yet
	Drills     []Statement // of the site
	Promises   Promises
	Zone       *time.Location
	Now        time.Time
}

// Calm says whether nothing can stand at the site, at the cost of a few comparisons: what is
// derived from notices need not be derived then. Alerts that stood must still be ended.
func (f SiteFacts) Calm() bool {
	if f.State.Outage != nil || f.State.Status != StatusUp && !f.State.Since.IsZero() || len(f.Record.Notices)+len(f.Record.Statements)+len(f.Drills) > 0 || f.Assessment.alarming(f.Promises) {
		return false
	}
	for _, c := range f.Site.Checks {
		if s := f.Checks(c.ID); s.Outage != nil || s.Minority || s.Slow {
			return false
		}
	}
	return !slices.ContainsFunc(f.Site.Boards, func(b BoardSpec) bool { return unreadable(f.Boards(b.ID)) })
}

// Alerts are those that ought to stand. A zero Start means: from when it is first derived.
func (f SiteFacts) Alerts() []Alert {
	var out []Alert
	if !f.Calm() {
		plans := f.Record.Plans(f.Promises, f.Zone)
		out = slices.Concat(f.outage(plans), f.status(), f.checks(), f.notices(plans), f.boards(), f.assessed())
		held := f.held(plans)
		for i := range out {
			if out[i].Rule.mutedByWork() {
				out[i].Held = held
			}
		}
	}
	for i := range out {
		out[i].Site = f.Site.ID
	}
	return append(out, drills(f.Drills, f.Now)...)
}

// mutedByWork says whether announced work mutes notifications of the rule.
func (r AlertRule) mutedByWork() bool {
	switch r {
	case AlertSiteDown, AlertSiteDegraded, AlertSiteUnseen, AlertCheckDown, AlertVantagesFailing, AlertLatencyHigh, AlertBurnFast, AlertBurnSlow:
		return true
	}
	return false
}

// held is until when announced work mutes notifications; zero: it does not. Whoever announced
// it knows of it, late or in time; what it costs is told by the rules about notices.
func (f SiteFacts) held(plans []Plan) time.Time {
	a, ok := WorkAt(plans, f.terms(), f.Now)
	if !ok || a.Part == Unannounced || a.Part == Overrun {
		return time.Time{}
	}
	return a.To
}

func (f SiteFacts) terms() Terms {
	return Terms{Hours: f.Site.ServiceHours, Zone: f.Zone, Promises: f.Promises}
}

// outage tells of the open outage and of what is owed in it.
func (f SiteFacts) outage(plans []Plan) []Alert {
	o := f.State.Outage
	if o == nil {
		return nil
	}
	down := Alert{Rule: AlertSiteDown, Subject: o.ID, Start: o.Start, Reason: o.Reason, Recovery: o.RecoveringSince}
	for _, c := range f.Site.Criticals() {
		down.saw(f.Checks(c.ID))
	}
	if told := f.Record.Announcements(*o); len(told) > 0 {
		down.ETA = told[len(told)-1].ETA
	}
	var out []Alert
	for _, ob := range f.Record.Obligations(plans, []Outage{*o}, f.Promises, f.Now) {
		a := Alert{Subject: o.ID, Start: o.Start, Reason: o.Reason, Limit: ob.Limit, ETA: down.ETA}
		switch {
		case ob.Subject != o.ID:
		case ob.Clause == ClauseRestoration:
			down.Clock, down.Limit = ClockRestoration, ob.Limit
			a.Rule, a.Clock = AlertRecoveryClock, ClockRestoration
			out = append(out, a.marks(ob.Start, f.Now)...)
		case ob.Clause == ClauseAnnouncement && ob.Verdict != Kept && ob.Why != "review" && f.Now.Sub(o.Start) > f.Promises.WithDefaults().AnnounceAfter && ob.Met.IsZero():
			a.Rule, a.Clock = AlertRecoveryUnannounced, ClockAnnouncement
			if ob.Verdict != AtRisk {
				a.Severity = SeverityCritical
			}
			out = append(out, a)
		}
	}
	if subject, ok := f.Record.Unannounced(*o, plans); ok {
		out = append(out, Alert{Rule: AlertWorkUnannounced, Subject: subject, Start: o.Start})
	}
	for _, at := range f.Record.Attributions([]Outage{*o}, f.terms(), f.Now.Add(time.Millisecond)) {
		if at.Part == Overrun && !f.Now.Before(at.From) && f.Now.Before(at.To) && o.RecoveringSince.IsZero() {
			out = append(out, Alert{Rule: AlertWorkOverrun, Subject: at.Plan, Start: at.From, Reason: o.Reason})
			break
		}
	}
	return append([]Alert{down}, out...)
}

// saw adds what the vantages that fail saw.
func (a *Alert) saw(s CheckState) {
	if s.Outage == nil && !s.Minority {
		return
	}
	for _, v := range s.Views {
		if !v.Failing {
			continue
		}
		if !slices.Contains(a.Vantages, v.Vantage) {
			a.Vantages = append(a.Vantages, v.Vantage)
		}
		if a.Detail == "" {
			a.Detail = v.Detail
		}
		if a.Reason == probes.OK {
			a.Reason = v.FirstWhy
		}
	}
}

// marks are one alert for each mark that a clock has passed, each graver than the one before.
func (a Alert) marks(start, now time.Time) []Alert {
	var out []Alert
	severities := []Severity{"", SeverityWarning, SeverityCritical}
	for i, percent := range clockMarks() {
		at := start.Add(a.Limit.Sub(start) * time.Duration(percent) / 100)
		if at.After(now) {
			break
		}
		a.Severity, a.Percent = severities[i], percent
		out = append(out, a)
	}
	return out
}

// status tells of a site that is not down.
func (f SiteFacts) status() []Alert {
	switch {
	case f.State.Outage != nil || f.State.Since.IsZero():
		return nil
	case f.State.Status == StatusUnknown:
		return []Alert{{Rule: AlertSiteUnseen, Start: f.State.Since}}
	case f.State.Status == StatusDegraded:
		return []Alert{{Rule: AlertSiteDegraded, Start: f.State.Since}}
	}
	return nil
}

// checks tells of checks that fail without taking the site down, and of slow ones.
func (f SiteFacts) checks() []Alert {
	critical := map[string]bool{}
	for _, c := range f.Site.Criticals() {
		critical[c.ID] = true
	}
	var out []Alert
	for _, c := range f.Site.Checks {
		s := f.Checks(c.ID)
		a := Alert{Check: c.ID}
		a.saw(s)
		switch o := s.Outage; {
		case o != nil && (o.Reason == probes.TLSExpiring || o.Reason == probes.TLSExpired):
			x := a
			x.Rule, x.Subject, x.Start, x.Reason = AlertCertificateExpiring, o.ID, o.Start, o.Reason
			if o.Reason == probes.TLSExpired {
				x.Severity = SeverityCritical
			}
			out = append(out, x)
		case o != nil && !critical[c.ID]:
			x := a
			x.Rule, x.Subject, x.Start, x.Reason, x.Recovery = AlertCheckDown, o.ID, o.Start, o.Reason, o.RecoveringSince
			out = append(out, x)
		}
		if s.Minority {
			x := a
			x.Rule = AlertVantagesFailing
			out = append(out, x)
		}
		if s.Slow && s.Outage == nil {
			out = append(out, Alert{Rule: AlertLatencyHigh, Check: c.ID})
		}
	}
	return out
}

// notices tells of windows that are not announced or were announced late, of wordings that
// await a person, and of closing times without their notice.
func (f SiteFacts) notices(plans []Plan) []Alert {
	var out []Alert
	for _, ob := range f.Record.Obligations(plans, nil, f.Promises, f.Now) {
		a := Alert{Subject: ob.Subject, Limit: ob.Limit}
		if i := slices.IndexFunc(plans, func(p Plan) bool { return p.ID == ob.Subject }); i >= 0 {
			a.Detail = plans[i].Title
			if !f.Now.Before(plans[i].ends(ob.Start)) {
				continue // nothing about it can be mended any more
			}
		}
		switch ob.Why {
		case "not_posted_yet":
			a.Rule, a.Clock, a.Start = AlertNoticeMissing, ClockPosting, knownSince(plans, ob)
			if passed := a.marks(a.Start, f.Now); len(passed) > 0 {
				a.Severity, a.Percent = "", passed[len(passed)-1].Percent
				out = append(out, a)
			}
		case "not_posted":
			a.Rule, a.Clock, a.Percent, a.Start, a.Severity = AlertNoticeMissing, ClockPosting, 100, ob.Limit, SeverityCritical
			out = append(out, a)
		case "late":
			a.Rule, a.Start = AlertNoticeLate, ob.Met
			out = append(out, a)
		}
	}
	for _, t := range f.Record.tellings() {
		last, ok := t.notice.Latest()
		if !ok || last.N != t.rev.N || !t.review || t.out || t.reading.Kind == notice.Other || !t.notice.Vanished.IsZero() || !t.rev.live(f.Now) {
			continue
		}
		out = append(out, Alert{Rule: AlertNoticeUnclear, Subject: t.notice.ID, Start: t.seen.FirstSeen, Detail: t.rev.Title})
	}
	for i, c := range f.Record.CheckHours(f.Site.ServiceHours) {
		if c.Status == ClosingDenied {
			out = append(out, Alert{Rule: AlertHoursUnannounced, Subject: HoursBoard(f.Site.ID, i), Start: c.Since, Detail: c.Hours.Close})
		}
	}
	return out
}

// ends is when the plan's window that begins at start ends.
func (p Plan) ends(start time.Time) time.Time {
	for _, w := range p.Windows {
		if w.Start.Equal(start) && !w.End.IsZero() {
			return w.End
		}
	}
	return start.Add(openSpan)
}

func unreadable(s BoardState) bool {
	return s.Status != "" && s.Status != scanners.BoardOK && s.Status != scanners.BoardUplinkDown
}

// boards tells of the site's own boards that cannot be read. In an outage of the site itself
// they cannot be expected to be.
func (f SiteFacts) boards() []Alert {
	if f.State.Outage != nil {
		return nil
	}
	var out []Alert
	for _, b := range f.Site.Boards {
		if s := f.Boards(b.ID); !b.OutageOnly && unreadable(s) {
			out = append(out, Alert{Rule: AlertBoardUnreadable, Subject: b.ID, Start: s.Since, Detail: s.Detail})
		}
	}
	return out
}

// drills are the exercises under way.
func drills(statements []Statement, now time.Time) []Alert {
	var out []Alert
	for _, s := range statements {
		if x := s.Drill; x != nil && now.Before(x.Ends) && !now.Before(s.At) {
			out = append(out, Alert{Rule: x.Rule, Site: x.Site, Subject: s.ID, Start: s.At, Drill: true, Detail: s.Why})
		}
	}
	return out
}
