package alerts

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/url"
	"slices"
	"time"

	"github.com/prometheus/alertmanager/config"
	"github.com/prometheus/alertmanager/config/receiver"
	"github.com/prometheus/alertmanager/dispatch"
	"github.com/prometheus/alertmanager/nflog/nflogpb"
	"github.com/prometheus/alertmanager/notify"
	amtemplate "github.com/prometheus/alertmanager/template"
	commoncfg "github.com/prometheus/common/config"

	"github.com/charterwatch/charterwatch/compliance"
)

// Settings is what a reload replaces. The zero value tells nobody of anything.
type Settings struct {
	Alertmanager *Routing // the Alertmanager inside; nil: none
	External     []string // addresses of all members of an Alertmanager cluster, never of a load balancer; user info in them is basic authentication
	Heartbeat    Secret   // address that is called every minute while all is well; "": none

	OnCall         compliance.OnCall
	Content        Content
	LongestSilence time.Duration // 0: [DefaultLongestSilence]
	NoInhibition   bool          // only alertmanager.yml says what mutes what
}

// DefaultLongestSilence is for how long a silence may last.
const DefaultLongestSilence = 30 * 24 * time.Hour

func (s Settings) longestSilence() time.Duration {
	if s.LongestSilence <= 0 {
		return DefaultLongestSilence
	}
	return s.LongestSilence
}

func (s Settings) zone() *time.Location {
	if s.Content.Zone == nil {
		return time.UTC
	}
	return s.Content.Zone
}

// language is that of receivers that are nobody's.
func (s Settings) language() string { return s.Content.languages()[0] }

// external is the address that messages give for the Alertmanager inside.
func (s Settings) external() *url.URL {
	u, err := url.Parse(s.Content.DashboardURL)
	if err != nil || s.Content.DashboardURL == "" {
		return &url.URL{}
	}
	return u.JoinPath("alertmanager")
}

// channel is one integration of a receiver: one way by which somebody is told.
type channel struct {
	built    notify.Integration
	receiver string // of the route
	via      string // receiver of alertmanager.yml that it is built from
	person   string // id of whom it leads to; "": whoever reads there
	policy   string // escalation whose first step it serves; "": none
}

// logged is its name in the notification log. That of a plain receiver is Alertmanager's own.
func (c channel) logged() *nflogpb.Receiver {
	r := &nflogpb.Receiver{GroupName: c.receiver, Integration: c.built.Name(), Idx: uint32(c.built.Index())} //nolint:gosec // an index of a list in a file
	if c.policy != "" {
		r.Integration = c.via + "/" + c.built.Name() + "@" + c.person
	}
	return r
}

// setup is what settings come to: everything in it that can fail has been made.
type setup struct {
	Settings
	conf      *config.Config // nil: nothing inside
	route     *dispatch.Route
	template  *amtemplate.Template
	receivers map[string][]channel // of alertmanager.yml that have a channel
	people    map[string][]channel // by id, in their language
	policies  map[string]compliance.Escalation
	members   []address
}

// prepare makes everything that settings ask for, and changes nothing.
func prepare(set Settings, l *slog.Logger, client ...commoncfg.HTTPClientOption) (*setup, error) {
	s := &setup{Settings: set, receivers: map[string][]channel{}, people: map[string][]channel{}, policies: map[string]compliance.Escalation{}}
	for i, raw := range set.External {
		a, err := parseAddress(raw)
		if err != nil {
			return nil, fmt.Errorf("external Alertmanager %d: %w", i+1, err)
		}
		s.members = append(s.members, a)
	}
	if set.Heartbeat != "" {
		if _, err := parseAddress(string(set.Heartbeat)); err != nil {
			return nil, fmt.Errorf("heartbeat: %w", err)
		}
	}
	if set.Alertmanager == nil {
		return s, nil
	}
	conf := *set.Alertmanager.conf
	if !set.NoInhibition {
		conf.InhibitRules = append(slices.Clone(conf.InhibitRules), inhibition()...)
	}
	s.conf, s.route = &conf, dispatch.NewRoute(conf.Route, nil)
	var err error
	if s.template, err = set.Content.Template(set.language(), conf.Templates, set.external()); err != nil {
		return nil, err
	}
	for _, r := range conf.Receivers {
		if s.receivers[r.Name], err = s.build(r, s.template, channel{receiver: r.Name, via: r.Name}, l, client); err != nil {
			return nil, err
		}
	}
	return s, errors.Join(s.escalations(), s.reach(l, client))
}

// build makes a receiver's channels.
func (s *setup) build(r config.Receiver, t *amtemplate.Template, as channel, l *slog.Logger, client []commoncfg.HTTPClientOption) ([]channel, error) {
	all, err := receiver.BuildReceiverIntegrations(r, t, l, client...)
	if err != nil {
		return nil, fmt.Errorf("receiver %s: %w", r.Name, explain(s.Alertmanager.path, err))
	}
	var out []channel
	for _, x := range all {
		as.built = x
		out = append(out, as)
	}
	return out, nil
}

// escalations finds the receivers that escalations serve.
func (s *setup) escalations() error {
	for _, e := range s.OnCall.Escalations {
		channels, known := s.receivers[e.Receiver]
		switch {
		case !known:
			return fmt.Errorf("escalation %s: alertmanager.yml has no receiver of this name", e.Receiver)
		case len(channels) > 0:
			return fmt.Errorf("escalation %s: its receiver in alertmanager.yml has channels of its own", e.Receiver)
		case len(e.Steps) == 0:
			return fmt.Errorf("escalation %s: no steps", e.Receiver)
		}
		s.policies[e.Receiver] = e
	}
	return nil
}

// reach makes the channels by which people are reached, with templates in their language and
// links that say who they are.
func (s *setup) reach(l *slog.Logger, client []commoncfg.HTTPClientOption) error {
	for _, p := range s.OnCall.People {
		own, language := s.Content, p.Language
		if own.Person = p.ID; language == "" {
			language = s.language()
		}
		t, err := own.Template(language, s.conf.Templates, s.external())
		if err != nil {
			return fmt.Errorf("person %s: %w", p.ID, err)
		}
		for _, r := range s.conf.Receivers {
			if !slices.Contains(p.Receivers, r.Name) {
				continue
			}
			channels, err := s.build(r, t, channel{receiver: r.Name, via: r.Name, person: p.ID}, l, client)
			if err != nil {
				return fmt.Errorf("person %s: %w", p.ID, err)
			}
			s.people[p.ID] = append(s.people[p.ID], channels...)
		}
	}
	return nil
}

// annotated is the content of alerts with all languages that somebody reads.
func (s *setup) annotated() Content {
	c := s.Content
	c.Languages = slices.Clone(c.languages())
	for _, p := range s.OnCall.People {
		if p.Language != "" && !slices.Contains(c.Languages, p.Language) {
			c.Languages = append(c.Languages, p.Language)
		}
	}
	return c
}

// firstStep are the channels that the first step of an escalation may go out by: those of
// everybody who can be on call. Who is decides when there is something to tell.
func (s *setup) firstStep(e compliance.Escalation) []channel {
	step := e.Steps[0]
	people := map[string]bool{}
	for _, p := range step.People {
		people[p] = true
	}
	if len(step.Schedules) > 0 {
		for _, p := range s.OnCall.People { // anybody can stand in for anybody
			people[p.ID] = true
		}
	}
	var out []channel
	for _, id := range slices.Sorted(maps.Keys(people)) {
		out = append(out, s.people[id]...)
	}
	for _, r := range step.Receivers {
		out = append(out, s.receivers[r]...)
	}
	for i := range out {
		out[i].receiver, out[i].policy = e.Receiver, e.Receiver
	}
	return out
}
