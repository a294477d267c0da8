package alerts

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	amtemplate "github.com/prometheus/alertmanager/template"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/internal/messages"
)

// letter is a notification as our templates show it.
type letter struct {
	Lang         string
	Status       string // firing or resolved
	Drill        bool   // all alerts are exercises
	Severity     string // of the gravest alert that stands, or resolved
	Gravest      string // severity of the gravest alert, also of those that are over
	Word         string // for it
	Icon         string // for it: nothing rests on colour alone
	Headline     string // what and where, and how many more
	Count        int    // alerts that stand, or that are over if none stands
	Organisation string
	Promises     []string // at stake, in the charter's words
	Clocks       []string // that run for them, the nearest first
	Firing       []block
	Resolved     []block
	More         int    // alerts beyond those shown
	AckAll       string // address at which all that stand can be acknowledged; "" of one alone
	Dashboard    string // address
	Subject      string
	SMS          string // of at most 90 bytes in EUC-KR
	LMS          string // of at most 2,000
}

// block is one alert of a letter.
type block struct {
	Severity    string // or resolved
	Word        string
	Icon        string
	Summary     string
	Means       string
	Clause      []string // promises at stake; none where the letter says them for all
	Clock       string   // that runs for them; "" where the letter says it
	Fields      []field
	Dashboard   string // addresses
	Runbook     string
	Acknowledge string

	id     string
	labels map[string]string
	starts time.Time
	ends   time.Time
	limit  time.Time
}

// field is a line of an alert's description: a label and what is told of it.
type field struct{ Label, Value string }

// clocksShown is how many clocks a letter names.
const clocksShown = 3

func (c Content) letterOf(language string, d any, most int) (letter, error) {
	switch d := d.(type) {
	case *amtemplate.Data:
		return c.wording(language).letter(*d, most), nil
	case amtemplate.Data:
		return c.wording(language).letter(d, most), nil
	default:
		return letter{}, fmt.Errorf("a letter is made of a notification, not of %T", d)
	}
}

// letter makes the message of a notification, with at most so many alerts in full.
func (w wording) letter(d amtemplate.Data, most int) letter {
	l := letter{Lang: w.Lang(), Status: d.Status, Organisation: w.name(w.Organisation, ""), Dashboard: d.ExternalURL}
	if w.DashboardURL != "" {
		l.Dashboard = w.DashboardURL + "/#/alerts"
	}
	for _, a := range d.Alerts {
		if b := w.block(a); a.Status == "resolved" {
			l.Resolved = append(l.Resolved, b)
		} else {
			l.Firing = append(l.Firing, b)
		}
	}
	order(l.Firing)
	order(l.Resolved)
	told := l.Firing
	if len(told) == 0 {
		told = l.Resolved
	}
	if l.Count = len(told); l.Count > 0 {
		l.Severity, l.Word, l.Icon = told[0].Severity, told[0].Word, told[0].Icon
		l.Gravest = told[0].labels["severity"]
		l.Drill = !slices.ContainsFunc(told, func(b block) bool { return b.labels["drill"] == "" })
		l.Headline = w.headline(told, l.Drill)
	}
	l.Promises, l.Clocks = w.stakes(l.Firing)
	l.AckAll = w.ackAll(l.Firing)
	l.SMS = w.sms(l, told)
	for i := range l.Firing {
		if l.Firing[i].Clause = nil; len(l.Firing) == 1 {
			l.Firing[i].Clock = ""
		}
	}
	l.Subject, l.LMS = w.subject(l), w.lms(l)
	firing := min(len(l.Firing), most)
	resolved := min(len(l.Resolved), most-firing)
	l.More = len(l.Firing) + len(l.Resolved) - firing - resolved
	l.Firing, l.Resolved = l.Firing[:firing], l.Resolved[:resolved]
	return l
}

// order puts the gravest first, then what others follow from, then the oldest.
func order(list []block) {
	slices.SortStableFunc(list, func(a, b block) int {
		return cmp.Or(
			cmp.Compare(gravity(a.labels["severity"]), gravity(b.labels["severity"])), cmp.Compare(rank(a), rank(b)),
			a.starts.Compare(b.starts), cmp.Compare(a.Summary, b.Summary),
		)
	})
}

// rank orders rules as they are listed: what is down comes before what follows from it.
func rank(b block) int {
	if i := slices.Index(compliance.AlertRules(), compliance.AlertRule(b.labels["alertname"])); i >= 0 {
		return i
	}
	return len(compliance.AlertRules())
}

// gravity orders severities, the gravest first; what we do not know comes last.
func gravity(severity string) int {
	if i := slices.Index(compliance.Severities(), compliance.Severity(severity)); i >= 0 {
		return i
	}
	return len(compliance.Severities())
}

// icon is a shape of the Korean character set, so that a text message can have it, too.
func icon(severity string) string {
	switch compliance.Severity(severity) {
	case compliance.SeverityCritical:
		return "■"
	case compliance.SeverityWarning:
		return "▲"
	case compliance.SeverityInfo:
		return "●"
	default:
		return "○"
	}
}

// block is one alert, ours or one that somebody else has sent to Alertmanager.
func (w wording) block(a amtemplate.Alert) block {
	b := block{
		Severity: a.Labels["severity"], labels: a.Labels, starts: a.StartsAt, ends: a.EndsAt, id: a.Annotations["id"],
		Summary: w.said(a, "summary"), Clause: linesOf(w.said(a, "clause")), Clock: w.said(a, "clock"),
		Dashboard: cmp.Or(a.Annotations["dashboard"], a.GeneratorURL), Runbook: cmp.Or(a.Annotations["runbook"], a.Annotations["runbook_url"]),
		Acknowledge: a.Annotations["acknowledge"],
	}
	b.limit, _ = time.Parse(time.RFC3339, a.Annotations["limit"])
	if gravity(b.Severity) < len(compliance.Severities()) {
		b.Word, b.Icon = w.severity(compliance.Severity(b.Severity)), icon(b.Severity)
	} else {
		b.Word, b.Icon = cmp.Or(line(b.Severity, 20), w.severity(compliance.SeverityInfo)), icon("")
	}
	if a.Status == "resolved" {
		b.Severity, b.Word, b.Icon = "resolved", w.Say(messages.New("alert_severity.resolved")), "✓"
		b.Clause, b.Clock, b.Acknowledge = nil, "", ""
	}
	if b.Acknowledge != "" && w.Person != "" {
		b.Acknowledge = cmp.Or(w.answer(Link{Alerts: []string{b.id}}, w.now()), b.Acknowledge)
	}
	w.fields(&b, a)
	return b
}

// said is an annotation in the language spoken, or as it stands.
func (w wording) said(a amtemplate.Alert, name string) string {
	return cmp.Or(a.Annotations[name+"_"+w.Lang()], a.Annotations[name])
}

// fields takes a description apart.
func (w wording) fields(b *block, a amtemplate.Alert) {
	description := w.said(a, "description")
	if b.id == "" {
		w.foreign(b, a, description)
		return
	}
	var means []string
	for _, l := range linesOf(description) {
		if label, value, ok := strings.Cut(l, ": "); ok {
			b.Fields = append(b.Fields, field{label, value})
		} else {
			means = append(means, l)
		}
	}
	b.Means = strings.Join(means, " ")
	if owner := a.Annotations["owner"]; owner != "" {
		b.Fields = append(b.Fields, field{w.Say(messages.New("alert_line.owner")), owner})
	}
}

// linesOf are a text's lines that say anything.
func linesOf(s string) []string {
	var out []string
	for l := range strings.Lines(s) {
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}

// foreign tells of an alert that is not ours.
func (w wording) foreign(b *block, a amtemplate.Alert, description string) {
	if b.Summary == "" {
		b.Summary = line(cmp.Or(a.Labels["alertname"], strings.Join(a.Labels.Values(), " ")), 200)
	}
	b.Summary, b.Means = line(b.Summary, 300), description
	b.Fields = append(b.Fields, field{w.Say(messages.New("alert_line.since")), w.time(a.StartsAt)})
	if a.Status == "resolved" {
		b.Fields = append(b.Fields, field{w.Say(messages.New("alert_line.ended")), w.Say(messages.New("alert_line.ended_after", "time", w.time(a.EndsAt), "duration", w.duration(a.EndsAt.Sub(a.StartsAt))))})
	}
	for _, p := range a.Labels.SortedPairs() {
		if p.Name != "alertname" && p.Name != "severity" {
			b.Fields = append(b.Fields, field{p.Name, line(p.Value, 200)})
		}
	}
}

// headline is the first alert, and how many more there are. A mark that they are all
// exercises stands first in the letter, and not again here.
func (w wording) headline(told []block, drill bool) string {
	s := told[0].Summary
	if drill {
		s = strings.TrimPrefix(s, "["+w.Say(messages.New("alert_line.drill"))+"] ")
	}
	if n := len(told) - 1; n > 0 {
		s = w.Say(messages.New("alert_mail.and_more", "first", s, "n", n))
	}
	return s
}

// stakes are the promises at stake and the clocks that run for them, each said once.
func (w wording) stakes(firing []block) (promises, clocks []string) {
	byLimit := slices.Clone(firing)
	slices.SortStableFunc(byLimit, func(a, b block) int {
		return cmp.Or(cmp.Compare(b2i(a.limit.IsZero()), b2i(b.limit.IsZero())), a.limit.Compare(b.limit))
	})
	more := 0
	for _, b := range byLimit {
		for _, p := range b.Clause {
			if !slices.Contains(promises, p) {
				promises = append(promises, p)
			}
		}
		if b.Clock == "" {
			continue
		}
		said := b.Clock
		if id := b.labels["site"]; id != "" {
			said = w.Say(messages.New("alert_mail.clock", "site", w.name(w.site(id).Name, id), "clock", b.Clock))
		}
		switch {
		case slices.Contains(clocks, said):
		case len(clocks) < clocksShown:
			clocks = append(clocks, said)
		default:
			more++
		}
	}
	if more > 0 {
		last := len(clocks) - 1
		clocks[last] = w.Say(messages.New("alert_mail.and_more", "first", clocks[last], "n", more))
	}
	return promises, clocks
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// named is how many alerts a link names one by one. A longer address would not survive all
// mail programs.
const namedInLink = 20

// ackAll is the address at which all of several alerts can be acknowledged at once.
func (w wording) ackAll(firing []block) string {
	var ids []string
	var common map[string]string
	for _, b := range firing {
		if b.Acknowledge == "" || b.id == "" {
			continue
		}
		ids = append(ids, b.id)
		if common == nil {
			common = map[string]string{}
			for k, v := range b.labels {
				common[k] = v
			}
		}
		for k, v := range common {
			if b.labels[k] != v {
				delete(common, k)
			}
		}
	}
	switch {
	case len(ids) < 2:
		return ""
	case len(ids) <= namedInLink:
		return w.answer(Link{Alerts: ids}, w.now())
	case len(common) == 0:
		return ""
	default:
		return w.answer(Link{Labels: common, Before: w.now()}, w.now())
	}
}
