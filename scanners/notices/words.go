package notices

import (
	"errors"
	"time"

	"golang.org/x/net/html"

	"github.com/charterwatch/charterwatch/scanners"
)

// Date reads the first full date of a text, in the ways in which Korean and English pages write
// them.
func Date(s string, zone *time.Location, now time.Time) (at time.Time, dateOnly, ok bool) {
	if at, dateOnly, ok = postedIn(s, zone, now); ok {
		return at, dateOnly, true
	}
	return anyDate(s, zone)
}

// Standin says whether a page with status 200 stands where another should: an error page or a
// firewall's answer. Otherwise the status is BoardOK.
func Standin(doc *html.Node, raw string) (status scanners.BoardStatus, detail string) {
	var p *problem
	if errors.As(instead(doc, raw), &p) && p.status != scanners.BoardLayout {
		return p.status, p.detail
	}
	return scanners.BoardOK, ""
}
