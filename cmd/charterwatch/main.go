// Command charterwatch watches over the promises that an organisation has published.
//
//	charterwatch serve --config FILE          watch, alert, serve the dashboard
//	charterwatch demo [--dir DIR]             the same against a simulated association on loopback
//	charterwatch config check FILE            say all that is wrong with a file, and what it will need
//	charterwatch config schema                print its JSON Schema, for editors
//	charterwatch probe --config FILE SITE/CHECK   look once and show what was seen
//	charterwatch store backup|check --dir DIR     copy or verify the embedded database
//	charterwatch token new|list|revoke --dir DIR  manage API tokens
//	charterwatch version
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	_ "time/tzdata" // the charter's calendar must not depend on the machine

	"github.com/charterwatch/charterwatch/config"
)

// version is set when a release is linked.
var version = "dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	var usage usageError
	var problems config.Problems
	switch {
	case err == nil:
	case errors.As(err, &usage):
		fmt.Fprintln(os.Stderr, "charterwatch:", err)
		os.Exit(2)
	case errors.As(err, &problems):
		fmt.Fprintln(os.Stderr, problems)
		os.Exit(1)
	default:
		fmt.Fprintln(os.Stderr, "charterwatch:", err)
		os.Exit(1)
	}
}

// usageError is a command line that cannot be understood.
type usageError struct{ text string }

func (e usageError) Error() string { return e.text }

const help = `charterwatch watches over the promises that an organisation has published.

  charterwatch serve --config FILE             watch, and serve the dashboard
  charterwatch demo [--dir DIR]                the same against a simulated association
  charterwatch config check FILE               say all that is wrong with a file
  charterwatch config schema                   print its JSON Schema, for editors
  charterwatch probe --config FILE SITE/CHECK  look once and show what was seen
  charterwatch store backup --dir DIR TO       copy the database while it is in use
  charterwatch store check --dir DIR           verify the database
  charterwatch token new --dir DIR --name NAME --role ROLE
  charterwatch token list --dir DIR
  charterwatch token revoke --dir DIR ID
  charterwatch version
`

func run(ctx context.Context, args []string, out, errs io.Writer) error {
	if len(args) == 0 {
		fmt.Fprint(out, help)
		return nil
	}
	commands := map[string]func(context.Context, []string, io.Writer, io.Writer) error{
		"serve": serve, "demo": demonstrate, "config": configCommand, "probe": probeOnce,
		"store": storeCommand, "token": tokenCommand,
	}
	switch args[0] {
	case "help", "-h", "--help":
		fmt.Fprint(out, help)
		return nil
	case "version", "-v", "--version":
		fmt.Fprintln(out, "charterwatch", versionText())
		return nil
	}
	command, ok := commands[args[0]]
	if !ok {
		return usageError{fmt.Sprintf("there is no command %q; charterwatch help lists them", args[0])}
	}
	err := command(ctx, args[1:], out, errs)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	return err
}

// versionText is the version with the revision it was built from, where known.
func versionText() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return version
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return version + " (" + s.Value[:12] + ", " + info.GoVersion + ")"
		}
	}
	return version + " (" + info.GoVersion + ")"
}

// parse reads a subcommand's flags and demands a number of further words.
func parse(fs *flag.FlagSet, args []string, words string, n int, errs io.Writer) ([]string, error) {
	fs.SetOutput(errs)
	fs.Usage = func() {
		fmt.Fprintf(errs, "usage: charterwatch %s %s\n", fs.Name(), words)
		fs.PrintDefaults()
	}
	if err := fs.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil, err
		}
		return nil, usageError{err.Error()}
	}
	if fs.NArg() != n {
		return nil, usageError{fmt.Sprintf("usage: charterwatch %s %s", fs.Name(), words)}
	}
	return fs.Args(), nil
}
