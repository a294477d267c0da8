package export

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
)

// Format is how a manifest begins.
const Format = "charterwatch export 1"

// HourFormat is how the blocks of an hour begin.
const HourFormat = "charterwatch hour 1"

// The names of an export's own files, and where the others lie.
const (
	nameManifest = "manifest.json"
	nameIndex    = "index.html"
	nameEvidence = "evidence.json"
	nameReport   = "attached/report.json"
	dirBlocks    = "blocks/"
	dirCaptures  = "attached/captures/"
	dirCopies    = "attached/copies/"
	dirPages     = "attached/pages/"
)

// Profile says who may read an export.
type Profile string

// The profiles.
const (
	Masked Profile = "masked" // without people's names
	Full   Profile = "full"
)

// Query is what an export was asked for. Of Month, Clause with Month, Outage, and Sample with
// Month one form is set.
type Query struct {
	Month  string `json:"month,omitempty"` // "2026-10"
	Clause string `json:"clause,omitempty"`
	Outage string `json:"outage,omitempty"`
	Sample int    `json:"sample,omitempty"` // so many hours and outages were drawn
	Seed   string `json:"seed,omitempty"`   // by which they were drawn
	Given  bool   `json:"given,omitempty"`  // a person chose the seed; otherwise it is the checkpoint's root, in base64
	// From and To bound the hours that are asked for, and of a sample what it is drawn from.
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// shown says by what a file of an export is shown to be what it was.
type shown = string

const (
	byLeaf    shown = "leaf"    // of the ledger
	byDigest  shown = "digest"  // that evidence in the export names
	byItself  shown = "itself"  // it has signatures and proofs of its own
	byNothing shown = "nothing" // it is for the reader
)

// Manifest says what is in an export. Nothing proves the manifest itself: it shows that a file was
// damaged, not that nobody made another manifest.
type Manifest struct {
	Format     string    `json:"format"`
	Query      Query     `json:"query"`
	Profile    Profile   `json:"profile"`
	At         time.Time `json:"at"`         // when the checkpoint was signed, by the monitor's clock
	Checkpoint string    `json:"checkpoint"` // signed
	Keys       []string  `json:"keys"`       // public keys that were known for it; who checks must know them from elsewhere
	Drawn      []string  `json:"drawn,omitempty"`
	// Withheld counts the leaves whose evidence is not in the export, by kind; Erased those whose
	// evidence is no more.
	Withheld map[string]int `json:"withheld,omitempty"`
	Erased   int            `json:"erased,omitempty"`
	// Elsewhere are pieces that the clause's verdict rests on and that have no leaf in this stretch: looks
	// at pages have none, nor what is older than the log.
	Elsewhere []string `json:"elsewhere,omitempty"`
	Absent    []Absent `json:"absent,omitempty"` // hours that were asked for and have no blocks here
	Files     []File   `json:"files"`            // by name; all but the manifest
}

// Why an hour has no blocks in an export.
const (
	NotSealed = "not_sealed" // under this checkpoint, or by this log: nothing was watched, it is too new, or it is older than the log
	Expired   = "expired"    // retention deleted them
)

// Absent is a run of hours without blocks.
type Absent struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	Why  string    `json:"why"`
}

// File is a file of an export.
type File struct {
	Name    string `json:"name"`
	Size    int64  `json:"size"`
	SHA256  string `json:"sha256"` // in hexadecimal
	ShownBy shown  `json:"shown_by"`
}

// Hour is the blocks of an hour, all versions up to the last that is sealed in the export.
type Hour struct {
	Format string                   `json:"format"`
	Hour   string                   `json:"hour"`   // UTC, [compliance.HourLayout]
	Blocks []compliance.SealedBlock `json:"blocks"` // by series, then version
}

// of are the blocks that a version of the hour counts: of each series the newest up to it.
func (h Hour) of(version int64) (out []compliance.SealedBlock) {
	for _, b := range h.Blocks {
		if b.Version > version {
			continue
		}
		if n := len(out); n > 0 && out[n-1].Series == b.Series {
			out[n-1] = b
		} else {
			out = append(out, b)
		}
	}
	return out
}

// digests of blocks, in their order.
func digests(blocks []compliance.SealedBlock) [][sha256.Size]byte {
	out := make([][sha256.Size]byte, len(blocks))
	for i, b := range blocks {
		out[i] = compliance.BlockDigest(b.Check, b.Vantage, b.Data)
	}
	return out
}

// sealed is a version of an hour, as its evidence has it.
type sealed struct {
	compliance.HourEvidence
	at time.Time
}

func readHour(body []byte) (s sealed, err error) {
	if err = json.Unmarshal(body, &s.HourEvidence); err != nil {
		return s, err
	}
	if s.at, err = time.Parse(compliance.HourLayout, s.Hour); err != nil {
		return s, fmt.Errorf("hour %q: %w", s.Hour, err)
	}
	return s, nil
}
