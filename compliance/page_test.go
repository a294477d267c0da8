package compliance

import (
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/scanners"
)

func TestLooksAtAPageJoinWhatIsTheSame(t *testing.T) {
	spec := PageSpec{ID: "home/charter", Every: time.Hour}
	start := time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC)
	look := func(minutes int, change ...func(*scanners.PageLook)) scanners.PageLook {
		at := start.Add(time.Duration(minutes) * time.Minute)
		l := scanners.PageLook{From: at, To: at.Add(time.Second), Status: PageOK, Digest: "d"}
		for _, c := range change {
			c(&l)
		}
		return l
	}
	first := PageSpan{}.After(spec, look(0))
	if first.Page != spec.ID || first.Looks != 1 || !first.From.Equal(start) {
		t.Fatalf("%+v", first)
	}
	dated := func(l *scanners.PageLook) { l.Updated = start }
	for name, x := range map[string]struct {
		was   PageSpan
		look  scanners.PageLook
		joins bool
	}{
		"the same":                        {first, look(60), true},
		"the same after two intervals":    {first, look(120), true},
		"the same after a longer pause":   {first, look(121), false},
		"another status":                  {first, look(60, func(l *scanners.PageLook) { l.Status = PageMissing }), false},
		"another text":                    {first, look(60, func(l *scanners.PageLook) { l.Digest = "e" }), false},
		"another date":                    {first, look(60, dated), false},
		"words that it lacks":             {first, look(60, func(l *scanners.PageLook) { l.Lacks = []string{"availability"} }), false},
		"the date of a text that changes": {PageSpan{}.After(spec, look(0, dated)), look(60, dated, func(l *scanners.PageLook) { l.Digest = "e" }), true},
	} {
		is := x.was.After(spec, x.look)
		if joined := is.From.Equal(x.was.From) && is.Looks == 2; joined != x.joins || !is.To.Equal(x.look.To) {
			t.Errorf("%s: %+v", name, is)
		}
	}
	if is := first.After(spec, look(-5)); is.Looks != 1 || !is.To.Equal(first.To) {
		t.Errorf("a look from before says something: %+v", is)
	}
}
