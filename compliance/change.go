package compliance

import (
	"fmt"
	"time"

	"github.com/charterwatch/charterwatch/probes"
)

// Gap is a run of slots [From, To) of one check at one vantage without a known
// observation. Adjacent gaps with the same reason are one gap.
type Gap struct {
	Check   string        `json:"check"`
	Vantage string        `json:"vantage"`
	From    time.Time     `json:"from"` // a slot
	To      time.Time     `json:"to"`   // the slot after the last one covered
	Reason  probes.Reason `json:"reason"`
	Detail  string        `json:"detail,omitempty"`
}

// Continues reports whether next goes on where g ends, for the same reason.
func (g Gap) Continues(next Gap) bool {
	return g.To.Equal(next.From) && g.Check == next.Check && g.Vantage == next.Vantage && g.Reason == next.Reason && g.Detail == next.Detail
}

// Outage is a confirmed failure of a check (Check set) or of a whole site (Check empty).
// Successive versions share the ID.
type Outage struct {
	ID              string        `json:"id"`
	Site            string        `json:"site"`
	Check           string        `json:"check,omitempty"`
	Start           time.Time     `json:"start"`                     // first failing slot of the confirmed run
	ConfirmedAt     time.Time     `json:"confirmed_at"`              // when it was confirmed
	RecoveringSince time.Time     `json:"recovering_since,omitzero"` // first pass of a recovery on trial
	End             time.Time     `json:"end,omitzero"`              // first pass of the recovery that held; zero while open
	Reason          probes.Reason `json:"reason"`                    // of the first failing look
	Cause           Cause         `json:"cause"`
	Checks          []string      `json:"checks,omitempty"` // of a site's outage: the critical checks that took part
}

// Open says whether the outage has not ended yet.
func (o Outage) Open() bool { return o.End.IsZero() }

// outageID derives the id from what makes an outage unique, so that a retried commit
// writes the same row.
func outageID(subject string, start time.Time) string {
	return fmt.Sprintf("%s@%s", subject, start.UTC().Format("20060102T150405.000Z"))
}

// EventKind names what happened. The set is closed.
type EventKind string

// The events of checks and sites.
const (
	OutageOpened    EventKind = "outage_opened"
	OutageClosed    EventKind = "outage_closed"
	RecoveryStarted EventKind = "recovery_started"
	RecoveryBroken  EventKind = "recovery_broken"
	Blip            EventKind = "blip" // failing looks that were not confirmed: up, but counted
	SlowStarted     EventKind = "slow_started"
	SlowEnded       EventKind = "slow_ended"
	MinorityStarted EventKind = "minority_started"
	MinorityEnded   EventKind = "minority_ended"
	StatusChanged   EventKind = "status_changed" // of a site
)

// The events of notices and clocks. Their Subject is the notice, board, plan, outage or
// statement that they are about.
const (
	NoticeSeen      EventKind = "notice_seen"
	NoticeChanged   EventKind = "notice_changed"
	NoticeVanished  EventKind = "notice_vanished"
	NoticeReturned  EventKind = "notice_returned"
	NoticeUnclear   EventKind = "notice_unclear" // awaits a person
	BoardUnreadable EventKind = "board_unreadable"
	BoardReadable   EventKind = "board_readable"
	HoursDenied     EventKind = "hours_denied"     // a standing notice does not announce its closing time
	HoursAnnounced  EventKind = "hours_announced"  // it does again
	WorkUnannounced EventKind = "work_unannounced" // maintenance began without a notice
	ClockRan        EventKind = "clock_ran"        // to Count percent
	PersonStated    EventKind = "person_stated"
	CasesImported   EventKind = "cases_imported" // Count of them
)

// Event is something that happened to a check (Check set) or a site.
type Event struct {
	Kind   EventKind     `json:"kind"`
	Site   string        `json:"site"`
	Check  string        `json:"check,omitempty"`
	At     time.Time     `json:"at"`      // when it became true
	SeenAt time.Time     `json:"seen_at"` // when it was established
	Outage string        `json:"outage,omitempty"`
	Status Status        `json:"status"`
	Reason probes.Reason `json:"reason"`
	Count  int           `json:"count,omitempty"` // of a blip: failing looks; of a clock: percent

	Subject string    `json:"subject,omitempty"` // what a notice's or clock's event is about
	Clock   ClockKind `json:"clock,omitempty"`
	Limit   time.Time `json:"limit,omitzero"` // of the clock
	Said    string    `json:"said,omitempty"` // of a statement: what kind it is
}

// OutageCapture is the first failing answer of an outage, as seen.
type OutageCapture struct {
	Outage  string         `json:"outage"`
	Check   string         `json:"check"`
	Vantage string         `json:"vantage"`
	SeenAt  time.Time      `json:"seen_at"`
	Capture probes.Capture `json:"capture"`
}

// Change is one site's step forward: everything that must become durable together.
// Applying the same Change twice leaves the store as applying it once does.
type Change struct {
	Site     string
	Results  []probes.Result // known outcomes, in order
	Gaps     []Gap
	Checks   []CheckState // next states of the checks touched
	State    *SiteState   // next state of the site, nil when untouched
	Outages  []Outage     // new versions
	Events   []Event
	Captures []OutageCapture

	Boards     []BoardChange
	Statements []Statement
	Alerts     []Alert // new versions
	Imports    []CaseImport
	Looks      []PageSpan // at pages: each replaces the version with the same beginning

	// Uncommitted marks a change that sinks are shown although the store does not take
	// it: the monitor's own trouble must not hide an outage.
	Uncommitted bool
}

// BoardChange is what a look at a board came to.
type BoardChange struct {
	State   BoardState
	Span    BoardSpan
	Changed []Notice     // new, or changed in more than LastSeen
	Seen    []Notice     // changed in LastSeen alone
	Pages   []NoticePage // of new revisions
}

// Rejected says that the store refused one change of a group for good; the rest of the
// group is durable.
type Rejected struct {
	Index int // into the committed slice
	Err   error
}

// Snapshot is what a store remembers of the engine's state.
type Snapshot struct {
	Checks     map[string]CheckState
	Sites      map[string]SiteState
	Boards     map[string]BoardBook   // with the notices of the last [RememberNotices]
	Statements map[string][]Statement // by site or [MonitorScope], oldest first
	Alerts     []Alert                // those that stand
	Cases      CaseBook               // those that are open, or were received in the last [RememberNotices]
	Looks      map[string]PageSpan    // by page: the latest
}

// RememberNotices is how long after it was last seen the engine keeps a notice in mind.
const RememberNotices = 120 * 24 * time.Hour

// CheckLife is a stretch of time during which a check was watched with unchanged terms.
// A changed interval or criticality starts a new one.
type CheckLife struct {
	Check    string        `json:"check"`
	Site     string        `json:"site"`
	Critical bool          `json:"critical,omitempty"`
	Vantages []string      `json:"vantages"`
	Interval time.Duration `json:"interval"`
	Policy   Policy        `json:"policy"`
	From     time.Time     `json:"from"`        // first slot
	To       time.Time     `json:"to,omitzero"` // zero: still watched
}

// SiteHistory is what availability is computed from.
type SiteHistory struct {
	Site    string      `json:"site"`
	Lives   []CheckLife `json:"lives"`             // of all checks the site had in the period
	Gaps    []Gap       `json:"gaps,omitempty"`    // of those checks
	Outages []Outage    `json:"outages,omitempty"` // of the site and of those checks
	Until   time.Time   `json:"until"`             // up to when the history is complete; later time is not yet known
	Record  Record      `json:"record"`            // of notices, as far back as they may speak of the period
}
