package charter

import (
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/calendar"
)

// Evidence is all that a month is judged by. It is complete in itself: [Charter.Judge] needs
// nothing besides, so that whoever holds it can judge again. Read back from its JSON, it comes
// to the same bytes.
type Evidence struct {
	Format   string            `json:"format"` // [EvidenceFormat]
	Month    string            `json:"month"`  // "2026-10"
	Period   compliance.Period `json:"period"`
	AsOf     time.Time         `json:"as_of"` // what became known later does not count
	Zone     string            `json:"zone"`  // IANA name
	Vantages []string          `json:"vantages"`
	Program  string            `json:"program"` // version that gathered it

	DaysOff  []calendar.DayOff `json:"days_off"` // that deadlines may pass over, as known then
	Holidays string            `json:"holidays"` // version of the table that they come from
	// DaysFrom and DaysTo bound what DaysOff covers.
	DaysFrom calendar.Date `json:"days_from"`
	DaysTo   calendar.Date `json:"days_to"`

	Sites        []SiteEvidence         `json:"sites"`
	House        []compliance.Statement `json:"house"` // of [compliance.MonitorScope]: rosters, shifts, silences, records
	Attestations []compliance.Statement `json:"attestations"`
	Cases        compliance.CaseBook    `json:"cases"`
	Pages        []PageEvidence         `json:"pages"`
	Reports      []ReportEvidence       `json:"reports"` // of earlier months
}

// EvidenceFormat names the format of [Evidence].
const EvidenceFormat = "charterwatch month 1"

// SiteEvidence is a site as it stood, and what was seen of it.
type SiteEvidence struct {
	ID      string                    `json:"id"`
	Name    compliance.Name           `json:"name"`
	URL     string                    `json:"url"`
	Owner   string                    `json:"owner,omitempty"`
	Hours   []compliance.ServiceHours `json:"hours,omitempty"`
	Clauses []compliance.Clause       `json:"clauses,omitempty"` // that it is named for
	Checks  int                       `json:"checks"`
	// History reaches back to the start of every outage that overlaps the period, or whose limit lies
	// in it, and forward to AsOf; its record as far back as it may speak of them.
	History compliance.SiteHistory `json:"history"`
}

// PageEvidence is what was seen of a page: in the month, and as long a time before it as its term is.
type PageEvidence compliance.PageRecord

// ReportEvidence is what became of the report of an earlier month.
type ReportEvidence struct {
	ID        string    `json:"id"`
	Month     string    `json:"month"`
	Signed    time.Time `json:"signed,omitzero"` // by all who had to
	Sent      time.Time `json:"sent,omitzero"`
	Published time.Time `json:"published,omitzero"` // to staff
	Proof     string    `json:"proof,omitempty"`    // of the publication
}
