package compliance

import (
	"slices"
	"time"

	"github.com/charterwatch/charterwatch/probes"
)

// slowWindow is how many slots the p95 of Policy.SlowP95 looks back on, and slowMinimum how
// many it needs before it says anything.
const (
	slowWindow  = 20
	slowMinimum = 10
)

// Step takes one result into account and returns the check's next state and what
// happened. It is pure: time comes from the result. s is not modified.
//
// A result that is not newer than the vantage's latest changes nothing. Openings and
// closings of outages alternate, and no time in them runs backwards. p must be complete
// ([Policy.WithDefaults]).
func (p Policy) Step(s CheckState, r probes.Result) (CheckState, []Event) {
	s.Check = r.Check
	s.Views = slices.Clone(s.Views)
	i := s.ensure(r.Vantage)
	if v := s.Views[i]; r.Slot.Before(v.Slot) || r.Slot.Equal(v.Slot) && r.Attempt <= v.Attempt {
		return s, nil
	}
	st := stepper{p: p, s: s, r: r, site: SiteOf(r.Check)}
	st.s.Views[i] = st.look(s.Views[i])
	st.judge(st.s.Views[i])
	if status := st.s.StatusAt(st.at, p); status != st.s.Status || st.s.Since.IsZero() {
		st.s.Status, st.s.Since = status, st.at
	}
	return st.s, st.events
}

// SiteOf returns the site part of a check id "site/check".
func SiteOf(check string) string {
	for i := range len(check) {
		if check[i] == '/' {
			return check[:i]
		}
	}
	return check
}

type stepper struct {
	p      Policy
	s      CheckState
	r      probes.Result
	site   string
	at     time.Time // the instant the result speaks for, made monotone
	events []Event
}

func (st *stepper) emit(k EventKind, at time.Time, e Event) {
	e.Kind, e.Site, e.Check, e.At, e.SeenAt = k, st.site, st.r.Check, at, st.at
	if e.Reason == probes.OK {
		e.Reason = st.r.Reason
	}
	st.events = append(st.events, e)
}

// look brings one vantage's view up to date.
func (st *stepper) look(v View) View {
	r := st.r
	st.at = r.SeenAt()
	if st.at.Before(v.SeenAt) {
		st.at = v.SeenAt
	}
	stale := !v.KnownAt.IsZero() && st.at.Sub(v.KnownAt) > st.p.Fresh && r.Outcome != probes.Unknown
	v.Slot, v.Attempt, v.SeenAt = r.Slot, r.Attempt, st.at
	v.Outcome, v.Reason, v.Detail, v.Duration = r.Outcome, r.Reason, r.Detail, r.Duration
	if r.Outcome != probes.Unknown {
		v.KnownAt = st.at
	}
	if r.Attempt == probes.Preview {
		return v
	}
	// A failure seen before a long silence is no evidence about the time after it: only a
	// run that was watched through may be confirmed. A confirmed one stands until a pass.
	if stale && !v.Failing {
		v = st.endRun(v)
	}
	switch r.Outcome {
	case probes.Pass:
		v = st.endRun(v)
		v.Failing = false
		v.PassRun++
	case probes.Fail:
		v.FailRun++
		if v.FailRun == 1 {
			v.FailFrom, v.First, v.FirstWhy = st.at, r.Capture, r.Reason
		}
		if v.FailRun >= st.p.ConfirmFailures {
			v.Failing, v.PassRun = true, 0
		}
	}
	if r.Attempt == 0 && r.Outcome == probes.Pass {
		v.Recent = append(slices.Clone(v.Recent), int32(min(r.Duration.Milliseconds(), 1<<30)))
		v.Recent = v.Recent[max(0, len(v.Recent)-slowWindow):]
	}
	return v
}

// endRun forgets a failing run, counting it as a blip if it was never confirmed.
func (st *stepper) endRun(v View) View {
	if v.FailRun > 0 && !v.Failing {
		st.emit(Blip, v.FailFrom, Event{Count: v.FailRun, Reason: v.FirstWhy})
	}
	v.FailRun, v.FailFrom, v.First, v.FirstWhy = 0, time.Time{}, nil, probes.OK
	return v
}

// judge draws the conclusions over all vantages.
func (st *stepper) judge(v View) {
	if st.r.Outcome == probes.Unknown || st.r.Attempt == probes.Preview {
		return // nothing new is known; what is stale shows in StatusAt
	}
	voters, failing := st.s.votes(st.at, st.p)
	down := failing*2 > voters
	switch o := st.s.Outage; {
	case o == nil && down:
		st.open()
	case o != nil && down && !o.RecoveringSince.IsZero():
		st.update(func(o *Outage) { o.RecoveringSince = time.Time{} })
		st.emit(RecoveryBroken, v.FailFrom, Event{Outage: o.ID})
	case o != nil && !down:
		st.recover(v)
	}
	if minority := failing > 0 && !down; minority != st.s.Minority {
		st.s.Minority = minority
		st.emit(pick(minority, MinorityStarted, MinorityEnded), st.at, Event{})
	}
	if slow := st.slow(); slow != st.s.Slow {
		st.s.Slow = slow
		st.emit(pick(slow, SlowStarted, SlowEnded), st.at, Event{})
	}
}

func pick(b bool, yes, no EventKind) EventKind {
	if b {
		return yes
	}
	return no
}

// open starts an outage at the instant from which a majority of the voters was failing.
func (st *stepper) open() {
	var from []View
	voters, _ := st.s.votes(st.at, st.p)
	for _, v := range st.s.Views {
		if v.Failing && st.at.Sub(v.KnownAt) <= st.p.Fresh {
			from = append(from, v)
		}
	}
	slices.SortStableFunc(from, func(a, b View) int { return a.FailFrom.Compare(b.FailFrom) })
	decisive := from[voters/2]
	start := later(decisive.FailFrom, st.s.LastEnd)
	why := from[0].FirstWhy
	o := Outage{
		ID: outageID(st.r.Check, start), Site: st.site, Check: st.r.Check,
		Start: start, ConfirmedAt: st.at, Reason: why, Cause: CauseOf(why),
	}
	st.s.Outage = &o
	st.emit(OutageOpened, start, Event{Outage: o.ID, Reason: why})
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// update replaces the open outage by a changed copy: states handed out are never modified.
func (st *stepper) update(change func(*Outage)) {
	o := *st.s.Outage
	change(&o)
	st.s.Outage = &o
}

// recover puts a recovery on trial, and closes the outage once it has held.
func (st *stepper) recover(v View) {
	o := st.s.Outage
	if o.RecoveringSince.IsZero() {
		if st.r.Outcome != probes.Pass {
			return
		}
		since := later(st.at, o.Start)
		st.update(func(o *Outage) { o.RecoveringSince = since })
		st.emit(RecoveryStarted, since, Event{Outage: o.ID})
		o = st.s.Outage
	}
	if st.r.Outcome != probes.Pass || v.PassRun < st.p.RecoverPasses || st.at.Sub(o.RecoveringSince) < st.p.RecoverHold {
		return
	}
	st.s.Outage, st.s.LastEnd = nil, o.RecoveringSince
	st.emit(OutageClosed, o.RecoveringSince, Event{Outage: o.ID, Reason: o.Reason})
}

// slow says whether the p95 (nearest rank) of the latest slots is above the limit, at any
// vantage.
func (st *stepper) slow() bool {
	if st.p.SlowP95 <= 0 {
		return false
	}
	for _, v := range st.s.Views {
		if len(v.Recent) < slowMinimum {
			continue
		}
		sorted := slices.Sorted(slices.Values(v.Recent))
		if time.Duration(sorted[(len(sorted)*95+99)/100-1])*time.Millisecond > st.p.SlowP95 {
			return true
		}
	}
	return false
}
