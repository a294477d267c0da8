package dashboard

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/internal/accounts"
)

// Alarms is the engine's side of alerts and the watch floor. Its methods are quick and safe
// for concurrent use; what they return is not modified.
type Alarms interface {
	// Open are the alerts that stand as of the last commit.
	Open() []compliance.Alert
	// Desk says how the watch floor is staffed and who is on call.
	Desk() compliance.Desk
}

// AlertRecords is what the store remembers of alerts, the latest first.
type AlertRecords interface {
	Alerts(ctx context.Context, q compliance.AlertQuery) ([]compliance.Alert, error)
	Receipts(ctx context.Context, q compliance.ReceiptQuery) ([]compliance.Receipt, error)
}

// nobody is an Alarms of which nothing is known.
type nobody struct{}

func (nobody) Open() []compliance.Alert { return nil }
func (nobody) Desk() compliance.Desk    { return compliance.Desk{} }

const (
	maxAlerts   = 1000
	maxReceipts = 1000
)

// scopeQuery is for where what concerns the monitor itself counts as a site.
var scopeQuery = parameter{"site", "Only of this site; " + compliance.MonitorScope + ": of the monitor itself.", "homepage"}

func (s *Server) alertReads() []route {
	return []route{
		{
			method: "GET", pattern: "/api/v1/alerts", handler: http.HandlerFunc(s.listAlerts), summary: "Alerts: those that stand, the gravest first, or those on record",
			answer: []Alert{}, errors: []int{http.StatusBadRequest},
			more: "The Watchdog, whose silence is the alarm, always stands.",
			query: append([]parameter{
				{"open", "false: those that stood at some time in the span, the latest first. By default those that stand now.", "false"},
				scopeQuery, {"limit", "At most so many, up to 1000.", "100"},
			}, spanQuery...),
		},
		{
			method: "GET", pattern: "/api/v1/alerts/{id}", handler: http.HandlerFunc(s.oneAlert), summary: "An alert, who was told of it, and what people said of it",
			answer: AlertDetail{}, errors: []int{http.StatusNotFound},
		},
		{
			method: "GET", pattern: "/api/v1/receipts", handler: http.HandlerFunc(s.listReceipts), summary: "Notifications: who was told of what, when and by which channel; the latest first",
			answer: []Receipt{}, errors: []int{http.StatusBadRequest},
			query: append([]parameter{{"alert", "Only of this alert, whenever they were sent.", "SiteDown-b327d7dd0def"}, {"limit", "At most so many, up to 1000.", "100"}}, spanQuery...),
		},
	}
}

// answering is a write in the name of who may answer alerts.
func (s *Server) answering(method, pattern, summary, more string, body, answer any, h func(http.ResponseWriter, *http.Request, accounts.Actor)) route {
	return route{
		method: method, pattern: pattern, handler: s.demand(accounts.Acknowledge, h), summary: summary, more: more, body: body, answer: answer, roles: rolesThat(accounts.Acknowledge),
		errors: []int{http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity},
	}
}

const refusals = "Refusals are 422 with the type urn:charterwatch:refused_ and the rule that was not met."

func (s *Server) alertWrites() []route {
	return []route{
		s.answering("POST", "/api/v1/acknowledgements", "Answer alerts: escalation ends, and nobody is told of them again while they stand",
			"It is put on record with who said it, once for each site. "+refusals, AcknowledgementOrder{}, []Statement{}, s.acknowledge),
	}
}

// watched are the sites by their ids.
func (s *Server) watched() map[string]compliance.Site {
	out := map[string]compliance.Site{}
	for _, site := range s.cfg.Hub.cfg.Source.Sites() {
		out[site.ID] = site
	}
	return out
}

func (s *Server) listAlerts(w http.ResponseWriter, r *http.Request) {
	q := compliance.AlertQuery{Site: r.URL.Query().Get("site"), Limit: limit(r, maxAlerts)}
	var list []compliance.Alert
	if r.URL.Query().Get("open") == "false" {
		var err error
		if q.From, q.To, err = span(r, s.cfg.Hub.cfg.Source.Now()); err != nil {
			fail(w, http.StatusBadRequest, "bad_span", err.Error())
			return
		}
		if list, err = s.cfg.AlertRecords.Alerts(r.Context(), q); err != nil {
			s.broken(w, "read alerts", err)
			return
		}
	} else {
		list = gravestFirst(s.cfg.Hub.cfg.Alarms.Open(), q)
	}
	s.answer(w, s.wireAlerts(r.Context(), list))
}

// gravestFirst are the alerts of a scope, within a severity the latest first.
func gravestFirst(open []compliance.Alert, q compliance.AlertQuery) []compliance.Alert {
	list := slices.DeleteFunc(slices.Clone(open), func(a compliance.Alert) bool { return q.Site != "" && a.Scope() != q.Site })
	order := compliance.Severities()
	slices.SortStableFunc(list, func(a, b compliance.Alert) int {
		if c := slices.Index(order, a.Severity) - slices.Index(order, b.Severity); c != 0 {
			return c
		}
		return b.Raised.Compare(a.Raised)
	})
	return list[:min(len(list), q.Limit)]
}

// wireAlerts tells of alerts with what mutes them and who was told. That alerts stand must be
// seen even when the store or Alertmanager does not answer: then the rest is missing.
func (s *Server) wireAlerts(ctx context.Context, list []compliance.Alert) []Alert {
	if len(list) == 0 {
		return []Alert{}
	}
	told, err := s.told(ctx, list)
	if err != nil {
		s.log.Error("alerts are shown without their receipts", "err", err)
	}
	return s.dress(ctx, list, told)
}

// dress adds to alerts what the dashboard knows of them.
func (s *Server) dress(ctx context.Context, list []compliance.Alert, told map[string]*Told) []Alert {
	out := make([]Alert, 0, len(list))
	muting, err := s.muting(ctx)
	if err != nil {
		s.log.Error("alerts are shown without their silences", "err", err)
	}
	sites := s.watched()
	for _, a := range list {
		x := wireAlert(a)
		x.Silences, x.Told = append(x.Silences, muting[a.ID]...), told[a.ID]
		if site, watched := sites[a.Site]; watched {
			x.Name, x.Owner = &site.Name, site.Owner
			x.Title = s.cfg.Hub.title(a.Site, a.Subject)
		}
		out = append(out, x)
	}
	return out
}

func wireAlert(a compliance.Alert) Alert {
	out := Alert{
		ID: a.ID, Rule: a.Rule, Severity: a.Severity, Site: a.Site, Check: a.Check, Subject: a.Subject, Clause: a.Clause,
		Start: millis(a.Start), Raised: millis(a.Raised), Gone: millis(a.Gone), End: millis(a.End),
		Reason: a.Reason, Cause: compliance.CauseOf(a.Reason), Detail: a.Detail, Vantages: a.Vantages, Clock: a.Clock, Limit: millis(a.Limit),
		Percent: a.Percent, Count: a.Count, Untold: a.Untold, Recovery: millis(a.Recovery), ETA: millis(a.ETA), Held: millis(a.Held), Silences: []string{},
		Drill: a.Drill, Settled: millis(a.Settled), Uncommitted: a.Uncommitted, Matchers: matchersOf(a),
	}
	if a.Acked != nil {
		out.Acked = answered(a.Acked.By, a.Acked.At)
	}
	return out
}

func answered(by accounts.Actor, at time.Time) *Answered {
	return &Answered{By: by.ID, Name: by.Name, At: millis(at)}
}

// matchersOf name an alert by labels that those after it share: a silence is meant for what
// goes on, not for one occurrence.
func matchersOf(a compliance.Alert) []string {
	out := []string{"alertname=" + strconv.Quote(string(a.Rule))}
	also := func(label, value string) {
		if value != "" {
			out = append(out, label+"="+strconv.Quote(value))
		}
	}
	also("site", a.Site)
	also("check", a.Check)
	if a.Rule.BySubject() {
		also("subject", a.Subject)
	}
	return out
}

// told sums up the receipts of alerts since the first of them was raised.
func (s *Server) told(ctx context.Context, list []compliance.Alert) (map[string]*Told, error) {
	since := list[0].Raised
	for _, a := range list {
		if a.Raised.Before(since) {
			since = a.Raised
		}
	}
	receipts, err := s.cfg.AlertRecords.Receipts(ctx, compliance.ReceiptQuery{From: since, Limit: maxReceipts})
	if err != nil {
		return nil, err
	}
	return sumUp(receipts), nil
}

// sumUp counts receipts, the latest first, by alert.
func sumUp(receipts []compliance.Receipt) map[string]*Told {
	out := map[string]*Told{}
	type way struct{ alert, receiver, channel, person string }
	latest := map[way]bool{}
	for _, r := range receipts {
		for _, id := range slices.Concat(r.Firing, r.Resolved) {
			t := out[id]
			if t == nil {
				t = &Told{Last: millis(r.At)}
				out[id] = t
			}
			w := way{id, r.Receiver, r.Channel, r.Person}
			if r.Status == compliance.Delivered {
				t.Delivered++
			} else if !latest[w] {
				t.Failing++
			}
			latest[w] = true
		}
	}
	return out
}

func (s *Server) oneAlert(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	found, err := s.findAlert(r.Context(), id)
	if err != nil {
		s.broken(w, "read an alert", err)
		return
	}
	if len(found) == 0 {
		fail(w, http.StatusNotFound, "not_found", "there is no such alert on record")
		return
	}
	receipts, err := s.cfg.AlertRecords.Receipts(r.Context(), compliance.ReceiptQuery{Alert: id, Limit: maxReceipts})
	if err != nil {
		s.broken(w, "read receipts", err)
		return
	}
	out := AlertDetail{Alert: s.dress(r.Context(), found, sumUp(receipts))[0], Receipts: s.wireReceipts(receipts), Acknowledgements: []Statement{}}
	for _, x := range s.cfg.Hub.cfg.Notices.Record(found[0].Scope()).Statements {
		if x.Acknowledgement != nil && slices.Contains(x.Acknowledgement.Alerts, id) {
			out.Acknowledgements = append(out.Acknowledgements, wireStatement(x))
		}
	}
	s.answer(w, out)
}

// findAlert looks among those that stand before it asks the store.
func (s *Server) findAlert(ctx context.Context, id string) ([]compliance.Alert, error) {
	for _, a := range s.cfg.Hub.cfg.Alarms.Open() {
		if a.ID == id {
			return []compliance.Alert{a}, nil
		}
	}
	return s.cfg.AlertRecords.Alerts(ctx, compliance.AlertQuery{ID: id, Limit: 1})
}

func (s *Server) listReceipts(w http.ResponseWriter, r *http.Request) {
	q := compliance.ReceiptQuery{Alert: r.URL.Query().Get("alert"), Limit: limit(r, maxReceipts)}
	if v := r.URL.Query(); q.Alert == "" || v.Has("from") || v.Has("to") {
		var err error
		if q.From, q.To, err = span(r, s.cfg.Hub.cfg.Source.Now()); err != nil {
			fail(w, http.StatusBadRequest, "bad_span", err.Error())
			return
		}
	}
	list, err := s.cfg.AlertRecords.Receipts(r.Context(), q)
	if err != nil {
		s.broken(w, "read receipts", err)
		return
	}
	s.answer(w, s.wireReceipts(list))
}

func (s *Server) wireReceipts(list []compliance.Receipt) []Receipt {
	people := s.cfg.Hub.cfg.Alarms.Desk().OnCall
	out := make([]Receipt, 0, len(list))
	for _, r := range list {
		x := Receipt{
			ID: r.ID, At: millis(r.At), Status: r.Status, Receiver: r.Receiver, Channel: r.Channel, Person: r.Person, Policy: r.Policy, Step: r.Step,
			Firing: append([]string{}, r.Firing...), Resolved: append([]string{}, r.Resolved...),
			Attempts: r.Attempts, TookMS: r.Took.Milliseconds(), Problem: r.Problem, Drill: r.Drill,
		}
		if p, ok := people.Person(r.Person); ok {
			x.Name = &p.Name
		}
		out = append(out, x)
	}
	return out
}

// acknowledge is POST /api/v1/acknowledgements. Alerts of several sites are one statement
// each: a statement is of one site.
func (s *Server) acknowledge(w http.ResponseWriter, r *http.Request, actor accounts.Actor) {
	o, ok := order[AcknowledgementOrder](w, r)
	if !ok || !wordy(w, o.Why) {
		return
	}
	open := map[string]string{} // scopes by ids
	for _, a := range s.cfg.Hub.cfg.Alarms.Open() {
		open[a.ID] = a.Scope()
	}
	var scopes []string
	byScope := map[string][]string{}
	for _, id := range o.Alerts {
		scope, stands := open[id]
		if !stands { // before anything is put on record
			refused(w, "no_alert")
			return
		}
		if byScope[scope] == nil {
			scopes = append(scopes, scope)
		}
		if !slices.Contains(byScope[scope], id) {
			byScope[scope] = append(byScope[scope], id)
		}
	}
	if len(scopes) == 0 {
		refused(w, "no_alert")
		return
	}
	out := []Statement{}
	for _, scope := range scopes {
		x, ok := s.put(w, r, compliance.Statement{Site: scope, By: actor, Why: o.Why, Acknowledgement: &compliance.Acknowledgement{Alerts: byScope[scope]}}, nil)
		if !ok {
			return
		}
		out = append(out, x)
	}
	s.answer(w, out)
}

// refused answers as put does when the engine refuses.
func refused(w http.ResponseWriter, rule string) {
	fail(w, http.StatusUnprocessableEntity, "refused_"+rule, (&compliance.Refusal{Rule: rule}).Error())
}
