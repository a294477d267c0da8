package alerts

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"
)

const (
	heartbeatEvery   = time.Minute
	heartbeatTimeout = 10 * time.Second
)

// pulse calls the heartbeat's address while all is well. Whoever listens there notices when it
// stops: the monitor cannot tell of its own death.
//
// Its client is a plain one, and not internal/fetch's: the address is the operator's own, is
// often in the same private network, and nothing of the answer is used.
type pulse struct {
	s *Service

	mu       sync.Mutex
	sent     time.Time // the latest that was taken
	failures uint64
	failing  bool
}

// Run beats until ctx ends.
func (p *pulse) Run(ctx context.Context) error {
	client := &http.Client{Timeout: heartbeatTimeout, CheckRedirect: func(_ *http.Request, via []*http.Request) error {
		if len(via) > 3 {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	if t, ok := http.DefaultTransport.(*http.Transport); ok {
		own := t.Clone()
		own.DisableKeepAlives = true
		client.Transport = own
	}
	t := time.NewTicker(heartbeatEvery)
	defer t.Stop()
	for {
		if to := p.s.setup.Load().Heartbeat; to != "" && p.s.cfg.Healthy() && p.s.alive() {
			p.note(beat(ctx, client, string(to)), ctx.Err() != nil)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
		}
	}
}

func beat(ctx context.Context, client *http.Client, to string) error {
	a, err := parseAddress(to)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, a.url, nil)
	if err != nil {
		return errors.New("not an address")
	}
	if a.auth {
		req.SetBasicAuth(a.user, a.pass)
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer drain(resp.Body)
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("status code %d", resp.StatusCode)
	}
	return nil
}

func (p *pulse) note(err error, ending bool) {
	if ending {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if err == nil {
		p.sent = p.s.now()
	} else {
		p.failures++
	}
	if failing := err != nil; failing != p.failing {
		p.failing = failing
		if failing {
			p.s.log.Error("the heartbeat is not taken", "problem", problem(err))
		} else {
			p.s.log.Info("the heartbeat is taken again")
		}
	}
}
