package reports

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/calendar"
	"github.com/charterwatch/charterwatch/compliance/charter"
	"github.com/charterwatch/charterwatch/internal/messages"
)

// writer puts one report into the words of one language.
type writer struct {
	r    Report
	s    Signing
	o    Options
	in   messages.Speech
	zone *time.Location

	sites map[string]charter.SiteEvidence
}

func newWriter(r Report, s Signing, lang string, o Options) (*writer, error) {
	if !slices.Contains(messages.Languages(), lang) {
		return nil, fmt.Errorf("put report %s into words: there are no texts in %q", r.ID, lang)
	}
	zone, err := time.LoadLocation(r.Evidence.Zone)
	if err != nil {
		return nil, fmt.Errorf("put report %s into words: %w", r.ID, err)
	}
	w := &writer{r: r, s: s, o: o, in: messages.In(lang), zone: zone, sites: map[string]charter.SiteEvidence{}}
	for _, site := range r.Evidence.Sites {
		w.sites[site.ID] = site
	}
	return w, nil
}

// say says a text of the report's own.
func (w *writer) say(key string, args ...any) string {
	return w.in.Say(messages.Message{Key: "report.page." + key, Args: args})
}

// named says a member of a closed set that other parts of the program say, too.
func (w *writer) named(set, name string) string {
	key := set + "." + name
	if !w.in.Has(key) {
		return name
	}
	return w.in.Say(messages.Message{Key: key})
}

// name is a display name in the report's language, or in the other if it lacks that.
func (w *writer) name(n compliance.Name) string {
	if w.in.Lang() == "ko" && n.KO != "" || n.EN == "" {
		return n.KO
	}
	return n.EN
}

func (w *writer) site(id string) string {
	if s, ok := w.sites[id]; ok {
		return w.name(s.Name)
	}
	return id
}

// date is a calendar day as people of both languages read it without doubt.
func (w *writer) date(t time.Time) string {
	if t.IsZero() {
		return w.say("none")
	}
	return t.In(w.zone).Format("2006-01-02")
}

// at is an instant to the minute, in the organisation's zone.
func (w *writer) at(t time.Time) string {
	if t.IsZero() {
		return w.say("none")
	}
	return t.In(w.zone).Format("2006-01-02 15:04")
}

// limit is an instant by which something was due: the end of a day is said as that, not as the
// beginning of the next.
func (w *writer) limit(t time.Time) string {
	if t = t.In(w.zone); t.Equal(calendar.DateOf(t, w.zone).Start(w.zone)) {
		return w.date(t.Add(-1)) + " 24:00"
	}
	return w.at(t)
}

// span is a stretch of time; the day of its end only where it is another.
func (w *writer) span(from, to time.Time) string {
	switch {
	case to.IsZero():
		return w.say("open_span", "from", w.at(from))
	case w.date(from) == w.date(to):
		return w.at(from) + "–" + to.In(w.zone).Format("15:04")
	default:
		return w.at(from) + " – " + w.at(to)
	}
}

func (w *writer) day(d calendar.Date) string {
	if d.IsZero() {
		return w.say("none")
	}
	return d.String()
}

// month is the report's month in full.
func (w *writer) month(m string) string {
	t, err := time.Parse("2006-01", m)
	if err != nil {
		return m
	}
	if w.in.Lang() == "ko" {
		return w.say("month", "year", t.Year(), "month", int(t.Month()))
	}
	return t.Format("January 2006")
}

// long is a duration in its two greatest units, the rest cut off.
func (w *writer) long(d time.Duration) string {
	sign := ""
	if d < 0 {
		sign, d = "−", -d
	}
	days, hours, minutes, seconds := int(d/(24*time.Hour)), int(d/time.Hour)%24, int(d/time.Minute)%60, int(d/time.Second)%60
	var parts []string
	add := func(n int, m messages.Message) {
		if n > 0 && len(parts) < 2 {
			parts = append(parts, w.in.Say(m))
		}
	}
	add(days, messages.New("duration.days", "n", days))
	add(hours, messages.New("duration.hours", "n", hours))
	if days == 0 {
		add(minutes, messages.New("duration.minutes", "n", minutes))
	}
	if days == 0 && hours == 0 && minutes < 10 {
		add(seconds, messages.New("duration.seconds", "n", seconds))
	}
	if len(parts) == 0 {
		return w.in.Say(messages.New("duration.minutes", "n", 0))
	}
	return sign + strings.Join(parts, " ")
}

// percent is a ratio to the thousandth, floored as it came.
func (w *writer) percent(r compliance.Ratio) string {
	s := strings.TrimRight(fmt.Sprintf("%d.%03d", r/1000, r%1000), "0")
	return strings.ReplaceAll(w.in.Say(messages.New("percent", "n", strings.TrimSuffix(s, "."))), " ", "\u00a0")
}

// percentIf is a ratio that may not be there.
func (w *writer) percentIf(r compliance.Ratio, ok bool) string {
	if !ok {
		return w.say("none")
	}
	return w.percent(r)
}

// icon is a sign that says a verdict in black and white. All of them are in the report's
// typeface.
func icon(v compliance.Verdict) string {
	switch v {
	case compliance.Kept:
		return "○"
	case compliance.AtRisk:
		return "△"
	case compliance.Broken:
		return "×"
	case compliance.NoOccasion:
		return "–"
	default:
		return "?"
	}
}

// verdict is a cell with a verdict's icon and word.
func (w *writer) verdict(v compliance.Verdict) cell {
	return cell{Icon: icon(v), Text: w.word(v), Strong: true}
}

func (w *writer) word(v compliance.Verdict) string { return w.named("verdict", v.String()) }

// why says what a verdict rests on.
func (w *writer) why(y charter.Why) string {
	if y.Rule == "" {
		return w.say("none")
	}
	return w.in.Say(messages.Named("report.why", y.Rule, w.whyArgs(y)...))
}

func (w *writer) whyArgs(y charter.Why) []any {
	what := y.What
	if _, ok := w.sites[what]; ok {
		what = w.site(what)
	}
	at := w.at(y.At)
	if strings.HasPrefix(y.Rule, "attest") || strings.HasPrefix(y.Rule, "yearly_") {
		at = w.date(y.At) // it is a day
	}
	return []any{"n", y.N, "of", y.Of, "ratio", w.percent(y.Ratio), "floor", w.percent(y.Floor), "at", at, "long", w.long(y.Long), "what", what}
}

// reason is the stable name of an occasion's ground in words.
func (w *writer) reason(why string) string { return w.named("report.occasion", why) }

// short is the beginning of a digest, as it stands on each page.
func short(digest string) string { return digest[:min(len(digest), 12)] }
