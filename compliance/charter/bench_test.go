package charter

import (
	"fmt"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/probes"
)

// busy is a month of 20 sites with five checks each: outages, gaps, notices, cases, pages.
func busy(b *testing.B) Evidence {
	e := november(b)
	one := e.Sites[0]
	e.Sites = nil
	for i := range 20 {
		s := one
		s.ID = fmt.Sprintf("site%d", i)
		s.History = compliance.SiteHistory{Site: s.ID, Until: e.AsOf}
		for k := range 5 {
			id := fmt.Sprintf("%s/check%d", s.ID, k)
			s.History.Lives = append(s.History.Lives, compliance.CheckLife{Check: id, Site: s.ID, Critical: k < 2, Vantages: []string{"here", "there"}, Interval: minute, From: e.Period.From.AddDate(0, -1, 0)})
			for g := range 60 {
				from := at(b, 1+g/2, time.Duration(g%2*12+k)*time.Hour)
				s.History.Gaps = append(s.History.Gaps, compliance.Gap{Check: id, Vantage: "there", From: from, To: from.Add(5 * minute), Reason: probes.Missed})
			}
		}
		rec := &s.History.Record
		board := s.ID + "/board"
		rec.Boards = []compliance.BoardSpec{{ID: board, Kind: "html", Every: 10 * minute, Sites: []compliance.BoardSite{{ID: s.ID, Counts: true}}}}
		rec.Spans = []compliance.BoardSpan{{Board: board, From: e.Period.From.AddDate(0, -1, 0), To: e.AsOf, Status: "ok", Looks: 5000}}
		for n := range 4 {
			start := at(b, 5+6*n, 22*time.Hour)
			key := fmt.Sprintf("%d", n)
			rec.Notices = append(rec.Notices, compliance.Notice{ID: board + "#" + key, Board: board, Key: key, FirstSeen: start.AddDate(0, 0, -6), LastSeen: e.AsOf,
				Revisions: []compliance.Revision{{N: 1, LastAbsent: start.AddDate(0, 0, -7), FirstSeen: start.AddDate(0, 0, -6), Title: key, Sites: []string{s.ID}, Reading: compliance.Reading{Reading: work(start, start.Add(2*time.Hour))}}}})
			for _, check := range []string{"", s.ID + "/check0"} {
				from := at(b, 3+6*n, 10*time.Hour)
				s.History.Outages = append(s.History.Outages, compliance.Outage{ID: s.ID + check + key, Site: s.ID, Check: check, Start: from, ConfirmedAt: from, End: from.Add(40 * minute), Reason: probes.Status})
			}
		}
		e.Sites = append(e.Sites, s)
	}
	e.book()
	for i := range 2000 {
		got := at(b, 1+i%29, time.Duration(9+i%9)*time.Hour)
		e.Cases.Cases = append(e.Cases.Cases, compliance.Case{Ref: fmt.Sprint(i), Kind: compliance.CaseKinds()[i%9], Received: got, Answered: got.Add(5 * time.Hour), Closed: got.Add(6 * time.Hour), Recorded: e.AsOf})
	}
	var spans []compliance.PageSpan
	for d := -1; d < 33; d++ {
		spans = append(spans, run(at(b, d, time.Hour), at(b, d+1, 0), compliance.PageOK, updated(at(b, d, 0))))
	}
	e.page(spans...)
	return e
}

// BenchmarkJudge judges a month of 100 checks on 20 sites by 39 clauses: each method, several
// times over.
func BenchmarkJudge(b *testing.B) {
	e := busy(b)
	var c Charter
	all := everything()
	for i := range 39 {
		c.Clauses = append(c.Clauses, clauseOf("x", all[i%len(all)]).Clauses[0])
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Judge(e); err != nil {
			b.Fatal(err)
		}
	}
}
