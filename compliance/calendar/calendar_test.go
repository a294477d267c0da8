package calendar

import (
	"errors"
	"testing"
	"time"
)

func calendar(t testing.TB, c Config) *Calendar {
	t.Helper()
	out, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestBusinessDays(t *testing.T) {
	c := calendar(t, Config{Closures: []Date{day("2026-12-31")}})
	for date, why := range map[string]Why{
		"2026-01-01": WhyHoliday, "2026-01-02": "",
		"2026-02-13": "", "2026-02-16": WhyHoliday, "2026-02-17": WhyHoliday, "2026-02-18": WhyHoliday, "2026-02-19": "", // Seollal
		"2026-03-01": WhyHoliday, "2026-03-02": WhyHoliday, "2026-03-03": "",
		"2026-04-30": "", "2026-05-01": WhyHoliday, "2026-05-02": WhySaturday, "2026-05-03": WhySunday, "2026-05-04": "",
		"2026-05-25": WhyHoliday, "2026-06-03": WhyHoliday, "2026-06-06": WhyHoliday, "2026-06-08": "", // no substitute for 6/6
		"2026-07-16": "", "2026-07-17": WhyHoliday, "2026-07-18": WhySaturday, "2026-07-20": "",
		"2026-08-15": WhyHoliday, "2026-08-16": WhySunday, "2026-08-17": WhyHoliday,
		"2026-09-23": "", "2026-09-24": WhyHoliday, "2026-09-25": WhyHoliday, "2026-09-26": WhyHoliday, "2026-09-28": "", // Chuseok
		"2026-10-05": WhyHoliday, "2026-10-09": WhyHoliday, "2026-12-25": WhyHoliday,
		"2026-12-30": "", "2026-12-31": WhyClosure, "2027-01-01": WhyHoliday, "2027-01-04": "",
		"2027-02-05": "", "2027-02-08": WhyHoliday, "2027-02-09": WhyHoliday, "2027-02-10": "", // Seollal, with its substitute
		"2027-05-01": WhyHoliday, "2027-05-03": WhyHoliday, "2027-05-04": "",
		"2027-07-17": WhyHoliday, "2027-07-19": WhyHoliday, "2027-07-20": "",
		"2027-12-27": WhyHoliday, "2027-12-31": "",
	} {
		off, is, err := c.Off(day(date))
		if err != nil || is != (why != "") || off.Why != why {
			t.Errorf("%s: %+v %v %v, want %q", date, off, is, err, why)
		}
		if got, ok := c.Business(day(date)); !ok || got != (why == "") {
			t.Errorf("%s: business %v %v", date, got, ok)
		}
	}
	if !c.Closed(day("2026-12-31")) || c.Closed(day("2027-01-01")) {
		t.Error("closures are not what was configured")
	}
}

// TestBeyondTheTable: a day that nobody has listed is not taken for a business day.
func TestBeyondTheTable(t *testing.T) {
	c := calendar(t, Config{})
	for _, date := range []string{"2017-12-29", "2028-01-03", "2028-01-01", "2028-01-02"} {
		if is, ok := c.Business(day(date)); is || ok || c.Covers(day(date)) {
			t.Errorf("%s: business %v, known %v", date, is, ok)
		}
	}
	var beyond *UncoveredError
	_, err := c.AddBusinessDays(day("2027-12-30"), 2)
	if !errors.As(err, &beyond) || beyond.Date != day("2028-01-01") || beyond.Ends != day("2027-12-31") {
		t.Errorf("%v", err)
	}
	if _, err := c.CountBusinessDays(day("2027-12-30"), day("2028-01-03")); !errors.As(err, &beyond) {
		t.Errorf("%v", err)
	}
	if _, err := c.FirstBusinessDay(2028, 1); !errors.As(err, &beyond) {
		t.Errorf("%v", err)
	}
	if _, _, err := c.Off(day("2028-01-01")); !errors.As(err, &beyond) {
		t.Errorf("%v", err)
	}
	if d, err := c.AddBusinessDays(day("2027-12-30"), 1); err != nil || d != day("2027-12-31") {
		t.Errorf("the last day is not reached: %v %v", d, err)
	}
}

func TestAsOf(t *testing.T) {
	c := calendar(t, Config{Overrides: []Override{
		{Date: day("2026-12-24"), Action: Add, NameKO: "임시공휴일", KnownSince: day("2026-12-01")},
		{Date: day("2026-06-03"), Action: Remove, KnownSince: day("2026-05-20")},
	}})
	for _, x := range []struct {
		asOf, date   string
		business, ok bool
	}{
		{"2025-01-13", "2025-01-27", true, true}, // a Monday, until it was announced
		{"2025-01-14", "2025-01-27", false, true},
		{"2026-02-02", "2026-07-17", true, true},
		{"2026-02-03", "2026-07-17", false, true},
		{"2026-11-30", "2026-12-24", true, true},
		{"2026-12-01", "2026-12-24", false, true},
		{"2026-05-19", "2026-06-03", false, true},
		{"2026-05-20", "2026-06-03", true, true},
		{"2025-06-30", "2026-01-02", false, false}, // the almanac was not out
		{"2025-07-01", "2026-01-02", true, true},
		{"2017-01-01", "2018-01-02", false, false},
	} {
		if got, ok := c.AsOf(day(x.asOf)).Business(day(x.date)); got != x.business || ok != x.ok {
			t.Errorf("%s as of %s: business %v, known %v", x.date, x.asOf, got, ok)
		}
	}
	if got := c.AsOf(day("2025-08-01")).Ends(); got != day("2026-12-31") {
		t.Errorf("ended %s then", got)
	}
	if got := c.AsOf(Date{}).Ends(); got != day("2027-12-31") {
		t.Errorf("all that is known ends %s", got)
	}
	if is, _ := c.Business(day("2025-01-27")); is {
		t.Error("AsOf changed the calendar that it came from")
	}
}

func TestOverrides(t *testing.T) {
	c := calendar(t, Config{Overrides: []Override{
		{Date: day("2028-12-31"), Action: Complete, KnownSince: day("2027-06-30"), Source: "almanac"},
		{Date: day("2028-01-26"), Action: Add, NameKO: "설날 전날", KnownSince: day("2027-06-30"), Source: "almanac"},
		{Date: day("2026-10-09"), Action: Remove, KnownSince: day("2026-03-01"), Source: "law"},
		{Date: day("2026-12-24"), Action: Remove, KnownSince: day("2026-12-10"), Source: "revoked"},
		{Date: day("2026-12-24"), Action: Add, NameEN: "Temporary", KnownSince: day("2026-12-01"), Source: "decided"},
	}})
	if c.Ends() != day("2028-12-31") {
		t.Fatalf("ends %s", c.Ends())
	}
	h, ok := c.Holiday(day("2028-01-26"))
	if want := (Holiday{day("2028-01-26"), "설날 전날", "설날 전날", Temporary, day("2027-06-30"), false, "almanac"}); !ok || h != want {
		t.Errorf("%+v", h)
	}
	for date, want := range map[string]bool{"2028-01-26": false, "2028-01-25": true, "2026-10-09": true, "2026-12-24": true} {
		if is, ok := c.Business(day(date)); is != want || !ok {
			t.Errorf("%s: business %v, known %v", date, is, ok)
		}
	}
	if is, _ := c.AsOf(day("2026-12-09")).Business(day("2026-12-24")); is {
		t.Error("revoked before it was")
	}
	if _, err := New(Config{Overrides: []Override{{Date: day("2026-12-24")}}}); err == nil {
		t.Error("an override without an action was accepted")
	}
}

func TestAlarm(t *testing.T) {
	c := calendar(t, Config{})
	for at, want := range map[string]bool{
		"2026-11-24T00:00:00+09:00": false, "2027-06-30T23:59:59+09:00": false,
		"2027-07-01T00:00:00+09:00": true, "2027-06-30T15:00:00Z": true, "2031-01-01T00:00:00Z": true,
	} {
		now, _ := time.Parse(time.RFC3339, at)
		if ends, due := c.Alarm(now); due != want || ends != day("2027-12-31") {
			t.Errorf("%s: due %v, ends %s", at, due, ends)
		}
	}
	longer := calendar(t, Config{Overrides: []Override{{Date: day("2028-12-31"), Action: Complete, KnownSince: day("2027-06-30")}}})
	if _, due := longer.Alarm(time.Date(2027, 12, 1, 0, 0, 0, 0, time.UTC)); due {
		t.Error("an override that completes a year does not still the alarm")
	}
}

func TestCounting(t *testing.T) {
	c := calendar(t, Config{Closures: []Date{day("2026-12-31")}})
	for _, x := range []struct {
		from string
		n    int
		want string
	}{
		{"2026-02-13", 1, "2026-02-19"}, // over Seollal
		{"2026-02-19", -1, "2026-02-13"},
		{"2026-12-30", 1, "2027-01-04"}, // over a closure, New Year and a week-end
		{"2027-01-04", -1, "2026-12-30"},
		{"2026-09-22", 3, "2026-09-29"}, // 23, 28, 29
		{"2026-09-26", 0, "2026-09-28"},
		{"2026-09-23", 0, "2026-09-23"},
		{"2027-04-30", 1, "2027-05-04"},
		{"2026-11-24", 7, "2026-12-03"},
		{"2026-11-22", 1, "2026-11-23"},
		{"2026-11-22", -1, "2026-11-20"},
	} {
		if got, err := c.AddBusinessDays(day(x.from), x.n); err != nil || got.String() != x.want {
			t.Errorf("%s and %d: %s %v, want %s", x.from, x.n, got, err, x.want)
		}
	}
	for _, x := range []struct {
		from, to string
		want     int
	}{
		{"2026-02-13", "2026-02-19", 1}, {"2026-02-19", "2026-02-13", -1}, {"2026-02-14", "2026-02-15", 0},
		{"2025-12-31", "2026-12-31", 244}, // 261 weekdays, 16 holidays among them, 1 closure
		{"2026-11-24", "2026-11-24", 0},
	} {
		if got, err := c.CountBusinessDays(day(x.from), day(x.to)); err != nil || got != x.want {
			t.Errorf("%s to %s: %d %v, want %d", x.from, x.to, got, err, x.want)
		}
	}
	for month, want := range map[time.Month]string{1: "2026-01-02", 2: "2026-02-02", 3: "2026-03-03", 5: "2026-05-04", 8: "2026-08-03"} {
		if got, err := c.FirstBusinessDay(2026, month); err != nil || got.String() != want {
			t.Errorf("%s: %s %v", month, got, err)
		}
	}
}

// TestAddAndCountAreInverse holds for every day of two years and both directions.
func TestAddAndCountAreInverse(t *testing.T) {
	c := calendar(t, Config{Closures: []Date{day("2026-12-31"), day("2026-07-24")}})
	for d := day("2026-01-01"); d.Before(day("2027-10-01")); d = d.AddDays(1) {
		for _, n := range []int{-20, -7, -2, -1, 1, 2, 3, 7, 20, 60} {
			e, err := c.AddBusinessDays(d, n)
			if err != nil {
				t.Fatal(err)
			}
			if is, ok := c.Business(e); !is || !ok {
				t.Fatalf("%s and %d is %s, no business day", d, n, e)
			}
			if got, err := c.CountBusinessDays(d, e); err != nil || got != n {
				t.Fatalf("from %s to %s are %d, want %d (%v)", d, e, got, n, err)
			}
		}
	}
}

func TestNoticeLimits(t *testing.T) {
	for _, x := range []struct {
		name, zone, start, byHours, byCalendar string
		strictest                              int // 1 hours, 2 calendar
	}{
		{"in the night", "Asia/Seoul", "2026-11-24T02:00:00+09:00", "2026-11-21T02:00:00+09:00", "2026-11-21T00:00:00+09:00", 2},
		{"at midnight both are one", "Asia/Seoul", "2026-11-24T00:00:00+09:00", "2026-11-21T00:00:00+09:00", "2026-11-21T00:00:00+09:00", 1},
		{"the zone's day", "Asia/Seoul", "2026-11-23T16:00:00Z", "2026-11-21T01:00:00+09:00", "2026-11-21T00:00:00+09:00", 2},
		{"over New Year", "Asia/Seoul", "2027-01-02T22:00:00+09:00", "2026-12-30T22:00:00+09:00", "2026-12-30T00:00:00+09:00", 2},
		{"summer time begins", "Asia/Seoul", "1988-05-09T00:30:00+10:00", "1988-05-05T23:30:00+09:00", "1988-05-06T00:00:00+09:00", 1},
		{"summer time ends", "Asia/Seoul", "1988-10-10T00:30:00+09:00", "1988-10-07T01:30:00+10:00", "1988-10-07T00:00:00+10:00", 2},
		{"New York, spring", "America/New_York", "2026-03-09T00:30:00-04:00", "2026-03-05T23:30:00-05:00", "2026-03-06T00:00:00-05:00", 1},
		{"New York, autumn", "America/New_York", "2026-11-02T12:00:00-05:00", "2026-10-30T13:00:00-04:00", "2026-10-30T00:00:00-04:00", 2},
	} {
		start, _ := time.Parse(time.RFC3339, x.start)
		byHours, byCalendar, strictest := NoticeLimits(start, 3, 72*time.Hour, zone(t, x.zone))
		if byHours.Format(time.RFC3339) != x.byHours || byCalendar.Format(time.RFC3339) != x.byCalendar {
			t.Errorf("%s: %s and %s, want %s and %s", x.name, byHours.Format(time.RFC3339), byCalendar.Format(time.RFC3339), x.byHours, x.byCalendar)
		}
		if want := []time.Time{byHours, byCalendar}[x.strictest-1]; strictest != want {
			t.Errorf("%s: strictest %s", x.name, strictest)
		}
	}
}
