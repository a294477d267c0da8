package config

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/calendar"
	"github.com/charterwatch/charterwatch/compliance/charter"
)

// clauseIDs are those that the requirements name.
const clauseIDs = `availability maintenance-notice recovery-announcement recovery-time information-freshness content-integrity security-level
	security-incidents security-watch security-consulting privacy-leaks privacy-sweeps privacy-policy phone-answer phone-rings callback
	inquiry-centre inquiry-online inquiry-written result-checkable reply-date remote-support accessibility visitors visitors-mobility
	information-disclosure information-centre privacy-law confidentiality feedback suggestion-awards advisory-panel charter-published
	delay-notice satisfaction-call unkindness guarantee satisfaction-survey standards-review`

func shipped(t *testing.T) charter.Charter {
	t.Helper()
	c, err := LoadCharter("")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func source(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("testdata/charter-ko.txt")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// marker is what stands between sentences: bullets, and the numbers of items.
var marker = regexp.MustCompile(`^[\s•*※]*(\d+\. \d+\))?\s*$`)

// TestEverySentenceOfTheSourceIsMapped: nothing is left out, altered or put elsewhere.
func TestEverySentenceOfTheSourceIsMapped(t *testing.T) {
	c, rest := shipped(t), source(t)
	for i, s := range c.Sentences {
		at := strings.Index(rest, s.Words)
		if at < 0 {
			t.Fatalf("sentence %d is not in the rest of the source: %q", i, s.Words)
		}
		if between := rest[:at]; !marker.MatchString(between) {
			t.Fatalf("before %q something is left out: %q", s.Words, between)
		}
		rest = rest[at+len(s.Words):]
		if n := s.NotVerified; len(s.Clauses) == 0 && (n.KO == "" || n.EN == "") {
			t.Errorf("%q is neither verified nor excused in both languages", s.Words)
		}
	}
	if strings.TrimSpace(rest) != "" {
		t.Errorf("left over: %q", rest)
	}
	if got := charter.Digest(source(t)); c.Source.SHA256 != got {
		t.Errorf("the source's digest is %s, the charter has %s", got, c.Source.SHA256)
	}
}

func TestTheShippedCharterHasEveryClause(t *testing.T) {
	c, text := shipped(t), source(t)
	var ids []string
	for _, cl := range c.Clauses {
		ids = append(ids, string(cl.ID))
		if !strings.Contains(text, cl.Words) || strings.Contains(cl.Words, "(원문)") {
			t.Errorf("%s: %q is not in the source", cl.ID, cl.Words)
		}
		if cl.SHA256 != charter.Digest(cl.Words) {
			t.Errorf("%s: digest", cl.ID)
		}
		if cl.Title.KO == "" || cl.Title.EN == "" || cl.Promise.KO == "" || cl.Promise.EN == "" || cl.Owner == "" || cl.From.IsZero() {
			t.Errorf("%s lacks something: %+v", cl.ID, cl)
		}
		reached := slices.ContainsFunc(c.Sentences, func(s charter.Sentence) bool { return slices.Contains(s.Clauses, cl.ID) })
		if !reached {
			t.Errorf("no sentence leads to %s", cl.ID)
		}
	}
	if want := strings.Fields(clauseIDs); !slices.Equal(ids, want) || len(ids) != 39 {
		t.Errorf("%d clauses: %v", len(ids), ids)
	}
	// What nothing observes yet is never kept.
	for _, id := range []compliance.Clause{"security-level", "content-integrity", "privacy-sweeps", "accessibility"} {
		cl, _ := c.Clause(id)
		if cl.Versions[0].Requires[0].Method != charter.NotObserved {
			t.Errorf("%s: %+v", id, cl.Versions[0].Requires)
		}
	}
	if law, _ := c.Clause("privacy-law"); !strings.Contains(law.Note.KO, "2011") || !strings.Contains(law.Note.EN, "2011") {
		t.Errorf("the law that was replaced is not noted: %+v", law.Note)
	}
	if v, _ := c.Clause("availability"); v.Versions[0].Objective.Availability != 99_900 {
		t.Errorf("objective: %+v", v.Versions[0].Objective)
	}
	// The digests stand in the file, so that it guards its own words.
	if n := strings.Count(ShippedCharter(), "\n    sha256: "); n != 39 {
		t.Errorf("%d digests in the file", n)
	}
}

func TestThePromisesAreThoseOfTheCharter(t *testing.T) {
	defaults := compliance.Promises{
		NoticeHours: 72 * time.Hour, NoticeDays: 3, AnnounceAfter: 10 * time.Minute, AnnounceWithin: 30 * time.Minute,
		RestoreWithin: 48 * time.Hour, MaxDown: time.Hour, Coverage: 95_000, DayRule: calendar.Civil,
	}
	b, _, err := load(good, nil)
	if err != nil || b.Promises != defaults || b.Plan.Promises != defaults {
		t.Errorf("not given: %+v %v", b.Promises, err)
	}
	file := filepath.Join(t.TempDir(), "charter.yaml")
	text := strings.Replace(ShippedCharter(), "restore_within: 48h", "restore_within: 4h", 1)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	b, l, err := load("charter: "+file+"\n"+good, nil)
	if err != nil || b.Promises.RestoreWithin != 4*time.Hour || b.Plan.Charter.SHA256() != l.Charter.SHA256() {
		t.Errorf("given: %+v %v", b.Promises, err)
	}
	if _, _, err := load("charter: nowhere.yaml\n"+good, nil); err == nil || !strings.Contains(err.Error(), "f.yaml:1:10: charter: ") {
		t.Errorf("%v", err)
	}
	if _, _, err := load("promises: {recovery_time: {within: 1h}}\n"+good, nil); err == nil || !strings.Contains(err.Error(), "f.yaml:1:1: promises: is no longer a key") {
		t.Errorf("%v", err)
	}
}

const small = `title: {ko: 헌장, en: Charter}
clauses:
  - id: a
    title: {ko: 가}
    words: 매일 운영합니다
    promise: {ko: 운영}
    from: 2026-01-01
    versions:
      - from: 2026-01-01
        requires:
          - {method: served_days, by: probe, terms: {max_down: 60m}}
sentences:
  - {words: 우리는 매일 운영합니다., clauses: a}
  - {words: 감사합니다., not_verified: {ko: 인사}}
`

func TestMistakesInACharter(t *testing.T) {
	if c := parseCharter("c.yaml", []byte(small), os.LookupEnv); len(c.d.problems) > 0 {
		t.Fatal(c.d.problems)
	}
	for _, m := range []struct{ old, new, want string }{
		{"clauses: a}", "clauses: b}", `c.yaml:13:37: sentences[0].clauses[0]: the charter has no clause "b"`},
		{"clauses: a}", "not_verified: {ko: x}}", `c.yaml:3:9: clauses[0].id: no sentence is verified by "a"`},
		{"not_verified: {ko: 인사}", "slip: true", `c.yaml:14:5: sentences[1]: needs either clauses or a reason`},
		{"words: 매일", "words: 날마다", `c.yaml:5:12: clauses[0].words: no sentence holds these words`},
		{"    promise:", "    sha256: ab\n    promise:", `c.yaml:6:13: clauses[0].sha256: is not the digest of the words: one of them was changed; try ` + charter.Digest("매일 운영합니다")},
		{"max_down: 60m", "restore_within: 60m", `c.yaml:11:70: clauses[0].versions[0].requires[0].terms.restore_within: served_days does not know it; try one of sites, named, max_down, coverage`},
		{"max_down: 60m", "max_down: 25h", `terms.max_down: 25h0m0s is out of range`},
		{"max_down: 60m", "coverage: 101%", `terms.coverage: "101%" is not a share; try 95% or 99.9%`},
		{"max_down: 60m", "coverage: 99.5", ""},
		{"served_days", "served", `requires[0].method: "served" is not a method`},
		{"by: probe", "by: hand", `requires[0].by: "hand" is not where evidence comes from`},
		{"{max_down: 60m}", "{maxdown: 60m}", `terms.maxdown: is not a key that is known here; try "max_down"`},
		{"    versions:", "    until: 2025-12-31\n    versions:", `clauses[0].until: lies before the first day in force, 2026-01-01`},
		{"from: 2026-01-01\n    versions:", "from: soon\n    versions:", `c.yaml:7:11: clauses[0].from: "soon" is not a day of the calendar`},
		{"sentences:", "      - from: 2026-01-01\n        requires: [{method: not_observed, by: scan}]\nsentences:", `clauses[0].versions[1].from: is not after the version before, of 2026-01-01`},
		{"{method: served_days, by: probe, terms: {max_down: 60m}}", "{method: each_case, by: record}", `requires[0].terms: each_case needs to know which cases`},
		{"{method: served_days, by: probe, terms: {max_down: 60m}}", "{method: each_case, by: record, terms: {cases: online}}", `each_case needs to know by when`},
		{"{method: served_days, by: probe, terms: {max_down: 60m}}", "{method: each_case, by: record, terms: {cases: [onlin], within: 1 day}}", `terms.cases[0]: "onlin" is not a kind of case`},
		{"{method: served_days, by: probe, terms: {max_down: 60m}}", "{method: each_case, by: record, terms: {cases: online, within: 7 business days, difficult: soon}}", `terms.difficult: "soon" is not a term; try 30m, 1 day or 7 business days`},
		{"{method: served_days, by: probe, terms: {max_down: 60m}}", "{method: each_case, by: record, terms: {cases: online, within: 1 day, day_rule: business}}", `terms.day_rule: "business" is not a rule for counting days; try one of civil, elapsed, public`},
		{"{method: served_days, by: probe, terms: {max_down: 60m}}", "{method: each_case, by: record, terms: {cases: online, within: 1 day, milestone: done}}", `terms.milestone: "done" is not what can happen to a case`},
		{"    promise: {ko: 운영}\n", "", `clauses[0].promise: is missing; try "promise: ...": What must have been so`},
	} {
		if !strings.Contains(small, m.old) {
			t.Fatalf("%q is not in the sample", m.old)
		}
		c := parseCharter("c.yaml", []byte(strings.Replace(small, m.old, m.new, 1)), os.LookupEnv)
		got := c.d.problems.Error()
		if m.want == "" && got != "" || !strings.Contains(got, m.want) {
			t.Errorf("%s for %s: got %s\nwant %s", m.new, m.old, got, m.want)
		}
	}
}

func TestPagesAndNamedClauses(t *testing.T) {
	with := func(keys string) string {
		return strings.Replace(good, "    checks:\n", keys+"    checks:\n", 1)
	}
	b, _, err := load(with(`    clauses: inquiry-centre
    pages:
      - {id: charter, url: charter, clauses: charter-published, words: true}
      - {id: news, url: "https://news.example.or.kr/feed", clauses: [information-centre, information-freshness], within: 2 business days, every: 10m}
`), nil)
	if err != nil {
		t.Fatal(err)
	}
	s := b.Plan.Sites[0]
	want := []compliance.PageSpec{
		{ID: "homepage/charter", Site: "homepage", URL: "https://www.example.or.kr/charter", Clauses: []compliance.Clause{"charter-published"}, Words: true, Every: time.Hour},
		{ID: "homepage/news", Site: "homepage", URL: "https://news.example.or.kr/feed", Clauses: []compliance.Clause{"information-centre", "information-freshness"}, Within: compliance.Term{BusinessDays: 2}, Every: 10 * time.Minute},
	}
	same := func(a, b compliance.PageSpec) bool {
		return a.ID == b.ID && a.Site == b.Site && a.URL == b.URL && slices.Equal(a.Clauses, b.Clauses) && a.Within == b.Within && a.Words == b.Words && a.Every == b.Every
	}
	if !slices.EqualFunc(s.Pages, want, same) || !slices.Equal(s.Clauses, []compliance.Clause{"inquiry-centre"}) {
		t.Errorf("%+v %+v", s.Pages, s.Clauses)
	}
	for keys, want := range map[string]string{
		"    clauses: inquiry-center\n":                                                         `sites[0].clauses[0]: the charter has no clause "inquiry-center"`,
		"    pages: [{id: A, url: a, clauses: visitors}]\n":                                     `sites[0].pages[0].id: "A" cannot be an id`,
		"    pages: [{id: a, url: a, clauses: x}]\n":                                            `sites[0].pages[0].clauses[0]: the charter has no clause "x"`,
		"    pages: [{id: a, url: a}]\n":                                                        `sites[0].pages[0].clauses: is missing`,
		"    pages: [{id: a, url: \"ftp://a/\", clauses: visitors}]\n":                          `sites[0].pages[0].url: is not an absolute http or https address`,
		"    pages: [{id: a, url: a, clauses: visitors, within: tomorrow}]\n":                   `sites[0].pages[0].within: "tomorrow" is not a term`,
		"    pages: [{id: a, url: a, clauses: visitors, every: 10s}]\n":                         `sites[0].pages[0].every: 10s is out of range`,
		"    pages: [{id: a, url: a, clauses: visitors}, {id: a, url: b, clauses: visitors}]\n": `sites[0].pages[1].id: "a" is taken already`,
	} {
		if _, _, err := load(with(keys), nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", keys, err, want)
		}
	}
	// What terms say of sites and pages is checked in the charter's own file.
	file := filepath.Join(t.TempDir(), "charter.yaml")
	text := strings.Replace(small, "{max_down: 60m}", "{sites: elsewhere}", 1)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := load("charter: "+file+"\n"+good, nil); err == nil || !strings.Contains(err.Error(), file+":11:61: clauses[0].versions[0].requires[0].terms.sites[0]: there is no site \"elsewhere\"") {
		t.Errorf("%v", err)
	}
}

// TestTheShippedCharterJudges: every clause has a verdict and a reason, even of a month of which
// nothing is known; and nothing is kept then.
func TestTheShippedCharterJudges(t *testing.T) {
	zone, err := time.LoadLocation("Asia/Seoul")
	if err != nil {
		t.Fatal(err)
	}
	p := compliance.Month(2026, time.October, zone)
	m, err := shipped(t).Judge(charter.Evidence{Format: charter.EvidenceFormat, Month: "2026-10", Period: p, AsOf: p.To.Add(24 * time.Hour), Zone: "Asia/Seoul"})
	if err != nil || len(m.Clauses) != 39 {
		t.Fatal(len(m.Clauses), err)
	}
	for _, j := range m.Clauses {
		want := compliance.Unproven
		if j.Clause == "satisfaction-survey" {
			want = compliance.AtRisk // from October on
		}
		if j.Verdict != want || !slices.Contains(charter.Whys(), j.Why.Rule) {
			t.Errorf("%s: %s because %+v", j.Clause, j.Verdict, j.Why)
		}
	}
}

func FuzzCharter(f *testing.F) {
	f.Add(small)
	f.Add("clauses: [{id: a, versions: [{requires: [{method: each_case, terms: {cases: online, within: 1 day}}]}]}]")
	f.Add("sentences: [{words: x, clauses: [y]}]\nclauses: []")
	f.Fuzz(func(t *testing.T, text string) {
		c := parseCharter("c.yaml", []byte(text), os.LookupEnv)
		if _, err := c.done(); err != nil {
			return
		}
		// What is in order can be judged by, on any day, and is read back as it was.
		c.charter.Promises(calendar.NewDate(2026, 1, 1))
		back, ok, err := charter.InForce([]compliance.Statement{c.charter.OnRecord().InForce(today())}, today())
		if err != nil || !ok || back.SHA256() != c.charter.SHA256() {
			t.Errorf("%v %v", ok, err)
		}
	})
}
