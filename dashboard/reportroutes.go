package dashboard

import (
	"errors"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/internal/accounts"
	"github.com/charterwatch/charterwatch/internal/messages"
)

// reportMedia are the documents of a report and their media types, in the order in which they
// are offered.
func reportMedia() [][2]string {
	return [][2]string{
		{"report.pdf", "application/pdf"}, {"report.html", "text/html; charset=utf-8"}, {"report.json", "application/json"},
		{"verdicts.csv", "text/csv; charset=utf-8"}, {"report.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
	}
}

// reportPolicy holds a report that a browser opens to what it carries itself: no script, no
// request, an origin of its own.
const reportPolicy = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

func (s *Server) reportRoutes() []route {
	reading := []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusNotImplemented}
	read := func(pattern, summary string, answer any, h func(http.ResponseWriter, *http.Request, accounts.Actor)) route {
		return route{method: "GET", pattern: pattern, handler: s.demand(accounts.View, s.ofReports(h)), summary: summary, answer: answer, roles: rolesThat(accounts.View), errors: reading}
	}
	const seen = "The digest is that of the content which the person saw: if it has changed since, it is 422 with the type urn:charterwatch:refused_other_content. "
	step := func(tail, summary string, body any, h func(http.ResponseWriter, *http.Request, accounts.Actor), perms ...accounts.Permission) route {
		return route{
			method: "POST", pattern: "/api/v1/reports/{id}/" + tail, handler: s.demandAny(s.ofReports(h), perms...), summary: summary, more: seen + refusals, body: body, answer: WholeReport{},
			roles: rolesThatAny(perms...), errors: append([]int{http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity}, reading...),
		}
	}
	files := read("/api/v1/reports/{id}/files/{name}", "A document of a report, to keep", nil, s.reportFile)
	files.media = "application/octet-stream"
	files.more = "The name is report.pdf, report.html, report.json, verdicts.csv or report.xlsx. Of a report that went out, it is the document as it was sent."
	files.query = []parameter{{"lang", "Language of the document: ko or en. By default that of Accept-Language.", "ko"}}
	submit, comment := step("submit", "Hand a draft in for review", ReportOrder{}, s.submitReport, accounts.DraftReports), step("comment", "Comment on a report", ReportRemark{}, s.commentReport, accounts.DraftReports, accounts.SignReports)
	back := step("return", "Give a report back to its drafter; signatures so far are void", ReportRemark{}, s.returnReport, accounts.SignReports)
	sign := step("sign", "Sign a report in a role", SignOrder{}, s.signReport, accounts.DraftReports, accounts.SignReports)
	sign.more = "Roles sign in their order, each by another person. Only who may sign reports signs as reviewer or approver. " + sign.more
	publish := step("publish", "Say that a report that went out was published to staff", PublishOrder{}, s.publishReport, accounts.DraftReports)
	made := step("make", "Make a month's report", MakeOrder{}, s.makeReport, accounts.DraftReports)
	made.pattern, made.more = "/api/v1/reports/{month}/make", "A draft of the month is made again, with the decisions that are asked of who signs; where it is signed or went out, an addendum is made, which demands a reason. "+refusals
	return []route{
		read("/api/v1/reports", "Reports on record, the latest first", ReportArchive{}, s.reports),
		read("/api/v1/reports/{id}", "One report, with its signatures, comments and receipts", WholeReport{}, s.oneReport),
		files, made, submit, comment, back, sign, publish,
	}
}

// ofReports lets a handler through where reports are made.
func (s *Server) ofReports(h func(http.ResponseWriter, *http.Request, accounts.Actor)) func(http.ResponseWriter, *http.Request, accounts.Actor) {
	return func(w http.ResponseWriter, r *http.Request, actor accounts.Actor) {
		if s.reporting(w) {
			h(w, r, actor)
		}
	}
}

// signing finds the report that a request names; if there is none, that has been answered.
func (s *Server) signing(w http.ResponseWriter, r *http.Request) (compliance.Signing, bool) {
	g, ok := compliance.SigningOf(r.PathValue("id"), s.house())
	if !ok {
		fail(w, http.StatusNotFound, "not_found", "there is no such report on record")
	}
	return g, ok
}

// reports is GET /api/v1/reports.
func (s *Server) reports(w http.ResponseWriter, r *http.Request, actor accounts.Actor) {
	out := ReportArchive{Reports: []Report{}, MayMake: actor.Role.Can(accounts.DraftReports)}
	out.UnderWay, out.Failed = s.reportWork(func(string, string) bool { return true })
	for _, g := range slices.Backward(compliance.Signings(s.house())) {
		out.Reports = append(out.Reports, s.wireReport(r, g, actor))
	}
	slices.SortStableFunc(out.Reports, func(a, b Report) int { return strings.Compare(b.Month, a.Month) })
	s.answer(w, out)
}

// reportWork is what the desk is doing, and tries again, about some reports. about is asked with a month
// and the id of a report, which is empty where the month's report is being made.
func (s *Server) reportWork(about func(month, report string) bool) (under []ReportWork, failed []ReportFailure) {
	under, failed = []ReportWork{}, []ReportFailure{}
	if s.cfg.ReportWork == nil {
		return under, failed
	}
	work := s.cfg.ReportWork()
	for _, x := range work.UnderWay {
		if about(x.Month, x.Report) {
			under = append(under, x)
		}
	}
	for _, x := range work.Failed {
		if about(x.Month, x.Report) {
			failed = append(failed, x)
		}
	}
	return under, failed
}

// oneReport is GET /api/v1/reports/{id}.
func (s *Server) oneReport(w http.ResponseWriter, r *http.Request, actor accounts.Actor) {
	if g, ok := s.signing(w, r); ok {
		s.answer(w, s.wholeReport(r, g, actor))
	}
}

func (s *Server) wireReport(r *http.Request, g compliance.Signing, actor accounts.Actor) Report {
	out := Report{
		ID: g.Report, Month: g.Month, State: g.State, Digest: g.Digest, Made: millis(g.Made), Deadline: millis(g.Deadline), Closed: millis(g.Closed), Signed: len(g.Signatures), Of: len(g.Roles),
		Published: millis(g.Published), Proof: g.Proof, May: maySteps(g, actor),
	}
	out.NextToSign, _ = g.Next()
	got := map[compliance.ReportStep]map[string]bool{compliance.ReportSent: {}, compliance.ReportOpened: {}}
	for _, x := range g.Receipts {
		got[x.Got][x.To] = true
	}
	out.Sent, out.Opened = len(got[compliance.ReportSent]), len(got[compliance.ReportOpened])
	x, err := s.judged.of(r.Context(), s.cfg.Reports, g)
	if err != nil {
		s.log.Warn("the content of a report cannot be read", "report", g.Report, "err", err)
		return out
	}
	out.Counts = &x.counts
	return out
}

// maySteps are the steps that an actor may take next.
func maySteps(g compliance.Signing, actor accounts.Actor) []string {
	drafts, signs, out := actor.Role.Can(accounts.DraftReports), actor.Role.Can(accounts.SignReports), g.Closed.IsZero()
	role, awaited := g.Next()
	has := slices.ContainsFunc(g.Signatures, func(x compliance.ReportSignature) bool { return x.By == actor.ID })
	may := []string{}
	for _, x := range []struct {
		step string
		may  bool
	}{
		{"make", drafts},
		{"submit", drafts && out && g.State == compliance.ReportDraft},
		{"comment", (drafts || signs) && out},
		{"return", signs && out && g.State == compliance.ReportInReview},
		{"sign", awaited && !has && maySign(actor, role) && (g.State == compliance.ReportInReview || !out)},
		{"publish", drafts && !out && g.Published.IsZero()},
	} {
		if x.may {
			may = append(may, x.step)
		}
	}
	return may
}

// maySign says whether an actor may sign in a role: who drafts signs as drafter alone.
func maySign(actor accounts.Actor, role string) bool {
	return actor.Role.Can(accounts.SignReports) || role == "drafter" && actor.Role.Can(accounts.DraftReports)
}

func (s *Server) wholeReport(r *http.Request, g compliance.Signing, actor accounts.Actor) WholeReport {
	out := WholeReport{Report: s.wireReport(r, g, actor), Roles: append([]string{}, g.Roles...), Signatures: []ReportSignature{}, Decisions: []compliance.Name{}, Comments: []ReportComment{}, Receipts: []ReportReceipt{}, Languages: messages.Languages()}
	if x, err := s.judged.of(r.Context(), s.cfg.Reports, g); err == nil { // if not, the report says so by its counts
		out.Decisions = append(out.Decisions, x.decisions...)
	}
	for _, x := range g.Signatures {
		out.Signatures = append(out.Signatures, ReportSignature{Role: x.Role, Name: x.Name, At: millis(x.At), Digest: x.Digest, Record: x.Record})
	}
	for _, x := range g.Comments {
		out.Comments = append(out.Comments, ReportComment{Name: x.Name, At: millis(x.At), Clause: x.Clause, Text: x.Text})
	}
	for _, x := range g.Receipts {
		out.Receipts = append(out.Receipts, ReportReceipt{To: x.To, At: millis(x.At), Got: string(x.Got), How: x.How})
	}
	for _, f := range reportMedia() {
		out.Files = append(out.Files, f[0])
	}
	out.UnderWay, out.Failed = s.reportWork(func(month, report string) bool {
		return report == g.Report || report == "" && month == g.Month
	})
	return out
}

// reportFile is GET /api/v1/reports/{id}/files/{name}.
func (s *Server) reportFile(w http.ResponseWriter, r *http.Request, _ accounts.Actor) {
	g, ok := s.signing(w, r)
	if !ok {
		return
	}
	name, lang := r.PathValue("name"), r.URL.Query().Get("lang")
	if lang == "" {
		lang = s.words.Match(r.Header.Get("Accept-Language"))
	}
	all := reportMedia()
	i := slices.IndexFunc(all, func(f [2]string) bool { return f[0] == name })
	if i < 0 || !slices.Contains(messages.Languages(), lang) {
		fail(w, http.StatusNotFound, "not_found", "a report has no document of that name in that language")
		return
	}
	b, err := s.cfg.Reports.File(r.Context(), g, lang, name)
	switch {
	case errors.Is(err, ErrNoMonth):
		fail(w, http.StatusNotFound, "not_found", "a report has no document of that name")
	case err != nil:
		s.broken(w, "fetch a report's document", err)
	default:
		base, ext, _ := strings.Cut(name, ".")
		download(w, all[i][1], base+"-"+g.Report+"-"+lang+"."+ext, b)
	}
}

// download answers with a file to keep. A browser that opens it nevertheless is held to what the
// file itself holds.
func download(w http.ResponseWriter, media, name string, b []byte) {
	h := w.Header()
	h.Set("Content-Type", media)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	h.Set("Content-Security-Policy", reportPolicy)
	h.Set("Cache-Control", "no-store")
	_, _ = w.Write(b)
}

// makeReport is POST /api/v1/reports/{month}/make.
func (s *Server) makeReport(w http.ResponseWriter, r *http.Request, actor accounts.Actor) {
	o, ok := order[MakeOrder](w, r)
	if !ok || !wordy(w, o.Why) || !decisive(w, o.Decisions) {
		return
	}
	month, ok := s.monthOf(w, r.PathValue("month"))
	if !ok {
		return
	}
	if month >= s.now().In(s.cfg.Hub.cfg.Zone).Format("2006-01") {
		fail(w, http.StatusUnprocessableEntity, "month_not_over", "a report is made once its month is over")
		return
	}
	frozen := slices.ContainsFunc(compliance.Signings(s.house()), func(g compliance.Signing) bool { return g.Month == month && g.Frozen() })
	if frozen && strings.TrimSpace(o.Why) == "" {
		refused(w, "no_reason")
		return
	}
	g, err := s.cfg.Reports.Make(r.Context(), Making{Month: month, By: actor, Why: o.Why, Decisions: o.Decisions})
	var no *compliance.Refusal
	switch {
	case errors.As(err, &no):
		refused(w, no.Rule)
	case errors.Is(err, ErrNoMonth):
		fail(w, http.StatusNotFound, "no_month", "nothing was watched in that month")
	case err != nil:
		s.broken(w, "make a report", err)
	default:
		s.log.Info("report made", "actor", actor.ID, "report", g.Report)
		s.answer(w, s.wholeReport(r, g, actor))
	}
}

// maxDecisions is how many decisions a report asks for at most: page one must stay one page.
const maxDecisions = 10

// decisive says whether decisions can be asked as they are worded; if not, that has been answered.
func decisive(w http.ResponseWriter, asked *[]compliance.Name) bool {
	if asked == nil {
		return true
	}
	if len(*asked) > maxDecisions {
		fail(w, http.StatusBadRequest, "bad_order", fmt.Sprintf("a report asks for at most %d decisions", maxDecisions))
		return false
	}
	for _, d := range *asked {
		if strings.TrimSpace(d.KO+d.EN) == "" {
			fail(w, http.StatusBadRequest, "bad_order", "a decision has words in Korean, in English or in both")
			return false
		}
		if !wordy(w, d.KO, d.EN) {
			return false
		}
	}
	return true
}

// step puts a step on record and answers with the report as it is then.
func (s *Server) step(w http.ResponseWriter, r *http.Request, actor accounts.Actor, why string, a compliance.ReportAct) {
	g, ok := s.signing(w, r)
	if !ok {
		return
	}
	a.Report = g.Report
	x := compliance.Statement{Site: compliance.MonitorScope, By: actor, Why: why, Report: &a}
	done, ok := s.stand(w, r, x)
	if !ok {
		return
	}
	said := s.house()
	if !slices.ContainsFunc(said, func(y compliance.Statement) bool { return y.ID == done.ID }) {
		said = append(slices.Clone(said), done) // what is published may lag behind what is on record
	}
	g, _ = compliance.SigningOf(a.Report, said)
	s.answer(w, s.wholeReport(r, g, actor))
}

// submitReport is POST /api/v1/reports/{id}/submit.
func (s *Server) submitReport(w http.ResponseWriter, r *http.Request, actor accounts.Actor) {
	if o, ok := order[ReportOrder](w, r); ok && wordy(w, o.Why) {
		s.step(w, r, actor, o.Why, compliance.ReportAct{Step: compliance.ReportSubmitted, Digest: o.Digest})
	}
}

// commentReport is POST /api/v1/reports/{id}/comment.
func (s *Server) commentReport(w http.ResponseWriter, r *http.Request, actor accounts.Actor) {
	if o, ok := order[ReportRemark](w, r); ok && wordy(w, o.Why, string(o.Clause)) {
		s.step(w, r, actor, o.Why, compliance.ReportAct{Step: compliance.ReportCommented, Digest: o.Digest, Clause: o.Clause})
	}
}

// returnReport is POST /api/v1/reports/{id}/return.
func (s *Server) returnReport(w http.ResponseWriter, r *http.Request, actor accounts.Actor) {
	if o, ok := order[ReportRemark](w, r); ok && wordy(w, o.Why, string(o.Clause)) {
		s.step(w, r, actor, o.Why, compliance.ReportAct{Step: compliance.ReportReturned, Digest: o.Digest, Clause: o.Clause})
	}
}

// signReport is POST /api/v1/reports/{id}/sign.
func (s *Server) signReport(w http.ResponseWriter, r *http.Request, actor accounts.Actor) {
	o, ok := order[SignOrder](w, r)
	if !ok || !wordy(w, o.Why, o.Role) {
		return
	}
	if !maySign(actor, o.Role) {
		fail(w, http.StatusForbidden, "not_permitted", "the token's role may not sign as that")
		return
	}
	s.step(w, r, actor, o.Why, compliance.ReportAct{Step: compliance.ReportSigned, Digest: o.Digest, Role: o.Role})
}

// publishReport is POST /api/v1/reports/{id}/publish.
func (s *Server) publishReport(w http.ResponseWriter, r *http.Request, actor accounts.Actor) {
	if o, ok := order[PublishOrder](w, r); ok && wordy(w, o.Why, o.Proof) {
		s.step(w, r, actor, o.Why, compliance.ReportAct{Step: compliance.ReportPublished, Digest: o.Digest, Proof: o.Proof})
	}
}
