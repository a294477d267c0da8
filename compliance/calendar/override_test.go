package calendar

import (
	"errors"
	"reflect"
	"strings"
	"testing"
)

const goodOverrides = "\ufeffdate,action,name ko,name en,known since,source\r\n" +
	"# decided in December\r\n" +
	"2026-12-24, add ,임시공휴일,\"Temporary, and short\",2026-12-01,국무회의 2026-12-01\r\n" +
	"\r\n" +
	"2027-05-01,remove,,,2027-01-15,관보 제20000호\r\n" +
	",,,,,\r\n" +
	"2028-12-31,complete,,,2027-06-30,2028년 월력요항\r\n"

func TestParseOverrides(t *testing.T) {
	got, err := ParseOverrides([]byte(goodOverrides), "h.csv")
	want := []Override{
		{day("2026-12-24"), Add, "임시공휴일", "Temporary, and short", day("2026-12-01"), "국무회의 2026-12-01"},
		{day("2027-05-01"), Remove, "", "", day("2027-01-15"), "관보 제20000호"},
		{day("2028-12-31"), Complete, "", "", day("2027-06-30"), "2028년 월력요항"},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Fatalf("%+v %v", got, err)
	}
	if _, err := ParseOverrides([]byte("2025-12-31,complete,,,2026-01-15,late\n"), "h.csv"); err != nil {
		t.Errorf("a year may be completed after it has ended: %v", err)
	}
	if got, err := ParseOverrides(nil, "h.csv"); len(got) != 0 || err != nil {
		t.Errorf("an empty file: %v %v", got, err)
	}
}

func TestOverrideMistakes(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"date", "2026-02-30,add,가,,2026-01-01,s", `h.csv:1:1: date: override_date value="2026-02-30"`},
		{"action", "2026-12-24,plus,가,,2026-01-01,s", `h.csv:1:12: action: override_action value="plus" actions=add, remove, complete`},
		{"name", "2026-12-24,add,,,2026-01-01,s", `h.csv:1:16: name_ko: override_nameless`},
		{"known since", "date,x,x,x,x,x\n2026-12-24,add,가,,soon,s", `h.csv:2:21: known_since: override_date value="soon"`},
		{"known after the day", "2026-12-24,add,가,,2026-12-25,s", `h.csv:1:21: known_since: override_late date=2026-12-24 known=2026-12-25`},
		{"source", "2026-12-24,remove,,,2026-12-01,", `h.csv:1:32: source: override_source`},
		{"too few", "2026-12-24,add,가,,2026-12-01", `h.csv:1:1: override_fields n=5 fields=date,action,name_ko,name_en,known_since,source`},
		{"twice", "2026-12-24,remove,,,2026-12-01,s\n#\n2026-12-24,remove,,,2026-12-01,t", `h.csv:3:1: date: override_twice date=2026-12-24 line=1`},
		{"quote", "2026-12-24,add,\"가,,2026-12-01,s", `h.csv:1:34: override_csv err=extraneous or missing " in quoted-field`},
		{"CP949", "# ok\n2026-12-24,add,\xc0\xd3\xbd\xc3,,2026-12-01,s", `h.csv:2:1: override_utf8`},
	} {
		_, err := ParseOverrides([]byte(c.text), "h.csv")
		var at *OverrideError
		if !errors.As(err, &at) || err.Error() != c.want {
			t.Errorf("%s:\ngot  %v\nwant %s", c.name, err, c.want)
		}
	}
}

func TestOverrideMistakesAreCollected(t *testing.T) {
	_, err := ParseOverrides([]byte("2026-13-01,plus,,,,\n2026-12-24,add,,,2026-12-01,s\n"), "h.csv")
	many, ok := err.(interface{ Unwrap() []error })
	if !ok || len(many.Unwrap()) != 5 {
		t.Fatalf("%v", err)
	}
	_, err = ParseOverrides([]byte(strings.Repeat("x\n", 5000)), "h.csv")
	if many, ok := err.(interface{ Unwrap() []error }); !ok || len(many.Unwrap()) != 101 {
		t.Fatalf("%v", err)
	}
}

// FuzzParseOverrides: whatever a file says, it is either refused with places, or makes a
// calendar.
func FuzzParseOverrides(f *testing.F) {
	f.Add([]byte(goodOverrides))
	f.Add([]byte("2026-12-24,add,가,,2026-12-01,s\n\"\n"))
	f.Add([]byte("date\n\xff,,,,,"))
	f.Add([]byte("9999-12-31,complete,,,0001-01-01,s"))
	f.Fuzz(func(t *testing.T, text []byte) {
		out, err := ParseOverrides(text, "h.csv")
		if err == nil {
			c := calendar(t, Config{Overrides: out})
			for _, o := range out {
				if o.Action == Remove {
					c.Holidays(o.Date)
				}
			}
			if c.Ends().Before(day("2027-12-31")) {
				t.Fatalf("overrides shorten the table to %s", c.Ends())
			}
			return
		}
		for _, e := range err.(interface{ Unwrap() []error }).Unwrap() {
			var at *OverrideError
			if !errors.As(e, &at) || at.File != "h.csv" || at.Line < 1 || at.Column < 1 || at.Rule == "" {
				t.Fatalf("%#v", e)
			}
		}
	})
}
