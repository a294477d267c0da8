package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/internal/accounts"
	"github.com/charterwatch/charterwatch/probes"
	"github.com/charterwatch/charterwatch/store"
)

func testRetain(t *testing.T, w *world) {
	w.adopt(start, sites(1, time.Minute))
	at := slots("s0/c", time.Minute, start, start.Add(48*time.Hour))
	w.pass(0, time.Minute, start, start.Add(10*time.Hour))
	outage := func(id string, from, to time.Time) compliance.Change {
		return compliance.Change{Site: "s0",
			Outages:  []compliance.Outage{{ID: id, Site: "s0", Check: "s0/c", Start: from, End: to}},
			Events:   []compliance.Event{{Kind: compliance.OutageOpened, Site: "s0", Check: "s0/c", At: from, SeenAt: from, Outage: id}},
			Captures: []compliance.OutageCapture{{Outage: id, Check: "s0/c", SeenAt: from}}}
	}
	w.commit(outage("open", at[10], time.Time{}), outage("old", at[20], at[30]), outage("across", at[40], at[700]), outage("young", at[650], at[700]))
	w.commit(compliance.Change{Site: "s0", Gaps: []compliance.Gap{{Check: "s0/c", Vantage: here, From: at[600], To: at[606], Reason: probes.Missed}}})
	w.seal(start.Add(40 * time.Hour))
	cut := start.Add(10*time.Hour + 30*time.Minute)
	keep := compliance.Retention{Results: 48 * time.Hour}
	if _, err := w.s.Retain(w.ctx, cut.Add(keep.Results), keep); err != nil {
		t.Fatal(err)
	}
	for id, kept := range map[string]bool{"open": true, "old": false, "across": true, "young": true} {
		_, err := w.s.Capture(w.ctx, id)
		if kept != (err == nil) || !kept && !errors.Is(err, store.ErrNotFound) {
			t.Errorf("capture of %s: %v", id, err)
		}
		list, _ := w.s.Outages(w.ctx, compliance.OutageQuery{})
		found := false
		for _, o := range list {
			found = found || o.ID == id
		}
		if found != kept {
			t.Errorf("outage %s: found %v, want %v", id, found, kept)
		}
	}
	if ev, _ := w.s.Events(w.ctx, time.Time{}, 0); len(ev) != 2 || ev[0].Outage != "open" || ev[1].Outage != "young" {
		t.Errorf("events %+v", ev)
	}
	h := w.history("s0", start, start.Add(40*time.Hour))
	if len(h.Lives) != 1 || len(h.Gaps) != 1 || h.Gaps[0].Reason != probes.NotRunning {
		t.Errorf("history %+v", h)
	}
	if n := len(w.results("s0/c", start, start.Add(10*time.Hour))); n != 0 {
		t.Errorf("%d results left", n)
	}
	if n, err := w.s.Retain(w.ctx, cut.Add(keep.Results), keep); n != 0 || err != nil {
		t.Errorf("again: %d %v", n, err)
	}
}

func testReadsAfterRows(t *testing.T, w *world) {
	w.adopt(start, sites(2, time.Minute))
	for i := range 2 {
		w.pass(i, time.Minute, start, start.Add(8*time.Hour))
	}
	w.seal(start.Add(8*time.Hour + 30*time.Minute))
	if _, err := w.s.Retain(w.ctx, start.Add(8*time.Hour), compliance.Retention{}); err != nil {
		t.Fatal(err)
	}
	all := w.results("s0/c", start, start.Add(8*time.Hour))
	if len(all) != 480 {
		t.Fatalf("%d results", len(all))
	}
	if all[0].Phases == (probes.Phases{}) || all[0].Detail == "" {
		t.Error("the newest hour has lost its detail")
	}
	if all[479].Phases != (probes.Phases{}) || !near(all[479].Duration, 80*time.Millisecond) {
		t.Errorf("oldest: %+v", all[479])
	}
	if r, err := w.s.Results(w.ctx, "s0/c", start, start.Add(8*time.Hour), 7); err != nil || len(r) != 7 || !r[6].Slot.Equal(all[6].Slot) {
		t.Fatalf("limit: %v %v", r, err)
	}
	if _, err := w.s.Results(w.ctx, "nobody/c", start, start, 0); !errors.Is(err, store.ErrNotFound) {
		t.Fatal(err)
	}
	if _, err := w.s.History(w.ctx, "nobody", start, start); !errors.Is(err, store.ErrNotFound) {
		t.Fatal(err)
	}
}

func testStrips(t *testing.T, w *world) {
	w.adopt(start, sites(5, time.Minute))
	at := slots("s0/c", time.Minute, start, start.Add(4*time.Hour))
	for i, slot := range at {
		switch {
		case i < 60:
			w.commit(results("s0", look("s0/c", slot, probes.OK, 100*time.Millisecond)))
		case i < 90:
			why := probes.Status
			if i%3 == 0 {
				why = probes.Timeout
			}
			w.commit(results("s0", look("s0/c", slot, why, time.Second)))
		case i >= 180:
			w.commit(results("s0", look("s0/c", slot, probes.OK, 50*time.Millisecond)))
		}
	}
	w.commit(compliance.Change{Site: "s0", Gaps: []compliance.Gap{{Check: "s0/c", Vantage: here, From: at[90], To: at[180], Reason: probes.UplinkDown}}})
	want := []struct {
		pass, fail, unknown int
		p95                 time.Duration
		worst               probes.Reason
	}{{60, 0, 0, 100 * time.Millisecond, probes.OK}, {0, 30, 30, 0, probes.Status}, {0, 0, 60, 0, probes.UplinkDown}, {60, 0, 0, 50 * time.Millisecond, probes.OK}}
	for _, sealed := range []time.Duration{0, 2, 5} {
		if sealed > 0 {
			w.seal(start.Add(sealed*time.Hour + 15*time.Minute))
		}
		cells, err := w.s.Strip(w.ctx, "s0/c", at[0], at[0].Add(4*time.Hour), 4)
		if err != nil || len(cells) != 4 {
			t.Fatal(cells, err)
		}
		for i, c := range want {
			g := cells[i]
			if g.Pass != c.pass || g.Fail != c.fail || g.Unknown != c.unknown || g.Worst != c.worst || !g.From.Equal(at[60*i]) {
				t.Fatalf("sealed to hour %d, cell %d is %+v", sealed, i, g)
			}
			if d := g.P95 - c.p95; d > c.p95/25 || -d > c.p95/25 {
				t.Fatalf("p95 %s, want %s", g.P95, c.p95)
			}
		}
		var names []string
		for i := range 5 {
			names = append(names, fmt.Sprintf("s%d/c", i))
		}
		m, err := w.s.Strips(w.ctx, append(names, "nobody/c"), at[0], at[0].Add(4*time.Hour), 4)
		if err != nil || len(m) != 5 {
			t.Fatal(m, err)
		}
		for i, c := range m["s0/c"] {
			if c != cells[i] {
				t.Fatalf("together %+v, alone %+v", c, cells[i])
			}
		}
	}
}

func testPercentiles(t *testing.T, w *world) {
	w.adopt(start, sites(1, time.Minute))
	n := 0
	for _, slot := range slots("s0/c", time.Minute, start, start.Add(50*time.Hour)) {
		n++
		w.commit(results("s0", look("s0/c", slot, probes.OK, time.Duration(1+n%100)*time.Millisecond)))
	}
	w.seal(start.Add(49*time.Hour + 20*time.Minute))
	for _, p := range []struct{ from, to time.Duration }{{0, 48}, {0, 50}, {5, 30}, {1, 3}, {24, 48}, {49, 50}} {
		got, err := w.s.Percentiles(w.ctx, "s0/c", start.Add(p.from*time.Hour), start.Add(p.to*time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		if c := got.Total.Count(); c != uint64(p.to-p.from)*60 {
			t.Fatalf("%d to %d: %d looks", p.from, p.to, c)
		}
		if q := got.Total.Quantile(0.5); p.to-p.from > 24 && (q < 48*time.Millisecond || q > 53*time.Millisecond) {
			t.Fatalf("p50 %s", q)
		}
		if p.from == 0 && got.TLS.Quantile(1) < 24*time.Millisecond {
			t.Fatalf("tls %s", got.TLS.Quantile(1))
		}
	}
}

func testOutages(t *testing.T, w *world) {
	w.adopt(start, sites(2, time.Minute))
	h := func(n int) time.Time { return start.Add(time.Duration(n) * time.Hour) }
	put := func(id, site, check string, from, to time.Time) {
		w.commit(compliance.Change{Site: site, Outages: []compliance.Outage{{ID: id, Site: site, Check: check, Start: from, End: to, Reason: probes.Status, Cause: compliance.CauseServer}}})
	}
	put("a", "s0", "s0/c", h(1), time.Time{})
	put("a", "s0", "s0/c", h(1), h(3)) // a later version
	put("b", "s0", "", h(1), h(3))
	put("c", "s1", "s1/c", h(5), time.Time{})
	put("d", "s0", "s0/c", h(8), h(9))
	for _, c := range []struct {
		q    compliance.OutageQuery
		want string
	}{
		{compliance.OutageQuery{}, "dcab"},
		{compliance.OutageQuery{Site: "s0"}, "dab"},
		{compliance.OutageQuery{Check: "s0/c"}, "da"},
		{compliance.OutageQuery{SiteLevel: true}, "b"},
		{compliance.OutageQuery{OpenOnly: true}, "c"},
		{compliance.OutageQuery{From: h(3), To: h(8)}, "c"},
		{compliance.OutageQuery{From: h(2), To: h(3)}, "ab"},
		{compliance.OutageQuery{Limit: 2}, "dc"},
	} {
		list, err := w.s.Outages(w.ctx, c.q)
		got := ""
		for _, o := range list {
			got += o.ID
		}
		if err != nil || got != c.want {
			t.Errorf("%+v: %q, want %q %v", c.q, got, c.want, err)
		}
	}
	all, err := w.s.Histories(w.ctx, h(0), h(24))
	if err != nil || len(all) != 2 || len(all["s0"].Outages) != 3 || all["s0"].Outages[2].ID != "d" {
		t.Fatalf("%+v %v", all, err)
	}
}

func testEvents(t *testing.T, w *world) {
	w.adopt(start, sites(1, time.Minute))
	var ev []compliance.Event
	for i := range 5 {
		at := start.Add(time.Duration(i) * time.Minute)
		ev = append(ev, compliance.Event{Kind: compliance.StatusChanged, Site: "s0", At: at, SeenAt: at, Status: compliance.Status(i % 4)})
	}
	w.commit(compliance.Change{Site: "s0", Events: ev})
	got, err := w.s.Events(w.ctx, start.Add(2*time.Minute), 2)
	if err != nil || len(got) != 2 || got[0] != ev[2] || got[1] != ev[3] {
		t.Fatalf("%+v %v", got, err)
	}
	first := compliance.OutageCapture{Outage: "o", Check: "s0/c", Vantage: here, SeenAt: start, Capture: probes.Capture{Status: 503, Body: "점검 중"}}
	second := first
	second.Capture.Body = "later"
	w.commit(compliance.Change{Site: "s0", Captures: []compliance.OutageCapture{first, second}})
	if c, err := w.s.Capture(w.ctx, "o"); err != nil || c.Capture.Body != first.Capture.Body || !c.SeenAt.Equal(start) {
		t.Fatalf("%+v %v", c, err)
	}
}

func testBeats(t *testing.T, w *world) {
	for i, at := range []time.Time{start, start.Add(time.Hour), start.Add(time.Minute)} {
		if err := w.s.SaveBeat(w.ctx, "s0/job", at, i == 1, fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
	}
	w.restart()
	b, err := w.s.Beats(w.ctx)
	if want := (compliance.Beat{Check: "s0/job", At: start.Add(time.Hour), OK: true, Message: "1"}); err != nil || len(b) != 1 || b["s0/job"] != want {
		t.Fatalf("%+v %v", b, err)
	}
}

func testTokens(t *testing.T, w *world) {
	k := &accounts.Keeper{Tokens: w.s, Now: w.clock}
	setup, err := k.EnsureSetupToken(w.ctx)
	if err != nil || setup == "" {
		t.Fatal(setup, err)
	}
	w.restart()
	k.Tokens = w.s
	if again, err := k.EnsureSetupToken(w.ctx); again != "" || err != nil {
		t.Fatalf("a second set-up token: %q %v", again, err)
	}
	plain, tok, err := k.Issue(w.ctx, accounts.System("test"), "grafana", accounts.RoleViewer, start.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if a, err := k.Authenticate(w.ctx, plain); err != nil || a.Role != accounts.RoleViewer {
		t.Fatalf("%+v %v", a, err)
	}
	list, err := w.s.ListTokens(w.ctx)
	if err != nil || len(list) != 2 || !list[1].Used.Equal(start) && !list[0].Used.Equal(start) {
		t.Fatalf("%+v %v", list, err)
	}
	if err := k.Revoke(w.ctx, accounts.System("test"), tok.ID); err != nil {
		t.Fatal(err)
	}
	w.now = w.now.Add(time.Minute)
	if err := w.s.MarkToken(w.ctx, accounts.System("test"), tok.ID, w.now, w.now); err != nil { // a use in flight undoes no revocation
		t.Fatal(err)
	}
	got, err := w.s.TokenByHash(w.ctx, tok.Hash)
	if err != nil || !got.Revoked.Equal(start) || got.Prefix != tok.Prefix || !got.Expires.Equal(tok.Expires) {
		t.Fatalf("%+v %v", got, err)
	}
	if _, err := k.Authenticate(w.ctx, plain); !errors.Is(err, accounts.ErrDenied) {
		t.Fatal(err)
	}
	if err := k.Revoke(w.ctx, accounts.System("test"), "nobody"); !errors.Is(err, accounts.ErrNoToken) {
		t.Fatal(err)
	}
}
