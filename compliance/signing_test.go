package compliance

import (
	"errors"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/internal/accounts"
)

// desk takes steps of a report as the engine does.
type reportDesk struct {
	t    *testing.T
	said []Statement
	now  time.Time
}

func (d *reportDesk) try(by accounts.Actor, why string, a ReportAct) error {
	d.now = d.now.Add(time.Minute)
	s := Statement{Site: MonitorScope, At: d.now, By: by, Why: why, Report: &a}.Sealed()
	about, err := Desk{Statements: d.said}.Admit(s)
	if !about {
		d.t.Fatal("nobody admits steps of reports")
	}
	if err == nil {
		d.said = append(d.said, s)
	}
	return err
}

func (d *reportDesk) must(by accounts.Actor, a ReportAct) Signing {
	d.t.Helper()
	if err := d.try(by, "because", a); err != nil {
		d.t.Fatalf("%s: %v", a.Step, err)
	}
	g, _ := SigningOf(a.Report, d.said)
	return g
}

func (d *reportDesk) refused(rule string, by accounts.Actor, why string, a ReportAct) {
	d.t.Helper()
	var r *Refusal
	if err := d.try(by, why, a); !errors.As(err, &r) || r.Rule != rule {
		d.t.Errorf("%s by %s: %v, want %s", a.Step, by.ID, err, rule)
	}
}

func person(id string) accounts.Actor {
	return accounts.Actor{ID: id, Name: id, Kind: accounts.KindUser}
}

func TestReportIsSignedInOrderByDifferentPeople(t *testing.T) {
	d := &reportDesk{t: t, now: time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)}
	own := accounts.System("reports")
	step := func(s ReportStep, role string) ReportAct {
		return ReportAct{Report: "2026-10", Step: s, Digest: "d1", Role: role}
	}
	d.refused("no_report", person("a"), "x", step(ReportSubmitted, ""))
	made := step(ReportMade, "")
	made.Month, made.Roles, made.Deadline = "2026-10", []string{"drafter", "reviewer", "approver"}, d.now.Add(time.Hour)
	if g := d.must(own, made); g.State != ReportDraft {
		t.Error(g.State)
	}
	d.refused("report_not_in_review", person("a"), "", step(ReportSigned, "drafter"))
	made.Digest = "d2"
	d.must(own, made) // a draft is made again
	d.refused("other_content", person("a"), "", step(ReportSubmitted, ""))
	step = func(s ReportStep, role string) ReportAct {
		return ReportAct{Report: "2026-10", Step: s, Digest: "d2", Role: role}
	}
	if g := d.must(person("a"), step(ReportSubmitted, "")); g.State != ReportInReview {
		t.Error(g.State)
	}
	d.refused("report_not_draft", person("a"), "", step(ReportSubmitted, ""))
	d.refused("not_your_turn", person("b"), "", step(ReportSigned, "reviewer"))
	d.must(person("a"), step(ReportSigned, "drafter"))
	d.refused("report_frozen", own, "", made)
	d.refused("signed_twice", person("a"), "", step(ReportSigned, "reviewer"))
	d.refused("no_reason", person("b"), " ", step(ReportCommented, ""))
	if g := d.must(person("b"), step(ReportCommented, "")); len(g.Comments) != 1 {
		t.Errorf("%+v", g.Comments)
	}
	if g := d.must(person("b"), step(ReportReturned, "")); g.State != ReportDraft || len(g.Signatures) != 0 {
		t.Errorf("%+v", g)
	}
	d.must(person("a"), step(ReportSubmitted, ""))
	for i, who := range []string{"a", "b", "c"} {
		d.must(person(who), step(ReportSigned, made.Roles[i]))
	}
	d.refused("no_subject", person("a"), "", step(ReportClosed, ""))
	d.refused("report_not_closed", person("a"), "", step(ReportPublished, ""))
	if g := d.must(own, step(ReportClosed, "")); g.State != ReportAllSigned || g.Closed.IsZero() || g.Signatures[2].Name != "c" {
		t.Errorf("%+v", g)
	}
	d.refused("report_closed", person("a"), "x", step(ReportCommented, ""))
	d.refused("not_your_turn", person("d"), "", step(ReportSigned, "approver"))
	d.refused("no_proof", person("a"), "", step(ReportPublished, ""))
	published := step(ReportPublished, "")
	published.Proof = "https://intranet.example/1"
	sent := step(ReportSent, "")
	sent.To, sent.How = "ceo@example.or.kr", "smtp_accepted"
	d.must(own, sent)
	if g := d.must(person("a"), published); g.Published.IsZero() || g.Proof == "" || len(g.Receipts) != 1 {
		t.Errorf("%+v", g)
	}
}

func TestReportGoesOutUnsignedAndMayBeSignedLater(t *testing.T) {
	d := &reportDesk{t: t, now: time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)}
	own := accounts.System("reports")
	d.must(own, ReportAct{Report: "2026-10", Month: "2026-10", Step: ReportMade, Digest: "d", Roles: []string{"drafter", "approver"}})
	if g := d.must(own, ReportAct{Report: "2026-10", Step: ReportClosed, Digest: "d"}); g.State != ReportUnsigned {
		t.Error(g.State)
	}
	d.refused("report_frozen", own, "", ReportAct{Report: "2026-10", Month: "2026-10", Step: ReportMade, Digest: "d3"})
	d.refused("report_not_draft", person("a"), "", ReportAct{Report: "2026-10", Step: ReportSubmitted, Digest: "d"})
	if g := d.must(person("a"), ReportAct{Report: "2026-10", Step: ReportSigned, Role: "drafter", Digest: "d"}); g.State != ReportUnsigned {
		t.Error(g.State)
	}
	if g := d.must(person("b"), ReportAct{Report: "2026-10", Step: ReportSigned, Role: "approver", Digest: "d"}); g.State != ReportAllSigned {
		t.Error(g.State)
	}
	if _, ok := SigningOf("2026-09", d.said); ok {
		t.Error("a report that was never made is on record")
	}
}
