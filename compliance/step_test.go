package compliance

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/probes"
)

var t0 = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

const minute = time.Minute

func testPolicy() Policy {
	return Policy{ConfirmFailures: 3, RecoverPasses: 2, RecoverHold: 5 * minute}.WithDefaults(minute, 10*time.Second)
}

func at(n int, attempt int, why probes.Reason) probes.Result {
	slot := t0.Add(time.Duration(n) * minute)
	return probes.Result{
		Check: "home/front", Vantage: "here", Slot: slot, Attempt: attempt,
		Start: slot.Add(time.Duration(attempt) * 10 * time.Second), Reason: why, Outcome: why.Outcome(), Duration: 50 * time.Millisecond,
	}
}

// run feeds one letter a slot: P pass, F fail, U unknown, - no record.
func run(p Policy, s CheckState, letters string) (CheckState, []Event) {
	var all []Event
	for i, c := range letters {
		var ev []Event
		switch c {
		case 'P':
			s, ev = p.Step(s, at(i, 0, probes.OK))
		case 'F':
			s, ev = p.Step(s, at(i, 0, probes.Status))
		case 'U':
			s, ev = p.Step(s, at(i, 0, probes.UplinkDown))
		}
		all = append(all, ev...)
	}
	return s, all
}

func TestStepOutages(t *testing.T) {
	m := func(n int) time.Time { return t0.Add(time.Duration(n) * minute) }
	cases := []struct {
		name    string
		letters string
		open    time.Time // of the outage open at the end
		closed  [][2]time.Time
		blips   int
	}{
		{name: "all well", letters: "PPPPPP"},
		{name: "a blip is up but counted", letters: "PFFPPP", blips: 1},
		{name: "starts with the first failing slot", letters: "PPFFF", open: m(2)},
		{name: "ends with the first pass of the recovery that holds", letters: "PFFFFPPPPPPP", closed: [][2]time.Time{{m(1), m(5)}}},
		{name: "a recovery on trial keeps it open", letters: "PFFFFPPP", open: m(1)},
		{name: "flapping does not reset the clock", letters: "FFFPPFFFPPFFFPPPPPP", closed: [][2]time.Time{{m(0), m(13)}}},
		{name: "a blip does not break a recovery", letters: "FFFPPFPPPP", closed: [][2]time.Time{{m(0), m(3)}}, blips: 1},
		{name: "unknown neither confirms nor clears", letters: "PFUFUF", open: m(1)},
		{name: "unknown is not down", letters: "PUUUUUUUU"},
		{name: "no run across a silence", letters: "PFF--------F", blips: 1},
		{name: "a confirmed one survives a silence", letters: "FFF--------F", open: m(0)},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s, events := run(testPolicy(), CheckState{}, c.letters)
			if got := s.Outage; (got == nil) != c.open.IsZero() || got != nil && !got.Start.Equal(c.open) {
				t.Errorf("open: %+v, want start %v", got, c.open)
			}
			var starts, ends []time.Time
			blips := 0
			for _, e := range events {
				switch e.Kind {
				case OutageOpened:
					starts = append(starts, e.At)
				case OutageClosed:
					ends = append(ends, e.At)
				case Blip:
					blips++
				}
			}
			if blips != c.blips {
				t.Errorf("%d blips, want %d", blips, c.blips)
			}
			if len(ends) != len(c.closed) {
				t.Fatalf("%d closed, want %d: %+v", len(ends), len(c.closed), events)
			}
			for i, w := range c.closed {
				if !starts[i].Equal(w[0]) || !ends[i].Equal(w[1]) {
					t.Errorf("outage %d: %v to %v, want %v", i, starts[i], ends[i], w)
				}
			}
		})
	}
}

func TestReprobesConfirmWithinTheSlot(t *testing.T) {
	p, s := testPolicy(), CheckState{}
	var events []Event
	for a, why := range []probes.Reason{probes.Timeout, probes.Status, probes.Status} {
		var ev []Event
		s, ev = p.Step(s, at(3, a, why))
		events = append(events, ev...)
	}
	if s.Outage == nil || !s.Outage.Start.Equal(t0.Add(3*minute)) || s.Outage.Reason != probes.Timeout {
		t.Fatalf("%+v", s.Outage)
	}
	if len(events) != 1 || s.Status != StatusDown {
		t.Fatalf("%+v %v", events, s.Status)
	}
	if again, ev := p.Step(s, at(3, 2, probes.Status)); len(ev) != 0 || again.Views[0].FailRun != 3 {
		t.Fatal("a repeated result must change nothing")
	}
}

func TestQuorumIsAStrictMajority(t *testing.T) {
	p, s := testPolicy(), CheckState{}
	feed := func(vantage string, n int, why probes.Reason) []Event {
		r := at(n, 0, why)
		r.Vantage = vantage
		var ev []Event
		s, ev = p.Step(s, r)
		return ev
	}
	for n := range 4 {
		feed("a", n, probes.Status)
		if s.Outage != nil && n == 0 {
			t.Fatal("unconfirmed")
		}
		feed("b", n, probes.OK)
	}
	// "a" alone confirmed at n=2 while it was one of two: half is no majority.
	if s.Outage != nil || !s.Minority || s.Status != StatusDegraded {
		t.Fatalf("half is not a majority: %+v", s)
	}
	for n := 4; n < 8; n++ {
		feed("a", n, probes.Status)
		feed("b", n, probes.Status)
		feed("c", n, probes.OK)
	}
	if s.Outage == nil || !s.Outage.Start.Equal(t0.Add(4*minute)) {
		t.Fatalf("two of three fail since 4: %+v", s.Outage)
	}
}

func TestSlowIsDegraded(t *testing.T) {
	p := testPolicy()
	p.SlowP95 = time.Second
	var s CheckState
	feed := func(n int, d time.Duration) {
		r := at(n, 0, probes.OK)
		r.Duration = d
		s, _ = p.Step(s, r)
	}
	for n := range 12 {
		feed(n, 100*time.Millisecond)
	}
	feed(12, 3*time.Second)
	if s.Status != StatusDegraded {
		t.Fatalf("p95 of 13 is the slowest: %v", s.Status)
	}
	for n := 13; n < 40; n++ {
		feed(n, 100*time.Millisecond)
	}
	if s.Status != StatusUp {
		t.Fatalf("still %v", s.Status)
	}
}

// FuzzStep checks the promises of Step over random histories of three vantages.
func FuzzStep(f *testing.F) {
	f.Add([]byte("PFFFPPPPPP"), uint8(3), uint8(5))
	f.Add([]byte{0x1f, 0x22, 0x93, 0xff, 0x00, 0x41}, uint8(1), uint8(0))
	f.Fuzz(func(t *testing.T, ops []byte, confirm, hold uint8) {
		p := Policy{ConfirmFailures: int(confirm%5) + 1, RecoverHold: time.Duration(hold%10)*minute - 1}.WithDefaults(minute, 10*time.Second)
		var s CheckState
		n, attempt := 0, 0
		var open bool
		var last time.Time
		for _, b := range ops {
			if b&0x80 != 0 {
				n, attempt = n+int(b>>4&7), 0
			} else {
				attempt = int(b >> 4 & 7)
			}
			r := at(n, attempt, []probes.Reason{probes.OK, probes.Status, probes.UplinkDown, probes.Timeout}[b&3])
			r.Vantage = string(rune('a' + b>>2&3))
			before, _ := json.Marshal(s)
			next, events := p.Step(s, r)
			if after, _ := json.Marshal(s); string(before) != string(after) {
				t.Fatal("Step changed its argument")
			}
			s = next
			for _, e := range events {
				switch e.Kind {
				case OutageOpened:
					if open || e.At.Before(last) {
						t.Fatalf("opened twice or backwards: %+v after %v", e, last)
					}
					open, last = true, e.At
				case OutageClosed:
					if !open || e.At.Before(last) {
						t.Fatalf("closed unopened or backwards: %+v after %v", e, last)
					}
					open, last = false, e.At
				}
			}
			if open != (s.Outage != nil) {
				t.Fatal("events and state disagree")
			}
		}
	})
}

func TestPreviewIsShownAndNotCounted(t *testing.T) {
	p := testPolicy()
	p.ConfirmFailures = 1
	r := at(0, probes.Preview, probes.Status)
	r.Start = r.Slot.Add(30 * time.Second)
	s, ev := p.Step(CheckState{}, r)
	if len(ev) != 0 || s.Outage != nil || s.Views[0].Reason != probes.Status {
		t.Fatalf("%+v %+v", s, ev)
	}
	if s, _ = p.Step(s, at(1, 0, probes.Status)); s.Outage == nil || !s.Outage.Start.Equal(t0.Add(minute)) {
		t.Fatalf("%+v", s.Outage)
	}
}
