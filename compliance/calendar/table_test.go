package calendar

import (
	"bytes"
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/charterwatch/charterwatch/internal/needs"
)

// samples finds the holidays of the official almanacs beside the project.
func samples(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; ; dir = filepath.Dir(dir) {
		at := filepath.Join(dir, "shared", "samples", "holidays")
		if _, err := os.Stat(at); err == nil {
			return at
		}
		if dir == filepath.Dir(dir) {
			break
		}
	}
	needs.Lack(t, "no shared/samples/holidays in any folder above")
	return ""
}

// plain drops what spellings of one name differ in.
var plain = strings.NewReplacer(" ", "", "ㆍ", "", "·", "")

func TestTableAgreesWithTheAlmanacs(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(samples(t), "kr-*.csv"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	var want []string
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(b, []byte("\ufeff")))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows[1:] {
			want = append(want, r[0]+" "+plain.Replace(r[1]))
		}
	}
	c := calendar(t, Config{})
	var got []string
	for _, h := range c.Between(c.Begins(), c.Ends()) {
		got = append(got, h.Date.String()+" "+plain.Replace(h.NameKO))
	}
	slices.Sort(got)
	slices.Sort(want)
	for _, s := range got {
		if !slices.Contains(want, s) {
			t.Errorf("not in the almanacs: %s", s)
		}
	}
	for _, s := range want {
		if !slices.Contains(got, s) {
			t.Errorf("not in the table: %s", s)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d holidays, the almanacs have %d", len(got), len(want))
	}
}

// TestTableIsSound: what holds of any table, whatever its days.
func TestTableIsSound(t *testing.T) {
	c := calendar(t, Config{})
	if c.Begins() != day("2018-01-01") || c.Ends() != day("2027-12-31") || c.Version() == "" || c.Source() == "" {
		t.Fatalf("%s to %s, version %q, source %q", c.Begins(), c.Ends(), c.Version(), c.Source())
	}
	fixed := map[string]bool{"01-01": true, "03-01": true, "05-05": true, "06-06": true, "08-15": true, "10-03": true, "10-09": true, "12-25": true}
	for year := 2018; year <= 2027; year++ {
		for md := range fixed {
			if _, ok := c.Holiday(day(NewDate(year, 1, 1).String()[:5] + md)); !ok {
				t.Errorf("%d-%s is no holiday", year, md)
			}
		}
	}
	for _, h := range c.Between(c.Begins(), c.Ends()) {
		weekend := h.Date.Weekday() == 0 || h.Date.Weekday() == 6
		if h.Kind != Statutory && weekend {
			t.Errorf("%s, %s, falls on a %s: nobody would have made it", h.Date, h.NameEN, h.Date.Weekday())
		}
		if h.NameKO == "" || h.NameEN == "" || h.KnownSince.IsZero() || h.KnownSince.After(h.Date) || h.Source == "" {
			t.Errorf("%+v", h)
		}
	}
}

func TestNamesAndKinds(t *testing.T) {
	c := calendar(t, Config{})
	for date, want := range map[string]Holiday{
		"2020-08-17": {NameKO: "임시공휴일", NameEN: "Temporary holiday", Kind: Temporary, KnownSince: day("2020-07-21")},
		"2023-10-02": {NameKO: "임시공휴일", NameEN: "Temporary holiday", Kind: Temporary, KnownSince: day("2023-09-05")},
		"2024-10-01": {NameKO: "임시공휴일", NameEN: "Temporary holiday", Kind: Temporary, KnownSince: day("2024-09-03")},
		"2025-01-27": {NameKO: "임시공휴일", NameEN: "Temporary holiday", Kind: Temporary, KnownSince: day("2025-01-14")},
		"2025-06-03": {NameKO: "임시공휴일(대통령선거)", NameEN: "Temporary holiday (presidential election)", Kind: Temporary, KnownSince: day("2025-04-08")},
		"2022-03-09": {NameKO: "대통령선거", NameEN: "Presidential election", Kind: Election, KnownSince: day("2021-08-11")},
		"2026-02-17": {NameKO: "설날", NameEN: "Seollal (Lunar New Year)", Kind: Statutory, KnownSince: day("2025-07-01")},
		"2026-05-01": {NameKO: "노동절", NameEN: "Labour Day", Kind: Statutory, KnownSince: day("2026-04-30"), Estimated: true},
		"2026-07-17": {NameKO: "제헌절", NameEN: "Constitution Day", Kind: Statutory, KnownSince: day("2026-02-03")},
		"2027-05-03": {NameKO: "대체공휴일(노동절)", NameEN: "Substitute holiday for Labour Day", Kind: Substitute, KnownSince: day("2026-06-30"), Estimated: true},
		"2027-07-19": {NameKO: "대체공휴일(제헌절)", NameEN: "Substitute holiday for Constitution Day", Kind: Substitute, KnownSince: day("2026-06-30"), Estimated: true},
	} {
		want.Date, want.Source = day(date), c.Source()
		if got, ok := c.Holiday(day(date)); !ok || got != want {
			t.Errorf("%s:\ngot  %+v\nwant %+v", date, got, want)
		}
	}
	if both := c.Holidays(day("2025-05-05")); len(both) != 2 || both[0].NameEN != "Children's Day" || both[1].NameEN != "Buddha's Birthday" {
		t.Errorf("%+v", both)
	}
}

func TestBrokenTablesAreRefused(t *testing.T) {
	const good = "version v\nsource s\nname a = 가 | A\nyear 2026 known 2025-07-01\n01-01 statutory a\n"
	if _, err := parseTable(good); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"no version":      strings.Replace(good, "version v\n", "", 1),
		"no name":         strings.Replace(good, "statutory a", "statutory b", 1),
		"no kind":         strings.Replace(good, "statutory a", "local a", 1),
		"no day":          strings.Replace(good, "01-01", "02-30", 1),
		"half a name":     strings.Replace(good, " | A", "", 1),
		"a year left out": good + "year 2028 known 2027-07-01\n",
		"known too late":  strings.Replace(good, "statutory a", "statutory a known 2026-01-02", 1),
		"no known date":   strings.Replace(good, "known 2025-07-01", "known soon", 1),
		"more words":      strings.Replace(good, "statutory a", "statutory a b", 1),
		"no year":         "version v\nsource s\n01-01 statutory a\n",
	} {
		if _, err := parseTable(text); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
