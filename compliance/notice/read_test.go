package notice

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// The corpus is testdata/*.txt: notices in the wording of many kinds of institution, each
// with what it must be read as.
//
//	posted 2026-11-20            or 2026-11-20T14:10 for an instant in Seoul; - for none
//	title  ...
//	body   ...                   any number of lines; "\t" is a tab
//	want   maintenance planned regular
//	window 2026-11-28T22:00 2026-11-29T02:00   the end - is open; +02:00 behind a time is its zone
//	old    ...                   a replaced window
//	rule   weekly 0 02:00 06:00
//	eta    2026-11-20T18:00
//	problem open_end
//	review                       NeedsReview without listing the problems
//
// A blank line ends a case. A case without problems must be sure: 0.9 and no review.
type corpusCase struct {
	file                        string
	line                        int
	posted                      time.Time
	title                       string
	body                        []string
	want                        string
	windows, old, rules, wanted []string
	eta                         string
	review                      bool
}

func corpus(t testing.TB) []corpusCase {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no corpus: %v", err)
	}
	var out []corpusCase
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		c := corpusCase{}
		n := 0
		flush := func() {
			if c.line > 0 {
				out = append(out, c)
			}
			c = corpusCase{}
		}
		for sc := bufio.NewScanner(f); sc.Scan(); {
			n++
			key, rest, _ := strings.Cut(sc.Text(), " ")
			rest = strings.ReplaceAll(strings.TrimLeft(rest, " "), `\t`, "\t")
			if key == "" || strings.HasPrefix(key, "#") {
				if key == "" {
					flush()
				}
				continue
			}
			if c.line == 0 {
				c.file, c.line = filepath.Base(name), n
			}
			if err := c.set(key, rest); err != nil {
				t.Fatalf("%s:%d: %v", name, n, err)
			}
		}
		flush()
		f.Close()
	}
	return out
}

func (c *corpusCase) set(key, rest string) (err error) {
	switch key {
	case "posted":
		switch {
		case rest == "-":
		case strings.Contains(rest, "T"):
			c.posted, err = time.ParseInLocation("2006-01-02T15:04", rest, seoul())
		default:
			c.posted, err = time.ParseInLocation(time.DateOnly, rest, seoul())
		}
	case "title":
		c.title = rest
	case "body":
		c.body = append(c.body, rest)
	case "want":
		c.want = rest
	case "window":
		c.windows = append(c.windows, rest)
	case "old":
		c.old = append(c.old, rest)
	case "rule":
		c.rules = append(c.rules, rest)
	case "eta":
		c.eta = rest
	case "problem":
		c.wanted = append(c.wanted, rest)
	case "review":
		c.review = true
	default:
		return fmt.Errorf("unknown key %q", key)
	}
	return err
}

func clockText(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	layout := "2006-01-02T15:04"
	if t.Second() != 0 {
		layout += ":05"
	}
	if _, off := t.Zone(); off != 9*3600 {
		layout += "-07:00"
	}
	return t.Format(layout)
}

func windowText(w Window) string { return clockText(w.Start) + " " + clockText(w.End) }

func ruleText(r Rule) string {
	s := r.Freq
	switch {
	case r.Freq == "yearly":
		s += fmt.Sprintf(" %d/%d", r.Month, r.MonthDay)
	case r.MonthDay != 0:
		s += fmt.Sprintf(" day %d", r.MonthDay)
	case r.Week != 0:
		s += fmt.Sprintf(" week %d", r.Week)
	}
	for i, d := range r.Weekdays {
		s += map[bool]string{true: " ", false: ","}[i == 0] + fmt.Sprint(d)
	}
	s += fmt.Sprintf(" %02d:%02d %02d:%02d", r.From/60, r.From%60, r.To/60, r.To%60)
	if r.Zone != "" {
		s += " " + r.Zone
	}
	if !r.Since.IsZero() {
		s += " since " + r.Since.Format(time.DateOnly)
	}
	if !r.Until.IsZero() {
		s += " until " + r.Until.Format(time.DateOnly)
	}
	return s
}

func describe(r Reading) string {
	var b strings.Builder
	fmt.Fprintf(&b, "want %s\n", strings.TrimSpace(fmt.Sprintf("%s %s %s", r.Kind, r.State, r.Type)))
	// The corpus has windows by their start, whatever the order in the text.
	for _, w := range slices.SortedStableFunc(slices.Values(r.Windows), func(a, b Window) int { return a.Start.Compare(b.Start) }) {
		fmt.Fprintln(&b, "window", windowText(w))
	}
	for _, w := range r.Replaced {
		fmt.Fprintln(&b, "old", windowText(w))
	}
	for _, x := range r.Rules {
		fmt.Fprintln(&b, "rule", ruleText(x))
	}
	if !r.ETA.IsZero() {
		fmt.Fprintln(&b, "eta", clockText(r.ETA))
	}
	for _, p := range r.Problems {
		fmt.Fprintln(&b, "problem", p)
	}
	fmt.Fprintf(&b, "(%.2f, review %v)", r.Confidence, r.NeedsReview)
	return b.String()
}

func (c corpusCase) text() Text {
	return Text{Title: c.title, Body: strings.Join(c.body, "\n"), Posted: c.posted}
}

func (c corpusCase) describe() string {
	var b strings.Builder
	fmt.Fprintf(&b, "want %s\n", c.want)
	for _, list := range []struct {
		key   string
		lines []string
	}{{"window", c.windows}, {"old", c.old}, {"rule", c.rules}} {
		for _, x := range list.lines {
			fmt.Fprintln(&b, list.key, x)
		}
	}
	if c.eta != "" {
		fmt.Fprintln(&b, "eta", c.eta)
	}
	for _, x := range c.wanted {
		fmt.Fprintln(&b, "problem", x)
	}
	return b.String()
}

func TestCorpus(t *testing.T) {
	cases := corpus(t)
	for _, c := range cases {
		t.Run(fmt.Sprintf("%s:%d", c.file, c.line), func(t *testing.T) {
			got := Read(c.text())
			text := describe(got)
			plain, _, _ := strings.Cut(text, "(")
			want := c.describe()
			if c.review {
				plain, _, _ = strings.Cut(plain, "problem")
			}
			if plain != want {
				t.Errorf("posted %s\n%s\n%s\n--- got\n%s\n--- want\n%s", c.posted.Format(time.DateOnly), c.title, strings.Join(c.body, "\n"), text, want)
			}
			if sure := len(c.wanted) == 0 && !c.review; sure && got.Confidence < 0.9 || sure == got.NeedsReview {
				t.Errorf("%s\n%s\nconfidence %.2f, review %v", c.title, strings.Join(c.body, "\n"), got.Confidence, got.NeedsReview)
			}
		})
	}
	t.Logf("%d notices", len(cases))
}

func TestWindowsStandInTheTextsOrder(t *testing.T) {
	r := Read(Text{Title: "시스템 점검에 따른 서비스 중단 안내", Body: "신용카드: 2026년 11월 28일(토) 03:00 ~ 05:00\n체크카드: 2026년 11월 26일(목) 21:00 ~ 23:00",
		Posted: time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)})
	if len(r.Windows) != 2 || r.Windows[0].Start.Day() != 28 || r.Windows[1].Start.Day() != 26 {
		t.Errorf("%+v", r.Windows)
	}
}
