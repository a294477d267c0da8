package alerts

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/internal/messages"
)

func TestFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	f, err := NewFiles(dir)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := f.Load("x"); b != nil || err != nil {
		t.Errorf("never saved: %q, %v", b, err)
	}
	for _, text := range []string{"one", "two"} {
		if err := f.Save("x", []byte(text)); err != nil {
			t.Fatal(err)
		}
		if b, err := f.Load("x"); string(b) != text || err != nil {
			t.Errorf("loaded %q, %v; want %q", b, err, text)
		}
	}
	info, err := os.Stat(filepath.Join(dir, "x"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, error %v; want 0600", info.Mode(), err)
	}
	for _, name := range []string{"", "../x", "a/b", ".hidden"} {
		if f.Save(name, nil) == nil {
			t.Errorf("%q was taken for a name", name)
		}
	}
	left := filepath.Join(dir, "x"+tempMark+"1")
	if err := os.WriteFile(left, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := NewFiles(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(left); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("what a crash left is still there: %v", err)
	}
}

// slowState makes saves take time, so that they overlap.
type slowState struct {
	*memoryState
	held chan struct{}
}

func (s slowState) Save(name string, b []byte) error {
	<-s.held
	return s.memoryState.Save(name, b)
}

func TestSavesAreSharedAndDurable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		state := slowState{newState(), make(chan struct{})}
		var mu sync.Mutex
		log := ""
		s := newSaver(state, "x", func() ([]byte, error) {
			mu.Lock()
			defer mu.Unlock()
			return []byte(log), nil
		}, func() {})
		var all sync.WaitGroup
		for range 100 {
			all.Go(func() {
				mu.Lock()
				log += "x"
				n := len(log)
				mu.Unlock()
				if err := s.save(); err != nil {
					t.Error(err)
				}
				if b, _ := state.Load("x"); len(b) < n {
					t.Errorf("%d bytes are durable, want the %d that were there before the call", len(b), n)
				}
			})
		}
		synctest.Wait()
		close(state.held)
		all.Wait()
		if state.saves > 3 {
			t.Errorf("%d saves for a hundred calls at once", state.saves)
		}
	})
}

func TestAFailingSaveIsTold(t *testing.T) {
	state := newState()
	state.fail = errors.New("disk full")
	failed := 0
	s := newSaver(state, "x", func() ([]byte, error) { return nil, nil }, func() { failed++ })
	if err := s.save(); !errors.Is(err, state.fail) || failed != 1 {
		t.Errorf("error %v, told of %d", err, failed)
	}
}

func TestAStateThatCannotBeReadIsSetAside(t *testing.T) {
	set := Settings{Alertmanager: routing(t, oneHook)}
	synctest.Test(t, func(t *testing.T) {
		k := newKit(t, set).start()
		k.publish(down("homepage", time.Now()))
		if _, err := k.s.Silence(t.Context(), kim(), []string{`site="x"`}, time.Time{}, time.Now().Add(time.Hour), "because"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		k.stop()
		state := k.state.(*memoryState)
		for name, b := range state.files {
			state.files[name] = b[:len(b)-3]
		}
		k.start()
		defer k.stop()
		time.Sleep(time.Minute)
		if n := len(k.hooks.all()); n != 2 {
			t.Errorf("%d messages, want it told again: nobody knows that it was", n)
		}
		for _, name := range []string{stateNotifications, stateSilences} {
			if b, _ := state.Load(name + badSuffix); len(b) == 0 {
				t.Errorf("%s was not kept", name)
			}
		}
		if !strings.Contains(k.logged.String(), "set aside") {
			t.Errorf("log %q, want it said", k.logged)
		}
	})
}

func TestSilencesSurviveACrash(t *testing.T) {
	set := Settings{Alertmanager: routing(t, oneHook)}
	synctest.Test(t, func(t *testing.T) {
		k := newKit(t, set).start()
		id, err := k.s.Silence(t.Context(), kim(), []string{`site="homepage"`}, time.Time{}, time.Now().Add(time.Hour), "router")
		if err != nil {
			t.Fatal(err)
		}
		k.crash()
		k.start()
		defer k.stop()
		k.publish(down("homepage", time.Now()))
		time.Sleep(time.Minute)
		if n := len(k.hooks.all()); n != 0 {
			t.Errorf("%d messages of what is silenced", n)
		}
		list, err := k.s.Silences(t.Context())
		if err != nil || len(list) != 1 || list[0].ID != id || list[0].Why != "router" || list[0].State != "active" || list[0].Matchers[0] != `site="homepage"` {
			t.Errorf("silences %+v, %v", list, err)
		}
		if err := k.s.Expire(t.Context(), kim(), id, ""); err != nil {
			t.Fatal(err)
		}
		time.Sleep(6 * time.Minute)
		if n := len(k.hooks.all()); n != 1 {
			t.Errorf("%d messages after the silence, want one", n)
		}
	})
}

func TestASilenceNeedsAReasonAndAnEnd(t *testing.T) {
	k := newKit(t, Settings{Alertmanager: routing(t, oneHook)}).start()
	defer k.stop()
	now := time.Now()
	tests := []struct {
		name     string
		matchers []string
		ends     time.Time
		why      string
		key      string // of what is said
	}{
		{"no reason", []string{`a="b"`}, now.Add(time.Hour), " ", "alert_silence.no_reason"},
		{"no end", []string{`a="b"`}, time.Time{}, "x", "alert_silence.bad_span"},
		{"too long", []string{`a="b"`}, now.Add(31 * 24 * time.Hour), "x", "alert_silence.too_long"},
		{"no matcher", nil, now.Add(time.Hour), "x", "alert_silence.no_matcher"},
		{"not a matcher", []string{"a"}, now.Add(time.Hour), "x", "alert_silence.bad_matcher"},
		{"it would match all", []string{`a=~".*"`}, now.Add(time.Hour), "x", "alert_silence.refused"},
	}
	for _, tc := range tests {
		_, err := k.s.Silence(t.Context(), kim(), tc.matchers, time.Time{}, tc.ends, tc.why)
		var m messages.Message
		if !errors.As(err, &m) || m.Key != tc.key {
			t.Errorf("%s: error %v, want %s", tc.name, err, tc.key)
		}
	}
	if list, err := k.s.Silences(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("%+v, %v; want none", list, err)
	}
	if err := k.s.Expire(t.Context(), kim(), "nonsense", ""); !errors.Is(err, ErrNoSilence) {
		t.Errorf("error %v, want that there is none", err)
	}
}

func TestReceiptsOutliveTheStoresTrouble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newKit(t, Settings{Alertmanager: routing(t, oneHook)})
		k.start()
		defer k.stop()
		k.outbox.setDown(true)
		for i := range 3 {
			k.s.Publish(compliance.Change{Uncommitted: true, Alerts: []compliance.Alert{down(string(rune('a'+i)), time.Now())}})
			time.Sleep(6 * time.Minute)
		}
		if n := len(k.hooks.all()); n != 3 {
			t.Fatalf("%d messages, want 3: the store's trouble holds up nothing", n)
		}
		began := time.Now()
		if k.s.receipts.add(t.Context(), compliance.Receipt{}); time.Since(began) > 0 {
			t.Errorf("a delivery waited %s for a receipt that the store does not take", time.Since(began))
		}
		k.outbox.setDown(false)
		time.Sleep(time.Minute)
		if n := len(k.outbox.all()); n != 4 {
			t.Errorf("%d receipts, want all", n)
		}
		k.outbox.setDown(true)
		for range receiptsKept + 5 {
			k.s.receipts.later(compliance.Receipt{Channel: "webhook", Status: compliance.Delivered})
		}
		if waiting, lost, _ := k.s.receipts.stats(); waiting != receiptsKept || lost != 5 {
			t.Errorf("%d wait and %d are lost, want %d and 5", waiting, lost, receiptsKept)
		}
		k.outbox.setDown(false)
	})
}
