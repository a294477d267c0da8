package probes

import "log/slog"

// Secret is a credential. However it is printed, logged or marshalled it shows as
// "[secret]"; only Reveal gives the value, and only a probe about to send it calls that.
type Secret string

const redacted = "[secret]"

// Reveal returns the credential itself.
func (s Secret) Reveal() string { return string(s) }

// String hides the value.
func (s Secret) String() string { return redacted }

// GoString hides the value from %#v.
func (s Secret) GoString() string { return redacted }

// MarshalText hides the value from JSON and YAML.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// LogValue hides the value from structured logs.
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }
