package alerts

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
)

const onCallRoutes = `
route: {receiver: on-call, group_by: [alertname], group_wait: 0s, group_interval: 5m, repeat_interval: 12h}
receivers:
  - name: on-call
  - {name: kim, webhook_configs: [{url: "http://kim.test/"}]}
  - {name: lee, webhook_configs: [{url: "http://lee.test/"}]}
  - {name: park, webhook_configs: [{url: "http://park.test/"}]}
  - {name: team, webhook_configs: [{url: "http://team.test/"}]}
`

// start is when bubbles begin: a Saturday.
func bubbleStart() time.Time { return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) }

func onCallPeople() compliance.OnCall {
	return compliance.OnCall{
		People: []compliance.Person{
			{ID: "kim", Receivers: []string{"kim"}}, {ID: "lee", Receivers: []string{"lee"}, Language: "en"}, {ID: "park", Receivers: []string{"park"}},
			{ID: "mute", Receivers: []string{"nowhere"}},
		},
		Schedules: []compliance.Schedule{{ID: "first", People: []string{"kim", "lee"}, From: bubbleStart().Add(-24 * time.Hour), Days: 7}},
		Escalations: []compliance.Escalation{{Receiver: "on-call", Steps: []compliance.EscalationStep{
			{Schedules: []string{"first"}}, {After: 10 * time.Minute, People: []string{"park"}}, {After: 20 * time.Minute, Receivers: []string{"team"}},
		}}},
	}
}

// rang is who was told when, after the bubble began.
func (k *kit) rang() (out []string) {
	list := k.hooks.all()
	slices.SortStableFunc(list, func(a, b delivery) int {
		return cmp.Or(a.at.Round(time.Second).Compare(b.at.Round(time.Second)), cmp.Compare(a.host, b.host))
	})
	for _, d := range list {
		out = append(out, fmt.Sprintf("%s %s %s", d.at.Sub(bubbleStart()).Round(time.Second), strings.TrimSuffix(d.host, ".test"), d.Status))
	}
	return out
}

// wantRang compares who was rung when. A time of so many minutes and "ms" stands for any second
// of that minute: deliveries that fail are tried again after random pauses.
func wantRang(t *testing.T, k *kit, want ...string) {
	t.Helper()
	got := k.rang()
	for i := range min(len(got), len(want)) {
		minute, rest, loose := strings.Cut(want[i], "ms ")
		if at, what, _ := strings.Cut(got[i], " "); loose && what == rest && strings.HasPrefix(at, minute+"m") {
			got[i] = want[i]
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("rang %q\nwant %q", got, want)
	}
}

func TestAnEscalation(t *testing.T) {
	tests := []struct {
		name string
		with func(*compliance.OnCall)
		does func(k *kit)
		want []string
	}{
		{"nobody answers", nil, func(k *kit) {
			a := down("homepage", time.Now())
			k.publish(a)
			time.Sleep(2*time.Hour + time.Second) // not together with a flush
			k.publish(over(a, time.Now()))
			time.Sleep(10 * time.Minute)
		}, []string{"0s kim firing", "10m0s park firing", "20m0s team firing", "2h0m1s park resolved", "2h0m1s team resolved", "2h5m0s kim resolved"}},
		{"somebody answers", nil, func(k *kit) {
			a := down("homepage", time.Now())
			k.publish(a)
			time.Sleep(15 * time.Minute)
			k.publish(acked(a))
			time.Sleep(time.Hour)
		}, []string{"0s kim firing", "10m0s park firing"}},
		{"it ends by itself", nil, func(k *kit) {
			a := down("homepage", time.Now())
			k.publish(a)
			time.Sleep(9*time.Minute - time.Second) // not together with a resend: Alertmanager takes in alerts side by side
			k.publish(over(a, time.Now()))
			time.Sleep(time.Hour)
		}, []string{"0s kim firing", "10m0s kim resolved"}},
		{"a severity that does not escalate", nil, func(k *kit) {
			k.publish(siteAlert(compliance.AlertBoardUnreadable, compliance.SeverityWarning, "homepage", time.Now()))
			time.Sleep(time.Hour)
		}, []string{"0s kim firing"}},
		{"again", func(o *compliance.OnCall) { o.Escalations[0].Repeat = 1 }, func(k *kit) {
			k.publish(down("homepage", time.Now()))
			time.Sleep(3 * time.Hour)
		}, []string{"0s kim firing", "10m0s park firing", "20m0s team firing", "30m0s kim firing", "40m0s park firing", "50m0s team firing"}},
		{"nobody is on call", func(o *compliance.OnCall) { o.Schedules[0].From = bubbleStart().Add(48 * time.Hour) }, func(k *kit) {
			k.publish(down("homepage", time.Now()))
			time.Sleep(time.Hour)
		}, []string{"0s park firing", "20m0s team firing"}},
		{"who is on call has no receiver that works", func(o *compliance.OnCall) { o.Schedules[0].People = []string{"mute"} }, func(k *kit) {
			k.publish(down("homepage", time.Now()))
			time.Sleep(time.Hour)
		}, []string{"0s park firing", "20m0s team firing"}},
		{"a message does not get through", nil, func(k *kit) {
			k.hooks.answers(func(host string) int {
				if host == "kim.test" || host == "park.test" {
					return 500
				}
				return 200
			})
			k.publish(down("homepage", time.Now()))
			time.Sleep(time.Hour)
		}, []string{"4ms team firing"}},
		{"a message is refused for good", nil, func(k *kit) {
			k.hooks.answers(func(host string) int {
				if host == "park.test" {
					return 404
				}
				return 200
			})
			k.publish(down("homepage", time.Now()))
			time.Sleep(time.Hour)
		}, []string{"0s kim firing", "10m0s team firing"}},
		{"a turn ends meanwhile", func(o *compliance.OnCall) { o.Schedules[0].From = bubbleStart().Add(-7*24*time.Hour + 30*time.Minute) }, func(k *kit) {
			a := down("homepage", time.Now())
			k.publish(a)
			time.Sleep(time.Minute)
			k.publish(acked(a))
			time.Sleep(20 * time.Minute)
			k.publish(down("other", time.Now())) // before the turn ends, in the same group
			time.Sleep(time.Hour)
		}, []string{"0s kim firing", "25m0s kim firing", "30m0s lee firing", "31m0s park firing", "41m0s team firing"}},
		{"announced work holds it", nil, func(k *kit) {
			a := down("homepage", time.Now())
			a.Held = time.Now().Add(time.Hour)
			k.publish(a)
			time.Sleep(3 * time.Hour)
		}, []string{"1h0m0s kim firing", "1h10m0s park firing", "1h20m0s team firing"}},
		{"quiet hours", func(o *compliance.OnCall) {
			o.Escalations[0].Severities = []compliance.Severity{compliance.SeverityWarning}
			o.Quiet = []compliance.QuietHours{{From: "22:00", To: "07:00"}}
		}, func(k *kit) {
			k.publish(siteAlert(compliance.AlertBoardUnreadable, compliance.SeverityWarning, "homepage", time.Now()))
			time.Sleep(8 * time.Hour)
		}, []string{"7h0m0s kim firing", "7h10m0s park firing", "7h20m0s team firing"}},
		{"many at once share a message", nil, func(k *kit) {
			for i := range 20 {
				k.publish(down(fmt.Sprintf("site-%02d", i), time.Now()))
				time.Sleep(time.Second)
			}
			time.Sleep(30 * time.Minute)
		}, []string{"0s kim firing", "5m0s kim firing", "10m19s park firing", "20m19s team firing"}},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			set := Settings{Alertmanager: routing(t, onCallRoutes), OnCall: onCallPeople()}
			if tc.with != nil {
				tc.with(&set.OnCall)
			}
			synctest.Test(t, func(t *testing.T) {
				k := newKit(t, set).start()
				defer k.stop()
				tc.does(k)
				synctest.Wait()
				wantRang(t, k, tc.want...)
			})
		})
	}
}

func TestARestartNeitherSkipsNorRepeatsAStep(t *testing.T) {
	set := Settings{Alertmanager: routing(t, onCallRoutes), OnCall: onCallPeople()}
	set.OnCall.Escalations[0].Steps[1].People = []string{"park", "lee"}
	tests := []struct {
		name string
		at   time.Duration                   // of the crash, after the alert
		gone time.Duration                   // until it runs again
		lose func(r compliance.Receipt) bool // receipts that the crash lost
		want []string
	}{
		{"before the second step", 5 * time.Minute, time.Minute, nil, []string{"0s kim firing", "10m0s lee firing", "10m0s park firing", "20m0s team firing"}},
		{"after it", 12 * time.Minute, time.Minute, nil, []string{"0s kim firing", "10m0s lee firing", "10m0s park firing", "20m0s team firing"}},
		{"in the middle of it", 12 * time.Minute, time.Minute, func(r compliance.Receipt) bool { return r.Person == "lee" },
			[]string{"0s kim firing", "10m0s lee firing", "10m0s park firing", "13m0s lee firing", "20m0s team firing"}},
		{"over the second step", 5 * time.Minute, 10 * time.Minute, nil, []string{"0s kim firing", "15m0s lee firing", "15m0s park firing", "20m0s team firing"}},
		{"over all", 5 * time.Minute, time.Hour, nil, []string{"0s kim firing", "1h5m0s lee firing", "1h5m0s park firing", "1h15m0s team firing"}},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				k := newKit(t, set).start()
				k.publish(down("homepage", time.Now()))
				time.Sleep(tc.at)
				k.crash()
				if tc.lose != nil {
					k.outbox.receipts = slices.DeleteFunc(k.outbox.receipts, tc.lose)
				}
				time.Sleep(tc.gone)
				k.start()
				defer k.stop()
				time.Sleep(2 * time.Hour)
				got := k.rang()
				if slices.Sort(got); !slices.Equal(got, slices.Sorted(slices.Values(tc.want))) {
					t.Errorf("rang %q\nwant %q", got, tc.want)
				}
			})
		})
	}
}

func TestTheEndIsToldAfterARestart(t *testing.T) {
	set := Settings{Alertmanager: routing(t, onCallRoutes), OnCall: onCallPeople()}
	synctest.Test(t, func(t *testing.T) {
		k := newKit(t, set).start()
		a, b := down("a", time.Now()), down("b", time.Now())
		k.publish(a, b)
		time.Sleep(15 * time.Minute)
		k.publish(over(a, time.Now()))
		time.Sleep(time.Minute)
		k.crash()
		time.Sleep(10 * time.Minute)
		k.outbox.commit(over(b, time.Now()))
		k.start()
		defer k.stop()
		time.Sleep(time.Hour)
		var park []string
		for _, r := range k.rang() {
			if strings.Contains(r, "park") {
				park = append(park, r)
			}
		}
		if want := []string{"10m0s park firing", "26m0s park resolved"}; !slices.Equal(park, want) {
			t.Errorf("park: %q, want %q", park, want)
		}
	})
}

func TestReceiptsOfAnEscalation(t *testing.T) {
	set := Settings{Alertmanager: routing(t, onCallRoutes), OnCall: onCallPeople()}
	set.OnCall.Escalations[0].Steps[1].People = []string{"park", "mute"}
	synctest.Test(t, func(t *testing.T) {
		k := newKit(t, set).start()
		defer k.stop()
		a := down("homepage", time.Now())
		k.publish(a)
		time.Sleep(30 * time.Minute)
		var got []string
		for _, r := range k.outbox.all() {
			if !slices.Equal(r.Firing, []string{a.ID}) || r.Policy != "on-call" {
				t.Errorf("receipt %+v", r)
			}
			got = append(got, fmt.Sprintf("%d %s %s/%s %s %s", r.Step, r.Person, r.Receiver, r.Channel, r.Status, r.Problem))
		}
		want := []string{"1 kim kim/webhook delivered ", "2 mute on-call/on-call failed no working receiver", "2 park park/webhook delivered ", "3  team/webhook delivered "}
		if slices.Sort(got); !slices.Equal(got, want) {
			t.Errorf("receipts %q, want %q", got, want)
		}
	})
}

func TestSomebodyStandsIn(t *testing.T) {
	set := Settings{Alertmanager: routing(t, onCallRoutes), OnCall: onCallPeople()}
	synctest.Test(t, func(t *testing.T) {
		k := newKit(t, set)
		k.cfg.Statements = func() []compliance.Statement {
			return []compliance.Statement{{Cover: &compliance.Cover{Schedule: "first", Person: "lee", From: bubbleStart().Add(-time.Hour), To: bubbleStart().Add(time.Hour)}}}
		}
		k.start()
		defer k.stop()
		k.publish(down("homepage", time.Now()))
		time.Sleep(time.Minute)
		wantRang(t, k, "0s lee firing")
		if got := k.hooks.all(); !strings.Contains(got[0].Alerts[0].Annotations["summary_en"], "down") {
			t.Errorf("annotations %v, want them in English, too", got[0].Alerts[0].Annotations)
		}
	})
}

func TestASlowPersonDelaysNobodyElse(t *testing.T) {
	set := Settings{Alertmanager: routing(t, onCallRoutes), OnCall: onCallPeople()}
	set.OnCall.Escalations[0].Steps[1].People = []string{"park", "lee"}
	synctest.Test(t, func(t *testing.T) {
		k := newKit(t, set)
		hang := make(chan struct{})
		k.hooks.hang = map[string]chan struct{}{"park.test": hang}
		k.start()
		defer k.stop()
		defer close(hang)
		k.publish(down("a", time.Now()))
		time.Sleep(time.Minute)
		k.publish(siteAlert(compliance.AlertWorkOverrun, compliance.SeverityCritical, "b", time.Now()))
		time.Sleep(30 * time.Minute)
		wantRang(t, k, "0s kim firing", "1m0s kim firing", "10m0s lee firing", "11m0s lee firing", "20m0s team firing", "21m0s team firing")
		failed := 0
		for _, r := range k.outbox.all() {
			if r.Person == "park" && r.Status == compliance.Failed {
				failed++
			}
		}
		if failed != 2 {
			t.Errorf("%d failed receipts of park's, want 2", failed)
		}
	})
}

func TestASilenceStopsAnEscalation(t *testing.T) {
	set := Settings{Alertmanager: routing(t, onCallRoutes), OnCall: onCallPeople()}
	synctest.Test(t, func(t *testing.T) {
		k := newKit(t, set).start()
		defer k.stop()
		k.publish(down("homepage", time.Now()))
		time.Sleep(9 * time.Minute)
		if _, err := k.s.Silence(t.Context(), kim(), []string{`site="homepage"`}, time.Time{}, time.Now().Add(time.Hour), "router"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(30 * time.Minute)
		wantRang(t, k, "0s kim firing")
	})
}
