package notice

import (
	"fmt"
	"strings"
	"time"
)

// SuggestInput is what a notice should announce.
type SuggestInput struct {
	SiteKo, SiteEn string
	Windows        []Window
	Type           Type
	Reason         string         // optional
	Contact        string         // optional
	Zone           *time.Location // in which the times are written; nil means Asia/Seoul
}

// Draft is a suggested notice.
type Draft struct {
	Title, Body string
}

// Suggest writes the same notice in Korean and in English, so that nobody can misread it:
// every moment with its year, weekday, 24-hour time and zone. Seconds are dropped. [Read]
// reads both back as exactly these windows.
func Suggest(in SuggestInput) (ko, en Draft) {
	zone := in.Zone
	if zone == nil {
		zone = seoul()
	}
	return draft(korean(), in, in.SiteKo, zone), draft(english(), in, in.SiteEn, zone)
}

func draft(p phrases, in SuggestInput, site string, zone *time.Location) Draft {
	title := p.title
	switch in.Type {
	case Regular:
		title = p.titleRegular
	case Emergency:
		title = p.titleEmergency
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", p.greeting)
	for i, w := range in.Windows {
		lead := p.when
		if i > 0 {
			lead = strings.Repeat(" ", len([]rune(lead)))
		}
		fmt.Fprintf(&b, "%s%s\n", lead, p.window(w, zone))
	}
	if site != "" {
		fmt.Fprintf(&b, "%s%s\n", p.target, oneLine(site))
	}
	if in.Reason != "" {
		fmt.Fprintf(&b, "%s%s\n", p.reason, oneLine(in.Reason))
	}
	if in.Contact != "" {
		fmt.Fprintf(&b, "%s%s\n", p.contact, oneLine(in.Contact))
	}
	fmt.Fprintf(&b, "\n%s\n", p.apology)
	return Draft{Title: strings.TrimLeft(fmt.Sprintf(title, oneLine(site)), ": "), Body: b.String()}
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func (p phrases) window(w Window, zone *time.Location) string {
	start := w.Start.In(zone)
	if w.End.IsZero() {
		return fmt.Sprintf("%s %s ~ %s", p.moment(start), zoneMark(start), p.openEnd)
	}
	end := w.End.In(zone)
	_, a := start.Zone()
	if _, b := end.Zone(); a != b { // a change to or from summer time lies between
		end = end.In(time.FixedZone("", a))
	}
	return fmt.Sprintf("%s ~ %s (%s)", p.moment(start), p.moment(end), zoneMark(start))
}

func (p phrases) moment(t time.Time) string {
	wd := p.weekdays[t.Weekday()]
	if p.lang == "ko" {
		return fmt.Sprintf("%d년 %d월 %d일(%s) %s", t.Year(), t.Month(), t.Day(), wd, t.Format("15:04"))
	}
	return fmt.Sprintf("%s, %d %s %d, %s", wd, t.Day(), t.Month(), t.Year(), t.Format("15:04"))
}

// zoneMark names a zone so that every reader agrees: KST has one meaning, most other
// abbreviations have several.
func zoneMark(t time.Time) string {
	name, off := t.Zone()
	switch {
	case off == 9*3600 && (name == "KST" || name == "Asia/Seoul"):
		return "KST"
	case off == 0:
		return "UTC"
	}
	return "UTC" + t.Format("-07:00")
}
