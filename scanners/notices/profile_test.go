//go:build unix

package notices

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// TestMain is, in a process of its own, somebody who takes a picture and is killed in the midst of it.
func TestMain(m *testing.M) {
	dir := os.Getenv("CHARTERWATCH_TEST_PROFILE_IN")
	if dir == "" {
		os.Exit(m.Run())
	}
	p, err := newProfile(dir)
	if err == nil {
		err = os.WriteFile(filepath.Join(p.dir, "Cookies"), []byte("x"), 0o600)
	}
	if err != nil {
		println(err.Error())
		os.Exit(1)
	}
	os.Stdout.WriteString(p.dir + "\n")
	select {}
}

// TestProfilesOfTheKilledAreCleared: what a process left behind that was killed goes at the next start;
// what is in use, somebody else's or no profile stays.
func TestProfilesOfTheKilledAreCleared(t *testing.T) {
	dir := t.TempDir()
	other := func() (*exec.Cmd, string) {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "CHARTERWATCH_TEST_PROFILE_IN="+dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		line := bufio.NewScanner(out)
		line.Scan()
		return cmd, line.Text()
	}
	killed, left := other()
	if err := killed.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = killed.Wait()
	alive, used := other()
	defer func() {
		_ = alive.Process.Kill()
		_ = alive.Wait()
	}()
	own, err := newProfile(dir)
	if err != nil {
		t.Fatal(err)
	}
	paths := map[string]bool{ // whether they go
		left: true, used: false, own.dir: false,
		filepath.Join(dir, profilePrefix+"old"):   true,
		filepath.Join(dir, profilePrefix+"young"): false,
		filepath.Join(dir, "shot-album"):          false,
	}
	for path := range paths {
		if err := os.MkdirAll(path, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	elsewhere := filepath.Join(t.TempDir(), "kept")
	if err := os.Mkdir(elsewhere, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(elsewhere, filepath.Join(dir, profilePrefix+"link")); err != nil {
		t.Fatal(err)
	}
	long := time.Now().Add(-time.Hour)
	if err := os.Chtimes(filepath.Join(dir, profilePrefix+"old"), long, long); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() == 0 { // somebody else's
		foreign := filepath.Join(dir, profilePrefix+"foreign")
		if err := errors.Join(os.Mkdir(foreign, 0o700), os.WriteFile(filepath.Join(foreign, profileLock), nil, 0o600), os.Chown(foreign, 1, 1)); err != nil {
			t.Fatal(err)
		}
		paths[foreign] = false
	}
	if err := ClearProfiles(dir); err != nil {
		t.Fatal(err)
	}
	for path, gone := range paths {
		if _, err := os.Stat(path); os.IsNotExist(err) != gone {
			t.Errorf("%s: gone is %v, not %v", filepath.Base(path), os.IsNotExist(err), gone)
		}
	}
	if err := own.remove(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(elsewhere); err != nil {
		t.Error("what a link leads to is gone:", err)
	}
	if names, _ := filepath.Glob(filepath.Join(dir, profilePrefix+"*")); slices.Contains(names, own.dir) {
		t.Error("a profile is left by its own removal")
	}
}
