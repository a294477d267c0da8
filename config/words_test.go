package config

import (
	"reflect"
	"strings"
	"testing"

	"github.com/charterwatch/charterwatch/internal/messages"
)

// TestRequiredKeysHaveWords: a problem says what a missing key is for; in English it must
// be what the schema says.
func TestRequiredKeysHaveWords(t *testing.T) {
	n := 0
	seen := map[reflect.Type]bool{}
	var walk func(reflect.Type)
	walk = func(x reflect.Type) {
		for x.Kind() == reflect.Pointer || x.Kind() == reflect.Slice || x.Kind() == reflect.Map {
			x = x.Elem()
		}
		if x.Kind() != reflect.Struct || seen[x] {
			return
		}
		seen[x] = true
		for i := range x.NumField() {
			f := x.Field(i)
			if f.Tag.Get("required") != "" {
				n++
				m := describe(x, keyOf(f))
				if got := m.Error(); got != f.Tag.Get("doc") {
					t.Errorf("%s: the catalogue has %q, the schema %q", m.Key, got, f.Tag.Get("doc"))
				}
				if !messages.In("ko").Has(m.Key) {
					t.Errorf("%s: no Korean", m.Key)
				}
			}
			walk(f.Type)
		}
	}
	walk(reflect.TypeFor[File]())
	walk(reflect.TypeFor[CharterFile]())
	walk(reflect.TypeFor[Common]())
	for _, kind := range kinds() {
		walk(reflect.TypeOf(kind()))
	}
	if n < 15 {
		t.Fatalf("only %d required keys found", n)
	}
}

// TestProblemsAreSaidInBothLanguages: place and path stay, the words change.
func TestProblemsAreSaidInBothLanguages(t *testing.T) {
	_, _, err := load(strings.Replace(good, "interval: 30s", "interval: soon", 1), nil)
	const en = `f.yaml:10:43: sites[0].checks[0].interval: "soon" is not a duration; try "30s", "5m", "1h30m" or "21d"`
	const ko = `f.yaml:10:43: sites[0].checks[0].interval: "soon" 값은 기간이 아닙니다. "30s"(30초), "5m"(5분), "1h30m"(1시간 30분), "21d"(21일)와 같이 적으십시오`
	if err == nil || err.Error() != en || messages.In("en").Err(err) != en {
		t.Errorf("%v", err)
	}
	if got := messages.In("ko").Err(err); got != ko {
		t.Error(got)
	}
}
