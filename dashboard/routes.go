package dashboard

import (
	"net/http"
	"slices"
	"strings"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/internal/accounts"
)

// route is one address that the server answers under, with what the API's document says
// of it.
type route struct {
	method, pattern string // as for http.ServeMux
	tail            string // what follows a pattern's {id...}, such as /revisions/{n}/page
	handler         http.Handler

	summary string
	more    string // several sentences, where the summary does not suffice
	query   []parameter
	body    any      // a value of what is to be sent as JSON
	answer  any      // a value of what comes back as JSON; nil: a line of text
	roles   []string // a token of one of these is needed; nil asks for no token
	errors  []int    // besides 500
	plain   bool     // errors are no problem documents
	media   string   // of an answer that is neither JSON nor a line of text
}

// path is the address as the document writes it.
func (r route) path() string { return strings.Replace(r.pattern, "{id...}", "{id}", 1) + r.tail }

// handlers are the routes by their patterns. Several may share one whose ids hold slashes:
// their tails tell them apart.
func handlers(table []route) map[string]http.Handler {
	out, tails := map[string]http.Handler{}, map[string][]route{}
	for _, r := range table {
		pattern := r.method + " " + r.pattern
		if r.tail == "" {
			out[pattern] = r.handler
			continue
		}
		tails[pattern] = append(tails[pattern], r)
	}
	for pattern, routes := range tails {
		out[pattern] = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			for _, x := range routes {
				if values, ok := cutTail(r.PathValue("id"), x.tail); ok {
					for name, v := range values {
						r.SetPathValue(name, v)
					}
					x.handler.ServeHTTP(w, r)
					return
				}
			}
			fail(w, http.StatusNotFound, "not_found", "there is no such address in the API")
		})
	}
	return out
}

// cutTail splits what an {id...} holds into the id and the values of the tail's placeholders.
func cutTail(path, tail string) (values map[string]string, ok bool) {
	values = map[string]string{}
	want := strings.Split(tail, "/")[1:]
	for _, w := range slices.Backward(want) {
		i := strings.LastIndexByte(path, '/')
		if i <= 0 {
			return nil, false
		}
		part := path[i+1:]
		path = path[:i]
		if name, is := strings.CutPrefix(w, "{"); is {
			values[strings.TrimSuffix(name, "}")] = part
		} else if w != part {
			return nil, false
		}
	}
	values["id"] = path
	return values, true
}

// parameter is one of a query.
type parameter struct{ name, about, example string }

var spanQuery = []parameter{
	{"from", "Start of the span: RFC 3339 or ms since the epoch. By default 24 hours ago.", "2026-11-23T09:00:00+09:00"},
	{"to", "End of the span. By default now.", "1795392000000"},
}

// rolesThat names the roles with a permission.
func rolesThat(p accounts.Permission) []string { return rolesThatAny(p) }

// rolesThatAny names the roles with at least one of the permissions.
func rolesThatAny(perms ...accounts.Permission) (names []string) {
	for _, r := range accounts.Roles() {
		if slices.ContainsFunc(perms, r.Can) {
			names = append(names, r.String())
		}
	}
	return names
}

// table lists every address but those of the web app's files.
func (s *Server) table() []route {
	routes := slices.Concat(s.reads(), s.noticeReads(), s.writes(), s.noticeWrites(), []route{s.lintRoute()},
		s.alertReads(), s.alertWrites(), s.silenceRoutes(), s.onCallRoutes(), s.floorRoutes(), s.alertmanagerRoutes(), s.recordRoutes(),
		[]route{s.scorecardRoute()}, s.reportRoutes(), s.evidenceRoutes(), s.plumbing())
	if s.cfg.Metrics != nil {
		routes = append(routes, route{method: "GET", pattern: "/metrics", handler: s.cfg.Metrics, summary: "Metrics for Prometheus", plain: true})
	}
	if s.cfg.Probe != nil {
		routes = append(routes, s.probe())
	}
	return routes
}

func (s *Server) reads() []route {
	return []route{
		{
			method: "GET", pattern: "/api/v1/live", handler: s.cfg.Hub, summary: "The live feed (WebSocket)", answer: Message{}, plain: true,
			more: "Each text frame is one Message. First comes hello; then a snapshot, or the deltas that were missed if epoch and seq " +
				"name a point that can be resumed from; then deltas, whose seq grows by one, and beats. A client that sees a gap in seq, or no " +
				"frame for three times beat_ms, connects again with the last epoch and seq it knows. A client that reads too slowly is disconnected.",
			query: []parameter{{"epoch", "The epoch of the last hello.", "K5QJZ3"}, {"seq", "The last seq taken in.", "1742"}},
		},
		{method: "GET", pattern: "/api/v1/wall", handler: http.HandlerFunc(s.wall), summary: "The whole wall, as the live feed's snapshot", answer: Message{}, errors: []int{http.StatusServiceUnavailable}},
		{
			method: "GET", pattern: "/api/v1/outages", handler: http.HandlerFunc(s.outages), summary: "Outages, the latest first", answer: []Outage{}, errors: []int{http.StatusBadRequest},
			query: append([]parameter{
				{"site", "Only of this site.", "homepage"}, {"open", "true: only those that are open, whenever they began.", "true"},
				{"level", "check: those of single checks too.", "check"}, {"limit", "At most so many, up to 1000.", "20"},
				{"account", "true: with what each outage of a site came to: parts of its downtime, announcements of its recovery, obligations.", "true"},
			}, spanQuery...),
		},
		{
			method: "GET", pattern: "/api/v1/outages/{id...}", tail: "/capture", handler: http.HandlerFunc(s.capture),
			summary: "The first failing answer of a check's outage, as seen", answer: compliance.OutageCapture{}, errors: []int{http.StatusNotFound},
			more: "Credentials are blanked and the body is capped. The id of a check's outage holds a slash, which is sent as it is.",
		},
		{
			method: "GET", pattern: "/api/v1/sites/{site}/availability", handler: http.HandlerFunc(s.availability), summary: "A site's accounts for a month",
			answer: Availability{}, errors: []int{http.StatusBadRequest, http.StatusNotFound},
			query: []parameter{{"month", "Calendar month of the organisation's zone. By default the current one.", "2026-11"}},
		},
		{
			method: "GET", pattern: "/api/v1/checks/{site}/{check}/results", handler: http.HandlerFunc(s.results), summary: "A check's looks, the earliest first",
			answer: []Result{}, errors: []int{http.StatusBadRequest, http.StatusNotFound},
			query: append([]parameter{{"limit", "At most so many, up to 10000.", "100"}}, spanQuery...),
		},
		{method: "GET", pattern: "/api/v1/openapi.json", handler: http.HandlerFunc(s.openapi), summary: "This document", answer: map[string]any{}},
	}
}

func (s *Server) writes() []route {
	push := route{
		pattern: "/push/{token}/{site}/{check}", handler: http.HandlerFunc(s.push), summary: "A batch job's heartbeat",
		more:  "The token stands in the address because many jobs can call an address and nothing else; give such tokens the role job, which may do nothing more.",
		roles: rolesThat(accounts.SendHeartbeats), errors: []int{http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound},
		query: []parameter{{"status", "ok (by default) or fail, when the job itself failed.", "fail"}, {"msg", "A few words about it.", "disk full"}},
	}
	get, post := push, push
	get.method, post.method = "GET", "POST"
	return append(s.tokenRoutes(), get, post, route{
		method: "POST", pattern: "/-/reload", handler: s.demand(accounts.ConfigureSystem, s.reload), summary: "Read the configuration anew",
		more:  "A file with problems changes nothing; the answer names them.",
		roles: rolesThat(accounts.ConfigureSystem), errors: []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusUnprocessableEntity},
	})
}

// probe is not open as other reads are: it makes the monitor look at any address that it
// can reach.
func (s *Server) probe() route {
	look := func(w http.ResponseWriter, r *http.Request, _ accounts.Actor) { s.cfg.Probe.ServeHTTP(w, r) }
	return route{
		method: "GET", pattern: "/probe", handler: s.demand(accounts.View, look), summary: "One look at any target, as blackbox_exporter makes it",
		more: "Answers with the metrics of that look, for Prometheus, and records nothing. Off unless web.probe_handler is on (404). " +
			"A missing target, a module that does not exist or settings that do not fit the target are 400; 503 says that nothing was established " +
			"about the target, or that too many looks are under way. These three explain themselves in a line of text.",
		query: []parameter{
			{"target", "What to look at: a URL, host:port or host, as the module's kind wants it.", "https://www.example.or.kr/"},
			{"module", "How to look. By default http_2xx.", "tcp_connect"},
			{"hostname", "Name to ask for and to verify instead of the target's host.", "www.example.or.kr"},
			{"debug", "true: say in words what happened, and which metrics would have been returned.", "true"},
		},
		roles: rolesThat(accounts.View), errors: []int{http.StatusUnauthorized, http.StatusForbidden},
	}
}

func (s *Server) plumbing() []route {
	return []route{
		{method: "GET", pattern: "/healthz", summary: "Whether the process answers", plain: true, handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })},
		{method: "GET", pattern: "/readyz", handler: http.HandlerFunc(s.ready), summary: "Whether results are being stored", errors: []int{http.StatusServiceUnavailable}},
	}
}
