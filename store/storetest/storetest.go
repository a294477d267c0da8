// Package storetest holds what every store must do: one suite for all database engines.
//
// A store's own test calls [Run] with a function that opens it. The suite states the
// guarantees of package store as tests: durability of groups, idempotence, one record for
// each slot, history that survives renames, sealing that loses nothing.
package storetest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/internal/accounts"
	"github.com/charterwatch/charterwatch/probes"
	"github.com/charterwatch/charterwatch/scanners"
	"github.com/charterwatch/charterwatch/store"
)

// Store is all that a store offers. Consumers declare the few methods that they need.
type Store interface {
	Load(ctx context.Context) (compliance.Snapshot, error)
	Adopt(ctx context.Context, at time.Time, sites []compliance.Site, vantage string) error
	Commit(ctx context.Context, changes []compliance.Change) ([]compliance.Rejected, error)
	Seal(ctx context.Context, now time.Time) (int, error)
	Retain(ctx context.Context, now time.Time, r compliance.Retention) (int64, error)
	History(ctx context.Context, site string, from, to time.Time) (compliance.SiteHistory, error)
	Histories(ctx context.Context, from, to time.Time) (map[string]compliance.SiteHistory, error)
	Results(ctx context.Context, check string, from, to time.Time, limit int) ([]probes.Result, error)
	Strip(ctx context.Context, check string, from, to time.Time, buckets int) ([]compliance.StripCell, error)
	Strips(ctx context.Context, checks []string, from, to time.Time, buckets int) (map[string][]compliance.StripCell, error)
	Outages(ctx context.Context, q compliance.OutageQuery) ([]compliance.Outage, error)
	Events(ctx context.Context, since time.Time, limit int) ([]compliance.Event, error)
	Capture(ctx context.Context, outageID string) (compliance.OutageCapture, error)
	NoticePage(ctx context.Context, digest string) (scanners.Page, error)
	Percentiles(ctx context.Context, check string, from, to time.Time) (compliance.Percentiles, error)
	Owed(ctx context.Context) ([]compliance.Alert, error)
	Settle(ctx context.Context, ids []string, at time.Time) error
	Alerts(ctx context.Context, q compliance.AlertQuery) ([]compliance.Alert, error)
	Record(ctx context.Context, receipts []compliance.Receipt) error
	Receipts(ctx context.Context, q compliance.ReceiptQuery) ([]compliance.Receipt, error)
	Cases(ctx context.Context, since, asOf time.Time) (compliance.CaseBook, error)
	CaseImports(ctx context.Context, from, to time.Time) ([]compliance.ImportRecord, error)
	Pages(ctx context.Context, from, to time.Time) ([]compliance.PageRecord, error)
	Said(ctx context.Context, scope string) ([]compliance.Statement, error)
	SaveReport(ctx context.Context, id, month, digest string, made time.Time, content []byte) error
	Report(ctx context.Context, id, digest string) ([]byte, error)
	SaveReportFile(ctx context.Context, id string, edition int, name string, made time.Time, file []byte) error
	ReportFile(ctx context.Context, id string, edition int, name string) ([]byte, error)
	SaveBeat(ctx context.Context, check string, at time.Time, ok bool, msg string) error
	Beats(ctx context.Context) (map[string]compliance.Beat, error)
	Check(ctx context.Context) (store.Report, error)
	Size(ctx context.Context) (int64, error)
	Close() error
	accounts.Tokens
}

// Opener opens the store at a place (a fresh directory when first named) with the given
// clock. Opening a place again after Close finds what was stored there.
type Opener func(t *testing.T, place string, now func() time.Time) Store

// Run runs the whole suite.
func Run(t *testing.T, open Opener) {
	for _, c := range []struct {
		name string
		test func(*testing.T, *world)
	}{
		{"StatesSurvive", testStates},
		{"RetryChangesNothing", testRetry},
		{"RecordedSlotStands", testRecordedSlot},
		{"BadChangeFailsAlone", testBadChange},
		{"RefusesNonsense", testRefuses},
		{"GapsJoinAndClip", testGaps},
		{"RenameKeepsHistory", testRename},
		{"ChangedIntervalStartsNewLife", testNewLife},
		{"RemovedAndReturned", testReturned},
		{"ThreeDaysWithoutData", testSilence},
		{"UntilAndOverdueSlots", testUntil},
		{"RandomHistories", testRandom},
		{"LateResultsSealAgain", testLate},
		{"NewVantage", testNewVantage},
		{"RetainKeepsWhatIsOpen", testRetain},
		{"ReadsSurviveRetention", testReadsAfterRows},
		{"Strips", testStrips},
		{"Percentiles", testPercentiles},
		{"Outages", testOutages},
		{"EventsAndCaptures", testEvents},
		{"Beats", testBeats},
		{"Tokens", testTokens},
		{"NoticesSurvive", testNotices},
		{"RecordOfAPeriod", testRecord},
		{"NoticesAreRetained", testNoticesExpire},
		{"NoticePages", testPages},
		{"AlertsAreOwed", testAlerts},
		{"AlertQueries", testAlertQueries},
		{"AlertWithItsCause", testAlertWithItsCause},
		{"Receipts", testReceipts},
		{"AlertsExpire", testAlertsExpire},
		{"Cases", testCases},
		{"WatchedPages", testWatchedPages},
		{"Reports", testReports},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := &world{t: t, ctx: t.Context(), open: open, place: t.TempDir(), rnd: rand.New(rand.NewPCG(1, 2)), now: start}
			w.s = open(t, w.place, w.clock)
			defer func() { w.s.Close() }()
			c.test(t, w)
			if r, err := w.s.Check(context.Background()); err != nil || !r.OK() {
				t.Fatalf("check: %v %v", r.Problems, err)
			}
		})
	}
}

// start is when the suite's time begins: a whole hour, and a whole UTC day.
var start = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

// world is a store, a clock and short ways to make records.
type world struct {
	t     *testing.T
	ctx   context.Context
	open  Opener
	place string
	s     Store
	now   time.Time
	rnd   *rand.Rand
}

func (w *world) clock() time.Time { return w.now }

// restart closes and opens again.
func (w *world) restart() {
	w.t.Helper()
	if err := w.s.Close(); err != nil {
		w.t.Fatal(err)
	}
	w.s = w.open(w.t, w.place, w.clock)
}

const here = "seoul"

// sites makes n sites with one critical check each, "s0/c", "s1/c", ...
func sites(n int, interval time.Duration) []compliance.Site {
	var out []compliance.Site
	for i := range n {
		id := fmt.Sprintf("s%d", i)
		out = append(out, compliance.Site{ID: id, Name: compliance.Name{KO: id, EN: id}, Checks: []compliance.CheckSpec{
			{ID: id + "/c", Kind: "http", Interval: interval, Timeout: 10 * time.Second, Critical: true}}})
	}
	return out
}

func (w *world) adopt(at time.Time, s []compliance.Site) {
	w.t.Helper()
	if err := w.s.Adopt(w.ctx, at, s, here); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) commit(changes ...compliance.Change) {
	w.t.Helper()
	rejected, err := w.s.Commit(w.ctx, changes)
	if err != nil || len(rejected) > 0 {
		w.t.Fatalf("commit: rejected %v, %v", rejected, err)
	}
}

func (w *world) seal(now time.Time) int {
	w.t.Helper()
	w.now = now
	n, err := w.s.Seal(w.ctx, now)
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

func (w *world) history(site string, from, to time.Time) compliance.SiteHistory {
	w.t.Helper()
	h, err := w.s.History(w.ctx, site, from, to)
	if err != nil {
		w.t.Fatal(err)
	}
	return h
}

func (w *world) results(check string, from, to time.Time) []probes.Result {
	w.t.Helper()
	r, err := w.s.Results(w.ctx, check, from, to, 0)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// slots lists the check's slots in [from, to).
func slots(check string, interval time.Duration, from, to time.Time) (out []time.Time) {
	g := probes.SlotsOf(check, interval)
	for at := g.Ceil(from); at.Before(to); at = at.Add(interval) {
		out = append(out, at)
	}
	return out
}

// look makes a result.
func look(check string, slot time.Time, reason probes.Reason, d time.Duration) probes.Result {
	return probes.Result{
		Check: check, Vantage: here, Slot: slot, Start: slot.Add(3 * time.Millisecond), Duration: d,
		Reason: reason, Outcome: reason.Outcome(), Detail: reason.String(),
		Phases: probes.Phases{Resolve: d / 10, Connect: d / 5, TLS: d / 4, Processing: d / 8, Transfer: d / 50},
		Facts:  probes.Facts{HTTPStatus: 200},
	}
}

func results(site string, r ...probes.Result) compliance.Change {
	return compliance.Change{Site: site, Results: r}
}

// pass commits passing looks for all slots of s<i>/c in [from, to).
func (w *world) pass(i int, interval time.Duration, from, to time.Time) {
	w.t.Helper()
	id := fmt.Sprintf("s%d", i)
	var all []probes.Result
	for _, slot := range slots(id+"/c", interval, from, to) {
		all = append(all, look(id+"/c", slot, probes.OK, 80*time.Millisecond))
	}
	w.commit(results(id, all...))
}

// covered fails unless each slot of every life of the site in [from, to) has exactly one
// record: a look with attempt 0 or a gap.
func (w *world) covered(site string, from, to time.Time) {
	w.t.Helper()
	h := w.history(site, from, to)
	type key struct {
		check, vantage string
		slot           int64
	}
	n := map[key]int{}
	for _, l := range h.Lives {
		for _, r := range w.results(l.Check, from, to) {
			if r.Attempt == 0 && !r.Slot.Before(l.From) && (l.To.IsZero() || r.Slot.Before(l.To)) {
				n[key{l.Check, r.Vantage, r.Slot.UnixMilli()}]++
			}
		}
		end := to
		if !l.To.IsZero() && l.To.Before(to) {
			end = l.To
		}
		for _, v := range l.Vantages {
			for slot := probes.SlotsOf(l.Check, l.Interval).Ceil(later(l.From, from)); slot.Before(end); slot = slot.Add(l.Interval) {
				k := key{l.Check, v, slot.UnixMilli()}
				for _, g := range h.Gaps {
					if g.Check == l.Check && g.Vantage == v && !slot.Before(g.From) && slot.Before(g.To) {
						n[k]++
					}
				}
				if n[k] != 1 {
					w.t.Fatalf("slot %s of %s at %s has %d records", slot, l.Check, v, n[k])
				}
			}
		}
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
