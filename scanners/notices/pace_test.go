package notices

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestPacerGivesEachHostItsTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p Pacer
		from := time.Now()
		done := make(chan time.Duration, 5)
		for _, host := range []string{"a", "a", "a", "b", "b"} {
			go func() {
				if err := p.Wait(t.Context(), host); err != nil {
					t.Error(err)
				}
				done <- time.Since(from)
			}()
		}
		var sum time.Duration
		for range 5 {
			sum += <-done
		}
		if sum != 4*time.Second { // 0, 1 and 2 for a, 0 and 1 for b
			t.Errorf("they waited %v in all", sum)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if err := p.Wait(ctx, "a"); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
	})
}
