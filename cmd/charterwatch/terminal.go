package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"github.com/charterwatch/charterwatch/config"
	"github.com/charterwatch/charterwatch/internal/accounts"
	"github.com/charterwatch/charterwatch/internal/messages"
	"github.com/charterwatch/charterwatch/store"
)

// terminal is where a command speaks to people, and in which language. Logs go to errs, too:
// they are in English.
type terminal struct {
	in        io.Reader
	out, errs io.Writer
	speech    messages.Speech
	settled   bool   // a flag or the environment chose the language
	asked     string // the language that a flag chose; "": none
}

// learn takes the language of a configuration that is in order, unless a person chose one.
func (t *terminal) learn(f config.File) {
	if !t.settled {
		t.speech, t.settled = messages.In(f.Organisation.Languages[0]), true
	}
}

// text says a message. The key and the names are literals: a test looks them up.
func (t *terminal) text(key string, args ...any) string {
	return t.speech.Say(messages.Message{Key: key, Args: args})
}

// line prints a message on a line of its own.
func (t *terminal) line(key string, args ...any) {
	fmt.Fprintln(t.out, t.speech.Say(messages.Message{Key: key, Args: args}))
}

// fail tells why the program ends and returns its exit status: 2 for a command line that
// cannot be understood, 1 for everything else.
func (t *terminal) fail(err error) int {
	var usage usageError
	var problems config.Problems
	if errors.As(err, &problems) {
		fmt.Fprintln(t.errs, problems.In(t.speech)) // each begins with its file, for editors
		return 1
	}
	fmt.Fprintln(t.errs, "charterwatch:", t.speech.Err(explain(err)))
	if errors.As(err, &usage) {
		return 2
	}
	return 1
}

// usageError is a command line that cannot be understood.
type usageError struct{ messages.Message }

// wrongUsage shows how a command is written.
func wrongUsage(synopses ...string) usageError {
	return usageError{messages.New("cli.usage.commands", "commands", "charterwatch "+strings.Join(synopses, ", charterwatch "))}
}

// explain finds words for what other packages refuse; in English the originals say it.
func explain(err error) error {
	if _, ok := err.(messages.Sayer); ok { // asserted, not errors.As: what wraps it says more
		return err
	}
	if m, ok := behind(err); ok {
		return m
	}
	switch {
	case errors.Is(err, store.ErrLocked):
		return messages.New("error.store_locked", "err", err.Error())
	case errors.Is(err, store.ErrNewer):
		return messages.New("error.store_newer", "err", err.Error())
	case errors.Is(err, store.ErrOlder):
		return messages.New("error.store_older", "err", err.Error())
	case errors.Is(err, accounts.ErrNoToken):
		return messages.New("error.no_token", "err", err.Error())
	default:
		return err
	}
}

// parse reads a subcommand's flags and demands a number of further words.
func (t *terminal) parse(fs *flag.FlagSet, args []string, synopsis string, n int) ([]string, error) {
	fs.SetOutput(io.Discard) // flag speaks English alone; what it has to say is said here
	fs.Usage = func() {}
	err := fs.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		t.usage(t.out, fs, synopsis)
		return nil, err
	case err != nil:
		t.usage(t.errs, fs, synopsis)
		return nil, usageError{flagError(err)}
	case fs.NArg() != n:
		return nil, wrongUsage(synopsis)
	}
	return fs.Args(), nil
}

// usage shows a command's flags with what they mean.
func (t *terminal) usage(w io.Writer, fs *flag.FlagSet, synopsis string) {
	fmt.Fprintln(w, t.text("cli.usage", "command", "charterwatch "+synopsis))
	var flags table
	fs.VisitAll(func(f *flag.Flag) {
		value, what := flag.UnquoteUsage(f)
		if f.DefValue != "" && f.DefValue != "false" {
			what = t.text("cli.usage.default", "what", what, "value", f.DefValue)
		}
		flags.row("  "+strings.TrimSpace("--"+f.Name+" "+value), what)
	})
	flags.row("  --lang LANG", t.text("cli.flag.lang", "languages", messages.Languages()))
	flags.print(w)
}

// flagErrors are the forms of package flag's errors, which have no types.
var flagErrors = regexp.MustCompile(`^(?:flag provided but not defined: -(?P<undefined>.+)|flag needs an argument: -(?P<bare>.+)|invalid (?:boolean )?value (?P<value>".*") for (?:flag )?-(?P<name>[^ :]+): .*)$`)

func flagError(err error) messages.Message {
	m := flagErrors.FindStringSubmatch(err.Error())
	if m == nil {
		return messages.New("cli.flag.other", "err", err.Error())
	}
	group := func(name string) string { return m[flagErrors.SubexpIndex(name)] }
	switch {
	case group("undefined") != "":
		return messages.New("cli.flag.undefined", "name", group("undefined"))
	case group("bare") != "":
		return messages.New("cli.flag.bare", "name", group("bare"))
	default:
		return messages.New("cli.flag.value", "value", group("value"), "name", group("name"))
	}
}

func quoted(s string) string { return strconv.Quote(s) }
