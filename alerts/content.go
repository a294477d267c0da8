package alerts

import (
	"cmp"
	"net/url"
	"strings"
	"time"
	"unicode"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/internal/messages"
)

// Content is what alerts say, to whom it matters where they lead. It is plain data: a reload
// replaces it.
type Content struct {
	Site         func(id string) (compliance.Site, bool) // in force now; nil: none is known
	Languages    []string                                // of the annotations; the first is the receivers' own; none: all
	DashboardURL string                                  // how people reach the dashboard, without a trailing slash; "": no links
	Runbooks     map[compliance.AlertRule]string         // addresses; the rule "" is for all others
	Promises     map[compliance.Clause]Promise           // of the charter in force
	Organisation compliance.Name
	Zone         *time.Location // nil: UTC
	Signer       *Signer        // nil: no links that acknowledge

	// Person is the id of whom the messages are for. Their links say so; "": anybody.
	Person string
	Now    func() time.Time // of templates; nil: time.Now
}

// Promise is a clause as messages name it.
type Promise struct {
	Title compliance.Name
	Words compliance.Name // the charter's, exactly, in its own language; what they promise in the other
}

// linkFor is for how long a link in a message can be used at the least.
const linkFor = 7 * 24 * time.Hour

// Labels are an alert's identity: what Alertmanager groups, routes, inhibits and silences by.
// They stay as they are for as long as the alert stands.
//
//	alertname  the rule
//	severity   critical, warning, info or none
//	site       id of the site; not of alerts about the monitor itself
//	check      id of the check, where it is about one
//	clause     id of the promise at stake, where there is one
//	subject    what the alert is about, where several may stand at one site
//	drill      "true" of an exercise
func (c Content) Labels(a compliance.Alert) map[string]string {
	out := map[string]string{"alertname": string(a.Rule), "severity": string(a.Severity)}
	set := func(name, value string) {
		if value != "" {
			out[name] = value
		}
	}
	set("site", a.Site)
	set("check", a.Check)
	set("clause", string(a.Clause))
	if a.Rule.BySubject() {
		set("subject", a.Subject)
	}
	if a.Drill {
		out["drill"] = "true"
	}
	return out
}

// Annotations are what an alert says. Texts are in every language: in the first under their
// own name, in others with its suffix (summary, summary_en). All times are absolute, in the
// organisation's zone: a message is read later than it was written.
//
//	summary      what and where, in one line
//	description  a few short lines: what it means, since when, what was seen, what to do first
//	clause       the promises at stake, in the charter's words, one a line
//	clock        until when it must be kept
//	limit        the same instant, RFC 3339
//	owner        who mends it
//	dashboard    address of the alert's page
//	runbook      address of what to do
//	acknowledge  address of the page on which to answer it; valid for seven days at least
//	id           the alert's id
//	uncommitted  "true" while the store does not take it
func (c Content) Annotations(a compliance.Alert, now time.Time) map[string]string {
	out := map[string]string{"id": a.ID}
	set := func(name, value string) {
		if value != "" {
			out[name] = value
		}
	}
	for i, lang := range c.languages() {
		w, suffix := c.wording(lang), ""
		if i > 0 {
			suffix = "_" + lang
		}
		set("summary"+suffix, w.summary(a, now))
		set("description"+suffix, w.description(a, now))
		set("clause"+suffix, w.promises(a))
		set("clock"+suffix, w.clock(a, now))
	}
	if !a.Limit.IsZero() {
		out["limit"] = a.Limit.UTC().Format(time.RFC3339)
	}
	set("owner", line(c.site(a.Site).Owner, 100))
	set("dashboard", c.page(a.ID))
	set("runbook", cmp.Or(c.Runbooks[a.Rule], c.Runbooks[""]))
	if a.Open() && a.Acked == nil && a.Rule != compliance.AlertWatchdog {
		set("acknowledge", c.answer(Link{Alerts: []string{a.ID}}, now))
	}
	if a.Uncommitted {
		out["uncommitted"] = "true"
	}
	return out
}

// languages are those of the annotations, the first one first.
func (c Content) languages() []string {
	if len(c.Languages) == 0 {
		return messages.Languages()
	}
	return c.Languages
}

func (c Content) site(id string) compliance.Site {
	if c.Site != nil && id != "" {
		if s, ok := c.Site(id); ok {
			return s
		}
	}
	return compliance.Site{ID: id}
}

// page is the address of an alert's page on the dashboard.
func (c Content) page(id string) string {
	if c.DashboardURL == "" {
		return ""
	}
	return c.DashboardURL + "/#/alerts/" + url.PathEscape(id)
}

// answer is the address at which what l stands for can be acknowledged. It changes once a
// day, and not whenever an alert is sent again.
func (c Content) answer(l Link, now time.Time) string {
	if c.DashboardURL == "" || c.Signer == nil {
		return ""
	}
	l.Person, l.Expires = c.Person, now.UTC().Truncate(24*time.Hour).Add(24*time.Hour+linkFor)
	return c.DashboardURL + "/ack/" + c.Signer.Sign(l)
}

func (c Content) now() time.Time {
	if c.Now == nil {
		return time.Now()
	}
	return c.Now()
}

// line makes one line of a text from outside, of at most n characters.
func line(s string, n int) string {
	s = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, "\uFFFD"), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)
	}), " ")
	if r := []rune(s); len(r) > n {
		return strings.TrimSpace(string(r[:n-1])) + "…"
	}
	return s
}
