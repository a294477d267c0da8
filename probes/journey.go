package probes

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"

	"github.com/charterwatch/charterwatch/internal/fetch"
)

// JourneyConfig configures a journey: HTTP requests in order, as a customer would make
// them, with cookies kept on the way. Only Steps is required.
//
// A value captured in one step replaces ${name} in the URL, headers, form and body of
// later steps. In a URL it is escaped, except where it begins the URL. Captured values are treated as
// credentials: they appear in no detail and no capture.
type JourneyConfig struct {
	Steps   []JourneyStep
	Proxy   Secret        // as in HTTPConfig
	HTTP1   bool          // do not offer HTTP/2
	MaxBody int           // most bytes to read of each answer's body; default DefaultMaxBody
	Latency time.Duration // longest the whole journey may take; 0: none (reason latency)
	Dial    DialConfig
	TLS     TLSConfig
}

// JourneyStep is one request of a journey and what its answer must be. Only URL is required.
type JourneyStep struct {
	Name      string // names the step in details; default "step 1", "step 2", ...
	URL       string // absolute, or relative to where the step before ended; the first must be absolute
	Method    string // default GET, or POST with a Form or a Body
	Headers   []RequestHeader
	Form      []FormField // sent as application/x-www-form-urlencoded, in this order; excludes Body
	Body      Secret
	Redirects RedirectConfig
	Captures  []StepCapture // taken from the answer after it was judged
	Expect    HTTPExpect
}

// FormField is one field of a form. Its value counts as a credential.
type FormField struct {
	Name  string
	Value Secret
}

// StepCapture takes a value from an answer for later steps. Name and exactly one of the
// others are set. What cannot be taken is reason step.
type StepCapture struct {
	Name   string // letters, digits and underscores
	Regex  string // RE2 pattern over the body; its first group, or the whole match without one
	JSON   string // expression over body, status and headers that gives a string, number or boolean
	Field  string // value of the input with this name, hidden or not, in the HTML
	Header string // first value of this header
}

// Journey looks by walking through the steps. Phases are the sum over all requests, facts
// those of the last one.
type Journey struct {
	client  client
	steps   []journeyStep
	latency time.Duration
	target  string
}

type journeyStep struct {
	JourneyStep
	policy   RedirectConfig
	expect   *expectation
	captures []capturer
}

const maxJourneySteps = 50

// NewJourney validates c; shared may be nil. The error joins a *FieldError for each mistake.
func NewJourney(c JourneyConfig, shared *Shared) (*Journey, error) {
	shared = shared.orNew()
	f := newFieldErrors()
	j := &Journey{latency: c.Latency}
	if len(c.Steps) == 0 || len(c.Steps) > maxJourneySteps {
		f.add("Steps", refuse("journey_steps", "n", len(c.Steps), "max", maxJourneySteps))
	}
	f.duration("Latency", c.Latency)
	var first *request
	known := map[string]bool{}
	for i, s := range c.Steps {
		g := f.in(fmt.Sprintf("Steps[%d]", i))
		if s.Name == "" {
			s.Name = fmt.Sprintf("step %d", i+1)
		}
		if i == 0 {
			if strings.Contains(s.URL, "${") {
				g.add("URL", refuse("capture_first"))
			} else {
				first = newRequest(HTTPConfig{URL: s.URL}, shared, g)
			}
		}
		j.steps = append(j.steps, newStep(s, known, g))
	}
	j.client = newClient(clientConfig{dial: c.Dial, tls: c.TLS, proxy: c.Proxy, http1: c.HTTP1, maxBody: c.MaxBody}, first, shared, f)
	j.client.wholeBody = true
	if err := f.err(); err != nil {
		return nil, err
	}
	j.target = fetch.RedactURL(first.url)
	return j, nil
}

// newStep validates a step; known holds the names captured before it, and those it adds.
func newStep(s JourneyStep, known map[string]bool, f fieldErrors) journeyStep {
	out := journeyStep{JourneyStep: s, policy: s.Redirects.validate(f.in("Redirects")), expect: newExpectation(s.Expect, f.in("Expect"))}
	if s.URL == "" {
		f.add("URL", refuse("step_url"))
	}
	if len(s.Form) > 0 && s.Body != "" {
		f.add("Body", refuse("two_bodies"))
	}
	used := func(field, text string) {
		for _, name := range variables(text) {
			if !known[name] {
				f.add(field, refuse("variable", "value", "${"+name+"}"))
			}
		}
	}
	used("URL", s.URL)
	used("Body", s.Body.Reveal())
	for i, h := range s.Headers {
		used(fmt.Sprintf("Headers[%d]", i), h.Value.Reveal())
		if err := new(request).setHeader(h.Name, ""); err != nil {
			f.add(fmt.Sprintf("Headers[%d]", i), err)
		}
	}
	for i, field := range s.Form {
		used(fmt.Sprintf("Form[%d]", i), field.Value.Reveal())
	}
	for i, c := range s.Captures {
		out.captures = append(out.captures, newCapturer(c, f.in(fmt.Sprintf("Captures[%d]", i))))
		known[c.Name] = true
	}
	return out
}

// Kind is "journey".
func (j *Journey) Kind() string { return "journey" }

// Target is the first step's URL without user info and query values.
func (j *Journey) Target() string { return j.target }

// walk is the state of one look.
type walk struct {
	m     Measurement
	trail trail
	vars  map[string]string
	scrub fetch.Scrubber
}

// Probe looks once.
func (j *Journey) Probe(ctx context.Context) (Measurement, error) {
	start := time.Now()
	w := walk{vars: map[string]string{}}
	w.trail.jar, _ = cookiejar.New(nil) // never fails without options
	for i := range j.steps {
		if err := j.step(ctx, &j.steps[i], &w); err != nil {
			return conclude(&w.m, err)
		}
	}
	var err error
	if took := time.Since(start); j.latency > 0 && took > j.latency {
		err = siteErrorf(Latency, "the journey took %s; at most %s expected", took.Round(time.Millisecond), j.latency)
	} else {
		err = j.client.others.judgeExpiry(&w.m.Facts)
	}
	return conclude(&w.m, err)
}

// step carries out one step. A failure's detail names the step, and its capture is the
// step's answer.
func (j *Journey) step(ctx context.Context, s *journeyStep, w *walk) error {
	begin := time.Now()
	req, err := j.request(s, w)
	var a *answer
	if err == nil {
		a, err = j.client.follow(ctx, req, s.policy, &w.m, &w.trail)
		defer func() { a.release() }()
	}
	if err == nil {
		err = s.expect.judge(a, &w.m, time.Since(begin))
	}
	for i := range s.captures {
		if err != nil {
			break
		}
		var value string
		if value, err = s.captures[i].take(a); err == nil {
			w.vars[s.captures[i].name] = value
			w.scrub.Add(value)
		}
	}
	if err == nil {
		return nil
	}
	var se *siteError
	if !errors.As(err, &se) {
		return err
	}
	// What the step would have captured is a credential, too, even if it never got that far.
	for i := range s.captures {
		if a == nil {
			break
		}
		if value, err := s.captures[i].take(a); err == nil {
			w.scrub.Add(value)
		}
	}
	w.m.Capture = j.client.capture(a, &w.trail, &w.m, se, w.scrub)
	return &siteError{reason: se.reason, detail: fmt.Sprintf("%s: %s", s.Name, se.detail), cause: se.cause}
}

// request fills in what was captured. Every credential that goes into it becomes known to
// the scrubber before it is sent.
func (j *Journey) request(s *journeyStep, w *walk) (*request, error) {
	c := HTTPConfig{Method: s.Method, Body: Secret(substitute(s.Body.Reveal(), w.vars, nil))}
	for _, h := range s.Headers {
		c.Headers = append(c.Headers, RequestHeader{h.Name, Secret(substitute(h.Value.Reveal(), w.vars, nil))})
	}
	if len(s.Form) > 0 {
		pairs := make([]string, len(s.Form))
		for i, field := range s.Form {
			value := substitute(field.Value.Reveal(), w.vars, nil)
			w.scrub.Add(value)
			pairs[i] = url.QueryEscape(field.Name) + "=" + url.QueryEscape(value)
		}
		c.Body = Secret(strings.Join(pairs, "&"))
		c.Headers = append([]RequestHeader{{"Content-Type", "application/x-www-form-urlencoded"}}, c.Headers...)
	}
	if c.Method == "" && c.Body != "" {
		c.Method = http.MethodPost
	}
	u, err := url.Parse(substituteURL(s.URL, w.vars))
	if err == nil && w.trail.last != nil {
		u = w.trail.last.url.ResolveReference(u)
	}
	if err != nil {
		return nil, siteErrorf(Step, "the URL made of what was captured is none")
	}
	c.URL = u.String()
	f := newFieldErrors()
	req := newRequest(c, j.client.shared, f)
	if f.err() != nil {
		// The errors' texts may hold what was captured.
		return nil, siteErrorf(Step, "what was captured makes no valid request")
	}
	w.scrub.Merge(j.client.scrubber(req))
	return req, nil
}

// variables lists the names in ${name} of a text.
func variables(text string) []string {
	var names []string
	eachVariable(text, func(string) {}, func(name string, _ int) { names = append(names, name) })
	return names
}

// substitute replaces ${name} by its value, escaped if escape is not nil.
func substitute(text string, vars map[string]string, escape func(string) string) string {
	if !strings.Contains(text, "${") {
		return text
	}
	var b strings.Builder
	eachVariable(text, func(s string) { b.WriteString(s) }, func(name string, _ int) {
		v := vars[name]
		if escape != nil {
			v = escape(v)
		}
		b.WriteString(v)
	})
	return b.String()
}

// substituteURL escapes values for where they stand. One that begins the URL is a URL itself.
func substituteURL(text string, vars map[string]string) string {
	var b strings.Builder
	query := strings.IndexByte(text, '?')
	eachVariable(text, func(s string) { b.WriteString(s) }, func(name string, at int) {
		switch v := vars[name]; {
		case at == 0:
			b.WriteString(v)
		case query >= 0 && at > query:
			b.WriteString(url.QueryEscape(v))
		default:
			b.WriteString(url.PathEscape(v))
		}
	})
	return b.String()
}

// eachVariable splits a text into what stands as it is and ${name}, whose name and
// offset it passes on. What is not of that exact form stands as it is.
func eachVariable(text string, plain func(string), variable func(name string, at int)) {
	from := 0
	for {
		i := strings.Index(text[from:], "${")
		if i < 0 {
			break
		}
		i += from
		end := strings.IndexByte(text[i:], '}')
		if end < 0 {
			break
		}
		name := text[i+2 : i+end]
		if !variableName(name) {
			plain(text[from : i+2])
			from = i + 2
			continue
		}
		plain(text[from:i])
		variable(name, i)
		from = i + end + 1
	}
	plain(text[from:])
}

func variableName(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c != '_' && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}
