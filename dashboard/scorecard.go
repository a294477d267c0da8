package dashboard

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/charter"
	"github.com/charterwatch/charterwatch/internal/accounts"
)

const (
	occasionsShown = 50
	evidenceShown  = 20
	judgedAgain    = 15 * time.Second // at the soonest, for the scorecard of a month that is not reported yet
)

func (s *Server) scorecardRoute() route {
	return route{
		method: "GET", pattern: "/api/v1/scorecard", handler: http.HandlerFunc(s.scorecard), summary: "What a month came to, clause by clause, as observed",
		more: "As the latest report of the month that went out has it; of other months judged by what is known now. What rests on records of people " +
			"(cases, attestations, officers' records) shows its occasions and evidence only to who sends a token. Without a charter to judge by it is 501.",
		answer: Scorecard{}, errors: []int{http.StatusBadRequest, http.StatusNotFound, http.StatusNotImplemented},
		query: []parameter{{"month", "Calendar month of the organisation's zone. By default the current one.", "2026-10"}},
	}
}

// judged keeps the latest month that was judged now, and the gist of reports, whose content
// never changes: both cost a good deal to come by, and pages ask for them again and again.
type judged struct {
	mu      sync.Mutex
	month   string
	at      time.Time
	content ReportContent
	gists   map[string]gist // by digest
}

// gist is what lists of reports say of a report's content.
type gist struct {
	counts    VerdictCounts
	decisions []compliance.Name
}

// now judges a month as it stands, once for all who ask within a short while.
func (j *judged) now(ctx context.Context, desk ReportDesk, month string, now time.Time) (ReportContent, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if age := now.Sub(j.at); j.month == month && age >= 0 && age < judgedAgain {
		return j.content, nil
	}
	c, err := desk.Now(ctx, month)
	if err == nil {
		j.month, j.at, j.content = month, now, c
	}
	return c, err
}

// of is the gist of a report.
func (j *judged) of(ctx context.Context, desk ReportDesk, g compliance.Signing) (gist, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if x, ok := j.gists[g.Digest]; ok {
		return x, nil
	}
	c, err := desk.Content(ctx, g)
	if err != nil {
		return gist{}, err
	}
	if j.gists == nil {
		j.gists = map[string]gist{}
	}
	j.gists[g.Digest] = gist{countVerdicts(c.Month), c.Decisions}
	return j.gists[g.Digest], nil
}

// reporting says whether reports are made here; if not, that has been answered.
func (s *Server) reporting(w http.ResponseWriter) bool {
	if s.cfg.Reports == nil {
		fail(w, http.StatusNotImplemented, "no_reports", "this monitor makes no reports")
	}
	return s.cfg.Reports != nil
}

// monthOf reads ?month=, by default the current one. What is no month has been answered.
func (s *Server) monthOf(w http.ResponseWriter, v string) (string, bool) {
	if v == "" {
		return s.now().In(s.cfg.Hub.cfg.Zone).Format("2006-01"), true
	}
	if _, err := time.Parse("2006-01", v); err != nil {
		fail(w, http.StatusBadRequest, "bad_month", "month is of the form 2026-11")
		return "", false
	}
	return v, true
}

// scorecard is GET /api/v1/scorecard.
func (s *Server) scorecard(w http.ResponseWriter, r *http.Request) {
	if !s.reporting(w) {
		return
	}
	month, ok := s.monthOf(w, r.URL.Query().Get("month"))
	if !ok {
		return
	}
	out := Scorecard{Month: month, Source: "now", Withheld: !s.mayView(r)}
	var content ReportContent
	var err error
	if g, sent := latestClosed(s.house(), month); sent {
		out.Source, out.Report = "report", g.Report
		content, err = s.cfg.Reports.Content(r.Context(), g)
	} else {
		content, err = s.judged.now(r.Context(), s.cfg.Reports, month, s.now())
	}
	switch {
	case errors.Is(err, ErrNoMonth):
		fail(w, http.StatusNotFound, "no_month", "nothing was watched in that month")
		return
	case err != nil:
		s.broken(w, "judge a month", err)
		return
	}
	out.fill(content, s.teller(r.Header.Get("Accept-Language")))
	s.answer(w, out)
}

// mayView says whether a request comes from an actor who may view; nothing is answered if not.
func (s *Server) mayView(r *http.Request) bool {
	token, ok := bearer(r)
	if !ok {
		return false
	}
	actor, err := s.cfg.Guard.Authenticate(r.Context(), token)
	return err == nil && actor.Role.Can(accounts.View)
}

// latestClosed is the latest of a month's reports that went out: an addendum before what it
// corrects.
func latestClosed(said []compliance.Statement, month string) (compliance.Signing, bool) {
	for _, g := range slices.Backward(compliance.Signings(said)) {
		if g.Month == month && !g.Closed.IsZero() {
			return g, true
		}
	}
	return compliance.Signing{}, false
}

func countVerdicts(m charter.Month) (n VerdictCounts) {
	for _, j := range m.Clauses {
		switch j.Verdict {
		case compliance.Kept:
			n.Kept++
		case compliance.AtRisk:
			n.AtRisk++
		case compliance.Broken:
			n.Broken++
		case compliance.NoOccasion:
			n.NoOccasion++
		default:
			n.Unproven++
		}
	}
	return n
}

func (c *Scorecard) fill(content ReportContent, t teller) {
	m := content.Month
	c.From, c.To, c.AsOf, c.Rules, c.Counts = millis(m.Period.From), millis(m.Period.To), millis(m.AsOf), m.Rules, countVerdicts(m)
	c.Clauses = []ScoredClause{}
	if len(m.Sites) > 0 {
		c.Coverage = &m.Self.Coverage
	}
	for _, j := range m.Clauses {
		c.Clauses = append(c.Clauses, t.clause(content, j, c.Withheld))
	}
}

func (t teller) clause(content ReportContent, j charter.Judged, withheld bool) ScoredClause {
	out := ScoredClause{ID: j.Clause, Verdict: j.Verdict, Best: j.Best, Worst: j.Worst, Rule: j.Why.Rule, Why: t.why(j.Why), Requires: []ScoredRequirement{}}
	if c, ok := content.Charter.Clause(j.Clause); ok {
		out.Title, out.Promise, out.Words, out.Owner = c.Title, c.Promise, c.Words, c.Owner
	}
	if content.Before != nil {
		out.Trend = "new"
		if before, ok := content.Before[j.Clause]; ok {
			out.Before, out.Trend = &before, trend(before, j.Verdict)
		}
	}
	for _, o := range j.Requires {
		if o.Coverage != nil && (out.Coverage == nil || *o.Coverage < *out.Coverage) {
			out.Coverage = o.Coverage
		}
		out.Requires = append(out.Requires, t.requirement(o, withheld))
	}
	return out
}

// trend is how a verdict compares with the month before, by how much verdicts ask of those who
// read them.
func trend(before, now compliance.Verdict) string {
	grave := []compliance.Verdict{compliance.NoOccasion, compliance.Kept, compliance.AtRisk, compliance.Unproven, compliance.Broken}
	switch was, is := slices.Index(grave, before), slices.Index(grave, now); {
	case was == is:
		return "same"
	case is > was:
		return "worse"
	default:
		return "better"
	}
}

func (t teller) requirement(o charter.Outcome, withheld bool) ScoredRequirement {
	out := ScoredRequirement{
		Method: o.Method, Title: t.method(o.Method), Basis: o.Basis, BasisName: t.basis(o.Basis), Verdict: o.Verdict, Best: o.Best, Worst: o.Worst,
		Rule: o.Why.Rule, Why: t.why(o.Why), Coverage: o.Coverage, Kept: o.Kept, Broken: o.Broken, Unproven: o.Unproven, Pending: o.Pending,
		Occasions: []Occasion{}, OccasionsAll: len(o.Occasions), Evidence: []EvidenceRef{}, EvidenceTotal: len(o.Used),
	}
	if x := o.Objective; x != nil {
		out.Objective = &Objective{Want: x.Want, Got: x.Got, Met: x.Met}
	}
	if withheld && (o.Basis == charter.ByRecord || o.Basis == charter.ByAttestation) {
		return out
	}
	for _, x := range ofInterest(o.Occasions) {
		out.Occasions = append(out.Occasions, t.wireOccasion(x))
	}
	for _, u := range o.Used[:min(len(o.Used), evidenceShown)] {
		out.Evidence = append(out.Evidence, EvidenceRef(u))
	}
	return out
}

// ofInterest are as many occasions as are shown: those that are not kept before the others, each
// in their own order.
func ofInterest(all []compliance.Obligation) []compliance.Obligation {
	plain := func(v compliance.Verdict) bool { return v == compliance.Kept || v == compliance.NoOccasion }
	out := slices.Clone(all)
	slices.SortStableFunc(out, func(a, b compliance.Obligation) int {
		switch x, y := plain(a.Verdict), plain(b.Verdict); {
		case x == y:
			return 0
		case y:
			return -1
		default:
			return 1
		}
	})
	return out[:min(len(out), occasionsShown)]
}

func (t teller) wireOccasion(o compliance.Obligation) Occasion {
	out := Occasion{Site: o.Site, Subject: o.Subject, Start: millis(o.Start), Limit: millis(o.Limit), Met: millis(o.Met), Verdict: o.Verdict, Rule: o.Why, Why: t.occasion(o.Why)}
	if n, ok := t.sites[o.Site]; ok {
		out.Name = &n
	}
	return out
}
