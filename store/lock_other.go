//go:build !unix

package store

import "os"

// lockFile opens the lock file. Without flock a second process is stopped only by
// SQLite's own locks, one transaction at a time.
func lockFile(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
}
