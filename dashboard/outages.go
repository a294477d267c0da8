package dashboard

import (
	"net/http"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
)

func (s *Server) outages(w http.ResponseWriter, r *http.Request) {
	now := s.cfg.Hub.cfg.Source.Now()
	q := compliance.OutageQuery{Site: r.URL.Query().Get("site"), OpenOnly: r.URL.Query().Get("open") == "true", SiteLevel: r.URL.Query().Get("level") != "check", Limit: limit(r, 1000)}
	if !q.OpenOnly {
		var err error
		if q.From, q.To, err = span(r, now); err != nil {
			fail(w, http.StatusBadRequest, "bad_span", err.Error())
			return
		}
	}
	list, err := s.cfg.Hub.cfg.History.Outages(r.Context(), q)
	if err != nil {
		s.broken(w, "list outages", err)
		return
	}
	out := []*Outage{}
	for _, o := range list {
		out = append(out, wireOutage(o))
	}
	if r.URL.Query().Get("account") == "true" && len(list) > 0 {
		if err := s.account(r, list, out, now); err != nil {
			s.broken(w, "account for outages", err)
			return
		}
	}
	s.answer(w, out)
}

// account adds what the outages of sites came to.
func (s *Server) account(r *http.Request, list []compliance.Outage, out []*Outage, now time.Time) error {
	from, to := now, now.Add(time.Millisecond)
	for _, o := range list {
		if o.Start.Before(from) {
			from = o.Start
		}
		if o.End.After(to) {
			to = o.End
		}
	}
	hub := s.cfg.Hub
	histories, err := hub.cfg.History.Histories(r.Context(), from, to)
	if err != nil {
		return err
	}
	sites := map[string]compliance.Site{}
	for _, site := range hub.cfg.Source.Sites() {
		sites[site.ID] = site
	}
	for i, o := range list {
		if o.Check == "" {
			out[i].Account = hub.outageAccount(histories[o.Site], sites[o.Site], o, now)
		}
	}
	return nil
}

// capture is GET /api/v1/outages/{id}/capture; ids hold a slash when a check's.
func (s *Server) capture(w http.ResponseWriter, r *http.Request) {
	c, err := s.cfg.Detail.Capture(r.Context(), r.PathValue("id"))
	if err != nil {
		s.broken(w, "read the capture", err)
		return
	}
	s.answer(w, c)
}
