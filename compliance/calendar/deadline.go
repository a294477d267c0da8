package calendar

import (
	"fmt"
	"slices"
	"time"
)

// Rule says how days are counted. The zero value is Civil, the default.
type Rule uint8

// The rules; the package comment tells them.
const (
	Civil   Rule = iota // 민법 157, 159, 161
	Elapsed             // n times 24 hours
	Public              // 민원 처리에 관한 법률 19
)

var ruleNames = [...]string{"civil", "elapsed", "public"}

// Rules lists all rules.
func Rules() []Rule { return []Rule{Civil, Elapsed, Public} }

// String is the stable name.
func (r Rule) String() string {
	if int(r) >= len(ruleNames) {
		return fmt.Sprintf("rule %d", uint8(r))
	}
	return ruleNames[r]
}

// ParseRule reads a stable name.
func ParseRule(s string) (Rule, error) {
	if i := slices.Index(ruleNames[:], s); i >= 0 {
		return Rule(i), nil
	}
	return 0, fmt.Errorf("%q is not a rule for counting days", s)
}

// MarshalText writes the stable name.
func (r Rule) MarshalText() ([]byte, error) {
	if int(r) >= len(ruleNames) {
		return nil, fmt.Errorf("%s has no name", r)
	}
	return []byte(ruleNames[r]), nil
}

// UnmarshalText reads a stable name.
func (r *Rule) UnmarshalText(b []byte) error {
	parsed, err := ParseRule(string(b))
	if err != nil {
		return err
	}
	*r = parsed
	return nil
}

// Office is when people work on a business day, as time since the day's midnight on the
// clock. The zero value is 09:00 to 18:00 with an hour's lunch at noon: eight hours.
type Office struct {
	Open, Close         time.Duration
	LunchFrom, LunchEnd time.Duration // equal: no lunch
}

// hoursOfDay is what the Public rule counts for one day, whatever the office hours are.
const hoursOfDay = 8 * time.Hour

func (o Office) withDefaults() (Office, error) {
	if o == (Office{}) {
		return Office{9 * time.Hour, 18 * time.Hour, 12 * time.Hour, 13 * time.Hour}, nil
	}
	if o.Open < 0 || o.Close > 24*time.Hour || o.Open >= o.Close {
		return o, fmt.Errorf("office hours from %s to %s are not within a day", o.Open, o.Close)
	}
	if o.LunchFrom != o.LunchEnd && (o.LunchFrom < o.Open || o.LunchEnd > o.Close || o.LunchFrom > o.LunchEnd || o.Close-o.Open <= o.LunchEnd-o.LunchFrom) {
		return o, fmt.Errorf("lunch from %s to %s is not within office hours", o.LunchFrom, o.LunchEnd)
	}
	return o, nil
}

// shifts are the stretches of work of a day in a zone.
func (o Office) shifts(d Date, zone *time.Location) [][2]time.Time {
	at := func(t time.Duration) time.Time {
		return time.Date(d.Year, d.Month, d.Day, int(t/time.Hour), int(t%time.Hour/time.Minute), int(t%time.Minute/time.Second), 0, zone)
	}
	if o.LunchFrom == o.LunchEnd {
		return [][2]time.Time{{at(o.Open), at(o.Close)}}
	}
	return [][2]time.Time{{at(o.Open), at(o.LunchFrom)}, {at(o.LunchEnd), at(o.Close)}}
}

// Deadline is when a promise falls due, and how that was found.
type Deadline struct {
	At       time.Time `json:"at"`       // in the calendar's zone
	ByHours  bool      `json:"by_hours"` // counted in hours: At itself is still in time. Otherwise At ends a day, and is too late.
	Received time.Time `json:"received"`
	N        int       `json:"n"` // days
	Business bool      `json:"business"`
	Rule     Rule      `json:"rule"`
	Skipped  []DayOff  `json:"skipped,omitempty"` // days that were passed over, in order
}

// Last is the day that the deadline falls on: the one that ends at At, or the one that At
// is in.
func (d Deadline) Last() Date {
	if d.ByHours {
		return dateOf(d.At)
	}
	return dateOf(d.At.Add(-time.Nanosecond))
}

// Met says whether something that happened at t was in time.
func (d Deadline) Met(t time.Time) bool {
	return t.Before(d.At) || d.ByHours && t.Equal(d.At)
}

// MaxDays bounds the days of a term.
const MaxDays = 3660

// Days counts n calendar days from receipt; n is from 1 to [MaxDays]. By Civil one day
// ends with the next day, and the last day gives way to the next business day. Public
// knows business days only: it counts the same here and in BusinessDays. The error is an
// [UncoveredError] where a day must be judged that the calendar does not cover; Elapsed
// needs no table here.
func (c *Calendar) Days(received time.Time, n int, rule Rule) (Deadline, error) {
	d, err := c.deadline(received, n, rule, false)
	if err != nil {
		return d, fmt.Errorf("count %d days by the rule %s: %w", n, rule, err)
	}
	return d, nil
}

// BusinessDays counts n business days from receipt, as Days does calendar days. By Civil
// the day of receipt is not counted, and the term ends with the n-th business day after it. By
// Elapsed the clock runs on business days alone: from Friday 15:00 one day is Monday 15:00.
func (c *Calendar) BusinessDays(received time.Time, n int, rule Rule) (Deadline, error) {
	d, err := c.deadline(received, n, rule, true)
	if err != nil {
		return d, fmt.Errorf("count %d business days by the rule %s: %w", n, rule, err)
	}
	return d, nil
}

func (c *Calendar) deadline(received time.Time, n int, rule Rule, business bool) (Deadline, error) {
	d := Deadline{Received: received.In(c.zone), N: n, Business: business, Rule: rule}
	if n < 1 || n > MaxDays {
		return d, fmt.Errorf("a term has from 1 to %d days", MaxDays)
	}
	var err error
	switch {
	case rule == Civil:
		err = c.civil(&d)
	case rule == Elapsed && business:
		err = c.run(&d, time.Duration(n)*24*time.Hour, func(day Date) [][2]time.Time {
			return [][2]time.Time{{day.Start(c.zone), day.End(c.zone)}}
		})
	case rule == Elapsed:
		d.At, d.ByHours = d.Received.Add(time.Duration(n)*24*time.Hour), true
	case rule == Public && n <= 5:
		err = c.run(&d, time.Duration(n)*hoursOfDay, func(day Date) [][2]time.Time { return c.office.shifts(day, c.zone) })
	case rule == Public:
		err = c.inclusive(&d)
	default:
		err = fmt.Errorf("%s is not known", rule)
	}
	return d, err
}

// civil leaves out the day of receipt, wherever in the day it was: the exception of article
// 157 is for terms that begin with a day, not for what happens to arrive at midnight.
func (c *Calendar) civil(d *Deadline) error {
	last, n := dateOf(d.Received), d.N
	if !d.Business {
		last, n = last.AddDays(n), 0
	}
	last, skipped, err := c.walk(last, n, 1)
	if err != nil {
		return err
	}
	d.At, d.Skipped = last.End(c.zone), skipped
	return nil
}

// inclusive counts the first day too, if it is a business day.
func (c *Calendar) inclusive(d *Deadline) error {
	last, skipped, err := c.walk(dateOf(d.Received).AddDays(-1), d.N, 1)
	if err != nil {
		return err
	}
	d.At, d.Skipped = last.End(c.zone), skipped
	return nil
}

// run lets a clock run during the shifts of business days until it has run for long
// enough.
func (c *Calendar) run(d *Deadline, long time.Duration, shifts func(Date) [][2]time.Time) error {
	d.ByHours = true
	for day := dateOf(d.Received); ; day = day.AddDays(1) {
		off, is, err := c.Off(day)
		if err != nil {
			return err
		}
		if is {
			d.Skipped = append(d.Skipped, off)
			continue
		}
		for _, s := range shifts(day) {
			from, to := s[0], s[1]
			if from.Before(d.Received) {
				from = d.Received
			}
			if !from.Before(to) {
				continue
			}
			if has := to.Sub(from); has < long {
				long -= has
				continue
			}
			d.At = from.Add(long)
			return nil
		}
	}
}
