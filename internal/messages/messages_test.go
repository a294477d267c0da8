package messages

import (
	"encoding/json"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func load(t *testing.T) *Catalogue {
	t.Helper()
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestLanguagesHaveTheSameKeysAndPlaceholders(t *testing.T) {
	c := load(t)
	placeholder := regexp.MustCompile(`\{[^}]*\}`)
	holes := func(lang, key string) []string {
		found := placeholder.FindAllString(c.texts[lang][key], -1)
		slices.Sort(found)
		return slices.Compact(found)
	}
	for _, a := range Languages() {
		for _, b := range Languages() {
			for _, key := range c.Keys(a) {
				if !c.Has(b, key) {
					t.Errorf("%s has %q, %s has not", a, key, b)
					continue
				}
				if x, y := holes(a, key), holes(b, key); !slices.Equal(x, y) {
					t.Errorf("%q: %s has placeholders %v, %s has %v", key, a, x, b, y)
				}
			}
		}
	}
}

func TestTextsAreClean(t *testing.T) {
	c := load(t)
	for _, lang := range Languages() {
		if len(c.Keys(lang)) == 0 {
			t.Fatalf("no texts in %s", lang)
		}
		for _, key := range c.Keys(lang) {
			text := c.texts[lang][key]
			if strings.TrimSpace(text) != text || text == "" {
				t.Errorf("%s %q: %q is empty or has outer space", lang, key, text)
			}
			if rest := regexp.MustCompile(`\{[a-z_0-9]+\}`).ReplaceAllString(text, ""); strings.ContainsAny(rest, "{}<>") {
				t.Errorf("%s %q: stray brace or bracket in %q", lang, key, text)
			}
		}
	}
}

// A JSON decoder keeps the last of two equal keys and says nothing.
func TestNoKeyTwice(t *testing.T) {
	names, err := fs.Glob(files, "*.json")
	if err != nil || len(names) != len(areas())*len(Languages()) {
		t.Fatalf("%v: want %d areas in %d languages (%v)", names, len(areas()), len(Languages()), err)
	}
	for _, name := range names {
		b, err := files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		dec := json.NewDecoder(strings.NewReader(string(b)))
		seen := map[string]bool{}
		for i := 0; ; i++ {
			tok, err := dec.Token()
			if err != nil {
				break
			}
			// Token 0 is the opening brace; after it keys and texts take turns.
			if key, ok := tok.(string); ok && i%2 == 1 {
				if seen[key] {
					t.Errorf("%s has %q twice", name, key)
				}
				seen[key] = true
			}
		}
	}
}

func TestText(t *testing.T) {
	c := load(t)
	c.texts["en"]["test.only_en"] = "in English, {n}"
	for _, tc := range []struct {
		name, lang, key string
		args            map[string]any
		want            string
	}{
		{"Korean", "ko", "status.down", nil, "중단"},
		{"English", "en", "status.down", nil, "Down"},
		{"filled", "ko", "duration.ago", map[string]any{"duration": "2초"}, "2초 전"},
		{"number", "en", "duration.minutes", map[string]any{"n": 12}, "12 min"},
		{"argument missing", "en", "duration.ago", nil, "{duration} ago"},
		{"argument with braces is not expanded", "en", "wall.title", map[string]any{"headline": "{organisation}", "organisation": "A"}, "{organisation} · A"},
		{"other language", "ko", "test.only_en", map[string]any{"n": 1}, "in English, 1"},
		{"unknown language", "fr", "status.up", nil, "정상"},
		{"unknown key", "ko", "no.such.key", nil, "no.such.key"},
	} {
		if got := c.Text(tc.lang, tc.key, tc.args); got != tc.want {
			t.Errorf("%s: got %q, want %q", tc.name, got, tc.want)
		}
	}
}

func TestFillStrayBrace(t *testing.T) {
	if got := fill("a {b", func(string) (string, bool) { return "1", true }); got != "a {b" {
		t.Errorf("got %q", got)
	}
}

func TestMatch(t *testing.T) {
	c := load(t)
	for header, want := range map[string]string{
		"":                        "ko",
		"ko-KR,ko;q=0.9,en;q=0.8": "ko",
		"en-GB":                   "en",
		"en;q=0.2, ko;q=0.7":      "ko",
		"fr, en;q=0.5":            "en",
		"zh-CN":                   "ko",
		";;;===":                  "ko",
	} {
		if got := c.Match(header); got != want {
			t.Errorf("%q: got %s, want %s", header, got, want)
		}
	}
}
