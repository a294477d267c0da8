package charter

import (
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
)

// look is a run of looks at the page.
func run(from, to time.Time, s compliance.PageStatus, change ...func(*compliance.PageSpan)) compliance.PageSpan {
	out := compliance.PageSpan{Page: "home/policy", From: from, To: to, Status: s, Looks: 2}
	for _, f := range change {
		f(&out)
	}
	return out
}

func updated(at time.Time) func(*compliance.PageSpan) {
	return func(s *compliance.PageSpan) { s.Updated = at }
}

func (e *Evidence) page(spans ...compliance.PageSpan) {
	e.Pages = []PageEvidence{{
		Spec:  compliance.PageSpec{ID: "home/policy", Site: "home", URL: "https://home.example/policy", Clauses: []compliance.Clause{"x"}, Words: true, Every: time.Hour},
		Spans: spans,
	}}
}

func TestPublished(t *testing.T) {
	ok, missing := compliance.PageOK, compliance.PageMissing
	from, end := at(t, 0, 0), at(t, 31, 5*time.Hour)
	lacks := func(s *compliance.PageSpan) { s.Missing = []compliance.Clause{"availability"} }
	for name, c := range map[string]struct {
		method Method
		set    func(*Evidence)
		want   want
	}{
		"no page": {Published, func(*Evidence) {}, want{unproven, kept, broken, "no_page"}},
		"there":   {Published, func(e *Evidence) { e.page(run(from, end, ok)) }, want{kept, kept, kept, "page_there"}},
		"gone for four hours": {Published, func(e *Evidence) {
			e.page(run(from, at(t, 5, 9*time.Hour), ok), run(at(t, 5, 10*time.Hour), at(t, 5, 13*time.Hour), missing), run(at(t, 5, 14*time.Hour), end, ok))
		}, want{kept, kept, kept, "page_there"}},
		"gone for five": {Published, func(e *Evidence) {
			e.page(run(from, at(t, 5, 9*time.Hour), ok), run(at(t, 5, 10*time.Hour), at(t, 5, 14*time.Hour), missing), run(at(t, 5, 15*time.Hour), end, ok))
		}, want{broken, broken, broken, "page_away"}},
		"unreachable all day": {Published, func(e *Evidence) {
			e.page(run(from, at(t, 4, 23*time.Hour), ok), run(at(t, 5, 0), at(t, 5, 23*time.Hour), compliance.PageUnreachable), run(at(t, 6, 0), end, ok))
		}, want{broken, broken, broken, "page_away"}},
		"refused all day": {Published, func(e *Evidence) {
			e.page(run(from, at(t, 4, 23*time.Hour), ok), run(at(t, 5, 0), at(t, 5, 23*time.Hour), compliance.PageRefused), run(at(t, 6, 0), end, ok))
		}, want{unproven, kept, broken, "page_days_unknown"}},
		"not looked at for five days": {Published, func(e *Evidence) {
			e.page(run(from, at(t, 4, 23*time.Hour), ok), run(at(t, 10, 0), end, ok))
		}, want{unproven, kept, broken, "pages_unseen"}},
		"not looked at for a day": {Published, func(e *Evidence) {
			e.page(run(from, at(t, 5, 2*time.Hour), ok), run(at(t, 5, 23*time.Hour), end, ok))
		}, want{unproven, kept, broken, "page_days_unknown"}},
		"unreadable is there":                   {Published, func(e *Evidence) { e.page(run(from, end, compliance.PageUnreadable)) }, want{kept, kept, kept, "page_there"}},
		"not over":                              {Published, func(e *Evidence) { e.AsOf = at(t, 10, 0); e.page(run(from, end, ok)) }, want{unproven, kept, broken, "month_not_over"}},
		"no page of words":                      {Wording, func(e *Evidence) { e.page(run(from, end, ok)); e.Pages[0].Spec.Words = false }, want{unproven, kept, broken, "no_words_page"}},
		"words there":                           {Wording, func(e *Evidence) { e.page(run(from, end, ok)) }, want{kept, kept, kept, "words_there"}},
		"words missing":                         {Wording, func(e *Evidence) { e.page(run(from, at(t, 9, 0), ok), run(at(t, 9, time.Hour), end, ok, lacks)) }, want{broken, broken, broken, "words_away"}},
		"words unreadable":                      {Wording, func(e *Evidence) { e.page(run(from, end, compliance.PageUnreadable)) }, want{unproven, kept, broken, "pages_unseen"}},
		"words missing, published all the same": {Published, func(e *Evidence) { e.page(run(from, end, ok, lacks)) }, want{kept, kept, kept, "page_there"}},
	} {
		t.Run(name, func(t *testing.T) {
			e := november(t)
			c.set(&e)
			c.want.check(t, judged(t, e, "x", Requirement{Method: c.method}))
		})
	}
}

func TestFresh(t *testing.T) {
	ok := compliance.PageOK
	noon := 12 * time.Hour
	// daily are the updates of every business day at noon, looked at every hour.
	daily := func(until int) []compliance.PageSpan {
		var out []compliance.PageSpan
		last := at(t, -1, noon)
		for d := -1; d < until; d++ {
			if wd := at(t, d, 0).Weekday(); wd != time.Saturday && wd != time.Sunday {
				last = at(t, d, noon)
			}
			out = append(out, run(at(t, d, noon), at(t, d+1, noon-time.Hour), ok, updated(last)))
		}
		return out
	}
	for name, c := range map[string]struct {
		set  func(*Evidence)
		want want
	}{
		"no page":   {func(*Evidence) {}, want{unproven, kept, broken, "no_page"}},
		"every day": {func(e *Evidence) { e.page(daily(33)...) }, want{kept, kept, kept, "pages_fresh"}},
		"a day missed": {func(e *Evidence) {
			spans := daily(33)
			spans[12].Updated = spans[11].Updated // of Wednesday the 11th, which shows Tuesday's
			e.page(spans...)
		}, want{broken, broken, broken, "pages_stale"}},
		"a day missed, unseen": {func(e *Evidence) {
			spans := daily(33)
			e.page(append(spans[:11:11], spans[14:]...)...)
		}, want{unproven, kept, broken, "pages_unseen"}},
		"out of date since October": {func(e *Evidence) { e.page(run(at(t, -20, 0), at(t, 32, 0), ok, updated(at(t, -20, 0)))) }, want{broken, broken, broken, "pages_stale"}},
		"in date all month without an update": {func(e *Evidence) {
			e.page(run(at(t, -1, 0), at(t, 32, 0), ok, updated(at(t, -1, 0))))
			e.Pages[0].Spec.Within = compliance.Term{BusinessDays: 40}
		}, want{kept, kept, kept, "pages_fresh"}},
		"its date is never read": {func(e *Evidence) { e.page(run(at(t, -1, 0), at(t, 32, 0), compliance.PageUnreadable)) }, want{unproven, kept, broken, "pages_unseen"}},
		"the calendar ends":      {func(e *Evidence) { e.page(daily(33)...); e.DaysTo = date(time.November, 10) }, want{unproven, kept, broken, "pages_unclear"}},
		"claimed from before the last look at the old": {func(e *Evidence) {
			e.page(run(at(t, 2, 9*time.Hour), at(t, 4, 9*time.Hour), ok, updated(at(t, 2, 9*time.Hour))), run(at(t, 4, 10*time.Hour), at(t, 4, 11*time.Hour), ok, updated(at(t, 3, 9*time.Hour))))
		}, want{broken, broken, broken, "pages_stale"}},
	} {
		t.Run(name, func(t *testing.T) {
			e := november(t)
			c.set(&e)
			c.want.check(t, judged(t, e, "x", Requirement{Method: Fresh, Terms: Terms{Within: compliance.Term{BusinessDays: 1}}}))
		})
	}
}

func TestALookStandsUntilTheNext(t *testing.T) {
	e := november(t)
	e.page(run(at(t, 1, 0), at(t, 1, 10*time.Hour), compliance.PageOK), run(at(t, 1, 10*time.Hour+30*minute), at(t, 1, 12*time.Hour), compliance.PageMissing))
	got := e.Pages[0].sights(e.Period)
	if len(got) != 2 || !got[0].To.Equal(got[1].From) || !got[1].To.Equal(at(t, 1, 13*time.Hour)) {
		t.Errorf("%+v", got)
	}
}
