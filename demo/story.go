package demo

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"time"
)

// Story is what happens to the association when nobody touches it. Its chapters are told in turn, with
// Pause after each, and then again from the first. Times are real time, not accelerated.
type Story struct {
	Chapters [][]Step
	Pause    time.Duration
}

// Step breaks a site After the step before it (or the chapter's start). Fault.For should be set: the
// story never heals, the estate does.
type Step struct {
	After time.Duration
	Site  string
	Fault Fault
	Text  string // for the log: what happens and why
	// Notice, if it has a title, is posted on the site's board at the same time.
	Notice Notice
	// Recovery, if it is not zero, is when the service is said to be back, counted from the step: the
	// outage page and the notice name the minute ("복구 예정: 2026년 11월 24일 15:00").
	Recovery time.Duration
}

// DefaultStory is told by `make run`: its first chapter shows a slow spell after 20 seconds and an
// outage of a minute after 45, later ones vary sites and faults. The pause is three minutes.
func DefaultStory() Story {
	return Story{Pause: 3 * time.Minute, Chapters: [][]Step{
		{
			{After: 20 * time.Second, Site: Disclosure, Fault: Fault{Mode: Slow, Delay: 3 * time.Second, For: 40 * time.Second}, Text: "disclosure slows down: a report is being made"},
			{After: 25 * time.Second, Site: Statistics, Fault: Fault{Mode: Status, Code: 503, For: time.Minute}, Text: "statistics is down and nobody says until when"},
		},
		{
			{After: 15 * time.Second, Site: Regulations, Fault: Fault{Mode: WrongPage, For: 45 * time.Second}, Text: "regulations answers 200 with an error text"},
			{After: 60 * time.Second, Site: Statistics, Fault: Fault{Mode: Status, Code: 503, For: time.Minute}, Recovery: 2 * time.Minute, Text: "statistics is down again, this time its page and its board say until when",
				Notice: Notice{Title: "[장애] 자본시장통계 접속 불가 및 복구 예정 안내", Body: []string{"자본시장통계 접속이 원활하지 않습니다."}}},
		},
		{
			{After: 15 * time.Second, Site: Licences, Fault: Fault{Mode: ExpiredCert, For: time.Minute}, Text: "licences shows an expired certificate"},
			{After: 45 * time.Second, Site: ReviewJobs, Fault: Fault{Mode: Stop, For: 40 * time.Second}, Text: "review-jobs refuses connections"},
		},
		{
			{After: 15 * time.Second, Site: Disclosure, Fault: Fault{Mode: Blocked, For: 45 * time.Second}, Text: "disclosure's firewall blocks us: unknown, not down"},
			{After: 50 * time.Second, Site: CustomerCentre, Fault: Fault{Mode: Hang, For: 40 * time.Second}, Text: "customer-centre accepts and never answers"},
		},
		{
			{After: 15 * time.Second, Site: ReviewJobs, Fault: Fault{Mode: Status, Code: 503, For: 40 * time.Second, Text: "통신장비 교체 작업으로 잠시 중단됩니다. (공지사항 참조)"}, Text: "review-jobs is interrupted within the week that its board announces"},
			{After: time.Minute, Site: Licences, Fault: Fault{Mode: Status, Code: 503, For: 40 * time.Second, Text: "시스템 점검 중입니다."}, Text: "licences is maintained without notice"},
		},
	}}
}

// errBusy is the breaker's refusal to touch a site that somebody has broken by hand, or to act while
// somebody else has broken the site.
var errBusy = errors.New("demo: not the story's turn")

// errSilent says that the story is switched off.
var errSilent = errors.New("demo: the story is switched off")

// breaker is what the storyteller needs. Both may be called at any time; Break returns errBusy or
// errSilent for a step that shall be passed over, and any other error ends the story.
type breaker interface {
	Break(id string, f Fault) error
	Post(id string, n Notice) (Notice, error)
}

// storyteller tells a Story to a breaker.
type storyteller struct {
	story   Story
	breaker breaker
	log     *slog.Logger
}

// Run tells the story, over and over, until ctx ends; it returns nil then. A step that the breaker
// passes over takes its time all the same, so that the rest stays where it was.
func (s storyteller) Run(ctx context.Context) error {
	if len(s.story.Chapters) == 0 {
		return nil
	}
	for {
		for _, chapter := range s.story.Chapters {
			for _, step := range chapter {
				if !sleep(ctx, step.After) {
					return nil
				}
				if err := s.play(step); err != nil {
					return err
				}
			}
			// Never less than a moment: a story without any duration must not spin.
			if !sleep(ctx, max(s.story.Pause, time.Second)) {
				return nil
			}
		}
	}
}

func (s storyteller) play(step Step) error {
	step = step.dated(time.Now())
	attrs := []any{"site", step.Site, "mode", step.Fault.Mode, "for", step.Fault.For}
	err := s.breaker.Break(step.Site, step.Fault)
	if errors.Is(err, errSilent) {
		return nil
	}
	if errors.Is(err, errBusy) {
		s.log.Info("story: step passed over", attrs...)
		return nil
	}
	if err != nil {
		return err
	}
	s.log.Info("story", append(attrs, "text", step.Text)...)
	if step.Notice.Title == "" {
		return nil
	}
	_, err = s.breaker.Post(step.Site, step.Notice)
	return err
}

// dated is the step with its recovery time written out, rounded up to the minute.
func (s Step) dated(now time.Time) Step {
	if s.Recovery == 0 {
		return s
	}
	at := now.Add(s.Recovery + time.Minute - 1).In(seoul()).Truncate(time.Minute)
	text := "복구 예정: " + at.Format("2006년 1월 2일 15:04")
	s.Fault.Text = strings.TrimSpace(s.Fault.Text + " " + text)
	if s.Notice.Title != "" {
		s.Notice.Body = append(slices.Clone(s.Notice.Body), text)
	}
	return s
}

// sleep waits for d; it reports false if ctx ended first.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}
