package monitor

import (
	"context"
	"sync"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/probes"
)

// early is how much before its slot a wake-up may come and still be taken for it.
const early = 5 * time.Millisecond

// runner looks on behalf of one check and accounts for each of its slots.
type runner struct {
	spec        compliance.CheckSpec
	check       *probes.Check
	slots       probes.Slots
	fingerprint string
	deps        runnerDeps

	mu    sync.Mutex
	last  time.Time          // latest slot accounted for
	busy  bool               // the observation of last is under way
	stop  context.CancelFunc // ends the re-probes of last
	ended bool
}

// runnerDeps is what runners need of the engine.
type runnerDeps struct {
	now    func() time.Time
	places chan struct{} // bounds the looks under way
	uplink *Uplink
	submit func(record)
	down   func(check string) bool // is a confirmed failure on record?
	stats  *stats
}

// due is the wake-up for a slot.
func (r *runner) due(ctx context.Context) {
	woken := r.deps.now()
	slot := r.slots.Floor(woken.Add(early))
	r.mu.Lock()
	if r.ended || !slot.After(r.last) {
		r.mu.Unlock()
		return
	}
	if first := r.last.Add(r.slots.Interval); first.Before(slot) {
		r.miss(first, slot)
	}
	r.last = slot
	if r.busy {
		r.miss(slot, slot.Add(r.slots.Interval))
		r.mu.Unlock()
		return
	}
	if r.stop != nil {
		r.stop()
	}
	series, stop := context.WithCancel(ctx)
	r.busy, r.stop = true, stop
	r.mu.Unlock()
	defer stop()
	result, ok := r.observe(ctx, slot, woken)
	r.mu.Lock()
	r.busy = false
	r.mu.Unlock()
	if ok {
		r.confirm(series, result)
	}
}

// miss records slots that came while the monitor was too busy to look.
func (r *runner) miss(from, to time.Time) { r.gap(from, to, probes.Missed) }

func (r *runner) gap(from, to time.Time, why probes.Reason) {
	r.deps.stats.missed.Add(uint64(r.slots.Count(from, to)))
	r.deps.submit(record{spec: &r.spec, gap: &compliance.Gap{Check: r.spec.ID, Vantage: r.check.Vantage, From: from, To: to, Reason: why}})
}

// observe makes the slot's own look. ok is false when none was made.
func (r *runner) observe(ctx context.Context, slot, woken time.Time) (probes.Result, bool) {
	next := slot.Add(r.slots.Interval)
	select {
	case r.deps.places <- struct{}{}:
	default:
		wait := time.NewTimer(next.Sub(woken))
		defer wait.Stop()
		select {
		case r.deps.places <- struct{}{}:
		case <-wait.C:
			r.miss(slot, next)
			return probes.Result{}, false
		case <-ctx.Done():
			r.gap(slot, next, probes.Cancelled)
			return probes.Result{}, false
		}
	}
	r.deps.stats.late(max(r.deps.now().Sub(slot), 0))
	result := r.look(ctx, slot, 0)
	<-r.deps.places
	r.deps.submit(record{spec: &r.spec, result: &result})
	return result, true
}

// look looks once; a failure counts only if the monitor can see out.
func (r *runner) look(ctx context.Context, slot time.Time, attempt int) probes.Result {
	result := r.check.Run(ctx, slot, attempt)
	r.deps.stats.looks.Add(1)
	if result.Outcome == probes.Fail && !r.deps.uplink.Reachable(ctx) {
		result.Outcome, result.Reason = probes.Unknown, probes.UplinkDown
		result.Detail, result.Capture = "no canary answered", nil
	}
	return result
}

// confirm re-probes a failing slot until the failure is confirmed, gone, or the next slot
// takes over.
func (r *runner) confirm(ctx context.Context, result probes.Result) {
	p, next := r.spec.Policy, result.Slot.Add(r.slots.Interval)
	for attempt := 1; result.Outcome == probes.Fail && attempt < p.ConfirmFailures; attempt++ {
		if r.deps.down(r.spec.ID) || !r.deps.now().Add(p.Reprobe).Before(next) {
			return
		}
		pause := time.NewTimer(p.Reprobe)
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return
		}
		again := r.look(ctx, result.Slot, attempt) // a record of its own: the queue still holds the last
		if again.Reason == probes.Cancelled {
			return
		}
		r.deps.submit(record{spec: &r.spec, result: &again})
		result = again
	}
}

// firstLook looks before the first slot, so that the wall is not blind until then.
func (r *runner) firstLook(ctx context.Context) {
	select {
	case r.deps.places <- struct{}{}:
	case <-ctx.Done():
		return
	}
	slot := r.slots.Floor(r.deps.now())
	result := r.look(ctx, slot, probes.Preview)
	<-r.deps.places
	r.mu.Lock()
	overtaken := r.ended || !slot.Before(r.last.Add(r.slots.Interval)) || r.busy
	r.mu.Unlock()
	if !overtaken && result.Reason != probes.Cancelled {
		r.deps.submit(record{spec: &r.spec, result: &result})
	}
}

// accounted is the latest slot that a successor on the given slots need not account for.
// The look under way keeps its slot; on other slots the successor begins a new segment at
// next.
func (r *runner) accounted(slots probes.Slots, next time.Time) time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.slots == slots {
		return r.last
	}
	return next
}

// end stops the runner for good.
func (r *runner) end() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ended = true
	if r.stop != nil {
		r.stop()
	}
}
