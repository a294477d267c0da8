package notice

import "time"

// A civil day is a count of days since 1970-01-01; a civil second is a count of seconds on
// the wall clock since then. They know no zone: a notice speaks of walls, and the zone comes
// in last.

const daySeconds = 24 * 60 * 60

func civilDay(y, m, d int) int {
	return int(time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC).Unix() / daySeconds)
}

func civilDate(day int) (y, m, d int) {
	t := time.Unix(int64(day)*daySeconds, 0).UTC()
	return t.Year(), int(t.Month()), t.Day()
}

func weekdayOf(day int) int { return ((day+4)%7 + 7) % 7 } // 1970-01-01 was a Thursday

func validDate(y, m, d int) bool {
	if m < 1 || m > 12 || d < 1 || d > 31 {
		return false
	}
	if y == 0 {
		y = 2024 // a leap year: 2월 29일 of an unknown year is possible
	}
	return time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC).Day() == d
}

// instant places a wall clock second in a zone.
func instant(second int, z *time.Location) time.Time {
	day := second / daySeconds
	if second%daySeconds < 0 {
		day--
	}
	y, m, d := civilDate(day)
	return time.Date(y, time.Month(m), d, 0, 0, second-day*daySeconds, 0, z)
}

func floorDay(second int) int {
	if second < 0 {
		return -((-second + daySeconds - 1) / daySeconds)
	}
	return second / daySeconds
}
