package charter

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/calendar"
)

func korean(t testing.TB) *calendar.Calendar {
	t.Helper()
	c, err := calendar.New(calendar.Config{Zone: seoul(t)})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCaseClocks(t *testing.T) {
	hour := time.Hour
	got := at(t, 12, 10*hour) // a Thursday: one day ends with Friday, seven business days with Monday the 23rd
	online := compliance.Case{Ref: "1", Kind: compliance.CaseOnline, Received: got, Recorded: got.Add(hour)}
	with := func(change func(*compliance.Case)) compliance.Case { c := online; change(&c); return c }
	difficult := with(func(c *compliance.Case) { c.Difficult = true })
	told := with(func(c *compliance.Case) { c.DelayTold, c.DelayTo = got.Add(hour), at(t, 30, 0) })
	each := Requirement{Method: EachCase, Terms: inquiries}
	before := Requirement{Method: ToldBefore, Terms: inquiries}
	reply := Requirement{Method: ToldBefore, Terms: Terms{Cases: inquiries.Cases}}
	confirm := Requirement{Method: CaseShare, Terms: Terms{Cases: inquiries.Cases, Milestone: Confirmed, Within: compliance.Term{BusinessDays: 7}}}
	for name, c := range map[string]struct {
		of   compliance.Case
		by   Requirement
		now  time.Time
		want ClockState // "" none
	}{
		"two business days before the last day":    {difficult, each, at(t, 20, -1), ClockRunning}, // Thursday
		"from the business day before on":          {difficult, each, at(t, 20, 0), ClockTomorrow}, // Friday
		"on the weekend before":                    {difficult, each, at(t, 22, 12*hour), ClockTomorrow},
		"on the last day":                          {difficult, each, at(t, 24, -1), ClockTomorrow},
		"not on record since it passed":            {difficult, each, at(t, 24, 0), ClockUnclear},
		"on record since":                          {with(func(c *compliance.Case) { c.Recorded = at(t, 14, 0) }), each, at(t, 14, hour), ClockPassed},
		"on record a moment before":                {with(func(c *compliance.Case) { c.Recorded = at(t, 14, -1) }), each, at(t, 14, hour), ClockUnclear},
		"a day's term":                             {online, each, got, ClockTomorrow},
		"answered":                                 {with(func(c *compliance.Case) { c.Answered = got }), each, got.Add(hour), ""},
		"closed without an answer":                 {with(func(c *compliance.Case) { c.Closed = got }), each, got.Add(hour), ""},
		"another kind":                             {with(func(c *compliance.Case) { c.Kind = compliance.CaseRemote }), each, got, ""},
		"the calendar ends":                        {with(func(c *compliance.Case) { c.Received = at(t, 1200, 0) }), each, at(t, 1200, hour), ClockUncounted},
		"to be told":                               {difficult, before, at(t, 20, 0), ClockTomorrow},
		"told in time":                             {told, before, got.Add(2 * hour), ""},
		"told without a date":                      {with(func(c *compliance.Case) { c.DelayTold = got }), before, got.Add(hour), ClockTomorrow},
		"no date wanted":                           {online, reply, got, ""},
		"wanted by the end of Monday, on Thursday": {with(func(c *compliance.Case) { c.ReplyBy = at(t, 17, 0) }), reply, at(t, 13, -1), ClockRunning},
		"wanted by the end of Monday, on Friday":   {with(func(c *compliance.Case) { c.ReplyBy = at(t, 17, 0) }), reply, at(t, 13, 0), ClockTomorrow},
		"not closed, so not to be confirmed":       {online, confirm, got, ""},
		"to be confirmed":                          {with(func(c *compliance.Case) { c.Answered, c.Closed = got, got }), confirm, got.Add(hour), ClockRunning},
		"confirmed":                                {with(func(c *compliance.Case) { c.Closed, c.Confirmed = got, got }), confirm, got.Add(hour), ""},
		"to be followed up after its closing": {with(func(c *compliance.Case) { c.Closed = got }), Requirement{Method: FollowedUp, Terms: Terms{Cases: inquiries.Cases}},
			got.Add(hour), ClockRunning},
		"a call back": {online, Requirement{Method: CaseShare, Terms: Terms{Cases: inquiries.Cases, Milestone: Called, Within: compliance.Term{Span: 30 * minute}}}, got, ClockTomorrow},
	} {
		t.Run(name, func(t *testing.T) {
			clocks := clauseOf("x", c.by).CaseClocks(compliance.CaseBook{Cases: []compliance.Case{c.of}}, korean(t), c.now)
			switch {
			case c.want == "" && len(clocks) == 0:
			case len(clocks) != 1 || clocks[0].State != c.want:
				t.Errorf("want %q, got %+v", c.want, clocks)
			case clocks[0].Clause != "x" || clocks[0].Ref != "1" || (clocks[0].Deadline == nil) != (c.want == ClockUncounted):
				t.Errorf("%+v", clocks[0])
			}
		})
	}
	fresh := clauseOf("x", each)
	fresh.Clauses[0].From = date(time.November, 2) // it is judged from December on
	if clocks := fresh.CaseClocks(compliance.CaseBook{Cases: []compliance.Case{online}}, korean(t), got); len(clocks) != 0 {
		t.Errorf("before the clause is in force: %+v", clocks)
	}
	clocks := clauseOf("x", each).CaseClocks(compliance.CaseBook{Cases: []compliance.Case{told}}, korean(t), got.Add(2*hour))
	if len(clocks) != 1 || !clocks[0].Told || !clocks[0].Deadline.At.Equal(at(t, 14, 0)) || clocks[0].Deadline.N != 1 {
		t.Errorf("%+v", clocks)
	}
}

// The clocks and the judging of a month come to the same: of every open case, and by which version of the
// clause.
func TestClocksAgreeWithTheJudging(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	states := map[string]ClockState{"not_done": ClockPassed, "record_too_old": ClockUnclear}
	seen := map[ClockState]int{}
	for range 300 {
		c := clauseOf("x", Requirement{Method: EachCase, Terms: inquiries})
		strict := inquiries
		strict.Difficult = compliance.Term{BusinessDays: 3}
		c.Clauses[0].Versions = append(c.Clauses[0].Versions, Version{From: date(time.December, 1), Requires: []Requirement{{Method: EachCase, Terms: strict}}})
		e := november(t)
		e.AsOf = at(t, 10, time.Duration(rng.IntN(45*24))*time.Hour)
		e.book()
		for i := range 1 + rng.IntN(8) {
			x := compliance.Case{Ref: fmt.Sprint(i), Kind: compliance.CaseOnline, Difficult: rng.IntN(2) == 0}
			x.Received = e.AsOf.Add(-time.Duration(rng.IntN(20*24)) * time.Hour)
			x.Recorded = x.Received.Add(time.Duration(rng.Int64N(int64(e.AsOf.Sub(x.Received) + 1))))
			if at := x.Received.Add(time.Duration(rng.IntN(100)) * time.Hour); rng.IntN(3) == 0 && !at.After(x.Recorded) {
				x.Answered = at
			}
			e.Cases.Cases = append(e.Cases.Cases, x)
		}
		clocks := c.CaseClocks(e.Cases, korean(t), e.AsOf)
		for _, m := range []time.Month{time.November, time.December} {
			e.Period = compliance.Month(2026, m, seoul(t))
			e.Month = e.Period.From.Format("2006-01")
			if e.AsOf.Before(e.Period.From) {
				continue
			}
			judged, err := c.Judge(e)
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range judged.Clauses[0].Requires[0].Occasions {
				if !o.Met.IsZero() {
					continue
				}
				i := slices.IndexFunc(clocks, func(k CaseClock) bool { return k.Ref == o.Subject && k.Deadline.At.Equal(o.Limit) })
				if i < 0 {
					t.Fatalf("no clock of %+v in %+v", o, clocks)
				}
				if want, over := states[o.Why]; over && clocks[i].State != want || !over && clocks[i].State != ClockRunning && clocks[i].State != ClockTomorrow {
					t.Errorf("%s is %s: %+v", o.Why, clocks[i].State, clocks[i])
				}
				seen[clocks[i].State]++
				clocks = slices.Delete(clocks, i, i+1)
			}
		}
		for _, k := range clocks { // what is left belongs to other months
			if m := limit(*k.Deadline).In(seoul(t)); m.Month() == time.November || m.Month() == time.December && !e.AsOf.Before(at(t, 31, 0)) {
				t.Errorf("not judged as of %s: %+v", e.AsOf, k)
			}
		}
	}
	if len(seen) != 4 {
		t.Errorf("too little was compared: %v", seen)
	}
}

func TestDueCases(t *testing.T) {
	deadline := func(d int) *calendar.Deadline { return &calendar.Deadline{At: at(t, d, 0)} }
	clock := func(clause compliance.Clause, ref string, d int, s ClockState) CaseClock {
		return CaseClock{Clause: clause, Method: EachCase, Milestone: Answered, Ref: ref, Deadline: deadline(d), State: s}
	}
	told := clock("a", "3", 9, ClockPassed)
	told.Told = true
	notice := clock("b", "1", 9, ClockPassed) // due together with what is delayed
	notice.Method = ToldBefore
	wanted := clock("b", "1", 10, ClockTomorrow) // by a day of the customer's own
	wanted.Method = ToldBefore
	confirm := clock("c", "1", 9, ClockPassed)
	confirm.Milestone = Confirmed
	in := []CaseClock{clock("a", "1", 9, ClockPassed), clock("a", "2", 9, ClockUnclear), told, notice, confirm, wanted, {Clause: "a", State: ClockUncounted}}
	for i := range 7 {
		in = append(in, clock("a", fmt.Sprintf("n%d", i), 12, ClockTomorrow))
	}
	in = append(in, clock("a", "9", 20, ClockRunning))
	got := fmt.Sprintf("%+v", DueCases(in))
	want := fmt.Sprintf("%+v", []compliance.CasesDue{
		{Clause: "a", Over: true, Count: 3, Untold: 2, Limit: at(t, 9, 0), Refs: []string{"1", "2", "3"}},
		{Clause: "b", Count: 1, Limit: at(t, 10, 0), Refs: []string{"1"}},
		{Clause: "a", Count: 7, Limit: at(t, 12, 0), Refs: []string{"n0", "n1", "n2", "n3", "n4"}},
	})
	if got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

func TestAttestationClocks(t *testing.T) {
	now := at(t, 10, 9*time.Hour) // 10 November
	oct, nov, dec := time.October, time.November, time.December
	for name, c := range map[string]struct {
		by   Method
		set  func(*Evidence)
		want AttestationClock
		due  int // how many alerts
	}{
		"never":               {InDate, func(*Evidence) {}, AttestationClock{State: AttestationNever}, 0},
		"in date":             {InDate, func(e *Evidence) { e.attest(date(oct, 1), date(dec, 11)) }, AttestationClock{State: AttestationInDate, What: "검토", Until: date(dec, 11), Left: 31}, 0},
		"thirty days to go":   {InDate, func(e *Evidence) { e.attest(date(oct, 1), date(dec, 10)) }, AttestationClock{State: AttestationEnding, What: "검토", Until: date(dec, 10), Left: 30}, 1},
		"seven":               {InDate, func(e *Evidence) { e.attest(date(oct, 1), date(nov, 17)) }, AttestationClock{State: AttestationEnding, What: "검토", Until: date(nov, 17), Left: 7}, 1},
		"six":                 {InDate, func(e *Evidence) { e.attest(date(oct, 1), date(nov, 16)) }, AttestationClock{State: AttestationEnding, What: "검토", Until: date(nov, 16), Left: 6}, 2},
		"the last day":        {InDate, func(e *Evidence) { e.attest(date(oct, 1), date(nov, 10)) }, AttestationClock{State: AttestationEnding, What: "검토", Until: date(nov, 10)}, 2},
		"the day after":       {InDate, func(e *Evidence) { e.attest(date(oct, 1), date(nov, 9)) }, AttestationClock{State: AttestationLapsed, Since: date(nov, 10)}, 1},
		"renewed in time":     {InDate, func(e *Evidence) { e.attest(date(oct, 1), date(nov, 12)); e.attest(date(nov, 10), date(dec, 31)) }, AttestationClock{State: AttestationInDate, What: "검토", Until: date(dec, 31), Left: 51}, 0},
		"said later":          {InDate, func(e *Evidence) { e.attest(date(nov, 11), date(dec, 31)) }, AttestationClock{State: AttestationNever}, 0},
		"begins later":        {InDate, func(e *Evidence) { e.attest(date(nov, 11), date(dec, 31)); e.Attestations[0].At = now }, AttestationClock{State: AttestationLater, Since: date(nov, 11)}, 0},
		"this year":           {Yearly, func(e *Evidence) { e.attest(date(3, 1), date(3, 1)) }, AttestationClock{State: AttestationInDate, What: "검토", Until: date(dec, 31), Left: 51}, 0},
		"not yet this year":   {Yearly, func(*Evidence) {}, AttestationClock{State: AttestationEnding, Until: date(dec, 31), Left: 51}, 1},
		"on something else":   {Published, func(*Evidence) {}, AttestationClock{}, 0},
		"of a clause to come": {InDate, func(e *Evidence) {}, AttestationClock{}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			e := november(t)
			c.set(&e)
			in := clauseOf("x", Requirement{Method: c.by, Basis: ByAttestation})
			if name == "of a clause to come" {
				in.Clauses[0].From = date(nov, 2) // it is judged from December on
			}
			got := in.AttestationClocks(e.Attestations, seoul(t), now)
			if c.want.State == "" {
				if len(got) != 0 {
					t.Errorf("%+v", got)
				}
				return
			}
			c.want.Clause, c.want.Method = "x", c.by
			if len(got) != 1 || got[0] != c.want {
				t.Fatalf("%+v, want %+v", got, c.want)
			}
			n := 0
			for _, d := range DueAttestations(got, seoul(t)) {
				if n++; d.Urgent {
					n++
				}
				if end := d.Ends; d.Lapsed && !end.Equal(got[0].Since.Start(seoul(t))) || !d.Lapsed && !end.Equal(got[0].Until.End(seoul(t))) {
					t.Errorf("%+v", d)
				}
			}
			if n != c.due {
				t.Errorf("%d alerts, want %d", n, c.due)
			}
		})
	}
}

func TestReviewClause(t *testing.T) {
	c := clauseOf("review", Requirement{Method: ReportPublished})
	if got := c.ReviewClause(date(time.November, 20)); got != "review" {
		t.Errorf("%q", got)
	}
	c.Clauses[0].Versions[0].Requires[0].Method = InDate
	if got := c.ReviewClause(date(time.November, 20)); got != "" {
		t.Errorf("%q", got)
	}
}

func BenchmarkCaseClocks(b *testing.B) {
	c := clauseOf("x", Requirement{Method: EachCase, Terms: inquiries}, Requirement{Method: ToldBefore, Terms: inquiries})
	var book compliance.CaseBook
	now := at(b, 20, 0)
	for i := range 10_000 {
		x := compliance.Case{Ref: fmt.Sprint(i), Kind: compliance.CaseOnline, Received: at(b, 1, time.Duration(i)*2*minute), Recorded: now}
		if i%100 > 0 {
			x.Answered = x.Received.Add(time.Hour)
		}
		book.Cases = append(book.Cases, x)
	}
	cal := korean(b)
	for b.Loop() {
		if got := DueCases(c.CaseClocks(book, cal, now)); len(got) == 0 {
			b.Fatal("nothing is due")
		}
	}
}
