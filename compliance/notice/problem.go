package notice

// Problem is something that a person should look at: a stable code.
type Problem string

// The problems. Their spelling is stored and shown: it never changes.
const (
	WeekdayMismatch    Problem = "weekday_mismatch"    // 11월 28일(금), and that day is a Saturday
	DurationMismatch   Problem = "duration_mismatch"   // 22:00 ~ 24:00 (3시간)
	DateMismatch       Problem = "date_mismatch"       // 익일(30일) where the next day is the 29th
	AmbiguousMidnight  Problem = "ambiguous_midnight"  // 자정 or 오전 12시 that could be either end of the day
	AmbiguousDate      Problem = "ambiguous_date"      // 03/04/2026, or a list of times that passes midnight
	AmbiguousTime      Problem = "ambiguous_time"      // 10시 ~ 2시, which may mean 14시
	AmbiguousRange     Problem = "ambiguous_range"     // 11.28 ~ 11.30 02:00 ~ 04:00: each day, or all through?
	NoYear             Problem = "no_year"             // neither the text nor the posting date settles the year
	NoDate             Problem = "no_date"             // a time of day, but of no day: the day of posting was assumed
	NoTime             Problem = "no_time"             // a day without a time: the whole day was assumed
	NoStart            Problem = "no_start"            // only an end is named
	NoWindow           Problem = "no_window"           // maintenance is announced, but not when
	OpenEnd            Problem = "open_end"            // no end is named
	EndBeforeStart     Problem = "end_before_start"    // the window was dropped
	InvalidDate        Problem = "invalid_date"        // 2월 30일: dropped
	PastWindow         Problem = "past_window"         // planned, but over before it was posted
	FarWindow          Problem = "far_window"          // more than 400 days after it was posted
	LongWindow         Problem = "long_window"         // longer than 14 days
	ZoneUnknown        Problem = "zone_unknown"        // 현지시간, or an abbreviation with several meanings
	ConflictingWindows Problem = "conflicting_windows" // title and text, or two zones, disagree
	ETAUnanchored      Problem = "eta_unanchored"      // "within two hours" of a post whose time of day is unknown
	KindUncertain      Problem = "kind_uncertain"      // words of several kinds
	TooMany            Problem = "too_many"            // more than maxWindows: the rest was left out
	Cut                Problem = "cut"                 // the text is longer than MaxText: the rest was not read
)

// weight is what a problem costs in confidence, and whether it alone asks for a review.
type weight struct {
	cost   float64
	review bool
}

func weightOf(p Problem) weight {
	switch p {
	case WeekdayMismatch, DurationMismatch, DateMismatch, ConflictingWindows, EndBeforeStart:
		return weight{0.5, true}
	case NoWindow, NoYear, NoDate, NoStart, InvalidDate, AmbiguousRange, AmbiguousDate, ETAUnanchored, NoTime:
		return weight{0.4, true}
	case AmbiguousMidnight, AmbiguousTime, PastWindow, FarWindow, ZoneUnknown, KindUncertain, TooMany, Cut:
		return weight{0.3, true}
	case OpenEnd, LongWindow:
		return weight{0.2, true}
	}
	return weight{0.5, true}
}

// Problems lists every problem that a reading can have.
func Problems() []Problem {
	return []Problem{
		WeekdayMismatch, DurationMismatch, DateMismatch, AmbiguousMidnight, AmbiguousDate, AmbiguousTime, AmbiguousRange,
		NoYear, NoDate, NoTime, NoStart, NoWindow, OpenEnd, EndBeforeStart, InvalidDate, PastWindow, FarWindow, LongWindow,
		ZoneUnknown, ConflictingWindows, ETAUnanchored, KindUncertain, TooMany, Cut,
	}
}
