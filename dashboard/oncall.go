package dashboard

import (
	"cmp"
	"net/http"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/internal/accounts"
)

const (
	longestPlan = 400 * 24 * time.Hour // of a calendar that is asked for
	turnAhead   = 120 * 24 * time.Hour // how far the next turn is looked for
)

func (s *Server) onCallRoutes() []route {
	return []route{
		{
			method: "GET", pattern: "/api/v1/on-call", handler: http.HandlerFunc(s.onCall), summary: "Who is on call, day by day, and who is told when nobody acknowledges",
			answer: OnCall{}, errors: []int{http.StatusBadRequest},
			query: []parameter{
				{"from", "Start of the calendar: RFC 3339 or ms since the epoch. By default the last Monday's beginning in the organisation's zone.", spanQuery[0].example},
				{"to", "End of the calendar, at most 400 days later. By default four weeks after its start.", spanQuery[1].example},
			},
		},
		s.answering("POST", "/api/v1/covers", "Put somebody else on call for a while", "The latest cover prevails over earlier ones and over the configuration. "+refusals, CoverOrder{}, Statement{}, s.cover),
	}
}

// desk is what is known of the watch floor and of who is on call, with a zone.
func (s *Server) desk() compliance.Desk {
	d := s.cfg.Hub.cfg.Alarms.Desk()
	if d.Zone == nil {
		d.Zone = s.cfg.Hub.cfg.Zone
	}
	return d
}

// statements about the monitor's own scope: shifts, covers, silences, drills.
func (s *Server) statements() []compliance.Statement {
	return s.cfg.Hub.cfg.Notices.Record(compliance.MonitorScope).Statements
}

// stretch reads ?from= and ?to=, of which either follows from the other by the length of what
// it is by default. A bad one has been answered.
func stretch(w http.ResponseWriter, r *http.Request, start, end time.Time) (compliance.Period, bool) {
	from, err := instant(r, "from")
	to, other := instant(r, "to")
	switch {
	case from.IsZero() && to.IsZero():
		from, to = start, end
	case from.IsZero():
		from = to.Add(start.Sub(end))
	case to.IsZero():
		to = from.Add(end.Sub(start))
	}
	switch err = cmp.Or(err, other); {
	case err != nil:
		fail(w, http.StatusBadRequest, "bad_span", err.Error())
	case !from.Before(to):
		fail(w, http.StatusBadRequest, "bad_span", "from is not before to")
	case to.Sub(from) > longestPlan:
		fail(w, http.StatusBadRequest, "bad_span", "at most 400 days can be asked for")
	default:
		return compliance.Period{From: from.UTC(), To: to.UTC()}, true
	}
	return compliance.Period{}, false
}

func (s *Server) onCall(w http.ResponseWriter, r *http.Request) {
	d, now := s.desk(), s.cfg.Hub.cfg.Source.Now()
	p, ok := stretch(w, r, monday(now, d.Zone), monday(now, d.Zone).AddDate(0, 0, 28))
	if !ok {
		return
	}
	said := s.statements()
	out := OnCall{People: []Person{}, Schedules: []Schedule{}, Escalations: []Escalation{}, Quiet: []QuietHours{}, Covers: []Statement{}}
	for _, x := range d.OnCall.People {
		out.People = append(out.People, Person{x.ID, x.Name, append([]string{}, x.Receivers...), x.Language})
	}
	for _, x := range d.OnCall.Schedules {
		out.Schedules = append(out.Schedules, wireSchedule(x, said, p, d.Zone, now))
	}
	for _, x := range d.OnCall.Escalations {
		out.Escalations = append(out.Escalations, wireEscalation(x))
	}
	for _, x := range d.OnCall.Quiet {
		out.Quiet = append(out.Quiet, wireQuiet(x))
	}
	for _, x := range said {
		if x.Cover != nil && x.Cover.To.After(p.From) {
			out.Covers = append(out.Covers, wireStatement(x))
		}
	}
	s.answer(w, out)
}

// monday is the beginning of the week that holds t.
func monday(t time.Time, zone *time.Location) time.Time {
	t = t.In(zone)
	back := (int(t.Weekday()) + 6) % 7
	return time.Date(t.Year(), t.Month(), t.Day()-back, 0, 0, 0, 0, zone)
}

func wireSchedule(x compliance.Schedule, said []compliance.Statement, p compliance.Period, zone *time.Location, now time.Time) Schedule {
	out := Schedule{ID: x.ID, Name: x.Name, People: append([]string{}, x.People...), Days: x.Days, Plan: []OnCallDay{}}
	if out.Days <= 0 {
		out.Days = 7
	}
	for _, day := range p.Days(zone) {
		one := OnCallDay{Day: day.From.In(zone).Format(time.DateOnly), From: millis(day.From), To: millis(day.To), Turns: []Turn{}}
		for _, t := range x.Turns(said, day, zone) {
			one.Turns = append(one.Turns, wireTurn(t))
		}
		out.Plan = append(out.Plan, one)
	}
	for _, t := range x.Turns(said, compliance.Period{From: now, To: now.Add(turnAhead)}, zone) {
		turn := wireTurn(t)
		switch {
		case out.Now == nil && !t.From.After(now):
			out.Now = &turn
		case out.Now != nil && out.Now.Person == turn.Person && out.Now.To == turn.From && out.Now.Cover == turn.Cover:
			out.Now.To = turn.To // the same person goes on
		case out.Next == nil && (out.Now == nil || turn.Person != out.Now.Person):
			out.Next = &turn
		}
		if out.Next != nil {
			break
		}
	}
	return out
}

func wireTurn(t compliance.Turn) Turn {
	return Turn{Person: t.Person, From: millis(t.From), To: millis(t.To), Cover: t.Cover}
}

func wireEscalation(x compliance.Escalation) Escalation {
	out := Escalation{Receiver: x.Receiver, Severities: x.Severities, Steps: []EscalationStep{}, Repeat: x.Repeat}
	if len(out.Severities) == 0 {
		out.Severities = []compliance.Severity{compliance.SeverityCritical}
	}
	for _, step := range x.Steps {
		out.Steps = append(out.Steps, EscalationStep{
			AfterMS: step.After.Milliseconds(), Schedules: append([]string{}, step.Schedules...), People: append([]string{}, step.People...), Receivers: append([]string{}, step.Receivers...),
		})
	}
	return out
}

func wireQuiet(x compliance.QuietHours) QuietHours {
	out := QuietHours{Severities: x.Severities, From: x.From, To: x.To, Days: []int{}}
	if len(out.Severities) == 0 {
		out.Severities = []compliance.Severity{compliance.SeverityWarning, compliance.SeverityInfo}
	}
	for day := time.Sunday; day <= time.Saturday; day++ {
		if x.Days == 0 || x.Days.Has(day) {
			out.Days = append(out.Days, int(day))
		}
	}
	return out
}

// cover is POST /api/v1/covers.
func (s *Server) cover(w http.ResponseWriter, r *http.Request, actor accounts.Actor) {
	o, ok := order[CoverOrder](w, r)
	if !ok || !wordy(w, o.Why) {
		return
	}
	x := compliance.Statement{Site: compliance.MonitorScope, By: actor, Why: o.Why, Cover: &compliance.Cover{
		Schedule: o.Schedule, Person: o.Person, From: o.From.time(), To: o.To.time(),
	}}
	if done, ok := s.put(w, r, x, nil); ok {
		s.answer(w, done)
	}
}
