package notices

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// A profile is a directory that a browser may write into for one picture. Whoever runs the browser
// holds a lock in it, which goes with the process however it dies: so what a monitor left behind that
// was killed can be told from what another monitor is using.
type profile struct {
	dir  string
	lock *os.File
}

const (
	profilePrefix = "cw-shot-"
	profileLock   = "lock"

	// unlockedAge is from which age on a profile without a lock counts as left behind. It has none
	// for a moment when it is made.
	unlockedAge = time.Minute
)

// newProfile makes a profile below a directory.
func newProfile(parent string) (_ *profile, err error) {
	dir, err := os.MkdirTemp(parent, profilePrefix)
	if err != nil {
		return nil, err
	}
	p := &profile{dir: dir}
	// The lock gets its name once it is held: one that is free was left behind.
	name := filepath.Join(dir, profileLock)
	if p.lock, err = hold(name + ".new"); err == nil {
		err = os.Rename(name+".new", name)
	}
	if err != nil {
		return nil, errors.Join(err, p.remove())
	}
	return p, nil
}

// remove removes the profile. A dying process may still write into it: try again.
func (p *profile) remove() (err error) {
	for range 5 {
		if err = os.RemoveAll(p.dir); err == nil {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if p.lock != nil {
		err = errors.Join(err, p.lock.Close())
	}
	return err
}

// ClearProfiles removes the browser's profiles that a process of this user left behind in dir when it
// was killed; "" is where they are unless [ChromiumConfig].Dir says otherwise. It touches nothing that a
// process still uses, and nothing that is not this user's.
func ClearProfiles(dir string) error {
	if dir == "" {
		dir = os.TempDir()
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("clear profiles: %w", err)
	}
	var errs []error
	for _, e := range entries {
		if !e.IsDir() || !strings.HasPrefix(e.Name(), profilePrefix) {
			continue
		}
		info, err := e.Info()
		if err != nil || !ours(info) {
			continue
		}
		p := &profile{dir: filepath.Join(dir, e.Name())}
		name := filepath.Join(p.dir, profileLock)
		_, err = os.Lstat(name)
		switch {
		case err == nil:
			if p.lock, err = hold(name); err != nil {
				continue // in use
			}
		case time.Since(info.ModTime()) < unlockedAge:
			continue
		}
		errs = append(errs, p.remove())
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("clear profiles: %w", err)
	}
	return nil
}
