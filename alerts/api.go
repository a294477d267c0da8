package alerts

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/go-openapi/strfmt"
	v2 "github.com/prometheus/alertmanager/api/v2"
	"github.com/prometheus/alertmanager/api/v2/models"
	"github.com/prometheus/common/route"

	"github.com/charterwatch/charterwatch/internal/accounts"
	"github.com/charterwatch/charterwatch/internal/messages"
)

// apiRoot is where Alertmanager's API answers.
const apiRoot = "/alertmanager"

// Most bytes of a request.
const (
	silenceMost = 64 << 10
	alertsMost  = 8 << 20
)

// newAPI serves what Alertmanager itself answers.
func newAPI(e *embedded) http.Handler {
	r := route.New().WithPrefix(apiRoot)
	for _, path := range []string{"/-/healthy", "/-/ready"} {
		r.Get(path, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	}
	return e.api.Register(r, apiRoot)
}

// ServeAs serves Alertmanager's API, version 2, below /alertmanager/, as amtool and Prometheus
// know it. Anybody who gets here may read; who writes must be allowed to acknowledge.
// Silences need a comment and an end, and are put on record.
func (s *Service) ServeAs(w http.ResponseWriter, r *http.Request, by accounts.Actor) {
	path := strings.TrimPrefix(r.URL.Path, apiRoot)
	reading := r.Method == http.MethodGet || r.Method == http.MethodHead
	id, one := strings.CutPrefix(path, "/api/v2/silence/")
	switch {
	case !s.embedded.running():
		s.say(w, r, http.StatusServiceUnavailable, messages.New("alert_api.not_embedded"))
	case !reading && !by.Role.Can(accounts.Acknowledge):
		s.say(w, r, http.StatusForbidden, messages.New("alert_api.forbidden"))
	case reading && (served(path) || one && !strings.Contains(id, "/")):
		s.api.ServeHTTP(w, r)
	case r.Method == http.MethodPost && path == "/api/v2/silences":
		s.postSilence(w, r, by)
	case r.Method == http.MethodDelete && one:
		s.deleteSilence(w, r, by, id)
	case r.Method == http.MethodPost && path == "/api/v2/alerts":
		s.postAlerts(w, r)
	default:
		s.say(w, r, http.StatusNotFound, messages.New("alert_api.not_found"))
	}
}

func served(path string) bool {
	return slices.Contains([]string{"/api/v2/status", "/api/v2/receivers", "/api/v2/silences", "/api/v2/alerts", "/api/v2/alerts/groups", "/-/healthy", "/-/ready"}, path)
}

// say answers with an error as the API's clients expect it: a JSON string.
func (s *Service) say(w http.ResponseWriter, r *http.Request, status int, err error) {
	lang := "en"
	if accept := r.Header.Get("Accept-Language"); accept != "" {
		lang = s.texts.Match(accept)
	}
	text := err.Error()
	var m messages.Message
	if errors.As(err, &m) {
		text = messages.In(lang).Say(m)
	}
	answer(w, status, text)
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // whoever asked has gone
}

func (s *Service) postSilence(w http.ResponseWriter, r *http.Request, by accounts.Actor) {
	var asked models.PostableSilence
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, silenceMost)).Decode(&asked); err != nil {
		s.say(w, r, http.StatusBadRequest, messages.New("alert_api.bad_request"))
		return
	}
	if asked.Comment == nil || strings.TrimSpace(*asked.Comment) == "" {
		s.say(w, r, http.StatusBadRequest, messages.New("alert_silence.no_reason"))
		return
	}
	if name := by.Name; asked.CreatedBy == nil {
		asked.CreatedBy = &name
	}
	if err := asked.Validate(strfmt.Default); err != nil {
		s.say(w, r, http.StatusBadRequest, messages.New("alert_silence.refused", "err", err))
		return
	}
	x, err := v2.PostableSilenceToProto(&asked)
	if err == nil {
		err = s.mute(r.Context(), by, x)
	}
	var refused messages.Message
	switch {
	case err == nil:
		answer(w, http.StatusOK, map[string]string{"silenceID": x.Id})
	case errors.Is(err, ErrNoSilence):
		s.say(w, r, http.StatusNotFound, messages.New("alert_silence.unknown"))
	case errors.As(err, &refused):
		s.say(w, r, http.StatusBadRequest, refused)
	default:
		s.log.Error("a silence was not made", "err", err)
		s.say(w, r, http.StatusServiceUnavailable, messages.New("alert_silence.not_recorded"))
	}
}

func (s *Service) deleteSilence(w http.ResponseWriter, r *http.Request, by accounts.Actor, id string) {
	switch err := s.Expire(r.Context(), by, id, ""); {
	case err == nil:
		w.WriteHeader(http.StatusOK)
	case errors.Is(err, ErrNoSilence):
		s.say(w, r, http.StatusNotFound, messages.New("alert_silence.unknown"))
	default:
		s.log.Error("a silence was not ended", "err", err)
		s.say(w, r, http.StatusServiceUnavailable, messages.New("alert_silence.not_recorded"))
	}
}

// postAlerts takes alerts of others, such as a Prometheus. They cannot pass for one of ours.
func (s *Service) postAlerts(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, alertsMost))
	var list models.PostableAlerts
	if err == nil {
		err = json.Unmarshal(body, &list)
	}
	if err != nil {
		s.say(w, r, http.StatusBadRequest, messages.New("alert_api.bad_request"))
		return
	}
	kept := list[:0]
	for _, a := range list {
		if a == nil {
			continue
		}
		delete(a.Annotations, "id")
		print := labelSet(a.Labels).Fingerprint()
		if _, ours := s.book.current(print); ours {
			continue // it would end or change what the monitor says
		}
		kept = append(kept, a)
	}
	if body, err = json.Marshal(kept); err != nil {
		s.say(w, r, http.StatusBadRequest, messages.New("alert_api.bad_request"))
		return
	}
	next := r.Clone(r.Context())
	next.Body, next.ContentLength = io.NopCloser(strings.NewReader(string(body))), int64(len(body))
	next.Header.Del("Content-Encoding")
	s.api.ServeHTTP(w, next)
}
