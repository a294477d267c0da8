package monitor_test

import (
	"syscall"
	"time"
)

// used is what this process has used so far.
type used struct {
	cpu    time.Duration
	rssKiB int64 // peak
}

func usage() used {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return used{}
	}
	return used{
		cpu:    time.Duration(r.Utime.Nano() + r.Stime.Nano()),
		rssKiB: r.Maxrss,
	}
}
