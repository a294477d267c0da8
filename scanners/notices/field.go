package notices

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/andybalholm/cascadia"
)

// FieldError is a setting that New refuses. Field is the Go field's path inside Config
// ("Select.Row"). Rule is the stable name of what is wrong: whoever shows it to people has the words,
// and what would be right. Args are what the words speak of: names and values in turn, as
// slog has them. New joins all it finds with errors.Join.
type FieldError struct {
	Field string
	Rule  string
	Args  []any
}

// Error is for developers, such as `Pages: range n=99 max=20`.
func (e *FieldError) Error() string {
	var b strings.Builder
	b.WriteString(e.Field + ": " + e.Rule)
	for i := 0; i+1 < len(e.Args); i += 2 {
		fmt.Fprintf(&b, " %v=%v", e.Args[i], e.Args[i+1])
	}
	return b.String()
}

// fieldErrors collects what New refuses.
type fieldErrors struct{ errs []error }

func (f *fieldErrors) refuse(field, rule string, args ...any) {
	f.errs = append(f.errs, &FieldError{Field: field, Rule: rule, Args: args})
}

func (f *fieldErrors) err() error { return errors.Join(f.errs...) }

// url parses an absolute http or https URL. Errors never show it: it may hold a credential.
func (f *fieldErrors) url(field, raw string) *url.URL {
	const schemes = "http://, https://"
	u, err := url.Parse(raw)
	switch {
	case raw == "":
		f.refuse(field, "url_empty", "schemes", schemes)
	case err != nil:
		f.refuse(field, "url", "schemes", schemes)
	case u.Scheme != "http" && u.Scheme != "https":
		f.refuse(field, "url_scheme", "value", strconv.Quote(u.Scheme), "schemes", schemes)
	case u.Hostname() == "":
		f.refuse(field, "url_host", "schemes", schemes)
	case u.User != nil:
		f.refuse(field, "url_user")
	default:
		return u
	}
	return nil
}

// template checks a URL with holes: it must have one of them, and be a URL around it.
func (f *fieldErrors) template(field, raw string, holes ...string) {
	if raw == "" {
		return
	}
	filled, has := raw, false
	for _, h := range holes {
		has = has || strings.Contains(raw, h)
		filled = strings.ReplaceAll(filled, h, "1")
	}
	if !has {
		f.refuse(field, "template", "value", strconv.Quote(raw), "holes", strings.Join(holes, ", "))
		return
	}
	if u, err := url.Parse(filled); err != nil || u.Scheme != "" && u.Scheme != "http" && u.Scheme != "https" || strings.ContainsAny(filled, "{}") {
		f.refuse(field, "template", "value", strconv.Quote(raw), "holes", strings.Join(holes, ", "))
	}
}

// selector compiles a CSS selector group; nil for "".
func (f *fieldErrors) selector(field, s string) cascadia.SelectorGroup {
	if s == "" {
		return nil
	}
	sel, err := cascadia.ParseGroup(s)
	if err != nil {
		f.refuse(field, "selector", "value", strconv.Quote(s), "err", err)
		return nil
	}
	return sel
}

// between refuses a number below 0 or above most, and returns it or, for 0, its default.
func (f *fieldErrors) between(field string, n, most, otherwise int) int {
	if n < 0 || n > most {
		f.refuse(field, "range", "n", n, "max", most)
	}
	if n == 0 {
		return otherwise
	}
	return n
}

func (f *fieldErrors) duration(field string, d, otherwise time.Duration) time.Duration {
	if d < 0 {
		f.refuse(field, "negative")
	}
	if d == 0 {
		return otherwise
	}
	return d
}
