package config

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/calendar"
	"github.com/charterwatch/charterwatch/compliance/charter"
	"github.com/charterwatch/charterwatch/internal/messages"
)

// terms takes over a requirement's parameters, and tells those that its method does not know.
func (c *charterReader) terms(t CharterTerms, m charter.Method, path string) charter.Terms {
	for f := range reflect.TypeFor[CharterTerms]().Fields() {
		if _, given := c.d.marks[join(path, keyOf(f))]; given && !m.Knows(keyOf(f)) {
			known := m.Terms()
			if known == nil {
				known = []string{"-"}
			}
			c.d.on(join(path, keyOf(f)), messages.New("config.term_unknown", "method", m, "terms", known))
		}
	}
	c.bounds(t, path)
	out := charter.Terms{
		Sites: t.Sites, Named: t.Named, Pages: t.Pages,
		MaxDown: time.Duration(t.MaxDown), NoticeHours: time.Duration(t.NoticeHours), NoticeDays: t.NoticeDays,
		AnnounceAfter: time.Duration(t.AnnounceAfter), AnnounceWithin: time.Duration(t.AnnounceWithin), RestoreWithin: time.Duration(t.RestoreWithin),
		Coverage: c.percent(t.Coverage, path+".coverage"), Share: c.percent(t.Share, path+".share"),
		Milestone: charter.Milestone(t.Milestone), Within: c.term(t.Within, path+".within"), Difficult: c.term(t.Difficult, path+".difficult"),
		DayRule: c.dayRule(t.DayRule, path+".day_rule"), Channel: t.Channel, Remind: t.Remind, AtRisk: t.AtRisk, Sources: t.Sources,
	}
	for i, k := range t.Incidents {
		out.Incidents = append(out.Incidents, compliance.IncidentKind(k))
		c.incidentKind(k, fmt.Sprintf("%s.incidents[%d]", path, i))
	}
	for i, k := range t.Cases {
		out.Cases = append(out.Cases, compliance.CaseKind(k))
		if !slices.Contains(compliance.CaseKinds(), compliance.CaseKind(k)) {
			c.d.on(fmt.Sprintf("%s.cases[%d]", path, i), messages.New("config.case_kind", "value", strconv.Quote(k), "kinds", messages.List(compliance.CaseKinds())))
		}
	}
	if t.Milestone != "" && !slices.Contains(charter.Milestones(), out.Milestone) {
		c.d.on(path+".milestone", messages.New("config.milestone", "value", strconv.Quote(t.Milestone), "milestones", messages.List(charter.Milestones())))
	}
	if m.Knows("cases") && len(out.Cases) == 0 {
		c.d.on(path, messages.New("config.no_cases", "method", m, "kinds", messages.List(compliance.CaseKinds())))
	}
	if _, given := c.d.marks[path+".within"]; !given && (m == charter.EachCase || m == charter.CaseShare) && out.Milestone != charter.Resolved {
		c.d.on(path, messages.New("config.no_within", "method", m))
	}
	return out
}

// bounds checks what is counted.
func (c *charterReader) bounds(t CharterTerms, path string) {
	const day = 24 * time.Hour
	c.span(path+".max_down", t.MaxDown, time.Second, day)
	c.span(path+".notice_hours", t.NoticeHours, time.Hour, 90*day)
	c.within(path+".notice_days", t.NoticeDays, 1, 90)
	c.span(path+".announce_after", t.AnnounceAfter, time.Second, 31*day)
	c.span(path+".announce_within", t.AnnounceWithin, 10*time.Second, 31*day)
	c.span(path+".restore_within", t.RestoreWithin, time.Minute, 366*day)
	c.within(path+".remind", t.Remind, 1, 366)
	c.within(path+".at_risk", t.AtRisk, 1, 12)
	c.within(path+".sources", t.Sources, 1, 1000)
}

var percentPattern = regexp.MustCompile(`^(\d{1,3})(?:\.(\d{1,3}))?\s*%?$`)

// percent reads a share such as 99.9%; it tells what is wrong and returns 0 then.
func (l *Loaded) percent(s, path string) compliance.Ratio {
	if _, given := l.d.marks[path]; !given {
		return 0
	}
	if m := percentPattern.FindStringSubmatch(s); m != nil {
		n, err := strconv.Atoi(m[1] + (m[2] + "000")[:3])
		if err == nil && n > 0 && n <= 100_000 {
			return compliance.Ratio(n)
		}
	}
	l.d.on(path, messages.New("config.percent", "value", strconv.Quote(s)))
	return 0
}

var termPattern = regexp.MustCompile(`^(\d{1,4}) (business )?days?$`)

// term reads 7 business days, 1 day or a duration.
func (l *Loaded) term(s, path string) compliance.Term {
	if _, given := l.d.marks[path]; !given {
		return compliance.Term{}
	}
	if m := termPattern.FindStringSubmatch(s); m != nil {
		if n, err := strconv.Atoi(m[1]); err == nil && n >= 1 && n <= calendar.MaxDays {
			if m[2] != "" {
				return compliance.Term{BusinessDays: n}
			}
			return compliance.Term{Days: n}
		}
	} else if d, err := ParseDuration(strings.TrimSpace(s)); err == nil && d > 0 && d <= 366*24*time.Hour {
		return compliance.Term{Span: d}
	}
	l.d.on(path, messages.New("config.term", "value", strconv.Quote(s)))
	return compliance.Term{}
}

func (l *Loaded) dayRule(s, path string) calendar.Rule {
	r, err := calendar.ParseRule(s)
	if s == "" || err == nil {
		return r
	}
	var names []string
	for _, x := range calendar.Rules() {
		names = append(names, x.String())
	}
	l.d.on(path, messages.New("config.day_rule", "value", strconv.Quote(s), "rules", names))
	return calendar.Civil
}

// chart reads the charter that the file names, or the one that comes with the program, and checks
// what it says of sites and pages.
func (l *Loaded) chart() {
	path := l.File.Charter
	if path != "" {
		path = l.d.relative(path)
	}
	c := readCharter(path, l.d.getenv)
	if path != "" && !c.decoded && len(c.d.problems) > 0 && c.d.problems[0].Line == 0 {
		l.d.on("charter", c.d.problems[0].What) // it cannot be read at all
		return
	}
	c.places(l.File.Sites)
	l.d.problems = append(l.d.problems, c.d.problems...)
	l.Charter = c.charter
}

// places demands that the sites and pages that terms name are there.
func (c *charterReader) places(sites []Site) {
	ids, pages := map[string]bool{}, map[string]bool{}
	for _, s := range sites {
		ids[s.ID] = true
		for _, p := range s.Pages {
			pages[s.ID+"/"+p.ID] = true
		}
	}
	for i, cl := range c.file.Clauses {
		for j, v := range cl.Versions {
			for k, r := range v.Requires {
				path := fmt.Sprintf("clauses[%d].versions[%d].requires[%d].terms", i, j, k)
				for n, id := range r.Terms.Sites {
					if !ids[id] {
						c.d.on(fmt.Sprintf("%s.sites[%d]", path, n), messages.New("config.no_such_site", "value", strconv.Quote(id)))
					}
				}
				for n, id := range r.Terms.Pages {
					if !pages[id] {
						c.d.on(fmt.Sprintf("%s.pages[%d]", path, n), messages.New("config.no_page", "value", strconv.Quote(id)))
					}
				}
			}
		}
	}
}
