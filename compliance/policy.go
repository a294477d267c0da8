package compliance

import "time"

// Policy says when failing looks become an outage, and when an outage is over. Zero
// fields mean the defaults of [Policy.WithDefaults].
type Policy struct {
	ConfirmFailures int           `json:"confirm_failures"` // failing looks in a row, re-probes included
	Reprobe         time.Duration `json:"reprobe"`          // pause before a confirming re-probe
	RecoverPasses   int           `json:"recover_passes"`   // passing looks a recovery needs
	RecoverHold     time.Duration `json:"recover_hold"`     // how long a recovery must hold
	SlowP95         time.Duration `json:"slow_p95"`         // degraded when the p95 of recent looks is above; 0: never
	Fresh           time.Duration `json:"fresh"`            // a vantage's last look counts for this long; 0: see WithDefaults
}

// Defaults of a policy: three looks ten seconds apart, and half an hour of recovery.
const (
	DefaultConfirmFailures = 3
	DefaultReprobe         = 10 * time.Second
	DefaultRecoverPasses   = 2
	DefaultRecoverHold     = 30 * time.Minute
)

// WithDefaults fills the zero fields for a check with this interval and timeout. A hold of
// less than zero means none. Fresh becomes two intervals and one timeout: one late or lost
// slot does not silence a vantage, two do.
func (p Policy) WithDefaults(interval, timeout time.Duration) Policy {
	if p.ConfirmFailures <= 0 {
		p.ConfirmFailures = DefaultConfirmFailures
	}
	if p.Reprobe <= 0 {
		p.Reprobe = DefaultReprobe
	}
	if p.RecoverPasses <= 0 {
		p.RecoverPasses = DefaultRecoverPasses
	}
	switch {
	case p.RecoverHold == 0:
		p.RecoverHold = DefaultRecoverHold
	case p.RecoverHold < 0:
		p.RecoverHold = 0
	}
	if p.Fresh <= 0 {
		p.Fresh = 2*interval + timeout
	}
	return p
}
