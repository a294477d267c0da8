package charter

import (
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/calendar"
)

func date(m time.Month, d int) calendar.Date { return calendar.NewDate(2026, m, d) }

// book adds a case, in a register that is complete from October on.
func (e *Evidence) book(cs ...compliance.Case) {
	for _, c := range cs {
		if c.Recorded.IsZero() {
			c.Recorded = e.AsOf
		}
		if c.Kind == "" {
			c.Kind = compliance.CaseOnline
		}
		e.Cases.Cases = append(e.Cases.Cases, c)
	}
	if e.Cases.Spans == nil {
		for _, k := range append(compliance.CaseKinds(), compliance.CaseCalls) {
			e.Cases.Spans = append(e.Cases.Spans, compliance.CaseSpan{Kind: k, From: date(time.October, 1), Until: date(time.November, 30)})
		}
	}
}

var inquiries = Terms{Cases: []compliance.CaseKind{compliance.CaseOnline}, Within: compliance.Term{Days: 1}, Difficult: compliance.Term{BusinessDays: 7}}

func TestEachCase(t *testing.T) {
	// Thursday 12 November 2026: one day ends with Friday.
	got := at(t, 12, 10*time.Hour)
	friday := at(t, 14, 0)
	for name, c := range map[string]struct {
		set  func(*Evidence)
		want want
	}{
		"no register": {func(*Evidence) {}, want{unproven, kept, broken, "no_register"}},
		"none":        {func(e *Evidence) { e.book() }, want{none, none, none, "cases_none"}},
		"in time": {func(e *Evidence) {
			e.book(compliance.Case{Ref: "1", Received: got, Answered: friday.Add(-time.Second)})
		}, want{kept, kept, kept, "cases_in_time"}},
		"at midnight": {func(e *Evidence) { e.book(compliance.Case{Ref: "1", Received: got, Answered: friday}) }, want{broken, broken, broken, "cases_late"}},
		"never":       {func(e *Evidence) { e.book(compliance.Case{Ref: "1", Received: got}) }, want{broken, broken, broken, "cases_late"}},
		"not by then": {func(e *Evidence) { e.book(compliance.Case{Ref: "1", Received: got, Recorded: friday}) }, want{broken, broken, broken, "cases_late"}},
		"record older": {func(e *Evidence) {
			e.book(compliance.Case{Ref: "1", Received: got, Recorded: friday.Add(-time.Second)})
		}, want{unproven, kept, broken, "cases_unclear"}},
		"late, one day": {func(e *Evidence) { e.book(compliance.Case{Ref: "1", Received: got, Answered: at(t, 20, 0)}) }, want{broken, broken, broken, "cases_late"}},
		"difficult": {func(e *Evidence) {
			e.book(compliance.Case{Ref: "1", Received: got, Answered: at(t, 20, 0), Difficult: true})
		}, want{kept, kept, kept, "cases_in_time"}},
		"received on a Friday, answered on Monday": {func(e *Evidence) {
			e.book(compliance.Case{Ref: "1", Received: at(t, 13, 17*time.Hour), Answered: at(t, 16, 23*time.Hour)})
		}, want{kept, kept, kept, "cases_in_time"}},
		"of October, due in November": {func(e *Evidence) {
			e.book(compliance.Case{Ref: "1", Received: at(t, 0, 10*time.Hour), Answered: at(t, 20, 0)})
		}, want{broken, broken, broken, "cases_late"}},
		"due on the last day": {func(e *Evidence) { e.book(compliance.Case{Ref: "1", Received: at(t, 29, 10*time.Hour)}) },
			want{broken, broken, broken, "cases_late"}},
		"due in December": {func(e *Evidence) { e.book(compliance.Case{Ref: "1", Received: at(t, 30, 10*time.Hour)}) },
			want{none, none, none, "cases_none"}},
		"a kept one beside a broken one": {func(e *Evidence) {
			e.book(compliance.Case{Ref: "1", Received: got, Answered: got}, compliance.Case{Ref: "2", Received: got})
		}, want{broken, broken, broken, "cases_late"}},
		"another kind": {func(e *Evidence) { e.book(compliance.Case{Ref: "1", Kind: compliance.CaseRemote, Received: got}) },
			want{none, none, none, "cases_none"}},
		"a day missing in the register": {func(e *Evidence) {
			e.book(compliance.Case{Ref: "1", Received: got, Answered: got})
			e.Cases.Spans = []compliance.CaseSpan{{Kind: compliance.CaseOnline, From: date(time.October, 1), Until: date(time.November, 29)}}
		}, want{unproven, kept, broken, "register_gaps"}},
		"a day missing, a breach seen": {func(e *Evidence) {
			e.book(compliance.Case{Ref: "1", Received: got})
			e.Cases.Spans = []compliance.CaseSpan{{Kind: compliance.CaseOnline, From: date(time.October, 1), Until: date(time.November, 29)}}
		}, want{broken, broken, broken, "cases_late"}},
		"the register begins with the month": {func(e *Evidence) {
			e.book()
			e.Cases.Spans = []compliance.CaseSpan{{Kind: compliance.CaseOnline, From: date(time.November, 1), Until: date(time.November, 30)}}
		}, want{unproven, none, broken, "register_gaps"}},
		"beyond the calendar": {func(e *Evidence) {
			e.book(compliance.Case{Ref: "1", Received: got})
			e.DaysTo = date(time.November, 12)
		}, want{unproven, kept, broken, "cases_unclear"}},
		"pending": {func(e *Evidence) {
			e.AsOf = at(t, 13, 12*time.Hour)
			e.book(compliance.Case{Ref: "1", Received: got})
			e.Cases.Spans = []compliance.CaseSpan{{Kind: compliance.CaseOnline, From: date(time.October, 1), Until: date(time.November, 12)}}
		}, want{atRisk, kept, broken, "cases_pending"}},
	} {
		t.Run(name, func(t *testing.T) {
			e := november(t)
			c.set(&e)
			got := judged(t, e, "inquiry-online", Requirement{Method: EachCase, Basis: ByRecord, Terms: inquiries})
			c.want.check(t, got)
			for _, o := range got.Requires[0].Occasions {
				if o.Verdict == kept || o.Deadline == nil && o.Why != "calendar_ends" {
					t.Errorf("%+v", o)
				}
			}
		})
	}
}

func TestMilestonesAndChannels(t *testing.T) {
	got := at(t, 12, 10*time.Hour)
	for name, c := range map[string]struct {
		with  Terms
		of    compliance.Case
		want  compliance.Verdict
		claim Method
	}{
		"called within 30 minutes":  {Terms{Milestone: Called, Within: compliance.Term{Span: 30 * minute}}, compliance.Case{Called: got.Add(30 * minute)}, kept, EachCase},
		"called a second late":      {Terms{Milestone: Called, Within: compliance.Term{Span: 30 * minute}}, compliance.Case{Called: got.Add(30*minute + time.Second)}, broken, EachCase},
		"forwarded":                 {Terms{Milestone: Forwarded, Within: compliance.Term{Days: 1}}, compliance.Case{Forwarded: got.Add(time.Hour)}, kept, EachCase},
		"answered is not forwarded": {Terms{Milestone: Forwarded, Within: compliance.Term{Days: 1}}, compliance.Case{Answered: got.Add(time.Hour)}, broken, EachCase},
		"by the channel asked for":  {Terms{Within: compliance.Term{Days: 1}, Channel: true}, compliance.Case{Answered: got, Wanted: "sms", By: "sms"}, kept, EachCase},
		"by another":                {Terms{Within: compliance.Term{Days: 1}, Channel: true}, compliance.Case{Answered: got, Wanted: "sms", By: "email"}, broken, EachCase},
		"by which is not known":     {Terms{Within: compliance.Term{Days: 1}, Channel: true}, compliance.Case{Answered: got, Wanted: "sms"}, unproven, EachCase},
		"none asked for":            {Terms{Within: compliance.Term{Days: 1}, Channel: true}, compliance.Case{Answered: got, By: "email"}, kept, EachCase},
		"confirmed after closing":   {Terms{Milestone: Confirmed, Within: compliance.Term{BusinessDays: 2}}, compliance.Case{Closed: at(t, 16, 0), Confirmed: at(t, 18, time.Hour)}, kept, EachCase},
		"confirmed too late":        {Terms{Milestone: Confirmed, Within: compliance.Term{BusinessDays: 2}}, compliance.Case{Closed: at(t, 16, 0), Confirmed: at(t, 19, 0)}, broken, EachCase},
		"not closed":                {Terms{Milestone: Confirmed, Within: compliance.Term{BusinessDays: 2}}, compliance.Case{}, none, EachCase},
		"resolved":                  {Terms{Milestone: Resolved}, compliance.Case{Closed: at(t, 16, 0), Resolved: true}, kept, CaseShare},
		"closed, not resolved":      {Terms{Milestone: Resolved}, compliance.Case{Closed: at(t, 16, 0)}, broken, CaseShare},
		"open, not resolved":        {Terms{Milestone: Resolved}, compliance.Case{}, none, CaseShare},
		"awarded":                   {Terms{Within: compliance.Term{Days: 7}}, compliance.Case{FollowUp: at(t, 19, 0)}, kept, FollowedUp},
		"awarded late":              {Terms{Within: compliance.Term{Days: 7}}, compliance.Case{FollowUp: at(t, 20, 0)}, broken, FollowedUp},
		"awarded, in thirty days":   {Terms{}, compliance.Case{FollowUp: at(t, 20, 0)}, kept, FollowedUp},
	} {
		e := november(t)
		c.of.Ref, c.of.Received = "1", got
		c.with.Cases = []compliance.CaseKind{compliance.CaseOnline}
		e.book(c.of)
		if x := judged(t, e, "x", Requirement{Method: c.claim, Terms: c.with}); x.Verdict != c.want {
			t.Errorf("%s: %s, want %s\n%s", name, x.Verdict, c.want, marshal(t, x))
		}
	}
}

func TestCaseShare(t *testing.T) {
	got := at(t, 12, 10*time.Hour)
	terms := inquiries
	terms.Share = 80_000
	inTime := compliance.Case{Ref: "1", Received: got, Answered: got.Add(time.Hour)}
	late := compliance.Case{Ref: "2", Received: got}
	unclear := compliance.Case{Ref: "3", Received: got, Recorded: got.Add(time.Hour)}
	times := func(n int, c compliance.Case) []compliance.Case {
		var out []compliance.Case
		for range n {
			out = append(out, c)
		}
		return out
	}
	gap := func(e *Evidence) { e.Cases.Spans[0].Until = date(time.November, 10) } // of online cases
	for name, c := range map[string]struct {
		set  func(*Evidence)
		want want
	}{
		"no register":               {func(*Evidence) {}, want{unproven, kept, broken, "no_register"}},
		"none":                      {func(e *Evidence) { e.book() }, want{none, none, none, "cases_none"}},
		"at the floor":              {func(e *Evidence) { e.book(times(4, inTime)...); e.book(late) }, want{kept, kept, kept, "share_reached"}},
		"below it":                  {func(e *Evidence) { e.book(times(3, inTime)...); e.book(late) }, want{broken, broken, broken, "share_missed"}},
		"between":                   {func(e *Evidence) { e.book(times(3, inTime)...); e.book(unclear, late) }, want{unproven, kept, broken, "share_unclear"}},
		"unclear, no matter":        {func(e *Evidence) { e.book(times(8, inTime)...); e.book(unclear, late) }, want{kept, kept, kept, "share_reached"}},
		"unclear, lost":             {func(e *Evidence) { e.book(times(1, inTime)...); e.book(unclear, late) }, want{broken, broken, broken, "share_missed"}},
		"days missing":              {func(e *Evidence) { e.book(times(3, inTime)...); e.book(late); gap(e) }, want{unproven, kept, broken, "register_gaps"}},
		"days missing, all in time": {func(e *Evidence) { e.book(times(3, inTime)...); gap(e) }, want{unproven, kept, broken, "register_gaps"}},
		"pending":                   {func(e *Evidence) { e.AsOf = at(t, 13, 0); e.book(compliance.Case{Ref: "1", Received: got}) }, want{atRisk, kept, broken, "cases_pending"}},
	} {
		t.Run(name, func(t *testing.T) {
			e := november(t)
			c.set(&e)
			c.want.check(t, judged(t, e, "x", Requirement{Method: CaseShare, Terms: terms}))
		})
	}
}

func TestCallShare(t *testing.T) {
	tally := func(day, calls, inTime int) compliance.CallTally {
		return compliance.CallTally{Day: date(time.November, day), Calls: calls, InTime: inTime}
	}
	for name, c := range map[string]struct {
		set  func(*Evidence)
		want want
	}{
		"no export": {func(*Evidence) {}, want{unproven, kept, broken, "no_register"}},
		"no calls":  {func(e *Evidence) { e.book() }, want{none, none, none, "calls_none"}},
		"at the floor": {func(e *Evidence) {
			e.book()
			e.Cases.Tallies = []compliance.CallTally{tally(2, 10, 9), tally(3, 10, 9)}
		}, want{kept, kept, kept, "share_reached"}},
		"below it": {func(e *Evidence) { e.book(); e.Cases.Tallies = []compliance.CallTally{tally(2, 100, 89)} }, want{broken, broken, broken, "share_missed"}},
		"of another month": {func(e *Evidence) {
			e.book()
			e.Cases.Tallies = []compliance.CallTally{{Day: date(time.October, 31), Calls: 10}}
		}, want{none, none, none, "calls_none"}},
		"days missing": {func(e *Evidence) {
			e.book()
			e.Cases.Tallies = []compliance.CallTally{tally(2, 10, 1)}
			e.Cases.Spans = []compliance.CaseSpan{{Kind: compliance.CaseCalls, From: date(time.November, 1), Until: date(time.November, 15)}}
		}, want{unproven, kept, broken, "register_gaps"}},
	} {
		t.Run(name, func(t *testing.T) {
			e := november(t)
			c.set(&e)
			c.want.check(t, judged(t, e, "phone-rings", Requirement{Method: CallShare, Terms: Terms{Share: 90_000}}))
		})
	}
}

func TestToldBefore(t *testing.T) {
	got := at(t, 12, 10*time.Hour)
	friday := at(t, 14, 0)
	to := at(t, 25, 0)
	byDate := Terms{Cases: inquiries.Cases}
	for name, c := range map[string]struct {
		with Terms
		of   compliance.Case
		want want
	}{
		"in time: no occasion":      {inquiries, compliance.Case{Answered: got}, want{none, none, none, "delays_none"}},
		"late and told":             {inquiries, compliance.Case{Answered: at(t, 20, 0), DelayTold: friday.Add(-time.Second), DelayTo: to}, want{kept, kept, kept, "delays_told"}},
		"never, and told":           {inquiries, compliance.Case{DelayTold: friday.Add(-time.Second), DelayTo: to}, want{kept, kept, kept, "delays_told"}},
		"told too late":             {inquiries, compliance.Case{Answered: at(t, 20, 0), DelayTold: friday, DelayTo: to}, want{broken, broken, broken, "delays_untold"}},
		"told without a date":       {inquiries, compliance.Case{Answered: at(t, 20, 0), DelayTold: got}, want{broken, broken, broken, "delays_untold"}},
		"not told":                  {inquiries, compliance.Case{}, want{broken, broken, broken, "delays_untold"}},
		"the record is older":       {inquiries, compliance.Case{Recorded: got}, want{unproven, kept, broken, "delays_unclear"}},
		"no date wanted":            {byDate, compliance.Case{}, want{none, none, none, "delays_none"}},
		"wanted date kept":          {byDate, compliance.Case{ReplyBy: at(t, 20, 0), Answered: at(t, 19, 0)}, want{none, none, none, "delays_none"}},
		"wanted date missed":        {byDate, compliance.Case{ReplyBy: at(t, 20, 0), Answered: at(t, 21, 0)}, want{broken, broken, broken, "delays_untold"}},
		"wanted date missed, told":  {byDate, compliance.Case{ReplyBy: at(t, 20, 0), Answered: at(t, 21, 0), DelayTold: at(t, 19, 0), DelayTo: to}, want{kept, kept, kept, "delays_told"}},
		"wanted next month":         {byDate, compliance.Case{ReplyBy: at(t, 32, 0)}, want{none, none, none, "delays_none"}},
		"wanted by the month's end": {byDate, compliance.Case{ReplyBy: at(t, 31, 0).Add(-time.Second)}, want{broken, broken, broken, "delays_untold"}},
	} {
		t.Run(name, func(t *testing.T) {
			e := november(t)
			c.of.Ref, c.of.Received = "1", got
			e.book(c.of)
			c.want.check(t, judged(t, e, "delay-notice", Requirement{Method: ToldBefore, Terms: c.with}))
		})
	}
}

func TestEvidenceFromLaterIsRefused(t *testing.T) {
	e := november(t)
	e.book(compliance.Case{Ref: "1", Received: at(t, 3, 0), Recorded: e.AsOf.Add(time.Second)})
	if _, err := clauseOf("x", Requirement{Method: NotObserved}).Judge(e); err == nil {
		t.Error("a case that came on record later was taken")
	}
}
