package ledger

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Folder keeps the latest signed checkpoint of each log as a file of its own, apart from the
// tree: who restores the tree from a backup finds out that it once was longer.
type Folder struct {
	Dir  string // created with mode 0700 when missing
	disk disk   // nil: the disk
}

// disk is what Write does, so that a test can let any of it fail.
type disk interface {
	MkdirAll(dir string) error
	Write(path string, b []byte) error // and flush it
	Rename(from, to string) error
	Sync(dir string) error
}

const (
	filePrefix = "log-"
	fileSuffix = ".checkpoint"
)

// Path is the file of a log's checkpoint.
func (f Folder) Path(log int64) string {
	return filepath.Join(f.Dir, fmt.Sprintf("%s%d%s", filePrefix, log, fileSuffix))
}

// Latest returns the newest log that has a file, and its checkpoint as signed; log 0 when
// there is none.
func (f Folder) Latest() (log int64, signed []byte, err error) {
	entries, err := os.ReadDir(f.Dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, nil, fmt.Errorf("ledger: look for checkpoints: %w", err)
	}
	for _, e := range entries {
		number, ok := strings.CutPrefix(e.Name(), filePrefix)
		number, suffixed := strings.CutSuffix(number, fileSuffix)
		if n, err := strconv.ParseInt(number, 10, 64); ok && suffixed && err == nil && n > log {
			log = n
		}
	}
	if log == 0 {
		return 0, nil, nil
	}
	signed, err = f.Read(log)
	return log, signed, err
}

// Read returns a log's checkpoint as signed. The error wraps [fs.ErrNotExist] if there is none.
func (f Folder) Read(log int64) ([]byte, error) {
	b, err := os.ReadFile(f.Path(log))
	if err != nil {
		return nil, fmt.Errorf("ledger: read the checkpoint: %w", err)
	}
	return b, nil
}

// Write puts a checkpoint in the place of the log's former one. It is on disk when Write
// returns nil; whatever happens before, the file holds the former one or this one, whole.
func (f Folder) Write(log int64, signed []byte) error {
	d := f.disk
	if d == nil {
		d = osDisk{}
	}
	path := f.Path(log)
	fresh := path + ".new"
	err := d.MkdirAll(f.Dir)
	if err == nil {
		err = d.Write(fresh, signed)
	}
	if err == nil {
		err = d.Rename(fresh, path)
	}
	if err == nil {
		err = d.Sync(f.Dir)
	}
	if err != nil {
		return fmt.Errorf("ledger: write the checkpoint: %w", err)
	}
	return nil
}

type osDisk struct{}

func (osDisk) MkdirAll(dir string) error { return os.MkdirAll(dir, 0o700) }

func (osDisk) Write(path string, b []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

func (osDisk) Rename(from, to string) error { return os.Rename(from, to) }

func (osDisk) Sync(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
