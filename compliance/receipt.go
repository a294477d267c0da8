package compliance

import "time"

// ReceiptStatus is what became of a notification.
type ReceiptStatus string

// The statuses.
const (
	Delivered ReceiptStatus = "delivered" // the receiver took it
	Failing   ReceiptStatus = "failing"   // it did not yet; it is being tried again
	Failed    ReceiptStatus = "failed"    // it refused for good
)

// Receipt is the record of one notification: who was told of what, when and by which
// channel. It is evidence for the clauses that promise to act at once.
type Receipt struct {
	ID       int64         `json:"id"` // given by the store
	At       time.Time     `json:"at"`
	Status   ReceiptStatus `json:"status"`
	Receiver string        `json:"receiver"`         // its name in alertmanager.yml, or the address of an Alertmanager of a cluster
	Channel  string        `json:"channel"`          // email, webhook, slack, ...; alertmanager for a cluster's member
	Person   string        `json:"person,omitempty"` // id of the person on call, where one was meant
	Policy   string        `json:"policy,omitempty"` // escalation, and which of its steps
	Step     int           `json:"step,omitempty"`   // from 1
	Firing   []string      `json:"firing,omitempty"` // ids of alerts
	Resolved []string      `json:"resolved,omitempty"`
	Attempts int           `json:"attempts"`
	Took     time.Duration `json:"took"`              // of the last attempt, in nanoseconds
	Problem  string        `json:"problem,omitempty"` // of Failing and Failed; holds no secret
	Drill    bool          `json:"drill,omitempty"`   // all its alerts are drills, or it was a test
}

// ReceiptQuery asks for receipts, the latest first.
type ReceiptQuery struct {
	Alert    string    // id of an alert; "": of all
	From, To time.Time // zero: no bound
	Limit    int       // 0: 1000
}
