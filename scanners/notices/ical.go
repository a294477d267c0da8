package notices

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"

	"github.com/charterwatch/charterwatch/internal/fetch"
	"github.com/charterwatch/charterwatch/scanners"
)

// readCalendar looks at an iCalendar file (RFC 5545). What recurs daily or weekly without an end is
// announced as such. Other rules of recurrence are not expanded: the first occurrence is
// announced, the rule stands in the text, and the post is marked. Properties that begin
// with X- are ignored, and so are alarms and time zone definitions.
func (b *board) readCalendar(ctx context.Context, l *look) error {
	r, text, err := b.readFile(ctx, l, b.c.URL, "text/calendar")
	if err != nil {
		return err
	}
	// The parser takes a calendar without an end for a whole one.
	if !strings.Contains(text, "END:VCALENDAR") {
		return trouble(scanners.BoardMalformed, "no calendar, or not to its end")
	}
	cal, err := ics.ParseCalendarWithOptions(strings.NewReader(text), ics.WithUnknownPropertyHandler(ics.AcceptUnknownPropertyHandler))
	if err != nil {
		return trouble(scanners.BoardMalformed, "no calendar that parses")
	}
	events := cal.Events()
	if len(events) > maxRows {
		return trouble(scanners.BoardEndless, "too many events")
	}
	if len(events) == 0 && len(l.known) > 0 {
		return trouble(scanners.BoardLayout, "no events, where there were some before")
	}
	cancelled := slices.ContainsFunc(cal.CalendarProperties, func(p ics.CalendarProperty) bool {
		return p.IANAToken == "METHOD" && strings.EqualFold(p.Value, "CANCEL")
	})
	for _, v := range newestRevisions(events) {
		d, ok := b.event(v, r, cancelled)
		if !ok {
			return trouble(scanners.BoardMalformed, "an event without an identity or a start")
		}
		l.add(ctx, d)
	}
	l.whole = true
	return nil
}

// newestRevisions keeps, of events with the same identity, the one with the highest SEQUENCE, in the
// order of the file.
func newestRevisions(events []*ics.VEvent) []*ics.VEvent {
	sequence := func(v *ics.VEvent) int {
		n, _ := strconv.Atoi(property(v, "SEQUENCE"))
		return n
	}
	newest := map[string]*ics.VEvent{}
	for _, v := range events {
		k := eventKey(v)
		if old := newest[k]; old == nil || sequence(v) > sequence(old) {
			newest[k] = v
		}
	}
	return slices.DeleteFunc(slices.Clone(events), func(v *ics.VEvent) bool { return newest[eventKey(v)] != v })
}

// eventKey is UID, and for one occurrence that differs from its rule also which one.
func eventKey(v *ics.VEvent) string {
	uid := property(v, "UID")
	if r := property(v, "RECURRENCE-ID"); r != "" {
		return uid + "/" + r
	}
	return uid
}

// recurs reads the simplest rules of recurrence (RFC 5545, 3.3.10): daily, and weekly on given
// days, without end, exceptions or longer intervals. Others give "".
func recurs(v *ics.VEvent, start time.Time) (every string, days []time.Weekday) {
	if property(v, "RDATE") != "" || property(v, "EXDATE") != "" || property(v, "RECURRENCE-ID") != "" || start.IsZero() {
		return "", nil
	}
	freq := ""
	for part := range strings.SplitSeq(strings.ToUpper(property(v, "RRULE")), ";") {
		name, value, _ := strings.Cut(part, "=")
		switch {
		case name == "FREQ":
			freq = value
		case name == "INTERVAL" && value == "1", name == "WKST":
		case name == "BYDAY":
			for day := range strings.SplitSeq(value, ",") {
				i := slices.Index([]string{"SU", "MO", "TU", "WE", "TH", "FR", "SA"}, day)
				if i < 0 {
					return "", nil
				}
				days = append(days, time.Weekday(i))
			}
		default:
			return "", nil
		}
	}
	switch {
	case freq == "DAILY" && days == nil:
		return "daily", nil
	case freq == "WEEKLY" && days == nil:
		return "weekly", []time.Weekday{start.Weekday()}
	case freq == "WEEKLY":
		return "weekly", days
	default:
		return "", nil
	}
}

func property(v *ics.VEvent, name string) string {
	if p := v.GetProperty(ics.ComponentProperty(name)); p != nil {
		return strings.TrimSpace(p.Value)
	}
	return ""
}

func (b *board) event(v *ics.VEvent, r *fetch.Response, cancelled bool) (draft, bool) {
	start, ok := b.instant(v, "DTSTART")
	uid := property(v, "UID")
	if !ok || uid == "" {
		return draft{}, false
	}
	a := &scanners.Announced{State: "planned", Start: start}
	a.Every, a.Weekdays = recurs(v, start)
	a.End, _ = b.instant(v, "DTEND")
	if a.End.IsZero() {
		a.End = start.Add(duration(property(v, "DURATION")))
		if a.End.Equal(start) && allDay(v) {
			a.End = start.AddDate(0, 0, 1) // RFC 5545, 3.6.1: a date without an end is one day
		} else if a.End.Equal(start) {
			a.End = time.Time{}
		}
	}
	if cancelled || strings.EqualFold(property(v, "STATUS"), "CANCELLED") {
		a.State = "cancelled"
	}
	if where := property(v, "LOCATION"); where != "" {
		a.Components = []string{where}
	}
	d := draft{key: eventKey(v), title: unescape(property(v, "SUMMARY")), read: true, page: r, announced: a}
	for _, name := range [...]string{"CREATED", "LAST-MODIFIED"} {
		if at, ok := b.instant(v, name); ok && d.claimed.IsZero() {
			d.claimed = at.In(b.c.Zone)
		}
	}
	if u := property(v, "URL"); u != "" {
		d.url = b.byAddress(b.url, u).url
	}
	lines := []string{b.window(a.Start, a.End)}
	for _, name := range [...]string{"RRULE", "RDATE", "EXDATE"} {
		if rule := property(v, name); rule != "" {
			lines = append(lines, name+": "+rule)
			if a.Every == "" {
				d.unread = append(d.unread, "recurrence")
			}
		}
	}
	if property(v, "ATTACH") != "" {
		d.unread = append(d.unread, "file")
	}
	for _, name := range [...]string{"DESCRIPTION", "COMMENT"} {
		lines = append(lines, textOfHTML(unescape(property(v, name))))
	}
	d.text = strings.TrimSpace(tidyLines(lines))
	if d.title == "" {
		d.title = "event"
	}
	return d, true
}

func tidyLines(lines []string) string { return tidy(strings.Join(lines, "\n")) }

// unescape undoes RFC 5545's escapes where the parser has left them.
func unescape(s string) string {
	return strings.NewReplacer(`\n`, "\n", `\N`, "\n", `\,`, ",", `\;`, ";", `\\`, `\`).Replace(s)
}

func allDay(v *ics.VEvent) bool { return len(property(v, "DTSTART")) == len("20061128") }

// instant reads a DATE or DATE-TIME. One without a zone is in the board's.
func (b *board) instant(v *ics.VEvent, name string) (time.Time, bool) {
	p := v.GetProperty(ics.ComponentProperty(name))
	if p == nil {
		return time.Time{}, false
	}
	zone := b.c.Zone
	if ids := p.ICalParameters["TZID"]; len(ids) == 1 {
		if zone = b.zone(ids[0]); zone == nil {
			return time.Time{}, false
		}
	}
	s := strings.TrimSpace(p.Value)
	if utc, ok := strings.CutSuffix(s, "Z"); ok {
		s, zone = utc, time.UTC
	}
	for _, layout := range [...]string{"20060102T150405", "20060102T1504", "20060102"} {
		if t, err := time.ParseInLocation(layout, s, zone); err == nil {
			return t, t.Year() > 1970
		}
	}
	return time.Time{}, false
}

// zone finds a time zone by its IANA name, by Windows' for Korea, or by the board's own. An event in
// a zone that is not known is refused: an hour's error is worse than none.
func (b *board) zone(id string) *time.Location {
	id = strings.Trim(id, `"`)
	switch {
	case strings.EqualFold(id, "Korea Standard Time"), strings.HasSuffix(id, "Asia/Seoul"):
		return time.FixedZone("KST", 9*60*60)
	case id == b.c.Zone.String():
		return b.c.Zone
	case id == "" || id == "Local":
		return nil
	}
	z, err := time.LoadLocation(id)
	if err != nil {
		return nil
	}
	return z
}

var durationParts = regexp.MustCompile(`^\+?P(?:(\d{1,4})W)?(?:(\d{1,4})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,8})S)?)?$`)

// duration reads RFC 5545's DURATION; what is none is 0.
func duration(s string) time.Duration {
	m := durationParts.FindStringSubmatch(s)
	if m == nil {
		return 0
	}
	return time.Duration(number(m[1]))*7*24*time.Hour + time.Duration(number(m[2]))*24*time.Hour +
		time.Duration(number(m[3]))*time.Hour + time.Duration(number(m[4]))*time.Minute + time.Duration(number(m[5]))*time.Second
}
