//go:build unix

package store

import "syscall"

// DiskFree is how much of the store's volume is free for it, in percent, floored; -1 where
// that cannot be told.
func (d *DB) DiskFree() int {
	var s syscall.Statfs_t
	if err := syscall.Statfs(d.dir, &s); err != nil || s.Blocks == 0 {
		return -1
	}
	return int(uint64(s.Bavail) * 100 / uint64(s.Blocks)) //nolint:unconvert // the types differ between systems
}
