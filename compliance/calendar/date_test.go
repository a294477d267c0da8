package calendar

import (
	"encoding/json"
	"testing"
	"time"
	_ "time/tzdata"
)

func day(s string) Date {
	d, err := Parse(s)
	if err != nil {
		panic(err)
	}
	return d
}

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestParse(t *testing.T) {
	if d, err := Parse("2026-11-24"); err != nil || d != (Date{2026, time.November, 24}) || d.String() != "2026-11-24" {
		t.Error(d, err)
	}
	for _, s := range []string{"", "2026-02-29", "2026-2-1", "26-02-01", "2026/02/01", "2026-02-01 ", "2026-13-01"} {
		if d, err := Parse(s); err == nil {
			t.Errorf("%q is %s", s, d)
		}
	}
}

func TestArithmetic(t *testing.T) {
	for _, c := range []struct{ got, want any }{
		{day("2026-12-31").AddDays(1), day("2027-01-01")},
		{day("2024-03-01").AddDays(-1), day("2024-02-29")},
		{day("2027-12-31").AddMonths(-6), day("2027-06-30")},
		{day("2026-01-31").AddMonths(1), day("2026-02-28")},
		{day("2026-11-15").AddMonths(3), day("2027-02-15")},
		{day("2026-01-15").AddMonths(-1), day("2025-12-15")},
		{NewDate(2026, 2, 30), day("2026-03-02")},
		{day("2026-11-24").Weekday(), time.Tuesday},
		{day("2024-02-28").DaysTo(day("2024-03-01")), 2},
		{day("2024-03-01").DaysTo(day("2024-02-28")), -2},
		{day("2026-01-31").Before(day("2026-02-01")), true},
		{day("2026-02-01").After(day("2026-02-01")), false},
		{day("2025-12-31").Compare(day("2026-01-01")), -1},
	} {
		if c.got != c.want {
			t.Errorf("got %v, want %v", c.got, c.want)
		}
	}
}

func TestText(t *testing.T) {
	type box struct {
		D, Z Date
		M    map[Date]int
	}
	in := box{D: day("2026-11-24"), M: map[Date]int{day("2026-01-01"): 1}}
	b, err := json.Marshal(in)
	if err != nil || string(b) != `{"D":"2026-11-24","Z":"","M":{"2026-01-01":1}}` {
		t.Fatalf("%s %v", b, err)
	}
	var out box
	if err := json.Unmarshal(b, &out); err != nil || out.D != in.D || !out.Z.IsZero() || out.M[day("2026-01-01")] != 1 {
		t.Errorf("%+v %v", out, err)
	}
	if err := json.Unmarshal([]byte(`{"D":"tomorrow"}`), &out); err == nil {
		t.Error("accepted")
	}
}

// TestStart: days begin at odd times where clocks are changed at midnight.
func TestStart(t *testing.T) {
	for _, c := range []struct{ zone, day, want, hours string }{
		{"Asia/Seoul", "2026-11-24", "2026-11-24T00:00:00+09:00", "24h0m0s"},
		{"Asia/Seoul", "1988-05-08", "1988-05-08T00:00:00+09:00", "23h0m0s"},
		{"Asia/Seoul", "1988-10-09", "1988-10-09T00:00:00+10:00", "25h0m0s"},
		{"America/New_York", "2026-03-08", "2026-03-08T00:00:00-05:00", "23h0m0s"},
		{"America/New_York", "2026-11-01", "2026-11-01T00:00:00-04:00", "25h0m0s"},
		{"America/Sao_Paulo", "2018-11-04", "2018-11-04T01:00:00-02:00", "23h0m0s"},    // no midnight
		{"America/Havana", "2026-11-01", "2026-11-01T00:00:00-04:00", "25h0m0s"},       // two midnights
		{"America/Sao_Paulo", "2018-02-17", "2018-02-17T00:00:00-02:00", "25h0m0s"},    // 23:00 twice
		{"Pacific/Apia", "2011-12-30", "2011-12-31T00:00:00+14:00", "0s"},              // left out
		{"Pacific/Apia", "2011-12-29", "2011-12-29T00:00:00-10:00", "24h0m0s"},         // the day before
		{"Africa/Cairo", "2026-04-24", "2026-04-24T01:00:00+03:00", "23h0m0s"},         // no midnight
		{"Asia/Beirut", "2022-03-27", "2022-03-27T01:00:00+03:00", "23h0m0s"},          // no midnight
		{"America/Asuncion", "2024-03-24", "2024-03-24T00:00:00-04:00", "24h0m0s"},     // after 23:00 twice
		{"Antarctica/Troll", "2026-03-29", "2026-03-29T00:00:00Z", "22h0m0s"},          // two hours
		{"Australia/Lord_Howe", "2026-04-05", "2026-04-05T00:00:00+11:00", "24h30m0s"}, // half an hour
	} {
		z := zone(t, c.zone)
		d := day(c.day)
		if got := d.Start(z).Format(time.RFC3339); got != c.want {
			t.Errorf("%s in %s begins %s, want %s", c.day, c.zone, got, c.want)
		}
		if got := d.End(z).Sub(d.Start(z)).String(); got != c.hours {
			t.Errorf("%s in %s has %s, want %s", c.day, c.zone, got, c.hours)
		}
	}
}

// TestStartIsWhereTheDateChanges: the instant before belongs to another day.
func TestStartIsWhereTheDateChanges(t *testing.T) {
	for _, name := range []string{"Asia/Seoul", "America/New_York", "America/Havana", "America/Sao_Paulo", "Africa/Cairo", "Australia/Lord_Howe", "UTC"} {
		z := zone(t, name)
		for d := day("1987-01-01"); d.Before(day("2027-01-01")); d = d.AddDays(1) {
			s := d.Start(z)
			if DateOf(s, z) != d || !DateOf(s.Add(-time.Nanosecond), z).Before(d) {
				t.Fatalf("%s in %s begins %s", d, name, s)
			}
		}
	}
	if DateOf(time.Date(2026, 12, 31, 15, 0, 0, 0, time.UTC), zone(t, "Asia/Seoul")) != day("2027-01-01") {
		t.Error("the day is not the zone's")
	}
}
