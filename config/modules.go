package config

import (
	_ "embed"
	"fmt"
	"net"
	"net/netip"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/charterwatch/charterwatch/internal/messages"
	"github.com/charterwatch/charterwatch/monitor"
	"github.com/charterwatch/charterwatch/probes"
)

// Module is a way of looking at whatever /probe is asked for: a check without its target.
type Module struct {
	ModuleCommon
	kind any // *HTTPCheck, ...
}

// ModuleCommon is what modules of every kind have.
type ModuleCommon struct {
	Kind    string   `yaml:"kind" doc:"http, tcp, tls, dns, icmp, grpc or websocket." required:"true"`
	Timeout Duration `yaml:"timeout" doc:"Longest a look may take. Default: what the scrape's own timeout allows, and 10s without one."`
}

// targetKey is the key that a module of the kind lacks, because /probe?target= says it; ""
// for a kind that no module can be of.
func targetKey(kind string) string {
	switch kind {
	case "http", "websocket":
		return "url"
	case "tcp", "tls", "grpc":
		return "address"
	case "dns":
		return "server"
	case "icmp":
		return "host"
	default:
		return ""
	}
}

func moduleKinds() []string {
	return slices.DeleteFunc(kindNames(), func(k string) bool { return targetKey(k) == "" })
}

// fields implements fielder.
func (m *Module) fields(key func(string) (string, *yaml.Node)) ([]any, *choiceError) {
	name, node := key("kind")
	switch {
	case node == nil:
		return nil, &choiceError{"kind", messages.New("config.no_kind", "kinds", moduleKinds())}
	case targetKey(name) == "":
		return nil, &choiceError{"kind", messages.New("config.no_target_kind", "value", strconv.Quote(name), "kinds", moduleKinds())}
	}
	m.kind = kinds()[name]()
	return []any{&m.ModuleCommon, m.kind}, nil
}

//go:embed modules.yaml
var builtinModules []byte

// builtins decodes the modules of this program, without problems of its own.
func (d *decoder) builtins() map[string]Module {
	var doc yaml.Node
	out := map[string]Module{}
	if err := yaml.Unmarshal(builtinModules, &doc); err == nil { // a test reads it
		own := &decoder{file: "modules.yaml", getenv: d.getenv, marks: map[string]mark{}}
		own.value(doc.Content[0], reflect.ValueOf(&out).Elem(), "")
	}
	return out
}

var modulePattern = regexp.MustCompile(`^[a-zA-Z0-9]([a-zA-Z0-9_.-]{0,62}[a-zA-Z0-9])?$`)

// modules validates what /probe needs.
func (l *Loaded) modules() {
	w := l.File.Web
	if w.ProbeHandler && !loopback(w.Listen) {
		l.d.warn("web.probe_handler", messages.New("config.open_probe_handler", "address", w.Listen))
	}
	for name, m := range w.Modules {
		path := join("web.modules", name)
		if !modulePattern.MatchString(name) {
			l.d.on(path, messages.New("config.module_name", "value", strconv.Quote(name)))
		}
		if m.kind == nil {
			continue // told already
		}
		if _, given := l.d.marks[join(path, targetKey(m.Kind))]; given {
			l.d.on(join(path, targetKey(m.Kind)), messages.New("config.module_target"))
		}
		l.span(path+".timeout", m.Timeout, 10*time.Millisecond, 2*time.Minute)
	}
}

// loopback says whether only programs on this machine reach the address.
func loopback(listen string) bool {
	host, _, err := net.SplitHostPort(listen)
	if err != nil || host == "localhost" {
		return err == nil
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

// modules builds what /probe looks with: this program's modules and the file's, which
// prevail. nil while the handler is off.
func (b *builder) modules() map[string]monitor.Module {
	out := map[string]monitor.Module{}
	for name, m := range b.d.builtins() {
		out[name] = b.module(m, "")
	}
	for name, m := range b.File.Web.Modules {
		out[name] = b.module(m, join("web.modules", name))
	}
	if !b.File.Web.ProbeHandler {
		return nil // what is wrong with the modules has been told all the same
	}
	return out
}

func (b *builder) module(m Module, path string) monitor.Module {
	look := b.template(m.kind, path)
	if _, err := look(sampleTarget, ""); err != nil {
		b.refused(err, reflect.TypeOf(m.kind).Elem(), path)
	}
	return monitor.Module{Kind: m.Kind, Timeout: time.Duration(m.Timeout), Probe: look}
}

// sampleTarget is an address that every kind accepts, to try a module's settings with.
const sampleTarget = "192.0.2.1:53"

// template reads a kind's keys, and the files they name, once. What it returns may be
// called concurrently.
func (b *builder) template(kind any, path string) func(target, hostname string) (monitor.Targeted, error) {
	shared := b.deps.Shared
	switch k := kind.(type) {
	case *HTTPCheck:
		return httpTemplate(b.http(k, Site{}, nil, path), shared)
	case *TCPCheck:
		c := b.tcp(k, nil, path)
		return func(target, hostname string) (monitor.Targeted, error) {
			c := c
			c.Address, c.TLS.ServerName = target, firstOf(c.TLS.ServerName, hostname)
			return only(probes.NewTCP(c, shared))
		}
	case *TLSCheck:
		c := b.tlsProbe(k, Site{}, nil, path)
		return func(target, hostname string) (monitor.Targeted, error) {
			c := c
			c.Address, c.TLS.ServerName = target, firstOf(c.TLS.ServerName, hostname)
			return only(probes.NewTLS(c, shared))
		}
	case *DNSCheck:
		c := b.dns(k, Site{})
		return func(target, _ string) (monitor.Targeted, error) {
			c := c
			c.Server = target
			return only(probes.NewDNS(c, shared))
		}
	case *ICMPCheck:
		c := b.icmp(k, Site{})
		return func(target, _ string) (monitor.Targeted, error) {
			c := c
			c.Host = target
			return only(probes.NewICMP(c, shared))
		}
	case *GRPCCheck:
		c := b.grpc(k, nil, path)
		return func(target, hostname string) (monitor.Targeted, error) {
			c := c
			c.Address, c.TLS.ServerName = target, firstOf(c.TLS.ServerName, hostname)
			return only(probes.NewGRPC(c, shared))
		}
	case *WebSocketCheck:
		c := b.webSocket(k, nil, path)
		return func(target, hostname string) (monitor.Targeted, error) {
			c := c
			c.URL, c.TLS.ServerName = withScheme(target, "ws"), firstOf(c.TLS.ServerName, hostname)
			return only(probes.NewWebSocket(c, shared))
		}
	default:
		return func(string, string) (monitor.Targeted, error) {
			return nil, fmt.Errorf("no module can be made of %T", kind)
		}
	}
}

func httpTemplate(c probes.HTTPConfig, shared *probes.Shared) func(target, hostname string) (monitor.Targeted, error) {
	host := slices.IndexFunc(c.Headers, func(h probes.RequestHeader) bool { return strings.EqualFold(h.Name, "Host") })
	return func(target, hostname string) (monitor.Targeted, error) {
		c := c
		c.URL = withScheme(target, "http")
		if hostname != "" {
			if host >= 0 && c.Headers[host].Value.Reveal() != hostname {
				return nil, fmt.Errorf("the module sets the header Host already; leave out the parameter hostname")
			}
			c.Headers = append(slices.Clone(c.Headers), probes.RequestHeader{Name: "Host", Value: probes.Secret(hostname)})
			c.TLS.ServerName = firstOf(c.TLS.ServerName, hostname)
		}
		return only(probes.NewHTTP(c, shared))
	}
}

// withScheme completes a target that is an address alone, as blackbox_exporter does.
func withScheme(target, scheme string) string {
	if strings.Contains(target, "://") {
		return target
	}
	return scheme + "://" + target
}
