// Package messages holds every text that people read, in Korean and English.
//
// The catalogues are the flat JSON files beside this one: a key such as
// "reason.connect_refused" and a text that may hold {name} placeholders. The web app reads
// the same files when it is built, so that an alert, a report and the wall say the same
// words. Closed sets are named by their stable names: status.down, reason.timeout,
// event.blip, cause.dns, verdict.kept.
//
//	c, err := messages.Load()
//	c.Text("ko", "duration.ago", map[string]any{"duration": "2초"}) // "2초 전"
package messages

import (
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/language"
)

//go:embed ko.json en.json
var files embed.FS

// Catalogue holds the texts of all languages. It does not change after Load and may be
// used concurrently.
type Catalogue struct {
	texts   map[string]map[string]string // by language, then key
	matcher language.Matcher
}

// Languages lists the languages there are texts in. The first is the one used when
// nothing better is known.
func Languages() []string { return []string{"ko", "en"} }

// Languages lists the catalogue's languages, as the function of the same name does.
func (c *Catalogue) Languages() []string { return Languages() }

// Load reads the catalogues built into the program. An error means that the program was
// built from a damaged file.
func Load() (*Catalogue, error) {
	c := &Catalogue{texts: map[string]map[string]string{}}
	var tags []language.Tag
	for _, lang := range Languages() {
		b, err := files.ReadFile(lang + ".json")
		if err != nil {
			return nil, fmt.Errorf("read messages in %q: %w", lang, err)
		}
		texts := map[string]string{}
		if err := json.Unmarshal(b, &texts); err != nil {
			return nil, fmt.Errorf("decode messages in %q: %w", lang, err)
		}
		c.texts[lang] = texts
		tags = append(tags, language.Make(lang))
	}
	c.matcher = language.NewMatcher(tags)
	return c, nil
}

// Text returns the text of key in lang with its placeholders filled from args. A key that
// lang lacks is looked up in the other languages; one that none has is returned itself, so
// that a gap is seen and nothing is blank. A placeholder without an argument stays as it
// is written.
func (c *Catalogue) Text(lang, key string, args map[string]any) string {
	text, ok := c.texts[lang][key]
	for _, other := range Languages() {
		if ok {
			break
		}
		text, ok = c.texts[other][key]
	}
	if !ok {
		return key
	}
	return fill(text, args)
}

// Has says whether lang itself has a text for key.
func (c *Catalogue) Has(lang, key string) bool {
	_, ok := c.texts[lang][key]
	return ok
}

// Keys lists lang's keys in order.
func (c *Catalogue) Keys(lang string) []string {
	keys := make([]string, 0, len(c.texts[lang]))
	for k := range c.texts[lang] {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// Match returns the language that suits an Accept-Language header best, and the first
// language when none does or the header is malformed.
func (c *Catalogue) Match(acceptLanguage string) string {
	wanted, _, err := language.ParseAcceptLanguage(acceptLanguage)
	if err != nil || len(wanted) == 0 {
		return Languages()[0]
	}
	_, i, confidence := c.matcher.Match(wanted...)
	if confidence == language.No {
		return Languages()[0]
	}
	return Languages()[i]
}

// fill replaces {name} by args["name"], in one pass: what an argument holds is never
// expanded again.
func fill(text string, args map[string]any) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(text, "{")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		name, after, ok := strings.Cut(rest, "}")
		value, known := args[name]
		switch {
		case !ok:
			b.WriteString("{" + rest)
			return b.String()
		case known:
			fmt.Fprint(&b, value)
		default:
			b.WriteString("{" + name + "}")
		}
		text = after
	}
}
