package dashboard

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/scanners"
)

const (
	maxNotices = 500
	maxPage    = 8 << 20 // bytes of a kept page that are handed out
)

// foreignPolicy is for what was written by others: it may load nothing, run nothing, and
// has no origin to act for.
const foreignPolicy = "default-src 'none'; sandbox; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

func (s *Server) noticeReads() []route {
	site := parameter{"site", "Only of this site.", "homepage"}
	const memory = " The monitor keeps in mind what it saw in the last 120 days."
	page := route{
		method: "GET", pattern: "/api/v1/notices/{id...}", errors: []int{http.StatusNotFound},
		more: "The id of a notice holds a slash, which is sent as it is, and a #, which is sent as %23.",
	}
	body, shot := page, page
	body.tail, body.handler, body.summary = "/revisions/{n}/page", http.HandlerFunc(s.page), "The page of a notice's revision as it was kept, as text"
	shot.tail, shot.handler, shot.summary, shot.media = "/revisions/{n}/screenshot", http.HandlerFunc(s.screenshot), "A picture of that page", "image/png"
	return []route{
		{
			method: "GET", pattern: "/api/v1/notices", handler: http.HandlerFunc(s.listNotices), summary: "Notices with all their wordings, the latest seen first", answer: []Notice{},
			more:  "A notice was posted after last_absent and by first_seen: what it claims about itself proves nothing." + memory,
			query: []parameter{site, {"limit", "At most so many, up to 500.", "100"}},
		},
		body, shot,
		{
			method: "GET", pattern: "/api/v1/plans", handler: http.HandlerFunc(s.listPlans), summary: "Maintenance, put together from notices and declarations, the earliest first",
			answer: []Plan{}, query: []parameter{site}, more: "Each window is judged by the count of hours and by the count of calendar days; both must hold." + memory,
		},
		{
			method: "GET", pattern: "/api/v1/clocks", handler: http.HandlerFunc(s.listClocks), summary: "The clocks that run or were run out of: postings, announcements of recovery, restorations",
			answer: []Clock{}, query: []parameter{site},
		},
		{
			method: "GET", pattern: "/api/v1/statements", handler: http.HandlerFunc(s.listStatements), summary: "What people put on record, the latest first",
			more:   "Steps of reports, attestations and records are told only to who has a token.",
			answer: []Statement{}, query: []parameter{scopeQuery},
		},
		{
			method: "GET", pattern: "/api/v1/boards", handler: http.HandlerFunc(s.listBoards), summary: "Notice boards and whether they can be read",
			answer: []Board{}, query: []parameter{site},
		},
	}
}

// chosen are the sites that a request asks about.
func (s *Server) chosen(r *http.Request) []compliance.Site {
	want := r.URL.Query().Get("site")
	return slices.DeleteFunc(slices.Clone(s.cfg.Hub.cfg.Source.Sites()), func(x compliance.Site) bool { return want != "" && x.ID != want })
}

// meaning is what is on record of a site now.
func (s *Server) meaning(site compliance.Site) meaning {
	return newMeaning(s.cfg.Hub.cfg.Notices.Record(site.ID), s.cfg.Hub.terms(site))
}

func (s *Server) listNotices(w http.ResponseWriter, r *http.Request) {
	all := map[string]compliance.Notice{}
	var said []compliance.Statement
	for _, site := range s.chosen(r) {
		record := s.cfg.Hub.cfg.Notices.Record(site.ID)
		for _, n := range record.Notices {
			all[n.ID] = n
		}
		said = append(said, record.Statements...)
	}
	slices.SortStableFunc(said, func(a, b compliance.Statement) int { return a.At.Compare(b.At) })
	list := make([]compliance.Notice, 0, len(all))
	for _, n := range all {
		list = append(list, n)
	}
	slices.SortFunc(list, func(a, b compliance.Notice) int {
		if c := changed(b).Compare(changed(a)); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	out := []Notice{}
	for _, n := range list[:min(len(list), limit(r, maxNotices))] {
		out = append(out, wireNotice(n, said))
	}
	s.answer(w, out)
}

// changed is when the latest wording of a notice was first seen.
func changed(n compliance.Notice) time.Time {
	if r, ok := n.Latest(); ok {
		return r.FirstSeen
	}
	return n.FirstSeen
}

func (s *Server) listPlans(w http.ResponseWriter, r *http.Request) {
	out := []Plan{}
	now := s.cfg.Hub.cfg.Source.Now()
	for _, site := range s.chosen(r) {
		m := s.meaning(site)
		obligations := m.obligations(nil, now)
		for _, p := range m.plans {
			out = append(out, wholePlan(p, obligations))
		}
	}
	s.answer(w, out)
}

func (s *Server) listClocks(w http.ResponseWriter, r *http.Request) {
	out := []Clock{}
	now, states := s.cfg.Hub.cfg.Source.Now(), s.cfg.Hub.cfg.Source.States()
	for _, site := range s.chosen(r) {
		out = append(out, s.meaning(site).clocks(states.Sites[site.ID].Outage, now)...)
	}
	s.answer(w, out)
}

func (s *Server) listStatements(w http.ResponseWriter, r *http.Request) {
	out := []Statement{}
	scopes := []string{}
	for _, site := range s.chosen(r) {
		scopes = append(scopes, site.ID)
	}
	if want := r.URL.Query().Get("site"); want == "" || want == compliance.MonitorScope {
		scopes = append(scopes, compliance.MonitorScope)
	}
	may := s.mayView(r)
	for _, scope := range scopes {
		for _, x := range s.cfg.Hub.cfg.Notices.Record(scope).Statements {
			if may || !onPaper(x) {
				out = append(out, wireStatement(x))
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Statement) int { return int(b.At - a.At) })
	s.answer(w, out)
}

// onPaper says whether a statement belongs to the reports, attestations and records that only those
// who are signed in may see.
func onPaper(x compliance.Statement) bool {
	return x.Report != nil || x.Attestation != nil || x.MonthRecord != nil || x.Incident != nil
}

func (s *Server) listBoards(w http.ResponseWriter, r *http.Request) {
	out, listed := []Board{}, map[string]bool{}
	for _, site := range s.chosen(r) {
		for _, b := range wireBoards(s.cfg.Hub.cfg.Notices.Record(site.ID)) {
			if !listed[b.ID] {
				listed[b.ID] = true
				out = append(out, b)
			}
		}
	}
	s.answer(w, out)
}

// kept reads the page that the request names, or has answered.
func (s *Server) kept(w http.ResponseWriter, r *http.Request) (scanners.Page, bool) {
	n, err := strconv.Atoi(r.PathValue("n"))
	digest := ""
	if found, _, ok := s.notice(r.PathValue("id")); ok && err == nil && n >= 1 && n <= len(found.Revisions) {
		digest = found.Revisions[n-1].Page
	}
	if digest == "" {
		fail(w, http.StatusNotFound, "not_found", "no page of that revision was kept")
		return scanners.Page{}, false
	}
	p, err := s.cfg.Detail.NoticePage(r.Context(), digest)
	if err != nil {
		s.broken(w, "read a kept page", err)
		return p, false
	}
	return p, true
}

// notice finds a notice and the sites whose record holds it.
func (s *Server) notice(id string) (found compliance.Notice, sites []string, ok bool) {
	for _, site := range s.cfg.Hub.cfg.Source.Sites() {
		for _, n := range s.cfg.Hub.cfg.Notices.Record(site.ID).Notices {
			if n.ID == id {
				found, ok = n, true
				sites = append(sites, site.ID)
			}
		}
	}
	return found, sites, ok
}

// page hands out a kept page as text, whatever it was: what others wrote is never run.
func (s *Server) page(w http.ResponseWriter, r *http.Request) {
	p, ok := s.kept(w, r)
	if !ok {
		return
	}
	if len(p.Body) == 0 {
		fail(w, http.StatusNotFound, "not_found", "of that page only the digest was kept")
		return
	}
	z, err := gzip.NewReader(bytes.NewReader(p.Body))
	if err != nil {
		s.broken(w, "unpack a kept page", err)
		return
	}
	body, err := io.ReadAll(io.LimitReader(z, maxPage))
	if err != nil {
		s.broken(w, "unpack a kept page", err)
		return
	}
	foreign(w, "text/plain; charset=utf-8")
	_, _ = w.Write(body)
}

func (s *Server) screenshot(w http.ResponseWriter, r *http.Request) {
	p, ok := s.kept(w, r)
	if !ok {
		return
	}
	if len(p.Screenshot) == 0 {
		fail(w, http.StatusNotFound, "not_found", "no picture of that page was kept")
		return
	}
	foreign(w, "image/png")
	_, _ = w.Write(p.Screenshot)
}

// foreign sets the headers of what was written by others. That it is no document of ours
// and no download of a program is said by its type, which browsers may not guess anew.
func foreign(w http.ResponseWriter, media string) {
	h := w.Header()
	h.Set("Content-Type", media)
	h.Set("Content-Security-Policy", foreignPolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
}
