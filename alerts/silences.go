package alerts

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/alertmanager/matcher/compat"
	"github.com/prometheus/alertmanager/pkg/labels"
	"github.com/prometheus/alertmanager/silence"
	"github.com/prometheus/alertmanager/silence/silencepb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/internal/accounts"
	"github.com/charterwatch/charterwatch/internal/messages"
)

// Silenced is a silence in Alertmanager. Expired ones are remembered for five days.
type Silenced struct {
	ID       string
	Matchers []string // as Alertmanager writes them: site="homepage"
	Starts   time.Time
	Ends     time.Time
	Updated  time.Time
	By       string // name of who made it
	Why      string
	State    string // active, pending or expired

	matchers labels.Matchers
}

// Mutes says whether the silence mutes an alert with these labels now.
func (x Silenced) Mutes(of map[string]string) bool {
	return x.State == string(silence.SilenceStateActive) && len(x.matchers) > 0 &&
		!slices.ContainsFunc(x.matchers, func(m *labels.Matcher) bool { return !m.Matches(of[m.Name]) })
}

// ErrNoSilence says that there is no silence with an id.
var ErrNoSilence = errors.New("no such silence")

// length is a duration that is said in the reader's language.
type length time.Duration

// In implements messages.Sayer.
func (l length) In(s messages.Speech) string {
	return Content{}.wording(s.Lang()).duration(time.Duration(l))
}

// Silences lists the silences: those in force, then those to come, then those that are over.
func (s *Service) Silences(ctx context.Context) ([]Silenced, error) {
	all, _, err := s.embedded.silences.Query(ctx)
	if err != nil {
		return nil, fmt.Errorf("list silences: %w", err)
	}
	out := make([]Silenced, 0, len(all))
	for _, x := range all {
		out = append(out, silencedOf(x, s.now()))
	}
	order := []string{string(silence.SilenceStateActive), string(silence.SilenceStatePending), string(silence.SilenceStateExpired)}
	slices.SortFunc(out, func(a, b Silenced) int {
		return cmp.Or(cmp.Compare(slices.Index(order, a.State), slices.Index(order, b.State)), a.Ends.Compare(b.Ends), cmp.Compare(a.ID, b.ID))
	})
	return out, nil
}

func silencedOf(x *silencepb.Silence, now time.Time) Silenced {
	matchers := matchersOf(x)
	out := Silenced{
		ID: x.Id, Matchers: written(matchers), Starts: x.StartsAt.AsTime(), Ends: x.EndsAt.AsTime(), Updated: x.UpdatedAt.AsTime(),
		By: x.CreatedBy, Why: x.Comment, State: string(silence.SilenceStateActive), matchers: matchers,
	}
	switch {
	case now.Before(out.Starts):
		out.State = string(silence.SilenceStatePending)
	case !now.Before(out.Ends):
		out.State = string(silence.SilenceStateExpired)
	}
	return out
}

// written are matchers as people and amtool write them.
func written(matchers labels.Matchers) (out []string) {
	for _, m := range matchers {
		out = append(out, m.String())
	}
	return out
}

func matchersOf(x *silencepb.Silence) labels.Matchers {
	kinds := map[silencepb.Matcher_Type]labels.MatchType{
		silencepb.Matcher_EQUAL: labels.MatchEqual, silencepb.Matcher_NOT_EQUAL: labels.MatchNotEqual,
		silencepb.Matcher_REGEXP: labels.MatchRegexp, silencepb.Matcher_NOT_REGEXP: labels.MatchNotRegexp,
	}
	var out labels.Matchers
	for _, set := range x.MatcherSets {
		for _, m := range set.Matchers {
			made, err := labels.NewMatcher(kinds[m.Type], m.Name, m.Pattern)
			if err != nil {
				return nil // cannot be: Alertmanager compiled it when it took the silence
			}
			out = append(out, made)
		}
	}
	return out
}

// Silence mutes notifications of alerts that match, and puts it on record. Matchers are
// written as Alertmanager writes them; zero starts: now. An error about what was asked for is
// a [messages.Message].
func (s *Service) Silence(ctx context.Context, by accounts.Actor, matchers []string, starts, ends time.Time, why string) (string, error) {
	if starts.IsZero() {
		starts = s.now()
	}
	set := &silencepb.MatcherSet{}
	for _, text := range matchers {
		m, err := compat.Matcher(text, "silence")
		if err != nil {
			return "", messages.New("alert_silence.bad_matcher", "matcher", text)
		}
		kind := map[labels.MatchType]silencepb.Matcher_Type{
			labels.MatchEqual: silencepb.Matcher_EQUAL, labels.MatchNotEqual: silencepb.Matcher_NOT_EQUAL,
			labels.MatchRegexp: silencepb.Matcher_REGEXP, labels.MatchNotRegexp: silencepb.Matcher_NOT_REGEXP,
		}[m.Type]
		set.Matchers = append(set.Matchers, &silencepb.Matcher{Type: kind, Name: m.Name, Pattern: m.Value})
	}
	x := &silencepb.Silence{MatcherSets: []*silencepb.MatcherSet{set}, StartsAt: timestamppb.New(starts), EndsAt: timestamppb.New(ends), Comment: why}
	if err := s.mute(ctx, by, x); err != nil {
		return "", err
	}
	return x.Id, nil
}

// mute makes or changes a silence. It stands only if it is on record.
func (s *Service) mute(ctx context.Context, by accounts.Actor, x *silencepb.Silence) error {
	if err := s.admit(x); err != nil {
		return err
	}
	before, err := s.silence(ctx, x.Id)
	if err != nil {
		return err
	}
	x.CreatedBy = cmp.Or(by.Name, by.ID)
	if err := s.embedded.silences.Set(ctx, x); err != nil {
		return messages.New("alert_silence.refused", "err", err)
	}
	err = s.embedded.keeper.save()
	if err == nil {
		err = s.record(ctx, by, x, x.Comment, false)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("put silence on record: %w", err), s.embedded.silences.Expire(ctx, x.Id), s.embedded.keeper.save())
	}
	if before != nil && before.Id != x.Id { // Alertmanager ended it, so that its history stays
		return s.record(ctx, by, before, x.Comment, true)
	}
	return nil
}

// admit checks what a silence asks for.
func (s *Service) admit(x *silencepb.Silence) error {
	starts, ends := x.StartsAt.AsTime(), x.EndsAt.AsTime()
	most := s.setup.Load().longestSilence()
	switch {
	case strings.TrimSpace(x.Comment) == "":
		return messages.New("alert_silence.no_reason")
	case len(x.MatcherSets) != 1 || len(x.MatcherSets[0].Matchers) == 0:
		return messages.New("alert_silence.no_matcher")
	case !ends.After(starts) || !ends.After(s.now()):
		return messages.New("alert_silence.bad_span")
	case ends.Sub(starts) > most:
		return messages.New("alert_silence.too_long", "most", length(most))
	}
	return nil
}

// silence finds a silence; nil: there is none, or no id was given.
func (s *Service) silence(ctx context.Context, id string) (*silencepb.Silence, error) {
	if id == "" {
		return nil, nil
	}
	all, _, err := s.embedded.silences.Query(ctx, silence.QIDs(id))
	if err != nil {
		return nil, fmt.Errorf("find silence: %w", err)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("find silence %s: %w", id, ErrNoSilence)
	}
	return all[0], nil
}

// Expire ends a silence, and puts that on record. The error is [ErrNoSilence] when there is
// none with the id.
func (s *Service) Expire(ctx context.Context, by accounts.Actor, id, why string) error {
	x, err := s.silence(ctx, id)
	if err != nil {
		return err
	}
	if x == nil {
		return ErrNoSilence
	}
	if !x.EndsAt.AsTime().After(s.now()) {
		return nil
	}
	if err := s.embedded.silences.Expire(ctx, id); err != nil {
		return fmt.Errorf("expire silence %s: %w", id, err)
	}
	if err := s.embedded.keeper.save(); err != nil {
		return fmt.Errorf("expire silence %s: %w", id, err)
	}
	return s.record(ctx, by, x, cmp.Or(strings.TrimSpace(why), x.Comment), true)
}

// record puts a silence on record.
func (s *Service) record(ctx context.Context, by accounts.Actor, x *silencepb.Silence, why string, expired bool) error {
	if s.cfg.Put == nil {
		return nil
	}
	now := s.now()
	said := compliance.Silence{ID: x.Id, Matchers: written(matchersOf(x)), Starts: x.StartsAt.AsTime(), Ends: x.EndsAt.AsTime(), Expired: expired}
	if expired {
		said.Ends = now
	}
	return s.cfg.Put(ctx, compliance.Statement{Site: compliance.MonitorScope, At: now, By: by, Why: why, Silence: &said})
}
