package reports

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/calendar"
	"github.com/charterwatch/charterwatch/compliance/charter"
)

// Source is what a month's evidence is read from. It is read as it stands: nothing is written.
type Source interface {
	// Histories returns the history of every site that was ever watched, by site.
	Histories(ctx context.Context, from, to time.Time) (map[string]compliance.SiteHistory, error)
	// Cases returns what was on record of cases at asOf: received from since on, or open.
	Cases(ctx context.Context, since, asOf time.Time) (compliance.CaseBook, error)
	// Pages returns the pages that were to be looked at, with the looks that reach into the span.
	Pages(ctx context.Context, from, to time.Time) ([]compliance.PageRecord, error)
	// Said returns the statements of a scope, oldest first.
	Said(ctx context.Context, scope string) ([]compliance.Statement, error)
}

// Plan is what the configuration in force says that evidence needs.
type Plan struct {
	Sites    []compliance.Site
	Zone     *time.Location
	Calendar *calendar.Calendar
	Program  string // version of the program
}

// caseReach is how long before a month a case may have been received, or a page updated, that falls
// due in it.
const caseReach = 62 * 24 * time.Hour

// dayReach is how many days around a month the calendar is written down for: deadlines begin
// before it and end after it.
const dayReach = 100

// Gather collects all that a month is judged by, as known at asOf.
func Gather(ctx context.Context, src Source, p Plan, month string, asOf time.Time) (charter.Evidence, error) {
	period, err := MonthOf(month, p.Zone)
	if err != nil {
		return charter.Evidence{}, err
	}
	asOf = asOf.UTC().Truncate(time.Millisecond)
	e := charter.Evidence{Format: charter.EvidenceFormat, Month: month, Period: period, AsOf: asOf, Zone: p.Zone.String(), Program: p.Program}
	histories, err := src.Histories(ctx, period.From, period.To)
	if err != nil {
		return e, fmt.Errorf("gather %s: %w", month, err)
	}
	e.Sites = siteEvidence(histories, p.Sites)
	e.Vantages = vantages(histories)
	house, err := src.Said(ctx, compliance.MonitorScope)
	if err != nil {
		return e, fmt.Errorf("gather %s: %w", month, err)
	}
	e.House, e.Attestations = sortStatements(house, period)
	e.Reports = earlierReports(house, month)
	if e.Cases, err = src.Cases(ctx, period.From.Add(-caseReach), asOf); err != nil {
		return e, fmt.Errorf("gather %s: %w", month, err)
	}
	pages, err := src.Pages(ctx, period.From.Add(-caseReach), period.To)
	if err != nil {
		return e, fmt.Errorf("gather %s: %w", month, err)
	}
	for _, p := range pages {
		e.Pages = append(e.Pages, charter.PageEvidence(p))
	}
	writeDays(&e, p.Calendar, p.Zone)
	return e, nil
}

// ErrMonth says that something is not a month of the form 2026-10.
var ErrMonth = errors.New("not a month of the form 2026-10")

// MonthOf is the calendar month "2026-10" in a zone.
func MonthOf(month string, zone *time.Location) (compliance.Period, error) {
	t, err := time.ParseInLocation("2006-01", month, zone)
	if err != nil {
		return compliance.Period{}, fmt.Errorf("%q: %w", month, ErrMonth)
	}
	return compliance.Month(t.Year(), t.Month(), zone), nil
}

// siteEvidence joins what was seen of sites with how they are configured. A site that was taken
// out of the configuration keeps its id for a name; one that was not watched at all in the span
// is left out.
func siteEvidence(histories map[string]compliance.SiteHistory, sites []compliance.Site) []charter.SiteEvidence {
	var out []charter.SiteEvidence
	for id, h := range histories {
		if len(h.Lives) == 0 {
			continue
		}
		s := charter.SiteEvidence{ID: id, Name: compliance.Name{KO: id, EN: id}, History: h}
		if i := slices.IndexFunc(sites, func(x compliance.Site) bool { return x.ID == id }); i >= 0 {
			x := sites[i]
			s.Name, s.URL, s.Owner, s.Hours, s.Clauses = x.Name, x.URL, x.Owner, x.ServiceHours, x.Clauses
		}
		checks := map[string]bool{}
		for _, l := range h.Lives {
			checks[l.Check] = true
		}
		s.Checks = len(checks)
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b charter.SiteEvidence) int { return strings.Compare(a.ID, b.ID) })
	return out
}

func vantages(histories map[string]compliance.SiteHistory) []string {
	var out []string
	for _, h := range histories {
		for _, l := range h.Lives {
			out = append(out, l.Vantages...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// keepAttested is how long after its expiry an attestation is still told of, and after its record an
// incident: that something lapsed or was left open is what an owner must know.
const keepAttested = 400 * 24 * time.Hour

// sortStatements takes what bears on the month out of what was ever said of the house: rosters of
// all time (the one in force may be old), the watch floor's and silences' statements of the month,
// records, incidents and attestations. Steps of reports and answers to alerts are no evidence.
func sortStatements(all []compliance.Statement, period compliance.Period) (house, attested []compliance.Statement) {
	const margin = 48 * time.Hour
	near := func(at time.Time) bool {
		return !at.Before(period.From.Add(-margin)) && at.Before(period.To.Add(margin))
	}
	for _, s := range all {
		switch {
		case s.Roster != nil, s.MonthRecord != nil, s.Incident != nil && s.At.After(period.From.Add(-keepAttested)),
			s.Silence != nil && s.At.Before(period.To) && s.Silence.Ends.After(period.From),
			(s.Taking != nil || s.HandOver != nil || s.Drill != nil || s.Cover != nil) && near(s.At):
			house = append(house, s)
		case s.Attestation != nil && s.Attestation.Until.End(time.UTC).After(period.From.Add(-keepAttested)):
			attested = append(attested, s)
		}
	}
	return house, attested
}

// earlierReports is what became of the reports of months before.
func earlierReports(house []compliance.Statement, month string) []charter.ReportEvidence {
	var out []charter.ReportEvidence
	for _, g := range compliance.Signings(house) {
		if g.Month >= month {
			continue
		}
		r := charter.ReportEvidence{ID: g.Report, Month: g.Month, Published: g.Published, Proof: g.Proof}
		if _, awaited := g.Next(); !awaited && len(g.Signatures) > 0 {
			r.Signed = g.Signatures[len(g.Signatures)-1].At
		}
		for _, x := range g.Receipts {
			if x.Got == compliance.ReportSent && (r.Sent.IsZero() || x.At.Before(r.Sent)) {
				r.Sent = x.At
			}
		}
		out = append(out, r)
	}
	return out
}

// writeDays writes down the days off around the month, as the calendar knew them at the month's
// end, so that deadlines can be counted again without it.
func writeDays(e *charter.Evidence, c *calendar.Calendar, zone *time.Location) {
	from, to := calendar.DateOf(e.Period.From, zone).AddDays(-dayReach), calendar.DateOf(e.Period.To, zone).AddDays(dayReach)
	e.Holidays = c.Version()
	for d := from; !d.After(to); d = d.AddDays(1) {
		off, is, err := c.Off(d)
		if err != nil {
			if e.DaysFrom.IsZero() {
				continue // the calendar begins later
			}
			break
		}
		if e.DaysFrom.IsZero() {
			e.DaysFrom = d
		}
		e.DaysTo = d
		if is {
			e.DaysOff = append(e.DaysOff, off)
		}
	}
}
