package calendar

import (
	"cmp"
	"fmt"
	"time"
)

// Date is a day of the Gregorian calendar, in no zone. Dates are comparable with ==; the
// zero Date is no day. Make one with [NewDate], [Parse] or [DateOf].
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// NewDate returns the day; like [time.Date] it takes 31 June for 1 July.
func NewDate(year int, month time.Month, day int) Date {
	return dateOf(time.Date(year, month, day, 0, 0, 0, 0, time.UTC))
}

// DateOf returns the day on which an instant falls in a zone.
func DateOf(t time.Time, zone *time.Location) Date { return dateOf(t.In(zone)) }

func dateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// Parse reads a day written "2026-11-24".
func Parse(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, fmt.Errorf("%q is not a day of the form 2026-12-31", s)
	}
	return dateOf(t), nil
}

// String writes "2026-11-24".
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day) }

// IsZero says whether d is no day.
func (d Date) IsZero() bool { return d == Date{} }

func (d Date) utc() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }

// Weekday is the day of the week.
func (d Date) Weekday() time.Weekday { return d.utc().Weekday() }

// AddDays returns the day n days later, or earlier for n below zero.
func (d Date) AddDays(n int) Date { return dateOf(d.utc().AddDate(0, 0, n)) }

// AddMonths returns the same day n months later, or that month's last day if it has no
// such day.
func (d Date) AddMonths(n int) Date {
	last := NewDate(d.Year, d.Month+time.Month(n)+1, 0)
	last.Day = min(last.Day, d.Day)
	return last
}

// DaysTo is the number of days from d to e; below zero if e is earlier.
func (d Date) DaysTo(e Date) int { return int(e.utc().Sub(d.utc()).Hours() / 24) }

// Compare orders days.
func (d Date) Compare(e Date) int {
	return cmp.Or(cmp.Compare(d.Year, e.Year), cmp.Compare(d.Month, e.Month), cmp.Compare(d.Day, e.Day))
}

// Before says whether d is an earlier day than e.
func (d Date) Before(e Date) bool { return d.Compare(e) < 0 }

// After says whether d is a later day than e.
func (d Date) After(e Date) bool { return d.Compare(e) > 0 }

// Start is the instant with which the day begins in a zone: midnight, the first of two
// midnights, or the end of the gap where clocks were put forward over midnight.
func (d Date) Start(zone *time.Location) time.Time {
	t := time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, zone)
	from, to := t.ZoneBounds()
	switch at := dateOf(t); {
	case at.Before(d): // midnight lies in a gap, and t before it
		return to
	case at.After(d): // the zone has left the day out
		return from
	}
	if before := t.Add(-time.Nanosecond); dateOf(before) == d && !from.IsZero() {
		_, offset := from.Add(-time.Nanosecond).Zone()
		return d.utc().Add(-time.Duration(offset) * time.Second).In(zone)
	}
	return t
}

// End is the instant at which the day is over: the start of the next.
func (d Date) End(zone *time.Location) time.Time { return d.AddDays(1).Start(zone) }

// MarshalText writes "2026-11-24", and nothing for the zero Date.
func (d Date) MarshalText() ([]byte, error) {
	if d.IsZero() {
		return []byte{}, nil
	}
	return []byte(d.String()), nil
}

// UnmarshalText reads what MarshalText writes.
func (d *Date) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = Date{}
		return nil
	}
	parsed, err := Parse(string(b))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}
