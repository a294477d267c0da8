package alerts

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/internal/needs"
)

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// alertmanagers runs a cluster of the distribution's own.
func alertmanagers(t *testing.T, n int, conf string) (addresses []string) {
	t.Helper()
	program := needs.Tool(t, "apt-get install prometheus-alertmanager", "prometheus-alertmanager")
	dir := t.TempDir()
	file := filepath.Join(dir, "alertmanager.yml")
	if err := os.WriteFile(file, []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	first := freePort(t)
	for i := range n {
		web, gossip := freePort(t), first
		if i > 0 {
			gossip = freePort(t)
		}
		cmd := exec.Command(program, "--config.file="+file, "--storage.path="+filepath.Join(dir, fmt.Sprint(i)), "--web.listen-address="+web,
			"--cluster.listen-address="+gossip, "--cluster.peer="+first, "--cluster.gossip-interval=50ms", "--cluster.settle-timeout=1s", "--cluster.peer-timeout=2s")
		out, err := os.Create(filepath.Join(dir, fmt.Sprint(i)+".log"))
		if err != nil {
			t.Fatal(err)
		}
		cmd.Stdout, cmd.Stderr = out, out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
			_ = out.Close()
		})
		addresses = append(addresses, "http://"+web)
	}
	for _, a := range addresses {
		eventually(t, "a cluster of "+fmt.Sprint(n), func() bool { return strings.Count(get(a+"/api/v2/status"), `"address"`) == n })
	}
	return addresses
}

func get(url string) string {
	resp, err := http.Get(url) //nolint:gosec,noctx // on loopback, in a test
	if err != nil {
		return ""
	}
	defer func() { _ = resp.Body.Close() }()
	b, _ := io.ReadAll(resp.Body)
	return string(b)
}

func TestEveryAlertmanagerOfAClusterGetsEveryAlert(t *testing.T) {
	h := &hooks{}
	server := httptest.NewServer(h)
	defer server.Close()
	members := alertmanagers(t, 2, `
route: {receiver: hook, group_by: [alertname], group_wait: 1s, group_interval: 2s, repeat_interval: 1h}
receivers: [{name: hook, webhook_configs: [{url: "`+server.URL+`"}]}]
`)
	k := newKit(t, Settings{External: members}).start()
	defer k.stop()
	const n = 150 // more than one request holds
	var list []compliance.Alert
	for i := range n {
		list = append(list, down(fmt.Sprintf("site-%03d", i), time.Now()))
	}
	k.publish(list...)
	held := func(address string) int {
		var got []json.RawMessage
		_ = json.Unmarshal([]byte(get(address+"/api/v2/alerts")), &got)
		return len(got)
	}
	for _, m := range members {
		eventually(t, "all alerts at "+m, func() bool { return held(m) == n })
	}
	told := func(status string) int {
		sites := map[string]bool{}
		for _, d := range h.all() {
			for _, a := range d.Alerts {
				if a.Status == status {
					sites[a.Labels["site"]] = true
				}
			}
		}
		return len(sites)
	}
	eventually(t, "the cluster has told of them", func() bool { return told("firing") == n })
	for i := range list {
		list[i] = over(list[i], time.Now())
	}
	k.publish(list...)
	eventually(t, "and that they are over", func() bool { return told("resolved") == n })
	sent := func() (all uint64) {
		for _, m := range k.s.cluster.stats() {
			all += m.sent
		}
		return all
	}
	k.s.pass(t.Context(), true) // as every minute
	eventually(t, "all is sent again", func() bool { return sent() == 3*2*n })
	t.Logf("%d alerts to two members: %d messages of the cluster", n, len(h.all()))
	byMember := map[string]map[string]int{}
	for _, r := range k.outbox.all() {
		if r.Channel != "alertmanager" || r.Status != compliance.Delivered {
			t.Errorf("receipt %+v", r)
		}
		if byMember[r.Receiver] == nil {
			byMember[r.Receiver] = map[string]int{}
		}
		for _, id := range append(r.Firing, r.Resolved...) {
			byMember[r.Receiver][id]++
		}
	}
	for m, ids := range byMember {
		for id, times := range ids {
			if len(ids) != n || times != 2 {
				t.Fatalf("member %s: %d alerts, %s has %d receipts; want two of each: that it stands and that it is over", m, len(ids), id, times)
			}
		}
	}
	if len(byMember) != 2 {
		t.Errorf("receipts of %d members", len(byMember))
	}
}

// memberStub is an Alertmanager that can be ill.
type memberStub struct {
	mu     sync.Mutex
	status int
	auth   string
	sites  []string
	posts  int
}

func (m *memberStub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []postable
	if err := json.NewDecoder(r.Body).Decode(&list); err != nil || r.URL.Path != "/am/api/v2/alerts" {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	m.auth = r.Header.Get("Authorization")
	m.posts++
	if m.status/100 == 2 {
		for _, a := range list {
			m.sites = append(m.sites, string(a.Labels["site"]))
		}
	}
	w.WriteHeader(m.status)
}

func (m *memberStub) state() (sites []string, posts int, auth string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.sites), m.posts, m.auth
}

func (m *memberStub) set(status int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.status = status
}

func TestADeadMemberHoldsUpNoOther(t *testing.T) {
	ill, well := &memberStub{status: 500}, &memberStub{status: 200}
	illServer, wellServer := httptest.NewServer(ill), httptest.NewServer(well)
	defer illServer.Close()
	defer wellServer.Close()
	with := func(s *httptest.Server) string { return strings.Replace(s.URL, "//", "//u:p@", 1) + "/am/" }
	k := newKit(t, Settings{External: []string{with(illServer), with(wellServer)}}).start()
	defer k.stop()
	a := down("a", time.Now())
	k.publish(a)
	eventually(t, "the well one has it, and the ill one was tried", func() bool {
		sites, _, auth := well.state()
		_, posts, _ := ill.state()
		return slices.Equal(sites, []string{"a"}) && posts > 0 && auth == "Basic dTpw"
	})
	k.publish(over(a, time.Now()), down("b", time.Now()))
	eventually(t, "the well one has both", func() bool { sites, _, _ := well.state(); return len(sites) >= 3 && slices.Contains(sites, "b") })
	ill.set(200)
	eventually(t, "the ill one has the latest version of each, once", func() bool {
		sites, _, _ := ill.state()
		slices.Sort(sites)
		return slices.Equal(sites, []string{"a", "b"})
	})
}

func TestAMembersQueueIsBounded(t *testing.T) {
	c := newCluster(newReceipts(newOutbox(), nil), newFailures(), time.Now, nil)
	a, err := parseAddress("http://am.test/")
	if err != nil {
		t.Fatal(err)
	}
	c.set([]address{a})
	b := newBook()
	kit := Service{book: b}
	kit.setup.Store(&setup{})
	for i := range memberQueue + 10 {
		o := b.put(down(fmt.Sprintf("site-%05d", i), time.Now()))
		c.push(o, kit.convert(o, time.Now()), time.Now())
		c.push(o, kit.convert(o, time.Now()), time.Now()) // sent again: it waits once
	}
	if s := c.stats(); len(s) != 1 || s[0].waiting != memberQueue || s[0].dropped != 10 || s[0].host != "am.test" {
		t.Errorf("%+v, want %d waiting and 10 dropped", s, memberQueue)
	}
	for _, m := range c.members {
		if first := m.take()[0].owed.Site; first != "site-00010" {
			t.Errorf("the first is %s, want the oldest dropped", first)
		}
	}
}

func TestWhatWorkHoldsIsNotSentUnlessTheMemberKnows(t *testing.T) {
	c := newCluster(newReceipts(newOutbox(), nil), newFailures(), time.Now, nil)
	a, err := parseAddress("http://am.test/")
	if err != nil {
		t.Fatal(err)
	}
	c.restore([]compliance.Receipt{{Channel: "alertmanager", Receiver: "am.test", Status: compliance.Delivered, Firing: []string{"known"}}})
	c.set([]address{a})
	b, now := newBook(), time.Now()
	kit := Service{book: b}
	kit.setup.Store(&setup{})
	push := func(id, site string, held time.Time, ended, answered bool) {
		x := down(site, now)
		x.ID, x.Held = id, held
		if ended {
			x = over(x, now)
		}
		if answered {
			x = acked(x)
		}
		o := b.put(x)
		c.push(o, kit.convert(o, now), now)
	}
	push("known", "a", now.Add(time.Hour), false, false)
	push("new", "b", now.Add(time.Hour), false, false)
	push("over", "c", time.Time{}, true, false)
	push("answered", "d", time.Time{}, false, true)
	push("free", "e", now.Add(-time.Minute), false, false)
	var got []string
	for _, m := range c.members {
		for _, p := range m.take() {
			got = append(got, p.owed.ID)
		}
	}
	if want := []string{"known", "answered", "free"}; !slices.Equal(got, want) {
		t.Errorf("sent %q, want %q", got, want)
	}
}

func TestAddresses(t *testing.T) {
	for _, bad := range []string{"", "am:9093", "ftp://am/", "http://", "http://u:secret@[::1/"} {
		if _, err := parseAddress(bad); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: error %v", bad, err)
		}
	}
	a, err := parseAddress("https://u:secret@am.test:9093/x?y=1")
	if err != nil || a.url != "https://am.test:9093/x?y=1" || a.host != "am.test:9093" || a.user != "u" || a.pass != "secret" {
		t.Errorf("%+v, %v", a, err)
	}
}
