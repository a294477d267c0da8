package dashboard

import (
	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/probes"
)

// AlertsNow is how alerts and the watch floor stand, for the wall. Drills count for nothing.
type AlertsNow struct {
	Critical     int       `json:"critical"`        // open, neither acknowledged nor held
	Warning      int       `json:"warning"`         // open, neither acknowledged nor held
	Acknowledged int       `json:"acknowledged"`    // critical and warning ones that somebody answers
	Held         int       `json:"held"`            // critical and warning ones that announced work mutes
	Drills       int       `json:"drills"`          // exercises under way
	Shift        *ShiftNow `json:"shift,omitempty"` // absent: no roster is in force
	Changed      int64     `json:"changed"`         // when alerts, or what people say of them, last changed
}

// ShiftNow is the watch that is on now.
type ShiftNow struct {
	Shift   string             `json:"shift"`
	Start   int64              `json:"start"`
	End     int64              `json:"end"`
	Due     int64              `json:"due"`                // it must be taken by then
	TakenBy string             `json:"taken_by,omitempty"` // name of who took it; absent: nobody yet
	TakenAt int64              `json:"taken_at,omitempty"`
	Verdict compliance.Verdict `json:"verdict"`
	Why     string             `json:"why"` // a stable name for what the verdict rests on
}

// Alert is one occurrence of something that people are told of.
type Alert struct {
	ID       string               `json:"id"`
	Rule     compliance.AlertRule `json:"rule"`
	Severity compliance.Severity  `json:"severity"`        // critical, warning, info, none
	Site     string               `json:"site,omitempty"`  // absent: about the monitor itself
	Name     *compliance.Name     `json:"name,omitempty"`  // of the site, while it is watched
	Owner    string               `json:"owner,omitempty"` // who mends it
	Check    string               `json:"check,omitempty"`
	Subject  string               `json:"subject,omitempty"` // outage, plan, notice, board, shift or receiver
	Title    string               `json:"title,omitempty"`   // of the subject, as people know it
	Clause   compliance.Clause    `json:"clause,omitempty"`  // the promise at stake

	Start  int64            `json:"start"`          // when what it speaks of began
	Raised int64            `json:"raised"`         // when it was established, and owed to its receivers
	Gone   int64            `json:"gone,omitempty"` // what it speaks of no longer holds since; it may return
	End    int64            `json:"end,omitempty"`  // absent: it stands
	Reason probes.Reason    `json:"reason"`         // of the first failing look
	Cause  compliance.Cause `json:"cause"`          // which that reason makes likely
	Detail string           `json:"detail,omitempty"`

	Vantages []string             `json:"vantages,omitempty"` // those that fail
	Clock    compliance.ClockKind `json:"clock,omitempty"`
	Limit    int64                `json:"limit,omitempty"`    // of the clause's clock
	Percent  int                  `json:"percent,omitempty"`  // of a clock: mark passed; of a disk: free; of a burn rate: spent; of coverage: seen
	Count    int                  `json:"count,omitempty"`    // of cases
	Untold   int                  `json:"untold,omitempty"`   // of them: overdue without an announcement of the delay
	Recovery int64                `json:"recovery,omitempty"` // of an outage: recovering since
	ETA      int64                `json:"eta,omitempty"`      // of an outage: announced time of recovery

	Held        int64     `json:"held,omitempty"` // announced work mutes notifications of it until then
	Silences    []string  `json:"silences"`       // ids of those that mute notifications of it
	Acked       *Answered `json:"acked,omitempty"`
	Drill       bool      `json:"drill"` // an exercise: no evidence of anything
	Settled     int64     `json:"settled,omitempty"`
	Uncommitted bool      `json:"uncommitted,omitempty"` // seen, but the store does not take it
	Matchers    []string  `json:"matchers"`              // of a silence for this and what follows it
	Told        *Told     `json:"told,omitempty"`        // absent: nobody was told yet, or the store does not answer
}

// Answered says who did something, and when.
type Answered struct {
	By   string `json:"by"` // the actor's id
	Name string `json:"name"`
	At   int64  `json:"at"`
}

// Told sums up the receipts of an alert.
type Told struct {
	Delivered int   `json:"delivered"` // notifications that a receiver took
	Failing   int   `json:"failing"`   // receivers whose latest notification has not arrived
	Last      int64 `json:"last"`      // of the latest receipt
}

// AlertDetail is an alert with its receipts, the latest first, and what people said of it.
type AlertDetail struct {
	Alert
	Receipts         []Receipt   `json:"receipts"`
	Acknowledgements []Statement `json:"acknowledgements"`
}

// Receipt is the record of one notification.
type Receipt struct {
	ID       int64                    `json:"id"`
	At       int64                    `json:"at"`
	Status   compliance.ReceiptStatus `json:"status"`   // delivered; failing: it is being tried again; failed: refused for good
	Receiver string                   `json:"receiver"` // its name in alertmanager.yml, or a cluster member's address
	Channel  string                   `json:"channel"`  // email, webhook, slack, ...
	Person   string                   `json:"person,omitempty"`
	Name     *compliance.Name         `json:"name,omitempty"`   // of the person
	Policy   string                   `json:"policy,omitempty"` // escalation that it belongs to
	Step     int                      `json:"step,omitempty"`   // of the escalation, from 1
	Firing   []string                 `json:"firing"`           // ids of alerts
	Resolved []string                 `json:"resolved"`
	Attempts int                      `json:"attempts"`
	TookMS   int64                    `json:"took_ms"`           // of the last attempt
	Problem  string                   `json:"problem,omitempty"` // why it did not arrive
	Drill    bool                     `json:"drill"`
}

// AcknowledgementOrder answers alerts: somebody is at it.
type AcknowledgementOrder struct {
	Alerts []string `json:"alerts"` // ids of alerts that stand
	Why    string   `json:"why,omitempty"`
}

// Silence mutes notifications of the alerts that match.
type Silence struct {
	ID       string       `json:"id"`
	Matchers []string     `json:"matchers"` // as Alertmanager writes them: site="homepage"
	Starts   int64        `json:"starts"`
	Ends     int64        `json:"ends"`
	By       string       `json:"by"` // name of who made it
	Why      string       `json:"why"`
	State    SilenceState `json:"state"`  // active, pending, expired
	Alerts   []string     `json:"alerts"` // ids of the open alerts that it mutes
}

// SilenceList is all that is known of silences.
type SilenceList struct {
	Inside   bool      `json:"inside"` // silences are made here; false: alerts go to an external Alertmanager only, and silences are made there
	Silences []Silence `json:"silences"`
}

// SilenceOrder asks for a silence.
type SilenceOrder struct {
	Matchers []string `json:"matchers"`
	Starts   *Instant `json:"starts,omitempty"` // absent: now
	Ends     *Instant `json:"ends"`
	Why      string   `json:"why"`
}

// SilenceEnd ends a silence before its time.
type SilenceEnd struct {
	Why string `json:"why"`
}

// OnCall is who is on call, and who is told when nobody answers.
type OnCall struct {
	People      []Person     `json:"people"`
	Schedules   []Schedule   `json:"schedules"`
	Escalations []Escalation `json:"escalations"`
	Quiet       []QuietHours `json:"quiet"`
	Covers      []Statement  `json:"covers"` // put on record by people, and not over before the span; the latest prevails
}

// Person is somebody who can be on call.
type Person struct {
	ID        string          `json:"id"`
	Name      compliance.Name `json:"name"`
	Receivers []string        `json:"receivers"` // of alertmanager.yml
	Language  string          `json:"language,omitempty"`
}

// Schedule says who is on call when.
type Schedule struct {
	ID     string          `json:"id"`
	Name   compliance.Name `json:"name"`
	People []string        `json:"people"`         // in the order of their turns
	Days   int             `json:"days"`           // of a turn
	Now    *Turn           `json:"now,omitempty"`  // absent: nobody is on call
	Next   *Turn           `json:"next,omitempty"` // of somebody else
	Plan   []OnCallDay     `json:"plan"`           // the calendar days of the span
}

// OnCallDay is who is on call on a calendar day of the organisation's zone, or on the part of
// it that was asked for.
type OnCallDay struct {
	Day   string `json:"day"` // "2026-11-24"
	From  int64  `json:"from"`
	To    int64  `json:"to"`
	Turns []Turn `json:"turns"`
}

// Turn is a stretch of time of one person.
type Turn struct {
	Person string `json:"person"`
	From   int64  `json:"from"`
	To     int64  `json:"to"`
	Cover  bool   `json:"cover"` // instead of whose turn it would be
}

// Escalation is who is told when nobody acknowledges.
type Escalation struct {
	Receiver   string                `json:"receiver"` // of alertmanager.yml, whose place it takes
	Severities []compliance.Severity `json:"severities"`
	Steps      []EscalationStep      `json:"steps"`
	Repeat     int                   `json:"repeat"` // how often the steps begin anew
}

// EscalationStep is one step.
type EscalationStep struct {
	AfterMS   int64    `json:"after_ms"` // since the alert was raised
	Schedules []string `json:"schedules"`
	People    []string `json:"people"`
	Receivers []string `json:"receivers"`
}

// QuietHours mute notifications of some severities to people on call.
type QuietHours struct {
	Severities []compliance.Severity `json:"severities"`
	From       string                `json:"from"` // "22:00"
	To         string                `json:"to"`
	Days       []int                 `json:"days"` // on which they begin; 0 is Sunday
}

// CoverOrder puts somebody else on call for a while.
type CoverOrder struct {
	Schedule string   `json:"schedule"`
	Person   string   `json:"person"`
	From     *Instant `json:"from"`
	To       *Instant `json:"to"`
	Why      string   `json:"why,omitempty"`
}

// WatchFloor is how the watch floor is staffed, and what became of it.
type WatchFloor struct {
	Shifts  []Shift     `json:"shifts"`
	GraceMS int64       `json:"grace_ms"`          // a shift is taken, and handed over, so long after its time at the latest
	Current *Watch      `json:"current,omitempty"` // absent: no roster is in force
	Next    *Watch      `json:"next,omitempty"`
	Watches []Watch     `json:"watches"` // of the span, the latest first
	Stands  Standing    `json:"stands"`  // what a hand-over would name now
	Rules   []AlertKind `json:"rules"`   // of which a drill can be held
}

// Shift is a stretch of the day during which somebody sits on the watch floor.
type Shift struct {
	Name   string   `json:"name"`
	From   string   `json:"from"`   // "09:00"
	People []string `json:"people"` // who may take it; none: anybody who may acknowledge
}

// Watch is one shift of one day, and what became of it.
type Watch struct {
	Shift   string             `json:"shift"`
	Start   int64              `json:"start"`
	End     int64              `json:"end"`
	Due     int64              `json:"due"` // it must be taken by then
	Taken   *Answered          `json:"taken,omitempty"`
	Handed  *HandedOver        `json:"handed,omitempty"`
	Verdict compliance.Verdict `json:"verdict"`
	Why     string             `json:"why"` // a stable name for what the verdict rests on
}

// HandedOver says who handed a shift over, and what stood then.
type HandedOver struct {
	Answered
	Note     string        `json:"note"`
	Alerts   []string      `json:"alerts"`   // ids of those that stood
	Outages  []string      `json:"outages"`  // ids of the sites' open ones
	Silences []string      `json:"silences"` // ids of those in force
	Clocks   []HandedClock `json:"clocks"`   // those that ran
}

// HandedClock is a clock that ran when a shift was handed over.
type HandedClock struct {
	Kind    compliance.ClockKind `json:"kind"`
	Site    string               `json:"site"`
	Subject string               `json:"subject"`
	Limit   int64                `json:"limit"`
}

// Standing is what whoever comes next must know of.
type Standing struct {
	Alerts   []Alert   `json:"alerts"`   // open, without drills
	Outages  []Outage  `json:"outages"`  // of whole sites, open
	Silences []Silence `json:"silences"` // in force
	Clocks   []Clock   `json:"clocks"`   // not met
}

// AlertKind is what is fixed of a rule.
type AlertKind struct {
	Rule    compliance.AlertRule `json:"rule"`
	Clause  compliance.Clause    `json:"clause,omitempty"`
	Monitor bool                 `json:"monitor"` // it is about the monitor itself, not a site
}

// TakingOrder begins a shift.
type TakingOrder struct {
	Shift string   `json:"shift,omitempty"` // absent, with start: the one that is on now
	Start *Instant `json:"start,omitempty"`
	Why   string   `json:"why,omitempty"`
	Drill bool     `json:"drill,omitempty"`
}

// HandOverOrder hands a shift over. What stands is added by the server.
type HandOverOrder struct {
	Shift string   `json:"shift,omitempty"` // absent, with start: the one that is on now
	Start *Instant `json:"start,omitempty"`
	Note  string   `json:"note"` // to whoever comes next
	Drill bool     `json:"drill,omitempty"`
}

// DrillOrder raises an alert as an exercise.
type DrillOrder struct {
	Rule compliance.AlertRule `json:"rule"`
	Site string               `json:"site,omitempty"` // absent: the rule is about the monitor itself
	Ends *Instant             `json:"ends"`
	Why  string               `json:"why"`
}

// Acknowledgement answers alerts.
type Acknowledgement struct {
	Alerts []string `json:"alerts"`
}

// SilenceSaid is what was put on record of a silence.
type SilenceSaid struct {
	ID       string   `json:"id"`
	Matchers []string `json:"matchers"`
	Starts   int64    `json:"starts"`
	Ends     int64    `json:"ends"`
	Expired  bool     `json:"expired"` // it was ended before its time
}

// Drill is an exercise.
type Drill struct {
	Rule compliance.AlertRule `json:"rule"`
	Site string               `json:"site,omitempty"`
	Ends int64                `json:"ends"`
}

// Taking says that somebody has begun a shift.
type Taking struct {
	Shift string `json:"shift"`
	Start int64  `json:"start"`
	Drill bool   `json:"drill"`
}

// HandOver says that a shift was handed over, and what stood then.
type HandOver struct {
	Shift    string        `json:"shift"`
	Start    int64         `json:"start"`
	Alerts   []string      `json:"alerts"`
	Outages  []string      `json:"outages"`
	Silences []string      `json:"silences"`
	Clocks   []HandedClock `json:"clocks"`
	Drill    bool          `json:"drill"`
}

// Cover puts somebody else on call for a while.
type Cover struct {
	Schedule string `json:"schedule"`
	Person   string `json:"person"`
	From     int64  `json:"from"`
	To       int64  `json:"to"`
}
