package alerts

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"regexp"
	"strings"
	"sync"

	"github.com/prometheus/alertmanager/config"
	"github.com/prometheus/alertmanager/config/receiver"
	"github.com/prometheus/alertmanager/dispatch"
	"github.com/prometheus/alertmanager/featurecontrol"
	"github.com/prometheus/alertmanager/matcher/compat"
	"github.com/prometheus/common/promslog"
)

// Routing is a user's alertmanager.yml, read and checked. It does not change.
type Routing struct {
	path string
	conf *config.Config
}

// matching makes Alertmanager read matchers as its own program does; it keeps how in a
// variable of its package.
var matching = sync.OnceFunc(func() { compat.InitFromFlags(promslog.NewNopLogger(), featurecontrol.NoopFlags{}) })

// LoadRouting reads an alertmanager.yml, as Alertmanager v0.34.2 does: relative paths in it
// begin at its folder. Its templates are parsed and its receivers built once, so that what is
// wrong with them shows now and not when the first alert is due. An error names the file, the
// line where the parser knows it, and no secret.
func LoadRouting(path string) (*Routing, error) {
	matching()
	conf, err := config.LoadFile(path)
	if err != nil {
		return nil, fmt.Errorf("load routing: %w", explain(path, err))
	}
	for _, r := range conf.Receivers {
		for _, c := range r.EmailConfigs {
			if c.Text == "" {
				c.Text = EmailText // Alertmanager sends HTML alone; not everybody reads mail in a browser
			}
		}
	}
	t, err := Content{}.Template("en", conf.Templates, nil)
	if err != nil {
		return nil, fmt.Errorf("load routing: %s: %w", path, err)
	}
	for _, r := range conf.Receivers {
		if _, err := receiver.BuildReceiverIntegrations(r, t, slog.New(slog.DiscardHandler)); err != nil {
			return nil, fmt.Errorf("load routing: receiver %s: %w", r.Name, explain(path, err))
		}
	}
	return &Routing{path: path, conf: conf}, nil
}

// Receivers are the names of its receivers, in order.
func (r *Routing) Receivers() []string {
	var out []string
	for _, x := range r.conf.Receivers {
		out = append(out, x.Name)
	}
	return out
}

// Routed says whether a route leads to a receiver.
func (r *Routing) Routed(name string) bool {
	found := false
	dispatch.NewRoute(r.conf.Route, nil).Walk(func(x *dispatch.Route) { found = found || x.RouteOpts.Receiver == name })
	return found
}

var (
	lineSaid  = regexp.MustCompile(`(?:yaml: )?line (\d+): `)
	valueSaid = regexp.MustCompile("`[^`]*`")
	urlSaid   = regexp.MustCompile(`[a-zA-Z][a-zA-Z0-9+.-]*://[^\s"']*`)
)

// explain puts the file and the line in front of a parser's error, and takes out what may be
// a secret.
func explain(path string, err error) error {
	var address *url.Error
	if errors.As(err, &address) {
		return fmt.Errorf("%s: an address in it is not valid: %w", path, address.Err)
	}
	var out []error
	for said := range strings.Lines(strings.TrimPrefix(err.Error(), "yaml: unmarshal errors:\n")) {
		said = strings.TrimSpace(said)
		said = urlSaid.ReplaceAllString(valueSaid.ReplaceAllString(said, "a value"), "an address")
		at := path
		if m := lineSaid.FindStringSubmatchIndex(said); m != nil && m[0] == 0 {
			at, said = path+":"+said[m[2]:m[3]], said[m[1]:]
		}
		if !strings.Contains(said, path) {
			said = at + ": " + said
		}
		out = append(out, errors.New(said))
	}
	return errors.Join(out...)
}

// Nobody is a routing that leads to nobody: alerts can be seen and silenced, and are told to
// no one.
func Nobody() *Routing {
	matching()
	conf, err := config.Load("route: {receiver: nobody}\nreceivers: [{name: nobody}]\n")
	if err != nil {
		panic("alerts: the routing that leads to nobody: " + err.Error()) // a constant
	}
	return &Routing{conf: conf}
}

// Templates are the patterns of the user's own template files.
func (r *Routing) Templates() []string { return r.conf.Templates }
