package calendar

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
)

func seoul(t testing.TB, s string) time.Time {
	t.Helper()
	z, err := time.LoadLocation("Asia/Seoul")
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", s, z)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// TestDeadlines: worked out by hand, with a calendar on the table.
func TestDeadlines(t *testing.T) {
	c := calendar(t, Config{Closures: []Date{day("2026-12-31")}})
	for _, x := range []struct {
		name     string
		received string
		n        int
		business bool
		rule     Rule
		want     string // 24:00 of a day is 00:00 of the next
		skipped  string
	}{
		{"one day ends with the next", "2026-11-24 09:00", 1, false, Civil, "2026-11-26 00:00", ""},
		{"whenever in the day it came", "2026-11-24 23:59", 1, false, Civil, "2026-11-26 00:00", ""},
		{"even at midnight", "2026-11-24 00:00", 1, false, Civil, "2026-11-26 00:00", ""},
		{"one day from Friday", "2026-11-20 15:00", 1, false, Civil, "2026-11-24 00:00", "2026-11-21 saturday, 2026-11-22 sunday"},
		{"days off inside are counted", "2026-11-20 15:00", 3, false, Civil, "2026-11-24 00:00", ""},
		{"one day before Seollal", "2026-02-13 10:00", 1, false, Civil, "2026-02-20 00:00", "2026-02-14 saturday, 2026-02-15 sunday, 2026-02-16 holiday, 2026-02-17 holiday, 2026-02-18 holiday"},
		{"one day before Labour Day", "2026-04-30 10:00", 1, false, Civil, "2026-05-05 00:00", "2026-05-01 holiday, 2026-05-02 saturday, 2026-05-03 sunday"},
		{"over a closure and New Year", "2026-12-30 10:00", 1, false, Civil, "2027-01-05 00:00", "2026-12-31 closure, 2027-01-01 holiday, 2027-01-02 saturday, 2027-01-03 sunday"},
		{"substitute of Labour Day 2027", "2027-04-30 10:00", 3, false, Civil, "2027-05-05 00:00", "2027-05-03 holiday"},
		{"substitute of Constitution Day 2027", "2027-07-16 10:00", 1, false, Civil, "2027-07-21 00:00", "2027-07-17 holiday, 2027-07-18 sunday, 2027-07-19 holiday"},

		{"seven business days", "2026-11-24 09:00", 7, true, Civil, "2026-12-04 00:00", "2026-11-28 saturday, 2026-11-29 sunday"},
		{"seven business days from Saturday", "2026-11-21 09:00", 7, true, Civil, "2026-12-02 00:00", "2026-11-22 sunday, 2026-11-28 saturday, 2026-11-29 sunday"},
		{"seven business days over Chuseok", "2026-09-22 17:00", 7, true, Civil, "2026-10-07 00:00",
			"2026-09-24 holiday, 2026-09-25 holiday, 2026-09-26 holiday, 2026-09-27 sunday, 2026-10-03 holiday, 2026-10-04 sunday, 2026-10-05 holiday"},
		{"over the year's end", "2026-12-24 09:00", 5, true, Civil, "2027-01-06 00:00",
			"2026-12-25 holiday, 2026-12-26 saturday, 2026-12-27 sunday, 2026-12-31 closure, 2027-01-01 holiday, 2027-01-02 saturday, 2027-01-03 sunday"},

		{"24 hours", "2026-11-20 15:04", 1, false, Elapsed, "2026-11-21 15:04", ""},
		{"24 hours of business days", "2026-11-20 15:04", 1, true, Elapsed, "2026-11-23 15:04", "2026-11-21 saturday, 2026-11-22 sunday"},
		{"from a day off it runs from the next business day", "2026-11-21 15:04", 1, true, Elapsed, "2026-11-24 00:00", "2026-11-21 saturday, 2026-11-22 sunday"},

		{"a working day in hours", "2026-11-24 09:00", 1, false, Public, "2026-11-24 18:00", ""},
		{"from the afternoon", "2026-11-24 15:00", 1, false, Public, "2026-11-25 15:00", ""},
		{"from the morning, over lunch", "2026-11-24 11:30", 1, false, Public, "2026-11-25 11:30", ""},
		{"from lunch", "2026-11-24 12:30", 1, false, Public, "2026-11-25 12:00", ""},
		{"in the evening", "2026-11-24 20:00", 1, false, Public, "2026-11-25 18:00", ""},
		{"before opening", "2026-11-24 07:00", 1, false, Public, "2026-11-24 18:00", ""},
		{"in hours over a week-end", "2026-11-20 16:00", 1, false, Public, "2026-11-23 16:00", "2026-11-21 saturday, 2026-11-22 sunday"},
		{"five days in hours", "2026-11-24 10:00", 5, true, Public, "2026-12-01 10:00", "2026-11-28 saturday, 2026-11-29 sunday"},
		{"six days, the first included", "2026-11-24 17:00", 6, false, Public, "2026-12-02 00:00", "2026-11-28 saturday, 2026-11-29 sunday"},
		{"seven days, the first included", "2026-11-24 17:00", 7, true, Public, "2026-12-03 00:00", "2026-11-28 saturday, 2026-11-29 sunday"},
		{"six days from a Sunday", "2026-11-22 10:00", 6, true, Public, "2026-12-01 00:00", "2026-11-22 sunday, 2026-11-28 saturday, 2026-11-29 sunday"},
	} {
		count := c.Days
		if x.business {
			count = c.BusinessDays
		}
		d, err := count(seoul(t, x.received), x.n, x.rule)
		if err != nil {
			t.Errorf("%s: %v", x.name, err)
			continue
		}
		var skipped []string
		for _, s := range d.Skipped {
			skipped = append(skipped, s.Date.String()+" "+string(s.Why))
		}
		if got := d.At.Format("2006-01-02 15:04"); got != x.want || strings.Join(skipped, ", ") != x.skipped {
			t.Errorf("%s: %s over %v, want %s over %s", x.name, got, skipped, x.want, x.skipped)
		}
		if d.Rule != x.rule || d.N != x.n || d.Business != x.business || !d.Received.Equal(seoul(t, x.received)) {
			t.Errorf("%s: %+v", x.name, d)
		}
	}
}

func TestDeadlineSaysWhatIsInTime(t *testing.T) {
	c := calendar(t, Config{})
	civil, _ := c.Days(seoul(t, "2026-11-24 09:00"), 1, Civil)
	elapsed, _ := c.Days(seoul(t, "2026-11-24 09:00"), 1, Elapsed)
	for _, x := range []struct {
		d    Deadline
		at   time.Time
		want bool
	}{
		{civil, seoul(t, "2026-11-25 23:59"), true}, {civil, seoul(t, "2026-11-26 00:00"), false},
		{elapsed, seoul(t, "2026-11-25 09:00"), true}, {elapsed, seoul(t, "2026-11-25 09:01"), false},
	} {
		if got := x.d.Met(x.at); got != x.want {
			t.Errorf("%s by %s: %v", x.at, x.d.At, got)
		}
		if x.d.Last() != day("2026-11-25") {
			t.Errorf("falls on %s", x.d.Last())
		}
	}
	b, err := json.Marshal(civil)
	const want = `{"at":"2026-11-26T00:00:00+09:00","by_hours":false,"received":"2026-11-24T09:00:00+09:00","n":1,"business":false,"rule":"civil"}`
	if err != nil || string(b) != want {
		t.Errorf("%s %v", b, err)
	}
}

// TestDeadlinesOverAChangeOfClocks: days end at the zone's midnight, hours stay hours.
func TestDeadlinesOverAChangeOfClocks(t *testing.T) {
	c := calendar(t, Config{Zone: zone(t, "America/New_York")})
	received := time.Date(2026, 3, 6, 15, 0, 0, 0, c.Zone()) // the Friday before clocks go forward
	for _, x := range []struct {
		business bool
		rule     Rule
		want     string
	}{
		{false, Civil, "2026-03-10T00:00:00-04:00"}, {false, Elapsed, "2026-03-09T16:00:00-04:00"}, {true, Civil, "2026-03-12T00:00:00-04:00"},
		{true, Elapsed, "2026-03-11T15:00:00-04:00"}, {true, Public, "2026-03-11T15:00:00-04:00"},
	} {
		count := c.Days
		if x.business {
			count = c.BusinessDays
		}
		if d, err := count(received, 3, x.rule); err != nil || d.At.Format(time.RFC3339) != x.want {
			t.Errorf("%s, business %v: %s %v, want %s", x.rule, x.business, d.At.Format(time.RFC3339), err, x.want)
		}
	}
}

func TestDeadlineErrors(t *testing.T) {
	c := calendar(t, Config{})
	late := seoul(t, "2027-12-30 10:00")
	var beyond *UncoveredError
	for _, rule := range Rules() {
		if _, err := c.BusinessDays(late, 3, rule); !errors.As(err, &beyond) {
			t.Errorf("%s: %v", rule, err)
		}
		for _, n := range []int{0, -1, MaxDays + 1} {
			if _, err := c.Days(late, n, rule); err == nil || errors.As(err, &beyond) {
				t.Errorf("%s with %d: %v", rule, n, err)
			}
		}
	}
	if _, err := c.Days(late, 2, Civil); !errors.As(err, &beyond) {
		t.Errorf("%v", err)
	}
	if _, err := c.Days(late, 2, Elapsed); err != nil {
		t.Errorf("24 hours need no table: %v", err)
	}
	if _, err := c.Days(late, 2, Rule(9)); err == nil {
		t.Error("a rule without a name counted")
	}
}

// TestDeadlineProperties: a longer term never ends earlier, later receipt never has less
// time, and by Civil no term ends on a day off.
func TestDeadlineProperties(t *testing.T) {
	c := calendar(t, Config{Closures: []Date{day("2026-12-31")}})
	for _, rule := range Rules() {
		for _, business := range []bool{false, true} {
			count := c.Days
			if business {
				count = c.BusinessDays
			}
			var before [16]time.Time
			for at := seoul(t, "2026-01-01 00:00"); at.Before(seoul(t, "2027-10-01 00:00")); at = at.Add(7 * time.Hour) {
				var shorter time.Time
				for n := 1; n <= 15; n++ {
					d, err := count(at, n, rule)
					if err != nil {
						t.Fatal(err)
					}
					if d.At.Before(shorter) {
						t.Fatalf("%s: %d days from %s end %s, before %d days", rule, n, at, d.At, n-1)
					}
					if d.At.Before(before[n]) || !d.At.After(at) {
						t.Fatalf("%s: %d days from %s end %s, an earlier receipt's %s", rule, n, at, d.At, before[n])
					}
					shorter, before[n] = d.At, d.At
					if is, ok := c.Business(d.Last()); rule == Civil && (!is || !ok) {
						t.Fatalf("%d days from %s end on %s", n, at, d.Last())
					}
				}
			}
		}
	}
}

func TestOffice(t *testing.T) {
	c := calendar(t, Config{Office: Office{Open: 8*time.Hour + 30*time.Minute, Close: 16*time.Hour + 30*time.Minute}})
	if d, err := c.Days(seoul(t, "2026-11-24 10:00"), 1, Public); err != nil || d.At.Format("2006-01-02 15:04") != "2026-11-25 10:00" {
		t.Errorf("%s %v", d.At, err)
	}
	for _, o := range []Office{
		{Open: 18 * time.Hour, Close: 9 * time.Hour}, {Open: -1, Close: 9 * time.Hour}, {Close: 25 * time.Hour},
		{Open: 9 * time.Hour, Close: 18 * time.Hour, LunchFrom: 8 * time.Hour, LunchEnd: 10 * time.Hour},
		{Open: 9 * time.Hour, Close: 18 * time.Hour, LunchFrom: 13 * time.Hour, LunchEnd: 12 * time.Hour},
		{Open: 9 * time.Hour, Close: 18 * time.Hour, LunchFrom: 9 * time.Hour, LunchEnd: 18 * time.Hour},
	} {
		if _, err := New(Config{Office: o}); err == nil {
			t.Errorf("%+v was accepted", o)
		}
	}
}

func TestRuleNames(t *testing.T) {
	for _, r := range Rules() {
		b, err := r.MarshalText()
		var back Rule
		if err != nil || back.UnmarshalText(b) != nil || back != r {
			t.Errorf("%s becomes %s (%v)", r, back, err)
		}
	}
	if _, err := Rule(9).MarshalText(); err == nil {
		t.Error("a rule without a name was written")
	}
	if _, err := ParseRule("Civil"); err == nil {
		t.Error("Civil is not a stable name")
	}
	var zero Rule
	if zero != Civil {
		t.Error("the default is not the Civil Act")
	}
}
