package protocol

import "log/slog"

// Secret is a password on its way to be checked: at most 1024 bytes, never shown, logged or recorded.
type Secret string

// MaxSecret is the most bytes that a Secret holds.
const MaxSecret = 1024

// String hides s from fmt.
func (Secret) String() string { return "(secret)" }

// GoString hides s, too.
func (s Secret) GoString() string { return s.String() }

// LogValue implements slog.LogValuer.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *Secret) UnmarshalText(b []byte) error {
	if len(b) > MaxSecret {
		return Refuse("password-too-long", "a password has at most %d bytes", MaxSecret)
	}
	*s = Secret(b)
	return nil
}
