package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"

	"golang.org/x/sync/errgroup"

	"github.com/charterwatch/charterwatch/demo"
	"github.com/charterwatch/charterwatch/internal/messages"
)

func logger(w io.Writer, verbose bool) *slog.Logger {
	level := slog.LevelInfo
	if verbose {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: level}))
}

// serve is the monitor for real use.
func serve(ctx context.Context, args []string, t *terminal) error {
	fs := flag.NewFlagSet("serve", flag.ContinueOnError)
	path := fs.String("config", "/etc/charterwatch/charterwatch.yaml", t.text("cli.flag.config"))
	verbose := fs.Bool("verbose", false, t.text("cli.flag.verbose"))
	if _, err := t.parse(fs, args, serveUsage, 0); err != nil {
		return err
	}
	a := &app{path: *path, log: logger(t.errs, *verbose)}
	return a.serve(ctx, t)
}

// serve opens, runs and closes.
func (a *app) serve(ctx context.Context, t *terminal) (err error) {
	defer func() { err = errors.Join(err, a.close()) }()
	if err := a.open(ctx); err != nil {
		return err
	}
	t.learn(*a.started)
	fmt.Fprintln(t.out, "charterwatch", versionText())
	fmt.Fprintf(t.out, "  %s  http://%s/\n", t.text("cli.serve.dashboard"), a.listen.Addr())
	if a.ledgerKey != "" {
		fmt.Fprintf(t.out, "  %s\n             %s\n", t.text("cli.serve.ledger_key"), a.ledgerKey)
	}
	if a.setup != "" {
		fmt.Fprintf(t.out, "  %s\n             %s\n", t.text("cli.serve.setup_token", "days", 30), a.setup)
	}
	return a.run(ctx)
}

// demonstrate serves against the simulated association.
func demonstrate(ctx context.Context, args []string, t *terminal) error {
	fs := flag.NewFlagSet("demo", flag.ContinueOnError)
	dir := fs.String("dir", "data/demo", t.text("cli.flag.demo_dir"))
	listen := fs.String("listen", "127.0.0.1:8480", t.text("cli.flag.listen"))
	port := fs.Int("port", demo.DefaultBasePort, t.text("cli.flag.port"))
	story := fs.Bool("story", true, t.text("cli.flag.story"))
	months := fs.Int("history", 0, t.text("cli.flag.history"))
	verbose := fs.Bool("verbose", false, t.text("cli.flag.verbose"))
	if _, err := t.parse(fs, args, demoUsage, 0); err != nil {
		return err
	}
	if err := os.MkdirAll(*dir, 0o700); err != nil {
		return messages.New("cli.demo.folder_failed", "err", err)
	}
	log := logger(t.errs, *verbose)
	if *months < 0 || *months > maxPast {
		return usageError{messages.New("cli.demo.history", "n", *months, "max", maxPast)}
	}
	promises, err := promisedWords()
	if err != nil {
		return err
	}
	estate, err := demo.Open(demo.Config{BasePort: *port, Dir: *dir, Story: *story, ServiceHours: true, Promises: promises, Logger: log})
	if err != nil {
		return err
	}
	path, err := writeDemo(*dir, estate, *listen)
	if err != nil {
		return errors.Join(messages.New("cli.demo.config_failed", "err", err), estate.Close())
	}
	a := &app{path: path, log: log, demo: true}
	t.settled = true // the demo's configuration is not the user's: its language means nothing
	if *months > 0 {
		if err := a.livePast(ctx, *months, t); err != nil {
			return errors.Join(err, estate.Close())
		}
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return estate.Run(ctx) })
	g.Go(func() error { return a.serve(ctx, t) })
	var start table
	start.row(t.text("cli.demo.break"), estate.ControlURL())
	start.row(t.text("cli.demo.inbox"), estate.InboxURL())
	start.row(t.text("cli.demo.configuration"), path)
	start.print(t.out)
	return g.Wait()
}
