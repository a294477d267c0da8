package config

import (
	"fmt"
	"reflect"
	"strings"
)

// Manual is the page about the file, in Markdown, made from the same types and
// tags that decode it.
func Manual() string {
	var b strings.Builder
	b.WriteString(referenceHead)
	for f := range reflect.TypeFor[File]().Fields() {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n", keyOf(f), f.Tag.Get("doc"))
		table(&b, rows(f.Type, keyOf(f)))
	}
	b.WriteString("\n## Checks\n\nWhat checks of every kind have:\n")
	table(&b, rows(reflect.TypeFor[Common](), ""))
	for _, name := range kindNames() {
		fmt.Fprintf(&b, "\n### kind: %s\n", name)
		table(&b, rows(reflect.TypeOf(kinds()[name]()).Elem(), ""))
	}
	fmt.Fprintf(&b, modulesPart, builtinModules)
	return b.String()
}

// modulesPart ends the page; it is given the built-in modules.
const modulesPart = `
## Modules

A module under web.modules says how /probe looks. Its keys are those of a check of the same kind, without id, interval and critical,
and without the one that says what to look at: url, address, server or host. That comes with the request, as target. A module of the
same name as one of these takes its place:

` + "```yaml\n%s```\n" + `
/probe answers only while web.probe_handler is on, and only holders of a token whose role may see the wall. A look may take as long as
the module's timeout and the scrape's own, less half a second, allow. 503 instead of metrics means that nothing was established about
the target (a firewall answered in its place, ICMP is not permitted here): up is 0 then, and probe_success is not claimed.
[deploy/prometheus/scrape.yml](../deploy/prometheus/scrape.yml) has a scrape.
`

const referenceHead = `# The configuration file

One YAML file says what is watched. ` + "`charterwatch config check FILE`" + ` names everything that is wrong with it, with line,
field and remedy, and says how large the store will grow; ` + "`charterwatch config schema`" + ` prints a JSON Schema for your editor.
` + "[deploy/examples/charterwatch.yaml](../deploy/examples/charterwatch.yaml)" + ` is a file to start from.

* **Durations** are written 90s, 5m, 1h30m or 21d.
* **Secrets** stand in the file by reference only: ` + "`${env:NAME}` or `${file:PATH}`" + `. A field of type *secret* takes nothing else, one of
  type *text* may hold references among other words. They are never printed, stored or logged.
* **Reload**: on SIGHUP, or with POST /-/reload and an administrator's token, the file is read anew. A file with a mistake changes
  nothing, which is told in the log, on the wall and as the metric charterwatch_config_last_reload_successful. Checks that did not
  change keep their rhythm and their state. Changes to store.sqlite, web.listen, probing.vantage and probing.at_once wait for a restart.
* **Ids** of sites and checks are what their history hangs on. Names may change at any time.

* **Holidays**: the program knows the public holidays of Korea for some time ahead; ` + "`config check`" + ` warns half a year before they end.
  What it does not know yet stands in the CSV file (UTF-8) that organisation.holidays names, a line for each change: *date, action,
  name ko, name en, known since, source*. The action is add (the day is a holiday), remove (it is none) or complete (with this file,
  every holiday up to the day is listed). "Known since" is the day it was announced. For example
  ` + "`2026-12-24,add,임시공휴일,Temporary holiday,2026-12-01,관보 제20000호`" + `.

This page is generated: ` + "`go test ./config -run Manual -update`" + `.
`

type row struct{ path, kind, doc string }

// rows lists the keys of a mapping and of what lies in it.
func rows(t reflect.Type, path string) (out []row) {
	switch {
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Struct && t.Elem() != dateType && t != listType:
		return rows(t.Elem(), path+"[]")
	case t.Kind() == reflect.Map && t.Elem().Kind() == reflect.Struct && t.Elem() != textType:
		return rows(t.Elem(), path+".NAME")
	case t.Kind() != reflect.Struct || word(t) != "":
		return nil
	}
	for f := range t.Fields() {
		key := keyOf(f)
		if f.Anonymous {
			out = append(out, rows(f.Type, path)...)
			continue
		}
		if key == "" {
			continue
		}
		if path != "" {
			key = path + "." + key
		}
		inner := rows(f.Type, key)
		if f.Type == reflect.TypeFor[[]Check]() {
			inner = nil // have their own section
		}
		doc := f.Tag.Get("doc")
		if f.Tag.Get("required") != "" {
			doc += " **Required.**"
		}
		out = append(append(out, row{key, wordOf(f.Type), doc}), inner...)
	}
	return out
}

func table(b *strings.Builder, rows []row) {
	if len(rows) == 0 {
		return
	}
	b.WriteString("\n| key | type | meaning |\n|---|---|---|\n")
	for _, r := range rows {
		fmt.Fprintf(b, "| `%s` | %s | %s |\n", r.path, r.kind, strings.ReplaceAll(r.doc, "|", `\|`))
	}
}

// word names the types that are written as one value, in the manual's words.
func word(t reflect.Type) string {
	switch t {
	case durationType:
		return "duration"
	case referenceType:
		return "secret"
	case textType:
		return "text"
	case dateType:
		return "date"
	case listType:
		return "one or several"
	}
	switch t.Kind() {
	case reflect.String:
		return "text"
	case reflect.Bool:
		return "true, false"
	case reflect.Int, reflect.Int64:
		return "number"
	default:
		return ""
	}
}

func wordOf(t reflect.Type) string {
	if w := word(t); w != "" {
		return w
	}
	switch t.Kind() {
	case reflect.Pointer:
		return wordOf(t.Elem())
	case reflect.Slice:
		return "list"
	case reflect.Map:
		return "by name"
	default:
		return "mapping"
	}
}
