package compliance

import (
	"time"

	"github.com/charterwatch/charterwatch/probes"
)

// StripCell is one cell of a heartbeat strip: what a check's slots in [From, next From)
// came to, all vantages together.
type StripCell struct {
	From                time.Time
	Pass, Fail, Unknown int           // slots; slots not yet recorded or accounted for are in none
	P95                 time.Duration // of the passing slots, within 2 %; 0 when there are none
	Worst               probes.Reason // the commonest failing reason, else the commonest unknown one, else OK
}

// OutageQuery selects outages. Zero fields select all.
type OutageQuery struct {
	Site      string
	Check     string
	From, To  time.Time // outages that overlap [From, To)
	OpenOnly  bool
	SiteLevel bool // only outages of whole sites, not of single checks
	Limit     int  // at most so many, latest start first; 0: no limit
}

// Percentiles sums up a check's latency. Total is of the passing slots of the period;
// the phases are kept by UTC day and cover each day that the period touches.
type Percentiles struct {
	Total                                       Sketch
	Resolve, Connect, TLS, Processing, Transfer Sketch
}

// Beat is the last heartbeat that a push check received.
type Beat struct {
	Check   string
	At      time.Time
	OK      bool
	Message string
}

// Retention says for how long each class of record is kept.
type Retention struct {
	Results time.Duration // blocks, gaps, closed outages, sketches; 0: DefaultResultRetention
	Events  time.Duration // events; 0: as long as results
}

// DefaultResultRetention is 26 months, counted as 792 days.
const DefaultResultRetention = 792 * 24 * time.Hour

// WithDefaults fills the zero fields.
func (r Retention) WithDefaults() Retention {
	if r.Results <= 0 {
		r.Results = DefaultResultRetention
	}
	if r.Events <= 0 {
		r.Events = r.Results
	}
	return r
}
