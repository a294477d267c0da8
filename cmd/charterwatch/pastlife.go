package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/calendar"
	"github.com/charterwatch/charterwatch/config"
	"github.com/charterwatch/charterwatch/internal/accounts"
	"github.com/charterwatch/charterwatch/internal/messages"
	"github.com/charterwatch/charterwatch/monitor"
	"github.com/charterwatch/charterwatch/probes"
	"github.com/charterwatch/charterwatch/reports"
	"github.com/charterwatch/charterwatch/store"
)

// maxPast bounds the months of a simulated past.
const maxPast = 12

// livePast makes a store with a simulated past of whole months. One that is there already is left as it
// is. The past comes to be beside the store's folder, and is put in place once it is whole: after
// one that was broken off the next start begins anew.
func (a *app) livePast(ctx context.Context, months int, t *terminal) error {
	a.clock = monitor.NewClock()
	a.deps = config.Deps{Heartbeats: probes.NewHeartbeats(a.clock.Now()), Now: a.clock.Now}
	l, b, err := a.load()
	if err != nil {
		return err
	}
	place := l.File.Store.SQLite
	there, err := os.ReadDir(place)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if len(there) > 0 {
		t.line("cli.demo.past_exists")
		return nil
	}
	unfinished := place + ".unfinished"
	if err := os.RemoveAll(unfinished); err != nil {
		return err
	}
	if err := a.livePastIn(ctx, unfinished, l, b, months, t); err != nil {
		return err
	}
	if err := os.Remove(place); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.Rename(unfinished, place)
}

// livePastIn makes the store in a folder that is not its place yet.
func (a *app) livePastIn(ctx context.Context, folder string, l *config.Loaded, b config.Built, months int, t *terminal) (err error) {
	f := l.File
	for _, path := range []*string{&f.Evidence.Key, &f.Evidence.Checkpoints} {
		if inside, err := filepath.Rel(f.Store.SQLite, *path); err == nil && filepath.IsLocal(inside) {
			*path = filepath.Join(folder, inside)
		}
	}
	now := a.clock.Now()
	p := newPast(b.Plan.Sites, l.Zone, newStory(now, months, l.Zone))
	p.db, err = store.Open(ctx, store.Config{Dir: folder, Checkpoints: f.Evidence.Checkpoints, Disposable: true, Logger: a.log, Now: p.clock})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.db.Close()) }()
	if p.close, err = closingWith(ctx, p.db, f, p.clock); err != nil {
		return err
	}
	return p.liveWithReports(ctx, b, reportingOf(l, b, true), months, now, t)
}

// liveWithReports lives until now. Reports of all months but the last are made, signed and kept on
// their way; the last one's is left to the monitor.
func (p *past) liveWithReports(ctx context.Context, b config.Built, in reporting, months int, now time.Time, t *terminal) error {
	opening := []compliance.Statement{b.Plan.Roster.InForce(p.now), b.Plan.Charter.OnRecord().InForce(p.now)}
	for _, s := range opening {
		if err := p.commit(ctx, s); err != nil {
			return err
		}
	}
	desk := reports.NewDesk(reports.Config{
		Maker: maker(p.db, func() reporting { return in }, p.close), State: p.state, Terms: func() reports.Terms { return in.terms }, Render: rendering(p.db), Now: p.clock,
		Said: func() []compliance.Statement { return saidOn(ctx, p.db) },
		Send: func(context.Context, reports.Letter) error { return nil }, // as if: nobody is sent what never was
	})
	told := time.Time{}
	tell := func(at time.Time) {
		if at.Sub(told) >= 10*24*time.Hour || at.Equal(now) {
			told = at
			t.line("cli.demo.past", "day", at.In(p.zone).Format(time.DateOnly))
		}
	}
	first := calendar.DateOf(p.now, p.zone)
	for i := range months - 1 {
		next := first.AddMonths(i + 1)
		if err := p.live(ctx, next.AddDays(5).Start(p.zone).Add(10*time.Hour), tell); err != nil {
			return err
		}
		month := fmt.Sprintf("%04d-%02d", first.AddMonths(i).Year, first.AddMonths(i).Month)
		t.line("cli.demo.past_report", "month", month)
		if err := p.report(ctx, desk, month); err != nil {
			return err
		}
	}
	return p.live(ctx, now, tell)
}

// report makes a month's report, has it signed and closes it.
func (p *past) report(ctx context.Context, desk *reports.Desk, month string) error {
	people := []accounts.Actor{demoActor(pastOperator, "운영 담당(모의)", accounts.RoleOperator), demoActor("demo/reviewer", "준법감시인(모의)", accounts.RoleExecutive), demoActor("demo/approver", "대표이사(모의)", accounts.RoleExecutive)}
	asked := []compliance.Name{{KO: "정기점검 공지를 게시판 담당이 먼저 올리도록 절차를 바꿀지 결정해 주십시오.", EN: "Whether the procedure is changed, so that the board's editor posts notices of regular maintenance first."}}
	g, err := desk.Make(ctx, reports.Order{Month: month, By: people[0], Decisions: &asked})
	if err != nil {
		return err
	}
	step := func(by accounts.Actor, why string, a compliance.ReportAct) error {
		p.now = p.now.Add(20 * time.Minute)
		a.Report, a.Digest = g.Report, g.Digest
		_, err := p.state(ctx, compliance.Statement{Site: compliance.MonitorScope, By: by, Why: why, Report: &a}, nil)
		return err
	}
	if err := step(people[0], "", compliance.ReportAct{Step: compliance.ReportSubmitted}); err != nil {
		return err
	}
	for i, role := range g.Roles {
		if err := step(people[i], "", compliance.ReportAct{Step: compliance.ReportSigned, Role: role}); err != nil {
			return err
		}
	}
	desk.Step(ctx)
	if g, _ = compliance.SigningOf(g.Report, saidOn(ctx, p.db)); !g.Published.IsZero() {
		return nil // by mail to all staff
	}
	return step(people[0], "", compliance.ReportAct{Step: compliance.ReportPublished, Proof: "사내 게시판 공지(모의)"})
}

// state puts a statement on record as the engine does.
func (p *past) state(ctx context.Context, s compliance.Statement, _ []compliance.Outage) (compliance.Statement, error) {
	return stateDirectly(ctx, p.db, s, saidOn(ctx, p.db), p.now)
}

func (p *past) commit(ctx context.Context, s compliance.Statement) error {
	rejected, err := p.db.Commit(ctx, []compliance.Change{{Site: s.Site, Statements: []compliance.Statement{s}}})
	if err == nil && len(rejected) > 0 {
		err = rejected[0].Err
	}
	if err != nil {
		return messages.New("cli.demo.past_failed", "err", err)
	}
	return nil
}
