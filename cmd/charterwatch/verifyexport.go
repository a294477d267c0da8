package main

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/charterwatch/charterwatch/internal/messages"
	"github.com/charterwatch/charterwatch/reports/export"
)

// shownProblems bounds the problems of an export that are told one by one.
const shownProblems = 100

// verifyExport checks an export: its files, the leaves and what lies behind them, and each hour's
// blocks; and, if asked, the month's report in it.
func (t *terminal) verifyExport(name string, r io.ReaderAt, size int64, keys []string, recompute bool) error {
	c, err := export.Verify(r, size, keys...)
	if errors.Is(err, export.ErrForeign) {
		return messages.New("cli.verify.unknown", "file", name)
	}
	t.problems(c.Problems)
	if err != nil {
		return messages.New("cli.verify.refuted", "err", err.Error())
	}
	t.line("cli.verify.export", "profile", string(c.Manifest.Profile), "n", len(c.Manifest.Files), "from", c.Manifest.Query.From.Format(time.RFC3339), "to", c.Manifest.Query.To.Format(time.RFC3339))
	t.stretch(c.Ledger)
	t.line("cli.verify.export_hours", "hours", c.Hours, "blocks", c.Blocks)
	if len(c.Bare) > 0 {
		t.line("cli.verify.export_bare", "n", len(c.Bare), "first", c.Bare[0], "last", c.Bare[len(c.Bare)-1])
	}
	if c.Pages > 0 {
		t.line("cli.verify.export_pages", "n", c.Pages)
	}
	if c.Redrawn {
		t.line("cli.verify.export_sample", "n", len(c.Manifest.Drawn), "seed", c.Manifest.Query.Seed)
	}
	if c.OwnKeys {
		t.line("cli.verify.own_keys")
	}
	var wrong []error
	if !c.OK() {
		wrong = append(wrong, messages.New("cli.verify.export_problems", "n", len(c.Problems)))
	}
	switch {
	case c.Report == nil:
	case recompute:
		if err := t.verifyReport(c.Report, keys, true); err != nil {
			wrong = append(wrong, err)
		}
	default:
		t.line("cli.verify.export_report")
	}
	t.line("cli.verify.export_limits")
	t.limits()
	return errors.Join(wrong...)
}

// problems lists what is not as it was. Problems are technical, and in English as in logs.
func (t *terminal) problems(list []string) {
	for _, p := range list[:min(len(list), shownProblems)] {
		fmt.Fprintln(t.out, "  "+p)
	}
	if more := len(list) - shownProblems; more > 0 {
		fmt.Fprintln(t.out, "  "+t.text("cli.verify.more", "n", more))
	}
}
