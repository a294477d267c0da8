package alerts

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/common/model"

	"github.com/charterwatch/charterwatch/compliance"
)

// owed is an alert that people are to be told of.
type owed struct {
	compliance.Alert
	labels model.LabelSet
	print  model.Fingerprint // of the labels: what Alertmanager knows it by
	handed time.Time         // its end was first handed on then
	doomed time.Time         // of an uncommitted one: the store works again since
}

// book is what is owed, in memory. It is safe for concurrent use; what it returns is a copy.
type book struct {
	labels func(compliance.Alert) map[string]string

	mu      sync.RWMutex
	byID    map[string]*owed
	byPrint map[model.Fingerprint][]string // ids
	loose   int                            // uncommitted ones
}

func newBook() *book {
	return &book{labels: Content{}.Labels, byID: map[string]*owed{}, byPrint: map[model.Fingerprint][]string{}}
}

// put takes a version of an alert. A committed one takes the place of an uncommitted one with
// the same labels.
func (b *book) put(a compliance.Alert) owed {
	b.mu.Lock()
	defer b.mu.Unlock()
	labels := labelSet(b.labels(a))
	print := labels.Fingerprint()
	if !a.Uncommitted {
		for _, id := range slices.Clone(b.byPrint[print]) {
			if id != a.ID && b.byID[id].Uncommitted {
				b.drop(id)
			}
		}
	}
	o, known := b.byID[a.ID]
	if known && o.print != print { // a correction; its identity follows it
		b.drop(a.ID)
		known = false
	}
	if !known {
		o = &owed{print: print, labels: labels}
		b.byID[a.ID] = o
		b.byPrint[print] = append(b.byPrint[print], a.ID)
	}
	b.loose += b2i(a.Uncommitted) - b2i(o.Uncommitted)
	if o.Alert = a; a.Open() {
		o.handed = time.Time{}
	}
	if !a.Uncommitted {
		o.doomed = time.Time{}
	}
	return *o
}

// standing says whether a committed alert with these labels stands.
func (b *book) standing(a compliance.Alert) bool {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return slices.ContainsFunc(b.byPrint[labelSet(b.labels(a)).Fingerprint()], func(id string) bool {
		o := b.byID[id]
		return o.Open() && !o.Uncommitted
	})
}

func (b *book) drop(id string) {
	o, ok := b.byID[id]
	if !ok {
		return
	}
	b.loose -= b2i(o.Uncommitted)
	delete(b.byID, id)
	ids := slices.DeleteFunc(b.byPrint[o.print], func(x string) bool { return x == id })
	if b.byPrint[o.print] = ids; len(ids) == 0 {
		delete(b.byPrint, o.print)
	}
}

// settle forgets alerts.
func (b *book) settle(ids []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, id := range ids {
		b.drop(id)
	}
}

// replace makes the book that of what the outbox holds. Uncommitted alerts stay.
func (b *book) replace(list []compliance.Alert) {
	b.mu.Lock()
	held := map[string]bool{}
	for _, a := range list {
		held[a.ID] = true
	}
	for id, o := range b.byID {
		if !held[id] && !o.Uncommitted {
			b.drop(id)
		}
	}
	b.mu.Unlock()
	for _, a := range list {
		b.put(a)
	}
}

// current is the alert that a set of labels stands for now: of several that follow each other,
// the one that stands or the latest.
func (b *book) current(print model.Fingerprint) (owed, bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.latest(print)
}

func (b *book) latest(print model.Fingerprint) (owed, bool) {
	var best *owed
	for _, id := range b.byPrint[print] {
		if o := b.byID[id]; best == nil || o.later(best) {
			best = o
		}
	}
	if best == nil {
		return owed{}, false
	}
	return *best, true
}

func (o *owed) later(than *owed) bool {
	if o.Open() != than.Open() {
		return o.Open()
	}
	return cmp.Or(o.End.Compare(than.End), o.Start.Compare(than.Start)) > 0
}

// get returns an alert by its id.
func (b *book) get(id string) (owed, bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if o, ok := b.byID[id]; ok {
		return *o, true
	}
	return owed{}, false
}

// all returns those that labels stand for now, sources of inhibition first: Alertmanager must
// know them before it decides on what they mute.
func (b *book) all() []owed {
	b.mu.RLock()
	defer b.mu.RUnlock()
	out := make([]owed, 0, len(b.byPrint))
	for print := range b.byPrint {
		o, _ := b.latest(print)
		out = append(out, o)
	}
	sortOwed(out)
	return out
}

// every returns all, also those that others have followed.
func (b *book) every() []owed {
	b.mu.RLock()
	defer b.mu.RUnlock()
	out := make([]owed, 0, len(b.byID))
	for _, id := range slices.Sorted(maps.Keys(b.byID)) {
		out = append(out, *b.byID[id])
	}
	return out
}

func sortOwed(list []owed) {
	slices.SortFunc(list, func(a, b owed) int {
		return cmp.Or(cmp.Compare(muting(a.Rule), muting(b.Rule)), a.Start.Compare(b.Start), cmp.Compare(a.ID, b.ID))
	})
}

func muting(r compliance.AlertRule) int {
	switch r {
	case compliance.AlertUplinkDown:
		return 0
	case compliance.AlertSiteDown:
		return 1
	case compliance.AlertCheckDown, compliance.AlertLatencyHigh, compliance.AlertVantagesFailing:
		return 2
	default:
		return 3
	}
}

// handed notes that ends were handed on.
func (b *book) handed(ids []string, at time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, id := range ids {
		if o, ok := b.byID[id]; ok && !o.Open() && o.handed.IsZero() {
			o.handed = at
		}
	}
}

// works notes that the store took something of a scope: uncommitted alerts of it are followed
// by committed ones soon, or are over.
func (b *book) works(scope string, at time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, o := range b.byID {
		if o.Uncommitted && o.Open() && o.doomed.IsZero() && (o.Site == "" || o.Scope() == scope) {
			o.doomed = at
		}
	}
}

// overdue ends uncommitted alerts that no committed one has followed.
func (b *book) overdue(now time.Time) (ended []owed) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, o := range b.byID {
		if o.Uncommitted && o.Open() && !o.doomed.IsZero() && now.Sub(o.doomed) >= uncommittedGrace {
			o.End = now
			ended = append(ended, *o)
		}
	}
	return ended
}

// uncommittedGrace is for how long after the store works again what was not committed is
// waited for: the engine commits what has piled up first.
const uncommittedGrace = 2 * time.Minute

// ofOutage is the alert of a site's outage that the store does not take. Its labels are those
// of the one that the engine will derive once the store works.
func ofOutage(o compliance.Outage, now time.Time) compliance.Alert {
	return compliance.Alert{
		ID: "uncommitted-" + o.ID, Rule: compliance.AlertSiteDown, Severity: compliance.SeverityCritical, Site: o.Site, Subject: o.ID,
		Clause: compliance.AlertSiteDown.Clause(), Start: o.Start, Raised: now, Reason: o.Reason, Recovery: o.RecoveringSince, Uncommitted: true,
	}
}

// uncommitted says whether any alert is not committed.
func (b *book) uncommitted() bool {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.loose > 0
}
