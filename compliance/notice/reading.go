package notice

import "time"

// Kind is what a notice is about.
type Kind string

// The kinds.
const (
	Maintenance Kind = "maintenance"
	Outage      Kind = "outage"   // something is broken now
	Recovery    Kind = "recovery" // something that was broken works again
	Other       Kind = "other"
)

// State is where the announced event stands.
type State string

// The states.
const (
	Planned     State = "planned"
	Rescheduled State = "rescheduled"
	Extended    State = "extended"
	Cancelled   State = "cancelled"
	Completed   State = "completed"
)

// Type tells regular work from emergency work: the charter promises differ.
type Type string

// The types.
const (
	Untyped   Type = ""
	Regular   Type = "regular"   // 정기
	Emergency Type = "emergency" // 긴급
)

// Window is a stretch of time [Start, End) during which service is announced to stop.
type Window struct {
	Start time.Time
	End   time.Time // zero: open, no end was announced
}

// Rule is a recurring window.
type Rule struct {
	Freq     string    // "daily", "weekly", "monthly", "yearly"
	Weekdays []int     // of weekly and monthly rules: time.Weekday numbers
	Week     int       // of monthly rules by weekday: 1-5, -1 for the last
	MonthDay int       // of monthly and yearly rules by date: 1-31, -1 for the last; 0 otherwise
	Month    int       // of yearly rules
	From, To int       // minutes after midnight; To at or before From is the next day's
	Zone     string    // offset such as "+00:00" of From and To; empty: the notice's zone
	Since    time.Time // first day in force; zero: not said
	Until    time.Time // first day no longer in force; zero: not said
}

// Span is where in the text something was read: byte offsets into title + "\n" + body.
type Span struct {
	What     string // "window", "eta", "rule", "state", or a problem's code
	From, To int
}

// Text is a notice to read.
type Text struct {
	Title, Body string
	Posted      time.Time      // decides the year and month of bare dates; an instant, unless at midnight: then a day
	Zone        *time.Location // of times that name none; nil means Asia/Seoul
}

// Reading is what a notice announces.
type Reading struct {
	Kind        Kind
	State       State
	Type        Type
	Windows     []Window // in the text's order
	Replaced    []Window // windows that the notice says no longer hold (당초 ...)
	Rules       []Rule
	ETA         time.Time // expected recovery; zero: not said
	Confidence  float64   // 0 to 1
	NeedsReview bool      // excuses nothing until an operator has decided
	Problems    []Problem
	Spans       []Span
}
