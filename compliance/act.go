package compliance

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/charterwatch/charterwatch/internal/accounts"
)

// ActKind is what was done with privilege. The set is closed.
type ActKind string

// The acts.
const (
	ActTokenMade       ActKind = "token_made"
	ActTokenRevoked    ActKind = "token_revoked"
	ActConfigured      ActKind = "configured" // a configuration came into force
	ActLedgerRotated   ActKind = "ledger_rotated"
	ActLedgerRecovered ActKind = "ledger_recovered"
	ActBackedUp        ActKind = "backed_up"
	ActExported        ActKind = "evidence_exported"
	ActErased          ActKind = "erased"
	ActHeld            ActKind = "held" // evidence was put under legal hold
	ActReleased        ActKind = "released"
	ActReportMade      ActKind = "report_made"
	ActReportSigned    ActKind = "report_signed"
	ActReportSent      ActKind = "report_sent"
)

// ActKinds lists them.
func ActKinds() []ActKind {
	return []ActKind{ActTokenMade, ActTokenRevoked, ActConfigured, ActLedgerRotated, ActLedgerRecovered, ActBackedUp, ActExported, ActErased, ActHeld,
		ActReleased, ActReportMade, ActReportSigned, ActReportSent}
}

// Act is something done with privilege: who, when, to what.
type Act struct {
	ID      string            `json:"id"`
	Kind    ActKind           `json:"kind"`
	At      time.Time         `json:"at"`
	By      accounts.Actor    `json:"by"`
	Subject string            `json:"subject"`          // what it was done to: a token's id, a leaf, a report
	Detail  map[string]string `json:"detail,omitempty"` // plain facts; never a secret, never personal data
	Why     string            `json:"why,omitempty"`
}

// Sealed gives the act the id that belongs to what it says, so that a retry records it once.
func (a Act) Sealed() Act {
	a.ID, a.At = "", whole(a.At)
	b, err := json.Marshal(a)
	if err != nil {
		panic(fmt.Sprintf("compliance: an act is plain data: %v", err))
	}
	h := sha256.Sum256(b)
	a.ID = string(a.Kind) + "/" + hex.EncodeToString(h[:8])
	return a
}

// Check says why the act cannot be recorded; nil if it can.
func (a Act) Check() error {
	switch {
	case !slices.Contains(ActKinds(), a.Kind):
		return fmt.Errorf("%q is no act", a.Kind)
	case a.At.IsZero() || a.By.ID == "" || strings.TrimSpace(a.Subject) == "":
		return fmt.Errorf("an act needs a time, an actor and a subject")
	case a.Sealed().ID != a.ID:
		return fmt.Errorf("an act's id must be of what it says")
	}
	return nil
}

// Evidence is the act. A configuration that came into force is evidence of its own kind.
func (a Act) Evidence() (Evidence, error) {
	a.At = whole(a.At)
	kind := EvidenceAct
	if a.Kind == ActConfigured {
		kind = EvidenceConfig
	}
	return evidence(kind, a.ID, struct {
		version
		Act Act `json:"act"`
	}{version{1}, a})
}

// Erasure records that the evidence behind an earlier leaf was taken away.
type Erasure struct {
	Log  int64  `json:"log"`
	N    int64  `json:"n"`
	Kind string `json:"kind"`
	ID   string `json:"id"`
	Act  Act    `json:"act"`
}

// ErasureID is the id of the leaf that records the erasure of another's evidence: it can be
// told from the leaf alone what is gone.
func ErasureID(log, n int64) string { return fmt.Sprintf("%d/%d", log, n) }

// Evidence is the erasure.
func (e Erasure) Evidence() (Evidence, error) {
	return evidence(EvidenceErasure, ErasureID(e.Log, e.N), struct {
		version
		Erasure
	}{version{1}, e})
}
