package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance/calendar"
	"github.com/charterwatch/charterwatch/internal/messages"
	"github.com/charterwatch/charterwatch/probes"
)

func build(t *testing.T, path, text string) (Built, *Loaded, error) {
	t.Helper()
	l, err := Parse(path, []byte(text), Options{Getenv: env(nil), Now: today})
	if err != nil {
		return Built{}, nil, err
	}
	b, err := l.Build(Deps{Shared: probes.NewShared(probes.SharedConfig{}), Heartbeats: probes.NewHeartbeats(today())})
	return b, l, err
}

// withHolidays writes a configuration beside a file of holidays.
func withHolidays(t *testing.T, holidays string) (path, text string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "holidays.csv"), []byte(holidays), 0o600); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "f.yaml"), strings.Replace(good, "organisation: {", "organisation: {holidays: holidays.csv, closures: [2026-12-31], ", 1)
}

func TestCalendar(t *testing.T) {
	path, text := withHolidays(t, "2026-12-24,add,임시공휴일,,2026-12-01,관보\n2027-05-01,remove,,,2027-01-15,관보\n2028-12-31,complete,,,2027-06-30,월력요항\n")
	b, l, err := build(t, path, text)
	if err != nil || len(l.Warnings) != 0 {
		t.Fatal(err, l)
	}
	for date, want := range map[calendar.Date]bool{
		calendar.NewDate(2026, 12, 24): false, calendar.NewDate(2026, 12, 31): false, calendar.NewDate(2026, 12, 30): true,
		calendar.NewDate(2026, 10, 9): false, calendar.NewDate(2028, 6, 1): true,
	} {
		if is, ok := b.Calendar.Business(date); is != want || !ok {
			t.Errorf("%s: business %v, known %v", date, is, ok)
		}
	}
	if b.Calendar.Zone().String() != "Asia/Seoul" {
		t.Errorf("days begin in %s", b.Calendar.Zone())
	}
}

func TestMistakesInHolidays(t *testing.T) {
	path, text := withHolidays(t, "date,action,name ko,name en,known since,source\n2026-12-24,plus,,,2026-12-01,관보\n2026-12-24,add,,,2026-12-25,\n")
	text = strings.Replace(text, "interval: 30s", "interval: soon", 1)
	_, _, err := build(t, path, text)
	var ps Problems
	if !errors.As(err, &ps) || len(ps) != 5 || ps[0].File != path {
		t.Fatalf("%v", err)
	}
	at := filepath.Join(filepath.Dir(path), "holidays.csv")
	for i, want := range []string{
		at + `:2:12: action: "plus" is not an action; try one of add, remove, complete`,
		at + `:3:16: name_ko: names nothing; try the holiday's name in Korean or in English`,
		at + `:3:18: known_since: 2026-12-24 cannot have become known on 2026-12-25, after it; try the day it was announced, 2026-12-24 at the latest`,
		at + `:3:29: source: is missing; try who decided it and where that can be read, such as an issue of the gazette`,
	} {
		if got := ps[i+1].String(); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	const ko = `:2:12: action: "plus" 값은 쓸 수 있는 동작이 아닙니다. 다음 가운데 하나를 적으십시오: add, remove, complete`
	if got := ps[1].In(messages.In("ko")); got != at+ko {
		t.Error(got)
	}
	_, _, err = build(t, "f.yaml", strings.Replace(good, "organisation: {", "organisation: {holidays: /nowhere/h.csv, ", 1))
	if err == nil || !strings.Contains(err.Error(), "f.yaml:3:26: organisation.holidays: ") {
		t.Errorf("%v", err)
	}
}

// TestEndOfHolidays: half a year before the table ends, check warns; an override that
// completes the next year stills it.
func TestEndOfHolidays(t *testing.T) {
	warned := func(path, text string, now time.Time) bool {
		l, err := Parse(path, []byte(text), Options{Getenv: env(nil), Now: func() time.Time { return now }})
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range l.Warnings {
			if w.Path == "organisation.holidays" && w.Line == 3 && strings.Contains(w.String(), "known until 2027-12-31 only") {
				return true
			}
		}
		return false
	}
	seoul := time.FixedZone("KST", 9*3600)
	if warned("f.yaml", good, time.Date(2027, 6, 30, 23, 59, 59, 0, seoul)) {
		t.Error("warned too early")
	}
	july := time.Date(2027, 7, 1, 0, 0, 0, 0, seoul)
	if !warned("f.yaml", good, july) {
		t.Error("not warned")
	}
	if path, text := withHolidays(t, "2028-12-31,complete,,,2027-06-30,월력요항\n"); warned(path, text, july) {
		t.Error("warned of a table that was completed")
	}
}
