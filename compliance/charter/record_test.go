package charter

import (
	"strings"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/calendar"
)

func TestTheCharterInForceIsTheLatestOnRecord(t *testing.T) {
	a, b := clauseOf("a", Requirement{Method: InDate}), clauseOf("b", Requirement{Method: InDate})
	oct, nov := at(t, -10, 0), at(t, 10, 0)
	record := []compliance.Statement{a.OnRecord().InForce(oct), b.OnRecord().InForce(nov)}
	for name, c := range map[string]struct {
		at   time.Time
		want compliance.Clause
	}{
		"before both":        {at(t, -20, 0), "a"},
		"between":            {at(t, 1, 0), "a"},
		"at the second":      {nov, "a"},
		"after the second":   {nov.Add(time.Millisecond), "b"},
		"at the month's end": {at(t, 31, 0), "b"},
	} {
		got, ok, err := InForce(record, c.at)
		if err != nil || !ok || got.Clauses[0].ID != c.want {
			t.Errorf("%s: %v %v %v", name, got.Clauses, ok, err)
		}
		if got.SHA256() != map[compliance.Clause]Charter{"a": a, "b": b}[c.want].SHA256() {
			t.Errorf("%s: read back, it has another digest", name)
		}
	}
	if _, ok, err := InForce(nil, nov); ok || err != nil {
		t.Errorf("%v %v", ok, err)
	}
	record[1].Charter.SHA256 = record[0].Charter.SHA256
	if _, _, err := InForce(record, at(t, 31, 0)); err == nil || !strings.Contains(err.Error(), "digest") {
		t.Errorf("a charter with another's digest was taken: %v", err)
	}
	record[1].Charter.Body = []byte("[]")
	if _, _, err := InForce(record, at(t, 31, 0)); err == nil {
		t.Error("what is no charter was taken")
	}
}

func TestVersionsAndDatesOfClauses(t *testing.T) {
	c := clauseOf("a", Requirement{Method: ServedDays})
	cl := &c.Clauses[0]
	cl.Versions = append(cl.Versions, Version{From: calendar.NewDate(2026, time.November, 1), Requires: []Requirement{{Method: ServedDays, Terms: Terms{MaxDown: 3 * time.Hour}}}})
	e := november(t)
	e.down(at(t, 3, 0), at(t, 3, 2*time.Hour))
	verdict := func() compliance.Verdict {
		t.Helper()
		m, err := c.Judge(e)
		if err != nil || len(m.Clauses) != 1 {
			t.Fatal(m.Clauses, err)
		}
		return m.Clauses[0].Verdict
	}
	if v := verdict(); v != kept {
		t.Errorf("by the version of the month's first day: %s", v)
	}
	cl.Versions[1].From = calendar.NewDate(2026, time.November, 2)
	if v := verdict(); v != broken {
		t.Errorf("a version that begins within the month was taken: %s", v)
	}
	for name, change := range map[string]func(){
		"not yet in force": func() { cl.From, cl.Until = calendar.NewDate(2026, time.November, 2), calendar.Date{} },
		"no longer":        func() { cl.From, cl.Until = calendar.NewDate(2025, 1, 1), calendar.NewDate(2026, time.October, 31) },
	} {
		change()
		if m, err := c.Judge(e); err != nil || len(m.Clauses) != 0 {
			t.Errorf("%s: %v %v", name, m.Clauses, err)
		}
	}
}

func TestDiff(t *testing.T) {
	before := Charter{Clauses: []Clause{clauseOf("a", Requirement{Method: ServedDays, Basis: ByProbe}).Clauses[0], clauseOf("gone", Requirement{Method: InDate}).Clauses[0]}}
	same := Charter{Clauses: []Clause{clauseOf("a", Requirement{Method: ServedDays, Basis: ByProbe, Terms: Terms{MaxDown: time.Hour}}).Clauses[0], before.Clauses[1]}}
	first := calendar.NewDate(2026, time.November, 1)
	if got := Diff(before, same, first); len(got) != 0 {
		t.Errorf("a default that is written out is no change: %+v", got)
	}
	after := Charter{Clauses: []Clause{clauseOf("a", Requirement{Method: ServedDays, Basis: ByProbe}).Clauses[0], clauseOf("new", Requirement{Method: InDate}).Clauses[0]}}
	a := &after.Clauses[0]
	a.Words, a.Owner = "v", "kim"
	a.Versions = append(a.Versions, Version{From: first, Requires: []Requirement{{Method: ServedDays, Basis: ByProbe, Terms: Terms{MaxDown: 2 * time.Hour}}}, Objective: Objective{Availability: 99_900}, Why: compliance.Name{EN: "board"}})
	var got []string
	for _, c := range Diff(before, after, first) {
		got = append(got, string(c.Clause)+" "+string(c.What))
		if c.Clause == "a" && c.Why.EN != "board" {
			t.Errorf("%+v", c)
		}
	}
	if want := "a words,a terms,a objective,a owner,new added,gone removed"; strings.Join(got, ",") != want {
		t.Errorf("got %v, want %s", got, want)
	}
	// The month before the version begins nothing of it is a change yet.
	for _, c := range Diff(before, after, calendar.NewDate(2026, time.October, 1)) {
		if c.What == ChangedTerms || c.What == ChangedObjective {
			t.Errorf("%+v", c)
		}
	}
	if got := Diff(after, after, first); len(got) != 2 || got[0].What != ChangedTerms || got[1].What != ChangedObjective {
		t.Errorf("a version that comes into force: %+v", got)
	}
	a.Versions[1].Requires[0].Method = Published
	if got := Diff(before, after, first); len(got) < 2 || got[1].What != ChangedRequirements {
		t.Errorf("%+v", got)
	}
}

func TestTogether(t *testing.T) {
	for _, c := range []struct {
		all  []compliance.Verdict
		want compliance.Verdict
	}{
		{[]compliance.Verdict{kept, broken, unproven}, broken},
		{[]compliance.Verdict{kept, unproven, atRisk}, unproven},
		{[]compliance.Verdict{kept, atRisk, none}, atRisk},
		{[]compliance.Verdict{none, kept}, kept},
		{[]compliance.Verdict{none, none}, none},
	} {
		if got := together(c.all); got != c.want {
			t.Errorf("%v: %s, want %s", c.all, got, c.want)
		}
	}
}

func TestContradictoryEvidenceIsRefused(t *testing.T) {
	for name, change := range map[string]func(*Evidence){
		"zone":      func(e *Evidence) { e.Zone = "Nowhere/Else" },
		"no zone":   func(e *Evidence) { e.Zone = "" },
		"month":     func(e *Evidence) { e.Month = "November" },
		"period":    func(e *Evidence) { e.Period.To = e.Period.To.Add(-time.Hour) },
		"not begun": func(e *Evidence) { e.AsOf = e.Period.From.Add(-time.Second) },
	} {
		e := november(t)
		change(&e)
		if _, err := clauseOf("x", Requirement{Method: NotObserved}).Judge(e); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	if _, err := clauseOf("x", Requirement{Method: "guess"}).Judge(november(t)); err == nil {
		t.Error("a method that is not known was taken")
	}
}

func TestTheSiteMonth(t *testing.T) {
	e := november(t)
	id := e.down(at(t, 12, 0), at(t, 12, 2*time.Hour))
	e.down(at(t, -10, 0), at(t, -10, 2*time.Hour))
	start := at(t, 20, 22*time.Hour)
	e.post("w", at(t, 1, 0), at(t, 1, minute), work(start, start.Add(time.Hour)))
	old := at(t, -9, 22*time.Hour)
	e.post("old", at(t, -20, 0), at(t, -20, minute), work(old, old.Add(time.Hour)))
	m, err := clauseOf("x", Requirement{Method: NotObserved}).Judge(e)
	if err != nil {
		t.Fatal(err)
	}
	s := m.Sites[0]
	if s.Site != "home" || len(s.Outages) != 1 || s.Outages[0].ID != id || len(s.Plans) != 1 || s.Availability.Verdict != broken || s.BoardSeen == nil || *s.BoardSeen != 100_000 {
		t.Errorf("%s", marshal(t, s))
	}
	if len(s.Obligations) != 3 { // the notice, the announcement, the restoration
		t.Errorf("%s", marshal(t, s.Obligations))
	}
	if m.Self.Coverage != 100_000 || m.Rules != RulesVersion || m.Charter == "" {
		t.Errorf("%+v", m.Self)
	}
}
