package compliance

import (
	"time"

	"github.com/charterwatch/charterwatch/compliance/calendar"
)

// Promises are the parameters of the charter's clauses about service: what its words leave
// open. The zero value of each field means its default.
type Promises struct {
	NoticeHours    time.Duration // maintenance-notice: posted so long before it begins; 72 h
	NoticeDays     int           // and by the end of the day before as many whole days; 3, so by the end of D-4
	AnnounceAfter  time.Duration // recovery-announcement: of outages longer than this; 10 min
	AnnounceWithin time.Duration // a recovery time is announced within so long of the first failing slot; 30 min
	RestoreWithin  time.Duration // recovery-time: restored within so long of the first failing slot; 48 h
	MaxDown        time.Duration // availability: unplanned downtime that a served day may have; 60 min
	Coverage       Ratio         // floor of the coverage without which nothing counts as kept; 95 %
	DayRule        calendar.Rule // how terms in days are counted; civil
}

// WithDefaults fills the zero fields.
func (p Promises) WithDefaults() Promises {
	def := func(d *time.Duration, v time.Duration) {
		if *d <= 0 {
			*d = v
		}
	}
	def(&p.NoticeHours, 72*time.Hour)
	def(&p.AnnounceAfter, 10*time.Minute)
	def(&p.AnnounceWithin, 30*time.Minute)
	def(&p.RestoreWithin, 48*time.Hour)
	def(&p.MaxDown, time.Hour)
	if p.NoticeDays <= 0 {
		p.NoticeDays = 3
	}
	if p.Coverage <= 0 {
		p.Coverage = 95_000
	}
	return p
}
