package dashboard

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/charter"
	"github.com/charterwatch/charterwatch/internal/accounts"
)

// press makes reports, and seals evidence, for the tests.
type press struct {
	d       *desk
	content ReportContent // of every report, and of every month as it stands
	judged  []string      // months that were judged now
	read    int           // reports whose content was read
	made    []string      // why
	err     error         // of everything
	leaves  map[string][]SealedLeaf
	stands  LedgerStanding

	vault // exports
	work  DeskWork
}

func (p *press) Content(_ context.Context, g compliance.Signing) (ReportContent, error) {
	p.read++
	c := p.content
	c.ID = g.Report
	return c, p.err
}

func (p *press) Now(_ context.Context, month string) (ReportContent, error) {
	p.judged = append(p.judged, month)
	c := p.content
	c.Month.Month = month
	if month < "2026-01" {
		return c, fmt.Errorf("judge %s: %w", month, ErrNoMonth)
	}
	return c, p.err
}

func (p *press) File(_ context.Context, g compliance.Signing, lang, name string) ([]byte, error) {
	return []byte(g.Report + " " + lang + " " + name), p.err
}

func (p *press) Make(_ context.Context, m Making) (compliance.Signing, error) {
	month, by, why := m.Month, m.By, m.Why
	if m.Decisions != nil {
		p.content.Decisions = *m.Decisions
	}
	if month < "2026-01" {
		return compliance.Signing{}, fmt.Errorf("make %s: %w", month, ErrNoMonth)
	}
	p.made = append(p.made, why)
	id := month
	for _, g := range compliance.Signings(p.d.Record(compliance.MonitorScope).Statements) {
		if g.Month == month && g.Frozen() {
			id = month + "+1"
		}
	}
	p.d.remembers(compliance.Statement{By: by, Why: why, Report: &compliance.ReportAct{
		Report: id, Step: compliance.ReportMade, Digest: fmt.Sprintf("%s/%d", id, len(p.made)), Month: month, Roles: []string{"drafter", "reviewer", "approver"}, Deadline: time.Now().Add(time.Hour),
	}})
	g, _ := compliance.SigningOf(id, p.d.Record(compliance.MonitorScope).Statements)
	return g, p.err
}

func (p *press) Sealed(_ context.Context, id string) ([]SealedLeaf, error) {
	if p.err != nil {
		return nil, p.err
	}
	if len(p.leaves[id]) == 0 {
		return nil, fmt.Errorf("look for %s: %w", id, ErrNotSealed)
	}
	return p.leaves[id], nil
}

func (p *press) Standing(context.Context) (LedgerStanding, error) { return p.stands, p.err }

// remembers puts a statement of the monitor's scope on record, whatever is to be said of it.
func (d *desk) remembers(x compliance.Statement) {
	x.Site = compliance.MonitorScope
	if x.ID == "" {
		x.At = time.Now().UTC()
		x = x.Sealed()
	}
	d.keepHouse(append(slices.Clone(d.Record(compliance.MonitorScope).Statements), x))
}

// keepHouse is what is on record of the monitor's scope.
func (d *desk) keepHouse(said []compliance.Statement) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.records = map[string]compliance.Record{compliance.MonitorScope: {Statements: said}}
	d.floor.Statements = said
}

// admitAndSay is State with a record that remembers.
func (d *desk) admitAndSay(ctx context.Context, s compliance.Statement, outages []compliance.Outage) (compliance.Statement, error) {
	s, err := d.State(ctx, s, outages)
	if err == nil {
		d.remembers(s)
	}
	return s, err
}

// openPress serves a monitor that makes reports.
func openPress(t *testing.T) (*httptest.Server, *press) {
	t.Helper()
	s, d := openDesk(t)
	p := &press{d: d, content: judgedMonth(), leaves: map[string][]SealedLeaf{}}
	c := s.cfg
	c.Reports, c.ReportWork, c.Ledger, c.State = p, func() DeskWork { return p.work }, p, d.admitAndSay
	srv := httptest.NewServer(NewServer(c))
	t.Cleanup(srv.Close)
	return srv, p
}

// judgedMonth is a month in which one clause was kept, one was broken and one rests on a
// register of cases.
func judgedMonth() ReportContent {
	at := time.Date(2026, 10, 7, 3, 0, 0, 0, time.UTC)
	half := compliance.Ratio(50_123)
	var days []compliance.Obligation
	for i := range 60 {
		v, why := compliance.Kept, "served"
		if i == 59 {
			v, why = compliance.Broken, "not_served"
		}
		days = append(days, compliance.Obligation{Clause: "availability", Site: "alpha", Subject: fmt.Sprintf("day-%d", i), Start: at, Limit: at.Add(time.Hour), Verdict: v, Why: why})
	}
	var used []charter.Ref
	for i := range 30 {
		used = append(used, charter.Ref{Kind: "hour", ID: fmt.Sprintf("hour/%d", i)})
	}
	clause := func(id compliance.Clause, en string) charter.Clause {
		return charter.Clause{ID: id, Title: compliance.Name{KO: "가", EN: en}, Promise: compliance.Name{KO: "약속", EN: "promise"}, Words: "365일", Owner: "전산부"}
	}
	missed := charter.Why{Rule: "days_missed", N: 1, Of: 31, Long: 61 * time.Minute, What: "alpha"}
	lapsed := charter.Why{Rule: "cases_late", N: 1, Of: 2}
	return ReportContent{
		Charter: charter.Charter{Clauses: []charter.Clause{clause("availability", "Served every day"), clause("inquiry-online", "Answered"), clause("security-level", "Level")}},
		Before:  map[compliance.Clause]compliance.Verdict{"availability": compliance.Kept, "inquiry-online": compliance.Broken},
		Month: charter.Month{
			Month: "2026-10", Period: compliance.Period{From: at, To: at.Add(31 * 24 * time.Hour)}, AsOf: at.Add(32 * 24 * time.Hour), Rules: "7", Sites: []charter.SiteMonth{{Site: "alpha"}}, Self: charter.SelfMonth{Coverage: half},
			Clauses: []charter.Judged{
				{Clause: "availability", Verdict: compliance.Broken, Best: compliance.Broken, Worst: compliance.Broken, Why: missed, Requires: []charter.Outcome{{
					Method: charter.ServedDays, Basis: charter.ByProbe, Verdict: compliance.Broken, Why: missed, Coverage: &half, Kept: 59, Broken: 1, Occasions: days, Used: used,
					Objective: &charter.ObjectiveMet{Want: 99_900, Got: 99_100},
				}}},
				{Clause: "inquiry-online", Verdict: compliance.Broken, Best: compliance.Broken, Worst: compliance.Broken, Why: lapsed, Requires: []charter.Outcome{{
					Method: charter.EachCase, Basis: charter.ByRecord, Verdict: compliance.Broken, Why: lapsed, Kept: 1, Broken: 1,
					Occasions: []compliance.Obligation{{Clause: "inquiry-online", Subject: "case A-2", Start: at, Verdict: compliance.Broken, Why: "late"}}, Used: []charter.Ref{{Kind: "cases", ID: "import-1"}},
				}}},
				{Clause: "security-level", Verdict: compliance.Unproven, Why: charter.Why{Rule: "not_observed"}, Worst: compliance.Broken, Best: compliance.Kept},
			},
		},
	}
}

// drafted has a report made, and answers with its digest.
func (p *press) drafted(t *testing.T, month string) string {
	t.Helper()
	g, err := p.Make(t.Context(), Making{Month: month, By: accounts.Actor{ID: "token/operator", Role: accounts.RoleOperator}})
	if err != nil {
		t.Fatal(err)
	}
	return g.Digest
}

// closed has the monitor close a report.
func (p *press) closed(id, digest string) {
	p.d.remembers(compliance.Statement{By: accounts.System("reports"), Report: &compliance.ReportAct{Report: id, Step: compliance.ReportClosed, Digest: digest}})
}

var errDisk = errors.New("disk full at /var/lib/secret-place")

func quiet(t *testing.T, b []byte) {
	t.Helper()
	if strings.Contains(string(b), "secret-place") {
		t.Errorf("the answer tells what only the log should: %s", b)
	}
}
