package ledger

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/mod/sumdb/note"
)

// Checkpoint is the head of a tree. Signed, it is a C2SP tlog-checkpoint.
type Checkpoint struct {
	Origin string // names the log; no spaces, no plus sign
	Size   int64  // leaves
	Root   Hash
}

// Text is the body that is signed: origin, size and root, a line each.
func (c Checkpoint) Text() string {
	return fmt.Sprintf("%s\n%d\n%s\n", c.Origin, c.Size, base64.StdEncoding.EncodeToString(c.Root[:]))
}

// ParseCheckpoint reads a body. Lines after the third are extensions and are passed over, as
// the format demands.
func ParseCheckpoint(text string) (Checkpoint, error) {
	lines := strings.SplitAfter(text, "\n")
	if len(lines) < 4 || lines[len(lines)-1] != "" {
		return Checkpoint{}, errors.New("ledger: not a checkpoint: it has fewer than three lines")
	}
	line := func(i int) string { return strings.TrimSuffix(lines[i], "\n") }
	c := Checkpoint{Origin: line(0)}
	var err error
	if c.Size, err = strconv.ParseInt(line(1), 10, 64); err != nil || c.Size < 0 || strconv.FormatInt(c.Size, 10) != line(1) {
		return Checkpoint{}, fmt.Errorf("ledger: not a checkpoint: %q is no size of a tree", line(1))
	}
	root, err := base64.StdEncoding.Strict().DecodeString(line(2))
	if err != nil || len(root) != len(c.Root) {
		return Checkpoint{}, errors.New("ledger: not a checkpoint: its third line is no hash")
	}
	copy(c.Root[:], root)
	for _, l := range lines[3 : len(lines)-1] {
		if l == "\n" {
			return Checkpoint{}, errors.New("ledger: not a checkpoint: it has an empty line")
		}
	}
	return c, CheckOrigin(c.Origin)
}

// CheckOrigin says why a log cannot be named so; nil if it can.
func CheckOrigin(origin string) error {
	if origin == "" || len(origin) > 255 || strings.ContainsFunc(origin, func(r rune) bool { return r == '+' || unicode.IsSpace(r) || unicode.IsControl(r) }) {
		return fmt.Errorf("ledger: %q cannot name a log: it needs a name without spaces and plus signs, such as watch.example.or.kr/charterwatch", origin)
	}
	return nil
}

// Key signs checkpoints of the log that it names.
type Key struct{ signer note.Signer }

// NewKey makes a key for a log. private is what [ParseKey] reads; keep it secret. public is
// what [Open] and verifiers take; print it.
func NewKey(origin string) (private, public string, err error) {
	if err := CheckOrigin(origin); err != nil {
		return "", "", err
	}
	private, public, err = note.GenerateKey(rand.Reader, origin)
	if err != nil {
		return "", "", fmt.Errorf("ledger: make a key: %w", err)
	}
	return private, public, nil
}

// ParseKey reads a private key. Its error repeats nothing of it.
func ParseKey(private string) (Key, error) {
	s, err := note.NewSigner(strings.TrimSpace(private))
	if err != nil {
		return Key{}, errors.New("ledger: not a private key as charterwatch makes them")
	}
	return Key{signer: s}, nil
}

// Origin is the log that the key signs for.
func (k Key) Origin() string { return k.signer.Name() }

// Sign signs a checkpoint of the key's own log. others add their signatures, as when a key
// is replaced.
func (k Key) Sign(c Checkpoint, others ...Key) ([]byte, error) {
	if c.Origin != k.Origin() {
		return nil, fmt.Errorf("ledger: a key of %s cannot sign for %s", k.Origin(), c.Origin)
	}
	signers := []note.Signer{k.signer}
	for _, o := range others {
		signers = append(signers, o.signer)
	}
	b, err := note.Sign(&note.Note{Text: c.Text()}, signers...)
	if err != nil {
		return nil, fmt.Errorf("ledger: sign a checkpoint: %w", err)
	}
	return b, nil
}

// ErrUnsigned is wrapped by the error of a checkpoint that none of the known keys signed.
var ErrUnsigned = errors.New("not signed by a key that is known")

// Open reads a signed checkpoint. One of the public keys must have signed it, and be the
// key of the log that it names.
func Open(signed []byte, public ...string) (Checkpoint, error) {
	var known []note.Verifier
	for _, p := range public {
		v, err := note.NewVerifier(strings.TrimSpace(p))
		if err != nil {
			return Checkpoint{}, fmt.Errorf("ledger: %q is no public key: %w", p, err)
		}
		known = append(known, v)
	}
	n, err := note.Open(signed, note.VerifierList(known...))
	var unverified *note.UnverifiedNoteError
	switch {
	case errors.As(err, &unverified):
		return Checkpoint{}, fmt.Errorf("ledger: open a checkpoint: %w", ErrUnsigned)
	case err != nil:
		return Checkpoint{}, fmt.Errorf("ledger: open a checkpoint: %w", err)
	}
	c, err := ParseCheckpoint(n.Text)
	if err != nil {
		return Checkpoint{}, err
	}
	for _, s := range n.Sigs {
		// The note's own decoder passes over stray bits at the end; a proof has one form alone.
		if _, err := base64.StdEncoding.Strict().DecodeString(s.Base64); err == nil && s.Name == c.Origin {
			return c, nil
		}
	}
	return Checkpoint{}, fmt.Errorf("ledger: the checkpoint of %s is signed for another log: %w", c.Origin, ErrUnsigned)
}

// Split takes apart what a recipient kept: signed checkpoints, one after another. Each ends with its
// signatures; what is left over has none.
func Split(kept []byte) [][]byte {
	var out [][]byte
	var signed []byte
	ended := false
	for line := range bytes.Lines(kept) {
		signature := bytes.HasPrefix(line, []byte("— "))
		if ended && !signature {
			out, signed, ended = append(out, signed), nil, false
		}
		if signed == nil && len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		signed, ended = append(signed, line...), signature
	}
	if len(signed) > 0 {
		out = append(out, signed)
	}
	return out
}

// Peek reads a signed checkpoint without asking who signed it.
func Peek(signed []byte) (Checkpoint, error) {
	n, err := note.Open(signed, note.VerifierList())
	var unverified *note.UnverifiedNoteError
	switch {
	case errors.As(err, &unverified):
		return ParseCheckpoint(unverified.Note.Text)
	case err != nil:
		return Checkpoint{}, fmt.Errorf("ledger: read a checkpoint: %w", err)
	}
	return ParseCheckpoint(n.Text)
}
