package probes

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/charterwatch/charterwatch/internal/fetch"
)

// capturer is a validated StepCapture. It is immutable.
type capturer struct {
	name, field, header string
	regex               *regexp.Regexp
	json                *jsonExpr
}

// maxCaptured is the longest value that a step may take, in bytes.
const maxCaptured = 16 << 10

func newCapturer(c StepCapture, f fieldErrors) capturer {
	out := capturer{name: c.Name, field: c.Field, header: c.Header}
	if !variableName(c.Name) {
		f.add("Name", refuse("capture_name", "value", strconv.Quote(c.Name), "example", "${name}"))
	}
	set := 0
	for _, s := range []string{c.Regex, c.JSON, c.Field, c.Header} {
		if s != "" {
			set++
		}
	}
	if set != 1 {
		f.add("Name", refuse("capture_source", "n", set))
	}
	if c.Regex != "" {
		out.regex = f.regexp("Regex", c.Regex)
	}
	if c.JSON != "" {
		var err error
		if out.json, err = compileExpr(c.JSON); err != nil {
			f.add("JSON", err)
		}
	}
	return out
}

// take returns the value. Errors are *siteError with reason step and hold nothing of the answer.
func (c *capturer) take(a *answer) (string, error) {
	value, ok := "", false
	switch {
	case c.header != "":
		value = a.resp.Header.Get(c.header)
		ok = value != ""
	case c.json != nil:
		out, err := c.json.run(a)
		if err != nil {
			return "", siteErrorf(Step, "cannot capture %s: %v", c.name, err)
		}
		value, ok = scalar(out)
	default:
		text, _ := fetch.Decode(a.body, a.resp.Header.Get("Content-Type"))
		if c.regex != nil {
			value, ok = firstGroup(c.regex, text)
		} else {
			value, ok = inputValue(text, c.field)
		}
	}
	switch {
	case !ok:
		return "", siteErrorf(Step, "cannot capture %s: the answer does not hold it", c.name)
	case len(value) > maxCaptured:
		return "", siteErrorf(Step, "cannot capture %s: it is longer than %d bytes", c.name, maxCaptured)
	}
	return value, nil
}

func scalar(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case float64:
		// %v would write a large id as 1.2345e+09.
		return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.6f", v), "0"), "."), true
	case int, bool:
		return fmt.Sprint(v), true
	}
	return "", false
}

func firstGroup(re *regexp.Regexp, text string) (string, bool) {
	m := re.FindStringSubmatch(text)
	if m == nil {
		return "", false
	}
	if len(m) > 1 {
		return m[1], true
	}
	return m[0], true
}

// inputValue is the value of the first input or button with this name.
func inputValue(text, name string) (string, bool) {
	z := html.NewTokenizer(strings.NewReader(text))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return "", false
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			if t.DataAtom != atom.Input && t.DataAtom != atom.Button {
				continue
			}
			var n, v string
			for _, at := range t.Attr {
				switch at.Key {
				case "name":
					n = at.Val
				case "value":
					v = at.Val
				}
			}
			if n == name {
				return v, true
			}
		}
	}
}
