package dashboard

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/internal/accounts"
	"github.com/charterwatch/charterwatch/internal/messages"
	"github.com/charterwatch/charterwatch/probes"
	"github.com/charterwatch/charterwatch/scanners"
)

//go:embed all:web/dist
var dist embed.FS

// Guard tells who a token stands for. The error wraps [accounts.ErrDenied] if nobody.
type Guard interface {
	Authenticate(ctx context.Context, token string) (accounts.Actor, error)
}

// Detail is what the store remembers of a single thing.
type Detail interface {
	Results(ctx context.Context, check string, from, to time.Time, limit int) ([]probes.Result, error)
	Capture(ctx context.Context, outageID string) (compliance.OutageCapture, error)
	// NoticePage is a page kept as evidence, by its digest; its body is compressed by gzip.
	NoticePage(ctx context.Context, digest string) (scanners.Page, error)
}

// Tokens makes and ends tokens.
type Tokens interface {
	Issue(ctx context.Context, by accounts.Actor, name string, role accounts.Role, expires time.Time) (plain string, t accounts.Token, err error)
	List(ctx context.Context) ([]accounts.Token, error)
	// Revoke ends a token. The error wraps [accounts.ErrNoToken] if there is none.
	Revoke(ctx context.Context, by accounts.Actor, id string) error
}

// ServerConfig of a [Server]. All but Logger, Metrics, Probe, NotFound, Reports, ReportWork, Ledger, Silences,
// Alertmanager and AnswerPage are required.
type ServerConfig struct {
	Hub      *Hub
	Detail   Detail
	NotFound error // what Detail's errors wrap when there is no such thing
	Guard    Guard
	Tokens   Tokens

	AlertRecords AlertRecords
	Records      Records
	Reports      ReportDesk      // nil: no reports are made
	ReportWork   func() DeskWork // under way and failed; nil: it is not told
	Ledger       LedgerView      // nil: no evidence is sealed
	Silences     Silences        // nil: alerts go to an external Alertmanager only
	Alertmanager Alertmanager    // nil: none inside
	AnswerPage   http.Handler    // opened by signed links in messages; it guards itself, and sets its own headers

	// Beat takes a heartbeat for a push check; false means that there is no such check.
	Beat func(ctx context.Context, check string, ok bool, message string) (known bool, err error)
	// State puts a person's statement on record and returns once it is durable. The error is a
	// [*compliance.Refusal] when it does not fit the record; outages are those it may speak of.
	State func(ctx context.Context, s compliance.Statement, outages []compliance.Outage) (compliance.Statement, error)
	// Reload reads the configuration anew; an error changes nothing.
	Reload  func(ctx context.Context) error
	Metrics http.Handler
	// Probe looks at any address it is asked for, and is asked only for an actor who may see
	// the wall. It may be switched off by itself.
	Probe  http.Handler
	Logger *slog.Logger
}

// Server answers over HTTP. Use it as the handler of one listener.
type Server struct {
	cfg ServerConfig
	log *slog.Logger
	mux *http.ServeMux

	words  *messages.Catalogue
	judged judged

	exporting chan struct{} // holds one for each export under way

	routes http.Handler // the mux behind the check for requests from other sites
}

// NewServer returns the server with its routes.
func NewServer(c ServerConfig) *Server {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	words, err := messages.Load()
	if err != nil {
		panic(err) // the catalogues are part of the build
	}
	s := &Server{cfg: c, log: c.Logger, mux: http.NewServeMux(), words: words, exporting: make(chan struct{}, exportsAtOnce)}
	for pattern, h := range handlers(s.table()) {
		s.mux.Handle(pattern, h)
	}
	s.mux.Handle("GET /", app())
	if c.AnswerPage != nil {
		s.mux.Handle("GET "+answerPath, answerPage(c.AnswerPage))
		s.mux.Handle("POST "+answerPath, answerPage(c.AnswerPage))
	}
	s.routes = ownPages(s.mux)
	return s
}

// contentPolicy allows the app's own files and feed, and nothing else.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	head := w.Header()
	head.Set("Content-Security-Policy", contentPolicy)
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Referrer-Policy", "no-referrer")
	s.routes.ServeHTTP(w, r)
}

// app serves the web app's files; index.html for its own addresses.
func app() http.Handler {
	files, err := fs.Sub(dist, "web/dist")
	if err != nil {
		panic(err) // the embedded folder is a constant of the build
	}
	server := http.FileServerFS(files)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/api/") {
			fail(w, http.StatusNotFound, "not_found", "there is no such address in the API")
			return
		}
		if _, err := fs.Stat(files, "index.html"); err != nil {
			http.Error(w, "This build has no web app: run \"make build\". The API answers under /api/v1/.", http.StatusNotFound)
			return
		}
		if strings.HasPrefix(r.URL.Path, "/assets/") {
			w.Header().Set("Cache-Control", "public, max-age=31536000, immutable") // names hold a digest
		} else {
			w.Header().Set("Cache-Control", "no-cache")
		}
		server.ServeHTTP(w, r)
	})
}

func fail(w http.ResponseWriter, status int, kind, title string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(Problem{"urn:charterwatch:" + kind, title, status})
}

func (s *Server) answer(w http.ResponseWriter, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		s.broken(w, "write the answer", err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(b)
}

// broken answers for an error that is not the client's, which goes to the log.
func (s *Server) broken(w http.ResponseWriter, doing string, err error) {
	if s.cfg.NotFound != nil && errors.Is(err, s.cfg.NotFound) {
		fail(w, http.StatusNotFound, "not_found", "there is no such thing on record")
		return
	}
	s.log.Error("request failed", "doing", doing, "err", err)
	fail(w, http.StatusInternalServerError, "internal", "the monitor could not answer; its log says why")
}

// demand lets a handler through only with an actor that has the permission.
func (s *Server) demand(p accounts.Permission, h func(http.ResponseWriter, *http.Request, accounts.Actor)) http.HandlerFunc {
	return s.demandAny(h, p)
}

// demandAny is demand for an actor that has at least one of the permissions.
func (s *Server) demandAny(h func(http.ResponseWriter, *http.Request, accounts.Actor), perms ...accounts.Permission) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		token, ok := bearer(r)
		if !ok {
			w.Header().Set("WWW-Authenticate", "Bearer")
			fail(w, http.StatusUnauthorized, "no_actor", "this needs an actor: send Authorization: Bearer and a token")
			return
		}
		if actor, ok := s.actor(w, r, token, perms...); ok {
			h(w, r, actor)
		}
	}
}

// bearer is the token that a request carries.
func bearer(r *http.Request) (token string, ok bool) {
	return strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
}

func (s *Server) actor(w http.ResponseWriter, r *http.Request, token string, perms ...accounts.Permission) (accounts.Actor, bool) {
	actor, err := s.cfg.Guard.Authenticate(r.Context(), token)
	switch {
	case errors.Is(err, accounts.ErrDenied):
		fail(w, http.StatusUnauthorized, "denied", "the token is not known, has expired or was revoked")
		return actor, false
	case err != nil:
		s.broken(w, "authenticate", err)
		return actor, false
	case !slices.ContainsFunc(perms, actor.Role.Can):
		fail(w, http.StatusForbidden, "not_permitted", "the token's role may not do this")
		return actor, false
	}
	return actor, true
}

func (s *Server) wall(w http.ResponseWriter, _ *http.Request) {
	b, err := s.cfg.Hub.wall()
	if err != nil {
		fail(w, http.StatusServiceUnavailable, "starting", err.Error())
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(b)
}

func (s *Server) ready(w http.ResponseWriter, _ *http.Request) {
	h := s.cfg.Hub.cfg.Source.Health()
	if h.Trouble {
		fail(w, http.StatusServiceUnavailable, "store_trouble", "results are not being stored")
		return
	}
	_, _ = w.Write([]byte("ready\n"))
}

func (s *Server) reload(w http.ResponseWriter, r *http.Request, actor accounts.Actor) {
	s.log.Info("reload asked for", "actor", actor.ID)
	if err := s.cfg.Reload(r.Context()); err != nil {
		fail(w, http.StatusUnprocessableEntity, "config_refused", err.Error())
		return
	}
	_, _ = w.Write([]byte("reloaded\n"))
}

// push takes a job's heartbeat: GET or POST, ?status=fail&msg=... for its own failure.
func (s *Server) push(w http.ResponseWriter, r *http.Request) {
	if _, ok := s.actor(w, r, r.PathValue("token"), accounts.SendHeartbeats); !ok {
		return
	}
	status := r.URL.Query().Get("status")
	if status != "" && status != "ok" && status != "fail" {
		fail(w, http.StatusBadRequest, "bad_status", "status is ok or fail")
		return
	}
	known, err := s.cfg.Beat(r.Context(), r.PathValue("site")+"/"+r.PathValue("check"), status != "fail", r.URL.Query().Get("msg"))
	switch {
	case err != nil:
		s.broken(w, "keep the heartbeat", err)
	case !known:
		fail(w, http.StatusNotFound, "not_found", "there is no push check of that name")
	default:
		_, _ = w.Write([]byte("ok\n"))
	}
}

// instant reads a time of a query (RFC 3339 or milliseconds); zero if it is not given.
func instant(r *http.Request, name string) (at time.Time, err error) {
	v := r.URL.Query().Get(name)
	if v == "" {
		return time.Time{}, nil
	}
	if ms, err := strconv.ParseInt(v, 10, 64); err == nil {
		return time.UnixMilli(ms).UTC(), nil
	}
	if at, err = time.Parse(time.RFC3339, v); err != nil {
		return at, errors.New(name + " is neither a time such as 2026-11-23T09:00:00Z nor milliseconds")
	}
	return at, nil
}

// span reads ?from= and ?to=, by default the last 24 hours.
func span(r *http.Request, now time.Time) (from, to time.Time, err error) {
	from, to = now.Add(-24*time.Hour), now
	for name, at := range map[string]*time.Time{"from": &from, "to": &to} {
		given, err := instant(r, name)
		if err != nil {
			return from, to, err
		}
		if !given.IsZero() {
			*at = given
		}
	}
	if !from.Before(to) {
		return from, to, errors.New("from is not before to")
	}
	return from, to, nil
}

func limit(r *http.Request, most int) int {
	n, err := strconv.Atoi(r.URL.Query().Get("limit"))
	if err != nil || n < 1 || n > most {
		return most
	}
	return n
}

func (s *Server) availability(w http.ResponseWriter, r *http.Request) {
	hub := s.cfg.Hub
	now := hub.cfg.Source.Now()
	month := now.In(hub.cfg.Zone)
	if v := r.URL.Query().Get("month"); v != "" {
		var err error
		if month, err = time.ParseInLocation("2006-01", v, hub.cfg.Zone); err != nil {
			fail(w, http.StatusBadRequest, "bad_month", "month is of the form 2026-11")
			return
		}
	}
	period := compliance.Month(month.Year(), month.Month(), hub.cfg.Zone)
	histories, err := hub.cfg.History.Histories(r.Context(), period.From, period.To)
	if err != nil {
		s.broken(w, "read the history", err)
		return
	}
	for _, site := range hub.cfg.Source.Sites() {
		if site.ID != r.PathValue("site") {
			continue
		}
		a, _ := hub.account(histories[site.ID], period, site, now)
		s.answer(w, a)
		return
	}
	fail(w, http.StatusNotFound, "not_found", "there is no such site")
}

func (s *Server) results(w http.ResponseWriter, r *http.Request) {
	from, to, err := span(r, s.cfg.Hub.cfg.Source.Now())
	if err != nil {
		fail(w, http.StatusBadRequest, "bad_span", err.Error())
		return
	}
	list, err := s.cfg.Detail.Results(r.Context(), r.PathValue("site")+"/"+r.PathValue("check"), from, to, limit(r, 10_000))
	if err != nil {
		s.broken(w, "read results", err)
		return
	}
	out := []Result{}
	for _, x := range list {
		out = append(out, Result{x.Vantage, millis(x.Slot), x.Attempt, x.Outcome, x.Reason, x.Detail, float64(x.Duration.Microseconds()) / 1000})
	}
	s.answer(w, out)
}
