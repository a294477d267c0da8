package main

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/notice"
	"github.com/charterwatch/charterwatch/config"
	"github.com/charterwatch/charterwatch/internal/messages"
	"github.com/charterwatch/charterwatch/probes"
)

func TestLanguage(t *testing.T) {
	for _, c := range []struct {
		name, flag string
		env        map[string]string
		want       string
		settled    bool
		bad        bool
	}{
		{"nothing", "", nil, "en", false, false},
		{"flag first", "en", map[string]string{"CHARTERWATCH_LANG": "ko", "LANG": "ko_KR.UTF-8"}, "en", true, false},
		{"own variable next", "", map[string]string{"CHARTERWATCH_LANG": "ko", "LC_ALL": "en_GB.UTF-8"}, "ko", true, false},
		{"LC_ALL", "", map[string]string{"LC_ALL": "ko_KR.UTF-8", "LANG": "en_US"}, "ko", true, false},
		{"LC_ALL over LC_MESSAGES", "", map[string]string{"LC_ALL": "ko_KR", "LC_MESSAGES": "en_US"}, "ko", true, false},
		{"LC_MESSAGES", "", map[string]string{"LC_MESSAGES": "ko", "LANG": "en_US"}, "ko", true, false},
		{"LANG", "", map[string]string{"LANG": "ko_KR.eucKR@x"}, "ko", true, false},
		{"the first that is set decides", "", map[string]string{"LC_ALL": "C.UTF-8", "LANG": "ko_KR"}, "en", false, false},
		{"another language", "", map[string]string{"LANG": "fr_FR.UTF-8"}, "en", false, false},
		{"unknown flag", "fr", map[string]string{"LANG": "ko_KR"}, "ko", true, true},
		{"unknown variable", "", map[string]string{"CHARTERWATCH_LANG": "Korean"}, "en", false, true},
	} {
		lang, settled, err := languageOf(c.flag, func(k string) string { return c.env[k] })
		if lang != c.want || settled != c.settled || (err != nil) != c.bad {
			t.Errorf("%s: %s %t %v", c.name, lang, settled, err)
		}
	}
}

func TestTheConfigurationsLanguage(t *testing.T) {
	f := config.File{Organisation: config.Organisation{Languages: config.List{"ko", "en"}}}
	for _, chosen := range []bool{false, true} {
		term := &terminal{speech: messages.In("en"), settled: chosen}
		term.learn(f)
		if got := term.speech.Lang(); (got == "en") != chosen {
			t.Errorf("chosen %t: %s", chosen, got)
		}
	}
}

func TestTakeLang(t *testing.T) {
	for _, c := range []struct {
		args, rest []string
		lang       string
		bad        bool
	}{
		{[]string{"probe", "a/b"}, []string{"probe", "a/b"}, "", false},
		{[]string{"--lang", "ko", "help"}, []string{"help"}, "ko", false},
		{[]string{"probe", "--lang=ko", "a/b"}, []string{"probe", "a/b"}, "ko", false},
		{[]string{"probe", "--", "--lang"}, []string{"probe", "--", "--lang"}, "", false},
		{[]string{"help", "--lang"}, []string{"help"}, "", true},
		{[]string{"help", "--lang="}, []string{"help"}, "", true},
	} {
		lang, rest, err := takeLang(c.args)
		if lang != c.lang || !slices.Equal(rest, c.rest) || (err != nil) != c.bad {
			t.Errorf("%q: %q %q %v", c.args, lang, rest, err)
		}
	}
}

// Package flag's errors are recognised by their text: this notices when Go changes it.
func TestFlagErrors(t *testing.T) {
	for _, c := range []struct{ arg, want string }{
		{"--nonsense", "cli.flag.undefined"}, {"--port", "cli.flag.bare"}, {"--port=x", "cli.flag.value"}, {"--story=x", "cli.flag.value"},
	} {
		fs := flag.NewFlagSet("x", flag.ContinueOnError)
		fs.SetOutput(io.Discard)
		fs.Int("port", 1, "")
		fs.Bool("story", true, "")
		if got := flagError(fs.Parse([]string{c.arg})); got.Key != c.want {
			t.Errorf("%s: %s (%v)", c.arg, got.Key, got)
		}
	}
	if got := flagError(errors.New("something new")).Error(); got != "something new" {
		t.Error(got)
	}
}

func TestTable(t *testing.T) {
	var rows table
	rows.row("점검", "a")
	rows.row("check", "나")
	rows.row("e\u0301", "b")
	var b bytes.Buffer
	rows.print(&b)
	if want := "점검   a\ncheck  나\ne\u0301      b\n"; b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
}

// Whatever a look may end with has words: messages.Named relies on it.
func TestOutcomesAndReasonsHaveWords(t *testing.T) {
	for _, lang := range messages.Languages() {
		for _, r := range probes.Reasons() {
			outcome, reason := judged(probes.Result{Outcome: r.Outcome(), Reason: r})
			for _, m := range []messages.Message{outcome, reason} {
				if !messages.In(lang).Has(m.Key) {
					t.Errorf("%s has no word for %s", lang, m.Key)
				}
			}
		}
	}
}

// Whatever a notice may be read as has words, and so has whatever a draft may get wrong.
func TestReadingsHaveWords(t *testing.T) {
	sets := map[string][]string{
		"notice_kind":       {string(notice.Maintenance), string(notice.Outage), string(notice.Recovery), string(notice.Other)},
		"notice_state":      {string(notice.Planned), string(notice.Rescheduled), string(notice.Extended), string(notice.Cancelled), string(notice.Completed)},
		"notice_type":       {string(notice.Regular), string(notice.Emergency)},
		"notice_freq":       {"daily", "weekly", "monthly", "yearly"},
		"notice_weekday":    {"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"},
		"notice_difference": {notice.DifferMissing, notice.DifferExtra, notice.DifferStart, notice.DifferEnd, notice.DifferKind},
	}
	for _, p := range notice.Problems() {
		sets["notice_problem"] = append(sets["notice_problem"], string(p))
	}
	for _, lang := range messages.Languages() {
		for set, names := range sets {
			for _, name := range names {
				if !messages.In(lang).Has(set + "." + name) {
					t.Errorf("%s has no word for %s.%s", lang, set, name)
				}
			}
		}
	}
}

func TestPostBy(t *testing.T) {
	seoul := time.FixedZone("KST", 9*3600)
	at := func(d, h int) time.Time { return time.Date(2026, 11, d, h, 0, 0, 0, seoul) }
	for _, c := range []struct {
		starts []time.Time
		want   time.Time
	}{
		{[]time.Time{at(28, 22)}, at(25, 0)},            // the fourth day ahead ends before the 72nd hour
		{[]time.Time{at(28, 0)}, at(25, 0)},             // both
		{[]time.Time{at(28, 22), at(27, 1)}, at(24, 0)}, // the first window decides
	} {
		var windows []notice.Window
		for _, s := range c.starts {
			windows = append(windows, notice.Window{Start: s})
		}
		if got := postBy(windows, compliance.Promises{}, seoul); !got.Equal(c.want) {
			t.Errorf("%v: %s, want %s", c.starts, got, c.want)
		}
	}
}
