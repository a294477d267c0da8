package storetest

import (
	"bytes"
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/calendar"
	"github.com/charterwatch/charterwatch/internal/accounts"
	"github.com/charterwatch/charterwatch/store"
)

// testCases: each import is kept, the latest version of a case counts, and the past is read as
// it was known then.
func testCases(t *testing.T, w *world) {
	w.adopt(start, sites(1, time.Minute))
	day := func(n int) calendar.Date { return calendar.DateOf(start, time.UTC).AddDays(n) }
	at := func(d, h int) time.Time { return start.Add(time.Duration(24*d+h) * time.Hour) }
	imports := []compliance.CaseImport{
		{At: at(3, 0), By: accounts.Actor{ID: "op"}, Source: "file",
			Cases:   []compliance.Case{{Ref: "A", Kind: compliance.CaseOnline, Received: at(0, 9)}, {Ref: "B", Kind: compliance.CaseOnline, Received: at(1, 9), Answered: at(1, 12)}, {Ref: "A", Kind: compliance.CasePhone, Received: at(2, 9)}},
			Tallies: []compliance.CallTally{{Day: day(0), Calls: 10, InTime: 9}}, Spans: []compliance.CaseSpan{{Kind: compliance.CaseOnline, From: day(0), Until: day(2)}}},
		{At: at(5, 0), By: accounts.Actor{ID: "op"}, Source: "file", Cases: []compliance.Case{{Ref: "A", Kind: compliance.CaseOnline, Received: at(0, 9), Answered: at(4, 9)}},
			Tallies: []compliance.CallTally{{Day: day(0), Calls: 12, InTime: 9}}, Spans: []compliance.CaseSpan{{Kind: compliance.CaseOnline, From: day(3), Until: day(4)}}},
	}
	want := []compliance.CaseBook{{}}
	for i := range imports {
		imports[i] = imports[i].Sealed()
		w.commit(compliance.Change{Site: compliance.MonitorScope, Imports: []compliance.CaseImport{imports[i]}})
		w.commit(compliance.Change{Site: compliance.MonitorScope, Imports: []compliance.CaseImport{imports[i]}}) // again changes nothing
		want = append(want, want[i].With(imports[i]))
	}
	w.restart()
	for i, asOf := range []time.Time{at(2, 0), at(4, 0), at(5, 0)} {
		got, err := w.s.Cases(w.ctx, start, asOf)
		if err != nil || !reflect.DeepEqual(got, want[i]) {
			t.Errorf("as of %s: %+v %v, want %+v", asOf, got, err, want[i])
		}
	}
	recent, err := w.s.Cases(w.ctx, at(1, 12), at(4, 0))
	if err != nil || len(recent.Cases) != 2 || recent.Cases[0].Kind != compliance.CaseOnline || recent.Cases[0].Ref != "A" {
		t.Errorf("recent or open: %+v %v", recent.Cases, err)
	}
	list, err := w.s.CaseImports(w.ctx, start, at(9, 0))
	if err != nil || len(list) != 2 || list[0].ID != imports[1].ID || list[0].Count != 2 || list[1].Count != 4 || list[1].Cases != nil {
		t.Errorf("imports: %+v %v", list, err)
	}
	w.rejected(compliance.Change{Site: compliance.MonitorScope, Imports: []compliance.CaseImport{{ID: "x", At: at(6, 0), By: accounts.Actor{ID: "op"}, Cases: []compliance.Case{{Kind: compliance.CaseOnline}}}}})
}

// testWatchedPages: a run of looks grows in its row, and a month has the run before it too.
func testWatchedPages(t *testing.T, w *world) {
	plan := sites(1, time.Minute)
	spec := compliance.PageSpec{ID: "s0/charter", Site: "s0", URL: "https://s0.example/charter", Every: time.Hour, Clauses: []compliance.Clause{"charter-published"}, Words: true}
	plan[0].Pages = []compliance.PageSpec{spec}
	w.adopt(start, plan)
	at := func(h int) time.Time { return start.Add(time.Duration(h) * time.Hour) }
	span := func(from, to int, s compliance.PageStatus) compliance.PageSpan {
		return compliance.PageSpan{Page: spec.ID, From: at(from), To: at(to), Status: s, Looks: to - from + 1}
	}
	for _, s := range []compliance.PageSpan{span(0, 0, "ok"), span(0, 3, "ok"), span(0, 2, "ok"), span(5, 5, "missing"), span(6, 9, "ok")} {
		w.commit(compliance.Change{Site: "s0", Looks: []compliance.PageSpan{s}})
	}
	w.restart()
	for _, x := range []struct {
		from, to int
		want     []compliance.PageSpan
	}{
		{4, 24, []compliance.PageSpan{span(0, 3, "ok"), span(5, 5, "missing"), span(6, 9, "ok")}},
		{8, 24, []compliance.PageSpan{span(5, 5, "missing"), span(6, 9, "ok")}},
		{0, 5, []compliance.PageSpan{span(0, 3, "ok")}},
	} {
		got, err := w.s.Pages(w.ctx, at(x.from), at(x.to))
		if err != nil || len(got) != 1 || !reflect.DeepEqual(got[0].Spans, x.want) || !reflect.DeepEqual(got[0].Spec, spec) || !got[0].Since.Equal(start) {
			t.Errorf("[%d, %d): %+v %v", x.from, x.to, got, err)
		}
	}
	spec.Words = false
	plan[0].Pages = []compliance.PageSpec{spec}
	w.adopt(at(20), plan)
	old, err := w.s.Pages(w.ctx, at(0), at(20))
	if err != nil || !old[0].Spec.Words {
		t.Errorf("as it was configured then: %+v %v", old, err)
	}
	if snap, err := w.s.Load(w.ctx); err != nil || !reflect.DeepEqual(snap.Looks[spec.ID], span(6, 9, "ok")) {
		t.Errorf("latest: %+v %v", snap.Looks, err)
	}
	w.rejected(compliance.Change{Site: "s0", Looks: []compliance.PageSpan{{Page: spec.ID}}})
}

// rejected demands that the store takes no such change.
func (w *world) rejected(c compliance.Change) {
	w.t.Helper()
	if r, err := w.s.Commit(w.ctx, []compliance.Change{c}); err != nil || len(r) != 1 {
		w.t.Errorf("a change without sense is taken: %v %v", r, err)
	}
}

// testReports: contents and documents are kept byte for byte, and what is kept stays.
func testReports(t *testing.T, w *world) {
	content, other := []byte(`{"id":"2026-02"}`), []byte(`{"id":"2026-02","x":1}`)
	for range 2 {
		if err := w.s.SaveReport(w.ctx, "2026-02", "2026-02", "d1", start, content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.s.SaveReport(w.ctx, "2026-02", "2026-02", "d1", start, other); err != nil {
		t.Fatal(err)
	}
	if err := w.s.SaveReport(w.ctx, "2026-02", "2026-02", "d2", start, other); err != nil {
		t.Fatal(err)
	}
	for _, body := range []string{"%PDF-1", "%PDF-2"} {
		if err := w.s.SaveReportFile(w.ctx, "2026-02", 3, "report-ko.pdf", start, []byte(body)); err != nil {
			t.Fatal(err)
		}
	}
	w.restart()
	for digest, want := range map[string][]byte{"d1": content, "d2": other} {
		if got, err := w.s.Report(w.ctx, "2026-02", digest); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %s %v", digest, got, err)
		}
	}
	if _, err := w.s.Report(w.ctx, "2026-02", "d3"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a content that is not there: %v", err)
	}
	if got, err := w.s.ReportFile(w.ctx, "2026-02", 3, "report-ko.pdf"); err != nil || string(got) != "%PDF-1" {
		t.Errorf("%s %v", got, err)
	}
	if _, err := w.s.ReportFile(w.ctx, "2026-02", 2, "report-ko.pdf"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("an edition that is not there: %v", err)
	}
}
