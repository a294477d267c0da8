package store

import (
	"database/sql"
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
)

// BenchmarkCommitWithLedger measures what a leaf adds to a commit: groups of 50 outages, whose
// versions are new (a leaf each) or known (none).
func BenchmarkCommitWithLedger(b *testing.B) {
	for _, fresh := range []bool{false, true} {
		b.Run(fmt.Sprintf("leaves=%v", fresh), func(b *testing.B) {
			d, err := Open(b.Context(), Config{Dir: b.TempDir()})
			if err != nil {
				b.Fatal(err)
			}
			defer d.Close()
			n, used := 0, cpuTime()
			for b.Loop() {
				var group []compliance.Change
				for i := range 50 {
					o := outage(i, epoch)
					if fresh {
						o.RecoveringSince = epoch.Add(time.Duration(n) * time.Minute)
					}
					group = append(group, compliance.Change{Site: "a", Outages: []compliance.Outage{o}})
				}
				commit(b, d, group...)
				n++
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(50*n), "us/outage")
			b.ReportMetric(float64((cpuTime()-used).Microseconds())/float64(50*n), "cpu-us/outage")
		})
	}
}

// cpuTime is the processor time this process has used.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkLeaf measures one append, without the transaction around it.
func BenchmarkLeaf(b *testing.B) {
	d, err := Open(b.Context(), Config{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	defer d.Close()
	e, err := outage(1, epoch).Evidence()
	if err != nil {
		b.Fatal(err)
	}
	err = d.record(b.Context(), func(a *applier) error {
		for b.Loop() {
			if err := a.leaf(e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}

// BenchmarkVerifyLedger verifies a million leaves.
func BenchmarkVerifyLedger(b *testing.B) {
	d, err := Open(b.Context(), Config{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	defer d.Close()
	for chunk := range 100 {
		if testing.Short() && chunk > 9 {
			break
		}
		err = d.record(b.Context(), func(a *applier) error {
			for i := range 10_000 {
				o := outage(i%100, epoch)
				o.RecoveringSince = epoch.Add(time.Duration(chunk*10_000+i) * time.Second)
				if err := a.outage(o); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	var size int64
	query(b.Context(), d.reader, func(r *sql.Rows) error { return r.Scan(&size) }, `SELECT page_count * page_size FROM pragma_page_count, pragma_page_size`)
	used, runs := cpuTime(), 0
	for b.Loop() {
		if r := verified(b, d); !r.OK() {
			b.Fatal(r.Problems)
		}
		runs++
	}
	b.ReportMetric((cpuTime()-used).Seconds()/float64(runs), "cpu-s/op")
	b.ReportMetric(float64(d.grownNow().tree.Size()), "leaves")
	b.ReportMetric(float64(size)/1e6, "MB")
}
