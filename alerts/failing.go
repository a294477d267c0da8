package alerts

import (
	"cmp"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
)

const (
	failingAfter = 15 * time.Minute // without a success, while deliveries are tried
	failingStale = 30 * time.Minute // without an attempt: nobody knows whether it still fails
)

// failures remembers since when channels take nothing.
type failures struct {
	mu    sync.Mutex
	since map[failureKey]failure
}

type failureKey struct{ receiver, channel, index string }

type failure struct{ since, last time.Time }

func newFailures() *failures { return &failures{since: map[failureKey]failure{}} }

func (f *failures) note(receiver, channel string, index int, ok bool, at time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	key := failureKey{receiver, channel, strconv.Itoa(index)}
	if ok {
		delete(f.since, key)
		return
	}
	x := f.since[key]
	if x.since.IsZero() || at.Sub(x.last) > failingStale {
		x.since = at
	}
	x.last = at
	f.since[key] = x
}

// list are the channels that have taken nothing for a while.
func (f *failures) list(now time.Time) []compliance.FailingReceiver {
	f.mu.Lock()
	defer f.mu.Unlock()
	first := map[[2]string]time.Time{}
	for key, x := range f.since {
		if now.Sub(x.last) > failingStale {
			delete(f.since, key)
			continue
		}
		name := [2]string{key.receiver, key.channel}
		if now.Sub(x.since) >= failingAfter && (first[name].IsZero() || x.since.Before(first[name])) {
			first[name] = x.since
		}
	}
	var out []compliance.FailingReceiver
	for name, since := range first {
		out = append(out, compliance.FailingReceiver{Receiver: name[0], Channel: name[1], Since: since})
	}
	slices.SortFunc(out, func(a, b compliance.FailingReceiver) int {
		return cmp.Or(cmp.Compare(a.Receiver, b.Receiver), cmp.Compare(a.Channel, b.Channel))
	})
	return out
}
