package compliance

import "time"

// Name is a display name in both languages. It may change freely: history hangs on ids.
type Name struct {
	KO string `json:"ko"`
	EN string `json:"en"`
}

// Site is a system that customers use, and what it promises.
type Site struct {
	ID           string // stable, [a-z0-9-]
	Name         Name
	URL          string // the address customers know
	Owner        string // who mends it
	DependsOn    []string
	ServiceHours []ServiceHours
	Checks       []CheckSpec
	Boards       []BoardSpec // where it posts notices
	Pages        []PageSpec  // that clauses speak of
	Clauses      []Clause    // that it is evidence for in particular
}

// CheckSpec is a check as the engine and the store know it: without its probe.
type CheckSpec struct {
	ID       string // "site/check"
	Kind     string // http, tcp, tls, dns, icmp, grpc, websocket, push, journey
	Target   string // what is looked at, without secrets
	Interval time.Duration
	Timeout  time.Duration
	Critical bool // customers cannot use the site while this check is down
	Policy   Policy
}

// ServiceHours is a recurring closing time that a standing notice announces.
type ServiceHours struct {
	Close  string    `json:"close"`            // "HH:MM-HH:MM" in the organisation's zone; an end at or before the start is the next day's
	Days   Weekdays  `json:"days"`             // days on which the closing begins
	From   time.Time `json:"from,omitzero"`    // first day in force (start of day); zero: always
	Until  time.Time `json:"until,omitzero"`   // first day no longer in force; zero: still
	Notice string    `json:"notice,omitempty"` // where it is announced
}

// Weekdays is a set of days, bit 1<<time.Weekday.
type Weekdays uint8

// Daily is every day of the week.
const Daily Weekdays = 1<<7 - 1

// Has says whether the set holds the day.
func (w Weekdays) Has(d time.Weekday) bool { return w&(1<<d) != 0 }
