package calendar

import "time"

// Fixed makes a calendar of a list: between two days, both included, exactly the days off that
// are listed are none of business; of all others nothing is known. It serves whoever judges
// again by the days off as they were known before. A nil zone means UTC; version names where the
// list comes from.
func Fixed(zone *time.Location, off []DayOff, from, to Date, version string) *Calendar {
	if zone == nil {
		zone = time.UTC
	}
	office, _ := Office{}.withDefaults() // the zero value has no mistake
	c := &Calendar{
		zone: zone, office: office, listed: map[Date]DayOff{}, exact: true,
		table: &table{version: version, first: from, days: map[Date][]Holiday{}},
		spans: []span{{last: to}},
	}
	for _, d := range off {
		c.listed[d.Date] = d
	}
	return c
}

// DaysOff lists the days off from one day to another, both included, as [Fixed] takes them. The
// error is an [UncoveredError].
func (c *Calendar) DaysOff(from, to Date) ([]DayOff, error) {
	var out []DayOff
	for d := from; !d.After(to); d = d.AddDays(1) {
		off, is, err := c.Off(d)
		if err != nil {
			return nil, err
		}
		if is {
			out = append(out, off)
		}
	}
	return out, nil
}
