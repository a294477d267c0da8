package alerts

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// State keeps what Alertmanager remembers: whom it has told of what, and silences. It is safe
// for concurrent use.
type State interface {
	Load(name string) ([]byte, error) // nil, nil: never saved
	Save(name string, b []byte) error // durable when it returns nil; on an error the former state stands
}

// Names of what is kept.
const (
	stateNotifications = "notifications"
	stateSilences      = "silences"
	badSuffix          = ".bad" // what could not be read is kept beside what replaces it
)

// Files is State in a folder, readable by its owner alone.
type Files struct {
	dir string
	mu  sync.Mutex
}

// tempMark is in the name of a file that is not complete.
const tempMark = ".tmp-"

// NewFiles keeps state in dir, which it makes if need be.
func NewFiles(dir string) (*Files, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open alerting state: %w", err)
	}
	left, err := filepath.Glob(filepath.Join(dir, "*"+tempMark+"*"))
	if err != nil {
		return nil, fmt.Errorf("open alerting state: %w", err)
	}
	for _, name := range left { // of a crash
		if err := os.Remove(name); err != nil {
			return nil, fmt.Errorf("open alerting state: %w", err)
		}
	}
	return &Files{dir: dir}, nil
}

// Load implements [State].
func (f *Files) Load(name string) ([]byte, error) {
	path, err := f.path(name)
	if err != nil {
		return nil, err
	}
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("load alerting state: %w", err)
	}
	return b, nil
}

// Save implements [State]: it replaces the file as a whole, or leaves it as it was.
func (f *Files) Save(name string, b []byte) error {
	path, err := f.path(name)
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.replace(path, b); err != nil {
		return fmt.Errorf("save alerting state: %w", err)
	}
	return nil
}

func (f *Files) path(name string) (string, error) {
	if name == "" || name != filepath.Base(name) || strings.HasPrefix(name, ".") || strings.Contains(name, tempMark) {
		return "", fmt.Errorf("alerting state: %q is no name", name)
	}
	return filepath.Join(f.dir, name), nil
}

func (f *Files) replace(path string, b []byte) (err error) {
	t, err := os.CreateTemp(f.dir, filepath.Base(path)+tempMark+"*") // 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, t.Close(), os.Remove(t.Name()))
		}
	}()
	if _, err := t.Write(b); err != nil {
		return err
	}
	if err := t.Sync(); err != nil {
		return err
	}
	if err := os.Rename(t.Name(), path); err != nil {
		return err
	}
	if err := t.Close(); err != nil {
		return err
	}
	return syncFolder(f.dir)
}

// syncFolder makes a rename in it durable.
func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// saver saves one name's state. Calls that come while a save is under way share the next one,
// so that a burst of deliveries costs a few writes.
type saver struct {
	state    State
	name     string
	snapshot func() ([]byte, error)
	failed   func() // is told of every error

	writing chan struct{} // holds one while a round is under way
	mu      sync.Mutex
	next    *round // whose snapshot is not taken yet
}

func newSaver(state State, name string, snapshot func() ([]byte, error), failed func()) *saver {
	return &saver{state: state, name: name, snapshot: snapshot, failed: failed, writing: make(chan struct{}, 1)}
}

type round struct {
	done bool
	err  error
}

// save returns once everything that happened before the call is durable.
func (s *saver) save() error {
	s.mu.Lock()
	if s.next == nil {
		s.next = &round{}
	}
	r := s.next
	s.mu.Unlock()

	s.writing <- struct{}{}
	defer func() { <-s.writing }()
	if r.done {
		return r.err
	}
	s.mu.Lock()
	s.next = nil // it is r: whoever ends a round holds writing
	s.mu.Unlock()
	b, err := s.snapshot()
	if err == nil {
		err = s.state.Save(s.name, b)
	}
	if r.done, r.err = true, err; err != nil {
		s.failed()
	}
	return err
}

// setAside keeps what could not be read under another name, out of the way.
func setAside(s State, name string, b []byte) error { return s.Save(name+badSuffix, b) }
