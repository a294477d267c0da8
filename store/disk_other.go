//go:build !unix

package store

// DiskFree is how much of the store's volume is free for it, in percent; -1 where that
// cannot be told.
func (d *DB) DiskFree() int { return -1 }
