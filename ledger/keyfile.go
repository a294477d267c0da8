package ledger

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// KeyFile is where the private key lies: a file of its own that only its owner may read. Its
// public keys, past ones too, stand beside it, one a line.
type KeyFile struct {
	Path   string
	Public string // file of public keys; "": Path with its extension replaced by .pub
}

// PublicPath is the file of public keys.
func (f KeyFile) PublicPath() string {
	if f.Public != "" {
		return f.Public
	}
	return strings.TrimSuffix(f.Path, filepath.Ext(f.Path)) + ".pub"
}

// OpenKeyError says that others may read the private key.
type OpenKeyError struct {
	Path string
	Mode fs.FileMode
}

// Error implements error. It says how to mend it.
func (e *OpenKeyError) Error() string {
	return fmt.Sprintf("others than its owner may read the private key (mode %04o); mend it with: chmod 600 %s", e.Mode, e.Path)
}

// Read reads the private key. The error wraps [fs.ErrNotExist] if there is none, and is an
// *OpenKeyError if others may read it.
func (f KeyFile) Read() (Key, error) { return readKey(f.Path) }

func readKey(path string) (Key, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Key{}, fmt.Errorf("ledger: read the private key: %w", err)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return Key{}, &OpenKeyError{path, mode}
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return Key{}, fmt.Errorf("ledger: read the private key: %w", err)
	}
	k, err := ParseKey(string(b))
	if err != nil {
		return Key{}, fmt.Errorf("%s: %w", path, err)
	}
	return k, nil
}

// Make makes a private key for a log where there is none, and adds its public key, which it
// returns, to the others.
func (f KeyFile) Make(origin string) (k Key, public string, err error) {
	if _, err := os.Stat(f.Path); err == nil {
		return Key{}, "", fmt.Errorf("ledger: make a key: %s: %w", f.Path, fs.ErrExist)
	}
	return f.make(origin, f.Path)
}

func (f KeyFile) make(origin, path string) (k Key, public string, err error) {
	private, public, err := NewKey(origin)
	if err != nil {
		return Key{}, "", err
	}
	// The public key first: a checkpoint must never be without one that verifies it.
	if err := f.addPublic(public); err != nil {
		return Key{}, "", fmt.Errorf("ledger: make a key: %w", err)
	}
	if err := replace(path, []byte(private+"\n"), 0o600); err != nil {
		return Key{}, "", fmt.Errorf("ledger: make a key: %w", err)
	}
	k, err = ParseKey(private)
	return k, public, err
}

// Next makes the key that is to follow, or takes up the one that was made when this was begun
// before. It counts once [KeyFile.Switch] is called.
func (f KeyFile) Next(origin string) (k Key, public string, err error) {
	k, err = readKey(f.next())
	if err == nil && k.Origin() == origin {
		all, err := f.PublicKeys()
		if err != nil || len(all) == 0 {
			return Key{}, "", errors.Join(err, fmt.Errorf("ledger: %s holds no public key", f.PublicPath()))
		}
		return k, all[len(all)-1], nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Key{}, "", err
	}
	return f.make(origin, f.next())
}

func (f KeyFile) next() string { return f.Path + ".next" }

// Switch puts the next key in the place of the one before, which is gone then.
func (f KeyFile) Switch() error {
	err := os.Rename(f.next(), f.Path)
	if err == nil {
		err = osDisk{}.Sync(filepath.Dir(f.Path))
	}
	if err != nil {
		return fmt.Errorf("ledger: put the new key in place: %w", err)
	}
	return nil
}

// PublicKeys returns all public keys, oldest first.
func (f KeyFile) PublicKeys() ([]string, error) {
	b, err := os.ReadFile(f.PublicPath())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("ledger: read the public keys: %w", err)
	}
	return ParsePublicKeys(string(b)), nil
}

// ParsePublicKeys reads public keys, one a line; lines that begin with # are comments.
func ParsePublicKeys(text string) (keys []string) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			keys = append(keys, line)
		}
	}
	return keys
}

func (f KeyFile) addPublic(public string) error {
	all, err := f.PublicKeys()
	if err != nil {
		return err
	}
	return replace(f.PublicPath(), []byte(strings.Join(append(all, public), "\n")+"\n"), 0o644)
}

// replace writes a file whole or not at all, and flushes it.
func replace(path string, b []byte, mode fs.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	fresh := path + ".tmp"
	if err := os.Remove(fresh); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := os.OpenFile(fresh, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(fresh, path)
	}
	if err == nil {
		err = osDisk{}.Sync(filepath.Dir(path))
	}
	return err
}
