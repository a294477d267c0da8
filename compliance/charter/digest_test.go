package charter

import (
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
)

// reads sets what a page says.
func reads(digest string) func(*compliance.PageSpan) {
	return func(s *compliance.PageSpan) { s.Digest = digest }
}

// A page that claims no date is known by its text: an update lies between the latest look that showed the
// text before and the first that showed the new one.
func TestFreshByText(t *testing.T) {
	ok := compliance.PageOK
	noon, hour := 12*time.Hour, time.Hour
	// daily are the updates of every business day between 11:00 and 12:00, looked at every hour.
	daily := func(until int) []compliance.PageSpan {
		var out []compliance.PageSpan
		text := "0"
		for d := -3; d < until; d++ {
			if wd := at(t, d, 0).Weekday(); wd != time.Saturday && wd != time.Sunday {
				text = at(t, d, 0).Format(time.DateOnly)
			}
			out = append(out, run(at(t, d, noon), at(t, d+1, noon-hour), ok, reads(text)))
		}
		return out
	}
	// around is a text of Tuesday the 10th, due by the end of Wednesday, that is last seen at one instant
	// and replaced by another.
	around := func(last, next time.Time) []compliance.PageSpan {
		spans := append(daily(10), run(at(t, 10, noon), last, ok, reads("10")), run(next, at(t, 12, noon-hour), ok, reads("11")))
		return append(spans, daily(33)[15:]...)
	}
	for name, c := range map[string]struct {
		set  func(*Evidence)
		want want
	}{
		"every day": {func(e *Evidence) { e.page(daily(33)...) }, want{kept, kept, kept, "pages_fresh"}},
		"a day missed": {func(e *Evidence) {
			spans := daily(33)
			spans[14].Digest = spans[13].Digest // of Wednesday the 11th, which shows Tuesday's
			e.page(spans...)
		}, want{broken, broken, broken, "pages_stale"}},
		"seen new before the limit":          {func(e *Evidence) { e.page(around(at(t, 11, 22*hour), at(t, 11, 23*hour))...) }, want{kept, kept, kept, "pages_fresh"}},
		"seen new at the limit":              {func(e *Evidence) { e.page(around(at(t, 11, 23*hour), at(t, 12, 0))...) }, want{unproven, kept, broken, "pages_unclear"}},
		"seen old a moment before the limit": {func(e *Evidence) { e.page(around(at(t, 12, -1), at(t, 12, hour))...) }, want{unproven, kept, broken, "pages_unclear"}},
		"seen old at the limit":              {func(e *Evidence) { e.page(around(at(t, 12, 0), at(t, 12, hour))...) }, want{broken, broken, broken, "pages_stale"}},
		"how old the first is, nobody knows": {func(e *Evidence) { e.page(daily(33)[4:]...) }, want{unproven, kept, broken, "pages_unclear"}},
		"never changed":                      {func(e *Evidence) { e.page(run(at(t, -40, 0), at(t, 32, 0), ok, reads("a"))) }, want{broken, broken, broken, "pages_stale"}},
		"never changed, and it need not":     {func(e *Evidence) { e.page(run(at(t, -40, 0), at(t, 32, 0), ok, reads("a"))); e.within(80) }, want{unproven, kept, broken, "pages_unclear"}},
		"changed once, and it need not again": {func(e *Evidence) {
			e.page(run(at(t, -40, 0), at(t, -10, 0), ok, reads("a")), run(at(t, -10, hour), at(t, 32, 0), ok, reads("b")))
			e.within(60)
		}, want{kept, kept, kept, "pages_fresh"}},
		"the term ends with the month": {func(e *Evidence) {
			e.AsOf = at(t, 20, 0)
			e.page(run(at(t, -40, 0), at(t, -10, 0), ok, reads("a")), run(at(t, -10, hour), at(t, 20, 0), ok, reads("b")))
			e.within(28)
		}, want{atRisk, kept, broken, "pages_pending"}},
		"not looked at for a day, the same after": {func(e *Evidence) {
			spans := daily(33) // Wednesday's text stands until Friday noon
			spans[14].To = at(t, 11, 13*hour)
			spans[15].Digest, spans[15].From = spans[14].Digest, at(t, 12, 22*hour)
			e.page(spans...)
		}, want{unproven, kept, broken, "pages_unclear"}},
		"not looked at in the evening, the same after": {func(e *Evidence) { // Tuesday's text stands until Thursday noon
			spans := daily(33)
			spans[13].To = at(t, 11, 9*hour)
			spans[14].Digest, spans[14].From = spans[13].Digest, at(t, 11, 23*hour)
			e.page(spans...)
		}, want{unproven, kept, broken, "pages_unclear"}},
		"between which days it was updated, nobody knows": {func(e *Evidence) { // Tuesday's or Wednesday's, until Thursday noon
			spans := daily(33)
			spans[13].To, spans[14].From = at(t, 10, 20*hour), at(t, 11, 9*hour)
			spans[13].Digest = spans[12].Digest
			spans[15].From = at(t, 12, 20*hour)
			e.page(spans...)
		}, want{unproven, kept, broken, "pages_unclear"}},
		"out of date in October alone": {func(e *Evidence) {
			e.page(append([]compliance.PageSpan{run(at(t, -40, 0), at(t, -3, noon-hour), ok, reads("old"))}, daily(33)...)...)
		}, want{kept, kept, kept, "pages_fresh"}},
		"whether the term has ended, nobody knows": {func(e *Evidence) {
			e.AsOf = at(t, 20, 0)
			e.page(run(at(t, -40, 0), at(t, -10, 0), ok, reads("a")), run(at(t, -7, 0), at(t, 20, 0), ok, reads("b")))
			e.within(21)
		}, want{unproven, kept, broken, "pages_unclear"}},
		"not looked at for long": {func(e *Evidence) { spans := daily(33); e.page(append(spans[:11:11], spans[14:]...)...) }, want{unproven, kept, broken, "pages_unseen"}},
		"the calendar ends":      {func(e *Evidence) { e.page(daily(33)...); e.DaysTo = date(time.November, 10) }, want{unproven, kept, broken, "pages_unclear"}},
		"a date was seen once: dates win": {func(e *Evidence) {
			spans := daily(33)
			spans[2].Updated = at(t, -1, noon)
			e.page(spans...)
		}, want{unproven, kept, broken, "pages_unseen"}},
		"neither a date nor a text": {func(e *Evidence) { e.page(run(at(t, -1, 0), at(t, 32, 0), ok)) }, want{unproven, kept, broken, "pages_unseen"}},
		"unreachable is no text": {func(e *Evidence) {
			spans := daily(33)
			spans[14] = run(at(t, 11, noon), at(t, 12, noon-hour), compliance.PageUnreachable, reads("an error"))
			e.page(spans...)
		}, want{unproven, kept, broken, "pages_unclear"}},
	} {
		t.Run(name, func(t *testing.T) {
			e := november(t)
			c.set(&e)
			c.want.check(t, judged(t, e, "x", Requirement{Method: Fresh, Terms: Terms{Within: compliance.Term{BusinessDays: 1}}}))
		})
	}
}

// within sets the page's own term, in business days.
func (e *Evidence) within(days int) { e.Pages[0].Spec.Within = compliance.Term{BusinessDays: days} }
