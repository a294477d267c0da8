package monitor

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/notice"
	"github.com/charterwatch/charterwatch/probes"
)

// BenchmarkAlarming is what looking at all sites' alerts costs, which is done every five
// seconds: 1,000 sites of ten checks, and 100 sites whose boards hold 50 notices each.
func BenchmarkAlarming(b *testing.B) {
	for _, c := range []struct{ sites, checks, notices int }{{1000, 10, 0}, {100, 10, 50}} {
		b.Run(fmt.Sprintf("%d-sites-%d-notices", c.sites, c.notices), func(b *testing.B) {
			now := time.Now()
			k := &committer{
				alarm: newAlarm(nil), now: time.Now, log: slog.New(slog.DiscardHandler), stats: newStats(now),
				sites: map[string]compliance.Site{}, checks: map[string]compliance.CheckState{}, states: map[string]compliance.SiteState{},
				desk: desk{boards: map[string]compliance.BoardSpec{}, boardsOf: map[string][]string{}, books: map[string]compliance.BoardBook{}, zone: time.UTC},
			}
			for i := range c.sites {
				id := fmt.Sprintf("site-%04d", i)
				s := compliance.Site{ID: id}
				for j := range c.checks {
					spec := compliance.CheckSpec{ID: fmt.Sprintf("%s/c%d", id, j), Interval: time.Minute, Critical: j == 0}
					s.Checks = append(s.Checks, spec)
					k.checks[spec.ID] = compliance.CheckState{Check: spec.ID, Views: []compliance.View{{Vantage: "local", KnownAt: now, Outcome: probes.Pass}}}
				}
				board := compliance.BoardSpec{ID: id + "/board", Sites: []compliance.BoardSite{{ID: id, Counts: true}}}
				s.Boards = []compliance.BoardSpec{board}
				k.sites[id], k.states[id] = s, compliance.SiteState{Site: id, Status: compliance.StatusUp, Since: now}
				k.boards[board.ID], k.boardsOf[id] = board, []string{board.ID}
				book := compliance.BoardBook{Notices: map[string]compliance.Notice{}}
				for n := range c.notices {
					from := now.Add(time.Duration(n-40) * 24 * time.Hour)
					key := fmt.Sprint(n)
					seen := from.Add(-5 * 24 * time.Hour)
					book.Notices[key] = compliance.Notice{ID: board.ID + "#" + key, Board: board.ID, Key: key, FirstSeen: seen, LastAbsent: seen.Add(-time.Hour), LastSeen: now, Revisions: []compliance.Revision{{
						N: 1, FirstSeen: seen, LastAbsent: seen.Add(-time.Hour), Title: "정기점검 안내", Sites: []string{id},
						Reading: compliance.Reading{Reading: notice.Reading{Kind: notice.Maintenance, State: notice.Planned, Type: notice.Regular, Windows: []notice.Window{{Start: from, End: from.Add(time.Hour)}}}},
					}}}
				}
				k.books[board.ID] = book
			}
			round := 0
			for b.Loop() {
				k.alarming(now, round)
				round++
			}
		})
	}
}
