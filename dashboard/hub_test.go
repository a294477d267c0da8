package dashboard

import (
	"errors"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/probes"
)

func TestDeltasFollowTheSnapshotWithoutAGap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newWorld().live(t)
		c, first := enter(t, h, "", "")
		if len(first) != 2 || first[0].Type != "hello" || first[1].Type != "snapshot" || first[0].Epoch == "" || first[0].Epoch != first[1].Epoch {
			t.Fatalf("%+v", first)
		}
		if first[0].BeatMS != beatEvery.Milliseconds() || len(first[1].Wall.Sites) != 2 {
			t.Fatalf("%+v", first)
		}
		for n := uint64(1); n <= 3; n++ {
			h.Publish(looked("alpha", time.Now(), probes.OK))
			h.Publish(looked("beta", time.Now(), probes.OK))
			settle()
			got := heard(t, c)
			if len(got) != 1 || got[0].Type != "delta" || got[0].Seq != n || len(got[0].Checks) != 2 {
				t.Fatalf("after round %d: %+v", n, got)
			}
		}
	})
}

func TestResumeReplaysExactlyWhatWasMissed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newWorld().live(t)
		_, first := enter(t, h, "", "")
		for range 5 {
			h.Publish(looked("alpha", time.Now(), probes.OK))
			settle()
		}
		for seen := range uint64(6) {
			_, again := enter(t, h, first[0].Epoch, strconv.FormatUint(seen, 10))
			if again[0].Type != "hello" || again[0].Seq != 5 || len(again) != 1+int(5-seen) {
				t.Fatalf("resuming after %d: %+v", seen, again)
			}
			for i, m := range again[1:] {
				if m.Type != "delta" || m.Seq != seen+1+uint64(i) {
					t.Fatalf("resuming after %d: message %d is %s %d", seen, i, m.Type, m.Seq)
				}
			}
		}
	})
}

func TestWhoCannotResumeGetsASnapshot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newWorld().live(t)
		_, first := enter(t, h, "", "")
		epoch := first[0].Epoch
		for range ringSize + 3 {
			h.tell(&touched{})
		}
		for _, c := range []struct{ name, epoch, seq string }{
			{"too old", epoch, "2"}, {"another epoch", "other", strconv.Itoa(ringSize)}, {"ahead of us", epoch, "99999"},
			{"no number", epoch, "x"}, {"negative", epoch, "-1"}, {"first visit", "", ""},
		} {
			_, got := enter(t, h, c.epoch, c.seq)
			if len(got) != 2 || got[1].Type != "snapshot" || got[1].Seq != ringSize+3 {
				t.Errorf("%s: %d messages, the second a %s", c.name, len(got), got[1].Type)
			}
		}
		if _, got := enter(t, h, epoch, "3"); len(got) != 1+ringSize {
			t.Errorf("the oldest that may resume gets %d messages", len(got))
		}
	})
}

// follow joins once and reads until the client is dropped or has heard n deltas.
func follow(h *Hub, n int) error {
	c := &client{out: make(chan []byte, clientLag), gone: make(chan struct{})}
	first, err := h.join(c, "", "")
	if err != nil {
		return err
	}
	defer h.leave(c)
	t := &testing.T{}
	hello, at := decode(t, first[0]), decode(t, first[1])
	if hello.Epoch != at.Epoch {
		return errors.New("hello and snapshot are of different epochs")
	}
	seq := at.Seq
	next := func(b []byte) error {
		m := decode(t, b)
		if m.Seq != seq+1 {
			return errors.New("after " + strconv.FormatUint(seq, 10) + " came " + strconv.FormatUint(m.Seq, 10))
		}
		seq = m.Seq
		return nil
	}
	for _, b := range first[2:] {
		if err := next(b); err != nil {
			return err
		}
	}
	for range n {
		select {
		case <-c.gone:
			return nil
		default:
		}
		select {
		case b := <-c.out:
			if err := next(b); err != nil {
				return err
			}
		case <-c.gone:
			return nil
		}
	}
	return nil
}

func TestJoiningWhileDeltasFlowNeverYieldsAGap(t *testing.T) {
	w := newWorld()
	h := w.hub()
	h.load(t.Context())
	stop := make(chan struct{})
	var writer, readers sync.WaitGroup
	writer.Go(func() { // stands for the hub's goroutine
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			if i%40 == 39 {
				h.load(t.Context())
			}
			h.tell(&touched{checks: map[string]bool{"alpha/front": true}, sites: map[string]bool{}})
		}
	})
	for range 4 {
		readers.Go(func() {
			for range 150 {
				if err := follow(h, 5); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	readers.Wait()
	close(stop)
	writer.Wait()
}

func TestASlowClientIsDroppedAndOthersAreNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newWorld().live(t)
		slow, _ := enter(t, h, "", "")
		quick, _ := enter(t, h, "", "")
		var n int
		for range clientLag + 1 {
			h.tell(&touched{})
			n += len(heard(t, quick))
		}
		select {
		case <-slow.gone:
		default:
			t.Error("the slow client was kept")
		}
		select {
		case <-quick.gone:
			t.Error("the quick client was dropped")
		default:
		}
		if n != clientLag+1 {
			t.Errorf("the quick client heard %d deltas of %d", n, clientLag+1)
		}
	})
}

func TestPublishDoesNotBlockWithNobodyRunning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // a Publish that waits would be a deadlock here
		h := newWorld().hub()
		for range 2*inbox + 1 {
			h.Publish(looked("alpha", time.Now(), probes.OK))
		}
	})
}

func TestOverflowStartsOverFromTheSource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		h := w.live(t)
		c, before := enter(t, h, "", "")
		w.mu.Lock()
		w.gate = make(chan struct{}) // the hub hangs as it sends
		w.strips = map[string][]compliance.StripCell{"alpha/front": {{From: time.Now().UTC().Truncate(10 * time.Second), Pass: 7, P95: time.Second}}}
		w.mu.Unlock()
		h.Publish(looked("alpha", time.Now(), probes.OK))
		settle()
		for range inbox + 1 {
			h.Publish(looked("alpha", time.Now(), probes.OK)) // all of them are in the strip of the store
		}
		w.mu.Lock()
		close(w.gate)
		w.mu.Unlock()
		settle()
		settle()
		select {
		case <-c.gone:
		default:
			t.Error("a client of the old epoch was kept")
		}
		_, after := enter(t, h, before[0].Epoch, "0")
		if after[0].Epoch == before[0].Epoch || after[1].Type != "snapshot" {
			t.Errorf("%+v", after)
		}
		h.mu.Lock()
		defer h.mu.Unlock()
		if cell := h.model.checks["alpha/front"].cell(time.Now()); cell.pass != 7 {
			t.Errorf("%d slots are counted of 7 on record", cell.pass)
		}
	})
}

func TestStripsWidenAsTheHistoryGrows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		h := w.live(t)
		w.mu.Lock()
		w.strips = map[string][]compliance.StripCell{"alpha/front": {{From: time.Now().UTC(), Pass: 1}}}
		w.mu.Unlock()
		width := func() int64 {
			_, first := enter(t, h, "", "")
			return first[1].Wall.Sites[0].Checks[0].Strip.CellMS
		}
		if got := width(); got != (10 * time.Second).Milliseconds() {
			t.Errorf("at first a cell lasts %d ms", got)
		}
		time.Sleep(96 * time.Minute)
		settle()
		if got := width(); got != (5 * time.Minute).Milliseconds() {
			t.Errorf("after 96 minutes a cell lasts %d ms", got)
		}
	})
}

func TestAnUncommittedOutageOutlivesAReload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		h := w.live(t)
		status := func() SiteDelta {
			settle()
			_, first := enter(t, h, "", "")
			return first[1].Wall.Sites[0].SiteDelta
		}
		w.mu.Lock()
		w.health.Trouble = true
		w.mu.Unlock()
		h.Publish(compliance.Change{Site: "alpha", Outages: broke("alpha", time.Now()).Outages, Uncommitted: true})
		settle()
		h.Reset()
		if d := status(); d.Outage == nil || !d.Outage.Uncommitted {
			t.Errorf("after a reload in trouble: %+v", d)
		}
		w.mu.Lock()
		w.health.Trouble = false
		w.mu.Unlock()
		h.Reset()
		if d := status(); d.Outage != nil {
			t.Errorf("the store, which takes results again, knows of no outage: %+v", d.Outage)
		}
	})
}

func TestTheFirstWallKnowsTheCoverage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		now := time.Now().UTC()
		w.histories = map[string]compliance.SiteHistory{"alpha": {Site: "alpha", Until: now.Add(time.Hour), Lives: []compliance.CheckLife{{
			Check: "alpha/front", Site: "alpha", Critical: true, Vantages: []string{"local"}, Interval: everyMinute, From: now.Add(-time.Hour),
		}}}}
		time.Sleep(3 * time.Hour)
		_, first := enter(t, w.live(t), "", "")
		if first[1].Wall.Monitor.Coverage == nil {
			t.Error("the coverage is missing although the month's accounts are there")
		}
	})
}

func TestAWallThatIsNotReadySaysSo(t *testing.T) {
	if _, err := newWorld().hub().wall(); err == nil {
		t.Fatal("a wall out of nothing")
	}
}

func TestTheWallOutlivesAStoreThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.err = errors.New("disk gone")
		h := w.live(t)
		h.Publish(broke("alpha", time.Now()))
		settle()
		_, first := enter(t, h, "", "")
		if s := first[1].Wall.Sites[0]; s.Status != compliance.StatusDown || s.Outage == nil {
			t.Errorf("%+v", s.SiteDelta)
		}
	})
}
