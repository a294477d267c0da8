package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/charterwatch/charterwatch/demo"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == setPDFCommand {
		main() // a child that sets a report
		return
	}
	// What the programs under test say must not depend on the machine's locale.
	// The program under test is this very binary: what a script set stands.
	if _, set := os.LookupEnv("CHARTERWATCH_LANG"); !set {
		if err := os.Setenv("CHARTERWATCH_LANG", "en"); err != nil {
			panic(err)
		}
	}
	testscript.Main(m, map[string]func(){"charterwatch": main})
}

// TestScripts runs the command line against a simulated association.
func TestScripts(t *testing.T) {
	estate := association(t)
	if err := estate.Break(demo.Licences, demo.Fault{Mode: demo.Status, Code: 503}); err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{Dir: "testdata/script", Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "keep": keep}, Setup: func(e *testscript.Env) error {
		e.Setenv("CHARTERWATCH_LANG", "en")
		e.Setenv("CANARY", "canary-4711-secret")
		if err := os.WriteFile(filepath.Join(e.WorkDir, filepath.Base(estate.CAFile())), estate.CAPEM(), 0o600); err != nil {
			return err
		}
		path, err := writeDemo(e.WorkDir, estate, "127.0.0.1:0")
		return errors.Join(err, os.Rename(path, filepath.Join(e.WorkDir, "probe.yaml")))
	}})
}

// exits is a script's command: "exits STATUS PROGRAM ..." demands that exit status.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits STATUS PROGRAM [ARGUMENT ...]")
	}
	err := ts.Exec(args[1], args[2:]...)
	var exit *exec.ExitError
	if !errors.As(err, &exit) || strconv.Itoa(exit.ExitCode()) != args[0] {
		ts.Fatalf("ended with %v, not with status %s", err, args[0])
	}
}

// keep is a script's command: "keep NAME REGEXP" puts what the group matches in the last
// output into a variable.
func keep(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: keep NAME REGEXP")
	}
	m := regexp.MustCompile(args[1]).FindStringSubmatch(ts.ReadFile("stdout"))
	if len(m) != 2 {
		ts.Fatalf("%s does not match", args[1])
	}
	ts.Setenv(args[0], m[1])
}
