package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/calendar"
	"github.com/charterwatch/charterwatch/compliance/notice"
	"github.com/charterwatch/charterwatch/config"
	"github.com/charterwatch/charterwatch/internal/messages"
)

// noticeCommand reads a maintenance notice from the standard input, says whether it reads as
// its author means it, or declares work ahead of its notice.
func noticeCommand(ctx context.Context, args []string, t *terminal) error {
	switch {
	case len(args) > 0 && args[0] == "parse":
		return t.parseNotice(args[1:])
	case len(args) > 0 && args[0] == "lint":
		return t.lintNotice(args[1:])
	case len(args) > 0 && args[0] == "declare":
		return t.declareWork(ctx, args[1:])
	}
	return wrongUsage(noticeParseUsage, noticeLintUsage, noticeDeclareUsage)
}

// noticeFlags are what both commands take.
type noticeFlags struct{ title, posted, zone *string }

func (t *terminal) noticeFlags(fs *flag.FlagSet) noticeFlags {
	return noticeFlags{
		title:  fs.String("title", "", t.text("cli.flag.notice_title")),
		posted: fs.String("posted", "", t.text("cli.flag.posted")),
		zone:   fs.String("zone", "Asia/Seoul", t.text("cli.flag.zone")),
	}
}

// location is the zone that the flag names.
func (f noticeFlags) location() (*time.Location, error) {
	zone, err := time.LoadLocation(*f.zone)
	if err != nil {
		return nil, usageError{messages.New("cli.notice.zone", "value", quoted(*f.zone))}
	}
	return zone, nil
}

// postedAt reads --posted: a day, or an instant with its time of day. Without one it is now.
func (f noticeFlags) postedAt(zone *time.Location) (time.Time, error) {
	if *f.posted == "" {
		return time.Now().In(zone), nil
	}
	if at, err := time.Parse(time.RFC3339, *f.posted); err == nil {
		return at, nil
	}
	for _, layout := range []string{time.DateOnly, minuteLayout, "2006-01-02T15:04"} {
		if at, err := time.ParseInLocation(layout, *f.posted, zone); err == nil {
			return at, nil
		}
	}
	return time.Time{}, usageError{messages.New("cli.notice.posted", "value", quoted(*f.posted))}
}

// minuteLayout is how windows are written on the command line and shown.
const minuteLayout = "2006-01-02 15:04"

// body reads the notice's text: no more than is read of a notice at all.
func (t *terminal) body() (string, error) {
	b, err := io.ReadAll(io.LimitReader(t.in, notice.MaxText+1))
	if err != nil {
		return "", messages.New("cli.notice.input", "err", explain(err))
	}
	return string(b), nil
}

func (t *terminal) parseNotice(args []string) error {
	fs := flag.NewFlagSet("notice parse", flag.ContinueOnError)
	flags := t.noticeFlags(fs)
	format := fs.String("format", "text", t.text("cli.flag.notice_format"))
	if _, err := t.parse(fs, args, noticeParseUsage, 0); err != nil {
		return err
	}
	if *format != "text" && *format != "json" {
		return usageError{messages.New("cli.notice.format", "value", quoted(*format))}
	}
	zone, err := flags.location()
	if err != nil {
		return err
	}
	posted, err := flags.postedAt(zone)
	if err != nil {
		return err
	}
	body, err := t.body()
	if err != nil {
		return err
	}
	r := notice.Read(notice.Text{Title: *flags.title, Body: body, Posted: posted, Zone: zone})
	if *format == "json" {
		enc := json.NewEncoder(t.out)
		enc.SetEscapeHTML(false)
		return enc.Encode(r)
	}
	t.printReading(r)
	return nil
}

func (t *terminal) printReading(r notice.Reading) {
	var rows table
	rows.row(t.text("cli.notice.kind"), t.speech.Say(messages.Named("notice_kind", string(r.Kind))))
	rows.row(t.text("cli.notice.state"), t.speech.Say(messages.Named("notice_state", string(r.State))))
	if r.Type != notice.Untyped {
		rows.row(t.text("cli.notice.type"), t.speech.Say(messages.Named("notice_type", string(r.Type))))
	}
	for _, w := range r.Windows {
		rows.row(t.text("cli.notice.window"), t.window(w))
	}
	for _, w := range r.Replaced {
		rows.row(t.text("cli.notice.replaced"), t.window(w))
	}
	for _, x := range r.Rules {
		rows.row(t.text("cli.notice.rule"), t.rule(x))
	}
	if !r.ETA.IsZero() {
		rows.row(t.text("cli.notice.eta"), r.ETA.Format(minuteLayout+" -07:00"))
	}
	review := t.text("cli.notice.review_no")
	if r.NeedsReview {
		review = t.text("cli.notice.review_yes")
	}
	rows.row(t.text("cli.notice.confidence"), t.text("cli.notice.confidence_value", "value", fmt.Sprintf("%.2f", r.Confidence), "review", review))
	for _, p := range r.Problems {
		rows.row(t.text("cli.notice.problem"), t.problem(p))
	}
	rows.print(t.out)
}

func (t *terminal) problem(p notice.Problem) string {
	return t.text("cli.notice.problem_value", "word", messages.Named("notice_problem", string(p)), "name", string(p))
}

// window shows a window on the clock of its own zone.
func (t *terminal) window(w notice.Window) string {
	end := t.text("cli.notice.open")
	if !w.End.IsZero() {
		end = w.End.Format(minuteLayout)
	}
	return w.Start.Format(minuteLayout) + " ~ " + end + w.Start.Format(" (-07:00)")
}

// rule shows a rule: its frequency in words, its days in numbers as they are stored.
func (t *terminal) rule(r notice.Rule) string {
	parts := []string{t.speech.Say(messages.Named("notice_freq", r.Freq))}
	switch {
	case r.Week < 0:
		parts = append(parts, t.text("cli.notice.last_week"))
	case r.Week > 0:
		parts = append(parts, t.text("cli.notice.week", "n", r.Week))
	}
	for _, d := range r.Weekdays {
		parts = append(parts, t.speech.Say(messages.Named("notice_weekday", strings.ToLower(time.Weekday(d).String()))))
	}
	switch {
	case r.Month != 0:
		parts = append(parts, t.text("cli.notice.month_and_day", "month", r.Month, "day", r.MonthDay))
	case r.MonthDay < 0:
		parts = append(parts, t.text("cli.notice.last_day"))
	case r.MonthDay > 0:
		parts = append(parts, t.text("cli.notice.month_day", "day", r.MonthDay))
	}
	parts = append(parts, fmt.Sprintf("%02d:%02d ~ %02d:%02d", r.From/60, r.From%60, r.To/60, r.To%60))
	if r.Zone != "" {
		parts = append(parts, "("+r.Zone+")")
	}
	return strings.Join(parts, " ")
}

// lintNotice says whether a notice reads as its author means it, and by when it must be
// posted to count as announced.
func (t *terminal) lintNotice(args []string) error {
	fs := flag.NewFlagSet("notice lint", flag.ContinueOnError)
	flags := t.noticeFlags(fs)
	path := fs.String("config", "", t.text("cli.flag.config"))
	site := fs.String("site", "", t.text("cli.flag.site"))
	var written []string
	fs.Func("window", t.text("cli.flag.window"), func(s string) error { written = append(written, s); return nil })
	if _, err := t.parse(fs, args, noticeLintUsage, 0); err != nil {
		return err
	}
	if *site == "" || len(written) == 0 {
		return wrongUsage(noticeLintUsage)
	}
	zone, err := flags.location()
	if err != nil {
		return err
	}
	names := notice.SuggestInput{SiteKo: *site, SiteEn: *site}
	var promises compliance.Promises
	if *path != "" {
		if zone, promises, err = t.siteOf(*path, *site, &names); err != nil {
			return err
		}
	}
	posted, err := flags.postedAt(zone)
	if err != nil {
		return err
	}
	for _, s := range written {
		w, err := windowOf(s, zone)
		if err != nil {
			return err
		}
		names.Windows = append(names.Windows, w)
	}
	names.Zone = zone
	body, err := t.body()
	if err != nil {
		return err
	}
	res := notice.Lint(notice.LintInput{Title: *flags.title, Body: body, Posted: posted, Zone: zone, Want: names.Windows})
	return t.printLint(res, names, promises, posted)
}

// siteOf finds a site's names in a configuration, the charter's zone, and what it promises.
func (t *terminal) siteOf(path, id string, names *notice.SuggestInput) (*time.Location, compliance.Promises, error) {
	l, err := config.Load(path, config.Options{})
	if err != nil {
		return nil, compliance.Promises{}, err
	}
	t.learn(l.File)
	var ids []string
	for _, s := range l.File.Sites {
		ids = append(ids, s.ID)
		if s.ID == id {
			names.SiteKo, names.SiteEn = s.Name.KO, s.Name.EN
			return l.Zone, l.Promises(), nil
		}
	}
	return nil, compliance.Promises{}, usageError{messages.New("cli.notice.no_site", "site", quoted(id), "sites", ids)}
}

// windowOf reads "2026-11-28 22:00 ~ 2026-11-29 02:00"; without an end the window is open.
func windowOf(s string, zone *time.Location) (notice.Window, error) {
	from, to, _ := strings.Cut(s, "~")
	start, err := time.ParseInLocation(minuteLayout, strings.TrimSpace(from), zone)
	if err != nil {
		return notice.Window{}, usageError{messages.New("cli.notice.window_form", "value", quoted(s))}
	}
	w := notice.Window{Start: start}
	if to = strings.TrimSpace(to); to != "" {
		if w.End, err = time.ParseInLocation(minuteLayout, to, zone); err != nil || !w.End.After(start) {
			return notice.Window{}, usageError{messages.New("cli.notice.window_form", "value", quoted(s))}
		}
	}
	return w, nil
}

func (t *terminal) printLint(res notice.LintResult, names notice.SuggestInput, p compliance.Promises, posted time.Time) error {
	for _, w := range res.Reading.Windows {
		t.line("cli.notice.reads", "window", t.window(w))
	}
	for _, d := range res.Differences {
		if d.Want == nil && d.Read == nil {
			t.line("cli.notice.differs", "word", messages.Named("notice_difference", d.Code), "name", d.Code)
			continue
		}
		want, read := "-", "-"
		if d.Want != nil {
			want = t.window(*d.Want)
		}
		if d.Read != nil {
			read = t.window(*d.Read)
		}
		t.line("cli.notice.difference", "word", messages.Named("notice_difference", d.Code), "name", d.Code, "want", want, "read", read)
	}
	for _, p := range res.Reading.Problems {
		t.line("cli.notice.doubt", "problem", t.problem(p))
	}
	by := postBy(names.Windows, p, names.Zone)
	t.line("cli.notice.post_by", "at", by.Format(minuteLayout))
	late := !posted.Before(by)
	if late {
		t.line("cli.notice.late", "at", posted.Format(minuteLayout))
	}
	if res.OK && !late {
		t.line("cli.notice.ok")
		return nil
	}
	if !res.OK {
		ko, en := notice.Suggest(names)
		t.line("cli.notice.suggestion")
		for _, draft := range []notice.Draft{ko, en} {
			fmt.Fprintf(t.out, "\n%s\n\n%s\n", draft.Title, draft.Body)
		}
	}
	return messages.New("cli.notice.not_ok")
}

// postBy is the latest posting that announces all windows in time, however the days are
// counted.
func postBy(windows []notice.Window, p compliance.Promises, zone *time.Location) time.Time {
	p = p.WithDefaults()
	first := slices.MinFunc(windows, func(a, b notice.Window) int { return a.Start.Compare(b.Start) })
	_, _, strictest := calendar.NoticeLimits(first.Start, p.NoticeDays, p.NoticeHours, zone)
	return strictest
}
