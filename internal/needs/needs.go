// Package needs is for tests that need more than Go: a program, samples beside the repository, the built
// web app. Without it such a test is skipped on a person's machine, and fails where CI is set: there
// nothing may go untested.
package needs

import (
	"fmt"
	"os"
	"os/exec"
	"testing"
)

// Lack ends a test for want of something. what says how to come by it.
func Lack(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal(what)
	}
	t.Skip(what)
}

// Tool finds a program under the first of its names that there is. install says how to come by it.
func Tool(t testing.TB, install string, names ...string) (path string) {
	t.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	Lack(t, fmt.Sprintf("there is no %s on this machine: %s", names[0], install))
	return ""
}
