package compliance

import (
	"encoding/json"
	"fmt"
	"time"
)

// Evidence is what the ledger commits to: something that happened, in bytes that will never
// be written otherwise. The bytes are a JSON object that begins with the version of its form,
// "v"; docs/evidence.md describes each. Kinds are those of the ledger.
type Evidence struct {
	Kind  string
	ID    string
	Bytes []byte
}

// The kinds of evidence.
const (
	EvidenceGenesis   = "genesis"
	EvidenceHour      = "hour"
	EvidenceOutage    = "outage"
	EvidenceNotice    = "notice"
	EvidenceStatement = "statement"
	EvidenceCase      = "case"
	EvidenceConfig    = "config"
	EvidenceReport    = "report"
	EvidenceAct       = "act"
	EvidenceErasure   = "erasure"
)

// EvidenceKinds lists them.
func EvidenceKinds() []string {
	return []string{EvidenceGenesis, EvidenceHour, EvidenceOutage, EvidenceNotice, EvidenceStatement, EvidenceCase, EvidenceConfig, EvidenceReport, EvidenceAct, EvidenceErasure}
}

// version is of the forms below. A form that changes gets the next one; old bytes stay as they
// are.
type version struct {
	V int `json:"v"`
}

// evidence seals a value whose form begins with its version.
func evidence(kind, id string, body any) (Evidence, error) {
	b, err := json.Marshal(body)
	if err != nil {
		return Evidence{}, fmt.Errorf("evidence of %s %s: %w", kind, id, err)
	}
	return Evidence{kind, id, b}, nil
}

// whole is a time as evidence has it: UTC, whole milliseconds.
func whole(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return time.UnixMilli(t.UnixMilli()).UTC()
}

// Unprotected counts records that were there before the first log began. Nothing proves them.
type Unprotected struct {
	Outages    int64 `json:"outages"`
	Revisions  int64 `json:"revisions"`
	Statements int64 `json:"statements"`
	Hours      int64 `json:"hours"`
}

// Genesis is how a log begins.
type Genesis struct {
	Log     int64       `json:"log"`               // from 1
	Before  Unprotected `json:"before"`            // of the first log
	Follows string      `json:"follows,omitempty"` // the last signed checkpoint of the log that broke off
	Why     string      `json:"why,omitempty"`     // as the person said who began this one
}

// Evidence is the log's beginning.
func (g Genesis) Evidence() (Evidence, error) {
	return evidence(EvidenceGenesis, fmt.Sprintf("log/%d", g.Log), struct {
		version
		Genesis
	}{version{1}, g})
}

// Evidence is a version of the outage. Its id is the outage's own.
func (o Outage) Evidence() (Evidence, error) {
	o.Start, o.ConfirmedAt, o.RecoveringSince, o.End = whole(o.Start), whole(o.ConfirmedAt), whole(o.RecoveringSince), whole(o.End)
	return evidence(EvidenceOutage, o.ID, struct {
		version
		Outage Outage `json:"outage"`
	}{version{1}, o})
}

// NoticeIdentity is what evidence of a wording says of the notice that it is of.
type NoticeIdentity struct {
	ID         string    `json:"id"`
	Board      string    `json:"board"`
	Key        string    `json:"key"`
	URL        string    `json:"url,omitempty"` // where it stood then
	LastAbsent time.Time `json:"last_absent,omitzero"`
	FirstSeen  time.Time `json:"first_seen"`
}

// RevisionEvidence is what one revision's evidence holds.
type RevisionEvidence struct {
	version
	Notice   NoticeIdentity `json:"notice"`
	Revision Revision       `json:"revision"`
}

// RevisionID names a revision of a notice.
func RevisionID(notice string, n int) string { return fmt.Sprintf("%s/r%d", notice, n) }

// Evidence is one wording of the notice. Its id is the notice's, with the wording's number.
func (n Notice) Evidence(r Revision) (Evidence, error) {
	return evidence(EvidenceNotice, RevisionID(n.ID, r.N), RevisionEvidence{version{1},
		NoticeIdentity{n.ID, n.Board, n.Key, n.URL, whole(n.LastAbsent), whole(n.FirstSeen)}, r})
}

// Evidence is the statement as it was made.
func (s Statement) Evidence() (Evidence, error) {
	return evidence(EvidenceStatement, s.ID, struct {
		version
		Statement Statement `json:"statement"`
	}{version{1}, s})
}

// Evidence is the import with all that it put on record.
func (i CaseImport) Evidence() (Evidence, error) {
	return evidence(EvidenceCase, i.ID, struct {
		version
		Import CaseImport `json:"import"`
	}{version{1}, i})
}

// SealedHour is the record of a sealed hour: what proves its blocks, and what tells them apart.
type SealedHour struct {
	Hour    time.Time
	Version int64    // from 1; records that came late make the next
	Digest  [32]byte // over the digests of its blocks
	Blocks  [][8]byte
}

// HourLayout is how an hour is written.
const HourLayout = "2006-01-02T15"

// HourID names a version of a sealed hour.
func HourID(hour time.Time, version int64) string {
	return fmt.Sprintf("%s/v%d", hour.UTC().Format(HourLayout), version)
}

// HourEvidence is what a sealed hour's evidence holds. Locators are the first eight bytes of
// each block's digest, in order: they only name a block that was changed; Digest proves.
type HourEvidence struct {
	version
	Hour     string `json:"hour"` // UTC
	Version  int64  `json:"version"`
	Digest   string `json:"digest"` // hexadecimal
	Blocks   int    `json:"blocks"`
	Locators []byte `json:"locators"` // eight bytes a block
}

// Evidence is the hour's record.
func (h SealedHour) Evidence() (Evidence, error) {
	e := HourEvidence{version{1}, h.Hour.UTC().Format(HourLayout), h.Version, fmt.Sprintf("%x", h.Digest[:]), len(h.Blocks), make([]byte, 0, 8*len(h.Blocks))}
	for _, b := range h.Blocks {
		e.Locators = append(e.Locators, b[:]...)
	}
	return evidence(EvidenceHour, HourID(h.Hour, h.Version), e)
}
