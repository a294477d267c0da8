package demo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

type recorder struct {
	start  time.Time
	said   []string
	refuse map[string]error
}

func (r *recorder) Break(id string, f Fault) error {
	if err := r.refuse[id]; err != nil {
		return err
	}
	if _, err := f.normal(); err != nil {
		return err
	}
	r.said = append(r.said, fmt.Sprintf("%s %s %s", time.Since(r.start), id, f.Mode))
	return nil
}

func (r *recorder) Post(id string, n Notice) (Notice, error) {
	r.said = append(r.said, fmt.Sprintf("%s %s notice", time.Since(r.start), id))
	return n, nil
}

func tell(t *testing.T, r *recorder, s Story, d time.Duration) error {
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	r.start = time.Now()
	return storyteller{s, r, slog.New(slog.DiscardHandler)}.Run(ctx)
}

func TestDefaultStoryInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &recorder{}
		if err := tell(t, r, DefaultStory(), 6*time.Minute); err != nil {
			t.Fatal(err)
		}
		want := []string{
			"20s disclosure slow", "45s statistics status", // 3m45s: the second chapter
			"4m0s regulations wrong-page", "5m0s statistics status", "5m0s statistics notice",
		}
		if !slices.Equal(r.said, want) {
			t.Errorf("told %q, want %q", r.said, want)
		}
	})
}

func TestStoryComesRoundAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &recorder{}
		if err := tell(t, r, DefaultStory(), 24*time.Minute); err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, s := range r.said {
			var at, id, mode string
			fmt.Sscan(s, &at, &id, &mode)
			if id == Disclosure && mode == string(Slow) {
				n++
			}
		}
		if n != 2 {
			t.Errorf("the first chapter was told %d times in 24 minutes: %q", n, r.said)
		}
	})
}

func TestStoryPassesOverAndFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &recorder{refuse: map[string]error{Disclosure: errBusy}}
		if err := tell(t, r, DefaultStory(), time.Minute); err != nil || !slices.Equal(r.said, []string{"45s statistics status"}) {
			t.Errorf("told %q, %v", r.said, err)
		}
		broken := errors.New("broken")
		r = &recorder{refuse: map[string]error{Disclosure: broken}}
		if err := tell(t, r, DefaultStory(), time.Minute); !errors.Is(err, broken) {
			t.Errorf("error %v, want %v", err, broken)
		}
		r = &recorder{} // steps without any duration end with their context, too
		if err := tell(t, r, Story{Chapters: [][]Step{{{Site: Homepage, Fault: Fault{Mode: Stop}}}}}, 3500*time.Millisecond); err != nil || len(r.said) != 4 {
			t.Errorf("told %q, %v", r.said, err)
		}
	})
}

func TestDefaultStoryNamesRealSites(t *testing.T) {
	e, err := Open(Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	for _, chapter := range DefaultStory().Chapters {
		for _, s := range chapter {
			if err := e.Break(s.Site, s.Fault); err != nil || s.Fault.For == 0 || s.Text == "" {
				t.Errorf("%+v: %v", s, err)
			}
		}
	}
}

func TestStoryLeavesHandBrokenSitesAlone(t *testing.T) {
	e, err := Open(Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	b := storyBreaker{e}
	if err := b.Break(Homepage, Fault{Mode: Slow}); !errors.Is(err, errSilent) {
		t.Errorf("switched off: %v", err)
	}
	e.TellStory(true)
	if err := e.Break(Homepage, Fault{Mode: Stop}); err != nil {
		t.Fatal(err)
	}
	if err := b.Break(Homepage, Fault{Mode: Slow}); !errors.Is(err, errBusy) || e.Sites()[0].Mode != Stop {
		t.Errorf("broken by hand: %v, now %s", err, e.Sites()[0].Mode)
	}
	if err := b.Break(Licences, Fault{Mode: Slow}); err != nil {
		t.Error(err)
	}
}

// The recovery time that a step promises is on its page and in its notice, to the minute.
func TestStepsSayWhenServiceIsBack(t *testing.T) {
	now := time.Date(2026, 11, 24, 14, 57, 30, 0, seoul())
	s := Step{Recovery: 2 * time.Minute, Fault: Fault{Mode: Status}, Notice: Notice{Title: "[장애] 안내", Body: []string{"장애입니다."}}}
	d := s.dated(now)
	if want := "복구 예정: 2026년 11월 24일 15:00"; d.Fault.Text != want || d.Notice.Body[1] != want || len(s.Notice.Body) != 1 {
		t.Errorf("%+v", d)
	}
	told := 0
	for _, chapter := range DefaultStory().Chapters {
		for _, step := range chapter {
			if step.Recovery > 0 && step.Notice.Title != "" && step.Recovery >= step.Fault.For {
				told++
			}
		}
	}
	if told == 0 {
		t.Error("no outage of the story says when it ends")
	}
}

func TestStandingNoticesDoNotMoveWithinAWeek(t *testing.T) {
	monday := time.Date(2026, 11, 23, 9, 0, 0, 0, seoul())
	for _, p := range association() {
		first := standingNotices(p, monday)
		for h := range 7*24 - 9 {
			now := monday.Add(time.Duration(h) * time.Hour)
			ns := standingNotices(p, now)
			for i, n := range first {
				if ns[i].Title != n.Title || !ns[i].Posted.Equal(n.Posted) || ns[i].ID != n.ID {
					t.Fatalf("%s at %s: notice %d is %+v, was %+v", p.id, now, i, ns[i], n)
				}
			}
			for _, n := range ns {
				if n.Posted.After(now) {
					t.Fatalf("%s at %s: posted in the future: %+v", p.id, now, n)
				}
			}
		}
	}
	home := standingNotices(association()[0], monday)
	if got, want := home[len(home)-1].Body[1], "중단일시: 2026년 11월 28일(토) 22:00 ~ 2026년 11월 29일(일) 02:00 (약 4시간)"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
