package store

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// Backup writes a consistent copy of the store to path while it is in use. The file must
// not exist; it gets mode 0600 and is flushed to disk before Backup returns nil. It is a
// complete database: to restore, put it in an empty directory under the name
// "charterwatch.db".
func (d *DB) Backup(ctx context.Context, path string) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	defer func() {
		if cerr := f.Close(); err == nil {
			err = cerr
		}
		if err != nil {
			os.Remove(path)
			err = fmt.Errorf("back up to %s: %w", path, err)
		}
	}()
	// VACUUM INTO accepts an empty file. On a connection of its own it only reads, so
	// commits go on meanwhile.
	db, err := openSQLite(filepath.Join(d.dir, dbFile), 1, readerCacheKiB, false)
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err = db.ExecContext(ctx, `VACUUM INTO ?`, path); err != nil {
		return err
	}
	return f.Sync()
}

// Size returns how many bytes the store takes on disk, its write-ahead log included.
func (d *DB) Size(ctx context.Context) (int64, error) {
	var total int64
	for _, name := range []string{dbFile, dbFile + "-wal"} {
		fi, err := os.Stat(filepath.Join(d.dir, name))
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			return 0, fmt.Errorf("size of store: %w", err)
		}
		total += fi.Size()
	}
	return total, ctx.Err()
}

// BackupDir is Backup for a store that another process may have open.
func BackupDir(ctx context.Context, dir, path string) error {
	if _, err := os.Stat(filepath.Join(dir, dbFile)); err != nil {
		return fmt.Errorf("back up: there is no store: %w", err)
	}
	return (&DB{dir: dir}).Backup(ctx, path)
}
