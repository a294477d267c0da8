package config

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// TestSchemaDescribesEveryKey: an editor shows the description as help, so none may lack.
func TestSchemaDescribesEveryKey(t *testing.T) {
	b, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	var root map[string]any
	if err := json.Unmarshal(b, &root); err != nil {
		t.Fatal(err)
	}
	n := 0
	var walk func(v any, path string)
	walk = func(v any, path string) {
		switch v := v.(type) {
		case map[string]any:
			if props, ok := v["properties"].(map[string]any); ok {
				for key, p := range props {
					n++
					if doc, _ := p.(map[string]any)["description"].(string); !strings.HasSuffix(doc, ".") {
						t.Errorf("%s.%s has no description", path, key)
					}
				}
			}
			for key, inner := range v {
				walk(inner, path+"."+key)
			}
		case []any:
			for i, inner := range v {
				walk(inner, fmt.Sprintf("%s[%d]", path, i))
			}
		}
	}
	walk(root, "")
	if n < 100 {
		t.Fatalf("only %d keys", n)
	}
}
