package dashboard

import (
	"embed"
	"encoding"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"net/http"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/internal/accounts"
	"github.com/charterwatch/charterwatch/probes"
)

// The document is made of what the program is: the table of routes, and the types on the
// wire with the comments beside their fields.
//
//go:embed wire.go wire_notices.go wire_alerts.go wire_records.go wire_reports.go
var wireSources embed.FS

type object = map[string]any

// OpenAPI describes the API (OpenAPI 3.1).
func (s *Server) OpenAPI() ([]byte, error) {
	notes, err := allComments()
	if err != nil {
		return nil, fmt.Errorf("read the comments of the wire: %w", err)
	}
	k := &schemas{known: object{}, notes: notes}
	paths := object{}
	for _, r := range s.table() {
		path := r.path()
		if paths[path] == nil {
			paths[path] = object{}
		}
		paths[path].(object)[strings.ToLower(r.method)] = r.operation(path, k)
	}
	k.of(reflect.TypeFor[Problem]())
	b, err := json.MarshalIndent(object{
		"openapi": "3.1.0",
		"info": object{
			"title": "charterwatch", "version": "v1", "license": object{"name": "Apache-2.0", "identifier": "Apache-2.0"},
			"description": "Reading needs no token: the monitor listens on loopback unless it is told otherwise, and whoever opens it to others puts " +
				"a log-in before it. Reports, evidence and records of people, /probe and every write need a token with a role that permits it. Times are milliseconds since the Unix epoch, durations " +
				"milliseconds, and shares thousandths of a percent, floored (99999 is 99.999 %). Absent means not known.",
		},
		"paths": paths,
		"components": object{
			"schemas": k.known,
			"securitySchemes": object{
				"token": object{"type": "http", "scheme": "bearer", "description": "Made with charterwatch token new; stored as a digest only."},
			},
		},
	}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write the API's document: %w", err)
	}
	return append(b, '\n'), nil
}

func (s *Server) openapi(w http.ResponseWriter, _ *http.Request) {
	b, err := s.OpenAPI()
	if err != nil {
		s.broken(w, "describe the API", err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(b)
}

var inPath = regexp.MustCompile(`\{(\w+)\}`)

func (r route) operation(path string, k *schemas) object {
	out := object{"summary": r.summary}
	if r.more != "" {
		out["description"] = r.more
	}
	var parameters []object
	for _, m := range inPath.FindAllStringSubmatch(path, -1) {
		parameters = append(parameters, object{"name": m[1], "in": "path", "required": true, "schema": object{"type": "string"}})
	}
	for _, q := range r.query {
		parameters = append(parameters, object{"name": q.name, "in": "query", "description": q.about, "example": q.example, "schema": object{"type": "string"}})
	}
	if len(parameters) > 0 {
		out["parameters"] = parameters
	}
	if r.body != nil {
		out["requestBody"] = object{"required": true, "content": object{"application/json": object{"schema": k.of(reflect.TypeOf(r.body))}}}
	}
	content := object{"text/plain": object{"schema": object{"type": "string"}}}
	if r.media != "" {
		content = object{r.media: object{"schema": object{"type": "string", "format": "binary"}}}
	}
	if r.answer != nil {
		content = object{"application/json": object{"schema": k.of(reflect.TypeOf(r.answer))}}
	}
	responses := object{"200": object{"description": "Done.", "content": content}}
	if r.pattern == "/api/v1/live" {
		responses = object{"101": object{"description": "Frames of this shape follow.", "content": content}}
	}
	if !r.plain {
		problem := object{"application/problem+json": object{"schema": k.of(reflect.TypeFor[Problem]())}}
		for _, status := range append([]int{http.StatusInternalServerError}, r.errors...) {
			responses[strconv.Itoa(status)] = object{"description": http.StatusText(status), "content": problem}
		}
	}
	out["responses"] = responses
	if r.roles != nil {
		out["x-roles"] = r.roles
		if !strings.Contains(path, "{token}") {
			out["security"] = []object{{"token": []string{}}}
		}
	}
	return out
}

// schemas collects the named types that answers are made of.
type schemas struct {
	known object
	notes map[string]string // by "Type" and "Type.Field"
}

var textType = reflect.TypeFor[encoding.TextMarshaler]()

// of describes a type as JSON Schema (2020-12): by reference, if it has a name.
func (k *schemas) of(t reflect.Type) object {
	switch {
	case t.Kind() == reflect.Pointer:
		return k.of(t.Elem())
	case t == reflect.TypeFor[Instant]():
		return k.reference("Instant", func() object {
			return object{"oneOf": []object{{"type": "integer"}, {"type": "string", "format": "date-time"}}, "description": "Milliseconds since the epoch, or RFC 3339."}
		})
	case t.Implements(textType):
		return k.text(t)
	}
	switch t.Kind() {
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.String:
		return object{"type": "string"}
	case reflect.Float64:
		return object{"type": "number"}
	case reflect.Slice:
		return object{"type": "array", "items": k.of(t.Elem())}
	case reflect.Array:
		return object{"type": "array", "items": k.of(t.Elem()), "minItems": t.Len(), "maxItems": t.Len()}
	case reflect.Struct:
		return k.reference(t.Name(), func() object { return k.fields(t) })
	case reflect.Map:
		return object{"type": "object"}
	default:
		return object{"type": "integer"}
	}
}

// text describes a type that is written as a word.
func (k *schemas) text(t reflect.Type) object {
	var words []string
	switch t {
	case reflect.TypeFor[probes.Reason]():
		for _, r := range probes.Reasons() {
			words = append(words, r.String())
		}
	case reflect.TypeFor[probes.Outcome]():
		for _, o := range []probes.Outcome{probes.Unknown, probes.Pass, probes.Fail} {
			words = append(words, o.String())
		}
	case reflect.TypeFor[compliance.Status]():
		for _, s := range []compliance.Status{compliance.StatusUnknown, compliance.StatusUp, compliance.StatusDegraded, compliance.StatusDown} {
			words = append(words, s.String())
		}
	case reflect.TypeFor[accounts.Role]():
		for _, r := range accounts.Roles() {
			words = append(words, r.String())
		}
	case reflect.TypeFor[compliance.Verdict]():
		for v := compliance.Unproven; v <= compliance.NoOccasion; v++ {
			words = append(words, v.String())
		}
	default:
		return object{"type": "string", "format": "date-time"} // time.Time
	}
	return k.reference(t.Name(), func() object { return object{"type": "string", "enum": words} })
}

func (k *schemas) reference(name string, describe func() object) object {
	if k.known[name] == nil {
		k.known[name] = object{} // breaks circles
		d := describe()
		if note := k.notes[name]; note != "" {
			d["description"] = note
		}
		k.known[name] = d
	}
	return object{"$ref": "#/components/schemas/" + name}
}

func (k *schemas) fields(t reflect.Type) object {
	properties, required := object{}, []string{}
	var add func(t reflect.Type)
	add = func(t reflect.Type) {
		for f := range t.Fields() {
			name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
			if f.Anonymous && name == "" {
				add(f.Type)
				continue
			}
			p := k.of(f.Type)
			if note := k.notes[t.Name()+"."+f.Name]; note != "" {
				p["description"] = note
			}
			properties[name] = p
			if options != "omitempty" {
				required = append(required, name)
			}
		}
	}
	add(t)
	return object{"type": "object", "properties": properties, "required": required, "additionalProperties": false}
}

// allComments reads the comments of all types on the wire.
func allComments() (map[string]string, error) {
	out := map[string]string{}
	for _, name := range []string{"wire.go", "wire_notices.go", "wire_alerts.go", "wire_records.go", "wire_reports.go"} {
		b, err := wireSources.ReadFile(name)
		if err != nil {
			return nil, err
		}
		notes, err := comments(string(b))
		if err != nil {
			return nil, err
		}
		maps.Copy(out, notes)
	}
	return out, nil
}

// comments reads what a source file says of its types and their fields.
func comments(source string) (map[string]string, error) {
	file, err := parser.ParseFile(token.NewFileSet(), "wire.go", source, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, d := range file.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, s := range g.Specs {
			t, ok := s.(*ast.TypeSpec)
			if !ok {
				continue
			}
			out[t.Name.Name] = strings.TrimSpace(strings.ReplaceAll(g.Doc.Text(), "\n", " "))
			st, ok := t.Type.(*ast.StructType)
			if !ok {
				continue
			}
			for _, f := range st.Fields.List {
				for _, n := range f.Names {
					out[t.Name.Name+"."+n.Name] = strings.TrimSpace(f.Comment.Text())
				}
			}
		}
	}
	return out, nil
}
