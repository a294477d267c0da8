package alerts

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/alertmanager/nflog"
	"github.com/prometheus/alertmanager/notify/webhook"
	commoncfg "github.com/prometheus/common/config"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/probes"
)

// memoryOutbox is an Outbox as the store keeps it.
type memoryOutbox struct {
	mu       sync.Mutex
	alerts   map[string]compliance.Alert
	receipts []compliance.Receipt
	down     bool
}

func newOutbox() *memoryOutbox { return &memoryOutbox{alerts: map[string]compliance.Alert{}} }

var errDown = errors.New("the store is down")

func (o *memoryOutbox) Owed(context.Context) (out []compliance.Alert, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.down {
		return nil, errDown
	}
	for _, id := range slices.Sorted(maps.Keys(o.alerts)) {
		if a := o.alerts[id]; a.Settled.IsZero() {
			out = append(out, a)
		}
	}
	return out, nil
}

func (o *memoryOutbox) Settle(_ context.Context, ids []string, at time.Time) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.down {
		return errDown
	}
	for _, id := range ids {
		if a, ok := o.alerts[id]; ok && !a.Open() {
			a.Settled = at
			o.alerts[id] = a
		}
	}
	return nil
}

func (o *memoryOutbox) Record(_ context.Context, r []compliance.Receipt) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.down {
		return errDown
	}
	o.receipts = append(o.receipts, r...)
	return nil
}

func (o *memoryOutbox) Receipts(_ context.Context, q compliance.ReceiptQuery) ([]compliance.Receipt, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	var out []compliance.Receipt
	for _, r := range slices.Backward(o.receipts) {
		if !r.At.Before(q.From) {
			out = append(out, r)
		}
	}
	return out, nil
}

func (o *memoryOutbox) all() []compliance.Receipt {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.receipts)
}

func (o *memoryOutbox) setDown(down bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.down = down
}

// commit stores versions of alerts, as the engine does before it publishes them.
func (o *memoryOutbox) commit(list ...compliance.Alert) compliance.Change {
	o.mu.Lock()
	defer o.mu.Unlock()
	c := compliance.Change{Alerts: list}
	for _, a := range list {
		o.alerts[a.ID] = a
		c.Site = a.Scope()
	}
	return c
}

// memoryState is State without a disk.
type memoryState struct {
	mu    sync.Mutex
	files map[string][]byte
	saves int
	fail  error
}

func newState() *memoryState { return &memoryState{files: map[string][]byte{}} }

func (m *memoryState) Load(name string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return bytes.Clone(m.files[name]), nil
}

func (m *memoryState) Save(name string, b []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return m.fail
	}
	m.files[name] = bytes.Clone(b)
	m.saves++
	return nil
}

func (m *memoryState) clone() *memoryState {
	m.mu.Lock()
	defer m.mu.Unlock()
	return &memoryState{files: maps.Clone(m.files)}
}

// siteAlert is an alert that the engine would raise.
func siteAlert(rule compliance.AlertRule, severity compliance.Severity, site string, raised time.Time) compliance.Alert {
	a := compliance.Alert{Rule: rule, Severity: severity, Site: site, Clause: rule.Clause(), Start: raised.Add(-2 * time.Minute), Raised: raised, Reason: probes.Timeout}
	if rule == compliance.AlertCheckDown {
		a.Check = site + "/front"
	}
	a.ID = a.Key() + "@" + a.Start.UTC().Format("20060102T150405.000Z")
	return a
}

func down(site string, raised time.Time) compliance.Alert {
	return siteAlert(compliance.AlertSiteDown, compliance.SeverityCritical, site, raised)
}

func over(a compliance.Alert, at time.Time) compliance.Alert {
	a.Gone, a.End = at, at
	return a
}

// delivery is a webhook's message, as it came.
type delivery struct {
	at   time.Time
	host string
	path string
	webhook.Message
}

func (d delivery) firing() []string   { return d.named("firing") }
func (d delivery) resolved() []string { return d.named("resolved") }

func (d delivery) named(status string) (out []string) {
	for _, a := range d.Alerts {
		if a.Status == status {
			out = append(out, a.Labels["alertname"]+"/"+a.Labels["site"])
		}
	}
	slices.Sort(out)
	return out
}

// hooks takes webhooks, over the net or over pipes.
type hooks struct {
	mu     sync.Mutex
	got    []delivery
	answer func(host string) int // nil: 200
	hang   map[string]chan struct{}
	tried  map[string]int
}

func (h *hooks) take(host, path string, body io.Reader) int {
	var d delivery
	bad := json.NewDecoder(body).Decode(&d.Message)
	d.at, d.host, d.path = time.Now(), host, path
	h.mu.Lock()
	if h.tried == nil {
		h.tried = map[string]int{}
	}
	h.tried[host]++
	hang := h.hang[host]
	h.mu.Unlock()
	if hang != nil {
		<-hang
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	status := http.StatusOK
	if h.answer != nil {
		status = h.answer(host)
	}
	switch {
	case bad != nil:
		return http.StatusBadRequest
	case status == http.StatusOK:
		h.got = append(h.got, d)
	}
	return status
}

func (h *hooks) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.WriteHeader(h.take(r.Host, r.URL.Path, r.Body))
}

func (h *hooks) all() []delivery {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.got)
}

func (h *hooks) of(host string) (out []delivery) {
	for _, d := range h.all() {
		if d.host == host {
			out = append(out, d)
		}
	}
	return out
}

func (h *hooks) attempts(host string) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.tried[host]
}

func (h *hooks) answers(f func(host string) int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.answer = f
}

// dial reaches the hooks without sockets, inside a bubble.
func (h *hooks) dial(_ context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	go func() {
		defer func() { _ = server.Close() }()
		r, err := http.ReadRequest(bufio.NewReader(server))
		if err != nil {
			return
		}
		status := h.take(r.Host, r.URL.Path, r.Body)
		_, _ = fmt.Fprintf(server, "HTTP/1.1 %d %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", status, http.StatusText(status))
	}()
	return client, nil
}

func (h *hooks) client() []commoncfg.HTTPClientOption {
	return []commoncfg.HTTPClientOption{commoncfg.WithDialContextFunc(h.dial)}
}

// routing loads an alertmanager.yml.
func routing(t testing.TB, text string) *Routing {
	t.Helper()
	path := filepath.Join(t.TempDir(), "alertmanager.yml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := LoadRouting(path)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

const oneHook = `
route: {receiver: hook, group_by: [alertname], group_wait: 0s, group_interval: 5m, repeat_interval: 4h}
receivers:
  - name: hook
    webhook_configs: [{url: "http://hook.test/"}]
`

// kit is a service with what it works with.
type kit struct {
	t      testing.TB
	outbox *memoryOutbox
	state  State
	hooks  *hooks
	logged *syncBuffer
	cfg    Config
	s      *Service
	end    func()
}

func newKit(t testing.TB, set Settings) *kit {
	k := &kit{t: t, outbox: newOutbox(), state: newState(), hooks: &hooks{}, logged: &syncBuffer{}}
	k.cfg = Config{Settings: set, Outbox: k.outbox, client: k.hooks.client(), Logger: slog.New(slog.NewTextHandler(k.logged, nil))}
	return k
}

// start runs a service; what it remembers is there from before.
func (k *kit) start() *kit {
	k.t.Helper()
	k.cfg.State = k.state
	s, err := New(k.t.Context(), k.cfg)
	if err != nil {
		k.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	k.s = s
	k.end = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			k.t.Error(err)
		}
	})
	return k
}

func (k *kit) stop() { k.end() }

// crash ends a service as a kill does: without the last words of an orderly end.
func (k *kit) crash() {
	left := k.state.(*memoryState).clone()
	receipts := k.outbox.all()
	k.stop()
	k.state = left
	k.outbox.mu.Lock()
	defer k.outbox.mu.Unlock()
	k.outbox.receipts = receipts
}

// publish commits alerts and tells the service of them.
func (k *kit) publish(list ...compliance.Alert) { k.s.Publish(k.outbox.commit(list...)) }

// eventually waits for something that real time brings about.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(90 * time.Second); !ok(); {
		if time.Now().After(deadline) {
			t.Fatal("timed out: " + what)
		}
		select {
		case <-t.Context().Done():
			t.Fatal("ended: " + what)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

type syncBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func queryOf(group string, c channel) []nflog.QueryParam {
	return []nflog.QueryParam{nflog.QGroupKey(group), nflog.QReceiver(c.logged())}
}
