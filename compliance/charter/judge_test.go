package charter

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/calendar"
	"github.com/charterwatch/charterwatch/probes"
)

const minute = time.Minute

func seoul(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Seoul")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// at is an instant of November 2026.
func at(t testing.TB, day int, clock time.Duration) time.Time {
	return time.Date(2026, time.November, day, 0, 0, 0, 0, seoul(t)).Add(clock)
}

// november is the evidence of a month in which one site was seen all the time, and was up.
func november(t testing.TB) Evidence {
	t.Helper()
	zone := seoul(t)
	p := compliance.Month(2026, time.November, zone)
	asOf := p.To.Add(34 * time.Hour)
	days, err := calendar.New(calendar.Config{Zone: zone})
	if err != nil {
		t.Fatal(err)
	}
	from, to := calendar.NewDate(2026, time.January, 1), calendar.NewDate(2027, time.February, 28)
	off, err := days.DaysOff(from, to)
	if err != nil {
		t.Fatal(err)
	}
	return Evidence{
		Format: EvidenceFormat, Month: "2026-11", Period: p, AsOf: asOf, Zone: "Asia/Seoul", Vantages: []string{"here"}, Program: "test",
		DaysOff: off, Holidays: days.Version(), DaysFrom: from, DaysTo: to,
		Sites: []SiteEvidence{{
			ID: "home", Name: compliance.Name{KO: "홈페이지", EN: "Home"}, URL: "https://home.example/", Checks: 1,
			History: compliance.SiteHistory{
				Site:  "home",
				Lives: []compliance.CheckLife{{Check: "home/front", Site: "home", Critical: true, Vantages: []string{"here"}, Interval: minute, From: p.From.AddDate(0, -1, 0)}},
				Until: asOf,
				Record: compliance.Record{
					Site:   "home",
					Boards: []compliance.BoardSpec{{ID: "home/board", Kind: "html", Every: 10 * minute, Sites: []compliance.BoardSite{{ID: "home", Counts: true}}}},
					Spans:  []compliance.BoardSpan{{Board: "home/board", From: p.From.AddDate(0, -1, 0), To: asOf, Status: "ok", Looks: 5000}},
				},
			},
		}},
	}
}

// off is a stretch in which the monitor did not run.
func (e *Evidence) off(from, to time.Time) {
	h := &e.Sites[0].History
	h.Gaps = append(h.Gaps, compliance.Gap{Check: "home/front", Vantage: "here", From: from, To: to, Reason: probes.NotRunning})
}

// down is an outage; one with a zero end is open.
func (e *Evidence) down(from, to time.Time) string {
	h := &e.Sites[0].History
	id := "home@" + from.UTC().Format("20060102T150405")
	h.Outages = append(h.Outages,
		compliance.Outage{ID: "home/front@" + from.UTC().Format("20060102T150405"), Site: "home", Check: "home/front", Start: from, ConfirmedAt: from, End: to, Reason: probes.Status},
		compliance.Outage{ID: id, Site: "home", Start: from, ConfirmedAt: from, End: to, Reason: probes.Status})
	return id
}

// clauseOf is a charter of one clause with one requirement.
func clauseOf(id compliance.Clause, rs ...Requirement) Charter {
	from := calendar.NewDate(2024, time.January, 1)
	return Charter{Clauses: []Clause{{ID: id, Words: "w", SHA256: Digest("w"), From: from, Versions: []Version{{From: from, Requires: rs}}}}}
}

// judged judges evidence by one requirement.
func judged(t *testing.T, e Evidence, id compliance.Clause, rs ...Requirement) Judged {
	t.Helper()
	m, err := clauseOf(id, rs...).Judge(e)
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Clauses) != 1 {
		t.Fatalf("%d clauses", len(m.Clauses))
	}
	// The same evidence read back must come to the same bytes.
	b, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	var back Evidence
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	again, err := clauseOf(id, rs...).Judge(back)
	if err != nil {
		t.Fatal(err)
	}
	fitting(t, m)
	x, y := marshal(t, m), marshal(t, again)
	if x != y {
		t.Fatalf("read back, the evidence comes to\n%s\nnot\n%s", y, x)
	}
	return m.Clauses[0]
}

func marshal(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// fitting demands that each reason is one of the list, and has no figure that its text does not
// say.
func fitting(t *testing.T, m Month) {
	t.Helper()
	for _, cl := range m.Clauses {
		for _, o := range cl.Requires {
			w := o.Why
			if !slices.Contains(Whys(), w.Rule) {
				t.Errorf("%s: %q is not in the list", o.Method, w.Rule)
			}
			args := w.Args()
			for name, set := range map[string]bool{"n": w.N != 0, "of": w.Of != 0, "ratio": w.Ratio != 0, "floor": w.Floor != 0, "at": !w.At.IsZero(), "long": w.Long != 0, "what": w.What != ""} {
				if said := slices.Contains(args, any(name)); set && !said || said && !set && (name == "at" || name == "what" || name == "long" || name == "floor") {
					t.Errorf("%s: %+v: %s is set %v, said %v", o.Method, w, name, set, said)
				}
			}
			for _, x := range o.Occasions {
				if !slices.Contains(OccasionWhys(), x.Why) && !slices.Contains(engineWhys, x.Why) {
					t.Errorf("%s: the occasion's %q is not in the list", o.Method, x.Why)
				}
			}
		}
	}
}

// engineWhys are the names that the engine gives occasions.
var engineWhys = []string{
	"straddles", "review", "not_posted_yet", "not_posted", "unannounced", "unannounced_untyped", "not_announced_yet", "not_announced", "not_restored_yet", "too_long",
	"not_taken_yet", "not_taken", "taken_late", "not_handed_over_yet", "not_handed_over", "handed_over_late", "taken_and_handed_over",
}

// want is what a verdict must be.
type want struct {
	verdict, best, worst compliance.Verdict
	rule                 string
}

func (w want) check(t *testing.T, got Judged) {
	t.Helper()
	if got.Verdict != w.verdict || got.Best != w.best || got.Worst != w.worst || got.Why.Rule != w.rule {
		t.Errorf("got %s (best %s, worst %s) because %+v,\nwant %s (best %s, worst %s) because %s\n%s",
			got.Verdict, got.Best, got.Worst, got.Why, w.verdict, w.best, w.worst, w.rule, marshal(t, got.Requires))
	}
}

const (
	kept     = compliance.Kept
	broken   = compliance.Broken
	unproven = compliance.Unproven
	atRisk   = compliance.AtRisk
	none     = compliance.NoOccasion
)

func TestServedDays(t *testing.T) {
	for name, c := range map[string]struct {
		set  func(*Evidence)
		want want
	}{
		"all days": {func(*Evidence) {}, want{kept, kept, kept, "days_served"}},
		"an hour of downtime is borne": {func(e *Evidence) { e.down(at(t, 3, 0), at(t, 3, time.Hour)) },
			want{kept, kept, kept, "days_served"}},
		"a minute more is not": {func(e *Evidence) { e.down(at(t, 3, 0), at(t, 3, time.Hour+minute)) },
			want{broken, broken, broken, "days_missed"}},
		"monitor off for five days": {func(e *Evidence) { e.off(at(t, 10, 0), at(t, 15, 0)) },
			want{unproven, kept, broken, "coverage_low"}},
		"a breach seen stays broken with the monitor off": {func(e *Evidence) {
			e.off(at(t, 10, 0), at(t, 15, 0))
			e.down(at(t, 3, 0), at(t, 3, 2*time.Hour))
		}, want{broken, broken, broken, "days_missed"}},
		"half an hour unseen is no matter": {func(e *Evidence) { e.off(at(t, 10, 0), at(t, 10, 30*minute)) },
			want{kept, kept, kept, "days_served"}},
		"two hours unseen are": {func(e *Evidence) { e.off(at(t, 10, 0), at(t, 10, 2*time.Hour)) },
			want{unproven, kept, broken, "days_unknown"}},
		"not over yet": {func(e *Evidence) { e.AsOf = at(t, 15, 0); e.Sites[0].History.Until = e.AsOf },
			want{unproven, kept, broken, "month_not_over"}},
		"broken before it is over": {func(e *Evidence) {
			e.AsOf = at(t, 15, 0)
			e.down(at(t, 3, 0), at(t, 3, 2*time.Hour))
		}, want{broken, broken, broken, "days_missed"}},
		"no site": {func(e *Evidence) { e.Sites = nil }, want{unproven, kept, broken, "no_site"}},
		"closed all month": {func(e *Evidence) {
			e.Sites[0].Hours = []compliance.ServiceHours{{Close: "00:00-24:00", Days: compliance.Daily}}
		}, want{none, none, none, "closed_all_month"}},
		"the day before the month": {func(e *Evidence) { e.down(at(t, 0, 20*time.Hour), at(t, 1, minute)) },
			want{kept, kept, kept, "days_served"}},
	} {
		t.Run(name, func(t *testing.T) {
			e := november(t)
			c.set(&e)
			c.want.check(t, judged(t, e, "availability", Requirement{Method: ServedDays, Basis: ByProbe}))
		})
	}
}

// second adds a site like the first.
func (e *Evidence) second(id string) *SiteEvidence {
	s := e.Sites[0]
	s.ID, s.Clauses = id, nil
	s.History.Lives = []compliance.CheckLife{{Check: id + "/front", Site: id, Critical: true, Vantages: []string{"here"}, Interval: minute, From: e.Sites[0].History.Lives[0].From}}
	s.History.Gaps, s.History.Outages = nil, nil
	e.Sites = append(e.Sites, s)
	return &e.Sites[len(e.Sites)-1]
}

func TestOnlySitesThatAreNamed(t *testing.T) {
	for name, c := range map[string]struct {
		terms Terms
		named bool
		want  want
	}{
		"all":              {Terms{}, false, want{broken, broken, broken, "days_missed"}},
		"the other":        {Terms{Sites: []string{"centre"}}, false, want{kept, kept, kept, "days_served"}},
		"the one named":    {Terms{Named: true}, true, want{kept, kept, kept, "days_served"}},
		"none is named":    {Terms{Named: true}, false, want{unproven, kept, broken, "no_named_site"}},
		"one is not there": {Terms{Sites: []string{"nowhere"}}, false, want{unproven, kept, broken, "no_site"}},
	} {
		e := november(t)
		e.down(at(t, 3, 0), at(t, 3, 5*time.Hour))
		s := e.second("centre")
		if c.named {
			s.Clauses = []compliance.Clause{"inquiry-centre"}
		}
		t.Run(name, func(t *testing.T) {
			c.want.check(t, judged(t, e, "inquiry-centre", Requirement{Method: ServedDays, Terms: c.terms}))
		})
	}
}

func TestTheObjectiveIsApart(t *testing.T) {
	for name, c := range map[string]struct {
		set  func(*Evidence)
		met  bool
		none bool
	}{
		"met":                               {func(*Evidence) {}, true, false},
		"missed, promise kept":              {func(e *Evidence) { e.down(at(t, 3, 0), at(t, 3, 50*minute)) }, false, false},
		"not told when too little was seen": {func(e *Evidence) { e.off(at(t, 10, 0), at(t, 15, 0)) }, false, true},
	} {
		e := november(t)
		c.set(&e)
		e.second("other")
		ch := clauseOf("availability", Requirement{Method: ServedDays})
		ch.Clauses[0].Versions[0].Objective.Availability = 99_900
		m, err := ch.Judge(e)
		if err != nil {
			t.Fatal(err)
		}
		o := m.Clauses[0].Requires[0]
		if c.none != (o.Objective == nil) || o.Objective != nil && (o.Objective.Met != c.met || o.Objective.Want != 99_900) {
			t.Errorf("%s: %+v", name, o.Objective)
		}
		if !c.none && m.Clauses[0].Verdict != kept {
			t.Errorf("%s: %s", name, m.Clauses[0].Verdict)
		}
	}
}

func TestPendingDoesNotHideWhatIsUnclear(t *testing.T) {
	ob := func(v compliance.Verdict) finding { return found(compliance.Obligation{Verdict: v}) }
	for _, c := range []struct {
		all    []finding
		enough bool
		want   compliance.Verdict
	}{
		{[]finding{ob(atRisk), ob(kept)}, true, atRisk},
		{[]finding{ob(atRisk), ob(unproven)}, true, unproven},
		{[]finding{ob(atRisk)}, false, unproven},
		{[]finding{ob(atRisk), ob(broken)}, false, broken},
		{nil, false, unproven},
		{nil, true, none},
	} {
		var o Outcome
		if o.count(c.all, c.enough); o.Verdict != c.want {
			t.Errorf("%+v, enough %v: %s, want %s", c.all, c.enough, o.Verdict, c.want)
		}
	}
}
