package probes

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

type probeFunc func(context.Context) (Measurement, error)

func (f probeFunc) Probe(ctx context.Context) (Measurement, error) { return f(ctx) }

func TestRunTurnsTroubleIntoUnknown(t *testing.T) {
	slot := time.UnixMilli(1_700_000_000_000).UTC()
	cases := []struct {
		name  string
		probe probeFunc
		want  Reason
	}{
		{"pass", func(context.Context) (Measurement, error) { return Measurement{}, nil }, OK},
		{"site fails", func(context.Context) (Measurement, error) { return Measurement{Reason: Status}, nil }, Status},
		{"panic", func(context.Context) (Measurement, error) { panic("boom") }, Crashed},
		{"plain error", func(context.Context) (Measurement, error) { return Measurement{}, errors.New("bad CA file") }, Misconfigured},
		{"not permitted", func(context.Context) (Measurement, error) {
			return Measurement{}, fmt.Errorf("listen: %w", &NotSeen{NotPermitted, errors.New("ping_group_range")})
		}, NotPermitted},
		{"an error cannot claim a failure", func(context.Context) (Measurement, error) {
			return Measurement{}, &NotSeen{Status, errors.New("no")}
		}, Misconfigured},
		{"hangs", func(context.Context) (Measurement, error) { time.Sleep(time.Hour); return Measurement{}, nil }, Stuck},
		{"honours deadline", func(ctx context.Context) (Measurement, error) {
			<-ctx.Done()
			return Measurement{Reason: Timeout}, nil
		}, Timeout},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ck := &Check{ID: "a/b", Vantage: "here", Timeout: time.Second, Probe: c.probe}
				r := ck.Run(t.Context(), slot, 0)
				if r.Reason != c.want || r.Outcome != c.want.Outcome() {
					t.Fatalf("reason %v outcome %v, want %v", r.Reason, r.Outcome, c.want)
				}
				if r.Slot != slot || r.Check != "a/b" || r.Vantage != "here" {
					t.Fatalf("not stamped: %+v", r)
				}
				if r.Duration > 4*time.Second {
					t.Fatalf("not bounded: %s", r.Duration)
				}
				time.Sleep(2 * time.Hour) // let the one that hangs come back
			})
		})
	}
}

func TestRunStopsAddingToStuckLooks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var n atomic.Int32
		ck := &Check{ID: "a/b", Timeout: time.Second, Probe: probeFunc(func(context.Context) (Measurement, error) {
			n.Add(1)
			time.Sleep(time.Hour)
			return Measurement{}, nil
		})}
		for range 10 {
			if r := ck.Run(t.Context(), time.Now(), 0); r.Reason != Stuck {
				t.Fatalf("got %v", r.Reason)
			}
		}
		if n.Load() != maxAbandoned {
			t.Fatalf("%d looks left behind, want %d", n.Load(), maxAbandoned)
		}
		time.Sleep(2 * time.Hour) // they return at last, and the check looks again
		if ck.Run(t.Context(), time.Now(), 0); n.Load() != maxAbandoned+1 {
			t.Fatalf("did not look again: %d", n.Load())
		}
		time.Sleep(2 * time.Hour)
	})
}

func TestRunShutdownIsNotAFailure(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	ck := &Check{ID: "a/b", Probe: probeFunc(func(c context.Context) (Measurement, error) {
		cancel()
		<-c.Done()
		return Measurement{Reason: Timeout, Capture: &Capture{}}, nil
	})}
	if r := ck.Run(ctx, time.Now(), 0); r.Reason != Cancelled || r.Capture != nil {
		t.Fatalf("got %v", r.Reason)
	}
}

func TestSlotsGrid(t *testing.T) {
	for range 2000 {
		iv := time.Duration(1+rand.IntN(100_000)) * time.Millisecond
		s := SlotsOf(fmt.Sprint("site/", rand.Int()), iv)
		if s.Phase < 0 || s.Phase >= iv {
			t.Fatalf("phase %v outside [0,%v)", s.Phase, iv)
		}
		at := time.UnixMilli(rand.Int64N(4e12) - 1e12)
		f := s.Floor(at)
		if f.After(at) || !s.Next(at).After(at) || s.Next(at).Sub(f) != iv {
			t.Fatalf("floor %v next %v of %v", f, s.Next(at), at)
		}
		if !s.Floor(f).Equal(f) || !s.Ceil(f).Equal(f) {
			t.Fatal("a slot is its own floor and ceiling")
		}
		if n := s.Count(f, f.Add(10*iv)); n != 10 {
			t.Fatalf("count %d", n)
		}
	}
	if got := SlotsOf("homepage/front", time.Minute).Phase; got != 41_846*time.Millisecond {
		t.Fatalf("the phase must not change over restarts and releases: %v", got)
	}
}

func TestSlotsSpreadSequentialIDs(t *testing.T) {
	var buckets [10]int
	for i := range 10_000 {
		s := SlotsOf(fmt.Sprintf("site-%d/check", i), 10*time.Second)
		buckets[s.Phase/time.Second]++
	}
	for i, n := range buckets {
		if n < 850 || n > 1150 {
			t.Fatalf("second %d has %d of 10,000 checks", i, n)
		}
	}
}

func TestSecretNeverPrints(t *testing.T) {
	type holder struct{ S Secret }
	h := holder{"hunter2"}
	j, _ := json.Marshal(h)
	for _, s := range []string{fmt.Sprint(h), fmt.Sprintf("%v %+v %#v %s %q", h, h, h, h.S, h.S), string(j)} {
		if strings.Contains(s, "hunter2") {
			t.Fatalf("leaked: %s", s)
		}
	}
}

func TestReasonsAreNamedOnce(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range Reasons() {
		if n := r.String(); seen[n] {
			t.Fatalf("%s twice", n)
		} else {
			seen[n] = true
		}
		var back Reason
		if b, _ := r.MarshalText(); back.UnmarshalText(b) != nil || back != r {
			t.Fatalf("%v does not survive", r)
		}
	}
}
