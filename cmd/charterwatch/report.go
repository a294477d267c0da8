package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/config"
	"github.com/charterwatch/charterwatch/internal/messages"
	"github.com/charterwatch/charterwatch/probes"
	"github.com/charterwatch/charterwatch/reports"
	"github.com/charterwatch/charterwatch/store"
)

// reportCommand writes a month's report: as it is on record, or made and put on record now.
func reportCommand(ctx context.Context, args []string, t *terminal) (err error) {
	fs := flag.NewFlagSet("report", flag.ContinueOnError)
	path := fs.String("config", "/etc/charterwatch/charterwatch.yaml", t.text("cli.flag.config"))
	month := fs.String("month", "", t.text("cli.flag.month"))
	out := fs.String("out", ".", t.text("cli.flag.out"))
	if _, err := t.parse(fs, args, reportUsage, 0); err != nil {
		return err
	}
	l, err := config.Load(*path, config.Options{})
	if err != nil {
		return err
	}
	t.learn(l.File)
	if _, err := reports.MonthOf(*month, l.Zone); err != nil {
		return usageError{messages.New("cli.report.month", "value", quoted(*month))}
	}
	b, err := l.Build(config.Deps{Heartbeats: probes.NewHeartbeats(time.Now()), Now: time.Now})
	if err != nil {
		return err
	}
	w := reportWriter{t: t, l: l, in: reportingOf(l, b, l.File.Reports.Simulated), out: *out}
	return w.write(ctx, *month)
}

// reportWriter writes the documents of a report into a folder.
type reportWriter struct {
	t   *terminal
	l   *config.Loaded
	in  reporting
	out string
}

// write writes the latest report of a month. One that is not on record is made, which needs the
// store for itself.
func (w reportWriter) write(ctx context.Context, month string) (err error) {
	t := w.t
	c := store.Config{Dir: w.l.File.Store.SQLite, Checkpoints: w.l.File.Evidence.Checkpoints}
	db, err := store.View(ctx, c)
	if err != nil {
		return err
	}
	g, known, err := latestOf(ctx, db, month)
	if err == nil && !known {
		if err = db.Close(); err != nil {
			return err
		}
		if db, err = store.Open(ctx, c); errors.Is(err, store.ErrLocked) {
			return messages.New("cli.report.running", "month", month)
		} else if err != nil {
			return err
		}
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err != nil {
		return err
	}
	desk, err := w.desk(ctx, db, !known)
	if err != nil {
		return err
	}
	if !known {
		t.line("cli.report.making", "month", month)
		if g, err = desk.Make(ctx, reports.Order{Month: month, By: operator()}); errors.Is(err, reports.ErrNothing) {
			return messages.New("cli.report.nothing", "month", month)
		} else if errors.Is(err, reports.ErrNotOver) {
			return messages.New("cli.report.not_over", "month", month)
		} else if err != nil {
			return err
		}
	}
	return w.files(ctx, desk, g)
}

// latestOf is the latest report of a month that is on record.
func latestOf(ctx context.Context, db *store.DB, month string) (g compliance.Signing, known bool, err error) {
	said, err := db.Said(ctx, compliance.MonitorScope)
	for _, x := range compliance.Signings(said) {
		if x.Month == month {
			g, known = x, true
		}
	}
	return g, known, err
}

// desk works on a store that nobody else has open; making says whether it makes a report.
func (w reportWriter) desk(ctx context.Context, db *store.DB, making bool) (*reports.Desk, error) {
	said := func() []compliance.Statement { return saidOn(ctx, db) }
	c := reports.Config{
		Maker: maker(db, func() reporting { return w.in }, nil), Said: said, Terms: func() reports.Terms { return w.in.terms }, Render: rendering(db),
		State: func(ctx context.Context, s compliance.Statement, _ []compliance.Outage) (compliance.Statement, error) {
			return stateDirectly(ctx, db, s, said(), time.Now())
		},
	}
	if !making {
		c.Maker.Archive = onlyRead{db}
		return reports.NewDesk(c), nil
	}
	var err error
	if c.Maker.Close, err = closingWith(ctx, db, w.l.File, time.Now); err != nil {
		return nil, err
	}
	return reports.NewDesk(c), nil
}

// onlyRead is an archive that another process may be writing to.
type onlyRead struct{ *store.DB }

// SaveReportFile leaves keeping to whoever sends the report out.
func (onlyRead) SaveReportFile(context.Context, string, int, string, time.Time, []byte) error {
	return nil
}

// saidOn is what is on record of the monitor's own scope.
func saidOn(ctx context.Context, db *store.DB) []compliance.Statement {
	said, err := db.Said(ctx, compliance.MonitorScope)
	if err != nil {
		return nil // whoever needs it finds nothing on record, and says so
	}
	return said
}

// stateDirectly puts a statement on record where no engine is running.
func stateDirectly(ctx context.Context, db *store.DB, s compliance.Statement, said []compliance.Statement, now time.Time) (compliance.Statement, error) {
	s.At = now.UTC().Truncate(time.Millisecond)
	s = s.Sealed()
	if _, err := (compliance.Desk{Statements: said}).Admit(s); err != nil {
		return s, err
	}
	rejected, err := db.Commit(ctx, []compliance.Change{{Site: s.Site, Statements: []compliance.Statement{s}}})
	if err == nil && len(rejected) > 0 {
		err = rejected[0].Err
	}
	return s, err
}

// files writes the documents in the organisation's languages, or in the one that was asked for.
func (w reportWriter) files(ctx context.Context, desk *reports.Desk, g compliance.Signing) error {
	t := w.t
	langs := w.in.head.Languages
	if w.t.asked != "" {
		langs = []string{w.t.asked}
	}
	if err := os.MkdirAll(w.out, 0o750); err != nil {
		return err
	}
	for _, lang := range langs {
		files, err := desk.Files(ctx, g, lang)
		if err != nil {
			return err
		}
		for _, name := range slices.Sorted(maps.Keys(files)) {
			base, ext, _ := strings.Cut(name, ".")
			path := filepath.Join(w.out, fmt.Sprintf("%s-%s-%s.%s", base, g.Report, lang, ext))
			if err := os.WriteFile(path, files[name], 0o640); err != nil {
				return err
			}
			fmt.Fprintln(w.t.out, path)
		}
	}
	t.line("cli.report.state", "id", g.Report, "state", t.speech.Say(messages.Named("report_state", string(g.State))), "n", len(g.Signatures), "of", len(g.Roles))
	t.line("cli.report.digest", "digest", g.Digest)
	return nil
}
