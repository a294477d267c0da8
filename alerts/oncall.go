package alerts

import (
	"slices"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
)

// target is whom a step of an escalation tells: a person, or a receiver that is nobody's.
type target struct {
	person   string
	receiver string
	channels []channel
}

// key tells targets apart.
func (t target) key() string {
	if t.person != "" {
		return "person/" + t.person
	}
	return "receiver/" + t.receiver
}

// targets are whom a step tells at an instant. Those who have no channel that is built come
// apart: they cannot be told.
func (s *setup) targets(step compliance.EscalationStep, statements []compliance.Statement, at time.Time) (reachable, lacking []target) {
	var people []string
	for _, id := range step.Schedules {
		i := slices.IndexFunc(s.OnCall.Schedules, func(x compliance.Schedule) bool { return x.ID == id })
		if i < 0 {
			continue
		}
		if p, ok := s.OnCall.Schedules[i].At(statements, at, s.zone()); ok {
			people = append(people, p)
		}
	}
	var all []target
	for _, p := range append(people, step.People...) {
		if !slices.ContainsFunc(all, func(t target) bool { return t.person == p }) {
			all = append(all, target{person: p, channels: s.people[p]})
		}
	}
	for _, r := range step.Receivers {
		all = append(all, target{receiver: r, channels: s.receivers[r]})
	}
	for _, t := range all {
		if len(t.channels) == 0 {
			lacking = append(lacking, t)
		} else {
			reachable = append(reachable, t)
		}
	}
	return reachable, lacking
}

// meant says whether a channel of an escalation's first step leads to somebody whom the step
// tells at an instant.
func (s *setup) meant(c channel, statements []compliance.Statement, at time.Time) bool {
	e, ok := s.policies[c.policy]
	if !ok {
		return true
	}
	reachable, _ := s.targets(e.Steps[0], statements, at)
	return slices.ContainsFunc(reachable, func(t target) bool {
		return t.person == c.person && (t.person != "" || t.receiver == c.via)
	})
}

// quiet says whether people on call are not to be told of alerts of a severity now.
func (s *setup) quiet(severity compliance.Severity, at time.Time) bool {
	return slices.ContainsFunc(s.OnCall.Quiet, func(q compliance.QuietHours) bool { return q.Quiet(severity, at, s.zone()) })
}

// escalates says whether alerts of a severity go beyond the first step.
func escalates(e compliance.Escalation, s compliance.Severity) bool {
	if len(e.Severities) == 0 {
		return s == compliance.SeverityCritical
	}
	return slices.Contains(e.Severities, s)
}
