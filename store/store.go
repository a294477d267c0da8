package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// ErrLocked is wrapped by Open's error when another process has the directory open.
var ErrLocked = errors.New("another charterwatch has this store open")

// ErrNotFound is returned where a single record was asked for and there is none.
var ErrNotFound = errors.New("no such record")

// Config says where the store lives.
type Config struct {
	Dir         string           // created with mode 0700 when missing
	Checkpoints string           // folder of the ledger's checkpoint files; "": "checkpoints" in Dir
	Disposable  bool             // nothing is waited for on disk: for data that can be made again
	Logger      *slog.Logger     // nil: no log
	Now         func() time.Time // wall clock; nil: time.Now
}

// DB is an open store.
type DB struct {
	dir    string
	points string // folder of checkpoint files
	log    *slog.Logger
	now    func() time.Time
	lock   *os.File
	writer *sql.DB // one connection
	reader *sql.DB

	wmu  sync.Mutex // held by whoever writes; guards what follows
	st   statements
	tail map[int64]*tail // by series: how far its records reach
	// sealing is the newest hour that has blocks: a record for it or one before is late.
	sealing int64
	packer  packer
	unsure  bool  // whether the last transaction was committed
	behind  error // why the ledger must not be extended; nil: it may

	tmu   sync.RWMutex // guards what follows, which writers replace while they hold wmu
	topo  *topology
	grown grown // of the ledger, durable
}

// Page caches: small, because an idle monitor must be, and enough, because the working
// set is the current hour.
const (
	writerCacheKiB = 3072
	readers        = 2
	readerCacheKiB = 2048
)

const (
	dbFile   = "charterwatch.db"
	lockName = "charterwatch.lock"

	checkpointDir = "checkpoints"
	openEnd       = math.MaxInt64 // end_ms of an open outage
)

func newDB(cfg Config) *DB {
	d := &DB{dir: cfg.Dir, points: cmp.Or(cfg.Checkpoints, filepath.Join(cfg.Dir, checkpointDir)), log: cfg.Logger, now: cfg.Now, tail: map[int64]*tail{}}
	if d.log == nil {
		d.log = slog.New(slog.DiscardHandler)
	}
	if d.now == nil {
		d.now = time.Now
	}
	return d
}

// Open opens the store in cfg.Dir, creates it when there is none, and brings its schema up
// to date. The error wraps ErrLocked when another process has it open and ErrNewer when a
// newer program wrote it. The caller must Close the DB.
func Open(ctx context.Context, cfg Config) (_ *DB, err error) {
	d := newDB(cfg)
	defer func() {
		if err != nil {
			d.Close()
			err = fmt.Errorf("open store %s: %w", cfg.Dir, err)
		}
	}()
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, err
	}
	if d.lock, err = lockFile(filepath.Join(cfg.Dir, lockName)); err != nil {
		return nil, err
	}
	path := filepath.Join(cfg.Dir, dbFile)
	// SQLite gives its side files the main file's mode, so this one call covers all three.
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	f.Close()
	if d.writer, err = openSQLite(path, 1, writerCacheKiB, false); err != nil {
		return nil, err
	}
	if cfg.Disposable {
		if _, err := d.writer.ExecContext(ctx, `PRAGMA synchronous = OFF`); err != nil {
			return nil, err
		}
	}
	if err := migrate(ctx, d.writer, migrations); err != nil {
		return nil, err
	}
	if d.reader, err = openSQLite(path, readers, readerCacheKiB, true); err != nil {
		return nil, err
	}
	if err := d.st.prepare(ctx, d.writer); err != nil {
		return nil, err
	}
	if err := d.remember(ctx); err != nil {
		return nil, err
	}
	return d, d.openLedger(ctx)
}

// View opens a store to be read alone, which another process may have open. It must exist, and
// be of this program's schema. Only what reads may be called.
func View(ctx context.Context, cfg Config) (_ *DB, err error) {
	d := newDB(cfg)
	defer func() {
		if err != nil {
			d.Close()
			err = fmt.Errorf("open store %s: %w", cfg.Dir, err)
		}
	}()
	path := filepath.Join(cfg.Dir, dbFile)
	if _, err := os.Stat(path); err != nil {
		return nil, err
	}
	if d.reader, err = openSQLite(path, readers, readerCacheKiB, true); err != nil {
		return nil, err
	}
	if err := current(ctx, d.reader, migrations); err != nil {
		return nil, err
	}
	t, err := loadTopology(ctx, d.reader)
	if err != nil {
		return nil, err
	}
	d.setTopology(t)
	return d, d.compare(ctx, d.reader)
}

// remember loads what is kept in memory: the topology and how far the records reach.
func (d *DB) remember(ctx context.Context) error {
	t, err := loadTopology(ctx, d.writer)
	if err != nil {
		return err
	}
	d.setTopology(t)
	return d.loadTails(ctx)
}

// Close waits for the writer and releases the directory. A nil error means that
// everything is in the main database file.
func (d *DB) Close() error {
	d.wmu.Lock()
	defer d.wmu.Unlock()
	var errs []error
	if d.reader != nil {
		errs = append(errs, d.reader.Close())
	}
	if d.writer != nil {
		d.st.close()
		errs = append(errs, d.writer.Close())
	}
	if d.lock != nil {
		errs = append(errs, d.lock.Close())
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("close store: %w", err)
	}
	return nil
}

func (d *DB) topology() *topology {
	d.tmu.RLock()
	defer d.tmu.RUnlock()
	return d.topo
}

func (d *DB) setTopology(t *topology) {
	d.tmu.Lock()
	defer d.tmu.Unlock()
	d.topo = t
}

func (d *DB) grownNow() grown {
	d.tmu.RLock()
	defer d.tmu.RUnlock()
	return d.grown
}

func (d *DB) setGrown(g grown) {
	d.tmu.Lock()
	defer d.tmu.Unlock()
	d.grown = g
}

// write runs fn in a transaction on the writer. A cancelled ctx stops it from starting; once
// begun it runs to its end, since half-cancelled statements would cost a goroutine each.
func (d *DB) write(ctx context.Context, fn func(tx *sql.Tx) error) error {
	d.wmu.Lock()
	defer d.wmu.Unlock()
	return d.writeLocked(ctx, fn)
}

func (d *DB) writeLocked(ctx context.Context, fn func(tx *sql.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	tx, err := d.writer.BeginTx(context.WithoutCancel(ctx), nil)
	if err != nil {
		return err
	}
	if err := fn(tx); err != nil {
		if rerr := tx.Rollback(); rerr != nil && !errors.Is(rerr, sql.ErrTxDone) {
			err = errors.Join(err, rerr)
		}
		return err
	}
	return tx.Commit()
}

// query runs a read and hands each row to scan.
func query(ctx context.Context, db querier, scan func(*sql.Rows) error, q string, args ...any) error {
	rows, err := db.QueryContext(ctx, q, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// querier is a *sql.DB or *sql.Tx.
type querier interface {
	QueryContext(ctx context.Context, q string, args ...any) (*sql.Rows, error)
	ExecContext(ctx context.Context, q string, args ...any) (sql.Result, error)
}

func fromMS(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

func hourOf(ms int64) int64 { return floorDiv(ms, hourMS) }

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

const (
	hourMS = int64(time.Hour / time.Millisecond)
	dayMS  = 24 * hourMS
)
