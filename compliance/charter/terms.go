package charter

import (
	"slices"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/calendar"
)

// Terms lists the parameters that a method knows, by their JSON names.
func (m Method) Terms() []string {
	switch m {
	case ServedDays:
		return []string{"sites", "named", "max_down", "coverage"}
	case AnnouncedWork:
		return []string{"sites", "named", "notice_hours", "notice_days", "coverage"}
	case AnnouncedRecovery:
		return []string{"sites", "named", "announce_after", "announce_within", "coverage"}
	case RestoredInTime:
		return []string{"sites", "named", "restore_within", "coverage"}
	case Fresh:
		return []string{"pages", "within", "day_rule", "coverage"}
	case Published, Wording:
		return []string{"pages", "max_down", "coverage"}
	case EachCase:
		return []string{"cases", "milestone", "within", "difficult", "day_rule", "channel"}
	case CaseShare:
		return []string{"cases", "milestone", "within", "difficult", "day_rule", "channel", "share"}
	case CallShare:
		return []string{"share"}
	case ToldBefore:
		return []string{"cases", "within", "difficult", "day_rule"}
	case FollowedUp:
		return []string{"cases", "within", "day_rule"}
	case NoneKnown:
		return []string{"sources", "incidents"}
	case InDate:
		return []string{"remind"}
	case Yearly:
		return []string{"at_risk"}
	default:
		return nil
	}
}

// Knows says whether a method knows a parameter.
func (m Method) Knows(term string) bool { return slices.Contains(m.Terms(), term) }

// pageDown is for how long on a day a page may be away by default: it goes with its site, whose
// downtime has a clause of its own.
const pageDown = 4 * time.Hour

// WithDefaults fills the zero fields that the method knows.
func (t Terms) WithDefaults(m Method) Terms {
	p := compliance.Promises{}.WithDefaults()
	def := func(term string, d *time.Duration, v time.Duration) {
		if m.Knows(term) && *d <= 0 {
			*d = v
		}
	}
	if m == Published || m == Wording {
		def("max_down", &t.MaxDown, pageDown)
	}
	def("max_down", &t.MaxDown, p.MaxDown)
	def("notice_hours", &t.NoticeHours, p.NoticeHours)
	def("announce_after", &t.AnnounceAfter, p.AnnounceAfter)
	def("announce_within", &t.AnnounceWithin, p.AnnounceWithin)
	def("restore_within", &t.RestoreWithin, p.RestoreWithin)
	number := func(term string, n *int, v int) {
		if m.Knows(term) && *n <= 0 {
			*n = v
		}
	}
	number("notice_days", &t.NoticeDays, p.NoticeDays)
	number("remind", &t.Remind, 30)
	number("at_risk", &t.AtRisk, int(time.October))
	if m.Knows("coverage") && t.Coverage <= 0 {
		t.Coverage = p.Coverage
	}
	if m.Knows("share") && t.Share <= 0 {
		t.Share = 90_000
	}
	if m.Knows("milestone") && t.Milestone == "" {
		t.Milestone = Answered
	}
	if m == Fresh && t.Within.Zero() {
		t.Within = compliance.Term{BusinessDays: 1}
	}
	if m == FollowedUp && t.Within.Zero() {
		t.Within = compliance.Term{Days: 30}
	}
	return t
}

// promises are these terms as the engine takes them; what they leave open is as in p.
func (t Terms) promises(p compliance.Promises) compliance.Promises {
	set := func(d *time.Duration, v time.Duration) {
		if v > 0 {
			*d = v
		}
	}
	set(&p.MaxDown, t.MaxDown)
	set(&p.NoticeHours, t.NoticeHours)
	set(&p.AnnounceAfter, t.AnnounceAfter)
	set(&p.AnnounceWithin, t.AnnounceWithin)
	set(&p.RestoreWithin, t.RestoreWithin)
	if t.NoticeDays > 0 {
		p.NoticeDays = t.NoticeDays
	}
	return p
}

// Promises are the parameters that the engine watches by on a day: of each method those of the
// first clause in force that is judged by it. What no clause says has its default.
func (c Charter) Promises(day calendar.Date) compliance.Promises {
	var p compliance.Promises
	seen := map[Method]bool{}
	for _, cl := range c.Clauses {
		if !cl.InForce(day) {
			continue
		}
		for _, r := range cl.Version(day).Requires {
			if seen[r.Method] {
				continue
			}
			seen[r.Method] = true
			t := r.Terms.WithDefaults(r.Method)
			switch r.Method {
			case ServedDays:
				p = t.promises(p)
				p.Coverage = t.Coverage
			case AnnouncedWork, AnnouncedRecovery, RestoredInTime:
				p = t.promises(p)
			case EachCase:
				p.DayRule = t.DayRule
			}
		}
	}
	return p.WithDefaults()
}
