package compliance

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/charterwatch/charterwatch/probes"
)

// Status is what people are told of a check or site. The zero value is StatusUnknown.
type Status uint8

// The statuses. Their numbers are stored; never renumber them.
const (
	StatusUnknown  Status = 0 // not seen recently enough to say
	StatusUp       Status = 1
	StatusDegraded Status = 2 // usable, but slow or failing in a part
	StatusDown     Status = 3
)

var statusNames = [...]string{"unknown", "up", "degraded", "down"}

// String returns the status's stable lower-case name.
func (s Status) String() string { return statusNames[min(int(s), len(statusNames)-1)] }

// MarshalText writes the stable name.
func (s Status) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads a stable name.
func (s *Status) UnmarshalText(b []byte) error {
	i := slices.Index(statusNames[:], string(b))
	if i < 0 {
		return fmt.Errorf("unknown status %q", b)
	}
	*s = Status(i)
	return nil
}

// View is what one vantage last saw of a check.
type View struct {
	Vantage  string         `json:"vantage"`
	Slot     time.Time      `json:"slot"`              // of the latest look taken into account
	Attempt  int            `json:"attempt"`           // of that look
	SeenAt   time.Time      `json:"seen_at"`           // never runs backwards
	KnownAt  time.Time      `json:"known_at,omitzero"` // instant of the latest look that established anything
	GapTo    time.Time      `json:"gap_to,omitzero"`   // slots before this are covered by gap records
	Outcome  probes.Outcome `json:"outcome"`
	Reason   probes.Reason  `json:"reason"`
	Detail   string         `json:"detail,omitempty"`
	Duration time.Duration  `json:"duration"`

	FailRun  int             `json:"fail_run,omitempty"`  // failing looks in a row; unknown neither adds nor clears
	FailFrom time.Time       `json:"fail_from,omitzero"`  // first of that run
	Failing  bool            `json:"failing,omitempty"`   // the run is confirmed
	PassRun  int             `json:"pass_run,omitempty"`  // passing looks since the last confirmed failure
	First    *probes.Capture `json:"first,omitempty"`     // answer of the first failing look of the run
	FirstWhy probes.Reason   `json:"first_why,omitempty"` // its reason
	Recent   []int32         `json:"recent,omitempty"`    // durations of the latest slots in ms, oldest first
}

// CheckState is all that Step needs to remember of a check.
type CheckState struct {
	Check    string    `json:"check"`
	Views    []View    `json:"views"`              // by vantage name
	Outage   *Outage   `json:"outage,omitempty"`   // open outage, also while its recovery is on trial
	LastEnd  time.Time `json:"last_end,omitzero"`  // end of the latest closed outage
	Minority bool      `json:"minority,omitempty"` // some vantages fail, but no majority
	Slow     bool      `json:"slow,omitempty"`     // above Policy.SlowP95
	Since    time.Time `json:"since,omitzero"`     // when Status last changed
	Status   Status    `json:"status"`             // as of the latest result
}

// View returns the named vantage's view, and whether there is one.
func (s CheckState) View(vantage string) (View, bool) {
	if i := s.index(vantage); i >= 0 {
		return s.Views[i], true
	}
	return View{}, false
}

func (s CheckState) index(vantage string) int {
	return slices.IndexFunc(s.Views, func(v View) bool { return v.Vantage == vantage })
}

// Skip notes that the slots of a gap are accounted for without a look. Nothing is concluded
// from it: the silence itself makes the vantage stale.
func (s CheckState) Skip(g Gap) CheckState {
	s.Check = g.Check
	s.Views = slices.Clone(s.Views)
	i := s.ensure(g.Vantage)
	s.Views[i].GapTo = later(s.Views[i].GapTo, g.To)
	return s
}

// ensure returns the index of the vantage's view, making it if need be. s.Views must be
// the caller's own.
func (s *CheckState) ensure(vantage string) int {
	if s.index(vantage) < 0 {
		s.Views = append(s.Views, View{Vantage: vantage})
		slices.SortFunc(s.Views, func(a, b View) int { return cmp.Compare(a.Vantage, b.Vantage) })
	}
	return s.index(vantage)
}

// StatusAt is the check's status at now: Unknown once no vantage has a fresh known look.
func (s CheckState) StatusAt(now time.Time, p Policy) Status {
	sees := func(v View) bool { return v.Outcome != probes.Unknown }
	if voters, _ := s.votes(now, p); voters == 0 || !slices.ContainsFunc(s.Views, sees) {
		return StatusUnknown
	}
	switch {
	case s.Outage != nil && s.Outage.RecoveringSince.IsZero():
		return StatusDown
	case s.Slow || s.Minority:
		return StatusDegraded
	default:
		return StatusUp
	}
}

// votes counts the vantages with a fresh known look, and those of them that see a confirmed
// failure. Unknown looks have no say: the outages are the same when they are replayed from
// the known ones alone.
func (s CheckState) votes(now time.Time, p Policy) (voters, failing int) {
	for _, v := range s.Views {
		if v.KnownAt.IsZero() || now.Sub(v.KnownAt) > p.Fresh {
			continue
		}
		voters++
		if v.Failing {
			failing++
		}
	}
	return voters, failing
}

// SiteState is all that SiteStep needs to remember of a site.
type SiteState struct {
	Site    string    `json:"site"`
	Outage  *Outage   `json:"outage,omitempty"`
	LastEnd time.Time `json:"last_end,omitzero"`
	Status  Status    `json:"status"`
	Since   time.Time `json:"since,omitzero"`

	ClocksAt time.Time `json:"clocks_at,omitzero"` // clocks were last told of up to here
}
