package calendar

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Config is what a calendar is made from. The zero value works: Seoul, no closures, the
// table alone.
type Config struct {
	Zone      *time.Location // decides when a day begins; nil means Asia/Seoul
	Closures  []Date         // the organisation's own days off
	Overrides []Override     // what is not in the table; see [ParseOverrides]
	Office    Office         // working hours, for [Public]
}

// Calendar knows business days and counts them. It does not change after [New] and may be
// used concurrently.
type Calendar struct {
	zone     *time.Location
	office   Office
	table    *table
	spans    []span              // the table's, and what overrides complete
	changes  map[Date][]Override // add and remove, those known first before the others
	closures map[Date]bool
	asOf     Date // zero: all that is known counts

	exact  bool            // listed are all days off: see [Fixed]
	listed map[Date]DayOff // nothing else is asked then
}

// New makes a calendar.
func New(c Config) (*Calendar, error) {
	t, err := embedded()
	if err != nil {
		return nil, fmt.Errorf("read the table of holidays: %w", err)
	}
	if c.Zone == nil {
		if c.Zone, err = time.LoadLocation("Asia/Seoul"); err != nil {
			return nil, fmt.Errorf("load the calendar's zone: %w", err)
		}
	}
	if c.Office, err = c.Office.withDefaults(); err != nil {
		return nil, err
	}
	out := &Calendar{
		zone: c.Zone, office: c.Office, table: t, spans: slices.Clone(t.spans),
		changes: map[Date][]Override{}, closures: map[Date]bool{},
	}
	for _, d := range c.Closures {
		out.closures[d] = true
	}
	for _, o := range c.Overrides {
		switch o.Action {
		case Add, Remove:
			out.changes[o.Date] = append(out.changes[o.Date], o)
		case Complete:
			out.spans = append(out.spans, span{o.Date, o.KnownSince})
		default:
			return nil, fmt.Errorf("override of %s: %q is not an action", o.Date, o.Action)
		}
	}
	for _, of := range out.changes {
		slices.SortStableFunc(of, func(a, b Override) int { return a.KnownSince.Compare(b.KnownSince) })
	}
	return out, nil
}

// AsOf is the calendar as it was known on a day: holidays, removals and whole years that
// became known later are not in it. Closures are, whenever they were entered. The zero
// Date means all that is known.
func (c *Calendar) AsOf(d Date) *Calendar {
	out := *c
	out.asOf = d
	return &out
}

// Zone decides when a day begins.
func (c *Calendar) Zone() *time.Location { return c.zone }

// Version names the embedded table.
func (c *Calendar) Version() string { return c.table.version }

// Source says where the embedded table is from.
func (c *Calendar) Source() string { return c.table.source }

func (c *Calendar) known(since Date) bool { return c.asOf.IsZero() || !since.After(c.asOf) }

// Begins is the first day that the calendar covers.
func (c *Calendar) Begins() Date { return c.table.first }

// Ends is the last day that the calendar covers. It lies before [Calendar.Begins] if
// nothing was known yet.
func (c *Calendar) Ends() Date {
	ends := c.table.first.AddDays(-1)
	for _, s := range c.spans {
		if c.known(s.known) && s.last.After(ends) {
			ends = s.last
		}
	}
	return ends
}

// Covers says whether it is known of a day if it is a holiday.
func (c *Calendar) Covers(d Date) bool { return !d.Before(c.Begins()) && !d.After(c.Ends()) }

// alarmMonths is how long before its end the table wants to be renewed.
const alarmMonths = 6

// Alarm says on which day the table ends, and whether that is less than six months off.
func (c *Calendar) Alarm(now time.Time) (ends Date, due bool) {
	ends = c.Ends()
	return ends, !DateOf(now, c.zone).Before(ends.AddDays(1).AddMonths(-alarmMonths))
}

// Holiday returns the public holiday that a day is, and whether it is one: the first, if
// it is two. Beyond the table there is only what overrides add; ask [Calendar.Covers].
func (c *Calendar) Holiday(d Date) (Holiday, bool) {
	all := c.Holidays(d)
	if len(all) == 0 {
		return Holiday{}, false
	}
	return all[0], true
}

// Holidays returns all holidays that fall on a day: on 2025-05-05 there were two.
func (c *Calendar) Holidays(d Date) []Holiday {
	var out []Holiday
	for _, h := range c.table.days[d] {
		if c.known(h.KnownSince) {
			out = append(out, h)
		}
	}
	for _, o := range c.changes[d] {
		switch {
		case !c.known(o.KnownSince):
		case o.Action == Remove:
			out = nil
		default:
			out = append(out, Holiday{
				Date: d, NameKO: cmp.Or(o.NameKO, o.NameEN), NameEN: cmp.Or(o.NameEN, o.NameKO),
				Kind: Temporary, KnownSince: o.KnownSince, Source: o.Source,
			})
		}
	}
	return out
}

// Between returns the holidays from one day to another, both included, in order.
func (c *Calendar) Between(from, to Date) []Holiday {
	days := map[Date]bool{}
	for d := range c.table.days {
		days[d] = true
	}
	for d := range c.changes {
		days[d] = true
	}
	var out []Holiday
	for _, d := range slices.SortedFunc(maps.Keys(days), Date.Compare) {
		if !d.Before(from) && !d.After(to) {
			out = append(out, c.Holidays(d)...)
		}
	}
	return out
}

// Closed says whether a day is one of the organisation's own closures.
func (c *Calendar) Closed(d Date) bool { return c.closures[d] }

// Why says why a day is no business day: a stable name.
type Why string

// The reasons.
const (
	WhyHoliday  Why = "holiday"
	WhyClosure  Why = "closure"
	WhySaturday Why = "saturday"
	WhySunday   Why = "sunday"
)

// Whys lists all reasons.
func Whys() []Why { return []Why{WhyHoliday, WhyClosure, WhySaturday, WhySunday} }

// DayOff is a day that is no business day, and why. A holiday on a Sunday is a holiday.
type DayOff struct {
	Date   Date   `json:"date"`
	Why    Why    `json:"why"`
	NameKO string `json:"name_ko,omitempty"` // of the holiday
	NameEN string `json:"name_en,omitempty"`
}

// Off says whether a day is known not to be a business day, and why. It is an
// [UncoveredError] if that is not known.
func (c *Calendar) Off(d Date) (off DayOff, is bool, err error) {
	if !c.Covers(d) {
		return DayOff{}, false, &UncoveredError{Date: d, Begins: c.Begins(), Ends: c.Ends()}
	}
	if c.exact {
		off, is = c.listed[d]
		return off, is, nil
	}
	off.Date = d
	if h, ok := c.Holiday(d); ok {
		off.Why, off.NameKO, off.NameEN = WhyHoliday, h.NameKO, h.NameEN
		return off, true, nil
	}
	switch day := d.Weekday(); {
	case c.closures[d]:
		off.Why = WhyClosure
	case day == time.Saturday:
		off.Why = WhySaturday
	case day == time.Sunday:
		off.Why = WhySunday
	default:
		return DayOff{}, false, nil
	}
	return off, true, nil
}

// Business says whether a day is a business day: not a Saturday, Sunday, public holiday or
// closure. ok is false when that is not known, because the calendar does not cover the day.
func (c *Calendar) Business(d Date) (is, ok bool) {
	_, off, err := c.Off(d)
	return err == nil && !off, err == nil
}

// UncoveredError says that a count needs a day that the calendar does not cover.
type UncoveredError struct{ Date, Begins, Ends Date }

// Error names the day and what would help.
func (e *UncoveredError) Error() string {
	return fmt.Sprintf("holidays are known from %s to %s, not on %s: an override file can add them", e.Begins, e.Ends, e.Date)
}
