package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/internal/messages"
	"github.com/charterwatch/charterwatch/ledger"
	"github.com/charterwatch/charterwatch/store"
)

// ledgerTool is one use of a ledger command.
type ledgerTool struct {
	t           *terminal
	dir, points string
	key         ledger.KeyFile
	keys        string // file of public keys
	kept        string // file of checkpoints that somebody else kept
	why, out    string
	word        string
}

// ledgerCommand checks the ledger and works on its key.
func ledgerCommand(ctx context.Context, args []string, t *terminal) error {
	synopsis := map[string]string{"verify": ledgerVerifyUsage, "prove": ledgerProveUsage, "key": ledgerKeyUsage, "checkpoint": ledgerCheckpointUsage,
		"rotate": ledgerRotateUsage, "recover": ledgerRecoverUsage}
	if len(args) == 0 || synopsis[args[0]] == "" {
		return wrongUsage(ledgerVerifyUsage, ledgerProveUsage, ledgerKeyUsage, ledgerCheckpointUsage, ledgerRotateUsage, ledgerRecoverUsage)
	}
	c := ledgerTool{t: t}
	fs := flag.NewFlagSet("ledger "+args[0], flag.ContinueOnError)
	fs.StringVar(&c.dir, "dir", "/var/lib/charterwatch", t.text("cli.flag.dir"))
	fs.StringVar(&c.points, "checkpoints", "", t.text("cli.flag.checkpoints"))
	keyPath := fs.String("key", "", t.text("cli.flag.ledger_key"))
	fs.StringVar(&c.keys, "keys", "", t.text("cli.flag.keys"))
	fs.StringVar(&c.kept, "kept", "", t.text("cli.flag.kept"))
	fs.StringVar(&c.why, "why", "", t.text("cli.flag.ledger_why"))
	fs.StringVar(&c.out, "out", ".", t.text("cli.flag.proof_out"))
	n := 0
	if args[0] == "prove" {
		n = 1
	}
	words, err := t.parse(fs, args[1:], synopsis[args[0]], n)
	if err != nil {
		return err
	}
	if c.key = keyFileIn(c.dir, *keyPath); n == 1 {
		c.word = words[0]
	}
	switch args[0] {
	case "verify":
		return c.verify(ctx)
	case "prove":
		return c.prove(ctx)
	case "key":
		return c.showKeys()
	case "checkpoint":
		return c.checkpoint(ctx)
	case "rotate":
		return c.rotate(ctx)
	default:
		return c.recover(ctx)
	}
}

// view opens the store to read it, whether or not a monitor has it open.
func (c *ledgerTool) view(ctx context.Context, do func(db *store.DB) error) (err error) {
	db, err := store.View(ctx, store.Config{Dir: c.dir, Checkpoints: c.points})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return do(db)
}

// public are the keys to check with.
func (c *ledgerTool) public() ([]string, error) {
	if c.keys == "" {
		return c.key.PublicKeys()
	}
	return publicKeys(c.keys)
}

func (c *ledgerTool) verify(ctx context.Context) error {
	t := c.t
	keys, err := c.public()
	if err != nil {
		return err
	}
	var kept []store.KeptCheckpoint
	if c.kept != "" {
		b, err := os.ReadFile(c.kept)
		if err != nil {
			return err
		}
		for i, signed := range ledger.Split(b) {
			kept = append(kept, store.KeptCheckpoint{Signed: signed, Where: fmt.Sprintf("%s, checkpoint %d", c.kept, i+1)})
		}
		if len(kept) == 0 {
			return messages.New("cli.ledger.none_kept", "file", c.kept)
		}
	}
	return c.view(ctx, func(db *store.DB) error {
		began, shown := time.Now(), time.Time{}
		r, err := db.VerifyLedger(ctx, keys, func(done, total int64) {
			if now := time.Now(); now.Sub(began) > time.Second && now.Sub(shown) > time.Second {
				shown = now
				fmt.Fprintln(t.errs, t.text("cli.ledger.progress", "done", done, "total", total))
			}
		}, kept...)
		if err != nil && r.OK() {
			return err
		}
		c.report(r)
		if !r.OK() {
			return messages.New("cli.ledger.problems", "n", len(r.Problems))
		}
		return nil
	})
}

// report prints what was found. Problems are technical, and in English as in logs.
func (c *ledgerTool) report(r store.LedgerReport) {
	t := c.t
	for _, l := range r.Logs {
		t.line("cli.ledger.log", "log", l.Log, "origin", l.Origin, "began", l.Began.Format(time.RFC3339), "leaves", l.Leaves, "checkpoints", l.Checkpoints)
		if n := l.Leaves - l.Covered; n > 0 {
			t.line("cli.ledger.uncovered", "n", n)
		}
		if l.Stamped > 0 {
			t.line("cli.ledger.stamped", "n", l.Stamped)
		}
		if l.Erased > 0 {
			t.line("cli.ledger.erased", "n", l.Erased)
		}
		if l.BrokeOff != "" {
			t.line("cli.ledger.broke_off", "what", l.BrokeOff)
		}
	}
	t.line("cli.ledger.hours", "hours", r.Hours, "blocks", r.Blocks)
	if !r.Expired.IsZero() {
		t.line("cli.ledger.expired", "until", r.Expired.Format(time.RFC3339))
	}
	if u := r.Unprotected; u != (compliance.Unprotected{}) {
		t.line("cli.ledger.unprotected", "outages", u.Outages, "wordings", u.Revisions, "statements", u.Statements, "hours", u.Hours)
	}
	if r.Unsealed > 0 {
		t.line("cli.ledger.unsealed", "n", r.Unsealed)
	}
	if r.Kept > 0 {
		t.line("cli.ledger.kept", "n", r.Kept)
	}
	if r.Unsigned {
		t.line("cli.ledger.unsigned")
	}
	for _, p := range r.Problems {
		fmt.Fprintln(t.out, "  "+p)
	}
	if r.OK() {
		t.line("cli.ledger.ok")
	}
}

// unfit are characters that do not belong in the name of a file.
var unfit = regexp.MustCompile(`[^A-Za-z0-9._-]+`)

// leafEvidence is what lies behind a leaf, in the file beside its proof.
type leafEvidence struct {
	Format string `json:"format"`
	Salt   []byte `json:"salt"`
	Body   []byte `json:"body"`
}

const leafEvidenceFormat = "charterwatch leaf evidence 1"

func (c *ledgerTool) prove(ctx context.Context) error {
	t := c.t
	var proved []store.Proved
	err := c.view(ctx, func(db *store.DB) (err error) {
		proved, err = db.Prove(ctx, c.word)
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return messages.New("cli.ledger.no_leaf", "id", quoted(c.word))
	}
	if err != nil {
		return err
	}
	for _, p := range proved {
		text, err := p.Proof.MarshalText()
		if err != nil {
			return err
		}
		name := filepath.Join(c.out, fmt.Sprintf("%s.%d.%d", unfit.ReplaceAllString(c.word, "_"), p.Log, p.N))
		if err := os.WriteFile(name+proofSuffix, text, 0o600); err != nil {
			return err
		}
		t.line("cli.ledger.proved", "file", name+proofSuffix)
		if p.Body == nil {
			continue
		}
		b, err := json.Marshal(leafEvidence{leafEvidenceFormat, p.Salt[:], p.Body})
		if err != nil {
			return err
		}
		if err := os.WriteFile(name+evidenceSuffix, append(b, '\n'), 0o600); err != nil {
			return err
		}
		t.line("cli.ledger.proved", "file", name+evidenceSuffix)
	}
	return nil
}

const (
	proofSuffix    = ".proof"
	evidenceSuffix = ".evidence"
)

func (c *ledgerTool) showKeys() error {
	keys, err := c.public()
	if err != nil {
		return err
	}
	for _, k := range keys {
		fmt.Fprintln(c.t.out, k)
	}
	if len(keys) == 0 {
		return messages.New("cli.ledger.no_key", "file", c.key.PublicPath())
	}
	return nil
}

func (c *ledgerTool) checkpoint(ctx context.Context) error {
	return c.view(ctx, func(db *store.DB) error {
		s, err := db.Checkpoint(ctx)
		if err != nil {
			return err
		}
		_, err = c.t.out.Write(s.Note)
		return err
	})
}

// own opens the store for a change to the ledger: the monitor must be stopped.
func (c *ledgerTool) own(ctx context.Context, do func(db *store.DB) error) (err error) {
	db, err := store.Open(ctx, store.Config{Dir: c.dir, Checkpoints: c.points})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return do(db)
}

// sign signs the ledger with a key and others, in the place where the monitor would.
func (c *ledgerTool) sign(ctx context.Context, db *store.DB, key ledger.Key, others ...ledger.Key) error {
	points := c.points
	if points == "" {
		points = filepath.Join(c.dir, "checkpoints")
	}
	n, err := ledger.NewNotary(ledger.NotaryConfig{Log: db, Key: key, Folder: ledger.Folder{Dir: points}})
	if err != nil {
		return err
	}
	_, err = n.Checkpoint(ctx, others...)
	return err
}

// rotate puts a new key in the place of the old one. The next checkpoint is signed by both.
func (c *ledgerTool) rotate(ctx context.Context) error {
	t := c.t
	return c.own(ctx, func(db *store.DB) error {
		head, err := db.Head(ctx)
		if err != nil {
			return err
		}
		old, made, err := signingKey(c.key, "", head.Log)
		if err != nil || made != "" {
			return errors.Join(err, messages.New("cli.ledger.no_key", "file", c.key.Path))
		}
		was, err := c.key.PublicKeys()
		if err != nil {
			return err
		}
		next, public, err := c.key.Next(old.Origin())
		if err != nil {
			return err
		}
		act := compliance.Act{Kind: compliance.ActLedgerRotated, At: time.Now(), By: operator(), Subject: old.Origin(), Why: c.why,
			Detail: map[string]string{"old": lastOther(was, public), "new": public}}
		if err := db.Act(ctx, act); err != nil {
			return err
		}
		if err := c.sign(ctx, db, next, old); err != nil {
			return err
		}
		if err := c.key.Switch(); err != nil {
			return err
		}
		t.line("cli.ledger.rotated", "public", public)
		return nil
	})
}

// lastOther is the newest key that is not this one.
func lastOther(keys []string, public string) (last string) {
	for _, k := range keys {
		if k != public {
			last = k
		}
	}
	return last
}

// recover begins a new log after the store was set back. Its first checkpoint is signed by the
// old log's key as well, where that is still there.
func (c *ledgerTool) recover(ctx context.Context) error {
	t := c.t
	if c.why == "" {
		return usageError{messages.New("cli.ledger.no_why")}
	}
	return c.own(ctx, func(db *store.DB) error {
		var e *store.BehindError
		if !errors.As(db.Behind(), &e) {
			return messages.New("cli.ledger.not_behind")
		}
		first, old, err := c.broken(e)
		if err != nil {
			return err
		}
		next, public, err := c.key.Next(ledger.OriginOf(first, e.Log+1))
		if err != nil {
			return err
		}
		if err := db.RecoverLedger(ctx, operator(), c.why); err != nil {
			return err
		}
		if err := c.sign(ctx, db, next, old...); err != nil {
			return err
		}
		if err := c.key.Switch(); err != nil {
			return err
		}
		t.line("cli.ledger.recovered", "log", e.Log+1, "public", public)
		return nil
	})
}

// broken finds how the first log was named, and the key of the one that broke off, if it is still
// there: a backup of the store rarely has it.
func (c *ledgerTool) broken(e *store.BehindError) (first string, old []ledger.Key, err error) {
	key, err := c.key.Read()
	if err == nil {
		first, _ = ledger.FirstOrigin(key.Origin())
		return first, []ledger.Key{key}, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", nil, err
	}
	if first, err = formerOrigin(c.key); first != "" || err != nil {
		return first, nil, err
	}
	signed, err := os.ReadFile(e.File)
	if err != nil {
		return "", nil, err
	}
	last, err := ledger.Peek(signed)
	if err != nil {
		return "", nil, errors.Join(messages.New("cli.ledger.no_key", "file", c.key.Path), err)
	}
	first, _ = ledger.FirstOrigin(last.Origin)
	return first, nil, nil
}
