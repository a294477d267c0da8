package dashboard

import (
	"net/http"
	"slices"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/calendar"
	"github.com/charterwatch/charterwatch/compliance/notice"
)

func (s *Server) lintRoute() route {
	return route{
		method: "POST", pattern: "/api/v1/notices/lint", handler: http.HandlerFunc(s.lint), summary: "Try a notice before it is posted: whether it is clear, and by when it must be posted",
		more: "Nothing is recorded, and no token is needed. Windows are compared to the minute.", body: LintOrder{}, answer: LintAnswer{},
		errors: []int{http.StatusBadRequest, http.StatusNotFound, http.StatusRequestEntityTooLarge},
	}
}

// lint is POST /api/v1/notices/lint.
func (s *Server) lint(w http.ResponseWriter, r *http.Request) {
	o, ok := order[LintOrder](w, r)
	if !ok || !s.site(w, o.Site) {
		return
	}
	if !typed(o.Type) {
		fail(w, http.StatusBadRequest, "bad_order", "type is regular or emergency, or absent")
		return
	}
	hub := s.cfg.Hub
	now := hub.cfg.Source.Now()
	posted := o.Posted.time()
	if posted.IsZero() {
		posted = now
	}
	got := notice.Lint(notice.LintInput{Title: o.Title, Body: o.Text, Posted: posted, Zone: hub.cfg.Zone, Want: windowsOf(o.Windows)})
	out := LintAnswer{OK: got.OK, Reading: wireReading(compliance.Reading{Reading: got.Reading}), Differences: []LintDifference{}}
	for _, d := range got.Differences {
		out.Differences = append(out.Differences, LintDifference{Code: d.Code, Want: wireWindow(d.Want), Read: wireWindow(d.Read)})
	}
	windows := windowsOf(o.Windows)
	if len(windows) == 0 {
		windows = got.Reading.Windows
	}
	if len(windows) > 0 {
		s.limits(&out, o, got.Reading.Type, windows)
	}
	s.answer(w, out)
}

// limits adds by when the notice must be posted, and a notice that says it clearly.
func (s *Server) limits(out *LintAnswer, o LintOrder, read notice.Type, windows []notice.Window) {
	hub := s.cfg.Hub
	first := slices.MinFunc(windows, func(a, b notice.Window) int { return a.Start.Compare(b.Start) })
	p := hub.cfg.Notices.Promises().WithDefaults()
	byHours, byCalendar, limit := calendar.NoticeLimits(first.Start, p.NoticeDays, p.NoticeHours, hub.cfg.Zone)
	out.ByHours, out.ByCalendar, out.Limit = millis(byHours), millis(byCalendar), millis(limit)
	in := notice.SuggestInput{Windows: windows, Type: o.Type, Reason: o.Reason, Zone: hub.cfg.Zone}
	if in.Type == notice.Untyped {
		in.Type = read
	}
	for _, site := range hub.cfg.Source.Sites() {
		if site.ID == o.Site {
			in.SiteKo, in.SiteEn = site.Name.KO, site.Name.EN
		}
	}
	ko, en := notice.Suggest(in)
	out.Suggested = &Suggested{Draft{ko.Title, ko.Body}, Draft{en.Title, en.Body}}
}

func wireWindow(w *notice.Window) *Window {
	if w == nil {
		return nil
	}
	return &Window{millis(w.Start), millis(w.End)}
}
