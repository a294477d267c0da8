package ledger

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Kind says what a leaf is about. The set is closed; see [Kinds].
type Kind string

// The kinds.
const (
	Genesis   Kind = "genesis"   // the beginning of a log; names the log that it follows, if any
	Hour      Kind = "hour"      // the digest of all sealed results of an hour
	Outage    Kind = "outage"    // a version of an outage
	Notice    Kind = "notice"    // a wording of a notice
	Statement Kind = "statement" // what a person put on record, attestations among it
	Finding   Kind = "finding"   // of a scan
	Exposure  Kind = "exposure"  // of personal data
	Case      Kind = "case"      // an inquiry, a complaint, a call
	Config    Kind = "config"    // a configuration in force
	Report    Kind = "report"
	Act       Kind = "act"     // something done with privilege
	Erasure   Kind = "erasure" // evidence of an earlier leaf was erased
)

// Kinds lists them.
func Kinds() []Kind {
	return []Kind{Genesis, Hour, Outage, Notice, Statement, Finding, Exposure, Case, Config, Report, Act, Erasure}
}

// Salt makes a commitment say nothing of what it commits to.
type Salt [16]byte

// NewSalt draws one.
func NewSalt() (s Salt) {
	rand.Read(s[:]) // never fails
	return s
}

// Commitment is a salted digest of evidence.
type Commitment [sha256.Size]byte

const commitFormat = "charterwatch evidence 1\n"

// Commit commits to evidence: SHA-256 over the format's name, the salt, the kind's length as
// one byte, the kind, the id's length as eight bytes (big-endian), the id, and the evidence.
func Commit(kind Kind, id string, salt Salt, evidence []byte) Commitment {
	head := make([]byte, 0, 256)
	head = append(append(head, commitFormat...), salt[:]...)
	head = append(append(head, byte(len(kind))), kind...)
	head = append(binary.BigEndian.AppendUint64(head, uint64(len(id))), id...)
	h := sha256.New()
	h.Write(head) // a hash never fails
	h.Write(evidence)
	return Commitment(h.Sum(nil))
}

// Leaf is one entry of the log.
type Leaf struct {
	Kind       Kind
	ID         string    // of what happened; printable, one line
	At         time.Time // when it was recorded; whole milliseconds
	Commitment Commitment
}

const (
	leafFormat = "charterwatch leaf 1"
	timeFormat = "2006-01-02T15:04:05.000Z"
	maxID      = 512 // bytes
)

// Bytes are the leaf's canonical bytes: five lines, each with its newline. They are the
// format's name, the kind, the time (RFC 3339, UTC, three decimals), the commitment in
// lower-case hexadecimal, and the id.
func (l Leaf) Bytes() []byte { return l.AppendBytes(nil) }

// AppendBytes appends the canonical bytes.
func (l Leaf) AppendBytes(b []byte) []byte {
	b = append(append(b, leafFormat...), '\n')
	b = append(append(b, l.Kind...), '\n')
	b = append(l.At.UTC().AppendFormat(b, timeFormat), '\n')
	b = append(hex.AppendEncode(b, l.Commitment[:]), '\n')
	return append(append(b, l.ID...), '\n')
}

// Check says why the leaf cannot be one; nil if it can.
func (l Leaf) Check() error {
	switch {
	case !slices.Contains(Kinds(), l.Kind):
		return fmt.Errorf("ledger: %q is no kind of leaf", l.Kind)
	case l.ID == "" || len(l.ID) > maxID || strings.ContainsFunc(l.ID, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\ufffd' }):
		return fmt.Errorf("ledger: the id of a %s must be one printable line of at most %d bytes", l.Kind, maxID)
	case !l.At.Truncate(time.Millisecond).Equal(l.At) || l.At.Year() < 1 || l.At.Year() > 9999:
		return fmt.Errorf("ledger: the time of %s %s must be whole milliseconds of the years 1 to 9999", l.Kind, l.ID)
	}
	return nil
}

// ParseLeaf reads canonical bytes. Whatever is not byte for byte what [Leaf.Bytes] writes is
// an error.
func ParseLeaf(b []byte) (Leaf, error) {
	lines := strings.Split(string(b), "\n")
	if len(lines) != 6 || lines[0] != leafFormat || lines[5] != "" {
		return Leaf{}, fmt.Errorf("ledger: not a leaf of the format %q", leafFormat)
	}
	l := Leaf{Kind: Kind(lines[1]), ID: lines[4]}
	var err error
	if l.At, err = time.Parse(timeFormat, lines[2]); err != nil {
		return Leaf{}, fmt.Errorf("ledger: the time of a leaf: %w", err)
	}
	digest, err := hex.DecodeString(lines[3])
	if err != nil || len(digest) != len(l.Commitment) {
		return Leaf{}, fmt.Errorf("ledger: the commitment of a leaf is not %d bytes in hexadecimal", len(l.Commitment))
	}
	copy(l.Commitment[:], digest)
	if err := l.Check(); err != nil {
		return Leaf{}, err
	}
	if string(l.Bytes()) != string(b) {
		return Leaf{}, fmt.Errorf("ledger: a leaf is not in its canonical form")
	}
	return l, nil
}
