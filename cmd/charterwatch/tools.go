package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/config"
	"github.com/charterwatch/charterwatch/internal/accounts"
	"github.com/charterwatch/charterwatch/internal/messages"
	"github.com/charterwatch/charterwatch/probes"
	"github.com/charterwatch/charterwatch/store"
)

// build loads a file and builds it without a monitor around it.
func build(path string) (*config.Loaded, config.Built, error) {
	a := app{path: path, deps: config.Deps{Heartbeats: probes.NewHeartbeats(time.Now()), Shared: probes.NewShared(probes.SharedConfig{})}}
	return a.load()
}

// configCommand checks a file and forecasts what it needs, or prints the schema.
func configCommand(_ context.Context, args []string, t *terminal) error {
	switch {
	case len(args) == 1 && args[0] == "schema":
		b, err := config.Schema()
		if err != nil {
			return err
		}
		_, err = t.out.Write(b)
		return err
	case len(args) == 0 || args[0] != "check":
		return wrongUsage(checkUsage, schemaUsage)
	}
	words, err := t.parse(flag.NewFlagSet("config check", flag.ContinueOnError), args[1:], checkUsage, 1)
	if err != nil {
		return err
	}
	l, b, err := build(words[0])
	if err != nil {
		return err
	}
	t.learn(l.File)
	for _, w := range l.Warnings {
		fmt.Fprintln(t.out, w.In(t.speech))
	}
	f := store.ForecastSize(b.Plan.Sites, b.Retention)
	t.line("cli.config.ok", "file", words[0], "sites", len(b.Plan.Sites), "checks", len(b.Plan.Watches))
	t.line("cli.config.storage", "results", fmt.Sprintf("%.0f", f.ResultsPerDay), "daily", fmt.Sprintf("%.2f", f.BytesPerDay/1e6),
		"full", fmt.Sprintf("%.1f", float64(f.Full)/1e6))
	return nil
}

// probeOnce looks once and prints phases, facts and the decision.
func probeOnce(ctx context.Context, args []string, t *terminal) error {
	fs := flag.NewFlagSet("probe", flag.ContinueOnError)
	path := fs.String("config", "/etc/charterwatch/charterwatch.yaml", t.text("cli.flag.config"))
	words, err := t.parse(fs, args, probeUsage, 1)
	if err != nil {
		return err
	}
	l, b, err := build(*path)
	if err != nil {
		return err
	}
	t.learn(l.File)
	var ids []string
	for _, w := range b.Plan.Watches {
		ids = append(ids, w.Spec.ID)
		if w.Spec.ID != words[0] {
			continue
		}
		check := probes.Check{ID: w.Spec.ID, Vantage: l.File.Probing.Vantage, Timeout: w.Spec.Timeout, Probe: w.Probe}
		now := time.Now()
		r := check.Run(ctx, probes.SlotsOf(w.Spec.ID, w.Spec.Interval).Floor(now), 0)
		t.printResult(w.Spec, r)
		if r.Outcome == probes.Pass {
			return nil
		}
		outcome, reason := judged(r)
		return messages.New("cli.probe.verdict", "outcome", outcome, "name", r.Reason, "word", reason)
	}
	return usageError{messages.New("cli.probe.no_check", "check", quoted(words[0]), "checks", ids)}
}

// storeCommand copies or verifies the database.
func storeCommand(ctx context.Context, args []string, t *terminal) (err error) {
	if len(args) == 0 || args[0] != "backup" && args[0] != "check" {
		return wrongUsage(backupUsage, verifyUsage)
	}
	fs := flag.NewFlagSet("store "+args[0], flag.ContinueOnError)
	dir := fs.String("dir", "/var/lib/charterwatch", t.text("cli.flag.dir"))
	backup := args[0] == "backup"
	synopsis, n := verifyUsage, 0
	if backup {
		synopsis, n = backupUsage, 1
	}
	words, err := t.parse(fs, args[1:], synopsis, n)
	if err != nil {
		return err
	}
	if backup {
		if err := store.BackupDir(ctx, *dir, words[0]); err != nil {
			return messages.New("cli.store.backup_failed", "err", explain(err))
		}
		t.line("cli.store.written", "file", words[0])
		return t.recordBackup(ctx, *dir, words[0])
	}
	db, err := store.Open(ctx, store.Config{Dir: *dir})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	report, err := db.Check(ctx)
	if err != nil {
		return err
	}
	t.line("cli.store.checked", "hours", report.Hours, "blocks", report.Blocks, "slots", report.Slots)
	for _, p := range report.Problems {
		fmt.Fprintln(t.out, "  "+p) // technical, and in English as in logs
	}
	if !report.OK() {
		return messages.New("cli.store.problems", "n", len(report.Problems))
	}
	return nil
}

// recordBackup puts on record that a backup was made. While a monitor has the store open only
// that monitor can write, and the command says so.
func (t *terminal) recordBackup(ctx context.Context, dir, to string) (err error) {
	db, err := store.Open(ctx, store.Config{Dir: dir})
	if errors.Is(err, store.ErrLocked) || err == nil && db.Behind() != nil {
		t.line("cli.store.backup_unrecorded")
	}
	if errors.Is(err, store.ErrLocked) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if db.Behind() != nil {
		return nil
	}
	return db.Act(ctx, compliance.Act{Kind: compliance.ActBackedUp, At: time.Now(), By: operator(), Subject: filepath.Base(to)})
}

// tokenCommand manages API tokens.
func tokenCommand(ctx context.Context, args []string, t *terminal) (err error) {
	synopsis := map[string]string{"new": newUsage, "list": listUsage, "revoke": revokeUsage}
	if len(args) == 0 || synopsis[args[0]] == "" {
		return wrongUsage(newUsage, listUsage, revokeUsage)
	}
	fs := flag.NewFlagSet("token "+args[0], flag.ContinueOnError)
	dir := fs.String("dir", "/var/lib/charterwatch", t.text("cli.flag.dir"))
	name := fs.String("name", "", t.text("cli.flag.name"))
	roleName := fs.String("role", "viewer", t.text("cli.flag.role", "roles", "job, viewer, operator, privacy_officer, executive, administrator"))
	days := fs.Int("days", 365, t.text("cli.flag.days"))
	n := 0
	if args[0] == "revoke" {
		n = 1
	}
	words, err := t.parse(fs, args[1:], synopsis[args[0]], n)
	if err != nil {
		return err
	}
	db, err := store.Open(ctx, store.Config{Dir: *dir})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	keeper := &accounts.Keeper{Tokens: db}
	switch args[0] {
	case "new":
		var role accounts.Role
		if err := role.UnmarshalText([]byte(*roleName)); err != nil || *name == "" {
			return usageError{messages.New("cli.token.incomplete")}
		}
		var expires time.Time
		if *days > 0 {
			expires = time.Now().AddDate(0, 0, *days)
		}
		plain, issued, err := keeper.Issue(ctx, operator(), *name, role, expires)
		if err != nil {
			return err
		}
		fmt.Fprintln(t.out, plain)
		t.line("cli.token.issued", "id", issued.ID, "role", issued.Role)
		return nil
	case "list":
		return t.listTokens(ctx, db)
	default:
		return keeper.Revoke(ctx, operator(), words[0])
	}
}

func (t *terminal) listTokens(ctx context.Context, db *store.DB) error {
	list, err := db.ListTokens(ctx)
	if err != nil {
		return err
	}
	var rows table
	rows.row(t.text("cli.token.id"), t.text("cli.token.prefix"), t.text("cli.token.name"), t.text("cli.token.role"), t.text("cli.token.expires"), t.text("cli.token.revoked"))
	for _, x := range list {
		rows.row(x.ID, x.Prefix, x.Name, x.Role.String(), day(x.Expires), day(x.Revoked))
	}
	rows.print(t.out)
	return nil
}

// operator is whoever uses the command line: all that is known of them is their number.
func operator() accounts.Actor {
	return accounts.Actor{ID: fmt.Sprintf("local/%d", os.Getuid()), Name: "command line", Kind: accounts.KindUser, Role: accounts.RoleAdministrator}
}

func day(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Format(time.DateOnly)
}
