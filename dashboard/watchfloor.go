package dashboard

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/internal/accounts"
)

func (s *Server) floorRoutes() []route {
	return []route{
		{
			method: "GET", pattern: "/api/v1/watch-floor", handler: http.HandlerFunc(s.floor), summary: "The watch floor: the shift that is on, those of the span with their verdicts, and what stands now",
			answer: WatchFloor{}, errors: []int{http.StatusBadRequest},
			query: []parameter{
				{"from", "Start of the span: RFC 3339 or ms since the epoch. By default 14 days before its end.", spanQuery[0].example},
				{"to", "End of the span. By default now.", spanQuery[1].example},
			},
		},
		s.answering("POST", "/api/v1/takings", "Take a shift", "A shift can be taken from half an hour before it begins. The first who takes it counts. "+refusals, TakingOrder{}, Statement{}, s.take),
		s.answering("POST", "/api/v1/hand-overs", "Hand a shift over to whoever comes next, with a note", "What stands is added: open alerts and outages, silences in force, clocks that run. "+refusals, HandOverOrder{}, Statement{}, s.handOver),
		s.answering("POST", "/api/v1/drills", "Raise an alert as an exercise", "It is kept out of all evidence, and ends by itself within a day. "+refusals, DrillOrder{}, Statement{}, s.drill),
	}
}

const floorBehind = 14 * 24 * time.Hour

// near are the watches around now: the one that is on, and the next.
func nearWatches(d compliance.Desk, said []compliance.Statement, now time.Time) (current, next *compliance.Watch) {
	if w, ok := d.Roster.Current(said, d.Zone, now); ok {
		current = &w
	}
	for _, w := range d.Roster.Watches(said, compliance.Period{From: now, To: now.Add(48 * time.Hour)}, d.Zone, now) {
		if now.Before(w.Start) {
			return current, &w
		}
	}
	return current, nil
}

func (s *Server) floor(w http.ResponseWriter, r *http.Request) {
	d, now := s.desk(), s.cfg.Hub.cfg.Source.Now()
	p, ok := stretch(w, r, now.Add(-floorBehind), now)
	if !ok {
		return
	}
	stands, err := s.standing(r.Context())
	if err != nil {
		s.broken(w, "find out what stands", err)
		return
	}
	said := s.statements()
	out := WatchFloor{Shifts: []Shift{}, GraceMS: d.Roster.TakenWithin().Milliseconds(), Watches: []Watch{}, Stands: stands, Rules: alertKinds()}
	for _, x := range d.Roster.Shifts {
		out.Shifts = append(out.Shifts, Shift{x.Name, x.From, append([]string{}, x.People...)})
	}
	current, next := nearWatches(d, said, now)
	out.Current, out.Next = wireWatch(current), wireWatch(next)
	for _, x := range slices.Backward(d.Roster.Watches(said, p, d.Zone, now)) {
		out.Watches = append(out.Watches, *wireWatch(&x))
	}
	s.answer(w, out)
}

// alertKinds are the rules of which a drill can be held.
func alertKinds() []AlertKind {
	out := []AlertKind{}
	for _, r := range compliance.AlertRules() {
		if r != compliance.AlertWatchdog {
			out = append(out, AlertKind{r, r.Clause(), r.AboutMonitor()})
		}
	}
	return out
}

func wireWatch(x *compliance.Watch) *Watch {
	if x == nil {
		return nil
	}
	out := &Watch{Shift: x.Shift, Start: millis(x.Start), End: millis(x.End), Due: millis(x.Due), Verdict: x.Verdict, Why: x.Why}
	if x.Taken != nil {
		out.Taken = answered(x.Taken.By, x.Taken.At)
	}
	if h := x.Handed; h != nil {
		said := wireHandOver(*h.HandOver)
		out.Handed = &HandedOver{
			Answered: *answered(h.By, h.At), Note: h.Why,
			Alerts: said.Alerts, Outages: said.Outages, Silences: said.Silences, Clocks: said.Clocks,
		}
	}
	return out
}

// standing is what whoever comes next must know of.
func (s *Server) standing(ctx context.Context) (Standing, error) {
	out := Standing{Alerts: []Alert{}, Outages: []Outage{}, Silences: []Silence{}, Clocks: []Clock{}}
	open := slices.DeleteFunc(slices.Clone(s.cfg.Hub.cfg.Alarms.Open()), func(a compliance.Alert) bool { return a.Drill || a.Severity == compliance.SeverityNone })
	out.Alerts = s.wireAlerts(ctx, gravestFirst(open, compliance.AlertQuery{Limit: len(open)}))
	now, states := s.cfg.Hub.cfg.Source.Now(), s.cfg.Hub.cfg.Source.States()
	for _, site := range s.cfg.Hub.cfg.Source.Sites() {
		outage := states.Sites[site.ID].Outage
		if outage != nil {
			out.Outages = append(out.Outages, *wireOutage(*outage))
		}
		for _, c := range s.cfg.Hub.clocks(site.ID, outage, now) {
			if c.Met == 0 {
				out.Clocks = append(out.Clocks, c)
			}
		}
	}
	if s.cfg.Silences == nil {
		return out, nil
	}
	list, err := s.cfg.Silences.Silences(ctx)
	if err != nil {
		return out, err
	}
	active := slices.DeleteFunc(slices.Clone(list), func(x Silenced) bool { return x.State != SilenceActive })
	out.Silences = wireSilences(active)
	return out, nil
}

// watch finds the shift that an order is about: by default the one that is on.
func (s *Server) watch(w http.ResponseWriter, shift string, start *Instant) (string, time.Time, bool) {
	switch {
	case shift != "" && start != nil:
		return shift, start.time(), true
	case shift != "" || start != nil:
		fail(w, http.StatusBadRequest, "bad_order", "shift and start go together")
		return "", time.Time{}, false
	}
	current, _ := nearWatches(s.desk(), nil, s.cfg.Hub.cfg.Source.Now())
	if current == nil {
		refused(w, "no_shift")
		return "", time.Time{}, false
	}
	return current.Shift, current.Start, true
}

// floorSay puts a statement about the watch floor on record and answers with it.
func (s *Server) floorSay(w http.ResponseWriter, r *http.Request, x compliance.Statement) {
	x.Site = compliance.MonitorScope
	if done, ok := s.put(w, r, x, nil); ok {
		s.answer(w, done)
	}
}

// take is POST /api/v1/takings.
func (s *Server) take(w http.ResponseWriter, r *http.Request, actor accounts.Actor) {
	o, ok := order[TakingOrder](w, r)
	if !ok || !wordy(w, o.Why, o.Shift) {
		return
	}
	if shift, start, ok := s.watch(w, o.Shift, o.Start); ok {
		s.floorSay(w, r, compliance.Statement{By: actor, Why: o.Why, Taking: &compliance.Taking{Shift: shift, Start: start, Drill: o.Drill}})
	}
}

// handOver is POST /api/v1/hand-overs.
func (s *Server) handOver(w http.ResponseWriter, r *http.Request, actor accounts.Actor) {
	o, ok := order[HandOverOrder](w, r)
	if !ok || !wordy(w, o.Note, o.Shift) {
		return
	}
	shift, start, ok := s.watch(w, o.Shift, o.Start)
	if !ok {
		return
	}
	stands, err := s.standing(r.Context())
	if err != nil {
		s.broken(w, "find out what stands", err)
		return
	}
	h := compliance.HandOver{Shift: shift, Start: start, Drill: o.Drill}
	for _, x := range stands.Alerts {
		h.Alerts = append(h.Alerts, x.ID)
	}
	for _, x := range stands.Outages {
		h.Outages = append(h.Outages, x.ID)
	}
	for _, x := range stands.Silences {
		h.Silences = append(h.Silences, x.ID)
	}
	for _, x := range stands.Clocks {
		h.Clocks = append(h.Clocks, compliance.HandedClock{Kind: x.Kind, Site: x.Site, Subject: x.Subject, Limit: time.UnixMilli(x.Limit).UTC()})
	}
	s.floorSay(w, r, compliance.Statement{By: actor, Why: o.Note, HandOver: &h})
}

// drill is POST /api/v1/drills.
func (s *Server) drill(w http.ResponseWriter, r *http.Request, actor accounts.Actor) {
	o, ok := order[DrillOrder](w, r)
	if !ok || !wordy(w, o.Why) {
		return
	}
	s.floorSay(w, r, compliance.Statement{By: actor, Why: o.Why, Drill: &compliance.Drill{Rule: o.Rule, Site: o.Site, Ends: o.Ends.time()}})
}

func wireHandOver(h compliance.HandOver) *HandOver {
	out := &HandOver{
		Shift: h.Shift, Start: millis(h.Start), Alerts: append([]string{}, h.Alerts...), Outages: append([]string{}, h.Outages...),
		Silences: append([]string{}, h.Silences...), Clocks: []HandedClock{}, Drill: h.Drill,
	}
	for _, c := range h.Clocks {
		out.Clocks = append(out.Clocks, HandedClock{Kind: c.Kind, Site: c.Site, Subject: c.Subject, Limit: millis(c.Limit)})
	}
	return out
}

// wireFloorStatement tells of what a statement says of alerts and the watch floor.
func wireFloorStatement(s compliance.Statement, out *Statement) {
	switch {
	case s.Acknowledgement != nil:
		out.Acknowledgement = &Acknowledgement{append([]string{}, s.Acknowledgement.Alerts...)}
	case s.Silence != nil:
		x := s.Silence
		out.Silence = &SilenceSaid{ID: x.ID, Matchers: append([]string{}, x.Matchers...), Starts: millis(x.Starts), Ends: millis(x.Ends), Expired: x.Expired}
	case s.Drill != nil:
		out.Drill = &Drill{Rule: s.Drill.Rule, Site: s.Drill.Site, Ends: millis(s.Drill.Ends)}
	case s.Taking != nil:
		out.Taking = &Taking{Shift: s.Taking.Shift, Start: millis(s.Taking.Start), Drill: s.Taking.Drill}
	case s.HandOver != nil:
		out.HandOver = wireHandOver(*s.HandOver)
	case s.Cover != nil:
		out.Cover = &Cover{Schedule: s.Cover.Schedule, Person: s.Cover.Person, From: millis(s.Cover.From), To: millis(s.Cover.To)}
	}
}
