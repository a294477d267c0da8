package config

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"reflect"
	"strings"
	"time"

	"github.com/charterwatch/charterwatch/alerts"
	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/calendar"
	"github.com/charterwatch/charterwatch/compliance/charter"
	"github.com/charterwatch/charterwatch/internal/mail"
	"github.com/charterwatch/charterwatch/internal/messages"
	"github.com/charterwatch/charterwatch/monitor"
	"github.com/charterwatch/charterwatch/probes"
	"github.com/charterwatch/charterwatch/reports"
	"github.com/charterwatch/charterwatch/scanners/notices"
)

// Deps is what probes are built with.
type Deps struct {
	Shared     *probes.Shared
	Heartbeats *probes.Heartbeats
	Now        func() time.Time
	UserAgent  string // of what reads pages
}

// Built is what a file comes to.
type Built struct {
	Plan      monitor.Plan
	Retention compliance.Retention
	Modules   map[string]monitor.Module // of /probe; nil while it is off
	Calendar  *calendar.Calendar        // decides business days
	Promises  compliance.Promises       // of the charter, with defaults
	Charter   charter.Charter           // in force
	Reports   reports.Terms
	Mail      *mail.Sender    // nil: letters are not sent
	Alerts    alerts.Settings // without what only the running program knows: sites, and the key of links
}

// Build turns the file into what the engine runs. Problems that only building finds (a
// pattern that does not compile, a CA file without a certificate) are told like all others.
func (l *Loaded) Build(deps Deps) (Built, error) {
	b := &builder{Loaded: l, deps: deps}
	var out Built
	for i, s := range l.File.Sites {
		site, watches := b.site(s, fmt.Sprintf("sites[%d]", i))
		site.Pages, site.Clauses = b.sitePages(s, fmt.Sprintf("sites[%d]", i)), clauses(s.Clauses)
		out.Plan.Sites = append(out.Plan.Sites, site)
		out.Plan.Watches = append(out.Plan.Watches, watches...)
		out.Plan.Pages = append(out.Plan.Pages, b.pageWatches(s, site.Pages, fmt.Sprintf("sites[%d]", i))...)
	}
	for i, s := range l.File.Sites {
		for _, w := range b.siteBoards(s, fmt.Sprintf("sites[%d]", i)) {
			out.Plan.Boards = append(out.Plan.Boards, w)
			out.Plan.Sites[i].Boards = append(out.Plan.Sites[i].Boards, w.Spec)
		}
	}
	out.Plan.Zone, out.Plan.Promises, out.Plan.HolidaysEnd = l.Zone, l.Promises(), l.calendar.Ends().AddDays(1).Start(l.Zone)
	out.Plan.Alerting, out.Plan.Roster, out.Plan.OnCall = l.File.Alerting.AlertPolicy(), b.roster(), b.onCall()
	for i, c := range l.File.Uplink.Canaries {
		p, err := b.canary(c)
		if err != nil {
			l.d.because(fmt.Sprintf("uplink.canaries[%d]", i), err)
			continue
		}
		out.Plan.Canaries = append(out.Plan.Canaries, p)
	}
	out.Alerts = b.alerts(out.Plan.OnCall)
	out.Charter, out.Reports, out.Mail = l.Charter, b.reportTerms(), b.mailer()
	out.Modules = b.modules()
	out.Calendar, out.Promises = l.calendar, l.Promises()
	out.Plan.Charter, out.Plan.Calendar = l.Charter, l.calendar
	keep, err := ParseRetention(l.File.Retention.Results)
	if err != nil {
		return Built{}, fmt.Errorf("build retention: %w", err) // validation has let it pass
	}
	out.Retention.Results = keep
	if _, err := l.done(); err != nil {
		return Built{}, err
	}
	return out, nil
}

// Promises are the parameters of the charter that the engine watches by: those in force on the
// day on which the file was read.
func (l *Loaded) Promises() compliance.Promises { return l.Charter.Promises(l.today) }

type builder struct {
	*Loaded
	deps  Deps
	pacer notices.Pacer // shared by all boards
}

func (b *builder) canary(s string) (probes.Probe, error) {
	a, err := canary(s)
	if err != nil {
		return nil, err
	}
	if a.scheme == "dns" {
		p, err := probes.NewDNS(probes.DNSConfig{Name: ".", Record: "NS", Server: a.address}, b.deps.Shared)
		return answering{p}, err
	}
	return probes.NewTCP(probes.TCPConfig{Address: a.address}, b.deps.Shared)
}

// answering passes whatever a DNS server answers: it is the way there that is in question.
type answering struct{ server probes.Probe }

func (a answering) Probe(ctx context.Context) (probes.Measurement, error) {
	m, err := a.server.Probe(ctx)
	switch m.Reason {
	case probes.DNSNotFound, probes.DNSFailure, probes.DNSAnswer:
		m.Reason = probes.OK
	}
	return m, err
}

func (b *builder) site(s Site, path string) (compliance.Site, []monitor.Watch) {
	out := compliance.Site{
		ID: s.ID, Name: named(s.Name, ""),
		URL: s.URL, Owner: s.Owner, DependsOn: s.DependsOn,
	}
	for _, h := range s.ServiceHours {
		days, bad := weekdays(h.Days)
		if bad != "" {
			continue // told by validation
		}
		out.ServiceHours = append(out.ServiceHours, compliance.ServiceHours{
			Close: h.Close, Days: days, From: b.day(h.From), Until: b.day(h.Until), Notice: h.Notice,
		})
	}
	someCritical := false
	for _, c := range s.Checks {
		someCritical = someCritical || c.Critical != nil && *c.Critical
	}
	ca := b.pem(s.CA, path+".ca")
	var watches []monitor.Watch
	for j := range s.Checks {
		c := &s.Checks[j]
		spec := compliance.CheckSpec{
			ID: s.ID + "/" + c.ID, Kind: c.Kind, Interval: time.Duration(c.Interval), Timeout: time.Duration(c.Timeout),
			Critical: c.Critical != nil && *c.Critical || c.Critical == nil && !someCritical,
		}
		spec.Policy = b.policy(s.Policy).WithDefaults(spec.Interval, spec.Timeout)
		probe := b.probe(c, s, ca, spec.ID, fmt.Sprintf("%s.checks[%d]", path, j))
		if probe == nil {
			continue
		}
		spec.Target = probe.Target()
		h := sha256.New()
		for _, part := range []any{spec.ID, s.URL, string(ca), c.Common, c.kind} {
			fingerprint(h, reflect.ValueOf(part))
		}
		out.Checks = append(out.Checks, spec)
		watches = append(watches, monitor.Watch{Spec: spec, Probe: probe, Fingerprint: hex.EncodeToString(h.Sum(nil))})
	}
	return out, watches
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func (b *builder) day(d *Date) time.Time {
	if d == nil {
		return time.Time{}
	}
	return time.Date(d.Year, time.Month(d.Month), d.Day, 0, 0, 0, 0, b.Zone)
}

func (b *builder) policy(name string) compliance.Policy {
	p := b.File.Policies[firstOf(name, "default")]
	out := compliance.Policy{
		ConfirmFailures: p.Confirm.Failures, Reprobe: time.Duration(p.Confirm.Reprobe),
		RecoverPasses: p.Recover.Passes, SlowP95: time.Duration(p.Degraded.LatencyP95),
	}
	if h := p.Recover.Hold; h != nil {
		if out.RecoverHold = time.Duration(*h); out.RecoverHold == 0 {
			out.RecoverHold = -1
		}
	}
	return out
}

// fingerprint writes every value a check was built from, secrets in the clear: only the
// digest is kept.
func fingerprint(w io.Writer, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			fmt.Fprint(w, "nil;")
			return
		}
		fingerprint(w, v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			fingerprint(w, v.Field(i))
		}
	case reflect.Slice:
		fmt.Fprintf(w, "%d[", v.Len())
		for i := range v.Len() {
			fingerprint(w, v.Index(i))
		}
	case reflect.Map:
		for _, k := range sortedKeys(v) {
			fmt.Fprintf(w, "%q:", k)
			fingerprint(w, v.MapIndex(reflect.ValueOf(k)))
		}
	case reflect.String:
		fmt.Fprintf(w, "%q;", v.String()) // reflection passes by the methods that hide
	case reflect.Bool:
		fmt.Fprintf(w, "%t;", v.Bool())
	default:
		fmt.Fprintf(w, "%d;", v.Int())
	}
}

// targeted is what every probe of this program can tell about itself.
type targeted interface {
	probes.Probe
	Target() string
}

// probe builds a check's probe, nil if it cannot be.
func (b *builder) probe(c *Check, s Site, ca []byte, id, path string) targeted {
	p, err := b.make(c, s, ca, id, path)
	if err == nil {
		return p
	}
	b.refused(err, reflect.TypeOf(c.kind).Elem(), path)
	return nil
}

// refused tells what a constructor refuses, at the key that set the field.
func (b *builder) refused(err error, kind reflect.Type, path string) {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range many.Unwrap() {
			b.refused(e, kind, path)
		}
		return
	}
	var f *probes.FieldError
	var n *notices.FieldError
	if errors.As(err, &n) {
		b.d.on(join(path, locate(kind, n.Field)), messages.Named("refused", n.Rule, n.Args...))
		return
	}
	if !errors.As(err, &f) {
		b.d.because(path, err)
		return
	}
	b.d.on(join(path, locate(kind, f.Field)), messages.Named("refused", f.Rule, f.Args...))
}

// locate finds the key that sets a field of a probe's configuration: the longest at tag
// that the field's path begins with.
func locate(t reflect.Type, field string) string {
	var best, key string
	var elem reflect.Type
	var walk func(t reflect.Type, path string)
	walk = func(t reflect.Type, path string) {
		for i := range t.NumField() {
			f := t.Field(i)
			if f.Anonymous {
				walk(f.Type, path)
				continue
			}
			at := f.Tag.Get("at")
			rest, ok := strings.CutPrefix(field, at)
			if at != "" && ok && (rest == "" || rest[0] == '.' || rest[0] == '[') && len(at) >= len(best) {
				best, key, elem = at, join(path, keyOf(f)), f.Type
			}
			if f.Type.Kind() == reflect.Struct {
				walk(f.Type, join(path, keyOf(f)))
			}
		}
	}
	walk(t, "")
	if best == "" {
		return ""
	}
	rest := strings.TrimPrefix(field, best)
	if elem.Kind() != reflect.Slice || !strings.HasPrefix(rest, "[") {
		return key
	}
	i := strings.IndexByte(rest, ']')
	key += rest[:i+1]
	if elem.Elem().Kind() == reflect.Struct && len(rest) > i+2 {
		if inner := locate(elem.Elem(), rest[i+2:]); inner != "" {
			key = join(key, inner)
		}
	}
	return key
}

// pem reads a file of certificates; it tells what is wrong and returns nil then.
func (b *builder) pem(file, path string) []byte {
	if file == "" {
		return nil
	}
	pem, err := os.ReadFile(b.d.relative(file))
	if err != nil {
		b.d.on(path, messages.New("config.unreadable_pem", "err", err))
	}
	return pem
}

func (b *builder) tls(t TLS, ca []byte, path string) probes.TLSConfig {
	out := probes.TLSConfig{
		ServerName: t.ServerName, CA: ca, ClientCert: b.pem(t.ClientCert, path+".tls.client_cert"), ClientKey: probes.Secret(t.ClientKey),
		Insecure: t.Insecure, MinVersion: t.MinVersion, ExpiresAfter: time.Duration(t.ExpiresAfter),
	}
	if t.CA != "" {
		out.CA = b.pem(t.CA, path+".tls.ca")
	}
	return out
}

// hostOf is the host of the site's address.
func hostOf(s Site) string {
	u, err := url.Parse(s.URL)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

func portOf(s Site) string {
	u, err := url.Parse(s.URL)
	if err != nil || u.Port() == "" || u.Scheme != "https" {
		return "443"
	}
	return u.Port()
}

// under resolves a path of a check against the site's address.
func under(s Site, ref string) string {
	base, err := url.Parse(s.URL)
	if err != nil {
		return ref
	}
	u, err := base.Parse(ref)
	if err != nil {
		return ref // the probe's constructor tells what is wrong with it
	}
	return u.String()
}

func systemResolver() string {
	b, err := os.ReadFile("/etc/resolv.conf")
	if err != nil {
		return ""
	}
	for _, line := range strings.Split(string(b), "\n") {
		if f := strings.Fields(line); len(f) >= 2 && f[0] == "nameserver" && net.ParseIP(f[1]) != nil {
			return f[1]
		}
	}
	return ""
}
