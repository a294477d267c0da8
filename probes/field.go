package probes

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// FieldError is a setting that a constructor refuses. Field is the Go field's path inside
// the kind's config ("Expect.BodyMatches[0]"). Rule is the stable name of what is wrong, as a
// [Reason] is of what was seen: whoever shows it to people has the words, and what would be
// right. Args are what the words speak of: names and values in turn, as slog has them.
// Constructors join all they find with errors.Join.
type FieldError struct {
	Field string
	Rule  string
	Args  []any
}

// Error is for developers, such as `Dial.Family: ip_version value=5`.
func (e *FieldError) Error() string { return e.Field + ": " + refusal{e.Rule, e.Args}.Error() }

// refusal is a FieldError that does not know its field yet.
type refusal struct {
	rule string
	args []any
}

// refuse makes a refusal. A test demands words for every rule, with these arguments.
func refuse(rule string, args ...any) refusal { return refusal{rule, args} }

func (r refusal) Error() string {
	var b strings.Builder
	b.WriteString(r.rule)
	for i := 0; i+1 < len(r.args); i += 2 {
		fmt.Fprintf(&b, " %v=%v", r.args[i], r.args[i+1])
	}
	return b.String()
}

// fieldErrors collects what a constructor refuses.
type fieldErrors struct {
	prefix string
	errs   *[]error
}

func newFieldErrors() fieldErrors { return fieldErrors{errs: new([]error)} }

// in returns a collector for the fields below one field.
func (f fieldErrors) in(field string) fieldErrors {
	return fieldErrors{prefix: f.prefix + field + ".", errs: f.errs}
}

// add notes what is wrong with a field: a refusal, or what a library says of it.
func (f fieldErrors) add(field string, why error) {
	var r refusal
	if !errors.As(why, &r) {
		r = refuse("other", "err", why)
	}
	*f.errs = append(*f.errs, &FieldError{Field: f.prefix + field, Rule: r.rule, Args: r.args})
}

// duration refuses a negative duration.
func (f fieldErrors) duration(field string, d time.Duration) {
	if d < 0 {
		f.add(field, refuse("negative"))
	}
}

func (f fieldErrors) err() error { return errors.Join(*f.errs...) }

// regexps compiles a list of RE2 patterns.
func (f fieldErrors) regexps(field string, patterns []string) []*regexp.Regexp {
	var out []*regexp.Regexp
	for i, p := range patterns {
		if re := f.regexp(fmt.Sprintf("%s[%d]", field, i), p); re != nil {
			out = append(out, re)
		}
	}
	return out
}

func (f fieldErrors) regexp(field, pattern string) *regexp.Regexp {
	re, err := regexp.Compile(pattern)
	if err != nil {
		f.add(field, refuse("pattern", "value", strconv.Quote(pattern), "err", err))
		return nil
	}
	return re
}

// hostPort splits a "host:port" setting.
func (f fieldErrors) hostPort(field, address string) (host string, port uint16) {
	host, p, err := net.SplitHostPort(address)
	n, perr := strconv.ParseUint(p, 10, 16)
	if err != nil || perr != nil || host == "" || n == 0 {
		f.add(field, refuse("address", "value", strconv.Quote(address)))
		return "", 0
	}
	return host, uint16(n)
}

// url parses an absolute URL of one of the schemes. The problem text never shows the URL,
// which may hold a credential.
func (f fieldErrors) url(field, raw string, schemes ...string) *url.URL {
	u, err := url.Parse(raw)
	begin := strings.Join(schemes, "://, ") + "://"
	switch {
	case raw == "":
		f.add(field, refuse("url_empty", "schemes", begin))
	case err != nil:
		f.add(field, refuse("url", "schemes", begin))
	case u.Hostname() == "":
		f.add(field, refuse("url_host", "schemes", begin))
	default:
		for _, s := range schemes {
			if u.Scheme == s {
				if _, ok := urlPort(u); !ok {
					f.add(field, refuse("url_port", "value", strconv.Quote(u.Port())))
					return nil
				}
				return u
			}
		}
		f.add(field, refuse("url_scheme", "value", strconv.Quote(u.Scheme), "schemes", begin))
	}
	return nil
}

func (f fieldErrors) family(field string, family int) {
	if family != 0 && family != 4 && family != 6 {
		f.add(field, refuse("ip_version", "value", family))
	}
}

func urlPort(u *url.URL) (uint16, bool) {
	p := u.Port()
	if p == "" {
		switch u.Scheme {
		case "https", "wss":
			return 443, true
		}
		return 80, true
	}
	n, err := strconv.ParseUint(p, 10, 16)
	return uint16(n), err == nil && n > 0
}
