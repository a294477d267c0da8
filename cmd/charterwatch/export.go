package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/charterwatch/charterwatch/config"
	"github.com/charterwatch/charterwatch/internal/messages"
	"github.com/charterwatch/charterwatch/reports"
	"github.com/charterwatch/charterwatch/reports/export"
	"github.com/charterwatch/charterwatch/store"
)

// exportTool is one use of evidence export.
type exportTool struct {
	ledgerTool
	config, zoneName, profile string
	zone                      *time.Location
	query                     export.Query
}

// exportCommand writes evidence into a file that is checked elsewhere.
func exportCommand(ctx context.Context, args []string, t *terminal) error {
	c := exportTool{ledgerTool: ledgerTool{t: t}}
	fs := flag.NewFlagSet("evidence export", flag.ContinueOnError)
	fs.StringVar(&c.dir, "dir", "", t.text("cli.flag.dir"))
	fs.StringVar(&c.config, "config", "", t.text("cli.flag.config"))
	fs.StringVar(&c.points, "checkpoints", "", t.text("cli.flag.checkpoints"))
	fs.StringVar(&c.keys, "keys", "", t.text("cli.flag.keys"))
	fs.StringVar(&c.zoneName, "zone", "Asia/Seoul", t.text("cli.flag.month_zone"))
	fs.StringVar(&c.out, "out", "", t.text("cli.flag.export_out"))
	fs.StringVar(&c.profile, "profile", string(export.Masked), t.text("cli.flag.profile"))
	fs.StringVar(&c.query.Month, "month", "", t.text("cli.flag.export_month"))
	fs.StringVar(&c.query.Clause, "clause", "", t.text("cli.flag.clause"))
	fs.StringVar(&c.query.Outage, "outage", "", t.text("cli.flag.outage"))
	fs.IntVar(&c.query.Sample, "sample", 0, t.text("cli.flag.sample"))
	fs.StringVar(&c.query.Seed, "seed", "", t.text("cli.flag.seed"))
	if _, err := t.parse(fs, args, evidenceExportUsage, 0); err != nil {
		return err
	}
	if err := c.settle(); err != nil {
		return err
	}
	var made export.Manifest
	var sum string
	err := c.view(ctx, func(db *store.DB) (err error) {
		made, sum, err = c.write(ctx, db)
		return err
	})
	if err != nil {
		return err
	}
	t.line("cli.evidence.exported", "file", c.out, "n", len(made.Files)+1, "profile", c.profile, "digest", sum)
	return c.record(ctx, made, sum)
}

// settle demands a query of one form, and finds the store and its keys.
func (c *exportTool) settle() error {
	q := &c.query
	forms := 0
	for _, is := range []bool{q.Clause != "", q.Sample != 0, q.Outage != "", q.Month != "" && q.Clause == "" && q.Sample == 0} {
		if is {
			forms++
		}
	}
	profile := export.Profile(c.profile)
	switch {
	case (c.dir == "") == (c.config == ""), c.out == "", forms != 1, q.Outage == "" && q.Month == "", q.Sample < 0, q.Seed != "" && q.Sample == 0,
		profile != export.Masked && profile != export.Full:
		return usageError{messages.New("cli.evidence.export_usage")}
	}
	q.Given = q.Seed != ""
	var err error
	if c.zone, err = time.LoadLocation(c.zoneName); err != nil {
		return usageError{messages.New("cli.flag.value", "value", quoted(c.zoneName), "name", "zone")}
	}
	key := ""
	if c.config != "" {
		l, err := config.Load(c.config, config.Options{})
		if err != nil {
			return err
		}
		c.t.learn(l.File)
		c.dir, c.points, c.zone, key = l.File.Store.SQLite, l.File.Evidence.Checkpoints, l.Zone, l.File.Evidence.Key
	}
	c.key = keyFileIn(c.dir, key)
	if q.Month == "" {
		return nil
	}
	period, err := reports.MonthOf(q.Month, c.zone)
	if err != nil {
		return usageError{messages.New("cli.report.month", "value", quoted(q.Month))}
	}
	q.From, q.To = period.From.UTC(), period.To.UTC()
	return nil
}

// write writes the export; it is there whole or not at all.
func (c *exportTool) write(ctx context.Context, db *store.DB) (m export.Manifest, sum string, err error) {
	r := export.Request{Query: c.query, Profile: export.Profile(c.profile)}
	if r.Keys, err = c.public(); err != nil {
		return m, "", err
	}
	f, err := os.CreateTemp(filepath.Dir(c.out), ".export-*") // mode 0600
	if err != nil {
		return m, "", err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close(), os.Remove(f.Name()))
		}
	}()
	if m, sum, err = writeExport(ctx, f, db, r, c.progress()); err != nil {
		return m, "", err
	}
	if err = f.Sync(); err != nil {
		return m, "", err
	}
	if err = os.Rename(f.Name(), c.out); err != nil {
		return m, "", err
	}
	return m, sum, f.Close()
}

// progress tells of long work.
func (c *exportTool) progress() func(what string, done, total int) {
	t, began, shown := c.t, time.Now(), time.Time{}
	return func(what string, done, total int) {
		if now := time.Now(); now.Sub(began) > time.Second && now.Sub(shown) > time.Second {
			shown = now
			fmt.Fprintln(t.errs, t.text("cli.evidence.progress", "hour", what, "done", done, "total", total))
		}
	}
}

// record puts it on record that evidence was handed out. While a monitor has the store open only
// that monitor can write, and the command says so.
func (c *exportTool) record(ctx context.Context, m export.Manifest, sum string) (err error) {
	t := c.t
	db, err := store.Open(ctx, store.Config{Dir: c.dir, Checkpoints: c.points})
	if errors.Is(err, store.ErrLocked) {
		t.line("cli.evidence.unrecorded")
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if db.Behind() != nil {
		t.line("cli.evidence.unrecorded")
		return nil
	}
	return db.Act(ctx, exportAct(m, sum, filepath.Base(c.out), time.Now(), operator(), ""))
}
