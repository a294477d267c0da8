// Package messages holds every text that people read, in Korean and English.
//
// The catalogues are the flat JSON files beside this one: a key such as
// "reason.connect_refused" and a text that may hold {name} placeholders. Closed sets are
// named by their stable names: status.down, reason.timeout, event.blip, cause.dns,
// verdict.kept. There is a pair of files for each area:
//
//	ko.json         what the wall and reports say. The web app is built with these
//	                files, so that all say the same words: nothing else belongs there.
//	cli.ko.json     what the command line says
//	config.ko.json  what is wrong with a configuration file
//	alerts.ko.json  what messages about alerts say, and the page that answers them
//	report.ko.json  what monthly reports say
//	pages.ko.json   what the web app's pages of reports, evidence and records say; it loads
//	                them with these pages
//
// Code does not say words: it makes a [Message], a key with what fills its placeholders,
// and whoever knows the reader's language says it there:
//
//	err := messages.New("config.not_duration", "value", `"soon"`)
//	messages.In("ko").Say(err) // "soon" 값은 기간이 아닙니다
//	err.Error()                // "soon" is not a duration
//
// A message is an error, too, and says itself in English then: logs are in English.
//
// A Korean text that puts a particle behind a placeholder writes both forms, {name}(은/는),
// and the one that fits what was filled in is said; see particle.go.
package messages

import (
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/language"
)

//go:embed *.json
var files embed.FS

// areas are the prefixes of the catalogues' file names.
func areas() []string { return []string{"", "alerts.", "cli.", "config.", "report.", "pages."} }

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

// built is the catalogue of the program itself, decoded when first needed.
var built = sync.OnceValue(func() *Catalogue {
	c, err := Load()
	if err != nil {
		panic("messages: " + err.Error()) // the files are part of the program, and a test loads them
	}
	return c
})

// Load reads the catalogues built into the program. An error means that the program was
// built from a damaged file.
func Load() (*Catalogue, error) {
	c := &Catalogue{texts: map[string]map[string]string{}}
	var tags []language.Tag
	for _, lang := range Languages() {
		c.texts[lang] = map[string]string{}
		for _, area := range areas() {
			if err := c.add(lang, area+lang+".json"); err != nil {
				return nil, err
			}
		}
		tags = append(tags, language.Make(lang))
	}
	c.matcher = language.NewMatcher(tags)
	return c, nil
}

func (c *Catalogue) add(lang, file string) error {
	b, err := files.ReadFile(file)
	if err != nil {
		return fmt.Errorf("read messages: %w", err)
	}
	texts := map[string]string{}
	if err := json.Unmarshal(b, &texts); err != nil {
		return fmt.Errorf("decode messages of %s: %w", file, err)
	}
	for key, text := range texts {
		if _, twice := c.texts[lang][key]; twice {
			return fmt.Errorf("decode messages of %s: %s is in another file, too", file, key)
		}
		c.texts[lang][key] = text
	}
	return nil
}

// Text returns the text of key in lang with its placeholders filled from args. A key that
// lang lacks is looked up in the other languages; one that none has is returned itself, so
// that a gap is seen and nothing is blank. A placeholder without an argument stays as it
// is written.
func (c *Catalogue) Text(lang, key string, args map[string]any) string {
	return c.say(lang, key, func(name string) (string, bool) {
		v, ok := args[name]
		return fmt.Sprint(v), ok
	})
}

func (c *Catalogue) say(lang, key string, arg func(name string) (string, bool)) string {
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
	return fill(text, arg)
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

// fill replaces {name} by its argument, in one pass: what an argument holds is never
// expanded again. Behind an argument it chooses the particle that fits.
func fill(text string, arg func(name string) (string, bool)) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(text, "{")
		particles(&b, before)
		if !ok {
			return b.String()
		}
		name, after, ok := strings.Cut(rest, "}")
		if !ok {
			b.WriteString("{" + rest)
			return b.String()
		}
		if value, known := arg(name); known {
			b.WriteString(value)
		} else {
			b.WriteString("{" + name + "}")
		}
		text = after
	}
}

// List makes an argument of names of any kind.
func List[S ~string](names []S) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = string(n)
	}
	return out
}
