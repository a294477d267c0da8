package export

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/charterwatch/charterwatch/internal/messages"
)

//go:embed index.html
var indexHTML string

// part is what the index says in one language.
type part struct {
	Lang, Title, What   string
	Facts               [][2]string
	Holds, Proves, Lack []string
	How                 string
	Heads               map[string]string
	speech              messages.Speech
}

func (p part) say(key string, args ...any) string {
	return p.speech.Say(messages.New("report.export."+key, args...))
}

// row is a file in the table of contents.
type row struct {
	File
	Shown string
}

// writeIndex writes the page that a reader opens first. It needs nothing else: no scripts, no other
// addresses.
func writeIndex(w io.Writer, m Manifest) error {
	t, err := template.New("index").Parse(indexHTML)
	if err != nil {
		return fmt.Errorf("parse the index's template: %w", err)
	}
	data := struct {
		Parts    []part
		Manifest Manifest
		Rows     []row
		How      []string
	}{Manifest: m, How: []string{
		"charterwatch verify --key PUBLIC EXPORT.zip",
		"charterwatch verify --key PUBLIC --recompute EXPORT.zip",
	}}
	var words []part
	for _, lang := range messages.Languages() {
		words = append(words, partOf(lang, m))
	}
	data.Parts = words
	for _, f := range m.Files {
		data.Rows = append(data.Rows, row{f, both(words, func(p part) string { return p.shownBy(f.ShownBy) })})
	}
	return t.Execute(w, data)
}

// both is what all languages say, for the table that is there once.
func both(words []part, say func(part) string) string {
	var out []string
	for _, p := range words {
		out = append(out, say(p))
	}
	return strings.Join(out, " · ")
}

func (p part) shownBy(by shown) string {
	switch by {
	case byLeaf:
		return p.say("by.leaf")
	case byDigest:
		return p.say("by.digest")
	case byItself:
		return p.say("by.itself")
	default:
		return p.say("by.nothing")
	}
}

// partOf says in a language what is in the export, what it proves and what not.
func partOf(lang string, m Manifest) part {
	p := part{Lang: lang, speech: messages.In(lang)}
	p.Title, p.What = p.say("title"), p.query(m.Query)
	profile := p.say("masked")
	if m.Profile == Full {
		profile = p.say("full")
	}
	p.Facts = [][2]string{
		{p.say("fact.hours"), m.Query.From.UTC().Format(time.RFC3339) + " – " + m.Query.To.UTC().Format(time.RFC3339)},
		{p.say("fact.profile"), profile},
		{p.say("fact.signed"), m.At.UTC().Format(time.RFC3339)},
	}
	if m.Query.Sample > 0 {
		from := p.say("seed_root")
		if m.Query.Given {
			from = p.say("seed_given")
		}
		p.Facts = append(p.Facts, [2]string{p.say("fact.seed"), m.Query.Seed + " (" + from + ")"})
	}
	p.Holds = []string{p.say("holds.evidence"), p.say("holds.blocks"), p.say("holds.attached"), p.say("holds.manifest")}
	p.Proves = []string{p.say("proves.leaves"), p.say("proves.bodies"), p.say("proves.blocks")}
	p.Lack = p.lacks(m)
	p.How = p.say("how")
	p.Heads = map[string]string{"holds": p.say("head.holds"), "proves": p.say("head.proves"), "lacks": p.say("head.lacks"), "how": p.say("head.how"), "files": p.say("head.files")}
	return p
}

func (p part) query(q Query) string {
	switch {
	case q.Outage != "":
		return p.say("of.outage", "id", q.Outage)
	case q.Sample > 0:
		return p.say("of.sample", "n", q.Sample, "month", q.Month)
	case q.Clause != "":
		return p.say("of.clause", "clause", q.Clause, "month", q.Month)
	default:
		return p.say("of.month", "month", q.Month)
	}
}

// lacks is what the export does not show, first what it withholds.
func (p part) lacks(m Manifest) []string {
	var out []string
	if len(m.Withheld) > 0 {
		var counts []string
		for _, kind := range slices.Sorted(maps.Keys(m.Withheld)) {
			counts = append(counts, fmt.Sprintf("%s %d", kind, m.Withheld[kind]))
		}
		out = append(out, p.say("lacks.withheld", "counts", strings.Join(counts, ", ")))
	}
	if m.Profile != Full {
		out = append(out, p.say("lacks.masked"))
	}
	if m.Erased > 0 {
		out = append(out, p.say("lacks.erased", "n", m.Erased))
	}
	if len(m.Elsewhere) > 0 {
		out = append(out, p.say("lacks.elsewhere", "names", strings.Join(m.Elsewhere, ", ")))
	}
	for _, a := range m.Absent {
		from, to := a.From.UTC().Format(time.RFC3339), a.To.UTC().Format(time.RFC3339)
		if a.Why == Expired {
			out = append(out, p.say("lacks.expired", "from", from, "to", to))
		} else {
			out = append(out, p.say("lacks.not_sealed", "from", from, "to", to))
		}
	}
	return append(out, p.say("lacks.attached"), p.say("lacks.truth"), p.say("lacks.history"), p.say("lacks.manifest"))
}
