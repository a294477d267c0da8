package dashboard

import (
	"net/http"
	"strings"

	"github.com/charterwatch/charterwatch/internal/accounts"
)

// Alertmanager answers its own API, whose addresses begin with /alertmanager/. Safe for
// concurrent use.
type Alertmanager interface {
	// ServeAs answers a request; the zero actor is a reader who has shown no token.
	ServeAs(w http.ResponseWriter, r *http.Request, by accounts.Actor)
}

const (
	alertmanagerPath = "/alertmanager/"
	answerPath       = "/ack/"
)

func (s *Server) alertmanagerRoutes() []route {
	var out []route
	for _, method := range []string{"GET", "POST", "PUT", "DELETE"} {
		x := route{
			method: method, pattern: alertmanagerPath, handler: http.HandlerFunc(s.alertmanager), plain: true,
			summary: "Alertmanager's own API, for amtool and whatever else speaks it",
			more: "Version 2 is under /alertmanager/api/v2/ and is documented by Alertmanager. 404 when alerts go to an external one only. " +
				"Writes need a token: as Bearer, or as the password of HTTP Basic authentication with any user name, which is what amtool can send: " +
				"amtool --alertmanager.url=http://amtool:TOKEN@host:8480/alertmanager",
		}
		if method != "GET" {
			x.roles = rolesThat(accounts.Acknowledge)
		}
		out = append(out, x)
	}
	return out
}

func (s *Server) alertmanager(w http.ResponseWriter, r *http.Request) {
	if s.cfg.Alertmanager == nil {
		fail(w, http.StatusNotFound, "external_alertmanager", "alerts go to an external Alertmanager: there is none inside")
		return
	}
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		s.cfg.Alertmanager.ServeAs(w, r, accounts.Actor{})
		return
	}
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		_, token, ok = r.BasicAuth()
	}
	if !ok {
		w.Header().Add("WWW-Authenticate", "Bearer")
		w.Header().Add("WWW-Authenticate", `Basic realm="charterwatch"`)
		fail(w, http.StatusUnauthorized, "no_actor", "this needs an actor: send a token as Bearer, or as the password of Basic authentication")
		return
	}
	if actor, ok := s.actor(w, r, token, accounts.Acknowledge); ok {
		s.cfg.Alertmanager.ServeAs(w, r, actor)
	}
}

// answerPage lets the page that a link in a message opens set its own headers.
func answerPage(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Del("Content-Security-Policy")
		h.ServeHTTP(w, r)
	})
}

// ownPages is the check for requests from other sites. It spares the answer page: what permits
// its form is the secret in its address, which a foreign page does not know, and nothing that
// a browser adds by itself. Under its Referrer-Policy of no-referrer browsers send the form
// with "Origin: null", and over plain HTTP without Sec-Fetch-Site: it would be refused.
func ownPages(h http.Handler) http.Handler {
	p := http.NewCrossOriginProtection()
	p.AddInsecureBypassPattern(answerPath)
	return p.Handler(h)
}
