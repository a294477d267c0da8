package monitor

import (
	"sync"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/calendar"
	"github.com/charterwatch/charterwatch/compliance/charter"
)

// due finds what is due of cases, attestations and incidents. It is asked every few seconds, and counts anew only
// when the book or the statements are others, or a minute is over. A plan has its own.
type due struct {
	charter charter.Charter
	days    *calendar.Calendar // nil: nothing is due

	mu         sync.Mutex // guards what follows
	cases      []compliance.Case
	statements []compliance.Statement
	minute     time.Time
	found      compliance.RecordFacts
}

// at is what is due at now. Lists are replaced and never modified, so that those that begin at the same
// place are the same.
func (d *due) at(book compliance.CaseBook, statements []compliance.Statement, now time.Time) compliance.RecordFacts {
	if d == nil || d.days == nil {
		return compliance.RecordFacts{}
	}
	minute := now.Truncate(time.Minute)
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.minute.Equal(minute) && same(d.cases, book.Cases) && same(d.statements, statements) {
		return d.found
	}
	zone := d.days.Zone()
	d.cases, d.statements, d.minute = book.Cases, statements, minute
	d.found = compliance.RecordFacts{
		Cases:        charter.DueCases(d.charter.CaseClocks(book, d.days, now)),
		Attestations: charter.DueAttestations(d.charter.AttestationClocks(statements, zone, now), zone),
		Incidents:    charter.DueIncidents(d.charter.IncidentClocks(statements, zone, now)),
		Review:       d.charter.ReviewClause(calendar.DateOf(now, zone)),
		Calendar:     d.days,
	}
	return d.found
}

// same says whether two lists are one and the same.
func same[T any](a, b []T) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}
