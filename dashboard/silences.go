package dashboard

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/charterwatch/charterwatch/internal/accounts"
	"github.com/charterwatch/charterwatch/internal/messages"
)

// SilenceState is whether a silence is in force.
type SilenceState string

// The states.
const (
	SilenceActive  SilenceState = "active"
	SilencePending SilenceState = "pending" // it has not begun
	SilenceExpired SilenceState = "expired" // it is over, or was ended
)

// Silenced is a silence as Alertmanager has it.
type Silenced struct {
	ID       string
	Matchers []string // as Alertmanager writes them: site="homepage"
	Starts   time.Time
	Ends     time.Time
	By       string // name of who made it
	Why      string
	State    SilenceState
	Alerts   []string // ids of the open alerts that it mutes now
}

// Silences are those of the Alertmanager inside. Safe for concurrent use.
type Silences interface {
	// Silences lists them all, for as long as Alertmanager remembers them.
	Silences(ctx context.Context) ([]Silenced, error)
	// Silence makes one; it and the statement that says why are durable when it returns. An error
	// about what was asked for is a [messages.Message], which whoever asked is shown.
	Silence(ctx context.Context, by accounts.Actor, matchers []string, starts, ends time.Time, why string) (id string, err error)
	// Expire ends one before its time. The error wraps [ErrNoSilence] if there is none that
	// could be ended.
	Expire(ctx context.Context, by accounts.Actor, id, why string) error
}

// ErrNoSilence says that there is no such silence.
var ErrNoSilence = errors.New("no such silence")

const maxMatchers = 32

func (s *Server) silenceRoutes() []route {
	const outside = "Without an Alertmanager inside it is 501 with the type urn:charterwatch:external_alertmanager. "
	get := route{
		method: "GET", pattern: "/api/v1/silences", handler: http.HandlerFunc(s.listSilences), summary: "Silences: active ones, pending ones, and expired ones as long as they are remembered",
		answer: SilenceList{},
	}
	post := s.answering("POST", "/api/v1/silences", "Mute notifications of the alerts that match; what is observed stays on record",
		outside+"A reason and an expiry are demanded. What Alertmanager does not take is 422 with the type urn:charterwatch:bad_silence and a title in the language of Accept-Language. "+refusals, SilenceOrder{}, Silence{}, s.silence)
	end := s.answering("DELETE", "/api/v1/silences/{id}", "End a silence before its time", outside+refusals, SilenceEnd{}, Silence{}, s.expire)
	post.errors, end.errors = append(post.errors, http.StatusNotImplemented), append(end.errors, http.StatusNotImplemented)
	return []route{get, post, end}
}

// silencing says whether silences are made here; if not, that has been answered.
func (s *Server) silencing(w http.ResponseWriter) bool {
	if s.cfg.Silences == nil {
		fail(w, http.StatusNotImplemented, "external_alertmanager", "alerts go to an external Alertmanager: silences are made there")
	}
	return s.cfg.Silences != nil
}

// muting is by which silences each open alert is muted.
func (s *Server) muting(ctx context.Context) (map[string][]string, error) {
	out := map[string][]string{}
	if s.cfg.Silences == nil {
		return out, nil
	}
	list, err := s.cfg.Silences.Silences(ctx)
	for _, x := range list {
		if x.State != SilenceActive {
			continue
		}
		for _, id := range x.Alerts {
			out[id] = append(out[id], x.ID)
		}
	}
	return out, err
}

func (s *Server) listSilences(w http.ResponseWriter, r *http.Request) {
	if s.cfg.Silences == nil {
		s.answer(w, SilenceList{Silences: []Silence{}})
		return
	}
	list, err := s.cfg.Silences.Silences(r.Context())
	if err != nil {
		s.broken(w, "list silences", err)
		return
	}
	s.answer(w, SilenceList{true, wireSilences(list)})
}

// wireSilences puts those in force first, the next to end foremost; then those to come, the
// next foremost; then the past, the latest foremost.
func wireSilences(list []Silenced) []Silence {
	out := make([]Silence, 0, len(list))
	for _, x := range list {
		out = append(out, wireSilence(x))
	}
	order := []SilenceState{SilenceActive, SilencePending, SilenceExpired}
	slices.SortStableFunc(out, func(a, b Silence) int {
		if c := slices.Index(order, a.State) - slices.Index(order, b.State); c != 0 {
			return c
		}
		switch a.State {
		case SilenceActive:
			return int(a.Ends - b.Ends)
		case SilencePending:
			return int(a.Starts - b.Starts)
		default:
			return int(b.Ends - a.Ends)
		}
	})
	return out
}

func wireSilence(x Silenced) Silence {
	return Silence{
		ID: x.ID, Matchers: append([]string{}, x.Matchers...), Starts: millis(x.Starts), Ends: millis(x.Ends), By: x.By, Why: x.Why, State: x.State,
		Alerts: append([]string{}, x.Alerts...),
	}
}

// silence is POST /api/v1/silences.
func (s *Server) silence(w http.ResponseWriter, r *http.Request, actor accounts.Actor) {
	o, ok := order[SilenceOrder](w, r)
	if !ok || !wordy(w, append(slices.Clone(o.Matchers), o.Why)...) || !s.silencing(w) {
		return
	}
	now := s.cfg.Hub.cfg.Source.Now()
	starts, ends := o.Starts.time(), o.Ends.time()
	if starts.Before(now) {
		starts = now // also when it is absent: the past cannot be muted
	}
	matchers := slices.DeleteFunc(o.Matchers, func(m string) bool { return strings.TrimSpace(m) == "" })
	switch { // before Alertmanager has it: what it has and the record refuses would be a silence without a reason
	case strings.TrimSpace(o.Why) == "":
		refused(w, "no_reason")
	case ends.IsZero():
		refused(w, "no_expiry")
	case !ends.After(starts):
		refused(w, "bad_window")
	case len(matchers) == 0 || len(matchers) > maxMatchers:
		fail(w, http.StatusBadRequest, "bad_matchers", `matchers are such as site="homepage" or alertname=~"Site.*", at least one and at most 32`)
	default:
		id, err := s.cfg.Silences.Silence(r.Context(), actor, matchers, starts, ends, o.Why)
		if s.silenced(w, r, "make a silence", err) {
			s.log.Info("silence made", "actor", actor.ID, "silence", id)
			s.oneSilence(w, r, id)
		}
	}
}

// silenced answers for what kept a silence from being made or ended; true for nothing.
func (s *Server) silenced(w http.ResponseWriter, r *http.Request, doing string, err error) bool {
	var said messages.Message
	switch {
	case errors.As(err, &said):
		fail(w, http.StatusUnprocessableEntity, "bad_silence", said.In(messages.In(s.words.Match(r.Header.Get("Accept-Language")))))
	case errors.Is(err, ErrNoSilence):
		fail(w, http.StatusNotFound, "not_found", "there is no such silence, or it is over")
	case err != nil:
		s.broken(w, doing, err)
	}
	return err == nil
}

// oneSilence answers with a silence as it is now.
func (s *Server) oneSilence(w http.ResponseWriter, r *http.Request, id string) {
	list, err := s.cfg.Silences.Silences(r.Context())
	if err != nil {
		s.broken(w, "list silences", err)
		return
	}
	for _, x := range list {
		if x.ID == id {
			s.answer(w, wireSilence(x))
			return
		}
	}
	s.answer(w, Silence{ID: id, Matchers: []string{}, State: SilenceExpired, Alerts: []string{}}) // it has been forgotten already
}

// expire is DELETE /api/v1/silences/{id}.
func (s *Server) expire(w http.ResponseWriter, r *http.Request, actor accounts.Actor) {
	o, ok := order[SilenceEnd](w, r)
	if !ok || !wordy(w, o.Why) || !s.silencing(w) {
		return
	}
	if strings.TrimSpace(o.Why) == "" {
		refused(w, "no_reason")
		return
	}
	id := r.PathValue("id")
	if s.silenced(w, r, "end a silence", s.cfg.Silences.Expire(r.Context(), actor, id, o.Why)) {
		s.log.Info("silence ended", "actor", actor.ID, "silence", id)
		s.oneSilence(w, r, id)
	}
}
