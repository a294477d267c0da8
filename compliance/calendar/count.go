package calendar

import "time"

// walk goes from a day, which it does not count, to the n-th business day after it, or
// before it when step is -1. For n = 0 it goes to the nearest one, which may be the day
// itself. It returns the days off that it passed over.
func (c *Calendar) walk(d Date, n, step int) (Date, []DayOff, error) {
	if n > 0 {
		d = d.AddDays(step)
	}
	var skipped []DayOff
	for {
		off, is, err := c.Off(d)
		if err != nil {
			return Date{}, nil, err
		}
		if is {
			skipped = append(skipped, off)
		} else if n--; n <= 0 {
			return d, skipped, nil
		}
		d = d.AddDays(step)
	}
}

// AddBusinessDays returns the n-th business day after d, or before it for n below zero. For
// n = 0 it is d if that is a business day, and else the next. The error is an
// [UncoveredError].
func (c *Calendar) AddBusinessDays(d Date, n int) (Date, error) {
	step := 1
	if n < 0 {
		n, step = -n, -1
	}
	out, _, err := c.walk(d, n, step)
	return out, err
}

// CountBusinessDays counts the business days after from, up to and including to: what
// AddBusinessDays must be given to get from the one to the other. It is below zero when
// to is earlier, and then counts to but not from. The error is an [UncoveredError].
func (c *Calendar) CountBusinessDays(from, to Date) (int, error) {
	step := from.Compare(to) * -1
	n := 0
	for d := from; d != to; {
		d = d.AddDays(step)
		_, off, err := c.Off(d)
		if err != nil {
			return 0, err
		}
		if !off {
			n += step
		}
	}
	return n, nil
}

// FirstBusinessDay returns the first business day of a month. The error is an
// [UncoveredError].
func (c *Calendar) FirstBusinessDay(year int, month time.Month) (Date, error) {
	return c.AddBusinessDays(NewDate(year, month, 1), 0)
}

// NoticeLimits says until when something that starts at start had to be announced, counted
// two ways, and which of the two is the earlier.
//
// A notice is in time by hours if it was posted at byHours or earlier, so many hours of
// elapsed time before the start. It is in time by the calendar if it was posted before
// byCalendar: so many whole days lie between the day of posting and the start, so that
// three days ahead of day D means by the end of D-4, before 00:00 of D-3 in the
// zone. Days off count as any others: people read notices on them.
func NoticeLimits(start time.Time, days int, hours time.Duration, zone *time.Location) (byHours, byCalendar, strictest time.Time) {
	byHours = start.Add(-hours).In(zone)
	byCalendar = DateOf(start, zone).AddDays(-days).Start(zone)
	strictest = byHours
	if byCalendar.Before(byHours) {
		strictest = byCalendar
	}
	return byHours, byCalendar, strictest
}
