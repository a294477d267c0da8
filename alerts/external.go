package alerts

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/common/model"

	"github.com/charterwatch/charterwatch/compliance"
)

const (
	memberChannel  = "alertmanager"
	memberQueue    = 16_384 // alerts that wait for one member at most
	memberBatch    = 64     // alerts of a request, as Prometheus sends them
	memberTimeout  = 10 * time.Second
	memberRetryMin = time.Second
	memberRetryMax = 30 * time.Second
)

// address is one that is called. Credentials and the path are kept out of logs.
type address struct {
	url        string // without user info
	host       string // for people
	user, pass string
	auth       bool
}

// parseAddress reads an http or https address. Its error does not repeat it.
func parseAddress(raw string) (address, error) {
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return address{}, errors.New("not an http or https address")
	}
	a := address{host: u.Host}
	if u.User != nil {
		a.auth, a.user = true, u.User.Username()
		a.pass, _ = u.User.Password()
	}
	u.User, u.Fragment = nil, ""
	a.url = u.String()
	return a, nil
}

// cluster sends alerts to every member of an Alertmanager cluster.
type cluster struct {
	receipts *receipts
	failures *failures
	now      func() time.Time
	log      *slog.Logger
	http     *http.Client
	changed  chan struct{}

	mu      sync.Mutex
	members map[string]*member         // by address
	told    map[string]map[string]bool // by host, of restored receipts: what a member was told before a restart
}

func newCluster(r *receipts, f *failures, now func() time.Time, l *slog.Logger) *cluster {
	t := http.DefaultTransport.(*http.Transport).Clone() //nolint:errcheck,forcetypeassert // it is one
	t.MaxIdleConnsPerHost, t.ResponseHeaderTimeout = 1, memberTimeout
	noRedirect := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse } // credentials go nowhere else
	return &cluster{
		receipts: r, failures: f, now: now, log: l, changed: make(chan struct{}, 1), members: map[string]*member{}, told: map[string]map[string]bool{},
		http: &http.Client{Transport: t, Timeout: memberTimeout, CheckRedirect: noRedirect},
	}
}

// version is a state of an alert that a member is told of once, however often it is sent.
func version(id string, open bool) string {
	if open {
		return id
	}
	return id + " resolved"
}

// restore reads from receipts what members were told.
func (c *cluster) restore(list []compliance.Receipt) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range list {
		if r.Channel != memberChannel || r.Status != compliance.Delivered {
			continue
		}
		if c.told[r.Receiver] == nil {
			c.told[r.Receiver] = map[string]bool{}
		}
		for _, id := range r.Firing {
			c.told[r.Receiver][version(id, true)] = true
		}
		for _, id := range r.Resolved {
			c.told[r.Receiver][version(id, false)] = true
		}
	}
}

// set says who the members are. Those that stay keep what waits for them.
func (c *cluster) set(list []address) {
	c.mu.Lock()
	defer c.mu.Unlock()
	next := map[string]*member{}
	for _, a := range list {
		key := a.user + "\n" + a.pass + "\n" + a.url
		m := c.members[key]
		if m == nil {
			m = &member{cluster: c, address: a, wake: make(chan struct{}, 1), queue: map[model.Fingerprint]*posted{}, told: maps.Clone(c.told[a.host])}
			if m.told == nil {
				m.told = map[string]bool{}
			}
		}
		next[key] = m
	}
	for key, m := range c.members {
		if next[key] == nil && m.stop != nil {
			m.stop()
		}
	}
	c.members = next
	poke(c.changed)
}

// Run sends until ctx ends.
func (c *cluster) Run(ctx context.Context) error {
	var all sync.WaitGroup
	defer all.Wait()
	defer c.http.CloseIdleConnections()
	for {
		c.mu.Lock()
		for _, m := range c.members {
			if m.stop == nil {
				var own context.Context
				own, m.stop = context.WithCancel(ctx)
				all.Go(func() { m.run(own) })
			}
		}
		c.mu.Unlock()
		select {
		case <-ctx.Done():
			return nil
		case <-c.changed:
		}
	}
}

// push queues an alert for every member. What announced work holds is not sent to a member
// that does not know it; one that does would take silence for its end.
func (c *cluster) push(o owed, a *alert.Alert, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range c.members {
		m.push(o, a, now)
	}
}

// posted is an alert that waits for a member.
type posted struct {
	owed owed
	body postable
}

// postable is an alert as Alertmanager's API takes it.
type postable struct {
	Labels       model.LabelSet `json:"labels"`
	Annotations  model.LabelSet `json:"annotations"`
	StartsAt     time.Time      `json:"startsAt"`
	EndsAt       time.Time      `json:"endsAt"`
	GeneratorURL string         `json:"generatorURL,omitempty"`
}

// member is one Alertmanager. Its queue holds the latest version of each alert, oldest first.
type member struct {
	cluster *cluster
	address address
	wake    chan struct{}
	stop    context.CancelFunc // guarded by cluster.mu; nil: not started

	mu      sync.Mutex
	queue   map[model.Fingerprint]*posted
	order   []model.Fingerprint
	dropped uint64
	sent    uint64
	told    map[string]bool // versions that it has taken
	trial   trial
}

func (m *member) push(o owed, a *alert.Alert, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	knows := m.told[version(o.ID, true)]
	if !knows && (o.Held.After(now) || !o.Open()) {
		if _, waits := m.queue[o.print]; !waits || o.Held.After(now) {
			m.drop(o.print)
			return // it never knew of it
		}
	}
	p := &posted{owed: o, body: postable{a.Labels, a.Annotations, a.StartsAt, a.EndsAt, a.GeneratorURL}}
	if _, waits := m.queue[o.print]; waits {
		m.queue[o.print] = p
		poke(m.wake)
		return
	}
	m.queue[o.print] = p
	m.order = append(m.order, o.print)
	for len(m.order) > memberQueue {
		delete(m.queue, m.order[0])
		m.order = m.order[1:]
		m.dropped++
	}
	poke(m.wake)
}

func (m *member) drop(print model.Fingerprint) {
	if _, waits := m.queue[print]; !waits {
		return
	}
	delete(m.queue, print)
	for i, x := range m.order {
		if x == print {
			m.order = append(m.order[:i:i], m.order[i+1:]...)
			return
		}
	}
}

func (m *member) take() []*posted {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := min(len(m.order), memberBatch)
	out := make([]*posted, n)
	for i, print := range m.order[:n] {
		out[i] = m.queue[print]
		delete(m.queue, print)
	}
	m.order = m.order[n:]
	return out
}

// back returns what was not taken to the front of the queue, unless a later version waits.
func (m *member) back(batch []*posted) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var front []model.Fingerprint
	for _, p := range batch {
		if _, waits := m.queue[p.owed.print]; !waits {
			m.queue[p.owed.print] = p
			front = append(front, p.owed.print)
		}
	}
	m.order = append(front, m.order...)
}

func (m *member) run(ctx context.Context) {
	pause := time.Duration(0)
	for {
		batch := m.take()
		if len(batch) == 0 {
			select {
			case <-ctx.Done():
				return
			case <-m.wake:
			}
			continue
		}
		again, err := m.post(ctx, batch)
		if ctx.Err() != nil {
			m.back(batch)
			return
		}
		m.note(ctx, batch, again, err)
		if !again {
			pause = 0
			continue
		}
		m.back(batch)
		pause = min(max(2*pause, memberRetryMin), memberRetryMax)
		t := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			t.Stop()
			return
		case <-t.C:
		}
	}
}

// post sends alerts. again says whether it is to be tried again.
func (m *member) post(ctx context.Context, batch []*posted) (again bool, err error) {
	list := make([]postable, len(batch))
	for i, p := range batch {
		list[i] = p.body
	}
	body, err := json.Marshal(list)
	if err != nil {
		return false, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(m.address.url, "/")+"/api/v2/alerts", bytes.NewReader(body))
	if err != nil {
		return false, err
	}
	req.Header.Set("Content-Type", "application/json")
	if m.address.auth {
		req.SetBasicAuth(m.address.user, m.address.pass)
	}
	resp, err := m.cluster.http.Do(req)
	if err != nil {
		return true, err
	}
	defer drain(resp.Body)
	if resp.StatusCode/100 == 2 {
		return false, nil
	}
	again = resp.StatusCode/100 == 5 || resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode == http.StatusUnauthorized || resp.StatusCode == http.StatusForbidden
	return again, fmt.Errorf("status code %d", resp.StatusCode)
}

// drain reads a little of an answer, so that its connection can be used again.
func drain(body io.ReadCloser) {
	_, _ = io.CopyN(io.Discard, body, 64<<10) // what it says is of no interest
	_ = body.Close()
}
