package demo

import (
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"mime"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

const maxOrder = 8 << 10 // bytes of a request's body

// order is the body of POST /sites/{id}/break, as a form or as JSON. Durations are Go's: "3s", "1m30s".
type order struct {
	Mode  Mode   `json:"mode"`
	Code  int    `json:"code"`
	Delay string `json:"delay"`
	For   string `json:"for"`
	Text  string `json:"text"`
}

// controlHandler is the surface by which people break the demo. It answers loopback peers that call it
// by a loopback name (so a page that rebinds its DNS name is kept out), and refuses writes that a
// browser sends from another origin.
func (e *Estate) controlHandler() http.Handler {
	templates, err := parseTemplates()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		e.controlPage(w, templates, "control")
	})
	mux.HandleFunc("GET /notices", func(w http.ResponseWriter, _ *http.Request) {
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		e.controlPage(w, templates, "post")
	})
	mux.HandleFunc("GET /inbox", func(w http.ResponseWriter, _ *http.Request) {
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		e.controlPage(w, templates, "inbox")
	})
	e.inboxRoutes(mux)
	mux.HandleFunc("GET /sites", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, http.StatusOK, e.Sites()) })
	mux.HandleFunc("GET /ca.pem", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-pem-file")
		w.Write(e.ca.pem)
	})
	mux.HandleFunc("POST /sites/{id}/break", func(w http.ResponseWriter, r *http.Request) {
		f, err := decodeFault(w, r)
		if err == nil {
			err = e.Break(r.PathValue("id"), f)
		}
		e.done(w, r, err)
	})
	mux.HandleFunc("POST /sites/{id}/heal", func(w http.ResponseWriter, r *http.Request) {
		e.done(w, r, e.Heal(r.PathValue("id")))
	})
	mux.HandleFunc("POST /sites/{id}/notices", e.postNotice)
	mux.HandleFunc("POST /story", func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxOrder)
		on, err := strconv.ParseBool(r.PostFormValue("on"))
		if err == nil {
			e.TellStory(on)
		}
		e.done(w, r, err)
	})
	return loopbackOnly(http.NewCrossOriginProtection().Handler(mux))
}

// postNotice takes a notice as a form: title and text, a paragraph on each line; or sample, the name
// of a ready-made one.
func (e *Estate) postNotice(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxOrder)
	var err error
	if s := r.PostFormValue("sample"); s != "" {
		_, err = e.PostSample(r.PathValue("id"), Sample(s))
	} else {
		n := Notice{Title: strings.TrimSpace(r.PostFormValue("title"))}
		for line := range strings.Lines(r.PostFormValue("text")) {
			if line = strings.TrimSpace(line); line != "" {
				n.Body = append(n.Body, line)
			}
		}
		_, err = e.Post(r.PathValue("id"), n)
	}
	e.done(w, r, err)
}

// loopbackOnly refuses peers and Host headers that are not loopback.
func loopbackOnly(next http.Handler) http.Handler {
	loopback := func(hostport string) bool {
		host, _, err := net.SplitHostPort(hostport)
		if err != nil {
			host = hostport
		}
		ip := net.ParseIP(host)
		return host == "localhost" || ip != nil && ip.IsLoopback()
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !loopback(r.RemoteAddr) || !loopback(r.Host) {
			http.Error(w, "the demo's control surface answers on loopback only", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// decodeFault reads an order.
func decodeFault(w http.ResponseWriter, r *http.Request) (f Fault, err error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxOrder)
	var o order
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind == "application/json" {
		d := json.NewDecoder(r.Body)
		d.DisallowUnknownFields()
		if err := d.Decode(&o); err != nil {
			return f, fmt.Errorf("demo: read the order: %w", err)
		}
	} else {
		o = order{Mode: Mode(r.PostFormValue("mode")), Delay: r.PostFormValue("delay"), For: r.PostFormValue("for"), Text: r.PostFormValue("text")}
		if c := r.PostFormValue("code"); c != "" {
			if o.Code, err = strconv.Atoi(c); err != nil {
				return f, fmt.Errorf("demo: code %q: want a number", c)
			}
		}
	}
	f = Fault{Mode: o.Mode, Code: o.Code, Text: o.Text}
	if f.Delay, err = duration("delay", o.Delay); err != nil {
		return f, err
	}
	f.For, err = duration("for", o.For)
	return f, err
}

func duration(field, s string) (time.Duration, error) {
	if s == "" {
		return 0, nil
	}
	d, err := time.ParseDuration(s)
	if err != nil {
		return 0, fmt.Errorf("demo: %s %q: want a duration such as 90s or 5m", field, s)
	}
	return d, nil
}

// done answers a write: a form goes back to the page, anything else gets the sites or the error.
func (e *Estate) done(w http.ResponseWriter, r *http.Request, err error) {
	switch {
	case errors.Is(err, ErrNoSite):
		writeJSON(w, http.StatusNotFound, map[string]string{"error": err.Error()})
	case errors.Is(err, net.ErrClosed):
		writeJSON(w, http.StatusServiceUnavailable, map[string]string{"error": err.Error()})
	case err != nil:
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
	case r.PostFormValue("back") != "":
		to := "/"
		if r.PostFormValue("back") == "notices" {
			to = "/notices"
		}
		http.Redirect(w, r, to, http.StatusSeeOther)
	default:
		writeJSON(w, http.StatusOK, e.Sites())
	}
}

func writeJSON(w http.ResponseWriter, code int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	json.NewEncoder(w).Encode(v) // fails only if the client has gone
}

// controlPage sends one of the surface's pages. The one with forms to write in does not refresh: it would
// forget what was written.
func (e *Estate) controlPage(w http.ResponseWriter, t *template.Template, name string) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	switch name {
	case "control":
		h.Set("Refresh", "10")
	case "inbox":
		h.Set("Refresh", "3")
	}
	received := e.Messages()
	slices.Reverse(received)
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
	t.ExecuteTemplate(w, name, map[string]any{ // fails only if the client has gone: a test renders it
		"KO": NameKO, "EN": NameEN, "Sites": e.Sites(), "Modes": Modes(), "Samples": Samples(), "Telling": e.Telling(),
		"DNS": e.DNSAddr(), "SMTP": e.SMTPAddr(), "Messages": received,
	})
}
