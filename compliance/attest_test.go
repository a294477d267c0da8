package compliance

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance/calendar"
	"github.com/charterwatch/charterwatch/internal/accounts"
)

func attested(change func(*Attestation)) Statement {
	a := Attestation{
		Clause: "confidentiality", What: "2026 점검", Signer: "준법감시팀 김", Signed: calendar.NewDate(2026, 11, 12),
		From: calendar.NewDate(2026, 11, 1), Until: calendar.NewDate(2027, 10, 31), Proof: Proof{Name: "review.pdf", SHA256: strings.Repeat("ab", 32)},
	}
	change(&a)
	return Statement{Site: MonitorScope, At: day(12, time.Hour), By: accounts.Actor{ID: "user/kim", Kind: accounts.KindUser}, Attestation: &a}
}

func recorded(change func(*MonthRecord)) Statement {
	m := MonthRecord{Clause: "security-incidents", Month: "2026-11", Sources: []SourceReport{{"관제", true}}}
	change(&m)
	return Statement{Site: MonitorScope, At: day(12, time.Hour), By: accounts.Actor{ID: "user/kim", Kind: accounts.KindUser}, MonthRecord: &m}
}

func TestWhatIsSaidOfTheCharterIsChecked(t *testing.T) {
	d := Desk{Zone: seoul, Clauses: []Clause{"confidentiality", "security-incidents"}}
	elsewhere := attested(func(*Attestation) {})
	elsewhere.Site = "home"
	version := CharterVersion{SHA256: strings.Repeat("ab", 32), Body: []byte(`{}`)}
	for name, c := range map[string]struct {
		said Statement
		rule string // "": taken
	}{
		"attestation":              {attested(func(*Attestation) {}), ""},
		"signed today":             {attested(func(a *Attestation) { a.Signed = calendar.NewDate(2026, 11, 12) }), ""},
		"signed tomorrow":          {attested(func(a *Attestation) { a.Signed = calendar.NewDate(2026, 11, 13) }), "in_future"},
		"not the monitor's":        {elsewhere, "no_clause"},
		"unknown clause":           {attested(func(a *Attestation) { a.Clause = "x" }), "no_clause"},
		"nothing done":             {attested(func(a *Attestation) { a.What = " " }), "no_what"},
		"no signer":                {attested(func(a *Attestation) { a.Signer = "" }), "no_signer"},
		"no signature":             {attested(func(a *Attestation) { a.Signed = calendar.Date{} }), "no_signer"},
		"no first day":             {attested(func(a *Attestation) { a.From = calendar.Date{} }), "bad_term"},
		"of one day":               {attested(func(a *Attestation) { a.Until = a.From }), ""},
		"of less":                  {attested(func(a *Attestation) { a.Until = a.From.AddDays(-1) }), "bad_term"},
		"no proof":                 {attested(func(a *Attestation) { a.Proof = Proof{} }), "no_proof"},
		"proof without a digest":   {attested(func(a *Attestation) { a.Proof.SHA256 = "ab" }), "bad_digest"},
		"month record":             {recorded(func(*MonthRecord) {}), ""},
		"with proof":               {recorded(func(m *MonthRecord) { m.Proof = Proof{Name: "a.pdf", SHA256: strings.Repeat("00", 32)} }), ""},
		"a record's bad digest":    {recorded(func(m *MonthRecord) { m.Proof = Proof{Name: "a.pdf", SHA256: "?"} }), "bad_digest"},
		"a record's nameless file": {recorded(func(m *MonthRecord) { m.Proof = Proof{SHA256: strings.Repeat("00", 32)} }), "no_proof"},
		"of another clause":        {recorded(func(m *MonthRecord) { m.Clause = "x" }), "no_clause"},
		"no month":                 {recorded(func(m *MonthRecord) { m.Month = "November" }), "bad_month"},
		"next month":               {recorded(func(m *MonthRecord) { m.Month = "2026-12" }), "in_future"},
		"a month long past":        {recorded(func(m *MonthRecord) { m.Month = "2026-01" }), ""},
		"fewer than none":          {recorded(func(m *MonthRecord) { m.Known = -1 }), "bad_count"},
		"no sources":               {recorded(func(m *MonthRecord) { m.Sources = nil }), "no_sources"},
		"a nameless source":        {recorded(func(m *MonthRecord) { m.Sources = []SourceReport{{"", true}} }), "no_sources"},
		"the monitor's charter":    {version.InForce(day(12, 0)), ""},
	} {
		about, err := d.Admit(c.said)
		var r *Refusal
		errors.As(err, &r)
		if !about || (r == nil) != (c.rule == "") || r != nil && r.Rule != c.rule {
			t.Errorf("%s: %v %v, want %q", name, about, err, c.rule)
		}
	}
	byPerson := version.InForce(day(12, 0))
	byPerson.By = accounts.Actor{ID: "user/kim", Kind: accounts.KindUser}
	if about, _ := d.Admit(byPerson); about {
		t.Error("a person put a charter in force")
	}
	for want, s := range map[string]Statement{"attestation": attested(func(*Attestation) {}), "month_record": recorded(func(*MonthRecord) {}), "charter": version.InForce(day(1, 0))} {
		if s.What() != want {
			t.Errorf("%s is called %s", want, s.What())
		}
	}
}
