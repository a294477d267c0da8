package compliance

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/internal/accounts"
	"github.com/charterwatch/charterwatch/probes"
)

func downAlert(start time.Time) Alert {
	return Alert{Rule: AlertSiteDown, Site: "home", Subject: "home@" + start.Format("15:04"), Start: start, Reason: probes.Timeout}
}

func TestAlertIsRaisedOnceAndEnds(t *testing.T) {
	p, now := AlertPolicy{}, day(10, 0)
	want := []Alert{downAlert(now.Add(-time.Minute))}
	open, changed := p.Step(nil, want, now)
	if len(open) != 1 || len(changed) != 1 || !changed[0].Raised.Equal(now) || changed[0].Severity != SeverityCritical || changed[0].Clause != ClauseAvailability {
		t.Fatalf("%+v", changed)
	}
	id := open[0].ID
	if open, changed = p.Step(open, want, now.Add(time.Minute)); len(changed) != 0 || open[0].ID != id {
		t.Fatalf("told again: %+v", changed)
	}
	open, changed = p.Step(open, nil, now.Add(2*time.Minute))
	if len(open) != 0 || len(changed) != 1 || changed[0].ID != id || !changed[0].End.Equal(now.Add(2*time.Minute)) {
		t.Fatalf("%+v %+v", open, changed)
	}
}

// TestNextOutageIsAnotherAlert although nobody looked in between.
func TestNextOutageIsAnotherAlert(t *testing.T) {
	p, now := AlertPolicy{}, day(10, 0)
	open, _ := p.Step(nil, []Alert{downAlert(now)}, now)
	open, changed := p.Step(open, []Alert{downAlert(now.Add(time.Hour))}, now.Add(time.Hour))
	if len(open) != 1 || len(changed) != 2 || changed[0].ID == changed[1].ID || changed[0].Open() == changed[1].Open() {
		t.Fatalf("%+v", changed)
	}
}

func TestFlappingIsOneAlert(t *testing.T) {
	p, now := AlertPolicy{}, day(10, 0)
	slow := []Alert{{Rule: AlertLatencyHigh, Site: "home", Check: "home/front"}}
	open, raised := []Alert(nil), 0
	for i := range 60 { // slow every other minute for an hour; it stands ten minutes after
		want := slow
		if i%2 == 1 {
			want = nil
		}
		var changed []Alert
		open, changed = p.Step(open, want, now.Add(time.Duration(i)*time.Minute))
		for _, c := range changed {
			if c.Raised.Equal(now.Add(time.Duration(i) * time.Minute)) {
				raised++
			}
			if !c.Open() {
				t.Fatalf("it ended after %d minutes", i)
			}
		}
	}
	if raised != 1 {
		t.Errorf("raised %d times", raised)
	}
	open, _ = p.Step(open, nil, now.Add(68*time.Minute))
	if len(open) != 1 {
		t.Fatal("it ended too early")
	}
	if open, _ = p.Step(open, nil, now.Add(69*time.Minute)); len(open) != 0 {
		t.Error("it stands for ever")
	}
}

func TestTerms(t *testing.T) {
	now := day(10, 0)
	degraded := []Alert{{Rule: AlertSiteDegraded, Site: "home", Start: now}}
	if open, _ := (AlertPolicy{}).Step(nil, degraded, now.Add(14*time.Minute)); len(open) != 0 {
		t.Error("raised before it held for 15 minutes")
	}
	if open, _ := (AlertPolicy{}).Step(nil, degraded, now.Add(15*time.Minute)); len(open) != 1 {
		t.Error("not raised after 15 minutes")
	}
	p := AlertPolicy{Terms: map[AlertRule]AlertTerms{AlertSiteDegraded: {Severity: SeverityWarning, After: -1}, AlertSiteDown: {Off: true}}}
	open, _ := p.Step(nil, append(degraded, downAlert(now)), now)
	if len(open) != 1 || open[0].Severity != SeverityWarning {
		t.Errorf("%+v", open)
	}
	off := AlertPolicy{Terms: map[AlertRule]AlertTerms{AlertSiteDegraded: {Off: true}}}
	if open, changed := off.Step(open, nil, now); len(open) != 1 || len(changed) != 1 {
		t.Errorf("keep of a rule that is off: %+v", open)
	}
}

func TestFirstAnswerStands(t *testing.T) {
	now := day(10, 0)
	open, _ := AlertPolicy{}.Step(nil, []Alert{downAlert(now)}, now)
	answer := func(who string, at time.Time) Statement {
		return Statement{At: at, By: accounts.Actor{ID: who}, Acknowledgement: &Acknowledgement{[]string{open[0].ID}}}
	}
	next, changed := Acknowledge(open, answer("kim", now))
	if len(changed) != 1 || next[0].Acked.By.ID != "kim" || open[0].Acked != nil {
		t.Fatalf("%+v", changed)
	}
	if _, changed = Acknowledge(next, answer("lee", now.Add(time.Minute))); len(changed) != 0 {
		t.Errorf("%+v", changed)
	}
	// It stays answered while it stands.
	if next, changed = (AlertPolicy{}).Step(next, []Alert{downAlert(now)}, now.Add(time.Hour)); len(changed) != 0 || next[0].Acked == nil {
		t.Errorf("%+v", next)
	}
}

// TestStepHoldsItsRules over random lives: keys are unique, ids too, what is wanted for long
// enough stands, what is long gone does not, and what changed is what differs.
func TestStepHoldsItsRules(t *testing.T) {
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 4))
		now := day(10, 0)
		var open []Alert
		ended := map[string]bool{}
		for range 80 {
			now = now.Add(time.Duration(rng.IntN(400_000)+1) * time.Millisecond)
			var want []Alert
			for _, rule := range []AlertRule{AlertSiteDown, AlertLatencyHigh, AlertSiteDegraded, AlertNoticeLate, AlertWatchdog} {
				if rng.IntN(2) == 0 {
					continue
				}
				a := Alert{Rule: rule, Site: "home", Subject: string(rune('a' + rng.IntN(2)))}
				if rng.IntN(3) > 0 {
					a.Start = now.Add(-time.Duration(rng.IntN(3_000_000)) * time.Millisecond)
				}
				want = append(want, a)
			}
			before := open
			var changed []Alert
			open, changed = AlertPolicy{}.Step(before, want, now)
			keys := map[string]bool{}
			for _, a := range open {
				if keys[a.Key()] || ended[a.ID] || !a.Open() || a.ID == "" {
					t.Fatalf("seed %d: %+v in %+v", seed, a, open)
				}
				keys[a.Key()] = true
				holds := slices.ContainsFunc(want, func(w Alert) bool { return w.filled(AlertPolicy{}.terms(w.Rule)).Key() == a.Key() })
				if gone := now.Sub(a.Gone); !holds && (a.Gone.IsZero() || gone >= AlertPolicy{}.terms(a.Rule).Keep) {
					t.Fatalf("seed %d: %+v is gone", seed, a)
				}
			}
			for _, c := range changed {
				if !c.Open() {
					ended[c.ID] = true
				}
			}
			for _, b := range before {
				if still := slices.ContainsFunc(open, func(a Alert) bool { return a.ID == b.ID }); !still && !ended[b.ID] {
					t.Fatalf("seed %d: %s vanished without an end", seed, b.ID)
				}
			}
			if again, changed := (AlertPolicy{}).Step(open, want, now); len(changed) != 0 || len(again) != len(open) {
				t.Fatalf("seed %d: a second look changes %+v", seed, changed)
			}
		}
	}
}

func TestBurnRates(t *testing.T) {
	now := day(20, 0)
	for name, c := range map[string]struct {
		from, to   time.Duration // of the outage, before now
		fast, slow bool
	}{
		"none":                            {0, 0, false, false},
		"a minute":                        {time.Minute, 0, true, false},                      // 1/60 of an hour is 16.7 times the allowance
		"half a minute":                   {30 * time.Second, 0, false, false},                // 8.3 times
		"three minutes, half an hour ago": {33 * time.Minute, 30 * time.Minute, false, false}, // over: the short window is clean
		"ten minutes, four hours ago":     {250 * time.Minute, 240 * time.Minute, false, true},
		"two days ago":                    {49 * time.Hour, 48 * time.Hour, false, false},
	} {
		var out []Outage
		if c.from > 0 {
			out = both(now.Add(-c.from), now.Add(-c.to))
		}
		h := history(now, nil, out...)
		a := Assess(h, AlertPolicy{}, terms(), now)
		if a.Fast.Alarming != c.fast || a.Slow.Alarming != c.slow {
			t.Errorf("%s: fast %+v, slow %+v", name, a.Fast, a.Slow)
		}
	}
	// Announced work spends nothing.
	w := at22(19)
	h := history(w.Start.Add(time.Hour), nil, both(w.Start, time.Time{})...)
	h.Record = recordOf(inTime(w))
	if a := Assess(h, AlertPolicy{}, terms(), w.Start.Add(time.Hour)); a.Fast.Alarming || a.Slow.Alarming {
		t.Errorf("planned: %+v", a)
	}
	h.Record = recordOf()
	if a := Assess(h, AlertPolicy{}, terms(), w.Start.Add(time.Hour)); !a.Fast.Alarming || a.Fast.Window != time.Hour || a.Fast.Spent < 130 {
		t.Errorf("unannounced: %+v", a)
	}
}

func TestCoverageOfADay(t *testing.T) {
	now := day(20, 0)
	h := history(now, nil)
	if a := Assess(h, AlertPolicy{}, terms(), now); !a.Covered || a.Coverage != 100_000 {
		t.Errorf("%+v", a)
	}
	for i := range h.Lives { // watched for the last two hours only
		h.Lives[i].From = now.Add(-2 * time.Hour)
	}
	if a := Assess(h, AlertPolicy{}, terms(), now); !a.Covered || a.Coverage != 100_000 {
		t.Errorf("young: %+v", a)
	}
	for i := range h.Lives {
		h.Lives[i].From = now.Add(-10 * time.Minute)
	}
	if a := Assess(h, AlertPolicy{}, terms(), now); a.Covered {
		t.Errorf("ten minutes say nothing of a day: %+v", a)
	}
}

func TestDeskAdmits(t *testing.T) {
	now := day(10, 9*time.Hour)
	open, _ := AlertPolicy{}.Step(nil, []Alert{downAlert(now)}, now)
	d := Desk{
		Open: open, Zone: seoul, Sites: []string{"home"}, Roster: Roster{Shifts: []Shift{{Name: "day", From: "09:00"}, {Name: "night", From: "21:00"}}},
		OnCall: OnCall{People: []Person{{ID: "kim"}}, Schedules: []Schedule{{ID: "primary"}}},
	}
	for name, c := range map[string]struct {
		s    Statement
		rule string
	}{
		"ack":                       {Statement{Acknowledgement: &Acknowledgement{[]string{open[0].ID}}}, ""},
		"ack of nothing":            {Statement{Acknowledgement: &Acknowledgement{}}, "no_alert"},
		"ack of what is over":       {Statement{Acknowledgement: &Acknowledgement{[]string{"x"}}}, "no_alert"},
		"silence":                   {Statement{Why: "noise", Silence: &Silence{Ends: now}}, ""},
		"silence, no reason":        {Statement{Silence: &Silence{Ends: now}}, "no_reason"},
		"silence for ever":          {Statement{Why: "noise", Silence: &Silence{}}, "no_expiry"},
		"drill":                     {Statement{Why: "exercise", Drill: &Drill{AlertSiteDown, "home", now.Add(time.Hour)}}, ""},
		"drill of the monitor":      {Statement{Why: "exercise", Drill: &Drill{AlertUplinkDown, "", now.Add(time.Hour)}}, ""},
		"drill, no site":            {Statement{Why: "exercise", Drill: &Drill{AlertSiteDown, "", now.Add(time.Hour)}}, "no_site"},
		"drill of Watchdog":         {Statement{Why: "exercise", Drill: &Drill{AlertWatchdog, "", now.Add(time.Hour)}}, "no_rule"},
		"drill for two days":        {Statement{Why: "exercise", Drill: &Drill{AlertSiteDown, "home", now.Add(48 * time.Hour)}}, "bad_window"},
		"taking":                    {Statement{Taking: &Taking{Shift: "day", Start: now}}, ""},
		"taking half an hour early": {Statement{Taking: &Taking{Shift: "night", Start: now.Add(12 * time.Hour)}}, "too_early"},
		"taking what is none":       {Statement{Taking: &Taking{Shift: "day", Start: now.Add(time.Hour)}}, "no_shift"},
		"hand-over":                 {Statement{Why: "quiet", HandOver: &HandOver{Shift: "day", Start: now}}, ""},
		"hand-over, no note":        {Statement{HandOver: &HandOver{Shift: "day", Start: now}}, "no_note"},
		"hand-over to come":         {Statement{Why: "quiet", HandOver: &HandOver{Shift: "night", Start: now.Add(12 * time.Hour)}}, "too_early"},
		"cover":                     {Statement{Cover: &Cover{"primary", "kim", now, now.Add(time.Hour)}}, ""},
		"cover by nobody":           {Statement{Cover: &Cover{"primary", "lee", now, now.Add(time.Hour)}}, "no_person"},
		"cover of nothing":          {Statement{Cover: &Cover{"secondary", "kim", now, now.Add(time.Hour)}}, "no_schedule"},
		"cover backwards":           {Statement{Cover: &Cover{"primary", "kim", now, now}}, "bad_window"},
	} {
		c.s.At = now
		about, err := d.Admit(c.s)
		if !about || ruleOf(err) != c.rule {
			t.Errorf("%s: %v %v", name, about, err)
		}
	}
	if about, _ := d.Admit(Statement{Roster: &Roster{}, By: accounts.Actor{Kind: accounts.KindUser}}); about {
		t.Error("a person puts a roster on record")
	}
	if about, err := d.Admit(Statement{Work: &Work{}}); about || err != nil {
		t.Errorf("%v %v", about, err)
	}
}
