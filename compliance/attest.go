package compliance

import (
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/charterwatch/charterwatch/compliance/calendar"
	"github.com/charterwatch/charterwatch/internal/accounts"
)

// CharterVersion is a charter that came into force, as it was: months are judged by it.
type CharterVersion struct {
	SHA256 string          `json:"sha256"` // of Body, in hexadecimal
	Body   json.RawMessage `json:"body"`   // the charter's canonical JSON
}

// InForce is the monitor's own statement that the charter came into force.
func (c CharterVersion) InForce(at time.Time) Statement {
	return Statement{Site: MonitorScope, At: at.UTC().Truncate(time.Millisecond), By: accounts.System("monitor"), Charter: &c}.Sealed()
}

// admitAttestation demands who signed what with which proof, and for how long it holds. It may
// be made for days that are past, but not signed in the future.
func (d Desk) admitAttestation(s Statement) error {
	a := s.Attestation
	today := calendar.DateOf(s.At, d.zone())
	switch {
	case !d.hasClause(s.Site, a.Clause):
		return refuse("no_clause")
	case strings.TrimSpace(a.What) == "":
		return refuse("no_what")
	case strings.TrimSpace(a.Signer) == "" || a.Signed.IsZero():
		return refuse("no_signer")
	case a.Signed.After(today):
		return refuse("in_future")
	case a.From.IsZero() || a.Until.Before(a.From):
		return refuse("bad_term")
	case strings.TrimSpace(a.Proof.Name) == "":
		return refuse("no_proof")
	case !isSHA256(a.Proof.SHA256):
		return refuse("bad_digest")
	}
	return nil
}

// admitMonthRecord demands a month that has begun, and sources by name. What was known is
// corrected by a later record.
func (d Desk) admitMonthRecord(s Statement) error {
	m := s.MonthRecord
	month, err := time.ParseInLocation("2006-01", m.Month, d.zone())
	named := func(x SourceReport) bool { return strings.TrimSpace(x.Name) != "" }
	switch {
	case !d.hasClause(s.Site, m.Clause):
		return refuse("no_clause")
	case err != nil:
		return refuse("bad_month")
	case s.At.Before(month):
		return refuse("in_future")
	case m.Known < 0:
		return refuse("bad_count")
	case len(m.Sources) == 0 || slices.ContainsFunc(m.Sources, func(x SourceReport) bool { return !named(x) }):
		return refuse("no_sources")
	case m.Proof != (Proof{}) && strings.TrimSpace(m.Proof.Name) == "":
		return refuse("no_proof")
	case m.Proof != (Proof{}) && !isSHA256(m.Proof.SHA256):
		return refuse("bad_digest")
	}
	return nil
}

func (d Desk) zone() *time.Location {
	if d.Zone == nil {
		return time.UTC
	}
	return d.Zone
}

// hasClause says whether a statement about a clause stands where it belongs.
func (d Desk) hasClause(scope string, c Clause) bool {
	return scope == MonitorScope && c != "" && (d.Clauses == nil || slices.Contains(d.Clauses, c))
}

func isSHA256(s string) bool {
	b, err := hex.DecodeString(s)
	return err == nil && len(b) == 32
}
