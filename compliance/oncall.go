package compliance

import (
	"slices"
	"time"
)

// Person is somebody who can be on call.
type Person struct {
	ID        string
	Name      Name
	Receivers []string // of alertmanager.yml: how the person is reached
	Language  string   // "ko" or "en"; "": the alerts' own
}

// Schedule says who is on call when: people take turns, each turn beginning at the same time
// of day in the organisation's zone.
type Schedule struct {
	ID     string
	Name   Name
	People []string  // in the order of their turns
	From   time.Time // beginning of the first turn of the first person
	Days   int       // of a turn; 0: 7
	Covers []Cover   // of the configuration
}

// Cover puts somebody else on call for a while.
type Cover struct {
	Schedule string    `json:"schedule"`
	Person   string    `json:"person"`
	From     time.Time `json:"from"`
	To       time.Time `json:"to"`
}

// Turn is a stretch of time of one person.
type Turn struct {
	Schedule string
	Person   string
	Period
	Cover bool // instead of whose turn it would be
}

// Turns are who is on call in the period, in order and without overlap. Later covers prevail
// over earlier ones, and statements over the configuration.
func (s Schedule) Turns(statements []Statement, p Period, zone *time.Location) []Turn {
	out := s.rotation(p, zone)
	covers := slices.Clone(s.Covers)
	for _, x := range statements {
		if x.Cover != nil && x.Cover.Schedule == s.ID {
			covers = append(covers, *x.Cover)
		}
	}
	for _, c := range covers {
		if part, ok := p.Clip(Period{c.From, c.To}); ok {
			out = cover(out, Turn{Schedule: s.ID, Person: c.Person, Period: part, Cover: true})
		}
	}
	return out
}

func (s Schedule) rotation(p Period, zone *time.Location) []Turn {
	if len(s.People) == 0 {
		return nil
	}
	days := s.Days
	if days <= 0 {
		days = 7
	}
	first := s.From.In(zone)
	begins := func(n int) time.Time { // civil days: a turn begins at the same time of day all year round
		return time.Date(first.Year(), first.Month(), first.Day()+n*days, first.Hour(), first.Minute(), 0, 0, zone).UTC()
	}
	n := max(0, int(p.From.Sub(s.From).Hours()/24)/days-1)
	var out []Turn
	for ; begins(n).Before(p.To); n++ {
		if part, ok := p.Clip(Period{begins(n), begins(n + 1)}); ok {
			out = append(out, Turn{Schedule: s.ID, Person: s.People[n%len(s.People)], Period: part})
		}
	}
	return out
}

// cover lays a turn over others.
func cover(turns []Turn, c Turn) []Turn {
	var out []Turn
	for _, t := range turns {
		before, after := t, t
		before.To, after.From = earlier(t.To, c.From), later(t.From, c.To)
		if before.From.Before(before.To) {
			out = append(out, before)
		}
		if after.From.Before(after.To) {
			out = append(out, after)
		}
	}
	out = append(out, c)
	slices.SortFunc(out, func(a, b Turn) int { return a.From.Compare(b.From) })
	return out
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// At is who is on call; ok is false when nobody is.
func (s Schedule) At(statements []Statement, at time.Time, zone *time.Location) (person string, ok bool) {
	turns := s.Turns(statements, Period{at, at.Add(time.Millisecond)}, zone)
	if len(turns) == 0 {
		return "", false
	}
	return turns[0].Person, true
}

// Escalation is who is told when nobody acknowledges. A receiver of alertmanager.yml of the
// same name, without a channel of its own, is served by it: routes stay where they are.
type Escalation struct {
	Receiver   string
	Severities []Severity // that escalate; none: critical alone. Others go to the first step only
	Steps      []EscalationStep
	Repeat     int // how often the steps begin anew when the last found nobody
}

// EscalationStep is one step. Times count from when the alert was raised.
type EscalationStep struct {
	After     time.Duration
	Schedules []string
	People    []string
	Receivers []string
}

// QuietHours mute notifications of some severities to people on call.
type QuietHours struct {
	Severities []Severity // none: warning and info
	From, To   string     // "HH:MM" in the organisation's zone; an end at or before the start is the next day's
	Days       Weekdays   // on which they begin; 0: daily
}

// Quiet says whether the hours hold at an instant for a severity.
func (q QuietHours) Quiet(s Severity, at time.Time, zone *time.Location) bool {
	of := q.Severities
	if len(of) == 0 {
		of = []Severity{SeverityWarning, SeverityInfo}
	}
	if !slices.Contains(of, s) {
		return false
	}
	days := q.Days
	if days == 0 {
		days = Daily
	}
	hours := []ServiceHours{{Close: q.From + "-" + q.To, Days: days}}
	for _, p := range Closures(hours, Period{at.Add(-48 * time.Hour), at.Add(48 * time.Hour)}, zone) {
		if !at.Before(p.From) && at.Before(p.To) {
			return true
		}
	}
	return false
}

// OnCall is how people are reached.
type OnCall struct {
	People      []Person
	Schedules   []Schedule
	Escalations []Escalation
	Quiet       []QuietHours
}

// Person returns the person with an id.
func (o OnCall) Person(id string) (Person, bool) {
	i := slices.IndexFunc(o.People, func(p Person) bool { return p.ID == id })
	if i < 0 {
		return Person{}, false
	}
	return o.People[i], true
}
