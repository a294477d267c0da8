package storetest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
)

func alertOf(id, site string, start time.Time) compliance.Alert {
	return compliance.Alert{ID: id, Rule: compliance.AlertSiteDown, Severity: compliance.SeverityCritical, Site: site, Start: start, Raised: start}
}

func ids(as []compliance.Alert) (out []string) {
	for _, a := range as {
		out = append(out, a.ID)
	}
	return out
}

func (w *world) owed() []string {
	w.t.Helper()
	as, err := w.s.Owed(w.ctx)
	if err != nil {
		w.t.Fatal(err)
	}
	return ids(as)
}

// testAlerts: what is committed is owed until its end was handed on, over restarts.
func testAlerts(t *testing.T, w *world) {
	w.adopt(start, sites(1, time.Minute))
	a, b := alertOf("a", "s0", start), alertOf("b", "", start.Add(time.Minute))
	w.commit(compliance.Change{Site: "s0", Alerts: []compliance.Alert{a}}, compliance.Change{Site: compliance.MonitorScope, Alerts: []compliance.Alert{b}})
	w.restart()
	if got := w.owed(); !slices.Equal(got, []string{"a", "b"}) {
		t.Fatalf("owed: %v", got)
	}
	snap, err := w.s.Load(w.ctx)
	if err != nil || len(snap.Alerts) != 2 {
		t.Fatalf("standing: %+v %v", snap.Alerts, err)
	}
	settle := func(ids ...string) {
		t.Helper()
		if err := w.s.Settle(w.ctx, ids, start.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	settle("a", "nothing") // it stands: it stays owed
	if got := w.owed(); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("a standing alert was settled: %v", got)
	}
	a.End = start.Add(10 * time.Minute)
	w.commit(compliance.Change{Site: "s0", Alerts: []compliance.Alert{a}})
	if got := w.owed(); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("its end is owed too: %v", got)
	}
	if snap, _ = w.s.Load(w.ctx); !slices.Equal(ids(snap.Alerts), []string{"b"}) {
		t.Errorf("standing: %v", ids(snap.Alerts))
	}
	settle("a")
	w.commit(compliance.Change{Site: "s0", Alerts: []compliance.Alert{a}}) // a retried commit
	if got := w.owed(); !slices.Equal(got, []string{"b"}) {
		t.Errorf("settled, and owed: %v", got)
	}
	a.End = time.Time{}
	w.commit(compliance.Change{Site: "s0", Alerts: []compliance.Alert{a}})
	if got := w.owed(); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("it stands again: %v", got)
	}
}

func testAlertQueries(t *testing.T, w *world) {
	w.adopt(start, sites(2, time.Minute))
	var all []compliance.Alert
	for i, id := range []string{"a", "b", "c"} {
		x := alertOf(id, "s0", start.Add(time.Duration(i)*time.Hour))
		x.End = x.Start.Add(30 * time.Minute)
		all = append(all, x)
	}
	all[2].End = time.Time{}
	all[1].Site = "s1"
	w.commit(compliance.Change{Site: "s0", Alerts: all})
	for name, c := range map[string]struct {
		q    compliance.AlertQuery
		want []string
	}{
		"all":             {compliance.AlertQuery{}, []string{"c", "b", "a"}},
		"of a site":       {compliance.AlertQuery{Site: "s1"}, []string{"b"}},
		"open":            {compliance.AlertQuery{Open: true}, []string{"c"}},
		"one":             {compliance.AlertQuery{ID: "a"}, []string{"a"}},
		"limited":         {compliance.AlertQuery{Limit: 2}, []string{"c", "b"}},
		"that stood then": {compliance.AlertQuery{From: start.Add(20 * time.Minute), To: start.Add(90 * time.Minute)}, []string{"b", "a"}},
		"later":           {compliance.AlertQuery{From: start.Add(24 * time.Hour)}, []string{"c"}},
	} {
		got, err := w.s.Alerts(w.ctx, c.q)
		if err != nil || !slices.Equal(ids(got), c.want) {
			t.Errorf("%s: %v %v", name, ids(got), err)
		}
	}
}

// testAlertWithItsCause: a change that is refused leaves no alert behind.
func testAlertWithItsCause(t *testing.T, w *world) {
	w.adopt(start, sites(2, time.Minute))
	bad := compliance.Change{Site: "s0", Alerts: []compliance.Alert{alertOf("a", "s0", start)}, Statements: []compliance.Statement{{}}}
	nameless := compliance.Change{Site: "s1", Alerts: []compliance.Alert{{}}}
	good := compliance.Change{Site: compliance.MonitorScope, Alerts: []compliance.Alert{alertOf("b", "", start)}}
	rejected, err := w.s.Commit(w.ctx, []compliance.Change{bad, nameless, good})
	if err != nil || len(rejected) != 2 || rejected[0].Index != 0 || rejected[1].Index != 1 {
		t.Fatalf("%v %v", rejected, err)
	}
	if got := w.owed(); !slices.Equal(got, []string{"b"}) {
		t.Errorf("%v", got)
	}
}

func testReceipts(t *testing.T, w *world) {
	told := func(at time.Time, s compliance.ReceiptStatus, firing, resolved []string) compliance.Receipt {
		return compliance.Receipt{At: at, Status: s, Receiver: "ops", Channel: "email", Firing: firing, Resolved: resolved, Attempts: 1, Took: time.Second}
	}
	first := told(start, compliance.Failing, []string{"a", "b"}, nil)
	second := told(start.Add(time.Minute), compliance.Delivered, []string{"b"}, []string{"a"})
	if err := errors.Join(w.s.Record(w.ctx, []compliance.Receipt{first}), w.s.Record(w.ctx, []compliance.Receipt{second, second})); err != nil {
		t.Fatal(err)
	}
	w.restart()
	for name, c := range map[string]struct {
		q    compliance.ReceiptQuery
		want []int64
	}{
		"all":         {compliance.ReceiptQuery{}, []int64{3, 2, 1}},
		"of an alert": {compliance.ReceiptQuery{Alert: "a"}, []int64{3, 2, 1}},
		"of none":     {compliance.ReceiptQuery{Alert: "c"}, nil},
		"of a time":   {compliance.ReceiptQuery{From: start, To: start.Add(time.Minute)}, []int64{1}},
		"limited":     {compliance.ReceiptQuery{Limit: 1}, []int64{3}},
	} {
		got, err := w.s.Receipts(w.ctx, c.q)
		var have []int64
		for _, r := range got {
			have = append(have, r.ID)
		}
		if err != nil || !slices.Equal(have, c.want) {
			t.Errorf("%s: %v %v", name, have, err)
		}
	}
	got, _ := w.s.Receipts(w.ctx, compliance.ReceiptQuery{Limit: 1})
	if r := got[0]; r.Status != compliance.Delivered || !r.At.Equal(second.At) || !slices.Equal(r.Resolved, []string{"a"}) || r.Took != time.Second {
		t.Errorf("%+v", r)
	}
}

func testAlertsExpire(t *testing.T, w *world) {
	w.adopt(start, sites(1, time.Minute))
	over, owed, open := alertOf("over", "s0", start), alertOf("owed", "s0", start), alertOf("open", "s0", start)
	over.End, owed.End = start.Add(time.Hour), start.Add(time.Hour)
	w.commit(compliance.Change{Site: "s0", Alerts: []compliance.Alert{over, owed, open}})
	if err := errors.Join(w.s.Settle(w.ctx, []string{"over"}, start.Add(2*time.Hour)),
		w.s.Record(w.ctx, []compliance.Receipt{{At: start, Receiver: "ops", Firing: []string{"over"}}})); err != nil {
		t.Fatal(err)
	}
	if _, err := w.s.Retain(w.ctx, start.Add(100*24*time.Hour), compliance.Retention{Results: 62 * 24 * time.Hour}); err != nil {
		t.Fatal(err)
	}
	got, err := w.s.Alerts(w.ctx, compliance.AlertQuery{})
	if err != nil || !slices.Equal(ids(got), []string{"open", "owed"}) {
		t.Errorf("%v %v", ids(got), err)
	}
	if r, err := w.s.Receipts(w.ctx, compliance.ReceiptQuery{}); err != nil || len(r) != 0 {
		t.Errorf("%+v %v", r, err)
	}
	if r, err := w.s.Receipts(w.ctx, compliance.ReceiptQuery{Alert: "over"}); err != nil || len(r) != 0 {
		t.Errorf("%+v %v", r, err)
	}
}
