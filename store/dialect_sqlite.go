package store

import (
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// All other SQL in this package is common to SQLite and PostgreSQL. Its parameters are
// written ? and $n is left to the dialect that needs it.

// ddl fills the dialect's words into a migration.
func ddl(script string) string {
	return strings.NewReplacer("@key", "INTEGER PRIMARY KEY", "@blob", "BLOB", "@clustered", "WITHOUT ROWID").Replace(script)
}

// openSQLite opens a pool of at most conns connections with this many KiB of page cache each.
func openSQLite(path string, conns, cacheKiB int, readOnly bool) (*sql.DB, error) {
	q := url.Values{}
	for _, p := range []string{
		"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(ON)",
		"temp_store(MEMORY)", "trusted_schema(OFF)", "journal_size_limit(8388608)",
		fmt.Sprintf("cache_size(-%d)", cacheKiB),
	} {
		q.Add("_pragma", p)
	}
	if readOnly {
		q.Add("_pragma", "query_only(ON)")
	} else {
		q.Add("_txlock", "immediate")
	}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+q.Encode())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	return db, nil
}

// refused says whether an error is about the values given, so that trying again cannot
// help, and not about the store (disk full, input/output error, busy).
func refused(err error) bool {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_RANGE:
		return true
	}
	return false
}
