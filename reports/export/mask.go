package export

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"time"

	"github.com/charterwatch/charterwatch/ledger"
)

// CopyFormat is how a masked copy begins.
const CopyFormat = "charterwatch masked copy 1"

// Copy is a piece of evidence without what may name people. Nothing proves it.
type Copy struct {
	Format string `json:"format"`
	N      int64  `json:"n"` // of its leaf
	Kind   string `json:"kind"`
	ID     string `json:"id"`
	Masked any    `json:"masked"`
}

// named are the kinds of evidence that hold people's names, or what people wrote.
func named(kind string) bool {
	return !slices.Contains([]string{string(ledger.Hour), string(ledger.Outage), string(ledger.Notice), string(ledger.Genesis)}, kind)
}

// plainKeys are members whose values never name a person. What is not listed is blanked: a member
// that is added later is blanked until somebody has thought about it.
var plainKeys = regexp.MustCompile(`^(kind|role|site|month|clause|outage|appeal|notice|work|ruled|ground|step|report|digest|sha256|source|ref|wanted)$`)

// plainValue is what a value of such a member looks like: a name in an organisation's own words
// does not.
var plainValue = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9:./+@#_-]{0,199}$`)

const blanked = "***"

// masked returns evidence without what may name people: all strings but times, dates and the values
// of plain members are blanked. Of actors kind and role are left.
func masked(body []byte) any {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return blanked
	}
	return mask("", v)
}

func mask(key string, v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, x := range v {
			out[k] = mask(k, x)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = mask(key, x)
		}
		return out
	case string:
		if isTime(v) || plainKeys.MatchString(key) && plainValue.MatchString(v) {
			return v
		}
		return blanked
	default:
		return v
	}
}

func isTime(s string) bool {
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly} {
		if _, err := time.Parse(layout, s); err == nil {
			return true
		}
	}
	return false
}
