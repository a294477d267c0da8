package reports_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/calendar"
	"github.com/charterwatch/charterwatch/compliance/charter"
	"github.com/charterwatch/charterwatch/internal/accounts"
	"github.com/charterwatch/charterwatch/reports"
)

// office is everything around a desk, in memory.
type office struct {
	t     *testing.T
	mu    sync.Mutex
	said  []compliance.Statement
	kept  map[string][]byte
	mails []reports.Letter
	fail  error             // of the mail server
	sites bool              // whether anything was watched
	lost  error             // of every reading of the history
	note  func(call string) // is told of each call; nil: nobody is
	desk  *reports.Desk
}

func (o *office) Histories(_ context.Context, from, to time.Time) (map[string]compliance.SiteHistory, error) {
	h := compliance.SiteHistory{Site: "home", Until: to}
	o.called("read")
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.lost != nil {
		return nil, o.lost
	}
	if o.sites {
		h.Lives = []compliance.CheckLife{{Check: "home/front", Site: "home", Critical: true, Vantages: []string{"local"}, Interval: time.Minute, From: from.AddDate(0, -2, 0)}}
	}
	return map[string]compliance.SiteHistory{"home": h}, nil
}

func (o *office) Cases(context.Context, time.Time, time.Time) (compliance.CaseBook, error) {
	return compliance.CaseBook{}, nil
}

func (o *office) Pages(context.Context, time.Time, time.Time) ([]compliance.PageRecord, error) {
	return nil, nil
}

func (o *office) Said(context.Context, string) ([]compliance.Statement, error) {
	return o.statements(), nil
}

func (o *office) statements() []compliance.Statement {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.said)
}

func (o *office) state(_ context.Context, s compliance.Statement, _ []compliance.Outage) (compliance.Statement, error) {
	if s.Report != nil {
		o.called("state " + string(s.Report.Step))
	}
	s.At = time.Now().UTC()
	s = s.Sealed()
	_, err := compliance.Desk{Statements: o.statements()}.Admit(s)
	o.mu.Lock()
	defer o.mu.Unlock()
	if err == nil {
		o.said = append(o.said, s)
	}
	return s, err
}

func (o *office) called(call string) {
	o.mu.Lock()
	note := o.note
	o.mu.Unlock()
	if note != nil {
		note(call)
	}
}

// set changes the office while its desk works.
func (o *office) set(change func()) { o.mu.Lock(); defer o.mu.Unlock(); change() }

var errGone = errors.New("not kept")

func (o *office) SaveReport(_ context.Context, id, _, digest string, _ time.Time, content []byte) error {
	return o.keep(id+digest, content)
}

func (o *office) Report(_ context.Context, id, digest string) ([]byte, error) {
	return o.find(id + digest)
}

func (o *office) SaveReportFile(_ context.Context, id string, edition int, name string, _ time.Time, file []byte) error {
	return o.keep(fmt.Sprint(id, edition, name), file)
}

func (o *office) ReportFile(_ context.Context, id string, edition int, name string) ([]byte, error) {
	return o.find(fmt.Sprint(id, edition, name))
}

func (o *office) keep(key string, b []byte) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if _, kept := o.kept[key]; !kept {
		o.kept[key] = b
	}
	return nil
}

func (o *office) find(key string) ([]byte, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if b, ok := o.kept[key]; ok {
		return b, nil
	}
	return nil, errGone
}

func (o *office) send(_ context.Context, l reports.Letter) error {
	o.called("send")
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.fail == nil {
		o.mails = append(o.mails, l)
	}
	return o.fail
}

func (o *office) sent() (out []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, m := range o.mails {
		out = append(out, fmt.Sprintf("%s %s %d/%d", m.To, m.Signing.State, len(m.Signing.Signatures), len(m.Signing.Roles)))
	}
	return out
}

// opened opens an office, at midnight of 1 January 2000 in the bubble: a Saturday.
func opened(t *testing.T) *office {
	o := &office{t: t, kept: map[string][]byte{}, sites: true}
	clause := charter.Clause{ID: "availability", Words: "365일", From: calendar.NewDate(1990, 1, 1), Versions: []charter.Version{{From: calendar.NewDate(1990, 1, 1), Requires: []charter.Requirement{{Method: charter.ServedDays, Basis: charter.ByProbe}}}}}
	days, err := calendar.New(calendar.Config{})
	if err != nil {
		t.Fatal(err)
	}
	o.desk = reports.NewDesk(reports.Config{
		Maker: reports.Maker{Source: o, Archive: o,
			Plan: func() reports.Plan {
				return reports.Plan{Sites: []compliance.Site{{ID: "home"}}, Zone: time.UTC, Calendar: days}
			},
			Head: func() reports.Head {
				return reports.Head{Languages: []string{"ko", "en"}, Charter: charter.Charter{Clauses: []charter.Clause{clause}}}
			}},
		Said: o.statements, State: o.state, Send: o.send,
		Terms: func() reports.Terms {
			return reports.Terms{MakeAt: 9 * time.Hour, Roles: []string{"drafter", "approver"}, Readers: []string{"ceo@x", "cfo@x"}, Staff: []string{"all@x"}}
		},
		Render: func(_ context.Context, r reports.Report, s compliance.Signing, lang string) (reports.Files, error) {
			o.called("render " + lang)
			out := reports.Files{}
			for _, n := range reports.Names() {
				out[n] = fmt.Appendf(nil, "%s %s %s %d", r.ID, n, lang, len(s.Signatures))
			}
			return out, nil
		},
	})
	return o
}

func (o *office) report() compliance.Signing {
	o.t.Helper()
	g, _ := compliance.SigningOf("1999-12", o.statements())
	return g
}

func (o *office) say(by string, a compliance.ReportAct) {
	o.t.Helper()
	a.Report, a.Digest = "1999-12", o.report().Digest
	if _, err := o.state(o.t.Context(), compliance.Statement{Site: compliance.MonitorScope, By: accounts.Actor{ID: by, Name: by, Kind: accounts.KindUser}, Report: &a}, nil); err != nil {
		o.t.Fatal(err)
	}
}

// bubble runs a test at its desk, which works in the background until the end.
func bubble(t *testing.T, test func(o *office)) {
	synctest.Test(t, func(t *testing.T) {
		o := opened(t)
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- o.desk.Run(ctx) }()
		test(o)
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func at(d, h int) time.Duration {
	return time.Until(time.Date(2000, 1, d, h, 1, 0, 0, time.UTC))
}

func TestReportIsMadeOnTheFirstBusinessDayAndGoesOutSigned(t *testing.T) {
	bubble(t, func(o *office) {
		time.Sleep(at(3, 8)) // Monday, before its hour
		if g := o.report(); g.Digest != "" {
			t.Errorf("made too early: %+v", g)
		}
		time.Sleep(at(3, 9))
		g := o.report()
		if g.State != compliance.ReportDraft || g.Deadline.Before(time.Date(2000, 1, 8, 0, 0, 0, 0, time.UTC)) {
			t.Fatalf("%+v", g)
		}
		time.Sleep(time.Hour)
		if again := o.report(); again.Digest != g.Digest || !again.Made.Equal(g.Made) {
			t.Error("it was made twice")
		}
		o.say("kim", compliance.ReportAct{Step: compliance.ReportSubmitted})
		o.say("kim", compliance.ReportAct{Step: compliance.ReportSigned, Role: "drafter"})
		time.Sleep(time.Hour)
		if sent := o.sent(); len(sent) != 0 {
			t.Errorf("it went out without all signatures: %v", sent)
		}
		o.say("lee", compliance.ReportAct{Step: compliance.ReportSigned, Role: "approver"})
		time.Sleep(time.Minute)
		if sent := o.sent(); !slices.Equal(sent, []string{"ceo@x signed 2/2", "cfo@x signed 2/2", "all@x signed 2/2"}) {
			t.Errorf("%v", sent)
		}
		g = o.report()
		if g.Closed.IsZero() || g.Published.IsZero() || len(g.Receipts) != 3 {
			t.Errorf("%+v", g)
		}
		files, err := o.desk.Files(t.Context(), g, "en")
		if err != nil || string(files[reports.NamePDF]) != "1999-12 report.pdf en 2" {
			t.Errorf("%s %v", files[reports.NamePDF], err)
		}
		for range 2 {
			if err := o.desk.Opened(t.Context(), "1999-12", "ceo@x"); err != nil {
				t.Fatal(err)
			}
		}
		if g = o.report(); len(g.Receipts) != 4 || g.Receipts[3].Got != compliance.ReportOpened || g.Receipts[3].How != "link" {
			t.Errorf("%+v", g.Receipts)
		}
		addendum, err := o.desk.Make(t.Context(), reports.Order{Month: "1999-12", By: accounts.System("reports"), Why: "a case came late"})
		if err != nil || addendum.Report != "1999-12+1" {
			t.Fatalf("%+v %v", addendum, err)
		}
		r, err := o.desk.Content(t.Context(), addendum)
		if err != nil || r.Addendum == nil || r.Addendum.Of != "1999-12" || r.Addendum.Digest != g.Digest || r.Addendum.Why != "a case came late" || len(r.Addendum.Verdicts) != 1 {
			t.Errorf("%+v %v", r.Addendum, err)
		}
	})
}

func TestReportGoesOutUnsignedAtItsDeadline(t *testing.T) {
	bubble(t, func(o *office) {
		time.Sleep(at(3, 9))
		deadline := o.report().Deadline
		time.Sleep(time.Until(deadline) - time.Minute)
		if g := o.report(); !g.Closed.IsZero() {
			t.Error("it went out before its deadline")
		}
		o.mu.Lock()
		o.fail = errors.New("421 come back later")
		o.mu.Unlock()
		time.Sleep(2 * time.Minute)
		if g := o.report(); g.State != compliance.ReportUnsigned || g.Closed.IsZero() || len(g.Receipts) != 0 {
			t.Errorf("%+v", g)
		}
		o.mu.Lock()
		o.fail = nil
		o.mu.Unlock()
		time.Sleep(10 * time.Minute)
		if sent := o.sent(); len(sent) != 3 || sent[0] != "ceo@x unsigned 0/2" {
			t.Errorf("it is not tried again: %v", sent)
		}
		time.Sleep(24 * time.Hour)
		if sent := o.sent(); len(sent) != 3 {
			t.Errorf("somebody got it twice: %v", sent)
		}
	})
}

func TestNoReportGoesOnRecordBeforeItsMonthIsOver(t *testing.T) {
	bubble(t, func(o *office) {
		time.Sleep(at(2, 9))
		before := len(o.statements())
		if _, err := o.desk.Make(t.Context(), reports.Order{Month: "2000-01", By: accounts.System("reports")}); !errors.Is(err, reports.ErrNotOver) {
			t.Errorf("%v", err)
		}
		if now := len(o.statements()); now != before {
			t.Errorf("%d statements more", now-before)
		}
	})
}

// TestIncidentsAreEvidence: verdicts and regulators' clocks rest on what is on record of them.
func TestIncidentsAreEvidence(t *testing.T) {
	bubble(t, func(o *office) {
		s := compliance.Statement{Site: compliance.MonitorScope, By: accounts.Actor{ID: "kim"}, Incident: &compliance.Incident{Ref: "SEC-1", Kind: compliance.IncidentLeak, Known: time.Now()}}
		if _, err := o.state(t.Context(), s, nil); err != nil {
			t.Fatal(err)
		}
		time.Sleep(at(3, 9) + time.Hour)
		r, err := o.desk.Content(t.Context(), o.report())
		if err != nil || !slices.ContainsFunc(r.Evidence.House, func(s compliance.Statement) bool { return s.Incident != nil && s.Incident.Ref == "SEC-1" }) {
			t.Errorf("%+v %v", r.Evidence.House, err)
		}
	})
}

// TestDecisionsAreAskedInTheContent: they are part of what is signed, outlive a draft that is made
// again, and belong to one report alone.
func TestDecisionsAreAskedInTheContent(t *testing.T) {
	bubble(t, func(o *office) {
		time.Sleep(at(3, 9) + time.Hour)
		made := func(asked *[]compliance.Name, want ...string) compliance.Signing {
			t.Helper()
			g, err := o.desk.Make(t.Context(), reports.Order{Month: "1999-12", By: accounts.Actor{ID: "kim", Name: "kim"}, Why: "again", Decisions: asked})
			if err != nil {
				t.Fatal(err)
			}
			r, err := o.desk.Content(t.Context(), g)
			var got []string
			for _, d := range r.Decisions {
				got = append(got, d.KO)
			}
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("%v, want %v; %v", got, want, err)
			}
			return g
		}
		before := o.report()
		g := made(&[]compliance.Name{{KO: "예비 전산실을 둘지 정해 주십시오"}}, "예비 전산실을 둘지 정해 주십시오")
		if g.Digest == before.Digest {
			t.Error("they are not signed for")
		}
		made(nil, "예비 전산실을 둘지 정해 주십시오")
		made(&[]compliance.Name{})
		made(&[]compliance.Name{{KO: "둘째"}}, "둘째")
		o.say("kim", compliance.ReportAct{Step: compliance.ReportSubmitted})
		o.say("kim", compliance.ReportAct{Step: compliance.ReportSigned, Role: "drafter"})
		if g := made(nil); g.Report != "1999-12+1" {
			t.Errorf("%+v", g)
		}
	})
}

func TestNothingWatchedIsNothingToReport(t *testing.T) {
	bubble(t, func(o *office) {
		o.mu.Lock()
		o.sites = false
		o.mu.Unlock()
		time.Sleep(at(4, 9))
		if len(o.statements()) != 0 {
			t.Errorf("%+v", o.statements())
		}
		if _, err := o.desk.Make(t.Context(), reports.Order{Month: "1999-12", By: accounts.System("reports")}); !errors.Is(err, reports.ErrNothing) {
			t.Errorf("%v", err)
		}
		if _, err := o.desk.Make(t.Context(), reports.Order{Month: "December"}); !errors.Is(err, reports.ErrMonth) {
			t.Errorf("%v", err)
		}
	})
}
