package calendar_test

import (
	"fmt"
	"time"

	"github.com/charterwatch/charterwatch/compliance/calendar"
)

func Example() {
	closed, _ := calendar.Parse("2026-12-31")
	c, err := calendar.New(calendar.Config{Closures: []calendar.Date{closed}})
	if err != nil {
		fmt.Println(err)
		return
	}
	received := time.Date(2026, time.December, 30, 17, 30, 0, 0, c.Zone())
	d, err := c.Days(received, 1, calendar.Civil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("by the end of %s (%s)\n", d.Last(), d.Rule)
	for _, off := range d.Skipped {
		fmt.Println("passed over", off.Date, off.Why)
	}
	// Output:
	// by the end of 2027-01-04 (civil)
	// passed over 2026-12-31 closure
	// passed over 2027-01-01 holiday
	// passed over 2027-01-02 saturday
	// passed over 2027-01-03 sunday
}

func ExampleNoticeLimits() {
	seoul := time.FixedZone("KST", 9*60*60)
	start := time.Date(2026, time.November, 29, 2, 0, 0, 0, seoul)
	byHours, byCalendar, _ := calendar.NoticeLimits(start, 3, 72*time.Hour, seoul)
	fmt.Println("72 hours:", byHours.Format(time.DateTime))
	fmt.Println("3 days:  ", byCalendar.Format(time.DateTime))
	// Output:
	// 72 hours: 2026-11-26 02:00:00
	// 3 days:   2026-11-26 00:00:00
}
