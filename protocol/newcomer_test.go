package protocol

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// A time like 3h has whole seconds, as a clock shows them.
func TestSinceHasNoFractions(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 27, 15, 30, 20, 123456789, time.UTC)
	at, ok := parseSince("3h", now)
	assert.True(t, ok)
	assert.Equal(t, time.Date(2026, 11, 27, 12, 30, 20, 0, time.UTC), at)
}

// The refusal of a line that is no JSON shows an example.
func TestWhatIsNoJSONIsShownSome(t *testing.T) {
	t.Parallel()
	for _, line := range []string{`{'type':'say','text':'hi'}`, `{"type":"say"`, `{"type":"say","text":"hi"} x`} {
		_, err := DecodeCommand([]byte(line))
		r, ok := errors.AsType[*Refusal](err)
		if assert.True(t, ok, line) {
			assert.Contains(t, r.Text, `{"type":"say","text":"hello"}`, line)
		}
	}
}
