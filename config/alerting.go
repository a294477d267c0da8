package config

import (
	"fmt"
	"maps"
	"math"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/internal/messages"
)

// Alerting says who is told, of what and when.
type Alerting struct {
	Alertmanager struct {
		Embedded string `yaml:"embedded" doc:"An alertmanager.yml, as Prometheus' Alertmanager reads it: routes, receivers, templates, time intervals. Its API answers under /alertmanager/. Without it alerts are shown on the dashboard and reach nobody."`
		External []Text `yaml:"external" doc:"Addresses of Alertmanagers of your own, every member of a cluster and no load balancer. With embedded, both are told."`
	} `yaml:"alertmanager" doc:"Who delivers."`
	Heartbeat   Text                 `yaml:"heartbeat" doc:"Address that is called every minute while all is well: a dead man's switch outside this machine notices when it stops."`
	Languages   List                 `yaml:"languages" doc:"ko, en; messages are written in the first, and hold the others besides. Default: the organisation's first language."`
	Objective   string               `yaml:"objective" doc:"Availability in percent that the organisation set itself, for burn-rate alerts. Default 99.9."`
	DiskFree    int                  `yaml:"disk_free_percent" doc:"DiskLow stands below it. Default 10."`
	LongestMute Duration             `yaml:"longest_silence" doc:"Silences last so long at most. Default 30d."`
	Rules       map[string]AlertRule `yaml:"rules" doc:"What differs from the defaults, by the alert's name: SiteDown, BurnFast and so on. docs/alerting.md lists them."`
	Runbooks    map[string]string    `yaml:"runbooks" doc:"Addresses of instructions, by the alert's name; default is for all others."`
	QuietHours  []QuietHours         `yaml:"quiet_hours" doc:"When people on call are not told of alerts of some severities."`
	InhibitOwn  *bool                `yaml:"default_inhibition" doc:"A site that is down mutes its checks, and the monitor's own uplink all sites, besides what alertmanager.yml says. Default true."`
}

// AlertRule is what differs from a rule's defaults.
type AlertRule struct {
	Off      bool     `yaml:"off" doc:"Raise no such alert."`
	Severity string   `yaml:"severity" doc:"critical, warning or info."`
	After    Duration `yaml:"after" doc:"It is raised once it has held so long."`
	Keep     Duration `yaml:"keep" doc:"It stands so long after it no longer holds, so that flapping is one alert."`
}

// QuietHours are when people on call are not told.
type QuietHours struct {
	Severities List   `yaml:"severities" doc:"Default [warning, info]."`
	From       string `yaml:"from" doc:"HH:MM in the organisation's zone." required:"true"`
	To         string `yaml:"to" doc:"HH:MM; an end at or before the start is the next day's." required:"true"`
	Days       List   `yaml:"days" doc:"On which they begin: daily, or days such as [sat, sun]. Default daily."`
}

// OnCall says who is called.
type OnCall struct {
	People      []Person     `yaml:"people" doc:"Who can be on call."`
	Schedules   []Schedule   `yaml:"schedules" doc:"Who is on call when."`
	Escalations []Escalation `yaml:"escalations" doc:"Who is told when nobody acknowledges."`
}

// Person is somebody who can be on call.
type Person struct {
	ID        string `yaml:"id" doc:"Stable: receipts name it." required:"true"`
	Name      Name   `yaml:"name" doc:"Shown to colleagues." required:"true"`
	Receivers List   `yaml:"receivers" doc:"Receivers of alertmanager.yml by which the person is reached." required:"true"`
	Language  string `yaml:"language" doc:"ko or en. Default: that of all alerts."`
}

// Schedule is a rotation.
type Schedule struct {
	ID     string     `yaml:"id" doc:"Stable." required:"true"`
	Name   Name       `yaml:"name" doc:"Shown to people. Default: the id."`
	People List       `yaml:"people" doc:"Ids, in the order of their turns." required:"true"`
	From   *Date      `yaml:"from" doc:"Day on which the first person's first turn begins." required:"true"`
	At     string     `yaml:"at" doc:"HH:MM in the organisation's zone at which turns begin. Default 09:00."`
	Days   int        `yaml:"days" doc:"Length of a turn. Default 7."`
	Covers []CoverRow `yaml:"covers" doc:"Who stands in for whom; more can be entered on the dashboard."`
}

// CoverRow puts somebody else on call.
type CoverRow struct {
	Person string `yaml:"person" doc:"Id of who stands in." required:"true"`
	From   string `yaml:"from" doc:"YYYY-MM-DD HH:MM in the organisation's zone." required:"true"`
	To     string `yaml:"to" doc:"YYYY-MM-DD HH:MM." required:"true"`
}

// Escalation is who is told when nobody acknowledges.
type Escalation struct {
	Receiver   string    `yaml:"receiver" doc:"A receiver of alertmanager.yml without a channel of its own; routes that lead to it are served by this escalation." required:"true"`
	Severities List      `yaml:"severities" doc:"Those that escalate; others go to the first step alone. Default [critical]."`
	Repeat     int       `yaml:"repeat" doc:"How often the steps begin anew when nobody has acknowledged after the last. Default 0."`
	Steps      []EscStep `yaml:"steps" doc:"In the order of their times." required:"true"`
}

// EscStep is a step of an escalation.
type EscStep struct {
	After     Duration `yaml:"after" doc:"So long after the alert was raised. Default 0: at once."`
	Schedules List     `yaml:"schedules" doc:"Whoever is on call in these."`
	People    List     `yaml:"people" doc:"These."`
	Receivers List     `yaml:"receivers" doc:"These receivers of alertmanager.yml."`
}

// WatchFloor says how the watch floor is staffed.
type WatchFloor struct {
	Shifts []Shift  `yaml:"shifts" doc:"The shifts of a day. Somebody takes each, and hands it over: the evidence for round-the-clock watch."`
	Since  *Date    `yaml:"since" doc:"First day on which shifts are taken."`
	Grace  Duration `yaml:"grace" doc:"A shift is taken so long after it began at the latest, and handed over so long after it ended. Default 15m."`
}

// Shift is a stretch of the day.
type Shift struct {
	Name   string `yaml:"name" doc:"Stable: records name it." required:"true"`
	From   string `yaml:"from" doc:"HH:MM in the organisation's zone; it lasts until the next one begins." required:"true"`
	People List   `yaml:"people" doc:"Who sits there as a rule, for display."`
}

const coverLayout = "2006-01-02 15:04"

func (l *Loaded) alerting() {
	a, d := &l.File.Alerting, l.d
	if a.Alertmanager.Embedded != "" {
		a.Alertmanager.Embedded = d.relative(a.Alertmanager.Embedded)
		if _, err := os.Stat(a.Alertmanager.Embedded); err != nil {
			d.on("alerting.alertmanager.embedded", messages.New("config.unreadable_file", "err", err))
		}
	} else if len(a.Alertmanager.External) == 0 {
		d.warn("alerting", messages.New("config.nobody_told", "example", "{alertmanager: {embedded: alertmanager.yml}}"))
	}
	for i, s := range a.Alertmanager.External {
		l.address(string(s), fmt.Sprintf("alerting.alertmanager.external[%d]", i))
	}
	if a.Heartbeat != "" {
		l.address(string(a.Heartbeat), "alerting.heartbeat")
	}
	if len(a.Languages) == 0 {
		a.Languages = l.File.Organisation.Languages[:min(1, len(l.File.Organisation.Languages))]
	}
	for i, lang := range a.Languages {
		l.language(lang, fmt.Sprintf("alerting.languages[%d]", i))
	}
	if _, ok := percent(a.Objective); a.Objective != "" && !ok {
		d.on("alerting.objective", messages.New("config.objective", "value", strconv.Quote(a.Objective)))
	}
	l.within("alerting.disk_free_percent", a.DiskFree, 1, 90)
	l.span("alerting.longest_silence", a.LongestMute, time.Minute, 366*24*time.Hour)
	for _, name := range slices.Sorted(maps.Keys(a.Rules)) {
		path := join("alerting.rules", name)
		r := a.Rules[name]
		l.rule(name, path)
		l.severities(List{r.Severity}, path+".severity", false)
		l.span(path+".after", r.After, 0, 7*24*time.Hour)
		l.span(path+".keep", r.Keep, 0, 7*24*time.Hour)
	}
	for _, name := range slices.Sorted(maps.Keys(a.Runbooks)) {
		path := join("alerting.runbooks", name)
		if name != "default" {
			l.rule(name, path)
		}
		l.address(a.Runbooks[name], path)
	}
	for i, q := range a.QuietHours {
		path := fmt.Sprintf("alerting.quiet_hours[%d]", i)
		l.severities(q.Severities, path+".severities", true)
		l.clock(q.From, path+".from")
		l.clock(q.To, path+".to")
		if _, bad := weekdays(q.Days); bad != "" {
			d.on(path+".days", messages.New("config.days", "value", bad))
		}
	}
	l.people()
	l.escalations()
	l.shifts()
}

func (l *Loaded) address(s, path string) {
	u, err := url.Parse(s)
	if s != "" && (err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https") {
		l.d.on(path, messages.New("config.address")) // which may hold a credential, and is not repeated here
	}
}

func (l *Loaded) language(lang, path string) {
	if lang != "" && !slices.Contains(messages.Languages(), lang) {
		l.d.on(path, messages.New("config.language", "value", strconv.Quote(lang), "languages", messages.Languages()))
	}
}

func (l *Loaded) rule(name, path string) {
	if !slices.Contains(compliance.AlertRules(), compliance.AlertRule(name)) {
		l.d.on(path, messages.New("config.alert_rule", "value", strconv.Quote(name), "rules", messages.List(compliance.AlertRules())))
	}
}

func (l *Loaded) severities(names List, path string, many bool) {
	for i, s := range names {
		at := path
		if many {
			at = fmt.Sprintf("%s[%d]", path, i)
		}
		known := compliance.Severities()
		if known = known[:len(known)-1]; s != "" && !slices.Contains(known, compliance.Severity(s)) {
			l.d.on(at, messages.New("config.severity", "value", strconv.Quote(s), "severities", messages.List(known)))
		}
	}
}

func (l *Loaded) clock(s, path string) {
	if _, err := time.Parse("15:04", s); s != "" && (err != nil || len(s) != 5) {
		l.d.on(path, messages.New("config.time_of_day", "value", strconv.Quote(s)))
	}
}

func (l *Loaded) people() {
	ids := map[string]string{}
	for i, p := range l.File.OnCall.People {
		path := fmt.Sprintf("on_call.people[%d]", i)
		l.id(p.ID, path+".id", ids)
		l.name(p.Name, path+".name")
		l.language(p.Language, path+".language")
	}
	schedules := map[string]string{}
	for i := range l.File.OnCall.Schedules {
		s, path := &l.File.OnCall.Schedules[i], fmt.Sprintf("on_call.schedules[%d]", i)
		l.id(s.ID, path+".id", schedules)
		for j, id := range s.People {
			l.person(id, fmt.Sprintf("%s.people[%d]", path, j))
		}
		if s.At == "" {
			s.At = "09:00"
		}
		l.clock(s.At, path+".at")
		l.within(path+".days", s.Days, 1, 366)
		for j, c := range s.Covers {
			at := fmt.Sprintf("%s.covers[%d]", path, j)
			l.person(c.Person, at+".person")
			from, err := time.ParseInLocation(coverLayout, c.From, l.Zone)
			if c.From != "" && err != nil {
				l.d.on(at+".from", messages.New("config.date_time", "value", strconv.Quote(c.From)))
			}
			to, err := time.ParseInLocation(coverLayout, c.To, l.Zone)
			if c.To != "" && (err != nil || !from.Before(to)) {
				l.d.on(at+".to", messages.New("config.date_time", "value", strconv.Quote(c.To)))
			}
		}
	}
}

func (l *Loaded) person(id, path string) {
	if !slices.ContainsFunc(l.File.OnCall.People, func(p Person) bool { return p.ID == id }) {
		l.d.on(path, messages.New("config.no_person", "value", strconv.Quote(id)))
	}
}

func (l *Loaded) escalations() {
	taken := map[string]string{}
	for i, e := range l.File.OnCall.Escalations {
		path := fmt.Sprintf("on_call.escalations[%d]", i)
		if first, dup := taken[e.Receiver]; dup {
			l.d.on(path+".receiver", messages.New("config.id_taken", "value", strconv.Quote(e.Receiver), "line", l.d.marks[first].line))
		}
		taken[e.Receiver] = path + ".receiver"
		l.severities(e.Severities, path+".severities", true)
		l.within(path+".repeat", e.Repeat, 0, 100)
		last := Duration(-1)
		for j, s := range e.Steps {
			at := fmt.Sprintf("%s.steps[%d]", path, j)
			if l.span(at+".after", s.After, 0, 7*24*time.Hour); s.After <= last {
				l.d.on(at+".after", messages.New("config.step_order"))
			}
			last = s.After
			if len(s.Schedules)+len(s.People)+len(s.Receivers) == 0 {
				l.d.on(at, messages.New("config.step_empty"))
			}
			for k, id := range s.Schedules {
				if !slices.ContainsFunc(l.File.OnCall.Schedules, func(x Schedule) bool { return x.ID == id }) {
					l.d.on(fmt.Sprintf("%s.schedules[%d]", at, k), messages.New("config.no_schedule", "value", strconv.Quote(id)))
				}
			}
			for k, id := range s.People {
				l.person(id, fmt.Sprintf("%s.people[%d]", at, k))
			}
		}
	}
}

func (l *Loaded) shifts() {
	names, begins := map[string]string{}, map[string]string{}
	for i, s := range l.File.WatchFloor.Shifts {
		path := fmt.Sprintf("watch_floor.shifts[%d]", i)
		l.id(s.Name, path+".name", names)
		l.clock(s.From, path+".from")
		if first, dup := begins[s.From]; dup {
			l.d.on(path+".from", messages.New("config.id_taken", "value", strconv.Quote(s.From), "line", l.d.marks[first].line))
		}
		begins[s.From] = path + ".from"
	}
	l.span("watch_floor.grace", l.File.WatchFloor.Grace, time.Minute, 12*time.Hour)
}

// percent reads "99.9" or "99.9 %" into thousandths of a percent.
func percent(s string) (compliance.Ratio, bool) {
	f, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(s, "%")), 64)
	if err != nil || f <= 0 || f >= 100 {
		return 0, false
	}
	return compliance.Ratio(math.Round(f * 1000)), true
}
