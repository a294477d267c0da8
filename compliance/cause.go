package compliance

import (
	"slices"
	"time"

	"github.com/charterwatch/charterwatch/probes"
)

// Cause is the likely origin of an outage, derived from its reason. It groups what
// belongs together and never excuses it.
type Cause string

// The causes.
const (
	CauseUnclear     Cause = ""
	CauseDNS         Cause = "dns"
	CauseNetwork     Cause = "network" // ISP, routing, a closed port
	CauseCertificate Cause = "certificate"
	CauseServer      Cause = "server" // it answers, but with an error
	CauseContent     Cause = "content"
	CauseSlow        Cause = "slow"
	CauseJob         Cause = "job" // a batch job's heartbeat
)

// CauseOf returns the likely cause behind a failing reason.
func CauseOf(r probes.Reason) Cause {
	switch r {
	case probes.DNSNotFound, probes.DNSFailure, probes.DNSTimeout, probes.DNSAnswer:
		return CauseDNS
	case probes.ConnectRefused, probes.ConnectTimeout, probes.Unreachable, probes.ConnectionReset,
		probes.PacketLoss, probes.ProxyFailure:
		return CauseNetwork
	case probes.TLSExpired, probes.TLSNotYetValid, probes.TLSName, probes.TLSUntrusted, probes.TLSExpiring,
		probes.TLSVersion, probes.TLSHandshake:
		return CauseCertificate
	case probes.Status, probes.Protocol, probes.Redirect, probes.ServiceStatus:
		return CauseServer
	case probes.Body, probes.Header, probes.JSON, probes.Size, probes.Step:
		return CauseContent
	case probes.Timeout, probes.Latency:
		return CauseSlow
	case probes.HeartbeatMissing, probes.HeartbeatReported:
		return CauseJob
	default:
		return CauseUnclear
	}
}

// Group is a set of open site outages that probably share one origin.
type Group struct {
	Dependency string // the depends_on name they share, or empty
	Cause      Cause  // the cause they share, or empty
	Outages    []string
	Start      time.Time // of the earliest
}

// GroupWindow is how close the starts of outages must lie to be put down to one origin.
const GroupWindow = 2 * time.Minute

// GroupOutages puts together open site outages that share a dependency and started
// within GroupWindow of each other, and then those of the rest that share a clear cause. A
// group has at least two members, and an outage is in at most one group.
func GroupOutages(open []Outage, dependsOn map[string][]string) []Group {
	open = slices.Clone(open)
	slices.SortFunc(open, func(a, b Outage) int { return a.Start.Compare(b.Start) })
	var groups []Group
	taken := map[string]bool{}
	collect := func(g Group, same func(Outage) bool) {
		for i, first := range open {
			if taken[first.ID] || !same(first) {
				continue
			}
			ids := []string{first.ID}
			for _, o := range open[i+1:] {
				if !taken[o.ID] && same(o) && o.Start.Sub(first.Start) <= GroupWindow {
					ids = append(ids, o.ID)
				}
			}
			if len(ids) < 2 {
				continue
			}
			for _, id := range ids {
				taken[id] = true
			}
			g.Outages, g.Start = ids, first.Start
			groups = append(groups, g)
		}
	}
	var deps []string
	for _, o := range open {
		deps = append(deps, dependsOn[o.Site]...)
	}
	slices.Sort(deps)
	for _, d := range slices.Compact(deps) {
		collect(Group{Dependency: d}, func(o Outage) bool { return slices.Contains(dependsOn[o.Site], d) })
	}
	for _, c := range []Cause{CauseDNS, CauseNetwork, CauseCertificate} {
		collect(Group{Cause: c}, func(o Outage) bool { return o.Cause == c })
	}
	return groups
}
