package demo

import (
	"fmt"
	"slices"
	"time"
)

// Mode names one way for a site to be unwell. The zero value is Healthy.
type Mode string

// The conditions of a site. What each looks like from outside is told in the package comment.
const (
	Healthy       Mode = ""
	Stop          Mode = "stop"            // listeners closed: connection refused
	Slow          Mode = "slow"            // the right answer, after Fault.Delay
	Status        Mode = "status"          // an error page with Fault.Code
	WrongPage     Mode = "wrong-page"      // 200, but an error text instead of the page
	Blocked       Mode = "blocked"         // 403 from what looks like a web application firewall
	ExpiredCert   Mode = "expired-cert"    // HTTPS alone: a leaf that expired yesterday
	WrongNameCert Mode = "wrong-name-cert" // HTTPS alone: a leaf for another host
	Reset         Mode = "reset"           // connections are accepted, then reset (RST)
	Hang          Mode = "hang"            // connections are accepted, nothing is ever answered
)

// Modes lists every way to break a site, in the order in which the control page offers them.
func Modes() []Mode {
	return []Mode{Stop, Slow, Status, WrongPage, Blocked, ExpiredCert, WrongNameCert, Reset, Hang}
}

// Defaults and bounds of a Fault.
const (
	defaultDelay = 3 * time.Second
	defaultCode  = 503
	maxDelay     = 10 * time.Minute
	maxFor       = 24 * time.Hour
	maxText      = 500 // bytes
)

// Fault is a condition that a site is put into. Fields that its Mode does not use are ignored.
type Fault struct {
	Mode  Mode
	Code  int           // Status: the HTTP status, 400 to 599; 0 means 503
	Delay time.Duration // Slow: time before the first byte, at most 10 minutes; 0 means 3 s
	For   time.Duration // heals by itself after this long, at most 24 hours; 0 means until Heal
	// Text is shown to visitors on the page of Status and WrongPage ("복구 예정: 15:30"), so that an
	// outage that says when it will end can be told from one that does not. At most 500 bytes.
	Text string
}

// normal returns f with its defaults filled in, or an error that names the field and what would be right.
func (f Fault) normal() (Fault, error) {
	if !slices.Contains(Modes(), f.Mode) {
		return f, fmt.Errorf("mode %q: want one of %v", f.Mode, Modes())
	}
	if f.Code == 0 {
		f.Code = defaultCode
	}
	if f.Code < 400 || f.Code > 599 {
		return f, fmt.Errorf("code %d: want 400 to 599", f.Code)
	}
	if f.Delay == 0 {
		f.Delay = defaultDelay
	}
	if f.Delay < 0 || f.Delay > maxDelay {
		return f, fmt.Errorf("delay %s: want more than 0, at most %s", f.Delay, maxDelay)
	}
	if f.For < 0 || f.For > maxFor {
		return f, fmt.Errorf("for %s: want 0 (until healed) to %s", f.For, maxFor)
	}
	if len(f.Text) > maxText {
		return f, fmt.Errorf("text of %d bytes: want at most %d", len(f.Text), maxText)
	}
	return f, nil
}

// posture is what a site's gates do with connections under m.
func (m Mode) posture() posture {
	switch m {
	case Stop:
		return refuse
	case Reset:
		return reset
	case Hang:
		return hang
	}
	return admit
}

// cuts reports whether a change into or out of m must end the connections that stand: a client that
// keeps one alive would otherwise go on seeing the condition before.
func (m Mode) cuts() bool {
	return m.posture() != admit || m == ExpiredCert || m == WrongNameCert
}
