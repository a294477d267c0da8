package config

import (
	"errors"
	"os"
	"strconv"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/calendar"
	"github.com/charterwatch/charterwatch/internal/messages"
)

// days makes the calendar, and warns when it will end soon.
func (l *Loaded) days(now time.Time) {
	o, c := &l.File.Organisation, calendar.Config{Zone: l.Zone}
	for _, d := range o.Closures {
		c.Closures = append(c.Closures, calendar.NewDate(d.Year, time.Month(d.Month), d.Day))
	}
	if o.Holidays != "" {
		o.Holidays = l.d.relative(o.Holidays)
		c.Overrides = l.overrides(o.Holidays)
	}
	var err error
	if l.calendar, err = calendar.New(c); err != nil {
		l.d.because("organisation.holidays", err)
		return
	}
	if ends, due := l.calendar.Alarm(now); due {
		l.d.warn("organisation.holidays", messages.New("config.holidays_end", "date", ends))
	}
}

// overrides reads the file of holidays. What is wrong with it is told with its places.
func (l *Loaded) overrides(path string) []calendar.Override {
	text, err := os.ReadFile(path)
	if err != nil {
		l.d.on("organisation.holidays", messages.New("config.unreadable_file", "err", err))
		return nil
	}
	out, err := calendar.ParseOverrides(text, path)
	l.overrideProblems(err)
	return out
}

func (l *Loaded) overrideProblems(err error) {
	if err == nil {
		return
	}
	if many, ok := err.(interface{ Unwrap() []error }); ok { // asserted, not errors.As: each is told
		for _, e := range many.Unwrap() {
			l.overrideProblems(e)
		}
		return
	}
	var bad *calendar.OverrideError
	if !errors.As(err, &bad) {
		l.d.because("organisation.holidays", err)
		return
	}
	l.d.problems = append(l.d.problems, Problem{
		File: bad.File, Line: bad.Line, Col: bad.Column, Path: bad.Field, What: messages.Named("refused", bad.Rule, bad.Args...),
	})
}

// promises validates the parameters of the clauses about service.
func (l *Loaded) promises() {
	const day = 24 * time.Hour
	p := &l.File.Promises
	l.span("promises.maintenance_notice.hours", p.MaintenanceNotice.Hours, time.Hour, 90*day)
	l.within("promises.maintenance_notice.days", p.MaintenanceNotice.Days, 1, 90)
	l.span("promises.recovery_announcement.after", p.RecoveryAnnouncement.After, time.Second, 31*day)
	l.span("promises.recovery_announcement.within", p.RecoveryAnnouncement.Within, 10*time.Second, 31*day)
	l.span("promises.recovery_time.within", p.RecoveryTime.Within, time.Minute, 366*day)
	l.span("promises.availability.max_down", p.Availability.MaxDown, time.Second, day)
	l.within("promises.availability.coverage_percent", p.Availability.Coverage, 1, 100)
	if _, err := calendar.ParseRule(p.DayRule); p.DayRule != "" && err != nil {
		var names []string
		for _, r := range calendar.Rules() {
			names = append(names, r.String())
		}
		l.d.on("promises.day_rule", messages.New("config.day_rule", "value", strconv.Quote(p.DayRule), "rules", names))
	}
}

// within demands that a number that is given lies in [low, high].
func (l *Loaded) within(path string, n, low, high int) {
	if _, given := l.d.marks[path]; given && (n < low || n > high) {
		l.d.on(path, messages.New("config.range", "n", n, "low", low, "high", high))
	}
}

// Terms are what clauses are judged by; what was not given has its default.
func (p Promises) Terms() compliance.Promises {
	rule, err := calendar.ParseRule(p.DayRule)
	if err != nil {
		rule = calendar.Civil // not given: validation has told everything else
	}
	return compliance.Promises{
		NoticeHours:    time.Duration(p.MaintenanceNotice.Hours),
		NoticeDays:     p.MaintenanceNotice.Days,
		AnnounceAfter:  time.Duration(p.RecoveryAnnouncement.After),
		AnnounceWithin: time.Duration(p.RecoveryAnnouncement.Within),
		RestoreWithin:  time.Duration(p.RecoveryTime.Within),
		MaxDown:        time.Duration(p.Availability.MaxDown),
		Coverage:       compliance.Ratio(p.Availability.Coverage * 1000), // thousandths of a percent
		DayRule:        rule,
	}.WithDefaults()
}
