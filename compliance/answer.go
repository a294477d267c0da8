package compliance

import (
	"slices"
	"strings"
	"time"

	"github.com/charterwatch/charterwatch/internal/accounts"
)

// Acknowledgement answers alerts of the statement's site: somebody is at it. Escalation ends,
// and they are not told again while they stand.
type Acknowledgement struct {
	Alerts []string `json:"alerts"` // ids
}

// Silence mutes notifications of the alerts that match. The statement's Why is its reason.
type Silence struct {
	ID       string    `json:"id"`       // in Alertmanager
	Matchers []string  `json:"matchers"` // as Alertmanager writes them: site="homepage"
	Starts   time.Time `json:"starts"`
	Ends     time.Time `json:"ends"`
	Expired  bool      `json:"expired,omitempty"` // it was ended before its time, when the statement was made
}

// Drill raises an alert as an exercise until it ends, and is kept out of the evidence.
type Drill struct {
	Rule AlertRule `json:"rule"`
	Site string    `json:"site,omitempty"`
	Ends time.Time `json:"ends"`
}

// Taking says that somebody has begun a shift on the watch floor.
type Taking struct {
	Shift string    `json:"shift"`
	Start time.Time `json:"start"` // of the shift
	Drill bool      `json:"drill,omitempty"`
}

// HandOver says that a shift was handed over, and what stood then. The statement's Why is the
// note to whoever comes next.
type HandOver struct {
	Shift    string        `json:"shift"`
	Start    time.Time     `json:"start"`
	Alerts   []string      `json:"alerts,omitempty"`   // ids of those that stood
	Outages  []string      `json:"outages,omitempty"`  // ids of the sites' open ones
	Silences []string      `json:"silences,omitempty"` // ids of those in force
	Clocks   []HandedClock `json:"clocks,omitempty"`   // those that ran
	Drill    bool          `json:"drill,omitempty"`
}

// HandedClock is a clock that ran when a shift was handed over.
type HandedClock struct {
	Kind    ClockKind `json:"kind"`
	Site    string    `json:"site"`
	Subject string    `json:"subject"`
	Limit   time.Time `json:"limit"`
}

// Desk is what statements about alerts and the watch floor are checked against.
type Desk struct {
	Open   []Alert
	Roster Roster
	OnCall OnCall
	Sites  []string
	Zone   *time.Location

	Statements []Statement // of [MonitorScope], on record
	// Clauses are those of the charter in force; nil: none is checked against.
	Clauses []Clause
	// Duties are the ids of those to report incidents; nil: none is checked against.
	Duties []string
}

// takeEarly is how long before its beginning a shift may be taken.
const takeEarly = 30 * time.Minute

// Admit checks a statement about alerts, the watch floor or the charter; about says whether it is one. The
// error is a *Refusal.
func (d Desk) Admit(s Statement) (about bool, err error) {
	switch {
	case s.Acknowledgement != nil:
		return true, d.admitAcknowledgement(*s.Acknowledgement)
	case s.Silence != nil:
		return true, admitSilence(s)
	case s.Drill != nil:
		return true, d.admitDrill(s)
	case s.Taking != nil:
		return true, d.admitTaking(s.At, *s.Taking)
	case s.HandOver != nil:
		return true, d.admitHandOver(s)
	case s.Cover != nil:
		return true, d.admitCover(*s.Cover)
	case s.Report != nil:
		return true, admitReport(s, d.Statements)
	case s.Roster != nil && s.By.Kind == accounts.KindSystem:
		return true, nil
	case s.Attestation != nil:
		return true, d.admitAttestation(s)
	case s.MonthRecord != nil:
		return true, d.admitMonthRecord(s)
	case s.Incident != nil:
		return true, d.admitIncident(s)
	case s.Charter != nil && s.By.Kind == accounts.KindSystem:
		return true, nil
	}
	return false, nil
}

func (d Desk) admitAcknowledgement(a Acknowledgement) error {
	for _, id := range a.Alerts {
		if !slices.ContainsFunc(d.Open, func(x Alert) bool { return x.ID == id }) {
			return refuse("no_alert")
		}
	}
	if len(a.Alerts) == 0 {
		return refuse("no_alert")
	}
	return nil
}

func admitSilence(s Statement) error {
	switch {
	case strings.TrimSpace(s.Why) == "":
		return refuse("no_reason")
	case s.Silence.Ends.IsZero():
		return refuse("no_expiry")
	}
	return nil
}

// longestDrill keeps an exercise from being forgotten.
const longestDrill = 24 * time.Hour

func (d Desk) admitDrill(s Statement) error {
	switch x := s.Drill; {
	case strings.TrimSpace(s.Why) == "":
		return refuse("no_reason")
	case !slices.Contains(AlertRules(), x.Rule) || x.Rule == AlertWatchdog:
		return refuse("no_rule")
	case x.Rule.AboutMonitor() != (x.Site == "") || x.Site != "" && !slices.Contains(d.Sites, x.Site):
		return refuse("no_site")
	case !x.Ends.After(s.At) || x.Ends.Sub(s.At) > longestDrill:
		return refuse("bad_window")
	}
	return nil
}

func (d Desk) watch(shift string, start time.Time) bool {
	return slices.ContainsFunc(d.Roster.watches(Period{start, start.Add(time.Millisecond)}, d.Zone), func(w Watch) bool {
		return w.Shift == shift && w.Start.Equal(start)
	})
}

func (d Desk) admitTaking(at time.Time, t Taking) error {
	switch {
	case !d.watch(t.Shift, t.Start):
		return refuse("no_shift")
	case at.Before(t.Start.Add(-takeEarly)):
		return refuse("too_early")
	}
	return nil
}

func (d Desk) admitHandOver(s Statement) error {
	switch h := s.HandOver; {
	case !d.watch(h.Shift, h.Start):
		return refuse("no_shift")
	case s.At.Before(h.Start):
		return refuse("too_early")
	case strings.TrimSpace(s.Why) == "":
		return refuse("no_note")
	}
	return nil
}

func (d Desk) admitCover(c Cover) error {
	switch {
	case !slices.ContainsFunc(d.OnCall.Schedules, func(s Schedule) bool { return s.ID == c.Schedule }):
		return refuse("no_schedule")
	case !slices.ContainsFunc(d.OnCall.People, func(p Person) bool { return p.ID == c.Person }):
		return refuse("no_person")
	case !c.From.Before(c.To):
		return refuse("bad_window")
	}
	return nil
}
