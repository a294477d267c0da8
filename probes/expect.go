package probes

import (
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/charterwatch/charterwatch/internal/fetch"
)

// HTTPExpect is what an HTTP answer must be. The zero value demands a status from 200 to 299.
// Expectations are judged in the order of the fields; the first that does not hold is the reason.
type HTTPExpect struct {
	Status         []string       // "200", classes such as "2xx"; default "2xx" (reason status, or blocked)
	Headers        []HeaderExpect // reason header
	BodyContains   []string       // texts that must all be there, compared as UTF-8 whatever the page's charset (reason body)
	BodyLacks      []string       // texts of which none may be there
	BodyMatches    []string       // RE2 patterns that must all match
	BodyLacksMatch []string       // RE2 patterns of which none may match
	JSON           []string       // expressions over body (decoded JSON), status and headers; each must be true (reason json)
	SizeMin        int64          // least bytes of body; 0: none (reason size)
	SizeMax        int64          // most bytes of body; 0: none
	Latency        time.Duration  // longest the whole look may take, redirects included; 0: none (reason latency)
}

// HeaderExpect is what one header of the answer must be. With neither of the other
// fields set it must be present.
type HeaderExpect struct {
	Name    string
	Equals  string // one value must be exactly this
	Matches string // one value must match this RE2 pattern
	Absent  bool   // it must not be there
}

// expectation is a validated HTTPExpect. It is immutable.
type expectation struct {
	statuses   [10]uint64 // one bit for each status from 0 to 599
	list       string     // of statuses, for people
	headers    []headerExpectation
	contains   []string
	lacks      []string
	matches    []*regexp.Regexp
	lacksMatch []*regexp.Regexp
	json       []*jsonExpr
	sizeMin    int64
	sizeMax    int64
	latency    time.Duration
}

type headerExpectation struct {
	HeaderExpect
	matches *regexp.Regexp
}

func newExpectation(c HTTPExpect, f fieldErrors) *expectation {
	e := &expectation{contains: c.BodyContains, lacks: c.BodyLacks, sizeMin: c.SizeMin, sizeMax: c.SizeMax, latency: c.Latency}
	e.setStatuses(c.Status, f)
	for i, h := range c.Headers {
		x := headerExpectation{HeaderExpect: h}
		field := fmt.Sprintf("Headers[%d]", i)
		if h.Name == "" {
			f.add(field+".Name", refuse("header_unnamed"))
		}
		if h.Absent && (h.Equals != "" || h.Matches != "") {
			f.add(field+".Absent", refuse("header_absent"))
		}
		if h.Matches != "" {
			x.matches = f.regexp(field+".Matches", h.Matches)
		}
		e.headers = append(e.headers, x)
	}
	e.matches = f.regexps("BodyMatches", c.BodyMatches)
	e.lacksMatch = f.regexps("BodyLacksMatch", c.BodyLacksMatch)
	for i, src := range c.JSON {
		x, err := compileJSON(src)
		if err != nil {
			f.add(fmt.Sprintf("JSON[%d]", i), err)
			continue
		}
		e.json = append(e.json, x)
	}
	switch {
	case c.SizeMin < 0 || c.SizeMax < 0 || c.SizeMax > 64<<20:
		f.add("SizeMax", refuse("size"))
	case c.SizeMax > 0 && c.SizeMin > c.SizeMax:
		f.add("SizeMin", refuse("size_order"))
	}
	f.duration("Latency", c.Latency)
	return e
}

func (e *expectation) setStatuses(list []string, f fieldErrors) {
	if len(list) == 0 {
		list = []string{"2xx"}
	}
	e.list = strings.Join(list, ", ")
	for i, s := range list {
		lower := strings.ToLower(strings.TrimSpace(s))
		if len(lower) == 3 && lower[0] >= '1' && lower[0] <= '5' && lower[1:] == "xx" {
			for n := range 100 {
				e.setStatus(int(lower[0]-'0')*100 + n)
			}
		} else if n, err := strconv.Atoi(lower); err == nil && n >= 100 && n <= 599 {
			e.setStatus(n)
		} else {
			f.add(fmt.Sprintf("Status[%d]", i), refuse("status", "value", strconv.Quote(s)))
		}
	}
}

func (e *expectation) setStatus(n int) { e.statuses[n/64] |= 1 << (n % 64) }

func (e *expectation) allows(n int) bool {
	return n >= 0 && n < 600 && e.statuses[n/64]&(1<<(n%64)) != 0
}

// needsBody reports whether more of the body is needed than its size.
func (e *expectation) needsBody() bool {
	return len(e.contains)+len(e.lacks)+len(e.matches)+len(e.lacksMatch)+len(e.json) > 0
}

// judge compares the answer with what is expected of it.
func (e *expectation) judge(a *answer, m *Measurement, took time.Duration) error {
	if status := a.resp.StatusCode; !e.allows(status) {
		if by := blockedBy(status, a.resp.Header, a.body); by != "" {
			return siteErrorf(Blocked, "status %d by %s, not by the site", status, by)
		}
		return siteErrorf(Status, "status %d; expected %s", status, e.list)
	}
	for i := range e.headers {
		if err := e.headers[i].judge(a.resp.Header, m); err != nil {
			return err
		}
	}
	if err := e.judgeBody(a, m); err != nil {
		return err
	}
	for _, x := range e.json {
		if err := x.judge(a); err != nil {
			return err
		}
	}
	switch {
	case a.size < e.sizeMin:
		return siteErrorf(Size, "the body has %d bytes; at least %d expected", a.size, e.sizeMin)
	case e.sizeMax > 0 && (a.size > e.sizeMax || a.size == e.sizeMax && a.cut):
		return siteErrorf(Size, "the body has more than %d bytes", e.sizeMax)
	case e.latency > 0 && took > e.latency:
		return siteErrorf(Latency, "took %s; at most %s expected", took.Round(time.Millisecond), e.latency)
	}
	return nil
}

func (x *headerExpectation) judge(h http.Header, m *Measurement) error {
	values := h.Values(x.Name)
	switch {
	case x.Absent:
		if len(values) > 0 {
			return siteErrorf(Header, "header %s is there, but should not be", x.Name)
		}
		return nil
	case len(values) == 0:
		return siteErrorf(Header, "header %s is missing", x.Name)
	}
	for _, v := range values {
		if (x.Equals == "" || v == x.Equals) && (x.matches == nil || x.matches.MatchString(v)) {
			return nil
		}
	}
	if x.matches != nil {
		m.Facts.RegexFailed = true
		return siteErrorf(Header, "header %s does not match %q", x.Name, x.Matches)
	}
	return siteErrorf(Header, "header %s is not %q", x.Name, x.Equals)
}

func (e *expectation) judgeBody(a *answer, m *Measurement) error {
	if len(e.contains)+len(e.lacks)+len(e.matches)+len(e.lacksMatch) == 0 {
		return nil
	}
	text, _ := fetch.Decode(a.body, a.resp.Header.Get("Content-Type"))
	within := ""
	if a.cut {
		within = fmt.Sprintf(" in its first %d bytes", len(a.body))
	}
	for _, s := range e.contains {
		if !strings.Contains(text, s) {
			return siteErrorf(Body, "the body lacks %q%s", s, within)
		}
	}
	for _, s := range e.lacks {
		if strings.Contains(text, s) {
			return siteErrorf(Body, "the body contains %q", s)
		}
	}
	for _, re := range e.matches {
		if !re.MatchString(text) {
			m.Facts.RegexFailed = true
			return siteErrorf(Body, "the body does not match %q%s", re.String(), within)
		}
	}
	for _, re := range e.lacksMatch {
		if re.MatchString(text) {
			m.Facts.RegexFailed = true
			return siteErrorf(Body, "the body matches %q", re.String())
		}
	}
	return nil
}
