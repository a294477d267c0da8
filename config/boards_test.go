package config

import (
	"strings"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
)

// withBoards is the good file with a board on its site, and a second site.
const withBoards = good + `    service_hours:
      - {close: "00:00-00:30", notice: hours}
    notices:
      - {kind: html, url: notice/list, every: 5m, select: {row: "table.board tr"}, also: [{site: statistics, counts: true}]}
      - {kind: html, url: "https://status.example.net/list"}
      - {id: feed, kind: feed, url: /notice/feed.xml}
  - id: statistics
    name: {ko: 통계, en: Statistics}
    aliases: [FreeSIS]
    url: https://stat.example.or.kr/
    outage_page: false
    checks: [{id: front, kind: http}]
browser: {off: true}
`

func TestBoards(t *testing.T) {
	b, _, err := load(withBoards, nil)
	if err != nil {
		t.Fatal(err)
	}
	specs := map[string]compliance.BoardSpec{}
	for _, w := range b.Plan.Boards {
		specs[w.Spec.ID] = w.Spec
		if w.Board == nil || w.Fingerprint == "" {
			t.Errorf("%+v", w)
		}
	}
	if len(specs) != 5 || len(b.Plan.Sites[0].Boards) != 5 || len(b.Plan.Sites[1].Boards) != 0 {
		t.Fatalf("%+v", specs)
	}
	list := specs["homepage/html"]
	if list.URL != "https://www.example.or.kr/notice/list" || list.Every != 5*time.Minute || !list.Sites[0].Counts || !list.Sites[1].Counts {
		t.Errorf("%+v", list)
	}
	if names := strings.Join(list.Sites[1].Names, ","); names != "통계,statistics,freesis" {
		t.Errorf("the other site goes by %s", names)
	}
	if other := specs["homepage/html-2"]; other.Sites[0].Counts || other.Every != 10*time.Minute {
		t.Errorf("a board on another host keeps no promise by itself: %+v", other)
	}
	if page := specs["homepage/outage-page"]; !page.OutageOnly || page.Sites[0].Counts {
		t.Errorf("%+v", page)
	}
	if hours := specs["homepage/hours-1"]; hours.URL != "https://www.example.or.kr/hours" || hours.ID != compliance.HoursBoard("homepage", 0) || !hours.Standing {
		t.Errorf("%+v", hours)
	}
	if b.Plan.Zone.String() != "Asia/Seoul" || b.Plan.Promises.NoticeDays != 3 {
		t.Errorf("%v %+v", b.Plan.Zone, b.Plan.Promises)
	}
}

func TestAChangedBoardIsAnother(t *testing.T) {
	first, _, err := load(withBoards, nil)
	if err != nil {
		t.Fatal(err)
	}
	for from, to := range map[string]string{"table.board tr": "table tr", "every: 5m": "every: 6m", "aliases: [FreeSIS]": "aliases: [Other]", "url: https://www.example.or.kr/": "url: https://www2.example.or.kr/"} {
		second, _, err := load(strings.Replace(withBoards, from, to, 1), nil)
		if err != nil {
			t.Fatal(err)
		}
		if first.Plan.Boards[0].Fingerprint == second.Plan.Boards[0].Fingerprint {
			t.Errorf("%s: its watcher must be made anew", to)
		}
	}
	again, _, err := load(withBoards, nil)
	if err != nil || again.Plan.Boards[0].Fingerprint != first.Plan.Boards[0].Fingerprint {
		t.Errorf("the same board: %v", err)
	}
}

func TestMistakesInBoards(t *testing.T) {
	for _, c := range []struct{ name, from, to, want string }{
		{"kind", "kind: feed", "kind: rss", `sites[0].notices[2].kind: "rss" is not a kind of board; try html, banner, page, feed, statuspage or ical`},
		{"selector", "table.board tr", "table..tr", `sites[0].notices[0].select.row: "table..tr" is not a CSS selector`},
		{"selector of another kind", "kind: feed, url", `kind: feed, select: {row: tr}, url`, `sites[0].notices[2].select.row: has no meaning for a board of kind feed; try leaving it out`},
		{"too often", "every: 5m", "every: 1s", `sites[0].notices[0].every: 1s is out of range`},
		{"unknown site", "site: statistics, counts", "site: stats, counts", `sites[0].notices[0].also[0].site: "stats" is no other site of this file`},
		{"itself", "site: statistics, counts", "site: homepage, counts", `sites[0].notices[0].also[0].site: "homepage" is no other site of this file`},
		{"taken", "id: feed,", "id: html,", `sites[0].notices[2].id: "html" is taken already`},
		{"kept", "id: feed,", "id: outage-page,", `sites[0].notices[2].id: "outage-page" is kept for boards that the program makes itself`},
		{"scheme", "https://status.example.net/list", "ftp://status.example.net/list", `sites[0].notices[1].url: has the scheme "ftp"`},
		{"credential", "https://status.example.net/list", "https://u:canary@status.example.net/list", `sites[0].notices[1].url: holds a user name or password`},
		{"no address", "kind: feed, url: /notice/feed.xml", "kind: feed", `sites[0].notices[2].url: is missing`},
		{"browser", "browser: {off: true}", "browser: {path: /nowhere/chromium}", `browser.path: cannot be run`},
		{"standing notice", "notice: hours", "notice: ftp://a.example/", `sites[0].service_hours[0].notice: has the scheme "ftp"`},
		{"pages", "every: 5m", "pages: 99", `sites[0].notices[0].pages: is 99; try a number from 0 to 20`},
	} {
		text := strings.Replace(withBoards, c.from, c.to, 1)
		if text == withBoards {
			t.Fatalf("%s: nothing was changed", c.name)
		}
		_, _, err := load(text, nil)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v\nwant %s", c.name, err, c.want)
		}
		if err != nil && strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: a credential is shown", c.name)
		}
	}
}
