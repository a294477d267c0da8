package dashboard

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/calendar"
	"github.com/charterwatch/charterwatch/compliance/charter"
	"github.com/charterwatch/charterwatch/internal/accounts"
	"github.com/charterwatch/charterwatch/internal/messages"
)

// Records are what people put on record of cases, and what looks at pages came to. Safe for
// concurrent use.
type Records interface {
	// Import puts cases on record and returns once they are durable. The error is a
	// [*compliance.ImportError] when they cannot be taken.
	Import(ctx context.Context, i compliance.CaseImport) (compliance.CaseImport, error)
	Imports(ctx context.Context, from, to time.Time) ([]compliance.ImportRecord, error)
	// Cases are those on record that are open or recent, with the clocks of the open ones.
	Cases() (compliance.CaseBook, []CaseDue)
	// Charter is the one in force.
	Charter() charter.Charter
	// Page is the latest of what looks at a page came to; false before the first.
	Page(id string) (compliance.PageSpan, bool)
}

// CaseDue is a running clock of an open case.
type CaseDue struct {
	charter.CaseClock
	Title compliance.Name // of the clause
}

const (
	maxCaseOrder  = 24 << 20             // bytes
	importsListed = 366 * 24 * time.Hour // that are shown
	expiringSoon  = 30                   // days
)

func (s *Server) recordRoutes() []route {
	errs := []int{http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity}
	write := func(p accounts.Permission, pattern, summary, more string, body, answer any, h func(http.ResponseWriter, *http.Request, accounts.Actor)) route {
		return route{method: "POST", pattern: pattern, handler: s.demand(p, h), summary: summary, more: more, body: body, answer: answer, roles: rolesThat(p), errors: errs}
	}
	read := func(pattern, summary string, answer any, h func(http.ResponseWriter, *http.Request, accounts.Actor)) route {
		return route{method: "GET", pattern: pattern, handler: s.demand(accounts.View, h), summary: summary, answer: answer, roles: rolesThat(accounts.View), errors: []int{http.StatusUnauthorized, http.StatusForbidden}}
	}
	return []route{
		read("/api/v1/cases", "Cases that are open or recent, with who put them on record", CaseBook{}, s.cases),
		write(accounts.RecordCases, "/api/v1/cases", "Put cases on record, from a file or one by one",
			"A case is a reference number, times and a category. Columns that are not known are refused, and so is whatever looks like personal data. All is taken or nothing; "+
				"with dry_run nothing is, and the answer is the same. Problems are 200 with dry_run, and 422 without.", CaseOrder{}, CaseAnswer{}, s.importCases),
		read("/api/v1/attestations", "Attestations, the latest first", []Attestation{}, s.attestations),
		write(accounts.Attest, "/api/v1/attestations", "Put a signed attestation on record", refusals, AttestationOrder{}, Attestation{}, s.attest),
		read("/api/v1/month-records", "Officers' monthly records, the latest first", []MonthRecord{}, s.monthRecords),
		write(accounts.Attest, "/api/v1/month-records", "Put an officer's monthly record on incidents or leaks on record", refusals, MonthRecordOrder{}, MonthRecord{}, s.monthRecord),
		read("/api/v1/attestation-clocks", "How long the promises that rest on attestations are still covered", []AttestationClock{}, s.attestationClocks),
		read("/api/v1/incidents", "Incidents on record, the latest first, and how they stand to the duties to report them", IncidentBook{}, s.incidents),
		write(accounts.Attest, "/api/v1/incidents", "Put an incident on record, or what is known of it by now", incidentTimes+" The latest word on a reference counts. "+refusals, IncidentOrder{}, Incident{}, s.incident),
		{method: "GET", pattern: "/api/v1/pages", handler: http.HandlerFunc(s.pages), summary: "Pages that clauses speak of, as they stand", answer: []PageNow{}},
	}
}

// cases is GET /api/v1/cases.
func (s *Server) cases(w http.ResponseWriter, r *http.Request, _ accounts.Actor) {
	book, clocks := s.cfg.Records.Cases()
	now := s.now()
	imports, err := s.cfg.Records.Imports(r.Context(), now.Add(-importsListed), now.Add(time.Minute))
	if err != nil {
		s.broken(w, "list imports of cases", err)
		return
	}
	out := CaseBook{Clocks: []CaseClock{}, Cases: []Case{}, Calls: []CallDay{}, Complete: []CaseDays{}, Imports: []CaseImport{}}
	for _, c := range book.Cases {
		out.Cases = append(out.Cases, wireCase(c))
	}
	for _, c := range clocks {
		x := CaseClock{Clause: c.Clause, Title: c.Title, Kind: c.Kind, Ref: c.Ref, Start: millis(c.Start), Told: c.Told, State: c.State}
		if c.Deadline != nil {
			x.Limit = millis(c.Deadline.At)
		}
		out.Clocks = append(out.Clocks, x)
	}
	for _, t := range book.Tallies {
		out.Calls = append(out.Calls, CallDay{t.Day.String(), t.Calls, t.InTime})
	}
	for _, x := range book.Spans {
		out.Complete = append(out.Complete, CaseDays{x.Kind, x.From.String(), x.Until.String()})
	}
	for _, i := range imports {
		out.Imports = append(out.Imports, CaseImport{ID: i.ID, At: millis(i.At), By: i.By.Name, Source: i.Source, SHA256: i.SHA256, Count: i.Count})
	}
	s.answer(w, out)
}

// importCases is POST /api/v1/cases.
func (s *Server) importCases(w http.ResponseWriter, r *http.Request, actor accounts.Actor) {
	o, ok := orderUpTo[CaseOrder](w, r, maxCaseOrder)
	if !ok || !wordy(w, o.Name, o.SHA256) {
		return
	}
	i, problems, fault := o.read(s.cfg.Hub.cfg.Zone, s.now())
	if fault != "" {
		fail(w, http.StatusBadRequest, "bad_order", fault)
		return
	}
	i.By, i.At = actor, s.now()
	if len(problems) == 0 {
		problems = i.Admit(s.cfg.Hub.cfg.Zone)
	}
	answer := CaseAnswer{Cases: len(i.Cases), Days: len(i.Tallies)}
	if len(problems) == 0 && !o.DryRun {
		done, err := s.cfg.Records.Import(r.Context(), i)
		var refused *compliance.ImportError
		switch {
		case errors.As(err, &refused):
			problems = refused.Problems
		case err != nil:
			s.broken(w, "put cases on record", err)
			return
		default:
			answer.Import = done.ID
			s.log.Info("cases on record", "actor", actor.ID, "import", done.ID, "cases", answer.Cases, "days", answer.Days)
		}
	}
	speech := messages.In(s.words.Match(r.Header.Get("Accept-Language")))
	for _, p := range problems {
		answer.Problems = append(answer.Problems, CaseProblem{p.Line, p.Column, p.Rule, speech.Say(messages.Named("case_problem", p.Rule, p.Args...))})
	}
	if len(problems) > 0 && !o.DryRun {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusUnprocessableEntity)
	}
	s.answer(w, answer)
}

// read turns an order into an import. fault is what is wrong with the order itself.
func (o CaseOrder) read(zone *time.Location, now time.Time) (i compliance.CaseImport, problems []compliance.CaseProblem, fault string) {
	i.Source = "api"
	if o.CSV != "" {
		if i, problems = compliance.ReadCases([]byte(o.CSV), zone, now); len(problems) > 0 {
			return i, problems, ""
		}
		i.Source, i.SHA256 = "file", strings.ToLower(o.SHA256)
	}
	for _, c := range o.Cases {
		i.Cases = append(i.Cases, c.value())
	}
	spans := o.Complete
	if o.CompleteFrom != "" || o.CompleteUntil != "" {
		kinds := map[compliance.CaseKind]bool{}
		for _, c := range i.Cases {
			kinds[c.Kind] = true
		}
		if len(i.Tallies) > 0 {
			kinds[compliance.CaseCalls] = true
		}
		for _, k := range append(compliance.CaseKinds(), compliance.CaseCalls) {
			if kinds[k] {
				spans = append(spans, CaseDays{k, o.CompleteFrom, o.CompleteUntil})
			}
		}
	}
	for _, x := range spans {
		from, err1 := calendar.Parse(x.From)
		until, err2 := calendar.Parse(x.Until)
		if err1 != nil || err2 != nil {
			return i, nil, "days are written 2026-10-01"
		}
		i.Spans = append(i.Spans, compliance.CaseSpan{Kind: x.Kind, From: from, Until: until})
	}
	return i, nil, ""
}

func wireCase(c compliance.Case) Case {
	return Case{
		Ref: c.Ref, Kind: c.Kind, Received: millis(c.Received), Difficult: c.Difficult, Wanted: c.Wanted, By: c.By, Forwarded: millis(c.Forwarded), Called: millis(c.Called),
		Answered: millis(c.Answered), Closed: millis(c.Closed), Confirmed: millis(c.Confirmed), Resolved: c.Resolved, FollowUp: millis(c.FollowUp), ReplyBy: millis(c.ReplyBy),
		DelayTold: millis(c.DelayTold), DelayTo: millis(c.DelayTo), Recorded: millis(c.Recorded),
	}
}

func (c Case) value() compliance.Case {
	return compliance.Case{
		Ref: c.Ref, Kind: c.Kind, Received: timeOf(c.Received), Difficult: c.Difficult, Wanted: c.Wanted, By: c.By, Forwarded: timeOf(c.Forwarded), Called: timeOf(c.Called),
		Answered: timeOf(c.Answered), Closed: timeOf(c.Closed), Confirmed: timeOf(c.Confirmed), Resolved: c.Resolved, FollowUp: timeOf(c.FollowUp), ReplyBy: timeOf(c.ReplyBy),
		DelayTold: timeOf(c.DelayTold), DelayTo: timeOf(c.DelayTo),
	}
}

// timeOf reads milliseconds since the epoch; 0 is no time.
func timeOf(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// house are the statements of the monitor's scope.
func (s *Server) house() []compliance.Statement {
	return s.cfg.Hub.cfg.Notices.Record(compliance.MonitorScope).Statements
}

func (s *Server) now() time.Time { return s.cfg.Hub.cfg.Source.Now() }

// attestations is GET /api/v1/attestations.
func (s *Server) attestations(w http.ResponseWriter, _ *http.Request, _ accounts.Actor) {
	out := []Attestation{}
	today := calendar.DateOf(s.now(), s.cfg.Hub.cfg.Zone)
	for _, x := range s.house() {
		if x.Attestation != nil {
			out = append([]Attestation{wireAttestation(x, today)}, out...)
		}
	}
	s.answer(w, out)
}

func wireAttestation(x compliance.Statement, today calendar.Date) Attestation {
	a := x.Attestation
	state := "in_date"
	switch {
	case today.After(a.Until):
		state = "lapsed"
	case today.Before(a.From):
		state = "ahead"
	case today.DaysTo(a.Until) <= expiringSoon:
		state = "expiring"
	}
	return Attestation{
		ID: x.ID, At: millis(x.At), By: x.By.Name, Clause: a.Clause, What: a.What, Signer: a.Signer, Signed: a.Signed.String(), From: a.From.String(), Until: a.Until.String(),
		Proof: DocumentProof(a.Proof), State: state,
	}
}

// attest is POST /api/v1/attestations.
func (s *Server) attest(w http.ResponseWriter, r *http.Request, actor accounts.Actor) {
	o, ok := order[AttestationOrder](w, r)
	if !ok || !wordy(w, o.What, o.Signer, o.Why, o.Proof.Name) {
		return
	}
	a := compliance.Attestation{Clause: o.Clause, What: o.What, Signer: o.Signer, Proof: compliance.Proof(o.Proof)}
	for _, d := range []struct {
		to   *calendar.Date
		text string
	}{{&a.Signed, o.Signed}, {&a.From, o.From}, {&a.Until, o.Until}} {
		var err error
		if *d.to, err = calendar.Parse(d.text); err != nil {
			fail(w, http.StatusBadRequest, "bad_order", "days are written 2026-10-01")
			return
		}
	}
	x := compliance.Statement{Site: compliance.MonitorScope, By: actor, Why: o.Why, Attestation: &a}
	if done, ok := s.stand(w, r, x); ok {
		s.answer(w, wireAttestation(done, calendar.DateOf(s.now(), s.cfg.Hub.cfg.Zone)))
	}
}

// stand is put for statements whose answer is not a Statement.
func (s *Server) stand(w http.ResponseWriter, r *http.Request, x compliance.Statement) (compliance.Statement, bool) {
	done, ok := s.put(w, r, x, nil)
	x.ID, x.At = done.ID, timeOf(done.At)
	return x, ok
}

// monthRecords is GET /api/v1/month-records.
func (s *Server) monthRecords(w http.ResponseWriter, _ *http.Request, _ accounts.Actor) {
	out := []MonthRecord{}
	for _, x := range s.house() {
		if x.MonthRecord != nil {
			out = append([]MonthRecord{wireMonthRecord(x)}, out...)
		}
	}
	s.answer(w, out)
}

func wireMonthRecord(x compliance.Statement) MonthRecord {
	m := x.MonthRecord
	out := MonthRecord{ID: x.ID, At: millis(x.At), By: x.By.Name, Clause: m.Clause, Month: m.Month, Known: m.Known, Sources: []SourceReport{}}
	for _, src := range m.Sources {
		out.Sources = append(out.Sources, SourceReport(src))
	}
	if m.Proof != (compliance.Proof{}) {
		p := DocumentProof(m.Proof)
		out.Proof = &p
	}
	return out
}

// monthRecord is POST /api/v1/month-records.
func (s *Server) monthRecord(w http.ResponseWriter, r *http.Request, actor accounts.Actor) {
	o, ok := order[MonthRecordOrder](w, r)
	if !ok || !wordy(w, o.Why) {
		return
	}
	m := compliance.MonthRecord{Clause: o.Clause, Month: o.Month, Known: o.Known}
	for _, src := range o.Sources {
		if !wordy(w, src.Name) {
			return
		}
		m.Sources = append(m.Sources, compliance.SourceReport(src))
	}
	if o.Proof != nil {
		m.Proof = compliance.Proof(*o.Proof)
	}
	x := compliance.Statement{Site: compliance.MonitorScope, By: actor, Why: o.Why, MonthRecord: &m}
	if done, ok := s.stand(w, r, x); ok {
		s.answer(w, wireMonthRecord(done))
	}
}

// pages is GET /api/v1/pages.
func (s *Server) pages(w http.ResponseWriter, _ *http.Request) {
	out := []PageNow{}
	for _, site := range s.cfg.Hub.cfg.Source.Sites() {
		for _, p := range site.Pages {
			x := PageNow{ID: p.ID, Site: p.Site, URL: p.URL, Clauses: p.Clauses}
			if span, ok := s.cfg.Records.Page(p.ID); ok {
				x.Status, x.Since, x.SeenAt, x.Updated, x.Missing = span.Status, millis(span.From), millis(span.To), millis(span.Updated), span.Missing
			}
			out = append(out, x)
		}
	}
	s.answer(w, out)
}
