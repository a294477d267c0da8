package monitor

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/calendar"
	"github.com/charterwatch/charterwatch/compliance/charter"
)

// promising is a plan whose charter has a clause about inquiries and one that rests on attestations.
func promising(t *testing.T) Plan {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Seoul")
	if err != nil {
		t.Fatal(err)
	}
	plan := planOf(1, healthy)
	plan.Zone = zone
	if plan.Calendar, err = calendar.New(calendar.Config{Zone: zone}); err != nil {
		t.Fatal(err)
	}
	clause := func(id compliance.Clause, r charter.Requirement) charter.Clause {
		return charter.Clause{ID: id, Words: "w", From: calendar.NewDate(2000, 1, 1), Versions: []charter.Version{{Requires: []charter.Requirement{r}}}}
	}
	plan.Charter = charter.Charter{Clauses: []charter.Clause{
		clause("inquiry-online", charter.Requirement{Method: charter.EachCase, Terms: charter.Terms{Cases: []compliance.CaseKind{compliance.CaseOnline}, Within: compliance.Term{BusinessDays: 3}}}),
		clause("confidentiality", charter.Requirement{Method: charter.InDate}),
	}}
	return plan
}

// until sleeps to an instant in Seoul.
func until(t *testing.T, plan Plan, s string) {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04:05", s, plan.Zone)
	if err != nil || at.Before(time.Now()) {
		t.Fatalf("%s is not ahead of %s: %v", s, time.Now(), err)
	}
	time.Sleep(time.Until(at))
}

func find(e *Engine, r compliance.AlertRule) (compliance.Alert, bool) {
	for _, a := range e.Alerts() {
		if a.Rule == r {
			return a, true
		}
	}
	return compliance.Alert{}, false
}

// The time in a bubble begins at a midnight in 2000, for which the table of holidays knows nothing: the
// test sleeps until it does.
func TestCasesAreToldOnTheBusinessDayBeforeTheirLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		plan := promising(t)
		until(t, plan, "2026-11-17 09:00:00") // a Tuesday: three business days end with Friday
		store := newMemory()
		e, stop := begin(t, Config{Plan: plan, Store: store})
		time.Sleep(time.Minute)
		say := func(c compliance.Case) {
			t.Helper()
			if _, err := e.Import(t.Context(), compliance.CaseImport{By: operator(), Source: "form", Cases: []compliance.Case{c}}); err != nil {
				t.Fatal(err)
			}
		}
		first := compliance.Case{Ref: "Q-1", Kind: compliance.CaseOnline, Received: time.Now().Add(-time.Second)}
		second := compliance.Case{Ref: "Q-2", Kind: compliance.CaseOnline, Received: time.Now().Add(-time.Second)}
		say(first)
		say(second)
		until(t, plan, "2026-11-18 23:59:30")
		if a, told := find(e, compliance.AlertCaseDueTomorrow); told {
			t.Errorf("two days before: %+v", a)
		}
		until(t, plan, "2026-11-19 00:01:10")
		a, told := find(e, compliance.AlertCaseDueTomorrow)
		if !told || a.Count != 2 || a.Clause != "inquiry-online" || a.Detail != "Q-1, Q-2" {
			t.Errorf("the day before: %+v", e.Alerts())
		}
		second.Answered = time.Now().Add(-time.Second)
		say(second)
		if b, told := find(e, compliance.AlertCaseDueTomorrow); !told || b.ID != a.ID || b.Count != 1 { // in the very transaction of the import
			t.Errorf("one answered: %+v", b)
		}
		until(t, plan, "2026-11-21 00:01:10")
		if _, told := find(e, compliance.AlertCaseDueTomorrow); told {
			t.Error("past its limit, and still due")
		}
		over, told := find(e, compliance.AlertCaseOverdue)
		if !told || over.Count != 1 || over.Untold != 1 || over.Detail != "Q-1" {
			t.Errorf("past its limit: %+v", e.Alerts())
		}
		first.Answered = time.Now().Add(-time.Second)
		say(first)
		if a, told := find(e, compliance.AlertCaseOverdue); told {
			t.Errorf("answered: %+v", a)
		}
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		if v := store.versions(compliance.AlertCaseDueTomorrow); len(v) != 3 || v[2].Open() { // raised, one answered, over
			t.Errorf("%+v", v)
		}
	})
}

func TestAttestationsAreToldBeforeTheyEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		plan := promising(t)
		until(t, plan, "2026-11-17 09:00:00")
		e, stop := begin(t, Config{Plan: plan, Store: newMemory()})
		time.Sleep(time.Minute)
		attest := func(until calendar.Date) {
			t.Helper()
			day := calendar.DateOf(time.Now(), plan.Zone)
			_, err := e.State(t.Context(), compliance.Statement{Site: compliance.MonitorScope, By: operator(), Attestation: &compliance.Attestation{
				Clause: "confidentiality", What: "review", Signer: "kim", Signed: day, From: day, Until: until, Proof: compliance.Proof{Name: "a.pdf", SHA256: strings.Repeat("ab", 32)},
			}}, nil)
			if err != nil {
				t.Fatal(err)
			}
		}
		attest(calendar.NewDate(2026, 11, 19))
		if a, told := find(e, compliance.AlertAttestationExpiring); !told || a.Clause != "confidentiality" {
			t.Errorf("%+v", e.Alerts())
		}
		until(t, plan, "2026-11-20 00:01:10")
		_, ending := find(e, compliance.AlertAttestationExpiring)
		if a, told := find(e, compliance.AlertAttestationLapsed); !told || ending || a.Subject != "confidentiality" {
			t.Errorf("lapsed: %+v", e.Alerts())
		}
		attest(calendar.NewDate(2027, 11, 19))
		if got := e.Alerts(); len(got) != 1 {
			t.Errorf("attested again: %+v", got)
		}
		if err := stop(); err != nil {
			t.Fatal(err)
		}
	})
}

func TestIncidentsAreToldUntilTheyAreReported(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		plan := promising(t)
		plan.Charter.Reporting = []charter.ReportingDuty{{ID: "authority", Of: compliance.IncidentLeak, Within: 24 * time.Hour, From: calendar.NewDate(2000, 1, 1)}}
		until(t, plan, "2026-11-17 09:00:00")
		e, stop := begin(t, Config{Plan: plan, Store: newMemory()})
		time.Sleep(time.Minute)
		x := compliance.Incident{Ref: "SEC-1", Kind: compliance.IncidentLeak, Detected: time.Now().Add(-time.Hour)}
		say := func(x compliance.Incident) error {
			_, err := e.State(t.Context(), compliance.Statement{Site: compliance.MonitorScope, By: operator(), Incident: &x}, nil)
			return err
		}
		if err := say(x); err != nil {
			t.Fatal(err)
		}
		if a, told := find(e, compliance.AlertIncidentUnreported); told {
			t.Errorf("what a machine detected started a clock: %+v", a)
		}
		x.Known = time.Now()
		if err := say(x); err != nil {
			t.Fatal(err)
		}
		if a, told := find(e, compliance.AlertIncidentUnreported); !told || a.Subject != "SEC-1/authority" || !a.Limit.Equal(x.Known.Add(24*time.Hour)) {
			t.Errorf("%+v", e.Alerts())
		}
		x.Reports = []compliance.IncidentReport{{Duty: "nobody's", At: time.Now()}}
		var no *compliance.Refusal
		if err := say(x); !errors.As(err, &no) || no.Rule != "no_duty" {
			t.Errorf("a duty that the charter does not have: %v", err)
		}
		x.Reports[0].Duty = "authority"
		if err := say(x); err != nil {
			t.Fatal(err)
		}
		if a, told := find(e, compliance.AlertIncidentUnreported); told {
			t.Errorf("reported: %+v", a)
		}
		if err := stop(); err != nil {
			t.Fatal(err)
		}
	})
}

// What is due is counted anew when something came on record or a minute is over, and else not.
func TestDueIsCountedOnceAMinute(t *testing.T) {
	plan := promising(t)
	d := &due{charter: plan.Charter, days: plan.Calendar}
	now := time.Date(2026, 11, 19, 10, 0, 1, 0, plan.Zone)
	book := compliance.CaseBook{Cases: []compliance.Case{{Ref: "1", Kind: compliance.CaseOnline, Received: now.Add(-48 * time.Hour), Recorded: now}}}
	if got := d.at(book, nil, now); len(got.Cases) != 1 {
		t.Fatalf("%+v", got)
	}
	answered := now
	book.Cases[0].Answered = answered // which nobody may do: it shows who looks
	if got := d.at(book, nil, now.Add(58*time.Second)); len(got.Cases) != 1 {
		t.Error("counted anew within the minute")
	}
	if got := d.at(book, nil, now.Add(59*time.Second)); len(got.Cases) != 0 {
		t.Error("not counted anew after a minute")
	}
	for name, change := range map[string]func() (compliance.CaseBook, []compliance.Statement){
		"another book":  func() (compliance.CaseBook, []compliance.Statement) { return book.With(compliance.CaseImport{}), nil },
		"a longer list": func() (compliance.CaseBook, []compliance.Statement) { return book, make([]compliance.Statement, 1) },
	} {
		book.Cases[0].Answered = answered
		d.minute = time.Time{}
		d.at(book, nil, now)
		book.Cases[0].Answered = time.Time{}
		other, house := change()
		if got := d.at(other, house, now); len(got.Cases) != 1 {
			t.Errorf("%s: not counted anew", name)
		}
	}
	if got := (&due{charter: plan.Charter}).at(book, nil, now); len(got.Cases) != 0 || got.Calendar != nil {
		t.Error("without a calendar something is due")
	}
}
