package config

import (
	"encoding/json"
	"fmt"
	"reflect"
)

// Schema is the JSON Schema (2020-12) of the file, made from the same types and tags that
// decode it, for editors that complete and check while one writes.
func Schema() ([]byte, error) {
	root := object(reflect.TypeFor[File]())
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["title"] = "charterwatch configuration"
	b, err := json.MarshalIndent(root, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write the schema: %w", err)
	}
	return append(b, '\n'), nil
}

type schema = map[string]any

// object describes a mapping that is decoded into one or several structs.
func object(types ...reflect.Type) schema {
	properties, required := schema{}, []string{}
	for _, t := range types {
		for _, f := range reflect.VisibleFields(t) {
			key := keyOf(f)
			if key == "" || f.Anonymous {
				continue
			}
			p := describeType(f.Type)
			if doc := f.Tag.Get("doc"); doc != "" {
				p["description"] = doc
			}
			properties[key] = p
			if f.Tag.Get("required") != "" {
				required = append(required, key)
			}
		}
	}
	out := schema{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		out["required"] = required
	}
	return out
}

func describeType(t reflect.Type) schema {
	switch t {
	case durationType:
		return schema{"type": "string", "pattern": `^-?(\d+(\.\d+)?(ns|us|µs|ms|s|m|h|d))+$`}
	case referenceType:
		return schema{"type": "string", "pattern": `\$\{(env|file):[^}]+\}`}
	case textType:
		return schema{"type": []string{"string", "number", "boolean"}}
	case dateType:
		return schema{"type": "string", "format": "date"}
	case listType:
		one := schema{"type": []string{"string", "number", "boolean"}}
		return schema{"oneOf": []schema{one, {"type": "array", "items": one}}}
	case reflect.TypeFor[Check]():
		return anyKind()
	case reflect.TypeFor[Module]():
		return anyModule()
	}
	switch t.Kind() {
	case reflect.Pointer:
		return describeType(t.Elem())
	case reflect.Struct:
		return object(t)
	case reflect.Slice:
		return schema{"type": "array", "items": describeType(t.Elem())}
	case reflect.Map:
		return schema{"type": "object", "additionalProperties": describeType(t.Elem())}
	case reflect.Bool:
		return schema{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return schema{"type": "integer"}
	default:
		return schema{"type": []string{"string", "number"}} // YAML reads 1.2 as a number, the decoder as text
	}
}

// anyKind describes a check: one object for each kind, told apart by the key kind.
func anyKind() schema {
	var all []schema
	for _, name := range kindNames() {
		o := object(reflect.TypeFor[Common](), reflect.TypeOf(kinds()[name]()).Elem())
		o["title"] = name
		kind := o["properties"].(schema)["kind"].(schema)
		kind["const"] = name
		all = append(all, o)
	}
	return schema{"oneOf": all}
}

// anyModule describes a module: a check of one of the kinds that have a target, without it.
func anyModule() schema {
	var all []schema
	for _, name := range moduleKinds() {
		o := object(reflect.TypeFor[ModuleCommon](), reflect.TypeOf(kinds()[name]()).Elem())
		o["title"] = name
		properties := o["properties"].(schema)
		delete(properties, targetKey(name))
		properties["kind"].(schema)["const"] = name
		o["required"] = []string{"kind"}
		all = append(all, o)
	}
	return schema{"oneOf": all}
}
