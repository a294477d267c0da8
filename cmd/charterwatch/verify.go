package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/charterwatch/charterwatch/internal/messages"
	"github.com/charterwatch/charterwatch/ledger"
	"github.com/charterwatch/charterwatch/reports"
)

// maxEvidenceFile bounds a file to verify, in bytes.
const maxEvidenceFile = 512 << 20

// verifyCommand checks a file of evidence with nothing but the file and public keys.
func verifyCommand(_ context.Context, args []string, t *terminal) error {
	fs := flag.NewFlagSet("verify", flag.ContinueOnError)
	key := fs.String("key", "", t.text("cli.flag.public_key"))
	keysFile := fs.String("keys", "", t.text("cli.flag.keys"))
	recompute := fs.Bool("recompute", false, t.text("cli.flag.recompute"))
	words, err := t.parse(fs, args, verifyFileUsage, 1)
	if err != nil {
		return err
	}
	keys, err := publicKeys(*keysFile)
	if err != nil {
		return err
	}
	if *key != "" {
		keys = append(keys, *key)
	}
	f, err := os.Open(words[0])
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	head := make([]byte, len(zipHead))
	if _, err := f.ReadAt(head, 0); err == nil && form(head) == "export" {
		return t.verifyExport(words[0], f, info.Size(), keys, *recompute)
	}
	if info.Size() > maxEvidenceFile {
		return messages.New("cli.verify.unknown", "file", words[0])
	}
	b, err := io.ReadAll(f)
	if err != nil {
		return err
	}
	kind := form(b)
	if kind == "pdf" {
		b, err = reports.FromPDF(b)
		if errors.Is(err, reports.ErrNoReport) {
			return messages.New("cli.verify.unknown", "file", words[0])
		}
		if err != nil {
			return messages.New("cli.verify.refuted", "err", err.Error())
		}
		kind = form(b)
	}
	switch kind {
	case "report":
		return t.verifyReport(b, keys, *recompute)
	case "proof":
		return t.verifyProof(words[0], b, keys)
	case "bundle":
		return t.verifyBundle(b, keys)
	default:
		return messages.New("cli.verify.unknown", "file", words[0])
	}
}

// publicKeys reads a file of public keys; none for "".
func publicKeys(path string) ([]string, error) {
	if path == "" {
		return nil, nil
	}
	b, err := os.ReadFile(path)
	return ledger.ParsePublicKeys(string(b)), err
}

// zipHead is how a zip begins that holds a file.
const zipHead = "PK\x03\x04"

// form tells what a file is by how it begins.
func form(b []byte) string {
	head := bytes.TrimLeft(b[:min(len(b), 4096)], " \t\r\n")
	switch {
	case bytes.HasPrefix(head, []byte("c2sp.org/tlog-proof@")):
		return "proof"
	case bytes.HasPrefix(b, []byte(zipHead)):
		return "export"
	case bytes.HasPrefix(head, []byte("%PDF-")):
		return "pdf"
	case bytes.HasPrefix(head, []byte(`{"format":"`+reports.Format+`"`)):
		return "report"
	case bytes.HasPrefix(head, []byte("{")) && bytes.Contains(head, []byte(ledger.BundleFormat)):
		return "bundle"
	default:
		return ""
	}
}

// verifyProof checks one leaf's proof, and the evidence in the file beside it.
func (t *terminal) verifyProof(path string, b []byte, keys []string) error {
	if len(keys) == 0 {
		return usageError{messages.New("cli.verify.no_key")}
	}
	var p ledger.Proof
	if err := p.UnmarshalText(b); err != nil {
		return messages.New("cli.verify.refuted", "err", err.Error())
	}
	l, c, err := p.Verify(keys...)
	if err != nil {
		return messages.New("cli.verify.refuted", "err", err.Error())
	}
	t.line("cli.verify.leaf", "n", p.Index, "kind", string(l.Kind), "id", l.ID, "at", l.At.UTC().Format(time.RFC3339Nano))
	t.line("cli.verify.checkpoint", "origin", c.Origin, "size", c.Size)
	beside, err := os.ReadFile(strings.TrimSuffix(path, proofSuffix) + evidenceSuffix)
	if errors.Is(err, fs.ErrNotExist) {
		t.line("cli.verify.leaf_alone")
		t.limits()
		return nil
	}
	if err != nil {
		return err
	}
	var e leafEvidence
	if err := json.Unmarshal(beside, &e); err != nil || e.Format != leafEvidenceFormat || len(e.Salt) != len(ledger.Salt{}) {
		return messages.New("cli.verify.refuted", "err", "the file of evidence beside it is none")
	}
	if ledger.Commit(l.Kind, l.ID, ledger.Salt(e.Salt), e.Body) != l.Commitment {
		return messages.New("cli.verify.refuted", "err", fmt.Sprintf("the evidence of %s %s was changed", l.Kind, l.ID))
	}
	t.line("cli.verify.evidence")
	fmt.Fprintf(t.out, "%s\n", e.Body)
	t.limits()
	return nil
}

// verifyBundle checks a bundle. Keys that come with it show only that it agrees with itself.
func (t *terminal) verifyBundle(text []byte, keys []string) error {
	var b ledger.Bundle
	if err := json.Unmarshal(text, &b); err != nil {
		return messages.New("cli.verify.refuted", "err", err.Error())
	}
	own := len(keys) == 0
	if own {
		keys = b.Keys
	}
	v, err := b.Verify(keys...)
	if err != nil {
		return messages.New("cli.verify.refuted", "err", err.Error())
	}
	t.stretch(v)
	for _, p := range v.Problems {
		fmt.Fprintln(t.out, "  "+p)
	}
	if len(v.Problems) > 0 {
		return messages.New("cli.verify.problems", "n", len(v.Problems))
	}
	if own {
		t.line("cli.verify.own_keys")
	}
	t.limits()
	return nil
}

// stretch says which leaves of a log are proved.
func (t *terminal) stretch(v ledger.Verified) {
	count := map[ledger.Shown]int{}
	for _, e := range v.Entries {
		count[e.Shown]++
	}
	t.line("cli.verify.checkpoint", "origin", v.Checkpoint.Origin, "size", v.Checkpoint.Size)
	t.line("cli.verify.range", "from", v.From, "to", v.Checkpoint.Size-1, "shown", count[ledger.InFull], "withheld", count[ledger.Withheld], "erased", count[ledger.Erased])
}

// limits says what a proof does not show.
func (t *terminal) limits() { t.line("cli.verify.limits") }
