package probes

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// FieldError is a setting that a constructor refuses. Field is the Go field's path inside
// the kind's config ("Expect.BodyMatches[0]"); Problem says what is wrong and Remedy what would be right.
// Constructors join all they find with errors.Join.
type FieldError struct {
	Field   string
	Problem string
	Remedy  string
}

func (e *FieldError) Error() string {
	return fmt.Sprintf("%s: %s; %s", e.Field, e.Problem, e.Remedy)
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

func (f fieldErrors) add(field, remedy, problem string, args ...any) {
	*f.errs = append(*f.errs, &FieldError{Field: f.prefix + field, Problem: fmt.Sprintf(problem, args...), Remedy: remedy})
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
		f.add(field, "write an RE2 pattern (https://github.com/google/re2/wiki/Syntax)", "%q does not compile: %v", pattern, err)
		return nil
	}
	return re
}

// hostPort splits a "host:port" setting.
func (f fieldErrors) hostPort(field, address string) (host string, port uint16) {
	host, p, err := net.SplitHostPort(address)
	n, perr := strconv.ParseUint(p, 10, 16)
	if err != nil || perr != nil || host == "" || n == 0 {
		f.add(field, `write "host:port", with brackets around an IPv6 address`, "%q is not an address", address)
		return "", 0
	}
	return host, uint16(n)
}

// url parses an absolute URL of one of the schemes. The problem text never shows the URL,
// which may hold a credential.
func (f fieldErrors) url(field, raw string, schemes ...string) *url.URL {
	u, err := url.Parse(raw)
	remedy := "write an absolute URL that begins with " + strings.Join(schemes, ":// or ") + "://"
	switch {
	case raw == "":
		f.add(field, remedy, "is empty")
	case err != nil:
		f.add(field, remedy, "does not parse")
	case u.Hostname() == "":
		f.add(field, remedy, "names no host")
	default:
		for _, s := range schemes {
			if u.Scheme == s {
				if _, ok := urlPort(u); !ok {
					f.add(field, "write a port from 1 to 65535, or none", "has the port %q", u.Port())
					return nil
				}
				return u
			}
		}
		f.add(field, remedy, "has the scheme %q", u.Scheme)
	}
	return nil
}

func (f fieldErrors) family(field string, family int) {
	if family != 0 && family != 4 && family != 6 {
		f.add(field, "write 4, 6, or 0 for either", "%d is not an IP version", family)
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
