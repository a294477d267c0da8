package charter

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/notice"
)

// everything is a requirement of each method.
func everything() []Requirement {
	out := []Requirement{}
	for _, m := range Methods() {
		r := Requirement{Method: m}
		switch m {
		case EachCase, ToldBefore:
			r.Terms = inquiries
		case CaseShare:
			r.Terms = inquiries
			r.Terms.Share = 70_000
		case FollowedUp:
			r.Terms.Cases = inquiries.Cases
		}
		out = append(out, r)
	}
	return out
}

// random is evidence of a month in which much happened.
func random(t *testing.T, rng *rand.Rand) Evidence {
	e := november(t)
	some := func() time.Time { return at(t, 0, time.Duration(rng.IntN(30*24*60))*minute) }
	for range rng.IntN(3) {
		from := some()
		e.down(from, from.Add(time.Duration(1+rng.IntN(60*60))*minute))
	}
	if rng.IntN(2) == 0 {
		seen := some()
		start := seen.Add(time.Duration(rng.IntN(6*24)) * time.Hour)
		e.post("w", seen.Add(-time.Hour), seen, work(start, start.Add(time.Hour)))
	}
	if rng.IntN(2) == 0 {
		seen := some()
		e.post("r", seen.Add(-time.Hour), seen, notice.Reading{Kind: notice.Outage, State: notice.Planned, ETA: seen.Add(3 * time.Hour)})
	}
	e.book()
	for i := range rng.IntN(6) {
		c := compliance.Case{Ref: fmt.Sprint(i), Kind: compliance.CaseOnline, Received: some(), Recorded: e.AsOf}
		if rng.IntN(4) > 0 {
			c.Answered = c.Received.Add(time.Duration(rng.IntN(60)) * time.Hour)
		}
		if rng.IntN(2) > 0 {
			c.DelayTold, c.DelayTo = c.Received.Add(time.Hour), c.Received.Add(400*time.Hour)
		}
		e.Cases.Cases = append(e.Cases.Cases, c)
	}
	var spans []compliance.PageSpan
	last, claims := at(t, -2, 0), rng.IntN(2) == 0
	long := rng.IntN(3) // hours for which nobody looked on each day
	for d := -2; d < 33; d++ {
		if rng.IntN(8) > 0 {
			last = at(t, d, 0)
		}
		how := updated(last)
		if !claims { // the same text may come again
			how = reads(fmt.Sprint(last.Day() % 5))
		}
		status := compliance.PageOK
		if rng.IntN(30) == 0 {
			status = compliance.PageMissing
		}
		spans = append(spans, run(at(t, d, time.Hour), at(t, d+1, -time.Duration(long)*time.Hour), status, how))
	}
	e.page(spans...)
	return e
}

// hide takes knowledge away: looks, days of the register, what came on record later.
func hide(t *testing.T, e Evidence, rng *rand.Rand) Evidence {
	from := at(t, 1, time.Duration(rng.IntN(29*24))*time.Hour)
	to := from.Add(time.Duration(1+rng.IntN(100)) * time.Hour)
	switch rng.IntN(4) {
	case 0:
		e.Sites = append([]SiteEvidence(nil), e.Sites...)
		e.Sites[0].History.Gaps = append([]compliance.Gap(nil), e.Sites[0].History.Gaps...)
		e.off(from, to)
	case 1:
		var spans []compliance.CaseSpan
		for _, s := range e.Cases.Spans {
			s.Until = s.Until.AddDays(-1 - rng.IntN(10))
			spans = append(spans, s)
		}
		e.Cases.Spans = spans
	case 2:
		cases := append([]compliance.Case(nil), e.Cases.Cases...)
		for i := range cases { // an older version of some: what happened after it is not known
			if c := &cases[i]; rng.IntN(2) == 0 {
				c.Recorded = c.Received.Add(time.Duration(rng.IntN(40)) * time.Hour)
				for _, x := range []*time.Time{&c.Answered, &c.DelayTold} {
					if x.After(c.Recorded) {
						*x = time.Time{}
					}
				}
			}
		}
		e.Cases.Cases = cases
	case 3:
		p := e.Pages[0]
		var spans []compliance.PageSpan
		for _, s := range p.Spans {
			if s.To.Before(from) || s.From.After(to) {
				spans = append(spans, s)
			}
		}
		p.Spans = spans
		e.Pages = []PageEvidence{p}
	}
	return e
}

// TestHidingEarnsNothing: knowing less never turns what was broken or unproven into kept, nor
// what was kept or unproven into broken.
func TestHidingEarnsNothing(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	rounds := 400
	if testing.Short() {
		rounds = 60
	}
	moved := 0
	for range rounds {
		e := random(t, rng)
		c := clauseOf("x", everything()...)
		before, err := c.Judge(e)
		if err != nil {
			t.Fatal(err)
		}
		less := hide(t, e, rng)
		after, err := c.Judge(less)
		if err != nil {
			t.Fatal(err)
		}
		for i, a := range after.Clauses[0].Requires {
			b := before.Clauses[0].Requires[i]
			if a.Verdict != b.Verdict {
				moved++
			}
			if a.Verdict == kept && b.Verdict != kept || a.Verdict == broken && b.Verdict != broken {
				t.Fatalf("%s: %s (%+v) became %s (%+v)\n%s", a.Method, b.Verdict, b.Why, a.Verdict, a.Why, marshal(t, less))
			}
			if a.Verdict == none && b.Verdict == broken && a.Method != ServedDays {
				t.Fatalf("%s: a breach (%+v) became %s (%+v)", a.Method, b.Why, a.Verdict, a.Why)
			}
		}
	}
	if moved < rounds/4 {
		t.Errorf("only %d verdicts changed: hiding hid too little", moved)
	}
}
