package store

import (
	"context"
	"fmt"

	"github.com/charterwatch/charterwatch/ledger"
)

// BehindError says that the store is not the one whose ledger was signed last: it was restored
// from a backup, or changed. Its ledger must not be extended, or two histories would bear one
// name; a new log can be begun with [DB.RecoverLedger].
type BehindError struct {
	File   string // the checkpoint file
	Log    int64  // that it is of
	Signed int64  // leaves that it was signed over; -1: it cannot be read
	Have   int64  // leaves of that log in the store
}

// Error implements error.
func (e *BehindError) Error() string {
	const ahead = "the ledger's checkpoint file is ahead of the store"
	switch {
	case e.Signed < 0:
		return fmt.Sprintf("%s: %s cannot be read", ahead, e.File)
	case e.Have >= e.Signed:
		return fmt.Sprintf("%s: %s was signed over %d leaves of log %d that are not those of the store", ahead, e.File, e.Signed, e.Log)
	default:
		return fmt.Sprintf("%s: %s was signed over %d leaves of log %d, the store has %d", ahead, e.File, e.Signed, e.Log, e.Have)
	}
}

// Behind says why the ledger must not be extended, as a *BehindError; nil if it may.
func (d *DB) Behind() error { return d.behind }

// compare takes up the log in force, and sets behind when the checkpoint file is not of its tree.
// The file is read first: a monitor that runs elsewhere may sign meanwhile.
func (d *DB) compare(ctx context.Context, q querier) error {
	folder := ledger.Folder{Dir: d.points}
	log, signed, err := folder.Latest()
	if err != nil {
		return err
	}
	g, err := loadLedger(ctx, q)
	if err != nil {
		return err
	}
	d.setGrown(g)
	if log == 0 || log < g.log {
		return nil
	}
	e := &BehindError{File: folder.Path(log), Log: log, Signed: -1}
	if log == g.log {
		e.Have = g.tree.Size()
	}
	c, err := ledger.Peek(signed)
	if err != nil {
		d.behind = e
		return nil
	}
	if e.Signed = c.Size; e.Have < c.Size {
		d.behind = e
		return nil
	}
	v, err := ledger.Load(c.Size, nodesOf(ctx, q, log))
	if err != nil || v.Root() != c.Root {
		d.behind = e
	}
	return nil
}
