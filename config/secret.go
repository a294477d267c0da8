package config

import "log/slog"

// Both kinds of credential hide themselves however they are printed; the conversion to
// probes.Secret is the only way on.

const hidden = "[secret]"

// String hides the value.
func (Reference) String() string { return hidden }

// GoString hides the value.
func (Reference) GoString() string { return hidden }

// MarshalText hides the value.
func (Reference) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// LogValue hides the value.
func (Reference) LogValue() slog.Value { return slog.StringValue(hidden) }

// String hides the value.
func (Text) String() string { return hidden }

// GoString hides the value.
func (Text) GoString() string { return hidden }

// MarshalText hides the value.
func (Text) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// LogValue hides the value.
func (Text) LogValue() slog.Value { return slog.StringValue(hidden) }
