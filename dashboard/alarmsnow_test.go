package dashboard

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/internal/accounts"
	"github.com/charterwatch/charterwatch/probes"
)

func (w *world) arrange(f func(d *compliance.Desk)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f(&w.floor)
}

func (w *world) says(list ...compliance.Statement) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.records = map[string]compliance.Record{compliance.MonitorScope: {Statements: list}}
}

func TestTheWallCountsWhatNobodyAnswers(t *testing.T) {
	w := newWorld()
	now := time.Now()
	w.floor = staffed(now)
	held := compliance.Alert{ID: "held", Severity: compliance.SeverityCritical, Held: now.Add(time.Minute)}
	acked := compliance.Alert{ID: "acked", Severity: compliance.SeverityWarning, Acked: &compliance.Acked{At: now}}
	info := compliance.Alert{ID: "info", Severity: compliance.SeverityInfo}
	w.floor.Open = append(w.floor.Open, held, acked, info)
	h := w.hub()
	if a := h.alarmsNow(now); a.Critical != 1 || a.Warning != 2 || a.Acknowledged != 1 || a.Held != 1 || a.Drills != 1 {
		t.Errorf("%+v", a)
	}
	if a := h.alarmsNow(now.Add(time.Hour)); a.Critical != 2 || a.Held != 0 {
		t.Errorf("after the window: %+v", a)
	}
}

func TestTheFeedTellsOfAlertsAndShifts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.arrange(func(d *compliance.Desk) { *d = staffed(time.Now()); d.Open = nil })
		h := w.live(t)
		c, first := enter(t, h, "", "")
		alerts := first[1].Wall.Alerts
		if alerts == nil || alerts.Critical != 0 || alerts.Shift == nil || alerts.Shift.TakenBy != "" || alerts.Changed == 0 {
			t.Fatalf("%+v", alerts)
		}
		h.Publish(looked("alpha", time.Now(), probes.OK))
		settle()
		if got := heard(t, c); len(got) != 1 || got[0].Alerts != nil {
			t.Errorf("a look is no news of alerts: %+v", got)
		}
		down := compliance.Alert{ID: "a", Severity: compliance.SeverityCritical, Site: "alpha"}
		w.arrange(func(d *compliance.Desk) { d.Open = []compliance.Alert{down} })
		h.Publish(compliance.Change{Site: "alpha", Alerts: []compliance.Alert{down}})
		settle()
		got := heard(t, c)
		if len(got) != 1 || got[0].Alerts == nil || got[0].Alerts.Critical != 1 || got[0].Alerts.Changed <= alerts.Changed || len(got[0].Sites) != 0 {
			t.Fatalf("%+v", got)
		}
		shift := alerts.Shift
		start := time.UnixMilli(shift.Start)
		taking := compliance.Statement{ID: "t1", Site: compliance.MonitorScope, At: time.Now(), By: accounts.Actor{ID: "token/1", Name: "김운영"}, Taking: &compliance.Taking{Shift: shift.Shift, Start: start}}
		w.says(taking)
		h.Publish(compliance.Change{Site: compliance.MonitorScope, Statements: []compliance.Statement{taking}})
		settle()
		got = heard(t, c)
		if len(got) != 1 || got[0].Alerts == nil || got[0].Alerts.Shift.TakenBy != "김운영" {
			t.Fatalf("%+v", got)
		}
		told := 0
		var last *AlertsNow
		for range 13 * 30 { // until the next shift has begun; nothing is published
			time.Sleep(2 * time.Minute)
			synctest.Wait()
			for _, m := range heard(t, c) {
				if m.Alerts != nil {
					told, last = told+1, m.Alerts
				}
			}
			select {
			case <-c.gone: // too slow for the beats, or it is midnight: it starts over from a snapshot
				var anew []Message
				c, anew = enter(t, h, "", "")
				last = anew[1].Wall.Alerts
			default:
			}
		}
		if last == nil || last.Shift.Shift == shift.Shift || told > 6 {
			t.Errorf("told %d times, at last %+v", told, last)
		}
		_, again := enter(t, h, "", "")
		if a := again[1].Wall.Alerts; a.Critical != 1 || a.Shift.Shift == shift.Shift {
			t.Errorf("the snapshot: %+v", a)
		}
	})
}

// The monitor's own scope is no site: what is told of it must not make one, nor have clients
// start over.
func TestWhatConcernsTheMonitorDisturbsNoSite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		h := w.live(t)
		c, first := enter(t, h, "", "")
		note := strings.Repeat("인", 500)
		said := compliance.Statement{ID: "h1", Site: compliance.MonitorScope, At: time.Now(), Why: note, HandOver: &compliance.HandOver{Shift: "day"}}
		w.says(said)
		h.Publish(compliance.Change{
			Site: compliance.MonitorScope, Statements: []compliance.Statement{said}, State: &compliance.SiteState{Site: compliance.MonitorScope},
			Events: []compliance.Event{{Kind: compliance.PersonStated, Site: compliance.MonitorScope, At: time.Now(), SeenAt: time.Now(), Subject: "h1", Said: "hand_over"}},
		})
		settle()
		got := heard(t, c)
		if len(got) != 1 || len(got[0].Sites)+len(got[0].Checks) != 0 || len(got[0].Events) != 1 {
			t.Fatalf("%+v", got)
		}
		if e := got[0].Events[0]; e.Site != compliance.MonitorScope || e.Said != "hand_over" || len([]rune(e.Title)) != longestTitle {
			t.Errorf("%+v", e)
		}
		_, again := enter(t, h, "", "")
		if again[0].Epoch != first[0].Epoch || len(again[1].Wall.Sites) != 2 {
			t.Errorf("%+v", again)
		}
		if len(h.model.states) != 2 {
			t.Errorf("%v", h.model.states)
		}
	})
}

func TestAHubWithoutAlarmsIsCalm(t *testing.T) {
	w := newWorld()
	h := NewHub(HubConfig{Source: w, Notices: w, History: w})
	h.load(t.Context())
	b, err := h.wall()
	if err != nil {
		t.Fatal(err)
	}
	if a := decode(t, b).Wall.Alerts; a == nil || a.Critical != 0 || a.Shift != nil {
		t.Errorf("%+v", a)
	}
}
