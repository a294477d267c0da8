package charter

import (
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/calendar"
	"github.com/charterwatch/charterwatch/internal/accounts"
)

// attest puts an attestation on record on its first day.
func (e *Evidence) attest(from, until calendar.Date) {
	e.Attestations = append(e.Attestations, compliance.Statement{
		Site: compliance.MonitorScope, At: from.Start(time.UTC), By: accounts.Actor{ID: "user/kim"},
		Attestation: &compliance.Attestation{Clause: "x", What: "검토", Signer: "kim", Signed: from, From: from, Until: until, Proof: compliance.Proof{Name: "a", SHA256: Digest("a")}},
	}.Sealed())
}

func TestInDate(t *testing.T) {
	oct, nov, dec := time.October, time.November, time.December
	next := calendar.NewDate(2027, time.October, 31)
	for name, c := range map[string]struct {
		set  func(*Evidence)
		want want
	}{
		"never":                    {func(*Evidence) {}, want{unproven, kept, broken, "never_attested"}},
		"all month":                {func(e *Evidence) { e.attest(date(oct, 1), next) }, want{kept, kept, kept, "attested"}},
		"from the first day":       {func(e *Evidence) { e.attest(date(nov, 1), next) }, want{kept, kept, kept, "attested"}},
		"from the second":          {func(e *Evidence) { e.attest(date(nov, 2), next) }, want{unproven, kept, broken, "attested_later"}},
		"to the last day":          {func(e *Evidence) { e.attest(date(oct, 1), date(nov, 30)) }, want{kept, kept, kept, "attestation_ends"}},
		"to the day before":        {func(e *Evidence) { e.attest(date(oct, 1), date(nov, 29)) }, want{unproven, kept, broken, "attestation_lapsed"}},
		"lapsed before":            {func(e *Evidence) { e.attest(date(1, 1), date(oct, 1)) }, want{unproven, kept, broken, "attestation_lapsed"}},
		"renewed in time":          {func(e *Evidence) { e.attest(date(oct, 1), date(nov, 10)); e.attest(date(nov, 11), next) }, want{kept, kept, kept, "attested"}},
		"of one day, then another": {func(e *Evidence) { e.attest(date(nov, 1), date(nov, 1)); e.attest(date(nov, 2), next) }, want{kept, kept, kept, "attested"}},
		"a day between":            {func(e *Evidence) { e.attest(date(oct, 1), date(nov, 10)); e.attest(date(nov, 12), next) }, want{unproven, kept, broken, "attestation_lapsed"}},
		"thirty days to go":        {func(e *Evidence) { e.attest(date(oct, 1), date(dec, 30)) }, want{kept, kept, kept, "attestation_ends"}},
		"thirty-one":               {func(e *Evidence) { e.attest(date(oct, 1), date(dec, 31)) }, want{kept, kept, kept, "attested"}},
		"made after the fact":      {func(e *Evidence) { e.attest(date(oct, 1), next); e.Attestations[0].At = e.AsOf.Add(time.Second) }, want{unproven, kept, broken, "never_attested"}},
		"lapses later this month": {func(e *Evidence) { e.AsOf = at(t, 10, 0); e.attest(date(oct, 1), date(nov, 20)) },
			want{atRisk, kept, broken, "attestation_ends"}},
		"another clause's": {func(e *Evidence) { e.attest(date(oct, 1), next); e.Attestations[0].Attestation.Clause = "y" },
			want{unproven, kept, broken, "never_attested"}},
	} {
		t.Run(name, func(t *testing.T) {
			e := november(t)
			c.set(&e)
			c.want.check(t, judged(t, e, "x", Requirement{Method: InDate, Basis: ByAttestation}))
		})
	}
}

// inMonth moves evidence to another month of 2026, closed a day after its end.
func (e *Evidence) inMonth(t *testing.T, m time.Month) {
	e.Period = compliance.Month(2026, m, seoul(t))
	e.Month, e.AsOf = e.Period.From.Format("2006-01"), e.Period.To.Add(24*time.Hour)
}

func TestYearly(t *testing.T) {
	for name, c := range map[string]struct {
		month time.Month
		done  calendar.Date
		want  want
	}{
		"September, not done":   {time.September, calendar.Date{}, want{none, none, none, "yearly_later"}},
		"October, not done":     {time.October, calendar.Date{}, want{atRisk, kept, broken, "yearly_due"}},
		"December, not done":    {time.December, calendar.Date{}, want{unproven, kept, broken, "yearly_missing"}},
		"done in the month":     {time.November, date(time.November, 30), want{kept, kept, kept, "yearly_done"}},
		"done before":           {time.December, date(time.March, 2), want{kept, kept, kept, "yearly_done"}},
		"done after":            {time.October, date(time.November, 1), want{atRisk, kept, broken, "yearly_due"}},
		"done the year before":  {time.November, calendar.NewDate(2025, time.December, 31), want{atRisk, kept, broken, "yearly_due"}},
		"done on the first day": {time.January, date(time.January, 1), want{kept, kept, kept, "yearly_done"}},
	} {
		t.Run(name, func(t *testing.T) {
			e := november(t)
			e.inMonth(t, c.month)
			if !c.done.IsZero() {
				e.attest(c.done, c.done.AddDays(364))
			}
			c.want.check(t, judged(t, e, "x", Requirement{Method: Yearly}))
		})
	}
}

func TestNoneKnown(t *testing.T) {
	record := func(known int, at time.Time, month string, reported ...bool) compliance.Statement {
		m := compliance.MonthRecord{Clause: "x", Month: month, Known: known}
		for _, r := range reported {
			m.Sources = append(m.Sources, compliance.SourceReport{Name: "s", Reported: r})
		}
		return compliance.Statement{Site: compliance.MonitorScope, At: at, By: accounts.Actor{ID: "user/kim"}, MonthRecord: &m}.Sealed()
	}
	after := at(t, 31, time.Hour)
	for name, c := range map[string]struct {
		house   []compliance.Statement
		sources int
		want    want
	}{
		"no record":            {nil, 0, want{unproven, kept, broken, "no_month_record"}},
		"none, all reported":   {[]compliance.Statement{record(0, after, "2026-11", true, true)}, 0, want{kept, kept, kept, "none_known"}},
		"none, one silent":     {[]compliance.Statement{record(0, after, "2026-11", true, false)}, 0, want{unproven, kept, broken, "sources_missing"}},
		"one is enough":        {[]compliance.Statement{record(0, after, "2026-11", true, false)}, 1, want{kept, kept, kept, "none_known"}},
		"no sources":           {[]compliance.Statement{record(0, after, "2026-11")}, 0, want{unproven, kept, broken, "sources_missing"}},
		"one known":            {[]compliance.Statement{record(1, after, "2026-11", true)}, 0, want{broken, broken, broken, "incidents_known"}},
		"corrected":            {[]compliance.Statement{record(1, after, "2026-11", true), record(0, after.Add(minute), "2026-11", true)}, 0, want{kept, kept, kept, "none_known"}},
		"made before its end":  {[]compliance.Statement{record(0, at(t, 30, 0), "2026-11", true)}, 0, want{unproven, kept, broken, "month_record_early"}},
		"known before its end": {[]compliance.Statement{record(2, at(t, 30, 0), "2026-11", true)}, 0, want{broken, broken, broken, "incidents_known"}},
		"of another month":     {[]compliance.Statement{record(0, after, "2026-10", true)}, 0, want{unproven, kept, broken, "no_month_record"}},
	} {
		t.Run(name, func(t *testing.T) {
			e := november(t)
			e.House = c.house
			c.want.check(t, judged(t, e, "x", Requirement{Method: NoneKnown, Terms: Terms{Sources: c.sources}}))
		})
	}
}

func TestReportPublished(t *testing.T) {
	good := ReportEvidence{ID: "2026-10", Month: "2026-10", Signed: at(t, 3, 0), Sent: at(t, 3, 0), Published: at(t, 4, 0), Proof: "intranet/1"}
	for name, c := range map[string]struct {
		set  func(*Evidence, *ReportEvidence)
		want want
	}{
		"published":               {func(*Evidence, *ReportEvidence) {}, want{kept, kept, kept, "report_published"}},
		"without proof":           {func(_ *Evidence, r *ReportEvidence) { r.Proof = "" }, want{unproven, kept, broken, "report_unproved"}},
		"not signed":              {func(_ *Evidence, r *ReportEvidence) { r.Signed = time.Time{} }, want{broken, broken, broken, "report_unsigned"}},
		"not published":           {func(_ *Evidence, r *ReportEvidence) { r.Published = time.Time{} }, want{broken, broken, broken, "report_unpublished"}},
		"published after its end": {func(_ *Evidence, r *ReportEvidence) { r.Published = at(t, 31, 0) }, want{broken, broken, broken, "report_unpublished"}},
		"none":                    {func(_ *Evidence, r *ReportEvidence) { r.Month = "2026-09" }, want{unproven, kept, broken, "no_report"}},
		"not yet":                 {func(e *Evidence, r *ReportEvidence) { e.AsOf = at(t, 10, 0); r.Published = time.Time{} }, want{atRisk, kept, broken, "report_due"}},
	} {
		t.Run(name, func(t *testing.T) {
			e := november(t)
			r := good
			c.set(&e, &r)
			e.Reports = []ReportEvidence{r}
			c.want.check(t, judged(t, e, "standards-review", Requirement{Method: ReportPublished}))
		})
	}
}

func TestWatched(t *testing.T) {
	roster := compliance.Roster{Shifts: []compliance.Shift{{Name: "day", From: "08:00"}, {Name: "night", From: "20:00"}}}
	zone := seoul(t)
	// all are the statements of a month in which every shift was taken and handed over.
	all := func(since time.Time) []compliance.Statement {
		house := []compliance.Statement{roster.InForce(since)}
		for day := at(t, 0, 0); day.Before(at(t, 31, 0)); day = day.AddDate(0, 0, 1) {
			for name, hour := range map[string]int{"day": 8, "night": 20} {
				start := time.Date(day.Year(), day.Month(), day.Day(), hour, 0, 0, 0, zone)
				house = append(house,
					compliance.Statement{Site: compliance.MonitorScope, At: start, By: accounts.Actor{ID: "user/kim"}, Taking: &compliance.Taking{Shift: name, Start: start}}.Sealed(),
					compliance.Statement{Site: compliance.MonitorScope, At: start.Add(12 * time.Hour), By: accounts.Actor{ID: "user/kim"}, Why: "n", HandOver: &compliance.HandOver{Shift: name, Start: start}}.Sealed())
			}
		}
		return house
	}
	drop := func(house []compliance.Statement, start time.Time) []compliance.Statement {
		var out []compliance.Statement
		for _, s := range house {
			if s.Taking == nil || !s.Taking.Start.Equal(start) {
				out = append(out, s)
			}
		}
		return out
	}
	long := at(t, -60, 0)
	for name, c := range map[string]struct {
		house []compliance.Statement
		want  want
	}{
		"no roster":                {nil, want{unproven, kept, broken, "no_roster"}},
		"all kept":                 {all(long), want{kept, kept, kept, "watches_kept"}},
		"one not taken":            {drop(all(long), at(t, 9, 8*time.Hour)), want{broken, broken, broken, "watches_missed"}},
		"one of October not taken": {drop(all(long), at(t, 0, 8*time.Hour)), want{kept, kept, kept, "watches_kept"}},
		"a roster from mid-month":  {all(at(t, 15, 0)), want{unproven, kept, broken, "roster_since"}},
		"nobody at all":            {[]compliance.Statement{roster.InForce(long)}, want{broken, broken, broken, "watches_missed"}},
	} {
		t.Run(name, func(t *testing.T) {
			e := november(t)
			e.House = c.house
			got := judged(t, e, "security-watch", Requirement{Method: Watched})
			c.want.check(t, got)
			if name == "all kept" && got.Requires[0].Kept != 60 {
				t.Errorf("%d watches, want 60", got.Requires[0].Kept)
			}
		})
	}
}
