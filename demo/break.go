package demo

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// ErrNoSite is returned for an id that no site has.
var ErrNoSite = errors.New("no such site")

func (e *Estate) find(id string) (*site, error) {
	for _, s := range e.sites {
		if s.id == id {
			return s, nil
		}
	}
	return nil, fmt.Errorf("demo: site %q: %w", id, ErrNoSite)
}

// Break puts a site into a condition, in place of any that it is in, with effect for the next request:
// connections that would hide the change are cut, so a client that kept one alive may meet one reset
// before it meets the condition. It returns ErrNoSite (wrapped), or an error that
// names the wrong field of f.
func (e *Estate) Break(id string, f Fault) error { return e.breakSite(id, f, false) }

// breakSite is Break; gently leaves alone a site that is unwell already.
func (e *Estate) breakSite(id string, f Fault, gently bool) error {
	s, err := e.find(id)
	if err != nil {
		return err
	}
	if f, err = f.normal(); err != nil {
		return fmt.Errorf("demo: break %s: %w", id, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if gently && s.ill.Load() != nil {
		return errBusy
	}
	// Since is shown with wall time; until is measured by the monotonic clock and not by Config.Clock,
	// which a test may have stopped.
	ill := &ailment{Fault: f, since: time.Now()}
	if f.For > 0 {
		ill.until = ill.since.Add(f.For)
	}
	if err := s.become(ill); err != nil {
		return fmt.Errorf("demo: break %s: %w", id, err)
	}
	select {
	case e.wake <- struct{}{}:
	default:
	}
	return nil
}

// Heal makes a site well again, on the ports it had. Healing a healthy site is fine. The one thing that
// can go wrong is a port of a stopped site that another process has taken: the error names it, and the
// site stays unwell.
func (e *Estate) Heal(id string) error {
	s, err := e.find(id)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.become(nil); err != nil {
		return fmt.Errorf("demo: heal %s: %w", id, err)
	}
	return nil
}

// Post puts a notice on a site's board, at the top of its list, of its front page and of its feed. It
// returns the notice with its ID and time of posting. A title is demanded, of at most 200 bytes; a
// board keeps its newest 200 notices.
func (e *Estate) Post(id string, n Notice) (Notice, error) {
	s, err := e.find(id)
	if err != nil {
		return n, err
	}
	if n.Title == "" || len(n.Title) > 200 {
		return n, fmt.Errorf("demo: post on %s: title of %d bytes: want 1 to 200", id, len(n.Title))
	}
	if n.Posted.IsZero() {
		n.Posted = e.cfg.Clock()
	}
	return s.post(n)
}

// PostSample puts a ready-made notice on a site's board.
func (e *Estate) PostSample(id string, kind Sample) (Notice, error) {
	s, err := e.find(id)
	if err != nil {
		return Notice{}, err
	}
	n, err := sample(kind, s.notices(), e.cfg.Clock())
	if err != nil {
		return n, err
	}
	return e.Post(id, n)
}

// TellStory switches the story on or off. What it has broken already heals in its own time.
func (e *Estate) TellStory(on bool) { e.telling.Store(on) }

// Telling reports whether the story is switched on.
func (e *Estate) Telling() bool { return e.telling.Load() }

// storyBreaker is the estate as the story may touch it: not while switched off, and no site that is
// unwell already.
type storyBreaker struct{ *Estate }

func (b storyBreaker) Break(id string, f Fault) error {
	if !b.Telling() {
		return errSilent
	}
	return b.breakSite(id, f, true)
}

// heal ends every fault whose time has come. Run calls it.
func (e *Estate) heal(ctx context.Context) error {
	t := time.NewTimer(0)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-e.wake:
		case <-t.C:
		}
		if wait, ok := e.healDue(time.Now()); ok {
			t.Reset(wait)
		}
	}
}

// healDue heals what is due and returns how long to wait for the next; false if there is none.
func (e *Estate) healDue(now time.Time) (wait time.Duration, more bool) {
	for _, s := range e.sites {
		s.mu.Lock()
		ill := s.ill.Load()
		if ill == nil || ill.until.IsZero() {
			s.mu.Unlock()
			continue
		}
		left := ill.until.Sub(now)
		if left <= 0 {
			err := s.become(nil)
			if err == nil {
				s.mu.Unlock()
				e.log.Info("demo: healed by itself", "site", s.id)
				continue
			}
			e.log.Error("demo: heal, will be tried again", "site", s.id, "error", err)
			left = healRetry
		}
		s.mu.Unlock()
		if !more || left < wait {
			wait, more = left, true
		}
	}
	return wait, more
}
