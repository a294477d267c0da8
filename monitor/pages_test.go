package monitor

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/internal/accounts"
	"github.com/charterwatch/charterwatch/probes"
	"github.com/charterwatch/charterwatch/scanners"
)

// sheet is a page whose status the test sets.
type sheet struct {
	status atomic.Value
	looks  atomic.Int32
}

func (s *sheet) Look(context.Context) scanners.PageLook {
	s.looks.Add(1)
	now := time.Now()
	return scanners.PageLook{From: now, To: now.Add(time.Millisecond), Status: s.status.Load().(scanners.PageStatus), Digest: "d"}
}

// paged gives the first site of a plan a page that is looked at every hour.
func paged(p Plan) (Plan, *sheet) {
	s := &sheet{}
	s.status.Store(scanners.PageOK)
	spec := compliance.PageSpec{ID: "site-000/charter", Site: "site-000", Every: time.Hour}
	p.Sites[0].Pages = []compliance.PageSpec{spec}
	p.Pages = []PageWatch{{Spec: spec, Page: s, Fingerprint: "1"}}
	return p, s
}

func healthy(int) probes.Probe { return &switchable{} }

func TestPageIsLookedAtAtItsPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemory()
		plan, page := paged(planOf(1, healthy))
		e, stop := begin(t, Config{Plan: plan, Store: store})
		time.Sleep(5 * time.Hour)
		if n := page.looks.Load(); n < 5 || n > 7 {
			t.Errorf("%d looks in five hours", n)
		}
		before, ok := e.Page("site-000/charter")
		if !ok || before.Looks != int(page.looks.Load()) || before.Status != scanners.PageOK {
			t.Errorf("%+v", before)
		}
		page.status.Store(scanners.PageMissing)
		time.Sleep(2 * time.Hour)
		after, _ := e.Page("site-000/charter")
		if after.Status != scanners.PageMissing || !after.From.After(before.To) {
			t.Errorf("%+v", after)
		}
		next := plan
		next.Pages = nil
		if err := e.Reload(t.Context(), next); err != nil {
			t.Fatal(err)
		}
		n := page.looks.Load()
		time.Sleep(3 * time.Hour)
		if page.looks.Load() != n {
			t.Error("it is looked at although it is no longer in the plan")
		}
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		if last := store.spans[len(store.spans)-1]; !last.From.Equal(after.From) {
			t.Errorf("what is on record: %+v", last)
		}
	})
}

// An unreachable page says nothing about the page while the monitor cannot see out.
func TestPageBehindADeadUplink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		canary := &switchable{}
		canary.reason.Store(int32(probes.ConnectTimeout))
		plan, page := paged(planOf(1, healthy))
		page.status.Store(scanners.PageUnreachable)
		e, stop := begin(t, Config{Plan: behind(canary, plan), Store: newMemory()})
		time.Sleep(time.Minute)
		if s, _ := e.Page("site-000/charter"); s.Status != scanners.PageNotLooked {
			t.Errorf("%+v", s)
		}
		if err := stop(); err != nil {
			t.Fatal(err)
		}
	})
}

func TestCasesAreOnRecordWhenItIsAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemory()
		e, stop := begin(t, Config{Plan: planOf(1, healthy), Store: store})
		time.Sleep(time.Minute)
		cases := compliance.CaseImport{By: accounts.Actor{ID: "u1"}, Source: "form", Cases: []compliance.Case{{Ref: "A-1", Kind: compliance.CaseOnline, Received: time.Now().Add(-time.Hour)}}}
		got, err := e.Import(t.Context(), cases)
		if err != nil || got.ID == "" || len(store.imports) != 1 || len(store.kinds(compliance.CasesImported)) != 1 {
			t.Fatalf("%+v %v", got, err)
		}
		if book := e.Cases(); len(book.Cases) != 1 || book.Cases[0].Recorded.IsZero() {
			t.Errorf("%+v", book)
		}
		var refused *compliance.ImportError
		if _, err := e.Import(t.Context(), compliance.CaseImport{By: cases.By}); !errors.As(err, &refused) || refused.Problems[0].Rule != "empty" {
			t.Errorf("%v", err)
		}
		store.mu.Lock()
		store.refuse = func(c compliance.Change) error {
			if len(c.Imports) > 0 {
				return errors.New("no")
			}
			return nil
		}
		store.mu.Unlock()
		if _, err := e.Import(t.Context(), cases); err == nil || len(e.Cases().Cases) != 1 {
			t.Errorf("refused by the store: %v", err)
		}
		if err := stop(); err != nil {
			t.Fatal(err)
		}
	})
}
