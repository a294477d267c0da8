package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"golang.org/x/sync/errgroup"

	"github.com/charterwatch/charterwatch/demo"
)

func logger(w io.Writer, verbose bool) *slog.Logger {
	level := slog.LevelInfo
	if verbose {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: level}))
}

// serve is the monitor for real use.
func serve(ctx context.Context, args []string, out, errs io.Writer) error {
	fs := flag.NewFlagSet("serve", flag.ContinueOnError)
	path := fs.String("config", "/etc/charterwatch/charterwatch.yaml", "configuration file")
	verbose := fs.Bool("verbose", false, "log in detail")
	if _, err := parse(fs, args, "--config FILE", 0, errs); err != nil {
		return err
	}
	a := &app{path: *path, log: logger(errs, *verbose)}
	return a.serve(ctx, out)
}

// serve opens, runs and closes.
func (a *app) serve(ctx context.Context, out io.Writer) (err error) {
	defer func() { err = errors.Join(err, a.close()) }()
	if err := a.open(ctx); err != nil {
		return err
	}
	fmt.Fprintf(out, "charterwatch %s\n  dashboard  http://%s/\n", versionText(), a.listen.Addr())
	if a.setup != "" {
		fmt.Fprintf(out, "  set-up token (shown only now; valid for 30 days)\n             %s\n", a.setup)
	}
	return a.run(ctx)
}

// demonstrate serves against the simulated association.
func demonstrate(ctx context.Context, args []string, out, errs io.Writer) error {
	fs := flag.NewFlagSet("demo", flag.ContinueOnError)
	dir := fs.String("dir", "data/demo", "folder for the database, the CA and the configuration")
	listen := fs.String("listen", "127.0.0.1:8480", "address of the dashboard")
	port := fs.Int("port", demo.DefaultBasePort, "first port of the simulated association")
	story := fs.Bool("story", true, "let things break by themselves")
	verbose := fs.Bool("verbose", false, "log in detail")
	if _, err := parse(fs, args, "[--dir DIR] [--listen ADDRESS]", 0, errs); err != nil {
		return err
	}
	if err := os.MkdirAll(*dir, 0o700); err != nil {
		return fmt.Errorf("make the demo's folder: %w", err)
	}
	log := logger(errs, *verbose)
	estate, err := demo.Open(demo.Config{BasePort: *port, Dir: *dir, Story: *story, ServiceHours: true, Logger: log})
	if err != nil {
		return err
	}
	path := filepath.Join(*dir, "charterwatch.yaml")
	if err := os.WriteFile(path, demoConfig(estate, *listen), 0o600); err != nil {
		return errors.Join(fmt.Errorf("write the demo's configuration: %w", err), estate.Close())
	}
	a := &app{path: path, log: log, demo: true}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return estate.Run(ctx) })
	g.Go(func() error { return a.serve(ctx, out) })
	fmt.Fprintf(out, "simulated association: break it at %s\nits configuration:     %s\n", estate.ControlURL(), path)
	return g.Wait()
}
