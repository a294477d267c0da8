package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/charterwatch/charterwatch/internal/messages"
	"github.com/charterwatch/charterwatch/probes"
)

// Duration is Go's notation plus days: "90s", "1h30m", "21d".
type Duration time.Duration

// Reference is a credential: it must be written ${env:NAME} or ${file:PATH}.
type Reference probes.Secret

// Text is a string in which references are allowed; it is treated as a secret all the same.
type Text probes.Secret

// List is one value or several.
type List []string

// Date is a calendar day, "2026-12-31".
type Date struct{ Year, Month, Day int }

var (
	durationType  = reflect.TypeFor[Duration]()
	referenceType = reflect.TypeFor[Reference]()
	textType      = reflect.TypeFor[Text]()
	listType      = reflect.TypeFor[List]()
	dateType      = reflect.TypeFor[Date]()
)

// fielder is a type that decodes to several structs at once, as a check does by its kind.
type fielder interface {
	// fields returns the structs whose fields the mapping may have.
	fields(kind func(key string) (string, *yaml.Node)) (targets []any, err *choiceError)
}

// choiceError says that a mapping's discriminator is missing or wrong.
type choiceError struct {
	key  string
	what messages.Message
}

type mark struct{ line, col int }

// decoder turns nodes into values and collects what is wrong.
type decoder struct {
	file     string
	getenv   func(string) (string, bool)
	problems Problems
	marks    map[string]mark
}

func (d *decoder) at(n *yaml.Node, path string, what messages.Message) {
	d.problems = append(d.problems, Problem{File: d.file, Line: n.Line, Col: n.Column, Path: path, What: what})
}

// on reports a problem of a path that was decoded before, or of the nearest one above it.
func (d *decoder) on(path string, what messages.Message) *Problem {
	p := Problem{File: d.file, Path: path, What: what}
	for at := path; ; {
		if m, ok := d.marks[at]; ok {
			p.Line, p.Col = m.line, m.col
			break
		}
		i := strings.LastIndexAny(at, ".[")
		if i < 0 {
			break
		}
		at = at[:i]
	}
	d.problems = append(d.problems, p)
	return &d.problems[len(d.problems)-1]
}

func (d *decoder) warn(path string, what messages.Message) { d.on(path, what).Warning = true }

// because reports an error: in its own words if it is a message.
func (d *decoder) because(path string, err error) {
	var m messages.Message
	if !errors.As(err, &m) {
		m = messages.New("config.other", "err", err)
	}
	d.on(path, m)
}

func join(path, key string) string {
	switch {
	case path == "":
		return key
	case key == "":
		return path
	default:
		return path + "." + key
	}
}

// value decodes n into v.
func (d *decoder) value(n *yaml.Node, v reflect.Value, path string) {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	d.marks[path] = mark{n.Line, n.Column}
	if n.Tag == "!!null" {
		d.at(n, path, messages.New("config.empty_value"))
		return
	}
	switch v.Type() {
	case durationType, referenceType, textType, dateType:
		d.special(n, v, path)
		return
	case listType:
		d.list(n, v, path)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		p := reflect.New(v.Type().Elem())
		d.value(n, p.Elem(), path)
		v.Set(p)
	case reflect.Struct:
		d.mapping(n, path, v.Addr().Interface())
	case reflect.Slice:
		if n.Kind != yaml.SequenceNode {
			d.at(n, path, messages.New("config.not_list", "is", kindOf(n)))
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
		for i, c := range n.Content {
			d.value(c, v.Index(i), fmt.Sprintf("%s[%d]", path, i))
		}
	case reflect.Map:
		d.stringMap(n, v, path)
	default:
		d.scalar(n, v, path)
	}
}

func kindOf(n *yaml.Node) messages.Message {
	switch n.Kind {
	case yaml.MappingNode:
		return messages.New("config.node.mapping")
	case yaml.SequenceNode:
		return messages.New("config.node.list")
	default:
		return messages.New("config.node.value")
	}
}

// mapping decodes a mapping into the fields of one struct, or of those its kind chooses.
func (d *decoder) mapping(n *yaml.Node, path string, target any) {
	if n.Kind != yaml.MappingNode {
		d.at(n, path, messages.New("config.not_mapping", "is", kindOf(n), "key", exampleKey(target)))
		return
	}
	targets := []any{target}
	if f, ok := target.(fielder); ok {
		ts, bad := f.fields(func(key string) (string, *yaml.Node) { return lookup(n, key) })
		if bad != nil {
			at := n
			if _, kn := lookup(n, bad.key); kn != nil {
				at = kn
			}
			d.at(at, join(path, bad.key), bad.what)
			return // without a kind nothing can be said of the other keys
		}
		targets = ts
	}
	fields := map[string]reflect.Value{}
	for _, t := range targets {
		collectFields(reflect.ValueOf(t).Elem(), fields)
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, c := n.Content[i], n.Content[i+1]
		f, ok := fields[k.Value]
		switch {
		case !ok && join(path, k.Value) == "promises":
			d.at(k, k.Value, messages.New("config.promises_moved"))
		case !ok:
			d.at(k, join(path, k.Value), unknownKey(k.Value, fields))
		case seen[k.Value]:
			d.at(k, join(path, k.Value), messages.New("config.twice"))
		default:
			seen[k.Value] = true
			d.value(c, f, join(path, k.Value))
		}
	}
}

func lookup(n *yaml.Node, key string) (string, *yaml.Node) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1].Value, n.Content[i+1]
		}
	}
	return "", nil
}

func collectFields(v reflect.Value, into map[string]reflect.Value) {
	for i := range v.NumField() {
		if v.Type().Field(i).Anonymous {
			collectFields(v.Field(i), into)
		} else if key := keyOf(v.Type().Field(i)); key != "" {
			into[key] = v.Field(i)
		}
	}
}

// keyOf is the YAML key of a struct field, "" for fields that are not read from the file.
func keyOf(f reflect.StructField) string {
	key, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
	if key == "-" {
		return ""
	}
	return key
}

func exampleKey(target any) string {
	t := reflect.TypeOf(target).Elem()
	for _, f := range reflect.VisibleFields(t) {
		if k := keyOf(f); k != "" {
			return k
		}
	}
	return "key"
}

// unknownKey suggests the known key that takes the fewest edits, if one is near at all.
func unknownKey(key string, fields map[string]reflect.Value) messages.Message {
	best, distance := "", len(key)/2+1
	var all []string
	for k := range fields {
		all = append(all, k)
	}
	slices.Sort(all)
	for _, k := range all {
		if n := edits(key, k); n < distance {
			best, distance = k, n
		}
	}
	if best != "" {
		return messages.New("config.unknown_key", "nearest", strconv.Quote(best))
	}
	return messages.New("config.unknown_key_of", "keys", all)
}

// edits is the Levenshtein distance.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := diagonal
			if a[i-1] != b[j-1] {
				cost++
			}
			diagonal = row[j]
			row[j] = min(cost, row[j]+1, row[j-1]+1)
		}
	}
	return row[len(b)]
}

func (d *decoder) list(n *yaml.Node, v reflect.Value, path string) {
	nodes := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		nodes = n.Content
	}
	out := make(List, 0, len(nodes))
	for i, c := range nodes {
		for c.Kind == yaml.AliasNode {
			c = c.Alias
		}
		p := path
		if n.Kind == yaml.SequenceNode {
			p = fmt.Sprintf("%s[%d]", path, i)
			d.marks[p] = mark{c.Line, c.Column}
		}
		if c.Kind != yaml.ScalarNode || c.Tag == "!!null" {
			d.at(c, p, messages.New("config.not_text"))
			continue
		}
		out = append(out, c.Value)
	}
	v.Set(reflect.ValueOf(out))
}

func (d *decoder) stringMap(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind != yaml.MappingNode {
		d.at(n, path, messages.New("config.not_names", "is", kindOf(n)))
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for i := 0; i+1 < len(n.Content); i += 2 {
		item := reflect.New(v.Type().Elem()).Elem()
		d.value(n.Content[i+1], item, join(path, n.Content[i].Value))
		key := reflect.ValueOf(n.Content[i].Value)
		if v.MapIndex(key).IsValid() {
			d.at(n.Content[i], join(path, n.Content[i].Value), messages.New("config.twice"))
		}
		v.SetMapIndex(key, item)
	}
}

func (d *decoder) scalar(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind != yaml.ScalarNode {
		d.at(n, path, messages.New("config.not_value", "is", kindOf(n)))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(n.Value)
	case reflect.Bool:
		if n.Tag != "!!bool" {
			d.at(n, path, messages.New("config.not_bool", "value", strconv.Quote(n.Value)))
			return
		}
		v.SetBool(n.Value == "true" || n.Value == "True" || n.Value == "TRUE")
	case reflect.Int, reflect.Int64:
		i, err := strconv.ParseInt(n.Value, 10, 64)
		if err != nil {
			d.at(n, path, messages.New("config.not_int", "value", strconv.Quote(n.Value)))
			return
		}
		v.SetInt(i)
	default:
		panic("config: no decoding for " + v.Type().String())
	}
}

var durationPart = regexp.MustCompile(`^(-?\d+(?:\.\d+)?)d(.*)$`)

// ParseDuration reads Go's notation plus leading days.
func ParseDuration(s string) (time.Duration, error) {
	var days time.Duration
	if m := durationPart.FindStringSubmatch(s); m != nil {
		n, err := strconv.ParseFloat(m[1], 64)
		if err != nil || n > 36_500 || n < -36_500 {
			return 0, fmt.Errorf("%q is not a duration", s)
		}
		if days, s = time.Duration(n*24*float64(time.Hour)), m[2]; s == "" {
			return days, nil
		}
	}
	rest, err := time.ParseDuration(s)
	if err != nil {
		return 0, fmt.Errorf("%q is not a duration", s)
	}
	return days + rest, nil
}

func (d *decoder) special(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind != yaml.ScalarNode {
		d.at(n, path, messages.New("config.not_value", "is", kindOf(n)))
		return
	}
	switch v.Type() {
	case durationType:
		t, err := ParseDuration(n.Value)
		if err != nil {
			d.at(n, path, messages.New("config.not_duration", "value", strconv.Quote(n.Value)))
			return
		}
		v.SetInt(int64(t))
	case dateType:
		t, err := time.Parse(time.DateOnly, n.Value)
		if err != nil {
			d.at(n, path, messages.New("config.not_date", "value", strconv.Quote(n.Value)))
			return
		}
		v.Set(reflect.ValueOf(Date{t.Year(), int(t.Month()), t.Day()}))
	case referenceType:
		if !reference.MatchString(n.Value) {
			d.at(n, path, messages.New("config.clear_secret", "env", "${env:NAME}", "file", "${file:/path/to/file}")) // which is not repeated here
			return
		}
		v.SetString(d.resolve(n, path))
	default:
		v.SetString(d.resolve(n, path))
	}
}

var reference = regexp.MustCompile(`\$\{(env|file):([^}]+)\}`)

// resolve puts the values in the place of references. It never reports a value.
func (d *decoder) resolve(n *yaml.Node, path string) string {
	return reference.ReplaceAllStringFunc(n.Value, func(ref string) string {
		m := reference.FindStringSubmatch(ref)
		if m[1] == "env" {
			s, ok := d.getenv(m[2])
			if !ok || s == "" {
				d.at(n, path, messages.New("config.no_variable", "name", m[2]))
			}
			return s
		}
		b, err := os.ReadFile(d.relative(m[2]))
		if err != nil {
			d.at(n, path, messages.New("config.unreadable_file", "err", err))
		}
		return strings.TrimRight(string(b), "\r\n")
	})
}

// relative resolves a path against the config file's folder.
func (d *decoder) relative(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(filepath.Dir(d.file), path)
}
