package config

import (
	"crypto/sha256"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/calendar"
	"github.com/charterwatch/charterwatch/compliance/charter"
	"github.com/charterwatch/charterwatch/internal/messages"
)

// Loaded is a file that was read, with what is worth a warning.
type Loaded struct {
	File     File
	Digest   [sha256.Size]byte // of the file's bytes
	Zone     *time.Location
	Warnings Problems
	Charter  charter.Charter
	calendar *calendar.Calendar
	today    calendar.Date
	d        *decoder
}

// Options of [Load]. The zero value works.
type Options struct {
	Getenv func(string) (string, bool) // nil means os.LookupEnv
	Now    func() time.Time            // nil means time.Now; for what expires
}

// maxFile bounds a configuration file, in bytes.
const maxFile = 8 << 20

// Load reads and validates a file. An error is [Problems], or a [messages.Message] when the
// file cannot be read.
func Load(path string, o Options) (*Loaded, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, messages.New("config.unreadable", "err", err)
	}
	if info.Size() > maxFile {
		return nil, messages.New("config.too_large", "path", path, "n", info.Size(), "max", maxFile)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, messages.New("config.unreadable", "err", err)
	}
	return Parse(path, b, o)
}

// Parse is Load for text that was read already; path is what problems name.
func Parse(path string, text []byte, o Options) (*Loaded, error) {
	if o.Getenv == nil {
		o.Getenv = os.LookupEnv
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	l := &Loaded{Digest: sha256.Sum256(text), Zone: time.UTC, d: &decoder{file: path, getenv: o.Getenv, marks: map[string]mark{}}}
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, syntax(path, err)
	}
	if len(doc.Content) == 0 {
		return nil, Problems{{File: path, Line: 1, Col: 1, What: messages.New("config.empty_file")}}
	}
	if bad := aliases(doc.Content[0], map[*yaml.Node]bool{}, new(int)); bad != nil {
		return nil, Problems{{File: path, Line: bad.Line, Col: bad.Column, What: messages.New("config.aliases")}}
	}
	l.d.value(doc.Content[0], reflect.ValueOf(&l.File).Elem(), "")
	l.required(reflect.ValueOf(&l.File).Elem(), "")
	l.validate(o.Now())
	return l.done()
}

// done separates warnings from what makes the file unusable.
func (l *Loaded) done() (*Loaded, error) {
	var wrong Problems
	l.Warnings = nil
	for _, p := range l.d.problems.sorted(l.d.file) {
		if p.Warning {
			l.Warnings = append(l.Warnings, p)
		} else {
			wrong = append(wrong, p)
		}
	}
	if len(wrong) > 0 {
		return nil, wrong
	}
	return l, nil
}

var yamlLine = regexp.MustCompile(`line (\d+)`)

func syntax(path string, err error) Problems {
	p := Problem{File: path, What: messages.New("config.syntax", "err", strings.TrimPrefix(err.Error(), "yaml: "))}
	if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
		p.Line, _ = strconv.Atoi(m[1])
		p.Col = 1
	}
	return Problems{p}
}

// aliases finds a node at which aliases loop or multiply beyond reason.
func aliases(n *yaml.Node, above map[*yaml.Node]bool, count *int) *yaml.Node {
	if *count++; above[n] || *count > 1_000_000 {
		return n
	}
	above[n] = true
	defer delete(above, n)
	if n.Kind == yaml.AliasNode {
		return aliases(n.Alias, above, count)
	}
	for _, c := range n.Content {
		if bad := aliases(c, above, count); bad != nil {
			return bad
		}
	}
	return nil
}

// required reports keys that must be there and are not.
func (l *Loaded) required(v reflect.Value, path string) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			l.required(v.Elem(), path)
		}
	case reflect.Slice:
		if v.Type() == listType {
			return
		}
		for i := range v.Len() {
			l.required(v.Index(i), fmt.Sprintf("%s[%d]", path, i))
		}
	case reflect.Struct:
		if c, ok := v.Addr().Interface().(*Check); ok {
			if c.kind == nil {
				return // told already
			}
			l.required(reflect.ValueOf(&c.Common).Elem(), path)
			l.required(reflect.ValueOf(c.kind).Elem(), path)
			return
		}
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if f.Anonymous {
				l.required(v.Field(i), path)
				continue
			}
			key := keyOf(f)
			if key == "" {
				continue
			}
			if _, given := l.d.marks[join(path, key)]; !given && f.Tag.Get("required") != "" {
				l.d.on(join(path, key), messages.New("config.missing", "key", key, "doc", describe(v.Type(), key)))
			}
			l.required(v.Field(i), join(path, key))
		}
	}
}

// describe is what a required key is for. The English text is the one of the schema.
func describe(t reflect.Type, key string) messages.Message {
	return messages.Named("doc", strings.ToLower(t.Name())+"."+key)
}

var idPattern = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$`)

func (l *Loaded) validate(now time.Time) {
	f, d := &l.File, l.d
	if f.Organisation.Timezone == "" {
		f.Organisation.Timezone = "Asia/Seoul"
	}
	zone, err := time.LoadLocation(f.Organisation.Timezone)
	if err != nil {
		d.on("organisation.timezone", messages.New("config.timezone", "value", strconv.Quote(f.Organisation.Timezone)))
	} else {
		l.Zone = zone
	}
	if f.Organisation.Languages == nil {
		f.Organisation.Languages = List{"ko", "en"}
	}
	for i, lang := range f.Organisation.Languages {
		if !slices.Contains(messages.Languages(), lang) {
			d.on(fmt.Sprintf("organisation.languages[%d]", i), messages.New("config.language", "value", strconv.Quote(lang), "languages", messages.Languages()))
		}
	}
	l.name(f.Organisation.Name, "organisation.name")
	if len(f.Uplink.Canaries) == 0 {
		d.warn("uplink.canaries", messages.New("config.no_canaries"))
	}
	l.today = calendar.DateOf(now, l.Zone)
	l.days(now)
	l.chart()
	l.policies()
	l.sites()
	l.alerting()
	l.reports()
	l.rest()
	l.evidence()
	l.modules()
}

func (l *Loaded) name(n Name, path string) {
	if _, given := l.d.marks[path]; given && n.KO == "" && n.EN == "" {
		l.d.on(path, messages.New("config.nameless", "example", "{ko: ..., en: ...}"))
	}
}

func (l *Loaded) policies() {
	for name, p := range l.File.Policies {
		path := join("policies", name)
		if n := p.Confirm.Failures; n < 0 || n > 20 {
			l.d.on(path+".confirm.failures", messages.New("config.failures", "n", n))
		}
		l.span(path+".confirm.reprobe", p.Confirm.Reprobe, time.Second, time.Hour)
		if v := p.Confirm.Vantages; v != "" && v != "majority" {
			l.d.on(path+".confirm.vantages", messages.New("config.quorum", "value", strconv.Quote(v)))
		}
		if n := p.Recover.Passes; n < 0 || n > 100 {
			l.d.on(path+".recover.passes", messages.New("config.passes", "n", n))
		}
		if h := p.Recover.Hold; h != nil && (*h < 0 || time.Duration(*h) > 24*time.Hour) {
			l.d.on(path+".recover.hold", messages.New("config.hold", "duration", time.Duration(*h)))
		}
		l.span(path+".degraded.latency_p95", p.Degraded.LatencyP95, time.Millisecond, time.Hour)
	}
}

// span demands that a duration that is given lies in [low, high].
func (l *Loaded) span(path string, d Duration, low, high time.Duration) {
	if _, given := l.d.marks[path]; given && (time.Duration(d) < low || time.Duration(d) > high) {
		l.d.on(path, messages.New("config.span", "duration", time.Duration(d), "low", low, "high", high))
	}
}

func (l *Loaded) sites() {
	ids := map[string]string{}
	for i := range l.File.Sites {
		s, path := &l.File.Sites[i], fmt.Sprintf("sites[%d]", i)
		l.id(s.ID, path+".id", ids)
		l.name(s.Name, path+".name")
		if u, err := url.Parse(s.URL); s.URL != "" && (err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https") {
			l.d.on(path+".url", messages.New("config.site_url"))
		}
		if s.Policy != "" {
			if _, ok := l.File.Policies[s.Policy]; !ok && s.Policy != "default" {
				l.d.on(path+".policy", messages.New("config.no_policy", "value", strconv.Quote(s.Policy)))
			}
		}
		if _, given := l.d.marks[path+".checks"]; given && len(s.Checks) == 0 {
			l.d.on(path+".checks", messages.New("config.no_checks", "example", "{id: front, kind: http}"))
		}
		checks := map[string]string{}
		for j := range s.Checks {
			l.check(&s.Checks[j], fmt.Sprintf("%s.checks[%d]", path, j), checks)
		}
		for j, h := range s.ServiceHours {
			l.hours(h, fmt.Sprintf("%s.service_hours[%d]", path, j))
		}
		l.boards(s, path)
		l.pages(s, path)
	}
	if _, given := l.d.marks["sites"]; given && len(l.File.Sites) == 0 {
		l.d.on("sites", messages.New("config.no_sites"))
	}
}

func (l *Loaded) id(id, path string, seen map[string]string) {
	if id == "" {
		return
	}
	if !idPattern.MatchString(id) {
		l.d.on(path, messages.New("config.id", "value", strconv.Quote(id)))
	}
	if first, dup := seen[id]; dup {
		m := l.d.marks[first]
		l.d.on(path, messages.New("config.id_taken", "value", strconv.Quote(id), "line", m.line))
	}
	seen[id] = path
}

// check validates what all kinds have and fills in defaults.
func (l *Loaded) check(c *Check, path string, seen map[string]string) {
	l.id(c.ID, path+".id", seen)
	if c.Interval == 0 {
		c.Interval = Duration(time.Minute)
	}
	l.span(path+".interval", c.Interval, time.Second, 31*24*time.Hour)
	interval := time.Duration(c.Interval)
	if _, given := l.d.marks[path+".timeout"]; !given {
		c.Timeout = Duration(min(10*time.Second, interval*2/3).Truncate(time.Millisecond))
	} else if t := time.Duration(c.Timeout); t <= 0 || t >= interval {
		l.d.on(path+".timeout", messages.New("config.timeout", "timeout", t, "interval", interval, "example", min(10*time.Second, interval*2/3)))
	}
	if p, ok := c.kind.(*PushCheck); ok {
		if p.Grace < 0 {
			l.d.on(path+".grace", messages.New("config.grace"))
		}
		if p.Grace == 0 {
			p.Grace = c.Interval / 10
		}
	}
}

func (l *Loaded) hours(h ServiceHours, path string) {
	if _, _, err := compliance.ParseClose(h.Close); h.Close != "" && err != nil {
		l.d.on(path+".close", messages.New("config.close", "value", strconv.Quote(h.Close)))
	}
	if _, bad := weekdays(h.Days); bad != "" {
		l.d.on(path+".days", messages.New("config.days", "value", bad))
	}
}

// weekdays reads a list of days. bad is the first that is none, quoted.
func weekdays(days List) (w compliance.Weekdays, bad string) {
	if len(days) == 0 || len(days) == 1 && days[0] == "daily" {
		return compliance.Daily, ""
	}
	names := []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}
	for _, d := range days {
		i := slices.Index(names, d)
		if i < 0 {
			return 0, strconv.Quote(d)
		}
		w |= 1 << i
	}
	return w, ""
}

var retention = regexp.MustCompile(`^(\d+) (days?|months?|years?)$`)

// ParseRetention reads "26 months", "400 days" or "5 years"; months count as 31 days and
// years as 366, so that nothing goes early. An error is a [messages.Message].
func ParseRetention(s string) (time.Duration, error) {
	m := retention.FindStringSubmatch(s)
	if m == nil {
		return 0, messages.New("config.retention", "value", strconv.Quote(s))
	}
	n, err := strconv.Atoi(m[1])
	if err != nil || n > 40_000 {
		return 0, messages.New("config.retention", "value", strconv.Quote(s))
	}
	unit := map[byte]int{'d': 1, 'm': 31, 'y': 366}[m[2][0]]
	if n*unit > 100*366 {
		return 0, messages.New("config.retention_century", "value", strconv.Quote(s))
	}
	return time.Duration(n*unit) * 24 * time.Hour, nil
}

func (l *Loaded) rest() {
	f, d := &l.File, l.d
	for i, c := range f.Uplink.Canaries {
		if _, err := canary(c); err != nil {
			d.because(fmt.Sprintf("uplink.canaries[%d]", i), err)
		}
	}
	if f.Store.SQLite == "" {
		f.Store.SQLite = "/var/lib/charterwatch"
	}
	f.Store.SQLite = d.relative(f.Store.SQLite)
	if f.Retention.Results == "" {
		f.Retention.Results = "26 months"
	}
	if keep, err := ParseRetention(f.Retention.Results); err != nil {
		d.because("retention.results", err)
	} else if keep < 62*24*time.Hour {
		d.on("retention.results", messages.New("config.retention_short", "value", strconv.Quote(f.Retention.Results)))
	}
	if f.Web.Listen == "" {
		f.Web.Listen = "127.0.0.1:8480"
	}
	host, port, err := net.SplitHostPort(f.Web.Listen)
	if n, perr := strconv.Atoi(port); err != nil || perr != nil || n < 0 || n > 65535 {
		d.on("web.listen", messages.New("config.listen", "value", strconv.Quote(f.Web.Listen)))
	} else if ip, err := netip.ParseAddr(host); host != "localhost" && (err != nil || !ip.IsLoopback()) {
		d.warn("web.listen", messages.New("config.open_dashboard", "address", f.Web.Listen))
	}
	if f.Probing.Vantage == "" {
		f.Probing.Vantage = "local"
	}
	if !idPattern.MatchString(f.Probing.Vantage) {
		d.on("probing.vantage", messages.New("config.vantage", "value", strconv.Quote(f.Probing.Vantage)))
	}
	if n := f.Probing.AtOnce; n < 0 || n > 100_000 {
		d.on("probing.at_once", messages.New("config.at_once", "n", n))
	}
}

// canaryAddress is what a canary's URL says.
type canaryAddress struct{ scheme, address string }

func canary(s string) (canaryAddress, error) {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Path != "" || u.Scheme != "tcp" && u.Scheme != "dns" {
		return canaryAddress{}, messages.New("config.canary", "value", strconv.Quote(s))
	}
	port := u.Port()
	if port == "" && u.Scheme == "dns" {
		port = "53"
	}
	if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
		return canaryAddress{}, messages.New("config.canary_port", "value", strconv.Quote(s))
	}
	return canaryAddress{u.Scheme, net.JoinHostPort(u.Hostname(), port)}, nil
}
