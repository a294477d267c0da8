package dashboard

import (
	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/internal/accounts"
	"github.com/charterwatch/charterwatch/probes"
)

// Times on the wire are milliseconds since the Unix epoch, durations milliseconds, and
// shares thousandths of a percent, floored (99999 is 99.999 %). Absent means not known.

// Message is anything the live feed sends.
type Message struct {
	Type  string `json:"type"` // "hello", "snapshot", "delta", "beat"
	Epoch string `json:"epoch,omitempty"`
	Seq   uint64 `json:"seq"`
	Now   int64  `json:"now"` // the monitor's clock

	BeatMS  int64          `json:"beat_ms,omitempty"` // of hello: how often a beat comes
	Wall    *Wall          `json:"wall,omitempty"`    // of snapshot
	Sites   []SiteDelta    `json:"sites,omitempty"`   // of delta
	Checks  []CheckDelta   `json:"checks,omitempty"`  // of delta
	Events  []Event        `json:"events,omitempty"`  // of delta, oldest first
	Groups  *[]Group       `json:"groups,omitempty"`  // of delta, when they changed
	Months  []MonthDelta   `json:"months,omitempty"`  // of delta, when they were computed anew
	Plans   *[]Plan        `json:"plans,omitempty"`   // of delta, when they or the boards changed
	Boards  *[]Board       `json:"boards,omitempty"`  // of delta, with plans
	Alerts  *AlertsNow     `json:"alerts,omitempty"`  // of delta, when they changed
	Monitor *MonitorHealth `json:"monitor,omitempty"` // of delta and beat
}

// Wall is everything the first page shows.
type Wall struct {
	Organisation compliance.Name `json:"organisation"`
	Zone         string          `json:"zone"` // IANA name; the wall's times are shown in it
	Languages    []string        `json:"languages"`
	Version      string          `json:"version"`
	Demo         bool            `json:"demo"` // what is watched is simulated
	Monitor      MonitorHealth   `json:"monitor"`
	Sites        []Site          `json:"sites"`  // in the order of the config
	Groups       []Group         `json:"groups"` // open outages that belong together
	Events       []Event         `json:"events"` // the latest, oldest first
	Plans        []Plan          `json:"plans"`  // maintenance from yesterday to two weeks ahead, and what awaits review
	Boards       []Board         `json:"boards"` // notice boards that cannot be read
	Alerts       *AlertsNow      `json:"alerts"` // how alerts and the watch floor stand
}

// MonitorHealth is how the monitor itself is doing.
type MonitorHealth struct {
	Started       int64             `json:"started"`
	LastCommit    int64             `json:"last_commit,omitempty"`
	Trouble       bool              `json:"trouble"` // results are not being stored
	FailingSince  int64             `json:"failing_since,omitempty"`
	UplinkDown    int64             `json:"uplink_down,omitempty"` // since when the monitor cannot see out
	Queue         int               `json:"queue"`
	MissedSlots   uint64            `json:"missed_slots"`
	Coverage      *compliance.Ratio `json:"coverage,omitempty"`        // of this month so far, all sites
	ConfigErrorAt int64             `json:"config_error_at,omitempty"` // when a reload was last refused; 0 once one succeeded
}

// Site is a site on the wall.
type Site struct {
	Name  compliance.Name `json:"name"`
	URL   string          `json:"url"`
	Owner string          `json:"owner,omitempty"`
	SiteDelta
	Month  Availability `json:"month"`
	Checks []Check      `json:"checks"`
}

// SiteDelta is what changes of a site.
type SiteDelta struct {
	ID        string            `json:"site"`
	Status    compliance.Status `json:"status"`
	Since     int64             `json:"since,omitempty"`
	ClosedNow bool              `json:"closed_now"` // within its published closing hours
	Outage    *Outage           `json:"outage,omitempty"`
	Clocks    []Clock           `json:"clocks,omitempty"` // of the open outage, and of windows whose notice is not posted yet
	Work      *WorkNow          `json:"work,omitempty"`   // absent: no announced window holds now
}

// MonthDelta is a site's accounts, computed anew.
type MonthDelta struct {
	Site  string       `json:"site"`
	Month Availability `json:"month"`
}

// Availability is a site's accounts for a calendar month of the organisation's zone.
type Availability struct {
	Month       string             `json:"month"` // "2026-11"
	Raw         *compliance.Ratio  `json:"raw,omitempty"`
	Charter     *compliance.Ratio  `json:"charter,omitempty"`
	Coverage    *compliance.Ratio  `json:"coverage,omitempty"`
	Best        *compliance.Ratio  `json:"best,omitempty"`
	Worst       *compliance.Ratio  `json:"worst,omitempty"`
	UpMS        int64              `json:"up_ms"`
	DownMS      int64              `json:"down_ms"`
	Unknown     int64              `json:"unknown_ms"`
	Verdict     compliance.Verdict `json:"verdict"`
	Broken      int                `json:"broken_days"`
	Unproven    int                `json:"unproven_days"`
	Parts                          // of down_ms
	ContestedMS int64              `json:"contested_ms"`      // of unknown_ms: seen, but an upheld appeal says wrongly
	AsSeen      *AsSeen            `json:"as_seen,omitempty"` // absent: no appeal changed the figures
	Clauses     []ClauseVerdict    `json:"clauses"`
}

// Check is a check on the wall.
type Check struct {
	Kind       string `json:"kind"`
	Target     string `json:"target"`
	Critical   bool   `json:"critical"`
	IntervalMS int64  `json:"interval_ms"`
	CheckDelta
	Strip Strip `json:"strip"`
}

// CheckDelta is what changes of a check.
type CheckDelta struct {
	ID         string            `json:"check"`
	Status     compliance.Status `json:"status"`
	Since      int64             `json:"since,omitempty"`
	Reason     probes.Reason     `json:"reason"`
	Detail     string            `json:"detail,omitempty"`
	SeenAt     int64             `json:"seen_at,omitempty"`     // of the latest look
	DurationMS float64           `json:"duration_ms,omitempty"` // of the latest look
	Outage     *Outage           `json:"outage,omitempty"`
	Cells      []Cell            `json:"cells,omitempty"` // of a delta: the strip's cells that changed, the current one last
}

// Strip is a check's last 24 hours, or less while its history is younger. Cell i covers [From + i*CellMS, From + (i+1)*CellMS).
type Strip struct {
	From   int64   `json:"from"`
	CellMS int64   `json:"cell_ms"`
	States string  `json:"states"` // a letter a cell: u up, f some looks failed, d down, x unknown, - not watched
	P95    []int32 `json:"p95"`    // of the passing looks, in ms; -1 when there is none
}

// Cell is one cell of a strip.
type Cell struct {
	From  int64  `json:"from"`
	State string `json:"state"`
	P95   int32  `json:"p95"`
}

// Outage is an outage on the wire.
type Outage struct {
	ID              string           `json:"id"`
	Site            string           `json:"site"`
	Check           string           `json:"check,omitempty"`
	Start           int64            `json:"start"`
	ConfirmedAt     int64            `json:"confirmed_at"`
	RecoveringSince int64            `json:"recovering_since,omitempty"`
	End             int64            `json:"end,omitempty"`
	Reason          probes.Reason    `json:"reason"`
	Cause           compliance.Cause `json:"cause"`
	Checks          []string         `json:"checks,omitempty"`
	Uncommitted     bool             `json:"uncommitted,omitempty"` // seen, but the store does not take it
	Part            string           `json:"part,omitempty"`        // of a site's open outage: what it is put down to at this moment
	Account         *OutageAccount   `json:"account,omitempty"`     // where it was asked for
}

// Group is a set of open outages that probably share an origin.
type Group struct {
	Dependency string           `json:"dependency,omitempty"`
	Cause      compliance.Cause `json:"cause"`
	Outages    []string         `json:"outages"`
	Start      int64            `json:"start"`
}

// Event is something that happened.
type Event struct {
	Kind   compliance.EventKind `json:"kind"`
	Site   string               `json:"site"` // _monitor: of the monitor itself
	Check  string               `json:"check,omitempty"`
	At     int64                `json:"at"`
	SeenAt int64                `json:"seen_at"`
	Outage string               `json:"outage,omitempty"`
	Status compliance.Status    `json:"status"`
	Reason probes.Reason        `json:"reason"`
	Count  int                  `json:"count,omitempty"`

	Subject string               `json:"subject,omitempty"` // the notice, board, plan, outage or statement that it is about
	Title   string               `json:"title,omitempty"`   // of the subject, as people know it
	Clock   compliance.ClockKind `json:"clock,omitempty"`   // which ran to count percent
	Limit   int64                `json:"limit,omitempty"`   // of the clock
	Said    string               `json:"said,omitempty"`    // what kind of statement a person made
}

// Result is one look on the wire.
type Result struct {
	Vantage    string         `json:"vantage"`
	Slot       int64          `json:"slot"`    // the instant the look stands for
	Attempt    int            `json:"attempt"` // 0 is the slot's own look, others confirm its failure
	Outcome    probes.Outcome `json:"outcome"`
	Reason     probes.Reason  `json:"reason"`
	Detail     string         `json:"detail,omitempty"`
	DurationMS float64        `json:"duration_ms"`
}

// Token is what is known of a token: never the token itself.
type Token struct {
	ID      string        `json:"id"`
	Prefix  string        `json:"prefix"` // how it begins, to tell tokens apart
	Name    string        `json:"name"`
	Role    accounts.Role `json:"role"`
	Created int64         `json:"created"`
	Expires int64         `json:"expires,omitempty"` // absent: never
	Revoked int64         `json:"revoked,omitempty"`
}

// TokenOrder asks for a token.
type TokenOrder struct {
	Name string        `json:"name"` // what it is for
	Role accounts.Role `json:"role"`
	Days int           `json:"days,omitempty"` // how long it shall be valid; absent: until it is revoked
}

// IssuedToken is a new token, in the clear for the only time.
type IssuedToken struct {
	Secret string `json:"secret"`
	Token
}

// Problem is the body of an error (RFC 9457).
type Problem struct {
	Type   string `json:"type"` // urn:charterwatch: and a name that does not change
	Title  string `json:"title"`
	Status int    `json:"status"` // the HTTP status
}
