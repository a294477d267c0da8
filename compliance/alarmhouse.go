package compliance

import "time"

// MonitorFacts are what alerts about the monitor itself are derived from. Zero times mean
// that there is nothing to tell.
type MonitorFacts struct {
	UplinkDown    time.Time // since when no canary answers
	StoreFailing  time.Time // since when nothing can be committed
	ConfigRefused time.Time // when a reload was refused
	HolidaysEnd   time.Time // up to when public holidays are known
	DiskFree      int       // percent of the store's volume; <0: not known
	Failing       []FailingReceiver
	Records       RecordFacts
	Roster        Roster
	Statements    []Statement // of [MonitorScope]
	Zone          *time.Location
	Now           time.Time
}

// FailingReceiver is a receiver that has not taken a notification for a while.
type FailingReceiver struct {
	Receiver string
	Channel  string
	Since    time.Time
}

// holidaysAhead is how long before its end the table of holidays asks for its next edition:
// the government publishes a year's holidays in the middle of the year before.
const holidaysAhead = 183 * 24 * time.Hour

// handOverFor is for how long a missing hand-over is told: later it is for the report alone.
const handOverFor = 12 * time.Hour

// Alerts are those that ought to stand. A zero Start means: from when it is first derived.
func (f MonitorFacts) Alerts(p AlertPolicy) []Alert {
	out := []Alert{{Rule: AlertWatchdog}}
	since := func(rule AlertRule, at time.Time) {
		if !at.IsZero() {
			out = append(out, Alert{Rule: rule, Start: at})
		}
	}
	since(AlertUplinkDown, f.UplinkDown)
	since(AlertStoreTrouble, f.StoreFailing)
	since(AlertConfigRefused, f.ConfigRefused)
	if !f.HolidaysEnd.IsZero() && f.Now.After(f.HolidaysEnd.Add(-holidaysAhead)) {
		out = append(out, Alert{Rule: AlertCalendarEnding, Start: f.HolidaysEnd.Add(-holidaysAhead), Limit: f.HolidaysEnd})
	}
	if f.DiskFree >= 0 && f.DiskFree < p.diskFree() {
		out = append(out, Alert{Rule: AlertDiskLow, Percent: f.DiskFree})
	}
	for _, r := range f.Failing {
		out = append(out, Alert{Rule: AlertDeliveryFailing, Subject: r.Receiver + "/" + r.Channel, Start: r.Since})
	}
	for _, w := range f.Roster.Watches(f.Statements, Period{f.Now.Add(-48 * time.Hour), f.Now.Add(time.Millisecond)}, f.Zone, f.Now) {
		name := w.Shift + " " + w.Start.In(f.Zone).Format("2006-01-02")
		limit := w.End.Add(f.Roster.TakenWithin())
		switch {
		case w.Taken == nil && !f.Now.Before(w.Due) && f.Now.Before(w.End):
			out = append(out, Alert{Rule: AlertShiftUntaken, Subject: name, Start: w.Start, Limit: w.Due})
		case w.Taken != nil && w.Handed == nil && !f.Now.Before(limit) && f.Now.Before(limit.Add(handOverFor)):
			out = append(out, Alert{Rule: AlertHandOverMissing, Subject: name, Start: w.End, Limit: limit})
		}
	}
	out = append(out, f.Records.alerts(f)...)
	var own []Statement
	for _, s := range f.Statements {
		if s.Drill != nil && s.Drill.Site == "" {
			own = append(own, s)
		}
	}
	return append(out, drills(own, f.Now)...)
}
