package alerts

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
)

func TestOneMessageWhenItStandsAndOneWhenItIsOver(t *testing.T) {
	set := Settings{Alertmanager: routing(t, oneHook)}
	synctest.Test(t, func(t *testing.T) {
		k := newKit(t, set).start()
		defer k.stop()
		a := down("homepage", time.Now())
		k.publish(a)
		time.Sleep(time.Second)
		if got := k.hooks.all(); len(got) != 1 || !slices.Equal(got[0].firing(), []string{"SiteDown/homepage"}) {
			t.Fatalf("got %+v, want one message", got)
		}
		time.Sleep(time.Hour) // it is sent on every minute, and told once
		k.publish(over(a, time.Now()))
		time.Sleep(20 * time.Minute)
		synctest.Wait()
		got := k.hooks.all()
		if len(got) != 2 || !slices.Equal(got[1].resolved(), []string{"SiteDown/homepage"}) || len(got[1].firing()) > 0 {
			t.Fatalf("got %d messages, the last %+v, want one that it is over", len(got), got[len(got)-1])
		}
		if owed, _ := k.outbox.Owed(t.Context()); len(owed) != 0 {
			t.Errorf("%d alerts are still owed, want none: %+v", len(owed), owed)
		}
		want := []compliance.Receipt{
			{Status: compliance.Delivered, Receiver: "hook", Channel: "webhook", Firing: []string{a.ID}, Attempts: 1},
			{Status: compliance.Delivered, Receiver: "hook", Channel: "webhook", Resolved: []string{a.ID}, Attempts: 1},
		}
		receipts := k.outbox.all()
		for i := range receipts {
			receipts[i].At, receipts[i].Took = time.Time{}, 0
		}
		if len(receipts) != 2 || !equalReceipt(receipts[0], want[0]) || !equalReceipt(receipts[1], want[1]) {
			t.Errorf("receipts %+v, want %+v", receipts, want)
		}
	})
}

func equalReceipt(a, b compliance.Receipt) bool {
	return a.Status == b.Status && a.Receiver == b.Receiver && a.Channel == b.Channel && a.Person == b.Person && a.Policy == b.Policy && a.Step == b.Step &&
		slices.Equal(a.Firing, b.Firing) && slices.Equal(a.Resolved, b.Resolved) && a.Attempts == b.Attempts && a.Problem == b.Problem && a.Drill == b.Drill
}

func TestARestartLosesNothingAndRepeatsNothing(t *testing.T) {
	set := Settings{Alertmanager: routing(t, oneHook)}
	tests := []struct {
		name   string
		before func(k *kit, a compliance.Alert) // in the first life
		after  func(k *kit, a compliance.Alert) // between the lives
		want   []string                         // messages in all
	}{
		{"delivered before", func(k *kit, a compliance.Alert) { k.publish(a) }, func(*kit, compliance.Alert) {}, []string{"firing"}},
		{"committed, and not delivered", func(*kit, compliance.Alert) {}, func(k *kit, a compliance.Alert) { k.outbox.commit(a) }, []string{"firing"}},
		{"delivered before, over meanwhile", func(k *kit, a compliance.Alert) { k.publish(a) }, func(k *kit, a compliance.Alert) { k.outbox.commit(over(a, time.Now())) }, []string{"firing", "resolved"}},
		{"began and ended meanwhile", func(*kit, compliance.Alert) {}, func(k *kit, a compliance.Alert) { k.outbox.commit(over(a, time.Now())) }, nil},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				k := newKit(t, set).start()
				a := down("homepage", time.Now())
				tc.before(k, a)
				time.Sleep(10 * time.Second)
				k.crash()
				time.Sleep(30 * time.Minute)
				tc.after(k, a)
				k.start()
				defer k.stop()
				time.Sleep(30 * time.Minute)
				var got []string
				for _, d := range k.hooks.all() {
					got = append(got, d.Status)
				}
				if !slices.Equal(got, tc.want) {
					t.Errorf("messages %v, want %v", got, tc.want)
				}
			})
		})
	}
}

func TestAWebhookThatFailsForAnHourGetsItsMessage(t *testing.T) {
	set := Settings{Alertmanager: routing(t, oneHook)}
	synctest.Test(t, func(t *testing.T) {
		k := newKit(t, set)
		broken := time.Now().Add(time.Hour)
		k.hooks.answers(func(string) int {
			if time.Now().Before(broken) {
				return 500
			}
			return 200
		})
		k.start()
		defer k.stop()
		a := down("homepage", time.Now())
		k.publish(a)
		time.Sleep(20 * time.Minute)
		if f := k.s.Failing(); len(f) != 1 || f[0].Receiver != "hook" || f[0].Channel != "webhook" {
			t.Errorf("failing: %+v, want the webhook", f)
		}
		time.Sleep(50 * time.Minute)
		got := k.hooks.all()
		if len(got) != 1 || got[0].at.Sub(broken) > 2*time.Minute {
			t.Fatalf("got %d messages, want one soon after it works again", len(got))
		}
		if f := k.s.Failing(); len(f) != 0 {
			t.Errorf("failing: %+v, want none", f)
		}
		failing := 0
		for _, r := range k.outbox.all() {
			if r.Status == compliance.Failing {
				failing++
				if r.Problem != "HTTP 500" {
					t.Errorf("problem %q", r.Problem)
				}
			}
		}
		if failing < 10 || failing > 13 {
			t.Errorf("%d receipts of an hour's failure, want one every five minutes", failing)
		}
		last := k.outbox.all()[len(k.outbox.all())-1]
		if last.Status != compliance.Delivered || last.Attempts < 20 {
			t.Errorf("last receipt %+v, want the delivery with all its attempts", last)
		}
	})
}

const twoHooks = `
route:
  receiver: other
  group_by: [alertname]
  group_wait: 0s
  group_interval: 1m
  repeat_interval: 4h
  routes:
    - {receiver: dead, continue: true}
    - {receiver: slow, continue: true}
    - {receiver: other}
receivers:
  - {name: dead, webhook_configs: [{url: "http://dead.test/"}]}
  - {name: slow, webhook_configs: [{url: "http://slow.test/"}]}
  - {name: other, webhook_configs: [{url: "http://other.test/"}]}
`

func TestADeadOrSlowReceiverDelaysNoOther(t *testing.T) {
	set := Settings{Alertmanager: routing(t, twoHooks)}
	synctest.Test(t, func(t *testing.T) {
		k := newKit(t, set)
		k.hooks.answers(func(host string) int {
			if host == "dead.test" {
				return 503
			}
			return 200
		})
		slow := make(chan struct{})
		k.hooks.hang = map[string]chan struct{}{"slow.test": slow}
		k.start()
		defer k.stop()
		defer close(slow)
		for i := range 5 {
			k.publish(down(string(rune('a'+i)), time.Now()))
			time.Sleep(2 * time.Minute)
		}
		got := k.hooks.of("other.test")
		if len(got) != 5 {
			t.Fatalf("got %d messages, want 5", len(got))
		}
		for i, d := range got {
			if late := d.at.Sub(got[0].at) - time.Duration(i)*2*time.Minute; late > time.Minute {
				t.Errorf("message %d came %s late, want within the group interval", i, late)
			}
		}
		if k.hooks.attempts("dead.test") == 0 || k.hooks.attempts("slow.test") == 0 {
			t.Error("the dead and the slow one were not tried")
		}
	})
}

func TestManySitesDownAtOnceAreAFewMessages(t *testing.T) {
	set := Settings{Alertmanager: routing(t, strings.Replace(oneHook, "group_wait: 0s", "group_wait: 30s", 1))}
	synctest.Test(t, func(t *testing.T) {
		k := newKit(t, set).start()
		defer k.stop()
		began := time.Now()
		for i := range 500 {
			site := "site-" + string(rune('a'+i/26)) + string(rune('a'+i%26))
			k.publish(down(site, time.Now()), siteAlert(compliance.AlertCheckDown, compliance.SeverityWarning, site, time.Now()))
			time.Sleep(20 * time.Millisecond)
		}
		time.Sleep(30 * time.Second)
		got := k.hooks.all()
		told := 0
		for _, d := range got {
			told += len(d.firing())
		}
		if len(got) > 2 || told != 500 {
			t.Errorf("%d messages tell of %d alerts, want a handful that tell of 500 sites and of no check", len(got), told)
		}
		t.Logf("500 sites down within 10 s: %d messages, the last %s after the first failure", len(got), got[len(got)-1].at.Sub(began))
	})
}

func TestAFlappingSiteDoesNotStorm(t *testing.T) {
	set := Settings{Alertmanager: routing(t, oneHook)}
	synctest.Test(t, func(t *testing.T) {
		k := newKit(t, set).start()
		defer k.stop()
		for range 60 { // an hour of going up and down every 30 s, without the rules' own damping
			a := down("homepage", time.Now())
			k.publish(a)
			time.Sleep(30 * time.Second)
			k.publish(over(a, time.Now()))
			time.Sleep(30 * time.Second)
		}
		time.Sleep(10 * time.Minute)
		n := len(k.hooks.all())
		t.Logf("60 outages in an hour: %d messages", n)
		if n > 16 {
			t.Errorf("%d messages, want one every group interval at most", n)
		}
	})
}

func TestAnOutageThatTheStoreDoesNotTakeIsTold(t *testing.T) {
	set := Settings{Alertmanager: routing(t, oneHook)}
	synctest.Test(t, func(t *testing.T) {
		k := newKit(t, set).start()
		defer k.stop()
		k.outbox.setDown(true)
		start := time.Now()
		o := compliance.Outage{ID: "homepage@1", Site: "homepage", Start: start, ConfirmedAt: start}
		check := compliance.Outage{ID: "homepage/front@1", Site: "homepage", Check: "homepage/front", Start: start}
		k.s.Publish(compliance.Change{Site: "homepage", Outages: []compliance.Outage{o, check}, Uncommitted: true})
		time.Sleep(time.Minute)
		got := k.hooks.all()
		if len(got) != 1 || len(got[0].Alerts) != 1 || got[0].Alerts[0].Annotations["uncommitted"] != "true" {
			t.Fatalf("got %+v, want one uncommitted alert", got)
		}
		if n := len(k.outbox.all()); n != 0 {
			t.Errorf("%d receipts while the store is down", n)
		}
		time.Sleep(30 * time.Minute)
		k.outbox.setDown(false)
		k.publish(compliance.Alert{ // as the engine derives it
			ID: "SiteDown|homepage||critical@" + start.UTC().Format("20060102T150405.000Z"), Rule: compliance.AlertSiteDown, Severity: compliance.SeverityCritical,
			Site: "homepage", Subject: o.ID, Clause: compliance.ClauseAvailability, Start: start, Raised: time.Now(),
		})
		time.Sleep(time.Second)
		if k.s.book.uncommitted() {
			t.Error("the committed alert has not taken over")
		}
		time.Sleep(30 * time.Minute)
		if got := k.hooks.all(); len(got) != 1 {
			t.Errorf("%d messages, want none more once it is committed: %+v", len(got), got[len(got)-1])
		}
		if r := k.outbox.all(); len(r) != 1 || r[0].Status != compliance.Delivered {
			t.Errorf("receipts %+v, want the one that was kept", r)
		}
	})
}

func TestAnUncommittedAlertThatNothingFollowsEnds(t *testing.T) {
	set := Settings{Alertmanager: routing(t, oneHook)}
	synctest.Test(t, func(t *testing.T) {
		k := newKit(t, set).start()
		defer k.stop()
		a := down("homepage", time.Now())
		a.Uncommitted = true
		k.s.Publish(compliance.Change{Site: "homepage", Alerts: []compliance.Alert{a}, Uncommitted: true})
		time.Sleep(10 * time.Minute)
		k.s.Publish(compliance.Change{Site: "homepage"}) // the store works, and the site is up
		time.Sleep(10 * time.Minute)
		got := k.hooks.all()
		if len(got) != 2 || got[1].Status != "resolved" {
			t.Errorf("got %+v, want that it is over", got)
		}
	})
}
