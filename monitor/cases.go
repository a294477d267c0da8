package monitor

import (
	"context"
	"fmt"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
)

// imported is an import of cases on its way to the store, and who waits for it.
type imported struct {
	compliance.CaseImport
	done chan error // takes one
}

// takeImport puts an import of cases on record. It was admitted before.
func (c *committer) takeImport(b *batch, change *compliance.Change, i *imported) {
	b.imported = append(b.imported, i)
	book := c.caseBook(b).With(i.CaseImport).Since(c.now().Add(-compliance.RememberNotices), c.zone)
	b.cases = &book
	change.Imports = append(change.Imports, i.CaseImport)
	change.Events = append(change.Events, compliance.Event{
		Kind: compliance.CasesImported, Site: compliance.MonitorScope, At: i.At, SeenAt: i.At, Subject: i.ID, Count: len(i.Cases) + len(i.Tallies),
	})
}

// caseBook is the book with what the batch adds to it. The committer's lock is held.
func (c *committer) caseBook(b *batch) compliance.CaseBook {
	if b != nil && b.cases != nil {
		return *b.cases
	}
	return c.cases
}

// Import puts cases on record. It returns once they are durable. The error is an [*compliance.ImportError]
// when they cannot be taken.
func (e *Engine) Import(ctx context.Context, i compliance.CaseImport) (compliance.CaseImport, error) {
	i.At = e.clock.Now().UTC().Truncate(time.Millisecond)
	_, zone := e.Promises()
	if problems := i.Admit(zone); len(problems) > 0 {
		return i, &compliance.ImportError{Problems: problems}
	}
	x := &imported{CaseImport: i.Sealed(), done: make(chan error, 1)}
	select {
	case e.committer.queue <- record{imported: x}:
	case <-ctx.Done():
		return i, fmt.Errorf("put cases on record: %w", context.Cause(ctx))
	}
	select {
	case err := <-x.done:
		return x.CaseImport, err
	case <-ctx.Done():
		return i, fmt.Errorf("put cases on record: %w", context.Cause(ctx))
	}
}

// Cases are those on record that are open, or were received in the last
// [compliance.RememberNotices].
func (e *Engine) Cases() compliance.CaseBook {
	e.committer.mu.RLock()
	defer e.committer.mu.RUnlock()
	return e.committer.cases
}
