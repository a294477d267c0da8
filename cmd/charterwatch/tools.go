package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/charterwatch/charterwatch/config"
	"github.com/charterwatch/charterwatch/internal/accounts"
	"github.com/charterwatch/charterwatch/monitor"
	"github.com/charterwatch/charterwatch/probes"
	"github.com/charterwatch/charterwatch/store"
)

// build loads a file and builds it without a monitor around it.
func build(path string) (*config.Loaded, config.Built, error) {
	a := app{path: path, deps: config.Deps{Heartbeats: probes.NewHeartbeats(time.Now()), Shared: probes.NewShared(probes.SharedConfig{})}}
	return a.load()
}

// configCommand checks a file and forecasts what it needs, or prints the schema.
func configCommand(_ context.Context, args []string, out, errs io.Writer) error {
	switch {
	case len(args) == 1 && args[0] == "schema":
		b, err := config.Schema()
		if err != nil {
			return err
		}
		_, err = out.Write(b)
		return err
	case len(args) == 0 || args[0] != "check":
		return usageError{"usage: charterwatch config check FILE, or charterwatch config schema"}
	}
	words, err := parse(flag.NewFlagSet("config check", flag.ContinueOnError), args[1:], "FILE", 1, errs)
	if err != nil {
		return err
	}
	l, b, err := build(words[0])
	if err != nil {
		return err
	}
	for _, w := range l.Warnings {
		fmt.Fprintln(out, w)
	}
	f := store.ForecastSize(b.Plan.Sites, b.Retention)
	fmt.Fprintf(out, "%s: ok: %d sites, %d checks\n", words[0], len(b.Plan.Sites), len(b.Plan.Watches))
	fmt.Fprintf(out, "storage: %.0f results a day, %.2f MB a day, %.1f MB when retention is reached\n", f.ResultsPerDay, f.BytesPerDay/1e6, float64(f.Full)/1e6)
	return nil
}

// probeOnce looks once and prints phases, facts and the decision.
func probeOnce(ctx context.Context, args []string, out, errs io.Writer) error {
	fs := flag.NewFlagSet("probe", flag.ContinueOnError)
	path := fs.String("config", "/etc/charterwatch/charterwatch.yaml", "configuration file")
	words, err := parse(fs, args, "--config FILE SITE/CHECK", 1, errs)
	if err != nil {
		return err
	}
	l, b, err := build(*path)
	if err != nil {
		return err
	}
	var ids []string
	for _, w := range b.Plan.Watches {
		ids = append(ids, w.Spec.ID)
		if w.Spec.ID != words[0] {
			continue
		}
		check := probes.Check{ID: w.Spec.ID, Vantage: l.File.Probing.Vantage, Timeout: w.Spec.Timeout, Probe: w.Probe}
		now := time.Now()
		r := check.Run(ctx, probes.SlotsOf(w.Spec.ID, w.Spec.Interval).Floor(now), 0)
		monitor.WriteResult(out, w.Spec.Kind, w.Spec.Target, r)
		if r.Outcome == probes.Pass {
			return nil
		}
		return fmt.Errorf("%s: %s", r.Outcome, r.Reason)
	}
	return usageError{fmt.Sprintf("there is no check %q; there are %s", words[0], strings.Join(ids, ", "))}
}

// storeCommand copies or verifies the database.
func storeCommand(ctx context.Context, args []string, out, errs io.Writer) (err error) {
	const usage = "usage: charterwatch store backup --dir DIR TO, or charterwatch store check --dir DIR"
	if len(args) == 0 || args[0] != "backup" && args[0] != "check" {
		return usageError{usage}
	}
	fs := flag.NewFlagSet("store "+args[0], flag.ContinueOnError)
	dir := fs.String("dir", "/var/lib/charterwatch", "folder of the database")
	backup := args[0] == "backup"
	n := 0
	if backup {
		n = 1
	}
	words, err := parse(fs, args[1:], usage, n, errs)
	if err != nil {
		return err
	}
	if backup {
		if err := store.BackupDir(ctx, *dir, words[0]); err != nil {
			return err
		}
		fmt.Fprintln(out, "written", words[0])
		return nil
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
	fmt.Fprintf(out, "%d hours, %d blocks, %d slots accounted for\n", report.Hours, report.Blocks, report.Slots)
	for _, p := range report.Problems {
		fmt.Fprintln(out, "  "+p)
	}
	if !report.OK() {
		return fmt.Errorf("the store has %d problems", len(report.Problems))
	}
	return nil
}

// tokenCommand manages API tokens.
func tokenCommand(ctx context.Context, args []string, out, errs io.Writer) (err error) {
	if len(args) == 0 {
		return usageError{"usage: charterwatch token new|list|revoke --dir DIR"}
	}
	fs := flag.NewFlagSet("token "+args[0], flag.ContinueOnError)
	dir := fs.String("dir", "/var/lib/charterwatch", "folder of the database")
	name := fs.String("name", "", "what the token is for")
	roleName := fs.String("role", "viewer", "job, viewer, operator, privacy_officer, executive or administrator")
	days := fs.Int("days", 365, "days until it expires; 0: never")
	n := 0
	if args[0] == "revoke" {
		n = 1
	}
	words, err := parse(fs, args[1:], "--dir DIR [ID]", n, errs)
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
			return usageError{"a token needs --name and a --role such as viewer"}
		}
		var expires time.Time
		if *days > 0 {
			expires = time.Now().AddDate(0, 0, *days)
		}
		plain, t, err := keeper.Issue(ctx, *name, role, expires)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%s\nid %s, role %s; the token is shown only now\n", plain, t.ID, t.Role)
		return nil
	case "list":
		return listTokens(ctx, db, out)
	case "revoke":
		return keeper.Revoke(ctx, words[0])
	default:
		return usageError{"usage: charterwatch token new|list|revoke --dir DIR"}
	}
}

func listTokens(ctx context.Context, db *store.DB, out io.Writer) error {
	list, err := db.ListTokens(ctx)
	if err != nil {
		return err
	}
	t := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "id\tprefix\tname\trole\texpires\trevoked")
	for _, x := range list {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", x.ID, x.Prefix, x.Name, x.Role, day(x.Expires), day(x.Revoked))
	}
	return t.Flush()
}

func day(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Format(time.DateOnly)
}
