package alerts

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/internal/accounts"
)

func kim() accounts.Actor {
	return accounts.Actor{ID: "user/kim", Name: "Kim", Kind: accounts.KindUser, Role: accounts.RoleOperator}
}

func acked(a compliance.Alert) compliance.Alert {
	a.Acked = &compliance.Acked{By: kim(), At: time.Now()}
	return a
}

func statuses(list []delivery) (out []string) {
	for _, d := range list {
		out = append(out, d.Status+" "+strings.Join(d.firing(), ",")+"-"+strings.Join(d.resolved(), ","))
	}
	return out
}

func TestWhatIsAcknowledgedIsNotRepeatedAndItsEndIsTold(t *testing.T) {
	set := Settings{Alertmanager: routing(t, strings.Replace(oneHook, "repeat_interval: 4h", "repeat_interval: 1h", 1))}
	synctest.Test(t, func(t *testing.T) {
		k := newKit(t, set).start()
		defer k.stop()
		a := down("homepage", time.Now())
		k.publish(a)
		time.Sleep(90 * time.Minute)
		if n := len(k.hooks.all()); n != 2 {
			t.Fatalf("%d messages, want it repeated after an hour", n)
		}
		a = acked(a)
		k.publish(a)
		time.Sleep(3 * 24 * time.Hour)
		if n := len(k.hooks.all()); n != 2 {
			t.Fatalf("%d messages, want no repetition once somebody is at it", n)
		}
		k.publish(over(a, time.Now()))
		time.Sleep(time.Hour)
		if got := statuses(k.hooks.all()); len(got) != 3 || got[2] != "resolved -SiteDown/homepage" {
			t.Errorf("got %q, want that it is over at the end", got)
		}
	})
}

func TestAnAcknowledgedAlertLeavesOthersAlone(t *testing.T) {
	set := Settings{Alertmanager: routing(t, strings.NewReplacer("repeat_interval: 4h", "repeat_interval: 1h", "group_wait: 0s", "group_wait: 1s").Replace(oneHook))}
	synctest.Test(t, func(t *testing.T) {
		k := newKit(t, set).start()
		defer k.stop()
		a, b := down("a", time.Now()), down("b", time.Now())
		k.publish(a, b)
		time.Sleep(time.Minute)
		a = acked(a)
		k.publish(a)
		time.Sleep(65 * time.Minute)
		k.publish(over(b, time.Now()))
		time.Sleep(10 * time.Minute)
		k.publish(over(a, time.Now()))
		time.Sleep(10 * time.Minute)
		got := statuses(k.hooks.all())
		want := []string{"firing SiteDown/a,SiteDown/b-", "firing SiteDown/b-", "firing SiteDown/a-SiteDown/b", "resolved -SiteDown/a"}
		if !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

func TestAnnouncedWorkHoldsAlertsUntilItEnds(t *testing.T) {
	set := Settings{Alertmanager: routing(t, oneHook)}
	tests := []struct {
		name string
		over time.Duration // after it began; 0: it outlasts the work
		want []string
	}{
		{"it outlasts the work", 0, []string{"firing SiteDown/homepage-"}},
		{"it is over with the work", 30 * time.Minute, nil},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				k := newKit(t, set).start()
				defer k.stop()
				// Another alert in the group: it has been told of before.
				other := down("other", time.Now())
				k.publish(other)
				time.Sleep(time.Minute)
				a := down("homepage", time.Now())
				a.Held = time.Now().Add(time.Hour)
				k.publish(a)
				if time.Sleep(55 * time.Minute); tc.over > 0 {
					k.publish(over(a, time.Now()))
				}
				if n := len(k.hooks.all()); n != 1 {
					t.Fatalf("%d messages while the work holds it, want none of it", n)
				}
				time.Sleep(20 * time.Minute)
				for i, d := range k.hooks.all()[1:] {
					if len(tc.want) == 0 || d.at.Sub(a.Held) > 5*time.Minute || !slices.Contains(d.firing(), "SiteDown/homepage") {
						t.Errorf("message %d: %q at %s", i, statuses([]delivery{d}), d.at.Sub(a.Held))
					}
				}
				if n := len(k.hooks.all()) - 1; n != len(tc.want) {
					t.Errorf("%d messages, want %d", n, len(tc.want))
				}
			})
		})
	}
}

func TestWorkThatBeginsLaterStopsRepetitionAndNotTheEnd(t *testing.T) {
	set := Settings{Alertmanager: routing(t, strings.Replace(oneHook, "repeat_interval: 4h", "repeat_interval: 30m", 1))}
	synctest.Test(t, func(t *testing.T) {
		k := newKit(t, set).start()
		defer k.stop()
		a := down("homepage", time.Now())
		k.publish(a)
		time.Sleep(time.Minute)
		a.Held = time.Now().Add(3 * time.Hour)
		k.publish(a)
		time.Sleep(2 * time.Hour)
		k.publish(over(a, time.Now()))
		time.Sleep(10 * time.Minute)
		if got := statuses(k.hooks.all()); !slices.Equal(got, []string{"firing SiteDown/homepage-", "resolved -SiteDown/homepage"}) {
			t.Errorf("got %q", got)
		}
	})
}

func TestInhibition(t *testing.T) {
	const now = "now"
	sev := compliance.SeverityWarning
	tests := []struct {
		name   string
		off    bool
		alerts func(at time.Time) []compliance.Alert
		want   []string
	}{
		{"a site that is down mutes what follows", false, func(at time.Time) []compliance.Alert {
			return []compliance.Alert{
				down("a", at), siteAlert(compliance.AlertCheckDown, sev, "a", at), siteAlert(compliance.AlertBurnFast, compliance.SeverityCritical, "a", at),
				siteAlert(compliance.AlertCertificateExpiring, sev, "a", at), siteAlert(compliance.AlertCheckDown, sev, "b", at),
				siteAlert(compliance.AlertRecoveryUnannounced, sev, "a", at),
			}
		}, []string{"CheckDown/b", "RecoveryUnannounced/a", "SiteDown/a"}},
		{"without the rules nothing is muted", true, func(at time.Time) []compliance.Alert {
			return []compliance.Alert{down("a", at), siteAlert(compliance.AlertCheckDown, sev, "a", at)}
		}, []string{"CheckDown/a", "SiteDown/a"}},
		{"the uplink mutes all sites", false, func(at time.Time) []compliance.Alert {
			return []compliance.Alert{
				siteAlert(compliance.AlertUplinkDown, compliance.SeverityCritical, "", at), down("a", at), siteAlert(compliance.AlertSiteUnseen, sev, "b", at),
				siteAlert(compliance.AlertCoverageLow, sev, "b", at), siteAlert(compliance.AlertCertificateExpiring, sev, "c", at),
			}
		}, []string{"CertificateExpiring/c", "UplinkDown/"}},
		{"an exercise mutes nothing", false, func(at time.Time) []compliance.Alert {
			drill := down("a", at)
			drill.Drill, drill.ID = true, drill.ID+"drill"
			return []compliance.Alert{drill, siteAlert(compliance.AlertCheckDown, sev, "a", at)}
		}, []string{"CheckDown/a", "SiteDown/a"}},
		{"a graver one mutes a milder one of the same", false, func(at time.Time) []compliance.Alert {
			x := siteAlert(compliance.AlertRecoveryClock, compliance.SeverityInfo, "a", at)
			y := siteAlert(compliance.AlertRecoveryClock, compliance.SeverityWarning, "a", at)
			z := siteAlert(compliance.AlertRecoveryClock, compliance.SeverityWarning, "b", at)
			x.Detail = now
			return []compliance.Alert{x, y, z}
		}, []string{"RecoveryClock/a", "RecoveryClock/b"}},
		{"but not of another subject", false, func(at time.Time) []compliance.Alert {
			x := siteAlert(compliance.AlertNoticeMissing, compliance.SeverityCritical, "a", at)
			y := siteAlert(compliance.AlertNoticeMissing, sev, "a", at)
			x.Subject, y.Subject = "plan-1", "plan-2"
			return []compliance.Alert{x, y}
		}, []string{"NoticeMissing/a", "NoticeMissing/a"}},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			set := Settings{Alertmanager: routing(t, strings.Replace(oneHook, "group_wait: 0s", "group_wait: 10s", 1)), NoInhibition: tc.off}
			synctest.Test(t, func(t *testing.T) {
				k := newKit(t, set).start()
				defer k.stop()
				k.publish(tc.alerts(time.Now())...)
				time.Sleep(time.Minute)
				var got []string
				for _, d := range k.hooks.all() {
					got = append(got, d.firing()...)
				}
				if slices.Sort(got); !slices.Equal(got, tc.want) {
					t.Errorf("told of %q, want %q", got, tc.want)
				}
			})
		})
	}
}

func TestReload(t *testing.T) {
	set := Settings{Alertmanager: routing(t, oneHook)}
	other := Settings{Alertmanager: routing(t, strings.ReplaceAll(oneHook, "hook.test", "new.test"))}
	twice := Settings{Alertmanager: routing(t, oneHook), OnCall: compliance.OnCall{Escalations: []compliance.Escalation{{Receiver: "hook", Steps: []compliance.EscalationStep{{}}}}}}
	synctest.Test(t, func(t *testing.T) {
		k := newKit(t, set).start()
		defer k.stop()
		a := down("a", time.Now())
		k.publish(a)
		time.Sleep(time.Minute)
		if err := k.s.Reload(t.Context(), twice); err == nil || !strings.Contains(err.Error(), "escalation hook") {
			t.Errorf("error %v, want that the receiver has channels of its own", err)
		}
		k.publish(down("b", time.Now()))
		time.Sleep(6 * time.Minute)
		if got := statuses(k.hooks.of("hook.test")); len(got) != 2 {
			t.Errorf("after a refused reload: %q, want the old routes at work", got)
		}
		if err := k.s.Reload(t.Context(), other); err != nil {
			t.Fatal(err)
		}
		time.Sleep(6 * time.Minute)
		if got := statuses(k.hooks.of("new.test")); len(got) != 0 {
			t.Errorf("a reload told again: %q", got)
		}
		k.publish(over(a, time.Now()))
		time.Sleep(6 * time.Minute)
		if got := statuses(k.hooks.of("new.test")); len(got) != 1 || got[0] != "firing SiteDown/b-SiteDown/a" {
			t.Errorf("got %q, want the end told by the new receiver", got)
		}
		if err := k.s.Reload(t.Context(), Settings{}); err != nil {
			t.Fatal(err)
		}
		k.publish(down("c", time.Now()))
		time.Sleep(10 * time.Minute)
		if n := len(k.hooks.all()); n != 3 {
			t.Errorf("%d messages, want none without an Alertmanager", n)
		}
	})
}

func TestRoutingErrorsSayWhere(t *testing.T) {
	const secret = "hunter2-very-secret"
	tests := []struct{ name, text, want string }{
		{"unknown field", "route: {receiver: a}\nreceivers:\n  - name: a\n    webhok_configs: []\n", "alertmanager.yml:4: field webhok_configs not found"},
		{"not YAML", "route: {receiver: a\nreceivers: [\n", "alertmanager.yml:"},
		{"undefined receiver", "route: {receiver: b}\nreceivers: [{name: a}]\n", `undefined receiver "b"`},
		{"no route", "receivers: [{name: a}]\n", "no routes provided"},
		{"bad matcher", "route: {receiver: a, routes: [{matchers: ['x=~\"(\"']}]}\nreceivers: [{name: a}]\n", "alertmanager.yml"},
		{"secret in an address", "route: {receiver: a}\nreceivers: [{name: a, slack_configs: [{api_url: 'http://u:" + secret + "@[::1'}]}]\n", "not valid"},
		{"secret of the wrong kind", "route: {receiver: a}\nreceivers: [{name: a, webhook_configs: [{url: 'http://a.test/', max_alerts: " + secret + "}]}]\n", "alertmanager.yml:2: cannot unmarshal"},
		{"broken template", "route: {receiver: a}\nreceivers: [{name: a}]\ntemplates: ['*.tmpl']\n", "broken.tmpl:1"},
		{"certificate that is not there", "route: {receiver: a}\nreceivers: [{name: a, webhook_configs: [{url: 'http://a.test/', http_config: {tls_config: {ca_file: nowhere.pem}}}]}]\n", "receiver a"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "alertmanager.yml")
			for name, text := range map[string]string{path: tc.text, filepath.Join(dir, "broken.tmpl"): "{{ nonsense }}"} {
				if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			_, err := LoadRouting(path)
			if err == nil || !strings.Contains(err.Error(), tc.want) || !strings.Contains(err.Error(), "load routing") {
				t.Fatalf("error %v, want %q in it", err, tc.want)
			}
			if strings.Contains(err.Error(), "hunter") {
				t.Errorf("the error holds a secret: %v", err)
			}
			t.Log(err)
		})
	}
	if _, err := LoadRouting(filepath.Join(t.TempDir(), "none.yml")); !errors.Is(err, os.ErrNotExist) && (err == nil || !strings.Contains(err.Error(), "no such file")) {
		t.Errorf("error %v, want that there is no such file", err)
	}
}

func TestAHashIsTheNotificationLogsOwn(t *testing.T) {
	set := Settings{Alertmanager: routing(t, oneHook)}
	synctest.Test(t, func(t *testing.T) {
		k := newKit(t, set).start()
		defer k.stop()
		a := down("홈페이지", time.Now())
		k.publish(a)
		time.Sleep(time.Second)
		o, _ := k.s.book.get(a.ID)
		c := k.s.setup.Load().receivers["hook"][0]
		entries, err := k.s.embedded.notes.log.Query(queryOf(`{}:{alertname="SiteDown"}`, c)...)
		if err != nil || len(entries) != 1 || !slices.Equal(entries[0].FiringAlerts, []uint64{hashLabels(o.labels)}) {
			t.Errorf("entries %v, error %v: want the hash %d", entries, err, hashLabels(o.labels))
		}
	})
}

func TestOwedIsReadAgainWhenTheInboxOverflows(t *testing.T) {
	set := Settings{Alertmanager: routing(t, oneHook)}
	synctest.Test(t, func(t *testing.T) {
		k := newKit(t, set).start()
		defer k.stop()
		k.outbox.commit(down("unpublished", time.Now()))
		k.s.inbox.mu.Lock()
		k.s.inbox.full = true
		k.s.inbox.mu.Unlock()
		k.publish(siteAlert(compliance.AlertLatencyHigh, compliance.SeverityWarning, "b", time.Now()))
		time.Sleep(10 * time.Second)
		if got := statuses(k.hooks.all()); !slices.Contains(got, "firing SiteDown/unpublished-") {
			t.Errorf("got %q, want what was left out", got)
		}
	})
}

func TestNewNeedsItsOutbox(t *testing.T) {
	k := newKit(t, Settings{})
	k.outbox.setDown(true)
	k.cfg.State = newState()
	if _, err := New(context.Background(), k.cfg); !errors.Is(err, errDown) {
		t.Errorf("error %v, want that what is owed cannot be read", err)
	}
}
