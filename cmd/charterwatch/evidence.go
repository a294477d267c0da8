package main

import (
	"context"
	"errors"
	"flag"
	"strings"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/internal/messages"
	"github.com/charterwatch/charterwatch/store"
)

// evidenceTool is one use of an evidence command.
type evidenceTool struct {
	ledgerTool
	id   string
	kind string // "": the one that the id's leaves have
}

// evidenceCommand hands out evidence, erases it, and keeps it from being erased.
func evidenceCommand(ctx context.Context, args []string, t *terminal) error {
	synopsis := map[string]string{"erase": evidenceEraseUsage, "hold": evidenceHoldUsage, "release": evidenceReleaseUsage, "holds": evidenceHoldsUsage}
	if len(args) > 0 && args[0] == "export" {
		return exportCommand(ctx, args[1:], t)
	}
	if len(args) == 0 || synopsis[args[0]] == "" {
		return wrongUsage(evidenceExportUsage, evidenceEraseUsage, evidenceHoldUsage, evidenceReleaseUsage, evidenceHoldsUsage)
	}
	c := evidenceTool{ledgerTool: ledgerTool{t: t}}
	fs := flag.NewFlagSet("evidence "+args[0], flag.ContinueOnError)
	fs.StringVar(&c.dir, "dir", "/var/lib/charterwatch", t.text("cli.flag.dir"))
	fs.StringVar(&c.points, "checkpoints", "", t.text("cli.flag.checkpoints"))
	if args[0] != "holds" {
		fs.StringVar(&c.id, "id", "", t.text("cli.flag.leaf_id"))
		fs.StringVar(&c.kind, "kind", "", t.text("cli.flag.leaf_kind"))
		fs.StringVar(&c.why, "why", "", t.text("cli.flag.ledger_why"))
	}
	if _, err := t.parse(fs, args[1:], synopsis[args[0]], 0); err != nil {
		return err
	}
	if args[0] == "holds" {
		return c.view(ctx, c.holds(ctx))
	}
	if c.id == "" || strings.TrimSpace(c.why) == "" {
		return usageError{messages.New("cli.evidence.incomplete")}
	}
	do := map[string]func(context.Context, *store.DB) error{"erase": c.erase, "hold": c.hold, "release": c.release}[args[0]]
	return c.own(ctx, func(db *store.DB) error { return do(ctx, db) })
}

func (c *evidenceTool) act() compliance.Act {
	return compliance.Act{At: time.Now(), By: operator(), Why: c.why}
}

// leaves are those of the id, of one kind.
func (c *evidenceTool) leaves(ctx context.Context, db *store.DB) (out []store.LeafRef, err error) {
	all, err := db.Leaves(ctx, c.id)
	for _, l := range all {
		if c.kind == "" || l.Kind == c.kind {
			out = append(out, l)
		}
	}
	if err == nil && len(out) == 0 {
		err = messages.New("cli.evidence.no_leaf", "id", quoted(c.id))
	}
	for _, l := range out {
		if l.Kind != out[0].Kind {
			err = messages.New("cli.evidence.which_kind", "id", quoted(c.id), "kinds", out[0].Kind+", "+l.Kind)
		}
	}
	return out, err
}

// erase erases all versions of a piece of evidence.
func (c *evidenceTool) erase(ctx context.Context, db *store.DB) error {
	t := c.t
	leaves, err := c.leaves(ctx, db)
	if err != nil {
		return err
	}
	erased := 0
	for _, l := range leaves {
		if l.Erased {
			continue
		}
		switch err := db.Erase(ctx, l.Log, l.N, c.act()); {
		case errors.Is(err, store.ErrHeld):
			return messages.New("cli.evidence.held", "kind", l.Kind, "id", c.id)
		case errors.Is(err, store.ErrKept):
			return messages.New("cli.evidence.kept", "kind", l.Kind)
		case err != nil:
			return err
		}
		erased++
		t.line("cli.evidence.erased", "log", l.Log, "n", l.N, "kind", l.Kind, "id", c.id)
	}
	// Also when all of it was erased already: the last run may have been cut off here.
	if err := db.Scrub(ctx); err != nil {
		return err
	}
	if erased == 0 {
		return messages.New("cli.evidence.gone", "kind", leaves[0].Kind, "id", c.id)
	}
	t.line("cli.evidence.backups")
	return nil
}

func (c *evidenceTool) hold(ctx context.Context, db *store.DB) error {
	t := c.t
	leaves, err := c.leaves(ctx, db)
	if err != nil {
		return err
	}
	held, err := db.Holds(ctx)
	if err != nil {
		return err
	}
	kind := leaves[0].Kind
	for _, h := range held {
		if h.Kind == kind && h.ID == c.id {
			return messages.New("cli.evidence.held_already", "kind", kind, "id", c.id, "since", day(h.Act.At))
		}
	}
	if err := db.Hold(ctx, kind, c.id, c.act()); err != nil {
		return err
	}
	t.line("cli.evidence.holds", "kind", kind, "id", c.id)
	return nil
}

func (c *evidenceTool) release(ctx context.Context, db *store.DB) error {
	t := c.t
	leaves, err := c.leaves(ctx, db)
	if err != nil {
		return err
	}
	kind := leaves[0].Kind
	if err := db.Release(ctx, kind, c.id, c.act()); errors.Is(err, store.ErrNotFound) {
		return messages.New("cli.evidence.not_held", "kind", kind, "id", c.id)
	} else if err != nil {
		return err
	}
	t.line("cli.evidence.released", "kind", kind, "id", c.id)
	return nil
}

// holds lists what is under legal hold.
func (c *evidenceTool) holds(ctx context.Context) func(db *store.DB) error {
	t := c.t
	return func(db *store.DB) error {
		held, err := db.Holds(ctx)
		if err != nil {
			return err
		}
		if len(held) == 0 {
			t.line("cli.evidence.none_held")
			return nil
		}
		var rows table
		rows.row(t.text("cli.evidence.kind"), t.text("cli.evidence.id"), t.text("cli.evidence.since"), t.text("cli.evidence.why"))
		for _, h := range held {
			rows.row(h.Kind, h.ID, day(h.Act.At), h.Act.Why)
		}
		rows.print(t.out)
		return nil
	}
}
