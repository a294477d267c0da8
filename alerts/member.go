package alerts

import (
	"context"

	"github.com/charterwatch/charterwatch/compliance"
)

// note keeps a receipt of what a member was told for the first time, or of what it does not
// take.
func (m *member) note(ctx context.Context, batch []*posted, again bool, err error) {
	c, now := m.cluster, m.cluster.now()
	c.failures.note(m.address.host, memberChannel, 0, err == nil, now)
	r := compliance.Receipt{At: now, Status: compliance.Delivered, Receiver: m.address.host, Channel: memberChannel, Problem: problem(err), Drill: true}
	m.mu.Lock()
	m.trial.attempts++
	r.Attempts = m.trial.attempts
	say := err == nil
	switch {
	case err == nil:
		if !m.trial.last.IsZero() {
			c.log.Info("an Alertmanager of the cluster takes alerts again", "member", m.address.host)
		}
		m.trial = trial{}
		m.sent += uint64(len(batch))
	default:
		if r.Status = compliance.Failing; !again {
			r.Status = compliance.Failed
		}
		if say = m.trial.said.IsZero() || now.Sub(m.trial.said) >= failingEvery; say {
			m.trial.said = now
			c.log.Warn("an Alertmanager of the cluster does not take alerts", "member", m.address.host, "problem", r.Problem)
		}
		m.trial.last = now
	}
	for _, p := range batch {
		v := version(p.owed.ID, p.owed.Open())
		if m.told[v] {
			continue
		}
		if err == nil {
			m.told[v] = true
		}
		if r.Drill = r.Drill && p.owed.Drill; p.owed.Open() {
			r.Firing = append(r.Firing, p.owed.ID)
		} else {
			r.Resolved = append(r.Resolved, p.owed.ID)
		}
	}
	m.mu.Unlock()
	if say && len(r.Firing)+len(r.Resolved) > 0 {
		c.receipts.add(ctx, r)
	}
}

// forget drops what is known of alerts that are no longer owed.
func (c *cluster) forget(ids []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range c.members {
		m.mu.Lock()
		for _, id := range ids {
			delete(m.told, version(id, true))
			delete(m.told, version(id, false))
		}
		m.mu.Unlock()
	}
}

// memberStats are for metrics.
type memberStats struct {
	host          string
	waiting       int
	sent, dropped uint64
}

func (c *cluster) stats() []memberStats {
	c.mu.Lock()
	defer c.mu.Unlock()
	byHost := map[string]*memberStats{}
	var out []memberStats
	for _, m := range c.members {
		m.mu.Lock()
		x := byHost[m.address.host]
		if x == nil {
			x = &memberStats{host: m.address.host}
			byHost[m.address.host] = x
		}
		x.waiting += len(m.order)
		x.sent += m.sent
		x.dropped += m.dropped
		m.mu.Unlock()
	}
	for _, x := range byHost {
		out = append(out, *x)
	}
	return out
}
