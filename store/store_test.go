package store_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/store"
	"github.com/charterwatch/charterwatch/store/storetest"
)

func open(t testing.TB, dir string, now func() time.Time) *store.DB {
	t.Helper()
	db, err := store.Open(context.Background(), store.Config{Dir: filepath.Join(dir, "data"), Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func TestConformance(t *testing.T) {
	storetest.Run(t, func(t *testing.T, place string, now func() time.Time) storetest.Store { return open(t, place, now) })
}

func TestDiskFreeIsAShare(t *testing.T) {
	db, err := store.Open(t.Context(), store.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if free := db.DiskFree(); free < 0 || free > 100 {
		t.Errorf("%d %%", free)
	}
}
