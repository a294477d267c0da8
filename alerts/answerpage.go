package alerts

import (
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/internal/accounts"
	"github.com/charterwatch/charterwatch/internal/messages"
)

// AnswerConfig is what an [AnswerPage] needs.
type AnswerConfig struct {
	Signer  *Signer
	Content func() Content            // in force now
	Open    func() []compliance.Alert // those that stand
	Person  func(id string) (compliance.Name, bool)
	// Acknowledge puts the answer on record. When it returns nil, the answer is durable.
	Acknowledge func(ctx context.Context, by accounts.Actor, ids []string) error
	Now         func() time.Time // nil: time.Now
	Logger      *slog.Logger     // nil: nothing is logged
}

// AnswerPage is the page that a link in a message opens: GET /ack/{token} shows the alerts
// that the link stands for, POST acknowledges them. A GET changes nothing, because mail
// scanners follow links. It needs no sign-in and no script: whoever holds the link may do
// this one thing, for as long as the link says, and another site cannot make a browser do it
// without knowing the link. Answers carry the id "link/" and the person that the link was
// made for, or "link/named/" and the name that was given.
type AnswerPage struct {
	cfg       AnswerConfig
	catalogue *messages.Catalogue
	page      *template.Template
	policy    string
}

//go:embed templates/answer.html
var answerHTML string

//go:embed templates/answer.css
var answerCSS string

const (
	nameMost     = 80       // characters of a name
	formMost     = 16 << 10 // bytes of a form
	answersShown = 50
)

// NewAnswerPage makes the page.
func NewAnswerPage(cfg AnswerConfig) (*AnswerPage, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	page, err := template.New("answer").Parse(answerHTML)
	if err != nil {
		return nil, fmt.Errorf("load the answer page: %w", err)
	}
	catalogue, err := messages.Load()
	if err != nil {
		return nil, fmt.Errorf("load the answer page: %w", err)
	}
	sum := sha256.Sum256([]byte(answerCSS))
	return &AnswerPage{cfg, catalogue, page, fmt.Sprintf(
		"default-src 'none'; style-src 'sha256-%s'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'", base64.StdEncoding.EncodeToString(sum[:])),
	}, nil
}

// answerView is what the page shows.
type answerView struct {
	Lang, Other, OtherName, OtherURL string
	CSS                              template.CSS
	Title, About, Organisation       string
	Good, Bad                        string // what came of it
	Alerts                           []answerAlert
	More, Ended                      string
	Action                           string // of the form; "": there is none
	As                               string
	Who, WhoHint, Name, NameProblem  string
	Do                               string
	Dashboard, DashboardName         string
}

// answerAlert is one of the alerts to be answered.
type answerAlert struct {
	Severity, Icon, Word, Summary, Since, Clock, State string
	Acked                                              bool
}

// ServeHTTP implements http.Handler.
func (p *AnswerPage) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", p.policy)
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Robots-Tag", "noindex, nofollow")
	h.Set("Cache-Control", "no-store")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	c := p.cfg.Content()
	lang := p.language(r)
	words := c.wording(lang)
	v := p.frame(r, words)
	token := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
	link, err := p.cfg.Signer.Open(token, p.cfg.Now())
	switch {
	case errors.Is(err, ErrLinkExpired):
		p.fail(w, v, http.StatusGone, words.Say(messages.New("answer.expired")), words.Say(messages.New("answer.expired_about")))
	case err != nil:
		p.fail(w, v, http.StatusNotFound, words.Say(messages.New("answer.invalid")), words.Say(messages.New("answer.invalid_about")))
	case r.Method == http.MethodGet || r.Method == http.MethodHead:
		p.show(&v, words, link)
		p.write(w, v, http.StatusOK)
	case r.Method == http.MethodPost:
		p.answer(w, r, v, words, link)
	default:
		h.Set("Allow", "GET, HEAD, POST")
		p.fail(w, v, http.StatusMethodNotAllowed, words.Say(messages.New("answer.not_so")), "")
	}
}

// language is the one asked for, or else the reader's own.
func (p *AnswerPage) language(r *http.Request) string {
	if l := r.URL.Query().Get("lang"); slices.Contains(messages.Languages(), l) {
		return l
	}
	return p.catalogue.Match(r.Header.Get("Accept-Language"))
}

// frame is what every page has.
func (p *AnswerPage) frame(r *http.Request, w wording) answerView {
	v := answerView{Lang: w.Lang(), CSS: template.CSS(answerCSS), Organisation: w.name(w.Organisation, "charterwatch")} //nolint:gosec // the style sheet is our own file
	for _, l := range messages.Languages() {
		if l != w.Lang() {
			v.Other, v.OtherName, v.OtherURL = l, messages.In(l).Say(messages.New("language.name")), "?"+url.Values{"lang": {l}}.Encode()
		}
	}
	if w.DashboardURL != "" {
		v.Dashboard, v.DashboardName = w.DashboardURL+"/#/alerts", w.Say(messages.New("answer.dashboard"))
	}
	v.Action = "?" + url.Values{"lang": {w.Lang()}}.Encode()
	return v
}

// stands are the open alerts that a link stands for, and how many of those that it names are
// over.
func (p *AnswerPage) stands(l Link) (open []compliance.Alert, ended int) {
	c := p.cfg.Content()
	for _, a := range p.cfg.Open() {
		if slices.Contains(l.Alerts, a.ID) || len(l.Labels) > 0 && !a.Raised.After(l.Before) && carries(c.Labels(a), l.Labels) {
			if a.Rule != compliance.AlertWatchdog {
				open = append(open, a)
			}
		}
	}
	for _, id := range l.Alerts {
		if !slices.ContainsFunc(open, func(a compliance.Alert) bool { return a.ID == id }) {
			ended++
		}
	}
	slices.SortStableFunc(open, func(a, b compliance.Alert) int {
		if d := gravity(string(a.Severity)) - gravity(string(b.Severity)); d != 0 {
			return d
		}
		return a.Start.Compare(b.Start)
	})
	return open, ended
}

// carries says whether an alert's labels have all those that a link asks for.
func carries(has, want map[string]string) bool {
	for k, v := range want {
		if has[k] != v {
			return false
		}
	}
	return true
}

// show fills in the alerts, and the form if any of them waits for an answer. It returns the
// ids of those that do.
func (p *AnswerPage) show(v *answerView, w wording, l Link) (waiting []string) {
	open, ended := p.stands(l)
	v.Title = w.Say(messages.New("answer.title"))
	if len(open) > 1 {
		v.Title = w.Say(messages.New("answer.title_many", "n", len(open)))
	}
	now := p.cfg.Now()
	for i, a := range open {
		if a.Acked == nil {
			waiting = append(waiting, a.ID)
		}
		if i < answersShown {
			v.Alerts = append(v.Alerts, w.answerAlert(a, now))
		}
	}
	if n := len(open) - answersShown; n > 0 {
		v.More = w.Say(messages.New("answer.more", "n", n))
	}
	if ended > 0 {
		v.Ended = w.Say(messages.New("answer.ended", "n", ended))
	}
	switch {
	case len(open) == 0:
		v.Title, v.About, v.Action = w.Say(messages.New("answer.none")), w.Say(messages.New("answer.none_about")), ""
	case len(waiting) == 0:
		v.About, v.Action = w.Say(messages.New("answer.all_acked")), ""
	default:
		v.About, v.Do = w.Say(messages.New("answer.about")), w.Say(messages.New("answer.do"))
		v.Who, v.WhoHint = w.Say(messages.New("answer.who")), w.Say(messages.New("answer.who_hint"))
		if l.Person != "" {
			v.As = w.Say(messages.New("answer.as", "name", p.person(w, l.Person)))
		}
	}
	return waiting
}

func (w wording) answerAlert(a compliance.Alert, now time.Time) answerAlert {
	out := answerAlert{
		Severity: string(a.Severity), Icon: icon(string(a.Severity)), Word: w.severity(a.Severity), Summary: w.summary(a, now),
		Since: w.Say(messages.New("answer.since", "time", w.time(a.Start))), Clock: w.clock(a, now), State: w.Say(messages.New("answer.waits")),
	}
	if a.Acked != nil {
		out.Acked, out.State = true, w.Say(messages.New("answer.acked", "name", acker(a), "time", w.time(a.Acked.At)))
	}
	return out
}

func (p *AnswerPage) person(w wording, id string) string {
	if p.cfg.Person != nil {
		if n, ok := p.cfg.Person(id); ok {
			return w.name(n, id)
		}
	}
	return id
}

// answer acknowledges what the link stands for.
func (p *AnswerPage) answer(w http.ResponseWriter, r *http.Request, v answerView, words wording, l Link) {
	r.Body = http.MaxBytesReader(w, r.Body, formMost)
	if err := r.ParseForm(); err != nil {
		p.fail(w, v, http.StatusBadRequest, words.Say(messages.New("answer.not_so")), "")
		return
	}
	name := line(r.PostForm.Get("name"), nameMost+1)
	id := "link/named/" + name // nobody has checked the name
	if l.Person != "" {
		name, id = p.person(words, l.Person), "link/"+l.Person
	}
	waiting := p.show(&v, words, l)
	if n := utf8.RuneCountInString(name); (n == 0 || n > nameMost) && len(waiting) > 0 {
		v.NameProblem, v.Name = words.Say(messages.New("answer.no_name")), name
		p.write(w, v, http.StatusUnprocessableEntity)
		return
	}
	if len(waiting) == 0 { // somebody was faster
		p.write(w, v, http.StatusOK)
		return
	}
	by := accounts.Actor{ID: id, Name: name, Kind: accounts.KindUser, Role: accounts.RoleOperator}
	if err := p.cfg.Acknowledge(r.Context(), by, waiting); err != nil {
		p.cfg.Logger.Error("cannot acknowledge alerts", "alerts", len(waiting), "err", err)
		v.Bad, v.About = words.Say(messages.New("answer.failed")), words.Say(messages.New("answer.failed_about"))
		p.write(w, v, http.StatusServiceUnavailable)
		return
	}
	done := v
	done.Alerts, done.More, done.Ended = nil, "", ""
	if left := p.show(&done, words, l); len(left) > 0 {
		done.Action = "" // new ones are answered on a page that shows them
	}
	done.About, done.Good = "", words.Say(messages.New("answer.done", "name", name, "n", len(waiting)))
	p.write(w, done, http.StatusOK)
}

func (p *AnswerPage) fail(w http.ResponseWriter, v answerView, status int, title, about string) {
	v.Title, v.About, v.Action = title, about, ""
	p.write(w, v, status)
}

func (p *AnswerPage) write(w http.ResponseWriter, v answerView, status int) {
	var b bytes.Buffer
	if err := p.page.Execute(&b, v); err != nil {
		p.cfg.Logger.Error("cannot write the answer page", "err", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Language", v.Lang)
	w.WriteHeader(status)
	if _, err := w.Write(b.Bytes()); err != nil {
		p.cfg.Logger.Debug("cannot write the answer page", "err", err)
	}
}
