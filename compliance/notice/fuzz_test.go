package notice

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"
)

func FuzzRead(f *testing.F) {
	for _, c := range corpus(f) {
		f.Add(c.title, strings.Join(c.body, "\n"), c.posted.Unix())
	}
	f.Add("\xff\xfe점검", "\x00\u200b①²㈜ ’24.12.7～~∼", int64(-1))
	f.Add("점검", "99:99 ~ 25시 13월 32일 2월 30일 0000-00-00T99:99:99Z", int64(1<<33))
	f.Fuzz(func(t *testing.T, title, body string, posted int64) {
		text := Text{Title: title, Body: body}
		if posted > 0 && posted < 4e9 {
			text.Posted = time.Unix(posted, 0).UTC()
		}
		checkReading(t, text, Read(text))
		if c := Core(title); Similar(title, title) > 1 || Similar(title, body) < 0 || len(c) > 4*len(title)+16 {
			t.Errorf("core %q of %q", c, title)
		}
	})
}

// checkReading checks what holds for every reading of whatever text.
func checkReading(t *testing.T, text Text, r Reading) {
	t.Helper()
	whole := len(text.Title) + 1 + len(text.Body)
	for _, s := range r.Spans {
		if s.From < 0 || s.From >= s.To || s.To > whole {
			t.Errorf("span %+v of %d bytes", s, whole)
		}
	}
	for _, w := range append(append([]Window{}, r.Windows...), r.Replaced...) {
		if w.Start.IsZero() || !w.End.IsZero() && !w.End.After(w.Start) {
			t.Errorf("window %v", w)
		}
	}
	if r.Confidence < 0 || r.Confidence > 1 || r.Confidence < ReviewBelow && !r.NeedsReview || r.Windows == nil || r.Problems == nil {
		t.Errorf("confidence %v, review %v", r.Confidence, r.NeedsReview)
	}
	for _, x := range r.Rules {
		if x.From < 0 || x.From >= 1440 || x.To < 0 || x.To >= 1440 {
			t.Errorf("rule %+v", x)
		}
	}
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var back Reading
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	again, err := json.Marshal(back)
	if err != nil || string(again) != string(b) {
		t.Errorf("%s\nbecame\n%s\n%v", b, again, err)
	}
}

func TestJSON(t *testing.T) {
	r := Read(Text{Title: "중요한 유지보수", Body: "2025년 9월 13일 토요일, 오전 9시부터 오후 5시까지 (CEST)", Posted: time.Date(2025, 9, 8, 0, 0, 0, 0, time.UTC)})
	r.Spans = nil
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"kind":"maintenance","state":"planned","windows":[{"start":"2025-09-13T09:00:00+02:00","end":"2025-09-13T17:00:00+02:00"}],"eta":null,"confidence":1,"needs_review":false,"problems":[]}`
	if string(b) != want {
		t.Errorf("%s\nwant\n%s", b, want)
	}
	open := Read(Text{Title: "점검 (12/07 23:50~)", Posted: time.Date(2024, 12, 5, 0, 0, 0, 0, time.UTC)})
	if b, _ := json.Marshal(open.Windows); string(b) != `[{"start":"2024-12-07T23:50:00+09:00","end":null}]` {
		t.Errorf("%s", b)
	}
	if b, _ := json.Marshal(Reading{}); !strings.Contains(string(b), `"windows":[]`) || !strings.Contains(string(b), `"problems":[]`) {
		t.Errorf("%s", b)
	}
	for _, bad := range []string{`{"windows":3}`, `{"rules":[{"from":"x"}]}`, `{"windows":[{"start":1}]}`} {
		if err := json.Unmarshal([]byte(bad), &r); err == nil {
			t.Errorf("%s was read", bad)
		}
	}
}

func TestSpans(t *testing.T) {
	text := Text{Title: "시스템 점검", Body: "일시：２０２６．１１．２８（토） ２２：００ ∼ ２４：００", Posted: time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)}
	r := Read(text)
	src := text.Title + "\n" + text.Body
	if len(r.Spans) != 1 || src[r.Spans[0].From:r.Spans[0].To] != "２０２６．１１．２８（토） ２２：００ ∼ ２４：００" {
		t.Errorf("%v", r.Spans)
	}
}

func TestCut(t *testing.T) {
	r := Read(Text{Title: "점검", Body: strings.Repeat("점검 ", MaxText), Posted: time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)})
	if !reflect.DeepEqual(r.Problems, []Problem{Cut, NoWindow}) || !r.NeedsReview {
		t.Errorf("%v", r.Problems)
	}
}

func TestProblems(t *testing.T) {
	seen := map[Problem]bool{}
	for _, p := range Problems() {
		if seen[p] || p == "" || strings.ToLower(string(p)) != string(p) || strings.ContainsAny(string(p), " -") {
			t.Errorf("%q", p)
		}
		seen[p] = true
		if w := weightOf(p); w.cost <= 0 || w.cost > 0.5 {
			t.Errorf("%s costs %v", p, w.cost)
		}
	}
	for _, c := range corpus(t) {
		for _, p := range c.wanted {
			if !seen[Problem(p)] {
				t.Errorf("%s:%d: %s is not listed", c.file, c.line, p)
			}
		}
	}
}

// TestLinear counts the scanner's steps: twice the text, twice the work.
func TestLinear(t *testing.T) {
	unit := "일시: 2026.11.28(토) 22:00 ~ 11.29(일) 02:00 (4시간), 매주 일요일 02시~06시 - 1588-1234 from 10 pm until further notice (((((~~~~: 1.1.1.1.1.1 2026년 11월 12345678901234567890\n"
	for _, s := range []string{unit, "~", "(", "1", "1.", "1~", ":", "11월 ", "매주 ", "a", "점", "22:00,", "일시\t", "\n", "부터", "1 "} {
		small := strings.Repeat(s, 2000/len(s)+1)
		few, many := lex(fold("", small)), lex(fold("", strings.Repeat(small, 10)))
		if many.steps > 11*few.steps+200 {
			t.Errorf("%q: %d steps, then %d for ten times the text", s[:min(len(s), 8)], few.steps, many.steps)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	unit := "2. 중단일시 : 2026년 11월 28일(토) 22:00 ~ 11월 29일(일) 02:00 (4시간), 문의 1588-0000 (평일 09:00~18:00)\n안정적인 서비스를 제공하기 위하여 점검을 실시합니다.\n"
	for _, size := range []struct {
		name string
		n    int
	}{{"1KB", 1 << 10}, {"64KB", 64 << 10}} {
		text := Text{Title: "점검 안내", Body: strings.Repeat(unit, size.n/len(unit)), Posted: time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)}
		b.Run(size.name, func(b *testing.B) {
			b.SetBytes(int64(len(text.Body)))
			for b.Loop() {
				Read(text)
			}
		})
	}
}
