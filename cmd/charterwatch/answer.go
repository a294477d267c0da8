package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/charterwatch/charterwatch/alerts"
	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/internal/accounts"
)

const (
	linkKeyName = "links.key"
	linkKeySize = 32
	acksAtOnce  = 64 // statements on their way to the store
)

// linkKey loads the key by which links in messages are signed, and makes it when there is
// none. Without it, links that were sent before no longer open anything.
func linkKey(state alerts.State) ([]byte, error) {
	key, err := state.Load(linkKeyName)
	switch {
	case err != nil:
		return nil, fmt.Errorf("read the key of links: %w", err)
	case len(key) == linkKeySize:
		return key, nil
	case key != nil:
		return nil, fmt.Errorf("read the key of links: %s has %d bytes, not %d", linkKeyName, len(key), linkKeySize)
	}
	key = make([]byte, linkKeySize)
	rand.Read(key) // never fails
	if err := state.Save(linkKeyName, key); err != nil {
		return nil, fmt.Errorf("make the key of links: %w", err)
	}
	return key, nil
}

// acknowledge puts on record that somebody answers alerts. Those that are over by now need
// no answer; one that ends meanwhile must not leave the others of its site unanswered.
func (a *app) acknowledge(ctx context.Context, by accounts.Actor, ids []string) error {
	for range 3 {
		again, err := a.acknowledgeOpen(ctx, by, ids)
		if err != nil || !again {
			return err
		}
	}
	return errors.New("acknowledge: the alerts end faster than they can be answered")
}

func (a *app) acknowledgeOpen(ctx context.Context, by accounts.Actor, ids []string) (again bool, err error) {
	wanted := map[string]bool{}
	for _, id := range ids {
		wanted[id] = true
	}
	scopes := map[string][]string{}
	for _, x := range a.engine.Alerts() {
		if wanted[x.ID] && x.Acked == nil {
			scopes[x.Scope()] = append(scopes[x.Scope()], x.ID)
		}
	}
	var ended atomic.Bool
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(acksAtOnce)
	for scope, list := range scopes {
		g.Go(func() error {
			_, err := a.engine.State(ctx, compliance.Statement{Site: scope, By: by, Acknowledgement: &compliance.Acknowledgement{Alerts: list}}, nil)
			var refusal *compliance.Refusal
			if errors.As(err, &refusal) {
				ended.Store(true)
				return nil
			}
			return err
		})
	}
	err = g.Wait()
	return ended.Load(), err
}
