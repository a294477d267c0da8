package dashboard

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/notice"
	"github.com/charterwatch/charterwatch/internal/accounts"
)

const (
	maxStatement = 64 << 10 // bytes of a request
	maxWords     = 4000     // bytes of a single text in it
)

func (s *Server) noticeWrites() []route {
	roles := rolesThat(accounts.RecordNotices)
	errs := []int{http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity}
	const once = "It is put on record for good, with who said it; a later statement may answer it. Refusals are 422 with the type urn:charterwatch:refused_ and the rule that was not met."
	write := func(pattern, tail, summary string, body, answer any, h func(http.ResponseWriter, *http.Request, accounts.Actor)) route {
		return route{method: "POST", pattern: pattern, tail: tail, handler: s.demand(accounts.RecordNotices, h), summary: summary, more: once, body: body, answer: answer, roles: roles, errors: errs}
	}
	return []route{
		write("/api/v1/notices/{id...}", "/ruling", "Say what a notice announces: confirm, correct or reject how it was read", RulingOrder{}, []Statement{}, s.rule),
		write("/api/v1/works", "", "Declare maintenance ahead of its notice; it excuses nothing and starts the countdown to the posting", WorkOrder{}, Statement{}, s.declare),
		write("/api/v1/works/{id}/withdraw", "", "Take declared maintenance back", WithdrawalOrder{}, Statement{}, s.withdraw),
		write("/api/v1/outages/{id...}", "/announcement", "Record a recovery time that was announced where the monitor does not look, with proof", AnnouncementOrder{}, Statement{}, s.announced),
		write("/api/v1/outages/{id...}", "/appeal", "Contest an outage or a part of it", AppealOrder{}, Statement{}, s.appeal),
		write("/api/v1/appeals/{id}/judge", "", "Decide an appeal; who appealed may not", JudgementOrder{}, Statement{}, s.judge),
	}
}

// order reads a request's body strictly. An error has been answered.
func order[T any](w http.ResponseWriter, r *http.Request) (T, bool) {
	return orderUpTo[T](w, r, maxStatement)
}

// orderUpTo is order for bodies of another size.
func orderUpTo[T any](w http.ResponseWriter, r *http.Request, limit int64) (T, bool) {
	var v T
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, limit))
	d.DisallowUnknownFields()
	err := d.Decode(&v)
	if err == nil {
		if _, more := d.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("there is more than one JSON value")
		}
	}
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		fail(w, http.StatusRequestEntityTooLarge, "too_large", fmt.Sprintf("at most %d bytes are taken", limit))
	case err != nil:
		fail(w, http.StatusBadRequest, "bad_order", "the body is not what is asked for: "+strings.TrimPrefix(err.Error(), "json: "))
	}
	return v, err == nil
}

// wordy demands that texts are of a length that a person writes.
func wordy(w http.ResponseWriter, texts ...string) bool {
	if slices.ContainsFunc(texts, func(t string) bool { return len(t) > maxWords }) {
		fail(w, http.StatusBadRequest, "bad_order", fmt.Sprintf("a text has at most %d bytes", maxWords))
		return false
	}
	return true
}

// put puts a statement on record; what kept it from that has been answered.
func (s *Server) put(w http.ResponseWriter, r *http.Request, x compliance.Statement, outages []compliance.Outage) (Statement, bool) {
	done, err := s.cfg.State(r.Context(), x, outages)
	var refused *compliance.Refusal
	switch {
	case errors.As(err, &refused):
		fail(w, http.StatusUnprocessableEntity, "refused_"+refused.Rule, refused.Error())
	case err != nil:
		s.broken(w, "put a statement on record", err)
	default:
		s.log.Info("statement on record", "actor", x.By.ID, "statement", done.ID, "what", done.What(), "site", done.Site)
	}
	return wireStatement(done), err == nil
}

// site says whether a site is watched; if not, that has been answered.
func (s *Server) site(w http.ResponseWriter, id string) bool {
	known := slices.ContainsFunc(s.cfg.Hub.cfg.Source.Sites(), func(x compliance.Site) bool { return x.ID == id })
	if !known {
		fail(w, http.StatusNotFound, "not_found", "there is no such site")
	}
	return known
}

// rule is POST /api/v1/notices/{id}/ruling.
func (s *Server) rule(w http.ResponseWriter, r *http.Request, actor accounts.Actor) {
	o, ok := order[RulingOrder](w, r)
	if !ok || !wordy(w, o.Why) {
		return
	}
	id := r.PathValue("id")
	_, sites, known := s.notice(id)
	if o.Site != "" {
		known = slices.Contains(sites, o.Site)
		sites = []string{o.Site}
	}
	if !known {
		fail(w, http.StatusNotFound, "not_found", "there is no such notice on record")
		return
	}
	ruling := compliance.Ruling{Notice: id, Revision: o.Revision, Ruled: o.Ruled}
	if o.Ruled == compliance.RuledCorrect && o.Reading != nil {
		reading, fault := o.Reading.reading()
		if fault != "" {
			fail(w, http.StatusBadRequest, "bad_order", fault)
			return
		}
		ruling.Reading = &reading
	}
	out := []Statement{}
	for _, site := range sites {
		x, ok := s.put(w, r, compliance.Statement{Site: site, By: actor, Why: o.Why, Ruling: &ruling}, nil)
		if !ok {
			return
		}
		out = append(out, x)
	}
	s.answer(w, out)
}

// reading is what a person says that a notice announces, or what is wrong with it.
func (o ReadingOrder) reading() (compliance.Reading, string) {
	switch {
	case !slices.Contains([]notice.Kind{notice.Maintenance, notice.Outage, notice.Recovery, notice.Other}, o.Kind):
		return compliance.Reading{}, "kind is maintenance, outage, recovery or other"
	case !slices.Contains([]notice.State{"", notice.Planned, notice.Rescheduled, notice.Extended, notice.Cancelled, notice.Completed}, o.State):
		return compliance.Reading{}, "state is planned, rescheduled, extended, cancelled or completed"
	case !typed(o.Type):
		return compliance.Reading{}, "type is regular or emergency, or absent"
	}
	state := o.State
	if state == "" {
		state = notice.Planned
	}
	return compliance.Reading{Reading: notice.Reading{Kind: o.Kind, State: state, Type: o.Type, Windows: windowsOf(o.Windows), ETA: o.ETA.time(), Confidence: 1}}, ""
}

func typed(t notice.Type) bool {
	return slices.Contains([]notice.Type{notice.Untyped, notice.Regular, notice.Emergency}, t)
}

// declare is POST /api/v1/works.
func (s *Server) declare(w http.ResponseWriter, r *http.Request, actor accounts.Actor) {
	o, ok := order[WorkOrder](w, r)
	if !ok || !wordy(w, o.Why) || !s.site(w, o.Site) {
		return
	}
	if !typed(o.Type) {
		fail(w, http.StatusBadRequest, "bad_order", "type is regular or emergency, or absent")
		return
	}
	x := compliance.Statement{Site: o.Site, By: actor, Why: o.Why, Work: &compliance.Work{Type: o.Type, Windows: windowsOf(o.Windows)}}
	if done, ok := s.put(w, r, x, nil); ok {
		s.answer(w, done)
	}
}

// stated finds the site of a statement that a request answers.
func (s *Server) stated(w http.ResponseWriter, id string) (string, bool) {
	for _, site := range s.cfg.Hub.cfg.Source.Sites() {
		for _, x := range s.cfg.Hub.cfg.Notices.Record(site.ID).Statements {
			if x.ID == id {
				return site.ID, true
			}
		}
	}
	fail(w, http.StatusNotFound, "not_found", "there is no such statement on record")
	return "", false
}

// withdraw is POST /api/v1/works/{id}/withdraw.
func (s *Server) withdraw(w http.ResponseWriter, r *http.Request, actor accounts.Actor) {
	o, ok := order[WithdrawalOrder](w, r)
	if !ok || !wordy(w, o.Why) {
		return
	}
	site, ok := s.stated(w, r.PathValue("id"))
	if !ok {
		return
	}
	x := compliance.Statement{Site: site, By: actor, Why: o.Why, Withdrawal: &compliance.Withdrawal{Work: r.PathValue("id")}}
	if done, ok := s.put(w, r, x, nil); ok {
		s.answer(w, done)
	}
}

// outage finds the outage of a site that a request is about, with those of the same site.
func (s *Server) outage(w http.ResponseWriter, r *http.Request) (site string, all []compliance.Outage, ok bool) {
	id := r.PathValue("id")
	site, _, _ = strings.Cut(id, "@")
	all, err := s.cfg.Hub.cfg.History.Outages(r.Context(), compliance.OutageQuery{Site: site, SiteLevel: true})
	if err != nil {
		s.broken(w, "list outages", err)
		return site, nil, false
	}
	if !slices.ContainsFunc(all, func(o compliance.Outage) bool { return o.ID == id && o.Site == site }) {
		fail(w, http.StatusNotFound, "not_found", "there is no such outage of a site")
		return site, nil, false
	}
	return site, all, true
}

// announced is POST /api/v1/outages/{id}/announcement.
func (s *Server) announced(w http.ResponseWriter, r *http.Request, actor accounts.Actor) {
	o, ok := order[AnnouncementOrder](w, r)
	if !ok || !wordy(w, o.Why, o.Where, o.Proof) {
		return
	}
	site, outages, ok := s.outage(w, r)
	if !ok {
		return
	}
	x := compliance.Statement{Site: site, By: actor, Why: o.Why, Announcement: &compliance.OutsideAnnouncement{
		Outage: r.PathValue("id"), ETA: o.ETA.time(), Told: o.Told.time(), Where: o.Where, Proof: o.Proof,
	}}
	if done, ok := s.put(w, r, x, outages); ok {
		s.answer(w, done)
	}
}

// appeal is POST /api/v1/outages/{id}/appeal.
func (s *Server) appeal(w http.ResponseWriter, r *http.Request, actor accounts.Actor) {
	o, ok := order[AppealOrder](w, r)
	if !ok || !wordy(w, o.Why, o.Evidence) {
		return
	}
	site, outages, ok := s.outage(w, r)
	if !ok {
		return
	}
	x := compliance.Statement{Site: site, By: actor, Why: o.Why, Appeal: &compliance.Appeal{
		Outage: r.PathValue("id"), From: o.From.time(), To: o.To.time(), Ground: o.Ground, Evidence: o.Evidence,
	}}
	if done, ok := s.put(w, r, x, outages); ok {
		s.answer(w, done)
	}
}

// judge is POST /api/v1/appeals/{id}/judge.
func (s *Server) judge(w http.ResponseWriter, r *http.Request, actor accounts.Actor) {
	o, ok := order[JudgementOrder](w, r)
	if !ok || !wordy(w, o.Why) {
		return
	}
	site, ok := s.stated(w, r.PathValue("id"))
	if !ok {
		return
	}
	x := compliance.Statement{Site: site, By: actor, Why: o.Why, Judgement: &compliance.Judgement{Appeal: r.PathValue("id"), Upheld: o.Upheld}}
	if done, ok := s.put(w, r, x, nil); ok {
		s.answer(w, done)
	}
}
