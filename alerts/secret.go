package alerts

import "log/slog"

// Secret is an address or another text that is never printed. string(s) is what it holds.
type Secret string

const redacted = "[redacted]"

// String hides what s holds; "" is shown.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return redacted
}

// GoString hides what s holds.
func (s Secret) GoString() string { return `"` + s.String() + `"` }

// MarshalText hides what s holds.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue hides what s holds.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }
