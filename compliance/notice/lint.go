package notice

import (
	"slices"
	"time"
)

// LintInput is a notice before it is posted, and what its author means by it.
type LintInput struct {
	Title, Body string
	Posted      time.Time
	Zone        *time.Location
	Want        []Window
}

// Difference is where a text and its author's intention part: a stable code and the two
// windows, of which one may be missing.
type Difference struct {
	Code string // one of the Differ constants
	Want *Window
	Read *Window
}

// Codes of differences.
const (
	DifferMissing = "window_missing" // meant, but not read
	DifferExtra   = "window_extra"   // read, but not meant
	DifferStart   = "start_differs"
	DifferEnd     = "end_differs"
	DifferKind    = "kind_not_maintenance"
)

// LintResult is what a reader will understand.
type LintResult struct {
	OK          bool // the text says what was meant, and nobody needs to ask
	Reading     Reading
	Differences []Difference
}

// Lint says whether a text reads as its author meant it. Windows are compared to the minute.
func Lint(in LintInput) LintResult {
	r := Read(Text{Title: in.Title, Body: in.Body, Posted: in.Posted, Zone: in.Zone})
	res := LintResult{Reading: r}
	if r.Kind != Maintenance {
		res.Differences = append(res.Differences, Difference{Code: DifferKind})
	}
	res.Differences = append(res.Differences, differ(in.Want, r.Windows)...)
	res.OK = len(res.Differences) == 0 && !r.NeedsReview
	return res
}

func differ(want, read []Window) []Difference {
	left := slices.Clone(read)
	var missing []Window
	for _, w := range want {
		i := slices.IndexFunc(left, func(x Window) bool { return sameMinute(x.Start, w.Start) && sameMinute(x.End, w.End) })
		if i < 0 {
			missing = append(missing, w)
			continue
		}
		left = slices.Delete(left, i, i+1)
	}
	var out []Difference
	for _, w := range missing {
		i := slices.IndexFunc(left, func(x Window) bool { return sameMinute(x.Start, w.Start) || sameMinute(x.End, w.End) })
		if i < 0 {
			out = append(out, Difference{Code: DifferMissing, Want: &w})
			continue
		}
		code, x := DifferEnd, left[i]
		if !sameMinute(x.Start, w.Start) {
			code = DifferStart
		}
		out = append(out, Difference{Code: code, Want: &w, Read: &x})
		left = slices.Delete(left, i, i+1)
	}
	for _, x := range left {
		out = append(out, Difference{Code: DifferExtra, Read: &x})
	}
	return out
}

func sameMinute(a, b time.Time) bool {
	if a.IsZero() || b.IsZero() {
		return a.IsZero() && b.IsZero()
	}
	return a.Truncate(time.Minute).Equal(b.Truncate(time.Minute))
}
