package config

import (
	"errors"
	"os"
	"time"

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

// within demands that a number that is given lies in [low, high].
func (l *Loaded) within(path string, n, low, high int) {
	if _, given := l.d.marks[path]; given && (n < low || n > high) {
		l.d.on(path, messages.New("config.range", "n", n, "low", low, "high", high))
	}
}
